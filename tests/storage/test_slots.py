"""A tick over a million planned moments costs what its due ones cost: every question of the clock goes by an index."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from storage.store import Store
from tests.company import Chat
from tests.storage.plans import plan_of

QUESTIONS: dict[str, Callable[[Store], object]] = {
    "slot USING INDEX slot_due (due_at<?)": lambda store: store.slots.due(50, ["a.b", "c.d"]),
    "obligation USING INDEX obligation_to_remind (remind_at<?)": lambda store: store.obligations.to_remind(
        50
    ),
    "outbox USING INDEX outbox_due (state=? AND due_at<?)": lambda store: store.delivering.lease(
        "one", most=50
    ),
    "occurrence USING INDEX occurrence_by_person (person_id=?": lambda store: store.slots.decisions(
        "x", store.now
    ),
}


@pytest.mark.parametrize("index", QUESTIONS)
def test_the_clock_asks_by_index(chat: Chat, index: str) -> None:
    assert f"SEARCH {index}" in plan_of(chat, QUESTIONS[index])


def test_a_persons_moments_are_one_range_of_the_table(any_chat: Chat) -> None:
    ben, later = any_chat.ids["ben"], any_chat.now.replace(year=2027)
    for about in (ben, f"{ben}:a", f"{ben}:é", f"{ben}0", "team"):
        any_chat.change(lambda store, about=about: store.slots.plan("a.b", about, later))
    any_chat.change(lambda store: store.slots.plan_person("a.b", ben, {f"{ben}:a": later}))
    for about, kept in (
        (ben, False),
        (f"{ben}:a", True),
        (f"{ben}:é", False),
        (f"{ben}0", True),
        ("team", True),
    ):
        assert any_chat.change(lambda store, about=about: store.slots.next("a.b", about)) == (
            later if kept else None
        )
