"""The policy as SQL: the condition under which somebody may read a row, for every query of personal records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Dialect,
    String,
    TextClause,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col

from storage.people import DELEGATIONS, GLASSES, IN_FORCE, OPEN, Directory, Person
from storage.policy import DATED, TABLE, Kind, Relation, Right
from storage.tables import PersonalRow, PersonRow, ReportingLine

_LINES = ReportingLine.__table__  # type: ignore[attr-defined]
_PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]

DEEPEST = 50
"""Levels of managers at most. A circle is refused at import; this is a belt for the braces."""


def readable(table: type[PersonalRow], reader: str, now: datetime, directory: Directory, dialect: str) -> Any:
    """The SQL condition under which `reader` may read rows of `table` at `now`, in a query of that table.

    It is made once for all readers who are alike to the policy: making it costs ten times a query."""
    person = directory.person(reader)
    if reader in directory.stand_ins or reader in directory.openings:
        return _condition(_Asked(table, reader, now.date(), reader, now, _team_of(person), directory))
    shape = (table, directory.past_is_open, directory.is_hr(reader), bool(_team_of(person)), dialect)
    known = _KNOWN.get(shape)
    if known is None:
        asked = _Asked(table, _READER, _TODAY, reader, now, _TEAM if _team_of(person) else "", directory)
        known = _KNOWN[shape] = _compiled(table, _condition(asked), _DIALECTS[dialect])
    values = {"seen_reader": reader, "seen_today": now.date(), "seen_team": _team_of(person)}
    return known.bindparams(**{name: item for name, item in values.items() if name in known._bindparams})


def _team_of(person: Person | None) -> str:
    """The team whose goals somebody reads."""
    return person.team if person and person.active else ""


_READER: BindParameter[str] = bindparam("reader", type_=String)
_TODAY: BindParameter[date] = bindparam("today", type_=Date)
_TEAM: BindParameter[str] = bindparam("team", type_=String)
_KNOWN: dict[tuple[Any, ...], TextClause] = {}
_DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.dialect(paramstyle="named"),  # type: ignore[no-untyped-call]
}
_NAME = re.compile(r"(?<!:):(\w+)")


def _compiled(table: type[PersonalRow], condition: ColumnElement[bool], dialect: Dialect) -> TextClause:
    """A condition as it stands in a query of its table, with its values named apart from those of any query."""
    query: Any = select(literal(1)).select_from(table).where(condition).compile(dialect=dialect)
    words = str(query).partition("WHERE ")[2]
    assert words, "the condition has become a part of something else"
    binds = {name: query.binds[name] for name in _NAME.findall(words)}
    named = _NAME.sub(r":seen_\1 ", words)  # the space parts it from a cast
    return text(f"({named})").bindparams(
        *(bindparam(f"seen_{name}", bind.value, type_=bind.type) for name, bind in binds.items())
    )


def _condition(asked: _Asked) -> ColumnElement[bool]:
    table = asked.table
    conditions = [
        and_(col(table.kind) == kind.value, or_(*(asked.condition(kind, relation) for relation in allowed)))
        for kind, rights in TABLE.items()
        if kind in table.kinds
        and (allowed := [relation for relation, right in rights.items() if Right.READ in right])
    ]
    return or_(*conditions) if conditions else false()


@dataclass(frozen=True)
class _Asked:
    """Who asks for rows of which table, when."""

    table: type[PersonalRow]
    reader: BindParameter[str] | str
    """Their id, or what stands for it in a condition that is kept."""
    today: BindParameter[date] | date
    known: str
    """Their id."""
    now: datetime
    team: BindParameter[str] | str
    directory: Directory

    def condition(self, kind: Kind, relation: Relation) -> ColumnElement[bool]:
        """Whether the reader is this to a row."""
        if relation is Relation.SELF:
            return col(self.table.subject_id) == self.reader
        if relation is Relation.AUTHOR:
            return col(self.table.author_id) == self.reader
        if relation is Relation.NAMED:
            return col(self.table.named_id) == self.reader
        if relation is Relation.COLLEAGUE:
            return true()
        if relation is Relation.FORMER_MANAGER:
            return self._within_tenure()
        if relation is Relation.DELEGATE:
            return self._stands_in()
        if relation is Relation.HR:
            return col(self.table.subject_id) != self.reader if self.directory.is_hr(self.known) else false()
        if relation is Relation.BY_GLASS:
            return self._by_glass()
        if relation is Relation.TEAMMATE:
            return self._in_team()
        return self._by_line(kind, relation)

    def _by_line(self, kind: Kind, relation: Relation) -> ColumnElement[bool]:
        subject = col(self.table.subject_id)
        below = _reports if relation is Relation.MANAGER else _below
        leads = and_(subject.in_(below(self.reader, self.today)), subject != self.reader)
        closed = kind in DATED and not self.directory.past_is_open
        return and_(leads, self._led_then()) if closed else leads

    def _in_team(self) -> ColumnElement[bool]:
        if isinstance(self.team, str) and not self.team:
            return false()
        subject, team = col(self.table.subject_id), select(_PEOPLE.c.id).where(_PEOPLE.c.team == self.team)
        return and_(subject.in_(team), subject != self.reader)

    def _within_tenure(self) -> ColumnElement[bool]:
        line, then = ReportingLine, func.date(col(self.table.made_at))
        return (
            select(literal(1))
            .where(
                col(line.manager_id) == self.reader,
                col(line.subject_id) == col(self.table.subject_id),
                col(line.since) <= then,
                col(line.until) > then,
            )
            .exists()
        )

    def _stands_in(self) -> ColumnElement[bool]:
        if self.known not in self.directory.stand_ins:
            return false()  # nearly everybody, nearly always
        subject, made, line, held = col(self.table.subject_id), col(self.table.made_at), _LINES, DELEGATIONS
        is_theirs = (line.c.subject_id == subject, line.c.since <= self.today, line.c.until > self.today)
        covers = [(held.c.begins_at <= moment) & (held.c.ends_at > moment) for moment in (made, self.now)]
        found = select(literal(1)).join_from(held, line, line.c.manager_id == held.c.subject_id)
        return and_(
            found.where(held.c.named_id == self.reader, *IN_FORCE, *is_theirs, *covers).exists(),
            subject.not_in((self.reader, *self.directory.line_above(self.known, self.now.date()))),
        )

    def _by_glass(self) -> ColumnElement[bool]:
        if self.known not in self.directory.openings or not self.directory.is_hr(self.known):
            return false()
        subject, glass = col(self.table.subject_id), GLASSES
        theirs = (glass.c.author_id == self.reader, *OPEN, glass.c.ends_at > self.now)
        opened = select(glass.c.subject_id).where(*theirs)
        return and_(subject.in_(opened), subject != self.reader)

    def _led_then(self) -> ColumnElement[bool]:
        """Whether the reader stood above a row's subject on the day of the row."""
        led, then = _ever_below(self.reader), func.date(col(self.table.made_at))
        its = (led.c.subject_id == col(self.table.subject_id), led.c.since <= then, led.c.until > then)
        return select(literal(1)).where(*its).exists()


