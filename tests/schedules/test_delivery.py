"""Messages arrive once, in order, whatever platforms and processes do; what is unclear is counted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import _Line
from bot.words import Voice
from handlers.kit.cards import Card
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Verbatim
from schedules.delivery import Delivery
from schedules.housekeeping import tidy
from schedules.pacing import Buckets
from schedules.speaking import Locked, Parcel, Receipt, Refused, Slow, Unclear, Unreachable
from schedules.turns import Tenure, steady
from storage.store import Store
from storage.tables import Account, Outgoing, PersonRow, Place, Posted
from tests.company import Chat
from tests.schedules.errands import feature, only
from tests.storage.plans import plan_of


class Line:
    """A platform that does what `script` says will happen to each of the next messages of an address."""

    def __init__(self, name: str = "web") -> None:
        self.name = name
        self.heard: list[tuple[str, str]] = []
        self.script: defaultdict[str, list[Exception | str]] = defaultdict(list)
        self.edited: list[tuple[str, str]] = []
        self.limits: Callable[[Parcel], list[tuple[str, float, float]]] = lambda parcel: []
        self.looked_up: list[str] = []
        self.stored: dict[str, Receipt] = {}
        self.gate: asyncio.Event | None = None
        self.waiting = 0

    def buckets(self, parcel: Parcel) -> list[tuple[str, float, float]]:
        return self.limits(parcel)

    async def speak(self, parcel: Parcel) -> Receipt:
        plan = self.script[parcel.to.external_id]
        happens = plan.pop(0) if plan else ""
        if self.gate:
            self.waiting += 1
            await self.gate.wait()
        await asyncio.sleep(0)
        if isinstance(happens, Exception) and not isinstance(happens, Unclear):
            raise happens
        self.heard.append((parcel.to.external_id, Voice().plain(parcel.card)))
        receipt = Receipt(parcel.to.address, f"{self.name}{len(self.heard)}")
        self.stored[parcel.outgoing_id] = receipt
        if isinstance(happens, Unclear):
            raise happens
        return receipt

    async def edit(self, parcel: Parcel, over: Receipt) -> None:
        plan = self.script[over.message]
        happens = plan.pop(0) if plan else ""
        if isinstance(happens, Exception) and not isinstance(happens, Unclear):
            raise happens
        self.edited.append((over.message, Voice().plain(parcel.card)))
        if isinstance(happens, Unclear):
            raise happens


class Searchable(Line):
    """A platform that can look a message up."""

    async def find(self, parcel: Parcel) -> Receipt | None:
        self.looked_up.append(parcel.outgoing_id)
        return self.stored.get(parcel.outgoing_id)


@pytest.fixture
def chat(chat: Chat) -> Chat:
    return only(chat, feature)


@pytest.fixture
def any_chat(any_chat: Chat) -> Chat:
    return only(any_chat, feature)


def tell(chat: Chat, who: str, words: str, **more: Any) -> str:
    """Queue a message; returns its id."""
    card = Card(Phrase("{words}", words=Verbatim(words)))
    made = Tell(card, to=chat.ids[who], **more)
    queued = chat.change(lambda store: chat.core.queue(store, "test", made))
    assert isinstance(queued, str)
    return queued


def worker(chat: Chat, *lines: Line, name: str = "one", now: Callable[[], float] = steady) -> Delivery:
    return Delivery(chat.core, lines, worker=name, now=now)


async def until(happens: Callable[[], object]) -> None:
    """Wait for something; the test's own time limit ends it if it never comes."""
    while not happens():  # noqa: ASYNC110 (what is waited for happens in the database)
        await asyncio.sleep(0.01)


def row(chat: Chat, message: str) -> Outgoing:
    (found,) = chat.rows(Outgoing, Outgoing.id == message)
    assert isinstance(found, Outgoing)
    return found


async def crash(chat: Chat, line: Line, *, writing: int = 1) -> None:
    """A process that dies after the request was written; its lease ends."""
    line.gate = asyncio.Event()
    dying = worker(chat, line, name=f"dying {len(line.heard)} {chat.now}")
    task = asyncio.create_task(dying.deliver())
    await until(lambda: line.waiting >= writing)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    line.gate, line.waiting = None, 0
    chat.wait(minutes=2)


