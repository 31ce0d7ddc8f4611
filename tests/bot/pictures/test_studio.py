"""Pictures are drawn beside everything else, within bounds, without a network, and what fails harms nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import pytest

from bot.pictures.specification import specification
from bot.pictures.studio import NotDrawn, Studio
from bot.words import Voice
from handlers.kit.cards import Picture
from handlers.kit.text import Phrase, Verbatim
from tests.goldens.samples import course, tree
from tests.studio import STUDIO

PNG = b"\x89PNG\r\n\x1a\n"
BROKEN = {"$schema": "https://vega.github.io/schema/vega-lite/v6.json", "mark": 5}


def spec(title: str = "签约 40 家客户", chart: object = None) -> dict[str, object]:
    picture = Picture(Verbatim(title), Phrase("{percent}%", percent=62), chart or course())  # type: ignore[arg-type]
    return specification(picture, Voice("zh")).spec


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(PNG)
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


async def test_charts_are_drawn_in_a_size_that_every_platform_takes() -> None:
    for chart in (course(), tree()):
        png = await STUDIO.draw(spec(chart=chart))
        width, height = size(png)
        assert 1400 < width < 2000
        assert 300 < height < 2000
        assert len(png) < 1_000_000


async def test_other_things_go_on_meanwhile() -> None:
    drawing = asyncio.create_task(STUDIO.draw(spec("another one")))
    longest, last = 0.0, time.perf_counter()
    while not drawing.done():
        await asyncio.sleep(0.001)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    await drawing
    assert longest < 0.25


async def test_what_cannot_be_drawn_is_said_and_the_next_is_drawn() -> None:
    with pytest.raises(NotDrawn):
        await STUDIO.draw(BROKEN)
    assert size(await STUDIO.draw(spec("the next one")))


@pytest.fixture
async def studio() -> AsyncIterator[Studio]:
    made = Studio(seconds=20)
    yield made
    await made.close()


async def test_one_that_takes_too_long_or_kills_its_process_is_given_up(studio: Studio) -> None:
    studio._seconds = 0.05
    with pytest.raises(NotDrawn):
        await studio.draw(spec())
    studio._seconds = 20
    assert size(await studio.draw(spec()))
    assert studio._process
    studio._process.kill()
    studio._process.wait()
    assert size(await studio.draw(spec("after its death")))


async def test_idle_it_goes(studio: Studio) -> None:
    studio._idle = 0.5
    assert size(await studio.draw(spec()))
    process = studio._process
    assert process
    while process.poll() is None:  # noqa: ASYNC110 - a timer of its own ends it
        await asyncio.sleep(0.02)


async def test_nothing_is_fetched() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x.json"
        fetching = {**BROKEN, "mark": "point", "data": {"url": url}}
        with contextlib.suppress(NotDrawn):
            await STUDIO.draw(fetching)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_nothing_of_it_is_imported_before_a_picture_is_drawn() -> None:
    code = "import sys, bot.app, bot.slack.platform, bot.web.platform; sys.exit('vl_convert' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
