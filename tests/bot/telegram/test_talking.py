"""Commands, buttons, edits and files in a private chat with Upbeat."""

import asyncio

from bot.telegram.draw import draw
from bot.telegram.harmless import as_typed
from bot.telegram.pages import Page
from handlers.kit.cards import Button, Card, Section
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.delivery import Delivery
from storage.alerts import Alert
from storage.metrics import FILES
from tests.bot.telegram.conftest import ADA, BEN, CHEN, MALLORY, Room


async def test_a_check_in_by_command(room: Room) -> None:
    said = await room.says(BEN, "/checkin done login page; next payments; blocked by legal")
    assert "login page" in said.text
    assert "login page" in (await room.says(BEN, "/checkin history")).text
    assert room.fake.pending == []


async def test_plain_words_do_the_same(room: Room) -> None:
    assert "again and again" in (await room.says(BEN, "echo again and again")).text
    assert room.noted("ben") == ["again and again"]


async def test_the_menu_stands_in_every_language(room: Room) -> None:
    scopes = {scope for scope, _ in room.fake.commands}
    assert scopes == {"all_private_chats", "all_group_chats", "default"}
    assert {language for _, language in room.fake.commands} == {"", "zh"}
    private = [command["command"] for command in room.fake.commands["all_private_chats", ""]]
    assert {"checkin", "diary", "echo"} <= set(private)
    assert "busy" not in private
    group = [command["command"] for command in room.fake.commands["all_group_chats", "zh"]]
    assert "wave" in group
    assert "diary" not in group
    assert room.fake.methods.profile[("description", "zh")]


async def test_one_of_everything_is_drawn(room: Room) -> None:
    await room.says(BEN, "/everything")
    first, second, third, file = (message for message in room.fake.chat(BEN) if message.from_bot)
    assert first.html.startswith(
        "<b>Everything</b>\n\n<b>A heading</b>\n\nA section\n\n<blockquote>1 &lt; 2 &amp; "
    )
    assert "<b>Label</b>: value\n<b>Other</b>: thing" in first.html
    assert "▁" in first.text
    assert "<i>A note</i>" in first.html
    assert "<i>Erase: Really?</i>" in first.html
    assert "Open here: http://localhost:8080/x" in first.text
    labels = [[label for label, _ in row] for row in first.buttons]
    assert labels[0] == ["Beside"]
    assert labels[1:] == [["Open the page"], ["Main", "Erase"]]
    shown = [label for message in (second, third) for row in message.buttons for label, _ in row]
    assert shown == [f"Option {n}" for n in range(1, 121)]
    assert (file.kind, file.filename, file.text) == ("document", "mine.json", "Your file")
    assert all(message.options["link_preview_options"]["is_disabled"] for message in (first, second))


async def test_what_has_a_number_of_its_own_is_given_no_other(room: Room) -> None:
    await room.says(BEN, "/goals add At ease")
    await room.presses(BEN, "End this goal")
    await room.presses(BEN, "Yes, End this goal")
    for title in ("On time", "By heart"):
        await room.says(BEN, f"/goals add {title}")
    shown = await room.says(BEN, "/goals")
    assert [line.split("  ")[0] for line in shown.text.splitlines() if "░" in line] == [
        "2. On time",
        "3. By heart",
    ]
    assert [label for row in shown.buttons for label, _ in row][:2] == ["2. Open", "3. Open"]


def test_a_number_that_is_given_is_nobody_elses() -> None:
    said = ("6. Service", "A thing", "1. Sales", "4. Twice", "4. Twice", "12 months", "6.1. Visits")
    sections = (
        Section(Verbatim(words), button=Button(Phrase("Open"), handle=f"{n:022}"))
        for n, words in enumerate(said)
    )
    (page,) = draw(Card(Phrase("Things"), *sections), "en", "UTC")
    assert isinstance(page, Page)
    assert page.keyboard
    labels = [key.text for row in page.keyboard.inline_keyboard for key in row]
    marks = ("6.", "2.", "1.", "3.", "5.", "7.", "6.1.")
    assert labels == [f"{mark} Open" for mark in marks]
    assert (
        "6. Service\n\n2. A thing\n\n1. Sales\n\n3. 4. Twice\n\n5. 4. Twice\n\n7. 12 months\n\n6.1. V"
        in page.html
    )


