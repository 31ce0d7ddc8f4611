"""How every picture looks: its width, its colours, and the sizes of what is written in it."""

from __future__ import annotations

from typing import Any, TypeAlias

from bot.pictures.glyphs import FAMILY

Json: TypeAlias = dict[str, Any]

WIDTH = 720
INK, QUIET, FAINT, LINE = "#1f2430", "#5b6474", "#d9dee7", "#2f5fd0"
TONES = {"": LINE, "good": "#1b7f5c", "warning": "#b26a00", "bad": "#c0362c"}
"""Each on white at 4.5 to 1 or more. Never alone: what is said stands beside the bar, in words."""

CONFIG: Json = {
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
