"""The organisation's holidays and make-up workdays, as an administrator loaded them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlmodel import col

from storage.prepared import Prepared
from storage.rows import parts
from storage.tables import CalendarDay

if TYPE_CHECKING:
    from storage.store import Store

_DECLARED = Prepared(
    select(col(CalendarDay.day), col(CalendarDay.workday)).where(
        col(CalendarDay.country) == bindparam("land")
    )
)


class Workdays:
    """`store.workdays`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._declared: dict[date, bool] | None = None

    @property
    def country(self) -> str:
        """The ISO code whose public holidays count; "" counts weekends alone."""
        return str(self._store.setting("country", ""))

    def choose(self, country: str) -> None:
        """Whose public holidays count from now on."""
        self._declared = None
        self._store.set_setting("country", country)
        self._other_days()

    def declared(self) -> dict[date, bool]:
        """The days that were loaded: True for a workday, False for a holiday."""
        if self._declared is None:
            self._declared = {
                day: bool(workday) for day, workday in self._store.run(_DECLARED, land=self.country)
            }
        return self._declared

    def load(self, country: str, days: Iterable[tuple[date, bool, str]]) -> None:
        """Declare these days; what was loaded for others stays."""
        loaded = list(days)
        self._forget(country, [day for day, _, _ in loaded])
        for day, workday, name in loaded:
            self._store.insert(CalendarDay(country=country, day=day, workday=workday, name=name))
        self._other_days()

    def beside(self, country: str, days: Collection[date]) -> list[CalendarDay]:
        """What else was loaded for the years that these days touch, in order."""
        years = {day.year for day in days}
        known = self._store.all(CalendarDay, col(CalendarDay.country) == country, order=col(CalendarDay.day))
        return [row for row in known if row.day.year in years and row.day not in days]

    def take_away(self, country: str, days: Sequence[date]) -> None:
        """These days are declared no more."""
        self._forget(country, days)
        self._other_days()

    def _forget(self, country: str, days: Sequence[date]) -> None:
        self._declared = None
        for some in parts(days):
            self._store.remove(
                CalendarDay, col(CalendarDay.country) == country, col(CalendarDay.day).in_(some)
            )

    def _other_days(self) -> None:
        """What rings, and what waits for a workday, is decided anew at the clock's next tick."""
        self._store.slots.replan()
        self._store.obligations.decide_again()
