"""What the databases call a duplicate, somebody who was quicker, and no answer, in one word for both."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import OperationalError as Unanswered

from storage.unit import Conflict

__all__ = ["Unanswered", "is_duplicate", "is_race"]


def is_duplicate(error: BaseException, table: str) -> bool:
    """Whether a unique key of this table refused a second row."""
    return isinstance(error, IntegrityError) and table in str(error.orig)


def is_race(error: BaseException) -> bool:
    """Whether somebody else was quicker to write a row: run again, the unit would see it."""
    return isinstance(error, IntegrityError | Conflict)
