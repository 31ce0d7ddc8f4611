"""The fake Telegram, proved with a real `telegram.Bot`."""

import os

os.environ["PTB_TIMEDELTA"] = "1"  # before telegram is imported

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import telegram
from aiohttp import web
from telegram import error
from telegram.request import HTTPXRequest

from .telegram import FakeTelegram
from .telegram_html import Unparsable, cut, parse_html, utf16

ADA, BEN, TEAM = 7, 8, -100200
HTML = "HTML"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.add_user(ADA, "Ada", "ada")
        fake.add_user(BEN, "Ben", "ben_w", "zh-hans")
        fake.add_group(TEAM, "Team", [ADA, BEN])
        yield fake


def client(fake: FakeTelegram) -> telegram.Bot:
    # It is plain HTTP, and reading the certificates of the world takes longer than most of these tests.
    plain = {"verify": False}
    requests = [HTTPXRequest(connection_pool_size=16, read_timeout=5, httpx_kwargs=plain) for _ in range(2)]
    return telegram.Bot(
        fake.token,
        base_url=f"{fake.api_url}/bot",
        base_file_url=f"{fake.api_url}/file/bot",
        request=requests[0],
        get_updates_request=requests[1],
    )


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[telegram.Bot]:
    async with client(fake) as bot:
        yield bot


@pytest.fixture
async def started(fake: FakeTelegram, bot: telegram.Bot) -> None:
    """Ada pressed Start, and the bot knows."""
    await fake.says(ADA, "/start")
    await confirm_all(bot)


async def confirm_all(bot: telegram.Bot) -> tuple[telegram.Update, ...]:
    updates = await bot.get_updates(timeout=0, allowed_updates=telegram.Update.ALL_TYPES)
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1, timeout=0)
    return updates


def buttons(*rows: list[tuple[str, str]]) -> telegram.InlineKeyboardMarkup:
    return telegram.InlineKeyboardMarkup(
        [[telegram.InlineKeyboardButton(text, callback_data=data) for text, data in row] for row in rows]
    )


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = zlib.compress((b"\0" + b"\0\0\0" * width) * height)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# Each method once


