"""HR reads private feedback only when two of them agree, with a reason, for a day; each reading is noted and told."""

from __future__ import annotations

import json

import pytest
from sqlmodel import col

from handlers.kit.cards import Document
from handlers.kit.requests import Pressed
from storage.policy import TABLE, Kind, Relation, Right
from storage.tables import AuditRow
from tests.company import Chat, Heard
from tests.handlers.test_people import COMPANY, sends

SECOND = "ines@example.com,Inês Sá,grace@example.com,People,Europe/Lisbon,en,hr,,\n"
THIRD = "yuki@example.com,Yuki Mori,grace@example.com,People,Europe/Lisbon,zh,hr,,\n"


async def joins(chat: Chat, *rows: str) -> None:
    """HR has more people."""
    await sends(chat, "hana", COMPANY + "".join(rows))
    await chat.presses("hana", "Apply")
    for row in rows:
        email = row.partition(",")[0]
        who = email.partition("@")[0]
        chat.ids[who] = chat.change(lambda store, email=email: store.directory.with_email(email).id)
        chat.change(lambda store, who=who: store.accounts.link(chat.ids[who], "web", who, username=who))


async def asked(chat: Chat, who: str = "ben") -> Heard:
    """Eve has given Ben feedback; Hana asks to read it."""
    await joins(chat, SECOND)
    await chat.says("eve", "/feedback @ben situation SECRET; behaviour calm; effect good")
    return await chat.says("hana", f"/upbeat break glass @{who} because of a COMPLAINT")


async def opened(chat: Chat) -> Heard:
    await asked(chat)
    await chat.presses("ines", "Approve")
    return await chat.presses("hana", "Read it", on=chat.told_cards("hana")[-1])


async def test_a_second_person_opens_it_for_a_day(any_chat: Chat) -> None:
    chat = any_chat
    assert "The others in HR are asked" in await asked(chat)
    assert "COMPLAINT" in chat.told("ines")
    assert "open until" in await chat.presses("ines", "Approve")
    read = chat.told_cards("hana")[-1]
    assert "SECRET" in await chat.presses("hana", "Read it", on=read)
    chat.wait(hours=23, minutes=59)
    assert "SECRET" in await chat.presses("hana", "Read it", on=read)
    chat.wait(minutes=1)
    heard = await chat.presses("hana", "Read it", on=read)
    assert "This is closed" in heard
    assert "SECRET" not in heard


async def test_neither_who_asks_nor_whom_it_is_about_nor_anybody_else_agrees(chat: Chat) -> None:
    await asked(chat)
    approve = chat.told_cards("ines")[-1].buttons["Approve"]
    for who in ("hana", "ben", "ivan", "grace"):
        assert (await chat.does(who, Pressed(approve.handle))).answer.outcome == "refused"
    glass = _glass(chat)
    row = chat.change(lambda store: store.break_glass.get(glass, reader=chat.ids["ines"]))
    assert row.approved_at is None


def _glass(chat: Chat) -> str:
    return str(chat.rows(AuditRow, col(AuditRow.what) == Kind.BREAK_GLASS)[0].record_id)


async def test_hr_is_an_ordinary_subject_of_its_own_record(chat: Chat) -> None:
    assert "second person in HR" in await asked(chat, "ines")
    await sends(chat, "hana", COMPANY + SECOND + THIRD)
    await chat.presses("hana", "Apply")
    chat.ids["yuki"] = chat.change(lambda store: store.directory.with_email("yuki@example.com").id)
    before = chat.told("ines")
    assert "The others in HR are asked" in await chat.says("hana", "/upbeat break glass @ines because of X")
    assert chat.told("ines") == before
    assert "紧急查阅" in chat.told("yuki") or "申请查看" in chat.told("yuki")
    assert "somebody else than yourself" in await chat.says("hana", "/upbeat break glass @hana because of X")


async def test_alone_hr_opens_nothing_and_others_do_not_even_ask(chat: Chat) -> None:
    assert "second person in HR" in await chat.says("hana", "/upbeat break glass @ben because of X")
    for who in ("ada", "ivan", "grace"):
        assert "for HR" in await chat.says(who, "/upbeat break glass @ben because of X")


async def test_refused_nothing_is_opened_and_nothing_can_be_opened_later(chat: Chat) -> None:
    await asked(chat)
    cards = chat.told_cards("ines")[-1]
    await chat.presses("ines", "Refuse", on=cards)
    assert "Inês Sá refused" in chat.told("hana")
    assert "decided already" in await chat.presses("ines", "Approve", on=cards)


async def test_a_request_waits_for_a_week(chat: Chat) -> None:
    await asked(chat)
    chat.wait(days=7, minutes=1)
    assert "more than a week" in await chat.presses("ines", "Approve")


async def test_every_reading_is_audited(any_chat: Chat) -> None:
    chat = any_chat
    await opened(chat)
    read = next(seen for seen in chat.told_cards("hana") if "Read it" in seen.buttons)
    await chat.presses("hana", "Read it", on=read)
    rows = chat.rows(AuditRow, col(AuditRow.what) == Kind.FEEDBACK, col(AuditRow.act) == "opened")
    assert [(row.actor_id, row.subject_id, row.record_id) for row in rows] == [
        (chat.ids["hana"], chat.ids["ben"], _glass(chat))
    ] * 2


