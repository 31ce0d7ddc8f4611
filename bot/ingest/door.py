"""Systems of the company post their figures here: signed, of a sane size, once; answered when they are kept."""

from __future__ import annotations

import json

from bot.door import Answered, Delivery, Door, Refused
from bot.ingest import github, gitlab, jira, points, signed
from handlers.goals.data.arriving import take
from handlers.goals.data.refusing import Fault, Faulty
from handlers.kit.dispatch import RACES, Core
from storage.compact import to_json
from storage.errors import is_race
from storage.metrics import FILES, GITHUB, GITLAB, SIGNED, Arrival, DataSource
from storage.store import Store

PATH = "/ingest/*"
PLATFORM = "ingest"
"""Under which its deliveries are remembered."""
JSON = b"application/json"
LARGE = 50
"""Points beyond which a delivery is taken aside, so that others' buttons do not wait for it."""

_NOBODY = signed.new_secret()
"""A stranger learns nothing from how long we look at the signature for a source that there is not."""


def make_door(core: Core) -> Door:
    """The door at `PATH`."""

    async def hear(delivery: Delivery) -> Answered:
        source = await core.database.read(lambda store: store.metrics.source(delivery.name))
        source = source if source and source.form != FILES else None
        form = source.form if source else SIGNED
        show = signed.shown(form, delivery, now=core.database.now().timestamp())
        body = await delivery.body()
        signed.check(show, form, source.secret if source else _NOBODY, body)
        if source is None:
            raise Refused(401)
        try:
            arrivals = _arrivals(source, show, delivery, body)
            told, touched = await _written(core, source.name, show.id, arrivals)
        except Faulty as faulty:
            return _refused(faulty)
        await core.committed(touched)
        return Answered(200, told.encode(), JSON)

    return Door(hear)


def _arrivals(source: DataSource, show: signed.Shown, delivery: Delivery, body: bytes) -> list[Arrival]:
    if source.form == SIGNED:
        return points.points_in(points.parsed(body))
    kind = next(iter(delivery.header(b"content-type")), b"")
    try:
        payload = json.loads(github.unwrapped(body, kind) if source.form == GITHUB else body)
    except (ValueError, RecursionError):
        raise Faulty([Fault("", "the body is not JSON")]) from None
    if source.form == GITHUB:
        return github.points_in(show.event, payload)
    if source.form == GITLAB:
        return gitlab.points_in(payload)
    return jira.points_in(payload, str(source.options.get("points") or jira.USUAL_FIELD))


async def _written(core: Core, name: str, number: str, arrivals: list[Arrival]) -> tuple[str, frozenset[str]]:
    """Keep what came, again where another delivery was quicker to write the same row: some are never sent again."""

    def work(store: Store) -> tuple[str, frozenset[str]]:
        return _kept(store, name, number, arrivals)

    large = len(arrivals) > LARGE
    for _ in range(1, RACES):
        try:
            return await core.database.write(work, takes_long=large)
        except Exception as error:
            if not is_race(error):
                raise
    return await core.database.write(work, takes_long=large)


def _kept(store: Store, name: str, number: str, arrivals: list[Arrival]) -> tuple[str, frozenset[str]]:
    """Keep what came; what was answered to the same delivery before is answered again, and nothing is done."""
    source = store.metrics.source(name)
    if source is None:
        raise Refused(401)
    delivery = f"{PLATFORM}:{source.id}:{number}"
    before = store.inbox.seen(delivery)
    if before is not None:
        return before or "{}", frozenset()
    told = to_json(take(store, source, arrivals).told()).decode()
    store.inbox.keep(
        delivery,
        platform=PLATFORM,
        person_id=None,
        route=PLATFORM,
        outcome="done",
        answer=told,
        at=store.now,
    )
    return told, frozenset(store.touched)


def _refused(faulty: Faulty) -> Answered:
    faults = [{"field": fault.place, "problem": fault.words} for fault in faulty.faults]
    return Answered(422, json.dumps({"errors": faults}).encode(), JSON)
