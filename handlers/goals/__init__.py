"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import overview, progress, writing
from handlers.goals.goal import feature

__all__ = ["feature", "overview", "progress", "writing"]
