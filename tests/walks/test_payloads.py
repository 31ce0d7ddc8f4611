"""Whatever is typed, pressed or sent, Upbeat answers: it never breaks, and nothing that was sent makes it fail."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.kit.requests import (
    Act,
    Answer,
    Opened,
    Pressed,
    Quoted,
    Reacted,
    Said,
    Sender,
    Submitted,
    Where,
)
from storage.tables import Draft, Handle
from tests.company import Chat
from tests.walks.hostile import BAITS, HUGE
from tests.walks.tour import COMMANDS, EVERYBODY, EXAMPLES, SHORTCUTS, Tour, called, opened

SENTENCES = st.lists(st.sampled_from(BAITS) | st.text(st.characters(), max_size=30), max_size=3).map(" ".join)
"""Any characters, halves of surrogate pairs among them."""

STARTS = st.sampled_from(
    [
        f"{slash}{words}"
        for route in COMMANDS
        for slash in ("/", "", "/upbeat ")
        for words in (route.words, *route.also)
    ]
)
TYPED = [called(route, example) for route, example in EXAMPLES]

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from((*BAITS, "today", "2026-11-30", "10:00", "9999-12-31", "0001-01-01", "5", ""))
    | st.text(st.characters(), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An example with something cut out, doubled, or put in."""
    words = draw(st.sampled_from(TYPED))
    at = draw(st.integers(0, len(words)))
    to = draw(st.integers(at, len(words)))
    middle = draw(
        st.sampled_from(("", words[at:to] * 2, "\x02U1\x03", "\x02", "@", "＠", ";", "#", "9" * 400))
        | SENTENCES
    )
    return words[:at] + middle + words[to:]


WORDS = st.one_of(st.tuples(STARTS, SENTENCES).map(" ".join), mutated(), SENTENCES)


class House:
    """One company for thousands of cases, on a loop of its own."""

    def __init__(
        self, chat: Chat, drafts: list[Draft], handles: list[Handle], loop: asyncio.AbstractEventLoop
    ) -> None:
        self.chat, self.loop = chat, loop
        self.names = {person: who for who, person in chat.ids.items()}
        self.drafts = [draft for draft in drafts if draft.person_id in self.names]
        self.handles = [handle for handle in handles if handle.person_id in self.names]
        self.broken: set[tuple[str, str]] = set()

    def answers(self, who: str, act: Act) -> Answer:
        answer = self.loop.run_until_complete(self.chat.does(who, act)).answer
        assert answer.outcome != "failed", self.broken
        return answer

    def note(self, record: logging.LogRecord) -> bool:
        """Where it broke; the words are not in a log."""
        self.broken.add((getattr(record, "error", ""), getattr(record, "where", "")))
        return False


