"""What a person owes their key results: a word on them each week, and one on each that is stuck."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, or_, select

from storage.goals.tables import Goal, KeyResult
from storage.people import DEFAULT_ZONE
from storage.prepared import Prepared
from storage.tables import ObligationRow, Occurrence, Outgoing

if TYPE_CHECKING:
    from storage.store import Store

WEEKLY, STUCK = "goals.weekly", "goals.stuck"
"""The routes that settle what is owed: of all since a moment (`since`), of one (`result`)."""

LATELY = timedelta(weeks=1)
"""For so long, what is taken back is owed again."""

GIVEN = ("bonus", "penalty")
"""Points that are given when there is a reason: nobody asks for them every week."""

GOALS = Goal.__table__  # type: ignore[attr-defined]
RESULTS = KeyResult.__table__  # type: ignore[attr-defined]
OWED = ObligationRow.__table__  # type: ignore[attr-defined]
DECISIONS = Occurrence.__table__  # type: ignore[attr-defined]
SENT = Outgoing.__table__  # type: ignore[attr-defined]

_OPEN = (GOALS.c.subject_id == bindparam("owner"), GOALS.c.state == "open")
_GOALS = Prepared(select(GOALS).where(*_OPEN))
_RESULTS = Prepared(
    select(RESULTS)
    .where(
        RESULTS.c.subject_id == bindparam("owner"),
        RESULTS.c.dropped_at.is_(None),
        *(RESULTS.c.part != part for part in GIVEN),
        RESULTS.c.goal_id.in_(select(GOALS.c.id).where(*_OPEN)),
    )
    .order_by(RESULTS.c.goal_number, RESULTS.c.number)
)
_REASONS = Prepared(select(OWED.c.about).where(OWED.c.person_id == bindparam("owner"), OWED.c.kind == STUCK))

_LATELY = Prepared(
    select(OWED).where(
        OWED.c.person_id == bindparam("owner"),
        or_(OWED.c.kind == WEEKLY, OWED.c.kind == STUCK),
        or_(
            OWED.c.closed_at.is_(None),
            (OWED.c.closed_how == "done")
            & (OWED.c.closed_at > bindparam("lately"))
            & or_(OWED.c.expires_at.is_(None), OWED.c.expires_at > bindparam("now")),
        ),
    )
)


def touched_at(row: KeyResult) -> datetime:
    """When somebody last said how far it is, or wrote it down."""
    return max(row.moved_at, row.made_at) if row.moved_at else row.made_at


class Owed:
    """`store.goals.owed`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def results(self, owner: str) -> list[tuple[Goal, KeyResult]]:
        """The open key results of a person with their goals, by number: for the clock's own rules, never for showing
        to others."""
        rows = self._store.rows(KeyResult, _RESULTS, owner=owner)
        if not rows:
            return []
        goals = {row.id: row for row in self._store.rows(Goal, _GOALS, owner=owner)}
        return [(goals[row.goal_id], row) for row in rows]

    def waiting(self, owed: ObligationRow) -> list[KeyResult]:
        """The key results on which what is owed this week still waits for a word."""
        owner = owed.person_id
        alone, zone = _asked_alone(self._lately(owner)), self._zone(owner)
        return [row for goal, row in self.results(owner) if _waits(owed, goal, row, alone, zone)]

    def weekly(self, owner: str) -> ObligationRow | None:
        """What is owed this week, if it is still open."""
        here = (OWED.c.person_id == owner, OWED.c.kind == WEEKLY, OWED.c.closed_at.is_(None))
        return next(iter(self._store.all(ObligationRow, *here, order=OWED.c.opened_at.desc())), None)

    def stuck(self, obligation_id: str, owner: str) -> ObligationRow | None:
        """What an owner was asked about one that is stuck, settled or not."""
        found = self._store.obligations.get(obligation_id, person_id=owner)
        return found if found and found.kind == STUCK else None

    def reasons(self, owner: str) -> dict[str, set[str]]:
        """Of which key results the owner was asked for which reason: each once."""
        found: dict[str, set[str]] = {}
        for (about,) in self._store.run(_REASONS, owner=owner):
            result, _, reason = about.partition(":")
            found.setdefault(result, set()).add(reason)
        return found

    def told_at(self, row: ObligationRow) -> datetime | None:
        """When the owner was told of it: not when it was queued, but when it had arrived."""
        told = (DECISIONS.c.kind == "nudge", DECISIONS.c.about == row.id, SENT.c.state == "sent")
        arrived = select(func.min(SENT.c.sent_at)).join_from(
            DECISIONS, SENT, SENT.c.id == DECISIONS.c.outgoing_id
        )
        found: datetime | None = self._store.execute(arrived.where(*told)).scalar()
        return found

    def entitle(self, row: ObligationRow, title: str) -> None:
        """What is owed is said anew."""
        if row.title != title:
            self._store.change(row, title=title)

    def settle(self, owner: str) -> None:
        """Close what was said by now, and open again what was taken back."""
        if not (rows := self._lately(owner)):
            return
        results, alone, zone = self.results(owner), _asked_alone(rows), self._zone(owner)
        for row in rows:
            waits = any(_waits(row, goal, each, alone, zone) for goal, each in results)
            if row.closed_at is None and not waits:
                self._store.obligations.close(owner, row.kind, row.about)
            elif row.closed_at is not None and waits:
                self._store.obligations.reopen(row)

    def _zone(self, owner: str) -> ZoneInfo:
        person = self._store.directory.person(owner)
        return ZoneInfo(person.zone if person else DEFAULT_ZONE)

    def _lately(self, owner: str) -> list[ObligationRow]:
        now = self._store.now
        return self._store.rows(ObligationRow, _LATELY, owner=owner, now=now, lately=now - LATELY)


def _asked_alone(rows: Sequence[ObligationRow]) -> set[str]:
    """The key results about which somebody is asked apart from the week's word: nobody is asked twice at once."""
    return {row.args["result"] for row in rows if row.kind == STUCK and row.closed_at is None}


def _waits(row: ObligationRow, goal: Goal, each: KeyResult, alone: Collection[str], zone: ZoneInfo) -> bool:
    """Whether a word on a key result is owed by this, on the calendar of whom it belongs to."""
    if row.kind == STUCK:
        return row.args["result"] == each.id and touched_at(each) < row.opened_at
    asked_on = date.fromisoformat(row.about)
    since = datetime.fromisoformat(row.args["since"])
    had_begun = (each.begins_on or goal.begins_on) <= since.astimezone(zone).date()
    in_its_days = had_begun and asked_on <= (each.ends_on or goal.ends_on)
    return in_its_days and not each.is_done and each.id not in alone and touched_at(each) < since
