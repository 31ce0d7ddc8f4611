"""What people are asked, by form and by quick text, and how their answers read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from handlers.checkins.matters import matters, same
from handlers.checkins.windows import routine_of
from handlers.kit.cards import Section
from handlers.kit.features import Feature
from handlers.kit.forms import Question, Scale, Sheet, Words
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.checkins import CheckIn, Routine
from storage.policy import MEAN_OF_AT_LEAST

feature = Feature(
    "checkins",
    title=Phrase("Check-ins"),
    intro=Phrase(
        "A check-in takes two minutes: what is done, what comes next, what blocks you. Your manager reads it, helps"
        " with what blocks you, and need not ask for a status. You can write one on any day; I ask you when it is time."
    ),
)

STANDARD = ("done", "next", "blocked")
"""The questions that everybody is asked unless their team has others."""

LABELS: Mapping[str, tuple[str, ...]] = {
    "done": (
        *("done", "完成", "已完成", "本周完成", "今日完成", "今天完成", "上周完成", "昨日完成", "昨天完成"),
        *("本周工作", "今日工作", "今天工作", "上周工作", "本周进展"),
        *("completed:", "accomplished:", "progress:", "yesterday:", "last week:"),
    ),
    "next": (
        *("next steps", "next step", "next", "下一步", "计划", "接下来", "后续计划"),
        *("下周计划", "下周", "本周计划", "明日计划", "明天计划", "今日计划"),
        *("下周工作", "下周工作计划", "本周工作计划"),
        *("planned:", "plan:", "plans:", "to do:", "todo:", "today:", "this week:", "next week:"),
    ),
    "blocked": (
        *("blocked", "blockers", "blocker", "阻碍", "阻塞", "卡在", "卡住"),
        *("issues:", "problems:", "risks:", "impediments:"),
        *("遇到的问题：", "存在的问题：", "存在问题：", "问题与风险：", "问题和风险：", "问题：", "风险："),
        *("遇到的问题:", "存在的问题:", "存在问题:", "问题与风险:", "问题和风险:", "问题:", "风险:"),
    ),
    "mood": ("mood", "心情"),
}
"""Words that begin an answer. Those with a colon are headings with it alone: else they may be the answer's own."""

IN_CHINESE: Mapping[str, str] = {"done": "完成", "next": "下一步", "blocked": "阻碍"}
"""The standard questions as a Chinese manager names them when setting up a team's own."""

ASKED: Mapping[str, Phrase] = {
    "done": Phrase("What did you get done?"),
    "next": Phrase("What comes next?"),
    "blocked": Phrase("What blocks you?"),
}


def keys_of(routine: Routine | None) -> tuple[str, ...]:
    """The questions of a routine: words for the standard ones, and a team's own as they were written."""
    return tuple(routine.questions) if routine and routine.questions else STANDARD


def asks_mood(routine: Routine | None) -> bool:
    """Whether the mood is asked for."""
    return routine is None or routine.mood


