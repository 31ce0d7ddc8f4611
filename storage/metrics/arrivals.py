"""A figure as its source sent it, what it was kept as, and what a metric comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from storage.once import once

LONGEST = {"metric": 120, "unit": 20, "person": 254, "id": 200}
"""Characters of what a source sends."""
Fate: TypeAlias = Literal["new", "corrected", "repeated"]
Series: TypeAlias = tuple[str, str]
"""The id of a metric, and of the person whom its figures are about, or "" for the company's."""


@dataclass(frozen=True)
class Arrival:
    """A figure as a source sent it. `person` is what the source calls whom it is about, "" for the company; `id` is
    what the source calls the figure itself."""

    metric: str
    at: datetime
    value: Decimal
    unit: str = ""
    person: str = ""
    id: str = ""
    comes_to: str = ""
    """What its metric comes to; "" is what it began with, and a new one comes to the newest."""
    apart: bool = False
    """It stood in a column that is not for judging people: whatever it is called, it enters no score."""
    told_at: datetime | None = field(default=None, compare=False)
    """The moment at which a tracker told it: what is known of a later moment stays, in whatever order they come."""
    gone: bool = False
    """It was about somebody, and is about nobody now."""
    beside: str = field(default="", compare=False)
    """The id of the figure that a tracker always tells with it: what is too old for that one is for this one."""
    files: tuple[str, ...] = field(default=(), compare=False)
    """The ids of the files that brought it, to be taken back with them: in another file it is the same figure."""

    def is_older_than(self, told_at: datetime | None) -> bool:
        """Whether it was told before what was told at that moment."""
        return self.told_at is not None and told_at is not None and self.told_at < told_at

    @once
    def key(self) -> str:
        """The digest by which it is known again; without an id it is its metric, person and moment."""
        named = self.id or "\0".join((self.metric, self.person, self.at.isoformat()))
        return _digest(named, is_id=bool(self.id))

    @once
    def key_beside(self) -> str:
        """The key of the figure that is told with it, or ""."""
        return self.beside and _digest(self.beside, is_id=True)


def _digest(named: str, *, is_id: bool) -> str:
    return hashlib.sha256(f"{is_id}\0{named}".encode()).hexdigest()


class Changed(NamedTuple):
    """A series is different now, at the moment that a figure of it is or was about."""

    series: Series
    at: datetime


class Kept(NamedTuple):
    """What became of a figure, where something is different now, and which value it corrects."""

    fate: Fate
    changed: Sequence[Changed] = ()
    before: str = ""


@dataclass(frozen=True)
class Figure:
    """What a metric comes to, and the moment that its newest point is about."""

    value: Decimal
    at: datetime


@dataclass(frozen=True)
class Age:
    """How old the figures of a metric may be at `most`. What adds up is as of the last time that its source was heard:
    where nothing was added since, there was nothing to add."""

    most: timedelta
    heard_at: datetime | None = None

    def told_at(self, at: datetime) -> datetime:
        """As of when a figure stands whose newest point is about a moment."""
        return max(at, self.heard_at) if self.heard_at else at


def told(value: Decimal) -> str:
    """A value as it is kept."""
    return format(value, "f")
