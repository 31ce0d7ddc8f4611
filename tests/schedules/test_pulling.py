"""A source is read from another database when it is due, by one process; what is wrong is told, and never quoted."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from handlers.goals.data.mapping import read_mapping
from schedules.pulling import pull_due
from storage.leases import Lost, Term
from storage.metrics import FILES, DataQuery, DataSource, PersonPoint
from storage.store import Store
from tests.company import Chat
from tests.engines import opened

MAPPING = "person = 'who'\nat = 'day'\n[figures.visits]\nkind = 'counted'\n"
QUERY = "SELECT who, day, visits FROM visit"


def theirs(folder: Path) -> str:
    """A database of somebody else's, with one row."""
    file = folder / "theirs.db"
    with opened(file) as database:
        database.execute("CREATE TABLE visit (who TEXT, day TEXT, visits INTEGER)")
        database.execute("INSERT INTO visit VALUES ('ben@example.com', '2026-11-20', 3)")
    return f"sqlite:///{file}"


def asks(chat: Chat, address: str, query: str = QUERY) -> None:
    """Dora's source is read from there each day."""

    def work(store: Store) -> None:
        source = store.metrics.add_source("erp", form=FILES, secret="", owner=chat.ids["dora"], stale_days=9)
        assert source is not None
        store.change(source, mapping=read_mapping(MAPPING).kept())
        store.metrics.queries.keep(source, address=address, query=query, every_hours=24)

    chat.change(work)


async def test_it_is_read_when_it_is_due_and_not_before(any_chat: Chat, tmp_path: Path) -> None:
    chat, address = any_chat, theirs(tmp_path)
    asks(chat, address)
    assert await pull_due(chat.core) == 1
    assert await pull_due(chat.core) == 0
    assert [(row.metric, row.value) for row in chat.rows(PersonPoint)] == [("visits", "3")]
    with opened(tmp_path / "theirs.db") as database:
        database.execute("UPDATE visit SET visits = 4")
    chat.wait(hours=25)
    assert await pull_due(chat.core) == 1
    current = [row.value for row in chat.rows(PersonPoint) if row.current]
    assert current == ["4"]
    (source,) = chat.rows(DataSource)
    assert source.heard_at == chat.now


async def test_a_clock_that_ran_ahead_puts_it_off_no_longer_than_it_is_wrong(
    any_chat: Chat, tmp_path: Path
) -> None:
    asks(any_chat, theirs(tmp_path))
    any_chat.wait(days=365)
    await any_chat.tick()
    assert await pull_due(any_chat.core) == 1
    any_chat.wait(days=-365)
    await any_chat.tick()
    assert await pull_due(any_chat.core) == 1
    assert await pull_due(any_chat.core) == 0


async def test_what_is_wrong_is_told_once_a_day_and_logged_without_words(
    chat: Chat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asks(chat, "postgresql://reader:hush-hush@127.0.0.1:1/erp", "SELECT quietly FROM nowhere")
    await pull_due(chat.core)
    assert "erp could not be read" in chat.told("dora")
    assert "does not answer" in chat.told("dora")
    chat.wait(hours=25)
    await pull_due(chat.core)
    assert chat.told("dora").count("erp could not be read") == 2
    logged = " ".join(str(vars(record)) for record in caplog.records)
    assert "unreachable" in logged
    for word in ("hush-hush", "quietly", "127.0.0.1", "nowhere"):
        assert word not in logged


async def test_rows_that_cannot_be_taken_are_named_to_whoever_looks_after_it(
    chat: Chat, tmp_path: Path
) -> None:
    address = theirs(tmp_path)
    with opened(tmp_path / "theirs.db") as database:
        database.execute("INSERT INTO visit VALUES ('ada@example.com', 'soon', 1)")
    asks(chat, address)
    await pull_due(chat.core)
    assert "Row 2, column day, “soon”" in chat.told("dora")
    assert not chat.rows(PersonPoint)


async def test_what_breaks_is_asked_again_soon(chat: Chat, tmp_path: Path) -> None:
    asks(chat, theirs(tmp_path))
    chat.change(lambda store: store.change(store.metrics.source("erp"), mapping=None))
    assert await pull_due(chat.core) == 1
    chat.change(lambda store: store.change(store.metrics.source("erp"), mapping=read_mapping(MAPPING).kept()))
    assert await pull_due(chat.core) == 0
    chat.wait(minutes=11)
    assert await pull_due(chat.core) == 1
    assert chat.rows(PersonPoint)


async def test_a_process_whose_turn_is_over_takes_nothing(chat: Chat, tmp_path: Path) -> None:
    asks(chat, theirs(tmp_path))
    with pytest.raises(Lost):
        await pull_due(chat.core, Term("clock", "somebody", 1))
    assert not chat.rows(PersonPoint)


async def test_what_is_kept_of_it_is_sealed_and_goes_with_its_source(chat: Chat, tmp_path: Path) -> None:
    asks(chat, theirs(tmp_path))
    with chat.database.engine.connect() as connection:
        raw = str(connection.exec_driver_sql("SELECT * FROM data_query").fetchall())
    assert "visit" not in raw
    assert "sqlite" not in raw
    chat.change(lambda store: store.metrics.remove_source(store.metrics.source("erp")))
    assert not chat.rows(DataQuery)


def test_it_is_set_up_from_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UPBEAT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/upbeat.db")
    monkeypatch.setenv("UPBEAT_SECRET_KEY", "a test's secret")
    Path("people.csv").write_text("email,name\nben@example.com,Ben\n")
    Path("address").write_text(theirs(tmp_path) + "\n")
    Path("query.sql").write_text(QUERY + ";\n")
    Path("mapping.toml").write_text(MAPPING)

    def run(*words: str, fails: bool = False) -> str:
        done: Any = CliRunner().invoke(cli, list(words))
        assert bool(done.exception) is fails, (done.output, done.exception)
        return str(done.output or "") + (str(done.exception) if fails else "")

    run("people", "import", "people.csv")
    run("source", "add", "erp", "--form", "files")
    files = ("--address", "address", "--query", "query.sql", "--mapping", "mapping.toml")
    told = run("source", "pull", "erp", *files, "--dry-run")
    assert "New figures: 1" in told
    assert "is read from a database" not in run("source", "list")
    assert "every 24 hours" in run("source", "pull", "erp", *files)
    assert "read from a database every 24 hours" in run("source", "list")
    assert "every hour," in run("source", "pull", "erp", *files, "--every-hours", "1")
    Path("query.sql").write_text("DELETE FROM visit")
    told = run("source", "pull", "erp", *files, fails=True)
    assert "refuses the query" in told
    assert "DELETE" not in told
    Path("query.sql").write_text("\n")
    assert "query.sql is empty" in run("source", "pull", "erp", *files, fails=True)
    assert "no database any more" in run("source", "pull", "erp", "--stop")
    run("source", "pull", "erp", "--stop", fails=True)
    run("source", "pull", "erp", fails=True)
