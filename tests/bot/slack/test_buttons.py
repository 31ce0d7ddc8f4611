"""Buttons and menus, wherever they stand, do what they say and are answered there."""

from __future__ import annotations

import copy

import pytest

from tests.bot.slack import demo
from tests.bot.slack.conftest import GENERAL, Message, Room, user
from tests.handlers.test_people import COMPANY


async def test_an_answer_takes_the_place_of_what_was_pressed(any_room: Room) -> None:
    slack = any_room.slack
    ack = await slack.command(user("ada"), "/everything")
    await slack.press(user("ada"), ack.ephemeral, text="Main")
    await any_room.settled()
    assert "Counted 1." in ack.ephemeral.words
    await slack.press(user("ada"), ack.ephemeral, text="More")
    await any_room.settled()
    assert "Counted 2." in ack.ephemeral.words
    assert any_room.noted("ada") == ["+1", "+2"]


async def test_an_answer_that_leaves_the_card_stands_beside_it(any_room: Room) -> None:
    slack = any_room.slack
    ack = await slack.command(user("ada"), "/everything")
    await slack.press(user("ada"), ack.ephemeral, text="Stay")
    await any_room.settled()
    assert "A section" in ack.ephemeral.words
    assert "Beside it." in slack.told(user("ada"))


async def test_a_long_answer_to_a_message_that_stays_stays_whole(any_room: Room) -> None:
    slack = any_room.slack
    await any_room.answered("ada", "chapters")
    await slack.press(user("ada"), slack.dm(user("ada"))[-1], text="Read it")
    await any_room.settled()
    assert "Chapters" not in "".join(message.words for message in slack.dm(user("ada")))
    words = " ".join(message.words for message in slack.dm(user("ada")))
    assert all(f"s{number}w399" in words for number in range(20)), (
        "what Slack forgets is no place for half of it"
    )
    assert slack.ephemerals(user("ada")) == []


async def test_a_choice_of_a_menu_is_a_press(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/everything")
    await any_room.settled()
    menus = [
        (message, block["elements"][0])
        for message in slack.ephemerals(user("ada"))
        for block in message.blocks
        if block["type"] == "actions" and "options" in block["elements"][0]
    ]
    assert sum(len(menu["options"]) for _, menu in menus) == 120
    await slack.choose(user("ada"), menus[-1][0], menus[-1][1]["action_id"], "Option 120")
    await any_room.settled()
    assert any_room.noted("ada") == ["+120"]


async def test_a_button_opens_a_form(any_room: Room) -> None:
    slack = any_room.slack
    ack = await slack.command(user("ada"), "/everything")
    await slack.press(user("ada"), ack.ephemeral, text="Ask me")
    await slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "1"})
    assert any_room.noted("ada") == ["sun|1|day"]


async def test_what_must_be_confirmed_is_asked_by_slack_itself(room: Room) -> None:
    ack = await room.slack.command(user("ada"), "/everything")
    erase = next(e for b in ack.ephemeral.blocks for e in b.get("elements", ()) if e.get("style") == "danger")
    assert erase["confirm"]["text"]["text"] == "Really?"


