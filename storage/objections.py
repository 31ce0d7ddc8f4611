"""Somebody says that a figure, a score or a rating about them is wrong; one person answers, with a reason they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, select, update
from sqlmodel import Field, col

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store

FIGURE, SCORE, RATING = "figure", "score", "rating"
"""What an objection is about: a figure that was imported, how far a goal is, or what came out of a review."""
KEPT, CORRECTED = "kept", "corrected"
"""How it is answered."""
LEFT = "left"
"""What nobody answers, because who said it has left."""
OWED = "goals.answer"
"""What who answers to a figure or a score owes: the door that does it."""
ANSWERER, LOOKER = "reviews.answerer", "goals.looker"
"""The bells by which the next is looked for who may answer: an appeal against a rating, and the others."""


class Objection(PersonalRow, table=True):
    """What `subject_id` says is wrong, for `named_id` to answer. `told` is what they saw when they said so; `about_id`
    the figure, the goal or the result, `series` the metric of the figure."""

    __tablename__ = "objection"
    __table_args__ = (Index("objection_about", "about_id"), Index("objection_series", "series", "subject_id"))
    kinds: ClassVar[tuple[str, ...]] = (Kind.OBJECTION,)
    words: ClassVar[tuple[str, ...]] = ("told", "remark", "answer")

    form: str  # figure, score, rating
    about_id: str
    series: str = ""
    told: Any = Field(default=None, sa_column=Column(SealedJson))
    remark: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    state: str = "open"  # open, kept, corrected, left
    answer: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


OBJECTIONS = Objection.__table__  # type: ignore[attr-defined]


class Objections:
    """`store.objections`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def raise_(
        self, form: str, about_id: str, *, by: str, to: str, told: Mapping[str, Any], remark: str, series: str
    ) -> Objection:
        """Keep what somebody says is wrong."""
        return self._store.add(
            Objection,
            kind=Kind.OBJECTION,
            subject_id=by,
            author_id=by,
            named_id=to,
            made_at=self._store.now,
            form=form,
            about_id=about_id,
            series=series,
            told=dict(told),
            remark=remark,
        )

    def get(self, objection_id: str, *, reader: str) -> Objection | None:
        """An objection that the reader may see, or None."""
        return next(iter(self._store.read(Objection, col(Objection.id) == objection_id, reader=reader)), None)

    def about(self, about_ids: Iterable[str], *, reader: str) -> dict[str, Objection]:
        """The newest objection to each of these, as far as the reader sees them."""
        order = (col(Objection.made_at), col(Objection.id))
        wanted = col(Objection.about_id).in_(sorted(about_ids))
        return {row.about_id: row for row in self._store.read(Objection, wanted, reader=reader, order=order)}

    def states(self, about_ids: Iterable[str]) -> list[str]:
        """How far the objections to these are, in no order: for counting, without anybody's words."""
        found = (
            select(OBJECTIONS.c.state)
            .where(OBJECTIONS.c.about_id.in_(sorted(about_ids)))
            .order_by(OBJECTIONS.c.state)
        )
        return [row[0] for row in self._store.execute(found)]

    def are_open(self, about_ids: Iterable[str]) -> set[str]:
        """Of these, those of which somebody says that they are wrong, and nobody has answered: nobody's words."""
        here = (OBJECTIONS.c.about_id.in_(sorted(about_ids)), OBJECTIONS.c.state == "open")
        return {row[0] for row in self._store.execute(select(OBJECTIONS.c.about_id).where(*here))}

    def for_the_clock(self, objection_id: str) -> Objection | None:
        """An objection, for the machine's own rules, or None."""
        return next(iter(self._store._rows(Objection, (col(Objection.id) == objection_id,))), None)

    def leave(self, people: Iterable[str]) -> None:
        """People leave now: what they said is wrong is closed, and for each that they were to answer the next who may
        is looked for."""
        self._turn(OBJECTIONS.c.subject_id.in_(people), "open", to=LEFT, at=self._store.now)
        theirs = (col(Objection.named_id).in_(people), col(Objection.state) == "open")
        for row in self._store._rows(Objection, theirs):
            self._look_for_another(row.form, row.id)

    def come_back(self, person_id: str) -> None:
        """Somebody had not left after all, or is back: what they said is wrong is to be answered."""
        self._turn(OBJECTIONS.c.subject_id == person_id, LEFT, to="open", at=None)

    def _turn(self, whose: Any, before: str, *, to: str, at: datetime | None) -> None:
        """Objections are in another state, and whoever was to answer them hears of it."""
        here = (whose, OBJECTIONS.c.state == before)
        values = {"state": to, "answered_at": at, "version": OBJECTIONS.c.version + 1}
        turned = update(OBJECTIONS).where(*here).values(values)
        columns = (OBJECTIONS.c.form, OBJECTIONS.c.id, OBJECTIONS.c.subject_id)
        for form, row_id, subject in self._store.execute(turned.returning(*columns)):
            self._store.audit(to, Kind.OBJECTION, record_id=row_id, subject_id=subject)
            self._look_for_another(form, row_id)

    def _look_for_another(self, form: str, row_id: str) -> None:
        self._store.slots.plan(ANSWERER if form == RATING else LOOKER, row_id, self._store.now)

    def pass_on(self, row: Objection, to: str) -> None:
        """Somebody else answers it, and reads it from now on. Raises Conflict."""
        self._store.change(row, named_id=to)
        self._store.audit("passed on", row.kind, record_id=row.id, subject_id=row.subject_id)

    def answer(self, row: Objection, state: str, words: str) -> None:
        """Answer it. Raises Conflict."""
        self._store.change(row, state=state, answer=words, answered_at=self._store.now)

    def in_doubt(self, series: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Of these metrics of people, those with a figure that was said to be wrong and not answered: for saying so to
        whoever sees the score, without anybody's words."""
        wanted = set(series)
        if not wanted:
            return set()
        here = (
            col(Objection.series).in_(sorted({metric for metric, _ in wanted})),
            col(Objection.state) == "open",
        )
        rows = self._store.execute(select(OBJECTIONS.c.series, OBJECTIONS.c.subject_id).where(*here))
        return {(metric, person) for metric, person in rows} & wanted
