"""When two people meet: planning on two clocks, reminders, moving, skipping, ending, and what is carried over."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col

from bot.words import Voice
from schedules.clock import Clock
from schedules.delivery import Delivery
from storage.one_on_ones import Series
from storage.tables import ObligationRow, Occurrence, Slot
from tests.company import MONDAY, Chat
from tests.handlers.test_people import COMPANY, sends

TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""10:00 in Berlin, 17:00 in Shanghai: the first meeting of what `planned` plans."""


async def planned(
    chat: Chat, words: str = "weekly Tuesday 10:00", *, who: str = "ben", partner: str = "chen"
) -> None:
    """Somebody plans a one-on-one."""
    await chat.says(who, f"/1on1 plan @{partner} {words}")
    await chat.presses(who, "Save")


async def tick(chat: Chat, moment: datetime | None = None) -> None:
    """The clock ticks, at a moment if it is given."""
    if moment is not None:
        chat.at(moment)
    await Clock(chat.core, Delivery(chat.core, (), worker="test")).tick()


def owed(chat: Chat, kind: str, who: str | None = None) -> list[ObligationRow]:
    """The open obligations of a kind, of one person or of all."""
    rows = chat.rows(ObligationRow, col(ObligationRow.kind) == f"one_on_ones.{kind}")
    return [row for row in rows if row.closed_at is None and who in (None, _name(chat, row.person_id))]


def _name(chat: Chat, person_id: str) -> str:
    return next(who for who, each in chat.ids.items() if each == person_id)


def silences(chat: Chat) -> list[tuple[str, str]]:
    """The bells of one-on-ones that said nothing, with the reason."""
    rows = chat.rows(Occurrence, col(Occurrence.kind).like("one_on_ones.%"))
    return [(row.kind, row.reason) for row in rows if row.outcome == "silent"]


def away(chat: Chat, who: str, day: date) -> None:
    """Somebody is away for a day."""
    chat.change(lambda store: store.preferences.away(chat.ids[who], day, day))


# Planning ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("每周 周二 10:00", "Every week on Tuesday at 10:00"),
        ("每周二上午10点", "Every week on Tuesday at 10:00"),
        ("每周周日 10:00", "Every week on Sunday at 10:00"),
        ("隔周 星期三 10:00", "Every two weeks on Wednesday"),
        ("每月 礼拜一 10:00", "Monday"),
        ("every Tuesday at 10:00", "Every week on Tuesday at 10:00"),
        ("every other week thu 10:00", "Every two weeks on Thursday"),
        ("every other Thursday at 10:00", "Every two weeks on Thursday"),
        ("weekly on Tuesday at 10", "Every week on Tuesday at 10:00"),
    ],
)
async def test_a_plan_is_understood_as_people_write_it(chat: Chat, said: str, heard: str) -> None:
    assert heard in await chat.says("ben", f"/1on1 plan @chen {said}")


async def test_a_plan_is_shown_on_both_clocks_before_it_is_saved(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/1on1 plan @chen weekly Tuesday 10:00")
    assert "Every week on Tuesday at 10:00\u202fAM (clock of Europe/Berlin)" in heard
    for day in ("Tue, Nov 24, 2026", "Tue, Dec 1, 2026", "Tue, Dec 8, 2026"):
        assert f"{day}, 10:00\u202fAM: for 陈明 on {day} at 5:00\u202fPM" in heard
    assert "陈明 is told when you save." in heard
    assert any_chat.rows(Series) == []
    assert "Saved. 陈明 is told." in await any_chat.presses("ben", "Save")
    assert "2026年11月24日周二 17:00" in any_chat.told("chen")
    assert "2026年11月24日周二 17:00" in await any_chat.says("chen", "面谈 @ben")
    assert "2026年11月24日周二 17:00" in await any_chat.says("chen", "面谈")


async def test_what_is_missing_is_asked_with_its_audience(chat: Chat) -> None:
    heard = await chat.says("ben", "/1on1 plan @chen")
    assert "At what time, on your clock?" in heard
    await chat.submits("ben", every="monthly", weekday="MO", clock="14:00")
    assert "Every month on the fourth Monday at 2:00\u202fPM" in chat.last["ben"]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("weekly Monday 9:00", ["Mon, Nov 30", "Mon, Dec 7", "Mon, Dec 14"]),
        ("weekly Monday 11:00", ["Mon, Nov 23", "Mon, Nov 30", "Mon, Dec 7"]),
        ("biweekly Friday 9:00", ["Fri, Nov 27", "Fri, Dec 11", "Fri, Dec 25"]),
        ("biweekly Friday 9:00 from 2026-12-01", ["Fri, Dec 4", "Fri, Dec 18", "Fri, Jan 1"]),
        ("monthly Friday 9:00", ["Fri, Nov 27", "Fri, Dec 25", "Fri, Jan 22"]),
        ("monthly Monday 9:00", ["Mon, Nov 30", "Mon, Dec 28", "Mon, Jan 25"]),
    ],
)
async def test_cadences(chat: Chat, words: str, days: list[str]) -> None:
    heard = await chat.says("ben", f"/1on1 plan @ada {words}")
    assert [line[: line.index(",", 4)] for line in heard.text.splitlines() if ": for Ada" in line] == days


