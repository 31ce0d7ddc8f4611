"""I am away from one day to another: nobody asks me meanwhile, and nobody counts me missing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.calendar import last_day, local_day
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.forms import Day, Words
from handlers.kit.hours import calendar_of, hours_of
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim
from handlers.kit.typed import DASHES
from handlers.kit.values import load
from handlers.preferences.home import feature
from storage.tables import Absence

LONGEST = timedelta(days=366)

SEEN = Phrase(
    "Your manager and whoever meets you can see that you are away, and until when. I ask for no reason."
)

Since = Annotated[
    date | None,
    Day(
        Phrase("From which day on? Empty for today."),
        lead=("from", "since", "starting from", "starting on", "starting", "从", "自"),
        alone="until",
    ),
]
Until = Annotated[
    date,
    Day(
        Phrase("Until which day? It is included."),
        lead=("until", "till", "to", "through", "up to", "直到", "到", "至", *DASHES),
        counts_from="since",
    ),
]


@feature.command(
    "away",
    allow=everyone,
    also=(
        "请假",
        "休假",
        "病假",
        "年假",
        "离开",
        "vacation",
        "out of office",
        "ooo",
        "sick",
        "sick leave",
        "i am sick",
        "i'm sick",
        "i’m sick",
    ),
    examples=("until next Friday", "from tomorrow until next Friday", "for 3 days", "到下周五", "三天"),
    seen_by=SEEN,
    submit=Phrase("I am away"),
    title=Phrase("I will be away"),
)
def away(request: Request, *, since: Since = None, until: Until) -> Reply:
    """Say until when you are away. Meanwhile I do not ask you, and you are not counted missing."""
    first = since or request.today
    _check(request, first, until)
    noted = request.store.preferences.absence_on(request.actor.id, first) if since == until else None
    if noted is not None:  # a day of a leave that they said before, which stays
        return Reply(show=_noted(request, noted.first, noted.last))
    request.store.preferences.away(request.actor.id, first, until)
    return Reply(show=_noted(request, first, until))


def _check(request: Request, first: date, until: date) -> None:
    if until < request.today:
        raise Problem(Phrase("{day} is over already. Give a day from today on.", day=until), question="until")
    if first < request.today:
        raise Problem(Phrase("{day} is over already. Give a day from today on.", day=first), question="since")
    if until < first:
        raise Problem(
            Phrase("{until} is before {first}. Turn the days round.", until=until, first=first),
            question="until",
        )
    if until - request.today > LONGEST:
        raise Problem(
            Phrase("That is more than a year away. Give a day before {day}.", day=request.today + LONGEST),
            question="until",
        )


def _noted(request: Request, first: date, until: date) -> Card:
    return Card(
        _when(request, first, until),
        *_meanwhile(request, first, until),
        *_undo(request, first),
        *_goes_on(request, until),
        *_stand_in(request),
    )


def _when(request: Request, first: date, until: date) -> Text:
    if first <= request.today:
        return Phrase("You are away until {until}, that day included.", until=until)
    if first == until:
        return Phrase("You will be away on {day}, for that day alone.", day=first)
    return Phrase(
        "You will be away from {first} until {until}, both days included.", first=first, until=until
    )


def _stand_in(request: Request) -> tuple[Part, ...]:
    """For a manager: somebody may read and answer the team's check-ins meanwhile."""
    if not request.store.directory.reports_of(request.actor.id, request.now.date()):
        return ()
    return (Button(Phrase("Let somebody stand in"), Press("delegation.delegate", {})),)


