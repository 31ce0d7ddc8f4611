"""What is due when, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Moment, Sealed, SealedJson
from storage.tables.base import Row


class ObligationRow(Row, table=True):
    """Who owes what by when. Open until `closed_at`; `kind` and `about` are unique while it is open."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("person_id", "kind", "about"),
        Index("obligation_open", "person_id", "closed_at"),
        Index(
            "obligation_within",
            "within",
            sqlite_where=text("within <> ''"),
            postgresql_where=text("within <> ''"),
        ),
        # Only what is open is in it: closed obligations, years of them, cost a tick nothing.
        Index(
            "obligation_to_remind",
            "remind_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    person_id: str
    kind: str
    about: str
    title: str = Field(sa_column=Column(Sealed, nullable=False))
    args: Any = Field(sa_column=Column(SealedJson, nullable=False))
    minutes: int = 2
    cadence: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """When a reminder is due: "" for once and once more, or a name that `handlers/kit/cadence.py` knows."""
    note: str | None = Field(default=None, sa_column=Column(Sealed))
    """A stored Text that stands under the title: what happens when it is late."""
    within: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """What it is a part of ("reviews:<id>"), whose open ones are counted, moved and closed together."""
    wanted: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """Somebody asked by hand that the person is reminded next time."""
    opened_at: datetime = Field(sa_type=Moment)
    due_at: datetime | None = Field(default=None, sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    remind_at: datetime | None = Field(default=None, sa_type=Moment)
    snoozed_until: datetime | None = Field(default=None, sa_type=Moment)
    reminded: int = 0
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_how: str = ""


class Slot(SQLModel, table=True):
    """The next moment at which something is due for somebody or something: the clock asks only this table."""

    __tablename__ = "slot"
    __table_args__ = (Index("slot_due", "due_at"),)

    kind: str = Field(primary_key=True)
    # A person's id, "<person's id>:<more>", or a series', or a team's; by bytes, so that a person's are one range.
    about: str = Field(
        sa_column=Column(String().with_variant(String(collation="C"), "postgresql"), primary_key=True)
    )
    due_at: datetime = Field(sa_type=Moment)


class Occurrence(Row, table=True):
    """What became of a due moment: sent, silent by a rule, expired, or failed. One for each slot, by a unique key."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("kind", "about", "due_at"),
        Index("occurrence_by_person", "person_id", "decided_at"),
    )

    kind: str
    about: str
    due_at: datetime = Field(sa_type=Moment)
    person_id: str | None = None
    outcome: str
    reason: str = ""
    until: datetime | None = Field(default=None, sa_type=Moment)
    outgoing_id: str | None = None
    decided_at: datetime = Field(sa_type=Moment)