def sheet(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    """The questions for this person, from their team's routine; about the check-in `checkin`, if one is named."""
    routine = routine_of(request.store, request.actor)
    return _questions(keys_of(routine), asks_mood(routine), args.get("checkin", ""))


@lru_cache
def _questions(keys: tuple[str, ...], mood: bool, checkin: str) -> tuple[Question, ...]:
    so_far = SoFar(checkin)
    asked = tuple(_question(key, so_far) for key in keys)
    # Where it is not asked for, who writes it is told all the same that only they see it.
    felt = (
        replace(_MOOD, suggested=so_far.mood, recorded=so_far.mood) if mood else replace(_MOOD, asked=False)
    )
    return *asked, felt


def _question(key: str, so_far: SoFar) -> Words:
    return Words(
        ASKED.get(key) or Verbatim(key),
        help=_ONE_EACH if key == "blocked" else None,
        name=name_of(key),
        required=False,
        suggested=lambda request: so_far.recorded(request, key) or so_far.planned(request, key),
        recorded=lambda request: so_far.recorded(request, key),
        labels=LABELS.get(key) or _own_labels(key),
    )


def _own_labels(question: str) -> tuple[str, ...]:
    """What begins an answer to a team's own question: the question itself, or its words with a colon."""
    bare = question.rstrip("?？:： ")
    whole = (question,) if question.endswith(("?", "？")) else ()
    return (*whole, f"{bare}:", f"{bare}：") if bare else ()


OWN = "own"
"""How the names of a team's own questions begin."""


def name_of(key: str) -> str:
    """What a question is called in its form. A team's own by its wording: a form that was opened before the questions
    were changed answers none that took its place."""
    return key if key in ASKED else f"{OWN}{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def answers_of(routine: Routine | None, given: Mapping[str, Any]) -> dict[str, str]:
    """The words by question, as they are kept: a team's own questions by their wording, which outlives the routine."""
    return {key: given[name_of(key)] for key in keys_of(routine) if given.get(name_of(key))}


# What stands in the form already ----------------------------------------------------------------------------


@dataclass(frozen=True)
class SoFar:
    """What the form begins with: the check-in that is changed, else that of the window that is open now, else what was
    planned the last time."""

    checkin: str = ""

    def row(self, request: Request) -> CheckIn | None:
        """The check-in that the answers will change, or None for a new one."""
        checkins = request.store.checkins
        if self.checkin:
            return checkins.by_id(self.checkin, request.actor.id)
        return checkins.in_window(request.actor.id, checkins.routines.window(request.actor.id))

    def recorded(self, request: Request, key: str) -> str | None:
        """What was answered already."""
        row = self.row(request)
        if key == "blocked":
            return _blocking(request, row)
        return (row.answers or {}).get(key) if row else None

    def planned(self, request: Request, key: str) -> str | None:
        """What was to be done: most of it is by now, and the rest is easily struck out."""
        if key != "done" or self.row(request):
            return None
        last = request.store.checkins.mine(request.actor.id)
        return (last.answers or {}).get("next") if last else None

    def mood(self, request: Request) -> int | None:
        """The mood of the check-in that is changed."""
        row = self.row(request)
        return request.store.checkins.moods.of([row], reader=request.actor.id).get(row.id) if row else None


def _blocking(request: Request, row: CheckIn | None) -> str:
    """What blocks the asker now, and what a check-in says of that in more lines than are followed: without them, who
    sends the form again would strike them out."""
    blockers, said = request.store.checkins.blockers, (row.answers or {}).get("blocked", "") if row else ""
    open_now = [blocker.matter for blocker in blockers.open_of(request.actor.id) if blocker.matter]
    known = set(map(same, open_now))
    beside = [line for line in matters(said) if same(line) not in known]
    if row and beside:
        solved = {same(blocker.matter) for blocker in blockers.solved_since(row)}
        beside = [line for line in beside if same(line) not in solved]
    return "\n".join((*open_now, *beside)) or ("" if matters(said) else said)


_ONE_EACH = Phrase("One on each line. Leave what still blocks you; strike out what is solved.")
_MOOD = Scale(
    Phrase("How are you, from 1 to 5?"),
    help=Phrase(
        "Only you see it. Your manager sees the team's mean, and only when {n} people or more gave theirs.",
        n=MEAN_OF_AT_LEAST,
    ),
    name="mood",
    required=False,
    low=1,
    high=5,
    low_label=Phrase("hard days"),
    high_label=Phrase("great days"),
    labels=LABELS["mood"],
)

Answers = Sheet(Phrase("Your check-in"), of=sheet, own=OWN)


# How answers read -------------------------------------------------------------------------------------------


def quoted(row: CheckIn) -> tuple[Section, ...]:
    """The words of a check-in, question by question."""
    answers = row.answers or {}
    order = (*STANDARD, *(key for key in answers if key not in STANDARD))
    return tuple(Section(_said(key, answers[key]), quoted=True) for key in order if answers.get(key))


def quoted_or_erased(row: CheckIn) -> tuple[Section, ...]:
    """The same, or that the words are gone; a check-in may also be a mood alone."""
    return (Section(Phrase("This was erased.")),) if row.answers is None else quoted(row)


def _said(key: str, words: str) -> Text:
    if key == "done":
        return Phrase("Done: {words}", words=Verbatim(words))
    if key == "next":
        return Phrase("Next: {words}", words=Verbatim(words))
    if key == "blocked":
        return Phrase("Blocked: {words}", words=Verbatim(words))
    return Phrase("{question}: {words}", question=Verbatim(key), words=Verbatim(words))


def in_short(row: CheckIn) -> str:
    """A check-in's own words in one paragraph, to be quoted elsewhere."""
    return "\n".join(words for words in (row.answers or {}).values() if words)[:3000]
