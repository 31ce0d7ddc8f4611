"""Goals as an Excel file from the terminal: as one person sees them, who hears of it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from bot import goals
from bot.terminal import Complaint
from storage.goals import KeyResult
from storage.store import Store
from tests.company import Chat
from tests.handlers.test_goals_exchange import column, exported, two_goals

BEN = "ben@example.com"


async def test_a_file_goes_out_and_comes_back(
    chat: Chat, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await two_goals(chat)
    seen_by_all(chat, 1)
    file = tmp_path / "goals.xlsx"
    goals.export(chat.database, file, email=BEN, which="mine")
    assert "1 goal that everybody sees is in" in capsys.readouterr().out
    book = openpyxl.load_workbook(file)
    book.active.cell(2, column(book.active, "Target")).value = 600
    book.save(file)
    goals.take_in(chat.database, file, email=BEN, dry_run=True)
    assert "500 → 600" in capsys.readouterr().out
    assert {row.target for row in chat.rows(KeyResult)} == {500, 3}
    goals.take_in(chat.database, file, email=BEN, dry_run=False)
    assert {row.target for row in chat.rows(KeyResult)} == {600, 3}
    told = chat.told("ben")
    assert "exported the goals that you see" in told
    assert "changed goals in your name" in told


def seen_by_all(chat: Chat, number: int) -> None:
    """One of Ben's goals is for everybody's eyes."""
    ben = chat.ids["ben"]

    def work(store: Store) -> None:
        row = next(row for row in store.goals.of(ben, reader=ben) if row.number == number)
        store.goals.change(row, "edited", by=ben, kind="goal_company")

    chat.change(work)


async def test_what_is_not_for_everybody_is_not_for_operators(chat: Chat, tmp_path: Path) -> None:
    await two_goals(chat)
    book = await exported(chat)
    book.active.cell(2, column(book.active, "Target")).value = 600
    file = tmp_path / "goals.xlsx"
    book.save(file)
    with pytest.raises(Complaint, match="only goals that everybody in the company sees"):
        goals.take_in(chat.database, file, email=BEN, dry_run=True)
    goals.export(chat.database, file, email=BEN, which="seen")
    assert openpyxl.load_workbook(file).active.max_row == 1


async def test_what_is_wrong_is_one_sentence(chat: Chat, tmp_path: Path) -> None:
    await two_goals(chat)
    file = tmp_path / "goals.xlsx"
    with pytest.raises(Complaint, match="Nobody who works here"):
        goals.export(chat.database, file, email="nobody@example.com", which="mine")
    with pytest.raises(Complaint, match="mine, team or seen"):
        goals.export(chat.database, file, email=BEN, which="everything")
    seen_by_all(chat, 1)
    goals.export(chat.database, file, email=BEN, which="mine")
    book = openpyxl.load_workbook(file)
    book.active.cell(2, column(book.active, "Target")).value = "lots"
    book.save(file)
    with pytest.raises(Complaint, match="L2, “lots”"):
        goals.take_in(chat.database, file, email=BEN, dry_run=False)
