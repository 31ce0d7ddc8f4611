"""What operators watch: what comes in, how long it takes, what waits, and why reminders were or were not sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.store import Store

if TYPE_CHECKING:
    from bot.app import App

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
PATIENCE = 3.0
"""Seconds in which the database says its numbers, or counts as away: Prometheus itself waits for ten."""


class Metrics:
    """The metrics of one app. Labels are names of ours; never people, places or words."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._registry = CollectorRegistry()
        self._heard = Counter(
            "upbeat_inbound",
            "Deliveries of platforms by what became of them.",
            ["platform", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "upbeat_answer_seconds",
            "From the delivery's arrival to the committed answer.",
            ["platform"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._counted = lru_cache(self._heard.labels)
        self._timed = lru_cache(self._seconds.labels)
        app.core.on_heard = self.heard

    def heard(self, platform: str, outcome: str, seconds: float) -> None:
        """Count one delivery."""
        self._counted(platform, outcome).inc()
        self._timed(platform).observe(seconds)

    async def text(self) -> bytes:
        """Everything in Prometheus' format; the outbox and the reminders are asked from the database. While that does
        not answer, a gauge says so in place of its numbers."""
        stored = await self._stored()
        registry = CollectorRegistry()
        registry.register(_Own(self._app.delivery.counts, self._app.turns.held(), answers=stored is not None))
        if stored is not None:
            registry.register(_Stored(stored))
        return bytes(generate_latest(self._registry)) + bytes(generate_latest(registry))

    async def _stored(self) -> dict[str, object] | None:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._app.database.read(_ask)
        except Exception:  # whatever it is, there are no numbers
            return None


def _ask(store: Store) -> dict[str, object]:
    oldest, last = store.outbox.oldest_waiting(), store.proving.last()
    return {
        "outbox": store.outbox.ages(),
        "age": (store.now - oldest).total_seconds() if oldest else 0.0,
        "ambiguous": store.outbox.ambiguous(),
        "nudges": store.slots.counted(since=store.now - timedelta(days=1)),
        "audited": (store.now - last[0]).total_seconds() if last else -1.0,
        "violations": dict(last[1]) if last else {},
    }


class _Own(Collector):
    """What this process knows by itself at this moment."""

    def __init__(self, sent: dict[str, int], held: dict[str, bool], *, answers: bool) -> None:
        self._sent = sent
        self._held = {name: int(ours) for name, ours in held.items()}
        self._answers = answers

    def collect(self) -> Iterator[Metric]:
        words = "Whether the database says its numbers; 0: they are missing here."
        yield _number("upbeat_database_up", words, float(self._answers))
        yield _gauge("upbeat_delivery", "What this process did with messages.", "result", self._sent.items())
        words = "Whether this process does now what only one does at a time."
        yield _gauge("upbeat_turn", words, "kind", self._held.items())


class _Stored(Collector):
    """What the database says at this moment."""

    def __init__(self, stored: dict[str, object]) -> None:
        self._stored = stored

    def collect(self) -> Iterator[Metric]:
        yield _gauge("upbeat_outbox_messages", "Messages by state.", "state", _pairs(self._stored["outbox"]))
        words = "For how long the oldest due message waits."
        yield _number("upbeat_outbox_oldest_seconds", words, self._stored["age"])
        unclear = CounterMetricFamily("upbeat_ambiguous_sends", "Sends that a platform never answered.")
        unclear.add_metric([], float(str(self._stored["ambiguous"])))
        yield unclear
        yield _gauge(
            "upbeat_nudges_last_day",
            "Due moments of a day by outcome and reason.",
            "reason",
            _pairs(self._stored["nudges"]),
        )
        words = "How often a rule of the promise did not hold at the last self-audit."
        yield _gauge("upbeat_violations", words, "rule", _pairs(self._stored["violations"]))
        words = "Seconds since the last self-audit; -1: there was none yet."
        yield _number("upbeat_self_audit_age_seconds", words, self._stored["audited"])


def _pairs(found: object) -> Iterable[tuple[str, int]]:
    assert isinstance(found, dict)
    return found.items()


def _gauge(name: str, words: str, label: str, pairs: Iterable[tuple[str, int]]) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, words, labels=[label])
    for key, number in pairs:
        made.add_metric([key], number)
    return made


def _number(name: str, words: str, number: object) -> GaugeMetricFamily:
    made = GaugeMetricFamily(name, words)
    made.add_metric([], float(str(number)))
    return made
