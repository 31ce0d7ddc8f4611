"""Somebody leaves: what they had ends or goes to their manager's list; and it is theirs again if they had not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storage.goals.answering import ANSWER, LEFT_GOAL
from storage.objections import OWED
from storage.obligations import BACK, LEFT
from storage.people import open_line
from storage.rows import parts
from storage.tables import FOREVER, Account, ObligationRow, PersonRow, ReportingLine

if TYPE_CHECKING:
    from storage.store import Store

PEOPLE = PersonRow.__table__  # type: ignore[attr-defined]
LINES = ReportingLine.__table__  # type: ignore[attr-defined]
ACCOUNTS = Account.__table__  # type: ignore[attr-defined]

ELSEWHERE = (ANSWER, OWED)
"""What somebody else is asked when they leave, who is found apart."""
UNSETTLED = ("", LEFT, BACK)
"""How what was handed over is closed, or is not, as long as nobody has settled it."""


class Leavers:
    """`store.leavers`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    # Leaving -------------------------------------------------------------------------------------------------------

    def leave_all(self, people: Mapping[str, str]) -> dict[str, list[str]]:
        """People leave now: their access, queued messages and reporting lines end, and what they owe goes to the list
        of the nearest manager who stays. Takes ids by address, returns the ids of the accounts that ended, by address.
        """
        leaving = set(people.values())
        heirs = {person: self._heir(person, leaving) for person in people.values()}
        revision = self._store.people_changed()
        everybody = list(heirs)
        for some in parts(everybody):
            self._store.goals.answering.leave({person: heirs[person] for person in some})
            self._store.objections.leave(some)
        self._store.reviews.running.leave(heirs)
        ended: dict[str, list[str]] = {}
        for some in parts(everybody):
            ended |= self._leave(some, heirs, revision)
        return {email: ended[person] for email, person in people.items()}

    def _heir(self, person_id: str, leaving: set[str]) -> str | None:
        """Who has what somebody leaves behind: the nearest manager who stays."""
        directory = self._store.directory
        line = directory.line_above(person_id, self._store.now.date())
        return next((each for each in line if each not in leaving and directory.people[each].active), None)

    def _leave(
        self, people: Sequence[str], heirs: Mapping[str, str | None], revision: int
    ) -> dict[str, list[str]]:
        store = self._store
        ended = self._end_accounts(people, revision)
        gone = {"left_at": store.now, "revision": revision}
        store.execute(update(PEOPLE).where(PEOPLE.c.id.in_(people)).values(**gone))
        end_lines(store, people, revision)
        store.delegations.end_all_of(people)
        store.outbox.cancel_for(people, "left")
        store.feedback.leave(people)
        store.one_on_ones.leave(people)
        for person in store.obligations.owing(people):
            self._hand_over(person, heirs[person])
        for person in people:
            store.audit("left", "person", subject_id=person)
        return ended

    def _end_accounts(self, people: Sequence[str], revision: int) -> dict[str, list[str]]:
        alive = (ACCOUNTS.c.person_id.in_(people), ACCOUNTS.c.ended_key == "")
        ended: dict[str, list[str]] = {person: [] for person in people}
        which = select(ACCOUNTS.c.id, ACCOUNTS.c.person_id).where(*alive)
        for account, person in self._store.execute(which):
            ended[person].append(account)
        gone = {"ended_at": self._store.now, "ended_key": ACCOUNTS.c.id, "revision": revision}
        self._store.execute(update(ACCOUNTS).where(*alive).values(**gone))
        return ended

    def _hand_over(self, person_id: str, heir: str | None) -> None:
        for owed in self._store.obligations.of(person_id):
            self._store.change(owed, closed_at=self._store.now, closed_how=LEFT)
            # What two people agreed or said to each other is for nobody else to read, not even in a list.
            # What they were asked about a goal goes with the goal, what is said to be wrong to who looks after that
            # then; who writes in a review now is for HR to say.
            private = (
                owed.kind.startswith(("one_on_ones.", "feedback.", "reviews.")) or owed.kind in ELSEWHERE
            )
            if heir is None or private:
                continue
            if owed.kind == LEFT_GOAL:
                self._pass_on(owed, heir)
                continue
            self._store.obligations.open(
                heir,
                "people.settle",
                f"left:{owed.id}",
                title=owed.title,
                args={"obligation": owed.id, "person": person_id},
                due_at=owed.due_at,
            )

    def _pass_on(self, owed: ObligationRow, heir: str) -> None:
        """Somebody else has left before: what becomes of their goal is the next one's to decide."""
        self._store.obligations.open(
            heir, owed.kind, owed.about, title=owed.title, args=owed.args, due_at=owed.due_at
        )

    # Coming back ---------------------------------------------------------------------------------------------------

    def bring_back(self, people: Mapping[str, Iterable[str]], *, left_at: datetime) -> None:
        """These people had not left after all. Takes the ids of the accounts that ended then, by person."""
        for person_id, accounts in people.items():
            self._revive(person_id, accounts)
            self.take_up_again(person_id)
            self._store.outbox.revive_for(person_id, "left")
        self._hand_back(set(people), left_at)

    def take_up_again(self, person_id: str) -> None:
        """Somebody is here again: nobody is asked any more what becomes of their goals, reviews and the answers to
        their appeals wait for them, they can read what others were asked about them, and talks with them go on."""
        self._store.goals.answering.come_back(person_id)
        self._store.objections.come_back(person_id)
        self._store.reviews.running.come_back(person_id)
        self._store.feedback.come_back(person_id)
        self._store.one_on_ones.come_back(person_id)

    def _revive(self, person_id: str, accounts: Iterable[str]) -> None:
        revision = self._store.people_changed()
        alive = {"ended_at": None, "ended_key": "", "revision": revision}
        others = ACCOUNTS.alias("others")
        taken = select(others.c.id).where(  # somebody else is known by it since
            others.c.platform == ACCOUNTS.c.platform,
            others.c.external_id == ACCOUNTS.c.external_id,
            others.c.ended_key == "",
        )
        for account in accounts:
            free = (ACCOUNTS.c.id == account, ~taken.exists())
            self._store.execute(update(ACCOUNTS).where(*free).values(**alive))
        self._store.execute(
            update(PEOPLE).where(PEOPLE.c.id == person_id).values(left_at=None, revision=revision)
        )

    def _hand_back(self, people: set[str], left_at: datetime) -> None:
        """These people never left: they owe again what they owed then, but for what somebody has settled meanwhile."""
        handed = {row.about: row for row in self._store.obligations.handed_over(since=left_at)}
        for is_from_others in (False, True):  # what comes back to its owner is on nobody's list any more
            for person_id in people:
                for owed in self._store.obligations.closed(person_id, at=left_at, how=LEFT):
                    if owed.about.startswith("left:") == is_from_others and self._is_theirs(owed, handed):
                        self._store.obligations.reopen(owed)

    def _is_theirs(self, owed: ObligationRow, handed: Mapping[str, ObligationRow]) -> bool:
        """Whether they owe it again: it is taken from whoever has it now; False when somebody has settled it."""
        return self._take_goal_back(owed) if owed.kind == LEFT_GOAL else self._take_back(owed.id, handed)

    def _take_back(self, owed_id: str, handed: Mapping[str, ObligationRow]) -> bool:
        """Take it off the list of whoever it was handed to, and from there on; False when somebody has settled it."""
        taken = handed.get(f"left:{owed_id}")
        if taken is None:
            return True
        if taken.closed_how not in UNSETTLED or not self._take_back(taken.id, handed):
            return False
        self._store.obligations.drop([taken], how=BACK)
        return True

    def _take_goal_back(self, owed: ObligationRow) -> bool:
        """The same where it was passed on as it is: what becomes of the goal of somebody else who has left."""
        since = [
            row
            for row in self._store.obligations.about(owed.kind, owed.about)
            if row.id != owed.id and row.opened_at >= (owed.closed_at or owed.opened_at)
        ]
        if any(row.closed_how not in UNSETTLED for row in since):
            return False
        self._store.obligations.drop(since, how=BACK)
        return True


def end_lines(store: Store, people: Iterable[str], revision: int) -> None:
    """These people's reporting lines end today."""
    lines = store.directory.lines_of
    open_lines = {person: line for person in people if (line := open_line(lines.get(person, ())))}
    if not (led := list(open_lines)):
        return
    store.touch(*(line.manager_id for line in open_lines.values()))
    today = store.now.date()
    running = (LINES.c.subject_id.in_(led), LINES.c.until == FOREVER)
    # A line that began today never was: it becomes empty.
    store.execute(update(LINES).where(*running).values(until=today, revision=revision))
