"""What two people agreed that one of them will do, by a day."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar

from sqlalchemy import or_
from sqlmodel import Column, Field, col

from storage.columns import Moment, Sealed
from storage.one_on_ones.series import Series, shared
from storage.policy import Kind
from storage.tables import PersonalRow

if TYPE_CHECKING:
    from storage.store import Store


class ActionItem(PersonalRow, table=True):
    """Something agreed: `subject_id` does it. `turn` counts how often it was opened."""

    __tablename__ = "one_on_one_action"
    kinds: ClassVar[tuple[str, ...]] = (Kind.ONE_ON_ONE,)
    words: ClassVar[tuple[str, ...]] = ("body",)

    series_id: str = Field(index=True)
    body: str = Field(sa_column=Column(Sealed, nullable=False))
    due: date
    done_at: datetime | None = Field(default=None, sa_type=Moment)
    turn: int = 1


class Actions:
    """`store.one_on_ones.actions`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def agree(self, series: Series, body: str, *, owner: str, due: date, author: str) -> ActionItem:
        """Keep what one of the two will do by a day."""
        whose = {"subject_id": owner, "named_id": series.other_than(owner)}
        return self._store.insert(
            ActionItem(**{**shared(self._store, series, author), **whose}, body=body, due=due)
        )

    def of(self, series: Series, *, done_since: datetime, reader: str) -> list[ActionItem]:
        """The actions that are open, or were done since a moment; the earliest due first."""
        done = col(ActionItem.done_at)
        here = (col(ActionItem.series_id) == series.id, or_(done.is_(None), done >= done_since))
        order = (col(ActionItem.due), col(ActionItem.id))
        return self._store.read(ActionItem, *here, reader=reader, order=order)

    def get(self, action_id: str, *, reader: str) -> ActionItem | None:
        """An action that this reader may see, or None."""
        return next(iter(self._store.read(ActionItem, col(ActionItem.id) == action_id, reader=reader)), None)

    def done(self, action: ActionItem) -> None:
        """It is done."""
        self._store.change(action, done_at=self._store.now)

    def correct(self, action: ActionItem, body: str, *, due: date) -> None:
        """It was meant otherwise: who owes it owes that instead."""
        self._store.change(action, body=body, due=due, turn=action.turn + 1)

    def again(self, action: ActionItem) -> None:
        """It is not done after all."""
        self._store.change(action, done_at=None, turn=action.turn + 1)
