"""Reviews: cycles in which people write about each other from evidence, and each learns what comes next."""

from handlers.reviews import overview  # first: `help` shows what everybody does

# isort: split
from handlers.reviews import customers, nominating, phases, planning, releasing, sharing, writing
from handlers.reviews.review import feature

__all__ = [
    "customers",
    "feature",
    "nominating",
    "overview",
    "phases",
    "planning",
    "releasing",
    "sharing",
    "writing",
]
