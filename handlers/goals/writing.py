"""Writing a goal: in one line or in a form; changed and ended with a trace."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from handlers.goals import advice
from handlers.goals import goal as goals
from handlers.goals.alignment import serving
from handlers.goals.alignment.aligning import unanswered
from handlers.goals.cycles import Span, current, following, linked
from handlers.goals.data.following import read_again
from handlers.goals.goal import COMPANY, DEPARTMENT, PERSON, TEAM, changers, feature
from handlers.goals.scorecards import scored
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.forms import Choice, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from storage.goals import Goal
from storage.policy import Kind

KINDS: Mapping[str, Kind] = {
    "everybody": Kind.GOAL_COMPANY,
    "team": Kind.GOAL_TEAM,
    "private": Kind.GOAL_PRIVATE,
}
_SIGHT: Mapping[Kind, str] = {kind: name for name, kind in KINDS.items()}


def _levels(request: Request) -> tuple[Option, ...]:
    """For whom somebody may write a goal: themselves; their team or department, who leads it; the company, who leads
    that, or HR."""
    directory, me = request.store.directory, request.actor
    leads = bool(directory.reports_of(me.id, request.now.date()))
    top = leads and directory.manager_of(me.id, request.now.date()) is None
    options = [Option(PERSON, Phrase("Mine"), also=("me", "我", "个人"))]
    if leads and _heads(request):
        options.append(Option(DEPARTMENT, Phrase("My department's"), also=("department", "部门")))
    if leads:
        options.append(Option(TEAM, Phrase("My team's"), also=("team", "团队")))
    if top or me.role == "hr":
        options.append(Option(COMPANY, Phrase("The company's"), also=("company", "公司")))
    return tuple(options)


def _heads(request: Request) -> bool:
    """Whether somebody is at the head of their department: who leads them is not of it."""
    directory, me = request.store.directory, request.actor
    manager = directory.person(directory.manager_of(me.id, request.now.date()) or "")
    return bool(me.department) and (manager is None or manager.department != me.department)


SIGHT = (
    Option("team", Phrase("Managers and my team"), also=("上级和我的团队", "团队")),
    Option(
        "everybody",
        Phrase("Everybody in the company"),
        also=("all", "company", "公司所有人", "所有人", "公司"),
    ),
    Option("private", Phrase("My managers only"), also=("仅我的上级", "仅上级", "私密")),
)

Title = Annotated[
    str,
    Words(
        Phrase("What do you want to reach?"),
        help=Phrase("One sentence, without numbers."),
        longest=200,
        lines=False,
    ),
]
Purpose = Annotated[str, Words(Phrase("Why does it matter?"), longest=1000)]
Level = Annotated[str, Choice(Phrase("Whose goal is it?"), options=_levels, tagged=True)]
Sight = Annotated[str, Choice(Phrase("Who sees it?"), options=SIGHT, tagged=True)]
Until = Annotated[
    date,
    Day(
        Phrase("Until when?"),
        lead=("by", "until", "截止", "到"),
        led=True,
        suggested=lambda request: current(request.store, request.today).ends_on.isoformat(),
    ),
]


def _spans(request: Request) -> dict[str, Span]:
    store, today = request.store, request.today
    return {"this_cycle": current(store, today), "next_cycle": following(store, today)}


def _cycles(request: Request) -> tuple[Option, ...]:
    typed = {"this_cycle": ("this cycle", "本周期"), "next_cycle": ("next cycle", "下个周期", "下周期")}
    return tuple(
        Option(
            name,
            Phrase("{name}, until {day}", name=Verbatim(span.name), day=span.ends_on),
            also=typed[name],
        )
        for name, span in _spans(request).items()
    )


Which = Annotated[
    str,
    Choice(
        Phrase("For which cycle?"),
        options=_cycles,
        tagged=True,
        help=Phrase("This one unless you say otherwise. The goal has days of its own all the same."),
    ),
]


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    return Phrase(
        "Seen by those whom you choose below, and by your managers in any case. You can change it later."
    )


@feature.command(
    "goals add",
    allow=everyone,
    also=("目标 新建", "新建目标", "goals new", "goals create"),
    examples=("New customers find their way alone", "新客户自己就能上手"),
    seen_by=_audience,
    title=Phrase("A new goal"),
)
def add(
    request: Request,
    title: Title,
    level: Level = PERSON,
    sight: Sight = "",
    until: Until | None = None,
    purpose: Purpose = "",
    cycle: Which = "",
) -> Reply:
    """Write down a goal."""
    span = _spans(request)[cycle or "this_cycle"]
    begins_on = max(request.today, span.begins_on)
    ends_on = _last_day(request, until, span, begins_on) if cycle else until or span.ends_on
    refuse_past(request, ends_on)
    sight = sight or ("everybody" if level in (COMPANY, DEPARTMENT) else "team")
    row = request.store.goals.add(
        request.actor.id,
        author=request.actor.id,
        kind=KINDS[sight],
        title=goals.one_line(title),
        purpose=purpose,
        level=level,
        unit={TEAM: request.actor.team, DEPARTMENT: request.actor.department}.get(level, ""),
        cycle_id=linked(request.store, span),
        begins_on=min(begins_on, ends_on),
        ends_on=ends_on,
    )
    return Reply(show=card(request, row, Phrase("Your goal is written down.")))


def _last_day(request: Request, until: date | None, span: Span, begins_on: date) -> date:
    """Until when a goal of a chosen cycle lasts. A form names the end of this one, whichever is chosen. Raises
    Problem."""
    if until is None or (until < begins_on and until == current(request.store, request.today).ends_on):
        return span.ends_on
    if until < begins_on:
        raise ends_first("until")
    return until


def refuse_past(request: Request, ends_on: date, *, question: str = "until") -> None:
    """Raise Problem for a last day that is over."""
    if ends_on < request.today:
        raise Problem(Phrase("This day is over. Pick today or a later one."), question=question)


def ends_first(question: str) -> Problem:
    """What is said to whoever gives a last day that is before the first."""
    return Problem(Phrase("It ends before it begins. Change one of the two days."), question=question)


def card(request: Request, row: Goal, title: Text) -> Card:
    """A goal after something was done to it, with what may be done next."""
    request.store.touch(row.subject_id)
    (each,) = goals.standing(request, [row])
    return Card(
        title,
        *scored.facts(request, each),
        Section(goals.lines(request, each)),
        *(Note(words) for words in advice.hints(each)),
        Button(
            goals.adding(row),
            Press("goals.measure", {"goal": row.id}),
            style="plain" if each.results else "primary",
        ),
        Button(Phrase("Change"), edit.bind(goal=row.id)),
        *serving.button(request, row),
        ending(row),
        Note(goals.audience(request, {"goal": row.id})),
    )


# Changing it ---------------------------------------------------------------------------------------------------------


@feature.button(allow=changers, over=goals.refuse_ended)
def edit(request: Request, goal: str) -> Reply:
    """Change a goal, with what it says now in the form."""
    return to_change(goals.bound_goal(request, goal))


def to_change(row: Goal) -> Reply:
    """The form that changes a goal, with what it says now."""
    given = {
        "title": row.title,
        "sight": _SIGHT[Kind(row.kind)],
        "until": row.ends_on.isoformat(),
        "purpose": row.purpose,
    }
    return Reply(ask=change.bind(goal=row.id), given={name: item for name, item in given.items() if item})


@feature.button(
    allow=changers, seen_by=goals.audience, title=Phrase("Change the goal"), over=goals.refuse_ended
)
def change(
    request: Request,
    goal: str,
    title: Title,
    sight: Sight = "",
    until: Until | None = None,
    purpose: Purpose = "",
) -> Reply:
    """Change a goal. What it was before stays readable."""
    row = goals.bound_goal(request, goal)
    wanted: dict[str, Any] = {"title": goals.one_line(title), "purpose": purpose or row.purpose}
    if sight:
        wanted["kind"] = KINDS[sight]
    if until and until != row.ends_on:
        refuse_past(request, until)
        wanted |= {"begins_on": row.begins_on if row.begins_on <= until else request.today, "ends_on": until}
    changed = {name: item for name, item in wanted.items() if getattr(row, name) != item}
    if changed:
        request.store.goals.change(row, "edited", by=request.actor.id, **changed)
        if "ends_on" in changed:
            read_again(request.store, row, by=request.actor.id)
    return Reply(show=card(request, row, Phrase("Changed.") if changed else Phrase("Nothing was changed.")))


@feature.button(allow=changers)
def end(request: Request, goal: str) -> Reply:
    """End a goal: it is reached, or not wanted any more."""
    row = goals.bound_goal(request, goal)
    told: tuple[Tell, ...] = ()
    if row.state == "open":
        request.store.goals.change(row, "closed", by=request.actor.id, state="closed", closed_at=request.now)
        told = unanswered(request, row)
    request.store.touch(row.subject_id)
    return Reply(
        show=Card(
            Phrase("Ended: {title}", title=Verbatim(row.title)),
            Button(Phrase("Open it again"), reopen.bind(goal=row.id)),
        ),
        tell=told,
    )


def ending(row: Goal) -> Button:
    """The button that ends a goal."""
    return Button(
        Phrase("End this goal"),
        end.bind(goal=row.id),
        confirm=Phrase("It leaves your list, and its past stays readable. You can open it again."),
    )


@feature.button(allow=changers)
def reopen(request: Request, goal: str) -> Reply:
    """Open an ended goal again."""
    row = goals.bound_goal(request, goal)
    if row.state != "open":
        request.store.goals.change(row, "reopened", by=request.actor.id, state="open", closed_at=None)
        read_again(request.store, row, by=request.actor.id)
    return Reply(show=card(request, row, Phrase("It is open again.")))
