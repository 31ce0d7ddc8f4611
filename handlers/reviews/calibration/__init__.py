"""Calibration: some people look together at what managers propose, and change it only with a reason that is read."""

from handlers.reviews.calibration import opening, potential, rating, session, showing

__all__ = ["opening", "potential", "rating", "session", "showing"]
