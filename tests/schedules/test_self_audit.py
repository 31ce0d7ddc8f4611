"""The self-audit: each broken rule of the promise is found, alone, and told (a healthy company: `tests/walks`)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlmodel import col

from schedules.clock import Clock
from schedules.delivery import Delivery
from schedules.self_audit import audit_itself
from storage import guards
from storage.alerts import CRASHES, FAILURES, REFUSED, Alert
from storage.chain import AUDIT, HEADS
from storage.ids import new_id
from storage.promise import ENDS, INBOX, OUTBOX, OWED, PEOPLE, RULES, SLOTS
from storage.proof import SLICE
from storage.proving import AuditProof
from tests.company import Chat, company
from tests.engines import ENGINES, empty_database
from tests.storage.test_chain import change, note

DAY = timedelta(days=1)
Seed = Callable[[Chat], Any]


@pytest.fixture(params=ENGINES)
async def any_chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    """The company, founded here, so that its audit log is one chain."""
    with empty_database(request.param, tmp_path) as url:
        async with company(url) as made:
            yield made


async def broken(chat: Chat) -> dict[str, int]:
    """What the self-audit finds."""
    bells = {bell.name for feature in chat.core.features for bell in feature.bells}
    return {each.rule: each.times for each in await audit_itself(chat.core, bells)}


def put(table: Any, *rows: dict[str, Any]) -> Seed:
    """Put rows into a table."""
    return lambda chat: [insert(table).values(row) for row in rows]


def message(chat: Chat, **values: Any) -> Any:
    """A message to Ben that is due now."""
    row = {
        "id": new_id(),
        "person_id": chat.ids["ben"],
        "route": "test",
        "card": "{}",
        "about": "",
        "unclear": "repeat",
    }
    row |= {
        "state": "waiting",
        "due_at": chat.now,
        "made_at": chat.now,
        "attempts": 0,
        "crashes": 0,
        "ambiguous": 0,
    }
    return insert(OUTBOX).values({**row, "leased_by": "", "platform": "", "reason": "", **values})


def ended(chat: Chat, **values: Any) -> Any:
    """A decision about Ben."""
    row = {"id": new_id(), "kind": "nudge", "about": "x", "due_at": chat.now, "person_id": chat.ids["ben"]}
    return insert(ENDS).values({**row, "outcome": "silent", "reason": "", "decided_at": chat.now, **values})


def owes(chat: Chat, **values: Any) -> Any:
    """Something that Ben owes."""
    row = {
        "id": new_id(),
        "person_id": chat.ids["ben"],
        "kind": "test",
        "about": new_id(),
        "title": "",
        "args": {},
    }
    return insert(OWED).values(
        {**row, "minutes": 1, "opened_at": chat.now, "reminded": 0, "closed_how": "", "note": "", **values}
    )


def heard(chat: Chat, outcome: str) -> Any:
    """A delivery of a platform."""
    row = {"delivery": new_id(), "platform": "web", "route": "", "outcome": outcome, "received_at": chat.now}
    return insert(INBOX).values(row)


def held(chat: Chat) -> Any:
    """Somebody delivers."""
    return chat.change(lambda store: store.leases.take("delivery", "somebody", seconds=100 * 86400))


def waits(chat: Chat) -> list[Any]:
    held(chat)
    return [
        message(chat, due_at=chat.now - DAY),
        message(chat, due_at=chat.now - DAY / 24, expires_at=chat.now - DAY / 48),
    ]


def without_key(table: str, chat: Chat) -> list[Any]:
    """The table again, without any of its unique keys, with each row twice."""
    names = ", ".join(
        f'"{column.name}"'
        for column in {"outbox": OUTBOX, "occurrence": ENDS}[table].c
        if column.name != "id"
    )
    again = f"CREATE TABLE again AS SELECT * FROM {table}"
    twice = f"INSERT INTO again (id, {names}) SELECT id || 'b', {names} FROM {table}"
    return [
        text(each) for each in (again, twice, f"DROP TABLE {table}", f"ALTER TABLE again RENAME TO {table}")
    ]


SEEDS: dict[str, tuple[int, Seed]] = {
    "overdue": (1, lambda chat: [insert(SLOTS).values(kind="kudos.digest", about="x", due_at=chat.now - DAY)]),
    "unreminded": (1, lambda chat: [owes(chat, remind_at=chat.now - DAY)]),
    "outcomes": (3, lambda chat: [
        ended(chat, about="1", outcome="lost"),
        ended(chat, about="2", outcome="sent"),
        ended(chat, about="3", outcome="sent", outgoing_id=new_id()),
    ]),
    "unanswered": (2, lambda chat: [heard(chat, ""), heard(chat, "half done")]),
    "waiting": (2, waits),
    "undelivered": (1, lambda chat: [message(chat, due_at=chat.now - DAY / 24)]),
    "half_sent": (3, lambda chat: [
        message(chat, state="sending"),
        message(chat, state="sending", leased_until=chat.now - DAY),
        message(chat, leased_until=chat.now + DAY),
    ]),
    "set_aside": (1, lambda chat: [message(chat, state="failed", reason="refused")]),
    "owed": (4, lambda chat: [
        owes(chat, closed_how="done"),
        owes(chat, closed_at=chat.now),
        owes(chat, expires_at=chat.now - DAY),
        owes(chat, person_id=chat.ids["eve"]),
        update(PEOPLE).where(PEOPLE.c.id == chat.ids["eve"]).values(left_at=chat.now - DAY),
    ]),
    "guarded": (1, lambda chat: [text("DROP INDEX audit_in_chain")]),
    "logged": (1, lambda chat: [
        *(text(each) for each in guards.DOWN[chat.database.engine.dialect.name]),
        update(AUDIT).where(AUDIT.c.place == 1).values(act="nothing"),
        *(text(each) for each in guards.GUARDS[chat.database.engine.dialect.name]),
    ]),
}  # fmt: skip
"""What breaks each rule, and how often."""


@pytest.mark.parametrize("rule", SEEDS)
async def test_a_broken_rule_is_found_alone(any_chat: Chat, rule: str) -> None:
    await any_chat.says("ben", "/checkin done the login page")
    assert await broken(any_chat) == {}
    times, seed = SEEDS[rule]
    any_chat.database._groups.open_columns()
    change(any_chat.database, *seed(any_chat))
    if rule == "logged":  # what was looked through already is looked through again in its turn
        any_chat.database.write_now(lambda store: note(store, 1, "more"))
        await broken(any_chat)
    assert await broken(any_chat) == {rule: times}


@pytest.mark.parametrize(("table", "keys"), [("outbox", 1), ("occurrence", 1)])
async def test_what_is_there_twice_is_found(any_chat: Chat, table: str, keys: int) -> None:
    chat = any_chat
    any_chat.database._groups.open_columns()
    change(chat.database, message(chat, topic="once"), ended(chat))
    change(chat.database, *without_key(table, chat))
    found = await broken(chat)
    assert found == {"guarded": keys, "twice": 2}


async def test_what_is_set_aside_is_missed_though_other_things_were_noted(any_chat: Chat) -> None:
    chat = any_chat
    chat.database._groups.open_columns()
    chat.change(lambda store: [store.alerts.note(cause) for cause in (FAILURES, FAILURES, REFUSED)])
    change(chat.database, *(message(chat, state="failed", reason="refused") for _ in range(3)))
    change(chat.database, *(message(chat, state="failed", reason="BadGateway") for _ in range(2)))
    change(chat.database, message(chat, state="failed", reason="crashes"))
    assert await broken(chat) == {"set_aside": 3}
    chat.change(lambda store: [store.alerts.note(cause) for cause in (REFUSED, REFUSED, CRASHES)])
    assert await broken(chat) == {}


async def test_a_clock_that_runs_ahead_hides_nothing(any_chat: Chat) -> None:
    chat = any_chat
    chat.database._groups.open_columns()
    held(chat)
    change(chat.database, message(chat, state="lost"), ended(chat, outcome="lost"))
    chat.at(chat.now + 365 * DAY)
    assert await broken(chat) == {"waiting": 1, "outcomes": 1}


def test_every_rule_has_its_seed() -> None:
    assert {*SEEDS, "twice"} == set(RULES)


# The log, slice by slice ---------------------------------------------------------------------------------------------


async def test_new_entries_are_looked_through_once_and_old_ones_in_turn(any_chat: Chat) -> None:
    chat = any_chat
    chat.change(lambda store: note(store, SLICE + 500, "x"))
    looks = []
    while True:
        look = chat.database.look_now(lambda store: store.proving.look())
        chat.change(lambda store, look=look: store.proving.keep(look))
        looks.append(look)
        if not look.more:
            break
    assert [look.more for look in looks] == [True, True, False]
    assert chat.change(lambda store: store.proving.extent())[2] == 0
    change(
        chat.database,
        *(text(each) for each in guards.DOWN[chat.database.engine.dialect.name]),
        update(AUDIT).where(AUDIT.c.chain == 1, AUDIT.c.place.in_([3, SLICE + 7])).values(act="nothing"),
        *(text(each) for each in guards.GUARDS[chat.database.engine.dialect.name]),
    )
    found = [await broken(chat) for _ in range(3)]
    assert found[-1] == {"logged": 2}
    change(chat.database, update(HEADS).where(HEADS.c.chain == 0).values(place=9))
    assert (await broken(chat))["logged"] > 2
    assert {row.looked_at is not None for row in chat.rows(AuditProof)} == {True}


# Telling -------------------------------------------------------------------------------------------------------------


async def test_administrators_are_told_once_a_day(chat: Chat) -> None:
    chat.database._groups.open_columns()
    change(chat.database, heard(chat, "half done"))
    for _ in range(3):
        await broken(chat)
        chat.wait(minutes=5)
        await chat.tick()
    (alert,) = chat.rows(Alert, col(Alert.cause) == "promise:unanswered")
    assert alert.times == 3
    assert chat.told("ivan").count("does not: something that was taken in came to no end") == 1
    kept = chat.change(lambda store: store.proving.last())
    assert kept[1]["unanswered"] == 1
    assert set(kept[1]) == set(RULES)


async def test_the_clock_rings_it(chat: Chat) -> None:
    clock = Clock(chat.core, Delivery(chat.core, (), worker="test"))
    await clock._audit()
    assert chat.change(lambda store: store.proving.last()) is not None
