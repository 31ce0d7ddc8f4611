"""What a team's check-ins may be set up to be: the form, and the routine that its answers make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, time
from itertools import islice
from typing import Any

from handlers.checkins import rules
from handlers.checkins.questions import IN_CHINESE, LABELS, STANDARD, keys_of
from handlers.checkins.windows import CLOCK, DUE, LASTS
from handlers.kit.clocks import without_clock
from handlers.kit.forms import NO, YES, Choice, Clock, Colleague, Option, Question, Sheet, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Request
from handlers.kit.text import Phrase, Verbatim
from storage.checkins import Routine
from storage.people import Person

MOST_QUESTIONS = 6
LONGEST_QUESTION = 200
MOST_PLACES = 90
"""Channels that a menu offers; Slack's takes a hundred."""

NOWHERE = "none"
LASTING = (
    Option("0", Phrase("Until that evening"), also=("到当天晚上", "当天")),
    Option("1", Phrase("Until the next workday's evening"), also=("到下一个工作日晚上", "次日")),
    Option("2", Phrase("Two more workdays"), also=("再延长两个工作日", "两天")),
    Option("4", Phrase("Four more workdays"), also=("再延长四个工作日", "四天")),
)


# The questions ----------------------------------------------------------------------------------------------

WHOSE = Colleague(
    Phrase("Whose team?"),
    help=Phrase("Leave it empty for everybody whose team has no check-ins of its own."),
    required=False,
    yourself=True,
)
DAYS = Choice(Phrase("On which days?"), name="days", required=False, options=rules.CHOICES)
AT = Clock(Phrase("At what time, on each one's own clock?"), name="clock", required=False, lead=("at",))
OTHER = Words(
    Phrase("Other days?"),
    help=Phrase("Only if none of the choices fits: “Mon, Thu”, or a rule such as FREQ=MONTHLY;BYDAY=1MO."),
    name="other",
    required=False,
    lines=False,
    longest=200,
)
UNTIL = Choice(Phrase("For how long can they write?"), name="lasts", required=False, options=LASTING)
MOOD = Choice(
    Phrase("Ask for the mood?"),
    help=Phrase("Each mood is private. You see the team's mean of five people or more."),
    name="mood",
    required=False,
    options=(YES, NO),
)
_OWN = Words(
    Phrase("Which questions?"),
    help=Phrase(
        "One on each line, {most} at most. The words done, next and blocked stand for the usual three.",
        most=MOST_QUESTIONS,
    ),
    name="questions",
    required=False,
)


def _places(request: Request) -> tuple[Option, ...]:
    found = islice(request.store.checkins.routines.places(), MOST_PLACES)
    nowhere = Option(NOWHERE, Phrase("None"))
    return (nowhere, *(Option(place.id, Verbatim(place.name)) for place in found))


PLACE = Choice(
    Phrase("Which channel quotes what was shared?"),
    help=Phrase("It never says who wrote nothing."),
    name="place",
    required=False,
    options=_places,
)


