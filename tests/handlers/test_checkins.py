"""Check-ins through the door that people use: saying it, changing it, looking back."""

import time
from datetime import UTC, datetime

import pytest
from sqlmodel import col

from bot.words import Voice
from handlers.kit.asking import SHOWN
from handlers.kit.requests import Pressed, Said, Submitted, Where
from handlers.kit.typed import mention
from storage.checkins import CheckIn, Mood
from storage.tables import ObligationRow
from tests.company import MONDAY, Chat
from tests.handlers.test_people import COMPANY, sends


def checkins(chat: Chat, who: str) -> list[CheckIn]:
    rows = chat.rows(CheckIn, col(CheckIn.subject_id) == chat.ids[who])
    return sorted(rows, key=lambda row: (row.made_at, row.id))


async def asked(chat: Chat) -> None:
    """It is Monday, 10:05 in Berlin, and the clock has rung: Berlin and Shanghai were asked, New York is asleep."""
    chat.at(MONDAY.replace(hour=1))
    await chat.tick()
    chat.at(MONDAY.replace(minute=5))
    await chat.tick()


# Quick text -------------------------------------------------------------------------------------------------


async def test_a_check_in_is_recorded_at_once(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/checkin done login page; next payments; blocked by legal")
    assert "Checked in." in heard
    assert "Done: login page" in heard
    assert "Next: payments" in heard
    assert "Blocked: by legal" in heard
    audience = "Seen by you, Ada Lovelace, the managers above, and later managers, and by nobody else."
    assert f"{audience} HR has no access." in heard
    history = await any_chat.says("ben", "/checkin history")
    assert "login page" in history


async def test_a_new_manager_is_named_from_the_hour_on_at_which_they_read_it(chat: Chat) -> None:
    chat.at(datetime(2026, 11, 25, 0, 30, tzinfo=UTC))  # it is the 24th in New York
    await sends(chat, "hana", COMPANY.replace("Eve Curie,ada@", "Eve Curie,dora@"))
    await chat.presses("hana", "Apply")
    assert "Seen by you, Dora Maar, the managers above" in await chat.says("eve", "/checkin done the pages")
    assert "the pages" in await chat.says("dora", "/checkin history @eve")


@pytest.mark.parametrize(
    "words",
    [
        "/checkin 完成 登录页；下一步 支付；阻碍 法务",
        "周报 完成：登录页；下一步：支付；阻碍：法务",
        "/周报 登录页；计划 支付；阻塞 法务",
        "日报 完成 登录页；计划 支付；阻碍 法务",
        "週報 完成：登录页；計劃：支付；阻礙：法務",
        "周报 done 登录页；接下来 支付；卡在 法务",
        "checkin done 登录页, next 支付, and blocked 法务",
        "周报 完成：登录页，下一步：支付，阻碍：法务",
        "周报 本周完成：登录页；下周计划：支付；阻碍：法务",
        "周报 本周完成 登录页，下周 支付，阻碍 法务",
        "日报 今日完成 登录页；明日计划 支付；阻碍 法务",
        "check in: done 登录页; next 支付; blocked 法务",
        "周报 本周工作：登录页；下周计划：支付；遇到的问题：法务",
        "周报 完成：登录页；计划：支付；问题：法务",
        "周报 完成：登录页，计划：支付，问题：法务",
        "周报\n- 完成：登录页\n- 计划：支付\n- 阻塞：法务",
        "checkin\n• done 登录页\n• next 支付\n• blocked 法务",
        "checkin\n1. Done: 登录页\n2. Next: 支付\n3. Blocked: 法务",
        "Check-in done 登录页; next 支付; blocked 法务",
        "checkin done 登录页; next 支付; blocked 法务",
        "/checkin Completed: 登录页\nPlanned: 支付\nIssues: 法务",
        "/checkin yesterday: 登录页\ntoday: 支付\nblockers: 法务",
    ],
)
async def test_labels_are_chinese_or_english_and_the_slash_may_be_missing(chat: Chat, words: str) -> None:
    await chat.says("chen", words)
    (row,) = checkins(chat, "chen")
    blocked = "法務" if "法務" in words else "法务"  # what people write is kept as they wrote it
    assert row.answers == {"done": "登录页", "next": "支付", "blocked": blocked}


async def test_words_without_a_label_are_what_is_done(chat: Chat) -> None:
    await chat.says("ben", "/checkin 3 bugs fixed, mood of the team is fine")
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "3 bugs fixed, mood of the team is fine"}
    assert chat.rows(Mood) == []


@pytest.mark.parametrize("words", ["/checkin show", "/checkin edit", "周报 查看", "checkin Undo?"])
async def test_a_wish_to_see_or_to_change_is_no_check_in(chat: Chat, words: str) -> None:
    heard = await chat.says("ben", words)
    assert "Nothing was recorded" in heard
    assert list(heard.buttons) == ["My check-ins", "Check in"]
    assert checkins(chat, "ben") == []
    assert "Your check-ins" in await chat.presses("ben", "My check-ins", on=heard)
    await chat.says("ben", "/checkin show the login page to customers")
    assert checkins(chat, "ben")[0].answers == {"done": "show the login page to customers"}


