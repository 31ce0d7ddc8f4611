"""The people file is read row by row; what is wrong is named by row, column and value; then nothing changes."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import available_timezones

from handlers.kit import dates
from handlers.kit.characters import simpler
from handlers.kit.tables import Fault
from handlers.kit.text import LANGUAGES, LANGUAGES_TOO, Phrase, Text, Verbatim, names
from handlers.kit.typed import clean, folded
from handlers.kit.zones import zone_called
from storage.people_file import Entry
from storage.sheets import Sheet, called

MANAGER = (
    "manager_email", "manager_e-mail", "manager_mail", "email_of_manager", "manager", "supervisor_email",
    "supervisor", "reports_to", "line_manager", "上级邮箱", "经理邮箱", "主管邮箱", "直属上级", "直接上级", "上级",
)  # fmt: skip
EMAIL = (
    "email", "e-mail", "mail", "email_address", "e-mail_address", "work_email", "work_e-mail", "邮箱", "电子邮箱",
    "邮件", "电子邮件", "电邮", "工作邮箱", "公司邮箱", "企业邮箱",
)  # fmt: skip
COLUMNS = {
    "email": EMAIL,
    "name": ("name", "full_name", "姓名", "名字"),
    "manager": MANAGER,
    "department": ("department", "部门"),
    "team": ("team", "团队", "department", "部门"),  # who has no teams has departments in their place
    "zone": ("timezone", "time_zone", "zone", "时区"),
    "language": ("locale", "language", "语言"),
    "role": ("role", "角色"),
    "hired_on": ("hired_on", "hire_date", "start_date", "入职日期"),
    "external_id": ("external_id", "employee_id", "工号", "员工号"),
}
_SPELLINGS = frozenset(name for spellings in COLUMNS.values() for name in spellings)
ROLES = {
    "employee": "employee",
    "hr": "hr",
    "admin": "admin",
    "": "employee",
    "员工": "employee",
    "人事": "hr",
    "管理员": "admin",
}
TITLES = 10
"""Rows that may stand above the names of the columns."""
NOBODY = {"", "-", "–", "—", "/", "n/a", "none", "无"}
"""What stands in the manager's column of who has none."""
_EMAIL = re.compile(r"[^@\s<>\"',;:]+@[^@\s<>\"',;:]+\.[^@\s<>\"',;:.]+")


@dataclass(frozen=True)
class Reading:
    """What a people file holds: its entries, and what is wrong with it; the columns that it has and nobody knows, and
    those that it lacks."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    unread: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[Text, ...]:
        """What is to be known of its columns before it is applied."""
        unread = Phrase(
            "I do not know these columns, and did not read them: {columns}.", columns=names(self.unread)
        )
        lacking = Phrase(
            "The file has no such columns, so what is known stays: {columns}.", columns=names(self.lacking)
        )
        return (*((unread,) if self.unread else ()), *((lacking,) if self.lacking else ()))


def read_roster(sheet: Sheet) -> Reading:
    """Check a people file whole. Its rows are the truth about who works here."""
    sheet = _below_titles(sheet)
    columns = {name: _column(sheet, spellings) for name, spellings in COLUMNS.items()}
    missing = [COLUMNS[name][0] for name in ("email", "name") if columns[name] is None]
    if missing:
        needed = Phrase("this column is needed; the first row of the file names the columns")
        return Reading((), tuple(Fault(1, name, "", needed) for name in missing))
    faults: list[Fault] = []
    addresses = _addresses(sheet, columns)
    lacking = tuple(name for name, position in columns.items() if position is None)
    rows: dict[int, Entry] = {}
    for number, cells in enumerate(sheet.rows, start=sheet.first_row):
        if any(cell.strip() for cell in cells):
            row = _Row(number, cells, columns, sheet.header, faults, addresses)
            rows[number] = replace(_entry(row), keeps=lacking)
    faults += _among(rows, _Names(columns, sheet.header))
    if not rows:  # everybody would have left
        faults.append(
            Fault(sheet.first_row, "email", "", Phrase("nobody stands below the names of the columns"))
        )
    return Reading(
        tuple(rows.values()),
        tuple(sorted(faults, key=lambda fault: fault.row)),
        unread=tuple(name for name in sheet.header if name and simpler(name) not in _SPELLINGS),
        lacking=tuple(COLUMNS[name][0] for name in lacking if name != "department"),  # few have them
    )


def _below_titles(sheet: Sheet) -> Sheet:
    """The same table without the titles that stand above the names of its columns."""
    for n, cells in enumerate((sheet.header, *sheet.rows[:TITLES])):
        names = tuple(called(cell) for cell in cells)
        below = replace(sheet, header=names, rows=sheet.rows[n:], first_row=sheet.first_row + n)
        known = [_column(below, COLUMNS[needed]) for needed in ("email", "name")]
        if None not in known and len(set(filter(None, names))) == len([*filter(None, names)]):
            return below
    return sheet


def _addresses(sheet: Sheet, columns: Mapping[str, int | None]) -> dict[str, str]:
    """The address of each name that stands in the file once: managers may be called by it."""
    email, name = columns["email"], columns["name"]
    assert email is not None
    assert name is not None
    pairs = [(folded(cells[name]), clean(cells[email])) for cells in sheet.rows]
    times = Counter(each for each, _ in pairs)
    return {each: address for each, address in pairs if each and times[each] == 1}


def _column(sheet: Sheet, spellings: Iterable[str]) -> int | None:
    header = [simpler(name) for name in sheet.header]
    return next((header.index(name) for name in spellings if name in header), None)


@dataclass(frozen=True)
class _Names:
    """How the file calls its columns."""

    columns: Mapping[str, int | None]
    header: tuple[str, ...]

    def of(self, field: str) -> str:
        position = self.columns[field]
        return COLUMNS[field][0] if position is None else self.header[position]


@dataclass(frozen=True)
class _Row:
    """One row of the file, and where its faults go."""

    number: int
    cells: tuple[str, ...]
    columns: Mapping[str, int | None]
    header: tuple[str, ...]
    faults: list[Fault]
    addresses: Mapping[str, str]

    def manager(self, raw: str) -> str | None:
        """The manager's address, who may also be called by their name; none for a sign that says so."""
        return "" if folded(raw) in NOBODY else _email(self.addresses.get(folded(raw), raw))

    def get(self, field: str) -> str:
        position = self.columns[field]
        return clean(self.cells[position]) if position is not None and position < len(self.cells) else ""

    def checked(self, field: str, check: Callable[[str], str | None], why: Phrase) -> str:
        """The field as `check` returns it; a fault when that is None."""
        raw = self.get(field)
        made = check(raw)
        if made is None:
            name = _Names(self.columns, self.header).of(field)
            self.faults.append(Fault(self.number, name, raw, why))
        return made or ""


