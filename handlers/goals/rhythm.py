"""Cycles: of which shape they are, and the next one drafted from the last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from handlers.goals import goal as goals
from handlers.goals.carrying import Carried, carry
from handlers.goals.cycles import Span, current, following, linked, span_of
from handlers.goals.goal import Standing, changers, feature
from handlers.goals.listing import opener
from handlers.goals.writing import end, ends_first
from handlers.kit.access import everyone, stewards
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Choice, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Listing, Phrase, Text, Verbatim
from storage.goals import Goal
from storage.goals.cycles import CUSTOM, MONTH, QUARTER

SHOWN = 6
"""Cycles of the company's own on one card."""
MOST = 12
"""Goals that are offered on one card."""

# Of which shape ------------------------------------------------------------------------------------------------------

SHAPES = (
    Option(QUARTER, Phrase("Quarters"), also=("quarterly", "quarter", "季度", "按季度")),
    Option(MONTH, Phrase("Months"), also=("monthly", "month", "月度", "按月")),
    Option(CUSTOM, Phrase("Days of our own"), also=("custom", "自定义日期", "自定义")),
)


def _span_text(span: Span) -> Text:
    return Phrase(
        "{name}: {first} to {last}", name=Verbatim(span.name), first=span.begins_on, last=span.ends_on
    )


@feature.command("goals cycles", allow=everyone, also=("目标 周期", "目标周期"), examples=("",))
def cycles(request: Request) -> Reply:
    """Show the cycles that goals are written for."""
    return Reply(show=_shown(request))


def _shown(request: Request) -> Card:
    store, today = request.store, request.today
    shape = next(option.label for option in SHAPES if option.value == store.goals.cycles.shape)
    own = store.goals.cycles.custom(SHOWN)
    listed = Listing(tuple(_span_text(span_of(row)) for row in own))
    return Card(
        Phrase("The cycles of goals"),
        Fact(Phrase("Shape"), shape),
        Fact(Phrase("This one"), _span_text(current(store, today))),
        Fact(Phrase("The next"), _span_text(following(store, today))),
        *((Fact(Phrase("Days of our own"), listed),) if own else ()),
        Button(Phrase("Draft my next cycle"), next_cycle.bind()),
        *((Button(Phrase("Change"), set_cycle.bind()),) if stewards.check(request, {}) else ()),
    )


@feature.command(
    "goals cycle",
    allow=stewards,
    also=("目标 设周期", "设置目标周期"),
    examples=("quarterly", "custom from 2027-02-01 until 2027-04-30 Spring", "季度"),
    seen_by=Phrase("Seen by everybody in the company. Goals that are written keep their days."),
    title=Phrase("The cycles of goals"),
)
def set_cycle(
    request: Request,
    shape: Annotated[str, Choice(Phrase("Of which shape are cycles?"), options=SHAPES)],
    first: Annotated[date, Day(Phrase("First day, of one of our own"), lead=("from", "从"))] | None = None,
    last: Annotated[date, Day(Phrase("Last day, of one of our own"), lead=("until", "to", "到", "至"))]
    | None = None,
    name: Annotated[str, Words(Phrase("What is it called?"), longest=40, lines=False)] = "",
) -> Reply:
    """Choose the cycles of goals: quarters, months, or days of your own."""
    store = request.store
    if shape == CUSTOM:
        _keep_own(request, name, first, last)
    store.goals.cycles.choose(shape)
    return Reply(show=_shown(request))


def _keep_own(request: Request, name: str, first: date | None, last: date | None) -> None:
    if first is None or last is None:
        missing = "first" if first is None else "last"
        raise Problem(Phrase("A cycle of your own has a first and a last day. Give both."), question=missing)
    if last <= first:
        raise ends_first("last")
    called = " ".join(name.split()) or f"{first.isoformat()} – {last.isoformat()}"
    cycles = request.store.goals.cycles
    # Days that were mistyped are said again under the same name.
    known = cycles.of_days(first, last) or cycles.called(called, first, last)
    kept = known or cycles.keep(called, CUSTOM, first, last)
    wanted = {"shape": CUSTOM, "name": called, "begins_on": first, "ends_on": last}
    changed = {name: item for name, item in wanted.items() if getattr(kept, name) != item}
    if changed:
        request.store.change(kept, **changed)


