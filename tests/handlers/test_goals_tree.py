"""The tree of goals as each may see it, and what hangs loose for its owner alone."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.goals.alignment.tree import PAGE, in_order
from storage.goals import Goal, Node
from storage.policy import Kind
from tests.company import Chat


def put(chat: Chat, who: str, title: str, *, serves: Goal | None = None, **more: Any) -> Goal:
    """A goal that stands in the tree, agreed by all."""
    day = chat.now.date()
    aligned = {"parent_id": serves.id, "aligned": "agreed", "aligned_at": chat.now} if serves else {}
    values = {"kind": Kind.GOAL_TEAM, "title": title, "begins_on": day, "ends_on": day, **aligned, **more}
    person = chat.ids[who]
    return chat.change(lambda store: store.goals.add(person, author=person, **values))  # type: ignore[no-any-return]


def company_goal(chat: Chat) -> Goal:
    return put(chat, "grace", "A company to trust", kind=Kind.GOAL_COMPANY, level="organisation")


async def test_each_sees_the_tree_as_far_as_they_may(any_chat: Chat) -> None:
    chat = any_chat
    top = company_goal(chat)
    team = put(chat, "ada", "Engines that last", serves=top, level="team", unit="Engines")
    put(chat, "ben", "A quiet plan", serves=team, kind=Kind.GOAL_PRIVATE)
    put(chat, "chen", "New customers", serves=team)
    heard = await chat.says("ada", "/goals tree")
    lines = heard.text.splitlines()[1:5]
    assert lines[:2] == [
        "A company to trust · Grace Hopper · no data yet",
        "\N{EM SPACE}└ Engines that last · Ada Lovelace · no data yet",
    ]
    assert set(lines[2:]) == {
        "\N{EM SPACE}\N{EM SPACE}└ A quiet plan · Ben Okri · no data yet",
        "\N{EM SPACE}\N{EM SPACE}└ New customers · 陈明 · no data yet",
    }
    heard = await chat.says("chen", "目标树")
    assert "A quiet plan" not in heard.text
    assert "New customers" in heard.text
    heard = await chat.says("ivan", "/goals tree")
    assert heard.text.splitlines()[1:2] == ["A company to trust · Grace Hopper · no data yet"]
    assert "Engines" not in heard


async def test_what_serves_something_unseen_gives_no_hint(chat: Chat) -> None:
    hidden = put(chat, "ada", "A secret turn", kind=Kind.GOAL_PRIVATE)
    put(chat, "ben", "In the open", serves=hidden, kind=Kind.GOAL_COMPANY)
    put(chat, "eve", "Alone", kind=Kind.GOAL_COMPANY)
    heard = await chat.says("ivan", "/goals tree")
    assert {line.split(" · ")[0] for line in heard.text.splitlines()[1:3]} == {"In the open", "Alone"}
    opened = await chat.says("ivan", "/goals tree")
    assert "A secret turn" not in opened


async def test_its_progress_stands_in_it(chat: Chat) -> None:
    await chat.says("ben", "/goals add New customers")
    await chat.says("ben", "/goals result 1 sign-ups from 0 to 10")
    await chat.says("ben", "/goals update 1 7")
    assert "New customers · Ben Okri · 70%" in await chat.says("ada", "/goals tree")


async def test_a_long_tree_has_pages(chat: Chat) -> None:
    top = company_goal(chat)
    for number in range(2 * PAGE):
        put(chat, "ben", f"Goal {number:02}", serves=top)
    first = await chat.says("ben", "/goals tree")
    second = await chat.presses("ben", "Next page")
    third = await chat.presses("ben", "Next page")
    assert "Page 3 of 3" in third
    assert "Next page" not in third.buttons
    together = "\n".join(heard.text for heard in (first, second, third))
    assert [together.count(f"Goal {number:02}") for number in range(2 * PAGE)] == [1] * 2 * PAGE


async def test_only_the_owner_sees_what_hangs_loose(chat: Chat) -> None:
    top = company_goal(chat)
    put(chat, "ben", "Serves it", serves=top)
    put(chat, "ben", "Serves nothing")
    heard = await chat.says("ben", "/goals loose")
    assert "2. Serves nothing\nIt serves no goal." in heard
    assert "1. Serves it" not in heard
    assert "Serves nothing" not in await chat.says("ada", "/goals loose")
    assert "Serves nothing" not in await chat.says("hana", "/goals loose")


async def test_too_many_below_and_too_many_above(chat: Chat) -> None:
    top = company_goal(chat)
    below = top
    for number in range(4):
        below = put(chat, "ben", f"Step {number}", serves=below)
    for number in range(12):
        put(chat, "ben", f"Part {number}", serves=top)
    assert "4. Step 3\nIt stands 4 levels below the top; 3 are enough." in await chat.says(
        "ben", "/goals loose"
    )
    assert "3. Step 2" not in chat.last["ben"]
    assert "1. A company to trust\n13 goals serve it" in await chat.says("grace", "/goals loose")


async def test_whoever_served_somebody_who_left_is_shown_so(chat: Chat) -> None:
    goal = put(chat, "ada", "Engines that last")
    put(chat, "ben", "New customers", serves=goal)
    put(chat, "chen", "Fewer tickets", serves=goal)
    chat.leaves("ada")
    heard = await chat.says("ben", "/goals loose")
    assert "It serves a goal of Ada Lovelace, who has left: Engines that last" in heard
    assert "Detached: it serves nothing now." in await chat.presses("ben", "Detach")
    assert "It serves no goal." in await chat.says("ben", "/goals loose")
    assert "Engines that last · Ada Lovelace, who has left" in await chat.says("chen", "/goals tree")


# For any shape -------------------------------------------------------------------------------------------------------

NODES = st.lists(st.integers(-1, 9), max_size=9).map(
    lambda parents: [
        Node(str(place), str(parent) if parent >= 0 else "", "person", "one", place)
        for place, parent in enumerate(parents)
    ]
)


@given(NODES)
def test_each_goal_stands_once_below_what_it_serves(shape: list[Node]) -> None:
    """Also where goals serve each other in a circle."""
    found = list(in_order(shape))
    assert sorted(node.id for node, _ in found) == sorted(node.id for node in shape)
    path: list[str] = []
    for node, depth in found:
        path[depth:] = [node.id]
        assert depth == 0 or path[depth - 1] == node.parent
