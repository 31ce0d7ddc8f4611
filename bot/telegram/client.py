"""Telegram's Bot API, with its updates as they came."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeAlias

import httpx
import telegram
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from schedules.pacing import USUAL, within_reason

Json: TypeAlias = dict[str, Any]

KINDS = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member"]
"""The updates that we want; a reaction comes only to whoever asks for it."""

LONG_POLL = 30
"""Seconds that a request for updates waits for one."""

NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Client(telegram.Bot):
    """The client. Its `get_updates` is not used: it parses a batch at once, so that one bad update spoils all, and
    then logs what people wrote."""

    async def updates(self, offset: int, wait: int = LONG_POLL, most: int = 100) -> list[Json]:
        """The updates from `offset` on; those before it are confirmed by asking."""
        asked = {"offset": offset, "timeout": wait, "limit": most, "allowed_updates": KINDS}
        found: Any = await self._post("getUpdates", asked, read_timeout=wait + 10)
        return [each for each in found if isinstance(each, dict) and isinstance(each.get("update_id"), int)]


class _Request(HTTPXRequest):
    """The library's, which trips over a wish to wait that names no seconds, or what is no number."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> Json:
        """The answer; when it asks us to wait, for how long."""
        answer: Any = HTTPXRequest.parse_json_payload(payload)
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        if answer.get("error_code") == HTTPStatus.TOO_MANY_REQUESTS:
            parameters = answer.get("parameters")
            asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
            answer["parameters"] = {"retry_after": round(_seconds(asked))}
        return answer


def _seconds(asked: object) -> float:
    try:
        return within_reason(float(asked))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return USUAL


CONNECTIONS = 16
"""At once: thirty messages a second need no more, and each request looks at every connection that is open."""


def make_client(token: str, api_url: str) -> Client:
    """A client that has not said anything yet."""
    api_url = api_url.rstrip("/")
    return Client(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=_Request(
            connection_pool_size=CONNECTIONS,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            pool_timeout=30,
        ),
        get_updates_request=_Request(connection_pool_size=2, connect_timeout=10),
    )


async def introduce(client: Client) -> telegram.User:
    """Who we are there. Raises RuntimeError with a sentence for the operator, without the token."""
    try:
        await client.initialize()
    except InvalidToken:
        raise RuntimeError(
            "Telegram does not know TELEGRAM_BOT_TOKEN. Ask @BotFather for the bot's token and set it."
        ) from None
    except TelegramError as error:
        raise RuntimeError(
            f"Telegram cannot be reached ({type(error).__name__}). Check the network and TELEGRAM_API_URL."
        ) from None
    return client.bot


def was_not_sent(error: TelegramError) -> bool:
    """Whether Telegram surely did not get the request."""
    return isinstance(error, NetworkError) and isinstance(error.__cause__, NOT_SENT)


def is_unclear(error: TelegramError) -> bool:
    """Whether the request was written and no answer came."""
    return isinstance(error.__cause__, httpx.HTTPError) and not was_not_sent(error)
