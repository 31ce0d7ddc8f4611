"""The people file, sent to the bot by HR: the difference first, then all of it or nothing."""

import asyncio
import json
import re
import threading
from datetime import UTC, datetime
from io import BytesIO

import pytest
import xlsxwriter
from sqlalchemy import event
from sqlmodel import col

from handlers.kit.requests import File, Said
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from handlers.people import feature as people
from storage.goals import Goal
from storage.roster import RosterRun
from storage.store import Store
from storage.tables import Account, ObligationRow, PersonRow
from tests.company import MONDAY, Chat, Heard
from tests.schedules.errands import feature, only, owe

HEADER = "email,name,manager_email,team,timezone,locale,role,hired_on,external_id\n"
COMPANY = HEADER + (
    "grace@example.com,Grace Hopper,,Board,Europe/Berlin,en,employee,,\n"
    "ada@example.com,Ada Lovelace,grace@example.com,Engines,Europe/Berlin,en,employee,,\n"
    "ben@example.com,Ben Okri,ada@example.com,Engines,Europe/Berlin,en,employee,,\n"
    "chen@example.com,陈明,ada@example.com,Engines,Asia/Shanghai,zh,employee,,\n"
    "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"
    "dora@example.com,Dora Maar,grace@example.com,Arts,Europe/Berlin,en,employee,,\n"
    "hana@example.com,Hana Sato,grace@example.com,People,Europe/Berlin,en,hr,,\n"
    "ivan@example.com,Ivan Petrov,grace@example.com,IT,Europe/Berlin,en,admin,,\n"
)


async def sends(chat: Chat, who: str, content: str | bytes, name: str = "people.csv") -> Heard:
    data = content.encode() if isinstance(content, str) else content
    return await chat.does(who, Said("", file=File(name, data)))


async def test_the_file_that_says_what_is_known_changes_nothing(any_chat: Chat) -> None:
    assert "changes nothing" in await sends(any_chat, "hana", COMPANY)


async def test_the_difference_comes_first_and_apply_makes_it_so(any_chat: Chat) -> None:
    changed = COMPANY.replace("Dora Maar,grace", "Dora Maar-Picasso,ada").replace(
        "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n",
        "zoe@example.com,Zoë Kim,ben@example.com,Engines,Asia/Seoul,en,employee,2026-11-02,E9\n",
    )
    heard = await sends(any_chat, "hana", changed)
    for words in ("Zoë Kim <zoe@example.com>", "eve@example.com", "“Dora Maar” becomes “Dora Maar-Picasso”"):
        assert words in heard
    assert any_chat.person("dora").name == "Dora Maar"
    assert "as the file says" in await any_chat.presses("hana", "Apply")
    assert any_chat.person("dora").name == "Dora Maar-Picasso"
    assert not any_chat.person("eve").active
    zoe = any_chat.change(lambda store: store.directory.with_email("ZOE@example.com"))
    today = any_chat.now.date()
    assert any_chat.change(lambda store: store.directory.manager_of(zoe.id, today)) == any_chat.ids["ben"]
    assert (
        any_chat.change(lambda store: store.directory.manager_of(any_chat.ids["dora"], today))
        == any_chat.ids["ada"]
    )


async def test_a_team_is_whom_its_manager_may_read_wherever_midnight_is(any_chat: Chat) -> None:
    chat, to_eve = any_chat, COMPANY.replace("Ben Okri,ada@", "Ben Okri,eve@")
    chat.at(MONDAY.replace(hour=2))  # Sunday evening in New York
    await sends(chat, "hana", to_eve)
    await chat.presses("hana", "Apply")
    await chat.says("ben", "/checkin done the parser")
    assert "the parser" in await chat.says("eve", "/checkin team")
    chat.at(MONDAY.replace(hour=23))  # Tuesday morning in Shanghai
    await sends(chat, "hana", to_eve.replace("Ben Okri,eve@", "Ben Okri,chen@"))
    await chat.presses("hana", "Apply")
    await chat.says("ben", "/checkin done the tests")
    assert "the tests" in await chat.says("chen", "/checkin team")
    assert "the tests" not in await chat.says("eve", "/checkin team")


async def test_who_left_has_no_access_from_then_on(chat: Chat) -> None:
    eve = "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(eve, ""))
    await chat.presses("hana", "Apply")
    heard = await chat.says("eve", "/checkin history")
    assert heard.answer.outcome == "refused"
    assert "Eve" not in heard


