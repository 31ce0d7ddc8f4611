"""Who reads a review, by as what it is written and how far it is: the kind that its row has."""

from __future__ import annotations

from storage.policy import Kind
from storage.reviews.tables import MANAGER, PEER, SELF, UPWARD

_NAMED = {
    SELF: (Kind.REVIEW_SELF_DRAFT, Kind.REVIEW_SELF, Kind.REVIEW_SELF),
    MANAGER: (Kind.REVIEW_DRAFT, Kind.REVIEW_MANAGER, Kind.REVIEW_MANAGER_RELEASED),
}
TEST = "test"
"""How colleagues write in a test run: nobody but its owner ever reads anything of it."""
_OTHERS = (Kind.REVIEW_DRAFT, Kind.REVIEW_PEER, Kind.REVIEW_PEER_RELEASED)


def is_confidential(role: str, peers: str) -> bool:
    """Whether nobody is to know who wrote what: upward always, colleagues as the cycle says."""
    return role == UPWARD or (role == PEER and peers == "confidential")


def kind_of(role: str, peers: str, *, submitted: bool, released: bool = False) -> Kind:
    """The kind of a review."""
    if is_confidential(role, peers):
        return Kind.REVIEW_CONFIDENTIAL
    if peers == TEST:
        return Kind.REVIEW_DRAFT
    draft, done, open_ = _NAMED.get(role, _OTHERS)
    if not submitted:
        return draft
    return open_ if released else done
