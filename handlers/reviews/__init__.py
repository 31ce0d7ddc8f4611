"""Reviews: cycles in which people write about each other from evidence, and each learns what comes next."""

from handlers.reviews import overview  # first: `help` shows what everybody does

# isort: split
from handlers.reviews import (
    appealing,
    calibration,
    customers,
    deadlines,
    exporting,
    feed,
    finalising,
    health,
    joining,
    launching,
    nominating,
    phases,
    planning,
    progress,
    releasing,
    reminding,
    running,
    sharing,
    survey,
    talking,
    why,
    writing,
)
from handlers.reviews.review import feature

__all__ = [
    "appealing",
    "calibration",
    "customers",
    "deadlines",
    "exporting",
    "feature",
    "feed",
    "finalising",
    "health",
    "joining",
    "launching",
    "nominating",
    "overview",
    "phases",
    "planning",
    "progress",
    "releasing",
    "reminding",
    "running",
    "sharing",
    "survey",
    "talking",
    "why",
    "writing",
]
