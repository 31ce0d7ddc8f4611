"""Every door of every surface, by everybody: no byte that leaves has a word that its reader may not read."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select
from sqlmodel import SQLModel, col
from typer.main import get_command
from typer.testing import CliRunner

from bot.__main__ import cli
from handlers import FEATURES
from handlers.kit.forms import Colleague
from handlers.kit.values import load
from storage import policy
from storage.columns import Sealed, SealedJson
from storage.migrations import mark_newest
from storage.policy import Relation, Right
from storage.records import sealed_columns
from storage.tables import Handle, Occurrence
from storage.webchat import WebMessage
from tests.company import Chat, company
from tests.engines import empty_database
from tests.walks.canaries import IN_CHANNELS, STAFF, Canaries, Story, settle
from tests.walks.clients import WORDS, Slack, SlackChannel, Telegram, TelegramGroup, Web
from tests.walks.judging import TABLES, Judge, State
from tests.walks.promise import page
from tests.walks.reorganised import has_table
from tests.walks.surfaces import CHANNELS, House, open_house
from tests.walks.tour import COMMANDS, EXAMPLES, SHORTCUTS, called, opened

LONG = bool(os.environ.get("UPBEAT_ACCESS_LONG"))
SEED = os.environ.get("UPBEAT_ACCESS_SEED", "1")
SHARE = 0.012
"""How many of the doors the short form tries on each surface, chosen by the seed."""


Door = tuple[str, Callable[[Any, str], Awaitable[None]]]


def doors() -> Iterator[Door]:
    """Every way in, as the registry of the features has them."""
    for route in COMMANDS:
        yield f"/{route.words}", lambda surface, who, words=f"/{route.words}": surface.says(who, words)
        if any(isinstance(question, Colleague) for question in route.questions):
            for whom in ("ben", "eve"):
                yield (
                    f"/{route.words} @{whom}",
                    lambda surface, who, words=f"/{route.words} @{whom}": surface.says(who, words),
                )
    for route, example in EXAMPLES:
        if example:
            yield (
                called(route, example),
                lambda surface, who, words=called(route, example): surface.says(who, words),
            )
    for shortcut in SHORTCUTS:
        yield (
            shortcut.name,
            lambda surface, who, it=shortcut: surface.opens(who, it.name, on_message=it.on_message),
        )
    yield "home", lambda surface, who: surface.goes_home(who)
    yield "plain words", lambda surface, who: surface.talks(who, WORDS)


@dataclass
class Sweep(Judge):
    """Goes through doors, and judges all that leaves."""

    house: House = field(kw_only=True)
    _pressed: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _routes: dict[str, str] = field(default_factory=dict)

    def take(self, door: str) -> None:
        """Judge all that left since it was asked last."""
        self.judge(door, self.house.take())

    async def through(self, surface: Any, who: str, door: Door, *, depth: int) -> None:
        """Go through a door, and press what is shown behind it."""
        name, act = door
        await act(surface, who)
        self.take(f"{surface.name} {name!r}")
        await self._further(surface, who, name, depth)

    async def _further(self, surface: Any, who: str, name: str, depth: int) -> None:
        if not depth:
            return
        if await surface.submits(who):
            self.take(f"{surface.name} {name!r} > form")
        for shown in list(surface.shown(who)):
            route = self._route(shown.key)
            self._pressed[surface.name, who, route] += 1
            if self._pressed[surface.name, who, route] == 1:
                await shown.press()
                self.take(f"{surface.name} {name!r} > {route}")
                await self._further(surface, who, f"{name} > {route}", depth - 1)

    async def pages(self, web: Web, share: float) -> None:
        """Every address of the server, by everybody, and by who does not work here."""
        app = self.house.app
        assert {*(route.path for route in app.server().routes), *app.doors()} == PAGES
        said = self.database.look_now(lambda store: store.webchat.messages("general", reader="", most=9))
        dice = random.Random(SEED)
        for who in (*self.house.staff, "nobody-here"):
            views = ["home", "upbeat", "in/general", "in/nowhere", "with/nobody"]
            views += [f"with/{person}" for person in self.canaries.ids.values()]
            for view in views:
                if dice.random() < share:
                    await web.gets(who, f"/as/{who}/{view}", accept="text/html")
                    self.take(f"web {view}")
            for message in said:
                if dice.random() < share:
                    await web.reacts(who, message.id)
                    await web.opens(who, "kudos_for_this", on_message=True, message=message.id)
                    self.take("web reaction")
        await self._pictures(web)
        for path in (
            "/",
            "/healthz",
            "/readyz",
            "/metrics",
            "/openapi.json",
            "/customer/nowhere",
            "/nowhere",
            "/as/ben/nowhere",
            "/static/page.js",
        ):
            await web.gets("", path, accept="text/html")
            self.take(path)

    async def _pictures(self, web: Web) -> None:
        """What the pictures of everybody's talk are drawn from: the image holds the same, in no words to search for."""
        cards = self.database.look_now(
            lambda store: store._rows(WebMessage, (col(WebMessage.card).is_not(None),))
        )
        for message in [row.id for row in cards if load(row.card).pictures()][:9]:
            for who in self.house.staff:
                await web.gets(who, f"/as/{who}/pictures/message/{message}/0.json")
                self.take("web picture")

    async def files(self, web: Web, share: float) -> None:
        """The files that were made since the clock rang, by whose they are and by others."""
        dice = random.Random(SEED)
        for file in self.database.look_now(lambda store: store._rows(has_table("file"), ())):
            for who, person in self.canaries.ids.items():
                if person == file.person_id or dice.random() < share:
                    await web.gets(who, f"/as/{who}/files/{file.id}", accept="text/html")
                    self.take("web file")

    async def rings(self, clock: list[datetime]) -> None:
        """Let the clock ring on the next day, and everybody be told."""
        clock[0] += timedelta(days=1)
        await self.house.app.clock.tick()
        await self.house.deliver()
        self.take("the clock")

    def _route(self, key: str) -> str:
        """The door that a key opens; one that only asks whether it was meant says so before the key."""
        asks, _, handle = key.rpartition(":")
        if handle not in self._routes:
            found = self.database.look_now(lambda store: store._rows(Handle, (col(Handle.id) == handle,)))
            self._routes[handle] = found[0].route if found else "unknown"
        return f"{self._routes[handle]}{'?' if asks else ''}"


