"""Every command explains itself with an example that works; a mistyped one gets the nearest."""

from __future__ import annotations

import re

import pytest

from handlers import FEATURES
from handlers.kit.cards import Section
from handlers.kit.features import Route
from handlers.kit.requests import Opened, Submitted, Where
from handlers.kit.typed import mention
from storage.checkins import CheckIn
from storage.tables import Absence, Draft
from tests.company import Chat

COMMANDS = [(each.name, route) for each in FEATURES for route in each.routes if route.words]


# Every command -------------------------------------------------------------------------------------------------------

ROLES = {"hr": "hana", "admins": "ivan", "hr or admins": "hana"}
ROLES |= {"who looks after a source or hr or admins": "hana"}


@pytest.mark.parametrize(("feature", "route"), COMMANDS, ids=[route.words for _, route in COMMANDS])
async def test_every_example_runs(chat: Chat, feature: str, route: Route) -> None:
    assert route.examples, f"{route.name} has no example"
    who = ROLES.get(route.allow.name, "ada")
    for example in route.examples:
        heard = await chat.says(who, f"/upbeat {route.words} {example}")
        assert heard.answer.outcome in ("done", "asked"), (example, heard.text)
        assert heard.answer.route != "preferences.help" or route.name == "preferences.help"
        assert "I did not understand" not in heard, example


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("who", ["ada", "hana"])
async def test_every_example_that_help_shows_runs_as_it_is_shown(chat: Chat, who: str, language: str) -> None:
    await chat.says(who, f"/upbeat settings language {language}")

    shown = [
        example
        for each in FEATURES
        if (card := (await chat.says(who, f"/help {each.name}")).card)
        for part in card.parts
        if isinstance(part, Section) and part.quoted
        for example in chat.last[who].voice.say(part.body).splitlines()
    ]
    assert len(shown) > 20
    for example in shown:
        heard = await chat.says(who, example)
        assert heard.answer.outcome in ("done", "asked"), (example, heard.text)
        assert "I did not understand" not in heard, example


async def test_the_examples_of_chinese_help_are_chinese(chat: Chat) -> None:
    await chat.says("hana", "/settings language 中文")
    for each in FEATURES:
        card = (await chat.says("hana", f"/help {each.name}")).card
        assert card
        for part in card.parts:
            if isinstance(part, Section) and part.quoted:
                for example in chat.last["hana"].voice.say(part.body).splitlines():
                    typed = re.sub(r"^/upbeat|@[A-Z]\w+ [A-Z]\w+|\bCN|\bDE|Telegram", "", example)
                    assert not re.search(r"[a-z]{2}", typed), example


async def test_the_form_of_a_command_has_a_title_and_no_whole_sentence(chat: Chat) -> None:
    for who in ("ada", "hana"):
        await chat.says(who, "/goals add Find their way")
        for _, route in COMMANDS:
            form = (await chat.says(who, f"/upbeat {route.words}")).form
            assert not form or not chat.last[who].voice.say(form.title).endswith("."), route.words


async def test_every_command_appears_in_the_help_of_who_may_use_it(chat: Chat) -> None:
    for feature, route in COMMANDS:
        who = ROLES.get(route.allow.name, "ada")
        if not route.hidden:
            told = (await chat.says(who, f"/upbeat help {feature}")).text
            assert route.words in told, route.words
            main = " ".join(route.words.split()[:2])
            assert main in (await chat.says(who, "/upbeat help")).text


# Help ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "help",
        "/help",
        "/upbeat help",
        "帮助",
        "幫助",
        "?",
        "？",
        "/upbeat",
        "help me",
        "What can you do?",
        "怎么用？",
    ],
)
async def test_help_is_asked_for_in_many_ways(chat: Chat, words: str) -> None:
    heard = await chat.says("ada", words)
    assert "What I can do for you" in heard
    assert chat.rows(CheckIn) == []


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
    assert not re.search(r"@[a-z]", heard.text)
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
    await chat.presses("ada", "Check in", on=heard)
    assert chat.last["ada"].form is not None


