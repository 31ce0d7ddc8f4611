"""Every minute, other databases are asked what is due of them: by one process at a time, beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from handlers.goals.data import pulled
from handlers.kit.dispatch import Core
from handlers.kit.requests import Tell
from storage.leases import Lost, Term, under
from storage.metrics import DataQuery
from storage.metrics.pulling import PullProblem, pull
from storage.store import Store

log = logging.getLogger("upbeat.pull")

EVERY = 60
"""Seconds between two looks at what is due."""
ROUTE = "goals.pull"
"""Under which who looks after a source is told."""


async def pull_due(core: Core, term: Term | None = None) -> int:
    """Ask what is due; returns how many queries were asked."""
    asked = 0
    for query_id in await core.database.read(lambda store: store.metrics.queries.due()):
        query = await core.database.write(under(term, partial(_claim, query_id=query_id)))
        if query is not None:
            asked += 1
            await _pull_safely(core, term, query)
    return asked


async def _pull_safely(core: Core, term: Term | None, query: DataQuery) -> None:
    """What breaks is asked again soon, and the others do not wait for it."""
    try:
        await _pull(core, term, query)
    except Lost:
        raise
    except Exception as error:
        log.error("pull broke", extra={"error": type(error).__name__})
        await core.database.write(under(term, partial(_soon, query_id=query.id)))


def _soon(store: Store, *, query_id: str) -> None:
    store.metrics.queries.soon(query_id)


def _claim(store: Store, *, query_id: str) -> DataQuery | None:
    return store.metrics.queries.claim(query_id)


async def _pull(core: Core, term: Term | None, query: DataQuery) -> None:
    try:
        sheet = await asyncio.to_thread(pull, query.address, query.query)
        work: Callable[[Store], tuple[Tell, ...]] = partial(pulled.keep, query=query, sheet=sheet)
    except PullProblem as problem:
        # The code alone: neither the address nor the query is anybody's to read in a log.
        log.warning("pull failed", extra={"kind": problem.code})
        work = partial(pulled.failed, query=query, code=problem.code)

    def written(store: Store) -> frozenset[str]:
        for tell in work(store):
            core.queue(store, ROUTE, tell)
        return frozenset(store.touched)

    await core.committed(await core.database.write(under(term, written), takes_long=True))
