"""A single-use code connects an account on another platform: made where a person is known, confirmed where they are."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Field, col

from storage.columns import Moment
from storage.ids import new_secret
from storage.tables import Row

if TYPE_CHECKING:
    from storage.store import Store

LIVES = timedelta(minutes=10)
USERNAME = "telegram_username"
ADDRESS = "address"


class Link(Row, table=True):
    """A code on its way. Only its digest is kept; `claimed_by` is the user who has shown it and may confirm."""

    __tablename__ = "link"

    digest: str = Field(unique=True)
    person_id: str
    made_on: str = ""
    claimed_by: str = ""
    confirm: str = Field(default="", index=True)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Links:
    """`store.links`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def lead_to(self, username: str) -> None:
        """Links for Telegram open the bot of this name from now on."""
        if self._store.setting(USERNAME, "") != username:
            self._store.set_setting(USERNAME, username)

    def username(self) -> str:
        """The name of our bot in Telegram, or nothing while it never ran."""
        return str(self._store.setting(USERNAME, ""))

    def reached_at(self, address: str) -> None:
        """Pages for people without an account are reached at this address from now on."""
        if self._store.setting(ADDRESS, "") != address:
            self._store.set_setting(ADDRESS, address)

    def address(self) -> str:
        """How Upbeat is reached from outside, without a slash at its end."""
        return str(self._store.setting(ADDRESS, "") or "http://127.0.0.1:8080").rstrip("/")

    def make(self, person_id: str, *, made_on: str = "", lives: timedelta = LIVES) -> str:
        """A new code of 128 random bits for this person; the ones before it stop working."""
        for row in self._store.all(Link, col(Link.person_id) == person_id, col(Link.used_at).is_(None)):
            self._store.change(row, used_at=self._store.now)
        code = new_secret()
        self._store.insert(
            Link(
                digest=_digest(code), person_id=person_id, made_on=made_on, expires_at=self._store.now + lives
            )
        )
        return code

    def offered(self, code: str) -> str | None:
        """The id of the active person whom a fresh code stands for, or None."""
        row = self._fresh(col(Link.digest) == _digest(code))
        return row.person_id if row and self._is_active(row) else None

    def claim(self, code: str, *, external_id: str) -> str:
        """Note who has shown the code; returns the handle of their *Confirm* button."""
        row = self._fresh(col(Link.digest) == _digest(code))
        if row is None:
            return ""
        confirm = new_secret()
        self._store.change(row, claimed_by=external_id, confirm=confirm)
        return confirm

    def confirm(self, handle: str, *, external_id: str) -> Link | None:
        """Use up the code whose *Confirm* was pressed by the user who showed it last; None for anybody else."""
        row = self._fresh(col(Link.confirm) == handle) if handle else None
        if row is None or row.claimed_by != external_id or not self._is_active(row):
            return None
        self._store.change(row, used_at=self._store.now)
        return row

    def burn(self, code: str) -> None:
        """A code that others have seen must not work any more."""
        row = self._fresh(col(Link.digest) == _digest(code))
        if row is not None:
            self._store.change(row, used_at=self._store.now)

    def tidy(self) -> int:
        """Forget old codes; returns how many."""
        return self._store.remove(Link, col(Link.expires_at) < self._store.now - timedelta(days=1))

    def _is_active(self, row: Link) -> bool:
        """Whether the person works here: they may have left since the code was made."""
        person = self._store.directory.person(row.person_id)
        return person is not None and person.active

    def _fresh(self, condition: object) -> Link | None:
        return self._store.one(
            Link, condition, col(Link.used_at).is_(None), col(Link.expires_at) > self._store.now
        )


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
