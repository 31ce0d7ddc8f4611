"""A feature opens doors: commands, buttons, shortcuts, reactions, blocks of the home screen, moments of the clock."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeAlias, TypedDict, Unpack

from handlers.kit.access import Rule
from handlers.kit.cards import Argument, Part, Press
from handlers.kit.forms import Question
from handlers.kit.moments import Bell, Block, Digested, Ring, Rung, Silence, at_this_hour
from handlers.kit.requests import Quoted, Reacted, Reply, Request, Tell
from handlers.kit.text import Phrase, Text, text
from storage.people import Person
from storage.store import Store
from storage.tables import Outgoing

Handler: TypeAlias = Callable[..., Reply]
Line: TypeAlias = "Text | Callable[[Request, Mapping[str, Any]], Text]"
"""A line over a form: always the same, or by what the door is bound to."""
Closed: TypeAlias = "Callable[[Store, str, Person], Text | None]"
Over: TypeAlias = "Callable[[Request, Mapping[str, Any]], object]"
"""Raises Problem where what a button is bound to is over, or not there yet."""
Settles: TypeAlias = "Callable[[Request], Mapping[str, Argument]]"
Unposted: TypeAlias = "Callable[[Store, str, Outgoing], tuple[Tell, ...]]"
"""What is told when a post about a record will never stand in its channel."""


@dataclass(frozen=True, eq=False)
class Route:
    """One door: its handler, who may pass, and the questions that its signature asks."""

    name: str
    handler: Handler
    allow: Rule
    help: Phrase
    questions: tuple[Question, ...]
    settled: frozenset[str]
    defaults: Mapping[str, Any]
    words: str = ""
    also: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    seen_by: Line | None = None
    title: Line | None = None
    submit: Text = field(default_factory=lambda: Phrase("Save"))
    short: bool = False
    in_groups: bool = False
    once: bool = False
    hidden: bool = False
    takes_long: bool = False
    takes_file: int = 0
    follows_edits: bool = False
    seen_done: bool = False
    behind: bool = False
    otherwise: tuple[str, ...] = ()
    settles: Settles | None = None
    closed: Closed | None = None
    over: Over | None = None

    def bind(self, **args: Argument) -> Press:
        """What a button does that opens this door with these arguments."""
        unknown = args.keys() - self.settled - {question.name for question in self.questions}
        if unknown:
            raise TypeError(f"{self.name} has no {', '.join(sorted(unknown))}")
        return Press(self.name, args)


@dataclass(frozen=True)
class Shortcut:
    """An entry of a platform's shortcut menu that opens a route; on a message, the route takes `quoted`."""

    name: str
    title: Phrase
    route: Route
    on_message: bool = False


class CommandOptions(TypedDict, total=False):
    """What else a command may say of itself."""

    also: tuple[str, ...]
    """Its words elsewhere."""
    title: Line | None
    """The few words over its form, with whom it is about."""
    short: bool
    """It is `/words …` as well."""
    in_groups: bool
    hidden: bool
    takes_long: bool
    """More than some tens of milliseconds in a large company: it is done aside, so that everything but writing goes on
    meanwhile."""
    takes_file: int
    """It gets a file that is sent with its words, its table read before; one without words goes to the first door, by
    this number, that is open to whoever sends it, and to none of less than 1."""
    follows_edits: bool
    """It is told when somebody edits a message into its words, and finds out itself what that message did before."""
    behind: bool
    """Behind another command's words, and with nothing else, it is about that command: /goals help."""
    otherwise: tuple[str, ...]
    """The names of routes: words behind it that answer nothing here are for the first of these commands that they may
    mean, all of whose questions they answer."""
    settles: Settles
    """What is settled by the place in which everybody reads along: a form is asked for there, and filled elsewhere."""


