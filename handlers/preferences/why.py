"""Why: what I was sent in two weeks, when and by which rule, and what was withheld, with the reason and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more
from handlers.kit.values import load
from handlers.preferences.doors import every_feature
from handlers.preferences.home import feature
from storage.outbox import RESTORED
from storage.tables import ObligationRow, Occurrence, Outgoing

BACK = timedelta(days=14)
SHOWN = 20
REMINDER = "nudge"
"""The kind under which decisions about reminders are kept; they are about an obligation."""
Owed = Mapping[str, ObligationRow]
"""What the decisions about reminders are about, by ids: asked for at once, as there are many."""


@feature.command("why", allow=everyone, also=("为什么",), examples=("",))
def why(request: Request) -> Reply:
    """See what I sent you in the last two weeks, by which rule, and what I held back."""
    since = request.now - BACK
    sent = request.store.outbox.sent_to(request.actor.id, since=since)
    decided = request.store.slots.decisions(request.actor.id, since)
    owed = _owed(request, decided)
    return Reply(
        show=Card(
            Phrase("What I sent you in the last two weeks, and why"),
            *_sent(sent, decided, owed),
            *_withheld(request, decided, owed),
            Button(Phrase("Notifications"), Press("preferences.notifications", {})),
            Button(Phrase("Quiet hours"), Press("preferences.quiet", {})),
            Note(Phrase("Answers to what you asked me yourself are not listed.")),
        )
    )


def _owed(request: Request, decided: Sequence[Occurrence]) -> Owed:
    ids = {row.about for row in decided if row.kind == REMINDER}
    return request.store.obligations.known(ids, person_id=request.actor.id)


# What was sent -------------------------------------------------------------------------------------------------------


def _sent(rows: Sequence[Outgoing], decided: Sequence[Occurrence], owed: Owed) -> tuple[Part, ...]:
    if not rows:
        return (Section(Phrase("I sent you nothing.")),)
    reminded: dict[str, list[Occurrence]] = {}
    for each in reversed(decided):
        if each.outgoing_id and each.reason in RULES:
            reminded.setdefault(each.outgoing_id, []).append(each)
    shown = (_message(row, reminded.get(row.id, ()), owed) for row in rows[:SHOWN])
    return (*map(Section, shown), *_more(len(rows)))


def _more(count: int) -> tuple[Part, ...]:
    return tuple(Note(line) for line in more(count, SHOWN))


def _message(row: Outgoing, reminded: Sequence[Occurrence], owed: Owed) -> Text:
    """What was sent, and why: each thing of which a message reminded has its own rule."""
    each = (text for one in reminded for text in (_what(owed.get(one.about), one), RULES[one.reason]))
    return Lines((load(row.card).title, _state(row), *(each if reminded else (_rule(row),))))


def _state(row: Outgoing) -> Text:
    if row.state == "sent":
        return Phrase("Sent {moment}", moment=row.sent_at or row.due_at)
    if row.state in ("waiting", "sending"):
        return Phrase("It goes out {moment}", moment=row.due_at)
    if row.state == "cancelled" or row.reason == RESTORED:
        return Phrase("Not sent: {reason}", reason=_reason(row.reason))
    if row.state == "expired":
        return Phrase("Not sent: it was too late for it, {moment}", moment=row.expires_at or row.due_at)
    return Phrase("It could not be delivered; it was due {moment}", moment=row.due_at)


RULES: Mapping[str, Phrase] = {
    "opened": Phrase("By the rule: once when something begins"),
    "due": Phrase("By the rule: once more when it is nearly due"),
    "asked for": Phrase("By the rule: you asked to be reminded then"),
    "appointment": Phrase("By the rule: shortly before a meeting"),
    "three days": Phrase("By the rule: again after three workdays"),
    "week before": Phrase("By the rule: a week before it is due"),
    "day before": Phrase("By the rule: the day before it is due"),
    "last day": Phrase("By the rule: on its last day"),
    "by hand": Phrase("Because HR asked me to remind those who still owe it"),
}


def _rule(row: Outgoing) -> Text:
    for each in every_feature():
        for route in each.routes:
            if route.name == row.route:
                return Phrase("Because of what somebody did in {feature}", feature=each.title)
        if row.route in {bell.name for bell in each.bells}:
            return Phrase("By the clock, for {feature}", feature=each.title)
    if row.route.startswith("reminders."):
        return Phrase("By the rule: a reminder of what waits for you")
    if row.route == "kit.linked":
        return Phrase("Because an app was connected with you")
    if row.route == "restore":
        return Phrase("By the rule: whoever may have missed something by a restore is told so")
    if row.route == "alert":
        return Phrase("By the rule: administrators hear what they must mend")
    return Phrase("By the rule {rule}", rule=Verbatim(row.route))


# What was withheld ---------------------------------------------------------------------------------------------------

WITHHELD = ("silent", "expired", "failed")

REASONS: Mapping[str, Phrase] = {
    "snoozed": Phrase("you snoozed it"),
    "away": Phrase("you are away"),
    "paused": Phrase("what it belongs to is paused"),
    "holiday": Phrase("it was not a workday of yours"),
    "quiet hours": Phrase("it was in your quiet hours"),
    "done": Phrase("it was done already"),
    "already done": Phrase("it was done already"),
    "weekly ceiling": Phrase("you had the most reminders that a week may have"),
    "together": Phrase("it waited for what else there was to say that day, so that you get one message"),
    "said later": Phrase("a later reminder said it too"),
    "already today": Phrase("you had your one message of that workday already"),
    "nothing new": Phrase("there was nothing new to say"),
    "expired": Phrase("it was too late for it"),
    "not asked": Phrase("you are in no team that is asked"),
    "waits": Phrase("somebody else's answer was awaited"),
    "moved": Phrase("it was moved to another time"),
    "left": Phrase("the person has left"),
    "ended": Phrase("it has ended"),
    "removed": Phrase("it was removed"),
    "no channel": Phrase("there is no channel for it"),
    "gone": Phrase("the message that it was to replace is gone"),
    "place gone": Phrase("there is no channel for it"),
    "nobody to tell": Phrase("there was nobody to tell"),
    "nobody was thanked in public": Phrase("nobody was thanked in public"),
    "kudos are private here": Phrase("thanks stay private here"),
    "nothing shared": Phrase("nobody had shared anything"),
    "failed": Phrase("something went wrong on our side; I try again"),
    "restored": Phrase("it was from before a backup was restored"),
    "erased": Phrase("it was erased"),
    "taken back": Phrase("it was taken back"),
    "up to date": Phrase("everything was said since the last time"),
    "not begun": Phrase("it has not begun"),
    "reached": Phrase("what you answer for is reached"),
    "in time": Phrase("there was time left to say something"),
    "not told yet": Phrase("you were not told of it yet"),
    "owner away": Phrase("you are away"),
    "told before": Phrase("your manager was told of it before"),
    "ladder off": Phrase("managers are not told of it here"),
    "another manager": Phrase("you have had another manager since then"),
    "not for the manager": Phrase("your manager does not see it"),
    "manager's hours": Phrase("your manager is told in their own hours"),
    "manager's ceiling": Phrase("your manager had the most such messages that a week may have"),
    "not theirs any more": Phrase("it was not for you to read any more"),
    "unreachable": Phrase("you cannot be reached in any app"),
}


def _reason(reason: str) -> Text:
    return REASONS.get(reason) or Phrase("by the rule “{rule}”", rule=Verbatim(reason or "—"))


def _withheld(request: Request, decided: Sequence[Occurrence], owed: Owed) -> tuple[Part, ...]:
    silent: dict[tuple[str, str, str], Occurrence] = {}
    for row in decided:
        if row.outcome in WITHHELD and not _was_said(owed.get(row.about), row):
            silent.setdefault((row.kind, row.about, row.reason), row)
    held = (*_snoozed(request), *(_silence(request, row, owed.get(row.about)) for row in silent.values()))
    if not held:
        return ()
    return (Heading(Phrase("What I held back")), *(Section(one) for one in held[:SHOWN]), *_more(len(held)))


def _was_said(owed: ObligationRow | None, row: Occurrence) -> bool:
    """Whether it only ended: the person was reminded of it, and nothing more was to be said before that."""
    if row.outcome != "expired" or owed is None or owed.expires_at is None:
        return False
    return owed.reminded > 0 and row.due_at >= owed.expires_at


def _snoozed(request: Request) -> Iterator[Text]:
    for owed in request.store.obligations.of(request.actor.id):
        if owed.snoozed_until and owed.snoozed_until > request.now:
            again = Phrase("You snoozed it. I remind you again {moment}", moment=owed.snoozed_until)
            yield Lines((load(owed.title), again))


def _silence(request: Request, row: Occurrence, owed: ObligationRow | None) -> Text:
    why_not = _reason(row.reason if row.outcome == "silent" else row.outcome)
    said = Phrase("Not sent {moment}: {reason}", moment=row.decided_at, reason=why_not)
    return Lines((_what(owed, row), said, *_waiting(request, owed, row)))


def _waiting(request: Request, owed: ObligationRow | None, row: Occurrence) -> tuple[Text, ...]:
    """Until when it waits, or waited; what is settled or over before then waits for nothing."""
    if row.until is None or (owed and owed.closed_at and owed.closed_at <= row.until):
        return ()
    if owed and owed.expires_at and owed.expires_at <= row.until:
        return (Phrase("It ends before I may remind you again: {moment}", moment=owed.expires_at),)
    if row.until <= request.now:
        return (Phrase("It waited until {moment}", moment=row.until),)
    return (Phrase("It waits until {moment}", moment=row.until),)


def _what(owed: ObligationRow | None, row: Occurrence) -> Text:
    if row.kind == REMINDER:
        return load(owed.title) if owed else Phrase("A reminder")
    return next(
        (each.title for each in every_feature() if row.kind.startswith(f"{each.name}.")), Phrase("A message")
    )
