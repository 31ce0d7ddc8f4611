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
"""People on the home screen; the rest is counted."""


@feature.home(26)
def team_goals(request: Request) -> tuple[Part, ...]:
    """The goals of those who report to me, a line for each of them who has some."""
    people = request.store.directory.reports_of(request.actor.id, request.now.date())
    if not people:
        return ()
    theirs = request.store.goals.of_each((person.id for person in people[:MOST]), reader=request.actor.id)
    stand = goals.standing(request, [goal for found in theirs.values() for goal in found])
    if not stand:
        return ()
    own = {person: [each for each in stand if each.goal.subject_id == person.id] for person in people[:MOST]}
    return (
        Heading(Phrase("The goals of your team")),
        *(Section(_line(person, found)) for person, found in own.items() if found),
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
