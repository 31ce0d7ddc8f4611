"""Check-ins: people say what is done, what comes next and what blocks them; managers read it where they are."""

from handlers.checkins import blocked, digest, history, opening, recording, remarks, setup, team
from handlers.checkins.questions import feature

__all__ = ["blocked", "digest", "feature", "history", "opening", "recording", "remarks", "setup", "team"]
