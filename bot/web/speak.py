"""A message for a person or a channel of the local chat is written down, and the open pages show it."""

from __future__ import annotations

from bot.web.live import Live
from handlers.kit.dispatch import Core
from handlers.kit.values import dump
from schedules.speaking import Gone, Parcel, Receipt
from storage.store import Store
from storage.webchat import PLATFORM, WebMessage, private_channel


class WebSpeaker:
    """The local chat's voice. Nothing of it leaves the machine, so nothing limits it."""

    name = PLATFORM

    def __init__(self, core: Core, live: Live) -> None:
        self._core = core
        self._live = live

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        """No limits."""
        return []

    async def speak(self, parcel: Parcel) -> Receipt:
        """Write it down once, however often it is delivered."""
        message = await self._core.database.write(lambda store: _written(store, parcel))
        self._live.tell(message.channel, [parcel.person_id] if parcel.private else None)
        return Receipt(channel=message.channel, message=message.id)

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        """The message shows another card now, on the open pages too."""
        card = dump(parcel.card)
        if not await self._core.database.write(lambda store: store.webchat.put_over(over.message, card)):
            raise Gone
        self._live.tell(over.channel, [parcel.person_id] if parcel.private else None)


def _written(store: Store, parcel: Parcel) -> WebMessage:
    channel = private_channel(parcel.person_id) if parcel.private else parcel.to.external_id
    reader = parcel.person_id if parcel.private else ""
    return store.webchat.show(channel, dump(parcel.card), reader=reader, outgoing_id=parcel.outgoing_id)
