"""A small disk of its own for one process: really full, really read-only. It is gone with the process.

The kernel gives every user a room of their own to mount in (`unshare`), unless the machine forbids that; then a limit
for files takes the disk's place, and the figure says so."""

from __future__ import annotations

import contextlib
import errno
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.faults.processes import Running

SIZE = "16m"
_MOUNT = 'mount -t tmpfs -o size={size} tmpfs "$0" && cp "$0".seed/* "$0"/ && {then}exec "$@"'
_READ_ONLY = 'mount -o remount,ro "$0" && '


def can_mount() -> bool:
    """Whether this machine lets us."""
    try:
        asked = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def on_a_disk(place: Path, *, read_only: bool = False) -> tuple[str, ...]:
    """What begins the command of a process that finds a small disk at `place`, with what `place`.seed has on it."""
    place.mkdir(exist_ok=True)
    script = _MOUNT.format(size=SIZE, then=_READ_ONLY if read_only else "")
    return ("unshare", "-rm", "sh", "-c", script, str(place))


def seen_by(process: Running, path: Path) -> Path:
    """A path as this process sees it."""
    return Path(f"/proc/{process.popen.pid}/root{path}")


@contextlib.contextmanager
def full(process: Running, place: Path | None) -> Iterator[None]:
    """No byte more fits on its disk; without one, into none of its files."""
    if place is None:
        resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        yield
        resource.prlimit(
            process.popen.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )
        return
    ballast = seen_by(process, place) / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(_Full):
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(_Full):
                while True:
                    _write(file, bytes(size))
    yield
    ballast.unlink()


class _Full(Exception):
    """The disk is full."""


def _write(file: object, content: bytes) -> None:
    try:
        file.write(content)  # type: ignore[attr-defined]
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise _Full from None


def copied(path: Path, target: Path) -> Path:
    """The database as it is now, while nobody writes, taken off the disk. SQLite itself would look for it on ours."""
    for end in ("", "-wal"):
        shutil.copy(f"{path}{end}", f"{target}{end}")
    return target
