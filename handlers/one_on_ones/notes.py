"""The shared notes of each meeting, which both confirm or answer in writing, and what each notes for themselves."""

from datetime import date, timedelta
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Argument, Button, Card, Heading, Note, Section
from handlers.kit.features import Route
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim
from handlers.one_on_ones import confirming
from handlers.one_on_ones.meetings import about_after, notes_day, standing
from handlers.one_on_ones.pair import (
    NOTES,
    Partner,
    both,
    day_of,
    feature,
    named,
    only_me,
    participants,
    partner_of,
    series_of,
    shown,
    tell_partner,
)
from storage.one_on_ones import WRITE_NOTES, MeetingNotes, PrivateNote, Series
from storage.people import Person

LONGEST = 3000
TALKED = Words(Phrase("What did you talk about and agree?"), longest=LONGEST)
ONE_TALK = timedelta(hours=24)
"""Without a planned meeting, notes written within a day belong to the same talk."""


@feature.command(
    "1on1 notes",
    allow=everyone,
    also=("面谈 记录", "面谈记录"),
    examples=("@ben", "@ben we agreed to ship in May", "@ben 我们约定五月上线"),
    seen_by=both,
    title=Phrase("Write notes"),
)
def notes_with(request: Request, partner: Partner, words: Annotated[str, TALKED] = "") -> Reply:
    """Write the shared notes of the one-on-one with a colleague."""
    series = request.store.one_on_ones.between(request.actor.id, partner.id, reader=request.actor.id)
    if series is None:
        return _first(request, partner, words) if words else Reply(ask=first_notes.bind(partner=partner.id))
    day = talk_day(request, series)
    if words and _kept(request, series, day, keep_notes) is None:
        return keep_notes.handler(request, series=series.id, day=day.isoformat(), edition=0, words=words)
    return _editing(request, series, day, keep_notes, more=words)


@feature.button(allow=everyone, seen_by=both, title=Phrase("Shared notes"))
def first_notes(request: Request, partner: Partner, words: Annotated[str, TALKED]) -> Reply:
    """Shared notes with a colleague with whom there is no one-on-one yet: it begins once they are written."""
    return _first(request, partner, words)


def _first(request: Request, partner: Person, words: str) -> Reply:
    ours = request.store.one_on_ones
    before = ours.between(request.actor.id, partner.id, reader=request.actor.id)
    series = before or ours.begin(request.actor.id, partner.id)
    day = talk_day(request, series).isoformat()
    return keep_notes.handler(request, series=series.id, day=day, edition=0, words=words)


@feature.button(allow=participants)
def write_notes(request: Request, series: str, day: str = "") -> Reply:
    """Write the shared notes."""
    found = series_of(request, series)
    if not partner_of(request, found).active:
        raise Problem(Phrase("Your partner has left, so the shared notes stay as they are."))
    return _editing(request, found, day_of(day) if day else talk_day(request, found), keep_notes)


@feature.button(allow=participants)
def write_private(request: Request, series: str, day: str = "") -> Reply:
    """Write a note for myself alone."""
    found = series_of(request, series)
    return _editing(request, found, day_of(day) if day else talk_day(request, found), keep_private)


def talk_day(request: Request, series: Series) -> date:
    """The day under which notes written now are kept."""
    latest = request.store.one_on_ones.notes.latest(series, reader=request.actor.id, limit=1)
    unplanned = standing(series, request.now).next is None
    if unplanned and latest and latest[0].made_at > request.now - ONE_TALK:
        return latest[0].day
    return notes_day(series, request.now, request.actor.zone)


# Writing: nothing that was typed is lost --------------------------------------------------------------------


def _editing(request: Request, series: Series, day: date, route: Route, *, more: str = "") -> Reply:
    """The form with the text as it is now; with what was typed into an earlier one that was never sent, and with what
    was said `more` now."""
    kept = _kept(request, series, day, route)
    edition, body = (kept.edition, kept.body) if kept else (0, "")
    args: dict[str, Argument] = {"series": series.id, "day": day.isoformat(), "edition": edition}
    words = merged(merged(body, _unsent(request, args, route)), _begun_before(request, series, route))
    drafts = request.store.drafts
    draft = drafts.begin(request.actor.id, route.name, args, {"words": words, "before": body})
    if more:
        drafts.keep(draft, {**draft.given, "words": merged(str(draft.given.get("words") or ""), more)})
    return Reply(ask=route.bind(**args))


def _kept(request: Request, series: Series, day: date, route: Route) -> MeetingNotes | PrivateNote | None:
    ours, reader = request.store.one_on_ones, request.actor.id
    if route.name == keep_private.name:
        return ours.private.on(series, day, reader=reader)
    return ours.notes.on(series, day, reader=reader)


