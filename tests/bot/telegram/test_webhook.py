"""Telegram posts updates to a real server: only with the secret, and 200 only after the commit."""

from typing import Any

import httpx
import pytest

from bot.telegram.platform import TelegramPlatform
from bot.telegram.webhook import make_door
from bot.terminal import Complaint
from tests.bot.telegram.conftest import ADA, BEN, SECRET, Room
from tests.studio import STUDIO

NAME = "X-Telegram-Bot-Api-Secret-Token"


def update(text: str, update_id: int = 5) -> dict[str, Any]:
    return {
        "update_id": update_id,
        "message": {
            "message_id": 900,
            "date": 1_790_000_000,
            "chat": {"id": BEN, "type": "private", "first_name": "Ben"},
            "from": {"id": BEN, "is_bot": False, "first_name": "Ben"},
            "text": text,
        },
    }


async def post(room: Room, *, secret: str | bytes | None = SECRET, **more: Any) -> int:
    headers = {} if secret is None else {NAME: secret}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{room.public_url}/telegram/webhook", headers=headers, **more)  # type: ignore[arg-type]
    assert answer.content == b""
    return answer.status_code


async def test_a_check_in_and_a_press_over_the_webhook(hooked: Room) -> None:
    assert "hello" in (await hooked.says(BEN, "/echo hello")).text
    await hooked.presses(BEN, "Do it again")
    assert hooked.noted("ben") == ["hello", "again"]
    assert {status for _, status in hooked.fake.queue.attempts} == {200}
    [call] = hooked.fake.called("setWebhook")
    assert call.args["secret_token"] == SECRET
    assert "drop_pending_updates" not in call.args


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "gehëim".encode(), b"\xff\xfe"])
async def test_without_the_secret_nothing_is_heard(hooked: Room, secret: str | bytes | None) -> None:
    assert await post(hooked, secret=secret, json=update("/echo forged")) == 401
    assert hooked.noted("ben") == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"no json", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"update_id": "5"}', 400),
        (b'{"update_id": true}', 400),
        (b"\xff\xfe\x00", 400),
        (b"[" * 200_000, 400),
        (b'{"update_id": ' + b"9" * 5000 + b"}", 400),
        (b"x" * 1_000_001, 413),
        (b'{"update_id": 5}', 200),
        (b'{"update_id": 6, "message": {"chat": 5}}', 200),
        (b'{"update_id": 7, "callback_query": {"id": "1", "data": 5}}', 200),
    ],
)
async def test_a_bad_body_is_refused_and_breaks_nothing(hooked: Room, body: bytes, status: int) -> None:
    assert await post(hooked, content=body) == status
    assert await post(hooked, json=update("/echo fine", 99)) == 200
    await hooked.fake.settled()
    assert hooked.noted("ben") == ["fine"]


async def test_a_body_without_a_length_is_measured_too(hooked: Room) -> None:
    async def stream() -> Any:
        for _ in range(20):
            yield b"x" * 100_000

    assert await post(hooked, content=stream()) == 413


async def test_a_busy_database_makes_telegram_come_again(hooked: Room) -> None:
    hooked.fake.quiet = 0.5
    assert (await hooked.says(BEN, "/busy")).text == "Not busy any more."
    assert [status for _, status in hooked.fake.queue.attempts] == [503, 200]
    assert hooked.noted("ben") == ["busy"]


async def test_the_same_update_twice_acts_once(hooked: Room) -> None:
    await hooked.says(BEN, "/echo once")
    await hooked.fake.redeliver(hooked.fake.updates[-1]["update_id"])
    await hooked.fake.settled()
    assert hooked.noted("ben") == ["once"]
    assert len([message for message in hooked.fake.chat(BEN) if message.from_bot]) == 1


async def test_a_stopped_platform_asks_telegram_to_wait(hooked: Room) -> None:
    await hooked.platform.stop()
    assert await post(hooked, json=update("/echo late")) == 503


async def test_without_a_secret_there_is_no_door(room: Room) -> None:
    async def take(raw: Any) -> bool:
        return True

    for secret in ("", "a b", "x" * 257):
        with pytest.raises(Complaint, match="TELEGRAM_WEBHOOK_SECRET"):
            make_door(secret, take)
    polling = TelegramPlatform(
        room.core, token=room.fake.token, public_url="https://upbeat.example", studio=STUDIO
    )
    assert not polling.doors
    await polling.stop()


async def test_updates_of_many_chats_at_once(hooked: Room) -> None:
    for number in range(10):
        await hooked.fake.says(BEN, f"/echo {number}")
        await hooked.fake.says(ADA, f"/echo {number}")
    await hooked.fake.settled(timeout=15)
    assert hooked.noted("ben") == hooked.noted("ada") == [str(number) for number in range(10)]
