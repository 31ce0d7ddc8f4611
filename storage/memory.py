"""Who is who is read once and kept by its revision; what a transaction changes is its own until it is committed."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlmodel import SQLModel, col

from storage.layered import laid
from storage.people import (
    DEFAULT_ZONE,
    DEFAULTS,
    DELEGATIONS,
    GLASSES,
    IN_FORCE,
    LANGUAGE,
    OPEN,
    PAST,
    Directory,
    Line,
    Opening,
    Person,
    StandIn,
    default_of,
)
from storage.prepared import Prepared
from storage.rows import made as as_read
from storage.tables import Account, Counter, PersonRow, ReportingLine, Setting

T = TypeVar("T", bound=SQLModel)


class Memory:
    """The newest directory that this process has read; shared by its units of work, in every thread. What a transaction
    changed and has not yet committed never comes in here: see `View`."""

    def __init__(self) -> None:
        self._directory = Directory()
        # Two reads on the event loop share its thread and take turns inside `newer`: a plain lock would stop it.
        self._lock = threading.RLock()
        self.met: set[tuple[str, str]] = set()
        """Who has met which feature, as far as it was read: it stays so, and need not be asked again."""

    @property
    def latest(self) -> Directory:
        """The directory that was read last; another process may have changed people since."""
        return self._directory

    def at(self, connection: Connection, revision: int) -> Directory:
        """The directory of this revision, or a newer one, by a connection that has changed nothing of it."""
        if revision <= self._directory.revision:
            return self._directory
        with self._lock:
            known = self._directory
            if revision <= known.revision:  # somebody else was reading it
                return known
            fresh = _newer(connection, known, revision)
            if fresh.revision > self._directory.revision:
                self._directory = fresh
            return fresh


class View:
    """Who is who as one transaction sees it, with what it changed itself: nobody else sees that before the commit."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._changed = False
        self._own: Directory | None = None

    def at(self, connection: Connection) -> Directory:
        """The directory as this connection sees it: one small query when nothing changed."""
        revision, latest = _revision(connection), self.memory.latest
        if revision <= latest.revision or not self._changed:
            return self.memory.at(connection, revision)
        if self._own is None or self._own.revision != revision:
            self._own = _newer(connection, self._own or latest, revision)
        return self._own

    def change(self, connection: Connection) -> int:
        """Take the next revision, for rows that change who is who."""
        self._changed = True
        return next_revision(connection)

    def hold(self, connection: Connection) -> None:
        """Nobody else takes a revision before this transaction ends; who was about to is waited for."""
        _HELD.run(connection, {"name": "people"})

    def undone(self) -> None:
        """A part of the transaction was rolled back: what it changed is forgotten."""
        self._own = None


def _newer(connection: Connection, known: Directory, revision: int) -> Directory:
    """The directory with what changed since; it costs what changed, and not what there is."""
    chosen = _settings(connection)
    defaults = chosen.get(DEFAULTS) or {}
    accounts = _changed_accounts(connection, known)
    lines = _changed_lines(connection, known)
    stand_ins, openings = _stand_ins(connection), _openings(connection)
    # Last, as somebody may be committed between two statements: whoever the others name is among them.
    people = {row.id: _person(row, defaults) for row in _read(connection, PersonRow, known.revision)}
    return Directory(
        revision=revision,
        people=laid(known.people, people),
        by_email=laid(known.by_email, _addresses(known, people)),
        by_account=laid(known.by_account, _users(known, accounts)),
        accounts=laid(known.accounts, accounts),
        lines_of=laid(known.lines_of, lines),
        lines_to=laid(known.lines_to, _turned(known, lines)),
        past_is_open=bool(chosen.get(PAST, True)),
        stand_ins=stand_ins,
        openings=openings,
        defaults=defaults,
        names={} if _is_renamed(known, people, accounts) else known.names,
    )


def _person(row: Any, defaults: Mapping[str, Mapping[str, str]]) -> Person:
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        team=row.team,
        zone=row.own_zone or row.zone or default_of(defaults, "zone", row.team) or DEFAULT_ZONE,
        language=row.own_language or row.language or default_of(defaults, "language", row.team) or LANGUAGE,
        role=row.role,
        hired_on=row.hired_on,
        external_id=row.external_id,
        left_at=row.left_at,
        department=row.department,
        is_erased=row.erased_at is not None,
    )


def _addresses(known: Directory, people: Mapping[str, Person]) -> dict[str, str | None]:
    """Who is found by which address from now on; None where an address leads to nobody any more."""
    before = (person.email for person in map(known.people.get, people) if person)
    old: dict[str, str | None] = {email: None for email in before if known.by_email.get(email) in people}
    return {**old, **{person.email: person.id for person in people.values()}}


def _changed_accounts(connection: Connection, known: Directory) -> dict[str, tuple[Account, ...]]:
    changed: dict[str, dict[str, Account]] = {}
    for row in _read(connection, Account, known.revision):
        changed.setdefault(row.person_id, {})[row.id] = row
    made = {}
    for person_id, fresh in changed.items():
        kept = [account for account in known.accounts.get(person_id, ()) if account.id not in fresh]
        made[person_id] = tuple(kept + [account for account in fresh.values() if account.ended_at is None])
    return made


def _users(
    known: Directory, accounts: Mapping[str, tuple[Account, ...]]
) -> dict[tuple[str, str], Account | None]:
    before = (each for person_id in accounts for each in known.accounts.get(person_id, ()))
    old: dict[tuple[str, str], Account | None] = {(each.platform, each.external_id): None for each in before}
    return {**old, **{(each.platform, each.external_id): each for of in accounts.values() for each in of}}


