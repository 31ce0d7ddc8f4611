"""What a delivery of Slack can say to us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from bot.slack.files import Sent
from bot.words import readable
from handlers.kit.requests import Incoming, Where

_CHANNEL = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What can be the id of a place; of anything else we know no place."""

Kind = Literal["command", "press", "submit", "type", "shortcut", "message", "mention", "home", "reaction"]
"""`type`: an answer is being typed into a form, or the form was closed."""


@dataclass(frozen=True)
class Heard:
    """Something that somebody did, and all that an answer to it needs. `surface` is where a button stood, `view` the
    modal or home screen there; `turn` is the page of a view that was asked for."""

    kind: Kind
    incoming: Incoming
    user: str
    trigger: str = ""
    response_url: str = field(default="", repr=False)
    surface: Literal["message", "modal", "home", ""] = ""
    ephemeral: bool = False
    view: Mapping[str, Any] = field(default_factory=dict, repr=False)
    turn: int = 0
    mentions: tuple[str, ...] = ()
    files: tuple[Sent, ...] = field(default=(), repr=False)

    @property
    def where(self) -> Where:
        """Where it happened."""
        return self.incoming.where


@dataclass(frozen=True)
class PlaceSeen:
    """We were put into a channel, or out of it, or it is called something else."""

    channel: str
    name: str = ""
    gone: bool = False


@dataclass(frozen=True)
class MemberChanged:
    """Somebody came, changed or left; `user` is Slack's user object."""

    user: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Uninstalled:
    """Nobody hears us here any more."""


@dataclass(frozen=True)
class Suggest:
    """Somebody types a colleague's name into a field, and wants to see who fits."""

    user: str
    typed: str = field(repr=False)


Item: TypeAlias = Heard | PlaceSeen | MemberChanged | Uninstalled | Suggest


def noted(draft: str, where: Where) -> str:
    """What a modal carries: the draft behind it, and the channel in which it was asked for."""
    return f"{draft} {where.id} {where.name}".rstrip() if where.kind == "channel" else draft


def read_note(metadata: object) -> tuple[str, Where]:
    """The draft behind a modal, and the channel in which it was asked for, if it was in one."""
    draft, channel, name = [*str(metadata or "").split(" ", 2), "", ""][:3]
    return draft, where_of(channel, name.removeprefix("#"))


def where_of(channel: str, name: str) -> Where:
    """A place by its id. Answers there are for one person's eyes, so that it is never a shared one."""
    if channel.startswith("D") or not _CHANNEL.fullmatch(channel):
        return Where(id=channel if _CHANNEL.fullmatch(channel) else "")
    unnamed = name in ("", "privategroup")
    return Where(kind="channel", id=channel, name="" if unnamed else f"#{readable(name)}")
