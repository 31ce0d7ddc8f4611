"""What changed lately lies over what is large and old, so that a change of one person copies nothing of the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, cast

K = TypeVar("K")
V = TypeVar("V")

SMALL = 512
"""Entries that are copied anew rather than looked up in two places."""
SHARE = 16
"""A layer of more than a sixteenth of what lies under it is worked into it."""

_MISSING: Any = object()


def laid(under: Mapping[K, V], changes: Mapping[K, V | None]) -> Mapping[K, V]:
    """The mapping with these changes, of which None takes an entry out. Neither is changed itself."""
    if not changes:
        return under
    base, over = (under.base, under.over) if isinstance(under, Layered) else (under, {})
    over = {**over, **changes}
    if len(base) < SMALL or len(over) * SHARE > len(base):
        whole = {**base, **over}
        return cast("dict[K, V]", {key: item for key, item in whole.items() if item is not None})
    return Layered(base, over)


class Layered(Mapping[K, V]):
    """A mapping in two layers, made by `laid`."""

    __slots__ = ("_length", "base", "over")

    def __init__(self, base: Mapping[K, V], over: Mapping[K, V | None]) -> None:
        self.base = base
        self.over = over
        self._length = -1

    def __getitem__(self, key: K) -> V:
        found = self.get(key, _MISSING)
        if found is _MISSING:
            raise KeyError(key)
        return found  # type: ignore[no-any-return]

    def get(self, key: Any, default: Any = None) -> Any:
        """What stands under a key, or the default."""
        found = self.over.get(key, _MISSING)
        if found is _MISSING:
            return self.base.get(key, default)
        return default if found is None else found

    def __contains__(self, key: object) -> bool:
        return self.get(key, _MISSING) is not _MISSING

    def __iter__(self) -> Iterator[K]:
        yield from (key for key in self.base if self.over.get(key, _MISSING) is not None)
        yield from (key for key, item in self.over.items() if item is not None and key not in self.base)

    def __len__(self) -> int:
        if self._length < 0:
            self._length = sum(1 for _ in self)
        return self._length
