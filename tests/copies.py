"""Databases that are made once in a process and copied for each test: making one takes longer than most of what a test
does with it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import make_url

from tests.engines import new_postgres, postgres_url, sqlite_url

T = TypeVar("T")


@contextmanager
def copy_of(make: Callable[[str], T], engine: str, folder: Path) -> Iterator[tuple[str, T]]:
    """The URL of a database of one of `ENGINES` that is as `make` left its own, and what `make` returned; gone
    afterwards. Whoever makes one closes it."""
    original, returned = _made(make, engine)
    name = make_url(original).database or ""
    if engine == "sqlite":
        url = sqlite_url(folder)
        shutil.copy(name, make_url(url).database or "")
        yield url, returned
        return
    with postgres_url(like=name) as url:
        yield url, returned


@cache
def _made(make: Callable[[str], Any], engine: str) -> tuple[str, Any]:
    if engine == "sqlite":
        folder = tempfile.mkdtemp(prefix="upbeat-tests-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        url = sqlite_url(Path(folder))
    else:
        url = new_postgres().render_as_string(hide_password=False)
    return url, make(url)
