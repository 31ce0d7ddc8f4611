"""The shared agenda: both add points at any time, also from a message; what is not discussed stays for next time."""

from datetime import timedelta
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Heading, Note, Part, Section
from handlers.kit.features import Route
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.one_on_ones.meetings import AFTER, Standing
from handlers.one_on_ones.pair import (
    POINTS,
    Partner,
    both,
    feature,
    has_ended,
    named,
    opening,
    participants,
    running,
    shared_with,
    shown,
    tell_partner,
)
from storage.one_on_ones import AgendaPoint, Series
from storage.people import Person

PointWords = Annotated[str, Words(Phrase("What do you want to talk about?"))]

RECENT = timedelta(days=7)
"""How long a discussed point stays on the card while there has been no meeting."""


@feature.command(
    "1on1 add",
    allow=everyone,
    also=("面谈 添加", "面谈添加"),
    examples=("@ben talk about the roadmap", "@ben 聊聊路线图"),
    seen_by=both,
    submit=Phrase("Add"),
    title=Phrase("Add a point"),
)
def add(request: Request, partner: Partner, point: PointWords) -> Reply:
    """Add a point to the agenda of a one-on-one."""
    series, tell = put_on_agenda(request, partner, point)
    return shown(request, series, tell, done=Phrase("Your point is on the agenda."))


@feature.button(allow=everyone)
def add_message(request: Request, quoted: str = "", author: str = "") -> Reply:
    """Add a message to the agenda of a one-on-one."""
    partner = request.store.directory.person(author)
    args = {"quoted": quoted}
    if partner is not None and partner.active and partner.id != request.actor.id:
        args["partner"] = partner.id
    # The message is the draft of the point: it can be shortened, or a word of one's own added.
    request.store.drafts.begin(request.actor.id, keep_message.name, args, {"point": quoted})
    return Reply(ask=keep_message.bind(**args))


@feature.button(allow=everyone, seen_by=both, submit=Phrase("Add"), title=Phrase("Add to one-on-one"))
def keep_message(request: Request, partner: Partner, point: PointWords, quoted: str = "") -> Reply:
    """Add this message to the agenda of a one-on-one."""
    series, tell = put_on_agenda(request, partner, point)
    return shown(request, series, tell, done=Phrase("The message is on the agenda."))


feature.shortcut("add_to_one_on_one", Phrase("Add to one-on-one"), add_message, on_message=True)


@feature.button(allow=everyone, once=True)
def add_quoted(request: Request, partner: str, quoted: str) -> Reply:
    """Add these words to the agenda of a one-on-one."""
    colleague = request.store.directory.person(partner)
    if colleague is None or not colleague.active or colleague.id == request.actor.id:
        raise Problem(Phrase("This colleague does not work here any more, so there is no one-on-one."))
    series, tell = put_on_agenda(request, colleague, quoted)
    card = Card(
        Phrase("Added to your one-on-one with {name}.", name=named(colleague)),
        Section(Verbatim(quoted), quoted=True),
        opening(series),
        Note(shared_with(request, colleague)),
    )
    return Reply(show=card, tell=(tell,), keep=True)


def put_on_agenda(request: Request, partner: Person, words: str) -> tuple[Series, Tell]:
    """Add a point; the first one begins the series."""
    ours = request.store.one_on_ones
    before = ours.between(request.actor.id, partner.id, reader=request.actor.id)
    begins = before is None or has_ended(request.store, before)
    series = ours.begin(request.actor.id, partner.id)
    point = ours.agenda.add(series, words, author=request.actor.id)
    card = _begun(request, series, point) if begins else _added(request, series, point)
    notice = "" if begins else POINTS
    return series, tell_partner(request, series, card, topic=f"point:{point.id}", notice=notice)


def _begun(request: Request, series: Series, point: AgendaPoint) -> Card:
    return Card(
        Phrase("{name} begins a one-on-one with you.", name=named(request.actor)),
        Section(Phrase("On the agenda so far:")),
        Section(wording(point), quoted=True),
        opening(series),
        Note(Phrase("Only the two of you read it. Add what you want to talk about, and plan when you meet.")),
    )


def _added(request: Request, series: Series, point: AgendaPoint) -> Card:
    return Card(
        Phrase("{name} added a point to your one-on-one.", name=named(request.actor)),
        Section(wording(point), quoted=True),
        opening(series),
    )


# Checking ---------------------------------------------------------------------------------------------------


@feature.button(allow=participants)
def check(request: Request, series: str, point: str) -> Reply:
    """Mark a point as discussed."""
    found = running(request, series)
    request.store.one_on_ones.agenda.check(_point(request, found, point))
    return shown(request, found)


@feature.button(allow=participants)
def uncheck(request: Request, series: str, point: str) -> Reply:
    """Put a point back on the agenda."""
    found = running(request, series)
    request.store.one_on_ones.agenda.uncheck(_point(request, found, point))
    return shown(request, found)


def _point(request: Request, series: Series, point_id: str) -> AgendaPoint:
    point = request.store.one_on_ones.agenda.get(point_id, reader=request.actor.id)
    if point is None or point.series_id != series.id:
        raise Problem(Phrase("This point is not on your agenda any more."))
    return point


# On the card ------------------------------------------------------------------------------------------------


def parts(request: Request, series: Series, place: Standing) -> tuple[Part, ...]:
    """The agenda: what waits, and what was discussed since the last meeting."""
    ours = request.store.one_on_ones.agenda
    since = place.last.at + AFTER if place.last else request.now - RECENT
    waiting = ours.waiting(series, reader=request.actor.id)
    discussed = ours.discussed(series, since=since, reader=request.actor.id)
    over = has_ended(request.store, series)
    empty = () if waiting or discussed else (Section(Phrase("Nothing is on the agenda yet.")),)
    return (
        Heading(Phrase("Agenda")),
        *empty,
        *(Section(_waiting(request, point, place), button=_button(series, point, over)) for point in waiting),
        *(
            Section(Phrase("Discussed: {point}", point=wording(point)), button=_button(series, point, over))
            for point in discussed
        ),
    )


def _button(series: Series, point: AgendaPoint, over: bool) -> Button | None:
    if over:
        return None
    route, label = _DOES[point.checked_at is not None]
    return Button(label, route.bind(series=series.id, point=point.id))


_DOES: tuple[tuple[Route, Phrase], ...] = ((check, Phrase("Discussed")), (uncheck, Phrase("Put back")))


def _waiting(request: Request, point: AgendaPoint, place: Standing) -> Text:
    words, author = wording(point), request.person(str(point.author_id))
    carried = place.last is not None and point.made_at < place.last.at
    if carried and point.ours:
        return Phrase("{point} (carried over)", point=words)
    if carried:
        return Phrase("{point} (from {name}, carried over)", point=words, name=named(author))
    return words if point.ours else Phrase("{point} (from {name})", point=words, name=named(author))


def wording(point: AgendaPoint) -> Text:
    """A point as it reads: ours in the reader's language, a person's as they wrote it."""
    return Phrase(point.body) if point.ours else Verbatim(point.body)


def adding(partner: Person) -> Button:
    """The button that asks for a point for the agenda with a colleague."""
    return Button(Phrase("Add a point"), add.bind(partner=partner.id), style="primary")
