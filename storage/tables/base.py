"""What every table of ours has, and what every record about a person has."""

from datetime import datetime
from typing import ClassVar

from sqlmodel import Field, SQLModel

from storage.columns import Moment
from storage.ids import new_id


class Row(SQLModel):
    """What every table of ours has."""

    model_config = {
        "defer_build": True
    }  # nothing ever validates a row, and a start has many tables to get ready

    id: str = Field(default_factory=new_id, primary_key=True)


class PersonalRow(Row):
    """A record about a person. By inheriting it, a table is filtered by the policy, audited, exported and erased.

    `subject_id` is whom it concerns; `author_id` who wrote it; `named_id` the one other person whom the author named
    (the manager of a feedback, the partner of a one-on-one)."""

    kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of the policy that rows of this table can be."""
    words: ClassVar[tuple[str, ...]] = ()
    """The columns with people's words: what erasing empties."""
    is_by_author: ClassVar[bool] = True
    """Whether `author_id` wrote its words, and not only answers for it."""
    frame: ClassVar[bool] = False
    """It only holds other records together and says nothing itself: it does not grow too old."""
    is_part: ClassVar[bool] = False
    """It is a part of another record, with words that stand there: whoever counts records counts that one."""
    ages_from: ClassVar[str] = "made_at"
    """The column with the moment from which it grows old."""

    kind: str
    subject_id: str = Field(index=True)
    author_id: str | None = Field(default=None, index=True)
    named_id: str | None = Field(default=None, index=True)
    made_at: datetime = Field(sa_type=Moment)
