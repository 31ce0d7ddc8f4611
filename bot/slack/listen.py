"""What people do in Slack, in the words of the kit: they command, write, press, fill in, react, open, come and go."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.slack.answers import answers, picked
from bot.slack.client import Me
from bot.slack.files import Sent
from bot.slack.forms import FORM
from bot.slack.heard import Heard, Item, MemberChanged, PlaceSeen, Suggest, Uninstalled, read_note, where_of
from bot.slack.members import PLATFORM, profile_of
from bot.slack.pages import Json
from bot.slack.shapes import answerable, moment_of, part_of, turn_of, value_of
from bot.slack.words import mentioned, spoken
from bot.words import readable
from handlers.kit.requests import (
    Act,
    Incoming,
    Opened,
    Pressed,
    Quoted,
    Reacted,
    Said,
    Sender,
    Submitted,
    Where,
)

ROOT = "/upbeat"
_HANDLE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HEARD_SUBTYPES = (None, "file_share", "thread_broadcast", "me_message")


def listen(body: Json, me: Me, at: datetime) -> Item | None:
    """What a delivery of Slack says; None when it is not for us. Raises ValueError, KeyError, TypeError for what is
    none of Slack's shapes."""
    ear = _Ear(body, me, at)
    if "command" in body:
        return ear.command()
    kind = body.get("type")
    if kind == "event_callback":
        heard = EVENTS.get(body["event"].get("type"))
        return heard(ear, body["event"]) if heard else None
    if kind in INTERACTIONS:
        return INTERACTIONS[kind](ear)
    return None


