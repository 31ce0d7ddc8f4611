"""A company about which a cycle can be launched by its HR, as a person would: by words, a form and a button."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from benchmarks.company import found, slack_user
from benchmarks.goals.company import opened
from handlers import FEATURES
from handlers.kit.dispatch import Core
from handlers.kit.requests import Act, Answer, Incoming, Pressed, Said, Sender, Submitted, Where
from handlers.kit.text import Phrase
from handlers.reviews import including
from schedules.clock import Clock
from schedules.delivery import Delivery
from schedules.ringing import Units
from storage.database import Database
from storage.store import Store
from storage.tables import PersonRow, Slot

WEDNESDAY = datetime(2026, 11, 25, 9, tzinfo=UTC)
"""A day on which nobody hears of anything else."""
EVERYBODY = "Everything"
"""The department of all but who runs the cycle."""


class Company:
    """A company of so many people; the last one is of HR, and speaks."""

    def __init__(self, folder: Path, people: int, name: str) -> None:
        self.file = folder / f"{name}-{people}.db"
        found(self.file, people)
        self.clock = [WEDNESDAY]
        self.database: Database = opened(self.file, self.clock)
        self.database.write_now(_with_hr)
        self.core = Core(self.database, FEATURES)
        self._sender = Sender(slack_user(people - 1), address=f"D{people - 1:08d}")
        self._deliveries: Iterator[int] = count()

    async def planned(self) -> None:
        """The clock has planned everybody, so that it does not do so while something is measured."""
        clock = Clock(self.core, Delivery(self.core, [], worker="bench"))
        while (await clock.tick()).planned:
            pass

    async def does(self, act: Act) -> Answer:
        """HR does something."""
        where = Where(id=self._sender.address)
        delivery = f"slack:bench-{next(self._deliveries)}"
        return await self.core.hear(Incoming(delivery, "slack", self._sender, where, act, self.clock[0]))

    async def presses(self, answer: Answer, label: str) -> Answer:
        """HR presses a button of a card, by its label."""
        assert answer.card, answer
        said = {
            button.label.template: button.handle
            for button in answer.card.buttons()
            if isinstance(button.label, Phrase)
        }
        return await self.does(Pressed(said[label]))

    async def says(self, words: str) -> Answer:
        """HR says something."""
        return await self.does(Said(words, command=True))

    @property
    def hr(self) -> str:
        """Their id."""
        people = self.database.look_now(lambda store: store.directory.people)
        return next(person.id for person in people.values() if person.role == "hr")

    async def prepares(self) -> Answer:
        """HR prepares a cycle about everybody else."""
        answer = await self.says("/review new Autumn 2026")
        assert answer.form, answer
        return await self.does(Submitted(answer.form.draft, {"name": "Autumn 2026", "units": EVERYBODY}))

    async def launches(self, card: Answer) -> list[float]:
        """HR launches it, and the clock asks everybody. Seconds until the answer, and of each unit of work after it."""
        units = Units(self.core, {bell.name: bell for feature in FEATURES for bell in feature.bells})
        began = time.perf_counter()
        await self.presses(card, "Launch")
        taken = [time.perf_counter() - began]
        while self.rows(Slot, col(Slot.kind) == including.BELL):
            began = time.perf_counter()
            await self.database.write(units.ring_some)
            taken.append(time.perf_counter() - began)
        return taken

    def rows(self, table: Any, *conditions: Any) -> int:
        """How many rows there are."""
        return self.database.look_now(lambda store: store.count(table, *conditions))


def _with_hr(store: Store) -> None:
    people = PersonRow.__table__  # type: ignore[attr-defined]
    last = max(store.directory.people.values(), key=lambda person: int(person.name.split()[1]))
    revision = store.people_changed()
    store.execute(update(people).values(department=EVERYBODY, revision=revision))
    store.execute(update(people).where(people.c.id == last.id).values(department="", role="hr"))
