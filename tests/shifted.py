"""`upbeat run`, which believes that it is another day: its clock runs on from a given moment.

python -m tests.shifted 2026-11-23T08:59:50+00:00"""

import sys
from datetime import UTC, datetime

from bot.running import run
from bot.settings import Settings

if __name__ == "__main__":
    ahead = datetime.fromisoformat(sys.argv[1]) - datetime.now(UTC)
    run(Settings(), now=lambda: datetime.now(UTC) + ahead)
