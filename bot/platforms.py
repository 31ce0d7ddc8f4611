"""What a platform is to the rest of Upbeat: it hears, it speaks, it starts and stops."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from bot.door import Door
from schedules.speaking import Speaker
from schedules.turns import Alone

if TYPE_CHECKING:
    from starlette.routing import BaseRoute


class Platform(Protocol):
    """One of Slack, Telegram, the local chat."""

    @property
    def name(self) -> str:
        """Its name in the database."""

    @property
    def speaker(self) -> Speaker:
        """Its voice."""

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Its pages on the one HTTP server."""

    @property
    def doors(self) -> Mapping[str, Door]:
        """Where it posts its deliveries to, by path."""

    @property
    def alone(self) -> Sequence[Alone]:
        """What only one process at a time may do there: ask for updates, hold the socket."""

    async def start(self) -> None:
        """Connect, to speak and to answer what comes by HTTP. Raises, with a sentence for the operator, Complaint when
        the platform refuses us, and Away when it cannot be reached: then it may be called again."""

    async def stop(self) -> None:
        """Hear nothing new, finish what was heard."""

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """The home screens of these people show something else now."""
