"""Goals go to Excel and back: the round trip changes nothing, a difference is agreed to, and no cell is ever run."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from handlers.kit.cards import Document
from handlers.kit.requests import File, Said
from storage.goals import Goal, GoalChange, KeyResult
from tests.company import Chat, Heard
from tests.handlers.test_goals_tree import put

XLSX = "goals.xlsx"


async def exported(chat: Chat, who: str = "ben", words: str = "") -> Any:
    """The first sheet of what somebody gets."""
    heard = await chat.says(who, f"/goals export {words}".strip())
    assert heard.card, heard.text
    (document,) = (part for part in heard.card.parts if isinstance(part, Document))
    found = chat.change(lambda store: store.files.get(document.file_id, person_id=chat.ids[who]))
    assert found
    return openpyxl.load_workbook(io.BytesIO(found[1]))


def column(sheet: Any, name: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == name)


async def sends(chat: Chat, who: str, book: Any, words: str = "/goals import", name: str = XLSX) -> Heard:
    data = book
    if not isinstance(book, bytes):
        file = io.BytesIO()
        book.save(file)
        data = file.getvalue()
    return await chat.does(who, Said(words, command=words.startswith("/"), file=File(name, data)))


async def two_goals(chat: Chat) -> None:
    await chat.says("ben", "/goals add New customers")
    await chat.says("ben", "/goals result 1 sign-ups from 100 to 500 users")
    await chat.says("ben", "/goals result 1 churn from 5% to 3%")
    await chat.says("ben", "/goals update 1 123.45")
    await chat.says("ben", "/goals add Be kind")


async def test_a_round_trip_changes_nothing(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    before = len(chat.rows(GoalChange))
    heard = await sends(chat, "ben", book)
    assert "This file changes nothing" in heard, heard.text
    assert len(chat.rows(GoalChange)) == before


async def test_the_same_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户")
    await chat.says("chen", "添加关键结果 1 注册数从 100 到 500 人")
    book = await exported(chat, "chen")
    assert [cell.value for cell in book.active[1]][1:3] == ["目标", "意义"]
    assert "这个文件不改变任何内容" in await sends(chat, "chen", book, "导入目标")


async def test_what_changes_is_shown_first_and_then_done(any_chat: Chat) -> None:
    chat = any_chat
    await two_goals(chat)
    book = await exported(chat)
    sheet = book.active
    sheet.cell(2, column(sheet, "Target")).value = 600
    sheet.cell(2, column(sheet, "Value")).value = 200
    sheet.cell(2, column(sheet, "Status")).value = "at risk"
    for name, cell in (("Goal", "=1+1"), ("Key result", "calls"), ("Target", 12)):
        sheet.cell(5, column(sheet, name)).value = cell
    sheet.cell(5, column(sheet, "Goal")).data_type = "s"
    heard = await sends(chat, "ben", book)
    assert "1.1. sign-ups, Target: 500 → 600" in heard, heard.text
    assert "1.1. sign-ups, Value: 123.45 → 200" in heard
    assert "1.1. sign-ups, Status: nothing → At risk" in heard
    assert "=1+1, with 1 key result" in heard
    assert len(chat.rows(Goal)) == 2
    heard = await chat.presses("ben", "Apply")
    assert "Done." in heard
    assert len(chat.rows(Goal)) == 3
    row = next(row for row in chat.rows(KeyResult) if row.title == "sign-ups")
    assert (row.target, row.value, row.confidence) == (600, 200, "at_risk")
    assert "This file changes nothing" in await sends(chat, "ben", await exported(chat))


async def test_whoever_follows_hears_what_a_file_says(chat: Chat) -> None:
    await chat.says("ben", "/goals add New customers")
    await chat.says("ben", "/goals result 1 sign-ups from 100 to 500 users")
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    await chat.presses("ada", "Follow")
    book = await exported(chat)
    sheet = book.active
    sheet.cell(2, column(sheet, "Value")).value = 200
    await sends(chat, "ben", book)
    await chat.presses("ben", "Apply")
    assert "A goal of Ben Okri moved" in chat.told("ada")
    assert "200 users, from 100 to 500" in chat.told("ada")


async def test_percent_typed_into_excel_is_percent(chat: Chat) -> None:
    """Excel keeps 4.5% as 0.045, and Ben's country would read 4.125 as two numbers."""
    await two_goals(chat)
    book = await exported(chat)
    sheet = book.active
    for row, name, kept in ((3, "Target", 0.045), (3, "Value", 0.04125), (5, "Target", 0.975)):
        sheet.cell(row, column(sheet, name)).value = kept
        sheet.cell(row, column(sheet, name)).number_format = "0.0%"
    for name, cell in (("Goal", "Serve"), ("Key result", "answered in a day")):
        sheet.cell(5, column(sheet, name)).value = cell
    heard = await sends(chat, "ben", book)
    assert "1.2. churn, Target: 3 → 4.5" in heard, heard.text
    assert "1.2. churn, Value: 5 → 4.125" in heard
    await chat.presses("ben", "Apply")
    row = next(row for row in chat.rows(KeyResult) if row.title == "answered in a day")
    assert (row.target, row.unit) == (Decimal("97.5"), "%")
    assert "This file changes nothing" in await sends(chat, "ben", await exported(chat))


