"""Planning: how often two people meet and when, shown on both their clocks before it is saved."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import islice
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.calendar import at_wall, local, local_day
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Press, Section
from handlers.kit.forms import Choice, Clock, Day, Option
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.recurring import Rule
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.one_on_ones.hindrances import warnings
from handlers.one_on_ones.meetings import Meeting, first_of, plan_bells, standing
from handlers.one_on_ones.owed import forget_reminder
from handlers.one_on_ones.pair import (
    Partner,
    both,
    feature,
    named,
    opening,
    shared_with,
    shown,
    tell_partner,
)
from storage.one_on_ones import Series
from storage.people import Person
from storage.unit import Conflict

WEEKDAYS = {
    "MO": Phrase("Monday"),
    "TU": Phrase("Tuesday"),
    "WE": Phrase("Wednesday"),
    "TH": Phrase("Thursday"),
    "FR": Phrase("Friday"),
    "SA": Phrase("Saturday"),
    "SU": Phrase("Sunday"),
}
_CODES = tuple(WEEKDAYS)
_WHICH = {
    "1": Phrase("first"),
    "2": Phrase("second"),
    "3": Phrase("third"),
    "4": Phrase("fourth"),
    "-1": Phrase("last"),
}
_EVERY = (
    Option(
        "weekly",
        Phrase("Every week"),
        also=("every", "once a week", "每周", "每星期", "每个星期", "每周一次", "每星期一次", "一周一次"),
    ),
    Option(
        "biweekly",
        Phrase("Every two weeks"),
        also=(
            "every 2 weeks",
            "every other week",
            "every other",
            "every second",
            "fortnightly",
            "每两周",
            "每2周",
            "两周一次",
            "每两周一次",
            "once every two weeks",
            "隔周",
        ),
    ),
    Option(
        "monthly",
        Phrase("Every month"),
        also=("once a month", "每月", "每个月", "每月一次", "每个月一次", "一月一次"),
    ),
)
_SHORT = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = tuple(
    Option(
        code,
        label,
        also=(
            *(f"{on}{day}" for day in (short, f"{label.template}s", label.template) for on in ("", "on ")),
            *(f"{week}{sign}" for week in ("周", "星期", "礼拜", "") for sign in signs),
        ),
    )
    for (code, label), short, signs in zip(WEEKDAYS.items(), _SHORT, (*"一二三四五六", "日天"), strict=True)
)


@dataclass(frozen=True)
class Cadence:
    """A rule on the clock of the zone in which it was planned."""

    rule: Rule
    zone: str


@feature.command(
    "1on1 plan",
    allow=everyone,
    also=("面谈 计划", "面谈计划"),
    examples=("@ben weekly Tuesday 10:00", "@ben 每周二 10:00"),
    seen_by=both,
    submit=Phrase("Preview"),
    title=Phrase("Plan your one-on-ones"),
)
def plan(
    request: Request,
    partner: Partner,
    every: Annotated[str, Choice(Phrase("How often?"), options=_EVERY)],
    weekday: Annotated[str, Choice(Phrase("On which day?"), options=_DAYS)],
    clock: Annotated[time, Clock(Phrase("At what time, on your clock?"), lead=("at",))],
    begins: Annotated[
        date | None,
        Day(
            Phrase("From when on?"),
            help=Phrase("Every two weeks and every month are counted from the first meeting."),
            lead=("from", "从"),
        ),
    ] = None,
) -> Reply:
    """Plan how often and when a one-on-one is."""
    if begins is not None and begins < request.today:
        raise Problem(Phrase("This day is over. Pick today or a later one."), question="begins")
    planned = cadence_from(request, every, weekday, clock, begins)
    given = {"every": every, "weekday": weekday, "clock": f"{clock:%H:%M}", "begins": str(begins or "")}
    return Reply(show=_preview(request, partner, planned, reconsider.bind(partner=partner.id, **given)))


@feature.button(allow=everyone)
def reconsider(request: Request, partner: str, every: str, weekday: str, clock: str, begins: str) -> Reply:
    """Go back to the form, with everything in it that was previewed."""
    given = {"every": every, "weekday": weekday, "clock": clock, "begins": begins}
    return Reply(ask=plan.bind(partner=partner), given=given)


def cadence_from(
    request: Request, every: str, weekday: str, clock: time, begins: date | None = None
) -> Cadence:
    """The rule that begins on the first such weekday that is still to come on the asker's clock."""
    day, zone = begins or request.today, request.actor.zone
    day += timedelta(days=(_CODES.index(weekday) - day.weekday()) % 7)
    if at_wall(day, clock, zone) <= request.now:
        day += timedelta(days=7)
    which = (day.day - 1) // 7 + 1
    text = {
        "weekly": f"FREQ=WEEKLY;BYDAY={weekday}",
        "biweekly": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
        # Not every month has a fifth one: the last is meant.
        "monthly": f"FREQ=MONTHLY;BYDAY={which if which < 5 else -1}{weekday}",
    }[every]
    return Cadence(Rule(text, day, clock), zone)


