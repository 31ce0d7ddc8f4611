"""The two people of a one-on-one: who may act on their series, who reads along, and who of them is told."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from handlers.kit.access import owner_of, readers
from handlers.kit.cards import Button, Card, Section
from handlers.kit.features import Feature
from handlers.kit.forms import Colleague
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.one_on_ones import Series
from storage.people import Person
from storage.policy import Kind
from storage.store import Store

feature = Feature(
    "one_on_ones",
    title=Phrase("One-on-ones"),
    intro=Phrase(
        "A one-on-one has an agenda that both of you add to at any time. What is not discussed stays for the next"
        " meeting; what you agree gets an owner and a day. Only the two of you read it: no manager, no HR, no"
        " administrator."
    ),
)

POINTS = feature.notice("points", Phrase("Somebody adds a point to our one-on-one"))
NOTES = feature.notice("notes", Phrase("Somebody writes, confirms or answers notes of our one-on-one"))
ACTIONS = feature.notice("actions", Phrase("Somebody gives me an action in our one-on-one"))

Partner = Annotated[Person, Colleague(Phrase("With whom?"))]


def _series(request: Request, args: Mapping[str, Any]) -> Series | None:
    return request.store.one_on_ones.get(str(args.get("series", "")), reader=request.actor.id)


participants = owner_of(_series, "subject_id", "named_id")
"""The door of everything that is bound to a series: its two people, and nobody else whatever their role."""


def series_of(request: Request, series_id: str) -> Series:
    """The series behind a door for `participants`."""
    found = _series(request, {"series": series_id})
    assert found is not None
    return found


def running(request: Request, series_id: str) -> Series:
    """The same, refused when it has ended."""
    found = series_of(request, series_id)
    if has_ended(request.store, found):
        raise Problem(
            Phrase(
                "This one-on-one has ended. What you wrote stays; a new point for the agenda begins it again."
            ),
            buttons=(opening(found),),
        )
    return found


def has_ended(store: Store, series: Series) -> bool:
    """Whether the series is over: one of the two ended it, or has left the company."""
    return series.ended_at is not None or not all(
        store.directory.people[person_id].active for person_id in series.people
    )


def partner_of(request: Request, series: Series) -> Person:
    """The other one of the two."""
    return request.person(series.other_than(request.actor.id))


def day_of(day: str) -> date:
    """A day that a button carries."""
    return date.fromisoformat(day)


# Who reads it -----------------------------------------------------------------------------------------------


def both(request: Request, args: Mapping[str, Any]) -> Text:
    """The audience line of what the two share."""
    partner = args.get("partner")
    series = _series(request, args) if partner is None else None
    if series is not None:
        partner = partner_of(request, series)
    if not isinstance(partner, Person):
        return Phrase("Seen by you and the colleague whom you pick, and by nobody else. HR has no access.")
    return readers(Kind.ONE_ON_ONE, request, named=partner)


def only_me(request: Request, args: Mapping[str, Any]) -> Text:
    """The audience line of what one of the two writes for themselves."""
    return readers(Kind.PRIVATE_NOTE, request)


def shared_with(request: Request, partner: Person) -> Text:
    """The same line on a card about what the two share."""
    return readers(Kind.ONE_ON_ONE, request, named=partner)


# What is answered, and who is told --------------------------------------------------------------------------


def tell_partner(request: Request, series: Series, card: Card, *, topic: str, notice: str = "") -> Tell:
    """Tell the other one of the two."""
    return Tell(card, to=series.other_than(request.actor.id), topic=f"one_on_ones.{topic}", notice=notice)


def shown(request: Request, series: Series, *tell: Tell, done: Text | Section | None = None) -> Reply:
    """The whole one-on-one as it is now, below what was just done."""
    # The card carries the buttons of every sub-story, whose handlers show it again: the circle is closed here.
    from handlers.one_on_ones.overview import card

    said = done if done is None or isinstance(done, Section) else Section(done)
    return Reply(show=card(request, series, said), tell=tell)


@feature.button(allow=participants)
def open_series(request: Request, series: str) -> Reply:
    """Open a one-on-one."""
    return shown(request, series_of(request, series))


def opening(series: Series) -> Button:
    """The button that opens it."""
    return Button(Phrase("Open"), open_series.bind(series=series.id))


def named(person: Person) -> Verbatim:
    """A name, for a sentence."""
    return Verbatim(person.name)
