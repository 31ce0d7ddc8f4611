"""People: the company's list comes from a file, with its difference shown first; who leaves loses access at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from handlers.kit.access import hr, owner_of
from handlers.kit.cards import Button, Card, Fact, Note, Part, Section
from handlers.kit.features import Feature
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.tables import SHOWN, faulty, sent
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more, names
from handlers.people.left_open import entitle
from handlers.people.new_managers import managers, new_managers
from handlers.people.reading import read_roster
from handlers.people.welcome import welcome
from storage.people_file import Change, Difference, Entry
from storage.roster import Outdated, RosterRun

feature = Feature("people", title=Phrase("People"))

SHUT_OUT = Phrase(
    "You are not in this file yourself: once it is applied you have no access, and cannot take it back."
)
OTHER_FILES = Phrase(
    "I took it for a people file. Figures come with the words “/goals load” and the name of their source, goals with"
    " the words “goals import”."
)
UNCHANGED = Phrase("This file changes nothing: everybody in it is known as it says.")


@feature.command(
    "import", allow=hr, also=("导入", "people import"), examples=("",), takes_long=True, takes_file=1
)
def offer(request: Request) -> Reply:
    """Import the people file (CSV or XLSX): send it to me here, and see what it changes before anything does."""
    sheet = sent(request)
    if sheet is None:
        return Reply(show=_explained())
    reading = read_roster(sheet)
    if reading.faults:
        others = (OTHER_FILES,) if reading.faults[0].row == 1 else ()
        raise Problem(Lines((faulty(reading.faults), *others)))
    difference = request.store.roster.difference(reading.entries)
    columns = tuple(Note(words) for words in reading.notes)
    if difference.is_empty:
        return Reply(show=Card(UNCHANGED, *columns))
    run = request.store.roster.propose(reading.entries, by_id=request.actor.id)
    title = Phrase("This is what the file changes. Nothing is changed yet.")
    return Reply(show=_proposed(title, difference, run, columns, own=request.actor.email))


def _explained() -> Card:
    columns = "email, name, manager_email, department, team, timezone, locale, role, hired_on, external_id"
    return Card(
        Phrase("Send me the people file here, as CSV or XLSX."),
        Section(Phrase("Its first row names the columns: {columns}.", columns=Verbatim(columns))),
        Note(Phrase("You will see what it changes first. Whoever is not in the file is taken to have left.")),
    )


def _proposed(
    title: Phrase, difference: Difference, run: RosterRun, columns: tuple[Note, ...] = (), *, own: str
) -> Card:
    shut_out = SHUT_OUT if own in difference.gone else None
    do_apply = apply.bind(run=run.id, shown=difference.mark)
    return Card(
        title,
        *((Section(shut_out),) if shut_out else ()),
        *summary(difference),
        *columns,
        Button(Phrase("Apply"), do_apply, style="primary", confirm=shut_out),
        Button(Phrase("Drop it"), drop.bind(run=run.id)),
        Note(Phrase("You can take it back for a day.")),
    )


def summary(difference: Difference, *, shown: int = SHOWN) -> tuple[Part, ...]:
    """The difference as facts: how many, and who; at most `shown` lines of a kind."""
    return (
        *_group(Phrase("New"), [_named(entry) for entry in difference.new], shown),
        *_group(Phrase("Back again"), [_named(entry) for entry in difference.back], shown),
        *_group(Phrase("Changed"), [_changed(change) for change in difference.changed], shown),
        *_group(
            Phrase("Not in the file (they leave)"), [Verbatim(email) for email in difference.gone], shown
        ),
        *_alike(difference.alike, shown),
    )


def _alike(found: Sequence[Entry], shown: int) -> Iterable[Part]:
    """Who is taken for somebody new, and may be somebody who only has another address."""
    if found:
        why = Phrase(
            "These are new, and somebody with their name or external_id leaves. Whoever only has another address loses"
            " what is theirs here, unless both name and external_id stay as they are: first import what else changes,"
            " or an external_id that is missing, with the old address."
        )
        lines = [_named(entry) for entry in found]
        yield Section(Lines((why, *lines[:shown], *more(len(lines), shown))))


def _group(label: Phrase, lines: list[Text], shown: int) -> Iterable[Part]:
    if lines:
        yield Fact(label, Phrase("{count}", count=len(lines)))
        yield Section(Lines((*lines[:shown], *more(len(lines), shown))))


def _named(entry: Entry) -> Text:
    return Verbatim(f"{entry.name} <{entry.email}>")


def _changed(change: Change) -> Text:
    return Phrase(
        "{email}, {field}: “{before}” becomes “{after}”",
        email=Verbatim(change.email),
        field=Verbatim(change.field),
        before=Verbatim(change.before),
        after=Verbatim(change.after),
    )


def _run(request: Request, args: object) -> RosterRun | None:
    return request.store.roster.run(args["run"])  # type: ignore[index]


proposer = owner_of(_run, "by_id")


@feature.button(allow=proposer, once=True, takes_long=True)
def apply(request: Request, run: str, shown: str = "") -> Reply:
    """Apply the people file, as it was shown."""
    found = request.store.roster.run(run)
    if found is None or found.state != "proposed":
        raise Problem(Phrase("This file was applied or dropped already. Send it again if you need it."))
    before, entries = managers(request.store), [Entry(**entry) for entry in found.entries]
    try:
        undo = request.store.roster.apply(entries, shown=shown)
    except Outdated:
        return Reply(show=_shown_again(request, found, entries))
    entitle(request.store)
    request.store.change(found, state="applied", undo=undo, entries=[], at=request.now)
    return Reply(
        tell=(*welcome(request.store, undo["new"]), *new_managers(request.store, before)),
        show=Card(
            Phrase("Done. The company is as the file says."),
            Button(
                Phrase("Undo"),
                undo_import.bind(run=found.id),
                style="danger",
                confirm=Phrase("Take the file back?"),
            ),
            Note(Phrase("You can undo this for a day.")),
        ),
    )


def _shown_again(request: Request, run: RosterRun, entries: list[Entry]) -> Card:
    """Whoever was hired in the meantime is not in this file, and would be dismissed by it unseen."""
    difference = request.store.roster.difference(entries)
    if difference.is_empty:
        request.store.roster.drop(run)
        return Card(UNCHANGED)
    title = Phrase(
        "The company has changed since I showed you this. By now the file changes this; nothing is changed yet."
    )
    return _proposed(title, difference, run, own=request.actor.email)


@feature.button(allow=proposer, once=True)
def drop(request: Request, run: str) -> Reply:
    """Drop the people file."""
    found = request.store.roster.run(run)
    if found is not None and found.state == "proposed":
        request.store.roster.drop(found)
    return Reply(show=Card(Phrase("Dropped. Nothing was changed.")))


@feature.button(allow=proposer, once=True, takes_long=True)
def undo_import(request: Request, run: str) -> Reply:
    """Take the people file back."""
    found, before = request.store.roster.run(run), managers(request.store)
    try:
        undone = found is not None and request.store.roster.undo(found)
    except Outdated:
        why = Phrase(
            "Another people file was applied after this one. Undo that one first, or send a file with what is to hold."
        )
        raise Problem(why) from None
    if not undone:
        raise Problem(
            Phrase(
                "This cannot be undone any more: a day has passed, it was undone already, or somebody whom it names was"
                " erased."
            )
        )
    entitle(request.store)
    card = Card(Phrase("Undone. The company is as it was before the file."))
    return Reply(show=card, tell=new_managers(request.store, before))


@feature.button(allow=owner_of(lambda request, args: _owed(request, args), "person_id"), once=True)
def settle(request: Request, obligation: str, person: str) -> Reply:
    """Settle what somebody who has left had owed."""
    request.store.obligations.close(request.actor.id, "people.settle", f"left:{obligation}", how="settled")
    who = names([request.store.directory.named(person)])
    return Reply(show=Card(Phrase("Settled: what {who} had left open is closed.", who=who)))


def _owed(request: Request, args: object) -> object:
    about = f"left:{args['obligation']}"  # type: ignore[index]
    mine = request.store.obligations.open_about("people.settle", about)
    return mine[0] if mine else None