@pytest.mark.parametrize(
    ("words", "theirs"),
    [
        # New York changes its clocks two weeks before Berlin: for so long the same meeting is an hour later there.
        ("weekly Monday 15:00 from 2027-03-08", ["9:00\u202fAM", "10:00\u202fAM", "10:00\u202fAM"]),
        ("weekly Monday 15:00 from 2027-03-15", ["10:00\u202fAM", "10:00\u202fAM", "9:00\u202fAM"]),
        # 02:30 does not exist in Berlin on the 28th: it becomes 03:00 there.
        ("weekly Sunday 02:30 from 2027-03-21", ["9:30\u202fPM", "9:00\u202fPM", "8:30\u202fPM"]),
    ],
)
async def test_the_week_in_which_the_clocks_change(chat: Chat, words: str, theirs: list[str]) -> None:
    heard = await chat.says("ben", f"/1on1 plan @eve {words}")
    assert [
        line.rpartition(" at ")[2] for line in heard.text.splitlines() if "for Eve" in line and " on " in line
    ] == theirs


async def test_the_preview_says_what_speaks_against_a_day(chat: Chat) -> None:
    chat.change(lambda store: store.set_setting("country", "DE"))
    away(chat, "chen", date(2026, 12, 18))
    heard = await chat.says("ben", "/1on1 plan @chen weekly Friday 22:30 from 2026-12-18")
    assert "is a holiday for Ben Okri: Christmas Day." in heard
    assert "5:30\u202fAM is no hour to meet for 陈明." in heard
    assert "is no workday for 陈明" in heard
    heard = await chat.says("ben", "/1on1 plan @chen weekly Friday 10:00 from 2026-12-18")
    assert "陈明 is away on Fri, Dec 18, 2026." in heard


async def test_a_beginning_that_is_over_is_refused(chat: Chat) -> None:
    await chat.says("ben", "/1on1 plan @chen")
    heard = await chat.submits("ben", every="weekly", weekday="MO", clock="14:00", begins="2026-11-20")
    assert "This day is over." in heard


async def test_the_clock_of_who_planned_counts_for_good(chat: Chat) -> None:
    await planned(chat, who="chen", partner="ben", words="weekly Tuesday 10:00")
    chat.change(lambda store: store.preferences.set_zone(chat.ids["chen"], "America/New_York"))
    assert "3:00\u202fAM" in await chat.says("ben", "/1on1 @chen")


