"""Standing in: while a manager is away, somebody reads and answers their team's check-ins, and nothing else."""

from handlers.delegation import answering, ending, granting
from handlers.delegation.terms import feature

__all__ = ["answering", "ending", "feature", "granting"]
