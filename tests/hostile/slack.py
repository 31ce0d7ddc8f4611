"""Slack's payloads, bent, through its door: signature, Bolt, the one path, the answer on Slack's own terms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote_plus

from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from bot.slack.forms import FORM
from bot.slack.listen import EVENTS, INTERACTIONS
from bot.slack.platform import SlackPlatform
from handlers.kit.dispatch import Core
from tests.company import PEOPLE, Chat
from tests.fakes import slack_limits
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_records import Trigger
from tests.fakes.slack_web_api import ANSWERS, Refused
from tests.hostile.asgi import posted
from tests.hostile.bending import Dice, shapes
from tests.hostile.sweep import Tally, drafts, keys
from tests.studio import STUDIO
from tests.walks.test_drawing import assert_dead
from tests.walks.tour import COMMANDS, SHORTCUTS

SECRET = "a test's secret"
GENERAL = "C1GENERAL"
HEARD = {
    "block_actions": "BlockAction",
    "view_submission": "ViewSubmission",
    "view_closed": "ViewClosed",
    "shortcut": "MessageShortcut",
    "message_action": "MessageShortcut",
    "block_suggestion": "DialogSuggestion",
}
FORGED = ("trigger_id: never issued", "user_id: nobody")
"""What Slack says to us because it was not Slack who had sent it."""
FIELDS = ("value", "selected_user", "selected_users", "selected_date", "selected_time", "selected_option")


class Line:
    """Slack's side of the line without a network: it refuses what Slack refuses, and sees that nothing is alive."""

    def __init__(self) -> None:
        self.slack = FakeSlack()
        self.slack.signing_secret = SECRET
        self.slack.port, self.slack.root_url = 0, "http://127.0.0.1/"
        self.posts = 0

    async def api_call(self, method: str, **sent: Any) -> Any:
        args = {**(sent.get("params") or {}), **(sent.get("json") or {}), **(sent.get("data") or {})}
        args = {
            name: json.loads(item) if name in ("view", "blocks", "files") and isinstance(item, str) else item
            for name, item in args.items()
            if item is not None
        }
        assert_dead([args.get("blocks"), (args.get("view") or {}).get("blocks")])
        self.posts += 1
        try:
            answer = {"ok": True, **ANSWERS[method](self.slack, args)}
        except Refused as refusal:
            self.slack.violations += [f"{method}: {problem}" for problem in refusal.problems]
            data = {"ok": False, "error": refusal.error}
            raise SlackApiError(
                refusal.error, SimpleNamespace(data=data, status_code=200, headers={})
            ) from None
        return answer

    def post(self, url: str, json: Mapping[str, Any] | None = None, data: bytes | None = None) -> _Posting:
        if json is not None:
            assert_dead(json.get("blocks"))
            assert slack_limits.check_message(
                {name: json[name] for name in ("text", "blocks") if name in json}
            ) == ("", [])
        if data is not None:
            self.slack.files[url.rpartition("/")[2]]["mode"] = "hosted"
        return _Posting()

    async def close(self) -> None:
        """Nothing is open."""


class _Posting:
    status = 200

    async def __aenter__(self) -> _Posting:
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def raise_for_status(self) -> None: ...

    async def read(self) -> bytes:
        return b'{"ok":true}'


async def open_line(chat: Chat) -> tuple[SlackPlatform, Line]:
    """A platform of ours with a line to a workspace in which the company's people are, and a guest and a bot."""
    line = Line()
    for who, (name, _, zone, language, _, _) in PEOPLE.items():
        locale = "zh-CN" if language == "zh" else "en-US"
        line.slack.add_user(
            f"U{who.upper()}", who, f"{who}@example.com", tz=zone, locale=locale, real_name=name
        )
        chat.change(lambda store, who=who: store.accounts.link(chat.ids[who], "slack", f"U{who.upper()}"))
    line.slack.add_user("UGUEST", "guest", "ben@example.com", guest="restricted")
    line.slack.add_channel(GENERAL, "general", [*line.slack.users])
    platform = SlackPlatform(
        Core(chat.database, chat.core.features), bot_token="xoxb-x", signing_secret=SECRET, studio=STUDIO
    )
    platform._client.api_call = line.api_call  # type: ignore[method-assign]
    await platform.start()
    assert platform._client.session
    await platform._client.session.close()
    platform._client.session = line  # type: ignore[assignment]
    return platform, line


