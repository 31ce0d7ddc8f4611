"""Who is who: people, their accounts, their reporting lines, and who stands in for whom."""

from collections import Counter as Counted
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from storage.once import once
from storage.tables import (
    FOREVER,
    Account,
    BreakGlass,
    Delegation,
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
    department: str = ""
    is_erased: bool = False
    """Their name is the one that stands for all whose record was erased."""

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
    names: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was made of everybody's names, by platform: of all directories until somebody is called otherwise."""

    @once
    def zone(self) -> str:
        """The company's zone: the one that was chosen for it, or the one in which most people live."""
        zones = Counted(person.zone for person in self.active())
        usual = next((zone for zone, _ in zones.most_common(1)), DEFAULT_ZONE)
        return default_of(self.defaults, "zone", "") or usual

    @property
    def language(self) -> str:
        """The company's language."""
        return default_of(self.defaults, "language", "") or LANGUAGE

    def zone_of(self, team: str) -> str:
        """The zone of a team's channel: the team's, or the company's."""
        return default_of(self.defaults, "zone", team) or self.zone

    def language_of(self, team: str) -> str:
        """The language of a team's channel: the team's, or the company's."""
        return default_of(self.defaults, "language", team) or self.language

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

    def mentioned(self, platform: str, marked: str) -> Person | None:
        """Whom an adapter's mark of a mention names: by their user there, or by their own id who are not connected."""
        return self.with_account(platform, marked) or self.person(marked)

    def account(self, person_id: str, platform: str) -> Account | None:
        """A person's account on a platform, or None."""
        for account in self.accounts.get(person_id, ()):
            if account.platform == platform:
                return account
        return None

    def reaches(self, person_id: str, platform: str) -> bool:
        """Whether a person has an account on a platform that reaches them, as far as we know."""
        account = self.account(person_id, platform)
        return account is not None and not account.unreachable

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


def default_of(defaults: Mapping[str, Mapping[str, str]], name: str, team: str) -> str:
    """What was chosen for a team, or else for the whole company; "" where neither was."""
    return defaults.get(team, {}).get(name) or defaults.get("", {}).get(name) or ""


def open_line(lines: Iterable[Line]) -> Line | None:
    """The line that has no end, or None."""
    return next((line for line in lines if line.until == FOREVER), None)
