"""Erasing destroys the words by or about a person and every copy of them; what others need as their record stays."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update
from sqlmodel import col

from storage.files import FileRow
from storage.holds import PARTS, Hold
from storage.links import Link
from storage.outbox import ANSWERS
from storage.policy import OTHERS_DECIDE_BY, Right, may
from storage.records import involving, owners, personal_tables, sealed_columns
from storage.tables import (
    Absence,
    Account,
    Handle,
    Inbox,
    ObligationRow,
    Outgoing,
    PersonalRow,
    PersonRow,
    Posted,
    Preference,
)

if TYPE_CHECKING:
    from storage.store import Store

_ID = re.compile(r"[0-9a-f]{32}\Z")
SETTLED = ("sent", "failed", "expired", "cancelled")


@dataclass(frozen=True)
class StandIn:
    """What stands where words stood, as it is stored: a card, a text, and what a person is called who is nobody now."""

    card: str
    text: str
    name: str = ""


@dataclass(frozen=True)
class Erased:
    """What an erasing did: records emptied and kept, by kind."""

    emptied: Mapping[str, int]
    kept: Mapping[str, int]


class Erasing:
    """`store.erasing`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def own(self, person_id: str, *, instead: StandIn) -> Erased:
        """Destroy the words of the records that are this person's alone, and all copies of them; what is somebody
        else's record too is kept, and counted if they may read it. Refused at the door while they are on hold."""
        emptied, kept = self._emptied(person_id, lambda row: _is_theirs_alone(row, person_id))
        had_words = [row for row in emptied if _has_words(row)]
        self._forget_copies(person_id, _ids(emptied) - _ids(kept, deep=False), instead)
        self._forget_posts(_quotes(emptied), instead)
        self._forget_messages(person_id, instead, col(Outgoing.state).in_(SETTLED))
        directory, now = self._store.directory, self._store.now
        known = [row for row in kept if may(directory, person_id, Right.READ, row, now)]
        return Erased(_counted(had_words), _counted(known))

    def departed(self, person_id: str, *, instead: StandIn) -> Erased:
        """Destroy every word by and about a person who has left, and their name; that something happened, when and with
        whom stays in the records of others."""
        emptied, kept = self._emptied(person_id, lambda row: _is_about_or_by(row, person_id))
        self._forget_copies(person_id, _ids(emptied) - _ids(kept, deep=False), instead)
        name = _as_stored(self._store.directory.named(person_id))
        self._forget_posts({*_quotes(emptied), name}, instead)
        self._store.outbox.cancel_for([person_id], "erased")
        self._forget_messages(person_id, instead)
        partners = _people([*emptied, *kept]) | self._who_knew(person_id)
        self._forget_name(person_id, partners, instead)
        self._forget_person(person_id, instead.name)
        return Erased(_counted(emptied), _counted(kept))

    def _emptied(
        self, person_id: str, erasable: Callable[[PersonalRow], bool]
    ) -> tuple[list[PersonalRow], list[PersonalRow]]:
        emptied: list[PersonalRow] = []
        kept: list[PersonalRow] = []
        held = self._store.holds.held()
        for table in personal_tables():
            for row in involving(self._store, table, person_id):
                is_free = held.isdisjoint(getattr(row, name) for name in PARTS)
                (emptied if is_free and erasable(row) else kept).append(row)
        for row in emptied:
            self._empty(row)
        return emptied, kept

    def _empty(self, row: PersonalRow) -> None:
        table = type(row).__table__  # type: ignore[attr-defined]
        values = {name: _nothing(table.c[name], getattr(row, name)) for name in sealed_columns(type(row))}
        if values:
            self._store.execute(update(table).where(table.c.id == row.id).values(**values))
        self._store.forgets = True
        self._store.audit("erased", row.kind, record_id=row.id, subject_id=row.subject_id)

    def _forget_copies(self, person_id: str, erased: set[str], instead: StandIn) -> None:
        """Records are also drawn on cards: those of the person's chat, of who opened them, and those that were told."""
        readers = self._store.records.readers(person_id)
        self._forget_answers([person_id, *readers])
        self._forget_told(erased, instead)
        for draft in self._store.drafts.open_of(person_id):
            # Emptied, not deleted: one of them may be the form that asks for this.
            self._store.drafts.close(draft)
        self._store.remove(Handle, col(Handle.person_id) == person_id)
        self._store.remove(FileRow, col(FileRow.person_id) == person_id)
        self._change_all(Absence, col(Absence.person_id) == person_id, note="")

    def _forget_answers(self, people: Sequence[str]) -> None:
        """What these people were answered, and what they wait for because their platform did not take it."""
        self._change_all(Inbox, col(Inbox.person_id).in_(people), answer=None)
        self._store.remove(Outgoing, col(Outgoing.person_id).in_(people), ANSWERS)

    def _forget_told(self, erased: set[str], instead: StandIn) -> None:
        """Messages that show one of these records: their topic, or what they are about, names it. A digest in a channel
        names none of those that it quotes: no card of what was posted is kept."""
        table = Outgoing.__table__  # type: ignore[attr-defined]
        named = (table.c.about != "") | table.c.topic.is_not(None)
        told = self._store.execute(select(table.c.id, table.c.about, table.c.topic).where(named))
        ids = [row.id for row in told if erased & set(re.split("[:.]", f"{row.about}:{row.topic}"))]
        posted = (table.c.person_id.is_(None), table.c.state.in_(SETTLED))
        self._change_all(Outgoing, *posted, card=instead.card)
        for start in range(0, len(ids), 500):
            these = table.c.id.in_(ids[start : start + 500])
            self._change_all(Outgoing, these, card=instead.card)
            self._change_all(Outgoing, these, table.c.state == "waiting", state="cancelled", reason="erased")

    def _forget_posts(self, quotes: set[str], instead: StandIn) -> None:
        """A digest that waits to be posted and quotes any of this is not posted."""
        waiting = (col(Outgoing.person_id).is_(None), col(Outgoing.state) == "waiting")
        for post in self._store.all(Outgoing, *waiting):
            if any(quote in post.card for quote in quotes):
                self._store.change(post, card=instead.card, state="cancelled", reason="erased")

    def _forget_messages(self, person_id: str, instead: StandIn, *which: Any) -> None:
        self._change_all(Outgoing, col(Outgoing.person_id) == person_id, *which, card=instead.card)
        closed = (col(ObligationRow.person_id) == person_id, col(ObligationRow.closed_at).is_not(None))
        theirs = [row.id for row in self._store.all(ObligationRow, *closed)]
        self._change_all(ObligationRow, *closed, title=instead.text, args={})
        for each in theirs:  # what somebody who left had owed is on their manager's list
            self._change_all(ObligationRow, col(ObligationRow.about) == f"left:{each}", title=instead.text)

    def _forget_name(self, person_id: str, partners: set[str], instead: StandIn) -> None:
        """Their colleagues were answered and told of them by name, and have buttons that are about them."""
        name = _as_stored(self._store.directory.named(person_id))
        self._forget_answers(sorted(partners))
        for partner in sorted(partners):
            for told in self._store.all(Outgoing, col(Outgoing.person_id) == partner):
                if name in told.card:
                    unsent = {"state": "cancelled", "reason": "erased"} if told.state == "waiting" else {}
                    self._store.change(told, card=instead.card, **unsent)
            for owed in self._store.all(ObligationRow, col(ObligationRow.person_id) == partner):
                if name in owed.title:
                    self._store.change(owed, title=instead.text)

        theirs = col(Handle.person_id).in_(sorted(partners)) | col(Handle.person_id).is_(None)
        about = [each.id for each in self._store.all(Handle, theirs) if person_id in json.dumps(each.args)]
        for start in range(0, len(about), 500):
            self._store.remove(Handle, col(Handle.id).in_(about[start : start + 500]))

    def _who_knew(self, person_id: str) -> set[str]:
        """Who leads them or was led by them, HR and administrators are shown their name without any record."""
        directory, day = self._store.directory, self._store.now.date()
        leaders = {line.manager_id for line in directory.lines_of.get(person_id, ())}
        above = {each for leader in leaders for each in directory.line_above(leader, day)}
        led = {line.subject_id for line in directory.lines_to.get(person_id, ())}
        staff = {each.id for each in directory.people.values() if each.role in ("hr", "admin")}
        return leaders | above | led | staff

    def _forget_person(self, person_id: str, name: str) -> None:
        for table, field in (
            (Preference, Preference.person_id),
            (Absence, Absence.person_id),
            (Link, Link.person_id),
            (Hold, Hold.person_id),
            (Posted, Posted.person_id),  # with the address of their private chat
        ):
            self._store.remove(table, col(field) == person_id)
        revision = self._store.people_changed()
        for account in self._store.all(Account, col(Account.person_id) == person_id):
            self._store.change(account, external_id=account.id, username="", address="", revision=revision)
        row = self._store.one(PersonRow, col(PersonRow.id) == person_id)
        assert row is not None
        self._store.roster.forget(row.email)
        blank = dict.fromkeys(
            ("department", "team", "zone", "own_zone", "language", "own_language", "external_id"), ""
        )
        self._store.change(
            row,
            **blank,
            name=name,
            email=f"{row.id}@erased.invalid",
            hired_on=None,
            erased_at=self._store.now,
            revision=revision,
        )
        self._store.remove(FileRow)  # others' files may name them, and are made again when they are asked for
        self._store.forgets = True
        self._store.audit("erased", "person", subject_id=person_id)

    def _change_all(self, table: type[Any], *conditions: Any, **values: Any) -> None:
        self._store.execute(update(table.__table__).where(*conditions).values(**values))