def _is_renamed(
    known: Directory, people: Mapping[str, Person], accounts: Mapping[str, tuple[Account, ...]]
) -> bool:
    """Whether anybody is called otherwise now, or has come or gone."""

    def called(person: Person | None) -> Any:
        return person and (person.name, person.email, person.active)

    def users(of: Iterable[Account]) -> list[tuple[str, str]]:
        return sorted((each.platform, each.username) for each in of)

    return any(called(person) != called(known.people.get(key)) for key, person in people.items()) or any(
        users(of) != users(known.accounts.get(key, ())) for key, of in accounts.items()
    )


def _changed_lines(connection: Connection, known: Directory) -> dict[str, tuple[Line, ...]]:
    made: dict[str, list[Line]] = {}
    # A changed line is read with all of its person's: the memory keeps no row ids.
    for row in _read(connection, ReportingLine, known.revision):
        lines = made.setdefault(row.subject_id, [])
        if row.since < row.until:
            lines.append(Line(row.manager_id, row.subject_id, row.since, row.until))
    return {subject: tuple(lines) for subject, lines in made.items()}


def _settings(connection: Connection) -> dict[str, Any]:
    return {name: value for name, value in _SETTINGS.run(connection, {}) if value is not None}


def _stand_ins(connection: Connection) -> dict[str, tuple[StandIn, ...]]:
    made: dict[str, tuple[StandIn, ...]] = {}
    for row in _STAND_INS.run(connection, {}):
        held = StandIn(*row)
        made[held.person_id] = (*made.get(held.person_id, ()), held)
    return made


def _openings(connection: Connection) -> dict[str, tuple[Opening, ...]]:
    made: dict[str, tuple[Opening, ...]] = {}
    for row in _OPENINGS.run(connection, {}):
        opening = Opening(*row)
        made[opening.reader_id] = (*made.get(opening.reader_id, ()), opening)
    return made


def _read(connection: Connection, table: type[T], revision: int) -> Iterator[T]:
    """The rows that changed since a revision."""
    names = table.__table__.c.keys()  # type: ignore[attr-defined]
    found = _CHANGED[table].run(connection, {"known": revision})
    return (as_read(table, dict(zip(names, row, strict=True))) for row in found)


def _since(table: Any) -> Any:
    # The last known revision is read again: its unit may have written more rows after it was first looked at.
    return table.c.revision >= bindparam("known")


_PEOPLE: Any = PersonRow.__table__  # type: ignore[attr-defined]
_ACCOUNTS: Any = Account.__table__  # type: ignore[attr-defined]
_LINES: Any = ReportingLine.__table__  # type: ignore[attr-defined]
_OF_WHOM = select(_LINES.c.subject_id).where(_since(_LINES))
_CHANGED: dict[type[SQLModel], Prepared] = {
    PersonRow: Prepared(select(_PEOPLE).where(_since(_PEOPLE))),
    Account: Prepared(select(_ACCOUNTS).where(_since(_ACCOUNTS))),
    ReportingLine: Prepared(select(_LINES).where(_LINES.c.subject_id.in_(_OF_WHOM))),
}
_SETTINGS = Prepared(
    select(col(Setting.name), col(Setting.value)).where(
        or_(col(Setting.name) == PAST, col(Setting.name) == DEFAULTS)
    )
)
_STAND_INS = Prepared(
    select(*(DELEGATIONS.c[name] for name in ("id", "subject_id", "named_id", "begins_at", "ends_at"))).where(
        *IN_FORCE
    )
)
_OPENINGS = Prepared(
    select(*(GLASSES.c[name] for name in ("id", "author_id", "subject_id", "ends_at"))).where(*OPEN)
)


def _turned(known: Directory, lines_of: Mapping[str, tuple[Line, ...]]) -> dict[str, tuple[Line, ...]]:
    """The lines of every manager who has, or had, one of these people."""
    made: dict[str, list[Line]] = {}
    for line in (line for subject in lines_of for line in known.lines_of.get(subject, ())):
        if line.manager_id not in made:
            before = known.lines_to.get(line.manager_id, ())
            made[line.manager_id] = [each for each in before if each.subject_id not in lines_of]
    for line in (line for lines in lines_of.values() for line in lines):
        if line.manager_id not in made:
            made[line.manager_id] = list(known.lines_to.get(line.manager_id, ()))
        made[line.manager_id].append(line)
    return {manager: tuple(lines) for manager, lines in made.items()}


_COUNTED = select(col(Counter.value)).where(col(Counter.name) == bindparam("name"))
_REVISION, _HELD = Prepared(_COUNTED), Prepared(_COUNTED.with_for_update())


def _revision(connection: Connection) -> int:
    found = _REVISION.run(connection, {"name": "people"})
    return int(found[0][0]) if found else 0


def next_revision(connection: Connection) -> int:
    """Take the next revision of the people; the row lock puts concurrent changes in order."""
    counter = Counter.__table__  # type: ignore[attr-defined]
    changed = connection.execute(
        update(counter)
        .where(counter.c.name == "people")
        .values(value=counter.c.value + 1)
        .returning(counter.c.value)
    ).scalar()
    if changed is None:
        connection.execute(counter.insert().values(name="people", value=1))
        return 1
    return int(changed)
