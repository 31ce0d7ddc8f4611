"""The local chat as a platform: it needs no account, and serves this machine alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bot.web.listen import make_router
from bot.web.live import Live
from bot.web.speak import WebSpeaker
from handlers.kit.dispatch import Core
from schedules.speaking import Speaker
from schedules.turns import Alone
from storage.webchat import PLATFORM

if TYPE_CHECKING:
    from fastapi import APIRouter


class WebPlatform:
    """The local web chat. Whoever opens it acts as anybody of the company: it is a sandbox."""

    name = PLATFORM

    def __init__(self, core: Core) -> None:
        self._live = Live()
        self.speaker: Speaker = WebSpeaker(core, self._live)
        self.alone: Sequence[Alone] = ()
        self.router: APIRouter | None = make_router(core, self._live)

    async def start(self) -> None:
        """Nothing to begin: it hears when a page speaks."""

    async def stop(self) -> None:
        """End the open streams, so that the server can stop."""
        self._live.close()

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """Open home screens of these people look again."""
        people = frozenset(person_ids)
        if people:
            self._live.tell("home", people)

    async def problems(self) -> list[str]:
        """Nothing can be wrong with it that the operator must mend."""
        return []
