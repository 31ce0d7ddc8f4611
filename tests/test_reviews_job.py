"""The main job of reviews, whole, through real processes: a cycle about two pilot departments, written in Slack, in
Telegram and in the local chat, shared, answered and acknowledged; and nobody hears what is not theirs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col

from bot.words import Voice
from handlers.kit.values import load
from storage.database import Database
from storage.migrations import migrate
from storage.store import Store
from storage.tables import Account, ObligationRow, Occurrence, Outgoing, PersonRow
from tests.browser import open_browser
from tests.company import PEOPLE, found_company
from tests.engines import empty_database
from tests.fakes.slack import FakeSlack, Message, View
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Message as TelegramMessage
from tests.test_main_job import SECRET, free_port, say, until, upbeat

STAFF = {
    **PEOPLE,
    "fred": ("Fred Hoyle", "dora", "Europe/Berlin", "en", "employee", "Arts"),
    "zoe": ("Zoe Quinn", "ivan", "Europe/Berlin", "en", "employee", "IT"),
}
DEPARTMENTS = {"Engines": "Product", "Arts": "Design"}
"""The pilot departments; Ada, Ben, Chen and Eve are in one, Dora and Fred in the other."""
ON_SLACK = {"hana": "U1", "ada": "U2", "grace": "U3", "ivan": "U4", "zoe": "U5"}
ON_TELEGRAM = {"ben": 8, "fred": 9}
WEDNESDAY = "2026-11-25T09:10:00+00:00"
IN_NEW_YORK = "2026-11-25T14:05:00+00:00"
LAST_DAY = "2026-12-02T09:00:30+00:00"
DAY_AFTER = "2026-12-03T08:10:00+00:00"
NEXT_MORNING = "2026-12-04T08:10:00+00:00"
CYCLE = "Autumn 2026"
SELF_REVIEW = "write your self-review"
OUTSIDE = ("ivan", "zoe")


@dataclass
class Office:
    """The company, with what its people see on each platform."""

    url: str
    folder: Path
    port: int
    ids: dict[str, str]
    slack: FakeSlack
    telegram: FakeTelegram

    def open(self, moment: str) -> contextlib.AbstractAsyncContextManager[None]:
        """A process that begins at a moment."""
        settings = {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_API_URL": self.slack.base_url,
            "SLACK_SIGNING_SECRET": self.slack.signing_secret,
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "TELEGRAM_API_URL": self.telegram.api_url,
            "UPBEAT_LOCAL_CHAT": "on",
        }
        return upbeat(self.url, self.folder, self.port, moment=moment, **settings)

    async def until(self, true: Any, what: str) -> None:
        """Wait for something."""
        await until(true, what, self.folder, 90)

    def told(self, who: str) -> list[Any]:
        """What was sent to somebody about the cycle, on any platform."""
        theirs = (col(Outgoing.person_id) == self.ids[who], col(Outgoing.state) == "sent")
        sent = self.look(lambda store: store._rows(Outgoing, theirs))
        return [row for row in sent if CYCLE in Voice().plain(load(row.card))]

    def reminded(self, who: str) -> int:
        """How often somebody was told that they owe something in the cycle."""
        return sum(row.route == "reminders.nudge" for row in self.told(who))

    def look(self, work: Any) -> Any:
        """Read the database past all rules, beside the process."""
        database = Database(self.url, SECRET.encode())
        database.open()
        try:
            return database.look_now(work)
        finally:
            database.stop()

    # Slack ---------------------------------------------------------------------------------------------------

    async def command(self, who: str, command: str, words: str = "") -> Message:
        """Say something in Slack, with no form open any more."""
        await self.closes(who)
        ack = await self.slack.command(ON_SLACK[who], command, words)
        assert ack.ok, ack
        return ack.ephemeral

    async def closes(self, who: str) -> None:
        """Close every form that is open in Slack."""
        while self.slack.modal(ON_SLACK[who]):
            await self.slack.close(ON_SLACK[who])

    async def press(self, who: str, on: Message | View, label: str, beside: str = "") -> None:
        """Press a button in Slack: the one beside some words, if there are several."""
        await self.slack.press(ON_SLACK[who], on, text=label, index=_index(on, label, beside))

    def last(self, who: str) -> Message | View:
        """What somebody was shown last in Slack: in the form that is open, or as a message."""
        user = ON_SLACK[who]
        if self.slack.modal(user):
            return self.slack.top(user)
        return max((*self.slack.dm(user), *self.slack.ephemerals(user)), key=lambda message: message.ts)

    async def shown(self, who: str, words: str) -> Message | View:
        """Wait until somebody is shown this in Slack."""
        await self.until(lambda: words in self.last(who).words, f"{who} is shown {words!r}")
        return self.last(who)

    async def fill(self, who: str, answers: dict[str, Any]) -> None:
        """Fill the modal that opens, and send it."""
        user = ON_SLACK[who]
        await self.until(lambda: bool(self.slack.modal(user)), f"a form opens for {who}")
        ack = await self.slack.submit(user, answers)
        assert ack.ok, ack
        assert not (self.slack.modal(user) and self.slack.top(user).errors), self.slack.top(user).errors

    async def write(self, who: str, about: str, answers: dict[str, Any]) -> None:
        """Write in Slack what waits for somebody, about somebody, up to what is shown then."""
        listed = await self.command(who, "/review")
        await self.press(who, listed, "Write", about)
        await self.fill(who, answers)

    async def goes_on(self, phase: str) -> None:
        """HR begins the next phase by hand."""
        await self.press("hana", await self.command("hana", "/upbeat", "review cycles"), "Open")
        await self.press("hana", await self.shown("hana", "Next phase"), "Next phase")
        await self.shown("hana", phase)

    # Telegram ------------------------------------------------------------------------------------------------

    def chat(self, who: str) -> list[TelegramMessage]:
        """What somebody was told in Telegram, oldest first."""
        return [message for message in self.telegram.chat(ON_TELEGRAM[who]) if message.from_bot]

    def seen(self, who: str) -> str:
        """All of it, as words."""
        return "\n".join(message.text for message in self.chat(who))

    async def interview(self, who: str, answers: dict[str, str]) -> None:
        """Answer question by question: those that a key of the answers begins, and skip the others."""
        number, known = ON_TELEGRAM[who], self.chat(who)[-1].text
        await self.telegram.presses(number, "Do it now")
        while True:
            await self.until(lambda known=known: self.chat(who)[-1].text != known, f"{who} is asked on")
            known = self.chat(who)[-1].text
            if not re.match(r"\d+/\d+ · ", known):
                return
            asked = known.split("\n")[2]
            given = next((answer for begins, answer in answers.items() if asked.startswith(begins)), "Skip")
            if any(given == label for row in self.chat(who)[-1].buttons for label, _ in row):
                await self.telegram.presses(number, given)
                continue
            await self.telegram.says(number, given)
            await self.until(lambda known=known: self.chat(who)[-1].text != known, f"{who} may say more")
            if any(label == "That is all" for row in self.chat(who)[-1].buttons for label, _ in row):
                known = self.chat(who)[-1].text
                await self.telegram.presses(number, "That is all")


def _index(on: Message | View, label: str, beside: str) -> int:
    """Which of the buttons of this label stands beside these words."""
    held = [block for block in on.blocks if label in _labels(block)]
    places = [n for n, block in enumerate(held) if beside in str(block.get("text", {}).get("text", ""))]
    assert places, (label, beside, on.words)
    return places[0]


def _labels(block: dict[str, Any]) -> list[str]:
    buttons = (block.get("accessory"), *block.get("elements", ()))
    return [button["text"]["text"] for button in buttons if button and button.get("type") == "button"]


@contextlib.asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """A company that has been linked to all platforms."""
    with empty_database("sqlite", folder) as url:
        database = Database(url, SECRET.encode())
        migrate(database)
        database.open()
        ids = database.write_now(lambda store: found_company(store, STAFF))
        database.write_now(lambda store: _arrange(store, ids))
        database.stop()
        async with FakeSlack() as slack, FakeTelegram() as telegram:
            for who, user in ON_SLACK.items():
                slack.add_user(user, who, f"{who}@example.com", real_name=STAFF[who][0])
            for who, number in ON_TELEGRAM.items():
                telegram.add_user(number, who.title(), who)
            port = free_port()
            slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
            yield Office(url, folder, port, ids, slack, telegram)
            assert slack.violations == []
            assert telegram.violations == []


def _arrange(store: Store, ids: dict[str, str]) -> None:
    people = PersonRow.__table__  # type: ignore[attr-defined]
    for team, department in DEPARTMENTS.items():
        values = {"department": department, "revision": store.people_changed()}
        store.execute(update(people).where(people.c.team == team).values(**values))
    accounts = Account.__table__  # type: ignore[attr-defined]
    elsewhere = [ids[who] for who in (*ON_SLACK, *ON_TELEGRAM)]
    store.execute(delete(accounts).where(accounts.c.person_id.in_(elsewhere)))
    for who, number in ON_TELEGRAM.items():
        store.accounts.link(ids[who], "telegram", str(number), who, str(number))


async def test_a_cycle_about_two_pilot_departments(tmp_path: Path) -> None:
    async with office(tmp_path) as here, open_browser() as eve_sits:
        async with here.open(WEDNESDAY):
            await launch(here)
            await kick_off(here)
            await write_in_telegram(here)
        async with here.open(IN_NEW_YORK):
            await write_in_the_local_chat(here, await eve_sits.new_page())
        async with here.open(LAST_DAY):
            await who_still_owes_is_reminded(here)
            await here.write("ada", "Your self-review", {"What should be learned": "A course in June"})
            await here.shown("ada", "Handed in.")
        async with here.open(DAY_AFTER):
            await others_write(here)
            await here.goes_on("Calibration")
            await here.goes_on("Sharing")
        async with here.open(NEXT_MORNING):
            await share(here)
            await answer(here)
        nobody_heard_what_is_not_theirs(here)


async def launch(here: Office) -> None:
    """HR launches the cycle in Slack."""
    for number in ON_TELEGRAM.values():
        await here.telegram.says(number, "/start")
    assert "may be written and read" in (await here.command("hana", "/upbeat", "review telegram yes")).words
    await here.command("hana", "/upbeat", f"review new {CYCLE}")
    await here.fill("hana", {"For which teams": "Product, Design"})
    plan = await here.shown("hana", "It is about 6 people")
    await here.press("hana", plan, "Launch")
    await here.shown("hana", "Launched")


async def kick_off(here: Office) -> None:
    """Those about whom it is hear of it, each in their hours: in New York it is four in the morning."""
    await here.until(lambda: SELF_REVIEW in here.seen("ben"), "Ben hears of it in Telegram")
    await here.until(lambda: SELF_REVIEW in here.slack.told(ON_SLACK["ada"]), "Ada hears of it in Slack")
    assert here.told("dora")
    assert here.told("chen")
    assert not here.told("eve")


async def write_in_telegram(here: Office) -> None:
    """Ben's self-review, one question at a time."""
    answers = {
        "Results: what shows it": "Restored in 15 minutes on 3 November",
        "Results": "4 – often more than the role needs",
        "What should be learned": "Speak at a meet-up in May",
    }
    await here.interview("ben", answers)
    assert "Handed in." in here.seen("ben")


