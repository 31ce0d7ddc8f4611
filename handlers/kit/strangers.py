"""Somebody whom Upbeat does not know learns only how to be let in; a code that was made for them connects them."""

from __future__ import annotations

from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.problems import STALE
from handlers.kit.requests import Answer, Incoming, Left, Opened, Pressed, Reacted, Said, Tell
from handlers.kit.text import Phrase, Verbatim, platform_name
from storage.store import Store

LINKED = "kit.linked"
"""The route under which a new connection stands in the outbox."""

STRANGER = Phrase(
    "I can only talk with people on the company's list. If you are one of them, ask HR or whoever set me up for an"
    " invitation, or send me /start with the code that you got."
)
UNLISTED = Phrase(
    "I can only talk with full members of this workspace who are on the company's list with the address of their"
    " account here. If you should be one of them, ask HR or whoever set me up."
)
"""Where no code lets anybody in."""
BURNT = Phrase(
    "Others could read this code here, so it does not work. Get a new one where you got it, and send that to me in"
    " our private chat."
)
EMPTY = Phrase(
    "Hello! I am new here and know nobody yet. Whoever installed me can tell me who works here, with the command"
    " “upbeat people import FILE” on the machine where I run; then everybody can talk with me."
)


def answer_stranger(store: Store, incoming: Incoming) -> tuple[Answer, tuple[Tell, ...]]:
    """What somebody who is not known hears, and who else is told."""
    act = incoming.act
    if (
        isinstance(act, Opened)
        and act.what == "start"
        and incoming.sender.member
        and not incoming.where.shared
    ):
        return _start(store, incoming, act.payload), ()
    if isinstance(act, Pressed) and incoming.sender.member:
        return _confirm(store, incoming, act.handle)
    if not store.directory.people and isinstance(act, Said | Opened):
        return Answer(outcome="refused", card=Card(EMPTY)), ()
    silent = isinstance(act, Reacted | Left) or (
        isinstance(act, Said) and not act.command and incoming.where.kind != "private"
    )
    return (Answer(outcome="ignored") if silent else _refused(incoming)), ()


def _refused(incoming: Incoming) -> Answer:
    return Answer(outcome="refused", card=Card(UNLISTED if incoming.sender.by_email else STRANGER))


def _start(store: Store, incoming: Incoming, code: str) -> Answer:
    found = store.links.offered(code)
    if found is None:
        return Answer(outcome="refused", card=Card(STRANGER))
    person = store.directory.people[found]
    handle = store.links.claim(code, external_id=incoming.sender.external_id)
    card = Card(
        Phrase("Are you {name}?", name=Verbatim(person.name)),
        Section(
            Phrase(
                "This connects your account here with {name} at the company. Confirm only if this is you.",
                name=Verbatim(person.name),
            )
        ),
        *_instead(store, person.id, incoming),
        Button(Phrase("Yes, connect me"), style="primary", handle=handle),
    )
    return Answer(outcome="done", card=card, language=person.language, zone=person.zone)


def _instead(store: Store, person_id: str, incoming: Incoming) -> tuple[Note, ...]:
    """A person has one account on a platform: the one before ends, and would else be refused without a reason."""
    before = store.directory.account(person_id, incoming.platform)
    if before is None or before.external_id == incoming.sender.external_id:
        return ()
    platform = platform_name(incoming.platform)
    return (Note(Phrase("It takes the place of the account in {platform} from before.", platform=platform)),)


def _confirm(store: Store, incoming: Incoming, handle: str) -> tuple[Answer, tuple[Tell, ...]]:
    sender = incoming.sender
    link = store.links.confirm(handle, external_id=sender.external_id)
    if link is None:
        return Answer(outcome="refused", card=Card(STALE), keep=True), ()
    instead = _instead(store, link.person_id, incoming)
    store.accounts.link(
        link.person_id, incoming.platform, sender.external_id, sender.username, sender.address
    )
    person = store.directory.people[link.person_id]
    store.actor_id = person.id
    linked = Card(
        Phrase("Your account was connected with {platform}.", platform=platform_name(incoming.platform)),
        *instead,
        Note(Phrase("If this was not you, tell HR or an administrator at once: they can undo it.")),
    )
    told = (Tell(linked, to=person.id, topic=f"linked:{link.id}", on=link.made_on),)
    hello = Card(
        Phrase("Welcome, {name}. You are connected.", name=Verbatim(person.name)),
        Section(Phrase("Write /help to see what I can do, or just try /checkin.")),
    )
    return Answer(outcome="done", card=hello, route=LINKED), told
