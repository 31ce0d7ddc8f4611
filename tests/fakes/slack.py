"""A fake Slack: a real HTTP and WebSocket server on 127.0.0.1 that refuses what Slack refuses.

async with FakeSlack() as slack:
    slack.add_user("U1", "ada", "ada@example.com")
    client = AsyncWebClient(slack.bot_token, base_url=slack.base_url)
    slack.connect_http("http://127.0.0.1:8123/slack/events")      # or let the app open a socket
    await slack.command("U1", "/kudos", "@ben for the calm call")
    assert not slack.violations
"""

from __future__ import annotations

import asyncio
import json
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from . import slack_web_people as _people  # registers its answers
from .slack_arguments import METHODS, check_arguments, decoded
from .slack_delivery import Ack, HttpDoor, SocketDoor
from .slack_faults import AFTER, Call, FaultyLine, hang_up
from .slack_inputs import ClientRefused
from .slack_limits import MORE
from .slack_records import Message, View
from .slack_web_api import ANSWERS, Refused, change, sound_response

__all__ = ["Ack", "Call", "ClientRefused", "FakeSlack", "Message", "View"]
assert _people


class FakeSlack(FaultyLine):
    """Slack, as far as Upbeat uses it; `violations` lists every malformed request: assert it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.bot_token, self.app_token = "xoxb-fake-bot-token", "xapp-fake-app-token"
        self.signing_secret = "fake-signing-secret"
        self.violations: list[str] = []
        self.scopes: set[str] | None = None
        self.should_escape = True
        self.patience = 10.0
        self.hold = 0.0  # seconds for which the answer to a message that was accepted is held back
        self.kept_back: dict[str, asyncio.Event] = {}  # methods whose answers wait for somebody
        self.door: HttpDoor | None = None
        self.sockets = SocketDoor(self.app_id, self.violations.append)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self.sockets.serve)
        app.router.add_post("/response/{token}", self._response_url)
        app.router.add_post("/upload/v1/{id}", self._upload)
        app.router.add_get("/files-pri/{id}/{path:.*}", self._download)
        app.router.add_route("*", "/{path:.*}", self._nowhere)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port: int = self._runner.addresses[0][1]
        self.root_url = f"http://127.0.0.1:{self.port}/"
        self.base_url = f"{self.root_url}api/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.sockets.close()
        await self._runner.cleanup()

    # --- set up ---

    def connect_http(self, url: str) -> None:
        """Deliver to the app's request URL; without this, through the newest socket."""
        self.door = HttpDoor(url, self.signing_secret)

    async def refresh_sockets(self) -> None:
        """Make the app reconnect, as Slack does every few hours; returns when it has."""
        await self.sockets.refresh()

    # --- the Web API ---

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args, token = await self._arguments(method, request)
        fault = self.next_fault(method)
        if fault and fault.kind not in AFTER:
            self.note(method, args, accepted=False)
            return self.fail(request, fault)
        wait = self.wait_for(method, args)
        if wait:
            self.note(method, args, accepted=False)
            return self.limited(wait)
        answer = self._answer_call(method, args, token)
        self.note(method, args, accepted=answer["ok"])
        if fault:
            return web.json_response({"ok": True}) if fault.kind == "bare" else hang_up(request)
        if self.hold and method == "chat.postMessage":
            await asyncio.sleep(self.hold)
        if method in self.kept_back:
            await self.kept_back[method].wait()
            if late := self.next_fault(method):
                return self.fail(request, late)
        granted = ",".join(sorted(self._granted()))
        return web.json_response(
            answer, headers={"x-oauth-scopes": granted, "x-slack-req-id": self.serial("req")}
        )

    async def _arguments(self, method: str, request: web.Request) -> tuple[dict[str, Any], str]:
        raw: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            body = await request.text()
            try:
                raw |= json.loads(body) if body else {}
            except (ValueError, TypeError):
                self.violations.append(f"{method}: the body is not a JSON object")
        elif request.method == "POST":
            raw |= dict(await request.post())
        header = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = raw.pop("token", None) or header
        types = {name: fact.get("type") for name, fact in METHODS.get(method, {}).get("args", {}).items()}
        return {name: decoded(name, types.get(name), value) for name, value in raw.items()}, token

    def _answer_call(self, method: str, args: dict[str, Any], token: str) -> dict[str, Any]:
        try:
            self._may(method, args, token)
            if method == "apps.connections.open":
                ticket = self.sockets.new_ticket()
                return {
                    "ok": True,
                    "url": f"ws://127.0.0.1:{self.port}/link?ticket={ticket}&app_id={self.app_id}",
                }
            return {"ok": True, **ANSWERS[method](self, args)}
        except Refused as refusal:
            self.violations += [f"{method}: {problem}" for problem in refusal.problems]
            return {"ok": False, "error": refusal.error, **refusal.more}

    def _may(self, method: str, args: dict[str, Any], token: str) -> None:
        if method not in METHODS:
            raise Refused("unknown_method", [f"unknown method; args {sorted(args)}"])
        wanted = self.app_token if method == "apps.connections.open" else self.bot_token
        if token != wanted:
            kind = "not_allowed_token_type" if token in (self.app_token, self.bot_token) else "invalid_auth"
            raise Refused(kind if token else "not_authed", [f"token: {kind if token else 'missing'}"])
        needed = self._needed(method, args)
        if self.scopes is not None and needed and not needed & self.scopes:
            provided = ",".join(sorted(self.scopes))
            raise Refused("missing_scope", needed=",".join(sorted(needed)), provided=provided)
        error, problems = check_arguments(method, args)
        if problems:
            raise Refused(error, problems, response_metadata={"messages": [f"[ERROR] {p}" for p in problems]})

    def _needed(self, method: str, args: dict[str, Any]) -> set[str]:
        scopes = set(METHODS[method]["scopes"].get("bot", ()))
        known = self.channels.get(str(args.get("channel")))
        if known and method.startswith("conversations."):
            family = "im:" if known.im_with else "groups:" if known.private else "channels:"
            return {scope for scope in scopes if scope.startswith(family)}
        return {"im:write"} if method == "conversations.open" else scopes

    def _granted(self) -> set[str]:
        every = {scope for fact in METHODS.values() for scope in fact["scopes"].get("bot", ())}
        return every if self.scopes is None else self.scopes

    # --- everything that is no Web API method ---

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        fault = self.next_fault("response_url")
        if fault and fault.kind != "timeout_after_accept":
            self.note("response_url", body, accepted=False)
            return self.fail(request, fault)
        try:
            self._respond(request.match_info["token"], body)
        except Refused as refusal:
            self.note("response_url", body, accepted=False)
            self.violations += [f"response_url: {problem}" for problem in refusal.problems]
            status = 404 if refusal.error in ("used_url", "expired_url") else 400
            return web.Response(status=status, text=refusal.error)
        self.note("response_url", body, accepted=True)
        return hang_up(request) if fault else web.Response(text="ok")

    def _respond(self, token: str, body: dict[str, Any]) -> None:
        link = self.response_urls.get(token)
        if link is None:
            raise Refused("used_url", ["never issued"])
        if self.clock() > link.expires:
            raise Refused("expired_url", ["used after 30 minutes"])
        if link.uses >= MORE["response_url"]["uses"]:
            raise Refused("used_url", ["used more than 5 times"])
        sound_response(self, body)
        link.uses += 1
        if body.get("delete_original") and link.original:
            link.original.deleted = True
        elif body.get("replace_original") and link.original:
            change(self, link.original, body)
        elif not body.get("delete_original"):
            self._answer(link, body)

    async def _upload(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["id"])
        if file is None or file["mode"] != "uploading":
            self.violations.append("upload: unknown or used URL")
            return web.Response(status=404)
        if request.content_type.startswith("multipart/"):
            field = next(iter((await request.post()).values()))
            content = field.file.read() if isinstance(field, web.FileField) else str(field).encode()
        else:
            content = await request.read()
        if len(content) != file["size"]:
            self.violations.append(f"upload: {len(content)} bytes, announced {file['size']}")
            return web.Response(status=400)
        self.contents[file["id"]], file["mode"] = content, "hosted"
        self.note("upload", {"file": file["id"]}, accepted=True)
        return web.Response(text=f"OK - {len(content)}")

    async def _download(self, request: web.Request) -> web.Response:
        file = self.files.get(request.match_info["id"])
        if request.headers.get("Authorization") != f"Bearer {self.bot_token}":
            self.violations.append("download: without the bot token, Slack answers with its sign-in page")
            return web.Response(
                text="<!DOCTYPE html><title>Sign in | Slack</title>", content_type="text/html"
            )
        if file is None:
            return web.Response(status=404)
        self.note("download", {"file": file["id"]}, accepted=True)
        return web.Response(body=self.contents[file["id"]], content_type=file["mimetype"])

    async def _nowhere(self, request: web.Request) -> web.Response:
        self.violations.append(f"{request.method} {request.path}: no such address")
        return web.Response(status=404)
