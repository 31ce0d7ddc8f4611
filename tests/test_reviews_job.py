"""The main job of reviews, whole, through real processes: a cycle about two pilot departments. People write about
themselves, a colleague, their manager and who reports to them, in Slack, in Telegram and in the local chat, and a
customer on a page; it is calibrated, shared, talked about, answered and acknowledged; and nobody hears what is not
theirs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col

from storage.reviews import UPWARD, Review
from storage.tables import ObligationRow, Occurrence
from tests.browser import open_browser
from tests.office import CYCLE, ON_SLACK, ON_TELEGRAM, STAFF, Answers, Office, office

WEDNESDAY = "2026-11-25T09:10:00+00:00"
IN_NEW_YORK = "2026-11-25T14:05:00+00:00"
LAST_DAY = "2026-12-02T09:00:30+00:00"
DAY_AFTER = "2026-12-03T08:10:00+00:00"
NEXT_MORNING = "2026-12-04T11:10:00+00:00"
"""More than a day after the last confidential review was handed in."""
SELF_REVIEW = "write your self-review"
OUTSIDE = ("ivan", "zoe")
IN_CONFIDENCE = "Before the freeze nobody knew what goes first"
"""What Ben writes about Ada."""


def long(*begins: str) -> tuple[str, ...]:
    """Pieces of an answer, each as long as a platform takes it at once."""
    return tuple(f"{words} {'and what came of it, week by week; ' * 80}" for words in begins)


BY_BEN = long("Restored in 15 minutes on 3 November", "Wrote down what we learned")
BY_ADA = long("Restored the checkout in 15 minutes", "Two others did it from his notes")


async def test_a_cycle_about_two_pilot_departments(tmp_path: Path) -> None:
    async with office(tmp_path) as here, open_browser() as sits, open_browser() as elsewhere:
        async with here.open(WEDNESDAY):
            await launch(here)
            await kick_off(here)
            await write_in_telegram(here)
        async with here.open(IN_NEW_YORK):
            await write_in_the_local_chat(here, await sits.new_page())
        async with here.open(LAST_DAY):
            await who_still_owes_is_reminded(here)
            await here.write("ada", "Your self-review", {"What should be learned": "A course in June"})
            await here.shown("ada", "Handed in.")
        async with here.open(DAY_AFTER):
            await choose_colleagues(here)
            await here.goes_on("Others write")
            await write_about_a_manager(here, await sits.new_page())
            await write_about_a_colleague(here, await sits.new_page())
            await a_customer_writes(here, await elsewhere.new_page())
            await managers_write(here)
            await here.goes_on("Calibration")
            await calibrate(here)
            await here.goes_on("Sharing")
        async with here.open(NEXT_MORNING):
            await share_what_was_written_in_confidence(here)
            await share(here)
            await read(here)
            await talk(here)
            await answer(here)
        nobody_heard_what_is_not_theirs(here)


# The self-reviews -------------------------------------------------------------------------------------------------


async def launch(here: Office) -> None:
    """HR launches the cycle in Slack."""
    for number in ON_TELEGRAM.values():
        await here.telegram.says(number, "/start")
    assert "may be written and read" in (await here.answered("hana", "/upbeat", "review telegram yes")).words
    await here.command("hana", "/upbeat", f"review new {CYCLE}")
    everybody = "Colleagues, those who report to them, and customers"
    await here.fill("hana", {"For which teams": "Product, Design", "Who writes besides": everybody})
    plan = await here.shown("hana", "It is about 6 people")
    await here.press("hana", plan, "Launch")
    await here.shown("hana", "Launched")


async def kick_off(here: Office) -> None:
    """Those about whom it is hear of it, each in their hours: in New York it is four in the morning."""
    await here.until(lambda: SELF_REVIEW in here.seen("ben"), "Ben hears of it in Telegram")
    await here.until(lambda: SELF_REVIEW in here.slack.told(ON_SLACK["ada"]), "Ada hears of it in Slack")
    for who in ("dora", "chen"):
        await here.until(lambda who=who: bool(here.told(who)), f"{who} hears of it")
    assert not here.told("eve")


async def write_in_telegram(here: Office) -> None:
    """Ben's self-review, one question at a time; one answer is several messages."""
    answers: Answers = {
        "Results: what shows it": BY_BEN,
        "Results": "4 – often more than the role needs",
        "What should be learned": "Speak at a meet-up in May",
    }
    await here.interview("ben", "Do it now", answers, ends="Handed in.")


async def write_in_the_local_chat(here: Office, page: Any) -> None:
    """Eve's self-review, once it is nine o'clock where she is."""
    await here.until(lambda: bool(here.told("eve")), "Eve hears of it in the local chat")
    await here.fill_in(
        page, "eve", "Your self-review", {"What should be learned or practised": "A talk in May"}
    )