async def test_who_comes_back_is_shown_as_they_will_be_and_is_as_before_when_undone(any_chat: Chat) -> None:
    chat, back = any_chat, "eve@example.com,Eve Joliot,dora@example.com,Arts,Europe/Paris,en,hr,2019-01-01,\n"
    eve = "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(eve, ""))
    await chat.presses("hana", "Apply")
    left = chat.rows(PersonRow, col(PersonRow.email) == "eve@example.com")[0]
    chat.wait(days=3)
    heard = await sends(chat, "hana", COMPANY.replace(eve, "") + back)
    assert "Eve Joliot <eve@example.com>" in heard
    for change in (
        "“Eve Curie” becomes “Eve Joliot”",
        "“employee” becomes “hr”",
        "ada@example.com” becomes “dora",
    ):
        assert change in heard
    applied = await chat.presses("hana", "Apply")
    managers = chat.change(lambda store: store.directory.lines_of[chat.ids["eve"]])
    assert (
        sorted(line.since for line in managers)[-1] == chat.now.date()
    )  # and not since 2019: she had another then
    await chat.presses("hana", "Undo", on=applied)
    (row,) = chat.rows(PersonRow, col(PersonRow.email) == "eve@example.com")
    assert (row.name, row.role, row.team, row.left_at) == ("Eve Curie", "employee", "Engines", left.left_at)


async def test_who_comes_back_in_a_file_of_few_columns_is_who_they_were(chat: Chat) -> None:
    short = "email,name\n" + "".join(
        ",".join(line.split(",")[:2]) + "\n" for line in COMPANY.splitlines()[1:] if "eve@" not in line
    )
    await sends(chat, "hana", short)
    await chat.presses("hana", "Apply")
    heard = await sends(chat, "hana", short + "eve@example.com,Eve Curie\n")
    assert "Back again: 1" in heard
    assert "Changed" not in heard
    await chat.presses("hana", "Apply")
    eve = chat.person("eve")
    assert (eve.team, eve.zone) == ("Engines", "America/New_York")
    today = chat.now.date()
    assert chat.change(lambda store: store.directory.manager_of(eve.id, today)) == chat.ids["ada"]


def at_other_addresses(company: str, *whose: str) -> str:
    """The file with other addresses of these, wherever they stand."""
    for who in whose:
        company = company.replace(f"{who}@example.com", f"{who}@example.org")
    return company


WITH_IDS = COMPANY.replace("en,employee,,\n", "en,employee,,{}\n").replace(
    "zh,employee,,\n", "zh,employee,,{}\n"
)
WITH_IDS = WITH_IDS.format(*(f"E{number}" for number in range(6)))


