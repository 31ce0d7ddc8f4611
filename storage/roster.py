"""The company's people file: what it changes is applied in one transaction, and can be undone for a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, update
from sqlmodel import Column, Field, col

from storage.columns import Moment, SealedJson
from storage.ids import new_id
from storage.leaving import end_lines
from storage.people import PAST, Person
from storage.people_compared import Compared, compare
from storage.people_file import FIELDS, Change, Difference, Entry, changes_of
from storage.renaming import UNITS, rename
from storage.tables import FOREVER, PersonRow, ReportingLine, Row

if TYPE_CHECKING:
    from storage.store import Store

UNDO_FOR = timedelta(days=1)
BATCH = 500

PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]
LINES = ReportingLine.__table__  # type: ignore[attr-defined]


class Outdated(Exception):
    """The file changes something else by now than was shown: somebody has changed the company meanwhile."""


class RosterRun(Row, table=True):
    """A people file that was sent: proposed, then applied or dropped, perhaps undone. Holds what undoing takes."""

    __tablename__ = "roster_run"

    by_id: str
    state: str = "proposed"
    entries: Any = Field(sa_column=Column(SealedJson, nullable=False))
    undo: Any = Field(default=None, sa_column=Column(SealedJson))
    at: datetime = Field(sa_type=Moment)


class Roster:
    """`store.roster`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # What would change ---------------------------------------------------------------------------------------------

    def entries(self) -> dict[str, Entry]:
        """The active people as they would stand in a people file, by address."""
        return self._entries(lambda person: person.active)

    def _entries(self, meant: Callable[[Person], bool]) -> dict[str, Entry]:
        people = [person for person in self._store.directory.people.values() if meant(person)]
        own = {row.id: row for row in self._rows()} if people else {}
        return {person.email: self._entry(person, own[person.id]) for person in people}

    def difference(self, wanted: Iterable[Entry]) -> Difference:
        """What applying these entries would change."""
        return self._compared(tuple(wanted)).difference

    def _compared(self, wanted: Collection[Entry]) -> Compared:
        named = {entry.email for entry in wanted}
        known = self._entries(lambda person: person.active or person.email in named)
        active = {person.email for person in self._store.directory.active()}
        stood = {email: entry for email, entry in known.items() if email in active}
        former = {email: entry for email, entry in known.items() if email not in active}
        return compare(wanted, stood, former)

    def _rows(self) -> list[PersonRow]:
        return self._store.all(PersonRow)

    def _entry(self, person: Person, row: PersonRow) -> Entry:
        directory = self._store.directory
        manager = directory.manager_of(person.id, self._store.now.date())
        if not person.active and (lines := directory.lines_of.get(person.id, ())):
            manager = max(lines, key=lambda line: line.until).manager_id
        return Entry(
            email=person.email,
            name=row.name,
            manager=directory.people[manager].email if manager else "",
            department=row.department,
            team=row.team,
            zone=row.zone,
            language=row.language,
            role=row.role,
            hired_on=row.hired_on.isoformat() if row.hired_on else "",
            external_id=row.external_id,
        )

    # Proposing, applying, undoing ----------------------------------------------------------------------------------

    def propose(self, entries: Iterable[Entry], *, by_id: str) -> RosterRun:
        """Keep a checked file until somebody applies it."""
        made = [asdict(entry) for entry in entries]
        return self._store.insert(RosterRun(by_id=by_id, entries=made, at=self._store.now))

    def run(self, run_id: str) -> RosterRun | None:
        """A file that was sent."""
        return self._store.one(RosterRun, col(RosterRun.id) == run_id)

    def drop(self, run: RosterRun) -> None:
        """A proposed file is not applied: its people are forgotten."""
        self._store.change(run, state="dropped", entries=[])

    def apply(
        self, entries: Iterable[Entry], *, shown: str, progress: Callable[[int], None] = lambda done: None
    ) -> dict[str, Any]:
        """Make the company what the entries say; returns what `undo` needs. `progress` hears how many are done. Raises
        Outdated when they change something else than the difference whose mark was `shown`."""
        self._store.hold_people()
        compared = self._compared(tuple(entries))
        wanted, before, former, moved = compared.wanted, compared.now, compared.former, compared.moved
        left = {email: self._left(email) for email in former}
        difference = compared.difference
        if difference.mark != shown:
            raise Outdated
        known = {person.email: person.id for person in self._store.directory.people.values()}
        known |= {address: known[old] for address, old in moved.items()}
        self._readdress(moved, known)
        self._add(difference.new, known, progress)
        for email in former:
            self._bring_back(known[email], wanted[email])
            self._store.leavers.take_up_again(known[email])
        units = {field: compared.renamed(field) for field in UNITS}
        rename(self._store, units)  # whoever is read with their new team has what was chosen for it
        self._change_fields(difference.changed, known)
        self._set_lines(wanted, before, known, again=former)
        ended = self._store.leavers.leave_all({email: known[email] for email in difference.gone})
        progress(len(wanted))
        self._store.audit("applied", "people_file")
        return {
            "new": [entry.email for entry in difference.new],
            "back": list(former),
            "former": [{"left_at": left[email].isoformat(), **asdict(former[email])} for email in former],
            "entries": [
                asdict(before[email])
                for email in ({change.email for change in difference.changed} | set(ended)) - set(former)
            ],
            "ended": ended,
            "addresses": dict(moved),
            "units": units,
            "revision": self._store.people_changed(),
        }

    def remember(self, undo: dict[str, Any]) -> RosterRun:
        """Keep what it takes to undo a file that was applied from the terminal."""
        return self._store.insert(
            RosterRun(by_id="", state="applied", entries=[], undo=undo, at=self._store.now)
        )

    def forget(self, email: str) -> None:
        """A file that names somebody who is erased is neither applied nor taken back any more, nor is an old one."""
        for run in self._store.all(RosterRun, col(RosterRun.state).in_(("proposed", "applied"))):
            is_over = run.state == "applied" and self._store.now > run.at + UNDO_FOR
            if is_over or json.dumps(email) in json.dumps([run.entries, run.undo]):
                state = "dropped" if run.state == "proposed" else run.state
                place = run.undo and {"revision": run.undo.get("revision", 0)}  # among the others
                self._store.change(run, state=state, entries=[], undo=place)

    def undo(self, run: RosterRun) -> bool:
        """Take an applied file back; False when its day is over, it was taken back before or what that takes is
        forgotten. Raises Outdated when another one was applied after it: what that one says would be lost, or stand on
        what is gone."""
        if run.state != "applied" or self._store.now > run.at + UNDO_FOR or "new" not in (run.undo or ()):
            return False
        self._store.hold_people()
        if not self._is_newest(run):
            raise Outdated
        known = {person.email: person.id for person in self._store.directory.people.values()}
        self._store.leavers.leave_all(
            {email: known[email] for email in (*run.undo["new"], *run.undo["back"])}
        )
        for entry in run.undo.get("former", ()):
            left_at = datetime.fromisoformat(entry.pop("left_at"))
            self._bring_back(known[entry["email"]], Entry(**entry), left_at=left_at)
        ended = {known[email]: accounts for email, accounts in run.undo["ended"].items()}
        self._store.leavers.bring_back(ended, left_at=run.at)
        back = {entry["email"]: Entry(**entry) for entry in run.undo["entries"]}
        units = run.undo.get("units") or {}
        rename(
            self._store, {field: {new: old for old, new in names.items()} for field, names in units.items()}
        )
        now = self.entries()
        changes = [change for email, entry in back.items() for change in changes_of(now[email], entry)]
        self._change_fields(changes, known)
        self._set_lines(back, now, known)
        moved = run.undo.get("addresses") or {}
        self._readdress({old: address for address, old in moved.items()}, known)
        self._store.change(run, state="undone", entries=[], undo=None)
        return True

    def open_past(self, is_open: bool) -> None:
        """Let new managers read the check-ins from before their time, or not, from now on."""
        self._store.set_setting(PAST, is_open)
        self._store.people_changed()

    # Inside --------------------------------------------------------------------------------------------------------

    def _is_newest(self, run: RosterRun) -> bool:
        """Whether no other file was applied after this one, but for those that were taken back."""
        since = (col(RosterRun.state) == "applied", col(RosterRun.at) >= run.at - UNDO_FOR)
        applied = [each for each in self._store.all(RosterRun, *since) if each.undo]
        return run.id == max(applied, key=lambda each: (each.undo.get("revision", 0), each.at)).id

    def _add(self, new: Iterable[Entry], known: dict[str, str], progress: Callable[[int], None]) -> None:
        revision = self._store.people_changed()
        rows = [self._new_row(entry, revision) for entry in new]
        known.update({row["email"]: row["id"] for row in rows})
        for start in range(0, len(rows), BATCH):
            self._store.connection.execute(insert(PEOPLE), rows[start : start + BATCH])
            progress(start)

    def _new_row(self, entry: Entry, revision: int) -> dict[str, Any]:
        return {
            "id": new_id(),
            "email": entry.email,
            "own_zone": "",
            "own_language": "",
            "left_at": None,
            "erased_at": None,
            "revision": revision,
            **_columns(entry),
        }

    def _left(self, email: str) -> datetime:
        row = self._store.one(PersonRow, col(PersonRow.email) == email)
        assert row is not None
        assert row.left_at is not None
        return row.left_at

    def _bring_back(self, person_id: str, entry: Entry, *, left_at: datetime | None = None) -> None:
        """What stands in an entry holds for somebody who had left, as it did when they left or, without `left_at`,
        from now on."""
        revision = self._store.people_changed()
        values = {"left_at": left_at, "revision": revision, **_columns(entry)}
        self._store.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(**values))

    def _readdress(self, moved: Mapping[str, str], known: Mapping[str, str]) -> None:
        """People have other addresses from now on: takes the old ones by the new."""
        if not moved:
            return
        self._write("email", {known[old]: address for address, old in moved.items()})
        self._store.metrics.readdress({old: address for address, old in moved.items()})

    def _change_fields(self, changes: Sequence[Change], known: Mapping[str, str]) -> None:
        if any(change.field in ("zone", "team") for change in changes):  # a team may have a zone of its own
            self._store.obligations.decide_again()
        for field in FIELDS:
            theirs = {known[change.email]: change.after for change in changes if change.field == field}
            self._write(field, {who: _value(field, said) for who, said in theirs.items()})

    def _write(self, field: str, values: Mapping[str, Any]) -> None:
        """A field of people, by their ids, has these values from now on."""
        if not values:
            return
        revised = {field: bindparam("value"), "revision": self._store.people_changed()}
        each = update(PEOPLE).where(PEOPLE.c.id == bindparam("person")).values(revised)
        self._store.connection.execute(each, [{"person": who, "value": item} for who, item in values.items()])
        self._store.touch(*values)

    def _set_lines(
        self,
        wanted: Mapping[str, Entry],
        before: Mapping[str, Entry],
        known: Mapping[str, str],
        again: Collection[str] = (),
    ) -> None:
        revision = self._store.people_changed()
        today = self._store.now.date()
        rows = []
        for email, entry in wanted.items():
            had = before.get(email)
            if had and had.manager == entry.manager:
                continue
            if had:
                end_lines(self._store, [known[email]], revision)
            if entry.manager:
                self._store.touch(known[email], known[entry.manager])
                # Who was here before had another line then.
                hired = date.fromisoformat(entry.hired_on) if entry.hired_on else today
                since = today if had or email in again else min(today, hired)
                rows.append(_line(known[email], known[entry.manager], since, revision))
        for start in range(0, len(rows), BATCH):
            self._store.connection.execute(insert(LINES), rows[start : start + BATCH])


def _columns(entry: Entry) -> dict[str, Any]:
    return {name: _value(name, getattr(entry, name)) for name in FIELDS}


def _value(field: str, said: str) -> Any:
    """What a column of people holds where a file says this."""
    if field == "hired_on":
        return date.fromisoformat(said) if said else None
    return said


def _line(subject: str, manager: str, since: date, revision: int) -> dict[str, Any]:
    row = {"id": new_id(), "subject_id": subject, "manager_id": manager, "since": since}
    return {**row, "until": FOREVER, "revision": revision}
