"""Giving feedback: the form says first who reads it, and whoever is not named there never will."""

from collections.abc import Mapping
from typing import Annotated

from handlers.feedback.note import ALONE, REQUIRED, WITH_MANAGER, feature, form_audience, questions
from handlers.feedback.sending import Letter, form_for, given, opened, refuse_over
from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Section
from handlers.kit.forms import Colleague, Sheet, Words
from handlers.kit.naming import named_first
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Verbatim
from storage.people import Person

Answers = Annotated[dict[str, str], Sheet(Phrase("Feedback"), of=questions)]


def begun(request: Request, receiver: Person, answers: Mapping[str, str]) -> Reply:
    """Feedback from what was typed: sent at once to the receiver alone when nothing is missing, or else the form."""
    typed = {name: words for name, words in answers.items() if words}
    _refuse_several(request, receiver, typed)
    if all(typed.get(name) for name in REQUIRED):
        return given(request, Letter(receiver, typed))
    return opened(request, receiver, typed=typed)


def _refuse_several(request: Request, receiver: Person, typed: Mapping[str, str]) -> None:
    """Raise Problem where another colleague is named right behind the first: they would hear nothing of it."""
    first = next(iter(typed.values()), "")
    another = named_first(first, request.store.directory, request.platform)
    if another is not None:
        raise Problem(
            Phrase(
                "Nothing was sent: feedback goes to one colleague at a time. Write to {name} first, then to {other}.",
                name=Verbatim(receiver.name),
                other=Verbatim(another[0].name),
            )
        )


@feature.button(
    allow=everyone,
    seen_by=form_audience,
    submit=Phrase("Send"),
    title=Phrase("Give feedback"),
    over=refuse_over,
)
def write(
    request: Request, to: str, answers: Answers, manager: str = "", asked: str = "", changed: bool = False
) -> Reply:
    """Give a colleague feedback in private."""
    wide = answers.get("audience", ALONE) == WITH_MANAGER
    words = {name: item for name, item in answers.items() if name != "audience"}
    return given(request, Letter(request.person(to), words, manager=manager if wide else "", asked=asked))


@feature.button(
    allow=everyone,
    seen_by=Phrase("Nobody sees this yet: next comes the form, which says who reads it."),
    submit=Phrase("Next"),
    title=Phrase("Give feedback"),
)
def choose(
    request: Request, to: Annotated[Person, Colleague(Phrase("To whom do you want to give feedback?"))]
) -> Reply:
    """Choose who gets my feedback."""
    return opened(request, to)


@feature.command(
    "confidential",
    allow=everyone,
    also=(
        "confidentially",
        "between us",
        "between you and me",
        "just between us",
        "in confidence",
        "off the record",
        "private feedback",
        "i have feedback",
        "i have some feedback",
        "strictly private",
        "don't tell anyone",
        "don’t tell anyone",
        "don't tell anybody",
        "don’t tell anybody",
        "do not tell anyone",
        "anonymous feedback",
        "保密",
        "机密",
        "匿名反馈",
        "别告诉别人",
        "不要告诉别人",
        "不要外传",
        "别外传",
        "悄悄告诉你",
        "私下",
        "私下说",
        "悄悄说",
        "我有反馈",
    ),
    examples=("",),
    hidden=True,
)
def confidential(
    request: Request,
    to: Annotated[
        Person | None,
        Colleague(Phrase("To whom?"), lead=("feedback for", "feedback to", "for", "to", "about", "给", "对")),
    ] = None,
    words: Annotated[str, Words(Phrase("What?"))] = "",
) -> Reply:
    """Say something in confidence.

    What was typed is neither kept nor sent: a confidence belongs into the form, which says who reads it."""
    press = form_for(request, to) if to else choose.bind()
    return Reply(
        show=Card(
            Phrase("This sounds confidential, so I kept nothing of it and sent it to nobody."),
            Section(Phrase("Feedback to a colleague has a form, which says who reads it before you write.")),
            Button(Phrase("Open the form"), press, style="primary"),
        )
    )
