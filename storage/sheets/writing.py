"""Writes tables for people to open in Excel: what a colleague typed stays text and is never run."""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate, count
from typing import Any

Cell = str | int | float | date | datetime | None
Row = Sequence[Cell]

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CELL_UNITS = 32_767
"""The longest text of a cell, in UTF-16 code units; Excel cuts silently what is longer."""
NAME_UNITS = 31
MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""
EXACT_INTEGER = 10**15
FIRST_EXCEL_DATE = date(1900, 3, 1)
"""Before it Excel believes in 29 February 1900 and is a day off."""
COLUMN_WIDTH = 20
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\s]+")
FORMULA_MARKS = "=+-@\t\r＝＋－＠"


@dataclass(frozen=True)
class OutSheet:
    """One sheet to write: each row has one cell for each column of the header."""

    name: str
    header: Sequence[str]
    rows: Iterable[Row]


def write_xlsx(sheets: Sequence[OutSheet]) -> bytes:
    """An XLSX file. Rows are held in memory, one sheet at a time.

    Text is text whatever it looks like; over 32,767 UTF-16 units it goes on in further columns "name (2)", …
    right of its own. Times are ISO 8601 text in UTC, days are date cells. Integers of over 15 digits are
    text, since Excel would round them. Control characters and halves of surrogate pairs become U+FFFD, line
    ends a newline.

    Raises ValueError for a time without a zone, a row that does not fit the header, and more than Excel holds
    (1,048,575 rows, 16,384 columns).
    """
    from xlsxwriter import Workbook

    file = io.BytesIO()
    with Workbook(file, OPTIONS) as book:
        for name, sheet in zip(sheet_names(sheets), sheets, strict=True):
            fill(book, book.add_worksheet(name), sheet)
    return file.getvalue()


def write_csv(header: Sequence[str], rows: Iterable[Row]) -> bytes:
    """A CSV file in UTF-8 with byte-order mark, comma-separated.

    Text that a spreadsheet could run (= + - @ tab, carriage return and the full-width forms) gets a ' before
    it (https://owasp.org/www-community/attacks/CSV_Injection); numbers do not. Times are ISO 8601 in UTC.

    Raises ValueError for a time without a zone and for a row that does not fit the header.
    """
    file = io.StringIO(newline="")
    # Also without a comma: a spreadsheet that expects semicolons would split "a;=1+1" that has no quotes.
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([harmless(name) for name in header])
    for row in rows:
        writer.writerow([csv_cell(cell) for _, cell in zip(header, row, strict=True)])
    return file.getvalue().encode("utf-8-sig")


def csv_cell(cell: Cell) -> str | int | float:
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return str(cell).upper()
    return "" if cell is None else cell


def harmless(text: str) -> str:
    """Leading spaces hide nothing: some readers drop them."""
    looks_like_formula = text.lstrip(" ").startswith(tuple(FORMULA_MARKS))
    return "'" + writable(text) if looks_like_formula else writable(text)


def fill(book: Any, page: Any, sheet: OutSheet) -> None:
    """Rows must be written from the top: XlsxWriter's constant memory keeps only the current one."""
    rows = [[settled(cell) for _, cell in zip(sheet.header, row, strict=True)] for row in sheet.rows]
    spans = widths(len(sheet.header), rows)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    page.freeze_panes(1, 0)
    page.set_column(0, sum(spans), COLUMN_WIDTH)
    put_header(page, spans, sheet.header, bold)
    columns = firsts(spans)
    for number, row in enumerate(rows, start=1):
        for column, cell in zip(columns, row, strict=True):
            put(page, number, column, cell, day)


def put_header(page: Any, spans: list[int], header: Sequence[str], bold: Any) -> None:
    for column, span, name in zip(firsts(spans), spans, header, strict=True):
        for offset, title in enumerate(titles(writable(name), span)):
            check(page.write_string(0, column + offset, title, bold))


def titles(name: str, span: int) -> list[str]:
    return [name, *(f"{name} ({piece})" for piece in range(2, span + 1))]


def put(page: Any, row: int, column: int, cell: Cell, day: Any) -> None:
    match cell:
        case str():
            for offset, piece in enumerate(pieces(cell, CELL_UNITS)):
                check(page.write_string(row, column + offset, piece))
        case bool():
            check(page.write_boolean(row, column, cell))
        case int() | float():
            check(page.write_number(row, column, cell))
        case date():
            check(page.write_datetime(row, column, cell, day))


def check(outcome: int) -> None:
    """XlsxWriter only returns a negative number for a cell that it leaves out."""
    if outcome < 0:
        raise ValueError("the table is larger than an Excel sheet")


def widths(columns: int, rows: list[list[Cell]]) -> list[int]:
    """Of each column, how many cells its longest text needs."""
    spans = [1] * columns
    for row in rows:
        for column, cell in enumerate(row):
            if isinstance(cell, str) and 2 * len(cell) > CELL_UNITS:
                spans[column] = max(spans[column], len(pieces(cell, CELL_UNITS)))
    return spans


def firsts(spans: list[int]) -> list[int]:
    """Where each column begins, after those that take more than one."""
    return [0, *accumulate(spans)][:-1]


def settled(cell: Cell) -> Cell:
    """The cell as a value that a file can hold; text stands for what it cannot."""
    if isinstance(cell, str):
        return writable(cell)
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date) and cell < FIRST_EXCEL_DATE:
        return cell.isoformat()
    if isinstance(cell, int | float) and not exact(cell):
        return str(cell)
    return cell


def moment(time: datetime) -> str:
    """ISO 8601 in UTC, to the second. Raises ValueError for a time without a zone."""
    if time.tzinfo is None:
        raise ValueError("a time without a zone cannot be written")
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def exact(number: float) -> bool:
    """Whether Excel shows all of it: its cells have no infinity, and 15 digits of an identifier."""
    return math.isfinite(number) and (isinstance(number, float) or abs(number) < EXACT_INTEGER)


def writable(text: str) -> str:
    """Text without what XML forbids."""
    return UNWRITABLE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def pieces(text: str, units: int) -> list[str]:
    """The text in parts of at most so many UTF-16 code units, never between the halves of a character."""
    rest, found = text.encode("utf-16-le"), []
    while len(rest) > 2 * units:
        end = 2 * units - (2 if rest[2 * units - 1] & 0xFC == 0xD8 else 0)
        found.append(rest[:end].decode("utf-16-le"))
        rest = rest[end:]
    return [*found, rest.decode("utf-16-le")]


def sheet_names(sheets: Iterable[OutSheet]) -> list[str]:
    """A name that Excel accepts for each sheet: at most 31 units, no two alike whatever their case."""
    names: list[str] = []
    for sheet in sheets:
        taken = {name.casefold() for name in names}
        wanted = candidates(acceptable(sheet.name))
        names.append(next(name for name in wanted if name.casefold() not in taken))
    return names


def acceptable(name: str) -> str:
    """Excel keeps the name History for itself."""
    clean = NOT_IN_SHEET_NAMES.sub(" ", writable(name)).strip(" '") or "Sheet"
    return "History_" if clean.casefold() == "history" else clean


def candidates(name: str) -> Iterator[str]:
    yield shortened(name, NAME_UNITS)
    for number in count(2):
        suffix = f" ({number})"
        yield shortened(name, NAME_UNITS - len(suffix)) + suffix


def shortened(name: str, units: int) -> str:
    return pieces(name, units)[0].strip(" '")
