"""Mistakes that change nothing that anybody could notice, each with why."""

from collections.abc import Mapping

EXPLAINED: Mapping[str, str] = {}
