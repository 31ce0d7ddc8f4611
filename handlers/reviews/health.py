"""How healthy the process is: participation, lateness, drop-outs, spread, appeals, and what people said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Picture, Section
from handlers.kit.pictures import is_table, shown
from handlers.kit.requests import Reply, Request
from handlers.kit.rounding import tenth, whole_percent
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from handlers.reviews import owing, participation, releasing, together
from handlers.reviews.calibration import figures
from handlers.reviews.calibration.figures import Rated
from handlers.reviews.duties import PHASE_OF
from handlers.reviews.participation import Count, bars, by_role, by_team, counted
from handlers.reviews.results import points_of
from handlers.reviews.review import bound_cycle, feature, run_by, runners
from handlers.reviews.suppressing import changed_too_little, left_out, may_show
from storage.objections import CORRECTED
from storage.reviews import Duty, ProcessSurvey, ReviewCycle, ReviewResult

QUARTER = timedelta(days=100)


@feature.command(
    "review health",
    allow=hr,
    also=("评估 健康", "评估健康", "评估 回顾", "评估回顾", "季度回顾", "每季度回顾"),
    examples=("",),
)
def healths(request: Request) -> Reply:
    """Show how the review cycles of the last quarter went as a process."""
    lately = (
        row
        for row in run_by(request, "running", "closed")
        if (row.launched_at or row.made_at) > request.now - 2 * QUARTER
    )
    cycles = list(islice(lately, 10))
    if not cycles:
        return Reply(show=Card(Phrase("There is no cycle of the last months that you look after.")))
    return Reply(
        show=Card(
            Phrase("How reviews went"),
            *(
                Section(_line(request, row), button=Button(Phrase("Open"), health.bind(cycle=row.id)))
                for row in cycles
            ),
        )
    )


def _line(request: Request, cycle: ReviewCycle) -> Text:
    count = _whole(request, cycle)
    return Plural(
        "{cycle}: {done} of one review written, {late} late",
        "{cycle}: {done} of {n} reviews written, {late} late",
        n=count.asked,
        cycle=Verbatim(cycle.name),
        done=count.done,
        late=count.late,
    )


def _whole(request: Request, cycle: ReviewCycle) -> Count:
    return counted(request.store.reviews.duties(cycle.id), lambda duty: _due(request, cycle, duty))


def _due(request: Request, cycle: ReviewCycle, duty: Duty) -> datetime | None:
    author = request.store.directory.person(duty.author_id or "")
    phase = PHASE_OF.get(duty.role, "write")
    return owing.due_at(request.store, cycle, phase, author) if author else None


@feature.button(allow=runners, takes_long=True)
def health(request: Request, cycle: str, as_table: bool | None = None) -> Reply:
    """Show how this review cycle went as a process, as a picture or as a table."""
    as_table = is_table(request, as_table)
    row = bound_cycle(request, cycle)
    found = request.store.reviews.duties(row.id)
    people = request.store.directory.people

    def due(duty: Duty) -> datetime | None:
        return _due(request, row, duty)

    whole, roles = counted(found, due), by_role(found, due)
    teams, out = by_team(found, due, lambda person: people[person].team, row.k_score)
    if not roles:
        return Reply(show=Card(Phrase("Nobody was asked to write in this cycle yet.")))
    results = request.store.reviews.results.in_cycle(row.id, reader=request.actor.id)
    title = Phrase("Health of {cycle}", cycle=Verbatim(row.name))
    picture = Picture(title, _finding(whole), bars(roles, teams))
    other = health.bind(cycle=row.id, as_table=not as_table)
    return Reply(
        show=Card(
            title,
            *shown(picture, other, as_table=as_table),
            *_facts(request, found, results),
            *_since(request, row, whole),
            *_ratings(request, row, results),
            *_survey(request.store.reviews.surveys.of(row.id)),
            *(Note(words) for words in more(len(teams), participation.MOST_TEAMS)),
            *((Note(left_out(out, row.k_score)),) if out else ()),
        )
    )


def _finding(count: Count) -> Text:
    percent = whole_percent(count.share)
    return Plural(
        "{done} of one review written ({percent}%), {late} late, {out} dropped out",
        "{done} of {n} reviews written ({percent}%), {late} late, {out} dropped out",
        n=count.asked,
        done=count.done,
        percent=percent,
        late=count.late,
        out=count.out,
    )


def _facts(request: Request, found: Sequence[Duty], rows: Sequence[ReviewResult]) -> Iterator[Part]:
    """People, where enough of them are in it that a number is nobody's."""
    people = request.store.directory.people
    subjects = {duty.subject_id for duty in found}
    left = sum(not people[each].active for each in subjects)
    yield Fact(Phrase("Reviewed"), Phrase("{n}", n=len(subjects)))
    if left:
        yield Fact(Phrase("Left the company meanwhile"), Phrase("{n}", n=left))
    steps = (
        (Phrase("Results shared"), [row.shared_at for row in rows]),
        (Phrase("Talked about"), [row.talked_at for row in rows]),
        (Phrase("Acknowledged"), [row.acknowledged_at for row in rows]),
        (Phrase("Final"), [row.finalised_at for row in rows]),
    )
    for label, moments in steps:
        done = sum(moment is not None for moment in moments)
        yield Fact(label, Phrase("{n} of {all}", n=done, all=len(rows)))
    appeals = request.store.objections.states([row.id for row in rows])
    if appeals:
        corrected = sum(state == CORRECTED for state in appeals)
        yield Fact(
            Phrase("Appeals"),
            Phrase("{n}, of which {corrected} corrected", n=len(appeals), corrected=corrected),
        )


