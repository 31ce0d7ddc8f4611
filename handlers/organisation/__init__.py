"""Set-up: HR and administrators choose the hours, the holidays, what may be switched off, and how often to remind."""

from handlers.organisation import defaults, health, holidays, hours, notifications, past, reminders
from handlers.organisation.home import feature

__all__ = [
    "defaults",
    "feature",
    "health",
    "holidays",
    "hours",
    "notifications",
    "past",
    "reminders",
]
