"""Data moves a goal by itself, and whom it belongs to hears once a day what moved, from where, and how old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.goals.data.forbidden import forbidden
from handlers.kit.cards import Menu
from handlers.kit.requests import Pressed
from storage.goals import GoalChange, KeyResult
from storage.metrics import PersonPoint, Unmatched
from tests.bot.ingest.sender import Sender, point
from tests.company import Chat, Heard
from tests.handlers.test_goals import write


async def connects(chat: Chat, who: str) -> Heard:
    """The key result that somebody has open reads the first figure that is offered."""
    form = (await chat.presses(who, "Connect to data")).form
    assert form
    return await chat.submits(who, which=form.questions[0].options[0].value)  # type: ignore[attr-defined]


async def connected(chat: Chat, crm: Sender, *, which: str = "sign-ups") -> Heard:
    """Ben's key result reads a metric of the company."""
    await crm.sends(point("100", unit="users"))
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await chat.says("ben", "/goals")
    await chat.presses("ben", "Open")
    await chat.presses("ben", "Connect to data")
    form = chat.last["ben"].form
    assert form
    choices = {option.also[0]: option.value for option in form.questions[0].options}  # type: ignore[attr-defined]
    heard = await chat.submits("ben", which=choices[which])
    chat.wait(minutes=1)
    return heard


def at(chat: Chat, value: str, **more: Any) -> dict[str, Any]:
    """A point of now."""
    return point(value, unit="users", **{"at": chat.now.isoformat(), **more})


