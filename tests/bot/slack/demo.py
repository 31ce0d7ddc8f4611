"""A feature for the adapter's tests, with one of everything that can be drawn and asked."""

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any

from handlers.kit.access import everyone
from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Picture,
    Section,
    Trend,
)
from handlers.kit.features import Feature
from handlers.kit.forms import Choice, Clock, Colleague, Day, Number, Option, Scale, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reacted, Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.database import Busy
from storage.people import Person
from tests.goldens.samples import course

feature = Feature("demo", title=Phrase("Demo"))
BUSY: list[str] = []
"""Deliveries that the database still refuses once."""

SEEN = Phrase("Seen by you alone.")


def _note(request: Request, words: str) -> None:
    before = request.store.preferences.get(request.actor.id, "demo", [])
    request.store.preferences.set(request.actor.id, "demo", [*before, words])


What = Annotated[str, Words(Phrase("What happened?"), help=Phrase("One or two sentences."))]
Long = Annotated[str, Words(Phrase("All of it"), longest=50_000)]
Mood = Annotated[
    int, Scale(Phrase("How was it?"), low=1, high=5, low_label=Phrase("bad"), high_label=Phrase("good"))
]
Who = Annotated[Person, Colleague(Phrase("With whom?"))]
Whom = Annotated[tuple[Person, ...], Colleague(Phrase("Who else?"), most=3)]
Kind = Annotated[
    str,
    Choice(Phrase("What kind?"), options=(Option("day", Phrase("A day")), Option("week", Phrase("A week")))),
]
Many = Annotated[
    str,
    Choice(
        Phrase("Which of many?"), options=tuple(Option(f"o{n}", Verbatim(f"Option {n}")) for n in range(250))
    ),
]
On = Annotated[date, Day(Phrase("Which day?"))]
At = Annotated[time, Clock(Phrase("What time?"))]
Score = Annotated[float, Number(Phrase("How much?"), low=0, high=2_000_000, whole=False)]


@feature.command("diary", allow=everyone, examples=("Rain all day",), seen_by=SEEN, short=True)
def diary(request: Request, what: What, mood: Mood, kind: Kind = "day") -> Reply:
    """Write a line into your diary."""
    if "forbidden" in what:
        raise Problem(Phrase("This word will not do. Please use another one."), question="what")
    _note(request, f"{what}|{mood}|{kind}")
    return Reply(show=Card(Phrase("Written."), Section(Verbatim(what), quoted=True)))


@feature.command("survey", allow=everyone, examples=("",), seen_by=SEEN, short=True)
def survey(
    request: Request,
    who: Who,
    else_: Whom,
    many: Many,
    on: On,
    at: At,
    score: Score,
    what: What,
    mood: Mood,
) -> Reply:
    """Answer one question of every kind."""
    names = ",".join(person.email for person in else_)
    _note(request, f"{who.email}|{names}|{many}|{on}|{at:%H:%M}|{score}|{what}|{mood}")
    return Reply(show=Card(Phrase("Answered.")))


@feature.command("echo", allow=everyone, examples=("hello",), seen_by=SEEN, short=True)
def echo(request: Request, what: Long) -> Reply:
    """Say it back."""
    _note(request, what)
    said = Verbatim(what)
    return Reply(
        show=Card(
            Phrase("You said {what}", what=said),
            Section(said),
            Section(said, quoted=True),
            Fact(Phrase("Again"), said),
            Note(Phrase("And {what}", what=said)),
            Button(Phrase("Do it again"), echo.bind(what="again")),
            Button(Verbatim(what[:200] or "…"), echo.bind(what="again"), confirm=said),
            Menu(Verbatim(what[:200] or "…"), (Button(Verbatim(what[:200] or "…"), echo.bind(what="menu")),)),
        )
    )


@feature.command("long", allow=everyone, examples=("",), short=True)
def long(request: Request, sections: int = 200) -> Reply:
    """Show very much."""
    return Reply(show=very_long(sections))


@feature.command("chapters", allow=everyone, examples=("",))
def chapters(request: Request) -> Reply:
    """Offer to show very much."""
    return Reply(show=Card(Phrase("Chapters"), Button(Phrase("Read it"), long.bind(sections=20))))


@feature.command("album", allow=everyone, examples=("",), hidden=True)
def album(request: Request) -> Reply:
    """Show a picture below very much."""
    return Reply(
        show=Card(Phrase("Album"), *very_long(6).parts, Picture(Phrase("Weeks"), Phrase("Up"), course()))
    )


