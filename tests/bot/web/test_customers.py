"""The customer's page: a form without an account, once, and nothing else to be learned from it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.web import customers
from bot.web.customers import Pace
from bot.web.server import make_server
from handlers.kit.cards import Link
from storage.reviews import CUSTOMER, Review, ReviewInvite
from storage.tables import AuditRow
from tests.bot.web.house import House
from tests.bot.web.window import Window
from tests.company import Chat
from tests.handlers.reviewing import go_on, launched, press_beside, the_cycle
from tests.handlers.test_reviews_results import people_of_hr

HERE = "http://127.0.0.1:8080"


@pytest.fixture
async def browser(any_chat: Chat) -> AsyncIterator[httpx.AsyncClient]:
    """A customer's browser, somewhere in the world."""
    async with browser_of(any_chat) as made:
        yield made


def browser_of(chat: Chat) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(make_server(House(chat.core)), client=("203.0.113.9", 1))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers={"accept": "text/html"})


async def asked(chat: Chat, guest: str = "Blue Mill") -> str:
    """The link for a customer who is asked about Ben."""
    if not chat.rows(Review):
        await launched(chat, others="peer customer")
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest=guest, address="mill@example.com")
    assert heard.card, heard.text
    (link,) = (part for part in heard.card.parts if isinstance(part, Link))
    return link.url.removeprefix(HERE)


def written(chat: Chat) -> list[Review]:
    return [row for row in chat.rows(Review) if row.role == CUSTOMER]


async def test_a_customer_writes_once(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    page = await browser.get(path)
    assert page.status_code == 200
    assert "How is it to work with Ben Okri?" in page.text
    assert "Read by the managers of Ben Okri and their HR" in page.text
    sent = await browser.post(
        path, data={"results": "On time, twice", "results_points": "4", "keep": "<b>calls</b>"}
    )
    assert (sent.status_code, sent.headers["location"]) == (303, path)
    assert "What you wrote was handed in" in (await browser.get(path)).text
    (row,) = written(chat)
    assert row.answers["results"] == {"words": "On time, twice", "points": 4}
    assert (row.guest, row.author_id, row.kind) == ("Blue Mill", None, "review_peer")
    again = await browser.post(path, data={"results": "Never mind"})
    assert again.status_code == 410
    assert [row.answers for row in written(chat)] == [row.answers]

    await go_on(chat, "write")
    heard = await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest="Red Mill")
    heard = await chat.presses("ada", "Who is asked")
    assert "Blue Mill (mill@example.com): handed in" in heard
    assert "Red Mill: asked, until" in heard


async def test_whoever_asks_a_customer_reads_in_chinese_about_whom(any_chat: Chat) -> None:
    await any_chat.says("ada", "/settings language 中文")
    await asked(any_chat)
    assert "评价对象：Ben Okri" in any_chat.last["ada"]
    await any_chat.presses("ada", "邀请了谁")
    assert "Blue Mill（mill@example.com）：已被撤回" in await any_chat.presses("ada", "撤回链接")


