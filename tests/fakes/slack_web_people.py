"""Answers of Slack's Web API about people, channels, files and the app itself."""

from __future__ import annotations

from typing import Any

from .slack_records import Channel
from .slack_web_api import Answer, Args, Refused, answers, channel_of, paged
from .slack_workspace import Workspace


def user_shape(slack: Workspace, id: str, *, locale: bool = True, email: bool = True) -> dict[str, Any]:
    """A user object; the email only with `users:read.email`, the locale only when asked for."""
    user = dict(slack.users[id])
    user["profile"] = dict(user["profile"])
    if not email:
        user["profile"].pop("email", None)
    if not locale:
        user.pop("locale")
    return user


def _reads_email(slack: Any) -> bool:
    return slack.scopes is None or "users:read.email" in slack.scopes


def _user(slack: Workspace, id: str, args: Args) -> dict[str, Any]:
    return user_shape(slack, id, locale=bool(args.get("include_locale")), email=_reads_email(slack))


@answers("auth.test")
def auth_test(slack: Workspace, args: Args) -> Answer:
    return {
        "url": f"https://{slack.team_domain}.slack.com/",
        "team": slack.team_domain.title(),
        "user": slack.users[slack.bot_user_id]["name"],
        "team_id": slack.team_id,
        "user_id": slack.bot_user_id,
        "bot_id": slack.bot_id,
        "is_enterprise_install": False,
    }


@answers("users.info")
def user_info(slack: Workspace, args: Args) -> Answer:
    if args["user"] not in slack.users:
        raise Refused("user_not_found")
    return {"user": _user(slack, args["user"], args)}


@answers("users.list")
def user_list(slack: Workspace, args: Args) -> Answer:
    page, more = paged(slack, args, list(slack.users))
    return {"members": [_user(slack, id, args) for id in page], "cache_ts": int(slack.clock()), **more}


@answers("users.lookupByEmail")
def user_by_email(slack: Workspace, args: Args) -> Answer:
    for id, user in slack.users.items():
        own = user["profile"].get("email", "").casefold() == args["email"].casefold()
        if own and not user["deleted"] and user["team_id"] == slack.team_id:
            return {"user": user_shape(slack, id, locale=False)}
    raise Refused("users_not_found")


def channel_shape(slack: Workspace, channel: Channel) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": channel.id,
        "created": 0,
        "is_archived": channel.archived,
        "is_im": channel.im_with is not None,
        "is_org_shared": False,
        "context_team_id": slack.team_id,
        "updated": 0,
    }
    if channel.im_with:
        return shape | {"user": channel.im_with, "is_user_deleted": slack.users[channel.im_with]["deleted"]}
    strangers = {slack.users[m]["team_id"] for m in channel.members if m in slack.users} - {slack.team_id}
    return shape | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_mpim": False,
        "is_private": channel.private,
        "is_general": channel.name == "general",
        "is_shared": bool(strangers),
        "is_ext_shared": bool(strangers),
        "is_member": slack.bot_user_id in channel.members,
        "creator": "USLACKBOT",
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
        "num_members": len(channel.members),
    }


@answers("conversations.open")
def open_conversation(slack: Workspace, args: Args) -> Answer:
    if args.get("channel"):
        channel = channel_of(slack, args)
    else:
        users = [user for user in (args.get("users") or "").split(",") if user]
        if not users:
            raise Refused("users_list_not_supplied", ["users: missing"])
        if len(users) > 1:
            raise Refused("too_many_users", ["users: this fake opens direct conversations with one person"])
        if users[0] not in slack.users:
            raise Refused("user_not_found")
        if slack.users[users[0]]["deleted"]:
            raise Refused("user_disabled")
        channel = slack.channels[slack.dm_channel(users[0])]
    return {"channel": channel_shape(slack, channel) if args.get("return_im") else {"id": channel.id}}


@answers("conversations.info")
def conversation_info(slack: Workspace, args: Args) -> Answer:
    shape = channel_shape(slack, channel_of(slack, args))
    if not args.get("include_num_members"):
        shape.pop("num_members", None)
    return {"channel": shape}


