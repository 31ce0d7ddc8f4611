"""A request to one of our doors or to the whole server, without a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


async def posted(app: Any, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    """The status that a POST gets."""
    return (await asked(app, "POST", path, body, headers))[0]


async def asked(
    app: Any, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    url, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": url,
        "raw_path": url.encode("utf-8", "surrogatepass"),
        "query_string": query.encode("utf-8", "surrogatepass"),
        "root_path": "",
        "headers": [
            (name.encode(), item.encode("latin-1", "replace")) for name, item in (headers or {}).items()
        ],
        "client": ("127.0.0.1", 5),
        "server": ("127.0.0.1", 8080),
        "state": {},
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    status = next(int(message["status"]) for message in sent if message["type"] == "http.response.start")
    return status, b"".join(
        message.get("body", b"") for message in sent if message["type"] == "http.response.body"
    )
