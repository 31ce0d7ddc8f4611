"""Which groups are too small to be shown, and which larger ones hide with them so that no sum gives them away."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.kit.text import Plural, Text


def hidden(people: Mapping[str, int], least: int) -> frozenset[str]:
    """The groups, by name, of which nothing is shown: those with fewer than `least` people, and with them the
    next-smallest of their siblings until at least so many people are hidden together. Else whoever knows the sum of all
    would find a small group by taking away the others.

    All of them are hidden when they are fewer than `least` together; then their sum is not shown either."""
    there = sorted((count, name) for name, count in people.items() if count > 0)
    out = {name for count, name in there if count < least}
    for count, name in there:
        if not 0 < sum(people[each] for each in out) < least:
            break
        if count >= least:
            out.add(name)
    return frozenset(out)


def left_out(teams: int, least: int) -> Text:
    """What stands below a picture that leaves out so many teams."""
    return Plural(
        "{n} team is not shown: it, or what is left of the sum, would tell of fewer than {k} people.",
        "{n} teams are not shown: they, or what is left of the sum, would tell of fewer than {k} people.",
        n=teams,
        k=least,
    )


def may_show(people: int, least: int) -> bool:
    """Whether a group that has no siblings is large enough to be shown."""
    return people >= least


def changed_too_little(before: Mapping[str, int], now: Mapping[str, int], least: int) -> frozenset[str]:
    """The groups of which no change is shown: fewer than `least` people came or went, so that the change would tell
    what those few said."""
    return frozenset(
        name for name in before.keys() | now.keys() if 0 < abs(now.get(name, 0) - before.get(name, 0)) < least
    )
