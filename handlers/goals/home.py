"""How the goals of a team stand, on its manager's home screen: a line for each person."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.goals import goal as goals
from handlers.goals import scoring
from handlers.goals.goal import Standing, feature, percent
from handlers.goals.overview import team
from handlers.goals.pictures import looks
from handlers.kit.cards import Button, Heading, Note, Part, Section
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Text, Verbatim, more_people
from storage.people import Person

MOST = 8
"""People on the home screen; the others who have goals are counted."""


@feature.home(26)
def team_goals(request: Request) -> tuple[Part, ...]:
    """The goals of those who report to me, a line for each of them who has some."""
    reports = request.store.directory.reports_of(request.actor.id, request.now.date())
    people = goals.of_people(request, reports)
    if not people:
        return ()
    stand = goals.standings(request, people[:MOST])
    return (
        Heading(Phrase("The goals of your team")),
        *(Section(_line(person, found)) for person, found in stand),
        *(Note(words) for words in more_people(len(people), MOST)),
        Button(Phrase("My team"), team.bind()),
    )


def _line(person: Person, found: Sequence[Standing]) -> Text:
    """Someone's goals together: the mean of those that have data, each counting alike, and how they look."""
    share = scoring.together([scoring.Part(each.together.progress) for each in found]).progress
    return Phrase(
        "{name}  {bar} {percent} · {looks}",
        name=Verbatim(person.name),
        bar=Verbatim(goals.bar(share)),
        percent=percent(share),
        looks=looks(found),
    )