# The next one --------------------------------------------------------------------------------------------------------


@feature.command("goals next", allow=everyone, also=("目标 下期", "下期目标"), examples=("",))
def next_cycle(request: Request) -> Reply:
    """Draft my goals of the next cycle from those of this one."""
    return Reply(show=_draft(request, Phrase("Your next cycle")))


def _draft(request: Request, title: Text, *parts: Part) -> Card:
    waiting, longer = _candidates(request)
    into = following(request.store, request.today)
    nothing = Section(Phrase("Nothing waits: each goal of this cycle has its next, or lasts longer."))
    everything = Button(Phrase("Carry over all"), carry_all.bind(), style="primary")
    return Card(
        title,
        *parts,
        Fact(Phrase("The next"), _span_text(into)),
        *(
            Section(
                _waiting(request, each),
                button=Button(Phrase("Carry over"), carry_over.bind(goal=each.goal.id)),
            )
            for each in waiting[:MOST]
        ),
        *((everything,) if len(waiting) > 1 else ()),
        *(() if waiting else (nothing,)),
        *(
            Note(Phrase("{goal} lasts until {day}.", goal=goals.numbered(row), day=row.ends_on))
            for row in longer[:MOST]
        ),
        Note(
            Phrase(
                "What is carried over starts where it stands now; what is reached does not come along. You can change"
                " it before it begins."
            )
        ),
    )


def _waiting(request: Request, each: Standing) -> Text:
    """A goal that waits for its next, and that it goes on at once where it is overdue."""
    if not _is_overdue(request, each.goal):
        return goals.headline(each)
    until = _into(request, each.goal).ends_on
    at_once = Phrase("Its last day is over: carried over, it goes on from today, until {day}.", day=until)
    return Lines((goals.headline(each), at_once))


def _candidates(request: Request) -> tuple[list[Standing], list[Goal]]:
    """My open goals that have no next one: those that end with this cycle or before, and those that last longer."""
    rows = request.store.goals.of(request.actor.id, reader=request.actor.id)
    carried = request.store.goals.cycles.next_of([row.id for row in rows])
    free = [row for row in rows if row.id not in carried]
    last = current(request.store, request.today).ends_on
    ending = [row for row in free if row.ends_on <= last]
    return goals.standing(request, ending), [
        row for row in free if row.ends_on > last and row.begins_on <= last
    ]


def _carried(request: Request, each: Standing) -> Carried:
    into = _into(request, each.goal)
    return carry(
        request,
        each,
        owner=each.goal.subject_id,
        begins_on=max(request.today, into.begins_on),
        ends_on=into.ends_on,
        cycle_id=linked(request.store, into),
    )


def _into(request: Request, row: Goal) -> Span:
    """Overdue goals go on now, the others in the next cycle."""
    cycle = current if _is_overdue(request, row) else following
    return cycle(request.store, request.today)


def _is_overdue(request: Request, row: Goal) -> bool:
    return row.ends_on < request.today


@feature.button(allow=changers)
def carry_over(request: Request, goal: str) -> Reply:
    """Carry this goal over into the next cycle."""
    row = goals.bound_goal(request, goal)
    if request.store.goals.cycles.next_of([row.id]):
        return Reply(show=_draft(request, Phrase("It was carried over before, once.")))
    (each,) = goals.standing(request, [row])
    made = _carried(request, each)
    request.store.touch(row.subject_id)
    return Reply(show=_draft(request, Phrase("Carried over."), *_about(each, made)))


@feature.button(allow=everyone)
def carry_all(request: Request) -> Reply:
    """Carry all of them over into the next cycle."""
    waiting, _ = _candidates(request)
    parts = [part for each in waiting[:MOST] for part in _about(each, _carried(request, each))]
    request.store.touch(request.actor.id)
    return Reply(show=_draft(request, Phrase("Carried over."), *parts))


def _about(each: Standing, made: Carried) -> Sequence[Part]:
    begins = Phrase("{goal}, from {day}", goal=goals.numbered(made.goal), day=made.goal.begins_on)
    return (
        Section(
            Lines((begins, *made.told())),
            button=opener(made.goal),
        ),
        *(
            (
                Button(
                    Phrase("End the last one: {number}", number=each.goal.number), end.bind(goal=each.goal.id)
                ),
            )
            if each.goal.state == "open"
            else ()
        ),
    )
