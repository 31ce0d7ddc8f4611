"""The limits of the Bot API that its types do not tell: lengths, alphabets (core.telegram.org/bots/api)."""

import json
import re
from collections.abc import Iterator
from typing import Any

from .telegram_html import Parsed, Unparsable, is_link, parse_html, plain, utf16
from .telegram_spec import Refused, Upload, bad, spec

MOST_BUTTONS, ROW, MARKUP_BYTES = 100, 8, 10_000  # the last: github.com/tginfo/Telegram-Limits/issues/187
PHOTO_BYTES, DOCUMENT_BYTES, DOWNLOAD_BYTES = 10_000_000, 50_000_000, 20_000_000
DESCRIPTIONS = {
    "setMyDescription": ("description", 512),
    "setMyShortDescription": ("short_description", 120),
    "setMyName": ("name", 64),
}

Arguments = dict[str, Any]


def check(method: str, args: Arguments) -> list[str]:
    """Raises `Refused` for what Telegram refuses; returns what it only advises against."""
    if method in DESCRIPTIONS:
        name, most = DESCRIPTIONS[method]
        _at_most(method, name, args.get(name, ""), most)
    checks = {
        "setMyCommands": _commands,
        "setWebhook": _webhook,
        "getUpdates": _updates,
        "sendChatAction": _action,
        "setMessageReaction": _reaction,
        "answerCallbackQuery": _answer,
    }
    if method in checks:
        checks[method](args)
    _language(method, args)
    return list(_markup(method, args)) if args.get("reply_markup") else []


def read_text(method: str, args: Arguments, name: str, most: int) -> Parsed:
    """The text of a message or caption, its markup parsed, trimmed, and within its length in UTF-16 units."""
    source, mode = args.get(name, ""), args.get("parse_mode", "")
    if mode.lower() not in ("", "html"):
        raise bad("unsupported parse_mode", broken=f"{method}: parse_mode {mode} (this bot writes HTML)")
    try:
        parsed = parse_html(source) if mode else plain(source)
    except Unparsable as wrong:
        raise bad(f"can't parse entities: {wrong}", broken=f"{method}: {wrong} in {source!r}") from wrong
    if not mode:
        parsed.entities += args.get("entities") or args.get("caption_entities") or []
    if utf16(parsed.text) > most:
        description = "message is too long" if name == "text" else "message caption is too long"
        raise bad(
            description, broken=f"{method}: {name} has {utf16(parsed.text)} UTF-16 units, at most {most}"
        )
    if name == "text" and not parsed.text:
        raise bad("message text is empty", broken=f"{method}: the text is empty")
    return parsed


def _at_most(method: str, name: str, text: str, most: int) -> None:
    if utf16(text) > most:
        raise bad(f"{name} is too long", broken=f"{method}: {name} has {utf16(text)}, at most {most}")


def _commands(args: Arguments) -> None:
    if len(args["commands"]) > 100:
        raise bad(
            "BOT_COMMANDS_TOO_MUCH", broken=f"setMyCommands: {len(args['commands'])} commands, at most 100"
        )
    for command in args["commands"]:
        if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
            raise bad("BOT_COMMAND_INVALID", broken=f"setMyCommands: the name {command['command']!r}")
        size = utf16(command["description"])
        if not 1 <= size <= 256:
            raise bad(
                "BOT_COMMAND_DESCRIPTION_INVALID",
                broken=f"setMyCommands: description of {command['command']}: {size}, 1 to 256",
            )


def _language(method: str, args: Arguments) -> None:
    if not re.fullmatch("([a-z]{2})?", args.get("language_code", "")):
        raise bad(
            "invalid language code specified", broken=f"{method}: language_code {args['language_code']!r}"
        )


def _webhook(args: Arguments) -> None:
    local = re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])[:/]", args["url"])
    if args["url"] and not local and not args["url"].startswith("https://"):
        raise bad(
            "bad webhook: An HTTPS URL must be provided for webhook", broken="setWebhook: url without HTTPS"
        )
    if not re.fullmatch("[A-Za-z0-9_-]{0,256}", args.get("secret_token", "")):
        raise bad("secret token contains unallowed characters", broken="setWebhook: secret_token")
    _known_updates("setWebhook", args)


def _updates(args: Arguments) -> None:
    if not 1 <= args.get("limit", 100) <= 100:
        raise bad("limit is wrong", broken="getUpdates: limit is 1 to 100")
    _known_updates("getUpdates", args)


