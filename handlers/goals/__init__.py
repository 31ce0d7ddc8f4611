"""Goals: what the company, its teams and its people want to reach, and how far they are."""

from handlers.goals import differences, overview, progress, writing
from handlers.goals.goal import feature

__all__ = ["differences", "feature", "overview", "progress", "writing"]
