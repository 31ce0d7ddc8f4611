"""A company that is reorganised at random, and what its people may then read: the database's filter, the rule, and the
page that promises it must all say the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import JSON, Boolean, Date, Integer, Time
from sqlmodel import SQLModel

from storage import policy
from storage.columns import Exact, Moment, SealedJson
from storage.ids import new_id
from storage.policy import Kind, Relation, Right
from storage.records import personal_tables
from storage.store import Store
from storage.tables import FOREVER, BreakGlass, Delegation, PersonalRow, PersonRow, ReportingLine
from tests.walks.promise import Standing, World, world_of

BEGIN = date(2026, 1, 1)

TABLES = tuple(table for table in personal_tables() if table.__module__.startswith("storage."))


def has_table(name: str) -> type[SQLModel]:
    """The model of a table."""
    return next(
        mapper.class_
        for mapper in SQLModel._sa_registry.mappers
        if mapper.local_table.name == name  # type: ignore[attr-defined]
    )


_NUMBERS = count(1)


def made_up(table: type[PersonalRow], **known: Any) -> PersonalRow:
    """A row of any personal table, with something in every column."""
    values: dict[str, Any] = {}
    for column in table.__table__.c:  # type: ignore[attr-defined]
        kind = column.type
        if isinstance(kind, SealedJson):
            values[column.name] = {"words": "x"}
        elif isinstance(kind, Moment):
            values[column.name] = known["made_at"]
        elif isinstance(kind, Boolean):
            values[column.name] = False
        elif isinstance(kind, Time):
            values[column.name] = known["made_at"].time()
        elif isinstance(kind, Date):
            values[column.name] = known["made_at"].date()
        elif isinstance(kind, Integer):
            values[column.name] = next(_NUMBERS)
        elif isinstance(kind, Exact):
            values[column.name] = Decimal(1)
        elif isinstance(kind, JSON):
            values[column.name] = {}
        else:
            values[column.name] = new_id()
    return table(**{**values, **known})


# The filter and the rule ------------------------------------------------------------------------------------------


class Undo(Exception):
    """Takes a history back."""


class History:
    """A company that is reorganised at random, and records from all of its times."""

    def __init__(self, store: Store, people: list[str], dice: random.Random) -> None:
        self.store, self.people, self.dice = store, list(people), dice
        dice.shuffle(self.people)  # whoever stands before may lead who stands behind: no circles
        self.named: set[tuple[str, str]] = set()
        self.turns: list[int] = [0]
        self.held: list[Delegation] = []
        self.met: Counter[Relation] = Counter()
        self.compared = self.differences = 0
        self.world: World

    def happen(self) -> None:
        revision = self.store.people_changed()
        self.store.remove(ReportingLine)
        for number, person in enumerate(self.people[1:], start=1):
            for since, until in self._tenures():
                self.turns += [(day - BEGIN).days for day in (since, until) if day < FOREVER]
                manager = self.dice.choice(self.people[:number])
                self.store.insert(
                    ReportingLine(
                        subject_id=person, manager_id=manager, since=since, until=until, revision=revision
                    )
                )
        for row in self.store.all(PersonRow):
            team = self.dice.choice(("", "Engines", "Sails", "Arts"))
            role = "hr" if self.dice.random() < 0.2 else row.role
            self.store.change(row, team=team, role=role, revision=revision)
        for _ in range(self.dice.randint(1, 8)):
            self.held.append(self.store.insert(self._delegation()))
        for _ in range(self.dice.randint(1, 4)):
            self.store.insert(self._break_glass())
        self.store.roster.open_past(self.dice.random() < 0.5)
        leaving = self.dice.sample(self.people, self.dice.randint(0, 2))
        self.store.leavers.leave_all({person: person for person in leaving})
        self.store.people_changed()

    def _break_glass(self) -> BreakGlass:
        """HR, or somebody who was of HR, asks to read somebody's feedback; often not agreed to, or over."""
        hr = next(person for person in self.people if self.store.directory.is_hr(person))
        subject, somebody = self.dice.sample(self.people, 2)
        author = self.dice.choice((hr, hr, somebody))
        opened = self.store.now - timedelta(hours=self.dice.choice((0, 1, 12, 23, 24)))
        closed = self.store.now if self.dice.random() < 0.2 else None
        ends = (
            {"approved_at": opened, "ends_at": opened + timedelta(hours=24)}
            if self.dice.random() < 0.8
            else {}
        )
        return BreakGlass(
            kind=Kind.BREAK_GLASS,
            subject_id=subject,
            author_id=author,
            made_at=opened,
            reason="x",
            closed_at=closed,
            **ends,
        )

    def _delegation(self) -> Delegation:
        """Somebody stands in for somebody, around today; often not yet agreed, or over."""
        directory, today = self.store.directory, self.store.now.date()
        somebody, stand_in = self.dice.sample(self.people, 2)
        manager = directory.manager_of(somebody, today) or somebody
        deep = [person for person in self.people if manager in directory.line_above(person, today)[1:]]
        if deep and self.dice.random() < 0.3:  # who works for one of the team
            stand_in = self.dice.choice(deep)
        begins = self.store.now - timedelta(days=self.dice.choice((-3, 0, 40, 60, 80)))
        known = {"subject_id": manager, "author_id": manager, "named_id": stand_in, "made_at": begins}
        yes = {
            name: self.store.now if self.dice.random() < 0.8 else None
            for name in ("accepted_at", "approved_at")
        }
        ended = self.store.now if self.dice.random() < 0.2 else None
        ends = begins + timedelta(days=self.dice.choice((1, 40, 80, 90)))
        return Delegation(
            kind=Kind.DELEGATION, reason="x", begins_at=begins, ends_at=ends, ended_at=ended, **known, **yes
        )

    def _tenures(self) -> Iterator[tuple[date, date]]:
        since = BEGIN + timedelta(days=self.dice.randint(0, 300))
        for _ in range(self.dice.randint(0, 3)):
            until = since + timedelta(days=self.dice.choice((0, 1, 30, 200)))
            yield since, until
            since = until + timedelta(days=self.dice.choice((0, 0, 5)))
        if self.dice.random() < 0.8:
            yield since, FOREVER

    def is_written(self, table: type[PersonalRow]) -> None:
        for kind in table.kinds * 3:
            self.store.insert(self._row(table, kind))
        for kind in table.kinds:
            self._about_stand_ins(table, kind)

    def _about_stand_ins(self, table: type[PersonalRow], kind: str) -> None:
        """Who stands in for their own manager has records of these days as well, and no more rights to them."""
        for each in self.agreed()[:2]:
            assert each.named_id
            self.is_about(each.named_id, table, kind, each.begins_at)

    def agreed(self) -> list[Delegation]:
        """The delegations that may be in force."""
        return [each for each in self.held if each.accepted_at and each.approved_at and not each.ended_at]

    def is_about(self, person: str, table: type[PersonalRow], kind: str, moment: datetime) -> None:
        """Write a record that is about somebody and by nobody."""
        known = {"subject_id": person, "named_id": None, "made_at": moment}
        self.store.insert(made_up(table, id=new_id(), kind=kind, author_id=None, **known))

    def _row(self, table: type[PersonalRow], kind: str) -> PersonalRow:
        moment = self._moment()
        subject, author, named_id = self._pair()
        known = {"id": new_id(), "kind": kind, "subject_id": subject, "named_id": named_id, "made_at": moment}
        return made_up(table, **known, author_id=author if self.dice.random() < 0.9 else None)

    def _moment(self) -> datetime:
        """Any moment, often just where something begins or ends."""
        held = [moment for each in self.held for moment in (each.begins_at, each.ends_at)]
        if held and self.dice.random() < 0.2:
            return self.dice.choice(held)
        days = (self.dice.randint(0, 330), self.dice.randint(270, 330), *self.dice.choices(self.turns, k=2))
        day = BEGIN + timedelta(days=self.dice.choice(days))
        return datetime.fromisoformat(f"{day}T{self.dice.choice(('00:00', '12:30', '23:59'))}:00+00:00")

    def _pair(self) -> tuple[str, str, str | None]:
        """Whom a row is about, who wrote it, and whom they named: of one-on-ones, two people have one."""
        subject, author, named = (
            self.dice.choice(among) for among in (self._opened_to_others(), self.people, self.people)
        )
        if (subject, named) in self.named or self.dice.random() < 0.4:
            return subject, author, None
        self.named.add((subject, named))
        return subject, author, named

    def _opened_to_others(self) -> list[str]:
        """Often those whose records somebody may read for a while, or else hardly any row would be about them."""
        directory, now = self.store.directory, self.store.now
        theirs = [each.id for person in directory.stand_ins for each in directory.in_charge_of(person, now)]
        theirs += [each.subject_id for opened in directory.openings.values() for each in opened]
        return theirs if theirs and self.dice.random() < 0.8 else self.people

    def compare(self, table: type[PersonalRow]) -> None:
        """Who may read, and everything else, by the filter, the rule and the page."""
        self.world = world_of(lambda name: self.store._rows(has_table(name), ()), self.store.now)
        rows = self.store._rows(table, ())
        for reader in self.people:
            found = {row.id for row in self.store.read(table, reader=reader)}
            for row in rows:
                promised = self.world.of(reader, row)
                self.compared += 1
                self.differences += (row.id in found) != promised.may("read")
                self.differences += self._of_the_rule(reader, row, promised)
                if row.id in found:
                    self.met.update(policy.relations(self.store.directory, reader, row, self.store.now))

    def _of_the_rule(self, reader: str, row: PersonalRow, promised: Standing) -> int:
        """How often the rule says something else than the page."""
        asked = (self.store.directory, reader)
        rule = [policy.may(*asked, right, row, self.store.now) for right in Right]
        rule += [policy.on_behalf_of(*asked, right, row, self.store.now) for right in Right]
        rule += [policy.opened_by_glass(*asked, row, self.store.now) is not None]
        page = [promised.may(right.value) for right in Right]
        page += [promised.on_behalf_of(right.value) for right in Right]
        page += [self.world.opened_by_glass(reader, row)]
        return sum(one != other for one, other in zip(rule, page, strict=True))