async def test_a_preview_can_be_changed_before_it_is_saved(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/1on1 plan @chen biweekly Tuesday 10:00 from 2026-12-08")
    heard = await chat.presses("ben", "Change")
    assert heard.form is not None
    said = {"every": "biweekly", "weekday": "TU", "clock": "10:00", "begins": "2026-12-08"}
    assert heard.form.given == said
    heard = await chat.submits("ben", **{**said, "weekday": "WE"})
    assert "Every two weeks on Wednesday" in heard
    assert "Wed, Dec 9, 2026" in heard
    assert "Wed, Dec 23, 2026" in heard


async def test_a_saved_plan_is_saved_once(chat: Chat) -> None:
    preview = await chat.says("ben", "/1on1 plan @chen weekly Tuesday 10:00")
    await chat.presses("ben", "Save", on=preview)
    assert "not valid any more" in await chat.presses("ben", "Save", on=preview)


# Reminders --------------------------------------------------------------------------------------------------


async def test_both_are_reminded_two_hours_before(chat: Chat) -> None:
    await planned(chat)
    await tick(chat, TUESDAY.replace(hour=6, minute=59))
    assert owed(chat, "show") == []
    await tick(chat, TUESDAY.replace(hour=7))
    assert {_name(chat, row.person_id) for row in owed(chat, "show")} == {"ben", "chen"}
    assert "One-on-one with Ben Okri" in chat.told_in_english("chen")
    assert "One-on-one with Ben Okri" in await chat.presses("chen", "Open it")
    await tick(chat, TUESDAY)
    assert owed(chat, "show") == []


async def test_two_hours_after_both_are_asked_to_write_it_down(any_chat: Chat) -> None:
    await planned(any_chat)
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert {_name(any_chat, row.person_id) for row in owed(any_chat, "write_notes")} == {"ben", "chen"}
    assert "Write down what you agreed with 陈明" in any_chat.told("ben")
    heard = await any_chat.presses("ben", "Do it now")
    assert "What did you talk about and agree?" in heard
    await any_chat.submits("ben", words="We agreed.")
    assert owed(any_chat, "write_notes") == []
    assert "Notes of Tue, Nov 24, 2026" in any_chat.last["ben"]
    assert "Tue, Dec 1, 2026" in await any_chat.says("ben", "/1on1 @chen")


async def test_what_was_agreed_is_due_on_the_next_workday_of_whoever_writes_it(chat: Chat) -> None:
    await planned(chat, "weekly Friday 10:00")
    away(chat, "chen", date(2026, 11, 30))
    friday = datetime(2026, 11, 27, 11, 0, tzinfo=UTC)
    await tick(chat, friday)
    monday, tuesday = datetime(2026, 11, 30, 11, 0, tzinfo=UTC), datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
    due = {_name(chat, row.person_id): row.due_at for row in owed(chat, "write_notes")}
    assert due == {"ben": monday, "chen": tuesday}
    await tick(chat, monday)
    assert {row.person_id for row in owed(chat, "write_notes")} == {chat.ids["ben"], chat.ids["chen"]}


async def test_a_holiday_is_no_day_to_write_down_what_was_agreed(chat: Chat) -> None:
    await planned(chat)
    chat.change(lambda store: store.workdays.load("", [(date(2026, 11, 25), False, "Founders' day")]))
    await tick(chat, TUESDAY.replace(hour=11))
    thursday = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)
    assert {row.due_at for row in owed(chat, "write_notes")} == {thursday}


async def test_nobody_is_asked_when_the_notes_were_touched(any_chat: Chat) -> None:
    await planned(any_chat)
    await tick(any_chat, TUESDAY.replace(hour=7))
    any_chat.at(TUESDAY.replace(hour=10))
    await any_chat.says("chen", "/1on1 notes @ben")
    await any_chat.submits("chen", words="We agreed.")
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert owed(any_chat, "write_notes") == []
    assert ("one_on_ones.after", "done") in silences(any_chat)


async def test_a_private_note_settles_it_for_its_author_alone(chat: Chat) -> None:
    await planned(chat)
    chat.at(TUESDAY.replace(hour=10))
    await chat.says("ben", "/1on1 @chen")
    await chat.presses("ben", "Private note")
    await chat.submits("ben", words="Chen is glad.")
    await tick(chat, TUESDAY.replace(hour=11))
    assert [_name(chat, row.person_id) for row in owed(chat, "write_notes")] == ["chen"]


