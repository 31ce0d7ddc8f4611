"""What blocks people, line by line as they write it: which lines name something, and which name the same."""

from __future__ import annotations

from handlers.kit.typed import folded

NOTHING = frozenset(
    (
        "no",
        "none",
        "nothing",
        "nope",
        "nobody",
        "no one",
        "n/a",
        "na",
        "-",
        "–",
        "无",
        "没有",
        "没",
        "暂无",
        "无阻碍",
    )
)
"""Answers to "what blocks you?" that name nothing."""


def matters(words: str) -> list[str]:
    """The lines that name something."""
    lines = (line.strip() for line in words.splitlines())
    return [line for line in lines if line and same(line) not in NOTHING]


def same(words: str | None) -> str:
    """What blocks somebody, as it is compared."""
    return folded(words or "").rstrip(".!。！")
