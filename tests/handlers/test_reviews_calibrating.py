"""Calibration: proposed by managers, looked at together, changed with a reason, and never by who is concerned."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.kit.cards import Picture, Section
from handlers.kit.charts import Bars, Grid
from handlers.kit.requests import Pressed
from handlers.reviews import participation
from handlers.reviews.calibration import figures
from storage.reviews import Potential, RatingChange, ReviewResult
from storage.tables import AuditRow, PersonRow
from tests.company import Chat, Heard
from tests.handlers.reviewing import go_on, launched, the_cycle, write

RATED = {"ben": "4", "chen": "3", "eve": "2", "ada": "5", "dora": "4", "ivan": "3"}
"""What their managers propose: Ada of the first three, Grace of the others."""


async def proposed(chat: Chat, whom: dict[str, str] = RATED, units: str = "Engines, Arts, IT, Board") -> None:
    """A cycle about nearly everybody in which the managers have handed in, in the phase of calibration."""
    await launched(chat, units=units)
    await go_on(chat, "write")
    for who, points in whom.items():
        manager = "ada" if who in ("ben", "chen", "eve") else "grace"
        await write(chat, manager, chat.person(who).name, growth="A talk", overall_points=points)
    await go_on(chat, "calibrate")


async def in_session(chat: Chat, *members: str, unit: str = "*", guide: str = "") -> Heard:
    """A session that HR opens, as its card."""
    await chat.presses("hana", "New session", on=await chat.says("hana", "/review calibrate"))
    return await chat.submits("hana", unit=unit, members=members, guide=guide)


async def enters(chat: Chat, who: str) -> Heard:
    """The session in which somebody sits."""
    heard = await chat.says(who, "/review calibrate")
    return heard if "End the session" in heard.buttons else await chat.presses(who, "Open", on=heard)


async def looks(chat: Chat, who: str, at: str) -> Heard:
    """Somebody in a session opens the row of a person."""
    return await pick(chat, who, at, await enters(chat, who))


async def pick(chat: Chat, who: str, at: str, heard: Heard) -> Heard:
    """The same of a session that they see."""
    assert heard.card
    (button,) = (
        part.button
        for part in heard.card.parts
        if isinstance(part, Section) and part.button and heard.voice.say(part.body).startswith(at)
    )
    return await chat.does(who, Pressed(button.handle))


def role(chat: Chat, who: str, name: str) -> None:
    """Somebody has another role from now on."""

    def work(store: Any) -> None:
        (row,) = store._rows(PersonRow, (PersonRow.id == chat.ids[who],))
        store.change(row, role=name, revision=store.people_changed())

    chat.change(work)


async def test_what_the_manager_proposes_is_the_rating_until_it_is_changed_with_a_reason(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await proposed(chat)
    heard = await in_session(chat, "grace", "hana")
    assert "The session is open." in heard
    told = chat.told_cards("grace")[-1]
    assert "Hana Sato asks you to calibrate" in told
    heard = await looks(chat, "grace", "Ben Okri")
    assert "4 of 5, as proposed" in heard
    assert "Proposed by: Ada Lovelace" in heard
    await chat.presses("grace", "Change the rating")
    assert "Seen by their managers and HR now, and by Ben Okri with your name" in chat.last["grace"]
    refused = await chat.submits("grace", points="4", reason="It is fine as it is")
    assert "It is this rating already" in refused
    refused = await chat.submits("grace", points="3", reason="so")
    assert "Say a little more" in refused
    heard = await chat.submits("grace", points="3", reason="Two of four goals were not reached")
    assert "3 of 5, proposed 4" in heard
    assert "Grace Hopper changed it from 4 to 3, because:" in heard
    (change,) = chat.rows(RatingChange)
    assert (change.before, change.after) == ({"points": 4}, {"points": 3})
    assert "Two of four goals" in await looks(chat, "hana", "Ben Okri")
    assert "Two of four goals" not in await chat.says("ben", "/review")


async def test_of_two_who_change_a_rating_the_second_reads_first_what_the_other_did(any_chat: Chat) -> None:
    chat = any_chat
    await proposed(chat)
    await in_session(chat, "grace", "hana")
    await looks(chat, "grace", "Ben Okri")
    form = await chat.presses("grace", "Change the rating")
    await looks(chat, "hana", "Ben Okri")
    await chat.presses("hana", "Change the rating")
    await chat.submits("hana", points="3", reason="Two of four goals were not reached")
    chat.last["grace"] = form
    heard = await chat.submits("grace", points="5", reason="The incident in May was over in minutes")
    assert "The rating was changed while you wrote" in heard
    assert "Hana Sato changed it from 4 to 3, because:\nTwo of four goals were not reached" in heard
    again = await chat.presses("grace", "Change it all the same")
    assert again.form
    assert again.form.given["reason"] == "The incident in May was over in minutes"
    heard = await chat.submits("grace", **again.form.given)
    assert "Grace Hopper changed it from 3 to 5" in heard


async def test_what_is_proposed_after_a_session_rated_somebody_leaves_the_rating(any_chat: Chat) -> None:
    chat = any_chat
    await launched(chat)
    await go_on(chat, "calibrate")
    await in_session(chat, "hana")
    assert "Proposed by" not in await looks(chat, "hana", "Ben Okri")
    await chat.presses("hana", "Change the rating")
    heard = await chat.submits("hana", points="3", reason="Two of four goals were not reached")
    assert "Rating: 3 of 5, nothing proposed yet" in heard
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="5")
    (row,) = [row for row in chat.rows(ReviewResult) if row.subject_id == chat.ids["ben"]]
    assert (row.proposed, row.rating) == ({"points": 5}, {"points": 3})
    heard = await looks(chat, "hana", "Ben Okri")
    assert "Rating: 3 of 5, proposed 5" in heard
    assert "Proposed by: Ada Lovelace" in heard


async def test_what_nobody_proposed_is_not_another_rating_than_was_proposed(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "calibrate")
    await in_session(chat, "hana")
    await looks(chat, "hana", "Ben Okri")
    await chat.presses("hana", "Change the rating")
    await chat.submits("hana", points="3", reason="Two of four goals were not reached")
    ended = await chat.presses("hana", "End the session", on=await enters(chat, "hana"))
    assert "0 ratings that you see differ from what was proposed." in ended


async def test_nobody_calibrates_themselves_nor_their_managers_nor_what_they_proposed(chat: Chat) -> None:
    await proposed(chat)
    await in_session(chat, "grace", "hana")
    hers = await enters(chat, "hana")
    assert "Ada Lovelace: 5 of 5" in hers
    assert "Grace Hopper" not in [line.split(":")[0] for line in hers.text.splitlines()]
    own = await enters(chat, "grace")
    assert "Grace Hopper:" not in own
    heard = await looks(chat, "grace", "Ada Lovelace")
    assert "Change the rating" not in heard.buttons, "she proposed it"
    assert "Change the rating" in (await looks(chat, "hana", "Ada Lovelace")).buttons


async def test_who_opens_one_of_a_session_opens_no_other(chat: Chat) -> None:
    await proposed(chat)
    await in_session(chat, "grace", "hana")
    session = await enters(chat, "hana")
    before = len(chat.rows(AuditRow))
    await pick(chat, "hana", "Ben Okri", session)
    opened = {row.subject_id for row in chat.rows(AuditRow)[before:] if row.act == "opened"}
    assert opened == {chat.ids["ben"]}


async def test_who_may_sit_is_asked_at_opening_and_at_each_press(chat: Chat) -> None:
    await proposed(chat)
    refused = await in_session(chat, "grace", "dora", "ada")
    assert "Ada Lovelace and Dora Maar: neither a manager above" in refused
    await chat.submits("hana", unit="Engines", members=("grace",), guide="")
    assert "No calibration waits for you." in await chat.says("ada", "/review calibrate")
    shown = await enters(chat, "grace")
    before = await chat.says("hana", "/review calibrate")
    await go_on(chat, "share")
    assert "Sessions are opened in the phase of calibration" in await chat.presses(
        "hana", "New session", on=before
    )
    assert "This session is over" in await chat.presses("grace", "Distribution", on=shown)


async def test_hr_has_no_session_in_its_own_cycle(chat: Chat) -> None:
    role(chat, "dora", "hr")
    await proposed(chat)
    assert "No calibration waits for you." in await chat.says("dora", "/review calibrate")
    refused = await in_session(chat, "dora")
    assert "Dora Maar: neither a manager above" in refused


async def test_the_spread_as_a_picture_and_as_a_table_with_a_guide_that_changes_nothing(chat: Chat) -> None:
    await proposed(chat)
    refused = await in_session(chat, "hana", guide="10 20 40")
    assert "A guide is 5 whole numbers that make 100 together" in refused
    await chat.submits("hana", unit="*", members=("hana",), guide="0 10 40 40 10")
    before = [row.rating for row in chat.rows(ReviewResult)]
    heard = await chat.presses("hana", "Distribution", on=await enters(chat, "hana"))
    assert heard.card
    (picture,) = heard.card.pictures()
    assert isinstance(picture.chart, Bars)
    assert [round(bar.share or 0, 2) for bar in picture.chart.bars] == [0, 0.17, 0.33, 0.33, 0.17]
    assert "6 people, 3.5 of 5 on average" in heard
    heard = await chat.presses("hana", "As a table")
    assert "17%, guide +7" in heard
    assert "33%, guide −7" in heard
    assert "Nobody's rating is moved to meet it" in heard
    assert [row.rating for row in chat.rows(ReviewResult)] == before


async def test_too_few_people_make_no_picture(chat: Chat) -> None:
    await proposed(chat, {"ben": "4", "chen": "3", "eve": "2"}, "Engines")
    await in_session(chat, "grace", "hana")
    shown = await enters(chat, "grace")
    assert "Fewer than 5 people have a rating" in await chat.presses("grace", "Distribution", on=shown)
    assert "Fewer than 5 people have a rating" in await chat.presses("grace", "Heat map", on=shown)


async def test_small_teams_are_hidden_in_the_heat_map(chat: Chat) -> None:
    await proposed(chat)
    await in_session(chat, "hana")
    heard = await chat.presses("hana", "Heat map", on=await enters(chat, "hana"))
    assert "Fewer than 5 people" in heard, "Engines hides with Arts and IT, else a sum would tell of them"


async def test_units_for_which_a_picture_has_no_room_are_counted(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await proposed(chat)
    chat.change(lambda store: store.change(the_cycle(chat), k_score=1))
    monkeypatch.setattr(figures, "MOST_UNITS", 2)
    monkeypatch.setattr(participation, "MOST_TEAMS", 2)
    await in_session(chat, "hana")
    heard = await chat.presses("hana", "Heat map", on=await enters(chat, "hana"))
    assert "3 teams with 1 people or more" in heard
    assert "… and 1 more." in heard
    await chat.presses("hana", "Open", on=await chat.says("hana", "/review health"))
    assert "… and 2 more." in chat.last["hana"]


async def test_potential_is_words_for_the_session_and_gone_after_it(chat: Chat) -> None:
    await proposed(chat)
    await in_session(chat, "grace", "hana")
    shown = await chat.says("ada", "/review potential")
    assert "Ben Okri: nothing said" in shown
    await chat.presses("ada", "Say", on=shown)
    assert "does not see it, and no result stands on it" in chat.last["ada"]
    assert "could take on" in await chat.submits("ada", level="2")
    heard = await chat.presses("hana", "Nine boxes", on=await enters(chat, "hana"))
    assert heard.card
    (picture,) = heard.card.pictures()
    assert isinstance(picture, Picture)
    assert isinstance(picture.chart, Grid)
    assert [len(row.cells) for row in picture.chart.rows] == [3, 3, 3]
    assert "could take on more within a year: 陈明" in await chat.presses("hana", "As a table")
    assert "陈明: 3 of 5, as proposed; could take on more" in await enters(chat, "grace")
    file = await chat.says("ben", "/privacy file")
    assert "potential" not in file.text.casefold()
    await go_on(chat, "share")
    assert [row.level for row in chat.rows(Potential)] == [None]
    assert "Calibration is over" in await chat.presses("ada", "Say", on=shown)
    assert "None of your people is in a review that is before its calibration." in await chat.says(
        "ada", "/review potential"
    )


async def test_once_calibration_has_begun_a_new_version_leaves_the_rating(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    written = chat.last["ada"]
    await chat.presses("ada", "Change", on=written)
    await chat.submits("ada", growth="A talk", overall_points="3")
    await go_on(chat, "calibrate")
    await chat.presses("ada", "Change", on=written)
    refused = await chat.submits("ada", growth="Two talks", overall_points="5")
    assert "Calibration has begun, so “All in all” stays at 3" in refused
    await chat.submits("ada", growth="Two talks", overall_points="3")
    row = next(each for each in chat.rows(ReviewResult) if each.subject_id == chat.ids["ben"])
    assert row.proposed == row.rating == {"points": 3}


async def test_the_session_in_chinese(chat: Chat) -> None:
    await chat.says("hana", "/settings language 中文")
    await proposed(chat)
    await in_session(chat, "hana", guide="0 10 40 40 10")
    heard = await chat.presses("hana", "新建校准会", on=await chat.says("hana", "/review calibrate"))
    assert heard.form
    assert heard.voice.say(heard.form.submit) == "发起"
    heard = await chat.presses("hana", "Distribution", on=await enters(chat, "hana"))
    assert "分布" in heard.text
    assert "校准" in (await chat.says("hana", "/评估 校准")).text
