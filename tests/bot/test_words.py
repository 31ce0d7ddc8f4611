"""Everybody reads Upbeat in their language, on their clock; what people wrote stays as they wrote it."""

import re
from datetime import UTC, date, datetime, time
from functools import cache
from html import escape
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.refreshing import in_file, in_order, sentences, undescribed, untranslated
from bot.words import LOCALES, Voice, bars, told_apart
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Section, Trend
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Value, Verbatim, names

ENGLISH, CHINESE = Voice("en", "Asia/Shanghai"), Voice("zh", "Asia/Shanghai")
CHARACTER = re.compile(r"[\u4e00-\u9fff]")
BESIDE = re.compile(r"[\u4e00-\u9fff][,;:!?]|[,;:!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?!\w)")
"""An ASCII comma, colon or stop that touches a Chinese character."""
STUCK = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")
"""Latin letters or digits without a space to the Chinese character beside them."""
DOCS = Path(__file__).parents[2] / "docs"
LABEL = re.compile(r"(?<![*\w])\*([A-Z][^*\n]*(?:\n[^*\n]+)?)\*(?!\*)")
"""What is set in italics and begins with a capital letter: a button, or the label of a fact."""
OTHERS = {"Files of …", "Target: 500 → 600"}
"""Those with something of somebody's in them."""
NAMES = {"HR", "Upbeat", "CSV", "Excel"}
"""What is called the same in every language."""


@cache
def _pairs() -> list[tuple[str, str]]:
    """Each sentence of ours beside its translation."""
    with (LOCALES / "zh.po").open(encoding="utf-8") as file:
        catalog = read_po(file, locale="zh_Hans_CN")
    return [_pair(catalog, sentence) for sentence in sentences()]


def _pair(catalog: Catalog, sentence: str | tuple[str, str]) -> tuple[str, str]:
    english = sentence if isinstance(sentence, str) else sentence[1]
    found = catalog.get(sentence if isinstance(sentence, str) else sentence[0])
    said = (found.string if found else "") or ""
    return english, said if isinstance(said, str) else said[0]


def _bare(template: str) -> str:
    return re.sub(r"{\w+}", "", template)


def _placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


# The catalog ---------------------------------------------------------------------------------------------------------


def test_every_sentence_has_a_translation() -> None:
    assert untranslated() == []


def test_a_sentence_that_nobody_could_translate_is_named(tmp_path: Path) -> None:
    file = tmp_path / "feature.py"
    file.write_text('Phrase("Yes")\nPhrase(f"Hello {name}")\n', encoding="utf-8")
    with pytest.raises(TypeError, match=r"feature\.py:2: .*Phrase"):
        list(in_file(file))


def test_a_sentence_is_not_counted_in_one_place_and_said_in_another() -> None:
    with pytest.raises(ValueError, match=r"\{n\} more"):
        in_order(["{n} more", ("{n} more", "{n} more")])
    with pytest.raises(ValueError, match="a day"):
        in_order([("a day", "{n} days"), ("a day", "{n} whole days")])


def test_every_kind_of_record_is_called_something() -> None:
    assert undescribed() == []


def test_both_sides_have_the_same_placeholders() -> None:
    assert [pair for pair in _pairs() if _placeholders(pair[0]) != _placeholders(pair[1])] == []


def test_a_translation_says_something_else_than_the_english() -> None:
    """Only names, and sentences that are nothing but a placeholder, stay as they are."""
    same = {english for english, chinese in _pairs() if not chinese.strip() or chinese == english}
    assert {english for english in same if re.search(r"[A-Za-z]", _bare(english))} == NAMES


def test_a_translation_is_chinese() -> None:
    wordless = {english for english, chinese in _pairs() if not CHARACTER.search(chinese)}
    assert {english for english in wordless if re.search(r"[A-Za-z]", _bare(english))} - NAMES == {
        "{done} of {all}",  # 3/5
        "{value} of {target}",  # 380 / 500
        "{n} of {all}",
        "{n} of {most}: {point}",
        "{moment}, by {name}: {what}",
    }


