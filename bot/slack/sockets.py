"""Socket Mode: deliveries come through a connection of ours, and are acknowledged there once they are committed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.client import Tasks, error_of, found_of, quiet_logger, refusal_of, wait_of
from bot.slack.door import dispatch
from bot.terminal import Complaint
from schedules.turns import Away
from storage.database import Busy

log = logging.getLogger("upbeat.slack")

CONNECT = 20.0
PING = 5.0
LONGEST_REFUSED = 60.0
"""Seconds between two questions for a socket when Slack refuses one; it allows one a minute."""


class _Client(SocketModeClient):
    """The library's, which says why there is no socket, and asks for one no more often than makes sense."""

    refused: Callable[[], Awaitable[object]] | None = None
    """Called when a socket is refused after there was one."""
    _refusals = 0

    async def issue_new_wss_url(self) -> str:
        while True:
            try:
                answer = await self.web_client.apps_connections_open(app_token=self.app_token)
            except SlackApiError as error:
                log.warning("slack gives no socket", extra={"error": error_of(error)})
                wait = wait_of(error)
                if wait is None:
                    await self._note(refusal_of(error))
                    raise
                await asyncio.sleep(wait)
            else:
                self._refusals = 0
                return str(answer["url"])

    async def _note(self, refusal: str) -> None:
        if self.refused is None or not refusal:
            return
        with contextlib.suppress(Busy):
            await self.refused()
        await asyncio.sleep(min(2**self._refusals, LONGEST_REFUSED))
        self._refusals = min(self._refusals + 1, 8)


class Sockets:
    """One connection, renewed when Slack asks for it or it goes silent."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        client: AsyncWebClient,
        tasks: Tasks,
        refused: Callable[[], Awaitable[object]],
    ) -> None:
        self._app = app
        self._refused = refused
        self._tasks = tasks
        self._hearing: set[asyncio.Task[Any]] = set()
        self._client = _Client(
            app_token=app_token, logger=quiet_logger(), web_client=client, ping_interval=PING
        )
        self._client.socket_mode_request_listeners.append(self._hear)  # type: ignore[arg-type]

    async def open(self) -> None:
        """Connect. Raises, with a sentence for the operator, Complaint when Slack refuses us a socket, and Away when
        there is none just now."""
        try:
            async with asyncio.timeout(CONNECT):
                self._client.wss_uri = await self._client.issue_new_wss_url()
                await self._client.connect()  # type: ignore[no-untyped-call]
            self._client.refused = self._refused
        except BaseException as error:
            await self.close(0)
            if not isinstance(error, Exception):  # the turn is over, or we stop
                raise
            raise _no_socket(error) from None

    async def close(self, seconds: float) -> None:
        """Hear nothing new, finish what was heard, then hang up."""
        self._client.socket_mode_request_listeners.clear()
        if self._hearing:
            await asyncio.wait(set(self._hearing), timeout=seconds)
        await self._client.close()  # type: ignore[no-untyped-call]

    async def _hear(self, client: SocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._hearing.add(task)
        try:
            await self._answer(request)
        except Exception as error:
            # Not acknowledged: Slack shows it, or brings it again. The text of an error may quote the delivery.
            log.error("delivery failed", extra={"error": type(error).__name__})
        finally:
            self._hearing.discard(task)

    async def _answer(self, request: SocketModeRequest) -> None:
        response, after = await dispatch(self._app, request.payload)
        try:
            if response.status == 200:
                body = json.loads(response.body) if response.body else None
                answer = SocketModeResponse(envelope_id=request.envelope_id, payload=body)
                await self._client.send_socket_mode_response(answer)
        finally:  # where the line broke just now as well: when Slack brings it again, it counts as answered
            if after:
                self._tasks.follow(after)


def _no_socket(error: Exception) -> Complaint | Away:
    if word := refusal_of(error):
        return Complaint(
            f"Slack gives no socket ({word}). Check SLACK_APP_TOKEN: it needs connections:write, and Socket Mode must"
            " be on."
        )
    return Away(f"Slack gives no socket ({found_of(error)}). Check the network.")
