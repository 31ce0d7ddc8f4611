"""Everything that can be drawn stays within every limit of Slack, and nothing of it is lost or comes alive."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.draw import Drawing
from bot.slack.forms import Modal
from bot.slack.words import escaped, pieces, spoken, weight
from handlers.kit.cards import Button, Card, Fact, Heading, Link, Menu, Note, Press, Section, Trend
from handlers.kit.forms import Choice, Form, Option, Words
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import mention
from tests.bot.slack.conftest import Room, user
from tests.bot.slack.demo import very_long
from tests.fakes.slack_limits import check_message, check_view

HOSTILE = [
    "\x00nul\x00",
    "lone \ud800 surrogate \udc00",
    "\u202eright to left\u202c \u2066isolated\u2069",
    "😀" * 40_000,
    "👨‍👩‍👧‍👦" * 3_000,
    "<!channel> <!here> <!everyone> <!subteam^S1> <@UADA> <#C1GENERAL>",
    "@everyone @here @channel #general",
    "<b>bold</b><script>alert(1)</script> &lt;b&gt; &amp;amp;",
    "*bold* _italic_ ~gone~ `code` ```block``` > quote",
    "<https://evil.example|HR portal> https://evil.example",
    '=HYPERLINK("https://evil.example")',
    '"\\' * 5_000,
    "&<>" * 2_000,
    "x" * 50_000,
    "e\u0301" * 3_000,
    "\n" * 4_000 + "end",
    "   ",
    "",
    ":tada:" * 3_000,
    "😀" + "a b " * 9_000,
]


def handles() -> Any:
    number = 0
    while True:
        number += 1
        yield f"handle{number}"


def everything(words: str) -> Card:
    """Every part of a card, with these words wherever a person's can be."""
    said, keys = Verbatim(words), handles()

    def button(**more: Any) -> Button:
        return Button(said, handle=next(keys), **more)

    return Card(
        said,
        Heading(said),
        Section(said),
        Section(said, quoted=True),
        Section(said, button=button()),
        Section(said, quoted=True, button=button()),
        Fact(said, said),
        Fact(Phrase("Label"), said),
        Note(said),
        Trend(said, (1.0, 2.0)),
        button(style="primary"),
        button(confirm=said, style="danger"),
        *(button() for _ in range(60)),
        Menu(said, tuple(button() for _ in range(150))),
        Menu(said, (button(), button(confirm=said))),
        Link(said, "https://upbeat.example/" + "x" * 4_000),
        Link(said, "https://upbeat.example/x"),
    )


def read(node: Any) -> str:
    """What a person reads in blocks: literal in rich text, without entities elsewhere."""
    if isinstance(node, list):
        return "".join(read(item) for item in node)
    if not isinstance(node, dict):
        return ""
    if node.get("type") == "text":
        return str(node["text"])
    if node.get("type") == "emoji":
        return f":{node['name']}:"
    if node.get("type") == "plain_text":
        return html.unescape(node["text"]).replace("\ufffe", "")
    return "".join(
        read(item) for key, item in node.items() if key not in ("confirm", "options", "placeholder")
    )


def alive(node: Any) -> list[Any]:
    """Whatever Slack would bring to life: markup, mentions, links, broadcasts that stand in blocks."""
    if isinstance(node, list):
        return [found for item in node for found in alive(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") in ("mrkdwn", "markdown", "link", "user", "broadcast", "channel") else []
    own += [node] if node.get("type") == "plain_text" and set("<>") & set(node["text"]) else []
    return own + [found for item in node.values() for found in alive(item)]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_every_part_holds_any_words(words: str) -> None:
    card = everything(words[:4_000])
    for page in Drawing().messages(card):
        assert check_message({"text": page.text, "blocks": page.blocks}) == ("", [])
        assert alive(page.blocks) == []
        assert not set("<>") & set(page.text)
        assert weight(page.text) <= 40_000
        page.text.encode()
    for blocks in Drawing().views(card):
        view = {"type": "home", "blocks": blocks}
        assert check_view(view) == ("", [])
        assert check_view(Modal(Drawing(), words or "?").card(blocks)) == ("", [])


def test_what_looks_alike_is_told_apart_within_the_limit() -> None:
    blocker = Verbatim("👨‍👩‍👧‍👦" * 30)
    alike = (Section(blocker, button=Button(Phrase("Solved"), handle=f"h{n}")) for n in range(3))
    (page,) = Drawing().messages(Card(Phrase("Still blocked?"), *alike))
    assert check_message({"text": page.text, "blocks": page.blocks}) == ("", [])
    called = [block["accessory"]["accessibility_label"] for block in page.blocks if "accessory" in block]
    assert len(set(called)) == 3


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (":rocket: shipped :tada::+1:, 完成:tada:。", ["rocket", "tada", "+1", "tada"]),
        ("thanks :wave::skin-tone-3:!", ["wave::skin-tone-3"]),
        ("at 10:30:00, std::map::key, a:b:c, done:x: and :tada:x", []),
    ],
)
def test_emoji_are_shown_in_what_is_quoted(words: str, names: list[str]) -> None:
    (page,) = Drawing().messages(Card(Phrase("Title"), Section(Verbatim(words), quoted=True)))
    elements = page.blocks[1]["elements"][0]["elements"]
    assert [each["name"] for each in elements if each["type"] == "emoji"] == names
    assert read(elements) == words
    assert words.replace("&", "&amp;") in page.text


