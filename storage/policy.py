"""Who may see what: one table, from which come the SQL filter of every query and the audience line of every form."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true
from sqlmodel import col

from storage.tables import PersonalRow, ReportingLine

if TYPE_CHECKING:
    from storage.people import Directory


class Kind(StrEnum):
    """The kinds of personal record (rows of `reliability_security.md` §4 in brackets)."""

    CHECKIN = "checkin"  # [1]
    MOOD = "mood"  # [12]: shown as a team mean of five or more only
    COMMENT = "comment"  # [1] what a manager wrote under a check-in
    KUDOS_PUBLIC = "kudos_public"  # [6]
    KUDOS_PRIVATE = "kudos_private"  # [7]
    FEEDBACK = "feedback"  # [8] to the receiver alone
    FEEDBACK_WITH_MANAGER = "feedback_with_manager"  # [9] to the receiver and the manager named at sending
    FEEDBACK_REQUEST = "feedback_request"
    ONE_ON_ONE = "one_on_one"  # [13] shared agenda, notes, actions
    PRIVATE_NOTE = "private_note"  # [14]
    NUDGE = "nudge"  # what a person was sent, and why
    PROFILE = "profile"  # [32]
    CHAT = "chat"  # what a person and Upbeat said to each other in the local chat
    CHANNEL = "channel"  # what was said in a channel of the local chat


class Relation(StrEnum):
    """What an actor is to a record, computed for actor, subject and date; never a role or a channel's membership."""

    AUTHOR = "author"
    SELF = "self"
    NAMED = "named"  # the person whom the author named when writing: a manager, the partner of a one-on-one
    MANAGER = "manager"
    MANAGER_ABOVE = "manager_above"
    FORMER_MANAGER = "former_manager"  # reads what is dated within their own tenure
    COLLEAGUE = "colleague"


class Right(StrEnum):
    READ = "read"
    WRITE = "write"
    COMMENT = "comment"
    EXPORT = "export"


R, W, C, X = Right.READ, Right.WRITE, Right.COMMENT, Right.EXPORT

# Everything not listed is denied. HR and administrators have no column: they are ordinary subjects and colleagues.
TABLE: Mapping[Kind, Mapping[Relation, frozenset[Right]]] = {
    Kind.CHECKIN: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, C}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
    },
    Kind.MOOD: {Relation.SELF: frozenset({R, W, X})},
    Kind.COMMENT: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.MANAGER_ABOVE: frozenset({R}),
    },
    Kind.KUDOS_PUBLIC: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.COLLEAGUE: frozenset({R}),
    },
    Kind.KUDOS_PRIVATE: {Relation.SELF: frozenset({R, X}), Relation.AUTHOR: frozenset({R, W, X})},
    Kind.FEEDBACK: {Relation.SELF: frozenset({R, X}), Relation.AUTHOR: frozenset({R, W, X})},
    Kind.FEEDBACK_WITH_MANAGER: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R}),
    },
    Kind.FEEDBACK_REQUEST: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R}),
    },
    Kind.ONE_ON_ONE: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R, W, X}),
    },
    Kind.PRIVATE_NOTE: {Relation.AUTHOR: frozenset({R, W, X})},
    Kind.NUDGE: {Relation.SELF: frozenset({R, X})},
    Kind.PROFILE: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.COLLEAGUE: frozenset({R}),
    },
    Kind.CHAT: {Relation.SELF: frozenset({R, X})},
    Kind.CHANNEL: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.COLLEAGUE: frozenset({R}),
    },
}

MEAN_OF_AT_LEAST = 5
"""Moods are shown as a mean of at least so many people (`reliability_security.md` §4.4)."""


def relations(directory: "Directory", actor: str, row: PersonalRow, today: date) -> frozenset[Relation]:
    """What the actor is to this row on this day."""
    return frozenset(_relations(directory, actor, row, today))


def _relations(directory: "Directory", actor: str, row: PersonalRow, today: date) -> Any:
    if actor == row.subject_id:
        yield Relation.SELF
    if actor == row.author_id:
        yield Relation.AUTHOR
    if actor == row.named_id:
        yield Relation.NAMED
    if actor != row.subject_id:
        yield from _relations_by_line(directory, actor, row, today)
        yield Relation.COLLEAGUE


def _relations_by_line(directory: "Directory", actor: str, row: PersonalRow, today: date) -> Any:
    above = directory.line_above(row.subject_id, today)
    if above[:1] == (actor,):
        yield Relation.MANAGER
    if actor in above[1:]:
        yield Relation.MANAGER_ABOVE
    if directory.manager_of(row.subject_id, row.made_at.date()) == actor:
        yield Relation.FORMER_MANAGER


def may(directory: "Directory", actor: str, right: Right, row: PersonalRow, today: date) -> bool:
    """Whether the actor has the right on this row: the slow, plain form of `readable`."""
    allowed = TABLE[Kind(row.kind)]
    return any(right in allowed.get(relation, ()) for relation in relations(directory, actor, row, today))


def readable(table: type[PersonalRow], reader: str, now: datetime) -> ColumnElement[bool]:
    """The SQL condition under which `reader` may read rows of `table` at `now`."""
    conditions = [
        and_(
            col(table.kind) == kind.value,
            or_(*(_condition(table, relation, reader, now.date()) for relation in allowed)),
        )
        for kind, rights in TABLE.items()
        if kind in table.kinds and (allowed := [relation for relation, right in rights.items() if R in right])
    ]
    return or_(*conditions) if conditions else false()


def _condition(table: type[PersonalRow], relation: Relation, reader: str, today: date) -> ColumnElement[bool]:
    if relation is Relation.SELF:
        return col(table.subject_id) == reader
    if relation is Relation.AUTHOR:
        return col(table.author_id) == reader
    if relation is Relation.NAMED:
        return col(table.named_id) == reader
    if relation is Relation.COLLEAGUE:
        return true()
    return _condition_by_line(table, relation, reader, today)


def _condition_by_line(
    table: type[PersonalRow], relation: Relation, reader: str, today: date
) -> ColumnElement[bool]:
    if relation is Relation.MANAGER:
        return col(table.subject_id).in_(_reports(reader, today))
    if relation is Relation.MANAGER_ABOVE:
        return and_(col(table.subject_id).in_(_below(reader, today)), col(table.subject_id) != reader)
    return _within_tenure(table, reader)


def _reports(reader: str, today: date) -> Any:
    line = ReportingLine
    return select(col(line.subject_id)).where(
        col(line.manager_id) == reader, col(line.since) <= today, col(line.until) > today
    )


def _below(reader: str, today: date) -> Any:
    line = ReportingLine
    tree = _reports(reader, today).add_columns(literal(1).label("depth")).cte("below", recursive=True)
    # A cycle is refused at import; the depth is a belt for the braces.
    deeper = (
        select(col(line.subject_id), tree.c.depth + 1)
        .join(tree, col(line.manager_id) == tree.c.subject_id)
        .where(col(line.since) <= today, col(line.until) > today, tree.c.depth < 50)
    )
    tree = tree.union_all(deeper)
    return select(tree.c.subject_id).where(tree.c.depth > 1)


def _within_tenure(table: type[PersonalRow], reader: str) -> ColumnElement[bool]:
    line = ReportingLine
    return (
        select(literal(1))
        .where(
            col(line.manager_id) == reader,
            col(line.subject_id) == col(table.subject_id),
            col(line.since) <= func.date(col(table.made_at)),
            col(line.until) > func.date(col(table.made_at)),
        )
        .exists()
    )