async def who_still_owes_is_reminded(here: Office) -> None:
    """On the last day, at ten o'clock."""
    await here.until(lambda: here.reminded("ada") >= 2, "Ada is reminded on the last day")
    await here.until(lambda: here.reminded("fred") >= 2, "so is Fred")
    assert here.reminded("ben") == here.reminded("eve") == 1


# Others write -----------------------------------------------------------------------------------------------------


async def choose_colleagues(here: Office) -> None:
    """The clock has begun the next phase. Ben proposes three in Telegram, and Ada settles in Slack that it is Eve."""
    await here.until(lambda: "propose colleagues" in here.seen("ben"), "Ben is asked for colleagues")
    proposed: Answers = {"Who can say how you worked": ("Eve Curie", "Fred Hoyle", "Dora Maar")}
    await here.interview("ben", "Do it now", proposed, ends="Proposed.")
    await here.press("ada", await here.answered("ada", "/review"), "Choose", "write about Ben Okri")
    for name in ("Fred Hoyle", "Dora Maar"):
        await here.press("ada", await here.shown("ada", f"{name} (proposed)"), "Take off", name)
    await here.press("ada", await here.shown("ada", "Eve Curie (proposed)"), "Ask these")
    await here.shown("ada", "They are asked when others write.")


async def write_about_a_manager(here: Office, page: Any) -> None:
    """Upward, in confidence: Ben in Telegram, Chen and Eve in the local chat, Chen in Chinese."""
    await here.telegram.says(ON_TELEGRAM["ben"], "/review")
    await here.until(lambda: "Review of your manager Ada Lovelace" in here.seen("ben"), "it waits for Ben")
    answers: Answers = {
        "Gives direction: what shows it": long(IN_CONFIDENCE, "And since then every Monday"),
        "Gives direction": "4 – often more than the role needs",
    }
    await here.interview("ben", "Write", answers, ends="Handed in.")
    points = {"Gives direction": "4"}
    await here.fill_in(page, "eve", "Review of your manager", points)
    await here.fill_in(page, "chen", "Ada Lovelace", {"指明方向": "5"})
    written = here.look(lambda store: store._rows(Review, (col(Review.role) == UPWARD,)))
    assert sorted(row.answers["direction"]["points"] for row in written if row.answers) == [4, 4, 5]


async def write_about_a_colleague(here: Office, page: Any) -> None:
    """Eve about Ben, with her name."""
    await here.fill_in(page, "eve", "Review of your colleague Ben", {"What should be kept": "He calls first"})


async def a_customer_writes(here: Office, page: Any) -> None:
    """Ada asks for a link in Slack; whoever has it writes on a page, without an account."""
    await here.command("ada", "/upbeat", "review customer")
    await here.fill("ada", {"About whom": "Ben Okri", "Whom do you ask": "Blue Mill"})
    asked = await here.shown("ada", "Pass this link on to Blue Mill")
    link = re.search(r"http://\S+/customer/[\w.-]+", asked.words)
    assert link, asked.words
    await page.goto(link[0])
    await page.get_by_text("How is it to work with Ben Okri?").wait_for()
    await page.get_by_label("What should be kept").fill("He calls back within the hour")
    await page.get_by_role("button").click()
    await page.get_by_text("What you wrote was handed in").wait_for()


async def managers_write(here: Office) -> None:
    """Ada about Ben: one part in two fields, the rest in the whole form. Grace about Ada, all of it in the form."""
    await here.part_by_part("ada", "Ben Okri")
    await here.press("ada", await here.shown("ada", "So far"), "Answer", "Results")
    first, more = BY_ADA
    await here.fill("ada", {"Results: what shows it?": first, "Results: what shows it? (continued)": more})
    await here.press("ada", await here.shown("ada", "Kept. Nobody reads it"), "The whole form")
    await here.fill("ada", {"What should be learned": "A talk", "All in all": "4"})
    await here.hands_in("ada")
    await here.write(
        "grace", "Ada Lovelace", {"What should be learned": "Delegate the rota", "All in all": "4"}
    )
    await here.hands_in("grace")


async def calibrate(here: Office) -> None:
    """HR changes a rating, with a reason."""
    await here.press("hana", await here.answered("hana", "/upbeat", "review calibrate"), "New session")
    await here.fill("hana", {"For which team": "Everybody in the cycle", "Who calibrates": "Hana Sato"})
    await here.press("hana", await here.shown("hana", "The session is open."), "Open")
    await here.press("hana", await here.shown("hana", "Ben Okri: 4 of 5, as proposed"), "Open", "Ben Okri")
    await here.press("hana", await here.shown("hana", "Calibrating Ben Okri"), "Change the rating")
    await here.fill("hana", {"Which rating": "3", "Why": "Two of four goals were not reached"})
    await here.shown("hana", "3 of 5, proposed 4")


