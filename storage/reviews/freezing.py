"""A final result is frozen: a checksum over what it says, how it came about and the reviews on which it stands."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, UniqueConstraint, select
from sqlmodel import Field

from storage.columns import Moment, SealedJson
from storage.reviews.tables import RATING_KINDS, RatingChange, Review, ReviewResult
from storage.tables import PersonalRow, Row

if TYPE_CHECKING:
    from storage.store import Store

PARTS = ("result", "changes", "reviews")
"""What a checksum is over, each with a digest of its own, so that it can be said which of them is another one now."""


class ResultEdition(PersonalRow, table=True):
    """A result as it was final, once for each time. `digests` are by part, `checksum` is over all of them; no words are
    kept here twice. `author_id` is who made it final."""

    __tablename__ = "result_edition"
    __table_args__ = (UniqueConstraint("result_id", "edition"),)
    kinds: ClassVar[tuple[str, ...]] = RATING_KINDS
    is_by_author: ClassVar[bool] = False
    words: ClassVar[tuple[str, ...]] = ("digests", "rating")

    cycle_id: str
    result_id: str
    edition: int
    rating: Any = Field(default=None, sa_column=Column(SealedJson))
    digests: Any = Field(default=None, sa_column=Column(SealedJson))
    checksum: str


class ResultExport(Row, table=True):
    """Somebody of HR asked for the final results of a cycle as a file; above a number of rows a second one agrees."""

    __tablename__ = "result_export"

    cycle_id: str = Field(index=True)
    purpose: str
    form: str
    asked_by: str
    asked_at: datetime = Field(sa_type=Moment)
    agreed_by: str | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    refused_at: datetime | None = Field(default=None, sa_type=Moment)
    made_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


EDITIONS = ResultEdition.__table__  # type: ignore[attr-defined]
EXPORTS = ResultExport.__table__  # type: ignore[attr-defined]
CHANGES = RatingChange.__table__  # type: ignore[attr-defined]
REVIEWS = Review.__table__  # type: ignore[attr-defined]


class Freezing:
    """`store.reviews.freezing`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def freeze(self, row: ReviewResult, *, by: str) -> ResultEdition:
        """A result is final from now on, or again after it was corrected. Raises Conflict."""
        digests = self.digests(row, at=self._store.now)
        edition = row.edition + 1
        made = self._store.add(
            ResultEdition,
            kind=row.kind,
            subject_id=row.subject_id,
            author_id=by,
            made_at=self._store.now,
            cycle_id=row.cycle_id,
            result_id=row.id,
            edition=edition,
            rating=row.rating,
            digests=digests,
            checksum=checksum(digests),
        )
        self._store.change(row, edition=edition, finalised_at=self._store.now, checksum=made.checksum)
        self._store.audit(
            f"finalised:{made.checksum[:16]}", row.kind, record_id=row.id, subject_id=row.subject_id
        )
        return made

    def editions(self, result_id: str, *, reader: str) -> list[ResultEdition]:
        """Every time that a result was final, the oldest first."""
        here = EDITIONS.c.result_id == result_id
        found = self._store.read(ResultEdition, here, reader=reader, order=EDITIONS.c.edition)
        return self._store.reviews.without_power(found, reader)

    def final_at(self, cycle_id: str, moment: datetime) -> set[str]:
        """The ids of the results of a cycle that were final at a moment, corrected since or not, for the machine's own
        rules."""
        then = (EDITIONS.c.cycle_id == cycle_id, EDITIONS.c.edition == 1, EDITIONS.c.made_at <= moment)
        return {row[0] for row in self._store.execute(select(EDITIONS.c.result_id).where(*then))}

    def differs(self, row: ReviewResult) -> tuple[str, ...]:
        """What of a final result is another one now than when it was made final: names of `PARTS`, and "checksum" where
        the digests are not those that were summed up."""
        kept = self._store.own(
            ResultEdition,
            EDITIONS.c.result_id == row.id,
            EDITIONS.c.edition == row.edition,
            subject=row.subject_id,
        )
        if not kept or not kept[0].digests:
            return ("checksum",)
        now = self.digests(row, at=kept[0].made_at)
        off = tuple(part for part in PARTS if now[part] != kept[0].digests.get(part))
        return off if checksum(kept[0].digests) == kept[0].checksum == row.checksum else (*off, "checksum")

    def digests(self, row: ReviewResult, *, at: datetime) -> dict[str, str]:
        """The digest of each part, as it stands now; the reviews are those that were released by that moment, since
        what was written in confidence may be released when a result is final already."""
        subject = row.subject_id
        changes = self._store.own(RatingChange, CHANGES.c.result_id == row.id, subject=subject)
        here = (REVIEWS.c.cycle_id == row.cycle_id, REVIEWS.c.released_at <= at)
        released = self._store.own(Review, *here, subject=subject)
        result = {
            name: getattr(row, name)
            for name in ("id", "cycle_id", "subject_id", "author_id", "proposed", "rating", "shared_at")
        }
        return {
            "result": digest(result),
            "changes": digest(sorted((_change(each) for each in changes), key=lambda each: each["id"])),
            "reviews": digest(sorted((_review(each) for each in released), key=lambda each: each["id"])),
        }

    # Files -----------------------------------------------------------------------------------------------------------

    def ask_export(self, cycle_id: str, purpose: str, form: str, *, by: str) -> ResultExport:
        """Keep that somebody asked for a file."""
        row = ResultExport(
            cycle_id=cycle_id, purpose=purpose, form=form, asked_by=by, asked_at=self._store.now
        )
        self._store.insert(row)
        self._store.audit("asked", f"result_export:{purpose}", record_id=row.id)
        return row

    def export(self, export_id: str) -> ResultExport | None:
        """A file that was asked for, or None."""
        return self._store.one(ResultExport, EXPORTS.c.id == export_id)

    def change_export(self, row: ResultExport, act: str, **values: Any) -> None:
        """Write new values. Raises Conflict."""
        self._store.change(row, **values)
        self._store.audit(act, f"result_export:{row.purpose}", record_id=row.id)


def _change(row: RatingChange) -> dict[str, Any]:
    names = ("id", "author_id", "made_at", "before", "after", "reason")
    return {name: getattr(row, name) for name in names}


def _review(row: Review) -> dict[str, Any]:
    names = ("id", "author_id", "role", "answers", "edition", "submitted_at", "released_at")
    return {name: getattr(row, name) for name in names}


def canonical(thing: Any) -> bytes:
    """The one way to write this as JSON: keys sorted, no spaces, times in UTC."""
    made = json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    return made.encode("utf-8", "surrogatepass")


def _plain(thing: Any) -> str:
    assert isinstance(thing, datetime)
    return thing.isoformat()


def digest(thing: Any) -> str:
    """SHA-256 over the canonical JSON."""
    return hashlib.sha256(canonical(thing)).hexdigest()


def checksum(digests: dict[str, str]) -> str:
    """The one checksum over the digests of all parts."""
    return digest({part: digests.get(part, "") for part in PARTS})
