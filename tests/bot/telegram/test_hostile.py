"""Long and hostile words are shown whole, as text, and nothing in them comes alive."""

import pytest

from bot.telegram.draw import draw
from bot.telegram.harmless import as_typed, harmless
from bot.telegram.pages import Page, cut, utf16
from handlers.kit.cards import Button, Card, Fact, Menu, Note, Section
from handlers.kit.text import Phrase, Verbatim
from tests.bot.telegram.conftest import ADA, BEN, Room
from tests.bot.telegram.test_speaking import parcel
from tests.fakes.telegram_html import found_in, parse_html

HOSTILE = {
    "a name": "@ada and @everyone and ada@example.com",
    "slack": "<!channel> <@U123> <https://evil.example|click>",
    "html": "<b>bold</b> <a href='tg://user?id=7'>me</a> &lt; &amp; </blockquote> <script>",
    "links": "https://evil.example/x www.evil.com evil.com tg://resolve?domain=ada http://1.2.3.4/ t.me/ada",
    "commands": "/start /help@upbeat_bot a /checkin",
    "tags": "#hash $USD",
    "formulas": "=1+1 +cmd|' /C calc'!A0",
    "marks": "8\x02 8\x03 \u2060 {name} %s \\n",
    "overrides": "abc \u202e dcba \u2066x\u2069",
}
USERNAMES = {"ada", "everyone", "upbeat_bot"}


def pages(card: Card) -> list[Page]:
    return [page for page in draw(card, "en", "UTC") if isinstance(page, Page)]


def seen(page: Page) -> str:
    return parse_html(page.html).text


def everywhere(words: str) -> Card:
    said = Verbatim(words)
    return Card(
        said, Section(said), Section(said, quoted=True), Fact(said, said), Note(Phrase("@{x}", x=said))
    )


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
async def test_nothing_of_a_users_comes_alive(room: Room, words: str) -> None:
    said = await room.says(BEN, f"/echo {words}")
    assert (said.mentions, said.links, said.found) == ([], [], [])
    assert {entity["type"] for entity in said.entities} <= {"bold", "italic", "blockquote"}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_it_reads_as_it_was_written(words: str) -> None:
    [page] = pages(Card(Phrase("Title"), Section(Verbatim(words))))
    shown = as_typed(seen(page).removeprefix("Title\n\n"))
    gone = str.maketrans("", "", "\x02\x03\u202e\u2066\u2069\u2060")
    assert shown == words.translate(gone).strip()


def test_what_is_copied_from_us_works_when_it_is_sent() -> None:
    assert (
        as_typed(harmless("/checkin done a.b @ada https://x.org")) == "/checkin done a.b @ada https://x.org"
    )


async def test_commands_of_ours_stay_alive(room: Room) -> None:
    card = Card(Phrase("Write /help."), Section(Verbatim("/help")))
    [page] = pages(card)
    assert [e["type"] for e in found_in(parse_html(page.html), USERNAMES)] == ["bot_command"]


def test_forty_thousand_emoji_are_all_shown() -> None:
    words = "👩‍👩‍👧‍👦🏳️‍🌈👍🏽😀" * 3_000
    made = pages(Card(Phrase("Emoji"), Section(Verbatim(words), quoted=True)))
    assert all(0 < utf16(seen(page)) <= 4096 for page in made)
    assert "".join(seen(page) for page in made).removeprefix("Emoji\n\n") == words
    assert all(not seen(page).startswith(("\u200d", "\ufe0f", "🏽")) for page in made)


@pytest.mark.parametrize("letter", ["x", "<", "&", "😀", "字", "\n", " ", "\u2060", "é"])
def test_any_length_is_split_within_the_limit(letter: str) -> None:
    for length in (1, 4093, 4094, 4095, 4096, 4097, 8192, 9000):
        made = pages(everywhere(letter * length))
        assert all(0 < utf16(seen(page)) <= 4096 for page in made)
        shown = "".join(seen(page) for page in made)
        assert shown.count(letter) >= (5 * length if letter in "x<&😀字" else 0)