async def test_a_figure_moves_a_key_result_and_its_owner_hears_once_a_day(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    assert "It reads sign-ups from crm now." in await connected(chat, crm)
    assert (await crm.sends(at(chat, "200")))["moved"] == 1
    chat.wait(hours=1)
    assert (await crm.sends(at(chat, "300")))["moved"] == 1
    assert not chat.told("ben")
    await chat.tick()
    assert chat.told("ben").count("Data moved") == 1
    assert "1. sign-ups: 100 → 300" in chat.told("ben")
    assert "From crm: less than a day old." in chat.told("ben")
    chat.wait(hours=2)
    await crm.sends(at(chat, "350"))
    await chat.tick()
    assert chat.told("ben").count("Data moved") == 1
    chat.wait(days=1)
    await chat.tick()
    assert chat.told("ben").count("Data moved") == 2
    assert "1. sign-ups: 300 → 350" in chat.told("ben")


async def test_what_sends_no_more_is_offered_no_more_and_can_be_disconnected(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    await chat.says("ben", "/goals result 1 churn from 5 to 3")
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert {"Connect to data", "Disconnect from data"} <= opened.buttons.keys()
    chat.change(lambda store: store.metrics.remove_source(store.metrics.source("crm")))
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert "Connect to data" not in opened.buttons
    assert "It reads no data any more." in await chat.presses("ben", "Disconnect from data")


async def test_what_data_moved_is_taken_back(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    await crm.sends(at(chat, "300"))
    await chat.tick()
    heard = await chat.presses("ben", "Undo 1.1")
    assert "Taken back." in heard
    assert "100 users, from 100 to 500" in heard
    (row,) = chat.rows(KeyResult)
    assert (row.value, row.version) == (100, 4)
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert "data from crm" in await chat.presses("ben", "What changed")


async def test_what_was_taken_back_stays_so_until_data_says_something_new(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    await connected(chat, crm)
    yesterday = chat.now - timedelta(days=1)
    chat.wait(hours=1)
    newest = chat.now
    await crm.sends(at(chat, "300", id="newest", at=newest.isoformat()))
    await chat.tick()
    await chat.presses("ben", "Undo 1.1")
    for older in ("240", "250"):
        sent = await crm.sends(at(chat, older, id="older", at=yesterday.isoformat()))
        assert sent["moved"] == 0
    assert [row.value for row in chat.rows(KeyResult)] == [100]
    await chat.says("ben", "/goals update 1.1 320")
    assert (await crm.sends(at(chat, "260", id="older", at=yesterday.isoformat())))["moved"] == 0
    assert [row.value for row in chat.rows(KeyResult)] == [320]
    assert (await crm.sends(at(chat, "310", id="newest", at=newest.isoformat())))["moved"] == 1
    chat.wait(hours=1)
    assert (await crm.sends(at(chat, "330", id="later")))["moved"] == 1
    assert [row.value for row in chat.rows(KeyResult)] == [330]


async def test_all_that_one_card_says_is_taken_back_at_once(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    await connected(chat, crm)
    for value in ("200", "300"):
        chat.wait(minutes=1)
        await crm.sends(at(chat, value))
    await chat.tick()
    assert "1. sign-ups: 100 → 300" in chat.told("ben")
    assert "100 users, from 100 to 500" in await chat.presses("ben", "Undo 1.1")
    assert "It was taken back already." in await chat.presses("ben", "Undo 1.1", on=chat.told_cards("ben")[0])


async def test_what_somebody_said_in_between_is_not_taken_back_with_it(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    await crm.sends(at(chat, "200"))
    chat.wait(minutes=1)
    await chat.says("ben", "/goals update 1.1 250")
    chat.wait(minutes=1)
    await crm.sends(at(chat, "300"))
    await chat.tick()
    assert "250 users, from 100 to 500" in await chat.presses("ben", "Undo 1.1")


async def test_who_says_it_is_who_moved_it_whoever_changed_what_it_weighs(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    await connected(chat, crm)
    chat.wait(minutes=1)
    await crm.sends(at(chat, "300"))
    chat.wait(minutes=1)
    await chat.says("ben", "/goals change 1.1 weight 3")
    await chat.tick()
    assert "1. sign-ups: 100 → 300" in chat.told("ben")

    async def why() -> Heard:
        await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
        return await chat.presses("ben", "Why this number?")

    assert "From crm: less than a day old." in await why()
    chat.wait(minutes=1)
    said = await chat.says("ben", "/goals update 1.1 320")
    assert "Said by Ben Okri" in await why()
    await chat.presses("ben", "Undo", on=said)
    heard = await why()
    assert "From crm: less than a day old." in heard
    assert "Said by" not in heard.text


async def test_nobody_is_woken_by_data(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    chat.wait(hours=12)
    await crm.sends(at(chat, "300"))
    await chat.tick()
    assert not chat.told("ben")
    chat.wait(hours=12)
    await chat.tick()
    assert "Data moved" in chat.told("ben")


async def test_late_corrected_and_repeated_figures_are_safe(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    await connected(chat, crm)
    await crm.sends(at(chat, "300", id="today"))
    late = at(chat, "250", id="late", at=(chat.now - timedelta(hours=1)).isoformat())
    assert (await crm.sends(late))["moved"] == 0
    very = at(chat, "900", id="very late", at=(chat.now - timedelta(days=60)).isoformat())
    assert (await crm.sends(very))["moved"] == 0
    assert (await crm.sends(at(chat, "300", id="today")))["repeated"] == 1
    assert (await crm.sends(at(chat, "280", id="today")))["moved"] == 1
    (row,) = chat.rows(KeyResult)
    assert row.value == 280
    assert [change.source for change in chat.rows(GoalChange) if change.source] == ["crm", "crm"]


async def test_stale_data_is_left_out_and_says_so(chat: Chat) -> None:
    crm = Sender(chat, stale_days=7)
    await connected(chat, crm)
    await crm.sends(at(chat, "300"))
    await chat.says("ben", "/goals result 1 churn from 5% to 3%")
    await chat.says("ben", "/goals update 2 4%")
    assert "50%" in await chat.says("ben", "/goals")
    chat.wait(days=8)
    heard = await chat.says("ben", "/goals")
    assert "The data of 1 key result is too old: it is left out." in heard
    await chat.presses("ben", "Open")
    heard = await chat.presses("ben", "Why this number?")
    assert "From crm: 8 days old." in heard
    assert "Too old: left out of the score until newer data arrives." in heard
    assert "Counts for 100% of the goal." in heard


async def test_a_goal_that_has_ended_keeps_its_score(chat: Chat) -> None:
    crm = Sender(chat, stale_days=7)
    await connected(chat, crm)
    await crm.sends(at(chat, "300"))
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "End this goal")
    chat.wait(days=20)
    heard = await chat.presses("ben", "Why this number?", on=opened)
    assert "Why 50%?" in heard
    assert "Too old" not in heard.text


async def test_a_goal_whose_days_are_over_keeps_its_score_until_it_is_carried_over(chat: Chat) -> None:
    crm = Sender(chat, stale_days=7)
    await connected(chat, crm)
    chat.at(datetime.fromisoformat("2026-12-28T12:00:00+00:00"))
    await crm.sends(at(chat, "300"))
    chat.at(datetime.fromisoformat("2027-01-12T12:00:00+00:00"))
    assert "50%" in await chat.says("ben", "/goals")


async def test_what_adds_up_is_as_of_the_last_word_of_its_source(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat, stale_days=7)
    await crm.sends({**at(chat, "3"), "kind": "counted"})
    await write(chat, "ben", "sign-ups from 0 to 10 users")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await connects(chat, "ben")
    for _ in range(3):
        chat.wait(days=5)
        await crm.sends(at(chat, "1", metric="visits"))
    assert "30%" in await chat.says("ben", "/goals"), "nobody signed up, and that is known"
    chat.wait(days=8)
    assert "The data of 1 key result is too old" in await chat.says("ben", "/goals")


async def test_other_days_and_an_open_door_count_what_came_meanwhile(any_chat: Chat) -> None:
    chat = any_chat
    crm, deals = Sender(chat, stale_days=60), {"metric": "deals", "kind": "counted"}
    await crm.sends({**deals, "at": chat.now.isoformat(), "value": "60"})
    await chat.says("ben", "/goals add by 2026-11-30 Sell")
    await chat.says("ben", "/goals result 1 deals from 0 to 100")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await connects(chat, "ben")
    chat.wait(days=10)
    await crm.sends({**deals, "at": chat.now.isoformat(), "value": "10"})
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Change")
    assert "deals: 70 of 100" in await chat.submits("ben", title="Sell", until="2026-12-31")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "End this goal")
    await crm.sends({**deals, "at": chat.now.isoformat(), "value": "7", "id": "late"})
    assert "deals: 77 of 100" in await chat.presses("ben", "Open it again")
    await chat.says("ben", "/goals update 1.1 50")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Change")
    assert "deals: 50 of 100" in await chat.submits("ben", title="Sell", until="2026-12-30"), "his own word"


@pytest.mark.parametrize("who", ["ben", "chen", "eve"])
async def test_what_counts_of_a_day_counts_in_the_days_of_the_goal_wherever_its_owner_lives(
    any_chat: Chat, who: str
) -> None:
    chat = any_chat
    crm, counted = Sender(chat), {"metric": "deals", "kind": "counted", "person": f"{who}@example.com"}
    chat.wait(hours=6)
    for day in ("2026-11-22", "2026-11-23", "2026-12-31"):
        chat.at(max(chat.now, datetime.fromisoformat(f"{day}T12:00:00+00:00")))
        await crm.sends({**counted, "at": day, "value": "3"})
        if day == "2026-11-22":
            await write(chat, who, "deals from 0 to 30")
            await chat.presses(who, "Open", on=await chat.says(who, "/goals"))
            form = (await chat.presses(who, "Connect to data")).form
            assert form
            own = next(each.value for each in form.questions[0].options if "own" in each.value)  # type: ignore[attr-defined]
            await chat.submits(who, which=own)
    chat.wait(days=1)
    await crm.sends({**counted, "at": "2027-01-01", "value": "3"})
    (row,) = chat.rows(KeyResult)
    assert row.value == 6, "the first day and the last, and none before or after"


async def test_what_a_person_says_counts_though_it_reads_data(chat: Chat) -> None:
    crm = Sender(chat, stale_days=7)
    await connected(chat, crm)
    await crm.sends(at(chat, "300"))
    chat.wait(days=8)
    await chat.says("ben", "/goals update 1 400")
    assert "75%" in await chat.says("ben", "/goals")
    await crm.sends(at(chat, "420"))
    assert "80%" in await chat.says("ben", "/goals")


async def test_a_silent_source_alerts_whoever_set_it_up_once(chat: Chat) -> None:
    crm = Sender(chat, stale_days=7, owner="dora")
    await crm.sends(at(chat, "1"))
    chat.wait(days=6)
    await chat.tick()
    assert "crm is silent" not in chat.told("dora")
    for _ in range(3):
        chat.wait(days=2)
        await chat.tick()
    assert chat.told("dora").count("crm is silent") == 1
    assert "crm is silent" not in chat.told("ivan")
    await crm.sends(at(chat, "2"))
    chat.wait(days=8)
    await chat.tick()
    assert chat.told("dora").count("crm is silent") == 2


async def test_of_a_source_without_owner_administrators_hear(chat: Chat) -> None:
    Sender(chat)
    chat.wait(days=15)
    await chat.tick()
    assert "crm is silent" in chat.told("ivan")


async def test_figures_about_people_are_theirs(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    told = await crm.sends(
        at(chat, "3", person="Ben@example.com", metric="visits"),
        at(chat, "4", person="nobody@example.com", metric="visits"),
    )
    assert (told["new"], told["unmatched"]) == (1, 1)
    (row,) = chat.rows(PersonPoint)
    seen = {
        who
        for who, person in chat.ids.items()
        if chat.change(
            lambda store, person=person: store.metrics.about(row.subject_id, reader=person, limit=9)
        )
    }
    assert seen == {"ben", "ada", "grace"}
    heard = await chat.says("ben", "/goals data")
    assert "visits: 3 users" in heard
    assert "From crm: less than a day old." in heard
    whole = chat.change(lambda store: store.records.whole(chat.ids["ben"]))
    assert [(each["metric"], each["source"], each["value"]) for each in whole["metric_of_person"]] == [
        ("visits", "crm", "3")
    ]


async def test_one_delivery_moves_whatever_reads_it(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    await crm.sends(at(chat, "3", person="ben@example.com", metric="visits"))
    await write(chat, "eve", "sign-ups from 0 to 1000")
    await chat.says("ben", "/goals result 1 visits from 0 to 10")
    for who, metric in (("eve", "sign-ups"), ("ben", "visits mine")):
        await chat.presses(who, "Open", on=await chat.says(who, "/goals"))
        await chat.presses(who, "Connect to data")
        form = chat.last[who].form
        assert form
        choices = {option.also[0]: option.value for option in form.questions[0].options}  # type: ignore[attr-defined]
        await chat.submits(who, which=choices[metric])
    told = await crm.sends(
        at(chat, "410", id="1"),
        at(chat, "420", id="1"),
        at(chat, "7", person="ben@example.com", metric="visits"),
        at(chat, "8", person="ada@example.com", metric="visits"),
        at(chat, "9", metric="nobody reads this"),
    )
    assert told == {"new": 3, "corrected": 2, "repeated": 0, "unmatched": 0, "moved": 3}
    moved = sorted((row.value, row.subject_id == chat.ids["ben"]) for row in chat.rows(KeyResult))
    assert moved == [(7, True), (420, False), (420, True)]
    assert [change.source for change in chat.rows(GoalChange) if change.source].count("crm") >= 3


async def test_only_oneself_connects_a_figure_about_oneself(chat: Chat) -> None:
    crm = Sender(chat)
    await crm.sends(at(chat, "3", person="ben@example.com", metric="visits"))
    await crm.sends(at(chat, "9", person="ada@example.com", metric="visits"))
    await write(chat, "ben", "visits from 0 to 10")
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals team"))
    await chat.presses("ada", "Connect to data")
    form = chat.last["ada"].form
    assert form
    (mine,) = form.questions[0].options  # type: ignore[attr-defined]
    heard = await chat.submits("ada", which=mine.value)
    assert heard.answer.outcome == "invalid"
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Connect to data")
    assert "visits: 3 of 10" in await chat.submits("ben", which=mine.value)


async def test_who_was_not_known_is_taken_again(any_chat: Chat) -> None:
    from handlers.goals.data.arriving import run_again

    chat = any_chat
    crm = Sender(chat)
    await crm.sends(at(chat, "3", person="bokri", metric="visits"))
    assert chat.change(lambda store: run_again(store, crm.source)).fates["unmatched"] == 1
    chat.change(lambda store: store.change(crm.source, people={"bokri": "ben@example.com"}))
    assert chat.change(lambda store: run_again(store, crm.source)).fates["new"] == 1
    assert not chat.rows(Unmatched)
    assert [row.subject_id for row in chat.rows(PersonPoint)] == [chat.ids["ben"]]


async def test_a_figure_that_fits_no_more_keeps_no_other_waiting(any_chat: Chat) -> None:
    """And whoever looks after the source can still say who it is."""
    chat = any_chat
    crm = Sender(chat, owner="dora")
    await crm.sends(
        at(chat, "3", person="bokri", metric="visits"),
        at(chat, "4", person="bokri", metric="calls"),
    )
    await crm.sends(point("5", at=chat.now.isoformat(), metric="visits", unit="days"))
    await chat.presses("dora", "Whom nobody knows: 2", on=await chat.says("dora", "/goals sources"))
    await chat.presses("dora", "bokri")
    heard = await chat.submits("dora", person="ben")
    assert "1 figure was taken." in heard
    assert "1 figure does not fit any more, by its name, its moment or its unit: it waits on." in heard
    assert [(row.metric, row.value) for row in chat.rows(PersonPoint)] == [("calls", "4")]
    assert crm.source.people == {"bokri": "ben@example.com"}


async def test_what_is_refused_by_name_passes_by_an_administrator_and_enters_no_score(chat: Chat) -> None:
    crm = Sender(chat)
    chat.change(lambda store: store.change(crm.source, allowed=["service health"]))
    assert (await crm.sends(at(chat, "99", metric="service health")))["new"] == 1
    await write(chat, "ben", "uptime from 90 to 100")
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert "Connect to data" not in opened.buttons


@pytest.mark.parametrize(
    ("name", "is_refused"),
    [("sick_days", True), ("SickLeave", True), ("child-care", True), ("婚姻状况", True), ("wellness", False),
     ("skills", False), ("closed issues", False), ("GPSTrack", True), ("满意度", False), ("Illnesses", True),
     ("store locations", True), ("ｓｉｃｋ days", True), ("sickdays", True), ("醫療費", True), ("性別", True),
     ("打卡地点", True), ("打卡地點", True), ("住院天数", True), ("地区", False), ("new partnerships", False),
     ("血压", True), ("抑郁量表", True), ("是否党员", True), ("亲属人数", True), ("place of residence", True),
     ("本身体验", False)],
)  # fmt: skip
def test_names_that_are_refused(name: str, is_refused: bool) -> None:
    assert bool(forbidden(name)) is is_refused


async def test_the_owner_hears_what_moved_when_somebody_else_connected_it(chat: Chat) -> None:
    crm = Sender(chat)
    await crm.sends(at(chat, "300"))
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals of @ben"))
    await connects(chat, "ada")
    chat.wait(minutes=16)
    await chat.tick()
    told = chat.told("ben")
    assert "1. sign-ups: 100 → 300" in told
    assert "was changed by somebody else" in told
    assert "connected to data" in told


async def test_what_was_taken_back_stays_so_when_the_goal_is_changed(any_chat: Chat) -> None:
    chat = any_chat
    crm = Sender(chat)
    await crm.sends({**at(chat, "100"), "kind": "counted"})
    await write(chat, "ben", "sign-ups from 100 to 500 users")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await connects(chat, "ben")
    chat.wait(minutes=1)
    await crm.sends(at(chat, "200"))
    await chat.tick()
    assert "100 users, from 100 to 500" in await chat.presses("ben", "Undo 1.1")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Change")
    assert "100 users" in await chat.submits("ben", title="Customers stay", until="2027-01-31")


async def test_what_came_while_it_was_dropped_is_read_when_it_is_back(chat: Chat) -> None:
    crm = Sender(chat)
    await connected(chat, crm)
    opened = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert opened.card
    menus = [part for part in opened.card.parts if isinstance(part, Menu)]
    drop = next(menu for menu in menus if "Drop" in opened.voice.say(menu.label))
    dropped = await chat.does("ben", Pressed(drop.options[0].handle))
    await crm.sends(at(chat, "300"))
    assert "300 users, from 100 to 500" in await chat.presses("ben", "Undo", on=dropped)
