"""What a cell says, as text that every database and file can hold."""

import datetime as dt
import re

EXACT_INTEGER = 2**53
SHOWN_DIGITS = 15
"""As many as Excel shows: 0.1 + 0.2 is 0.3."""
LIKE_THOUSANDS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
"""What may be a number with a point, or as text a thousand times as many: 1.234."""
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def cell_text(value: object) -> str:
    """A cell as people would type it; see `read_sheet` for the forms."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return duration_text(value)
    return storable(str(value))


def exactly(number: str) -> str:
    """A number that a program has written with a point: by one zero more it is told from a text that looks like
    thousands."""
    return f"{number}0" if LIKE_THOUSANDS.fullmatch(number) else number


def number_text(value: float) -> str:
    if abs(value) <= EXACT_INTEGER and value == int(value):
        return str(int(value))
    return exactly(f"{value:.{SHOWN_DIGITS}g}")


def duration_text(value: dt.timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def storable(text: str) -> str:
    """The text with U+FFFD for what databases and files choke on: NUL and halves of surrogate pairs."""
    return UNSTORABLE.sub("\ufffd", text)