async def _file(chat: Chat, who: str) -> str:
    heard = await chat.says(who, "/upbeat privacy file")
    assert heard.card
    made = next(part for part in heard.card.parts if isinstance(part, Document))
    return str(
        json.loads(chat.change(lambda store: store.files.get(made.file_id, person_id=chat.ids[who]))[1])
    )


async def test_the_person_learns_it_when_it_is_over_and_not_before(chat: Chat) -> None:
    await opened(chat)
    before = (chat.told("ben"), (await chat.says("ben", "/upbeat privacy")).text, await _file(chat, "ben"))
    assert not any(word in seen for seen in before for word in ("Hana", "COMPLAINT", "Inês"))
    chat.wait(hours=24)
    await chat.tick()
    for words in (chat.told("ben"), (await chat.says("ben", "/upbeat privacy")).text):
        assert "Hana Sato asked" in words
        assert "Inês Sá agreed" in words
        assert "COMPLAINT" in words
    assert "It was read once." in chat.told("ben")
    assert "Hana Sato opened feedback to the receiver alone" in await chat.says("ben", "/upbeat privacy")
    assert "COMPLAINT" in await _file(chat, "ben")


async def test_erasing_meanwhile_neither_shows_it_nor_leaves_a_copy(any_chat: Chat) -> None:
    chat = any_chat
    await opened(chat)
    await chat.says("ben", "/upbeat privacy erase")
    assert "break-glass" not in await chat.submits("ben", confirm="erase")
    chat.wait(hours=24)
    await chat.tick()
    await chat.says("ben", "/upbeat privacy erase")
    assert "break-glass" in await chat.submits("ben", confirm="erase")
    assert "COMPLAINT" in await chat.says("ben", "/upbeat privacy")  # HR's record too: it stays


async def test_closed_early_it_is_told_at_once_and_once(chat: Chat) -> None:
    seen = await opened(chat)
    assert "Ben Okri is told" in await chat.presses("hana", "Close it", on=seen)
    assert "This is closed" in await chat.presses("hana", "Read it", on=chat.told_cards("hana")[-1])
    chat.wait(hours=24)
    await chat.tick()
    assert chat.told("ben").count("HR opened private feedback") == 1


async def test_it_opens_no_other_door(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/1on1 add @ben MEETING")
    await chat.says("ben", "/checkin done CHECKIN")
    await chat.says("ada", "/kudos @ben for KUDOS")
    await chat.presses("ada", "Send privately")
    await opened(chat)
    commands = ("feedback", "checkin history @ben", "1on1 @ben", "1on1 notes @ben", "kudos mine")
    seen = "".join([(await chat.says("hana", f"/{command}")).text for command in commands])
    assert not any(word in seen for word in ("SECRET", "MEETING", "CHECKIN", "KUDOS"))
    assert not (await chat.says("ines", "/feedback")).text.count("SECRET")


async def test_who_is_not_in_hr_any_more_reads_no_more(chat: Chat) -> None:
    await opened(chat)
    read = next(seen for seen in chat.told_cards("hana") if "Read it" in seen.buttons)
    await sends(
        chat,
        "ines",
        (COMPANY + SECOND).replace(
            "Hana Sato,grace@example.com,People,Europe/Berlin,en,hr",
            "Hana Sato,grace@example.com,People,Europe/Berlin,en,employee",
        ),
    )
    await chat.presses("ines", "Apply")
    assert "This is closed" in await chat.presses("hana", "Read it", on=read)


REVIEWED = (
    Kind.POTENTIAL,
    Kind.RATING,
    Kind.RATING_RELEASED,
    Kind.REVIEW_INVITE,
    Kind.REVIEW_MANAGER,
    Kind.REVIEW_MANAGER_RELEASED,
    Kind.REVIEW_PEER,
    Kind.REVIEW_PEER_RELEASED,
    Kind.REVIEW_REMARK,
    Kind.REVIEW_SELF,
    Kind.REVIEW_VOICE,
)
"""What HR reads of reviews, in cycles in which they have power: what was handed in, and no draft."""


@pytest.mark.parametrize("kind", sorted(Kind))
def test_only_private_feedback_has_this_door(kind: Kind) -> None:
    opens = kind in (Kind.FEEDBACK, Kind.FEEDBACK_WITH_MANAGER)
    assert TABLE[kind].get(Relation.BY_GLASS, frozenset()) == ({Right.READ} if opens else frozenset())
    others = (Kind.BREAK_GLASS, Kind.BREAK_GLASS_TOLD, Kind.GOAL_COMPANY, Kind.GOAL_TEAM, *REVIEWED)
    assert (Relation.HR in TABLE[kind]) == (kind in others)


async def test_the_form_says_what_it_opens_and_who_will_know(chat: Chat) -> None:
    form = await chat.says("hana", "/upbeat break glass")
    assert "in the end by the person it is about" in form
    assert "never one-on-ones, never private notes" in form
    assert "HR only by break-glass" in await chat.says("eve", "/feedback @ben")
