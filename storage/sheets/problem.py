"""How large a spreadsheet may be, and why one was refused."""

from typing import Literal, NoReturn

SheetCode = Literal[
    "empty",
    "too-big",
    "encoding",
    "not-a-sheet",
    "bomb",
    "encrypted",
    "macro",
    "too-many-rows",
    "too-many-columns",
    "timeout",
    "duplicate-column",
]

MAX_FILE_BYTES = 10_000_000
MAX_UNPACKED_BYTES = 100_000_000
MAX_RATIO = 100
RATIO_MATTERS_ABOVE_BYTES = 1_000_000
MAX_PARTS = 200
MAX_ROWS = 50_000
MAX_COLUMNS = 200
MAX_CHARACTERS = 20_000_000
"""Of all cells together: a shared string that a million cells repeat is small only in the file."""
SANDBOX_BYTES = 512 * 1024 * 1024
SANDBOX_SECONDS = 30


class SheetProblem(Exception):
    """The file was refused. `code` says why and `details` what to name; the sentence is made elsewhere.

    Details by code, each of them optional: `limit` and `found` (too-big, bomb, too-many-rows,
    too-many-columns), `row` (too-many-rows, and a badly quoted row of a CSV), `part` (of the workbook),
    `column` and its number `position` (duplicate-column), `kind` (not-a-sheet: what it seems to be),
    `seconds` (timeout).
    """

    def __init__(self, code: SheetCode, **details: str | int) -> None:
        super().__init__(code, details)
        self.code: SheetCode = code
        self.details: dict[str, str | int] = details


def refuse_above(limit: int, found: int, code: SheetCode, **details: str | int) -> None:
    """Nothing, or SheetProblem with the limit and what was found."""
    if found > limit:
        raise SheetProblem(code, limit=limit, found=found, **details)


def not_a_sheet(**details: str | int) -> NoReturn:
    """Raises SheetProblem("not-a-sheet")."""
    raise SheetProblem("not-a-sheet", **details)
