"""HR and administrators see how Upbeat works for the company, with a door to each part of it."""

from __future__ import annotations

from handlers.kit.access import stewards
from handlers.kit.cards import Button, Card, Fact, Note, Press
from handlers.kit.features import Feature
from handlers.kit.hours import QUIET, hours_text
from handlers.kit.requests import Reply, Request
from handlers.kit.text import LANGUAGES, Phrase, Text, Verbatim
from handlers.kit.zones import zone_text

feature = Feature("organisation", title=Phrase("Set-up"))

NOBODY_ELSE = Phrase("Seen by HR and administrators. It is noted who changed it.")


@feature.command("setup", allow=stewards, also=("配置",), examples=("",))
def setup(request: Request) -> Reply:
    """See and change how Upbeat works for the company."""
    ceiling = request.store.setting("weekly_ceiling", 5)
    return Reply(
        show=Card(
            Phrase("How Upbeat works for the company"),
            Fact(Phrase("People"), Phrase("{count}", count=len(request.store.directory.active()))),
            Fact(Phrase("Holidays"), country_text(request.store.workdays.country)),
            Fact(Phrase("Quiet hours"), hours_text(request.store.setting("quiet", QUIET))),
            Fact(Phrase("Time zone"), company_zone(request)),
            Fact(Phrase("Language"), Verbatim(LANGUAGES[request.store.directory.language])),
            Fact(Phrase("Reminders per person and week, at most"), Phrase("{count}", count=ceiling)),
            Fact(
                Phrase("A new manager reads past check-ins and goals"),
                _yes_or_no(request.store.directory.past_is_open),
            ),
            Button(Phrase("Holidays"), Press("organisation.holidays", {})),
            Button(Phrase("Quiet hours and time zone"), Press("organisation.hours", {})),
            Button(Phrase("Language"), Press("organisation.language", {})),
            Button(Phrase("A team's time zone"), Press("organisation.team", {})),
            Button(Phrase("Notifications"), Press("organisation.notifications", {})),
            Button(Phrase("Reminders"), Press("organisation.reminders", {})),
            Button(Phrase("Past check-ins and goals"), Press("organisation.past", {})),
            Button(Phrase("How long records are kept"), Press("preferences.retention", {})),
            Note(_also(request)),
        )
    )


def _also(request: Request) -> Text:
    if request.actor.role == "hr":
        return Phrase(
            "Also: /kudos setup, /checkin setup, /1on1 template, and /upbeat import for the people file."
        )
    return Phrase(
        "Also: /kudos setup, /checkin setup, and /1on1 template. The people file is imported by HR here, or with"
        " “upbeat people import FILE” on the machine where I run."
    )


def country_text(country: str) -> Text:
    """A country as it is shown."""
    return Verbatim(country) if country else Phrase("weekends only")


def company_zone(request: Request) -> Text:
    """The company's zone, and whether somebody chose it."""
    shown = zone_text(request.store.directory.zone, request.now)
    if request.store.organisation.default("zone"):
        return shown
    return Phrase("{zone} (most people live there; nobody chose it)", zone=shown)


def _yes_or_no(yes: bool) -> Text:
    return Phrase("Yes") if yes else Phrase("No")
