"""A copy of everything of one moment, made while people go on working, and put back only where nothing is."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    LargeBinary,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlmodel import SQLModel

from storage import last
from storage.columns import Sealed, SealedJson, Unreadable
from storage.database import Database, sqlite_path
from storage.migrations import is_known, migrate, newest, revision_on
from storage.outbox import HELD_BACK
from storage.slots import RESTORED_AT, RESTORED_FROM
from storage.tables import DataKey, Outgoing, Setting

BATCH = 2_000


class BackupProblem(Exception):
    """A backup cannot be made or put back; the message says why, for the operator."""


def back_up(database: Database, target: Path) -> int:
    """Write every row of one moment to `target`, sealed columns as they are; returns how many rows.

    The file holds no key: whoever has it alone reads no private text. Raises BackupProblem."""
    if target.exists():
        raise BackupProblem(f"{target} is there already; name a new file.")
    # A name of its own: two that are made at once under one name must not end in half of one.
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600, exist_ok=False)  # names and addresses are in it, as they are
        return _back_up(database, target, partial)
    except OSError as error:
        raise BackupProblem(
            f"{target} cannot be written ({error.strerror}); nothing is left of it."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)  # whatever it was that broke it off


def _back_up(database: Database, target: Path, partial: Path) -> int:
    with database.snapshot() as connection, tarfile.open(partial, "w:gz", compresslevel=3) as archive:
        schema = _known_schema(connection)
        counts = {t.name: _write_table(archive, connection, t) for t in SQLModel.metadata.sorted_tables}
        about = {
            "format": 1,
            "schema": schema,
            "made_at": database.now().isoformat(),
            "rows": counts,
        }
        _add(archive, "about.json", json.dumps(about))
    _on_disk(partial)
    partial.replace(target)
    with contextlib.suppress(OSError):  # where folders cannot be opened, the system sees to it
        _on_disk(target.parent)
    return sum(counts.values())


def _on_disk(path: Path) -> None:
    """Wait until it would outlive a loss of power."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _known_schema(connection: Connection) -> str:
    """The schema of the database, which must be ours: a backup changes nothing, and an older Upbeat may be running."""
    schema = revision_on(connection)
    if schema != newest():
        bring_up = ", or bring the schema up first: `upbeat migrate`" if is_known(schema) else ""
        raise BackupProblem(
            f"The database has schema {schema or 'none'}, and this Upbeat copies {newest()} alone. Make the backup with"
            f" the Upbeat that runs on it{bring_up}"
        )
    return newest()


def restore(database: Database, source: Path) -> int:
    """Fill an empty database from a backup; returns how many rows. Raises BackupProblem, and then nothing is there.

    Messages that waited at the backup's moment are held back: they may have been sent since. Who they were for is told
    so, once."""
    try:
        _check_sum(source)
        with tarfile.open(source, "r:gz") as archive:
            return _restore(database, archive)
    except (
        tarfile.TarError,
        zlib.error,
        gzip.BadGzipFile,
        EOFError,
        KeyError,
        json.JSONDecodeError,
    ) as error:
        raise BackupProblem(
            f"{source} is not a whole backup ({type(error).__name__}). Take another copy of it, or another backup."
        ) from None
    except OSError as error:
        raise BackupProblem(f"{source} cannot be read ({error.strerror}).") from None


def _check_sum(source: Path) -> None:
    """The archive ends before the checksum of the file, so that what is read from it is not held against that."""
    with gzip.open(source) as whole:
        while whole.read(1 << 20):
            pass


def _restore(database: Database, archive: tarfile.TarFile) -> int:
    parts = _parts(archive)
    about = json.loads(parts["about.json"]())
    _check_empty(database)
    if about["schema"] != newest():
        raise BackupProblem(
            f"The backup has schema {about['schema']}, this Upbeat {newest()}: restore it with the version that"
            " made it, then upgrade."
        )
    _check_key(database, parts)
    migrate(database)
    with database.engine.connect() as connection, connection.begin():
        for filled in SQLModel.metadata.sorted_tables:
            _fill(connection, filled, parts, int(about["rows"].get(filled.name, 0)))
        _hold_back(connection, database.now(), made_at=about["made_at"])
    check(database)
    if path := sqlite_path(str(database.url)):
        last.forget(path)
    return sum(about["rows"].values())


