"""What moved among a team's goals is in its digest: for the manager what they may see, for the channel what all may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.kit.cards import Section
from handlers.kit.requests import Pressed
from storage.goals import Goal
from storage.tables import AuditRow
from tests.bot.ingest.sender import Sender
from tests.company import MONDAY, Chat, Heard
from tests.handlers.test_checkins_team import asked, channel, digest_to
from tests.handlers.test_goals_data import at, connected

CLOSED = datetime(2026, 11, 25, 1, tzinfo=UTC)
"""Tuesday evening in New York, where the last of the team lives; 02:00 in Berlin, where their manager does."""
MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)


async def has(chat: Chat, who: str, goal: str, *results: str, kind: str = "goal_team") -> None:
    await chat.says(who, f"/goals add {goal}")
    (row,) = (each for each in chat.rows(Goal) if each.title == goal)
    for result in results:
        await chat.says(who, f"/goals result {row.number} {result}")
    chat.change(lambda store: store.goals.change(row, "edited", by=chat.ids[who], kind=kind))


async def closes(chat: Chat) -> list[Heard]:
    """The window of the week closes, and the manager's morning comes; what she was told of it."""
    before = len(chat.told_cards("ada"))
    for moment in (CLOSED, MORNING):
        chat.at(moment)
        await chat.tick()
    return [heard for heard in chat.told_cards("ada")[before:] if "What moved in your team" in heard]


async def test_a_manager_hears_what_moved_from_what_to_what_and_by_whom(chat: Chat) -> None:
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10", "bugs from 9 to 1")
    await has(chat, "eve", "Quiet nights", "calls from 8 to 2", kind="goal_private")
    await asked(chat)
    await chat.says("ben", "/goals update 1.1 3")
    await chat.says("ben", "/goals update 1.1 7 a word that stays where it is")
    await chat.presses("ben", "Off track", on=await chat.says("ben", "/goals update 1.2 9"))
    await chat.says("eve", "/goals update 1.1 5")
    chat.at(CLOSED)
    await chat.tick()
    assert "What moved" not in chat.told("ada"), "it is two in the night"
    (heard,) = await closes(chat)
    assert "Ben Okri: 1.1. sign-ups: 0 → 7" in heard
    assert "Eve Curie: 1.1. calls: 8 → 5" in heard
    assert "Moved by" not in heard.text, "they did it themselves"
    assert "a word" not in heard.text
    assert "Off track\nBen Okri: 1.2. bugs" in heard
    opened = await chat.presses("ada", "Open", on=heard)
    assert "Quiet nights" in opened or "Ship" in opened
    assert "The goals of your team" in await chat.presses("ada", "The goals of your team", on=heard)


async def test_nothing_moved_is_nothing_told(chat: Chat) -> None:
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10")
    await asked(chat)
    await chat.presses("ben", "Off track", on=await chat.says("ben", "/goals update 1 4"))
    await chat.presses("ben", "Undo", on=await chat.says("ben", "/goals update 1 6"))
    assert len(await closes(chat)) == 1, "from 0 to 4"
    chat.at(MONDAY + timedelta(days=7, hours=6))
    await chat.tick()
    await chat.presses("ben", "Undo", on=await chat.says("ben", "/goals update 1 6"))
    for days in (1, 2, 3):
        chat.at(MONDAY + timedelta(days=7 + days))
        await chat.tick()
    assert chat.told("ada").count("What moved in your team") == 1, "it is off track still, and nothing moved"


async def test_the_next_one_begins_where_the_last_one_ended(chat: Chat) -> None:
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10")
    await asked(chat)
    await chat.says("ben", "/goals update 1 4")
    assert len(await closes(chat)) == 1
    chat.at(MORNING + timedelta(hours=2))
    await chat.says("ben", "/goals update 1 6")
    for hours in range(0, 24 * 8, 6):
        chat.at(MORNING + timedelta(hours=4 + hours))
        await chat.tick()
    assert chat.told("ada").count("What moved in your team") == 2
    assert "Ben Okri: 1.1. sign-ups: 4 → 6" in chat.told("ada")


