"""Writes the golden files anew: `python -m tests.goldens`. Read the difference before you commit it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.goldens.drawing import every_golden

HERE = Path(__file__).parent


async def written() -> None:
    for old in HERE.glob("*.md"):
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        async for name, content in every_golden(Path(folder)):
            (HERE / name).write_text(content, encoding="utf-8")


asyncio.run(written())
