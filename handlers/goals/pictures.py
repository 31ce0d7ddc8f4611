"""Goals as pictures: how one came along over time, how those of a team stand, and the tree; each also as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Annotated, Any

from handlers.goals import goal as goals
from handlers.goals.course import course_of
from handlers.goals.goal import AT_RISK, OFF_TRACK, ON_TRACK, Standing, feature, percent, seers
from handlers.goals.listing import opener
from handlers.goals.picking import allow, my_goals, no_goal
from handlers.kit.access import everyone, managers
from handlers.kit.cards import Card, Note, Picture
from handlers.kit.charts import MOST_BARS, Bar, Bars, Course, Tone
from handlers.kit.forms import Choice
from handlers.kit.pictures import is_table, shown
from handlers.kit.requests import Reply, Request
from handlers.kit.rounding import whole_percent
from handlers.kit.text import Listing, Phrase, Plural, Text, Verbatim, more_people
from storage.goals import Goal

PEOPLE = 12
"""Of a team on one picture."""

_TONES: dict[str, Tone] = {ON_TRACK: "good", AT_RISK: "warning", OFF_TRACK: "bad"}
_SIGNS = {ON_TRACK: "●", AT_RISK: "▲", OFF_TRACK: "■"}
"""Colour is never alone: each has its sign and its word."""


# One goal over time --------------------------------------------------------------------------------------------------


@feature.command(
    "goals chart",
    allow=everyone,
    also=("目标 图表", "目标图表", "目标图"),
    examples=("1",),
    seen_by=Phrase("Seen by you alone."),
    title=Phrase("Progress over time"),
)
def chart(
    request: Request,
    which: Annotated[str, Choice(Phrase("Which goal of yours?"), options=my_goals, missing=no_goal)],
) -> Reply:
    """Show how a goal of yours came along, as a picture."""
    allow(request, seers, question="which", goal=which)
    return _over_time(request, goals.bound_goal(request, which), None)


@feature.button(allow=seers)
def course(request: Request, goal: str, as_table: bool | None = None, again: bool = False) -> Reply:
    """Show how a goal came along, as a picture or as a table."""
    return replace(_over_time(request, goals.bound_goal(request, goal), as_table), keep=not again)


def _over_time(request: Request, row: Goal, wish: bool | None) -> Reply:
    as_table = is_table(request, wish)
    (each,) = goals.standing(request, [row])
    if not each.results:
        return Reply(show=Card(Phrase("It has no key results yet, so there is nothing to draw.")))
    drawn = course_of(request, each)
    if drawn is None:
        return Reply(
            show=Card(Phrase("Nobody has said yet how far it is, so there is nothing to draw."), opener(row))
        )
    picture = Picture(Verbatim(row.title), _finding(each, drawn), drawn)
    other = course.bind(goal=row.id, as_table=not as_table, again=True)
    notes = (*goals.left_out(each), goals.audience(request, {"goal": row.id}))
    return _reply(picture, Phrase("Progress over time"), other, as_table=as_table, notes=notes)


def _finding(each: Standing, drawn: Course) -> Text:
    """What the picture shows: how far, after how long, and on which side of the straight line."""
    share = each.together.progress
    spent, whole = _spent(drawn)
    if share is None:
        return Phrase("no data yet after {spent}", spent=_of(spent, whole))
    reached = whole_percent(share)
    days = max(1, (drawn.ends_on - drawn.begins_on).days)
    straight = whole_percent(Fraction(min(max((drawn.today - drawn.begins_on).days, 0), days), days))
    said: dict[str, Any] = {
        "percent": percent(share),
        "spent": _of(spent, whole),
        "points": abs(reached - straight),
    }
    if abs(reached - straight) <= 1:
        return Phrase("{percent} after {spent}, on the straight line", **said)
    if reached < straight:
        return Phrase("{percent} after {spent}, behind the straight line by {points} points", **said)
    return Phrase("{percent} after {spent}, ahead of the straight line by {points} points", **said)


def _spent(drawn: Course) -> tuple[int, int]:
    """Days since it began, and days that it has."""
    whole = (drawn.ends_on - drawn.begins_on).days + 1
    return min(max((drawn.today - drawn.begins_on).days + 1, 0), whole), whole


def _of(spent: int, whole: int) -> Text:
    if whole < 21:
        return Plural("{spent} of {n} day", "{spent} of {n} days", n=whole, spent=spent)
    weeks = round(whole / 7)
    return Plural("{spent} of {n} week", "{spent} of {n} weeks", n=weeks, spent=min(weeks, round(spent / 7)))


# A team --------------------------------------------------------------------------------------------------------------


@feature.button(allow=managers)
def team_chart(request: Request, as_table: bool | None = None, again: bool = False) -> Reply:
    """Show how the goals of my team stand, as a picture or as a table."""
    as_table = is_table(request, as_table)
    reports = request.store.directory.reports_of(request.actor.id, request.now.date())
    people = goals.of_people(request, reports)
    stand = goals.standings(request, people[:PEOPLE])
    bars: list[Bar] = []
    shown: list[Standing] = []
    for person, found in stand:
        own = found[: max(0, MOST_BARS - len(bars) - 1)]
        if own:
            bars.append(Bar(Verbatim(person.name), heading=True))
            bars += [bar_of(each, depth=1) for each in own]
            shown += own
    if not bars:
        return Reply(keep=True, show=Card(Phrase("Your team has no goals that you see.")))
    picture = Picture(Phrase("The goals of your team"), looks(shown), Bars(tuple(bars)))
    rest = sum(len(found) for _, found in stand) - len(shown)
    more = (Plural("And {n} more goal.", "And {n} more goals.", n=rest),) if rest else ()
    notes = (*more, *more_people(len(people), PEOPLE))
    other = team_chart.bind(as_table=not as_table, again=True)
    reply = _reply(picture, Phrase("The goals of your team"), other, as_table=as_table, notes=notes)
    return replace(reply, keep=not again)


def bar_of(each: Standing, *, depth: int, owner: str = "") -> Bar:
    """A goal as a bar, with what is said of it."""
    share, look = each.together.progress, look_of(each)
    label: Text = Verbatim(each.goal.title)
    if owner:
        label = Phrase("{title} · {name}", title=label, name=Verbatim(owner))
    return Bar(
        label,
        None if share is None else float(share),
        _said(percent(share), look),
        _TONES.get(look, ""),
        depth,
    )


def _said(far: Text, look: str) -> Text:
    if not look:
        return far
    return Phrase(
        "{percent} {sign} {look}", percent=far, sign=Verbatim(_SIGNS[look]), look=goals.CONFIDENCE_WORDS[look]
    )


def look_of(each: Standing) -> str:
    """How a goal looks: as the worst of what was said of its key results, "" where nobody said."""
    said = {row.confidence for row in each.results}
    return next((look for look in (OFF_TRACK, AT_RISK, ON_TRACK) if look in said), "")


def looks(found: Sequence[Standing]) -> Text:
    """How several goals look, in one sentence."""
    counted = Counter(map(look_of, found))
    words = {
        ON_TRACK: Phrase("{n} on track", n=counted[ON_TRACK]),
        AT_RISK: Phrase("{n} at risk", n=counted[AT_RISK]),
        OFF_TRACK: Phrase("{n} off track", n=counted[OFF_TRACK]),
        "": Phrase("{n} with no status yet", n=counted[""]),
    }
    parts = Listing(tuple(said for look, said in words.items() if counted[look]))
    return Plural("{n} goal: {parts}", "{n} goals: {parts}", n=len(found), parts=parts)


# Shown ---------------------------------------------------------------------------------------------------------------


def _reply(picture: Picture, title: Text, other: Any, *, as_table: bool, notes: Sequence[Text]) -> Reply:
    parts = shown(picture, other, as_table=as_table)
    return Reply(show=Card(title, *parts, *(Note(words) for words in notes)))
