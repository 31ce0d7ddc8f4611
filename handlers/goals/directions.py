"""What is good for a key result, as people choose and read it."""

from __future__ import annotations

from handlers.goals.scoring import Direction
from handlers.kit.forms import Option
from handlers.kit.text import Phrase, Text

DIRECTIONS = (
    Option(Direction.UP, Phrase("It should rise"), also=("越高越好", "上升", "增加")),
    Option(Direction.DOWN, Phrase("It should fall"), also=("越低越好", "下降", "减少")),
    Option(Direction.BAND, Phrase("It should stay between two values"), also=("保持在区间内", "区间")),
    Option(
        Direction.MILESTONE,
        Phrase("Steps, one after the other"),
        also=("steps", "里程碑（一步步完成）", "里程碑"),
    ),
    Option(Direction.YES_NO, Phrase("Yes or no"), also=("yes/no", "是/否", "是否")),
)


def direction_text(direction: str) -> Text:
    """How a direction reads."""
    return next(option.label for option in DIRECTIONS if option.value == direction)
