"""Kudos: people thank each other for something, in public after a preview or in private, without any ranking."""

from handlers.kudos import digest, giving, overview, setup, taking_back, unposted
from handlers.kudos.thanks import feature

__all__ = ["digest", "feature", "giving", "overview", "setup", "taking_back", "unposted"]
