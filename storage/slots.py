"""The moments at which something is due, and what became of each: the clock asks only here, and by an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, and_, bindparam, func, or_, select, union, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.among import prepared_among
from storage.ids import new_id
from storage.prepared import Prepared
from storage.tables import Counter, Occurrence, Outgoing, PersonRow, ReportingLine, Slot

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=180)
SLOTS = Slot.__table__  # type: ignore[attr-defined]
DECISIONS = Occurrence.__table__  # type: ignore[attr-defined]
COUNTERS = Counter.__table__  # type: ignore[attr-defined]
PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]
LINES = ReportingLine.__table__  # type: ignore[attr-defined]

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_PLAN = {
    name: Prepared(
        made.on_conflict_do_update(index_elements=["kind", "about"], set_={"due_at": made.excluded.due_at})
    )
    for name, insert in _INSERT.items()
    for made in (insert(SLOTS),)
}
_RECORD = {
    name: Prepared(insert(DECISIONS).on_conflict_do_nothing().returning(DECISIONS.c.id))
    for name, insert in _INSERT.items()
}
# The concatenation keeps SQLite from walking through all of these kinds by their primary key (360 ms, not 1).
_DUE = prepared_among(
    lambda among: (
        select(SLOTS)
        .where(SLOTS.c.due_at <= bindparam("now"), among(SLOTS.c.kind + ""))
        .order_by(SLOTS.c.due_at)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
    )
)
_MINE = select(COUNTERS.c.value).where(COUNTERS.c.name == bindparam("which"))
_COUNTER, _CLAIMED = Prepared(_MINE), Prepared(_MINE.with_for_update(skip_locked=True))
_NEXT = Prepared(
    select(SLOTS.c.due_at).where(SLOTS.c.kind == bindparam("which"), SLOTS.c.about == bindparam("what"))
)
_KNOWN = Prepared(
    select(DECISIONS.c.id).where(
        DECISIONS.c.kind == bindparam("which"),
        DECISIONS.c.about == bindparam("what"),
        DECISIONS.c.due_at == bindparam("at"),
    )
)
_PLANNED = Prepared(
    select(SLOTS.c.about, SLOTS.c.due_at).where(
        SLOTS.c.kind == bindparam("which"),
        or_(
            SLOTS.c.about == bindparam("person"),
            # Not BETWEEN: PostgreSQL takes no collation inside it.
            and_(SLOTS.c.about >= bindparam("low"), SLOTS.c.about < bindparam("high")),
        ),
    )
)
_SETTLED = (DECISIONS.c.until.is_(None), DECISIONS.c.outcome != "failed")

LIVES = timedelta(days=3)
"""How long a reminder waits to be taken by its platform."""
HANDED_ON = 2 * LIVES
"""How much older than a message a decision that it carries out may be: handed on twice, each time by a message that
waited as long as a reminder lives."""

RESTORED_AT = "restored_at"
"""The setting with the moment of a restore from a backup: what was due before it may have been said already."""
RESTORED_FROM = "restored_from"
"""The setting with the moment at which that backup was made: what was said to us since is lost."""


class Slots:
    """`store.slots`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Planning ----------------------------------------------------------------------------------------------

    def plan(self, kind: str, about: str, due_at: datetime) -> None:
        """Set when a bell rings next for this; what was planned for it before is replaced."""
        self._store.run(_PLAN[self._store.dialect], kind=kind, about=about, due_at=due_at)

    def drop(self, kind: str, about: str) -> bool:
        """The bell does not ring for this any more; False when it was not planned."""
        return bool(self._store.remove(Slot, col(Slot.kind) == kind, col(Slot.about) == about))

    def next(self, kind: str, about: str) -> datetime | None:
        """When a bell rings next for this, or None."""
        found = self._store.run(_NEXT, which=kind, what=about)
        return found[0][0] if found else None

    def planned(self, kind: str, of: str) -> int:
        """For how much of this ("<of>:…") a bell is still to ring."""
        return len(self._of_person(kind, of))

    def plan_person(self, kind: str, person_id: str, planned: Mapping[str, datetime]) -> None:
        """Make what is planned for a person at one bell exactly this. What is due already stays: it rings first."""
        known = dict(self._of_person(kind, person_id))
        for about, due_at in known.items():
            if about not in planned and due_at > self._store.now:
                self.drop(kind, about)
        for about, due_at in planned.items():
            before = known.get(about)
            if before is None or (before > self._store.now and before != due_at):
                self.plan(kind, about, due_at)

    def forget_person(self, kind: str, person_id: str) -> None:
        """Nothing rings for a person at this bell any more, not even what is due."""
        for about, _ in self._of_person(kind, person_id):
            self.drop(kind, about)

    def replan(self) -> None:
        """Plan everybody anew, at the clock's next tick: a routine, a holiday or a rule changed."""
        self._count("replan")

    def to_plan(self, most: int, *, bells: str) -> list[str]:
        """The next people to plan, because they changed, or everybody did since `bells` (a digest of what plans and
        by which data) or `replan`. Plan them in this unit: it is remembered as done. Nobody while another does."""
        if not self._alone("planning"):
            return []
        before = self._store.setting("planning") or {"done": [0, 0, ""], "goal": None, "after": ""}
        goal = before["goal"] or [self._store.directory.revision, self._counted("replan"), bells]
        if goal == before["done"]:
            return []
        everybody = before["done"][1:] != goal[1:]
        found = select(PEOPLE.c.id).where(PEOPLE.c.id > before["after"]).order_by(PEOPLE.c.id).limit(most)
        if not everybody:
            found = found.where(PEOPLE.c.id.in_(_changed_since(before["done"][0])))
        ids = [row[0] for row in self._store.execute(found)]
        more = len(ids) == most
        after = {"goal": goal, "after": ids[-1]} if more else {"goal": None, "after": ""}
        self._store.set_setting("planning", {"done": before["done"] if more else goal, **after})
        return ids

    # Ringing -----------------------------------------------------------------------------------------------

    def due(self, most: int, kinds: Collection[str]) -> list[Slot]:
        """What is due now of these kinds, oldest first; until this unit ends no other process gets it. What an older
        or newer version of Upbeat planned is left to it."""
        asked = {"now": self._store.now, "among": sorted(kinds), "most": most}
        return self._store.rows(Slot, _DUE[self._store.dialect], **asked)

    def happened(self, kind: str, about: str, due_at: datetime) -> bool:
        """Whether this moment rang before."""
        return bool(self._store.run(_KNOWN, which=kind, what=about, at=due_at))

    def record(
        self,
        kind: str,
        about: str,
        due_at: datetime,
        *,
        outcome: str,
        person_id: str | None = None,
        reason: str = "",
        until: datetime | None = None,
        outgoing_id: str | None = None,
    ) -> bool:
        """Keep what became of a due moment; False when that was known already: each has one outcome."""
        return bool(
            self._store.run(
                _RECORD[self._store.dialect],
                id=new_id(),
                kind=kind,
                about=about,
                due_at=due_at,
                person_id=person_id,
                outcome=outcome,
                reason=reason,
                until=until,
                outgoing_id=outgoing_id,
                decided_at=self._store.now,
            )
        )

    def failures(self, kind: str, about: str, *, since: datetime) -> int:
        """How often this bell failed for this since a moment."""
        mine = (col(Occurrence.kind) == kind, col(Occurrence.about) == about)
        return self._store.count(
            Occurrence, *mine, col(Occurrence.outcome) == "failed", col(Occurrence.decided_at) >= since
        )

    # What was decided --------------------------------------------------------------------------------------

    def decisions(self, person_id: str, since: datetime) -> list[Occurrence]:
        """What was decided for a person, newest first: sent, or silent with the reason and until when. For reminders
        `kind` is "nudge" and `about` the obligation's id; for a bell, its name and what it rang about."""
        theirs = (col(Occurrence.person_id) == person_id, col(Occurrence.decided_at) >= since)
        return self._store.all(
            Occurrence, *theirs, order=(DECISIONS.c.decided_at.desc(), DECISIONS.c.id.desc())
        )

    def decided_about(self, kind: str, about: Collection[str]) -> dict[str, list[Occurrence]]:
        """What was decided at one bell about each of these, the oldest first."""
        found: dict[str, list[Occurrence]] = {}
        these = (DECISIONS.c.kind == kind, DECISIONS.c.about.in_(list(about)))
        for row in self._store.all(Occurrence, *these, order=(DECISIONS.c.decided_at, DECISIONS.c.id)):
            found.setdefault(row.about, []).append(row)
        return found

    def last(self, kind: str, prefix: str) -> datetime | None:
        """When something was decided last at this bell about what begins so ("<id>" of "<id>:<more>"): what was only
        put off, and what failed, was not."""
        theirs = (DECISIONS.c.about >= f"{prefix}:", DECISIONS.c.about < f"{prefix};")
        found = select(func.max(DECISIONS.c.decided_at)).where(DECISIONS.c.kind == kind, *theirs, *_SETTLED)
        moment: datetime | None = self._store.execute(found).scalar()
        return moment

    def due_before(self, kind: str, about: str, due_at: datetime) -> datetime | None:
        """Which due moment of this was decided before this one: what was only put off, and what failed, was not."""
        these = (DECISIONS.c.kind == kind, DECISIONS.c.about == about, DECISIONS.c.due_at < due_at)
        found = select(func.max(DECISIONS.c.due_at)).where(*these, *_SETTLED)
        moment: datetime | None = self._store.execute(found).scalar()
        return moment

    def counted(self, since: datetime) -> dict[str, int]:
        """How many due moments came to which end since a moment: "sent", or "silent: quiet hours" and the like."""
        ends = (DECISIONS.c.outcome, DECISIONS.c.reason)
        found = self._store.execute(
            select(*ends, func.count()).where(DECISIONS.c.decided_at >= since).group_by(*ends)
        )
        return {
            f"{outcome}: {reason}" if reason else outcome: int(number) for outcome, reason, number in found
        }

    def told_by(self, row: Outgoing) -> list[Occurrence]:
        """The decisions that a waiting message carries out."""
        return self._store.all(Occurrence, *_told_by(row))

    def hand_on(self, row: Outgoing, to: Outgoing) -> None:
        """What a waiting message was to say, another says."""
        self._store.execute(update(DECISIONS).where(*_told_by(row)).values(outgoing_id=to.id))

    def overrule(self, row: Outgoing, outcome: str, reason: str) -> None:
        """A message was not sent after all: its decisions say so."""
        self._store.execute(update(DECISIONS).where(*_told_by(row)).values(outcome=outcome, reason=reason))

    def reinstate(self, row: Outgoing) -> None:
        """A message that was held back is sent after all."""
        held = DECISIONS.c.outcome == "silent"
        self._store.execute(update(DECISIONS).where(*_told_by(row), held).values(outcome="sent", reason=""))

    def tidy(self) -> int:
        """Forget what was decided long ago; returns how many."""
        return self._store.remove(Occurrence, col(Occurrence.decided_at) < self._store.now - KEPT)

    # Inside ------------------------------------------------------------------------------------------------

    def _of_person(self, kind: str, person_id: str) -> list[tuple[Any, ...]]:
        low, high = f"{person_id}:", f"{person_id};"  # the semicolon follows the colon
        return self._store.run(_PLANNED, which=kind, person=person_id, low=low, high=high)

    def _alone(self, name: str) -> bool:
        """Whether this unit is the only one, of all processes, that does this now."""
        if not self._store.run(_COUNTER, which=name):
            insert = _INSERT[self._store.dialect](COUNTERS)
            self._store.execute(insert.values(name=name, value=0).on_conflict_do_nothing())
        return bool(self._store.run(_CLAIMED, which=name))

    def _count(self, name: str) -> None:
        raised = {"value": COUNTERS.c.value + 1}
        insert = _INSERT[self._store.dialect](COUNTERS).values(name=name, value=1)
        self._store.execute(insert.on_conflict_do_update(index_elements=["name"], set_=raised))

    def _counted(self, name: str) -> int:
        found = self._store.run(_COUNTER, which=name)
        return int(found[0][0]) if found else 0


def _told_by(row: Outgoing) -> tuple[Any, ...]:
    theirs = (DECISIONS.c.person_id == row.person_id, DECISIONS.c.decided_at >= row.made_at - HANDED_ON)
    return (*theirs, DECISIONS.c.outgoing_id == row.id)


def _changed_since(revision: int) -> Select[Any]:
    people = select(PEOPLE.c.id).where(PEOPLE.c.revision > revision)
    below = select(LINES.c.subject_id).where(LINES.c.revision > revision)
    above = select(LINES.c.manager_id).where(LINES.c.revision > revision)
    return select(union(people, below, above).subquery().c[0])
