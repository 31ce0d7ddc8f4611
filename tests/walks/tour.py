"""A tour through every door: commands, shortcuts, home screens, buttons and forms, by everybody, with chosen words.

What is found by walking is never listed by hand: a new feature is on the tour as soon as it stands in FEATURES."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from weakref import finalize

from sqlalchemy import event
from sqlmodel import SQLModel, col

from bot.words import Voice
from handlers import FEATURES
from handlers.goals.data.mapping import read_mapping
from handlers.kit.cards import Button, Card, Press
from handlers.kit.dispatch import Core
from handlers.kit.features import Route
from handlers.kit.forms import Answerable, Choice, Clock, Colleague, Day, Form, Number, Scale, Words
from handlers.kit.requests import Act, Answer, File, Opened, Pressed, Quoted, Said, Submitted, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump, load
from handlers.reviews import settling
from handlers.reviews.drafting import rewording
from storage.database import Database
from storage.goals import Goal, KeyResult
from storage.leaving import end_lines
from storage.metrics import FILES
from storage.objections import FIGURE, RATING, SCORE
from storage.people import Directory
from storage.policy import Kind
from storage.reviews import SELF, Review, ReviewCycle, ReviewResult
from storage.store import Store
from storage.tables import Handle, Inbox, Outgoing, ReportingLine
from tests.bot.ingest.sender import Sender, point
from tests.company import MONDAY, PEOPLE, Chat, Heard, founded, in_haste

EVERYBODY = tuple(PEOPLE)
LIKELY = ("ada", "hana", "ivan", "grace")
"""A manager, HR, an administrator, the head: one of them may pass every door that a command opens."""
AGAIN = 2
"""How often one person presses buttons of one door and label."""

PEOPLE_FILE = """email,name,manager_email,team,timezone,locale,role
grace@example.com,Grace Hopper,,Board,Europe/Berlin,en,employee
ada@example.com,Ada Lovelace,grace@example.com,Engines,Europe/Berlin,en,employee
ben@example.com,Ben Okri,ada@example.com,Engines,Europe/Berlin,en,employee
chen@example.com,陈明,ada@example.com,Engines,Asia/Shanghai,zh,employee
eve@example.com,Eve Curie,ada@example.com,Engines,America/New_York,en,hr
hana@example.com,Hana Sato,grace@example.com,People,Europe/Berlin,en,hr
ivan@example.com,Ivan Petrov,grace@example.com,IT,Europe/Berlin,en,admin
zoe@example.com,=1+1 <b>Zoë</b>,ben@example.com,@everyone,Asia/Seoul,en,employee
"""
"""The company without Dora, with Eve in HR too, and with somebody of a strange name."""

FIGURES_FILE = "who,day,visits\nben@example.com,2026-11-20,3\nbokri,2026-11-20,4\n"

ROUTES = {route.name: route for feature in FEATURES for route in feature.routes}
COMMANDS = tuple(route for route in ROUTES.values() if route.words)
EXAMPLES = tuple((route, example) for route in COMMANDS for example in route.examples)
SHORTCUTS = tuple(shortcut for feature in FEATURES for shortcut in feature.shortcuts)


def called(route: Route, example: str) -> str:
    """A command as it is typed."""
    return f"/{route.words} {example}".strip()


# Companies ------------------------------------------------------------------------------------------------------------


def found(folder: Path) -> Path:
    """A company's file, to be copied: founding one takes longer than all that a test does with it."""
    file = folder / "founded.db"
    founded(f"sqlite+aiosqlite:///{file}")
    return file


@asynccontextmanager
async def opened(file: Path, copy: Path, at: datetime = MONDAY) -> AsyncIterator[Chat]:
    """A chat with a copy of a company."""
    shutil.copy(file, copy)
    clock = [at]
    database = Database(f"sqlite+aiosqlite:///{copy}", b"a test's secret", now=lambda: clock[0])
    event.listen(database.engine, "connect", in_haste)
    database.open()
    try:
        chat = Chat(database, Core(database, FEATURES), known(database), clock)
        numbers = [row.delivery.rpartition(":")[2] for row in chat.rows(Inbox)]
        heard = max((int(number) for number in numbers if number.isdecimal()), default=-1)
        chat._deliveries = count(heard + 1)  # else what is said now was said before
        yield chat
    finally:
        await database.close()


def known(database: Database) -> dict[str, str]:
    """The ids of a company's people by first name."""
    people = database.write_now(lambda store: dict(store.directory.people))
    return {person.email.split("@")[0]: person.id for person in people.values()}


def rows_of_every_table(chat: Chat) -> dict[str, int]:
    """How many rows each table has."""
    names = SQLModel.metadata.tables.keys()
    counts = ", ".join(f'(SELECT count(*) FROM "{name}")' for name in names)  # at once: hundreds ask for it
    with chat.database.engine.connect() as connection:
        return dict(zip(names, connection.exec_driver_sql(f"SELECT {counts}").one(), strict=True))


