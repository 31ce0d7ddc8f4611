"""What the organisation chose for everybody: quiet hours, and the zone and language of those who have none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy import select, update
from sqlmodel import col

from storage.people import DEFAULTS, Person
from storage.tables import PersonRow, Preference

if TYPE_CHECKING:
    from storage.store import Store

PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]

Own: TypeAlias = Literal["zone", "language"]


class Organisation:
    """`store.organisation`. A `team` of "" means the whole company."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def default(self, own: Own, team: str = "") -> str:
        """What was chosen for a team or the company itself, or ""."""
        return self._store.directory.defaults.get(team, {}).get(own, "")

    def without(self, own: Own, team: str = "") -> list[Person]:
        """The active people who have none of their own, so that what is chosen here counts for them, by name. The
        company's does not concern those whose team has its own."""
        found = {row[0] for row in self._store.execute(select(PEOPLE.c.id).where(*_have_none(own)))}
        return [p for p in self._store.directory.active() if p.id in found and self._counts(own, team, p)]

    def _counts(self, own: Own, team: str, person: Person) -> bool:
        return person.team == team if team else not (person.team and self.default(own, person.team))

    def choose(self, own: Own, value: str, team: str = "") -> None:
        """Set it for a team or the company ("" forgets it). Whoever has none of their own is read anew, and planned
        anew, by every process."""
        defaults = self._store.directory.defaults
        self._keep({**defaults, team: {**defaults.get(team, {}), own: value}})
        changed = {"revision": self._store.people_changed()}
        self._store.execute(update(PEOPLE).where(*_have_none(own)).values(**changed))
        self._store.obligations.decide_again()

    def rename_teams(self, names: Mapping[str, str]) -> None:
        """Teams have other names (by the old ones): what was chosen for them holds on."""
        known = self._store.directory.defaults
        if not known.keys().isdisjoint(names):
            self._keep({names.get(team, team): each for team, each in known.items()})

    def _keep(self, defaults: Mapping[str, Mapping[str, str]]) -> None:
        chosen = {
            team: {name: item for name, item in each.items() if item} for team, each in defaults.items()
        }
        self._store.set_setting(DEFAULTS, {team: each for team, each in chosen.items() if each})

    # Quiet hours -----------------------------------------------------------------------------------------------------

    def with_own_quiet_hours(self) -> int:
        """How many active people chose their quiet hours themselves."""
        chosen = (col(Preference.name) == "quiet", col(Preference.person_id).in_(_active()))
        return self._store.count(Preference, *chosen)

    def choose_quiet(self, hours: list[str]) -> None:
        """The quiet hours of whoever chose none, from and until "HH:MM"; none at all when empty. What waits for the end
        of the old ones is decided anew at the clock's next tick."""
        self._store.set_setting("quiet", hours)
        self._store.obligations.decide_again()


def _have_none(own: Own) -> tuple[Any, ...]:
    return (PEOPLE.c[own] == "", PEOPLE.c[f"own_{own}"] == "")


def _active() -> Any:
    return select(PEOPLE.c.id).where(PEOPLE.c.left_at.is_(None))
