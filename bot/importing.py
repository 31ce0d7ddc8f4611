"""The people file and the calendar, from the terminal: checked whole, shown, then applied in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress

from bot.terminal import DRY_RUN, Complaint, counted
from bot.words import Voice
from handlers import FEATURES
from handlers.kit import dates
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.tables import refused
from handlers.kit.text import Phrase, Text
from handlers.organisation.holidays import supported
from handlers.people import summary
from handlers.people.left_open import entitle
from handlers.people.new_managers import managers, new_managers
from handlers.people.reading import Reading, read_roster
from handlers.people.welcome import welcome
from storage.database import Database
from storage.people_file import Difference
from storage.roster import Outdated
from storage.sheets import Sheet, SheetProblem, read_sheet
from storage.store import Store
from storage.tables import CalendarDay

console = Console(highlight=False, emoji=False)
ENGLISH = Voice()


def import_people(database: Database, file: Path, *, dry_run: bool) -> None:
    """Apply a people file, or say what it would change. Raises Complaint naming row, column and value."""
    reading = read_roster(read_table(file))
    if reading.faults:
        raise unmended(fault.text() for fault in reading.faults)
    difference = database.write_now(lambda store: store.roster.difference(reading.entries))
    _show(difference)
    for words in reading.notes:
        console.print(escape(ENGLISH.say(words)))
    if dry_run:
        console.print(DRY_RUN)
    elif not difference.is_empty:
        _apply(database, reading, difference)
        console.print("Applied. " + _counts(difference))


def _apply(database: Database, reading: Reading, difference: Difference) -> None:
    core = Core(database, FEATURES)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("Applying", total=len(reading.entries))

        def work(store: Store) -> None:
            before = managers(store)
            undo = store.roster.apply(
                reading.entries,
                shown=difference.mark,
                progress=lambda done: progress.update(task, completed=done),
            )
            store.roster.remember(undo)
            entitle(store)
            for tell in (*welcome(store, undo["new"]), *new_managers(store, before)):
                core.queue(store, "people.import", tell)

        try:
            database.write_now(work)
        except Outdated:
            raise Complaint(
                "Somebody else has changed the company meanwhile. Nothing was changed: start the import again."
            ) from None


def _show(difference: Difference) -> None:
    if difference.is_empty:
        console.print("The file changes nothing: everybody in it is known as it says.")
        return
    console.print(
        escape(ENGLISH.plain(Card(Phrase("What the file changes:"), *summary(difference, shown=1_000))))
    )


def _counts(difference: Difference) -> str:
    people = len({change.email for change in difference.changed} - {entry.email for entry in difference.back})
    back = f", {len(difference.back)} back again" if difference.back else ""
    return f"{len(difference.new)} new, {people} changed, {len(difference.gone)} gone{back}."


def read_table(file: Path) -> Sheet:
    """The table in a file. Raises Complaint."""
    try:
        return read_sheet(file.read_bytes(), file.name)
    except OSError as error:
        raise Complaint(f"{file} cannot be read: {error.strerror}.") from None
    except SheetProblem as problem:
        raise Complaint(ENGLISH.say(refused(problem))) from None


def unmended(faults: Iterable[Text], voice: Voice = ENGLISH) -> Complaint:
    """What is wrong with a file of which nothing was taken."""
    return Complaint("\n".join(["Nothing was changed. Mend the file first:", *map(voice.say, faults)]))


def invite(database: Database, email: str) -> None:
    """Print a code for one person. Raises Complaint when nobody active has this address."""

    def work(store: Store) -> tuple[str, str]:
        person = store.directory.with_email(email)
        if person is None or not person.active:
            raise Complaint(f"Nobody who works here has the address {email}. Import the people file first.")
        return store.links.make(person.id), store.links.username()

    code, bot = database.write_now(work)
    if bot:
        console.print(f"https://t.me/{bot}?start={code}", soft_wrap=True)
    console.print(f"/start {code}", soft_wrap=True)
    console.print(
        "Send this to the person alone. It works once, within ten minutes, in a private chat with the bot."
    )


def import_calendar(
    database: Database, file: Path, country: str, *, replace: bool = False, dry_run: bool = False
) -> None:
    """Load declared days, or say what that would do; with `replace` nothing else stays loaded for the years that they
    touch. Raises Complaint naming the row that is wrong."""
    code, rows = _whose(database, country), _declared_days(read_table(file))
    days = {day for day, _, _ in rows}

    def work(store: Store) -> str:
        before = store.workdays.country
        store.workdays.choose(code)
        store.workdays.load(code, rows)
        if replace:
            store.workdays.take_away(code, [row.day for row in store.workdays.beside(code, days)])
        return before

    others = database.look_now(lambda store: store.workdays.beside(code, days))
    if dry_run:
        before = database.look_now(lambda store: store.workdays.country)
        console.print(f"{counted(len(rows), 'day', 'days')} would be loaded for {code}.")
    else:
        before = database.write_now(work)
        console.print(f"{counted(len(rows), 'day is', 'days are')} loaded for {code}.")
    _say_what_else(others, replace=replace)
    if before != code:
        count = "would count for everybody" if dry_run else "count for everybody now"
        console.print(f"The holidays of {code} {count}; before: {before or 'weekends only'}.")
    if dry_run:
        console.print(DRY_RUN)


def _whose(database: Database, country: str) -> str:
    code = country.strip().upper() or database.look_now(lambda store: store.workdays.country)
    if not code:
        raise Complaint("Whose calendar is it? Nobody has chosen a country yet: say it, like --country CN.")
    if code not in supported():
        raise Complaint(f"There is no calendar for “{country[:40]}”. Write two letters, like DE, US or CN.")
    return code


def _declared_days(sheet: Sheet) -> list[tuple[date, bool, str]]:
    if "day" not in sheet.header or "workday" not in sheet.header:
        raise Complaint("The first row of the file must name the columns: day, workday, name.")
    numbered = enumerate(sheet.rows, sheet.first_row)
    rows = [_declared(sheet, number, row) for number, row in numbered if any(row)]
    if not rows:
        raise Complaint("The file names no day. Nothing was changed.")
    twice = [day for day, times in Counter(day for day, _, _ in rows).items() if times > 1]
    if twice:
        raise Complaint(f"{twice[0]} stands in the file more than once. Nothing was loaded.")
    return rows


def _say_what_else(others: Sequence[CalendarDay], *, replace: bool) -> None:
    """What was loaded before for these years and is not in the file: a notice often names a day of the one before."""
    if not others:
        return
    one, many = ("day. It goes", "days. They go")
    if not replace:
        one, many = ("day. It stays; with --replace it goes", "days. They stay; with --replace they go")
    told = counted(len(others), one, many)
    console.print(f"Not in the file, and loaded before for the same years: {told}:")
    for row in others:
        console.print(escape(f"  {row.day} {'workday' if row.workday else 'day off'} {row.name}".rstrip()))


_YES = {"yes": True, "true": True, "1": True, "workday": True, "是": True, "班": True, "上班": True}
_NO = {"no": False, "false": False, "0": False, "holiday": False, "否": False, "休": False, "放假": False}


def _declared(sheet: Sheet, number: int, row: tuple[str, ...]) -> tuple[date, bool, str]:
    cells = dict(zip(sheet.header, row, strict=False))
    day = dates.read_day(cells["day"][:10], date(1970, 1, 1), "en")
    workday = {**_YES, **_NO}.get(cells["workday"].strip().casefold())
    if day is None or day.ambiguous:
        raise Complaint(f"Row {number}, column day, “{cells['day'][:40]}”: write the day like 2027-02-06.")
    if workday is None:
        raise Complaint(f"Row {number}, column workday, “{cells['workday'][:40]}”: write yes or no.")
    return day.day, workday, cells.get("name", "")
