"""Why I was sent what, who opened my record, my whole file, and erasing."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import event

from handlers import FEATURES
from handlers.kit.cards import Document, Part
from handlers.kit.dispatch import Core
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from storage.database import Database
from storage.policy import Kind
from storage.tables import AuditRow
from tests.company import MONDAY, SECRET, Chat, Heard, founded
from tests.copies import copy_of
from tests.engines import PROJECT


def parts_of(heard: Heard, kind: type[Part]) -> list[Part]:
    assert heard.card is not None
    return [part for part in heard.card.parts if isinstance(part, kind)]


def owe(chat: Chat, store: object, who: str, title: str) -> object:
    return store.obligations.open(  # type: ignore[attr-defined]
        chat.ids[who],
        "checkins.check_in",
        title,
        title=dump(Phrase(title)),
        args={},
        due_at=chat.now + timedelta(days=1),
    )


# Why -----------------------------------------------------------------------------------------------------------------


async def test_nothing_sent_is_said(chat: Chat) -> None:
    assert "I sent you nothing" in await chat.says("ada", "/upbeat why")


async def test_why_names_what_was_sent_when_and_by_which_rule(any_chat: Chat) -> None:
    from schedules.nudges import remind

    chat = any_chat
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    chat.change(lambda store: remind(chat.core, store, chat.ids["ada"]))
    heard = await chat.says("ada", "为什么")
    assert "One thing waits for you" in heard
    assert "once when something begins" in heard
    assert "It goes out" in heard


async def test_why_names_each_thing_of_one_message_with_its_own_rule(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/1on1 action @ada 2026-11-24: the draft")
    await chat.says("ben", "/1on1 action @ada 2026-11-25: the figures")
    for day in (24, 25):
        chat.at(MONDAY.replace(day=day))
        await chat.tick()
    heard = await chat.says("ben", "/upbeat why")
    draft, figures = (
        f"Agreed with Ada Lovelace: the {what}\nBy the rule: once" for what in ("draft", "figures")
    )
    assert f"{draft} more when it is nearly due\n{figures} when something begins" in heard
    assert heard.text.count(f"{draft} when something begins") == 1


async def test_why_names_what_was_withheld_until_when(any_chat: Chat) -> None:
    from schedules.nudges import remind

    chat = any_chat
    await chat.says("ada", "/upbeat away until 2026-11-24")
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    chat.change(lambda store: remind(chat.core, store, chat.ids["ada"]))
    heard = await chat.says("ada", "/upbeat why")
    assert "The budget" in heard
    assert "you are away" in heard
    assert "It waits until" in heard
    chat.wait(days=2)
    assert "It waited until" in await chat.says("ada", "/upbeat why")


async def test_why_asks_for_many_reminders_with_as_many_statements_as_for_one(tmp_path: Path) -> None:
    from schedules.nudges import remind

    said: list[str] = []
    counts: list[int] = []
    with copy_of(founded, "sqlite", tmp_path) as (url, ids):
        database = Database(url, SECRET, now=lambda: MONDAY)
        event.listen(database.engine, "connect", lambda held, record: held.set_trace_callback(said.append))
        database.open()
        chat = Chat(database, Core(database, FEATURES), dict(ids), [MONDAY])
        await chat.says("ada", "/upbeat away until 2026-11-24")
        for titles in (["The budget"], ["The plan", "The offer", "The draft"]):
            for title in titles:
                chat.change(lambda store, title=title: owe(chat, store, "ada", title))
            chat.change(lambda store: remind(chat.core, store, chat.ids["ada"]))
            await chat.says("ada", "/upbeat why")  # what changed is known from here on
            said.clear()
            heard = await chat.says("ada", "/upbeat why")
            counts.append(sum(each.startswith("SELECT") for each in said))  # and no checkpoint of before
            assert all(title in heard for title in titles)
        await database.close()
    assert counts[0] == counts[1] > 0


async def test_nothing_is_said_to_wait_that_is_settled_or_ends_before(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(MONDAY.replace(day=22))
    await chat.tick()
    await chat.says("ben", "/upbeat settings quiet 06:00 16:00")
    await chat.says("dora", "/upbeat settings quiet 06:00 19:00")
    chat.at(MONDAY)
    await chat.tick()
    assert "It waits until Mon, Nov 23, 2026, 4:00" in await chat.says("ben", "/upbeat why")
    await chat.says("ben", "/checkin done A")
    for hours in (0, 24):
        chat.wait(hours=hours)
        heard = await chat.says("ben", "/upbeat why")
        assert "it was in your quiet hours" in heard
        assert "wait" not in heard.text.replace("waits for you", "")
    await chat.says("dora", "/upbeat settings quiet 06:00 23:00")
    chat.at(MONDAY.replace(day=24, hour=17))  # 18:00 in Berlin, where the check-in closes at 20:00
    await chat.tick()
    heard = await chat.says("dora", "/upbeat why")
    assert "It ends before I may remind you again: Tue, Nov 24, 2026, 8:00" in heard
    assert "It waits until" not in heard


async def test_what_is_snoozed_is_held_back_and_what_was_said_is_not(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(MONDAY.replace(day=22))
    await chat.tick()
    chat.at(MONDAY)
    await chat.tick()
    assert "What I held back" not in await chat.says("ben", "/upbeat why")
    await chat.presses("ben", "Tomorrow morning", on=chat.told_cards("ben")[-1])
    heard = await chat.says("ben", "/upbeat why")
    assert "what blocks you\nYou snoozed it. I remind you again Tue, Nov 24, 2026, 9:00" in heard
    for hour in (8, 15, 19):  # 9:00, 16:00 and 20:00 in Berlin, when it is over
        chat.at(MONDAY.replace(day=24, hour=hour))
        await chat.tick()
    assert "What I held back" not in await chat.says("ben", "/upbeat why")


async def test_a_reminder_for_which_it_was_too_late_is_held_back(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(MONDAY.replace(day=22))
    await chat.tick()
    for day, hour in ((23, 9), (24, 19)):  # the clock stood still when it was nearly due
        chat.at(MONDAY.replace(day=day, hour=hour))
        await chat.tick()
    assert "it was too late for it" in await chat.says("ben", "/upbeat why")


async def test_what_a_bell_did_is_not_called_withheld(chat: Chat) -> None:
    def decided(outcome: str, reason: str) -> None:
        chat.change(
            lambda store: store.slots.record(
                "checkins.open", outcome, chat.now, person_id=chat.ids["ada"], outcome=outcome, reason=reason
            )
        )

    decided("done", "")
    decided("sent", "opened")
    assert "What I held back" not in (await chat.says("ada", "/upbeat why")).text
    decided("failed", "ValueError")
    heard = await chat.says("ada", "/upbeat why")
    assert "went wrong on our side" in heard
    assert "ValueError" not in heard.text


def test_every_reason_for_silence_has_words() -> None:
    from handlers.preferences.why import REASONS

    reasons = {
        found
        for folder in ("handlers", "schedules")
        for path in (PROJECT / folder).rglob("*.py")
        for found in re.findall(
            r'(?:Silence\(|Fate\("cancelled", )"([^"]+)"', path.read_text(encoding="utf-8")
        )
    }
    assert reasons <= set(REASONS), reasons - set(REASONS)


async def test_a_colleague_s_deed_is_a_rule_too(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    assert "Because of what somebody did in" in await chat.says("ben", "/upbeat why")


async def test_what_was_taken_back_after_it_arrived_is_listed_once(chat: Chat) -> None:
    await chat.says("ben", "/feedback @ada situation a; behaviour b; effect c")
    await chat.deliver()
    await chat.presses("ben", "Take it back")
    await chat.deliver()
    assert (await chat.says("ada", "/why")).text.count("took back feedback") == 1


async def test_why_forgets_after_two_weeks(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    chat.wait(days=15)
    assert "I sent you nothing" in await chat.says("ben", "/upbeat why")


# Privacy -------------------------------------------------------------------------------------------------------------


async def test_i_see_who_opened_my_record(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done the parser")
    assert "Nobody else has opened" in await chat.says("ben", "/upbeat privacy")
    await chat.says("ada", "/checkin history @ben")
    heard = await chat.says("ben", "隐私")
    assert "Ada Lovelace opened check-ins" in heard


async def test_what_the_clock_looked_at_was_opened_by_upbeat_itself(chat: Chat) -> None:
    chat.change(lambda store: store.audit("opened", "goal_team", subject_id=chat.ids["ben"]))
    heard = await chat.says("ben", "/upbeat privacy")
    assert ": Upbeat opened goals that the team sees" in heard, heard.text


async def test_what_is_opened_again_at_once_is_one_line_and_whole_in_the_file(chat: Chat) -> None:
    await chat.says("ben", "/checkin done the parser")
    for seconds in (100, 20, 20):
        await chat.says("ada", "/checkin history @ben")
        await chat.says("grace", "/checkin history @ben")
        chat.wait(seconds=seconds)
    heard = await chat.says("ben", "/privacy")
    lines = [line.partition(": ")[2] for line in heard.text.splitlines() if "opened check" in line]
    assert sorted(lines[:2]) == [
        f"{name} opened check-ins, 2 times" for name in ("Ada Lovelace", "Grace Hopper")
    ]
    assert sorted(lines[2:]) == [f"{name} opened check-ins" for name in ("Ada Lovelace", "Grace Hopper")]
    file, _ = await kept(chat, "ben", await chat.presses("ben", "My whole file"))
    assert [row["act"] for row in file["audit"]].count("opened") == 6


async def test_who_may_see_what_is_said_in_words(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat privacy who")
    assert "private notes: its author" in heard
    assert "moods: the person it is about" in heard
    assert "self-reviews that are handed in: the person it is about" in heard
    assert not [line for line in heard.text.splitlines() if line.partition(":")[0] in set(Kind)]


async def kept(chat: Chat, who: str, heard: Heard) -> tuple[dict[str, list[dict[str, object]]], object]:
    made, book = parts_of(heard, Document)
    assert isinstance(made, Document)
    assert isinstance(book, Document)
    text = chat.change(lambda store: store.files.get(made.file_id, person_id=chat.ids[who]))
    sheet = chat.change(lambda store: store.files.get(book.file_id, person_id=chat.ids[who]))
    assert (
        chat.change(lambda store: store.files.get(made.file_id, person_id=chat.ids["hana"])) is None
        or who == "hana"
    )
    return json.loads(text[1]), load_workbook(BytesIO(sheet[1]))


async def test_my_whole_file_is_mine_in_two_formats(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done =CANARY(1)")
    await chat.says("ada", "/1on1 add @ben shared matter")
    file, book = await kept(chat, "ben", await chat.says("ben", "导出"))
    assert "=CANARY(1)" in str(file["checkin"])
    assert file["checkin"][0]["author_id"] == "Ben Okri"
    assert "shared matter" in str(file)
    assert {"person", "checkin"} <= set(book.sheetnames)  # type: ignore[attr-defined]
    assert all(
        cell.data_type != "f"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row  # type: ignore[attr-defined]
    )


async def test_the_hour_of_a_meeting_is_in_both_formats(any_chat: Chat) -> None:
    await any_chat.says("ben", "/1on1 plan @ada weekly Tuesday 10:00")
    await any_chat.presses("ben", "Save")
    file, book = await kept(any_chat, "ben", await any_chat.says("ben", "导出"))
    assert file["one_on_one"][0]["clock"] == "10:00:00"
    header, row = book["one_on_one"].values  # type: ignore[index]
    assert dict(zip(header, row, strict=True))["clock"] == "10:00:00"


async def test_my_file_has_nothing_that_others_keep_for_themselves(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    await chat.says("ada", "/1on1 private @ben")
    from storage.one_on_ones.notes import PrivateNote

    note = PrivateNote(
        kind=Kind.PRIVATE_NOTE,
        subject_id=chat.ids["ben"],
        author_id=chat.ids["ada"],
        made_at=chat.now,
        series_id="s",
        day=date(2026, 11, 23),
        body="CANARY",
        edited_at=chat.now,
    )
    chat.change(lambda store: store.insert(note))
    file, _ = await kept(chat, "ben", await chat.says("ben", "/upbeat privacy file"))
    assert "CANARY" not in str(file)
    file, _ = await kept(chat, "ada", await chat.says("ada", "/upbeat privacy file"))
    assert "CANARY" in str(file)


async def test_erasing_explains_and_wants_the_word(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    heard = await chat.says("ben", "/upbeat privacy erase ERASE")
    assert "also the record of others" in heard  # typed in one go: the form explains first
    assert "not the word" in await chat.submits("ben", confirm="yes")
    assert "CANARY" in (await chat.says("ben", "/checkin history")).text
    await chat.says("ben", "/upbeat privacy erase")
    assert "Erased" in await chat.submits("ben", confirm="erase")
    assert "CANARY" not in (await chat.says("ben", "/checkin history")).text
    assert "CANARY" not in (await chat.says("ada", "/checkin history @ben")).text
    assert "CANARY" not in (await chat.says("ada", "/checkin team")).text


async def test_what_was_erased_is_said_to_be_and_blocks_nobody(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done the login page; blocked by legal; mood 2")
    await chat.says("ben", "/upbeat privacy erase")
    heard = await chat.submits("ben", confirm="ERASE")
    assert "check-ins: 1\nmoods: 1" in heard
    assert "This was erased." in await chat.says("ben", "/checkin history")
    assert "This was erased." in await chat.says("ada", "/checkin team")
    assert "Blocked" not in await chat.opens("ada")
    assert "Still blocked?" not in await chat.says("ben", "/checkin done the tests")
    await chat.says("ben", "/upbeat privacy erase")
    again = await chat.submits("ben", confirm="ERASE")
    assert "check-ins: 1\nBackups" in again


async def test_erasing_by_interview(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    chat.interviews = True
    assert "Write ERASE" in await chat.says("ben", "/upbeat privacy erase")
    assert "Erased" in await chat.says("ben", "抹除")
    assert "CANARY" not in (await chat.says("ben", "/checkin history")).text


async def test_only_hr_erases_others_and_only_who_has_left(chat: Chat) -> None:
    assert "for HR" in await chat.says("ada", "/upbeat privacy erase @ben")
    assert "Nobody with this name has left" in await chat.says("hana", "/upbeat privacy erase @ben")
    assert "for HR" in await chat.says("ada", "/upbeat privacy departed Ben")


async def test_hr_takes_the_file_of_who_has_left_without_private_words(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    await chat.says("ada", "/1on1 add @ben CANARY")
    chat.leaves("ben")
    await chat.says("hana", "/upbeat privacy departed ben@example.com")
    file, _ = await kept(chat, "hana", await chat.presses("hana", "The file"))
    assert len(file["checkin"]) == 1
    assert "CANARY" not in str(file)
    exported = [row for row in chat.rows(AuditRow) if row.act == "exported"]
    assert [row.actor_id for row in exported] == [chat.ids["hana"]]


async def erase(chat: Chat, who: str) -> Heard:
    """Somebody leaves, and HR erases their record."""
    chat.leaves(who)
    await chat.says("hana", f"/upbeat privacy departed {who}@example.com")
    await chat.presses("hana", "Erase")
    return await chat.submits("hana", confirm="ERASE")


async def test_hr_erases_who_has_left(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done CANARY; blocked by legal")
    heard = await erase(chat, "ben")
    assert "Nothing names this person" in heard
    assert "check-ins: 1" in heard, "what blocked them stood in it"
    assert chat.person("ben").name == "Former colleague"
    await chat.says("hana", "/upbeat setup language 中文")
    await chat.presses("hana", "Save")
    await erase(chat, "dora")
    assert chat.person("dora").name == "前同事"
    assert "Nobody with this name" in await chat.says("hana", "/upbeat privacy departed Ben")
