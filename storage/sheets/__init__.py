"""Spreadsheets in and out: what people upload is read with suspicion, what they download is never code."""

from storage.sheets.cells import LIKE_THOUSANDS, exactly
from storage.sheets.problem import SheetCode, SheetProblem
from storage.sheets.reading import Sheet, called, read_sheet
from storage.sheets.writing import MOST_ROWS, Cell, OutSheet, write_csv, write_xlsx

__all__ = [
    "LIKE_THOUSANDS",
    "MOST_ROWS",
    "Cell",
    "OutSheet",
    "Sheet",
    "SheetCode",
    "SheetProblem",
    "called",
    "exactly",
    "read_sheet",
    "write_csv",
    "write_xlsx",
]
