"""Whether a new manager reads the check-ins from before their time is the organisation's to choose, and is said."""

from __future__ import annotations

import pytest

from tests.company import Chat, Heard
from tests.handlers.test_people import COMPANY, sends

MOVED = COMPANY.replace("Ben Okri,ada@", "Ben Okri,dora@")


async def moves(chat: Chat, file: str = MOVED) -> None:
    """Ben has written under Ada; two days later Dora is his manager, and he writes again."""
    await chat.says("ben", "/checkin done the OLD parser")
    chat.wait(days=2)
    await sends(chat, "hana", file)
    await chat.presses("hana", "Apply")
    await chat.says("ben", "/checkin done the NEW parser")


async def chooses(chat: Chat, who: str, reads: str) -> Heard:
    await chat.says(who, f"/upbeat setup past {reads}")
    return await chat.presses(who, "Save")


async def history(chat: Chat, who: str) -> str:
    return (await chat.says(who, "/checkin history @ben")).text


async def test_a_new_manager_reads_the_past_unless_it_is_said_otherwise(any_chat: Chat) -> None:
    await moves(any_chat)
    assert "OLD" in await history(any_chat, "dora")
    assert "Dora Maar is your manager now." in any_chat.told("ben")
    assert "the earlier ones too" in any_chat.told("ben")


@pytest.mark.parametrize("who", ["hana", "ivan"])
async def test_closed_the_past_stays_with_those_who_led_then(any_chat: Chat, who: str) -> None:
    assert "does not read check-ins and goals from before" in await chooses(any_chat, who, "no")
    await moves(any_chat)
    assert "OLD" not in await history(any_chat, "dora")
    assert "NEW" in await history(any_chat, "dora")
    assert "OLD" in await history(any_chat, "ada")  # a former manager, their own time
    assert "NEW" not in await history(any_chat, "ada")
    assert "OLD" in await history(any_chat, "grace")  # stood above him then, and does now
    assert "NEW" in await history(any_chat, "grace")
    assert "from today on" in any_chat.told("ben")


async def test_who_comes_to_stand_above_is_new_too(any_chat: Chat) -> None:
    await chooses(any_chat, "hana", "no")
    below_eve = COMPANY.replace("Ben Okri,ada@", "Ben Okri,chen@").replace("陈明,ada@", "陈明,eve@")
    await moves(any_chat, below_eve)
    for who in ("chen", "eve"):
        assert "OLD" not in await history(any_chat, who)
        assert "NEW" in await history(any_chat, who)


async def test_the_switch_holds_at_once_at_the_doors_too(any_chat: Chat) -> None:
    await moves(any_chat)
    any_chat.wait(minutes=1)
    shown = await any_chat.says("dora", "/checkin team")
    opened = await any_chat.presses("dora", "Open", on=shown)
    assert "NEW" in opened
    old = any_chat.change(
        lambda store: store.checkins.latest(any_chat.ids["ben"], reader=any_chat.ids["dora"])
    )[-1]
    assert "OLD" in str(old.answers)
    await chooses(any_chat, "ivan", "no")
    assert any_chat.change(lambda store: store.checkins.get(old.id, reader=any_chat.ids["dora"])) is None
    await chooses(any_chat, "ivan", "yes")
    assert any_chat.change(lambda store: store.checkins.get(old.id, reader=any_chat.ids["dora"]))


async def test_the_forms_name_later_managers_only_while_they_read(chat: Chat) -> None:
    assert "and later managers, and by nobody else" in await chat.says("ben", "/checkin")
    await chooses(chat, "hana", "no")
    heard = await chat.says("ben", "/checkin")
    assert "Seen by you, Ada Lovelace, and the managers above, and by nobody else." in heard
    assert "do not read your check-ins and goals from before their time" in await chat.says(
        "ben", "/upbeat privacy who"
    )


async def test_only_stewards_choose_and_see_what_is_chosen(chat: Chat) -> None:
    assert "HR and administrators" in await chat.says("ada", "/upbeat setup past no")
    assert (
        "A new manager reads past check-ins and goals: Yes" in (await chat.says("hana", "/upbeat setup")).text
    )
    await chooses(chat, "hana", "no")
    assert (
        "A new manager reads past check-ins and goals: No" in (await chat.says("ivan", "/upbeat setup")).text
    )


async def test_taking_the_file_back_tells_again_and_a_new_colleague_hears_nothing(chat: Chat) -> None:
    zoe = "zoe@example.com,Zoë Kim,ada@example.com,Engines,Asia/Seoul,zh,employee,,\n"
    await sends(chat, "hana", MOVED + zoe)
    applied = await chat.presses("hana", "Apply")
    chat.ids["zoe"] = chat.change(lambda store: store.directory.with_email("zoe@example.com").id)
    assert chat.told("zoe") == ""
    await chat.presses("hana", "Undo", on=applied)
    assert chat.told("ben").count("is your manager now") == 2
    assert "Ada Lovelace is your manager now" in chat.told("ben")
    assert chat.told("chen") == ""


async def test_what_blocked_somebody_before_is_not_raised_to_who_may_not_read_it(chat: Chat) -> None:
    await chooses(chat, "hana", "no")
    await chat.says("ben", "/checkin done A; blocked by the OLD contract")
    chat.wait(days=1)
    await sends(chat, "hana", MOVED)
    await chat.presses("hana", "Apply")
    chat.wait(days=2)
    await chat.tick()
    assert "OLD" not in chat.told("dora")


async def test_yes_and_no_are_understood_in_chinese(chat: Chat) -> None:
    await chat.says("hana", "/upbeat 配置 过往 否")
    await chat.presses("hana", "Save")
    assert not chat.change(lambda store: store.directory.past_is_open)
    await chat.says("hana", "/upbeat 配置 过往 是的")
    await chat.presses("hana", "Save")
    assert chat.change(lambda store: store.directory.past_is_open)
