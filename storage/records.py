"""Everything that is kept about a person: who opened it, and all of it as a file, over every personal table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import SQLModel, col

from storage import policy
from storage.columns import Sealed, SealedJson
from storage.holds import Hold
from storage.policy import TABLE, Kind, Relation, Right
from storage.prepared import Prepared
from storage.tables import (
    Absence,
    Account,
    AuditRow,
    BreakGlass,
    Draft,
    ObligationRow,
    Outgoing,
    PersonalRow,
    PersonRow,
    Preference,
    ReportingLine,
)

if TYPE_CHECKING:
    from storage.store import Store

MACHINERY = ("version", "revision", "ended_key")
"""Columns that say nothing about anybody."""
_ROLES = {Relation.SELF: "subject_id", Relation.AUTHOR: "author_id", Relation.NAMED: "named_id"}


_UNTOLD = select(col(BreakGlass.id)).where(col(BreakGlass.kind) == Kind.BREAK_GLASS.value)
TOLD = (col(AuditRow.what) != Kind.BREAK_GLASS.value, col(AuditRow.record_id).not_in(_UNTOLD))
"""What stands in the audit about a person and is not kept from them until a break-glass is over."""


def personal_tables() -> tuple[type[PersonalRow], ...]:
    """Every table of personal records, by name: whoever inherits PersonalRow is here."""
    return tuple(sorted(_heirs(PersonalRow), key=lambda table: str(table.__tablename__)))


def _heirs(table: type[PersonalRow]) -> Iterator[type[PersonalRow]]:
    for heir in table.__subclasses__():
        if getattr(heir, "__tablename__", None) in SQLModel.metadata.tables:
            yield heir
        yield from _heirs(heir)


def owners(row: PersonalRow) -> frozenset[str]:
    """Whose own record a row is: the people in it who may take it with them in their file."""
    rights = TABLE[Kind(row.kind)]
    found = (getattr(row, field) for role, field in _ROLES.items() if Right.EXPORT in rights.get(role, ()))
    return frozenset(person for person in found if person)


def involving(store: Store, table: type[PersonalRow], person_id: str) -> list[Any]:
    """Every row of a personal table in which somebody has a part, past all rules: for their file and for erasing."""
    return store.rows(table, _involving(table), person=person_id)


@cache
def _involving(table: type[PersonalRow]) -> Prepared:
    columns = table.__table__.c  # type: ignore[attr-defined]
    who = or_(*(columns[field] == bindparam("person") for field in _ROLES.values()))
    return Prepared(select(table.__table__).where(who).order_by(columns.made_at, columns.id))  # type: ignore[attr-defined]


class Records:
    """`store.records`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def readers(self, person_id: str) -> set[str]:
        """The ids of everybody who opened a record about a person, whether or not that person may know yet."""
        about = (col(AuditRow.subject_id) == person_id, col(AuditRow.act) == "opened")
        return {row.actor_id for row in self._store.all(AuditRow, *about, limit=10_000) if row.actor_id}

    def opened(self, person_id: str, *, since: datetime | None = None, most: int = 500) -> list[AuditRow]:
        """Who opened records about a person, newest first. What people do with their own is not noted; what HR opened
        by break-glass is told when it is over."""
        about = (col(AuditRow.subject_id) == person_id, col(AuditRow.act) == "opened", *TOLD)
        after = (col(AuditRow.at) >= since,) if since else ()
        return self._store.all(AuditRow, *about, *after, order=col(AuditRow.at).desc(), limit=most)

    def is_still_for(self, person_id: str, about: str) -> bool:
        """Whether a person may read, at this moment, what a message shows ("checkin:<id>"). Asked of records that can
        be read for a while only; of the others it was settled when the message was written."""
        name, _, record_id = about.partition(":")
        for table in personal_tables() if record_id else ():
            if table.__tablename__ == name and any(
                Relation.DELEGATE in TABLE[Kind(kind)] for kind in table.kinds
            ):
                found = self._store._rows(table, (col(table.id) == record_id,))
                now = self._store.now
                return all(
                    policy.may(self._store.directory, person_id, Right.READ, row, now) for row in found
                )
        return True

    # The whole file --------------------------------------------------------------------------------------------

    def whole(self, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """Everything about a person that they may take with them, by table: plain values, names instead of ids. It is
        noted that it was made."""
        mine = {
            str(table.__tablename__): [self._plain(row) for row in self._mine(table, person_id)]
            for table in personal_tables()
        }
        self._store.audit("exported", "person", subject_id=person_id)
        return {**self._frame(person_id), **mine}

    def skeleton(self, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """What is kept about a person for who administers records: no words but those that every colleague may read,
        and nothing of what only its participants may know."""
        made = {
            str(table.__tablename__): [
                self._outline(row) for row in involving(self._store, table, person_id) if _known_to_line(row)
            ]
            for table in personal_tables()
        }
        self._store.audit("exported", "person", subject_id=person_id)
        frame = self._frame(person_id)
        frame.pop(str(Draft.__tablename__))
        return {**frame, **made}

    def _mine(self, table: type[PersonalRow], person_id: str) -> list[Any]:
        directory, now = self._store.directory, self._store.now
        rows = involving(self._store, table, person_id)
        return [row for row in rows if policy.may(directory, person_id, Right.EXPORT, row, now)]

    def _outline(self, row: PersonalRow) -> dict[str, Any]:
        open_to_all = Right.READ in TABLE[Kind(row.kind)].get(Relation.COLLEAGUE, ())
        hidden = () if open_to_all else sealed_columns(type(row))
        return {name: item for name, item in self._plain(row).items() if name not in hidden}

    def _frame(self, person_id: str) -> dict[str, list[dict[str, Any]]]:
        """What the organisation's tables know of a person."""
        wanted: tuple[tuple[type[Any], Any, tuple[str, ...]], ...] = (
            (PersonRow, PersonRow.id, ()),
            (Account, Account.person_id, ()),
            (ReportingLine, ReportingLine.subject_id, ()),
            (Preference, Preference.person_id, ()),
            (Absence, Absence.person_id, ()),
            (Hold, Hold.person_id, ()),
            (ObligationRow, ObligationRow.person_id, ("title", "args")),
            (
                Outgoing,
                Outgoing.person_id,
                ("card", "leased_by", "leased_until", "stuck_since", "crashes", "topic"),
            ),
            (Draft, Draft.person_id, ("about", "closed_key", "version")),
            (AuditRow, AuditRow.subject_id, ("chain", "place", "digest")),
        )
        return {
            str(table.__tablename__): [
                {name: item for name, item in self._plain(row).items() if name not in hidden}
                for row in self._store.all(table, field == person_id, *(TOLD if table is AuditRow else ()))
            ]
            for table, field, hidden in wanted
        }

    def _plain(self, row: Any) -> dict[str, Any]:
        values = {column.name: getattr(row, column.name) for column in type(row).__table__.c}
        return {name: self._named(item) for name, item in values.items() if name not in MACHINERY}

    def _named(self, item: Any) -> Any:
        if isinstance(item, str):
            person = self._store.directory.person(item)
            return person.name if person else item
        if isinstance(item, dict):
            return {str(self._named(key)): self._named(each) for key, each in item.items()}
        if isinstance(item, list | tuple):
            return [self._named(each) for each in item]
        if isinstance(item, Decimal):
            return format(item, "f")
        return item.isoformat() if isinstance(item, date | time) else item

    def departed(self) -> list[PersonRow]:
        """The people who have left and are not erased yet, by name."""
        gone = (col(PersonRow.left_at).is_not(None), col(PersonRow.erased_at).is_(None))
        return self._store.all(PersonRow, *gone, order=col(PersonRow.name))


def _known_to_line(row: PersonalRow) -> bool:
    """Whether anybody but the people in it may read a record of this kind."""
    own = _ROLES.keys()
    return any(Right.READ in rights for role, rights in TABLE[Kind(row.kind)].items() if role not in own)


def sealed_columns(table: type[PersonalRow]) -> tuple[str, ...]:
    """The columns with people's words: the declared ones, and whatever else is sealed."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    sealed = (column.name for column in columns if isinstance(column.type, Sealed | SealedJson))
    return tuple(dict.fromkeys((*table.words, *sealed)))
