"""Answers of Slack's Web API about messages."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any, TypeVar

from . import slack_payloads as payloads
from .slack_limits import MORE, check_blocks, check_message, check_view
from .slack_records import Channel, Message
from .slack_workspace import Workspace

Args = dict[str, Any]
Answer = dict[str, Any]
Answering = Callable[[Workspace, Args], Answer]
ANSWERS: dict[str, Answering] = {}
_F = TypeVar("_F", bound=Answering)


class Refused(Exception):
    """Slack's `ok: false`; with `problems` it is also a violation."""

    def __init__(self, error: str, problems: list[str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error, self.problems, self.more = error, problems or [], more


def answers(method: str) -> Callable[[_F], _F]:
    def register(function: _F) -> _F:
        ANSWERS[method] = function
        return function

    return register


def paged(slack: Workspace, args: Args, items: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    """One page of `items` by Slack's opaque cursors, and the response_metadata."""
    try:
        start = (
            int(base64.b64decode(args["cursor"]).decode().removeprefix("next:")) if args.get("cursor") else 0
        )
    except ValueError:
        raise Refused("invalid_cursor", ["cursor: not one of ours"]) from None
    end = start + min(int(args.get("limit") or slack.page_size), slack.page_size)
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return items[start:end], {"response_metadata": {"next_cursor": following}}


def channel_of(slack: Workspace, args: Args, *, writing: bool = False) -> Channel:
    """The channel that is meant; a user id means the bot's direct conversation with them."""
    id = args["channel"]
    if writing and id in slack.users:
        id = slack.dm_channel(id)
    channel = slack.channels.get(id)
    if channel is None or (channel.private and slack.bot_user_id not in channel.members):
        raise Refused("channel_not_found")
    if writing and channel.archived:
        raise Refused("is_archived")
    if writing and slack.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _sound(slack: Workspace, args: Args, *, longest: int | None = None) -> None:
    error, problems = check_message(args, longest=longest)
    if problems:
        raise Refused(error, problems, response_metadata={"messages": [f"[ERROR] {p}" for p in problems]})
    if not any(args.get(part) for part in ("text", "blocks", "attachments", "markdown_text")):
        raise Refused("no_text", ["text: nothing to say"])
    known_files(slack, args.get("blocks") or [])


def known_files(slack: Workspace, blocks: Any) -> None:
    for node in _images(blocks):
        named = set(node["slack_file"].values())
        known = [f for f in slack.files.values() if named & {f["id"], f["url_private"], f["permalink"]}]
        if not known or len(node["slack_file"]) != 1:
            raise Refused("invalid_blocks", ["image: slack_file is not a file of this workspace"])
        if known[0]["mimetype"] not in ("image/png", "image/jpeg", "image/gif"):
            raise Refused("invalid_blocks", ["image: invalid slack file, or Slack has not looked at it yet"])


def _images(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for item in node for found in _images(item)]
    if not isinstance(node, dict):
        return []
    own = [node] if isinstance(node.get("slack_file"), dict) else []
    return own + [found for value in node.values() for found in _images(value)]


def _parts(args: Args) -> Args:
    wanted = ("blocks", "thread_ts", "metadata", "attachments")
    text = args.get("text") or args.get("markdown_text") or ""
    return {"text": text, **{name: args[name] for name in wanted if args.get(name)}}


@answers("chat.postMessage")
def post_message(slack: Workspace, args: Args) -> Answer:
    _sound(slack, args)
    channel = channel_of(slack, args, writing=True)
    posted = slack.post(channel.id, slack.bot_user_id, **_parts(args))
    return {"channel": channel.id, "ts": posted.ts, "message": payloads.message(slack, posted, metadata=True)}


@answers("chat.postEphemeral")
def post_ephemeral(slack: Workspace, args: Args) -> Answer:
    _sound(slack, args)
    channel = channel_of(slack, args, writing=True)
    if args["user"] not in channel.members:
        raise Refused("user_not_in_channel")
    posted = slack.post(channel.id, slack.bot_user_id, ephemeral_to=args["user"], **_parts(args))
    return {"message_ts": posted.ts}


def _own(slack: Workspace, args: Args, refusal: str) -> Message:
    found = slack.find(channel_of(slack, args, writing=True).id, args["ts"])
    if found is None or found.deleted or found.ephemeral_to:
        raise Refused("message_not_found")
    if not found.by_bot:
        raise Refused(refusal, ["ts: a person's message"])
    return found


def change(slack: Workspace, message: Message, args: Args) -> None:
    """Text without blocks removes the blocks; neither given stays."""
    if args.get("text") is not None or args.get("markdown_text") is not None:
        message.text = args.get("text") or args.get("markdown_text") or ""
        message.blocks = []
    if args.get("blocks") is not None:
        message.blocks = slack.with_ids(args["blocks"])
    if args.get("attachments") is not None:
        message.attachments = args["attachments"]
    if args.get("metadata") is not None:
        message.metadata = args["metadata"]
    message.edited, message.typed = True, {}


@answers("chat.update")
def update_message(slack: Workspace, args: Args) -> Answer:
    _sound(slack, args, longest=MORE["update_text"])
    message = _own(slack, args, "cant_update_message")
    change(slack, message, args)
    shape = payloads.message(slack, message)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shape}


@answers("chat.delete")
def delete_message(slack: Workspace, args: Args) -> Answer:
    message = _own(slack, args, "cant_delete_message")
    message.deleted = True
    return {"channel": message.channel, "ts": message.ts}


@answers("chat.getPermalink")
def permalink(slack: Workspace, args: Args) -> Answer:
    channel = channel_of(slack, args)
    if slack.find(channel.id, args["message_ts"]) is None:
        raise Refused("message_not_found")
    path = f"archives/{channel.id}/p{args['message_ts'].replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://{slack.team_domain}.slack.com/{path}"}


@answers("conversations.history")
def history(slack: Workspace, args: Args) -> Answer:
    channel = channel_of(slack, args)
    if slack.bot_user_id not in channel.members:
        raise Refused("not_in_channel")
    oldest, latest = args.get("oldest") or "0", args.get("latest") or "9" * 10
    inclusive = args.get("inclusive") or False
    within = [
        m
        for m in reversed(slack.messages(channel.id))
        if (float(oldest) < float(m.ts) < float(latest) or (inclusive and m.ts in (oldest, latest)))
        and m.thread_ts in (None, m.ts)
    ]
    page, more = paged(slack, {"limit": 100, **args}, within)
    shapes = [payloads.message(slack, m, metadata=bool(args.get("include_all_metadata"))) for m in page]
    return {"messages": shapes, "has_more": bool(more["response_metadata"]["next_cursor"]), **more}


@answers("reactions.get")
def reactions(slack: Workspace, args: Args) -> Answer:
    if not (args.get("channel") and args.get("timestamp")):
        raise Refused("no_item_specified", ["channel, timestamp: missing"])
    message = slack.find(channel_of(slack, args).id, args["timestamp"])
    if message is None:
        raise Refused("message_not_found")
    return {"type": "message", "channel": message.channel, "message": payloads.message(slack, message)}


@answers("blocks.validate")
def validate(slack: Workspace, args: Args) -> Answer:
    """An invalid answer is what the caller asked for, so no violation."""
    given = [name for name in ("blocks", "message", "view") if args.get(name) is not None]
    if len(given) != 1:
        raise Refused("invalid_arguments", ["exactly one of blocks, message, view"])
    if given == ["blocks"]:
        problems = check_blocks(args["blocks"], "message")
    else:
        problems = (check_message(args["message"]) if given == ["message"] else check_view(args["view"]))[1]
    if problems:
        raise Refused(f"invalid_{given[0]}", errors=[{"message": problem} for problem in problems])
    return {}


def sound_response(slack: Workspace, args: Args) -> None:
    """A response_url's body, or a slash command's acknowledgement."""
    unknown = [f"{name}: unknown field" for name in args if name not in MORE["response_url"]["keys"]]
    if args.get("response_type") not in (None, "ephemeral", "in_channel"):
        unknown.append("response_type: neither ephemeral nor in_channel")
    if unknown:
        raise Refused("invalid_payload", unknown)
    if not args.get("delete_original"):
        _sound(slack, args)
