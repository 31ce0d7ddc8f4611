"""Who is who: people, their accounts and their reporting lines, held in memory by the database's version of them."""

import threading
from collections import Counter as Counted
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update
from sqlmodel import col

from storage.once import once
from storage.prepared import Prepared
from storage.rows import made as as_read
from storage.tables import (
    FOREVER,
    Account,
    BreakGlass,
    Counter,
    Delegation,
    PersonRow,
    ReportingLine,
    Setting,
)

DELEGATIONS = Delegation.__table__  # type: ignore[attr-defined]
IN_FORCE = (
    DELEGATIONS.c.accepted_at.is_not(None),
    DELEGATIONS.c.approved_at.is_not(None),
    DELEGATIONS.c.ended_at.is_(None),
)
"""The delegations that both have agreed to, and nobody has ended."""

GLASSES = BreakGlass.__table__  # type: ignore[attr-defined]
OPEN = (GLASSES.c.approved_at.is_not(None), GLASSES.c.closed_at.is_(None))
"""The break-glass to which two people have agreed, and which nobody has closed."""

DEFAULT_ZONE = "UTC"
LANGUAGES = ("en", "zh")
LANGUAGE = "en"
PAST = "managers_read_past"
"""The setting that lets a new manager read check-ins from before their time; unless it is set, they do."""
DEFAULTS = "defaults"
"""The setting with the zone and the language of who has none: by team, and under "" for the whole company."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person as everything else sees them; `zone` and `language` are what counts now."""

    id: str
    email: str
    name: str
    team: str
    zone: str
    language: str
    role: str
    hired_on: date | None
    external_id: str
    left_at: datetime | None

    @property
    def active(self) -> bool:
        """Whether the person works here now."""
        return self.left_at is None


@dataclass(frozen=True, slots=True)
class Line:
    """A reporting line, from `since` (included) until `until` (excluded)."""

    manager_id: str
    subject_id: str
    since: date
    until: date

    def holds_on(self, day: date) -> bool:
        """Whether this was the line on that day."""
        return self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody stands in for a manager, from a moment (included) until another (excluded)."""

    id: str
    manager_id: str
    person_id: str
    begins_at: datetime
    ends_at: datetime

    def holds_at(self, moment: datetime) -> bool:
        """Whether they stood in at that moment."""
        return self.begins_at <= moment < self.ends_at


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody of HR may read the private feedback to a person until a moment (excluded)."""

    id: str
    reader_id: str
    subject_id: str
    ends_at: datetime


@dataclass(frozen=True)
class Directory:
    """Everyone, as of one revision. Never changed: a newer one replaces it."""

    revision: int = -1
    people: Mapping[str, Person] = field(default_factory=dict)
    by_email: Mapping[str, str] = field(default_factory=dict)
    by_account: Mapping[tuple[str, str], Account] = field(default_factory=dict)
    accounts: Mapping[str, tuple[Account, ...]] = field(default_factory=dict)
    lines_of: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    lines_to: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    past_is_open: bool = True
    stand_ins: Mapping[str, tuple[StandIn, ...]] = field(default_factory=dict)
    """By the id of who stands in: what they agreed to, and nobody has ended."""
    openings: Mapping[str, tuple[Opening, ...]] = field(default_factory=dict)
    """By the id of the reader: the break-glass that two people agreed to, and nobody has closed."""
    defaults: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By team, and under "" for the whole company: the "zone" and "language" of who has none."""

    @once
    def zone(self) -> str:
        """The company's zone: the one that was chosen for it, or the one in which most people live."""
        zones = Counted(person.zone for person in self.active())
        usual = next((zone for zone, _ in zones.most_common(1)), DEFAULT_ZONE)
        return _default(self.defaults, "zone", "") or usual

    @property
    def language(self) -> str:
        """The company's language."""
        return _default(self.defaults, "language", "") or LANGUAGE

    def zone_of(self, team: str) -> str:
        """The zone of a team's channel: the team's, or the company's."""
        return _default(self.defaults, "zone", team) or self.zone

    def language_of(self, team: str) -> str:
        """The language of a team's channel: the team's, or the company's."""
        return _default(self.defaults, "language", team) or self.language

    def person(self, person_id: str) -> Person | None:
        """The person of that id, or None."""
        return self.people.get(person_id)

    def named(self, person_id: str | None) -> str:
        """A person's name, for a sentence."""
        person = self.people.get(person_id or "")
        return person.name if person else "?"

    def is_hr(self, person_id: str) -> bool:
        """Whether a person works in HR now."""
        person = self.people.get(person_id)
        return person is not None and person.active and person.role == "hr"

    def shares_team(self, one: str, other: str) -> bool:
        """Whether two people are in the same team now."""
        first, second = self.people.get(one), self.people.get(other)
        return bool(first and second and first.active and first.team and first.team == second.team)

    def with_email(self, email: str) -> Person | None:
        """The person of that address, in any case of letters."""
        return self.people.get(self.by_email.get(email.strip().casefold(), ""))

    def with_account(self, platform: str, external_id: str) -> Person | None:
        """The person behind a platform's user, or None."""
        account = self.by_account.get((platform, external_id))
        return self.people.get(account.person_id) if account else None

    def account(self, person_id: str, platform: str) -> Account | None:
        """A person's account on a platform, or None."""
        for account in self.accounts.get(person_id, ()):
            if account.platform == platform:
                return account
        return None

    def manager_of(self, person_id: str, day: date) -> str | None:
        """The id of the direct manager on a day, or None at the top."""
        for line in self.lines_of.get(person_id, ()):
            if line.since <= day < line.until:
                return line.manager_id
        return None

    def line_above(self, person_id: str, day: date) -> tuple[str, ...]:
        """The managers from the direct one to the top, on a day."""
        above: list[str] = []
        manager = self.manager_of(person_id, day)
        while manager and manager not in above and len(above) < 50:
            above.append(manager)
            manager = self.manager_of(manager, day)
        return tuple(above)

    def reports_of(self, manager_id: str, day: date) -> tuple[Person, ...]:
        """The active people who report to a manager on a day, by name."""
        found = (
            self.people[line.subject_id] for line in self.lines_to.get(manager_id, ()) if line.holds_on(day)
        )
        return tuple(sorted((person for person in found if person.active), key=lambda person: person.name))

    def standing_in(self, person_id: str, now: datetime) -> tuple[StandIn, ...]:
        """For whom a person stands in now."""
        return tuple(each for each in self.stand_ins.get(person_id, ()) if each.holds_at(now))

    def stand_in_for(self, manager_id: str, now: datetime) -> StandIn | None:
        """Who stands in for a manager now."""
        everything = (each for theirs in self.stand_ins.values() for each in theirs)
        return next(
            (each for each in everything if each.manager_id == manager_id and each.holds_at(now)), None
        )

    def in_charge_of(self, person_id: str, now: datetime) -> tuple[Person, ...]:
        """The active people for whose managers a person stands in now: neither themselves nor who leads them."""
        kept_out = (person_id, *self.line_above(person_id, now.date()))
        teams = (self.reports_of(each.manager_id, now.date()) for each in self.standing_in(person_id, now))
        return tuple(person for team in teams for person in team if person.id not in kept_out)

    def active(self) -> tuple[Person, ...]:
        """Everyone who works here now, by name."""
        return tuple(sorted((p for p in self.people.values() if p.active), key=lambda person: person.name))


