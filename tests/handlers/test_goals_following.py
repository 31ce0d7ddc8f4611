"""Following a goal, cheering at its steps, and posting one after a preview."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from handlers.goals.data.arriving import take
from handlers.kit.requests import Where
from storage.goals import Goal, GoalEcho
from storage.metrics import Arrival
from storage.tables import Posted
from tests.bot.ingest.sender import Sender, point
from tests.company import Chat, Heard


async def public(chat: Chat, sight: str = "everybody") -> None:
    await chat.presses("ben", "New goal", on=await chat.says("ben", "/goals"))
    await chat.submits("ben", title="Customers find their way", sight=sight)
    await chat.says("ben", "/goals result 1 sign-ups from 0 to 10")


async def opened(chat: Chat, who: str) -> Heard:
    return await chat.presses(who, "Open", on=await chat.says(who, "/goals of @ben"))


async def test_whoever_follows_hears_and_cheers(any_chat: Chat) -> None:
    await public(any_chat)
    await any_chat.presses("dora", "Follow", on=await opened(any_chat, "dora"))
    assert "Customers find their way" in await any_chat.says("dora", "/goals following")
    await any_chat.says("ben", "/goals update 1.1 7 shipped to beta")
    assert "A goal of Ben Okri moved" in any_chat.told("dora")
    assert "shipped to beta" in any_chat.told("dora")
    heard = await any_chat.presses("dora", "Cheer", on=any_chat.told_cards("dora")[-1])
    assert "Ben Okri hears that you cheer." in heard
    assert "Dora Maar cheers at your goal" in any_chat.told("ben")
    heard = await any_chat.presses("dora", "Cheer", on=any_chat.told_cards("dora")[-1])
    assert "You cheered at this step before." in heard
    heard = await opened(any_chat, "ben")
    assert "1 person follows it." in heard
    assert "1 cheer." in heard


async def follows(chat: Chat, *, results: int = 1) -> Sender:
    """Ben's goal, which everybody sees, reads data, and Dora follows it."""
    crm = Sender(chat)
    await public(chat)
    for number in range(1, results):
        await chat.says("ben", f"/goals result 1 part {number} from 0 to 10")
    first = (point("1", metric=f"m{number}") for number in range(results))
    await crm.sends(*first)
    for number in range(results):
        await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
        label = f"1.{number + 1}. {f'part {number}' if number else 'sign-ups'}"
        one = results - number < 2
        await chat.presses("ben", "Connect to data" if one else label, on=chat.last["ben"])
        form = chat.last["ben"].form
        assert form, chat.last["ben"].text
        choices = {option.also[0]: option.value for option in form.questions[0].options}  # type: ignore[attr-defined]
        await chat.submits("ben", which=choices[f"m{number}"])
    await chat.presses("dora", "Follow", on=await opened(chat, "dora"))
    chat.wait(minutes=5)
    return crm


def now(chat: Chat, value: str, number: int = 0) -> dict[str, Any]:
    return point(value, metric=f"m{number}", at=chat.now.isoformat())


async def test_who_follows_hears_what_data_moved_once_for_a_delivery(any_chat: Chat) -> None:
    chat = any_chat
    crm = await follows(chat, results=2)
    assert "Data moved" not in chat.told("dora")
    assert (await crm.sends(now(chat, "4"), now(chat, "5", 1)))["moved"] == 2
    await chat.tick()
    (heard,) = (
        each for each in chat.told_cards("dora") if "Data moved 2 key results that you follow" in each
    )
    assert "Ben Okri: Customers find their way\n1.1. sign-ups: 1 → 4\nFrom crm: less than a day old." in heard
    assert "1.2. part 1: 1 → 5" in heard
    assert "hears that you cheer" in await chat.presses("dora", "Cheer 1.1", on=heard)
    assert "Customers find their way" in await chat.presses("dora", "Open", on=heard)
    chat.wait(hours=1)
    await crm.sends(now(chat, "6"))
    await chat.tick()
    assert chat.told("dora").count("Data moved") == 1, "once a day"
    chat.wait(days=1)
    await chat.tick()
    assert "1.1. sign-ups: 4 → 6" in chat.told("dora")
    assert "Data moved 1 key result that you follow" in chat.told("dora")
    assert "1.1. sign-ups: 1 → 4" in chat.told("ben"), "whom it belongs to hears as before"


async def test_a_file_and_a_database_move_it_for_who_follows_too(chat: Chat) -> None:
    crm = await follows(chat)
    chat.change(lambda store: take(store, crm.source, [Arrival("m0", chat.now, Decimal(9))]))
    await chat.tick()
    assert "1.1. sign-ups: 1 → 9" in chat.told("dora")


async def test_that_data_moves_it_is_switched_off_by_itself(chat: Chat) -> None:
    crm = await follows(chat)
    chat.change(lambda store: store.preferences.set(chat.ids["dora"], "notice:goals.followed_data", False))
    assert "Off: Data moves a goal that I follow" in await chat.says("dora", "/upbeat settings")
    await crm.sends(now(chat, "4"))
    await chat.tick()
    assert "Data moved" not in chat.told("dora")
    await chat.says("ben", "/goals update 1.1 7 by hand")
    assert "A goal of Ben Okri moved" in chat.told("dora")