def check(database: Database) -> None:
    """Raise BackupProblem when the database's own check finds damage."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            found = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        if found != "ok":
            raise BackupProblem(f"The database is damaged: {found}")


def _plain(made: Table) -> Any:
    """The table with its sealed columns as bytes: a backup never opens them."""
    kinds = {
        c.name: LargeBinary() if isinstance(c.type, Sealed | SealedJson) else c.type for c in made.columns
    }
    return table(made.name, *(column(name, kind) for name, kind in kinds.items()))


def _write_table(archive: tarfile.TarFile, connection: Connection, written: Table) -> int:
    count = 0
    found = connection.execute(select(_plain(written)).execution_options(yield_per=BATCH))
    for number, rows in enumerate(found.partitions(BATCH)):
        count += len(rows)
        lines = (json.dumps([_packed(item) for item in row], ensure_ascii=False) for row in rows)
        _add(archive, f"{written.name}/{number:06}.jsonl", "\n".join(lines))
    return count


def _add(archive: tarfile.TarFile, name: str, content: str) -> None:
    data = content.encode("utf-8", "surrogatepass")
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mode = 0o600
    archive.addfile(info, io.BytesIO(data))


def _packed(item: Any) -> Any:
    if isinstance(item, bytes):
        return {"bytes": item.hex()}
    if isinstance(item, datetime):
        return {"moment": item.isoformat()}
    if isinstance(item, date):
        return {"day": item.isoformat()}
    if isinstance(item, time):
        return {"clock": item.isoformat()}
    if isinstance(item, Decimal):
        return {"number": format(item, "f")}
    return {"json": item} if isinstance(item, dict | list) else item


_UNPACKED: dict[str, Callable[[Any], Any]] = {
    "bytes": bytes.fromhex,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "clock": time.fromisoformat,
    "number": Decimal,
    "json": lambda item: item,
}


def _unpacked(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    ((kind, packed),) = item.items()
    return _UNPACKED[kind](packed)


def _parts(archive: tarfile.TarFile) -> dict[str, Callable[[], bytes]]:
    def reader(member: tarfile.TarInfo) -> Callable[[], bytes]:
        def read() -> bytes:
            file = archive.extractfile(member)
            return file.read() if file else b""

        return read

    return {member.name: reader(member) for member in archive.getmembers()}


def _fill(
    connection: Connection, filled: Table, parts: dict[str, Callable[[], bytes]], expected: int
) -> None:
    plain = _plain(filled)
    names = [c.name for c in filled.columns]
    for rows in _stored(parts, filled.name):
        connection.execute(insert(plain), [dict(zip(names, row, strict=True)) for row in rows])
    found = connection.execute(select(func.count()).select_from(plain)).scalar_one()
    if found != expected:
        raise BackupProblem(f"The backup is incomplete: {filled.name} has {found} of {expected} rows.")


def _stored(parts: dict[str, Callable[[], bytes]], name: str) -> Iterator[list[list[Any]]]:
    for part in sorted(part for part in parts if part.startswith(f"{name}/")):
        lines = parts[part]().decode("utf-8", "surrogatepass").split("\n")
        yield [[_unpacked(item) for item in json.loads(line)] for line in lines]


def _check_empty(database: Database) -> None:
    with database.engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        for found in SQLModel.metadata.sorted_tables:
            if (
                found.name in there
                and connection.execute(select(func.count()).select_from(found)).scalar_one()
            ):
                raise BackupProblem(
                    f"The database is not empty: {found.name} has rows. Restore into an empty one."
                )


def _check_key(database: Database, parts: dict[str, Callable[[], bytes]]) -> None:
    """What is put back is to be read: by the key of the database that the backup was made of."""
    names = [c.name for c in DataKey.__table__.columns]  # type: ignore[attr-defined]
    keys = (dict(zip(names, row, strict=True)) for rows in _stored(parts, "data_key") for row in rows)
    try:
        for key in keys:
            database.keyring.read(key["number"], key["wrapped"])
    except Unreadable:
        raise BackupProblem(
            "The backup was made under another key. Set the UPBEAT_SECRET_KEY of that time, or put its key file beside"
            " the database. Nothing was restored."
        ) from None


def _hold_back(connection: Connection, now: datetime, *, made_at: str) -> None:
    """What takes the place of a message that stands waits on: once or often, it comes to the same."""
    outbox = Outgoing.__table__  # type: ignore[attr-defined]
    due = (outbox.c.state.in_(("waiting", "sending")), outbox.c.due_at <= now, outbox.c.edits.is_(None))
    connection.execute(update(outbox).where(*due).values(**HELD_BACK, leased_until=None))
    settings = Setting.__table__  # type: ignore[attr-defined]
    connection.execute(settings.delete().where(settings.c.name.in_((RESTORED_AT, RESTORED_FROM))))
    for name, moment in ((RESTORED_AT, now.isoformat()), (RESTORED_FROM, made_at)):
        connection.execute(settings.insert().values(name=name, value=moment))
