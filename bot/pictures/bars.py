"""Bars one below the other, each with its label and what is said of it; as a tree, with the branches between."""

from __future__ import annotations

from collections.abc import Iterator

from bot.pictures.lettering import Pen, cut, lettered
from bot.pictures.style import QUIET, TONES, WIDTH, Json
from handlers.kit.charts import Bar, Bars

ROW = 34
STEP = 22
BAR_AT, BAR_LONG, SAID_AT = 400, 160, 576
LABEL = 54
"""Half-widths of a Chinese character in a label at the left; one fewer for each step of depth."""


def bars_in_rows(chart: Bars, pen: Pen) -> Json:
    """A canvas in pixels: labels, bars and what is said stand in three columns."""
    rows = [_row(number, bar, pen) for number, bar in enumerate(chart.bars)]
    bars = [row for row in rows if not row["heading"]]
    canvas = {"height": ROW * len(rows)}
    layers = [
        *(_branches(chart.bars) if chart.joined else ()),
        lettered(rows, x=_px(), y=_py(rows), text="label", align="left", size="size"),
        _track(bars, rows),
        _filled(bars, rows),
        lettered(bars, x=_px("beside"), y=_py(rows), text="said", align="left", tone="ink"),
    ]
    return {**canvas, "layer": layers}


_SCALE: Json = {"domain": [0, WIDTH], "nice": False, "zero": False}


def _px(field: str = "x") -> Json:
    return {"field": field, "type": "quantitative", "scale": _SCALE, "axis": None}


def _py(rows: list[Json], field: str = "y") -> Json:
    scale = {"domain": [0, ROW * len(rows)], "reverse": True, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _row(number: int, bar: Bar, pen: Pen) -> Json:
    share = min(max(bar.share or 0.0, 0.0), 1.0)
    middle = ROW * number + ROW / 2
    return {
        "x": bar.depth * STEP,
        "y": middle,
        "top": middle - 7,
        "bottom": middle + 7,
        "label": cut(pen.say(bar.label), LABEL + 40 * bar.heading - 3 * bar.depth),
        "whole": pen.say(bar.label),
        "begin": BAR_AT,
        "end": round(BAR_AT + BAR_LONG * share, 1),
        "full": BAR_AT + BAR_LONG,
        "beside": SAID_AT,
        "said": cut(pen.say(bar.said), 19) if bar.said else "",
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
