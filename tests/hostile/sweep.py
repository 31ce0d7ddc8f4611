"""What a sweep over one surface gives back: how many cases it tried, and what became of them."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from sqlmodel import col

from storage.tables import Draft, Handle
from tests.company import Chat
from tests.walks.tour import opened

SAID = ("the app was uninstalled from slack", "slack refuses the token", "update skipped")
"""Errors that operators are told of because of what a platform says: nothing of ours broke. An update that is none of
Telegram's shapes is skipped, and so not asked for again."""


@dataclass
class Tally:
    """Cases tried on one surface, by what became of them; `broken` names where it broke, never the words."""

    surface: str
    outcomes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return sum(self.outcomes.values())

    def __str__(self) -> str:
        became = ", ".join(f"{name} {count}" for name, count in self.outcomes.most_common())
        return f"{self.surface}: {self.cases} hostile cases ({became}), {len(self.broken)} broken"


class Surface(Protocol):
    """Tries so many cases in a company that has lived for a week."""

    async def __call__(self, chat: Chat, tally: Tally, cases: int, seed: int) -> None: ...


def swept(name: str, surface: Surface, company: tuple[Path, datetime], cases: int, seed: int) -> Tally:
    """Try it in a copy of a company, as it was at a moment."""

    async def work(folder: Path) -> Tally:
        tally = Tally(name)
        async with opened(company[0], folder / "company.db", company[1]) as chat:
            with _listening(tally):
                await surface(chat, tally, cases, seed)
        return tally

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(work(Path(folder)))


@contextmanager
def _listening(tally: Tally) -> Iterator[None]:
    """Whatever is logged as an error broke."""
    handler = _Noting(tally)
    log = logging.getLogger()
    log.addHandler(handler)
    try:
        yield
    finally:
        log.removeHandler(handler)


class _Noting(logging.Handler):
    def __init__(self, tally: Tally) -> None:
        super().__init__(logging.ERROR)
        self._tally = tally

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() in SAID:
            return
        known = {name: getattr(record, name) for name in ("error", "where") if hasattr(record, name)}
        self._tally.broken.append(f"{record.name}: {record.getMessage()} {known or record.exc_info}")


def keys(chat: Chat, who: Callable[[Any], bool] = lambda row: True) -> list[str]:
    """The keys of buttons that can still be pressed."""
    fresh = chat.rows(Handle, col(Handle.used_at).is_(None), col(Handle.expires_at) > chat.now)
    return [row.id for row in fresh if who(row)]


def drafts(chat: Chat) -> list[Draft]:
    """Every form that was begun."""
    return chat.rows(Draft)
