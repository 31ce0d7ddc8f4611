"""Break-glass: two people of HR open the private feedback to a person for a day, with a reason; that person is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from handlers.feedback.glass_over import CLOSES, closed, closes_about
from handlers.feedback.note import feature, summary
from handlers.kit.access import Rule, hr
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Colleague, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.feedback import FeedbackRow
from storage.people import Person
from storage.tables import BreakGlass

FRESH = timedelta(days=7)
"""How long a request waits for the second person."""
PAGE = 5

# Asking --------------------------------------------------------------------------------------------------------------

SEEN = Phrase(
    "Seen by you, by HR, who decide, and in the end by the person it is about. It opens what others told them in"
    " private: never one-on-ones, never private notes."
)

Whose = Annotated[
    Person, Colleague(Phrase("To whom was the feedback given?"), lead=("of", "for", "对", "给"))
]
Reason = Annotated[
    str,
    Words(
        Phrase("Why must HR read it?"),
        help=Phrase("They read this too when it is over, so name nobody who must be protected."),
        lead=("because of", "because", "for", "因为"),
        longest=500,
    ),
]


@feature.command(
    "break glass",
    allow=hr,
    also=("break-glass", "breakglass", "紧急查阅"),
    examples=("@ben because of a complaint about threats", "@ben 因为收到投诉"),
    seen_by=SEEN,
    submit=Phrase("Ask a second person"),
    title=Phrase("Read private feedback by break-glass"),
)
def ask_to_read(request: Request, whose: Whose, reason: Reason) -> Reply:
    """Ask a second person in HR to open the private feedback to somebody."""
    seconds = _seconds(request, whose)
    if not seconds:
        return Reply(show=_alone())
    row = request.store.break_glass.ask(request.actor.id, whose.id, reason)
    asked = Card(
        Phrase(
            "The others in HR are asked. With one yes you can read it for 24 hours.",
        ),
        Note(
            Phrase(
                "{name} is told when it is over: who read, who agreed, and why.", name=Verbatim(whose.name)
            )
        ),
    )
    return Reply(show=asked, tell=tuple(_asked(request, row, second) for second in seconds))


def _alone() -> Card:
    return Card(
        Phrase("Nobody was asked: it takes a second person in HR, and not the one whom it is about."),
        Note(Phrase("The people file says who is in HR.")),
    )


def _seconds(request: Request, whose: Person) -> tuple[Person, ...]:
    kept_out = (request.actor.id, whose.id)
    everybody = request.store.directory.active()
    return tuple(each for each in everybody if each.role == "hr" and each.id not in kept_out)


def _asked(request: Request, row: BreakGlass, second: Person) -> Tell:
    card = Card(
        Phrase(
            "{asker} asks to read the private feedback to {name}",
            asker=Verbatim(request.actor.name),
            name=Verbatim(request.person(row.subject_id).name),
        ),
        Section(Verbatim(row.reason), quoted=True),
        Section(
            Phrase(
                "With your yes they read it for 24 hours. Every reading is noted, and {name} is told when it is over,"
                " with your name and the reason.",
                name=Verbatim(request.person(row.subject_id).name),
            )
        ),
        Button(Phrase("Approve"), agree.bind(glass=row.id), style="primary"),
        Button(Phrase("Refuse"), disagree.bind(glass=row.id)),
    )
    return Tell(card, to=second.id, topic=f"glass:{row.id}:{second.id}", lives=FRESH)


# Deciding ------------------------------------------------------------------------------------------------------------


def _found(request: Request, args: Mapping[str, Any]) -> BreakGlass | None:
    return request.store.break_glass.get(str(args.get("glass", "")), reader=request.actor.id)


def _behind(request: Request, glass: str) -> BreakGlass:
    row = _found(request, {"glass": glass})
    assert row is not None  # the door asked
    return row


def _is_second(request: Request, args: Mapping[str, Any]) -> bool:
    row = _found(request, args)
    return (
        row is not None
        and hr.check(request, args)
        and request.actor.id not in (row.subject_id, row.author_id)
    )


second = Rule(
    "a second person in HR",
    _is_second,
    Phrase("It takes a second person in HR: neither the one who asks nor the one it is about."),
)


def _undecided(request: Request, glass: str) -> BreakGlass:
    row = _behind(request, glass)
    if row.approved_at or row.closed_at or request.now - row.made_at > FRESH:
        raise Problem(Phrase("This is decided already, or it waited for more than a week."))
    return row


@feature.button(allow=second)
def agree(request: Request, glass: str) -> Reply:
    """Open this feedback to the one who asks, for a day."""
    row = _undecided(request, glass)
    until = request.store.break_glass.approve(row, request.actor.id)
    request.store.slots.plan(CLOSES, closes_about(row), until)
    name = Verbatim(request.store.directory.named(row.subject_id))
    opened = Card(
        Phrase("{second} agreed.", second=Verbatim(request.actor.name)),
        Section(
            Phrase("You can read the private feedback to {name} until {moment}.", name=name, moment=until)
        ),
        Button(Phrase("Read it"), read.bind(glass=row.id), style="primary"),
        Button(Phrase("Close it"), close.bind(glass=row.id)),
    )
    tell = Tell(opened, to=row.author_id or "", topic=f"glass:{row.id}:opened", lives=until - request.now)
    return Reply(show=Card(Phrase("It is open until {moment}.", moment=until)), tell=(tell,))


@feature.button(allow=second)
def disagree(request: Request, glass: str) -> Reply:
    """Refuse to open this feedback."""
    row = _undecided(request, glass)
    request.store.break_glass.refuse(row)
    refused = Card(
        Phrase(
            "{second} refused: the private feedback to {name} stays closed.",
            second=Verbatim(request.actor.name),
            name=Verbatim(request.store.directory.named(row.subject_id)),
        )
    )
    tell = Tell(refused, to=row.author_id or "", topic=f"glass:{row.id}:refused")
    return Reply(show=Card(Phrase("Refused. Nothing was opened.")), tell=(tell,))


# Reading -------------------------------------------------------------------------------------------------------------


def _is_open(request: Request, args: Mapping[str, Any]) -> bool:
    theirs = request.store.directory.openings.get(request.actor.id, ())
    still = {each.id for each in theirs if request.now < each.ends_at}
    return str(args.get("glass", "")) in still and hr.check(request, args)


reader = Rule(
    "who asked, while it is open", _is_open, Phrase("This is closed. To read on, ask again with a reason.")
)


@feature.button(allow=reader)
def read(request: Request, glass: str, page: int = 0) -> Reply:
    """Read the private feedback to this person; it is noted."""
    row = _behind(request, glass)
    limit = (page + 1) * PAGE + 1
    rows = request.store.feedback.received_by(row.subject_id, reader=request.actor.id, limit=limit)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    return Reply(
        show=Card(
            Phrase(
                "Private feedback to {name}", name=Verbatim(request.store.directory.named(row.subject_id))
            ),
            *(part for each in shown for part in _one(request, each)),
            *(() if rows else (Section(Phrase("There is none.")),)),
            *([Button(Phrase("Newer"), read.bind(glass=glass, page=page - 1))] if page else []),
            *([Button(Phrase("Older"), read.bind(glass=glass, page=page + 1))] if len(rows) == limit else []),
            Button(Phrase("Close it"), close.bind(glass=glass)),
            Note(
                Phrase(
                    "It was noted that you read this. It closes {moment}.", moment=row.ends_at or request.now
                )
            ),
        )
    )


def _one(request: Request, row: FeedbackRow) -> tuple[Part, ...]:
    author = Verbatim(request.store.directory.named(row.author_id))
    words: Text = Phrase("Taken back by its author.") if row.retracted_at else Lines(summary(row.answers))
    return Heading(Phrase("From {author}, {day}", author=author, day=request.day_of(row.made_at))), Section(
        words
    )


@feature.button(allow=reader)
def close(request: Request, glass: str) -> Reply:
    """Close it before its time: the person it is about is told now."""
    row = _behind(request, glass)
    name = Verbatim(request.store.directory.named(row.subject_id))
    tell = closed(request.store, row)
    return Reply(show=Card(Phrase("Closed. {name} is told.", name=name)), tell=(tell,))
