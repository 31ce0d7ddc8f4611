"""Every environment variable that Upbeat reads: its type, its default, and one sentence about it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from bot.terminal import Complaint
from storage.database import is_address

LOOPBACK = ("127.0.0.1", "::1", "localhost")
ENV_FILE = ".env"
ENCODING = "utf-8-sig"
"""UTF-8, also as Windows begins it."""
NOT_HERE = frozenset({"UPBEAT_NEW_SECRET_KEY", "UPBEAT_INGEST_URL", "UPBEAT_INGEST_SECRET"})
"""What one command, and the example for who sends figures, read besides."""


class Settings(BaseSettings):
    """Read from the environment, or from `.env` in the working directory."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, env_file_encoding=ENCODING, extra="ignore")

    database_url: str = Field(
        "sqlite+aiosqlite:///upbeat.db",
        validation_alias="UPBEAT_DATABASE_URL",
        description="Where everything is kept: one SQLite file, or postgresql+psycopg://… for several processes.",
    )
    host: str = Field(
        "127.0.0.1",
        min_length=1,  # an empty one would listen on every address of the machine
        validation_alias="UPBEAT_HOST",
        description="The address on which the one HTTP server listens.",
    )
    port: int = Field(
        8080, ge=0, le=65_535, validation_alias="UPBEAT_PORT", description="The port of the one HTTP server."
    )
    public_url: str = Field(
        "",
        validation_alias="UPBEAT_PUBLIC_URL",
        description="How the outside reaches it; needed for Telegram's webhook and for links.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="UPBEAT_SECRET_KEY",
        description="Encrypts columns and signs links; without it, a key file beside the database.",
    )
    local_chat: Literal["auto", "on", "off"] = Field(
        "auto",
        validation_alias="UPBEAT_LOCAL_CHAT",
        description="The local web chat: auto is only while no platform is configured, and on loopback only.",
    )
    slack_bot_token: SecretStr = Field(
        SecretStr(""), validation_alias="SLACK_BOT_TOKEN", description="Slack's bot token (xoxb-…)."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias="SLACK_SIGNING_SECRET",
        description="Slack over HTTP, at POST /slack/events: the secret that signs its requests.",
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""),
        validation_alias="SLACK_APP_TOKEN",
        description="Slack over Socket Mode, when set: the app-level token (xapp-…).",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", validation_alias="SLACK_API_URL", description="Slack's Web API."
    )
    telegram_bot_token: SecretStr = Field(
        SecretStr(""),
        validation_alias="TELEGRAM_BOT_TOKEN",
        description="Telegram: polling, or with UPBEAT_PUBLIC_URL and TELEGRAM_WEBHOOK_SECRET a webhook.",
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias="TELEGRAM_WEBHOOK_SECRET",
        description="Telegram's webhook at POST /telegram/webhook: the secret that it must show.",
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", validation_alias="TELEGRAM_API_URL", description="Telegram's Bot API."
    )

    llm_url: str = Field(
        "",
        validation_alias="UPBEAT_LLM_URL",
        description="A language model that may reword reviews, at any address that speaks OpenAI's protocol (…/v1).",
    )
    llm_key: SecretStr = Field(
        SecretStr(""),
        validation_alias="UPBEAT_LLM_KEY",
        description="The key for that address, if it wants one.",
    )
    llm_model: str = Field(
        "", validation_alias="UPBEAT_LLM_MODEL", description="Which model is asked there, by its name."
    )

    @field_validator(
        "slack_bot_token",
        "slack_signing_secret",
        "slack_app_token",
        "telegram_bot_token",
        "llm_key",
        mode="before",
    )
    @classmethod
    def _bare(cls, token: object) -> object:
        """A file that holds a token often ends with a line end, with which no request can be made."""
        return token.strip() if isinstance(token, str) else token

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not is_address(url):
            raise ValueError(
                "the database is sqlite+aiosqlite:///FILE or postgresql+psycopg://user:password@host:port/database"
                " (in a password @ is %40, / is %2F, : is %3A)"
            )
        return url

    @field_validator("port", mode="before")
    @classmethod
    def _ours(cls, port: object) -> object:
        """Kubernetes gives each container such variables, named after the services around it."""
        if isinstance(port, str) and port.startswith("tcp://"):
            raise ValueError(
                "this is Kubernetes' own, of a service called upbeat: set enableServiceLinks to false in the pod, or"
                " call the service otherwise"
            )
        return port

    @field_validator("public_url", "llm_url", "slack_api_url", "telegram_api_url")
    @classmethod
    def _whole_address(cls, url: str, which: ValidationInfo) -> str:
        """What begins otherwise makes links that open nothing, and reaches nobody."""
        may_lack = which.field_name in ("public_url", "llm_url")
        if not re.fullmatch(r"https?://[^\s/]\S*", url) and (url or not may_lack):
            raise ValueError("it is a whole address, like https://upbeat.example.com")
        return url

    @field_validator("slack_api_url")
    @classmethod
    def _folder(cls, url: str) -> str:
        """Without the last sign, the name of a method would take the place of the last part."""
        return url if url.endswith("/") else f"{url}/"

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        tokens = (self.slack_signing_secret, self.slack_app_token)
        return bool(
            self.slack_bot_token.get_secret_value() and any(token.get_secret_value() for token in tokens)
        )

    @property
    def lacking(self) -> str:
        """What Slack lacks to be served although it was begun to be configured, or ""."""
        given = {
            "SLACK_BOT_TOKEN": self.slack_bot_token,
            "SLACK_SIGNING_SECRET": self.slack_signing_secret,
            "SLACK_APP_TOKEN": self.slack_app_token,
        }
        known = [name for name, token in given.items() if token.get_secret_value()]
        if self.slack or not known:
            return ""
        other = "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET" if "SLACK_BOT_TOKEN" in known else "SLACK_BOT_TOKEN"
        return f"{known[0]} is set, and {other} is missing."

    @property
    def telegram(self) -> bool:
        """Whether Telegram is configured."""
        return bool(self.telegram_bot_token.get_secret_value())

    @property
    def address(self) -> str:
        """How it is reached, for links."""
        return self.public_url or self.local_address

    @property
    def local_address(self) -> str:
        """The same from this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def serves_local_chat(self) -> bool:
        """Whether the local chat is served: never on another address than loopback."""
        wanted = self.local_chat == "on" or (self.local_chat == "auto" and not (self.slack or self.telegram))
        return wanted and self.host in LOOPBACK

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None for another database."""
        _, found, path = self.database_url.partition(":///")
        return Path(path) if self.database_url.startswith("sqlite") and found and path else None

    @cached_property
    def secret(self) -> bytes:
        """The master key: from the environment, or from the key file beside the database, made at the first start."""
        given = self.secret_key.get_secret_value()
        if given:
            return given.encode()
        file = self.database_file
        return _key_file((file or Path("upbeat.db")).with_suffix(".key"), of=file)


