"""Who owes what by when: features open and close obligations, and the reminders know nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlmodel import col

from storage.prepared import Prepared
from storage.tables import ObligationRow, Occurrence
from storage.unit import Conflict

if TYPE_CHECKING:
    from storage.store import Store

TABLE = ObligationRow.__table__  # type: ignore[attr-defined]
DECISIONS = Occurrence.__table__  # type: ignore[attr-defined]
KEPT = timedelta(days=180)
MOST_FORGOTTEN = 500
"""Rows that go in one unit of work."""
HOURS = ("quiet hours", "away", "holiday", "already today", "weekly ceiling")
"""The reasons for silence that end at an hour of the person's own, which depends on their clock, days off and leave."""
HELD = "paused"
"""How it is closed for a while: nobody owes it now, and whoever does it meanwhile has done it."""
EXPIRED = "expired"
"""How it is closed when its time is over, and nobody has done it."""
PASSED_ON = "passed on"
"""How it is closed when somebody else is to do it."""
LEFT = "left"
"""How it is closed when somebody has left."""
BACK = "back"
"""How it is closed when somebody is back, or had not left: it was owed in their place."""
OWED_YET = ("", HELD, LEFT)
"""What is owed still, or would be once a pause is over or somebody is back."""

_CLOSE = Prepared(
    update(TABLE)
    .where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.kind == bindparam("which"),
        TABLE.c.about == bindparam("what"),
        or_(TABLE.c.closed_at.is_(None), TABLE.c.closed_how == HELD),
    )
    .values(closed_at=bindparam("at", type_=TABLE.c.closed_at.type), closed_how=bindparam("how"))
    .returning(TABLE.c.id)
)
_CLOSED_HOW = Prepared(
    select(TABLE.c.closed_how).where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.kind == bindparam("which"),
        TABLE.c.about == bindparam("what"),
    )
)

_WHO = Prepared(
    select(TABLE.c.person_id)
    .where(TABLE.c.closed_at.is_(None), TABLE.c.remind_at <= bindparam("now"))
    .order_by(TABLE.c.remind_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_DUE = Prepared(
    select(TABLE)
    .where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.closed_at.is_(None),
        TABLE.c.remind_at <= bindparam("now"),
    )
    .order_by(TABLE.c.due_at.is_(None), TABLE.c.due_at, TABLE.c.id)
    .with_for_update(skip_locked=True)
)
_NEXT_STEP = Prepared(
    select(TABLE.c.remind_at)
    .where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.closed_at.is_(None),
        TABLE.c.cadence != "",
        TABLE.c.snoozed_until.is_(None),
        TABLE.c.remind_at > bindparam("now", type_=TABLE.c.remind_at.type),
    )
    .order_by(TABLE.c.remind_at)
    .limit(1)
)
_THIS = update(TABLE).where(TABLE.c.id == bindparam("which")).returning(TABLE.c.id)
_AT = bindparam("at", type_=TABLE.c.remind_at.type)
_REMIND_NEXT = Prepared(_THIS.values(remind_at=_AT))
_REMINDED = Prepared(
    _THIS.values(remind_at=_AT, reminded=bindparam("times"), snoozed_until=None, wanted=False)
)


