"""Figures from files: sent in chat by who looks after their source, shown first, corrected by the next file."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from handlers.kit.cards import Menu
from handlers.kit.requests import File, Pressed, Said
from storage.metrics import FILES, DataLoad, DataSource, Metric, MetricPoint, PersonPoint
from storage.sheets import Cell, OutSheet, write_xlsx
from storage.store import Store
from tests.company import Chat, Heard
from tests.handlers.test_goals import write

MONTH = (
    'Employee ID,Date,Days present,Late\nE7,2026-10-31,20,1\nE9,2026-10-31,"18,5",3\nE7,2026-09-30,"21,5",0\n'
)
COLUMNS = {"person": "employee_id", "at": "date", "figure": "days_present", "second": "late", "unit": "days"}


def begins(chat: Chat, name: str = "attendance", owner: str = "dora") -> None:
    """A source of files that somebody looks after; Ben and Chen have numbers in the company."""

    def work(store: Store) -> None:
        store.metrics.add_source(name, form=FILES, secret="", owner=chat.ids[owner], stale_days=45)
        for who, number in (("ben", "E7"), ("chen", "E9")):
            (row,) = (each for each in store.roster._rows() if each.id == chat.ids[who])
            store.change(row, external_id=number, revision=store.people_changed())

    chat.change(work)


async def sends(chat: Chat, who: str, content: str | bytes, words: str = "", name: str = "file.csv") -> Heard:
    data = content.encode() if isinstance(content, str) else content
    return await chat.does(who, Said(words, file=File(name, data)))


async def described(chat: Chat, who: str = "dora", content: str = MONTH, **columns: str) -> Heard:
    """A file with what its columns are."""
    await sends(chat, who, content, "/goals load")
    await chat.presses(who, "Say what the columns are")
    return await chat.submits(who, **{**COLUMNS, **columns})


def figures(chat: Chat, who: str) -> list[tuple[str, str, str]]:
    rows = chat.rows(PersonPoint, PersonPoint.current.is_(True), PersonPoint.subject_id == chat.ids[who])  # type: ignore[attr-defined]
    return sorted((row.metric, f"{row.made_at:%Y-%m-%d}", row.value) for row in rows)


async def test_a_file_is_described_shown_and_applied(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    heard = await sends(chat, "dora", MONTH)
    assert "What are the columns of attendance?" in heard
    heard = await described(chat)
    assert "Nothing is changed yet" in heard
    assert "New figures: 6" in heard
    assert not chat.rows(PersonPoint)
    assert "Done. 6 figures were taken." in await chat.presses("dora", "Apply")
    assert figures(chat, "ben") == [
        ("days present", "2026-09-30", "21.5"),
        ("days present", "2026-10-31", "20"),
        ("late", "2026-09-30", "0"),
        ("late", "2026-10-31", "1"),
    ]
    assert ("days present", "2026-10-31", "18.5") in figures(chat, "chen")
    assert "days present: 20 days" in await chat.says("ben", "/goals data")
    assert len(chat.rows(DataLoad)) == 1, "the file that was never described waits for its day"


async def test_the_same_file_twice_changes_nothing_and_a_corrected_one_corrects(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await described(chat)
    await chat.presses("dora", "Apply")
    before = len(chat.rows(PersonPoint))
    assert "This file changes nothing" in await sends(chat, "dora", MONTH)
    assert len(chat.rows(PersonPoint)) == before
    heard = await sends(chat, "dora", MONTH.replace("2026-10-31,20,1", "2026-10-31,19,1"))
    assert "Corrected: 1" in heard
    assert "Here already: 5" in heard
    assert "days present, Ben Okri, Sat, Oct 31, 2026: becomes 19" in heard
    assert "20 becomes" not in heard, "Dora is not of those who see Ben's figures"
    await chat.presses("dora", "Apply")
    assert ("days present", "2026-10-31", "19") in figures(chat, "ben")
    assert len(chat.rows(PersonPoint)) == before + 1


async def test_a_manager_sees_what_a_figure_was(chat: Chat) -> None:
    begins(chat, owner="ada")
    await described(chat, "ada")
    await chat.presses("ada", "Apply")
    heard = await sends(chat, "ada", MONTH.replace("2026-10-31,20,1", "2026-10-31,19,1"))
    assert "20 becomes 19" in heard


async def test_a_workbook_moves_a_key_result_of_the_company(chat: Chat) -> None:
    begins(chat, "crm")
    deals: list[list[Cell]] = [["D1", "2026-11-23", 1200], ["D2", "2026-11-23", 800]]
    book = write_xlsx([OutSheet("Deals", ["Deal", "Close date", "Amount"], deals)])
    await sends(chat, "dora", book, "/goals load crm", name="deals.xlsx")
    await chat.presses("dora", "Say what the columns are")
    heard = await chat.submits(
        "dora", person="-", at="close_date", figure="amount", id="deal", kind="counted", unit="EUR"
    )
    assert "New figures: 2" in heard, heard.text
    await chat.presses("dora", "Apply")
    await write(chat, "grace", "revenue from 0 to 10000 EUR")
    await chat.presses("grace", "Open", on=await chat.says("grace", "/goals"))
    await chat.presses("grace", "Connect to data")
    form = chat.last["grace"].form
    assert form
    (option,) = form.questions[0].options  # type: ignore[attr-defined]
    heard = await chat.submits("grace", which=option.value)
    assert "2,000" in heard, heard.text


async def test_what_a_workbook_has_as_text_is_read_as_people_wrote_it(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    rows: list[list[Cell]] = [["E7", "2026-10-31", "1.234"], ["E9", "2026-10-31", "1.234,50"]]
    rows += [["E7", "2026-11-01", 1.234], ["E9", "2026-11-01", 5.5]]
    book = write_xlsx([OutSheet("Sales", ["Employee ID", "Date", "Sold"], rows)])
    await sends(chat, "dora", book, "/goals load", name="file.xlsx")
    await chat.presses("dora", "Say what the columns are")
    await chat.submits("dora", person="employee_id", at="date", figure="sold", unit="EUR")
    await chat.presses("dora", "Apply")
    assert figures(chat, "ben") == [("sold", "2026-10-31", "1234"), ("sold", "2026-11-01", "1.234")]
    assert figures(chat, "chen") == [("sold", "2026-10-31", "1234.5"), ("sold", "2026-11-01", "5.5")]


async def test_a_text_in_a_workbook_that_can_be_two_numbers_is_refused(chat: Chat) -> None:
    begins(chat)
    rows: list[list[Cell]] = [["E7", "2026-10-31", "1.234"], ["E9", "2026-10-31", 5.5]]
    book = write_xlsx([OutSheet("Sales", ["Employee ID", "Date", "Sold"], rows)])
    await sends(chat, "dora", book, "/goals load", name="file.xlsx")
    await chat.presses("dora", "Say what the columns are")
    heard = await chat.submits("dora", person="employee_id", at="date", figure="sold", unit="EUR")
    assert "this can be two numbers" in heard
    assert figures(chat, "ben") == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
async def test_a_rate_is_the_percentage_that_people_see(chat: Chat, form: str) -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    for line in (
        ("Employee ID", "Date", "Present"),
        ("E7", "2026-10-31", 0.97236),
        ("E9", "2026-10-31", 0.00005),
    ):
        sheet.append(line)
    sheet["C2"].number_format = "0.0%"
    book.save(file)
    data = (
        file.getvalue()
        if form == "xlsx"
        else b"Employee ID,Date,Present\nE7,2026-10-31,97.236%\nE9,2026-10-31,0.00005\n"
    )
    begins(chat)
    await sends(chat, "dora", data, "/goals load", name=f"file.{form}")
    await chat.presses("dora", "Say what the columns are")
    await chat.submits("dora", person="employee_id", at="date", figure="present", unit="%")
    await chat.presses("dora", "Apply")
    assert figures(chat, "ben") == [("present", "2026-10-31", "97.236")]
    assert figures(chat, "chen") == [("present", "2026-10-31", "0.00005")]


async def test_whom_nobody_knows_waits_is_listed_and_said(chat: Chat) -> None:
    begins(chat)
    content = MONTH.replace("E9", "E404")
    heard = await described(chat, content=content)
    assert "Whose person nobody knows: 2" in heard
    assert "E404: 2 figures" in heard
    heard = await chat.presses("dora", "Apply")
    assert "Whom nobody knows: 2" in heard.buttons, "as many as it says above"
    heard = await chat.presses("dora", "Whom nobody knows: 2", on=await chat.says("dora", "/goals sources"))
    assert "E404: 2 figures" in heard
    assert "0 figures were taken" in await chat.presses("dora", "Try again")
    await chat.presses("dora", "E404")
    heard = await chat.submits("dora", person="eve")
    assert "2 figures were taken." in heard
    assert len(figures(chat, "eve")) == 2


@pytest.mark.parametrize("waits", [False, True])
async def test_who_got_a_number_since_is_found_again(chat: Chat, waits: bool) -> None:
    """By whoever presses the button, or by the clock within a day; nothing is heard of the source by that."""
    begins(chat)
    await described(chat, content=MONTH.replace("E9", "E404"))
    await chat.presses("dora", "Apply")

    def numbered(store: Store) -> None:
        (row,) = (each for each in store.roster._rows() if each.id == chat.ids["chen"])
        store.change(row, external_id="e404", revision=store.people_changed())

    chat.change(numbered)
    if waits:
        heard_at = chat.rows(DataSource)[0].heard_at
        chat.wait(days=1, hours=1)
        await chat.tick()
        assert len(figures(chat, "chen")) == 2
        assert chat.rows(DataSource)[0].heard_at == heard_at
        return
    await chat.presses("dora", "Whom nobody knows: 2", on=await chat.says("dora", "/goals sources"))
    assert "2 figures were taken." in await chat.presses("dora", "Try again")
    assert len(figures(chat, "chen")) == 2


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (MONTH.replace("20,1", "twenty,1"), "Row 2, column days_present, “twenty”: this is no number"),
        (MONTH.replace("E7,2026-10-31", ",2026-10-31"), "Row 2, column employee_id, “”: this is empty"),
        (MONTH.replace("2026-10-31,20", "31 Oct,20"), "Row 2, column date, “31 Oct”: write the day"),
        (
            MONTH.replace("2026-10-31,20", "2027-10-31,20"),
            "1 thing must be mended first.\nRow 2, column date, “2027-10-31”: this lies in the future",
        ),
        (MONTH.replace("E9,2026-10-31", "E7,2026-10-31"), "row 2 has another value for the same person"),
        (MONTH.replace('"18,5"', "1.234").replace('"21,5"', "2"), "this can be two numbers"),
        (MONTH.replace("2026-10-31", "03/04/2026"), "this can be two days"),
        (MONTH.replace("E9", "E" * 300), "this is too long"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_taken(chat: Chat, content: str, named: str) -> None:
    begins(chat)
    heard = await described(chat, content=content)
    assert named in heard, heard.text
    assert "Apply" not in heard.buttons
    assert not chat.rows(PersonPoint)


async def test_how_days_are_written_is_said_as_the_form_says_it(chat: Chat) -> None:
    begins(chat)
    await chat.says("dora", "/upbeat settings language zh")
    heard = await described(chat, content=MONTH.replace("2026-10-31", "03/04/2026"))
    assert "请在列的说明中指明日期写作日/月/年还是月/日/年" in heard


async def test_two_rows_alike_of_what_adds_up_are_asked_about(chat: Chat) -> None:
    begins(chat)
    deals = "Employee ID,Date,Amount,Deal\nE7,2026-10-31,100,D1\nE7,2026-10-31,100,D2\n"
    columns = {"figure": "amount", "second": "", "kind": "counted"}
    heard = await described(chat, content=deals, **columns)
    assert "Row 3, column amount, “100”: row 2 says the same of the same person and day" in heard
    assert not chat.rows(PersonPoint)
    assert "Apply" in (await described(chat, content=deals, id="deal", **columns)).buttons
    assert "Apply" in (await described(chat, content=deals, **{**columns, "kind": "newest"})).buttons


async def test_a_figure_is_counted_as_it_was_or_by_another_name(chat: Chat) -> None:
    begins(chat)
    await described(chat, second="")
    await chat.presses("dora", "Apply")
    heard = await described(chat, content=MONTH.replace("20,1", "19,1"), second="", kind="counted")
    assert "until now “The newest counts” held for this figure" in heard
    heard = await described(chat, content=MONTH.replace("Days present", "Days there"), figure="days_there", second="",
                            kind="counted")  # fmt: skip
    assert "Apply" in heard.buttons


async def test_how_numbers_and_days_are_written_is_said_or_seen(chat: Chat) -> None:
    begins(chat)
    american = MONTH.replace("2026-10-31", "10/31/2026").replace("2026-09-30", "9/30/2026")
    await described(chat, content=american.replace('"18,5"', "1.234"), numbers="1.234,5")
    await chat.presses("dora", "Apply")
    assert ("days present", "2026-10-31", "1234") in figures(chat, "chen")


async def test_columns_that_must_not_be_used_are_left_out_by_name(chat: Chat) -> None:
    begins(chat)
    content = MONTH.replace("Late", "病假天数")
    heard = await described(chat, content=content, second="")
    assert "Not read, for their names: 病假天数" in heard
    await chat.presses("dora", "Apply")
    assert {row.name for row in chat.rows(Metric)} == {"days present"}
    await sends(chat, "dora", content.replace("20,1", "19,1"))
    await chat.presses("dora", "Say what the columns are")
    refused = await chat.submits("dora", **{**COLUMNS, "second": "病假天数"})
    assert "The column 病假天数 is refused by its name" in refused


async def test_an_administrator_may_map_such_a_column_and_it_enters_no_score(chat: Chat) -> None:
    begins(chat, owner="ivan")
    await described(chat, "ivan", content=MONTH.replace("Late", "Service health"), second="service_health")
    await chat.presses("ivan", "Apply")
    apart = {row.name: row.kept_apart for row in chat.rows(Metric)}
    assert apart == {"days present": False, "service health": True}
    assert chat.rows(DataSource)[0].allowed == ["service_health"]


async def test_only_who_looks_after_a_source_sends_its_files(chat: Chat) -> None:
    begins(chat)
    heard = await sends(chat, "ben", MONTH, "/goals load attendance")
    assert heard.answer.outcome == "problem"
    assert not chat.rows(DataLoad)
    applied = await described(chat)
    chat.change(lambda store: store.change(store.metrics.source("attendance"), owner_id=chat.ids["eve"]))
    assert "whoever looks after" in await chat.presses("dora", "Apply", on=applied)
    assert not chat.rows(PersonPoint)


async def test_a_file_without_words_is_the_people_file_for_hr_alone(chat: Chat) -> None:
    begins(chat, owner="hana")
    assert "email" in await sends(chat, "hana", MONTH)
    assert "What are the columns of attendance?" in await sends(chat, "hana", MONTH, "导入数据")


async def test_a_source_for_files_is_begun_in_chat(chat: Chat) -> None:
    await chat.presses("hana", "New source for files", on=await chat.says("hana", "/goals sources"))
    heard = await chat.submits("hana", called="考勤")
    assert "考勤: not heard yet" in heard
    await chat.presses("hana", "New source for files")
    again = await chat.submits("hana", called="考勤")
    assert "There is a source of that name already" in again
    assert "What are the columns of 考勤?" in await sends(chat, "hana", MONTH, "/goals load 考勤")


async def test_of_several_sources_one_is_picked_and_a_file_is_dropped(chat: Chat) -> None:
    begins(chat)
    chat.change(
        lambda store: store.metrics.add_source(
            "erp", form=FILES, secret="", owner=chat.ids["dora"], stale_days=9
        )
    )
    await sends(chat, "dora", MONTH)
    assert "What are the columns of erp?" in await chat.presses("dora", "erp")
    assert "Dropped" in await chat.presses("dora", "Drop it")
    assert not chat.rows(DataLoad)


async def test_a_file_that_nobody_applies_is_forgotten(chat: Chat) -> None:
    begins(chat)
    await described(chat)
    chat.wait(days=2)
    chat.change(lambda store: store.metrics.tidy())
    assert not chat.rows(DataLoad)
    assert (await chat.presses("dora", "Apply")).answer.outcome != "done"
    assert not chat.rows(PersonPoint) + chat.rows(MetricPoint)


async def test_files_are_not_posted(chat: Chat) -> None:
    from tests.bot.ingest.sender import Sender, point

    crm = Sender(chat)
    chat.change(lambda store: store.change(crm.source, form=FILES, secret=""))
    body: Any = {"points": [point("1")]}
    import json

    crm.secret = ""
    assert (await crm.posts(json.dumps(body).encode()))[0] == 401


async def test_a_figure_is_known_again_when_another_column_is_read_beside_it(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat, "crm")
    deals = "Deal,Day,Amount,Margin\nD1,2026-11-20,100,7\nD2,2026-11-21,50,3\n"
    columns = {"person": "-", "at": "day", "figure": "amount", "id": "deal", "kind": "counted"}
    await sends(chat, "dora", deals, "/goals load")
    await chat.presses("dora", "Say what the columns are")
    await chat.submits("dora", **columns)
    await chat.presses("dora", "Apply")
    for more, second, new in (("D3,2026-11-22,30,\n", "margin", 3), ("D4,2026-11-22,40,5\n", "", 1)):
        deals += more
        await sends(chat, "dora", deals, "/goals load")
        await chat.presses("dora", "Say what the columns are")
        assert f"New figures: {new}" in await chat.submits("dora", **columns, second=second)
        await chat.presses("dora", "Apply")
    assert sum(int(row.value) for row in chat.rows(MetricPoint)) == 100 + 50 + 30 + 40 + 7 + 3


async def test_a_file_goes_where_it_was_shown_to_go(chat: Chat) -> None:
    for name in ("attendance", "satisfaction"):
        begins(chat, name)
    which = await sends(chat, "dora", "Day,Calls\n2026-11-20,3\n", "/goals load")
    options = {chat.last["dora"].voice.say(each.label): each for each in menu(which)}
    shown = []
    for name in ("attendance", "satisfaction"):
        await chat.does("dora", Pressed(options[name].handle))
        await chat.presses("dora", "Say what the columns are")
        shown.append(await chat.submits("dora", person="-", at="day", figure="calls"))
    await chat.presses("dora", "Apply", on=shown[0])
    (metric,) = chat.rows(Metric)
    sources = {row.id: row.name for row in chat.rows(DataSource)}
    assert sources[metric.source_id] == "attendance"


async def test_a_file_that_is_read_otherwise_by_now_is_shown_anew(chat: Chat) -> None:
    begins(chat)
    await described(chat)
    await chat.presses("dora", "Apply")
    shown = await sends(chat, "dora", MONTH.replace(",20,", ",19,"), "/goals load")
    await chat.presses("dora", "Say what the columns are", on=shown)
    await chat.submits("dora", **{**COLUMNS, "second": ""})
    assert "Nothing is changed yet." in await chat.presses("dora", "Apply", on=shown)
    assert "Done. 1 figure was taken." in await chat.presses("dora", "Apply")


def menu(heard: Heard) -> tuple[Any, ...]:
    assert heard.card
    return next(part.options for part in heard.card.parts if isinstance(part, Menu))


async def test_administrators_look_after_what_a_leaver_did(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    assert "You look after no source of data." in await chat.says("ivan", "/goals sources")
    chat.leaves("dora")
    assert "attendance" in await chat.says("ivan", "/goals sources")
    await described(chat, "ivan")
    assert "Done. 6 figures were taken." in await chat.presses("ivan", "Apply")
    assert "This is for whoever looks after" in await chat.says("ben", "/goals sources")
