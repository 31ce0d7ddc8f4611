"""A week in the small company, told once for each language: what is drawn of it stands in the golden files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.words import Voice
from handlers.kit.requests import Answer, File, Said, Submitted, Where
from handlers.kit.values import load
from storage.tables import Outgoing
from tests.company import MONDAY, Chat, Heard
from tests.goldens.samples import every_part, every_question

CHANNEL = Where(kind="channel", id="C1", name="engines")
WORDS = {
    "en": {
        "done": "the login page",
        "next": "payments, then the <b>invoice</b> export",
        "blocked": "the review by legal",
        "thanks": "the calm incident call & the notes",
        "situation": "the incident call",
        "behaviour": "you asked everyone in turn",
        "effect": "we found it in ten minutes",
        "point": "the roadmap",
        "action": "send the draft",
        "notes": "We ship on Friday.",
    },
    "zh": {
        "done": "登录页",
        "next": "支付，然后是 <b>发票</b> 导出",
        "blocked": "等法务审核",
        "thanks": "故障时沉着冷静 & 会后的记录",
        "situation": "昨天的故障电话会",
        "behaviour": "你依次听了每个人的说法",
        "effect": "我们十分钟就找到了原因",
        "point": "路线图",
        "action": "发出草稿",
        "notes": "周五上线。",
    },
}
"""What people write, in the language of the company."""


@dataclass(frozen=True)
class Scene:
    """One thing that somebody sees, by the name of its file. `home`: on the home screen."""

    name: str
    heard: Heard
    home: bool = False
    secret: str = ""


async def told(chat: Chat, language: str) -> AsyncIterator[Scene]:
    """The scenes, in the order in which they happen."""
    for part in (_first_day, _check_ins, _kudos, _feedback, _one_on_ones, _mine, _the_company, _later):
        async for scene in part(chat, WORDS[language]):
            yield scene
    for made in (every_part(), every_question(chat.ids["ben"])):
        yield Scene(made.name, Heard(made.answer, _voice(chat)))


def _voice(chat: Chat) -> Voice:
    """How everybody here is spoken to."""
    person = chat.person("ben")
    return Voice(person.language, person.zone)


def _last_told(chat: Chat, who: str) -> Heard:
    return chat.told_cards(who)[-1]


def _last_posted(chat: Chat) -> Heard:
    rows = [row for row in chat.rows(Outgoing) if row.place_id]
    newest = max(rows, key=lambda row: str(row.id))
    return Heard(Answer(card=load(newest.card)), _voice(chat))


async def _first_day(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    heard = await chat.says("nobody", "hello")
    yield Scene("stranger", Heard(heard.answer, _voice(chat)))
    yield Scene("help", await chat.opens("ben", "start"))
    yield Scene("home-on-the-first-day", await chat.opens("ben"), home=True)
    yield Scene("help-about-one-feature", await chat.says("ben", "/help feedback"))
    yield Scene("not-understood", await chat.says("ben", "/chekin"))


async def _check_ins(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    yield Scene("check-in-form", await chat.says("ben", "/checkin"))
    typed = "/checkin done {done}; next {next}; blocked {blocked}".format(**words)
    yield Scene("check-in-recorded-for-the-first-time", await chat.says("ben", typed))
    yield Scene("check-ins-of-the-team", await chat.says("ada", "/checkin team"))
    yield Scene("check-ins-set-up", await chat.says("ada", "/checkin setup every workday 09:30"))


async def _kudos(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    chat.change(lambda store: store.accounts.seen_place("web", "C1", "engines"))
    typed = f"/kudos @ben @chen for {words['thanks']} #teamwork"
    yield Scene("kudos-preview", await chat.does("ada", Said(typed, command=True), where=CHANNEL))
    post = next(button for button in chat.last["ada"].buttons.values() if button.style == "primary")
    await chat.presses("ada", next(label for label, b in chat.last["ada"].buttons.items() if b is post))
    yield Scene("kudos-posted", _last_posted(chat))
    yield Scene("kudos-told", _last_told(chat, "ben"))


async def _feedback(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    yield Scene("feedback-form", await chat.says("ada", "/feedback @ben"))
    typed = "/feedback @ben situation {situation}; behaviour {behaviour}; effect {effect}".format(**words)
    await chat.says("ada", typed)
    yield Scene("feedback-told", _last_told(chat, "ben"))
    await chat.says("grace", f"/feedback about @ada from @ben about {words['point']}")
    yield Scene("feedback-asked-for", _last_told(chat, "ben"))


async def _one_on_ones(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    await chat.says("ada", f"/1on1 add @ben {words['point']}")
    await chat.says("ada", f"/1on1 action @ben next friday: {words['action']}")
    yield Scene("one-on-one", await chat.says("ada", "/1on1 @ben"))


async def _mine(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    yield Scene("settings", await chat.says("ben", "/settings"))
    yield Scene("away", await chat.says("ben", "/away until 2026-12-04"))
    await chat.says("ben", "/back")
    yield Scene("privacy", await chat.says("ben", "/privacy"))
    yield Scene("who-may-see-what", await chat.says("ben", "/privacy who"))
    heard = await chat.says("ben", "/link")
    yield Scene("link", heard, secret=heard.text.partition("/start ")[2].split()[0])
    await chat.says("ben", "/settings quiet")
    yield Scene("a-mistake-in-a-form", await _mistaken(chat))


async def _mistaken(chat: Chat) -> Heard:
    form = chat.last["ben"].form
    if form is None:  # asked one question at a time
        return await chat.says("ben", "25:99")
    return await chat.does("ben", Submitted(form.draft, {"begin": "25:99", "end": "08:00"}))


async def _the_company(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    yield Scene("set-up", await chat.says("hana", "/setup"))
    people = "email,name,manager_email,team,timezone,locale,role\n"
    people += "grace@example.com,Grace Hopper,,Board,Europe/Berlin,en,employee\n"
    people += "yan@example.com,Yan,grace@example.com,Engines,Asia/Shanghai,zh,employee\n"
    yield Scene("people-file", await chat.does("hana", Said("", file=File("people.csv", people.encode()))))


async def _later(chat: Chat, words: dict[str, str]) -> AsyncIterator[Scene]:
    chat.at(datetime(2026, 11, 26, 9, 30, tzinfo=UTC))
    await chat.tick()
    yield Scene("blocked-for-two-days", _last_told(chat, "ada"))
    chat.at(MONDAY + timedelta(days=7))
    await chat.tick()
    yield Scene("check-in-asked-with-what-else-waits", _last_told(chat, "ben"))
    yield Scene("why", await chat.says("ben", "/why"))
    yield Scene("home-of-a-manager", await chat.opens("ada"), home=True)
