"""A card is what Upbeat shows: a title, sections, facts, trends, and buttons, the same on every platform."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

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

    def alike(self, say: Callable[[Text], str]) -> "dict[str, Section | Heading]":
        """Of each button that is called like others of the card, by its handle, the paragraph or heading that says
        which one it is."""
        called: dict[str, list[_Placed]] = {}
        for placed in _placed(self.parts):
            called.setdefault(say(placed.button.label), []).append(placed)
        return {
            placed.button.handle: says
            for same in called.values()
            if len(same) > 1
            for placed, says in zip(same, _apart(same, say), strict=True)
            if says
        }

    def pictures(self) -> tuple[Picture, ...]:
        """Every picture of the card, in the order in which they stand."""
        return tuple(part for part in self.parts if isinstance(part, Picture))

    def with_buttons(self, made: Mapping[int, Button]) -> "Card":
        """This card with its n-th button replaced by made[n]."""
        count = iter(range(len(made)))
        return Card(self.title, *(_replaced(part, made, count) for part in self.parts))


class _Placed(NamedTuple):
    """A button, with the heading and the paragraph above it: its own, or what stands below the buttons before."""

    button: Button
    heading: Heading | None
    section: Section | None


def _placed(parts: tuple[Part, ...]) -> Iterator[_Placed]:
    heading: Heading | None = None
    section: Section | None = None
    pressed = False
    for part in parts:
        if isinstance(part, Heading | Section) and pressed:
            heading, section, pressed = None, None, False
        if isinstance(part, Heading):
            heading, section = part, None
        elif isinstance(part, Section):
            section = part
            if part.button:
                yield _Placed(part.button, heading, part)
        elif isinstance(part, Button):
            pressed = True
            yield _Placed(part, heading, section)


def _apart(same: list[_Placed], say: Callable[[Text], str]) -> "list[Heading | None] | list[Section | None]":
    """What says of each which one it is: what it stands in, unless that reads alike too, or else the heading above."""
    headings, sections = [each.heading for each in same], [each.section for each in same]
    if any(each.section and each.section.button is each.button for each in same):
        alike = _different(sections, say) < len(same) == _different(headings, say)
        return headings if alike else sections
    return headings if all(headings) else sections


def _different(paragraphs: "Sequence[Heading | Section | None]", say: Callable[[Text], str]) -> int:
    return len({say(each.body) for each in paragraphs if each})


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
