"""Me: settings, away, connecting apps, and my home screen, through the doors that people use."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.kit.cards import Link, Part
from handlers.kit.requests import Opened, Pressed, Where
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from handlers.kit.zones import find_zones
from storage.tables import Absence
from tests.company import Chat, Heard


def parts_of(heard: Heard, kind: type[Part]) -> list[Part]:
    assert heard.card is not None
    return [part for part in heard.card.parts if isinstance(part, kind)]


def owe(chat: Chat, store: object, who: str, title: str) -> object:
    return store.obligations.open(  # type: ignore[attr-defined]
        chat.ids[who],
        "checkins.check_in",
        title,
        title=dump(Phrase(title)),
        args={},
        due_at=chat.now + timedelta(days=1),
    )


# Settings ------------------------------------------------------------------------------------------------------------


async def test_settings_show_what_counts_now_with_a_button_for_each(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat settings")
    for words in ("English", "Europe/Berlin", "10:00", "8:00", "As the company", "All on"):
        assert words.lower() in heard.text.lower(), words
    assert {"Language", "Time zone", "Quiet hours", "Where messages arrive", "Notifications"} <= set(
        heard.buttons
    )
    assert "Europe/Berlin" in (await chat.says("ada", "设置")).text


async def test_another_language_is_spoken_at_once(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat settings language zh")
    assert heard.answer.language == "zh"
    assert "简体中文" in heard
    await chat.says("ada", "设置 语言 English")
    assert chat.person("ada").language == "en"


async def test_the_company_s_language_is_one_of_the_choices(chat: Chat) -> None:
    await chat.says("chen", "/upbeat settings language en")
    await chat.says("chen", "/upbeat settings")
    await chat.presses("chen", "Language")
    await chat.submits("chen", code="company")
    assert chat.person("chen").language == "zh"


async def test_an_unknown_language_asks_with_the_choices(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat settings language klingon")
    assert heard.form is not None
    assert "pick one" in await chat.submits("ada", code="klingon")


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("shanghai", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("LA", "America/Los_Angeles"),
        ("to Munich", "Europe/Berlin"),
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("EUROPE/LISBON", "Europe/Lisbon"),
        ("伦敦", "Europe/London"),
        ("utc", "UTC"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("臺北", "Asia/Taipei"),
    ],
)
async def test_a_city_is_enough_for_the_zone(chat: Chat, said: str, zone: str) -> None:
    await chat.says("ada", f"/upbeat settings zone {said}")
    assert chat.person("ada").zone == zone


@pytest.mark.parametrize("said", ["UTC+8", "GMT+1", "utc -5", "ＵＴＣ＋８"])
async def test_an_offset_is_not_taken_for_what_resembles_it(chat: Chat, said: str) -> None:
    assert "I know no such place." in await chat.says("ada", f"/upbeat settings zone {said}")
    assert chat.person("ada").zone == "Europe/Berlin"


async def test_a_place_with_several_zones_is_asked(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat settings zone CST")
    assert "Several places fit" in heard
    assert chat.person("ada").zone == "Europe/Berlin"
    await chat.presses("ada", "America/Chicago")
    assert chat.person("ada").zone == "America/Chicago"


async def test_an_unknown_place_is_refused_in_the_form(chat: Chat) -> None:
    await chat.says("ada", "/upbeat settings zone")
    assert "no such place" in await chat.submits("ada", where="Atlantis xyzzy")
    await chat.submits("ada", where="Tokyo")
    assert chat.person("ada").zone == "Asia/Tokyo"
    await chat.says("ada", "时区 公司")
    assert chat.person("ada").zone == "Europe/Berlin"


def test_every_zone_is_found_by_its_own_name() -> None:
    from zoneinfo import available_timezones

    lost = [
        z for z in available_timezones() if z.startswith(("Asia/", "Europe/")) and len(find_zones(z)) != 1
    ]
    assert lost == []


async def test_what_colleagues_send_waits_for_the_end_of_chosen_quiet_hours(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("eve", "/upbeat settings quiet 22:00 06:00")
    chat.at(datetime(2026, 11, 24, 3, 30, tzinfo=UTC))  # 22:30 in New York
    for whom in ("eve", "ada"):
        await chat.says("ben", f"/feedback @{whom} situation a; behaviour b; effect c")
    assert [parcel.to.address for parcel in await chat.deliver()] == ["dm-ada"]  # nobody chose hers
    assert "It goes out Tue, Nov 24, 2026, 6:00\u202fAM" in await chat.says("eve", "/why")
    chat.at(datetime(2026, 11, 24, 11, tzinfo=UTC))
    assert [parcel.to.address for parcel in await chat.deliver()] == ["dm-eve"]


@pytest.mark.parametrize(
    "says", ["settings quiet off", "settings quiet 23:00 06:00", "settings zone Honolulu"]
)
async def test_what_waits_for_the_end_of_quiet_hours_comes_as_soon_as_they_are_other_ones(
    any_chat: Chat, says: str
) -> None:
    chat = any_chat
    await chat.says("eve", "/upbeat settings quiet 22:00 06:00")
    chat.at(datetime(2026, 11, 24, 3, 30, tzinfo=UTC))  # 22:30 in New York
    await chat.says("ben", "/feedback @eve situation a; behaviour b; effect c")
    assert await chat.deliver() == []
    await chat.says("eve", "/upbeat settings quiet 21:30 05:00")
    assert await chat.deliver() == []
    await chat.says("eve", f"/upbeat {says}")
    assert [parcel.to.address for parcel in await chat.deliver()] == ["dm-eve"]


async def test_the_company_s_quiet_hours_hold_once_it_chose_some(chat: Chat) -> None:
    await chat.says("hana", "/upbeat setup hours 20:00 07:00")
    await chat.presses("hana", "Save")
    await chat.says("dora", "/upbeat settings quiet off")
    chat.at(datetime(2026, 11, 23, 21, tzinfo=UTC))
    for whom in ("dora", "ada"):
        await chat.says("ben", f"/feedback @{whom} situation a; behaviour b; effect c")
    assert [parcel.to.address for parcel in await chat.deliver()] == ["dm-dora"]


async def test_quiet_hours_are_typed_chosen_and_switched_off(chat: Chat) -> None:
    def mine() -> object:
        return chat.change(lambda store: store.preferences.get(chat.ids["ada"], "quiet"))

    await chat.says("ada", "/upbeat settings quiet 19:30 07:00")
    assert mine() == ["19:30", "07:00"]
    await chat.says("ada", "/upbeat settings quiet from 21:00 to 9:00")
    assert mine() == ["21:00", "09:00"]
    await chat.says("ada", "免打扰 从22:00 到7:30")
    assert mine() == ["22:00", "07:30"]
    for words in (
        *("22:00 - 06:00", "10pm-6am", "22:00-06:00", "22:00~06:00"),
        *("晚上10点到早上6点", "２２：００　０６：００", "22：00－6：00", "22：00～6：00"),
    ):
        await chat.says("ada", "/upbeat settings quiet 08:00 09:00")
        await chat.says("ada", f"/upbeat settings quiet {words}")
        assert mine() == ["22:00", "06:00"], words
    assert "same time" in await chat.says("ada", "/upbeat settings quiet 08:00 08:00")
    off = await chat.says("ada", "/upbeat settings quiet off")
    assert "None" in off
    assert "waits until they end" not in off
    assert mine() == []
    await chat.presses("ada", "As the company chose")
    assert mine() is None


async def test_a_bad_time_is_refused_in_the_form(chat: Chat) -> None:
    await chat.says("ada", "/upbeat settings quiet")
    assert "cannot read this time" in await chat.submits("ada", begin="25:99", end="08:00")


async def test_messages_arrive_where_the_person_wants_them(chat: Chat) -> None:
    chat.change(lambda store: store.accounts.link(chat.ids["ada"], "telegram", "77"))
    await chat.says("ada", "/upbeat settings channel telegram")
    assert chat.change(lambda store: store.preferences.get(chat.ids["ada"], "channel")) == "telegram"
    assert "Telegram" in await chat.says("ada", "/upbeat settings")
    await chat.says("ada", "/upbeat settings channel newest")
    assert chat.change(lambda store: store.preferences.get(chat.ids["ada"], "channel")) is None
    assert (await chat.says("ben", "/upbeat settings channel telegram")).form is not None


async def test_how_charts_are_shown_is_chosen_in_a_form(chat: Chat) -> None:
    assert (await chat.says("ben", "/upbeat settings charts")).form
    assert "tables" in await chat.submits("ben", shown="tables")


async def test_each_notification_is_switched_off_and_on(chat: Chat) -> None:
    from handlers.preferences.settings import _notices

    _, title = next(iter(_notices().items()))
    heard = await chat.says("ada", "/upbeat settings notifications")
    assert title.template in heard
    await chat.presses("ada", "Switch off")
    off = [
        n
        for n in _notices()
        if not chat.change(lambda store, n=n: store.preferences.wants(chat.ids["ada"], n))
    ]
    assert len(off) == 1
    await chat.presses("ada", "Switch on")
    assert chat.change(lambda store: store.preferences.wants(chat.ids["ada"], off[0]))


async def test_what_the_company_locked_cannot_be_switched(chat: Chat) -> None:
    from handlers.preferences.settings import _notices

    heard = await chat.says("ada", "通知")
    for name in _notices():
        chat.change(lambda store, name=name: store.set_setting(f"lock:{name}", True))
    assert "company decides" in await chat.presses("ada", "Switch off", on=heard)
    locked = await chat.says("ada", "通知")
    assert "the company chose so" in locked
    assert "Switch off" not in locked.buttons


# Away ----------------------------------------------------------------------------------------------------------------


def absences(chat: Chat, who: str = "ada") -> list[tuple[date, date]]:
    rows = chat.rows(Absence, Absence.person_id == chat.ids[who])
    return sorted((row.first, row.last) for row in rows)


async def test_away_until_a_day_that_is_included(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat away until 2026-11-30")
    assert "that day included" in heard
    assert "not counted missing" in heard
    assert absences(chat) == [(date(2026, 11, 23), date(2026, 11, 30))]


async def test_away_from_a_day_until_a_day(chat: Chat) -> None:
    await chat.says("ada", "/upbeat away from 2026-12-01 until 2026-12-04")
    assert absences(chat) == [(date(2026, 12, 1), date(2026, 12, 4))]
    await chat.presses("ada", "I will be here after all")
    assert absences(chat) == []


@pytest.mark.parametrize(
    "words", ["请假 到2026-11-30", "离开 从 2026-11-25 到 2026-11-30", "/away until 2026-11-30"]
)
async def test_away_in_other_words(chat: Chat, words: str) -> None:
    await chat.says("chen", words)
    assert [last for _, last in absences(chat, "chen")] == [date(2026, 11, 30)]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("/away for 3 days", ("2026-11-23", "2026-11-25")),
        ("/away 3 days", ("2026-11-23", "2026-11-25")),
        ("/away for a week", ("2026-11-23", "2026-11-29")),
        ("/away until friday", ("2026-11-23", "2026-11-27")),
        ("/away for 3 days because of the flu", ("2026-11-23", "2026-11-25")),
        ("/away from friday for 3 days", ("2026-11-27", "2026-11-29")),
        ("/away for 3 days starting friday", ("2026-11-27", "2026-11-29")),
        ("/away 11/27-12/2", ("2026-11-27", "2026-12-02")),
        ("/away 11/27－12/2", ("2026-11-27", "2026-12-02")),
        ("/away 2026/11/27-2026/12/2", ("2026-11-27", "2026-12-02")),
        ("/away 27/11-2/12", ("2026-11-27", "2026-12-02")),
        ("/away from 24/12 until 2/1", ("2026-12-24", "2027-01-02")),
        ("/away 2026-11-27~2026-12-02", ("2026-11-27", "2026-12-02")),
        ("请假 11月27日－12月2日", ("2026-11-27", "2026-12-02")),
        ("请假 11月27日～12月2日", ("2026-11-27", "2026-12-02")),
        ("I'm sick today", ("2026-11-23", "2026-11-23")),
        ("I am sick until Friday", ("2026-11-23", "2026-11-27")),
        ("sick leave tomorrow", ("2026-11-24", "2026-11-24")),
        ("/away tomorrow", ("2026-11-24", "2026-11-24")),
        ("/away on friday", ("2026-11-27", "2026-11-27")),
        ("/away tomorrow because of the flu", ("2026-11-24", "2026-11-24")),
        ("請假 後天", ("2026-11-25", "2026-11-25")),
        ("/away from next monday until wednesday", ("2026-11-30", "2026-12-02")),
        ("请假 下周一到周三", ("2026-11-30", "2026-12-02")),
        ("请假三天", ("2026-11-23", "2026-11-25")),
        ("休假两周", ("2026-11-23", "2026-12-06")),
        ("请假从周五起三天", ("2026-11-27", "2026-11-29")),
        ("请假三天，从周五开始", ("2026-11-27", "2026-11-29")),
    ],
)
async def test_away_for_so_long_counts_its_first_day(chat: Chat, words: str, days: tuple[str, str]) -> None:
    heard = await chat.says("ada", words)
    assert heard.form is None
    assert "away" in heard
    assert [(str(first), str(last)) for first, last in absences(chat)] == [days]


async def test_a_day_of_a_leave_that_was_said_before_leaves_it_as_it_is(chat: Chat) -> None:
    await chat.says("ada", "/away from 2026-12-21 until 2026-12-31")
    assert "from Mon, Dec 21, 2026 until Thu, Dec 31, 2026" in await chat.says("ada", "/away on 2026-12-24")
    assert [(str(first), str(last)) for first, last in absences(chat)] == [("2026-12-21", "2026-12-31")]


@pytest.mark.parametrize(
    "words",
    [
        "/away two days next week",
        "/away for a week and a half",
        "/away in 3 days",
        "/away from tomorrow",
        "/away tomorrow and wednesday",
        "请假三天半",
        "请假到3日",
        "请假 从明天起",
    ],
)
async def test_a_length_that_begins_or_ends_elsewhere_is_asked_for(chat: Chat, words: str) -> None:
    assert (await chat.says("ada", words)).form is not None
    assert absences(chat) == []


async def test_away_for_longer_than_a_year_is_refused(chat: Chat) -> None:
    assert "more than a year" in await chat.says("ada", "/away for 13 months")


async def test_away_counts_in_the_person_s_own_zone(chat: Chat) -> None:
    chat.wait(hours=8)  # 17:00 in London's winter: Tuesday in Shanghai, Monday in New York
    await chat.says("chen", "/upbeat away until 2026-11-30")
    await chat.says("eve", "/upbeat away until 2026-11-30")
    assert absences(chat, "chen")[0][0] == date(2026, 11, 24)
    assert absences(chat, "eve")[0][0] == date(2026, 11, 23)


async def test_days_that_will_not_do_are_refused(chat: Chat) -> None:
    assert "is over already" in await chat.says("ada", "/upbeat away until 2026-11-22")
    assert "is over already" in await chat.says("ada", "/upbeat away from 2026-11-20 until 2026-11-30")
    assert "Turn the days round" in await chat.says("ada", "/upbeat away from 2026-12-04 until 2026-12-01")
    assert "more than a year" in await chat.says("ada", "/upbeat away until 2027-12-01")
    assert absences(chat) == []


async def test_reminders_wait_for_the_first_workday_after(chat: Chat) -> None:
    assert "reminders wait until Mon, Dec 7" in await chat.says("ada", "/upbeat away until 2026-12-04")
    assert "reminders wait until Thu, Nov 26" in await chat.says("ada", "/upbeat away until 2026-11-25")


async def test_a_day_that_does_not_exist_is_asked_again(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat away until 2026-11-31")
    assert heard.form is not None
    assert "I did not understand “until 2026-11-31” here." in heard
    assert "cannot read this day" in await chat.submits("ada", until="2026-11-31")
    await chat.submits("ada", until="2026-11-30")
    assert absences(chat)


async def test_the_form_says_who_sees_it(chat: Chat) -> None:
    assert "Your manager and whoever meets you" in await chat.says("ada", "/upbeat away")


async def test_what_is_due_meanwhile_is_named(chat: Chat) -> None:
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    assert "The budget" in await chat.says("ada", "/upbeat away until 2026-11-30")


async def test_a_new_last_day_replaces_the_old_one(chat: Chat) -> None:
    await chat.says("ada", "/upbeat away until 2026-12-04")
    chat.wait(days=2)
    await chat.says("ada", "/upbeat away until 2026-11-27")
    assert absences(chat) == [
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 11, 25), date(2026, 11, 27)),
    ]


async def test_a_leave_that_was_planned_goes_on_after_one_that_reaches_into_it(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/upbeat away from 2026-12-10 until 2026-12-20")
    chat.at(datetime(2026, 12, 7, 9, tzinfo=UTC))
    heard = await chat.says("ada", "/upbeat away until 2026-12-10")
    assert "You are away until Thu, Dec 10" in heard
    assert "You will be away from Fri, Dec 11, 2026 until Sun, Dec 20, 2026" in heard
    assert "reminders wait until Mon, Dec 21, 2026" in heard
    assert absences(chat) == [
        (date(2026, 12, 7), date(2026, 12, 10)),
        (date(2026, 12, 11), date(2026, 12, 20)),
    ]
    await chat.presses("ada", "I will be here after all")
    assert absences(chat) == [(date(2026, 12, 7), date(2026, 12, 10))]


async def test_back_ends_the_absence_and_keeps_the_next(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ada", "/upbeat away until 2026-11-30")
    await chat.says("ada", "/upbeat away from 2026-12-24 until 2026-12-31")
    chat.wait(days=2)
    heard = await chat.says("ada", "我回来了")
    assert "Welcome back" in heard
    assert absences(chat) == [
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 12, 24), date(2026, 12, 31)),
    ]
    assert "not noted as away" in await chat.says("ada", "/upbeat back")


@pytest.mark.parametrize("words", ["I'm back on Monday", "back at 10 tomorrow", "回来了之后再说"])
async def test_who_says_more_than_that_they_are_back_is_asked_whether_it_is_today(
    chat: Chat, words: str
) -> None:
    await chat.says("ada", "/upbeat away until 2026-11-30")
    heard = await chat.says("ada", words)
    assert "Are you here again today?" in heard
    assert absences(chat) == [(date(2026, 11, 23), date(2026, 11, 30))]
    assert "Welcome back" in await chat.presses("ada", "I am back")
    assert absences(chat) == []
    assert "not noted as away" in await chat.says("ada", "I'm back!")


async def test_an_interview_asks_for_the_days(chat: Chat) -> None:
    chat.interviews = True
    assert "From which day on" in await chat.says("ada", "/away")
    assert "Until which day" in await chat.presses("ada", "Skip")
    heard = await chat.says("ada", "soonish")
    assert "cannot read this day" in heard
    assert "Until which day" in heard  # what is asked is said again, with its buttons
    await chat.presses("ada", "Back")
    await chat.presses("ada", "Skip")
    assert "that day included" in await chat.says("ada", "2026-11-30")
    assert absences(chat) == [(date(2026, 11, 23), date(2026, 11, 30))]


async def test_an_interview_takes_how_long_it_is_too(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ada", "/away")
    await chat.says("ada", "friday")
    await chat.says("ada", "3 days")
    assert absences(chat) == [(date(2026, 11, 27), date(2026, 11, 29))]


# Connecting ----------------------------------------------------------------------------------------------------------


async def test_a_code_connects_another_app_once(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat link")
    assert "10 minutes" in heard
    code = next(line for line in heard.text.splitlines() if line.startswith("/start ")).split()[1]
    chat.platform = "telegram"
    assert "Are you Ada Lovelace" in await chat.does("4711", Opened("start", code))
    await chat.does("4711", Pressed(chat.last["4711"].buttons["Yes, connect me"].handle))
    assert chat.change(lambda store: store.directory.with_account("telegram", "4711").id) == chat.ids["ada"]
    assert "connected with Telegram" in chat.told("ada")


async def test_a_code_dies_after_ten_minutes(chat: Chat) -> None:
    code = (await chat.says("ada", "绑定")).text.split("/start ")[1].split()[0]
    chat.wait(minutes=10)
    chat.platform = "telegram"
    assert "invitation" in await chat.does("4711", Opened("start", code))


async def test_the_bot_s_name_makes_a_deep_link(chat: Chat) -> None:
    assert parts_of(await chat.says("ada", "/upbeat link"), Link) == []
    chat.change(lambda store: store.set_setting("telegram_username", "UpbeatBot"))
    heard = await chat.says("ada", "/upbeat link")
    (link,) = parts_of(heard, Link)
    code = heard.text.split("/start ")[1].split()[0]
    assert isinstance(link, Link)
    assert link.url == f"https://t.me/UpbeatBot?start={code}"


async def test_a_code_is_not_made_where_others_read_along(chat: Chat) -> None:
    from handlers.kit.requests import Said

    shared = Where(kind="channel", id="c1", shared=True)
    heard = await chat.does("ada", Said("/upbeat link", command=True), where=shared)
    assert "everybody reads along" in heard
    assert "/start" not in heard.text


async def test_an_app_is_disconnected_but_never_the_last(chat: Chat) -> None:
    assert "only app" in await chat.says("ada", "/upbeat unlink web")
    chat.change(lambda store: store.accounts.link(chat.ids["ada"], "telegram", "4711"))
    chat.change(lambda store: store.preferences.set(chat.ids["ada"], "channel", "telegram"))
    assert (await chat.says("ada", "解绑")).form is not None
    await chat.submits("ada", platform="telegram")
    assert chat.change(lambda store: store.directory.with_account("telegram", "4711")) is None
    assert chat.change(lambda store: store.preferences.get(chat.ids["ada"], "channel")) is None


async def test_who_disconnects_two_apps_at_the_same_moment_keeps_one(any_chat: Chat) -> None:
    chat = any_chat
    ben = chat.ids["ben"]
    chat.change(lambda store: store.accounts.link(ben, "slack", "U1"))
    await asyncio.gather(*(chat.says("ben", f"/upbeat unlink {platform}") for platform in ("slack", "web")))
    assert len(chat.database.look_now(lambda store: store.directory.accounts.get(ben, ()))) == 1


async def test_who_disconnects_the_app_that_they_use_hears_so_in_their_language(chat: Chat) -> None:
    chat.change(lambda store: store.accounts.link(chat.ids["chen"], "telegram", "chen"))
    chat.platform = "telegram"
    assert "已解绑：Telegram" in (await chat.says("chen", "/upbeat unlink telegram")).text
    assert chat.change(lambda store: store.directory.with_account("telegram", "chen")) is None


# Home ----------------------------------------------------------------------------------------------------------------


async def test_home_begins_with_what_i_owe_by_date(chat: Chat) -> None:
    assert "Nothing waits for you" in await chat.opens("ada")
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    heard = await chat.opens("ada")
    assert heard.text.index("The budget") < heard.text.index("Settings")
    assert "Due" in heard
    await chat.presses("ada", "Do it now")
    assert chat.last["ada"].form is not None


async def test_what_the_people_file_says_is_not_called_the_companys_default_in_chinese(chat: Chat) -> None:
    heard = await chat.says("chen", "设置")  # in a company whose language is English
    assert "语言：简体中文（由公司设定）" in heard
    assert "默认）" not in heard.text


async def test_home_ends_with_the_doors_to_my_settings(chat: Chat) -> None:
    heard = await chat.opens("ada")
    assert "Your settings" in await chat.presses("ada", "Settings", on=heard)
    await chat.says("ada", "/upbeat away until 2026-11-30")
    heard = await chat.opens("ada")
    assert "Away until" in heard
    assert "Welcome back" in await chat.presses("ada", "I am back", on=heard)


async def test_an_hour_alone_is_a_time_where_one_is_asked_for(chat: Chat) -> None:
    chat.interviews = True
    for words in ("/upbeat settings quiet", "22"):
        await chat.says("ada", words)
    assert "From 10:00\u202fPM to 7:00\u202fAM" in await chat.says("ada", "07")
    await chat.says("ada", "/upbeat settings quiet")
    assert "I cannot read this time." in await chat.says("ada", "7")  # in the morning, or in the evening
