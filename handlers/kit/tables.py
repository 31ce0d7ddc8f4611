"""A table that somebody sent: what is wrong with it is named by row, column and value, or why there is none to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from storage.sheets import Sheet, SheetProblem

SHOWN = 15
"""Lines of a kind on one card; the rest is counted."""


@dataclass(frozen=True)
class Fault:
    """Something wrong in the file: the spreadsheet's row number, the file's name of the column, the value, why."""

    row: int
    column: str
    value: str
    why: Text

    def text(self) -> Text:
        """The fault as one line for its reader."""
        return Phrase(
            "Row {row}, column {column}, “{value}”: {why}",
            row=Verbatim(str(self.row)),
            column=Verbatim(self.column),
            value=Verbatim(self.value[:80]),
            why=self.why,
        )


def sent(request: Request) -> Sheet | None:
    """The table that came with a request, or None when no file did. Raises Problem for a file that cannot be read."""
    if request.file is None:
        return None
    if request.file.fault is not None:
        raise Problem(refused(request.file.fault))
    return request.file.sheet


def faulty(faults: Sequence[Fault]) -> Text:
    """All that is wrong with a table of which nothing was taken."""
    head = Plural(
        "Nothing was changed: {n} thing must be mended first.",
        "Nothing was changed: {n} things must be mended first.",
        n=len(faults),
    )
    return Lines((head, *(fault.text() for fault in faults[:SHOWN]), *more(len(faults), SHOWN)))


def refused(problem: SheetProblem) -> Text:
    """Why a file cannot be read at all, and what to do."""
    if problem.code == "duplicate-column":
        column = Verbatim(str(problem.details["column"])[:80])
        return Phrase("Two columns are called {column}. Rename or remove one.", column=column)
    if problem.code == "not-a-sheet" and "row" in problem.details:
        return Phrase(
            "In row {row} of the file a quotation mark opens or closes in the wrong place, so I cannot tell where its"
            " cells end. Mend the row, or save the file as XLSX.",
            row=Verbatim(str(problem.details["row"])),
        )
    return _REFUSALS.get(problem.code, _REFUSALS["not-a-sheet"])


_REFUSALS: Mapping[str, Text] = {
    "empty": Phrase("The file is empty. Its first row is to name the columns."),
    "too-big": Phrase("The file is too big: at most 10 MB, 50,000 rows and 200 columns."),
    "too-many-rows": Phrase("The file has too many rows: at most 50,000."),
    "too-many-columns": Phrase("The file has too many columns: at most 200. A stray cell far right counts."),
    "encoding": Phrase("I cannot read the letters of this file. Save it as CSV in UTF-8, or as XLSX."),
    "not-a-sheet": Phrase("This is not a table that I can read. Send a CSV or XLSX file."),
    "bomb": Phrase(
        "This file unpacks to far more than it should, so I do not open it. Save it again as CSV."
    ),
    "encrypted": Phrase("The file is encrypted. Save it without a password."),
    "macro": Phrase("The file holds macros. Save it as a plain XLSX or as CSV."),
    "timeout": Phrase("The file takes too long to read. Save it as CSV."),
}
