"""The shapes of what Slack sends: events, slash commands, interactions. After java-slack-sdk's samples."""

from __future__ import annotations

import secrets
from typing import Any

from .slack_records import Message, View
from .slack_workspace import Workspace

TOKEN = "verification-token"


def _team(slack: Workspace) -> dict[str, Any]:
    return {"id": slack.team_id, "domain": slack.team_domain}


def _user(slack: Workspace, user: str) -> dict[str, Any]:
    known = slack.users[user]
    return {"id": user, "username": known["name"], "name": known["name"], "team_id": known["team_id"]}


def common(slack: Workspace, kind: str, user: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": _user(slack, user),
        "api_app_id": slack.app_id,
        "token": TOKEN,
        "team": _team(slack),
        "enterprise": None,
        "is_enterprise_install": False,
    }


def shortcut(slack: Workspace, kind: str, user: str) -> dict[str, Any]:
    """Shortcuts alone carry no api_app_id."""
    shape = common(slack, kind, user)
    del shape["api_app_id"]
    return shape


def channel(slack: Workspace, id: str) -> dict[str, Any]:
    return {"id": id, "name": slack.channels[id].name}


def message(slack: Workspace, said: Message, *, metadata: bool = False) -> dict[str, Any]:
    """A message as it stands in events, interactions and conversations.history."""
    shape: dict[str, Any] = {
        "type": "message",
        "user": said.user,
        "ts": said.ts,
        "text": said.text,
        "team": slack.users[said.user]["team_id"],
    }
    if said.by_bot:
        shape |= {"bot_id": slack.bot_id, "app_id": slack.app_id}
        shape["bot_profile"] = {
            "id": slack.bot_id,
            "app_id": slack.app_id,
            "name": slack.users[slack.bot_user_id]["name"],
            "deleted": False,
            "updated": int(slack.clock()),
            "icons": {},
            "team_id": slack.team_id,
        }
    else:
        shape["client_msg_id"] = f"00000000-0000-4000-8000-{said.ts.replace('.', '')[-12:]}"
    if said.blocks:
        shape["blocks"] = said.blocks
    if said.attachments:
        shape["attachments"] = said.attachments
    if said.files:
        shape |= {"files": said.files, "upload": False}
        if not said.by_bot:
            shape["subtype"] = "file_share"
    if said.thread_ts:
        shape["thread_ts"] = said.thread_ts
    if said.edited:
        shape["edited"] = {"user": said.user, "ts": said.ts}
    if said.reactions:
        reactions = said.reactions.items()
        shape["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in reactions
        ]
    if metadata and said.metadata:
        shape["metadata"] = said.metadata
    return shape


def view(slack: Workspace, shown: View) -> dict[str, Any]:
    """A view as Web API answers and interactions carry it, with `state.values`."""
    content = shown.content
    return {
        "id": shown.id,
        "team_id": slack.team_id,
        "type": content["type"],
        "blocks": shown.blocks,
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "state": {"values": shown.values},
        "hash": shown.hash,
        "title": content.get("title"),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "previous_view_id": shown.previous,
        "root_view_id": shown.root,
        "app_id": slack.app_id,
        "external_id": content.get("external_id", ""),
        "app_installed_team_id": slack.team_id,
        "bot_id": slack.bot_id,
    }


def _shared(slack: Workspace, id: Any) -> bool:
    members = slack.channels[id].members if isinstance(id, str) and id in slack.channels else []
    return any(slack.users[member]["team_id"] != slack.team_id for member in members if member in slack.users)


def event(slack: Workspace, inner: dict[str, Any]) -> dict[str, Any]:
    """The outer event_callback."""
    return {
        "token": TOKEN,
        "team_id": slack.team_id,
        "context_team_id": slack.team_id,
        "context_enterprise_id": None,
        "api_app_id": slack.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(slack.clock()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": slack.team_id,
                "user_id": slack.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": _shared(slack, inner.get("channel")),
        "event_context": f"4-{secrets.token_hex(12)}",
    }


def channel_type(slack: Workspace, id: str) -> str:
    known = slack.channels[id]
    return "im" if known.im_with else "group" if known.private else "channel"


def message_event(slack: Workspace, said: Message) -> dict[str, Any]:
    team = slack.users[said.user]["team_id"]
    return {
        **message(slack, said),
        "channel": said.channel,
        "event_ts": said.ts,
        "channel_type": channel_type(slack, said.channel),
        **({"user_team": team, "source_team": team} if team != slack.team_id else {}),
    }


def changed_event(slack: Workspace, now: Message, before: dict[str, Any]) -> dict[str, Any]:
    ts = slack.next_ts()
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": now.channel,
        "hidden": True,
        "message": message(slack, now) | {"edited": {"user": now.user, "ts": ts}},
        "previous_message": before,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel_type(slack, now.channel),
    }


def reaction_event(slack: Workspace, kind: str, user: str, on: Message, name: str) -> dict[str, Any]:
    return {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": on.channel, "ts": on.ts},
        "item_user": on.user,
        "event_ts": slack.next_ts(),
    }


def slash_command(
    slack: Workspace, user: str, command: str, text: str, place: str, response_url: str
) -> dict[str, str]:
    known = slack.users[user]
    return {
        "token": TOKEN,
        "team_id": slack.team_id,
        "team_domain": slack.team_domain,
        "channel_id": place,
        "channel_name": "privategroup" if slack.channels[place].private else slack.channels[place].name,
        "user_id": user,
        "user_name": known["name"],
        "command": command,
        "text": text,
        "api_app_id": slack.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": slack.new_trigger(user),
    }
