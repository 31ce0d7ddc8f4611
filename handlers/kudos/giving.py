"""Giving kudos: say whom and what for, see what will be posted and who reads it, then post it or send it privately."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from handlers.kit.access import everyone
from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Note, Part
from handlers.kit.forms import Choice, Colleague, Words
from handlers.kit.grammar import folded
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim, names
from handlers.kudos.places import place_for, shared_place
from handlers.kudos.taking_back import take_back_button
from handlers.kudos.thanks import (
    DAILY,
    RECEIVED,
    Thanks,
    begun,
    carried,
    channel,
    feature,
    headline,
    reason,
    value_options,
)
from storage.kudos import KudosRow
from storage.people import Person
from storage.tables import Place

AGAIN = timedelta(minutes=10)
"""Within this time the same words to the same person are likely a slip, so they are asked about."""

Whom = Annotated[tuple[Person, ...], Colleague(Phrase("Whom do you thank?"), most=10)]
Why = Annotated[
    str,
    Words(
        Phrase("What for?"),
        help=Phrase("What they did, and what it changed."),
        lead=("for", "because of", "because", "因为", "为了", "为", "感谢", "谢谢"),
        longest=1500,
    ),
]
Value = Annotated[str, Choice(Phrase("Which of our values does it show?"), options=value_options)]


def _first_a_preview(request: Request, args: Mapping[str, Any]) -> Text:
    place = place_for(request)
    if place is None:
        return Phrase("Seen by you and those whom you thank, each alone, after a preview. HR has no access.")
    return Phrase(
        "A preview comes first. Then you choose: everybody in {channel} and in the company, or only those whom you"
        " thank.",
        channel=channel(place),
    )


@feature.command(
    "kudos",
    allow=everyone,
    also=("点赞",),
    examples=("@ben for the calm incident call #teamwork",),
    seen_by=_first_a_preview,
    submit=Phrase("Preview"),
    short=True,
    in_groups=True,
)
def give(request: Request, to: Whom, why: Why, value: Value = "", quoted: str = "") -> Reply:
    """Thank colleagues, in a channel after a preview, or privately.

    Where everybody reads along (a Telegram group) the words are public as soon as they are typed, so there is nothing
    to preview: the kudos are posted there at once, as a message of ours, so that reactions to it count."""
    thanks = begun(request, to, why, value, quoted)
    if request.where.shared:
        return _given(request, thanks, shared_place(request), again=False)
    return Reply(show=_preview(request, thanks))


feature.shortcut("give_kudos", Phrase("Give kudos"), give)


# From elsewhere ------------------------------------------------------------------------------------------------------


@feature.button(allow=everyone)
def for_this(request: Request, quoted: str = "", author: str = "") -> Reply:
    """Thank somebody for a message."""
    if author == request.actor.id:
        raise Problem(
            Phrase(
                "You wrote this yourself. Kudos are for others: pick a message of somebody whom you want to thank."
            )
        )
    return Reply(ask=give.bind(quoted=quoted), given={"to": (author,)} if author else {})


feature.shortcut("kudos_for_this", Phrase("Kudos for this"), for_this, on_message=True)


@feature.button(allow=everyone)
def thank(request: Request, to: str) -> Reply:
    """Thank this colleague."""
    return Reply(ask=give.bind(), given={"to": (to,)}, keep=True)


# The preview ---------------------------------------------------------------------------------------------------------


def _preview(request: Request, thanks: Thanks) -> Card:
    place = place_for(request)
    before = _said_before(request, thanks)
    return Card(
        _preview_title(thanks, place, before),
        *_as_read(request, thanks),
        *_preview_notes(request, thanks, place),
        *_preview_buttons(thanks, place, before),
    )


def _preview_title(thanks: Thanks, place: Place | None, before: KudosRow | None) -> Text:
    if before is not None:
        return Phrase("You sent the same words {moment}. Send them again?", moment=before.made_at)
    if place is None:
        return Phrase("Preview: {people} will read this, each alone", people=_people(thanks))
    return Phrase("Preview: everybody in {channel} will read this", channel=channel(place))


def _preview_notes(request: Request, thanks: Thanks, place: Place | None) -> tuple[Part, ...]:
    private = Note(
        Phrase("Privately: each of {people} gets it alone. HR has no access.", people=_people(thanks))
    )
    if place is None:
        nowhere = Phrase(
            "I know no channel to post in yet. HR or an administrator can choose one with /kudos setup."
        )
        return private, Note(nowhere)
    public = Phrase(
        "Posted in {channel} on {platform}: seen by everybody there, and by everybody in the company.",
        channel=channel(place),
        platform=Verbatim(place.platform.title()),
    )
    return Note(public), private


def _preview_buttons(thanks: Thanks, place: Place | None, before: KudosRow | None) -> tuple[Button, ...]:
    args, again = thanks.args(), before is not None
    send = Phrase("Send again") if again else Phrase("Post it")
    edit_button = Button(Phrase("Edit"), edit.bind(**args))
    unquoted = (Button(Phrase("Leave out the message"), leave_out.bind(**args)),) if thanks.quoted else ()
    if place is None:
        send = Phrase("Send again") if again else Phrase("Send privately")
        return (Button(send, privately.bind(again=again, **args), style="primary"), edit_button, *unquoted)
    return (
        Button(send, post.bind(place=place.id, again=again, **args), style="primary"),
        Button(Phrase("Send privately"), privately.bind(again=again, **args)),
        edit_button,
        *unquoted,
    )


def _as_read(request: Request, thanks: Thanks) -> tuple[Part, ...]:
    title = headline(request.store, request.actor.id, (person.id for person in thanks.receivers))
    return Note(title), *reason(request.store, thanks.why, thanks.tags, thanks.quoted)


@feature.button(allow=everyone)
def edit(
    request: Request, to: tuple[str, ...], why: str, tags: tuple[str, ...], quoted: str, group: str
) -> Reply:
    """Change these kudos before they are sent."""
    value = {"value": tags[0]} if tags else {}
    words = " ".join((why, *(f"#{tag}" for tag in tags[1:])))
    return Reply(ask=give.bind(quoted=quoted), given={"to": tuple(to), "why": words, **value})


@feature.button(allow=everyone)
def leave_out(
    request: Request, to: tuple[str, ...], why: str, tags: tuple[str, ...], quoted: str, group: str
) -> Reply:
    """Leave the message out of these kudos."""
    args = {"to": to, "why": why, "tags": tags, "quoted": "", "group": group}
    return Reply(show=_preview(request, carried(request, args)))


# Sending -------------------------------------------------------------------------------------------------------------


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
) -> Reply:
    """Post these kudos in the channel."""
    found = request.store.kudos.place(place)
    if found is None:
        raise Problem(
            Phrase(
                "I was removed from this channel. Send it privately, or ask for another with /kudos setup."
            )
        )
    args = {"to": to, "why": why, "tags": tags, "quoted": quoted, "group": group}
    return _given(request, carried(request, args), found, again=again)


@feature.button(allow=everyone, once=True)
def privately(
    request: Request,
    to: tuple[str, ...],
    why: str,
    tags: tuple[str, ...],
    quoted: str,
    group: str,
    again: bool = False,
) -> Reply:
    """Send these kudos privately."""
    args = {"to": to, "why": why, "tags": tags, "quoted": quoted, "group": group}
    return _given(request, carried(request, args), None, again=again)


def _given(request: Request, thanks: Thanks, place: Place | None, *, again: bool) -> Reply:
    if request.store.kudos.was_given(thanks.group):
        return Reply(show=Card(Phrase("These kudos were sent already, once. Nothing was sent again.")))
    _check_active(thanks)
    before = None if again else _said_before(request, thanks)
    if before is not None:
        return Reply(show=_asked_again(thanks, place, before))
    points = _points_left(request)
    request.store.kudos.give(
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
    told = (*_posted(request, thanks, place), *_receivers_told(request, thanks, place))
    if not request.where.shared:
        return Reply(show=done, tell=told)
    shown = Card(Phrase("Posted.")) if again else None  # in place of the question that was pressed
    return Reply(
        show=shown, tell=(*told, Tell(done, to=request.actor.id, topic=f"kudos:{thanks.group}:giver"))
    )


def _check_active(thanks: Thanks) -> None:
    for person in thanks.receivers:
        if not person.active:
            raise Problem(
                Phrase("{name} does not work here any more. Nothing was sent.", name=Verbatim(person.name))
            )


def _said_before(request: Request, thanks: Thanks) -> KudosRow | None:
    """The same words to one of the same people, minutes ago."""
    recent = request.store.kudos.given(request.actor.id, since=request.now - AGAIN, limit=100)
    receivers = {person.id for person in thanks.receivers}
    same = (row for row in recent if row.subject_id in receivers and folded(row.why) == folded(thanks.why))
    return next(same, None)


def _asked_again(thanks: Thanks, place: Place | None, before: KudosRow) -> Card:
    args = thanks.args()
    send = post.bind(place=place.id, again=True, **args) if place else privately.bind(again=True, **args)
    return Card(
        Phrase("You sent the same words {moment}. Send them again?", moment=before.made_at),
        Button(Phrase("Send again"), send, style="primary"),
    )


def _points_left(request: Request) -> int:
    """How many more people get a point from this giver today, on the giver's calendar."""
    daily = int(request.store.setting("kudos_daily", DAILY))
    return max(0, daily - request.store.kudos.points_given(request.actor.id, _midnight(request)))