async def test_a_message_arrives_once_and_can_be_found_again(any_chat: Chat) -> None:
    line = Line()
    message = tell(any_chat, "ben", "hello", about="kudos:1")
    delivery = worker(any_chat, line)
    assert await delivery.deliver() == 1
    assert await delivery.deliver() == 0
    assert line.heard == [("ben", "hello")]
    sent = row(any_chat, message)
    assert (sent.state, sent.platform, sent.attempts) == ("sent", "web", 1)
    (posted,) = any_chat.rows(Posted)
    assert (posted.about, posted.channel, posted.message) == ("kudos:1", "dm-ben", "web1")
    assert delivery.counts == {"sent": 1}


async def test_two_workers_send_each_message_once(any_chat: Chat) -> None:
    line = Line()
    for n in range(60):
        tell(any_chat, list(any_chat.ids)[n % 8], f"{n:02}")
    workers = [worker(any_chat, line, name=str(n)) for n in range(3)]
    for _ in range(20):
        await asyncio.gather(*(each.deliver() for each in workers))
        any_chat.wait(seconds=1)
    assert sorted(words for _, words in line.heard) == [f"{n:02}" for n in range(60)]
    if (
        any_chat.database.is_sqlite
    ):  # elsewhere in order while one delivers at a time, as those do who have a turn
        for who in any_chat.ids:
            words = [words for reader, words in line.heard if reader == who]
            assert words == sorted(words)


async def test_readers_do_not_wait_for_each_other(chat: Chat) -> None:
    line = Line()
    line.gate = asyncio.Event()
    for who in ("ben", "ada", "eve"):
        tell(chat, who, "hello")
    task = asyncio.create_task(worker(chat, line).deliver())
    await until(lambda: line.waiting == 3)
    line.gate.set()
    assert await task == 3


async def test_the_chosen_channel_first_then_the_newest(any_chat: Chat) -> None:
    ben = any_chat.ids["ben"]
    web, slack, telegram = Line("web"), Line("slack"), Line("telegram")
    delivery = worker(any_chat, web, slack, telegram)
    for name in ("slack", "telegram"):
        any_chat.wait(minutes=1)
        any_chat.change(lambda store, name=name: store.accounts.link(ben, name, f"{name}-ben", address="D1"))
    tell(any_chat, "ben", "newest")
    await delivery.deliver()
    any_chat.change(lambda store: store.preferences.set(ben, "channel", "slack"))
    tell(any_chat, "ben", "chosen")
    tell(any_chat, "ben", "only there", on="web")
    await delivery.deliver()
    assert telegram.heard == [("telegram-ben", "newest")]
    assert slack.heard == [("slack-ben", "chosen")]
    assert web.heard == [("ben", "only there")]


async def test_a_look_into_the_local_chat_diverts_nothing_from_where_somebody_connected_themselves(
    any_chat: Chat,
) -> None:
    """Whoever runs Upbeat may open anybody's page there."""
    ben = any_chat.ids["ben"]
    web, telegram = Line("web"), Line("telegram")
    any_chat.change(lambda store: store.accounts.unlink(ben, "web"))
    any_chat.change(lambda store: store.accounts.link(ben, "telegram", "telegram-ben", address="D1"))
    any_chat.wait(minutes=1)
    any_chat.change(lambda store: store.accounts.meet(ben, "web", "ben", address="W1"))
    tell(any_chat, "ben", "hello")
    await worker(any_chat, web, telegram).deliver()
    assert (web.heard, telegram.heard) == ([], [("telegram-ben", "hello")])
    any_chat.change(lambda store: store.preferences.set(ben, "channel", "web"))
    tell(any_chat, "ben", "chosen")
    await worker(any_chat, web, telegram).deliver()
    assert web.heard == [("ben", "chosen")]


