"""A person's calendar asks at their private address, and gets until when they have to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.words import Voice
from handlers.reviews.feed import PATH, Entry, entries
from storage.database import Database
from storage.store import Store

LASTS = timedelta(minutes=30)
LINE = 75
"""Bytes of a line at most (RFC 5545, 3.1)."""


def make_route(database: Database) -> Route:
    """The route at which calendars ask. What is unknown or taken away is not found, in the same words."""

    async def calendar(request: Request) -> Response:
        token = request.path_params["token"]
        found = await database.read(lambda store: _calendar(store, token))
        if found is None:
            raise HTTPException(404)
        return Response(found, media_type="text/calendar; charset=utf-8")

    return Route(PATH, calendar)


def _calendar(store: Store, token: str) -> str | None:
    person = store.reviews.feeds.whose(token)
    if person is None:
        return None
    voice = Voice(person.language, person.zone)
    return written(voice, entries(store, person), store.now)


def written(voice: Voice, found: Iterable[Entry], now: datetime) -> str:
    """The calendar as RFC 5545 has it: moments in UTC, so that no rule of a zone can shift them."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Upbeat//Reviews//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(line for entry in found for line in _event(voice, entry, now)),
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def _event(voice: Voice, entry: Entry, now: datetime) -> tuple[str, ...]:
    return (
        "BEGIN:VEVENT",
        f"UID:{entry.key}@upbeat",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(entry.at - LASTS)}",
        f"DTEND:{_moment(entry.at)}",
        f"SUMMARY:{escaped(voice.say(entry.title))}",
        "TRANSP:TRANSPARENT",
        "CLASS:PRIVATE",
        "END:VEVENT",
    )


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(words: str) -> str:
    """Words as a value of type TEXT (RFC 5545, 3.3.11): no line of them ends the value, or begins another."""
    plain = "".join(
        each for each in words.replace("\r\n", "\n").replace("\r", "\n") if each >= " " or each == "\n"
    )
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, each but the first after a space; no character is cut (RFC 5545, 3.1)."""
    piece = b""
    for character in line:
        more = character.encode()
        if len(piece) + len(more) > LINE:
            yield piece.decode()
            piece = b" "
        piece += more
    yield piece.decode()
