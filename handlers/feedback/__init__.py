"""Feedback: what somebody did and what it led to, told to them alone, or with their manager if its author says so."""

from handlers.feedback import asking, giving, glass, glass_over, overview, receiving, sending
from handlers.feedback.note import feature

__all__ = ["asking", "feature", "giving", "glass", "glass_over", "overview", "receiving", "sending"]
