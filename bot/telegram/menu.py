"""What Telegram shows before anybody writes: the menu of commands and the bot's description, in every language."""

from __future__ import annotations

import asyncio
import logging
import re

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.error import TelegramError

from bot.telegram.client import Client
from bot.telegram.pages import cut
from bot.words import Voice
from handlers.kit.dispatch import Core
from handlers.kit.features import Route
from handlers.kit.text import Phrase

log = logging.getLogger("upbeat.telegram")

LANGUAGES = {"": "en", "zh": "zh"}
"""Telegram's language codes (empty: everybody else) and ours."""
MOST_COMMANDS, DESCRIPTION = 100, 256
ALWAYS = ("help", "settings")

ABOUT = Phrase(
    "Upbeat is where you check in, thank colleagues, give feedback and prepare one-on-ones. It talks with the people on"
    " your company's list: ask HR for an invitation, and open it here."
)
SHORT = Phrase("Check-ins, kudos, feedback and one-on-ones, where you already talk.")


async def show_menu(client: Client, core: Core) -> None:
    """Tell Telegram. A menu that Telegram does not take keeps nobody from writing, so it is only logged."""
    for language_code, language in LANGUAGES.items():
        try:
            await _show(client, core, language_code, Voice(language))
        except TelegramError as error:
            log.warning("menu not shown", extra={"error": type(error).__name__})


async def _show(client: Client, core: Core, language_code: str, voice: Voice) -> None:
    everywhere = _commands(core, voice, shared=False)
    scopes: dict[BotCommandScope, list[BotCommand]] = {
        BotCommandScopeAllPrivateChats(): everywhere,
        BotCommandScopeAllGroupChats(): _commands(core, voice, shared=True),
        BotCommandScopeDefault(): everywhere,
    }
    code = language_code or None
    await asyncio.gather(
        *(client.set_my_commands(commands, scope, code) for scope, commands in scopes.items()),
        client.set_my_description(voice.say(ABOUT), code),
        client.set_my_short_description(voice.say(SHORT), code),
    )


def _commands(core: Core, voice: Voice, *, shared: bool) -> list[BotCommand]:
    made = [
        BotCommand(route.words, cut(voice.say(route.help), DESCRIPTION)[0].strip())
        for route in core.routes.values()
        if _is_shown(route) and (route.in_groups or not shared)
    ]
    return made[:MOST_COMMANDS]


def _is_shown(route: Route) -> bool:
    named = re.fullmatch(r"[a-z0-9_]{1,32}", route.words) is not None
    return named and not route.hidden and (route.short or route.words in ALWAYS)
