"""Each moment rings once: in one process or two, after a night or ten days without Upbeat, whatever else breaks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import event

from handlers.kit.dispatch import Core
from handlers.kit.text import Phrase, Text
from schedules.clock import Clock
from schedules.delivery import Delivery
from schedules.housekeeping import tidy
from storage.database import Database
from storage.slots import RESTORED_AT
from storage.tables import AuditRow, Inbox, Occurrence, Outgoing, PersonRow, Slot
from tests.company import MONDAY, Chat
from tests.schedules.errands import alarms, broken, feature, haste, only, owe

DAY = timedelta(days=1)
TOMORROW = MONDAY + DAY  # 10:00 in Berlin


def due(chat: Chat, who: str) -> datetime:
    (slot,) = chat.rows(Slot, Slot.about == chat.ids[who])
    return slot.due_at


def outcomes(chat: Chat, who: str) -> list[tuple[str, str]]:
    rows = chat.rows(Occurrence, Occurrence.about == chat.ids[who])
    return [(row.outcome, row.reason) for row in sorted(rows, key=lambda row: row.id)]


async def test_everybody_is_planned_where_they_are(any_alarms: Chat) -> None:
    assert (await any_alarms.tick()).planned == 8
    assert due(any_alarms, "ben") == TOMORROW
    assert due(any_alarms, "chen") == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert due(any_alarms, "eve") == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert (await any_alarms.tick()).planned == 0


async def test_a_tick_with_nothing_to_do_is_one_unit_of_work(any_alarms: Chat) -> None:
    await any_alarms.tick()
    commits: list[object] = []
    event.listen(any_alarms.database.engine, "commit", commits.append)
    await any_alarms.tick()
    assert len(commits) == 1


async def test_what_nobody_can_say_to_administrators_keeps_nobody_waiting(any_alarms: Chat) -> None:
    """A cause that only another version knows, for example."""
    await any_alarms.tick()
    any_alarms.change(lambda store: store.alerts.note("of another version"))
    any_alarms.at(TOMORROW)
    await any_alarms.tick()
    assert outcomes(any_alarms, "ben") == [("sent", "")]


async def test_a_moment_rings_once_and_the_next_is_planned(any_alarms: Chat) -> None:
    await any_alarms.tick()
    any_alarms.at(TOMORROW)
    await any_alarms.tick()
    assert (await any_alarms.tick()).rung == 0
    assert len(any_alarms.told_cards("ben")) == 1
    assert outcomes(any_alarms, "ben") == [("sent", "")]
    assert due(any_alarms, "ben") == TOMORROW + DAY


async def test_who_moves_is_planned_anew_and_who_leaves_is_not(any_alarms: Chat) -> None:
    await any_alarms.tick()
    ids = any_alarms.ids
    any_alarms.change(lambda store: store.preferences.set_zone(ids["ben"], "America/New_York"))
    any_alarms.change(
        lambda store: store.change(
            store.one(PersonRow, PersonRow.id == ids["dora"]),
            left_at=store.now,
            revision=store.people_changed(),
        )
    )
    assert (await any_alarms.tick()).planned == 2
    assert due(any_alarms, "ben") == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert any_alarms.rows(Slot, Slot.about == ids["dora"]) == []


async def test_a_change_of_a_rule_plans_everybody_anew(any_alarms: Chat) -> None:
    await any_alarms.tick()
    any_alarms.change(lambda store: store.slots.replan())
    assert (await any_alarms.tick()).planned == 8
    assert (await any_alarms.tick()).planned == 0


async def test_a_change_at_the_wrong_moment_does_not_swallow_what_is_due(any_alarms: Chat) -> None:
    await any_alarms.tick()
    any_alarms.at(TOMORROW + timedelta(minutes=5))
    ben = any_alarms.ids["ben"]
    any_alarms.change(lambda store: store.slots.plan_person("alarms.daily", ben, {ben: TOMORROW + DAY}))
    await any_alarms.tick()
    assert len(any_alarms.told_cards("ben")) == 1


async def test_after_ten_days_it_rings_once_with_its_old_moment(any_alarms: Chat) -> None:
    await any_alarms.tick()
    any_alarms.at(TOMORROW + 10 * DAY + timedelta(hours=1))
    await any_alarms.tick()
    assert "Nov 24" in any_alarms.told("ben")
    assert outcomes(any_alarms, "ben") == [("sent", "")]
    assert due(any_alarms, "ben") == TOMORROW + 11 * DAY


async def test_a_bell_that_breaks_holds_up_nobody(any_alarms: Chat) -> None:
    await any_alarms.tick()
    broken.add(any_alarms.ids["ben"])
    any_alarms.at(TOMORROW)
    await any_alarms.tick()
    assert len(any_alarms.told_cards("ada")) == 1
    assert any_alarms.told_cards("ben") == []  # what it had done before it broke is undone
    assert outcomes(any_alarms, "ben") == [("failed", "ZeroDivisionError")]
    acts = any_alarms.rows(AuditRow, AuditRow.what == "alarms.daily")
    assert len(acts) == 7  # Ben's is gone with the rest of what it had done
    broken.clear()
    any_alarms.wait(minutes=1)
    await any_alarms.tick()
    assert len(any_alarms.told_cards("ben")) == 1


async def test_what_is_new_in_a_moment_that_has_rung_rings_a_minute_later(any_chat: Chat) -> None:
    chat = only(any_chat, haste)
    ben = chat.ids["ben"]
    assert (await chat.tick()).rung == len(chat.ids)
    chat.change(lambda store: store.slots.plan("haste.now", ben, store.now))
    assert (await chat.tick()).rung == 1
    assert outcomes(chat, "ben") == [("done", "")]
    chat.wait(minutes=1)
    await chat.tick()
    assert outcomes(chat, "ben") == [("done", "")] * 2


async def test_after_eight_failures_it_is_set_aside_for_a_day(any_alarms: Chat) -> None:
    await any_alarms.tick()
    broken.add(any_alarms.ids["ben"])
    for _ in range(8):
        any_alarms.at(due(any_alarms, "ben"))
        await any_alarms.tick()
    assert len(outcomes(any_alarms, "ben")) == 8
    assert due(any_alarms, "ben") == any_alarms.now + DAY


async def test_two_processes_ring_each_moment_once(any_alarms: Chat) -> None:
    await two_processes(only(any_alarms, alarms, feature))


async def two_processes(chat: Chat) -> None:
    other = Database(
        chat.database.url.render_as_string(hide_password=False), b"a test's secret", now=lambda: chat.now
    )
    other.open()
    clocks = [clock_of(chat.core), clock_of(Core(other, chat.core.features))]
    for day in range(4):
        for who in chat.ids:
            owe(chat, who, f"errand {day}")
        chat.at(MONDAY + day * DAY)
        await asyncio.gather(*(clock.tick() for clock in clocks * 3))
    await other.close()
    rung = chat.rows(Occurrence, Occurrence.kind == "alarms.daily")
    assert len({(row.about, row.due_at) for row in rung}) == len(rung) == 3 * 8
    assert len(chat.rows(Outgoing, Outgoing.route == "alarms.daily")) == len(rung)
    days = [row.topic for row in chat.rows(Outgoing, Outgoing.route == "reminders.nudge")]
    assert len(set(days)) == len(days)
    assert chat.rows(Occurrence, Occurrence.outcome == "failed") == []
    for who in chat.ids:
        reminded = [
            card for card in chat.told_cards(who) if "waits for you" in card or "wait for you" in card
        ]
        assert len(reminded) <= 4


def clock_of(core: Core) -> Clock:
    return Clock(core, Delivery(core, (), worker="test"))


async def test_the_first_tick_comes_with_the_start(any_alarms: Chat) -> None:
    await any_alarms.tick()
    any_alarms.at(TOMORROW)
    clock = clock_of(any_alarms.core)
    await clock.start()
    for _ in range(200):
        if any_alarms.told_cards("ben"):
            break
        await asyncio.sleep(0.02)
    await clock.stop()
    assert len(any_alarms.told_cards("ben")) == 1
    assert clock.counts["sent", ""] >= 1


async def test_a_tick_calls_those_whose_screens_changed(any_alarms: Chat) -> None:
    touched: set[str] = set()

    async def heard(ids: frozenset[str]) -> None:
        touched.update(ids)

    any_alarms.core.on_answer = heard
    await any_alarms.tick()
    any_alarms.at(TOMORROW)
    await any_alarms.tick()
    assert any_alarms.ids["ben"] in touched


async def test_what_is_over_is_forgotten(any_errands: Chat) -> None:
    await any_errands.says("ben", "/help")
    owe(any_errands, "ben", "bread")
    await any_errands.tick()
    await any_errands.deliver()
    any_errands.wait(days=200)
    assert (await tidy(any_errands.core))["outbox"] == 1
    assert any_errands.rows(Inbox) == any_errands.rows(Outgoing) == any_errands.rows(Occurrence) == []


async def test_what_was_due_before_a_restore_is_not_said_again(any_alarms: Chat) -> None:
    """What it was is named once, as it may not have been said."""
    await any_alarms.tick()
    any_alarms.at(TOMORROW + timedelta(hours=1))
    moment = any_alarms.now.isoformat()
    any_alarms.change(lambda store: store.set_setting(RESTORED_AT, moment))
    await any_alarms.tick()
    assert outcomes(any_alarms, "ben") == [("silent", "restored")]
    assert await arrived(any_alarms, "ben") == [Phrase("Upbeat was put back from a backup")]
    assert "These messages may not have reached you:\nIt was Tue, Nov 24" in any_alarms.told("ben")
    any_alarms.at(TOMORROW + DAY)
    await any_alarms.tick()
    assert await arrived(any_alarms, "ben") == [Phrase("It was {moment}.", moment=TOMORROW + DAY)]


async def arrived(chat: Chat, who: str) -> list[Text]:
    """The titles of what reaches somebody now."""
    return [parcel.card.title for parcel in await chat.deliver() if parcel.to.external_id == who]