async def test_who_blocked_the_bot_gets_it_elsewhere(any_chat: Chat) -> None:
    ben = any_chat.ids["ben"]
    web, slack = Line("web"), Line("slack")
    any_chat.wait(minutes=1)
    any_chat.change(lambda store: store.accounts.link(ben, "slack", "U1", address="D1"))
    slack.script["U1"] = [Unreachable("blocked")]
    tell(any_chat, "ben", "hello")
    delivery = worker(any_chat, web, slack)
    await delivery.deliver()
    assert web.heard == [("ben", "hello")]
    (account,) = any_chat.rows(Account, Account.external_id == "U1")
    assert account.unreachable
    tell(any_chat, "ben", "again")
    await delivery.deliver()
    assert [words for _, words in web.heard] == ["hello", "again"]
    assert delivery.counts["unreachable"] == 1


async def test_who_can_be_reached_nowhere_is_not_tried_again(any_chat: Chat) -> None:
    line = Line()
    line.script["ben"] = [Unreachable("blocked")]
    message = tell(any_chat, "ben", "hello")
    await worker(any_chat, line).deliver()
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("cancelled", "unreachable")
    assert line.heard == []


async def test_who_comes_with_another_account_gets_what_reached_them_nowhere(any_chat: Chat) -> None:
    line, ben = Line(), any_chat.ids["ben"]
    line.script["ben"] = [Unreachable("deactivated")]
    tell(any_chat, "ben", "hello")
    await worker(any_chat, line).deliver()
    assert line.heard == []
    any_chat.change(lambda store: store.accounts.link(ben, "web", "ben_w", address="dm-ben"))
    await worker(any_chat, line).deliver()
    assert line.heard == [("ben_w", "hello")]


async def test_who_left_between_queue_and_sending_gets_nothing(any_chat: Chat) -> None:
    message = tell(any_chat, "ben", "hello")
    ben = any_chat.ids["ben"]
    any_chat.change(
        lambda store: store.change(
            store.one(PersonRow, PersonRow.id == ben), left_at=store.now, revision=store.people_changed()
        )
    )
    assert await any_chat.deliver() == []
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("cancelled", "left")


async def test_what_is_too_old_expires(chat: Chat) -> None:
    message = tell(chat, "ben", "hello", lives=timedelta(hours=1))
    chat.wait(hours=2)
    assert await chat.deliver() == []
    assert row(chat, message).state == "expired"


async def test_without_an_account_it_rests_until_there_is_one(any_chat: Chat) -> None:
    chat, ben = any_chat, any_chat.ids["ben"]
    message = tell(chat, "ben", "hello", on="telegram")
    assert await chat.deliver() == []
    assert (row(chat, message).state, row(chat, message).reason) == ("cancelled", "unreachable")
    chat.change(lambda store: store.accounts.link(ben, "telegram", "42", address="42"))
    line = Line("telegram")
    while await Delivery(chat.core, [line], worker="test").deliver():
        pass
    assert [where for where, _ in line.heard] == ["42"]


async def test_what_has_become_old_without_an_account_is_not_told_any_more(chat: Chat) -> None:
    message = tell(chat, "ben", "hello", on="telegram")
    await chat.deliver()
    chat.wait(days=8)
    chat.change(lambda store: store.accounts.link(chat.ids["ben"], "telegram", "42", address="42"))
    assert row(chat, message).state == "cancelled"


async def test_without_its_platform_it_waits(chat: Chat) -> None:
    chat.change(lambda store: store.accounts.link(chat.ids["ben"], "telegram", "42", address="42"))
    message = tell(chat, "ben", "hello", on="telegram")
    assert await chat.deliver() == []
    assert row(chat, message).state == "waiting"
    chat.wait(days=8)
    await chat.deliver()
    assert row(chat, message).state == "expired"


async def test_a_place_gets_its_post_and_one_that_is_gone_does_not(any_chat: Chat) -> None:
    line = Line("slack")
    place = any_chat.change(lambda store: store.accounts.seen_place("slack", "C1", "engines", topic="7"))
    card = Card(Phrase("Thanks"))
    queue = any_chat.core.queue
    for _ in range(3):
        any_chat.change(lambda store: queue(store, "test", Tell(card, place=place.id)))
    line.script["C1"] = ["", Unreachable("kicked")]
    await worker(any_chat, line).deliver()
    await worker(any_chat, line).deliver()
    assert line.heard == [("C1", "Thanks")]
    assert [row.state for row in any_chat.rows(Outgoing)] == ["sent", "cancelled", "cancelled"]
    assert any_chat.rows(Place)[0].gone


