"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import progress  # first: `help` shows what is done every week

# isort: split
from handlers.goals import (
    by_number,
    departments,
    digest,
    following,
    hearing,
    home,
    leaving,
    measuring,
    others,
    overview,
    pictures,
    posting,
    rewriting,
    rhythm,
    writing,
)
from handlers.goals.alignment import differences, tree
from handlers.goals.data import about_me, answering, loading, moving, objecting, sources, succeeding, telling
from handlers.goals.excel import exchange
from handlers.goals.goal import feature
from handlers.goals.nudges import ladder, weekly
from handlers.goals.scorecards import cards, templates, updating

__all__ = [
    "about_me",
    "answering",
    "by_number",
    "cards",
    "departments",
    "differences",
    "digest",
    "exchange",
    "feature",
    "following",
    "hearing",
    "home",
    "ladder",
    "leaving",
    "loading",
    "measuring",
    "moving",
    "objecting",
    "others",
    "overview",
    "pictures",
    "posting",
    "progress",
    "rewriting",
    "rhythm",
    "sources",
    "succeeding",
    "telling",
    "templates",
    "tree",
    "updating",
    "weekly",
    "writing",
]
