"""What is off track or without a word for two weeks: its owner is told first, and what comes next; then the manager."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from handlers.goals import goal as goals
from handlers.goals.goal import OFF_TRACK, changers, feature, is_reached, seers
from handlers.goals.nudges import cadence
from handlers.goals.nudges.cadence import Step
from handlers.goals.nudges.owed import asked
from handlers.goals.overview import show
from handlers.kit.access import stewards
from handlers.kit.calendar import WorkCalendar, at_wall, local_day
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Number
from handlers.kit.hours import Hours, calendar_of, hours_of
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.kit.values import dump
from storage.goals import Goal, KeyResult
from storage.goals.owed import STUCK, touched_at
from storage.people import Person
from storage.policy import Right, may
from storage.store import Store
from storage.tables import ObligationRow

BELL = "goals.ladder"
AFTER = "goals_ladder_after"
"""The setting with the workdays after which a manager hears of it; 0 for never."""
EVENING = time(18)
ANY = "goals.ladder:%"
"""The topics of managers' cards, as a pattern of SQL."""


# The owner first -----------------------------------------------------------------------------------------------------


def begin(store: Store, person: Person, calendar: WorkCalendar, row: KeyResult, reason: str) -> None:
    """Tell an owner that a key result is stuck, and what comes next."""
    after, manager = workdays(store), _manager(store, person, row)
    today = local_day(store.now, person.zone)
    climbs = manager is not None and after > 0 and not store.outbox.has(_topic(row))
    day, last = _day_after(calendar, today, after), _day_after(calendar, today, after - 1)
    owed = store.obligations.open(
        person.id,
        STUCK,
        f"{row.id}:{reason}",
        title=dump(_asked(row, reason, manager if climbs else None, day)),
        args={"result": row.id, "reason": reason, "manager": manager.id if manager and climbs else ""},
        due_at=at_wall(last, EVENING, person.zone) if climbs else None,
    )
    if owed and climbs:
        morning = hours_of(store, person, calendar).morning(day)
        store.slots.plan(BELL, f"{person.id}:{owed.id}", morning)


def workdays(store: Store) -> int:
    """After how many workdays a manager hears of it; 0 for never."""
    return int(store.setting(AFTER, cadence.WORKDAYS))


def _manager(store: Store, person: Person, row: KeyResult) -> Person | None:
    """The manager, if they see the goal."""
    manager = store.directory.person(store.directory.manager_of(person.id, store.now.date()) or "")
    sees = (
        manager is not None
        and manager.active
        and may(store.directory, manager.id, Right.READ, row, store.now)
    )
    return manager if sees else None


def _day_after(calendar: WorkCalendar, day: date, workdays: int) -> date:
    for _ in range(workdays):
        day = calendar.next_workday(day)
    return day


def _asked(row: KeyResult, reason: str, manager: Person | None, day: date) -> Text:
    title = goals.numbered(row)
    if manager is None:
        if reason == cadence.OFF_TRACK:
            return Phrase("{title} is off track. What does it need?", title=title)
        return Phrase("{title}: no word for two weeks. How far is it?", title=title)
    name = Verbatim(manager.name)
    if reason == cadence.OFF_TRACK:
        return Phrase(
            "{title} is off track. If it still is on {day}, {manager} gets a card about it.",
            title=title,
            day=day,
            manager=name,
        )
    return Phrase(
        "{title}: no word for two weeks. If there is none until {day}, {manager} gets a card about it.",
        title=title,
        day=day,
        manager=name,
    )


@feature.button(allow=changers)
def stuck(request: Request, result: str, reason: str = "", manager: str = "") -> Reply:
    """Say how this key result is, which is stuck."""
    row = goals.bound_result(request, result)
    title = Phrase("Off track") if reason == cadence.OFF_TRACK else Phrase("No word for two weeks")
    told = request.store.directory.person(manager) if manager else None
    return Reply(show=Card(title, *asked(request, row), Note(_rule(reason, workdays(request.store), told))))


