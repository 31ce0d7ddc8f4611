"""Where figures come from, what they are called, and every figure that ever arrived, with its age."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, UniqueConstraint, text
from sqlmodel import JSON, Field

from storage.columns import Moment, Sealed, SealedJson
from storage.policy import Kind
from storage.tables import PersonalRow, Row

SIGNED, GITHUB, GITLAB, JIRA, FILES = "signed", "github", "gitlab", "jira", "files"
"""How a source signs: as Standard Webhooks has it, or as these do; figures of files come from colleagues, unsigned."""
NEWEST, COUNTED = "newest", "counted"
"""What a metric comes to: its newest point, or all its points together."""


OTHERS = "-"
"""In place of a file's id: a program, or another database."""


def _where_any(name: str, column: str) -> Index:
    """Few figures have this column, and only those are in the index: each index costs every figure that arrives."""
    there = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=there, postgresql_where=there)


def _also() -> Any:
    return Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class DataSource(Row, table=True):
    """Something that sends figures: a system of the company, at an address and with a secret of its own. `people` are
    the people it calls by names that we do not know, `allowed` the metrics and columns that an administrator let pass
    by name, `mapping` what the columns of its tables are, `options` what else its form must know."""

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
    mapping: Any = Field(default=None, sa_column=Column(JSON))
    options: Any = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
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
    digest of what the source calls it by, `file_id` the file that brought it, `also` what
    brought the same later: other files, or programs (OTHERS). `told_at` is when a tracker said so, which may send again
    late."""

    __tablename__ = "metric_point"
    __table_args__ = (
        UniqueConstraint("source_id", "key", "edition"),
        Index("metric_point_by_metric", "metric_id", "at"),
        _where_any("metric_point_by_file", "file_id"),
    )

    source_id: str
    metric_id: str
    key: str
    edition: int = 1
    current: bool = True
    at: datetime = Field(sa_type=Moment)
    value: str
    file_id: str | None = None
    also: Any = _also()
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    received_at: datetime = Field(sa_type=Moment)


class PersonPoint(PersonalRow, table=True):
    """The same about one person; `made_at` is the moment that the figure is about. It says of itself which metric it is
    and which source sent it, for whom it is about."""

    __tablename__ = "metric_of_person"
    __table_args__ = (
        UniqueConstraint("source_id", "key", "edition"),
        Index("metric_of_person_by_metric", "subject_id", "metric_id", "made_at"),
        _where_any("metric_of_person_by_file", "file_id"),
        _where_any("metric_of_person_by_author", "author_id"),
        _where_any("metric_of_person_by_named", "named_id"),
    )
    kinds: ClassVar[tuple[str, ...]] = (Kind.METRIC,)
    words: ClassVar[tuple[str, ...]] = ("value", "instead_of")

    subject_id: str  # the index by metric begins with it
    author_id: str | None = None
    named_id: str | None = None
    source_id: str
    source: str
    metric_id: str
    metric: str
    unit: str = ""
    key: str
    edition: int = 1
    current: bool = True
    value: str | None = Field(default=None, sa_type=Sealed)
    instead_of: str | None = Field(default=None, sa_type=Sealed)
    """What its source says, where whoever looks after it has corrected that by hand."""
    file_id: str | None = None
    also: Any = _also()
    told_at: datetime | None = Field(default=None, sa_type=Moment)
    received_at: datetime = Field(sa_type=Moment)


class Unmatched(Row, table=True):
    """A figure about somebody whom nobody here is known as: kept until the name is known, or for a while."""

    __tablename__ = "metric_unmatched"
    __table_args__ = (UniqueConstraint("source_id", "key"),)

    source_id: str
    key: str
    point: Any = Field(sa_column=Column(SealedJson, nullable=False))
    received_at: datetime = Field(sa_type=Moment)


class DataLoad(Row, table=True):
    """A table of figures that somebody sent, until they apply or drop it, or for a day."""

    __tablename__ = "data_load"

    by_id: str
    source_id: str = ""
    name: str | None = Field(default=None, sa_column=Column(Sealed))
    sheet: Any = Field(sa_column=Column(SealedJson, nullable=False))
    made_at: datetime = Field(sa_type=Moment)


class LoadedFile(Row, table=True):
    """A table of figures that was applied: its file's name, who sent it ("" from the terminal), and when it was taken
    back. The figures that it brought name it."""

    __tablename__ = "loaded_file"

    source_id: str = Field(index=True)
    by_id: str = ""
    name: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    figures: int = 0
    made_at: datetime = Field(sa_type=Moment)
    taken_back_at: datetime | None = Field(default=None, sa_type=Moment)
    version: int = 0


class DataQuery(Row, table=True):
    """A query that is asked of another database every so often, and whose rows are figures of a source. `fault` is a
    code of what went wrong the last time; nothing of the address or the query is ever told."""

    __tablename__ = "data_query"

    source_id: str = Field(unique=True)
    address: str = Field(sa_column=Column(Sealed, nullable=False))
    query: str = Field(sa_column=Column(Sealed, nullable=False))
    every_hours: int = 24
    next_at: datetime = Field(sa_type=Moment, index=True)
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    fault: str = ""
