"""Whatever is sent to the door that Slack uses, it answers calmly, and lets nobody but Slack in."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.door import Refused as Turned
from bot.slack.door import decoded, form_of, unquoted
from bot.slack.heard import read_note
from handlers.kit.requests import Where
from tests.bot.slack.conftest import Room, user
from tests.fakes.slack_delivery import sign

COMMAND = urlencode(
    {
        "command": "/checkin",
        "text": "done secret-words",
        "user_id": user("ada"),
        "channel_id": "DADA",
        "trigger_id": "1.2.3",
        "team_id": "T0000UPBEAT",
    }
)
FORM = "application/x-www-form-urlencoded"


def signed(room: Room, body: str, at: str = "", **more: str) -> dict[str, str]:
    stamp = at or str(int(time.time()))
    return {
        "Content-Type": FORM,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": sign(room.slack.signing_secret, stamp, body),
        **more,
    }


async def post(room: Room, body: bytes | str, headers: dict[str, str]) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            room.url, data=body.encode() if isinstance(body, str) else body, headers=headers
        ) as answer,
    ):
        text = await answer.text()
        assert "Traceback" not in text
        return answer.status


STAMPS = ["abc", "nan", "1e9", "", "9" * 5_000, "-1", "0", "１２３", "1" * 12, str(2**63), "inf", " "]


async def test_a_time_that_is_none_is_refused(room: Room) -> None:
    for stamp in STAMPS:
        headers = signed(room, COMMAND)
        headers["X-Slack-Request-Timestamp"] = stamp.encode("utf-8").decode("latin-1")
        assert await post(room, COMMAND, headers) == 401, stamp[:40]
    assert room.checkins() == []


SIGNATURES = [
    "",
    "v0=",
    "v0=" + "0" * 64,
    "v1=" + "0" * 64,
    "x" * 7_000,
    "v0=é" + "0" * 63,
    "\u00ff",
    "v0=" + "G" * 64,
]


async def test_a_signature_that_is_not_slacks_is_refused(room: Room) -> None:
    for signature in SIGNATURES:
        headers = signed(room, COMMAND, **{"X-Slack-Signature": signature.encode("utf-8").decode("latin-1")})
        assert await post(room, COMMAND, headers) == 401, signature[:40]
    assert room.checkins() == []


async def test_missing_doubled_stale_and_early_signatures_are_refused(room: Room) -> None:
    for missing in ("X-Slack-Signature", "X-Slack-Request-Timestamp"):
        headers = signed(room, COMMAND)
        del headers[missing]
        assert await post(room, COMMAND, headers) == 401
    for seconds in (-301, 330, -(10**9)):  # the clock goes on until it is heard
        stamp = str(int(time.time()) + seconds)
        assert await post(room, COMMAND, signed(room, COMMAND, stamp)) == 401
    assert await post(room, COMMAND + "x", signed(room, COMMAND)) == 401
    assert await post(room, COMMAND, signed(room, COMMAND, str(int(time.time()) - 270))) == 200
    assert len(room.checkins()) == 1


BODIES = [
    *("", "{", "[]", "null", "1", '{"type":', "command=/checkin", "a" * 999_000, "[" * 100_000),
    *("payload=", "payload={", "payload=%7B%22", "payload=[]", "payload=%7B%7D&x=1"),
    '{"type":"event_callback"}',
    '{"type":"event_callback","event":[]}',
    '{"event":"x"}',
    '{"type":"event_callback","event":{"type":"message","channel_type":"im"}}',
    '{"type":"block_actions"}',
    '{"type":"block_actions","actions":[],"user":{"id":"U"}}',
    '{"type":"view_submission","view":1,"user":{"id":"U"}}',
    '{"team":[],"user":5,"type":"shortcut"}',
    '{"authorizations":5,"type":"view_closed"}',
    '{"type":{}}',
]


async def test_a_signed_body_of_no_shape_is_no_error_of_ours(room: Room) -> None:
    for body in BODIES:
        assert await post(room, body, signed(room, body)) in (200, 400), body[:80]


def _form_sent(**view: Any) -> str:
    """A modal of ours that was sent, with something else in it."""
    sent = {"type": "view_submission", "user": {"id": user("ada")}, "trigger_id": "1"}
    made = {"id": "V1", "callback_id": "form", "private_metadata": "d", "blocks": [], "state": {"values": {}}}
    return urlencode({"payload": json.dumps({**sent, "view": {**made, **view}})})


def _pressed(**more: Any) -> str:
    pressed = {"type": "block_actions", "user": {"id": user("ada")}, "actions": [{"value": "k" * 22}], **more}
    return urlencode({"payload": json.dumps(pressed)})


ODD_PARTS = {
    "a view without an id": (_pressed(view={"type": "modal"}), 400),
    "a view that is a word": (_pressed(view="modal"), 400),
    "a container that is a list": (_pressed(container=["x"]), 400),
    "a form whose blocks are words": (_form_sent(blocks=["x"]), 400),
    "a profile that is a list": (
        json.dumps(
            {
                "type": "event_callback",
                "event_id": "E1",
                "event": {"type": "user_change", "user": {"profile": [1]}},
            }
        ),
        400,
    ),
    "somebody picked who is no word": (
        _form_sent(state={"values": {"q0:to": {"to": {"selected_user": ["U1"], "selected_users": [{}]}}}}),
        200,
    ),
    "half a character as a channel": (_form_sent(private_metadata="d C\ud95f x"), 200),
}


@pytest.mark.parametrize(("body", "status"), ODD_PARTS.values(), ids=ODD_PARTS.keys())
async def test_a_part_of_no_shape_is_refused_before_anything_is_done_or_does_no_harm(
    room: Room, body: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    assert await post(room, body, signed(room, body)) == status
    await room.settled()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert status == 200 or room.inbox() == []


async def test_half_a_character_in_a_block_does_not_keep_its_error_back(room: Room) -> None:
    await room.slack.command(user("ada"), "/kudos")
    [view] = room.slack.modal(user("ada"))
    asked = [{"type": "input", "block_id": f"q\ud95f{name}:{name}"} for name in ("to", "why")]
    body = _form_sent(private_metadata=view["private_metadata"], blocks=asked)
    assert await post(room, body, signed(room, body)) == 200


def test_half_a_character_is_no_channel() -> None:
    assert read_note("d C\ud95f x") == ("d", Where())
    assert read_note("d C1 x") == ("d", Where("channel", "C1", "#x"))


async def test_a_body_that_is_no_text_is_refused(room: Room) -> None:
    assert await post(room, b"\xff\xfe\x00" * 99, signed(room, "x")) == 401


async def test_a_body_that_is_too_long_is_refused(room: Room) -> None:
    body = "payload=" + "x" * 1_000_001
    assert await post(room, body, signed(room, body)) == 413

    async def trickle() -> Any:
        for _ in range(40):
            yield b"x" * 50_000

    async with (
        aiohttp.ClientSession() as session,
        session.post(room.url, data=trickle(), headers=signed(room, "x")) as answer,
    ):
        assert answer.status == 413


async def test_whoever_listens_only_when_all_is_sent_hears_that_it_is_too_long(room: Room) -> None:
    def posted() -> int:
        with closing(HTTPConnection(room.url.split("/")[2], timeout=30)) as connection:
            connection.request("POST", "/slack/events", b"x" * 20_000_000, {"connection": "close"})
            return connection.getresponse().status

    assert [await asyncio.to_thread(posted) for _ in range(3)] == [413] * 3


async def test_a_length_that_is_no_bodys_is_answered_all_the_same(room: Room) -> None:
    host, port = room.url.split("/")[2].split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    await writer.drain()
    assert b" 413 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()


async def test_lengths_that_are_none_are_refused(room: Room) -> None:
    host, port = room.url.split("/")[2].split(":")
    for length in ("-1", "abc", "9" * 5_000, "1e3"):
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        await writer.drain()
        line = await asyncio.wait_for(reader.readline(), 5)
        assert line.split()[1] in (b"400", b"413"), line
        writer.close()


async def test_thousands_of_forged_requests_are_all_refused(room: Room) -> None:
    good = signed(room, COMMAND)
    async with aiohttp.ClientSession() as session:
        for number in range(1_000):
            headers, body = dict(good), COMMAND
            if number % 3 == 0:
                at = number % 64
                seal = good["X-Slack-Signature"]
                headers["X-Slack-Signature"] = (
                    seal[: 3 + at] + ("0" if seal[3 + at] != "0" else "1") + seal[4 + at :]
                )
            elif number % 3 == 1:
                body = COMMAND.replace("done", secrets.token_hex(2))
            else:
                headers["X-Slack-Request-Timestamp"] = str(int(good["X-Slack-Request-Timestamp"]) + number)
            async with session.post(room.url, data=body.encode(), headers=headers) as answer:
                assert answer.status == 401
    assert room.checkins() == []


async def test_slack_finds_out_that_the_address_is_ours(room: Room) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "prove-it", "token": "x"})
    headers = signed(room, body, **{"Content-Type": "application/json"})
    async with (
        aiohttp.ClientSession() as session,
        session.post(room.url, data=body, headers=headers) as answer,
    ):
        assert answer.status == 200
        assert "prove-it" in await answer.text()


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=200))
def test_forms_are_read_as_the_standard_library_reads_them(words: str) -> None:
    words = words.encode("utf-8", "replace").decode()
    body = urlencode({"payload": json.dumps({"said": words})})
    assert decoded(body.encode(), FORM.encode()) == {"said": words}


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=20), max_size=4))
def test_commands_are_read_as_the_standard_library_reads_them(fields: dict[str, str]) -> None:
    clean = {
        name.encode("utf-8", "replace").decode(): item.encode("utf-8", "replace").decode()
        for name, item in fields.items()
    }
    body = urlencode(clean)
    assert form_of(body.encode()) == dict(parse_qsl(body, keep_blank_values=True, errors="strict"))


@settings(max_examples=1000, deadline=None)
@given(st.text(alphabet='%0123456789abcDEF+=& {}"\n', max_size=40))
def test_values_that_are_not_well_formed_are_read_alike(value: str) -> None:
    raw = value.replace("&", "")

    def read(work: Callable[[], str]) -> str | None:
        try:
            return work()
        except ValueError:
            return None

    theirs = read(lambda: dict(parse_qsl(f"v={raw}", keep_blank_values=True, errors="strict")).get("v", ""))
    assert read(lambda: unquoted(raw.encode())) == theirs


@pytest.mark.parametrize("body", [b"payload=\xff", b"payload=%ff", b"payload=1", b"\xff=1"])
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Turned) as turned:
        decoded(body, FORM.encode())
    assert turned.value.status == 400


async def test_a_command_that_waited_for_us_is_answered_where_slack_still_shows_it(room: Room) -> None:
    """A process stood still, or had too much to do: Slack has told the person by then that it failed."""
    url, _ = room.slack.new_response_url(room.slack.dm_channel(user("ada")), user("ada"))
    body = f"{COMMAND}&{urlencode({'response_url': url})}"
    assert await post(room, body, signed(room, body, str(int(time.time()) - 20))) == 200
    await room.settled()
    assert len(room.checkins()) == 1
    assert "Checked in" in room.slack.told(user("ada"))


# When it cannot be saved -------------------------------------------------------------------------------------------


async def test_a_command_that_could_not_be_saved_says_so(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/upbeat", "busy")
    assert "nothing was changed" in ack.ephemeral.words
    assert any_room.noted("ada") == []
    assert len(any_room.inbox()) == 0


async def test_a_message_that_could_not_be_saved_is_not_acknowledged_and_comes_again(any_room: Room) -> None:
    slack = any_room.slack
    slack.patience = 1
    said = await slack.says(user("ada"), "busy")
    assert not said.ok or said.status == 503
    await any_room.settled()
    assert "I try again by myself" in slack.told(user("ada"))
    slack.patience = 10
    again = await slack.redeliver(said)
    assert again.ok
    await any_room.settled()
    assert "Not busy any more." in slack.told(user("ada"))
    assert any_room.noted("ada") == ["busy"]


async def test_a_form_that_could_not_be_saved_stays_open_with_what_was_typed(any_room: Room) -> None:
    slack = any_room.slack
    await slack.command(user("ada"), "/upbeat", "lost")
    await slack.submit(user("ada"), {"What happened?": "precious words"})
    view = slack.top(user("ada"))
    assert "cannot save anything just now" in str(view.errors)
    assert "precious words" in str(view.values)


async def test_a_handler_that_fails_is_an_answer_and_not_a_silence(any_room: Room) -> None:
    ack = await any_room.slack.command(user("ada"), "/upbeat", "broken")
    assert "Something went wrong on our side" in ack.ephemeral.words


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("tell @nobody precious words", "I do not know nobody"),
        ("broken precious words", "Something went wrong on our side"),
        ("busy precious words", "cannot save anything just now"),
    ],
)
async def test_what_a_command_said_in_vain_is_shown_again(any_room: Room, said: str, why: str) -> None:
    """Slack shows a command nowhere, so that its words would be gone."""
    ack = await any_room.slack.command(user("ada"), "/upbeat", said)
    assert why in ack.ephemeral.words
    assert "precious words" in ack.ephemeral.words
    assert any_room.noted("ada") == []


async def test_neither_words_nor_tokens_are_logged(any_room: Room, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    slack = any_room.slack
    await slack.command(user("ada"), "/checkin", "done secret-words")
    await slack.says(user("ada"), "checkin done secret-words")
    await slack.command(user("ada"), "/tell", "@ben secret-words")
    await slack.command(user("ada"), "/upbeat", "broken secret-words")
    await slack.command(user("ada"), "/diary", "secret-words")
    await slack.submit(user("ada"), {"How was it?": "3"})
    slack.fail_next("chat.postMessage", "500")
    await any_room.deliver()
    slack.fail_next("views.open", "invalid_auth")
    await slack.command(user("ada"), "/diary", "secret-words")
    if any_room.url:
        await post(any_room, COMMAND, signed(any_room, COMMAND, "5"))
        await post(any_room, "{secret-words", signed(any_room, "{secret-words"))
    await any_room.settled()
    # The database's own library writes down its statements at this level; it is quiet in production.
    logged = "\n".join(
        f"{record.getMessage()} {vars(record)}"
        for record in caplog.records
        if not record.name.startswith(("aiosqlite", "sqlalchemy"))
    )
    for hidden in ("secret-words", slack.bot_token, slack.app_token, slack.signing_secret, "ticket="):
        assert hidden not in logged, hidden


async def test_the_same_request_within_five_minutes_is_one_effect(room: Room) -> None:
    headers = signed(room, COMMAND)
    assert [await post(room, COMMAND, headers) for _ in range(100)] == [200] * 100
    assert len(room.checkins()) == 1


async def test_a_start_warns_of_nothing(
    room: Room, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.stop()
    monkeypatch.setenv("SLACK_BOT_TOKEN", room.slack.bot_token)  # where Bolt looks too
    await room.start()
    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == []
