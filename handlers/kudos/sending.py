"""Sending kudos: once, to those who still work here, with a point while the day's allowance lasts."""

from datetime import datetime, time

from handlers.kit.access import everyone
from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Note, Press
from handlers.kit.problems import Problem
from handlers.kit.repeating import AGAIN, asked_again
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, names
from handlers.kit.typed import folded
from handlers.kudos.places import are_private
from handlers.kudos.taking_back import take_back_button, told_about
from handlers.kudos.thanks import DAILY, RECEIVED, Thanks, carried, channel, feature, headline, reason
from storage.kudos import KudosRow
from storage.people import Person
from storage.store import Store
from storage.tables import Place

GIVE = "kudos.give"
"""The route of the form, which comes before all of this."""


PRIVATE = Phrase("Kudos are private here: the company chose that nothing is posted.")


def refuse_private(request: Request) -> None:
    """Raise Problem where the company wants no thanks in channels, by now at least."""
    if are_private(request.store):
        raise Problem(
            Lines((PRIVATE, Phrase("Give them in our private chat, and only those who are thanked read it.")))
        )


@feature.button(allow=everyone, once=True, in_groups=True)
def post(
    request: Request,
    to: tuple[str, ...],
    why: str,
    tags: tuple[str, ...],
    quoted: str,
    group: str,
    place: str,
    again: bool = False,
    asked_in: tuple[str, ...] = (),
) -> Reply:
    """Post these kudos in the channel."""
    refuse_private(request)
    found = request.store.kudos.place(place)
    if found is None:
        raise Problem(
            Phrase(
                "I was removed from this channel. Send it privately, or ask for another with /kudos setup."
            )
        )
    args = {"to": to, "why": why, "tags": tags, "quoted": quoted, "group": group, "asked_in": asked_in}
    return given(request, carried(request, args), found, again=again)


@feature.button(allow=everyone, once=True)
def privately(
    request: Request,
    to: tuple[str, ...],
    why: str,
    tags: tuple[str, ...],
    quoted: str,
    group: str,
    again: bool = False,
    asked_in: tuple[str, ...] = (),
) -> Reply:
    """Send these kudos privately."""
    args = {"to": to, "why": why, "tags": tags, "quoted": quoted, "group": group, "asked_in": asked_in}
    return given(request, carried(request, args), None, again=again)


def given(request: Request, thanks: Thanks, place: Place | None, *, again: bool) -> Reply:
    """Give a thanks, publicly in `place` or privately; `again` says that the giver was asked about a repetition."""
    if request.store.kudos.was_given(thanks.group):
        return Reply(show=Card(Phrase("These kudos were sent already, once. Nothing was sent again.")))
    _check_active(*thanks.receivers)
    before = None if again else said_before(request, thanks)
    if before is not None:
        return Reply(show=_asked_again(request, thanks, place, before))
    points = _points_left(request)
    rows = request.store.kudos.give(
        request.actor.id,
        [person.id for person in thanks.receivers],
        group=thanks.group,
        why=thanks.why,
        quoted=thanks.quoted,
        tags=thanks.tags,
        place=place,
        points=points,
    )
    done = _confirmation(request, thanks, place, points)
    told = (*_posted(request, thanks, place), *_receivers_told(request, rows, _audience(request, place)))
    if not request.where.shared:
        return Reply(show=done, tell=told)
    shown = Card(Phrase("Posted.")) if again else None  # in place of the question that was pressed
    return Reply(
        show=shown, tell=(*told, Tell(done, to=request.actor.id, topic=f"kudos:{thanks.group}:giver"))
    )


def _check_active(*receivers: Person) -> None:
    for person in receivers:
        if not person.active:
            raise Problem(
                Phrase("{name} does not work here any more. Nothing was sent.", name=Verbatim(person.name))
            )


def said_before(request: Request, thanks: Thanks) -> KudosRow | None:
    """The same words to one of the same people, minutes ago."""
    recent = request.store.kudos.given(request.actor.id, since=request.now - AGAIN, limit=100)
    receivers = {person.id for person in thanks.receivers}
    same = (row for row in recent if row.subject_id in receivers and folded(row.why) == folded(thanks.why))
    return next(same, None)


def _asked_again(request: Request, thanks: Thanks, place: Place | None, before: KudosRow) -> Card:
    args = thanks.args()
    send = post.bind(place=place.id, again=True, **args) if place else privately.bind(again=True, **args)
    return asked_again(request, before.subject_id, before.made_at, send)


def _points_left(request: Request) -> int:
    """How many more people get a point from this giver today, on the giver's calendar."""
    return max(0, _daily(request) - request.store.kudos.points_given(request.actor.id, _midnight(request)))


def _daily(request: Request) -> int:
    return int(request.store.setting("kudos_daily", DAILY))


def _midnight(request: Request) -> datetime:
    return at_wall(request.today, time(0), request.actor.zone)


# What is said then ---------------------------------------------------------------------------------------------------


def people_of(thanks: Thanks) -> Text:
    """Those who are thanked."""
    return names(person.name for person in thanks.receivers)


def _confirmation(request: Request, thanks: Thanks, place: Place | None, points: int) -> Card:
    said = (
        Phrase("Posted in {channel}: you thanked {people}.", channel=channel(place), people=people_of(thanks))
        if place
        else Phrase("Sent privately: you thanked {people}.", people=people_of(thanks))
    )
    beyond = len(thanks.receivers) > points and _daily(request) > 0
    return Card(
        said,
        *([Note(_without_points(request))] if beyond else []),
        take_back_button(thanks.group),
    )


def _without_points(request: Request) -> Text:
    return Plural(
        "You are generous today: a point goes to one person a day. Your thanks arrive all the same.",
        "You are generous today: points go to {n} people a day. Your thanks arrive all the same.",
        n=_daily(request),
    )


def _posted(request: Request, thanks: Thanks, place: Place | None) -> tuple[Tell, ...]:
    if place is None:
        return ()
    title = headline(request.store, request.actor.id, (person.id for person in thanks.receivers))
    card = Card(title, *reason(request.store, thanks.why, thanks.tags, thanks.quoted))
    about = f"kudos:{thanks.group}"
    thread = thanks.thread_in(place)
    return (
        Tell(card, place=place.id, thread=thread, topic=f"{about}:post", about=about, unclear="reconcile"),
    )


def _receivers_told(request: Request, rows: list[KudosRow], audience: Text) -> tuple[Tell, ...]:
    """Each hears it alone; who else was thanked in private stays between them and the giver."""
    return tuple(
        Tell(
            received(request.store, row, audience),
            to=row.subject_id,
            topic=f"kudos:{row.group_id}:{row.subject_id}",
            about=told_about(row.group_id, row.subject_id),
            notice=RECEIVED,
        )
        for row in rows
    )


def received(store: Store, row: KudosRow, audience: Text) -> Card:
    """How a receiver reads it, with a word on where else it is read."""
    return Card(
        Phrase("{giver} thanks you", giver=Verbatim(store.directory.named(row.author_id))),
        *reason(store, row.why, row.tags, row.quoted),
        Note(audience),
        Button(Phrase("Thank back"), thank.bind(to=row.author_id)),
    )


def _audience(request: Request, place: Place | None) -> Text:
    if place:
        return posted_in(place)
    return Phrase("Only you and {giver} can read this. HR has no access.", giver=Verbatim(request.actor.name))


def posted_in(place: Place) -> Text:
    """What receivers are told about a post."""
    return Phrase("Posted in {channel}, where everybody can read it.", channel=channel(place))


@feature.button(allow=everyone)
def thank(request: Request, to: str) -> Reply:
    """Thank this colleague."""
    _check_active(request.person(to))
    return Reply(ask=Press(GIVE, {}), given={"to": (to,)}, keep=True)