async def test_a_platform_that_says_slow_down_delays_that_bucket_alone(any_chat: Chat) -> None:
    line = Line()
    line.limits = lambda parcel: [(f"to {parcel.to.external_id}", 100.0, 100.0)]
    line.script["ben"] = [Slow(30, "to ben")]
    first = tell(any_chat, "ben", "one")
    tell(any_chat, "ben", "two")
    tell(any_chat, "ada", "three")
    delivery = worker(any_chat, line)
    await delivery.deliver()
    assert line.heard == [("ada", "three")]
    waiting = row(any_chat, first)
    assert (waiting.state, waiting.attempts) == ("waiting", 0)
    assert waiting.due_at == any_chat.now + timedelta(seconds=30)
    await delivery.deliver()
    assert line.heard == [("ada", "three")]
    any_chat.wait(seconds=31)
    other = worker(any_chat, line, name="two")
    while await other.deliver():
        any_chat.wait(seconds=1)
    assert line.heard == [("ada", "three"), ("ben", "one"), ("ben", "two")]


@pytest.mark.parametrize(
    ("asked", "kept"), [(1, 1), (3600, 3600), (0, 1), (-5, 1), (1e9, 3600), (float("nan"), 30)]
)
def test_what_a_platform_asks_for_is_kept_within_reason(asked: float, kept: float) -> None:
    assert Buckets(lambda: 0.0).pause("all", asked) == kept


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.5)), max_size=60))
def test_no_bucket_is_ever_sent_more_than_it_permits(messages: list[tuple[str, float]]) -> None:
    clock = [0.0]
    buckets = Buckets(lambda: clock[0])
    went: defaultdict[str, list[float]] = defaultdict(list)
    for channel, pause in messages:
        wait = buckets.wait_for([("all", 10.0, 5.0), (channel, 1.0, 2.0)], most=1000.0)
        went[channel].append(clock[0] + wait)
        went["all"].append(clock[0] + wait)
        clock[0] += pause
    for name, rate, burst in (("all", 10.0, 5), ("a", 1.0, 2), ("b", 1.0, 2), ("c", 1.0, 2)):
        times = sorted(went[name])
        for first in range(len(times)):
            for last in range(first + burst, len(times)):
                permitted = burst + (times[last] - times[first]) * rate
                assert last - first + 1 <= permitted + 1.001


async def test_poison_is_set_aside_and_the_rest_go_on(any_chat: Chat) -> None:
    line = Line()
    poison = tell(any_chat, "ben", "poison")
    tell(any_chat, "ben", "behind it")
    tell(any_chat, "ada", "beside it")
    line.script["ben"] = [
        ValueError("words"),
        ValueError(),
        ValueError(),
        ValueError(),
        "",
        *[ValueError()] * 4,
    ]
    delivery = worker(any_chat, line)
    while row(any_chat, poison).state != "failed":
        while await delivery.deliver():
            pass
        any_chat.at(max(any_chat.now, row(any_chat, poison).due_at))
    assert (row(any_chat, poison).attempts, row(any_chat, poison).reason) == (8, "ValueError")
    assert line.heard == [("ada", "beside it"), ("ben", "behind it")]
    assert delivery.counts["failed"] == 1


async def test_trouble_of_over_half_an_hour_loses_nothing(chat: Chat) -> None:
    line = Line()
    for n in range(5):
        tell(chat, "ben", f"{n}")
    delivery = worker(chat, line)
    until = chat.now + timedelta(minutes=30)
    while chat.now < until:
        line.script["ben"] = [ConnectionError()] * 50
        await delivery.deliver()
        chat.wait(seconds=5)
    line.script.clear()
    for _ in range(150):
        await delivery.deliver()
        chat.wait(minutes=1)
    assert sorted(words for _, words in line.heard) == ["0", "1", "2", "3", "4"]


