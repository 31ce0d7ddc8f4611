"""What people type after a command, read by the questions that the handler's signature asks."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from handlers.kit import dates
from handlers.kit.features import Route
from handlers.kit.forms import Choice, Clock, Colleague, Day, Number, Option, Question, Scale, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Verbatim
from storage.people import Directory, Person

_MENTION = re.compile("\x02([^\x03]+)\x03")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SEGMENT = re.compile(r"[;；\n]")
SEPARATORS = " \t,，、:："


def mention(external_id: str) -> str:
    """How an adapter marks a platform's mention of a user inside a text; nobody can type it."""
    return f"\x02{external_id}\x03"


def clean(words: str) -> str:
    """A person's words without what has no meaning as text: controls, lone surrogates, direction overrides."""
    if words.isprintable():  # on one line, and nothing of the above
        return words.strip()
    words = words.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _BIDI.sub("", _CONTROL.sub("", _SURROGATE.sub("\ufffd", words))).strip()


def marked(words: str) -> str:
    """Words from an adapter: cleaned, with the adapter's own mention marks kept."""
    if "\x02" not in words:
        return clean(words)
    return "".join(part if odd else _edges(part) for odd, part in _split_marks(words)).strip()


def _edges(part: str) -> str:
    cleaned = clean(part)
    before = part[: len(part) - len(part.lstrip())]
    after = part[len(part.rstrip()) :] if part.strip() else ""
    return clean_space(before) + cleaned + clean_space(after)


def clean_space(space: str) -> str:
    """White space only, without controls."""
    return "".join(character for character in space if character in " \t\n")


def _split_marks(words: str) -> Iterable[tuple[bool, str]]:
    last = 0
    for found in _MENTION.finditer(words):
        yield False, words[last : found.start()]
        yield True, found.group()
        last = found.end()
    yield False, words[last:]


def spoken(words: str, directory: Directory, platform: str) -> str:
    """Words with mention marks turned into names, for keeping."""
    if "\x02" not in words:
        return words

    def name(found: re.Match[str]) -> str:
        person = directory.with_account(platform, found.group(1))
        return f"@{person.name}" if person else "@?"

    return _MENTION.sub(name, words)


def folded(words: str) -> str:
    """Words as they are compared: full-width forms, case and spaces do not matter."""
    plain = words if words.isascii() else unicodedata.normalize("NFKC", words)
    return " ".join(plain.casefold().split())


# What it was called with ---------------------------------------------------------------------------------------------


def read(route: Route, rest: str, request: Request, questions: Sequence[Question]) -> dict[str, Any]:
    """The answers that the text gives, by question; raises Problem for a colleague who is not found."""
    reading = _Reading(rest, request)
    for question in questions:
        if isinstance(question, Choice):
            reading.take_tag(question)
    for question in questions:
        if not isinstance(question, Words):
            reading.take(question)
    reading.take_words([question for question in questions if isinstance(question, Words)])
    return reading.given


