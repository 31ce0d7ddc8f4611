"""The customer's page in a company in which every field holds a word of its own: it shows questions and a name."""

from __future__ import annotations

from pathlib import Path

import httpx

from bot.web.server import make_server
from storage.store import Store
from tests.bot.web.house import House
from tests.walks.canaries import cycle_of, texts_in
from tests.walks.judging import State
from tests.walks.tour import opened


async def test_a_customer_sees_questions_and_a_name(states: dict[str, State], tmp_path: Path) -> None:
    state = states["today"]
    async with opened(state.file, tmp_path / "company.db", state.at) as chat:
        ids = chat.ids = state.canaries.ids

        def asks(store: Store) -> str:
            cycle = cycle_of(store)
            store.change(cycle, phase="write")
            made = store.reviews.invites.make(cycle, ids["ben"], by=ids["ada"], guest="Blue Mill", address="")
            return made[1]

        token = chat.change(asks)
        transport = httpx.ASGITransport(make_server(House(chat.core)), client=("203.0.113.9", 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as browser:
            page = await browser.get(f"/customer/{token}")
            wrong = await browser.post(f"/customer/{token}", data={"results": "x" * 13_000})
            sent = await browser.post(
                f"/customer/{token}", data={"results": "On time"}, follow_redirects=True
            )
            gone = await browser.get(f"/customer/{token}")
    assert [page.status_code, wrong.status_code, sent.status_code, gone.status_code] == [200, 422, 200, 200]
    found = {
        state.canaries.words[token]
        for answer in (page, wrong, sent, gone)
        for text in texts_in(answer.content + repr(answer.headers).encode())
        for token in state.canaries.found_in(text)
    }
    assert {word.kind for word in found} == {"profile", "template"}
    assert {word.subject_id for word in found if word.kind == "profile"} == {ids["ben"]}