def _sheet(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    """The questions about the check-ins of the team of `lead`, with how they are now; a channel quotes one team."""
    lead = args.get("lead", "")

    def so_far(read: Callable[[Routine | None], str]) -> Callable[[Request], str]:
        return lambda request: read(request.store.checkins.routines.of(lead))

    return (
        replace(DAYS, suggested=so_far(rules.choice_of)),
        replace(AT, suggested=so_far(lambda now: now.clock if now else CLOCK.strftime("%H:%M"))),
        replace(OTHER, suggested=so_far(lambda now: now.rule if now and not rules.choice_of(now) else "")),
        replace(UNTIL, suggested=so_far(lambda now: str(now.lasts if now else LASTS))),
        replace(MOOD, suggested=so_far(lambda now: "yes" if now is None or now.mood else "no")),
        *((replace(PLACE, suggested=so_far(lambda now: (now and now.place_id) or NOWHERE)),) if lead else ()),
        replace(_OWN, suggested=so_far(lambda now: spoken(request, keys_of(now)))),
    )


Wishes = Sheet(Phrase("The team's check-ins"), of=_sheet)


def own_lead(request: Request) -> str:
    """Whose check-ins somebody sets up who names nobody: a manager their own, HR those of the company."""
    return "" if request.actor.role in ("hr", "admin") else request.actor.id


def lead_of(request: Request, lead: Person | None) -> str:
    """Whose team is meant; raises Problem where there is none."""
    if lead is None:
        return own_lead(request)
    if not request.store.directory.reports_of(lead.id, request.now.date()):
        raise Problem(
            Phrase("Nobody reports to {name}, so there is no team to ask.", name=Verbatim(lead.name)),
            question="lead",
        )
    return lead.id


def spoken(request: Request, keys: Iterable[str]) -> str:
    """The questions as their asker writes them, one on each line."""
    words = IN_CHINESE if request.actor.language == "zh" else {}
    return "\n".join(words.get(key, key) for key in keys)


# What was wished --------------------------------------------------------------------------------------------


def wished(request: Request, lead: str, wishes: Mapping[str, Any]) -> Routine:
    """The routine of the answers; what was left open is as it is for this team: by its own, the company's or the
    default."""
    before = request.store.checkins.routines.of(lead) or Routine(
        starts=request.today, questions=list(STANDARD)
    )
    clock = wishes.get("clock") or time.fromisoformat(before.clock)
    if clock >= DUE:
        raise Problem(Phrase("Please ask before {clock}, when it is due.", clock=DUE), question="clock")
    days, other = wishes.get("days", rules.choice_of(before)), wishes.get("other", "")
    if wishes.get("days") and other == before.rule:
        other = ""  # it stood in the form, and is not what was chosen there
    rule = rules.rule_text(days, other, request.today, clock) if days or other else before.rule
    return Routine(
        lead_id=lead,
        starts=starts_of(request, lead, rule),
        paused=days == rules.NEVER and not other,
        rule=rule,
        clock=clock.strftime("%H:%M"),
        lasts=int(wishes.get("lasts", before.lasts)),
        questions=_own_questions(wishes.get("questions", "")) or list(before.questions),
        mood=wishes["mood"] == "yes" if "mood" in wishes else before.mood,
        place_id=_place(lead, wishes.get("place", before.place_id)),
    )


def starts_of(request: Request, lead: str, rule: str) -> date:
    """From which day on a rule is counted: "every two weeks" goes on in the same weeks as long as it is asked by."""
    before = request.store.checkins.routines.of(lead)
    return before.starts if before and before.rule == rule and not before.paused else request.today


def in_one_line(request: Request, wishes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Typed behind the command, the first of several weekdays was taken for the only one, and the time may stand behind
    them: "Mon, Thu 9:30"."""
    days, clock = without_clock(wishes.get("other", ""), request.actor.language)
    if not days.strip():
        return wishes
    first = f"{wishes['days']} " if wishes.get("days") in rules.CODES else ""
    return {**wishes, "other": first + days, **({"clock": clock} if clock else {})}


def _own_questions(words: str) -> list[str]:
    standard = {label: key for key in STANDARD for label in LABELS[key]}
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    keys: list[str] = []
    for line in lines:
        key = standard.get(line.casefold(), line)
        keys += [each for each in [line if key in keys else key] if each not in keys]
    if len(keys) > MOST_QUESTIONS or any(len(key) > LONGEST_QUESTION for key in keys):
        raise Problem(
            Phrase(
                "Please ask {most} questions at most, each in {longest} characters or fewer.",
                most=MOST_QUESTIONS,
                longest=LONGEST_QUESTION,
            ),
            question="questions",
        )
    return keys


def _place(lead: str, wished: str | None) -> str | None:
    if wished in (None, "", NOWHERE):
        return None
    if not lead:
        raise Problem(
            Phrase("A channel quotes one team. Say whose team it is, or pick no channel."), question="place"
        )
    return wished