def very_long(sections: int = 200) -> Card:
    parts = (
        Section(Verbatim(" ".join(f"s{number}w{word}" for word in range(400)))) for number in range(sections)
    )
    return Card(Phrase("Very long"), *parts)


@feature.command("busy", allow=everyone, examples=("",), hidden=True)
def busy(request: Request) -> Reply:
    """Work on the second try."""
    if request.delivery not in BUSY:
        BUSY.append(request.delivery)
        raise Busy("once")
    _note(request, "busy")
    return Reply(show=Card(Phrase("Not busy any more.")))


@feature.command("lost", allow=everyone, examples=("",), seen_by=SEEN, hidden=True)
def lost(request: Request, what: What) -> Reply:
    """Never be saved."""
    raise Busy("always")


@feature.command("broken", allow=everyone, examples=("",), hidden=True)
def broken(request: Request) -> Reply:
    """Fail."""
    raise RuntimeError("the words secret-words must not be logged")


@feature.command("everything", allow=everyone, examples=("",), short=True)
def everything(request: Request) -> Reply:
    """Show one of everything."""
    return Reply(show=all_parts(request))


def all_parts(request: Request) -> Card:
    file_id = request.store.files.keep(request.actor.id, "mine.json", b'{"mine": true}')
    return Card(
        Phrase("Everything"),
        Heading(Phrase("A heading")),
        Section(Phrase("A section"), button=Button(Phrase("Beside"), count.bind(step=1))),
        Section(Verbatim("1 < 2 & <b>bold</b>"), quoted=True),
        Fact(Phrase("Label"), Verbatim("value")),
        Fact(Phrase("Other"), Verbatim("thing")),
        Trend(Phrase("It goes up."), (1.0, 2.0, 4.0)),
        Note(Phrase("A note")),
        Link(Phrase("Open the page"), "https://upbeat.example/x"),
        Button(Phrase("Main"), count.bind(step=1), style="primary"),
        Button(Phrase("Erase"), count.bind(step=10), style="danger", confirm=Phrase("Really?")),
        Button(Phrase("Stay"), stay.bind()),
        Button(Phrase("Ask me"), diary.bind()),
        Menu(
            Phrase("One of many"),
            tuple(Button(Verbatim(f"Option {n}"), count.bind(step=n)) for n in range(1, 121)),
        ),
        Document(Phrase("Your file"), "mine.json", file_id),
    )


@feature.button(allow=everyone)
def count(request: Request, step: int) -> Reply:
    """Count."""
    _note(request, f"+{step}")
    return Reply(show=Card(Phrase("Counted {step}.", step=step), Button(Phrase("More"), count.bind(step=2))))


@feature.button(allow=everyone)
def stay(request: Request) -> Reply:
    """Leave the card where it is."""
    return Reply(show=Card(Phrase("Beside it.")), keep=True)


@feature.command("tell", allow=everyone, examples=("@ben hi",), seen_by=SEEN, short=True)
def tell(request: Request, who: Who, what: What) -> Reply:
    """Tell a colleague something."""
    card = Card(
        Phrase("{name} says", name=Verbatim(request.actor.name)),
        Section(Verbatim(what), quoted=True),
        Button(Phrase("Got it"), count.bind(step=3)),
    )
    told = Tell(card, to=who.id, about=f"demo:{who.id}", unclear="reconcile")
    return Reply(show=Card(Phrase("Told {name}.", name=Verbatim(who.name))), tell=(told,))


@feature.button(allow=everyone)
def about(request: Request, quoted: str, author: str) -> Reply:
    """Keep a message."""
    _note(request, f"quoted:{quoted}|{request.store.directory.named(author)}")
    return Reply(show=Card(Phrase("Kept.")))


@feature.reaction("demo")
def reacted(request: Request, record: str, act: Reacted) -> Reply:
    _note(request, f"{'+' if act.added else '-'}{act.emoji}")
    return Reply()


@feature.home(1)
def block(request: Request) -> tuple[Any, ...]:
    told = request.store.preferences.get(request.actor.id, "demo", [])
    many = request.store.preferences.get(request.actor.id, "demo-home", 0)
    return (
        Section(Phrase("Noted {n} times", n=len(told))),
        Button(Phrase("Count"), count.bind(step=1)),
        Button(Phrase("Write"), diary.bind()),
        *(Section(Verbatim(f"home section {n}")) for n in range(many)),
    )


def _seen(request: Request, args: Mapping[str, Any]) -> Text:
    return SEEN


feature.shortcut("demo_diary", Phrase("Write a line"), diary)
feature.shortcut("demo_about", Phrase("Keep this"), about, on_message=True)
