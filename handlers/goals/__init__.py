"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import progress  # first: `help` shows what is done every week

# isort: split
from handlers.goals import (
    data,
    departments,
    differences,
    following,
    ladder,
    leaving,
    measuring,
    others,
    overview,
    posting,
    rewriting,
    rhythm,
    scorecards,
    templates,
    tree,
    updating,
    weekly,
    writing,
)
from handlers.goals.goal import feature

__all__ = [
    "data",
    "departments",
    "differences",
    "feature",
    "following",
    "ladder",
    "leaving",
    "measuring",
    "others",
    "overview",
    "posting",
    "progress",
    "rewriting",
    "rhythm",
    "scorecards",
    "templates",
    "tree",
    "updating",
    "weekly",
    "writing",
]
