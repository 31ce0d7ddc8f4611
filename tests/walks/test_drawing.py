"""Whatever is said, everywhere, is drawn on every platform in every language within its limits, and stays text."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import count
from operator import itemgetter
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

from bot.slack.company import Company
from bot.slack.draw import MORE_ACTION
from bot.slack.draw import Drawing as SlackDrawing
from bot.slack.forms import Modal
from bot.telegram import draw as telegram
from bot.telegram.draw import Attached, Photo
from bot.telegram.interview import draw_question
from bot.telegram.pages import Page
from bot.web.draw import Drawing as WebDrawing
from bot.words import LOCALES, Voice, unfit
from handlers.kit import cards
from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Part,
    Picture,
    Section,
    Trend,
)
from handlers.kit.charts import Bar, Bars, Cell, Course, Grid, GridRow
from handlers.kit.forms import Choice, Clock, Colleague, Day, Form, Number, Option, Scale, Words
from handlers.kit.requests import Answer, Asked
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from storage.people import Directory
from tests.fakes import slack_limits, telegram_limits
from tests.fakes.telegram_html import found_in
from tests.walks.hostile import BAITS, HUGE
from tests.walks.tour import Tour

LANGUAGES = ("en", "zh")
ZONE = "Asia/Kathmandu"
USERNAMES = {"everyone", "channel", "evilbot", "example"}
"""Nobody whom our own examples name."""


# One draw function for each platform: it raises AssertionError for what the platform would refuse ---------------------


def on_slack(card: Card, language: str) -> None:
    drawing = SlackDrawing(language, ZONE)
    for page in drawing.messages(card):
        assert_taken(slack_limits.check_message({"text": page.text, "blocks": page.blocks}))
        assert "<" not in page.text, "the notification text has a mention or a link in it"
        assert_dead(page.blocks)
    for blocks in SlackDrawing(language, ZONE).views(card):
        assert_taken(slack_limits.check_view({"type": "home", "blocks": blocks}))
        assert_taken(slack_limits.check_view(Modal(drawing, "Upbeat").card(blocks)))


def assert_taken(found: tuple[str, list[str]]) -> None:
    assert found == ("", []), found[1][:5]


def assert_dead(node: Any) -> None:
    """Blocks hold no markup that Slack would read, and no element that mentions or links by itself."""
    if isinstance(node, list):
        for item in node:
            assert_dead(item)
    elif isinstance(node, dict):
        assert node.get("type") not in ("mrkdwn", "link", "user", "usergroup", "broadcast", "channel"), node
        if node.get("type") == "plain_text":
            assert not re.search(r"<|>|&(?!amp;|lt;|gt;)", node["text"])
        for item in node.values():
            assert_dead(item)


def on_telegram(card: Card, language: str) -> None:
    for drawn in telegram.draw(card, language, ZONE):
        if isinstance(drawn, Attached):
            telegram_limits.read_text("sendDocument", {"caption": drawn.caption}, "caption", 1024)
            continue
        for page in drawn.instead if isinstance(drawn, Photo) else (drawn,):
            assert_sent(page, "sendMessage", "text", 4096)
        if isinstance(drawn, Photo):
            assert_sent(drawn, "sendPhoto", "caption", 1024)


def assert_sent(page: Page | Photo, method: str, name: str, most: int) -> None:
    sent: dict[str, Any] = {"chat_id": 1, name: page.html, "parse_mode": "HTML"}
    if page.keyboard:
        sent["reply_markup"] = page.keyboard.to_dict()
    parsed = telegram_limits.read_text(method, sent, name, most)
    assert len(parsed.entities) <= 100
    assert not [entity for entity in parsed.entities if entity["type"] in ("text_link", "text_mention")]
    alive = [
        entity for entity in found_in(parsed, USERNAMES) if entity["type"] in ("mention", "url", "email")
    ]
    assert not alive, f"something of a user's came alive in {parsed.text[:300]!r}"
    assert not telegram_limits.check("sendMessage", sent)


def on_the_web(card: Card, language: str) -> None:
    page = WebDrawing(language, ZONE).page("answer.html", card=card, p=Reader())
    assert_harmless(page)


class Reader:
    """A page's owner, as far as a card needs one."""

    me = None

    @staticmethod
    def address(person: Any) -> str:
        return "ada"


def assert_harmless(page: str) -> None:
    page.encode()
    assert not re.search(r"<script(?! src=\"/static)|<b>HTML|<img src=x|<i>", page)
    assert not re.search(r'(href|src|action)="(https?:)?//evil|"javascript:', page)


PLATFORMS: dict[str, Callable[[Card, str], None]] = {
    "slack": on_slack,
    "telegram": on_telegram,
    "web": on_the_web,
}