def test_chinese_has_chinese_punctuation() -> None:
    assert [
        chinese for _, chinese in _pairs() if BESIDE.search(chinese) or chinese[-1:] in tuple(".,!?:;")
    ] == []


def test_a_space_stands_between_chinese_and_latin() -> None:
    assert [chinese for _, chinese in _pairs() if STUCK.search(chinese)] == []


def test_a_question_stays_a_question() -> None:
    assert [pair for pair in _pairs() if pair[0].endswith("?") != pair[1].endswith("？")] == []


def test_a_command_stays_the_command_that_it_is() -> None:
    def commands(template: str) -> list[str]:
        return re.findall(r"(?<![\w/])/[a-z0-9]+", template)

    assert [pair for pair in _pairs() if commands(pair[0]) != commands(pair[1])] == []


@pytest.mark.parametrize("other", ["计分卡", "项关键结果", "共同记录", "主管", "经理", "模版", "话题", "TA "])
def test_one_thing_has_one_word_in_chinese(other: str) -> None:
    """记分卡, 个关键结果, 共享记录, 上级, 模板, 议题, and 对方 or 其."""
    assert [chinese for _, chinese in _pairs() if other in chinese] == []


def test_a_line_that_keeps_hr_out_keeps_it_out_in_chinese() -> None:
    lines = [pair for pair in _pairs() if "HR has no access" in pair[0]]
    assert lines
    assert [pair for pair in lines if not re.search("HR( 的其他同事|) ?无权查看", pair[1])] == []


def test_a_line_that_nobody_else_reads_says_so_in_chinese() -> None:
    lines = [pair for pair in _pairs() if "and nobody else. HR" in pair[0] or "by nobody else. HR" in pair[0]]
    assert lines
    assert [pair for pair in lines if "其他人都看不到" not in pair[1]] == []


@pytest.mark.parametrize("page", ["data-in", "goals", "privacy", "reviews"])
def test_the_docs_call_a_button_what_it_is_called(page: str) -> None:
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    labels = {" ".join(label.split()) for label in LABEL.findall(text)}
    ours = {english.rstrip(".") for english, _ in _pairs()}
    assert {label for label in labels if label.rstrip(".") not in ours} <= OTHERS


# How values are drawn ------------------------------------------------------------------------------------------------

EVENING = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
"""Half past midnight of the next day in Shanghai."""
NEW_YEAR = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
"""The same in the first night of a year that has not begun in Europe."""


@pytest.mark.parametrize(
    ("item", "english", "chinese"),
    [
        (EVENING, "Tue, Nov 24, 2026, 12:30 AM", "2026年11月24日周二 00:30"),
        (date(2026, 10, 1), "Thu, Oct 1, 2026", "2026年10月1日周四"),
        (time(9, 5), "9:05 AM", "09:05"),
        (12345, "12,345", "12,345"),
        (3.5, "3.5", "3.5"),
        (Phrase("Today"), "Today", "今天"),
        (Verbatim("Today"), "Today", "Today"),
    ],
)
def test_values_are_drawn_as_the_reader_writes_them(item: Value, english: str, chinese: str) -> None:
    text = Phrase("{value}", value=item)
    assert (ENGLISH.say(text).replace("\u202f", " "), CHINESE.say(text)) == (english, chinese)


@pytest.mark.parametrize(
    ("item", "now", "english", "chinese"),
    [
        (EVENING, EVENING, "Tue, Nov 24, 12:30 AM", "11月24日周二 00:30"),
        (date(2026, 1, 1), EVENING, "Thu, Jan 1", "1月1日周四"),
        (date(2027, 1, 1), EVENING, "Fri, Jan 1, 2027", "2027年1月1日周五"),
        (date(2025, 11, 24), EVENING, "Mon, Nov 24, 2025", "2025年11月24日周一"),
        (date(2027, 1, 1), NEW_YEAR, "Fri, Jan 1", "1月1日周五"),
        (NEW_YEAR, NEW_YEAR, "Fri, Jan 1, 12:30 AM", "1月1日周五 00:30"),
        (date(2026, 12, 31), NEW_YEAR, "Thu, Dec 31, 2026", "2026年12月31日周四"),
    ],
)
def test_the_year_is_said_when_it_is_not_the_readers(
    item: Value, now: datetime, english: str, chinese: str
) -> None:
    said = [
        Voice(language, "Asia/Shanghai", now=now).say(Phrase("{value}", value=item))
        for language in ("en", "zh")
    ]
    assert [words.replace("\u202f", " ") for words in said] == [english, chinese]