@pytest.fixture(scope="module")
def house(tour: Tour, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    loop = asyncio.new_event_loop()
    opening = opened(tour.file, folder / "company.db", tour.at)
    chat = loop.run_until_complete(opening.__aenter__())
    made = House(chat, chat.rows(Draft), chat.rows(Handle), loop)
    log = logging.getLogger("upbeat.dispatch")
    log.addFilter(made.note)
    yield made
    log.removeFilter(made.note)
    loop.run_until_complete(opening.__aexit__(None, None, None))
    loop.close()
    assert not made.broken


def cases(count: int) -> settings:
    """So many cases, the same ones every time."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


PEOPLE = st.sampled_from(
    [who for who in EVERYBODY if who != "dora"] + ["a stranger", "", "\ud800", "x" * 5000]
)


@cases(900)
@given(who=PEOPLE, words=WORDS, command=st.booleans(), edits=st.booleans())
def test_any_words(house: House, who: str, words: str, command: bool, edits: bool) -> None:
    house.answers(who, Said(words, message="m1", command=command, edits=edits))


@cases(500)
@given(who=PEOPLE, words=WORDS)
def test_any_words_in_an_interview(house: House, who: str, words: str) -> None:
    house.chat.interviews = True
    try:
        house.answers(who, Said(words))
    finally:
        house.chat.interviews = False


@cases(400)
@given(
    who=PEOPLE, key=st.text(st.characters(), max_size=100) | st.sampled_from(("", "x" * 70, "\x00", HUGE[0]))
)
def test_any_key(house: House, who: str, key: str) -> None:
    assert house.answers(who, Pressed(key, message=key)).outcome in ("refused", "ignored")


@cases(700)
@given(number=st.integers(0, 10**6), data=st.data())
def test_any_answers_in_a_form(house: House, number: int, data: st.DataObject) -> None:
    draft = house.drafts[number % len(house.drafts)]
    who = house.names[draft.person_id]
    names = _questions(house, draft)
    keys = st.sampled_from(names) | st.text(max_size=5) if names else st.text(max_size=5)
    filled = data.draw(st.dictionaries(keys, JSON, max_size=4))
    house.answers(who, Submitted(draft.id, filled, final=data.draw(st.booleans())))


def _questions(house: House, draft: Draft) -> list[str]:
    route = house.chat.core.routes[draft.route]
    inner = (
        ("done", "next", "blocked", "mood", "0", "1", "2", "3") if draft.route.startswith("checkins") else ()
    )
    return [question.name for question in route.questions] + list(inner)


@cases(200)
@given(
    who=PEOPLE,
    draft=st.text(st.characters(), max_size=40),
    filled=st.dictionaries(st.text(), JSON, max_size=3),
)
def test_any_form_that_is_not_there(house: House, who: str, draft: str, filled: dict[str, Any]) -> None:
    assert house.answers(who, Submitted(draft, filled)).outcome == "refused"


@cases(300)
@given(
    who=PEOPLE,
    what=st.sampled_from([shortcut.name for shortcut in SHORTCUTS] + ["home", "start"])
    | st.text(max_size=10),
    words=SENTENCES,
    emoji=st.text(st.characters(), max_size=8),
)
def test_any_shortcut_and_any_reaction(house: House, who: str, what: str, words: str, emoji: str) -> None:
    house.answers(who, Opened(what, payload=words, quoted=Quoted(words, author=words, link=words)))
    house.answers(who, Reacted(words, emoji, added=True))


def test_every_key_pressed_in_any_order(house: House) -> None:
    keys = random.Random(7).sample(house.handles, 600)
    for key in keys:
        house.answers(house.names[str(key.person_id)], Pressed(key.id))


FORGED = ("\x00", "a\x00b", "\ud800", "\udfff!", "\x1b", "\n", "x" * 70_000, "'; --", "\U0001f600", "")


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
async def test_forged_ids_on_both_databases(any_chat: Chat, forged: str) -> None:
    """PostgreSQL takes no NUL, neither takes half a surrogate pair; wherever an id stands, it may be forged."""
    acts = (
        Said("/checkin done x", message=forged, command=True),
        Said("/checkin done y", message=forged, edits=True),
        Pressed(forged, message=forged),
        Submitted(forged, {forged: forged}),
        Opened(forged, payload=forged, quoted=Quoted(forged, author=forged, link=forged)),
        Opened("start", payload=forged),
        Reacted(forged, forged, added=True),
    )
    where = Where("channel", forged, forged, forged, shared=True)
    for act in acts:
        for sender in (Sender("ben"), Sender(forged, forged, username=forged, address=forged)):
            for place in (where, Where(id="dm-ben")):
                heard = await any_chat.does("ben", act, sender=sender, where=place)
                assert heard.answer.outcome != "failed"
    linked = any_chat.change(lambda store: set(store.directory.by_account))
    assert linked == {("web", who) for who in EVERYBODY}


@pytest.mark.parametrize(
    "given", [None, [], {}, 5, [[]], [5], {"a": 1}, True, 1e400, "\x00", [None]], ids=repr
)
async def test_answers_of_any_type_are_kept_and_refused_with_a_sentence(any_chat: Chat, given: Any) -> None:
    for words in ("/kudos", "/1on1 action", "/settings quiet", "/kudos setup", "/away", "/checkin"):
        who = "ivan" if "setup" in words else "ada"
        form = (await any_chat.says(who, words)).form
        assert form, words
        answers = {question.name: given for question in form.questions}
        for final in (False, True):
            heard = await any_chat.does(who, Submitted(form.draft, answers, final=final))
            assert heard.answer.outcome in ("kept", "invalid", "problem", "done"), words
            assert (await any_chat.says(who, words)).answer.outcome == "asked"


@pytest.mark.parametrize("words", HUGE, ids=range(len(HUGE)))
def test_huge_words_everywhere(house: House, words: str) -> None:
    for route in COMMANDS[::5]:
        house.answers("ada", Said(f"/{route.words} @ben {words}", command=True))
    for draft in house.drafts[:8]:
        who = house.names[draft.person_id]
        house.answers(who, Submitted(draft.id, dict.fromkeys(_questions(house, draft), words)))
