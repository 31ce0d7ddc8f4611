"""Everything that is kept about a person goes into their file and is erased with it; a spreadsheet shows it as text."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from handlers.kit.cards import Card, Document
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from storage import policy
from storage.columns import Sealed, SealedJson
from storage.erasing import StandIn
from storage.ids import new_id
from storage.policy import Kind, Right
from storage.records import owners, personal_tables
from storage.sheets.writing import write_csv
from storage.tables import PersonalRow
from tests.company import Chat
from tests.walks.hostile import BAITS, HUGE
from tests.walks.reorganised import made_up
from tests.walks.tour import Tour, opened

TABLES = tuple(table for table in personal_tables() if table.__module__.startswith("storage."))
CASES = tuple((table, Kind(kind)) for table in TABLES for kind in table.kinds)
CANARY = "canary-5d1e"
GONE = StandIn(card=dump(Card(Phrase("Erased."))), text=dump(Phrase("Erased.")), name="Nobody")


def words_of(table: type[PersonalRow]) -> dict[str, Any]:
    """The canary in every column that holds words."""
    columns = table.__table__.c  # type: ignore[attr-defined]
    sealed = {column.name: column.type for column in columns if isinstance(column.type, Sealed | SealedJson)}
    return {name: CANARY if isinstance(kind, Sealed) else {"it": CANARY} for name, kind in sealed.items()}


def test_every_table_that_inherits_is_on_this_walk() -> None:
    def heirs(table: type[PersonalRow]) -> set[type[PersonalRow]]:
        return {leaf for below in table.__subclasses__() for leaf in (heirs(below) or {below})}

    kept = {heir for heir in heirs(PersonalRow) if heir.__module__.startswith("storage.")}
    assert kept == set(TABLES)
    assert len(CASES) >= 15


@pytest.mark.parametrize(("table", "kind"), CASES, ids=lambda item: getattr(item, "__tablename__", str(item)))
async def test_a_record_is_exported_to_its_owners_and_erased_with_the_last(
    chat: Chat, table: type[PersonalRow], kind: Kind
) -> None:
    ids = chat.ids
    parts = {"subject_id": ids["ben"], "author_id": ids["ada"], "named_id": ids["chen"]}
    row = made_up(table, id=new_id(), kind=kind, made_at=chat.now, **parts, **words_of(table))
    chat.change(lambda store: store.insert(row))
    for who, person in ids.items():
        whole = chat.change(lambda store, person=person: store.records.whole(person))
        directory = chat.change(lambda store: store.directory)
        due = person in parts.values() and policy.may(directory, person, Right.EXPORT, row, chat.now)
        assert bool(whole[str(table.__tablename__)]) == due, who
        assert (CANARY in json.dumps(whole, default=str)) == (due and bool(words_of(table))), who
    skeleton = chat.change(lambda store: store.records.skeleton(ids["ben"]))
    open_to_all = Right.READ in policy.TABLE[kind].get(policy.Relation.COLLEAGUE, ())
    assert (CANARY in json.dumps(skeleton, default=str)) == (open_to_all and bool(words_of(table)))
    for person in ids.values():
        chat.change(lambda store, person=person: store.erasing.own(person, instead=GONE))
    (left,) = chat.rows(table)
    kept = {name: getattr(left, name) for name in words_of(table)}
    is_kept = len(owners(row)) != 1 or kind in policy.OTHERS_DECIDE_BY
    assert (CANARY in repr(kept)) == (is_kept and bool(kept))
    for who in ("ada", "ben"):
        chat.change(lambda store, who=who: store.leavers.leave_all({f"{who}@example.com": ids[who]}))
        chat.change(lambda store, who=who: store.erasing.departed(ids[who], instead=GONE))
    (left,) = chat.rows(table)
    assert CANARY not in repr({name: getattr(left, name) for name in words_of(table)})


# Spreadsheets ------------------------------------------------------------------------------------------------------


async def test_the_file_of_somebody_who_heard_all_that_is_hostile(hostile_tour: Tour, tmp_path: Path) -> None:
    """Two readers find no formula in it, and in JSON every word."""
    async with opened(hostile_tour.file, tmp_path / "company.db", hostile_tour.at) as chat:
        tried = 0
        for who in ("ada", "ben", "chen", "hana"):
            heard = await chat.says(who, "/privacy file")
            assert heard.answer.outcome == "done"
            files = _files(chat, who, heard.card)
            tried += _without_formulas(files["xlsx"])
            whole = json.loads(files["json"].decode("utf-8"))
            assert len(whole) > 10
        assert tried > 2000


def _files(chat: Chat, who: str, card: Card | None) -> dict[str, bytes]:
    documents = [part for part in card.parts if isinstance(part, Document)] if card else []
    made: dict[str, bytes] = {}
    for part in documents:
        found = chat.change(lambda store, part=part: store.files.get(part.file_id, person_id=chat.ids[who]))
        made[part.name.rsplit(".", 1)[-1]] = found[1]
        stolen = [
            chat.change(lambda store, part=part, other=other: store.files.get(part.file_id, person_id=other))
            for other in chat.ids.values()
            if other != chat.ids[who]
        ]
        assert not any(stolen)
    return made


def _without_formulas(book: bytes) -> int:
    cells = [
        cell
        for sheet in load_workbook(io.BytesIO(book)).worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert not [cell for cell in cells if cell.data_type in ("f", "e")]
    assert not [cell for cell in cells if cell.hyperlink]
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    assert len(read.sheet_names) > 5
    values = {
        value
        for name in read.sheet_names
        for row in read.get_sheet_by_name(name).to_python()
        for value in row
    }
    assert not values & {"#REF!", "#NAME?", "#VALUE!", "#DIV/0!"}
    return len(cells)


def test_a_separated_file_starts_no_formula() -> None:
    words = [*BAITS, HUGE[0][:1000], "@x", "\rx", "\t=x", " =x", "＋x", "－x", "＠x"]
    made = write_csv(["words"], [[each] for each in words]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(made, newline="")))
    assert len(rows) == len(words) + 1
    assert not [row[0][:5] for row in rows if row[0][:1] in tuple("=+-@\t\r\x00＝＋－＠")]
