"""Who may see what, read plainly from docs/who-sees-what.md: no code of the policy or its filter is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "who-sees-what.md"

TITLES = {
    "Check-in": "checkin",
    "Mood (managers: a team's mean of five or more)": "mood",
    "A manager's comment on a check-in": "comment",
    "Kudos, public": "kudos_public",
    "Kudos, private": "kudos_private",
    "Feedback to the receiver alone": "feedback",
    "Feedback to the receiver and their manager": "feedback_with_manager",
    "A request for feedback": "feedback_request",
    "One-on-one: agenda, shared notes, actions": "one_on_one",
    "One-on-one: a private note": "private_note",
    "Goal that everybody sees, with its past": "goal_company",
    "Goal that the team sees, with its past": "goal_team",
    "Goal that only managers see, with its past": "goal_private",
    "A figure about a person that a system of the company sent": "metric",
    "Self-review, until it is handed in": "review_self_draft",
    "Self-review, handed in": "review_self",
    "Review of a colleague, a report or a customer's, until it is handed in": "review_draft",
    "Confidential review (read only together with others)": "review_confidential",
    "Confidential reviews, together with others": "review_voice",
    "Who was asked as a customer": "review_invite",
    "Review by a colleague or a customer, handed in": "review_peer",
    "Review by a colleague or a customer, shared": "review_peer_released",
    "Review by the manager, handed in": "review_manager",
    "Review by the manager, shared": "review_manager_released",
    "Advice on a review's words that its author set aside, and why, handed in": "review_remark",
    "Rating, until it is shared, with its changes": "rating",
    "Rating, shared, with its changes": "rating_released",
    "What a manager thinks of somebody's potential, until calibration ends": "potential",
    "What a person says is wrong about their figures and scores, and the answer": "objection",
    "What a person was reminded of, and why": "nudge",
    "Who stands in for a manager (whom it is about), and why": "delegation",
    "A request for break-glass, until it is over": "break_glass",
    "A break-glass that is over": "break_glass_told",
    "Name, team, manager": "profile",
    "Local chat: a person's private talk with Upbeat": "chat",
    "Local chat: what is said in a channel": "channel",
}
"""What a kind of record is called in the database. A row of the page that is not here fails: it has no place yet."""

RIGHTS = {"r": "read", "w": "write", "c": "comment", "x": "export"}


@dataclass(frozen=True)
class Line:
    """Who reported to whom, from a day (included) until a day (excluded)."""

    subject: str
    manager: str
    since: date
    until: date


@dataclass(frozen=True)
class Held:
    """Somebody was let in for a while: for whom, or about whom, from when (included) until when (excluded)."""

    who: str
    whom: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class World:
    """Who is who at one moment, as plain lists."""

    now: datetime
    hr: frozenset[str]
    lines: tuple[Line, ...]
    stand_ins: tuple[Held, ...]
    openings: tuple[Held, ...]
    past_is_open: bool = True
    teams: Mapping[str, str] = field(default_factory=dict)
    """The team of everybody who was ever here; of those who have left it still says where they were."""
    here: frozenset[str] = frozenset()
    _managers: dict[tuple[str, date], str | None] = field(default_factory=dict)

    # What somebody is to a record -------------------------------------------------------------------------------

    def is_to(self, column: str, actor: str, row: Any) -> bool:
        """Whether the actor is to a record what a column of the page says. Asked of `row`: its kind, its people, when
        it was made."""
        return COLUMNS[column](self, actor, row)

    def of(self, actor: str, row: Any) -> Standing:
        """All that somebody is to a record, as far as the page gives anything to it."""
        given = _columns_of(row.kind)
        return Standing(frozenset(column for column in given if self.is_to(column, actor, row)), row, self)

    def manager(self, person: str, day: date) -> str | None:
        """Whom somebody reported to on a day."""
        key = (person, day)
        if key not in self._managers:
            found = [
                each.manager
                for each in self.lines
                if each.subject == person and each.since <= day < each.until
            ]
            self._managers[key] = found[0] if found else None
        return self._managers[key]

    def above(self, person: str, day: date) -> list[str]:
        """The managers of somebody on a day, the nearest first."""
        found: list[str] = []
        manager = self.manager(person, day)
        while manager and manager not in found:
            found.append(manager)
            manager = self.manager(manager, day)
        return found

    def leads(self, actor: str, row: Any) -> int | None:
        """How many levels the actor stands above whom a record is about, 0 being the direct manager."""
        above = self.above(row.subject_id, self.now.date())
        if actor not in above or actor == row.subject_id:
            return None
        before = row.kind in before_their_time() and not self.past_is_open
        if before and actor not in self.above(row.subject_id, row.made_at.date()):
            return None
        return above.index(actor)

    def led(self, actor: str, row: Any) -> bool:
        """Whether the actor was the direct manager on the day of the record."""
        return actor != row.subject_id and self.manager(row.subject_id, row.made_at.date()) == actor

    def stands_in(self, actor: str, row: Any) -> bool:
        """Whether the actor stands in for the manager now, and did when the record was made."""
        if actor == row.subject_id or row.subject_id in self.above(actor, self.now.date()):
            return False
        manager = self.manager(row.subject_id, self.now.date())
        return any(
            held.who == actor
            and held.whom == manager
            and held.begins <= self.now < held.ends
            and held.begins <= row.made_at < held.ends
            for held in self.stand_ins
        )

    def is_teammate(self, actor: str, row: Any) -> bool:
        """Whether the actor works here, in the team of whom a record is about."""
        team = self.teams.get(actor)
        return (
            actor in self.here
            and actor != row.subject_id
            and bool(team)
            and self.teams.get(row.subject_id) == team
        )

    def opened_by_glass(self, actor: str, row: Any) -> bool:
        """Whether two of HR have opened what is about this person to the actor, and nobody has closed it."""
        return (
            actor in self.hr
            and actor != row.subject_id
            and any(
                held.who == actor and held.whom == row.subject_id and self.now < held.ends
                for held in self.openings
            )
        )


@dataclass(frozen=True)
class Standing:
    """What somebody is to a record, as columns of the page, and what they may therefore do."""

    columns: frozenset[str]
    row: Any
    world: World

    def may(self, right: str) -> bool:
        """Whether the page promises this right."""
        return not self.columns.isdisjoint(_columns_with(self.row.kind, right))

    def on_behalf_of(self, right: str) -> str | None:
        """For whom they stand in, when it is only by that that they have the right."""
        if self.columns & _columns_with(self.row.kind, right) != {STANDS_IN}:
            return None
        return self.world.manager(self.row.subject_id, self.world.now.date())


STANDS_IN = "Who stands in for the manager, of these days"
COLUMNS: Mapping[str, Callable[[World, str, Any], bool]] = {
    "The person themselves": lambda world, actor, row: actor == row.subject_id,
    "Who wrote it": lambda world, actor, row: actor == row.author_id,
    "The one whom the author named": lambda world, actor, row: actor == row.named_id,
    "Direct manager": lambda world, actor, row: world.leads(actor, row) == 0,
    "Managers above": lambda world, actor, row: (world.leads(actor, row) or 0) > 0,
    "Former manager, of their own time": World.led,
    STANDS_IN: World.stands_in,
    "HR by break-glass, for 24 hours": World.opened_by_glass,
    "HR, not about themselves": lambda world, actor, row: actor in world.hr and actor != row.subject_id,
    "Of the same team": World.is_teammate,
    "Any colleague": lambda world, actor, row: actor != row.subject_id,
}
"""What each column of the page means. One that is not here fails: it has no place yet."""

RELATIONS = ("self", "author", "named", "manager", "manager_above", "former_manager", "delegate", "by_glass")
CALLED = dict(zip(COLUMNS, (*RELATIONS, "hr", "teammate", "colleague"), strict=True))
"""What a column is called in the code."""


# The page ---------------------------------------------------------------------------------------------------------


@cache
def page() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """The rights of the page, by kind of record and column."""
    rows = [
        line.strip("|").split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")
    ]
    (_, *columns), *records = [[cell.strip() for cell in row] for row in rows]
    assert set(columns) == set(COLUMNS), "a column without a meaning here, or the other way round"
    return {TITLES[title]: dict(zip(columns, map(_rights, cells), strict=True)) for title, *cells in records}


def _rights(cell: str) -> frozenset[str]:
    return frozenset(RIGHTS[letter] for letter in cell.split() if letter != "–")


@cache
def _columns_with(kind: str, right: str) -> frozenset[str]:
    return frozenset(column for column, rights in page()[kind].items() if right in rights)


@cache
def _columns_of(kind: str) -> tuple[str, ...]:
    return tuple(column for column, rights in page()[kind].items() if rights)


@cache
def before_their_time() -> frozenset[str]:
    """The kinds of which a new manager reads what was before their time only while the organisation lets them."""
    sentence = re.search(r"before their time only while .+?: (“.+?”)\.\n", PAGE.read_text("utf-8"), re.DOTALL)
    assert sentence, "the page does not say what new managers read"
    return frozenset(TITLES[title] for title in re.findall("“(.+?)”", sentence.group(1)))


# The company --------------------------------------------------------------------------------------------------------


def world_of(rows: Callable[[str], list[Any]], now: datetime) -> World:
    """The world as the tables say it; `rows` gives every row of a table by its name."""
    people = [row for row in rows("person") if row.left_at is None]
    past = [row.value for row in rows("setting") if row.name == "managers_read_past"]
    return World(
        now=now,
        hr=frozenset(row.id for row in people if row.role == "hr"),
        lines=tuple(
            Line(row.subject_id, row.manager_id, row.since, row.until)
            for row in rows("reporting_line")
            if row.since < row.until
        ),
        stand_ins=tuple(_standing(rows("delegation"))),
        openings=tuple(_opened(rows("break_glass"))),
        past_is_open=past[0] if past else True,
        teams={row.id: row.team for row in rows("person")},
        here=frozenset(row.id for row in people),
    )


def _standing(rows: list[Any]) -> Iterator[Held]:
    for row in rows:
        if row.accepted_at and row.approved_at and not row.ended_at:
            yield Held(row.named_id, row.subject_id, row.begins_at, row.ends_at)


def _opened(rows: list[Any]) -> Iterator[Held]:
    for row in rows:
        if row.approved_at and not row.closed_at:
            assert row.ends_at - row.approved_at <= timedelta(hours=24)
            yield Held(row.author_id, row.subject_id, row.approved_at, row.ends_at)