def _rule(reason: str, after: int, manager: Person | None) -> Text:
    if manager is None or not after:
        return Phrase("Nobody else is told of this by me.")
    name = Verbatim(manager.name)
    if reason == cadence.OFF_TRACK:
        return Plural(
            "If it is still off track one workday after I told you, {manager} gets one card, once. Snoozing does not"
            " change that; saying that it looks better does.",
            "If it is still off track {n} workdays after I told you, {manager} gets one card, once. Snoozing does not"
            " change that; saying that it looks better does.",
            n=after,
            manager=name,
        )
    return Plural(
        "If there is no word one workday after I told you, {manager} gets one card, once. Snoozing does not change"
        " that; a word of yours does.",
        "If there is no word {n} workdays after I told you, {manager} gets one card, once. Snoozing does not change"
        " that; a word of yours does.",
        n=after,
        manager=name,
    )


# Then the manager ----------------------------------------------------------------------------------------------------


@feature.bell("ladder")
def climb(ring: Ring) -> Rung:
    """Let the manager hear of what is still stuck, if its owner was told so before."""
    store = ring.store
    person_id, _, owed_id = ring.about.partition(":")
    person, owed = store.directory.person(person_id), store.goals.owed.stuck(owed_id, person_id)
    if person is None or owed is None:
        return Rung(None, silence=Silence("ended"))
    found = [each for each in store.goals.owed.results(person_id) if each[1].id == owed.args["result"]]
    goal, row = found[0] if found else (None, None)
    made = cadence.climb(_step(store, person, owed, goal, row))
    if isinstance(made, Silence):
        return Rung(made.until, silence=made)
    told_at = store.goals.owed.told_at(owed)
    assert goal
    assert row
    assert told_at  # else it had ended, or was too early
    return Rung(None, tell=(_to_manager(person, owed, goal, row, told_at),))


def _step(
    store: Store, person: Person, owed: ObligationRow, goal: Goal | None, row: KeyResult | None
) -> Step:
    calendar = calendar_of(store)
    hours, today = hours_of(store, person, calendar), local_day(store.now, person.zone)
    told_at, after = store.goals.owed.told_at(owed), workdays(store)
    told_on = local_day(told_at, person.zone) if told_at else None
    manager = store.directory.person(store.directory.manager_of(person.id, store.now.date()) or "")
    theirs = hours_of(store, manager, calendar) if manager else None
    return Step(
        later=hours.next_morning(store.now),
        workdays=after,
        owner_active=person.active,
        is_open=goal is not None and row is not None and (row.ends_on or goal.ends_on) >= today,
        solved=row is not None and _is_solved(owed, row),
        raised=row is not None and store.outbox.has(_topic(row)),
        told_for=calendar.workdays_between(told_on, today) if told_on else None,
        told_until=hours.morning(_day_after(calendar, told_on, after)) if told_on else None,
        owner_away_until=hours.next_morning(store.now) if hours.is_away(today) else None,
        manager=manager.id if manager else None,
        named=owed.args["manager"],
        manager_active=manager is not None and manager.active,
        may_see=bool(manager and row and may(store.directory, manager.id, Right.READ, row, store.now)),
        manager_from=_closed_until(theirs, store.now),
        manager_told=_told_this_week(store, manager),
        next_week=_next_week(store, manager, theirs),
    )


def _is_solved(owed: ObligationRow, row: KeyResult) -> bool:
    if is_reached(row):
        return True
    if owed.args["reason"] == cadence.OFF_TRACK:
        return row.confidence != OFF_TRACK
    return touched_at(row) >= owed.opened_at


def _closed_until(hours: Hours | None, now: datetime) -> datetime | None:
    """When the manager may be told something, if that is later."""
    opens = hours.open_from(now) if hours else now
    return opens if opens > now else None


def _told_this_week(store: Store, manager: Person | None) -> int:
    if manager is None:
        return 0
    return store.outbox.told(manager.id, ANY, since=at_wall(_monday(store, manager), time(), manager.zone))


