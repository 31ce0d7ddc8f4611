"""A manager's view of the team: what was said, what blocks, and, for the manager alone, who has not written yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter

from handlers.checkins.blocked import said_to_block
from handlers.checkins.matters import same
from handlers.checkins.questions import asks_mood, feature, quoted_or_erased
from handlers.checkins.remarks import open_one
from handlers.checkins.setup import set_up_team
from handlers.checkins.windows import plan_name, routine_of
from handlers.kit.access import managers, stand_ins
from handlers.kit.calendar import last_day, local_day
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.rounding import tenth
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from storage.checkins import SINCE, Blocker, CheckIn, Window
from storage.people import Person
from storage.policy import MEAN_OF_AT_LEAST


@dataclass(frozen=True)
class Standing:
    """Where one person of the team stands. `wrote`: the occasions on which they did lately, None for on their own.
    `was_away`: when their window closed, or when the others were asked last and they were not."""

    person: Person
    window: Window | None
    wrote: frozenset[str | None]
    away: bool
    was_away: bool

    @property
    def has_answered(self) -> bool:
        """Whether they wrote on the last occasion; for whoever was not asked lately, whether they wrote at all."""
        return self.window.name in self.wrote if self.window else bool(self.wrote)

    def is_awaited(self, now: datetime) -> bool:
        """Whether their window is open, and they have not written."""
        asked = self.window is not None and self.window.closes_at > now and not self.window.answered
        return asked and not self.has_answered and not self.away


@feature.command(
    "checkin team", allow=managers | stand_ins, also=("周报 团队", "周报团队", "团队周报"), examples=("",)
)
def team(request: Request) -> Reply:
    """Show where my team stands: what they wrote, and what blocks them."""
    own = request.store.directory.reports_of(request.actor.id, request.now.date())
    people = tuple(
        dict.fromkeys((*own, *request.store.directory.in_charge_of(request.actor.id, request.now)))
    )
    ids = [person.id for person in people]
    rows = request.store.checkins.recent(ids, request.now - SINCE, reader=request.actor.id)
    blockers = request.store.checkins.blockers.of_team(ids, reader=request.actor.id)
    standings = _standings(request, people)
    return Reply(
        show=Card(
            Phrase("Your team's check-ins"),
            Fact(Phrase("Checked in"), _counted(standings)),
            *(_mood(request) if own else ()),
            *(
                part
                for one in standings
                for part in _entry(request, one, rows.get(one.person.id), blockers.get(one.person.id, []))
            ),
            *((Button(Phrase("Set up check-ins"), set_up_team.bind(lead=request.actor.id)),) if own else ()),
            *_standing_in(request),
            Note(
                Phrase(
                    "Whoever you open here can see that you did. Who has not written is shown to you alone."
                )
            ),
        )
    )


def _standing_in(request: Request) -> Iterable[Part]:
    """Whose team is shown too, and until when."""
    for held in request.store.directory.standing_in(request.actor.id, request.now):
        name = Verbatim(request.store.directory.named(held.manager_id))
        zone = request.person(held.manager_id).zone
        last = last_day(held.ends_at, zone)
        told = Phrase("You stand in for {manager} until {moment}.", manager=name, moment=last)
        yield Note(Lines((told, Phrase("You see what their team writes on these days, and nothing older."))))


def _standings(request: Request, people: Iterable[Person]) -> list[Standing]:
    checkins = request.store.checkins
    everybody = {person.id: person for person in people}
    since = request.now - SINCE
    windows = checkins.routines.windows(everybody, since)
    wrote = checkins.lately(everybody, since)
    away = _away(request, {one: (request.now, person.zone) for one, person in everybody.items()})
    closed = {one: window.closes_at for one, window in windows.items() if window.closes_at <= request.now}
    was_away = _away(request, {one: (at, everybody[one].zone) for one, at in closed.items()})
    passed_over = _passed_over(request, everybody, windows)
    return [
        Standing(
            person,
            windows.get(one) if one not in passed_over else None,
            frozenset(wrote.get(one, ()) if one not in passed_over else ()),
            away=one in away,
            was_away=one in was_away or one in passed_over,
        )
        for one, person in everybody.items()
    ]


def _passed_over(
    request: Request, people: Mapping[str, Person], windows: Mapping[str, Window]
) -> frozenset[str]:
    """Those who were away on the day on which the others of their team were asked last: what they wrote, or did not
    write, on an occasion before that says nothing of this one."""
    named = {one: plan_name(routine_of(request.store, person)) for one, person in people.items()}
    asked = [
        name for window in windows.values() if (name := window.name.rpartition(":"))[0] in named.values()
    ]
    last = {plan: day for plan, _, day in sorted(asked, key=itemgetter(2))}
    missed = {
        one: date.fromisoformat(last[plan])
        for one, plan in named.items()
        if plan in last and (one not in windows or windows[one].name != f"{plan}:{last[plan]}")
    }
    gone = {day: request.store.preferences.away_on(day) for day in set(missed.values())}
    return frozenset(one for one, day in missed.items() if one in gone[day])


def _away(request: Request, moments: Mapping[str, tuple[datetime, str]]) -> set[str]:
    """Those of these people who are away at a moment, on their own clock."""
    days = {one: local_day(at, zone) for one, (at, zone) in moments.items()}
    gone = {day: request.store.preferences.away_on(day) for day in set(days.values())}
    return {one for one, day in days.items() if one in gone[day]}


def _counted(standings: Iterable[Standing]) -> Text:
    """Who is or was away is not counted missing."""
    here = [each for each in standings if each.has_answered or not (each.away or each.was_away)]
    done = sum(each.has_answered for each in here)
    return Phrase("{done} of {all}", done=done, all=len(here))


def _mood(request: Request) -> tuple[Part, ...]:
    found = request.store.checkins.moods.mean(request.actor.id, request.now - SINCE)
    if found is None and not asks_mood(request.store.checkins.routines.of(request.actor.id)):
        return ()
    if found is None:
        few = Phrase(
            "shown as a mean once {n} people or more gave theirs and can no longer change it",
            n=MEAN_OF_AT_LEAST,
        )
        return (Fact(Phrase("Mood"), few),)
    mean, count = found
    return (Fact(Phrase("Mood"), Phrase("{mean} of 5, the mean of {n} people", mean=tenth(mean), n=count)),)


def _entry(
    request: Request, standing: Standing, row: CheckIn | None, blockers: Iterable[Blocker]
) -> Iterable[Part]:
    opens = Button(Phrase("Open"), open_one.bind(checkin=row.id)) if row else None
    yield Heading(Verbatim(standing.person.name))
    yield Section(_status(request, standing, row), button=opens)
    yield from quoted_or_erased(row) if row else ()
    said = said_to_block(row)
    for blocker in blockers:
        if blocker.matter and same(blocker.matter) not in said:
            yield Section(Phrase("Still blocked: {words}", words=Verbatim(blocker.matter)), quoted=True)


def _status(request: Request, standing: Standing, row: CheckIn | None) -> Text:
    if standing.has_answered and row is not None:
        return Phrase("Checked in {moment}.", moment=row.made_at)
    if standing.away:
        return Phrase("Away.")
    if standing.is_awaited(request.now):
        return Phrase("Not yet.")
    if row is not None:
        return Phrase("The last one: {moment}.", moment=row.made_at)
    if standing.has_answered:  # before the reader's time
        return Phrase("Checked in.")
    return Phrase("Nothing lately.")


@feature.home(50)
def my_team(request: Request) -> tuple[Part, ...]:
    """For managers: how many of the team have checked in, and how many are blocked."""
    people = request.store.directory.reports_of(request.actor.id, request.now.date())
    if not people:
        return ()
    standings = _standings(request, people)
    stuck = len(request.store.checkins.blockers.blocked([person.id for person in people]))
    return (
        Heading(Phrase("My team")),
        Fact(Phrase("Checked in"), _counted(standings)),
        *((Fact(Phrase("Blocked"), Plural("{n} person", "{n} people", n=stuck)),) if stuck else ()),
        Button(Phrase("Open the team"), team.bind()),
    )
