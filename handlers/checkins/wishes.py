"""What a team's check-ins may be set up to be: the form, and the routine that its answers make."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


# The form ---------------------------------------------------------------------------------------------------


def _sheet(request: Request, args: dict[str, Any]) -> tuple[Question, ...]:
    whose = Colleague(
        Phrase("Whose team?"),
        help=Phrase("Leave it empty for everybody whose team has no check-ins of its own."),
        name="lead",
        required=False,
        yourself=True,
    )
    asked = _questions(request)
    return (whose, *asked) if request.actor.role in ("hr", "admin") else asked


def _questions(request: Request) -> tuple[Question, ...]:
    # What is typed behind the command, and is none of the choices, says when: it never becomes the questions.
    return (_days(), _clock(), _other_days(), _lasting(), _mood(), _place_of(request), _own())


def _days() -> Question:
    return Choice(
        Phrase("On which days?"),
        name="days",
        required=False,
        options=rules.CHOICES,
        suggested=_so_far(rules.choice_of),
    )


def _clock() -> Question:
    return Clock(
        Phrase("At what time, on each one's own clock?"),
        name="clock",
        required=False,
        lead=("at",),
        suggested=_so_far(lambda routine: routine.clock if routine else CLOCK.strftime("%H:%M")),
    )


def _lasting() -> Question:
    return Choice(
        Phrase("For how long can they write?"),
        name="lasts",
        required=False,
        options=LASTING,
        suggested=_so_far(lambda routine: str(routine.lasts if routine else LASTS)),
    )


def _mood() -> Question:
    return Choice(
        Phrase("Ask for the mood?"),
        help=Phrase("Each mood is private. You see the team's mean of five people or more."),
        name="mood",
        required=False,
        options=(YES, NO),
        suggested=_so_far(lambda routine: "yes" if routine is None or routine.mood else "no"),
    )


def _place_of(request: Request) -> Question:
    return Choice(
        Phrase("Which channel quotes what was shared?"),
        help=Phrase("It never says who wrote nothing."),
        name="place",
        required=False,
        options=_places(request),
        suggested=_so_far(lambda routine: routine.place_id or NOWHERE if routine else NOWHERE),
    )


def _own() -> Question:
    return Words(
        Phrase("Which questions?"),
        help=Phrase(
            "One on each line, {most} at most. The words done, next and blocked stand for the usual three.",
            most=MOST_QUESTIONS,
        ),
        name="questions",
        required=False,
        suggested=_questions_so_far,
    )


def _other_days() -> Question:
    return Words(
        Phrase("Other days?"),
        help=Phrase(
            "Only if none of the choices fits: “Mon, Thu”, or a rule such as FREQ=MONTHLY;BYDAY=1MO."
        ),
        name="other",
        required=False,
        lines=False,
        longest=200,
        suggested=_so_far(lambda routine: routine.rule if routine and not rules.choice_of(routine) else ""),
    )


def _so_far(read: Callable[[Routine | None], str]) -> Callable[[Request], str]:
    return lambda request: read(_known(request))


def _known(request: Request) -> Routine | None:
    """What is set up already: for the company, or for a manager's own team."""
    return request.store.checkins.routines.own(own_lead(request))


def own_lead(request: Request) -> str:
    return "" if request.actor.role in ("hr", "admin") else request.actor.id


def _questions_so_far(request: Request) -> str:
    return spoken(request, keys_of(_known(request)))


def spoken(request: Request, keys: Iterable[str]) -> str:
    """The questions as their asker writes them, one on each line."""
    words = IN_CHINESE if request.actor.language == "zh" else {}
    return "\n".join(words.get(key, key) for key in keys)


def _places(request: Request) -> tuple[Option, ...]:
    found = islice(request.store.checkins.routines.places(), MOST_PLACES)
    nowhere = Option(NOWHERE, Phrase("None"))
    return (nowhere, *(Option(place.id, Verbatim(place.name)) for place in found))


Wishes = Sheet(Phrase("The team's check-ins"), of=_sheet)


# What was wished --------------------------------------------------------------------------------------------


def wished(request: Request, wishes: Mapping[str, Any]) -> Routine:
    """The routine of the answers; what was left open is as it was, or as it is by default."""
    wishes = wishes if request.filled else _in_one_line(request, wishes)
    lead = _lead(request, wishes)
    before = request.store.checkins.routines.own(lead) or Routine(
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
    before = request.store.checkins.routines.own(lead)
    return before.starts if before and before.rule == rule and not before.paused else request.today


def _in_one_line(request: Request, wishes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Typed behind the command, the first of several weekdays was taken for the only one, and the time may stand behind
    them: "Mon, Thu 9:30"."""
    days, clock = without_clock(wishes.get("other", ""), request.actor.language)
    if not days.strip():
        return wishes
    first = f"{wishes['days']} " if wishes.get("days") in rules.CODES else ""
    return {**wishes, "other": first + days, **({"clock": clock} if clock else {})}


def _lead(request: Request, wishes: Mapping[str, Any]) -> str:
    lead = wishes.get("lead")
    if lead is None:
        return own_lead(request)
    if not request.store.directory.reports_of(lead.id, request.today):
        raise Problem(
            Phrase("Nobody reports to {name}, so there is no team to ask.", name=Verbatim(lead.name)),
            question="lead",
        )
    return str(lead.id)


def _own_questions(words: str) -> list[str]:
    standard = {label: key for key in STANDARD for label in LABELS[key]}
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    keys = list(dict.fromkeys(standard.get(line.casefold(), line) for line in lines))
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
