"""What a unit of work writes, it reads; what it undid, it does not; and many rows at once are as safe as one."""

from __future__ import annotations

import pytest
from sqlmodel import col

from storage.goals import Goal
from storage.metrics import MetricPoint
from storage.store import Store
from storage.unit import Conflict
from tests.bot.ingest.sender import Sender, point
from tests.company import Chat


async def test_a_setting_is_what_was_set_last_and_not_what_was_undone(any_chat: Chat) -> None:
    def work(store: Store) -> list[object]:
        seen = [store.setting("country", "none")]
        store.set_setting("country", "DE")
        seen.append(store.setting("country", "none"))

        def fails() -> None:
            store.set_setting("country", "FR")
            seen.append(store.setting("country"))
            raise LookupError

        store.attempt(fails)
        return [*seen, store.setting("country"), store.setting("other"), store.setting("other", 5)]

    assert any_chat.change(work) == ["none", "DE", "FR", "DE", None, 5]


async def test_of_many_rows_all_are_changed_or_none(any_chat: Chat) -> None:
    await Sender(any_chat).sends(*(point(str(n), id=str(n)) for n in range(3)))

    def work(store: Store) -> None:
        rows = store.all(MetricPoint)
        store.remove(MetricPoint, col(MetricPoint.id) == rows[1].id)
        store.change_all(rows, current=False)

    with pytest.raises(Conflict):
        any_chat.change(work)
    assert [row.current for row in any_chat.rows(MetricPoint)] == [True] * 3


async def test_rows_with_versions_are_changed_one_by_one(chat: Chat) -> None:
    await chat.says("ben", "/goals add")
    await chat.submits("ben", title="Customers find their way", until="2027-06-30")
    rows = chat.rows(Goal)
    with pytest.raises(TypeError):
        chat.change(lambda store: store.change_all(rows, state="closed"))
