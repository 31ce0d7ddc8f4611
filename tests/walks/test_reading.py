"""Nobody reads what is not theirs: not from the store, however often the company is reorganised, nor anywhere else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Date, Integer, Time

from handlers.kit.cards import Document
from handlers.kit.requests import Said
from storage import policy
from storage.columns import Moment, SealedJson
from storage.ids import new_id
from storage.policy import Kind, Relation, Right
from storage.records import personal_tables
from storage.store import Store
from storage.tables import FOREVER, AuditRow, BreakGlass, Delegation, Outgoing, PersonalRow, ReportingLine
from tests.company import Chat
from tests.walks.tour import EVERYBODY, Tour, opened

HISTORIES = 200
BEGIN = date(2026, 1, 1)

LENT = tuple(
    table
    for table in personal_tables()
    if any({Relation.DELEGATE, Relation.BY_GLASS} & policy.TABLE[Kind(kind)].keys() for kind in table.kinds)
)
"""The tables with records that can be read for a while only."""
TABLES = tuple(table for table in personal_tables() if table.__module__.startswith("storage."))


def made_up(table: type[PersonalRow], **known: Any) -> PersonalRow:
    """A row of any personal table, with something in every column."""
    values: dict[str, Any] = {}
    for column in table.__table__.c:  # type: ignore[attr-defined]
        kind = column.type
        if isinstance(kind, SealedJson):
            values[column.name] = {"words": "x"}
        elif isinstance(kind, Moment):
            values[column.name] = known["made_at"]
        elif isinstance(kind, Boolean):
            values[column.name] = False
        elif isinstance(kind, Time):
            values[column.name] = known["made_at"].time()
        elif isinstance(kind, Date):
            values[column.name] = known["made_at"].date()
        elif isinstance(kind, Integer):
            values[column.name] = 1
        elif isinstance(kind, JSON):
            values[column.name] = {}
        else:
            values[column.name] = new_id()
    return table(**{**values, **known})


# The filter and the rule ------------------------------------------------------------------------------------------


class Undo(Exception):
    """Takes a history back."""


class History:
    """A company that is reorganised at random, and records from all of its times."""

    def __init__(self, store: Store, people: list[str], dice: random.Random) -> None:
        self.store, self.people, self.dice = store, list(people), dice
        dice.shuffle(self.people)  # whoever stands before may lead who stands behind: no circles
        self.named: set[tuple[str, str]] = set()
        self.met: Counter[Relation] = Counter()
        self.compared = self.differences = 0

    def happen(self) -> None:
        revision = self.store.people_changed()
        self.store.remove(ReportingLine)
        for number, person in enumerate(self.people[1:], start=1):
            for since, until in self._tenures():
                manager = self.dice.choice(self.people[:number])
                self.store.insert(
                    ReportingLine(
                        subject_id=person, manager_id=manager, since=since, until=until, revision=revision
                    )
                )
        for _ in range(self.dice.randint(1, 8)):
            self.store.insert(self._delegation())
        for _ in range(self.dice.randint(1, 4)):
            self.store.insert(self._break_glass())
        self.store.roster.open_past(self.dice.random() < 0.5)
        leaving = self.dice.sample(self.people, self.dice.randint(0, 2))
        self.store.roster.leave_all({person: person for person in leaving})
        self.store.people_changed()

    def _break_glass(self) -> BreakGlass:
        """HR, or somebody who was of HR, asks to read somebody's feedback; often not agreed to, or over."""
        hr = next(person for person in self.people if self.store.directory.is_hr(person))
        subject, somebody = self.dice.sample(self.people, 2)
        author = self.dice.choice((hr, hr, somebody))
        opened = self.store.now - timedelta(hours=self.dice.choice((0, 1, 12, 23, 24)))
        closed = self.store.now if self.dice.random() < 0.2 else None
        ends = (
            {"approved_at": opened, "ends_at": opened + timedelta(hours=24)}
            if self.dice.random() < 0.8
            else {}
        )
        return BreakGlass(
            kind=Kind.BREAK_GLASS,
            subject_id=subject,
            author_id=author,
            made_at=opened,
            reason="x",
            closed_at=closed,
            **ends,
        )

    def _delegation(self) -> Delegation:
        """Somebody stands in for somebody, around today; often not yet agreed, or over."""
        directory, today = self.store.directory, self.store.now.date()
        somebody, stand_in = self.dice.sample(self.people, 2)
        manager = directory.manager_of(somebody, today) or somebody
        deep = [person for person in self.people if manager in directory.line_above(person, today)[1:]]
        if deep and self.dice.random() < 0.3:  # who works for one of the team
            stand_in = self.dice.choice(deep)
        begins = self.store.now - timedelta(days=self.dice.choice((-3, 0, 40, 60, 80)))
        known = {"subject_id": manager, "author_id": manager, "named_id": stand_in, "made_at": begins}
        yes = {
            name: self.store.now if self.dice.random() < 0.8 else None
            for name in ("accepted_at", "approved_at")
        }
        ended = self.store.now if self.dice.random() < 0.2 else None
        ends = begins + timedelta(days=self.dice.choice((1, 40, 80, 90)))
        return Delegation(
            kind=Kind.DELEGATION, reason="x", begins_at=begins, ends_at=ends, ended_at=ended, **known, **yes
        )

    def _tenures(self) -> Iterator[tuple[date, date]]:
        since = BEGIN + timedelta(days=self.dice.randint(0, 300))
        for _ in range(self.dice.randint(0, 3)):
            until = since + timedelta(days=self.dice.choice((0, 1, 30, 200)))
            yield since, until
            since = until + timedelta(days=self.dice.choice((0, 0, 5)))
        if self.dice.random() < 0.8:
            yield since, FOREVER

    def is_written(self, table: type[PersonalRow]) -> None:
        for kind in table.kinds * 3:
            self.store.insert(self._row(table, kind))

    def _row(self, table: type[PersonalRow], kind: str) -> PersonalRow:
        day = BEGIN + timedelta(
            days=self.dice.choice((self.dice.randint(0, 330), self.dice.randint(270, 330)))
        )
        moment = datetime.fromisoformat(f"{day}T{self.dice.choice(('00:00', '12:30', '23:59'))}:00+00:00")
        subject, author, named_id = self._pair()
        known = {"id": new_id(), "kind": kind, "subject_id": subject, "named_id": named_id, "made_at": moment}
        return made_up(table, **known, author_id=author if self.dice.random() < 0.9 else None)

    def _pair(self) -> tuple[str, str, str | None]:
        """Whom a row is about, who wrote it, and whom they named: of one-on-ones, two people have one."""
        subject, author, named = (
            self.dice.choice(among) for among in (self._opened_to_others(), self.people, self.people)
        )
        if (subject, named) in self.named or self.dice.random() < 0.4:
            return subject, author, None
        self.named.add((subject, named))
        return subject, author, named

    def _opened_to_others(self) -> list[str]:
        """Often those whose records somebody may read for a while, or else hardly any row would be about them."""
        directory, now = self.store.directory, self.store.now
        theirs = [each.id for person in directory.stand_ins for each in directory.in_charge_of(person, now)]
        theirs += [each.subject_id for opened in directory.openings.values() for each in opened]
        return theirs if theirs and self.dice.random() < 0.8 else self.people

    def compare(self, table: type[PersonalRow]) -> None:
        directory, now, rows = self.store.directory, self.store.now, self.store._rows(table, ())
        for reader in self.people:
            found = {row.id for row in self.store.read(table, reader=reader)}
            due = {row.id for row in rows if policy.may(directory, reader, Right.READ, row, now)}
            self.compared += len(rows)
            self.differences += len(found ^ due)
            for row in rows:
                self.met.update(policy.relations(directory, reader, row, now) if row.id in found else ())


