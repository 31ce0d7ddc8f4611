"""A person at Slack's client who writes, edits, reacts and calls; each act is delivered for real."""

from __future__ import annotations

import asyncio
import copy
import html
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from . import slack_payloads as payloads
from .slack_delivery import Ack, Delivery, HttpDoor, SocketDoor
from .slack_records import Message, ResponseUrl
from .slack_web_api import Refused, sound_response
from .slack_web_people import user_shape
from .slack_workspace import Workspace


class Person(Workspace):
    """The acts of people. Whoever acts is named by the Slack user id."""

    violations: list[str]
    sockets: SocketDoor
    door: HttpDoor | None
    root_url: str
    should_escape: bool
    patience: float

    # --- the way to the app ---

    async def deliver(self, delivery: Delivery) -> Ack:
        """Send anything as it is; for forged or malformed payloads."""
        return await (self.door or self.sockets).deliver(delivery, self.patience)

    async def redeliver(self, last: Ack, reason: str = "http_timeout") -> Ack:
        """The very same payload once more, with the retry marks of Slack."""
        again = Delivery(last.delivery.kind, last.delivery.payload, last.delivery.attempt + 1, reason)
        return await self.deliver(again)

    async def until(self, so: Callable[[], Any], seconds: float = 3) -> Any:
        """Wait until `so()` is true and return it; AssertionError after `seconds`."""
        end = time.monotonic() + seconds
        while not (result := so()):
            if time.monotonic() > end:
                raise AssertionError(f"did not happen within {seconds} s")
            await asyncio.sleep(0.01)
        return result

    # --- words ---

    def escaped(self, text: str, *, named: bool) -> str:
        """`@name` and `#channel` as Slack's client sends them, and & < > escaped."""
        pieces = re.split(r"(<(?:[@#!]|https?:|mailto:)[^<>]*>)", text)
        text = "".join(p if i % 2 else html.escape(p, quote=False) for i, p in enumerate(pieces))
        for id, user in sorted(self.users.items(), key=lambda pair: -len(pair[1]["name"])):
            mention = f"<@{id}|{user['name']}>" if named else f"<@{id}>"
            text = re.sub(
                rf"(?<![\w<])@{re.escape(user['name'])}(?![\w-]|\.\w)", mention, text, flags=re.IGNORECASE
            )
        for id, channel in self.channels.items():
            text = re.sub(rf"(?<![\w<])#{re.escape(channel.name)}(?![\w-])", f"<#{id}|{channel.name}>", text)
        return text

    async def command(self, user: str, command: str, text: str = "", *, channel: str | None = None) -> Ack:
        """A slash command, in the direct chat unless `channel`; @names become mentions."""
        place = channel or self.dm_channel(user)
        words = self.escaped(text, named=True) if self.should_escape else text
        url, link = self.new_response_url(place, user)
        payload = payloads.slash_command(self, user, command, words, place, url)
        ack = await self.deliver(Delivery("slash_commands", payload))
        if ack.ok and ack.body:
            self._show_answer(ack, link)
        return ack

    def _show_answer(self, ack: Ack, link: ResponseUrl) -> None:
        body = {"text": ack.body} if isinstance(ack.body, str) else ack.body
        try:
            sound_response(self, body)
        except Refused as refusal:
            self.violations += [f"command acknowledgement: {problem}" for problem in refusal.problems]
            return
        shown = self._answer(link, body)
        ack.message = shown
        ack.ephemeral = shown if shown.ephemeral_to else None

    def _answer(self, link: ResponseUrl, body: Mapping[str, Any]) -> Message:
        hidden = None if body.get("response_type") == "in_channel" else link.user
        parts = {
            "text": body.get("text") or "",
            "blocks": body.get("blocks"),
            "thread_ts": body.get("thread_ts"),
        }
        link.original = self.post(link.channel, self.bot_user_id, ephemeral_to=hidden, **parts)
        return link.original

    def new_response_url(
        self, channel: str, user: str, original: Message | None = None
    ) -> tuple[str, ResponseUrl]:
        token = self.serial("R")
        self.response_urls[token] = ResponseUrl(channel, user, self.clock() + self.response_seconds, original)
        return f"{self.root_url}response/{token}", self.response_urls[token]

    async def says(
        self,
        user: str,
        text: str,
        channel: str | None = None,
        *,
        edit_of: Message | None = None,
        files: list[tuple[str, bytes]] | None = None,
        thread_ts: str | None = None,
    ) -> Ack:
        """A message in the bot's direct chat, or in `channel`; `ack.message` is the message."""
        if edit_of is not None:
            return await self.edit_message(edit_of, text)
        place = channel or self.dm_channel(user)
        uploaded = [self.add_file(user, name, content, self.root_url) for name, content in files or []]
        words = self.escaped(text, named=False)
        said = self.post(place, user, text=words, thread_ts=thread_ts, files=uploaded, by_bot=False)
        return await self._event(payloads.message_event(self, said), said)

    async def mentions(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Ack:
        """A message that names the bot in a channel, delivered as app_mention."""
        words = self.escaped(f"<@{self.bot_user_id}> {text}", named=False)
        said = self.post(channel, user, text=words, thread_ts=thread_ts, by_bot=False)
        shape = payloads.message_event(self, said) | {"type": "app_mention"}
        shape.pop("channel_type")
        return await self._event(shape, said)

    async def edit_message(self, message: Message, text: str) -> Ack:
        before = copy.deepcopy(payloads.message(self, message))
        message.text, message.edited = self.escaped(text, named=False), True
        return await self._event(payloads.changed_event(self, message, before), message)

    async def edits_before(self, user: str, text: str, new_text: str) -> tuple[Ack, Ack]:
        """A message in the bot's direct chat and an edit of it that arrives first; returns both acknowledgements."""
        said = self.post(self.dm_channel(user), user, text=self.escaped(text, named=False), by_bot=False)
        late = payloads.message_event(self, said)
        edit = await self.edit_message(said, new_text)
        return edit, await self._event(late, said)

    async def echo(self, message: Message) -> Ack:
        """Deliver one of the bot's own messages as the event that Slack makes of it."""
        return await self._event(payloads.message_event(self, message), message)

    async def react(self, user: str, message: Message, name: str) -> Ack:
        message.reactions.setdefault(name, []).append(user)
        return await self._event(
            payloads.reaction_event(self, "reaction_added", user, message, name), message
        )

    async def unreact(self, user: str, message: Message, name: str) -> Ack:
        message.reactions[name].remove(user)
        if not message.reactions[name]:
            del message.reactions[name]
        return await self._event(
            payloads.reaction_event(self, "reaction_removed", user, message, name), message
        )

    async def open_home(self, user: str, *, tab: str = "home") -> Ack:
        shown = self.homes.get(user) if tab == "home" else None
        known = {"view": payloads.view(self, shown)} if shown else {}
        return await self.event(
            "app_home_opened", {"user": user, "channel": self.dm_channel(user), "tab": tab, **known}
        )

    async def event(self, type: str, payload: Mapping[str, Any] | None = None) -> Ack:
        """Any other event; for team_join and user_change `user` may be an id."""
        inner = {"type": type, **(payload or {})}
        if type in ("team_join", "user_change") and isinstance(inner.get("user"), str):
            inner |= {"user": user_shape(self, inner["user"]), "cache_ts": int(self.clock())}
        inner.setdefault("event_ts", self.next_ts())
        return await self._event(inner, None)

    async def _event(self, inner: dict[str, Any], message: Message | None) -> Ack:
        ack = await self.deliver(Delivery("events_api", copy.deepcopy(payloads.event(self, inner))))
        ack.message = message
        return ack

    # --- shortcuts ---

    async def shortcut(self, user: str, callback_id: str) -> Ack:
        own = {"callback_id": callback_id, "trigger_id": self.new_trigger(user), "action_ts": self.next_ts()}
        return await self.interact(payloads.shortcut(self, "shortcut", user) | own)

    async def message_shortcut(self, user: str, callback_id: str, message: Message) -> Ack:
        url, _ = self.new_response_url(message.channel, user, message)
        own = {
            "callback_id": callback_id,
            "trigger_id": self.new_trigger(user),
            "action_ts": self.next_ts(),
            "message_ts": message.ts,
            "response_url": url,
            "message": payloads.message(self, message),
            "channel": payloads.channel(self, message.channel),
        }
        return await self.interact(payloads.shortcut(self, "message_action", user) | own)

    async def interact(self, payload: dict[str, Any]) -> Ack:
        return await self.deliver(Delivery("interactive", copy.deepcopy(payload)))