class Memory:
    """The newest directory that this process has read; shared by its units of work, in every thread. What a transaction
    changed and has not yet committed never comes in here: see `View`."""

    def __init__(self) -> None:
        self._directory = Directory()
        # Two reads on the event loop share its thread and take turns inside `newer`: a plain lock would stop it.
        self._lock = threading.RLock()
        self.met: set[tuple[str, str]] = set()
        """Who has met which feature, as far as it was read: it stays so, and need not be asked again."""

    @property
    def latest(self) -> Directory:
        """The directory that was read last; another process may have changed people since."""
        return self._directory

    def at(self, connection: Connection, revision: int) -> Directory:
        """The directory of this revision, or a newer one, by a connection that has changed nothing of it."""
        if revision <= self._directory.revision:
            return self._directory
        with self._lock:
            known = self._directory
            if revision <= known.revision:  # somebody else was reading it
                return known
            fresh = _newer(connection, known, revision)
            if fresh.revision > self._directory.revision:
                self._directory = fresh
            return fresh


class View:
    """Who is who as one transaction sees it, with what it changed itself: nobody else sees that before the commit."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._changed = False
        self._own: Directory | None = None

    def at(self, connection: Connection) -> Directory:
        """The directory as this connection sees it: one small query when nothing changed."""
        revision, latest = _revision(connection), self.memory.latest
        if revision <= latest.revision or not self._changed:
            return self.memory.at(connection, revision)
        if self._own is None or self._own.revision != revision:
            self._own = _newer(connection, self._own or latest, revision)
        return self._own

    def change(self, connection: Connection) -> int:
        """Take the next revision, for rows that change who is who."""
        self._changed = True
        return next_revision(connection)

    def undone(self) -> None:
        """A part of the transaction was rolled back: what it changed is forgotten."""
        self._own = None


def _newer(connection: Connection, known: Directory, revision: int) -> Directory:
    people = dict(known.people)
    chosen = _settings(connection)
    defaults = chosen.get(DEFAULTS) or {}
    for row in connection.execute(_changed(PersonRow, known.revision)):
        people[row.id] = _person(row, defaults)
    accounts = _grouped_accounts(connection, known)
    lines = _grouped_lines(connection, known)
    return Directory(
        revision=revision,
        people=people,
        by_email={person.email: person.id for person in people.values()},
        by_account={(a.platform, a.external_id): a for of in accounts.values() for a in of},
        accounts=accounts,
        lines_of=lines,
        lines_to=_turned(lines),
        past_is_open=bool(chosen.get(PAST, True)),
        stand_ins=_stand_ins(connection),
        openings=_openings(connection),
        defaults=defaults,
    )


def _person(row: Any, defaults: Mapping[str, Mapping[str, str]]) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        team=row.team,
        zone=row.own_zone or row.zone or _default(defaults, "zone", row.team) or DEFAULT_ZONE,
        language=row.own_language or row.language or _default(defaults, "language", row.team) or LANGUAGE,
        role=row.role,
        hired_on=row.hired_on,
        external_id=row.external_id,
        left_at=row.left_at,
    )


def _default(defaults: Mapping[str, Mapping[str, str]], name: str, team: str) -> str:
    """What was chosen for a team, or else for the whole company; "" where neither was."""
    return defaults.get(team, {}).get(name) or defaults.get("", {}).get(name) or ""


def _grouped_accounts(connection: Connection, known: Directory) -> dict[str, tuple[Account, ...]]:
    changed: dict[str, dict[str, Account]] = {}
    for row in connection.execute(_changed(Account, known.revision)):
        changed.setdefault(row.person_id, {})[row.id] = as_read(Account, row._mapping)
    made = dict(known.accounts)
    for person_id, fresh in changed.items():
        kept = [account for account in made.get(person_id, ()) if account.id not in fresh]
        made[person_id] = tuple(kept + [account for account in fresh.values() if account.ended_at is None])
    return made


def _grouped_lines(connection: Connection, known: Directory) -> dict[str, tuple[Line, ...]]:
    made = dict(known.lines_of)
    rows = connection.execute(_changed(ReportingLine, known.revision))
    # A changed line is read with all of its person's: the memory keeps no row ids.
    subjects = {row.subject_id for row in rows}
    for part in _parts(subjects):
        found: dict[str, list[Line]] = {subject: [] for subject in part}
        for row in connection.execute(select(ReportingLine).where(col(ReportingLine.subject_id).in_(part))):
            if row.since < row.until:
                found[row.subject_id].append(Line(row.manager_id, row.subject_id, row.since, row.until))
        made.update({subject: tuple(lines) for subject, lines in found.items()})
    return made


def _settings(connection: Connection) -> dict[str, Any]:
    named = select(col(Setting.name), col(Setting.value)).where(col(Setting.name).in_([PAST, DEFAULTS]))
    return {name: value for name, value in connection.execute(named) if value is not None}


def _stand_ins(connection: Connection) -> dict[str, tuple[StandIn, ...]]:
    made: dict[str, tuple[StandIn, ...]] = {}
    named = ("id", "subject_id", "named_id", "begins_at", "ends_at")
    for row in connection.execute(select(*(DELEGATIONS.c[name] for name in named)).where(*IN_FORCE)):
        held = StandIn(*row)
        made[held.person_id] = (*made.get(held.person_id, ()), held)
    return made


def _openings(connection: Connection) -> dict[str, tuple[Opening, ...]]:
    made: dict[str, tuple[Opening, ...]] = {}
    named = ("id", "author_id", "subject_id", "ends_at")
    for row in connection.execute(select(*(GLASSES.c[name] for name in named)).where(*OPEN)):
        opening = Opening(*row)
        made[opening.reader_id] = (*made.get(opening.reader_id, ()), opening)
    return made


def _changed(table: Any, revision: int) -> Any:
    # The last known revision is read again: its unit may have written more rows after it was first looked at.
    return select(table.__table__).where(col(table.revision) >= revision)


def _parts(ids: Iterable[str], size: int = 500) -> Iterable[list[str]]:
    everything = list(ids)
    return (everything[start : start + size] for start in range(0, len(everything), size))


def _turned(lines_of: Mapping[str, tuple[Line, ...]]) -> dict[str, tuple[Line, ...]]:
    made: dict[str, list[Line]] = {}
    for lines in lines_of.values():
        for line in lines:
            made.setdefault(line.manager_id, []).append(line)
    return {manager: tuple(lines) for manager, lines in made.items()}


_REVISION = Prepared(select(col(Counter.value)).where(col(Counter.name) == bindparam("name")))


def _revision(connection: Connection) -> int:
    found = _REVISION.run(connection, {"name": "people"})
    return int(found[0][0]) if found else 0


def next_revision(connection: Connection) -> int:
    """Take the next revision of the people; the row lock puts concurrent changes in order."""
    counter = Counter.__table__  # type: ignore[attr-defined]
    changed = connection.execute(
        update(counter)
        .where(counter.c.name == "people")
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar()
    if changed is None:
        connection.execute(counter.insert().values(name="people", value=1))
        return 1
    return int(changed)


def open_line(lines: Iterable[Line]) -> Line | None:
    """The line that has no end, or None."""
    return next((line for line in lines if line.until == FOREVER), None)


def count_active(connection: Connection) -> int:
    """How many people work here now."""
    table = PersonRow.__table__  # type: ignore[attr-defined]
    found = connection.execute(select(func.count()).select_from(table).where(table.c.left_at.is_(None)))
    return int(found.scalar_one())
