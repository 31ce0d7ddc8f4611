"""What goes wrong at Telegram: faults that a test orders, and the limits on how often a bot may write."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from .telegram_spec import Refused, bad

DROPS = ("drop_before_accept", "timeout_after_accept")
NONSENSE = {
    "nonsense": b'{"ok": true, "result": [{"no": 1}, 5, null, {"update_id": "x"}]}',
    "no updates": b'{"ok": true, "result": 5}',
    "no json": b"<html>Bad gateway</html>",
}
"""What no Telegram answers, but what stands in between may."""
PAGES = {f"page_{status}": status for status in (400, 401, 403, 404, 409)}
"""What a proxy answers by itself, in words of its own."""
KINDS = (
    *DROPS,
    *NONSENSE,
    *PAGES,
    "429",
    "500",
    "401",
    "403_blocked",
    "400_chat_not_found",
    "400_query_too_old",
    "400_edit_not_found",
    "400_cannot_edit",
    "400_cannot_delete",
    "400_cannot_parse",
    "400_no_rights",
    "400_topic_closed",
    "migrated",
)
COUNTED = {
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editMessageCaption",
    "editMessageMedia",
    "editMessageReplyMarkup",
}


def too_many(retry_after: object) -> Refused:
    named = None if retry_after == "" else {"retry_after": retry_after}
    return Refused(429, f"Too Many Requests: retry after {retry_after}", parameters=named)


def migrated(new_id: int) -> Refused:
    return Refused(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        parameters={"migrate_to_chat_id": new_id},
    )


@dataclass
class Fault:
    """An ordered failure. `method` "*" is any; `chat_id` None is any."""

    method: str
    kind: str
    times: int
    retry_after: object
    """Seconds, what is none, or \"\" for an answer that names none."""
    chat_id: int | None
    migrate_to: int

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is not one of {', '.join(KINDS)}")

    def matches(self, method: str, args: dict[str, Any]) -> bool:
        wanted = self.method == method or (self.method == "*" and method != "getUpdates")
        return self.times > 0 and wanted and self.chat_id in (None, args.get("chat_id"))

    def refusal(self) -> Refused | None:
        """Telegram's answer; nothing for the kinds that end without one."""
        answers = {
            "429": too_many(1 if self.retry_after is None else self.retry_after),
            "500": Refused(500, "Internal Server Error"),
            "401": Refused(401, "Unauthorized"),
            "403_blocked": Refused(403, "Forbidden: bot was blocked by the user"),
            "400_chat_not_found": bad("chat not found"),
            "400_query_too_old": bad("query is too old and response timeout expired or query ID is invalid"),
            "400_edit_not_found": bad("message to edit not found"),
            "400_cannot_edit": bad("message can't be edited"),
            "400_cannot_delete": bad("message can't be deleted for everyone"),
            "400_no_rights": bad("not enough rights to send text messages to the chat"),
            "400_topic_closed": bad("TOPIC_CLOSED"),
            "400_cannot_parse": bad('can\'t parse entities: Unsupported start tag "i" at byte offset 0'),
            "migrated": migrated(self.migrate_to),
        }
        return answers.get(self.kind)


@dataclass
class RateLimits:
    """Messages a second in a chat and overall, and a minute in a group; `None` is off."""

    per_chat: int | None = None
    overall: int | None = None
    group_per_minute: int | None = None
    _sent: dict[object, deque[float]] = field(default_factory=dict)

    def count(self, method: str, chat_id: object, now: float) -> None:
        """Raises 429 with the seconds to wait, or remembers that this one passed."""
        if method not in COUNTED:
            return
        windows = [("chat", chat_id, self.per_chat, 1.0), ("overall", 0, self.overall, 1.0)]
        if isinstance(chat_id, int) and chat_id < 0:
            windows.append(("group", chat_id, self.group_per_minute, 60.0))
        waits = [self._wait((name, key), most, seconds, now) for name, key, most, seconds in windows]
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        for name, key, most, _ in windows:
            if most is not None:
                self._sent.setdefault((name, key), deque()).append(now)

    def _wait(self, key: object, most: int | None, seconds: float, now: float) -> float:
        sent = self._sent.get(key, deque())
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        return sent[0] + seconds - now if most is not None and len(sent) >= most else 0.0