# All that was seen on a tour ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_card_of_a_hostile_tour_is_drawn(platform: str, hostile_tour: Tour) -> None:
    shown = two_of_a_kind(unlike(seen.heard.answer.card for seen in hostile_tour.seen))
    assert len(shown) > 400
    for card in shown:
        assert all(0 < len(button.handle.encode()) <= 60 for button in card.buttons())
        for language in LANGUAGES:
            PLATFORMS[platform](card, language)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_form_of_a_hostile_tour_is_drawn(platform: str, hostile_tour: Tour) -> None:
    seen = {dump_of(each.heard.answer): each.heard.answer for each in hostile_tour.seen if each.heard.form}
    long = sorted((dumped for dumped in seen if len(dumped) > 20_000), key=len)
    for dumped in long[2:]:  # pages and pages of the same
        del seen[dumped]
    assert len(seen) > 100
    directory = hostile_tour.directory
    for answer in seen.values():
        for language in LANGUAGES:
            assert answer.form
            FORMS[platform](answer.form, answer, directory, language)


def test_every_question_of_a_hostile_interview_is_drawn(hostile_interviews: Tour) -> None:
    asked = [seen.heard.answer for seen in hostile_interviews.seen if seen.heard.answer.asked]
    assert len(asked) > 150
    for answer in asked:
        for language in LANGUAGES:
            assert answer.asked
            on_telegram_asked(answer.asked, answer, hostile_interviews.directory, language)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_two_buttons_of_a_card_sound_alike(platform: str, tour: Tour) -> None:
    """In Telegram all buttons stand below the words; and who hears a screen hears what a button is called."""
    shown = unlike(seen.heard.answer.card for seen in tour.seen)
    alike = [
        (card, language) for card in shown for language in LANGUAGES if _calls_alike(card, Voice(language))
    ]
    assert len(alike) > 100
    for card, language in alike:
        for together in HEARD[platform](card, language):
            several = [label for label, count in Counter(together).items() if count > 1]
            assert not several, (Voice(language).plain(card), several)


def _calls_alike(card: Card, voice: Voice) -> bool:
    return len({voice.say(button.label) for button in card.buttons()}) < len(card.buttons())


def _heard_on_slack(card: Card, language: str) -> Iterator[list[str]]:
    drawn = SlackDrawing(language, ZONE).blocks(card)
    elements = [
        each for block in drawn for each in (block.get("accessory"), *block.get("elements", ())) if each
    ]
    buttons = [each for each in elements if each["type"] == "button"]
    yield [each.get("accessibility_label", each["text"]["text"]) for each in buttons]


def _heard_on_telegram(card: Card, language: str) -> Iterator[list[str]]:
    for page in telegram.draw(card, language, ZONE):
        if not isinstance(page, Attached) and page.keyboard:
            yield [key.text for row in page.keyboard.inline_keyboard for key in row]


def _heard_on_the_web(card: Card, language: str) -> Iterator[list[str]]:
    page = WebDrawing(language, ZONE).page("answer.html", card=card, p=Reader())
    buttons = re.findall(
        r'<button type="button"([^>]*data-post[^>]*)>(.*?)</button>',
        re.sub(r"(?s)<details.*?</details>", "", page),
    )
    named = (re.search(r'aria-label="([^"]*)"', attributes) for attributes, _ in buttons)
    yield [name[1] if name else words for name, (_, words) in zip(named, buttons, strict=True)]


HEARD: dict[str, Callable[[Card, str], Iterator[list[str]]]] = {
    "slack": _heard_on_slack,
    "telegram": _heard_on_telegram,
    "web": _heard_on_the_web,
}


def unlike(shown: Any) -> list[Card]:
    """The cards that differ in more than their keys."""
    found: dict[str, Card] = {}
    for card in shown:
        if card is not None:
            found.setdefault(re.sub(r'"handle":"[^"]*"', "", dump(card)), card)
    return list(found.values())


def two_of_a_kind(shown: Iterable[Card]) -> list[Card]:
    """Of the cards that differ only in what people wrote, the longest and the shortest."""
    kinds = defaultdict[tuple[str, ...], list[tuple[int, Card]]](list)
    for card in shown:
        dumped = dump(card)
        ours = sorted(set(re.findall(r'"template":"(?:[^"\\]|\\.)*"|"_":"\w+"', dumped)))
        kinds[tuple(ours)].append((len(dumped), card))
    ends = [(min(alike, key=itemgetter(0))[1], max(alike, key=itemgetter(0))[1]) for alike in kinds.values()]
    return [card for short, long in ends for card in ((short,) if short is long else (short, long))]


def dump_of(answer: Answer) -> str:
    assert answer.form
    return re.sub(r'"draft":"[^"]*"', "", dump((answer.form.title, answer.form.given, answer.errors)))


def form_on_slack(form: Form, answer: Answer, directory: Directory, language: str) -> None:
    company = Company(directory.active(), directory)
    for start in range(len(form.questions)):
        view = Modal(SlackDrawing(language, ZONE), "Feedback", company).form(form, start=start)
        assert_taken(slack_limits.check_view(view))
        assert_dead(view)


def form_on_telegram(form: Form, answer: Answer, directory: Directory, language: str) -> None:
    for position in {0, len(form.questions) - 1}:
        on_telegram_asked(Asked(form, position), answer, directory, language)


def on_telegram_asked(asked: Asked, answer: Answer, directory: Directory, language: str) -> None:
    for page in draw_question(answer, asked, telegram.Drawing(language, ZONE), directory.named):
        assert_sent(page, "sendMessage", "text", 4096)


