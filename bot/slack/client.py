"""Our line to Slack's Web API: no retries of its own, one session, and nothing that it carries in a log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.pages import Page
from schedules.pacing import USUAL, within_reason

T = TypeVar("T")

log = logging.getLogger("upbeat.slack")

SECONDS = 15.0
LONGEST_WAIT = 60.0
PATIENCE = 4
TOKEN_ERRORS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
"""What Slack says when it is our token that it does not take, whatever it was asked."""

OUT_OF_ORDER = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"}
)
"""What Slack says when it is its own fault, or of the moment."""

NOT_TAKEN = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
"""What Slack says of blocks that it does not show."""


class _Withheld(logging.Filter):
    """A library's line without its text: that may quote a message, a token or the address of a socket."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        record.msg, record.args, record.exc_info, record.exc_text = "library message withheld", (), None, None
        record.error = error
        return True


def quiet_logger(name: str = "library", level: int = logging.WARNING) -> logging.Logger:
    """The logger that Slack's libraries get: from warnings on, without their texts. They look at its level alone, so
    that it has one of its own."""
    logger = logging.getLogger(f"upbeat.slack.{name}")
    logger.setLevel(level)
    if not logger.filters:
        logger.addFilter(_Withheld())
    return logger


def make_client(token: str, api_url: str) -> AsyncWebClient:
    """A client without retries: the library's own would post twice after a lost connection."""
    return AsyncWebClient(
        token=token, base_url=api_url, timeout=int(SECONDS), retry_handlers=[], logger=quiet_logger()
    )


def open_session() -> aiohttp.ClientSession:
    """The connections that all calls share."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS, sock_connect=5))


def note_refused(error: SlackApiError) -> None:
    """Slack refuses our token, or a scope of it: for the operator's log."""
    log.error("slack refuses the token", extra={"error": error_of(error), "reason": _needed_of(error)})


@dataclass(frozen=True)
class Me:
    """Who we are in Slack. `url` is the workspace's address, for links to its messages."""

    team_id: str
    user_id: str
    bot_id: str
    url: str = ""


def error_of(error: SlackApiError) -> str:
    """Slack's word for what is wrong; its response may quote the request, the word does not."""
    data = error.response.data if hasattr(error.response, "data") else None
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def status_of(error: SlackApiError) -> int:
    """The HTTP status of an error."""
    return int(getattr(error.response, "status_code", 0) or getattr(error.response, "status", 0) or 0)


def wait_of(error: SlackApiError) -> float | None:
    """The seconds that Slack wants us to wait, within reason, if that is what it says."""
    if status_of(error) != 429 and error_of(error) not in ("ratelimited", "rate_limited"):
        return None
    try:
        return within_reason(float(error.response.headers["Retry-After"]))
    except (TypeError, ValueError, LookupError, AttributeError):
        return USUAL


def passes(error: SlackApiError) -> bool:
    """Whether it is Slack's own fault, or of the moment; so is a page of what stands in between, which has no word."""
    word = error_of(error)
    return wait_of(error) is not None or status_of(error) >= 500 or not word or word in OUT_OF_ORDER


def is_worth_waiting(error: SlackApiError) -> bool:
    """Whether what Slack refused will go when it is in order again, or our token is."""
    return passes(error) or error_of(error) in TOKEN_ERRORS


def refusal_of(error: Exception) -> str:
    """Slack's word for why it does not take our token, or "". A proxy's page, or an outage of theirs, is no such word:
    no other token mends that."""
    return error_of(error) if isinstance(error, SlackApiError) and not passes(error) else ""


def problem_of(error: Exception) -> tuple[str, str]:
    """Why Slack does not let us in, for the operator, and what mends it."""
    if word := refusal_of(error):
        return f"Slack refuses SLACK_BOT_TOKEN ({word})", "Install the app again and set it."
    return f"Slack cannot be reached ({found_of(error)})", "Check the network and SLACK_API_URL."


def found_of(error: Exception) -> str:
    """What came in place of an answer of Slack's, for the operator."""
    if not isinstance(error, SlackApiError):
        return type(error).__name__
    return error_of(error) or f"an answer that is not Slack's, HTTP status {status_of(error)}"


def _needed_of(error: SlackApiError) -> str:
    """The scopes that Slack misses."""
    data = error.response.data if hasattr(error.response, "data") else None
    return str(data.get("needed", "")) if isinstance(data, dict) else ""


def message(page: Page) -> dict[str, Any]:
    """One page as the arguments of a message in which nothing comes alive that we did not draw."""
    return {**answer(page), "link_names": False, "parse": "none"}


def answer(page: Page) -> dict[str, Any]:
    """One page as a response: the same without what responses do not take."""
    shown = {"blocks": page.blocks} if page.blocks else {}
    return {"text": page.text, **shown, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}


def whisper(page: Page) -> dict[str, Any]:
    """One page as a message for one person's eyes."""
    shown = {"blocks": page.blocks} if page.blocks else {}
    return {"text": page.text, **shown, "link_names": False, "parse": "none"}


async def as_taken(page: Page, send: Callable[[Page], Awaitable[T]]) -> T:
    """Send a page as it should look, or as Slack takes it: better in words than not at all. One with pictures is for
    the caller to send without them."""
    try:
        return await send(page)
    except SlackApiError as error:
        if error_of(error) not in NOT_TAKEN or page.instead:
            raise
        return await send(page.in_words())


async def each_as_taken(left: list[Page], send: Callable[[Page], Awaitable[object]]) -> None:
    """Send pages in order, those with pictures that Slack does not take with their tables; `left` are those that have
    not arrived."""
    while left:
        try:
            await as_taken(left[0], send)
        except SlackApiError as error:
            if error_of(error) not in NOT_TAKEN or not left[0].instead:
                raise
            left[:1] = left[0].instead
        else:
            left.pop(0)


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Wait when Slack says so, and repeat what the network lost: an answer shown twice harms less than none. What Slack
    may only be slow to answer is not repeated: each time would show it once more."""
    for attempt in range(PATIENCE):
        try:
            return await work()
        except SlackApiError as error:
            if not passes(error):
                raise
            await asyncio.sleep(min(wait_of(error) or 0.2 * 2**attempt, LONGEST_WAIT))
        except (aiohttp.ClientError, TimeoutError) as error:
            if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ConnectionTimeoutError):
                raise
            await asyncio.sleep(0.2 * 2**attempt)
    return await work()


class Tasks:
    """Work that goes on after Slack got its acknowledgement, and that a stop waits for."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def follow(self, after: Sequence[Callable[[], Awaitable[object]]]) -> None:
        """Begin to do these, one after the other."""
        self.start(_in_turn(after))

    def start(self, work: Awaitable[object]) -> None:
        """Do this now, beside everything else; what goes wrong is logged without words."""
        task = asyncio.ensure_future(self._watched(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def finish(self, seconds: float) -> None:
        """Wait until everything is done, and give up what is not by then."""
        if running := set(self._running):
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    @staticmethod
    async def _watched(work: Awaitable[object]) -> None:
        try:
            await work
        except SlackApiError as error:
            log.warning("slack refused", extra={"error": error_of(error), "status": status_of(error)})
        except Exception as error:
            log.error("work after the answer failed", extra={"error": type(error).__name__})


async def _in_turn(after: Sequence[Callable[[], Awaitable[object]]]) -> None:
    for work in after:
        await work()