# The result -------------------------------------------------------------------------------------------------------


async def share_what_was_written_in_confidence(here: Office) -> None:
    """Grace shares with Ada, who reads of her reports what they say together, and nothing else."""
    await here.closes("grace")
    await here.press("grace", await here.shown("grace", "share the result with Ada Lovelace"), "Do it now")
    await here.press("grace", await here.shown("grace", "This is what Ada Lovelace will read"), "Share it")
    await here.shown("grace", "Shared with Ada Lovelace.")
    await here.closes("ada")
    told = "Grace Hopper shared your review with you"
    await here.press("ada", await here.shown("ada", told), "Read it")
    result = await here.shown("ada", "Those who report to Ada Lovelace")
    assert "3 answers: together they lean to the upper points" in result.words
    assert IN_CONFIDENCE not in here.slack.told(ON_SLACK["ada"]) + result.words


async def share(here: Office) -> None:
    """Ada is asked to share with Ben what she wrote."""
    await here.closes("ada")
    await here.press("ada", await here.shown("ada", "share the result with Ben Okri"), "Do it now")
    last_page = await here.shown("ada", "Sharing is not the last word")
    await here.press("ada", last_page, "Share it")
    await here.shown("ada", "Shared with Ben Okri.")


async def read(here: Office) -> None:
    """Ben reads it in Telegram: each by name, all of what is long, and why the rating is another one."""
    await here.until(lambda: "shared your review with you" in here.seen("ben"), "Ben hears of it")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Read it")
    await here.until(lambda: "Answer in writing" in here.labels("ben"), "Ben has read it")
    for words in (*BY_ADA, "He calls first", "Review by Blue Mill, a customer", "calls back within the hour"):
        assert squeezed(words) in squeezed(here.seen("ben")), words
    await here.telegram.presses(ON_TELEGRAM["ben"], "Why this rating?")
    await here.until(lambda: "Two of four goals were not reached" in here.seen("ben"), "Ben reads why")


def squeezed(words: str) -> str:
    """Without the spaces, among which a long answer is parted into messages."""
    return "".join(words.split())


async def talk(here: Office) -> None:
    """Ada notes that the two have talked."""
    await here.press("ada", await here.shown("ada", "Shared with Ben Okri."), "Prepare the talk")
    await here.press("ada", await here.shown("ada", "Your talk with Ben Okri"), "We have talked")
    await here.fill("ada", {})
    await here.until(lambda: "noted that you talked" in here.seen("ben"), "Ben hears that it is noted")


async def answer(here: Office) -> None:
    """Ben answers in Telegram, and acknowledges it."""
    await here.telegram.presses(ON_TELEGRAM["ben"], "Read it")
    await here.until(lambda: "Answer in writing" in here.labels("ben"), "Ben has read it again")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Answer in writing")
    asked = "What do you want to say to it?"
    await here.until(lambda: asked in here.seen("ben"), "Ben is asked what he says")
    await here.telegram.says(ON_TELEGRAM["ben"], "The talk is in May")
    await here.until(lambda: "answered their review" in here.slack.told(ON_SLACK["ada"]), "Ada hears of it")
    await here.telegram.presses(ON_TELEGRAM["ben"], "Acknowledge")
    await here.until(
        lambda: "acknowledged their review" in here.slack.told(ON_SLACK["ada"]), "Ada hears that too"
    )


def nobody_heard_what_is_not_theirs(here: Office) -> None:
    """The log of reminders: each came in its person's hours, who was done was not reminded, and whom it is not about
    heard nothing."""
    sent = here.look(lambda store: store._rows(Occurrence, (col(Occurrence.kind) == "nudge",)))
    owed = {row.id: row for row in here.look(lambda store: store._rows(ObligationRow, ()))}
    told = [(each, owed[each.about]) for each in sent if each.outcome == "sent" and each.about in owed]
    about_reviews = [(each, row) for each, row in told if row.kind.startswith("reviews.")]
    assert {row.kind for _, row in about_reviews} >= {"reviews.write", "reviews.nominate", "reviews.share"}
    zones = {here.ids[who]: ZoneInfo(STAFF[who][2]) for who in STAFF}
    for each, row in about_reviews:
        assert row.closed_at is None or each.decided_at <= row.closed_at, (row.kind, each.decided_at)
        clock = each.decided_at.astimezone(zones[row.person_id])
        assert clock.weekday() < 5
        assert 9 <= clock.hour < 18, (row.kind, clock)
    for who in OUTSIDE:
        assert CYCLE not in here.slack.told(ON_SLACK[who])
        assert not here.told(who)
