"""Where figures come from, what they are called, and every figure that ever arrived, with its age."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import JSON, Field

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row

SIGNED, GITHUB = "signed", "github"
"""How a source signs: as Standard Webhooks has it, or as GitHub does."""
NEWEST, COUNTED = "newest", "counted"
"""What a metric comes to: its newest point, or all its points together."""


class DataSource(Row, table=True):
    """Something that sends figures: a system of the company, at an address and with a secret of its own. `people` are
    the people it calls by names that we do not know, `allowed` the metrics that an administrator let pass by name."""

    __tablename__ = "data_source"

    name: str = Field(unique=True)
    form: str = SIGNED
    secret: str = Field(sa_column=Column(Sealed, nullable=False))
    owner_id: str | None = (
        None  # who set it up, and hears when it is silent; administrators where nobody is named
    )
    stale_days: int = 14
    people: Any = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    allowed: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_at: datetime = Field(sa_type=Moment)
    heard_at: datetime | None = Field(default=None, sa_type=Moment)
    removed_at: datetime | None = Field(default=None, sa_type=Moment)


class Metric(Row, table=True):
    """What a source counts or measures. What is `kept_apart` never enters a score."""

    __tablename__ = "metric"
    __table_args__ = (UniqueConstraint("source_id", "name"),)

    source_id: str
    name: str
    unit: str = ""
    comes_to: str = NEWEST
    kept_apart: bool = False
    made_at: datetime = Field(sa_type=Moment)


class MetricPoint(Row, table=True):
    """A figure of the company at a moment. A correction is one more edition; only the newest is `current`. `key` is the
    digest of what the source calls it by."""

    __tablename__ = "metric_point"
    __table_args__ = (
        UniqueConstraint("source_id", "key", "edition"),
        Index("metric_point_by_metric", "metric_id", "at"),
    )

    source_id: str
    metric_id: str
    key: str
    edition: int = 1
    current: bool = True
    at: datetime = Field(sa_type=Moment)
    value: str
    received_at: datetime = Field(sa_type=Moment)


class PersonPoint(PersonalRow, table=True):
    """The same about one person; `made_at` is the moment that the figure is about. It says of itself which metric it is
    and which source sent it, for whom it is about."""

    __tablename__ = "metric_of_person"
    __table_args__ = (
        UniqueConstraint("source_id", "key", "edition"),
        Index("metric_of_person_by_metric", "subject_id", "metric_id", "made_at"),
    )
    kinds: ClassVar[tuple[str, ...]] = (Kind.METRIC,)
    words: ClassVar[tuple[str, ...]] = ("value",)

    source_id: str
    source: str
    metric_id: str
    metric: str
    unit: str = ""
    key: str
    edition: int = 1
    current: bool = True
    value: str | None = Field(default=None, sa_type=Sealed)
    received_at: datetime = Field(sa_type=Moment)


class Unmatched(Row, table=True):
    """A figure about somebody whom nobody here is known as: kept until the name is known, or for a while."""

    __tablename__ = "metric_unmatched"
    __table_args__ = (UniqueConstraint("source_id", "key"),)

    source_id: str
    key: str
    point: Any = Field(sa_column=Column(SealedJson, nullable=False))
    received_at: datetime = Field(sa_type=Moment)
