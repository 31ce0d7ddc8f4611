"""What the databases call a duplicate, in one word for both."""

from sqlalchemy.exc import IntegrityError


def is_duplicate(error: BaseException, table: str) -> bool:
    """Whether a unique key of this table refused a second row."""
    return isinstance(error, IntegrityError) and table in str(error.orig)
