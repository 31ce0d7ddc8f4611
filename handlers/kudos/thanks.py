"""A thanks: who thanks whom for what, which of the company's values it shows, and how it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.kit.cards import Fact, Part, Section
from handlers.kit.characters import simpler
from handlers.kit.features import Feature
from handlers.kit.forms import Option
from handlers.kit.grammar import tag
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim, names
from storage.ids import new_id
from storage.kudos import KudosRow
from storage.people import Person
from storage.store import Store
from storage.tables import Place

feature = Feature(
    "kudos",
    title=Phrase("Kudos"),
    intro=Phrase(
        "Kudos are thanks to a colleague, with the reason. You see what will be posted, where and who reads it before"
        " anything is. You can take them back at any time."
    ),
)

RECEIVED = feature.notice("received", Phrase("Somebody thanks me"))

DEFAULT_VALUES = {
    "teamwork": Phrase("Teamwork"),
    "quality": Phrase("Quality"),
    "customers": Phrase("Customers first"),
    "learning": Phrase("Learning"),
}
"""The values to tag a thanks with until the company names its own."""
VALUES_TOO = {
    "teamwork": ("团队协作",),
    "quality": ("精益求精",),
    "customers": ("客户第一",),
    "learning": ("持续学习",),
}
"""What they are called in Chinese: whoever reads that tags with it."""
DAILY = 5
"""People whom one may thank with a point in a day, unless the setting `kudos_daily` says otherwise."""


@dataclass(frozen=True)
class Thanks:
    """A thanks that is about to be given. `group` makes it the same one, however often its buttons are pressed;
    `asked_in` is the place where everybody read along when it was begun, and the topic there."""

    receivers: tuple[Person, ...]
    why: str
    tags: tuple[str, ...]
    quoted: str
    group: str
    asked_in: tuple[str, ...] = ()

    def thread_in(self, place: Place) -> str | None:
        """In which topic of a forum it was begun, where it is posted in that forum; None where its posts go anyhow."""
        return self.asked_in[1] if self.asked_in[:1] == (place.id,) else None

    def args(self) -> dict[str, Any]:
        """What its buttons carry."""
        return {
            "to": tuple(person.id for person in self.receivers),
            "why": self.why,
            "tags": self.tags,
            "quoted": self.quoted,
            "group": self.group,
            "asked_in": self.asked_in,
        }


def begun(
    request: Request,
    receivers: Sequence[Person],
    why: str,
    value: str,
    quoted: str,
    asked_in: tuple[str, ...],
) -> Thanks:
    """A new thanks. Further #values that stand in the reason are tags as well."""
    tags = [value] if value else []
    for name, option in ((name, each.value) for each in value_options(request) for name in each.names):
        while found := tag(name).search(simpler(why)):
            rest = f"{why[: found.start()].rstrip()}{why[found.end() :]}".strip()
            if not rest:
                break
            why = rest
            tags.append(option)
    why = why.rstrip(" ,，、;；") if tags else why  # what stood between them
    return Thanks(tuple(receivers), why, tuple(dict.fromkeys(tags)), quoted, new_id(), asked_in)


def carried(request: Request, args: Mapping[str, Any]) -> Thanks:
    """The thanks that a button carried."""
    receivers = tuple(request.person(person_id) for person_id in args["to"])
    asked_in = tuple(args["asked_in"])
    return Thanks(receivers, args["why"], tuple(args["tags"]), args["quoted"], args["group"], asked_in)


# How it reads --------------------------------------------------------------------------------------------------------


def headline(store: Store, giver: str | None, receivers: Iterable[str]) -> Text:
    """Who thanks whom."""
    directory = store.directory
    return Phrase(
        "{giver} thanks {people}",
        giver=Verbatim(directory.named(giver)),
        people=names(directory.named(receiver) for receiver in receivers),
    )


def reason(store: Store, why: str, tags: Iterable[str], quoted: str) -> tuple[Part, ...]:
    """For what: the reason, the values it shows, and the message that it is about."""
    known = values(store)
    shown = [known.get(tag, Verbatim(tag)) for tag in tags]
    return (
        Section(Verbatim(why), quoted=True),
        *([Section(Lines((Phrase("About this message:"), Verbatim(quoted))))] if quoted else []),
        *([Fact(Phrase("Values"), Listing(tuple(shown)))] if shown else []),
    )


def values(store: Store) -> dict[str, Text]:
    """The company's values, by the word that tags a thanks with them."""
    chosen = store.setting("values")
    return {name: Verbatim(name) for name in chosen} if chosen else dict(DEFAULT_VALUES)


def value_options(request: Request) -> tuple[Option, ...]:
    """The company's values, to pick one."""
    too = {} if request.store.setting("values") else VALUES_TOO
    return tuple(Option(name, label, also=too.get(name, ())) for name, label in values(request.store).items())


def grouped(rows: Iterable[KudosRow]) -> list[list[KudosRow]]:
    """Rows that were one thanks, together, in the order in which they came."""
    made: dict[str, list[KudosRow]] = {}
    for row in rows:
        made.setdefault(row.group_id, []).append(row)
    return list(made.values())


def reacted(count: int) -> tuple[Text, ...]:
    """How many reactions there are, if there are any."""
    return (Plural("{n} reaction", "{n} reactions", n=count),) if count else ()


def channel(place: Place) -> Text:
    """How a channel is called."""
    return Verbatim(f"#{place.name.lstrip('#')}" if place.name else place.external_id)
