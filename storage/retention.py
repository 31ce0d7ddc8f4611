"""How long each family of records is kept, by the organisation's choice; what is older goes, in batches, for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal, or_, select, true
from sqlmodel import col

from storage.holds import PARTS, not_held
from storage.ids import ID_LENGTH
from storage.policy import Kind
from storage.prepared import Prepared
from storage.records import personal_tables
from storage.tables import ObligationRow, PersonalRow, PersonRow
from storage.webchat import WebReaction

if TYPE_CHECKING:
    from storage.store import Store


class Family(StrEnum):
    """Records that are kept equally long."""

    CHECKINS = "checkins"
    FEEDBACK = "feedback"
    KUDOS = "kudos"
    ONE_ON_ONES = "one_on_ones"
    GOALS = "goals"
    REVIEWS = "reviews"
    CHAT = "chat"


FAMILIES: Mapping[Family, frozenset[Kind]] = {
    Family.CHECKINS: frozenset({Kind.CHECKIN, Kind.MOOD, Kind.COMMENT, Kind.DELEGATION}),
    Family.FEEDBACK: frozenset(
        {
            Kind.FEEDBACK,
            Kind.FEEDBACK_WITH_MANAGER,
            Kind.FEEDBACK_REQUEST,
            Kind.BREAK_GLASS,
            Kind.BREAK_GLASS_TOLD,
        }
    ),
    Family.KUDOS: frozenset({Kind.KUDOS_PUBLIC, Kind.KUDOS_PRIVATE}),
    Family.ONE_ON_ONES: frozenset({Kind.ONE_ON_ONE, Kind.PRIVATE_NOTE}),
    Family.GOALS: frozenset(
        {Kind.GOAL_COMPANY, Kind.GOAL_TEAM, Kind.GOAL_PRIVATE, Kind.METRIC, Kind.OBJECTION}
    ),
    Family.REVIEWS: frozenset(
        {
            Kind.REVIEW_SELF_DRAFT,
            Kind.REVIEW_SELF,
            Kind.REVIEW_DRAFT,
            Kind.REVIEW_CONFIDENTIAL,
            Kind.REVIEW_VOICE,
            Kind.REVIEW_INVITE,
            Kind.REVIEW_PEER,
            Kind.REVIEW_PEER_RELEASED,
            Kind.REVIEW_MANAGER,
            Kind.REVIEW_MANAGER_RELEASED,
            Kind.REVIEW_REMARK,
            Kind.RATING,
            Kind.RATING_RELEASED,
            Kind.POTENTIAL,
        }
    ),
    Family.CHAT: frozenset({Kind.CHAT, Kind.CHANNEL}),
}

ALWAYS, LEAVING = "always", "leaving"
TERMS = ("6", "12", "24", "36", "60", "84", "120", LEAVING, ALWAYS)
"""What may be chosen: months, until somebody in it has left, or without limit. No term is shorter than
messages are kept (`outbox.KEPT`), so that no copy of a record outlives it there."""
USUAL: Mapping[Family, str] = {
    Family.CHECKINS: "24",
    Family.FEEDBACK: "36",
    Family.KUDOS: ALWAYS,
    Family.ONE_ON_ONES: LEAVING,
    Family.GOALS: "36",
    Family.REVIEWS: "36",
    Family.CHAT: "24",
}
"""What holds until somebody chooses."""
GRACE = timedelta(days=30)
"""What goes with who has left goes so long after: a people file that was wrong, or a return, loses nothing."""
BATCH = 200
"""Records that go in one unit of work: people who press buttons wait behind it."""


class Retention:
    """`store.retention`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def chosen(self, family: Family) -> str:
        """The term that was chosen for a family, or the usual one."""
        return str(self._store.setting(f"keep:{family}", USUAL[family]))

    def term(self, family: Family) -> str:
        """The term that holds. The local chat shows all the others, so that it is kept no longer than any of them."""
        if family is not Family.CHAT:
            return self.chosen(family)
        months = [int(term) for each in Family if (term := self.chosen(each)).isdecimal()]
        return str(min(months)) if months else self.chosen(family)

    def choose(self, family: Family, term: str) -> None:
        """Keep a family so long from now on."""
        self._store.set_setting(f"keep:{family}", term)
        self._store.audit("changed", f"keep:{family}")

    # What goes -----------------------------------------------------------------------------------------------------

    def too_old(self, family: Family, term: str) -> int:
        """How many records would go with this term."""
        return self._counted(family, term, not_held)

    def kept_by_holds(self, family: Family, term: str) -> int:
        """How many would go with this term, were nobody on hold."""
        return self._counted(family, term, lambda table: true()) - self.too_old(family, term)

    def _counted(self, family: Family, term: str, but: Callable[[type[PersonalRow]], Any]) -> int:
        if term == ALWAYS:
            return 0
        before, leaving = self._before(term), term == LEAVING
        return sum(
            self._store.count(table, _over(table, family, leaving, before), but(table))
            for table in _tables(family)
            if not table.is_part
        )

    def some(self) -> list[tuple[type[PersonalRow], list[str]]]:
        """Some of the records that are too old, by table: at most a batch of each."""
        return [
            (table, ids)
            for family in Family
            if (term := self.term(family)) != ALWAYS
            for table in _tables(family)
            if (ids := self._ids(table, family, term))
        ]

    def remove(self, table: type[PersonalRow], ids: list[str]) -> int:
        """These records go for good, and what stands beside them; each is audited, without words. Returns how many
        went: what was put on hold meanwhile stays."""
        rows = table.__table__  # type: ignore[attr-defined]
        wanted = delete(rows).where(rows.c.id.in_(ids), not_held(table))
        gone = self._store.execute(
            wanted.returning(rows.c.id, rows.c.kind, *(rows.c[name] for name in PARTS))
        )
        found = gone.all()
        self._store.forgets |= bool(found)
        for row in found:
            self._store.audit("expired", row.kind, record_id=row.id, subject_id=row.subject_id or None)
        people = {getattr(row, name) for row in found for name in PARTS} - {None, ""}
        self._forget_beside([row.id for row in found], people)
        return len(found)

    def _forget_beside(self, ids: list[str], people: set[str]) -> None:
        """What was owed because of a record is called by its words; it is about the record's id, or "<id>:<more>"."""
        owed = func.substr(col(ObligationRow.about), 1, ID_LENGTH).in_(ids)
        self._store.remove(ObligationRow, col(ObligationRow.person_id).in_(sorted(people)), owed)
        self._store.remove(WebReaction, col(WebReaction.message_id).in_(ids))

    def _ids(self, table: type[PersonalRow], family: Family, term: str) -> list[str]:
        found = self._store.run(_too_old(table, family, term == LEAVING), before=self._before(term))
        return [row[0] for row in found]

    def _before(self, term: str) -> datetime:
        """What was made before this, or who left, is past a term."""
        return self._store.now - (GRACE if term == LEAVING else relativedelta(months=int(term)))


@cache
def _too_old(table: type[PersonalRow], family: Family, leaving: bool) -> Prepared:
    goes = _over(table, family, leaving, bindparam("before")), not_held(table)
    return Prepared(select(col(table.id)).where(*goes).limit(BATCH))


def _over(table: type[PersonalRow], family: Family, leaving: bool, before: Any) -> ColumnElement[bool]:
    """The condition under which the term of a family is over."""
    its = col(table.kind).in_([literal(kind.value) for kind in sorted(FAMILIES[family])])
    if not leaving:
        return and_(its, col(getattr(table, table.ages_from)) < before)
    left = select(col(PersonRow.id)).where(col(PersonRow.left_at) < before)
    return and_(its, or_(*(col(getattr(table, name)).in_(left) for name in PARTS)))


def _tables(family: Family) -> Iterator[type[PersonalRow]]:
    """The tables with records of a family. Whatever only holds others together stays."""
    return (table for table in personal_tables() if FAMILIES[family] & set(table.kinds) and not table.frame)