@pytest.mark.parametrize("who", ["ben", "chen"])
async def test_nobody_is_reminded_when_either_is_away(chat: Chat, who: str) -> None:
    await planned(chat)
    away(chat, who, TUESDAY.date())
    await tick(chat, TUESDAY.replace(hour=7))
    await tick(chat, TUESDAY.replace(hour=11))
    assert silences(chat) == [("one_on_ones.before", "away"), ("one_on_ones.after", "away")]
    assert owed(chat, "show") + owed(chat, "write_notes") == []
    await tick(chat, datetime(2026, 12, 1, 7, 0, tzinfo=UTC))
    assert len(owed(chat, "show")) == 2


async def test_each_meeting_has_its_reminders(chat: Chat) -> None:
    await planned(chat)
    for week in range(3):
        for hour in (7, 11):
            await tick(chat, datetime(2026, 11, 24, hour, tzinfo=UTC) + week * (TUESDAY - MONDAY) * 7)
    kinds = [row.kind for row in chat.rows(ObligationRow)]
    assert (kinds.count("one_on_ones.show"), kinds.count("one_on_ones.write_notes")) == (6, 6)


async def test_a_clock_that_slept_for_ten_days_asks_nothing_old(chat: Chat) -> None:
    await planned(chat)
    await tick(chat, datetime(2026, 12, 4, 12, 0, tzinfo=UTC))
    assert owed(chat, "show") == []
    assert owed(chat, "write_notes") == []
    slots = {row.kind: row.due_at for row in chat.rows(Slot, col(Slot.kind).like("one_on_ones.%"))}
    assert slots == {
        "one_on_ones.before": datetime(2026, 12, 8, 7, 0, tzinfo=UTC),
        "one_on_ones.after": datetime(2026, 12, 8, 11, 0, tzinfo=UTC),
    }


async def test_what_is_not_discussed_is_carried_over(any_chat: Chat) -> None:
    await planned(any_chat)
    await any_chat.says("ben", "/1on1 add @chen the build")
    await any_chat.says("ben", "/1on1 add @chen the budget")
    any_chat.at(TUESDAY)
    await any_chat.says("chen", "/1on1 @ben")
    await any_chat.presses("chen", "Discussed")  # the last button of that name: the budget
    await tick(any_chat, TUESDAY.replace(hour=11))
    heard = await any_chat.says("ben", "/1on1 @chen")
    assert "the build (from Ben Okri, carried over)" in heard
    assert "the budget" not in heard
    await any_chat.says("ben", "/1on1 add @chen something new")
    assert "something new (from Ben Okri)" in any_chat.last["ben"]


# Changes ----------------------------------------------------------------------------------------------------


async def test_a_meeting_is_moved_for_both(chat: Chat) -> None:
    await planned(chat)
    await tick(chat, TUESDAY.replace(hour=7))
    heard = await chat.says("chen", "/1on1 @ben")
    heard = await chat.presses("chen", "Move the next", on=heard)
    assert "At what time, on your clock?" in heard
    await chat.submits("chen", day="2026-11-26", clock="15:00")
    assert "陈明 moved your one-on-one to Thu, Nov 26, 2026, 8:00\u202fAM." in chat.told("ben")
    assert owed(chat, "show") == []
    await tick(chat, TUESDAY.replace(hour=11))
    assert owed(chat, "write_notes") == []
    await tick(chat, datetime(2026, 11, 26, 5, 0, tzinfo=UTC))
    assert len(owed(chat, "show")) == 2
    await tick(chat, datetime(2026, 11, 26, 9, 0, tzinfo=UTC))
    assert len(owed(chat, "write_notes")) == 2
    assert "Tue, Dec 1, 2026, 10:00\u202fAM" in await chat.says("ben", "/1on1 @chen")