async def test_a_press_is_answered_in_place(room: Room) -> None:
    shown = await room.says(BEN, "/everything")
    assert shown.kind == "document"
    await room.presses(BEN, "Main")
    [changed] = [message for message in room.fake.chat(BEN) if message.edited]
    assert (changed.text, changed.buttons) == ("Counted 1.", [])
    assert room.noted("ben") == ["+1"]


async def test_a_press_with_nothing_to_edit_any_more_is_answered_below(room: Room) -> None:
    await room.says(BEN, "/everything")
    for message in room.fake.chat(BEN):
        if message.from_bot and message.kind == "text":
            gone = message
    await room.fake.presses(BEN, "Option 120", gone.message_id)
    gone.deleted = True
    assert (await room.shown(BEN)).text == "Counted 120."


async def test_a_dangerous_button_asks_first(room: Room) -> None:
    await room.says(BEN, "/everything")
    [message] = [one for one in room.fake.chat(BEN) if "Erase" in str(one.buttons)]
    before = message.buttons
    await room.presses(BEN, "Erase")
    assert [label for label, _ in message.buttons[2]] == ["Main", "Yes, Erase", "No"]
    assert room.noted("ben") == []
    await room.presses(BEN, "No")
    assert message.buttons == before
    await room.presses(BEN, "Erase")
    await room.presses(BEN, "Yes, Erase")
    assert room.noted("ben") == ["+10"]
    assert message.text == "Counted 10."


async def test_stale_foreign_and_forged_presses_get_the_same_refusal(room: Room) -> None:
    await room.says(BEN, "/everything")
    [message] = [one for one in room.fake.chat(BEN) if "Main" in str(one.buttons)]
    foreign = dict(pair for row in message.buttons for pair in row)["Main"]
    mine = await room.says(ADA, "/echo mine")
    for data in (foreign, "nothing", "a\x00b", "字" * 21, "?en:forged\ud800"[:12], "-", "' OR 1=1 --"):
        await room.fake.presses_raw(ADA, data, mine.message_id)
    await room.fake.settled()
    refusals = [(a["text"], a["show_alert"]) for a in room.fake.answers if not a["data"].startswith("?")]
    assert len(refusals) == 6
    assert set(refusals) == {("This button is not valid any more. Ask again for what you need.", True)}
    assert room.noted("ada") == ["mine"]
    assert room.noted("ben") == []


async def test_a_press_without_a_message_is_answered_too(room: Room) -> None:
    await room.fake.presses_nowhere(BEN, inline_message_id="AAB", data="x")
    await room.fake.presses_nowhere(BEN, game_short_name="chess")
    await room.fake.presses_nowhere(MALLORY, data="")
    await room.fake.settled()
    assert len(room.fake.answers) == 3
    assert all(answer["text"] for answer in room.fake.answers)


async def test_a_press_in_the_chat_of_another_moves_nobody_there(room: Room) -> None:
    mine = await room.says(ADA, "/echo mine")
    await room.fake.presses_nowhere(BEN, message=room.fake.world.message_json(mine), data="-")
    await room.fake.settled()
    await room.says(ADA, "/toast @ben_w")
    account = room.chat.change(lambda store: store.directory.account(room.chat.ids["ben"], "telegram"))
    assert account.address == str(BEN)


async def test_a_stranger_learns_how_to_get_in_and_nothing_else(room: Room) -> None:
    said = await room.says(MALLORY, "/checkin done nothing")
    assert "/start" in said.text
    assert "invitation" in (await room.says(MALLORY, "/start")).text
    assert "invitation" in (await room.says(MALLORY, "hello")).text
    assert room.fake.called("sendDocument") == []


async def test_an_unlinked_user_sends_no_files(room: Room) -> None:
    await room.fake.sends_document(MALLORY, "people.csv", b"email")
    await room.fake.settled()
    assert room.fake.called("getFile") == []


async def test_a_file_of_a_colleague_is_read(room: Room) -> None:
    await room.fake.sends_document(BEN, "people.csv", b"email,name\n")
    await room.fake.settled()
    assert len(room.fake.called("getFile")) == 1
    assert room.fake.last(BEN).text