def _next_week(store: Store, manager: Person | None, hours: Hours | None) -> datetime | None:
    if manager is None or hours is None:
        return None
    return hours.open_from(hours.morning(_monday(store, manager) + timedelta(weeks=1)))


def _monday(store: Store, person: Person) -> date:
    today = local_day(store.now, person.zone)
    return today - timedelta(days=today.weekday())


def _to_manager(person: Person, owed: ObligationRow, goal: Goal, row: KeyResult, told_at: datetime) -> Tell:
    name, reason = Verbatim(person.name), owed.args["reason"]
    if reason == cadence.OFF_TRACK:
        title = Phrase("A key result of {name} is off track", name=name)
    else:
        title = Phrase("No word on a key result of {name} for two weeks", name=name)
    words = goals.numbered(row)
    card = Card(
        title,
        Section(words, quoted=True),
        Button(Phrase("Open the goal"), show.bind(goal=goal.id), style="primary"),
        Button(
            Phrase("Add to one-on-one"),
            Press("one_on_ones.add_quoted", {"partner": person.id, "quoted": row.title}),
        ),
        Button(Phrase("Why am I getting this?"), why_told.bind(result=row.id, reason=reason)),
        Note(
            Phrase(
                "{name} was told on {day} that you would hear of it. You get one card about this, and no second.",
                name=name,
                day=told_at,
            )
        ),
    )
    return Tell(
        card,
        to=owed.args["manager"],
        topic=_topic(row),
        about=f"key_result:{row.id}",
        lives=timedelta(days=3),
    )


def _topic(row: KeyResult) -> str:
    """A manager hears of a key result once: the database refuses a second card."""
    return f"{BELL}:{row.id}"


@feature.button(allow=seers)
def why_told(request: Request, result: str, reason: str) -> Reply:
    """Why do I hear of this key result?"""
    row = goals.bound_result(request, result)
    after = workdays(request.store)
    name = Verbatim(request.person(row.subject_id).name)
    if reason == cadence.OFF_TRACK:
        rule = Plural(
            "It was off track, and still one workday after {name} was told.",
            "It was off track, and still {n} workdays after {name} was told.",
            n=after,
            name=name,
        )
    else:
        rule = Plural(
            "There was no word on it for two weeks, and none one workday after {name} was told.",
            "There was no word on it for two weeks, and none {n} workdays after {name} was told.",
            n=after,
            name=name,
        )
    return Reply(
        keep=True,
        show=Card(
            Phrase("Why you heard of this key result"),
            Section(goals.result_line(request, row)),
            Section(rule),
            Note(
                Phrase(
                    "I tell the manager of the owner, who sees the goal, once for each key result, {most} times"
                    " a week at most, in your hours. HR and administrators set the workdays: /goals setup",
                    most=cadence.MANAGERS_CEILING,
                )
            ),
        ),
    )


# Setting it up -------------------------------------------------------------------------------------------------------

After = Annotated[
    int,
    Number(
        Phrase("After how many workdays does a manager hear of it?"),
        help=Phrase("Counted from when the owner was told. 0 means never: then only owners are told."),
        low=0,
        high=30,
    ),
]


@feature.command(
    "goals setup",
    allow=stewards,
    also=("目标 设置", "目标设置"),
    examples=("3",),
    seen_by=Phrase("Everybody is told by these rules; who set them is in the audit log."),
    title=Phrase("When goals are stuck"),
)
def set_up(request: Request, after: After) -> Reply:
    """Choose when a manager hears of a key result that is off track, or of which nobody said a word."""
    request.store.set_setting(AFTER, after)
    saved = Plural(
        "Saved. A manager hears of it one workday after the owner was told.",
        "Saved. A manager hears of it {n} workdays after the owner was told.",
        n=after,
    )
    never = Phrase("Saved. Only owners are told; no manager hears of it from me.")
    return Reply(show=Card(saved if after else never))
