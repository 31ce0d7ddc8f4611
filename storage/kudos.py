"""Who thanked whom and for what: rows that are never deleted, only reversed, and the reactions to what was posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import JSON, Column, Index, UniqueConstraint, func, select
from sqlmodel import Field, col

from storage.columns import Moment, Sealed
from storage.policy import Kind
from storage.rows import made
from storage.tables import PersonalRow, PersonRow, Place

if TYPE_CHECKING:
    from storage.store import Store

PUBLIC_NAMES = (
    "kudos",
    "thanks",
    "praise",
    "点赞",
    "表扬",
    "感谢",
    "general",
    "everybody",
    "all",
    "全员",
    "综合",
    "大厅",
)
"""What a channel for everybody is usually called, the likeliest first."""


class KudosRow(PersonalRow, table=True):
    """One person thanked (`subject_id`) by another (`author_id`). Those thanked at once share a `group_id`.

    Taking it back adds a row that `reverses` this one, with its points negative. `points` is 0 beyond the day's
    allowance: the thanks count all the same."""

    __tablename__ = "kudos"
    __table_args__ = (
        UniqueConstraint("group_id", "subject_id", "reverses"),
        # Without the kind: one who may read all of a kind would have the whole company's looked through.
        Index("kudos_by_time", "made_at"),
        Index("kudos_by_reversal", "reverses"),
    )
    kinds: ClassVar[tuple[str, ...]] = (Kind.KUDOS_PUBLIC, Kind.KUDOS_PRIVATE)
    words: ClassVar[tuple[str, ...]] = ("why", "quoted")

    group_id: str
    why: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    quoted: str = Field(default="", sa_column=Column(Sealed, nullable=False))
    tags: Any = Field(default=(), sa_column=Column(JSON, nullable=False))
    points: int = 1
    place_id: str = ""
    reverses: str = ""


class ReactionRow(PersonalRow, table=True):
    """An emoji that a person put under a public kudos; `taken_at` when they took it away again."""

    __tablename__ = "kudos_reaction"
    __table_args__ = (
        UniqueConstraint("message", "subject_id", "emoji"),
        Index("kudos_reaction_by_group", "group_id"),
    )
    kinds: ClassVar[tuple[str, ...]] = (Kind.KUDOS_PUBLIC,)
    words: ClassVar[tuple[str, ...]] = ()

    group_id: str
    message: str
    emoji: str
    taken_at: datetime | None = Field(default=None, sa_type=Moment)


KUDOS = KudosRow.__table__  # type: ignore[attr-defined]
REACTIONS = ReactionRow.__table__  # type: ignore[attr-defined]


def standing() -> tuple[Any, Any]:
    """The conditions of a thanks that was not taken back."""
    back = KUDOS.alias("back")
    # Not `== ""`: SQLite would look for it in the index of what was reversed, where it is nearly every row.
    given = func.length(KUDOS.c.reverses) == 0
    return given, ~select(back.c.id).where(back.c.reverses == KUDOS.c.id).exists()


class Kudos:
    """`store.kudos`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Giving --------------------------------------------------------------------------------------------------------

    def give(
        self,
        giver: str,
        receivers: Sequence[str],
        *,
        group: str,
        why: str,
        quoted: str,
        tags: Sequence[str],
        place: Place | None,
        points: int,
    ) -> list[KudosRow]:
        """Keep a thanks to several people, public in `place` or private; the first `points` of them get a point."""
        return [
            self._store.insert(
                KudosRow(
                    kind=Kind.KUDOS_PUBLIC if place else Kind.KUDOS_PRIVATE,
                    subject_id=receiver,
                    author_id=giver,
                    made_at=self._store.now,
                    group_id=group,
                    why=why,
                    quoted=quoted,
                    tags=list(tags),
                    points=int(number < points),
                    place_id=place.id if place else "",
                )
            )
            for number, receiver in enumerate(receivers)
        ]

    def move(self, rows: Iterable[KudosRow], place: Place) -> None:
        """A thanks in public is posted in another channel than was meant first."""
        for row in rows:
            self._store.change(row, place_id=place.id)

    def take_back(self, row: KudosRow) -> None:
        """Reverse a thanks; the database refuses a second time."""
        self._store.insert(
            KudosRow(
                kind=row.kind,
                subject_id=row.subject_id,
                author_id=row.author_id,
                made_at=self._store.now,
                group_id=row.group_id,
                points=-row.points,
                place_id=row.place_id,
                reverses=row.id,
            )
        )

    def was_given(self, group: str) -> bool:
        """Whether this thanks was sent before, in whatever way."""
        return bool(self._store.count(KudosRow, KUDOS.c.group_id == group))

    def points_given(self, giver: str, since: datetime) -> int:
        """How many people this person thanked with a point since a moment, without what was taken back. Nobody else
        counts them before this unit of work is over: what is given at the same moment stays within the day's too."""
        if self._store.dialect != "sqlite":
            mine = select(col(PersonRow.id)).where(col(PersonRow.id) == giver)
            self._store.execute(mine.with_for_update())
        counted = (KUDOS.c.author_id == giver, KUDOS.c.made_at >= since, KUDOS.c.points > 0)
        return self._store.count(KudosRow, *counted, *standing())

    # Reading -------------------------------------------------------------------------------------------------------

    def standing(self, group: str, *, reader: str) -> list[KudosRow]:
        """The rows of one thanks that the reader may see and that were not taken back."""
        return self._store.read(
            KudosRow, KUDOS.c.group_id == group, *standing(), reader=reader, order=KUDOS.c.id
        )

    def of_group(self, group: str, *, reader: str) -> KudosRow | None:
        """The first row of a thanks that the reader may see, taken back or not."""
        found = self._store.read(
            KudosRow, KUDOS.c.group_id == group, reader=reader, order=KUDOS.c.id, limit=1
        )
        return found[0] if found else None

    def received(self, person: str, *, limit: int, since: datetime | None = None) -> list[KudosRow]:
        """The thanks that a person got, newest first, for themselves."""
        mine = (KUDOS.c.subject_id == person, *((KUDOS.c.made_at > since,) if since else ()))
        return self._newest(mine, reader=person, limit=limit)

    def given(self, person: str, *, limit: int, since: datetime | None = None) -> list[KudosRow]:
        """The thanks that a person gave, newest first, for themselves: one row for each receiver."""
        mine = (KUDOS.c.author_id == person, *((KUDOS.c.made_at >= since,) if since else ()))
        return self._newest(mine, reader=person, limit=limit)

    def totals(self, person: str) -> tuple[int, int]:
        """How many thanks a person got, and how many points came with them."""
        counted = select(func.count(), func.coalesce(func.sum(KUDOS.c.points), 0)).where(
            KUDOS.c.subject_id == person, *standing()
        )
        thanks, points = self._store.execute(counted).one()
        return int(thanks), int(points)

    def thanked(self, people: Iterable[str], since: datetime, *, reader: str) -> set[str]:
        """Which of these people were thanked since a moment, as far as the reader may know."""
        visible = self._store.readable(KudosRow, reader)
        them = (KUDOS.c.subject_id.in_(list(people)), KUDOS.c.made_at >= since)
        found = select(KUDOS.c.subject_id).where(visible, *them, *standing())
        return {row[0] for row in self._store.execute(found)}

    def public_receivers(self, group: str) -> list[str]:
        """Who was thanked in public by this, unless it was taken back."""
        return [row.subject_id for row in self.public(group)]

    def public(self, group: str) -> list[KudosRow]:
        """The rows of one thanks in public that still stands: everybody reads them."""
        return self._public(KUDOS.c.group_id == group)

    def posted_between(self, since: datetime, until: datetime) -> list[KudosRow]:
        """What was thanked in public and still stands, oldest first: what everybody reads may be posted again."""
        return self._public(KUDOS.c.made_at >= since, KUDOS.c.made_at < until)

    def _public(self, *conditions: Any) -> list[KudosRow]:
        public = (KUDOS.c.kind == Kind.KUDOS_PUBLIC.value, *conditions)
        found = select(KUDOS).where(*public, *standing()).order_by(KUDOS.c.made_at, KUDOS.c.id)
        return [made(KudosRow, row._mapping) for row in self._store.execute(found)]

    def _newest(self, conditions: tuple[Any, ...], *, reader: str, limit: int) -> list[KudosRow]:
        order = (KUDOS.c.made_at.desc(), KUDOS.c.id.desc())
        return self._store.read(KudosRow, *conditions, *standing(), reader=reader, order=order, limit=limit)

    # Reactions -----------------------------------------------------------------------------------------------------

    def react(
        self, person: str, group: str, message: str, emoji: str, *, added: bool, at: datetime | None
    ) -> None:
        """An emoji was put under a post, or taken away: once for each person, emoji and message. `at` is when, where it
        may have been before what is known already, which it does not change then."""
        mine = (REACTIONS.c.message == message, REACTIONS.c.emoji == emoji)
        is_new, at = at is None, at or self._store.now
        taken_at = None if added else at
        if known := self._store.own(ReactionRow, *mine, subject=person):
            (row,) = known
            if is_new or at >= (row.taken_at or row.made_at):
                self._store.change(row, made_at=at if added else row.made_at, taken_at=taken_at)
            return
        if is_new and not added:
            return  # of something before our time
        self._store.insert(
            ReactionRow(
                kind=Kind.KUDOS_PUBLIC,
                subject_id=person,
                author_id=person,
                made_at=at,
                taken_at=taken_at,
                group_id=group,
                message=message,
                emoji=emoji,
            )
        )

    def reactions(self, groups: Iterable[str]) -> dict[str, int]:
        """How many reactions each of these has now."""
        counted = (
            select(REACTIONS.c.group_id, func.count())
            .where(REACTIONS.c.group_id.in_(list(groups)), REACTIONS.c.taken_at.is_(None))
            .group_by(REACTIONS.c.group_id)
        )
        return {group: int(number) for group, number in self._store.execute(counted)}

    # Where it is posted --------------------------------------------------------------------------------------------

    def places(self) -> list[Place]:
        """The channels and groups where Upbeat may post, by name."""
        return self._store.all(Place, col(Place.gone).is_(False), order=(col(Place.name), col(Place.id)))

    def place(self, place_id: str) -> Place | None:
        """A channel or group where Upbeat may post, or None."""
        return self._store.one(Place, col(Place.id) == place_id, col(Place.gone).is_(False))

    def likely_place(self, platform: str, team: str) -> Place | None:
        """The channel of a team on a platform, or else one whose name says that it is for everybody."""
        here = [place for place in self.places() if place.platform == platform]
        for place in here:
            if team and place.team == team:
                return place
        named = {place.name.lstrip("#").casefold(): place for place in reversed(here)}
        return next((named[name] for name in PUBLIC_NAMES if name in named), None)
