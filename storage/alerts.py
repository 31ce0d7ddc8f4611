"""What an operator must mend is noted once for each cause and day, wherever it happens, and administrators are told."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, col

from storage.columns import Moment
from storage.ids import new_id
from storage.prepared import Prepared
from storage.tables import Row

if TYPE_CHECKING:
    from storage.store import Store

CRASHES, FAILURES, REFUSED, BELL = "crashes", "failures", "refused", "bell"
TOKEN, SOCKET, PROMISE = "token", "socket", "promise"
"""Messages were set aside because they ended their process, failed too often, or were refused for good; a moment of the
clock was; a platform refuses our token ("token:slack"), or Slack a socket; a rule of the promise does not hold
("promise:twice")."""
KEPT = timedelta(days=180)


class Alert(Row, table=True):
    """Something went wrong on a day (UTC), `times` that day. Untold until administrators are told."""

    __tablename__ = "alert"
    __table_args__ = (UniqueConstraint("cause", "day"),)

    cause: str
    day: date
    times: int = 1
    noted_at: datetime = Field(sa_type=Moment)
    told_at: datetime | None = Field(default=None, sa_type=Moment)


TABLE = Alert.__table__  # type: ignore[attr-defined]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_UNTOLD = Prepared(
    select(TABLE)
    .where(TABLE.c.told_at.is_(None), TABLE.c.noted_at <= bindparam("before"))
    .order_by(TABLE.c.noted_at, TABLE.c.id)
)


class Alerts:
    """`store.alerts`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def note(self, cause: str) -> None:
        """It happened (again) today."""
        now = self._store.now
        first = {"id": new_id(), "cause": cause, "day": now.date(), "times": 1, "noted_at": now}
        noting = _INSERT[self._store.dialect](TABLE).values(**first, told_at=None)
        again = {"times": TABLE.c.times + 1}
        self._store.execute(noting.on_conflict_do_update(index_elements=["cause", "day"], set_=again))

    def untold(self, *, before: datetime) -> list[Alert]:
        """What was noted before a moment and nobody was told, the oldest first."""
        return self._store.rows(Alert, _UNTOLD, before=before)

    def told(self, alerts: list[Alert]) -> None:
        """Administrators are told of these."""
        which = TABLE.c.id.in_([alert.id for alert in alerts])
        self._store.execute(update(TABLE).where(which).values(told_at=self._store.now))

    def since(self, moment: datetime) -> list[Alert]:
        """What went wrong on the days since a moment, the latest first."""
        order = (col(Alert.day).desc(), col(Alert.noted_at).desc())
        return self._store.all(Alert, col(Alert.day) >= moment.date(), order=order)

    def tidy(self) -> int:
        """Forget what was told long ago; returns how many."""
        return self._store.remove(Alert, col(Alert.noted_at) < self._store.now - KEPT)
