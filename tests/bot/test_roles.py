"""What each process is for: the roles that are named, what belongs to each, and a sentence for a word that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.roles import ALL, Role, read_roles
from bot.settings import Settings
from bot.terminal import Complaint
from tests.engines import sqlite_url
from tests.terminal import Upbeat

CONFIGURED = {
    "UPBEAT_SECRET_KEY": "a test's secret",
    "UPBEAT_PUBLIC_URL": "https://upbeat.example",
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_SIGNING_SECRET": "s",
    "TELEGRAM_BOT_TOKEN": "1:token",
}
ALONE = {
    Role.WEB: set(),
    Role.HEAR: {"telegram polling"},
    Role.TICK: {"clock", "slack members"},
    Role.DELIVER: {"delivery"},
}


@pytest.mark.parametrize(
    ("words", "roles"),
    [("", ALL), (" , ", ALL), ("web", {Role.WEB}), ("tick, hear,tick", {Role.TICK, Role.HEAR})],
)
def test_roles_are_named_in_a_list(words: str, roles: frozenset[Role]) -> None:
    assert read_roles(words) == roles


@pytest.mark.parametrize("words", ["wep", "web,ticks", "WEB", "web;tick"])
def test_a_word_that_is_no_role_gets_a_sentence(words: str) -> None:
    with pytest.raises(Complaint, match="The roles are web, hear, tick, deliver"):
        read_roles(words)


def test_the_command_says_the_sentence_and_fails(tmp_path: Path) -> None:
    ended = Upbeat(sqlite_url(tmp_path), tmp_path)("run", "--only", "web,tok")
    assert ended.returncode == 1
    assert ended.stderr.startswith("--only 'web,tok': there is no role 'tok'.")


@pytest.mark.parametrize("role", Role)
def test_a_process_does_what_its_role_says_and_nothing_else(
    role: Role, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**CONFIGURED, "UPBEAT_DATABASE_URL": sqlite_url(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    app = App(Settings(), roles=frozenset({role}))
    assert set(app.turns.held()) == ALONE[role]
    served = {route.path for route in app.server().routes}
    assert {"/healthz", "/readyz", "/metrics"} <= served
    assert ("/slack/events" in app.doors()) == (role is Role.WEB)
    app.database.stop()
