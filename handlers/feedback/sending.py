"""Sending feedback: once, to those whom its author chose, who hear of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers.feedback.note import RECEIVED, answered, feature, gone, manager_for, readers_of
from handlers.feedback.receiving import ACKNOWLEDGE, received_buttons, retract_button
from handlers.feedback.requests import open_request, settle_request
from handlers.kit.access import everyone
from handlers.kit.cards import Argument, Card, Note, Press
from handlers.kit.problems import Problem
from handlers.kit.repeating import AGAIN, asked_again
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Verbatim
from handlers.kit.typed import folded
from handlers.kit.values import dump
from storage.feedback import FeedbackRow
from storage.people import Person

DUE, FIRST_REMINDER, FORGOTTEN = timedelta(days=7), timedelta(days=3), timedelta(days=21)
"""When feedback should be acknowledged, when that is first recalled, and when nobody speaks of it any more."""

WRITE = "feedback.write"
"""The route of the form, which comes before all of this."""


@dataclass(frozen=True)
class Letter:
    """Feedback that is about to be sent: its words by question, the manager whom its author lets read it too, and the
    request that it answers, if there are such."""

    to: Person
    words: Mapping[str, str]
    manager: str = ""
    asked: str = ""

    def args(self) -> dict[str, Argument]:
        """What its button carries."""
        return {"to": self.to.id, "manager": self.manager, "asked": self.asked, **self.words}


def form_for(request: Request, receiver: Person, *, asked: str = "", changed: bool = False) -> Press:
    """The form of feedback to somebody; its audience is bound to who their manager is now. `changed`: it was another
    one while the author wrote."""
    manager = manager_for(request, receiver)
    return Press(WRITE, {"to": receiver.id, "manager": manager, "asked": asked, "changed": changed})


def opened(
    request: Request, receiver: Person, *, asked: str = "", typed: Mapping[str, str] | None = None
) -> Reply:
    """The form of feedback to somebody, with what was typed now, and what was left in it when it had another
    audience."""
    press = form_for(request, receiver, asked=asked)
    return Reply(ask=press, given={**_left_behind(request, press), **(typed or {})})


def _left_behind(request: Request, press: Press) -> dict[str, str]:
    """The words of a form that was begun while the receiver had another manager; they go on in this one."""
    now = request.store.drafts.of(request.actor.id, press.route, dict(press.args))
    words: dict[str, str] = {}
    for draft in request.store.drafts.open_of(request.actor.id):
        same = draft.route == press.route and all(
            draft.args.get(name) == press.args[name] for name in ("to", "asked")
        )
        if same and draft.args != press.args and not (now and any(now.given.values())):
            words = {**{name: item for name, item in draft.given.items() if name != "audience"}, **words}
            request.store.drafts.close(draft)
    return words


@feature.button(allow=everyone, once=True)
def send_again(
    request: Request,
    to: str,
    situation: str,
    behaviour: str,
    effect: str,
    suggestion: str = "",
    manager: str = "",
    asked: str = "",
) -> Reply:
    """Send the same feedback once more."""
    answers = {"situation": situation, "behaviour": behaviour, "effect": effect, "suggestion": suggestion}
    words = {name: item for name, item in answers.items() if item}
    return given(request, Letter(request.person(to), words, manager, asked), again=True)


def given(request: Request, letter: Letter, *, again: bool = False) -> Reply:
    """Give feedback; `again` says that its author was asked about a repetition."""
    refuse_over(request, letter.args())
    if letter.manager and letter.manager != manager_for(request, letter.to):
        # The author chose an audience by name: another manager is another audience, so they choose again.
        form = form_for(request, letter.to, asked=letter.asked, changed=True)
        return Reply(ask=form, given=letter.words)
    before = None if again else _said_before(request, letter)
    if before is not None:
        send = send_again.bind(**letter.args())
        return Reply(show=asked_again(request, letter.to.id, before.made_at, send))
    return _sent(request, letter)


def refuse_over(request: Request, args: Mapping[str, Any]) -> None:
    """Raise Problem where nobody can read it, or what it would answer is settled."""
    receiver = request.person(args["to"])
    if not receiver.active:
        raise Problem(gone(Verbatim(receiver.name)))
    if receiver.id == request.actor.id:
        raise Problem(Phrase("Feedback goes to a colleague, not to yourself."))
    if asked := args.get("asked"):
        open_request(request, asked)


def _said_before(request: Request, letter: Letter) -> FeedbackRow | None:
    """The same words to the same person, minutes ago, whoever else read them; what was taken back has no words."""
    recent = request.store.feedback.given(request.actor.id, letter.to.id, since=request.now - AGAIN)
    return next((row for row in recent if _folded(row.answers) == _folded(letter.words)), None)


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {name: folded(item) for name, item in words.items()}


def _sent(request: Request, letter: Letter) -> Reply:
    told = settle_request(request, letter.asked, letter.to) if letter.asked else ()
    row = request.store.feedback.send(
        request.actor.id, letter.to.id, letter.words, manager=letter.manager or None, request=letter.asked
    )
    _owed(request, row)
    tells = (_receiver_told(request, row), *_manager_told(request, row), *told)
    return Reply(show=_confirmation(request, row, letter.to), tell=tells)


# What is said then ---------------------------------------------------------------------------------------------------


def _owed(request: Request, row: FeedbackRow) -> None:
    """The receiver owes an acknowledgement, without being nagged about it."""
    request.store.obligations.open(
        row.subject_id,
        ACKNOWLEDGE,
        row.id,
        title=dump(Phrase("Acknowledge the feedback from {author}", author=Verbatim(request.actor.name))),
        args={"feedback": row.id},
        due_at=request.now + DUE,
        remind_at=request.now + FIRST_REMINDER,
        expires_at=request.now + FORGOTTEN,
        minutes=2,
    )


def _receiver_told(request: Request, row: FeedbackRow) -> Tell:
    card = Card(
        Phrase("{author} gives you feedback", author=Verbatim(request.actor.name)),
        *answered(row.answers),
        Note(readers_of(request, row)),
        *received_buttons(row),
    )
    about = f"feedback:{row.id}"
    return Tell(card, to=row.subject_id, topic=about, about=about, notice=RECEIVED)


def _manager_told(request: Request, row: FeedbackRow) -> tuple[Tell, ...]:
    if not row.named_id:
        return ()
    title = Phrase(
        "{author} gave {name} feedback and chose that you read it too",
        author=Verbatim(request.actor.name),
        name=Verbatim(request.person(row.subject_id).name),
    )
    card = Card(title, *answered(row.answers), Note(readers_of(request, row)))
    about = f"feedback:{row.id}"
    return (Tell(card, to=row.named_id, topic=f"{about}:manager", about=about),)


def _confirmation(request: Request, row: FeedbackRow, receiver: Person) -> Card:
    return Card(
        Phrase("Sent to {name}.", name=Verbatim(receiver.name)),
        Note(readers_of(request, row)),
        Note(Phrase("You can take it back within 24 hours.")),
        retract_button(row),
    )