@pytest.mark.parametrize(
    ("author", "chinese"),
    [
        ("Ada", "确认收到 Ada 的反馈"),
        ("陈明", "确认收到陈明的反馈"),
        ("陈明 Ming", "确认收到陈明 Ming 的反馈"),
        ("", "确认收到  的反馈"),
    ],
)
def test_chinese_has_a_space_beside_latin_letters_alone(author: str, chinese: str) -> None:
    assert CHINESE.say(Phrase("Acknowledge the feedback from {author}", author=Verbatim(author))) == chinese


@pytest.mark.parametrize(("name", "chinese"), [("Ada", "评估你的上级 Ada"), ("陈明", "评估你的上级陈明")])
def test_it_has_one_however_the_sentence_is_translated(name: str, chinese: str) -> None:
    assert CHINESE.say(Phrase("Review of your manager {name}", name=Verbatim(name))) == chinese


@pytest.mark.parametrize(
    ("label", "english", "chinese"),
    [
        (Phrase("Results"), "Results: what the record holds", "工作成果：相关记录"),
        (Phrase("Why?"), "Why? – what the record holds", "原因是什么？——相关记录"),
        (Verbatim("为什么？"), "为什么？ – what the record holds", "为什么？——相关记录"),
        (Verbatim(""), ": what the record holds", "：相关记录"),
    ],
)
def test_no_colon_stands_behind_a_question(label: Text, english: str, chinese: str) -> None:
    text = Phrase("{question}: what the record holds", question=label)
    assert (ENGLISH.say(text), CHINESE.say(text)) == (english, chinese)


@pytest.mark.parametrize(
    ("people", "english", "chinese"),
    [
        (("Ada",), "Ada", "Ada"),
        (("Ada", "陈明"), "Ada and 陈明", "Ada、陈明"),
        (("Ada", "Ben", "陈明"), "Ada, Ben, and 陈明", "Ada、Ben、陈明"),
    ],
)
def test_people_are_listed(people: tuple[str, ...], english: str, chinese: str) -> None:
    assert (ENGLISH.say(names(people)), CHINESE.say(names(people))) == (english, chinese)


@pytest.mark.parametrize(
    ("n", "english", "chinese"),
    [
        (0, "0 people", "0 人"),
        (1, "1 person", "1 人"),
        (5, "5 people", "5 人"),
        (1200, "1,200 people", "1,200 人"),
    ],
)
def test_numbers_agree_with_what_they_count(n: int, english: str, chinese: str) -> None:
    text = Plural("{n} person", "{n} people", n=n)
    assert (ENGLISH.say(text), CHINESE.say(text)) == (english, chinese)


def test_a_text_within_a_text_speaks_the_same_language() -> None:
    days = Listing((Phrase("Monday"), Phrase("Thursday")))
    text = Phrase("Every {days} at {clock}, on each one's own clock.", days=days, clock=time(10))
    assert CHINESE.say(text) == "每周一、周四 10:00（各自的当地时间）。"


def test_what_has_no_translation_is_said_in_english() -> None:
    made_up = "Nobody {what} this yet."  # not in a Phrase("…") of ours, so no catalog knows it
    assert CHINESE.say(Phrase(made_up, what=Verbatim("translated"))) == "Nobody translated this yet."


def test_a_language_that_nobody_translated_is_english() -> None:
    assert Voice("fr").say(Phrase("Today")) == "Today"


