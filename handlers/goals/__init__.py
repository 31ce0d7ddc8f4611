"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import progress  # first: `help` shows what is done every week

# isort: split
from handlers.goals import (
    about_me,
    data,
    departments,
    differences,
    following,
    ladder,
    leaving,
    loading,
    measuring,
    objecting,
    others,
    overview,
    posting,
    rewriting,
    rhythm,
    scorecards,
    sources,
    templates,
    tree,
    updating,
    weekly,
    writing,
)
from handlers.goals.goal import feature

__all__ = [
    "about_me",
    "data",
    "departments",
    "differences",
    "feature",
    "following",
    "ladder",
    "leaving",
    "loading",
    "measuring",
    "objecting",
    "others",
    "overview",
    "posting",
    "progress",
    "rewriting",
    "rhythm",
    "scorecards",
    "sources",
    "templates",
    "tree",
    "updating",
    "weekly",
    "writing",
]
