"""Everybody talks: check-ins, points for one-on-ones, kudos; and it is noted what was acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from prove.company import Colleague, Staff
from prove.history import Input
from prove.house import until
from tests.fakes.slack import Ack, FakeSlack
from tests.fakes.telegram import FakeTelegram

SENDING = "Send privately"
PRESSES = 40
"""How often somebody presses again that saw an error, a moment later each time."""
AGAIN = 0.4


@dataclass
class Said:
    """Something that somebody did. `acknowledged` is when the platform was told that it was taken."""

    mark: str
    cell: str
    delivery: str
    actor: str
    partner: str = ""
    acts: bool = True
    begun: float = field(default_factory=time.monotonic)
    acknowledged: float | None = None

    def as_input(self) -> Input:
        """For the checker."""
        return Input(self.mark, self.cell, self.delivery, self.acknowledged is not None, self.acts)


class Talk:
    """`rate` acts a second in all, in turn on Slack and on Telegram, under the name of the current cell."""

    def __init__(
        self, people: Staff, slack: FakeSlack, telegram: FakeTelegram, *, rate: float, seed: str
    ) -> None:
        self.cell = ""
        self.said: list[Said] = []
        self.problems: list[str] = []
        """What people could not do, because they were not shown what they expected."""
        self._people = people
        self._slack = slack
        self._telegram = telegram
        self._pause = 1 / rate
        self._random = random.Random(seed)
        self._acting: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._open: dict[int, Said] = {}
        self._number = 0

    # Beginning and ending ------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to talk."""
        self._loop = asyncio.create_task(self._run())
        self._watch = asyncio.create_task(self._note_what_telegram_confirmed())

    async def finish(self, seconds: float = 60) -> None:
        """Say nothing new, and wait until everything that was begun is taken or given up."""
        if self._loop:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)
        if self._acting:
            await asyncio.wait(self._acting, timeout=seconds)
        with contextlib.suppress(TimeoutError):
            await until(lambda: not self._open, seconds=seconds)
        for task in (*self._acting, *((self._watch,) if self._watch else ())):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        acts = (self._checks_in, self._adds_a_point, self._thanks)
        while True:
            platform = ("slack", "telegram")[self._number % 2]
            actor, partner = self._random.sample(self._people.on(platform), 2)
            self._begin(acts[self._number // 2 % len(acts)](actor, partner, self._mark()))
            await asyncio.sleep(self._pause)

    def _begin(self, act: Awaitable[None]) -> None:
        task = asyncio.ensure_future(act)
        self._acting.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._acting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.problems.append(f"{type(error).__name__}: {error}")

    def _mark(self) -> str:
        self._number += 1
        return f"m{self._number:07d}x"

    def acknowledged_since(self, moment: float, platform: str) -> bool:
        """Whether something that was begun after a moment was acknowledged on a platform."""
        return any(
            each.acknowledged is not None
            for each in reversed(self.said)
            if each.begun >= moment and each.delivery.startswith(platform)
        )

    # Acts ----------------------------------------------------------------------------------------------------

    async def _checks_in(self, actor: Colleague, partner: Colleague, mark: str) -> None:
        if actor.platform == "telegram":
            await self._writes(actor, f"/checkin done {mark}", mark)
            return
        ack = await self._slack.command(actor.reader, "/checkin", f"done {mark}")
        self._heard(ack, "trigger_id", mark, actor)

    async def _adds_a_point(self, actor: Colleague, partner: Colleague, mark: str) -> None:
        if actor.platform == "telegram":
            await self._writes(actor, f"/1on1 add @{partner.name} {mark}", mark, partner)
            return
        ack = await self._slack.says(actor.reader, f"1on1 add <@{partner.reader}> {mark}")
        said = self._heard(ack, "event_id", mark, actor, partner)
        await self._until_taken(said, lambda last: self._slack.redeliver(last), ack)

    async def _until_taken(self, said: Said, again: Callable[[Ack], Awaitable[Ack]], ack: Ack) -> None:
        """Slack brings an event again that was not acknowledged."""
        for _ in range(PRESSES):
            if said.acknowledged is not None:
                return
            await asyncio.sleep(AGAIN)
            ack = await again(ack)
            said.acknowledged = time.monotonic() if ack.ok else None

    async def _thanks(self, actor: Colleague, partner: Colleague, mark: str) -> None:
        if actor.platform == "telegram":
            await self._writes(actor, f"/kudos @{partner.name} for {mark}", mark, acts=False)
            await self._presses(actor, partner, mark)
            return
        ack = await self._slack.command(actor.reader, "/kudos", f"<@{partner.reader}> for {mark}")
        self._heard(ack, "trigger_id", mark, actor, partner, acts=False)
        if ack.ok and ack.ephemeral is not None:
            await self._presses_in_slack(actor, partner, mark, ack.ephemeral)

    async def _presses_in_slack(self, actor: Colleague, partner: Colleague, mark: str, shown: Any) -> None:
        for _ in range(PRESSES):
            ack = await self._slack.press(actor.reader, shown, text=SENDING)
            if self._heard(ack, "trigger_id", mark, actor, partner).acknowledged is not None:
                return
            await asyncio.sleep(AGAIN)

    def _heard(
        self,
        ack: Ack,
        key: str,
        mark: str,
        actor: Colleague,
        partner: Colleague | None = None,
        *,
        acts: bool = True,
    ) -> Said:
        delivery = f"slack:{ack.delivery.payload[key]}"
        said = Said(mark, self.cell, delivery, actor.reader, partner.reader if partner else "", acts)
        said.begun = time.monotonic() - ack.seconds
        said.acknowledged = time.monotonic() if ack.status == 200 else None
        self.said.append(said)
        return said

    # Telegram ------------------------------------------------------------------------------------------------

    async def _writes(
        self, actor: Colleague, words: str, mark: str, partner: Colleague | None = None, *, acts: bool = True
    ) -> None:
        await self._telegram.says(int(actor.reader), words)
        self._sent(actor, partner, mark, acts)

    def _sent(self, actor: Colleague, partner: Colleague | None, mark: str, acts: bool) -> None:
        """The update that was just queued waits to be confirmed."""
        update_id = self._newest(actor)
        delivery = f"telegram:{self._telegram.bot_id}:{update_id}"
        said = Said(mark, self.cell, delivery, actor.reader, partner.reader if partner else "", acts)
        self.said.append(said)
        self._open[update_id] = said

    def _newest(self, actor: Colleague) -> int:
        for update_id in reversed(self._telegram.queue.all):
            update = self._telegram.queue.all[update_id]
            sender = (update.get("message") or update.get("callback_query") or {}).get("from", {})
            if str(sender.get("id")) == actor.reader:
                return update_id
        raise LookupError(f"nothing from {actor.name}")

    async def _presses(self, actor: Colleague, partner: Colleague, mark: str) -> None:
        """As soon as the preview is there. Telegram itself repeats a press that was not confirmed."""
        for _ in range(PRESSES * 2):
            shown = [m for m in self._telegram.chat(int(actor.reader)) if m.from_bot and mark in m.text]
            if shown and shown[-1].buttons:
                with contextlib.suppress(LookupError):
                    await self._telegram.presses(int(actor.reader), SENDING, shown[-1].message_id)
                    self._sent(actor, partner, mark, acts=True)
                return
            await asyncio.sleep(AGAIN / 2)

    async def _note_what_telegram_confirmed(self) -> None:
        while True:
            waiting = {each.update["update_id"] for each in self._telegram.queue.waiting}
            given_up = {update["update_id"] for update in self._telegram.queue.undelivered}
            for update_id in [each for each in self._open if each not in waiting]:
                said = self._open.pop(update_id)
                said.acknowledged = None if update_id in given_up else time.monotonic()
            await asyncio.sleep(0.05)
