"""`upbeat run` with one of its promises switched off, to see what it costs: for measuring alone, never for anybody's
data. `python -m benchmarks.without policy,encryption`"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from sqlalchemy import true

import bot.__main__
import storage.database
import storage.kudos
import storage.unit
from handlers import FEATURES
from storage import chain
from storage.columns import Keyring
from storage.unit import Unit


def durability() -> None:
    """A commit does not wait for the disk."""
    kept = [each for each in storage.database.PRAGMAS if not each.startswith("synchronous")]
    storage.database.PRAGMAS = (*kept, "synchronous=OFF")  # type: ignore[assignment]


def policy() -> None:
    """Nobody asks who may: neither at a door nor in a query."""
    for module in (storage.unit, storage.kudos):
        module.readable = lambda *_: true()  # type: ignore[attr-defined]
    for route in (route for feature in FEATURES for route in feature.routes):
        object.__setattr__(route.allow, "check", lambda request, args: True)


def encryption() -> None:
    """What people wrote is stored as it is. What was sealed before is opened."""
    opened, head = Keyring.open, (1).to_bytes(4, "big")

    def read(self: Keyring, sealed: bytes) -> str:
        return opened(self, sealed) if sealed[:4] == head else sealed.decode("utf-8", "surrogatepass")

    Keyring.seal_bytes = lambda self, words: words  # type: ignore[method-assign]
    Keyring.open = read  # type: ignore[method-assign]


def links() -> None:
    """Entries of the audit log are written, and not chained."""
    places = count(1)

    def write(self: chain.Chains, connection: Any, entries: Sequence[dict[str, Any]]) -> Callable[[], None]:
        for entry in entries:
            entry["chain"], entry["place"], entry["digest"] = -1, next(places), b""
        if entries:
            chain._INSERT.run_many(connection, entries)
        return lambda: None

    chain.Chains.write = write  # type: ignore[method-assign]


def audit() -> None:
    """There is no audit log."""
    Unit.audit = lambda self, *_, **__: None  # type: ignore[method-assign]


PROMISES: dict[str, Callable[[], None]] = {
    each.__name__: each for each in (durability, policy, encryption, links, audit)
}


def main() -> None:
    """Switch these off, and run."""
    for name in filter(None, sys.argv[1].split(",")):
        PROMISES[name]()
    sys.argv = ["upbeat", "run"]
    bot.__main__.main()


if __name__ == "__main__":
    main()
