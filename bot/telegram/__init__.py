"""Telegram: what it tells us, and how we speak there."""

import logging
import os

# Read by python-telegram-bot; without it, `RetryAfter.retry_after` warns and returns a bare number.
os.environ.setdefault("PTB_TIMEDELTA", "1")

for _name in ("httpx", "httpcore", "telegram"):
    # Their records show the token (it stands in every address) and the words that people wrote.
    logging.getLogger(_name).setLevel(logging.WARNING)
