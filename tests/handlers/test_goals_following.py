"""Following a goal, cheering at its steps, and posting one after a preview."""

from __future__ import annotations

import pytest

from handlers.kit.requests import Where
from storage.goals import GoalEcho
from storage.tables import Posted
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
