"""Kudos through the door that people use."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.words import Voice
from handlers.kit.features import Ring, Rung
from handlers.kit.naming import named
from handlers.kit.requests import Quoted, Reacted, Where
from handlers.kudos.digest import digest, next_friday
from schedules.delivery import Delivery
from schedules.speaking import Parcel, Receipt, Unreachable
from storage.kudos import KudosRow, ReactionRow
from storage.policy import Kind
from storage.slots import RESTORED_AT
from storage.tables import Outgoing, PersonRow, Posted
from tests.company import Chat, Letterbox
from tests.handlers.test_checkins_team import hire

GENERAL = Where(kind="channel", id="C1", name="general")
GROUP = Where(kind="channel", id="-100", name="Engines", shared=True)


def place(chat: Chat, name: str = "general", external_id: str = "C1") -> str:
    """A channel that Upbeat knows."""
    return str(chat.change(lambda store: store.accounts.seen_place("web", external_id, name).id))


def given(chat: Chat) -> list[KudosRow]:
    return [row for row in chat.rows(KudosRow) if not row.reverses]


def reversals(chat: Chat) -> list[KudosRow]:
    return [row for row in chat.rows(KudosRow) if row.reverses]


# Giving --------------------------------------------------------------------------------------------------------------


async def test_the_preview_names_channel_and_audience_and_nothing_is_posted_before_it_is_pressed(
    any_chat: Chat,
) -> None:
    place(any_chat)
    heard = await any_chat.says("ada", "/kudos @ben @chen for the calm incident call #teamwork")
    assert "everybody in #general will read this" in heard
    assert "by everybody in the company" in heard
    assert "the calm incident call" in heard
    assert "Ada Lovelace thanks Ben Okri and 陈明" in heard
    assert list(heard.buttons)[:3] == ["Post it", "Send privately", "Edit"]
    assert heard.buttons["Post it"].style == "primary"
    assert given(any_chat) == []
    assert any_chat.posted() == ""


@pytest.mark.parametrize(
    "whom",
    [
        "@ben & @dora",
        "@ben &@dora",
        "@ben + @dora",
        "@ben/@dora",
        "@Ben Okri / @Dora Maar",
        "@ben and also @dora",
        "@ben as well as @dora",
        "@ben、@dora",
        "@ben 以及 @dora",
    ],
)
async def test_two_are_thanked_by_whatever_stands_between_their_names(chat: Chat, whom: str) -> None:
    heard = await chat.says("ada", f"/kudos {whom} for the calm call")
    assert "Ada Lovelace thanks Ben Okri and Dora Maar\nthe calm call" in heard


@pytest.mark.parametrize(
    "names",
    [
        "@ben @dora",
        "ben, dora",
        "Ben Okri and Dora Maar",
        "ben和dora",
        "@ben、@dora",
        "ben & dora",
        "ben@example.com dora",
    ],
)
async def test_whom_somebody_thanks_is_typed_in_one_answer(chat: Chat, names: str) -> None:
    chat.interviews = True
    await chat.says("ada", "/kudos")
    heard = await chat.says("ada", names)
    assert heard.answer.asked is not None
    assert heard.answer.asked.form.given["to"] == [chat.ids["ben"], chat.ids["dora"]]
    assert "I do not know this colleague." in await chat.says("ada", "eve and bob")
    await chat.presses("ada", "That is everybody")
    await chat.says("ada", "the calm call")
    assert "Ada Lovelace thanks Ben Okri and Dora Maar" in await chat.presses("ada", "Skip")


@pytest.mark.parametrize("enough", ["done", "That is everybody", "好了"])
async def test_who_named_everybody_says_so_in_their_words(chat: Chat, enough: str) -> None:
    chat.interviews = True
    await chat.says("ada", "/kudos")
    await chat.says("ada", "ben")
    await chat.says("ada", enough)
    await chat.says("ada", "the calm call")
    assert "Ada Lovelace thanks Ben Okri" in await chat.presses("ada", "Skip")


async def test_one_is_picked_where_one_is_asked_for(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ada", "/1on1 add")
    assert "Please pick one colleague." in await chat.says("ada", "ben and dora")
    assert "What do you want to talk about?" in await chat.says("ada", "ben please")


async def test_where_no_points_are_given_nobody_is_called_generous(chat: Chat) -> None:
    chat.change(lambda store: store.set_setting("kudos_daily", 0))
    heard = await send(chat, "ada", "/kudos @ben for the calm call")
    assert "Sent privately: you thanked Ben Okri." in heard
    assert "points" not in heard


async def test_words_for_somebody_else_that_were_never_sent_are_looked_at_first(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ada", "/kudos @ben")
    assert "Which of our values" in await chat.says("ada", "the design review")
    chat.wait(days=2)
    heard = await chat.says("ada", "/kudos @dora")
    assert "What for?" in heard
    assert heard.answer.asked is not None
    assert heard.answer.asked.form.given["why"] == "the design review"
    await chat.says("ada", "the calm call")
    assert "Ada Lovelace thanks Dora Maar\nthe calm call" in await chat.presses("ada", "Skip")


async def test_an_edit_of_what_was_said_is_not_read_as_a_command(any_chat: Chat) -> None:
    await any_chat.says("ada", "/kudos @ben for the call", message="m1")
    heard = await any_chat.says("ada", "/kudos @bnen for the calm call", message="m1", edits=True)
    assert (heard.answer.outcome, heard.text) == ("ignored", "")


async def test_who_is_named_twice_is_thanked_once(any_chat: Chat) -> None:
    assert "Ben Okri alone will read it" in await any_chat.says("ada", "/kudos @ben @Ben Okri for the call")
    await any_chat.says("ada", "/kudos")
    heard = await any_chat.submits("ada", to=("ben", "ben"), why="the calm incident call")
    assert "Ben Okri alone will read it" in heard
    await any_chat.presses("ada", "Send privately")
    assert len(given(any_chat)) == 1
    assert len(any_chat.told_cards("ben")) == 1


async def test_posting_tells_the_channel_and_each_receiver(any_chat: Chat) -> None:
    channel = place(any_chat)
    await any_chat.says("ada", "/kudos @ben @chen for the calm incident call #teamwork")
    heard = await any_chat.presses("ada", "Post it")
    assert "Posted in #general" in heard
    assert "Ada Lovelace thanks Ben Okri and 陈明" in any_chat.posted(channel)
    assert "the calm incident call" in any_chat.posted(channel)
    assert "Teamwork" in any_chat.posted(channel)
    assert "Ada Lovelace thanks you" in any_chat.told("ben")
    assert "the calm incident call" in any_chat.told("chen")
    ben, chen = given(any_chat)
    assert (ben.kind, ben.group_id, ben.tags, ben.points) == (
        Kind.KUDOS_PUBLIC,
        chen.group_id,
        ["teamwork"],
        1,
    )
    (row,) = (row for row in any_chat.rows(Outgoing) if row.place_id)
    assert (row.about, row.unclear) == (f"kudos:{ben.group_id}", "reconcile")


class NotThere(Letterbox):
    """A platform from whose channel Upbeat was removed while nobody told it."""

    async def speak(self, parcel: Parcel) -> Receipt:
        if parcel.to.external_id == "C1":
            raise Unreachable("not_in_channel")
        return await super().speak(parcel)


async def test_the_giver_hears_that_a_post_was_refused_and_may_post_it_elsewhere(chat: Chat) -> None:
    channel = place(chat)
    await chat.says("ada", "/kudos @ben for the calm incident call")
    await chat.presses("ada", "Post it")
    other = place(chat, "all", "C2")
    line = NotThere("web")
    await Delivery(chat.core, [line], worker="test").deliver()
    told = chat.told_cards("ada")[-1]
    assert "Your kudos to Ben Okri could not be posted in #general." in told
    assert list(told.buttons) == ["Post in #all", "Post in #general", "Take it back"]
    assert "Add me there first" in await chat.presses("ada", "Post in #general", on=told)
    assert "Posted in #all: you thanked Ben Okri." in await chat.presses("ada", "Post in #all", on=told)
    assert "Ada Lovelace thanks Ben Okri" in chat.posted(other)
    chat.change(lambda store: store.accounts.seen_place("web", "C1", "general"))
    assert "sent already, once" in await chat.presses("ada", "Post in #general", on=told)
    await chat.deliver()
    await chat.presses("ada", "Take it back", on=told)
    assert "C2" in {parcel.to.external_id for parcel in await chat.deliver() if parcel.over}
    assert chat.posted(channel).count("thanks Ben") == 1
    assert given(chat)[0].place_id == other


async def test_no_receiver_goes_on_reading_of_a_post_that_was_refused(chat: Chat) -> None:
    """Chen is told in the morning: of what stands then."""
    place(chat)
    chat.change(lambda store: store.preferences.set(chat.ids["chen"], "quiet", ["09:00", "19:00"]))
    await chat.says("ada", "/kudos @ben @chen for the calm incident call")
    await chat.presses("ada", "Post it")
    other = place(chat, "all", "C2")
    line = NotThere("web")
    delivery = Delivery(chat.core, [line], worker="test")
    while await delivery.deliver():
        pass
    ben, chen = ([p for p in line.parcels if p.person_id == chat.ids[who]] for who in ("ben", "chen"))
    assert (len(ben), ben[1].over is not None, chen) == (2, True, [])
    assert "It could not be posted in #general." in Voice().plain(ben[1].card)
    await chat.presses("ada", "Post in #all", on=chat.told_cards("ada")[-1])
    arrived = {parcel.person_id: parcel for parcel in await chat.deliver()}
    assert "Posted in #all" in Voice().plain(arrived[chat.ids["ben"]].card)
    assert arrived[chat.ids["ben"]].over
    chat.wait(hours=10)
    (late, *_) = await chat.deliver()
    assert "Posted in #all" in Voice().plain(late.card)
    assert other in {row.place_id for row in given(chat)}


async def test_private_kudos_go_to_the_receivers_alone(chat: Chat) -> None:
    place(chat)
    await chat.says("ada", "/kudos @ben @chen for the calm call")
    await chat.presses("ada", "Send privately")
    assert chat.posted() == ""
    assert "Ada Lovelace thanks you" in chat.told("ben")
    assert "陈明" not in chat.told("ben")
    assert "Only you and Ada Lovelace can read this. HR has no access." in chat.told("ben")
    assert {row.kind for row in given(chat)} == {Kind.KUDOS_PRIVATE}


@pytest.mark.parametrize("who", ["dora", "eve", "grace", "hana", "ivan", "ada"])
async def test_nobody_else_reads_private_kudos(any_chat: Chat, who: str) -> None:
    await any_chat.says("chen", "/kudos @ben for the secret help")
    await any_chat.presses("chen", "Send privately")
    (row,) = given(any_chat)
    seen = any_chat.change(lambda store: store.kudos.standing(row.group_id, reader=any_chat.ids[who]))
    assert seen == []
    assert "secret help" not in any_chat.told(who)


async def test_without_a_channel_only_private_is_offered_and_it_is_said(chat: Chat) -> None:
    heard = await chat.says("ada", "/kudos @ben for the calm call")
    assert "I know no channel to post in" in heard
    assert list(heard.buttons) == ["Send privately", "Edit"]


async def test_the_channel_is_the_chosen_one_then_the_one_where_it_is_said_then_the_teams(chat: Chat) -> None:
    place(chat, "general", "C1")
    team = place(chat, "engines-room", "C2")
    kudos = place(chat, "company-kudos", "C3")
    said = "/kudos @ben for the calm call"
    assert "everybody in #general" in await chat.says("ada", said)
    chat.change(lambda store: store.change(store.kudos.place(team), team="Engines"))
    assert "everybody in #engines-room" in await chat.says("ada", said)
    assert "everybody in #lunch" in await chat.says(
        "ada", said, where=Where(kind="channel", id="C4", name="lunch")
    )
    chat.change(lambda store: store.set_setting("kudos_place", kudos))
    assert "everybody in #company-kudos" in await chat.says("ada", said, where=GENERAL)


async def test_a_channel_that_upbeat_was_removed_from_is_not_offered(chat: Chat) -> None:
    place(chat)
    chat.change(lambda store: store.accounts.seen_place("web", "C1", "general", gone=True))
    heard = await chat.says("ada", "/kudos @ben for the calm call", where=GENERAL)
    assert "Post it" not in heard.buttons


async def test_a_reason_is_required(chat: Chat) -> None:
    heard = await chat.says("ada", "/kudos @ben")
    assert heard.form is not None
    assert heard.form.given["to"] == (chat.ids["ben"],)
    refused = await chat.submits("ada", to=("ben",), why="  ")
    assert "Please answer this" in refused
    assert "calm" in await chat.submits("ada", to=("ben",), why="the calm call")


async def test_what_is_said_now_wins_over_an_older_draft(chat: Chat) -> None:
    await chat.says("ada", "/kudos @chen")
    heard = await chat.says("ada", "/kudos @ben")
    assert heard.form is not None
    assert heard.form.given["to"] in ((chat.ids["ben"],), [chat.ids["ben"]])


@pytest.mark.parametrize(
    "words",
    [
        "kudos to @ben and @chen for the calm incident call",
        "kudos @ben and @chen: the calm incident call",
        "点赞给@ben和@chen 因为 the calm incident call",
        "点赞 @ben、@陈明因为the calm incident call",
        "／点赞　＠ben　＠chen　the calm incident call",
        "点赞@ben和@chen，因为 the calm incident call",
    ],
)
async def test_whom_one_thanks_is_understood_as_people_write_it(chat: Chat, words: str) -> None:
    heard = await chat.says("ada", words)
    assert "Ada Lovelace thanks Ben Okri and 陈明\nthe calm incident call\n" in heard


async def test_nobody_thanks_themselves(chat: Chat) -> None:
    assert "somebody else than yourself" in await chat.says("ada", "/kudos @ada for being great")
    assert "somebody else than yourself" in await chat.says("ada", "/kudos @ben @ada for being great")
    assert given(chat) == []


async def test_bots_and_those_who_left_are_no_colleagues(chat: Chat) -> None:
    assert "I do not know" in await chat.says("ada", "/kudos @upbeat for the reminders")
    await chat.says("ada", "/kudos @ben for the calm call")
    leave(chat, "ben")
    heard = await chat.presses("ada", "Send privately")
    assert "does not work here any more" in heard
    assert given(chat) == []
    assert "I do not know" in await chat.says("ada", "/kudos @ben for the calm call")


def leave(chat: Chat, who: str) -> None:
    from sqlmodel import col

    def work(store):  # type: ignore[no-untyped-def]
        row = store.one(PersonRow, col(PersonRow.id) == chat.ids[who])
        store.change(row, left_at=store.now, revision=store.people_changed())

    chat.change(work)


async def test_pressing_twice_posts_once(any_chat: Chat) -> None:
    channel = place(any_chat)
    preview = await any_chat.says("ada", "/kudos @ben for the calm call")
    await any_chat.presses("ada", "Post it", on=preview)
    assert "not valid any more" in await any_chat.presses("ada", "Post it", on=preview)
    assert "sent already" in await any_chat.presses("ada", "Send privately", on=preview)
    assert len(given(any_chat)) == 1
    assert any_chat.posted(channel).count("thanks Ben Okri") == 1


async def test_a_foreign_press_is_refused_without_a_word(chat: Chat) -> None:
    place(chat)
    preview = await chat.says("ada", "/kudos @ben for the calm call")
    refused = await chat.presses("eve", "Post it", on=preview)
    assert "not valid any more" in refused
    assert "Ben" not in refused
    assert given(chat) == []


async def test_edit_opens_the_form_with_everything_in_it(chat: Chat) -> None:
    place(chat)
    await chat.says("ada", "/kudos @ben for the calm call #teamwork #quality")
    heard = await chat.presses("ada", "Edit")
    assert heard.form is not None
    assert heard.form.given["why"] == "the calm call #quality"
    assert heard.form.given["value"] == "teamwork"
    heard = await chat.submits("ada", to=("ben", "chen"), why="the very calm call #quality", value="teamwork")
    await chat.presses("ada", "Post it")
    assert {row.why for row in given(chat)} == {"the very calm call"}
    assert given(chat)[0].tags == ["teamwork", "quality"]


# Again, and too often ------------------------------------------------------------------------------------------------


async def test_the_same_again_within_minutes_asks_first(any_chat: Chat) -> None:
    place(any_chat)
    early = await any_chat.says("ada", "/kudos @ben for the calm call")
    await any_chat.says("ada", "/kudos @ben for the calm call")
    await any_chat.presses("ada", "Post it")
    asked = await any_chat.presses("ada", "Post it", on=early)
    assert "You sent the same to Ben Okri a minute ago. Send it again?" in asked
    assert len(given(any_chat)) == 1
    asked = await any_chat.says("ada", "/kudos @ben @chen for  The calm call")
    assert "Send it again?" in asked
    await any_chat.presses("ada", "Send again")
    assert len(given(any_chat)) == 3


async def test_the_same_again_after_ten_minutes_or_to_somebody_else_does_not_ask(chat: Chat) -> None:
    place(chat)
    await chat.says("ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Post it")
    assert "Send it again?" not in await chat.says("ada", "/kudos @eve for the calm call")
    chat.wait(minutes=11)
    assert "Send it again?" not in await chat.says("ada", "/kudos @ben for the calm call")


async def test_the_daily_allowance_stops_the_points_and_not_the_thanks(any_chat: Chat) -> None:
    any_chat.change(lambda store: store.set_setting("kudos_daily", 2))
    heard = await send(any_chat, "ada", "/kudos @ben @chen @eve for the release")
    assert "You are generous today" in heard
    assert [row.points for row in given(any_chat)] == [1, 1, 0]
    assert "Ada Lovelace thanks you" in any_chat.told("eve")
    await send(any_chat, "ada", "/kudos @dora for the pictures")
    assert [row.points for row in given(any_chat)][-1] == 0
    any_chat.wait(days=1)
    assert "generous" not in await send(any_chat, "ada", "/kudos @dora for the drawings")
    assert [row.points for row in given(any_chat)][-1] == 1


async def test_one_a_day_is_said_as_one(chat: Chat) -> None:
    chat.change(lambda store: store.set_setting("kudos_daily", 1))
    assert "a point goes to one person a day" in await send(chat, "ada", "/kudos @ben @eve for the release")
    saved = await chat.says("hana", "/goals setup 1")
    assert "A manager hears of it one workday after the owner was told." in saved


async def send(chat: Chat, who: str, words: str):  # type: ignore[no-untyped-def]
    await chat.says(who, words)
    return await chat.presses(who, "Send privately")


# Back ----------------------------------------------------------------------------------------------------------------


async def test_days_are_those_of_whoever_reads(chat: Chat) -> None:
    chat.at(datetime(2026, 11, 24, 1, 30, tzinfo=UTC))  # Tuesday in Berlin, still Monday in New York
    await send(chat, "ben", "/kudos @eve for the calm call")
    await send(chat, "eve", "/kudos @ben for the calm answer")
    assert "To Ben Okri, Mon, Nov 23" in await chat.says("eve", "/kudos mine")
    assert "Ben Okri, Mon, Nov 23" in chat.last["eve"]
    assert "To Eve Curie, Tue, Nov 24" in await chat.says("ben", "/kudos mine")
    await chat.presses("ben", "Take it back")
    chat.wait(days=1)
    assert "took back the kudos that you got on Mon, Nov 23" in chat.told("eve")


async def test_thank_back_opens_kudos_to_the_giver(chat: Chat) -> None:
    await send(chat, "ada", "/kudos @ben for the calm call")
    heard = await chat.presses("ben", "Thank back")
    assert heard.form is not None
    assert list(heard.form.given["to"]) == [chat.ids["ada"]]
    chat.leaves("ada")
    assert "Ada Lovelace does not work here any more." in await chat.presses(
        "ben", "Thank back", on=chat.told_cards("ben")[0]
    )


async def test_taking_back_is_a_reversing_row_and_everybody_who_heard_hears_it(any_chat: Chat) -> None:
    channel = place(any_chat)
    await any_chat.says("ada", "/kudos @ben for the calm call")
    posted = await any_chat.presses("ada", "Post it")
    heard = await any_chat.presses("ada", "Take it back", on=posted)
    assert "Taken back" in heard
    (first,), (back,) = given(any_chat), reversals(any_chat)
    assert (back.reverses, back.points, back.subject_id) == (first.id, -1, any_chat.ids["ben"])
    assert first.why == "the calm call"
    assert "Ada Lovelace took back the kudos to Ben Okri." in any_chat.posted(channel)
    assert "took back the kudos that you got" in any_chat.told("ben")
    assert "calm call" not in await any_chat.says("ben", "/kudos mine")
    assert "already" in await any_chat.presses("ada", "Take it back", on=posted)
    assert len(reversals(any_chat)) == 1


async def test_private_kudos_taken_back_from_the_list_are_told_to_the_receiver_alone(chat: Chat) -> None:
    place(chat)
    await send(chat, "ada", "/kudos @ben for the calm call")
    await chat.says("ada", "/kudos mine")
    await chat.presses("ada", "Take it back")
    assert chat.posted() == ""
    assert "took back" in chat.told("ben")


async def test_taken_back_kudos_are_replaced_in_the_channel_and_in_the_chat(any_chat: Chat) -> None:
    place(any_chat)
    await any_chat.says("ada", "/kudos @ben for the calm call")
    posted = await any_chat.presses("ada", "Post it")
    before = {parcel.to.address: parcel for parcel in await any_chat.deliver()}
    await any_chat.presses("ada", "Take it back", on=posted)
    after = await any_chat.deliver()
    assert len(after) == len(before) == 2
    assert all(parcel.over for parcel in after)
    assert {parcel.to.address for parcel in after} == set(before)
    assert all("calm call" not in Voice().plain(parcel.card) for parcel in after)


async def test_an_emoji_under_the_private_message_is_no_reaction_to_the_post(chat: Chat) -> None:
    place(chat)
    await chat.says("ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Post it")
    await chat.deliver()
    for number in (1, 2):
        await chat.reacts("ben", f"m{number}", where=Where(id="dm-ben"))
    assert chat.rows(ReactionRow) == []


async def test_only_the_giver_takes_it_back(chat: Chat) -> None:
    place(chat)
    await chat.says("ada", "/kudos @ben for the calm call")
    posted = await chat.presses("ada", "Post it")
    assert "not valid" in await chat.presses("ben", "Take it back", on=posted)
    assert reversals(chat) == []


async def test_points_taken_back_may_be_given_again(chat: Chat) -> None:
    chat.change(lambda store: store.set_setting("kudos_daily", 1))
    await send(chat, "ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Take it back")
    assert "generous" not in await send(chat, "ada", "/kudos @eve for the release")


# Reactions -----------------------------------------------------------------------------------------------------------


async def posted_with_message(chat: Chat) -> str:
    """A public thanks to Ben, delivered; returns the id of the message in the channel."""
    place(chat)
    await chat.says("ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Post it")
    await chat.deliver()
    (post,) = (row for row in chat.rows(Posted) if row.about.startswith("kudos:"))
    return str(post.message)


async def test_reactions_count_once_for_person_emoji_and_message_and_can_be_taken_back(
    any_chat: Chat,
) -> None:
    message = await posted_with_message(any_chat)
    for who, emoji in (("eve", "tada"), ("eve", "tada"), ("eve", "heart"), ("dora", "tada")):
        await any_chat.reacts(who, message, emoji, where=GENERAL)
    assert "3 reactions" in await any_chat.says("ben", "/kudos mine")
    await any_chat.reacts("eve", message, "heart", added=False, where=GENERAL)
    await any_chat.reacts("dora", message, "heart", added=False, where=GENERAL)
    assert "2 reactions" in await any_chat.says("ada", "/kudos mine")
    await any_chat.reacts("eve", message, "heart", where=GENERAL)
    assert "3 reactions" in await any_chat.says("ben", "/kudos mine")
    assert len(any_chat.rows(ReactionRow)) == 3


async def test_a_reaction_that_is_brought_after_its_removal_does_not_count(any_chat: Chat) -> None:
    message = await posted_with_message(any_chat)

    async def reacts(second: int, *, added: bool) -> None:
        moment = any_chat.now + timedelta(seconds=second)
        await any_chat.does("eve", Reacted(message, "tada", added, moment), where=GENERAL)

    await reacts(2, added=False)
    await reacts(1, added=True)
    assert "reaction" not in await any_chat.says("ben", "/kudos mine")
    await reacts(3, added=True)
    assert "1 reaction" in await any_chat.says("ben", "/kudos mine")
    await reacts(2, added=False)
    assert "1 reaction" in await any_chat.says("ben", "/kudos mine")


async def test_strangers_and_other_messages_do_not_count(chat: Chat) -> None:
    message = await posted_with_message(chat)
    await chat.reacts("a stranger", message, where=GENERAL)
    await chat.reacts("eve", message + "2", where=GENERAL)
    assert chat.rows(ReactionRow) == []


# The Friday digest ---------------------------------------------------------------------------------------------------

FRIDAY = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def ring(chat: Chat) -> Rung:
    chat.at(FRIDAY)

    def work(store) -> Rung:  # type: ignore[no-untyped-def]
        rung = digest.ring(Ring("company", FRIDAY, store.now, store))
        for tell in rung.tell:
            chat.core.queue(store, "kudos.digest", tell)
        return rung

    return chat.change(work)  # type: ignore[no-any-return]


async def test_the_friday_digest_thanks_in_public_words_without_numbers(any_chat: Chat) -> None:
    channel = place(any_chat)
    await any_chat.says("ada", "/kudos @ben @eve for the calm call")
    await any_chat.presses("ada", "Post it")
    await send(any_chat, "chen", "/kudos @ben for the secret help")
    await any_chat.says("ada", "/kudos @chen for the wrong thing")
    posted = await any_chat.presses("ada", "Post it")
    await any_chat.presses("ada", "Take it back", on=posted)
    rung = ring(any_chat)
    (tell,) = rung.tell
    assert tell.place == channel
    text = any_chat.posted(channel).split("Thanks of the week")[1]
    assert "Ada Lovelace thanks Ben Okri and Eve Curie" in text
    assert "the calm call" in text
    assert "secret help" not in text
    assert "wrong thing" not in text
    assert rung.next_at == FRIDAY + timedelta(days=7)


async def test_the_clock_rings_the_digest_once(any_chat: Chat) -> None:
    channel = place(any_chat)
    await any_chat.says("ada", "/kudos @ben for the calm call")
    await any_chat.presses("ada", "Post it")
    await any_chat.tick()
    any_chat.at(FRIDAY)
    await any_chat.tick()
    await any_chat.tick()
    assert any_chat.posted(channel).count("Thanks of the week") == 1
    assert any_chat.change(lambda store: store.slots.next("kudos.digest", "company")) == FRIDAY + timedelta(
        days=7
    )


@pytest.mark.parametrize("zone", ["", "Asia/Shanghai"])
@pytest.mark.parametrize(
    "friday", [datetime(2026, 10, 23, 14, tzinfo=UTC), datetime(2027, 3, 26, 15, tzinfo=UTC)]
)
async def test_what_is_thanked_for_around_the_change_of_the_clocks_is_posted_once(
    any_chat: Chat, friday: datetime, zone: str
) -> None:
    chat, channel = any_chat, place(any_chat)
    chat.at(friday - timedelta(days=6))
    await chat.tick()
    for minutes in (-30, 30):
        chat.at(friday + timedelta(minutes=minutes))
        await chat.says("ada", f"/kudos @ben for what came {minutes} minutes from then")
        await chat.presses("ada", "Post it")
        if minutes < 0:
            chat.at(friday)
            await chat.tick()
    chat.change(lambda store: store.organisation.choose("zone", zone))
    await chat.tick()
    chat.at(friday + timedelta(days=7, hours=1))
    await chat.tick()
    _, *digests = chat.posted(channel).split("Thanks of the week")
    assert [text.count("what came -30 minutes") for text in digests] == [1, 0]
    assert "what came 30 minutes" in digests[1]


async def test_the_digest_goes_on_after_a_restore_from_a_backup(any_chat: Chat) -> None:
    chat, channel = any_chat, place(any_chat)
    await chat.tick()
    chat.at(FRIDAY + timedelta(days=4))
    chat.change(lambda store: store.set_setting(RESTORED_AT, chat.now.isoformat()))
    await chat.tick()
    await chat.says("ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Post it")
    assert "Thanks of the week" not in chat.posted(channel)
    chat.at(FRIDAY + timedelta(days=7))
    await chat.tick()
    assert "the calm call" in chat.posted(channel).split("Thanks of the week")[1]


async def test_what_is_thanked_for_while_the_clock_stands_still_is_in_the_next_digest(chat: Chat) -> None:
    channel = place(chat)
    await chat.tick()
    chat.at(FRIDAY + timedelta(days=1))
    await chat.says("ada", "/kudos @ben for the calm call")
    await chat.presses("ada", "Post it")
    for days in (8, 14):
        chat.at(FRIDAY + timedelta(days=days))
        await chat.tick()
    assert "the calm call" in chat.posted(channel).split("Thanks of the week")[1]


async def test_what_was_erased_is_no_thanks_of_the_week(chat: Chat) -> None:
    channel = place(chat)
    for who, words in (("ben", "/kudos @ada for the calm call"), ("ada", "/kudos @eve for the quick fix")):
        await chat.says(who, words)
        await chat.presses(who, "Post it")
    chat.leaves("ben")
    await chat.says("hana", "/upbeat privacy departed ben")
    await chat.presses("hana", "Erase")
    await chat.submits("hana", confirm="erase")
    ring(chat)
    text = chat.posted(channel).split("Thanks of the week")[1]
    assert "the quick fix" in text
    assert "thanks Ada Lovelace" not in text


async def test_a_week_without_public_thanks_is_silent(chat: Chat) -> None:
    place(chat)
    await send(chat, "chen", "/kudos @ben for the secret help")
    rung = ring(chat)
    assert rung.tell == ()
    assert rung.silence is not None


async def test_the_digest_is_due_on_friday_at_four_where_most_people_are(chat: Chat) -> None:
    friday = chat.change(lambda store: next_friday(store, store.now))
    assert friday == FRIDAY
    assert chat.change(lambda store: next_friday(store, FRIDAY)) == FRIDAY + timedelta(days=7)
    chat.change(lambda store: store.organisation.choose("zone", "Asia/Shanghai"))
    assert chat.change(lambda store: next_friday(store, store.now)) == datetime(
        2026, 11, 27, 8, 0, tzinfo=UTC
    )


async def test_planning_everybody_plans_one_digest_and_does_not_move_one_that_is_due(chat: Chat) -> None:
    def plan(store):  # type: ignore[no-untyped-def]
        for person in store.directory.active():
            store.slots.plan_person("kudos.digest", person.id, digest.plan(store, person, store.now))
        return store.slots.next("kudos.digest", "company")

    assert chat.change(plan) == FRIDAY
    chat.at(FRIDAY + timedelta(minutes=1))
    assert chat.change(plan) == FRIDAY


async def test_a_question_at_a_time_ends_in_the_same_preview(chat: Chat) -> None:
    chat.interviews = True
    heard = await chat.says("ada", "/kudos")
    assert "Whom do you thank?" in heard
    await chat.presses("ada", "Ben Okri")
    await chat.says("ada", "and also dora")
    await chat.presses("ada", "That is everybody")
    heard = await chat.says("ada", "the calm call")
    assert "Which of our values" in heard
    heard = await chat.presses("ada", "Teamwork")
    assert "Ada Lovelace thanks Ben Okri and Dora Maar" in heard
    await chat.presses("ada", "Send privately")
    assert [(row.why, row.tags) for row in given(chat)] == [("the calm call", ["teamwork"])] * 2


# Who has not been thanked --------------------------------------------------------------------------------------------


async def test_nothing_is_posted_where_the_company_chose_that_kudos_are_private(chat: Chat) -> None:
    place(chat)
    before = await chat.says("ada", "/kudos @ben for the call", where=GENERAL)
    chat.change(lambda store: store.set_setting("kudos_place", "-"))
    heard = await chat.says("ada", "/kudos @ben for the call", where=GENERAL)
    assert "Kudos are private here: the company chose that nothing is posted." in heard
    assert "I know no channel" not in heard
    for heard in (
        await chat.presses("ada", "Post it", on=before),
        await chat.says("ada", "/kudos @ben for the call", where=GROUP),
    ):
        assert "Give them in our private chat, and only those who are thanked read it." in heard
    assert given(chat) == []


@pytest.mark.parametrize("where", [Where(id="dm-dora"), GROUP])
async def test_more_people_than_can_be_thanked_at_once_are_refused(chat: Chat, where: Where) -> None:
    pats = [f"pat{n}" for n in range(11)]
    hire(chat, *pats)
    said = f"/kudos {' '.join(f'@{who}' for who in pats)} for the party"
    assert "Please pick at most 10 people." in await chat.says("dora", said, where=where)
    assert given(chat) == []


async def test_a_value_in_the_middle_leaves_one_blank_behind(chat: Chat) -> None:
    heard = await chat.says("ada", "/kudos @ben for the call #teamwork and more #quality, thanks")
    assert "\nthe call and more, thanks\n" in heard.text


async def test_who_is_alone_in_a_team_reads_so(chat: Chat) -> None:
    assert "Nobody else is in your team, People." in await chat.says("hana", "/kudos team")


async def test_a_manager_sees_who_of_their_reports_was_not_thanked(any_chat: Chat) -> None:
    place(any_chat)
    await any_chat.says("dora", "/kudos @ben for the calm call")
    await any_chat.presses("dora", "Post it")
    await send(any_chat, "dora", "/kudos @eve for the secret help")
    heard = await any_chat.says("ada", "/kudos team")
    assert "Ben Okri" not in heard
    assert "Eve Curie" in heard  # what Dora thanked her for in private is not given away
    assert "陈明" in heard
    await send(any_chat, "ada", "/kudos @eve for the help")
    assert "Eve Curie" not in await any_chat.says("ada", "/kudos team")
    any_chat.wait(days=31)
    assert "Ben Okri" in await any_chat.says("ada", "/kudos team")


async def test_others_see_their_team_and_a_press_opens_kudos_to_somebody_of_it(chat: Chat) -> None:
    heard = await chat.says("ben", "/kudos team")
    assert "Ada Lovelace" in heard
    assert "Dora Maar" not in heard
    assert "Ben Okri" not in heard
    opened = await chat.presses("ben", "Thank")
    assert opened.form is not None
    assert len(opened.form.given["to"]) == 1


async def test_it_is_shown_to_the_giver_alone(chat: Chat) -> None:
    assert "private chat" in await chat.says("ada", "/kudos team", where=GROUP)


# Set-up --------------------------------------------------------------------------------------------------------------


async def test_hr_sets_values_channel_and_allowance_after_a_preview(any_chat: Chat) -> None:
    channel = place(any_chat, "thanks", "C9")
    heard = await any_chat.says("hana", "/kudos setup")
    assert heard.form is not None
    assert heard.form.given["daily"] == 5
    heard = await any_chat.submits("hana", named="Courage, #care、诚信", place=channel, daily="3")
    assert "Courage, care, and 诚信" in heard
    assert "#thanks" in heard
    assert "Fridays at 16:00 (Europe/Berlin)" in heard
    assert any_chat.change(lambda store: store.setting("values")) is None
    await any_chat.presses("hana", "Save")
    heard = await any_chat.says("ada", "/kudos @ben 因为沉着冷静 #诚信")
    assert "everybody in #thanks" in heard
    assert "Values: 诚信" in heard
    assert any_chat.change(lambda store: store.setting("kudos_daily")) == 3


async def test_kudos_can_be_private_for_the_whole_company(chat: Chat) -> None:
    place(chat)
    await chat.says("ivan", "/kudos setup")
    await chat.submits("ivan", named="care", place="-", daily="3")
    await chat.presses("ivan", "Save")
    assert "Post it" not in (await chat.says("ada", "/kudos @ben for the call", where=GENERAL)).buttons


async def test_others_do_not_set_it_up(chat: Chat) -> None:
    assert "HR and administrators" in await chat.says("ada", "/kudos setup")


async def test_values_that_are_no_values_are_refused_in_the_form(chat: Chat) -> None:
    await chat.says("hana", "/kudos setup")
    heard = await chat.submits("hana", named=" , #", place="said", daily="3")
    assert "Please name 1 to 12 values" in heard
    heard = await chat.submits("hana", named="care", place="said", daily="-1")
    assert "from 0 to 100" in heard


# Groups, shortcuts, home ---------------------------------------------------------------------------------------------


async def test_in_a_group_kudos_are_public_at_once_and_reactions_to_them_count(any_chat: Chat) -> None:
    heard = await any_chat.says("ada", "/kudos @ben for the calm call", where=GROUP)
    assert heard.card is None
    assert "Ada Lovelace thanks Ben Okri" in any_chat.posted()
    assert "Ada Lovelace thanks you" in any_chat.told("ben")
    assert "Posted in #Engines" in any_chat.told("ada")
    (row,) = (row for row in any_chat.rows(Outgoing) if row.place_id)
    assert row.about == f"kudos:{given(any_chat)[0].group_id}"
    again = await any_chat.says("ada", "/kudos @ben for the calm call", where=GROUP)
    assert "Send it again?" in again
    assert len(given(any_chat)) == 1


async def test_kudos_for_a_message_go_to_its_author_with_its_words(chat: Chat) -> None:
    place(chat)
    quoted = Quoted("I fixed <!channel> the build", author="ben")
    heard = await chat.opens("ada", "kudos_for_this", quoted=quoted)
    assert heard.form is not None
    assert list(heard.form.given["to"]) == [chat.ids["ben"]]
    heard = await chat.submits("ada", to=("ben",), why="the quick fix")
    assert "I fixed <!channel> the build" in heard
    assert "I fixed" not in await chat.presses("ada", "Leave out the message")
    await chat.presses("ada", "Post it")
    assert given(chat)[0].quoted == ""


async def test_kudos_for_ones_own_message_are_refused(chat: Chat) -> None:
    assert "You wrote this yourself" in await chat.opens(
        "ada", "kudos_for_this", quoted=Quoted("me", author="ada")
    )


async def test_a_message_of_nobody_we_know_leaves_the_receiver_open(chat: Chat) -> None:
    heard = await chat.opens("ada", "kudos_for_this", quoted=Quoted("beep", author="a bot"))
    assert heard.form is not None
    assert not heard.form.given.get("to")


async def test_the_shortcut_opens_the_form(chat: Chat) -> None:
    heard = await chat.opens("ada", "give_kudos")
    assert heard.form is not None


async def test_home_shows_thanks_since_the_last_visit(chat: Chat) -> None:
    await send(chat, "ada", "/kudos @ben for the calm call")
    assert "Thanks since your last visit" in await chat.opens("ben")
    chat.wait(minutes=5)
    assert "calm call" in await chat.opens("ben")
    chat.wait(hours=2)
    assert "Thanks since your last visit" not in await chat.opens("ben")


async def test_the_list_is_paged(chat: Chat) -> None:
    for n in range(7):
        await send(chat, "ada", f"/kudos @ben for thing {n}")
        chat.wait(minutes=1)
    heard = await chat.says("ben", "/kudos mine")
    assert "thing 6" in heard
    assert "thing 1" not in heard
    assert "thing 1" in await chat.presses("ben", "Older")


# Languages and hostile words -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "点赞 @ben 因为帮我修好了构建",
        "/点赞 @ben 帮我修好了构建",
        "点赞@ben 因为：帮我修好了构建",
        "点个赞 @ben 帮我修好了构建",
    ],
)
async def test_chinese_words_work_without_a_slash(chat: Chat, said: str) -> None:
    heard = await chat.says("chen", said)
    assert "帮我修好了构建" in heard
    await chat.presses("chen", next(iter(heard.buttons)))
    assert given(chat)[0].why == "帮我修好了构建"


@pytest.mark.parametrize(
    "why", ["谢谢你的帮助", "为人热情，有问必答", "为了上线加班到很晚", "Learning the new tool so fast"]
)
async def test_words_that_mean_something_are_kept_whole(chat: Chat, why: str) -> None:
    await chat.presses("chen", "私下发送", on=await chat.says("chen", f"点赞 @ben {why}"))
    assert given(chat)[0].why == why


@pytest.mark.parametrize(
    "words",
    ["<!channel> @everyone", "<b>bold</b> {name}", "=HYPERLINK(1)", "a\x00b\u202ec", "🎉" * 1000, "\ud800x"],
)
async def test_hostile_words_stay_words(any_chat: Chat, words: str) -> None:
    place(any_chat)
    await any_chat.says("ada", f"/kudos @ben for {words}")
    await any_chat.presses("ada", "Post it")
    (row,) = given(any_chat)
    assert row.why in any_chat.posted()
    assert "\x00" not in row.why
    assert "\u202e" not in row.why


@pytest.mark.parametrize("tags", ["#teamwork, #quality", "#teamwork、#quality", "#teamwork #quality"])
async def test_what_stands_between_values_is_no_part_of_the_reason(chat: Chat, tags: str) -> None:
    await send(chat, "ada", f"/kudos @ben for the calm call! {tags}")
    assert [(row.why, row.tags) for row in given(chat)] == [("the calm call!", ["teamwork", "quality"])]


async def test_values_are_tagged_by_what_they_are_called_in_chinese(chat: Chat) -> None:
    await send(chat, "chen", "点赞 @ben 因为 故障时沉着冷静 #团队协作 #精益求精")
    assert [(row.why, row.tags) for row in given(chat)] == [("故障时沉着冷静", ["teamwork", "quality"])]


async def test_words_that_are_too_long_are_refused_and_kept(chat: Chat) -> None:
    await chat.says("ada", "/kudos @ben")
    heard = await chat.submits("ada", to=("ben",), why="x" * 1501)
    assert "1,500 fit here" in heard
    assert heard.form is not None
    assert heard.form.given["why"] == "x" * 1501


async def test_the_notice_can_be_switched_off(chat: Chat) -> None:
    chat.change(lambda store: store.preferences.set(chat.ids["ben"], "notice:kudos.received", False))
    await send(chat, "ada", "/kudos @ben for the calm call")
    assert chat.told("ben") == ""
    assert "calm call" in await chat.says("ben", "/kudos mine")


async def test_the_database_holds_no_reason_in_the_clear(chat: Chat) -> None:
    await send(chat, "ada", "/kudos @ben for the calm call")
    raw = chat.change(
        lambda store: store.connection.exec_driver_sql("select why, quoted from kudos").fetchall()
    )
    assert b"calm" not in bytes(raw[0][0])


# Naming --------------------------------------------------------------------------------------------------------------


async def test_a_name_under_which_two_go_in_the_chat_is_nobodys(any_chat: Chat) -> None:
    """Display names of Slack are as people like them."""
    ids = any_chat.ids
    for who in ("ben", "dora"):
        any_chat.change(lambda store, who=who: store.accounts.link(ids[who], "slack", who, username="Sunny"))
    any_chat.change(lambda store: store.accounts.link(ids["eve"], "slack", "eve", username="Ben"))
    any_chat.change(lambda store: store.accounts.link(ids["chen"], "slack", "chen", username="Ben"))
    names = any_chat.change(lambda store: store.directory)
    assert named("Sunny for the call", names, "slack")[0] is None
    assert named("ben for the call", names, "slack")[0] is None
    assert named("Ben Okri for the call", names, "slack")[0].name == "Ben Okri"
    assert named("ben for the call", names, "web")[0].name == "Ben Okri"


async def test_a_name_is_known_with_the_apostrophe_of_a_phone(any_chat: Chat) -> None:
    any_chat.rename("ben", "Ben O'Neil")
    heard = await any_chat.says("ada", "/kudos @Ben O\u2019Neil for the call")
    assert "Ada Lovelace thanks Ben O'Neil" in heard
    assert "Neil for the call" not in heard


async def test_a_name_that_is_repeated_thousands_of_times_keeps_nobody_waiting(chat: Chat) -> None:
    began = time.process_time()
    assert "thanks Ben Okri" in await chat.says("ada", f"/kudos {'@ben ' * 6_000}for the talk")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("@Ben! Great job", "Great job"),
        ("@Ben. Great job.", "Great job."),
        ("@Ben - great job", "great job"),
        ("@Ben… -5% costs", "-5% costs"),
        ("@ben's work on the call", "work on the call"),
        ("@Ben Okri's help", "help"),
        ("\x02ben\x03’s help", "help"),
        ("@Anna Berg for x", "x"),
        ("@Anna Maria: x", "x"),
        ("@Anna Bergmann's x", "Bergmann's x"),
        ("一下@Ben 帮忙", "帮忙"),
        ("@Ben; @Anna! for x", "x"),
        ("@Ben: :tada: great launch :tada:", ":tada: great launch :tada:"),
        ("@Ben :+1::skin-tone-2:", ":+1::skin-tone-2:"),
        ("@Ben .5 seconds saved", ".5 seconds saved"),
    ],
)
async def test_nothing_of_a_name_and_of_what_ends_it_is_part_of_the_reason(
    chat: Chat, said: str, why: str
) -> None:
    chat.rename("dora", "Anna Maria Berg")
    await chat.presses("ada", "Send privately", on=await chat.says("ada", f"/kudos {said}"))
    assert {row.why for row in given(chat)} == {why}
    whom = [who for who, name in (("ben", "ben"), ("dora", "anna")) if name in said.lower()]
    assert {row.subject_id for row in given(chat)} == {chat.ids[who] for who in whom}


async def test_a_name_that_two_colleagues_have_is_nobodys_until_it_is_said_whose(any_chat: Chat) -> None:
    any_chat.rename("dora", "ben okri")
    said = "situation the call; behaviour you asked; effect we found it"
    heard = await any_chat.says("ada", f"/feedback @Ben Okri {said}")
    assert "Several colleagues are called Ben Okri. Write @ and the address" in heard
    assert any_chat.told("ben") == any_chat.told("dora") == ""
    assert "Several colleagues are called Ben Okri." in await any_chat.says("ada", "/1on1 skip @Ben Okri")
    await any_chat.says("ada", f"/feedback @dora@example.com {said}")
    assert "the call" in any_chat.told("dora")
    assert any_chat.told("ben") == ""
