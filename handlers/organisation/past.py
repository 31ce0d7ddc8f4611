"""HR and administrators choose whether a new manager reads the check-ins and goals from before their time."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import NO, YES, Choice
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text
from handlers.organisation.home import NOBODY_ELSE, feature

Reads = Annotated[
    str,
    Choice(
        Phrase("Does a new manager read the check-ins and goals from before their time?"),
        options=(YES, NO),
        suggested=lambda request: "yes" if request.store.directory.past_is_open else "no",
    ),
]


@feature.command(
    "setup past",
    allow=stewards,
    also=("配置 过往",),
    examples=("no", "yes", "否"),
    seen_by=NOBODY_ELSE,
    title=Phrase("Past check-ins and goals"),
)
def past(request: Request, reads: Reads) -> Reply:
    """Choose whether a new manager reads past check-ins and goals."""
    is_open = reads == "yes"
    return Reply(
        show=Card(
            _past_text(is_open),
            Section(
                Phrase(
                    "It holds at once, for everybody and for check-ins and goals of any age. The forms say it, and"
                    " whoever gets a new manager is told."
                )
            ),
            Note(
                Phrase(
                    "A former manager keeps what is from their own time. Nothing else of the past is opened."
                )
            ),
            Button(Phrase("Save"), save_past.bind(is_open=is_open), style="primary"),
        )
    )


@feature.button(allow=stewards, once=True)
def save_past(request: Request, is_open: bool) -> Reply:
    """Save whether a new manager reads past check-ins and goals."""
    request.store.roster.open_past(is_open)
    return Reply(show=Card(Phrase("Saved."), Section(_past_text(is_open))))


def _past_text(is_open: bool) -> Text:
    if is_open:
        return Phrase("A new manager reads check-ins and goals from before their time.")
    return Phrase("A new manager does not read check-ins and goals from before their time.")
