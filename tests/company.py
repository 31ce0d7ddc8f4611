"""A small company known by name, and a chat with Upbeat as any of them: the real pipeline on a real database.

Grace leads Ada; Ada leads Ben, Chen and Eve; Dora works elsewhere under Grace. Hana is HR, Ivan the administrator. Chen
lives in Shanghai and speaks Chinese; Eve lives in New York; the others in Berlin."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlmodel import SQLModel, col

from bot.words import Voice
from handlers import FEATURES
from handlers.kit.cards import Button, Card
from handlers.kit.dispatch import Core
from handlers.kit.forms import Form
from handlers.kit.requests import (
    Act,
    Answer,
    Incoming,
    Opened,
    Pressed,
    Reacted,
    Said,
    Sender,
    Submitted,
    Where,
)
from handlers.kit.values import load
from schedules.clock import Clock
from schedules.delivery import Delivery
from schedules.ringing import TickReport
from schedules.speaking import Parcel, Receipt
from storage.database import Database
from storage.store import Store
from storage.tables import Outgoing, PersonRow, ReportingLine
from tests.copies import copy_of

SECRET = b"a test's secret"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, 10:00 in Berlin, 17:00 in Shanghai, 04:00 in New York."""

PEOPLE = {
    "grace": ("Grace Hopper", "", "Europe/Berlin", "en", "employee", "Board"),
    "ada": ("Ada Lovelace", "grace", "Europe/Berlin", "en", "employee", "Engines"),
    "ben": ("Ben Okri", "ada", "Europe/Berlin", "en", "employee", "Engines"),
    "chen": ("陈明", "ada", "Asia/Shanghai", "zh", "employee", "Engines"),
    "eve": ("Eve Curie", "ada", "America/New_York", "en", "employee", "Engines"),
    "dora": ("Dora Maar", "grace", "Europe/Berlin", "en", "employee", "Arts"),
    "hana": ("Hana Sato", "grace", "Europe/Berlin", "en", "hr", "People"),
    "ivan": ("Ivan Petrov", "grace", "Europe/Berlin", "en", "admin", "IT"),
}


@dataclass
class Heard:
    """What a person saw after they did something."""

    answer: Answer
    voice: Voice

    @property
    def card(self) -> Card | None:
        return self.answer.card

    @property
    def form(self) -> Form | None:
        return self.answer.form

    @property
    def text(self) -> str:
        """All words of the answer, in the reader's language."""
        return self._words(self.voice)

    @property
    def english(self) -> str:
        """The same in English, for a test that reads no other language."""
        return self._words(Voice(zone=self.voice.zone))

    def _words(self, voice: Voice) -> str:
        made = [voice.plain(self.answer.card)] if self.answer.card else []
        if self.answer.form:
            form = self.answer.form
            made += [voice.say(words) for words in (form.title, form.intro) if words]
            made += [*(voice.say(q.label) for q in form.questions)]
            made.append(voice.say(form.audience))
        if self.answer.asked:
            made.append(voice.say(self.answer.asked.form.questions[self.answer.asked.position].label))
        made += [voice.say(words) for _, words in self.answer.errors]
        return "\n".join(made)

    @property
    def buttons(self) -> dict[str, Button]:
        """The buttons by their label: in the reader's language, and in English for a test that reads no other."""
        asked = self.answer.asked
        shown = (
            *(self.answer.card.buttons() if self.answer.card else ()),
            *((*asked.choices, *asked.controls) if asked else ()),
        )
        voices = (Voice(zone=self.voice.zone), self.voice)
        return {voice.say(button.label): button for voice in voices for button in shown}

    def __contains__(self, words: str) -> bool:
        return words in self.text or words in self.english


