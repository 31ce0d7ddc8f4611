"""Check-ins of a team: what the manager sees and does, and what the channel reads."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import col

from bot.importing import import_calendar
from handlers.kit.requests import Pressed
from storage.checkins import CheckIn, Routine
from storage.slots import RESTORED_AT
from storage.tables import AuditRow, ObligationRow, Outgoing, PersonRow, Place, ReportingLine, Slot
from tests.company import MONDAY, Chat

SUNDAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def asked(chat: Chat, at: datetime = MONDAY.replace(hour=15, minute=5)) -> None:
    """It is Monday, 10:05 in New York: everybody was asked."""
    chat.at(SUNDAY)
    await chat.tick()
    chat.at(at)
    await chat.tick()


def channel(chat: Chat, name: str = "#engines") -> str:
    return chat.change(lambda store: store.accounts.seen_place("web", name, name)).id


def digest_to(chat: Chat, place: str, lead: str = "ada", **more) -> Routine:
    values = {
        "questions": ["done", "next", "blocked"],
        "starts": date(2026, 11, 1),
        "place_id": place,
        **more,
    }
    return chat.change(lambda store: store.checkins.routines.save(chat.ids[lead], **values))


# The manager's view -----------------------------------------------------------------------------------------


async def test_the_manager_sees_who_wrote_and_what_blocks(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A; blocked by legal")
    chat.change(lambda store: store.preferences.away(chat.ids["eve"], date(2026, 11, 23), date(2026, 11, 27)))
    heard = await chat.says("ada", "/checkin team")
    assert "Checked in: 1 of 2" in heard
    assert "Ben Okri\nChecked in Mon, Nov 23, 2026" in heard.text
    assert "Done: A\nBlocked: by legal" in heard
    assert "Eve Curie\nAway." in heard
    assert "陈明\nNot yet." in heard
    assert heard.text.count("by legal") == 1


async def test_who_was_away_when_the_window_closed_is_not_counted_missing_afterwards(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/upbeat away until 2026-11-24")
    await chat.says("eve", "/checkin done A")
    chat.at(MONDAY.replace(day=26))
    await chat.tick()
    heard = await chat.says("ada", "/checkin team")
    assert "Checked in: 1 of 2" in heard
    assert "Ben Okri\nNothing lately." in heard.text


async def test_who_was_not_asked_because_of_leave_is_neither_missing_nor_done(any_chat: Chat) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("ben", "/checkin done A")
    await chat.says("chen", "/checkin done A")
    chat.at(MONDAY.replace(day=27))
    await chat.says("ben", "/away from 2026-11-30 until 2026-12-01")
    await chat.says("eve", "/away from 2026-11-30 until 2026-12-01")
    chat.at(datetime(2026, 11, 30, 15, 5, tzinfo=UTC))
    await chat.tick()
    for day in (1, 3):  # while they are away, and when they are back
        chat.at(datetime(2026, 12, day, 9, tzinfo=UTC))
        await chat.tick()
        heard = await chat.says("ada", "/checkin team")
        assert "Checked in: 0 of 1" in heard
        assert "Checked in: 0 of 1" in await chat.opens("ada")
    assert "Ben Okri\nThe last one: Mon, Nov 23, 2026" in heard.text
    assert "Eve Curie\nNothing lately." in heard.text


async def test_a_holiday_that_is_declared_while_the_window_is_open_moves_its_end(
    any_chat: Chat, tmp_path: Path
) -> None:
    chat = any_chat
    await asked(chat)
    await chat.says("eve", "/checkin done A")
    days = tmp_path / "days.csv"
    days.write_text("day,workday,name\n2026-11-24,no,Storm\n")
    import_calendar(chat.database, days, "CN")
    for hour in range(16, 24 + 24 + 12):  # through the night, the day off and the next morning
        chat.at(MONDAY.replace(hour=0) + timedelta(hours=hour))
        await chat.tick()
    assert "Due Wed, Nov 25, 2026" in chat.told("ben")
    await chat.says("ben", "/checkin done B")
    heard = await chat.says("ada", "/checkin team")
    assert "Checked in: 2 of 3" in heard
    assert "Ben Okri\nChecked in Wed, Nov 25, 2026" in heard.text


async def test_a_workday_that_is_declared_while_the_window_is_open_brings_its_end_forward(
    any_chat: Chat, tmp_path: Path
) -> None:
    chat, days = any_chat, tmp_path / "days.csv"
    days.write_text("day,workday,name\n2026-11-24,no,Storm\n")
    import_calendar(chat.database, days, "CN")
    await asked(chat)
    days.write_text("day,workday,name\n2026-11-24,yes,No storm\n")
    import_calendar(chat.database, days, "CN")
    for hour in range(16, 24 + 24 + 2):  # until Tuesday, 21:00 in New York
        chat.at(MONDAY.replace(hour=0) + timedelta(hours=hour))
        await chat.tick()
    mine = col(ObligationRow.person_id) == chat.ids["ben"], col(ObligationRow.kind) == "checkins.check_in"
    assert [row.closed_how for row in chat.rows(ObligationRow, *mine)] == ["expired"]
    assert chat.told("ben").count("It was due Tue, Nov 24, 2026") == 1


async def test_only_the_manager_hears_who_has_not_written(chat: Chat) -> None:
    await asked(chat)
    for who in ("ben", "hana"):
        heard = await chat.says(who, "/checkin team")
        assert heard.answer.outcome == "problem"
        assert "陈明" not in heard


async def test_a_blocker_of_before_is_still_shown(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    chat.wait(hours=1)
    await chat.says("ben", "/checkin done B")
    assert "Still blocked: by legal" in await chat.says("ada", "/checkin team")


async def test_a_blocker_of_before_is_not_hidden_by_words_in_which_it_stands(chat: Chat) -> None:
    await chat.says("ben", "/checkin blocked CI")
    chat.wait(days=7)
    await chat.says("ben", "/checkin blocked the docs of CI")
    assert "Still blocked: CI" in await chat.says("ada", "/checkin team")


async def test_the_home_screen_counts_and_opens_nobodys_words(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; blocked by legal")
    home = await chat.opens("ada")
    assert "My team\nChecked in: 1 of 3\nBlocked: 1 person" in home.text
    assert chat.rows(AuditRow, col(AuditRow.act) == "opened") == []
    assert "Done: A" in await chat.presses("ada", "Open the team")
    assert "My team" not in await chat.opens("ben")


async def test_the_manager_reads_and_the_person_sees_that(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done A")
    await chat.says("ada", "/checkin team")
    assert "Ben Okri's check-in" in await chat.presses("ada", "Open")
    assert "You marked it as read." in await chat.presses("ada", "Mark as read")
    assert "Read by Ada Lovelace." in await chat.says("ben", "/checkin history")
    opened = chat.rows(AuditRow, col(AuditRow.act) == "opened")
    assert {(row.actor_id, row.subject_id) for row in opened} == {(chat.ids["ada"], chat.ids["ben"])}


async def test_a_changed_check_in_is_to_be_read_again(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A", message="m1")
    await chat.says("ada", "/checkin team")
    await chat.presses("ada", "Open")
    await chat.presses("ada", "Mark as read")
    await chat.says("ben", "/checkin done AA", message="m1", edits=True)
    assert "Read by" not in await chat.says("ben", "/checkin history")


async def test_the_manager_comments_and_the_person_is_told(any_chat: Chat) -> None:
    chat = any_chat
    await chat.says("ben", "/checkin done A")
    await chat.says("ada", "/checkin team")
    await chat.presses("ada", "Open")
    heard = await chat.presses("ada", "Comment")
    assert heard.form is not None
    assert "Seen by Ben Okri, you, and the managers above" in heard
    assert "Ada Lovelace wrote: Well *done*" in await chat.submits("ada", words="Well *done*")
    assert "Ada Lovelace wrote under your check-in of Mon, Nov 23, 2026.\nWell *done*" in chat.told("ben")
    assert "Ada Lovelace wrote: Well *done*" in await chat.says("ben", "/checkin history")


async def test_managers_above_read_but_do_not_comment(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A")
    heard = await press(chat, "grace", "checkins.open_one")
    assert "Done: A" in heard
    assert not heard.buttons
    assert (await press(chat, "grace", "checkins.comment")).form is None
    for who in ("chen", "hana", "ivan"):
        assert "Done: A" not in await press(chat, who, "checkins.open_one")


async def press(chat: Chat, who: str, route: str):
    """Press a button about Ben's check-in that was not given to this person."""
    (row,) = chat.rows(CheckIn)
    args = {"checkin": row.id}
    made = chat.change(lambda store: store.handles.make([(route, args, False)], for_person=None))
    return await chat.does(who, Pressed(made[0]))


