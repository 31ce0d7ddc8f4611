"""What platforms deliver comes late, twice, never, or makes no sense; sockets break: people are heard all the same."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from handlers.kit.requests import Said
from storage.checkins import CheckIn
from storage.tables import Inbox
from tests.bot.slack.conftest import room_with, user
from tests.bot.telegram.conftest import ADA, BEN, CHEN
from tests.bot.telegram.conftest import room_with as telegram_room
from tests.company import Chat
from tests.faults.figures import Figure

# F27: out of order ---------------------------------------------------------------------------------------------------


async def test_f27_a_press_on_what_is_over_changes_nothing(any_chat: Chat, figure: Figure) -> None:
    """Pressed after it was done, snoozed after it was done, sent after it was closed: the first one counts."""
    chat, cells = any_chat, 0
    await chat.says("ada", "/kudos @ben for the calm incident call")
    preview = chat.last["ada"]
    await chat.presses("ada", "Send privately", on=preview)
    again = await chat.presses("ada", "Send privately", on=preview)
    assert "Something went wrong" not in again
    cells += 1
    await chat.says("ben", "/feedback ask @chen about the release meeting")
    form = await chat.says("ben", "/checkin")
    await chat.does("ben", _closed(form))
    chat.last["ben"] = form
    await chat.submits("ben", done="one")
    chat.last["ben"] = form
    again = await chat.submits("ben", done="two")
    assert "Something went wrong" not in again
    cells += 2
    assert {row.outcome for row in chat.rows(Inbox)}.isdisjoint({"failed"})
    figure(cells, "wrong final states 0")


def _closed(heard: Any) -> Any:
    from handlers.kit.requests import Submitted

    assert heard.form is not None
    return Submitted(heard.form.draft, {"done": "half a thought"}, final=False)


async def test_f27_updates_in_any_order_end_the_same(chat: Chat, figure: Figure) -> None:
    async with telegram_room(chat) as room:
        await room.start()
        for number in range(5):
            room.fake.shuffle_next()
            for who in (ADA, BEN, CHEN):
                await room.fake.says(who, f"/echo {number}")
                await room.fake.says(who, f"/echo {number} again")
            await room.fake.settled(20)
        expected = [words for n in range(5) for words in (str(n), f"{n} again")]
        assert [room.noted(who) for who in ("ada", "ben", "chen")] == [expected] * 3
        figure(30, "wrong final states 0")


OVERTAKEN = (
    ("checkin done A", "checkin done B; next C", {"done": "B", "next": "C"}, 1),
    ("chekin done A", "checkin done B", {"done": "B"}, 1),  # mistyped, and mended
    (
        "checkin done A",
        "1on1 add @ada B",
        {"done": "A"},
        1,
    ),  # edits of anything but a check-in change nothing
    ("1on1 add @ada A", "1on1 add @ada B", None, 0),
)
"""What was said, what it was edited into, and what stands in the end, in whichever order the two arrive."""


def _standing(chat: Chat, who: str) -> list[Any]:
    return [row.answers for row in chat.rows(CheckIn) if row.subject_id == chat.ids[who]]


@pytest.mark.parametrize("early", [True, False], ids=["edit first", "message first"])
@pytest.mark.parametrize(
    ("before", "after", "stands", "times"), OVERTAKEN, ids=["changed", "mended", "else", "none"]
)
async def test_f27_an_edit_that_overtakes_its_message_counts_once(
    any_chat: Chat, early: bool, before: str, after: str, stands: Any, times: int, figure: Figure
) -> None:
    acts = [(before, False), (after, True)]
    for words, edits in acts[::-1] if early else acts:
        await any_chat.says("ben", words, message="m1", edits=edits)
    assert _standing(any_chat, "ben") == [stands] * times
    if stands and "B" in str(stands):
        await any_chat.says("ben", "checkin done again", message="m1", edits=True)
        assert _standing(any_chat, "ben") == [{"done": "again"}]
    figure(1, "wrong final states 0")


async def test_f27_an_old_message_is_not_said_anew_by_editing_it(chat: Chat, figure: Figure) -> None:
    edit = Said("checkin done B", message="m1", edits=True, sent_at=chat.now - timedelta(hours=2))
    heard = await chat.does("ben", edit)
    assert heard.answer.outcome == "ignored"
    assert _standing(chat, "ben") == []
    figure(1, "wrong final states 0")


async def test_f27_on_slack_the_edit_is_answered_and_the_late_message_is_not(
    chat: Chat, figure: Figure
) -> None:
    async with room_with(chat, sockets=False) as room:
        edit, late = await room.slack.edits_before(user("ben"), "checkin done A", "checkin done B")
        assert (edit.ok, late.ok) == (True, True)
        await room.settled()
        said = [message.words for message in room.slack.dm(user("ben")) if message.by_bot]
        assert ["Checked in." in words for words in said] == [True]
        assert (await room.slack.redeliver(late)).ok
        await room.settled()
        assert len([message for message in room.slack.dm(user("ben")) if message.by_bot]) == 1
        assert _standing(chat, "ben") == [{"done": "B"}]
        assert {row.outcome for row in chat.rows(Inbox)} == {"done"}
        figure(2, "wrong final states 0, answered twice 0")


async def test_f27_on_telegram_the_edit_is_answered_and_the_late_message_is_not(
    chat: Chat, figure: Figure
) -> None:
    async with telegram_room(chat) as room:
        await room.start()
        await room.fake.edits_before(BEN, "/checkin done A", "/checkin done B")
        await room.fake.settled(20)
        assert _standing(chat, "ben") == [{"done": "B"}]
        said = [message for message in room.fake.chat(BEN) if message.from_bot]
        assert [("Checked in." in message.text, "done" in message.text.lower()) for message in said] == [
            (True, True)
        ]
        figure(2, "wrong final states 0, answered twice 0")


# F28: lost events ----------------------------------------------------------------------------------------------------


async def test_f28_who_left_while_slack_was_silent_is_noticed_within_the_hour(
    chat: Chat, figure: Figure
) -> None:
    async with room_with(chat, sockets=False) as room:
        members = room.platform._members
        assert members is not None
        await room.slack.until(lambda: all(room.accounts(who) for who in room.chat.ids))
        for who in ("ben", "eve"):
            room.slack.users[user(who)]["deleted"] = True  # and no event says so
        room.slack.users[user("dora")]["is_restricted"] = True
        await members.connect_everybody()  # as once an hour
        assert [account.unreachable for who in ("ben", "eve") for account in room.accounts(who)] == [
            True,
            True,
        ]
        assert room.accounts("dora") == []
        room.slack.users[user("ben")]["deleted"] = False
        await members.connect_everybody()
        assert [account.unreachable for account in room.accounts("ben")] == [False]
        figure(3, "undetected after an hour 0")


# F29: answers that make no sense -------------------------------------------------------------------------------------


async def test_f29_what_makes_no_sense_does_not_make_us_deaf(chat: Chat, figure: Figure) -> None:
    async with telegram_room(chat) as room:
        await room.start()
        for kind in ("nonsense", "no updates", "no json"):
            room.fake.fail_next("getUpdates", kind)
            await room.fake.says(BEN, f"/echo {kind}")
            await room.fake.settled(20)
        assert room.noted("ben") == ["nonsense", "no updates", "no json"]
        other = room.make()
        await other._client.initialize()
        for number in range(3):  # somebody else polls
            await other._client.updates(0, wait=0)
            await room.fake.says(BEN, f"/echo {number}")
        await room.fake.settled(20)
        await other._client.shutdown()
        assert room.noted("ben")[3:] == ["0", "1", "2"]
        figure(6, "deaf 0, lost 0")


# F31: sockets --------------------------------------------------------------------------------------------------------


async def test_f31_sockets_that_are_refreshed_refused_or_half_open_lose_nothing(
    chat: Chat, figure: Figure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.slack.sockets.PING", 0.3)
    gaps: dict[str, float] = {}
    async with room_with(chat, sockets=True) as room:
        slack = room.slack
        for kind in ("refresh", "too_many_websockets", "closed", "half open"):
            before = slack.sockets.connections
            began = time.perf_counter()
            await _disturb(slack, kind)
            await slack.until(lambda before=before: slack.sockets.connections > before, 20)
            while not (  # noqa: ASYNC110
                await slack.command(user("ada"), "/checkin", f"done {kind}")
            ).ok:
                await asyncio.sleep(0.1)
            gaps[kind] = time.perf_counter() - began
        assert sorted(row.answers["done"] for row in room.checkins()) == sorted(gaps)
        figure(4, "lost 0, gaps " + ", ".join(f"{kind} {gap:.1f} s" for kind, gap in gaps.items()))


async def _disturb(slack: Any, kind: str) -> None:
    sockets = list(slack.sockets.sockets)
    if kind == "refresh":
        await slack.refresh_sockets()
    elif kind == "half open":
        for socket in sockets:
            socket._autoping = False  # it swallows everything and answers nothing, not even a ping
            socket._reader.exception()
            socket._req.transport.pause_reading()
    else:
        for socket in sockets:
            if kind == "too_many_websockets":
                await socket.send_json({"type": "disconnect", "reason": kind, "debug_info": {"host": "x"}})
            await socket.close()


# F36: hostile text ---------------------------------------------------------------------------------------------------

HOSTILE = {
    "1 MB": "x" * 1_000_000,
    "emoji": "😀" * 40_000,
    "right to left": "\u202e\u2066abc\u2069 שלום",
    "zero width": "a\u200b\u200d\ufeff" * 100,
    "combining": "e" + "\u0301" * 1_000,
    "NUL": "a\x00b\x00",
    "lone surrogate": "a\ud800b\udfff",
    "line separator": "a\u2028b\u2029c",
    "controls": "".join(map(chr, range(32))),
    "markup": "<!channel> @everyone [x](javascript:1) *b* =1+1",
}


async def test_f36_hostile_text_is_kept_or_refused_with_a_sentence(any_chat: Chat, figure: Figure) -> None:
    chat, cells = any_chat, 0
    for kind, words in HOSTILE.items():
        for said in (f"/checkin done {words}", words, f"/kudos @ben for {words}", f"/1on1 add @ben {words}"):
            heard = await chat.says("ada", said)
            assert heard.answer.outcome not in ("failed",), kind
            assert heard.card or heard.form or heard.answer.asked, kind
            cells += 1
        assert (await chat.says("ada", "/checkin history")).card, kind
    figure(cells, "crashes 0")