async def test_what_was_meant_goes_before_what_was_left_in_the_form(chat: Chat) -> None:
    form = (await chat.says("ada", "/checkin")).form
    assert form is not None
    await chat.does("ada", Submitted(form.draft, {"done": "the old page"}, final=False))
    await chat.says("ada", "/chekin done the new page; next the tests")
    opened = await chat.presses("ada", "Yes, /checkin")
    assert opened.form is not None
    assert (opened.form.given["done"], opened.form.given["next"]) == ("the new page", "the tests")


async def test_a_mistyped_word_gets_the_nearest_command_and_keeps_what_was_written(chat: Chat) -> None:
    heard = await chat.says("ada", "/chekin done the login page; next tests")
    assert "did not understand" in heard
    assert chat.rows(CheckIn) == []
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


@pytest.mark.parametrize(
    ("who", "said", "meant"),
    [
        ("ada", "when is my 1on1?", "Yes, /1on1"),
        ("ada", "what about 1on1 with @ben?", "Yes, /1on1"),
        ("ada", "how do I see my goals", "Yes, /goals"),
        ("chen", "我想请假", "对，/upbeat 请假"),
        ("chen", "怎么写周报？", "对，/upbeat 周报"),
        ("chen", "怎麼寫週報？", "对，/upbeat 周报"),
        ("ada", "I am on vacation until next Friday", "Yes, /upbeat away"),
        ("ada", "kudso @ben for the review", "Yes, /kudos"),
        ("ada", "I want to thank @ben for the help", "Yes, /kudos"),
        ("ada", "kudso @ben for keeping it confidential", "Yes, /kudos"),
        ("ada", "Done: the confidential audit", "Yes, /checkin"),
        ("ada", "check the review", "Yes, /review"),
    ],
)
async def test_a_command_in_a_sentence_is_what_is_meant(chat: Chat, who: str, said: str, meant: str) -> None:
    heard = await chat.says(who, said)
    assert meant in heard.buttons


@pytest.mark.parametrize(
    ("who", "said", "given"),
    [
        ("ada", "Done: the login page\nNext: payments", {"done": "the login page", "next": "payments"}),
        ("ada", "blocked: by legal", {"blocked": "by legal"}),
        ("ada", "done the login page, next payments", {"done": "the login page", "next": "payments"}),
        ("chen", "完成 登录页；下一步 支付", {"done": "登录页", "next": "支付"}),
        ("chen", "完成：登录页；下一步：支付", {"done": "登录页", "next": "支付"}),
    ],
)
async def test_answers_without_the_command_are_kept_for_its_form(
    chat: Chat, who: str, said: str, given: dict[str, str]
) -> None:
    heard = await chat.says(who, said)
    opened = await chat.presses(
        who, next(each for each in heard.buttons if "/checkin" in each or "周报" in each)
    )
    assert opened.form is not None
    assert opened.form.given == given


@pytest.mark.parametrize(
    ("who", "said", "previewed"),
    [
        ("ben", "thanks @ada for the help with the release", "Ben Okri thanks Ada Lovelace\nthe help with"),
        ("ben", "Thank you so much @ada, great talk!", "Ben Okri thanks Ada Lovelace\ngreat talk!"),
        ("ben", "many thanks to @ada and @eve for it", "Ben Okri thanks Ada Lovelace and Eve Curie\nit"),
        ("ben", f"thx {mention('ada')} for the demo", "Ben Okri thanks Ada Lovelace\nthe demo"),
        ("chen", "谢谢@ada帮我改了登录页", "陈明给 Ada Lovelace 点赞\n帮我改了登录页"),
        ("chen", "多謝 @ben 昨天幫忙", "陈明给 Ben Okri 点赞\n昨天幫忙"),
        ("chen", "给 @ben 点赞，测试很细致", "陈明给 Ben Okri 点赞\n测试很细致"),
        ("chen", f"給{mention('ben')}點讚：测试很细致", "陈明给 Ben Okri 点赞\n测试很细致"),
    ],
)
async def test_a_thanks_to_a_colleague_in_plain_words_offers_kudos_with_the_words(
    chat: Chat, who: str, said: str, previewed: str
) -> None:
    heard = await chat.says(who, said)
    assert previewed in (await chat.presses(who, next(each for each in heard.buttons if "Yes" in each))).text