async def write_in_the_local_chat(here: Office, page: Any) -> None:
    """Eve's self-review, once it is nine o'clock where she is."""
    await here.until(lambda: bool(here.told("eve")), "Eve hears of it in the local chat")
    await page.goto(f"http://127.0.0.1:{here.port}/as/eve/upbeat")
    await say(page, "/review")
    await page.get_by_role("button", name="Write", exact=True).last.click()
    await page.get_by_label("What should be learned or practised next").last.fill("A talk in May")
    await page.get_by_role("button", name="Hand in").last.click()
    await page.get_by_text("Handed in.").last.wait_for()


async def who_still_owes_is_reminded(here: Office) -> None:
    """On the last day, at ten o'clock."""
    await here.until(lambda: here.reminded("ada") >= 2, "Ada is reminded on the last day")
    assert here.reminded("fred") >= 2
    assert here.reminded("ben") == here.reminded("eve") == 1


async def others_write(here: Office) -> None:
    """The clock has begun the next phase; Ada writes about Ben, and is shown what is said about a person."""
    await here.press("hana", await here.command("hana", "/upbeat", "review cycles"), "Open")
    await here.shown("hana", "Others write")
    answers = {
        "Results: what shows it": "He is stubborn; restored in 15 minutes",
        "What should be learned": "A talk",
    }
    await here.write("ada", "Ben Okri", answers)
    look = await here.shown("ada", "A look at the words before you hand it in")
    assert "He is [stubborn]; restored" in look.words
    await here.press("ada", look, "Hand in as it is")
    await here.shown("ada", "Handed in.")


