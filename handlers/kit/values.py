"""Everything Upbeat says is a frozen value that can be stored and drawn later, word for word the same."""

import json
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, time
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_REGISTRY: dict[str, type] = {}
_FIELDS: dict[type, tuple[tuple[str, object], ...]] = {}
_PLAIN = frozenset((str, bool, int, float, type(None)))
_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass that `dump` and `load` know by its name."""
    made = dataclass(frozen=True)(cls)
    _REGISTRY[made.__name__] = made
    _FIELDS[made] = tuple((f.name, f.default) for f in fields(made))  # type: ignore[arg-type]
    return made


def dump(thing: object) -> str:
    """Return the JSON text of a value; raises TypeError for what is not one."""
    return _AS_JSON.encode(_encode(thing))


def load(text: str) -> Any:
    """Return the value that `dump` wrote."""
    return _decode(json.loads(text))


def _encode(thing: object) -> object:
    kind = type(thing)
    if kind in _PLAIN:
        return thing
    if kind in _FIELDS:
        return _encode_value(thing)
    if isinstance(thing, tuple | list):
        return [_encode(item) for item in thing]
    if isinstance(thing, str | int | float):
        return thing
    if isinstance(thing, dict):
        return {"_": "dict", "of": {str(key): _encode(item) for key, item in thing.items()}}
    if isinstance(thing, datetime | date | time):
        return {"_": type(thing).__name__, "at": thing.isoformat()}
    raise TypeError(f"{type(thing).__name__} cannot be stored")


def _encode_value(thing: object) -> dict[str, object]:
    made: dict[str, object] = {"_": type(thing).__name__}
    for name, default in _FIELDS[type(thing)]:
        item = getattr(thing, name)
        if item is not default and (default is MISSING or item != default):
            made[name] = item if type(item) in _PLAIN else _encode(item)
    return made


_MOMENTS: dict[str, Callable[[str], object]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}


def _decode(thing: object) -> object:
    if isinstance(thing, list):
        return tuple(_decode(item) for item in thing)
    if not isinstance(thing, dict):
        return thing
    name = thing["_"]
    if name == "dict":
        return {key: _decode(item) for key, item in thing["of"].items()}
    if name in _MOMENTS:
        return _MOMENTS[name](thing["at"])
    return _decode_value(_REGISTRY[name], thing)


def _decode_value(cls: type, thing: dict[str, object]) -> object:
    # Not through __init__: what we stored was checked when it was made, and some values take free keywords.
    made: object = object.__new__(cls)
    for name, default in _FIELDS[cls]:
        object.__setattr__(made, name, _decode(thing[name]) if name in thing else default)
    return made