async def test_a_check_in_is_taken_along_to_the_one_on_one(chat: Chat) -> None:
    await chat.says("ben", "/checkin done A; next payments")
    await chat.says("ada", "/checkin team")
    await chat.presses("ada", "Open")
    assert "payments" in await chat.presses("ada", "Add to one-on-one")
    assert "payments" in await chat.says("ben", "/1on1 @ada")


# The mood ---------------------------------------------------------------------------------------------------


def hire(chat: Chat, *names: str) -> None:
    def work(store):
        for name in names:
            revision = store.people_changed()
            row = PersonRow(
                email=f"{name}@example.com", name=name.title(), zone="Europe/Berlin", revision=revision
            )
            chat.ids[name] = store.insert(row).id
            line = ReportingLine(
                subject_id=row.id, manager_id=chat.ids["ada"], since=date(2020, 1, 1), revision=revision
            )
            store.insert(line)
            store.accounts.link(row.id, "web", name)

    chat.change(work)


MEAN, NO_MEAN = (
    "Mood: 3.6 of 5, the mean of 5 people",
    "Mood: shown as a mean once 5 people or more gave theirs",
)


async def give(chat: Chat, **moods: int) -> None:
    for who, mood in moods.items():
        await chat.says(who, f"/checkin done A; mood {mood}")