def arrived(store: Store, person: str) -> None:
    """What a person is reminded of has arrived: the tour has no platform that delivers."""
    waits = (
        col(Outgoing.person_id) == person,
        col(Outgoing.route) == "reminders.nudge",
        col(Outgoing.state) == "waiting",
    )
    for row in store._rows(Outgoing, waits):
        store.change(row, state="sent", sent_at=store.now)


# The tour -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Seen:
    """What somebody saw, and what they had done for it. `who` is empty where it was posted to a place."""

    who: str
    did: str
    heard: Heard


@dataclass(repr=False)  # asyncio shows what a task has returned whenever it is asked for a signal's handler
class Tour:
    """Goes through every door and keeps all that was seen."""

    chat: Chat
    words: Callable[[], str] = lambda: "the calm incident call"
    depth: int = 2
    again: int = AGAIN
    at: datetime = MONDAY
    seen: list[Seen] = field(default_factory=list)
    routes: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    _pressed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _last: str = ""

    @property
    def file(self) -> Path:
        """The database of the company, as the tour left it."""
        return Path(self.chat.database.url.database or "")

    @property
    def directory(self) -> Directory:
        """Who was who at its end."""
        return self.chat.database.memory._directory

    async def through_a_week(self) -> None:
        """What gives the doors something to open: a channel, words, a file, somebody who left, the clock."""
        self.chat.change(lambda store: store.accounts.seen_place("web", "C1", "general"))
        for who in EVERYBODY:
            written = f"/checkin done {self.words()}; next {self.words()}; blocked {self.words()}"
            await self.visit(who, Said(written, command=True), "a week")
        await self.visit("ben", Said(f"/chekin done {self.words()}", command=True), "mistyped")
        await self.visit("hana", Said("/1on1 notes @ivan", command=True), "first notes")
        for said in (
            f"add {self.words()}",
            f"result 1 {self.words()} from 1 to 9",
            f"update 1 5 {self.words()}",
        ):
            await self.visit("ada", Said(f"/goals {said}", command=True), "a goal")
        await self._kudos_are_not_posted("ada")
        await self._stuck("eve")
        await self._a_goal_serves_another()
        await self._an_answer_is_owed()
        await self._a_goal_reads_data()
        await self._figures_come_in_files()
        await self._something_is_wrong()
        await self._a_scorecard_from_a_template()
        await self._a_step_that_everybody_sees()
        self._what_dora_leaves_behind()
        self._what_ben_serves_is_changed()
        await self._goals_in_a_file()
        await self._a_template_of_reviews()
        await self._a_review_cycle()
        for who in ("ada", "hana"):
            await self.around(who)
        await self.days(6)
        self.chat.wait(days=1, hours=1)
        await self.chat.tick()  # Dora leaves with a check-in that she owes
        self.chat.change(lambda store: arrived(store, self.chat.ids["eve"]))
        await self.visit("hana", Said("", file=File("people.csv", PEOPLE_FILE.encode())), "a people file", 1)
        await self.days(1)
        more = PEOPLE_FILE + "yan@example.com,Yan,ada@example.com,Engines,Asia/Shanghai,zh,employee\n"
        await self.visit("hana", Said("", file=File("more.csv", more.encode())), "taken back at once")
        await self.visit("hana", Said("/privacy departed dora@example.com", command=True), "departed", -1)
        await self.days(2)

    async def _kudos_are_not_posted(self, who: str) -> None:
        """As when Upbeat was removed from the channel, which it hears only when it posts there."""
        chat = self.chat
        await chat.says(who, "/kudos @ben for the calm incident call")
        await chat.presses(who, "Post it")
        post = chat.rows(Outgoing, col(Outgoing.place_id).is_not(None))[-1]
        chat.change(lambda store: chat.core.not_posted(store, post))
        told = chat.told_cards(who)[-1]
        await self.press(who, told.buttons["Post in #general"], "kudos not posted", 0)

    async def _stuck(self, who: str) -> None:
        """Two key results: one that nobody said a word of for days, and one that is off track."""
        chat = self.chat
        await chat.says("hana", "/goals setup 1")
        for said in ("add find their way", "result 1 calls from 1 to 9", "result 1 visits from 1 to 9"):
            chat.at(MONDAY - timedelta(days=5))
            await chat.says(who, f"/goals {said}")
        chat.at(MONDAY)
        await chat.presses(who, "Off track", on=await chat.says(who, "/goals update 2 3"))
        row = chat.rows(KeyResult, col(KeyResult.subject_id) == chat.ids[who])[-1]
        await self._pressed_on_a_card("ada", "goals.why_told", result=row.id, reason="off_track")

    async def _pressed_on_a_card(self, who: str, route: str, **args: str) -> None:
        """A button that stands on a card which somebody gets only if nobody acts for long."""
        seal, person = self.chat.core.seal, self.chat.ids[who]
        card = Card(Phrase("Goals"), Button(Phrase("Open"), Press(route, args)))
        sealed = self.chat.change(lambda store: seal(store, card, for_person=person))
        await self.press(who, sealed.buttons()[0], route, 0)

    async def _a_goal_serves_another(self) -> None:
        """Ben's serves Ada's, and hers changes."""
        chat = self.chat
        for who in ("ada", "ben"):
            heard = await chat.says(who, f"/goals add {self.words()}")
            if heard.answer.outcome != "done":  # words that are not ours may be no title
                await chat.says(who, "/goals add find their way")
        served = chat.change(lambda store: store.goals.of(chat.ids["ada"], reader=chat.ids["ada"])[-1])
        await self._proposes("ben", served.id)
        await chat.presses("ada", "Agree", on=chat.told_cards("ada")[-1])
        chat.wait(minutes=1)
        await chat.says("ada", f"/goals result {served.number} {self.words()} from 1 to 9")

    async def _an_answer_is_owed(self) -> None:
        """Eve's goal would serve Ada's."""
        ada = self.chat.ids["ada"]
        served = self.chat.change(lambda store: store.goals.of(ada, reader=ada)[-1])
        await self._proposes("eve", served.id)
        home = await self.chat.opens("ada")
        await self._press_only("ada", home, "goals.answer_proposal", self.depth)

    async def _proposes(self, who: str, served: str) -> None:
        """The first goal of somebody is to serve another."""
        heard = await self.chat.says(who, "/goals align 1")
        if heard.form:
            await self.chat.submits(who, parent=served)
            return
        title = self.chat.rows(Goal, col(Goal.id) == served)[0].title
        await self.chat.presses(who, next(label for label in heard.buttons if title in label))

    async def _a_goal_reads_data(self) -> None:
        await Sender(self.chat).sends(point("5"), point("3", person="chen@example.com"))
        for said in (
            "add find their way",
            "result 1 calls from 1 to 9",
        ):  # words that are not ours may be no title
            await self.chat.says("chen", f"/goals {said}")
        for _ in range(2):  # it is connected, then disconnected
            shown = await self.chat.presses("chen", "Open", on=await self.chat.says("chen", "/goals"))
            for route in ("goals.connect", "goals.disconnect"):
                await self._press_only("chen", shown, route)

    async def _a_scorecard_from_a_template(self) -> None:
        """Eve has a scorecard of a template that has a newer version by now."""
        item = {"direction": "up", "start": "1", "target": "9", "high": None, "stretch": None, "weight": "1"}
        core = {**item, "unit": "", "part": "", "locked": True}

        def keep(store: Store, *titles: str) -> None:
            known = store.goals.templates.all()
            items = [{**core, "title": title, "locked": title != "visits"} for title in titles]
            given = {"name": "Support", "whom": "", "form": "kpi", "items": items}
            store.goals.templates.keep(known[0] if known else None, **given)

        self.chat.change(lambda store: keep(store, "calls", "visits"))
        await self.chat.says("eve", "/goals use Support")
        self.chat.change(lambda store: keep(store, "calls", "letters"))
        shown = await self.chat.presses("eve", "Open", on=await self.chat.says("eve", "/goals scorecard"))
        await self._press_only("eve", shown, "goals.compare")

    async def _a_step_that_everybody_sees(self) -> None:
        grace, chat = self.chat.ids["grace"], self.chat
        days = {"begins_on": MONDAY.date(), "ends_on": MONDAY.date() + timedelta(days=30)}

        def work(store: Store) -> str:
            goal = store.goals.add(grace, author=grace, kind=Kind.GOAL_COMPANY, title=self.words(), **days)
            measured = {"title": "visits", "direction": "up", "start": Decimal(1), "target": Decimal(9)}
            return store.goals.measure(goal, author=grace, **measured).called

        called = chat.change(work)
        shown = await chat.presses("dora", "Open", on=await chat.says("dora", "/goals of @grace"))
        await chat.presses("dora", "Follow", on=shown)
        moved = await chat.says("grace", f"/goals update {called} 5 {self.words()}")
        await self._press_only("grace", moved, "goals.preview")

    async def _press_only(self, who: str, shown: Heard, route: str, depth: int = 0) -> None:
        for button in _buttons(shown.answer):
            if self._route(button.handle) == route:
                await self.press(who, button, route, depth)

    def _what_ben_serves_is_changed(self) -> None:
        """And stays changed, whatever was pressed about what it is measured by."""
        ben, ada = self.chat.ids["ben"], self.chat.ids["ada"]

        def work(store: Store) -> None:
            served = store.goals.of(ben, reader=ben)[0].parent_id
            (above,) = store.goals.some((served,), reader=ada).values()
            store.goals.change(above, "edited", by=ada, title=f"{above.title}, {self.words()}")

        self.chat.change(work)

    def _what_dora_leaves_behind(self) -> None:
        """A goal of Dora's that one of Chen's serves."""
        ids = self.chat.ids
        days = {"begins_on": MONDAY.date(), "ends_on": MONDAY.date() + timedelta(days=30)}

        def work(store: Store) -> None:
            above = store.goals.add(
                ids["dora"], author=ids["dora"], kind=Kind.GOAL_COMPANY, title=self.words(), **days
            )
            served = {"parent_id": above.id, "aligned": "agreed"}
            store.goals.add(
                ids["chen"], author=ids["chen"], kind=Kind.GOAL_TEAM, title=self.words(), **days, **served
            )

        self.chat.change(work)

    async def _figures_come_in_files(self) -> None:
        """Ada looks after two sources; of one it is known what its columns are."""

        def begun(store: Store) -> None:
            for name in ("attendance", "sales"):
                store.metrics.add_source(
                    name, form=FILES, secret="", owner=self.chat.ids["ada"], stale_days=45
                )
            kept = read_mapping("person = 'who'\nat = 'day'\nvalue = 'visits'").kept()
            store.change(store.metrics.source("attendance"), mapping=kept)

        self.chat.change(begun)
        file = File("figures.csv", FIGURES_FILE.encode())
        await self.chat.presses(
            "ada", "Drop it", on=await self.chat.does("ada", Said("/goals load", file=file))
        )
        await self.visit("ada", Said("/goals load", file=file), "a file of figures", 0)
        await self.visit(
            "ada", Said("/goals load attendance", file=file), "a file of figures that is known", -1
        )
        await self.visit("ada", Said("/goals sources", command=True), "sources", -1)

    async def _something_is_wrong(self) -> None:
        """Chen says that a figure is wrong, and that a score is; Ada owes the answers."""
        await self.visit("chen", Said("/goals data", command=True), "figures about me")

        def raised(store: Store) -> str:
            chen, ada = self.chat.ids["chen"], self.chat.ids["ada"]
            (point,) = store.metrics.about(chen, reader=chen, limit=1)
            (goal,) = store.goals.of(chen, reader=chen)[:1]
            figure = f"{point.source_id}:{point.key}"
            for form, about, told in ((FIGURE, figure, {"value": "3"}), (SCORE, goal.id, {"share": "0.5"})):
                row = store.objections.raise_(
                    form, about, by=chen, to=ada, told=told, remark=self.words(), series=point.metric_id
                )
                title = dump(Phrase("{name} says that this is wrong", name=Verbatim("Chen")))
                store.obligations.open(ada, "goals.answer", row.id, title=title, args={"objection": row.id})
            return goal.id

        goal = self.chat.change(raised)
        for button in _buttons((await self.chat.opens("ada")).answer):
            if self._route(button.handle) == "goals.answer":
                await self.press("ada", button, "an objection", -1)
        await self._pressed_on_a_card("chen", "goals.why", goal=goal)

    async def _goals_in_a_file(self) -> None:
        """A file of goals is sent twice: it is applied, and dropped."""
        data = f"goal_id,goal,key_result,target\n,{self.words()},{self.words()},9\n".encode(
            "utf-8", "replace"
        )
        for who in ("ada", "eve"):
            said = Said("/goals import", command=True, file=File("goals.csv", data))
            await self.visit(who, said, "a goals file", 1)

    async def _a_review_cycle(self) -> None:
        """Ben is reviewed, from the launch to his answer, while his manager changes; then another cycle is prepared."""
        chat = self.chat
        interviews, chat.interviews = chat.interviews, False
        await chat.says("hana", "/review new Autumn")
        prepared = await chat.submits(
            "hana", units="Engines", others="peer upward customer", people=("grace",)
        )
        await self._presses("hana", prepared, "preview", "toggle_escalation", "edit_days", "edit_thresholds")
        await self._presses("hana", prepared, "try_out")
        sizes = await self._asked("hana", "How many make a group", prepared)
        await self.fill("hana", sizes, "thresholds", self.depth)
        await self.fill("hana", await self._asked("hana", "Change the days", prepared), "days", self.depth)
        await self._presses("hana", await chat.presses("hana", "Test run", on=prepared), "discard")
        for row in [each for each in chat.rows(ReviewCycle) if each.is_test]:
            chat.change(lambda store, row=row: store.reviews.running.discard(row))
        assert len(chat.rows(ReviewCycle)) == 1
        await chat.says("hana", "/review new Winter")
        await self._press_only("hana", await chat.submits("hana", units="Arts"), "reviews.drop")
        chat.interviews = interviews
        await self._press_only("hana", prepared, "reviews.launch")
        await self._a_review_is_written_from_evidence("ben")
        chat.interviews = False
        await self._words_are_looked_at("ben")
        chat.interviews = interviews
        for phase in ("peers", "write", "calibrate", "share"):
            opened = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
            if phase == "peers":
                await self._press_only("hana", opened, "reviews.next_phase", self.depth)
            else:
                await chat.presses("hana", "Next phase", on=opened)
            assert chat.rows(ReviewCycle)[0].phase == phase
            if phase == "peers":
                await self._colleagues_are_chosen()
                await self._a_customer_is_asked()
            if phase == "write":
                await self._around_the_cycle()
                await self._press_only("ada", await chat.says("ada", "/review"), "reviews.write")
            if phase == "calibrate":
                await self._calibrated()
        await self._press_only("ada", await chat.opens("ada"), "reviews.share")
        await self._answer_what_was_told("a result")
        await self._results()
        for manager in ("grace", "ada"):
            chat.change(lambda store, manager=manager: self._reports_to(store, "eve", manager))
            await chat.tick()
            await self._asks_who_finishes()
            await self._answer_what_was_told("another manager")

    async def _asks_who_finishes(self) -> None:
        """HR finds in the cycle whose manager changed."""
        opened = await self.chat.presses("hana", "Open", on=await self.chat.says("hana", "/review cycles"))
        if "Say who does" in opened.buttons:
            await self._presses("hana", opened, "changed_managers")
            listed = await self.chat.presses("hana", "Say who does", on=opened)
            await self._presses("hana", listed, "changed_manager")

    async def _a_template_of_reviews(self) -> None:
        """HR writes one, publishes it, and retires it."""
        chat = self.chat
        interviews, chat.interviews = chat.interviews, False
        await chat.says("hana", "/review template new Engineers")
        shown = chat.last["hana"]
        asked = await chat.presses("hana", "Change", on=shown)
        await self._presses("hana", asked, "edit_asked", "remove_asked")
        await self._presses("hana", shown, "open_asked", "competency", "question")
        await self._presses("hana", shown, "publish")
        await self._presses(
            "hana", await chat.says("hana", "/review templates"), "new_template", "open_template"
        )
        await chat.says("hana", "/review template new")
        empty = await chat.submits("hana", name="Empty", start="empty")
        await self._presses("hana", empty, "growth", "overall_rating", "retire")
        chat.interviews = interviews

    async def _around_the_cycle(self) -> None:
        """What HR does with a cycle that runs, and back to where it was."""
        chat = self.chat
        await self.visit("hana", Said("/review progress", command=True), "progress", self.depth)
        progress = chat.last["hana"]
        preview = await chat.presses("hana", "Remind those who still owe", on=progress)
        await self._presses("hana", progress, "remind", "told")
        await self._presses("hana", preview, "remind_now")
        told = await chat.presses("hana", "Who was told what, and why", on=progress)
        await self._presses("hana", told, "told_whom", "look_up")
        opened = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
        await self._presses("hana", opened, "extend", "reopen", "add_people", "trace", "pause")
        paused = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
        await self._presses("hana", paused, "resume")
        await self._out_and_back("eve")

    async def _out_and_back(self, who: str) -> None:
        """HR takes somebody out of the cycle, and puts them back."""
        chat = self.chat
        interviews, chat.interviews = chat.interviews, False
        opened = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
        form = await self._asked("hana", "Take somebody out", opened)
        self.routes["reviews.excuse"] += 1
        given = {"person": chat.ids[who], "writes": "keep", "reason": self.words()[:100]}
        heard = await self.visit("hana", Submitted(form.draft, given), "out of the cycle", self.depth)
        assert any(row.out_at for row in chat.rows(ReviewResult)), heard.english
        await self._presses("hana", opened, "excused")
        out = await chat.presses("hana", "Who is out", on=opened)
        await self._presses("hana", out, "take_back")
        if any(row.out_at for row in chat.rows(ReviewResult)):
            await chat.presses("hana", "Let back in", on=out)
        chat.interviews = interviews

    async def _asked(self, who: str, label: str, on: Heard) -> Form:
        form = (await self.chat.presses(who, label, on=on)).form
        assert form
        return form

    async def _presses(self, who: str, shown: Heard, *doors: str) -> None:
        for door in doors:
            await self._press_only(who, shown, f"reviews.{door}", self.depth)

    def _reports_to(self, store: Store, who: str, manager: str) -> None:
        revision, ids = store.people_changed(), self.chat.ids
        end_lines(store, [ids[who]], revision)
        line = ReportingLine(
            subject_id=ids[who], manager_id=ids[manager], since=self.chat.now.date(), revision=revision
        )
        store.insert(line)

    async def _a_customer_is_asked(self) -> None:
        """Ada asks one about Ben, and takes it back."""
        chat = self.chat
        interviews, chat.interviews = chat.interviews, False
        await chat.says("ada", "/review customer")
        asked = await chat.submits("ada", whom="ben", guest=f"Mill {self.words()[:99]}")
        chat.interviews = interviews
        await self._press_only("ada", asked, "reviews.list_invites", self.depth)
        await self._press_only("ada", await chat.presses("ada", "Who is asked", on=asked), "reviews.revoke")

    async def _colleagues_are_chosen(self) -> None:
        """Ben proposes two, and Ada settles it."""
        chat = self.chat
        await self._press_only("ben", await chat.says("ben", "/review"), "reviews.nominate")
        ben = chat.ids["ben"]
        cycle = chat.rows(ReviewCycle)[0]
        chat.change(
            lambda store: [store.reviews.propose(cycle, ben, chat.ids[who]) for who in ("dora", "chen")]
        )
        for route in ("strike", "add", "ask_these"):
            chat.change(lambda store: settling.ask(store, cycle, ben))
            await self._press_only("ada", await chat.says("ada", "/review"), "reviews.approve", self.depth)
            shown = await chat.presses("ada", "Choose", on=await chat.says("ada", "/review"))
            await self._press_only("ada", shown, f"reviews.{route}")

    async def _calibrated(self) -> None:
        """Ada says how far her people could go; Hana and Grace look at what she proposes."""
        chat = self.chat
        members, cycle = (chat.ids["hana"], chat.ids["grace"]), chat.rows(ReviewCycle)[0]
        sessions = chat.change(
            lambda store: [
                store.reviews.calibration.open(cycle, "", members, guide=(0, 10, 40, 40, 10)).id
                for _ in range(2)
            ]
        )
        ben = self._result_of("ben")
        await self._through("ada", "calibration", ("judge", {"result": ben}))
        await self._through("hana", "calibration", ("open_session", {"cycle": cycle.id}))
        inside = {"session": sessions[0]}
        pictures = [(name, inside) for name in ("spread", "nine_box", "heat", "show_session")]
        about = {**inside, "result": ben}
        for who in ("grace", "hana"):
            await self._through(who, "calibration", *pictures, ("look_at", about))
            (row,) = chat.rows(ReviewResult, col(ReviewResult.id) == ben)
            seen = {**about, "seen": (row.rating or {}).get("points") or 0}
            await self._through(who, "calibration", ("change_rating", seen))
        await self._through("grace", "calibration", ("end_session", {"session": sessions[1]}))

    async def _results(self) -> None:
        """Ben's result is talked about, answered, appealed against, made final and exported; then all are asked."""
        chat, ids, ben = self.chat, self.chat.ids, self._result_of("ben")
        cycle = chat.rows(ReviewCycle)[0]
        result, whole = {"result": ben}, {"cycle": cycle.id}

        def arranged(store: Store) -> tuple[list[str], list[str], str]:
            (row,) = store._rows(ReviewResult, (col(ReviewResult.id) == ben,))
            store.reviews.results.release(row)
            told = {"cycle": cycle.name, "points": 3}
            appeals = [
                store.objections.raise_(
                    RATING, ben, by=ids["ben"], to=ids["grace"], told=told, remark=self.words(), series=""
                ).id
                for _ in range(2)
            ]
            files = [
                store.reviews.freezing.ask_export(cycle.id, "pay", "csv", by=ids["hana"]).id for _ in range(2)
            ]
            survey = store.reviews.surveys.open(cycle, asked=1, ends_at=store.now + timedelta(days=3))
            store.obligations.open(
                ids["ben"],
                "reviews.survey",
                survey.id,
                title=dump(Phrase("Open")),
                args={"survey": survey.id},
            )
            return appeals, files, survey.id

        appeals, files, survey = chat.change(arranged)
        await self._through("ada", "a result", *((name, result) for name in ("talk", "arrange", "talked")))
        own = ("show_result", "talk", "not_talked", "why", "verify", "appeal", "acknowledge", "answer")
        await self._through("ben", "a result", *((name, result) for name in own))
        for appeal, door in zip(appeals, ("keep_rating", "correct_rating"), strict=True):
            about = {"objection": appeal}
            await self._through("grace", "an appeal", ("decide", about), (door, about))
        await self._through("ada", "a result", ("finalise", result))
        await self._through("ben", "a result", ("why", result), ("verify", result))
        every = ("results_of", "finalise_all", "verify_all", "export", "health")
        await self._through("hana", "results", *((name, whole) for name in every))
        for file, door in zip(files, ("agree_export", "refuse_export"), strict=True):
            await self._through("hana", "a file", (door, {"asked": file}), ("take_export", {"asked": file}))
        await self._through("ben", "a survey", ("survey", {"survey": survey}))

    def _result_of(self, who: str) -> str:
        here = col(ReviewResult.subject_id) == self.chat.ids[who]
        return str(self.chat.rows(ReviewResult, here)[0].id)

    async def _through(self, who: str, did: str, *doors: tuple[str, Mapping[str, Any]]) -> None:
        """Press buttons that open these doors of reviews."""
        buttons = (Button(Phrase("Open"), Press(f"reviews.{name}", dict(args))) for name, args in doors)
        card, seal, person = Card(Phrase("Reviews"), *buttons), self.chat.core.seal, self.chat.ids[who]
        sealed = self.chat.change(lambda store: seal(store, card, for_person=person))
        for button in sealed.buttons():
            await self.press(who, button, did, 0)

    async def _a_review_is_written_from_evidence(self, who: str) -> None:
        """Part by part with a draft and other words for it, then as a whole, then changed."""
        chat = self.chat
        await chat.says("hana", "/review telegram yes")
        chat.change(lambda store: store.reviews.rewordings.announce("tiny"))
        for route in ("reviews.draft", "reviews.evidence"):
            shown = await self._opened_review(who, "reviews.open_paper")
            button = next(each for each in _buttons(shown.answer) if self._route(each.handle) == route)
            await self.visit(who, Pressed(button.handle), route)
        await self._press_only(who, await chat.says(who, "/review"), "reviews.open_paper")
        for tell in chat.change(lambda store: self._other_words(store, who)):
            chat.change(lambda store, tell=tell: chat.core.queue(store, "reviews.reword", tell))
        await self._answer_what_was_told("other words")
        await self._press_only(who, await chat.says(who, "/review"), "reviews.write")
        for words in (self.words(), self.words()):
            shown = await self._opened_review(who)
            await self._press_only(who, shown, "reviews.change", 1)
            if chat.last[who].form:
                await chat.submits(who, results=words, growth=words)
        chat.change(lambda store: self._cited(store, who))
        shown = await self._opened_review(who)
        for route in ("reviews.changed", "reviews.cited"):
            await self._press_only(who, shown, route)

    async def _words_are_looked_at(self, who: str) -> None:
        """What a rule of fair words remarks on is set aside, or handed in as it is."""
        for route in ("reviews.set_aside", "reviews.as_it_is"):
            shown = await self._opened_review(who)
            for button in _buttons(shown.answer):
                if self._route(button.handle) == "reviews.change":
                    await self.chat.does(who, Pressed(button.handle))
            if not self.chat.last[who].form:  # it was not handed in yet
                await self._opened_review(who, "reviews.write")
            look = await self.chat.submits(who, results=f"bossy and moody: {route}", growth=self.words())
            await self._press_only(who, look, route)

    async def _opened_review(self, who: str, route: str = "reviews.show") -> Heard:
        """What somebody wrote about themselves, which is not confidential."""
        mine = {row.id for row in self.chat.rows(Review, col(Review.role) == SELF)}
        for button in _buttons((await self.chat.says(who, "/review")).answer):
            (found,) = self.chat.rows(Handle, col(Handle.id) == button.handle)
            if found.route == route and found.args.get("review") in mine:
                return await self.chat.does(who, Pressed(button.handle))
        return self.chat.last[who]

    def _cited(self, store: Store, who: str) -> None:
        """Whatever was pressed about it, the first answer cites something."""
        person = self.chat.ids[who]
        for row in store.reviews.written_by(person):
            (checkin,) = store.checkins.latest(person, reader=person, limit=1)
            key, said = next(iter((row.answers or {}).items()))
            cites = {key: {**said, "cites": [f"checkin:{checkin.id}"]}}
            store.reviews.change(row, answers={**row.answers, **cites})

    def _other_words(self, store: Store, who: str) -> tuple[Tell, ...]:
        """A model proposes something for what somebody has begun."""
        person = self.chat.ids[who]
        rows = (*store.reviews.owed_by(person), *store.reviews.written_by(person))
        row = next(row for row in rows if row.role == SELF)
        store.drafts.begin(person, "reviews.write", {"review": row.id}, {"results": self.words()})
        store.reviews.rewordings.ask(person, row.id)
        job = store.reviews.rewordings.claim()
        assert job
        return rewording.finished(store, job, {"results": self.words()})

    async def days(self, count: int) -> None:
        """Let the clock ring, and answer it."""
        for _ in range(count):
            self.chat.wait(days=1, hours=1)
            await self.chat.tick()
            await self._answer_what_was_told("the clock")

    async def everywhere(self, people: Sequence[str] = EVERYBODY) -> None:
        """The whole tour: commands with examples and with our words, shortcuts, home screens, by each of these."""
        for who in people:
            for route, example in EXAMPLES:
                await self.visit(who, Said(called(route, example), command=True), called(route, example))
            for route in COMMANDS:
                await self.visit(who, Said(f"/{route.words} @ben {self.words()}", command=True), route.words)
                await self.visit(who, Said(f"/{route.words} {self.words()}", command=True), route.words)
            await self.around(who)
        self.at = self.chat.now

    async def around(self, who: str) -> None:
        """The shortcuts and the home screen."""
        quoted = Quoted(self.words(), author="ben" if who != "ben" else "ada")
        for shortcut in SHORTCUTS:
            self.routes[shortcut.route.name] += 1
            act = Opened(shortcut.name, quoted=quoted if shortcut.on_message else None)
            await self.visit(who, act, shortcut.name)
        for what in ("home", "start"):
            await self.visit(who, Opened(what), what)

    async def visit(self, who: str, act: Act, did: str, depth: int = 0) -> Heard:
        """Do it, then press what is shown, send the form that is asked, and press what others were told."""
        heard = await self.chat.does(who, act)
        self._note(who, did, heard)
        if depth >= self.depth:
            return heard
        if heard.form:
            await self.fill(who, heard.form, did, depth + 1)
        elif heard.answer.asked:
            await self.visit(who, Said(self.words()), f"{did} > answered", depth + 1)
        for button in _buttons(heard.answer):
            await self.press(who, button, f"{did} > {heard.voice.say(button.label)[:60]}", depth + 1)
        await self._answer_what_was_told(did, depth)
        return heard

    async def _answer_what_was_told(self, did: str, depth: int = 0) -> None:
        for told in list(self._told()):
            self.see(told)
            for button in _buttons(told.heard.answer) if told.who else ():
                await self.press(told.who, button, f"{did} > told {told.who}", depth + 1)

    async def fill(self, who: str, form: Form, did: str, depth: int) -> None:
        """Send a form with an answer to each of its questions."""
        given = {question.name: self.answer(question, who) for question in form.questions}
        await self.visit(who, Submitted(form.draft, given), f"{did} > form", depth)

    async def press(self, who: str, button: Button, did: str, depth: int) -> None:
        """Press it, unless this person has pressed its like often enough."""
        route = self._route(button.handle)
        key = (who, route, getattr(button.label, "template", ""))
        self._pressed[key] += 1
        if self._pressed[key] <= self.again:
            self.routes[route] += 1
            await self.visit(who, Pressed(button.handle), did, depth)

    def answer(self, question: Answerable, who: str) -> Any:
        """Something that this question takes."""
        if isinstance(question, Words):
            return self.words()
        if isinstance(question, Choice):
            options = question.options if isinstance(question.options, tuple) else ()
            return options[-1].value if options else ""
        if isinstance(question, Scale):
            return question.high
        if isinstance(question, Colleague):
            named = next(self.chat.ids[one] for one in ("ben", "ada") if one != who)
            return (named,) if question.most > 1 else named
        if isinstance(question, Day):
            return "2026-11-27"
        if isinstance(question, Clock):
            return "10:00"
        assert isinstance(question, Number)
        return question.low or 3

    def see(self, seen: Seen) -> None:
        """Something is before somebody's eyes."""
        self.seen.append(seen)

    def _note(self, who: str, did: str, heard: Heard) -> None:
        self.see(Seen(who, did, heard))
        self.routes[heard.answer.route] += 1
        self.outcomes[heard.answer.outcome] += 1

    def _route(self, handle: str) -> str:
        found = self._looked("SELECT route FROM handle WHERE id = ?", handle)
        return str(found[0]) if found else ""

    def _looked(self, question: str, about: str) -> Any:
        """The first row of an answer, past all that a unit of work costs: a tour asks thousands of times."""
        return self._eyes.execute(question, (about,)).fetchone()

    @cached_property
    def _eyes(self) -> sqlite3.Connection:
        # Once: each new one reads the whole schema. It is closed in whatever thread finds the tour unused.
        eyes = sqlite3.connect(self.file, check_same_thread=False)
        finalize(self, eyes.close)
        return eyes

    def arrives(self, row: Outgoing) -> bool:
        """Whether its reader is told this."""
        return True

    def _told(self) -> Iterator[Seen]:
        if self._looked("SELECT 1 FROM outbox WHERE id > ?", self._last) is None:
            return
        names = {person: who for who, person in self.chat.ids.items()}
        rows = sorted(self.chat.rows(Outgoing, col(Outgoing.id) > self._last), key=lambda row: row.id)
        for row in rows:
            self._last = row.id
            if not self.arrives(row):
                continue
            person = self.chat.database.look_now(
                lambda store, row=row: store.directory.person(row.person_id or "")
            )
            voice = Voice(person.language, person.zone) if person else Voice()
            yield Seen(names.get(row.person_id, ""), row.route, Heard(Answer(card=load(row.card)), voice))


def _buttons(answer: Answer) -> tuple[Button, ...]:
    shown = answer.card.buttons() if answer.card else ()
    return (*shown, *((*answer.asked.choices, *answer.asked.controls) if answer.asked else ()))


def cards_of(tour: Tour) -> Iterator[tuple[Seen, Card]]:
    """Every card that was seen, with who saw it."""
    return ((seen, seen.heard.answer.card) for seen in tour.seen if seen.heard.answer.card)
