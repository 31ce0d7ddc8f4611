"""Looking back: my check-ins with what was written under them, or those of somebody whose check-ins I may read."""

from __future__ import annotations

from typing import Annotated

from handlers.checkins.blocked import still_open
from handlers.checkins.questions import feature, quoted_or_erased
from handlers.checkins.recording import change, check_in
from handlers.checkins.remarks import read_by, remark
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.forms import Colleague
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.checkins import CheckIn
from storage.checkins import Remark as Row
from storage.people import Person

PAGE = 5

Whose = Annotated[Person | None, Colleague(Phrase("Whose check-ins?"), yourself=True)]


@feature.command(
    "checkin history",
    allow=everyone,
    also=("周报 历史", "周报历史", "我的周报", "历史周报", "查看周报", "my check-ins"),
    examples=("", "@ben"),
)
def history(request: Request, whose: Whose = None, before: str = "") -> Reply:
    """Show my check-ins, or those of somebody whose check-ins I may read."""
    person = whose or request.actor
    checkins = request.store.checkins
    rows = checkins.latest(person.id, reader=request.actor.id, limit=PAGE + 1, before=before)
    page = rows[:PAGE]
    remarks = checkins.remarks(page, reader=request.actor.id) if page else {}
    moods = checkins.moods.of(page, reader=request.actor.id) if page else {}
    parts = [
        part for row in page for part in _entry(request, row, remarks.get(row.id, []), moods.get(row.id))
    ]
    older = history.bind(whose=person.id, before=page[-1].id) if len(rows) > PAGE else None
    return Reply(
        show=Card(
            _title(request, person),
            *(parts or (Section(_nothing(request, person)),)),
            *((Button(Phrase("Older"), older),) if older else ()),
        )
    )


def _title(request: Request, person: Person) -> Text:
    if person.id == request.actor.id:
        return Phrase("Your check-ins")
    return Phrase("Check-ins of {name}", name=Verbatim(person.name))


def _nothing(request: Request, person: Person) -> Text:
    if person.id == request.actor.id:
        return Phrase("None yet. Write one in a line: /checkin done …; next …; blocked …")
    return Phrase("There is nothing here that you may read.")


def _entry(request: Request, row: CheckIn, remarks: list[Row], mood: int | None) -> list[Part]:
    return [
        Heading(Phrase("{day}", day=row.day)),
        *quoted_or_erased(row),
        *((Note(Phrase("Your mood: {score} of 5. Only you see it.", score=mood)),) if mood else ()),
        *(remark(request, each) for each in remarks),
        *read_by(request, row),
    ]


@feature.home(20)
def my_last(request: Request) -> tuple[Part, ...]:
    """My last check-in, and what still blocks me."""
    row = request.store.checkins.mine(request.actor.id)
    if row is None:
        say = Phrase("Say what is done, what comes next and what blocks you. It takes two minutes.")
        return (
            Heading(Phrase("My check-ins")),
            Section(say),
            Button(Phrase("Check in"), check_in.bind(), style="primary"),
        )
    is_open = row.closes_at is not None and row.closes_at > request.now
    return (
        Heading(Phrase("My check-in of {day}", day=row.day)),
        *quoted_or_erased(row),
        *read_by(request, row),
        *still_open(request, None),
        *((Button(Phrase("Change"), change.bind(checkin=row.id)),) if is_open else ()),
        Button(Phrase("Check in"), check_in.bind()),
        Button(Phrase("My check-ins"), history.bind()),
    )
