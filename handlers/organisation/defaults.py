"""The time zone and the language of people and channels that have none of their own: the team's, or the company's."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.calendar import local
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Choice, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import LANGUAGES, LANGUAGES_TOO, Lines, Phrase, Text, Verbatim, first_names
from handlers.kit.zones import COMPANY, one_zone, zone_text
from handlers.organisation.home import NOBODY_ELSE, feature
from storage.people import DEFAULT_ZONE, Person

SHOWN = 8
"""People who are named in a preview; the rest is counted."""


# Time zone -----------------------------------------------------------------------------------------------------------


def choose_zone(request: Request, zone: str, team: str = "") -> None:
    """Save a zone for the company or for a team; COMPANY forgets it."""
    request.store.organisation.choose("zone", "" if zone == COMPANY else zone, team)
    request.store.slots.replan()


def zone_change(request: Request, zone: str, team: str = "") -> tuple[Part, ...]:
    """Whom another zone of the company or of a team concerns, and what it changes for them."""
    new = zone if zone != COMPANY else (team and request.store.organisation.default("zone")) or DEFAULT_ZONE
    concerned = request.store.organisation.without("zone", team)
    moved = [person for person in concerned if person.zone != new]
    return (
        Fact(Phrase("Time zone"), zone_text(new, request.now)),
        *((Section(Lines(tuple(_clocks(request, moved, new)))),) if moved else (Section(_NOBODY),)),
        Note(Phrase("Whoever has a time zone in the people file, or chose one, keeps it.")),
    )


_NOBODY = Phrase("The clock changes for nobody.")


def _clocks(request: Request, moved: list[Person], new: str) -> list[Text]:
    """A line for each zone that people move from."""
    zones: dict[str, list[Person]] = {}
    for person in moved:
        zones.setdefault(person.zone, []).append(person)
    after = local(request.now, new).time().replace(second=0, microsecond=0)
    return [
        Phrase(
            "{people}: it is {after} for them now, instead of {before} ({zone}). Check-ins and reminders move with it.",
            people=_people(people),
            after=after,
            before=local(request.now, old).time().replace(second=0, microsecond=0),
            zone=Verbatim(old),
        )
        for old, people in zones.items()
    ]


def _people(people: list[Person]) -> Text:
    return first_names([person.name for person in people], SHOWN)


# Language ------------------------------------------------------------------------------------------------------------

_NAMES = tuple(Option(code, Verbatim(name), also=LANGUAGES_TOO[code]) for code, name in LANGUAGES.items())

Language = Annotated[
    str,
    Choice(
        Phrase("In which language do I speak where nobody chose one?"),
        options=_NAMES,
        suggested=lambda request: request.store.directory.language,
    ),
]


@feature.command(
    "setup language",
    allow=stewards,
    also=("配置 语言", "配置语言"),
    examples=("en", "zh", "中文"),
    seen_by=NOBODY_ELSE,
    submit=Phrase("Preview"),
    title=Phrase("Language"),
)
def language(request: Request, code: Language) -> Reply:
    """Choose the language for people and channels that have none of their own, and see first whom it concerns."""
    return Reply(
        show=Card(
            Phrase("The company's language: {language}", language=Verbatim(LANGUAGES[code])),
            *_language_change(request, code),
            Button(Phrase("Save"), save_defaults.bind(group="", zone="", code=code), style="primary"),
        )
    )


def _language_change(request: Request, code: str, team: str = "") -> tuple[Part, ...]:
    company = request.store.organisation.default("language") if team else ""
    new = code if code != COMPANY else company or "en"
    concerned = request.store.organisation.without("language", team)
    moved = [person for person in concerned if person.language != new]
    spoken = Verbatim(LANGUAGES[new])
    if not moved:
        return (Section(Phrase("Nobody is spoken to in another language than before.")),)
    return (
        Section(
            Phrase("From then on I speak {language} with: {people}", language=spoken, people=_people(moved))
        ),
        Note(Phrase("Whoever has a language in the people file, or chose one, keeps it.")),
    )


# A team --------------------------------------------------------------------------------------------------------------


def _teams(request: Request) -> tuple[Option, ...]:
    teams = sorted({person.team for person in request.store.directory.active() if person.team})
    return tuple(Option(each, Verbatim(each)) for each in teams)


Team = Annotated[str, Choice(Phrase("Which team?"), options=_teams)]
TeamCity = Annotated[
    str,
    Words(
        Phrase("In which city is the team?"),
        help=Phrase("A larger city nearby, in English or Chinese, or “company” for the company's own."),
        lead=("in", "在"),
        longest=80,
        lines=False,
    ),
]
TeamLanguage = Annotated[
    str,
    Choice(
        Phrase("In which language do I speak there?"),
        options=(
            *_NAMES,
            Option(COMPANY, Phrase("As the company chose"), also=("采用公司设定", "采用公司默认", "公司")),
        ),
    ),
]


@feature.command(
    "setup team",
    allow=stewards,
    also=("配置 团队", "配置团队"),
    examples=("",),
    seen_by=NOBODY_ELSE,
    submit=Phrase("Preview"),
    title=Phrase("A team's time zone"),
)
def team(request: Request, group: Team, city: TeamCity = "", code: TeamLanguage = "") -> Reply:
    """Choose the time zone and the language for a team's people and channels that have none of their own."""
    if not city and not code:
        raise Problem(Phrase("Please choose a city, a language, or both."), question="city")
    zone = ""
    if city:
        zone = one_zone(
            city,
            question="city",
            pick=lambda found: team.bind(group=group, city=found, **({"code": code} if code else {})),
        )
    return Reply(
        show=Card(
            Phrase("The team {team}", team=Verbatim(group)),
            *(zone_change(request, zone, group) if zone else ()),
            *(_language_change(request, code, group) if code else ()),
            Button(Phrase("Save"), save_defaults.bind(group=group, zone=zone, code=code), style="primary"),
        )
    )


@feature.button(allow=stewards, once=True)
def save_defaults(request: Request, group: str, zone: str, code: str) -> Reply:
    """Save the zone and the language of those who have none."""
    if zone:
        choose_zone(request, zone, group)
    if code:
        request.store.organisation.choose("language", "" if code == COMPANY else code, group)
    return Reply(show=Card(Phrase("Saved. It holds from now on.")))
