"""Slack's side of a load: signed commands over kept connections, at a fixed rate or as many as are answered."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import urlencode

from bot.slack.hearing import TROUBLE, UNSURE
from prove.company import Colleague
from prove.talk import Said
from tests.fakes.slack import FakeSlack

LATE = 3.0
"""Seconds that Slack waits for an acknowledgement."""
GIVEN_UP = 30.0
TELLING = 60
"""One command of so many tells somebody: at 400 a second, more would be more than Slack permits a bot to say."""


@dataclass
class Measured:
    """What was sent, and the seconds until each acknowledgement, counted from when it was to be sent."""

    said: list[Said] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    lasted: float = 0.0

    def p(self, share: float) -> float:
        """The milliseconds within which this share was acknowledged."""
        ordered = sorted(self.seconds) or [0.0]
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def late(self) -> int:
        """How many were acknowledged too late to count for Slack."""
        return sum(seconds > LATE for seconds in self.seconds)

    @property
    def rate(self) -> float:
        return len(self.seconds) / self.lasted if self.lasted else 0.0

    def __str__(self) -> str:
        shares = ", ".join(f"p{100 * share:g} {self.p(share):.0f}" for share in (0.5, 0.99, 0.999))
        refused = len(self.said) - len(self.seconds)
        return (
            f"{self.rate:.0f} acknowledged a second, ack ms {shares}, over 3 s: {self.late},"
            f" not acknowledged: {refused}"
        )


class Commands:
    """Commands of these people, each with a mark: check-ins, and now and then a point for a one-on-one."""

    def __init__(self, people: Sequence[Colleague], slack: FakeSlack, cell: str, *, first: int = 0) -> None:
        self._people = people
        self._slack = slack
        self._cell = cell
        self._numbers = count(first)
        self._random = random.Random(cell)

    def next(self, actor: Colleague | None = None) -> tuple[Said, bytes]:
        """One more, as a whole HTTP request."""
        number = next(self._numbers)
        mark, trigger = f"m{number:07d}x", f"{self._cell}.{number}"
        who, partner = actor or self._people[number % len(self._people)], self._random.choice(self._people)
        tells = number % TELLING == 0 and partner is not who
        command, words = (
            ("/upbeat", f"1on1 add <@{partner.reader}> {mark}") if tells else ("/checkin", f"done {mark}")
        )
        said = Said(mark, self._cell, f"slack:{trigger}", who.reader, partner.reader if tells else "")
        return said, self._request(who, command, words, trigger)

    def _request(self, who: Colleague, command: str, words: str, trigger: str) -> bytes:
        form = {
            "team_id": self._slack.team_id,
            "channel_id": f"D{who.reader[1:]}",
            "channel_name": "directmessage",
            "user_id": who.reader,
            "user_name": who.name,
            "command": command,
            "text": words,
            "api_app_id": self._slack.app_id,
            "response_url": "http://127.0.0.1:9/response",
            "trigger_id": trigger,
        }
        body, stamp = urlencode(form).encode(), str(int(time.time()))
        secret = self._slack.signing_secret.encode()
        digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        head = (
            "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"X-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={digest}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


UNDONE = tuple(words.template.encode() for words in (TROUBLE, UNSURE))
"""What a person reads who is told at once that nothing was done: Slack shows them no other refusal of a command."""

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Line:
    """Kept connections to several ports, used in turn, as a load balancer would: past those where nobody listens."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turn = count()
        self._free: dict[int, list[Connection]] = {port: [] for port in ports}

    async def send(self, request: bytes) -> bool:
        """Whether it was acknowledged."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, IndexError):
            async with asyncio.timeout(GIVEN_UP):
                port, (reader, writer) = await self._connection()
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                body = await reader.readexactly(length)
                self._free[port].append((reader, writer))
                return head.startswith(b"HTTP/1.1 200") and not any(words in body for words in UNDONE)
        return False

    async def _connection(self) -> tuple[int, Connection]:
        first = next(self._turn)
        for at in range(len(self._ports)):
            port = self._ports[(first + at) % len(self._ports)]
            while self._free[port]:
                reader, writer = self._free[port].pop()
                if not reader.at_eof() and not writer.is_closing():
                    return port, (reader, writer)
            with contextlib.suppress(OSError):
                return port, await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    def close(self) -> None:
        """Hang up."""
        for free in self._free.values():
            for _, writer in free:
                writer.close()


async def at_rate(line: Line, commands: Commands, *, rate: float, seconds: float) -> Measured:
    """So many a second, whether or not the earlier ones are answered."""
    measured, sending = Measured(), set[asyncio.Task[None]]()
    began = time.monotonic()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.monotonic()) > 0:
            await asyncio.sleep(wait)
        sending.add(task := asyncio.create_task(_send(line, commands.next(), due, measured)))
        task.add_done_callback(sending.discard)
    if sending:
        await asyncio.wait(sending)
    measured.lasted = time.monotonic() - began
    return measured


async def as_many_as_are_answered(
    line: Line,
    commands: Commands,
    *,
    in_flight: int,
    seconds: float,
    meanwhile: Callable[[], Awaitable[None]],
) -> Measured:
    """So many at a time, each sent when one before it was answered, while something else happens."""
    measured, began = Measured(), time.monotonic()

    async def one() -> None:
        while time.monotonic() < began + seconds:
            await _send(line, commands.next(), time.monotonic(), measured)

    await asyncio.gather(*(one() for _ in range(in_flight)), meanwhile())
    measured.lasted = time.monotonic() - began
    return measured


async def _send(line: Line, command: tuple[Said, bytes], due: float, measured: Measured) -> None:
    said, request = command
    measured.said.append(said)
    if await line.send(request):
        said.acknowledged = time.monotonic()
        measured.seconds.append(said.acknowledged - due)
