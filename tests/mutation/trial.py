"""A mistake is tried in a process of its own: whether the filter, the rule and the page then still say the same."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.mutation.mutants import Mutant

SECONDS = 60

FIRST = (
    "sqlalchemy.ext.asyncio",
    "aiosqlite",
    "storage.people",
    "storage.columns",
    "storage.rows",
    "storage.postgres",
    "storage.proof",
    "storage.proving",
    "storage.sheets",
    "storage.slots",
)
"""What no mistake changes, imported once for all of them."""


def prepare(folder: Path) -> Path:
    """An empty company's file, to be copied, and all that is imported only once."""
    file = folder / "company.db"

    def founded() -> None:
        from tests.mutation import examination, promised

        promised.compare()
        examination.found(file)
        examination.examine(file)

    if os.waitpid(_in_a_child(founded), 0)[1] != 0:
        raise RuntimeError("without any mistake it fails already")
    for name in FIRST:
        importlib.import_module(name)
    return file


def begin(mutant: Mutant, file: Path) -> int:
    """Try a mistake in a process of its own, and return its id. It ends badly when the mistake changes what anybody
    may do, or breaks."""

    def tried() -> None:
        sys.meta_path.insert(0, _Mistaken(mutant))
        from tests.mutation import promised

        promised.compare()
        from tests.mutation import examination

        examination.examine(file, first=mutant.name)

    return _in_a_child(tried)


def _in_a_child(work: Callable[[], None]) -> int:
    """Do `work` in a copy of this process, which ends by itself when it takes too long, and return its id."""
    child = os.fork()
    if child:
        return child
    signal.alarm(SECONDS)
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        try:
            work()
        except BaseException:
            os._exit(1)
    os._exit(0)


class _Mistaken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a mistake in it."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(
        self, name: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name == self._mutant.module else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.source, self._mutant.name, "exec"), module.__dict__)