@pytest.mark.parametrize("said", ["thanks everyone for the help", "thanks @nobody for the help"])
async def test_a_thanks_to_nobody_who_is_known_keeps_the_words_all_the_same(chat: Chat, said: str) -> None:
    await chat.says("ben", said)
    opened = await chat.presses("ben", "Yes, /kudos")
    assert opened.form is not None
    assert [question.name for question in opened.form.questions] == ["to", "value"]
    assert said.removeprefix("thanks ") in await chat.submits("ben", to=("ada",))


async def test_a_mistyped_command_keeps_whom_it_mentions(chat: Chat) -> None:
    await chat.says("ben", f"/kudso {mention('ada')} for the demo")
    assert "Ben Okri thanks Ada Lovelace" in await chat.presses("ben", "Yes, /kudos")


async def test_what_stands_behind_a_command_in_a_sentence_is_kept(chat: Chat) -> None:
    await chat.says("chen", "我想请假到周五")
    assert "2026年11月27日周五" in await chat.presses("chen", "对，/upbeat 请假")


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("我明天请假一天", ("2026-11-24", "2026-11-24")),
        ("明天请假", ("2026-11-24", "2026-11-24")),
        ("下周一开始请假三天", ("2026-11-30", "2026-12-02")),
        ("我想请假到周五", ("2026-11-23", "2026-11-27")),
        ("tomorrow I am out of office for 2 days", ("2026-11-24", "2026-11-25")),
        ("from tomorrow I'm on vacation until Friday", ("2026-11-24", "2026-11-27")),
    ],
)
async def test_a_day_before_a_command_in_a_sentence_is_when_it_begins(
    chat: Chat, said: str, days: tuple[str, str]
) -> None:
    heard = await chat.says("chen", said)
    await chat.presses("chen", "Yes, /upbeat 请假", on=heard)
    (row,) = chat.rows(Absence)
    assert (row.first.isoformat(), row.last.isoformat()) == days


async def test_who_stands_before_a_command_in_a_sentence_is_kept(chat: Chat) -> None:
    await chat.says("chen", "给 @ben 反馈：开会迟到")
    opened = await chat.presses("chen", "对，/upbeat 反馈")
    assert "谁能看到：Ben Okri" in opened.text
    assert opened.form is not None
    assert opened.form.given["situation"] == "开会迟到"


async def test_the_sign_that_ends_a_question_answers_nothing(chat: Chat) -> None:
    await chat.says("ada", "when is my one on one?")
    assert "Your one-on-ones" in await chat.presses("ada", "Yes, /1on1")


async def test_the_nearest_command_is_one_that_they_may_use(chat: Chat) -> None:
    assert "Yes, /upbeat import" not in (await chat.says("ben", "imprt")).buttons
    assert "Yes, /upbeat import" in (await chat.says("hana", "imprt")).buttons


async def test_help_in_a_channel_does_not_say_that_the_slash_may_be_left_out(chat: Chat) -> None:
    """What is said there without it is said to everybody."""
    assert "without the slash" in await chat.says("ada", "/help")
    told = (await chat.says("ada", "/help", where=Where("channel", "engines", "#engines"))).english
    assert "with the slash" in told
    assert "without the slash" not in told


async def test_help_is_private(chat: Chat) -> None:
    shared = Where(kind="channel", id="c1", shared=True)
    assert "private chat" in await chat.does("ada", Opened("start"), where=shared)


