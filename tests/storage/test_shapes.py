"""A question that was compiled for another one that is put together alike finds what SQLAlchemy would find."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from storage import shapes
from storage.records import personal_tables
from storage.shapes import Question
from storage.store import Store
from storage.tables import PersonRow
from tests.company import MONDAY, Chat

PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]


def asked(chat: Chat, *conditions: Any, order: Any = (PEOPLE.c.name,), limit: int | None = None) -> list[str]:
    """The names of the people that a question finds, and that SQLAlchemy finds by the same."""
    question = Question(PEOPLE, conditions, order, limit)

    def ask(store: Store) -> tuple[list[str], list[str]]:
        by_shape = question.rows(store.connection)
        plain = select(PEOPLE).where(*conditions).order_by(*order).limit(limit)
        name = PEOPLE.c.keys().index("name")
        return [row[name] for row in by_shape], [row.name for row in store.connection.execute(plain)]

    found, expected = chat.change(ask)
    assert found == expected
    return found  # type: ignore[no-any-return]


async def test_the_same_shape_is_asked_with_other_values(any_chat: Chat) -> None:
    for team, expected in (("Arts", ["Dora Maar"]), ("IT", ["Ivan Petrov"]), ("Nobody", [])):
        assert asked(any_chat, col(PersonRow.team) == team) == expected
    assert asked(any_chat, col(PersonRow.team) != "Engines", limit=2) == ["Dora Maar", "Grace Hopper"]
    assert asked(any_chat, col(PersonRow.team) != "Engines", limit=1) == ["Dora Maar"]
    backwards = (PEOPLE.c.name.desc(),)
    assert asked(any_chat, col(PersonRow.team) != "Engines", order=backwards, limit=1) == ["Ivan Petrov"]


async def test_nothing_is_another_shape_than_something(any_chat: Chat) -> None:
    for left, found in ((None, 8), (MONDAY, 0), (None, 8)):
        assert len(asked(any_chat, col(PersonRow.left_at) == left)) == found
    assert len(asked(any_chat)) == 8
    assert len(asked(any_chat, True)) == 8


async def test_lists_are_as_long_as_they_are_this_time(any_chat: Chat) -> None:
    for teams, most in ((("IT",), 1), (("IT", "Arts"), 2), ((), 0), (("IT", "Arts", "Board"), 3)):
        assert len(asked(any_chat, col(PersonRow.team).in_(teams))) == most


async def test_lists_of_nearly_one_length_are_of_one_shape(any_chat: Chat) -> None:
    asked(any_chat, col(PersonRow.team).not_in(("IT", "Arts", "Board")))
    before = len(shapes._KNOWN)
    assert len(asked(any_chat, col(PersonRow.team).not_in(("IT", "Arts", "Board", "Nobody")))) == 5
    assert len(shapes._KNOWN) == before


async def test_two_of_one_table_are_told_apart(any_chat: Chat) -> None:
    """Each condition for itself is of one shape with its like: it matters that they speak of the same person."""
    one, other = aliased(PersonRow), aliased(PersonRow)
    joined = (col(one.id) == PEOPLE.c.id, col(other.team) == PEOPLE.c.team)
    assert asked(any_chat, *joined, col(one.name) == "Ada Lovelace") == ["Ada Lovelace"] * 4
    engines = ["Ada Lovelace", "Ben Okri", "Eve Curie", "陈明"]
    assert asked(any_chat, *joined, col(other.name) == "Ada Lovelace") == engines


async def test_what_is_asked_twice_is_compiled_once(chat: Chat) -> None:
    asked(chat, col(PersonRow.hired_on) > MONDAY.date())
    before = len(shapes._KNOWN)
    asked(chat, col(PersonRow.hired_on) > MONDAY.date() + timedelta(days=1))
    assert len(shapes._KNOWN) == before


async def test_every_column_of_every_table_is_read_as_sqlalchemy_reads_it(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done the login page; blocked by legal")
    await any_chat.says("ben", "/goals add Customers find their way")
    tables = SQLModel.metadata.sorted_tables
    assert len(tables) > len(personal_tables())

    def read(store: Store) -> int:
        rows = 0
        for table in tables:
            question = Question(table, (), tuple(table.primary_key.columns), None)
            expected = [list(row) for row in store.connection.execute(question.statement)]
            assert [list(row) for row in question.rows(store.connection)] == expected, table.name
            rows += len(expected)
        return rows

    assert any_chat.change(read) > 20