def test_no_title_stands_alone() -> None:
    for length in (4_090, 4_100, 10_000):
        first, *_ = pages(Card(Phrase("Title"), Section(Verbatim("word " * (length // 5)))))
        assert len(seen(first)) > 2_000


def test_a_text_is_cut_between_lines_then_words_then_characters() -> None:
    assert cut("aaaa bbbb\ncccc dddd", 12) == ("aaaa bbbb\n", "cccc dddd")
    assert cut("aaaa bbbb cccc", 12) == ("aaaa bbbb ", "cccc")
    assert cut("😀😀😀", 5) == ("😀😀", "😀")
    assert cut("ab", 2) == ("ab", "")
    assert cut("👍🏽", 3) == ("👍", "🏽")


def test_many_buttons_are_paged() -> None:
    options = tuple(Button(Verbatim(f"{n}"), handle=f"h{n}") for n in range(250))
    keys = [Button(Verbatim(f"key {n}"), handle=f"k{n}") for n in range(120)]
    made = pages(Card(Phrase("Many"), Menu(Phrase("One of"), options), *keys))
    shown = [
        key.callback_data
        for page in made
        if page.keyboard
        for row in page.keyboard.inline_keyboard
        for key in row
    ]
    assert shown == [*(f"h{n}" for n in range(250)), *(f"k{n}" for n in range(120))]
    assert all(sum(len(row) for row in page.keyboard.inline_keyboard) <= 90 for page in made if page.keyboard)
    assert all(len(row) <= 8 for page in made if page.keyboard for row in page.keyboard.inline_keyboard)


@pytest.mark.parametrize("many", [30, 90, 200])
async def test_long_buttons_are_all_shown(room: Room, many: int) -> None:
    goal = "Raise the share of orders that arrive within one day, in every country: "
    options = tuple(Button(Verbatim(f"{n}. {goal}十{n}%"), handle=f"{n:0>22}") for n in range(many))
    card = Card(Phrase("Many"), Menu(Phrase("Say how far it is"), options), *options)
    await room.platform.speaker.speak(parcel(card))
    shown = [message for message in room.fake.chat(BEN) if message.from_bot]
    pressed = [data for message in shown for row in message.buttons for _, data in row]
    assert pressed == [option.handle for option in options] * 2
    assert room.fake.violations == []


def test_many_facts_keep_their_bold() -> None:
    made = pages(Card(Phrase("Facts"), *(Fact(Verbatim(f"f{n}"), Verbatim("v")) for n in range(200))))
    assert sum(page.html.count("<b>") for page in made) == 201
    assert all(page.html.count("<") / 2 <= 100 for page in made)


@pytest.mark.parametrize("words", ["", " ", "\u2060", "\n\n"])
def test_a_title_or_a_button_of_nothing_is_still_something(words: str) -> None:
    made = pages(Card(Verbatim(words), Button(Verbatim(words), handle="h")))
    assert [seen(page) for page in made] == ["⋯"]
    assert made[0].keyboard is not None
    assert made[0].keyboard.inline_keyboard[0][0].text == "⋯"


async def test_a_message_of_the_longest_text_is_answered_whole(room: Room) -> None:
    words = ("я😀<&@ada " * 500)[:4000]
    await room.says(BEN, f"/echo {words}"[:4090])
    shown = [message for message in room.fake.chat(BEN) if message.from_bot]
    assert len(shown) > 3
    assert sum(message.text.count("я") for message in shown) >= 5 * 400
    assert all(message.mentions == [] for message in shown)
    assert [bool(message.buttons) for message in shown] == [*[False] * (len(shown) - 1), True]


@pytest.mark.parametrize("words", ["a\x00b", "\ud83d alone", "\udfff\ud83d", "\x02" + "7\x03"])
async def test_words_that_are_no_text_become_text(room: Room, words: str) -> None:
    """Put into the queue as raw updates: no client would send them."""
    await room.fake.queue.put(
        "message",
        {
            "message_id": 900,
            "date": 1_790_000_000,
            "chat": {"id": ADA, "type": "private", "first_name": "Ada"},
            "from": {"id": ADA, "is_bot": False, "first_name": "Ada"},
            "text": f"/echo {words}",
        },
    )
    said = await room.shown(ADA)
    assert "You said" in said.text
    assert len(room.noted("ada")) == 1
    assert "\x00" not in said.text