class Obligations:
    """`store.obligations`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def open(
        self,
        person_id: str,
        kind: str,
        about: str,
        *,
        title: str,
        args: dict[str, Any],
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
        remind_at: datetime | None = None,
        minutes: int = 2,
        cadence: str = "",
        note: str = "",
        within: str = "",
    ) -> ObligationRow | None:
        """Open one, or None when it was opened before; again where it was not done, but was somebody else's since or
        nobody's. `title` is a stored Text; `args` fill the route `kind` whose button does it; `minutes` is how long it
        takes; `remind_at` None means at the next tick. `cadence` says when else the person is reminded, `note` (a
        stored Text) what happens when it is late, `within` what it belongs to."""
        terms = {
            "title": title,
            "args": args,
            "minutes": minutes,
            "cadence": cadence,
            "note": note or None,
            "within": within,
            "opened_at": self._store.now,
            "due_at": due_at,
            "expires_at": expires_at,
            "remind_at": remind_at or self._store.now,
        }
        if was := self._store.run(_CLOSED_HOW, person=person_id, which=kind, what=about):
            is_undone = was[0][0] in (PASSED_ON, LEFT, BACK)
            return self._anew(person_id, kind, about, terms) if is_undone else None
        self._store.touch(person_id)
        return self._store.add(ObligationRow, person_id=person_id, kind=kind, about=about, **terms)

    def _anew(self, person_id: str, kind: str, about: str, terms: dict[str, Any]) -> ObligationRow:
        row = self.find(person_id, kind, about)
        if row is None:
            raise Conflict(TABLE.name)
        unsaid = {"reminded": 0, "snoozed_until": None, "wanted": False}
        self._store.change(row, **terms, **unsaid, closed_at=None, closed_how="")
        self._store.touch(person_id)
        return row

    def close(self, person_id: str, kind: str, about: str, *, how: str = "done") -> bool:
        """Close it; False when it was neither open nor held."""
        self._store.touch(person_id)
        return bool(
            self._store.run(_CLOSE, person=person_id, which=kind, what=about, at=self._store.now, how=how)
        )

    def pass_on(self, person_id: str, kind: str, about: str) -> None:
        """Somebody else is to do it. Who was to and has left does not owe it either when they are back."""
        row = self.find(person_id, kind, about)
        self.drop([row] if row else (), how=PASSED_ON)

    def drop(self, rows: Iterable[ObligationRow], *, how: str) -> None:
        """None of these is owed any more, nor by who has left when they are back."""
        for row in rows:
            if row.closed_how in OWED_YET:
                self._store.change(row, closed_at=row.closed_at or self._store.now, closed_how=how)
                self._store.touch(row.person_id)

    def get(self, obligation_id: str, *, person_id: str) -> ObligationRow | None:
        """An obligation of this person, or None."""
        mine = (col(ObligationRow.id) == obligation_id, col(ObligationRow.person_id) == person_id)
        return self._store.one(ObligationRow, *mine)

    def known(self, ids: Collection[str], *, person_id: str) -> dict[str, ObligationRow]:
        """Those of these that are this person's, by their ids."""
        mine = (col(ObligationRow.id).in_(list(ids)), col(ObligationRow.person_id) == person_id)
        return {row.id: row for row in self._store.all(ObligationRow, *mine)}

    def of(self, person_id: str) -> list[ObligationRow]:
        """What a person owes now, the earliest due first."""
        mine = (col(ObligationRow.person_id) == person_id, col(ObligationRow.closed_at).is_(None))
        return self._store.all(
            ObligationRow, *mine, order=(TABLE.c.due_at.is_(None), TABLE.c.due_at, TABLE.c.id)
        )

    def owing(self, people: Sequence[str]) -> list[str]:
        """Those of these people who owe something now."""
        theirs = (TABLE.c.person_id.in_(people), TABLE.c.closed_at.is_(None))
        return [row[0] for row in self._store.execute(select(TABLE.c.person_id).where(*theirs).distinct())]

    def open_about(self, kind: str, about: str) -> list[ObligationRow]:
        """Everybody's open obligations about one thing."""
        which = (col(ObligationRow.kind) == kind, col(ObligationRow.about) == about)
        return self._store.all(ObligationRow, *which, col(ObligationRow.closed_at).is_(None))

    def about(self, kind: str, about: str) -> list[ObligationRow]:
        """Everybody's obligations about one thing, closed ones too."""
        return self._store.all(
            ObligationRow, col(ObligationRow.kind) == kind, col(ObligationRow.about) == about
        )

    def find(self, person_id: str, kind: str, about: str) -> ObligationRow | None:
        """What a person owes or owed about one thing, or None."""
        which = (col(ObligationRow.kind) == kind, col(ObligationRow.about) == about)
        return self._store.one(ObligationRow, col(ObligationRow.person_id) == person_id, *which)

    def within(self, what: str, *, person_id: str = "", closed: str | None = "") -> list[ObligationRow]:
        """What is owed as a part of something, by everybody or by one; with `closed`, what was closed in this way,
        with None whatever became of it."""
        here = [TABLE.c.within == what]
        here += [TABLE.c.person_id == person_id] if person_id else []
        here += [TABLE.c.closed_how == closed] if closed is not None else []
        here += [TABLE.c.closed_at.is_(None)] if closed == "" else []
        return self._store.all(ObligationRow, *here, order=TABLE.c.id)

    def begin_again(self, row: ObligationRow, *, due_at: datetime | None) -> None:
        """It is owed anew: the person hears of it as if for the first time."""
        now = self._store.now
        anew = {"opened_at": now, "remind_at": now, "reminded": 0, "snoozed_until": None}
        self._store.change(row, **anew, due_at=due_at)

    def move(self, row: ObligationRow, due_at: datetime, *, remind_at: datetime | None) -> None:
        """It is due at another moment."""
        self._store.change(row, due_at=due_at, remind_at=remind_at)
        self._store.touch(row.person_id)

    def want(self, row: ObligationRow) -> None:
        """Somebody asks by hand that the person is reminded of it, at the clock's next tick or as soon as may be."""
        self._store.change(row, wanted=True, remind_at=self._store.now)

    def closed(self, person_id: str, *, at: datetime, how: str) -> list[ObligationRow]:
        """What a person owed until a moment at which it was closed in this way."""
        then = (TABLE.c.person_id == person_id, TABLE.c.closed_at == at, TABLE.c.closed_how == how)
        return self._store.all(ObligationRow, *then)

    def handed_over(self, *, since: datetime) -> list[ObligationRow]:
        """What was put on somebody's list since a moment because another person left, settled or not."""
        settled = (TABLE.c.kind == "people.settle", TABLE.c.opened_at >= since)
        return self._store.all(ObligationRow, *settled)

    def reopen(self, row: ObligationRow) -> None:
        """It is owed again, on its old terms."""
        self._store.change(row, closed_at=None, closed_how="")
        self._store.touch(row.person_id)

    def snooze(self, row: ObligationRow, until: datetime) -> None:
        """Say nothing of it until then."""
        self._store.change(row, snoozed_until=until, remind_at=until)
        self._store.touch(row.person_id)

    def to_remind(self, most: int) -> list[str]:
        """The people to whom a reminder may be due, longest waiting first; no other process gets them meanwhile."""
        due = self._store.run(_WHO, now=self._store.now, most=most)
        return list(dict.fromkeys(row[0] for row in due))

    def due_for(self, person_id: str) -> list[ObligationRow]:
        """What a person may be reminded of now, the earliest due first."""
        return self._store.rows(ObligationRow, _DUE, person=person_id, now=self._store.now)

    def next_step(self, person_id: str) -> datetime | None:
        """When a person is reminded next of something that has a cadence of its own."""
        found = self._store.run(_NEXT_STEP, person=person_id, now=self._store.now)
        return found[0][0] if found else None

    def reminded(self, row: ObligationRow, *, next_at: datetime | None) -> None:
        """The person is reminded of it; when there is something to decide again."""
        self._said(row, row.reminded + 1, next_at)

    def said_again(self, row: ObligationRow, *, next_at: datetime | None) -> None:
        """The person hears again, as they asked, what they were reminded of: that is no time of its own."""
        self._said(row, row.reminded, next_at)

    def _said(self, row: ObligationRow, times: int, next_at: datetime | None) -> None:
        if not self._store.run(_REMINDED, which=row.id, at=next_at, times=times):
            raise Conflict(TABLE.name)
        row.__dict__.update(reminded=times, snoozed_until=None, wanted=False, remind_at=next_at)

    def remind_next(self, row: ObligationRow, at: datetime | None) -> None:
        """Nothing is said now; when there is something to decide again."""
        if not self._store.run(_REMIND_NEXT, which=row.id, at=at):
            raise Conflict(TABLE.name)
        row.__dict__.update(remind_at=at)

    def decide_again(self, person_id: str = "") -> None:
        """Ask at the clock's next tick about what waits for an hour, of one person or of everybody: their hours are
        other ones now. Messages that wait for one are looked at again as well."""
        self._store.delivering.look_again(person_id)
        later = DECISIONS.alias("later")
        last = select(func.max(later.c.decided_at)).where(
            later.c.kind == "nudge", later.c.about == TABLE.c.id
        )
        said = select(DECISIONS.c.about).where(
            DECISIONS.c.kind == "nudge",
            DECISIONS.c.about == TABLE.c.id,
            DECISIONS.c.decided_at == last.scalar_subquery(),  # what was said since waits for no hour
            DECISIONS.c.reason.in_(HOURS),
            DECISIONS.c.until > self._store.now,
        )
        waiting = [TABLE.c.closed_at.is_(None), TABLE.c.remind_at > self._store.now, said.exists()]
        theirs = [TABLE.c.person_id == person_id] if person_id else []
        self._store.execute(update(TABLE).where(*waiting, *theirs).values(remind_at=self._store.now))

    def over(self) -> list[str]:
        """Some of what was closed long ago, of people who are not on hold."""
        held = self._store.holds.held()
        closed = (TABLE.c.closed_at < self._store.now - KEPT, TABLE.c.person_id.not_in(held))
        found = self._store.execute(select(TABLE.c.id).where(*closed).limit(MOST_FORGOTTEN))
        return [row[0] for row in found]

    def forget(self, ids: list[str]) -> int:
        """Forget these; returns how many. What was put on hold or opened again meanwhile stays."""
        closed = (TABLE.c.closed_at.is_not(None), TABLE.c.person_id.not_in(self._store.holds.held()))
        return self._store.remove(ObligationRow, col(ObligationRow.id).in_(ids), *closed)
