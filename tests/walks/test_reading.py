"""Nobody reads what is not theirs: not from the store, however often the company is reorganised, nor anywhere else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from handlers.kit.cards import Document
from handlers.kit.forms import Colleague
from handlers.kit.requests import Said
from handlers.kit.values import dump
from storage import policy
from storage.policy import Kind, Relation
from storage.store import Store
from storage.tables import Outgoing
from tests.company import Chat
from tests.walks.judging import Judge, State
from tests.walks.reorganised import TABLES, History, Undo
from tests.walks.surfaces import ALL_THERE, Out
from tests.walks.tour import COMMANDS, Seen, Tour, opened

HISTORIES = {"sqlite": 66, "postgresql": 33}
"""The rule is one and the SQL nearly so: what the second database reads differently shows in fewer."""
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
    histories = HISTORIES["sqlite" if chat.database.is_sqlite else "postgresql"]
    for number in range(histories):
        dice = random.Random(number)
        tables = (dice.choice(LENT), TABLES[number % len(TABLES)])

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
    figures = f"{histories} random histories, {differences} differences between filter, rule and page"
    record_property(
        "access",
        [compared, differences, f"{'SQLite' if chat.database.is_sqlite else 'PostgreSQL'}: {figures}"],
    )
    assert walked == {kind for table in TABLES for kind in table.kinds}
    assert len(TABLES) >= 12
    assert compared > 100 * histories
    assert min(met[relation] for relation in Relation) > 10, "a relation that never held shows nothing"
    assert differences == 0


# All that is answered and told -------------------------------------------------------------------------------------


@dataclass
class Asking(Tour):
    """Everybody asks for everything about everybody, and presses what is shown; each answer is judged as it is given,
    before a platform draws it."""

    judge: Judge = field(kw_only=True)
    about: Sequence[str] = field(kw_only=True)

    async def everything(self) -> None:
        """Every command alone and with the names of these colleagues, every shortcut, the home screen."""
        for who in self.judge.canaries.ids:
            for words in self._asked():
                await self.visit(who, Said(words, command=True), words)
            await self.around(who)

    def _asked(self) -> Iterator[str]:
        for route in COMMANDS:
            yield f"/{route.words}"
            if any(isinstance(question, Colleague) for question in route.questions):
                yield from (f"/{route.words} @{who}" for who in self.about)

    def arrives(self, row: Outgoing) -> bool:
        """Delivery asks the same when it sends."""

        def asked(store: Store) -> bool:
            person = store.directory.person(row.person_id or "")
            return person is None or (person.active and store.records.is_still_for(person.id, row.about))

        return bool(self.chat.database.look_now(asked))

    def see(self, seen: Seen) -> None:
        """Whatever was answered is for one person; what was told may be for a channel."""
        readers = (seen.who or ALL_THERE,)
        self.judge.judge(seen.did, [Out("answers", readers, each) for each in self._all_of(seen)])

    def _all_of(self, seen: Seen) -> Iterator[bytes]:
        yield dump(seen.heard.answer).encode("utf-8", "surrogatepass")
        card, reader = seen.heard.card, self.chat.ids.get(seen.who, "")
        for part in card.parts if card else ():
            if isinstance(part, Document):
                kept = self.chat.database.look_now(
                    lambda store, part=part: store.files.get(part.file_id, person_id=reader)
                )
                yield kept[1] if kept else b""


ABOUT = {"today": ("ada", "ben", "chen", "dora", "eve", "fred", "leo"), "later": ("ben", "chen", "leo")}
"""About or by whom something was written; and with whom things are different later."""


@pytest.mark.parametrize("moment", ABOUT)
async def test_no_answer_has_a_word_that_its_reader_may_not_read(
    moment: str, states: dict[str, State], tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    state = states[moment]
    async with opened(state.file, tmp_path / "company.db", state.at) as chat:
        judge = Judge(chat.database, state.canaries)
        past = max(row.id for row in chat.rows(Outgoing)) if moment == "later" else ""  # told when it was
        await Asking(chat, _last=past, depth=1, again=1, about=ABOUT[moment], judge=judge).everything()
    record_property("access", [sum(judge.cells.values()), len(judge.leaks), f"answers, {moment}: {judge}"])
    record_property("examined", f"access, answers, {moment}: {judge}; {len(judge.leaks)} leaked")
    assert not judge.leaks, "\n".join(sorted(judge.leaks))
    assert judge.unseen(every=False) == set(), "a word that nobody saw shows nothing"
    assert judge.cells["answers"] > 1500
