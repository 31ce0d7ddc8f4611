"""How a Telegram user becomes a colleague: a single-use code, shown in the private chat, and confirmed there."""

from handlers.kit.cards import Link
from tests.bot.telegram.conftest import ADA, MALLORY, TEAM, Room
from tests.fakes.telegram_world import Message

DORA = 10
STALE = "This button is not valid any more. Ask again for what you need."


def code_for(room: Room, who: str) -> str:
    return str(room.chat.change(lambda store: store.links.make(room.chat.ids[who], made_on="web")))


def newcomer(room: Room) -> None:
    room.fake.add_user(DORA, "Dora", "dora")
    room.fake.world.groups[TEAM].members.add(DORA)


async def shows_code(room: Room, code: str, who: int = DORA) -> Message:
    return await room.says(who, f"/start {code}")


async def test_a_code_links_after_its_owner_confirmed(room: Room) -> None:
    newcomer(room)
    asked = await shows_code(room, code_for(room, "dora"))
    assert "Are you Dora Maar?" in asked.text
    assert "invitation" in (await room.says(DORA, "/echo too soon")).text
    await room.presses(DORA, "Yes, connect me")
    assert "Welcome, Dora Maar" in asked.text
    assert "hello" in (await room.says(DORA, "/echo hello")).text
    assert room.noted("dora") == ["hello"]
    assert "Your account was connected with Telegram." in room.chat.told("dora")
    account = room.chat.change(lambda store: store.directory.account(room.chat.ids["dora"], "telegram"))
    assert (account.external_id, account.address, account.username) == ("10", "10", "dora")


async def test_a_code_works_once(room: Room) -> None:
    newcomer(room)
    code = code_for(room, "dora")
    await shows_code(room, code)
    await room.presses(DORA, "Yes, connect me")
    assert "invitation" in (await shows_code(room, code, MALLORY)).text


async def test_a_code_lives_ten_minutes(room: Room) -> None:
    newcomer(room)
    early, late = code_for(room, "dora"), code_for(room, "hana")
    room.chat.wait(minutes=9)
    assert "Are you" in (await shows_code(room, early)).text
    room.chat.wait(minutes=2)
    assert "invitation" in (await shows_code(room, late)).text
    assert STALE not in room.fake.last(DORA).text
    await room.fake.presses(DORA, "Yes, connect me")
    await room.fake.settled()
    assert room.fake.answers[-1]["text"] == STALE


async def test_who_has_left_since_they_showed_their_code_is_not_connected(room: Room) -> None:
    newcomer(room)
    await shows_code(room, code_for(room, "dora"))
    room.chat.leaves("dora")
    await room.fake.presses(DORA, "Yes, connect me")
    await room.fake.settled()
    assert room.fake.answers[-1]["text"] == STALE
    assert room.chat.change(lambda store: store.directory.with_account("telegram", str(DORA))) is None


async def test_somebody_else_cannot_confirm(room: Room) -> None:
    newcomer(room)
    asked = await shows_code(room, code_for(room, "dora"))
    handle = asked.buttons[0][0][1]
    for who in (MALLORY, ADA):
        other = await room.says(who, "/echo hello")
        await room.fake.presses_raw(who, handle, other.message_id)
        await room.fake.settled()
        assert room.fake.answers[-1]["text"] == STALE
    assert "Welcome" in (await room.presses(DORA, "Yes, connect me")).text


async def test_a_code_shown_in_a_group_is_worth_nothing_any_more(room: Room) -> None:
    newcomer(room)
    code = code_for(room, "dora")
    said = await room.says(DORA, f"/start@upbeat_bot {code}", TEAM)
    assert "Others could read this code here, so it does not work. Get a new one" in said.text
    assert (await room.says(ADA, "/start@upbeat_bot nonsense", TEAM)).text == said.text
    assert "invitation" in (await shows_code(room, code, MALLORY)).text
    assert "invitation" in (await shows_code(room, code)).text


async def test_a_wrong_code_and_a_strange_one_are_refused_alike(room: Room) -> None:
    answers = {
        (await shows_code(room, code, MALLORY)).text for code in ("nothing", "a\x00b", "字" * 60, "x" * 600)
    }
    assert len(answers) == 1
    assert "invitation" in answers.pop()


async def test_who_left_is_not_linked(room: Room) -> None:
    newcomer(room)
    code = code_for(room, "dora")
    asked = await shows_code(room, code)
    assert "Are you" in asked.text
    await room.presses(DORA, "Yes, connect me")
    room.chat.change(lambda store: store.accounts.unlink(room.chat.ids["dora"], "telegram"))
    assert "invitation" in (await room.says(DORA, "/echo hello")).text


async def test_the_link_opens_our_bot(room: Room) -> None:
    shown = (await room.chat.says("ada", "/upbeat link")).card
    assert shown is not None
    (link,) = [part for part in shown.parts if isinstance(part, Link)]
    assert link.url.startswith(f"https://t.me/{room.fake.world.bot.username}?start=")


async def test_a_second_account_takes_the_place_of_the_first_and_it_is_said_before(room: Room) -> None:
    newcomer(room)
    asked = await shows_code(room, code_for(room, "ada"))
    assert "It takes the place of the account in Telegram from before." in asked.text
    await room.presses(DORA, "Yes, connect me")
    assert "It takes the place of the account in Telegram from before." in room.chat.told("ada")
    assert "invitation" in (await room.says(ADA, "/echo hello")).text


async def test_who_is_connected_hears_that_a_code_did_nothing(room: Room) -> None:
    code = code_for(room, "dora")
    assert "You are connected already, as Ada Lovelace." in (await shows_code(room, code, ADA)).text
    newcomer(room)
    assert "Are you Dora Maar?" in (await shows_code(room, code)).text