async def test_the_mood_is_a_mean_of_five_and_only_once_it_is_settled(any_chat: Chat) -> None:
    chat = any_chat
    hire(chat, "finn", "gita")
    await asked(chat)
    await give(chat, ben=5, chen=4, eve=4, finn=4)
    chat.at(datetime(2026, 11, 24, 18, 59, tzinfo=UTC))
    await give(chat, gita=1)
    for hour in (19, 24):  # it closes in Berlin, then in New York
        assert NO_MEAN in await chat.says("ada", "/checkin team")
        chat.at(datetime(2026, 11, 24, tzinfo=UTC) + timedelta(hours=hour))
        await chat.tick()
    chat.at(datetime(2026, 11, 25, 1, tzinfo=UTC))
    assert MEAN in await chat.says("ada", "/checkin team")


async def test_moods_that_nobody_asked_for_are_a_mean_once_their_day_is_over_everywhere(chat: Chat) -> None:
    hire(chat, "finn", "gita")
    await give(chat, ben=5, chen=4, eve=4, finn=4)
    chat.wait(days=1)
    await give(chat, gita=1)
    chat.wait(days=2)
    assert NO_MEAN in await chat.says("ada", "/checkin team")  # it was another day
    chat.at(datetime(2026, 11, 26, 12, tzinfo=UTC))
    await give(chat, ben=5, chen=4, eve=4, finn=4, gita=1)
    for hours, shown in ((23, NO_MEAN), (1, MEAN)):
        chat.wait(hours=hours)
        assert shown in await chat.says("ada", "/checkin team")


async def test_where_no_mood_is_asked_for_none_is_promised(chat: Chat) -> None:
    assert "Mood: shown as a mean" in await chat.says("ada", "/checkin team")
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", mood="no")
    await chat.presses("ada", "Save")
    assert "Mood" not in await chat.says("ada", "/checkin team")


async def test_a_mood_that_was_taken_back_counts_in_no_mean(chat: Chat) -> None:
    hire(chat, "finn", "gita", "hugo")
    await asked(chat)
    await give(chat, ben=5, chen=4, eve=4, finn=4, gita=1, hugo=5)
    await chat.says("hugo", "/checkin")
    await chat.submits("hugo", done="A", mood="")
    chat.at(datetime(2026, 11, 25, 9, tzinfo=UTC))
    await chat.tick()
    assert MEAN in await chat.says("ada", "/checkin team")


