"""Reviews: cycles in which people write about each other from evidence, and each learns what comes next."""

from handlers.reviews import overview  # first: `help` shows what everybody does

# isort: split
from handlers.reviews import (
    appealing,
    calibration,
    customers,
    exporting,
    finalising,
    health,
    nominating,
    phases,
    planning,
    releasing,
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
    "exporting",
    "feature",
    "finalising",
    "health",
    "nominating",
    "overview",
    "phases",
    "planning",
    "releasing",
    "sharing",
    "survey",
    "talking",
    "why",
    "writing",
]
