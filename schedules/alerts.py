"""Administrators hear in chat what they must mend: one message for all that went wrong, each cause once a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from handlers.kit.cards import Card, Note, Section
from handlers.kit.dispatch import Core
from handlers.kit.requests import Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim, platform_name
from storage.alerts import BELL, CRASHES, FAILURES, PROMISE, REFUSED, SOCKET, TOKEN, Alert
from storage.delivering import MOST_ATTEMPTS, MOST_CRASHES
from storage.people import Person
from storage.store import Store

ALERT = "alert"
"""The route of these messages. When one of them fails itself, nobody is told of that."""
GATHER = timedelta(minutes=1)
"""What goes wrong together is told together."""
LIVES = timedelta(days=3)


def tell_operators(core: Core, store: Store) -> int:
    """Queue one message for each administrator about all that is new; returns how many were queued."""
    alerts = store.alerts.untold(before=store.now - GATHER)
    readers = _operators(store) if alerts else ()
    if not readers:
        return 0  # told as soon as there is somebody
    store.alerts.told(alerts)
    topic = f"{ALERT}:{alerts[0].id}"
    tells = (Tell(_card(alerts), to=p.id, topic=f"{topic}:{p.id}", lives=LIVES) for p in readers)
    return sum(core.queue(store, ALERT, tell) is not None for tell in tells)


def _operators(store: Store) -> Sequence[Person]:
    """The administrators; HR where there is none."""
    active = store.directory.active()
    return [p for p in active if p.role == "admin"] or [p for p in active if p.role == "hr"]


def _card(alerts: Sequence[Alert]) -> Card:
    return Card(
        Phrase("Something in Upbeat needs you"),
        *(Section(_what(alert)) for alert in alerts),
        Note(
            Phrase(
                "`upbeat doctor` on the server names what to mend; /upbeat health shows the numbers. The same is told"
                " once a day."
            )
        ),
    )


def _what(alert: Alert) -> Text:
    cause, _, more = alert.cause.partition(":")
    if cause == TOKEN:
        return _token(more)
    if cause == PROMISE:
        return _promise(more)
    return _SAID[cause](alert.times)


def _token(platform: str) -> Text:
    return Phrase(
        "{platform} refuses our token: nobody is reached there, and messages wait. Install the app or ask for the"
        " token again, set {setting}, and restart Upbeat; what waits is sent then.",
        platform=platform_name(platform),
        setting=Verbatim(f"{platform.upper()}_BOT_TOKEN"),
    )


def _socket(times: int) -> Text:
    return Phrase(
        "Slack gives us no socket any more: whatever is said there is not heard. See that Socket Mode is on, make the"
        " app-level token anew with connections:write, set {setting}, and restart Upbeat.",
        setting=Verbatim("SLACK_APP_TOKEN"),
    )


def _failures(times: int) -> Text:
    return Plural(
        "{n} message failed {most} times and was set aside: it is not sent any more. See whether the platform can be"
        " reached; the log has the reason.",
        "{n} messages failed {most} times each and were set aside: they are not sent any more. See whether the platform"
        " can be reached; the log has the reasons.",
        n=times,
        most=MOST_ATTEMPTS,
    )


def _crashes(times: int) -> Text:
    return Plural(
        "{n} message was set aside because Upbeat stopped {most} times while it was sent. See why it stopped (memory?"
        " power?); the log has the message's id.",
        "{n} messages were set aside because Upbeat stopped {most} times while each was sent. See why it stopped"
        " (memory? power?); the log has the messages' ids.",
        n=times,
        most=MOST_CRASHES,
    )


def _refused(times: int) -> Text:
    return Plural(
        "{n} message was refused by its platform for good and set aside. That is a mistake of ours: please report it"
        " with the line of the log.",
        "{n} messages were refused by their platform for good and set aside. That is a mistake of ours: please report"
        " it with the lines of the log.",
        n=times,
    )


def _bell(times: int) -> Text:
    return Plural(
        "Something that the clock does failed again and again and rests for a day. That is a mistake of ours: please"
        " report it with the line of the log.",
        "{n} things that the clock does failed again and again and rest for a day. That is a mistake of ours: please"
        " report it with the lines of the log.",
        n=times,
    )


def _promise(rule: str) -> Text:
    return Phrase(
        "Upbeat looked whether it keeps its promise, and does not: {what}. See what `upbeat doctor` says on the server,"
        " and please report it with the line of the log.",
        what=_RULES.get(rule, Verbatim(rule)),
    )


_RULES: dict[str, Text] = {
    "overdue": Phrase("moments of the clock are over and have no outcome"),
    "unreminded": Phrase("reminders that were due were not decided"),
    "outcomes": Phrase("something counts as sent for which there is no message"),
    "unanswered": Phrase("something that was taken in came to no end"),
    "waiting": Phrase("messages wait that should be sent or expired by now"),
    "undelivered": Phrase("messages wait, and no process delivers"),
    "half_sent": Phrase("messages are half sent, and nobody takes them up"),
    "set_aside": Phrase("messages were set aside without an alert"),
    "owed": Phrase("what people owe contradicts itself"),
    "twice": Phrase("something happened twice"),
    "guarded": Phrase("the database lacks a key or a guard that it needs"),
    "logged": Phrase("the audit log was changed from outside"),
}

_SAID = {FAILURES: _failures, CRASHES: _crashes, REFUSED: _refused, BELL: _bell, SOCKET: _socket}
