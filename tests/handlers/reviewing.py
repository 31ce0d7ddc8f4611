"""What the tests of reviews share: a cycle that runs, and people who write in it."""

from __future__ import annotations

from handlers.kit.cards import Section
from handlers.kit.requests import Pressed
from storage.reviews import PHASES, ReviewCycle
from tests.company import Chat, Heard


async def launched(chat: Chat, **given: str) -> ReviewCycle:
    """A cycle about the Engines team, in its first phase."""
    await chat.says("hana", "/review new Autumn 2026")
    await chat.submits("hana", **{"units": "Engines", **given})
    await chat.presses("hana", "Launch")
    return the_cycle(chat)


def the_cycle(chat: Chat) -> ReviewCycle:
    """The one cycle that there is, as it stands now."""
    (cycle,) = chat.rows(ReviewCycle)
    assert isinstance(cycle, ReviewCycle)
    return cycle


async def go_on(chat: Chat, phase: str) -> None:
    """HR brings the cycle into a phase by hand."""
    for _ in PHASES:
        if the_cycle(chat).phase == phase:
            return
        await chat.presses("hana", "Open", on=await chat.says("hana", "/review cycles"))
        await chat.presses("hana", "Next phase")
    raise AssertionError(f"the cycle does not reach {phase}")


async def opened(chat: Chat, who: str, about: str) -> Heard:
    """Open what waits for somebody to write about somebody."""
    heard = await chat.says(who, "/review")
    assert heard.card, heard.text
    (button,) = (
        part.button
        for part in heard.card.parts
        if isinstance(part, Section) and part.button and about in heard.voice.say(part.body)
    )
    return await chat.does(who, Pressed(button.handle))


async def write(chat: Chat, who: str, about: str, **given: str) -> Heard:
    """Write it, and hand it in."""
    form = await opened(chat, who, about)
    assert form.form, form.text
    return await chat.submits(who, **given)


async def due(chat: Chat, who: str) -> Heard:
    """The reminder that somebody gets next."""
    chat.wait(hours=1)
    await chat.tick()
    return chat.told_cards(who)[-1]
