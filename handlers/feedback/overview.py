"""My feedback: what I got and gave, what I owe, and what came since my last visit."""

from typing import Annotated

from handlers.feedback.asking import FORGOTTEN, answer, ask, decline
from handlers.feedback.giving import begun, choose
from handlers.feedback.note import BEHAVIOUR, EFFECT, SITUATION, SUGGESTION, feature, readers_of, summary
from handlers.feedback.receiving import is_retractable, received_buttons, retract_button
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from storage.feedback import ANSWER, FeedbackReply, FeedbackRequest, FeedbackRow
from storage.people import Directory, Person

PAGE = 5


@feature.command(
    "feedback",
    allow=everyone,
    also=(
        "反馈",
        "回馈",
        "give feedback",
        "feedback mine",
        "feedback received",
        "feedback given",
        "feedback history",
        "feedback retract",
        "撤回反馈",
    ),
    examples=(
        "",
        "@ben situation the incident call; behaviour you asked everyone in turn; effect we found it in ten minutes",
        "@ben 情境 昨天的故障电话会；行为 你依次听了每个人的说法；影响 我们十分钟就找到了原因",
    ),
    short=True,
)
def feedback(
    request: Request,
    to: Annotated[Person | None, Colleague(Phrase("To whom?"), lead=("for", "to", "给", "对"))] = None,
    situation: Annotated[str, SITUATION] = "",
    behaviour: Annotated[str, BEHAVIOUR] = "",
    effect: Annotated[str, EFFECT] = "",
    suggestion: Annotated[str, SUGGESTION] = "",
    page: int = 0,
) -> Reply:
    """Give a colleague feedback in private, or see what you got, gave and were asked for."""
    answers = {"situation": situation, "behaviour": behaviour, "effect": effect, "suggestion": suggestion}
    if to is not None:
        return begun(request, to, answers)
    if any(answers.values()):
        raise Problem(
            Phrase("To whom? Write it again with their name first, like /feedback @name, or open the form."),
            buttons=(Button(Phrase("Open the form"), choose.bind(), style="primary"),),
        )
    return Reply(show=_overview(request, page))


def _overview(request: Request, page: int) -> Card:
    rows = request.store.feedback.seen_by(request.actor.id, limit=(page + 1) * PAGE + 1)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    replies = request.store.feedback.replies([row.id for row in shown], reader=request.actor.id)
    return Card(
        Phrase("Your feedback"),
        # First, not last: there they would stand among the buttons of the last piece of feedback.
        Button(Phrase("Give feedback"), choose.bind()),
        Button(Phrase("Ask for feedback"), ask.bind()),
        *(() if page else _owed(request)),
        *(part for row in shown for part in _one(request, row, replies)),
        *(() if rows else (Section(Phrase("Nothing yet. Ask for some, or give the first.")),)),
        *([Button(Phrase("Newer"), feedback.bind(page=page - 1))] if page else []),
        *([Button(Phrase("Older"), feedback.bind(page=page + 1))] if len(rows) > (page + 1) * PAGE else []),
    )


# What I owe ----------------------------------------------------------------------------------------------------------


def _owed(request: Request) -> tuple[Part, ...]:
    asked = [
        row
        for owed in request.store.obligations.of(request.actor.id)
        if owed.kind == ANSWER
        and (row := request.store.feedback.request(owed.about, reader=request.actor.id))
    ]
    waiting = [
        row
        for row in request.store.feedback.asked_by(request.actor.id, since=request.now - FORGOTTEN)
        if request.person(row.named_id or "").active
    ]
    mine = Plural("You wait for {n} answer.", "You wait for {n} answers.", n=len(waiting))
    directory = request.store.directory
    return (
        *([Heading(Phrase("You were asked"))] if asked else []),
        *(
            part
            for row in asked
            for part in (
                Section(Lines((_asks(directory, row), Verbatim(row.topic)))),
                Button(Phrase("Answer"), answer.bind(asked=row.id), style="primary"),
                Button(Phrase("Decline"), decline.bind(asked=row.id)),
            )
        ),
        *([Note(mine)] if waiting else []),
    )


def _asks(directory: Directory, row: FeedbackRequest) -> Text:
    asker = Verbatim(directory.named(row.author_id))
    if row.subject_id == row.author_id:
        return Phrase("{asker} asks about their own work:", asker=asker)
    return Phrase(
        "{asker} asks about {subject}:", asker=asker, subject=Verbatim(directory.named(row.subject_id))
    )


# The list ------------------------------------------------------------------------------------------------------------


def _one(request: Request, row: FeedbackRow, replies: list[FeedbackReply]) -> tuple[Part, ...]:
    if row.retracted_at:
        return Heading(_title(request, row)), Section(Phrase("Taken back by its author."))
    said = [reply for reply in replies if reply.feedback_id == row.id]
    return (
        Heading(_title(request, row)),
        Section(Lines(summary(row.answers))),
        *(Section(_replied(request, reply)) for reply in said),
        Note(readers_of(request, row)),
        *_buttons(request, row),
    )


def _title(request: Request, row: FeedbackRow) -> Text:
    directory, me, day = request.store.directory, request.actor.id, request.day_of(row.made_at)
    author, name = Verbatim(directory.named(row.author_id)), Verbatim(directory.named(row.subject_id))
    if row.subject_id == me:
        return Phrase("From {author}, {day}", author=author, day=day)
    if row.author_id != me:
        return Phrase("From {author} to {name}, {day}", author=author, name=name, day=day)
    if row.read_at:
        return Phrase("To {name}, {day}, read", name=name, day=day)
    return Phrase("To {name}, {day}", name=name, day=day)


def _replied(request: Request, reply: FeedbackReply) -> Text:
    name = Verbatim(request.store.directory.named(reply.author_id))
    return Phrase("{name} replied: {words}", name=name, words=Verbatim(reply.answer))


def _buttons(request: Request, row: FeedbackRow) -> tuple[Button, ...]:
    if row.subject_id == request.actor.id:
        buttons = received_buttons(row)
        return buttons[1:] if row.read_at else buttons
    if row.author_id == request.actor.id and is_retractable(request, row):
        return (retract_button(row),)
    return ()


# Home ----------------------------------------------------------------------------------------------------------------


@feature.home(30)
def feedback_since(request: Request) -> tuple[Part, ...]:
    """Feedback since the last visit, without its words: a home screen is easily seen over a shoulder."""
    rows = request.store.feedback.received(
        request.actor.id, since=request.store.preferences.last_visit(request.actor.id)
    )
    if not rows:
        return ()
    directory = request.store.directory
    return (
        Heading(Phrase("Feedback since your last visit")),
        *(
            Section(
                Phrase(
                    "{author}, {day}",
                    author=Verbatim(directory.named(row.author_id)),
                    day=request.day_of(row.made_at),
                )
            )
            for row in rows[:PAGE]
        ),
        Button(Phrase("Read it"), feedback.bind()),
    )
