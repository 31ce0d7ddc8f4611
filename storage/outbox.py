"""What must be told waits here, written with its cause, until it is delivered, expired, or set aside with an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, literal_column, or_, select, update
from sqlmodel import col

from storage.prepared import Prepared
from storage.tables import Outgoing, Place, Posted

if TYPE_CHECKING:
    from storage.store import Store

TABLE = Outgoing.__table__  # type: ignore[attr-defined]
KEPT = timedelta(days=180)
TAKEN_BACK = "taken back"
BEGUN = "begun"
"""The reason of a message of which some pages stand, and the others wait to be tried again."""
UNCLEAR = "unclear_before"
"""The setting with how many sends of forgotten messages a platform never answered."""
RESTORED = "restored"
"""The reason of a message that was held back because it may have been sent before a restore from a backup."""
HELD_BACK = {"state": "expired", "reason": RESTORED}
"""Such a message, until its reader is told that it may not have reached them."""
ANSWER = "answer:"
"""How the topic of an answer begins that its platform did not take when it was given."""
ANSWERS = TABLE.c.topic.startswith(ANSWER)
"""Which messages are such answers."""
WAITED_FOR = timedelta(days=1)
"""How long such an answer is worth giving. Then it is forgotten, as are those that were given."""

_HELD_BACK = tuple(TABLE.c[name] == value for name, value in HELD_BACK.items())

_TOPIC = Prepared(select(TABLE.c.id).where(TABLE.c.topic == bindparam("topic")))

_TOLD = Prepared(
    select(func.count()).where(
        TABLE.c.person_id == bindparam("person"),
        TABLE.c.topic.like(bindparam("topics")),
        TABLE.c.made_at >= bindparam("since"),
        or_(*(TABLE.c.state == state for state in ("waiting", "sending", "sent"))),
    )
)


@dataclass(frozen=True)
class Withdrawn:
    """Where what was withdrawn stands before its reader's eyes; `unknown`: it may, but nobody knows where."""

    standing: Sequence[Posted]
    unknown: bool