@pytest.mark.parametrize(
    "words",
    [
        "/checkin Done: login page. Next: payments! Blocked: by legal.",
        "周报 完成：login page。下一步：payments！阻碍：by legal。",
        "周报 完成：login page。下一步：payments！遇到的问题：by legal。",
    ],
)
async def test_labelled_sentences_are_answers_of_their_own(chat: Chat, words: str) -> None:
    await chat.says("chen", words)
    (row,) = checkins(chat, "chen")
    said = {key: answer.rstrip(".!。！") for key, answer in row.answers.items()}
    assert said == {"done": "login page", "next": "payments", "blocked": "by legal"}


@pytest.mark.parametrize(
    ("words", "planned"),
    [
        ("done A, next week the payments", "next week the payments"),
        ("done A; next B; next sprint: the payments", "B\nnext sprint: the payments"),
        ("done A; next steps: the payments", "the payments"),
        ("done A, next the sprint review", "the sprint review"),
    ],
)
async def test_what_comes_next_week_is_said_in_whole_words(chat: Chat, words: str, planned: str) -> None:
    await chat.says("ben", f"/checkin {words}")
    assert checkins(chat, "ben")[0].answers == {"done": "A", "next": planned}


async def test_a_label_goes_also_before_a_sprint_that_is_done(chat: Chat) -> None:
    await chat.says("ben", "/checkin done sprint planning; blocked week 3 of the hiring")
    assert checkins(chat, "ben")[0].answers == {"done": "sprint planning", "blocked": "week 3 of the hiring"}


@pytest.mark.parametrize(
    "words",
    [
        "*Done*: login\n*Next:* payments\n*Blocked*\nlegal\n*Mood*: 4",
        "## Done\nlogin\n\n## Next\npayments\n\n## Blocked\nlegal\n\n## Mood\n4",
        "Done: login Next: payments Blocked: legal Mood: 4/5",
        "Mood: 4 DONE: login NEXT: payments BLOCKED: legal",
        "1) Done: login\n2) Next: payments\n3) Blocked: legal\n4) Mood: 4",
        "一、本周工作\nlogin\n二、下周计划\npayments\n三、问题与风险\nlegal\n四、心情\n4",
        "（一）上周完成：login （二）本周计划：payments （三）存在的问题：legal （四）心情：4",
        "【本周完成】login\n【下周工作计划】payments\n【问题】legal\n【心情】4",
        "【完成】login【计划】payments【心情】4【遇到的问题】legal",
        "✅ Done: login\n⏭️ Next: payments\n🚧 Blocked: legal\n:smile: My mood: 4",
        "✅完成：login\n📅计划：payments\n🚧阻碍：legal\n😀今天的心情：4",
        "🎉 Done: login 🚀 Next: payments 🚧 Blocked: legal 😀 Mood: 4",
        "(1) Done: login (2) Next: payments (3) Blocked: legal (4) Mood: 4",
    ],
)
async def test_headings_are_labels_however_they_are_set_apart(chat: Chat, words: str) -> None:
    await chat.says("ben", f"/checkin {words}")
    (row,) = chat.rows(CheckIn)
    assert row.answers == {"done": "login", "next": "payments", "blocked": "legal"}
    assert [mood.score for mood in chat.rows(Mood)] == [4]


async def test_many_empty_lines_keep_nobody_waiting(chat: Chat) -> None:
    began = time.process_time()
    await chat.says("ben", f"/checkin done the mood board{chr(10) * 6_000}done the rest")
    assert time.process_time() - began < 1
    assert checkins(chat, "ben")[0].answers == {"done": "the mood board\nthe rest"}


@pytest.mark.parametrize(
    "words",
    [":tada: shipped", "done :tada: shipped", "Done: :tada: shipped", "完成：:tada: shipped"],
)
async def test_the_colon_of_an_emoji_parts_nothing(chat: Chat, words: str) -> None:
    await chat.says("ben", f"/checkin {words}")
    assert checkins(chat, "ben")[0].answers == {"done": ":tada: shipped"}


async def test_a_colon_without_a_blank_before_it_begins_no_emoji(chat: Chat) -> None:
    await chat.says("ben", "/checkin done:api: faster; next:2:30 demo")
    assert checkins(chat, "ben")[0].answers == {"done": "api: faster", "next": "2:30 demo"}


@pytest.mark.parametrize("done", ["version 2.", "see page 3)", "bug (4)", "shipped 🎉", "shipped :tada:"])
async def test_a_number_or_an_emoji_before_a_label_ends_what_is_before(chat: Chat, done: str) -> None:
    await chat.says("ben", f"/checkin Done: {done} Next: docs")
    await chat.says("eve", f"/checkin Done: {done} mood: 4")
    assert checkins(chat, "ben")[0].answers == {"done": done, "next": "docs"}
    assert checkins(chat, "eve")[0].answers == {"done": done}


