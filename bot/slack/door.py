"""Slack's requests come in here: signed by Slack, of a sane size, of Slack's shapes, and only then to Bolt."""

from __future__ import annotations

import binascii
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.door import Answered, Delivery, Door, Refused
from bot.slack.client import Me, Tasks, quiet_logger
from bot.slack.pages import Json
from bot.slack.reply import Ack
from storage.compact import to_json

log = logging.getLogger("upbeat.slack")

PATH = "/slack/events"
MOST_FIELDS = 100

_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_SIGNATURE = re.compile(rb"v0=[0-9a-f]{64}")

_ODD = re.compile(rb"[=\s]|%(?![0-9A-Fa-f]{2})")
"""What only one of the two encodings gives a meaning."""

Take = Callable[[Json, float], Awaitable[Ack]]
"""What takes a delivery: its payload, and for how many seconds it was on its way."""


# Bolt --------------------------------------------------------------------------------------------------------------


class _OneWorkspace(AsyncAuthorize):
    """We serve the workspace whose token we have; who somebody is, is asked later and of Slack itself."""

    def __init__(self, me: Me, token: str) -> None:
        self._result = AuthorizeResult(
            enterprise_id=None,
            team_id=me.team_id,
            bot_user_id=me.user_id,
            bot_id=me.bot_id,
            bot_token=token,
        )

    async def __call__(self, **_: Any) -> AuthorizeResult:
        return self._result


class _Everything(AsyncMiddleware):
    """Hears everything: Bolt tries its own listeners one by one, each at the price of a whole command of ours."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def async_process(
        self, *, req: AsyncBoltRequest, resp: BoltResponse, next: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse:
        ack = await self._take(req.body, req.context["age"])
        req.context["after"] = ack.after
        return BoltResponse(status=ack.status, body=to_json(ack.body).decode() if ack.body else "")


def make_app(client: AsyncWebClient, me: Me, take: Take) -> AsyncApp:
    """Bolt with one listener. It answers after the work is done, and not by looking every 10 ms whether it is."""
    # Bolt's own client is never used. Bolt finds SLACK_BOT_TOKEN in the environment and warns at every start that it
    # does not need it, so that only its errors are logged.
    bare = AsyncWebClient(base_url=client.base_url, retry_handlers=[], logger=quiet_logger())
    app = AsyncApp(
        name="slack_bolt.upbeat",
        logger=quiet_logger("bolt", logging.ERROR),
        client=bare,
        authorize=_OneWorkspace(me, str(client.token)),
        signing_secret="checked before",  # noqa: S106 - the route checks it, see `make_door`
        process_before_response=True,
        request_verification_enabled=False,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # `listen` hears no bot, ourselves neither
        attaching_function_token_enabled=False,
    )
    app.use(_Everything(take))
    return app


async def dispatch(app: AsyncApp, body: Json, age: float = 0.0) -> tuple[BoltResponse, list[Any]]:
    """Bolt's response to a delivery that is known to be Slack's, and what is to be done after it."""
    request = AsyncBoltRequest(body=body, mode="socket_mode", context={"age": age})
    response = await app.async_dispatch(request)
    return response, request.context.get("after") or []


# HTTP --------------------------------------------------------------------------------------------------------------


def make_door(secret: str, app: Callable[[], AsyncApp | None], tasks: Tasks) -> Door:
    """The door at `PATH`. `app` gives Bolt while we hear, and None while we do not."""
    verifier = SignatureVerifier(secret)

    async def hear(delivery: Delivery) -> Answered:
        timestamp = _shown(delivery, b"x-slack-request-timestamp", _TIMESTAMP)
        signature = _shown(delivery, b"x-slack-signature", _SIGNATURE)
        body = await delivery.body()
        _verify(verifier, body, timestamp, signature)
        payload = decoded(body, next(iter(delivery.header(b"content-type")), b""))
        bolt = app()
        age = max(0.0, time.time() - int(timestamp))
        return await _answered(bolt, payload, age, tasks) if bolt else Answered(503)

    return Door(hear)


def _shown(delivery: Delivery, name: bytes, shape: re.Pattern[bytes]) -> str:
    """A header that could be Slack's. Looked at before the body is read."""
    shown = delivery.only(name)
    if not shape.fullmatch(shown):
        raise Refused(401)
    return shown.decode()


async def _answered(app: AsyncApp, payload: Json, age: float, tasks: Tasks) -> Answered:
    try:
        response, after = await dispatch(app, payload, age)
    except Exception as error:  # of shapes that Bolt cannot take apart, before it asks us
        log.warning("unreadable delivery", extra={"error": type(error).__name__})
        return Answered(400)
    status = 400 if response.status == 500 else response.status
    kind = response.first_headers().get("content-type", "").encode()
    later = partial(tasks.follow, after) if after else None
    return Answered(status, response.body.encode(), kind, later)


def _verify(verifier: SignatureVerifier, body: bytes, timestamp: str, signature: str) -> None:
    try:
        valid = verifier.is_valid(body, timestamp, signature)
    except Exception:  # anything but a clean pass
        valid = False
    if not valid:
        raise Refused(401)


def decoded(body: bytes, content_type: bytes) -> Json:
    """The payload of a signed request. Raises Refused(400) when it has none of Slack's shapes."""
    try:
        payload = _parsed(body, content_type)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    if not isinstance(payload, dict) or not isinstance(payload.get("event", {}), dict):
        raise Refused(400)
    return payload


def _parsed(body: bytes, content_type: bytes) -> Any:
    if content_type.startswith(b"application/json") or body.startswith(b"{"):
        return json.loads(body)
    if body.startswith(b"payload=") and b"&" not in body:
        return json.loads(unquoted(body.removeprefix(b"payload=")))
    form = form_of(body)
    return json.loads(form["payload"]) if "payload" in form else form


def form_of(body: bytes) -> dict[str, str]:
    """A form's values by their names, which are plain words in all that Slack sends. Raises ValueError for more than a
    hundred, and for what is no UTF-8."""
    pairs = [pair.partition(b"=") for pair in body.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise ValueError("too many fields")
    return {unquoted(name): unquoted(value) for name, _, value in pairs}


def unquoted(value: bytes) -> str:
    """A form's value without its percent signs. Quoted-printable differs from it by the sign alone, and its decoder is
    not written in Python: a modal is read in a fifth of the time, a command in a third."""
    if b"%" not in value and b"+" not in value:
        return value.decode()
    if _ODD.search(value):
        form = parse_qsl("v=" + value.decode(), keep_blank_values=True, errors="strict")
        return dict(form).get("v", "")
    return binascii.a2b_qp(value.replace(b"+", b" ").replace(b"%", b"=")).decode()
