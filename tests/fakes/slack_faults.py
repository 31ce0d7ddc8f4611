"""The line to Slack when it is bad: the journal of calls, scripted faults, rate limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiohttp import web

from .slack_clicks import PersonWithForms

ERRORS = {"invalid_auth", "token_revoked", "account_inactive", "channel_not_found", "is_archived"}
ERRORS |= {"expired_trigger_id", "message_not_found", "edit_window_closed", "cant_update_message"}
ERRORS |= {"invalid_blocks", "fatal_error"}
AFTER = {"timeout_after_accept", "bare"}
"""After the effect: no answer at all, or one that says no more than that it is done."""
PAGE = "page_403"
"""What a proxy answers by itself, in words of its own."""
KINDS = ERRORS | AFTER | {"429", "500", "drop_before_accept", PAGE}


class Call(NamedTuple):
    """One request of the app; `accepted`: it had its effect, whether or not the app heard of it."""

    method: str
    args: dict[str, Any]
    time: float
    accepted: bool


@dataclass
class Fault:
    method: str
    kind: str
    times: int
    retry_after: float | str | None
    after: int = 0


class FaultyLine(PersonWithForms):
    """Keeps `calls`, and fails those that a test said should fail."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self._faults: list[Fault] = []
        self._pace: tuple[float, float] | None = None
        self._buckets: dict[str, tuple[float, float]] = {}

    def fail_next(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        after: int = 0,
        retry_after: float | str | None = None,
    ) -> None:
        """Script a fault for the next calls of `method` ("*": any, "response_url" too), or those `after` so many; see
        KINDS. `retry_after` may be words: the header as it is, or none at all for \"\"."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {sorted(KINDS)}")
        self._faults.append(Fault(method, kind, times, retry_after, after))

    def limit_rates(self, per_second: float | None = 1.0, *, burst: float = 1) -> None:
        """Limit chat.postMessage in each channel; None switches it off again."""
        self._pace = None if per_second is None else (per_second, burst)
        self._buckets.clear()

    def called(self, method: str, *, accepted: bool | None = None) -> list[Call]:
        return [c for c in self.calls if c.method == method and accepted in (None, c.accepted)]

    def note(self, method: str, args: Mapping[str, Any], *, accepted: bool) -> None:
        self.calls.append(Call(method, dict(args), self.clock(), accepted))

    def next_fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method in (method, "*"):
                if fault.after:
                    fault.after -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
        return None

    def fail(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.kind == "drop_before_accept":
            return hang_up(request)
        if fault.kind == "429":
            return self.limited(1 if fault.retry_after is None else fault.retry_after)
        if fault.kind == PAGE:
            return web.Response(status=403, text="<html>No</html>", content_type="text/html")
        if fault.kind == "500":
            return web.json_response({"ok": False, "error": "internal_error"}, status=500)
        return web.json_response({"ok": False, "error": fault.kind})

    def limited(self, seconds: float | str) -> web.Response:
        said = seconds if isinstance(seconds, str) else str(max(1, math.ceil(seconds)))
        headers = {"Retry-After": said} if said else {}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    def wait_for(self, method: str, args: dict[str, Any]) -> float:
        """Seconds until the channel's bucket has a token again; 0 takes one."""
        if self._pace is None or method != "chat.postMessage":
            return 0
        rate, burst = self._pace
        channel, now = str(args.get("channel")), self.clock()
        channel = self.dm_channel(channel) if channel in self.users else channel
        tokens, since = self._buckets.get(channel, (burst, now))
        tokens = min(burst, tokens + (now - since) * rate)
        self._buckets[channel] = (tokens - 1 if tokens >= 1 else tokens, now)
        return 0 if tokens >= 1 else (1 - tokens) / rate


def hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