async def test_who_has_another_address_and_the_same_id_is_the_same_person(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/checkin done the old engine")
    crm = chat.change(
        lambda store: store.metrics.add_source("crm", form="signed", secret="x", owner=None, stale_days=9)
    )
    chat.change(lambda store: store.change(crm, people={"ada-l": "ada@example.com"}))
    await sends(chat, "hana", WITH_IDS)
    await chat.presses("hana", "Apply")
    heard = await sends(chat, "hana", at_other_addresses(WITH_IDS, "ada", "grace", "ben"))
    assert "“ada@example.com” becomes “ada@example.org”" in heard
    assert "Changed: 3" in heard
    for words in ("New", "they leave", "manager"):
        assert words not in heard
    chat.wait(minutes=1)
    applied = await chat.presses("hana", "Apply")
    assert chat.person("ada").email == "ada@example.org"
    today = chat.now.date()
    lines = chat.change(lambda store: store.directory.manager_of(chat.ids["ben"], today))
    assert lines == chat.ids["ada"]
    assert "the old engine" in await chat.says("ada", "/checkin history")
    assert chat.change(lambda store: store.metrics.source("crm").people) == {"ada-l": "ada@example.org"}
    assert chat.told("ben") == ""
    assert "Undone" in await chat.presses("hana", "Undo", on=applied)
    assert chat.person("ada").email == "ada@example.com"
    assert chat.change(lambda store: store.metrics.source("crm").people) == {"ada-l": "ada@example.com"}
    assert "changes nothing" in await sends(chat, "hana", WITH_IDS)


async def test_a_team_with_another_name_keeps_its_goals_and_what_was_chosen_for_it(any_chat: Chat) -> None:
    chat = any_chat
    nowhere = COMPANY.replace(
        "Ben Okri,ada@example.com,Engines,Europe/Berlin", "Ben Okri,ada@example.com,Engines,"
    )
    await sends(chat, "hana", nowhere)
    await chat.presses("hana", "Apply")
    chat.change(lambda store: store.organisation.choose("zone", "Asia/Tokyo", "Engines"))
    await chat.says("ada", "/goals add Ship the engine #team")
    (goal,) = chat.rows(Goal)
    assert (goal.level, goal.unit) == ("team", "Engines")
    await sends(chat, "hana", nowhere.replace("Engines", "Motors"))
    applied = await chat.presses("hana", "Apply")
    (goal,) = chat.rows(Goal)
    assert goal.unit == "Motors"
    assert chat.person("ben").zone == "Asia/Tokyo"
    chat.wait(minutes=1)
    await chat.presses("hana", "Undo", on=applied)
    (goal,) = chat.rows(Goal)
    assert goal.unit == "Engines"
    assert chat.person("ben").zone == "Asia/Tokyo"
    await sends(chat, "hana", nowhere.replace("ada@example.com,Engines", "ada@example.com,Motors"))
    await chat.presses("hana", "Apply")
    (goal,) = chat.rows(Goal)
    assert goal.unit == "Engines", "Ada stays in it"


async def test_a_successor_with_the_id_of_who_leaves_is_nobody_who_was_here(any_chat: Chat) -> None:
    chat = any_chat
    await sends(chat, "hana", WITH_IDS)
    await chat.presses("hana", "Apply")
    heard = await sends(chat, "hana", at_other_addresses(WITH_IDS, "ben").replace("Ben Okri", "Zoë Kim"))
    assert "These are new, and somebody with their name or external_id leaves." in heard
    assert "Not in the file (they leave): 1" in heard
    await chat.presses("hana", "Apply")
    assert not chat.person("ben").active


async def test_without_an_id_another_address_is_somebody_new_and_hr_is_warned(any_chat: Chat) -> None:
    heard = await sends(any_chat, "hana", at_other_addresses(COMPANY, "chen"))
    assert "These are new, and somebody with their name or external_id leaves." in heard
    assert "陈明 <chen@example.org>" in heard
    plain = COMPANY + "zoe@example.com,Zoë Kim,ada@example.com,Engines,Asia/Seoul,en,employee,,\n"
    assert "These are new, and somebody" not in await sends(any_chat, "hana", plain)


async def test_an_import_is_undone_within_a_day_and_not_later(chat: Chat) -> None:
    eve = "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(eve, "").replace("Ben Okri", "Benjamin Okri"))
    applied = await chat.presses("hana", "Apply")
    chat.wait(hours=23)
    assert "Undone" in await chat.presses("hana", "Undo", on=applied)
    assert chat.person("eve").active
    assert chat.person("ben").name == "Ben Okri"
    assert (await chat.says("eve", "/checkin history")).answer.outcome == "done"
    today = chat.now.date()
    assert chat.change(lambda store: store.directory.manager_of(chat.ids["eve"], today)) == chat.ids["ada"]
    await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))
    applied = await chat.presses("hana", "Apply")
    chat.wait(hours=25)
    assert "cannot be undone" in await chat.presses("hana", "Undo", on=applied)


async def test_apply_does_what_was_shown_or_shows_anew(any_chat: Chat) -> None:
    """Two in HR at once: whoever the other one hired meanwhile would be dismissed unseen."""
    chat, zoe = any_chat, "zoe@example.com,Zoë Kim,ben@example.com,Engines,Asia/Seoul,en,employee,,\n"
    shown = await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))
    await sends(chat, "hana", COMPANY + zoe)
    await chat.presses("hana", "Apply")
    again = await chat.presses("hana", "Apply", on=shown)
    assert "has changed since" in again
    assert "zoe@example.com" in again
    assert chat.change(lambda store: store.directory.with_email("zoe@example.com")).active
    assert chat.person("ben").name == "Ben Okri"
    assert "as the file says" in await chat.presses("hana", "Apply", on=again)
    assert chat.person("ben").name == "Benjamin Okri"