def _midnight(request: Request) -> datetime:
    return at_wall(request.today, time(0), request.actor.zone)


# What is said then ---------------------------------------------------------------------------------------------------


def _people(thanks: Thanks) -> Text:
    return names(person.name for person in thanks.receivers)


def _confirmation(request: Request, thanks: Thanks, place: Place | None, points: int) -> Card:
    said = (
        Phrase("Posted in {channel}: you thanked {people}.", channel=channel(place), people=_people(thanks))
        if place
        else Phrase("Sent privately: you thanked {people}.", people=_people(thanks))
    )
    beyond = len(thanks.receivers) > points
    return Card(
        said,
        *([Note(_without_points(request))] if beyond else []),
        take_back_button(thanks.group),
    )


def _without_points(request: Request) -> Text:
    return Phrase(
        "You are generous today: points go to {daily} people a day. Your thanks arrive all the same.",
        daily=int(request.store.setting("kudos_daily", DAILY)),
    )


def _posted(request: Request, thanks: Thanks, place: Place | None) -> tuple[Tell, ...]:
    if place is None:
        return ()
    title = headline(request.store, request.actor.id, (person.id for person in thanks.receivers))
    card = Card(title, *reason(request.store, thanks.why, thanks.tags, thanks.quoted))
    about = f"kudos:{thanks.group}"
    return (Tell(card, place=place.id, topic=f"{about}:post", about=about, unclear="reconcile"),)


def _receivers_told(request: Request, thanks: Thanks, place: Place | None) -> tuple[Tell, ...]:
    """Each hears it alone; who else was thanked in private stays between them and the giver."""
    return tuple(
        Tell(
            Card(
                Phrase("{giver} thanks you", giver=Verbatim(request.actor.name)),
                *reason(request.store, thanks.why, thanks.tags, thanks.quoted),
                Note(_audience(request, place)),
                Button(Phrase("Thank back"), thank.bind(to=request.actor.id)),
            ),
            to=person.id,
            topic=f"kudos:{thanks.group}:{person.id}",
            notice=RECEIVED,
        )
        for person in thanks.receivers
    )


def _audience(request: Request, place: Place | None) -> Text:
    if place:
        return Phrase("Posted in {channel}, where everybody can read it.", channel=channel(place))
    return Phrase("Only you and {giver} can read this. HR has no access.", giver=Verbatim(request.actor.name))
