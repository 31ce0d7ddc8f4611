"""What each person chose: language, zone, quiet hours, the channel for reminders, notifications; and absences."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from storage.prepared import Prepared
from storage.tables import Absence, PersonRow, Preference

if TYPE_CHECKING:
    from storage.store import Store

CHARTS, TABLES = "charts", "tables"
"""The choice of how charts are shown, and its value for who prefers reading."""
ONE_VISIT = timedelta(minutes=30)

_GET = Prepared(
    select(Preference.__table__.c.value).where(  # type: ignore[attr-defined]
        col(Preference.person_id) == bindparam("person"), col(Preference.name) == bindparam("which")
    )
)

_ABSENCES = Prepared(
    select(Absence.__table__)  # type: ignore[attr-defined]
    .where(col(Absence.person_id) == bindparam("person"), col(Absence.last) >= bindparam("since"))
    .order_by(col(Absence.first))
)


class Preferences:
    """`store.preferences`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, person_id: str, name: str, default: Any = None) -> Any:
        """A value that the person chose, or the default."""
        found = self._store.run(_GET, person=person_id, which=name)
        return found[0][0] if found else default

    def set(self, person_id: str, name: str, value: Any) -> None:
        """Keep a choice; None forgets it."""
        mine = (col(Preference.person_id) == person_id, col(Preference.name) == name)
        self._store.remove(Preference, *mine)
        if value is not None:
            self._store.insert(Preference(person_id=person_id, name=name, value=value))
        if name == "quiet":
            self._store.obligations.decide_again(person_id)
        self._store.touch(person_id)

    def wants(self, person_id: str, notice: str) -> bool:
        """Whether a notification goes to this person: on unless they switched it off; the company may lock it."""
        locked = self._store.setting(f"lock:{notice}")
        return bool(self.get(person_id, f"notice:{notice}", True) if locked is None else locked)

    def prefers_tables(self, person_id: str) -> bool:
        """Whether charts are shown to this person as tables to read, and not as pictures."""
        return bool(self.get(person_id, CHARTS) == TABLES)

    def first_time(self, person_id: str, feature: str) -> bool:
        """Whether the person meets a feature for the first time; asking makes it not so."""
        met = self._store.memory.met
        if (person_id, feature) in met:
            return False
        if self.get(person_id, f"met:{feature}"):
            met.add((person_id, feature))
            return False
        self._store.insert(Preference(person_id=person_id, name=f"met:{feature}", value=True))
        return True

    def visited(self, person_id: str) -> None:
        """The person looks at a home screen. Looks within half an hour are one visit."""
        now, seen = self._store.now, self.get(person_id, "visit")
        if seen and now - datetime.fromisoformat(seen[1]) < ONE_VISIT:
            return
        mine = (col(Preference.person_id) == person_id, col(Preference.name) == "visit")
        self._store.remove(Preference, *mine)
        before = seen[1] if seen else str(now - timedelta(days=7))
        self._store.insert(Preference(person_id=person_id, name="visit", value=[before, str(now)]))

    def last_visit(self, person_id: str) -> datetime:
        """When the person looked at a home screen before this visit: what came later is new to them."""
        seen = self.get(person_id, "visit")
        return datetime.fromisoformat(seen[0]) if seen else self._store.now - timedelta(days=7)

    def own(self, person_id: str) -> tuple[str, str]:
        """The language and the zone that the person chose themselves; "" where they left it to the company's file."""
        row = self._store.one(PersonRow, col(PersonRow.id) == person_id)
        return (row.own_language, row.own_zone) if row else ("", "")

    def set_language(self, person_id: str, language: str) -> None:
        """The language in which this person is spoken to ("" for the company's file)."""
        self._set_own(person_id, own_language=language)

    def set_zone(self, person_id: str, zone: str) -> None:
        """The IANA zone in which this person lives now ("" for the company's file)."""
        self._set_own(person_id, own_zone=zone)

    def _set_own(self, person_id: str, **values: str) -> None:
        row = self._store.one(PersonRow, col(PersonRow.id) == person_id)
        assert row is not None
        self._store.change(row, revision=self._store.people_changed(), **values)
        self._other_hours(person_id)

    def _other_hours(self, person_id: str) -> None:
        """What waits for an hour of this person's is decided anew, and what is shown to them and to their manager."""
        self._store.obligations.decide_again(person_id)
        self._store.touch(person_id, self._store.directory.manager_of(person_id, self._store.now.date()))

    # Absences ------------------------------------------------------------------------------------------------------

    def away(self, person_id: str, first: date, last: date) -> Absence:
        """Note that a person is away, both days included. It replaces what was noted for these days and after them in
        the same absence; the days before stay as they were, and so do those of another absence into which it reaches.
        """
        for row in self._store.all(
            Absence,
            col(Absence.person_id) == person_id,
            col(Absence.first) <= last,
            col(Absence.last) >= first,
        ):
            if first < row.first <= last < row.last:
                self._store.change(row, first=last + timedelta(days=1))
            else:
                self._shorten(row, first)
        self._other_hours(person_id)
        return self._store.insert(Absence(person_id=person_id, first=first, last=last))

    def back(self, person_id: str, today: date) -> int:
        """The person is here again: the absence that covers today ends yesterday; returns how many did. The clock plans
        them anew: they may have been passed over on this very day."""
        covers = (col(Absence.first) <= today, col(Absence.last) >= today)
        here = self._store.all(Absence, col(Absence.person_id) == person_id, *covers)
        for row in here:
            self._shorten(row, today)
        if here:
            self._set_own(person_id)
        return len(here)

    def drop(self, absence_id: str, person_id: str) -> bool:
        """A planned absence does not take place; False when there is none."""
        mine = (col(Absence.id) == absence_id, col(Absence.person_id) == person_id)
        dropped = bool(self._store.remove(Absence, *mine))
        if dropped:
            self._set_own(person_id)
        return dropped

    def _shorten(self, row: Absence, day: date) -> None:
        """What is left of an absence ends before this day."""
        if row.first < day:
            self._store.change(row, last=day - timedelta(days=1))
        else:
            self._store.remove(Absence, col(Absence.id) == row.id)

    def absence_on(self, person_id: str, day: date) -> Absence | None:
        """The absence that covers this day, or None."""
        covers = (col(Absence.first) <= day, col(Absence.last) >= day)
        return self._store.one(Absence, col(Absence.person_id) == person_id, *covers)

    def absences(self, person_id: str, since: date) -> list[Absence]:
        """The absences of a person that are not over before this day, the earliest first."""
        return self._store.rows(Absence, _ABSENCES, person=person_id, since=since)

    def away_on(self, day: date) -> frozenset[str]:
        """The ids of everyone who is away on this day."""
        rows = self._store.all(Absence, col(Absence.first) <= day, col(Absence.last) >= day)
        return frozenset(row.person_id for row in rows)
