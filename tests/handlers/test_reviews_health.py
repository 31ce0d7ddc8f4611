"""After a cycle: two questions in confidence, and how healthy the process was, with small teams hidden."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from handlers.kit.values import dump
from handlers.reviews import progress
from handlers.reviews.participation import by_team, counted
from storage.reviews import Duty, ProcessSurvey
from storage.reviews.surveys import SurveyAnswer
from storage.tables import ObligationRow
from tests.company import Chat, Heard
from tests.handlers.reviewing import go_on, launched, press_beside, write
from tests.handlers.test_reviews_calibrating import proposed, role
from tests.handlers.test_reviews_nominating import proposing
from tests.handlers.test_reviews_results import owed

EVERYBODY = ("ada", "ben", "chen", "eve", "grace", "dora", "ivan")


async def answers(chat: Chat, who: str, fair: int, words: str = "") -> Heard:
    """Somebody answers the two questions."""
    await owed(chat, who, "two questions")
    assert chat.last[who].form, chat.last[who].text
    return await chat.submits(who, fair=str(fair), words=words)


async def health(chat: Chat) -> Heard:
    return await chat.presses("hana", "Open", on=await chat.says("hana", "/review health"))


async def over(chat: Chat) -> None:
    """The days of the survey are over."""
    chat.wait(days=9)
    await chat.tick()


async def closed(chat: Chat) -> None:
    """A cycle about seven people, which is over."""
    await proposed(chat)
    await go_on(chat, "closed")


async def test_what_enough_people_say_is_shown_at_the_end_without_names(any_chat: Chat) -> None:
    chat = any_chat
    await closed(chat)
    asked = [row for row in chat.rows(ObligationRow) if row.kind == "reviews.survey"]
    assert {row.person_id for row in asked} == {chat.ids[who] for who in EVERYBODY}
    await owed(chat, "ben", "two questions")
    assert "Confidential: kept without your name and the time." in chat.last["ben"]
    assert "Thank you. Your answer is kept without your name." in await chat.submits("ben", fair="4")
    for who, fair in zip(("ada", "chen", "eve", "grace"), (5, 3, 3, 5), strict=True):
        await answers(chat, who, fair, "Shorter forms")
    rows = chat.rows(SurveyAnswer)
    assert all(set(vars(row)) & {"author_id", "made_at", "person_id"} == set() for row in rows)
    assert not any(row.points and row.said for row in rows)
    heard = await health(chat)
    assert "Nothing of it is shown before." in heard
    assert "5 of 7" not in heard
    await over(chat)
    heard = await health(chat)
    assert "4 of 5 on average" in heard
    assert "Shorter forms" not in heard, "words take ten people"
    assert "Words are shown if at least 10 people wrote some." in heard
    assert chat.rows(SurveyAnswer) == []
    assert "The survey about the review is over" in chat.told("hana")
    assert not [row for row in chat.rows(ObligationRow) if row.kind == "reviews.survey" and not row.closed_at]


async def test_who_was_proposed_and_taken_off_again_never_hears_of_the_cycle(chat: Chat) -> None:
    await proposing(chat, "ben")
    await chat.submits("ben", people=("chen", "eve", "dora", "ivan"))
    await owed(chat, "ada", "settle which colleagues write about Ben Okri")
    await press_beside(chat, "ada", "Ivan Petrov", "Take off")
    await chat.presses("ada", "Ask these")
    await go_on(chat, "closed")
    await chat.tick()
    assert "two questions about how it went" in chat.told("dora")
    assert "Autumn 2026" not in chat.told("ivan")


async def test_nobody_says_that_the_survey_is_done_it_is_seen(chat: Chat) -> None:
    await closed(chat)
    await chat.tick()
    heard = next(each for each in chat.told_cards("ben") if "two questions about how it went" in each)
    assert "In an hour" in heard.buttons
    assert dump(heard.card).count("two questions") == 1, "not among what is done already"
    assert "two questions" in await chat.opens("ben")


async def test_a_cycle_is_not_paused_while_its_survey_is_open(chat: Chat) -> None:
    """It is over then: nothing is left that could be held."""
    await proposed(chat)
    before = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    await go_on(chat, "closed")
    after = await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
    assert not {"Pause", "Go on", "Back to an earlier phase"} & set(after.buttons)
    for label in ("Pause", "Change the days", "Add people", "Take somebody out", "Back to an earlier phase"):
        assert "This cycle does not run." in await chat.presses("hana", label, on=before), label
    await answers(chat, "ben", 4)
    assert "Thank you" in chat.last["ben"]


async def test_what_few_people_say_is_not_shown_and_not_kept(chat: Chat) -> None:
    await closed(chat)
    for who in ("ada", "ben", "chen", "eve"):
        await answers(chat, who, 1, "It was Ada")
    await over(chat)
    heard = await health(chat)
    assert "Fewer than 5 people answered, so nothing is shown and nothing was kept." in heard
    (row,) = chat.rows(ProcessSurvey)
    assert (row.answered, row.tally, row.said) == (4, None, None)
    assert chat.rows(SurveyAnswer) == []


async def test_what_all_say_alike_is_not_said_of_each(chat: Chat) -> None:
    await closed(chat)
    for who in EVERYBODY:
        await answers(chat, who, 1, "It was Ada")
    await over(chat)
    heard = await health(chat)
    assert "together they lean to the lower points" in heard
    assert "1 of 5 on average" not in heard
    assert "1: 7" not in heard
    (row,) = chat.rows(ProcessSurvey)
    assert row.tally == {"n": 7, "leans": "low"}


async def test_words_of_ten_people_are_shown_shuffled(chat: Chat) -> None:
    await closed(chat)
    (survey,) = chat.rows(ProcessSurvey)

    def many(store: object) -> None:
        for number in range(10):
            store.reviews.surveys.answer(survey.id, 1 + number % 5, f"Point {number}")  # type: ignore[attr-defined]

    chat.change(many)
    await over(chat)
    heard = await health(chat)
    said = [line for line in heard.text.splitlines() if "Point" in line]
    assert len(said) == 10
    (row,) = chat.rows(ProcessSurvey)
    assert sorted(row.said) == [f"Point {number}" for number in range(10)]


async def test_a_mean_is_rounded_up_from_a_half(chat: Chat) -> None:
    await closed(chat)
    (survey,) = chat.rows(ProcessSurvey)
    given = (*[5] * 10, *[4] * 8, 3, 2)  # 87 of 20 people, which as a float is a little less than 4.35
    chat.change(lambda store: [store.reviews.surveys.answer(survey.id, fair, "") for fair in given])
    await over(chat)
    assert "4.4 of 5 on average" in await health(chat)


async def test_one_answer_counts_once(chat: Chat) -> None:
    await closed(chat)
    home = await chat.opens("ben")
    await chat.presses("ben", "Do it now", on=home)
    await chat.submits("ben", fair="4")
    refused = await chat.presses("ben", "Do it now", on=home)
    assert "You have answered already" in refused
    assert len(chat.rows(SurveyAnswer)) == 1


async def test_one_review_is_said_as_one(chat: Chat) -> None:
    await launched(chat, units="Board")  # of Grace, who has no manager to write
    assert "Autumn 2026: 0 of one review written, 0 late" in await chat.says("hana", "/review health")


async def test_the_health_of_a_cycle_as_a_picture_and_as_a_table(chat: Chat) -> None:
    await launched(chat)
    await write(chat, "ben", "", growth="A talk")
    assert "1 of 8 reviews written (13%)" in await health(chat)
    chat.wait(days=9)  # the phase is over, and Chen hands in all the same
    await write(chat, "chen", "", growth="A course")
    await go_on(chat, "write")
    await write(chat, "ada", "Ben Okri", growth="A talk", overall_points="4")
    assert "Autumn 2026: 3 of 8 reviews written, 1 late" in await chat.says("hana", "/review health")
    heard = await health(chat)
    assert heard.card
    assert heard.card.pictures()
    assert "3 of 8 reviews written (38%), 1 late, 0 dropped out" in heard
    assert "2 teams are not shown" in heard, "in Engines four write, and in Board one"
    heard = await chat.presses("hana", "As a table")
    assert "Self-reviews · 2 of 4, 1 late" in heard
    assert "Reviews by managers · 1 of 4" in heard
    assert "Engines" not in heard


async def test_hr_that_is_reviewed_sees_no_health_of_its_own_cycle(chat: Chat) -> None:
    role(chat, "dora", "hr")
    await closed(chat)
    assert "There is no cycle of the last months" in await chat.says("dora", "/review health")
    assert "This is for HR" in await chat.says("ada", "/review health")


async def test_a_test_run_asks_nobody(chat: Chat) -> None:
    cycle = await launched(chat)
    chat.change(lambda store: store.change(cycle, is_test=True))
    await go_on(chat, "closed")
    assert chat.rows(ProcessSurvey) == []


NOW = datetime(2026, 11, 23, tzinfo=UTC)


def duty(author: str, state: str = "submitted", role: str = "self") -> Duty:
    return Duty("", "", "", author, role, state, NOW if state == "submitted" else None, 1)


def test_small_teams_are_not_in_the_figures_nor_in_the_difference() -> None:
    """On five hundred companies no team of fewer than five people can be had from what is shown."""
    dice = random.Random(3)
    for _ in range(500):
        teams = {f"p{n}": f"t{dice.randint(0, 4)}" for n in range(dice.randint(1, 40))}
        states = ("submitted", "owed", "declined")
        duties = [duty(person, dice.choice(states)) for person in teams]
        shown, out = by_team(duties, lambda each: None, teams.__getitem__, 5)
        sizes = {team: sum(each == team for each in teams.values()) for team in set(teams.values())}
        assert all(sizes[team] >= 5 for team in shown)
        rest = sum(sizes.values()) - sum(sizes[team] for team in shown)
        assert rest == 0 or rest >= 5 or not shown
        assert out == len(sizes) - len(shown)


def test_who_was_never_asked_makes_no_team_large_enough_to_be_shown() -> None:
    states = {"a": "submitted", "b": "owed", "c": "dropped", "d": "nominated", "e": "dropped"}
    duties = [duty(person, state) for person, state in states.items()]
    assert by_team(duties, lambda each: None, lambda person: "Arts", 3) == ({}, 1)
    assert progress.grouped({"Arts": duties}, least=3) == ()


@pytest.mark.parametrize(
    ("states", "count"),
    [
        (("submitted", "submitted", "owed"), (3, 2, 0)),
        (("declined", "frozen"), (2, 0, 2)),
        (("nominated", "dropped"), (0, 0, 0)),
    ],
)
def test_what_counts(states: tuple[str, ...], count: tuple[int, int, int]) -> None:
    found = counted((duty("a", state) for state in states), lambda each: None)
    assert (found.asked, found.done, found.out) == count
