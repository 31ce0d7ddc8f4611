"""What changed lies over what is old: the same as if everything had been read and copied anew."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from storage.ids import new_id
from storage.layered import SMALL, Layered, laid
from storage.memory import Memory
from storage.people import FOREVER, Directory
from storage.store import Store
from storage.tables import Account, PersonRow, ReportingLine
from tests.company import Chat

SIZE = SMALL + 100
CHANGES = st.dictionaries(st.integers(0, 2 * SIZE), st.one_of(st.none(), st.integers()), max_size=40)


@given(st.lists(CHANGES, max_size=8))
def test_it_is_what_a_copy_would_be(rounds: list[dict[int, int | None]]) -> None:
    plain: dict[int, int] = {n: n for n in range(SIZE)}
    layered: Mapping[int, int] = dict(plain)
    for changes in rounds:
        before, expected = layered, dict(layered)
        layered = laid(layered, changes)
        plain = {key: item for key, item in {**plain, **changes}.items() if item is not None}
        assert dict(before) == expected
        assert dict(layered.items()) == plain
        assert len(layered) == len(plain)
        assert all((key in layered) == (key in plain) for key in range(2 * SIZE))
        assert all(layered.get(key, "nobody") == plain.get(key, "nobody") for key in changes)


def test_a_large_one_is_laid_over_and_not_copied() -> None:
    many = {n: n for n in range(10_000)}
    assert isinstance(laid(many, {1: 2}), Layered)
    assert not isinstance(laid({1: 1}, {1: 2}), Layered)


# Who is who ----------------------------------------------------------------------------------------------------------


def plain(directory: Directory) -> dict[str, Any]:
    """A directory without what order says."""
    return {
        "people": dict(directory.people),
        "by_email": dict(directory.by_email),
        "by_account": {key: account.id for key, account in directory.by_account.items()},
        "accounts": {key: {each.id for each in of} for key, of in directory.accounts.items() if of},
        "lines_of": {key: set(of) for key, of in directory.lines_of.items() if of},
        "lines_to": {key: set(of) for key, of in directory.lines_to.items() if of},
    }


def hire(store: Store) -> list[str]:
    """A company that is too large to be copied for each change."""
    revision, ids = store.people_changed(), [new_id() for _ in range(SIZE)]
    for n, person in enumerate(ids):
        common = {"zone": "Europe/Berlin", "revision": revision}
        store.add(PersonRow, id=person, email=f"p{n}@example.com", name=f"Person {n}", team="T", **common)
    return ids


class Reorganisation:
    """Changes of all that a directory knows, at random."""

    def __init__(self, seed: int, ids: list[str]) -> None:
        self.random = random.Random(seed)
        self.ids = ids

    def step(self, store: Store) -> None:
        """A few of them, in one unit."""
        for _ in range(self.random.randint(1, 4)):
            kind = self.random.choice([self.renamed, self.swapped, self.connected, self.moved, self.gone])
            kind(store, *self.random.sample(self.ids, 2), store.people_changed())

    def row(self, store: Store, person: str) -> PersonRow:
        found = store.one(PersonRow, col(PersonRow.id) == person)
        assert found is not None
        return found

    def renamed(self, store: Store, one: str, other: str, revision: int) -> None:
        store.change(self.row(store, one), name=f"Person {revision}", revision=revision)

    def swapped(self, store: Store, one: str, other: str, revision: int) -> None:
        first, second = self.row(store, one), self.row(store, other)
        mine, theirs = first.email, second.email
        store.change(first, email=f"between{revision}@example.com", revision=revision)
        store.change(second, email=mine, revision=revision)
        store.change(first, email=theirs, revision=revision)

    def connected(self, store: Store, one: str, other: str, revision: int) -> None:
        """Somebody connects the user that was another's."""
        common = {"platform": "slack", "external_id": f"U{self.random.randrange(20)}"}
        held = store.one(
            Account,
            col(Account.platform) == "slack",
            col(Account.external_id) == common["external_id"],
            col(Account.ended_at).is_(None),
        )
        if held is not None:
            store.change(held, ended_at=store.now, ended_key=held.id, revision=revision)
        store.add(Account, person_id=one, linked_at=store.now, revision=revision, **common)

    def moved(self, store: Store, one: str, other: str, revision: int) -> None:
        today = date(2026, 1, 1) + timedelta(days=revision)
        held = store.one(
            ReportingLine, col(ReportingLine.subject_id) == one, col(ReportingLine.until) == FOREVER
        )
        if held is not None:
            store.change(held, until=today, revision=revision)
        store.add(ReportingLine, subject_id=one, manager_id=other, since=today, revision=revision)

    def gone(self, store: Store, one: str, other: str, revision: int) -> None:
        row = self.row(store, one)
        store.change(row, left_at=None if row.left_at else store.now, revision=revision)


async def test_what_is_remembered_is_what_a_new_process_reads(any_chat: Chat) -> None:
    database = any_chat.database
    change = Reorganisation(7, await database.write(hire))
    steps = 25
    for _ in range(steps):
        await database.write(change.step)
        kept = await database.read(lambda store: store.directory)
        fresh = await database.read(lambda store: Memory().at(store.connection, store.directory.revision))
        assert plain(kept) == plain(fresh)
    assert isinstance(kept.people, Layered)


async def test_people_are_found_by_the_names_that_they_have_now(any_chat: Chat) -> None:
    database = any_chat.database
    ids = await database.write(hire)
    heard = await any_chat.says("ben", "/kudos @Person 7 thanks")
    assert "Person 7" in heard

    def rename(store: Store) -> None:
        revision = store.people_changed()
        row = store.one(PersonRow, col(PersonRow.id) == ids[7])
        assert row is not None
        store.change(row, name="Ada the Second", revision=revision)

    await database.write(rename)
    assert "Ada the Second" in await any_chat.says("ben", "/kudos @Ada the Second thanks")
    assert "I do not know" in await any_chat.says("ben", "/kudos @Person 7 thanks")
