"""Sentences of ours are translated; words of people are kept apart, escaped when drawn, and never logged."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from string import Formatter
from typing import TypeAlias

from handlers.kit.values import value

LANGUAGES = {"en": "English", "zh": "简体中文"}
"""What each language is called, in itself."""
LANGUAGES_TOO = {"en": ("英文", "英语"), "zh": ("Chinese", "中文", "汉语")}
"""What else people call them."""

Value: TypeAlias = "Text | int | float | datetime | date | time"


@value
class Verbatim:
    """Words that a person wrote. Its repr hides them, so that no log or error can show them."""

    words: str

    def __post_init__(self) -> None:
        if not isinstance(self.words, str):
            raise TypeError("Verbatim holds the words of a person, as a str")

    def __repr__(self) -> str:
        return f"Verbatim(<{len(self.words)} characters>)"


@value
class Phrase:
    """A whole sentence of ours in English, with named placeholders: the key of its translation."""

    template: str
    values: tuple[tuple[str, Value], ...] = ()

    def __init__(self, template: str, /, **values: Value) -> None:
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "values", _checked(values))
        _check_placeholders(template, values)


@value
class Plural:
    """A sentence with a number in it: `one` for one, `many` for the rest, both with `{n}` if they name it."""

    one: str
    many: str
    n: int
    values: tuple[tuple[str, Value], ...] = ()

    def __init__(self, one: str, many: str, /, *, n: int, **values: Value) -> None:
        object.__setattr__(self, "one", one)
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "n", n)
        object.__setattr__(self, "values", _checked(values))
        _check_placeholders(many, {**values, "n": n})


@value
class Listing:
    """Several texts, drawn as the reader's language lists things: "Ada, Ben and Chen"."""

    items: "tuple[Text, ...]"

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(text(item) for item in self.items))


@value
class Lines:
    """Several texts, each on a line of its own."""

    items: "tuple[Text, ...]"

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(text(item) for item in self.items))


Text: TypeAlias = Phrase | Plural | Verbatim | Listing | Lines

_TEXTS = (Phrase, Plural, Verbatim, Listing, Lines)


def text(thing: object) -> Text:
    """Return `thing` if it is a Text; a bare str is refused, because nobody would know whose words it holds."""
    if not isinstance(thing, _TEXTS):
        raise TypeError(
            f"a Text is needed (Phrase for our words, Verbatim for theirs), not {type(thing).__name__}"
        )
    return thing


def names(people: Iterable[str]) -> Listing:
    """The names of people, as one text."""
    return Listing(tuple(Verbatim(name) for name in people))


def first_names(people: Sequence[str], most: int) -> Listing:
    """The first of these names, and how many people there are besides, as one text."""
    rest = len(people) - most
    besides = (Plural("one more", "{n} more", n=rest),) if rest > 0 else ()
    return Listing((*names(people[:most]).items, *besides))


def more(count: int, shown: int) -> tuple[Text, ...]:
    """How many of a list are not shown: one line, or none."""
    return (Phrase("… and {count} more.", count=count - shown),) if count > shown else ()


def more_people(count: int, shown: int) -> tuple[Text, ...]:
    """How many of a list of people are not shown: one line, or none."""
    rest = count - shown
    return (Plural("And one more person.", "And {n} more people.", n=rest),) if rest > 0 else ()


def platform_name(platform: str) -> Text:
    """How people call a platform."""
    return Phrase("the local chat") if platform == "web" else Verbatim(platform.title())


def _checked(values: dict[str, Value]) -> tuple[tuple[str, Value], ...]:
    for name, item in values.items():
        if isinstance(item, str):
            raise TypeError(f"{name}= must be a Text, a number or a time; wrap a person's words in Verbatim")
        if isinstance(item, datetime) and item.tzinfo is None:
            raise ValueError(f"{name}= is a moment without a zone")
    return tuple(values.items())


_PLACEHOLDERS: dict[str, frozenset[str]] = {}


def _check_placeholders(template: str, values: dict[str, Value]) -> None:
    wanted = _PLACEHOLDERS.get(template)
    if wanted is None:
        wanted = frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)
        _PLACEHOLDERS[template] = wanted
    if not wanted <= values.keys():
        raise ValueError(f"{template!r} lacks {', '.join(sorted(wanted - values.keys()))}")
