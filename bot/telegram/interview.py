"""A form is asked one question a message: what is asked, who will read it, what was said so far, and the buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.telegram.draw import Drawing
from bot.telegram.pages import Block, Page, Run, paged
from handlers.kit.asking import options_label
from handlers.kit.forms import Answerable, Choice, Colleague, Scale, Words
from handlers.kit.requests import Answer, Asked
from handlers.kit.text import Phrase, Text, Verbatim, names

SCALE_KEYS = 5


def draw_question(
    answer: Answer, asked: Asked, drawing: Drawing, name_of: Callable[[str], str]
) -> list[Page]:
    """The message that asks the form's next question; `name_of` is how a person's id reads."""
    return paged(_blocks(answer, asked, drawing, name_of))


def _blocks(answer: Answer, asked: Asked, drawing: Drawing, name_of: Callable[[str], str]) -> Iterator[Block]:
    form, question = asked.form, asked.form.questions[asked.position]
    for _, words in answer.errors:
        yield Block((Run("⚠️ " + drawing.say(words)),))
    progress = f"{asked.position + 1}/{len(form.questions)}"
    yield Block((Run(f"{progress} · {drawing.say(form.title)}", "i"),))
    if asked.position == 0 and form.intro:
        yield Block((Run(drawing.say(form.intro)),))
    yield Block((Run(drawing.say(question.label), "b"),))
    for text in _hints(question):
        yield Block((Run(drawing.say(text)),), close=True)
    if question.lines_beside:
        beside = "\n".join(drawing.say(line) for line in question.lines_beside)
        yield Block((Run(beside),), quoted=True, close=True)
    if said := _so_far(question, form.given.get(question.name), name_of):
        yield Block((Run(drawing.say(Phrase("Your answer so far:"))),))
        yield Block((Run(drawing.say(said)),), quoted=True, close=True)
    # At every question: the first one is gone when its answer was a button, and a form may begin in the middle.
    yield Block((Run(drawing.say(form.audience), "i"),))
    most = SCALE_KEYS if isinstance(question, Scale) else 2
    yield Block(rows=(*drawing.rows(asked.choices, most), *drawing.rows(asked.controls)))


def _hints(question: Answerable) -> Iterator[Text]:
    if question.help:
        yield question.help
    if isinstance(question, Words) and question.in_parts:
        yield Phrase("A long answer may be several messages: each is added to what you said.")
    if isinstance(question, Scale) and question.low_label and question.high_label:
        yield Phrase(
            "{low}: {low_label}, {high}: {high_label}",
            low=question.low,
            low_label=question.low_label,
            high=question.high,
            high_label=question.high_label,
        )


def _so_far(question: Answerable, given: Any, name_of: Callable[[str], str]) -> Text | None:
    if given in (None, "", ()):
        return None
    if isinstance(question, Colleague):
        people = (given,) if isinstance(given, str) else tuple(given)
        return names(name_of(person_id) for person_id in people)
    if isinstance(question, Choice) and isinstance(question.options, tuple):
        return options_label(question.options, str(given))
    return Verbatim(str(given))
