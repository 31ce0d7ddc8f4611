"""What changes about a one-on-one, typed with the name of the colleague: move the next meeting, skip it, or end all."""

from datetime import date, time
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.forms import Clock, Day
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase
from handlers.one_on_ones import changes
from handlers.one_on_ones.meetings import standing
from handlers.one_on_ones.overview import not_begun
from handlers.one_on_ones.pair import Partner, both, feature, shown
from storage.one_on_ones import Series
from storage.people import Person


@feature.command(
    "1on1 move",
    allow=everyone,
    also=("1on1 reschedule", "面谈 改期", "面谈改期"),
    examples=("@ben next friday 15:00", "@ben 下周五 15:00"),
    seen_by=both,
    title=Phrase("Move the next meeting"),
)
def move_with(
    request: Request,
    partner: Partner,
    day: Annotated[date, Day(Phrase("On which day?"), lead=("to", "到"))],
    clock: Annotated[time, Clock(Phrase("At what time, on your clock?"), lead=("at",))],
) -> Reply:
    """Set another time for the next one-on-one with a colleague."""
    series = request.store.one_on_ones.begin(request.actor.id, partner.id)
    return changes.move.handler(
        request, series=series.id, day=day, clock=clock, on=changes.next_of(request, series)
    )


@feature.command(
    "1on1 skip",
    allow=everyone,
    also=("面谈 跳过", "面谈跳过"),
    title=Phrase("Skip the next meeting"),
    examples=("@ben",),
    seen_by=both,
)
def skip_with(request: Request, partner: Partner) -> Reply:
    """Skip the next one-on-one with a colleague."""
    series = _begun(request, partner)
    if series is None:
        return Reply(show=not_begun(request, partner))
    if standing(series, request.now).next is None:
        return shown(request, series, done=Phrase("No meeting is planned, so there is nothing to skip."))
    return changes.skip.handler(request, series=series.id, on=changes.next_of(request, series))


@feature.command(
    "1on1 end",
    allow=everyone,
    also=("面谈 结束", "面谈结束"),
    title=Phrase("End the one-on-ones"),
    examples=("@ben",),
    seen_by=both,
)
def end_with(request: Request, partner: Partner) -> Reply:
    """End the one-on-ones with a colleague. Nothing is deleted."""
    series = _begun(request, partner)
    if series is None:
        return Reply(show=not_begun(request, partner))
    return changes.end.handler(request, series=series.id)


def _begun(request: Request, partner: Person) -> Series | None:
    return request.store.one_on_ones.between(request.actor.id, partner.id, reader=request.actor.id)
