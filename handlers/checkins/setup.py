"""Setting up a team's check-ins: a form, then a preview of who is asked when, and nothing changes before *Save*."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any

from handlers.checkins import rules
from handlers.checkins.previews import preview, told_team
from handlers.checkins.questions import feature
from handlers.checkins.wishes import (
    AT,
    DAYS,
    MOOD,
    NOWHERE,
    OTHER,
    PLACE,
    UNTIL,
    WHOSE,
    Wishes,
    in_one_line,
    lead_of,
    spoken,
    starts_of,
    wished,
)
from handlers.kit.access import Rule, managers, stewards
from handlers.kit.cards import Argument, Button, Card, Note, Section
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from storage.checkins import Routine
from storage.people import Person

SEEN = Phrase(
    "The team sees when it is asked, what, and which channel quotes it. Nothing changes before you save."
)


@feature.command(
    "checkin setup",
    allow=managers | stewards,
    also=("周报 设置", "周报设置"),
    examples=("", "every workday 09:30", "每个工作日 09:30"),
    seen_by=SEEN,
)
def set_up(
    request: Request,
    lead: Annotated[Person | None, WHOSE] = None,
    days: Annotated[str, DAYS] = "",
    clock: Annotated[time | None, AT] = None,
    other: Annotated[str, OTHER] = "",
    lasts: Annotated[str, UNTIL] = "",
    mood: Annotated[str, MOOD] = "",
    place: Annotated[str, PLACE] = "",
) -> Reply:
    """Set up when and what a team is asked, and see who gets what before it is saved.

    What is typed behind the command, and is none of the choices, says when: it never becomes the questions."""
    team = lead_of(request, lead)
    if not _the_teams.check(request, {"lead": team}):
        raise Problem(_the_teams.refusal)
    answers = {"days": days, "clock": clock, "other": other, "lasts": lasts, "mood": mood, "place": place}
    wishes = {name: item for name, item in answers.items() if item}
    if wishes:
        return _previewed(request, team, in_one_line(request, wishes))
    is_known = lead is not None or team
    return Reply(ask=set_up_team.bind(lead=team) if is_known else choose.bind())


@feature.button(
    allow=stewards,
    seen_by=Phrase("Nobody sees this yet: next comes the form, which says who reads it."),
    submit=Phrase("Next"),
    title=Phrase("Set up check-ins"),
)
def choose(request: Request, lead: Annotated[Person | None, WHOSE] = None) -> Reply:
    """Choose whose check-ins to set up: the form shows how these are now."""
    return Reply(ask=set_up_team.bind(lead=lead_of(request, lead) if lead else ""))


# The form ---------------------------------------------------------------------------------------------------


def _is_theirs(request: Request, args: Mapping[str, Any]) -> bool:
    own = args.get("lead") == request.actor.id and managers.check(request, args)
    return own or stewards.check(request, args)


_the_teams = Rule(
    "the team's manager, HR or administrators",
    _is_theirs,
    Phrase("A team's check-ins are set up by its manager, HR or an administrator."),
)


def _title(request: Request, args: Mapping[str, Any]) -> Text:
    if args["lead"] in ("", request.actor.id):
        return Phrase("Set up check-ins") if args["lead"] else Phrase("Set up the company's check-ins")
    name = Verbatim(request.store.directory.named(args["lead"]))
    return Phrase("Set up the check-ins of {name}'s team", name=name)


@feature.button(allow=_the_teams, seen_by=SEEN, submit=Phrase("Preview"), title=_title)
def set_up_team(request: Request, lead: str, wishes: Annotated[dict[str, Any], Wishes]) -> Reply:
    """Say when and what this team is asked."""
    return _previewed(request, lead, wishes)


def _previewed(request: Request, lead: str, wishes: Mapping[str, Any]) -> Reply:
    routine = wished(request, lead, wishes)
    card, settled = preview(request, routine), _settled(routine)
    return Reply(
        show=Card(
            card.title,
            *card.parts,
            Button(Phrase("Save"), save.bind(**settled), style="primary"),
            Button(Phrase("Change"), reconsider.bind(**settled)),
        )
    )


def _settled(routine: Routine) -> dict[str, Argument]:
    return {
        "lead": routine.lead_id,
        "rule": routine.rule,
        "clock": routine.clock,
        "lasts": routine.lasts,
        "asked": tuple(routine.questions),
        "mood": routine.mood,
        "place": routine.place_id or "",
        "paused": routine.paused,
    }


# Saving -----------------------------------------------------------------------------------------------------


@feature.button(once=True, allow=_the_teams)
def save(
    request: Request,
    lead: str,
    rule: str,
    clock: str,
    lasts: int,
    asked: tuple,  # type: ignore[type-arg]
    mood: bool,
    place: str,
    paused: bool,
) -> Reply:
    """Save the team's check-ins as they were previewed."""
    routine = request.store.checkins.routines.save(
        lead,
        rule=rule,
        starts=starts_of(request, lead, rule),
        clock=clock,
        lasts=lasts,
        questions=list(asked),
        mood=mood,
        place_id=place or None,
        paused=paused,
    )
    return Reply(show=_saved(paused), tell=told_team(request, routine))


@feature.button(allow=_the_teams)
def reconsider(
    request: Request,
    lead: str,
    rule: str,
    clock: str,
    lasts: int,
    asked: tuple,  # type: ignore[type-arg]
    mood: bool,
    place: str,
    paused: bool,
) -> Reply:
    """Go back to the form, with everything in it that was previewed."""
    days = rules.choice_of(Routine(rule=rule, paused=paused, starts=request.today, questions=asked))
    given = {
        "days": days,
        "other": "" if days else rule,
        "clock": clock,
        "lasts": str(lasts),
        "questions": spoken(request, asked),
        "mood": "yes" if mood else "no",
        "place": place or NOWHERE,
    }
    return Reply(ask=set_up_team.bind(lead=lead), given=given)


def _saved(paused: bool) -> Card:
    when: Text = Phrase(
        "Nobody is asked anew. A window that is open now stays as it is, and anybody can still check in on any day."
    )
    if not paused:
        when = Phrase(
            "It begins with the next date of the preview. A window that is open now stays as it is."
        )
    return Card(Phrase("Saved."), Section(when), Note(Phrase("Change it whenever you like: /checkin setup")))
