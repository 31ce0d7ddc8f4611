"""Figures about people are found by what their source calls them, however many there are."""

from types import SimpleNamespace
from typing import Any

import pytest

from storage.store import Store
from tests.company import Chat
from tests.storage.plans import plan_of

CORRECTED: Any = SimpleNamespace(source_id="s", key="k", edition=2)
SOURCE: Any = SimpleNamespace(id="s")


def before(store: Store, ben: str) -> object:
    return store.metrics.before([CORRECTED], reader=ben)


def readable(store: Store, ben: str) -> object:
    return store.metrics.readable(SOURCE, ["k"], reader=ben)


@pytest.mark.parametrize("asked", [before, readable])
def test_by_the_index_of_keys(chat: Chat, asked: Any) -> None:
    plan = plan_of(chat, lambda store: asked(store, chat.ids["ben"]), of="metric_of_person")
    assert "(source_id=? AND key=?)" in plan
