"""The tree of goals as far as its reader sees it, and, for the owner alone, what of theirs hangs loose or too deep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from handlers.goals import goal as goals
from handlers.goals.alignment.aligning import AGREED, PROPOSED, detach, propose
from handlers.goals.alignment.offering import RANK
from handlers.goals.goal import COMPANY, Standing, feature, percent
from handlers.goals.pictures import bar_of, looks
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Part, Picture, Section
from handlers.kit.charts import Bars
from handlers.kit.features import Route
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.goals import Goal, Node

PAGE = 20
"""Goals on one card."""
MOST_LEVELS = 3
"""Deeper below the company's goal than so, nobody sees any more what theirs is for."""
MOST_CHILDREN = 12
"""More than so many goals that serve one are more than its owner follows."""
INDENT = "\N{EM SPACE}"  # other spaces are lost where it is drawn
DEEPEST_DRAWN = 8


@feature.command(
    "goals tree",
    allow=everyone,
    also=("目标 树", "目标树", "目标分解", "层层分解"),
    examples=("",),
    takes_long=True,
)
def tree(request: Request, page: int = 0) -> Reply:
    """Show which goals serve which, as far as I may see them."""
    here, page, last = _page(request, page)
    if not here:
        return Reply(show=Card(Phrase("There are no goals yet that you see.")))
    lines = tuple(_line(request, each, depth) for each, depth in here)
    return Reply(
        show=Card(
            Phrase("The tree of goals"),
            Section(Lines(lines)),
            *_turning(tree, page, last),
            Button(Phrase("As a picture"), tree_chart.bind(page=page)),
            Button(Phrase("What hangs loose"), loose.bind()),
        )
    )


@feature.button(allow=everyone, takes_long=True)
def tree_chart(request: Request, page: int = 0) -> Reply:
    """Draw the tree of goals, as far as I may see it."""
    here, page, last = _page(request, page)
    if not here:
        return Reply(show=Card(Phrase("There are no goals yet that you see.")))
    bars = tuple(
        bar_of(each, depth=depth, owner=request.person(each.goal.subject_id).name) for each, depth in here
    )
    picture = Picture(Phrase("The tree of goals"), looks([each for each, _ in here]), Bars(bars, joined=True))
    return Reply(
        show=Card(
            Phrase("The tree of goals"),
            picture,
            *_turning(tree_chart, page, last),
            Button(Phrase("As a table"), tree.bind(page=page)),
        )
    )


