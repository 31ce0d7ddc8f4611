"""Telegram as a platform: it starts, hears by polling or webhook, speaks, and stops when what was heard is done."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from telegram.error import BadRequest, TelegramError

from bot.door import Door
from bot.pictures.studio import Studio
from bot.roles import Role
from bot.telegram.client import KINDS, introduce, make_client, unreached
from bot.telegram.hearing import Hearing
from bot.telegram.listen import PLATFORM, Me
from bot.telegram.menu import show_menu
from bot.telegram.polling import Polling
from bot.telegram.reply import Replies
from bot.telegram.request import Json
from bot.telegram.speak import TelegramSpeaker
from bot.telegram.webhook import PATH, make_door, webhook_of
from bot.terminal import Complaint
from handlers.kit.dispatch import Core
from schedules.turns import Alone, Away, Tenure
from storage.database import Busy

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

log = logging.getLogger("upbeat.telegram")

DRAIN = 15.0
"""Seconds that a stop waits for what was heard."""
CONNECTIONS = 40
"""Updates that Telegram posts to a webhook at once."""


class TelegramPlatform:
    """One bot of Telegram. With a public address and a webhook secret it is told of updates; else it asks for them."""

    name = PLATFORM

    def __init__(
        self,
        core: Core,
        *,
        token: str,
        api_url: str = "https://api.telegram.org",
        public_url: str = "",
        webhook_secret: str = "",
        studio: Studio,
    ) -> None:
        self._core = core
        self._studio = studio
        self._client = make_client(token, api_url)
        self._webhook = webhook_of(public_url, webhook_secret)
        self._secret = webhook_secret
        self._hearing: Hearing | None = None
        self._polling: Polling | None = None
        self.speaker = TelegramSpeaker(core, self._client, self._studio)
        self.routes: Sequence[BaseRoute] = ()
        self.doors: Mapping[str, Door] = (
            {PATH: make_door(webhook_secret, self._take)} if self._webhook else {}
        )
        polling = Alone("telegram polling", Role.HEAR, self._poll, self._finish_polling, self._drop_polling)
        self.alone: Sequence[Alone] = () if self._webhook else (polling,)

    async def start(self) -> None:
        """Begin to hear. Raises, with a sentence for the operator, Complaint when Telegram refuses us, and Away when it
        cannot be reached."""
        user = await introduce(self._client)
        me = Me(user.id, user.username or "")
        # Links for connecting lead to this bot, wherever they are made.
        await self._core.database.write(lambda store: store.links.lead_to(me.username))
        await show_menu(self._client, self._core)
        if self._hearing is None:  # else it hears since a start that came no further
            replies = Replies(self._core, self._client, me.username, self._studio)
            self._hearing = Hearing(self._core, self._client, me, replies)
        if self._webhook:
            await self._set_webhook()

    async def _set_webhook(self) -> None:
        try:
            await self._client.set_webhook(
                self._webhook,
                secret_token=self._secret,
                allowed_updates=KINDS,
                max_connections=CONNECTIONS,
            )
        except TelegramError as error:
            if not isinstance(error, BadRequest):
                raise unreached(error) from None
            raise Complaint(
                f"Telegram does not take this webhook ({type(error).__name__}). It wants UPBEAT_PUBLIC_URL with"
                " https and a certificate that is known everywhere."
            ) from None

    async def _poll(self, tenure: Tenure) -> None:
        if self._hearing is None:
            raise Away("Telegram has not been reached yet.")
        try:
            await self._client.delete_webhook(drop_pending_updates=False)
        except TelegramError as error:
            raise unreached(error) from None
        self._polling = Polling(self._client, self._hearing, tenure.holds)
        self._polling.start()

    async def _finish_polling(self) -> None:
        polling, self._polling = self._polling, None
        if polling:
            await polling.stop()

    async def _drop_polling(self) -> None:
        polling, self._polling = self._polling, None
        if polling:
            await polling.drop()

    async def stop(self) -> None:
        """Hear nothing new, finish what was heard, answers too. A webhook stays: Telegram waits."""
        hearing, self._hearing = self._hearing, None
        if hearing:
            await hearing.finish(DRAIN)
        with contextlib.suppress(TelegramError):
            await self._client.shutdown()

    async def refresh_homes(self, person_ids: Iterable[str]) -> None:
        """Telegram has no home screen."""

    async def _take(self, raw: Json) -> bool:
        """Take an update of the webhook; False when it should come again."""
        hearing = self._hearing
        if hearing is None:
            return False
        try:
            await hearing.in_order(raw, lambda: hearing.take(raw))
        except Busy:
            return False
        except Exception as error:
            log.error("update failed", extra={"update_id": raw["update_id"], "error": type(error).__name__})
            return False
        return True
