"""A feature for the adapter's tests, with one of everything that can be drawn and asked."""

from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Document, Fact, Heading, Link, Menu, Note, Section, Trend
from handlers.kit.features import Feature
from handlers.kit.forms import Choice, Colleague, Option, Scale, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim
from storage.database import Busy
from storage.people import Person

feature = Feature("demo", title=Phrase("Demo"))
BUSY: list[int] = []

What = Annotated[str, Words(Phrase("What happened?"), help=Phrase("One or two sentences."))]
Mood = Annotated[
    int, Scale(Phrase("How was it?"), low=1, high=5, low_label=Phrase("bad"), high_label=Phrase("good"))
]
Who = Annotated[Person | None, Colleague(Phrase("With whom?"))]
Kind = Annotated[
    str,
    Choice(Phrase("What kind?"), options=(Option("day", Phrase("A day")), Option("week", Phrase("A week")))),
]


@feature.command(
    "diary",
    allow=everyone,
    examples=("Rain all day",),
    seen_by=Phrase("Seen by you alone."),
    short=True,
)
def diary(request: Request, what: What, mood: Mood, who: Who = None, kind: Kind = "day") -> Reply:
    """Write a line into your diary."""
    if "forbidden" in what:
        raise Problem(Phrase("This word will not do. Please use another one."), question="what")
    _note(request, f"{what}|{mood}|{who.email if who else ''}|{kind}")
    return Reply(show=Card(Phrase("Written."), Section(Verbatim(what), quoted=True)))


@feature.command(
    "echo", allow=everyone, examples=("hello",), seen_by=Phrase("Seen by you alone."), short=True
)
def echo(request: Request, what: Annotated[str, Words(Phrase("What?"), longest=50_000)]) -> Reply:
    """Say it back."""
    _note(request, what)
    said = Verbatim(what)
    return Reply(
        show=Card(
            Phrase("You said @{what}", what=said),
            Section(said),
            Section(said, quoted=True),
            Fact(Phrase("Again"), said),
            Note(Phrase("And {what}", what=said)),
            Button(Phrase("Do it again"), echo.bind(what="again")),
        )
    )


@feature.command("busy", allow=everyone, examples=("",), hidden=True)
def busy(request: Request) -> Reply:
    """Work on the second try."""
    if not BUSY:
        BUSY.append(1)
        raise Busy("once")
    _note(request, "busy")
    return Reply(show=Card(Phrase("Not busy any more.")))


@feature.command("everything", allow=everyone, examples=("",), short=True)
def everything(request: Request) -> Reply:
    """Show one of everything."""
    file_id = request.store.files.keep(request.actor.id, "mine.json", b'{"mine": true}')
    return Reply(
        show=Card(
            Phrase("Everything"),
            Heading(Phrase("A heading")),
            Section(Phrase("A section"), button=Button(Phrase("Beside"), count.bind(step=1))),
            Section(Verbatim("1 < 2 & <b>bold</b>"), quoted=True),
            Fact(Phrase("Label"), Verbatim("value")),
            Fact(Phrase("Other"), Verbatim("thing")),
            Trend(Phrase("It goes up."), (1.0, 2.0, 4.0)),
            Note(Phrase("A note")),
            Link(Phrase("Open the page"), "https://upbeat.example/x"),
            Link(Phrase("Open here"), "http://localhost:8080/x"),
            Button(Phrase("Main"), count.bind(step=1), style="primary"),
            Button(Phrase("Erase"), count.bind(step=10), style="danger", confirm=Phrase("Really?")),
            Menu(
                Phrase("One of many"),
                tuple(Button(Verbatim(f"Option {n}"), count.bind(step=n)) for n in range(1, 121)),
            ),
            Document(Phrase("Your file"), "mine.json", file_id),
        )
    )


@feature.button(allow=everyone, in_groups=True)
def count(request: Request, step: int) -> Reply:
    """Count."""
    _note(request, f"+{step}")
    return Reply(show=Card(Phrase("Counted {n}.", n=step)))


@feature.button(allow=everyone)
def refuse(request: Request) -> Reply:
    """Say no."""
    raise Problem(Phrase("Not today. Try tomorrow."))


@feature.command("wave", allow=everyone, examples=("",), short=True, in_groups=True)
def wave(request: Request) -> Reply:
    """Wave at everybody."""
    return Reply(
        show=Card(
            Phrase("{who} waves.", who=Verbatim(request.actor.name)),
            Button(Phrase("Wave back"), back.bind()),
            Button(Phrase("Secret"), refuse.bind()),
        )
    )


@feature.button(allow=everyone, in_groups=True)
def back(request: Request) -> Reply:
    """Wave back."""
    _note(request, "back")
    return Reply(show=Card(Phrase("You wave back.")), keep=True)


@feature.command(
    "toast", allow=everyone, examples=("to us",), seen_by=Phrase("Seen by everybody."), in_groups=True
)
def toast(request: Request, whom: Annotated[Person, Colleague(Phrase("Whom?"))]) -> Reply:
    """Drink to somebody."""
    return Reply(show=Card(Phrase("To {name}!", name=Verbatim(whom.name))))


def _note(request: Request, what: str) -> None:
    noted = request.store.preferences.get(request.actor.id, "demo", [])
    request.store.preferences.set(request.actor.id, "demo", [*noted, what])