class Feature:
    """The doors of one feature. `words` name it in help; `intro` explains it in three sentences at the first use.

    `closed(store, platform, person)` says why what people write here is neither asked nor shown on a platform, or None
    where it is. It holds for every door that is not `wordless`, and for what is told there."""

    def __init__(
        self, name: str, *, title: Phrase, intro: Phrase | None = None, closed: Closed | None = None
    ) -> None:
        self.name = name
        self.title = title
        self.intro = intro
        self.closed = closed
        self.routes: list[Route] = []
        self.shortcuts: list[Shortcut] = []
        self.homes: list[tuple[int, Callable[[Request], tuple[Part, ...]]]] = []
        self.digests: list[tuple[int, Block]] = []
        self.bells: list[Bell] = []
        self.reactions: dict[str, Callable[[Request, str, Reacted], Reply]] = {}
        self.unposted: dict[str, Unposted] = {}
        self.notices: dict[str, Phrase] = {}

    def command(
        self,
        words: str,
        *,
        allow: Rule,
        examples: tuple[str, ...],
        seen_by: Line | None = None,
        submit: Text | None = None,
        wordless: bool = False,
        **options: Unpack[CommandOptions],
    ) -> Callable[[Handler], Route]:
        """A door by words: `/upbeat words …`. The first line of the handler's docstring is its help; `examples` are
        what may follow the words, and each runs. What is `wordless` neither asks for nor shows what people write, so
        that it is open where the feature is `closed`."""

        def made(handler: Handler) -> Route:
            route = self._route(handler, allow, seen_by, submit, once=False)
            if unknown := sorted(route.settled - route.defaults.keys()):
                raise TypeError(f"{route.name} does not ask for {', '.join(unknown)}, and no words give it")
            closed = None if wordless else self.closed
            route = replace(route, words=words, examples=examples, closed=closed, **options)
            self.routes.append(route)
            return route

        return made

    def button(
        self,
        *,
        allow: Rule,
        seen_by: Line | None = None,
        title: Line | None = None,
        submit: Text | None = None,
        once: bool = False,
        in_groups: bool = False,
        takes_long: bool = False,
        wordless: bool = False,
        seen_done: bool = False,
        over: Over | None = None,
    ) -> Callable[[Handler], Route]:
        """A door that only a button opens. With `once` a second press of the same button is refused. What is owed here
        and `seen_done` goes from a list by itself, once it is done: nobody is asked to say that it is. Buttons stand
        for days: `over` says that what this one is about is settled by now, before anybody fills its form for nothing,
        and again when the form is sent, so that the handler need not ask."""

        def made(handler: Handler) -> Route:
            route = self._route(handler, allow, seen_by, submit, once=once)
            closed = None if wordless else self.closed
            route = replace(
                route,
                title=title,
                in_groups=in_groups,
                takes_long=takes_long,
                seen_done=seen_done,
                over=over,
                closed=closed,
            )
            self.routes.append(route)
            return route

        return made

    def shortcut(self, name: str, title: Phrase, route: Route, *, on_message: bool = False) -> None:
        """Put a route into the platform's shortcut menu."""
        self.shortcuts.append(Shortcut(name, title, route, on_message))

    def home(
        self, order: int
    ) -> Callable[[Callable[[Request], tuple[Part, ...]]], Callable[[Request], tuple[Part, ...]]]:
        """A block of the home screen; blocks stand by `order`."""

        def made(block: Callable[[Request], tuple[Part, ...]]) -> Callable[[Request], tuple[Part, ...]]:
            self.homes.append((order, block))
            return block

        return made

    def digest(self, order: int) -> Callable[[Block], Block]:
        """A block of the digest of a team; blocks stand by `order`. It says nothing when nothing happened."""

        def made(block: Block) -> Block:
            self.digests.append((order, block))
            return block

        return made

    def bell(
        self,
        name: str,
        *,
        plan: Callable[[Store, Person, datetime], Mapping[str, datetime]] | None = None,
        gathers: bool = False,
    ) -> Callable[[Callable[[Ring], Rung]], Bell]:
        """A moment of the clock. `plan(store, person, after)` returns {about: due} for one person; what else a person
        owes waits for a bell that `gathers`, if it rings for them later that day."""

        def made(ring: Callable[[Ring], Rung]) -> Bell:
            bell = Bell(f"{self.name}.{name}", ring, plan, gathers)
            self.bells.append(bell)
            return bell

        return made

    def reaction(
        self, kind: str
    ) -> Callable[[Callable[[Request, str, Reacted], Reply]], Callable[[Request, str, Reacted], Reply]]:
        """What an emoji under a message about `kind:<id>` means."""

        def made(heard: Callable[[Request, str, Reacted], Reply]) -> Callable[[Request, str, Reacted], Reply]:
            self.reactions[kind] = heard
            return heard

        return made

    def not_posted(self, kind: str) -> Callable[[Unposted], Unposted]:
        """What to tell whom when a post about `kind:<id>` was refused for good: it was promised when it was written."""

        def made(heard: Unposted) -> Unposted:
            self.unposted[kind] = heard
            return heard

        return made

    def notice(self, name: str, title: Phrase) -> str:
        """A kind of notification that people can switch off; returns its full name."""
        self.notices[f"{self.name}.{name}"] = title
        return f"{self.name}.{name}"

    def _route(
        self, handler: Handler, allow: Rule, seen_by: Line | None, submit: Text | None, *, once: bool
    ) -> Route:
        if not isinstance(allow, Rule):
            raise TypeError("allow= is a Rule: nothing is open by default")
        name = f"{self.name}.{handler.__name__}"
        if any(route.name == name for route in self.routes):
            raise TypeError(f"two doors are called {name}: a button of one would open the other")
        if inspect.iscoroutinefunction(handler):
            raise TypeError(f"{name} is async: handlers decide and do not wait")
        questions, settled, defaults = _signature(handler, name)
        if any(question.required for question in questions) and seen_by is None:
            raise TypeError(f"{name} asks questions, so seen_by= must say who reads the answers")
        return Route(
            name=name,
            handler=handler,
            allow=allow,
            help=Phrase(_first_line(handler)),
            questions=questions,
            settled=settled,
            defaults=defaults,
            seen_by=seen_by,
            submit=text(submit or Phrase("Save")),
            once=once,
        )


def _signature(handler: Handler, door: str) -> tuple[tuple[Question, ...], frozenset[str], dict[str, Any]]:
    hints = typing.get_type_hints(handler, include_extras=True)
    questions: list[Question] = []
    settled: set[str] = set()
    defaults: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(handler).parameters.items())[1:]:
        if parameter.default is not parameter.empty:
            defaults[name] = parameter.default
        if name not in hints:
            raise TypeError(f"{door} does not say of what type {name} is")
        question = _question(hints[name])
        if question is None:
            settled.add(name)
        else:
            questions.append(replace(question, name=name, required=name not in defaults))
    return tuple(questions), frozenset(settled), defaults


def _question(hint: Any) -> Question | None:
    found = [item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Question)]
    if not found and typing.get_origin(hint) in (
        typing.Union,
        getattr(__import__("types"), "UnionType", None),
    ):
        return next((q for part in typing.get_args(hint) if (q := _question(part))), None)
    return found[0] if found else None


def _first_line(handler: Handler) -> str:
    words = inspect.getdoc(handler)
    if not words:
        raise TypeError(f"{handler.__name__} needs a docstring: its first line is the help")
    return re.split(r"\n\s*\n", words, maxsplit=1)[0].replace("\n", " ")


__all__ = [
    "Bell",
    "Digested",
    "Feature",
    "Quoted",
    "Ring",
    "Route",
    "Rung",
    "Shortcut",
    "Silence",
    "at_this_hour",
]
