"""My quiet hours: when I am told nothing, on my own clock."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Fact, Note, Press
from handlers.kit.forms import Clock
from handlers.kit.hours import QUIET, hours_text
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text
from handlers.kit.typed import DASHES
from handlers.preferences.home import feature

WAITS = Phrase("What comes up in them waits until they end. They are hours of your own clock.")
MINE = Phrase("Only you see this.")

From = Annotated[time, Clock(Phrase("From when on is it quiet?"), lead=("from", "从"))]
To = Annotated[time, Clock(Phrase("Until when?"), lead=("to", "until", "till", "到", "至", *DASHES))]


def quiet_text(request: Request) -> Text:
    """The quiet hours as they count now, and who chose them."""
    chosen = request.store.preferences.get(request.actor.id, "quiet")
    if chosen is not None:
        return hours_text(chosen)
    companys = request.store.setting("quiet")
    if companys is not None:
        return Phrase("{value} (as the company chose)", value=hours_text(companys))
    return Phrase("{value} (for reminders, until somebody chooses others)", value=hours_text(QUIET))


@feature.command(
    "settings quiet",
    allow=everyone,
    also=("quiet", "quiet hours", "settings quiet hours", "免打扰", "设置 免打扰", "设置免打扰"),
    examples=("20:00 08:00", "from 19:30 to 9:00", "从 19:30 到 9:00"),
    seen_by=MINE,
    title=Phrase("Quiet hours"),
)
def quiet(request: Request, begin: From, end: To) -> Reply:
    """Choose the hours in which I write nothing to you."""
    if begin == end:
        raise Problem(
            Phrase("These are the same time. For no quiet hours at all, write /upbeat settings quiet off."),
            question="end",
        )
    chosen = [begin.strftime("%H:%M"), end.strftime("%H:%M")]
    request.store.preferences.set(request.actor.id, "quiet", chosen)
    return Reply(show=_set(request))


@feature.command(
    "settings quiet off", allow=everyone, also=("quiet off", "quiet hours off", "免打扰 关闭"), examples=("",)
)
def no_quiet(request: Request) -> Reply:
    """Switch your quiet hours off."""
    request.store.preferences.set(request.actor.id, "quiet", [])
    return Reply(show=_set(request))


@feature.command("settings quiet company", allow=everyone, also=("免打扰 公司",), examples=("",))
def company_quiet(request: Request) -> Reply:
    """Use the quiet hours that the company chose."""
    request.store.preferences.set(request.actor.id, "quiet", None)
    return Reply(show=_set(request))


def _set(request: Request) -> Card:
    chosen = request.store.preferences.get(request.actor.id, "quiet")
    return Card(
        Phrase("Your quiet hours"),
        Fact(Phrase("Quiet hours"), quiet_text(request)),
        *(() if chosen == [] else (Note(WAITS),)),
        Button(Phrase("No quiet hours"), no_quiet.bind()),
        Button(Phrase("As the company chose"), company_quiet.bind()),
        Button(Phrase("Settings"), Press("preferences.settings", {})),
    )