@pytest.mark.parametrize("plan", ["1on1 plan @chen weekly Tuesday 10:00", "1on1 add @chen the roadmap"])
async def test_the_notes_of_a_moved_meeting_are_of_the_day_on_which_it_was(any_chat: Chat, plan: str) -> None:
    chat = any_chat
    await chat.says("ben", f"/{plan}")
    if "plan" in plan:
        await chat.presses("ben", "Save")
    else:
        await chat.presses("ben", "Set a date")
        await chat.submits("ben", day="2026-11-24", clock="10:00")
    await chat.presses("ben", "Move the next")
    await chat.submits("ben", day="2026-11-26", clock="10:00")
    await tick(chat, datetime(2026, 11, 26, 11, 0, tzinfo=UTC))
    assert len(owed(chat, "write_notes")) == 2
    heard = await chat.says("chen", "/1on1 notes @ben we ship in May")
    assert "Notes of Thu, Nov 26" in heard.english
    assert "陈明 wrote the notes of your one-on-one of Thu, Nov 26" in chat.told("ben")
    assert owed(chat, "write_notes") == []


async def test_a_meeting_moved_to_later_the_same_day_is_recalled_again(chat: Chat) -> None:
    await planned(chat)
    await tick(chat, TUESDAY.replace(hour=7))
    await chat.says("ben", "/1on1 @chen")
    await chat.presses("ben", "Move the next")
    await chat.submits("ben", day="today", clock="16:00")
    await tick(chat, TUESDAY.replace(hour=13))
    assert len(owed(chat, "show")) == 2


async def test_a_meeting_is_not_moved_into_the_past(chat: Chat) -> None:
    await planned(chat)
    await chat.presses("ben", "Move the next")
    assert "This moment is over." in await chat.submits("ben", day="today", clock="9:00")


async def test_what_speaks_against_the_new_moment_is_said_to_both(chat: Chat) -> None:
    await planned(chat)
    await chat.presses("ben", "Move the next")
    heard = await chat.submits("ben", day="2026-12-12", clock="21:00")
    for seen in (heard.english, chat.told_in_english("chen")):
        assert "Sat, Dec 12, 2026 is no workday for Ben Okri." in seen
        assert "4:00\u202fAM is no hour to meet for 陈明." in seen
        assert "It takes the place of 2 other meetings of the series as well." in seen


async def test_a_meeting_that_was_moved_is_not_skipped_unseen(chat: Chat) -> None:
    await planned(chat)
    seen = await chat.says("chen", "/1on1 @ben")
    await chat.presses("ben", "Move the next")
    await chat.submits("ben", day="2026-11-26", clock="10:00")
    assert "changed in the meantime" in await chat.presses("chen", "Skip the next", on=seen)
    assert "Thu, Nov 26, 2026, 10:00" in await chat.says("ben", "/1on1 @chen")


async def test_a_meeting_is_skipped_for_both(any_chat: Chat) -> None:
    await planned(any_chat)
    await any_chat.says("ben", "/1on1 add @chen the build")
    heard = await any_chat.presses("ben", "Skip the next")
    assert "Tue, Dec 1, 2026, 10:00\u202fAM" in heard
    assert "the build" in heard
    assert "2026年12月1日周二 17:00" in any_chat.told("chen")
    await tick(any_chat, TUESDAY.replace(hour=7))
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert owed(any_chat, "show") + owed(any_chat, "write_notes") == []


async def test_it_is_moved_skipped_and_ended_by_words_as_well(any_chat: Chat) -> None:
    for words in ("skip", "end"):
        assert "You have no one-on-one with 陈明 yet." in await any_chat.says("ben", f"/1on1 {words} @chen")
    await planned(any_chat)
    heard = await any_chat.says("ben", "/1on1 skip @chen")
    assert "Skipped." in heard
    assert "Tue, Dec 1, 2026, 10:00\u202fAM" in heard
    heard = await any_chat.says("ben", "/1on1 reschedule @chen to friday at 15:00")
    assert "The next meeting is on Fri, Nov 27, 2026, 3:00\u202fPM." in heard
    assert "2026年11月27日周五 22:00" in any_chat.told("chen")
    assert "It has ended." in await any_chat.says("chen", "面谈 结束 @ben")
    assert "nothing to skip" in await any_chat.says("ben", "/1on1 skip @chen")


async def test_two_who_skip_at_once_skip_one_meeting(chat: Chat) -> None:
    await planned(chat)
    seen = await chat.says("chen", "/1on1 @ben")
    await chat.presses("ben", "Skip the next")
    assert "changed in the meantime" in await chat.presses("chen", "Skip the next", on=seen)
    assert "Tue, Dec 1, 2026" in await chat.says("ben", "/1on1 @chen")


