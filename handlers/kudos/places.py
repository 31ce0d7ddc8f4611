"""Where thanks are posted: the company's channel, the one where it was said, or the one that is likely meant."""

from collections.abc import Sequence

from handlers.kit.requests import Request
from storage.people import Person
from storage.store import Store
from storage.tables import Place

NOWHERE = "-"
"""The value of the setting `kudos_place` when the company wants no thanks in channels."""


def are_private(store: Store) -> bool:
    """Whether the company wants no thanks in channels."""
    return bool(store.setting("kudos_place", "") == NOWHERE)


def place_for(request: Request, asked_in: Sequence[str]) -> Place | None:
    """The channel in which this person's thanks would be posted, or None. `asked_in`: see `Thanks`."""
    if are_private(request.store):
        return None
    there = request.store.kudos.place(asked_in[0]) if asked_in else None
    return chosen_place(request.store) or there or _here(request) or _likely(request)


def chosen_place(store: Store) -> Place | None:
    """The channel that the company chose for kudos, if it did and Upbeat may still post there."""
    chosen = store.setting("kudos_place", "")
    return store.kudos.place(chosen) if chosen and chosen != NOWHERE else None


def shared_place(request: Request) -> Place:
    """The place in which everybody reads along now."""
    where = request.where
    return request.store.accounts.seen_place(request.platform, where.id, where.name, topic=where.thread)


def asked_here(request: Request) -> tuple[str, ...]:
    """The place in which everybody reads along now, and the topic in it; nothing elsewhere."""
    return (shared_place(request).id, request.where.thread) if request.where.shared else ()


def _here(request: Request) -> Place | None:
    if request.where.kind != "channel":
        return None
    # A channel that Upbeat was removed from stays so: hearing a command there does not mean that it may post.
    known = request.store.outbox.place(request.platform, request.where.id)
    if known is not None:
        return None if known.gone else known
    return request.store.accounts.seen_place(request.platform, request.where.id, request.where.name)


def is_closed_here(request: Request) -> bool:
    """Whether thanks would be posted in the channel where this is said, if Upbeat might post there."""
    if request.where.kind != "channel" or request.store.setting("kudos_place", ""):
        return False
    known = request.store.outbox.place(request.platform, request.where.id)
    return known is not None and known.gone


def other_place(store: Store, person: Person, than: Place) -> Place | None:
    """The channel for a person's thanks on a platform where one of them cannot be posted in."""
    if are_private(store):
        return None
    found = chosen_place(store) or store.kudos.likely_place(than.platform, person.team)
    return found if found and found.id != than.id else None


def _likely(request: Request) -> Place | None:
    return request.store.kudos.likely_place(request.platform, request.actor.team)