async def test_figures_of_a_source_come_with_a_caption(room: Room) -> None:
    room.chat.change(
        lambda store: store.metrics.add_source(
            "crm", form=FILES, secret="", owner=room.chat.ids["ben"], stale_days=45
        )
    )
    table = b"who,day,won\nada@example.com,2026-11-20,3\n"
    await room.fake.sends_document(BEN, "deals.csv", table, caption="/goals load crm")
    assert "What are the columns of crm?" in (await room.shown(BEN)).text


async def test_an_album_is_answered_once(room: Room) -> None:
    for number, more in enumerate(({"caption": "/echo look"}, {}, {})):
        photo = {"file_id": f"f{number}", "file_unique_id": f"u{number}", "width": 9, "height": 9}
        album = {
            "message_id": 901 + number,
            "date": 1_790_000_000,
            "chat": {"id": BEN, "type": "private", "first_name": "Ben"},
            "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
            "photo": [photo],
            "media_group_id": "13",
        }
        await room.fake.queue.put("message", album | more)
    await room.fake.settled()
    assert room.noted("ben") == ["look"]
    assert len([message for message in room.fake.chat(BEN) if message.from_bot]) == 1


async def test_a_file_below_a_command_that_needs_none_is_left(room: Room) -> None:
    await room.fake.sends_document(BEN, "login.png", b"x" * 20_000_001, caption="/echo look")
    assert "I did not look at your file" in (await room.shown(BEN)).text
    assert room.noted("ben") == ["look"]
    assert room.fake.called("getFile") == []


async def test_a_file_too_large_is_refused_with_a_sentence(room: Room) -> None:
    await room.fake.sends_document(BEN, "people.csv", b"x" * 20_000_001)
    assert "20 MB" in (await room.shown(BEN)).text


async def test_a_changed_user_name_is_noted(room: Room) -> None:
    room.fake.world.users[BEN].username = "ben_new"
    await room.says(BEN, "/echo hi")
    account = room.chat.change(lambda store: store.directory.account(room.chat.ids["ben"], "telegram"))
    assert (account.username, account.address) == ("ben_new", str(BEN))
    assert (await room.says(ADA, "/toast @ben_new")).text == "To Ben Okri!"
    room.fake.world.users[BEN].username = None
    await room.says(BEN, "/echo hi again")
    assert "I do not know ben_new" in as_typed((await room.says(ADA, "/toast @ben_new")).text)


async def test_a_user_name_is_not_cut_after_the_name_with_which_it_begins(room: Room) -> None:
    room.chat.rename("ben", "Ben")
    assert (await room.says(ADA, "/toast @ben_w")).text == "To Ben!"
    room.chat.rename("eve", "Ben")
    assert (await room.says(ADA, "/toast @ben_w")).text == "To Ben!"
    for other in ("ben_k", "Ben-K", "ben.k@example.com"):
        assert f"I do not know {other}" in as_typed((await room.says(ADA, f"/toast @{other}")).text)


async def test_someone_is_spoken_to_in_their_language(room: Room) -> None:
    said = await room.says(CHEN, "/echo 你好")
    assert "你好" in said.text


async def test_an_edited_message_that_did_nothing_says_nothing(room: Room) -> None:
    message_id = await room.fake.says(BEN, "/echo one")
    await room.fake.settled()
    count = len(room.fake.chat(BEN))
    await room.fake.edits(BEN, message_id, "/echo two")
    await room.fake.settled()
    assert (room.noted("ben"), len(room.fake.chat(BEN))) == (["one"], count)


async def test_who_blocks_the_bot_is_not_reachable_until_they_come_back(room: Room) -> None:
    def reachable() -> bool:
        account = room.chat.change(lambda store: store.directory.account(room.chat.ids["ben"], "telegram"))
        return not account.unreachable

    await room.fake.blocks_bot(BEN)
    await room.fake.settled()
    assert not reachable()
    await room.fake.unblocks_bot(BEN)
    await room.fake.settled()
    assert reachable()