@pytest.mark.parametrize(
    ("who", "said", "answered"),
    [
        ("ada", "thanks", "You are welcome."),
        ("ada", "Thank you very much!", "You are welcome."),
        ("ada", "ok thanks 👍", "You are welcome."),
        ("ada", "ok", "All right."),
        ("ada", "OK.", "All right."),
        ("chen", "谢谢", "不客气。"),
        ("chen", "好的，谢谢！", "不客气。"),
        ("chen", "谢谢你", "不客气。"),
        ("ada", "thank you all right", "You are welcome."),
        ("chen", "好的", "好的。"),
        ("chen", "收到👌", "好的。"),
        ("ada", "hi", "Hello, Ada Lovelace!"),
        ("ada", "Hello there 👋", "Hello, Ada Lovelace!"),
        ("ada", "Good morning!", "Hello, Ada Lovelace!"),
        ("chen", "你好", "你好，陈明！"),
        ("chen", "在吗？", "你好，陈明！"),
    ],
)
async def test_a_courtesy_is_answered_in_a_word(chat: Chat, who: str, said: str, answered: str) -> None:
    heard = await chat.says(who, said)
    assert heard.text.splitlines()[0] == answered
    assert len(heard.text) < 60
    assert "What I can do for you" in (await chat.presses(who, "All that I can do")).english


@pytest.mark.parametrize(
    "said",
    [
        "thanks @ben",
        "谢谢 @ben 帮忙",
        "谢谢陈明",
        "ok but when?",
        "ok?",
        "hi, what can you do?",
        "你好，怎么请假",
        "high",
        "好的？",
        "thanksgiving",
        "/thanks",
        "好的周报",
    ],
)
async def test_what_says_more_than_a_courtesy_is_no_courtesy(chat: Chat, said: str) -> None:
    heard = await chat.says("ada", said)
    assert "You are welcome." not in heard
    assert "All right." not in heard
    assert "Hello, " not in heard


async def test_ok_is_an_answer_where_something_is_asked(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ada", "/feedback @ben")
    assert "All right." not in await chat.says("ada", "ok")


@pytest.mark.parametrize(
    ("who", "given", "words"),
    [
        ("ada", "/kudos @ben for the calm call", ("yes", "Save", "send it!", "ok", "no", "/cancel")),
        ("chen", "点赞 @ben 因为 帮忙", ("好", "保存", "發布。", "取消")),
    ],
)
async def test_a_yes_or_a_no_to_a_preview_does_nothing_and_shows_its_buttons_again(
    chat: Chat, who: str, given: str, words: tuple[str, ...]
) -> None:
    shown = (await chat.says(who, given)).buttons
    for said in words:
        heard = await chat.says(who, said)
        assert heard.buttons == shown, said
        assert ("It is not done yet" in heard) or ("nothing was done with it" in heard), said
    assert "you thanked Ben Okri" in (await chat.presses(who, "Send privately")).english
    assert "It is not done yet" not in await chat.says(who, words[0])
    assert chat.told_in_english("ben").count("thanks you") == 1


@pytest.mark.parametrize("words", ["save", "取消", "/cancel"])
async def test_a_yes_or_a_no_to_a_form_opens_it_again(chat: Chat, words: str) -> None:
    await chat.says("ben", "/kudos for the calm call")
    assert "Nothing was sent" in await chat.says("ben", words)
    assert (await chat.presses("ben", "Open the form again")).form.given == {"why": "the calm call"}  # type: ignore[union-attr]


@pytest.mark.parametrize("words", ["/cancel", "取消", "yes", "no"])
async def test_a_yes_or_a_no_to_nothing_says_that_nothing_waits(chat: Chat, words: str) -> None:
    await chat.says("ada", "/kudos @ben for the calm call")
    chat.wait(hours=2)
    heard = await chat.says("ada", words)
    assert heard.text == "Nothing of yours is open here, to be done or to be cancelled."
    assert "Send privately" not in heard.buttons


# Words without a part in it ------------------------------------------------------------------------------------------


async def test_words_that_had_no_part_in_what_was_done_are_named(chat: Chat) -> None:
    assert "I did not understand “ben” here." in await chat.says("ada", "/goals ben")
    assert "I did not understand “see @ben” here." in await chat.says("ada", "/goals see @ben!")
    assert "I did not understand" not in await chat.says("ada", "/goals")
    assert "我没看懂“怎么样”" in await chat.says("chen", "目标 怎么样？")


async def test_words_that_no_question_took_are_named_in_the_form(chat: Chat) -> None:
    heard = await chat.says("ada", "/1on1 plan @ben weekly Tuesday 25:00")
    assert heard.form is not None
    assert heard.form.given["weekday"] == "TU"
    assert "I did not understand “25:00” here." in heard
    assert "I did not understand" not in await chat.says("ada", "/1on1 plan @ben weekly Tuesday")


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("/goals update 2 70% shipped to beta", "You have no key results yet. Write a goal first"),
        ("/goals align", "You have no goals yet. Write one first"),
        ("/goals chart", "You have no goals yet. Write one first"),
        ("/goals item 1 complaints from 40 to 20", "You have no scorecard yet. Write one first"),
        ("/goals use", "There are no templates yet. HR and administrators write them"),
    ],
)
async def test_a_form_that_could_not_be_sent_is_not_opened(chat: Chat, said: str, answered: str) -> None:
    heard = await chat.says("ada", said)
    assert heard.form is None
    assert answered in heard
    assert ("Here it is, for later" in heard) == (said.count(" ") > 1)


