"""How long records are kept, who chooses it, and what a hold stops."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col

from schedules.housekeeping import tidy
from storage.checkins.tables import Blocker, CheckIn
from storage.feedback import FeedbackRow
from storage.one_on_ones import AgendaPoint, Series
from storage.records import personal_tables
from storage.retention import FAMILIES, Family
from storage.store import Store
from storage.tables import AuditRow, Delegation, ObligationRow, Posted
from storage.webchat import WebMessage
from tests.company import Chat
from tests.schedules.errands import owe

YEAR = 366


async def feedback(chat: Chat, who: str, to: str, words: str) -> None:
    await chat.says(who, f"/feedback @{to}")
    await chat.submits(who, situation=words, behaviour=words, effect=words, suggestion=words)


def test_every_kind_of_record_is_in_one_family() -> None:
    kinds = [kind for family in Family for kind in FAMILIES[family]]
    assert len(kinds) == len(set(kinds))
    kept = {kind for table in personal_tables() for kind in table.kinds}
    assert len(kept) >= 10
    assert kept <= set(kinds)


async def test_check_ins_go_after_two_years_and_not_before(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done the parser; blocked by the proxy")
    chat.wait(days=2 * YEAR - 10)
    await chat.says("ben", "/checkin done the printer")
    await tidy(chat.core)
    assert len(chat.rows(CheckIn)) == 2
    chat.wait(days=20)
    assert (await tidy(chat.core))["records"] >= 2
    history = await chat.says("ben", "/checkin history")
    assert "printer" in history
    assert "parser" not in history.text
    assert not chat.rows(Blocker)
    expired = [row for row in chat.rows(AuditRow) if row.act == "expired"]
    assert chat.ids["ben"] in {row.subject_id for row in expired}


async def test_many_batches_go_in_one_tidying(chat: Chat) -> None:
    def many(store: object) -> None:
        for number in range(450):
            chat_id = chat.ids["ben"]
            store.webchat.say(f"dm-{chat_id}", f"word {number}", author=chat_id, private=True)  # type: ignore[attr-defined]

    chat.change(many)
    chat.wait(days=3 * YEAR)
    assert (await tidy(chat.core))["records"] == 450
    assert not chat.rows(WebMessage)


async def test_what_two_share_goes_a_month_after_one_has_left(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/1on1 add @ben the roadmap")
    await chat.says("ada", "/1on1 add @chen the journey")
    chat.leaves("ben")
    chat.wait(days=29)
    await tidy(chat.core)
    assert len(chat.rows(AgendaPoint)) == 2
    chat.wait(days=2)
    await tidy(chat.core)
    assert [point.body for point in chat.rows(AgendaPoint)] == ["the journey"]
    assert len(chat.rows(Series)) == 2  # that the two met stays


async def test_what_was_owed_because_of_a_record_goes_with_it(chat: Chat) -> None:
    await feedback(chat, "ada", "ben", "CANARY")
    assert chat.rows(ObligationRow, col(ObligationRow.kind) == "feedback.acknowledge")
    chat.wait(days=3 * YEAR + 10)
    await tidy(chat.core)
    assert not chat.rows(FeedbackRow)
    assert not chat.rows(ObligationRow, col(ObligationRow.kind) == "feedback.acknowledge")


# Choosing ------------------------------------------------------------------------------------------------------------


async def test_stewards_choose_after_seeing_what_goes(any_chat: Chat) -> None:
    chat = any_chat
    assert "HR and administrators" in await chat.says("ada", "/upbeat setup retention")
    await chat.says("ben", "/checkin done the parser; blocked by the proxy")
    chat.wait(days=YEAR + 10)
    await chat.says("ivan", "/upbeat setup retention")
    heard = await chat.submits("ivan", which="checkins", term="12 months")
    assert "1 record is older than that" in heard
    await tidy(chat.core)
    assert chat.rows(CheckIn)  # seeing is not choosing
    await chat.presses("ivan", "Save", on=heard)
    await tidy(chat.core)
    assert not chat.rows(CheckIn)
    assert "moods, blockers and comments: 1 year" in await chat.says("ben", "/upbeat privacy")


@pytest.mark.parametrize("typed", ["6 years", "9 months", "36", "6 年"])
async def test_a_term_that_there_is_not_is_not_taken_for_another(chat: Chat, typed: str) -> None:
    heard = await chat.says("hana", f"/upbeat setup retention check-ins {typed}")
    assert heard.form
    assert "term" not in heard.form.given


async def test_the_local_chat_keeps_no_copy_longer_than_the_record(chat: Chat) -> None:
    await chat.says("hana", "/upbeat setup retention")
    await chat.submits("hana", which="feedback", term="6 months")
    await chat.presses("hana", "Save")
    assert "messages in the local chat: 6 months" in await chat.says("ben", "/upbeat privacy")


async def test_everybody_reads_how_long_in_their_language(chat: Chat) -> None:
    heard = await chat.says("ben", "/upbeat privacy")
    assert "feedback, with replies and requests: 3 years" in heard
    assert "until 30 days after somebody in it has left" in heard
    assert "kudos, with reactions: without limit" in heard
    assert "3 年" in (await chat.says("chen", "隐私")).text


# Holds ---------------------------------------------------------------------------------------------------------------


async def test_standing_in_that_is_planned_far_ahead_ages_from_its_last_day(any_chat: Chat) -> None:
    chat = any_chat
    chat.change(lambda store: store.retention.choose(Family.CHECKINS, "6"))
    began, ends = chat.now + timedelta(days=300), chat.now + timedelta(days=330)
    chat.change(
        lambda store: store.delegations.ask(
            chat.ids["ada"], chat.ids["dora"], between=(began, ends), reason="x", approved=True
        )
    )
    for days in (299, 20, 180):
        chat.wait(days=days)
        await tidy(chat.core)
        assert len(chat.rows(Delegation)) == 1
    chat.wait(days=30)
    await tidy(chat.core)
    assert not chat.rows(Delegation)


async def test_what_was_done_long_ago_is_forgotten_and_what_is_open_is_not(any_chat: Chat) -> None:
    chat = any_chat
    for what in ("done", "open"):
        for who in ("ben", "dora"):
            owe(chat, who, what)
    for who in ("ben", "dora"):
        chat.change(lambda store, who=who: store.obligations.close(chat.ids[who], "errands.run", "done"))
    await held(chat, "dora")
    chat.wait(days=179)
    await tidy(chat.core)
    assert len(chat.rows(ObligationRow)) == 4
    chat.wait(days=2)
    assert (await tidy(chat.core))["obligations"] == 1
    left = {(row.person_id, row.about) for row in chat.rows(ObligationRow)}
    assert left == {(chat.ids[who], what) for who in ("ben", "dora") for what in ("done", "open")} - {
        (chat.ids["ben"], "done")
    }


async def test_where_messages_stand_is_known_for_as_long_as_something_can_become_of_them(
    any_chat: Chat,
) -> None:
    chat = any_chat

    def post(about: str) -> None:
        def work(store: Store) -> None:
            store.posts.add(platform="web", channel="c", message=about, about=about, person_id=None)

        chat.change(work)

    async def known(**after: float) -> set[str]:
        chat.wait(**after)
        await tidy(chat.core)
        return {row.about for row in chat.rows(Posted)}

    for about in ("kudos:1", "kudos_told:1:2", "feedback:3", "checkin:4"):
        post(about)
    assert len(await known(days=179)) == 4
    assert await known(days=2) == {"kudos:1", "kudos_told:1:2"}
    assert await known(days=YEAR) == {"kudos:1", "kudos_told:1:2"}
    chat.change(lambda store: store.retention.choose(Family.KUDOS, "12"))
    assert await known(days=1) == set()


async def test_many_that_are_over_go_in_one_tidying(chat: Chat) -> None:
    def work(store: Store) -> None:
        for n in range(1100):
            store.posts.add(platform="web", channel="c", message=str(n), about="said:1", person_id=None)

    chat.change(work)
    chat.wait(days=200)
    assert (await tidy(chat.core))["posted"] == 1100


async def held(chat: Chat, who: str, why: str = "The works council's claim of May.") -> None:
    await chat.says("hana", f"/upbeat privacy hold @{who}")
    await chat.presses("hana", "Put on hold")
    assert "is on hold" in await chat.submits("hana", why=why)


async def test_a_hold_stops_growing_too_old_until_it_is_released(any_chat: Chat) -> None:
    chat = any_chat
    await feedback(chat, "ada", "ben", "CANARY")
    await feedback(chat, "ada", "chen", "OTHER")
    await held(chat, "ben")
    chat.wait(days=4 * YEAR)
    await tidy(chat.core)
    assert [row.subject_id for row in chat.rows(FeedbackRow)] == [chat.ids["ben"]]
    await chat.says("hana", "/upbeat setup retention")
    assert "1 more stays" in await chat.submits("hana", which="feedback", term="36 months")
    await chat.says("hana", "/upbeat privacy hold")
    await chat.presses("hana", "Release")
    assert "Released" in await chat.submits("hana", why="The claim is settled.")
    await tidy(chat.core)
    assert not chat.rows(FeedbackRow)
    assert "Nobody is on hold" in await chat.says("hana", "/upbeat privacy hold")
    acts = [(row.act, row.actor_id, row.subject_id) for row in chat.rows(AuditRow) if row.what == "hold"]
    assert acts == [(act, chat.ids["hana"], chat.ids["ben"]) for act in ("placed", "released")]


async def test_a_hold_stops_erasing_and_says_why(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done CANARY")
    await chat.says("ben", "/upbeat privacy erase")
    form = chat.last["ben"]
    await held(chat, "ben")
    chat.last["ben"] = form
    assert "The works council's claim of May." in await chat.submits("ben", confirm="ERASE")
    assert "must be kept" in await chat.says("ben", "/upbeat privacy erase")
    assert "CANARY" in (await chat.says("ben", "/checkin history")).text


async def test_who_has_left_and_is_on_hold_is_not_erased(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done CANARY")
    chat.leaves("ben")
    await held(chat, "ben")
    await chat.says("hana", "/upbeat privacy departed Ben")
    await chat.presses("hana", "Erase")
    assert "must be kept" in await chat.submits("hana", confirm="ERASE")
    assert chat.person("ben").name == "Ben Okri"


async def test_erasing_somebody_leaves_what_another_on_hold_has_a_part_in(any_chat: Chat) -> None:
    chat = any_chat
    await feedback(chat, "ben", "ada", "CANARY")
    await feedback(chat, "ben", "chen", "OTHER")
    await held(chat, "ada")
    chat.leaves("ben")
    await chat.says("hana", "/upbeat privacy departed Ben")
    await chat.presses("hana", "Erase")
    await chat.submits("hana", confirm="ERASE")
    assert sorted(bool(row.answers) for row in chat.rows(FeedbackRow)) == [False, True]


async def test_only_hr_holds(chat: Chat) -> None:
    for who in ("ada", "ivan", "ben"):
        assert "for HR" in await chat.says(who, "/upbeat privacy hold @ben")
