"""Administrators see whether messages go out."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.kit.access import admins
from handlers.kit.cards import Card, Fact
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.organisation.home import feature

STATES: Mapping[str, Text] = {
    "waiting": Phrase("Waiting"),
    "sending": Phrase("Being sent"),
    "sent": Phrase("Sent"),
    "expired": Phrase("Too late to be of use"),
    "cancelled": Phrase("Not needed any more"),
    "failed": Phrase("Set aside after errors"),
}


@feature.command("health", allow=admins, also=("状态",), examples=("",))
def health(request: Request) -> Reply:
    """See whether messages go out."""
    waiting = request.store.outbox.ages()
    facts = [
        Fact(STATES.get(state, Verbatim(state)), Phrase("{count}", count=number))
        for state, number in sorted(waiting.items())
    ]
    unclear = Fact(
        Phrase("Never answered by the platform"), Phrase("{count}", count=request.store.outbox.ambiguous())
    )
    return Reply(show=Card(Phrase("Messages"), *facts, unclear))
