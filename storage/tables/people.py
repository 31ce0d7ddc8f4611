"""People: who they are, to whom they report, who stands in, their accounts, what they chose and when they are away."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Text, UniqueConstraint
from sqlmodel import JSON, Field, SQLModel

from storage.columns import Moment, Sealed
from storage.tables.base import PersonalRow, Row

FOREVER = date(9999, 12, 31)


class PersonRow(Row, table=True):
    """A person of the organisation. `zone` and `language` are the file's; `own_…` the person's choice."""

    __tablename__ = "person"
    __table_args__ = (Index("person_by_team", "team"),)

    email: str = Field(unique=True)
    name: str
    department: str = Field(default="", sa_column_kwargs={"server_default": ""})
    team: str = ""
    zone: str = ""
    own_zone: str = ""
    language: str = ""
    own_language: str = ""
    role: str = "employee"
    hired_on: date | None = None
    external_id: str = ""
    left_at: datetime | None = Field(default=None, sa_type=Moment)
    erased_at: datetime | None = Field(default=None, sa_type=Moment)
    revision: int = Field(default=0, index=True)


class ReportingLine(Row, table=True):
    """Who reported to whom, from a day (included) until a day (excluded)."""

    __tablename__ = "reporting_line"
    __table_args__ = (Index("reporting_line_by_manager", "manager_id", "subject_id"),)

    subject_id: str = Field(index=True)
    manager_id: str
    since: date
    until: date = FOREVER
    revision: int = Field(default=0, index=True)


class Delegation(PersonalRow, table=True):
    """`named_id` stands in for the manager `subject_id` from a moment (included) until another (excluded).

    It holds once both have said yes: who stands in, and the manager above, if there is one. It ends by its date, or
    before, at the instant of `ended_at`."""

    __tablename__ = "delegation"
    kinds: ClassVar[tuple[str, ...]] = ("delegation",)
    words: ClassVar[tuple[str, ...]] = ("reason",)
    ages_from: ClassVar[str] = "ends_at"  # it may be planned further ahead than it is kept

    begins_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    reason: str = Field(sa_column=Column(Sealed, nullable=False))
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    approved_by: str | None = None
    accepted_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_how: str = ""  # declined, refused, taken back, given up, over, left
    version: int = 0


class BreakGlass(PersonalRow, table=True):
    """`author_id`, of HR, asks to read the private feedback to `subject_id`; `named_id`, of HR too, has agreed.

    It opens from `approved_at` until `ends_at`, or until it is closed before. Then it becomes of another kind, which
    whom it is about may read."""

    __tablename__ = "break_glass"
    kinds: ClassVar[tuple[str, ...]] = ("break_glass", "break_glass_told")
    words: ClassVar[tuple[str, ...]] = ("reason",)

    reason: str = Field(sa_column=Column(Sealed, nullable=False))
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    ends_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class Account(Row, table=True):
    """A person on a platform. `address` is where a private message to them goes, once known."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("platform", "external_id", "ended_key"),)

    person_id: str = Field(index=True)
    platform: str
    external_id: str
    username: str = ""
    address: str = ""
    unreachable: bool = False
    home_opened: bool = False
    linked_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_key: str = (
        ""  # empty while the account lives, its id afterwards: one live account per platform and user
    )
    revision: int = Field(default=0, index=True)


class Preference(SQLModel, table=True):
    """What one person chose: quiet hours, the channel for reminders, notifications switched off."""

    __tablename__ = "preference"

    person_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: Any = Field(sa_column=Column(JSON, nullable=False))


class Absence(Row, table=True):
    """A person is away, both days included: neither asked nor counted missing."""

    __tablename__ = "absence"

    person_id: str = Field(index=True)
    first: date
    last: date
    note: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))


class CalendarDay(Row, table=True):
    """A day that an administrator declared a workday or a holiday."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("country", "day"),)

    country: str
    day: date
    workday: bool
    name: str = ""
