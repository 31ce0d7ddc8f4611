"""Every door of every feature has its rule, its help and examples that run, and is closed to who may not pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col

from bot.words import Voice
from handlers import FEATURES
from handlers.checkins import rules, wishes
from handlers.kit.access import Rule
from handlers.kit.cards import Card
from handlers.kit.features import Route
from handlers.kit.forms import NO, YES, Choice, Option
from handlers.kit.problems import STALE
from handlers.kit.requests import Act, Opened, Pressed, Said, Sender
from handlers.kit.strangers import STRANGER
from handlers.kit.typed import folded
from handlers.kit.values import dump
from storage.tables import Handle
from tests.company import PEOPLE, Chat, Heard
from tests.walks.tour import COMMANDS, EVERYBODY, EXAMPLES, LIKELY, ROUTES, SHORTCUTS, Tour, called, opened

NAMES = tuple(name for name, *_ in PEOPLE.values())
NOT_UNDERSTOOD = "I did not understand"


def test_every_door_has_its_rule_its_help_and_its_audience() -> None:
    assert len(FEATURES) >= 8
    assert len(ROUTES) >= 90
    for route in ROUTES.values():
        assert isinstance(route.allow, Rule), route.name
        assert route.allow.refusal, route.name
        assert route.help.template.strip().endswith((".", "?")), route.name
        assert route.examples or not route.words, f"{route.name} has no example"
        if any(question.required for question in route.questions):
            assert route.seen_by is not None, route.name
            title = route.title or route.help
            assert callable(title) or len(title.template) <= 60, (
                f"{route.name} needs a short title= over its form"
            )


@pytest.mark.parametrize(("route", "example"), EXAMPLES, ids=lambda item: getattr(item, "name", item))
async def test_an_example_runs_in_a_fresh_company(
    route: Route, example: str, company_file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(company_file, tmp_path / "company.db") as chat:
        heard = await _by_who_may(chat, route, example)
    # A command may open the form of another door of its feature; what nobody understood is answered by another feature.
    assert heard.answer.route.partition(".")[0] == route.name.partition(".")[0], heard.text
    assert heard.answer.outcome in ("done", "asked"), heard.text
    assert NOT_UNDERSTOOD not in heard
    assert not caplog.records


async def _by_who_may(chat: Chat, route: Route, example: str) -> Heard:
    for who in LIKELY:
        heard = await chat.says(who, called(route, example))
        if heard.answer.outcome != "problem" or heard.voice.say(route.allow.refusal) not in heard:
            return heard
    raise AssertionError(f"nobody of {LIKELY} may use {route.name}")


# Who is not let in ---------------------------------------------------------------------------------------------------

FOREIGN = {
    "a stranger": Sender("nobody-knows", address="dm"),
    "a guest with a colleague's address": Sender("guest", verified_email="ben@example.com", member=False),
    "a colleague who is a guest here": Sender("ben", member=False),
    "an unknown address": Sender("new", verified_email="mallory@example.com"),
    "a spoofed account name": Sender("Ben", username="ben"),
    "somebody who has left": Sender("dora", verified_email="dora@example.com"),
    "a new account of somebody who has left": Sender("dora-2", verified_email="dora@example.com"),
}


async def test_every_command_is_closed_to_who_does_not_work_here(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await chat.says("ben", "/checkin done the secret plan")
    chat.leaves("dora")
    acts: list[Act] = [
        *(Said(called(route, example), command=True) for route, example in EXAMPLES),
        *(Said(words, command=True) for route in COMMANDS for words in (f"/{route.words}", *route.also)),
        *(Opened(shortcut.name) for shortcut in SHORTCUTS),
        Opened("home"),
        Opened("start", payload="x" * 22),
    ]
    for who, sender in FOREIGN.items():
        heard = [await chat.does(who, act, sender=sender) for act in acts]
        assert {(each.answer.outcome, each.text) for each in heard} == {("refused", STRANGER.template)}, who
        assert {each.answer.person_id for each in heard} == {""}
    assert len(acts) * len(FOREIGN) > 1000
    assert not any(name in STRANGER.template for name in NAMES)
    assert not caplog.records


# Keys ------------------------------------------------------------------------------------------------------------


async def test_a_key_is_worth_nothing_in_other_hands(tour: Tour, tmp_path: Path) -> None:
    """A key to each door is tried by everybody else and, at last, by its owner who has left."""
    async with opened(tour.file, tmp_path / "company.db", tour.at) as chat:
        keys = _one_to_each_door(chat)
        assert len({key.route for key in keys}) >= 75
        refused = [
            await chat.does(who, Pressed(key.id))
            for key in keys
            for who in (*EVERYBODY, "a stranger")
            if chat.ids.get(who) != key.person_id
        ]
        everybody = {f"{who}@example.com": person for who, person in chat.ids.items() if who in EVERYBODY}
        chat.change(lambda store: store.leavers.leave_all(everybody))
        refused += [await chat.does(_owner(chat, key), Pressed(key.id)) for key in keys]
        assert len(refused) > 700
        answers = {(each.answer.outcome, dump(each.answer.card), each.answer.keep) for each in refused}
        assert answers == {("refused", dump(Card(STALE)), True)}, "the refusals differ"


def _one_to_each_door(chat: Chat) -> list[Handle]:
    """Fresh keys, one to each door."""
    fresh = chat.rows(Handle, col(Handle.used_at).is_(None), col(Handle.expires_at) > chat.now)
    return list({key.route: key for key in fresh if _owner(chat, key) in EVERYBODY}.values())


def _owner(chat: Chat, key: Handle) -> str:
    return next((who for who, person in chat.ids.items() if person == key.person_id), "")


async def test_a_key_that_acts_once_acts_once(tour: Tour, tmp_path: Path) -> None:
    async with opened(tour.file, tmp_path / "company.db", tour.at) as chat:
        used = chat.rows(Handle, col(Handle.once), col(Handle.used_at).is_not(None))
        assert {key.route for key in used} == {route.name for route in ROUTES.values() if route.once}
        for key in used:
            again = await chat.does(_owner(chat, key), Pressed(key.id))
            assert again.answer.outcome == "refused", key.route


# Everything ----------------------------------------------------------------------------------------------------------


def test_every_door_is_on_the_tour(tour: Tour) -> None:
    assert set(ROUTES) <= set(tour.routes), "doors that nobody came to"
    assert tour.outcomes["done"] > 500


def test_nothing_on_the_tour_breaks(tour: Tour, hostile_tour: Tour) -> None:
    broken = [
        f"{seen.who}: {seen.did[:200]!r}"
        for seen in (*tour.seen, *hostile_tour.seen)
        if seen.heard.answer.outcome == "failed"
    ]
    assert not broken
    assert hostile_tour.outcomes["done"] > 500


def test_no_interview_ever_breaks(hostile_interviews: Tour) -> None:
    assert hostile_interviews.outcomes["asked"] > 200
    broken = [seen.did[:200] for seen in hostile_interviews.seen if seen.heard.answer.outcome == "failed"]
    assert not broken


def _told_apart() -> list[Option]:
    """Every option that is known before anybody asks, but for those whose words are people's."""
    asked = (question for feature in FEATURES for route in feature.routes for question in route.questions)
    known = (option for question in asked if isinstance(question, Choice) for option in question.known)
    return [*known, *rules.CHOICES, *wishes.LASTING, YES, NO]


def test_what_stands_on_an_option_can_be_typed_in_both_languages() -> None:
    voices = Voice("en"), Voice("zh")
    options = _told_apart()
    assert len(options) > 50
    mute = {
        (option.value, said)
        for option in options
        for v in voices
        if (said := v.say(option.label)) not in option.names
    }
    assert mute == set()


def test_no_word_means_two_options_of_one_question() -> None:
    for feature in FEATURES:
        for question in (q for route in feature.routes for q in route.questions if isinstance(q, Choice)):
            names = [folded(name) for option in question.known for name in set(map(folded, option.names))]
            assert len(names) == len(set(names)), names
