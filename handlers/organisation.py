"""Set-up: HR and administrators choose the holidays, what may be switched off, and how often to remind at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from handlers.kit.access import admins, stewards
from handlers.kit.calendar import WorkCalendar
from handlers.kit.cards import Button, Card, Fact, Note, Press, Section
from handlers.kit.features import Feature
from handlers.kit.forms import Choice, Number, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim

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
            Fact(Phrase("Holidays"), _country_text(request.store.workdays.country)),
            Fact(Phrase("Reminders per person and week, at most"), Phrase("{count}", count=ceiling)),
            Fact(
                Phrase("A new manager reads past check-ins"), _yes_or_no(request.store.directory.past_is_open)
            ),
            Button(Phrase("Holidays"), holidays.bind()),
            Button(Phrase("Notifications"), notifications.bind()),
            Button(Phrase("Reminders"), reminders.bind()),
            Button(Phrase("Past check-ins"), past.bind()),
            Button(Phrase("How long records are kept"), Press("preferences.retention", {})),
            Note(
                Phrase(
                    "Also: /kudos setup, /checkin setup, /1on1 template, and /upbeat import for the people file."
                )
            ),
        )
    )


def _country_text(country: str) -> Text:
    return Verbatim(country) if country else Phrase("weekends only")


# Holidays ------------------------------------------------------------------------------------------------------------

Country = Annotated[
    str,
    Words(
        Phrase("Whose public holidays count? Two letters, like DE, US or CN; a dash for weekends only."),
        longest=2,
        lines=False,
    ),
]


@feature.command(
    "setup holidays",
    allow=stewards,
    also=("配置 假期",),
    examples=("CN", "DE"),
    seen_by=NOBODY_ELSE,
    title=Phrase("Holidays"),
)
def holidays(request: Request, country: Country) -> Reply:
    """Choose the country whose public holidays and make-up workdays count."""
    code = "" if country in ("-", "–", "—") else country.upper()
    if code and code not in _supported():
        raise Problem(
            Phrase(
                "I have no calendar for “{country}”. Write two letters, like DE, US or CN.",
                country=Verbatim(country),
            ),
            question="country",
        )
    return Reply(show=_holidays_preview(request, code))


def _supported() -> frozenset[str]:
    from holidays import list_supported_countries  # slow to import, and rarely needed

    return frozenset(list_supported_countries())


def _holidays_preview(request: Request, code: str) -> Card:
    declared = request.store.workdays.declared() if code == request.store.workdays.country else {}
    calendar = WorkCalendar(code, declared, frozenset(day.year for day in declared))
    days = (request.today + timedelta(days=n) for n in range(1, 366))
    named = [(day, name) for day in days if (name := calendar.name_of(day, request.actor.language))][:6]
    lines = [Phrase("{day}: {name}", day=day, name=Verbatim(name)) for day, name in named]
    year = request.today.year + 1
    provisional = code and calendar.is_provisional(request.today.replace(year=year, month=6, day=1))
    return Card(
        Phrase("Holidays for everybody: {country}", country=_country_text(code)),
        *([Section(Lines(tuple(lines)))] if lines else []),
        *([_provisional(year)] if provisional else []),
        Note(Phrase("On these days nobody is asked or reminded.")),
        Button(Phrase("Save"), save_holidays.bind(code=code), style="primary"),
    )


def _provisional(year: int) -> Note:
    return Note(
        Phrase(
            "The official days of {year} are not known yet; they are provisional.", year=Verbatim(str(year))
        )
    )


@feature.button(allow=stewards, once=True)
def save_holidays(request: Request, code: str) -> Reply:
    """Save the country of the holidays."""
    request.store.set_setting("country", code)
    request.store.slots.replan()
    return Reply(show=Card(Phrase("Saved. Holidays: {country}.", country=_country_text(code))))


# Notifications -------------------------------------------------------------------------------------------------------


def _notices(request: Request) -> tuple[Option, ...]:
    from handlers import FEATURES  # the features name their notices; this one only lists them

    return tuple(Option(name, title) for each in FEATURES for name, title in each.notices.items())


Which = Annotated[str, Choice(Phrase("Which notification?"), options=_notices)]
State = Annotated[
    str,
    Choice(
        Phrase("Who decides?"),
        options=(
            Option("free", Phrase("Everybody for themselves")),
            Option("on", Phrase("On for everybody")),
            Option("off", Phrase("Off for everybody")),
        ),
    ),
]


@feature.command(
    "setup notifications",
    allow=stewards,
    also=("配置 通知",),
    examples=("",),
    seen_by=NOBODY_ELSE,
    title=Phrase("Notifications"),
)
def notifications(request: Request, which: Which, state: State) -> Reply:
    """Lock a notification on or off for everybody, or leave it to each."""
    options = {option.value: option.label for option in _notices(request)}
    labels = {
        "free": Phrase("everybody decides"),
        "on": Phrase("on for everybody"),
        "off": Phrase("off for everybody"),
    }
    return Reply(
        show=Card(
            Phrase("{notice}: {state}", notice=options[which], state=labels[state]),
            Note(
                Phrase(
                    "It holds for {count} people from now on.", count=len(request.store.directory.active())
                )
            ),
            Button(Phrase("Save"), save_notification.bind(which=which, state=state), style="primary"),
        )
    )


@feature.button(allow=stewards, once=True)
def save_notification(request: Request, which: str, state: str) -> Reply:
    """Save who decides about a notification."""
    request.store.set_setting(f"lock:{which}", {"on": True, "off": False}.get(state))
    return Reply(show=Card(Phrase("Saved.")))


# Reminders -----------------------------------------------------------------------------------------------------------


Most = Annotated[int, Number(Phrase("How many reminders may a person get in a week?"), low=1, high=20)]


@feature.command(
    "setup reminders",
    allow=stewards,
    also=("配置 提醒",),
    examples=("3",),
    seen_by=NOBODY_ELSE,
    title=Phrase("Reminders"),
)
def reminders(request: Request, most: Most) -> Reply:
    """Choose how many reminders a person gets in a week at most."""
    request.store.set_setting("weekly_ceiling", most)
    return Reply(show=Card(Phrase("Saved. Nobody gets more than {most} reminders in a week.", most=most)))


# New managers --------------------------------------------------------------------------------------------------------


Reads = Annotated[
    str,
    Choice(
        Phrase("Does a new manager read the check-ins from before their time?"),
        options=(Option("yes", Phrase("Yes")), Option("no", Phrase("No"))),
        suggested=lambda request: "yes" if request.store.directory.past_is_open else "no",
    ),
]


@feature.command(
    "setup past",
    allow=stewards,
    also=("配置 过往",),
    examples=("no", "yes"),
    seen_by=NOBODY_ELSE,
    title=Phrase("Past check-ins"),
)
def past(request: Request, reads: Reads) -> Reply:
    """Choose whether a new manager reads past check-ins."""
    is_open = reads == "yes"
    return Reply(
        show=Card(
            _past_text(is_open),
            Section(
                Phrase(
                    "It holds at once, for everybody and for check-ins of any age. The forms say it, and whoever gets"
                    " a new manager is told."
                )
            ),
            Note(
                Phrase(
                    "A former manager keeps what is from their own time. Nothing else of the past is opened."
                )
            ),
            Button(Phrase("Save"), save_past.bind(is_open=is_open), style="primary"),
        )
    )


@feature.button(allow=stewards, once=True)
def save_past(request: Request, is_open: bool) -> Reply:
    """Save whether a new manager reads past check-ins."""
    request.store.roster.open_past(is_open)
    return Reply(show=Card(Phrase("Saved."), Section(_past_text(is_open))))


def _past_text(is_open: bool) -> Text:
    if is_open:
        return Phrase("A new manager reads check-ins from before their time.")
    return Phrase("A new manager does not read check-ins from before their time.")


def _yes_or_no(yes: bool) -> Text:
    return Phrase("Yes") if yes else Phrase("No")


STATES: Mapping[str, Text] = {
    "waiting": Phrase("Waiting"),
    "sending": Phrase("Being sent"),
    "sent": Phrase("Sent"),
    "expired": Phrase("Too late to be of use"),
    "cancelled": Phrase("Not needed any more"),
    "failed": Phrase("Set aside after errors"),
}


@feature.command("health", allow=admins, also=("状态",), examples=("",))
def health(request: Request) -> Reply:
    """See whether messages go out."""
    waiting = request.store.outbox.ages()
    facts = [
        Fact(STATES.get(state, Verbatim(state)), Phrase("{count}", count=number))
        for state, number in sorted(waiting.items())
    ]
    unclear = Fact(
        Phrase("Never answered by the platform"), Phrase("{count}", count=request.store.outbox.ambiguous())
    )
    return Reply(show=Card(Phrase("Messages"), *facts, unclear))