async def test_what_cannot_be_read_any_more_is_set_aside(any_chat: Chat) -> None:
    message = tell(any_chat, "ben", "hello")
    any_chat.change(
        lambda store: store.change(store.one(Outgoing, Outgoing.id == message), card='{"_":"Unknown"}')
    )
    tell(any_chat, "ada", "hello")
    for _ in range(8):
        await any_chat.deliver()
        any_chat.wait(hours=2)
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("failed", "KeyError")
    assert len(any_chat.letterbox.parcels) == 1


async def test_a_refused_message_is_set_aside_at_once(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    line = Line()
    line.script["ben"] = [Refused("invalid_blocks")]
    message = tell(chat, "ben", "private words")
    tell(chat, "ben", "next")
    await worker(chat, line).deliver()
    assert (row(chat, message).state, line.heard) == ("failed", [("ben", "next")])
    (line_of_log,) = (_Line().format(each) for each in caplog.records if "set aside" in each.message)
    assert message in line_of_log
    assert "private words" not in caplog.text


async def test_how_long_the_oldest_waits_is_known_while_its_platform_is_out_of_order(any_chat: Chat) -> None:
    """Each attempt is due anew, but the message waits since it was due first; what is for later does not wait."""
    chat, line = any_chat, Line()
    line.script["ben"] = [ValueError(), Slow(40, "web"), Locked()]
    tell(chat, "ben", "hello")
    tell(chat, "ada", "for later", after=timedelta(hours=8))
    since, delivery = chat.now, worker(chat, line)

    def oldest() -> object:
        return chat.change(lambda store: store.outbox.oldest_waiting())

    for _ in range(3):
        await delivery.deliver()
        assert oldest() == since
        chat.wait(minutes=1)
    assert oldest() == since
    await worker(chat, line).deliver()
    assert line.heard == [("ben", "hello")]
    assert oldest() is None


async def test_repeat_a_message_that_never_was_answered(any_chat: Chat) -> None:
    line = Line()
    line.script["ben"] = [Unclear("timeout")]
    message = tell(any_chat, "ben", "hello", unclear="repeat")
    delivery = worker(any_chat, line)
    await delivery.deliver()
    any_chat.wait(seconds=10)
    await delivery.deliver()
    assert len(line.heard) == 2
    assert (row(any_chat, message).state, row(any_chat, message).ambiguous) == ("sent", 1)
    assert delivery.counts["ambiguous"] == 1


async def test_what_never_was_answered_is_counted_for_good(any_chat: Chat) -> None:
    """A count that falls when old messages go would look like many new ones to whoever watches it."""
    line = Line()
    line.script["ben"] = [Unclear("timeout")]
    tell(any_chat, "ben", "hello")
    for _ in range(2):
        await worker(any_chat, line).deliver()
        any_chat.wait(seconds=10)
    for days in (0, 200, 200):
        any_chat.wait(days=days)
        await tidy(any_chat.core)
        assert any_chat.change(lambda store: store.outbox.ambiguous()) == 1
    assert not any_chat.rows(Outgoing)


def test_what_never_was_answered_is_counted_without_reading_all_messages(chat: Chat) -> None:
    assert "COVERING INDEX outbox_unclear" in plan_of(
        chat, lambda store: store.outbox.ambiguous(), of="outbox"
    )


async def test_look_for_a_message_that_never_was_answered(any_chat: Chat) -> None:
    line = Searchable()
    line.script["ben"] = [Unclear("timeout")]
    message = tell(any_chat, "ben", "hello", unclear="reconcile", about="kudos:1")
    delivery = worker(any_chat, line)
    await delivery.deliver()
    any_chat.wait(seconds=10)
    await delivery.deliver()
    assert len(line.heard) == 1
    assert row(any_chat, message).state == "sent"
    assert any_chat.rows(Posted)[0].message == "web1"
    assert delivery.counts["reconciled"] == 1


async def test_look_for_it_also_when_it_could_not_be_read_in_between(any_chat: Chat) -> None:
    line = Searchable()
    line.script["ben"] = [Unclear("timeout")]
    message = tell(any_chat, "ben", "hello", unclear="reconcile")
    card, unknown = row(any_chat, message).card, '{"_":"OfANewerUpbeat"}'
    for words in (card, unknown, card):
        any_chat.change(
            lambda store, words=words: store.change(store.one(Outgoing, Outgoing.id == message), card=words)
        )
        await worker(any_chat, line).deliver()
        any_chat.wait(minutes=5)
    assert len(line.heard) == 1
    assert (row(any_chat, message).state, line.looked_up) == ("sent", [message])


async def test_at_most_once_is_never_repeated(any_chat: Chat) -> None:
    line = Line()
    line.script["ben"] = [Unclear("timeout")]
    message = tell(any_chat, "ben", "hello", unclear="once")
    delivery = worker(any_chat, line)
    await delivery.deliver()
    any_chat.wait(minutes=10)
    await delivery.deliver()
    assert len(line.heard) == 1
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("failed", "unclear")
    assert delivery.counts == {"ambiguous": 1, "failed": 1}


@pytest.mark.parametrize(
    ("policy", "arrived", "times", "state"),
    [
        ("repeat", False, 1, "sent"),
        ("reconcile", False, 1, "sent"),
        ("reconcile", True, 0, "sent"),
        ("once", False, 0, "failed"),
    ],
)
async def test_a_process_that_dies_in_the_middle(
    any_chat: Chat, policy: Any, arrived: bool, times: int, state: str
) -> None:
    line = Searchable()
    message = tell(any_chat, "ben", "hello", unclear=policy)
    await crash(any_chat, line)
    if arrived:
        line.stored[message] = Receipt("dm-ben", "m1")
    delivery = worker(any_chat, line)
    await delivery.deliver()
    assert len(line.heard) == times
    assert (row(any_chat, message).state, row(any_chat, message).ambiguous) == (state, 1)
    assert line.looked_up == ([message] if policy == "reconcile" else [])
    assert delivery.counts["ambiguous"] == 1


async def test_a_message_that_kills_three_processes_is_set_aside(any_chat: Chat) -> None:
    line = Line()
    message = tell(any_chat, "ben", "hello")
    for _ in range(3):
        await crash(any_chat, line)
    tell(any_chat, "ben", "next")
    await worker(any_chat, line).deliver()
    assert (row(any_chat, message).state, row(any_chat, message).reason) == ("failed", "crashes")
    assert line.heard == [("ben", "next")]


async def test_who_was_only_beside_it_is_not_set_aside(any_chat: Chat) -> None:
    """What may kill is sent alone the third time: then nobody else is being sent when it does."""
    line = Line()
    killer, innocent = tell(any_chat, "ben", "killer"), tell(any_chat, "ada", "innocent")
    for _ in range(2):
        await crash(any_chat, line, writing=2)
    await crash(any_chat, line)
    assert [row(any_chat, each).state for each in (killer, innocent)] == ["sending", "waiting"]
    await worker(any_chat, line).deliver()
    assert (row(any_chat, killer).state, row(any_chat, killer).reason) == ("failed", "crashes")
    assert row(any_chat, innocent).state == "sent"
    assert line.heard == [("ada", "innocent")]


async def test_a_process_that_dies_before_sending_loses_nothing(any_chat: Chat) -> None:
    line = Line()
    message = tell(any_chat, "ben", "hello")
    any_chat.change(lambda store: store.delivering.lease("dead", most=10))
    assert await worker(any_chat, line).deliver() == 0
    any_chat.wait(minutes=2)
    await worker(any_chat, line).deliver()
    assert (line.heard, row(any_chat, message).ambiguous) == ([("ben", "hello")], 0)


async def test_who_lost_its_lease_does_not_send(any_chat: Chat) -> None:
    line = Line()
    line.limits = lambda parcel: [("all", 2.0, 1.0)]
    tell(any_chat, "ada", "first")
    message = tell(any_chat, "ben", "hello")
    slow = asyncio.create_task(worker(any_chat, line).deliver())
    await until(lambda: line.heard)
    any_chat.change(
        lambda store: store.change(store.one(Outgoing, Outgoing.id == message), leased_by="another")
    )
    await slow
    assert line.heard == [("ada", "first")]
    assert row(any_chat, message).attempts == 0


async def test_who_slept_just_before_the_request_does_not_send(any_chat: Chat) -> None:
    """It was written down as being sent; then the process was stopped for longer than its lease, and woken."""
    line = Line()
    message = tell(any_chat, "ben", "hello")
    clock = [0.0]
    asleep = worker(any_chat, line, name="asleep", now=lambda: clock[0])
    sending = asleep._sending
    begin = sending._begin

    def sleeping(store: Store, message: Any) -> Any:
        begun = begin(store, message)
        clock[0] += 90
        return begun

    sending._begin = sleeping  # type: ignore[method-assign]
    await asleep.deliver()
    assert line.heard == []
    assert row(any_chat, message).state == "waiting"
    await worker(any_chat, line, name="awake").deliver()
    assert (line.heard, row(any_chat, message).ambiguous) == ([("ben", "hello")], 0)


async def test_who_took_over_sends_no_burst_after_anothers(any_chat: Chat) -> None:
    """Another process may have sent all that the platform permits at once, until a moment ago."""
    buckets = Buckets(lambda: 100.0)
    buckets.begin_empty()
    waits = [buckets.wait_for([("all", 10.0, 5.0)], most=1000.0) for _ in range(3)]
    assert waits == pytest.approx([0.1, 0.2, 0.3])


async def test_what_we_are_sending_when_our_turn_begins_anew_is_sent_once(any_chat: Chat) -> None:
    """The machine slept, or a long import held up what renews our turn; the platform answers all the same."""
    line = Line()
    line.gate = asyncio.Event()
    message = tell(any_chat, "ben", "hello")
    delivery = worker(any_chat, line)

    async def begin() -> None:
        term = any_chat.change(lambda store: store.leases.take("delivery", "ours", seconds=-1))
        await delivery.begin(Tenure(term, steady() + 60))

    await begin()
    await until(lambda: line.waiting)
    await delivery.drop()
    beginning = asyncio.create_task(begin())
    await asyncio.sleep(0.3)
    line.gate.set()
    await beginning
    await until(lambda: row(any_chat, message).state == "sent")
    await delivery.stop(5)
    assert (line.heard, row(any_chat, message).ambiguous) == ([("ben", "hello")], 0)


async def test_what_another_took_up_in_its_turn_is_free_in_ours(any_chat: Chat) -> None:
    line = Line()
    tell(any_chat, "ben", "hello")
    any_chat.change(lambda store: store.delivering.lease("dead", most=10))
    term = any_chat.change(lambda store: store.leases.take("delivery", "ours", seconds=60))
    ours = worker(any_chat, line)
    await ours.begin(Tenure(term, steady() + 60))
    await until(lambda: line.heard)
    any_chat.change(lambda store: store.leases.give_back(term))
    any_chat.change(lambda store: store.leases.take("delivery", "theirs", seconds=60))
    tell(any_chat, "ada", "late")
    ours.wake()
    await asyncio.sleep(0.3)
    await ours.drop()
    assert line.heard == [("ben", "hello")]


async def test_it_goes_out_at_once_when_woken(any_chat: Chat) -> None:
    line = Line()
    delivery = worker(any_chat, line)
    await delivery.start()
    await asyncio.sleep(0.05)
    tell(any_chat, "ben", "hello")
    delivery.wake()
    for _ in range(100):
        if delivery.counts["sent"]:
            break
        await asyncio.sleep(0.01)
    await delivery.stop(1)
    assert line.heard == [("ben", "hello")]


async def test_stopping_finishes_what_was_begun_and_gives_back_the_rest(any_chat: Chat) -> None:
    line = Line()
    line.gate = asyncio.Event()
    messages = [tell(any_chat, "ben", f"{n}") for n in range(3)]
    delivery = worker(any_chat, line)
    await delivery.start()
    await until(lambda: line.waiting)
    stopping = asyncio.create_task(delivery.stop(5))
    await asyncio.sleep(0.01)
    line.gate.set()
    await stopping
    assert [row(any_chat, each).state for each in messages] == ["sent", "waiting", "waiting"]
    assert all(row(any_chat, each).leased_until is None for each in messages)