async def test_what_was_typed_for_such_a_form_is_said_back(any_chat: Chat) -> None:
    chat = any_chat
    mentioned = f"/goals update 2 70% {mention('ben')} helped"
    assert "\n/goals update 2 70% @Ben Okri helped" in await chat.says("ada", mentioned)
    chat.interviews = True
    assert "\n更新目标 2 70%" in await chat.says("chen", "更新目标 2 70%")
    assert "\n/goals chart 9, please" in await chat.says("ada", "/goals chart 9, please")
    assert not chat.rows(Draft)


async def test_what_was_typed_behind_a_mistyped_command_is_said_back_too(chat: Chat) -> None:
    await chat.says("ada", "/gaols update 2 70% shipped to beta")
    heard = await chat.presses("ada", "Yes, /goals update")
    assert "You have no key results yet." in heard
    assert "\n2 70% shipped to beta" in heard


@pytest.mark.parametrize(
    ("said", "heading"),
    [
        ("绩效面谈", "你的面谈"),
        ("绩效面谈模板", "面谈模板"),
        ("层层分解", "目标"),
        ("提醒", "通知"),
        ("设置提醒", "通知"),
    ],
)
async def test_other_words_that_people_use(chat: Chat, said: str, heading: str) -> None:
    heard = await chat.says("chen", said)
    assert heard.answer.route != "preferences.help"
    assert heading in heard
    assert "没看懂" not in heard.text


async def test_whose_no_source_is_hears_whose_it_is(chat: Chat) -> None:
    heard = await chat.says("ben", "/goals sources")
    assert "its owner, HR or an administrator" in heard
    assert "/goals sources" not in heard.text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("1:1 @ben", "You have no one-on-one with Ben Okri yet."),
        ("One-on-one with @ben", "You have no one-on-one with Ben Okri yet."),
        ("/1:1 add @ben the roadmap", "Your point is on the agenda."),
        ("面谈 add @ben the roadmap", "Your point is on the agenda."),
        ("1on1 添加 @ben the roadmap", "Your point is on the agenda."),
        ("check-in history", "Your check-ins"),
        ("stop", "Your notifications"),
    ],
)
async def test_a_command_has_several_names_also_before_what_follows_it(
    chat: Chat, said: str, shown: str
) -> None:
    assert shown in await chat.says("ada", said)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("請假到下週五", "2026年12月4日周五"),
        ("點讚 @ben 幫忙處理事故", "幫忙處理事故"),
        ("回饋 @ben", "反馈"),
        ("面談 添加 @ben 漲薪", "漲薪（陈明提出）"),
        ("面談 計劃 @ben 每週二 下午三點", "每周二 15:00"),
        ("面談 行動 @ben 後天之前發草稿", "發草稿（陈明，截止 2026年11月25日周三）"),
        ("設定", "你的设置"),
        ("謝謝", "不客气。"),
    ],
)
async def test_traditional_characters_are_understood_and_kept(chat: Chat, said: str, shown: str) -> None:
    assert shown in (await chat.says("chen", said)).text