# What is searched for ------------------------------------------------------------------------------------------------

CARRIERS = {
    *(
        "inbox.answer",
        "handle.args",
        "outbox.card",
        "obligation.title",
        "obligation.args",
    ),  # for whom they wait
    *("file.data", "roster_run.undo", "objection.told"),
    "result_edition.digests",  # of words that stand elsewhere
}
"""Sealed columns that carry words from elsewhere to somebody, and are searched when they leave."""


async def test_every_bell_has_rung(states: dict[str, State], tmp_path: Path) -> None:
    """What the clock tells stands in the outbox of the later moment, and is searched when it is sent."""
    state = states["later"]
    async with opened(state.file, tmp_path / "company.db", state.at) as chat:
        rung = {row.kind for row in chat.rows(Occurrence) if row.outcome in ("sent", "done")}
    assert {bell.name for feature in FEATURES for bell in feature.bells} <= rung


async def test_every_personal_field_holds_a_word_of_its_own(states: dict[str, State], tmp_path: Path) -> None:
    """A column that is new fails here, until the story fills it."""
    state = states["today"]
    async with opened(state.file, tmp_path / "company.db", state.at) as chat:
        empty = {
            f"{table.name}.{column}"
            for table, column in sealed()
            if not any(state.canaries.found_in(repr(row[0])) for row in _cells(chat, table, column))
        }
        assert empty == CARRIERS & empty
        meant = [_as_meant(state.canaries, row) for table in TABLES for row in chat.rows(table)]
    assert sum(meant) > 80


