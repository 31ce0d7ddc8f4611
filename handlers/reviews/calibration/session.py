"""A session: what managers propose, one below the other, with the pictures of all of it, until somebody ends it."""

from __future__ import annotations

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim, names
from handlers.reviews.calibration.figures import potential_said
from handlers.reviews.calibration.opening import open_session
from handlers.reviews.calibration.seats import bound_session, facts, results_for, sitters, unit_name
from handlers.reviews.results import points_of
from handlers.reviews.review import bound_cycle, feature, run_by
from storage.reviews import CalibrationSession, ReviewCycle, ReviewResult

PAGE = 12


@feature.command(
    "review calibrate",
    allow=everyone,
    also=("评估 校准", "评估校准", "校准", "绩效校准", "review calibration"),
    examples=("",),
)
def sessions(request: Request) -> Reply:
    """Show the calibration sessions in which you sit, and for HR the way to open one."""
    mine = [
        row
        for row in request.store.reviews.calibration.running()
        if sitters.check(request, {"session": row.id})
    ]
    open_ = [row for row in run_by(request, "running") if row.phase == "calibrate"]
    if not mine and not open_:
        return Reply(show=Card(Phrase("No calibration waits for you.")))
    if len(mine) == 1 and not open_:
        return Reply(show=session_card(request, mine[0], bound_cycle(request, mine[0].cycle_id)))
    return Reply(
        show=Card(
            Phrase("Calibration"),
            *(
                Section(
                    Phrase(
                        "{cycle}: {unit}",
                        cycle=Verbatim(bound_cycle(request, row.cycle_id).name),
                        unit=unit_name(row),
                    ),
                    button=Button(Phrase("Open"), show_session.bind(session=row.id)),
                )
                for row in mine
            ),
            *(part for row in open_ for part in _for_hr(request, row)),
        )
    )


def _for_hr(request: Request, cycle: ReviewCycle) -> tuple[Part, ...]:
    rows = request.store.reviews.calibration.sessions(cycle.id)
    return (
        Heading(Verbatim(cycle.name)),
        *(Section(_state(request, row)) for row in rows[-PAGE:]),
        Button(Phrase("New session"), open_session.bind(cycle=cycle.id)),
    )


def _state(request: Request, row: CalibrationSession) -> Text:
    members = names(request.store.directory.named(each) for each in row.members)
    if row.closed_at:
        return Phrase("{unit}: over, with {who}", unit=unit_name(row), who=members)
    return Phrase("{unit}: open, with {who}", unit=unit_name(row), who=members)


@feature.button(allow=sitters)
def show_session(request: Request, session: str, page: int = 0) -> Reply:
    """Open this session."""
    row, cycle = bound_session(request, session)
    return Reply(show=session_card(request, row, cycle, page=page))


def session_card(request: Request, row: CalibrationSession, cycle: ReviewCycle, *, page: int = 0) -> Card:
    """A session as somebody in it sees it: the proposals one below the other, and the pictures of all of them."""
    rows = results_for(request, row)
    shown = rows[page * PAGE : (page + 1) * PAGE]
    judged = request.store.reviews.calibration.potentials(
        cycle.id, (each.subject_id for each in shown), reader=request.actor.id
    )
    return Card(
        Phrase("Calibration: {unit}", unit=unit_name(row)),
        *facts(request, cycle, row),
        *(() if rows else (Section(Phrase("There is nobody in it whom you may calibrate.")),)),
        *(_line(request, cycle, row, each, judged.get(each.subject_id)) for each in shown),
        *(
            (Button(Phrase("Previous page"), show_session.bind(session=row.id, page=page - 1)),)
            if page
            else ()
        ),
        *(
            (Button(Phrase("Next page"), show_session.bind(session=row.id, page=page + 1)),)
            if len(rows) > (page + 1) * PAGE
            else ()
        ),
        *_pictures(row),
        Button(
            Phrase("End the session"),
            end_session.bind(session=row.id),
            confirm=Phrase("The ratings stay as they are. Nobody changes them in this session any more."),
        ),
        Note(
            Phrase(
                "What managers propose stands until somebody changes it here, with a reason that the employee reads"
                " when the result is shared. You see neither yourself nor anybody to whom you report."
            )
        ),
    )


def _pictures(row: CalibrationSession) -> tuple[Part, ...]:
    labels = {
        "reviews.spread": Phrase("Distribution"),
        "reviews.nine_box": Phrase("Nine boxes"),
        "reviews.heat": Phrase("Heat map"),
    }
    return tuple(Button(label, Press(route, {"session": row.id})) for route, label in labels.items())


def _line(
    request: Request, cycle: ReviewCycle, row: CalibrationSession, result: ReviewResult, potential: int | None
) -> Section:
    said: Text = standing(cycle, result)
    if potential:
        said = Phrase("{one}; {more}", one=said, more=potential_said(potential))
    name = Verbatim(request.store.directory.named(result.subject_id))
    return Section(
        Phrase("{name}: {points}", name=name, points=said),
        button=Button(Phrase("Open"), Press("reviews.look_at", {"session": row.id, "result": result.id})),
    )


def standing(cycle: ReviewCycle, result: ReviewResult) -> Text:
    """How a rating stands: proposed, changed, or nothing yet."""
    now = (result.rating or {}).get("points")
    before = (result.proposed or {}).get("points")
    if not now:
        return Phrase("no rating proposed yet")
    if not before:
        return Phrase("{now} of {most}, nothing proposed yet", now=now, most=len(points_of(cycle)))
    if before != now:
        return Phrase(
            "{now} of {most}, proposed {before}", now=now, most=len(points_of(cycle)), before=before
        )
    return Phrase("{now} of {most}, as proposed", now=now, most=len(points_of(cycle)))


@feature.button(allow=sitters)
def end_session(request: Request, session: str) -> Reply:
    """End this session; the ratings stay as they are."""
    row, cycle = bound_session(request, session)
    changed = sum(each.proposed != each.rating for each in results_for(request, row) if each.proposed)
    request.store.reviews.calibration.close(row)
    card = Card(
        Phrase("The session is over."),
        *facts(request, cycle, row),
        Section(
            Plural(
                "One rating that you see differs from what was proposed.",
                "{n} ratings that you see differ from what was proposed.",
                n=changed,
            )
        ),
    )
    told = Card(
        Phrase("{name} has ended the calibration", name=Verbatim(request.actor.name)),
        *facts(request, cycle, row),
    )
    people = request.store.directory.people
    there = {each for each in (*row.members, row.opened_by) if each in people and people[each].active}
    others = there - {request.actor.id}
    return Reply(
        show=card,
        tell=tuple(
            Tell(told, to=each, topic=f"reviews.calibrated:{row.id}:{each}") for each in sorted(others)
        ),
    )