class _Reading:
    """A text that is eaten from the left."""

    def __init__(self, rest: str, request: Request) -> None:
        self.rest = rest
        self.request = request
        self.given: dict[str, Any] = {}

    def take(self, question: Question) -> None:
        if isinstance(question, Colleague):
            self._take_colleagues(question)
        elif isinstance(question, Day):
            self._take_day(question)
        elif isinstance(question, Clock):
            self._take_clock(question)
        elif isinstance(question, Scale | Number):
            self._take_number(question)
        elif isinstance(question, Choice) and question.name not in self.given:
            self._take_choice(question)

    def take_tag(self, question: Choice) -> None:
        for option in _options(question):
            for name in _names(option, self.request):
                tag = re.compile(rf"#{re.escape(name)}(?=\s|$|[,，.。;；])", re.IGNORECASE)
                if tag.search(self.rest):
                    self.given[question.name] = option.value
                    self.rest = tag.sub("", self.rest).strip()
                    return

    def take_words(self, questions: Sequence[Words]) -> None:
        if not questions or not self.rest:
            return
        if any(question.labels for question in questions):
            self._take_labelled(questions)
            return
        first = questions[0]
        self.given[first.name] = self._kept(_without_lead(self.rest, first.lead))

    def _take_labelled(self, questions: Sequence[Words]) -> None:
        current = questions[0]
        for segment in _SEGMENT.split(self.rest):
            labelled = _label(segment, questions)
            current, words = labelled if labelled else (current, segment.strip())
            if words:
                before = self.given.get(current.name)
                self.given[current.name] = f"{before}\n{self._kept(words)}" if before else self._kept(words)

    def _kept(self, words: str) -> str:
        return spoken(words, self.request.store.directory, self.request.platform)

    def _take_colleagues(self, question: Colleague) -> None:
        found: list[str] = []
        led = _without_lead(self.rest, question.lead)
        if led.startswith(("@", "＠", "\x02")):
            self.rest = led
        while len(found) < question.most:
            person = self._one_colleague()
            if person is None:
                break
            if person.id not in found:
                found.append(person.id)
        if found:
            self.given[question.name] = tuple(found) if question.most > 1 else found[0]

    def _one_colleague(self) -> Person | None:
        text = re.sub(r"^(and|和|与|及)\s+", "", self.rest.lstrip(SEPARATORS))
        marks = _MENTION.match(text)
        if marks:
            person = self.request.store.directory.with_account(self.request.platform, marks.group(1))
            return self._eaten(text, marks.end(), person, marks.group(1))
        if text.startswith(("@", "＠")):
            person, length = named(text[1:], self.request.store.directory, self.request.platform)
            return self._eaten(text, length + 1, person, text[1:].split()[0] if text[1:].split() else "")
        return None

    def _eaten(self, text: str, length: int, person: Person | None, called: str) -> Person:
        if person is None or not person.active:
            raise Problem(
                Phrase(
                    "I do not know {name} as a colleague. Write @ and their name as it stands in the company's list,"
                    " or pick them in the form.",
                    name=Verbatim(called[:60]),
                )
            )
        self.rest = text[length:].lstrip(SEPARATORS)
        return person

    def _take_day(self, question: Day) -> None:
        text = _without_lead(self.rest, question.lead)
        reading = dates.read_day(text, self.request.today, self.request.actor.language)
        if reading and text.lower().startswith(reading.text.lower()):
            self.given[question.name] = reading.day.isoformat()
            self.rest = text[len(reading.text) :].lstrip(SEPARATORS)

    def _take_clock(self, question: Clock) -> None:
        text = _without_lead(self.rest, question.lead)
        first = re.match(r"\S+( [ap]m)?", text, re.IGNORECASE)
        clock = dates.read_clock(first.group(), self.request.actor.language) if first else None
        if first and clock:
            self.given[question.name] = clock.strftime("%H:%M")
            self.rest = text[first.end() :].lstrip(SEPARATORS)

    def _take_number(self, question: Scale | Number) -> None:
        if isinstance(question, Scale) and question.labels:
            self._take_labelled_number(question)
            return
        found = re.match(r"-?\d+([.,]\d+)?(?=\s|$|%)", self.rest)
        if found:
            self.given[question.name] = found.group()
            self.rest = self.rest[found.end() :].lstrip(SEPARATORS + "%")

    def _take_labelled_number(self, question: Scale) -> None:
        segment = _numbered(tuple(question.labels))
        if found := segment.search(self.rest):
            self.given[question.name] = found.group(2)
            self.rest = segment.sub(r"\1", self.rest, count=1).lstrip(SEPARATORS + ";；\n")

    def _take_choice(self, question: Choice) -> None:
        for option in _options(question):
            for name in _names(option, self.request):
                if re.match(rf"{re.escape(name)}(?=\s|$|[,，])", self.rest, re.IGNORECASE):
                    self.given[question.name] = option.value
                    self.rest = self.rest[len(name) :].lstrip(SEPARATORS)
                    return


def _options(question: Choice) -> tuple[Option, ...]:
    return question.options if isinstance(question.options, tuple) else ()


def _names(option: Option, request: Request) -> tuple[str, ...]:
    label = option.label
    shown = (
        label.words if isinstance(label, Verbatim) else label.template if isinstance(label, Phrase) else ""
    )
    return tuple(name for name in (option.value, shown) if name)


def _without_lead(text: str, lead: Sequence[str]) -> str:
    found = _any_of(tuple(lead)).match(text) if lead else None
    return text[found.end() :].lstrip(SEPARATORS) if found else text


@lru_cache(maxsize=1024)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """The first of these words with which a text begins; a Latin one ends where a word ends."""
    made = (rf"{re.escape(word)}(?=[\s:：]|$)" if word.isascii() else re.escape(word) for word in words)
    return re.compile("|".join(made), re.IGNORECASE)


@lru_cache(maxsize=1024)
def _numbered(labels: tuple[str, ...]) -> re.Pattern[str]:
    """A segment that is one of these labels and a number."""
    any_of = "|".join(re.escape(label) for label in labels)
    return re.compile(rf"(^|[;；\n])\s*(?:{any_of})\s*[:：]?\s*(\d+)\s*(?=[;；\n]|$)", re.IGNORECASE)


def _label(segment: str, questions: Sequence[Words]) -> tuple[Words, str] | None:
    text = segment.strip()
    for question in questions:
        found = _any_of(question.labels).match(text) if question.labels else None
        if found:
            rest = text[found.end() :]
            # 完成率 80%: without a sign between them, a Chinese label may be part of a word, so it stays.
            return question, rest.lstrip(SEPARATORS) if rest[:1] in ("", *SEPARATORS) else text
    return None


def named(text: str, directory: Directory, platform: str) -> tuple[Person | None, int]:
    """The colleague whose name, user name or address begins this text, and how long that is. A first name counts when
    only one active colleague has it."""
    first = re.match(r"[^\s,，;；:：]+", text)
    if not first:
        return None, 0
    word = first.group()
    names = _names_of(directory, platform)
    whole = _full_name(text, names)
    if whole:
        return whole
    for tried in (word, word.rstrip(".!?。！？")):
        found = names.short.get(folded(tried))
        if found is not None:
            return found, len(tried)
    return None, len(word)