class Letterbox:
    """A platform on which every message arrives at once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parcels: list[Parcel] = []

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        return []

    async def speak(self, parcel: Parcel) -> Receipt:
        self.parcels.append(parcel)
        return Receipt(parcel.to.address, f"m{len(self.parcels)}")

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        self.parcels.append(parcel)


@dataclass
class Chat:
    """Talk to Upbeat as people of the company, on one platform ("web" unless said otherwise)."""

    database: Database
    core: Core
    ids: dict[str, str]
    clock: list[datetime]
    platform: str = "web"
    interviews: bool = False
    last: dict[str, Heard] = field(default_factory=dict)
    _deliveries: Iterator[int] = field(default_factory=count)

    @cached_property
    def letterbox(self) -> Letterbox:
        """Where `deliver` puts what arrives."""
        return Letterbox(self.platform)

    @property
    def now(self) -> datetime:
        return self.clock[0]

    def wait(self, **time: float) -> None:
        """Let time pass: `chat.wait(hours=2)`."""
        self.clock[0] += timedelta(**time)

    def at(self, moment: datetime) -> None:
        """Go to a moment."""
        self.clock[0] = moment

    async def does(
        self,
        who: str,
        act: Act,
        *,
        where: Where | None = None,
        delivery: str = "",
        sender: Sender | None = None,
    ) -> Heard:
        """Anything, as `who` (a first name, or any string for a stranger)."""
        incoming = Incoming(
            delivery=delivery or f"{self.platform}:{next(self._deliveries)}",
            platform=self.platform,
            sender=sender or Sender(who, address=f"dm-{who}"),
            where=where or Where(id=f"dm-{who}"),
            act=act,
            at=self.now,
            interviews=self.interviews,
        )
        answer = await self.core.hear(incoming)
        self.last[who] = Heard(answer, Voice(answer.language, answer.zone))
        return self.last[who]

    async def says(
        self, who: str, words: str, *, where: Where | None = None, message: str = "", edits: bool = False
    ) -> Heard:
        said = Said(words, message=message, edits=edits, command=words.startswith("/"))
        return await self.does(who, replace(said, sent_at=self.now) if edits else said, where=where)

    async def presses(self, who: str, label: str, *, on: Heard | None = None) -> Heard:
        """Press a button of the last answer, or of what `who` was told, by its label."""
        for seen in (on or self.last.get(who), *reversed(self.told_cards(who))):
            if seen and label in seen.buttons:
                return await self.does(who, Pressed(seen.buttons[label].handle))
        raise AssertionError(
            f"{who} sees no button {label!r}; last: {self.last.get(who) and self.last[who].text!r}"
        )

    async def submits(self, who: str, **given: Any) -> Heard:
        """Fill the form of the last answer and send it; people are given by first name."""
        form = self.last[who].form
        assert form is not None, f"{who} sees no form but {self.last[who].text!r}"
        return await self.does(who, Submitted(form.draft, {k: self._raw(v) for k, v in given.items()}))

    def _raw(self, item: Any) -> Any:
        if isinstance(item, tuple | list):
            return tuple(self._raw(one) for one in item)
        return self.ids.get(item, item) if isinstance(item, str) else item

    async def opens(self, who: str, what: str = "home", **more: Any) -> Heard:
        return await self.does(who, Opened(what, **more))

    async def reacts(
        self, who: str, message: str, emoji: str = "tada", *, added: bool = True, where: Where | None = None
    ) -> Heard:
        return await self.does(who, Reacted(message, emoji, added), where=where)

    async def tick(self) -> TickReport:
        """Let the clock ring once, now."""
        return await Clock(self.core, Delivery(self.core, (), worker="test")).tick()

    async def deliver(self) -> list[Parcel]:
        """Deliver all that is due now, through a platform that writes it down; returns what arrived."""
        before = len(self.letterbox.parcels)
        delivery = Delivery(self.core, [self.letterbox], worker="test")
        while await delivery.deliver():
            pass
        return self.letterbox.parcels[before:]

    def rows(self, table: type[SQLModel], *conditions: Any) -> list[Any]:
        """Every row of a table, past all rules: for the test's own eyes."""
        return self.database.look_now(lambda store: store._rows(table, conditions))

    def told_cards(self, who: str) -> list[Heard]:
        """What waits for a person or was sent to them, oldest first."""
        person = self.person(who)
        rows = self.rows(Outgoing, col(Outgoing.person_id) == self.ids[who])
        voice = Voice(person.language, person.zone)
        return [Heard(Answer(card=load(row.card)), voice) for row in sorted(rows, key=lambda row: row.id)]

    def told(self, who: str) -> str:
        """All the words that a person was told."""
        return "\n\n".join(seen.text for seen in self.told_cards(who))

    def told_in_english(self, who: str) -> str:
        """The same in English, whatever the person's language."""
        return "\n\n".join(seen.english for seen in self.told_cards(who))

    def posted(self, place: str | None = None) -> str:
        """All the words that were posted to a place (row id), or to any."""
        rows = self.rows(Outgoing, col(Outgoing.person_id).is_(None))
        return "\n\n".join(Voice().plain(load(row.card)) for row in rows if place in (None, row.place_id))

    def person(self, who: str) -> Any:
        return self.database.look_now(lambda store: store.directory.people[self.ids[who]])

    def change(self, work: Any) -> Any:
        """Do something with the store directly, to arrange a test."""
        return self.database.write_now(work)

    def leaves(self, who: str) -> Callable[[], None]:
        """Somebody leaves now; call what it returns when they had not left."""
        at, mail = self.now, f"{who}@example.com"
        gone = self.change(lambda store: store.leavers.leave_all({mail: self.ids[who]}))
        back = {self.ids[who]: gone[mail]}
        return lambda: self.change(lambda store: store.leavers.bring_back(back, left_at=at))

    def rename(self, who: str, name: str) -> None:
        """Somebody has another name from now on."""
        self._becomes(who, name=name)

    def lives_in(self, who: str, zone: str) -> None:
        """Somebody lives elsewhere from now on."""
        self._becomes(who, zone=zone)

    def _becomes(self, who: str, **values: str) -> None:
        def work(store: Store) -> None:
            row = store.one(PersonRow, col(PersonRow.id) == self.ids[who])
            assert row is not None
            store.change(row, **values, revision=store.people_changed())

        self.change(work)