async def test_a_file_waits_for_one_that_is_being_applied(postgres_chat: Chat) -> None:
    """By another process, or on the terminal: what is shown before it may be wrong when it is done."""
    chat, began, may_end = postgres_chat, threading.Event(), threading.Event()
    shown = await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))

    def without_ben(store: Store) -> None:
        entries = [entry for entry in store.roster.entries().values() if entry.name != "Ben Okri"]
        store.roster.apply(entries, shown=store.roster.difference(entries).mark)
        began.set()
        assert may_end.wait(10)

    other = asyncio.create_task(asyncio.to_thread(chat.change, without_ben))
    await asyncio.to_thread(began.wait, 10)
    pressing = asyncio.create_task(chat.presses("hana", "Apply", on=shown))
    await asyncio.sleep(0.5)
    assert not pressing.done()
    may_end.set()
    await other
    assert "has changed since" in await pressing
    assert chat.person("ben").name == "Ben Okri"


async def test_what_another_file_has_done_meanwhile_is_not_done_again(chat: Chat) -> None:
    shown = await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))
    await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))
    await chat.presses("hana", "Apply")
    assert "changes nothing" in await chat.presses("hana", "Apply", on=shown)


async def test_files_are_undone_in_turn_the_newest_first(any_chat: Chat) -> None:
    """The first one alone would set two people above each other, of whom each file has put one below the other."""
    chat, today = any_chat, any_chat.now.date()
    first = COMPANY.replace("Ben Okri,ada@", "Ben Okri,grace@")
    await sends(chat, "hana", first)
    one = await chat.presses("hana", "Apply")
    await sends(chat, "hana", first.replace("Lovelace,grace@", "Lovelace,ben@"))
    two = await chat.presses("hana", "Apply")

    def manager(who: str) -> str | None:
        return chat.change(lambda store: store.directory.manager_of(chat.ids[who], today))

    assert "Another people file was applied after this one" in await chat.presses("hana", "Undo", on=one)
    assert (manager("ada"), manager("ben")) == (chat.ids["ben"], chat.ids["grace"])
    assert "Undone" in await chat.presses("hana", "Undo", on=two)
    assert "Undone" in await chat.presses("hana", "Undo", on=one)
    assert (manager("ada"), manager("ben")) == (chat.ids["grace"], chat.ids["ada"])


@pytest.mark.parametrize("called", ["简体中文", "中文（简体）", "zh_Hans_CN", "汉语", "Chinese (Simplified)"])
async def test_a_language_is_known_as_people_call_it(chat: Chat, called: str) -> None:
    heard = await sends(chat, "hana", COMPANY.replace("New_York,en", f"New_York,{called}"))
    assert "language: “en” becomes “zh”" in heard


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("Lovelace,grace@", "Lovelace,ben@", "a circle: ada@example.com → ben@example.com → ada@example.com"),
        ("dora@", "ben@", "Row 7, column email, “ben@example.com”: this address stands in row 4"),
        ("Okri,ada@example", "Okri,nobody@example", "Row 4, column manager_email, “nobody@example.com”"),
        ("Asia/Shanghai", "Asia/Shanghigh", "Row 5, column timezone, “Asia/Shanghigh”"),
        ("zh,employee", "klingon,employee", "Row 5, column locale, “klingon”"),
        ("en,hr", "en,god", "Row 8, column role, “god”"),
        ("employee,,\nben", "employee,31/31/2020,\nben", "Row 3, column hired_on, “31/31/2020”"),
        ("Dora Maar", "", "Row 7, column name, “”"),
        ("dora@example.com", "dora at example", "Row 7, column email, “dora at example”"),
        ("dora@example.com", "mailto:dora@example.com", "Row 7, column email, “mailto:dora@example.com”"),
        (
            "en,hr,,\n",
            "en,hr,,E1\nzoe@x.com,Zoë,,,,,,,e1\n",
            "Row 9, column external_id, “e1”: this id stands in row 8",
        ),
        (COMPANY.removeprefix(HEADER), "", "Row 2, column email, “”: nobody stands below the names"),
    ],
)
async def test_a_fault_is_named_by_row_and_column_and_nothing_is_changed(
    chat: Chat, before: str, after: str, named: str
) -> None:
    assert before in COMPANY
    heard = await sends(chat, "hana", COMPANY.replace(before, after, 1))
    assert named in heard
    assert "Nothing was changed" in heard
    assert not heard.buttons


