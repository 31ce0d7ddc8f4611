"""Answers that stand behind their words in one text: "done A; next B", 完成 A；下一步 B, mood 4/5."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from handlers.kit.characters import simpler
from handlers.kit.forms import Question, Words
from handlers.kit.typed import SEPARATORS

_BULLET = r"(?:(?:[-–—*•·◦▪●○]|\d{1,2}[.)）、．])\s*)?"
"""What people put before each line of a list."""
_LISTED = re.compile(_BULLET)
_WHEN = re.compile(r"next\s+(?:week|month|quarter|sprint|year)s?\b", re.IGNORECASE)
"""A label that says when together with what is behind it: "next week" is no answer that begins with "week"."""
_ENDED = r"(?:(?<=[:：])|[\s:：])"
"""How a label ends: some have their colon themselves."""
_SEGMENT = re.compile(r"[;；\n]")


@lru_cache(maxsize=1024)
def beginning(words: tuple[str, ...]) -> re.Pattern[str]:
    """The first of these words with which a text begins; a Latin one ends where a word ends."""
    made = (
        rf"{re.escape(word)}(?=[\s:：]|$)" if word.isascii() and word[-1:].isalnum() else re.escape(word)
        for word in words
    )
    return re.compile("|".join(made), re.IGNORECASE)


@lru_cache(maxsize=1024)
def numbered(labels: tuple[str, ...], others: tuple[str, ...]) -> re.Pattern[str]:
    """One of these labels and a number, on a scale perhaps (4/5), or words: what is asked for in private never becomes
    part of what others read, but is refused as no number. A part of its own is all of it, up to the next of the other
    labels; between commas, where any word may go on, it is one word."""
    any_of, other = ("|".join(re.escape(label) for label in each) for each in (labels, others))
    label = rf"\s*{_BULLET}(?:{any_of})\s*[:：]?\s*"
    number = r"(\d+)(?:\s*(?:/|of|out\s+of)\s*\d+|\s*分)?[!！.。]*\s*"
    here = r"(?:(?<=[^\S\n])|(?<=[:：\u3000-\uffff])|(?=\d))"
    words, word = r"([^;；\n]*?[^;；\s])[^\S\n]*", r"([^\s;；,，.。:：\d][^\s;；,，.。:：]{0,11})[!！.。]*\s*"
    ends = rf"(?=[;；\n]|$|[,，]\s*(?:and\s+)?(?:{other}){_ENDED})" if others else r"(?=[;；\n]|$)"
    return re.compile(
        rf"(^|[;；\n]){label}(?:{number}|{here}{words}){ends}"
        rf"|([,，]){label}(?:{number}|{here}{word})(?=[;；\n,，]|$)",
        re.IGNORECASE,
    )


def begins_labelled(said: str, questions: Sequence[Question]) -> bool:
    """Whether a text begins with a word that begins an answer to one of these questions, and a colon ("Done: …"), or
    answers several of them, each behind its word ("done A; next B")."""
    asked = [question for question in questions if isinstance(question, Words)]
    answers = [label_of(part, asked) for part in segments(said, asked)]
    if answers[0] and len({found[0].name for found in answers if found}) > 1:
        return True
    labels = tuple(label for question in asked for label in question.labels)
    found = beginning(labels).match(simpler(said.strip())) if labels else None
    return found is not None and said.strip()[found.end() :].lstrip()[:1] in (":", "：")


def segments(rest: str, questions: Sequence[Words]) -> list[str]:
    """The parts of a text. Where it begins with a label, a comma before another parts too, and the end of a sentence
    before one with a colon: "done A, next B", "Done: A. Next: B."."""
    if label_of(rest, questions) is None:
        return _SEGMENT.split(rest)
    labels = tuple(label for question in questions for label in question.labels)
    return [segment.strip(" ,，") for segment in _parted(labels).split(rest)]


@lru_cache(maxsize=1024)
def _parted(labels: tuple[str, ...]) -> re.Pattern[str]:
    any_of = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    listed = rf"[,，]\s*(?:and\s+)?(?=(?:{any_of}){_ENDED})"
    sentence = rf"(?<=[.!?。！？])(?<!\d\.)\s*(?=(?:{any_of})(?:(?<=[:：])|\s*[:：]))"
    return re.compile(rf"[;；\n]|{listed}|{sentence}", re.IGNORECASE)


def unlisted(line: str) -> str:
    """A line without what people put before each line of a list."""
    return _LISTED.sub("", line.strip(), count=1)


def label_of(segment: str, questions: Sequence[Words]) -> tuple[Words, str] | None:
    """The question whose label a part of a text begins with, as a line of a list perhaps, and what is said to it."""
    text = unlisted(segment)
    for question in questions:
        found = beginning(question.labels).match(simpler(text)) if question.labels else None
        if found:
            rest = text[found.end() :]
            # 完成率 80%: without a sign between them, a Chinese label may be part of a word, so it stays.
            stands = rest[:1] in ("", *SEPARATORS) or found.group()[-1:] in SEPARATORS
            stands = stands and not _WHEN.match(text)
            return question, rest.lstrip(SEPARATORS) if stands else segment.strip()
    return None
