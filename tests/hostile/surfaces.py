"""Every surface on which somebody hostile can send something, and how many cases each gets in the tests."""

from __future__ import annotations

from collections.abc import Mapping

from tests.hostile.drawing import hostile_drawing
from tests.hostile.kit import hostile_acts
from tests.hostile.reading import reading_slack, reading_telegram, reading_words
from tests.hostile.sheets import hostile_sheets
from tests.hostile.slack import hostile_slack
from tests.hostile.sweep import Surface
from tests.hostile.telegram import hostile_telegram
from tests.hostile.web import hostile_web

SURFACES: Mapping[str, tuple[Surface, int]] = {
    "slack": (hostile_slack, 1_200),
    "telegram": (hostile_telegram, 1_200),
    "web": (hostile_web, 300),
    "acts": (hostile_acts, 1_400),
    "sheets": (hostile_sheets, 6_000),
    "drawing": (hostile_drawing, 500),
    "reading Slack": (reading_slack, 19_500),
    "reading Telegram": (reading_telegram, 8_000),
    "reading words": (reading_words, 14_000),
}
