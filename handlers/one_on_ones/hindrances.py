"""What speaks against a meeting at some moment, for one of the two."""

from datetime import date, datetime

from handlers.kit.calendar import local, local_day
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.one_on_ones.meetings import is_at_night
from handlers.one_on_ones.pair import named
from storage.people import Person


def warnings(request: Request, person: Person, at: datetime) -> list[Text]:
    """A day off, an absence, the night."""
    day, found = local_day(at, person.zone), list[Text]()
    if not request.calendar.is_workday(day):
        found.append(_day_off(request, person, day))
    if request.store.preferences.absence_on(person.id, day):
        found.append(Phrase("{name} is away on {day}.", name=named(person), day=day))
    if is_at_night(at, person.zone):
        clock = local(at, person.zone).time()
        found.append(Phrase("{clock} is no hour to meet for {name}.", name=named(person), clock=clock))
    return found


def _day_off(request: Request, person: Person, day: date) -> Text:
    holiday = request.calendar.name_of(day, request.actor.language)
    if holiday is None:
        return Phrase("{day} is no workday for {name}.", day=day, name=named(person))
    return Phrase(
        "{day} is a holiday for {name}: {holiday}.", day=day, name=named(person), holiday=Verbatim(holiday)
    )
