"""The mistakes that must not be possible to write: each is tried here, and refused."""

import logging
from datetime import datetime
from typing import Annotated, Any

import pytest
from sqlalchemy.exc import IntegrityError

from handlers import FEATURES
from handlers.kit.access import Rule, everyone
from handlers.kit.cards import Button, Card, Section
from handlers.kit.dispatch import Core
from handlers.kit.features import Feature
from handlers.kit.forms import Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Pressed, Reply, Request, Said, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.values import dump, load
from storage.checkins import CheckIn
from storage.columns import Moment
from storage.policy import Kind
from storage.store import Store
from storage.tables import AuditRow, Inbox, Outgoing, PersonalRow
from tests.company import Chat

CANARY = "the canary sings at midnight"


def door(**options: Any) -> Feature:
    """A feature with one command, declared with these options."""
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", examples=("x",), **options)
    def attempt(request: Request, words: Annotated[str, Words(Phrase("What?"))]) -> Reply:
        """Try something."""
        return Reply(show=Card(Phrase("Done"), Section(Verbatim(words))))

    return feature


def with_feature(chat: Chat, feature: Feature) -> Chat:
    """The chat with one more feature."""
    chat.core = Core(chat.database, (*FEATURES, feature))
    return chat


# Permission ----------------------------------------------------------------------------------------------------------


def test_a_door_without_allow_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="allow"):
        door(seen_by=Phrase("Nobody"))
    with pytest.raises(TypeError, match="nothing is open by default"):
        door(allow=None, seen_by=Phrase("Nobody"))


def test_two_doors_of_one_name_cannot_be_made() -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    def attempt(request: Request) -> Reply:
        """Try something."""
        return Reply()

    feature.button(allow=everyone)(attempt)
    with pytest.raises(TypeError, match=r"two doors are called trial\.attempt"):
        feature.button(allow=everyone)(attempt)


def test_a_door_that_asks_must_say_who_reads() -> None:
    with pytest.raises(TypeError, match="seen_by"):
        door(allow=everyone)


def test_a_handler_that_nobody_could_call_cannot_be_a_door() -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    async def later(request: Request) -> Reply:
        """Wait for something."""
        return Reply()

    def bare(request: Request, words) -> Reply:  # type: ignore[no-untyped-def]
        """Say something."""
        return Reply()

    def plain(request: Request, words: str) -> Reply:
        """Say something."""
        return Reply()

    for handler, wrong in (
        (later, r"trial\.later is async: handlers decide and do not wait"),
        (bare, r"trial\.bare does not say of what type words is"),
        (plain, r"trial\.plain does not ask for words, and no words give it"),
    ):
        with pytest.raises(TypeError, match=wrong):
            feature.command("trial", allow=everyone, examples=("x",), seen_by=Phrase("Nobody"))(handler)  # type: ignore[arg-type]


async def test_allow_is_asked_before_the_handler(chat: Chat) -> None:
    ran: list[str] = []
    nobody = Rule("nobody", lambda request, args: False, Phrase("Not for you."))
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=nobody, examples=("",))
    def attempt(request: Request) -> Reply:
        """Try something."""
        ran.append("ran")
        return Reply()

    assert "Not for you." in await with_feature(chat, feature).says("ada", "/trial")
    assert not ran


def test_every_door_of_every_feature_has_its_rule_and_its_help() -> None:
    routes = [route for feature in FEATURES for route in feature.routes]
    assert routes
    for route in routes:
        assert isinstance(route.allow, Rule), route.name
        assert route.help.template.strip(), route.name
        assert not route.words or route.examples, f"{route.name} has no example"
        assert not any(q.required for q in route.questions) or route.seen_by is not None, route.name


# Row access ----------------------------------------------------------------------------------------------------------


async def test_personal_rows_are_not_read_without_a_reader(chat: Chat) -> None:
    with pytest.raises(TypeError, match="reader"):
        chat.change(lambda store: store.all(CheckIn))
    with pytest.raises(TypeError, match="reader"):
        chat.change(lambda store: store.read(CheckIn))


async def test_the_filter_is_in_the_query(any_chat: Chat) -> None:
    await any_chat.says("ben", f"/checkin done {CANARY}")

    def seen(reader: str) -> int:
        return any_chat.change(lambda store: len(store.read(CheckIn, reader=any_chat.ids[reader])))

    assert {who: seen(who) for who in any_chat.ids} == {
        "ben": 1,
        "ada": 1,
        "grace": 1,
        "chen": 0,
        "eve": 0,
        "dora": 0,
        "hana": 0,
        "ivan": 0,
    }


# Transactions --------------------------------------------------------------------------------------------------------


def test_a_store_has_no_commit() -> None:
    assert not hasattr(Store, "commit")
    assert not hasattr(Store, "rollback")


