"""Goals that everybody sees as an Excel file, from the terminal, where nobody reads what is not for everybody."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.importing import read_table, unmended
from bot.terminal import DRY_RUN, Complaint, counted
from bot.words import Voice
from handlers import FEATURES
from handlers.goals.excel import exchange
from handlers.goals.excel.filed import plan
from handlers.goals.excel.sheet import sheet_of
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.requests import Request, Tell, Where
from handlers.kit.text import Phrase
from storage.database import Database
from storage.policy import Kind
from storage.sheets import write_xlsx
from storage.store import Store

EXPORTED = Phrase("Somebody who runs Upbeat exported the goals that you see into a file, from its terminal.")
IMPORTED = Phrase("Somebody who runs Upbeat changed goals in your name with a file, from its terminal.")

console = Console(highlight=False, emoji=False)


def export(database: Database, file: Path, *, email: str, which: str) -> None:
    """Write the goals that everybody in the company sees, of those that a person sees. Raises Complaint."""
    if which not in (exchange.MINE, exchange.TEAM, exchange.SEEN):
        raise Complaint(f"--which is mine, team or seen, not {which}.")

    def work(store: Store) -> tuple[int, bytes]:
        request = _as(store, email)
        found = [each for each in exchange.exported(request, which) if each.goal.kind == Kind.GOAL_COMPANY]
        _tell(Core(database, FEATURES), store, request, EXPORTED)
        return len(found), write_xlsx([sheet_of(request, found)])

    count, data = database.write_now(work)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise Complaint(f"{file} cannot be written: {error.strerror}.") from None
    goals = counted(count, "goal that everybody sees is", "goals that everybody sees are")
    console.print(f"{goals} in {file}, as {email} sees them.", soft_wrap=True)


def take_in(database: Database, file: Path, *, email: str, dry_run: bool) -> None:
    """Change goals as a file says, as a person; or say what would change. Raises Complaint naming the cells."""
    sheet = read_table(file)

    def work(store: Store) -> None:
        request = _as(store, email)
        made, voice = plan(request, sheet), Voice(zone=request.actor.zone)
        if made.faults:
            raise unmended((fault.text() for fault in made.faults), voice)
        if any(change.goal and change.goal.kind != Kind.GOAL_COMPANY for change in made.changes):
            raise Complaint(
                "Nothing was changed. From the terminal only goals that everybody in the company sees are changed;"
                " the others in chat, with “goals import”."
            )
        if not made.changes:
            console.print("The file changes nothing: all goals are as it says.")
            return
        console.print(escape(voice.plain(exchange.proposed(request, made))))
        if dry_run:
            console.print(DRY_RUN)
            return
        exchange.apply(request, made)
        _tell(Core(database, FEATURES), store, request, IMPORTED)
        console.print("Applied.")

    database.write_now(work)


def _tell(core: Core, store: Store, request: Request, words: Phrase) -> None:
    """Whoever runs Upbeat did it in somebody's name: that person hears of it."""
    core.queue(store, "goals.exchange", Tell(Card(words), to=request.actor.id))


def _as(store: Store, email: str) -> Request:
    person = store.directory.with_email(email.casefold())
    if person is None or not person.active:
        raise Complaint(f"Nobody who works here has the address {email}.")
    store.actor_id = person.id
    return Request(actor=person, where=Where(), now=store.now, store=store)
