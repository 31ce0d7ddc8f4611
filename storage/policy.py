"""Who may see what: one table, from which come the SQL filter of every query and the audience line of every form."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.people import Directory, Opening, StandIn


class Kind(StrEnum):
    """The kinds of personal record."""

    CHECKIN = "checkin"
    MOOD = "mood"  # shown as a team mean of five or more only
    COMMENT = "comment"  # what a manager wrote under a check-in
    KUDOS_PUBLIC = "kudos_public"
    KUDOS_PRIVATE = "kudos_private"
    FEEDBACK = "feedback"  # to the receiver alone
    FEEDBACK_WITH_MANAGER = "feedback_with_manager"  # to the receiver and the manager named at sending
    FEEDBACK_REQUEST = "feedback_request"
    ONE_ON_ONE = "one_on_one"  # shared agenda, notes, actions
    PRIVATE_NOTE = "private_note"
    GOAL_COMPANY = "goal_company"
    GOAL_TEAM = "goal_team"
    GOAL_PRIVATE = "goal_private"
    METRIC = "metric"  # a figure about a person that a system of the company sent
    REVIEW_SELF_DRAFT = "review_self_draft"
    REVIEW_SELF = "review_self"
    REVIEW_DRAFT = "review_draft"  # of a colleague, a manager or a customer, until it is submitted
    REVIEW_CONFIDENTIAL = "review_confidential"  # of whom nobody is to know the author: read as a group only
    REVIEW_VOICE = "review_voice"  # released: points of a group, or words without their author
    REVIEW_INVITE = "review_invite"  # that a customer is asked, and under which name
    REVIEW_PEER = "review_peer"  # submitted, not released
    REVIEW_PEER_RELEASED = "review_peer_released"
    REVIEW_MANAGER = "review_manager"
    REVIEW_MANAGER_RELEASED = "review_manager_released"
    REVIEW_REMARK = "review_remark"  # advice on a review's words that its author set aside, and why
    RATING = "rating"
    RATING_RELEASED = "rating_released"
    POTENTIAL = "potential"  # how far somebody could go, for the calibration alone; emptied after it
    OBJECTION = "objection"  # a person says that a figure or a score about them is wrong, and the answer
    NUDGE = "nudge"  # what a person was sent, and why
    DELEGATION = "delegation"  # who stands in for a manager, until when and why
    BREAK_GLASS = "break_glass"  # HR asks to read private feedback, or reads it
    BREAK_GLASS_TOLD = "break_glass_told"  # the same once it is over
    PROFILE = "profile"
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
    DELEGATE = "delegate"  # stands in for the manager now, and the record is from the days on which they do
    BY_GLASS = "by_glass"  # of HR, while a break-glass about the subject is open to them
    HR = "hr"  # of HR, and not the subject
    TEAMMATE = "teammate"  # in the same team as the subject now
    COLLEAGUE = "colleague"


class Right(StrEnum):
    READ = "read"
    WRITE = "write"
    COMMENT = "comment"
    EXPORT = "export"


R, W, C, X = Right.READ, Right.WRITE, Right.COMMENT, Right.EXPORT

# Everything not listed is denied. Administrators have no column: they are ordinary subjects and colleagues. So is HR,
# but for break-glass: they see who asks for it, and while two of them have opened it, private feedback; and they read
# the goals of teams, and reviews that were submitted, in cycles in which they are not reviewed themselves (see
# `storage/reviews`). Nothing else.
TABLE: Mapping[Kind, Mapping[Relation, frozenset[Right]]] = {
    Kind.CHECKIN: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, C}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.DELEGATE: frozenset({R, C}),
    },
    Kind.MOOD: {Relation.SELF: frozenset({R, W, X})},
    Kind.COMMENT: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R}),  # for whom the author stood in
        Relation.MANAGER_ABOVE: frozenset({R}),
    },
    Kind.KUDOS_PUBLIC: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.COLLEAGUE: frozenset({R}),
    },
    Kind.KUDOS_PRIVATE: {Relation.SELF: frozenset({R, X}), Relation.AUTHOR: frozenset({R, W, X})},
    Kind.FEEDBACK: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.BY_GLASS: frozenset({R}),
    },
    Kind.FEEDBACK_WITH_MANAGER: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R}),
        Relation.BY_GLASS: frozenset({R}),
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
    Kind.GOAL_COMPANY: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, W, C}),
        Relation.MANAGER_ABOVE: frozenset({R, C}),
        Relation.HR: frozenset({R, W}),
        Relation.COLLEAGUE: frozenset({R}),
    },
    Kind.GOAL_TEAM: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, W, C}),
        Relation.MANAGER_ABOVE: frozenset({R, C}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.DELEGATE: frozenset({R, C}),
        Relation.HR: frozenset({R}),
        Relation.TEAMMATE: frozenset({R}),
    },
    Kind.GOAL_PRIVATE: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, C}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.DELEGATE: frozenset({R}),
    },
    Kind.METRIC: {
        Relation.SELF: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
    },
    Kind.REVIEW_SELF_DRAFT: {Relation.SELF: frozenset({R, W, X})},
    Kind.REVIEW_SELF: {
        Relation.SELF: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_DRAFT: {Relation.AUTHOR: frozenset({R, W, X})},
    Kind.REVIEW_CONFIDENTIAL: {Relation.AUTHOR: frozenset({R, W, X})},
    Kind.REVIEW_VOICE: {
        Relation.SELF: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_INVITE: {
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.MANAGER: frozenset({R, W}),
        Relation.HR: frozenset({R, W}),
    },
    Kind.REVIEW_PEER: {
        Relation.AUTHOR: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_PEER_RELEASED: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_MANAGER: {
        Relation.AUTHOR: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R, C}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_MANAGER_RELEASED: {
        Relation.SELF: frozenset({R, C, X}),
        Relation.AUTHOR: frozenset({R, X}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.REVIEW_REMARK: {
        Relation.AUTHOR: frozenset({R, W, X}),
        Relation.HR: frozenset({R}),
    },
    Kind.RATING: {
        Relation.AUTHOR: frozenset({R}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R, W}),
        Relation.HR: frozenset({R, W}),
    },
    Kind.RATING_RELEASED: {
        Relation.SELF: frozenset({R, C, X}),
        Relation.AUTHOR: frozenset({R}),
        Relation.MANAGER: frozenset({R}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.FORMER_MANAGER: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.POTENTIAL: {
        Relation.AUTHOR: frozenset({R, W}),
        Relation.MANAGER_ABOVE: frozenset({R}),
        Relation.HR: frozenset({R}),
    },
    Kind.OBJECTION: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R, W}),
    },
    Kind.NUDGE: {Relation.SELF: frozenset({R, X})},
    Kind.DELEGATION: {
        Relation.SELF: frozenset({R, W, X}),
        Relation.NAMED: frozenset({R, W}),
        Relation.MANAGER: frozenset({R, W}),
    },
    Kind.BREAK_GLASS: {Relation.HR: frozenset({R, W})},
    Kind.BREAK_GLASS_TOLD: {
        Relation.SELF: frozenset({R, X}),
        Relation.AUTHOR: frozenset({R, X}),
        Relation.NAMED: frozenset({R, X}),
        Relation.HR: frozenset({R}),
    },
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

DATED = frozenset(
    {
        Kind.CHECKIN,
        Kind.COMMENT,
        Kind.GOAL_TEAM,
        Kind.GOAL_PRIVATE,
        Kind.METRIC,
        Kind.REVIEW_SELF,
        Kind.REVIEW_VOICE,
        Kind.REVIEW_PEER_RELEASED,
        Kind.REVIEW_MANAGER_RELEASED,
        Kind.RATING_RELEASED,
    }
)
"""Kinds of which a new manager reads what was before their time only while the organisation lets them."""

OTHERS_DECIDE_BY = frozenset(
    {
        Kind.REVIEW_SELF,
        Kind.REVIEW_CONFIDENTIAL,
        Kind.REVIEW_VOICE,
        Kind.REVIEW_INVITE,
        Kind.REVIEW_PEER,
        Kind.REVIEW_PEER_RELEASED,
        Kind.REVIEW_MANAGER,
        Kind.REVIEW_MANAGER_RELEASED,
        Kind.REVIEW_REMARK,
        Kind.RATING_RELEASED,
        Kind.METRIC,
        Kind.OBJECTION,
    }
)
"""What was handed in or shared in a review, figures, and what somebody said is wrong: nobody erases it alone, not even
who alone may take it with them."""

MEAN_OF_AT_LEAST = 5
"""Moods are shown as a mean of at least so many people."""


def relations(directory: "Directory", actor: str, row: PersonalRow, now: datetime) -> frozenset[Relation]:
    """What the actor is to this row at this moment."""
    return frozenset(_relations(directory, actor, row, now))


def _relations(directory: "Directory", actor: str, row: PersonalRow, now: datetime) -> Iterator[Relation]:
    if actor == row.subject_id:
        yield Relation.SELF
    if actor == row.author_id:
        yield Relation.AUTHOR
    if actor == row.named_id:
        yield Relation.NAMED
    if actor != row.subject_id:
        yield from _relations_by_line(directory, actor, row, now)
        yield Relation.COLLEAGUE


def _relations_by_line(
    directory: "Directory", actor: str, row: PersonalRow, now: datetime
) -> Iterator[Relation]:
    above, then = directory.line_above(row.subject_id, now.date()), row.made_at.date()
    if actor in above and (
        directory.past_is_open or row.kind not in DATED or actor in directory.line_above(row.subject_id, then)
    ):
        yield Relation.MANAGER if above[0] == actor else Relation.MANAGER_ABOVE
    if directory.manager_of(row.subject_id, then) == actor:
        yield Relation.FORMER_MANAGER
    if _stands_in(directory, actor, row, now):
        yield Relation.DELEGATE
    if directory.is_hr(actor):
        yield Relation.HR
    if opened_by_glass(directory, actor, row, now):
        yield Relation.BY_GLASS
    if directory.shares_team(actor, row.subject_id):
        yield Relation.TEAMMATE


def _stands_in(directory: "Directory", actor: str, row: PersonalRow, now: datetime) -> "StandIn | None":
    if actor not in directory.stand_ins or row.subject_id in directory.line_above(actor, now.date()):
        return None
    manager = directory.manager_of(row.subject_id, now.date())
    theirs = (each for each in directory.standing_in(actor, now) if each.manager_id == manager)
    return next((each for each in theirs if each.holds_at(row.made_at)), None)


def opened_by_glass(directory: "Directory", actor: str, row: PersonalRow, now: datetime) -> "Opening | None":
    """The break-glass by which the actor, of HR, reads what is about the subject of this row."""
    if actor not in directory.openings or actor == row.subject_id or not directory.is_hr(actor):
        return None
    theirs = (each for each in directory.openings[actor] if each.subject_id == row.subject_id)
    return next((each for each in theirs if now < each.ends_at), None)


def may(directory: "Directory", actor: str, right: Right, row: PersonalRow, now: datetime) -> bool:
    """Whether the actor has the right on this row: the slow, plain form of `storage.filters.readable`."""
    return _grants(row, right, relations(directory, actor, row, now))


def may_besides(
    directory: "Directory", actor: str, right: Right, row: PersonalRow, now: datetime, *, besides: Relation
) -> bool:
    """Whether the actor would have the right on this row without being this to it."""
    return _grants(row, right, relations(directory, actor, row, now) - {besides})


def _grants(row: PersonalRow, right: Right, by: frozenset[Relation]) -> bool:
    allowed = TABLE[Kind(row.kind)]
    return any(right in allowed.get(relation, ()) for relation in by)


def on_behalf_of(
    directory: "Directory", actor: str, right: Right, row: PersonalRow, now: datetime
) -> str | None:
    """For whom the actor stands in when they use a right on this row that is not also their own."""
    standing = _stands_in(directory, actor, row, now) if actor != row.subject_id else None
    if standing is None or right not in TABLE[Kind(row.kind)].get(Relation.DELEGATE, ()):
        return None
    is_own = may_besides(directory, actor, right, row, now, besides=Relation.DELEGATE)
    return None if is_own else standing.manager_id
