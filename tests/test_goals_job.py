"""The main job of goals: a webhook, a spreadsheet and an attendance file move one; who still owes a word is asked."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

from handlers.kit.cards import Menu
from handlers.kit.requests import Pressed
from storage.goals import KeyResult
from storage.metrics import FILES
from storage.sheets import OutSheet, write_xlsx
from storage.store import Store
from tests.bot.ingest.sender import Sender, github
from tests.bot.ingest.test_octokit import PAYLOADS
from tests.company import Chat
from tests.handlers.test_goals import write
from tests.handlers.test_goals_loading import sends
from tests.handlers.test_goals_weekly import HOUR, NINE, asked, go, reminders


def merged(chat: Chat, number: int) -> dict[str, Any]:
    """A recorded pull request, as it is told when it was merged just now."""
    (recorded, *_) = (
        each["payload"]
        for each in PAYLOADS
        if each["event"] == "pull_request" and each["payload"]["action"] == "closed"
    )
    made: dict[str, Any] = copy.deepcopy(recorded)
    made["number"] = made["pull_request"]["number"] = number
    made["pull_request"] |= {"merged": True, "merged_at": chat.now.isoformat()}
    return made


def deals(chat: Chat, revenue: str) -> bytes:
    """What a CRM exports."""
    head = ("Account owner", "Closed on", "Revenue")
    row = ("ben@example.com", f"{chat.now:%Y-%m-%d}", revenue)
    return write_xlsx([OutSheet("Deals", head, [row])])


def attendance(chat: Chat, days: int) -> str:
    return f"工号,日期,出勤天数\nE7,{chat.now:%Y-%m-%d},{days}\n"


def begin(chat: Chat) -> None:
    """Two sources of files that Dora looks after; Ben has a number in the company."""

    def work(store: Store) -> None:
        for name in ("crm", "attendance"):
            store.metrics.add_source(name, form=FILES, secret="", owner=chat.ids["dora"], stale_days=45)
        (row,) = (each for each in store.roster._rows() if each.id == chat.ids["ben"])
        store.change(row, external_id="E7", revision=store.people_changed())

    chat.change(work)


async def load(chat: Chat, source: str, content: str | bytes, name: str, **columns: str) -> None:
    """Dora sends a file; the first of its source, she says what its columns are."""
    heard = await sends(chat, "dora", content, "/goals load", name)
    if "Which source is the file from?" in heard:
        heard = await chat.presses("dora", source)
    if "What are the columns" in heard:
        await chat.presses("dora", "Say what the columns are")
        heard = await chat.submits("dora", **columns)
    assert "Nothing is changed yet" in heard, heard.text
    await chat.presses("dora", "Apply")


async def everything(chat: Chat, hub: Sender, *, pulls: range, revenue: str, days: int) -> None:
    """A day's figures of all three."""
    for number in pulls:
        status, told = await hub.tells("pull_request", merged(chat, number), number=f"pull-{number}")
        assert status == 200, told
    crm = {"person": "account_owner", "at": "closed_on", "figure": "revenue"}
    await load(chat, "crm", deals(chat, revenue), "deals.xlsx", **crm)
    present = {"person": "工号", "at": "日期", "figure": "出勤天数"}
    await load(chat, "attendance", attendance(chat, days), "考勤.csv", **present)


async def connect(chat: Chat, result: str, metric: str) -> None:
    heard = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert heard.answer.card
    (menu,) = (
        part
        for part in heard.answer.card.parts
        if isinstance(part, Menu) and heard.voice.say(part.label) == "Connect to data"
    )
    (option,) = (each for each in menu.options if heard.voice.say(each.label).startswith(result))
    form = (await chat.does("ben", Pressed(option.handle))).form
    assert form
    choices = {option.also[0]: option.value for option in form.questions[0].options}  # type: ignore[attr-defined]
    await chat.submits("ben", which=choices[metric])


async def test_real_data_moves_a_real_goal(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(NINE - timedelta(days=10))
    await chat.tick()
    hub = github(chat)
    chat.change(lambda store: store.change(hub.source, people={"Codertocat": "ben@example.com"}))
    begin(chat)
    await everything(chat, hub, pulls=range(1, 2), revenue="50000", days=4)
    await write(
        chat,
        "ben",
        "merged pull requests from 0 to 10",
        "revenue from 0 to 200000",
        "days present from 0 to 20",
        "a talk at the conference",
    )
    for result, metric in (
        ("1.1", "Codertocat/Hello-World merged pull requests"),
        ("1.2", "revenue mine"),
        ("1.3", "出勤天数 mine"),
    ):
        await connect(chat, result, metric)
    await write(chat, "grace", "sign-ups from 100 to 500 users")
    chat.wait(days=3)
    await everything(chat, hub, pulls=range(2, 6), revenue="120000", days=9)
    await chat.tick()
    told = chat.told("ben")
    assert told.count("Data moved") == 1
    assert "Data moved 3 key results of yours" in told
    assert "1.1. merged pull requests: 1 → 5\nFrom github" in told
    assert "1.2. revenue: 50,000 → 120,000\nFrom crm" in told
    assert "1.3. days present: 4 → 9\nFrom attendance" in told
    moved = {row.title: row.value for row in chat.rows(KeyResult) if row.value is not None}
    assert moved == {
        "merged pull requests": 5,
        "revenue": 120_000,
        "days present": 9,
        "sign-ups": 100,
    }
    await chat.says("grace", "/goals update 1 300")
    await go(chat, NINE - HOUR)
    assert not reminders(chat, "ben")
    await go(chat, NINE + 2 * HOUR)
    (reminder,) = reminders(chat, "ben")
    assert "Say how far your key result is: 1.4. a talk at the conference" in reminder
    assert not asked(chat, "grace"), "who has said it is not asked"
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    why = await chat.presses("ben", "Why this number?")
    assert all(source in why for source in ("github", "crm", "attendance")), why.text
