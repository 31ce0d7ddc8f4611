"""What was said in the local chat: each person's private talk with Upbeat, and the channels that everybody reads."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import Column, Index, UniqueConstraint, and_, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, col

from storage.columns import Moment, Sealed
from storage.ids import new_id
from storage.policy import Kind
from storage.tables import AuditRow, PersonalRow, Place, Row

if TYPE_CHECKING:
    from storage.store import Store

PLATFORM = "web"
NEWEST = 50
"""Rows that `pulse` looks at: one that is committed late is not the newest any more."""


def private_channel(person_id: str) -> str:
    """The id of a person's private talk with Upbeat."""
    return f"dm-{person_id}"


class WebMessage(PersonalRow, table=True):
    """A message: words of its author, or a card of Upbeat's (then without author).

    Kind CHAT is for `subject_id` alone: their private talk, and what only they see in a channel. Kind CHANNEL is read
    by everybody; what Upbeat posts there has no subject. `outgoing_id` keeps a repeated delivery from doubling it."""

    __tablename__ = "web_message"
    __table_args__ = (Index("web_message_in", "channel", "id"),)
    kinds: ClassVar[tuple[str, ...]] = (Kind.CHAT, Kind.CHANNEL)
    words: ClassVar[tuple[str, ...]] = ("said", "card")

    channel: str
    said: str | None = Field(default=None, sa_column=Column(Sealed))
    card: str | None = Field(default=None, sa_column=Column(Sealed))
    edited_at: datetime | None = Field(default=None, sa_type=Moment)
    outgoing_id: str | None = Field(default=None, unique=True)


class WebReaction(Row, table=True):
    """An emoji that somebody put under a message of a channel."""

    __tablename__ = "web_reaction"
    __table_args__ = (UniqueConstraint("message_id", "person_id", "emoji"),)

    message_id: str
    person_id: str
    emoji: str


class WebSeen(Row, table=True):
    """How far a person has read."""

    __tablename__ = "web_seen"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    person_id: str
    channel: str
    last: str


_MESSAGE = WebMessage.__table__  # type: ignore[attr-defined]
_REACTION = WebReaction.__table__  # type: ignore[attr-defined]
_SEEN = WebSeen.__table__  # type: ignore[attr-defined]


