"""The fake Slack, proven with a real Bolt app: every entry point once, every limit once."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from .slack import ClientRefused, FakeSlack
from .slack_arguments import METHODS
from .slack_web_api import ANSWERS

ADA, BEN, GENERAL = "U1ADA", "U2BEN", "C1GENERAL"
Any_ = dict[str, Any]


def words(text: str, kind: str = "plain_text") -> Any_:
    return {"type": kind, "text": text}


def section(text: str = "Hello", **more: Any) -> Any_:
    return {"type": "section", "text": words(text, "mrkdwn"), **more}


def button(label: str = "Thank", action_id: str = "thank", **more: Any) -> Any_:
    return {"type": "button", "text": words(label), "action_id": action_id, "value": "handle-1", **more}


def actions(*elements: Any_, **more: Any) -> Any_:
    return {"type": "actions", "elements": list(elements), **more}


def option(label: str) -> Any_:
    return {"text": words(label), "value": label.lower()}


def asked(label: str, element: Any_, **more: Any) -> Any_:
    return {
        "type": "input",
        "block_id": label.lower(),
        "label": words(label),
        "element": {"action_id": "in", **element},
        **more,
    }


def modal(*blocks: Any_, **more: Any) -> Any_:
    return {
        "type": "modal",
        "title": words("Thanks"),
        "submit": words("Send"),
        "blocks": list(blocks),
        **more,
    }


EVERY_INPUT = [
    asked("Why", {"type": "plain_text_input", "initial_value": "calm", "multiline": True}),
    asked("Kind", {"type": "static_select", "options": [option("Praise"), option("Advice")]}),
    asked(
        "Mood",
        {
            "type": "radio_buttons",
            "options": [option("Good"), option("Bad")],
            "initial_option": option("Good"),
        },
    ),
    asked("Flags", {"type": "checkboxes", "options": [option("Public"), option("Loud")]}, optional=True),
    asked("Who", {"type": "users_select"}),
    asked("Peers", {"type": "multi_users_select"}),
    asked("Day", {"type": "datepicker"}),
    asked("Hour", {"type": "timepicker", "initial_time": "09:00"}),
    asked("Score", {"type": "number_input", "is_decimal_allowed": False, "min_value": "1", "max_value": "5"}),
    asked("Where", {"type": "conversations_select"}, optional=True),
]


class Bot:
    """A small app that keeps every payload and answers like a real one."""

    def __init__(self, slack: FakeSlack) -> None:
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
        self.app = AsyncApp(
            signing_secret=slack.signing_secret, client=self.client, process_before_response=True
        )
        self.heard: list[Any_] = []
        self.headers: list[Any_] = []
        self.answer: Any = None
        self.app.use(self.listen)
        self.app.command("/kudos")(self.kudos)
        self.app.command("/form")(self.form)
        self.app.action("thank")(self.thank)
        for anything in (self.app.action, self.app.view, self.app.view_closed, self.app.shortcut):
            anything(_EVERYTHING)(self.acknowledge)
        self.app.event(_EVERYTHING)(self.event)

    async def listen(self, body: Any_, request: Any, next: Any) -> None:
        self.heard.append(body)
        self.headers.append(request.headers)
        await next()

    async def kudos(self, ack: Any, command: Any_) -> None:
        await ack(text=f"Preview: {command['text']}", blocks=[section("Preview"), actions(button())])

    async def form(self, ack: Any, command: Any_, client: AsyncWebClient) -> None:
        await client.views_open(
            trigger_id=command["trigger_id"], view=modal(*EVERY_INPUT, notify_on_close=True)
        )
        await ack()

    async def thank(self, ack: Any, respond: Any) -> None:
        await respond(text="Thanked", replace_original=True)
        await ack()

    async def acknowledge(self, ack: Any) -> None:
        await ack(**(self.answer or {}))

    async def event(self, event: Any_, client: AsyncWebClient) -> None:
        if event["type"] == "app_home_opened":
            home = {"type": "home", "blocks": [section("Your home"), actions(button("Check in", "checkin"))]}
            await client.views_publish(user_id=event["user"], view=home)
        if event["type"] == "message" and "bot_id" not in event and not event.get("subtype"):
            await client.chat_postMessage(channel=event["channel"], text=f"You said {event['text']}")


_EVERYTHING = re.compile(".*")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack() as fake:
        fake.add_user(ADA, "ada", "ada@example.com")
        fake.add_user(BEN, "ben", "ben@example.com", tz="Asia/Shanghai", locale="zh-CN")
        fake.add_channel(GENERAL, "general", [ADA, BEN, fake.bot_user_id])
        yield fake
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.fixture
async def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.base_url)


@pytest.fixture
async def bot(slack: FakeSlack) -> AsyncIterator[Bot]:
    """Over HTTP."""
    bot = Bot(slack)
    runner = web.AppRunner(bot.app.server(path="/slack/events").web_app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield bot
    await runner.cleanup()
    assert slack.violations == []


@asynccontextmanager
async def by_socket(slack: FakeSlack) -> AsyncIterator[Bot]:
    bot = Bot(slack)
    handler = AsyncSocketModeHandler(bot.app, slack.app_token, ping_interval=0.2)
    await handler.connect_async()
    try:
        yield bot
    finally:
        await handler.close_async()
        await asyncio.sleep(0.3)


# --- people act, over HTTP ---


async def test_a_slash_command_answers_ephemerally(slack: FakeSlack, bot: Bot) -> None:
    ack = await slack.command(ADA, "/kudos", "@ben & co, see #general", channel=GENERAL)
    assert ack.ok
    assert bot.heard[0]["text"] == f"<@{BEN}|ben> &amp; co, see <#{GENERAL}|general>"
    assert ack.ephemeral
    assert slack.ephemerals(ADA) == [ack.ephemeral]
    assert slack.ephemerals(BEN) == slack.messages(GENERAL) == []
    assert ack.ephemeral.buttons == ["Thank"]
    pressed = await slack.press(ADA, ack.ephemeral, text="thank")
    assert pressed.ok
    assert "message" not in bot.heard[1]
    assert bot.heard[1]["container"]["is_ephemeral"] is True
    assert (ack.ephemeral.words, ack.ephemeral.buttons) == ("Thanked", [])


async def test_a_bad_acknowledgement_is_a_violation(slack: FakeSlack, bot: Bot) -> None:
    bot.app._async_listeners.clear()

    @bot.app.command("/long")
    async def long(ack: Any) -> None:
        await ack(text="x" * 40001)

    ack = await slack.command(ADA, "/long")
    assert (ack.status, ack.ephemeral) == (200, None)
    assert slack.violations == ["command acknowledgement: text: 40001 characters, at most 40000"]
    slack.violations.clear()


async def test_buttons_and_menus_in_a_message(slack: FakeSlack, bot: Bot) -> None:
    menu = {"type": "static_select", "action_id": "kind", "options": [option("Praise"), option("Advice")]}
    more = {"type": "overflow", "action_id": "more", "options": [option("Mute"), option("Why")]}
    blocks = [section(), actions(button(), button("Later", "later"), menu, more, block_id="row")]
    await bot.client.chat_postMessage(channel=ADA, text="Hello", blocks=blocks)
    [message] = slack.dm(ADA)
    stale = copy.deepcopy(message)
    await slack.choose(ADA, message, "kind", "Advice")
    await slack.choose(ADA, message, "more", "why")
    last = await slack.press(ADA, message, "thank")
    kind, overflow, pressed = bot.heard
    assert kind["actions"][0]["selected_option"] == option("Advice")
    assert overflow["actions"][0]["selected_option"] == option("Why")
    assert pressed["actions"][0]["value"] == "handle-1"
    assert pressed["state"]["values"]["row"]["kind"]["selected_option"] == option("Advice")
    assert pressed["message"]["ts"] == pressed["container"]["message_ts"] == message.ts
    assert message.text == "Thanked"
    with pytest.raises(ClientRefused):
        await slack.press(ADA, message, "thank")
    assert (await slack.press(ADA, stale, "later")).ok
    await slack.redeliver(last)
    assert bot.heard[-1] == pressed
    assert bot.headers[-1]["x-slack-retry-num"] == ["1"]


async def test_a_modal_from_opening_to_submission(slack: FakeSlack, bot: Bot) -> None:
    await slack.command(ADA, "/form")
    [view] = slack.modal(ADA)
    with pytest.raises(ClientRefused, match="required and empty"):
        await slack.submit(ADA)
    with pytest.raises(ClientRefused):
        slack.fill(ADA, {"score": 6})
    bot.answer = {"response_action": "errors", "errors": {"why": "Too short"}}
    chosen = {
        "Who": BEN,
        "peers": [BEN],
        "Kind": "Praise",
        "day": date(2026, 2, 28),
        "hour": time(17, 30),
        "Score": 4,
    }
    await slack.submit(ADA, chosen | {"Flags": ["Public"]})
    assert slack.top(ADA).errors == {"why": "Too short"}
    bot.answer = None
    await slack.submit(ADA, {"why": "calm and kind\nalways"})
    assert slack.modal(ADA) == []
    values = bot.heard[-1]["view"]["state"]["values"]
    assert {name: place["in"] for name, place in values.items()} == {
        "why": {"type": "plain_text_input", "value": "calm and kind\nalways"},
        "kind": {"type": "static_select", "selected_option": option("Praise")},
        "mood": {"type": "radio_buttons", "selected_option": option("Good")},
        "flags": {"type": "checkboxes", "selected_options": [option("Public")]},
        "who": {"type": "users_select", "selected_user": BEN},
        "peers": {"type": "multi_users_select", "selected_users": [BEN]},
        "day": {"type": "datepicker", "selected_date": "2026-02-28"},
        "hour": {"type": "timepicker", "selected_time": "17:30"},
        "score": {"type": "number_input", "value": "4"},
        "where": {"type": "conversations_select", "selected_conversation": None},
    }
    assert bot.heard[-1]["view"]["id"] == view.id


async def test_a_modal_is_updated_pushed_closed_and_cleared(slack: FakeSlack, bot: Bot) -> None:
    await slack.command(ADA, "/form")
    closed = await slack.close(ADA, {"why": "half a sen"})
    assert closed
    assert bot.heard[-1]["type"] == "view_closed"
    assert bot.heard[-1]["view"]["state"] == {"values": {}}
    assert slack.modal(ADA) == []

    trigger = slack.new_trigger(ADA)
    first = modal(asked("Why", {"type": "plain_text_input"}), callback_id="one")
    await bot.client.views_open(trigger_id=trigger, view=first)
    slack.fill(ADA, {"Why": "kept"})
    bot.answer = {"response_action": "update", "view": {**first, "title": words("Again")}}
    await slack.submit(ADA)
    assert (slack.top(ADA).title, slack.top(ADA).values["why"]["in"]["value"]) == ("Again", "kept")
    bot.answer = {"response_action": "push", "view": modal(section("Sure?"), callback_id="two")}
    await slack.submit(ADA)
    assert [view["callback_id"] for view in slack.modal(ADA)] == ["one", "two"]
    bot.answer = {"response_action": "clear"}
    await slack.submit(ADA)
    assert slack.modal(ADA) == []


async def test_actions_inside_a_modal(slack: FakeSlack, bot: Bot) -> None:
    kinds = {"type": "static_select", "options": [option("Praise"), option("Advice")]}
    view = modal(asked("Kind", kinds, dispatch_action=True), asked("Why", {"type": "plain_text_input"}))
    opened = await bot.client.views_open(trigger_id=slack.new_trigger(ADA), view=view)
    assert await slack.choose(ADA, slack.top(ADA), "Why", "because") is None
    assert (await slack.choose(ADA, slack.top(ADA), "Kind", "Advice")).ok
    heard = bot.heard[-1]
    assert heard["container"] == {"type": "view", "view_id": opened["view"]["id"]}
    assert heard["view"]["state"]["values"]["why"]["in"]["value"] == "because"
    assert "response_url" not in heard
    await bot.client.views_push(trigger_id=heard["trigger_id"], view=modal(section()))
    assert len(slack.modal(ADA)) == 2
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await bot.client.views_update(view_id=opened["view"]["id"], hash="old", view=view)
    await bot.client.views_update(view_id=opened["view"]["id"], hash=opened["view"]["hash"], view=view)


async def test_shortcuts(slack: FakeSlack, bot: Bot) -> None:
    said = (await slack.says(ADA, "Well done <b>", GENERAL)).message
    await slack.shortcut(ADA, "give_feedback")
    await slack.message_shortcut(BEN, "to_kudos", said)
    everywhere, on_message = bot.heard[-2:]
    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "give_feedback")
    assert (on_message["type"], on_message["message"]["text"]) == ("message_action", "Well done &lt;b&gt;")
    assert on_message["channel"] == {"id": GENERAL, "name": "general"}


async def test_words_edits_threads_and_reactions(slack: FakeSlack, bot: Bot) -> None:
    ack = await slack.says(ADA, "done A; next B")
    assert [m.text for m in slack.dm(ADA)] == ["You said done A; next B"]
    await slack.says(ADA, "done C", edit_of=ack.message)
    await slack.react(BEN, ack.message, "tada")
    await slack.unreact(BEN, ack.message, "tada")
    await slack.says(BEN, "in a thread", GENERAL, thread_ts="1.000001")
    await slack.mentions(BEN, GENERAL, "help")
    echo = await slack.echo(slack.dm(ADA)[0])
    said, changed, added, removed, threaded, mention = [body["event"] for body in bot.heard]
    assert (said["channel_type"], said["team"]) == ("im", slack.team_id)
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "done C")
    assert changed["previous_message"]["text"] == "done A; next B"
    assert (added["type"], removed["type"]) == ("reaction_added", "reaction_removed")
    assert added["item"]["ts"] == said["ts"]
    assert (threaded["thread_ts"], threaded["channel_type"]) == ("1.000001", "channel")
    assert (mention["type"], mention["text"]) == ("app_mention", f"<@{slack.bot_user_id}> help")
    assert echo.delivery.payload["event"]["bot_id"] == slack.bot_id  # Bolt itself drops it


async def test_a_redelivered_event_has_the_same_event_id(slack: FakeSlack, bot: Bot) -> None:
    ack = await slack.says(ADA, "once")
    again = await slack.redeliver(ack)
    await slack.redeliver(again)
    assert len({body["event_id"] for body in bot.heard}) == 1
    assert [headers.get("x-slack-retry-num") for headers in bot.headers] == [None, ["1"], ["2"]]


async def test_the_home_and_other_events(slack: FakeSlack, bot: Bot) -> None:
    await slack.open_home(ADA)
    home = slack.home(ADA)
    assert home is not None
    assert home.words == "\nYour home\nCheck in"
    await slack.press(ADA, home, text="Check in")
    assert bot.heard[-1]["view"]["type"] == "home"
    await slack.open_home(ADA)
    assert bot.heard[-1]["event"]["view"]["hash"]
    slack.add_user("U3", "cy", "cy@other.com", team="T9OTHER")
    slack.add_user("U4", "di", "di@example.com", guest="ultra_restricted")
    await slack.event("team_join", {"user": "U3"})
    await slack.event("user_change", {"user": "U4"})
    await slack.event("app_uninstalled")
    await slack.event("tokens_revoked", {"tokens": {"oauth": [], "bot": [slack.bot_user_id]}})
    stranger, guest, *_ = [body["event"] for body in bot.heard[-4:]]
    assert (stranger["user"]["team_id"], stranger["user"]["is_stranger"]) == ("T9OTHER", True)
    assert guest["user"]["is_ultra_restricted"] is True
    slack.channels[GENERAL].members.append("U3")
    await slack.says("U3", "hello from outside", GENERAL)
    assert bot.heard[-1]["is_ext_shared_channel"] is True
    assert bot.heard[-1]["event"]["user_team"] == "T9OTHER"


async def test_an_unsigned_delivery_is_refused_by_bolt(slack: FakeSlack, bot: Bot) -> None:
    slack.door.secret = "guess"
    assert (await slack.command(ADA, "/kudos")).status == 401


async def test_an_app_that_does_not_answer(slack: FakeSlack) -> None:
    async def sleep(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", sleep)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.patience = 0.1
    slack.connect_http(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    ack = await slack.command(ADA, "/kudos")
    assert (ack.status, ack.ok, ack.error) == (0, False, "TimeoutError()")
    await runner.cleanup()
    assert (await slack.says(ADA, "anyone?")).status == 0


# --- Socket Mode ---


async def test_everything_works_through_a_socket(slack: FakeSlack) -> None:
    async with by_socket(slack) as bot:
        ack = await slack.command(ADA, "/kudos", "for @ben")
        assert ack.ephemeral.words.startswith("Preview")
        await slack.command(ADA, "/form")
        bot.answer = {"response_action": "errors", "errors": {"why": "Too short"}}
        chosen = {"Who": BEN, "peers": [BEN], "Kind": "Praise", "day": "2026-02-28", "Score": 4}
        await slack.submit(ADA, chosen)
        assert slack.top(ADA).errors == {"why": "Too short"}
        said = await slack.says(ADA, "hello")
        await slack.redeliver(said)
        assert bot.headers[-1]["x-slack-retry-num"] == ["1"]
        assert bot.heard[-1] == bot.heard[-2]
        before = slack.sockets.connections
        await slack.refresh_sockets()
        assert slack.sockets.connections == before + 1
        assert (await slack.says(ADA, "after")).ok
        slack.patience = 0.05
        assert (await slack.command(ADA, "/unknown")).error == "TimeoutError()"
    assert slack.violations == []


# --- the Web API ---


async def test_people_and_channels_are_paged(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.page_size = 2
    people = [user["id"] async for page in await client.users_list(limit=100) for user in page["members"]]
    assert people == ["USLACKBOT", slack.bot_user_id, ADA, BEN]
    ben = (await client.users_info(user=BEN, include_locale=True))["user"]
    assert (ben["tz"], ben["tz_offset"], ben["locale"]) == ("Asia/Shanghai", 28800, "zh-CN")
    found = await client.users_lookupByEmail(email="ADA@example.com")
    assert found["user"]["id"] == ADA
    assert (await client.conversations_members(channel=GENERAL))["members"] == [ADA, BEN]
    assert [c["name"] for c in (await client.conversations_list())["channels"]] == ["general"]
    assert (await client.conversations_info(channel=GENERAL))["channel"]["is_member"] is True
    assert (await client.auth_test())["user_id"] == slack.bot_user_id
    assert (await client.team_info())["team"]["id"] == slack.team_id
    assert (await client.bots_info(bot=slack.bot_id))["bot"]["user_id"] == slack.bot_user_id
    slack.add_channel("C2", "random", [ADA])
    await client.conversations_join(channel="C2")
    assert slack.bot_user_id in slack.channels["C2"].members
    slack.scopes = {"users:read"}
    assert "email" not in (await client.users_info(user=BEN))["user"]["profile"]
    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.users_lookupByEmail(email="ada@example.com")
    assert slack.violations == []


async def test_messages_live_and_die(slack: FakeSlack, client: AsyncWebClient) -> None:
    dm = (await client.conversations_open(users=ADA))["channel"]["id"]
    metadata = {"event_type": "upbeat", "event_payload": {"id": "m1"}}
    sent = await client.chat_postMessage(channel=dm, text="One", blocks=[section("One")], metadata=metadata)
    [found] = (await client.conversations_history(channel=dm, include_all_metadata=True))["messages"]
    assert (found["ts"], found["metadata"]) == (sent["ts"], metadata)
    await client.chat_update(channel=dm, ts=sent["ts"], text="Two")
    [message] = slack.dm(ADA)
    assert (message.words, message.edited) == ("Two", True)
    assert "archives" in (await client.chat_getPermalink(channel=dm, message_ts=sent["ts"]))["permalink"]
    assert (await client.reactions_get(channel=dm, timestamp=sent["ts"]))["message"]["text"] == "Two"
    await client.chat_postEphemeral(channel=GENERAL, user=ADA, text="Only you")
    assert slack.told(ADA) == "Two\nOnly you"
    await client.chat_delete(channel=dm, ts=sent["ts"])
    assert slack.dm(ADA) == []
    assert slack.messages(dm, everything=True)[0].deleted is True
    await client.api_call("blocks.validate", json={"blocks": [section()]})
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await client.api_call("blocks.validate", json={"blocks": [section("x" * 3001)]})
    for refusal, call in {
        "channel_not_found": client.chat_postMessage(channel="C404", text="Hi"),
        "message_not_found": client.chat_update(channel=dm, ts="1.000000", text="Hi"),
        "user_not_found": client.users_info(user="U404"),
        "users_not_found": client.users_lookupByEmail(email="nobody@example.com"),
    }.items():
        with pytest.raises(SlackApiError, match=refusal):
            await call
    assert slack.violations == []


async def test_files_go_both_ways(slack: FakeSlack, client: AsyncWebClient, bot: Bot) -> None:
    await client.files_upload_v2(
        channel=slack.dm_channel(ADA),
        filename="trend.png",
        content=b"PNG",
        alt_txt="Up by 3",
        initial_comment="Trend",
    )
    [message] = slack.dm(ADA)
    file = message.files[0]
    assert (message.text, file["alt_txt"], slack.contents[file["id"]]) == ("Trend", "Up by 3", b"PNG")
    picture = {"type": "image", "slack_file": {"id": file["id"]}, "alt_text": "Up by 3"}
    with pytest.raises(SlackApiError, match="invalid_blocks"):  # Slack has not looked at it yet
        await client.chat_postMessage(channel=ADA, text="Up by 3", blocks=[picture])
    slack.violations.clear()
    assert (await client.files_info(file=file["id"]))["file"]["mimetype"] == ""
    assert (await client.files_info(file=file["id"]))["file"]["mimetype"] == "image/png"
    await client.chat_postMessage(channel=ADA, text="Up by 3", blocks=[picture])
    await slack.says(ADA, "our people", files=[("people.csv", b"email,name\n")])
    [sent] = bot.heard[-1]["event"]["files"]
    assert bot.heard[-1]["event"]["subtype"] == "file_share"
    assert (await client.files_info(file=sent["id"]))["file"]["name"] == "people.csv"
    async with aiohttp.ClientSession() as session:
        async with session.get(sent["url_private"]) as page:
            assert page.content_type == "text/html"
        bearer = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(sent["url_private_download"], headers=bearer) as download:
            assert await download.read() == b"email,name\n"
    assert [v.split(":")[0] for v in slack.violations] == ["download"]
    slack.violations.clear()


async def test_response_urls_are_used_five_times_at_most(slack: FakeSlack) -> None:
    url, link = slack.new_response_url(GENERAL, ADA)
    async with aiohttp.ClientSession() as session:

        async def send(**body: Any) -> tuple[int, str]:
            async with session.post(url, json=body) as response:
                return response.status, await response.text()

        assert await send(text="Only Ada") == (200, "ok")
        assert await send(text="All", response_type="in_channel") == (200, "ok")
        assert await send(text="All of you", replace_original=True) == (200, "ok")
        assert await send(text="x", blocks=[section("x" * 3001)]) == (400, "invalid_blocks")
        assert await send(delete_original=True) == (200, "ok")
        assert await send(text="Fifth") == (200, "ok")
        assert await send(text="Sixth") == (404, "used_url")
        url, link = slack.new_response_url(GENERAL, ADA)
        link.expires = 0
        assert await send(text="Late") == (404, "expired_url")
    assert [m.text for m in slack.ephemerals(ADA)] == ["Only Ada", "Fifth"]
    assert slack.messages(GENERAL) == []
    assert len(slack.violations) == 3


async def test_triggers_expire_and_are_used_once(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.new_trigger(ADA)
    await client.views_open(trigger_id=trigger, view=modal(section()))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal(section()))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="1.2.3", view=modal(section()))
    late, now = slack.new_trigger(ADA), slack.clock()
    slack.clock = lambda: now + 3.1
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal(section()))
    assert len(slack.violations) == 2


# --- faults ---


@pytest.mark.parametrize(
    "kind", ["invalid_auth", "token_revoked", "account_inactive", "channel_not_found", "is_archived"]
)
async def test_scripted_refusals(slack: FakeSlack, client: AsyncWebClient, kind: str) -> None:
    slack.fail_next("chat.postMessage", kind)
    with pytest.raises(SlackApiError, match=kind):
        await client.chat_postMessage(channel=ADA, text="Hi")
    await client.chat_postMessage(channel=ADA, text="Hi")
    assert [call.accepted for call in slack.called("chat.postMessage")] == [False, True]


async def test_scripted_failures_of_the_line(slack: FakeSlack) -> None:
    client = AsyncWebClient(slack.bot_token, base_url=slack.base_url, retry_handlers=[])
    slack.fail_next("chat.postMessage", "429", retry_after=7)
    slack.fail_next("chat.postMessage", "500", times=2)
    slack.fail_next("*", "drop_before_accept")
    slack.fail_next("chat.postMessage", "timeout_after_accept")
    heard = []
    for _ in range(5):
        try:
            await client.chat_postMessage(channel=ADA, text="Hi")
        except SlackApiError as refusal:
            heard.append((refusal.response.status_code, refusal.response.headers.get("Retry-After")))
        except aiohttp.ClientError as problem:
            heard.append(type(problem).__name__)
    dropped = "ServerDisconnectedError"
    assert heard[:3] == [(429, "7"), (500, None), (500, None)]
    assert set(heard[3:]) <= {dropped, "ClientOSError"}
    assert len(heard) == 5
    assert [call.accepted for call in slack.calls] == [False, False, False, False, True]
    assert len(slack.dm(ADA)) == 1


async def test_the_sdk_posts_twice_when_the_answer_is_lost(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fail_next("chat.postMessage", "timeout_after_accept")
    await client.chat_postMessage(channel=ADA, text="Hi")
    assert len(slack.dm(ADA)) == 2


async def test_rates_are_limited_by_channel(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.limit_rates(1.0, burst=2)
    now = slack.clock()
    slack.clock = lambda: now
    for _ in range(2):
        await client.chat_postMessage(channel=ADA, text="Hi")
    with pytest.raises(SlackApiError) as refusal:
        await client.chat_postMessage(channel=ADA, text="Hi")
    assert (refusal.value.response.status_code, refusal.value.response.headers["Retry-After"]) == (429, "1")
    await client.chat_postMessage(channel=BEN, text="Hi")
    slack.clock = lambda: now + 1
    await client.chat_postMessage(channel=ADA, text="Hi")
    assert slack.violations == []


# --- limits ---

IN_MESSAGES = {
    "51 items, a message has at most 50": [section()] * 51,
    "blocks: not a list": {"type": "section"},
    "unknown block type 'paragraph'": [{"type": "paragraph"}],
    "('colour' was unexpected)": [section(colour="red")],
    "blocks[0].text.text: 3001": [section("x" * 3001)],
    "blocks[0].text.text: 0 characters": [section("")],
    "needs one of ['text', 'fields']": [{"type": "section"}],
    "fields: 11 items": [{"type": "section", "fields": [words("x")] * 11}],
    "fields[0].text: 2001": [{"type": "section", "fields": [words("x" * 2001)]}],
    "text.text: 151": [{"type": "header", "text": words("x" * 151)}],
    "'plain_text' was expected": [{"type": "header", "text": words("x", "mrkdwn")}],
    "elements: 11 items": [{"type": "context", "elements": [words("x")] * 11}],
    "elements: 26 items": [actions(*[button(action_id=f"a{n}") for n in range(26)])],
    "elements: 0 items": [actions()],
    "text.text: 76": [actions(button("x" * 76))],
    "value: 2001": [actions(button(value="x" * 2001))],
    "'green' is not one of": [actions(button(style="green"))],
    "action_id: 256": [actions(button(action_id="x" * 256))],
    "action_id 'thank' is used twice": [actions(button(), button())],
    "block_id: 256": [section(block_id="x" * 256)],
    "block_id 'a' is used twice": [section(block_id="a"), section(block_id="a")],
    "confirm.title.text: 101": [actions(button(confirm={"title": words("x" * 101), "text": words("y")}))],
    "'alt_text' is a required property": [{"type": "image", "image_url": "https://example.com/a.png"}],
    "'image_url' is a required property": [{"type": "image", "alt_text": "x"}],
    "is not a file of this workspace": [{"type": "image", "alt_text": "x", "slack_file": {"id": "F404"}}],
    "alt_text: 2001": [{"type": "image", "image_url": "https://example.com/a.png", "alt_text": "x" * 2001}],
    "text: 12001": [{"type": "markdown", "text": "x" * 12001}],
    "rows: 101 items": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}],
    "file_input is not allowed in a message": [asked("File", {"type": "file_input"})],
    "alert is not allowed in a message": [{"type": "alert", "text": words("x")}],
    "14771 characters of JSON": [section("x" * 2900) for _ in range(5)],
}  # fmt: skip
MENU = {"type": "static_select", "action_id": "menu"}
FOREIGN = {"options": [option("x")], "initial_option": option("y")}
ELEVEN = [option(str(n)) for n in range(11)]
TEXT = {"type": "plain_text_input"}
TABLE = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
FOCUS = TEXT | {"focus_on_load": True}


def asking(element: Any_) -> Any_:
    return {"blocks": [asked("A", element)]}


IN_MODALS = {
    "view.title.text: 25": {"title": words("x" * 25)},
    "view.title: must be plain_text": {"title": words("x", "mrkdwn")},
    "view.submit.text: 25": {"submit": words("x" * 25)},
    "view.close.text: 25": {"close": words("x" * 25)},
    "private_metadata: 3001": {"private_metadata": "x" * 3001},
    "callback_id: 256": {"callback_id": "x" * 256},
    "external_id: 256": {"external_id": "x" * 256},
    "('colour' was unexpected)": {"colour": "red"},
    "101 items, a modal has at most 100": {"blocks": [section()] * 101},
    "bytes, at most 250000": {"blocks": [section("x" * 3000, block_id=str(n)) for n in range(90)]},
    "type 'dialog' is not allowed here": {"type": "dialog"},
    "label.text: 2001": {"blocks": [asked("x" * 2001, TEXT, block_id="b")]},
    "placeholder.text: 151": asking(TEXT | {"placeholder": words("x" * 151)}),
    "max_length: 3001": asking(TEXT | {"max_length": 3001}),
    "'is_decimal_allowed' is a required property": asking({"type": "number_input"}),
    "options: 101 items": asking(MENU | {"options": [option(str(n)) for n in range(101)]}),
    "exactly one of ['options', 'option_groups']": asking(MENU),
    "options[0].text.text: 76": asking(MENU | {"options": [{"text": words("x" * 76), "value": "a"}]}),
    "options[0].value: 151": asking(MENU | {"options": [{"text": words("x"), "value": "x" * 151}]}),
    "two options have the same value": asking(MENU | {"options": [option("x"), option("x")]}),
    "the initial option is none of the options": asking(MENU | FOREIGN),
    "options: 11 items": asking({"type": "radio_buttons", "options": ELEVEN}),
    "markdown is not allowed in a modal": {"blocks": [{"type": "markdown", "text": "x"}]},
    "table is not allowed in a modal": {"blocks": [TABLE]},
    "focus_on_load is set more than once": {"blocks": [asked(n, FOCUS) for n in "AB"]},
    "has inputs and no submit": {"blocks": [asked("A", TEXT)], "submit": None},
}  # fmt: skip


@pytest.mark.parametrize("problem", IN_MESSAGES)
async def test_a_message_beyond_a_limit(slack: FakeSlack, client: AsyncWebClient, problem: str) -> None:
    error = "msg_blocks_too_long" if "of JSON" in problem else "invalid_blocks"
    with pytest.raises(SlackApiError, match=error):
        await client.chat_postMessage(channel=ADA, text="Hi", blocks=IN_MESSAGES[problem])
    assert any(problem in violation for violation in slack.violations)
    assert slack.dm(ADA) == []


@pytest.mark.parametrize("problem", IN_MODALS)
async def test_a_modal_beyond_a_limit(slack: FakeSlack, client: AsyncWebClient, problem: str) -> None:
    view = {
        key: value for key, value in {**modal(section()), **IN_MODALS[problem]}.items() if value is not None
    }
    with pytest.raises(SlackApiError, match="view_too_large" if "bytes" in problem else "invalid_arguments"):
        await client.views_open(trigger_id=slack.new_trigger(ADA), view=view)
    assert any(problem in violation for violation in slack.violations)
    assert slack.modal(ADA) == []


async def test_other_malformed_calls(slack: FakeSlack, client: AsyncWebClient) -> None:
    wrong = AsyncWebClient("xoxb-other", base_url=slack.base_url)
    home = {"type": "home", "blocks": [{"type": "file", "external_id": "a", "source": "remote"}]}
    for _ in range(4):
        trigger = slack.new_trigger(ADA, slack.modal(ADA)[-1] if slack.modal(ADA) else None)
        opening = "views.push" if slack.modal(ADA) else "views.open"
        answer = client.api_call(opening, json={"trigger_id": trigger, "view": modal(section())})
        if len(slack.modal(ADA)) < 3:
            await answer
    calls = {
        "push_limit_reached": answer,
        "no_text": client.api_call("chat.postMessage", json={"channel": ADA, "blocks": [section()]}),
        "msg_too_long": client.chat_postMessage(channel=ADA, text="x" * 40001),
        "missing_argument": client.api_call("chat.postMessage", json={"text": "Hi"}),
        "invalid_arguments": client.api_call(
            "chat.postMessage", json={"channel": ADA, "text": "Hi", "colour": "red"}
        ),
        "invalid_metadata_format": client.chat_postMessage(
            channel=ADA, text="Hi", metadata={"event_type": "x"}
        ),
        "invalid_auth": wrong.auth_test(),
        "unknown_method": client.api_call("chat.shout"),
        "not_allowed_token_type": client.apps_connections_open(app_token=slack.bot_token),
        "invalid_cursor": client.users_list(cursor="???"),
        "is not allowed in a home": client.views_publish(user_id=ADA, view=home),
    }
    for error, call in calls.items():
        with pytest.raises(SlackApiError, match=error):
            await call
    assert len(slack.violations) == len(calls)


async def test_every_method_of_the_data_is_answered(slack: FakeSlack) -> None:
    assert set(ANSWERS) == set(METHODS) - {"apps.connections.open"}


async def test_escaping_keeps_what_is_already_a_mention(slack: FakeSlack) -> None:
    assert slack.escaped("a < b & <@U1ADA> <https://x.y|z> @ben.", named=False) == (
        "a &lt; b &amp; <@U1ADA> <https://x.y|z> <@U2BEN>."
    )
    assert json.loads(json.dumps(slack.escaped("@bentley", named=True))) == "@bentley"