def _reports(reader: Any, today: Any) -> Any:
    line = ReportingLine
    return select(col(line.subject_id)).where(
        col(line.manager_id) == reader, col(line.since) <= today, col(line.until) > today
    )


def _below(reader: Any, today: Any) -> Any:
    line = ReportingLine
    tree = _reports(reader, today).add_columns(literal(1).label("depth")).cte(recursive=True, nesting=True)
    deeper = (
        select(col(line.subject_id), tree.c.depth + 1)
        .join(tree, col(line.manager_id) == tree.c.subject_id)
        .where(col(line.since) <= today, col(line.until) > today, tree.c.depth < DEEPEST)
    )
    tree = tree.union_all(deeper)
    return select(tree.c.subject_id).where(tree.c.depth > 1)


def _ever_below(reader: Any) -> Any:
    """Everybody who was below somebody at any time, with the days between which they were."""
    first, line = _LINES.alias(), _LINES.alias()
    tree = (
        select(first.c.subject_id, first.c.since, first.c.until, literal(1).label("depth"))
        .where(first.c.manager_id == reader, first.c.since < first.c.until)
        .cte(recursive=True, nesting=True)
    )
    since = case((line.c.since > tree.c.since, line.c.since), else_=tree.c.since)
    until = case((line.c.until < tree.c.until, line.c.until), else_=tree.c.until)
    deeper = (
        select(line.c.subject_id, since, until, tree.c.depth + 1)
        .join(tree, line.c.manager_id == tree.c.subject_id)
        .where(since < until, tree.c.depth < DEEPEST)
    )
    return tree.union(deeper)
