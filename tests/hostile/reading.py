"""What is read before anything is decided: payloads, commands, answers, dates. It understands, or it refuses."""

from __future__ import annotations

import asyncio
from typing import Any

from telegram import Update

from bot.slack import listen as slack
from bot.slack.client import Me
from bot.slack.heard import Heard
from bot.slack.hearing import _SHAPELESS
from bot.telegram import listen as telegram
from bot.telegram.listen import Me as TelegramMe
from handlers.kit import asking, grammar
from handlers.kit.answers import answer
from handlers.kit.features import Route
from handlers.kit.forms import Sheet
from handlers.kit.problems import Problem
from handlers.kit.requests import Incoming, Request, Where, sound
from handlers.kit.typed import clean, marked
from storage.store import Store
from tests.company import Chat
from tests.hostile.bending import Dice
from tests.hostile.slack import Bodies
from tests.hostile.sweep import Tally
from tests.hostile.telegram import Updates


async def reading_slack(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Slack's payloads as they are heard: refused here, or sound in every part that is used later."""
    me, bodies = Me("T1", "U0000UPBEAT", "B1", "https://upbeat.slack.com/"), Bodies(chat)
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=bodies.ids, rate=0.12)
        try:
            heard = slack.listen(bodies.made(dice, number), me, chat.now)
        except _SHAPELESS:
            tally.outcomes["refused"] += 1
            continue
        tally.outcomes[type(heard).__name__.lower()] += 1
        if isinstance(heard, Heard):
            _is_sound(heard.incoming)
            assert all(isinstance(one, str) for one in heard.mentions)


async def reading_telegram(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Telegram's updates as they are heard: skipped here, or sound in every part that is used later."""
    me, updates = TelegramMe(4242, "upbeat_bot"), Updates(chat)
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=updates.ids)
        try:
            heard = telegram.listen(Update.de_json(updates.made(dice, number), None), me, chat.now)
        except Exception:
            tally.outcomes["skipped"] += 1
            continue
        tally.outcomes["heard" if heard else "nothing"] += 1
        for item in heard:
            if isinstance(item, telegram.Heard):
                _is_sound(item.incoming)
    assert tally.outcomes["heard"] > cases / 3


def _is_sound(incoming: Incoming) -> None:
    """After the first step of the one path, no id in it is half a character or has a zero byte. Words come later."""
    made = sound(incoming)
    for text in (
        made.delivery,
        made.sender.external_id,
        made.sender.username,
        made.where.id,
        made.where.name,
    ):
        text.encode()
        assert "\x00" not in text


async def reading_words(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """What is typed, by the grammar of every command: an answer to each question, or a sentence about what is wrong."""

    def work(store: Store, start: int, end: int) -> None:
        person = store.directory.people[chat.ids["ada"]]
        request = Request(person, Where(), store.now, store, platform="web")
        for number in range(start, end):
            dice = Dice(seed * 1_000_000 + number)
            tally.outcomes[_read(chat, request, dice)] += 1

    for start in range(0, cases, 500):
        await chat.database.read(lambda store, start=start: work(store, start, min(start + 500, cases)))  # type: ignore[misc]
        await asyncio.sleep(0)


def _read(chat: Chat, request: Request, dice: Dice) -> str:
    words = marked(clean(dice.words()))
    called = chat.core.vocabulary.find(words) if words else None
    if called is None:
        return "unknown"
    try:
        questions = asking.heard_by(called.route, request, {})
        grammar.read(called.rest, request, questions)
        _answer(called.route, request, dice)
    except Problem as problem:
        return "refused" if problem.words else "refused without a word"
    return "read"


def _answer(route: Route, request: Request, dice: Dice) -> Any:
    typed = [question for question in route.questions if not isinstance(question, Sheet)]
    question = dice.one(typed) if typed else None
    return answer(question, dice.words()[:3000], request) if question else None


__all__ = ["reading_slack", "reading_telegram", "reading_words"]
