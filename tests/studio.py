"""One studio for all tests of a process: pictures are drawn for real, and its process is started once."""

from __future__ import annotations

import atexit

from bot.pictures.studio import Studio


class _Shared(Studio):
    async def close(self) -> None:
        """It stays open: the next test draws too."""


STUDIO = _Shared()
atexit.register(STUDIO.stop)
