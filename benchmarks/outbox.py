"""How fast what waits in the outbox goes out over HTTP, when the platform sets no limits: our own part of the cost."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import aiohttp

from benchmarks.company import SECRET, url_of
from benchmarks.outside import Outside
from bot.words import Voice
from handlers import FEATURES
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from schedules.delivery import Delivery
from schedules.speaking import Parcel, Receipt
from storage.database import Database
from storage.store import Store


class Unlimited:
    """A voice of a platform that takes everything at once."""

    name = "slack"

    def __init__(self, session: aiohttp.ClientSession, there: Outside) -> None:
        self._session = session
        self._url = f"http://127.0.0.1:{there.port}/api/chat.postMessage"

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        """No limits."""
        return []

    async def speak(self, parcel: Parcel) -> Receipt:
        """One request for each message."""
        words = Voice(parcel.language, parcel.zone).plain(parcel.card)
        async with self._session.post(
            self._url, data={"channel": parcel.to.address, "text": words}
        ) as response:
            answer = await response.json()
        return Receipt(answer["channel"], answer["ts"])

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        """Nothing is edited here."""


async def run(company: Path, there: Outside, *, messages: int) -> float:
    """Messages a second: leased, looked at, marked, sent, and marked again."""
    database = Database(url_of(company), SECRET.encode())
    database.open()
    await database.write(lambda store: _fill(store, messages))
    async with aiohttp.ClientSession() as session:
        delivery = Delivery(Core(database, FEATURES), [Unlimited(session, there)], worker="bench")
        there.posted, began = 0, time.perf_counter()
        while await delivery.deliver():
            pass
        taken = time.perf_counter() - began
    await database.close()
    if there.posted != messages:
        raise RuntimeError(f"{there.posted} of {messages} messages arrived")
    return messages / taken


def _fill(store: Store, messages: int) -> None:
    card = dump(Card(Phrase("Ada thanks you: {words}", words=Verbatim("for the calm incident call"))))
    people = list(store.directory.people)
    for number in range(messages):
        to, expires = people[number % len(people)], store.now + timedelta(days=1)
        store.outbox.put(card, route="bench", person_id=to, topic=f"b{number}", expires_at=expires)
