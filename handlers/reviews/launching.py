"""Before a cycle begins: whom it would tell, when, in which phase; and its launch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from handlers.kit.calendar import ONE_DAY, at_wall, local, local_day
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, first_names, names
from handlers.reviews import duties, including, phases, settling
from handlers.reviews.review import bound_cycle, feature, runners
from handlers.reviews.together import Thresholds
from storage.people import Person
from storage.reviews import PEER, ReviewCycle, last_day
from storage.store import Store

SHOWN = 12
"""Names in a sentence, before the rest is counted."""
LOOKED_AT = 200
"""People whose hours are looked up for the range that is shown; of more, these stand for all."""
ASKING = ("self", "peers", "write")
"""The phases of which it is known from the start whom they ask; what others ask depends on what is done in these."""


def reviewed(store: Store, cycle: ReviewCycle) -> list[Person]:
    """The people about whom a cycle is to be, by name."""
    whom = {key: frozenset(items) for key, items in cycle.whom.items()}
    return [
        person
        for person in store.directory.active()
        if person.id not in whom["without"]
        and (
            person.id in whom["people"]
            or person.team in whom["teams"]
            or person.department in whom["departments"]
        )
    ]


# What it would do ----------------------------------------------------------------------------------------------------


def plan_card(request: Request, cycle: ReviewCycle, title: Text) -> Card:
    """What a cycle would do, and whom it would tell when."""
    people = reviewed(request.store, cycle)
    units = (*cycle.whom["departments"], *cycle.whom["teams"])
    days = tuple(
        Phrase("{phase}: until {day}", phase=phases.NAMES[phase], day=last_day(cycle, phase))
        for phase in phases.used(cycle)
    )
    return Card(
        title,
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("About"), Phrase("{from_on} to {to_on}", from_on=cycle.from_on, to_on=cycle.to_on)),
        *((Fact(Phrase("For"), names(units)),) if units else ()),
        Section(
            Plural(
                "It is about one person: {who}",
                "It is about {n} people: {who}",
                n=len(people),
                who=_some(people),
            )
        ),
        *_led_by_nobody(request, people),
        Section(Lines(days)),
        Section(_late(cycle)),
        Section(_shown(cycle)),
        Note(_whose(request, people)),
        *_doors(cycle),
    )


def _whose(request: Request, people: Sequence[Person]) -> Text:
    """Who runs it, for another one of HR about whom it is too."""
    if any(person.id == request.actor.id for person in people):
        return Phrase(
            "It is about you too: from its launch on somebody else in HR runs it. Everybody who is not named above"
            " hears nothing."
        )
    return Phrase("You run it, so it is not about you. Everybody who is not named above hears nothing.")


def _doors(cycle: ReviewCycle) -> tuple[Button, ...]:
    return (
        Button(
            Phrase("Launch"),
            launch.bind(cycle=cycle.id),
            style="primary",
            confirm=Phrase(
                "Those whom it is about hear of it now, and whoever writes about them when it is their turn."
            ),
        ),
        Button(Phrase("Whom it tells, and when"), preview.bind(cycle=cycle.id)),
        Button(Phrase("Test run"), Press("reviews.try_out", {"cycle": cycle.id})),
        Button(Phrase("Change the days"), Press("reviews.edit_days", {"cycle": cycle.id})),
        Button(Phrase("How many make a group"), Press("reviews.edit_thresholds", {"cycle": cycle.id})),
        Button(_other(cycle), toggle_escalation.bind(cycle=cycle.id)),
        Button(Phrase("Drop it"), drop.bind(cycle=cycle.id)),
    )


def _led_by_nobody(request: Request, people: Sequence[Person]) -> tuple[Part, ...]:
    """About whom nobody writes as the manager, and to whom nobody can share anything."""
    found = [person for person in people if _leader(request, person) is None]
    if not found:
        return ()
    words = Phrase(
        "Without a manager in Upbeat: {who}. Nobody rates them or shares with them what is written under a name. What"
        " is confidential they see: {command}.",
        who=_some(found),
        command=Verbatim("/review together"),
    )
    return (Section(words),)


def _leader(request: Request, person: Person) -> Person | None:
    found = request.store.directory.person(
        request.store.directory.manager_of(person.id, request.now.date()) or ""
    )
    return found if found and found.active else None


def _late(cycle: ReviewCycle) -> Text:
    if cycle.escalates:
        return Phrase(
            "Managers hear on the workday after a phase what their reports have not written. Everybody is told so"
            " beforehand; of confidential reviews nobody hears."
        )
    return Phrase("Only whoever owes something hears that it is late.")


def _shown(cycle: ReviewCycle) -> Text:
    least = Thresholds.of(cycle)
    return Phrase(
        "What is written in confidence is shown from {group} people on as where points lean, from {score} as how they"
        " spread, from {words} in words. With the launch these numbers are fixed.",
        group=least.group,
        score=least.score,
        words=least.comment,
    )


def _other(cycle: ReviewCycle) -> Text:
    if cycle.escalates:
        return Phrase("Managers hear nothing of what is late")
    return Phrase("Managers hear of what is late")


def _some(people: Sequence[Person]) -> Text:
    return first_names([person.name for person in people], SHOWN)


@feature.button(allow=runners, takes_long=True)
def preview(request: Request, cycle: str) -> Reply:
    """See whom this cycle would tell, and when, if it was launched now."""
    row = bound_cycle(request, cycle)
    told = asked_in(request.store, row, request.today)
    groups = [part for phase in ASKING for part in _told(request, row, phase, told[phase])]
    return Reply(
        keep=True,
        show=Card(
            Phrase("Whom it tells, and when"),
            *(groups or (Section(Phrase("Nobody.")),)),
            *((Section(_CHOSEN),) if PEER in row.roles else ()),
            Note(
                Phrase(
                    "Later phases tell those managers who wrote, and those whom it is about when something is shared"
                    " with them. Each is told in their own hours, never on days off or while they are away. Whoever has"
                    " not written hears again after three workdays, a week and a day before the last day, and on it at"
                    " 10:00."
                )
            ),
        ),
    )


_CHOSEN = Phrase("The colleagues who are chosen hear of it then too: that they are to write, and about whom.")


def asked_in(store: Store, cycle: ReviewCycle, today: date) -> dict[str, list[Person]]:
    """Who would be asked something in each phase, by name."""
    found: dict[str, dict[str, Person]] = {phase: {} for phase in ASKING}
    for subject in reviewed(store, cycle):
        for person in _choosing(store, cycle, subject):
            found["peers"][person.id] = person
        for role, author in duties.writers(store, cycle, subject, today):
            found[duties.PHASE_OF[role]][author.id] = author
    return {phase: sorted(people.values(), key=lambda each: each.name) for phase, people in found.items()}


def _choosing(store: Store, cycle: ReviewCycle, subject: Person) -> tuple[Person, ...]:
    """Who is asked which colleagues write about somebody: they themselves, and whoever settles it."""
    if PEER not in cycle.roles:
        return ()
    settles = settling.approver_of(store, cycle, subject.id)
    return (subject, settles) if settles else (subject,)


def _told(request: Request, cycle: ReviewCycle, phase: str, people: Sequence[Person]) -> tuple[Part, ...]:
    if not people:
        return ()
    heard = _heard_at(request.store, people, _begins(request, cycle, phase))
    return (
        Heading(phases.NAMES[phase]),
        Section(Plural("One person: {who}", "{n} people: {who}", n=len(people), who=_some(people))),
        Section(
            Phrase(
                "On {day} at the earliest and {later} at the latest, between {first} and {last} on their own clocks.",
                day=min(heard).date(),
                later=max(heard).date(),
                first=min(each.time() for each in heard),
                last=max(each.time() for each in heard),
            )
        ),
    )


def _begins(request: Request, cycle: ReviewCycle, phase: str) -> datetime:
    """When a phase would begin: now, or after the last day of the one before it."""
    known = phases.used(cycle)
    place = known.index(phase)
    if place == 0:
        return request.now
    zone = request.store.directory.zone
    return at_wall(last_day(cycle, known[place - 1]) + ONE_DAY, time(), zone)


def _heard_at(store: Store, people: Sequence[Person], begins: datetime) -> list[datetime]:
    """When some of these hear of it at the earliest, each as their own clock shows it."""
    calendar = calendar_of(store)
    return [
        local(hours_of(store, person, calendar).open_from(begins), person.zone).replace(tzinfo=None)
        for person in people[:LOOKED_AT]
    ]


# Before it begins ----------------------------------------------------------------------------------------------------


def prepared(request: Request, cycle: str) -> ReviewCycle:
    """A cycle that is not launched yet. Raises Problem where it is."""
    row = bound_cycle(request, cycle)
    if row.state != "draft":
        raise Problem(Phrase("It was launched before, once."))
    return row


@feature.button(allow=runners)
def toggle_escalation(request: Request, cycle: str) -> Reply:
    """Let managers hear of what is late, or not."""
    row = prepared(request, cycle)
    request.store.reviews.cycles.change(row, "planned", escalates=not row.escalates)
    return Reply(show=plan_card(request, row, Phrase("Changed. Nobody has heard of it yet.")))


@feature.button(allow=runners)
def drop(request: Request, cycle: str) -> Reply:
    """Drop a cycle that was prepared."""
    row = prepared(request, cycle)
    request.store.reviews.cycles.change(row, "dropped", state="dropped")
    return Reply(show=Card(Phrase("Dropped: {name}. Nobody has heard of it.", name=Verbatim(row.name))))


@feature.button(allow=runners, wordless=True)
def launch(request: Request, cycle: str) -> Reply:
    """Launch this cycle."""
    row = prepared(request, cycle)
    people = begin(request, row)
    rest = including.left(request.store, row)
    return Reply(
        show=Card(
            Phrase("Launched: {name}", name=Verbatim(row.name)),
            Note(_heard(people)),
            *((Note(rest),) if rest else ()),
        )
    )


def begin(request: Request, row: ReviewCycle) -> list[Person]:
    """Let a cycle begin; returns about whom it is. Raises Problem where it is about nobody."""
    people = reviewed(request.store, row)
    if not people:
        raise Problem(Phrase("It is about nobody. Name a team, a department or people."))
    if last_day(row, phases.used(row)[0]) < local_day(request.now, request.store.directory.zone):
        raise Problem(Phrase("Its first phase is over before it begins. Change the days first."))
    including.launched(request.store, row, people)
    request.store.reviews.cycles.change(row, "launched", launched_at=request.now, state="running")
    phases.enter(request.store, row, "self", by=request.actor.id)
    return people


def _heard(people: Iterable[Person]) -> Text:
    return Plural(
        "One person is told now, in their hours.",
        "{n} people are told now, each in their hours.",
        n=len(tuple(people)),
    )
