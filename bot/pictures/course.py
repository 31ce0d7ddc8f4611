"""How something came along, day by day, beside the straight line that would arrive on the last one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bot.pictures.lettering import Pen, lettered
from bot.pictures.style import LINE, QUIET, Json
from handlers.kit.charts import Course
from handlers.kit.text import Phrase

HEIGHT = 300

STRAIGHT = Phrase("straight line")
TODAY = Phrase("today")


def course_over_time(chart: Course, pen: Pen) -> Json:
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
            lettered(_ticks(chart, span, pen), x=_x(span), y={"datum": 0}, text="day", dy=22, color=QUIET)
            | {"name": "days"},
            *_straight(span, pen),
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
        "labelExpr": "datum.value + '%'",
        "title": None,
        "gridColor": "#eef1f5",
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
    },
}


def _ticks(chart: Course, span: int, pen: Pen) -> list[Json]:
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


def _straight(span: int, pen: Pen) -> Iterator[Json]:
    ends = [{"x": 0, "y": 0}, {"x": span, "y": 100}]
    yield {
        "data": {"values": ends},
        "mark": {"type": "line", "color": "#98a1b0", "strokeWidth": 2, "strokeDash": [6, 5]},
        "encoding": {"x": _x(span), "y": _Y},
    }
    label = [{"x": span, "y": 100, "words": pen.say(STRAIGHT)}]
    yield lettered(label, x=_x(span), y=_Y, text="words", align="right", dy=-12, color=QUIET)


def _today(span: int, now: int, pen: Pen) -> Iterator[Json]:
    yield {
        "data": {"values": [{"x": now}]},
        "mark": {"type": "rule", "color": "#98a1b0", "strokeWidth": 1},
        "encoding": {"x": _x(span)},
    }
    late = now > span * 0.8
    align, dx = ("right", -6) if late else ("left", 6)
    words = [{"x": now, "y": 0, "words": pen.say(TODAY)}]
    yield lettered(words, x=_x(span), y=_Y, text="words", align=align, dx=dx, dy=-12, color=QUIET)


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
    yield lettered(
        [last],
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
