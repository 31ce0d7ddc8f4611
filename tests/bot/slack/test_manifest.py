"""The manifest says exactly what the code uses, in both directions."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from bot.slack import manifest
from bot.slack.listen import EVENTS
from handlers import FEATURES
from tests.bot.slack import demo
from tests.bot.slack.conftest import Room, user
from tests.fakes.slack_arguments import METHODS

DATA = Path(__file__).parents[2] / "fakes/data/slack"
CODE = Path(manifest.__file__).parent
SCHEMA = Draft7Validator(json.loads((DATA / "manifest.schema.json").read_text()))
CONNECTIONS = "apps.connections.open"
"""Called by the library for its sockets."""


def called() -> set[str]:
    """The methods of Slack's Web API that our code calls, by what it says."""
    source = "\n".join(path.read_text() for path in CODE.glob("*.py"))
    words = re.findall(r"client\.([a-z]+(?:_[a-zA-Z]+)+)\(", source)
    known = {name.replace(".", "_"): name for name in METHODS}
    return {known[word] for word in words if word in known} | {CONNECTIONS}


@pytest.mark.parametrize("url", ["", "https://upbeat.example"])
def test_it_is_valid(url: str) -> None:
    for features in (FEATURES, (*FEATURES, demo.feature)):
        made = manifest.make_manifest(features, public_url=url)
        assert list(SCHEMA.iter_errors(made)) == []
        assert made["settings"]["socket_mode_enabled"] is not bool(url)


def test_what_is_printed_is_what_was_made() -> None:
    made = manifest.make_manifest(FEATURES, public_url="https://upbeat.example/")
    printed = manifest.print_manifest(public_url="https://upbeat.example/")
    assert yaml.safe_load(printed) == made
    assert "https://upbeat.example/slack/events" in printed


def test_every_method_that_is_called_has_its_scope_and_no_scope_is_asked_for_nothing() -> None:
    assert called() == set(manifest.METHODS)
    for method, scopes in manifest.METHODS.items():
        allowed = set(METHODS[method]["scopes"].get("bot", ())) | {"users:read.email"}
        assert set(scopes) <= allowed, method
        assert bool(METHODS[method]["scopes"].get("bot")) == bool(scopes), method
    used = {scope for scopes in manifest.METHODS.values() for scope in scopes}
    used |= {scope for scopes in manifest.EVENT_SCOPES.values() for scope in scopes}
    assert set(manifest.SCOPES) == used | set(manifest.OTHER_SCOPES)


def test_every_event_that_is_heard_is_subscribed_and_no_other() -> None:
    made = manifest.make_manifest(FEATURES)
    assert {name.partition(".")[0] for name in made["settings"]["event_subscriptions"]["bot_events"]} == set(
        EVENTS
    )
    assert set(manifest.EVENT_SCOPES) <= set(EVENTS)


def test_every_short_command_and_shortcut_of_the_features_is_in_it() -> None:
    made = manifest.make_manifest(FEATURES)["features"]
    routes = [route for feature in FEATURES for route in feature.routes if route.short]
    assert {c["command"] for c in made["slash_commands"]} == {"/upbeat"} | {
        f"/{route.words.split()[0]}" for route in routes
    }
    assert {s["callback_id"] for s in made["shortcuts"]} == {
        shortcut.name for feature in FEATURES for shortcut in feature.shortcuts
    }
    assert all(command["should_escape"] for command in made["slash_commands"])


async def test_with_these_scopes_alone_everything_works(room: Room) -> None:
    slack = room.slack
    slack.scopes = set(manifest.SCOPES)
    ack = await slack.command(user("ada"), "/everything", channel="C1GENERAL")
    await slack.press(user("ada"), ack.ephemeral, text="Main")
    await slack.open_home(user("ada"))
    await slack.command(user("ada"), "/tell", "@ben hi")
    await slack.event("member_joined_channel", {"user": slack.bot_user_id, "channel": "C1GENERAL"})
    await slack.mentions(user("ada"), "C1GENERAL", "checkin done it")
    await room.settled()
    await room.deliver()
    refused = [call for call in slack.calls if not call.accepted]
    assert refused == []
