"""HR and administrators choose how many reminders a person gets in a week at most."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Card
from handlers.kit.forms import Number
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural
from handlers.organisation.home import NOBODY_ELSE, feature

Most = Annotated[int, Number(Phrase("How many reminders may a person get in a week?"), low=1, high=20)]


@feature.command(
    "setup reminders",
    allow=stewards,
    also=("配置 提醒",),
    examples=("3",),
    seen_by=NOBODY_ELSE,
    title=Phrase("Reminders"),
)
def reminders(request: Request, most: Most) -> Reply:
    """Choose how many reminders a person gets in a week at most."""
    request.store.set_setting("weekly_ceiling", most)
    request.store.obligations.decide_again()  # what waits for the next week may not need to
    saved = Plural(
        "Saved. Nobody gets more than one reminder in a week.",
        "Saved. Nobody gets more than {n} reminders in a week.",
        n=most,
    )
    return Reply(show=Card(saved))
