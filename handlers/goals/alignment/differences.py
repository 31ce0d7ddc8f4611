"""A goal changed that others serve: their owners see once what was and what is, and keep, adapt or detach theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from handlers.goals import changes
from handlers.goals import goal as goals
from handlers.goals.alignment.aligning import AGREED, detach
from handlers.goals.amounts import aim_text
from handlers.goals.goal import changers, feature
from handlers.goals.writing import to_change
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.requests import Reply, Request, Tell, Where
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.goals import Goal, GoalChange

TOLD = frozenset(
    {"title", "begins_on", "ends_on", "target", "start", "high", "stretch", "unit", "direction", "weight"}
)
"""What concerns those who serve a goal; how far it is does not."""
MOST = 12
"""Lines on one card."""


@feature.bell("differs")
def differs(ring: Ring) -> Rung:
    """Some time after a goal changed: one card for the owner of each goal that serves it."""
    owner, _, goal = ring.about.partition(":")
    store = ring.store
    row = store.goals.get(goal, reader=owner)
    if row is None or (row.state, row.aligned) != ("open", AGREED) or row.subject_id != owner:
        return Rung(None, silence=Silence("done"))
    person = store.directory.people[owner]
    request = Request(actor=person, where=Where(), now=ring.now, store=store)
    above = store.goals.get(row.parent_id, reader=owner)
    card = _unseen(row) if above is None else _card(request, row, above)
    if card is None:
        return Rung(None, silence=Silence("done"))
    return Rung(None, tell=(Tell(card, to=owner, topic=f"goals.differs:{row.id}:{ring.due_at.isoformat()}"),))


def _unseen(row: Goal) -> Card:
    return Card(
        Phrase("You do not see any more what your goal serves"),
        Section(Phrase("Yours: {title}", title=Verbatim(row.title))),
        Button(Phrase("Detach"), detach.bind(goal=row.id, parent=row.parent_id)),
    )


def _card(request: Request, row: Goal, above: Goal) -> Card | None:
    found = request.store.goals.since(above.id, row.aligned_at or row.made_at, reader=request.actor.id)
    lines = list(_lines(request, above, found))
    if not lines:
        return None
    name = Verbatim(request.person(above.subject_id).name)
    args: dict[str, Any] = {"goal": row.id, "until": request.now.isoformat()}
    more = (Verbatim("…"),) if len(lines) > MOST else ()
    return Card(
        Phrase("What your goal serves has changed"),
        Section(Phrase("Yours: {title}", title=Verbatim(row.title))),
        Section(Phrase("It serves: {title} ({name})", title=Verbatim(above.title), name=name)),
        Section(Lines((*lines[:MOST], *more))),
        Button(Phrase("Keep"), keep.bind(**args), style="primary"),
        Button(Phrase("Adapt"), adapt.bind(**args)),
        Button(Phrase("Detach"), detach.bind(goal=row.id, parent=row.parent_id)),
        Note(
            Phrase(
                "Keep leaves your goal as it is; Adapt opens it to be changed; Detach lets it serve nothing."
            )
        ),
    )


# What is different ---------------------------------------------------------------------------------------------------


def _lines(request: Request, above: Goal, found: Sequence[GoalChange]) -> Iterator[Text]:
    """The difference between then and now, whatever came and went in between."""
    if above.state != "open":
        yield Phrase("It has ended.")
    yield from _between(request, [each for each in found if not each.key_result_id])
    standing = {
        each.id: each for each in request.store.goals.results([above.id], reader=request.actor.id)[above.id]
    }
    for result_id in dict.fromkeys(each.key_result_id for each in found if each.key_result_id):
        theirs = [each for each in found if each.key_result_id == result_id]
        is_new, row = theirs[0].act == "made", standing.get(result_id)
        if row is None:
            if not is_new and (title := _last_title(theirs)):
                yield Phrase("No longer measured: {title}", title=Verbatim(title))
        elif is_new:
            yield Phrase(
                "New key result: {title}, {aim}", title=Verbatim(row.title), aim=aim_text(request, row)
            )
        elif lines := tuple(_between(request, theirs)):
            yield Lines((Phrase("Key result “{title}”:", title=Verbatim(row.title)), *lines))


def _between(request: Request, found: Iterable[GoalChange]) -> Iterable[Text]:
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for each in found:
        for name in TOLD & set(each.after or {}):
            before.setdefault(name, (each.before or {}).get(name))
            after[name] = each.after[name]
    return changes.differences(request, before, after)


def _last_title(found: Sequence[GoalChange]) -> str:
    return next((str(each.after["title"]) for each in reversed(found) if "title" in (each.after or {})), "")


# What to do about it -------------------------------------------------------------------------------------------------


@feature.button(allow=changers)
def keep(request: Request, goal: str, until: str) -> Reply:
    """Keep my goal as it is."""
    row = _looked(request, goal, until)
    if row.aligned != AGREED:
        return Reply(show=Card(Phrase("It serves nothing, as before."), Section(Verbatim(row.title))))
    above = request.store.goals.get(row.parent_id, reader=request.actor.id)
    goes_on = Phrase("Kept as it is. It goes on serving the changed goal.")
    ended = Phrase("Kept as it is. What it served has ended.")
    said = ended if above is not None and above.state != "open" else goes_on
    return Reply(show=Card(said, Section(Verbatim(row.title))))


@feature.button(allow=changers)
def adapt(request: Request, goal: str, until: str) -> Reply:
    """Adapt my goal to what changed."""
    row = _looked(request, goal, until)
    return to_change(row)


def _looked(request: Request, goal: str, until: str) -> Goal:
    """Its owner knows what had changed until then; what changes later is shown again."""
    row = goals.goal_of(request, {"goal": goal})
    assert row is not None  # the door asked
    moment = datetime.fromisoformat(until)
    if row.aligned == AGREED and (row.aligned_at is None or row.aligned_at < moment):
        request.store.goals.change(row, "kept", by=request.actor.id, aligned_at=moment)
    return row
