"""Everything Upbeat says is a frozen value that can be stored and drawn later, word for word the same."""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime, time
from typing import Any, TypeVar, dataclass_transform

from storage.compact import from_json, to_json

T = TypeVar("T")

_REGISTRY: dict[str, type] = {}
_FIELDS: dict[type, tuple[tuple[str, object], ...]] = {}
_DEFAULTS: dict[type, dict[str, object]] = {}
_WHOLE: set[type] = {str, bool, int, float, type(None)}
"""What needs no mark: plain things, and values, which the encoder asks about by itself."""


@dataclass_transform(frozen_default=True)
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass that `dump` and `load` know by its name."""
    made = dataclass(frozen=True)(cls)
    _REGISTRY[made.__name__] = made
    _FIELDS[made] = tuple((f.name, f.default) for f in fields(made))  # type: ignore[arg-type]
    _DEFAULTS[made] = dict(_FIELDS[made])
    _WHOLE.add(made)
    return made


def altered(thing: T, **values: object) -> T:
    """A copy of a frozen dataclass with some values altered, past its checks: `dataclasses.replace` for what happens
    several times in every command, in a fifth of the time."""
    made: T = object.__new__(type(thing))
    made.__dict__.update(thing.__dict__, **values)
    return made


def dump(thing: object) -> str:
    """Return the JSON text of a value; raises TypeError for what is not one."""
    return to_json(_marked(thing), _encode).decode()


def load(text: str) -> Any:
    """Return the value that `dump` wrote."""
    return _decode(from_json(text))


def _encode(thing: object) -> object:
    """What JSON does not know, in what it knows: called by its encoder, which walks through all the rest itself."""
    kind = type(thing)
    if kind in _DEFAULTS:
        return _encode_value(kind, thing)
    if isinstance(thing, datetime | date | time):
        return {"_": kind.__name__, "at": thing.isoformat()}
    raise TypeError(f"{kind.__name__} cannot be stored")


def _encode_value(kind: type, thing: object) -> dict[str, object]:
    made: dict[str, object] = {"_": kind.__name__}
    defaults = _DEFAULTS[kind]
    for name, item in thing.__dict__.items():
        default = defaults[name]
        if item is not default and (default is MISSING or item != default):
            made[name] = item if type(item) in _WHOLE else _marked(item)
    return made


def _marked(thing: object) -> object:
    """Mappings are marked, so that they are told apart from values."""
    if isinstance(thing, tuple | list):
        return [item if type(item) in _WHOLE else _marked(item) for item in thing]
    if isinstance(thing, dict):
        return {"_": "dict", "of": {str(key): _marked(item) for key, item in thing.items()}}
    return thing


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
