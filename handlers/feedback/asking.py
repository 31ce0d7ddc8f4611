"""Asking for feedback: from colleagues about oneself, and, for managers, about somebody who reports to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from handlers.feedback.note import ASKED, READ, feature
from handlers.feedback.requests import asked_one, open_request
from handlers.feedback.sending import opened
from handlers.kit.access import everyone, managers
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Colleague, Words
from handlers.kit.naming import named_first
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim, names
from handlers.kit.typed import folded
from handlers.kit.values import dump
from storage.feedback import ANSWER, FeedbackRequest
from storage.people import Person

DUE, FIRST_REMINDER, FORGOTTEN = timedelta(days=7), timedelta(days=3), timedelta(days=21)

Asked = Annotated[
    tuple[Person, ...], Colleague(Phrase("Whom do you ask?"), most=10, lead=("from", "向", "请", "问"))
]
Topic = Annotated[
    str,
    Words(
        Phrase("What should they think of?"),
        help=Phrase("A piece of work, a meeting, a skill: the more exact, the better the answers."),
        lead=("about myself", "about me", "about", "on", "关于"),
        longest=1500,
    ),
]


@feature.command(
    "feedback ask",
    allow=everyone,
    also=("反馈 请求", "请求反馈", "求反馈", "feedback request", "ask for feedback"),
    examples=("@chen @dora about myself in the release meeting", "@chen @dora 关于我 在发布会议上的表现"),
    seen_by=Phrase(
        "Seen by you and those whom you ask. Their answers go to you, and to your manager only if they choose so."
    ),
    submit=Phrase("Ask"),
    title=Phrase("Ask for feedback"),
)
def ask(request: Request, asked: Asked, topic: Topic) -> Reply:
    """Ask colleagues for feedback about yourself."""
    if (other := _another(request, topic)) is not None:
        return _about_another(request, asked, *other)
    return _asked(request, request.actor, asked, topic)


feature.shortcut("ask_feedback", Phrase("Ask for feedback"), ask)


@feature.command(
    "feedback about",
    allow=managers,
    also=("反馈 关于",),
    examples=("@ben from @chen about the release", "@ben 请 @chen 关于 这次发布"),
    seen_by=Phrase(
        "Seen by you, by those whom you ask and by the colleague whom it is about. The answers go to that colleague,"
        " and to their manager only if their authors choose so. HR reads no request, and answers only by break-glass."
    ),
    submit=Phrase("Ask"),
    title=Phrase("Ask for feedback about a team member"),
)
def about(
    request: Request,
    subject: Annotated[Person, Colleague(Phrase("About whom?"))],
    asked: Asked,
    topic: Topic,
) -> Reply:
    """Ask colleagues for feedback about somebody who reports to you."""
    if subject not in request.store.directory.reports_of(request.actor.id, request.now.date()):
        raise Problem(
            Phrase(
                "{name} does not report to you. You can ask about your own reports.",
                name=Verbatim(subject.name),
            ),
            question="subject",
        )
    if subject in asked:
        raise Problem(
            Phrase("Please ask others about {name}, not themselves.", name=Verbatim(subject.name)),
            question="asked",
        )
    return _asked(request, subject, asked, topic)


def _another(request: Request, topic: str) -> tuple[Person, str] | None:
    """The colleague with whose name a topic begins ("about @ben"), and what stands after it."""
    found = named_first(topic, request.store.directory, request.platform)
    return found if found and found[0].id != request.actor.id else None


def _about_another(request: Request, asked: Sequence[Person], subject: Person, topic: str) -> Reply:
    """What begins with a colleague's name may be about them: for whom they report to, the form that says so."""
    if subject not in request.store.directory.reports_of(request.actor.id, request.now.date()):
        raise Problem(
            Phrase(
                "{name} does not report to you, so you cannot ask for feedback about them. If it is about you, begin"
                " with other words: “about my work with {name}”.",
                name=Verbatim(subject.name),
            ),
            question="topic",
        )
    given = {"subject": subject.id, "asked": tuple(each.id for each in asked), "topic": topic}
    return Reply(ask=about.bind(), given={name: item for name, item in given.items() if item})