def found_company(store: Store, people: Mapping[str, tuple[str, ...]] = PEOPLE) -> dict[str, str]:
    """Put the company's people into an empty database, each with a local account under their first name."""
    ids: dict[str, str] = {}
    revision = store.people_changed()
    for who, (name, manager, zone, language, role, team) in people.items():
        row = PersonRow(
            email=f"{who}@example.com",
            name=name,
            team=team,
            zone=zone,
            language=language,
            role=role,
            revision=revision,
        )
        ids[who] = store.insert(row).id
        if manager:
            line = ReportingLine(
                subject_id=row.id, manager_id=ids[manager], since=date(2020, 1, 1), revision=revision
            )
            store.insert(line)
    for who, person_id in ids.items():
        store.accounts.link(person_id, "web", who, username=who, address=f"dm-{who}")
    return ids


@asynccontextmanager
async def company(url: str, people: Mapping[str, tuple[str, ...]] = PEOPLE) -> AsyncIterator[Chat]:
    """A company that is founded now, in an empty database, and a chat with it."""
    clock = [MONDAY]
    database = Database(url, SECRET, now=lambda: clock[0])
    ids = _filled(database, people)
    try:
        yield Chat(database, Core(database, FEATURES), ids, clock)
    finally:
        await database.close()


@asynccontextmanager
async def company_of_its_own(engine: str, folder: Path) -> AsyncIterator[Chat]:
    """The same as a copy of one that was founded before, which does not wait for its disk."""
    with copy_of(founded, engine, folder) as (url, ids):
        clock = [MONDAY]
        database = Database(url, SECRET, now=lambda: clock[0])
        if database.is_sqlite:
            event.listen(database.engine, "connect", in_haste)
        database.open()
        try:
            yield Chat(database, Core(database, FEATURES), dict(ids), clock)
        finally:
            await database.close()


def in_haste(connection: Any, record: Any) -> None:
    """Let a database of SQLite not wait for its disk."""
    # What survives a crash is tested elsewhere; thousands of steps need not wait for the disk.
    connection.execute("PRAGMA synchronous=OFF")


def founded(url: str) -> dict[str, str]:
    """Found the company in an empty database, as a process that ends then; returns the ids of its people."""
    database = Database(url, SECRET, now=lambda: MONDAY)
    try:
        return _filled(database, PEOPLE)
    finally:
        database.stop()


def _filled(database: Database, people: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    SQLModel.metadata.create_all(database.engine)
    database.open()
    return database.write_now(lambda store: found_company(store, people))