async def test_two_means_never_differ_by_one_person(any_chat: Chat) -> None:
    """Neither whoever writes the next time, nor who leaves, joins or has theirs erased, is told from the others."""
    chat = any_chat
    hire(chat, "finn", "gita", "hugo")
    await asked(chat)
    await give(chat, ben=5, chen=4, eve=4, finn=4, gita=1)
    chat.at(datetime(2026, 11, 30, 15, 5, tzinfo=UTC))
    await chat.tick()
    assert MEAN in await chat.says("ada", "/checkin team")
    await give(chat, hugo=5)
    chat.at(datetime(2026, 12, 3, 9, tzinfo=UTC))
    await chat.tick()
    assert MEAN in await chat.says("ada", "/checkin team")
    chat.leaves("gita")
    hire(chat, "iris")
    assert MEAN in await chat.says("ada", "/checkin team")
    await chat.says("ben", "/upbeat privacy erase")
    await chat.submits("ben", confirm="ERASE")
    assert NO_MEAN in await chat.says("ada", "/checkin team")


async def test_a_mean_is_forgotten_as_a_whole_however_late_some_clocks_are(any_chat: Chat) -> None:
    chat = any_chat
    hire(chat, "finn", "gita", "hugo")
    await asked(chat)
    await give(chat, ben=5, chen=1, eve=4, finn=4, gita=5, hugo=4)
    seen = set()
    for hour in range(0, 15 * 24, 6):  # two weeks on, it was over in Shanghai before it was in New York
        chat.at(datetime(2026, 11, 25, 1, tzinfo=UTC) + timedelta(hours=hour))
        heard = await chat.says("ada", "/checkin team")
        seen |= {line for line in heard.text.splitlines() if line.startswith("Mood: ") and "of 5" in line}
    assert seen == {"Mood: 3.8 of 5, the mean of 6 people"}


async def test_a_mean_waits_for_those_who_are_asked_last_on_their_clocks(any_chat: Chat) -> None:
    chat = any_chat
    hire(chat, "finn", "gita", "hugo", "iris")
    await chat.says("ada", "/checkin setup")
    await chat.submits("ada", days="daily", clock="17:00", lasts="0")
    await chat.presses("ada", "Save")
    chat.at(datetime(2026, 11, 23, 16, 5, tzinfo=UTC))
    await chat.tick()
    await give(chat, ben=5, finn=4, gita=4, hugo=5, iris=4)
    chat.at(
        datetime(2026, 11, 23, 20, tzinfo=UTC)
    )  # the evening is over in Berlin, and not begun in New York
    assert NO_MEAN in await chat.says("ada", "/checkin team")


async def test_whoever_is_asked_after_all_others_is_in_no_mean(any_chat: Chat) -> None:
    chat = any_chat
    hire(chat, "finn", "gita", "hugo")
    await chat.says("eve", "/away from 2026-11-23 until 2026-11-25")
    await asked(chat)
    await give(chat, ben=5, chen=4, finn=4, gita=4, hugo=1)
    chat.at(datetime(2026, 11, 24, 19, 30, tzinfo=UTC))
    assert MEAN in await chat.says("ada", "/checkin team")
    await chat.says("eve", "/away 2027-01-04")
    heard = await chat.presses("eve", "I will be here after all")
    await chat.presses("eve", "I will be here after all", on=heard)  # the next one, which has begun
    await chat.tick()
    await give(chat, eve=5)
    for hours in (1, 8):  # it is open for her alone, and then over for her too
        chat.wait(hours=hours)
        assert MEAN in await chat.says("ada", "/checkin team")


# The digest -------------------------------------------------------------------------------------------------


async def test_the_digest_quotes_what_was_shared_and_names_nobody_else(any_chat: Chat) -> None:
    chat = any_chat
    place = channel(chat)
    digest_to(chat, place)
    await asked(chat)
    heard = await chat.says("ben", "/checkin done A; next B; mood 2")
    assert "Seen by you and your managers, and by everybody in #engines" in heard
    chat.at(datetime(2026, 11, 25, 0, 59, tzinfo=UTC))  # 19:59 on Tuesday in New York, the last of the team
    await chat.tick()
    assert chat.posted(place) == ""
    chat.wait(minutes=1)
    await chat.tick()
    await chat.tick()
    posted = chat.posted(place)
    assert "What Ada Lovelace's team shared for Mon, Nov 23, 2026\nBen Okri\nDone: A\nNext: B" in posted
    assert posted.count("Ben Okri") == 1
    assert "陈明" not in posted
    assert "Eve Curie" not in posted
    assert len(chat.rows(Outgoing, col(Outgoing.place_id) == place)) == 1


