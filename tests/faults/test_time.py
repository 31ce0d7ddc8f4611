"""Clocks jump, people fly, processes rest over a weekend: whatever was due has one outcome, and nobody gets a flood."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from handlers.kit.calendar import local_day
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.tables import Inbox, Occurrence, Outgoing, Slot
from tests.company import MONDAY, Chat
from tests.faults.figures import Figure
from tests.schedules.errands import alarms, feature, only, owe
from tests.schedules.test_delivery import tell

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


def due(chat: Chat) -> dict[str, datetime]:
    return {row.about: row.due_at for row in chat.rows(Slot)}


async def ticked(chat: Chat, moments: int, step: timedelta) -> int:
    """Tick and deliver so often; returns how many messages arrived."""
    arrived = 0
    for _ in range(moments):
        await chat.tick()
        arrived += len(await chat.deliver())
        chat.at(chat.now + step)
    return arrived


@pytest.mark.parametrize("jump", [HOUR, -HOUR, DAY, -DAY, -YEAR], ids=["1h", "-1h", "1d", "-1d", "-1y"])
async def test_f15_the_clock_jumps_and_goes_on_from_there(
    chat: Chat, jump: timedelta, figure: Figure
) -> None:
    chat = only(chat, alarms)
    await ticked(chat, 4, 20 * timedelta(minutes=1))
    chat.at(chat.now + jump)
    storm = await ticked(chat, 1, timedelta(minutes=1))
    assert storm <= len(chat.ids)
    await ticked(chat, 50, HOUR)
    rung = Counter((row.about, row.due_at) for row in chat.rows(Occurrence))
    assert rung
    assert set(rung.values()) == {1}
    told = Counter(row.topic for row in chat.rows(Outgoing))
    assert set(told.values()) == {1}
    late = [about for about, at in due(chat).items() if at > chat.now + 2 * DAY]
    assert late == [], "somebody would not be asked for a long time"
    assert {row.about for row in chat.rows(Occurrence)} == set(chat.ids.values())
    figure(len(rung), f"doubled 0, at once after the jump {storm}")


@pytest.mark.parametrize("ahead", [HOUR, YEAR], ids=["1h", "1y"])
async def test_f15_a_clock_that_ran_ahead_is_set_right(
    any_chat: Chat, ahead: timedelta, figure: Figure
) -> None:
    """What it planned and queued while it was wrong does not wait until that time has really come."""
    chat = only(any_chat, alarms)
    await chat.tick()
    chat.at(chat.now + ahead)
    await chat.tick()
    hello = Tell(Card(Phrase("Hello.")), to=chat.ids["ben"])
    assert chat.change(lambda store: chat.core.queue(store, "test", hello))
    chat.at(MONDAY + timedelta(minutes=1))
    await chat.tick()
    arrived = await chat.deliver()
    assert [parcel for parcel in arrived if "Hello" in str(parcel.card.title)]
    assert all(at <= chat.now + 2 * DAY for at in due(chat).values())
    await ticked(chat, 49, HOUR)
    rung = Counter((row.about, row.due_at) for row in chat.rows(Occurrence))
    assert set(rung.values()) == {1}
    asked = {row.about for row in chat.rows(Occurrence) if MONDAY < row.due_at < MONDAY + 2 * DAY}
    assert asked == set(chat.ids.values())
    figure(len(rung), "doubled 0, left waiting 0")


@pytest.mark.parametrize("ahead", [5 * DAY, 12 * HOUR, YEAR + 4 * DAY], ids=str)
async def test_f15_what_a_clock_that_ran_ahead_put_off_is_said(
    any_chat: Chat, ahead: timedelta, figure: Figure
) -> None:
    """On a day off or at night of the wrong time a reminder was to wait for the morning after it."""
    chat = only(any_chat, feature)
    await chat.tick()
    owe(chat, "ben", "bread")
    chat.at(MONDAY + ahead)
    await chat.tick()
    assert chat.told_cards("ben") == []
    chat.at(MONDAY + timedelta(minutes=1))
    await chat.tick()
    assert len(chat.told_cards("ben")) == 1
    figure(1, "left waiting 0")


@pytest.mark.parametrize("state", ["waiting", "sending"])
async def test_f15_what_was_taken_up_by_a_clock_that_ran_ahead_is_free(
    any_chat: Chat, state: str, figure: Figure
) -> None:
    """Whoever took it up then died; its lease would last until that time has really come."""
    chat = only(any_chat, feature)
    await chat.tick()
    tell(chat, "ben", "hello", lives=3 * YEAR)
    chat.at(MONDAY + YEAR)
    await chat.tick()
    (taken,) = chat.change(lambda store: store.delivering.lease("dead", most=10))
    chat.change(lambda store: store.delivering.set(taken, state=state))
    chat.at(MONDAY + timedelta(minutes=1))
    await chat.tick()
    assert len(await chat.deliver()) == 1
    figure(1, "left waiting 0")


LEAPS = {
    "a year, and back after an hour": ([YEAR, HOUR, HOUR - YEAR], True),
    "a year, and back after two days": ([YEAR, *[HOUR] * 48, -YEAR], True),
    "a year, in two leaps": ([YEAR, *[HOUR] * 48, YEAR, *[HOUR] * 60, -2 * YEAR], True),
    "an hour, again and again": ([2 * HOUR] * 24, True),
    "a year that has really passed": ([YEAR, *[HOUR] * 73], False),
    "a weekend without Upbeat": ([3 * DAY, *[HOUR] * 10], True),
    "three weeks, tidied four times a day": ([6 * HOUR] * 4 * 21, False),
}
"""How the clock goes on between two tidyings, and whether what is kept for 14 days is still there."""


@pytest.mark.parametrize("kind", LEAPS)
async def test_f15_a_clock_that_runs_ahead_forgets_nothing(chat: Chat, kind: str, figure: Figure) -> None:
    steps, kept = LEAPS[kind]
    clock = Clock(chat.core, Delivery(chat.core, (), worker="faults"))
    await clock._tidy()
    await chat.says("ben", "/checkin done it")
    before = chat.rows(Inbox)
    assert len(before) == 1
    for step in steps:
        chat.at(chat.now + step)
        await clock._tidy()
    assert bool(chat.rows(Inbox)) is kept
    figure(1, "forgotten too early 0")


async def test_f20_who_flies_just_before_a_reminder_hears_once_a_day(chat: Chat, figure: Figure) -> None:
    """Real check-ins, and zones changed around the hour in which they are asked for, for a week."""
    ben = chat.ids["ben"]
    chat.at(MONDAY - DAY)
    await ticked(chat, 2, HOUR)
    zones = ("America/New_York", "Asia/Shanghai", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago")
    changes = 0
    told: list[tuple[str, object]] = []
    for day in range(5):
        for minute in (-1, 0, 1, 59, 300, 600):
            chat.at(MONDAY + day * DAY + timedelta(minutes=minute))
            zone = zones[changes % len(zones)]
            chat.change(lambda store, zone=zone: store.preferences.set_zone(ben, zone))
            changes += 1
            await chat.tick()
            for parcel in await chat.deliver():
                if parcel.person_id == ben:
                    told.append((str(parcel.card.title), local_day(chat.now, zone)))
            await chat.tick()
    doubled = [each for each, times in Counter(told).items() if times > 1]
    assert doubled == []
    assert told
    asked = Counter(row.topic for row in chat.rows(Outgoing) if row.person_id == ben)
    assert set(asked.values()) <= {1}
    figure(changes, f"doubled 0, told {len(told)} in 5 days")


@pytest.mark.parametrize("back", [datetime(2026, 11, 30, 8, 5, tzinfo=UTC)], ids=["Monday 09:05"])
async def test_f21_after_a_weekend_down_everybody_gets_one_message(
    any_chat: Chat, back: datetime, figure: Figure
) -> None:
    """Everything that people owe each other piled up from Friday on."""
    chat = any_chat
    chat.at(datetime(2026, 11, 26, 9, tzinfo=UTC))
    await ticked(chat, 2, HOUR)
    await chat.says("ada", "/1on1 action @ben next friday: send the draft")
    await chat.says("ben", "/feedback ask @chen @dora about the release meeting")
    await chat.says("ada", "/feedback ask @ben @eve about the planning")
    await ticked(chat, 3, 20 * timedelta(minutes=1))
    chat.at(back)
    sent: Counter[str] = Counter()
    for _ in range(3):  # five minutes of ticks
        await chat.tick()
        sent.update(parcel.person_id for parcel in await chat.deliver() if parcel.person_id)
        chat.wait(minutes=2)
    assert sent
    assert max(sent.values()) <= 1, {who: sent[one] for who, one in chat.ids.items()}
    figure(len(chat.ids), f"messages for each at most {max(sent.values())}")


async def test_f21_three_days_of_reminders_are_one(chat: Chat, figure: Figure) -> None:
    chat = only(chat, feature)
    for who in chat.ids:
        for number in range(5):
            owe(chat, who, f"errand {number}", remind_at=MONDAY + number * 10 * HOUR, due_at=MONDAY + 5 * DAY)
    chat.at(MONDAY + 3 * DAY)
    sent: Counter[str] = Counter()
    for _ in range(2):
        await chat.tick()
        sent.update(parcel.person_id for parcel in await chat.deliver())
    assert len(sent) >= 5
    assert set(sent.values()) == {1}
    figure(len(sent), "messages for each 1")
