"""The checker finds every breach that is put into a sound history, and nothing in a sound one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from prove.history import Finding, History, Input, Told, check

SEEDS = range(20)


def sound(seed: int) -> History:
    """Forty inputs: most are acknowledged, some were taken all the same, some never; each second one tells somebody."""
    choose = random.Random(seed)
    inputs = tuple(
        Input(f"m{n}", f"cell {n % 4}", f"slack:{n}", acknowledged=n < 4 or choose.random() < 0.8)
        for n in range(40)
    )
    taken = [each for each in inputs if each.acknowledged or choose.random() < 0.5]
    tells = {each.mark: f"reader {n % 5}" for n, each in enumerate(inputs) if n % 2 == 0}
    told = tuple(
        Told(each.mark, tells[each.mark], "sent", ambiguous=int(choose.random() < 0.2))
        for each in taken
        if each.mark in tells
    )
    arrived = {(row.mark, row.reader): 1 + choose.randint(0, row.ambiguous) for row in told}
    return History(
        inputs=inputs,
        inbox={each.delivery: 1 for each in taken},
        effects={each.mark: 1 for each in taken},
        told=told,
        arrived=arrived,
        seen=frozenset(arrived),
        may_see={each.mark: frozenset({"actor", tells.get(each.mark, "actor")}) for each in inputs},
        tells=tells,
    )


def total(history: History) -> Finding:
    """All cells together."""
    found = list(check(history).values())
    return Finding(
        sum(each.acknowledged for each in found),
        sum(each.lost for each in found),
        sum(each.doubled for each in found),
        sum(each.leaked for each in found),
        sum(each.ambiguous for each in found),
        [words for each in found for words in each.wrong],
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_sound_history_is_sound(seed: int) -> None:
    history = sound(seed)
    found = total(history)
    assert (found.lost, found.doubled, found.leaked, found.wrong) == (0, 0, 0, [])
    assert found.acknowledged == sum(each.acknowledged for each in history.inputs) > 20
    assert found.ambiguous == sum(row.ambiguous for row in history.told)


def acknowledged(history: History) -> Input:
    """One that tells somebody."""
    return next(each for each in history.inputs if each.acknowledged and each.mark in history.tells)


def first_told(history: History) -> Told:
    return next(row for row in history.told if row.mark == acknowledged(history).mark)


def with_told(history: History, **values: object) -> History:
    row = first_told(history)
    changed = replace(row, **values)  # type: ignore[arg-type]
    return replace(history, told=tuple(changed if each is row else each for each in history.told))


def arriving(history: History, times: int) -> History:
    row = first_told(history)
    return replace(history, arrived={**history.arrived, (row.mark, row.reader): times})


BREACHES: dict[str, tuple[str, Callable[[History], History]]] = {
    "no row in the inbox": (
        "lost",
        lambda h: replace(h, inbox={k: v for k, v in h.inbox.items() if k != acknowledged(h).delivery}),
    ),
    "two rows in the inbox": (
        "doubled",
        lambda h: replace(h, inbox={**h.inbox, acknowledged(h).delivery: 2}),
    ),
    "taken without an effect": (
        "lost",
        lambda h: replace(h, effects={**h.effects, acknowledged(h).mark: 0}),
    ),
    "two effects": ("doubled", lambda h: replace(h, effects={**h.effects, acknowledged(h).mark: 2})),
    "an effect of nothing": ("doubled", lambda h: replace(h, effects={**h.effects, "m999": 1})),
    "half an effect": (
        "doubled",
        lambda h: replace(
            h,
            inputs=(*h.inputs, Input("m998", "cell 0", "slack:998", acknowledged=False)),
            effects={**h.effects, "m998": 1},
        ),
    ),
    "a message for nobody": (
        "lost",
        lambda h: replace(h, told=tuple(row for row in h.told if row is not first_told(h))),
    ),
    "two messages for one effect": (
        "doubled",
        lambda h: replace(h, told=(*h.told, replace(first_told(h), ambiguous=5))),
    ),
    "never arrived": ("lost", lambda h: arriving(h, 0)),
    "arrived twice": ("doubled", lambda h: arriving(with_told(h, ambiguous=0), 2)),
    "repeated twice, unclear once": ("doubled", lambda h: arriving(with_told(h, ambiguous=1), 3)),
    "still waiting": ("lost", lambda h: with_told(h, state="waiting")),
    "half sent": ("lost", lambda h: with_told(h, state="sending")),
    "set aside": ("lost", lambda h: with_told(h, state="failed", ambiguous=0)),
    "expired": ("lost", lambda h: with_told(h, state="expired", ambiguous=0)),
    "told without a message": (
        "doubled",
        lambda h: replace(h, arrived={**h.arrived, (acknowledged(h).mark, "somebody"): 1}),
    ),
    "read by others": (
        "leaked",
        lambda h: replace(h, seen=h.seen | {(acknowledged(h).mark, "somebody")}),
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_found(breach: str, seed: int) -> None:
    column, broken = BREACHES[breach]
    found = total(broken(sound(seed)))
    assert getattr(found, column) >= 1, found
    assert found.wrong


def test_what_was_never_to_be_repeated_may_be_missing() -> None:
    history = sound(1)
    row = first_told(history)
    failed = with_told(history, state="failed", ambiguous=1, repeats=False)
    for times in (0, 1):
        found = total(arriving(failed, times))
        assert (found.lost, found.doubled) == (0, 0), (row, found)
    assert total(arriving(failed, 2)).doubled == 1


def test_a_breach_is_counted_where_it_was_said() -> None:
    history = sound(3)
    broken = acknowledged(history)
    found = check(replace(history, inbox={**history.inbox, broken.delivery: 2}))
    assert {cell for cell, finding in found.items() if finding.doubled} == {broken.cell}
