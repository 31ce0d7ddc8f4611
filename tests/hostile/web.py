"""What a browser could send to the local chat: fields that nobody asked for, files, forged addresses."""

from __future__ import annotations

from urllib.parse import quote, quote_plus

from bot.web.server import make_server
from tests.bot.web.house import House
from tests.company import Chat
from tests.hostile.asgi import asked
from tests.hostile.bending import Dice
from tests.hostile.kit import Acts
from tests.hostile.sweep import Tally
from tests.walks.test_drawing import assert_harmless
from tests.walks.tour import EVERYBODY

HOST = {"host": "127.0.0.1:8080", "accept": "text/html"}
FORM = "application/x-www-form-urlencoded"
FIELDS = (
    "words",
    "edits",
    "handle",
    "message",
    "shortcut",
    "emoji",
    "draft",
    "closed",
    "asked",
    "several",
    "view",
    "key",
)


async def hostile_web(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Every answer is a page in which nothing is alive, or a refusal; never an error of ours."""
    house = House(chat.core)
    for platform in house.platforms:
        await platform.start()
    server = make_server(house)  # type: ignore[arg-type]
    acts = Acts(chat)
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=acts.ids)
        method, path, body, kind = _request(dice, acts)
        status, page = await asked(server, method, path, body, {**HOST, "content-type": kind})
        tally.outcomes[str(status)] += 1
        if status >= 500:
            tally.broken.append(f"case {dice.seed}: {status} for {method} {path[:100]!r}")
        if not path.endswith(".js"):
            assert_harmless(page.decode())
    assert tally.outcomes["200"] > cases / 4


def _request(dice: Dice, acts: Acts) -> tuple[str, str, bytes, str]:
    who = quote(dice.one(EVERYBODY) if dice.often(0.9) else dice.words()[:40], safe="", errors="replace")
    if dice.often(0.15):
        where = dice.one(
            ("home", "upbeat", "in/C1", f"with/{dice.id()}", f"files/{dice.id()}", "in/%00", "..", "")
        )
        return (
            "GET",
            f"/as/{who}/{quote(str(where), errors='replace')}?most={dice.one((1, -1, 'x', 99999))}",
            b"",
            FORM,
        )
    deed = dice.one(("say", "say", "press", "open", "react", "form", "form", "nothing"))
    fields = [(name, _field(dice, acts, name)) for name in FIELDS if dice.often(0.7)]
    fields += [(f"q-{name}", dice.words()[:3000]) for name in ("why", "to", "words", "x") if dice.often(0.5)]
    if dice.often(0.2):
        return "POST", f"/as/{who}/{deed}", _with_file(dice, fields), "multipart/form-data; boundary=b"
    body = "&".join(f"{name}={quote_plus(item, errors='surrogatepass')}" for name, item in fields).encode()
    return (
        "POST",
        f"/as/{who}/{deed}",
        body,
        FORM if dice.often(0.95) else dice.one(("text/plain", "multipart/form-data", "")),
    )


def _field(dice: Dice, acts: Acts, name: str) -> str:
    if name == "words":
        return dice.words()[:20_000]
    if name in ("handle", "draft", "message", "edits"):
        return str(dice.one(acts.keys) if name == "handle" and dice.often(0.7) else dice.id())
    known = {
        "view": ("home", "upbeat", "in/C1", "in/C9", "with/x", "\x00"),
        "closed": ("", "", "1"),
        "key": ("", "k" * 65),
    }
    known |= {
        "emoji": ("clap", "tada", "x"),
        "shortcut": ("checkin", "kudos", "x"),
        "asked": ("why", "to", "words", "x"),
    }
    return str(dice.one(known[name])) if name in known and dice.often(0.95) else dice.words()[:500]


def _with_file(dice: Dice, fields: list[tuple[str, str]]) -> bytes:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{item}\r\n' for name, item in fields
    ]
    name = dice.words()[:60].replace('"', "")
    parts.append(
        f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}.csv"\r\n\r\n{dice.words()}\r\n'
    )
    end = "--b--\r\n" if dice.often(0.95) else "--b"
    return ("".join(parts) + end).encode("utf-8", "surrogatepass")
