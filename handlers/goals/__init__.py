"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import progress  # first: `help` shows what is done every week

# isort: split
from handlers.goals import data, differences, ladder, measuring, overview, tree, weekly, writing
from handlers.goals.goal import feature

__all__ = [
    "data",
    "differences",
    "feature",
    "ladder",
    "measuring",
    "overview",
    "progress",
    "tree",
    "weekly",
    "writing",
]
