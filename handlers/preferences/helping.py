"""Help: what I can do here, in my language, with examples that work; and the nearest command to a mistyped one."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Fact, Heading, Menu, Note, Part, Press, Section
from handlers.kit.features import Feature, Route
from handlers.kit.forms import Words
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, names
from handlers.kit.typed import folded
from handlers.preferences import courtesies, pending
from handlers.preferences.doors import (
    bare,
    commands,
    every_feature,
    examples_of,
    feature_called,
    in_confidence,
    line,
    nearest,
    opening,
    words_of,
)
from handlers.preferences.home import feature

About = Annotated[str, Words(Phrase("Help with what?"), lines=False, longest=50_000)]


@feature.command(
    "help",
    allow=everyone,
    also=("帮助", "?", "what can you do", "how does this work", "怎么用", "菜单", "menu"),
    examples=("", "checkin", "周报"),
    behind=True,
)
def help(request: Request, about: About = "") -> Reply:
    """Show what I can do for you, with examples."""
    if folded(bare(about)) in ("", "me"):
        return Reply(show=_overview(request))
    found = feature_called(about)
    if found is not None:
        return Reply(show=_one(request, found))
    if (confidence := in_confidence(request, about)) is not None:
        return confidence.handler(request)
    waits = pending.shown_again(request, about) if pending.is_yes_or_no(about) else None
    return Reply(show=waits or _in_a_word(request, about) or _not_understood(request, about), keep=True)


def _in_a_word(request: Request, about: str) -> Card | None:
    answered = courtesies.answer_to(about, request.actor.name)
    if answered is None and pending.is_yes_or_no(about):
        answered = Phrase("Nothing of yours is open here, to be done or to be cancelled.")
    return Card(answered, Button(Phrase("All that I can do"), help.bind())) if answered else None


def _overview(request: Request) -> Card:
    mine = [(each, routes) for each in every_feature() if (routes := commands(request, each))]
    parts = [part for each, routes in mine for part in _block(request, each, routes)]
    more = tuple(Button(each.title, help_about(each)) for each, _ in mine)
    return Card(
        Phrase("What I can do for you"),
        *parts,
        *_forms(request),
        Menu(Phrase("More about"), more),
        Note(_how_to_write(request)),
    )


def _how_to_write(request: Request) -> Text:
    if request.where.kind == "channel":  # without the slash, everybody there would read it
        return Phrase(
            "Write these with the slash: then nobody else here reads them. What is missing I will ask."
        )
    return Phrase("Write these here, or without the slash. What is missing I will ask. Only you see this.")


def _block(request: Request, one: Feature, routes: tuple[Route, ...]) -> tuple[Part, ...]:
    listed = {route.words for route in routes}
    mains = [route for route in routes if route.words.rpartition(" ")[0] not in listed]
    also = [words_of(route, request.actor.language) for route in routes if _belongs(route, listed)]
    example = next((each for route in routes for each in examples_of(request, route)), "")
    shown = (Phrase("For example: {example}", example=Verbatim(example)),) if example else ()
    lines = Lines((*(line(request, route) for route in mains), *shown))
    more = (Note(Phrase("Also: {commands}", commands=names(also))),) if also else ()
    return (Heading(one.title), Section(lines), *more)


def _belongs(route: Route, listed: Collection[str]) -> bool:
    """Whether it stands below a command that is listed in full; what is below it in turn is left to its own help."""
    return route.words.count(" ") == 1 and route.words.split()[0] in listed


def _forms(request: Request) -> tuple[Part, ...]:
    """The main doors, those with a command of their own, as buttons."""
    return tuple(
        Button(_title(each, route), route.bind())
        for each in every_feature()
        for route in commands(request, each)
        if route.short and route.questions
    )


def _title(one: Feature, route: Route) -> Text:
    """What a button is called that opens a route: as in the platform's own menu, if it is there."""
    return next((each.title for each in one.shortcuts if each.route.name == route.name), one.title)


def help_about(one: Feature) -> Press:
    """The press that shows the help of one feature."""
    return help.bind(about=one.name)


def _one(request: Request, one: Feature) -> Card:
    routes = commands(request, one)
    if not routes:
        closed = Phrase("There is nothing here that you can do by a command.")
        return Card(one.title, Section(closed), Button(Phrase("All that I can do"), help.bind()))
    return Card(
        one.title,
        *((Section(one.intro),) if one.intro else ()),
        *(part for route in routes for part in _command(request, route)),
        *(Button(_title(one, route), route.bind(), style="primary") for route in routes if route.short),
        Button(Phrase("All that I can do"), help.bind()),
    )


def _command(request: Request, route: Route) -> tuple[Part, ...]:
    words = Fact(Verbatim(words_of(route, request.actor.language)), route.help)
    examples = tuple(Verbatim(example) for example in examples_of(request, route))
    return (words, *((Section(Lines(examples), quoted=True),) if examples else ()))


def _not_understood(request: Request, about: str) -> Card:
    meant = nearest(request, about)
    if meant is None:
        suggestion: tuple[Part, ...] = (Section(Phrase("Here is what I understand best:")),)
    else:
        suggestion = (
            Section(Lines((Phrase("Did you mean this?"), line(request, meant)))),
            opening(request, meant, about),
        )
    mains = [
        line(request, route)
        for each in every_feature()
        for route in commands(request, each)
        if route.short and route is not meant
    ]
    return Card(
        Phrase("Sorry, I did not understand that. Nothing was done with it."),
        *suggestion,
        *((Section(Lines(tuple(mains))),) if mains else ()),
        Button(Phrase("All that I can do"), help.bind()),
    )