async def test_the_bot_describes_itself(fake: FakeTelegram, bot: telegram.Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (fake.bot_id, "upbeat_bot", False)
    scope = telegram.BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([("checkin", "Tell how it goes")], scope=scope, language_code="zh")
    assert fake.commands == {
        ("all_private_chats", "zh"): [{"command": "checkin", "description": "Tell how it goes"}]
    }
    assert [c.command for c in await bot.get_my_commands(scope, "zh")] == ["checkin"]
    assert await bot.get_my_commands(scope) == ()
    await bot.delete_my_commands(scope, "zh")
    assert fake.commands == {}
    await bot.set_my_description("Upbeat keeps the loop", "zh")
    await bot.set_my_short_description("Upbeat")
    await bot.set_my_name("Upbeat")
    await bot.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
    assert fake.methods.profile[("description", "zh")] == "Upbeat keeps the loop"
    assert fake.violations == []


@pytest.mark.usefixtures("started")
async def test_it_writes_edits_and_deletes(fake: FakeTelegram, bot: telegram.Bot) -> None:
    sent = await bot.send_message(
        ADA, "<b>Hi</b> &lt;Ada&gt;", HTML, reply_markup=buttons([("Yes", "y"), ("No", "n")])
    )
    assert (fake.last(ADA).text, fake.last(ADA).html) == ("Hi <Ada>", "<b>Hi</b> &lt;Ada&gt;")
    assert fake.last(ADA).buttons == [[("Yes", "y"), ("No", "n")]]
    await bot.edit_message_reply_markup(ADA, sent.message_id)
    assert fake.last(ADA).buttons == []
    await bot.edit_message_text("Bye", ADA, sent.message_id)
    assert (fake.last(ADA).text, fake.last(ADA).edited, fake.last(ADA).before[0]) == (
        "Bye",
        2,
        sent.text_html,
    )
    with pytest.raises(error.BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Bye", ADA, sent.message_id)
    await bot.delete_message(ADA, sent.message_id)
    assert [m.text for m in fake.chat(ADA)] == ["/start"]
    assert fake.history(ADA)[-1].deleted
    with pytest.raises(error.BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("Again", ADA, sent.message_id)
    assert fake.violations == []


@pytest.mark.usefixtures("started")
async def test_it_sends_files_and_fetches_them(fake: FakeTelegram, bot: telegram.Bot) -> None:
    photo = await bot.send_photo(ADA, png(), caption="<i>Up</i>", parse_mode=HTML)
    assert (fake.last(ADA).kind, fake.last(ADA).text) == ("photo", "Up")
    await bot.edit_message_caption(ADA, photo.message_id, caption="Down")
    assert fake.last(ADA).text == "Down"
    await bot.send_photo(ADA, photo.photo[0].file_id)
    document = await bot.send_document(ADA, b"a,b", filename="report.csv", caption="The report")
    assert (fake.last(ADA).filename, fake.last(ADA).text) == ("report.csv", "The report")
    file = await bot.get_file(document.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"a,b"
    await fake.sends_document(ADA, "people.csv", b"email,name")
    [update] = await confirm_all(bot)
    incoming = await bot.get_file(update.message.document.file_id)
    assert bytes(await incoming.download_as_bytearray()) == b"email,name"
    await bot.send_chat_action(ADA, "upload_document")
    assert fake.methods.actions == [(ADA, "upload_document")]
    assert fake.violations == []


@pytest.mark.usefixtures("started")
async def test_it_looks_around_reacts_and_leaves(fake: FakeTelegram, bot: telegram.Bot) -> None:
    assert (await bot.get_chat(TEAM)).title == "Team"
    assert (await bot.get_chat(ADA)).first_name == "Ada"
    assert (await bot.get_chat_member(TEAM, BEN)).status == "member"
    assert (await bot.get_chat_member(TEAM, fake.bot_id)).status == "member"
    await bot.set_message_reaction(ADA, fake.chat(ADA)[0].message_id, "👍")
    assert fake.chat(ADA)[0].reactions == {fake.bot_id: ["👍"]}
    await bot.leave_chat(TEAM)
    with pytest.raises(error.Forbidden, match="not a member"):
        await bot.send_message(TEAM, "Hello?")
    assert fake.violations == []


async def test_what_the_fake_lacks_is_a_violation(fake: FakeTelegram, bot: telegram.Bot) -> None:
    with pytest.raises(error.EndPointNotFound):
        await bot.do_api_request("sendRichMessage", {"chat_id": ADA})
    assert fake.violations == ["the fake has no method sendRichMessage"]


# Each limit

Wrong = Callable[[telegram.Bot], Awaitable[Any]]


def sending(text: str = "Hi", **more: Any) -> Wrong:
    return lambda bot: bot.send_message(ADA, text, **more)


def raw(method: str, **fields: Any) -> Wrong:
    async def send(bot: telegram.Bot) -> None:
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"{bot.base_url}/{method}", json=fields)
        if answer.is_error:
            raise error.BadRequest(answer.json()["description"])

    return send


def link(url: str) -> telegram.InlineKeyboardMarkup:
    return telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Open", url=url)]])


LIMITS: dict[str, Wrong] = {
    "text of 4097": sending("x" * 4097),
    "text of 4098 in UTF-16": sending("😀" * 2049),
    "text of nothing but tags": sending("<b> </b>", parse_mode=HTML),
    "unclosed tag": sending("<b>Hi", parse_mode=HTML),
    "unknown tag": sending("<p>Hi</p>", parse_mode=HTML),
    "bare less-than": sending("1 < 2", parse_mode=HTML),
    "markdown": sending("*Hi*", parse_mode="MarkdownV2"),
    "data of 65 bytes": sending(reply_markup=buttons([("A", "字" * 21 + "xy")])),
    "101 buttons": sending(reply_markup=buttons(*[[("A", "a")]] * 101)),
    "button to localhost": sending(reply_markup=link("http://localhost:8080/x")),
    "web app in a group": raw(
        "sendMessage",
        chat_id=TEAM,
        text="Hi",
        reply_markup={"inline_keyboard": [[{"text": "A", "web_app": {"url": "https://x.example"}}]]},
    ),
    "two kinds of button": raw(
        "sendMessage",
        chat_id=ADA,
        text="Hi",
        reply_markup={"inline_keyboard": [[{"text": "A", "url": "https://x.org", "callback_data": "a"}]]},
    ),
    "placeholder of 65": sending(reply_markup=telegram.ForceReply(input_field_placeholder="x" * 65)),
    "unknown argument": sending(api_kwargs={"colour": "red"}),
    "unknown part of an argument": sending(api_kwargs={"link_preview_options": {"colour": "red"}}),
    "wrong type": sending(api_kwargs={"disable_notification": "perhaps"}),
    "missing argument": raw("sendMessage", chat_id=ADA),
    "no such topic": sending(message_thread_id=5),
    "caption of 1025": lambda bot: bot.send_document(ADA, b"x", caption="x" * 1025),
    "empty file": lambda bot: bot.send_document(ADA, b""),
    "photo that is none": lambda bot: bot.send_photo(ADA, b"text"),
    "photo too long": lambda bot: bot.send_photo(ADA, png(1, 30)),
    "photo of 10 MB": lambda bot: bot.send_photo(ADA, png() + bytes(10_000_000)),
    "unknown file": lambda bot: bot.get_file("nothing"),
    "answer of 201": lambda bot: bot.answer_callback_query("1", "x" * 201),
    "101 commands": lambda bot: bot.set_my_commands([(f"c{i}", "x") for i in range(101)]),
    "command in capitals": lambda bot: bot.set_my_commands([("Help", "x")]),
    "command of 33": lambda bot: bot.set_my_commands([("c" * 33, "x")]),
    "description of 257": lambda bot: bot.set_my_commands([("help", "x" * 257)]),
    "description of none": lambda bot: bot.set_my_commands([("help", "")]),
    "unknown scope": raw("setMyCommands", commands=[], scope={"type": "everyone"}),
    "language of a locale": lambda bot: bot.set_my_commands([("help", "x")], language_code="zh-hans"),
    "bot description": lambda bot: bot.set_my_description("x" * 513),
    "bot short description": lambda bot: bot.set_my_short_description("x" * 121),
    "bot name": lambda bot: bot.set_my_name("x" * 65),
    "webhook without TLS": lambda bot: bot.set_webhook("http://upbeat.example/hook"),
    "webhook secret": lambda bot: bot.set_webhook("https://upbeat.example/hook", secret_token="a b"),
    "unknown update": lambda bot: bot.get_updates(allowed_updates=["messages"], timeout=0),
    "limit of 101": lambda bot: bot.get_updates(limit=101, timeout=0),
    "unknown action": lambda bot: bot.send_chat_action(ADA, "thinking"),
    "unknown reaction": lambda bot: bot.set_message_reaction(ADA, 1, "✅"),
    "edit of a person's": lambda bot: bot.edit_message_text("Mine", ADA, 1),
}


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("wrong", LIMITS.values(), ids=LIMITS.keys())
async def test_each_limit_is_caught(fake: FakeTelegram, bot: telegram.Bot, wrong: Wrong) -> None:
    with pytest.raises((error.BadRequest, error.NetworkError)):
        await wrong(bot)
    assert len(fake.violations) == 1


@pytest.mark.usefixtures("started")
async def test_what_just_fits_passes(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.send_message(ADA, "<b>" + "&lt;" * 4096 + "</b>", HTML)
    await bot.send_message(ADA, "😀" * 2048, reply_markup=buttons(*[[("A", "字" * 21 + "x")]] * 100))
    await bot.send_document(ADA, b"x", caption="<i>" + "x" * 1024 + "</i>", parse_mode=HTML)
    await bot.set_my_commands([("c" * 32, "x" * 256) for _ in range(100)])
    await bot.set_message_reaction(ADA, 1, "❤")
    assert (fake.violations, fake.warnings) == ([], [])
    await bot.send_message(ADA, "Wide", reply_markup=buttons([("A", "a")] * 9))
    assert len(fake.warnings) == 1


# HTML


def kinds(html: str) -> list[tuple[str, str]]:
    parsed = parse_html(html)
    return [(entity["type"], cut(parsed.text, entity)) for entity in parsed.entities]


@pytest.mark.parametrize(
    ("html", "text", "found"),
    [
        ("a &amp; b &#60;&#x3c;&quot; &nbsp;", 'a & b <<" &nbsp;', []),
        ("<b>a<i>b</i></b>", "ab", [("bold", "ab"), ("italic", "b")]),
        ("😀<code>x</code>", "😀x", [("code", "x")]),
        (" <s>a</s> <u>b </u>", "a b", [("strikethrough", "a"), ("underline", "b")]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", "q")]),
        (
            '<span class="tg-spoiler">4</span><tg-spoiler>2</tg-spoiler>',
            "42",
            [("spoiler", "4"), ("spoiler", "2")],
        ),
        ('<a href="https://x.org/?a=1&amp;b=2">x</a>', "x", [("text_link", "x")]),
        ('<a href="http://localhost/">x</a>', "x", []),
        ('<a href="tg://user?id=7">Ada</a>', "Ada", [("text_mention", "Ada")]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", "x")]),
    ],
)
def test_html_is_read_as_telegram_reads_it(html: str, text: str, found: list[tuple[str, str]]) -> None:
    assert (parse_html(html).text, kinds(html)) == (text, found)


@pytest.mark.parametrize(
    ("html", "complaint"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("é<b><i>a</b>", 'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("a <3", "Unclosed start tag at byte offset 2"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=a/b>x</a>", "Unexpected end of name token at byte offset 8"),
    ],
)
def test_wrong_html_is_refused_in_telegrams_words(html: str, complaint: str) -> None:
    with pytest.raises(Unparsable) as refused:
        parse_html(html)
    assert str(refused.value) == complaint


def test_utf16_counts_as_telegram_does() -> None:
    assert (utf16("a字"), utf16("😀")) == (2, 2)


@pytest.mark.usefixtures("started")
async def test_what_comes_alive_by_itself_is_seen(fake: FakeTelegram, bot: telegram.Bot) -> None:
    text = "@ada @nobody a@ada <code>@ada x.com</code> https://x.org/a www.y.com /help"
    sent = await bot.send_message(ADA, text, HTML)
    assert fake.last(ADA).mentions == ["@ada"]
    assert fake.last(ADA).links == ["https://x.org/a", "www.y.com"]
    assert [e.type for e in sent.entities] == ["mention", "code", "url", "url", "bot_command"]
    await bot.send_message(ADA, '<a href="tg://user?id=8">you</a> <a href="https://z.org">z</a>', HTML)
    assert (fake.last(ADA).mentions, fake.last(ADA).links) == (["you"], ["https://z.org"])


# Updates


async def test_updates_stay_until_the_offset_passes_them(fake: FakeTelegram, bot: telegram.Bot) -> None:
    for word in ("one", "two", "three"):
        await fake.says(ADA, word)
    first = await bot.get_updates(timeout=0)
    assert first == await bot.get_updates(timeout=0)
    assert [u.message.text for u in first] == ["one", "two", "three"]
    [two] = await bot.get_updates(offset=first[0].update_id + 1, limit=1, timeout=0)
    assert two.message.text == "two"
    assert (await bot.get_webhook_info()).pending_update_count == 2
    [three] = await bot.get_updates(offset=-1, timeout=0)
    assert three.message.text == "three"
    assert [u["update_id"] for u in fake.pending] == [three.update_id]
    await bot.get_updates(offset=three.update_id + 1, timeout=0)
    assert fake.pending == []
    await fake.settled()


async def test_a_long_poll_waits_and_a_second_one_ends_it(fake: FakeTelegram, bot: telegram.Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=50))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await fake.says(ADA, "hello")
    [update] = await waiting
    first = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=50))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(bot.get_updates(offset=update.update_id + 1, timeout=1))
    with pytest.raises(error.Conflict, match="terminated by other getUpdates"):
        await first
    assert await second == ()


async def test_the_fake_stops_while_a_poll_waits() -> None:
    async with FakeTelegram() as fake, client(fake) as bot:
        waiting = asyncio.create_task(bot.get_updates(timeout=50))
        await asyncio.sleep(0.1)
        await fake.__aexit__()
        assert await asyncio.wait_for(waiting, 1) == ()


async def test_the_fake_leaves_no_task_behind() -> None:
    before = asyncio.all_tasks()
    async with FakeTelegram() as fake, client(fake) as bot:
        waiting = asyncio.create_task(bot.get_updates(timeout=50))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await bot.get_me()
        await fake.connect_webhook("http://127.0.0.1:9/nobody")
        fake.add_user(ADA, "Ada")
        await fake.says(ADA, "hello")
    assert asyncio.all_tasks() == before


async def test_again_out_of_order_and_from_another_number(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await fake.says(ADA, "one")
    [one] = await confirm_all(bot)
    await fake.redeliver(one.update_id)
    assert (await bot.get_updates(offset=one.update_id + 1, timeout=0))[0].update_id == one.update_id
    assert await bot.get_updates(offset=one.update_id + 1, timeout=0) == ()
    fake.shuffle_next()
    waiting = asyncio.create_task(bot.get_updates(timeout=1))
    await fake.says(ADA, "two")
    await fake.says(ADA, "three")
    assert [u.message.text for u in await waiting] == ["three", "two"]
    three = fake.pending[-1]["update_id"]
    await bot.get_updates(offset=three + 1, timeout=0)
    fake.restart_ids(5)
    await fake.says(ADA, "four")
    assert [u.update_id for u in await bot.get_updates(offset=three + 1, timeout=0)] == [5]


class Hook:
    """A webhook that answers as it is told."""

    def __init__(self, statuses: list[int]) -> None:
        self.statuses, self.heard, self.secrets = statuses, [], set()

    async def answer(self, request: web.Request) -> web.Response:
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        status = self.statuses.pop(0) if self.statuses else 200
        self.heard.append(((await request.json())["message"]["text"], status))
        return web.Response(status=status)


async def test_a_webhook_gets_each_update_until_it_takes_it(fake: FakeTelegram, bot: telegram.Bot) -> None:
    hook = Hook([500, 503])
    app = web.Application()
    app.router.add_post("/hook", hook.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        await bot.set_webhook(url, secret_token="s3cret")
        await fake.says(ADA, "one")
        await fake.says(ADA, "two")
        await fake.settled()
        assert hook.heard == [("one", 500), ("one", 503), ("one", 200), ("two", 200)]
        assert hook.secrets == {"s3cret"}
        with pytest.raises(error.Conflict, match="webhook is active"):
            await bot.get_updates(timeout=0)
        fake.shuffle_next()
        await fake.says(ADA, "three")
        await fake.says(ADA, "four")
        await fake.settled()
        assert [text for text, _ in hook.heard[4:]] == ["four", "three"]
        await fake.redeliver(fake.updates[0]["update_id"])
        await fake.settled()
        assert hook.heard[-1] == ("one", 200)
    finally:
        await runner.cleanup()
    await fake.says(ADA, "nobody home")
    with pytest.raises(TimeoutError, match="unconfirmed"):
        await fake.settled(timeout=0.3)
    assert (await bot.get_webhook_info()).pending_update_count == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates(timeout=0) == ()


# People


async def test_commands_and_mentions_are_entities(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await fake.says(BEN, "/kudos@upbeat_bot 😀 @ada thanks", TEAM)
    [update] = await confirm_all(bot)
    found = update.message.parse_entities()
    assert sorted(found.values()) == ["/kudos@upbeat_bot", "@ada"]
    assert update.effective_user.language_code == "zh-hans"


async def test_privacy_mode_keeps_small_talk_from_the_bot(fake: FakeTelegram, bot: telegram.Bot) -> None:
    ours = await bot.send_message(TEAM, "How goes it?")
    await fake.says(ADA, "lunch?", TEAM)
    await fake.says(ADA, "/help@other_bot", TEAM)
    await fake.says(ADA, "well", TEAM, reply_to=ours.message_id)
    await fake.says(ADA, "thanks @upbeat_bot", TEAM)
    updates = await confirm_all(bot)
    assert [u.message.text for u in updates] == ["well", "thanks @upbeat_bot"]
    assert updates[0].message.reply_to_message.text == "How goes it?"
    assert [u["message"]["text"] for u in fake.unheard] == ["lunch?", "/help@other_bot"]


@pytest.mark.usefixtures("started")
async def test_a_press_is_answered_once(fake: FakeTelegram, bot: telegram.Bot) -> None:
    for word in ("old", "new"):
        await bot.send_message(ADA, word, reply_markup=buttons([("Yes", f"y:{word}")]))
    query_id = await fake.presses(ADA, "Yes")
    [update] = await confirm_all(bot)
    assert (update.callback_query.id, update.callback_query.data) == (query_id, "y:new")
    assert [q["id"] for q in fake.unanswered] == [query_id]
    await update.callback_query.answer("Noted", show_alert=True)
    assert fake.unanswered == []
    assert [(a["text"], a["show_alert"], a["user_id"]) for a in fake.answers] == [("Noted", True, ADA)]
    with pytest.raises(error.BadRequest, match="Query is too old"):
        await bot.answer_callback_query(query_id)
    await fake.presses(ADA, "y:old")
    await fake.presses_raw(ADA, "forged", fake.last(ADA).message_id)
    assert [u.callback_query.data for u in await confirm_all(bot)] == ["y:old", "forged"]
    with pytest.raises(LookupError, match="no button"):
        await fake.presses(ADA, "Maybe")


@pytest.mark.usefixtures("started")
async def test_edits_reactions_blocking_and_membership(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.get_updates(timeout=0, allowed_updates=telegram.Update.ALL_TYPES)
    message_id = await fake.says(ADA, "doen")
    await fake.edits(ADA, message_id, "done")
    await fake.reacts(ADA, message_id, "👍")
    await fake.blocks_bot(ADA)
    with pytest.raises(error.Forbidden, match="blocked by the user"):
        await bot.send_message(ADA, "Hello?")
    await fake.unblocks_bot(ADA)
    await fake.leaves(TEAM, ADA)
    await fake.joins(TEAM, ADA)
    updates = await confirm_all(bot)
    assert (updates[1].edited_message.text, updates[1].edited_message.edit_date is None) == ("done", False)
    assert updates[2].message_reaction.new_reaction[0].emoji == "👍"
    changes = [u.my_chat_member.new_chat_member.status for u in updates if u.my_chat_member]
    assert changes == ["kicked", "member", "kicked", "member"]
    assert updates[-1].message.new_chat_members[0].id == fake.bot_id
    fake.block(ADA)
    with pytest.raises(error.Forbidden):
        await bot.send_message(ADA, "Hello?")


async def test_updates_that_were_not_asked_for_do_not_come(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await bot.get_updates(timeout=0, allowed_updates=["callback_query"])
    await fake.says(ADA, "hello")
    assert await bot.get_updates(timeout=0) == ()
    assert len(fake.unheard) == 1


async def test_topics(fake: FakeTelegram, bot: telegram.Bot) -> None:
    fake.add_group(-100300, "Forum", [ADA], topics=True)
    await fake.says(ADA, "/help", -100300, thread_id=11)
    [update] = await confirm_all(bot)
    assert (update.message.message_thread_id, update.message.is_topic_message) == (11, True)
    assert update.message.reply_to_message.forum_topic_created is not None
    await bot.send_message(-100300, "Here", message_thread_id=11)
    assert fake.last(-100300).thread_id == 11


async def test_a_group_moves(fake: FakeTelegram, bot: telegram.Bot) -> None:
    fake.add_group(-30, "Small", [ADA], supergroup=False)
    await fake.migrate(-30, -100301)
    joined, moved, arrived = await confirm_all(bot)
    assert joined.my_chat_member.chat.id == -100301
    assert (moved.message.migrate_to_chat_id, arrived.message.migrate_from_chat_id) == (-100301, -30)
    with pytest.raises(error.ChatMigrated) as refused:
        await bot.send_message(-30, "Hello")
    assert refused.value.new_chat_id == -100301
    await bot.send_message(-100301, "Hello")


async def test_a_reply_keyboard_says_its_words(fake: FakeTelegram, bot: telegram.Bot) -> None:
    await fake.says(ADA, "/start")
    await bot.send_message(ADA, "Well?", reply_markup=telegram.ReplyKeyboardMarkup([["Good", "Bad"]]))
    assert await fake.presses(ADA, "Good") is None
    assert [u.message.text for u in await confirm_all(bot)] == ["/start", "Good"]


# What goes wrong


async def test_a_bot_cannot_write_first(fake: FakeTelegram, bot: telegram.Bot) -> None:
    with pytest.raises(error.Forbidden, match="can't initiate conversation"):
        await bot.send_message(BEN, "Hello")
    with pytest.raises(error.BadRequest, match="Chat not found"):
        await bot.send_message(99, "Hello")
    assert [(c.accepted, c.error) for c in fake.called("sendMessage")] == [
        (False, "Forbidden: bot can't initiate conversation with a user"),
        (False, "Bad Request: chat not found"),
    ]
    assert fake.violations == []


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize(
    ("kind", "raised"),
    [
        ("429", error.RetryAfter),
        ("500", error.NetworkError),
        ("401", error.InvalidToken),
        ("403_blocked", error.Forbidden),
        ("400_chat_not_found", error.BadRequest),
        ("migrated", error.ChatMigrated),
        ("drop_before_accept", error.NetworkError),
        ("timeout_after_accept", error.NetworkError),
    ],
)
async def test_ordered_faults(
    fake: FakeTelegram, bot: telegram.Bot, kind: str, raised: type[error.TelegramError]
) -> None:
    fake.fail_next("sendMessage", kind, retry_after=3, chat_id=ADA)
    await bot.send_message(TEAM, "Not here")
    with pytest.raises(raised) as refused:
        await bot.send_message(ADA, "Hello")
    if isinstance(refused.value, error.RetryAfter):
        assert refused.value.retry_after == timedelta(seconds=3)
    arrived = [m.text for m in fake.chat(ADA)][1:]
    assert arrived == (["Hello"] if kind == "timeout_after_accept" else [])
    assert fake.called("sendMessage")[-1].accepted == bool(arrived)
    await bot.send_message(ADA, "Hello again")


async def test_an_unknown_fault_is_an_error_of_the_test(fake: FakeTelegram) -> None:
    with pytest.raises(ValueError, match="one of"):
        fake.fail_next("sendMessage", "503")


@pytest.mark.usefixtures("started")
async def test_the_rate_limits(fake: FakeTelegram, bot: telegram.Bot) -> None:
    fake.limit_rate()
    await bot.send_message(ADA, "one")
    with pytest.raises(error.RetryAfter) as refused:
        await bot.send_message(ADA, "two")
    assert refused.value.retry_after == timedelta(seconds=1)
    await bot.send_message(TEAM, "elsewhere")
    fake.limit_rate(per_chat=None, overall=3, group_per_minute=2)
    await bot.send_message(TEAM, "one")
    await bot.send_message(TEAM, "two")
    with pytest.raises(error.RetryAfter) as refused:
        await bot.send_message(TEAM, "three")
    assert refused.value.retry_after > timedelta(seconds=50)
    await bot.send_message(ADA, "three")
    with pytest.raises(error.RetryAfter):
        await bot.send_message(ADA, "four")


async def test_a_wrong_token_and_a_body_in_json(fake: FakeTelegram) -> None:
    async with httpx.AsyncClient() as http:
        wrong = await http.post(f"{fake.api_url}/bot1:x/getMe")
        assert (wrong.status_code, wrong.json()["description"]) == (401, "Unauthorized")
        body = {"chat_id": TEAM, "text": "Hi"}
        right = await http.post(f"{fake.api_url}/bot{fake.token}/sendMessage", json=body)
        assert right.json()["result"]["text"] == "Hi"
    assert fake.violations == []