async def test_a_mistyped_column_is_named_and_empties_nothing(any_chat: Chat) -> None:
    mistyped = COMPANY.replace("manager_email", "manger_email").replace("role", "rolle")
    heard = await sends(any_chat, "hana", mistyped.replace("Ben Okri", "Benjamin Okri"))
    assert "Changed: 1\n" in heard
    assert "I do not know these columns, and did not read them: manger_email and rolle." in heard
    assert "what is known stays: manager_email and role." in heard
    await any_chat.presses("hana", "Apply")
    today = any_chat.now.date()
    assert (
        any_chat.change(lambda store: store.directory.manager_of(any_chat.ids["ben"], today))
        == any_chat.ids["ada"]
    )
    assert (any_chat.person("ben").name, any_chat.person("hana").role) == ("Benjamin Okri", "hr")


@pytest.mark.parametrize("heading", ["Manager E-Mail", "Reports to", "Line manager", "上级"])
async def test_the_managers_column_is_known_as_people_head_it(chat: Chat, heading: str) -> None:
    heard = await sends(chat, "hana", COMPANY.replace("manager_email", heading))
    assert "changes nothing" in heard
    assert "I do not know" not in heard


async def test_without_the_managers_column_nobody_is_left_under_who_leaves(chat: Chat) -> None:
    without = "\n".join(",".join(line.split(",")[:2]) for line in COMPANY.splitlines() if "dora" not in line)
    without = "\n".join(line for line in without.splitlines() if "ada@" not in line)
    await sends(chat, "hana", without)
    await chat.presses("hana", "Apply")
    today = chat.now.date()
    managers = [
        chat.change(lambda store, who=who: store.directory.manager_of(chat.ids[who], today))
        for who in ("ben", "ivan")
    ]
    assert managers == [None, chat.ids["grace"]]


async def test_who_would_shut_themselves_out_is_asked_first(chat: Chat) -> None:
    own = "hana@example.com,Hana Sato,grace@example.com,People,Europe/Berlin,en,hr,,\n"
    heard = await sends(chat, "hana", COMPANY.replace(own, ""))
    assert "You are not in this file yourself" in heard
    assert heard.buttons["Apply"].confirm is not None
    other = await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin Okri"))
    assert "You are not in this file yourself" not in other
    assert other.buttons["Apply"].confirm is None


async def test_only_hr_may_send_the_file(chat: Chat) -> None:
    for who in ("ada", "grace"):
        assert "for HR" in await sends(chat, who, COMPANY)
    heard = await sends(chat, "ivan", COMPANY)
    assert "You look after no source of data" in heard
    assert "A people file comes from HR" in heard
    offered = await sends(chat, "hana", COMPANY.replace("Ben Okri", "Benjamin"))
    apply = offered.buttons["Apply"]
    from handlers.kit.requests import Pressed

    assert (await chat.does("ada", Pressed(apply.handle))).answer.outcome == "refused"
    assert chat.person("ben").name == "Ben Okri"


async def test_chinese_headings_and_gb18030_are_read(chat: Chat) -> None:
    table = COMPANY.replace(HEADER, "邮箱,姓名,上级邮箱,部门,时区,语言,角色,入职日期,工号\n")
    table = table.replace("Ben Okri", "本·奥克瑞")
    heard = await sends(chat, "hana", table.encode("gb18030"))
    assert "本·奥克瑞" in heard


@pytest.mark.parametrize(
    "typed", ["ａｄａ@example.com", "ada＠example.com", "ＡＤＡ＠ｅｘａｍｐｌｅ．ｃｏｍ"]
)
async def test_an_address_in_full_width_letters_is_nobody_elses(chat: Chat, typed: str) -> None:
    for address in ("ada@example.com,Ada", "Okri,ada@example.com"):
        table = COMPANY.replace(address, address.replace("ada@example.com", typed))
        assert "changes nothing" in await sends(chat, "hana", table.encode("gb18030"))


async def test_a_workbook_is_read_as_hr_keeps_it(chat: Chat) -> None:
    """A title above, traditional characters, capitals and blanks, one manager's cell for two people, a manager by name,
    cities for zones, and a sign for no manager."""
    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:E1", "2026年員工名冊")
        sheet.write_row("A3", ["姓名 ", "電子郵件", "上級", "時區", "團隊"])
        sheet.write_row("A4", ["Grace Hopper", " GRACE@example.com ", "-", "柏林", "Board"])
        sheet.write_row("A5", [" Ada Lovelace", "ada@example.com", "Grace  hopper", "Berlin", "Engines"])
        sheet.write_row("A6", ["Ben Okri", "Ben@Example.com", "", "Berlin", "Engines"])
        sheet.write_row("A7", ["陳明", "chen@example.com", "", "上海", "Engines"])
        sheet.merge_range("C6:C7", "ADA@example.com")
    heard = await sends(chat, "hana", file.getvalue(), "people.xlsx")
    assert "“陈明” becomes “陳明”" in heard
    assert "Changed: 1\n" in heard  # the managers, teams and zones are as they were
    assert "did not read" not in heard


