"""What somebody did is answered there: in the acknowledgement, in place, in a modal, or for their eyes beside it."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.pictures.studio import Studio
from bot.slack import client as line
from bot.slack.answers import asked_in
from bot.slack.company import colleagues, needs_company
from bot.slack.draw import Drawing
from bot.slack.files import documents
from bot.slack.forms import Modal
from bot.slack.heard import Heard
from bot.slack.home import Homes
from bot.slack.messages import Messages
from bot.slack.pages import Json, Page
from handlers.kit.cards import Card
from handlers.kit.dispatch import Core
from handlers.kit.requests import Answer
from handlers.kit.text import Phrase

log = logging.getLogger("upbeat.slack")

LATE = 2.4
"""Seconds after which the acknowledgement may come too late to be shown: Slack waits for three."""
OPENING = 1.2
"""Seconds that the acknowledgement waits for a modal to be there."""
PAUSE = 0.3
REMEMBERED = 10_000

LONG = Phrase("This is longer than fits here. All of it is in our chat.")

After = Callable[[], Awaitable[object]]
Opening = asyncio.Future[Json]
"""A modal that Slack was asked to show: by what it can be changed, nothing when it was too late."""


@dataclass
class Ack:
    """What Slack gets at once, and what is done when it has it."""

    status: int = 200
    body: Json | None = None
    after: list[After] = field(default_factory=list)


class Replies:
    """Shows answers to the people who caused them."""

    def __init__(self, core: Core, client: AsyncWebClient, homes: Homes, studio: Studio) -> None:
        self._core = core
        self._client = client
        self._homes = homes
        self._messages = Messages(core, client, studio)
        self._shown: OrderedDict[str, None] = OrderedDict()
        self._titles = {feature.name: feature.title for feature in core.features}

    async def give(self, heard: Heard, answer: Answer, *, took: float, language: str) -> Ack:
        """The acknowledgement of something whose effect is committed. Seen again, it is answered the same, and nothing
        is posted or opened twice."""
        drawing = Drawing(answer.language if answer.person_id else language, answer.zone, heard.incoming.at)
        again = answer.repeated and heard.incoming.delivery in self._shown
        self._note(heard.incoming.delivery)
        if heard.kind == "submit":
            ack = await self._submitted(heard, answer, drawing)
        elif heard.kind == "command":
            ack = await self._commanded(heard, answer, drawing, again=again, late=took > LATE)
        elif again:
            return Ack()
        else:
            ack = Ack(after=await self._elsewhere(heard, answer, drawing))
        if again or not ack.after:
            return Ack(ack.status, ack.body)
        return Ack(ack.status, ack.body, [partial(self.surely, heard, answer, ack.after)])

    async def surely(self, heard: Heard, answer: Answer, after: list[After]) -> None:
        """Show it; what Slack does not take now, it is sent once it does. A home screen is drawn anew anyway."""
        try:
            for work in after:
                await work()
        except asyncio.CancelledError:  # we stop, while Slack wants us to wait
            await self._core.answer_later(heard.incoming, answer)
            raise
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            if heard.kind == "home" or (
                isinstance(error, SlackApiError) and not line.is_worth_waiting(error)
            ):
                raise
            log.warning("answer given later", extra={"error": type(error).__name__})
            await self._core.answer_later(heard.incoming, answer)

    def _note(self, delivery: str) -> None:
        self._shown[delivery] = None
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)

    # Commands ----------------------------------------------------------------------------------------------------

    async def _commanded(
        self, heard: Heard, answer: Answer, drawing: Drawing, *, again: bool, late: bool
    ) -> Ack:
        if answer.form:
            if again:
                return Ack()
            opening = await self._opening(heard, answer, drawing)
            if not _failed(opening):
                return Ack(after=[partial(self._unless_open, opening, heard, answer, drawing)])
        card = await self._card(answer)
        if card is None:
            return Ack()
        later: list[After] = []
        if documents(card):
            later.append(lambda: self._messages.give(heard, answer, card, drawing))
        if card.pictures():  # they take longer than Slack waits
            return Ack(
                after=[
                    lambda: self._messages.show(card, drawing, partial(self._messages.respond, heard)),
                    *later,
                ]
            )
        pages = drawing.messages(card)
        if late:
            return Ack(after=[lambda: self._messages.respond(heard, pages), *later])
        if len(pages) > 1:
            later.insert(0, lambda: self._follow(heard, pages[1:]))
        return Ack(body={"response_type": "ephemeral", **line.answer(pages[0])}, after=later)

    async def _follow(self, heard: Heard, pages: list[Page]) -> None:
        """The rest of an answer, once Slack has shown how it begins."""
        await asyncio.sleep(PAUSE)
        await self._messages.respond(heard, pages)

    # Modals ------------------------------------------------------------------------------------------------------

    async def _submitted(self, heard: Heard, answer: Answer, drawing: Drawing) -> Ack:
        blocks = asked_in(heard.view)
        errors = {blocks[name]: drawing.say(words) for name, words in answer.errors if name in blocks}
        if errors:
            return Ack(body={"response_action": "errors", "errors": errors})
        if answer.form:
            return Ack(
                body={"response_action": "update", "view": await self._form_view(heard, answer, drawing)}
            )
        if answer.card is None:
            return Ack(body={"response_action": "clear"})
        card = answer.card
        view, later = self._card_view(heard, answer, card, drawing)
        if card.pictures():
            shown = {"view_id": str(heard.view["id"])}
            later.append(lambda: self._hang_in(shown, heard, answer, card, drawing))
        return Ack(body={"response_action": "update", "view": view}, after=later)

    async def _form_view(self, heard: Heard, answer: Answer, drawing: Drawing) -> Json:
        """The modal of a form: when a modal is full, the one with the next questions."""
        form = answer.form
        assert form is not None
        company = None
        if needs_company(form):
            company = await self._core.database.read(lambda store: colleagues(store, answer.person_id))
        wrong = next((name for name, _ in answer.errors), "")
        start = next((n for n, question in enumerate(form.questions) if question.name == wrong), 0)
        return Modal(drawing, self._title(answer, drawing), company, heard.where).form(form, start=start)

    def _card_view(
        self, heard: Heard, answer: Answer, card: Card, drawing: Drawing
    ) -> tuple[Json, list[After]]:
        """A card as a modal. What is longer is in the person's chat as well."""
        pages = drawing.views(card)
        later: list[After] = [lambda: self._messages.give(heard, answer, card, drawing)]
        if heard.turn:
            blocks = pages[min(heard.turn, len(pages) - 1)]
        elif len(pages) > 1:
            blocks = [*pages[0][:-1], *drawing.note(drawing.say(LONG))]
            later.insert(0, lambda: self._messages.post(heard.user, drawing.messages(card)))
        else:
            blocks = pages[0]
        title = self._title(answer, drawing)
        return Modal(drawing, title, where=heard.where).card(blocks), later

    def _title(self, answer: Answer, drawing: Drawing) -> str:
        title = self._titles.get(answer.route.partition(".")[0])
        return drawing.say(title) if title else "Upbeat"

    async def _opening(self, heard: Heard, answer: Answer, drawing: Drawing) -> Opening:
        return await self._begin(heard, await self._form_view(heard, answer, drawing))

    async def _begin(self, heard: Heard, view: Json, *, beside: bool = False) -> Opening:
        """Ask Slack to show a modal. It may still be at it when the acknowledgement has to go."""
        opening = asyncio.ensure_future(self._shows(heard, view, beside=beside))
        await asyncio.wait({opening}, timeout=OPENING)
        return opening

    async def _unless_open(self, opening: Opening, heard: Heard, answer: Answer, drawing: Drawing) -> None:
        """When Slack took its time and then did not open the form: the button that does."""
        if not await opening and (card := await self._card(answer)):
            await self._messages.respond(heard, drawing.messages(card))

    async def _shows(self, heard: Heard, view: Json, *, beside: bool = False) -> Json:
        """Open a modal, or change or cover the one in which it was asked for; returns by what it can be changed.
        Nothing when it is too late for that."""
        try:
            if heard.surface == "modal" and not beside:
                shown = await self._client.views_update(view_id=str(heard.view["id"]), view=view)
            elif heard.surface == "modal":
                shown = await self._client.views_push(trigger_id=heard.trigger, view=view)
            elif heard.trigger:
                shown = await self._client.views_open(trigger_id=heard.trigger, view=view)
            else:
                return {}
        except SlackApiError as error:
            log.info("modal not opened", extra={"error": line.error_of(error)})
            return {}
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("modal not opened", extra={"error": type(error).__name__})
            return {}
        there = shown.get("view") or {}
        return {"view_id": there.get("id", ""), "hash": there.get("hash", "")}

    # Everything else -------------------------------------------------------------------------------------------------

    async def _elsewhere(self, heard: Heard, answer: Answer, drawing: Drawing) -> list[After]:
        """Show what must be shown before the acknowledgement; return what is done after it."""
        if heard.kind == "type":
            return []
        if heard.kind == "home":
            return [partial(self._homes.show, heard.user, answer.card, drawing)] if answer.card else []
        if answer.form and heard.trigger:
            opening = await self._opening(heard, answer, drawing)
            if not _failed(opening):
                return [partial(self._unless_open, opening, heard, answer, drawing)]
        card = await self._card(answer)
        if card is None:
            return []
        if heard.surface in ("modal", "home") or heard.kind == "shortcut":
            return await self._over(heard, answer, card, drawing)
        files: After = lambda: self._messages.give(heard, answer, card, drawing)  # noqa: E731
        return [lambda: self._messages.show(card, drawing, partial(self._beside, heard, answer)), files]

    async def _over(self, heard: Heard, answer: Answer, card: Card, drawing: Drawing) -> list[After]:
        """In a modal, where there is no message to answer to."""
        view, later = self._card_view(heard, answer, card, drawing)
        if heard.surface == "home" and answer.person_id:
            self._homes.want([answer.person_id])
        opening = await self._begin(heard, view, beside=_is_beside(answer))
        return [lambda: self._once_open(opening, later, heard, answer, card, drawing)]

    async def _once_open(
        self,
        opening: Opening,
        later: list[After],
        heard: Heard,
        answer: Answer,
        card: Card,
        drawing: Drawing,
    ) -> None:
        shown = await opening
        if not shown:
            await self._messages.show(card, drawing, partial(self._messages.post, heard.user))
            return
        for work in later:
            await work()
        if card.pictures():
            await self._hang_in(shown, heard, answer, card, drawing)

    async def _beside(self, heard: Heard, answer: Answer, pages: list[Page]) -> None:
        if heard.kind == "press":
            # What others see is not replaced by what is for one person's eyes.
            in_place = not _is_beside(answer) and (heard.ephemeral or heard.where.kind == "private")
            stays = in_place and not heard.ephemeral
            await self._messages.respond(heard, pages[:1] if stays else pages, replace=in_place)
            if stays:  # nor is the rest of it left to what Slack forgets when it is opened anew
                await self._messages.post(heard.where.id, pages[1:], heard.where.thread)
        elif heard.where.kind == "private":
            await self._messages.post(heard.where.id, pages, heard.where.thread)
        else:
            await self._messages.whisper(heard, pages)

    async def _card(self, answer: Answer) -> Card | None:
        if answer.form is None:
            return answer.card
        return await self._core.database.write(lambda store: self._core.as_card(store, answer))

    async def _hang_in(
        self, shown: Mapping[str, str], heard: Heard, answer: Answer, card: Card, drawing: Drawing
    ) -> None:
        """Put the pictures into a modal that shows their tables, unless it shows something else by now."""
        await self._messages.hang(card, drawing)
        if drawing.hung:
            view, _ = self._card_view(heard, answer, card, drawing)
            await self._client.views_update(view=view, **shown)


def _failed(opening: Opening) -> bool:
    return opening.done() and not opening.result()


def _is_beside(answer: Answer) -> bool:
    """Whether what was pressed stays, and the answer stands beside it."""
    return answer.keep or answer.outcome in ("failed", "refused", "problem")
