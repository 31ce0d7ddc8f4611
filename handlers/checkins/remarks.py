"""A manager reads a check-in, marks it as read, comments on it, or takes it along to the one-on-one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from handlers.checkins.questions import feature, in_short, quoted, quoted_or_erased
from handlers.kit.access import Rule, readers
from handlers.kit.cards import Button, Card, Note, Part, Press, Section
from handlers.kit.forms import Words
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.checkins import CheckIn
from storage.checkins import Remark as Row
from storage.policy import Kind, Right, may, on_behalf_of

COMMENTS = feature.notice("comment", Phrase("Comments on my check-ins"))
NOT_YOURS = Phrase("This check-in is not for you to read, or not any more.")


def _found(request: Request, args: Mapping[str, Any]) -> CheckIn | None:
    return request.store.checkins.get(args.get("checkin", ""), reader=request.actor.id)


def _who_may(right: Right) -> Callable[[Request, Mapping[str, Any]], bool]:
    def check(request: Request, args: Mapping[str, Any]) -> bool:
        row = _found(request, args)
        directory = request.store.directory
        return row is not None and may(directory, request.actor.id, right, row, request.now)

    return check


may_read = Rule("who may read the check-in", _who_may(Right.READ), NOT_YOURS)
may_comment = Rule("who may comment on the check-in", _who_may(Right.COMMENT), NOT_YOURS)


def _row(request: Request, checkin: str) -> CheckIn:
    row = _found(request, {"checkin": checkin})
    assert row is not None  # the door asked
    return row


# Reading ----------------------------------------------------------------------------------------------------


@feature.button(allow=may_read)
def open_one(request: Request, checkin: str) -> Reply:
    """Read this check-in."""
    return Reply(show=opened(request, _row(request, checkin)))


def opened(request: Request, row: CheckIn) -> Card:
    """A check-in as its reader sees it, with what they may do about it."""
    written = request.store.checkins.remarks([row], reader=request.actor.id).get(row.id, [])
    return Card(
        Phrase("{name}'s check-in", name=Verbatim(request.store.directory.named(row.subject_id))),
        *quoted_or_erased(row),
        *(remark(request, each) for each in written),
        *_buttons(request, row),
        Note(dated(row)),
        *read_by(request, row),
    )


def dated(row: CheckIn) -> Text:
    """When a check-in was written, and changed."""
    if row.changed_at is None:
        return Phrase("Written {moment}.", moment=row.made_at)
    return Phrase("Written {moment}, changed {changed}.", moment=row.made_at, changed=row.changed_at)


def read_by(request: Request, row: CheckIn) -> tuple[Note, ...]:
    """Who has marked a check-in as read."""
    if row.read_by is None:
        return ()
    if row.read_by == request.actor.id:
        return (Note(Phrase("You marked it as read.")),)
    return (Note(Phrase("Read by {name}.", name=acting(request, row.read_by, row.read_for))),)


def acting(request: Request, person: str | None, behalf: str | None) -> Text:
    """Who did something, and for whom if they stood in for somebody."""
    named = request.store.directory.named
    if behalf is None:
        return Verbatim(named(person))
    return Phrase(
        "{name} on behalf of {manager}", name=Verbatim(named(person)), manager=Verbatim(named(behalf))
    )


def remark(request: Request, row: Row) -> Section:
    """What somebody wrote under a check-in."""
    name = acting(request, row.author_id, row.named_id)
    return Section(Phrase("{name} wrote: {words}", name=name, words=Verbatim(row.remark or "")), quoted=True)


def _buttons(request: Request, row: CheckIn) -> tuple[Part, ...]:
    if not may(request.store.directory, request.actor.id, Right.COMMENT, row, request.now):
        return ()
    again = row.read_by == request.actor.id
    # What is opened for some days only is not carried into a one-on-one, which stays.
    may_quote = row.answers and _behalf(request, row) is None
    to_talk = {"partner": row.subject_id, "quoted": in_short(row)}
    return (
        *(
            ()
            if again
            else (Button(Phrase("Mark as read"), mark_read.bind(checkin=row.id), style="primary"),)
        ),
        Button(Phrase("Comment"), comment.bind(checkin=row.id)),
        *(
            (Button(Phrase("Add to one-on-one"), Press("one_on_ones.add_quoted", to_talk)),)
            if may_quote
            else ()
        ),
    )


# What a manager does about it -------------------------------------------------------------------------------


@feature.button(allow=may_comment)
def mark_read(request: Request, checkin: str) -> Reply:
    """Let the author see that I have read this."""
    row = _row(request, checkin)
    request.store.checkins.mark_read(row, request.actor.id, behalf=_behalf(request, row))
    return Reply(show=opened(request, row))


def _behalf(request: Request, row: CheckIn) -> str | None:
    """For whom the actor comments on a check-in, if not for themselves."""
    return on_behalf_of(request.store.directory, request.actor.id, Right.COMMENT, row, request.now)


def _seen_by(request: Request, args: Mapping[str, Any]) -> Text:
    row, person = _found(request, args), request.store.directory.person
    subject, behalf = (person(row.subject_id), _behalf(request, row)) if row else (None, None)
    return readers(Kind.COMMENT, request, subject=subject, named=person(behalf or ""))


Comment = Annotated[str, Words(Phrase("What do you want to say?"), longest=2000)]


@feature.button(
    allow=may_comment, seen_by=_seen_by, submit=Phrase("Send"), title=Phrase("Comment on a check-in")
)
def comment(request: Request, checkin: str, words: Comment) -> Reply:
    """Write under this check-in; its author is told."""
    row = _row(request, checkin)
    behalf = _behalf(request, row)
    written = request.store.checkins.remark(row, request.actor.id, words, behalf=behalf)
    author = acting(request, request.actor.id, behalf)
    card = Card(
        Phrase("{name} wrote under your check-in of {day}.", name=author, day=row.day),
        Section(Verbatim(words), quoted=True),
        *quoted(row),
    )
    tell = Tell(
        card,
        to=row.subject_id,
        topic=f"checkin:comment:{written.id}",
        about=f"checkin:{row.id}",
        notice=COMMENTS,
    )
    return Reply(show=opened(request, row), tell=(tell,))
