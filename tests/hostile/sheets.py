"""Files that somebody uploads: people files and workbooks with bytes changed, cut, doubled and put in."""

from __future__ import annotations

from handlers.kit.requests import File, Said
from storage.sheets import OutSheet, SheetProblem, read_sheet, write_xlsx
from storage.sheets.reading import table
from storage.sheets.sandbox import rows
from tests.company import Chat
from tests.hostile.bending import Dice
from tests.hostile.sweep import Tally
from tests.walks.hostile import BAITS
from tests.walks.tour import PEOPLE_FILE

SENT = 40
"""One of so many files is also sent to Upbeat by HR, and what it would change is shown."""
WHOLE = 400
"""One of so many is also read in the sandbox, a process of its own."""
BITS = (
    b"\x00",
    b"\xff\xfe",
    b'"',
    b",",
    b";",
    b"\t",
    b"\r",
    b"\n\n",
    b"=1+1",
    b"\xef\xbb\xbf",
    b"\xd0\xcf\x11\xe0",
    b"PK\x03\x04",
)


async def hostile_sheets(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """A file is read into a table, or refused with a reason; nothing else, and never slowly."""
    book = write_xlsx([OutSheet("People", *_table())])
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number)
        is_book = dice.often(0.4)
        data = _spoilt(dice, book if is_book else _people(dice))
        name = f"people.{dice.one(('csv', 'CSV', 'tsv', 'txt', 'xlsx', 'exe', ''))}"
        tally.outcomes[_read(data, name, is_book, whole=number % WHOLE == 0)] += 1
        if number % SENT == 0 and not data.startswith(b"PK"):
            heard = await chat.does("hana", Said("", file=File(name, data)))
            if heard.answer.outcome == "failed":
                tally.broken.append(f"case {dice.seed}: the import")
    assert tally.outcomes["read"] > cases / 10


def _table() -> tuple[list[str], list[list[str]]]:
    header, *lines = [line.split(",") for line in PEOPLE_FILE.splitlines()]
    return header, lines


def _people(dice: Dice) -> bytes:
    """A people file in which some fields hold something else, in one of three encodings."""
    header, lines = _table()
    for line in lines:
        for place in range(len(line)):
            if dice.often(0.05):
                line[place] = dice.one((*BAITS, "", "ceo", "Mars/Olympus", "ada@example.com", line[0]))[:400]
    text = "\n".join(dice.one((",", ",", ";")).join(line) for line in [header, *lines])
    return text.encode(dice.one(("utf-8", "utf-8-sig", "utf-16", "gb18030")), "replace")


def _spoilt(dice: Dice, data: bytes) -> bytes:
    for _ in range(dice.one((0, 1, 1, 2, 5))):
        at = dice.chance.randrange(len(data) + 1)
        to = min(len(data), at + dice.one((0, 1, 1, 7, 200)))
        data = data[:at] + dice.one((*BITS, bytes([dice.chance.randrange(256)]), data[at:to] * 2)) + data[to:]
    return data[: dice.chance.randrange(len(data))] if dice.often(0.02) else data


def _read(data: bytes, name: str, is_book: bool, *, whole: bool) -> str:
    try:
        if whole or not data.startswith(b"PK"):
            read_sheet(data, name)
        else:  # what the sandbox does, in this process
            table(list(rows(data)))
    except SheetProblem:
        return "refused"
    except Exception:
        if not data.startswith(b"PK"):
            raise
        return "refused by the sandbox"
    return "read"
