"""A thousand organisations, everybody in them asks whatever they may, the health report with the survey of the process
included, and all that they hear says of nobody what they said in confidence."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col

from handlers.kit.text import Phrase
from handlers.reviews import releasing, survey, together
from handlers.reviews.parts import Part
from handlers.reviews.review import has_power
from storage.policy import Kind
from storage.reviews import PEER, UPWARD, ProcessSurvey, Review, ReviewCycle
from storage.reviews.voices import ReviewVoice
from storage.store import Store
from storage.tables import FOREVER, PersonRow, ReportingLine
from tests.company import Chat, company
from tests.engines import ENGINES, empty_database
from tests.walks.attack import Answer, Attacker, below

ORGANISATIONS = 1000 if os.environ.get("UPBEAT_ACCESS_LONG") else 20
SEED = 20261126
PEOPLE = {f"p{n:02}": (f"Person {n}", "", "UTC", "en", "hr" if n < 2 else "employee", "T") for n in range(26)}
SINCE = date(2020, 1, 1)
POINTS = (Part("direction", "competency", Phrase("Results"), points=(Phrase("Yes"),) * 5),)
HIGHEST = 5


@dataclass
class Organisation:
    """Who reports to whom, and what each said about whom."""

    dice: random.Random
    ids: list[str]
    managers: dict[str, str] = field(default_factory=dict)
    said: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """By role, author and subject."""
    fair: dict[str, int] = field(default_factory=dict)
    """How fair each thought the process was who answered its survey."""

    def grow(self) -> None:
        """A random tree of random teams, and random people who wrote what people write: often all alike."""
        order = self.dice.sample(self.ids, len(self.ids))
        heads = max(1, self.dice.choice((1, 3, 6)))
        for number, person in enumerate(order[1:], 1):
            self.managers[person] = order[self.dice.randrange(min(number, heads * 2))]
        for person in self.ids:
            mood = self.dice.choice((None, None, 1, 4, 5))
            for author in (p for p, m in self.managers.items() if m == person):
                self._says(UPWARD, author, person, mood)
            others = [p for p in self.ids if p != person]
            for author in self.dice.sample(others, self.dice.choice((0, 0, 1, 2, 3, 4, 6, 8))):
                self._says(PEER, author, person, mood)
        mood = self.dice.choice((None, 1, 4, 5))
        for person in self.dice.sample(self.ids, self.dice.randint(3, len(self.ids))):
            like = mood if mood and self.dice.random() < 0.95 else self.dice.randint(1, HIGHEST)
            self.fair[person] = like

    def _says(self, role: str, author: str, subject: str, mood: int | None) -> None:
        if self.dice.random() < 0.8:
            like = mood if mood and self.dice.random() < 0.9 else self.dice.randint(1, HIGHEST)
            self.said[role, author, subject] = like

    def truth(self, role: str) -> dict[Answer, int]:
        """What is to be found out."""
        return {(author, subject): points for (r, author, subject), points in self.said.items() if r == role}


def settle(store: Store, organisation: Organisation) -> None:
    """Let people report to each other like that."""
    revision = store.people_changed()
    known = {row.subject_id: row for row in store._rows(ReportingLine, ())}
    for person in organisation.ids:
        manager = organisation.managers.get(person)
        line: dict[str, Any] = {
            "since": SINCE,
            "until": FOREVER if manager else SINCE,
            "revision": revision,
        }
        if person in known:
            store.change(known[person], manager_id=manager or person, **line)
        else:
            store.insert(ReportingLine(subject_id=person, manager_id=manager or person, **line))


def keep(store: Store, organisation: Organisation) -> ReviewCycle:
    """A cycle in which all of this was handed in."""
    day = store.now.date()
    cycle = store.reviews.cycles.add(
        "nobody",
        name="Cycle",
        parts=[part.kept() for part in POINTS],
        whom={},
        roles=(PEER, UPWARD),
        from_on=day,
        to_on=day,
        last_days={},
        peers="confidential",
        k_comment=organisation.dice.choice((4, 6, 10)),
        state="running",
    )
    for number, ((role, author, subject), points) in enumerate(organisation.said.items()):
        row = Review(
            kind=Kind.REVIEW_CONFIDENTIAL,
            subject_id=subject,
            author_id=author,
            made_at=store.now,
            cycle_id=cycle.id,
            role=role,
            state="submitted",
            answers={"direction": {"points": points, "words": f"w{number}w"}},
            submitted_at=store.now - timedelta(days=2),
        )
        store.insert_values(Review, row.__dict__)
    return cycle


def asked(store: Store, cycle: ReviewCycle, ids: list[str]) -> dict[str, ReviewVoice]:
    """All that anybody hears who asks."""
    return {row.id: row for who in ids for row in store.reviews.voices.in_cycle(cycle.id, reader=who)}


def surveyed(store: Store, cycle: ReviewCycle, organisation: Organisation) -> ProcessSurvey:
    """The survey about the process, answered and over."""
    row = store.reviews.surveys.open(cycle, asked=len(organisation.ids), ends_at=store.now)
    for number, points in enumerate(organisation.fair.values()):
        store.reviews.surveys.answer(
            row.id, points, f"s{number}s" if organisation.dice.random() < 0.6 else ""
        )
    survey.end(store, cycle, row)
    return row


def reported(store: Store, cycle: ReviewCycle, organisation: Organisation) -> dict[str, ProcessSurvey]:
    """What the health report of the cycle says of the survey to everybody who is let in."""
    allowed = (each for each in organisation.ids if has_power(store, each, cycle))
    return {each: row for each in allowed if (row := store.reviews.surveys.of(cycle.id))}


def reorganised(store: Store, organisation: Organisation) -> None:
    """Afterwards people come, go and change teams, in the hope that something is counted anew."""
    dice, revision = organisation.dice, store.people_changed()
    for row in store._rows(ReportingLine, (col(ReportingLine.until) > store.now.date(),)):
        if dice.random() < 0.2:
            store.change(row, until=store.now.date(), revision=revision)
    for person in store._rows(PersonRow, ()):
        left = store.now if dice.random() < 0.1 else None
        if left != person.left_at:
            store.change(person, left_at=left, revision=revision)


@pytest.mark.parametrize("engine", ENGINES)
async def test_nobody_finds_out_what_anybody_said(
    engine: str, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    dice = random.Random(f"{SEED} {engine}")
    number = ORGANISATIONS if engine == "sqlite" else max(2, ORGANISATIONS // 20)
    hidden = found = heard = words = reports = 0
    naive: dict[str, int] = defaultdict(int)
    with empty_database(engine, tmp_path) as url:
        async with company(url, PEOPLE) as chat:
            for _ in range(number):
                organisation = Organisation(dice, sorted(chat.ids.values()))
                organisation.grow()
                cycle, voices, surveys = _ask_all(chat, organisation)
                reports += len(surveys)
                heard += len(voices)
                words += _words_stay_apart(organisation, cycle, voices)
                survey_truth, attackers = _of_the_survey(organisation, cycle, surveys)
                hidden += len(survey_truth)
                found += len(attackers["ours"].finds(survey_truth))
                naive["the survey as counted"] += len(attackers["counted"].finds(survey_truth, alone=True))
                for role in (PEER, UPWARD):
                    truth = organisation.truth(role)
                    hidden += len(truth)
                    found += len(_attacker(organisation, cycle, voices, role).finds(truth))
                    for name, attacker in _careless(organisation, cycle, role).items():
                        naive[name] += len(attacker.finds(truth, alone=name != "means of ours"))
    record_property(
        "examined",
        f"{engine}: {number} organisations, {heard} things released; of {hidden} answers {found} were found out;"
        f" without the rules: {dict(naive)}",
    )
    assert heard > number
    assert words > number / 10
    assert reports > number / 10 or number < 10
    assert found == 0
    few = (
        min(naive.values()) if number >= 10 else max(naive.values())
    )  # in two organisations one may find nothing
    assert few >= number, "an attacker who finds nothing proves nothing"


def _ask_all(
    chat: Chat, organisation: Organisation
) -> tuple[ReviewCycle, dict[str, ReviewVoice], list[ProcessSurvey]]:
    chat.change(lambda store: settle(store, organisation))

    def release(store: Store) -> ReviewCycle:
        cycle = keep(store, organisation)
        releasing.release(store, cycle)
        surveyed(store, cycle, organisation)
        return cycle

    cycle = chat.change(release)
    before = chat.change(lambda store: asked(store, cycle, organisation.ids))
    surveys = chat.change(lambda store: reported(store, cycle, organisation))
    chat.change(lambda store: reorganised(store, organisation))
    after = chat.change(lambda store: asked(store, cycle, organisation.ids))
    assert all(after[each].__dict__ == before[each].__dict__ for each in after.keys() & before.keys())
    rows = chat.rows(Review, col(Review.cycle_id) == cycle.id)
    assert all(row.answers is None and row.released_at for row in rows)
    return cycle, before | after, list(surveys.values())


def _of_the_survey(
    organisation: Organisation, cycle: ReviewCycle, surveys: list[ProcessSurvey]
) -> tuple[dict[Answer, int], dict[str, Attacker]]:
    """What those who read the health report can conclude of the survey, where all know who answered; and what they
    could if it said how many gave each point."""
    thresholds = together.Thresholds.of(cycle)
    truth = {(person, "the process"): points for person, points in organisation.fair.items()}
    ours, counted = Attacker(HIGHEST, thresholds), Attacker(HIGHEST, thresholds)
    for row in surveys[:1]:
        words = [each for each in row.said or ()]
        assert not words or len(words) >= thresholds.comment
        assert (row.tally is None) or row.answered >= thresholds.score
        if row.tally:
            assert row.tally["n"] == len(truth) == row.answered
            ours.hears(truth, row.tally)
    if len(truth) >= thresholds.score:
        counted.learns(truth, sum(truth.values()))
    return truth, {"ours": ours, "counted": counted}


def _cells(
    organisation: Organisation, cycle: ReviewCycle, role: str, k: int
) -> dict[tuple[str, str], tuple[Answer, ...]]:
    """Who is behind what: the attacker knows the rules, and who wrote about whom."""
    given: dict[str, list[Answer]] = defaultdict(list)
    for author, subject in organisation.truth(role):
        given[subject].append((author, subject))
    made = together.cells(given, organisation.managers.get, k)
    return {(cell.holder, cell.about): cell.answers for cell in made}


def _attacker(
    organisation: Organisation, cycle: ReviewCycle, voices: Mapping[str, ReviewVoice], role: str
) -> Attacker:
    thresholds = together.Thresholds.of(cycle)
    attacker = Attacker(HIGHEST, thresholds)
    behind = _cells(organisation, cycle, role, thresholds.group)
    for voice in voices.values():
        if voice.role == role and voice.tally:
            answers = behind[voice.subject_id, voice.about]
            assert voice.tally["n"] == len(answers)
            attacker.hears(answers, voice.tally)
    return attacker


def _careless(organisation: Organisation, cycle: ReviewCycle, role: str) -> dict[str, Attacker]:
    """The same organisation where less is hidden: every group's mean; only means of enough people, and of all below
    each manager; and the cells of ours with the exact mean of each."""
    thresholds = together.Thresholds.of(cycle)
    truth, line = organisation.truth(role), organisation.managers.get
    every, large, exact = (Attacker(HIGHEST, thresholds) for _ in range(3))
    for person in organisation.ids:
        own = [answer for answer in truth if answer[1] == person]
        under = below(person, line, organisation.ids)
        all_below = [answer for answer in truth if answer[1] in under]
        for group in (own, all_below):
            if group:
                every.learns(group, sum(truth[answer] for answer in group))
            if len(group) >= thresholds.group:
                large.learns(group, sum(truth[answer] for answer in group))
    for answers in _cells(organisation, cycle, role, thresholds.group).values():
        exact.learns(answers, sum(truth[answer] for answer in answers))
    return {"no rule": every, "a threshold": large, "means of ours": exact}


def _words_stay_apart(
    organisation: Organisation, cycle: ReviewCycle, voices: Mapping[str, ReviewVoice]
) -> int:
    """Words stand without points, and with those of as many others as the cycle says."""
    together_: dict[tuple[str, str, str], int] = defaultdict(int)
    for voice in voices.values():
        assert voice.author_id is voice.named_id is None
        assert not (voice.tally and voice.said)
        if voice.said:
            together_[voice.role, voice.subject_id, voice.about] += 1
    assert all(count >= together.Thresholds.of(cycle).comment for count in together_.values())
    assert len({voice.made_at for voice in voices.values()}) <= 1
    return len(together_)
