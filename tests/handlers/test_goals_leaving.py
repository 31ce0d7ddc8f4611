"""Nothing is lost: a proposed parent is owed an answer, and their manager decides what somebody leaves behind."""

from __future__ import annotations

from storage.goals import Goal
from storage.tables import ObligationRow
from tests.company import Chat, Heard
from tests.handlers.test_people import COMPANY, sends


async def goal(chat: Chat, who: str, title: str, *results: str) -> Goal:
    await chat.says(who, f"/goals add {title}")
    row = next(row for row in chat.rows(Goal) if row.title == title)
    for words in results:
        await chat.says(who, f"/goals result {row.number} {words}")
    return row  # type: ignore[no-any-return]


async def proposed(chat: Chat) -> Goal:
    above = await goal(chat, "ada", "Engines that last")
    await goal(chat, "ben", "Fewer breakdowns", "breakdowns from 9 to 3")
    await chat.says("ben", "/goals align 1")
    await chat.submits("ben", parent=above.id)
    return above


def owed(chat: Chat, who: str, kind: str) -> list[ObligationRow]:
    rows = chat.rows(ObligationRow)
    return [row for row in rows if (row.person_id, row.kind, row.closed_at) == (chat.ids[who], kind, None)]


async def leaves(chat: Chat, who: str) -> None:
    chat.leaves(who)
    chat.wait(minutes=1)
    await chat.tick()


async def decides(chat: Chat, who: str) -> Heard:
    assert owed(chat, who, "goals.left_goal")
    home = await chat.opens(who)
    assert "What becomes of" in home, home.text
    return await chat.presses(who, "Do it now", on=home)


async def test_a_proposal_is_owed_an_answer(any_chat: Chat) -> None:
    await proposed(any_chat)
    assert len(owed(any_chat, "ada", "goals.answer_proposal")) == 1
    home = await any_chat.opens("ada")
    assert "Answer Ben Okri: does “Fewer breakdowns” serve your goal “Engines that last”?" in home
    await any_chat.presses("ada", "Do it now", on=home)
    await any_chat.presses("ada", "Agree")
    assert owed(any_chat, "ada", "goals.answer_proposal") == []


async def test_it_is_not_owed_any_more_when_it_is_taken_back(chat: Chat) -> None:
    await proposed(chat)
    await chat.presses("ben", "Detach")
    assert owed(chat, "ada", "goals.answer_proposal") == []


async def test_nobody_answers_for_a_goal_that_has_ended_and_who_proposed_hears(any_chat: Chat) -> None:
    chat = any_chat
    await proposed(chat)
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals"))
    await chat.presses("ada", "End this goal")
    assert owed(chat, "ada", "goals.answer_proposal") == []
    told = chat.told("ben")
    assert (
        "What your goal was to serve has ended\nYours: Fewer breakdowns\nIt was to serve: Engines that last"
        in told
    )
    chat.wait(minutes=16)
    await chat.tick()
    assert chat.told("ben").count("Engines that last") == 1
    assert "Choose another" in chat.told_cards("ben")[0].buttons


async def test_who_led_closes_it_and_who_proposed_hears(chat: Chat) -> None:
    await proposed(chat)
    await leaves(chat, "ada")
    await decides(chat, "grace")
    await chat.presses("grace", "Close")
    assert "What your goal was to serve has ended" in chat.told("ben")


async def test_what_was_carried_over_is_taken_over_with_its_last(any_chat: Chat) -> None:
    chat = any_chat
    await goal(chat, "ben", "Fewer breakdowns", "breakdowns from 9 to 3")
    await chat.says("ben", "/goals next")
    await chat.presses("ben", "Carry over")
    await leaves(chat, "ben")
    for _ in range(2):
        await decides(chat, "ada")
        assert "It is yours now" in await chat.presses("ada", "Take it over")
    assert not owed(chat, "ada", "goals.left_goal")
    mine = [row for row in chat.rows(Goal) if row.subject_id == chat.ids["ada"]]
    assert {row.begins_on.isoformat() for row in mine} == {"2026-11-23", "2027-01-01"}


async def test_who_asked_is_reminded_of_after_a_day_and_not_at_once(chat: Chat) -> None:
    await proposed(chat)
    await chat.tick()
    assert "Answer Ben Okri" not in chat.told("ada")
    chat.wait(days=1, hours=1)
    await chat.tick()
    assert "Answer Ben Okri" in chat.told("ada")


async def test_the_goals_of_who_leaves_are_the_managers_to_decide(any_chat: Chat) -> None:
    await goal(any_chat, "ben", "Fewer breakdowns", "breakdowns from 9 to 3")
    await any_chat.says("ben", "/goals update 1.1 6")
    await leaves(any_chat, "ben")
    heard = await decides(any_chat, "ada")
    assert "Ben Okri has left, and this goal is open" in heard
    heard = await any_chat.presses("ada", "Take it over")
    assert "It is yours now: goal 1." in heard
    heard = await any_chat.says("ada", "/goals")
    assert "1.1. breakdowns: 6, from 6 to 3 (0%)" in heard, heard.text
    assert owed(any_chat, "ada", "goals.left_goal") == []
    old, new = sorted(any_chat.rows(Goal), key=lambda row: row.id)
    assert (old.state, new.subject_id, new.carried_from) == ("closed", any_chat.ids["ada"], old.id)


async def test_who_had_not_left_decides_again_what_was_passed_on_until_it_is_decided(any_chat: Chat) -> None:
    chat = any_chat
    await goal(chat, "ben", "Fewer breakdowns", "breakdowns from 9 to 3")
    await gone(chat, "ben")

    def deciding() -> list[str]:
        return [who for who in chat.ids if owed(chat, who, "goals.left_goal")]

    for _ in range(2):  # the second time as the first
        applied = await gone(chat, "ben", "ada")
        assert deciding() == ["grace"]
        await back(chat, applied)
        assert deciding() == ["ada"]
    applied = await gone(chat, "ben", "ada")
    await decides(chat, "grace")
    await chat.presses("grace", "Take it over")
    await back(chat, applied)
    assert deciding() == []


