"""Templates: HR writes them, people use them, and a new version changes nothing that its owner did not take."""

from __future__ import annotations

import asyncio

import pytest

from handlers.goals.scorecards.items import line_of, read_items
from handlers.kit.cards import Section
from handlers.kit.requests import Pressed
from handlers.kit.text import Verbatim
from storage.goals import Goal, KeyResult
from tests.company import Chat, Heard

FIRST = """* complaints from 40 to 20 weight 30
* judged: calm in incidents
answers within a day from 60% to 90%
bonus: 5 for patents"""
SECOND = """* complaints from 40 to 10 weight 40
* judged: calm in incidents
* safety talks in 4 steps
answers within a day from 60% to 95%
churn between 2% and 4%"""


async def template(chat: Chat, items: str = FIRST) -> Heard:
    await chat.says("hana", "/goals template")
    return await chat.submits("hana", name="Customer service", items=items, whom="Support", form="kpi")


async def second(chat: Chat) -> Heard:
    await chat.presses("hana", "New version", on=await chat.says("hana", "/goals templates"))
    return await chat.submits("hana", items=SECOND)


async def adds(chat: Chat, title: str) -> Heard:
    """Take an optional item of the template on the last card."""
    card = chat.last["ben"].card
    assert card
    sections = [part for part in card.parts if isinstance(part, Section) and part.button]
    chosen = next(part for part in sections if isinstance(part.body, Verbatim) and title in part.body.words)
    assert chosen.button
    return await chat.does("ben", Pressed(chosen.button.handle))


def results(chat: Chat) -> dict[str, KeyResult]:
    return {row.title: row for row in chat.rows(KeyResult) if row.dropped_at is None}


async def test_hr_writes_one_and_a_person_uses_it(any_chat: Chat) -> None:
    assert "Kept: Customer service, version 1." in await template(any_chat)
    heard = await any_chat.says("ben", "/goals use Customer service")
    assert "Made from Customer service, version 1." in heard, heard.text
    assert set(results(any_chat)) == {"complaints", "calm in incidents"}
    await adds(any_chat, "answers")
    assert "answers within a day" in results(any_chat)
    (goal,) = any_chat.rows(Goal)
    assert (goal.form, goal.template_version) == ("kpi", 1)
    heard = await any_chat.presses(
        "ben", "Why this number?", on=await any_chat.says("ben", "/goals scorecard")
    )
    assert "Template: version 1." in heard


async def test_an_item_that_is_added_twice_at_once_is_there_once(any_chat: Chat) -> None:
    await template(any_chat)
    heard = await any_chat.says("ben", "/goals use Customer service")
    add = Pressed(heard.buttons["Add"].handle)
    before = len(any_chat.rows(KeyResult))
    await asyncio.gather(*(any_chat.does("ben", add) for _ in range(4)))
    assert len(any_chat.rows(KeyResult)) == before + 1


async def test_a_manager_uses_it_for_whom_they_lead(chat: Chat) -> None:
    await template(chat)
    await chat.says("ada", "/goals use Customer service @ben")
    (goal,) = chat.rows(Goal)
    assert goal.subject_id == chat.ids["ben"]
    assert "wrote a scorecard for you" in chat.told("ben")
    assert "by its owner or by their manager" in await chat.says("dora", "/goals use Customer service @ben")


async def test_an_objective_of_a_template_says_so_and_who_sees_it(chat: Chat) -> None:
    await chat.says("hana", "/goals template")
    lines = "* sign-ups from 100 to 500\nlive in Japan"
    await chat.submits("hana", name="Growth", items=lines, form="okr")
    await chat.says("ada", "/goals use")
    heard = chat.last["ada"]
    assert "an objective by their team and HR too" in heard
    assert heard.form
    (option,) = heard.form.questions[0].options  # type: ignore[attr-defined]
    heard = await chat.submits("ada", template=option.value, whose="ben")
    assert "everybody in Engines" in heard
    assert "Ada Lovelace wrote a goal for you" in chat.told("ben")
    heard = await chat.presses("ben", "Open")
    assert "Template: version 1." in await chat.presses("ben", "Why this number?", on=heard)


async def test_the_core_is_not_its_users_to_change(chat: Chat) -> None:
    await template(chat)
    await chat.says("ben", "/goals use Customer service")
    for change in ("weight 1", "name fewer complaints"):
        assert "It belongs to the core of its template" in await chat.says(
            "ben", f"/goals change 1.1 {change}"
        )
    assert "Target: 20 → 15" in await chat.says("ben", "/goals change 1.1 target 15")
    await chat.presses("ben", "Open", on=await chat.says("ben", "/goals scorecard"))