def form_on_the_web(form: Form, answer: Answer, directory: Directory, language: str) -> None:
    people = {person.id: person for person in directory.active()}
    errors = dict(answer.errors)
    assert_harmless(WebDrawing(language, ZONE).form(form, people=people, errors=errors, base="/as/ada"))


FORMS: dict[str, Callable[[Form, Answer, Directory, str], None]] = {
    "slack": form_on_slack,
    "telegram": form_on_telegram,
    "web": form_on_the_web,
}


# Every part and every question with every bait -----------------------------------------------------------------------


def parts(words: str) -> tuple[Part, ...]:
    """One of every part of a card, each with these words wherever words can be."""
    said, keys = Verbatim(words), count()

    def button(**more: Any) -> Button:
        return Button(Phrase("Do {it}", it=said), handle=f"{next(keys):022}", **more)

    return (
        Section(said, button=button(confirm=said)),
        Section(Phrase("@{name} says {it} to <you>", name=said, it=said), quoted=True, button=button()),
        Heading(said),
        *(Fact(said, said) for _ in range(3)),
        Note(said),
        Trend(said, (1.0, 2.0, float(len(words)))),
        Picture(
            said,
            said,
            Course(date(2026, 1, 1), date(2026, 3, 31), date(2026, 2, 1), ((date(2026, 1, 1), 5),)),
        ),
        Picture(said, said, Bars((Bar(said, heading=True), Bar(said, 0.5, said, "bad", 1)), joined=True)),
        Picture(said, said, Grid((said, said), (GridRow(said, (Cell(said, 0.9), Cell(said))),), said)),
        *(button(style="danger", confirm=said) for _ in range(30)),
        Menu(said, tuple(button() for _ in range(120))),
        Link(said, "https://example.com/a?b=<c>&d"),
        Link(said, "http://127.0.0.1:8080/x"),
        Document(said, "upbeat.xlsx", "f" * 32),
    )


def test_every_kind_of_part_is_tried() -> None:
    assert {type(part) for part in parts("x")} == set(get_args(cards.Part))


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("words", BAITS, ids=range(len(BAITS)))
def test_every_part_is_drawn_with_every_bait(platform: str, words: str) -> None:
    PLATFORMS[platform](Card(Verbatim(words), *parts(words)), "zh")


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("words", [each[:60_000] for each in HUGE], ids=range(len(HUGE)))
def test_huge_words_are_drawn_whole_or_in_pages(platform: str, words: str) -> None:
    said = Verbatim(words)
    PLATFORMS[platform](Card(said, Section(said), Section(said, quoted=True), Fact(said, said)), "en")


@pytest.mark.parametrize("platform", FORMS)
@pytest.mark.parametrize("words", [*BAITS, HUGE[0][:20_000]], ids=range(len(BAITS) + 1))
async def test_every_question_is_drawn_with_every_bait(
    platform: str, words: str, directory: Directory
) -> None:
    said = Verbatim(words[:500])
    options = tuple(Option(f"{n}", Phrase("{n}: {it}", n=n, it=said)) for n in range(12))
    ben = next(person for person in directory.active() if person.name == "Ben Okri").id
    questions = (
        Words(said, said, "words", beside=(said, said)),
        Words(said, said, "line", lines=False, longest=50),
        Choice(said, said, "few", options=options[:3]),
        Choice(said, said, "many", options=options),
        Scale(said, said, "scale", low_label=said, high_label=said),
        Colleague(said, said, "one"),
        Colleague(said, said, "several", most=5),
        Day(said, said, "day"),
        Clock(said, said, "clock"),
        Number(said, said, "number", low=1, high=9),
    )
    given = {question.name: words for question in questions} | {"one": ben, "several": (ben,), "few": "1"}
    errors = tuple((question.name, said) for question in questions)
    for filled in ({}, given):
        form = Form(said, questions, said, said, "d" * 32, filled, said)
        FORMS[platform](form, Answer(form=form, errors=errors), directory, "zh")


def test_every_translation_has_the_placeholders_of_its_sentence() -> None:
    """One that names another would break the whole answer, so that it is not used at all."""
    with (LOCALES / "zh.po").open(encoding="utf-8") as file:
        read = read_po(file, locale="zh_Hans_CN")
    assert len(read) > 500
    assert [message.id for message in unfit(read)] == []
    read.add("{name} is here", "{nobody} 在这里")
    read.add(("{n} day", "{n} days"), ("{n} 天 {",))
    assert [message.id for message in unfit(read)] == ["{name} is here", ("{n} day", "{n} days")]


@pytest.fixture(scope="session")
def directory(hostile_tour: Tour) -> Directory:
    """Who is who in the company of the tour."""
    return hostile_tour.directory


def test_the_pages_of_a_view_have_their_button() -> None:
    pages = SlackDrawing().views(Card(Phrase("Long"), *(Section(Verbatim("x" * 3000)) for _ in range(120))))
    assert len(pages) > 1
    for page in pages[:-1]:
        assert page[-1]["elements"][0]["action_id"].startswith(MORE_ACTION)
