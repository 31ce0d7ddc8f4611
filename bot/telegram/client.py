"""Telegram's Bot API, with its updates as they came."""

from __future__ import annotations

from typing import Any

import telegram
from telegram.error import InvalidToken, TelegramError

from bot.telegram.request import AiohttpRequest, Json
from bot.terminal import WrongToken
from schedules.turns import Away

KINDS = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"]
"""The updates that we want; a reaction comes only to whoever asks for it."""

LONG_POLL = 30
"""Seconds that a request for updates waits for one."""


class Client(telegram.Bot):
    """The client. Its `get_updates` is not used: it parses a batch at once, so that one bad update spoils all, and
    then logs what people wrote."""

    async def updates(self, offset: int, wait: int = LONG_POLL, most: int = 100) -> list[Json]:
        """The updates from `offset` on; those before it are confirmed by asking."""
        asked = {"offset": offset, "timeout": wait, "limit": most, "allowed_updates": KINDS}
        found: Any = await self._post("getUpdates", asked, read_timeout=wait + 10)
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("update_id"), int)]


CONNECTIONS = 16
"""At once: thirty messages a second need no more, and each request looks at every connection that is open."""


def make_client(token: str, api_url: str) -> Client:
    """A client that has not said anything yet."""
    api_url = api_url.rstrip("/")
    return Client(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=AiohttpRequest(api_url, CONNECTIONS),
        get_updates_request=AiohttpRequest(api_url, 2),
    )


async def introduce(client: Client) -> telegram.User:
    """Who we are there. Raises WrongToken or Away with a sentence for the operator, without the token."""
    try:
        await client.initialize()
    except InvalidToken:
        raise WrongToken(
            "Telegram does not know TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token and set it."
        ) from None
    except TelegramError as error:
        raise unreached(error) from None
    return client.bot


def unreached(error: TelegramError) -> Away:
    """That Telegram gave no answer of its own, for the operator."""
    return Away(
        f"Telegram cannot be reached ({type(error).__name__}). Check the network and TELEGRAM_API_URL."
    )
