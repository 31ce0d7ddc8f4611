"""A language model that does not answer: nobody waits for it, and the review stands as it was written."""

from __future__ import annotations

import asyncio
import time

from bot.assistant import make_assistant
from schedules.rewording import reword_due
from tests.bot.test_assistant import WORDS, asked, settings
from tests.company import Chat
from tests.fakes.model import BABBLES, BREAKS, HANGS, FakeModel
from tests.faults.figures import Figure
from tests.handlers.reviewing import paper

PATIENCE = 2.0


async def test_f43_a_model_that_does_not_answer_holds_nobody_up(chat: Chat, figure: Figure) -> None:
    await asked(chat)
    spent = 0.0
    for fault in (HANGS, BREAKS, BABBLES):
        async with FakeModel(fault=fault) as model:
            assistant = make_assistant(settings(model.url))
            assert assistant
            asking = asyncio.create_task(reword_due(chat.core, assistant, patience=PATIENCE))
            await model.is_asked.wait()
            began = time.monotonic()
            assert "Checked in." in await chat.says("chen", f"/checkin done {fault}")
            spent = max(spent, time.monotonic() - began)
            assert await asking == 1
        assert "gave nothing usable" in chat.told_cards("ben")[-1]
        assert WORDS in await paper(chat, "ben")
        await chat.presses("ben", "Propose other words")
    assert spent < PATIENCE
    figure(
        3, "hanging, broken, babbling: others are answered meanwhile, the review stands, its writer is told"
    )
