"""What the one path must remember: what was heard, what waits to be told, what buttons do, and who did what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import JSON, Field, SQLModel

from storage.columns import Moment, Sealed, SealedJson
from storage.tables.base import Row


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
        # Few, and counted each time that somebody looks at the metrics.
        Index(
            "outbox_unclear",
            "ambiguous",
            sqlite_where=text("ambiguous > 0"),
            postgresql_where=text("ambiguous > 0"),
        ),
    )

    person_id: str | None = None
    place_id: str | None = None
    route: str
    topic: str | None = Field(default=None, unique=True)
    card: str = Field(sa_column=Column(Sealed, nullable=False))
    about: str = ""  # "kind:id" of what the message shows, to find it again from a reaction
    thread: str | None = None  # the topic of a Telegram forum, "" the general one, if not the place's own
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)  # its card was another one before
    edits: str | None = None  # the `Posted` whose place it takes, instead of being a message of its own
    unclear: str = "repeat"  # what to do when the platform never answered: repeat, reconcile, once
    state: str = "waiting"
    due_at: datetime = Field(sa_type=Moment)
    stuck_since: datetime | None = Field(default=None, sa_type=Moment)  # it was due then, and did not go
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
