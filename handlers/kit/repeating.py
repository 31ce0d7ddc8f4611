"""The same words to the same colleague within minutes are likely a slip: who sends them is asked first."""

from datetime import datetime, timedelta

from handlers.kit.cards import Button, Card, Press
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Plural, Text, Verbatim

AGAIN = timedelta(minutes=10)


def asked_again(request: Request, whom: str, sent_at: datetime, send: Press) -> Card:
    """What is shown to who sent a colleague the same before; `send` sends it again."""
    question = same_sent(request, whom, sent_at)
    return Card(question, Button(Phrase("Send again"), send, style="primary"))


def same_sent(request: Request, whom: str, sent_at: datetime) -> Text:
    """The question alone."""
    return Plural(
        "You sent the same to {name} a minute ago. Send it again?",
        "You sent the same to {name} {n} minutes ago. Send it again?",
        n=max(1, round((request.now - sent_at) / timedelta(minutes=1))),
        name=Verbatim(request.store.directory.named(whom)),
    )