async def share(here: Office) -> None:
    """Ada, who had her one message of the day before, is asked to share with Ben what she wrote."""
    await here.closes("ada")
    await here.press("ada", await here.shown("ada", "share the result with Ben Okri"), "Do it now")
    await here.press("ada", await here.shown("ada", "This is what Ben Okri will read"), "Share it")
    await here.shown("ada", "Shared with Ben Okri.")


async def answer(here: Office) -> None:
    """Ben reads it in Telegram, acknowledges it and answers."""
    await here.until(lambda: "shared your review with you" in here.seen("ben"), "Ben hears of it")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Read it")
    await here.until(lambda: "He is stubborn; restored in 15 minutes" in here.seen("ben"), "Ben reads it")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Acknowledge")
    await here.until(lambda: "Acknowledged" in here.seen("ben"), "it is acknowledged")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Answer in writing")
    await here.until(
        lambda: "What do you want to say to it?" in here.seen("ben"), "Ben is asked what he says"
    )
    await here.telegram.says(ON_TELEGRAM["ben"], "The talk is in May")
    await here.until(lambda: "answered their review" in here.slack.told(ON_SLACK["ada"]), "Ada hears of it")


def nobody_heard_what_is_not_theirs(here: Office) -> None:
    """The log of reminders: who was done was not reminded, and whom it is not about heard nothing."""
    sent = here.look(lambda store: store._rows(Occurrence, (col(Occurrence.kind) == "nudge",)))
    owed = {row.id: row for row in here.look(lambda store: store._rows(ObligationRow, ()))}
    told = [(each, owed[each.about]) for each in sent if each.outcome == "sent" and each.about in owed]
    about_reviews = [(each, row) for each, row in told if row.kind.startswith("reviews.")]
    assert len(about_reviews) >= 10
    for each, row in about_reviews:
        assert row.closed_at is None or each.decided_at <= row.closed_at, (row.kind, each.decided_at)
    for who in OUTSIDE:
        assert CYCLE not in here.slack.told(ON_SLACK[who])
        assert not here.told(who)