async def test_who_leaves_again_leaves_their_goals_again(any_chat: Chat) -> None:
    chat = any_chat
    await goal(chat, "ben", "Fewer breakdowns", "breakdowns from 9 to 3")
    for _ in range(2):
        applied = await gone(chat, "ben")
        assert len(owed(chat, "ada", "goals.left_goal")) == 1
        await back(chat, applied)
        assert owed(chat, "ada", "goals.left_goal") == []


async def gone(chat: Chat, *who: str) -> Heard:
    """A people file without these is applied; whom they led, Grace leads."""
    lacking = tuple(f"{each}@" for each in who)
    rows = "\n".join(row for row in COMPANY.splitlines() if not row.startswith(lacking))
    for each in who:
        rows = rows.replace(f"{each}@example.com", "grace@example.com")
    await sends(chat, "hana", rows)
    applied = await chat.presses("hana", "Apply")
    chat.wait(minutes=1)
    await chat.tick()
    return applied


async def back(chat: Chat, applied: Heard) -> None:
    """The file is undone."""
    await chat.presses("hana", "Undo", on=applied)
    chat.wait(minutes=1)
    await chat.tick()


async def test_what_serves_it_serves_the_new_one(chat: Chat) -> None:
    await proposed(chat)
    await chat.presses("ada", "Agree", on=chat.told_cards("ada")[-1])
    await leaves(chat, "ada")
    await decides(chat, "grace")
    await chat.presses("grace", "Take it over")
    theirs = next(row for row in chat.rows(Goal) if row.subject_id == chat.ids["grace"])
    bens = next(row for row in chat.rows(Goal) if row.subject_id == chat.ids["ben"])
    assert (bens.parent_id, bens.aligned) == (theirs.id, "agreed")
    assert "What your goal serves is in other hands" in chat.told("ben")


async def test_a_proposal_goes_to_whoever_takes_over(chat: Chat) -> None:
    await proposed(chat)
    await leaves(chat, "ada")
    await decides(chat, "grace")
    await chat.presses("grace", "Take it over")
    assert len(owed(chat, "grace", "goals.answer_proposal")) == 1


async def test_detached_and_closed(chat: Chat) -> None:
    await proposed(chat)
    await chat.presses("ada", "Agree", on=chat.told_cards("ada")[-1])
    await leaves(chat, "ada")
    await decides(chat, "grace")
    await chat.presses("grace", "Detach and close")
    bens = next(row for row in chat.rows(Goal) if row.subject_id == chat.ids["ben"])
    assert (bens.parent_id, bens.aligned) == ("", "")
    assert "Your goal serves nothing any more" in chat.told("ben")


async def test_closed(chat: Chat) -> None:
    await goal(chat, "ben", "Fewer breakdowns")
    await leaves(chat, "ben")
    heard = await decides(chat, "ada")
    await chat.presses("ada", "Close", on=heard)
    (row,) = chat.rows(Goal)
    assert row.state == "closed"
    assert "decided already" in await chat.presses("ada", "Take it over", on=heard)


async def test_nobody_else_decides(chat: Chat) -> None:
    await goal(chat, "ben", "Fewer breakdowns")
    await leaves(chat, "ben")
    assert [row.person_id for row in chat.rows(ObligationRow) if row.kind == "goals.left_goal"] == [
        chat.ids["ada"]
    ]


async def test_when_the_manager_leaves_too_the_next_one_decides(chat: Chat) -> None:
    await goal(chat, "ben", "Fewer breakdowns")
    await leaves(chat, "ben")
    await leaves(chat, "ada")
    heard = await decides(chat, "grace")
    assert "Fewer breakdowns" in heard


async def test_both_at_once(chat: Chat) -> None:
    await goal(chat, "ben", "Fewer breakdowns")
    chat.change(lambda store: store.leavers.leave_all({who: chat.ids[who] for who in ("ada", "ben")}))
    chat.wait(minutes=1)
    await chat.tick()
    assert "Fewer breakdowns" in await decides(chat, "grace")


async def test_who_is_back_keeps_theirs(chat: Chat) -> None:
    """A people file that left Ben out is taken back."""
    await goal(chat, "ben", "Fewer breakdowns")
    run = chat.change(_without_ben)
    chat.wait(minutes=1)
    await chat.tick()
    assert len(owed(chat, "ada", "goals.left_goal")) == 1
    chat.change(lambda store: store.roster.undo(store.roster.run(run)))
    assert owed(chat, "ada", "goals.left_goal") == []
    assert "Fewer breakdowns" in await chat.says("ben", "/goals")


async def test_whom_a_later_file_brings_back_keeps_theirs_too(chat: Chat) -> None:
    await goal(chat, "ben", "Fewer breakdowns")
    everybody = chat.change(lambda store: tuple(store.roster.entries().values()))
    chat.change(_without_ben)
    chat.wait(days=2)
    await chat.tick()
    assert len(owed(chat, "ada", "goals.left_goal")) == 1
    chat.change(lambda store: store.roster.apply(everybody, shown=store.roster.difference(everybody).mark))
    assert owed(chat, "ada", "goals.left_goal") == []


def _without_ben(store: object) -> str:
    roster = store.roster  # type: ignore[attr-defined]
    entries = [entry for email, entry in roster.entries().items() if email != "ben@example.com"]
    return roster.remember(roster.apply(entries, shown=roster.difference(entries).mark)).id  # type: ignore[no-any-return]