async def test_the_filter_in_the_query_is_the_rule_after_every_reorganisation(any_chat: Chat) -> None:
    """The SQL of `store.read` against `policy.may`, which walks the lines one by one."""
    chat, compared, differences, met, walked = any_chat, 0, 0, Counter[Relation](), set()
    for number in range(HISTORIES):
        dice = random.Random(number)
        tables = (dice.choice(LENT), dice.choice(TABLES))

        def work(store: Store, dice: random.Random = dice, tables: Any = tables) -> None:
            nonlocal compared, differences
            history = History(store, list(chat.ids.values()), dice)
            history.happen()
            for table in tables:
                history.is_written(table)
                history.compare(table)
            compared, differences = compared + history.compared, differences + history.differences
            met.update(history.met)
            raise Undo

        with pytest.raises(Undo):
            chat.change(work)
        walked |= {kind for table in tables for kind in table.kinds}
    assert walked == {kind for table in TABLES for kind in table.kinds}
    assert len(TABLES) >= 12
    assert compared > 10_000
    assert min(met[relation] for relation in Relation) > 20, "a relation that never held shows nothing"
    assert differences == 0


# All that goes out -------------------------------------------------------------------------------------------------

MAY: dict[str, set[str]] = {
    "quicksilver-checkin": {"ben", "ada", "grace"},
    "quicksilver-comment": {"ben", "ada", "grace"},
    "quicksilver-feedback-alone": {"eve", "ben"},
    "quicksilver-feedback-both": {"dora", "ben", "ada"},
    "quicksilver-reply": {"eve", "ben"},
    "quicksilver-asked": {"ben", "chen"},
    "quicksilver-kudos": {"ada", "ben"},
    "quicksilver-point": {"ada", "ben"},
    "quicksilver-notes": {"ada", "ben"},
    "quicksilver-private": {"ada"},
    "quicksilver-action": {"ada", "ben"},
    "quicksilver-draft": {"ben"},
}
"""What is written in the story below, and who alone may ever see it."""


