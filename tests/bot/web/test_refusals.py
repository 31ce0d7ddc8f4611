"""Whom the local chat refuses: other machines, other names, other sites, bodies and addresses that make no sense."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.settings import Settings
from bot.web.server import make_server
from tests.bot.web.house import House
from tests.company import Chat

HERE = "http://127.0.0.1:8080"
PAGES = {"accept": "text/html"}


@pytest.fixture
async def house(chat: Chat) -> AsyncIterator[House]:
    house = House(chat.core)
    async with house.running():
        yield house


def client(house: House, *, address: str = "127.0.0.1", base: str = HERE) -> httpx.AsyncClient:
    """A program at that address that calls the server by that name."""
    transport = httpx.ASGITransport(make_server(house), client=(address, 1), raise_app_exceptions=False)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=base)


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client(house) as made:
        yield made


@pytest.mark.parametrize("address", ["10.0.0.5", "192.168.1.20", "2001:db8::1"])
async def test_another_machine_is_refused(house: House, address: str) -> None:
    async with client(house, address=address) as stranger:
        for path in ("/", "/as/ada/home", "/as/ada/events"):
            found = await stranger.get(path, headers=PAGES)
            assert found.status_code == 403
            assert "Ada" not in found.text


@pytest.mark.parametrize(
    "base", ["http://evil.example", "http://127.0.0.1.evil.example:8080", "http://10.0.0.5:8080"]
)
async def test_a_name_that_was_pointed_here_is_refused(house: House, base: str) -> None:
    async with client(house, base=base) as rebound:
        assert (await rebound.get("/as/ada/home")).status_code == 403
        assert (await rebound.post("/as/ada/say", data={"words": "hi"})).status_code == 403


@pytest.mark.parametrize("base", ["http://localhost:8080", "http://[::1]:8080", HERE])
async def test_this_machine_is_welcome_by_each_of_its_names(house: House, base: str) -> None:
    async with client(house, base=base) as mine:
        assert (await mine.get("/as/ada/home")).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "upbeat.example"])
def test_it_is_not_served_on_another_address(host: str) -> None:
    settings = Settings(_env_file=None, UPBEAT_HOST=host, UPBEAT_LOCAL_CHAT="on")  # type: ignore[call-arg]
    assert not settings.serves_local_chat


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_site_cannot_act_for_a_person(
    chat: Chat, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    sent = await browser.post(
        "/as/ada/say", data={"words": "/checkin done it", "view": "upbeat"}, headers=headers
    )
    assert sent.status_code == 403
    assert "done it" not in await chat.says("ada", "/checkin history")


@pytest.mark.parametrize(
    "path",
    [
        "/as/nobody/home",
        "/as/ada/in/nowhere",
        "/as/ada/with/nobody",
        "/as/ada/files/other",
        "/as/ada",
        "/wp-login.php",
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/as/%00/home",
        "/as/%ff/home",
    ],
)
async def test_what_is_not_there_is_a_friendly_page(browser: httpx.AsyncClient, path: str) -> None:
    found = await browser.get(path, headers=PAGES)
    assert found.status_code == 404
    assert "There is nothing here" in found.text
    assert "Back to the chat" in found.text


async def test_every_answer_is_strict_about_what_a_browser_may_do(browser: httpx.AsyncClient) -> None:
    for path in ("/as/ada/home", "/healthz", "/nothing", "/static/chat.js"):
        headers = (await browser.get(path)).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


async def test_no_page_has_a_script_or_a_style_inside(browser: httpx.AsyncClient) -> None:
    for path in ("/as/ada/home", "/as/ada/upbeat", "/nothing"):
        page = (await browser.get(path, headers=PAGES)).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count('<script src="/static/')


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"words=%ff%fe", b"", b"{", b"a" * 5000, b"&" * 2000, b"=" * 100]
)
@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/json",
        "",
    ],
)
async def test_a_body_that_makes_no_sense_never_breaks_anything(
    browser: httpx.AsyncClient, body: bytes, kind: str
) -> None:
    sent = await browser.post("/as/ada/say", content=body, headers={"content-type": kind})
    assert sent.status_code < 500


async def test_what_is_too_big_is_refused(browser: httpx.AsyncClient) -> None:
    big = {"words": "x" * 1_100_000, "handle": "", "view": "upbeat"}
    assert (await browser.post("/as/ada/press", data=big)).status_code == 413
    file = {"file": ("people.csv", b"x" * 10_100_000)}
    assert (await browser.post("/as/hana/say", data={"view": "upbeat"}, files=file)).status_code == 413
    huge = {"file": ("people.csv", b"x" * 11_000_000)}
    refused = await browser.post("/as/hana/say", data={"view": "upbeat"}, files=huge, headers=PAGES)
    assert refused.status_code == 413
    assert "10 MB" in refused.text


async def test_handles_and_drafts_that_are_not_ones_own_say_the_same_nothing(
    chat: Chat, browser: httpx.AsyncClient
) -> None:
    heard = await chat.says("ada", "/checkin done the login page")
    handle = heard.buttons["Change"].handle
    form = (await chat.says("ada", "/kudos")).answer.form
    assert form is not None
    pages = [
        (await browser.post("/as/ben/press", data={"handle": given, "view": "upbeat"})).text
        for given in (handle, "made-up", "", "\x00", "é" * 100)
    ]
    pages.append((await browser.post("/as/ben/form", data={"draft": form.draft, "view": "upbeat"})).text)
    for page in pages:
        assert "not valid any more" in page
        assert "login page" not in page


async def test_a_message_of_somebody_elses_private_talk_cannot_be_touched(
    chat: Chat, browser: httpx.AsyncClient
) -> None:
    await browser.post("/as/ada/say", data={"words": "/checkin done a secret thing", "view": "upbeat"})
    private = chat.change(
        lambda store: store.webchat.messages(f"dm-{chat.ids['ada']}", reader=chat.ids["ada"], most=9)
    )
    chat.change(lambda store: store.accounts.seen_place("web", "general", "#general"))
    for row in private:
        mine = {"message": row.id, "view": "in/general"}
        deeds = [
            ("react", {"emoji": "tada"}),
            ("open", {"shortcut": "kudos_for_this"}),
            ("say", {"edits": row.id, "words": "written over"}),
        ]
        for deed, more in deeds:
            page = await browser.post(f"/as/ben/{deed}", data={**mine, **more})
            assert page.status_code == 200
            assert "secret" not in page.text
    assert "written over" not in (await browser.get("/as/ada/upbeat")).text
    assert "secret" not in (await browser.get(f"/as/ben/in/dm-{chat.ids['ada']}")).text


async def test_a_file_is_for_its_reader_alone(chat: Chat, browser: httpx.AsyncClient) -> None:
    file = chat.change(lambda store: store.files.keep(chat.ids["ada"], "meine Akte 我.json", b"{}"))
    mine = await browser.get(f"/as/ada/files/{file}")
    assert mine.content == b"{}"
    assert "attachment" in mine.headers["content-disposition"]
    assert (await browser.get(f"/as/ben/files/{file}")).status_code == 404


async def test_the_same_deed_sent_twice_is_done_once(chat: Chat, browser: httpx.AsyncClient) -> None:
    for _ in range(2):
        await browser.post(
            "/as/ada/say", data={"words": "/1on1 add @ben the roadmap", "view": "upbeat", "key": "one"}
        )
    shown = (await browser.get("/as/ada/upbeat")).text
    assert shown.count("Your point is on the agenda") == 1
    assert chat.told("ben").count("the roadmap") == 1


async def test_who_left_cannot_be_played(chat: Chat, browser: httpx.AsyncClient) -> None:
    from storage.tables import PersonRow

    def leave(store: object) -> None:
        row = store.one(PersonRow, PersonRow.id == chat.ids["eve"])  # type: ignore[attr-defined]
        store.change(row, left_at=chat.now, revision=store.people_changed())  # type: ignore[attr-defined]

    chat.change(leave)
    assert (await browser.get("/as/eve/home")).status_code == 404
