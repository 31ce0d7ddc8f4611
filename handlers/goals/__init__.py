"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import progress  # first: `help` shows what is done every week

# isort: split
from handlers.goals import (
    about_me,
    data,
    differences,
    ladder,
    loading,
    measuring,
    objecting,
    overview,
    sources,
    tree,
    weekly,
    writing,
)
from handlers.goals.goal import feature

__all__ = [
    "about_me",
    "data",
    "differences",
    "feature",
    "ladder",
    "loading",
    "measuring",
    "objecting",
    "overview",
    "progress",
    "sources",
    "tree",
    "weekly",
    "writing",
]
