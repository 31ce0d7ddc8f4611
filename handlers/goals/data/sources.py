"""Who looks after a source of data sees whether it still sends, and says who those are that nobody is known as."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from handlers.goals.data.arriving import Taken, expect, run_again
from handlers.goals.goal import feature
from handlers.kit.access import Rule, stewards
from handlers.kit.calendar import ONE_DAY
from handlers.kit.cards import Button, Card, Menu, Note, Part, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.forms import Choice, Colleague, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.tables import SHOWN
from handlers.kit.text import Lines, Phrase, Plural, Text, Verbatim, more
from storage.metrics import FILES, DataSource
from storage.people import Person

MOST_NAMES = 25
"""Names in a menu."""
STALE_DAYS = 45
"""For which a file's figures count: most files come once a month."""

NO_SOURCE = Phrase("You look after no source of data.")

_NAME = re.compile(r"\w[\w .-]{0,39}")

# Who looks after it --------------------------------------------------------------------------------------------------


def looked_after(request: Request) -> list[DataSource]:
    """The sources of whoever asks: of which they are the owner, or for administrators also those whose owner has left,
    or that have none."""
    orphans = request.actor.role == "admin"
    return request.store.metrics.looked_after_by(request.actor.id, orphans=orphans)


def _look_after(request: Request, args: Mapping[str, Any]) -> bool:
    wanted = args.get("source")
    return any(not wanted or source.id == wanted for source in looked_after(request))


keepers = Rule(
    "who looks after a source",
    _look_after,
    Phrase("This is for whoever looks after this source of data: its owner, HR or an administrator."),
)


def my_sources(request: Request) -> tuple[Option, ...]:
    """The sources of whoever asks, by name."""
    found = looked_after(request)
    return tuple(Option(each.id, Verbatim(each.name)) for each in found) or (Option("", NO_SOURCE),)


def source_of(request: Request, source: str) -> DataSource:
    """The source behind a door whose rule has asked for it."""
    row = request.store.metrics.source_by_id(source)
    assert row is not None
    return row


# The list ------------------------------------------------------------------------------------------------------------


@feature.command(
    "goals sources", allow=keepers | stewards, also=("数据来源", "目标 数据来源", "数据采集"), examples=("",)
)
def sources(request: Request) -> Reply:
    """Show the sources of data that I look after."""
    found, waiting = looked_after(request), request.store.metrics.unknown.counts()
    files = request.store.metrics.loaded.counts()
    none = Section(NO_SOURCE)
    return Reply(
        show=Card(
            Phrase("Your sources of data"),
            *(
                part
                for source in found
                for part in _listed(source, waiting.get(source.id, 0), source.id in files)
            ),
            *(() if found else (none,)),
            *((Button(Phrase("New source for files"), new_source.bind()),) if _is_steward(request) else ()),
            Note(
                Phrase(
                    "Figures come from programs (docs/data-in.md), or from files: send me one, as CSV or XLSX, with the"
                    " words “/goals load” and the name of the source."
                )
            ),
        )
    )


def _is_steward(request: Request) -> bool:
    return stewards.check(request, {})


def _listed(source: DataSource, waiting: int, has_files: bool) -> tuple[Part, ...]:
    name = Verbatim(source.name)
    heard = (
        Phrase("{source}: heard {moment}", source=name, moment=source.heard_at)
        if source.heard_at
        else Phrase("{source}: not heard yet", source=name)
    )
    fresh = Plural("Its figures count for {n} day.", "Its figures count for {n} days.", n=source.stale_days)
    button = Button(Phrase("Whom nobody knows: {count}", count=waiting), unmatched.bind(source=source.id))
    files = Button(
        Phrase("Files of {source}", source=name), Press("goals.loaded_files", {"source": source.id})
    )
    return (
        Section(Lines((heard, fresh)), button=button if waiting else None),
        *((files,) if has_files else ()),
    )


