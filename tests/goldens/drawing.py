"""A scene becomes a golden file: what Slack, Telegram and the local chat get, with names in place of chance."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.pictures.specification import specification
from bot.slack.company import Company
from bot.slack.draw import Drawing as SlackDrawing
from bot.slack.forms import Modal
from bot.telegram import draw as telegram
from bot.telegram.interview import draw_question
from bot.telegram.pages import Page
from bot.web.draw import Drawing as WebDrawing
from handlers.kit import asking
from handlers.kit.requests import Answer, Asked, Request, Where
from storage.store import Store
from tests.company import PEOPLE, Chat, company
from tests.goldens.story import Scene, told

LANGUAGES = ("en", "zh")
ZONE = "Europe/Berlin"


class Reader:
    """A page's owner, as far as a card needs one."""

    me = None

    @staticmethod
    def address(person: Any) -> str:
        return "ben"


async def every_golden(folder: Path) -> AsyncIterator[tuple[str, str]]:
    """The name and the content of each file. Telegram asks forms one question at a time: it is told the week anew."""
    for language in LANGUAGES:
        here = {name: text async for name, text in _drawn(folder, language, interviews=False)}
        asked = {name: text async for name, text in _drawn(folder, language, interviews=True)}
        for name, text in here.items():
            yield f"{name}.{language}.md", f"# {name} ({language})\n\n{text}\n{asked[name]}"


async def _drawn(folder: Path, language: str, *, interviews: bool) -> AsyncIterator[tuple[str, str]]:
    async with _speaking(folder, language, interviews=interviews) as chat:
        async for scene in told(chat, language):
            if interviews:
                parts = list(_on_telegram(scene, chat))
            else:
                parts = [*_on_slack(scene, chat), *_on_the_web(scene, chat), *_pictures(scene)]
            yield scene.name, _steady("\n".join(parts), scene, chat)


@asynccontextmanager
async def _speaking(folder: Path, language: str, *, interviews: bool) -> AsyncIterator[Chat]:
    people = {who: (name, lead, ZONE, language, *more) for who, (name, lead, _, _, *more) in PEOPLE.items()}
    async with company(f"sqlite+aiosqlite:///{folder}/{language}-{interviews}.db", people) as chat:
        chat.interviews = interviews
        yield chat


# Three platforms -----------------------------------------------------------------------------------------------------


def _on_slack(scene: Scene, chat: Chat) -> Iterator[str]:
    answer, drawing = scene.heard.answer, SlackDrawing(scene.heard.voice.language, ZONE, chat.now)
    if answer.form:
        colleagues = chat.change(lambda store: Company(store.directory.active(), store.directory))
        yield _fenced("Slack: a modal", "json", _json(Modal(drawing, "Upbeat", colleagues).form(answer.form)))
    elif answer.card and scene.home:
        for blocks in drawing.views(answer.card):
            yield _fenced("Slack: the home screen", "json", _json(blocks))
    elif answer.card:
        for page in drawing.messages(answer.card):
            yield _fenced("Slack: a message", "json", _json({"text": page.text, "blocks": page.blocks}))


def _on_telegram(scene: Scene, chat: Chat) -> Iterator[str]:
    answer, drawing = scene.heard.answer, telegram.Drawing(scene.heard.voice.language, ZONE, chat.now)
    if answer.card:
        for drawn in telegram.draw(answer.card, drawing.language, ZONE, chat.now):
            yield from _message(drawn)
    directory = chat.change(lambda store: store.directory)
    for asked in _questions(answer, chat):
        for page in draw_question(answer, asked, drawing, directory.named):
            yield from _message(page)


def _questions(answer: Answer, chat: Chat) -> list[Asked]:
    """What is asked; of a form that nobody was asked yet, each of its questions."""
    if answer.asked:
        return [answer.asked]
    return chat.change(lambda store: _in_turn(answer, chat, store)) if answer.form else []


def _in_turn(answer: Answer, chat: Chat, store: Store) -> list[Asked]:
    assert answer.form
    me = store.directory.people[chat.ids["ben"]]
    request = Request(actor=me, where=Where(), now=chat.now, store=store, platform="telegram")
    asked = [asking.ask(request, answer.form, n) for n in range(len(answer.form.questions))]
    return [replace(one, choices=_keyed(one.choices), controls=_keyed(one.controls)) for one in asked]


def _keyed(buttons: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(replace(button, does=None, handle=f"asked{n}") for n, button in enumerate(buttons, 1))


def _message(drawn: telegram.Drawn) -> Iterator[str]:
    if isinstance(drawn, telegram.Photo):
        yield _fenced("Telegram: a picture", "text", drawn.html)
        return
    if not isinstance(drawn, Page):
        yield _fenced("Telegram: a file", "text", f"{drawn.name}\n{drawn.caption}")
        return
    yield _fenced("Telegram: a message", "html", drawn.html)
    if drawn.keyboard:
        rows = (
            json.dumps([key.to_dict() for key in row], ensure_ascii=False)
            for row in drawn.keyboard.inline_keyboard
        )
        yield _fenced("Telegram: its keyboard, row by row", "json", "\n".join(rows))


def _on_the_web(scene: Scene, chat: Chat) -> Iterator[str]:
    answer, drawing = scene.heard.answer, WebDrawing(scene.heard.voice.language, ZONE, chat.now)
    if answer.form:
        people = chat.change(lambda store: dict(store.directory.people))
        html = drawing.form(answer.form, people=people, errors=dict(answer.errors), base="/as/ben")
        yield _fenced("Local chat: a form", "html", html)
    if answer.card:
        yield _fenced("Local chat: a card", "html", drawing.page("answer.html", card=answer.card, p=Reader()))


def _pictures(scene: Scene) -> Iterator[str]:
    """What the pictures are drawn from: pixels would differ with each edition of the library."""
    card = scene.heard.answer.card
    for picture in card.pictures() if card else ():
        yield _fenced(
            "A picture", "json", "\n".join(_in_layers(specification(picture, scene.heard.voice).spec))
        )


def _in_layers(spec: dict[str, Any]) -> Iterator[str]:
    """A line for each layer and for whatever else there is."""
    for name, item in spec.items():
        if name != "layer":
            yield f"{name}: {json.dumps(item, ensure_ascii=False)}"
            continue
        for layer in item:
            yield f"layer: {json.dumps(layer, ensure_ascii=False)}"


# Files ---------------------------------------------------------------------------------------------------------------


def _fenced(title: str, kind: str, content: str) -> str:
    return f"## {title}\n\n```{kind}\n{content.rstrip()}\n```\n"


def _json(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, indent=1)


def _steady(text: str, scene: Scene, chat: Chat) -> str:
    """The text with what is different each time by a name: keys of buttons, drafts, people, codes."""
    answer = scene.heard.answer
    asked = (*answer.asked.choices, *answer.asked.controls) if answer.asked else ()
    shown = answer.card.buttons() if answer.card else ()
    names = {button.handle: f"KEY-{n}" for n, button in enumerate((*shown, *asked), 1)}
    names |= {person: f"ID-OF-{who.upper()}" for who, person in chat.ids.items()}
    names |= {answer.form.draft: "DRAFT"} if answer.form else {}
    names |= {scene.secret: "CODE"} if scene.secret else {}
    for chance, name in names.items():
        text = text.replace(chance, name)
    return text