@pytest.mark.parametrize(
    "words",
    [
        "风险评估做完了",
        "问题修复完成",
        "done_list of things",
        "> done: a quotation",
        "A，B。十、C",
        "A. The mood: 4 people were happy",
    ],
)
async def test_what_only_looks_like_a_heading_stays_whole(chat: Chat, words: str) -> None:
    await chat.says("ben", f"/checkin {words}")
    (row,) = chat.rows(CheckIn)
    assert row.answers == {"done": words}
    assert chat.rows(Mood) == []


async def test_the_mark_of_a_line_whose_word_may_be_no_label_stays(chat: Chat) -> None:
    await chat.says("chen", "周报 1. 完成登录页 2. 修复三个问题")
    assert checkins(chat, "chen")[0].answers == {"done": "1. 完成登录页 2. 修复三个问题"}


async def test_a_chinese_label_that_may_be_part_of_a_word_loses_nothing(chat: Chat) -> None:
    await chat.says("chen", "周报 完成率 80%；计划评审已通过")
    assert checkins(chat, "chen")[0].answers == {"done": "完成率 80%", "next": "计划评审已通过"}


async def test_a_problem_that_is_solved_blocks_nobody(chat: Chat) -> None:
    await chat.says("chen", "周报 完成 登录页；遇到的问题都已解决")
    assert checkins(chat, "chen")[0].answers == {"done": "登录页\n遇到的问题都已解决"}


async def test_a_comma_parts_only_before_a_label(chat: Chat) -> None:
    await chat.says("ben", "/checkin done the menu, the next-to-last page, the rest")
    assert checkins(chat, "ben")[0].answers == {"done": "the menu, the next-to-last page, the rest"}


async def test_only_a_blocker_is_a_check_in_too(chat: Chat) -> None:
    assert "Blocked: the build" in await chat.says("ben", "/checkin blocked the build")


async def test_the_mood_stays_with_the_person(any_chat: Chat) -> None:
    assert "4" not in (await any_chat.says("ben", "/checkin done A; mood 4")).text.replace("24", "")
    assert "Your mood: 4 of 5. Only you see it." in await any_chat.says("ben", "/checkin history")
    assert "Your mood" not in await any_chat.says("ada", "/checkin history @ben")
    (row,) = checkins(any_chat, "ben")
    assert row.answers == {"done": "A"}


async def test_a_mood_is_taken_back_with_the_words_or_in_the_form(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "checkin done A; mood 4", message="m1")
    await chat.says("ben", "checkin done A; mood 4", message="m1", edits=True)  # a preview of a link
    assert "Your mood: 4 of 5" in await chat.says("ben", "/checkin history")
    heard = await chat.says("ben", "checkin done A", message="m1", edits=True)
    assert "Your check-in is updated." in heard
    assert "Your mood" not in await chat.says("ben", "/checkin history")
    await chat.says("ben", "checkin done A; mood 2", message="m1", edits=True)
    assert "Your mood: 2 of 5" in await chat.says("ben", "/checkin history")
    form = (await chat.presses("ben", "Change", on=heard)).form
    assert form is not None
    assert form.given["mood"] == 2
    await chat.submits("ben", done="A", mood="")
    assert "Your mood" not in await chat.says("ben", "/checkin history")
    assert "mood" not in (await chat.presses("ben", "Change", on=heard)).form.given


async def test_a_mood_beyond_the_scale_is_refused_in_words(chat: Chat) -> None:
    heard = await chat.says("ben", "/checkin done A; mood 7")
    assert "Please give a number from 1 to 5." in heard
    assert checkins(chat, "ben") == []


@pytest.mark.parametrize("mood", ["4/5", "4 of 5", "４分", "4"])
async def test_a_mood_may_name_its_scale_where_it_is_asked_for(chat: Chat, mood: str) -> None:
    chat.interviews = True
    for words in ("/checkin", "A", "skip", "skip", mood):
        await chat.says("ben", words)
    assert [row.score for row in chat.rows(Mood)] == [4]


async def test_a_mood_in_a_list_is_private_too_and_other_lists_stay_as_they_are(chat: Chat) -> None:
    await chat.says("ben", "/checkin\n- done A\n- mood 4\n- blocked: none")
    assert checkins(chat, "ben")[0].answers == {"done": "A", "blocked": "none"}
    assert [row.score for row in chat.rows(Mood)] == [4]
    await chat.says("ben", "/checkin - A\n- B")
    assert checkins(chat, "ben")[-1].answers == {"done": "- A\n- B"}


