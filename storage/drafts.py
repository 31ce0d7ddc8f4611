"""A form that somebody has begun is a draft: it survives a restart and continues on any platform."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, select
from sqlmodel import col

from storage.prepared import Prepared
from storage.tables import Draft
from storage.unit import Conflict

if TYPE_CHECKING:
    from storage.store import Store

KEPT = timedelta(days=30)
LONGER = timedelta(days=400)
"""What is kept longer: a review may rest through a whole cycle, and its writer through a leave."""
KEPT_LONGER = ("reviews.write", "reviews.answer_part")

DRAFTS = Draft.__table__  # type: ignore[attr-defined]
_OF = Prepared(
    select(DRAFTS).where(
        DRAFTS.c.person_id == bindparam("person"),
        DRAFTS.c.route == bindparam("route"),
        DRAFTS.c.about == bindparam("about"),
        DRAFTS.c.closed_key == "",
    )
)


class Drafts:
    """`store.drafts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(
        self, person_id: str, route: str, args: dict[str, Any], given: dict[str, Any], *, asking: str = ""
    ) -> Draft:
        """Open the draft of this form, or return the one that is open already with what was typed into it."""
        about = _digest(args)
        if asking:
            self._stop_asking(person_id, asking)
        found = self._open(person_id, col(Draft.route) == route, col(Draft.about) == about)
        if found:
            draft = found[0]
            self._store.change(
                draft,
                given={**given, **draft.given},
                asking=asking or draft.asking,
                changed_at=self._store.now,
            )
            return draft
        return self._store.insert(
            Draft(
                person_id=person_id,
                route=route,
                about=about,
                args=args,
                given=given,
                asking=asking,
                opened_at=self._store.now,
                changed_at=self._store.now,
            )
        )

    def get(self, draft_id: str, *, person_id: str) -> Draft | None:
        """An open draft of this person, or None alike for what is unknown, foreign or closed."""
        found = self._open(person_id, col(Draft.id) == draft_id)
        return found[0] if found else None

    def of(self, person_id: str, route: str, args: dict[str, Any]) -> Draft | None:
        """The open draft of this form, or None."""
        found = self._store.rows(Draft, _OF, person=person_id, route=route, about=_digest(args))
        return found[0] if found else None

    def asked(self, person_id: str, platform: str) -> Draft | None:
        """The form about which the platform interviews this person now, or None."""
        found = self._open(person_id, col(Draft.asking) == platform)
        return found[0] if found else None

    def keep(self, draft: Draft, given: dict[str, Any], **changes: Any) -> None:
        """Store answers so far."""
        self._store.change(draft, given=given, changed_at=self._store.now, **changes)

    def put(self, draft: Draft, given: dict[str, Any]) -> None:
        """Other answers stand in it now, though its form was not shown anew with all that is known since."""
        self._store.change(draft, given=given)

    def close(self, draft: Draft) -> None:
        """The form was submitted or given up: its words are gone from here, if what it did has not erased them."""
        closed = {
            "closed_key": draft.id,
            "given": {},
            "args": {},
            "asking": "",
            "changed_at": self._store.now,
        }
        try:
            self._store.change(draft, **closed)
        except Conflict:
            if self.get(draft.id, person_id=draft.person_id):
                raise

    def open_of(self, person_id: str) -> list[Draft]:
        """Everything this person has begun and not submitted, newest first."""
        return self._open(person_id)

    def tidy(self) -> int:
        """Forget drafts that were left for long; returns how many."""
        now, rests = self._store.now, and_(col(Draft.route).in_(KEPT_LONGER), col(Draft.closed_key) == "")
        short = self._store.remove(Draft, ~rests, col(Draft.changed_at) < now - KEPT)
        return short + self._store.remove(Draft, rests, col(Draft.changed_at) < now - LONGER)

    def _stop_asking(self, person_id: str, platform: str) -> None:
        for draft in self._open(person_id, col(Draft.asking) == platform):
            self._store.change(draft, asking="")

    def _open(self, person_id: str, *conditions: Any) -> list[Draft]:
        mine = (col(Draft.person_id) == person_id, col(Draft.closed_key) == "", *conditions)
        return self._store.all(Draft, *mine, order=col(Draft.changed_at).desc())


def _digest(args: dict[str, Any]) -> str:
    if not args:
        return ""
    return hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:32]
