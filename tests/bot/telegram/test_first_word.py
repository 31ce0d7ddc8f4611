"""Who says their first word while a large people file is imported is answered as quickly as anybody."""

import time

from storage.tables import Account
from tests.bot.telegram.conftest import ADA, room_with
from tests.company import Chat

IMPORTING = "UPDATE counter SET value = value WHERE name = 'people'"


async def test_a_new_user_name_is_noted_beside_the_answer(postgres_chat: Chat) -> None:
    async with room_with(postgres_chat) as room:
        await room.start()
        room.fake.world.users[ADA].username = "ada_l"
        with postgres_chat.database.engine.connect() as importing:
            importing.exec_driver_sql(IMPORTING)
            began = time.monotonic()
            await room.says(ADA, "/checkin done the login page")
            assert time.monotonic() - began < 8  # who waited for the import would wait ten seconds
            importing.rollback()
        await room.platform._hearing._mouths.finish(10)  # type: ignore[union-attr]
        rows = postgres_chat.rows(Account)
        assert [row.username for row in rows if row.external_id == str(ADA) and not row.ended_key] == [
            "ada_l"
        ]
