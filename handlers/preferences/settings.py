"""My settings: language, zone, quiet hours, where messages arrive, charts, and notifications, with their values now."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Fact, Note, Press, Section
from handlers.kit.forms import Choice, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import LANGUAGES, LANGUAGES_TOO, Lines, Listing, Phrase, Text, Verbatim, platform_name
from handlers.kit.zones import COMPANY, one_zone, zone_text
from handlers.preferences.doors import every_feature
from handlers.preferences.home import feature
from handlers.preferences.quiet import quiet, quiet_text
from storage.preferences import CHARTS, TABLES

MINE = Phrase("Only you see this. Your colleagues see at most what the time is at your place.")


@feature.command("settings", allow=everyone, also=("设置", "设定", "preferences"), examples=("",))
def settings(request: Request) -> Reply:
    """See and change your language, time zone, quiet hours and notifications."""
    return Reply(show=_card(request))


def _card(request: Request) -> Card:
    return Card(
        Phrase("Your settings"),
        Fact(Phrase("Language"), _language_text(request)),
        Fact(Phrase("Time zone"), _zone_text(request)),
        Fact(Phrase("Quiet hours"), quiet_text(request)),
        Fact(Phrase("Messages arrive in"), _channel_text(request)),
        Fact(Phrase("Charts"), _charts_text(request)),
        Fact(Phrase("Notifications"), _notices_text(request)),
        Button(Phrase("Language"), language.bind()),
        Button(Phrase("Time zone"), zone.bind()),
        Button(Phrase("Quiet hours"), quiet.bind()),
        Button(Phrase("Where messages arrive"), channel.bind()),
        Button(Phrase("Charts"), charts.bind()),
        Button(Phrase("Notifications"), notifications.bind()),
        Button(Phrase("I will be away"), Press("preferences.away", {})),
        Button(Phrase("Connect another app"), Press("preferences.link", {})),
        Note(MINE),
    )


# Language ------------------------------------------------------------------------------------------------------------

Language = Annotated[
    str,
    Choice(
        Phrase("In which language shall I speak with you?"),
        options=(
            *(Option(code, Verbatim(name), also=LANGUAGES_TOO[code]) for code, name in LANGUAGES.items()),
            Option(COMPANY, Phrase("As the company chose"), also=("采用公司设定", "采用公司默认", "公司")),
        ),
    ),
]


def _language_text(request: Request) -> Text:
    name = Verbatim(LANGUAGES.get(request.actor.language, request.actor.language))
    own, _ = request.store.preferences.own(request.actor.id)
    return name if own else Phrase("{value} (as the company chose)", value=name)


@feature.command(
    "settings language",
    allow=everyone,
    also=("language", "语言", "设置 语言", "设置语言"),
    examples=("en", "zh", "中文"),
    seen_by=MINE,
    title=Phrase("Language"),
)
def language(request: Request, code: Language) -> Reply:
    """Choose the language in which I speak with you."""
    request.store.preferences.set_language(request.actor.id, "" if code == COMPANY else code)
    name = LANGUAGES[request.store.directory.people[request.actor.id].language]
    return Reply(
        show=Card(
            Phrase("From now on I speak {language} with you.", language=Verbatim(name)),
            Button(Phrase("Settings"), settings.bind()),
        )
    )


# Zone ----------------------------------------------------------------------------------------------------------------

Where = Annotated[
    str,
    Words(
        Phrase("In which city do you live?"),
        help=Phrase("A larger city nearby, in English or Chinese, or a zone such as Europe/Berlin."),
        lead=("to", "in"),
        longest=80,
        lines=False,
    ),
]


def _zone_text(request: Request) -> Text:
    person = request.store.directory.people[request.actor.id]
    shown = zone_text(person.zone, request.now)
    _, own = request.store.preferences.own(request.actor.id)
    return shown if own else Phrase("{value} (as the company chose)", value=shown)


@feature.command(
    "settings zone",
    allow=everyone,
    also=("timezone", "time zone", "settings timezone", "时区", "设置 时区", "设置时区"),
    examples=("Shanghai", "Europe/Berlin", "上海"),
    seen_by=MINE,
    title=Phrase("Time zone"),
)
def zone(request: Request, where: Where) -> Reply:
    """Choose the time zone in which you live."""
    chosen = one_zone(where, question="where", pick=lambda found: zone.bind(where=found))
    request.store.preferences.set_zone(request.actor.id, "" if chosen == COMPANY else chosen)
    return Reply(
        show=Card(
            Phrase("From now on your days are those of this place."),
            Fact(Phrase("Time zone"), _zone_text(request)),
            Button(Phrase("Settings"), settings.bind()),
        )
    )


# Channel -------------------------------------------------------------------------------------------------------------

NEWEST = "newest"


def _platforms(request: Request) -> tuple[str, ...]:
    accounts = request.store.directory.accounts.get(request.actor.id, ())
    return tuple(sorted({account.platform for account in accounts}))


def _channels(request: Request) -> tuple[Option, ...]:
    linked = tuple(Option(name, platform_name(name)) for name in _platforms(request))
    return (*linked, Option(NEWEST, Phrase("The app that I connected last"), also=("最近绑定的",)))


Channel = Annotated[str, Choice(Phrase("In which app shall I write to you?"), options=_channels)]


def _channel_text(request: Request) -> Text:
    chosen = request.store.preferences.get(request.actor.id, "channel")
    return platform_name(chosen) if chosen else Phrase("The app that I connected last")


@feature.command(
    "settings channel",
    allow=everyone,
    also=("设置 渠道", "设置渠道"),
    examples=("newest", "最近绑定的"),
    seen_by=MINE,
    title=Phrase("Where messages arrive"),
)
def channel(request: Request, platform: Channel) -> Reply:
    """Choose the app in which reminders and messages arrive."""
    chosen = None if platform == NEWEST else platform
    request.store.preferences.set(request.actor.id, "channel", chosen)
    return Reply(
        show=Card(
            Phrase("Messages arrive there from now on: {channel}.", channel=_channel_text(request)),
            Note(Phrase("If they cannot be delivered there, I try where else I know you.")),
            Button(Phrase("Settings"), settings.bind()),
        )
    )


# Charts --------------------------------------------------------------------------------------------------------------

PICTURES = "pictures"

AsWhat = Annotated[
    str,
    Choice(
        Phrase("How shall I show you charts?"),
        options=(
            Option(PICTURES, Phrase("As pictures"), also=("pictures", "picture", "图片", "图")),
            Option(TABLES, Phrase("As tables to read"), also=("tables", "table", "文字表格", "表格", "文字")),
        ),
        help=Phrase("A button under each shows it the other way."),
    ),
]


def _charts_text(request: Request) -> Text:
    tables = request.store.preferences.prefers_tables(request.actor.id)
    return Phrase("As tables to read") if tables else Phrase("As pictures")


@feature.command(
    "settings charts",
    allow=everyone,
    also=("charts", "设置 图表", "设置图表"),
    examples=("tables", "pictures", "表格"),
    seen_by=MINE,
    title=Phrase("Charts"),
)
def charts(request: Request, shown: AsWhat) -> Reply:
    """Choose whether I show you charts as pictures or as tables to read."""
    request.store.preferences.set(request.actor.id, CHARTS, None if shown == PICTURES else TABLES)
    return Reply(
        show=Card(
            Phrase("From now on I show you charts this way: {way}.", way=_charts_text(request)),
            Button(Phrase("Settings"), settings.bind()),
        )
    )


# Notifications -------------------------------------------------------------------------------------------------------


def _notices() -> dict[str, Phrase]:
    return {name: title for each in every_feature() for name, title in each.notices.items()}


def _notices_text(request: Request) -> Text:
    wants = request.store.preferences.wants
    off = [title for name, title in _notices().items() if not wants(request.actor.id, name)]
    return Phrase("Off: {notices}", notices=Listing(tuple(off))) if off else Phrase("All on")


@feature.command(
    "settings notifications",
    allow=everyone,
    also=(
        "notifications",
        "通知",
        "设置 通知",
        "设置通知",
        "提醒",
        "设置提醒",
        "提醒设置",
        "reminders",
        "stop",
        "unsubscribe",
        "退订",
    ),
    examples=("",),
)
def notifications(request: Request) -> Reply:
    """Switch notifications on or off, each for itself."""
    return Reply(show=_notices_card(request))


def _notices_card(request: Request) -> Card:
    return Card(
        Phrase("Your notifications"),
        *(_notice(request, name, title) for name, title in _notices().items()),
        Note(
            Phrase(
                "I remind you of what waits for you whatever is chosen here; quiet hours that you choose hold for"
                " everything."
            )
        ),
        Button(Phrase("Settings"), settings.bind()),
    )


def _notice(request: Request, name: str, title: Phrase) -> Section:
    on = request.store.preferences.wants(request.actor.id, name)
    if request.store.setting(f"lock:{name}") is not None:
        locked = (
            Phrase("On for everybody: the company chose so.")
            if on
            else Phrase("Off for everybody: the company chose so.")
        )
        return Section(Lines((title, locked)))
    if on:
        return Section(
            Lines((title, Phrase("On"))),
            button=Button(Phrase("Switch off"), switch.bind(notice=name, on=False)),
        )
    return Section(
        Lines((title, Phrase("Off"))), button=Button(Phrase("Switch on"), switch.bind(notice=name, on=True))
    )


@feature.button(allow=everyone)
def switch(request: Request, notice: str, on: bool) -> Reply:
    """Switch one notification on or off."""
    if request.store.setting(f"lock:{notice}") is not None:
        raise Problem(
            Phrase("The company decides about this notification. Ask HR if you need it another way.")
        )
    request.store.preferences.set(request.actor.id, f"notice:{notice}", None if on else False)
    return Reply(show=_notices_card(request))
