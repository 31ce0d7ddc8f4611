"""What two people want to talk about, and the templates from which an agenda may begin."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed, SealedJson
from storage.one_on_ones.series import Series, shared
from storage.policy import Kind
from storage.tables import PersonalRow, Row

if TYPE_CHECKING:
    from storage.store import Store


class AgendaPoint(PersonalRow, table=True):
    """Something to talk about; unchecked it stays for the next meeting. `ours` marks a sentence of ours, translated."""

    __tablename__ = "one_on_one_point"
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str = Field(index=True)
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    ours: bool = False
    checked_at: datetime | None = Field(default=None, sa_type=Moment)


class AgendaTemplate(Row, table=True):
    """A company's own template of an agenda, for everybody."""

    __tablename__ = "agenda_template"

    name: str
    points: Any = Field(sa_column=Column(SealedJson, nullable=False))
    made_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


class Agenda:
    """`store.one_on_ones.agenda`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, series: Series, body: str, *, author: str, ours: bool = False) -> AgendaPoint:
        """Put a point on the agenda."""
        return self._store.insert(AgendaPoint(**shared(self._store, series, author), body=body, ours=ours))

    def waiting(self, series: Series, *, reader: str) -> list[AgendaPoint]:
        """The points that were not checked, the oldest first."""
        here = (col(AgendaPoint.series_id) == series.id, col(AgendaPoint.checked_at).is_(None))
        return self._store.read(AgendaPoint, *here, reader=reader, order=col(AgendaPoint.id))

    def discussed(self, series: Series, *, since: datetime, reader: str) -> list[AgendaPoint]:
        """The points that were checked since a moment, the latest first."""
        checked = col(AgendaPoint.checked_at)
        here = (col(AgendaPoint.series_id) == series.id, checked >= since)
        return self._store.read(AgendaPoint, *here, reader=reader, order=checked.desc())

    def get(self, point_id: str, *, reader: str) -> AgendaPoint | None:
        """A point that this reader may see, or None."""
        return next(iter(self._store.read(AgendaPoint, col(AgendaPoint.id) == point_id, reader=reader)), None)

    def check(self, point: AgendaPoint) -> None:
        """It was talked about."""
        self._store.change(point, checked_at=self._store.now)

    def uncheck(self, point: AgendaPoint) -> None:
        """It was not, after all."""
        self._store.change(point, checked_at=None)


class Templates:
    """`store.one_on_ones.templates`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[AgendaTemplate]:
        """The company's own templates, by name."""
        offered = col(AgendaTemplate.retired_at).is_(None)
        return self._store.all(AgendaTemplate, offered, order=col(AgendaTemplate.name))

    def keep(self, name: str, points: list[str]) -> AgendaTemplate:
        """Add a template of the company, in the place of one of the same name."""
        for template in self.all():
            if template.name.casefold() == name.casefold():
                self.retire(template)
        return self._store.insert(AgendaTemplate(name=name, points=points, made_at=self._store.now))

    def retire(self, template: AgendaTemplate) -> None:
        """Offer a template no longer; what was added from it stays."""
        self._store.change(template, retired_at=self._store.now)