def _page(request: Request, page: int) -> tuple[list[tuple[Standing, int]], int, int]:
    """The goals of a page with their depth, its number, and that of the last one."""
    shape = request.store.goals.serving.shape(reader=request.actor.id)
    last = max(0, (len(shape) - 1) // PAGE)
    page = min(max(page, 0), last)
    here = list(islice(in_order(shape), page * PAGE, (page + 1) * PAGE))
    found = request.store.goals.some((node.id for node, _ in here), reader=request.actor.id)
    standing = {each.goal.id: each for each in goals.standing(request, list(found.values()))}
    return [(standing[node.id], depth) for node, depth in here if node.id in standing], page, last


def _turning(door: Route, page: int, last: int) -> Iterator[Part]:
    if last:
        yield Note(Phrase("Page {page} of {pages}", page=page + 1, pages=last + 1))
    if page:
        yield Button(Phrase("Previous page"), door.bind(page=page - 1))
    if page < last:
        yield Button(Phrase("Next page"), door.bind(page=page + 1))


def in_order(shape: Sequence[Node]) -> Iterator[tuple[Node, int]]:
    """Each goal after what it serves, with its depth. What serves something unseen stands at the top like any other, so
    that nothing hints at it; a circle is broken at one of its goals."""
    known = {node.id for node in shape}
    below: dict[str, list[Node]] = defaultdict(list)
    for node in shape:
        below[node.parent if node.parent in known else ""].append(node)
    done: set[str] = set()
    yield from _walked(below[""], below, done)
    for node in shape:  # what only a circle leads to
        yield from _walked([node], below, done)


def _walked(start: list[Node], below: Mapping[str, list[Node]], done: set[str]) -> Iterator[tuple[Node, int]]:
    """Siblings are put in order as they are come to: a page of a large tree sorts few of them."""
    waiting = [(node, 0) for node in sorted(start, key=_place, reverse=True)]  # the last is next
    while waiting:
        node, depth = waiting.pop()
        if node.id in done:
            continue
        done.add(node.id)
        yield node, depth
        if children := below.get(node.id):
            waiting.extend((child, depth + 1) for child in sorted(children, key=_place, reverse=True))


def _place(node: Node) -> tuple[int, str, int]:
    return RANK.get(node.level, len(RANK)), node.owner, node.number


def _line(request: Request, each: Standing, depth: int) -> Text:
    owner = request.person(each.goal.subject_id)
    indent = INDENT * min(depth, DEEPEST_DRAWN) + ("└ " if depth else "")
    line = Phrase(
        "{indent}{title} · {name} · {percent}",
        indent=Verbatim(indent),
        title=Verbatim(each.goal.title),
        name=Verbatim(owner.name)
        if owner.active
        else Phrase("{name}, who has left", name=Verbatim(owner.name)),
        percent=percent(each.together.progress),
    )
    return Phrase("{line} (proposed)", line=line) if depth and each.goal.aligned == PROPOSED else line


# For the owner alone -------------------------------------------------------------------------------------------------


@feature.command("goals loose", allow=everyone, also=("目标 检查", "目标检查"), examples=("",))
def loose(request: Request) -> Reply:
    """See, for yourself alone, which of your goals serve nothing, or have too much below them."""
    rows = request.store.goals.of(request.actor.id, reader=request.actor.id)
    parts = [part for row in rows for part in _remarks(request, row)]
    nothing = Section(Phrase("Nothing: each of your goals has its place."))
    return Reply(
        show=Card(
            Phrase("What hangs loose among your goals"),
            *(parts or (nothing,)),
            Note(Phrase("Only you see this. A goal may well serve nothing; then leave it so.")),
        )
    )


def _remarks(request: Request, row: Goal) -> Iterator[Part]:
    title = goals.numbered(row)
    if words := _loose(request, row):
        yield Section(Lines((title, words)), button=_ties(row))
    if crowded := _crowded(request, row):
        yield Section(Lines((title, *crowded)))


def _ties(row: Goal) -> Button:
    if row.parent_id:
        return Button(Phrase("Detach"), detach.bind(goal=row.id, parent=row.parent_id))
    return Button(Phrase("Align"), propose.bind(goal=row.id))


def _loose(request: Request, row: Goal) -> Text | None:
    if not row.parent_id:
        return None if row.level == COMPANY else Phrase("It serves no goal.")
    above = request.store.goals.get(row.parent_id, reader=request.actor.id)
    if above is None:
        return Phrase("You do not see any more what it serves.")
    if above.state != "open":
        return Phrase("What it serves has ended: {title}", title=Verbatim(above.title))
    owner = request.person(above.subject_id)
    if not owner.active:
        name = Verbatim(owner.name)
        return Phrase(
            "It serves a goal of {name}, who has left: {title}", name=name, title=Verbatim(above.title)
        )
    if row.aligned == PROPOSED:
        return Phrase("{name} has not answered yet whether it serves theirs.", name=Verbatim(owner.name))
    return None


def _crowded(request: Request, row: Goal) -> tuple[Text, ...]:
    found: list[Text] = []
    levels = len(request.store.goals.serving.above(row.id))
    if levels > MOST_LEVELS:
        found.append(
            Phrase("It stands {n} levels below the top; {most} are enough.", n=levels, most=MOST_LEVELS)
        )
    below = request.store.goals.serving.below(row.id, reader=request.actor.id)
    serving = sum(each.aligned == AGREED for each in below)
    if serving > MOST_CHILDREN:
        found.append(
            Phrase("{n} goals serve it; more than {most} are hard to follow.", n=serving, most=MOST_CHILDREN)
        )
    return tuple(found)
