"""How a cycle went in figures: who was to write and did, how late, who dropped out; pure, so that it can be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from handlers.kit.charts import Bar, Bars, Tone
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews.suppressing import hidden
from storage.reviews import CUSTOMER, MANAGER, PEER, SELF, UPWARD, Duty

GOOD, FAIR = Fraction(9, 10), Fraction(7, 10)
"""From these shares on participation is good, or needs a look."""
MOST_TEAMS = 40
"""Teams in the picture; how many more there are is said beside it."""
NEVER_ASKED = ("nominated", "dropped")
"""Who was proposed as a colleague and is not asked yet, or was taken off before."""
OUT = ("declined", "frozen")
WRITTEN_AS: dict[str, Text] = {
    SELF: Phrase("Self-reviews"),
    PEER: Phrase("Reviews by colleagues"),
    UPWARD: Phrase("Reviews of managers"),
    MANAGER: Phrase("Reviews by managers"),
    CUSTOMER: Phrase("Reviews by customers"),
}


@dataclass(frozen=True)
class Count:
    """Of what was to be written: how much was, how much of that late, and how much was declined or left behind."""

    asked: int
    done: int
    late: int
    out: int

    @property
    def share(self) -> Fraction:
        """How much of it was written."""
        return Fraction(self.done, self.asked or 1)


def counted(duties: Iterable[Duty], due_at: Callable[[Duty], datetime | None]) -> Count:
    """The count of these duties. `due_at` is until when one was to be done."""
    asked = done = late = out = 0
    for duty in duties:
        if duty.state in NEVER_ASKED:
            continue
        asked += 1
        if duty.state == "submitted":
            due = due_at(duty)
            done += 1
            late += bool(due and duty.submitted_at and duty.submitted_at > due)
        out += duty.state in OUT
    return Count(asked, done, late, out)


def by_role(duties: Sequence[Duty], due_at: Callable[[Duty], datetime | None]) -> dict[str, Count]:
    """The counts by as what people write."""
    made = {role: counted((each for each in duties if each.role == role), due_at) for role in WRITTEN_AS}
    return {role: count for role, count in made.items() if count.asked}


def by_team(
    duties: Sequence[Duty],
    due_at: Callable[[Duty], datetime | None],
    team_of: Callable[[str], str],
    least: int,
) -> tuple[dict[str, Count], int]:
    """The counts by the team of who writes, and how many teams are hidden because few people are in them, or with
    those. A customer is in no team."""
    teams: dict[str, list[Duty]] = {}
    for each in duties:
        if each.author_id and each.state not in NEVER_ASKED:
            teams.setdefault(team_of(each.author_id), []).append(each)
    out = hidden({team: len({each.author_id for each in theirs}) for team, theirs in teams.items()}, least)
    return {team: counted(teams[team], due_at) for team in sorted(teams.keys() - out)}, len(out)


def bars(roles: dict[str, Count], teams: dict[str, Count]) -> Bars:
    """Both one below the other."""
    made = [
        Bar(WRITTEN_AS[role], float(count.share), said(count), tone(count)) for role, count in roles.items()
    ]
    if teams:
        made.append(Bar(Phrase("By the team of those who write"), heading=True))
        named = list(teams.items())[:MOST_TEAMS]
        made += [
            Bar(unit_text(team), float(count.share), said(count), tone(count), 1) for team, count in named
        ]
    return Bars(tuple(made))


def unit_text(name: str) -> Text:
    """A team or a department, or that people are in none."""
    return Verbatim(name) if name else Phrase("Without a team")


def said(count: Count) -> Text:
    """A count in a few words."""
    if count.late:
        return Phrase("{n} of {all}, {late} late", n=count.done, all=count.asked, late=count.late)
    return Phrase("{n} of {all}", n=count.done, all=count.asked)


def tone(count: Count) -> Tone:
    """How a count looks."""
    if count.share >= GOOD:
        return "good"
    return "warning" if count.share >= FAIR else "bad"
