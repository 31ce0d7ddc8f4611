"""Words, keys, forms, shortcuts and reactions that somebody made up, through the whole of the one path."""

from __future__ import annotations

from typing import Any

from handlers.kit.requests import Act, Opened, Pressed, Quoted, Reacted, Said, Submitted, Where
from tests.company import Chat
from tests.hostile.bending import ODD, Dice
from tests.hostile.sweep import Tally, drafts, keys
from tests.walks.tour import EVERYBODY, SHORTCUTS

PEOPLE = (*(who for who in EVERYBODY if who != "dora"), "a stranger", "\ud800", "x" * 5000)


async def hostile_acts(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Anything that a platform could hand over, by anybody. It may be refused; it must not fail."""
    acts = Acts(chat)
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=acts.ids)
        who, act = acts.made(dice)
        chat.interviews = dice.often(0.2)
        where = Where("channel", "C1", "general", shared=dice.often(0.5)) if dice.often(0.1) else None
        heard = await chat.does(who, act, where=where)
        tally.outcomes[heard.answer.outcome] += 1
        if heard.answer.outcome == "failed":
            tally.broken.append(f"case {dice.seed}: {type(act).__name__}")
    assert tally.outcomes["done"] > cases / 50


class Acts:
    """Acts with keys and drafts that are there, mostly by those to whom they belong."""

    def __init__(self, chat: Chat) -> None:
        names = {person: who for who, person in chat.ids.items()}
        self.keys = keys(chat, lambda row: row.person_id in names)
        self.forms = [
            (row, chat.core.routes.get(row.route)) for row in drafts(chat) if row.person_id in names
        ]
        self.names = names
        self.ids = [*self.keys[:80], *chat.ids.values(), *(row.id for row, _ in self.forms[:80])]

    def made(self, dice: Dice) -> tuple[str, Act]:
        who, kind = dice.one(PEOPLE), dice.chance.random()
        if kind < 0.45:
            command = dice.often(0.7)
            return who, Said(
                dice.words(),
                message=str(dice.one(("m1", "m2", "\x00"))),
                command=command,
                edits=dice.often(0.05),
            )
        if kind < 0.65:
            return who, Pressed(
                str(dice.id()) if dice.often(0.4) else dice.one(self.keys), message=dice.words()[:100]
            )
        if kind < 0.85:
            row, route = dice.one(self.forms)
            names = [question.name for question in route.questions] if route else []
            given = {
                str(dice.one(names) if names and dice.often(0.9) else dice.id()): self._answer(dice)
                for _ in range(3)
            }
            owner = self.names[row.person_id] if dice.often(0.9) else who
            return owner, Submitted(
                row.id if dice.often(0.95) else str(dice.id()), given, final=dice.often(0.8)
            )
        words = dice.words()
        if kind < 0.95:
            what = dice.one((dice.one(SHORTCUTS).name, "home", "start", str(dice.id())))
            return who, Opened(
                what, payload=words[:200], quoted=Quoted(words, author=str(dice.id()), link=words[:100])
            )
        return who, Reacted(str(dice.id()), dice.one(("tada", words[:20])), dice.often(0.5))

    def _answer(self, dice: Dice) -> Any:
        kind = dice.chance.random()
        if kind < 0.4:
            return dice.words()
        if kind < 0.7:
            return dice.one(
                ("today", "2026-11-30", "10:00", "9999-12-31", "0001-01-01", "5", "-1", "1e400", dice.id())
            )
        return dice.bent([dice.one(ODD), {"value": dice.id()}])
