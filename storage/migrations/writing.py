"""The newest migration is written from the tables; what was released is never touched again."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import storage.store  # noqa: F401 (every twin's tables are part of the metadata)
from storage import guards
from storage.migrations.drawing import render_item

FOLDER = Path(__file__).parent
RELEASED: frozenset[str] = frozenset({"0001", "0002", "0003", "0004"})
"""Revisions that stand in a release, or were given out to be tried. Append the newest one when giving it out; from then
on a change makes a new one."""


def write_migration(*, check: bool) -> list[str]:
    """Write the migration that brings the schema to the tables; returns the names of stale files. With `check`, changes
    nothing."""
    script = ScriptDirectory(str(FOLDER))
    head = script.get_current_head()
    if not _differs(head):
        return []
    if not check:
        _rewrite(script, head)
    return ["storage/migrations"]


def _rewrite(script: ScriptDirectory, head: str | None) -> None:
    revision = script.get_revision(head) if head else None
    if revision and revision.revision not in RELEASED:
        Path(revision.path).unlink()
        head = str(revision.down_revision) if revision.down_revision else None
    number = f"{int(head or 0) + 1:04}"
    with tempfile.TemporaryDirectory() as folder:
        _autogenerate(Path(folder) / "before.db", head, number)
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(FOLDER / "versions")], check=False)  # noqa: S603


def _autogenerate(database: Path, head: str | None, number: str) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.begin() as connection:
        config = _config(connection)
        if head:
            command.upgrade(config, head)
        command.revision(config, message=f"Schema {number}", autogenerate=True, rev_id=number)
    engine.dispose()


def _differs(head: str | None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{folder}/now.db")
        with engine.begin() as connection:
            if head:
                command.upgrade(_config(connection), "head")
            context = MigrationContext.configure(
                connection, opts={"compare_type": True, "render_item": render_item}
            )
            found: list[Any] = [*compare_metadata(context, SQLModel.metadata), *guards.missing(connection)]
        engine.dispose()
    return bool(found)


def _config(connection: Any) -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s")
    config.attributes["connection"] = connection
    return config