async def test_a_mood_behind_a_comma_is_private_too(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A, next B, mood 4, blocked C")
    assert checkins(chat, "ben")[0].answers == {"done": "A", "next": "B", "blocked": "C"}
    assert [row.score for row in chat.rows(Mood)] == [4]


@pytest.mark.parametrize("mood", ["mood 4/5", "mood: 4", "Mood 4 of 5.", "心情 4 分", "心情4"])
async def test_a_mood_may_name_its_scale(chat: Chat, mood: str) -> None:
    await chat.says("ben", f"/checkin done A; {mood}")
    assert checkins(chat, "ben")[0].answers == {"done": "A"}
    assert [row.score for row in chat.rows(Mood)] == [4]


@pytest.mark.parametrize(
    "mood",
    [
        "mood great",
        "mood: 😀",
        "mood: not great",
        "mood very bad!",
        "mood 2 because I slept badly",
        "mood 2 (tired), next the login page",
        "mood 2, tired",
        "mood2, tired; next the login page",
        "心情好",
        "心情：不错",
        "心情 不太好，很累",
        "心情 2 很累；下一步 登录页",
    ],
)
async def test_a_mood_in_words_is_never_part_of_what_others_read(chat: Chat, mood: str) -> None:
    assert "Please give a number from 1 to 5" in (await chat.says("ben", f"/checkin done A; {mood}")).english
    assert checkins(chat, "ben") == []


async def test_a_mood_beside_other_answers_is_read_out_of_their_middle(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; mood 2, next B, and blocked C")
    assert checkins(chat, "ben")[0].answers == {"done": "A", "next": "B", "blocked": "C"}
    await chat.says("ben", "/checkin done A\nmood\nnext B")
    assert [mood.score for mood in chat.rows(Mood)] == [2]


async def test_a_mood_alone_is_no_erased_check_in(chat: Chat) -> None:
    await chat.says("ben", "/checkin mood 4")
    assert "erased" not in await chat.says("ben", "/checkin history")
    assert "erased" not in await chat.says("ada", "/checkin team")


async def test_outside_a_window_each_is_a_check_in_of_its_own(chat: Chat) -> None:
    chat.at(datetime(2026, 11, 26, 9, tzinfo=UTC))
    await chat.says("ben", "/checkin done A")
    await chat.says("ben", "/checkin done B")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A"}, {"done": "B"}]


async def test_somebody_without_a_manager_checks_in_as_well(chat: Chat) -> None:
    assert "Seen by you, and by nobody else." in await chat.says("grace", "/checkin done the board paper")


async def test_hostile_words_are_kept_as_text(chat: Chat) -> None:
    words = "<!channel> *bold* <b>x</b> =cmd() " + "😀" * 2000
    await chat.says("ben", f"/checkin done {words}")
    assert checkins(chat, "ben")[0].answers["done"] == words
    assert "too long" not in (await chat.says("ben", "/checkin history")).text
    assert "characters long" in await chat.says("ben", "/checkin done " + "x" * 3001)


@pytest.mark.parametrize(
    "words",
    [
        "/checkin done \u200b\u200b",
        "/checkin done \u2060",
        "/checkin done \ufe0f",
        "/kudos @ada \u200b",
        "/kudos @ada \u0301",
        "/1on1 add @ada \ufeff",
    ],
)
async def test_words_that_nobody_sees_are_none(any_chat: Chat, words: str) -> None:
    heard = await any_chat.says("ben", words)
    assert "Checked in" not in heard
    assert "Preview" not in heard
    assert any_chat.rows(CheckIn) == []
    assert any_chat.told("ada") == ""


async def test_the_first_use_explains_itself_once(chat: Chat) -> None:
    assert "A check-in takes two minutes" in await chat.says("ben", "/checkin done A")
    assert "A check-in takes two minutes" not in await chat.says("ben", "/checkin done B")


# The form ---------------------------------------------------------------------------------------------------


async def test_without_words_the_form_opens_with_last_times_plan(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; next payments")
    chat.wait(days=7)
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert heard.form.given == {"done": "payments"}
    assert [question.name for question in heard.form.questions] == ["done", "next", "blocked", "mood"]
    assert "Seen by you, Ada Lovelace, the managers above, and later managers" in heard
    await chat.submits("ben", done="payments", next="refunds", mood="5")
    assert checkins(chat, "ben")[-1].answers == {"done": "payments", "next": "refunds"}
    assert [row.score for row in chat.rows(Mood)] == [5]


async def test_the_shortcut_opens_the_form(chat: Chat) -> None:
    heard = await chat.opens("ben", "check_in")
    assert heard.form is not None
    await chat.submits("ben", done="A")
    assert checkins(chat, "ben")[0].answers == {"done": "A"}


@pytest.mark.parametrize(
    "words",
    [
        "/checkin show me my last check-in",
        "/checkin edit",
        "/checkin @ben",
        "/checkin @Ben Okri",
        "周报 怎么写",
        "周报 看一下我上周的周报",
    ],
)
async def test_a_wish_alone_is_nothing_that_somebody_did(chat: Chat, words: str) -> None:
    assert "Nothing was recorded" in (await chat.says("eve", words)).english
    assert checkins(chat, "eve") == []


@pytest.mark.parametrize(
    "words",
    ["/checkin completed the login page; issues with the cache are solved", "/checkin today I did it all"],
)
async def test_a_heading_in_a_sentence_is_a_word_of_it(chat: Chat, words: str) -> None:
    await chat.says("ben", words)
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": words.removeprefix("/checkin ").replace("; ", "\n")}


@pytest.mark.parametrize(
    "words", ["/checkin list of open bugs", "/checkin @ben and I paired", "/checkin 看完了上周的日志"]
)
async def test_what_begins_like_a_wish_may_be_done(chat: Chat, words: str) -> None:
    assert "Checked in." in (await chat.says("eve", words)).english


async def test_a_mood_is_acknowledged_and_not_repeated(chat: Chat) -> None:
    heard = await chat.says("ben", "/checkin mood 4")
    assert "Your mood is noted. Only you see it." in heard
    assert "4" not in heard
    assert "mood" not in await chat.says("ben", "/checkin done A")


async def test_an_empty_form_says_what_is_needed(chat: Chat) -> None:
    await chat.says("ben", "/checkin")
    heard = await chat.submits("ben", done="", next=" ")
    assert heard.answer.outcome == "invalid"
    assert "Please write at least one answer, such as what you got done." in heard


async def test_an_interview_offers_the_plan_and_skipping_keeps_it(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; next payments")
    chat.wait(days=7)
    chat.platform, chat.interviews = "telegram", True
    chat.change(lambda store: store.accounts.link(chat.ids["ben"], "telegram", "ben"))
    heard = await chat.says("ben", "/checkin")
    assert heard.answer.asked is not None
    assert heard.answer.asked.position == 0
    assert heard.answer.asked.form.given == {"done": "payments"}
    await chat.presses("ben", "Skip")
    await chat.says("ben", "refunds")
    await chat.presses("ben", "Skip")
    await chat.presses("ben", "3")
    assert checkins(chat, "ben")[-1].answers == {"done": "payments", "next": "refunds"}


@pytest.mark.parametrize("words", ["/cancel", "cancel", "取消", "/stop"])
async def test_an_interview_is_left_by_the_words_that_people_try(chat: Chat, words: str) -> None:
    chat.interviews = True
    await chat.says("ben", "/checkin")
    await chat.says("ben", "the login page")
    assert "Kept. You can go on whenever you like" in await chat.says("ben", words)
    assert "Hello" in await chat.says("ben", "hello")
    assert "What blocks you?" not in chat.last["ben"]
    assert "What comes next?" in await chat.says("ben", "/checkin")
    assert checkins(chat, "ben") == []


@pytest.mark.parametrize("words", ["help", "Help", "？", "帮助"])
async def test_a_call_for_help_is_no_answer(chat: Chat, words: str) -> None:
    chat.interviews = True
    await chat.says("ben", "/checkin")
    assert "What I can do for you" in await chat.says("ben", words)
    await chat.says("ben", "the login page")
    for _ in range(3):
        await chat.says("ben", "skip")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "the login page"}]


@pytest.mark.parametrize("said", ["", "\u200b"])
async def test_a_picture_is_no_answer_and_takes_none_away(chat: Chat, said: str) -> None:
    await chat.says("ben", "/checkin done A; next payments")
    chat.wait(days=7)
    chat.interviews = True
    await chat.says("ben", "/checkin")
    heard = await chat.says("ben", said)
    assert "What did you get done?" in heard
    assert "I read no pictures, voice messages or stickers. Please answer in words" in heard
    for label in ("Skip", "Skip", "Skip", "3"):
        await chat.presses("ben", label)
    assert checkins(chat, "ben")[-1].answers == {"done": "payments"}


async def test_a_people_file_is_taken_for_one_while_a_question_waits(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("hana", "/checkin")
    assert "changes nothing" in await sends(chat, "hana", COMPANY)
    assert "What comes next?" in await chat.says("hana", "the new file")


async def test_a_command_is_no_answer_to_a_question_of_long_ago(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ben", "/kudos @eve")
    chat.wait(hours=2)
    assert "Checked in." in await chat.says("ben", "checkin done the login page")
    assert checkins(chat, "ben")[0].answers == {"done": "the login page"}
    assert "Which of our values" in await chat.says("ben", "checking the whole release twice")


@pytest.mark.parametrize(
    "said",
    ["feedback from customers read", "review of the login page", "help Kofi with the release", "goals"],
)
async def test_what_only_begins_like_a_command_answers_after_hours_as_well(chat: Chat, said: str) -> None:
    chat.interviews = True
    await chat.says("ben", "/checkin")
    chat.wait(hours=3)
    heard = await chat.says("ben", said)
    assert ("What comes next?" in heard) == (said != "goals")


@pytest.mark.parametrize(("skip", "back"), [("Skip", "back"), ("跳过", "上一步")])
async def test_the_buttons_of_an_interview_may_be_typed(chat: Chat, skip: str, back: str) -> None:
    chat.interviews = True
    await chat.says("ben", "/checkin")
    await chat.says("ben", "the login page")
    assert "What blocks you?" in await chat.says("ben", skip)
    assert "What comes next?" in await chat.says("ben", back)
    await chat.says("ben", "payments")
    await chat.says("ben", skip)
    await chat.says("ben", skip)
    assert checkins(chat, "ben")[0].answers == {"done": "the login page", "next": "payments"}


async def test_a_moment_later_any_words_are_the_answer(chat: Chat) -> None:
    chat.interviews = True
    await chat.says("ben", "/checkin")
    chat.wait(minutes=50)
    assert "What comes next?" in await chat.says("ben", "feedback from customers read")


# Inside a window --------------------------------------------------------------------------------------------


async def test_a_second_quick_text_adds_to_the_same_check_in(any_chat: Chat) -> None:
    await asked(any_chat)
    await any_chat.says("ben", "/checkin done A; next X")
    any_chat.wait(hours=5)
    heard = await any_chat.says("ben", "/checkin done B; done A; blocked by legal")
    assert "Your check-in is updated." in heard
    (row,) = checkins(any_chat, "ben")
    assert row.answers == {"done": "A\nB", "next": "X", "blocked": "by legal"}
    assert row.version == 1


async def test_the_form_shows_the_answers_so_far_and_replaces_them(chat: Chat) -> None:
    await asked(chat)
    await chat.says("ben", "/checkin done A; next X; mood 2")
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert heard.form.given == {"done": "A", "next": "X", "mood": 2}
    await chat.submits("ben", done="A, all of it", next="", mood="4")
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "A, all of it"}
    assert [mood.score for mood in chat.rows(Mood)] == [4]


async def leaves_the_form(chat: Chat, **typed: str) -> None:
    """Ben opens the form, changes some of what stands in it, and closes it; platforms send all that stands there."""
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    shown = {question.name: str(form.given.get(question.name) or "") for question in form.questions}
    await chat.does("ben", Submitted(form.draft, {**shown, **typed}, final=False))


async def test_a_form_that_was_only_looked_at_shows_the_next_time_what_is_so_then(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done A; next B; blocked legal")
    chat.wait(days=1)
    await leaves_the_form(chat)
    await chat.says("ben", "/checkin done C; next D; blocked the lift")
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert heard.form.given == {"done": "D", "blocked": "legal\nthe lift"}
    await leaves_the_form(chat, blocked="")
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert heard.form.given == {"done": "D", "blocked": ""}


async def test_what_is_said_after_a_form_was_left_is_not_lost_by_sending_it(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await leaves_the_form(chat, done="A", next="", mood="2")
    await chat.says("ben", "/checkin done B; next C; mood 4")
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    shown = {name: form.given[name] for name in ("done", "next", "mood")}
    assert shown == {"done": "B\nA", "next": "C", "mood": 4}
    await chat.submits("ben", **shown)
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "B\nA", "next": "C"}
    assert [mood.score for mood in chat.rows(Mood)] == [4]


async def team_asks(chat: Chat, questions: str) -> None:
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", questions=questions)
    await chat.presses("ada", "Save")


def asked_as(chat: Chat, who: str, words: str) -> str:
    """The name of the question that reads so, in the form that somebody sees."""
    form = chat.last[who].form
    assert form is not None
    return next(each.name for each in form.questions if Voice().say(each.label) == words)


async def test_what_was_answered_before_the_questions_changed_stays(chat: Chat) -> None:
    await team_asks(chat, "done\nWhat did you learn?")
    await chat.says("ben", "/checkin")
    learned = {asked_as(chat, "ben", "What did you learn?"): "patience"}
    await chat.submits("ben", done="the page", **learned)
    await team_asks(chat, "done\nnext\nWho helped you?")
    await chat.presses("ben", "Change")
    heard = await chat.submits("ben", done="the page and its test")
    assert "Done: the page and its test" in heard
    assert "What did you learn? – patience" in heard


async def test_what_is_written_while_the_questions_change_is_said_back_and_answers_no_other(
    chat: Chat,
) -> None:
    await team_asks(chat, "done\nWhat did you learn?")
    await chat.says("ben", "/checkin")
    learned = {asked_as(chat, "ben", "What did you learn?"): "patience"}
    await team_asks(chat, "done\nWho annoyed you?")
    heard = await chat.submits("ben", done="the page", **learned)
    assert checkins(chat, "ben") == []
    assert heard.form is not None
    assert "the questions have changed since you opened this form" in heard
    assert "patience" in heard
    assert heard.form.given["done"] == "the page"
    await chat.submits("ben", done="the page and patience", **{asked_as(chat, "ben", "Who annoyed you?"): ""})
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "the page and patience"}


async def test_what_was_said_while_the_form_was_open_is_not_lost_by_sending_it(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(MONDAY.replace(hour=8, minute=50))
    await chat.says("ben", "/checkin done A")
    await chat.says("ben", "/checkin")
    form = chat.last["ben"]
    await asked(chat)
    chat.wait(minutes=1)
    await chat.says("ben", "/checkin done B", message="m1")
    chat.wait(minutes=1)
    chat.last["ben"] = form
    await chat.submits("ben", done="C", next="D")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A\nB\nC", "next": "D"}]


@pytest.mark.parametrize("final", [False, True], ids=["typed on", "sent with too long an answer"])
async def test_what_was_said_since_a_form_was_opened_is_not_lost_by_going_on_in_it(
    any_chat: Chat, final: bool
) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A", message="m1")
    opened = await chat.says("ben", "/checkin")
    assert opened.form is not None
    chat.wait(minutes=1)
    await chat.says("ben", "/checkin done B", message="m2")
    chat.wait(minutes=1)
    typed = {"done": "A\nC", "next": "D" * 3001 if final else "", "blocked": "", "mood": ""}
    await chat.does("ben", Submitted(opened.form.draft, typed, final=final))
    chat.last["ben"] = opened
    await chat.submits("ben", done="A\nC", next="D")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A\nB\nC", "next": "D"}]


async def test_what_was_said_while_somebody_typed_on_stands_in_the_form_that_is_opened_again(
    any_chat: Chat,
) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A; blocked legal")
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    await chat.says("ben", "/checkin done B; next D; blocked the lift; mood 2")
    typed = {"done": "A, all of it", "next": "", "blocked": "legal", "mood": "4"}
    await chat.does("ben", Submitted(form.draft, typed, final=False))
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    shown = {"done": "B\nA, all of it", "next": "D", "blocked": "legal\nthe lift", "mood": 2}
    assert form.given == shown
    await chat.submits("ben", **{**shown, "blocked": "the lift"})
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "B\nA, all of it", "next": "D", "blocked": "the lift"}


async def test_nobody_else_says_what_a_form_showed(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A")
    await chat.presses("ben", "Change")
    heard = await chat.submits("ben", done="A2", **{SHOWN: "A"})
    assert "Done: A2" in heard


async def test_what_is_struck_out_of_a_form_goes_and_what_was_said_since_stays(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A; next X")
    await chat.says("ben", "/checkin")
    opened = chat.last["ben"]
    await chat.says("ben", "/checkin done B")
    chat.last["ben"] = opened
    await chat.submits("ben", done="", next="X")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "B", "next": "X"}]


@pytest.mark.parametrize("button", ["Check in", "Change"])
async def test_what_is_changed_elsewhere_stands_beside_what_was_left_in_a_form(
    chat: Chat, button: str
) -> None:
    await asked(chat)
    await chat.says("ben", "checkin done A", message="m1")
    home = await chat.opens("ben")
    form = (await chat.presses("ben", button, on=home)).form
    assert form is not None
    await chat.does("ben", Submitted(form.draft, {**form.given, "done": "A\nB"}, final=False))
    chat.wait(minutes=1)
    await chat.says("ben", "checkin done A and its tests", message="m1", edits=True)
    form = (await chat.presses("ben", button, on=home)).form
    assert form is not None
    assert form.given["done"] == "A and its tests\nB"


async def test_what_stood_in_a_form_that_was_left_is_recorded_once(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await leaves_the_form(chat, done="A")
    chat.wait(minutes=1)
    await chat.says("ben", "/checkin done B; next C")
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    assert form.given["done"] == "B\nA"
    chat.wait(days=2)
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    assert form.given["done"] == "A"
    await chat.submits("ben", done="A", next="D")
    assert [row.answers for row in checkins(chat, "ben")] == [
        {"done": "B", "next": "C"},
        {"done": "A", "next": "D"},
    ]


async def test_what_is_changed_outside_a_window_is_no_part_of_the_next_check_in(chat: Chat) -> None:
    await chat.says("ben", "checkin done A", message="m1")
    await leaves_the_form(chat, done="B")
    chat.wait(minutes=1)
    await chat.says("ben", "checkin done A and its tests", message="m1", edits=True)
    form = (await chat.says("ben", "/checkin")).form
    assert form is not None
    assert form.given["done"] == "B"


async def test_a_form_that_is_sent_after_its_window_says_nothing_twice(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A; next B")
    chat.at(datetime(2026, 11, 24, 18, 55, tzinfo=UTC))
    await chat.says("ben", "/checkin")
    chat.wait(minutes=10)
    heard = await chat.submits("ben", done="A", next="B and more")
    assert "This check-in is closed and stays as it was." in heard
    assert "What you wrote is kept." in heard
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A", "next": "B"}]
    heard = await chat.presses("ben", "Open the form again")
    assert heard.form is not None
    assert heard.form.given["next"] == "B and more"
    await chat.submits("ben", done="", next="more")
    assert [row.answers for row in checkins(chat, "ben")][1:] == [{"next": "more"}]


async def test_a_check_in_of_today_can_be_changed_in_its_form(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A")
    await chat.presses("ben", "Change")
    await chat.submits("ben", done="A2", blocked="legal")
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "A2", "blocked": "legal"}
    heard = await chat.presses("ben", "Change")
    assert heard.form is not None
    assert heard.form.given == {"done": "A2", "blocked": "legal"}


async def test_after_the_window_it_stays_as_it_was(chat: Chat) -> None:
    await asked(chat)
    await chat.says("ben", "/checkin done A")
    card = chat.last["ben"]
    chat.at(datetime(2026, 11, 24, 18, 59, tzinfo=UTC))  # 19:59 in Berlin
    await chat.presses("ben", "Change", on=card)
    await chat.submits("ben", done="A2")
    chat.wait(minutes=1)
    assert "This check-in is closed and stays as it was." in await chat.presses("ben", "Change", on=card)
    assert "Checked in." in await chat.says("ben", "/checkin done B")
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A2"}, {"done": "B"}]


async def test_nobody_changes_somebody_elses(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A")
    row = checkins(chat, "ben")[0]
    handle = chat.change(
        lambda store: store.handles.make([("checkins.change", {"checkin": row.id}, False)], for_person=None)
    )[0]
    heard = await chat.does("ada", Pressed(handle))
    assert heard.answer.outcome == "problem"
    assert heard.form is None


# Edited messages --------------------------------------------------------------------------------------------


async def test_an_edited_message_edits_the_check_in_that_it_made(any_chat: Chat) -> None:
    await any_chat.says("ben", "checkin done A; next X", message="m1")
    heard = await any_chat.says("ben", "checkin done A, really; blocked by legal", message="m1", edits=True)
    assert "Your check-in is updated." in heard
    (row,) = checkins(any_chat, "ben")
    assert row.answers == {"done": "A, really", "blocked": "by legal"}


async def test_an_edit_that_changes_nothing_says_nothing(chat: Chat) -> None:
    await chat.says("ben", "checkin done A; mood 4", message="m1")
    assert (await chat.says("ben", "checkin done A; mood 4", message="m1", edits=True)).text == ""
    assert "updated" in await chat.says("ben", "checkin done A; mood 3", message="m1", edits=True)


async def test_an_edited_message_leaves_what_others_said(chat: Chat) -> None:
    await asked(chat)
    await chat.says("ben", "checkin done A", message="m1")
    await chat.says("ben", "checkin done B; next Y", message="m2")
    await chat.says("ben", "checkin done AA", message="m1", edits=True)
    await chat.says("ben", "checkin done B", message="m2", edits=True)
    (row,) = checkins(chat, "ben")
    assert row.answers == {"done": "AA\nB"}


async def test_an_edit_after_the_window_says_so_and_makes_no_second_one(chat: Chat) -> None:
    await asked(chat)
    await chat.says("ben", "checkin done A", message="m1")
    chat.wait(days=2)
    heard = await chat.says("ben", "checkin done A2", message="m1", edits=True)
    assert "This check-in is closed and stays as it was." in heard
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A"}]


async def test_an_edit_after_the_form_does_not_undo_the_form(chat: Chat) -> None:
    await chat.says("ben", "checkin done A", message="m1")
    await chat.presses("ben", "Change")
    await chat.submits("ben", done="A in the form")
    heard = await chat.says("ben", "checkin done A2", message="m1", edits=True)
    assert "You changed this check-in in its form since." in heard
    assert checkins(chat, "ben")[0].answers == {"done": "A in the form"}


@pytest.mark.parametrize("words", ["never mind", "thanks", "lunch at one", "/kudos @ada for the review"])
async def test_who_edits_a_check_in_into_something_else_hears_that_it_stands(chat: Chat, words: str) -> None:
    await chat.says("ben", "checkin done A", message="m1")
    assert "is recorded, and stays as it was" in await chat.says("ben", words, message="m1", edits=True)
    assert [row.answers for row in checkins(chat, "ben")] == [{"done": "A"}]
    assert "updated" in await chat.says("ben", "checkin done AA", message="m1", edits=True)


async def test_an_edit_of_somebody_elses_message_changes_nothing(chat: Chat) -> None:
    await chat.says("ben", "checkin done A", message="m1")
    edit = Said("checkin done Z", message="m1", edits=True)
    await chat.does("ada", edit, where=Where(id="dm-ben"))
    assert checkins(chat, "ben")[0].answers == {"done": "A"}
    assert checkins(chat, "ada") == []


async def test_recording_settles_what_is_owed(any_chat: Chat) -> None:
    await asked(any_chat)
    owed = any_chat.rows(ObligationRow, col(ObligationRow.person_id) == any_chat.ids["ben"])
    assert [(row.kind, row.closed_at) for row in owed] == [("checkins.check_in", None)]
    await any_chat.says("ben", "/checkin done A")
    owed = any_chat.rows(ObligationRow, col(ObligationRow.person_id) == any_chat.ids["ben"])
    assert [row.closed_how for row in owed] == ["done"]


async def test_who_is_mentioned_and_is_no_colleague_is_called_as_on_the_platform(chat: Chat) -> None:
    stranger = mention("U999", "@Fred\n \x03Hoyle")
    assert "Done: @Fred Hoyle helped" in await chat.says("ben", f"/checkin done {stranger} helped")
    heard = await chat.says("ben", f"/kudos {stranger} for the demo")
    assert "I do not know Fred Hoyle as a colleague." in heard
    assert "/kudos @Fred Hoyle for the demo" in heard
    assert "@? helped" in await chat.says("ben", f"/checkin done {mention('U999')} helped")