async def test_a_managers_name_that_two_people_have_is_not_guessed(chat: Chat) -> None:
    named = COMPANY.replace("Ben Okri,ada@example.com", "Ben Okri,Ada Lovelace")
    assert "changes nothing" in await sends(chat, "hana", named)
    heard = await sends(chat, "hana", named.replace("Eve Curie", "Ada Lovelace"))
    assert "Row 4, column manager_email, “Ada Lovelace”" in heard


async def test_two_columns_of_one_name_are_named(chat: Chat) -> None:
    heard = await sends(chat, "hana", COMPANY.replace("team,", "email,", 1))
    assert "Two columns are called email." in heard


async def test_what_is_no_table_is_refused_with_a_sentence(chat: Chat) -> None:
    assert "not a table" in await sends(chat, "hana", b"\x89PNG\r\n\x1a\n\0\0", "people.png")
    assert "empty" in await sends(chat, "hana", b"", "people.csv")


async def test_what_a_leaver_owed_goes_to_their_manager(chat: Chat) -> None:
    def owes(store: object) -> None:
        store.obligations.open(  # type: ignore[attr-defined]
            chat.ids["eve"], "checkins.check_in", "w1", title=dump(Phrase("Your check-in")), args={}
        )

    chat.change(owes)
    eve = "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(eve, ""))
    await chat.presses("hana", "Apply")
    assert chat.change(lambda store: store.obligations.of(chat.ids["eve"])) == []
    owed = chat.change(lambda store: store.obligations.of(chat.ids["ada"]))
    assert [row.kind for row in owed] == ["people.settle"]
    chat.at(chat.now.replace(hour=9))
    await chat.tick()
    assert "Left open by Eve Curie: “Your check-in”" in chat.told("ada")


async def test_what_is_owed_goes_past_managers_who_leave_with_the_same_file(chat: Chat) -> None:
    await owes(chat, "eve", "w1")
    chat.change(lambda store: leave(store, chat, "ada", "ben", "eve"))
    assert len(owed(chat, "grace")) == 1
    chat.change(lambda store: store.leavers.bring_back({chat.ids["eve"]: ()}, left_at=chat.now))
    assert (owed(chat, "grace"), len(owed(chat, "eve"))) == ([], 1)


async def test_many_leave_with_as_many_statements_as_one(chat: Chat) -> None:
    said: list[str] = []
    event.listen(chat.database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    chat.change(lambda store: leave(store, chat, "dora"))
    one = len(said)
    chat.change(lambda store: leave(store, chat, "ada", "ben", "chen", "eve"))
    assert len(said) - one == one


async def test_many_have_other_addresses_and_zones_with_as_many_statements_as_one(chat: Chat) -> None:
    said: list[str] = []
    await sends(chat, "hana", WITH_IDS)
    await chat.presses("hana", "Apply")
    event.listen(chat.database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))
    counts, file = [], WITH_IDS
    for whose in (("dora",), ("ben", "chen", "eve")):
        file = at_other_addresses(file, *whose)
        for who in whose:
            file = re.sub(rf"({who}@.*?),(Europe|Asia|America)/\w+", r"\1,Asia/Tokyo", file)
        await sends(chat, "hana", file)
        chat.wait(minutes=1)
        before = len(said)
        await chat.presses("hana", "Apply")
        counts.append(len(said) - before)
        assert {chat.person(who).zone for who in whose} == {"Asia/Tokyo"}
        assert {chat.person(who).email for who in whose} == {f"{who}@example.org" for who in whose}
    assert counts[0] == counts[1], counts


def leave(store: Store, chat: Chat, *people: str) -> dict[str, list[str]]:
    return store.leavers.leave_all({f"{who}@example.com": chat.ids[who] for who in people})


async def test_what_was_said_to_a_leaver_in_private_is_on_nobodys_list(any_chat: Chat) -> None:
    await any_chat.says(
        "dora", "/feedback @eve situation the demo; behaviour you listened; effect we learned"
    )
    await any_chat.says("dora", "/feedback ask @eve @ben about my talk")
    await sends(any_chat, "hana", COMPANY.replace(EVE, ""))
    await any_chat.presses("hana", "Apply")
    owed = any_chat.change(lambda store: store.obligations.of(any_chat.ids["ada"]))
    assert [row.kind for row in owed if row.kind == "people.settle"] == []
    assert "You wait for 1 answer." in await any_chat.says("dora", "/feedback")