@answers("conversations.list")
def conversation_list(slack: Workspace, args: Args) -> Answer:
    kinds = (args.get("types") or "public_channel").replace(" ", "").split(",")
    wanted = [
        channel
        for channel in slack.channels.values()
        if _type(channel) in kinds
        and not (args.get("exclude_archived") and channel.archived)
        and (slack.bot_user_id in channel.members or not channel.private)
    ]
    page, more = paged(slack, args, wanted)
    return {"channels": [channel_shape(slack, channel) for channel in page], **more}


def _type(channel: Channel) -> str:
    return "im" if channel.im_with else "private_channel" if channel.private else "public_channel"


@answers("conversations.members")
def conversation_members(slack: Workspace, args: Args) -> Answer:
    page, more = paged(slack, args, channel_of(slack, args).members)
    return {"members": page, **more}


@answers("conversations.join")
def join(slack: Workspace, args: Args) -> Answer:
    channel = channel_of(slack, args)
    if channel.archived:
        raise Refused("is_archived")
    if channel.im_with or channel.private:
        raise Refused("method_not_supported_for_channel_type", ["channel: not a public channel"])
    if slack.bot_user_id not in channel.members:
        channel.members.append(slack.bot_user_id)
    return {"channel": channel_shape(slack, channel)}


@answers("team.info")
def team_info(slack: Workspace, args: Args) -> Answer:
    team = {"id": slack.team_id, "name": slack.team_domain.title(), "domain": slack.team_domain}
    return {"team": team | {"email_domain": "", "icon": {"image_default": True}}}


@answers("bots.info")
def bot_info(slack: Workspace, args: Args) -> Answer:
    if args.get("bot") not in (None, slack.bot_id):
        raise Refused("bot_not_found")
    bot = {"id": slack.bot_id, "deleted": False, "name": "upbeat", "updated": 0, "icons": {}}
    return {"bot": bot | {"app_id": slack.app_id, "user_id": slack.bot_user_id}}


# --- files ---


@answers("files.getUploadURLExternal")
def upload_url(slack: Any, args: Args) -> Answer:
    file = slack.add_file(slack.bot_user_id, args["filename"], b"", slack.root_url)
    file |= {"size": int(args["length"]), "alt_txt": args.get("alt_txt", ""), "mode": "uploading"}
    slack.unlooked[file["id"]], file["mimetype"] = file["mimetype"], ""
    return {"upload_url": f"{slack.root_url}upload/v1/{file['id']}", "file_id": file["id"]}


@answers("files.completeUploadExternal")
def complete_upload(slack: Workspace, args: Args) -> Answer:
    files = []
    for named in args["files"]:
        file = slack.files.get(named["id"])
        if file is None or file["mode"] == "uploading":
            raise Refused("file_not_found", [f"files: {named['id']} was not uploaded"])
        file["title"] = named.get("title") or file["title"]
        files.append(file)
    if args.get("channel_id") and args.get("channels"):
        raise Refused("invalid_arguments", ["channel_id and channels are both given"])
    for id in [args["channel_id"]] if args.get("channel_id") else (args.get("channels") or "").split(","):
        if id:
            channel = channel_of(slack, {"channel": id}, writing=True)
            parts = {"text": args.get("initial_comment") or "", "thread_ts": args.get("thread_ts")}
            slack.post(channel.id, slack.bot_user_id, files=files, **parts)
            for file in files:
                file["ims" if channel.im_with else "groups" if channel.private else "channels"].append(
                    channel.id
                )
    return {"files": files}


@answers("files.info")
def file_info(slack: Workspace, args: Args) -> Answer:
    if args["file"] not in slack.files:
        raise Refused("file_not_found")
    # Slack finds out only some time after the upload what a file is.
    file = slack.files[args["file"]]
    shown = dict(file)
    if file["mode"] != "uploading" and file["id"] in slack.unlooked:
        file["mimetype"] = slack.unlooked.pop(file["id"])
    return {"file": shown, "comments": [], "response_metadata": {"next_cursor": ""}}
