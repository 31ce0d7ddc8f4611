"""A chart is a specification in its reader's language, and says what it cannot show."""

from __future__ import annotations

import json
from datetime import date

import pytest

from bot.pictures.glyphs import drawable
from bot.pictures.specification import alt, specification
from bot.words import Voice
from handlers.kit.cards import Picture
from handlers.kit.charts import Bar, Bars, Cell, Course, Grid, GridRow, table
from handlers.kit.text import Phrase, Verbatim
from tests.goldens.samples import course, tree
from tests.walks.hostile import BAITS


def said(words: str, language: str = "en") -> Picture:
    return Picture(Verbatim(words), Phrase("{percent}%", percent=62), course())


@pytest.mark.parametrize(
    ("words", "shown", "lacking"),
    [
        ("Grow 12%", "Grow 12%", ""),
        ("喆堃玥祎珺昇婍", "喆堃玥祎珺昇婍", ""),
        ("𠮷田", "〓田", "𠮷"),
        ("launch 🚀", "launch", ""),
        ("👩\u200d👩\u200d👧 family", "family", ""),
        ("Zoë Łukasz Čapek", "Zoë Lukasz Capek", "ŁČ"),
        ("สวัสดี", "〓〓〓〓", "สวด"),
    ],
)
def test_what_the_font_lacks_is_named_and_never_an_empty_box(words: str, shown: str, lacking: str) -> None:
    assert drawable(words, frozenset) == (shown, lacking)


def test_what_the_system_offers_is_drawn_as_it_is() -> None:
    assert drawable("Łukasz 𠮷田", lambda: frozenset({ord("Ł")})) == ("Łukasz 〓田", "𠮷")


def test_the_description_says_which_characters_are_not_shown() -> None:
    rare = "\U00031350"  # of 2022: no system has it yet
    assert "because its font lacks them: 𱍐" in alt(said(rare), Voice())
    assert f"图片字体缺少以下字符，图中会显示为其他样子：{rare}" in alt(said(rare), Voice("zh"))
    assert "font" not in alt(said("陈明 🚀"), Voice())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("words", BAITS, ids=range(len(BAITS)))
def test_nothing_of_a_person_comes_alive_in_a_picture(words: str, language: str) -> None:
    """Their words are data: in no expression, and no address is in it that could be fetched."""
    theirs = Verbatim(words)
    bars = Bars((Bar(theirs, 0.5, theirs, "bad"), Bar(theirs, None, theirs, "", 1)), joined=True)
    grid = Grid((theirs,), (GridRow(theirs, (Cell(theirs, 0.7),)),), theirs)
    for chart in (course(), bars, grid):
        spec = specification(Picture(theirs, theirs, chart), Voice(language)).spec
        assert not list(named(spec, ("url", "href", "signal")))
        assert set(named(spec, ("expr", "labelExpr"))) <= {"datum.size", "datum.value + '%'"}
        json.dumps(spec)


def named(node: object, names: tuple[str, ...]) -> list[object]:
    if isinstance(node, list):
        return [found for item in node for found in named(item, names)]
    if not isinstance(node, dict):
        return []
    own = [item for name, item in node.items() if name in names]
    return own + [found for item in node.values() for found in named(item, names)]


def test_the_same_picture_is_the_same_specification() -> None:
    assert specification(said("x"), Voice("zh")).spec == specification(said("x"), Voice("zh")).spec


@pytest.mark.parametrize("days", [0, 1, 6, 30, 91, 366, 3650])
def test_every_span_has_an_axis(days: int) -> None:
    first = date(2026, 1, 1)
    last = date.fromordinal(first.toordinal() + days)
    drawn = specification(
        Picture(Verbatim("x"), Verbatim("y"), Course(first, last, first, ((first, 0),))), Voice("zh")
    ).spec
    ticks = drawn["layer"][0]["data"]["values"]
    assert ticks[0]["day"] == "1月1日"
    assert len(ticks) <= 9


def test_a_table_says_the_same() -> None:
    voice = Voice(now=None)
    assert voice.say(table(tree())).splitlines()[0] == "A company to trust · 62%"
    assert voice.say(table(course())).splitlines()[-1].endswith(": 62%")
