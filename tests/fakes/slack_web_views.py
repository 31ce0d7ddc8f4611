"""Answers of Slack's Web API about modals and home screens."""

from __future__ import annotations

from typing import Any

from . import slack_payloads as payloads
from .slack_limits import LIMITS, check_view, elements
from .slack_records import View
from .slack_web_api import Answer, Args, Refused, answers, known_files
from .slack_workspace import Workspace


def _drawn(slack: Workspace, view: View) -> Answer:
    return {"view": payloads.view(slack, view)}


def sound_view(slack: Workspace, args: Args, *surfaces: str, but: View | None = None) -> Args:
    view = args["view"]
    error, problems = check_view(view, surfaces)
    if problems:
        raise Refused(error, problems, response_metadata={"messages": [f"[ERROR] {p}" for p in problems]})
    known_files(slack, view["blocks"])
    name = view.get("external_id")
    if name and any(
        shown.content.get("external_id") == name for shown in slack.open_views() if shown is not but
    ):
        raise Refused("duplicate_external_id", [f"view.external_id: {name!r} is taken"])
    return view


def _pull(slack: Workspace, args: Args) -> tuple[str, View | None]:
    """Use the trigger up: whose it is, and the view in which it arose."""
    trigger = slack.triggers.get(args.get("trigger_id") or "")
    if trigger is None:
        raise Refused("invalid_trigger_id", ["trigger_id: never issued"])
    if trigger.used:
        raise Refused("exchanged_trigger_id", ["trigger_id: used twice"])
    if slack.clock() > trigger.expires:
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger.user, trigger.view


@answers("views.open")
def open_view(slack: Workspace, args: Args) -> Answer:
    content = sound_view(slack, args, "modal")
    user, _ = _pull(slack, args)
    view = slack.new_view(user, content)
    slack.stacks[user] = [view]
    return _drawn(slack, view)


@answers("views.push")
def push_view(slack: Workspace, args: Args) -> Answer:
    content = sound_view(slack, args, "modal")
    user, below = _pull(slack, args)
    if below is None or below not in slack.modal(user):
        raise Refused("not_found", ["trigger_id: did not arise in an open modal"])
    return _drawn(slack, push(slack, user, content))


def push(slack: Workspace, user: str, content: Args) -> View:
    stack = slack.modal(user)
    if len(stack) >= LIMITS["modal"]["stack"]:
        raise Refused("push_limit_reached", [f"the stack has {len(stack)} views"])
    stack.append(slack.new_view(user, content, stack[-1]))
    return stack[-1]


@answers("views.update")
def update_view(slack: Workspace, args: Args) -> Answer:
    if bool(args.get("view_id")) == bool(args.get("external_id")):
        raise Refused("invalid_arguments", ["exactly one of view_id, external_id"])
    wanted = ("id", args["view_id"]) if args.get("view_id") else ("external_id", args["external_id"])
    for view in slack.open_views():
        if wanted[1] == (view.id if wanted[0] == "id" else view.content.get("external_id")):
            _same_hash(args, view)
            slack.redraw(view, sound_view(slack, args, view.content["type"], but=view))
            return _drawn(slack, view)
    sound_view(slack, args, "modal", "home")
    raise Refused("not_found")


def _same_hash(args: Args, view: View | None) -> None:
    if args.get("hash") and (view is None or view.hash != args["hash"]):
        raise Refused("hash_conflict")


@answers("views.publish")
def publish_view(slack: Workspace, args: Args) -> Answer:
    user = args["user_id"]
    if user not in slack.users:
        raise Refused("invalid_arguments", ["user_id: nobody"])
    shown = slack.homes.get(user)
    content = sound_view(slack, args, "home", but=shown)
    _same_hash(args, shown)
    if shown is None:
        shown = slack.homes[user] = slack.new_view(user, content)
    else:
        slack.redraw(shown, content)
    return _drawn(slack, shown)


def has_inputs(blocks: list[dict[str, Any]], block_id: str) -> bool:
    return any(b["block_id"] == block_id and b["type"] == "input" and any(elements(b)) for b in blocks)