async def test_leaving_saves_and_raising_undoes(any_chat: Chat) -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Save, then refuse."""
        request.store.set_setting("trial", CANARY)
        raise Problem(Phrase("No."))

    await with_feature(any_chat, feature).says("ada", "/trial")
    assert any_chat.change(lambda store: store.setting("trial")) is None


# Telling -------------------------------------------------------------------------------------------------------------


async def test_what_is_told_is_stored_with_its_cause_or_not_at_all(chat: Chat) -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Tell, and fail afterwards when asked in a fail channel."""
        if request.where.name == "fail":
            raise RuntimeError(CANARY)
        return Reply(tell=(Tell(Card(Phrase("Heard")), to=chat.ids["ben"]),))

    chat = with_feature(chat, feature)
    await chat.says("ada", "/trial")
    assert chat.told("ben") == "Heard"
    from handlers.kit.requests import Where

    await chat.says("ada", "/trial", where=Where("channel", "C1", "fail"))
    assert len(chat.rows(Outgoing)) == 1
    assert not hasattr(Store, "send")


def test_somebody_or_some_place_is_told_never_both() -> None:
    with pytest.raises(ValueError, match="a person or a place"):
        Tell(Card(Phrase("x")))


# Twice ---------------------------------------------------------------------------------------------------------------


async def test_a_delivery_acts_once_however_often_it_comes(any_chat: Chat) -> None:
    answers = [
        (await any_chat.does("ben", Said("/checkin done one thing", command=True), delivery="the-same")).text
        for _ in range(20)
    ]
    assert len(set(answers)) == 1
    assert len(any_chat.rows(CheckIn)) == 1
    assert len(any_chat.rows(Inbox)) == 1


async def test_what_was_answered_to_one_person_is_repeated_to_no_other(any_chat: Chat) -> None:
    """Telegram's numbers may begin anew, and then name what somebody else did."""
    said = Said("/checkin done a secret thing", command=True)
    assert "a secret thing" in await any_chat.does("ben", said, delivery="the-same")
    for who in ("ada", "a stranger"):
        heard = await any_chat.does(who, Said("/checkin history", command=True), delivery="the-same")
        assert (heard.answer.outcome, heard.answer.person_id, heard.text) == ("ignored", "", "")
    assert "a secret thing" in await any_chat.does("ben", said, delivery="the-same")


async def test_the_database_refuses_a_second_message_for_a_cause(any_chat: Chat) -> None:
    def twice(store: Store) -> None:
        now = store.now
        for _ in range(2):
            store.insert(Outgoing(route="x", topic="the-same", card="{}", due_at=now, made_at=now))

    with pytest.raises(IntegrityError):
        any_chat.change(twice)


# Words ---------------------------------------------------------------------------------------------------------------


def test_a_card_takes_no_bare_string() -> None:
    for made in (
        lambda: Card("Hello"),  # type: ignore[arg-type]
        lambda: Section("Hello"),  # type: ignore[arg-type]
        lambda: Button("Hello", None),  # type: ignore[arg-type]
        lambda: Phrase("Hello {name}", name="Ada"),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError):
            made()


def test_a_phrase_with_a_missing_value_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="lacks name"):
        Phrase("Hello {name}")


def test_what_is_queued_holds_phrases_and_comes_back_the_same() -> None:
    moment = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
    card = Card(Phrase("{name} at {when}", name=Verbatim("<Ada>"), when=moment), Section(Verbatim(CANARY)))
    assert load(dump(card)) == card


# Time ----------------------------------------------------------------------------------------------------------------


def test_a_moment_without_a_zone_is_refused() -> None:
    from sqlalchemy.dialects import sqlite

    naive = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 (the mistake that is tried)
    with pytest.raises(ValueError, match="zone"):
        Moment().process_bind_param(naive, sqlite.dialect())
    with pytest.raises(ValueError, match="zone"):
        Phrase("At {when}", when=naive)


