"""Files come in from the terminal too: shown first, once, corrected by the next one, with what waits for its person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli

Run: TypeAlias = Callable[..., str]

MAPPING = "person = 'who'\nat = 'day'\n[figures.visits]\nmetric = 'customer visits'\nunit = 'visits'\n"
TABLE = "who,day,visits,Sick days\nben@example.com,2026-01-05,3,1\nbokri,2026-01-05,4,0\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A company of one, with a source of files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UPBEAT_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/upbeat.db")
    monkeypatch.setenv("UPBEAT_SECRET_KEY", "a test's secret")
    Path("people.csv").write_text("email,name\nben@example.com,Ben\n")
    Path("mapping.toml").write_text(MAPPING)
    Path("table.csv").write_text(TABLE)

    def said(*words: str, fails: bool = False) -> str:
        done: Any = CliRunner().invoke(cli, list(words))
        assert bool(done.exception) is fails, (done.output, done.exception)
        return str(done.output or "") + (str(done.exception) if fails else "")

    said("people", "import", "people.csv")
    assert "upbeat source load crm" in said("source", "add", "crm", "--form", "files")
    return said


def test_a_file_is_shown_loaded_once_and_corrected(run: Run) -> None:
    assert "--mapping FILE" in run("source", "load", "crm", "table.csv", fails=True)
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml", "--dry-run")
    assert "New figures: 1" in told
    assert "Whose person nobody knows: 1" in told
    assert "Not read, for their names: sick_days" in told
    assert "This was a dry run" in told
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml")
    assert "New figures: 1" in told
    assert "Loaded. To take it back: upbeat source files crm" in told
    assert "Here already: 1" in run("source", "load", "crm", "table.csv")
    Path("table.csv").write_text(TABLE.replace(",3,", ",5,"))
    told = run("source", "load", "crm", "table.csv", "--dry-run")
    assert "Corrected: 1" in told
    assert "customer visits, Ben" in told
    assert "becomes 5" in told
    assert "3 becomes" not in told, "who is at the terminal reads no figures of people"


def test_a_table_without_figures_is_said_to_have_none(run: Run) -> None:
    Path("table.csv").write_text("who,day,visits\n")
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml", "--dry-run")
    assert "What it changes:\nnothing: it has no figures\n" in told


def test_whom_nobody_knows_is_listed_and_taken_again(run: Run) -> None:
    run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml")
    assert "bokri: 1 of customer visits" in run("source", "unmatched", "crm")
    Path("people.csv").write_text(
        "email,name,external_id\nben@example.com,Ben,\nb@example.com,B. Okri,bokri\n"
    )
    run("people", "import", "people.csv")
    assert "Figures taken: 1; still waiting: 0." in run("source", "unmatched", "crm", "--again")
    assert "Nothing of crm waits" in run("source", "unmatched", "crm")
    assert "Here already: 2" in run("source", "load", "crm", "table.csv")


def test_what_is_wrong_is_named_and_nothing_is_taken(run: Run) -> None:
    Path("table.csv").write_text(TABLE.replace("2026-01-05,4", "soon,4"))
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml", fails=True)
    assert "Row 3, column day, “soon”" in told
    Path("mapping.toml").write_text(MAPPING + "colour = 'x'\n")
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml", fails=True)
    assert "figures.visits.colour: no such key" in told
    assert "cannot be read" in run("source", "load", "crm", "none.csv", fails=True)
    assert "no source 'erp'" in run("source", "load", "erp", "table.csv", fails=True)


def test_the_terminal_is_an_administrator_who_may_map_what_is_refused(run: Run) -> None:
    Path("mapping.toml").write_text(MAPPING + "[figures.'Sick days']\nmetric = 'machine downtime'\n")
    assert "New figures: 2" in run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml")
    Path("mapping.toml").write_text(MAPPING.replace("figures.visits", "figures.'Sick days'"))
    told = run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml", fails=True)
    assert "needs a name of its own" in told, "nothing is washed by another name"


def test_what_programs_may_post_is_printed(run: Run) -> None:
    assert '"openapi": "3.1.0"' in run("source", "openapi")


def test_a_file_is_taken_back(run: Run) -> None:
    assert "No file was loaded" in run("source", "files", "crm")
    run("source", "load", "crm", "table.csv", "--mapping", "mapping.toml")
    Path("table.csv").write_text("who,day,visits\nben@example.com,2026-01-05,5\nbokri,2026-01-05,4\n")
    run("source", "load", "crm", "table.csv")
    second, first = run("source", "files", "crm").splitlines()
    assert "table.csv: " in first
    assert "by the terminal, figures: 1" in second
    told = run("source", "take-back", "crm", first.split()[0], fails=True)
    assert "Newer data has come since" in told
    assert "What it was before: 1" in run("source", "take-back", "crm", second.split()[0])
    assert "taken back" in run("source", "files", "crm").splitlines()[0]
    assert "taken back already" in run("source", "take-back", "crm", second.split()[0], fails=True)
    assert "no file '12'" in run("source", "take-back", "crm", "12", fails=True)