@pytest.mark.parametrize("words", [":tada:" * 500, ":a:" * 900, '":a:" ' * 400])
def test_a_block_full_of_emoji_is_not_too_long_for_a_message(words: str) -> None:
    for page in Drawing().messages(Card(Phrase("Title"), Section(Verbatim(words), quoted=True))):
        assert check_message({"text": page.text, "blocks": page.blocks}) == ("", [])


@pytest.mark.parametrize("words", [words for words in HOSTILE if words.strip()])
def test_nothing_is_lost(words: str) -> None:
    shown = "".join(
        read(page.blocks) for page in Drawing().messages(Card(Phrase("Title"), Section(Verbatim(words))))
    )
    quoted = "".join(
        read(page.blocks)
        for page in Drawing().messages(Card(Phrase("Title"), Section(Verbatim(words), quoted=True)))
    )
    kept = "".join(Drawing().say(Verbatim(words)).split())
    assert "".join(shown.split()) == "Title" + kept
    assert "".join(quoted.split()) == "Title" + kept


def test_two_hundred_long_sections_are_many_messages_with_every_word() -> None:
    card = very_long(200)
    pages = Drawing().messages(card)
    assert len(pages) > 20
    assert all(check_message({"text": page.text, "blocks": page.blocks}) == ("", []) for page in pages)
    words = " ".join(read(page.blocks) for page in pages).replace("Very long", "").split()
    assert "".join(words) == "".join(
        word
        for part in card.parts
        if isinstance(part, Section)
        for word in part.body.words.split()  # type: ignore[union-attr]
    )


async def test_a_very_long_answer_reaches_its_reader_whole(room: Room) -> None:
    await room.slack.command(user("ada"), "/long")
    await room.settled()
    told = room.slack.told(user("ada"))
    assert all(f"s{number}w399" in told for number in range(200))


async def test_hostile_words_go_in_and_out_as_text(room: Room) -> None:
    slack = room.slack
    slack.should_escape = False
    for words in HOSTILE:
        sent = words.encode("utf-8", "replace").decode()[:3_500]
        await slack.command(user("ada"), "/echo", escaped(sent))
        await slack.says(user("ada"), f"echo {sent}")
        await room.settled()
        assert slack.violations == [], words[:40]
    assert not [m for m in (*slack.dm(user("ada")), *slack.ephemerals(user("ada"))) if alive(m.blocks)]
    assert "<script>alert(1)</script>" in html.unescape(slack.told(user("ada")))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400), st.integers(20, 200))
def test_pieces_are_all_of_the_words_and_fit(words: str, most: int) -> None:
    made = list(pieces(words, most))
    assert "".join(made) == words
    assert all(weight(piece) <= most for piece in made)
    assert all(html.unescape(escaped(piece)) is not None for piece in made)


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&!@#|UC12 abc;ltgmp\x02\x03"), max_size=60))
def test_what_people_type_comes_back_as_they_typed_it(words: str) -> None:
    clean = words.translate({2: "\ufffd", 3: "\ufffd"})
    assert spoken(escaped(words)) == clean


def test_what_slack_makes_of_words_is_taken_back() -> None:
    assert spoken("<@U1|ada> and <@U2>") == f"{mention('U1', 'ada')} and {mention('U2')}"
    assert spoken("<https://a.example/x|a.example/x> <https://a.example>") == "a.example/x https://a.example"
    assert spoken("<https://a.example|the plan>") == "the plan (https://a.example)"
    assert spoken("<mailto:a@b.example|a@b.example>") == "a@b.example"
    assert spoken("<!channel> <!subteam^S1|@team> <#C1|general>") == "@channel @team #general"
    assert spoken("1 &lt; 2 &amp;&amp; &amp;lt;") == "1 < 2 && &lt;"


def test_a_form_of_any_length_is_a_modal() -> None:
    questions = tuple(Words(Phrase("Question {n}", n=number), name=f"q{number}") for number in range(250))
    long = Form(Phrase("Long"), questions, Phrase("Seen by you."), Phrase("Save"), draft="d" * 36)
    filled = replace(long, given={question.name: 'é"\\' * 999 for question in questions})
    for form in (long, filled):
        asked: set[str] = set()
        for start in range(250):
            if f"q{start}" not in asked:
                view = Modal(Drawing(), "Title").form(form, start=start)
                assert check_view(view, ("modal",)) == ("", [])
                asked |= {b["block_id"].partition(":")[2] for b in view["blocks"] if b["type"] == "input"}
        assert len(asked) == 250


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_a_form_holds_any_words(words: str) -> None:
    said = Verbatim(words[:2_500])
    options = tuple(Option(f"o{number}", Verbatim(words[:200])) for number in range(130))
    questions = (
        Words(said, said, name="a", longest=100_000),
        Words(said, said, name="b", longest=50, lines=False),
        Choice(said, said, name="c", options=options[:3]),
        Choice(said, said, name="d", options=options),
    )
    form = Form(said, questions, said, said, draft="x", given={"a": words, "b": words[:20], "c": "o1"})
    view = Modal(Drawing(), words or "?").form(form)
    assert check_view(view, ("modal",)) == ("", [])
    assert alive(view["blocks"]) == []
    assert view["private_metadata"] == "x"


def test_a_button_does_one_thing() -> None:
    card = Card(Phrase("One"), Button(Phrase("Press"), Press("a.b", {}), handle="h"))
    (block,) = [b for b in Drawing().blocks(card) if b["type"] == "actions"]
    assert block["elements"][0]["value"] == "h"
