"""A language model of our own on loopback, that speaks OpenAI's chat protocol: it answers, hangs, breaks or babbles."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web

Json = dict[str, Any]
HANGS, BREAKS, BABBLES = "hangs", "breaks", "babbles"


class FakeModel:
    """`answers` makes an answer of a draft's words; `fault` is what goes wrong instead; `heard` are the requests."""

    def __init__(self, answers: Callable[[str], str] = str.upper, fault: str = "") -> None:
        self.answers = answers
        self.fault = fault
        self.heard: list[Json] = []
        self.url = ""
        self.is_asked = asyncio.Event()
        self._open = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> FakeModel:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        assert self._runner is not None
        await self._runner.cleanup()

    def drafts(self) -> list[str]:
        """The drafts that were sent, as they were fenced."""
        return [self._draft(request) for request in self.heard]

    @staticmethod
    def _draft(request: Json) -> str:
        (said,) = [each["content"] for each in request["messages"] if each["role"] == "user"]
        words = said if isinstance(said, str) else "".join(part["text"] for part in said)
        return words.removeprefix("<draft>\n").removesuffix("\n</draft>")

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        heard = await request.json()
        self.heard.append(heard)
        self.is_asked.set()
        if self.fault == HANGS:
            await self._open.wait()
        if self.fault == BREAKS:
            return web.json_response({"error": {"message": "out of order"}}, status=500)
        if self.fault == BABBLES:
            return web.Response(text="<html>not what you think</html>", content_type="text/html")
        message = {"role": "assistant", "content": self.answers(self._draft(heard))}
        choice = {"index": 0, "finish_reason": "stop", "message": message}
        made = {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": heard["model"],
            "choices": [choice],
        }
        return web.Response(text=json.dumps(made), content_type="application/json")
