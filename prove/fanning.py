"""A fan-out: everybody is reminded at ten, within what Telegram permits, and who says something is answered at once."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from itertools import count

from sqlmodel import col

from handlers.reminders import NUDGE
from prove import company
from prove.clients import Measured
from prove.company import Colleague, Staff
from prove.house import until
from prove.rows import Row, Sweep, Terms
from prove.stage import Stage, stage
from prove.talk import Said
from storage.store import Store
from storage.tables import Outgoing
from tests.company import MONDAY

ANSWERERS = 20
PAUSE = 0.25
"""Seconds between two who say something; each of them says something every five seconds."""
PATIENCE = 3.0
"""Seconds within which everybody is answered."""


async def sweep(terms: Terms) -> Sequence[Row]:
    """One fan-out, on Telegram, whose limits are the tightest for a bot as a whole."""
    number = 10_000 if terms.long else 120
    terms.say(f"fan-out: {number:,} reminders")

    def hire(store: Store) -> Staff:
        few = company.staff(2 * ANSWERERS, 0)
        company.hire(store, few)
        answerers = tuple(few.on("telegram"))
        return Staff(answerers, company.hire_many(store, number, "telegram").sleepers)

    async with stage(terms, "fan-out", "sqlite", 1, MONDAY, hire, "telegram") as here:
        due = await company.plan(here.url)
        await here.start()
        began, answers = time.monotonic(), _Answers(here)
        talking = asyncio.create_task(answers.keep_talking())
        with contextlib.suppress(TimeoutError):  # the checker says who was not reminded
            await until(lambda: _reminded(here) >= len(due), seconds=900 if terms.long else 60, pause=0.5)
        wrong = await here.drained(900 if terms.long else 60)
        lasted = time.monotonic() - began
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await answers.finish()
        refused = [call for call in here.telegram.calls if "Too Many" in call.error]
        wrong += answers.late(terms)
        return [
            here.judged(
                f"load: {number:,} reminders at ten",
                answers.measured.said,
                cells=len(due),
                due=due,
                figures=f"{number / lasted:.1f} a second, {len(refused)} refused by the limit; answered"
                f" {len(answers.measured.seconds)} others: p50 {answers.measured.p(0.5):.0f} ms,"
                f" p99 {answers.measured.p(0.99):.0f} ms",
                wrong=wrong,
            )
        ]


def _reminded(here: Stage) -> int:
    return company.count_of(here.database, col(Outgoing.route) == NUDGE)


class _Answers:
    """People who say something meanwhile, and the seconds until each sees the answer."""

    def __init__(self, here: Stage) -> None:
        self._here = here
        self._waiting: set[asyncio.Task[None]] = set()
        self.measured = Measured()

    async def keep_talking(self) -> None:
        """Until it is cancelled."""
        people = self._here.people.talkers
        for number in count():
            task = asyncio.create_task(self._one(people[number % len(people)], f"m{number:07d}x"))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)
            await asyncio.sleep(PAUSE)

    async def finish(self) -> None:
        """Wait for the last answers."""
        if self._waiting:
            await asyncio.wait(self._waiting, timeout=30)

    def late(self, terms: Terms) -> list[str]:
        """At length nobody waits; shortly it is only said, for the machine may do other things."""
        slow = sum(seconds > PATIENCE for seconds in self.measured.seconds)
        missing = len(self.measured.said) - len(self.measured.seconds)
        words = [f"{missing} were never answered"] if missing else []
        return words + ([f"{slow} waited over {PATIENCE:.0f} s for an answer"] if terms.long and slow else [])

    async def _one(self, who: Colleague, mark: str) -> None:
        telegram, began = self._here.telegram, time.monotonic()
        update_id = telegram.queue.next_id
        said = Said(mark, "fan-out", f"telegram:{telegram.bot_id}:{update_id}", who.reader)
        self.measured.said.append(said)
        await telegram.says(int(who.reader), f"/checkin done {mark}")
        await until(
            lambda: any(m.from_bot and mark in m.text for m in telegram.chat(int(who.reader))), seconds=60
        )
        said.acknowledged = time.monotonic()
        self.measured.seconds.append(said.acknowledged - began)


SWEEP = Sweep("fan-out", sweep)
