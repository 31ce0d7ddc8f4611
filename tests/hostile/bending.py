"""Recorded shapes are bent: something is missing, doubled, of another type, somebody else's, or written to do harm."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.walks.hostile import BAITS, HUGE
from tests.walks.tour import COMMANDS, EXAMPLES, called

DATA = Path(__file__).parents[1] / "fakes" / "data"

ODD: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 2**63, 1e308, float("inf"))
ODD += ("", " ", [], {}, [[]], [None], {"": None})
IDS = ("\x00", "\ud800", "../..", "9" * 400, "-" * 64, "U0000UPBEAT", "B1", "0", "'; --", "\u202e")


@cache
def shapes(name: str) -> Any:
    """The recorded shapes of a platform."""
    return json.loads((DATA / name).read_text("utf-8"))


@dataclass
class Dice:
    """Chance with a seed, and what it chooses from. `known` are ids that mean something here."""

    seed: int
    known: Sequence[Any] = ()
    rate: float = 0.06
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)

    def often(self, share: float) -> bool:
        """True in this share of cases."""
        return self.chance.random() < share

    def one(self, items: Sequence[Any]) -> Any:
        """One of these."""
        return items[int(self.chance.random() * len(items))]

    def id(self) -> Any:
        """An id: mostly one that means something, else one that nobody has, or none at all."""
        return self.one(self.known) if self.known and self.often(0.8) else self.one(IDS)

    # Words -----------------------------------------------------------------------------------------------------

    def words(self) -> str:
        """What somebody could type: a command in one of two languages, an example with something in it, or worse."""
        kind = self.chance.random()
        if kind < 0.35:
            return f"{self._start()} {self._end()}"
        if kind < 0.65:
            return self._spoilt(called(*self.one(EXAMPLES)))
        if kind < 0.998:
            return self._end()
        return str(self.one(HUGE))[: self.one((5_000, 60_000, 900_000))]

    def _start(self) -> str:
        route = self.one(COMMANDS)
        return f"{self.one(('/', '', '／', '/upbeat ', '@upbeat '))}{self.one((route.words, *route.also))}"

    def _end(self) -> str:
        parts = (self.one(BAITS), f"@{self.one(('ben', 'ada', '陈明', 'zoe', 'nobody'))}", self._characters())
        return " ".join(self.chance.sample(parts, self.one((1, 1, 2, 3))))

    def _characters(self) -> str:
        return "".join(chr(self.chance.randrange(*self.one(RANGES))) for _ in range(self.one((0, 1, 3, 12))))

    def _spoilt(self, words: str) -> str:
        start, end = sorted(self.chance.randrange(len(words) + 1) for _ in range(2))
        middle = self.one(
            ("", words[start:end] * 2, "\x02U1\x03", "\x02", "@", "＠", ";", "#", "9" * 400, self._end())
        )
        return words[:start] + middle + words[end:]

    # Shapes ----------------------------------------------------------------------------------------------------

    def bent(self, shape: Any) -> Any:
        """A copy of a shape in which a few things are not as they were."""
        if self.often(self.rate / 3):
            return self._instead(shape)
        if isinstance(shape, dict):
            return self.bent_in(shape)
        if isinstance(shape, list):
            return [self.bent(item) for item in shape for _ in range(self._times())]
        return shape

    def bent_in(self, shape: dict[str, Any]) -> dict[str, Any]:
        """The same of an object that stays one."""
        made = {name: self.bent(item) for name, item in shape.items() if not self.often(self.rate / 2)}
        if made and self.often(self.rate / 2):
            made[self.one(list(made))] = self.one(list(made.values()))
        return made

    def _times(self) -> int:
        return int(self.one((0, 2, 5))) if self.often(self.rate) else 1

    def _instead(self, shape: Any) -> Any:
        kind = self.chance.random()
        if kind < 0.4:
            return self.one(ODD)
        if kind < 0.6:
            return self.one(BAITS)
        if kind < 0.8:
            return self.id()
        if kind < 0.83:
            return self._deep(shape)
        return {"": shape} if kind < 0.9 else [shape, shape]

    def _deep(self, shape: Any) -> Any:
        for _ in range(self.one((3, 40, 200))):
            shape = [shape] if self.often(0.5) else {"value": shape}
        return shape


RANGES = (
    (0, 0x20),
    (0x20, 0x7F),
    (0x80, 0x300),
    (0x2000, 0x2070),
    (0x4E00, 0x9FFF),
    (0xD800, 0xE000),
    (0x1F300, 0x1F700),
)