def _meanwhile(request: Request, first: date, until: date) -> tuple[Part, ...]:
    hours = hours_of(request.store, request.actor, calendar_of(request.store))
    stops = (
        Phrase("• You are not asked for a check-in on these days, and not counted missing."),
        Phrase(
            "• I do not remind you of anything; reminders wait until {day}.",
            day=hours.next_open_day(until),
        ),
        Phrase("• One-on-ones in these days are not moved: your partner sees that you are away."),
    )
    due = [
        (row, row.due_at)
        for row in request.store.obligations.of(request.actor.id)
        if row.due_at and first <= local_day(row.due_at, request.actor.zone) <= until
    ]
    owed: list[Text] = [Phrase("{title}, due {moment}", title=load(row.title), moment=at) for row, at in due]
    head = Plural("This is due while you are away:", "These are due while you are away:", n=len(owed))
    return (
        Heading(Phrase("Meanwhile")),
        Section(Lines(stops)),
        *((Section(Lines((head, *owed))),) if owed else ()),
    )


def _undo(request: Request, first: date) -> tuple[Part, ...]:
    if first <= request.today:
        return (Button(Phrase("I am back"), back.bind()), Note(_how()))
    rows = request.store.preferences.absences(request.actor.id, request.today)
    return (*(_drop_button(row) for row in rows if row.first == first), Note(_how()))


def _goes_on(request: Request, until: date) -> tuple[Part, ...]:
    """Another absence that begins right afterwards: it was planned before, and stays."""
    rows = request.store.preferences.absences(request.actor.id, until)
    after = (row for row in rows if row.first == until + timedelta(days=1))
    return tuple(Section(_when(request, row.first, row.last), button=_drop_button(row)) for row in after)


def _how() -> Phrase:
    return Phrase("Back earlier? Say so: /upbeat back. Staying longer? Write the new last day.")


def _drop_button(row: Absence) -> Button:
    return Button(Phrase("I will be here after all"), stay.bind(absence=row.id))


_WHEN_BACK = Phrase(
    "Nothing is changed yet. Are you here again today? If it is another day, write until when you are away, like this:"
    " /upbeat away until next Friday"
)


@feature.command(
    "back",
    allow=everyone,
    also=("i'm back", "i am back", "我回来了", "回来了", "销假", "i’m back"),
    examples=("",),
)
def back(
    request: Request, when: Annotated[str, Words(Phrase("From when on?"), lines=False, longest=50_000)] = ""
) -> Reply:
    """Say that you are here again."""
    if when:  # "I'm back on Monday" is no end of the days before
        raise Problem(_WHEN_BACK, buttons=(Button(Phrase("I am back"), back.bind(), style="primary"),))
    today = request.today
    if request.store.preferences.back(request.actor.id, today):
        return Reply(
            show=Card(
                Phrase("Welcome back. From today on I ask and remind you again."),
                *_still_standing_in(request),
                *_planned(request),
            )
        )
    return Reply(show=Card(Phrase("You are not noted as away today."), *_planned(request)))


def _still_standing_in(request: Request) -> tuple[Part, ...]:
    """Who reads the team's check-ins as long as nobody ends it, although their manager is here again."""
    mine = [
        row
        for row in request.store.delegations.of(request.actor.id, since=request.now)
        if row.subject_id == request.actor.id and row.accepted_at and not row.ended_at
    ]
    return tuple(
        Section(
            Phrase(
                "{name} still stands in for you until {day}.",
                name=Verbatim(request.store.directory.named(row.named_id or "")),
                day=last_day(row.ends_at, request.actor.zone),
            ),
            button=Button(Phrase("End it"), Press("delegation.end", {"delegation": row.id})),
        )
        for row in mine
        if row.begins_at <= request.now
    )


def _planned(request: Request) -> tuple[Part, ...]:
    rows = request.store.preferences.absences(request.actor.id, request.today)
    return tuple(Section(_when(request, row.first, row.last), button=_drop_button(row)) for row in rows)


@feature.button(allow=everyone, once=True)
def stay(request: Request, absence: str) -> Reply:
    """Take a planned absence back."""
    if not request.store.preferences.drop(absence, request.actor.id):
        raise Problem(Phrase("This absence is not planned any more."))
    return Reply(show=Card(Phrase("Good. You are here on these days."), *_planned(request)))
