"""What a platform heard, what a handler gets, and what it returns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias

from handlers.kit.calendar import WorkCalendar, local_day
from handlers.kit.cards import Button, Card, Press
from handlers.kit.forms import Form
from handlers.kit.text import Text
from handlers.kit.values import value
from storage.once import once
from storage.people import Person
from storage.sheets import Sheet, SheetProblem
from storage.store import Store


@dataclass(frozen=True)
class Sender:
    """Who a platform says it is. `verified_email` only of a full member, as the platform vouches for it; a guest, a
    stranger or a bot has `member` False. `address` is where a private answer goes, if that is known. `by_email`: only
    their verified address makes people known there, and no code."""

    external_id: str
    verified_email: str = ""
    member: bool = True
    username: str = ""
    address: str = ""
    by_email: bool = False


@dataclass(frozen=True)
class Where:
    """Where it was said. `shared` places show the answer to everybody in them. `team` is a channel's, if it has one."""

    kind: Literal["private", "channel", "home", "page"] = "private"
    id: str = ""
    name: str = ""
    thread: str = ""
    shared: bool = False


@dataclass(frozen=True)
class Quoted:
    """A message of somebody that a shortcut was used on."""

    words: str
    author: str = ""
    link: str = ""


@dataclass(frozen=True)
class File:
    """A file that somebody sent. `sheet` is its table, or `fault` why it has none: read before the unit of work begins,
    and only for who may import."""

    name: str
    data: bytes = field(repr=False)
    sheet: Sheet | None = field(default=None, repr=False)
    fault: SheetProblem | None = None


@dataclass(frozen=True)
class Said:
    """A command or plain words. `message` is the platform's id of the message, `edits` says that it replaces one, which
    was sent at `sent_at` and edited at `edited_at`, where edits can come out of order, and `file_left` that a file came
    with it for which the words have no use."""

    words: str = field(repr=False)
    message: str = ""
    edits: bool = False
    command: bool = False
    file: File | None = None
    file_left: bool = False
    sent_at: datetime | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True)
class Pressed:
    """A button. `message` is the platform's id of the message it stood on; `quotes`: words of people stand there."""

    handle: str
    message: str = ""
    quotes: bool = False


@dataclass(frozen=True)
class Submitted:
    """A form, sent (or closed, with `final` False: its draft is kept)."""

    draft: str
    given: Mapping[str, Any] = field(repr=False)
    final: bool = True


@dataclass(frozen=True)
class Opened:
    """The home screen, a shortcut by its name, or a first contact ("start", with the payload of its link)."""

    what: str
    payload: str = ""
    quoted: Quoted | None = None


@dataclass(frozen=True)
class Reacted:
    """An emoji put under a message of ours, or taken away; `at` a moment, where platforms bring it out of order."""

    message: str
    emoji: str
    added: bool
    at: datetime | None = None


@dataclass(frozen=True)
class Left:
    """The person cannot be reached here any more: left, deactivated, or blocked the bot. `back` undoes a block."""

    back: bool = False


Act: TypeAlias = Said | Pressed | Submitted | Opened | Reacted | Left


@dataclass(frozen=True)
class Incoming:
    """One delivery of a platform. `delivery` is unique; `interviews`: forms are asked one question at a time here."""

    delivery: str
    platform: str
    sender: Sender
    where: Where
    act: Act
    at: datetime
    interviews: bool = False


_FORGED = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_WORDS = frozenset({"words"})


def sound(incoming: Incoming) -> Incoming:
    """The delivery with ids that every database takes. A platform's own are so; forged ones may hold anything, and
    what they hold is replaced, not left out, so that none becomes the id of somebody else."""
    parts = {"sender": incoming.sender, "where": incoming.where, "act": incoming.act}
    changed = {name: made for name, part in parts.items() if (made := _sound(part)) is not part}
    whole: Incoming = _sound(incoming)
    return replace(whole, **changed) if changed else whole