async def test_a_text_that_can_be_two_numbers_is_named_in_a_workbook_too(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    book.active.cell(2, column(book.active, "Target")).value = "1.234"
    heard = await sends(chat, "ben", book)
    assert "“1.234” can be two numbers here. Write 1234, or 1.2340." in heard


async def test_what_two_rows_say_otherwise_or_nobody_can_count_is_named(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    sheet = book.active
    sheet.append([cell.value for cell in sheet[2]])
    assert "This file changes nothing" in await sends(chat, "ben", book), "the same row twice says the same"
    sheet.cell(5, column(sheet, "Target")).value = 700
    sheet.cell(2, column(sheet, "Value")).value = 0.5
    sheet.cell(2, column(sheet, "Value")).number_format = "0%"
    sheet.cell(3, column(sheet, "Target")).value = "=2+2"
    heard = await sends(chat, "ben", book)
    assert heard.answer.outcome == "problem"
    assert "Q2, “50%”: this is a percentage; write the number in the unit of this key result" in heard, (
        heard.text
    )
    assert "L3, “#VALUE!”: I cannot read “#VALUE!” as a number" in heard
    assert "another row of this key result says otherwise; for a new one leave this empty" in heard
    assert not [row for row in chat.rows(KeyResult) if row.target == 700]


async def test_cells_that_look_like_formulas_are_text(chat: Chat) -> None:
    for title in ("=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)"):
        put(chat, "ben", title)
    sheet = (await exported(chat)).active
    cells = [sheet.cell(row, column(sheet, "Goal")) for row in range(2, 7)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(1)"]


async def test_each_bad_cell_has_its_address_and_a_sentence(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    sheet = book.active
    sheet.cell(2, column(sheet, "Target")).value = "lots"
    sheet.cell(3, column(sheet, "Weight")).value = -1
    sheet.cell(2, column(sheet, "Status")).value = "purple"
    sheet.cell(4, column(sheet, "Until")).value = "soon"
    heard = await sends(chat, "ben", book)
    assert heard.answer.outcome == "problem"
    assert "Nothing was changed: 4 cells must be mended first." in heard, heard.text
    assert "L2, “lots”: I cannot read “lots” as a number" in heard
    assert "R2, “purple”: write one of: on track, at risk, and off track" in heard
    assert "P3, “-1”: A weight is 0 or more." in heard
    assert "G4, “soon”: write the day like 2024-03-01" in heard


NO_SUCH = "this kind of key result has no such number; leave it as it was, or empty"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"Direction": "rise"}, "L5: Where should it be? Give a number"),
        ({"Direction": "steps"}, "L5: Where should it be? Give a number"),
        ({"Start": 5}, "L5: Where should it be? Give a number"),
        ({"Upper end": 5}, "L5: Where should it be? Give a number"),
        ({"Value": 5}, "L5: Where should it be? Give a number"),
        ({"Direction": "yes or no", "Value": 5}, f"Q5, “5”: {NO_SUCH}"),
        ({"Direction": "yes or no", "Target": 5}, f"L5, “5”: {NO_SUCH}"),
        ({"Direction": "yes or no", "Stretch": 5}, f"N5, “5”: {NO_SUCH}"),
        ({"Direction": "steps", "Target": 4, "Stretch": 5}, f"N5, “5”: {NO_SUCH}"),
        ({"Direction": "rise", "Target": 4, "Upper end": 5}, f"M5, “5”: {NO_SUCH}"),
        ({"Target": 1e300}, "This number is too large for me."),
        ({"Target": 10, "Value": -1e16}, "This number is too large for me."),
    ],
)
async def test_what_a_new_key_result_lacks_or_cannot_have_is_named(
    chat: Chat, cells: dict[str, Any], says: str
) -> None:
    await two_goals(chat)
    book = await exported(chat)
    for name, cell in {"Goal": "Serve", "Key result": "calls", **cells}.items():
        book.active.cell(5, column(book.active, name)).value = cell
    heard = await sends(chat, "ben", book)
    assert heard.answer.outcome == "problem", heard.text
    assert says in heard, heard.text


