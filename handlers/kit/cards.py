"""A card is what Upbeat shows: a title, sections, facts, trends, and buttons, the same on every platform."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from handlers.kit.charts import Chart
from handlers.kit.text import Phrase, Text, text
from handlers.kit.values import value

Argument: TypeAlias = "str | int | bool | tuple[str, ...] | None"


@value
class Press:
    """What a button does: a route by name, with the arguments that are settled already."""

    route: str
    args: Mapping[str, Argument]


@value
class Button:
    """A thing to press. `does` is ours; before it is drawn it is sealed: replaced by an opaque `handle`."""

    label: Text
    does: Press | None = None
    style: Literal["plain", "primary", "danger"] = "plain"
    confirm: Text | None = None
    handle: str = ""

    def __post_init__(self) -> None:
        text(self.label)
        if self.does is None and not self.handle:
            raise ValueError("a button does something")


@value
class Menu:
    """A choice of many buttons, drawn as a drop-down where the platform has one."""

    label: Text
    options: tuple[Button, ...]

    def __post_init__(self) -> None:
        text(self.label)
        if not self.options:
            raise ValueError("a menu has options")


@value
class Section:
    """A paragraph. `quoted` sets a person's words apart; `button` belongs to this paragraph alone."""

    body: Text
    quoted: bool = False
    button: Button | None = None

    def __post_init__(self) -> None:
        text(self.body)


@value
class Heading:
    """The title of the sections that follow."""

    body: Text

    def __post_init__(self) -> None:
        text(self.body)


@value
class Fact:
    """A label and its value."""

    label: Text
    value: Text

    def __post_init__(self) -> None:
        text(self.label)
        text(self.value)


@value
class Note:
    """Small print: who sees this, why it came, what happens next."""

    body: Text

    def __post_init__(self) -> None:
        text(self.body)


@value
class Trend:
    """Numbers over time; `finding` says what they show, for who cannot or need not see the line."""

    finding: Text
    points: tuple[float, ...]

    def __post_init__(self) -> None:
        text(self.finding)
        if not self.points:
            raise ValueError("a trend has points")


@value
class Picture:
    """A chart. `finding` says what it shows, in one sentence, for who cannot or need not see it."""

    title: Text
    finding: Text
    chart: Chart

    def __post_init__(self) -> None:
        text(self.title)
        text(self.finding)

    @property
    def described(self) -> Text:
        """What stands for the picture where it cannot be seen."""
        return Phrase("{title}: {finding}", title=self.title, finding=self.finding)


@value
class Link:
    """An address to open in a browser, as a button."""

    label: Text
    url: str

    def __post_init__(self) -> None:
        text(self.label)
        if not self.url.startswith(("https://", "http://")):
            raise ValueError("a link is an absolute address")


@value
class Document:
    """A file for the reader to keep: `file_id` is what `store.files.keep` returned for them."""

    label: Text
    name: str
    file_id: str

    def __post_init__(self) -> None:
        text(self.label)


Part: TypeAlias = Section | Heading | Fact | Note | Trend | Picture | Button | Menu | Link | Document

_PARTS = (Section, Heading, Fact, Note, Trend, Picture, Button, Menu, Link, Document)


@value
class Card:
    """A title and its parts, from top to bottom. Neighbouring facts, and neighbouring buttons, are drawn together."""

    title: Text
    parts: tuple[Part, ...] = ()

    def __init__(self, title: Text, *parts: Part) -> None:
        for part in parts:
            if not isinstance(part, _PARTS):
                raise TypeError(f"{type(part).__name__} is not a part of a card")
        object.__setattr__(self, "title", text(title))
        object.__setattr__(self, "parts", parts)

    def buttons(self) -> tuple[Button, ...]:
        """Every button of the card, in the order in which they stand."""
        return tuple(button for part in self.parts for button in _buttons_of(part))

    def pictures(self) -> tuple[Picture, ...]:
        """Every picture of the card, in the order in which they stand."""
        return tuple(part for part in self.parts if isinstance(part, Picture))

    def with_buttons(self, made: Mapping[int, Button]) -> "Card":
        """This card with its n-th button replaced by made[n]."""
        count = iter(range(len(made)))
        return Card(self.title, *(_replaced(part, made, count) for part in self.parts))


def _buttons_of(part: Part) -> tuple[Button, ...]:
    if isinstance(part, Button):
        return (part,)
    if isinstance(part, Menu):
        return part.options
    if isinstance(part, Section) and part.button:
        return (part.button,)
    return ()


def _replaced(part: Part, made: Mapping[int, Button], count: "object") -> Part:
    if isinstance(part, Button):
        return made[next(count)]  # type: ignore[call-overload]
    if isinstance(part, Menu):
        return replace(part, options=tuple(made[next(count)] for _ in part.options))  # type: ignore[call-overload]
    if isinstance(part, Section) and part.button:
        return replace(part, button=made[next(count)])  # type: ignore[call-overload]
    return part