def _unsent(request: Request, args: dict[str, Argument], route: Route) -> str:
    """What was typed over an older edition; that draft is closed, its words go on in the new one."""
    typed = ""
    for draft in request.store.drafts.open_of(request.actor.id):
        same = draft.route == route.name and all(
            draft.args.get(name) == args[name] for name in ("series", "day")
        )
        if same and draft.args.get("edition") != args["edition"]:
            words = str(draft.given.get("words") or "")
            typed = typed or (words if words != draft.given.get("before") else "")
            request.store.drafts.close(draft)
    return typed


def _begun_before(request: Request, series: Series, route: Route) -> str:
    """What was typed into the form of the first notes, before the other one began with theirs; that draft is closed."""
    args = {"partner": series.other_than(request.actor.id)}
    draft = request.store.drafts.of(request.actor.id, first_notes.name, args)
    if draft is None or route.name != keep_notes.name:
        return ""
    words = str(draft.given.get("words") or "")
    request.store.drafts.close(draft)
    return words


def merged(theirs: str, mine: str) -> str:
    """Both texts, one below the other, for a person to put together; mine alone where both do not fit."""
    if not mine or not theirs or mine == theirs:
        return mine or theirs
    together = f"{theirs}\n\n———\n{mine}"
    return together if len(together) <= LONGEST else mine


@feature.button(allow=participants, seen_by=both, title=Phrase("Shared notes"))
def keep_notes(
    request: Request,
    series: str,
    day: str,
    edition: int,
    words: Annotated[str, TALKED],
) -> Reply:
    """Shared notes of our one-on-one."""
    found, on = series_of(request, series), day_of(day)
    ours = request.store.one_on_ones.notes
    before = ours.on(found, on, reader=request.actor.id)
    if before is not None and before.body == words:
        return shown(request, found, done=Phrase("The notes stand as you wrote them."))
    kept = ours.keep(found, on, words, edition=edition, author=request.actor.id)
    if kept is None:
        now = ours.on(found, on, reader=request.actor.id)
        return _both_wrote(request, found, on, now, words, keep_notes)
    for person_id in found.people:
        request.store.obligations.close(person_id, WRITE_NOTES, about_after(found, on))
    tell = tell_partner(
        request, found, _written(request, kept), topic=f"notes:{kept.id}:{kept.edition}", notice=NOTES
    )
    return shown(request, found, tell, done=Phrase("The notes are kept."))


@feature.button(allow=participants, seen_by=only_me, title=Phrase("Private note"))
def keep_private(
    request: Request,
    series: str,
    day: str,
    edition: int,
    words: Annotated[str, Words(Phrase("What do you want to remember?"), longest=LONGEST)],
) -> Reply:
    """A note for myself about our one-on-one."""
    found, on = series_of(request, series), day_of(day)
    ours = request.store.one_on_ones.private
    if ours.keep(found, on, words, edition=edition, author=request.actor.id) is None:
        now = ours.on(found, on, reader=request.actor.id)
        return _both_wrote(request, found, on, now, words, keep_private)
    request.store.obligations.close(request.actor.id, WRITE_NOTES, about_after(found, on))
    return shown(request, found, done=Phrase("Your note is kept. Nobody but you can read it."))


def _both_wrote(
    request: Request,
    series: Series,
    day: date,
    now: MeetingNotes | PrivateNote | None,
    words: str,
    route: Route,
) -> Reply:
    """The text was changed while this person wrote: theirs waits in a draft, with the other below."""
    edition, body = (now.edition, now.body) if now else (0, "")
    args = {"series": series.id, "day": day.isoformat(), "edition": edition}
    given = {"words": merged(body, words), "before": body}
    request.store.drafts.begin(request.actor.id, route.name, args, given)
    again = write_private if route.name == keep_private.name else write_notes
    return Reply(
        show=Card(
            Phrase("The notes were changed while you wrote. Nothing is lost, but yours are not kept yet."),
            Heading(Phrase("As they are now")),
            Section(Verbatim(body), quoted=True),
            Heading(Phrase("What you wrote")),
            Section(Verbatim(words), quoted=True),
            Button(
                Phrase("Put both together"),
                again.bind(series=series.id, day=day.isoformat()),
                style="primary",
            ),
        )
    )


def _written(request: Request, notes: MeetingNotes) -> Card:
    return Card(
        Phrase(
            "{name} wrote the notes of your one-on-one of {day}.", name=named(request.actor), day=notes.day
        ),
        Section(Verbatim(notes.body), quoted=True),
        confirming.confirming(notes),
        confirming.answering(notes),
        Button(Phrase("Change them"), write_notes.bind(series=notes.series_id, day=notes.day.isoformat())),
        Note(Phrase("Confirm when this is what you agreed, or answer in writing.")),
    )


def writing(series: Series) -> Button:
    """The button for the shared notes."""
    return Button(Phrase("Write notes"), write_notes.bind(series=series.id))


def writing_for_myself(series: Series) -> Button:
    """The button for one's own note."""
    return Button(Phrase("Private note"), write_private.bind(series=series.id))