# Escaping ------------------------------------------------------------------------------------------------------------

ATTACK = "<b>{name}</b> & <!channel> *陈*"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "text",
    [
        Phrase("{name} has read your feedback.", name=Verbatim(ATTACK)),
        Phrase("Sent to {name}.", name=names([ATTACK])),
        Phrase("{kind}: {people}", kind=Phrase("moods"), people=Lines((Verbatim(ATTACK),))),
        Verbatim(ATTACK),
    ],
)
def test_what_people_wrote_is_escaped_once_inside_a_translation(language: str, text: Text) -> None:
    said = Voice(language, escape=escape).say(text)
    assert escape(ATTACK) in said
    assert "<" not in said
    assert "&amp;amp;" not in said


def test_our_own_words_are_escaped_with_their_placeholders_whole() -> None:
    quoted = Phrase(
        "{name} put “{template}” on the agenda of your one-on-one.",
        name=Verbatim("<"),
        template=Verbatim(">"),
    )
    assert Voice("zh", escape=escape).say(quoted) == "&lt; 把“&gt;”加入了你们的面谈议程。"


# The plain card ------------------------------------------------------------------------------------------------------


def test_a_card_is_plain_lines_with_the_colons_of_its_language() -> None:
    card = Card(
        Phrase("Your settings"),
        Section(Verbatim("a: b")),
        Fact(Phrase("Language"), Verbatim("中文")),
        Trend(Phrase("Not yet."), (1.0, 2.0)),
        Note(Phrase("Only you see this.")),
    )
    assert ENGLISH.plain(card).splitlines()[1:3] == ["a: b", "Language: 中文"]
    assert CHINESE.plain(card).splitlines() == [
        "你的设置",
        "a: b",
        "语言：中文",
        "▁█ 还没写。",
        "只有你能看到。",
    ]


def test_points_become_bars_from_the_lowest_to_the_highest() -> None:
    assert (bars((1, 2, 3)), bars((7, 7))) == ("▁▅█", "▁▁")


def _pressed(label: str, handle: str) -> Button:
    return Button(Phrase(label), handle=handle)


def test_buttons_that_look_alike_are_told_apart_by_what_they_stand_in() -> None:
    card = Card(
        Phrase("Your goals"),
        Section(Verbatim("1. sign-ups  ▓▓░░ 20%\n100 of 500"), button=_pressed("Open", "a")),
        Section(Verbatim("2. churn"), button=_pressed("Open", "b")),
        Section(Verbatim("3. letters"), button=_pressed("Update", "c")),
        _pressed("Close", "d"),
    )
    assert told_apart(card, ENGLISH, 75) == {"a": "Open: 1. sign-ups 20%", "b": "Open: 2. churn"}
    assert told_apart(card, CHINESE, 75)["b"] == "查看：2. churn"
    assert told_apart(card, ENGLISH, 12) == {"a": "Open: 1. si…", "b": "Open: 2. ch…"}


def test_buttons_below_a_heading_are_told_apart_by_it() -> None:
    parts = [
        part
        for number, name in enumerate(("Engineers", "Designers", "Designers"))
        for part in (
            Heading(Verbatim(name)),
            Section(Verbatim("complaints from 40 to 20")),
            Note(Verbatim("small print")),
            _pressed("Use it", f"{number}"),
        )
    ]
    names = told_apart(Card(Phrase("Templates"), *parts), ENGLISH, 75)
    assert list(names.values()) == ["Use it: Engineers", "Use it: Designers", "Use it: Designers 2"]


def test_buttons_in_paragraphs_that_read_alike_are_told_apart_by_their_headings() -> None:
    cited = Phrase("It cites one piece of the record.")
    parts = (
        part
        for name in ("Results", "Craft")
        for part in (Heading(Verbatim(name)), Section(cited, button=_pressed("Evidence", name)))
    )
    names = told_apart(Card(Phrase("A review"), *parts), ENGLISH, 75)
    assert names == {"Results": "Evidence: Results", "Craft": "Evidence: Craft"}
