"""Rows that meet columns: a nine-box or a heat map, the fuller the darker, with what is said in each cell."""

from __future__ import annotations

from bot.pictures.lettering import Pen, cut, lettered
from bot.pictures.style import INK, LINE, QUIET, WIDTH, Json
from handlers.kit.charts import Cell, Grid

LABELS = 250
"""Pixels at the left for what the rows are."""
ROW, HEAD, GAP = 52, 58, 3
LABEL = 34
"""Half-widths of a Chinese character that fit there."""
LIGHT = "#f1f4f9"


def cells_in_a_grid(chart: Grid, pen: Pen) -> Json:
    """A canvas in pixels: the columns' names above, the rows' at the left."""
    height = HEAD + ROW * len(chart.rows)
    wide = (WIDTH - LABELS) / len(chart.columns)
    cells = [
        _cell(cell, row, column, wide, pen)
        for row, each in enumerate(chart.rows)
        for column, cell in enumerate(each.cells)
    ]
    across = [{"x": LABELS, "y": 12, "words": cut(pen.say(chart.across), 60)}]
    room = max(4, int(wide / 8))
    heads = [
        {"x": LABELS + wide * (number + 0.5), "y": 40, "words": cut(pen.say(title), room)}
        for number, title in enumerate(chart.columns)
    ]
    names = [
        {"x": 0, "y": HEAD + ROW * (number + 0.5), "words": cut(pen.say(row.label), LABEL)}
        for number, row in enumerate(chart.rows)
    ]
    layers = [
        lettered(across, x=_x(), y=_y(height), text="words", align="left", color=QUIET),
        lettered(heads, x=_x(), y=_y(height), text="words", align="center", color=QUIET),
        lettered(names, x=_x(), y=_y(height), text="words", align="left", color=INK),
        _boxes(cells, height),
        lettered(cells, x=_x(), y=_y(height), text="said", align="center", tone="ink"),
    ]
    return {"height": height, "layer": layers}


def _x(field: str = "x") -> Json:
    scale = {"domain": [0, WIDTH], "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _y(height: float, field: str = "y") -> Json:
    scale = {"domain": [0, height], "reverse": True, "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _cell(cell: Cell, row: int, column: int, wide: float, pen: Pen) -> Json:
    left, top = LABELS + wide * column, HEAD + ROW * row
    share = min(max(cell.share, 0.0), 1.0)
    words = pen.say(cell.said)
    return {
        "x": round(left + wide / 2, 1),
        "y": top + ROW / 2,
        "left": round(left + GAP, 1),
        "right": round(left + wide - GAP, 1),
        "top": top + GAP,
        "bottom": top + ROW - GAP,
        "said": cut(words, max(4, int(wide / 8))),
        "whole": words,
        "colour": _between(LIGHT, LINE, share),
        "ink": "#ffffff" if share > 0.6 else INK,
    }


def _boxes(cells: list[Json], height: float) -> Json:
    return {
        "data": {"values": cells},
        "mark": {"type": "rect", "cornerRadius": 4},
        "encoding": {
            "x": _x("left"),
            "x2": {"field": "right"},
            "y": _y(height, "top"),
            "y2": {"field": "bottom"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "tooltip": [{"field": "whole", "title": " "}],
        },
    }


def _between(light: str, dark: str, share: float) -> str:
    """The colour so far from the light one to the dark one."""
    pairs = ((int(light[at : at + 2], 16), int(dark[at : at + 2], 16)) for at in (1, 3, 5))
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)
