"""What blocks people is carried over until it is solved; after two workdays their manager hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from handlers.checkins.matters import matters, same
from handlers.checkins.questions import feature
from handlers.kit.access import owner_of
from handlers.kit.calendar import at_wall, local_day
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.features import Ring, Rung, Silence, at_this_hour
from handlers.kit.hours import Hours, calendar_of, hours_of, is_away, until_their_hours
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from storage.checkins import Blocker, CheckIn
from storage.people import Person
from storage.policy import Right, may
from storage.store import Store

WORKDAYS = 2
"""A blocker that is open for so many workdays is raised to the manager."""
MORNING = time(10)
MOST = 10
"""Blockers of one check-in that are open at most; more lines stay words of the check-in."""
MOST_QUOTED = 3000
"""Characters of what blocks somebody that are taken along to a one-on-one."""
BELL = "checkins.blocker"


# Keeping ----------------------------------------------------------------------------------------------------


def keep(request: Request, row: CheckIn, words: str) -> tuple[Tell, ...]:
    """Open what a check-in names anew, and solve what was struck out; returns who must hear of it."""
    blockers = request.store.checkins.blockers
    known = blockers.open_of(request.actor.id)
    struck = _struck_out(request, row, known)
    for blocker in struck:
        blockers.solve(blocker)
    ours = blockers.of_checkin(row) if row.changed_at else []
    named = {same(each.matter) for each in (*known, *ours)}
    room = max(0, MOST - sum(each.solved_at is None for each in ours))
    lines: dict[str, str] = {}
    for line in matters(words):
        lines.setdefault(same(line), line)
    for line in [line for name, line in lines.items() if name not in named][:room]:
        _begin(request, row, line)
    return tuple(told for blocker in struck for told in _told_solved(request, blocker))


def _begin(request: Request, row: CheckIn, line: str) -> None:
    blocker = request.store.checkins.blockers.begin(row, line)
    about = f"{request.actor.id}:{blocker.id}"
    hours = Hours(request.actor.zone, calendar_of(request.store), quiet=None)
    request.store.slots.plan(BELL, about, _raised_at(hours, request.now))


def _struck_out(request: Request, row: CheckIn, known: list[Blocker]) -> list[Blocker]:
    """A form shows everything that is open, so what it lacks is solved; an edited message only speaks for itself."""
    if not (request.filled or request.edits):
        return []
    left = said_to_block(row)
    theirs = known if request.filled else [each for each in known if each.checkin_id == row.id]
    return [each for each in theirs if same(each.matter) not in left]


def said_to_block(row: CheckIn | None) -> set[str]:
    """What a check-in says of what blocks its author, line by line, as it is compared."""
    return {same(line) for line in matters((row.answers or {}).get("blocked", ""))} if row else set()


# Showing and solving ----------------------------------------------------------------------------------------


def still_open(request: Request, row: CheckIn | None) -> tuple[Part, ...]:
    """What blocks the asker since before this check-in, each with its button."""
    said = said_to_block(row)
    open_now = request.store.checkins.blockers.open_of(request.actor.id)
    earlier = [each for each in open_now if same(each.matter) not in said]
    return (Heading(Phrase("Still blocked?")), *(_solvable(each) for each in earlier)) if earlier else ()


def _solvable(blocker: Blocker) -> Section:
    button = Button(Phrase("Solved"), solved.bind(blocker=blocker.id))
    return Section(Verbatim(blocker.matter or ""), quoted=True, button=button)


@feature.button(
    allow=owner_of(
        lambda request, args: request.store.checkins.blockers.get(args.get("blocker", ""), request.actor.id),
        "subject_id",
    )
)
def solved(request: Request, blocker: str) -> Reply:
    """This blocks me no more."""
    row = request.store.checkins.blockers.get(blocker, request.actor.id)
    assert row is not None  # the door asked
    tell = () if row.solved_at else _told_solved(request, row)
    if row.solved_at is None:
        request.store.checkins.blockers.solve(row)
    card = Card(
        Phrase("Good to hear. This is solved:"),
        Section(Verbatim(row.matter or ""), quoted=True),
        *still_open(request, None),
    )
    return Reply(show=card, tell=tell)


def _told_solved(request: Request, row: Blocker) -> tuple[Tell, ...]:
    """Whoever was asked for help need not look into it any more."""
    if row.raised_to is None:
        return ()
    card = Card(
        Phrase("{name} is not blocked by this any more.", name=Verbatim(request.actor.name)),
        Section(Verbatim(row.matter or ""), quoted=True),
    )
    about = f"checkin_blocker:{row.id}"
    return (Tell(card, to=row.raised_to, topic=f"blocker:{row.id}:solved", about=about),)


# Raising ----------------------------------------------------------------------------------------------------


def _raised_at(hours: Hours, opened: datetime) -> datetime:
    """The morning, where the person is, after it has been open for two days on which they work."""
    day = local_day(opened, hours.zone)
    for _ in range(WORKDAYS):
        day = hours.next_open_day(day)
    return at_wall(day, MORNING, hours.zone)


@feature.bell("blocker")
def raise_blocker(ring: Ring) -> Rung:
    """Tell the manager what has blocked a person for two workdays, and tell the person that they were told."""
    store = ring.store
    person_id, _, blocker_id = ring.about.partition(":")
    person = store.directory.person(person_id)
    row = store.checkins.blockers.get(blocker_id, person_id)
    if person is None or not person.active or row is None or row.solved_at or not row.matter:
        return Rung(None, silence=Silence("done"))
    if row.raised_at:
        return Rung(None)  # together with another one
    hours = _hours_since(store, person, row.made_at)
    if hours.absences and (later := _raised_at(hours, row.made_at)) > ring.now:
        return Rung(later, silence=Silence("away", later))
    today = hours_of(store, person, calendar_of(store))
    if not today.is_open(local_day(ring.now, person.zone)):
        closed = at_this_hour(today, ring.now)
        return Rung(closed.until if closed else None, silence=closed)
    manager = _hears_of(store, person, row)
    if manager is None:
        return Rung(None, silence=Silence("nobody to tell"))
    if wait := until_their_hours(store, manager):  # in the morning of the one it may be night for the other
        later = ring.now + wait
        return Rung(later, silence=Silence("manager's hours", later))
    rows = _due_with(store, person, manager, row)
    for each in rows:
        store.checkins.blockers.raise_to(each, manager.id)
    return Rung(None, tell=(_to_manager(person, manager, rows), _to_person(store, person, manager, rows)))


def _hears_of(store: Store, person: Person, row: Blocker) -> Person | None:
    manager = _helper(store, store.directory.line_above(person.id, store.now.date()), row)
    return manager if manager and manager.active and _may_hear(store, manager, row) else None


def _due_with(store: Store, person: Person, manager: Person, row: Blocker) -> tuple[Blocker, ...]:
    """This one, and what else is to be raised to the same manager by now: both hear of all of it at once."""
    others = [each for each in store.checkins.blockers.open_of(person.id) if each.id != row.id]
    due = [each for each in others if not each.raised_at and _is_due(store, person, each)]
    return (row, *(each for each in due if _hears_of(store, person, each) == manager))


def _is_due(store: Store, person: Person, row: Blocker) -> bool:
    return _raised_at(_hours_since(store, person, row.made_at), row.made_at) <= store.now


def _hours_since(store: Store, person: Person, opened: datetime) -> Hours:
    """When the person was here since it came up, and will be."""
    absences = store.preferences.absences(person.id, local_day(opened, person.zone))
    away = tuple((row.first, row.last) for row in absences)
    return Hours(person.zone, calendar_of(store), quiet=None, absences=away)


def _helper(store: Store, line: Sequence[str], row: Blocker) -> Person | None:
    """The manager, or who stands in for them, if it came up in these days; while they are away, the next manager above
    who is here."""
    helpers = [helper for each in line if (helper := _in_place_of(store, each, row))]
    here = (each for each in helpers if each.active and not is_away(store, each))
    return next(here, helpers[0] if helpers else None)


def _in_place_of(store: Store, manager: str, row: Blocker) -> Person | None:
    held = store.directory.stand_in_for(manager, store.now)
    stand_in = store.directory.person(held.person_id) if held else None
    return stand_in if stand_in and _may_hear(store, stand_in, row) else store.directory.person(manager)


def _may_hear(store: Store, manager: Person, row: Blocker) -> bool:
    """A manager who is new may not know what was written before their time."""
    return may(store.directory, manager.id, Right.READ, row, store.now)


def _to_manager(person: Person, manager: Person, rows: Sequence[Blocker]) -> Tell:
    quoted = {"partner": person.id, "quoted": "\n".join(row.matter or "" for row in rows)[:MOST_QUOTED]}
    first = rows[0]
    card = Card(
        Phrase("{name} has been blocked for two workdays.", name=Verbatim(person.name)),
        *(Section(Verbatim(row.matter or ""), quoted=True) for row in rows),
        Button(
            Phrase("Open the check-in"),
            Press("checkins.open_one", {"checkin": first.checkin_id}),
            style="primary",
        ),
        Button(Phrase("Add to one-on-one"), Press("one_on_ones.add_quoted", quoted)),
        Note(
            Phrase(
                "{name} knows that I tell you. A short word on who can help is often enough.",
                name=Verbatim(person.name),
            )
        ),
    )
    return Tell(card, to=manager.id, topic=f"blocker:{first.id}:raised", about=f"checkin_blocker:{first.id}")


def _to_person(store: Store, person: Person, manager: Person, rows: Sequence[Blocker]) -> Tell:
    card = Card(
        Phrase(
            "I tell {manager} that this has blocked you for two workdays.", manager=Verbatim(manager.name)
        ),
        *(_solvable(row) for row in rows),
        Note(
            Phrase("I do so with every blocker that has been open for so long, so that nobody waits alone.")
        ),
    )
    after = until_their_hours(store, person)
    return Tell(card, to=person.id, topic=f"blocker:{rows[0].id}:told", after=after)
