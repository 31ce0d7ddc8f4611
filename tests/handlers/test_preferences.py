"""Me: help, settings, away, link, why and privacy, through the doors that people use."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook

from handlers import FEATURES
from handlers.kit.cards import Document, Link, Part
from handlers.kit.features import Route
from handlers.kit.requests import Opened, Pressed, Where
from handlers.kit.text import Phrase
from handlers.kit.values import dump
from handlers.preferences.zones import find_zones
from storage.policy import Kind
from storage.tables import Absence, AuditRow
from tests.company import Chat, Heard
from tests.engines import PROJECT

COMMANDS = [(each.name, route) for each in FEATURES for route in each.routes if route.words]


def parts_of(heard: Heard, kind: type[Part]) -> list[Part]:
    assert heard.card is not None
    return [part for part in heard.card.parts if isinstance(part, kind)]


# Every command -------------------------------------------------------------------------------------------------------

ROLES = {"hr": "hana", "admins": "ivan", "hr or admins": "hana"}


@pytest.mark.parametrize(("feature", "route"), COMMANDS, ids=[route.words for _, route in COMMANDS])
async def test_every_example_runs(chat: Chat, feature: str, route: Route) -> None:
    assert route.examples, f"{route.name} has no example"
    who = ROLES.get(route.allow.name, "ada")
    for example in route.examples:
        heard = await chat.says(who, f"/upbeat {route.words} {example}")
        assert heard.answer.outcome in ("done", "asked"), (example, heard.text)
        assert heard.answer.route != "preferences.help" or route.name == "preferences.help"


async def test_every_command_appears_in_the_help_of_who_may_use_it(chat: Chat) -> None:
    for feature, route in COMMANDS:
        who = ROLES.get(route.allow.name, "ada")
        if not route.hidden:
            told = (await chat.says(who, f"/upbeat help {feature}")).text
            assert route.words in told, route.words
            assert route.words in (await chat.says(who, "/upbeat help")).text


# Help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["help", "/help", "/upbeat help", "帮助", "?", "？", "/upbeat"])
async def test_help_is_asked_for_in_many_ways(chat: Chat, words: str) -> None:
    heard = await chat.says("ada", words)
    assert "What I can do for you" in heard
    assert "/checkin" in heard


async def test_help_lists_the_features_in_their_order(chat: Chat) -> None:
    told = (await chat.says("ada", "/help")).text
    places = [told.index(each.title.template) for each in FEATURES if each.title.template in told]
    assert places == sorted(places)
    assert len(places) > 2


async def test_help_shows_only_what_one_may_do(chat: Chat) -> None:
    assert "/upbeat import" not in await chat.says("ben", "/help")
    assert "/upbeat import" in await chat.says("hana", "/help")


async def test_help_about_one_feature_has_all_its_commands_and_examples_with_a_real_colleague(
    chat: Chat,
) -> None:
    heard = await chat.says("ada", "/help 1on1")
    assert "/1on1 add" in heard
    assert "@ben" not in heard.text
    assert "@Grace Hopper" in heard
    assert "/upbeat 面谈 添加" in (await chat.says("chen", "帮助 面谈")).text


async def test_an_example_from_help_works_as_it_stands(chat: Chat) -> None:
    told = (await chat.says("ada", "/help 1on1")).text
    example = next(line for line in told.splitlines() if line.startswith("/1on1 @"))
    assert "Grace Hopper" in await chat.says("ada", example)


async def test_help_speaks_chinese_commands_to_a_chinese_reader(chat: Chat) -> None:
    assert "/upbeat 周报" in (await chat.says("chen", "帮助")).text


async def test_help_opens_the_main_forms(chat: Chat) -> None:
    heard = await chat.says("ada", "/help")
    checkin = next(route for _, route in COMMANDS if route.words == "checkin")
    await chat.presses("ada", chat.last["ada"].voice.say(checkin.help), on=heard)
    assert chat.last["ada"].form is not None


async def test_a_mistyped_word_gets_the_nearest_command_and_keeps_what_was_written(chat: Chat) -> None:
    heard = await chat.says("ada", "/chekin done the login page; next tests")
    assert "did not understand" in heard
    assert "/checkin" in heard
    opened = await chat.presses("ada", "Yes, /checkin")
    assert opened.form is not None
    assert "the login page" in str(opened.form.given)


async def test_a_mistyped_word_without_a_form_is_run_by_its_button(chat: Chat) -> None:
    await chat.says("ada", "setings")
    assert "Your settings" in await chat.presses("ada", "Yes, /upbeat settings")


async def test_a_mistyped_command_keeps_its_answers(chat: Chat) -> None:
    await chat.says("ada", "1on1ad @ben the roadmap")
    heard = chat.last["ada"]
    assert "Ben Okri" in await chat.presses(
        "ada", next(each for each in heard.buttons if each.startswith("Yes"))
    )


async def test_nonsense_gets_help_never_silence(chat: Chat) -> None:
    for words in ("xyzzy plugh", "…", "0" * 5000, "😀" * 3000, "\u202e@everyone <!channel>"):
        heard = await chat.says("ada", words)
        assert "did not understand" in heard
        assert "All that I can do" in heard.buttons


async def test_the_nearest_command_is_one_that_they_may_use(chat: Chat) -> None:
    assert "Yes, /upbeat import" not in (await chat.says("ben", "imprt")).buttons
    assert "Yes, /upbeat import" in (await chat.says("hana", "imprt")).buttons


async def test_help_is_private(chat: Chat) -> None:
    shared = Where(kind="channel", id="c1", shared=True)
    assert "private chat" in await chat.does("ada", Opened("start"), where=shared)


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
        ("to Munich", "Europe/Berlin"),
        ("Europe/Lisbon", "Europe/Lisbon"),
        ("EUROPE/LISBON", "Europe/Lisbon"),
        ("伦敦", "Europe/London"),
        ("utc", "UTC"),
    ],
)
async def test_a_city_is_enough_for_the_zone(chat: Chat, said: str, zone: str) -> None:
    await chat.says("ada", f"/upbeat settings zone {said}")
    assert chat.person("ada").zone == zone


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


async def test_quiet_hours_are_typed_chosen_and_switched_off(chat: Chat) -> None:
    def mine() -> object:
        return chat.change(lambda store: store.preferences.get(chat.ids["ada"], "quiet"))

    await chat.says("ada", "/upbeat settings quiet 19:30 07:00")
    assert mine() == ["19:30", "07:00"]
    await chat.says("ada", "/upbeat settings quiet from 21:00 to 9:00")
    assert mine() == ["21:00", "09:00"]
    await chat.says("ada", "免打扰 从22:00 到7:30")
    assert mine() == ["22:00", "07:30"]
    assert "same time" in await chat.says("ada", "/upbeat settings quiet 08:00 08:00")
    assert "None" in (await chat.says("ada", "/upbeat settings quiet off")).text
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


async def test_a_day_that_does_not_exist_is_asked_again(chat: Chat) -> None:
    assert (await chat.says("ada", "/upbeat away until 2026-11-31")).form is not None
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


async def test_an_interview_asks_for_the_days(chat: Chat) -> None:
    chat.interviews = True
    assert "From which day on" in await chat.says("ada", "/away")
    assert "Until which day" in await chat.presses("ada", "Skip")
    assert "cannot read this day" in await chat.says("ada", "soonish")
    assert "that day included" in await chat.says("ada", "2026-11-30")
    assert absences(chat) == [(date(2026, 11, 23), date(2026, 11, 30))]


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


# Why -----------------------------------------------------------------------------------------------------------------


def owe(chat: Chat, store: object, who: str, title: str) -> object:
    return store.obligations.open(  # type: ignore[attr-defined]
        chat.ids[who],
        "checkins.check_in",
        title,
        title=dump(Phrase(title)),
        args={},
        due_at=chat.now + timedelta(days=1),
    )


async def test_nothing_sent_is_said(chat: Chat) -> None:
    assert "I sent you nothing" in await chat.says("ada", "/upbeat why")


async def test_why_names_what_was_sent_when_and_by_which_rule(any_chat: Chat) -> None:
    from schedules.nudges import remind

    chat = any_chat
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    chat.change(lambda store: remind(chat.core, store, chat.ids["ada"]))
    heard = await chat.says("ada", "为什么")
    assert "One thing waits for you" in heard
    assert "once when something begins" in heard
    assert "It goes out" in heard


async def test_why_names_what_was_withheld_until_when(any_chat: Chat) -> None:
    from schedules.nudges import remind

    chat = any_chat
    await chat.says("ada", "/upbeat away until 2026-11-24")
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    chat.change(lambda store: remind(chat.core, store, chat.ids["ada"]))
    heard = await chat.says("ada", "/upbeat why")
    assert "The budget" in heard
    assert "you are away" in heard
    assert "It waits until" in heard


async def test_what_a_bell_did_is_not_called_withheld(chat: Chat) -> None:
    def decided(outcome: str, reason: str) -> None:
        chat.change(
            lambda store: store.slots.record(
                "checkins.open", outcome, chat.now, person_id=chat.ids["ada"], outcome=outcome, reason=reason
            )
        )

    decided("done", "")
    decided("sent", "opened")
    assert "What I withheld" not in (await chat.says("ada", "/upbeat why")).text
    decided("failed", "ValueError")
    heard = await chat.says("ada", "/upbeat why")
    assert "went wrong on our side" in heard
    assert "ValueError" not in heard.text


def test_every_reason_for_silence_has_words() -> None:
    from handlers.preferences.why import REASONS

    reasons = {
        found
        for folder in ("handlers", "schedules")
        for path in (PROJECT / folder).rglob("*.py")
        for found in re.findall(
            r'(?:Silence\(|Fate\("cancelled", )"([^"]+)"', path.read_text(encoding="utf-8")
        )
    }
    assert reasons <= set(REASONS), reasons - set(REASONS)


async def test_a_colleague_s_deed_is_a_rule_too(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    assert "Because somebody did this" in await chat.says("ben", "/upbeat why")


async def test_why_forgets_after_two_weeks(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    chat.wait(days=15)
    assert "I sent you nothing" in await chat.says("ben", "/upbeat why")


# Privacy -------------------------------------------------------------------------------------------------------------


async def test_i_see_who_opened_my_record(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done the parser")
    assert "Nobody else has opened" in await chat.says("ben", "/upbeat privacy")
    await chat.says("ada", "/checkin history @ben")
    heard = await chat.says("ben", "隐私")
    assert "Ada Lovelace opened check-ins" in heard


async def test_who_may_see_what_is_said_in_words(chat: Chat) -> None:
    heard = await chat.says("ada", "/upbeat privacy who")
    assert "private notes: who wrote it" in heard
    assert "moods: whom it is about" in heard


async def kept(chat: Chat, who: str, heard: Heard) -> tuple[dict[str, list[dict[str, object]]], object]:
    made, book = parts_of(heard, Document)
    assert isinstance(made, Document)
    assert isinstance(book, Document)
    text = chat.change(lambda store: store.files.get(made.file_id, person_id=chat.ids[who]))
    sheet = chat.change(lambda store: store.files.get(book.file_id, person_id=chat.ids[who]))
    assert (
        chat.change(lambda store: store.files.get(made.file_id, person_id=chat.ids["hana"])) is None
        or who == "hana"
    )
    return json.loads(text[1]), load_workbook(BytesIO(sheet[1]))


async def test_my_whole_file_is_mine_in_two_formats(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done =CANARY(1)")
    await chat.says("ada", "/1on1 add @ben shared matter")
    file, book = await kept(chat, "ben", await chat.says("ben", "导出"))
    assert "=CANARY(1)" in str(file["checkin"])
    assert file["checkin"][0]["author_id"] == "Ben Okri"
    assert "shared matter" in str(file)
    assert {"person", "checkin"} <= set(book.sheetnames)  # type: ignore[attr-defined]
    assert all(
        cell.data_type != "f"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row  # type: ignore[attr-defined]
    )


async def test_my_file_has_nothing_that_others_keep_for_themselves(chat: Chat) -> None:
    await chat.says("ada", "/1on1 add @ben the roadmap")
    await chat.says("ada", "/1on1 private @ben")
    from storage.one_on_ones.notes import PrivateNote

    note = PrivateNote(
        kind=Kind.PRIVATE_NOTE,
        subject_id=chat.ids["ben"],
        author_id=chat.ids["ada"],
        made_at=chat.now,
        series_id="s",
        day=date(2026, 11, 23),
        body="CANARY",
        edited_at=chat.now,
    )
    chat.change(lambda store: store.insert(note))
    file, _ = await kept(chat, "ben", await chat.says("ben", "/upbeat privacy file"))
    assert "CANARY" not in str(file)
    file, _ = await kept(chat, "ada", await chat.says("ada", "/upbeat privacy file"))
    assert "CANARY" in str(file)


async def test_erasing_explains_and_wants_the_word(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    heard = await chat.says("ben", "/upbeat privacy erase ERASE")
    assert "also the record of others" in heard  # typed in one go: the form explains first
    assert "not the word" in await chat.submits("ben", confirm="yes")
    assert "CANARY" in (await chat.says("ben", "/checkin history")).text
    await chat.says("ben", "/upbeat privacy erase")
    assert "Erased" in await chat.submits("ben", confirm="erase")
    assert "CANARY" not in (await chat.says("ben", "/checkin history")).text
    assert "CANARY" not in (await chat.says("ada", "/checkin history @ben")).text
    assert "CANARY" not in (await chat.says("ada", "/checkin team")).text


async def test_erasing_by_interview(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    chat.interviews = True
    assert "Write ERASE" in await chat.says("ben", "/upbeat privacy erase")
    assert "Erased" in await chat.says("ben", "抹除")
    assert "CANARY" not in (await chat.says("ben", "/checkin history")).text


async def test_only_hr_erases_others_and_only_who_has_left(chat: Chat) -> None:
    assert "for HR" in await chat.says("ada", "/upbeat privacy erase @ben")
    assert "Nobody of this name has left" in await chat.says("hana", "/upbeat privacy erase @ben")
    assert "for HR" in await chat.says("ada", "/upbeat privacy departed Ben")


async def test_hr_takes_the_file_of_who_has_left_without_private_words(chat: Chat) -> None:
    await chat.says("ben", "/checkin done CANARY")
    await chat.says("ada", "/1on1 add @ben CANARY")
    chat.change(lambda store: store.roster.leave_all({"ben@example.com": chat.ids["ben"]}))
    await chat.says("hana", "/upbeat privacy departed ben@example.com")
    file, _ = await kept(chat, "hana", await chat.presses("hana", "The file"))
    assert len(file["checkin"]) == 1
    assert "CANARY" not in str(file)
    exported = [row for row in chat.rows(AuditRow) if row.act == "exported"]
    assert [row.actor_id for row in exported] == [chat.ids["hana"]]


async def test_hr_erases_who_has_left(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done CANARY")
    chat.change(lambda store: store.roster.leave_all({"ben@example.com": chat.ids["ben"]}))
    await chat.says("hana", "/upbeat privacy erase @ben")
    await chat.presses("hana", "Erase")
    assert "Nothing names this person" in await chat.submits("hana", confirm="ERASE")
    assert chat.person("ben").name == "Former colleague"
    assert "Nobody of this name" in await chat.says("hana", "/upbeat privacy departed Ben")


# Home ----------------------------------------------------------------------------------------------------------------


async def test_home_begins_with_what_i_owe_by_date(chat: Chat) -> None:
    assert "Nothing waits for you" in await chat.opens("ada")
    chat.change(lambda store: owe(chat, store, "ada", "The budget"))
    heard = await chat.opens("ada")
    assert heard.text.index("The budget") < heard.text.index("Settings")
    assert "Due" in heard
    await chat.presses("ada", "Do it now")
    assert chat.last["ada"].form is not None


async def test_home_ends_with_the_doors_to_my_settings(chat: Chat) -> None:
    heard = await chat.opens("ada")
    assert "Your settings" in await chat.presses("ada", "Settings", on=heard)
    await chat.says("ada", "/upbeat away until 2026-11-30")
    heard = await chat.opens("ada")
    assert "Away until" in heard
    assert "Welcome back" in await chat.presses("ada", "I am back", on=heard)
