"""How the terminal speaks with an operator: one sentence for what is wrong, and what to do about it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.database import Database


DRY_RUN = "This was a dry run: nothing was changed."


class Complaint(RuntimeError):
    """What the operator must mend, as one sentence."""


class WrongToken(Complaint):
    """A platform does not take our token."""


@contextmanager
def complaining(*kinds: type[Exception]) -> Iterator[None]:
    """Turn these expected failures into complaints."""
    try:
        yield
    except kinds as problem:
        raise Complaint(str(problem)) from None


def counted(count: int, one: str, many: str) -> str:
    """So many of something, in words that agree: "1 day", "2 days"."""
    return f"{count} {one if count == 1 else many}"


def read_settings() -> Settings:
    """The settings; a Complaint names the variable that is wrong, never its value. What is misspelt is said."""
    from pydantic import ValidationError

    from bot.settings import ENV_FILE, Settings, misspelt

    try:
        settings = Settings()
        for words in misspelt():
            say_problem(words)
        return settings
    except ValidationError as error:
        faults = "; ".join(
            f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_input=False)
        )
        raise Complaint(f"A setting is wrong. {faults}") from None
    except UnicodeDecodeError:
        raise Complaint(f"The file {ENV_FILE} is not written in UTF-8. Save it as UTF-8.") from None
    except OSError as error:
        raise Complaint(
            f"The file {ENV_FILE} cannot be read ({error.strerror}). Let Upbeat read it."
        ) from None


def say_problem(words: str) -> None:
    """Print what is wrong, on standard error."""
    sys.stderr.write(f"{words}\n")


def say_somehow() -> None:
    """From now on, write what a terminal or a file cannot show (a name in Chinese, where there is only Latin) as its
    number, instead of breaking off in the middle."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a service may have none
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def opened(*, migrated: bool = True) -> Iterator[Database]:
    """The database of the settings, for one command. Raises Complaint when it does not answer."""
    from storage.columns import Unreadable
    from storage.damage import Damaged, refuse_damage
    from storage.database import Database
    from storage.errors import Unanswered
    from storage.migrations import Newer, migrate
    from storage.reasons import reason_of

    settings = read_settings()
    database = Database(settings.database_url, settings.secret)
    try:
        with complaining(Newer, Unreadable, Damaged):
            if migrated:
                refuse_damage(database)
                migrate(database)
                database.open()
            yield database
    except Exception as error:
        if why := reason_of(error):
            raise Complaint(f"The database cannot be used: {why[0]}. {why[1]} Nothing was changed.") from None
        if not isinstance(error, Unanswered):
            raise
        raise Complaint(  # what it says may quote an address with a password
            "The database did not answer, or did not take the work in time. Try again: what was not done is done then,"
            " and nothing twice. `upbeat doctor` looks at the database."
        ) from None
    finally:
        database.stop()
