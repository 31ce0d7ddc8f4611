"""Answers that stand behind their words in one text: "done A; next B", 完成 A；下一步 B, mood 4/5."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from handlers.kit.characters import simpler
from handlers.kit.forms import Question, Words
from handlers.kit.typed import SEPARATORS, after_separators

_NUMBER = r"(?:\d{1,2}[.)）、．]|[(（]\d{1,2}[)）])\s*"
_EMOJI = r"(?:[\u23e9-\u23ff\u2600-\u27bf\u2b50\U0001f300-\U0001faff]\ufe0f?|:[a-z0-9_+-]+:)\s*"
_COUNTED = "[一二三四五六七八九十]{1,3}"
_SIGN = rf"[-–—•·◦▪●○]\s*|\*\s+|#{{1,6}}\s+|{_COUNTED}[、.．)）]\s*|[(（]{_COUNTED}[)）]\s*"
_BULLET = rf"(?:{_SIGN}|{_NUMBER}|{_EMOJI})?"
"""What people put before each line of a list, or a heading."""
_OPENS, _CLOSES = r"(?:\*{1,3}|_{1,3}|[【\[「])", r"(?:\*{1,3}|_{1,3}|[】\]」])"
"""How a word is set apart from what stands behind it: *Done*, 【完成】."""
_LISTED = re.compile(rf"{_BULLET}(?:{_OPENS}(?=\S))?")
_APART = re.compile(rf"{_OPENS}$")
_CLOSED = re.compile(rf"[:：]?{_CLOSES}")
_WHEN = re.compile(r"next\s+(?:week|month|quarter|sprint|year)s?\b", re.IGNORECASE)
"""A label that says when together with what is behind it: "next week" is no answer that begins with "week"."""
_ENDED = r"(?:(?<=[:：])|[\s:：])"
"""How a label ends: some have their colon themselves."""
_MARKS = re.compile("[:：【]")
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
def numbered(labels: tuple[str, ...], others: tuple[str, ...], bullet: str) -> re.Pattern[str]:
    """One of these labels and a number, on a scale perhaps (4/5), or words: what is asked for in private never becomes
    part of what others read, but is refused as no number. A part of its own is all of it, up to the next of the other
    labels; between commas, where any word may go on, it is one word; after a blank it is a number, behind a colon, and
    `bullet` may stand before it."""
    any_of, other = ("|".join(re.escape(label) for label in each) for each in (labels, others))
    word_alone = rf"{_OPENS}?(?:my\s+|[今本][日天周]的?)?(?:{any_of})"
    label = rf"[^\S\n]*+{_BULLET}{word_alone}\s*[:：]?{_CLOSES}?\s*[:：]?\s*"
    number = r"(\d+)(?:\s*(?:/|of|out\s+of)\s*\d+|\s*分)?[!！.。]*\s*"
    here = r"(?:(?<=[^\S\n])|(?<=[:：\u3000-\uffff])|(?=\d))"
    words, word = r"([^;；\n]*?[^;；\s])[^\S\n]*", r"([^\s;；,，.。:：\d][^\s;；,，.。:：]{0,11})[!！.。]*\s*"
    listed = rf"|[,，]\s*(?:and\s+)?(?:{other}){_ENDED}" if others else ""
    following = rf"{listed}|{_BULLET}(?:{other}){_ENDED}" if others else ""
    return re.compile(
        rf"(^|[;；\n]){label}(?:{number}(?=[;；\n【]|${following})|{here}{words}(?=[;；\n【]|${listed}))"
        rf"|([,，]){label}(?:{number}|{here}{word})(?=[;；\n,，]|$)"
        rf"|([^\S\n]){bullet}{word_alone}(?:{_CLOSES}?[:：]|[:：]{_CLOSES})\s*{number}(?=[;；\n,，【]|${following})"
        rf"|(?<=.)()【(?:{any_of})】\s*[:：]?\s*{number}(?=[;；\n,，【]|$)",
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
    """The parts of a text. Where it begins with a label, a comma before another parts too, and so does a blank, or the
    end of a sentence, before one with a colon: "done A, next B", "Done: A. Next: B.", "Done: A Next: B"."""
    if label_of(rest, questions) is None:
        return _SEGMENT.split(rest)
    labels = tuple(label for question in questions for label in question.labels)
    lines = (segment.strip(" ,，") for segment in _parted(labels).split(rest))
    return [part for line in lines for part in _apart(line, labels)]


def _apart(line: str, labels: tuple[str, ...]) -> Iterator[str]:
    """A line in parts, where labels with a colon, or in brackets, stand in its middle."""
    begins = 0
    if not _MARKS.search(line):
        yield line
        return
    for found in _spaced(labels, bullet_inside(line)).finditer(line, unlisted_at(line)):
        yield line[begins : found.start()].strip()
        begins = found.end()
    yield line[begins:].strip()


@lru_cache(maxsize=1024)
def _parted(labels: tuple[str, ...]) -> re.Pattern[str]:
    any_of = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    listed = rf"[,，]\s*(?:and\s+)?(?=(?:{any_of}){_ENDED})"
    ended = r"(?:(?<=[:：])|\s*[:：])"
    sentence = rf"(?<=[.!?。！？])(?<!\d\.)\s*(?=(?:{any_of}){ended})"
    return re.compile(rf"[;；\n]|{listed}|{sentence}", re.IGNORECASE)


@lru_cache(maxsize=1024)
def _spaced(labels: tuple[str, ...], bullet: str) -> re.Pattern[str]:
    any_of, bare = (
        "|".join(re.escape(label) for label in sorted(each, key=len, reverse=True))
        for each in (labels, {label.rstrip(":：") for label in labels})
    )
    blank = rf"(?<!\s)[^\S\n]++{bullet}(?=(?:{any_of})(?:(?<=[:：])|\s*[:：]))"
    return re.compile(rf"{blank}|(?<=.)(?=【(?:{bare})】)", re.IGNORECASE)


def bullet_inside(text: str) -> str:
    """What may stand before a label in the middle of a text. A number and an emoji only where the text begins with one:
    in "version 2. Next: docs" and "shipped 🎉 Next: docs" they belong to what is before."""
    return rf"(?:{'|'.join((_SIGN, *(each for each in (_NUMBER, _EMOJI) if re.match(each, text))))})?"


def unlisted(line: str) -> str:
    """A line without what people put before each line of a list."""
    return line.strip()[unlisted_at(line.strip()) :]


def unlisted_at(line: str) -> int:
    """Where a line begins behind what people put before each line of a list."""
    if line[:1].isascii() and line[:1].isalpha():  # nearly always, and much quicker
        return 0
    listed = _LISTED.match(line)
    return listed.end() if listed else 0


def label_of(segment: str, questions: Sequence[Words]) -> tuple[Words, str] | None:
    """The question whose label a part of a text begins with, as a line of a list perhaps, and what is said to it."""
    text = unlisted(segment)
    is_apart = _APART.search(segment.strip().removesuffix(text)) is not None
    found = [
        (question, match)
        for question in questions
        if question.labels and (match := _label(question.labels, is_apart).match(simpler(text)))
    ]
    if not found:
        return None
    question, match = max(found, key=lambda each: each[1].end())
    rest = text[match.end() :]
    rest = _CLOSED.sub(":", rest, count=1) if is_apart and _CLOSED.match(rest) else rest
    # 完成率 80%: without a sign between them, a Chinese label may be part of a word, so it stays.
    stands = rest[:1] in ("", *SEPARATORS) or match.group()[-1:] in f"{SEPARATORS}?？"
    stands = stands and not _WHEN.match(text)
    return question, after_separators(rest) if stands else segment.strip()


@lru_cache(maxsize=1024)
def _label(labels: tuple[str, ...], is_apart: bool) -> re.Pattern[str]:
    """The longest of these labels with which a text begins. One that has a colon also stands alone, as a heading."""
    ends = rf"(?=[\s:：]|{_CLOSES}|$)" if is_apart else r"(?=[\s:：]|$)"
    made = (
        re.escape(label) + (ends if label.isascii() and label[-1:].isalnum() else "")
        for label in sorted(labels, key=len, reverse=True)
    )
    heading = "|".join(re.escape(label[:-1]) for label in labels if label.endswith((":", "：")))
    alone = (rf"(?:{heading})(?={_CLOSES if is_apart else '$'})",) if heading else ()
    return re.compile("|".join((*made, *alone)), re.IGNORECASE)