def sealed() -> Iterator[tuple[Table, str]]:
    """Every column with words, of every table."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.c:
            if isinstance(column.type, Sealed | SealedJson):
                yield table, column.name


def _cells(chat: Chat, table: Table, column: str) -> list[Any]:
    return chat.change(lambda store: store.execute(select(table.c[column])).all())


def _as_meant(canaries: Canaries, row: Any) -> int:
    """How many words stand in a record; it is of the kind, and of the people, that they were meant for."""
    is_carried = row.kind == "chat" and row.author_id is None
    found = {
        token for name in sealed_columns(type(row)) for token in canaries.found_in(repr(getattr(row, name)))
    }
    for token in set() if is_carried else found:
        word = canaries.words[token]
        assert row.kind == word.kind.removesuffix("_shared"), f"{row.__tablename__}: {word}"
        assert row.subject_id == word.subject_id or row.kind == "one_on_one", f"{row.__tablename__}: {word}"
        assert _people(row) == _people(word) or row.kind == "break_glass", f"{row.__tablename__}: {word}"
    return len(found)


def _people(row: Any) -> set[str]:
    return {row.subject_id, row.author_id, row.named_id} - {None}


# The sweep -----------------------------------------------------------------------------------------------------------

PAGES = {
    "/", "/as/{me}/home", "/as/{me}/upbeat", "/as/{me}/in/{place}", "/as/{me}/with/{person}",
    "/as/{me}/files/{file}", "/as/{me}/pictures/{kind}/{place}/{number:int}.png",
    "/as/{me}/pictures/{kind}/{place}/{number:int}.json", "/charts.js",
    "/as/{me}/events", "/as/{me}/say", "/as/{me}/press", "/as/{me}/open", "/as/{me}/react",
    "/as/{me}/form", "/healthz", "/readyz", "/metrics", "/openapi.json", "/static",
    "/calendar/{token}.ics",
    "/slack/events", "/telegram/webhook", "/ingest/*", "/customer/{token}",
}  # fmt: skip
"""Every address of the server. One that is not here fails: nothing searches yet what comes from it."""
ALWAYS = ("/privacy file", "home", "/review calibrate", "/review potential")
"""What everybody goes through in the short form too: all that is theirs is behind it."""


@pytest.mark.parametrize("moment", ["today", "later"])
async def test_no_byte_shows_anybody_what_is_not_for_them(
    states: dict[str, State], moment: str, tmp_path: Path, record_property: Callable[[str, Any], None]
) -> None:
    state, file = states[moment], tmp_path / "company.db"
    shutil.copy(state.file, file)
    sweep = await swept(f"sqlite+aiosqlite:///{file}", state, 1.0 if LONG else SHARE)
    _holds(sweep, moment, record_property)


async def test_nor_on_postgresql(record_property: Callable[[str, Any], None]) -> None:
    """The same after one telling on the other database, with fewer doors."""
    with empty_database("postgresql", Path()) as url:
        async with company(url, STAFF) as chat:
            mark_newest(chat.database)
            story = Story(chat, settle(chat))
            await story.before()
            await story.today()
            state = State(Path(), story.canaries, chat.now)
        sweep = await swept(url, state, 0.2 if LONG else SHARE / 4)
    _holds(sweep, "postgresql", record_property)


POSTED = {"today": {"kudos_public", "checkin_shared"}, "postgresql": {"kudos_public"}, "later": set[str]()}
"""Kinds of what is posted in the channel of each platform; later, all of it has expired."""


def _holds(sweep: Sweep, moment: str, record_property: Callable[[str, Any], None]) -> None:
    record_property("access", [sum(sweep.cells.values()), len(sweep.leaks), f"{moment}: {sweep}"])
    record_property("examined", f"access, {moment}: {sweep}; {len(sweep.leaks)} leaked")
    assert not sweep.leaks, "\n".join(sorted(sweep.leaks))
    assert min(sweep.cells[name] for name in ("slack", "telegram", "web")) > 20
    assert sweep.unseen(LONG and moment == "today") == set()  # later, some are left of whom nothing is shown
    for surface in CHANNELS:
        assert POSTED[moment] <= sweep.posted[surface], "nothing posted shows nothing"
    assert sweep.house.slack.violations == []
    assert sweep.house.telegram.violations == []


def test_what_any_colleague_may_read_is_what_may_stand_in_a_channel() -> None:
    """The page and the policy say the same; check-ins for a channel, and templates, are no kinds of their own."""
    promised = {kind for kind, columns in page().items() if "read" in columns["Any colleague"]}
    ruled = {
        kind for kind, rights in policy.TABLE.items() if Right.READ in rights.get(Relation.COLLEAGUE, ())
    }
    assert promised == ruled == IN_CHANNELS - {"checkin_shared", "template"}


async def swept(url: str, state: State, share: float) -> Sweep:
    """Everybody goes through every door, or through a share of them, on each surface."""
    clock = [state.at]
    async with open_house(url, "a test's secret", STAFF, state.canaries.ids, clock) as house:
        sweep = Sweep(house.app.database, state.canaries, house=house)
        web, often = Web(house), min(1.0, share * 5)
        ears = [asyncio.create_task(web.listens(who)) for who in STAFF]
        await house.deliver()
        sweep.take("delivered")
        for depth in (0, 2 if LONG else 1):
            for number, (surface, who, door) in enumerate(_chosen(house, share, depth)):
                await sweep.through(surface, who, door, depth=depth)
                if number % 400 == 399:
                    await sweep.files(web, often / 2)
                    await sweep.rings(clock)
            await sweep.files(web, often / 2)
        await sweep.pages(web, often)
        await sweep.rings(clock)
        await house.painted()
        sweep.take("home screens")
        for ear in ears:
            ear.cancel()
        await asyncio.gather(*ears, return_exceptions=True)
        sweep.take("events")
        return sweep


def _chosen(house: House, share: float, depth: int) -> Iterator[tuple[Any, str, Door]]:
    """At length, all; shortly, what shows somebody else's records on one surface each, every command where everybody
    reads along, by those who have most to hide, and a share of the rest."""
    private, shared = (Slack(house), Telegram(house), Web(house)), (SlackChannel(house), TelegramGroup(house))
    bare = {f"/{route.words}" for route in COMMANDS}
    for turn, who in enumerate(STAFF):
        for number, door in enumerate(doors()):
            others = share >= SHARE and door[0].endswith("@ben")
            always = not depth and (others or door[0] in ALWAYS) and private[(turn + number) % 3]
            aloud = not depth and share >= SHARE and door[0] in bare and who in ("ben", "ada", "hana")
            aloud_on = aloud and shared[(turn + number) % 2]
            for surface in (*private, *shared):
                dice = random.Random(f"{SEED} {surface.name} {who} {door[0]} {depth}").random()
                if surface in (always, aloud_on) or dice < (share / 4 if depth else share):
                    yield surface, who, door


# The terminal ---------------------------------------------------------------------------------------------------------

TERMINAL: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("migrate", "manifest", "doctor", "audit", "key rotate"), ()),
    "people import": ("people.csv",),
    "goals import": ("goals.csv", "--by", "yan@example.com", "--dry-run"),
    "people invite": ("yan@example.com",),
    "source add": ("erp", "--form", "files"),
    "source load": ("erp", "figures.csv", "--mapping", "mapping.toml"),
    "source files": ("crm",),
    "source openapi": (),
    "source pull": ("erp", "--address", "address", "--query", "query.sql"),
    "source list": (),
    "source allow": ("crm", "service health"),
    "source unmatched": ("crm", "--again"),
    "source person": ("crm", "bokri", "yan@example.com"),
    "source remove": ("crm",),
}
"""What operators can say, with what comes after it."""
ELSEWHERE = {
    "run": "it serves all that is swept above",
    "refresh": "it writes files of the code",
    "calendar import": "it reads days, and nobody",
    "goals export": "it writes what everybody in the company sees: tests/bot/test_goals_file.py",
    "source take-back": "it names the file and counts: tests/bot/test_sources.py",
    "backup": "tests/storage/test_rights.py searches what it writes",
    "restore": "tests/storage/test_rights.py searches what it brings back",
    "key secret": "it reads and writes keys, and no words",
}


def test_operators_read_names_and_addresses_alone(
    states: dict[str, State],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[..., None],
) -> None:
    """The people file is theirs; what people write is not."""
    assert TERMINAL.keys() | ELSEWHERE.keys() == set(_commands(get_command(cli), ""))
    state, file = states["later"], tmp_path / "upbeat.db"
    shutil.copy(state.file, file)
    (tmp_path / "people.csv").write_text("email,name,role\nyan@example.com,Yan,hr\n")
    (tmp_path / "goals.csv").write_text("goal_id,goal\n,Find their way\n")
    (tmp_path / "figures.csv").write_text("who,day,visits\nyan@example.com,2026-01-05,3\n")
    (tmp_path / "mapping.toml").write_text("person = 'who'\nat = 'day'\nvalue = 'visits'\n")
    (tmp_path / "address").write_text(f"sqlite:///{file}")
    (tmp_path / "query.sql").write_text(
        "SELECT email AS who, '2026-01-06' AS day, 4 AS visits FROM person WHERE email LIKE 'yan@%'"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UPBEAT_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
    monkeypatch.setenv("UPBEAT_SECRET_KEY", "a test's secret")
    shown = [CliRunner().invoke(cli, [*name.split(), *more]) for name, more in TERMINAL.items()]
    found = {token for each in shown for token in state.canaries.found_in(each.output)}
    assert all(len(each.output) > 10 for each in shown), [each.output for each in shown]
    assert found, "who sees nothing has searched nothing"
    assert {state.canaries.words[token].kind for token in found} <= {"profile", "address", "unmatched"}
    record_property(
        "access", [len(shown), 0, f"terminal: {sum(len(each.output) for each in shown)} characters"]
    )


def _commands(group: Any, before: str) -> Iterator[str]:
    for name, command in group.commands.items():
        yield from _commands(command, f"{name} ") if hasattr(command, "commands") else (f"{before}{name}",)