async def test_of_what_is_seen_or_followed_no_more_nothing_is_told(chat: Chat) -> None:
    crm = await follows(chat)
    await crm.sends(now(chat, "4"))
    await chat.presses("dora", "Follow no more", on=await opened(chat, "dora"))
    await chat.tick()
    assert "Data moved" not in chat.told("dora")
    chat.wait(days=1)
    await chat.presses("dora", "Follow", on=await opened(chat, "dora"))
    chat.wait(minutes=1)
    await crm.sends(now(chat, "5"))
    (goal,) = chat.rows(Goal)
    chat.change(lambda store: store.goals.change(goal, "edited", by=chat.ids["ben"], kind="goal_private"))
    await chat.tick()
    assert "Data moved" not in chat.told("dora")
    chat.change(lambda store: store.goals.change(goal, "edited", by=chat.ids["ben"], kind="goal_company"))
    chat.wait(minutes=1)
    await crm.sends(now(chat, "6"))
    await chat.tick()
    assert "1.1. sign-ups: 4 → 6" in chat.told("dora"), "from when she followed again"


async def test_what_somebody_said_since_is_not_told_as_data(chat: Chat) -> None:
    crm = await follows(chat)
    await crm.sends(now(chat, "4"))
    await chat.says("ben", "/goals update 1.1 7 by hand")
    await chat.tick()
    assert "Data moved" not in chat.told("dora")


async def test_who_follows_is_not_woken_by_data(chat: Chat) -> None:
    crm = await follows(chat)
    chat.wait(hours=12)
    await crm.sends(now(chat, "4"))
    await chat.tick()
    assert "Data moved" not in chat.told("dora")
    chat.wait(hours=12)
    await chat.tick()
    assert "1.1. sign-ups: 1 → 4" in chat.told("dora")


async def test_who_follows_no_more_hears_no_more(chat: Chat) -> None:
    await public(chat)
    await chat.presses("dora", "Follow", on=await opened(chat, "dora"))
    await chat.presses("dora", "Follow no more")
    await chat.says("ben", "/goals update 1.1 7")
    assert "moved" not in chat.told("dora")
    assert "You follow none." in await chat.says("dora", "/goals following")


async def test_who_does_not_see_it_any_more_hears_nothing(chat: Chat) -> None:
    await public(chat)
    await chat.presses("dora", "Follow", on=await opened(chat, "dora"))
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Change")
    await chat.submits("ben", sight="private")
    await chat.says("ben", "/goals update 1.1 7 a secret")
    assert "a secret" not in chat.told("dora")
    assert "Customers" not in await chat.says("dora", "/goals following")
    assert {row.kind for row in chat.rows(GoalEcho)} == {"goal_private"}


async def test_nobody_cheers_at_their_own(chat: Chat) -> None:
    await public(chat)
    assert "Cheer" not in (await opened(chat, "ben")).buttons


async def test_a_step_is_posted_after_a_preview_and_taken_back(chat: Chat) -> None:
    place = chat.change(lambda store: store.accounts.seen_place("web", "C1", "general").id)
    await public(chat)
    moved = await chat.says("ben", "/goals update 1.1 7 shipped to beta")
    heard = await chat.presses("ben", "Post it", on=moved)
    assert "Preview: everybody in #general will read this" in heard
    assert chat.posted(place) == ""
    preview = heard
    heard = await chat.presses("ben", "Post it in #general", on=preview)
    assert "Posted in #general." in heard
    for words in ("A step forward", "Ben Okri: Customers find their way", "shipped to beta"):
        assert words in chat.posted(place)
    assert "posted there before" in await chat.presses("ben", "Post it in #general", on=preview)
    await chat.deliver()
    await chat.presses("ben", "Undo", on=moved)
    assert "Ben Okri took an update back that stood here." in chat.posted(place)


async def test_an_emoji_under_the_post_is_a_cheer(chat: Chat) -> None:
    chat.change(lambda store: store.accounts.seen_place("web", "C1", "general"))
    await public(chat)
    moved = await chat.says("ben", "/goals update 1.1 7")
    await chat.presses("ben", "Post it in #general", on=await chat.presses("ben", "Post it", on=moved))
    await chat.deliver()
    (posted,) = [row for row in chat.rows(Posted) if row.about.startswith("goal_step:")]
    where = Where(kind="channel", id="C1", name="general")
    await chat.reacts("dora", posted.message, where=where)
    assert "Dora Maar cheers at your goal" in chat.told("ben")
    await chat.reacts("dora", posted.message, where=where, added=False)
    assert "cheer" not in await opened(chat, "ben")


@pytest.mark.parametrize("sight", ["team", "private"])
async def test_what_not_everybody_sees_is_not_posted(chat: Chat, sight: str) -> None:
    chat.change(lambda store: store.accounts.seen_place("web", "C1", "general"))
    await public(chat, sight)
    assert "Post it" not in (await chat.says("ben", "/goals update 1.1 7")).buttons
