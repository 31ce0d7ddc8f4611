"""What a company asks in its reviews: its own templates, in versions, each of which stays as it was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from storage.ids import new_id
from storage.reviews.tables import ReviewTemplate

if TYPE_CHECKING:
    from storage.store import Store

TEMPLATES = ReviewTemplate.__table__  # type: ignore[attr-defined]


class ReviewTemplates:
    """`store.reviews.templates`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, name: str, parts: Sequence[Mapping[str, Any]]) -> ReviewTemplate:
        """Begin a template: nobody can choose it until it is published."""
        return self._keep(new_id(), 1, name, parts)

    def next_edition(self, row: ReviewTemplate) -> ReviewTemplate:
        """The edition that is being written, begun from this one if none is."""
        editions = self.editions(row.template_id)
        last = editions[-1]
        if last.published_at is None:
            return last
        return self._keep(row.template_id, last.edition + 1, last.name, last.parts)

    def change(self, row: ReviewTemplate, **values: Any) -> None:
        """Change an edition that is being written."""
        assert row.published_at is None
        self._store.change(row, **values)
        self._store.audit("changed", "review_template", record_id=row.id)

    def publish(self, row: ReviewTemplate) -> None:
        """It may be chosen from now on, in place of the edition before it."""
        self._store.change(row, published_at=self._store.now)
        self._store.audit("published", "review_template", record_id=row.id)

    def retire(self, row: ReviewTemplate) -> None:
        """Nobody chooses it any more; cycles that use it go on."""
        for edition in self.editions(row.template_id):
            self._store.change(edition, retired_at=self._store.now)
        self._store.audit("retired", "review_template", record_id=row.id)

    def get(self, row_id: str) -> ReviewTemplate | None:
        """One edition, or None."""
        return self._store.one(ReviewTemplate, TEMPLATES.c.id == row_id)

    def editions(self, template_id: str) -> list[ReviewTemplate]:
        """All editions of a template, the first first."""
        return self._store.all(
            ReviewTemplate, TEMPLATES.c.template_id == template_id, order=TEMPLATES.c.edition
        )

    def newest(self) -> list[ReviewTemplate]:
        """The newest edition of each template that is not retired, whether published or not, by name."""
        rows = self._store.all(
            ReviewTemplate, TEMPLATES.c.retired_at.is_(None), order=(TEMPLATES.c.name, TEMPLATES.c.edition)
        )
        return list({row.template_id: row for row in rows}.values())

    def offered(self) -> list[ReviewTemplate]:
        """The edition of each template that a new cycle gets, by name."""
        known = (TEMPLATES.c.retired_at.is_(None), TEMPLATES.c.published_at.is_not(None))
        rows = self._store.all(ReviewTemplate, *known, order=(TEMPLATES.c.name, TEMPLATES.c.edition))
        return list({row.template_id: row for row in rows}.values())

    def _keep(
        self, template_id: str, edition: int, name: str, parts: Sequence[Mapping[str, Any]]
    ) -> ReviewTemplate:
        row = self._store.insert(
            ReviewTemplate(
                template_id=template_id,
                edition=edition,
                name=name,
                parts=[dict(part) for part in parts],
                made_at=self._store.now,
            )
        )
        self._store.audit("created", "review_template", record_id=row.id)
        return row