@pytest.mark.parametrize(
    "words",
    [
        "every two weeks on Thursday at 3pm",
        "Thursdays 15:00 every other week",
        "at 15:00 biweekly on thu",
        "每两周 周四下午三点",
        "下午三點 每兩週 週四",
        "每两周一次，周四 15:00",
        "once every two weeks, Thursday 15:00",
    ],
)
async def test_how_often_on_which_day_and_when_may_be_said_in_any_order(chat: Chat, words: str) -> None:
    assert "Every two weeks on Thursday at 3:00" in await chat.says("ada", f"/1on1 plan @ben {words}")


@pytest.mark.parametrize("often", ["一周一次", "每周一次", "once a week,"])
async def test_once_a_week_is_no_monday(chat: Chat, often: str) -> None:
    assert "Every week on Thursday at 3:00" in await chat.says("ada", f"/1on1 plan @ben {often} 周四 15:00")


async def test_who_moves_what_was_skipped_meanwhile_moves_what_is_next(chat: Chat) -> None:
    await planned(chat)
    await chat.presses("ben", "Move the next")
    await chat.says("chen", "/1on1 @ben")
    await chat.presses("chen", "Skip the next")
    heard = await chat.submits("ben", day="2026-11-26", clock="15:00")
    assert "changed in the meantime" in heard
    assert "Tue, Dec 1, 2026, 10:00" in heard
    assert "The next meeting is on Thu, Nov 26, 2026, 3:00" in await chat.presses(
        "ben", "Move it to Thu, Nov 26, 2026, 3:00\u202fPM"
    )


async def test_who_skips_what_was_moved_meanwhile_sees_what_is_next(chat: Chat) -> None:
    await planned(chat)
    seen = await chat.says("chen", "/1on1 @ben")
    await chat.presses("ben", "Skip the next")
    await chat.presses("chen", "Skip the next", on=seen)
    assert "Tue, Dec 8, 2026" in await chat.presses("chen", "Skip the next")


async def test_without_a_cadence_a_single_date_can_be_set(chat: Chat) -> None:
    await chat.says("ben", "/1on1 add @chen the build")
    await chat.presses("ben", "Set a date")
    await chat.submits("ben", day="2026-11-24", clock="10:00")
    await tick(chat, TUESDAY.replace(hour=7))
    assert len(owed(chat, "show")) == 2
    await tick(chat, TUESDAY.replace(hour=11))
    assert len(owed(chat, "write_notes")) == 2
    assert "Not planned yet" in await chat.says("ben", "/1on1 @chen")


async def test_a_series_ends_for_both_and_nothing_is_deleted(any_chat: Chat) -> None:
    await planned(any_chat)
    await any_chat.says("ben", "/1on1 add @chen the build")
    await any_chat.says("ben", "/1on1 notes @chen")
    await any_chat.submits("ben", words="We agreed.")
    heard = await any_chat.presses("ben", "End")
    assert "It has ended." in heard
    assert "We agreed." in heard
    assert "Ben Okri ended your one-on-ones." in any_chat.told_in_english("chen")
    assert any_chat.rows(Slot, col(Slot.kind).like("one_on_ones.%")) == []
    assert "Ended" in await any_chat.says("chen", "/1on1")
    assert "the build" in await any_chat.presses("chen", "Open")
    heard = await any_chat.says("chen", "/1on1 add @ben once more")
    assert "It has ended." not in heard
    assert "We agreed." in heard
    assert "begins a one-on-one with you" in any_chat.told("ben")


async def test_an_old_button_of_an_ended_series_says_so(chat: Chat) -> None:
    await planned(chat)
    await chat.says("ben", "/1on1 add @chen the build")
    seen = await chat.says("chen", "/1on1 @ben")
    await chat.presses("ben", "End")
    for label in ("Discussed", "Move the next", "Skip the next", "End", "Usual weekly talk"):
        assert "This one-on-one has ended." in await chat.presses("chen", label, on=seen)


