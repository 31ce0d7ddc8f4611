"""What a platform is to the rest of Upbeat: it hears, it speaks, it starts and stops."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from schedules.speaking import Speaker

if TYPE_CHECKING:
    from fastapi import APIRouter


class Platform(Protocol):
    """One of Slack, Telegram, the local chat."""

    @property
    def name(self) -> str:
        """Its name in the database."""

    @property
    def speaker(self) -> Speaker:
        """Its voice."""

    @property
    def router(self) -> APIRouter | None:
        """Its routes on the one HTTP server, or None."""

    async def start(self) -> None:
        """Begin to hear. Raises with a sentence for the operator when the platform refuses."""

    async def stop(self) -> None:
        """Hear nothing new, finish what was heard."""

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """The home screens of these people show something else now."""

    async def problems(self) -> list[str]:
        """What the operator must mend, each with its fix; empty when all is well."""