def _entry(row: _Row) -> Entry:
    return Entry(
        email=row.checked("email", _email, Phrase("an address like ada@example.com is needed")),
        name=row.checked("name", _name, Phrase("a name of at most 100 characters is needed")),
        manager=row.checked(
            "manager",
            row.manager,
            Phrase("this is neither an address nor the name of exactly one person in the file"),
        ),
        department=row.checked(
            "department", lambda raw: raw if len(raw) <= 100 else None, Phrase("at most 100 characters fit")
        ),
        team=row.checked(
            "team", lambda raw: raw if len(raw) <= 100 else None, Phrase("at most 100 characters fit")
        ),
        zone=row.checked(
            "zone", _zone, Phrase("this zone is unknown; write it like Europe/Berlin or Asia/Shanghai")
        ),
        language=row.checked("language", _language, Phrase("write en or zh")),
        role=row.checked("role", lambda raw: ROLES.get(folded(raw)), Phrase("write employee, hr or admin")),
        hired_on=row.checked("hired_on", _day, Phrase("write the day like 2024-03-01")),
        external_id=row.checked(
            "external_id", lambda raw: raw if len(raw) <= 100 else None, Phrase("at most 100 characters fit")
        ),
    )


def _email(raw: str) -> str | None:
    address = unicodedata.normalize("NFKC", raw).casefold()  # in full-width letters it is nobody else's
    return address if _EMAIL.fullmatch(address) and len(address) <= 254 else None


def _name(raw: str) -> str | None:
    return " ".join(raw.split()) if 0 < len(raw) <= 100 else None


_ZONES = {zone.casefold(): zone for zone in available_timezones()}


def _zone(raw: str) -> str | None:
    return (_ZONES.get(raw.casefold().replace(" ", "_")) or zone_called(raw)) if raw else ""


_LANGUAGES = {
    "": "",
    **{code: code for code in LANGUAGES},
    **{folded(name): code for code, name in LANGUAGES.items()},
    **{folded(name): code for code, names in LANGUAGES_TOO.items() for name in names},
}


def _language(raw: str) -> str | None:
    """A locale like zh_CN, or what the language is called, with or without a country after it in brackets."""
    return _LANGUAGES.get(re.split(r"[-_.(]", folded(raw), maxsplit=1)[0].strip())


def _day(raw: str) -> str | None:
    if not raw:
        return ""
    reading = dates.read_day(raw[:10], date(1970, 1, 1), "en")
    return None if reading is None or reading.ambiguous else reading.day.isoformat()


# What only shows among all rows ------------------------------------------------------------------------------------


def _among(rows: Mapping[int, Entry], names: _Names) -> list[Fault]:
    faults: list[Fault] = []
    first: dict[str, int] = {}
    ids: dict[str, int] = {}
    for number, entry in rows.items():
        if entry.email and first.setdefault(entry.email, number) != number:
            why = Phrase("this address stands in row {row} already", row=Verbatim(str(first[entry.email])))
            faults.append(Fault(number, names.of("email"), entry.email, why))
        called = folded(entry.external_id)
        if called not in NOBODY and ids.setdefault(called, number) != number:
            why = Phrase("this id stands in row {row} already", row=Verbatim(str(ids[called])))
            faults.append(Fault(number, names.of("external_id"), entry.external_id, why))
    for number, entry in rows.items():
        if entry.manager and entry.manager not in first:
            why = Phrase("no row of this file has this manager's address")
            faults.append(Fault(number, names.of("manager"), entry.manager, why))
    return faults + _cycles(rows, first, names)


def _cycles(rows: Mapping[int, Entry], first: Mapping[str, int], names: _Names) -> list[Fault]:
    """Each circle of managers once, named at its first row."""
    settled: set[str] = set()
    faults: list[Fault] = []
    managers = {entry.email: entry.manager for entry in rows.values()}
    for email in managers:
        path: list[str] = []
        at = email
        while at and at in managers and at not in settled and at not in path:
            path.append(at)
            at = managers[at]
        if at in path:
            faults.append(_cycle(path[path.index(at) :], first, managers, names))
        settled.update(path)
    return faults


def _cycle(circle: list[str], first: Mapping[str, int], managers: Mapping[str, str], names: _Names) -> Fault:
    start = min(circle, key=lambda email: first[email])
    turned = circle[circle.index(start) :] + circle[: circle.index(start)]
    shown = " → ".join([*turned[:8], *(["…"] if len(turned) > 8 else []), start])
    why = Phrase("these managers form a circle: {circle}", circle=Verbatim(shown))
    return Fault(first[start], names.of("manager"), managers[start], why)
