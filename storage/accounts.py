"""Who can be reached where: a person's accounts on the platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlmodel import col

from storage.tables import Account, Place

if TYPE_CHECKING:
    from storage.store import Store


APART = "apart:"
"""How the preference begins of whoever has disconnected themselves from a platform."""


class Accounts:
    """`store.accounts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def link(
        self, person_id: str, platform: str, external_id: str, username: str = "", address: str = ""
    ) -> None:
        """Connect a platform's user with a person; what either was connected with there before ends. What reached the
        person nowhere, and is still worth telling, waits again."""
        self._store.hold_people()  # or who connects another user at this moment would not see this one
        ours = (col(Account.person_id) == person_id) | (col(Account.external_id) == external_id)
        for row in self._store.all(
            Account, col(Account.platform) == platform, col(Account.ended_key) == "", ours
        ):
            self._end(row)
        self._store.insert(
            Account(
                person_id=person_id,
                platform=platform,
                external_id=external_id,
                username=username,
                address=address,
                linked_at=self._store.now,
                revision=self._store.people_changed(),
            )
        )
        self._store.preferences.set(person_id, f"{APART}{platform}", None)
        self._store.outbox.revive_for(person_id, "unreachable")
        self._store.audit("linked", platform, subject_id=person_id)

    def meet(
        self, person_id: str, platform: str, external_id: str, username: str = "", address: str = ""
    ) -> None:
        """Connect somebody at first sight, unless they have left at this moment, or were met by another process."""
        self._store.hold_people()
        person = self._store.directory.person(person_id)
        if person and person.active and not self._store.directory.reaches(person_id, platform):
            self.link(person_id, platform, external_id, username, address)

    def part(self, person_id: str, platform: str) -> None:
        """End a person's account at their own wish: only they themselves come back there."""
        self.unlink(person_id, platform)
        self._store.preferences.set(person_id, f"{APART}{platform}", True)

    def keeps_apart(self, person_id: str, platform: str) -> bool:
        """Whether the person disconnected themselves there, and has not come back."""
        return bool(self._store.preferences.get(person_id, f"{APART}{platform}"))

    def was(self, person_id: str, platform: str, external_id: str) -> bool:
        """Whether a platform's user is, or ever was, connected with this person."""
        theirs = (col(Account.platform) == platform, col(Account.external_id) == external_id)
        return self._store.one(Account, col(Account.person_id) == person_id, *theirs) is not None

    def unlink(self, person_id: str, platform: str) -> None:
        """End a person's account on a platform."""
        for row in self._mine(person_id, platform):
            self._end(row)
            self._store.audit("unlinked", platform, subject_id=person_id)

    def reachable(self, person_id: str, platform: str, yes: bool) -> None:
        """Note that private messages do, or do not, reach the person there. What reached them nowhere, and is still
        worth telling, waits again when they are back."""
        known = self._store.directory.account(person_id, platform)
        if known is None or known.unreachable != yes:
            return
        self._update(person_id, platform, unreachable=not yes)
        if yes:
            self._store.outbox.revive_for(person_id, "unreachable")

    def opened_home(self, person_id: str, platform: str) -> None:
        """The person looks at a home screen there: from now on it is kept up to date."""
        self._update(person_id, platform, home_opened=True)

    def addressed(self, person_id: str, platform: str, address: str, username: str | None = None) -> None:
        """Note where private messages go, and the name by which others call the person there ("" for none any more)."""
        changes = {"address": address, **({} if username is None else {"username": username})}
        self._update(person_id, platform, **changes)

    def moved(self, platform: str, old: str, new: str) -> None:
        """A group got another id. It stays what it was, also where it was heard under that one before."""
        place, heard = self._place(platform, old), self._place(platform, new)
        if place is None:
            return
        gone = heard.gone if heard else place.gone
        if heard:
            self._store.change(heard, external_id=heard.id, gone=True)
        self._store.change(place, external_id=new, gone=gone)

    def seen_place(
        self, platform: str, external_id: str, name: str, *, gone: bool = False, topic: str = ""
    ) -> Place:
        """Remember a channel or group where Upbeat was put, or that it was removed from."""
        place = self._place(platform, external_id)
        if place is None:
            place = Place(
                platform=platform,
                external_id=external_id,
                name=name,
                gone=gone,
                topic=topic,
                seen_at=self._store.now,
            )
            return self._store.insert(place)
        if (place.name, place.gone) != (name or place.name, gone):
            self._store.change(place, name=name or place.name, gone=gone, seen_at=self._store.now)
        return place

    def _place(self, platform: str, external_id: str) -> Place | None:
        return self._store.one(Place, col(Place.platform) == platform, col(Place.external_id) == external_id)

    def _mine(self, person_id: str, platform: str) -> list[Account]:
        mine = (
            col(Account.person_id) == person_id,
            col(Account.platform) == platform,
            col(Account.ended_key) == "",
        )
        return self._store.all(Account, *mine)

    def _update(self, person_id: str, platform: str, **values: Any) -> None:
        known = self._store.directory.account(person_id, platform)
        if known is None or all(getattr(known, name) == item for name, item in values.items()):
            return
        for row in self._mine(person_id, platform):
            self._store.change(row, revision=self._store.people_changed(), **values)

    def _end(self, row: Account) -> None:
        self._store.change(
            row, ended_at=self._store.now, ended_key=row.id, revision=self._store.people_changed()
        )