# The preview ------------------------------------------------------------------------------------------------


def _preview(request: Request, partner: Person, planned: Cadence, change: Press) -> Card:
    rule = planned.rule
    days = list(islice(rule.days_after(rule.starts - timedelta(days=1)), 3))
    meetings = [Meeting(day, at_wall(day, rule.clock, planned.zone)) for day in days]
    saving = save.bind(
        partner=partner.id,
        rule=rule.text,
        starts=rule.starts.isoformat(),
        clock=rule.clock.isoformat("minutes"),
        zone=planned.zone,
    )
    return Card(
        Phrase("One-on-ones with {name}", name=named(partner)),
        Section(worded(rule, planned.zone)),
        Heading(Phrase("The next three")),
        *(part for meeting in meetings for part in _previewed(request, partner, meeting)),
        *_provisional(request, meetings),
        Button(Phrase("Save"), saving, style="primary"),
        Button(Phrase("Change"), change),
        Note(Phrase("{name} is told when you save.", name=named(partner))),
        Note(shared_with(request, partner)),
    )


def _previewed(request: Request, partner: Person, meeting: Meeting) -> tuple[Part, ...]:
    there = local(meeting.at, partner.zone)
    theirs = Phrase(
        "for {name} on {day} at {clock}", name=named(partner), day=there.date(), clock=there.time()
    )
    return (
        Fact(Phrase("{at}", at=meeting.at), theirs),
        *(
            Note(warning)
            for person in (request.actor, partner)
            for warning in warnings(request, person, meeting.at)
        ),
    )


def _provisional(request: Request, meetings: list[Meeting]) -> tuple[Part, ...]:
    days = [local_day(meeting.at, request.actor.zone) for meeting in meetings]
    unknown = next((day for day in days if request.calendar.is_provisional(day)), None)
    if unknown is None:
        return ()
    return (Note(Phrase("Not all official holidays around {day} are known yet.", day=unknown)),)


# Saving -----------------------------------------------------------------------------------------------------


@feature.button(allow=everyone, once=True)
def save(request: Request, partner: str, rule: str, starts: str, clock: str, zone: str) -> Reply:
    """Save the plan of a one-on-one."""
    planned = Cadence(Rule(rule, date.fromisoformat(starts), time.fromisoformat(clock)), zone)
    colleague = request.store.directory.person(partner)
    if colleague is None or not colleague.active:
        raise Problem(Phrase("This colleague does not work here any more, so there is no one-on-one."))
    series = request.store.one_on_ones.begin(request.actor.id, colleague.id)
    first = _keep(request, series, planned)
    card = Card(
        Phrase("{name} planned your one-on-ones.", name=named(request.actor)),
        Section(worded(planned.rule, zone)),
        Fact(Phrase("Next meeting"), Phrase("{at}", at=first.at)),
        opening(series),
        Button(Phrase("Plan differently"), plan.bind(partner=request.actor.id)),
    )
    tell = tell_partner(request, series, card, topic=f"plan:{series.id}:{series.version}")
    return shown(request, series, tell, done=Phrase("Saved. {name} is told.", name=named(colleague)))


def _keep(request: Request, series: Series, planned: Cadence) -> Meeting:
    first, last = first_of(planned.rule, planned.zone, request.now), standing(series, request.now).last
    assert first is not None  # none of our rules ends
    forget_reminder(request.store, series, "planned anew")
    try:
        request.store.one_on_ones.change(
            series,
            rule=planned.rule.text,
            starts=planned.rule.starts,
            clock=planned.rule.clock,
            zone=planned.zone,
            planner_id=request.actor.id,
            meeting_on=first.on,
            meeting_at=first.at,
            last_on=last.on if last else None,
            last_at=last.at if last else None,
        )
    except Conflict:
        raise changed_meanwhile() from None
    plan_bells(request.store, series)
    return first


# In words ---------------------------------------------------------------------------------------------------


def cadence(request: Request, series: Series) -> Text | None:
    """How often a series is, in words; None without a cadence."""
    if not series.rule or series.starts is None or series.clock is None:
        return None
    return worded(Rule(series.rule, series.starts, series.clock), series.zone)


def worded(rule: Rule, zone: str) -> Text:
    """A rule that we made, in words."""
    parts = dict(part.split("=") for part in rule.text.split(";"))
    weekday, where = WEEKDAYS[parts["BYDAY"][-2:]], Verbatim(zone)
    if parts["FREQ"] == "MONTHLY":
        which = _WHICH[parts["BYDAY"][:-2]]
        return Phrase(
            "Every month on the {which} {weekday} at {clock} (clock of {zone})",
            which=which,
            weekday=weekday,
            clock=rule.clock,
            zone=where,
        )
    if "INTERVAL" in parts:
        return Phrase(
            "Every two weeks on {weekday} at {clock} (clock of {zone})",
            weekday=weekday,
            clock=rule.clock,
            zone=where,
        )
    return Phrase(
        "Every week on {weekday} at {clock} (clock of {zone})", weekday=weekday, clock=rule.clock, zone=where
    )