def _full_name(text: str, names: _Names) -> tuple[Person, int] | None:
    lowered = text.casefold()
    fitting = (names.full.get(lowered[:length]) for length in names.lengths)
    longest = next((person for person in fitting if person), None)
    if longest is None or (
        text[len(longest.name) : len(longest.name) + 1].isalnum() and longest.name.isascii()
    ):
        return None
    return longest, len(longest.name)


@dataclass(frozen=True)
class _Names:
    """How the active colleagues of a directory are called: by whole names, the lengths of these from the longest on,
    and every short way that names only one."""

    directory: Directory
    full: Mapping[str, Person]
    lengths: tuple[int, ...]
    short: Mapping[str, Person]


_NAMES: dict[str, _Names] = {}
"""For each platform those of the newest directory: a company has thousands of names, and few changes of them."""


def _names_of(directory: Directory, platform: str) -> _Names:
    known = _NAMES.get(platform)
    if known is None or known.directory is not directory:
        full: dict[str, Person] = {}
        for person in directory.people.values():
            if person.active:
                full.setdefault(person.name.casefold(), person)
        lengths = tuple(sorted({len(name) for name in full if name}, reverse=True))
        known = _NAMES[platform] = _Names(directory, full, lengths, _short_names(directory, platform))
    return known


def _short_names(directory: Directory, platform: str) -> dict[str, Person]:
    sure: dict[str, Person] = {}
    shared: dict[str, set[str]] = {}
    for person in directory.people.values():
        if not person.active:
            continue
        account = directory.account(person.id, platform)
        for name in (person.email, account.username if account else ""):
            if name:
                sure[folded(name)] = person
        for name in {person.email.split("@")[0], person.name.split()[0] if person.name.split() else ""}:
            shared.setdefault(folded(name), set()).add(person.id)
    for name, ids in shared.items():
        if len(ids) == 1 and name:
            sure.setdefault(name, directory.people[next(iter(ids))])
    return sure


# Answers -------------------------------------------------------------------------------------------------------------


def answer(question: Question, raw: Any, request: Request) -> Any:
    """The value a handler gets for a raw answer; raises Problem naming the question."""
    try:
        return _ANSWERS[type(question)](question, raw, request)
    except Problem as problem:
        raise Problem(problem.words, question=question.name) from None


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
    if str(raw) in {option.value for option in _options(question)}:
        return str(raw)
    for option in _options(question):
        if folded(str(raw)) in {folded(name) for name in _names(option, request)}:
            return option.value
    raise Problem(Phrase("Please pick one of the options."))


def _number(question: Number | Scale, raw: Any, request: Request) -> float | int:
    whole = isinstance(question, Scale) or question.whole
    try:
        number = float(str(raw).strip().replace(",", "."))
    except ValueError:
        raise Problem(Phrase("Please give a number.")) from None
    if not math.isfinite(number) or (whole and number != int(number)):
        raise Problem(Phrase("Please give a whole number."))
    low, high = question.low, question.high
    if (low is not None and number < low) or (high is not None and number > high):
        raise Problem(Phrase("Please give a number from {low} to {high}.", low=low or 0, high=high or 0))
    return int(number) if whole else number


def _colleague(question: Colleague, raw: Any, request: Request) -> Any:
    ids = tuple(raw) if isinstance(raw, tuple | list) else (raw,)
    people = [_known(str(person_id), request) for person_id in ids]
    if not people:
        raise Problem(Phrase("Please answer this; it is needed."))
    if not question.yourself and request.actor.id in {person.id for person in people}:
        raise Problem(Phrase("Please pick somebody else than yourself."))
    if len(people) > question.most:
        raise Problem(Phrase("Please pick at most {most} people.", most=question.most))
    return people[0] if question.most == 1 else tuple(people)


def _known(raw: str, request: Request) -> Person:
    directory = request.store.directory
    person = directory.person(raw) or directory.with_account(request.platform, raw)
    if person is None:
        person, _ = named(raw.lstrip("@＠"), directory, request.platform)
    if person is None or not person.active:
        raise Problem(Phrase("I do not know this colleague. Please pick somebody from the company's list."))
    return person


def _day(question: Day, raw: Any, request: Request) -> date:
    reading = dates.read_day(str(raw).strip(), request.today, request.actor.language)
    if reading is None:
        raise Problem(Phrase("I cannot read this day. Write it like 2026-11-30, or “next Friday”."))
    if question.earliest and reading.day < question.earliest:
        raise Problem(Phrase("Please pick {day} or later.", day=question.earliest))
    return reading.day


def _clock(question: Clock, raw: Any, request: Request) -> Any:
    clock = dates.read_clock(str(raw).strip(), request.actor.language)
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
