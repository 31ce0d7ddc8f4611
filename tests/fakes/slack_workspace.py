"""The workspace behind the fake Slack: its people, channels, messages, views and files."""

from __future__ import annotations

import copy
import mimetypes
import secrets
import string
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .slack_limits import MORE
from .slack_records import Blocks, Channel, Message, ResponseUrl, Trigger, View, may_act


class Workspace:
    """State and its readers. Times come from `clock` (seconds since 1970), so that a test can move it."""

    def __init__(self) -> None:
        self.team_id, self.team_domain = "T0000UPBEAT", "upbeat"
        self.app_id, self.bot_id, self.bot_user_id = "A0000UPBEAT", "B0000UPBEAT", "U0000UPBEAT"
        self.clock: Callable[[], float] = time.time
        self.page_size = 1000
        self.trigger_seconds: float = MORE["trigger_seconds"]
        self.response_seconds: float = MORE["response_url"]["seconds"]
        self.users: dict[str, dict[str, Any]] = {}
        self.channels: dict[str, Channel] = {}
        self.posted: dict[str, list[Message]] = {}
        self.homes: dict[str, View] = {}
        self.stacks: dict[str, list[View]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.contents: dict[str, bytes] = {}
        self.unlooked: dict[str, str] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self._last_ts = 0
        self._serial = 0
        self.add_user("USLACKBOT", "slackbot", "", email_confirmed=False)
        self.add_user(self.bot_user_id, "upbeat", "", bot=True)

    # --- people and channels ---

    def add_user(
        self,
        id: str,
        name: str,
        email: str,
        *,
        tz: str = "Europe/Berlin",
        locale: str = "en-US",
        guest: str | None = None,
        bot: bool = False,
        deleted: bool = False,
        email_confirmed: bool = True,
        team: str | None = None,
        real_name: str | None = None,
    ) -> dict[str, Any]:
        """A person; `guest` is "restricted" or "ultra_restricted"; another `team` makes a stranger."""
        shown = real_name or name.title()
        offset = datetime.fromtimestamp(self.clock(), ZoneInfo(tz)).utcoffset()
        self.users[id] = user = {
            "id": id,
            "team_id": team or self.team_id,
            "name": name.lower().replace(" ", "."),
            "deleted": deleted,
            "color": "9f69e7",
            "real_name": shown,
            "tz": tz,
            "tz_label": tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "profile": {
                "title": "",
                "phone": "",
                "skype": "",
                "real_name": shown,
                "real_name_normalized": shown,
                "display_name": name,
                "display_name_normalized": name,
                "status_text": "",
                "status_emoji": "",
                "status_expiration": 0,
                "avatar_hash": "g0",
                "team": team or self.team_id,
                **({"email": email} if email else {}),
                **({"bot_id": self.bot_id, "api_app_id": self.app_id} if bot else {}),
            },
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": guest is not None,
            "is_ultra_restricted": guest == "ultra_restricted",
            "is_bot": bot,
            "is_app_user": False,
            "is_stranger": team not in (None, self.team_id),
            "updated": int(self.clock()),
            "is_email_confirmed": email_confirmed,
            "locale": locale,
        }
        return user

    def add_channel(
        self, id: str, name: str, members: list[str], *, private: bool = False, archived: bool = False
    ) -> Channel:
        """A channel; the bot posts only where `members` has `bot_user_id`."""
        self.channels[id] = Channel(id, name, list(members), private=private, archived=archived)
        return self.channels[id]

    def dm_channel(self, user: str) -> str:
        """The id of the bot's direct conversation with `user`, opened when there was none."""
        id = "D" + user[1:]
        if id not in self.channels:
            self.channels[id] = Channel(id, "directmessage", [user, self.bot_user_id], im_with=user)
        return id

    # --- ids ---

    def serial(self, prefix: str) -> str:
        self._serial += 1
        return f"{prefix}{self._serial:010d}"

    def next_ts(self) -> str:
        self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def with_ids(self, blocks: Blocks | None) -> Blocks:
        """A copy of the blocks with the ids that Slack makes up for those without."""
        filled = copy.deepcopy(blocks or [])
        letters = string.ascii_letters + string.digits
        for block in filled:
            block.setdefault("block_id", "".join(secrets.choice(letters) for _ in range(5)))
            for element in may_act(block):
                element.setdefault("action_id", "".join(secrets.choice(letters) for _ in range(5)))
        return filled

    def new_trigger(self, user: str, view: View | None = None) -> str:
        id = f"{self.serial('')}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.triggers[id] = Trigger(user, self.clock() + self.trigger_seconds, view)
        return id

    # --- messages ---

    def post(self, channel: str, user: str, **parts: Any) -> Message:
        blocks = self.with_ids(parts.pop("blocks", None))
        message = Message(channel, self.next_ts(), user, blocks=blocks, **parts)
        self.posted.setdefault(channel, []).append(message)
        return message

    def messages(self, channel: str, *, everything: bool = False) -> list[Message]:
        """What all members see now, oldest first; with `everything` also deleted and ephemeral messages."""
        known = self.posted.get(channel, [])
        return [m for m in known if everything or not (m.deleted or m.ephemeral_to)]

    def dm(self, user: str) -> list[Message]:
        """What the bot's direct chat shows of the bot's messages to `user` (without ephemeral ones)."""
        return [m for m in self.messages(self.dm_channel(user)) if m.by_bot]

    def ephemerals(self, user: str) -> list[Message]:
        """What only `user` was shown, in every channel, oldest first, without dismissed ones."""
        shown = [
            m for known in self.posted.values() for m in known if m.ephemeral_to == user and not m.deleted
        ]
        return sorted(shown, key=lambda message: message.ts)

    def told(self, user: str) -> str:
        """All that the bot told `user` directly or ephemerally, as one string."""
        return "\n".join(m.words for m in sorted(self.dm(user) + self.ephemerals(user), key=lambda m: m.ts))

    def home(self, user: str) -> View | None:
        return self.homes.get(user)

    def modal(self, user: str) -> list[View]:
        """The open stack of modals, the visible one last; empty when none is open."""
        return self.stacks.setdefault(user, [])

    def find(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.posted.get(channel, []) if m.ts == ts), None)

    # --- views ---

    def new_view(self, user: str, content: dict[str, Any], below: View | None = None) -> View:
        id = self.serial("V")
        content = {**content, "blocks": self.with_ids(content["blocks"])}
        return View(
            id, user, content, self.new_hash(), below.root if below else id, below.id if below else None
        )

    def redraw(self, view: View, content: dict[str, Any]) -> None:
        """Replace what a view shows; what was typed stays where block_id and action_id stay."""
        view.content = {**content, "blocks": self.with_ids(content["blocks"])}
        view.hash, view.errors = self.new_hash(), {}

    def new_hash(self) -> str:
        return f"{int(self.clock())}.{secrets.token_hex(4)}"

    def open_views(self) -> Iterator[View]:
        yield from self.homes.values()
        for stack in self.stacks.values():
            yield from stack

    # --- files ---

    def add_file(
        self, user: str, name: str, content: bytes, base: str, title: str | None = None
    ) -> dict[str, Any]:
        id = self.serial("F")
        self.contents[id] = content
        self.files[id] = file = {
            "id": id,
            "created": int(self.clock()),
            "timestamp": int(self.clock()),
            "name": name,
            "title": title or name,
            "mimetype": _mimetype(name),
            "filetype": name.rsplit(".", 1)[-1],
            "user": user,
            "user_team": self.team_id,
            "size": len(content),
            "mode": "hosted",
            "is_external": False,
            "is_public": False,
            "url_private": f"{base}files-pri/{id}/{name}",
            "url_private_download": f"{base}files-pri/{id}/download/{name}",
            "permalink": f"https://{self.team_domain}.slack.com/files/{user}/{id}/{name}",
            "channels": [],
            "groups": [],
            "ims": [],
        }
        return file


def _mimetype(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