def _asked(request: Request, subject: Person, asked: Sequence[Person], topic: str) -> Reply:
    made = {
        person: request.store.feedback.ask(request.actor.id, subject.id, person.id, topic)
        for person in asked
        if not _waits(request, subject, person, topic)
    }
    for person, row in made.items():
        _owed(request, person, row)
    again = [person.name for person in asked if person not in made]
    return Reply(
        show=Card(
            _confirmed([person.name for person in made]),
            *(
                [Note(Phrase("You asked {people} already, and wait for an answer.", people=names(again)))]
                if again
                else []
            ),
        ),
        tell=tuple(_told(request, subject, person, row) for person, row in made.items()),
    )


def _waits(request: Request, subject: Person, person: Person, topic: str) -> bool:
    """Whether a colleague was asked the same, and may still answer. Once nobody speaks of it any more, it may be asked
    anew."""
    before = request.store.feedback.open_requests(
        request.actor.id, subject.id, person.id, since=request.now - FORGOTTEN
    )
    return any(folded(row.topic) == folded(topic) for row in before)


def _confirmed(asked: list[str]) -> Text:
    if not asked:
        return Phrase("Nobody was asked again.")
    return Phrase("You asked {people}. They have a week, and may decline.", people=names(asked))


def _title(request: Request, subject: Person) -> Text:
    asker = Verbatim(request.actor.name)
    if subject.id == request.actor.id:
        return Phrase("{asker} asks you for feedback about their work", asker=asker)
    return Phrase(
        "{asker} asks you for feedback about {subject}", asker=asker, subject=Verbatim(subject.name)
    )


def _owed(request: Request, person: Person, row: FeedbackRequest) -> None:
    request.store.obligations.open(
        person.id,
        ANSWER,
        row.id,
        title=dump(_title(request, request.person(row.subject_id))),
        args={"asked": row.id},
        due_at=request.now + DUE,
        remind_at=request.now + FIRST_REMINDER,
        expires_at=request.now + FORGOTTEN,
        minutes=5,
    )


def _told(request: Request, subject: Person, person: Person, row: FeedbackRequest) -> Tell:
    card = Card(
        _title(request, subject),
        Section(Verbatim(row.topic), quoted=True),
        Note(
            Phrase(
                "Your answer goes to {subject}. The form says who reads it. Please answer by {moment}.",
                subject=Verbatim(subject.name),
                moment=request.now + DUE,
            )
        ),
        Button(Phrase("Answer"), answer.bind(asked=row.id), style="primary"),
        Button(Phrase("Decline"), decline.bind(asked=row.id)),
    )
    return Tell(card, to=person.id, topic=f"feedback:request:{row.id}", notice=ASKED)


# The one who was asked -----------------------------------------------------------------------------------------------


@feature.button(allow=asked_one)
def answer(request: Request, asked: str) -> Reply:
    """Answer this request for feedback."""
    row = open_request(request, asked)
    return replace(opened(request, request.person(row.subject_id), asked=row.id), keep=True)


@feature.button(
    allow=asked_one,
    seen_by=Phrase("Seen by you, by whoever asked and by the person it is about."),
    submit=Phrase("Decline"),
    title=Phrase("Decline a request"),
    over=lambda request, args: open_request(request, args["asked"]),
)
def decline(
    request: Request,
    asked: str,
    reason: Annotated[str, Words(Phrase("Why can you not answer?"), longest=1000)],
) -> Reply:
    """Decline this request for feedback, with a reason."""
    row = open_request(request, asked)
    request.store.feedback.settle(row, "declined", reason=reason)
    request.store.obligations.close(request.actor.id, ANSWER, row.id, how="declined")
    told = Card(
        Phrase(
            "{name} cannot give feedback about {subject} now",
            name=Verbatim(request.actor.name),
            subject=Verbatim(request.person(row.subject_id).name),
        ),
        Section(Verbatim(reason), quoted=True),
    )
    asker = row.author_id or ""
    name = Verbatim(request.person(asker).name)
    hears = Phrase("{name} hears that you decline, and why.", name=name)
    if not request.person(asker).active:
        hears = Phrase("Declined. {name} does not work here any more, so nobody is told.", name=name)
    return Reply(
        show=Card(hears),
        tell=(Tell(told, to=asker, topic=f"feedback:request:{row.id}:declined", notice=READ),),
    )
