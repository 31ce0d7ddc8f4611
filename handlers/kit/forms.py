"""A form asks for what is missing: as a modal, as an interview, or on a page, with who will see it said first."""

from collections.abc import Callable
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from handlers.kit.text import Lines, Phrase, Text, Verbatim, more, text
from handlers.kit.values import value

if TYPE_CHECKING:
    from handlers.kit.requests import Request

AT_ONCE = 3000
"""Characters that every platform takes at once: a field of Slack's modals holds so many."""
LISTED = 10
"""Options that are named where none has the number that was typed."""


@value
class Option:
    """One answer of a choice: what is stored, and what is read. `also` are other words that people type for it; a
    Chinese one may touch what follows ("每周二")."""

    value: str
    label: Text
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """How the option may be called in a command."""
        shown = ""
        if isinstance(self.label, Verbatim):
            shown = self.label.words
        elif isinstance(self.label, Phrase):
            shown = self.label.template
        return tuple(name for name in (self.value, shown, *self.also) if name)


YES = Option("yes", Phrase("Yes"), also=("y", "是", "是的", "对"))
NO = Option("no", Phrase("No"), also=("n", "否", "不", "不是"))


@value
class Question:
    """What every question has. `name` and `required` come from the parameter that it annotates. When the form is drawn
    `suggested` is asked for the raw answer that stands in it until the person writes another, and `beside` for what is
    to be looked at while answering, line by line. Where an answer can also be given elsewhere, `recorded` is asked for
    the one that counts now: a form that was begun before loses nothing of it. One that is not `asked` stands in no
    form, and is only taken out of what is typed: it is private, and must not become a part of another answer."""

    label: Text
    help: Text | None = None
    name: str = ""
    required: bool = True
    suggested: "Callable[[Request], Any] | None" = None
    recorded: "Callable[[Request], Any] | None" = None
    beside: "tuple[Text, ...] | Callable[[Request], tuple[Text, ...]]" = ()
    asked: bool = True

    def __post_init__(self) -> None:
        text(self.label)

    @property
    def lines_beside(self) -> tuple[Text, ...]:
        """What stands beside it, where that is known already."""
        return self.beside if isinstance(self.beside, tuple) else ()


@value
class Words(Question):
    """Free text. `lead` are words that may stand before it in a command ("for", "因为"); `labels` are
    words that begin it there ("done", "完成"). `longest` is in characters; what is longer than platforms take at once
    is said in parts there. An answer that may begin with a number itself says in `begins`, as a regular expression, how
    any begins: only then is a number before it one that was to choose something."""

    lead: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    begins: str = ""
    longest: int = AT_ONCE
    lines: bool = True

    @property
    def in_parts(self) -> bool:
        """Whether an answer may be longer than every platform takes at once."""
        return self.longest > AT_ONCE


@value
class Choice(Question):
    """One of some options; `options` may be a function of the request until the form is made. In a command a `tagged`
    one is read from its #tag alone: where free words follow, they may well begin with the name of an option. Where
    options are called by numbers, `missing` says of a number that no option has that there is none."""

    options: "tuple[Option, ...] | Callable[[Request], tuple[Option, ...]]" = ()
    tagged: bool = False
    missing: "Callable[[Text], Text] | None" = None

    @property
    def known(self) -> tuple[Option, ...]:
        """The options, where they are known already."""
        return self.options if isinstance(self.options, tuple) else ()

    def none_called(self, number: str) -> Text | None:
        """What is said of a number that no option has, and which options there are; None where they have no numbers."""
        if self.missing is None or not any(option.value for option in self.known):
            return None
        labels = [option.label for option in self.known]
        return Lines((self.missing(Verbatim(number)), *labels[:LISTED], *more(len(labels), LISTED)))


@value
class Scale(Question):
    """A whole number from `low` to `high`, with words for both ends. With `labels`, one of them must begin it in a
    command ("mood 4"), where any number could open a sentence."""

    low: int = 1
    high: int = 5
    low_label: Text | None = None
    high_label: Text | None = None
    labels: tuple[str, ...] = ()


@value
class Colleague(Question):
    """A colleague, or up to `most` of them. `yourself` allows the asker. `lead` are words that may stand before them in
    a command ("from")."""

    most: int = 1
    yourself: bool = False
    lead: tuple[str, ...] = ()


@value
class Day(Question):
    """A calendar day. `lead` are words that may stand before it in a command ("until"); a `led` one is read there only
    behind one of them. What may be said as a length instead ("for 3 days") names in `counts_from` the question whose
    day is the first of it, or today where that has no answer. One that is said `alone`, without a lead, answers the
    question of that name too. A `trailing` one is also read at the end of free words,
    where words say that something is due then ("by Friday", 周五前)."""

    lead: tuple[str, ...] = ()
    led: bool = False
    counts_from: str = ""
    alone: str = ""
    trailing: bool = False
    earliest: date | None = None


@value
class Clock(Question):
    """A time of day."""

    lead: tuple[str, ...] = ()


@value
class Number(Question):
    """A number between `low` and `high`, both included."""

    low: float | None = None
    high: float | None = None
    whole: bool = True


@value
class Sheet(Question):
    """Several questions that are known only when they are asked: `of` names them for this request. Those whose names
    begin with `own` may be others by the time the form is sent: words to one that is gone are said back."""

    of: "Callable[[Request, dict[str, Any]], tuple[Question, ...]] | None" = None
    own: str = ""


Answerable: TypeAlias = Words | Choice | Scale | Colleague | Day | Clock | Number


@value
class Form:
    """Questions with their audience line. `draft` is the opaque id of its stored draft; `given` are the answers so far
    (a person's id, a tuple of ids, an ISO day, a number, an option's value, or words)."""

    title: Text
    questions: tuple[Answerable, ...]
    audience: Text
    submit: Text
    draft: str = ""
    given: "dict[str, Any]" = field(default_factory=dict)
    intro: Text | None = None

    def __post_init__(self) -> None:
        text(self.title)
        text(self.audience)
        text(self.submit)

    def question(self, name: str) -> Answerable | None:
        """The question of that name, or None."""
        return next((asked for asked in self.questions if asked.name == name), None)
