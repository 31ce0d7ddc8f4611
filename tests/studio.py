"""One studio for all tests of a process: pictures are drawn for real, and its process is started once."""

from __future__ import annotations

import atexit

from bot.pictures.studio import Studio

STUDIO = Studio()
atexit.register(STUDIO.stop)
