"""Nobody but the two reads a one-on-one, whatever their role; and nobody but its author a private note."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col

from handlers.kit.cards import Button, Card
from handlers.kit.requests import Pressed, Where
from handlers.kit.text import Phrase
from handlers.one_on_ones.agenda import add_quoted
from storage.one_on_ones import ActionItem, AgendaPoint, MeetingNotes, PrivateNote, Series, WrittenReply
from storage.tables import AuditRow, PersonalRow, ReportingLine
from tests.company import MONDAY, Chat, Heard

TABLES: tuple[type[PersonalRow], ...] = (
    Series,
    AgendaPoint,
    MeetingNotes,
    PrivateNote,
    WrittenReply,
    ActionItem,
)
SECRET = "quicksilver"


async def met(chat: Chat) -> Heard:
    """Ada and Ben have one of everything, all of it with the secret in it; returns what Ada sees."""
    await chat.says("ada", f"/1on1 add @ben point {SECRET}")
    await chat.presses("ada", "Write notes")
    await chat.submits("ada", words=f"notes {SECRET}")
    await chat.presses("ada", "Private note")
    await chat.submits("ada", words=f"private {SECRET}")
    await chat.says("ben", f"/1on1 action @ada by friday: action {SECRET}")
    await chat.presses("ben", "Answer in writing")
    await chat.submits("ben", words=f"reply {SECRET}")
    await chat.says("ada", "/1on1 plan @ben weekly Tuesday 10:00")
    await chat.presses("ada", "Save")
    return chat.last["ada"]


def stored(chat: Chat) -> bytes:
    """Everything that the database file and its log hold."""
    path = chat.database.url.database or ""
    return Path(path).read_bytes() + Path(f"{path}-wal").read_bytes()


@pytest.mark.parametrize("who", ["grace", "hana", "ivan", "chen", "dora", "eve"])
async def test_nobody_else_reads_anything(any_chat: Chat, who: str) -> None:
    await met(any_chat)
    for words in ("/1on1", "/1on1 @ada", "/1on1 @ben", "/1on1 notes @ben", "/upbeat help 1on1"):
        assert SECRET not in await any_chat.says(who, words)
    assert SECRET not in await any_chat.opens(who)
    assert SECRET not in any_chat.told(who)
    reader = any_chat.ids[who]
    for table in TABLES:
        found = any_chat.change(lambda store, table=table: store.read(table, reader=reader))
        assert all(reader in (row.subject_id, row.named_id) for row in found)


async def test_both_read_what_is_shared_and_only_the_author_the_private_note(any_chat: Chat) -> None:
    await met(any_chat)
    for who, numbers in (("ada", [1, 1, 1, 1, 1, 1]), ("ben", [1, 1, 1, 0, 1, 1])):
        reader = any_chat.ids[who]
        found = [
            len(any_chat.change(lambda store, table=table, reader=reader: store.read(table, reader=reader)))
            for table in TABLES
        ]
        assert found == numbers


@pytest.mark.parametrize("who", ["ben", "grace", "hana", "ivan"])
async def test_the_buttons_of_one_work_for_nobody_else(chat: Chat, who: str) -> None:
    seen = await met(chat)
    for label, button in seen.buttons.items():
        heard = await chat.does(who, Pressed(button.handle))
        assert heard.answer.outcome == "refused", label
        assert SECRET not in heard


async def test_a_door_for_the_two_stays_closed_even_with_a_button(chat: Chat) -> None:
    await met(chat)
    (series,), (notes,), (action,) = (chat.rows(table) for table in (Series, MeetingNotes, ActionItem))
    bound = {"series": series.id, "notes": notes.id, "action": action.id}
    doors = [
        route
        for route in chat.core.routes.values()
        if route.name.startswith("one_on_ones.") and route.settled & bound.keys()
    ]
    assert len(doors) >= 12
    for route in doors:
        press = route.bind(**{name: bound[name] for name in route.settled & bound.keys()})
        card = Card(Phrase("Forged"), Button(Phrase("Press"), press))
        sealed = chat.change(
            lambda store, card=card: chat.core.seal(store, card, for_person=chat.ids["hana"])
        )
        heard = await chat.does("hana", Pressed(sealed.buttons()[0].handle))
        assert heard.text == "This is not yours to change.", route.name


async def test_a_new_manager_sees_nothing_of_the_former(any_chat: Chat) -> None:
    await met(any_chat)

    def reorganise(store) -> None:  # type: ignore[no-untyped-def]
        ben, revision = any_chat.ids["ben"], store.people_changed()
        (line,) = store.all(ReportingLine, col(ReportingLine.subject_id) == ben)
        store.change(line, until=date(2026, 11, 24), revision=revision)
        dora = ReportingLine(
            subject_id=ben, manager_id=any_chat.ids["dora"], since=date(2026, 11, 24), revision=revision
        )
        store.insert(dora)

    any_chat.change(reorganise)
    any_chat.wait(days=3)
    for words in ("/1on1", "/1on1 @ben", "/1on1 add @ben hello", "/1on1 notes @ben"):
        assert SECRET not in await any_chat.says("dora", words)
    assert f"notes {SECRET}" in await any_chat.says("ada", "/1on1 @ben")


async def test_the_words_are_sealed_and_in_no_log_nor_audit(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    await met(chat)
    assert SECRET not in caplog.text
    assert SECRET not in str(chat.rows(AuditRow))
    assert SECRET.encode() not in stored(chat)


async def test_another_feature_puts_words_on_the_agenda(chat: Chat) -> None:
    press = add_quoted.bind(partner=chat.ids["ben"], quoted="The build is slow")
    card = Card(Phrase("A check-in"), Button(Phrase("Add to the one-on-one"), press))
    sealed = chat.change(lambda store: chat.core.seal(store, card, for_person=chat.ids["ada"]))
    heard = await chat.does("ada", Pressed(sealed.buttons()[0].handle))
    assert "Added to your one-on-one with Ben Okri." in heard
    assert heard.answer.keep
    assert "The build is slow" in await chat.says("ben", "/1on1 @ada")
    again = await chat.does("ada", Pressed(sealed.buttons()[0].handle))
    assert "not valid any more" in again


async def test_in_a_channel_nothing_of_it_is_shown(chat: Chat) -> None:
    await met(chat)
    everybody = Where(kind="channel", id="C1", shared=True)
    assert "This is personal" in await chat.says("ada", "/1on1 @ben", where=everybody)


async def test_the_first_use_explains_itself_once(chat: Chat) -> None:
    assert "Only the two of you read it" in await chat.says("ada", "/1on1")
    assert "Only the two of you read it" not in await chat.says("ada", "/1on1")
    assert chat.now == MONDAY
