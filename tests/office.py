"""A company on Slack, Telegram and the local chat at once, around a real process: what its people do and are shown."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import delete, update
from sqlmodel import col

from bot.words import Voice
from handlers.kit.values import load
from storage.database import Database
from storage.migrations import migrate
from storage.store import Store
from storage.tables import Account, Outgoing, PersonRow
from tests.company import PEOPLE, found_company
from tests.engines import empty_database
from tests.fakes.slack import FakeSlack, Message, View
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_world import Message as TelegramMessage
from tests.ports import free_port
from tests.test_main_job import SECRET, say, until, upbeat

STAFF = {
    **PEOPLE,
    "fred": ("Fred Hoyle", "dora", "Europe/Berlin", "en", "employee", "Arts"),
    "zoe": ("Zoe Quinn", "ivan", "Europe/Berlin", "en", "employee", "IT"),
}
DEPARTMENTS = {"Engines": "Product", "Arts": "Design"}
"""The pilot departments; Ada, Ben, Chen and Eve are in one, Dora and Fred in the other."""
ON_SLACK = {"hana": "U1", "ada": "U2", "grace": "U3", "ivan": "U4", "zoe": "U5"}
ON_TELEGRAM = {"ben": 8, "fred": 9}
CYCLE = "Autumn 2026"
Answers: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""What is answered to a question that begins so: a button or words, or several messages."""
ENOUGH = {"That is all", "That is everybody"}


