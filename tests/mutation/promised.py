"""Whether the policy's table is what the page promises: that is quickly said, and most mistakes are in it."""

from __future__ import annotations

from storage import policy
from tests.walks.promise import CALLED, before_their_time, page


def compare() -> None:
    """Raises AssertionError when they differ."""
    assert {kind.value: dict(_named(rights)) for kind, rights in policy.TABLE.items()} == _promised()
    assert {kind.value for kind in policy.DATED} == before_their_time()
    assert policy.MEAN_OF_AT_LEAST == 5, "the page says five"


def _named(rights: dict[policy.Relation, frozenset[policy.Right]]) -> dict[str, set[str]]:
    return {relation.value: {right.value for right in found} for relation, found in rights.items()}


def _promised() -> dict[str, dict[str, set[str]]]:
    return {
        kind: {CALLED[column]: set(rights) for column, rights in columns.items() if rights}
        for kind, columns in page().items()
    }
