"""Upbeat in a group: public things happen there, personal things move to the private chat."""

from bot.telegram.harmless import as_typed
from handlers.kit.cards import Button, Card
from handlers.kit.text import Phrase
from schedules.delivery import Delivery
from schedules.speaking import Address, Parcel
from storage.tables import Place
from tests.bot.telegram import demo
from tests.bot.telegram.conftest import ADA, BEN, CHEN, FORUM, MALLORY, TEAM, Room

STALE = "This button is not valid any more. Ask again for what you need."


def readable(words: str) -> str:
    """As people see it: without what keeps tags from coming alive."""
    return as_typed(words)


def places(room: Room) -> dict[str, tuple[str, bool]]:
    return {row.external_id: (row.name, row.gone) for row in room.chat.rows(Place)}


async def test_personal_things_are_refused_with_a_door_to_the_private_chat(room: Room) -> None:
    message_id = await room.fake.says(BEN, "/echo my secret", TEAM)
    said = await room.shown(TEAM)
    assert "personal" in said.text
    assert "my secret" not in said.text
    assert said.buttons == [[("Open our private chat", "https://t.me/upbeat_bot?start=private")]]
    assert said.reply_to == message_id
    assert room.noted("ben") == []


async def test_public_things_happen_there(room: Room) -> None:
    assert "Ben Okri waves." in (await room.says(BEN, "/wave", TEAM)).text
    assert "Ben Okri waves." in (await room.says(BEN, "@upbeat_bot wave", TEAM)).text


async def test_a_command_for_us_is_ours_and_for_another_bot_is_not(room: Room) -> None:
    assert "waves" in (await room.says(BEN, "/wave@Upbeat_Bot", TEAM)).text
    room.fake.methods.privacy_mode = False
    assert "personal" in (await room.says(BEN, "／周报@upbeat_bot 完成 测试", TEAM)).text
    count = len(room.fake.chat(TEAM))
    for words in ("/wave@other_bot", "/帮助@other_bot", "lunch?", "that was a wave"):
        await room.fake.says(BEN, words, TEAM)
    await room.fake.settled()
    assert len(room.fake.chat(TEAM)) == count + 4
    assert len([row for row in room.inbox() if row.outcome != "ignored"]) == 2


async def test_everybody_may_press_a_post_and_sees_the_answer_alone(room: Room) -> None:
    card = Card(Phrase("A post"), Button(Phrase("Wave back"), demo.back.bind()))
    sealed = room.chat.change(lambda store: room.core.seal(store, card, for_person=None))
    post = Parcel("o1", sealed, "en", "UTC", Address(str(TEAM)), private=False)
    await room.platform.speaker.speak(post)
    for who in (BEN, CHEN, MALLORY):
        await room.fake.presses(who, "Wave back", chat_id=TEAM)
        await room.fake.settled()
    assert [answer["text"] for answer in room.fake.answers][::2] == ["You wave back.", STALE]
    assert (room.noted("ben"), room.noted("chen")) == (["back"], ["back"])
    assert room.fake.last(TEAM).edited == 0


async def test_what_one_person_was_answered_in_a_group_is_theirs_to_press(room: Room) -> None:
    await room.says(BEN, "/wave", TEAM)
    await room.fake.presses(ADA, "Wave back", chat_id=TEAM)
    await room.fake.settled()
    assert (room.fake.answers[-1]["text"], room.fake.answers[-1]["show_alert"]) == (STALE, True)
    assert room.noted("ada") == []


async def test_a_personal_button_in_a_group_is_refused_to_the_presser_alone(room: Room) -> None:
    card = await room.says(BEN, "/wave", TEAM)
    await room.fake.presses(BEN, "Secret", chat_id=TEAM)
    await room.fake.settled()
    assert "personal" in room.fake.answers[-1]["text"]
    assert room.fake.last(TEAM) is card


async def test_a_form_is_asked_in_the_private_chat(room: Room) -> None:
    said = await room.says(BEN, "/toast", TEAM)
    assert "private chat" in said.text
    asked = room.fake.last(BEN)
    assert "Whom?" in asked.text
    assert (await room.presses(BEN, "Ada Lovelace")).text == "To Ada Lovelace!"


async def test_the_link_to_the_private_chat_leads_to_the_question_that_waits_there(room: Room) -> None:
    said = await room.says(BEN, "/toast", TEAM)
    payload = said.buttons[0][0][1].rpartition("=")[2]
    assert "Whom?" in (await room.says(BEN, f"/start {payload}")).text
    assert (await room.says(BEN, "Ada Lovelace")).text == "To Ada Lovelace!"
    assert "What I can do for you" in (await room.says(BEN, f"/start {payload}")).text


async def test_a_form_for_who_never_opened_the_private_chat(room: Room) -> None:
    room.fake.world.users[BEN].started = False
    said = await room.says(BEN, "/toast", TEAM)
    assert "Please open our private chat first" in said.text
    assert said.buttons[0][0][1] == "https://t.me/upbeat_bot?start=private"


