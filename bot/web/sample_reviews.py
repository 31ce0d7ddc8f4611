"""The reviews of the sample company: one cycle whose first result can be read, and one in which people write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias


class Press(NamedTuple):
    """A button of the last card, as it reads in English; the one beside some words, where there are several."""

    label: str
    beside: str = ""


Step: TypeAlias = Press | Mapping[str, str | tuple[str, ...]]
"""A button, or the answers in the form that is open; colleagues by their handles."""
HOME = ""
"""Looks at the home screen instead of saying something."""

CYCLES = "/review cycles"
WRITE = "Write"
NEXT = Press("Next phase")

REVIEWS: tuple[tuple[int, int, str, str, tuple[Step, ...]], ...] = (
    # The leads: Grace has shared with Ada and with Sofia.
    (
        27,
        1,
        "hana",
        "/review new Leads, first half",
        ({"units": "Board", "people": ("ada", "sofia")}, Press("Launch")),
    ),
    (
        24,
        2,
        "ada",
        "/review",
        (
            Press(WRITE, "self-review"),
            {
                "results": "Calls at night went from 14 to 9 a month; the roadmap was kept but for one item.",
                "results_points": "4",
                "proud": "Nobody left the on-call rota, and two people asked to join it.",
                "hindered": "The platform role has been open since spring, so that I still approve most merges.",
                "growth": "Let go of approving merges. Ben and Noor could do it from January.",
            },
        ),
    ),
    (20, 3, "hana", CYCLES, (Press("Open", "Leads"), NEXT)),
    (
        17,
        4,
        "grace",
        "/review",
        (
            Press(WRITE, "Ada"),
            {
                "results": "The outage of the payments was over in 15 minutes, and the report was out on the same day.",
                "results_points": "4",
                "together": "Support and Engines have planned the week together since September.",
                "together_points": "5",
                "growth": "Hand over the merges to Ben and Noor by January, and keep Thursday for the platform role.",
                "overall_points": "4",
            },
        ),
    ),
    (
        16,
        4,
        "grace",
        "/review",
        (
            Press(WRITE, "Sofia"),
            {
                "results": "Renewals rose from 82% to 88%; the biggest customer stays for two years.",
                "results_points": "4",
                "growth": "A second person who can lead a renewal. Priya could sit in on the next three.",
                "overall_points": "4",
            },
        ),
    ),
    (13, 3, "hana", CYCLES, (Press("Open", "Leads"), NEXT, NEXT)),
    (10, 4, "grace", HOME, (Press("Do it now", "Ada"), Press("Share it"))),
    (9, 5, "grace", HOME, (Press("Do it now", "Sofia"), Press("Share it"))),
    # The pilot in Design: others write now, and Ada is asked about Dora.
    (
        13,
        1,
        "hana",
        "/review new Design pilot",
        ({"units": "Design", "people": ("ada",), "others": "peer"}, Press("Launch")),
    ),
    (
        9,
        2,
        "dora",
        "/review",
        (
            Press(WRITE, "self-review"),
            {
                "results": "Every form was reviewed for keyboard and contrast; 31 of 34 pass.",
                "results_points": "4",
                "growth": "Run interviews myself; Ting offered to take me along in January.",
            },
        ),
    ),
    (
        9,
        4,
        "kofi",
        "/review",
        (
            Press(WRITE, "self-review"),
            {
                "results": "The dark theme and the onboarding pictures are out; the report layout is late by a week.",
                "results_points": "3",
                "hindered": "Texts came after the layout twice.",
                "growth": "Learn to estimate: write down what I expect before I begin.",
            },
        ),
    ),
    (
        8,
        4,
        "ting",
        "/评估",
        (
            Press(WRITE, "self-review"),
            {
                "results": "完成了 12 场用户访谈，结论被两个团队写进了下季度计划。",
                "results_points": "4",
                "growth": "学习定量研究，想参加一月的数据分析课程。",
            },
        ),
    ),
    (7, 5, "hana", CYCLES, (Press("Open", "Design"), NEXT)),
    (6, 3, "dora", "/review", (Press("Choose", "colleagues"), {"people": ("ada", "yuki", "sofia")})),
    (3, 5, "hana", CYCLES, (Press("Open", "Design"), NEXT)),
    (
        1,
        5,
        "dora",
        "/review",
        (
            Press(WRITE, "Kofi"),
            {
                "results": "The dark theme was on time, and no bug about it is open.",
                "results_points": "4",
                "growth": "Two estimates a month that we compare together.",
                "overall_points": "4",
            },
        ),
    ),
)
"""Days ago, hour after midday, who, what they said, and what they pressed and wrote then."""
