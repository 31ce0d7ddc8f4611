"""One-on-ones: two people meet, keep an agenda together, and write down what they agreed; nobody else reads it."""

from handlers.one_on_ones import (
    actions,
    agenda,
    by_name,
    changes,
    confirming,
    correcting,
    notes,
    overview,
    planning,
    reminders,
    templates,
)
from handlers.one_on_ones.pair import feature

__all__ = [
    "actions",
    "agenda",
    "by_name",
    "changes",
    "confirming",
    "correcting",
    "feature",
    "notes",
    "overview",
    "planning",
    "reminders",
    "templates",
]