@dataclass(frozen=True)
class _Ear:
    body: Json
    me: Me
    at: datetime

    # Commands ------------------------------------------------------------------------------------------------------

    def command(self) -> Heard:
        text, user = str(self.body.get("text") or ""), str(self.body["user_id"])
        name = str(self.body["command"])
        words = f"{name} {spoken(text)}".rstrip()
        channel, called = str(self.body.get("channel_id") or ""), str(self.body.get("channel_name") or "")
        where = _beside_us(where_of(channel, called))
        said = Said("/help" if words == ROOT else words, command=True)
        return Heard(
            "command",
            self._incoming(self.body["trigger_id"], user, where, said),
            user,
            trigger=str(self.body["trigger_id"]),
            response_url=str(self.body.get("response_url") or ""),
            mentions=mentioned(text),
        )

    # Interactions ----------------------------------------------------------------------------------------------------

    def press(self) -> Heard | None:
        action, user = self.body["actions"][0], str(self.body["user"]["id"])
        container, view = part_of(self.body, "container"), part_of(self.body, "view")
        if view.get("callback_id") == FORM:
            return self.filled(final=False)
        turn, value = turn_of(action), value_of(action)
        if value is None and not turn:
            return None  # a link, which Slack opens by itself
        # A forged handle may be anything; the store is asked only for what could be one.
        handle = value if isinstance(value, str) and _HANDLE.fullmatch(value) else "-"
        act: Act = Opened("home") if turn else Pressed(handle, str(container.get("message_ts") or ""))
        return Heard(
            "press",
            self._incoming(self._unique_press(user, action, container), user, self._pressed_in(), act),
            user,
            trigger=str(self.body.get("trigger_id") or ""),
            response_url=str(self.body.get("response_url") or ""),
            surface="message" if not view else "home" if view.get("type") == "home" else "modal",
            ephemeral=bool(container.get("is_ephemeral")),
            view=answerable(view) if view else view,
            turn=turn,
        )

    def _pressed_in(self) -> Where:
        view = part_of(self.body, "view")
        if view:
            is_home = view.get("type") == "home"
            return Where(kind="home") if is_home else read_note(view.get("private_metadata"))[1]
        channel = part_of(self.body, "channel")
        container = part_of(self.body, "container")
        where = where_of(str(channel.get("id") or ""), str(channel.get("name") or ""))
        where = _beside_us(where) if container.get("is_ephemeral") else where
        return replace(where, thread=str(container.get("thread_ts") or ""))

    def _unique_press(self, user: str, action: Mapping[str, Any], container: Mapping[str, Any]) -> str:
        if self.body.get("trigger_id"):
            return str(self.body["trigger_id"])
        place = [str(container.get(name) or "") for name in ("channel_id", "message_ts", "view_id")]
        return ":".join(
            (self.me.team_id, user, *place, str(action.get("action_ts")), str(action.get("action_id")))
        )

    def filled(self, *, final: bool) -> Heard | None:
        view, user = answerable(self.body["view"]), str(self.body["user"]["id"])
        if view.get("callback_id") != FORM:
            return None
        draft, where = read_note(view.get("private_metadata"))
        act = Submitted(draft, answers(view), final=final)
        # A view keeps its hash when we mark errors in it: what stands in the fields tells one sending from the next.
        typed = json.dumps(view.get("state") or {}, sort_keys=True, default=str)
        digest = hashlib.sha256(typed.encode("utf-8", "replace")).hexdigest()[:24]
        unique = f"{view['id']}:{view.get('hash', '')}:{digest}{'' if final else ':typed'}"
        incoming = self._incoming(unique, user, where, act)
        trigger = str(self.body.get("trigger_id") or "")
        return Heard(
            "submit" if final else "type",
            incoming,
            user,
            trigger=trigger,
            surface="modal",
            view=view,
            mentions=picked(view) if final else (),
        )

    def shortcut(self) -> Heard:
        user, trigger = str(self.body["user"]["id"]), str(self.body["trigger_id"])
        channel = part_of(self.body, "channel")
        where = _beside_us(where_of(str(channel.get("id") or ""), str(channel.get("name") or "")))
        act = Opened(str(self.body["callback_id"]), quoted=self._quoted(str(channel.get("id") or "")))
        said = part_of(self.body, "message").get("text") or ""
        mentions = (*mentioned(str(said)), *([act.quoted.author] if act.quoted and act.quoted.author else []))
        return Heard(
            "shortcut",
            self._incoming(trigger, user, where, act),
            user,
            trigger=trigger,
            mentions=tuple(mentions),
        )

    def _quoted(self, channel: str) -> Quoted | None:
        message = part_of(self.body, "message")
        if not message:
            return None
        author = "" if message.get("bot_id") else str(message.get("user") or "")
        stamp = str(message.get("ts") or "").replace(".", "")
        link = f"{self.me.url.rstrip('/')}/archives/{channel}/p{stamp}" if self.me.url and channel else ""
        return Quoted(spoken(str(message.get("text") or "")), author, link)

    def suggest(self) -> Suggest:
        return Suggest(str(self.body["user"]["id"]), str(self.body.get("value") or ""))

    # Events ----------------------------------------------------------------------------------------------------------

    def message(self, event: Json) -> Heard | None:
        if event.get("channel_type") != "im":
            return None
        if event.get("subtype") == "message_changed":
            return self._edited(event)
        if event.get("subtype") not in _HEARD_SUBTYPES or not self._is_a_persons(event):
            return None
        files = tuple(
            Sent(readable(str(f.get("name") or "file")), str(url), int(f.get("size") or 0))
            for f in event.get("files") or ()
            if (url := f.get("url_private_download") or f.get("url_private"))
        )
        # Whoever passes on somebody's message, or a file that Slack keeps to itself, says nothing themselves, and is
        # answered all the same.
        if (
            not str(event.get("text") or "").strip()
            and not event.get("files")
            and not event.get("attachments")
        ):
            return None
        return replace(self._said(event, self._without_us(event), edits=False), files=files)

    def _without_us(self, message: Json) -> Json:
        """The message without us in front: in the private chat some mention us all the same."""
        words = str(message.get("text") or "")
        found = self._to_us.match(words)
        if found is None:
            return message
        rest = words[found.end() :].strip()
        return {**message, "text": rest if rest or message.get("files") else "help"}

    @property
    def _to_us(self) -> re.Pattern[str]:
        return re.compile(rf"<@{re.escape(self.me.user_id)}(\|[^<>]*)?>[\s,，:：]*")

    def _edited(self, event: Json) -> Heard | None:
        """Only what the person changed: Slack also says so when it adds a preview of a link."""
        now, before = event["message"], event.get("previous_message") or {}
        if not self._is_a_persons(now) or now.get("text") == before.get("text"):
            return None
        return self._said(event, self._without_us(now), edits=True)

    def mention(self, event: Json) -> Heard | None:
        if not self._is_a_persons(event) or event.get("edited"):
            return None
        words = self._to_us.sub("", str(event.get("text") or ""), count=1).strip()
        plain = {**event, "text": words or "help"}
        heard = self._said(event, plain, edits=False)
        act = heard.incoming.act
        assert isinstance(act, Said)
        return replace(
            heard, kind="mention", incoming=replace(heard.incoming, act=replace(act, command=True))
        )

    def _is_a_persons(self, message: Json) -> bool:
        user = message.get("user")
        return bool(user) and user not in (self.me.user_id, "USLACKBOT") and not message.get("bot_id")

    def _said(self, event: Json, message: Json, *, edits: bool) -> Heard:
        text, user, channel = str(message.get("text") or ""), str(message["user"]), str(event["channel"])
        where = replace(where_of(channel, ""), thread=str(message.get("thread_ts") or ""))
        said = Said(spoken(text), message=str(message["ts"]))
        if edits:
            edited = part_of(message, "edited").get("ts")
            sent_at, edited_at = moment_of(said.message), moment_of(str(edited)) if edited else None
            said = replace(said, edits=True, sent_at=sent_at, edited_at=edited_at)
        return Heard("message", self._event(user, where, said), user, mentions=mentioned(text))

    def home(self, event: Json) -> Heard | None:
        if event.get("tab") != "home":
            return None
        user = str(event["user"])
        return Heard("home", self._event(user, Where(kind="home"), Opened("home")), user, surface="home")

    def reacted(self, event: Json) -> Heard | None:
        item, user = event["item"], str(event["user"])
        # Of what no user has written (docs.slack.dev/reference/events/reaction_added), Slack names none.
        if item.get("type") != "message" or event.get("item_user", self.me.user_id) != self.me.user_id:
            return None
        at = moment_of(str(event["event_ts"])) if event.get("event_ts") else None
        act = Reacted(str(item["ts"]), str(event["reaction"]), event["type"] == "reaction_added", at)
        return Heard("reaction", self._event(user, where_of(str(item["channel"]), ""), act), user)

    def joined(self, event: Json) -> PlaceSeen | None:
        return PlaceSeen(str(event["channel"])) if event.get("user") == self.me.user_id else None

    def renamed(self, event: Json) -> PlaceSeen:
        return PlaceSeen(str(event["channel"]["id"]), f"#{readable(str(event['channel']['name']))}")

    def gone(self, event: Json) -> PlaceSeen:
        return PlaceSeen(str(event["channel"]), gone=True)

    def look_again(self, event: Json) -> PlaceSeen:
        """It is there again, or others read along now or no more: Slack is asked which."""
        return PlaceSeen(str(event["channel"]))

    def changed(self, event: Json) -> MemberChanged:
        user = dict(event["user"])
        profile_of(user, self.me.team_id, 0.0)  # now, while it can still be refused
        return MemberChanged(user)

    def uninstalled(self, event: Json) -> Uninstalled:
        return Uninstalled()

    def revoked(self, event: Json) -> Uninstalled | None:
        return Uninstalled() if (event.get("tokens") or {}).get("bot") else None

    # What all have ---------------------------------------------------------------------------------------------------

    def _event(self, user: str, where: Where, act: Act) -> Incoming:
        return self._incoming(self.body["event_id"], user, where, act)

    def _incoming(self, unique: object, user: str, where: Where, act: Act) -> Incoming:
        return Incoming(
            f"{PLATFORM}:{unique}"[:300], PLATFORM, Sender(user, member=False), where, act, self.at
        )