def misspelt() -> Iterator[str]:
    """A sentence about each variable that looks like a setting and is none: what it was to set, is not set."""
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    given = {name.upper() for name in (*os.environ, *DotEnvSettingsSource(Settings).env_vars)}
    for name in sorted(given - known - NOT_HERE):
        meant = get_close_matches(name, known - given, n=1, cutoff=0.8)
        if name.startswith("UPBEAT_") or (name.startswith(("SLACK_", "TELEGRAM_")) and meant):
            hint = f" Is {meant[0]} meant?" if meant else " .env.example has them all."
            yield f"{name} is no setting of Upbeat, and does nothing.{hint}"


def _key_file(path: Path, *, of: Path | None) -> bytes:
    try:
        # Another key would open nothing in the file.
        if of and not path.exists() and of.exists() and of.stat().st_size:
            raise Complaint(
                f"The key file {path} of this database is missing. Bring it back, or set the UPBEAT_SECRET_KEY that the"
                " database was made with: without its key nobody can read it."
            )
        _make_key(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise Complaint(
            f"The key file {path} cannot be read or made ({error.strerror}). Check UPBEAT_DATABASE_URL and its folder,"
            " or set UPBEAT_SECRET_KEY."
        ) from None
    if not key:  # after a full disk or a bad copy: what is sealed under nothing, anybody can read
        raise Complaint(
            f"The key file {path} is empty. Bring back the key of this database; if the database is new, delete the"
            " file, and another key is made."
        )
    return key


def _make_key(path: Path) -> None:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    try:
        with os.fdopen(file, "w") as made:
            made.write(secrets.token_urlsafe(32))
    except OSError:
        path.unlink()
        raise
