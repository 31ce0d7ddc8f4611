"""Nobody reads what is not theirs: not from the store, however often the company is reorganised, nor anywhere else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handlers.kit.cards import Document
from handlers.kit.requests import Said
from storage import policy
from storage.policy import Kind, Relation
from storage.store import Store
from storage.tables import AuditRow, Outgoing
from tests.company import Chat
from tests.walks.reorganised import TABLES, History, Undo
from tests.walks.tour import EVERYBODY, Tour, opened

HISTORIES = 200
LENT = tuple(
    table
    for table in TABLES
    if any({Relation.DELEGATE, Relation.BY_GLASS} & policy.TABLE[Kind(kind)].keys() for kind in table.kinds)
)
"""The tables with records that can be read for a while only."""


# The filter and the rule ------------------------------------------------------------------------------------------


async def test_the_filter_in_the_query_is_the_rule_after_every_reorganisation(
    any_chat: Chat, record_property: Callable[[str, Any], None]
) -> None:
    """The SQL of `store.read`, `policy.may`, and a plain reading of docs/who-sees-what.md."""
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
    figures = f"{HISTORIES} random histories, {differences} differences between filter, rule and page"
    record_property(
        "access",
        [compared, differences, f"{'SQLite' if chat.database.is_sqlite else 'PostgreSQL'}: {figures}"],
    )
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