async def test_a_new_version_shows_the_difference_and_changes_nothing_by_itself(chat: Chat) -> None:
    await template(chat)
    await chat.says("ben", "/goals use Customer service")
    await adds(chat, "answers")
    await chat.says("ben", "/goals change 1.3 target 80%")  # an optional item, made his own
    heard = await second(chat)
    assert "Kept: Customer service, version 2." in heard
    assert results(chat)["complaints"].target == 20
    assert "A template that you use has a new version" in chat.told("ben")
    heard = await chat.presses("ben", "What is new in version 2", on=chat.told_cards("ben")[-1])
    for words in (
        "Customer service: from version 1 to 2",
        "Target: 20 → 10",
        "Weight: 30 → 40",
        "New in the core: * safety talks in 4 steps",
        "New, if you like: churn between 2 and 4%",
        "Gone from the template: patents",
    ):
        assert words in heard, heard.text
    assert results(chat)["complaints"].target == 20
    heard = await chat.presses("ben", "Take the new version")
    now = results(chat)
    assert "It follows version 2 of its template now." in heard
    assert (now["complaints"].target, now["complaints"].weight) == (10, 40)
    assert now["safety talks"].locked
    assert now["answers within a day"].target == 80, "what its owner made their own stays"
    assert "churn" not in now
    (goal,) = chat.rows(Goal)
    assert goal.template_version == 2
    await chat.presses("ben", "What changed", on=await opened(chat))
    assert "Version of the template: 1 → 2" in chat.last["ben"]


@pytest.mark.parametrize(
    ("core", "says"),
    [
        ("* complaints from 50 to 20", "complaints: 50, from 50 to 20 (0%)"),
        ("* judged: complaints", "complaints: not judged yet, from 0 to 5"),
        ("* complaints", "complaints: not said yet"),
    ],
)
async def test_nothing_is_reached_by_a_new_version(any_chat: Chat, core: str, says: str) -> None:
    chat = any_chat
    await template(chat)
    await chat.says("ben", "/goals use Customer service")
    await chat.presses("hana", "New version", on=await chat.says("hana", "/goals templates"))
    await chat.submits("hana", items=f"{core}\n* judged: calm in incidents")
    await chat.presses("ben", "What is new in version 2", on=chat.told_cards("ben")[-1])
    assert says in await chat.presses("ben", "Take the new version")


async def opened(chat: Chat) -> Heard:
    return await chat.presses("ben", "Open", on=await chat.says("ben", "/goals scorecard"))


async def test_lines_that_say_nothing_are_named(chat: Chat) -> None:
    heard = await template(chat, "complaints from 40 to 40")
    assert heard.answer.outcome == "invalid"
    assert "In the line “complaints from 40 to 40”:" in heard
    heard = await chat.submits("hana", items="bonus: patents")
    assert "Say how many points at most" in heard
    heard = await chat.submits("hana", items="calm\nCalm")
    assert "Two items are called “calm”" in heard


EVERY_KIND = """* complaints from 40 to 20 weight 30
answers from 60% to 90%
sign-ups from 100 to 1500.5 users a day
tickets from 40 to 20 stretch 10 weight 2
churn between 2% and 4% weight 0
precision from 1.1250 to 2.5
launch in 4 steps
live in Japan
judged: calm in incidents weight 20
* bonus: 5 for patents
penalty: 10 for safety incidents"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_template_is_written_again_as_it_was_read(language: str) -> None:
    items = read_items(EVERY_KIND, "UTC")
    again = "\n".join(line_of(item, language) for item in items)
    for zone in ("UTC", "Europe/Berlin"):
        assert read_items(again, zone) == items, again
    assert ("权重" in again) is (language == "zh")


async def test_who_may_write_them(chat: Chat) -> None:
    assert "This is for HR and administrators" in await chat.says("ada", "/goals template")
    assert "None yet." in await chat.says("ben", "/goals templates")


async def test_numbers_alone_get_advice_when_they_are_written(chat: Chat) -> None:
    assert "Not numbers alone" in await template(chat, "complaints from 40 to 20")


async def test_one_that_is_offered_no_longer_stays_with_its_users(chat: Chat) -> None:
    await template(chat)
    await chat.says("ben", "/goals use Customer service")
    before = await chat.says("hana", "/goals templates")
    await chat.presses("hana", "Offer no longer", on=before)
    assert "This template is not offered any more." in await chat.presses("hana", "New version", on=before)
    assert "None yet." in await chat.says("ben", "/goals templates")
    assert "Made from Customer service, version 1." in await opened(chat)