async def test_the_same_press_a_hundred_times_has_one_effect(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/everything")
    pressed = await any_room.slack.press(user("ada"), ack.ephemeral, text="Main")
    for _ in range(20):
        await any_room.slack.redeliver(pressed)
    await any_room.settled()
    assert any_room.noted("ada") == ["+1"]


async def test_a_forged_value_does_nothing(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/everything")
    forged = copy.deepcopy(ack.ephemeral)
    for value in ("'; drop table person; --", "x" * 2000, "\x00", "A" * 22):
        for block in forged.blocks:
            for element in block.get("elements", ()):
                if element.get("value"):
                    element["value"] = value
        again = await any_room.slack.press(user("ada"), forged, text="Main")
        assert again.ok
    await any_room.settled()
    assert any_room.noted("ada") == []


async def test_a_file_of_a_card_comes_into_the_private_chat(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/everything", channel=GENERAL)
    await any_room.settled()
    (sent,) = [message for message in slack.dm(user("ada")) if message.files]
    assert slack.contents[sent.files[0]["id"]] == b'{"mine": true}'
    assert sent.files[0]["alt_txt"] == "Your file"


@pytest.mark.parametrize("method", ["conversations.open", "files.getUploadURLExternal"])
@pytest.mark.parametrize("fault", ["500", "429", "drop_before_accept"])
async def test_a_file_comes_though_slack_did_not_take_it_at_once(room: Room, method: str, fault: str) -> None:
    room.slack.fail_next(method, fault)
    await room.slack.command(user("ada"), "/everything", channel=GENERAL)
    await room.settled()
    assert [message.files[0]["alt_txt"] for message in room.slack.dm(user("ada"))] == ["Your file"]


async def test_of_a_file_that_slack_does_not_take_it_is_said(room: Room) -> None:
    room.slack.fail_next("files.completeUploadExternal", "channel_not_found")
    await room.slack.command(user("chen"), "/everything")
    await room.settled()
    (said,) = room.slack.dm(user("chen"))
    assert "你还没有拿到它" in said.words


# Home --------------------------------------------------------------------------------------------------------------


async def test_the_home_screen_is_drawn_and_drawn_again_when_something_changes(any_room: Room) -> None:
    slack = any_room.slack
    await slack.open_home(user("ada"))
    await slack.until(lambda: slack.home(user("ada")))
    assert "Noted 0 times" in slack.home(user("ada")).words
    await slack.press(user("ada"), slack.home(user("ada")), text="Count")
    assert "Counted 1." in slack.top(user("ada")).words
    await slack.until(lambda: "Noted 1 times" in slack.home(user("ada")).words)


async def test_home_screens_are_drawn_at_most_once_a_second(room: Room) -> None:
    slack = room.slack
    await slack.open_home(user("ada"))
    await room.painted()
    before = len(slack.called("views.publish"))
    for number in range(10):
        await slack.command(user("ada"), "/diary", f"day {number}")
        await room.platform.refresh_homes([room.chat.ids["ada"]])
    await room.painted()
    assert len(slack.called("views.publish")) - before <= 3


async def test_nobody_elses_home_is_drawn(room: Room) -> None:
    await room.platform.refresh_homes([room.chat.ids["ben"]])
    await room.painted()
    assert room.slack.called("views.publish") == []


async def test_a_managers_home_is_drawn_again_when_their_team_changes(any_room: Room) -> None:
    slack = any_room.slack
    await slack.says(user("ben"), "checkin done it; blocked by legal")
    await any_room.settled()
    await slack.open_home(user("ada"))
    await slack.until(lambda: slack.home(user("ada")))
    assert "1 person" in slack.home(user("ada")).words
    await slack.press(user("ben"), await solvable(any_room), text="Solved")
    await slack.until(lambda: "1 person" not in slack.home(user("ada")).words)
    assert "of 3" in slack.home(user("ada")).words
    await slack.says(user("eve"), "away until next Friday")
    await slack.until(lambda: "of 2" in slack.home(user("ada")).words)
    people = COMPANY.replace("Dora Maar,grace", "Dora Maar,ada")
    await slack.says(user("hana"), "", files=[("people.csv", people.encode())])
    await any_room.settled()
    await slack.press(user("hana"), slack.dm(user("hana"))[-1], text="Apply")
    await slack.until(lambda: "of 3" in slack.home(user("ada")).words)


async def solvable(room: Room) -> Message:
    """Where somebody finds what still blocks them."""
    await room.slack.says(user("ben"), "checkin next the rest")
    await room.slack.until(lambda: "Solved" in room.slack.dm(user("ben"))[-1].buttons)
    await room.painted()
    return room.slack.dm(user("ben"))[-1]


async def test_a_form_opens_from_home_and_its_answer_stays_in_the_modal(any_room: Room) -> None:
    slack = any_room.slack
    await slack.open_home(user("ada"))
    await slack.until(lambda: slack.home(user("ada")))
    await slack.press(user("ada"), slack.home(user("ada")), text="Write")
    await slack.submit(user("ada"), {"What happened?": "sun", "How was it?": "1"})
    assert "Written." in slack.top(user("ada")).words
    assert any_room.noted("ada") == ["sun|1|day"]


async def test_a_home_that_is_too_long_has_a_button_to_the_rest(room: Room) -> None:
    slack, many = room.slack, 230
    room.chat.change(lambda store: store.preferences.set(room.chat.ids["ada"], "demo-home", many))
    await slack.open_home(user("ada"))
    await slack.until(lambda: slack.home(user("ada")))
    seen = [slack.home(user("ada")).words]
    await slack.press(user("ada"), slack.home(user("ada")), text="Show more")
    seen.append(slack.top(user("ada")).words)
    await slack.press(user("ada"), slack.top(user("ada")), text="Show more")
    seen.append(slack.top(user("ada")).words)
    assert all(f"home section {number}\n" in "\n".join(seen) + "\n" for number in range(many))


async def test_what_others_see_is_not_replaced_by_what_one_person_is_told(room: Room) -> None:
    card = room.chat.change(
        lambda store: room.core.seal(
            store,
            demo.Card(demo.Phrase("Public"), demo.Button(demo.Phrase("Press"), demo.count.bind(step=1))),
            for_person=None,
        )
    )
    from bot.slack.draw import Drawing

    public = room.slack.post(GENERAL, room.slack.bot_user_id, blocks=Drawing().messages(card)[0].blocks)
    await room.slack.press(user("ben"), public, text="Press")
    await room.settled()
    assert "Public" in public.words
    assert not public.edited
    assert "Counted 1." in room.slack.told(user("ben"))
