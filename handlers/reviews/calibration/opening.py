"""HR opens a session for a unit, names who calibrates, and may give a guide to look at; each of them is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from handlers.kit.cards import Button, Card, Note, Press
from handlers.kit.forms import Choice, Colleague, Option, Question, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim, names
from handlers.reviews import telling
from handlers.reviews.answerers import whose_nobody_answers
from handlers.reviews.calibration.seats import facts, may_sit, subjects_of
from handlers.reviews.results import points_of
from handlers.reviews.review import bound_cycle, cycle_of, feature, runners
from storage.people import Person
from storage.reviews import CalibrationSession, ReviewCycle
from storage.store import Store

EVERYBODY = "*"
MOST_MEMBERS = 20


def _units(store: Store, cycle: ReviewCycle) -> tuple[Option, ...]:
    about = store.reviews.cycles.subjects(cycle.id)
    people = [person for each in about if (person := store.directory.person(each))]
    units = sorted({unit for person in people for unit in (person.department, person.team) if unit})
    everybody = Option(EVERYBODY, Phrase("Everybody in the cycle"), also=("all", "全部"))
    return (everybody, *(Option(unit, Verbatim(unit)) for unit in units))


def _asked(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    cycle = cycle_of(request, args)
    if cycle is None:
        return ()
    scale = len(points_of(cycle))
    return (
        Choice(Phrase("For which team or department?"), name="unit", options=_units(request.store, cycle)),
        Colleague(
            Phrase("Who calibrates?"),
            help=Phrase(
                "Managers above those whom it is about, and HR. You are in it too if you name yourself."
            ),
            name="members",
            most=MOST_MEMBERS,
            yourself=True,
        ),
        Words(
            Phrase("Is there a guide?"),
            help=Phrase(
                "Leave it empty for none. Else the share of each point in percent, the lowest first, like {like}."
                " What is off is shown; nothing is changed by it.",
                like=Verbatim(" ".join(_example(scale))),
            ),
            name="guide",
            required=False,
            longest=100,
            lines=False,
        ),
    )


def _example(scale: int) -> tuple[str, ...]:
    return (
        ("5", "15", "45", "25", "10")
        if scale == 5
        else tuple(str(100 // max(scale, 1)) for _ in range(scale))
    )


Session = Annotated[dict[str, Any], Sheet(Phrase("The session"), of=_asked)]


def _refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    row = bound_cycle(request, args["cycle"])
    if row.phase != "calibrate" or row.state != "running":
        raise Problem(Phrase("Sessions are opened in the phase of calibration, while the cycle runs."))


@feature.button(
    allow=runners,
    seen_by=Phrase("Seen by HR and by those whom you name, who are told now."),
    title=Phrase("Open a calibration"),
    submit=Phrase("Open the session"),
    over=_refuse_over,
)
def open_session(request: Request, cycle: str, asked: Session) -> Reply:
    """Open a calibration session for a unit."""
    row = bound_cycle(request, cycle)
    unit = "" if asked["unit"] == EVERYBODY else asked["unit"]
    members = [each.id if isinstance(each, Person) else str(each) for each in asked["members"]]
    guide = _guide(asked.get("guide", ""), len(points_of(row)))
    made = CalibrationSession(
        cycle_id=row.id, unit=unit, members=members, opened_by=request.actor.id, opened_at=request.now
    )
    subjects = subjects_of(request.store, made)
    _refuse_strangers(request, row, members, subjects)
    made = request.store.reviews.calibration.open(row, unit, members, guide=guide)
    told = tuple(each for each in members if each != request.actor.id)
    return Reply(
        show=Card(
            Phrase("The session is open."),
            *facts(request, row, made),
            *(
                (Button(Phrase("Open"), Press("reviews.show_session", {"session": made.id})),)
                if request.actor.id in members
                else ()
            ),
            *(Note(words) for words in _nobody_left(request, row, subjects)),
        ),
        tell=tuple(_told(request, row, made, person) for person in told),
    )


def _refuse_strangers(
    request: Request, cycle: ReviewCycle, members: Sequence[str], subjects: Sequence[str]
) -> None:
    wrong = [each for each in members if not may_sit(request.store, each, cycle, subjects)]
    if wrong:
        raise Problem(
            Phrase(
                "{who}: neither a manager above those whom it is about, nor in HR and not reviewed themselves."
                " Leave them out.",
                who=names(sorted(request.store.directory.named(each) for each in wrong)),
            ),
            question="members",
        )


def _guide(words: str, scale: int) -> list[int] | None:
    said = words.replace("%", " ").replace("，", " ").replace(",", " ").replace("、", " ").split()
    if not said:
        return None
    if len(said) != scale or not all(each.isdecimal() for each in said) or sum(map(int, said)) != 100:
        raise Problem(
            Phrase("A guide is {n} whole numbers that make 100 together, the lowest point first.", n=scale),
            question="guide",
        )
    return [int(each) for each in said]


def _told(request: Request, cycle: ReviewCycle, row: CalibrationSession, person: str) -> Tell:
    card = Card(
        Phrase("{name} asks you to calibrate", name=Verbatim(request.actor.name)),
        *facts(request, cycle, row),
        Button(Phrase("Open"), Press("reviews.show_session", {"session": row.id}), style="primary"),
        Note(
            Phrase(
                "You see neither yourself nor anybody to whom you report. Each change needs a reason, which the"
                " employee reads when the result is shared."
            )
        ),
    )
    topic = f"reviews.calibrate:{row.id}:{person}"
    return telling.tell(request.store, cycle, request.person(person), card, topic=topic)


def _nobody_left(request: Request, cycle: ReviewCycle, subjects: Sequence[str]) -> tuple[Text, ...]:
    """A warning where nobody would be left to answer an appeal."""
    lost = whose_nobody_answers(request.store, cycle, subjects)
    if not lost:
        return ()
    return (
        Plural(
            "For one person nobody is left who could answer an appeal: choose fewer people in HR or managers above.",
            "For {n} people nobody is left who could answer an appeal: choose fewer people in HR or managers above.",
            n=len(lost),
        ),
    )
