"""What people wrote, on every platform, in both languages, in spreadsheets: it stays text."""

from __future__ import annotations

import csv
import io

from handlers.kit.cards import Button, Card, Fact, Note, Section
from handlers.kit.text import Phrase, Verbatim
from storage.sheets import write_csv
from tests.company import Chat
from tests.hostile.bending import Dice
from tests.hostile.sweep import Tally
from tests.walks.test_drawing import LANGUAGES, PLATFORMS

STARTS = tuple("=+-@\t\r\x00＝＋－＠")


async def hostile_drawing(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """A card with these words wherever words can be, and a cell."""
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number)
        words = dice.words()[:3000]
        platform = dice.one(tuple(PLATFORMS))
        PLATFORMS[platform](_card(Verbatim(words)), dice.one(LANGUAGES))
        made = write_csv(["words"], [[words]]).decode("utf-8-sig")
        for row in csv.reader(io.StringIO(made, newline="")):
            assert row[0][:1] not in STARTS or not row[0]
        tally.outcomes[platform] += 1


def _card(said: Verbatim) -> Card:
    button = Button(Phrase("Do {it}", it=said), handle="k" * 22, confirm=said)
    mentioned = Phrase("@{name} says {it} to <you>", name=said, it=said)
    return Card(
        said,
        Section(said, button=button),
        Section(mentioned, quoted=True),
        Fact(said, said),
        Note(said),
        button,
    )
