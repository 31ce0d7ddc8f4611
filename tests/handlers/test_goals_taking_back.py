"""Who loaded a file takes it back: figures and key results are again what they were, and nothing is forgotten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from handlers.goals.data.arriving import take
from storage.goals import GoalChange, KeyResult
from storage.metrics import Arrival, DataSource, LoadedFile, MetricPoint, PersonPoint, Unmatched
from tests.company import Chat, Heard
from tests.handlers.test_goals import write
from tests.handlers.test_goals_loading import MONTH, begins, described, figures, sends

BEN = [
    ("days present", "2026-09-30", "21.5"),
    ("days present", "2026-10-31", "20"),
    ("late", "2026-09-30", "0"),
    ("late", "2026-10-31", "1"),
]
SALES = "Day,Deals\n2026-11-20,{value}\n"


async def loaded(chat: Chat, content: str = MONTH, who: str = "dora", name: str = "file.csv") -> Heard:
    """A file of a source whose columns are known."""
    await sends(chat, who, content, "/goals load", name=name)
    return await chat.presses(who, "Apply")


async def takes_back(chat: Chat, who: str = "dora", on: Heard | None = None) -> Heard:
    return await chat.presses(who, "Take it back", on=on)


async def sales(chat: Chat, value: str, *, first: bool = False) -> Heard:
    """A file with one figure of the company."""
    await sends(chat, "dora", SALES.format(value=value), "/goals load", name=f"sales-{value}.csv")
    if first:
        await chat.presses("dora", "Say what the columns are")
        await chat.submits("dora", person="-", at="day", figure="deals")
    chat.wait(minutes=1)
    return await chat.presses("dora", "Apply")


async def reads_sales(chat: Chat, who: str = "grace") -> None:
    """A key result of somebody's that says 10 reads the figure."""
    await write(chat, who, "deals from 10 to 500")
    await chat.presses(who, "Open", on=await chat.says(who, "/goals"))
    await chat.presses(who, "Connect to data")
    form = chat.last[who].form
    assert form
    (option,) = form.questions[0].options  # type: ignore[attr-defined]
    await chat.submits(who, which=option.value)