async def test_looking_changes_nothing(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    """A preview of a chat, a scanner of a mail server: whatever opens the link may, as often as it likes."""
    chat, path = any_chat, await asked(any_chat)
    before = [row.__dict__ for row in chat.rows(ReviewInvite)], len(chat.rows(AuditRow))
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(3):
            await browser.request(method, path)
    assert ([row.__dict__ for row in chat.rows(ReviewInvite)], len(chat.rows(AuditRow))) == before
    assert (await browser.get(path)).status_code == 200


async def test_it_is_over_after_seven_days(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    chat.wait(days=7)
    for answer in (await browser.get(path), await browser.post(path, data={"results": "Late"})):
        assert answer.status_code == 410
        assert "This link works no more" in answer.text
        assert "Ben" not in answer.text
    assert written(chat) == []


async def test_it_is_over_when_it_is_taken_back_or_the_time_of_writing_is(
    any_chat: Chat, browser: httpx.AsyncClient
) -> None:
    chat, first = any_chat, await asked(any_chat)
    second = await asked(chat, "Red Mill")
    link = chat.last["ada"]
    await chat.presses("ada", "Who is asked", on=link)
    heard = await chat.presses("ada", "Take back")  # the last of them
    assert "Red Mill (mill@example.com): it was taken back" in heard
    assert (await browser.get(second)).status_code == 410
    assert (await browser.get(first)).status_code == 200
    await go_on(chat, "calibrate")
    assert (await browser.post(first, data={"results": "Late"})).status_code == 410
    heard = await chat.presses("ada", "Who is asked", on=link)
    assert "Blue Mill (mill@example.com): not handed in, and the time of writing is over" in heard
    await go_on(chat, "closed")
    assert all(row.revoked_at for row in chat.rows(ReviewInvite))
    assert written(chat) == []


async def test_what_comes_too_late_is_not_lost_and_not_said_to_be_handed_in(
    any_chat: Chat, browser: httpx.AsyncClient
) -> None:
    chat, path = any_chat, await asked(any_chat)
    other = await asked(chat, "Red Mill")
    once = {"results": "On time, twice", "results_points": "4", "keep": "The calls\r\nand the notes"}
    await browser.post(path, data=once)
    assert (await browser.post(path, data=once)).status_code == 303, "the same, sent twice"
    late = await browser.post(path, data={**once, "keep": "An hour's work"})
    assert late.status_code == 410
    for words in ("This link was used already", "It was not handed in.", "An hour&#39;s work"):
        assert words in late.text
    await go_on(chat, "calibrate")
    late = await browser.post(other, data={"results": "Late, and long"})
    assert "This link works no more" in late.text
    assert "Late, and long" in late.text
    assert len(written(chat)) == 1


async def test_of_two_who_hand_in_at_the_same_instant_one_hears_that_theirs_is_not_kept(
    postgres_chat: Chat,
) -> None:
    chat, path = postgres_chat, await asked(postgres_chat)
    async with browser_of(chat) as browser:
        with chat.database.engine.begin() as quicker:
            quicker.exec_driver_sql("UPDATE review_invite SET used_at = made_at")
            slower = asyncio.ensure_future(browser.post(path, data={"results": "An hour's work"}))
            await asyncio.sleep(0.2)
            assert not slower.done()
        late = await slower
    assert (late.status_code, written(chat)) == (410, [])
    assert "It was not handed in." in late.text
    assert "An hour&#39;s work" in late.text


async def test_in_a_pause_it_says_to_come_back(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Pause")
    answer = await browser.post(path, data={"results": "On time"})
    assert "The link works again when it goes on." in answer.text
    assert "On time" in answer.text
    assert written(chat) == []
    await chat.presses("hana", "Go on")
    assert (await browser.post(path, data={"results": "On time"})).status_code == 303
    assert len(written(chat)) == 1


async def test_it_is_over_while_the_person_has_left(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    had_not_left = chat.leaves("ben")
    answer = await browser.get(path)
    assert answer.status_code == 410
    assert "Ben" not in answer.text
    assert (await browser.post(path, data={"results": "On time"})).status_code == 410
    assert written(chat) == []
    had_not_left()
    assert (await browser.get(path)).status_code == 200


async def test_nobody_guesses_one(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    secret, _, signature = path.removeprefix("/customer/").partition(".")
    other = await asked(chat, "Red Mill")
    for bad in (
        secret,
        f"{secret}.",
        f"{secret}.{signature[:-1]}",
        f"{secret[:-1]}.{signature}",
        f"{other.removeprefix('/customer/').partition('.')[0]}.{signature}",
        "%00",
        "é" * 40,
        "a" * 3000,
        "..%2f..%2fetc",
        chat.rows(ReviewInvite)[0].id,
        chat.rows(ReviewInvite)[0].digest,
    ):
        for answer in (await browser.get(f"/customer/{bad}"), await browser.post(f"/customer/{bad}")):
            assert answer.status_code == 404, bad
            assert "There is nothing here" in answer.text
            assert "Back to the chat" not in answer.text  # a customer has none
    assert written(chat) == []
    assert signature not in repr([row.__dict__ for row in chat.rows(ReviewInvite)])


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    any_chat: Chat, browser: httpx.AsyncClient
) -> None:
    path, long = await asked(any_chat), "长" * 12_001
    for given, said in (
        (
            {"results": long, "keep": "stays <i>here</i>"},
            "This is 12,001 characters long; 12,000 fit here. Please shorten it.</",
        ),
        ({"results_points": "9", "keep": "stays <i>here</i>"}, "Please pick one of the options."),
    ):
        answer = await browser.post(path, data=given)
        assert answer.status_code == 422
        assert said in answer.text
        assert "stays &lt;i&gt;here&lt;/i&gt;</textarea>" in answer.text
    assert long not in (await browser.get(path)).text
    answer = await browser.post(path, data={"results": "   "})
    assert "Nothing is written yet" in answer.text
    assert written(any_chat) == []
    assert (await browser.post(path, data={"results": "长" * 12_000})).status_code == 303
    assert len(written(any_chat)[0].answers["results"]["words"]) == 12_000


async def test_it_is_in_chinese_for_who_reads_it(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    path, chinese = await asked(any_chat), {"accept-language": "zh-CN,zh;q=0.9"}
    page = await browser.get(path, headers=chinese)
    assert 'lang="zh-Hans"' in page.text
    assert "与 Ben Okri 合作得怎么样？" in page.text
    assert not re.search(r"[A-Za-z]{4,} [a-z]{3,} [a-z]{2,}", re.sub(r"<[^>]*>", "", page.text))
    await browser.post(path, data={"results": "准时"})
    assert "你填写的内容已提交" in (await browser.get(path, headers=chinese)).text


async def test_the_page_says_nothing_else(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    chat, path = any_chat, await asked(any_chat)
    page = await browser.get(path)
    for word in (
        "Ada",
        "Engines",
        "Autumn",
        "Blue Mill",
        "mill@example.com",
        "ben@example.com",
        the_cycle(chat).id,
    ):
        assert word not in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in page.headers


async def test_other_sites_post_nothing(any_chat: Chat, browser: httpx.AsyncClient) -> None:
    path = await asked(any_chat)
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert (await browser.post(path, data={"results": "x"}, headers=headers)).status_code == 403
    files = {f"f{n}": (f"{n}.txt", b"x") for n in range(2)}
    assert (await browser.post(path, files=files)).status_code == 400
    assert (await browser.post(path, data={f"f{n}": "x" for n in range(300)})).status_code == 400
    assert (await browser.post(path, content=b"x" * 1_100_000)).status_code == 413
    assert written(any_chat) == []


async def test_who_comes_too_often_waits(any_chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await asked(any_chat)
    monkeypatch.setattr(customers, "MOST_A_MINUTE", 3)
    monkeypatch.setattr(Pace.__init__, "__defaults__", (3,))
    transport = httpx.ASGITransport(make_server(House(any_chat.core)), client=("203.0.113.9", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(
        transport=transport, base_url=HERE, headers={"accept": "text/html"}
    ) as often:
        codes = [(await often.get(path)).status_code for _ in range(5)]
        assert codes == [200, 200, 200, 429, 429]
        assert "Please wait a minute" in (await often.get(path)).text


async def test_who_may_ask(chat: Chat) -> None:
    await launched(chat, others="peer customer")
    for who, said in (
        ("ben", "This is for people whom somebody reports to"),
        ("grace", "Customers are asked by the manager of Ben Okri, or by somebody in HR"),
    ):
        heard = await chat.says(who, "/review customer")
        if heard.form:
            heard = await chat.submits(who, whom="ben", guest="Blue Mill")
        assert said in heard
    for who in ("hana", "ada"):
        await chat.says(who, "/review customer")
        assert "Pass this link on to Blue Mill" in await chat.submits(who, whom="ben", guest="Blue Mill")
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ada", guest="Blue Mill")
    assert "Customers are asked by" in heard or "somebody else than yourself" in heard


async def test_nobody_in_hr_asks_customers_about_their_own_manager(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, units="Board", others="peer customer")
    await chat.says("hana", "/review customer")
    heard = await chat.submits("hana", whom="grace", guest="Blue Mill")
    assert "somebody in HR who does not report to them" in heard
    people_of_hr(chat)
    await chat.says("yan", "/review customer")
    assert "Pass this link on to Blue Mill" in await chat.submits("yan", whom="grace", guest="Blue Mill")


async def test_a_cycle_that_asks_no_customers_says_so(chat: Chat) -> None:
    await launched(chat)
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest="Blue Mill")
    assert "No review cycle that runs asks customers about Ben Okri." in heard


async def test_of_two_cycles_the_one_that_still_takes_answers_is_meant(chat: Chat) -> None:
    await asked(chat)
    await chat.says("hana", "/review new Pilot")
    await chat.submits("hana", units="Engines", others="peer customer")
    await chat.presses("hana", "Launch")
    await chat.says("hana", "/review cycles")
    await press_beside(chat, "hana", "Pilot", "Open")
    assert "Calibration" in [await chat.presses("hana", "Next phase") for _ in range(3)][-1]
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest="Blue Mill")
    assert "Pass this link on to Blue Mill" in heard
    assert "Autumn 2026" in heard


async def test_no_customer_is_asked_for_a_test_run(chat: Chat) -> None:
    await asked(chat)
    await chat.says("hana", "/review new Pilot")
    await chat.submits("hana", units="Engines", others="peer customer")
    await chat.presses("hana", "Test run")
    await chat.says("ada", "/review customer")
    heard = await chat.submits("ada", whom="ben", guest="Red Mill")
    assert "Autumn 2026" in heard, "what they write would go with the test"
    assert "Pilot" not in heard


async def test_the_person_reads_it_when_it_is_shared(chat: Chat) -> None:
    path = await asked(chat)
    transport = httpx.ASGITransport(make_server(House(chat.core)), client=("203.0.113.9", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as customer:
        await customer.post(path, data={"results": "On time, twice"})
    (row,) = written(chat)
    ids = chat.ids
    seen = {
        who for who in ids if chat.change(lambda store, who=who: store.reviews.get(row.id, reader=ids[who]))
    }
    assert seen == {"ada", "hana"}

    def share(store: object) -> None:
        cycle = store.reviews.cycles.get(row.cycle_id)  # type: ignore[attr-defined]
        store.reviews.releasing.release(store.reviews.releasing.to_release(cycle, ids["ben"]), cycle)  # type: ignore[attr-defined]

    chat.change(share)
    seen = {
        who for who in ids if chat.change(lambda store, who=who: store.reviews.get(row.id, reader=ids[who]))
    }
    assert seen == {"ben", "ada", "grace", "hana"}


async def test_in_a_real_browser_without_a_script(window: Window) -> None:
    chat = window.chat
    path = await asked(chat)
    context = await window.browser.new_context(java_script_enabled=False, locale="en-US")
    page = await context.new_page()
    await page.goto(window.house.url + path)
    await page.get_by_label("Results: what shows it?").fill("On time, twice")
    await page.get_by_role("group", name="Results").get_by_role("radio").nth(3).check()
    await page.get_by_role("button", name="Hand in").click()
    await page.get_by_role("heading", name="Thank you").wait_for()
    (row,) = written(chat)
    assert row.answers["results"] == {"words": "On time, twice", "points": 4}
    await context.close()
