"""The tables that every feature stands on: people, their accounts, and what the one path itself must remember."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlmodel import JSON, Field, SQLModel

from storage.columns import Moment, Sealed, SealedJson
from storage.ids import new_id

FOREVER = date(9999, 12, 31)


class Row(SQLModel):
    """What every table of ours has."""

    id: str = Field(default_factory=new_id, primary_key=True)


class PersonalRow(Row):
    """A record about a person. By inheriting it, a table is filtered by the policy, audited, exported and erased.

    `subject_id` is whom it concerns; `author_id` who wrote it; `named_id` the one other person whom the author named
    (the manager of a feedback, the partner of a one-on-one)."""

    kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of the policy that rows of this table can be."""
    words: ClassVar[tuple[str, ...]] = ()
    """The columns with people's words: what erasing empties."""
    frame: ClassVar[bool] = False
    """It only holds other records together and says nothing itself: it does not grow too old."""
    ages_from: ClassVar[str] = "made_at"
    """The column with the moment from which it grows old."""

    kind: str
    subject_id: str = Field(index=True)
    author_id: str | None = Field(default=None, index=True)
    named_id: str | None = Field(default=None, index=True)
    made_at: datetime = Field(sa_type=Moment)


class PersonRow(Row, table=True):
    """A person of the organisation. `zone` and `language` are the file's; `own_…` the person's choice."""

    __tablename__ = "person"
    __table_args__ = (Index("person_by_team", "team"),)

    email: str = Field(unique=True)
    name: str
    department: str = ""
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


class Setting(SQLModel, table=True):
    """A value of the organisation that may change while running."""

    __tablename__ = "setting"

    name: str = Field(primary_key=True)
    value: Any = Field(sa_column=Column(JSON, nullable=False))


class Counter(SQLModel, table=True):
    """A number that only grows; its row is the lock that puts changes of people in order."""

    __tablename__ = "counter"

    name: str = Field(primary_key=True)
    value: int = 0


class DataKey(SQLModel, table=True):
    """A data key of the sealed columns, wrapped by the master key. Number 0 is the key of the audit log."""

    __tablename__ = "data_key"

    number: int = Field(primary_key=True)
    wrapped: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Inbox(SQLModel, table=True):
    """One delivery of a platform, and what was answered: seeing it again answers the same."""

    __tablename__ = "inbox"

    delivery: str = Field(primary_key=True)
    platform: str
    person_id: str | None = None
    route: str = ""
    outcome: str
    answer: str | None = Field(default=None, sa_type=Sealed)
    received_at: datetime = Field(sa_type=Moment, index=True)


class Handle(SQLModel, table=True):
    """What a button does; the platform sees the id alone. With no `person_id` any colleague may press."""

    __tablename__ = "handle"

    id: str = Field(primary_key=True)
    person_id: str | None = None
    route: str
    args: Any = Field(sa_column=Column(SealedJson, nullable=False))
    once: bool = True
    used_at: datetime | None = Field(default=None, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)


class Draft(Row, table=True):
    """A form that somebody has begun. Its answers survive restarts and continue on any platform.

    `asking` is the platform that interviews the person now, `position` the question it is at."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person_id", "route", "about", "closed_key"),)

    person_id: str
    route: str
    about: str = ""  # a digest of the settled arguments: one open draft for each thing
    args: Any = Field(sa_column=Column(SealedJson, nullable=False))
    given: Any = Field(sa_column=Column(SealedJson, nullable=False))
    asking: str = ""
    position: int = 0
    version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    closed_key: str = ""
    opened_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment, index=True)


class Outgoing(Row, table=True):
    """A message that waits until it is delivered, drawn then in its reader's language and zone.

    States: waiting → sending → sent | failed | expired | cancelled. `topic` is unique: the database refuses a second
    message for the same cause."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("outbox_due", "state", "due_at"),
        Index("outbox_by_person", "person_id", "sent_at"),
        Index(
            "outbox_by_place",
            "place_id",
            sqlite_where=text("place_id IS NOT NULL"),
            postgresql_where=text("place_id IS NOT NULL"),
        ),
    )

    person_id: str | None = None
    place_id: str | None = None
    route: str
    topic: str | None = Field(default=None, unique=True)
    card: str = Field(sa_column=Column(Sealed, nullable=False))
    about: str = ""  # "kind:id" of what the message shows, to find it again from a reaction
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)  # its card was another one before
    edits: str | None = None  # the `Posted` whose place it takes, instead of being a message of its own
    unclear: str = "repeat"  # what to do when the platform never answered: repeat, reconcile, once
    state: str = "waiting"
    due_at: datetime = Field(sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)
    made_at: datetime = Field(sa_type=Moment)
    attempts: int = 0
    crashes: int = 0
    ambiguous: int = 0
    leased_by: str = ""
    leased_until: datetime | None = Field(default=None, sa_type=Moment)
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    platform: str = ""
    reason: str = ""


class Posted(Row, table=True):
    """A message of ours on a platform, so that a reaction, an edit or an update can find what it shows."""

    __tablename__ = "posted"
    __table_args__ = (UniqueConstraint("platform", "channel", "message"), Index("posted_about", "about"))

    platform: str
    channel: str
    message: str
    more: str | None = None  # the ids of its further pages, with spaces between them
    about: str
    person_id: str | None = None
    posted_at: datetime = Field(sa_type=Moment)


class Place(Row, table=True):
    """A channel or group where Upbeat may post."""

    __tablename__ = "place"
    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    platform: str
    external_id: str
    name: str
    team: str = ""
    topic: str = ""  # the thread of a Telegram forum where posts go
    gone: bool = False
    seen_at: datetime = Field(sa_type=Moment)


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
    cadence: str = ""
    """When a reminder is due: "" for once and once more, or a name that `handlers/kit/cadence.py` knows."""
    note: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    """A stored Text that stands under the title: what happens when it is late."""
    within: str = ""
    """What it is a part of ("reviews:<id>"), whose open ones are counted, moved and closed together."""
    wanted: bool = False
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


class AuditRow(Row, table=True):
    """Who did or opened what. Never changed, never deleted, no words; chained (`storage/chain.py`)."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_by_subject", "subject_id", "at"),
        Index("audit_in_chain", "chain", "place", unique=True),
    )

    at: datetime = Field(sa_type=Moment)
    actor_id: str | None = None
    act: str  # created, changed, erased, opened, did, refused
    what: str  # a kind of record, or a route
    record_id: str = ""
    subject_id: str | None = None
    behalf_id: str | None = None  # for whom the actor stood in
    # Only what an Upbeat before the chain wrote has none, until the migration that brings the chain.
    chain: int | None = None
    place: int | None = None
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)


class AuditHead(SQLModel, table=True):
    """Where a chain of the audit log ends, sealed. Chain 0 has no entries: its place counts the chains."""

    __tablename__ = "audit_head"

    chain: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    place: int
    seal: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Lease(SQLModel, table=True):
    """Who may do what only one process does at a time, until when on the database's clock."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    term: int = 0
    until: datetime = Field(sa_type=Moment)


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
