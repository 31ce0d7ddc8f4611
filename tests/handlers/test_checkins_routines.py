"""When teams are asked for a check-in: by default, by their own routine, on each one's clock, on workdays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col

from bot.words import Voice
from handlers.kit.requests import Pressed, Submitted
from handlers.reminders import NUDGE
from storage.checkins import CheckIn, Mood, Routine
from storage.store import Store
from storage.tables import ObligationRow, Occurrence, Outgoing, ReportingLine, Slot
from tests.company import Chat, Heard
from tests.handlers.test_people import COMPANY, sends

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def owed(chat: Chat, who: str) -> list[ObligationRow]:
    rows = chat.rows(ObligationRow, col(ObligationRow.person_id) == chat.ids[who])
    return sorted((row for row in rows if row.kind == "checkins.check_in"), key=lambda row: row.due_at)


def next_asked(chat: Chat, who: str) -> datetime | None:
    rows = chat.rows(Slot, col(Slot.about) == chat.ids[who], col(Slot.kind) == "checkins.open")
    return rows[0].due_at if rows else None


def why_not(chat: Chat, who: str) -> list[str]:
    mine = (col(Occurrence.person_id) == chat.ids[who], col(Occurrence.kind) == "checkins.open")
    rows = sorted(chat.rows(Occurrence, *mine), key=lambda row: row.due_at)
    return [row.reason or row.outcome for row in rows]


async def ticks(chat: Chat, *moments: datetime) -> None:
    for moment in moments:
        chat.at(moment)
        await chat.tick()


def on(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


# By default -------------------------------------------------------------------------------------------------


async def test_everybody_with_a_manager_is_asked_on_monday_at_ten_where_they_are(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "chen") == on(23, 2)
    assert next_asked(chat, "ben") == on(23, 9)
    assert next_asked(chat, "eve") == on(23, 15)
    assert next_asked(chat, "grace") is None
    await ticks(chat, on(23, 2), on(23, 9), on(23, 15))
    for who, due in (("chen", on(24, 10)), ("ben", on(24, 17)), ("eve", on(24, 23))):
        (row,) = owed(chat, who)
        assert row.due_at == due  # Tuesday, 18:00 local
        assert row.about == "default:2026-11-23"
        assert row.closed_at is None
    assert owed(chat, "ben")[0].expires_at == on(24, 19)
    assert next_asked(chat, "ben") == on(30, 9)
    assert owed(chat, "grace") == []


async def test_the_reminder_opens_the_form(chat: Chat) -> None:
    await ticks(chat, SUNDAY, on(23, 9))
    assert "Your check-in: what is done, what comes next, what blocks you" in chat.told("ben")
    pressed = [heard for seen in chat.told_cards("ben") for heard in seen.buttons.values()]
    assert pressed
    assert (await chat.does("ben", Pressed(pressed[0].handle))).form


async def test_a_holiday_on_monday_moves_it_to_the_first_workday(chat: Chat) -> None:
    chat.change(lambda store: store.workdays.load("", [(date(2026, 11, 23), False, "Founders' day")]))
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "ben") == on(24, 9)
    await ticks(chat, on(24, 9))
    assert owed(chat, "ben")[0].expires_at == on(25, 19)


async def test_a_holiday_that_is_declared_late_is_heeded(chat: Chat) -> None:
    await ticks(chat, SUNDAY)
    chat.change(lambda store: store.workdays.load("", [(date(2026, 11, 23), False, "Founders' day")]))
    await ticks(chat, on(23, 9))
    assert owed(chat, "ben") == []
    assert why_not(chat, "ben") == ["moved"]
    await ticks(chat, on(24, 9))
    assert len(owed(chat, "ben")) == 1


@pytest.mark.parametrize("hour", [7, 10])
async def test_what_was_said_can_be_added_to_until_the_window_ends_by_the_holiday_that_was_declared(
    any_chat: Chat, hour: int
) -> None:
    chat = any_chat
    await ticks(chat, SUNDAY)
    for moment in sorted((on(23, 9), on(23, hour))):
        chat.at(moment)
        await chat.tick()
        if moment == on(23, hour):
            await chat.says("ben", "/checkin done A; mood 2")
    chat.change(lambda store: store.workdays.load("", [(date(2026, 11, 24), False, "Founders' day")]))
    await ticks(chat, on(23, 12), on(25, 9))
    await chat.says("ben", "/checkin done B")
    (row,) = chat.rows(CheckIn)
    (mood,) = chat.rows(Mood)
    assert row.answers == {"done": "A\nB"}
    assert row.closes_at == mood.closes_at == owed(chat, "ben")[0].expires_at == on(25, 19)


async def test_who_is_away_is_not_asked(any_chat: Chat) -> None:
    chat = any_chat
    chat.change(lambda store: store.preferences.away(chat.ids["ben"], date(2026, 11, 20), date(2026, 11, 23)))
    await ticks(chat, SUNDAY, on(23, 9))
    assert owed(chat, "ben") == []
    assert why_not(chat, "ben") == ["away"]
    heard = await chat.says("ben", "/upbeat why")
    assert "you are away" in heard
    assert "It waits" not in heard  # the next check-in is another one
    await ticks(chat, on(30, 9))
    assert len(owed(chat, "ben")) == 1


async def test_who_is_back_on_the_day_itself_is_asked_as_they_are_told(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/away until 2026-11-27")
    await ticks(chat, SUNDAY, on(23, 9))
    chat.at(on(23, 11))
    assert "From today on I ask and remind you again." in await chat.says("ben", "/back")
    await ticks(chat, on(23, 11, 1), on(23, 11, 2))
    assert [row.due_at for row in owed(chat, "ben")] == [on(24, 17)]
    assert chat.told("ben").count("Your check-in") == 1


async def test_who_is_back_a_day_later_is_asked_the_next_time(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/away until 2026-11-27")
    await ticks(chat, SUNDAY, on(23, 9))
    chat.at(on(24, 9))
    await chat.says("ben", "/back")
    await ticks(chat, on(24, 9, 1))
    assert owed(chat, "ben") == []


async def test_who_chose_a_zone_by_mistake_is_asked_once_it_is_right_again(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, SUNDAY)
    chat.at(on(23, 8, 59))
    await chat.says("ben", "/upbeat settings zone America/Los_Angeles")
    await ticks(chat, on(23, 9), on(23, 12))
    await chat.says("ben", "/upbeat settings zone Berlin")
    await ticks(chat, on(23, 12, 1), on(23, 18), on(24, 9))
    assert [row.due_at for row in owed(chat, "ben")] == [on(24, 17)]


async def test_who_was_quicker_is_not_asked_and_can_still_change_it(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, SUNDAY)
    chat.at(on(23, 7))
    await chat.says("ben", "/checkin done A")
    await ticks(chat, on(23, 9))
    assert [row.closed_how for row in owed(chat, "ben")] == ["done"]
    assert "Your check-in" not in chat.told("ben")
    chat.at(on(24, 12))
    await chat.says("ben", "/checkin done B")
    (row,) = chat.rows(CheckIn)
    assert row.answers == {"done": "A\nB"}


async def test_down_for_an_hour_it_asks_late_down_for_a_week_it_does_not(chat: Chat) -> None:
    await ticks(chat, SUNDAY, on(24, 12))
    assert len(owed(chat, "ben")) == 1
    await ticks(chat, on(10, 9, month=12))
    assert len(owed(chat, "ben")) == 1
    assert why_not(chat, "ben")[-1] == "expired"
    assert next_asked(chat, "ben") == on(14, 9, month=12)


async def test_down_over_a_window_it_asks_in_the_one_that_is_open(chat: Chat) -> None:
    await ticks(chat, SUNDAY, on(1, 12, month=12))
    assert [row.about for row in owed(chat, "ben")] == ["default:2026-11-30"]


async def test_two_ticks_ask_once(any_chat: Chat) -> None:
    await ticks(any_chat, SUNDAY, on(23, 9), on(23, 9), on(23, 9, 1))
    assert len(owed(any_chat, "ben")) == 1


# By a routine -----------------------------------------------------------------------------------------------


async def test_a_manager_sets_up_the_team_and_sees_what_it_means_first(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(SUNDAY)
    await chat.says("ada", "/checkin setup")
    form = chat.last["ada"].form
    assert form is not None
    assert form.given["days"] == "first"
    assert form.given["clock"] == "10:00"
    assert form.given["questions"] == "done\nnext\nblocked"
    heard = await chat.submits(
        "ada", days="daily", clock="09:30", lasts="0", questions="done\nWhat did you learn?", mood="no"
    )
    assert "Nothing is saved yet." in heard
    assert "Who: Ben Okri, Eve Curie, and 陈明" in heard
    assert "On every workday at 9:30" in heard.text.replace("\u202f", " ")
    assert "What did you get done?\nWhat did you learn?" in heard
    assert "Asia/Shanghai: Mon, Nov 23, 2026 at" in heard
    assert "Europe/Berlin: Mon, Nov 23, 2026 at" in heard
    assert "America/New_York: Mon, Nov 23, 2026 at" in heard
    assert heard.text.count("Nov 25, 2026 at") >= 3
    first = heard.card.buttons()[0] if heard.card else None
    assert first is not None
    assert first.style == "primary"
    assert chat.rows(Routine) == []
    assert "Saved." in await chat.presses("ada", "Save")
    assert "Ada Lovelace set up your team's check-ins." in chat.told("ben")
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "ben") == on(23, 8, 30)
    assert next_asked(chat, "dora") == on(23, 9)
    heard = await chat.says("ben", "/checkin")
    assert heard.form is not None
    assert [chat.last["ben"].voice.say(question.label) for question in heard.form.questions] == [
        "What did you get done?",
        "What did you learn?",
    ]
    await chat.submits("ben", done="A", **{heard.form.questions[1].name: "to ask"})
    assert "What did you learn? – to ask" in await chat.says("ben", "/checkin history")
    await chat.says("ben", "/checkin done quick; next more")
    assert "Done: quick\nnext more" in await chat.says("ben", "/checkin history")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("done A; What did you learn? Patience", {"done": "A", "What did you learn?": "Patience"}),
        ("Done: A. what did you learn: Patience", {"done": "A.", "What did you learn?": "Patience"}),
        ("What did you learn? Patience\ndone A", {"done": "A", "What did you learn?": "Patience"}),
        ("完成 甲；学到了什么？耐心", {"done": "甲", "学到了什么？": "耐心"}),
        ("完成：甲；学到了什么：耐心", {"done": "甲", "学到了什么？": "耐心"}),
        ("done A; Wins: two", {"done": "A", "Wins": "two"}),
        ("done A; wins are rare", {"done": "A\nwins are rare"}),
    ],
)
async def test_a_team_s_own_questions_are_answered_in_a_line_too(
    chat: Chat, words: str, said: dict[str, str]
) -> None:
    await chat.says("ada", "/checkin setup")
    own = "done\nWhat did you learn?\n学到了什么？\nWins"
    await chat.submits("ada", days="daily", clock="09:30", questions=own)
    await chat.presses("ada", "Save")
    await chat.says("ben", f"/checkin {words}")
    assert chat.rows(CheckIn)[0].answers == said


async def test_a_mood_is_private_where_it_is_not_asked_for_too(any_chat: Chat) -> None:
    """The channel that quotes the rest is told of in one breath with “your mood is not quoted”."""
    chat = any_chat
    place = chat.change(lambda store: store.accounts.seen_place("web", "#engines", "#engines"))
    await chat.says("ada", "/checkin setup")
    heard = await chat.submits("ada", days="daily", clock="09:30", mood="no", place=place.id)
    assert "Mood: not asked" in heard
    await chat.presses("ada", "Save")
    for words, said, mood in (
        ("done A; mood 4; next B", {"done": "A", "next": "B"}, 4),
        ("完成 A；心情：3", {"done": "A"}, 3),
        ("mood 2", {}, 2),
    ):
        chat.wait(days=1)
        await chat.tick()
        assert "Your mood is noted. Only you see it." in await chat.says("ben", f"/checkin {words}")
        assert sorted(chat.rows(CheckIn), key=lambda row: row.id)[-1].answers == said
        assert sorted(chat.rows(Mood), key=lambda row: row.id)[-1].score == mood
        assert "ood 4" not in (await chat.says("ada", "/checkin history @ben")).text
    assert "How are you" not in await chat.says("ben", "/checkin")
    assert "Please give a number from 1 to 5" in await chat.says("ben", "/checkin next B; mood great")


async def test_a_team_is_first_asked_when_its_preview_says(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, on(25, 8))
    chat.at(on(27, 12))  # a Friday, 13:00 in Berlin, 07:00 in New York
    heard = await chat.says("ada", "/checkin setup every workday 09:30")
    assert "Europe/Berlin: Mon, Nov 30, 2026 at" in heard
    assert "America/New_York: Fri, Nov 27, 2026 at" in heard
    await chat.presses("ada", "Save")
    await ticks(chat, on(27, 12, 1))
    assert owed(chat, "ben") == []
    assert next_asked(chat, "ben") == on(30, 8, 30)
    assert next_asked(chat, "eve") == on(27, 14, 30)
    chat.at(on(30, 12))
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", questions="done")  # asks when it did before
    await chat.presses("ada", "Save")
    await ticks(chat, on(30, 12, 1))
    assert len(owed(chat, "ben")) == 1  # down over the moment, it asks late


async def test_a_preview_can_be_changed_before_it_is_saved(chat: Chat) -> None:
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", days="TH", clock="09:30", questions="done", other="")
    heard = await chat.presses("ada", "Change")
    assert heard.form is not None
    assert heard.form.given["days"] == "TH"
    assert heard.form.given["questions"] == "done"
    await chat.submits("ada", days="FR")
    await chat.presses("ada", "Save")
    assert [row.rule for row in chat.rows(Routine)] == ["FREQ=WEEKLY;BYDAY=FR"]


async def test_a_form_that_was_left_does_not_come_between_a_preview_and_its_change(chat: Chat) -> None:
    form = (await chat.says("ada", "/checkin setup")).form
    assert form is not None
    for given in ({"days": "FR", "questions": "done"}, {"other": "Mon, Thu"}):
        await chat.does("ada", Submitted(form.draft, given, final=False))
    await chat.says("ada", "/checkin setup every workday 09:15")
    heard = await chat.presses("ada", "Change")
    assert heard.form is not None
    shown = {name: heard.form.given[name] for name in ("days", "other", "clock", "questions")}
    assert shown == {"days": "daily", "other": "", "clock": "09:15", "questions": "done\nnext\nblocked"}


async def test_setting_up_in_one_line(chat: Chat) -> None:
    heard = await chat.says("ada", "/checkin setup every workday 09:15")
    assert "On every workday at 9:15" in heard.text.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("weekdays at 9.30am", "On every workday at 9:30 AM"),
        ("every Monday and Thursday 9:30", "Every Monday and Thursday at 9:30 AM"),
        ("Mon, Thu at 9:30", "Every Monday and Thursday at 9:30 AM"),
        ("9:30 Mondays and Thursdays", "Every Monday and Thursday at 9:30 AM"),
        ("周一、周四 上午9点半", "Every Monday and Thursday at 9:30 AM"),
        ("weekly on Mon at 10", "Every Monday at 10:00 AM"),
        ("RRULE:FREQ=WEEKLY;BYDAY=MO,TH at 9:30", "Every Monday and Thursday at 9:30 AM"),
        ("FREQ=MONTHLY;BYDAY=1MO 09:30", "By the rule FREQ=MONTHLY;BYDAY=1MO at 9:30 AM"),
    ],
)
async def test_days_and_time_are_said_in_one_line(chat: Chat, words: str, said: str) -> None:
    heard = await chat.says("hana", f"/checkin setup {words}")
    assert f"When: {said}, on each one's own clock." in heard.text.replace("\u202f", " ")
    assert "Questions: What did you get done?" in heard


@pytest.mark.parametrize("words", ["off", "never", "关闭"])
async def test_check_ins_are_switched_off_in_one_word(chat: Chat, words: str) -> None:
    assert "None of these would be asked any more." in await chat.says("hana", f"/checkin setup {words}")


async def test_what_is_no_day_is_said_and_does_not_become_the_questions(chat: Chat) -> None:
    assert "I cannot read these days." in await chat.says("ada", "/checkin setup whenever it rains")
    heard = await chat.says("ada", "/checkin setup Friday")
    assert "Questions: What did you get done?" in heard


async def test_chinese_managers_see_their_own_words_for_the_usual_questions(chat: Chat) -> None:
    chat.change(lambda store: store.preferences.set_language(chat.ids["ada"], "zh"))
    heard = await chat.says("ada", "周报 设置")
    assert heard.form is not None
    assert heard.form.given["questions"] == "完成\n下一步\n阻碍"
    await chat.submits("ada", questions="完成\n学到了什么？\n本周计划\n下周计划")
    await chat.presses("ada", "Save", on=Heard(chat.last["ada"].answer, Voice()))
    assert [row.questions for row in chat.rows(Routine)] == [["done", "学到了什么？", "next", "下周计划"]]


async def test_every_two_weeks_goes_on_in_the_same_weeks_when_something_else_is_changed(chat: Chat) -> None:
    chat.at(on(23, 7))
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", other="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")
    await chat.presses("ada", "Save")
    await ticks(chat, on(23, 12))
    assert next_asked(chat, "ben") == on(7, 9, month=12)
    await ticks(chat, on(2, 12, month=12))  # a week in which nobody is asked
    await chat.says("ada", "/checkin setup")
    heard = await chat.submits("ada", mood="no", other="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO")
    assert "Europe/Berlin: Mon, Dec 7" in heard
    await chat.presses("ada", "Save")
    await ticks(chat, on(2, 12, 1, month=12))
    assert next_asked(chat, "ben") == on(7, 9, month=12)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("never", "None of these would be asked any more."),
        ("FR", "Every Friday at 10:00"),
        ("", "Monday and"),
    ],
)
async def test_what_is_chosen_wins_over_the_other_days_that_stood_in_the_form(
    chat: Chat, days: str, said: str
) -> None:
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", days="first", other="Mon, Thu")
    await chat.presses("ada", "Save")
    heard = await chat.says("ada", "/checkin setup")
    assert heard.form is not None
    assert said in await chat.submits("ada", **{**heard.form.given, "days": days})


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        ("Mon, Thu", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("thursday and monday", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("周一、周四", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("RRULE:FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=1MO"),
    ],
)
async def test_other_days_are_weekdays_or_a_rule(chat: Chat, other: str, rule: str) -> None:
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", other=other)
    await chat.presses("ada", "Save")
    assert [row.rule for row in chat.rows(Routine)] == [rule]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"other": "whenever"}, "I cannot read these days."),
        ({"other": "FREQ=HOURLY"}, "I cannot read these days."),
        ({"other": "FREQ=MONTHLY;BYDAY=50MO"}, "I cannot read these days."),
        ({"clock": "25:00"}, "I cannot read this time."),
        ({"clock": "22:00"}, "Please ask before"),
        ({"questions": "\n".join("abcdefgh")}, "Please ask 6 questions at most"),
        ({"days": "someday"}, "Please pick one of the options."),
    ],
)
async def test_bad_wishes_are_said_at_their_question(chat: Chat, given: dict[str, str], words: str) -> None:
    await chat.says("ada", "/checkin setup")
    heard = await chat.submits("ada", **given)
    assert heard.answer.outcome == "invalid"
    assert words in heard


async def test_hr_sets_up_the_company_and_any_team(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(SUNDAY)
    await hr_chooses(chat, "ada")
    await chat.submits("hana", days="never")
    await chat.presses("hana", "Save")
    for who in ("ben", "ada"):  # their manager would wait for them
        assert "Hana Sato ended your team's regular check-ins." in chat.told(who)
    assert "Set up the company's check-ins" in await hr_chooses(chat, "")
    heard = await chat.submits("hana", days="WE")
    assert "Ben Okri" not in heard
    assert "Dora Maar" in heard
    await chat.presses("hana", "Save")
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "ben") is None
    assert next_asked(chat, "dora") == on(25, 9)
    await chat.says("ben", "/checkin done A")
    assert len(chat.rows(CheckIn)) == 1


async def test_who_was_asked_before_a_team_s_check_ins_end_is_told_that_it_stays_open(chat: Chat) -> None:
    await ticks(chat, SUNDAY, on(23, 9))
    await chat.says("ada", "/checkin setup not at all")
    heard = await chat.presses("ada", "Save")
    assert "Nobody is asked anew. A window that is open now stays as it is" in heard
    assert "What you were asked before stays open until its end." in chat.told("ben")
    await ticks(chat, on(24, 15), on(30, 9))
    assert chat.told("ben").count("Your check-in: what is done") == 2


async def hr_chooses(chat: Chat, lead: str) -> Heard:
    """HR picks whose team it is about; returns the form with how that team is asked now."""
    await chat.says("hana", "/checkin setup")
    return await chat.submits("hana", lead=lead)


async def test_the_form_shows_how_the_team_is_asked_that_it_is_about(any_chat: Chat) -> None:
    chat = any_chat
    for who, words in (("hana", "Wed 8:00"), ("ada", "every workday 09:30")):
        await chat.says(who, f"/checkin setup {words}")
        await chat.presses(who, "Save")
    names = ("days", "clock")
    for typed in ("", " @ada"):
        heard = await chat.says("hana", f"/checkin setup{typed}")
        heard = heard if typed else await chat.submits("hana", lead="ada")
        assert "Set up the check-ins of Ada Lovelace's team" in heard
        assert heard.form is not None
        assert [heard.form.given[name] for name in names] == ["daily", "09:30"]
    heard = await chat.submits("hana", mood="no")
    assert "On every workday at 9:30" in heard.text.replace("\u202f", " ")
    heard = await chat.presses("hana", "Change")
    assert heard.form is not None
    assert [heard.form.given[name] for name in (*names, "mood")] == ["daily", "09:30", "no"]
    # Who has none of their own has the company's.
    heard = await chat.says("grace", "/checkin setup")
    assert heard.form is not None
    assert [heard.form.given[name] for name in names] == ["WE", "08:00"]
    heard = await chat.says("grace", "/checkin setup at 11:00")
    assert "Every Wednesday at 11:00" in heard.text.replace("\u202f", " ")


async def test_a_manager_sets_up_no_other_team(chat: Chat) -> None:
    for words in ("@grace", "@grace Friday"):
        heard = await chat.says("ada", f"/checkin setup {words}")
        assert "A team's check-ins are set up by its manager, HR or an administrator." in heard
    assert "Every Friday" in await chat.says("ada", "/checkin setup @ada Friday")


async def test_a_channel_quotes_a_team_not_the_company(chat: Chat) -> None:
    place = chat.change(lambda store: store.accounts.seen_place("web", "#all", "#all")).id
    assert "A channel quotes one team." in await chat.says("hana", "/checkin setup #all Friday")
    form = (await hr_chooses(chat, "")).form
    assert form is not None
    assert form.question("place") is None
    await hr_chooses(chat, "ada")
    assert "Quoted in: #all" in await chat.submits("hana", place=place)
    assert "Nobody reports to Ben Okri" in await hr_chooses(chat, "ben")


async def test_others_cannot_set_up(chat: Chat) -> None:
    assert (await chat.says("ben", "/checkin setup")).form is None
    heard = await chat.says("ada", "/checkin setup Friday")
    settled = chat.change(
        lambda store: store.handles.open(heard.buttons["Save"].handle, presser=chat.ids["ada"])
    )[1]
    stolen = {**settled, "lead": chat.ids["grace"]}
    made = chat.change(lambda store: store.handles.make([("checkins.save", stolen, True)], for_person=None))
    assert (await chat.does("ada", Pressed(made[0]))).answer.outcome == "problem"
    assert chat.rows(Routine) == []


async def test_who_changes_the_manager_changes_the_routine(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(SUNDAY)
    await chat.says("ada", "/checkin setup Friday")
    await chat.presses("ada", "Save")
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "ben") == on(27, 9)

    chat.change(lambda store: led_by(chat, "dora", store))
    await ticks(chat, SUNDAY)
    assert next_asked(chat, "ben") == on(23, 9)


@pytest.mark.parametrize("clock", ["09:30", "15:00"])
@pytest.mark.parametrize("answers", [True, False])
async def test_who_changes_the_manager_within_a_window_is_asked_once_that_day(
    chat: Chat, clock: str, answers: bool
) -> None:
    chat.at(SUNDAY)
    await chat.says("grace", f"/checkin setup every workday {clock}")
    await chat.presses("grace", "Save")
    await ticks(chat, SUNDAY, on(23, 9))
    if answers:
        await chat.says("ben", "/checkin done A")
    chat.at(on(23, 12))
    chat.change(lambda store: led_by(chat, "grace", store))
    await ticks(chat, on(23, 12), on(23, 14), on(23, 16))
    assert [row.about for row in owed(chat, "ben")] == ["default:2026-11-23"]
    await ticks(chat, on(24, 14))
    assert [row.closed_how for row in owed(chat, "ben")] == ["done" if answers else "expired", ""]
    await chat.says("ben", "/checkin done B")
    assert [row.closed_how for row in owed(chat, "ben")] == ["done" if answers else "expired", "done"]
    assert len(chat.rows(CheckIn)) == 1 + answers


def led_by(chat: Chat, manager: str, store: Store) -> None:
    """Ben has another manager from now on."""
    line = store.one(ReportingLine, col(ReportingLine.subject_id) == chat.ids["ben"])
    assert line is not None
    store.change(line, manager_id=chat.ids[manager], revision=store.people_changed())


async def test_a_window_ends_when_the_team_is_asked_by_its_new_routine(any_chat: Chat) -> None:
    chat = any_chat
    chat.at(SUNDAY)
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", days="MO", lasts="4")
    await chat.presses("ada", "Save")
    await ticks(chat, SUNDAY, on(23, 9))
    await chat.says("ada", "/checkin setup every workday 10:00")
    await chat.presses("ada", "Save")
    for day in (24, 25):
        await ticks(chat, on(day, 9))
        assert [row.about[-2:] for row in owed(chat, "ben") if row.closed_at is None] == [str(day)]
        await chat.says("ben", f"/checkin done the {day}th")
        assert [row.about for row in owed(chat, "ben") if row.closed_at is None] == []
    rows = sorted(chat.rows(CheckIn), key=lambda row: row.id)
    assert [row.answers for row in rows] == [{"done": "the 24th"}, {"done": "the 25th"}]


async def test_a_window_that_is_over_does_not_open_again_for_who_moves_west(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, SUNDAY, on(23, 2))
    await chat.says("chen", "/checkin done A")
    await ticks(chat, on(24, 13))  # 21:00 in Shanghai, 8:00 in New York
    await chat.says("chen", "/checkin done B")
    await chat.says("chen", "/upbeat settings zone New York")
    await ticks(chat, on(24, 13, 1), on(24, 14))
    assert "failed" not in {row.outcome for row in chat.rows(Occurrence)}
    assert [row.about for row in owed(chat, "chen")] == ["default:2026-11-23"]
    assert [row.answers for row in chat.rows(CheckIn)] == [{"done": "A"}, {"done": "B"}]
    assert next_asked(chat, "chen") == on(30, 15)


async def test_who_comes_into_the_middle_of_a_window_is_asked_at_once_and_once(any_chat: Chat) -> None:
    chat = any_chat
    await ticks(chat, on(23, 13), on(23, 13, 1), on(24, 8))
    assert len(owed(chat, "ben")) == 1
    assert "check-in" in chat.told("ben").lower()
    assert next_asked(chat, "ben") == on(30, 9)


async def test_who_is_hired_in_the_evening_of_the_west_is_asked(any_chat: Chat) -> None:
    chat, zed = any_chat, "zed@example.com,Zed Ray,ada@example.com,Engines,America/New_York,en,employee,,\n"
    await ticks(chat, on(25, 0, 30))  # Tuesday, 19:30 in New York
    await sends(chat, "hana", COMPANY + zed)
    await chat.presses("hana", "Apply")
    chat.ids["zed"] = chat.change(lambda store: store.directory.with_email("zed@example.com").id)
    await ticks(chat, on(25, 0, 31))
    assert next_asked(chat, "zed") == on(30, 15)
    await ticks(chat, on(30, 15))
    assert [row.about for row in owed(chat, "zed")] == ["default:2026-11-30"]


async def test_who_comes_when_the_window_is_nearly_over_is_asked_next_week(chat: Chat) -> None:
    await ticks(chat, on(24, 18))  # 19:00 in Berlin: it was wanted by 18:00
    assert owed(chat, "ben") == []
    assert next_asked(chat, "ben") == on(30, 9)


async def test_a_routine_in_somebodys_quiet_hours_keeps_nothing_waiting(any_chat: Chat) -> None:
    """What they are asked in them is said in the morning, and does not wait for what they are asked that evening."""
    chat = any_chat
    chat.at(on(23, 7))
    chat.change(lambda store: store.preferences.set(chat.ids["ben"], "quiet", ["17:00", "09:00"]))
    await chat.says("ada", "/checkin setup every workday 17:30")
    await chat.presses("ada", "Save")
    for hour in range(3 * 24):
        await ticks(chat, on(23, 8) + timedelta(hours=hour))
    asked = [row for row in chat.rows(Outgoing) if row.person_id == chat.ids["ben"] and row.route == NUDGE]
    assert [row.made_at for row in sorted(asked, key=lambda row: row.id)] == [on(24, 8), on(25, 8)]