@dataclass
class Office:
    """The company, with what its people see on each platform."""

    url: str
    folder: Path
    port: int
    ids: dict[str, str]
    slack: FakeSlack
    telegram: FakeTelegram
    beside: Database
    """The database of the process, to read past all rules."""

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
        return self.beside.look_now(work)

    # Slack ---------------------------------------------------------------------------------------------------

    async def command(self, who: str, command: str, words: str = "") -> None:
        """Say something in Slack, with no form open any more."""
        await self.closes(who)
        ack = await self.slack.command(ON_SLACK[who], command, words)
        assert ack.status == 200, ack

    async def answered(self, who: str, command: str, words: str = "") -> Message:
        """The same, with the card that answers it: a busy machine sends it after the acknowledgement."""
        before = len(self.slack.ephemerals(ON_SLACK[who]))
        await self.command(who, command, words)
        await self.until(lambda: len(self.slack.ephemerals(ON_SLACK[who])) > before, f"{who} is answered")
        return self.slack.ephemerals(ON_SLACK[who])[-1]

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
        """Wait until somebody is shown this in Slack: in the form that is open, or else as one of the last two
        messages, since a reminder may come at any moment."""
        try:
            await self.until(lambda: bool(self._showing(who, words)), f"{who} is shown {words!r}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{who} is shown {self.last(who).words}") from None
        return self._showing(who, words)[-1]

    def _showing(self, who: str, words: str) -> list[Message | View]:
        user = ON_SLACK[who]
        messages = sorted((*self.slack.dm(user), *self.slack.ephemerals(user)), key=lambda each: each.ts)
        shown = [self.slack.top(user)] if self.slack.modal(user) else messages[-2:]
        return [each for each in shown if words in each.words]

    async def fill(self, who: str, answers: dict[str, Any]) -> None:
        """Fill the modal that opens, and send it."""
        user = ON_SLACK[who]
        await self.until(lambda: bool(self.slack.modal(user)), f"a form opens for {who}")
        ack = await self.slack.submit(user, answers)
        assert ack.ok, ack
        assert not (self.slack.modal(user) and self.slack.top(user).errors), self.slack.top(user).errors

    async def write(self, who: str, about: str, answers: dict[str, Any]) -> None:
        """Write in Slack what waits for somebody, about somebody, up to what is shown then."""
        listed = await self.answered(who, "/review")
        await self.press(who, listed, "Write", about)
        await self.fill(who, answers)

    async def part_by_part(self, who: str, about: str) -> None:
        """Open in Slack what waits for somebody, part by part: its button stands below the one for all of it."""
        listed = await self.answered(who, "/review")
        same = _index(listed, "Write", about)
        await self.slack.press(ON_SLACK[who], listed, text="Part by part", index=same)

    async def hands_in(self, who: str) -> None:
        """What was sent in Slack is handed in, whatever the rules of fair words say."""
        await self.until(lambda: _done(self.last(who).words), f"{who} has sent it")
        if "Handed in." not in self.last(who).words:
            await self.press(who, self.last(who), "Hand in as it is")
        await self.shown(who, "Handed in.")

    async def goes_on(self, phase: str) -> None:
        """HR begins the next phase by hand."""
        await self.press("hana", await self.answered("hana", "/upbeat", "review cycles"), "Open")
        await self.press("hana", await self.shown("hana", "Next phase"), "Next phase")
        await self.shown("hana", phase)

    # Telegram ------------------------------------------------------------------------------------------------

    def chat(self, who: str) -> list[TelegramMessage]:
        """What somebody was told in Telegram, oldest first."""
        return [message for message in self.telegram.chat(ON_TELEGRAM[who]) if message.from_bot]

    def seen(self, who: str) -> str:
        """All of it, as words."""
        return "\n".join(message.text for message in self.chat(who))

    async def interview(self, who: str, begins: str, answers: Answers, *, ends: str) -> None:
        """Press what begins it, and answer question by question, until it ends with these words: those that a key of
        the answers begins, some in several messages, and skip the others."""
        known = self._last(who)
        await self.telegram.presses(ON_TELEGRAM[who], begins)
        known = await self._after(who, known, ends)
        while question := self._asked(who):
            given = next((answer for key, answer in answers.items() if question.startswith(key)), "Skip")
            for words in (given,) if isinstance(given, str) else given:
                known = await self._answers(who, words, known, ends)
            if question == self._asked(who):  # there is room for more
                known = await self._answers(who, (self.labels(who) & ENOUGH).pop(), known, ends)
        assert ends in self.seen(who)

    def _asked(self, who: str) -> str:
        """The question of an interview that waits for its answer, or ""; a long answer so far is several messages."""
        if "Save and stop" not in self.labels(who):
            return ""
        shown = (message.text for message in reversed(self.chat(who)))
        return next(text.split("\n")[2] for text in shown if re.match(r"\d+/\d+ · ", text))

    async def _answers(self, who: str, words: str, known: str, ends: str) -> str:
        """Press the button of this label, or say it; returns what stands last then."""
        does = self.telegram.presses if words in self.labels(who) else self.telegram.says
        await does(ON_TELEGRAM[who], words)
        return await self._after(who, known, ends)

    # The local chat ------------------------------------------------------------------------------------------

    async def fill_in(self, page: Any, who: str, about: str, answers: dict[str, str]) -> None:
        """Write in the local chat what waits for somebody, about somebody."""
        write, send, done = CHINESE if STAFF[who][3] == "zh" else ENGLISH
        await page.goto(f"http://127.0.0.1:{self.port}/as/{who}/upbeat")
        await say(page, "/review")
        await page.locator(".section", has_text=about).last.get_by_text(write, exact=True).click()
        form = page.locator("#form")
        await form.wait_for()
        for question, given in answers.items():
            points = form.get_by_role("group", name=question)
            if await points.count():
                await points.locator(f"input[value='{given}']").check()
            else:
                await form.get_by_label(question).first.fill(given)
        before = await page.get_by_text(done).count()
        await form.get_by_role("button", name=send, exact=True).click()
        await page.get_by_text(done).nth(before).wait_for()

    def _last(self, who: str) -> str:
        return self.chat(who)[-1].text

    def labels(self, who: str) -> set[str]:
        """The buttons of what stands last in somebody's chat."""
        return {label for row in self.chat(who)[-1].buttons for label, _ in row}

    async def _after(self, who: str, known: str, ends: str) -> str:
        """Wait until something else stands last in somebody's chat: what ends it, or a question to its last message,
        which has the buttons."""
        await self.until(
            lambda: self._last(who) != known and bool(self.labels(who) or ends in self._last(who)),
            f"{who} is asked on",
        )
        return self._last(who)


ENGLISH = ("Write", "Hand in", "Handed in.")
CHINESE = ("填写", "提交", "已提交。")
"""How somebody opens a review, sends it, and is answered."""


def _done(words: str) -> bool:
    return "Handed in." in words or "A look at the words" in words


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
        async with FakeSlack() as slack, FakeTelegram() as telegram:
            for who, user in ON_SLACK.items():
                slack.add_user(user, who, f"{who}@example.com", real_name=STAFF[who][0])
            for who, number in ON_TELEGRAM.items():
                telegram.add_user(number, who.title(), who)
            port = free_port()
            slack.connect_http(f"http://127.0.0.1:{port}/slack/events")
            yield Office(url, folder, port, ids, slack, telegram, database)
            assert slack.violations == []
            assert telegram.violations == []
        database.stop()


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
