"""Whatever our code gives to a line of the log is in that line: nothing that an operator is told to look for there is
dropped on the way."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.logs import ALLOWED
from tests.engines import PROJECT

PACKAGES = ("bot", "handlers", "schedules", "storage")


def extras(tree: ast.AST) -> Iterator[str]:
    """The names of the fields that are given to the log in a file."""
    for call in ast.walk(tree):
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                yield from (ast.literal_eval(name) for name in keyword.value.keys if name)


def test_what_is_given_to_the_log_is_in_it() -> None:
    files = [file for package in PACKAGES for file in (PROJECT / package).rglob("*.py")]
    given = {name for file in files for name in extras(ast.parse(file.read_text("utf-8")))}
    assert {"outgoing", "bell", "error"} <= given
    assert not given - ALLOWED