async def test_the_request_has_the_only_clock(chat: Chat) -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Say the time."""
        return Reply(show=Card(Phrase("{now}", now=request.now)))

    before = (await with_feature(chat, feature).says("ada", "/trial")).text
    chat.wait(days=1)
    assert before != (await chat.says("ada", "/trial")).text


# Audit ---------------------------------------------------------------------------------------------------------------


async def test_opening_somebody_elses_record_is_noted(chat: Chat) -> None:
    await chat.says("ben", f"/checkin done {CANARY}")
    chat.change(lambda store: store.read(CheckIn, reader=chat.ids["ada"]))
    opened = [row for row in chat.rows(AuditRow) if row.act == "opened"]
    assert [(row.subject_id, row.what) for row in opened] == [(chat.ids["ben"], "checkin")]


async def test_a_personal_table_is_audited_by_inheriting(chat: Chat) -> None:
    await chat.says("ben", f"/checkin done {CANARY}")
    created = [row for row in chat.rows(AuditRow) if row.act == "created"]
    assert [row.what for row in created].count("checkin") == 1
    assert CANARY not in str([row.model_dump() for row in chat.rows(AuditRow)])


def test_every_personal_table_names_its_kinds_and_its_words() -> None:
    tables = _leaves(PersonalRow)
    assert tables
    for table in tables:
        assert table.kinds, f"{table.__name__} names no kind of the policy: nobody could read it"
        assert all(Kind(kind) for kind in table.kinds)
        sealed = [c.name for c in table.__table__.columns if type(c.type).__name__.startswith("Sealed")]  # type: ignore[attr-defined]
        assert set(sealed) <= set(table.words), f"{table.__name__}: sealed columns that erasing would leave"


def _leaves(table: type[PersonalRow]) -> list[type[PersonalRow]]:
    below = [one for one in table.__subclasses__() if one.__module__.startswith("storage.")]
    return [leaf for one in below for leaf in _leaves(one)] if below else [table]


# Tampering -----------------------------------------------------------------------------------------------------------


async def test_a_button_is_an_opaque_key_bound_to_who_may_press(chat: Chat) -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Show a button."""
        return Reply(show=Card(Phrase("Here"), Button(Phrase("Do it"), act.bind(what=CANARY))))

    @feature.button(allow=everyone, once=True)
    def act(request: Request, what: str) -> Reply:
        """Do it."""
        return Reply(show=Card(Phrase("Done with {what}", what=Verbatim(what))))

    chat = with_feature(chat, feature)
    handle = (await chat.says("ben", "/trial")).buttons["Do it"].handle
    assert len(handle.encode()) <= 64
    assert CANARY not in handle
    refusals = [
        await chat.does("ada", Pressed(handle)),
        await chat.does("ben", Pressed(handle[:-1])),
        await chat.does("ben", Pressed("x")),
    ]
    assert CANARY in await chat.does("ben", Pressed(handle))
    refusals.append(await chat.does("ben", Pressed(handle)))
    handle = (await chat.says("ben", "/trial")).buttons["Do it"].handle
    chat.wait(days=60)
    refusals.append(await chat.does("ben", Pressed(handle)))
    drawn_before_an_update = [("trial.act", {}, False)]
    handle = chat.change(lambda store: store.handles.make(drawn_before_an_update, for_person=None))[0]
    refusals.append(await chat.does("ben", Pressed(handle)))
    assert {(heard.answer.outcome, heard.text) for heard in refusals} == {
        ("refused", "This button is not valid any more. Ask again for what you need.")
    }


async def test_the_rule_is_asked_again_on_every_press(chat: Chat) -> None:
    feature = Feature("trial", title=Phrase("Trial"))
    leads = Rule(
        "leads ben", lambda request, args: _leads(request, chat.ids["ben"]), Phrase("Not your report.")
    )

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Show a button."""
        return Reply(show=Card(Phrase("Here"), Button(Phrase("Do it"), act.bind())))

    @feature.button(allow=leads)
    def act(request: Request) -> Reply:
        """Do it."""
        return Reply(show=Card(Phrase("Done")))

    chat = with_feature(chat, feature)
    shown = await chat.says("ada", "/trial")
    assert "Done" in await chat.does("ada", Pressed(shown.buttons["Do it"].handle))
    chat.leaves("ben")
    assert "Not your report." in await chat.does("ada", Pressed(shown.buttons["Do it"].handle))


def _leads(request: Request, person: str) -> bool:
    return person in {
        report.id for report in request.store.directory.reports_of(request.actor.id, request.now.date())
    }


# Logs ----------------------------------------------------------------------------------------------------------------


async def test_neither_a_repr_nor_a_log_shows_words(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("x",), seen_by=Phrase("Nobody"))
    def attempt(request: Request, words: Annotated[str, Words(Phrase("What?"))]) -> Reply:
        """Fail with the words in hand."""
        raise RuntimeError(words)

    heard = await with_feature(chat, feature).says("ada", f"/trial {CANARY}")
    assert "Something went wrong" in heard
    assert heard.answer.outcome == "failed"
    assert caplog.records
    assert CANARY not in caplog.text
    assert CANARY not in repr(Verbatim(CANARY))
    assert CANARY not in repr(Said(CANARY))


async def test_the_log_names_the_way_to_an_error(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    feature = Feature("trial", title=Phrase("Trial"))

    @feature.command("trial", allow=everyone, examples=("",))
    def attempt(request: Request) -> Reply:
        """Write a row that lacks what every row has."""
        request.store.insert(CheckIn(kind=Kind.CHECKIN, subject_id=request.actor.id))
        return Reply()

    await with_feature(chat, feature).says("ada", "/trial")
    (record,) = (each for each in caplog.records if each.message == "handler failed")
    places = [place.split(":")[0] for place in record.where.split(" > ")]
    assert "handlers/kit/carrying.py" in places
    assert places[-1] == "storage/prepared.py"


async def test_the_database_shows_no_words_without_its_key(any_chat: Chat) -> None:
    await any_chat.says("ben", f"/checkin done {CANARY}")
    with any_chat.database.engine.connect() as connection:
        tables = [t for t in CheckIn.metadata.sorted_tables]
        shown = [repr(row) for t in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{t.name}"')]
    assert len(shown) > 10
    assert CANARY not in "".join(shown)
