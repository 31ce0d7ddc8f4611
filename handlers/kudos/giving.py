"""Giving kudos: say whom and what for, see what will be posted and who reads it, then post it or send it privately."""

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Note, Part
from handlers.kit.forms import Choice, Colleague, Words
from handlers.kit.problems import Problem
from handlers.kit.repeating import same_sent
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, platform_name
from handlers.kudos.places import are_private, asked_here, is_closed_here, place_for, shared_place
from handlers.kudos.sending import PRIVATE, given, people_of, post, privately, refuse_private, said_before
from handlers.kudos.thanks import Thanks, begun, carried, channel, feature, headline, reason, value_options
from storage.kudos import KudosRow
from storage.people import Person
from storage.tables import Place

CLOSED = Phrase(
    "I do not post in this channel: I was not added to it, or people of another company read along here."
)

Whom = Annotated[tuple[Person, ...], Colleague(Phrase("Whom do you thank?"), most=10)]
Why = Annotated[
    str,
    Words(
        Phrase("What for?"),
        help=Phrase("What they did, and what it changed."),
        lead=("for", "because of", "because", "因为"),
        longest=1500,
    ),
]
Value = Annotated[
    str, Choice(Phrase("Which of our values does it show?"), options=value_options, tagged=True)
]


def _first_a_preview(request: Request, args: Mapping[str, Any]) -> Text:
    place = place_for(request, args.get("asked_in", ()))
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
    also=("点赞", "点个赞", "表扬", "give kudos"),
    examples=("@ben for the calm incident call #teamwork", "@ben 因为 故障时沉着冷静 #团队协作"),
    seen_by=_first_a_preview,
    submit=Phrase("Preview"),
    short=True,
    in_groups=True,
    settles=lambda request: {"asked_in": asked_here(request)},
    title=Phrase("Give kudos"),
)
def give(
    request: Request, to: Whom, why: Why, value: Value = "", quoted: str = "", asked_in: tuple[str, ...] = ()
) -> Reply:
    """Thank colleagues, in a channel after a preview, or privately.

    Where everybody reads along (a Telegram group) the words are public as soon as they are typed, so there is nothing
    to preview: the kudos are posted there at once, as a message of ours, so that reactions to it count."""
    thanks = begun(request, to, why, value, quoted, asked_here(request) or tuple(asked_in))
    if request.where.shared:
        refuse_private(request)
        return given(request, thanks, shared_place(request), again=False)
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


# The preview ---------------------------------------------------------------------------------------------------------


def _preview(request: Request, thanks: Thanks) -> Card:
    place = place_for(request, thanks.asked_in)
    before = said_before(request, thanks)
    return Card(
        _preview_title(request, thanks, place, before),
        *_as_read(request, thanks),
        *_preview_notes(request, thanks, place),
        *_preview_buttons(thanks, place, before),
    )


def _preview_title(request: Request, thanks: Thanks, place: Place | None, before: KudosRow | None) -> Text:
    if before is not None:
        return same_sent(request, before.subject_id, before.made_at)
    if place is None:
        return Phrase("Preview: only {people} will read this", people=people_of(thanks))
    return Phrase("Preview: everybody in {channel} will read this", channel=channel(place))


def _preview_notes(request: Request, thanks: Thanks, place: Place | None) -> tuple[Part, ...]:
    private = Note(
        Phrase("Privately: {people} alone will read it. HR has no access.", people=people_of(thanks))
    )
    closed = (Note(CLOSED),) if is_closed_here(request) else ()
    if are_private(request.store):
        return private, Note(PRIVATE)
    if place is None:
        nowhere = Phrase(
            "I know no channel to post in yet. HR or an administrator can choose one with /kudos setup."
        )
        return private, *(closed or (Note(nowhere),))
    public = Phrase(
        "Posted in {channel} on {platform}: seen by everybody there, and by everybody in the company.",
        channel=channel(place),
        platform=platform_name(place.platform),
    )
    return Note(public), private, *closed


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
    request: Request,
    to: tuple[str, ...],
    why: str,
    tags: tuple[str, ...],
    quoted: str,
    group: str,
    asked_in: tuple[str, ...] = (),
) -> Reply:
    """Change these kudos before they are sent."""
    value = {"value": tags[0]} if tags else {}
    words = " ".join((why, *(f"#{tag}" for tag in tags[1:])))
    form = give.bind(quoted=quoted, asked_in=tuple(asked_in))
    return Reply(ask=form, given={"to": tuple(to), "why": words, **value})


@feature.button(allow=everyone)
def leave_out(
    request: Request,
    to: tuple[str, ...],
    why: str,
    tags: tuple[str, ...],
    quoted: str,
    group: str,
    asked_in: tuple[str, ...] = (),
) -> Reply:
    """Leave the message out of these kudos."""
    args = {"to": to, "why": why, "tags": tags, "quoted": "", "group": group, "asked_in": asked_in}
    return Reply(show=_preview(request, carried(request, args)))
