"""What a process is for: several processes on one PostgreSQL may share the work, or divide it."""

from __future__ import annotations

from enum import StrEnum

from bot.terminal import Complaint


class Role(StrEnum):
    """Any number of processes may have each. `web` is done by all of them; of the others, each part by one at a time
    while the rest stand by."""

    WEB = "web"
    """Slack over HTTP, Telegram's webhook, data that other systems send, the local chat."""
    HEAR = "hear"
    """What Upbeat fetches itself: asking Telegram for updates, holding Slack's socket."""
    TICK = "tick"
    """The clock: reminders, bells, tidying, the roll call of Slack's members."""
    DELIVER = "deliver"
    """Sending what waits in the outbox."""


ALL = frozenset(Role)


def read_roles(words: str) -> frozenset[Role]:
    """The roles in a list like `web,tick`; all of them when it is empty. Raises Complaint for a word that is none."""
    named = [word.strip() for word in words.split(",") if word.strip()]
    unknown = [word for word in named if word not in ALL]
    if unknown:
        known = ", ".join(Role)
        raise Complaint(f"--only {words!r}: there is no role {unknown[0]!r}. The roles are {known}.")
    return frozenset(map(Role, named)) or ALL