def _sound(thing: Any) -> Any:
    forged = {
        name: _FORGED.sub("\ufffd", item)
        for name, item in vars(thing).items()
        if isinstance(item, str) and not item.isprintable() and name not in _WORDS
    }
    return replace(thing, **forged) if forged else thing


@dataclass(frozen=True)
class Request:
    """What a handler gets: who asks, where, when, and the store. `filled`: the answers come from a form, whole;
    `aside`: this may take long."""

    actor: Person
    where: Where
    now: datetime
    store: Store
    platform: str = ""
    delivery: str = ""
    message: str = ""
    edits: bool = False
    interviews: bool = False
    filled: bool = False
    file: File | None = None
    aside: bool = False

    @once
    def today(self) -> date:
        """The day on the actor's calendar."""
        return self.day_of(self.now)

    def day_of(self, moment: datetime) -> date:
        """The day of a moment on the actor's calendar."""
        return local_day(moment, self.actor.zone)

    @once
    def sheets(self) -> dict[int, tuple[Any, ...]]:
        """The questions of sheets that were unfolded without arguments: they are looked at several times."""
        return {}

    @once
    def calendar(self) -> WorkCalendar:
        """The organisation's workdays."""
        declared = self.store.workdays.declared()
        return WorkCalendar(self.store.workdays.country, declared)

    def person(self, person_id: str) -> Person:
        """A colleague by id; the id comes from a row, so they exist."""
        return self.store.directory.people[person_id]


@dataclass(frozen=True)
class Tell:
    """Something for somebody else. `to` is a person's id, or `place` a channel's row id, and `thread` where in it, as
    in `Where`, if not where the place's posts go. `topic` makes it unique; `about` ("kudos:<id>") lets a reaction find
    it; `over` ("kudos:<id>") puts it in the place of what stands there about that, and it is told anew only where
    nobody knows whether something stands; what still waits is not sent, or, where this is `about` the same, sent like
    this; `on` is the one platform where it may be told; `notice` names a notification that people can switch off;
    `unclear` says what to do when the platform never answers; `lives` is how long it is worth telling."""

    card: Card
    to: str = ""
    place: str = ""
    thread: str | None = None
    topic: str | None = None
    about: str = ""
    over: str = ""
    on: str = ""
    notice: str = ""
    unclear: Literal["repeat", "reconcile", "once"] = "repeat"
    after: timedelta = timedelta()
    lives: timedelta = timedelta(days=7)

    def __post_init__(self) -> None:
        if bool(self.to) == bool(self.place):
            raise ValueError("tell a person or a place")


@dataclass(frozen=True)
class Reply:
    """What a handler wants: a card shown here, others told, a form asked. A pressed card is replaced by what is shown,
    unless `keep`. `given` are raw answers that already stand in the form that `ask` opens, to be changed there. With
    `rests`, the form that was sent stays begun with what was typed: what is shown is to be looked at first."""

    show: Card | None = None
    tell: tuple[Tell, ...] = ()
    ask: Press | None = None
    keep: bool = False
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    rests: bool = False


@value
class Asked:
    """A form at one of its questions: how a platform without forms asks it."""

    form: Form
    position: int
    choices: tuple[Button, ...] = ()
    controls: tuple[Button, ...] = ()


@value
class Answer:
    """What the one path gives back to a platform: sealed, ready to be drawn for this reader."""

    outcome: str = "done"
    card: Card | None = None
    form: Form | None = None
    asked: Asked | None = None
    errors: tuple[tuple[str, Text], ...] = ()
    keep: bool = False
    person_id: str = ""
    language: str = "en"
    zone: str = "UTC"
    touched: tuple[str, ...] = ()
    repeated: bool = False
    route: str = ""

    @property
    def filling(self) -> Form | None:
        """The form that it shows, as a whole or at one of its questions."""
        return self.asked.form if self.asked else self.form
