"""What check-ins leave behind: routines of teams, and what each person posted, felt, heard back and is blocked by."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row


class Routine(Row, table=True):
    """When and what a team is asked. The team is whoever reports to `lead_id`; "" is everybody whose team has none.

    `rule` is RFC 5545's, "" the first workday of each week. It is open from `clock` until the evening of the
    `lasts`-th workday after."""

    __tablename__ = "checkin_routine"

    lead_id: str = Field(default="", unique=True)
    rule: str = ""
    starts: date
    clock: str = "10:00"
    lasts: int = 1
    questions: Any = Field(sa_column=Column(JSON, nullable=False))
    mood: bool = True
    place_id: str | None = None
    paused: bool = False
    version: int = 0


class CheckIn(PersonalRow, table=True):
    """One check-in: the answers by question. `window` is the occasion on which it was asked for, if it was.

    It may be changed until `closes_at`. `quoted_in` is the channel that the author was told of, fixed when sending.
    `parts` are the messages that it was said in, by their ids, each of which may be edited; none after a form.
    `read_by` has read it, standing in for `read_for` if that is somebody."""

    __tablename__ = "checkin"
    __table_args__ = (UniqueConstraint("subject_id", "window"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.CHECKIN,)
    words: ClassVar[tuple[str, ...]] = ("answers", "parts")

    day: date
    window: str | None = None
    closes_at: datetime | None = Field(default=None, sa_type=Moment)
    quoted_in: str | None = None
    answers: Any = Field(sa_column=Column(SealedJson))
    parts: Any = Field(default=None, sa_column=Column(SealedJson))
    changed_at: datetime | None = Field(default=None, sa_type=Moment)
    read_by: str | None = None
    read_for: str | None = None
    version: int = 0


class Mood(PersonalRow, table=True):
    """How a person felt, from 1 to 5 (0: taken back): theirs alone, and part of a mean of five people or more once it
    is settled."""

    __tablename__ = "checkin_mood"
    kinds: ClassVar[tuple[str, ...]] = (Kind.MOOD,)
    words: ClassVar[tuple[str, ...]] = ("score",)

    checkin_id: str = Field(unique=True)
    closes_at: datetime = Field(sa_type=Moment)
    score: Any = Field(sa_column=Column(SealedJson))


class Remark(PersonalRow, table=True):
    """What a manager wrote under a check-in, or who stands in for the manager, who is then `named_id`."""

    __tablename__ = "checkin_remark"
    kinds: ClassVar[tuple[str, ...]] = (Kind.COMMENT,)
    words: ClassVar[tuple[str, ...]] = ("remark",)

    checkin_id: str = Field(index=True)
    remark: str | None = Field(default=None, sa_type=Sealed)


class Blocker(PersonalRow, table=True):
    """What keeps a person from going on, from the check-in that named it until they call it solved."""

    __tablename__ = "checkin_blocker"
    __table_args__ = (Index("checkin_blocker_open", "subject_id", "solved_at"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.CHECKIN,)
    words: ClassVar[tuple[str, ...]] = ("matter",)
    is_part: ClassVar[bool] = True

    checkin_id: str
    matter: str | None = Field(default=None, sa_type=Sealed)
    solved_at: datetime | None = Field(default=None, sa_type=Moment)
    raised_at: datetime | None = Field(default=None, sa_type=Moment)
    raised_to: str | None = None
