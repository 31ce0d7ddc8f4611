"""The sample company is founded: a month of its life goes down the one path, with the clock turned back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from bot.web import sample_reviews as reviews
from bot.web import sample_story as story
from bot.web.hearing import Ears, Me
from bot.web.live import Live
from bot.web.pages import View
from bot.web.speak import WebSpeaker
from bot.words import Voice
from handlers.kit.cards import Button, Card, Section
from handlers.kit.dispatch import Core
from handlers.kit.forms import Form
from handlers.kit.requests import Answer
from schedules.delivery import Delivery
from storage.ids import new_id
from storage.people import Person
from storage.policy import Kind
from storage.store import Store
from storage.tables import PersonRow, ReportingLine
from storage.webchat import PLATFORM, private_channel

WEEKS = 4
UPBEAT = View("upbeat")
MORNING = {story.SHANGHAI: time(3), story.NEW_YORK: time(15), story.SAO_PAULO: time(14)}
"""When a check-in is written, in UTC; in Europe, at nine."""
FOUNDED = date(2020, 1, 1)
LATE = frozenset({"ada", "tomas", "kofi", "fang"})
"""Who has not checked in this week."""
STILL_NEW = 5
"""So many of the last moments nobody has read about yet."""

Deed = Callable[[], Awaitable[None]]


async def found_sample_company(core: Core) -> Past:
    """Fill an empty database with the people of `sample_story`. What they did in the last month is theirs to live
    through."""
    ids = await core.database.write(_found_people)
    people = await core.database.read(lambda store: store.directory.people)
    return Past(core, {handle: people[person_id] for handle, person_id in ids.items()})


def _found_people(store: Store) -> dict[str, str]:
    revision = store.people_changed()
    ids: dict[str, str] = {}
    for handle, colleague in story.PEOPLE.items():
        row = PersonRow(
            email=f"{handle}@example.com",
            name=colleague.name,
            team=colleague.team,
            zone=colleague.zone,
            language=colleague.language,
            role=colleague.role,
            hired_on=FOUNDED,
            revision=revision,
        )
        ids[handle] = store.insert(row).id
        if colleague.manager:
            manager = ids[colleague.manager]
            store.insert(
                ReportingLine(subject_id=row.id, manager_id=manager, since=FOUNDED, revision=revision)
            )
    for handle, person_id in ids.items():
        address = private_channel(person_id)
        store.accounts.link(person_id, PLATFORM, handle, username=handle, address=address)
    for channel, team in story.CHANNELS.items():
        store.change(store.accounts.seen_place(PLATFORM, channel, f"#{channel}"), team=team)
    return ids


@dataclass
class Past:
    """The month that has passed, deed by deed. What a feature refuses did not happen."""

    core: Core
    people: dict[str, Person]
    deeds: dict[datetime, list[Deed]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._now = self._then = self.core.database.now()
        self.core = Core(self.core.database.at(lambda: self._then), self.core.features)
        self._ears = Ears(self.core, Live())
        self._midday = datetime.combine(self._now.date(), time(12), UTC)
        self._count = 0

    async def live_through(self) -> None:
        """Everything in its order, each at its time, and what it told others delivered then."""
        self._plan()
        delivery = Delivery(self.core, [WebSpeaker(self.core, Live())], worker="sample")
        read = ""
        moments = sorted(at for at in self.deeds if at < self._now - timedelta(minutes=30))
        for moment in moments:
            if moment in moments[-STILL_NEW:]:
                read = read or new_id()
            self._then = moment
            await asyncio.gather(*(deed() for deed in self.deeds[moment]))
            await delivery.deliver()
        self._then = self._now
        await self.core.database.write(lambda store: self._have_read(store, read or new_id()))

    def _have_read(self, store: Store, last: str) -> None:
        for person in self.people.values():
            for channel in (*story.CHANNELS, private_channel(person.id)):
                store.webchat.saw(person.id, channel, last)

    # What happened ------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        self._plan_checkins()
        for number, (days, giver, channel, receivers, reason) in enumerate(story.KUDOS):
            self._on(days, 1, self._thanks, giver, channel, f"/kudos {receivers} {reason}")
            cheers = [cheer for n, cheer in enumerate(story.CHEERS) if (n + number) % 3 == 0]
            self._on(days, 2, self._cheer, channel, [cheer for cheer in cheers if cheer[0] != giver])
        for days, hour, who, words in story.GOALS:
            self._on(days, hour, self._says, who, words)
        for days, who, channel, words in story.TALK:
            self._on(days, 0, self._says, who, words, View("in", channel))
        for days, who, to, parts in story.FEEDBACK:
            self._on(days, 2, self._gives_feedback, who, to, parts)
        for days, who, partner, point in story.AGENDA:
            self._on(days, 3, self._says, who, f"/1on1 add @{partner} {point}")
        for days, who, partner, notes in story.NOTES:
            self._on(days, 4, self._writes_notes, who, partner, notes)
        for days, who, partner, due, what in story.ACTIONS:
            day = (self._now.date() + timedelta(days=due)).isoformat()
            self._on(days, 5, self._says, who, f"/1on1 action @{partner} {day} {what}")
        for days, hour, who, words, steps in reviews.REVIEWS:
            self._on(days, hour, self._goes_through, who, words, steps)

    def _on(self, days: int, hour: int, deed: Callable[..., Awaitable[None]], *how: Any) -> None:
        """Something `days` ago, in the five hours after midday in London."""
        at = self._midday + timedelta(hours=hour, days=-days)
        if weekend := max(0, at.weekday() - 4):  # nobody works then: it was on Friday, after all else
            friday = self._midday - timedelta(days=days + weekend)
            at = friday + timedelta(hours=5 + weekend / 2, minutes=5 * hour)
        self.deeds.setdefault(at, []).append(partial(deed, *how))

    def _plan_checkins(self) -> None:
        monday = self._now.date() - timedelta(days=self._now.weekday() + 7 * (WEEKS - 1))
        for week in range(WEEKS):
            for handle, colleague in story.PEOPLE.items():
                if week == WEEKS - 1 and handle in LATE:
                    continue
                at = datetime.combine(
                    monday + timedelta(weeks=week), MORNING.get(colleague.zone, time(9)), UTC
                )
                deed = partial(self._says, handle, _checkin(handle, colleague, week))
                self.deeds.setdefault(at, []).append(deed)

    # How it happened ----------------------------------------------------------------------------------------

    def _me(self, who: str) -> Me:
        return Me(self.people[who], who)

    def _key(self) -> str:
        self._count += 1
        return f"sample-{self._count}"

    async def _goes_through(self, who: str, words: str, steps: tuple[reviews.Step, ...]) -> None:
        """Say something, then press what is shown and fill in what is asked, one after the other."""
        me = self._me(who)
        answer = (
            await self._ears.say(me, UPBEAT, words, None, self._key())
            if words
            else await self.core.home(me.id)
        )
        for step in steps:
            assert answer is not None, (who, words, step)
            if isinstance(step, reviews.Press):
                assert answer.card is not None, (who, words, step)
                handle = button(answer.card, step)
                answer = await self._ears.press(me, UPBEAT, handle, "", self._key())
                continue
            assert answer.form is not None, (who, words, step)
            given = {name: self._ids(each) for name, each in step.items()}
            answer = await self._ears.submit(me, UPBEAT, answer.form.draft, given, self._key())

    def _ids(self, answer: str | tuple[str, ...]) -> str | tuple[str, ...]:
        """An answer with colleagues by their ids."""
        return answer if isinstance(answer, str) else tuple(self.people[who].id for who in answer)

    async def _says(self, who: str, words: str, view: View = UPBEAT) -> None:
        await self._ears.say(self._me(who), view, words, None, self._key())

    async def _thanks(self, who: str, channel: str, words: str) -> None:
        view = View("in", channel)
        answer = await self._ears.say(self._me(who), view, words, None, self._key())
        await self._presses_first(who, view, answer)

    async def _cheer(self, channel: str, cheers: list[tuple[str, str]]) -> None:
        """React to the last post of Upbeat's."""
        view, reader = View("in", channel), self.people[cheers[0][0]].id
        rows = await self.core.database.read(
            lambda store: store.webchat.messages(channel, reader=reader, most=20)
        )
        post = next(
            (row.id for row in reversed(rows) if row.author_id is None and row.kind == Kind.CHANNEL), ""
        )
        for who, emoji in cheers:
            await self._ears.react(self._me(who), view, post, emoji, self._key())

    async def _gives_feedback(self, who: str, to: str, parts: tuple[str, ...]) -> None:
        answer = await self._ears.say(self._me(who), UPBEAT, f"/feedback @{to}", None, self._key())
        answer = await self._fills(who, answer, parts)
        await self._presses_first(who, UPBEAT, answer)

    async def _writes_notes(self, who: str, partner: str, words: str) -> None:
        answer = await self._ears.say(self._me(who), UPBEAT, f"/1on1 notes @{partner}", None, self._key())
        await self._fills(who, answer, (words,))

    async def _fills(self, who: str, answer: Answer | None, words: tuple[str, ...]) -> Answer | None:
        """Write these words into the form's free questions, one after the other."""
        if answer is None or answer.form is None:
            return None
        given = dict(zip(_free(answer.form), words, strict=False))
        return await self._ears.submit(self._me(who), UPBEAT, answer.form.draft, given, self._key())

    async def _presses_first(self, who: str, view: View, answer: Answer | None) -> None:
        """Press the main button of what was shown, where there is one."""
        handle = _main(answer.card) if answer and answer.card else ""
        if handle:
            me = self.people[who].id
            row = await self.core.database.read(
                lambda store: store.webchat.messages(view.channel(me), reader=me, most=1)
            )
            await self._ears.press(self._me(who), view, handle, row[0].id if row else "", self._key())


