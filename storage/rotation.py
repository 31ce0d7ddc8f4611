"""Every sealed value is sealed again under a new key, and the old key is forgotten."""

from __future__ import annotations

from sqlalchemy import Connection, LargeBinary, Table, column, delete, select, table, text, update
from sqlmodel import SQLModel

from storage.columns import Keyring, Sealed, SealedJson
from storage.database import Database
from storage.store import Store
from storage.tables import DataKey

BATCH = 500


class Running(Exception):
    """A process of Upbeat is at work; the message names it, for the operator."""

    def __init__(self, holder: str) -> None:
        super().__init__(
            f"Upbeat is running ({holder}): what it wrote under the old key could not be read again. Stop it first; if"
            " it was killed, wait a minute."
        )


def rotate(database: Database) -> int:
    """Make a new data key and seal everything again with it, in one transaction; returns how many values. Raises
    Running while a process is at work."""
    return database.write_now(lambda store: _rotate(store, database.keyring))


def change_secret(database: Database, new_secret: bytes) -> int:
    """Wrap the data keys by another master key, for a changed UPBEAT_SECRET_KEY; returns how many."""
    other = Keyring(new_secret)

    def work(store: Store) -> int:
        rows = store.all(DataKey)
        for row in rows:
            store.change(row, wrapped=database.keyring.wrap_for(other, row.number, row.wrapped))
        return len(rows)

    return database.write_now(work)


def _rotate(store: Store, keys: Keyring) -> int:
    if at_work := [each.holder for each in store.leases.standing() if each.seconds > 0]:
        raise Running(at_work[0])
    _wait_for_writers(store)
    old = keys.current
    store.insert(DataKey(number=old + 1, wrapped=keys.make(old + 1)))
    count = sum(_reseal(store.connection, made, keys) for made in SQLModel.metadata.sorted_tables)
    number = DataKey.__table__.c.number  # type: ignore[attr-defined]
    store.execute(delete(DataKey).where(number <= old, number != keys.AUDIT))
    store.audit("rotated", "data_key")
    return count


def _wait_for_writers(store: Store) -> None:
    """Every transaction looks at the keys first. SQLite has one at a time; on PostgreSQL the others end before this one
    goes on, and new ones begin after it."""
    if store.dialect != "sqlite":
        store.execute(text(f"LOCK TABLE {DataKey.__tablename__} IN ACCESS EXCLUSIVE MODE"))


def _reseal(connection: Connection, made: Table, keys: Keyring) -> int:
    sealed = [c.name for c in made.columns if isinstance(c.type, Sealed | SealedJson)]
    if not sealed:
        return 0
    (key,) = (c.name for c in made.primary_key.columns)
    plain = table(made.name, column(key), *(column(name, LargeBinary()) for name in sealed))
    count, last = 0, ""
    while rows := connection.execute(
        select(plain).where(plain.c[key] > last).order_by(plain.c[key]).limit(BATCH)
    ).all():
        last = rows[-1][0]
        for row in rows:
            values = {
                name: keys.seal(keys.open(item))
                for name, item in zip(sealed, row[1:], strict=True)
                if item is not None
            }
            count += len(values)
            if values:
                connection.execute(update(plain).where(plain.c[key] == row[0]).values(**values))
    return count