@feature.button(
    allow=stewards,
    title=Phrase("New source for files"),
    seen_by=Phrase("Seen by you, administrators, and whoever sees a figure that comes from it."),
)
def new_source(
    request: Request,
    called: Annotated[
        str,
        Words(
            Phrase("What is it called?"),
            help=Phrase("In a word: attendance, CRM, satisfaction."),
            longest=40,
            lines=False,
        ),
    ],
) -> Reply:
    """Begin a source of data whose files I send."""
    name = called.strip()
    if not _NAME.fullmatch(name):
        raise Problem(Phrase("A name is letters, digits and hyphens, at most 40."), question="called")
    source = request.store.metrics.add_source(
        name, form=FILES, secret="", owner=request.actor.id, stale_days=STALE_DAYS
    )
    if source is None:
        raise Problem(Phrase("There is a source of that name already."), question="called")
    expect(request.store, source)
    return sources.handler(request)


# Whom nobody knows ---------------------------------------------------------------------------------------------------


@feature.button(allow=keepers)
def unmatched(request: Request, source: str) -> Reply:
    """Show the figures that wait because nobody is known as their person."""
    return Reply(show=_waiting(request, source_of(request, source), ()))


def _waiting(request: Request, source: DataSource, said: Sequence[Part]) -> Card:
    found = request.store.metrics.unknown.of(source)
    names = Counter(arrival.person for _, arrival in found)
    if not names:
        return Card(
            Phrase("Nothing waits: everybody in {source} is known.", source=Verbatim(source.name)), *said
        )
    common = [name for name, _ in names.most_common(MOST_NAMES)]
    options = (Button(Verbatim(name[:70]), say_who.bind(source=source.id, called=name)) for name in common)
    return Card(
        Plural(
            "{n} figure of {source} waits for its person",
            "{n} figures of {source} wait for their people",
            n=len(found),
            source=Verbatim(source.name),
        ),
        *said,
        Section(waiting_names(names)),
        Menu(Phrase("Say who it is"), tuple(options)),
        Button(Phrase("Try again"), try_again.bind(source=source.id)),
        Note(
            Phrase(
                "People are found by their address or the external id of the people file. Figures whose person nobody"
                " knows are forgotten after 90 days."
            )
        ),
    )


def waiting_names(names: Counter[str]) -> Text:
    """By what a source calls them, how many figures wait."""
    lines = (
        Plural("{name}: {n} figure", "{name}: {n} figures", name=Verbatim(name), n=number)
        for name, number in names.most_common(SHOWN)
    )
    return Lines((*lines, *more(len(names), SHOWN)))


@feature.button(allow=keepers)
def try_again(request: Request, source: str) -> Reply:
    """Take the figures again whose people may be known by now."""
    return Reply(show=_tried(request, source_of(request, source)))


def _tried(request: Request, source: DataSource) -> Card:
    taken = run_again(request.store, source)
    return _waiting(request, source, tuple(Section(words) for words in _again(taken)))


def _again(taken: Taken) -> Iterator[Text]:
    yield Plural("{n} figure was taken.", "{n} figures were taken.", n=taken.figures)
    if unfit := taken.fates["unfit"]:
        yield Plural(
            "{n} figure does not fit any more, by its name, its moment or its unit: it waits on.",
            "{n} figures do not fit any more, by their name, their moment or their unit: they wait on.",
            n=unfit,
        )


@feature.bell("again")
def again(ring: Ring) -> Rung:
    """Once a day, figures are taken whose people have come to be known; the rest waits for the next day."""
    source = ring.store.metrics.source_by_id(ring.about.partition(":")[2])
    if source is None or source.removed_at is not None:
        return Rung(None, silence=Silence("removed"))
    fates = run_again(ring.store, source).fates
    return Rung(ring.now + ONE_DAY if fates["unmatched"] or fates["unfit"] else None)


@feature.button(
    allow=keepers,
    title=Phrase("Who is it?"),
    seen_by=Phrase("Seen by whoever looks after the source."),
)
def say_who(
    request: Request,
    source: str,
    called: str,
    person: Annotated[Person, Colleague(Phrase("Who is it?"), yourself=True)],
) -> Reply:
    """Say who somebody is whom a source calls by another name."""
    row = source_of(request, source)
    known = {**row.people, called.strip().casefold(): person.email}
    request.store.change(row, people=known)
    request.store.audit("changed", "data_source", record_id=row.id, subject_id=person.id)
    return Reply(show=_tried(request, row))


WhichSource = Annotated[str, Choice(Phrase("Which source is it from?"), options=my_sources, required=False)]
