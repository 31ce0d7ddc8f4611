"""The systems that send data, from the terminal: made, listed, removed, and whom they mean by a name."""

from __future__ import annotations

import re
from collections import Counter

from rich.console import Console
from rich.markup import escape

from bot.importing import ENGLISH
from bot.ingest.signed import new_secret
from bot.terminal import Complaint, counted
from handlers.goals.data.arriving import Taken, expect, run_again
from handlers.goals.data.pulled import WHY
from storage.database import Database
from storage.metrics import FILES, DataSource
from storage.people import Person
from storage.store import Store

console = Console(highlight=False, emoji=False)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def add(
    database: Database, name: str, *, form: str, owner: str, stale_days: int, points_field: str = ""
) -> None:
    """Let a system send data. Raises Complaint."""
    if not _NAME.fullmatch(name):
        raise Complaint(f"{name!r}: a name is lower-case letters, digits and hyphens, at most 40.")
    secret = new_secret() if form != FILES else ""

    def work(store: Store) -> None:
        source = store.metrics.add_source(
            name,
            form=form,
            secret=secret,
            owner=_person(store, owner).id if owner else None,
            stale_days=stale_days,
            options={"points": points_field} if points_field else {},
        )
        if source is None:
            raise Complaint(f"There is a source {name!r} already. Remove it first, for a new secret.")
        expect(store, source)

    database.write_now(work)
    if form == FILES:
        console.print(f"Load its files with: upbeat source load {name} FILE --mapping MAPPING.toml")
        return
    console.print(f"POST /ingest/{name}", soft_wrap=True)
    console.print(secret, soft_wrap=True)
    console.print("Keep the secret: it is not shown again. docs/data-in.md says how to sign with it.")


def print_list(database: Database) -> None:
    """Print every source."""

    def work(store: Store) -> list[str]:
        waiting = store.metrics.unknown.counts()
        return [_line(store, source, waiting.get(source.id, 0)) for source in store.metrics.sources()]

    for line in database.write_now(work) or ["No system sends data yet: upbeat source add NAME."]:
        console.print(escape(line), soft_wrap=True)


def _line(store: Store, source: DataSource, waiting: int) -> str:
    heard = f"heard {source.heard_at:%Y-%m-%d %H:%M} UTC" if source.heard_at else "not heard yet"
    hears = f"{store.directory.named(source.owner_id)} hears" if source.owner_id else "administrators hear"
    fresh = f"figures count for {counted(source.stale_days, 'day', 'days')}"
    query = store.metrics.queries.of(source)
    read = f", read from a database {every(query.every_hours)}" if query else ""
    read += f" (the last time: {ENGLISH.say(WHY[query.fault])})" if query and query.fault in WHY else ""
    more = f", {waiting} unmatched" if waiting else ""
    return f"{source.name} ({source.form}): {heard}, {fresh}, {hears} of silence{more}{read}"


def every(hours: int) -> str:
    """How often a database is asked, in words."""
    return "every hour" if hours == 1 else f"every {hours} hours"


def remove(database: Database, name: str) -> None:
    """Hear a source no more. Raises Complaint."""
    database.write_now(lambda store: store.metrics.remove_source(source_named(store, name)))
    console.print(f"{name} is not heard any more. What it sent stays.")


def allow(database: Database, name: str, metric: str) -> None:
    """Let a metric pass that is refused by its name. Raises Complaint."""

    def work(store: Store) -> None:
        source = source_named(store, name)
        store.change(source, allowed=sorted({*source.allowed, metric}))
        store.audit("changed", "data_source", record_id=source.id)

    database.write_now(work)
    console.print(escape(f"{metric!r} may come from {name}. It never enters a score."))


def map_person(database: Database, name: str, called: str, email: str) -> None:
    """Say who somebody is. Raises Complaint."""

    def work(store: Store) -> Taken:
        source, person = source_named(store, name), _person(store, email)
        store.change(source, people={**source.people, called.strip().casefold(): person.email})
        return run_again(store, source)

    taken = database.write_now(work)
    console.print(escape(f"{called} is {email} for {name}. " + _told(taken)))


def print_unmatched(database: Database, name: str, *, again: bool) -> None:
    """Print what waits for a person, each name once. Raises Complaint."""
    if again:
        taken = database.write_now(lambda store: run_again(store, source_named(store, name)))
        console.print(_told(taken))
    names = database.write_now(
        lambda store: Counter(
            (arrival.person, arrival.metric)
            for _, arrival in store.metrics.unknown.of(source_named(store, name))
        )
    )
    if not names:
        console.print(f"Nothing of {name} waits for a person that nobody knows.")
    for (person, metric), number in sorted(names.items()):
        console.print(escape(f"{person}: {number} of {metric}"), soft_wrap=True)


def _told(taken: Taken) -> str:
    told = f"Figures taken: {taken.figures}; still waiting: {taken.fates['unmatched']}."
    if unfit := taken.fates["unfit"]:
        told += f" {unfit} do not fit any more, by their name, their moment or their unit, and wait on."
    return told


def source_named(store: Store, name: str) -> DataSource:
    """A source that is heard. Raises Complaint."""
    source = store.metrics.source(name)
    if source is None:
        raise Complaint(f"There is no source {name!r}. upbeat source list names them.")
    return source


def _person(store: Store, email: str) -> Person:
    person = store.directory.with_email(email)
    if person is None or not person.active:
        raise Complaint(f"Nobody who works here has the address {email}. Import the people file first.")
    return person
