"""A team or a department has another name: what was kept under the old one is found under the new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import case, update

from storage.goals.tables import Goal
from storage.reviews.sessions import CalibrationSession

if TYPE_CHECKING:
    from storage.store import Store

GOALS = Goal.__table__  # type: ignore[attr-defined]
SESSIONS = CalibrationSession.__table__  # type: ignore[attr-defined]
UNITS = ("team", "department")
"""The fields of a person that name a unit; goals call their levels the same."""


def rename(store: Store, units: Mapping[str, Mapping[str, str]]) -> None:
    """Goals, calibrations that are open, cycles that are prepared and what was chosen for a team go by other names:
    takes the new ones by the old, for each of `UNITS`."""
    for field, names in units.items():
        if not names:
            continue
        here = (GOALS.c.level == field, GOALS.c.unit.in_(names))
        store.execute(update(GOALS).where(*here).values(unit=case(names, value=GOALS.c.unit)))
        open_ = (SESSIONS.c.unit.in_(names), SESSIONS.c.closed_at.is_(None))
        store.execute(update(SESSIONS).where(*open_).values(unit=case(names, value=SESSIONS.c.unit)))
        for cycle in store.reviews.cycles.in_state("draft"):
            known = cycle.whom[f"{field}s"]
            store.change(cycle, whom={**cycle.whom, f"{field}s": [names.get(each, each) for each in known]})
    if units.get("team"):
        store.organisation.rename_teams(units["team"])
