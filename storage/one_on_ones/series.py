"""A series: two people who meet, how often, and when next."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field

from storage.columns import Moment
from storage.policy import Kind
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store


class Series(PersonalRow, table=True):
    """Two people who meet. `subject_id` is the lesser of their ids and `named_id` the other, so that a pair has one
    series however it is named. `meeting_on` is the next meeting's day by the rule, `meeting_at` when it really is."""

    __tablename__ = "one_on_one"
    __table_args__ = (UniqueConstraint("subject_id", "named_id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    frame: ClassVar[bool] = True

    rule: str = ""
    starts: date | None = None
    clock: time | None = None
    zone: str = ""
    planner_id: str = ""
    meeting_on: date | None = None
    meeting_at: datetime | None = Field(default=None, sa_type=Moment)
    last_on: date | None = None
    last_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0

    @property
    def people(self) -> tuple[str, str]:
        """The ids of the two."""
        return self.subject_id, str(self.named_id)

    def other_than(self, person_id: str) -> str:
        """The id of the other one."""
        first, second = self.people
        return second if person_id == first else first


def shared(store: Store, series: Series, author: str) -> dict[str, Any]:
    """The columns of a record that belongs to both of a series."""
    return {
        "kind": Kind.ONE_ON_ONE,
        "subject_id": series.subject_id,
        "named_id": series.named_id,
        "author_id": author,
        "made_at": store.now,
        "series_id": series.id,
    }


def insert_once(store: Store, row: PersonalRow) -> bool:
    """Add a row unless one with its unique key is there already, which another process may just have added."""
    dialect: Any = sqlite if store.dialect == "sqlite" else postgresql
    table = type(row).__table__  # type: ignore[attr-defined]
    values = {column.name: getattr(row, column.name) for column in table.columns}
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    added = store.execute(statement).scalar() is not None
    if added:
        store.audit("created", row.kind, record_id=row.id, subject_id=row.subject_id)
    return added
