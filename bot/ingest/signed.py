"""Who sends data is known by its signature: as Standard Webhooks has it, or as GitHub does."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from bot.door import Delivery, Refused
from storage.metrics import GITHUB

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
    signed: bytes
    """What is signed in front of the body."""
    event: str = ""


def new_secret() -> str:
    """A secret for a new source."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def key_of(form: str, secret: str) -> bytes:
    """The key that a secret is. GitHub signs with the secret's own letters."""
    return secret.encode() if form == GITHUB else base64.b64decode(secret.removeprefix(PREFIX))


def shown(form: str, delivery: Delivery, *, now: float | None = None) -> Shown:
    """What a delivery shows. Raises Refused for what cannot be signed, or was signed too long ago or ahead."""
    return _github(delivery) if form == GITHUB else _standard(delivery, time.time() if now is None else now)


def _standard(delivery: Delivery, now: float) -> Shown:
    number, timestamp = delivery.only(b"webhook-id"), delivery.only(b"webhook-timestamp")
    signatures = delivery.only(b"webhook-signature").split(b" ")
    if not _ID.fullmatch(number) or not _TIMESTAMP.fullmatch(timestamp) or len(signatures) > MOST_SIGNATURES:
        raise Refused(401)
    if abs(now - int(timestamp)) > WINDOW:
        raise Refused(401)
    known = (each.removeprefix(b"v1,") for each in signatures if each.startswith(b"v1,"))
    return Shown(number.decode(), tuple(known), number + b"." + timestamp + b".")


def _github(delivery: Delivery) -> Shown:
    number, signature = delivery.only(b"x-github-delivery"), delivery.only(b"x-hub-signature-256")
    event = delivery.only(b"x-github-event")
    if not _ID.fullmatch(number) or not _ID.fullmatch(event) or not _HEX.fullmatch(signature):
        raise Refused(401)
    digest = base64.b64encode(binascii.unhexlify(signature.removeprefix(b"sha256=")))
    return Shown(number.decode(), (digest,), b"", event.decode())


def check(show: Shown, key: bytes, body: bytes) -> None:
    """Raises Refused(401) unless one of the signatures is by this key. Each is compared in the same time."""
    wanted = base64.b64encode(hmac.digest(key, show.signed + body, "sha256"))
    if not any([hmac.compare_digest(wanted, each) for each in show.signatures]):
        raise Refused(401)