class Outbox:
    """`store.outbox`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(
        self,
        card: str,
        *,
        route: str,
        person_id: str | None = None,
        place_id: str | None = None,
        topic: str | None = None,
        about: str = "",
        unclear: str = "repeat",
        platform: str = "",
        edits: str | None = None,
        thread: str | None = None,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
    ) -> Outgoing | None:
        """Queue a card for a person or a place; None when its topic was queued before."""
        if topic is not None and self._store.run(_TOPIC, topic=topic):
            return None
        now = self._store.now
        return self._store.add(
            Outgoing,
            person_id=person_id,
            place_id=place_id,
            route=route,
            topic=topic,
            card=card,
            about=about,
            unclear=unclear,
            platform=platform,
            edits=edits,
            thread=thread,
            due_at=due_at or now,
            expires_at=expires_at,
            made_at=now,
        )

    def cancel_for(self, people: Sequence[str], reason: str) -> int:
        """Stop everything that waits for people who have left; returns how many."""
        waiting = (TABLE.c.person_id.in_(people), TABLE.c.state == "waiting")
        return int(
            self._store.execute(
                update(TABLE).where(*waiting).values(state="cancelled", reason=reason)
            ).rowcount
        )

    def revive_for(self, person_id: str, reason: str) -> int:
        """What was stopped for this reason, and is still worth telling, waits again; returns how many."""
        stopped = (TABLE.c.person_id == person_id, TABLE.c.state == "cancelled", TABLE.c.reason == reason)
        rows = self._store.all(Outgoing, *stopped, TABLE.c.expires_at > self._store.now)
        for row in rows:
            self._store.change(row, state="waiting", reason="", stuck_since=None)
            self._store.slots.reinstate(row)
        return len(rows)

    def hold_back(self, ids: Sequence[str]) -> None:
        """These may have been sent before a restore from a backup."""
        self._store.execute(update(TABLE).where(TABLE.c.id.in_(ids)).values(**HELD_BACK))

    def held_back(self, most: int) -> list[str]:
        """Some of the people from whom something was held back, and who were not told so."""
        found = select(TABLE.c.person_id).where(*_HELD_BACK, TABLE.c.person_id.is_not(None)).distinct()
        return [row[0] for row in self._store.execute(found.limit(most))]

    def let_go(self, person_id: str) -> list[Outgoing]:
        """What was held back from a person, in order; it is settled now."""
        theirs = (*_HELD_BACK, TABLE.c.person_id == person_id)
        rows = self._store.all(Outgoing, *theirs, order=TABLE.c.id)
        self._store.execute(update(TABLE).where(*theirs).values(state="cancelled"))
        return rows

    def withdraw(
        self,
        about: str,
        card: str,
        *,
        person_id: str | None,
        place_id: str | None,
        keeps_waiting: bool = False,
    ) -> Withdrawn:
        """What shows this to a reader is replaced by `card` where it is kept, and not sent where it waits, unless it
        `keeps_waiting`. What may have arrived, or has in part, and waits to be tried again, is sent with the new
        card."""
        theirs = TABLE.c.person_id == person_id if person_id else TABLE.c.place_id == place_id
        shows = (TABLE.c.about == about, theirs)
        # What was stopped, for whoever cannot be reached say, is not to wait again once they can.
        unsent = (
            TABLE.c.state.in_(("waiting", "cancelled")),
            TABLE.c.ambiguous == 0,
            TABLE.c.reason != BEGUN,
        )
        if not keeps_waiting:
            taken_back = {"state": "cancelled", "reason": TAKEN_BACK}
            self._store.execute(update(TABLE).where(*shows, *unsent).values(**taken_back))
        kept = self._store.execute(
            update(TABLE)
            .where(*shows)
            .values(card=card, withdrawn_at=self._store.now)
            .returning(TABLE.c.state, TABLE.c.ambiguous)
        ).all()
        standing = self._store.posts.showing(about, person_id=person_id, place_id=place_id)
        arrived = any(row.state == "sent" or (row.state == "failed" and row.ambiguous) for row in kept)
        return Withdrawn(standing, unknown=not standing and (arrived or not kept))

    def put_right(self, row: Outgoing, posted: Posted) -> None:
        """A message stands now. If it was withdrawn while it was being sent, or while nobody knew whether it had
        arrived, the card that should stand takes its place."""
        here = select(TABLE.c.card).where(TABLE.c.id == row.id, TABLE.c.withdrawn_at.is_not(None))
        if (card := self._store.execute(here).scalar()) is not None:
            self.put(
                card,
                route=row.route,
                person_id=row.person_id,
                place_id=row.place_id,
                edits=posted.id,
                platform=posted.platform,
            )

    def ages(self) -> dict[str, int]:
        """How many messages are in each state."""
        counted = select(TABLE.c.state, func.count()).group_by(TABLE.c.state)
        return {state: int(number) for state, number in self._store.execute(counted)}

    def oldest_waiting(self) -> datetime | None:
        """Since when the oldest due message waits, or None. What failed and is tried again later was due before."""
        due = (TABLE.c.due_at <= self._store.now) | TABLE.c.stuck_since.is_not(None)
        waiting = (TABLE.c.state.in_(("waiting", "sending")), due)
        since = func.min(func.coalesce(TABLE.c.stuck_since, TABLE.c.due_at))
        found = self._store.execute(select(since).where(*waiting)).scalar()
        return found if isinstance(found, datetime) else None

    def has(self, topic: str) -> bool:
        """Whether a message of this topic was ever queued."""
        return bool(self._store.run(_TOPIC, topic=topic))

    def told(self, person_id: str, topics: str, *, since: datetime) -> int:
        """How many messages whose topic is like this a person got, or will get, since a moment."""
        return int(self._store.run(_TOLD, person=person_id, topics=topics, since=since)[0][0])

    def sent_to(self, person_id: str, *, since: datetime) -> list[Outgoing]:
        """What a person was sent since a moment without having asked for it, newest first; what only took another's
        place is that one."""
        mine = (TABLE.c.person_id == person_id, TABLE.c.made_at >= since, TABLE.c.edits.is_(None))
        unasked = or_(TABLE.c.topic.is_(None), ~ANSWERS)
        newest = (TABLE.c.made_at.desc(), TABLE.c.id.desc())
        return self._store.all(Outgoing, *mine, unasked, order=newest)

    def ambiguous(self) -> int:
        """How many sends a platform never answered, ever."""
        return int(self._store.setting(UNCLEAR, 0)) + self._unclear()

    def _unclear(self, *which: Any) -> int:
        some = TABLE.c.ambiguous > literal_column("0")  # word for word as its index says
        counted = select(func.coalesce(func.sum(TABLE.c.ambiguous), 0)).where(some, *which)
        return int(self._store.execute(counted).scalar_one())

    def place_of(self, row: Outgoing) -> Place | None:
        """The place that a message goes to."""
        return self._store.one(Place, col(Place.id) == row.place_id)

    def place(self, platform: str, external_id: str) -> Place | None:
        """The channel or group of that id, if Upbeat has seen it."""
        return self._store.one(Place, col(Place.platform) == platform, col(Place.external_id) == external_id)

    def tidy(self) -> int:
        """Forget what was settled long ago, and answers soon; returns how many."""
        settled = TABLE.c.state.not_in(("waiting", "sending"))
        now = self._store.now
        old = (settled, or_(TABLE.c.made_at < now - KEPT, ANSWERS & (TABLE.c.made_at < now - WAITED_FOR)))
        if unclear := self._unclear(*old):
            self._store.set_setting(UNCLEAR, int(self._store.setting(UNCLEAR, 0)) + unclear)
        return self._store.remove(Outgoing, *old)
