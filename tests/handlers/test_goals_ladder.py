"""What is stuck: its owner is told first, and what comes next; the manager once, and only when that was said before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlmodel import col

from storage.tables import ObligationRow, Occurrence, Outgoing, PersonRow, ReportingLine
from tests.company import Chat
from tests.handlers.test_goals_weekly import HOUR, NINE, go, write

THURSDAY = datetime(2026, 11, 26, 8, tzinfo=UTC)
"""Three workdays after the Monday of `NINE`, at nine in Berlin."""


async def off_track(chat: Chat, who: str = "ben") -> None:
    """A key result that its owner called off track last Friday, and that they were told about on Monday."""
    chat.at(NINE - timedelta(days=3))
    await chat.tick()
    await write(chat, who, "sign-ups from 100 to 500 users")
    heard = await chat.says(who, "/goals update 1 110")
    await chat.presses(who, "Off track", on=heard)
    await go(chat, NINE + 2 * HOUR)


def stuck(chat: Chat, who: str = "ben") -> list[ObligationRow]:
    theirs = (col(ObligationRow.person_id) == chat.ids[who], col(ObligationRow.kind) == "goals.stuck")
    return chat.rows(ObligationRow, *theirs)


def silences(chat: Chat) -> list[str]:
    """How the ladder was decided, in order."""
    rows = chat.rows(Occurrence, col(Occurrence.kind) == "goals.ladder")
    return [row.reason or row.outcome for row in sorted(rows, key=lambda row: row.due_at)]


def cards(chat: Chat, who: str = "ada") -> list[Outgoing]:
    theirs = (col(Outgoing.person_id) == chat.ids[who], col(Outgoing.route) == "goals.ladder")
    return chat.rows(Outgoing, *theirs)


async def test_the_owner_first_then_the_manager_once(any_chat: Chat) -> None:
    chat = any_chat
    await off_track(chat)
    told = chat.told("ben")
    assert "1. sign-ups is off track. If it still is on" in told
    assert "Ada Lovelace gets a card about it." in told
    assert not cards(chat)
    await go(chat, THURSDAY - HOUR)
    assert not cards(chat), "three workdays are three workdays"
    await go(chat, THURSDAY)
    assert len(cards(chat)) == 1
    told = chat.told("ada")
    assert "A key result of Ben Okri is off track" in told
    assert "was told on" in told
    await go(chat, THURSDAY + timedelta(days=21), step=3 * HOUR)
    assert len(cards(chat)) == 1, "not for another reason either"
    assert "1. sign-ups: no word for two weeks. How far is it?" in chat.told("ben"), (
        "nothing is said that does not come"
    )
    why = await chat.presses(
        "ada",
        "Why am I getting this?",
        on=next(seen for seen in chat.told_cards("ada") if "A key result of Ben" in seen),
    )
    assert "It was off track, and still 3 workdays after Ben Okri was told." in why


async def test_two_weeks_without_a_word(chat: Chat) -> None:
    chat.at(NINE - timedelta(days=17))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await go(chat, NINE + 2 * HOUR)
    assert "1. sign-ups: no word for two weeks. If there is none until" in chat.told("ben")
    await go(chat, THURSDAY)
    assert "No word on a key result of Ben Okri for two weeks" in chat.told("ada")


async def test_a_word_in_between_ends_it(chat: Chat) -> None:
    await off_track(chat)
    heard = await chat.says("ben", "/goals update 1 120")
    assert stuck(chat)[0].closed_how == "done", "a word is a word"
    await chat.presses("ben", "On track", on=heard)
    await go(chat, THURSDAY + HOUR)
    assert silences(chat) == ["done"]
    assert not cards(chat)


async def test_what_is_reached_is_stuck_no_more(chat: Chat) -> None:
    await off_track(chat)
    assert "off track" in await chat.says("ben", "/goals update 1 500"), "that is for Ben to say otherwise"
    await go(chat, THURSDAY + HOUR)
    assert silences(chat) == ["done"]
    assert not cards(chat)


async def test_snoozing_does_not_put_it_off(chat: Chat) -> None:
    await off_track(chat)
    await chat.presses("ben", "Next workday")
    home = await chat.opens("ben")
    assert "1. sign-ups is off track" in home
    await go(chat, THURSDAY)
    assert len(cards(chat)) == 1


async def test_who_was_not_told_is_not_passed_over(chat: Chat) -> None:
    """Away from Monday to Wednesday: told on Thursday, so the manager hears of it three workdays after that."""
    chat.at(NINE - timedelta(days=3))
    await chat.tick()
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await chat.presses("ben", "Off track", on=await chat.says("ben", "/goals update 1 110"))
    await chat.says("ben", "/upbeat away from 2026-11-23 until 2026-11-25")
    await go(chat, THURSDAY + 5 * HOUR)
    assert "sign-ups is off track" in chat.told("ben")
    assert not cards(chat)
    await go(chat, THURSDAY + timedelta(days=4, hours=5))
    assert not cards(chat)
    await go(chat, THURSDAY + timedelta(days=5, hours=1))
    assert len(cards(chat)) == 1
    assert silences(chat)[0] == "not told yet"


async def test_an_absent_owner_and_an_absent_manager_are_waited_for(chat: Chat) -> None:
    await off_track(chat)
    await chat.says("ben", "/upbeat away from 2026-11-26 until 2026-11-26")
    await chat.says("ada", "/upbeat away from 2026-11-27 until 2026-11-30")
    await go(chat, NINE + timedelta(days=8) - HOUR)
    assert not cards(chat)
    assert silences(chat) == ["owner away", "manager's hours"]
    await go(chat, NINE + timedelta(days=8))
    assert len(cards(chat)) == 1
    assert "you are away" in await chat.says("ben", "/upbeat why")


async def test_an_ended_goal(chat: Chat) -> None:
    await off_track(chat)
    await chat.says("ben", "/goals")
    await chat.presses("ben", "Open")
    await chat.presses("ben", "End this goal")
    await go(chat, THURSDAY + HOUR)
    assert silences(chat) == ["ended"]
    assert not cards(chat)


async def test_another_manager_and_a_leaver(chat: Chat) -> None:
    await off_track(chat)
    chat.change(lambda store: moved(store, chat.ids["ben"], chat.ids["grace"]))
    await go(chat, THURSDAY + HOUR)
    assert silences(chat) == ["another manager"]
    assert not cards(chat, "ada")
    assert not cards(chat, "grace")
    assert "you have had another manager since then" in await chat.says("ben", "/upbeat why")


async def test_a_leaver(chat: Chat) -> None:
    await off_track(chat)
    chat.change(lambda store: left(store, chat.ids["ben"]))
    await go(chat, THURSDAY, step=timedelta(days=9))
    assert silences(chat) == ["left"]
    assert not cards(chat)


async def test_the_organisation_chooses_when_or_never(chat: Chat) -> None:
    assert "Only owners are told" in await chat.says("ivan", "/goals setup 0")
    await off_track(chat)
    assert "1. sign-ups is off track. What does it need?" in chat.told("ben")
    await go(chat, THURSDAY + timedelta(days=14), step=4 * HOUR)
    assert not cards(chat)


async def test_switched_off_in_between(chat: Chat) -> None:
    await off_track(chat)
    assert "no manager hears of it" in await chat.says("hana", "/goals setup 0")
    await go(chat, THURSDAY + HOUR)
    assert silences(chat) == ["ladder off"]
    assert "This is for HR and administrators" in await chat.says("ada", "/goals setup 3")


async def test_under_a_check_in_the_key_results_can_be_moved(chat: Chat) -> None:
    heard = await chat.says("ben", "/checkin done login page")
    assert "1.1. sign-ups" not in heard.buttons
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    heard = await chat.says("ben", "/checkin done the payments page")
    await chat.presses("ben", "1.1. sign-ups", on=heard)
    assert "300 users" in await chat.submits("ben", far="300")


def moved(store, person: str, manager: str) -> None:  # type: ignore[no-untyped-def]
    """Somebody gets another manager today."""
    revision, today = store.people_changed(), store.now.date()
    (line,) = store._rows(ReportingLine, (col(ReportingLine.subject_id) == person,))
    store.change(line, until=today, revision=revision)
    store.insert(ReportingLine(subject_id=person, manager_id=manager, since=today, revision=revision))


def left(store, person: str) -> None:  # type: ignore[no-untyped-def]
    """Somebody leaves."""
    (row,) = store._rows(PersonRow, (col(PersonRow.id) == person,))
    store.change(row, left_at=store.now, revision=store.people_changed())
