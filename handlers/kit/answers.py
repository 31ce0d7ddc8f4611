"""Whether an answer will do, and the value that a handler gets for it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from handlers.kit import clocks, dates
from handlers.kit.forms import Choice, Clock, Colleague, Day, Number, Question, Scale, Words
from handlers.kit.naming import BETWEEN, named
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase
from handlers.kit.typed import NUMBER, clean, folded
from storage.people import Person

_ON_A_SCALE = re.compile(r"(?<=\d)(?:\s*(?:/|of|out of)\s*\d+|\s*分)$")
"""What people put behind a number on a scale: 4/5, 4 of 5, 4分."""
_UNKNOWN = Phrase("I do not know this colleague. Please pick somebody from the company's list.")
_HOUR = re.compile(r"0\d|1[3-9]|2[0-3]")
"""An hour alone that cannot be another one in the afternoon."""


def answer(question: Question, raw: Any, request: Request) -> Any:
    """The value a handler gets for a raw answer; raises Problem naming the question."""
    try:
        return _ANSWERS[type(question)](question, raw, request)
    except Problem as problem:
        raise Problem(problem.words, question=question.name) from None


def counted(question: Question, raw: Any, given: Mapping[str, Any], request: Request) -> Any:
    """A raw answer that says how long ("3 days") as the last of these days, and a weekday as the one behind the first
    of them; any other as it is."""
    if not isinstance(question, Day) or not question.counts_from:
        return raw
    said, first = str(raw).strip(), first_day(question, given, request)
    length = dates.length_at_start(said)
    whole = length is not None and length.characters == len(said)
    last = length.last(first) if length and whole else None
    reading = None if last else read_from(said, first, request)
    return last.isoformat() if last else reading.day.isoformat() if reading else raw


def read_from(said: str, first: date, request: Request) -> dates.DayReading | None:
    """The day that words begin with; a weekday that would lie before the first day is the one in the week from it on:
    "from next Monday until Wednesday"."""
    reading = dates.read_day(said, request.today, request.actor.language)
    if reading is None or reading.day >= first:
        return reading
    later = dates.read_day(said, first, request.actor.language)
    return later if later and later.day < first + timedelta(days=7) else reading


def first_day(question: Day, given: Mapping[str, Any], request: Request) -> date:
    """The day from which a length counts: the answer to the question that is named there, or today."""
    said = str(given.get(question.counts_from) or "")
    reading = dates.read_day(said, request.today, request.actor.language)
    return reading.day if reading else request.today


def _words(question: Words, raw: Any, request: Request) -> str:
    words = clean(str(raw))
    if question.required and not words:
        raise Problem(Phrase("Please answer this; it is needed."))
    if len(words) > question.longest:
        raise Problem(
            Phrase(
                "This is {length} characters long; {longest} fit here. Please shorten it, or send it in parts.",
                length=len(words),
                longest=question.longest,
            )
        )
    return words


def _choice(question: Choice, raw: Any, request: Request) -> str:
    if str(raw) in {option.value for option in question.known}:
        return str(raw)
    for option in question.known:
        if folded(str(raw)) in {folded(name) for name in option.names}:
            return option.value
    number = NUMBER.fullmatch(str(raw).strip())
    missed = question.none_called(number.group(1)) if number else None
    raise Problem(missed or Phrase("Please pick one of the options."))


def _number(question: Number | Scale, raw: Any, request: Request) -> float | int:
    whole = isinstance(question, Scale) or question.whole
    said = folded(str(raw)).replace(",", ".")
    if isinstance(question, Scale):
        said = _ON_A_SCALE.sub("", said)
    try:
        number = float(said)
    except ValueError:
        if question.low is None or question.high is None:
            raise Problem(Phrase("Please give a number.")) from None
        among = Phrase("Please give a number from {low} to {high}.", low=question.low, high=question.high)
        raise Problem(among) from None
    if not math.isfinite(number) or (whole and number != int(number)):
        raise Problem(Phrase("Please give a whole number."))
    low, high = question.low, question.high
    if (low is not None and number < low) or (high is not None and number > high):
        raise Problem(Phrase("Please give a number from {low} to {high}.", low=low or 0, high=high or 0))
    return int(number) if whole else number


def _colleague(question: Colleague, raw: Any, request: Request) -> Any:
    ids = tuple(raw) if isinstance(raw, tuple | list) else (raw,)
    people = list(dict.fromkeys(person for each in ids for person in _known(str(each), question, request)))
    if not people:
        raise Problem(Phrase("Please answer this; it is needed."))
    if not question.yourself and request.actor.id in {person.id for person in people}:
        raise Problem(Phrase("Please pick somebody else than yourself."))
    if len(people) > question.most:
        one = Phrase("Please pick one colleague.")
        raise Problem(
            Phrase("Please pick at most {most} people.", most=question.most) if question.most > 1 else one
        )
    return people[0] if question.most == 1 else tuple(people)


def _known(raw: str, question: Colleague, request: Request) -> list[Person]:
    """Whom an id, a platform's account or what was typed stands for: "ben and @dora" are two."""
    directory = request.store.directory
    known = directory.person(raw) or directory.with_account(request.platform, raw)
    people, rest = [known] if known else [], "" if known else f"@{raw.lstrip('@＠ ')}"
    while rest := BETWEEN.sub("", rest).strip():
        person, length = named(rest, directory, request.platform)
        if person is None and not people and (led := BETWEEN.sub("", rest)) not in ("", rest):
            rest = led  # "and also ben"; a name may itself begin with 和
            continue
        if person is None and people and question.most == 1:
            break  # words beside the one who is asked for
        if person is None:
            raise Problem(_UNKNOWN)
        people.append(person)
        rest = rest[length:]
    if not all(person.active for person in people):
        raise Problem(_UNKNOWN)
    return people


def _day(question: Day, raw: Any, request: Request) -> date:
    reading = dates.read_day(str(raw).strip(), request.today, request.actor.language)
    if reading is None:
        raise Problem(Phrase("I cannot read this day. Write it like 2026-11-30, or “next Friday”."))
    if question.earliest and reading.day < question.earliest:
        raise Problem(Phrase("Please pick {day} or later.", day=question.earliest))
    return reading.day


def _clock(question: Clock, raw: Any, request: Request) -> Any:
    said = str(raw).strip()
    hour = _HOUR.fullmatch(folded(said))
    clock = time(int(hour.group())) if hour else clocks.read_clock(said, request.actor.language)
    if clock is None:
        raise Problem(Phrase("I cannot read this time. Write it like 09:30."))
    return clock


_ANSWERS: Mapping[type[Question], Any] = {
    Words: _words,
    Choice: _choice,
    Scale: _number,
    Number: _number,
    Colleague: _colleague,
    Day: _day,
    Clock: _clock,
}
