"""After feedback was sent: the receiver acknowledges and replies, and its author can take it back for a day."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from handlers.feedback.note import READ, RECEIVED, answered, feature, gone
from handlers.kit.access import owner_of, readers
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.feedback import RETRACTABLE, FeedbackRow
from storage.policy import Kind

ACKNOWLEDGE = "feedback.acknowledge"
STANDS = timedelta(days=30)
"""For how long it is tried to take words away where they stand."""


def _feedback(request: Request, args: Mapping[str, Any]) -> FeedbackRow | None:
    return request.store.feedback.get(str(args.get("feedback", "")), reader=request.actor.id)


receiver = owner_of(_feedback, "subject_id")
author = owner_of(_feedback, "author_id")


def _behind(request: Request, feedback: str) -> FeedbackRow:
    row = _feedback(request, {"feedback": feedback})
    assert row is not None  # the rule at the door has found it
    return row


# The receiver --------------------------------------------------------------------------------------------------------


def _refuse_taken_back(request: Request, args: Mapping[str, Any]) -> None:
    if _behind(request, args["feedback"]).retracted_at:
        raise Problem(Phrase("This feedback was taken back by its author."))


@feature.button(allow=receiver, over=_refuse_taken_back)
def acknowledge(request: Request, feedback: str) -> Reply:
    """Say that I have read this feedback."""
    row = _behind(request, feedback)
    hears = Phrase("Thank you. {author} hears that you have read it.", author=_name(request, row.author_id))
    said = answered(row.answers)  # days may have gone since it was sent
    here = _is_here(request, row)
    done = Card(hears, *said, _reply_button(row.id)) if here else Card(Phrase("Thank you."), *said)
    return Reply(show=done, tell=_marked_read(request, row), keep=True)


def _is_here(request: Request, row: FeedbackRow) -> bool:
    """Whether the author of feedback works here still, and hears what becomes of it."""
    author = request.store.directory.person(row.author_id or "")
    return author is not None and author.active


def _marked_read(request: Request, row: FeedbackRow) -> tuple[Tell, ...]:
    """Note that it was read; its author is told, once."""
    request.store.obligations.close(row.subject_id, ACKNOWLEDGE, row.id)
    if not request.store.feedback.mark_read(row):
        return ()
    card = Card(Phrase("{name} has read your feedback.", name=Verbatim(request.actor.name)))
    return (Tell(card, to=row.author_id or "", topic=f"feedback:{row.id}:read", notice=READ),)


def _reply_audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = _feedback(request, args)
    author_id = row.author_id if row else ""
    return readers(Kind.FEEDBACK, request, subject=request.store.directory.person(author_id or ""))


def _refuse_without_reader(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where nobody would read a reply: it was taken back, or its author has left."""
    _refuse_taken_back(request, args)
    row = _behind(request, args["feedback"])
    if not _is_here(request, row):
        raise Problem(gone(_name(request, row.author_id)))


@feature.button(
    allow=receiver,
    seen_by=_reply_audience,
    submit=Phrase("Send"),
    title=Phrase("Reply to feedback"),
    over=_refuse_without_reader,
)
def reply(
    request: Request,
    feedback: str,
    answer: Annotated[str, Words(Phrase("What do you want to reply?"), longest=2500)],
) -> Reply:
    """Reply to the author of this feedback."""
    row = _behind(request, feedback)
    sent = request.store.feedback.reply(row, answer)
    _marked_read(request, row)
    told = Card(
        Phrase("{name} replies to your feedback", name=Verbatim(request.actor.name)),
        Section(Verbatim(answer), quoted=True),
        Note(Phrase("Only you and {name} can read this.", name=Verbatim(request.actor.name))),
    )
    return Reply(
        show=Card(Phrase("Sent to {author}, and to nobody else.", author=_name(request, row.author_id))),
        tell=(Tell(told, to=row.author_id or "", topic=f"feedback:reply:{sent.id}", notice=READ),),
    )


def received_buttons(row: FeedbackRow) -> tuple[Button, ...]:
    """What the receiver can do with feedback."""
    return (
        Button(Phrase("Acknowledge"), acknowledge.bind(feedback=row.id), style="primary"),
        _reply_button(row.id),
    )


def _reply_button(feedback: str) -> Button:
    return Button(Phrase("Reply"), reply.bind(feedback=feedback))


# The author ----------------------------------------------------------------------------------------------------------


@feature.button(allow=author)
def retract(request: Request, feedback: str) -> Reply:
    """Take this feedback back."""
    row = _behind(request, feedback)
    if row.retracted_at:
        raise Problem(Phrase("You took this back already. Nothing is left of its words."))
    if request.now - row.made_at > RETRACTABLE:
        raise Problem(
            Phrase(
                "Feedback can be taken back for 24 hours; you sent this {moment}."
                " You can write to {name} again instead.",
                moment=row.made_at,
                name=_name(request, row.subject_id),
            )
        )
    request.store.feedback.retract(row)
    tombstone = Card(
        Phrase(
            "{author} took back feedback to {name}.",
            author=Verbatim(request.actor.name),
            name=_name(request, row.subject_id),
        )
    )
    request.store.obligations.close(row.subject_id, ACKNOWLEDGE, row.id, how="taken back")
    return Reply(
        show=Card(
            Phrase("Taken back. Its words are gone from here."),
            Note(
                Phrase(
                    "{name} sees that it was taken back, but not what it said.",
                    name=_name(request, row.subject_id),
                )
            ),
        ),
        tell=_put_over(row, tombstone),
    )


def _put_over(row: FeedbackRow, tombstone: Card) -> tuple[Tell, ...]:
    """Where the feedback stands in a chat, it says there that it was taken back; whom it did not reach yet hears
    nothing."""
    about = f"feedback:{row.id}"
    notices = {row.subject_id: RECEIVED, row.named_id: ""}
    return tuple(
        Tell(tombstone, to=person, over=about, topic=f"{about}:back:{person}", notice=notice, lives=STANDS)
        for person, notice in notices.items()
        if person
    )


def is_retractable(request: Request, row: FeedbackRow) -> bool:
    """Whether its author can still take it back."""
    return row.retracted_at is None and request.now - row.made_at <= RETRACTABLE


def retract_button(row: FeedbackRow) -> Button:
    """The author's button."""
    return Button(
        Phrase("Take it back"),
        retract.bind(feedback=row.id),
        confirm=Phrase(
            "Take this feedback back? Its words are lost, and the colleague sees that it was taken back."
        ),
    )


def _name(request: Request, person_id: str | None) -> Verbatim:
    return Verbatim(request.store.directory.named(person_id))
