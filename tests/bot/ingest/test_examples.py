"""The examples of the page send what they say, over a real connection."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from bot.ingest.door import PATH, make_door
from bot.web.server import Server
from handlers.goals.data.mapping import read_mapping
from handlers.goals.data.rows import read_figures
from storage.metrics import MetricPoint, PersonPoint
from storage.sheets import read_sheet
from tests.bot.ingest.sender import Sender
from tests.company import Chat

PAGE = Path(__file__).parents[3] / "docs" / "data-in.md"


@pytest.mark.parametrize(
    ("language", "program"), [("python", (sys.executable, "-c")), ("sh", ("bash", "-ec"))]
)
async def test_an_example_of_the_page_runs(chat: Chat, language: str, program: tuple[str, str]) -> None:
    (example,) = re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    chat.at(datetime.now(UTC))
    crm = Sender(chat)
    server = uvicorn.Server(
        uvicorn.Config(Server({PATH: make_door(chat.core)}), port=0, log_level="error", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    told = {"UPBEAT_INGEST_URL": f"http://127.0.0.1:{port}/ingest/crm", "UPBEAT_INGEST_SECRET": crm.secret}
    process = await asyncio.create_subprocess_exec(
        *program, example, env={**os.environ, **told}, stdout=-1, stderr=-1
    )
    out, errors = await process.communicate()
    server.should_exit = True
    await serving
    assert process.returncode == 0, errors.decode()
    assert b'"new":' in out
    assert [row.value for row in chat.rows(MetricPoint)] == ["412" if language == "python" else "413"]
    assert [row.subject_id for row in chat.rows(PersonPoint)] == [chat.ids["ben"]] * (language == "python")


TABLES = re.findall(r"```csv\n(.*?)```\n\n```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_has_a_mapping_for_each_kind_of_file() -> None:
    assert len(TABLES) == 4


@pytest.mark.parametrize(("table", "mapping"), TABLES)
def test_a_mapping_of_the_page_reads_its_table(table: str, mapping: str) -> None:
    reading = read_figures(read_sheet(table.encode(), "example.csv"), read_mapping(mapping))
    assert not reading.faults
    assert reading.arrivals