async def test_an_older_file_that_is_taken_back_moves_nothing_that_newer_data_did(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await sends(chat, "dora", "Day,Deals\n2026-11-10,90\n", "/goals load", name="older.csv")
    await chat.presses("dora", "Say what the columns are")
    await chat.submits("dora", person="-", at="day", figure="deals")
    older = await chat.presses("dora", "Apply")
    await reads_sales(chat)
    await sales(chat, "120")
    await chat.tick()
    await chat.presses("grace", "Undo 1.1")
    assert values(chat) == [90]
    assert "Key results that moved back" not in await takes_back(chat, on=older)
    assert values(chat) == [90]


def values(chat: Chat) -> list[Decimal]:
    return [row.value for row in chat.rows(KeyResult)]


async def test_a_file_that_brought_new_figures_leaves_none(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await described(chat)
    done = await chat.presses("dora", "Apply")
    assert figures(chat, "ben") == BEN
    (button,) = (each for each in done.buttons.values() if each.confirm)
    assert "becomes again what it was before" in done.voice.say(button.confirm)  # type: ignore[arg-type]
    heard = await takes_back(chat)
    assert "Taken back: file.csv" in heard
    assert "Gone: there was nothing before: 6" in heard
    assert figures(chat, "ben") == []
    assert "Nothing was sent about you." in await chat.says("ben", "/goals data")
    assert len(chat.rows(PersonPoint)) == 6, "all of it stays on record"
    assert "taken back already" in await takes_back(chat, on=done)
    heard = await loaded(chat)
    assert "New figures: 6" in heard
    assert figures(chat, "ben") == BEN


async def test_what_it_corrected_is_again_what_it_was(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await described(chat)
    await chat.presses("dora", "Apply")
    chat.wait(days=1)
    heard = await loaded(chat, MONTH.replace("E7,2026-10-31,20,1", "E7,2026-10-31,3,30"), name="wrong.csv")
    assert "Corrected: 2" in heard
    chat.wait(minutes=5)
    heard = await takes_back(chat)
    assert "What it was before: 2" in heard
    assert figures(chat, "ben") == BEN
    rows = [row for row in chat.rows(PersonPoint) if f"{row.made_at:%Y-%m-%d}" == "2026-10-31"]
    mine = sorted((r.metric, r.edition, r.value, r.current) for r in rows if r.subject_id == chat.ids["ben"])
    assert mine == [
        ("days present", 1, "20", False),
        ("days present", 2, "3", False),
        ("days present", 3, "20", True),
        ("late", 1, "1", False),
        ("late", 2, "30", False),
        ("late", 3, "1", True),
    ]
    assert "Corrected Tue, Nov 24, 2026, 10:05\u202fAM: it was 3" in await chat.says("ben", "/goals data")
    assert "This file changes nothing" in await sends(chat, "dora", MONTH, "/goals load")


async def test_what_came_since_stays_and_is_counted(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await described(chat)
    first = await chat.presses("dora", "Apply")
    chat.wait(days=1)
    second = await loaded(chat, MONTH.replace("E7,2026-10-31,20,1", "E7,2026-10-31,19,1"))
    chat.wait(days=1)
    heard = await takes_back(chat, on=first)
    assert heard.answer.outcome == "problem", "the second one says all of it, and one thing otherwise"
    assert "Newer data has come since for all 6 figures of this file" in heard
    third = await loaded(chat, "Employee ID,Date,Days present,Late\nE7,2026-08-31,7,0\nE7,2026-09-30,11,0\n")
    chat.wait(days=1)
    heard = await takes_back(chat, on=second)
    assert "What it was before: 1" in heard
    assert ("days present", "2026-10-31", "20") in figures(chat, "ben"), "as the first one has it"
    heard = await takes_back(chat, on=first)
    assert "Left, because other data has come since: 2" in heard, "another number, and the same one again"
    heard = await takes_back(chat, on=third)
    assert "Gone: there was nothing before: 4" in heard, "what the others said is taken back as well"
    assert figures(chat, "ben") == []


async def test_files_are_taken_back_one_after_the_other(chat: Chat) -> None:
    begins(chat, "crm")
    answers = [await sales(chat, "100", first=True), await sales(chat, "200"), await sales(chat, "300")]
    for left in ("200", "100", None):
        chat.wait(minutes=1)
        await takes_back(chat, on=answers.pop())
        current = [row.value for row in chat.rows(MetricPoint) if row.current]
        assert current == ([left] if left else [])


async def test_of_what_is_superseded_whole_nothing_is_taken_back(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat, "crm")
    first = await sales(chat, "100", first=True)
    await sales(chat, "200")
    heard = await takes_back(chat, on=first)
    assert heard.answer.outcome == "problem"
    assert "Newer data has come since for the one figure of this file: it stays" in heard
    assert not [row for row in chat.rows(LoadedFile) if row.taken_back_at], "it may be asked again"


async def test_what_was_corrected_by_hand_stays(chat: Chat) -> None:
    begins(chat)
    await described(chat)
    done = await chat.presses("dora", "Apply")
    (row,) = (r for r in chat.rows(PersonPoint) if r.subject_id == chat.ids["ben"] and r.value == "20")
    ben = chat.ids["ben"]
    chat.change(lambda store: store.metrics.override(row.source_id, row.key, ben, Decimal(22)))
    heard = await takes_back(chat, on=done)
    assert "Left, because other data has come since: 1" in heard
    assert figures(chat, "ben") == [("days present", "2026-10-31", "22")]


async def test_key_results_move_back_and_owners_hear_once(chat: Chat) -> None:
    begins(chat, "crm")
    await sales(chat, "100", first=True)
    await reads_sales(chat)
    await reads_sales(chat, "ben")
    chat.wait(minutes=1)
    wrong = await sales(chat, "450")
    assert values(chat) == [450, 450]
    chat.wait(minutes=1)
    heard = await takes_back(chat, on=wrong)
    assert "Key results that moved back: 2" in heard
    assert values(chat) == [100, 100]
    for who in ("grace", "ben"):
        assert chat.told(who).count("a file of crm was taken back") == 1
        assert "1.1. deals: 450 → 100" in chat.told(who)
    await chat.tick()
    assert "450" not in chat.told("ben").replace("450 → 100", ""), "the file is as if it had not been"
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    heard = await chat.presses("ben", "What changed")
    for words in ("data from crm", "100 → 450", "450 → 100"):
        assert words in heard


async def test_where_no_figure_is_left_it_is_again_what_somebody_had_said(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat, "crm")
    only = await sales(chat, "100", first=True)
    await reads_sales(chat)
    assert values(chat) == [100]
    heard = await takes_back(chat, on=only)
    assert "Key results that moved back: 1" in heard
    assert values(chat) == [10]
    assert "1.1. deals: 100 → 10" in chat.told("grace")
    (undone,) = (row for row in chat.rows(GoalChange) if row.act == "undone")
    assert undone.author_id == chat.ids["dora"]


async def test_what_somebody_had_said_before_is_what_it_is_again(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await sales(chat, "40", first=True)
    await reads_sales(chat)
    chat.wait(minutes=1)
    await chat.says("grace", "/goals update 1.1 55 as I counted")
    chat.wait(minutes=1)
    await sends(chat, "dora", "Day,Deals\n2026-11-21,70\n", "/goals load", name="later.csv")
    later = await chat.presses("dora", "Apply")
    assert values(chat) == [70]
    await takes_back(chat, on=later)
    assert values(chat) == [55]


async def test_what_somebody_said_since_stays(chat: Chat) -> None:
    begins(chat, "crm")
    only = await sales(chat, "100", first=True)
    await reads_sales(chat)
    chat.wait(minutes=1)
    await chat.says("grace", "/goals update 1.1 77 counted by hand")
    heard = await takes_back(chat, on=only)
    assert "Key results" not in heard.text
    assert values(chat) == [77]
    assert "taken back" not in chat.told("grace")


async def test_what_waits_for_its_person_is_forgotten_with_the_file(chat: Chat) -> None:
    begins(chat)
    await described(chat, content=MONTH.replace("E9", "E404"))
    done = await chat.presses("dora", "Apply")
    assert len(chat.rows(Unmatched)) == 2
    heard = await takes_back(chat, on=done)
    assert "Waited for their person, and are forgotten: 2" in heard
    assert not chat.rows(Unmatched)


async def test_whom_it_is_about_is_found_later_and_it_is_still_of_that_file(chat: Chat) -> None:
    begins(chat)
    await described(chat, content=MONTH.replace("E9", "E404"))
    done = await chat.presses("dora", "Apply")
    await chat.presses("dora", "Whom nobody knows: 2", on=await chat.says("dora", "/goals sources"))
    await chat.presses("dora", "E404")
    await chat.submits("dora", person="eve")
    assert len(figures(chat, "eve")) == 2
    await takes_back(chat, on=done)
    assert figures(chat, "eve") == []


async def test_files_are_listed_and_only_who_loaded_one_takes_it_back(any_chat: Chat) -> None:
    chat = any_chat
    begins(chat)
    await described(chat)
    done = await chat.presses("dora", "Apply")
    (source,) = chat.rows(DataSource)
    chat.change(lambda store: store.change(source, owner_id=chat.ids["eve"]))
    await chat.says("eve", "/goals sources")
    heard = await chat.presses("eve", "Files of attendance")
    assert "file.csv: Mon, Nov 23, 2026, 4:00\u202fAM, by Dora Maar\n6 figures were taken." in heard
    assert "Take it back" not in heard.buttons
    heard = await takes_back(chat, on=done)
    assert heard.answer.outcome == "problem", "she looks after it no more"
    chat.change(lambda store: store.change(source, owner_id=chat.ids["dora"]))
    await chat.presses("dora", "Files of attendance", on=await chat.says("dora", "/goals sources"))
    await takes_back(chat)
    heard = await chat.presses("dora", "Files of attendance", on=await chat.says("dora", "/goals sources"))
    assert "Taken back Mon, Nov 23, 2026, 10:00\u202fAM." in heard
    assert "Take it back" not in heard.buttons


@pytest.mark.parametrize("sent", [True, False])
async def test_what_a_program_sends_too_stays(chat: Chat, sent: bool) -> None:
    begins(chat, "crm")
    only = await sales(chat, "100", first=True)
    (source,), (row,) = chat.rows(DataSource), chat.rows(MetricPoint)
    same = Arrival("deals", row.at, Decimal(100))
    chat.change(lambda store: take(store, source, [same] if sent else []))
    heard = await takes_back(chat, on=only)
    assert (heard.answer.outcome == "problem") is sent
    assert bool([row for row in chat.rows(MetricPoint) if row.current]) is sent


async def test_what_waits_and_came_in_two_files_waits_for_both(chat: Chat) -> None:
    begins(chat)
    content = MONTH.replace("E9", "E404")
    await described(chat, content=content)
    first = await chat.presses("dora", "Apply")
    second = await loaded(chat, content.replace("E7,2026-09-30", "E7,2026-08-31"))
    await takes_back(chat, on=first)
    assert len(chat.rows(Unmatched)) == 2
    await takes_back(chat, on=second)
    assert not chat.rows(Unmatched)


async def test_what_programs_send_is_of_no_file(chat: Chat) -> None:
    begins(chat, "crm")
    await sales(chat, "100", first=True)
    (source,) = chat.rows(DataSource)
    later = Arrival("deals", chat.now - timedelta(hours=1), Decimal(9))
    chat.change(lambda store: take(store, source, [later]))
    await takes_back(chat)
    assert [row.value for row in chat.rows(MetricPoint) if row.current] == ["9"]


@pytest.mark.parametrize("language", ["zh"])
async def test_in_chinese(chat: Chat, language: str) -> None:
    chat.change(lambda store: store.preferences.set_language(chat.ids["dora"], language))
    begins(chat)
    await described(chat)
    await chat.presses("dora", "Apply")
    heard = await chat.presses("dora", "撤回")
    assert "已撤回：file.csv" in heard.text
    assert "已移除：之前没有数值：6" in heard.text
