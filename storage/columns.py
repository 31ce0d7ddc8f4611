"""Columns that refuse mistakes: moments without a zone, and people's words in the clear."""

import hmac
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import DateTime, Dialect, LargeBinary, String
from sqlalchemy.types import TypeDecorator

from storage.compact import from_json, to_json
from storage.ids import random_bytes


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. Naive datetimes are refused on the way in; aware ones come out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        # SQLAlchemy's own way to SQLite's text costs four times as much, some ten times for each interaction.
        return _to_text if dialect.name == "sqlite" else _to_moment

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return _to_moment(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


@lru_cache(maxsize=64)
def as_text(moment: datetime) -> str:
    """A moment as SQLite keeps it. Remembered, because the rows of a unit of work have most of theirs in common."""
    # The first 26 characters are the moment without its "+00:00".
    return _in_utc(moment).isoformat(" ", "microseconds")[:26]


def _to_moment(moment: datetime | None) -> datetime | None:
    return None if moment is None else _in_utc(moment)


def _to_text(moment: datetime | None) -> str | None:
    return None if moment is None else as_text(moment)


def _from_text(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment).replace(tzinfo=UTC)


class Unreadable(Exception):
    """A sealed value cannot be opened: the key is another one, or the bytes were changed."""


class Keyring:
    """The keys of the sealed columns: one that seals, and the older ones that still open.

    Each value is 4 bytes of key number, 12 of nonce, then AES-256-GCM. Data keys lie in the database, wrapped by the
    master key, which does not: a database without its key shows no private text.

    The key of the audit log lies there in the same way. It is never made anew: entries are not written again."""

    AUDIT = 0
    """The number of the audit log's key."""

    def __init__(self, secret: bytes) -> None:
        self._master = AESGCM(HKDF(SHA256(), 32, salt=None, info=b"upbeat master").derive(secret))
        self._keys: dict[int, AESGCM] = {}
        self._current = 0
        self._audit: hmac.HMAC | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no data key was read yet."""
        return not self._keys

    @property
    def current(self) -> int:
        """The number of the key that seals."""
        return self._current

    @property
    def audit(self) -> hmac.HMAC:
        """The key of the audit log, to be copied: made ready once, it costs a third. Raises Unreadable while it is not
        known."""
        if self._audit is None:
            raise Unreadable("the key of the audit log was not read")
        return self._audit

    @property
    def has_audit(self) -> bool:
        """Whether the key of the audit log is known."""
        return self._audit is not None

    def make(self, number: int) -> bytes:
        """Make a new data key, begin to seal with it, and return it wrapped, for the database to keep."""
        key = AESGCM.generate_key(256)
        nonce = random_bytes(12)
        self._hold(number, key)
        return nonce + self._master.encrypt(nonce, key, number.to_bytes(4, "big"))

    def read(self, number: int, wrapped: bytes) -> None:
        """Open a wrapped data key, which seals from now on. Raises Unreadable when the master key is another one."""
        try:
            key = self._master.decrypt(wrapped[:12], wrapped[12:], number.to_bytes(4, "big"))
        except InvalidTag as error:
            raise Unreadable(
                "UPBEAT_SECRET_KEY is not the key of this database. Set the one that it was last opened with, or put"
                " its key file back beside it."
            ) from error
        self._hold(number, key)

    def wrap_for(self, other: "Keyring", number: int, wrapped: bytes) -> bytes:
        """Return a wrapped data key, wrapped again by another master key."""
        head = number.to_bytes(4, "big")
        key = self._master.decrypt(wrapped[:12], wrapped[12:], head)
        nonce = random_bytes(12)
        return nonce + other._master.encrypt(nonce, key, head)

    def _hold(self, number: int, key: bytes) -> None:
        if number == self.AUDIT:
            self._audit = hmac.new(key, digestmod="sha256")
            return
        self._keys[number] = AESGCM(key)
        self._current = number

    def seal(self, words: str) -> bytes:
        """Encrypt a text."""
        return self.seal_bytes(words.encode("utf-8", "surrogatepass"))

    def seal_bytes(self, words: bytes) -> bytes:
        """Encrypt a text in UTF-8."""
        nonce = random_bytes(12)
        head = self._current.to_bytes(4, "big")
        return head + nonce + self._keys[self._current].encrypt(nonce, words, head)

    def open(self, sealed: bytes) -> str:
        """Decrypt a text; raises Unreadable when the key is missing or the bytes were changed."""
        try:
            key = self._keys[int.from_bytes(sealed[:4], "big")]
            words = key.decrypt(sealed[4:16], sealed[16:], sealed[:4])
        except (KeyError, InvalidTag) as error:
            raise Unreadable("a sealed value cannot be opened with this key") from error
        return words.decode("utf-8", "surrogatepass")


# Column types are made at import, keys are known at start: the keyring of the running unit of work travels beside it.
keyring: ContextVar[Keyring] = ContextVar("keyring")


def _sealed(words: str | None) -> bytes | None:
    return None if words is None else keyring.get().seal(words)


class Sealed(TypeDecorator[str]):
    """A text that is encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return _sealed  # both drivers take bytes as they are

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return _sealed(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else keyring.get().open(bytes(value))


class SealedJson(TypeDecorator[Any]):
    """A JSON value that is encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keyring.get().seal_bytes(to_json(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else from_json(keyring.get().open(bytes(value)))


class Exact(TypeDecorator[Decimal]):
    """A decimal number, kept to the last digit: as text, because SQLite has no decimals."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)