def _main(card: Card) -> str:
    return next((button.handle for button in card.buttons() if button.style == "primary"), "")


def button(card: Card, wanted: reviews.Press) -> str:
    """The handle of a button of a card."""
    english = Voice()
    found = {
        button.handle: english.say(part.body) if isinstance(part, Section) else english.say(card.title)
        for part in card.parts
        for button in ([part.button] if isinstance(part, Section) else [part])
        if isinstance(button, Button) and english.say(button.label) == wanted.label
    }
    return next(handle for handle, beside in found.items() if wanted.beside in beside)


def _free(form: Form) -> list[str]:
    return [question.name for question in form.questions if type(question).__name__ == "Words"]


def _checkin(handle: str, colleague: story.Colleague, week: int) -> str:
    work, blocked = story.WORK[handle], story.BLOCKED.get((handle, week), "")
    mood = 3 + (sum(handle.encode()) + week * 2) % 3 - (1 if blocked else 0)
    if colleague.language == "zh":
        said = f"/周报 完成 {work[week]}；下一步 {work[week + 1]}"
        return said + (f"；阻碍 {blocked}" if blocked else "") + f"；心情 {mood}"
    said = f"/checkin done {work[week]}; next {work[week + 1]}"
    return said + (f"; blocked {blocked}" if blocked else "") + f"; mood {mood}"
