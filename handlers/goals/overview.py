"""My goals, those of my team and of the company, where each figure comes from, and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from handlers.goals import following
from handlers.goals import goal as goals
from handlers.goals.alignment import serving
from handlers.goals.alignment.tree import tree
from handlers.goals.changes import differences
from handlers.goals.data import objecting
from handlers.goals.data.moving import connections, from_source
from handlers.goals.goal import COMPANY, Standing, feature, percent, seers
from handlers.goals.listing import MOST, listed, opener, told, with_owner
from handlers.goals.measuring import measure
from handlers.goals.pictures import course, team_chart
from handlers.goals.progress import say
from handlers.goals.rewriting import menus
from handlers.goals.scorecards import scored, templates
from handlers.goals.scorecards.parts import is_given
from handlers.goals.scoring import Direction, Share
from handlers.goals.writing import add, edit, ending
from handlers.kit.access import everyone, managers
from handlers.kit.cards import Button, Card, Heading, Menu, Note, Part, Press, Section
from handlers.kit.pictures import is_table
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more_people
from storage.goals import GoalChange, KeyResult

PAGE = 8
"""Changes on one card."""


@feature.command(
    "goals",
    allow=everyone,
    also=("目标", "我的目标", "my goals", "goal", "okr", "okrs", "goals list"),
    examples=("",),
    short=True,
    otherwise=("goals.update", "goals.of", "goals.look"),
)
def mine(request: Request) -> Reply:
    """Show my goals and how far they are."""
    own = goals.standing(request, request.store.goals.of(request.actor.id, reader=request.actor.id))
    return Reply(show=Card(Phrase("Your goals"), *_listed(request, own), *_updates(own), *_doors(request)))


def _listed(request: Request, found: Sequence[Standing]) -> tuple[Part, ...]:
    if not found:
        return (
            Section(
                Phrase("None yet. A goal takes a minute: what you want to reach, and how you will notice.")
            ),
        )
    return told(found, len(found), lambda each: goals.lines(request, each))


def _updates(found: Sequence[Standing]) -> tuple[Part, ...]:
    """A menu of all that can be updated."""
    rows = [row for each in found for row in each.results][:25]
    if not rows:
        return ()
    options = (Button(goals.numbered(row), say.bind(result=row.id)) for row in rows)
    return (Menu(Phrase("Say how far it is"), tuple(options)),)


def _doors(request: Request) -> tuple[Part, ...]:
    leads = bool(request.store.directory.reports_of(request.actor.id, request.now.date()))
    return (
        Button(Phrase("New goal"), add.bind(), style="primary"),
        *((Button(Phrase("My team"), team.bind()),) if leads else ()),
        *(
            (Button(Phrase("My department's goals"), Press("goals.department", {})),)
            if request.actor.department
            else ()
        ),
        Button(Phrase("The company's goals"), company.bind()),
        Button(Phrase("The tree"), tree.bind()),
    )


@feature.command("goals team", allow=managers, also=("目标 团队", "团队目标"), examples=("",))
def team(request: Request) -> Reply:
    """Show the goals of those who report to me."""
    people = request.store.directory.reports_of(request.actor.id, request.now.date())
    theirs = request.store.goals.of_each((person.id for person in people), reader=request.actor.id)
    shown = sorted(people, key=lambda person: not theirs[person.id])[:MOST]  # who has goals comes first
    stand = goals.standings(request, [(person, theirs[person.id][:MOST]) for person in shown])
    parts: list[Part] = []
    for person, found in stand:
        parts.append(Heading(Verbatim(person.name)))
        if not found:
            parts.append(Note(Phrase("No goals that you see.")))
        parts += [Section(goals.headline(each), button=opener(each.goal)) for each in found]
    more = (Note(words) for words in more_people(len(people), MOST))
    label = Phrase("As a table") if is_table(request) else Phrase("As a picture")
    chart = (Button(label, team_chart.bind()),) if any(theirs.values()) else ()
    return Reply(show=Card(Phrase("The goals of your team"), *parts, *more, *chart))


@feature.command("goals company", allow=everyone, also=("目标 公司", "公司目标"), examples=("",))
def company(request: Request) -> Reply:
    """Show the goals of the company."""
    found = request.store.goals.of_level(COMPANY, reader=request.actor.id)
    if not found:
        return Reply(
            show=Card(Phrase("The company has no goals here yet."), Button(Phrase("My goals"), mine.bind()))
        )
    return Reply(show=Card(Phrase("The goals of the company"), *listed(request, found, with_owner(request))))


# One goal ------------------------------------------------------------------------------------------------------------


@feature.button(allow=seers)
def show(request: Request, goal: str) -> Reply:
    """Open a goal."""
    row = goals.bound_goal(request, goal)
    (each,) = goals.standing(request, [row])
    return Reply(
        show=Card(
            Verbatim(row.title),
            *((Section(Verbatim(row.purpose), quoted=True),) if row.purpose else ()),
            *scored.facts(request, each),
            Section(goals.lines(request, each)),
            Note(goals.owner_line(request, row)),
            *serving.parts(request, row),
            *templates.parts(request, row),
            *_to_do(request, each),
            *serving.button(request, row),
            *following.parts(request, row),
            Button(Phrase("Why this number?"), why.bind(goal=row.id)),
            Button(Phrase("What changed"), history.bind(goal=row.id)),
            *((Button(Phrase("Progress over time"), course.bind(goal=row.id)),) if each.results else ()),
            Note(goals.audience(request, {"goal": row.id})),
        )
    )


def _to_do(request: Request, each: Standing) -> tuple[Part, ...]:
    if not request.store.goals.may_write(each.goal, request.actor.id):
        return ()
    return (
        *_updates([each]),
        *menus(each.goal, each.results),
        Button(goals.adding(each.goal), measure.bind(goal=each.goal.id)),
        *connections(request, each.results),
        Button(Phrase("Change"), edit.bind(goal=each.goal.id)),
        ending(each.goal),
    )


# Why this number -----------------------------------------------------------------------------------------------------


@feature.button(allow=seers)
def why(request: Request, goal: str) -> Reply:
    """Why this number?"""
    row = goals.bound_goal(request, goal)
    (each,) = goals.standing(request, [row])
    together = each.together
    shares = zip(each.results, together.shares, strict=True)
    standing = request.store.goals.moves.standing(each.results, reader=request.actor.id)
    return Reply(
        keep=True,
        show=Card(
            _asked(together.progress),
            *(Section(_reason(request, result, share, standing.get(result.id))) for result, share in shares),
            Section(
                Phrase(
                    "The goal is the mean of its key results by weight. Each is the share of the way from its start to"
                    " its target, at most 100%. How it looks, in somebody's words, is not in this number."
                )
            ),
            *scored.why(request, each),
            *(Note(words) for words in goals.left_out(each)),
            *objecting.under_why(request, row, each.results),
        ),
    )


def _asked(share: Decimal | None) -> Text:
    if share is None:
        return Phrase("Why is there no number yet?")
    return Phrase("Why {percent}?", percent=percent(share))


def _reason(request: Request, row: KeyResult, share: Share, said: GoalChange | None) -> Text:
    line = goals.result_line(request, row)
    if is_given(row.part):
        return Lines((line, *_said_by(request, row, said)))
    if share.why_not == "tracked":
        return Lines((line, Phrase("Weighs nothing: tracked, and not counted.")))
    if share.why_not == "no_data":
        return Lines((line, Phrase("No data yet: left out.")))
    who = _said_by(request, row, said)
    if share.why_not == "stale":
        return Lines((line, *who, Phrase("Too old: left out of the score until newer data arrives.")))
    weight = Phrase("Counts for {percent} of the goal.", percent=percent(share.weight))
    return Lines((line, *_in_a_band(row), weight, *who))


def _in_a_band(row: KeyResult) -> tuple[Text, ...]:
    """How far it is where that is no way from a start to a target."""
    if row.direction != Direction.BAND:
        return ()
    if row.start is None:
        return (Phrase("In its band it is 100%, outside of it 0%."),)
    return (Phrase("In its band it is 100%; outside of it, as much as it is nearer than at its start."),)


def _said_by(request: Request, row: KeyResult, said: GoalChange | None) -> tuple[Text, ...]:
    if said is None:
        return ()
    if said.source and row.data_at:
        return (from_source(said.source, row.data_at, request.now),)
    return (Phrase("Said by {name} {moment}.", name=_who(request, said), moment=said.made_at),)


# What changed --------------------------------------------------------------------------------------------------------


@feature.button(allow=seers)
def history(request: Request, goal: str, page: int = 0) -> Reply:
    """Show everything that changed about a goal."""
    row = goals.bound_goal(request, goal)
    found = request.store.goals.history(row.id, reader=request.actor.id, limit=(page + 1) * PAGE + 1)
    here, more = found[page * PAGE : (page + 1) * PAGE], len(found) > (page + 1) * PAGE
    results = {each.id: each for each in request.store.goals.measured(row.id, reader=request.actor.id)}
    return Reply(
        show=Card(
            Phrase("What changed about {title}", title=Verbatim(row.title)),
            *(Section(change_text(request, each, results.get(each.key_result_id))) for each in here),
            *((Button(Phrase("Newer"), history.bind(goal=row.id, page=page - 1)),) if page else ()),
            *((Button(Phrase("Older"), history.bind(goal=row.id, page=page + 1)),) if more else ()),
            opener(row),
        )
    )


_ACTS = {
    "made": Phrase("written down"),
    "edited": Phrase("changed"),
    "moved": Phrase("moved"),
    "connected": Phrase("connected to data"),
    "disconnected": Phrase("disconnected from data"),
    "closed": Phrase("ended"),
    "dropped": Phrase("given up"),
    "reopened": Phrase("opened again"),
    "undone": Phrase("taken back"),
    "proposed": Phrase("proposed to serve another goal"),
    "agreed": Phrase("agreed to serve another goal"),
    "declined": Phrase("declined to serve another goal"),
    "detached": Phrase("detached from the goal that it served"),
    "kept": Phrase("kept as it was after what it serves had changed"),
}


def change_text(request: Request, change: GoalChange, row: KeyResult | None) -> Lines:
    """Who changed something about a goal, when, and from what to what."""
    who = _who(request, change)
    head = Phrase("{name}, {moment}: {act}", name=who, moment=change.made_at, act=_ACTS[change.act])
    if row is not None:
        head = Phrase(
            "{head} ({number}. {title})", head=head, number=goals.called(row), title=Verbatim(row.title)
        )
    note = (Verbatim(change.note),) if change.note else ()
    changed = (
        differences(request, change.before, change.after or {}, row) if change.before is not None else ()
    )
    return Lines((head, *changed, *note))


def _who(request: Request, change: GoalChange) -> Text:
    """Who changed it: a person, or a source of data."""
    if change.source:
        return Phrase("data from {source}", source=Verbatim(change.source))
    return Verbatim(request.store.directory.named(change.author_id))


# Home ----------------------------------------------------------------------------------------------------------------


@feature.home(25)
def my_goals(request: Request) -> tuple[Part, ...]:
    """My open goals, with how far they are."""
    own = goals.standing(request, request.store.goals.of(request.actor.id, reader=request.actor.id))
    if not own:
        return ()
    return (
        Heading(Phrase("Your goals")),
        *(Section(goals.headline(each)) for each in own[:5]),
        *_updates(own),
        Button(Phrase("All goals"), mine.bind()),
    )
