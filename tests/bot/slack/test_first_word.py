"""Who says their first word while a large people file is imported is answered as quickly as anybody."""

from tests.bot.slack.conftest import room_with, user
from tests.company import Chat

IMPORTING = "UPDATE counter SET value = value WHERE name = 'people'"


async def test_a_new_address_is_noted_beside_the_acknowledgement(postgres_chat: Chat) -> None:
    async with room_with(postgres_chat, sockets=False) as room:
        await room.slack.until(lambda: room.accounts("ada") and room.accounts("eve"))
        with postgres_chat.database.engine.connect() as importing:
            importing.exec_driver_sql(IMPORTING)
            ack = await room.slack.says(user("ada"), "checkin done the login page")
            assert ack.ok
            assert ack.seconds < 2
            assert room.accounts("ada")[0].address == ""
            importing.rollback()
        await room.settled()
        assert room.accounts("ada")[0].address == "DADA"
