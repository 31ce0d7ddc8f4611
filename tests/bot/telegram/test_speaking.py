"""What delivery hands to Telegram's voice, and what it learns when that fails."""

import pytest

from handlers.kit.cards import Button, Card, Document, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.speaking import Address, Fixed, Gone, Locked, Parcel, Refused, Slow, Unclear, Unreachable
from storage.tables import Place
from tests.bot.telegram.conftest import BEN, FORUM, MALLORY, TEAM, Room


def parcel(
    card: Card | None = None, to: int = BEN, *, private: bool = True, thread: str = "", **more: str
) -> Parcel:
    return Parcel(
        outgoing_id=more.get("outgoing_id", "o1"),
        card=card or Card(Phrase("Hello")),
        language="en",
        zone="UTC",
        to=Address(str(to), str(to) if private else "", thread),
        private=private,
        person_id=more.get("person_id", ""),
    )


async def test_a_card_is_told_in_the_private_chat(room: Room) -> None:
    card = Card(Phrase("Hello"), Button(Phrase("Answer"), handle="h1"))
    receipt = await room.platform.speaker.speak(parcel(card))
    said = room.fake.last(BEN)
    assert (receipt.channel, receipt.message) == (str(BEN), str(said.message_id))
    assert said.buttons == [[("Answer", "h1")]]


async def test_a_post_goes_to_its_topic_and_to_the_group_when_that_is_gone(room: Room) -> None:
    forum = room.fake.add_group(FORUM, "Forum", [BEN], topics=True)
    forum.threads.add(11)
    await room.platform.speaker.speak(parcel(to=FORUM, private=False, thread="11"))
    assert room.fake.last(FORUM).thread_id == 11
    await room.platform.speaker.speak(parcel(to=FORUM, private=False, thread="12", outgoing_id="o2"))
    assert room.fake.last(FORUM).thread_id is None
    assert room.fake.violations == [f"no topic 12 in {FORUM}"]
    room.fake.violations.clear()
    room.fake.fail_next("sendMessage", "400_topic_closed")
    await room.platform.speaker.speak(parcel(to=FORUM, private=False, thread="11", outgoing_id="o3"))
    assert room.fake.last(FORUM).thread_id is None


async def test_a_file_is_told_to_its_reader_alone(room: Room) -> None:
    ben = room.chat.ids["ben"]
    file_id = room.chat.change(lambda store: store.files.keep(ben, "a.json", b"{}"))
    card = Card(Phrase("Your file"), Document(Phrase("All of it"), "a.json", file_id))
    await room.platform.speaker.speak(parcel(card, person_id=ben))
    assert (room.fake.last(BEN).kind, room.fake.last(BEN).filename) == ("document", "a.json")
    await room.platform.speaker.speak(parcel(card, person_id=room.chat.ids["ada"], outgoing_id="o2"))
    assert "not kept any more" in room.fake.last(BEN).text


@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("403_blocked", Unreachable),
        ("401", Locked),
        ("400_chat_not_found", Unreachable),
        ("400_no_rights", Unreachable),
        ("400_topic_closed", Unreachable),
        ("drop_before_accept", Unclear),
        ("timeout_after_accept", Unclear),
    ],
)
async def test_what_goes_wrong_is_said_in_the_words_of_delivery(
    room: Room, kind: str, raised: type[Exception]
) -> None:
    room.fake.fail_next("sendMessage", kind)
    with pytest.raises(raised):
        await room.platform.speaker.speak(parcel())


async def test_telegrams_wish_to_wait_is_for_one_chat(room: Room) -> None:
    room.fake.fail_next("sendMessage", "429", retry_after=7)
    with pytest.raises(Slow) as slow:
        await room.platform.speaker.speak(parcel())
    assert (slow.value.retry_after, slow.value.bucket) == (7.0, f"telegram:chat:{BEN}")
    assert slow.value.bucket in {name for name, _, _ in room.platform.speaker.buckets(parcel())}


async def test_a_server_error_may_be_tried_again(room: Room) -> None:
    room.fake.fail_next("sendMessage", "500")
    with pytest.raises(Exception, match="NetworkError") as error:
        await room.platform.speaker.speak(parcel())
    assert not isinstance(error.value, Slow | Unclear | Refused | Unreachable)
    await room.platform.speaker.speak(parcel())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
async def test_what_a_proxy_says_is_no_word_of_telegrams(room: Room, status: int) -> None:
    """Its refusals would stop messages as if everybody had blocked the bot, or the token were wrong."""
    room.fake.fail_next("sendMessage", f"page_{status}")
    with pytest.raises(Exception, match="NetworkError") as error:
        await room.platform.speaker.speak(parcel())
    assert not isinstance(error.value, Slow | Unclear | Refused | Unreachable | Locked)
    await room.platform.speaker.speak(parcel())


async def test_who_never_wrote_to_the_bot_cannot_be_reached(room: Room) -> None:
    with pytest.raises(Unreachable):
        await room.platform.speaker.speak(parcel(to=MALLORY))


