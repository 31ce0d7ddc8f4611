"""Colleagues who are to write: proposed, settled by the manager, asked when others write, and none too often."""

from __future__ import annotations

import pytest

from handlers.kit.requests import Pressed
from handlers.reviews import raters, settling
from storage.reviews import PEER, Review
from storage.tables import ObligationRow
from tests.company import Chat, Heard
from tests.handlers.reviewing import due, go_on, launched, press_beside, review_by, the_cycle, write
from tests.handlers.test_people import COMPANY, sends
from tests.handlers.test_reviews_excusing import excuse, put_back
from tests.handlers.test_reviews_results import owed, people_of_hr
from tests.handlers.test_reviews_running import owing


def asked(chat: Chat, subject: str) -> dict[str, str]:
    """Who writes about somebody as a colleague, and how far they are."""
    first = {person: who for who, person in chat.ids.items()}
    rows = [row for row in chat.rows(Review) if row.role == PEER and row.subject_id == chat.ids[subject]]
    return {first[row.author_id]: row.state for row in rows}


async def proposing(chat: Chat, who: str, **given: str) -> Heard:
    """The form in which somebody proposes colleagues."""
    if not chat.rows(Review):
        await launched(chat, others="peer", **given)
        await go_on(chat, "peers")
    return await chat.presses(who, "Choose", on=await chat.says(who, "/review"))


async def test_those_who_are_chosen_are_asked_when_others_write(any_chat: Chat) -> None:
    chat = any_chat
    heard = await proposing(chat, "ben")
    assert "Who can say how you worked?" in heard
    assert "Seen by you, your manager and HR." in heard
    heard = await chat.submits("ben", people=("chen", "eve", "dora"))
    assert "Ada Lovelace settles who is asked" in heard
    assert asked(chat, "ben") == dict.fromkeys(("chen", "eve", "dora"), "nominated")

    heard = await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    assert "陈明 (proposed)" in heard
    heard = await chat.presses("ada", "Add somebody")
    heard = await chat.submits("ada", people=("ivan",))
    assert "Ivan Petrov (proposed)" in heard
    heard = await chat.presses("ada", "Take off")  # the last of them
    heard = await chat.presses("ada", "Ask these")
    assert "Settled. They are asked when others write." in heard
    states = asked(chat, "ben")
    assert states == {"chen": "owed", "eve": "owed", "dora": "owed", "ivan": "dropped"}

    await go_on(chat, "write")
    owing = {
        row.person_id for row in chat.rows(ObligationRow) if row.kind == "reviews.write" and not row.closed_at
    }
    assert {chat.ids[who] for who, state in states.items() if state == "owed"} <= owing
    heard = await write(chat, "dora", "Ben Okri", results="Kind, and quick", results_points="4")
    assert "Handed in." in heard


async def test_who_has_no_manager_is_told_who_settles_it(chat: Chat) -> None:
    await launched(chat, units="Engines, Board", others="peer")
    await go_on(chat, "peers")
    before = await chat.says("grace", "/review")
    await chat.presses("grace", "Choose", on=before)
    heard = await chat.submits("grace", people=("ben", "eve", "dora"))
    assert "They are asked when others write." in heard, "Hana, of HR, reports to her"
    people_of_hr(chat)
    await chat.presses("grace", "Choose", on=before)
    assert "Yan settles who is asked." in await chat.submits("grace", people=("ben", "eve", "dora"))
    await chat.presses("yan", "Choose", on=await chat.says("yan", "/review"))
    assert "Settled." in await chat.presses("yan", "Ask these")
    assert "Choose" not in (await chat.says("yan", "/review")).buttons


async def test_who_had_not_left_after_all_is_proposed_as_before(any_chat: Chat) -> None:
    chat = any_chat
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "eve", "dora"))
    dora = "dora@example.com,Dora Maar,grace@example.com,Arts,Europe/Berlin,en,employee,,\n"
    await sends(chat, "hana", COMPANY.replace(dora, ""))
    applied = await chat.presses("hana", "Apply")
    chat.wait(minutes=10)
    await chat.presses("hana", "Undo", on=applied)
    assert asked(chat, "ben") == dict.fromkeys(("chen", "eve", "dora"), "nominated")
    heard = await chat.presses("ada", "Choose", on=await chat.says("ada", "/review"))
    assert "Dora Maar (proposed)" in heard


async def test_the_new_manager_settles_what_the_one_before_had_to(any_chat: Chat) -> None:
    chat = any_chat
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "eve", "ivan"))
    assert "settle which colleagues write about Ben Okri" in await chat.opens("ada")
    for manager, before in (("dora", "ada"), ("ada", "dora")):
        chat.wait(minutes=10)
        await sends(chat, "hana", COMPANY.replace("Ben Okri,ada@", f"Ben Okri,{manager}@"))
        await chat.presses("hana", "Apply")
        await chat.tick()
        assert "settle which colleagues write about Ben Okri" not in await chat.opens(before)
        assert "settle which colleagues write about Ben Okri" in await chat.opens(manager)
    await chat.presses("ada", "Choose", on=await chat.says("ada", "/review"))
    assert "Settled. They are asked when others write." in await chat.presses("ada", "Ask these")


