"""A chart as a Vega-Lite specification in its reader's language: pure, so that it can be compared word for word."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias

from babel.dates import format_skeleton

from bot.pictures.glyphs import FAMILY, drawable
from bot.words import BABEL, Voice, readable
from handlers.kit.cards import Picture
from handlers.kit.charts import Bar, Bars, Course
from handlers.kit.text import Phrase, Text, Verbatim

Json: TypeAlias = dict[str, Any]

WIDTH = 720
INK, QUIET, FAINT, LINE = "#1f2430", "#5b6474", "#d9dee7", "#2f5fd0"
TONES = {"": LINE, "good": "#1b7f5c", "warning": "#b26a00", "bad": "#c0362c"}
"""Each on white at 4.5 to 1 or more. Never alone: what is said stands beside the bar, in words."""

STRAIGHT = Phrase("straight line")
TODAY = Phrase("today")


@dataclass(frozen=True)
class Drawn:
    """A specification, and the characters that it shows by a stand-in."""

    spec: Json
    lacking: str = ""


def specification(picture: Picture, voice: Voice) -> Drawn:
    """The picture as this reader sees it."""
    pen = _Pen(voice)
    chart = picture.chart
    body = _course(chart, pen) if isinstance(chart, Course) else _bars(chart, pen)
    title = {
        "text": _wrapped(pen.say(picture.title), 66),
        "subtitle": _wrapped(pen.say(picture.finding), 88),
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": readable(voice.say(picture.described)),
        "title": title,
        "width": WIDTH,
        **body,
        "background": "white",
        "padding": 20,
        "config": _CONFIG,
    }
    return Drawn(spec, pen.lacking)


def alt(picture: Picture, voice: Voice) -> str:
    """What stands for a picture where it cannot be seen, and says what it cannot show."""
    lacking = specification(picture, voice).lacking
    words = readable(voice.say(picture.described))
    if not lacking:
        return words
    said = Phrase(
        "In the picture these characters look otherwise, because its font lacks them: {letters}",
        letters=Verbatim(" ".join(lacking)),
    )
    return f"{words}\n{voice.say(said)}"


class _Pen:
    """Says texts in letters that the font has, and remembers which it lacks."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.lacking = ""

    def say(self, text: Text) -> str:
        words, lacking = drawable(readable(" ".join(self.voice.say(text).split())))
        self.lacking = "".join(dict.fromkeys(self.lacking + lacking))
        return words

    def short_day(self, day: date) -> str:
        """A day without its weekday, as an axis names it."""
        return str(format_skeleton("MMMd", day, locale=BABEL.get(self.voice.language, "en_US")))

    def percent(self, percent: int) -> str:
        return self.say(Phrase("{percent} %", percent=percent))


_CONFIG: Json = {
    "font": FAMILY,
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "group",
        "fontSize": 20,
        "fontWeight": "bold",
        "color": INK,
        "lineHeight": 27,
        "subtitleFontSize": 15,
        "subtitleFontWeight": "normal",
        "subtitleColor": QUIET,
        "subtitleLineHeight": 21,
        "subtitlePadding": 6,
        "offset": 22,
    },
    "text": {"fontSize": 14, "color": INK, "baseline": "middle"},
    "axis": {"labelFontSize": 13, "labelColor": QUIET, "domainColor": FAINT, "tickColor": FAINT},
}

# Over time -----------------------------------------------------------------------------------------------------------

HEIGHT = 300


def _course(chart: Course, pen: _Pen) -> Json:
    """Days are numbers from the first one on: an axis of time would need a language and a zone of its own."""
    span = max(1, (chart.ends_on - chart.begins_on).days)
    points = [
        {
            "x": min(max((day - chart.begins_on).days, 0), span),
            "y": percent,
            "day": pen.short_day(day),
            "percent": pen.percent(percent),
        }
        for day, percent in chart.points
    ]
    now = min(max((chart.today - chart.begins_on).days, 0), span)
    return {
        "height": HEIGHT,
        "layer": [
            _layer(
                _ticks(chart, span, pen), "text", x=_x(span), y={"datum": 0}, text="day", dy=22, color=QUIET
            )
            | {"name": "days"},
            *_straight(span, now, pen),
            *_today(span, now, pen),
            *_reached(points, span),
        ],
    }


def _x(span: int) -> Json:
    return {
        "field": "x",
        "type": "quantitative",
        "scale": {"domain": [0, span], "nice": False},
        "axis": {"labels": False, "title": None, "grid": False, "ticks": False},
    }


