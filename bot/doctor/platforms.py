"""What `upbeat doctor` asks Slack and Telegram: whether tokens, scopes, clock and webhook are right."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from bot.assistant import make_assistant
from bot.doctor.finding import Finding
from bot.settings import LOOPBACK, Settings
from bot.terminal import Complaint, counted

if TYPE_CHECKING:
    from telegram import WebhookInfo

MOST_SKEW = timedelta(seconds=60)
MOST_PENDING = 100
"""Updates that may wait at Telegram."""


async def platform_findings(settings: Settings) -> AsyncIterator[Finding]:
    """What is served, then each platform that is."""
    yield _configured(settings)
    for finding in _model(settings):
        yield finding
    if settings.slack:
        async for finding in _slack(settings):
            yield finding
    if settings.telegram:
        async for finding in _telegram(settings):
            yield finding


def _model(settings: Settings) -> Iterator[Finding]:
    try:
        make_assistant(settings)
    except Complaint as complaint:
        yield Finding("language model", "`upbeat run` does not start with it as it is set", str(complaint))


def _configured(settings: Settings) -> Finding:
    if settings.lacking:
        return Finding("Slack", settings.lacking, "Set both; README.md says where they are found.")
    served = [name for name, on in (("Slack", settings.slack), ("Telegram", settings.telegram)) if on]
    if settings.serves_local_chat:
        served.append("local chat")
    if served:
        return Finding("serves", ", ".join(served))
    why = (
        "on another address than loopback the local chat is off"
        if settings.host not in LOOPBACK
        else "nothing is configured"
    )
    return Finding(
        "serves", f"nothing: {why}", "Set Slack's or Telegram's tokens (see .env.example).", warning=True
    )


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    from slack_sdk.errors import SlackApiError

    from bot.slack.client import error_of, make_client, problem_of
    from bot.slack.manifest import SCOPES

    client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        answer = await client.auth_test()
    except Exception as error:
        yield Finding("Slack", *problem_of(error))
        return
    yield Finding("Slack token", "accepted")
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")) - {""}
    missing = sorted(set(SCOPES) - granted) if granted else []
    fix = "Update the app from `upbeat manifest`, then install it again." if missing else ""
    yield Finding("Slack scopes", f"lacks {', '.join(missing)}" if missing else "as in the manifest", fix)
    yield _clock(str(answer.headers.get("Date", "")))
    if app_token := settings.slack_app_token.get_secret_value():
        try:
            await client.apps_connections_open(app_token=app_token)
            yield Finding("Slack app token", "accepted")
        except Exception as error:
            found = (error_of(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
            fix = "Under Basic Information, App-Level Tokens make one with connections:write; set SLACK_APP_TOKEN."
            yield Finding("Slack app token", found, fix)


def _clock(header: str) -> Finding:
    try:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(header))
    except (TypeError, ValueError):
        return Finding("clock", "not compared")
    fix = (
        "Set the machine's clock (NTP): signatures older than five minutes are refused."
        if skew > MOST_SKEW
        else ""
    )
    return Finding("clock", f"{skew.total_seconds():.0f} s from the platform's", fix)


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    from bot.telegram.client import make_client

    bot = make_client(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        async with bot:
            yield Finding("Telegram token", f"accepted for @{bot.username}")
            info = await bot.get_webhook_info()
            yield _webhook(settings, info)
    except Exception as error:
        yield Finding(
            "Telegram", type(error).__name__, "Check TELEGRAM_BOT_TOKEN, the network and TELEGRAM_API_URL."
        )


def _webhook(settings: Settings, info: WebhookInfo) -> Finding:
    from bot.telegram.webhook import webhook_of

    secret, pending = settings.telegram_webhook_secret.get_secret_value(), info.pending_update_count
    wanted = webhook_of(settings.public_url, secret)
    waiting = counted(pending, "update waits", "updates wait")
    name, begin = "Telegram webhook" if wanted or info.url else "Telegram polling", "Start `upbeat run`: "
    if not wanted and info.url:
        fix = f"{begin}it takes the webhook away. If it runs already: does another program use this bot's token?"
        return Finding(name, "set, and nothing is polled while it is", fix, warning=True)
    if wanted and not info.url:
        return Finding(name, "not set", f"{begin}it sets the webhook.", warning=True)
    if info.url != wanted:
        fix = (
            f"{begin}it sets the webhook anew. If it runs already: does another program use this bot's token?"
        )
        return Finding(name, f"set to another address than {wanted}", fix)
    if pending > MOST_PENDING:
        fix = "Updates pile up: is `upbeat run` running, and does UPBEAT_PUBLIC_URL reach it?"
        return Finding(name, waiting, fix)
    if pending and info.last_error_message:
        fix = "Does UPBEAT_PUBLIC_URL reach `upbeat run`, with a certificate that Telegram accepts?"
        return Finding(name, f"{waiting}; Telegram says: {info.last_error_message[:200]}", fix)
    return Finding(name, waiting)