EVE = "eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,employee,,\n"


async def owes(chat: Chat, who: str, what: str) -> None:
    def work(store: Store) -> None:
        store.obligations.open(chat.ids[who], "checkins.check_in", what, title=dump(Phrase("It")), args={})

    chat.change(work)


def owed(chat: Chat, who: str) -> list[tuple[str, str]]:
    rows = chat.change(lambda store: store.obligations.of(chat.ids[who]))
    return [(row.kind, row.about) for row in rows]


async def test_what_somebody_owes_is_on_their_managers_list_each_time_they_leave(any_chat: Chat) -> None:
    await owes(any_chat, "eve", "w1")
    for _ in range(2):
        await sends(any_chat, "hana", COMPANY.replace(EVE, ""))
        applied = await any_chat.presses("hana", "Apply")
        assert [kind for kind, _ in owed(any_chat, "ada")] == ["people.settle"]
        any_chat.wait(minutes=1)
        await any_chat.presses("hana", "Undo", on=applied)
        assert owed(any_chat, "ada") == []
        assert owed(any_chat, "eve") == [("checkins.check_in", "w1")]
        any_chat.wait(minutes=1)


async def test_what_went_past_a_manager_who_left_too_is_theirs_again_when_both_are_back(
    any_chat: Chat,
) -> None:
    await owes(any_chat, "eve", "w1")
    without_eve = COMPANY.replace(EVE, "")
    ada = next(row for row in COMPANY.splitlines(keepends=True) if row.startswith("ada@"))
    without_both = without_eve.replace(ada, "").replace("ada@example.com", "grace@example.com")
    applied = []
    for rows in (without_eve, without_both):
        await sends(any_chat, "hana", rows)
        applied.append(await any_chat.presses("hana", "Apply"))
        any_chat.wait(minutes=1)
    assert [kind for kind, _ in owed(any_chat, "grace")] == ["people.settle"]
    for seen in reversed(applied):
        await any_chat.presses("hana", "Undo", on=seen)
    assert owed(any_chat, "grace") == owed(any_chat, "ada") == []
    assert owed(any_chat, "eve") == [("checkins.check_in", "w1")]


