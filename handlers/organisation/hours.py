"""HR and administrators choose the company's quiet hours and its clock, and see first whom that concerns and how."""

from __future__ import annotations

from datetime import time
from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Argument, Button, Card, Fact, Note, Part, Section
from handlers.kit.forms import Clock, Words
from handlers.kit.hours import QUIET, hours_text
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Plural
from handlers.kit.typed import DASHES
from handlers.kit.zones import one_zone
from handlers.organisation.defaults import choose_zone, zone_change
from handlers.organisation.home import NOBODY_ELSE, feature


def _quiet_now(request: Request) -> list[str]:
    """The two times of the company's quiet hours; without any, those of the usual ones."""
    return list(request.store.setting("quiet", QUIET)) or list(QUIET)


From = Annotated[
    time,
    Clock(
        Phrase("From when on is it quiet?"),
        lead=("from", "从"),
        suggested=lambda request: _quiet_now(request)[0],
    ),
]
To = Annotated[
    time,
    Clock(
        Phrase("Until when?"),
        lead=("to", "until", "till", "到", "至", *DASHES),
        suggested=lambda request: _quiet_now(request)[1],
    ),
]
City = Annotated[
    str,
    Words(
        Phrase("In which city is the company?"),
        help=Phrase("Its clock counts for people and channels without a time zone of their own."),
        lead=("in", "在"),
        longest=80,
        lines=False,
        suggested=lambda request: request.store.organisation.default("zone"),
    ),
]


@feature.command(
    "setup hours",
    allow=stewards,
    also=("配置 时间", "配置时间"),
    examples=("20:00 08:00", "from 19:00 to 9:00 in Shanghai", "从 19:00 到 9:00 在上海"),
    seen_by=NOBODY_ELSE,
    submit=Phrase("Preview"),
    title=Phrase("Quiet hours and time zone"),
)
def hours(request: Request, begin: From, end: To, city: City = "") -> Reply:
    """Choose when nobody is written to, and the company's time zone, and see first whom it concerns."""
    if begin == end:
        raise Problem(
            Phrase("These are the same time. For no quiet hours at all, write /upbeat setup hours off."),
            question="end",
        )
    chosen = (begin.strftime("%H:%M"), end.strftime("%H:%M"))
    return Reply(show=_preview(request, chosen, _zone(city, chosen)))


def _zone(city: str, chosen: tuple[str, ...]) -> str:
    if not city:
        return ""
    begin, end = chosen
    return one_zone(city, question="city", pick=lambda found: hours.bind(begin=begin, end=end, city=found))


@feature.command("setup hours off", allow=stewards, also=("配置 时间 关闭", "配置时间 关闭"), examples=("",))
def no_hours(request: Request) -> Reply:
    """Have no quiet hours for the company, and see first whom it concerns."""
    return Reply(show=_preview(request, (), ""))


def _preview(request: Request, chosen: tuple[str, ...], zone: str) -> Card:
    settled: dict[str, Argument] = {"chosen": chosen, "zone": zone}
    return Card(
        Phrase("Quiet hours for everybody: {hours}", hours=hours_text(chosen)),
        *_quiet_change(request, chosen),
        *(zone_change(request, zone) if zone else ()),
        Button(Phrase("Save"), save_hours.bind(**settled), style="primary"),
        Button(Phrase("Edit"), change_hours.bind(**settled)),
    )


def _quiet_change(request: Request, chosen: tuple[str, ...]) -> tuple[Part, ...]:
    own = request.store.organisation.with_own_quiet_hours()
    others = len(request.store.directory.active()) - own
    return (
        Fact(Phrase("Until now"), hours_text(request.store.setting("quiet", QUIET))),
        Section(
            Plural(
                "It holds for {n} person, by their own clock, at once.",
                "It holds for {n} people, by their own clocks, at once.",
                n=others,
            )
        ),
        *((Note(_keep_theirs(own)),) if own else ()),
        *(() if chosen else (Note(Phrase("Reminders come on workdays at any hour then.")),)),
    )


def _keep_theirs(own: int) -> Plural:
    return Plural(
        "{n} person chose quiet hours of their own and keeps them.",
        "{n} people chose quiet hours of their own and keep them.",
        n=own,
    )


@feature.button(allow=stewards)
def change_hours(request: Request, chosen: tuple[str, ...], zone: str) -> Reply:
    """Change this before it is saved."""
    begin, end = chosen or QUIET
    return Reply(ask=hours.bind(), given={"begin": begin, "end": end, "city": zone})


@feature.button(allow=stewards, once=True)
def save_hours(request: Request, chosen: tuple[str, ...], zone: str) -> Reply:
    """Save the company's quiet hours and its time zone."""
    request.store.organisation.choose_quiet(list(chosen))
    if zone:
        choose_zone(request, zone)
    return Reply(
        show=Card(
            Phrase("Saved. It holds from now on."),
            Fact(Phrase("Quiet hours"), hours_text(chosen)),
            Note(Phrase("Everybody can choose their own: /upbeat settings quiet, /upbeat settings zone.")),
        )
    )
