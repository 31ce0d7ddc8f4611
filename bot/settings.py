"""Every environment variable that Upbeat reads: its type, its default, and one sentence about it."""

from __future__ import annotations

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """Read from the environment, or from `.env` in the working directory."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    database_url: str = Field(
        "sqlite+aiosqlite:///upbeat.db",
        validation_alias="UPBEAT_DATABASE_URL",
        description="Where everything is kept: one SQLite file, or postgresql+psycopg://… for several processes.",
    )
    host: str = Field(
        "127.0.0.1",
        validation_alias="UPBEAT_HOST",
        description="The address on which the one HTTP server listens.",
    )
    port: int = Field(8080, validation_alias="UPBEAT_PORT", description="The port of the one HTTP server.")
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

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: str) -> str:
        if not url.startswith(("sqlite", "postgresql")):
            raise ValueError("the database is sqlite+aiosqlite:///FILE or postgresql+psycopg://…")
        return url

    @property
    def slack(self) -> bool:
        """Whether Slack is configured."""
        tokens = (self.slack_signing_secret, self.slack_app_token)
        return bool(
            self.slack_bot_token.get_secret_value() and any(token.get_secret_value() for token in tokens)
        )

    @property
    def telegram(self) -> bool:
        """Whether Telegram is configured."""
        return bool(self.telegram_bot_token.get_secret_value())

    @property
    def address(self) -> str:
        """How it is reached, for links."""
        return self.public_url or f"http://{self.host}:{self.port}"

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
        return _key_file((self.database_file or Path("upbeat.db")).with_suffix(".key"))


def _key_file(path: Path) -> bytes:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    return path.read_bytes().strip()
