"""A token is revoked, a reader gone, a right changed: nothing is tried in vain, and nobody gets what is not theirs."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.telegram.polling import LONGEST_LOCKED, Polling
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase
from schedules.delivery import Delivery
from schedules.speaking import Locked, Unreachable
from storage.alerts import Alert
from storage.tables import Account, Outgoing, Place
from tests.bot.slack.conftest import GENERAL, room_with, user
from tests.bot.telegram.conftest import BEN
from tests.bot.telegram.conftest import Room as TelegramRoom
from tests.bot.telegram.conftest import room_with as telegram_room
from tests.company import Chat
from tests.faults.figures import Figure
from tests.handlers.test_organisation_past import MOVED
from tests.handlers.test_people import sends
from tests.schedules.errands import feature, only
from tests.schedules.test_delivery import Line, row, tell, worker


async def test_f40_a_revoked_token_is_tried_once_an_hour_and_costs_no_message(
    chat: Chat, figure: Figure
) -> None:
    """For a day, with many messages that wait; then it is mended."""
    chat, line, tries = only(chat, feature), Line(), 0
    messages = [tell(chat, who, f"{number}") for number in range(2) for who in ("ada", "ben", "eve", "dora")]
    for who in chat.ids:
        line.script[who] = [Locked()] * 10_000
    delivery = worker(chat, line, now=lambda: chat.now.timestamp())
    before = chat.now
    hours: list[int] = []
    while chat.now < before + timedelta(hours=24):
        left = sum(map(len, line.script.values()))
        for _ in range(4):
            await delivery.deliver()
            chat.wait(minutes=15)
        hours.append(left - sum(map(len, line.script.values())))
    tries = sum(hours)
    assert all(each <= 1 for each in hours[4:]), hours
    assert not line.heard
    line.script.clear()
    chat.wait(hours=1)
    for _ in range(20):
        await delivery.deliver()
        chat.wait(minutes=2)
    assert {row(chat, each).state for each in messages} == {"sent"}
    assert len(line.heard) == len(messages)
    figure(
        len(messages), f"lost 0, doubled 0; tries in 24 h {tries}, after the fourth hour at most 1 an hour"
    )


@contextlib.asynccontextmanager
async def asking(chat: Chat) -> AsyncIterator[TelegramRoom]:
    async with telegram_room(chat) as room:
        await room.start()
        yield room


async def test_f40_with_a_revoked_token_updates_are_asked_for_once_an_hour(
    chat: Chat, figure: Figure
) -> None:
    async with asking(chat) as room:
        assert room.turns is not None
        await room.turns.stop()
        room.fake.fail_next("getUpdates", "401", times=16)
        assert room.platform._hearing is not None
        polling = Polling(room.platform._client, room.platform._hearing, lambda: True)
        polling._stopping.set()  # so that no wait is waited for
        wait, waits = 0.5, []
        for _ in range(16):
            _, wait = await polling._ask(wait)
            waits.append(wait)
        assert waits[-1] == LONGEST_LOCKED
        assert (await polling._ask(wait))[1] == 0.5
        figure(16, f"seconds between two tries {waits[-1]:.0f}")


async def test_f40_with_a_revoked_app_token_administrators_hear_that_slack_is_not_heard(
    chat: Chat, figure: Figure
) -> None:
    """The socket breaks and there is no other; as soon as there is one, people are heard again."""
    async with room_with(chat, sockets=True) as room:
        room.slack.fail_next("apps.connections.open", "invalid_auth", times=2)
        connected = room.slack.sockets.connections
        await room.slack.sockets.close()
        await room.slack.sockets.connected(connected + 1, 30)
        assert [(alert.cause, alert.times) for alert in chat.rows(Alert)] == [("socket", 2)]
        ack = await room.slack.command(user("ada"), "/checkin", "done it")
        assert "Checked in" in ack.ephemeral.words
        chat.wait(minutes=2)
        await chat.tick()
        assert "Slack gives us no socket any more" in chat.told("ivan")
    figure(1, "administrators told, heard again")


async def test_f40_in_slack_who_and_what_is_gone_is_not_tried_again(chat: Chat, figure: Figure) -> None:
    cases = ("account_inactive", "channel_not_found", "is_archived")
    async with room_with(chat, sockets=False) as room:
        slack = room.slack
        await slack.until(lambda: room.accounts("ben"))
        delivery = Delivery(room.core, [room.platform.speaker], worker="faults")
        place = chat.change(lambda store: store.accounts.seen_place("slack", GENERAL, "general"))
        for kind in ("is_archived", "channel_not_found"):
            chat.change(lambda store: store.accounts.seen_place("slack", GENERAL, "general"))
            post = Tell(Card(Phrase("Thanks.")), place=place.id)
            chat.change(lambda store, post=post: room.core.queue(store, "test", post))
            slack.fail_next("chat.postMessage", kind)
            calls = len(slack.called("chat.postMessage"))
            for _ in range(5):
                await delivery.deliver()
                chat.wait(hours=1)
            assert len(slack.called("chat.postMessage")) == calls + 1, kind
            assert chat.rows(Place)[0].gone
        await slack.event("app_uninstalled")
        assert [alert.cause for alert in room.chat.rows(Alert)] == ["token:slack"]
        figure(len(cases), "tried again in vain 0")


async def test_f40_in_telegram_blocked_kicked_and_moved(chat: Chat, figure: Figure) -> None:
    async with asking(chat) as room:
        delivery = Delivery(room.core, [room.platform.speaker], worker="faults")
        chat.change(lambda store: store.accounts.unlink(chat.ids["ben"], "web"))
        room.fake.block(BEN)
        message = tell(chat, "ben", "hello", on="telegram")
        for _ in range(5):
            await delivery.deliver()
            chat.wait(hours=1)
        assert len(room.fake.called("sendMessage")) == 1
        assert (row(chat, message).state, row(chat, message).reason) == ("cancelled", "unreachable")
        (account,) = [
            a for a in chat.rows(Account) if a.person_id == chat.ids["ben"] and a.platform == "telegram"
        ]
        assert account.unreachable
        room.fake.add_group(-30, "Small", [BEN], supergroup=False)
        place = chat.change(lambda store: store.accounts.seen_place("telegram", "-30", "Small"))
        await room.fake.migrate(-30, -100301)
        post = Tell(Card(Phrase("Thanks.")), place=place.id)
        chat.change(lambda store: room.core.queue(store, "test", post))
        await delivery.deliver()
        assert [one.external_id for one in chat.rows(Place) if not one.gone] == ["-100301"]
        assert room.fake.last(-100301).text == "Thanks."
        room.fake.fail_next("sendMessage", "403_blocked")
        chat.change(lambda store: room.core.queue(store, "test", post))
        for _ in range(3):
            await delivery.deliver()
            chat.wait(hours=1)
        assert chat.rows(Place)[0].gone
        figure(3, "tried again in vain 0, lost on the move 0")


# F41 -----------------------------------------------------------------------------------------------------------------


async def test_f41_what_changed_between_queue_and_sending_is_looked_at_again(
    any_chat: Chat, figure: Figure
) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done x; blocked by legal")
    chat.wait(days=3)
    await chat.tick()
    raised = [one for one in chat.rows(Outgoing) if one.about and one.person_id == chat.ids["ada"]]
    assert raised, "nobody was told of the blocker"
    hello = {who: tell(chat, who, "hello") for who in ("eve", "dora")}
    line = Line()
    line.script["dora"] = [Unreachable("deactivated")]
    await sends(chat, "hana", MOVED)
    await chat.presses("hana", "Apply")  # Ben's manager is another one now
    may = chat.change(lambda store: store.records.is_still_for(chat.ids["ada"], raised[0].about))
    chat.leaves("eve")
    await worker(chat, line).deliver()
    assert row(chat, hello["eve"]).state == "cancelled"
    assert row(chat, hello["dora"]).state == "cancelled"
    assert {who for who, _ in line.heard}.isdisjoint({"eve", "dora"})
    assert row(chat, raised[0].id).state == ("sent" if may else "cancelled")
    figure(3, "sent against the rules 0")