async def test_who_is_proposed_after_the_choice_was_settled_is_settled_too(chat: Chat) -> None:
    await launched(chat, others="peer")
    await go_on(chat, "peers")
    listed = await chat.says("ben", "/review")
    await chat.presses("ben", "Choose", on=listed)
    await chat.submits("ben", people=("chen", "eve", "dora"))
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Ask these")
    assert "settle which colleagues" not in await chat.says("ada", "/review")
    await chat.presses("ben", "Choose", on=listed)
    await chat.submits("ben", people=("chen", "eve", "dora", "ivan"))
    assert "settle which colleagues write about Ben Okri" in await chat.says("ada", "/review")
    assert "Ivan Petrov (proposed)" in await chat.presses("ada", "Choose")


async def test_who_joins_while_colleagues_are_chosen_proposes_too(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat, others="peer")
    await go_on(chat, "peers")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Add people")
    await chat.submits("hana", people=("dora",))
    assert "propose colleagues who write about you" in await chat.opens("dora")


async def test_who_has_not_proposed_is_asked_again_when_the_cycle_goes_back(chat: Chat) -> None:
    await launched(chat, others="peer")
    await go_on(chat, "write")
    assert "propose colleagues" not in await chat.says("ben", "/review")
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Back to an earlier phase")
    await chat.submits("hana", phase="peers", last="2026-12-04", reason="Nobody had time")
    assert "propose colleagues" in await chat.says("ben", "/review")
    assert "propose colleagues" in await due(chat, "ben")


async def test_whom_nobody_settled_is_settled_anew_when_the_cycle_goes_back_before_it(chat: Chat) -> None:
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "eve", "dora"))
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await chat.presses("hana", "Back to an earlier phase")
    await chat.submits("hana", phase="self", last="2026-12-18", reason="Some were away")
    assert asked(chat, "ben") == dict.fromkeys(("chen", "eve", "dora"), "nominated")
    assert "settle which colleagues" not in await chat.says("ada", "/review")
    await go_on(chat, "peers")
    await owed(chat, "ada", "settle which colleagues write about Ben Okri")
    await press_beside(chat, "ada", "Dora Maar (proposed)", "Take off")
    await chat.presses("ada", "Ask these")
    assert asked(chat, "ben") == {"chen": "owed", "eve": "owed", "dora": "dropped"}


async def test_silence_lets_those_who_were_proposed_write(chat: Chat) -> None:
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "dora", "ivan"))
    await proposing(chat, "eve")
    await go_on(chat, "write")
    assert asked(chat, "ben") == dict.fromkeys(("chen", "dora", "ivan"), "owed")
    for kind in ("reviews.nominate", "reviews.approve"):
        assert all(row.closed_at for row in chat.rows(ObligationRow) if row.kind == kind)
    assert "time is over" in await chat.submits("eve", people=("dora",))


async def test_who_worked_with_them_stands_there_already(chat: Chat) -> None:
    await chat.says("ben", "/kudos @dora for the drawings")
    await chat.presses("ben", "Send privately")
    await chat.says("ben", "/1on1 @eve")
    await chat.says("ben", "/1on1 add @eve the roof")
    heard = await proposing(chat, "ben")
    assert heard.form
    assert set(heard.form.given["people"]) == {chat.ids["dora"], chat.ids["eve"]}


async def test_the_manager_and_oneself_are_no_colleagues(chat: Chat) -> None:
    await proposing(chat, "ben")
    heard = await chat.submits("ben", people=("ada", "dora"))
    assert "Ada Lovelace writes as the manager." in heard
    heard = await chat.submits("ben", people=("ben", "dora"))
    assert "Please pick somebody else than yourself." in heard
    heard = await chat.submits("ben", people=())
    assert "Please answer this" in heard
    assert asked(chat, "ben") == {}


async def test_fewer_than_three_are_refused_and_stay_picked(any_chat: Chat) -> None:
    chat = any_chat
    await proposing(chat, "ben")
    heard = await chat.submits("ben", people=("dora", "eve"))
    assert "Please propose at least 3 colleagues." in heard
    assert heard.form
    assert set(heard.form.given["people"]) == {chat.ids["dora"], chat.ids["eve"]}
    assert asked(chat, "ben") == {}
    await chat.submits("ben", people=("dora", "eve", "ivan"))
    assert asked(chat, "ben") == dict.fromkeys(("dora", "eve", "ivan"), "nominated")


