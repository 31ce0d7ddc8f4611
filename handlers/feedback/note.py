"""One piece of feedback: its questions, who reads it, and how it reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kit.access import readers
from handlers.kit.cards import Fact, Part
from handlers.kit.features import Feature
from handlers.kit.forms import Choice, Option, Question, Words
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.feedback import FeedbackRow
from storage.people import Person
from storage.policy import Kind

feature = Feature(
    "feedback",
    title=Phrase("Feedback"),
    intro=Phrase(
        "Feedback says what happened, what somebody did and what it led to. They alone read it, or their manager too if"
        " you say so before you send it; nobody is added later. You can take it back within 24 hours."
    ),
)

RECEIVED = feature.notice("received", Phrase("Somebody gives me feedback"))
ASKED = feature.notice("asked", Phrase("Somebody asks me for feedback"))
READ = feature.notice("read", Phrase("Somebody read, answered or declined what I wrote or asked"))

ALONE, WITH_MANAGER = "receiver", "receiver_and_manager"
LONGEST = 2500

SITUATION = Words(
    Phrase("In which situation?"),
    name="situation",
    help=Phrase("When and where it was, so that they know which moment you mean."),
    labels=("situation", "情境", "情况"),
    longest=LONGEST,
)
BEHAVIOUR = Words(
    Phrase("What did they do?"),
    name="behaviour",
    help=Phrase("What you saw or heard, not what you think of it."),
    labels=("behaviour", "behavior", "行为"),
    longest=LONGEST,
)
EFFECT = Words(
    Phrase("What was the effect?"),
    name="effect",
    help=Phrase("On you, the team, or the work."),
    labels=("effect", "impact", "影响"),
    longest=LONGEST,
)
SUGGESTION = Words(
    Phrase("What do you suggest?"),
    name="suggestion",
    required=False,
    labels=("suggestion", "suggest", "建议"),
    longest=LONGEST,
)
REQUIRED = ("situation", "behaviour", "effect")
_LABELS: Mapping[str, Phrase] = {
    "situation": Phrase("Situation"),
    "behaviour": Phrase("Behaviour"),
    "effect": Phrase("Effect"),
    "suggestion": Phrase("Suggestion"),
}

# Who reads it --------------------------------------------------------------------------------------------------------


def manager_for(request: Request, receiver: Person) -> str:
    """The receiver's manager, if the author may let them read along; "" when there is none, or it is the author."""
    manager = request.store.directory.manager_of(receiver.id, request.now.date())
    return manager if manager and manager != request.actor.id else ""


def form_audience(request: Request, args: Mapping[str, Any]) -> Text:
    """Who will read what is written into the form, exactly."""
    receiver = request.store.directory.person(str(args.get("to", "")))
    if receiver is None:
        return Phrase("Seen by the colleague to whom you write. Fixed when you send.")
    narrow = readers(Kind.FEEDBACK, request, subject=receiver)
    manager = request.store.directory.person(str(args.get("manager", "")))
    if manager is None:
        return Lines((narrow, Phrase("Fixed when you send.")))
    choice = Phrase(
        "{manager} reads it too only if you choose that here. Fixed when you send.",
        manager=Verbatim(manager.name),
    )
    changed = Phrase("The manager of {name} changed while you wrote.", name=Verbatim(receiver.name))
    return Lines((*((changed,) if args.get("changed") else ()), narrow, choice))


def questions(request: Request, args: Mapping[str, Any]) -> tuple[Question, ...]:
    """The questions of the form; the audience, narrowest first and chosen, where there is a choice."""
    receiver = request.store.directory.person(str(args.get("to", "")))
    manager = request.store.directory.person(str(args.get("manager", "")))
    words = (SITUATION, BEHAVIOUR, EFFECT, SUGGESTION)
    return (_audience(receiver, manager), *words) if receiver and manager else words


def _audience(receiver: Person, manager: Person) -> Choice:
    both = Phrase("{name} and {manager}", name=Verbatim(receiver.name), manager=Verbatim(manager.name))
    return Choice(
        Phrase("Who reads it?"),
        name="audience",
        required=False,
        options=(
            Option(ALONE, Phrase("{name} alone", name=Verbatim(receiver.name))),
            Option(WITH_MANAGER, both),
        ),
        suggested=lambda request: ALONE,
    )


def readers_of(request: Request, row: FeedbackRow) -> Text:
    """Who reads a piece of feedback, in words that are true for whoever reads them."""
    directory = request.store.directory
    who = {
        "author": Verbatim(directory.named(row.author_id)),
        "name": Verbatim(directory.named(row.subject_id)),
    }
    if row.named_id:
        manager = Verbatim(directory.named(row.named_id))
        return Phrase(
            "Read by {author}, {name} and {manager}, and nobody else. HR only by break-glass: two of them, with a"
            " reason, for 24 hours, and {name} is told.",
            manager=manager,
            **who,
        )
    return Phrase(
        "Read by {author} and {name}, and nobody else. HR only by break-glass: two of them, with a reason, for 24"
        " hours, and {name} is told.",
        **who,
    )


def gone(name: Verbatim) -> Text:
    """Why nothing is sent to somebody who has left."""
    return Phrase("{name} does not work here any more. Nothing was sent.", name=name)


# How it reads --------------------------------------------------------------------------------------------------------


def answered(answers: Mapping[str, str]) -> tuple[Part, ...]:
    """The words of feedback, by question."""
    return tuple(Fact(label, Verbatim(answers[name])) for name, label in _LABELS.items() if answers.get(name))


def summary(answers: Mapping[str, str]) -> tuple[Text, ...]:
    """The same, as lines of a list."""
    return tuple(
        Phrase("{question}: {words}", question=label, words=Verbatim(answers[name]))
        for name, label in _LABELS.items()
        if answers.get(name)
    )
