"""The power fails: of SQLite's files only what was synced is left. Each sync of the writer takes a picture of the file.

SQLite calls a table of functions for each open file. The writer's table is replaced by a copy of it whose `xSync` calls
the real one and then keeps the file as it is at that moment."""

from __future__ import annotations

import _sqlite3
import ctypes
from collections.abc import Callable
from pathlib import Path
from typing import Any

from storage.database import Database
from storage.store import Store

DATABASE_FILE, LOG_FILE = 7, 28
"""SQLITE_FCNTL_FILE_POINTER and SQLITE_FCNTL_JOURNAL_POINTER (sqlite.org/c3ref/c_fcntl_begin_atomic_write.html)."""
METHODS = 20
"""Of sqlite3_io_methods, at least; xSync is the sixth, after iVersion, xClose, xRead, xWrite and xTruncate."""
SYNC = 5

_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class Power:
    """Watches the writer of a database; `cut` says what would be left without power now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        assert database.url.database
        self._path = Path(database.url.database)
        self._library = ctypes.CDLL(getattr(_sqlite3, "__file__", None))  # or built into Python itself
        self._kept: list[Any] = []
        self._pictures: dict[str, bytes] = {}
        self.syncs = 0

    def __enter__(self) -> Power:
        self._pictures[""] = self._path.read_bytes()
        self._pictures["-wal"] = Path(f"{self._path}-wal").read_bytes()
        return self

    def watch(self, store: Store) -> None:
        """Replace the tables of the connection on which this unit runs."""
        connection: Any = store.connection.connection.driver_connection
        handle = ctypes.c_void_p.from_address(id(connection) + 2 * ctypes.sizeof(ctypes.c_void_p)).value
        for suffix, which in (("", DATABASE_FILE), ("-wal", LOG_FILE)):
            file = ctypes.c_void_p()
            asked = self._library.sqlite3_file_control(
                ctypes.c_void_p(handle), b"main", which, ctypes.byref(file)
            )
            assert asked == 0
            assert file.value
            self._replace(file.value, suffix)

    def _replace(self, file: int, suffix: str) -> None:
        table = ctypes.c_void_p.from_address(file)
        methods = (ctypes.c_void_p * METHODS).from_address(table.value or 0)
        copy = (ctypes.c_void_p * METHODS)(*methods)
        real = _Sync(methods[SYNC] or 0)
        ours = _Sync(self._synced(real, suffix))
        copy[SYNC] = ctypes.cast(ours, ctypes.c_void_p)
        self._kept += [copy, real, ours, (table, table.value)]
        table.value = ctypes.addressof(copy)

    def _synced(self, real: Callable[[int, int], int], suffix: str) -> Callable[[int, int], int]:
        def sync(file: int, flags: int) -> int:
            done = real(file, flags)
            self._pictures[suffix] = Path(f"{self._path}{suffix}").read_bytes()
            self.syncs += 1
            return done

        return sync

    def __exit__(self, *_: object) -> None:
        for kept in self._kept:
            if isinstance(kept, tuple):
                kept[0].value = kept[1]

    def cut(self, folder: Path) -> Path:
        """The files as they would be found, in a new folder; returns the database's."""
        folder.mkdir()
        for suffix, content in self._pictures.items():
            (folder / f"upbeat.db{suffix}").write_bytes(content)
        return folder / "upbeat.db"
