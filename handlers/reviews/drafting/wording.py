"""The sentences of a draft, in each language. They become the writer's own words, so they are no messages of ours: they
are written down once, in the writer's language, and not drawn anew for each reader."""

from __future__ import annotations

from collections.abc import Mapping

WORDINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "moved": "{result} went from {before} to {after} between {first} and {last}.",
        "moved once": "{result} went from {before} to {after} on {last}.",
        "reached": "{result} was reached on {last}.",
        "not reached": "{result} was not reached yet on {last}.",
        "stood": "{result} stood at {after} on {last}.",
        "closed": "The goal “{goal}” was closed on {last}.",
        "figure": "{metric} stood at {after} on {last} ({source}).",
        "figures": "{metric} went from {before} on {first} to {after} on {last} ({source}).",
        "thanks": "{name} gave thanks on {last}: “{words}”",
        "feedback": "{name} said on {last}: “{words}”",
        "done": "Done, as of {last}: “{words}”",
        "blocked": "Held up, as of {last}: “{words}”",
    },
    "zh": {
        "moved": "{result}：从 {before} 到 {after}（{first} 至 {last}）。",
        "moved once": "{result}：从 {before} 到 {after}（{last}）。",
        "reached": "{result}：{last} 已达成。",
        "not reached": "{result}：{last} 尚未达成。",
        "stood": "{result}：{last} 为 {after}。",
        "closed": "目标“{goal}”于 {last} 结束。",
        "figure": "{metric}：{last} 为 {after}（{source}）。",
        "figures": "{metric}：{first} 为 {before}，{last} 为 {after}（{source}）。",
        "thanks": "{name} 在 {last} 表示感谢：“{words}”",
        "feedback": "{name} 在 {last} 说：“{words}”",
        "done": "截至 {last} 完成：“{words}”",
        "blocked": "截至 {last} 受阻：“{words}”",
    },
}


def said(language: str, sentence: str, **values: str) -> str:
    """A sentence of a draft."""
    return WORDINGS.get(language, WORDINGS["en"])[sentence].format(**values)