def _known_updates(method: str, args: Arguments) -> None:
    unknown = set(args.get("allowed_updates") or []) - set(spec()["update_types"])
    if unknown:
        raise bad("wrong allowed_updates", broken=f"{method}: unknown updates {', '.join(sorted(unknown))}")


def _action(args: Arguments) -> None:
    if args["action"] not in spec()["chat_actions"]:
        raise bad("wrong parameter action in request", broken=f"sendChatAction: {args['action']}")


def _reaction(args: Arguments) -> None:
    reactions = args.get("reaction") or []
    for reaction in reactions:
        known = [emoji.replace("\ufe0f", "") for emoji in spec()["reaction_emoji"]]
        if (
            reaction.get("emoji", "").replace("\ufe0f", "") not in known
        ):  # PTB makes it a custom emoji, unasked
            raise bad("REACTION_INVALID", broken=f"setMessageReaction: {reaction} is not a bot's reaction")
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY", broken="setMessageReaction: a bot sets one reaction")


def _answer(args: Arguments) -> None:
    if utf16(args.get("text", "")) > 200:
        raise bad("MESSAGE_TOO_LONG", broken="answerCallbackQuery: text has over 200")


def _markup(method: str, args: Arguments) -> Iterator[str]:
    markup = args["reply_markup"]
    placeholder = markup.get("input_field_placeholder", "x")
    if not 1 <= utf16(placeholder) <= 64:
        raise bad("wrong input_field_placeholder", broken=f"{method}: input_field_placeholder is 1 to 64")
    rows = markup.get("inline_keyboard") or []
    buttons = [button for row in rows for button in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad("REPLY_MARKUP_TOO_LONG", broken=f"{method}: {len(buttons)} buttons, at most {MOST_BUTTONS}")
    size = len(json.dumps(markup, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MARKUP_BYTES:
        raise bad("reply markup is too long", broken=f"{method}: a keyboard of {size} bytes")
    for button in buttons:
        _button(method, button, isinstance(args.get("chat_id"), int) and args["chat_id"] > 0)
    if any(len(row) > ROW for row in rows):
        yield f"{method}: a row has over {ROW} buttons; they will be cut"


def _button(method: str, button: Arguments, private: bool) -> None:
    kinds = set(button) - {"text", "style", "icon_custom_emoji_id"}
    if len(kinds) != 1:
        raise bad(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            broken=f"{method}: a button is of {len(kinds)} kinds: {button}",
        )
    if not button["text"].strip():
        raise bad(
            "can't parse inline keyboard button: Text is empty", broken=f"{method}: a button has no text"
        )
    size = len(button.get("callback_data", "x").encode())
    if not 1 <= size <= 64:
        raise bad("BUTTON_DATA_INVALID", broken=f"{method}: callback_data of {size} bytes, 1 to 64")
    url = button.get("url", "tg://x")
    if not is_link(url):
        description = f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL"
        raise bad(description, broken=f"{method}: {description}")
    if button.get("style", "primary") not in ("danger", "success", "primary"):
        raise bad("BUTTON_STYLE_INVALID", broken=f"{method}: button style {button['style']}")
    if "web_app" in button and not (private and button["web_app"]["url"].startswith("https://")):
        raise bad("BUTTON_TYPE_INVALID", broken=f"{method}: web_app is for private chats, over HTTPS")


def check_upload(method: str, upload: Upload) -> None:
    """The size of a file and, of a photo, whether it is one and what its sides are."""
    most = PHOTO_BYTES if method == "sendPhoto" else DOCUMENT_BYTES
    if len(upload.content) > most:
        raise Refused(
            413, "Request Entity Too Large", broken=f"{method}: {len(upload.content)} bytes, at most {most}"
        )
    if not upload.content:
        raise bad("file must be non-empty", broken=f"{method}: an empty file")
    if method == "sendPhoto":
        _check_photo(upload.content)


def _check_photo(content: bytes) -> None:
    if not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")):
        raise bad("IMAGE_PROCESS_FAILED", broken="sendPhoto: this is no picture")
    if content.startswith(b"\x89PNG"):
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        if width + height > 10_000 or max(width, height) > 20 * max(1, min(width, height)):
            raise bad("PHOTO_INVALID_DIMENSIONS", broken=f"sendPhoto: {width} x {height}")