async def test_a_yes_or_no_is_told_in_words(chat: Chat) -> None:
    await has(chat, "ben", "Ship", "live in Japan")
    await asked(chat)
    await chat.says("ben", "/goals update 1.1 yes")
    assert "Value: nothing → yes" in await chat.says("ben", "/goals history 1")
    (heard,) = await closes(chat)
    assert "Ben Okri: 1.1. live in Japan: nothing → yes" in heard


async def test_data_is_named_as_what_moved_it(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    await asked(chat)
    await crm.sends(at(chat, "300"))
    (heard,) = await closes(chat)
    assert "Ben Okri: 1.1. sign-ups: 100 → 300\nMoved by data from crm." in heard


async def test_a_handful_and_how_many_more(chat: Chat) -> None:
    await has(chat, "ben", "Ship", *(f"part {n} from 0 to 10" for n in range(7)))
    await asked(chat)
    for n in range(1, 8):
        await chat.presses("ben", "Off track", on=await chat.says("ben", f"/goals update 1.{n} 4"))
    (heard,) = await closes(chat)
    assert heard.text.count("→ 4") == 5
    assert heard.text.count("… and 2 more.") == 2
    assert len(heard.buttons) <= 3


async def test_a_manager_hears_only_of_what_they_may_see(chat: Chat) -> None:
    """Of what was before her time, a new manager reads nothing where the organisation says so."""
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10", kind="goal_private")
    await has(chat, "dora", "Paint", "pictures from 0 to 10", kind="goal_private")
    await asked(chat)
    await chat.says("ben", "/goals update 1 4")
    await chat.says("dora", "/goals update 1 4")
    (heard,) = await closes(chat)
    assert "Ben Okri" in heard
    assert "Dora" not in heard.text
    chat.at(CLOSED + timedelta(days=1))
    await chat.tick()
    assert "Dora Maar: 1.1. pictures: 0 → 4" in chat.told("grace")
    assert "Ben Okri" not in chat.told("grace"), "who does not report to her"
    assert not [row for row in chat.rows(AuditRow, AuditRow.act == "opened") if row.actor_id is None]  # type: ignore[arg-type]


async def test_it_is_switched_off(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat settings notifications")
    assert heard.card
    sections = [part for part in heard.card.parts if isinstance(part, Section)]
    (off,) = (each.button for each in sections if "What moved in my team" in heard.voice.say(each.body))
    assert off
    await chat.does("ada", Pressed(off.handle))
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10")
    await asked(chat)
    await chat.says("ben", "/goals update 1 4")
    assert not await closes(chat)


@pytest.mark.parametrize("shares", [True, False])
async def test_a_channel_reads_what_everybody_in_the_company_sees(any_chat: Chat, shares: bool) -> None:
    chat = any_chat
    place = channel(chat)
    digest_to(chat, place)
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10", kind="goal_company")
    await has(chat, "eve", "Quiet nights", "calls from 8 to 2", kind="goal_team")
    await has(chat, "chen", "Loud days", "rings from 0 to 9", kind="goal_company")
    await asked(chat)
    await chat.presses("chen", "Off track", on=await chat.says("chen", "/goals update 1 3"))
    if shares:
        await chat.says("ben", "/checkin done A")
    await chat.says("ben", "/goals update 1 4 a word for those who open it")
    await chat.presses("eve", "Off track", on=await chat.says("eve", "/goals update 1 7"))
    chat.at(CLOSED)
    await chat.tick()
    posted = chat.posted(place)
    assert ("What Ada Lovelace's team shared" in posted) is shares
    assert ("What moved in Ada Lovelace's team" in posted) is not shares
    assert "Goals that moved" in posted
    assert "Ben Okri: 1.1. sign-ups: 0 → 4" in posted
    assert "rings: 0 → 3" in posted
    for hidden in ("Eve Curie", "calls", "Off track", "a word"):
        assert hidden not in posted


async def test_in_chinese(chat: Chat) -> None:
    chat.change(lambda store: store.preferences.set_language(chat.ids["ada"], "zh"))
    await has(chat, "ben", "Ship", "sign-ups from 0 to 10")
    await asked(chat)
    await chat.says("ben", "/goals update 1 4")
    (heard,) = await closes(chat)
    assert "你团队的变化" in heard.text
    assert "有变化的目标\nBen Okri：1.1. sign-ups：0 → 4" in heard.text, heard.text
