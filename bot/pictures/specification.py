"""A chart as a Vega-Lite specification in its reader's language: pure, so that it can be compared word for word."""

from __future__ import annotations

from dataclasses import dataclass

from bot.pictures.bars import bars_in_rows
from bot.pictures.course import course_over_time
from bot.pictures.grid import cells_in_a_grid
from bot.pictures.lettering import Pen, wrapped
from bot.pictures.style import CONFIG, WIDTH, Json
from bot.words import Voice, readable
from handlers.kit.cards import Picture
from handlers.kit.charts import Chart, Course, Grid
from handlers.kit.text import Phrase, Verbatim


@dataclass(frozen=True)
class Drawn:
    """A specification, and the characters that it shows by a stand-in."""

    spec: Json
    lacking: str = ""


def specification(picture: Picture, voice: Voice) -> Drawn:
    """The picture as this reader sees it."""
    pen = Pen(voice)
    body = _drawn(picture.chart, pen)
    title = {
        "text": wrapped(pen.say(picture.title), 66),
        "subtitle": wrapped(pen.say(picture.finding), 88),
    }
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": readable(voice.say(picture.described)),
        "title": title,
        "width": WIDTH,
        **body,
        "background": "white",
        "padding": 20,
        "config": CONFIG,
    }
    return Drawn(spec, pen.lacking)


def _drawn(chart: Chart, pen: Pen) -> Json:
    if isinstance(chart, Course):
        return course_over_time(chart, pen)
    return cells_in_a_grid(chart, pen) if isinstance(chart, Grid) else bars_in_rows(chart, pen)


def alt(picture: Picture, voice: Voice, drawn: Drawn | None = None) -> str:
    """What stands for a picture where it cannot be seen, and says what it cannot show. Who has it `drawn` already
    gives that."""
    lacking = (drawn or specification(picture, voice)).lacking
    words = readable(voice.say(picture.described))
    if not lacking:
        return words
    said = Phrase(
        "In the picture these characters look otherwise, because its font lacks them: {letters}",
        letters=Verbatim(" ".join(lacking)),
    )
    return f"{words}\n{voice.say(said)}"