async def test_what_has_ended_meanwhile_hinders_only_who_changes_it(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    await chat.presses("ben", "End this goal", on=await chat.says("ben", "/goals show 2"))
    book.active.cell(2, column(book.active, "Value")).value = 200
    assert "1.1. sign-ups, Value: 123.45 → 200" in await sends(chat, "ben", book)
    book.active.cell(4, column(book.active, "Goal")).value = "Be kinder"
    assert "this goal has ended; open it again to change it" in await sends(chat, "ben", book)


async def test_an_empty_start_leaves_it_where_it_is(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    book.active.cell(3, column(book.active, "Start")).value = None
    assert "This file changes nothing" in await sends(chat, "ben", book)
    assert "churn: 5%, from 5% to 3% (0%)" in await chat.says("ben", "/goals")


async def test_a_yes_or_no_is_made_no_number(chat: Chat) -> None:
    await two_goals(chat)
    await chat.says("ben", "/goals result 1 live in Japan")
    await chat.says("ben", "/goals update 1.3 yes")
    book = await exported(chat)
    book.active.cell(4, column(book.active, "Target")).value = 5
    assert f"L4, “5”: {NO_SUCH}" in await sends(chat, "ben", book)


async def test_words_that_a_cell_may_have_are_listed_as_their_reader_lists_things(chat: Chat) -> None:
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "添加关键结果 1 注册数从 100 到 500")
    book = await exported(chat, "chen")
    book.active.cell(2, column(book.active, "状态")).value = "紫色"
    assert "“紫色”：请写其中之一：正常、有风险、偏离" in await sends(chat, "chen", book, "导入目标")


async def test_only_what_the_importer_may_change_is_changed(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat, "chen", "all")
    sheet = book.active
    assert {sheet.cell(row, column(sheet, "负责人邮箱")).value for row in range(2, 5)} == {"ben@example.com"}
    assert "这个文件不改变任何内容" in await sends(chat, "chen", book, "导入目标")
    sheet.cell(2, column(sheet, "目标值")).value = 1000
    heard = await sends(chat, "chen", book, "导入目标")
    assert "A2" in heard.text
    assert "not yours to change" in heard.english
    book = await exported(chat)
    sheet = book.active
    sheet.cell(4, column(sheet, "goal_id")).value = "f" * 32
    assert "A4, “ffff" in await sends(chat, "ben", book)


async def test_the_export_carries_only_what_its_reader_sees(chat: Chat) -> None:
    put(chat, "ben", "A quiet plan", kind="goal_private")
    put(chat, "ben", "In the open", kind="goal_company")
    sheet = (await exported(chat, "dora", "all")).active
    titles = [sheet.cell(row, column(sheet, "Goal")).value for row in range(2, sheet.max_row + 1)]
    assert titles == ["In the open"]
    sheet = (await exported(chat, "ada", "my team")).active
    titles = [sheet.cell(row, column(sheet, "Goal")).value for row in range(2, sheet.max_row + 1)]
    assert set(titles) == {"In the open", "A quiet plan"}


async def test_what_changed_meanwhile_is_shown_anew(chat: Chat) -> None:
    await two_goals(chat)
    book = await exported(chat)
    sheet = book.active
    sheet.cell(2, column(sheet, "Value")).value = 200
    shown = await sends(chat, "ben", book)
    await chat.says("ben", "/goals update 1 300")
    heard = await chat.presses("ben", "Apply", on=shown)
    assert "1.1. sign-ups, Value: 300 → 200" in heard
    assert next(row for row in chat.rows(KeyResult) if row.number == 1).value == 300
    await chat.presses("ben", "Apply", on=heard)
    assert next(row for row in chat.rows(KeyResult) if row.number == 1).value == 200


async def test_a_file_without_our_words_is_still_for_hr(chat: Chat) -> None:
    await two_goals(chat)
    assert "This is for HR" in await sends(chat, "ben", await exported(chat), "")


async def test_a_picture_is_not_for_hr(chat: Chat) -> None:
    picture = b"\x89PNG\r\n\x1a\n" * 9
    assert "nothing with this file" in await sends(chat, "ben", picture, "", "login.png")
    assert "nothing with this file" in await sends(chat, "ben", picture, " ", "login.png")
    heard = await sends(chat, "ben", picture, "chekin done the login", "login.png")
    assert "Did you mean this?" in heard
    assert "I did not look at your file" in heard
    assert "Checked in" in await sends(chat, "hana", picture, "checkin done the login", "login.png")


@pytest.mark.parametrize(
    ("data", "name", "says"), [(b"", "x.xlsx", "empty"), (b"\0\1\2" * 50, "x.bin", "not a table")]
)
async def test_what_is_no_table_gets_a_sentence(chat: Chat, data: bytes, name: str, says: str) -> None:
    assert says in await sends(chat, "ben", data, name=name)


async def test_a_csv_is_read_as_where_its_sender_lives(chat: Chat) -> None:
    await two_goals(chat)
    sheet = (await exported(chat)).active
    ids = [sheet.cell(2, column(sheet, name)).value for name in ("goal_id", "result_id")]
    row = f"goal_id;goal;result_id;key result;value\n{ids[0]};New customers;{ids[1]};sign-ups;"
    heard = await sends(chat, "ben", f"{row}250,5\n".encode(), name="goals.csv")
    assert "Value: 123.45 → 250.5" in heard, heard.text
    heard = await sends(chat, "ben", f"{row}1.234\n".encode(), name="goals.csv")
    assert "E2, “1.234”: “1.234” can be two numbers here" in heard, heard.text
