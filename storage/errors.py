"""What both databases call a duplicate, somebody who was quicker, and no answer, in one word; and where it happened."""

from pathlib import Path
from traceback import walk_tb

from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError as Unanswered

from storage.unit import Conflict

__all__ = ["Unanswered", "is_duplicate", "is_race", "where_of"]

ROOT = f"{Path(__file__).parent.parent}/"
OURS = tuple(f"{ROOT}{package}/" for package in ("bot", "handlers", "schedules", "storage"))
"""Where our code is; in an installed wheel all other libraries stand beside it."""
PLACES = 6
"""How many places of ours on the way to an error are named."""


def is_duplicate(error: BaseException, table: str) -> bool:
    """Whether a unique key of this table refused a second row."""
    return isinstance(error, IntegrityError) and table in str(error.orig)


def is_race(error: BaseException) -> bool:
    """Whether somebody else was quicker to write a row: run again, the unit would see it."""
    return isinstance(error, IntegrityError | Conflict)


def where_of(error: BaseException) -> str:
    """The last places of ours on the way to an error, for a log: the place that raised it is often a library's."""
    places = [(frame.f_code.co_filename, line) for frame, line in walk_tb(error.__traceback__)]
    ours = [f"{file.removeprefix(ROOT)}:{line}" for file, line in places if file.startswith(OURS)]
    return " > ".join(ours[-PLACES:])
