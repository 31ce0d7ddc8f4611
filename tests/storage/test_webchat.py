"""The local chat's own rows, when two pages of one person say the same thing at the same moment."""

from __future__ import annotations

import asyncio
from functools import partial

from storage.store import Store
from storage.webchat import WebReaction, WebSeen
from tests.company import Chat


async def test_two_pages_read_the_same_channel_at_once(any_chat: Chat) -> None:
    marks = [f"{number:032}" for number in range(30)]

    def read(mark: str, store: Store) -> None:
        store.webchat.saw(any_chat.ids["ben"], "C1", mark)

    at_once = (asyncio.to_thread(any_chat.database.write_now, partial(read, mark)) for mark in marks)
    await asyncio.gather(*at_once)
    assert [row.last for row in any_chat.rows(WebSeen)] == [marks[-1]]


async def test_the_same_emoji_from_two_pages_at_once_stands_once_or_not_at_all(any_chat: Chat) -> None:
    def react(store: Store) -> None:
        store.webchat.react("m1", any_chat.ids["ben"], "tada")

    at_once = (asyncio.to_thread(any_chat.database.write_now, react) for _ in range(30))
    await asyncio.gather(*at_once)
    assert len(any_chat.rows(WebReaction)) <= 1
