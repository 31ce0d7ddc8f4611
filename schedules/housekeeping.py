"""Once an hour, what nobody needs any more is forgotten, and what is kept only for so long goes when that is over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from handlers.kit.dispatch import Core
from storage.leases import Term, under
from storage.store import Store
from storage.tables import PersonalRow

log = logging.getLogger("upbeat.clock")

LEAP = timedelta(days=1)
"""By which the clock may go on between two tidyings without a doubt. What goes a day early is missed by nobody."""
LIVED = timedelta(days=3)
"""For which a time must go on, without another leap, until it is believed to have come."""
CLOCK = "tidied_by"
"""The setting with the last moment by which the clock was believed, and if it leapt since, when it did, and when it was
last looked at."""

TASKS: dict[str, Callable[[Store], int]] = {
    "inbox": lambda store: store.inbox.tidy(),
    "handles": lambda store: store.handles.tidy(),
    "drafts": lambda store: store.drafts.tidy(),
    "links": lambda store: store.links.tidy(),
    "files": lambda store: store.files.tidy(),
    "outbox": lambda store: store.outbox.tidy(),
    "alerts": lambda store: store.alerts.tidy(),
    "unmatched": lambda store: store.metrics.tidy(),
    "processes": lambda store: store.leases.tidy(),
    "occurrences": lambda store: store.slots.tidy(),
}


SOUGHT: dict[str, tuple[Callable[[Store], list[str]], Callable[[Store, list[str]], int]]] = {
    "posted": (lambda store: store.posts.old(), lambda store, ids: store.posts.forget(ids)),
    "obligations": (lambda store: store.obligations.over(), lambda store, ids: store.obligations.forget(ids)),
}
"""What is looked for beside the writer, because no index leads to it, and goes by its ids."""


def may_tidy(store: Store) -> bool:
    """Whether to forget anything by this clock. One that runs a year ahead would have everything forgotten that is
    still needed when it is set right: after a leap, nothing is, until it is back or was lived through. So after some
    days without Upbeat as well, which harms nobody."""
    now = store.now
    kept = store.setting(CLOCK) or {"believed": now.isoformat()}
    believed, leapt, seen = (
        datetime.fromisoformat(kept[name]) if kept.get(name) else None
        for name in ("believed", "leapt", "seen")
    )
    if now - (believed or now) <= LEAP or (leapt and seen and leapt + LIVED <= now <= seen + LEAP):
        store.set_setting(CLOCK, {"believed": now.isoformat()})
        return True
    if leapt is None or seen is None or not seen - LEAP <= now <= seen + LEAP:
        log.warning("tidying waits: the clock went ahead, or stood still for days")
        leapt = now
    store.set_setting(CLOCK, {**kept, "leapt": leapt.isoformat(), "seen": now.isoformat()})
    return False


async def tidy(core: Core, term: Term | None = None) -> dict[str, int]:
    """Forget what is over, each kind in a unit of its own; returns how many rows of each went."""
    gone = {name: await core.database.write(under(term, task)) for name, task in TASKS.items()}
    gone |= {name: await _forget(core, term, *work) for name, work in SOUGHT.items()}
    return {**gone, "records": await _remove_old(core, term)}


async def _forget(
    core: Core,
    term: Term | None,
    find: Callable[[Store], list[str]],
    forget: Callable[[Store, list[str]], int],
) -> int:
    gone = 0
    while ids := await core.database.read(find):
        done = await core.database.write(under(term, partial(_forgotten, forget=forget, ids=ids)))
        if not done:  # another process was quicker
            break
        gone += done
    return gone


def _forgotten(store: Store, *, forget: Callable[[Store, list[str]], int], ids: list[str]) -> int:
    return forget(store, ids)


async def _remove_old(core: Core, term: Term | None) -> int:
    """Records that are too old go batch by batch: looked for beside the writer, and others' work goes in between."""
    removed = 0
    while found := await core.database.read(lambda store: store.retention.some()):
        done = 0
        for table, ids in found:
            done += await core.database.write(under(term, partial(_removed, table=table, ids=ids)))
        if not done:  # a hold was quicker
            break
        removed += done
    return removed


def _removed(store: Store, *, table: type[PersonalRow], ids: list[str]) -> int:
    return store.retention.remove(table, ids)
