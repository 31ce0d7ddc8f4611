"""Beside each question stands what the record holds; what is cited is opened by who reads the review, as they may."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from bot.slack.draw import Drawing as SlackDrawing
from bot.slack.forms import Modal
from bot.telegram.draw import Drawing as TelegramDrawing
from bot.telegram.interview import draw_question
from bot.web.draw import Drawing as WebDrawing
from bot.words import Voice
from handlers.kit.requests import Pressed
from storage.metrics.tables import PersonPoint
from storage.policy import Kind
from storage.reviews import PEER
from tests.company import MONDAY, Chat
from tests.fakes import slack_limits
from tests.handlers.reviewing import due, go_on, launched, paper, press_beside, review_by, the_cycle, write

JULY = datetime(2026, 7, 6, 9, tzinfo=UTC)


async def a_record(chat: Chat) -> None:
    """What happened to Ben in half a year, some of it for his own eyes alone."""
    chat.at(JULY)
    await chat.says("ben", "/checkin done the index is rebuilt; next the cache")
    chat.change(lambda store: _moved(chat, store))
    chat.wait(days=60)
    await chat.says("ben", "/checkin done the cache is warm")
    chat.change(
        lambda store: store.insert(
            PersonPoint(
                kind=Kind.METRIC,
                subject_id=chat.ids["ben"],
                made_at=store.now,
                source_id="s",
                source="tracker",
                metric_id="m",
                metric="tickets closed",
                key="k",
                value="41",
                received_at=store.now,
            )
        )
    )
    chat.at(MONDAY)
    chat.change(lambda store: _said(chat, store))


def _moved(chat: Chat, store: object) -> None:
    ben, goals = chat.ids["ben"], store.goals  # type: ignore[attr-defined]
    days = {"begins_on": JULY.date(), "ends_on": MONDAY.date()}
    goal = goals.add(ben, author=ben, kind=Kind.GOAL_TEAM, title="Calm nights", **days)
    row = goals.measure(goal, author=ben, title="Time to restore", target=Decimal(20), unit="min")
    goals.move(row, by=ben, value=Decimal(90), confidence="at_risk")
    goals.move(row, by=ben, value=Decimal("15.50"), confidence="on_track", note="two drills a month")
    wrong = goals.move(row, by=ben, value=Decimal(1), confidence="on_track")
    goals.undo(wrong, row, by=ben)


def _said(chat: Chat, store: object) -> None:
    ids, feedback = chat.ids, store.feedback  # type: ignore[attr-defined]
    feedback.send(ids["dora"], ids["ben"], {"behaviour": "said for Ben alone"}, manager=None)
    feedback.send(ids["eve"], ids["ben"], {"behaviour": "asked before answering"}, manager=ids["ada"])
    gone = feedback.send(ids["eve"], ids["ben"], {"behaviour": "taken back"}, manager=ids["ada"])
    feedback.retract(gone)


async def ada_writes(chat: Chat) -> None:
    """Ada is about to write about Ben, part by part."""
    await a_record(chat)
    await launched(chat)
    await chat.says("dora", "/kudos @ben for the calm incident call")
    assert chat.last["dora"].card
    preview = chat.last["dora"].card.buttons()
    await chat.does("dora", Pressed(next(each.handle for each in preview if each.style == "primary")))
    await go_on(chat, "write")
    await chat.says("ada", "/review")
    await paper_about(chat, "ada", "Ben Okri")


async def test_the_whole_form_shows_it_beside_each_question(chat: Chat) -> None:
    await ada_writes(chat)
    form = (await chat.presses("ada", "The whole form")).form
    assert form
    english, chinese = Voice("en", "Europe/Berlin"), Voice("zh", "Europe/Berlin")
    beside = {each.name: [english.say(line) for line in each.lines_beside] for each in form.questions}
    told, *pieces = beside["results"]
    assert told.startswith("5 pieces are on record for this.")
    assert len(pieces) == 4
    assert any("the cache is warm" in line for line in pieces)
    assert any("two drills a month" in line for line in pieces)
    assert beside["change"][-1].endswith("Done: the index is rebuilt; Next: the cache")
    assert any("tickets closed: 41" in line for line in pieces)
    together = " ".join(beside["together"])
    assert "asked before answering" in together
    for hidden in ("said for Ben alone", "calm incident call", "taken back"):
        assert hidden not in str(beside)
    assert "the index is rebuilt" not in together
    assert beside["growth"] == beside["results_points"] == []
    results = form.question("results")
    assert results
    assert chinese.say(results.lines_beside[0]).startswith("这一项有 5 条记录")
    view = Modal(SlackDrawing("zh", "Europe/Berlin"), "Upbeat").form(form)
    assert slack_limits.check_view(view) == ("", [])
    assert "two drills a month" in str(view)
    assert "two drills a month" in WebDrawing("zh", "Europe/Berlin").form(
        form, people={}, errors={}, base="/"
    )


async def test_one_part_shows_it_beside_its_question(chat: Chat) -> None:
    await ada_writes(chat)
    chat.interviews = True
    asked = (await press_beside(chat, "ada", "Results", "Answer")).answer.asked
    assert asked
    lines = [Voice().say(line) for question in asked.form.questions for line in question.lines_beside]
    assert any("the cache is warm" in line for line in lines)
    (page,) = draw_question(
        chat.last["ada"].answer, replace(asked, position=1), TelegramDrawing("en", "UTC"), str
    )
    assert "the cache is warm" in page.html


async def paper_about(chat: Chat, who: str, about: str) -> None:
    """The paper of one of several reviews."""
    row = review_by(chat, who, "manager", about)
    key = chat.change(
        lambda store: store.handles.make(
            [("reviews.open_paper", {"review": row.id}, False)], for_person=chat.ids[who]
        )
    )
    await chat.does(who, Pressed(next(iter(key))))


async def test_the_writer_sees_what_they_may_read_and_the_months(chat: Chat) -> None:
    await ada_writes(chat)
    assert "2026-07: 3" in chat.last["ada"]
    assert "Nothing is on record for 2026-05, 2026-06, 2026-08, and 2026-10" in chat.last["ada"]
    heard = await press_beside(chat, "ada", "Results", "Evidence")
    assert "Next: the cache" in heard  # a plan is not taken for what was done
    assert "Time to restore: 90 min → 15.5 min" in heard
    assert "two drills a month" in heard
    assert "the index is rebuilt" in heard
    assert "tickets closed: 41 (tracker" in heard
    assert "Feedback by Eve Curie" in heard
    for hidden in ("said for Ben alone", "taken back", "→ 1 min", "calm incident call"):
        assert hidden not in heard
    heard = await chat.presses("ada", "Check-ins (2)")
    assert "the cache is warm" in heard
    assert "tickets" not in heard


async def test_what_is_cited_is_numbered_and_opened_by_the_reviewee(chat: Chat) -> None:
    await ada_writes(chat)
    await press_beside(chat, "ada", "Results", "Evidence")
    await press_beside(chat, "ada", "15.5 min", "Cite")
    heard = await press_beside(chat, "ada", "Feedback by Eve", "Cite")
    assert "[1] Time to restore" in heard
    assert "[2] Feedback by Eve Curie" in heard
    await press_beside(chat, "ada", "Time to restore: 90", "Do not cite")
    heard = await press_beside(chat, "ada", "tickets closed", "Cite")
    assert "[3] tickets closed: 41" in heard
    heard = await chat.presses("ada", "Back to the review")
    assert "Results: 2 pieces of the record are cited." in heard
    await press_beside(chat, "ada", "Results", "Answer")
    await chat.submits("ada", results="Asks first [2], and closes much [3]", results_points="4")
    await press_beside(chat, "ada", "What should be learned", "Answer")
    await chat.submits("ada", growth="A talk")
    await press_beside(chat, "ada", "All in all", "Answer")
    await chat.submits("ada", overall_points="4")
    heard = await chat.presses("ada", "Hand in")
    assert "It cites 2 pieces of the record." in heard
    await go_on(chat, "share")
    await chat.presses("ada", "Do it now", on=await due(chat, "ada"))
    await chat.presses("ada", "Share it")
    read = await chat.presses("ben", "Read it")
    heard = await press_beside(chat, "ben", "It cites 2 pieces", "Evidence")
    assert "[2] Feedback by Eve Curie" in heard
    assert "asked before answering" in heard
    assert "[3] tickets closed: 41" in heard
    assert "[1]" not in heard
    why = await chat.presses("ben", "Why this rating?", on=read)
    assert "Review by Ada Lovelace: 2 pieces of evidence cited" in why


async def test_what_was_taken_back_after_the_time_is_no_evidence_of_it(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(JULY)
    goal, row, first = chat.change(lambda store: _moved_by_data(chat, store))
    chat.change(lambda store: store.goals.change(goal, "closed", by=chat.ids["ben"], state="closed"))
    await launched(chat, from_on="2026-06-01", to_on="2026-07-06")
    await paper(chat, "ben")
    heard = await press_beside(chat, "ben", "Results", "Evidence")
    for words in ("– → 30 min", "30 min → 10 min", "Goal closed"):
        assert words in heard
    await press_beside(chat, "ben", "30 min → 10 min", "Cite")
    chat.wait(days=1)
    chat.change(lambda store: store.goals.undo(first, row, by=chat.ids["ben"]))
    chat.change(lambda store: store.goals.change(goal, "reopened", by=chat.ids["ben"], state="open"))
    await chat.presses("ben", "Back to the review")
    heard = await press_beside(chat, "ben", "Results", "Evidence")
    assert "The record holds nothing" in heard


def _moved_by_data(chat: Chat, store: object) -> tuple[object, ...]:
    """A goal whose key result moved twice, and the first of the two moves."""
    ben, goals = chat.ids["ben"], store.goals  # type: ignore[attr-defined]
    days = {"begins_on": JULY.date(), "ends_on": MONDAY.date()}
    goal = goals.add(ben, author=ben, kind=Kind.GOAL_TEAM, title="Calm nights", **days)
    row = goals.measure(
        goal, author=ben, title="Time to restore", start=Decimal(90), target=Decimal(20), unit="min"
    )
    first = goals.move(row, by=ben, value=Decimal(30), confidence="on_track")
    goals.move(row, by=ben, value=Decimal(10), confidence="on_track")
    return goal, row, first


async def test_a_reader_who_may_not_open_a_piece_is_told_so(chat: Chat) -> None:
    await ada_writes(chat)
    await press_beside(chat, "ada", "Results", "Evidence")
    await press_beside(chat, "ada", "Feedback by Eve", "Cite")
    await chat.presses("ada", "Back to the review")
    await press_beside(chat, "ada", "Results", "Answer")
    await chat.submits("ada", results="Asks first [1]")
    await press_beside(chat, "ada", "What should be learned", "Answer")
    await chat.submits("ada", growth="A talk")
    await chat.presses("ada", "Hand in")
    row = review_by(chat, "ada", "manager", "Ben Okri")
    keys = chat.change(
        lambda store: store.handles.make(
            [("reviews.show", {"review": row.id}, False)], for_person=chat.ids["grace"]
        )
    )
    await chat.does("grace", Pressed(next(iter(keys))))
    heard = await press_beside(chat, "grace", "It cites one piece", "Evidence")
    assert "[1] You may not open this one, or it is gone." in heard
    assert "asked before answering" not in heard


async def test_what_only_one_of_them_may_read_cannot_be_cited(chat: Chat) -> None:
    await a_record(chat)
    await launched(chat)
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    await paper(chat, "eve")
    heard = await press_beside(chat, "eve", "Results", "Evidence")
    assert "asked before answering" in heard
    for hidden in ("the index is rebuilt", "tickets closed", "said for Ben alone"):
        assert hidden not in heard
    row = review_by(chat, "eve", "peer")
    checkin = chat.change(lambda store: store.checkins.latest(chat.ids["ben"], reader=chat.ids["ben"]))[0]
    args = {"review": row.id, "part": "results", "ref": f"checkin:{checkin.id}", "kind": "", "page": 0}
    keys = chat.change(
        lambda store: store.handles.make([("reviews.cite", args, False)], for_person=chat.ids["eve"])
    )
    assert "This cannot be cited" in await chat.does("eve", Pressed(next(iter(keys))))


async def test_a_confidential_review_cites_nothing(chat: Chat) -> None:
    await a_record(chat)
    await launched(chat, peers="confidential")
    cycle = the_cycle(chat)
    chat.change(lambda store: store.reviews.assign(cycle, chat.ids["ben"], chat.ids["eve"], PEER))
    await go_on(chat, "write")
    await paper(chat, "eve")
    heard = await press_beside(chat, "eve", "Results", "Evidence")
    assert "asked before answering" in heard
    assert "Cite" not in heard.buttons
    assert "what you cite would show who wrote it" in heard


async def test_a_judgement_without_evidence_is_marked(chat: Chat) -> None:
    await launched(chat)
    await go_on(chat, "write")
    heard = await write(chat, "ada", "Ben Okri", results="Simply great", growth="A talk")
    assert heard.text.count("Without evidence") == 1


async def test_evidence_of_the_last_month_alone_is_pointed_out(chat: Chat) -> None:
    for n in range(3):
        chat.wait(days=1)
        await chat.says("ben", f"/checkin done piece {n}")
    await launched(chat)
    await paper(chat, "ben")
    await press_beside(chat, "ben", "Results", "Evidence")
    for _ in range(3):
        await press_beside(chat, "ben", "Check-in of", "Cite")
    assert "3 of the 3 pieces that you cite are of the last month" in chat.last["ben"]


async def test_in_chinese(chat: Chat) -> None:
    await chat.says("chen", "/checkin 完成 索引重建")
    await launched(chat)
    heard = await paper(chat, "chen")
    assert "工作成果：还没有引用记录" in heard
    heard = await chat.presses("chen", "Evidence")
    assert "索引重建" in heard
    assert "11月23日" in heard
    assert "引用" in heard.buttons


async def test_one_on_ones_and_reviews_are_never_evidence(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap canary")
    await launched(chat)
    await write(chat, "ben", "Your self-review", results="self canary", growth="x")
    await go_on(chat, "write")
    await paper_about(chat, "ada", "Ben Okri")
    heard = await press_beside(chat, "ada", "Results", "Evidence")
    assert "canary" not in heard
    assert "The record holds nothing here that you may read." in heard
