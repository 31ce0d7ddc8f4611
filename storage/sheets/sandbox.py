"""Parses a workbook in a process of its own, with little memory and little time, so that it may die of it.

Run as `python -m storage.sheets.sandbox`: the file comes on stdin; on stdout goes one JSON array of texts
for each row of the sheet from row 1, or, at any point, a JSON object with `code` and `details` of a problem.
"""

import io
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TypeAlias

from storage.sheets.archive import sound_copy
from storage.sheets.formats import Cells, shown_text
from storage.sheets.problem import (
    MAX_CHARACTERS,
    MAX_FILE_BYTES,
    SANDBOX_BYTES,
    SANDBOX_SECONDS,
    SheetProblem,
    not_a_sheet,
    refuse_above,
)

Merged: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""The first and the last cell of a range, each by its row and its column."""


def main() -> None:
    limit_this_process()
    try:
        for row in rows(sys.stdin.buffer.read(MAX_FILE_BYTES + 1)):
            say(row)
    except SheetProblem as problem:
        say({"code": problem.code, "details": problem.details})
    except MemoryError:
        say({"code": "too-big", "details": {}})
    except BaseException:  # a Rust panic is not an Exception
        say({"code": "not-a-sheet", "details": {}})


def limit_this_process() -> None:
    """As far as the system can: macOS ignores the memory, Windows all. The timeout outside always holds."""
    with suppress(ImportError):
        import resource

        limits = {
            "RLIMIT_AS": SANDBOX_BYTES,
            "RLIMIT_CPU": SANDBOX_SECONDS,
            "RLIMIT_CORE": 0,
            "RLIMIT_FSIZE": 0,
        }
        for name, value in limits.items():
            with suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (value, value))


def say(line: object) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")


def rows(data: bytes) -> Iterator[list[str]]:
    """The rows of the first worksheet that people see, from row 1 and column A."""
    sound, scaled = sound_copy(data)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(sound))
    for index, sheet in enumerate(book.sheets_metadata):
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible:
            table = book.get_sheet_by_index(index)
            left = table.start[1] if table.start else 0
            filled = filled_down(table.iter_rows(), table.merged_cell_ranges or (), left=left)
            return with_limit(as_shown(filled, scaled[index], left=left), left=left)
    not_a_sheet(kind="no-worksheet")


def filled_down(
    table: Iterable[Sequence[object]], merged: Iterable[Merged], *, left: int
) -> Iterator[Sequence[object]]:
    """The rows, where words in a cell that is merged over several rows stand in each: so people read them."""
    begins: dict[int, list[tuple[int, int]]] = {}
    for (top, column), (bottom, _) in merged:
        if bottom > top and column >= left:
            begins.setdefault(top, []).append((column - left, bottom))
    going: dict[int, tuple[int, object]] = {}
    for number, values in enumerate(table):
        going = {column: each for column, each in going.items() if each[0] >= number}
        row = list(values)
        for column, (_, value) in going.items():
            if column < len(row):
                row[column] = value
        for column, bottom in begins.get(number, ()):
            if column < len(row) and isinstance(row[column], str):  # a number said twice counts twice
                going[column] = bottom, row[column]
        yield row


def as_shown(table: Iterable[Sequence[object]], scaled: Cells, *, left: int) -> Iterator[list[str]]:
    """The cells as text, with a number as people see it in the sheet."""
    for number, values in enumerate(table, start=1):
        here = scaled.get(number, {})
        yield [shown_text(value, here.get(column)) for column, value in enumerate(values, start=left + 1)]


def with_limit(table: Iterable[list[str]], *, left: int) -> Iterator[list[str]]:
    characters = 0
    for texts in table:
        row = without_blank_end([""] * left + texts)
        characters += sum(map(len, row))
        refuse_above(MAX_CHARACTERS, characters, "too-big")
        yield row


def without_blank_end(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    return row


if __name__ == "__main__":
    main()