async def written(chat: Chat) -> None:
    """Everything private that people write to each other, each with a word of its own."""
    await chat.says("ben", "/checkin done quicksilver-checkin; next rest; mood 2")
    shown = await chat.says("ada", "/checkin team")
    await chat.presses("ada", next(label for label in shown.buttons if "Ben" in label or label == "Open"))
    await chat.presses("ada", "Comment")
    await chat.submits("ada", words="quicksilver-comment")
    said = "situation the call; behaviour calm; effect {}; suggestion more"
    await chat.says("eve", "/feedback @ben " + said.format("quicksilver-feedback-alone"))
    await chat.presses("ben", "Reply")
    await chat.submits("ben", **{question.name: "quicksilver-reply" for question in _asked(chat, "ben")})
    await chat.says("dora", "/feedback @ben")
    answers = dict.fromkeys(("situation", "behaviour", "effect", "suggestion"), "quicksilver-feedback-both")
    await chat.submits("dora", audience="receiver_and_manager", **answers)
    await chat.says("ben", "/feedback ask @chen about quicksilver-asked")
    await chat.says("ada", "/kudos @ben for quicksilver-kudos")
    await chat.presses("ada", "Send privately")
    await chat.says("ada", "/1on1 add @ben quicksilver-point")
    await chat.presses("ada", "Write notes")
    await chat.submits("ada", words="quicksilver-notes")
    await chat.presses("ada", "Private note")
    await chat.submits("ada", words="quicksilver-private")
    await chat.says("ben", "/1on1 action @ada by friday: quicksilver-action")
    await chat.says("ben", "/1on1 add quicksilver-draft")


def _asked(chat: Chat, who: str) -> Any:
    form = chat.last[who].form
    assert form
    return form.questions


async def test_no_word_reaches_anybody_for_whom_it_is_not(company_file: Path, tmp_path: Path) -> None:
    """Everybody goes through every command that reads, with the names of all, and presses what is shown."""
    async with opened(company_file, tmp_path / "company.db") as chat:
        await written(chat)
        chat.wait(hours=3)
        await chat.tick()
        tour = Tour(chat, depth=1)
        for who in EVERYBODY:
            for words in READING:
                await tour.visit(who, Said(words, command=True), words)
            await tour.around(who)
        for _ in range(3):
            chat.wait(days=1)
            await chat.tick()
        seen = _who_saw(chat, tour)
        assert {word: people - MAY[word] for word, people in seen.items()} == {word: set() for word in MAY}
        assert all(seen.values()), "a word that nobody saw shows nothing"
        assert len(tour.seen) > 700


READING = tuple(
    f"/{command} {who}".strip()
    for command, people in (
        ("checkin", ("team", "history", *(f"history @{who}" for who in EVERYBODY))),
        ("kudos", ("mine", "team")),
        ("feedback", ("",)),
        (
            "1on1",
            ("", "templates", *(f"@{who}" for who in EVERYBODY), *(f"notes @{who}" for who in EVERYBODY)),
        ),
        ("upbeat", ("privacy", "privacy who", "privacy file", "why", "settings", "help", "setup", "health")),
        ("privacy departed", ("@ben",)),
        ("import", ("",)),
    )
    for who in people
)


def _who_saw(chat: Chat, tour: Tour) -> dict[str, set[str]]:
    names = {person: who for who, person in chat.ids.items()}
    texts = [(seen.who, seen.heard.text + _drafted(seen.heard.form)) for seen in tour.seen]
    texts += [(seen.who, _files(chat, seen)) for seen in tour.seen]
    for row in chat.rows(Outgoing):
        texts.append((names.get(row.person_id, "everybody"), row.card))
    texts.append(("everybody", "".join(f"{row.what} {row.record_id}" for row in chat.rows(AuditRow))))
    found: dict[str, set[str]] = {word: set() for word in MAY}
    for who, text in texts:
        for word in MAY:
            if word in text:
                found[word].add(who)
    return found


def _drafted(form: Any) -> str:
    return repr(form.given) if form else ""


def _files(chat: Chat, seen: Any) -> str:
    """What stands in the files of an answer."""
    card, reader = seen.heard.card, chat.ids.get(seen.who, "")
    ids = [part.file_id for part in (card.parts if card else ()) if isinstance(part, Document)]
    kept = [chat.change(lambda store, one=one: store.files.get(one, person_id=reader)) for one in ids]
    return "".join(file[1].decode("utf-8", "replace") for file in kept if file)
