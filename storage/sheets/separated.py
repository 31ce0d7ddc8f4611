"""Reads a CSV file in whichever encoding and with whichever separator the office program of the day chose."""

import csv
import re
from collections.abc import Sequence

from storage.sheets.cells import storable
from storage.sheets.problem import MAX_COLUMNS, MAX_ROWS, SheetProblem, not_a_sheet, refuse_above

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
LINE_END = re.compile(r"[\r\n]")
ASCII = re.compile(r"[\0-\x7f]+")
ENOUGH_TO_TELL = 10_000
FREQUENT_LEAD_BYTES = {0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)}
QUOTED = re.compile(r'"[^"]*"')
NO_TEXT_HAS_MORE_NULS_THAN_ONE_IN = 10

Records = list[list[str]]


def csv_records(data: bytes) -> Records:
    """Strict about quotes: a quote that is never closed would swallow the rows below it."""
    text, found = decoded(data), list[list[str]]()
    reader = csv.reader((line[0] for line in LINE.finditer(text)), delimiter=separator(text), strict=True)
    try:
        for row in reader:
            found.append(row)
            check_size(found, row)
    except csv.Error:
        not_a_sheet(row=len(found) + 1)
    return found


def check_size(found: Records, row: Sequence[str]) -> None:
    if len(found) > MAX_ROWS + 1:
        raise SheetProblem("too-many-rows", limit=MAX_ROWS, row=len(found))
    refuse_above(MAX_COLUMNS, len(row), "too-many-columns")


def separator(text: str) -> str:
    """The separator that the first line with text has most often, outside quotes."""
    first = LINE_END.split(text.lstrip(" \r\n"), maxsplit=1)[0]
    return max(",;\t", key=QUOTED.sub("", first).count)


def decoded(data: bytes) -> str:
    """The text of a CSV file, without byte-order mark. Raises SheetProblem("encoding")."""
    for encoding in encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or reads_as_chinese(text):
            return storable(text)
    raise SheetProblem("encoding")


def encodings(data: bytes) -> tuple[str, ...]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if data.count(0) * NO_TEXT_HAS_MORE_NULS_THAN_ONE_IN > len(data):
        return ()
    return ("utf-8-sig", "gb18030")


def reads_as_chinese(text: str) -> bool:
    """Whether half of the foreign characters are frequent Chinese ones (GB 2312 symbols and level 1).

    Western and Cyrillic text is often valid GB18030 too, as rare characters: Andrée must not become Andr閑.
    """
    foreign = ASCII.sub("", text)[:ENOUGH_TO_TELL]
    frequent = sum(character.encode("gb2312", "replace")[0] in FREQUENT_LEAD_BYTES for character in foreign)
    return 2 * frequent >= len(foreign)