async def test_a_digest_of_before_a_restore_is_not_posted_again(any_chat: Chat) -> None:
    """It was due between the backup and the restore, and posted then."""
    chat, place = any_chat, channel(any_chat)
    digest_to(chat, place)
    await asked(chat)
    await chat.says("ben", "/checkin done the login page")
    chat.at(MONDAY.replace(day=26, hour=9))
    chat.change(lambda store: store.set_setting(RESTORED_AT, chat.now.isoformat()))
    for _ in range(4):
        await chat.tick()
        chat.wait(minutes=1)
    assert chat.posted(place) == ""
    assert not chat.rows(Slot, col(Slot.kind) == "checkins.digest")


async def test_what_was_erased_is_not_posted_by_a_digest_that_still_waits(any_chat: Chat) -> None:
    chat = any_chat
    place = channel(chat)
    digest_to(chat, place)
    await asked(chat)
    await chat.says("ben", '/checkin done the "login" page; next B')
    chat.at(datetime(2026, 11, 25, 1, tzinfo=UTC))
    await chat.tick()
    assert 'the "login" page' in chat.posted(place)
    await chat.says("ben", "/upbeat privacy erase")
    await chat.submits("ben", confirm="ERASE")
    assert "login" not in chat.posted(place)
    await chat.deliver()
    (post,) = chat.rows(Outgoing, col(Outgoing.place_id) == place)
    assert (post.state, post.reason) == ("cancelled", "erased")


async def test_nothing_shared_is_nothing_posted(chat: Chat) -> None:
    place = channel(chat)
    digest_to(chat, place)
    await asked(chat)
    chat.wait(days=2)
    await chat.tick()
    assert chat.posted(place) == ""


async def test_a_mood_alone_is_nothing_shared(any_chat: Chat) -> None:
    chat, place = any_chat, channel(any_chat)
    digest_to(chat, place)
    await asked(chat)
    await chat.says("ben", "/checkin mood 4")
    chat.at(MONDAY + timedelta(days=2))
    await chat.tick()
    assert chat.posted(place) == ""


async def test_a_channel_that_was_named_afterwards_quotes_nothing(chat: Chat) -> None:
    digest_to(chat, "")
    await asked(chat)
    await chat.says("ben", "/checkin done A")
    place = channel(chat)
    digest_to(chat, place)
    await chat.says("eve", "/checkin done E")
    routine = chat.rows(Routine)[0]
    chat.change(
        lambda store: store.slots.plan(
            "checkins.digest", f"{routine.id}:2026-11-23", MONDAY.replace(day=25, hour=1)
        )
    )
    chat.wait(days=2)
    await chat.tick()
    assert "Eve Curie\nDone: E" in chat.posted(place)
    assert "Ben Okri" not in chat.posted(place)


async def test_what_came_before_it_was_asked_for_is_not_quoted(chat: Chat) -> None:
    place = channel(chat)
    digest_to(chat, place)
    chat.at(SUNDAY)
    await chat.tick()
    chat.at(MONDAY.replace(hour=8, minute=30))
    assert "#engines" not in await chat.says("ben", "/checkin done early")
    chat.at(MONDAY.replace(minute=5))
    await chat.tick()
    chat.wait(days=3)
    await chat.tick()
    assert "early" not in chat.posted(place)


async def test_a_channel_that_is_gone_gets_nothing(chat: Chat) -> None:
    place = channel(chat)
    digest_to(chat, place)
    await asked(chat)
    await chat.says("ben", "/checkin done A")
    chat.change(lambda store: store.accounts.seen_place("web", "#engines", "#engines", gone=True))
    chat.wait(days=2)
    await chat.tick()
    assert chat.rows(Outgoing, col(Outgoing.place_id) == place) == []
    assert len(chat.rows(Place)) == 1
