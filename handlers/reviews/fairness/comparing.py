"""What is remarked on when a review is held beside its author's others, and its days beside the time it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median

from handlers.kit.text import Phrase, Verbatim
from handlers.reviews.fairness.checking import Hit, Passage
from handlers.reviews.fairness.rules import COPIED, GROUPS, RECENT, SHORT

LEAST_WORDS, LEAST_LETTERS = 6, 12
"""A sentence of fewer words, or Chinese ones of fewer letters, is easily the same by chance."""
LEAST_DAYS = 2
"""Of one day alone nobody can say that all of them are late."""
LAST_PART = 5
"""Late is what lies in the last of so many equal parts of the time."""
LEAST_OTHERS = 2
MUCH_SHORTER = 3
"""Far shorter is less than the usual length by this."""
LEAST_USUAL = 200
"""Where people write less than so many letters, no length says anything."""
LEAST_IN_GROUP = 2
GROUP_SHORTER = 2


@dataclass(frozen=True)
class Written:
    """A review as it is compared: about whom, as what it is written, and to which groups the person belongs, by what
    groups them ("team": "Engines")."""

    about: str
    name: str
    role: str
    passages: tuple[Passage, ...]
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """How long it is, in letters; a Chinese one weighs as much as two Latin ones and a half."""
        return sum(len(each.words) + len(_HAN.findall(each.words)) * 3 // 2 for each in self.passages)


_HAN = re.compile(r"[\u3400-\u9fff]")
_SENTENCE = re.compile(r"[^.!?。！？\n]+[.!?。！？]*")
_PERSON = re.compile(
    r"\b(?:he|she|they|his|her|hers|their|theirs|him|them|himself|herself|themselves)\b|[他她]们?", re.I
)


def copied(this: Written, others: Sequence[Written]) -> Iterator[Hit]:
    """Sentences that the author wrote about somebody else too, whatever the name and whether she or he."""
    known: dict[str, str] = {}
    for other in others:
        if other.about != this.about:
            for passage in other.passages:
                known.update({key: other.name for key, _ in _sentences(passage.words, other.name)})
    for passage in this.passages:
        for key, found in _sentences(passage.words, this.name):
            if key in known:
                yield Hit(
                    COPIED,
                    passage.part,
                    *found.span(),
                    found[0],
                    Phrase("It stands in what you write about {name} too.", name=Verbatim(known[key])),
                )


def _sentences(words: str, name: str) -> Iterator[tuple[str, re.Match[str]]]:
    called = re.compile(
        "|".join(re.escape(part) for part in sorted({name, *name.split()}, key=len, reverse=True) if part)
    )
    for found in _SENTENCE.finditer(words):
        plain = _PERSON.sub("~", called.sub("~", found[0]) if name else found[0]).casefold()
        key = " ".join(re.findall(r"[\w~]+", plain))
        if len(key.split()) >= LEAST_WORDS or len(_HAN.findall(key)) >= LEAST_LETTERS:
            yield key, found


# Its days ------------------------------------------------------------------------------------------------------------

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_NAMED = re.compile(
    "|".join(rf"\b(?P<m{n}>(?-i:{name.capitalize()}))\b" for n, name in enumerate(_MONTHS, 1))
)
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2}))?(?!\d)")
_HAN_MONTH = re.compile(r"(?<![\d年])(\d{1,2})\s*月(?:(\d{1,2})\s*[日号])?")


def days_in(words: str, from_on: date, to_on: date) -> set[date]:
    """The days of the time that words name; a month stands for its first day in it."""
    found = {(int(year), int(month), int(day or 0)) for year, month, day in _ISO.findall(words)}
    found |= {(0, int(month), int(day or 0)) for month, day in _HAN_MONTH.findall(words)}
    found |= {(0, int((each.lastgroup or "m0")[1:]), 0) for each in _NAMED.finditer(words)}
    made = (_day(*each, from_on, to_on) for each in found)
    return {day for day in made if day}


def _day(year: int, month: int, day: int, from_on: date, to_on: date) -> date | None:
    for year_ in (year,) if year else range(to_on.year, from_on.year - 1, -1):
        try:
            named = date(year_, month, day or 1)
        except ValueError:
            return None
        # A month that the time begins in the middle of counts from there.
        if not day and named < from_on <= named + timedelta(days=30):
            named = from_on
        if from_on <= named <= to_on:
            return named
    return None


def recent(this: Written, cited: Sequence[date], from_on: date, to_on: date) -> Iterator[Hit]:
    """Whether all the days that are named or cited are from the end of the time."""
    days = {day for each in this.passages for day in days_in(each.words, from_on, to_on)}
    days |= {day for day in cited if from_on <= day <= to_on}
    late = to_on - (to_on - from_on) / LAST_PART
    if len(days) >= LEAST_DAYS and min(days) > late:
        yield Hit(
            RECENT,
            more=Phrase("The earliest is {day}; the time began {from_on}.", day=min(days), from_on=from_on),
        )


# Its length ----------------------------------------------------------------------------------------------------------


def short(this: Written, others: Sequence[Written]) -> Iterator[Hit]:
    """Whether it is far shorter than what the author writes about others as the same."""
    lengths = [other.length for other in _alike(this, others)]
    if len(lengths) < LEAST_OTHERS or (usual := median(lengths)) < LEAST_USUAL:
        return
    if this.length * MUCH_SHORTER < usual:
        yield Hit(SHORT)


def group_gaps(this: Written, others: Sequence[Written]) -> Iterator[Hit]:
    """Whether what the author writes is much shorter about a group to which this person belongs than about the rest."""
    every = [this, *_alike(this, others)]
    for by, group in sorted(this.groups.items()):
        inside = [each.length for each in every if each.groups.get(by) == group]
        outside = [each.length for each in every if each.groups.get(by) != group]
        if min(len(inside), len(outside)) < LEAST_IN_GROUP or median(outside) < LEAST_USUAL:
            continue
        if median(inside) * GROUP_SHORTER < median(outside):
            yield Hit(GROUPS, more=Phrase("The group: {group}.", group=Verbatim(group)))
            return


def _alike(this: Written, others: Sequence[Written]) -> list[Written]:
    return [each for each in others if each.role == this.role and each.about != this.about and each.length]
