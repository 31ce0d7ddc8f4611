"""What a button does is kept here; the platform carries only a key that cannot be guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from storage.ids import new_secret
from storage.prepared import Prepared
from storage.tables import Handle

if TYPE_CHECKING:
    from storage.store import Store

LIVES = timedelta(days=45)

_TABLE = Handle.__table__  # type: ignore[attr-defined]
_INSERT = Prepared(_TABLE.insert())
_FIND = Prepared(
    select(
        col(Handle.person_id),
        col(Handle.route),
        _TABLE.c.args,
        col(Handle.once),
        col(Handle.used_at),
        col(Handle.expires_at),
    ).where(col(Handle.id) == bindparam("handle"))
)
_USE = Prepared(
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("handle"), _TABLE.c.used_at.is_(None))
    .values(used_at=bindparam("now", type_=_TABLE.c.used_at.type))
    .returning(_TABLE.c.id)
)


class Handles:
    """`store.handles`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def make(
        self, presses: Sequence[tuple[str, dict[str, Any], bool]], *, for_person: str | None
    ) -> list[str]:
        """Keep (route, arguments, once) rows for one presser, or for any colleague; returns their opaque ids."""
        rows: list[dict[str, Any]] = [
            {
                "id": new_secret(),
                "person_id": for_person,
                "route": route,
                "args": args,
                "once": once,
                "expires_at": self._store.now + LIVES,
            }
            for route, args, once in presses
        ]
        if rows:
            _INSERT.run_many(self._store.connection, rows)
        return [row["id"] for row in rows]

    def open(self, handle: str, *, presser: str) -> tuple[str, dict[str, Any]] | None:
        """The route and arguments behind a handle; None alike for what is unknown, foreign, used or expired."""
        found = self._store.run(_FIND, handle=handle)
        if not found:
            return None
        person_id, route, args, once, used_at, expires_at = found[0]
        if (
            person_id not in (None, presser)
            or expires_at <= self._store.now
            or (once and used_at is not None)
        ):
            return None
        return route, args

    def use(self, handle: str) -> bool:
        """Mark a handle used; False when it was used before."""
        return bool(self._store.run(_USE, handle=handle, now=self._store.now))

    def tidy(self) -> int:
        """Forget expired handles; returns how many."""
        return self._store.remove(Handle, col(Handle.expires_at) < self._store.now)
