"""What only one process does at a time: who does it, in which term, and until when on the database's own clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import Moment
from storage.tables import Lease

if TYPE_CHECKING:
    from storage.store import Store

T = TypeVar("T")

MOST_SKEW = 10
"""Seconds that a process's clock may be from the database's: a sixth of a message's lease."""

PROCESS = "process "
"""How the lease begins that each process has for itself, for as long as it is at work."""

LEASES = Lease.__table__  # type: ignore[attr-defined]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Term:
    """One holder's time with a lease. Whoever takes it over has a higher `number`."""

    name: str
    holder: str
    number: int


@dataclass(frozen=True)
class Standing:
    """Who has a lease, and for how many seconds still; none or fewer: nobody has it now."""

    name: str
    holder: str
    seconds: float


class Lost(Exception):
    """Somebody else has this lease now: what was to be done in its name is refused."""


class Leases:
    """`store.leases`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def take(self, name: str, holder: str, *, seconds: float) -> Term | None:
        """Begin a term, unless somebody is in theirs, or in the middle of what was begun in it."""
        # This lock, and not that of an update, keeps off the one of `require`. It is not waited for: who asks has other
        # leases to renew.
        over = select(LEASES.c.term).where(LEASES.c.name == name, LEASES.c.until <= self._in(0))
        last = self._store.execute(over.with_for_update(skip_locked=True)).scalar()
        wanted = {"holder": holder, "until": self._in(seconds)}
        if last is not None:
            taking = update(LEASES).where(LEASES.c.name == name).values(term=last + 1, **wanted)
        else:
            insert = _INSERT[self._store.dialect](LEASES).values(name=name, term=1, **wanted)
            taking = insert.on_conflict_do_nothing()
        number = self._store.execute(taking.returning(LEASES.c.term)).scalar()
        return None if number is None else Term(name, holder, number)

    def renew(self, term: Term, *, seconds: float) -> bool:
        """Make the term last so long from now; False when it is over, because somebody has taken the lease."""
        return self._set(term, self._in(seconds))

    def give_back(self, term: Term) -> None:
        """End the term: whoever waits for the lease may take it at once."""
        self._set(term, self._in(0))

    def give_all_back(self) -> None:
        """End every term: when the one process of a database starts, after whatever ended the last one."""
        self._store.execute(update(LEASES).values(until=self._in(0)))

    def tidy(self) -> int:
        """Forget the processes that are not at work any more; returns how many."""
        gone = (LEASES.c.name.startswith(PROCESS), LEASES.c.until <= self._in(0))
        return int(self._store.execute(delete(LEASES).where(*gone)).rowcount)

    def require(self, term: Term) -> None:
        """Raises Lost when the term is over. While it is not, nobody takes the lease before this unit has ended; its
        holder may renew it meanwhile."""
        query = select(LEASES.c.term).where(*_of(term)).with_for_update(read=True, key_share=True)
        if self._store.execute(query).first() is None:
            raise Lost(term.name)

    def standing(self) -> list[Standing]:
        """Every lease, by name."""
        now = self.clock()
        rows = self._store.all(Lease, order=LEASES.c.name)
        return [Standing(row.name, row.holder, (row.until - now).total_seconds()) for row in rows]

    def clock(self) -> datetime:
        """What the database's clock says."""
        if self._store.dialect == "sqlite":
            return self._store.now
        found: datetime = self._store.execute(select(func.clock_timestamp())).scalar_one()
        return found

    def _set(self, term: Term, until: Any) -> bool:
        return bool(self._store.execute(update(LEASES).where(*_of(term)).values(until=until)).rowcount)

    def _in(self, seconds: float) -> Any:
        """A moment of the database's clock. SQLite has none of its own: all who use a file share a machine's."""
        wait = timedelta(seconds=seconds)
        if self._store.dialect == "sqlite":
            return literal(self._store.now + wait, Moment)
        return func.clock_timestamp() + wait


def under(term: Term | None, work: Callable[[Store], T]) -> Callable[[Store], T]:
    """The same unit of work, refused (Lost) when the term is over. Without a term nothing is asked."""
    if term is None:
        return work

    def guarded(store: Store) -> T:
        store.leases.require(term)
        return work(store)

    return guarded


def _of(term: Term) -> tuple[Any, ...]:
    return (LEASES.c.name == term.name, LEASES.c.holder == term.holder, LEASES.c.term == term.number)
