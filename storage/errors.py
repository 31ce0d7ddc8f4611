"""What the databases call a duplicate, and somebody who was quicker, in one word for both."""

from sqlalchemy.exc import IntegrityError

from storage.unit import Conflict


def is_duplicate(error: BaseException, table: str) -> bool:
    """Whether a unique key of this table refused a second row."""
    return isinstance(error, IntegrityError) and table in str(error.orig)


def is_race(error: BaseException) -> bool:
    """Whether somebody else was quicker to write a row: run again, the unit would see it."""
    return isinstance(error, IntegrityError | Conflict)
