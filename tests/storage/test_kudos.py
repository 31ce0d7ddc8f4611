"""A person's thanks cost what they are, however many the whole company gave: each question goes by who it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from storage.store import Store
from tests.company import Chat
from tests.storage.plans import plan_of

LONG = timedelta(days=730)
QUESTIONS: dict[str, tuple[str, Callable[[Store, str], object]]] = {
    "what a review stands on": (
        "ix_kudos_subject_id",
        lambda store, ben: store.reviews.evidence.about(ben, store.now - LONG, store.now, reader="x"),
    ),
    "what they got": (
        "ix_kudos_subject_id",
        lambda store, ben: store.kudos.received(ben, limit=5, since=store.now - LONG),
    ),
    "what they ever got": ("ix_kudos_subject_id", lambda store, ben: store.kudos.received(ben, limit=5)),
    "how often": ("ix_kudos_subject_id", lambda store, ben: store.kudos.totals(ben)),
    "whether they were": (
        "ix_kudos_subject_id",
        lambda store, ben: store.kudos.thanked([ben], store.now - LONG, reader="x"),
    ),
    "what they gave": ("ix_kudos_author_id", lambda store, ben: store.kudos.given(ben, limit=5)),
    "today's points": ("ix_kudos_author_id", lambda store, ben: store.kudos.points_given(ben, store.now)),
    "one of them": ("sqlite_autoindex_kudos", lambda store, ben: store.kudos.standing("x", reader=ben)),
    "the digest's": (
        "kudos_by_time",
        lambda store, ben: store.kudos.posted_between(store.now - LONG, store.now),
    ),
}


@pytest.mark.parametrize("asked", QUESTIONS)
def test_thanks_are_found_by_whose_they_are(chat: Chat, asked: str) -> None:
    index, question = QUESTIONS[asked]
    plan = plan_of(chat, lambda store: question(store, chat.ids["ben"]), of="kudos")
    assert f"SEARCH kudos USING INDEX {index}" in plan
