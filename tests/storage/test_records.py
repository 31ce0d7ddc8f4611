"""Whatever is kept about a person is exported and erased, whichever table it is in, and every copy of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import Column, inspect, select
from sqlmodel import Field, SQLModel

from handlers import FEATURES
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump
from storage.columns import Sealed, SealedJson
from storage.erasing import StandIn
from storage.policy import TABLE, Kind, Relation, Right
from storage.records import involving, owners, personal_tables
from storage.store import Store
from storage.tables import AuditRow, Inbox, Outgoing, PersonalRow, PersonRow
from tests.company import Chat, company
from tests.engines import ENGINES, empty_database
from tests.storage.plans import plan_of

CANARY = "CANARY-7f3a"
GONE = StandIn(
    card=dump(Card(Phrase("This was erased."))), text=dump(Phrase("This was erased.")), name="Nobody"
)


@pytest.fixture(scope="module")
def diary() -> Iterator[type[PersonalRow]]:
    """A table that no feature knows: it only inherits PersonalRow."""

    class Diary(PersonalRow, table=True):
        __tablename__ = "diary_of_a_test"
        kinds: ClassVar[tuple[str, ...]] = tuple(Kind)
        words: ClassVar[tuple[str, ...]] = ("page",)

        page: str = Field(sa_column=Column(Sealed, nullable=False))
        margin: str | None = Field(default=None, sa_type=Sealed)
        sketch: Any = Field(sa_column=Column(SealedJson, nullable=False))

    yield Diary
    SQLModel.metadata.remove(Diary.__table__)  # type: ignore[attr-defined]


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """The company, founded here, with every table that there is now."""
    with empty_database("sqlite", tmp_path) as url:
        async with company(url) as made:
            yield made


@pytest.fixture(params=ENGINES)
async def any_chat(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chat]:
    """The same on each database."""
    with empty_database(request.param, tmp_path) as url:
        async with company(url) as made:
            yield made


@pytest.fixture
async def written(diary: type[PersonalRow], any_chat: Chat) -> Chat:
    """A company in which the table exists."""
    return any_chat


def entry(chat: Chat, table: Any, kind: Kind, *, about: str, by: str | None, named: str | None = None) -> Any:
    return table(
        kind=kind,
        subject_id=chat.ids[about],
        author_id=chat.ids[by] if by else None,
        named_id=chat.ids[named] if named else None,
        made_at=chat.now,
        page=CANARY,
        margin=CANARY,
        sketch={"words": CANARY},
    )


def everything(store: Store) -> str:
    """The whole database, opened: every value of every row of every table."""
    present = set(inspect(store.connection).get_table_names())
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name in present]
    return "\n".join(str(tuple(row)) for table in tables for row in store.execute(select(table)))


# Every table ---------------------------------------------------------------------------------------------------------


def test_every_personal_table_names_its_kinds_and_its_words() -> None:
    for table in personal_tables():
        columns = table.__table__.c  # type: ignore[attr-defined]
        sealed = {column.name for column in columns if isinstance(column.type, Sealed | SealedJson)}
        assert set(table.kinds) <= set(Kind), table
        assert table.kinds, table
        assert sealed <= set(table.words), f"{table.__name__}.words lacks {sealed - set(table.words)}"
        assert set(table.words) <= sealed, f"{table.__name__} keeps words in the clear"


async def test_a_new_table_is_exported_by_the_policy_for_every_kind_and_role(
    written: Chat, diary: type[PersonalRow]
) -> None:
    chat = written
    for kind in Kind:
        chat.change(
            lambda store, kind=kind: store.insert(
                entry(chat, diary, kind, about="ben", by="ada", named="chen")
            )
        )
    parts = {"ben": Relation.SELF, "ada": Relation.AUTHOR, "chen": Relation.NAMED, "dora": Relation.COLLEAGUE}
    for who, role in parts.items():
        whole = chat.change(lambda store, who=who: store.records.whole(chat.ids[who]))
        expected = {str(kind) for kind in Kind if Right.EXPORT in TABLE[kind].get(role, ())}
        assert {row["kind"] for row in whole["diary_of_a_test"]} == expected, who


async def test_a_new_table_is_erased_where_it_is_the_person_s_alone(
    written: Chat, diary: type[PersonalRow]
) -> None:
    chat = written
    mine = entry(chat, diary, Kind.CHECKIN, about="ben", by="ben")
    note = entry(chat, diary, Kind.PRIVATE_NOTE, about="ada", by="ben")
    shared = entry(chat, diary, Kind.FEEDBACK, about="ada", by="ben")
    foreign = entry(chat, diary, Kind.CHECKIN, about="ada", by="ada")
    for row in (mine, note, shared, foreign):
        chat.change(lambda store, row=row: store.insert(row))
    done = chat.change(lambda store: store.erasing.own(chat.ids["ben"], instead=GONE))
    rows = {row.id: row for row in chat.rows(diary)}
    assert [(rows[each.id].page, rows[each.id].margin, rows[each.id].sketch) for each in (mine, note)] == [
        ("", None, {}),
        ("", None, {}),
    ]
    assert [rows[each.id].page for each in (shared, foreign)] == [CANARY, CANARY]
    assert (done.emptied, done.kept) == ({"checkin": 1, "private_note": 1}, {"feedback": 1})


async def test_nothing_by_or_about_the_departed_is_left_in_a_new_table(
    written: Chat, diary: type[PersonalRow]
) -> None:
    chat = written
    for about, by in (("ben", "ben"), ("ben", "ada"), ("ada", "ben")):
        for kind in Kind:
            row = entry(chat, diary, kind, about=about, by=by)
            chat.change(lambda store, row=row: store.insert(row))
    chat.leaves("ben")
    chat.change(lambda store: store.erasing.departed(chat.ids["ben"], instead=GONE))
    left = chat.change(everything)
    assert CANARY not in left
    assert "Ben Okri" not in left
    assert "ben@example.com" not in left
    assert len(chat.rows(diary)) == 3 * len(Kind)  # that something happened stays


def test_owners_are_who_may_export() -> None:
    row = PersonalRow.model_construct(kind="feedback", subject_id="s", author_id="a", named_id="n")
    assert owners(row) == {"s", "a"}
    assert owners(
        PersonalRow.model_construct(kind="checkin", subject_id="s", author_id="s", named_id=None)
    ) == {"s"}


# Every copy ----------------------------------------------------------------------------------------------------------


async def test_no_copy_of_what_is_erased_is_left_anywhere(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", f"/checkin done {CANARY}; next {CANARY}; blocked {CANARY}")
    await chat.says("ada", "/checkin history @ben")
    await chat.says("ada", "/checkin team")
    await chat.opens("ben")
    await chat.says("ben", f"/chekin done {CANARY}")  # a draft, and a button that opens it
    await chat.says("ben", "/upbeat privacy file")
    row = chat.change(lambda store: store.checkins.mine(chat.ids["ben"]))
    card = Card(Phrase("Ben wrote {words}", words=Verbatim(CANARY)))
    tell = Tell(card, to=chat.ids["ada"], topic=f"checkin:{row.id}:told")
    chat.change(lambda store: chat.core.queue(store, "checkins.test", tell))
    assert CANARY in chat.change(everything)

    await chat.says("ben", "/upbeat privacy erase")
    await chat.submits("ben", confirm="ERASE")
    assert CANARY not in chat.change(everything)
    assert [row.state for row in chat.rows(Outgoing, Outgoing.topic == tell.topic)] == ["cancelled"]
    assert "This was erased" in chat.told("ada")


async def test_what_waits_for_the_person_still_arrives(chat: Chat) -> None:
    tell = Tell(Card(Phrase("Something new")), to=chat.ids["ben"], topic="new")
    chat.change(lambda store: chat.core.queue(store, "checkins.test", tell))
    chat.change(lambda store: store.erasing.own(chat.ids["ben"], instead=GONE))
    assert "Something new" in chat.told("ben")


async def test_erasing_is_noted_without_words(chat: Chat) -> None:
    await chat.says("ben", f"/checkin done {CANARY}")
    before = len(chat.rows(AuditRow))
    await chat.says("ben", "/upbeat privacy erase")
    await chat.submits("ben", confirm="erase")
    rows = chat.rows(AuditRow)
    assert len(rows) > before
    assert {(row.act, row.actor_id) for row in rows if row.act == "erased"} == {("erased", chat.ids["ben"])}


async def test_the_departed_lose_their_name_and_accounts(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", f"/1on1 add @ben {CANARY}")
    await chat.says("ben", f"/1on1 add @ada {CANARY}")
    chat.leaves("ben")
    chat.change(lambda store: store.erasing.departed(chat.ids["ben"], instead=GONE))
    (row,) = chat.rows(PersonRow, PersonRow.id == chat.ids["ben"])
    assert (row.name, row.team, row.zone) == ("Nobody", "", "")
    assert row.erased_at is not None
    assert "Ben Okri" not in chat.change(everything)
    assert "Nobody" in (await chat.says("ada", "/1on1")).text
    assert all(row.answer is None for row in chat.rows(Inbox, Inbox.person_id == chat.ids["ben"]))


async def test_every_feature_still_shows_itself_when_somebody_was_erased(chat: Chat) -> None:
    await chat.says("ben", f"/checkin done {CANARY}; next {CANARY}; blocked {CANARY}; mood 4")
    await chat.says("ada", "/checkin history @ben")
    for said in (f"/kudos @ada for {CANARY}", f"/1on1 add @ada {CANARY}"):
        await chat.says("ben", said)
        for label in {"Post it", "Send privately"} & set(chat.last["ben"].buttons):
            await chat.presses("ben", label)
    await chat.says("ben", "/feedback @ada")
    await chat.submits("ben", situation=CANARY, behaviour=CANARY, effect=CANARY, suggestion=CANARY)
    await chat.says("ada", f"/kudos @ben for {CANARY}")
    for label in {"Post it", "Send privately"} & set(chat.last["ada"].buttons):
        await chat.presses("ada", label)
    assert len({type(row) for table in personal_tables() for row in chat.rows(table)}) > 5
    chat.leaves("ben")
    chat.change(lambda store: store.erasing.departed(chat.ids["ben"], instead=GONE))
    assert CANARY not in chat.change(everything)
    for who in ("ada", "grace", "chen", "hana"):
        assert (await chat.opens(who)).answer.outcome == "done"
        for route in (route for feature in FEATURES for route in feature.routes if route.words):
            for example in ("", *route.examples):
                heard = await chat.says(who, f"/upbeat {route.words} {example}")
                assert heard.answer.outcome != "failed", (who, route.words, example)
                assert CANARY not in heard.text


async def test_whoever_comes_back_is_somebody_new(chat: Chat) -> None:
    chat.leaves("ben")
    chat.change(lambda store: store.erasing.departed(chat.ids["ben"], instead=GONE))
    assert chat.change(lambda store: store.directory.with_email("ben@example.com")) is None
    assert chat.change(lambda store: store.records.departed()) == []


# Who opened it -------------------------------------------------------------------------------------------------------


async def test_openings_are_newest_first_and_bounded(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done the parser")
    await chat.says("ada", "/checkin history @ben")
    chat.wait(hours=1)
    await chat.says("grace", "/checkin history @ben")
    rows = chat.change(lambda store: store.records.opened(chat.ids["ben"]))
    assert [row.actor_id for row in rows] == [chat.ids["grace"], chat.ids["ada"]]
    since = chat.now - timedelta(minutes=1)
    assert len(chat.change(lambda store: store.records.opened(chat.ids["ben"], since=since))) == 1


def test_what_somebody_has_a_part_in_is_found_by_an_index(chat: Chat) -> None:
    for table in personal_tables():
        plan = plan_of(chat, lambda store, table=table: involving(store, table, chat.ids["ben"]))  # type: ignore[misc]
        assert f"SCAN {table.__tablename__}" not in plan, plan
