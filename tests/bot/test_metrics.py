"""What operators watch says what it knows, also while the database is away."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.app import App
from bot.roles import Role
from bot.settings import Settings
from tests.engines import administer, postgres_url
from tests.hostile.asgi import asked

OURS = {"UPBEAT_SECRET_KEY": "a test's secret", "UPBEAT_LOCAL_CHAT": "off"}


async def test_while_the_database_is_away_the_rest_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with postgres_url() as url:
        for name, value in {**OURS, "UPBEAT_DATABASE_URL": url}.items():
            monkeypatch.setenv(name, value)
        app = App(Settings(), roles=frozenset({Role.WEB, Role.TICK}))
        async with app.running():
            server = app.server()
            status, said = await asked(server, "GET", "/metrics")
            assert (status, b"upbeat_database_up 1.0" in said) == (200, True)
            assert b"upbeat_outbox_oldest_seconds 0.0" in said
            away(url)
            status, said = await asked(server, "GET", "/metrics")
            assert (status, b"upbeat_database_up 0.0" in said) == (200, True)
            assert b'upbeat_turn{kind="clock"}' in said
            assert b"upbeat_outbox" not in said


def away(url: str) -> None:
    """Nobody reaches this database any more."""
    here = make_url(url)
    server = here.set(database="postgres")
    administer(server, f"ALTER DATABASE {here.database} ALLOW_CONNECTIONS false")
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{here.database}'"
    administer(server, gone)