async def test_a_message_of_several_parts_goes_on_where_it_stopped(room: Room) -> None:
    card = Card(Phrase("Long"), Section(Verbatim("x" * 10_000)))
    room.fake.limit_rate()
    for arrived in (1, 2):
        with pytest.raises(Slow):
            await room.platform.speaker.speak(parcel(card))
        assert len(room.fake.chat(BEN)) == arrived
        room.fake.limit_rate()
    receipt = await room.platform.speaker.speak(parcel(card))
    shown = room.fake.chat(BEN)
    assert len(shown) == 3
    assert receipt.message == str(shown[0].message_id)
    assert sum(message.text.count("x") for message in shown) == 10_000


async def test_a_group_that_moved_is_followed(room: Room) -> None:
    room.fake.add_group(-30, "Small", [BEN], supergroup=False)
    await room.says(BEN, "/wave", -30)
    await room.fake.migrate(-30, -100301)
    receipt = await room.platform.speaker.speak(parcel(to=-30, private=False))
    assert receipt.channel == "-100301"
    assert [row.external_id for row in room.chat.rows(Place)] == ["-100301"]


def test_the_limits_of_telegram(room: Room) -> None:
    private = room.platform.speaker.buckets(parcel())
    assert private == [("telegram:all", 22.0, 1.0), (f"telegram:chat:{BEN}", 1.0, 1.0)]
    [_, (name, rate, burst)] = room.platform.speaker.buckets(parcel(to=TEAM, private=False))
    assert (name, round(rate * 60), burst) == (f"telegram:chat:{TEAM}", 20, 20.0)


# In the place of what stands -----------------------------------------------------------------------------------------

TOMBSTONE = Card(Phrase("Taken back."))
LONG = Card(Phrase("Long"), *(Section(Verbatim(f"CANARY {n} " * 300)) for n in range(4)))


async def test_a_message_of_several_parts_becomes_the_one_that_takes_its_place(room: Room) -> None:
    speaker = room.platform.speaker
    over = await speaker.speak(parcel(LONG))
    assert over.more
    await speaker.edit(parcel(TOMBSTONE), over)
    await speaker.edit(parcel(TOMBSTONE), over)  # nobody answered the first time
    assert [said.text for said in room.fake.chat(BEN)] == ["Taken back."]


async def test_what_cannot_be_read_as_markup_takes_the_place_without(room: Room) -> None:
    over = await room.platform.speaker.speak(parcel())
    room.fake.fail_next("editMessageText", "400_cannot_parse")
    await room.platform.speaker.edit(parcel(Card(Phrase("a < b"))), over)
    assert [said.text for said in room.fake.chat(BEN)] == ["a < b"]


async def test_after_two_days_what_cannot_be_deleted_says_the_same(room: Room) -> None:
    speaker = room.platform.speaker
    over = await speaker.speak(parcel(LONG))
    room.fake.fail_next("deleteMessage", "400_cannot_delete", times=len(over.more))
    await speaker.edit(parcel(TOMBSTONE), over)
    assert {said.text for said in room.fake.chat(BEN)} == {"Taken back."}


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("400_edit_not_found", Gone),
        ("400_cannot_edit", Fixed),
        ("403_blocked", Unreachable),
        ("429", Slow),
        ("timeout_after_accept", Unclear),
        ("401", Locked),
    ],
)
async def test_what_goes_wrong_with_an_edit_is_told_apart(
    room: Room, fault: str, error: type[Exception]
) -> None:
    over = await room.platform.speaker.speak(parcel())
    room.fake.quiet = 0.5
    room.fake.fail_next("editMessageText", fault, retry_after=7)
    with pytest.raises(error):
        await room.platform.speaker.edit(parcel(TOMBSTONE), over)


async def test_what_a_group_said_before_it_moved_cannot_be_changed(room: Room) -> None:
    room.fake.add_group(-30, "Small", [BEN], supergroup=False)
    over = await room.platform.speaker.speak(parcel(to=-30, private=False))
    await room.fake.migrate(-30, -100301)
    with pytest.raises(Fixed):
        await room.platform.speaker.edit(parcel(TOMBSTONE, to=-30, private=False), over)


async def test_what_is_taken_back_while_its_other_parts_wait_is_replaced(room: Room) -> None:
    def queue(tell: Tell) -> None:
        room.chat.change(lambda store: room.core.queue(store, "test", tell))

    long = Card(Phrase("Long"), Section(Verbatim("x" * 10_000)))
    queue(Tell(long, to=room.chat.ids["ben"], on="telegram", about="feedback:1"))
    room.fake.limit_rate()
    await room.deliver()
    assert len(room.fake.chat(BEN)) == 1
    queue(Tell(Card(Phrase("Taken back.")), to=room.chat.ids["ben"], over="feedback:1"))
    room.chat.wait(seconds=30)
    await room.deliver()
    assert [message.text for message in room.fake.chat(BEN)] == ["Taken back."]