async def test_nobody_owes_an_answer_about_who_has_left_until_they_are_here_again(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("eve", "/feedback ask @dora about myself in the meeting")
    assert [kind for kind, _ in owed(chat, "dora")] == ["feedback.answer"]
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    await chat.presses("hana", "Apply")
    assert owed(chat, "dora") == []
    await chat.presses("hana", "Undo")
    assert [kind for kind, _ in owed(chat, "dora")] == ["feedback.answer"]
    chat.wait(days=4)
    await chat.tick()
    assert "Eve Curie asks you for feedback about their work" in chat.told("dora")


async def test_who_is_back_by_a_right_file_owes_the_answers_that_others_wait_for(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("dora", "/feedback ask @eve about my talk")
    await chat.says("chen", "/feedback ask @eve about my demo")
    chens = next(row for row in COMPANY.splitlines(keepends=True) if row.startswith("chen@"))
    for rows in (
        COMPANY.replace(EVE, ""),
        COMPANY.replace(EVE, "").replace(chens, ""),
        COMPANY.replace(chens, ""),
    ):
        await sends(chat, "hana", rows)
        await chat.presses("hana", "Apply")
        chat.wait(minutes=1)
    (asked,) = (
        row for row in chat.rows(ObligationRow) if row.kind == "feedback.answer" and not row.closed_at
    )
    assert (asked.person_id, "Dora Maar" in asked.title) == (chat.ids["eve"], True)


async def test_undoing_a_file_gives_leavers_back_what_they_owed(any_chat: Chat) -> None:
    chat = any_chat
    await owes(chat, "eve", "w1")
    await owes(chat, "eve", "w2")
    chat.change(lambda store: store.obligations.close(chat.ids["eve"], "checkins.check_in", "w2"))
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    await chat.presses("hana", "Apply")
    chat.wait(hours=2)
    await chat.presses("hana", "Undo")
    assert owed(chat, "eve") == [("checkins.check_in", "w1")]
    assert owed(chat, "ada") == []


async def test_what_the_manager_has_settled_meanwhile_stays_settled(any_chat: Chat) -> None:
    chat = any_chat
    await owes(chat, "eve", "w1")
    await owes(chat, "eve", "w2")
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    applied = await chat.presses("hana", "Apply")
    home = await chat.opens("ada")
    await chat.presses("ada", "Do it now", on=home)
    await chat.presses("hana", "Undo", on=applied)
    assert len(owed(chat, "eve")) == 1
    assert owed(chat, "ada") == []


async def test_what_went_on_to_the_next_manager_comes_back_too(any_chat: Chat) -> None:
    chat = any_chat
    await owes(chat, "eve", "w1")
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    await chat.presses("hana", "Apply")
    chat.leaves("ada")
    assert [kind for kind, _ in owed(chat, "grace")] == ["people.settle"]
    await chat.presses("hana", "Undo")
    assert owed(chat, "eve") == [("checkins.check_in", "w1")]
    assert owed(chat, "grace") == []


async def test_what_waited_for_a_leaver_is_told_after_all(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/1on1 add @eve the roadmap")
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    await chat.presses("hana", "Apply")
    await chat.deliver()
    chat.wait(hours=2)
    await chat.presses("hana", "Undo")
    assert "dm-eve" in {parcel.to.address for parcel in await chat.deliver()}


async def test_an_account_that_somebody_else_has_since_stays_theirs_when_the_file_is_undone(
    any_chat: Chat,
) -> None:
    """Two records of one person: the file drops one, they connect their app with the other."""
    chat = any_chat
    chat.change(lambda store: store.accounts.link(chat.ids["eve"], "telegram", "7"))
    await sends(chat, "hana", COMPANY.replace(EVE, ""))
    applied = await chat.presses("hana", "Apply")
    chat.change(lambda store: store.accounts.link(chat.ids["dora"], "telegram", "7"))
    assert "Undone." in await chat.presses("hana", "Undo", on=applied)
    live = chat.rows(Account, col(Account.external_id) == "7", col(Account.ended_key) == "")
    assert [account.person_id for account in live] == [chat.ids["dora"]]
    assert "Checked in." in await chat.says("eve", "/checkin done A")


async def test_a_reminder_that_waits_for_the_morning_comes_by_the_clock_of_the_new_file(
    any_chat: Chat,
) -> None:
    chat = only(any_chat, feature, people)
    chat.at(datetime(2026, 11, 24, 20, tzinfo=UTC))  # 21:00 in Berlin, 15:00 in New York
    owe(chat, "ben", "tea")
    await chat.tick()
    assert chat.told("ben") == ""
    ben = "Ben Okri,ada@example.com,Engines,"
    await sends(chat, "hana", COMPANY.replace(f"{ben}Europe/Berlin", f"{ben}America/New_York"))
    await chat.presses("hana", "Apply")
    await chat.tick()
    assert "tea" in chat.told("ben")


async def test_a_file_that_names_who_is_erased_is_forgotten_and_stays_as_it_was_applied(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await sends(chat, "hana", COMPANY.replace("Board", "The board"))
    first = await chat.presses("hana", "Apply")
    await sends(chat, "hana", COMPANY.replace("Board", "The board").replace(EVE, ""))
    second = await chat.presses("hana", "Apply")
    proposed = await sends(chat, "hana", COMPANY)
    await chat.says("hana", "/upbeat privacy departed Eve")
    await chat.presses("hana", "Erase")
    assert "Nothing names this person any more." in await chat.submits("hana", confirm="ERASE")
    kept = [json.dumps([row.entries, row.undo]) for row in chat.rows(RosterRun)]
    assert ["eve@example.com" in each for each in kept] == [False] * 3
    assert "somebody whom it names was erased" in await chat.presses("hana", "Undo", on=second)
    assert "Another people file was applied after this one." in await chat.presses("hana", "Undo", on=first)
    assert "applied or dropped already" in await chat.presses("hana", "Apply", on=proposed)
    assert len([person for person in chat.rows(PersonRow) if person.left_at is None]) == 7


async def test_a_file_of_something_else_is_told_where_it_goes(chat: Chat) -> None:
    heard = await sends(chat, "hana", "Ticket,Rating\nT-1,5\n", "satisfaction.csv")
    assert "this column is needed" in heard
    assert "Figures come with the words “/goals load”" in heard
    heard = await sends(chat, "hana", COMPANY.replace("Europe/Berlin", "Mars/Base"))
    assert "I took it for a people file" not in heard
