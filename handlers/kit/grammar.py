"""What people type after a command, read by the questions that the handler's signature asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter
from typing import Any

from handlers.kit import clocks, dates
from handlers.kit.answers import first_day, read_from
from handlers.kit.characters import simpler
from handlers.kit.deadlines import without_deadline
from handlers.kit.forms import (
    Choice,
    Clock,
    Colleague,
    Day,
    Number,
    Question,
    Scale,
    Words,
)
from handlers.kit.labels import beginning, bullet_inside, label_of, numbered, segments
from handlers.kit.naming import AND, named
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import (
    DASHES,
    EMOJI,
    MENTION,
    NUMBER,
    SEPARATORS,
    after_separators,
    after_signs,
    folded,
    spoken,
)
from storage.people import Person

_BY_THEN = re.compile(r"^(?:[之以]前|为止|前(?![端台期面后辈任提往景线置沿言途缀]))")
"""What may touch a day in Chinese that something is due by: 周五前发草稿. Not 前端, which is what people work on."""
_FROM_THEN = re.compile(r"^(?:起|开始)$")
"""What may end a day in Chinese on which something begins: 三天，从周一开始."""
_ON = re.compile(r"^on\s+", re.IGNORECASE)
_UNTIL = re.compile(rf"^((?:\d{{4}}/)?\d{{1,2}}/\d{{1,2}}(?:/\d{{4}})?)[{''.join(DASHES)}](?=\d{{1,4}}/)")
"""A first day and a last without blanks: 12/24-1/2."""
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})(?![\d/])")
"""A day in numbers, of which either may be the month."""
_IN_A_WHILE = re.compile(r"^in\s|后$", re.IGNORECASE)
"""A day that is said by how far away it is, as people say when something begins."""
_WHY = ("because", "due to", "因为", "由于")
"""How a reason begins that nobody asked for."""
_AND = re.compile(rf"^{AND}\s*(?=[@＠\x02])", re.IGNORECASE)
_NAMED = re.compile(rf"(?:['’](?:s\b|(?= )))?(?:(?!{EMOJI})[{SEPARATORS};；。…!！?？]|\.(?!\d)|[-–—]+[ \t])*")
"""What ends a name and begins nothing: "@ben! Great job", "@ben's work", "@ben - thanks"."""
_ENDS = "\n;；.。!！?？…"
_LONGEST_DAY = _LONGEST_CLOCK = 80
"""Characters in which a day or a time is written that stands at the beginning of a text, however long the text is."""
_TOWARDS = ("to", "with", "for", "给", "和", "跟", "与", "一下")
"""What may stand before a colleague where a question names no other words."""


@dataclass(frozen=True)
class Understood:
    """The answers that a text gives, by question, and the words of it that answer nothing. `missing` has what is to be
    said of a number that chooses nothing, by question."""

    given: dict[str, Any]
    left: str = ""
    missing: Mapping[str, Text] = field(default_factory=dict)


def read(rest: str, request: Request, questions: Sequence[Question]) -> Understood:
    """What the text says to these questions; raises Problem for a colleague who is not found."""
    words = [question for question in questions if isinstance(question, Words)]
    reading = _Reading(rest, request, questions, begins=words[0].begins if words else "")
    for question in questions:
        if isinstance(question, Choice):
            reading.take_tag(question)
    asked = [question for question in questions if not isinstance(question, Words)]
    for question in asked:
        reading.take(question)
    if not words:  # nothing else can be meant by what is left: it answers in another order
        for question in asked:
            if question.name not in reading.given:
                reading.take(question)
    reading.take_words(words)
    return Understood(reading.given, reading.left, reading.missing)


class _Reading:
    """A text that is eaten from the left. `begins` is how its free words begin, where they may begin with a number."""

    def __init__(self, rest: str, request: Request, questions: Sequence[Question], *, begins: str) -> None:
        self.rest = rest
        self.request = request
        self.questions = questions
        self.begins = begins
        self.day_first = False
        self.given: dict[str, Any] = {}
        self.missing: dict[str, Text] = {}

    @property
    def left(self) -> str:
        """What no question took, without the signs at its ends."""
        return self._kept(self.rest.strip(SEPARATORS + _ENDS)) if self.rest else ""

    def take(self, question: Question) -> None:
        if isinstance(question, Colleague):
            self._take_colleagues(question)
        elif isinstance(question, Day):
            self._take_day(question)
        elif isinstance(question, Clock):
            self._take_clock(question)
        elif isinstance(question, Scale | Number):
            self._take_number(question)
        elif isinstance(question, Choice) and not question.tagged and question.name not in self.given:
            self._take_choice(question)

    def take_tag(self, question: Choice) -> None:
        if "#" not in self.rest:
            return
        for option in question.known:
            for name in option.names:
                found_by = tag(name)
                while found := found_by.search(simpler(self.rest)):
                    self.given[question.name] = option.value
                    self.rest = f"{self.rest[: found.start()].rstrip()}{self.rest[found.end() :]}".strip()
                if question.name in self.given:
                    return

    def take_words(self, questions: Sequence[Words]) -> None:
        if not questions or not self.rest:
            return
        self.rest, rest = "", self.rest
        if any(question.labels for question in questions):
            self._take_labelled(rest, questions)
            return
        first = questions[0]
        self.given[first.name] = self._kept(_without_lead(rest, first.lead))

    def _take_labelled(self, rest: str, questions: Sequence[Words]) -> None:
        current = questions[0]
        for segment in segments(rest, questions):
            labelled = label_of(segment, questions)
            current, words = labelled if labelled else (current, segment.strip())
            if words:
                before = self.given.get(current.name)
                self.given[current.name] = f"{before}\n{self._kept(words)}" if before else self._kept(words)

    def _kept(self, words: str) -> str:
        return spoken(words, self.request.store.directory, self.request.platform)

    def _take_colleagues(self, question: Colleague) -> None:
        found: list[str] = []
        led = _without_lead(self.rest, question.lead or _TOWARDS)
        if led.startswith(("@", "＠", "\x02")):
            self.rest = led
        while len(found) < question.most:
            person = self._one_colleague()
            if person is None:
                break
            if person.id not in found:
                found.append(person.id)
        if question.most > 1 and len(found) == question.most and self._one_colleague() is not None:
            raise Problem(Phrase("Please pick at most {most} people.", most=question.most))
        if found:
            self.given[question.name] = tuple(found) if question.most > 1 else found[0]

    def _one_colleague(self) -> Person | None:
        text = _AND.sub("", self.rest.lstrip(SEPARATORS))
        marks = MENTION.match(text)
        if marks:
            person = self.request.store.directory.mentioned(self.request.platform, marks.group(1))
            return self._eaten(text, marks.end(), person, marks.group(2) or "")
        if text.startswith(("@", "＠")):
            person, length = named(text[1:], self.request.store.directory, self.request.platform)
            return self._eaten(text, length + 1, person, next(iter(text[1:].split(maxsplit=1)), ""))
        return None

    def _eaten(self, text: str, length: int, person: Person | None, called: str) -> Person:
        if person is None or not person.active:
            raise _no_colleague(called)
        ended = _NAMED.match(text, length)
        self.rest = text[ended.end() if ended else length :]
        return person

    def _take_day(self, question: Day) -> None:
        text = _without_lead(self.rest, question.lead)
        is_led = text != self.rest
        if question.led and not is_led:
            return
        text = _UNTIL.sub(r"\1 - ", _ON.sub("", text)) if question.alone else text
        text = self._as_before(text)
        reading = read_from(text[:_LONGEST_DAY], first_day(question, self.given, self.request), self.request)
        if reading and text.lower().startswith(reading.text.lower()):
            self.given[question.name] = reading.day.isoformat()
            after = text[len(reading.text) :]
            then = _BY_THEN.match(simpler(after))
            self.rest = after_separators(after[then.end() if then else 0 :])
            if question.alone:
                self._take_alone(question, begins=is_led or _IN_A_WHILE.search(reading.text) is not None)
        elif question.counts_from:
            self._take_length(question)
        elif question.trailing:
            self._take_deadline(question)

    def _as_before(self, text: str) -> str:
        """A day in numbers, with the month first. In 24/12-2/1 it stands behind in both, though 2/1 alone might be one
        in February."""
        if (found := _SLASHED.match(text)) is None:
            return text
        if int(found[1]) > 12:
            self.day_first = True
            return text
        return f"{found[2]}/{found[1]}{text[found.end() :]}" if self.day_first else text

    def _take_alone(self, question: Day, *, begins: bool) -> None:
        """A day with nothing else, or only why, is all that is meant, unless it is said as when something begins."""
        if begins:
            self.rest = "" if _FROM_THEN.match(simpler(self.rest)) else self.rest
        elif not self.left or self._says_why():
            self.given[question.alone] = self.given[question.name]

    def _take_length(self, question: Day) -> None:
        """How long it is, from the day that another question asks for: that may stand before or behind. With other
        words after it ("two days next week") nobody knows whether it begins today."""
        length = dates.length_at_start(self.rest[:_LONGEST_DAY])
        if length is None:
            return
        before, given = self.rest, dict(self.given)
        self.rest = after_separators(before[length.characters :])
        first = next(each for each in self.questions if each.name == question.counts_from)
        if first.name not in given:
            self.take(first)
            self.rest = "" if _FROM_THEN.match(simpler(self.rest)) else self.rest
        last = length.last(first_day(question, self.given, self.request))
        if last and (not self.rest or self._says_why()):
            self.given[question.name] = last.isoformat()
        else:
            self.rest, self.given = before, given

    def _take_deadline(self, question: Day) -> None:
        found = without_deadline(self.rest, self.request.today, self.request.actor.language)
        if found is not None:
            self.rest, day = found
            self.given[question.name] = day.isoformat()

    def _says_why(self) -> bool:
        leads = (lead for each in self.questions if isinstance(each, Words) for lead in each.lead)
        return beginning((*_WHY, *leads)).match(simpler(self.rest)) is not None

    def _take_clock(self, question: Clock) -> None:
        text = _without_lead(self.rest, question.lead)
        word = re.match(r"\S*", text)
        tried = (
            (text, text[:_LONGEST_CLOCK]),
            (text, word.group() if word else ""),
            (self.rest, self.rest[:_LONGEST_CLOCK]),  # at 10
        )
        for whole, each in tried:
            if reading := clocks.clock_at_start(each, self.request.actor.language):
                clock, length = reading
                self.given[question.name] = clock.strftime("%H:%M")
                self.rest = after_signs(whole[length:], SEPARATORS + _ENDS)
                return

    def _take_number(self, question: Scale | Number) -> None:
        if isinstance(question, Scale) and question.labels:
            self._take_labelled_number(question)
            return
        found = re.match(r"-?\d+([.,]\d+)?(?=\s|$|%)", self.rest)
        if found:
            self.given[question.name] = found.group()
            self.rest = after_signs(self.rest[found.end() :], SEPARATORS + "%")

    def _take_labelled_number(self, question: Scale) -> None:
        whole = folded(self.rest)
        if not any(label in whole for label in question.labels):
            return
        others = (label for each in self.questions if isinstance(each, Words) for label in each.labels)
        bullet = bullet_inside(self.rest)
        found = numbered(tuple(question.labels), tuple(others), bullet).search(self.rest)
        if found is None:
            return
        begins, *said = (group for group in found.groups() if group is not None)
        if not said[0].isdecimal():
            raise _no_number(said[0], question)
        self.given[question.name] = said[0]
        without = f"{self.rest[: found.start()]}{begins}{self.rest[found.end() :]}"
        self.rest = after_signs(without, SEPARATORS + ";；\n")

    def _take_choice(self, question: Choice) -> None:
        rest = simpler(self.rest)
        begins = [
            (len(name), option.value)
            for option in question.known
            for name in option.names
            if _ended(name, touches=name in option.also).match(rest)
        ]
        if begins:
            length, self.given[question.name] = max(begins, key=itemgetter(0))
            self.rest = after_separators(self.rest[length:])
        elif (found := NUMBER.match(self.rest)) and (missed := question.none_called(found.group(1))):
            self.missing[question.name] = missed
            self._leave_out(found)

    def _leave_out(self, found: re.Match[str]) -> None:
        """The number chose nothing, and is not what the free words begin with."""
        after = after_separators(self.rest[found.end() :])
        if not self.begins or re.match(self.begins, after, re.IGNORECASE):
            self.rest = after


def _no_number(words: str, question: Scale) -> Problem:
    """What is asked for as a number may be private: its words are no part of another answer."""
    return Problem(
        Phrase(
            "“{words}” reads as the answer to “{question}”. Please give a number from {low} to {high} there, or begin"
            " these words in another way.",
            words=Verbatim(words[:60]),
            question=question.label,
            low=question.low,
            high=question.high,
        )
    )


def _no_colleague(called: str) -> Problem:
    """Nobody is called so; or what a platform's mention stands for is nobody's account, and its key says nothing."""
    if not called:
        return Problem(
            Phrase(
                "I do not know whom you mention as a colleague: they have left, or are not in the company's list yet."
            )
        )
    return Problem(
        Phrase(
            "I do not know {name} as a colleague. Write @ and their name as it stands in the company's list,"
            " or pick them in the form.",
            name=Verbatim(called[:60]),
        )
    )


@lru_cache(maxsize=4096)
def tag(name: str) -> re.Pattern[str]:
    """A choice anywhere in the text: #teamwork."""
    return re.compile(rf"#{re.escape(simpler(name))}(?=\s|$|[,，、.。;；!！?？#])", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _ended(name: str, *, touches: bool) -> re.Pattern[str]:
    """A name that ends where a word ends; a Chinese one of ours may touch the next word."""
    end = "" if touches and not name.isascii() else r"(?=\s|$|[,，])"
    return re.compile(re.escape(simpler(name)) + end, re.IGNORECASE)


def _without_lead(text: str, lead: Sequence[str]) -> str:
    found = beginning(tuple(lead)).match(simpler(text)) if lead else None
    return after_separators(text[found.end() :]) if found else text
