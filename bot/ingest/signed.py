"""Who sends data is known by its signature: as Standard Webhooks has it, or as GitHub, GitLab and Jira do."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from bot.door import Delivery, Refused
from storage.metrics import GITHUB, GITLAB, JIRA

PREFIX = "whsec_"
SECRET_BYTES = 32
WINDOW = 300
"""Seconds by which the moment of a signature may differ from ours, either way."""
MOST_SIGNATURES = 20

_ID = re.compile(rb"[!-~]{1,200}")
_TIMESTAMP = re.compile(rb"[0-9]{1,12}")
_HEX = re.compile(rb"sha256=[0-9a-f]{64}")


@dataclass(frozen=True)
class Shown:
    """What a delivery shows of itself before its body is read."""

    id: str
    signatures: tuple[bytes, ...]
    signed: bytes = b""
    """What is signed in front of the body."""
    event: str = ""
    token: bytes = b""
    """The secret itself, from who shows it instead of signing."""


def new_secret() -> str:
    """A secret for a new source."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def keys_of(form: str, secret: str) -> tuple[bytes, ...]:
    """The keys that a secret may be. GitHub and Jira sign with the secret's own letters; from GitLab we take both."""
    letters = secret.encode()
    if form in (GITHUB, JIRA):
        return (letters,)
    decoded = base64.b64decode(secret.removeprefix(PREFIX))
    return (decoded, letters) if form == GITLAB else (decoded,)


def shown(form: str, delivery: Delivery, *, now: float | None = None) -> Shown:
    """What a delivery shows. Raises Refused for what cannot be signed, or was signed too long ago or ahead."""
    if form == GITHUB:
        return _github(delivery)
    if form == JIRA:
        return _jira(delivery)
    if form == GITLAB and not delivery.header(b"webhook-signature"):
        return _gitlab(delivery)
    return _standard(delivery, time.time() if now is None else now)


def _standard(delivery: Delivery, now: float) -> Shown:
    number, timestamp = delivery.only(b"webhook-id"), delivery.only(b"webhook-timestamp")
    signatures = delivery.only(b"webhook-signature").split(b" ")
    if not _ID.fullmatch(number) or not _TIMESTAMP.fullmatch(timestamp) or len(signatures) > MOST_SIGNATURES:
        raise Refused(401)
    if abs(now - int(timestamp)) > WINDOW:
        raise Refused(401)
    known = tuple(each.removeprefix(b"v1,") for each in signatures if each.startswith(b"v1,"))
    if not known:
        raise Refused(401)
    return Shown(number.decode(), known, number + b"." + timestamp + b".")


def _github(delivery: Delivery) -> Shown:
    event = delivery.only(b"x-github-event")
    if not _ID.fullmatch(event):
        raise Refused(401)
    number, digest = _hub(delivery, b"x-github-delivery", b"x-hub-signature-256")
    return Shown(number, (digest,), event=event.decode())


def _jira(delivery: Delivery) -> Shown:
    """Its identifier is the same when it sends again."""
    number, digest = _hub(delivery, b"x-atlassian-webhook-identifier", b"x-hub-signature")
    return Shown(number, (digest,))


def _hub(delivery: Delivery, number: bytes, signature: bytes) -> tuple[str, bytes]:
    named, signed = delivery.only(number), delivery.only(signature)
    if not _ID.fullmatch(named) or not _HEX.fullmatch(signed):
        raise Refused(401)
    return named.decode(), base64.b64encode(binascii.unhexlify(signed.removeprefix(b"sha256=")))


def _gitlab(delivery: Delivery) -> Shown:
    """A GitLab that does not sign shows the secret; each delivery has a key of its own (before 17.4, an event)."""
    keys = delivery.header(b"idempotency-key") or delivery.header(b"x-gitlab-event-uuid")
    if len(keys) != 1 or not _ID.fullmatch(keys[0]):
        raise Refused(401)
    return Shown(keys[0].decode(), (), token=delivery.only(b"x-gitlab-token"))


def check(show: Shown, form: str, secret: str, body: bytes) -> None:
    """Raises Refused(401) unless one of the signatures is by this secret. Each is compared in the same time."""
    if show.token or not show.signatures:
        if not hmac.compare_digest(show.token, secret.encode()):
            raise Refused(401)
        return
    wanted = [
        base64.b64encode(hmac.digest(key, show.signed + body, "sha256")) for key in keys_of(form, secret)
    ]
    if not any([hmac.compare_digest(one, each) for one in wanted for each in show.signatures]):
        raise Refused(401)
