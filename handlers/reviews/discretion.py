"""Whether what is written in reviews goes to Telegram, whose chats are kept outside the company: as HR chose."""

from __future__ import annotations

from handlers.kit.text import Listing, Phrase, Text, Verbatim, platform_name
from storage.people import Person
from storage.store import Store

SETTING = "reviews_on_telegram"
OUTSIDE = "telegram"
"""The platform whose chats the company neither keeps nor can take back."""


def are_open(store: Store) -> bool:
    """Whether the organisation lets reviews be written and read there."""
    return bool(store.setting(SETTING, default=False))


def choose(store: Store, is_open: bool) -> None:
    """Let reviews be written and read there, or not."""
    store.set_setting(SETTING, is_open)
    store.audit("changed", "setting", record_id=SETTING)


def why_closed(store: Store, platform: str, person: Person) -> Text | None:
    """Why reviews are not written and read on a platform, and where they are; None where they are."""
    if platform != OUTSIDE or are_open(store):
        return None
    elsewhere = {account.platform for account in store.directory.accounts.get(person.id, ())} - {OUTSIDE}
    if not elsewhere:
        return Phrase(
            "Reviews are not written or read on Telegram: your company keeps them out of it. Ask HR where you write"
            " yours; here you hear that something waits."
        )
    return Phrase(
        "Reviews are not written or read on Telegram: your company keeps them out of it. Say {command} in {places};"
        " what you began is kept.",
        command=Verbatim("/review"),
        places=Listing(tuple(platform_name(each) for each in sorted(elsewhere))),
    )
