"""Reads a table that somebody uploaded, CSV or Excel, into plain text, or says why not."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from storage.sheets.problem import (
    MAX_FILE_BYTES,
    MAX_ROWS,
    SANDBOX_SECONDS,
    SheetProblem,
    not_a_sheet,
    refuse_above,
)
from storage.sheets.separated import Records, csv_records

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
TEXT_SUFFIXES = {".csv", ".tsv", ".tab", ".txt", ""}
SANDBOX = [sys.executable, "-E", "-s", "-m", "storage.sheets.sandbox"]
SOURCE_ROOT = Path(__file__).parents[2]
KEPT_ENVIRONMENT = ("SYSTEMROOT", "LD_LIBRARY_PATH")


@dataclass(frozen=True)
class Sheet:
    """A table of texts; every row is as long as the header. Row `i` is row `first_row + i` for people. `exact`: numbers
    are written with a point, whatever the country, because a workbook knows what is a number; by `exactly`, so that
    text that people typed is told from them."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int
    exact: bool = field(default=False, compare=False)
    positions: tuple[int, ...] = field(default=(), compare=False)
    """Where each column stands in the file, from 0 on: blank ones are left out."""

    def letters(self, column: int) -> str:
        """What spreadsheets write above a column of `header`: A, B, … AA."""
        return letters(self.positions[column] if self.positions else column).upper()


def read_sheet(data: bytes, filename: str) -> Sheet:
    """The table in a CSV or XLSX file: up to 50,000 rows of 200 columns below one header.

    It blocks, for up to 30 s: call it in a thread. XLSX: the first visible worksheet. Cells become text:
    dates and times in ISO 8601 (2024-03-01, 2024-03-01T09:30:00), durations h:mm:ss, numbers without a
    trailing .0, in percent (97.2%) or thousands where the sheet shows them so, 1.234 as 1.2340 to be told from
    the text, TRUE and FALSE, errors as #N/A; words that are merged over several rows stand in each, in the
    leftmost column. CSV: UTF-8, UTF-16 with a byte-order mark or GB18030, separated by comma, semicolon or
    tab. NUL and halves of surrogate pairs become U+FFFD.

    The header is the first row with text, in the form `start_date` for "Start Date ". A column without a name
    that has text in it is called `column_d`, so that nothing is overlooked; without text it is left out.
    Blank rows between others stay (they count), those at the end do not.

    Raises SheetProblem for every file that is not such a table.
    """
    refuse_above(MAX_FILE_BYTES, len(data), "too-big")
    if not data:
        raise SheetProblem("empty")
    found = table(records(data, PurePath(filename).suffix.lower()))
    return replace(found, exact=data.startswith(ZIP_MAGIC))


def records(data: bytes, suffix: str) -> Records:
    if data.startswith(ZIP_MAGIC):
        return workbook_records(data)
    if data.startswith(OLE_MAGIC):
        refuse_compound_file(data, suffix)
    if suffix not in TEXT_SUFFIXES:
        not_a_sheet(kind=suffix.lstrip("."))
    return csv_records(data)


def refuse_compound_file(data: bytes, suffix: str) -> None:
    """A workbook with a password is an old compound file inside; so is every workbook of before 2007."""
    if suffix.startswith(".xlsx") or ENCRYPTED_STREAM in data:
        raise SheetProblem("encrypted")
    not_a_sheet(kind="xls")


def workbook_records(data: bytes) -> Records:
    """What the sandbox says about the workbook."""
    found: Records = []
    for line in io.BytesIO(sandboxed(data)):
        row = json.loads(line)
        if isinstance(row, dict):
            raise SheetProblem(row["code"], **row["details"])
        found.append(row)
    return found


def sandboxed(data: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own module; the file goes to its stdin
            SANDBOX,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SANDBOX_SECONDS,
            check=False,
            cwd=SOURCE_ROOT,
            # The tokens of the bot have no business where hostile files are read.
            env={name: os.environ[name] for name in KEPT_ENVIRONMENT if name in os.environ},
        )
    except subprocess.TimeoutExpired:
        raise SheetProblem("timeout", seconds=SANDBOX_SECONDS) from None
    if done.returncode:
        raise death(done.returncode)
    return done.stdout


def death(returncode: int) -> SheetProblem:
    """Why the sandbox died: Rust aborts (6) for want of memory, the system stops it (9, 24) for time."""
    if returncode in (-9, -24):
        return SheetProblem("timeout", seconds=SANDBOX_SECONDS)
    return SheetProblem("too-big") if returncode == -6 else SheetProblem("not-a-sheet")


def table(found: Records) -> Sheet:
    """The sheet in rows from row 1 on. Raises SheetProblem (empty, too-many-rows, duplicate-column)."""
    used = [number for number, row in enumerate(found) if not blank(row)]
    if not used:
        raise SheetProblem("empty")
    top, body = found[used[0]], found[used[0] + 1 : used[-1] + 1]
    refuse_above(MAX_ROWS, len(body), "too-many-rows", row=used[-1] + 1)
    columns = named_columns(top, body)
    positions = tuple(columns.values())
    rows = tuple(picked(body, list(positions)))
    return Sheet(tuple(columns), rows, used[0] + 2, positions=positions)


def blank(row: Sequence[str]) -> bool:
    return not any(cell.strip() for cell in row)


def named_columns(top: Sequence[str], body: Records) -> dict[str, int]:
    """The position of each column, by name, from the left."""
    columns: dict[str, int] = {}
    for position in sorted(positions_with_text([top, *body])):
        name = column_name(top, position)
        if name in columns:
            raise SheetProblem("duplicate-column", column=name, position=position + 1)
        columns[name] = position
    return columns


def positions_with_text(found: Iterable[Sequence[str]]) -> set[int]:
    return {position for row in found for position, cell in enumerate(row) if cell and cell.strip()}


def called(name: str) -> str:
    """What a column of this name is called in a sheet."""
    return "_".join(name.casefold().split())


def column_name(top: Sequence[str], position: int) -> str:
    given = called(top[position]) if position < len(top) else ""
    return given or f"column_{letters(position)}"


def letters(position: int) -> str:
    """What spreadsheets write above the column: 0 is a, 26 is aa."""
    tens, ones = divmod(position, 26)
    return (letters(tens - 1) if tens else "") + chr(ord("a") + ones)


def picked(body: Records, positions: list[int]) -> Iterator[tuple[str, ...]]:
    nothing = ("",) * len(positions)
    for row in body:
        yield tuple(row[at] if at < len(row) else "" for at in positions) if row else nothing
