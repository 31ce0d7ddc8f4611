"""What Slack must know of the app, made from the features: the scopes, commands, shortcuts and events in use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.door import PATH
from bot.slack.listen import EVENTS, ROOT
from bot.words import Voice
from handlers.kit.features import Feature, Route

NAME = "Upbeat"
ABOUT = "Check-ins, kudos, feedback and one-on-ones, where you already talk."
LONG = (
    "Upbeat carries a company's performance loop in chat: check-ins, kudos, private feedback, one-on-ones, goals and"
    " reviews. Write /upbeat help to see what you can do. What you write is seen by those whom the line above each form"
    " names, and by nobody else. People are recognised by their verified address in the company's own list; guests and"
    " people of other workspaces are not served."
)

METHODS: dict[str, tuple[str, ...]] = {
    "apps.connections.open": (),
    "auth.test": (),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": ("im:history",),
    "conversations.info": ("channels:read", "groups:read"),
    "conversations.open": ("im:write",),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.info": ("files:read",),
    "users.info": ("users:read", "users:read.email"),
    "users.list": ("users:read", "users:read.email"),
    "views.open": (),
    "views.publish": (),
    "views.push": (),
    "views.update": (),
}
"""Every method of Slack's Web API that the code calls, with the scopes of the conversations in which it calls it."""

EVENT_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message": ("im:history",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    **{name: ("channels:read",) for name in EVENTS if name.startswith("channel_")},
    **{name: ("groups:read",) for name in EVENTS if name.startswith("group_")},
}
"""What Slack wants before it tells of an event; the others need nothing."""

OTHER_SCOPES = ("commands", "files:read")
"""For slash commands and shortcuts, and for the content of a file that somebody sends in a private chat."""

OPTIONAL = ("channels:history", "groups:history")
"""With them an unclear post to a channel is looked up before it is repeated; without them it is counted."""

SCOPES: tuple[str, ...] = tuple(
    sorted(
        {scope for table in (METHODS, EVENT_SCOPES) for scopes in table.values() for scope in scopes}
        | set(OTHER_SCOPES)
    )
)

_ENGLISH = Voice()


def make_manifest(
    features: Sequence[Feature], *, public_url: str = "", socket_mode: bool = False
) -> dict[str, Any]:
    """The manifest. Over HTTP Slack must be told where we are; a socket needs no address."""
    url = f"{public_url.rstrip('/')}{PATH}" if public_url and not socket_mode else ""
    address = {"request_url": url} if url else {}
    shown: dict[str, Any] = {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": NAME, "always_online": True},
        "slash_commands": list(_commands(features, url)),
    }
    if shortcuts := list(_shortcuts(features)):
        shown["shortcuts"] = shortcuts
    return {
        "_metadata": {"major_version": 2},
        "display_information": {"name": NAME, "description": ABOUT, "long_description": LONG},
        "features": shown,
        "oauth_config": {"scopes": {"bot": list(SCOPES), "bot_optional": list(OPTIONAL)}},
        "settings": {
            "event_subscriptions": {**address, "bot_events": events()},
            "interactivity": {
                "is_enabled": True,
                **address,
                **({"message_menu_options_url": url} if url else {}),
            },
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def events() -> list[str]:
    """The events as Slack subscribes to them."""
    return sorted("message.im" if name == "message" else name for name in EVENTS)


def _commands(features: Sequence[Feature], url: str) -> Iterator[dict[str, Any]]:
    address = {"url": url} if url else {}
    yield {
        "command": ROOT,
        "description": ABOUT,
        "usage_hint": "help",
        "should_escape": True,
        **address,
    }
    for word, route in _short(features).items():
        hint = {"usage_hint": route.examples[0][:1000]} if route.examples and route.examples[0] else {}
        described = _ENGLISH.say(route.help)[:2000]
        yield {"command": f"/{word}", "description": described, **hint, "should_escape": True, **address}


def _short(features: Sequence[Feature]) -> dict[str, Route]:
    """The commands that work without the root, each by its first word; the shortest one says what it is for."""
    routes = [route for feature in features for route in feature.routes if route.short and route.words]
    found: dict[str, Route] = {}
    for route in sorted(routes, key=lambda route: len(route.words.split())):
        found.setdefault(route.words.split()[0], route)
    found.pop(ROOT.removeprefix("/"), None)
    return {word: found[word] for word in sorted(found)}


def _shortcuts(features: Sequence[Feature]) -> Iterator[dict[str, str]]:
    for feature in features:
        for shortcut in feature.shortcuts:
            yield {
                "name": _ENGLISH.say(shortcut.title)[:24],
                "type": "message" if shortcut.on_message else "global",
                "callback_id": shortcut.name,
                "description": _ENGLISH.say(shortcut.route.help)[:150],
            }


def print_manifest(*, public_url: str = "") -> str:
    """The manifest of our features as YAML."""
    from handlers import FEATURES

    return "\n".join(_yaml(make_manifest(FEATURES, public_url=public_url))) + "\n"


def _yaml(thing: Any, indent: str = "") -> Iterator[str]:
    """Lines of YAML; strings as in JSON, which is a part of it."""
    if isinstance(thing, dict):
        for key, item in thing.items():
            if isinstance(item, dict | list):
                yield f"{indent}{key}:"
                yield from _yaml(item, indent + "  ")
            else:
                yield f"{indent}{key}: {json.dumps(item, ensure_ascii=False)}"
        return
    for item in thing:
        if isinstance(item, dict):
            first, *rest = _yaml(item, indent + "  ")
            yield f"{indent}- {first.strip()}"
            yield from rest
        else:
            yield f"{indent}- {json.dumps(item, ensure_ascii=False)}"