_Y: Json = {
    "field": "y",
    "type": "quantitative",
    "scale": {"domain": [0, 100], "nice": False},
    "axis": {
        "values": [0, 25, 50, 75, 100],
        "labelExpr": "datum.value + ' %'",
        "title": None,
        "gridColor": "#eef1f5",
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
}


def _ticks(chart: Course, span: int, pen: _Pen) -> list[Json]:
    """The first and the last day, and the months between as far as there is room."""
    edges = [(0, chart.begins_on), (span, chart.ends_on)] if span > 1 else [(0, chart.begins_on)]
    months = [((day - chart.begins_on).days, day) for day in _firsts(chart)]
    every = -(-len(months) // 6) or 1
    room = span * 0.11
    inner = [(at, day) for at, day in months[::every] if room < at < span - room]
    return [{"x": at, "day": pen.short_day(day)} for at, day in sorted([*edges, *inner])]


def _firsts(chart: Course) -> Iterator[date]:
    day = chart.begins_on.replace(day=1)
    while (day := (day + timedelta(days=32)).replace(day=1)) < chart.ends_on:
        yield day


def _straight(span: int, now: int, pen: _Pen) -> Iterator[Json]:
    ends = [{"x": 0, "y": 0}, {"x": span, "y": 100}]
    yield {
        "data": {"values": ends},
        "mark": {"type": "line", "color": "#98a1b0", "strokeWidth": 2, "strokeDash": [6, 5]},
        "encoding": {"x": _x(span), "y": _Y},
    }
    label = [{"x": span, "y": 100, "words": pen.say(STRAIGHT)}]
    yield _layer(label, "text", x=_x(span), y=_Y, text="words", align="right", dy=-12, color=QUIET)


def _today(span: int, now: int, pen: _Pen) -> Iterator[Json]:
    yield {
        "data": {"values": [{"x": now}]},
        "mark": {"type": "rule", "color": "#98a1b0", "strokeWidth": 1},
        "encoding": {"x": _x(span)},
    }
    late = now > span * 0.8
    align, dx = ("right", -6) if late else ("left", 6)
    words = [{"x": now, "y": 0, "words": pen.say(TODAY)}]
    yield _layer(words, "text", x=_x(span), y=_Y, text="words", align=align, dx=dx, dy=-12, color=QUIET)


def _reached(points: list[Json], span: int) -> Iterator[Json]:
    x, y = _x(span), _Y
    yield {
        "data": {"values": points},
        "mark": {"type": "line", "interpolate": "step-after", "color": LINE, "strokeWidth": 3},
        "encoding": {"x": x, "y": y},
    }
    yield {
        "name": "points",
        "data": {"values": points},
        "mark": {"type": "point", "shape": "circle", "filled": True, "size": 70, "color": LINE, "opacity": 1},
        "encoding": {
            "x": x,
            "y": y,
            "tooltip": [{"field": "day", "title": " "}, {"field": "percent", "title": "%"}],
        },
    }
    last = points[-1]
    # Above and left of a rising straight line, or below and right of it: there it is never crossed out.
    above = last["y"] * span >= 100 * last["x"] or last["x"] > span * 0.9
    align, dx = ("right", -10) if above and last["x"] > span * 0.1 else ("left", 10)
    yield _layer(
        [last],
        "text",
        x=x,
        y=y,
        text="percent",
        align=align,
        dx=dx,
        dy=-16 if above else 16,
        color=LINE,
        fontSize=18,
        fontWeight="bold",
    )


# Bars ----------------------------------------------------------------------------------------------------------------

ROW = 34
STEP = 22
BAR_AT, BAR_LONG, SAID_AT = 400, 160, 576
LABEL = 54
"""Half-widths of a Chinese character in a label at the left; one fewer for each step of depth."""


def _bars(chart: Bars, pen: _Pen) -> Json:
    """A canvas in pixels: labels, bars and what is said stand in three columns."""
    rows = [_row(number, bar, pen) for number, bar in enumerate(chart.bars)]
    bars = [row for row in rows if not row["heading"]]
    canvas = {"height": ROW * len(rows)}
    layers = [
        *(_branches(chart.bars) if chart.joined else ()),
        _layer(rows, "text", x=_px(), y=_py(rows), text="label", align="left", size="size"),
        _track(bars, rows),
        _filled(bars, rows),
        _layer(bars, "text", x=_px("beside"), y=_py(rows), text="said", align="left", tone="ink"),
    ]
    return {**canvas, "layer": layers}


_SCALE: Json = {"domain": [0, WIDTH], "nice": False, "zero": False}


def _px(field: str = "x") -> Json:
    return {"field": field, "type": "quantitative", "scale": _SCALE, "axis": None}


def _py(rows: list[Json], field: str = "y") -> Json:
    scale = {"domain": [0, ROW * len(rows)], "reverse": True, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _row(number: int, bar: Bar, pen: _Pen) -> Json:
    share = min(max(bar.share or 0.0, 0.0), 1.0)
    middle = ROW * number + ROW / 2
    return {
        "x": bar.depth * STEP,
        "y": middle,
        "top": middle - 7,
        "bottom": middle + 7,
        "label": _cut(pen.say(bar.label), LABEL + 40 * bar.heading - 3 * bar.depth),
        "whole": pen.say(bar.label),
        "begin": BAR_AT,
        "end": round(BAR_AT + BAR_LONG * share, 1),
        "full": BAR_AT + BAR_LONG,
        "beside": SAID_AT,
        "said": _cut(pen.say(bar.said), 19) if bar.said else "",
        "colour": TONES[bar.tone],
        "ink": TONES[bar.tone] if bar.tone else QUIET,
        "size": 16 if bar.heading else 14,
        "heading": bar.heading,
    }


def _track(bars: list[Json], rows: list[Json]) -> Json:
    return _box(bars, rows, "full", "#e8ecf2")


def _filled(bars: list[Json], rows: list[Json]) -> Json:
    made = _box(bars, rows, "end", None)
    made["encoding"]["color"] = {"field": "colour", "type": "nominal", "scale": None}
    made["encoding"]["tooltip"] = [{"field": "whole", "title": " "}, {"field": "said", "title": "%"}]
    return made


def _box(bars: list[Json], rows: list[Json], end: str, colour: str | None) -> Json:
    mark: Json = {"type": "rect", "cornerRadius": 3, **({"color": colour} if colour else {})}
    across = {"x": _px("begin"), "x2": {"field": end}}
    down = {"y": _py(rows, "top"), "y2": {"field": "bottom"}}
    return {"data": {"values": bars}, "mark": mark, "encoding": {**across, **down}}


def _branches(bars: tuple[Bar, ...]) -> Iterator[Json]:
    """From each bar of the tree to the one that it hangs from."""
    lines = [line for number, bar in enumerate(bars) if bar.depth for line in _branch(number, bars)]
    if not lines:
        return
    rows: list[Json] = [{} for _ in bars]
    yield {
        "data": {"values": lines},
        "mark": {"type": "rule", "color": "#b3bac6", "strokeWidth": 1.5},
        "encoding": {"x": _px(), "x2": {"field": "x2"}, "y": _py(rows), "y2": {"field": "y2"}},
    }


def _branch(number: int, bars: tuple[Bar, ...]) -> Iterator[Json]:
    depth = bars[number].depth
    above = next((n for n in range(number - 1, -1, -1) if bars[n].depth < depth), None)
    x, y = (depth - 1) * STEP + 7, ROW * number + ROW / 2
    if above is not None:
        yield {"x": x, "x2": x, "y": ROW * above + ROW / 2 + 11, "y2": y}
    yield {"x": x, "x2": depth * STEP - 4, "y": y, "y2": y}


# Words in a picture --------------------------------------------------------------------------------------------------


def _layer(
    values: list[Json],
    kind: str,
    *,
    x: Json,
    y: Json,
    text: str,
    tone: str = "",
    size: str = "",
    **look: Any,
) -> Json:
    encoding: Json = {"x": x, "y": y, "text": {"field": text, "type": "nominal"}}
    if tone:
        encoding["color"] = {"field": tone, "type": "nominal", "scale": None}
    mark: Json = {"type": kind, **look}
    if size:
        mark["fontSize"] = {"expr": f"datum.{size}"}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _width(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _cut(words: str, room: int) -> str:
    """At most so many halves of a Chinese character, with … where it goes on."""
    if sum(map(_width, words)) <= room:
        return words
    made, left = "", room - 1
    for letter in words:
        left -= _width(letter)
        if left < 0:
            break
        made += letter
    return made.rstrip() + "…"


def _wrapped(words: str, room: int, lines: int = 3) -> list[str]:
    """Lines of at most so many halves of a Chinese character. The last goes on with … if there is more."""
    made: list[str] = [""]
    for piece in _pieces(words, room):
        if made[-1] and sum(map(_width, made[-1] + piece.rstrip())) > room:
            made.append("")
        made[-1] += piece if made[-1] else piece.lstrip()
    made = [line.rstrip() for line in made]
    if len(made) > lines:
        rest = " ".join(made[lines - 1 :])
        made = [*made[: lines - 1], _cut(rest, room)]
    return made


CLOSING = " ，。、：；！？%)）”"
"""What no line begins with."""


def _pieces(words: str, room: int) -> Iterator[str]:
    """Words with the space behind them; Chinese may be parted anywhere."""
    piece = ""
    for letter in words:
        new = _width(letter) == 2 or piece[-1:] == " " or _width(piece[-1:] or " ") == 2
        if piece and new and letter not in CLOSING:
            yield piece
            piece = ""
        piece += letter
        if sum(map(_width, piece)) >= room:
            yield piece
            piece = ""
    if piece:
        yield piece
