"""Which messages a worker takes up now, which are settled without being sent, and how that is written down."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from handlers.kit.dispatch import Core
from handlers.reminders import NUDGE
from schedules.addressing import Fate, Speakers, Way, find_way
from schedules.alerts import ALERT
from schedules.nudges import DONE
from storage.alerts import CRASHES, FAILURES, REFUSED
from storage.delivering import MOST_ATTEMPTS, MOST_CRASHES
from storage.outbox import BEGUN
from storage.store import Store
from storage.tables import Outgoing

BATCH = 50
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
"""Back-off after an error, in seconds: 5, 15, 45, … 3,600. Eight attempts reach over an hour and a half of trouble."""
UNCLEAR = "unclear"
"""The reason of a message that may have arrived, although nobody answered."""


@dataclass
class Taken:
    """What one lease gave: messages with their way, others with their fate, and how many had been left half sent."""

    leased: int
    ways: list[tuple[Outgoing, Way]] = field(default_factory=list)
    settled: list[tuple[Outgoing, Fate]] = field(default_factory=list)
    ambiguous: int = 0


def take(core: Core, store: Store, speakers: Speakers, worker: str) -> Taken:
    """Lease what is due, and find out where it goes."""
    rows = sorted(store.delivering.lease(worker, most=BATCH), key=lambda row: row.id)
    held = store.delivering.behind(rows)
    taken = Taken(len(rows))
    for row in rows:
        fate = _half_sent(store, row, taken) if row.state == "sending" else None
        if fate is None and row.id in held:
            settle(core, store, row, Fate("waiting", until=held[row.id]))
            continue
        found = fate or way_of(core, store, row, speakers)
        if isinstance(found, Fate):
            settle(core, store, row, found)
            taken.settled.append((row, found))
        else:
            taken.ways.append((row, found))
    return taken


def _half_sent(store: Store, row: Outgoing, taken: Taken) -> Fate | None:
    """A message whose sender died in the middle: nobody knows whether it arrived. Its fate if that is settled."""
    taken.ambiguous += 1
    counted = {"crashes": row.crashes + 1, "ambiguous": row.ambiguous + 1}
    store.change(row, state="waiting", reason=UNCLEAR, **counted)
    if row.unclear == "once":
        return Fate("failed", UNCLEAR)
    return Fate("failed", "crashes") if row.crashes >= MOST_CRASHES else None


def way_of(
    core: Core, store: Store, row: Outgoing, speakers: Speakers, tried: Collection[str] = ()
) -> Way | Fate:
    """The way of a message; one that cannot even be read is tried again later, and nobody else waits for it."""
    found: list[Way | Fate] = []
    error = store.attempt(lambda: found.append(find_way(core, store, row, speakers, tried)))
    if error is None:
        return found[0]
    attempts, reason = row.attempts + 1, type(error).__name__
    store.delivering.set(row, attempts=attempts)
    if attempts >= MOST_ATTEMPTS:
        return Fate("failed", reason)
    return Fate("waiting", reason, store.now + timedelta(seconds=back_off(row)))


def settle(core: Core, store: Store, row: Outgoing, fate: Fate, **values: Any) -> None:
    """Write a message's fate and give its lease back."""
    changes: dict[str, Any] = {"state": fate.state, "leased_until": None, **values}
    # Once it has arrived in part, or that is unclear, it stays so, whatever happens before it is tried again.
    stays = row.reason == UNCLEAR or (row.reason == BEGUN and fate.reason != UNCLEAR)
    if fate.reason and not (fate.state == "waiting" and stays):
        changes["reason"] = fate.reason
    if fate.reason == DONE and row.route == NUDGE:  # it was not the one message of that day
        changes["topic"] = None
    if fate.until:
        changes["due_at"] = fate.until
        changes["stuck_since"] = (row.stuck_since or row.due_at) if fate.reason else None
    if store.delivering.set(row, **changes):
        if fate.state == "failed":
            _alert(store, row, fate)
        if row.place_id and row.edits is None and fate.state != "waiting" and fate.reason != UNCLEAR:
            core.not_posted(store, row)
    if fate.state != "waiting" and row.person_id:
        store.slots.overrule(row, "silent" if fate.state == "cancelled" else fate.state, fate.reason)


def _alert(store: Store, row: Outgoing, fate: Fate) -> None:
    """Administrators are to hear of it, unless it was promised that a message is rather lost than said twice."""
    if row.route != ALERT and not (fate.reason == UNCLEAR and row.unclear == "once"):
        store.alerts.note({"crashes": CRASHES, "refused": REFUSED}.get(fate.reason, FAILURES))


def back_off(row: Outgoing) -> float:
    """Seconds until the next attempt, spread so that what failed together does not come back together."""
    return min(FIRST_WAIT * 3.0**row.attempts, LONGEST_WAIT) * random.uniform(0.75, 1.25)  # noqa: S311