async def hostile_slack(chat: Chat, tally: Tally, cases: int, seed: int) -> None:
    """Bent payloads, signed. Each is answered, none with 5xx, and seen again it changes nothing and breaks nothing."""
    platform, line = await open_line(chat)
    door, verifier = platform.doors["/slack/events"], SignatureVerifier(SECRET)
    bodies = Bodies(chat)
    for number in range(cases):
        dice = Dice(seed * 1_000_000 + number, known=bodies.ids)
        line.slack.triggers[f"t{number}"] = Trigger("UADA", expires=float("inf"))
        body, kind = _encoded(dice, bodies.made(dice, number))
        for _ in range(2 if dice.often(0.03) else 1):
            status = await posted(door, "/slack/events", body, _signed(verifier, body, kind))
            tally.outcomes[str(status)] += 1
            if status >= 500:
                tally.broken.append(f"case {dice.seed}: {status}")
        if number % 100 == 0:
            await platform._tasks.finish(30)
    await platform._tasks.finish(60)
    await platform.stop()
    found = [problem for problem in line.slack.violations if not problem.endswith(FORGED)]
    tally.broken += [f"refused by Slack: {problem[:200]}" for problem in found]
    assert line.posts > cases / 20


def _signed(verifier: SignatureVerifier, body: bytes, kind: str) -> dict[str, str]:
    import time

    stamp = str(int(time.time()))
    signature = verifier.generate_signature(timestamp=stamp, body=body) or ""
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature, "content-type": kind}