async def test_a_colleague_is_found_in_either_characters(chat: Chat) -> None:
    assert "陈明" in await chat.says("ada", "/1on1 @陳明")


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("/goals help", "Goals"),
        ("/kudos HELP", "Kudos"),
        ("/checkin ?", "Check-ins"),
        ("1on1 help?", "One-on-ones"),
        ("/goals update help", "Goals"),
        ("目标 帮助", "Goals"),
        ("点赞帮助", "Kudos"),
    ],
)
async def test_help_behind_a_command_is_help_with_it(chat: Chat, said: str, title: str) -> None:
    heard = await chat.says("ben", said)
    assert (heard.answer.route, heard.english.splitlines()[0]) == ("preferences.help", title)
    assert "All that I can do" in heard.buttons


@pytest.mark.parametrize("said", ["/checkin\nfix_login done", "/周报user_service 重构完毕"])
async def test_what_is_said_keeps_its_underscores_though_commands_have_some(chat: Chat, said: str) -> None:
    heard = await chat.says("ben", said)
    assert "Checked in." in heard
    assert "fix_login" in heard or "user_service" in heard


@pytest.mark.parametrize(
    "said",
    [
        "写周报的时候发现一个问题",
        "周报的格式可以改吗",
        "写周报吗",
        "周报怎么写？",
        "周报要如何填",
        "周报是什么",
    ],
)
async def test_words_about_a_command_are_not_said_to_it(chat: Chat, said: str) -> None:
    heard = await chat.says("chen", said)
    assert "I did not understand that. Nothing was done with it." in heard
    assert chat.rows(CheckIn) == []


@pytest.mark.parametrize(
    ("said", "route"),
    [
        ("目标更新 1.1 80%", "goals.update"),
        ("目标更新1.1 80%", "goals.update"),
        ("配置假期 CN", "organisation.holidays"),
        ("点赞我的同事", "kudos.give"),  # 点赞我的 alone is a command
        ("OKR", "goals.mine"),
        ("/okr add Grow", "goals.add"),
        ("kpi", "goals.scorecard"),
        ("/goal", "goals.mine"),
        ("My goals", "goals.mine"),
        ("/kudos undo", "kudos.mine"),
        ("/feedback retract", "feedback.feedback"),
        ("我的周报", "checkins.history"),
        ("写周报 完成 登录页", "checkins.check_in"),
        ("团队周报", "checkins.team"),
        ("/goals_update@upbeat_bot 1.1 70%", "goals.update"),
        ("/checkin_history", "checkins.history"),
        ("绩效评估", "reviews.overview"),
        ("/reviews", "reviews.overview"),
        ("Give kudos", "kudos.give"),
        ("Ask for feedback", "feedback.ask"),
        ("quiet hours 20:00-08:00", "preferences.quiet"),
        ("I'm back", "preferences.back"),
        ("/1-1 @ada", "one_on_ones.show"),
        ("每季度回顾", "reviews.healths"),
    ],
)
async def test_commands_by_the_names_that_people_have_for_them(chat: Chat, said: str, route: str) -> None:
    called = chat.core.vocabulary.find(said)
    assert called
    assert called.route.name == route
    assert "Sorry, I did not understand" not in await chat.says("ivan", said)
