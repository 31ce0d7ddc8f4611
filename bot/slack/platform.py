"""Slack as a platform: it starts, hears over HTTP or a socket, speaks, and stops when what was heard is done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.door import Door
from bot.pictures.studio import Studio
from bot.roles import Role
from bot.slack.client import Me, Tasks, make_client, open_session, problem_of, refusal_of
from bot.slack.door import PATH, make_app, make_door
from bot.slack.hearing import Hearing
from bot.slack.home import Homes
from bot.slack.members import PLATFORM, Members
from bot.slack.sockets import Sockets
from bot.slack.speak import SlackSpeaker
from bot.terminal import Complaint, WrongToken
from handlers.kit.dispatch import Core
from schedules.turns import Alone, Away, Tenure
from storage.alerts import SOCKET
from storage.database import Busy

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp
    from starlette.routing import BaseRoute

log = logging.getLogger("upbeat.slack")

DRAIN = 15.0
"""Seconds that a stop waits for what was heard."""
NO_ANSWER = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
NOT_YET = "Slack has not been reached yet."
ROLL_CALL = 3600.0
"""Seconds between two looks for colleagues who are new in the workspace or in the company's list."""
CALLED_AGAIN = 60.0
"""Seconds until the next look where this one was interrupted: reminders reach nobody who is not connected."""


class SlackPlatform:
    """One app in one workspace. With an app-level token it hears through a socket, else over HTTP."""

    name = PLATFORM

    def __init__(
        self,
        core: Core,
        *,
        bot_token: str,
        signing_secret: str = "",
        app_token: str = "",
        api_url: str = "https://slack.com/api/",
        studio: Studio,
    ) -> None:
        self._core = core
        self._studio = studio
        self._app_token = app_token
        self._client = make_client(bot_token, api_url)
        self._tasks = Tasks()
        self._painting = Tasks()
        self._homes = Homes(core, self._client, self._painting)
        self._bolt: AsyncApp | None = None
        self._sockets: Sockets | None = None
        self._members: Members | None = None
        self._roll_call: asyncio.Task[None] | None = None
        self.speaker = SlackSpeaker(core, self._client, self._studio)
        self.routes: Sequence[BaseRoute] = ()
        self.doors: dict[str, Door] = {}
        if signing_secret.strip() and not app_token:
            self.doors[PATH] = make_door(signing_secret, lambda: self._bolt, self._tasks)
        drop = partial(self._close_socket, 0)
        socket = Alone("slack socket", Role.HEAR, self._open_socket, self._close_socket, drop)
        ends = (self._end_roll_call, self._end_roll_call)
        members = Alone("slack members", Role.TICK, self._begin_roll_call, *ends)
        self.alone: Sequence[Alone] = (socket, members) if app_token else (members,)

    async def start(self) -> None:
        """Begin to hear. Raises, with a sentence for the operator, Complaint when Slack refuses us, and Away when it
        cannot be reached."""
        if not self._app_token and not self.doors:
            raise Complaint("Slack needs SLACK_SIGNING_SECRET for HTTP, or SLACK_APP_TOKEN for Socket Mode.")
        self._client.session = open_session()
        try:
            me = await self._introduced()
            hearing = Hearing(self._core, self._client, me, self._homes, self._tasks, self._studio)
            self._bolt = make_app(self._client, me, hearing.take)
        except BaseException:
            await self._client.session.close()
            raise
        self._members = hearing.members

    async def _introduced(self) -> Me:
        try:
            answer = await self._client.auth_test()
        except NO_ANSWER as error:
            words = ". ".join(problem_of(error))
            raise WrongToken(words) if refusal_of(error) else Away(words) from None
        return Me(
            str(answer["team_id"]),
            str(answer["user_id"]),
            str(answer["bot_id"]),
            str(answer.get("url") or ""),
        )

    async def _open_socket(self, tenure: Tenure) -> None:
        if self._bolt is None:
            raise Away(NOT_YET)
        sockets = Sockets(self._bolt, self._app_token, self._client, self._tasks, self._deaf)
        await sockets.open()
        self._sockets = sockets

    async def _deaf(self) -> None:
        """Slack refuses us a socket: administrators are to hear of it."""
        await self._core.database.write(lambda store: store.alerts.note(SOCKET))

    async def _close_socket(self, seconds: float = DRAIN) -> None:
        sockets, self._sockets = self._sockets, None
        if sockets:
            await sockets.close(seconds)

    async def _begin_roll_call(self, tenure: Tenure) -> None:
        if self._members is None:
            raise Away(NOT_YET)
        self._roll_call = asyncio.create_task(self._call_roll(self._members))

    async def _end_roll_call(self) -> None:
        task, self._roll_call = self._roll_call, None
        if task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _call_roll(self, members: Members) -> None:
        while True:
            pause = ROLL_CALL
            try:
                await members.connect_everybody()
            except Exception as error:  # until it goes, people are known when they speak
                log.warning("members not read", extra={"error": type(error).__name__})
                passes = isinstance(error, (*NO_ANSWER, Busy)) and not refusal_of(error)
                pause = CALLED_AGAIN if passes else ROLL_CALL
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Hear nothing new, finish what was heard, answers too."""
        self._bolt = None
        await self._tasks.finish(DRAIN)
        self._homes.stop()
        await self._painting.finish(DRAIN)
        if self._client.session:
            await self._client.session.close()

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """The home screens of these people show something else now. Returns at once."""
        if self._bolt is not None:
            self._homes.want(person_ids)
