"""What the tests of reviews share: a cycle that runs, and people who write in it."""

from __future__ import annotations

from bot.words import Voice
from handlers.kit.cards import Section
from handlers.kit.requests import Pressed
from storage.reviews import PHASES, Review, ReviewCycle
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
    english = Voice()
    (button,) = (
        part.button
        for part in heard.card.parts
        if isinstance(part, Section)
        and part.button
        and about in heard.voice.say(part.body)
        and english.say(part.button.label) != "Part by part"
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


async def paper(chat: Chat, who: str) -> Heard:
    """The one review that somebody has to write, part by part."""
    return await chat.presses(who, "Part by part", on=await chat.says(who, "/review"))


async def press_beside(chat: Chat, who: str, words: str, label: str) -> Heard:
    """Press the button of the paragraph of the last card that says this."""
    heard = chat.last[who]
    assert heard.card
    english = Voice(zone=heard.voice.zone)
    handles = [
        part.button.handle
        for part in heard.card.parts
        if isinstance(part, Section)
        and part.button
        and words in english.say(part.body)
        and english.say(part.button.label) == label
    ]
    assert handles, heard.english
    return await chat.does(who, Pressed(handles[0]))


def review_by(chat: Chat, who: str, role: str, about: str = "") -> Review:
    """What somebody writes as this, about the colleague of that name."""
    rows = chat.rows(Review, Review.author_id == chat.ids[who], Review.role == role)
    names = {chat.ids[each]: chat.person(each).name for each in chat.ids}
    (row,) = [row for row in rows if about in ("", names[row.subject_id])]
    assert isinstance(row, Review)
    return row
