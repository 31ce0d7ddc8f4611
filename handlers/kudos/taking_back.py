"""Taking a thanks back: a reversing row, never a delete, and whoever heard of it hears that too."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers.kit.access import owner_of
from handlers.kit.calendar import local_day
from handlers.kit.cards import Button, Card, Note
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim, names
from handlers.kudos.thanks import RECEIVED, feature
from storage.kudos import KudosRow

STANDS = timedelta(days=30)
"""For how long it is tried to change a post where it stands."""
NOTHING_LEFT = Phrase("You took this back already. Nothing is left to do.")


def _thanks(request: Request, args: Mapping[str, Any]) -> KudosRow | None:
    return request.store.kudos.of_group(str(args.get("group", "")), reader=request.actor.id)


giver = owner_of(_thanks, "author_id")


@feature.button(allow=giver)
def take_back(request: Request, group: str) -> Reply:
    """Take these kudos back."""
    rows = request.store.kudos.standing(group, reader=request.actor.id)
    if not rows:
        raise Problem(NOTHING_LEFT)
    for row in rows:
        request.store.kudos.take_back(row)
    people = names(request.person(row.subject_id).name for row in rows)
    return Reply(
        show=Card(
            Phrase("Taken back. Where {people} read it, it says so now; the points are gone.", people=people),
            Note(Phrase("It stays in the record that it was given and taken back.")),
        ),
        tell=(*_posted_over(request, rows), *_receivers_told(request, rows)),
    )


def take_back_button(group: str) -> Button:
    """The giver's button."""
    return Button(
        Phrase("Take it back"),
        take_back.bind(group=group),
        confirm=Phrase("Take these kudos back? Whoever got them sees that."),
    )


def told_about(group: str, person: str) -> str:
    """What the private message about a thanks is about: an emoji under it is no reaction to the post."""
    return f"kudos_told:{group}:{person}"


def _posted_over(request: Request, rows: list[KudosRow]) -> tuple[Tell, ...]:
    if not rows[0].place_id:
        return ()
    card = Card(
        Phrase(
            "{giver} took back the kudos to {people}.",
            giver=Verbatim(request.actor.name),
            people=names(request.person(row.subject_id).name for row in rows),
        )
    )
    about = f"kudos:{rows[0].group_id}"
    topic = f"{about}:taken back"
    return (Tell(card, place=rows[0].place_id, over=about, topic=topic, unclear="reconcile", lives=STANDS),)


def _receivers_told(request: Request, rows: list[KudosRow]) -> tuple[Tell, ...]:
    return tuple(
        Tell(
            _taken_back(request, row),
            to=row.subject_id,
            over=told_about(row.group_id, row.subject_id),
            topic=f"kudos:back:{row.id}",
            notice=RECEIVED,
            lives=STANDS,
        )
        for row in rows
    )


def _taken_back(request: Request, row: KudosRow) -> Card:
    """What a receiver reads, with the day on their own calendar."""
    day = local_day(row.made_at, request.person(row.subject_id).zone)
    giver = Verbatim(request.actor.name)
    return Card(Phrase("{giver} took back the kudos that you got on {day}.", giver=giver, day=day))
