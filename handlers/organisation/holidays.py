"""HR and administrators choose whose public holidays count."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Annotated

from babel import Locale

from handlers.kit.access import stewards
from handlers.kit.calendar import WorkCalendar
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Verbatim
from handlers.kit.typed import folded
from handlers.organisation.home import NOBODY_ELSE, country_text, feature

Country = Annotated[
    str,
    Words(
        Phrase("Whose public holidays count? Two letters, like DE, US or CN; a dash for weekends only."),
        longest=60,
        lines=False,
    ),
]


@feature.command(
    "setup holidays",
    allow=stewards,
    also=("配置 假期",),
    examples=("CN", "DE"),
    seen_by=NOBODY_ELSE,
    title=Phrase("Holidays"),
)
def holidays(request: Request, country: Country) -> Reply:
    """Choose the country whose public holidays and make-up workdays count."""
    code = "" if country in ("-", "–", "—") else _code_of(country)
    if code is None:
        raise Problem(
            Phrase(
                "I have no calendar for “{country}”. Write two letters, like DE, US or CN.",
                country=Verbatim(country),
            ),
            question="country",
        )
    return Reply(show=_holidays_preview(request, code))


def _code_of(country: str) -> str | None:
    """A country's two letters, which may be given by its name as well; None where its holidays are not known."""
    code = country.upper()
    return code if code in supported() else _by_name().get(folded(country))


@lru_cache
def _by_name() -> dict[str, str]:
    names = (Locale.parse(language).territories.items() for language in ("en", "zh_Hans_CN"))
    known = {folded(name): code for each in names for code, name in each if code in supported()}
    return {**known, "usa": "US"}


def supported() -> frozenset[str]:
    """The countries whose public holidays are known, by their codes."""
    from holidays import list_supported_countries  # slow to import, and rarely needed

    return frozenset(list_supported_countries())


def _holidays_preview(request: Request, code: str) -> Card:
    declared = request.store.workdays.declared() if code == request.store.workdays.country else {}
    calendar = WorkCalendar(code, declared)
    days = (request.today + timedelta(days=n) for n in range(1, 366))
    named = [(day, name) for day in days if (name := calendar.name_of(day, request.actor.language))][:6]
    lines = [Phrase("{day}: {name}", day=day, name=Verbatim(name)) for day, name in named]
    year = request.today.year + 1
    provisional = code and calendar.is_provisional(request.today.replace(year=year, month=6, day=1))
    return Card(
        Phrase("Holidays for everybody: {country}", country=country_text(code)),
        *([Section(Lines(tuple(lines)))] if lines else []),
        *([_provisional(year)] if provisional else []),
        Note(Phrase("On these days nobody is asked or reminded.")),
        Button(Phrase("Save"), save_holidays.bind(code=code), style="primary"),
    )


def _provisional(year: int) -> Note:
    return Note(
        Phrase(
            "The official days of {year} are not known yet; they are provisional.", year=Verbatim(str(year))
        )
    )


@feature.button(allow=stewards, once=True)
def save_holidays(request: Request, code: str) -> Reply:
    """Save the country of the holidays."""
    request.store.workdays.choose(code)
    return Reply(show=Card(Phrase("Saved. Holidays: {country}.", country=country_text(code))))
