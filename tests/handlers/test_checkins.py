"""Check-ins through the door that people use."""

from tests.company import Chat


async def test_a_check_in_is_recorded_at_once(any_chat: Chat) -> None:
    heard = await any_chat.says("ben", "/checkin done login page; next payments; blocked by legal")
    assert "login page" in heard
    assert "login page" in await any_chat.says("ben", "/checkin history")
