"""Goals go out to Excel and come back: a file of what its reader sees, and a difference to agree to first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from handlers.goals import following
from handlers.goals import goal as goals
from handlers.goals.changes import differences
from handlers.goals.cycles import current, linked
from handlers.goals.data.following import read_again
from handlers.goals.excel.filed import Change, Plan, plan
from handlers.goals.excel.sheet import MOST, sheet_of
from handlers.goals.goal import PERSON, Standing, feature
from handlers.goals.scoring import Direction
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Document, Fact, Note, Part, Section
from handlers.kit.forms import Choice, Option
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.tables import sent
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from storage.goals import Goal, KeyResult
from storage.policy import Kind
from storage.sheets import Sheet, write_xlsx
from storage.unit import Conflict

SHOWN = 12
"""Lines of a kind on one card; the rest is counted."""
AT_ONCE = 500

MINE, TEAM, SEEN = "mine", "team", "seen"


# Out -----------------------------------------------------------------------------------------------------------------


def _scopes(request: Request) -> tuple[Option, ...]:
    found = [Option(MINE, Phrase("Mine"), also=("me", "我的"))]
    if request.store.directory.reports_of(request.actor.id, request.now.date()):
        found.append(Option(TEAM, Phrase("My team's and mine"), also=("my team", "团队", "我的团队")))
    return (*found, Option(SEEN, Phrase("All that I see"), also=("all", "全部", "我可见的全部")))


@feature.command(
    "goals export",
    allow=everyone,
    also=("目标 导出", "目标导出", "导出目标"),
    examples=("", "all", "全部"),
    takes_long=True,
)
def export(
    request: Request, which: Annotated[str, Choice(Phrase("Which goals?"), options=_scopes)] = MINE
) -> Reply:
    """Get goals as an Excel file, which can be changed and sent back with /goals import."""
    found = exported(request, which)
    if not found:
        none = Phrase("There are no goals to export. Write one first, with /goals add.")
        return Reply(show=Card(none))
    name = f"goals-{request.today.isoformat()}.xlsx"
    file = request.store.files.keep(request.actor.id, name, write_xlsx([sheet_of(request, found)]))
    return Reply(
        keep=True,
        show=Card(
            Plural("{n} goal as an Excel file", "{n} goals as an Excel file", n=len(found)),
            Document(Phrase("Goals"), name, file),
            Note(
                Phrase(
                    "The file holds what you may see. Change it and send it back with the words “goals import”: you see"
                    " what it changes before anything does. Leave the columns with ids as they are."
                )
            ),
            Note(Phrase("Only you see this. The file is kept for a day.")),
        ),
    )


def exported(request: Request, which: str) -> list[Standing]:
    """The goals of an export, as far as whoever asks may see them."""
    me, store = request.actor.id, request.store.goals
    if which == SEEN:
        return [
            each
            for part in _in_parts(store.serving.shape(reader=me)[:MOST])
            for each in _standing(request, part)
        ]
    people = [me]
    if which == TEAM:
        people += [person.id for person in request.store.directory.reports_of(me, request.now.date())]
    found = [goal for own in store.of_each(people, reader=me).values() for goal in own]
    return [each for part in _in_parts(found) for each in goals.standing(request, part)]


def _in_parts(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def _standing(request: Request, nodes: Sequence[Any]) -> list[Standing]:
    found = request.store.goals.some((node.id for node in nodes), reader=request.actor.id)
    return goals.standing(request, [found[node.id] for node in nodes if node.id in found])


# In ------------------------------------------------------------------------------------------------------------------


@feature.command(
    "goals import",
    allow=everyone,
    also=("目标 导入", "目标导入", "导入目标"),
    examples=("",),
    takes_long=True,
    takes_file=-1,
)
def offer(request: Request) -> Reply:
    """Send me a file of goals with these words, and see what it changes before anything does."""
    sheet = sent(request)
    if request.file is None or sheet is None:
        return Reply(show=_explained())
    return _offered(request, sheet, request.file.name)


def _explained() -> Card:
    return Card(
        Phrase("Send me the file with the words “goals import”."),
        Section(
            Phrase(
                "It is an Excel file, as /goals export makes it: each row is a key result. A row without ids is a new"
                " one. No row takes anything away."
            )
        ),
        Button(Phrase("Get the file"), export.bind()),
    )


def _offered(request: Request, sheet: Sheet, name: str) -> Reply:
    made = plan(request, sheet)
    if made.faults:
        raise Problem(_faulty(made))
    if not made.changes:
        return Reply(show=Card(Phrase("This file changes nothing: all goals are as it says.")))
    kept = json.dumps([sheet.header, sheet.rows, sheet.first_row, sheet.exact, sheet.positions, name])
    file = request.store.files.keep(request.actor.id, name, kept.encode())
    return Reply(
        show=proposed(
            request, made, (_button(made, file), Button(Phrase("Drop it"), drop_goals.bind(file=file)))
        )
    )


def _button(made: Plan, file: str) -> Button:
    return Button(Phrase("Apply"), take_goals.bind(file=file, seen=_digest(made)), style="primary")


def _faulty(made: Plan) -> Text:
    head = Plural(
        "Nothing was changed: {n} cell must be mended first.",
        "Nothing was changed: {n} cells must be mended first.",
        n=len(made.faults),
    )
    return Lines((head, *(fault.text() for fault in made.faults[:SHOWN]), *more(len(made.faults), SHOWN)))


def proposed(request: Request, made: Plan, buttons: Sequence[Part] = ()) -> Card:
    """What a file changes: how many, and what becomes what."""
    new = [_titled(change) for change in made.changes if change.goal is None]
    changed = [line for change in made.changes if change.goal is not None for line in _lines(request, change)]
    return Card(
        Phrase("This is what the file changes. Nothing is changed yet."),
        *_group(Phrase("New goals"), new),
        *_group(Phrase("Changes"), changed),
        *buttons,
        Note(Phrase("What is not in the file stays as it is. Each change is kept with your name.")),
    )


def _group(label: Phrase, lines: Sequence[Text]) -> tuple[Part, ...]:
    if not lines:
        return ()
    shown = Lines((*lines[:SHOWN], *more(len(lines), SHOWN)))
    return (Fact(label, Phrase("{count}", count=len(lines))), Section(shown))


def _titled(change: Change) -> Text:
    title = Verbatim(str(change.values["title"]))
    results = len(change.results)
    return Plural("{title}, with {n} key result", "{title}, with {n} key results", n=results, title=title)


def _lines(request: Request, change: Change) -> Iterator[Text]:
    """A line for each value that becomes another."""
    assert change.goal is not None
    yield from _differing(request, change.goal, change.values)
    for row, values in change.results:
        if row is None:
            yield Phrase(
                "{goal}: new key result {title}",
                goal=goals.numbered(change.goal),
                title=Verbatim(str(values["title"])),
            )
        else:
            yield from _differing(request, row, values)


def _differing(request: Request, row: Goal | KeyResult, values: dict[str, Any]) -> Iterator[Text]:
    after = {_KEPT.get(name, name): item for name, item in values.items()}
    before = {name: _plain(getattr(row, name)) for name in after}
    for line in differences(request, before, {name: _plain(item) for name, item in after.items()}, row):
        yield Phrase("{title}, {change}", title=goals.numbered(row), change=line)


_KEPT = {"looks": "confidence"}


def _plain(item: Any) -> Any:
    return None if item is None else str(item)


def _digest(made: Plan) -> str:
    """What was shown, from what to what, so that nothing else is done."""
    told = [
        (
            _versioned(change.goal),
            _told(change.values),
            [(_versioned(row), _told(values)) for row, values in change.results],
        )
        for change in made.changes
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def _versioned(row: Goal | KeyResult | None) -> str:
    return f"{row.id}:{row.version}" if row else ""


def _told(values: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((name, str(item)) for name, item in values.items())


# Applied -------------------------------------------------------------------------------------------------------------


def _kept(request: Request, file: str) -> tuple[Sheet, str]:
    found = request.store.files.get(file, person_id=request.actor.id)
    if found is None:
        raise Problem(Phrase("This file is not kept any more. Send it again."))
    header, rows, first_row, exact, positions, name = json.loads(found[1])
    return Sheet(tuple(header), tuple(map(tuple, rows)), first_row, exact, tuple(positions)), name


@feature.button(allow=everyone, once=True, takes_long=True)
def take_goals(request: Request, file: str, seen: str) -> Reply:
    """Apply the file of goals."""
    sheet, name = _kept(request, file)
    made = plan(request, sheet)
    if made.faults or _digest(made) != seen:
        return _offered(request, sheet, name)
    told = apply(request, made)
    request.store.files.drop(file, person_id=request.actor.id)
    return Reply(
        show=Card(
            Phrase("Done. The goals are as the file says."),
            Note(Phrase("What each was before stands in its history.")),
        ),
        tell=told,
    )


@feature.button(allow=everyone, once=True)
def drop_goals(request: Request, file: str) -> Reply:
    """Drop the file of goals."""
    request.store.files.drop(file, person_id=request.actor.id)
    return Reply(show=Card(Phrase("Dropped. Nothing was changed.")))


def apply(request: Request, made: Plan) -> tuple[Tell, ...]:
    """Do what a plan says, and tell who follows the goals. Raises Problem where somebody else was quicker."""
    try:
        return tuple(tell for change in made.changes for tell in _apply(request, change))
    except Conflict:
        raise changed_meanwhile() from None


def _apply(request: Request, change: Change) -> list[Tell]:
    store, me = request.store.goals, request.actor.id
    goal = change.goal
    if goal is None:
        values = {"kind": Kind.GOAL_TEAM, "level": PERSON, "begins_on": request.today, **change.values}
        kind = Kind(values.pop("kind"))
        values["cycle_id"] = linked(request.store, current(request.store, request.today))
        goal = store.add(me, author=me, kind=kind, **values)
    elif change.values:
        store.change(goal, "edited", by=me, **change.values)
        if "ends_on" in change.values:
            read_again(request.store, goal, by=me)
    told: list[Tell] = []
    for row, values in change.results:
        told += _apply_result(request, goal, row, values)
    request.store.touch(goal.subject_id)
    return told


def _apply_result(
    request: Request, goal: Goal, row: KeyResult | None, values: dict[str, Any]
) -> tuple[Tell, ...]:
    store, me = request.store.goals, request.actor.id
    values = {_KEPT.get(name, name): item for name, item in values.items()}
    if row is None:
        moved = {name: values.pop(name) for name in ("value", "confidence") if name in values}
        begins = values.get("start") if values["direction"] in (Direction.UP, Direction.DOWN) else None
        row = store.measure(goal, author=me, **{**values, "value": begins})
    else:
        moved = {name: values.pop(name) for name in ("value", "confidence") if name in values}
        if values:
            store.edit(row, "edited", by=me, **values)
    value, confidence = moved.get("value", row.value), moved.get("confidence", row.confidence)
    if (value, confidence) == (row.value, row.confidence):
        return ()
    return following.told(request, goal, row, store.move(row, by=me, value=value, confidence=confidence))
