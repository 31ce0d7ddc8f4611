"""How the terminal speaks with an operator: one sentence for what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import Settings


class Complaint(Exception):
    """What the operator must mend, as one sentence."""


@contextmanager
def complaining(*kinds: type[Exception]) -> Iterator[None]:
    """Turn these expected failures into complaints."""
    try:
        yield
    except kinds as problem:
        raise Complaint(str(problem)) from None


def read_settings() -> Settings:
    """The settings; a Complaint names the variable that is wrong, never its value."""
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors(include_input=False)
        )
        raise Complaint(f"A setting is wrong. {faults}") from None


def say_problem(words: str) -> None:
    """Print what is wrong, on standard error."""
    sys.stderr.write(f"{words}\n")