def _encoded(dice: Dice, payload: Any) -> tuple[bytes, str]:
    """As Slack sends it; now and then cut off."""
    form = "application/x-www-form-urlencoded"
    if isinstance(payload, dict) and "command" in payload:
        fields = (f"{_quoted(name)}={_quoted(item)}" for name, item in payload.items())
        body, kind = "&".join(fields).encode(), form
    elif isinstance(payload, dict) and payload.get("type") == "event_callback":
        body, kind = json.dumps(payload).encode(), "application/json"
    else:
        body, kind = f"payload={quote_plus(json.dumps(payload))}".encode(), form
    return (body[: len(body) // 2], kind) if dice.often(0.005) else (body, kind)


def _quoted(item: Any) -> str:
    return quote_plus(item if isinstance(item, str) else json.dumps(item), errors="surrogatepass")


class Bodies:
    """Payloads that mean something here, and are then bent."""

    def __init__(self, chat: Chat) -> None:
        self.users = [f"U{who.upper()}" for who in PEOPLE] + ["UGUEST", "UNOBODY", "USLACKBOT"]
        self.keys, self.forms = (
            keys(chat),
            [(row.id, chat.core.routes.get(row.route)) for row in drafts(chat)],
        )
        self.ids = [*self.users, GENERAL, "D1", *self.keys[:50], *(draft for draft, _ in self.forms[:50])]
        self.events = [
            name for name in shapes("slack/shapes.json") if "event" in shapes("slack/shapes.json")[name]
        ]
        self.events_heard = [
            name for name in self.events if shapes("slack/shapes.json")[name]["event"].get("type") in EVENTS
        ]

    def made(self, dice: Dice, number: int) -> Any:
        kind = dice.chance.random()
        if kind < 0.01:
            return dice.bent({"type": "event_callback", "event": [], "actions": [], "user": None})
        if kind < 0.3:
            return self._command(dice, number)
        if kind < 0.65:
            return self._interaction(dice, number)
        return self._event(dice, number)

    def _command(self, dice: Dice, number: int) -> Any:
        route = dice.one(COMMANDS)
        words = f"/{route.words}" if dice.often(0.5) else "/upbeat"
        command, _, rest = words.partition(" ")
        known = {
            "user_id": dice.one(self.users),
            "command": command,
            "text": f"{rest} {dice.words()}".strip()[:40_000],
            "trigger_id": f"t{number}",
            "channel_id": dice.one((GENERAL, "D1")),
            "channel_name": dice.one(("general", "directmessage", "privategroup")),
            "response_url": "https://hooks.slack.com/commands/1",
        }
        return {
            **dice.bent_in({**shapes("slack/shapes.json")["SlashCommand"], **known}),
            **_kept(dice, known, "command"),
        }

    def _interaction(self, dice: Dice, number: int) -> Any:
        kind = dice.one(tuple(INTERACTIONS))
        known: dict[str, Any] = {
            "type": kind,
            "user": {"id": dice.one(self.users)},
            "trigger_id": f"t{number}",
        }
        known["response_url"] = "https://hooks.slack.com/actions/1"
        if kind == "block_actions":
            known["actions"] = [self._action(dice)]
            known["container"] = {"type": "message", "message_ts": "1.1", "is_ephemeral": dice.often(0.3)}
            known["channel"] = {"id": dice.one((GENERAL, "D1")), "name": "general"}
        elif kind.startswith("view"):
            known["view"] = self._view(dice, number)
        elif kind in ("shortcut", "message_action"):
            known["callback_id"] = dice.one(SHORTCUTS).name
            known["message"] = {"text": dice.words(), "user": dice.one(self.users), "ts": "1.1"}
        else:
            known["value"] = dice.words()
        shape = {**shapes("slack/shapes.json")[HEARD[kind]], **known}
        if kind == "block_actions" and dice.often(0.5):
            shape.pop("view", None)
        return {**dice.bent_in(shape), **_kept(dice, known, "type")}

    def _action(self, dice: Dice) -> dict[str, Any]:
        key = dice.one(self.keys) if dice.often(0.8) else dice.id()
        if dice.often(0.2):
            return {"type": "static_select", "action_id": "menu", "selected_option": {"value": key}}
        return {"type": "button", "action_id": dice.one(("a1", "more:1", "more:999", "more:x")), "value": key}

    def _view(self, dice: Dice, number: int) -> dict[str, Any]:
        draft, route = dice.one(self.forms)
        names = [question.name for question in route.questions] if route else ["words"]
        blocks = [f"q{place}:{name}" for place, name in enumerate(names)]
        values = {block: {"field": {dice.one(FIELDS): self._field(dice)}} for block in blocks}
        return {
            "id": f"V{number}",
            "type": "modal",
            "hash": str(number),
            "callback_id": FORM,
            "private_metadata": draft if dice.often(0.8) else dice.words()[:3000],
            "blocks": [{"type": "input", "block_id": block} for block in blocks],
            "state": {"values": values},
        }

    def _field(self, dice: Dice) -> Any:
        if dice.often(0.3):
            return dice.one(
                ("2026-11-30", "10:00", "5", dice.one(self.users), [dice.one(self.users)], {"value": "1"})
            )
        return dice.words()

    def _event(self, dice: Dice, number: int) -> Any:
        shape = shapes("slack/shapes.json")[dice.one(self.events_heard if dice.often(0.85) else self.events)]
        event: dict[str, Any] = {
            "user": dice.one(self.users),
            "channel": dice.one(("D1", GENERAL)),
            "channel_type": "im",
            "text": dice.words()[:40_000],
            "ts": f"{number}.1",
            "tab": "home",
            "item_user": "U0000UPBEAT",
            "reaction": dice.one(("tada", "heart", "+1")),
            "item": {"type": "message", "channel": "D1", "ts": "1.1"},
        }
        known = {
            name: item
            for name, item in event.items()
            if name in shape["event"] and not isinstance(shape["event"][name], dict)
        }
        if isinstance(shape["event"].get("message"), dict):
            known["message"] = {"user": event["user"], "text": event["text"], "ts": "1.1"}
        made = dice.bent_in({**shape, "event_id": f"E{number}", "event": {**shape["event"], **known}})
        if isinstance(made, dict) and isinstance(made.get("event"), dict) and dice.often(0.9):
            for name in ("subtype", "bot_id", "edited"):
                if not shape["event"].get(name):
                    made["event"].pop(name, None)
            made.update(type="event_callback", event_id=f"E{number}")
            made["event"].update({name: item for name, item in known.items() if dice.often(0.9)})
        return made


def _kept(dice: Dice, known: Mapping[str, Any], always: str) -> dict[str, Any]:
    """What is put back after the bending, so that most cases are heard."""
    share = dice.one((1.0, 1.0, 0.8))
    return {name: item for name, item in known.items() if name == always or dice.often(share)}