def _is_theirs_alone(row: PersonalRow, person_id: str) -> bool:
    return owners(row) == {person_id} and row.kind not in OTHERS_DECIDE_BY


def _is_about_or_by(row: PersonalRow, person_id: str) -> bool:
    return row.subject_id == person_id or (row.is_by_author and row.author_id == person_id)


def _ids(rows: Iterable[PersonalRow], *, deep: bool = True) -> set[str]:
    """The ids of rows; `deep`, also the ids in them by which others of their kind are found together."""
    inside = (item for row in rows if deep for item in row.__dict__.values())
    return {row.id for row in rows} | {item for item in inside if isinstance(item, str) and _ID.match(item)}


def _quotes(rows: Iterable[PersonalRow]) -> set[str]:
    """The words of these records, as they were read, as a card has them that quotes them."""
    said = (getattr(row, name) for row in rows for name in sealed_columns(type(row)))
    return {f'"{_as_stored(words)}"' for item in said for words in _texts(item) if words}


def _texts(item: Any) -> Iterator[str]:
    """The texts in a value of a record."""
    if isinstance(item, str):
        yield item
    for each in item.values() if isinstance(item, dict) else item if isinstance(item, list) else ():
        yield from _texts(each)


def _people(rows: Iterable[PersonalRow]) -> set[str]:
    """Everybody who has a part in one of these rows."""
    return {who for row in rows for who in (row.subject_id, row.author_id, row.named_id) if who}


def _as_stored(name: str) -> str:
    """A name as it stands inside a stored value."""
    return json.dumps(name, ensure_ascii=False)[1:-1]


def _nothing(column: Any, before: Any) -> Any:
    """What a column holds instead of words."""
    if column.nullable or before is None:
        return None
    return type(before)()


def _has_words(row: PersonalRow) -> bool:
    """Whether a record, as it was read, had words."""
    return any(getattr(row, name) for name in sealed_columns(type(row)))


def _counted(rows: Iterable[PersonalRow]) -> Mapping[str, int]:
    return Counter(row.kind for row in rows if not row.is_part)