async def test_an_answer_stays_in_its_topic(room: Room) -> None:
    room.fake.add_group(FORUM, "Forum", [BEN], topics=True)
    said = await room.says(BEN, "/wave", FORUM, thread_id=11)
    assert said.thread_id == 11
    place = next(row for row in room.chat.rows(Place) if row.external_id == str(FORUM))
    assert (place.name, place.topic) == ("Forum", "11")


async def test_kudos_are_posted_in_the_topic_where_they_were_said(room: Room) -> None:
    """Whichever was the first; digests and the like go to that one."""
    forum = room.fake.add_group(FORUM, "Forum", [BEN, ADA], topics=True)
    await room.says(BEN, "/wave", FORUM, thread_id=11)
    forum.threads |= {11, 12}
    delivery = Delivery(room.core, [room.platform.speaker], worker="test")
    for thread, reason in ((12, "the calm incident call"), (None, "the quiet release"), (11, "the plan")):
        await room.says(BEN, f"/kudos @ada for {reason}", FORUM, thread_id=thread)
        await delivery.deliver()
        post = next(each for each in reversed(room.fake.chat(FORUM)) if "thanks" in each.text)
        assert (post.thread_id, reason in post.text) == (thread, True)


async def test_kudos_that_are_asked_for_in_a_topic_are_posted_there(room: Room) -> None:
    """Their form is asked in private, and still means the topic, also when it is changed before it is sent."""
    forum = room.fake.add_group(FORUM, "Forum", [BEN, ADA], topics=True)
    forum.threads |= {11, 12}
    await room.says(BEN, "/wave", FORUM, thread_id=11)
    await room.says(BEN, "/kudos @ada", FORUM, thread_id=12)
    asked = room.fake.last(BEN)
    assert "everybody in #Forum" in readable(asked.text)
    assert "everybody in #Forum" in readable((await room.says(BEN, "the incident call")).text)
    assert "everybody in #Forum will read this" in readable((await room.presses(BEN, "Skip")).text)
    assert "everybody in #Forum" in readable((await room.presses(BEN, "Edit")).text)
    await room.presses(BEN, "Skip")
    await room.says(BEN, "the calm incident call")
    await room.presses(BEN, "Skip")
    assert "Posted in #Forum" in readable((await room.presses(BEN, "Post it")).text)
    while await Delivery(room.core, [room.platform.speaker], worker="test").deliver():
        pass
    post = next(each for each in room.fake.chat(FORUM) if "thanks" in each.text)
    assert (post.thread_id, "the calm incident call" in post.text) == (12, True)


async def test_groups_come_and_go(room: Room) -> None:
    await room.fake.leaves(TEAM, ADA)
    await room.fake.settled()
    assert places(room) == {str(TEAM): ("Engines", True)}
    await room.fake.joins(TEAM, ADA)
    await room.fake.settled()
    assert places(room) == {str(TEAM): ("Engines", False)}


async def test_a_group_that_becomes_a_supergroup_stays_the_same_place(room: Room) -> None:
    room.fake.add_group(-30, "Small", [BEN], supergroup=False)
    await room.says(BEN, "/wave", -30)
    before = next(row for row in room.chat.rows(Place) if row.external_id == "-30")
    await room.fake.migrate(-30, -100301)
    await room.fake.settled()
    after = next(row for row in room.chat.rows(Place) if row.external_id == "-100301")
    assert after.id == before.id
    # A post hears it as well.
    room.chat.change(lambda store: store.accounts.moved("telegram", "-30", "-100301"))
    assert [name for name, gone in places(room).values() if not gone] == ["Small"]
    assert places(room)["-100301"] == ("Small", False)
    assert "waves" in (await room.says(BEN, "/wave", -100301)).text


async def test_a_mention_without_a_user_name_finds_the_colleague(room: Room) -> None:
    await room.fake.queue.put(
        "message",
        {
            "message_id": 901,
            "date": 1_790_000_000,
            "chat": {"id": TEAM, "type": "supergroup", "title": "Engines"},
            "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
            "text": "/toast 😀Chen",
            "entities": [
                {"type": "bot_command", "offset": 0, "length": 6},
                {
                    "type": "text_mention",
                    "offset": 7,
                    "length": 6,
                    "user": {"id": CHEN, "is_bot": False, "first_name": "Chen"},
                },
            ],
        },
    )
    assert (await room.shown(TEAM)).text == "To 陈明!"


async def test_who_writes_in_the_name_of_the_group_hears_why_nothing_happens(room: Room) -> None:
    group = {"id": TEAM, "type": "supergroup", "title": "Engines"}
    said = {"date": 1_790_000_000, "chat": group, "sender_chat": group}
    nobody = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    for number, words in enumerate(("/wave", "lunch?")):
        message = {**said, "message_id": 901 + number, "from": nobody, "text": words}
        await room.fake.queue.put("message", message)
    await room.fake.settled()
    (answer,) = [message for message in room.fake.chat(TEAM) if message.from_bot]
    assert "I do not know who you are" in answer.text


async def test_other_bots_are_not_heard(room: Room) -> None:
    room.fake.methods.privacy_mode = False
    robot = room.fake.add_user(77, "Robot", "robot")
    robot.is_bot = True
    room.fake.world.groups[TEAM].members.add(77)
    await room.fake.says(77, "/wave", TEAM)
    await room.fake.settled()
    assert room.inbox() == []
