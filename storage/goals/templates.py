"""Templates of goals and scorecards, for a role or a department: each version stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, UniqueConstraint, func, select
from sqlmodel import Field

from storage.columns import Moment, SealedJson
from storage.goals.tables import Goal
from storage.ids import new_id
from storage.tables import Row

if TYPE_CHECKING:
    from storage.store import Store


class GoalTemplate(Row, table=True):
    """One version of a template, for everybody. `items` are what a goal made from it is measured by, each with its
    number, which it keeps from version to version; the `locked` ones are its core."""

    __tablename__ = "goal_template"
    __table_args__ = (UniqueConstraint("template_id", "edition"),)

    template_id: str
    edition: int
    name: str
    whom: str = ""
    """For which role or department, in words."""
    form: str = "kpi"  # kpi, okr
    items: Any = Field(sa_column=Column(SealedJson, nullable=False))
    made_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)


TEMPLATES = GoalTemplate.__table__  # type: ignore[attr-defined]
GOALS = Goal.__table__  # type: ignore[attr-defined]


class GoalTemplates:
    """`store.goals.templates`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[GoalTemplate]:
        """The newest version of each template that is offered, by name."""
        other = TEMPLATES.alias("other")
        newest = (
            select(func.max(other.c.edition))
            .where(other.c.template_id == TEMPLATES.c.template_id)
            .scalar_subquery()
        )
        here = (TEMPLATES.c.retired_at.is_(None), TEMPLATES.c.edition == newest)
        return self._store.all(GoalTemplate, *here, order=TEMPLATES.c.name)

    def newest(self, template_id: str) -> GoalTemplate | None:
        """The newest version of a template, offered or not."""
        here = TEMPLATES.c.template_id == template_id
        found = self._store.all(GoalTemplate, here, order=TEMPLATES.c.edition.desc(), limit=1)
        return found[0] if found else None

    def version(self, template_id: str, version: int) -> GoalTemplate | None:
        """One version of a template."""
        return self._store.one(
            GoalTemplate, TEMPLATES.c.template_id == template_id, TEMPLATES.c.edition == version
        )

    def keep(
        self, before: GoalTemplate | None, *, name: str, whom: str, form: str, items: Sequence[dict[str, Any]]
    ) -> GoalTemplate:
        """Keep a new template, or the next version of one. An item of the same title is the same item."""
        row = GoalTemplate(
            template_id=before.template_id if before else new_id(),
            edition=before.edition + 1 if before else 1,
            name=name,
            whom=whom,
            form=form,
            items=_numbered(self._all_items(before), items),
            made_at=self._store.now,
        )
        return self._store.insert(row)

    def _all_items(self, before: GoalTemplate | None) -> list[dict[str, Any]]:
        """Every item that a template ever had, the newest first."""
        if before is None:
            return []
        here = TEMPLATES.c.template_id == before.template_id
        rows = self._store.all(GoalTemplate, here, order=TEMPLATES.c.edition.desc())
        return [item for row in rows for item in row.items]

    def retire(self, row: GoalTemplate) -> None:
        """Offer a template no longer; what was made from it stays."""
        self._store.change(row, retired_at=self._store.now)

    def behind(self, row: GoalTemplate) -> list[Goal]:
        """The open goals that were made from an older version, for telling their owners and for nothing else."""
        older = (GOALS.c.template_id == row.template_id, GOALS.c.template_version < row.edition)
        return self._store._rows(Goal, (*older, GOALS.c.state == "open"), order=GOALS.c.id)


def _numbered(known: Sequence[dict[str, Any]], items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = {item["title"].casefold(): item["id"] for item in reversed(known)}
    last = max((item["id"] for item in known), default=0)
    made: list[dict[str, Any]] = []
    for item in items:
        number = numbers.get(item["title"].casefold())
        if number is None:
            number = last = last + 1
        made.append({**item, "id": number})
    return made
