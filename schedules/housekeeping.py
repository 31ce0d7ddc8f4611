"""Once an hour, what nobody needs any more is forgotten."""

from __future__ import annotations

from collections.abc import Callable

from handlers.kit.dispatch import Core
from storage.leases import Term, under
from storage.store import Store

TASKS: dict[str, Callable[[Store], int]] = {
    "inbox": lambda store: store.inbox.tidy(),
    "handles": lambda store: store.handles.tidy(),
    "drafts": lambda store: store.drafts.tidy(),
    "links": lambda store: store.links.tidy(),
    "files": lambda store: store.files.tidy(),
    "outbox": lambda store: store.outbox.tidy(),
    "occurrences": lambda store: store.slots.tidy(),
}


async def tidy(core: Core, term: Term | None = None) -> dict[str, int]:
    """Forget what is over, each kind in a unit of its own; returns how many rows of each went."""
    return {name: await core.database.write(under(term, task)) for name, task in TASKS.items()}
