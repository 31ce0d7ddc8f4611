"""Goals that serve others: proposed, agreed or declined, shown on both, and told of differences once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import col

from storage.goals import Goal, GoalChange
from storage.tables import ReportingLine
from tests.company import Chat, Heard


async def write(chat: Chat, who: str, title: str, **more: str) -> None:
    """A goal, with more said in its form."""
    if not more:
        await chat.says(who, f"/goals add {title}")
        return
    await chat.presses(who, "New goal", on=await chat.says(who, "/goals"))
    await chat.submits(who, title=title, **more)


async def propose(chat: Chat, who: str = "ben", *, number: int = 1, to: str) -> Heard:
    """Say what a goal serves."""
    await chat.says(who, f"/goals align {number}")
    return await chat.submits(who, parent=goal(chat, to).id)


async def agreed(chat: Chat) -> None:
    """Ben's goal serves one of Ada's."""
    await write(chat, "ada", "Grow the platform")
    await write(chat, "ben", "Customers find their way")
    await propose(chat, to="Grow the platform")
    await chat.presses("ada", "Agree")
    chat.wait(minutes=1)


def goal(chat: Chat, title: str) -> Goal:
    (row,) = (row for row in chat.rows(Goal) if row.title == title)
    return row


async def changes(chat: Chat, who: str = "ada", **given: str) -> Heard:
    """Change a goal by its form."""
    await chat.presses(who, "Open", on=await chat.says(who, "/goals"))
    await chat.presses(who, "Change")
    return await chat.submits(who, **given)


async def later(chat: Chat) -> None:
    """A quarter of an hour passes, and the clock rings."""
    chat.wait(minutes=16)
    await chat.tick()


async def test_what_has_ended_serves_nothing_new(chat: Chat) -> None:
    await write(chat, "ada", "Grow the platform")
    shown = await chat.says("ben", "/goals add Customers find their way")
    await chat.presses("ben", "End this goal", on=shown)
    assert "This goal has ended." in await chat.presses("ben", "Align", on=shown)


async def test_a_goal_is_proposed_and_agreed_and_both_say_so(any_chat: Chat) -> None:
    chat = any_chat
    await write(chat, "ada", "Grow the platform")
    await write(chat, "ben", "Customers find their way")
    heard = await propose(chat, to="Grow the platform")
    assert "Would serve: Grow the platform (Ada Lovelace), not agreed yet" in heard
    assert chat.told("ada").count("Ben Okri proposes that a goal of theirs serves yours") == 1
    shown = await chat.presses("ada", "Open", on=await chat.says("ada", "/goals"))
    assert "Proposed to serve it: Customers find their way (Ben Okri)" in shown
    await chat.presses("ada", "Agree")
    assert "Ada Lovelace agrees" in chat.told("ben")
    shown = await chat.presses("ada", "Open", on=await chat.says("ada", "/goals"))
    assert "Served by: Customers find their way (Ben Okri)" in shown
    shown = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert "Serves: Grow the platform (Ada Lovelace)" in shown
    assert "agreed to serve another goal" in await chat.presses("ben", "What changed")


async def test_the_same_in_chinese(chat: Chat) -> None:
    await write(chat, "ada", "Grow the platform")
    await chat.says("chen", "新建目标 新客户自己就能上手")
    await chat.says("chen", "对齐目标 1")
    heard = await chat.submits("chen", parent=goal(chat, "Grow the platform").id)
    assert "拟支撑：Grow the platform（Ada Lovelace），尚未同意" in heard.text
    await chat.presses("ada", "Agree")
    assert "Ada Lovelace 同意了" in chat.told("chen")


async def test_it_is_declined_with_a_reason(chat: Chat) -> None:
    await write(chat, "ada", "Grow the platform")
    await write(chat, "ben", "Customers find their way")
    await propose(chat, to="Grow the platform")
    await chat.presses("ada", "Decline")
    await chat.submits("ada", reason="It serves the Arts")
    assert "It serves the Arts" in chat.told("ben")
    assert goal(chat, "Customers find their way").parent_id == ""
    assert "This proposal is over" in await chat.presses("ada", "Agree", on=chat.told_cards("ada")[-1])
    assert "declined to serve another goal" in await chat.presses(
        "ben", "What changed", on=await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    )


async def test_who_does_not_see_a_goal_is_not_told_of_it(chat: Chat) -> None:
    await write(chat, "hana", "A fair company", level="organisation", sight="everybody")
    await write(chat, "ben", "A quiet plan", sight="private")
    heard = await propose(chat, to="A fair company")
    assert "Hana Sato does not see your goal" in heard
    assert "A quiet plan" not in chat.told("hana")


async def test_a_goal_is_served_by_one_below_it_alone(chat: Chat) -> None:
    await write(chat, "ada", "Above it")
    await write(chat, "ben", "His own")
    await write(chat, "chen", "Beside it")
    await chat.says("ben", "/goals align 1")
    heard = await chat.submits("ben", parent=goal(chat, "Beside it").id)
    assert heard.answer.outcome == "invalid"


async def test_no_circles(chat: Chat) -> None:
    """Ben's serves Ada's; then Ada works for Ben, and hers shall serve his."""
    await agreed(chat)

    def turn(store: object) -> None:
        since, revision = date(2026, 11, 23), store.people_changed()  # type: ignore[attr-defined]
        (old,) = store.all(ReportingLine, col(ReportingLine.subject_id) == chat.ids["ada"])  # type: ignore[attr-defined]
        store.change(old, manager_id=chat.ids["ben"], revision=revision)  # type: ignore[attr-defined]
        (his,) = store.all(ReportingLine, col(ReportingLine.subject_id) == chat.ids["ben"])  # type: ignore[attr-defined]
        store.change(his, manager_id=chat.ids["grace"], since=since, revision=revision)  # type: ignore[attr-defined]

    chat.change(turn)
    heard = await propose(chat, "ada", to="Customers find their way")
    assert "“Customers find their way” serves “Grow the platform” itself" in heard
    assert goal(chat, "Grow the platform").parent_id == ""


async def test_goals_of_one_person_are_aligned_at_once(chat: Chat) -> None:
    await write(chat, "ada", "The team's", level="team")
    await write(chat, "ada", "My own")
    assert "Both goals are yours: it is agreed." in await propose(chat, "ada", number=2, to="The team's")
    assert goal(chat, "My own").aligned == "agreed"


# When what is served changes -----------------------------------------------------------------------------------------


async def test_several_changes_make_one_card(any_chat: Chat) -> None:
    chat = any_chat
    await agreed(chat)
    await changes(chat, title="Grow the platforms")
    await changes(chat, title="Grow both platforms", until="2026-12-20")
    await chat.says("ada", "/goals result 1 sites from 1 to 2")
    await chat.says("ada", "/goals update 1 50%")
    await chat.tick()
    assert "What your goal serves has changed" not in chat.told("ben")
    await later(chat)
    assert chat.told("ben").count("What your goal serves has changed") == 1
    for words in (
        "Title: Grow the platform → Grow both platforms",
        "Until: Thu, Dec 31, 2026 → Sun, Dec 20, 2026",
        "New key result: sites, from 1 to 2",
    ):
        assert words in chat.told("ben")
    await later(chat)
    assert chat.told("ben").count("What your goal serves has changed") == 1


async def test_what_was_changed_back_is_not_told(chat: Chat) -> None:
    await agreed(chat)
    await changes(chat, title="Grow")
    await changes(chat, title="Grow the platform")
    await later(chat)
    assert "What your goal serves has changed" not in chat.told("ben")


async def test_how_far_it_is_concerns_nobody_below(chat: Chat) -> None:
    await chat.says("ada", "/goals add Grow the platform")
    await chat.says("ada", "/goals result 1 sites from 1 to 2")
    await write(chat, "ben", "Customers find their way")
    await propose(chat, to="Grow the platform")
    await chat.presses("ada", "Agree")
    await chat.says("ada", "/goals update 1 50%")
    await later(chat)
    assert "What your goal serves has changed" not in chat.told("ben")


@pytest.mark.parametrize("label", ["Keep", "Adapt", "Detach"])
async def test_what_its_owner_does(chat: Chat, label: str) -> None:
    await agreed(chat)
    await changes(chat, title="Grow both platforms")
    await later(chat)
    heard = await chat.presses("ben", label)
    if label == "Adapt":
        assert heard.form is not None
        heard = await chat.submits("ben", title="Customers of both find their way")
        assert "Changed." in heard
    row = next(row for row in chat.rows(Goal) if row.subject_id == chat.ids["ben"])
    assert row.aligned == ("" if label == "Detach" else "agreed")
    assert ("does not serve yours any more" in chat.told("ada")) == (label == "Detach")
    assert {"Keep": "kept", "Adapt": "kept", "Detach": "detached"}[label] in {
        each.act for each in chat.rows(GoalChange)
    }
    chat.wait(minutes=1)
    await changes(chat, until="2026-12-20", title="Grow both platforms")
    await later(chat)
    told = [seen.text for seen in chat.told_cards("ben") if "What your goal serves has changed" in seen.text]
    assert len(told) == (1 if label == "Detach" else 2)
    assert label == "Detach" or ("Until: " in told[1] and "Title: " not in told[1])


async def test_an_ended_goal_tells_those_who_serve_it(chat: Chat) -> None:
    await agreed(chat)
    await chat.presses("ada", "Open", on=await chat.says("ada", "/goals"))
    await chat.presses("ada", "End this goal")
    await later(chat)
    assert "It has ended." in chat.told("ben")
    assert "What it served has ended." in await chat.presses("ben", "Keep")
    mine = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    assert "Served: Grow the platform (Ada Lovelace), which has ended" in mine


async def test_what_is_not_seen_any_more_is_not_told(chat: Chat) -> None:
    await agreed(chat)
    await changes(chat, title="A secret turn", sight="private")
    await later(chat)
    assert "You do not see any more what your goal serves" in chat.told("ben")
    assert "A secret turn" not in chat.told("ben")
    assert "Serves:" not in await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))


async def test_an_old_card_detaches_only_from_what_it_names(chat: Chat) -> None:
    await write(chat, "ada", "Grow the shop")
    await agreed(chat)
    old = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "Detach")
    await propose(chat, to="Grow the shop")
    await chat.presses("ada", "Agree")
    heard = await chat.presses("ben", "Detach", on=old)
    assert "It serves another goal by now. Nothing was changed." in heard
    assert goal(chat, "Customers find their way").parent_id == goal(chat, "Grow the shop").id
    ended = await chat.presses("ben", "Open", on=await chat.says("ben", "/goals"))
    await chat.presses("ben", "End this goal", on=ended)
    assert "This goal has ended." in await chat.presses("ben", "Detach", on=ended)
    assert goal(chat, "Customers find their way").aligned == "agreed"


async def test_what_was_detached_is_not_kept(chat: Chat) -> None:
    await agreed(chat)
    await changes(chat, title="Grow the platform twice")
    await later(chat)
    await chat.presses("ben", "Detach")
    assert "It serves nothing, as before." in await chat.presses("ben", "Keep")


@pytest.mark.parametrize(
    "to", ["Grow the platform", "to grow the platform", "@Ada Lovelace 1", "Ada Lovelace 1"]
)
async def test_what_it_serves_is_named_in_the_same_line(chat: Chat, to: str) -> None:
    await write(chat, "ada", "Grow the platform")
    await write(chat, "ben", "Customers find their way")
    await chat.says("ben", f"/goals align 1 {to}")
    assert "Ben Okri proposes that a goal of theirs serves yours" in chat.told("ada")


async def test_a_title_that_two_goals_have_names_none_of_them(chat: Chat) -> None:
    for _ in range(2):
        await write(chat, "ada", "Grow the platform")
    await write(chat, "ben", "Customers find their way")
    assert "Which goal does it serve?" in await chat.says("ben", "/goals align 1 Grow the platform")
