"""Moments of the clock: what is due, what a feature decides then, and what features say in the digest of a team."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from handlers.kit.cards import Part
from handlers.kit.hours import Hours
from handlers.kit.requests import Tell
from storage.people import Person
from storage.store import Store


@dataclass(frozen=True)
class Digested:
    """What a digest tells of: a team since a moment, to one reader; None is whoever reads a channel."""

    store: Store
    team: tuple[Person, ...]
    since: datetime
    now: datetime
    reader: Person | None


Block: TypeAlias = Callable[[Digested], tuple[Part, ...]]
"""What a feature has to say in a digest; nothing when nothing happened."""


@dataclass(frozen=True)
class Ring:
    """A due moment that the clock hands to a feature: what it is about, when it was due, the store, and what features
    have to say in the digest of a team."""

    about: str
    due_at: datetime
    now: datetime
    store: Store
    digests: tuple[Block, ...] = ()

    def digest(
        self, team: tuple[Person, ...], *, since: datetime, reader: Person | None = None
    ) -> tuple[Part, ...]:
        """What there is to say of a team since a moment; nothing when nothing happened."""
        about = Digested(self.store, team, since, self.now, reader)
        return tuple(part for block in self.digests for part in block(about))


@dataclass(frozen=True)
class Silence:
    """Why nothing is said at a due moment, and until when if that is known."""

    reason: str
    until: datetime | None = None


def at_this_hour(hours: Hours, moment: datetime) -> Silence | None:
    """Nobody is disturbed on a day off or at night, whatever it is."""
    reason = hours.closed_by(moment)
    return Silence(reason, hours.open_from(moment)) if reason else None


@dataclass(frozen=True)
class Rung:
    """What a feature decided at a due moment: messages, or silence with its reason; and when it is due next."""

    next_at: datetime | None
    tell: tuple[Tell, ...] = ()
    silence: Silence | None = None


@dataclass(frozen=True)
class Bell:
    """A moment of the clock. `plan` says when it is due next for one person (or None); `ring` decides what happens.
    `gathers`: it asks people for something once a day, and what else they owe is said with it."""

    name: str
    ring: Callable[[Ring], Rung]
    plan: Callable[[Store, Person, datetime], Mapping[str, datetime]] | None
    gathers: bool = False