async def test_an_interview_goes_on_asking_until_there_are_three(chat: Chat) -> None:
    await launched(chat, others="peer")
    await go_on(chat, "peers")
    chat.interviews = True
    await proposing(chat, "ben")
    for name in ("陈明", "Eve Curie"):
        await chat.presses("ben", name)
    heard = await chat.presses("ben", "That is everybody")
    assert "Please propose at least 3 colleagues." in heard
    assert "Who can say how you worked?" in heard
    await chat.says("ben", "Dora Maar")
    assert "Ada Lovelace settles who is asked" in await chat.presses("ben", "That is everybody")
    assert asked(chat, "ben") == dict.fromkeys(("chen", "eve", "dora"), "nominated")


async def test_who_has_fewer_colleagues_than_three_proposes_these(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await proposing(chat, "ben")
    monkeypatch.setattr(raters, "MOST_ASKED", 1)
    await chat.submits("ben", people=("dora", "ivan", "hana"))
    await proposing(chat, "eve")
    assert "Please propose at least 3 colleagues." in await chat.submits("eve", people=("grace",))
    chat.leaves("chen")
    assert "Please propose at least 2 colleagues." in await chat.submits("eve", people=("grace",))
    await chat.submits("eve", people=("grace", "ben"))
    assert asked(chat, "eve") == dict.fromkeys(("grace", "ben"), "nominated")


async def test_nobody_is_asked_too_often(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    await proposing(chat, "ben")
    monkeypatch.setattr(raters, "MOST_ASKED", 2)
    await chat.submits("ben", people=("dora", "hana", "grace"))
    await proposing(chat, "chen")
    await chat.submits("chen", people=("dora", "hana", "ivan"))
    await proposing(chat, "eve")
    heard = await chat.submits("eve", people=("dora", "ivan", "ben"))
    assert "Dora Maar is asked to write about 2 colleagues already" in heard
    assert asked(chat, "eve") == {}
    row = review_by(chat, "dora", PEER, "陈明")
    chat.change(lambda store: store.reviews.move(row.id, "declined"))
    heard = await chat.submits("eve", people=("dora", "ivan", "ben"))  # a place is free again
    assert asked(chat, "eve") == dict.fromkeys(("dora", "ivan", "ben"), "nominated")


async def test_who_declined_is_not_asked_again_and_the_manager_hears_of_the_place(chat: Chat) -> None:
    await proposing(chat, "ben")
    await chat.submits("ben", people=("dora", "hana", "grace"))
    await go_on(chat, "write")
    row = review_by(chat, "dora", PEER)
    found = the_cycle(chat)
    chat.change(lambda store: store.reviews.move(row.id, "declined"))
    chat.change(lambda store: settling.ask(store, found, chat.ids["ben"]))
    await chat.presses("ada", "Choose", on=await chat.says("ada", "/review"))
    await chat.presses("ada", "Add somebody")
    assert "Dora Maar has declined" in await chat.submits("ada", people=("dora",))
    await chat.submits("ada", people=("ivan",))
    assert "They are asked now." in await chat.presses("ada", "Ask these")
    owing = {
        row.person_id for row in chat.rows(ObligationRow) if row.kind == "reviews.write" and not row.closed_at
    }
    assert chat.ids["ivan"] in owing


async def test_nobody_settles_for_themselves_or_for_others(chat: Chat) -> None:
    await proposing(chat, "ben")
    await chat.submits("ben", people=("dora", "hana", "grace"))
    heard = await due(chat, "ada")
    for who in ("ben", "eve", "hana"):
        chat.last[who] = heard
        refused = await chat.does(who, Pressed(heard.buttons["Do it now"].handle))
        assert "proposed" not in refused


@pytest.mark.parametrize("leaves", [False, True], ids=["here", "gone meanwhile"])
@pytest.mark.parametrize("settled", [False, True], ids=["in silence", "by the manager"])
async def test_who_is_proposed_and_then_writes_nothing_in_the_cycle_is_asked_once_they_are_back_in_it(
    any_chat: Chat, leaves: bool, settled: bool
) -> None:
    chat = any_chat
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "eve", "dora"))
    await excuse(chat, "chen", "drop")
    is_back = chat.leaves("chen") if leaves else None
    if settled:
        await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
        await chat.presses("ada", "Ask these")
    await go_on(chat, "write")
    if is_back:
        is_back()
        await chat.tick()
    assert asked(chat, "ben") == {"chen": "nominated", "eve": "owed", "dora": "owed"}
    assert "chen" not in owing(chat)
    await put_back(chat)
    assert asked(chat, "ben") == dict.fromkeys(("chen", "eve", "dora"), "owed")
    assert "Ben Okri" in await chat.says("chen", "/review")