def _since(request: Request, cycle: ReviewCycle, whole: Count) -> Iterator[Part]:
    """Beside the cycle before it, unless the change is of so few that it would tell of them."""
    before = next(
        (row for row in run_by(request, "closed") if row.made_at < cycle.made_at and not row.is_test),
        None,
    )
    if before is None:
        return
    then = _whole(request, before)
    if not then.asked or changed_too_little({"all": then.done}, {"all": whole.done}, cycle.k_score):
        return
    percent, earlier = whole_percent(whole.share), whole_percent(then.share)
    yield Note(
        Phrase(
            "In {cycle}, the one before, {earlier}% was written; now it is {percent}%.",
            cycle=Verbatim(before.name),
            earlier=earlier,
            percent=percent,
        )
    )


def _ratings(request: Request, cycle: ReviewCycle, rows: Sequence[ReviewResult]) -> Iterator[Part]:
    """How ratings are spread, and how many were changed, where enough have one."""
    people = [_rated(request, row) for row in rows if row.rating and row.rating.get("points")]
    points = points_of(cycle)
    chart = figures.spread(people, points, cycle.k_score, None) if points else None
    if chart is None:
        return
    changed = sum(row.proposed != row.rating for row in rows if row.proposed)
    yield Heading(Phrase("How ratings are spread"))
    yield Section(figures.found(people, len(points)))
    lines = (
        Phrase("{title} · {said}", title=bar.label, said=bar.said)
        for bar in chart.bars
        if bar.said is not None
    )
    yield Section(Lines(tuple(lines)))
    yield Fact(Phrase("Changed since proposed"), Phrase("{n} of {all}", n=changed, all=len(people)))


def _rated(request: Request, row: ReviewResult) -> Rated:
    person = request.person(row.subject_id)
    return Rated(person.id, person.name, person.team, row.rating["points"])


def _survey(row: ProcessSurvey | None) -> Iterator[Part]:
    """What people said of the process, once the survey is over and if enough did."""
    if row is None:
        return
    yield Heading(Phrase("What people said of it"))
    if row.over_at is None:
        yield Section(Phrase("The survey runs until {day}. Nothing of it is shown before.", day=row.ends_at))
        return
    yield Fact(Phrase("Answered"), Phrase("{n} of {all}", n=row.answered, all=row.asked))
    if not row.tally or not may_show(row.answered, row.k_score):
        yield Section(
            Phrase("Fewer than {k} people answered, so nothing is shown and nothing was kept.", k=row.k_score)
        )
        return
    yield from _fair(row.tally)
    if row.said is None:
        yield Note(Phrase("Words are shown if at least {k} people wrote some.", k=row.k_comment))
    for words in row.said or ():
        yield Section(Verbatim(words), quoted=True)


def _fair(tally: Mapping[str, Any]) -> Iterator[Part]:
    """How the points spread, or only how they lean, where more would say what somebody gave."""
    label, spread = Phrase("How fair it was"), tally.get("spread")
    if not spread:
        yield Fact(label, releasing.LEANINGS[tally.get("leans", "")])
        return
    mean = tenth(together.mean(spread))
    yield Fact(label, Phrase("{mean} of {most} on average", mean=mean, most=len(spread)))
    counts = (Phrase("{n}: {count}", n=point, count=count) for point, count in enumerate(spread, 1))
    yield Section(Lines(tuple(counts)))