class WebChat:
    """`store.webchat`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Writing ---------------------------------------------------------------------------------------------------------

    def say(self, channel: str, words: str, *, author: str, private: bool) -> WebMessage:
        """Keep what a person wrote; `private`: only they see it."""
        kind = Kind.CHAT if private else Kind.CHANNEL
        return self._add(kind, channel, subject=author, author=author, said=words)

    def show(
        self, channel: str, card: str, *, reader: str = "", outgoing_id: str | None = None
    ) -> WebMessage:
        """Keep a card of Upbeat's for one reader, or for the whole channel. A delivery seen before is given back."""
        if outgoing_id and (before := self._delivered(outgoing_id)):
            return before
        kind = Kind.CHAT if reader else Kind.CHANNEL
        return self._add(kind, channel, subject=reader, author=None, card=card, outgoing_id=outgoing_id)

    def replace(self, message: WebMessage, card: str) -> None:
        """The same message shows another card now."""
        self._store.change(message, card=card)

    def put_over(self, message_id: str, card: str) -> bool:
        """A message of ours shows another card now, for the machine's own rules; False when it is gone."""
        found = self._store.execute(
            select(_MESSAGE.c.subject_id).where(_MESSAGE.c.id == message_id, _MESSAGE.c.author_id.is_(None))
        ).first()
        if found is None:
            return False
        here = col(WebMessage.id) == message_id
        (message,) = self._store.own(WebMessage, here, subject=found.subject_id)
        self._store.change(message, card=card)
        return True

    def edit(self, message: WebMessage, words: str) -> None:
        """The author wrote it anew."""
        self._store.change(message, said=words, edited_at=self._store.now)

    def react(self, message_id: str, person_id: str, emoji: str) -> bool:
        """Put an emoji under a message, or take it away if it is there; returns whether it stands now."""
        if self._store.remove(WebReaction, *_mine(message_id, person_id, emoji)):
            return False
        mine = {"id": new_id(), "message_id": message_id, "person_id": person_id, "emoji": emoji}
        self._store.execute(self._insert(_REACTION).values(**mine).on_conflict_do_nothing())
        return True

    def saw(self, person_id: str, channel: str, last: str) -> None:
        """The person has read this far. Two pages of theirs may say so at the same moment."""
        read = {"id": new_id(), "person_id": person_id, "channel": channel, "last": last}
        saying = self._insert(_SEEN).values(**read)
        further = {"set_": {"last": saying.excluded.last}, "where": saying.excluded.last > _SEEN.c.last}
        self._store.execute(saying.on_conflict_do_update(index_elements=["person_id", "channel"], **further))

    # Reading ---------------------------------------------------------------------------------------------------------

    def messages(self, channel: str, *, reader: str, most: int) -> list[WebMessage]:
        """The last messages of a channel that the reader may see, oldest first."""
        here = col(WebMessage.channel) == channel
        found = self._store.read(WebMessage, here, reader=reader, order=col(WebMessage.id).desc(), limit=most)
        return found[::-1]

    def message(self, message_id: str, *, reader: str) -> WebMessage | None:
        """A message that the reader may see, or None."""
        found = self._store.read(WebMessage, col(WebMessage.id) == message_id, reader=reader)
        return found[0] if found else None

    def reactions(self, message_ids: list[str]) -> dict[str, dict[str, list[str]]]:
        """Who put which emoji under these messages, in the order in which they did."""
        made: dict[str, dict[str, list[str]]] = {}
        theirs = col(WebReaction.message_id).in_(message_ids)
        for row in self._store.all(WebReaction, theirs, order=col(WebReaction.id)):
            made.setdefault(row.message_id, {}).setdefault(row.emoji, []).append(row.person_id)
        return made

    def seen(self, person_id: str, channel: str) -> str:
        """The id of the last message that the person has read there."""
        mine = (col(WebSeen.person_id) == person_id, col(WebSeen.channel) == channel)
        found = self._store.one(WebSeen, *mine)
        return found.last if found else ""

    def unread(self, person_id: str) -> dict[str, int]:
        """How many messages of others wait in each channel, and in the private talk."""
        join = and_(_SEEN.c.channel == _MESSAGE.c.channel, _SEEN.c.person_id == person_id)
        mine = and_(_MESSAGE.c.kind == Kind.CHAT, _MESSAGE.c.subject_id == person_id)
        others = or_(_MESSAGE.c.author_id.is_(None), _MESSAGE.c.author_id != person_id)
        query = (
            select(_MESSAGE.c.channel, func.count())
            .select_from(_MESSAGE.outerjoin(_SEEN, join))
            .where(or_(_MESSAGE.c.kind == Kind.CHANNEL, mine), others)
            .where(_MESSAGE.c.id > func.coalesce(_SEEN.c.last, ""))
            .group_by(_MESSAGE.c.channel)
        )
        return {channel: int(number) for channel, number in self._store.execute(query)}

    def pulse(self) -> tuple[str, ...]:
        """Something that is different after anything was done, by whichever process."""
        found: list[str] = []
        for table in (AuditRow.__table__, WebReaction.__table__):  # type: ignore[attr-defined]
            newest = select(table.c.id).order_by(table.c.id.desc()).limit(NEWEST)
            found += [row[0] for row in self._store.execute(newest)]
        return tuple(found)

    def places(self) -> list[Place]:
        """The channels, by name."""
        here = (col(Place.platform) == PLATFORM, col(Place.gone).is_(False))
        return self._store.all(Place, *here, order=col(Place.name))

    # Inside ----------------------------------------------------------------------------------------------------------

    def _add(
        self,
        kind: Kind,
        channel: str,
        *,
        subject: str,
        author: str | None,
        said: str | None = None,
        card: str | None = None,
        outgoing_id: str | None = None,
    ) -> WebMessage:
        return self._store.insert(
            WebMessage(
                kind=kind,
                subject_id=subject,
                author_id=author,
                made_at=self._store.now,
                channel=channel,
                said=said,
                card=card,
                outgoing_id=outgoing_id,
            )
        )

    def _insert(self, table: Any) -> Any:
        return (sqlite.insert if self._store.dialect == "sqlite" else postgresql.insert)(table)

    def _delivered(self, outgoing_id: str) -> WebMessage | None:
        found = self._store.execute(select(_MESSAGE).where(_MESSAGE.c.outgoing_id == outgoing_id)).first()
        return WebMessage(**found._mapping) if found else None


def _mine(message_id: str, person_id: str, emoji: str) -> tuple[object, ...]:
    return (
        col(WebReaction.message_id) == message_id,
        col(WebReaction.person_id) == person_id,
        col(WebReaction.emoji) == emoji,
    )