INTERACTIONS: dict[str, Callable[[_Ear], Item | None]] = {
    "block_actions": _Ear.press,
    "view_submission": lambda ear: ear.filled(final=True),
    "view_closed": lambda ear: ear.filled(final=False),
    "shortcut": _Ear.shortcut,
    "message_action": _Ear.shortcut,
    "block_suggestion": _Ear.suggest,
}

EVENTS: dict[str, Callable[[_Ear, Json], Item | None]] = {
    "app_home_opened": _Ear.home,
    "app_mention": _Ear.mention,
    "app_uninstalled": _Ear.uninstalled,
    "channel_archive": _Ear.gone,
    "channel_deleted": _Ear.gone,
    "channel_left": _Ear.gone,
    "channel_rename": _Ear.renamed,
    "channel_shared": _Ear.look_again,
    "channel_unarchive": _Ear.look_again,
    "channel_unshared": _Ear.look_again,
    "group_archive": _Ear.gone,
    "group_deleted": _Ear.gone,
    "group_left": _Ear.gone,
    "group_rename": _Ear.renamed,
    "group_unarchive": _Ear.look_again,
    "member_joined_channel": _Ear.joined,
    "message": _Ear.message,
    "reaction_added": _Ear.reacted,
    "reaction_removed": _Ear.reacted,
    "team_join": _Ear.changed,
    "tokens_revoked": _Ear.revoked,
    "user_change": _Ear.changed,
}
"""What each event of Slack is to us. The manifest subscribes to exactly these."""


def _beside_us(where: Where) -> Where:
    """Where somebody commands, we need not be: a direct chat there may be theirs with a colleague."""
    return Where() if where.kind == "private" else where
