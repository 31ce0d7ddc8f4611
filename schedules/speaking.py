"""What a platform promises to whoever delivers a message through it, and the ways in which that fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.kit.cards import Card


@dataclass(frozen=True)
class Address:
    """Where on a platform: a person's user id with the address of their private chat, or a place's id."""

    external_id: str
    address: str = ""
    thread: str = ""


@dataclass(frozen=True)
class Receipt:
    """Where the message stands now; `more` are the ids of its further pages."""

    channel: str
    message: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parcel:
    """One message for one reader (or one place), in their language and zone."""

    outgoing_id: str
    card: Card
    language: str
    zone: str
    to: Address
    private: bool
    person_id: str = ""
    over: Receipt | None = None
    """The message whose place it takes."""
    at: datetime | None = None
    """When it is sent."""


class Speaker(Protocol):
    """A platform's voice. A speaker may also have `find(parcel) -> Receipt | None`, to look up whether an unclear
    message arrived, and `has_begun(outgoing_id) -> bool`: whether some pages of a message stand, and not all."""

    name: str

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        """The platform's limits on this message: (name, messages a second, burst)."""

    async def speak(self, parcel: Parcel) -> Receipt:
        """Send it once, without retries. Raises one of the exceptions below; anything else is tried again."""

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        """Put it in the place of a message that stands, and take away that one's further pages: once or often, it comes
        to the same. Raises Gone and Fixed too."""


class Slow(Exception):
    """The platform wants us to wait: `retry_after` seconds, for this bucket alone."""

    def __init__(self, retry_after: float, bucket: str) -> None:
        super().__init__(f"{bucket}: {retry_after:g} s")
        self.retry_after = retry_after
        self.bucket = bucket


class Unreachable(Exception):
    """The reader cannot be reached there any more: blocked, gone, deactivated."""


class Unclear(Exception):
    """The request was written and no answer came: it may have been accepted."""


class Refused(Exception):
    """The platform refuses this message for good."""


class Gone(Exception):
    """The message that was to be replaced does not stand there any more."""


class Fixed(Exception):
    """The message that was to be replaced cannot be changed there any more."""


class Locked(Exception):
    """The platform refuses our token: no message is to blame, and all wait until an operator has mended it."""
