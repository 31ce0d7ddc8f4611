"""What happened, gathered from the people, the database and the platforms' journals, for the checker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.words import Voice
from handlers.kit.cards import Card
from handlers.kit.values import load
from handlers.reminders import NUDGE
from prove.company import Staff, rows_of
from prove.history import History, Input, Told
from prove.talk import Said
from storage.checkins import CheckIn
from storage.database import Database
from storage.kudos import KudosRow
from storage.one_on_ones import AgendaPoint
from storage.tables import Inbox, Occurrence, Outgoing, Slot
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram

MARK = re.compile(r"m\d{7}x")
TICK = "in a tick"


class Chats:
    """What each person's chat with the bot shows, and what of it the bot said as a message of its own."""

    def __init__(self, people: Staff, slack: FakeSlack, telegram: FakeTelegram) -> None:
        self._people = people
        self._slack = slack
        self._telegram = telegram

    def shown(self, reader: str) -> list[str]:
        """Every message that the reader sees, private answers too."""
        if reader.startswith("U"):
            posted = self._slack.posted.get(f"D{reader[1:]}", [])
            return [message.words for message in posted if message.by_bot and not message.deleted]
        return [message.text for message in self._telegram.chat(int(reader)) if message.from_bot]

    def seen(self) -> Iterator[tuple[str, str]]:
        """Every mark before whose eyes it stands."""
        for each in self._people.everybody:
            for words in self.shown(each.reader):
                yield from ((mark, each.reader) for mark in MARK.findall(words))


def gather(
    database: Database,
    people: Staff,
    ids: dict[str, str],
    said: Sequence[Said],
    due: Sequence[Slot],
    chats: Chats,
) -> History:
    """The history of a world, when everything has come to its end."""
    readers = {ids[each.name]: each.reader for each in people.everybody}
    told, arrived = _messages(database, readers, chats)
    bells, tells = _bells(due, readers)
    occurred = _occurred(database)
    return History(
        inputs=(*(each.as_input() for each in said), *bells),
        inbox=Counter(row.delivery for row in rows_of(database, Inbox)) + occurred,
        effects=_effects(database) + Counter({each.mark: occurred[each.delivery] for each in bells}),
        told=tuple(told),
        arrived=arrived,
        seen=frozenset(chats.seen()),
        may_see=_may_see(said),
        tells={**{each.mark: each.partner for each in said if each.acts and each.partner}, **tells},
    )


def _effects(database: Database) -> Counter[str]:
    points = [row.body or "" for row in rows_of(database, AgendaPoint)]
    kudos = [row.why or "" for row in rows_of(database, KudosRow)]
    checkins = [words for row in rows_of(database, CheckIn) for words in _words(row)]
    return Counter(mark for words in (*points, *kudos, *checkins) for mark in MARK.findall(words))


def _words(row: CheckIn) -> list[str]:
    return [str(part) for part in row.parts.values()] if row.parts else [str(row.answers)]


def _may_see(said: Sequence[Said]) -> dict[str, frozenset[str]]:
    """Who did it, and for whom it is."""
    found: dict[str, set[str]] = {}
    for each in said:
        found.setdefault(each.mark, set()).update({each.actor, each.partner} - {""})
    return {mark: frozenset(readers) for mark, readers in found.items()}


# Messages ------------------------------------------------------------------------------------------------------------


def _messages(
    database: Database, readers: dict[str, str], chats: Chats
) -> tuple[list[Told], Counter[tuple[str, str]]]:
    """Every message of the outbox, and how often its words stand in its reader's chat."""
    told: list[Told] = []
    arrived: Counter[tuple[str, str]] = Counter()
    shown = {reader: chats.shown(reader) for reader in readers.values()}
    for row in rows_of(database, Outgoing):
        reader = readers.get(row.person_id or "")
        if reader is None:  # who was just imported has no account yet; the import has a check of its own
            continue
        card = load(row.card)
        mark, title = _mark_of(row, card, reader), Voice().say(card.title)
        why = f"{row.reason} after {row.attempts} attempts and {row.crashes} deaths"
        told.append(Told(mark, reader, row.state, row.ambiguous, repeats=row.unclear != "once", why=why))
        words = (title, mark) if MARK.fullmatch(mark) else (title,)
        arrived[mark, reader] = sum(all(word in text for word in words) for text in shown[reader])
    return told, arrived


def _mark_of(row: Outgoing, card: Card, reader: str) -> str:
    if row.route == NUDGE:
        return _reminder(reader)
    found = MARK.search(Voice().plain(card))
    return found.group() if found else f"message {row.id}"


def _reminder(reader: str) -> str:
    return f"the reminder of {reader}"


# What was due --------------------------------------------------------------------------------------------------------


def _bells(due: Sequence[Slot], readers: dict[str, str]) -> tuple[list[Input], dict[str, str]]:
    """Each moment at which somebody is to be asked for a check-in, as an input that must be taken: its occurrence is
    its row and its effect, the reminder what it tells."""
    inputs, tells = [], {}
    for slot in due:
        reader = readers[slot.about.partition(":")[0]]
        inputs.append(Input(_reminder(reader), TICK, _moment(slot), acknowledged=True))
        tells[_reminder(reader)] = reader
    return inputs, tells


def _occurred(database: Database) -> Counter[str]:
    return Counter(_moment(row) for row in rows_of(database, Occurrence))


def _moment(row: Slot | Occurrence) -> str:
    return f"{row.kind} {row.about} {row.due_at.isoformat()}"
