"""How far a cycle is: how many have written what they were asked, by kind and by unit, small groups never alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from handlers.kit.access import hr
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import including, phases, undecided
from handlers.reviews.participation import unit_text
from handlers.reviews.review import bound_cycle, feature, run_by, runners
from storage.reviews import CUSTOMER, MANAGER, PEER, SELF, UPWARD, Duty, ReviewCycle
from storage.reviews.running import OPEN
from storage.store import Store

KINDS: Mapping[str, Text] = {
    SELF: Phrase("Self-reviews"),
    PEER: Phrase("By colleagues"),
    UPWARD: Phrase("About managers"),
    MANAGER: Phrase("By managers"),
    CUSTOMER: Phrase("By customers"),
}

ASKED = ("owed", "submitted", "declined")
"""What somebody is asked for, or was; what is frozen, taken off or only proposed is asked of nobody."""

# Counting ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Count:
    """How many of a group are asked for, handed in, and declined."""

    asked: int
    done: int
    declined: int


@dataclass(frozen=True)
class Group:
    """A unit with its count; `people` are those of whom it counts. Without a name (None): several small ones together.
    Empty: those who are in no unit."""

    name: str | None
    people: int
    count: Count


def counted(duties: Iterable[Duty]) -> Count:
    """The count of these."""
    states = Counter(duty.state for duty in duties)
    return Count(sum(states[state] for state in ASKED), states["submitted"], states["declined"])


def grouped(units: Mapping[str, list[Duty]], *, least: int) -> tuple[Group, ...]:
    """The groups that may be shown: one of fewer people than `least` only together with other such ones and, while
    these are too few as well, with the next smallest, so that none can be had by taking the rest from the whole."""
    made = (_group(name, duties) for name, duties in units.items())
    known = sorted((each for each in made if each.people), key=lambda each: each.people)
    small = [each for each in known if each.people < least]
    rest = known[len(small) :]
    while small and rest and (sum(each.people for each in small) < least or len(small) < 2):
        small.append(rest.pop(0))
    shown = sorted(rest, key=lambda each: each.name or "")
    if not small:
        return tuple(shown)
    together = [duty for each in small if each.name is not None for duty in units[each.name]]
    group = _group(None, together)
    return tuple(shown) if group.people < least else (*shown, group)


def _group(name: str | None, duties: list[Duty]) -> Group:
    people = {duty.author_id for duty in duties if duty.state in ASKED}
    return Group(name, len(people), counted(duties))


def of_units(store: Store, duties: Iterable[Duty]) -> dict[str, list[Duty]]:
    """Duties by the department of who writes, or by the team where there are no departments."""
    found: dict[str, list[Duty]] = {}
    for duty in duties:
        person = store.directory.person(duty.stands_for or duty.author_id or "")
        if person:
            found.setdefault(person.department or person.team, []).append(duty)
    return found


# Showing -------------------------------------------------------------------------------------------------------------


@feature.command(
    "review progress", allow=hr, also=("评估 进度", "评估进度", "review remind", "评估 提醒"), examples=("",)
)
def overall(request: Request) -> Reply:
    """See how far the review cycles are that you run."""
    running = list(run_by(request, *OPEN))
    if not running:
        return Reply(show=Card(Phrase("No review cycle of yours runs now.")))
    if len(running) == 1:
        return Reply(show=progress_card(request, running[0]))
    return Reply(
        show=Card(
            Phrase("Review cycles"),
            *(
                Section(Verbatim(row.name), button=Button(Phrase("Progress"), progress.bind(cycle=row.id)))
                for row in running
            ),
        )
    )


@feature.button(allow=runners)
def progress(request: Request, cycle: str) -> Reply:
    """See how far this cycle is."""
    return Reply(show=progress_card(request, bound_cycle(request, cycle)))


def progress_card(request: Request, row: ReviewCycle) -> Card:
    """Counts of a cycle: never who wrote what, and of no small group alone."""
    duties = request.store.reviews.duties(row.id)
    kinds = {role: [duty for duty in duties if duty.role == role] for role in KINDS}
    units = grouped(of_units(request.store, duties), least=row.k_group)
    rest = including.left(request.store, row)
    return Card(
        Phrase("{cycle}: {phase}", cycle=Verbatim(row.name), phase=phases.NAMES[row.phase]),
        Heading(Phrase("By kind")),
        *(Section(_line(KINDS[role], counted(found))) for role, found in kinds.items() if found),
        *undecided.waiting(request, row),
        *_units(units),
        *_doors(row),
        *((Note(rest),) if rest else ()),
        Note(
            Phrase("Units with fewer than {k} who write are counted together, or not at all.", k=row.k_group)
        ),
    )


def _units(units: tuple[Group, ...]) -> tuple[Part, ...]:
    if not units:
        return ()
    return (Heading(Phrase("By unit")), *(Section(_line(_called(each), each.count)) for each in units))


def _called(unit: Group) -> Text:
    return Phrase("Small units together") if unit.name is None else unit_text(unit.name)


def _line(name: Text, count: Count) -> Text:
    if count.declined:
        return Phrase(
            "{name}: {done} of {asked} handed in, {declined} declined",
            name=name,
            done=count.done,
            asked=count.asked,
            declined=count.declined,
        )
    return Phrase("{name}: {done} of {asked} handed in", name=name, done=count.done, asked=count.asked)


def _doors(row: ReviewCycle) -> tuple[Part, ...]:
    if row.state != "running":
        return ()
    return (
        Button(Phrase("Remind those who still owe"), Press("reviews.remind", {"cycle": row.id})),
        Button(Phrase("Who was told what, and why"), Press("reviews.told", {"cycle": row.id})),
        Button(Phrase("Open"), Press("reviews.open_cycle", {"cycle": row.id})),
    )
