"""The shared notes as both read them: they confirm the text as it stands, or answer it in writing."""

from typing import Annotated

from handlers.kit.access import owner_of
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.forms import Words
from handlers.kit.problems import changed_meanwhile
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.one_on_ones.pair import (
    NOTES,
    feature,
    named,
    opening,
    participants,
    partner_of,
    series_of,
    shared_with,
    shown,
    tell_partner,
)
from storage.one_on_ones import MeetingNotes, PrivateNote, Series
from storage.unit import Conflict

noted = owner_of(
    lambda request, args: request.store.one_on_ones.notes.get(
        str(args.get("notes", "")), reader=request.actor.id
    ),
    "subject_id",
    "named_id",
)


@feature.button(allow=noted)
def confirm(request: Request, notes: str, edition: int) -> Reply:
    """Confirm the shared notes as they stand."""
    found, series = _noted(request, notes)
    if found.edition != edition:
        return shown(request, series, done=Phrase("The notes were changed since. Read them again, please."))
    if found.confirmed_by(request.actor.id):
        return shown(request, series, done=Phrase("You confirmed these notes already."))
    try:
        request.store.one_on_ones.notes.confirm(found, request.actor.id)
    except Conflict:
        raise changed_meanwhile() from None
    card = Card(
        Phrase("{name} confirmed your notes of {day}.", name=named(request.actor), day=found.day),
        opening(series),
    )
    topic = f"confirmed:{found.id}:{edition}:{request.actor.id}"
    tell = tell_partner(request, series, card, topic=topic, notice=NOTES)
    return shown(request, series, tell, done=Phrase("You confirmed the notes."))


@feature.button(
    allow=noted,
    seen_by=lambda request, args: _seen_with_notes(request, str(args["notes"])),
    title=Phrase("Answer in writing"),
)
def reply(
    request: Request,
    notes: str,
    words: Annotated[str, Words(Phrase("What do you want to say to these notes?"))],
) -> Reply:
    """Answer the shared notes in writing."""
    found, series = _noted(request, notes)
    row = request.store.one_on_ones.notes.reply(series, found, words, author=request.actor.id)
    card = Card(
        Phrase("{name} answered your notes of {day}.", name=named(request.actor), day=found.day),
        Section(Verbatim(words), quoted=True),
        opening(series),
    )
    tell = tell_partner(request, series, card, topic=f"reply:{row.id}", notice=NOTES)
    return shown(request, series, tell, done=Phrase("Your answer is kept with the notes."))


def _noted(request: Request, notes_id: str) -> tuple[MeetingNotes, Series]:
    notes = request.store.one_on_ones.notes.get(notes_id, reader=request.actor.id)
    assert notes is not None  # the door asked already
    return notes, series_of(request, notes.series_id)


def _seen_with_notes(request: Request, notes_id: str) -> Text:
    _, series = _noted(request, notes_id)
    return shared_with(request, partner_of(request, series))


# On the cards -----------------------------------------------------------------------------------------------


def parts(request: Request, series: Series) -> tuple[Part, ...]:
    """The last shared notes, and one's own note on the same meeting."""
    ours, reader = request.store.one_on_ones, request.actor.id
    latest = ours.notes.latest(series, reader=reader, limit=1)
    own = ours.private.latest(series, reader=reader, limit=1)
    return (
        *(_shared(request, latest[0]) if latest else ()),
        *(_own(own[0]) if own else ()),
        *((confirming(latest[0]),) if latest and not latest[0].confirmed_by(reader) else ()),
        *((answering(latest[0]),) if latest else ()),
    )


def _shared(request: Request, notes: MeetingNotes) -> tuple[Part, ...]:
    replies = request.store.one_on_ones.notes.replies(notes, reader=request.actor.id)
    said = (
        (
            Note(Phrase("{name} answered:", name=named(request.person(str(row.author_id))))),
            Section(Verbatim(row.body), quoted=True),
        )
        for row in replies
    )
    return (
        Heading(Phrase("Notes of {day}", day=notes.day)),
        Section(Verbatim(notes.body), quoted=True),
        Fact(Phrase("Confirmed"), _confirmations(request, notes)),
        *(part for pair in said for part in pair),
    )


def _confirmations(request: Request, notes: MeetingNotes) -> Text:
    partner = request.person(notes.subject_id if notes.named_id == request.actor.id else str(notes.named_id))
    mine, theirs = notes.confirmed_by(request.actor.id), notes.confirmed_by(partner.id)
    if mine and theirs:
        return Phrase("by both of you")
    if mine:
        return Phrase("by you, not by {name} yet", name=named(partner))
    if theirs:
        return Phrase("by {name}, not by you yet", name=named(partner))
    return Phrase("by neither of you yet")


def _own(note: PrivateNote) -> tuple[Part, ...]:
    return (
        Heading(Phrase("Your private note of {day}", day=note.day)),
        Section(Verbatim(note.body), quoted=True),
    )


def confirming(notes: MeetingNotes) -> Button:
    return Button(Phrase("Confirm"), confirm.bind(notes=notes.id, edition=notes.edition))


def answering(notes: MeetingNotes) -> Button:
    return Button(Phrase("Answer in writing"), reply.bind(notes=notes.id))


def looking_back(series: Series) -> Button:
    """The button for all notes."""
    return Button(Phrase("All notes"), past.bind(series=series.id))


@feature.button(allow=participants)
def past(request: Request, series: str) -> Reply:
    """Show the notes of the last ten meetings."""
    found, ours = series_of(request, series), request.store.one_on_ones
    shared = [(row.day, _shared(request, row)) for row in ours.notes.latest(found, reader=request.actor.id)]
    own = [(row.day, _own(row)) for row in ours.private.latest(found, reader=request.actor.id)]
    every = sorted([*shared, *own], key=lambda pair: pair[0], reverse=True)
    partner = partner_of(request, found)
    return Reply(
        show=Card(
            Phrase("Notes of the one-on-ones with {name}", name=named(partner)),
            *(part for _, made in every for part in made),
            *(() if every else (Section(Phrase("There are no notes yet.")),)),
            opening(found),
        )
    )