async def test_what_reached_nobody_is_told_when_they_are_back(room: Room) -> None:
    delivery = Delivery(room.core, [room.platform.speaker], worker="test")

    async def tell(words: str) -> None:
        hello = Tell(Card(Verbatim(words)), to=room.chat.ids["ben"], on="telegram")
        room.chat.change(lambda store: room.core.queue(store, "test", hello))
        await delivery.deliver()

    await room.fake.blocks_bot(BEN)
    await room.fake.settled()
    await tell("One")
    await room.fake.unblocks_bot(BEN)
    await room.fake.settled()
    await delivery.deliver()
    assert room.fake.last(BEN).text == "One"
    room.fake.fail_next("sendMessage", "403_blocked")  # and that they are back, nobody says
    await tell("Two")
    assert room.fake.last(BEN).text == "One"
    await room.says(BEN, "/echo hello")
    await delivery.deliver()
    assert room.fake.last(BEN).text == "Two"


async def test_what_has_no_words_is_answered_in_one_sentence(room: Room) -> None:
    voice = {
        "message_id": 900,
        "date": 1_790_000_000,
        "chat": {"id": BEN, "type": "private", "first_name": "Ben"},
        "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
        "voice": {"file_id": "v", "file_unique_id": "v", "duration": 3},
    }
    await room.fake.queue.put("message", voice)
    said = await room.shown(BEN)
    assert said.text.startswith("I read words and files, but no pictures, voice messages or stickers.")


async def test_the_flood_limit_only_slows_an_answer_down(room: Room) -> None:
    room.fake.quiet = 1.5
    room.fake.fail_next("sendMessage", "429", retry_after=1)
    assert "patience" in (await room.says(BEN, "/echo patience")).text


async def test_a_lost_line_does_not_lose_the_answer(room: Room) -> None:
    room.fake.quiet = 0.5
    room.fake.fail_next("sendMessage", "drop_before_accept")
    assert "hello" in (await room.says(BEN, "/echo hello")).text
    assert room.noted("ben") == ["hello"]


async def test_what_telegram_cannot_read_as_markup_is_said_without(room: Room) -> None:
    room.fake.fail_next("sendMessage", "400_cannot_parse")
    said = await room.says(BEN, "/echo a < b & <i>c</i>")
    assert said.text.endswith("And a < b & <i>c</i>")
    assert said.buttons
    room.fake.fail_next("sendMessage", "400_cannot_parse", chat_id=ADA)
    await room.says(BEN, "/1on1 add @Ada the roadmap")
    await room.deliver()
    assert "the roadmap" in room.fake.last(ADA).text


async def test_a_telegram_that_never_waits_for_updates_is_not_asked_without_a_pause(room: Room) -> None:
    room.fake.queue.longest_poll = 0
    await room.says(BEN, "/echo hello")
    before = len(room.fake.called("getUpdates"))
    await asyncio.sleep(1)
    assert len(room.fake.called("getUpdates")) - before <= 12
    assert "again" in (await room.says(BEN, "/echo again")).text


async def test_a_token_that_telegram_refuses_is_noted_for_administrators(room: Room) -> None:
    room.fake.fail_next("getUpdates", "401")
    await room.says(BEN, "/echo hello")
    while not room.chat.rows(Alert):  # noqa: ASYNC110 (what is waited for happens in the database)
        await asyncio.sleep(0.01)
    assert [alert.cause for alert in room.chat.rows(Alert)] == ["token:telegram"]
    assert "again" in (await room.says(BEN, "/echo again")).text


async def test_a_day_of_this_year_is_said_without_the_year(room: Room) -> None:
    said = await room.says(BEN, "/away until 2026-12-18")
    assert "Fri, Dec 18" in said.text
    assert "2026" not in said.text
    assert "Fri, Jan 8, 2027" in (await room.says(BEN, "/away until 2027-01-08")).text


async def test_the_commands_that_help_shows_can_be_tapped(room: Room) -> None:
    """Where the tap sends the whole command: of one with several words Telegram sends the first alone."""
    told = await room.says(BEN, "/help")
    tapped = {words for words in ("/checkin", "/kudos", "/feedback", "/1on1") if f"\n{words}: " in told.text}
    assert tapped == {"/checkin", "/kudos", "/feedback", "/1on1"}
    assert "/upbeat away" not in told.text
