"""Goals of the company, its teams and its people, what they are measured by, and their past."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from storage.columns import Exact, Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow

GOAL_KINDS: tuple[str, ...] = (Kind.GOAL_COMPANY, Kind.GOAL_TEAM, Kind.GOAL_PRIVATE)


class Goal(PersonalRow, table=True):
    """An objective (`form` okr) or a scorecard (kpi) of `subject_id`, who answers for it, at a level of the company.

    `kind` says who sees it. `parent_id` is what it serves: proposed, or agreed by the owner of the parent."""

    __tablename__ = "goal"
    __table_args__ = (Index("goal_by_parent", "parent_id"), Index("goal_by_state", "state", "ends_on"))
    kinds: ClassVar[tuple[str, ...]] = GOAL_KINDS
    words: ClassVar[tuple[str, ...]] = ("title", "purpose")

    number: int
    """How its owner calls it: 1, 2, 3 …"""
    form: str = "okr"
    level: str = "person"  # organisation, department, team, person
    unit: str = ""  # which department or team
    title: str = Field(sa_column=Column(Sealed, nullable=False))
    purpose: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    begins_on: date
    ends_on: date
    template_id: str = ""
    template_version: int = 0
    """The template that it was made from, and which version of it holds."""
    cycle_id: str = ""
    """The cycle that it was written for; its days are its own."""
    carried_from: str | None = Field(default=None, unique=True)
    """The goal whose next one it is: each has one at most."""
    parent_id: str = ""
    aligned: str = ""  # proposed, agreed
    aligned_at: datetime | None = Field(default=None, sa_type=Moment)
    """Until when its owner knows how what it serves has changed."""
    state: str = "open"  # open, closed, dropped
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class KeyResult(PersonalRow, table=True):
    """What a goal is measured by: a key result, or a KPI of a scorecard. Numbers are exact decimals."""

    __tablename__ = "key_result"
    __table_args__ = (
        Index("key_result_by_goal", "goal_id", "number"),
        UniqueConstraint("goal_id", "number"),
    )
    kinds: ClassVar[tuple[str, ...]] = GOAL_KINDS
    words: ClassVar[tuple[str, ...]] = ("title",)

    goal_id: str
    goal_number: int
    number: int
    """Its place in its goal: what was second stays second, whatever goes."""
    title: str = Field(sa_column=Column(Sealed, nullable=False))
    direction: str = "up"  # up, down, band, milestone, yes_no
    start: Any = Field(default=None, sa_column=Column(Exact))
    target: Any = Field(sa_column=Column(Exact, nullable=False))
    high: Any = Field(default=None, sa_column=Column(Exact))
    stretch: Any = Field(default=None, sa_column=Column(Exact))
    unit: str = ""
    weight: Any = Field(sa_column=Column(Exact, nullable=False))
    value: Any = Field(default=None, sa_column=Column(Exact))
    confidence: str = ""  # on_track, at_risk, off_track
    part: str = ""  # of a scorecard: judged, bonus, penalty; else it counts by its weight
    item: int = 0
    """Which item of the goal's template it is."""
    locked: bool = False
    """It belongs to the core of that template: what is measured, and its weight, are not its owner's to change."""
    metric_id: str = Field(default="", index=True)
    """The metric that it reads, if it reads one: the company's, or (`metric_own`) that of whom the goal belongs to."""
    metric_own: bool = False
    data_at: datetime | None = Field(default=None, sa_type=Moment)
    """The moment that its value is about, where a metric said it last and not a person."""
    begins_on: date | None = None
    ends_on: date | None = None
    """Days of its own, where they are not those of its goal."""
    moved_at: datetime | None = Field(default=None, sa_type=Moment)
    dropped_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0

    @property
    def is_done(self) -> bool:
        """Whether no more is to come: it is a yes, or all its steps are done."""
        ends = self.direction in ("milestone", "yes_no")
        return ends and not self.part and self.value is not None and bool(self.value >= self.target)

    def says_yes(self, value: Any) -> bool | None:
        """Whether a value is a yes where only that is asked; None of a number, and of what was one."""
        known = {Decimal(0): False, Decimal(1): True}
        is_asked = self.direction == "yes_no" and not self.part and value is not None
        return known.get(Decimal(value)) if is_asked else None

    @property
    def reads(self) -> tuple[str, str]:
        """The series that it reads: the metric, and whose, "" for the company's."""
        return self.metric_id, self.subject_id if self.metric_own else ""

    @property
    def called(self) -> str:
        """How its owner calls it: 2.1 is the first key result of goal 2."""
        return f"{self.goal_number}.{self.number}"


class GoalChange(PersonalRow, table=True):
    """Something that changed about a goal or one of its key results: who did it, what was before and after. Nothing is
    ever edited without one; taking a change back adds another that `undoes` it."""

    __tablename__ = "goal_change"
    __table_args__ = (Index("goal_change_by_goal", "goal_id", "made_at"),)
    kinds: ClassVar[tuple[str, ...]] = GOAL_KINDS
    words: ClassVar[tuple[str, ...]] = ("before", "after", "note")

    goal_id: str
    key_result_id: str = Field(default="", index=True)
    act: str  # made, edited, moved, closed, dropped, reopened, undone; proposed, agreed, declined, detached, kept;
    # connected, disconnected
    before: Any = Field(default=None, sa_column=Column(SealedJson))
    after: Any = Field(default=None, sa_column=Column(SealedJson))
    note: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    source: str = ""
    """The source of data that did it, in place of an author."""
    undoes: str = Field(default="", index=True)