async def test_nobody_hears_at_the_weekend_that_a_partner_has_left(chat: Chat) -> None:
    await planned(chat)
    await chat.deliver()
    chat.leaves("chen")
    arrived: list[datetime] = []
    for hour in range(24 * 3):
        await tick(chat, datetime(2026, 11, 28, tzinfo=UTC) + timedelta(hours=hour))
        sent = [Voice().plain(parcel.card) for parcel in await chat.deliver()]
        arrived += [chat.now for words in sent if "have ended" in words]
    assert arrived == [datetime(2026, 11, 30, 8, tzinfo=UTC)]  # nine on Monday, in Berlin


async def test_when_one_leaves_the_series_ends_and_the_other_keeps_the_notes(any_chat: Chat) -> None:
    await planned(any_chat)
    await any_chat.says("chen", "/1on1 action @ben by friday: write the plan")
    await any_chat.says("ben", "/1on1 notes @chen")
    await any_chat.submits("ben", words="We agreed.")
    any_chat.leaves("chen")
    await tick(any_chat, TUESDAY.replace(hour=7))
    assert "have ended" not in any_chat.told("ben")  # it may be undone for a day
    await tick(any_chat, TUESDAY)
    assert "Your one-on-ones with 陈明 have ended." in any_chat.told("ben")
    assert any_chat.rows(Slot, col(Slot.kind).like("one_on_ones.%")) == []
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert any_chat.told("ben").count("have ended") == 1
    assert "write the plan" not in any_chat.told("ada")
    assert "write the plan" not in str(owed(any_chat, "action_done"))
    await any_chat.says("ben", "/1on1")
    heard = await any_chat.presses("ben", "Open")
    assert "陈明 has left." in heard
    assert "We agreed." in heard
    assert "Write notes" not in heard.buttons


async def test_nobody_owes_a_line_about_who_has_left_until_they_are_here_again(any_chat: Chat) -> None:
    await planned(any_chat)
    await planned(any_chat, partner="ada")
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert len(owed(any_chat, "write_notes", "ben")) == 2
    chens = next(row for row in COMPANY.splitlines() if row.startswith("chen@"))
    await sends(any_chat, "hana", COMPANY.replace(f"{chens}\n", ""))
    await any_chat.presses("hana", "Apply")
    (left,) = owed(any_chat, "write_notes", "ben")
    assert left.about == owed(any_chat, "write_notes", "ada")[0].about
    any_chat.wait(minutes=30)
    await any_chat.presses("hana", "Undo")
    assert len(owed(any_chat, "write_notes", "ben")) == 2
    assert len(owed(any_chat, "write_notes", "chen")) == 1


async def test_who_is_here_again_owes_no_line_about_who_has_left_before(any_chat: Chat) -> None:
    await planned(any_chat)
    await tick(any_chat, TUESDAY.replace(hour=11))
    any_chat.leaves("chen")
    any_chat.wait(minutes=5)
    any_chat.leaves("ben")
    any_chat.change(lambda store: store.leavers.bring_back({any_chat.ids["ben"]: ()}, left_at=any_chat.now))
    assert owed(any_chat, "write_notes") == []


async def test_when_a_leaver_had_not_left_after_all_the_series_goes_on(any_chat: Chat) -> None:
    await planned(any_chat)
    any_chat.wait(hours=3)
    chens = next(row for row in COMPANY.splitlines() if row.startswith("chen@"))
    await sends(any_chat, "hana", COMPANY.replace(f"{chens}\n", ""))
    await any_chat.presses("hana", "Apply")
    await tick(any_chat, TUESDAY.replace(hour=7))
    any_chat.wait(minutes=30)
    assert "Undone." in await any_chat.presses("hana", "Undo")
    await tick(any_chat, TUESDAY.replace(hour=8))
    assert "Every week on Tuesday" in await any_chat.says("ben", "/1on1 @chen")
    assert len(owed(any_chat, "show")) == 2
    await tick(any_chat, TUESDAY.replace(hour=11))
    assert len(owed(any_chat, "write_notes")) == 2
    assert "have ended" not in any_chat.told("ben")
