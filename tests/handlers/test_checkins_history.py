"""Looking back at check-ins: one's own, and those of whoever reports to one."""

from datetime import date

from sqlmodel import col

from storage.tables import AuditRow
from tests.company import Chat
from tests.handlers.test_checkins_blocked import reports_to


async def test_history_is_paged(any_chat: Chat) -> None:
    for number in range(12):
        await any_chat.says("ben", f"/checkin done thing-{number:02}.")
    first = await any_chat.says("ben", "/checkin history")
    assert [n for n in range(12) if f"thing-{n:02}." in first] == [7, 8, 9, 10, 11]
    second = await any_chat.presses("ben", "Older")
    assert [n for n in range(12) if f"thing-{n:02}." in second] == [2, 3, 4, 5, 6]
    third = await any_chat.presses("ben", "Older")
    assert [n for n in range(12) if f"thing-{n:02}." in third] == [0, 1]
    assert "Older" not in third.buttons


async def test_history_of_a_colleague_is_for_their_managers(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done A1")
    for who in ("ada", "grace"):
        assert "A1" in await any_chat.says(who, "/checkin history @ben")
    for who in ("chen", "dora", "hana", "ivan"):
        assert "A1" not in await any_chat.says(who, "/checkin history @ben")
    opened = {row.actor_id for row in any_chat.rows(AuditRow, col(AuditRow.act) == "opened")}
    assert opened == {any_chat.ids["ada"], any_chat.ids["grace"]}


async def test_a_new_manager_reads_what_came_before(any_chat: Chat) -> None:
    await any_chat.says("ben", "/checkin done before")
    any_chat.wait(days=2)
    reports_to(any_chat, "ben", "dora", date(2026, 11, 25))
    await any_chat.says("ben", "/checkin done after")
    seen = await any_chat.says("dora", "/checkin history @ben")
    assert "before" in seen
    assert "after" in seen
    former = await any_chat.says("ada", "/checkin history @ben")
    assert "before" in former
    assert "after" not in former


async def test_home_shows_my_last_check_in(chat: Chat) -> None:
    assert "It takes two minutes." in await chat.opens("ben")
    await chat.says("ben", "/checkin done A; blocked by legal")
    home = await chat.opens("ben")
    assert "Done: A" in home
    assert {"Solved", "Change", "Check in", "My check-ins"} <= home.buttons.keys()
