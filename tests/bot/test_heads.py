"""The head of a request has a limit, whoever sends it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.heads import MOST, ShortHeads

HEAD = b"POST / HTTP/1.1\r\nHost: here\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Where a server says how long a body was."""

    async def measure(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{len(await request.body())} bytes")

    app = Starlette(routes=[Route("/", measure, methods=["POST"])])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, http=ShortHeads, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await serving


async def answer_to(port: int, *pieces: bytes) -> bytes:
    """What comes back until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0.01)
    found = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return found


async def test_a_head_that_does_not_end_is_refused(port: int) -> None:
    for pieces in ([HEAD, b"X-Signature: ", *[b"a" * 10_000] * 7], [HEAD, *[b"X: 1\r\n" * 1_700] * 7]):
        found = await answer_to(port, *pieces)
        assert found.startswith(b"HTTP/1.1 400 ")
        assert b"too large" in found


async def test_a_long_body_is_no_head_nor_are_many_requests(port: int) -> None:
    body = HEAD + b"Content-Length: %d\r\n\r\n" % (3 * MOST) + b"a" * MOST
    last = HEAD + b"Connection: close\r\nContent-Length: 2\r\n\r\nok"
    found = await answer_to(port, body, b"a" * MOST, b"a" * MOST, body, b"a" * 2 * MOST, last)
    assert found.count(b"%d bytes" % (3 * MOST)) == 2
    assert found.endswith(b"2 bytes")
