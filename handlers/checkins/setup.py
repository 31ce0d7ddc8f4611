"""Setting up a team's check-ins: a form, then a preview of who is asked when, and nothing changes before *Save*."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from handlers.checkins import rules
from handlers.checkins.previews import preview, told_team
from handlers.checkins.questions import feature
from handlers.checkins.wishes import NOWHERE, Wishes, spoken, starts_of, wished
from handlers.kit.access import Rule, managers, stewards
from handlers.kit.cards import Argument, Button, Card, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text
from storage.checkins import Routine


@feature.command(
    "checkin setup",
    allow=managers | stewards,
    also=("周报 设置", "周报设置"),
    examples=("", "every workday 09:30"),
    seen_by=Phrase(
        "The team sees when it is asked, what, and which channel quotes it. Nothing changes before you save."
    ),
    submit=Phrase("Preview"),
    title=Phrase("Set up check-ins"),
)
def set_up(request: Request, wishes: Annotated[dict[str, Any], Wishes]) -> Reply:
    """Set up when and what a team is asked, and see who gets what before it is saved."""
    routine = wished(request, wishes)
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


def _is_theirs(request: Request, args: Mapping[str, Any]) -> bool:
    own = args.get("lead") == request.actor.id and managers.check(request, args)
    return own or stewards.check(request, args)


_the_teams = Rule(
    "the team's manager, HR or administrators",
    _is_theirs,
    Phrase("A team's check-ins are set up by its manager, HR or an administrator."),
)


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
        **({"lead": lead} if lead else {}),
        "days": days,
        "other": "" if days else rule,
        "clock": clock,
        "lasts": str(lasts),
        "questions": spoken(request, asked),
        "mood": "yes" if mood else "no",
        "place": place or NOWHERE,
    }
    return Reply(ask=set_up.bind(), given=given)


def _saved(paused: bool) -> Card:
    when: Text = Phrase("Nobody is asked any more. Anybody can still check in on any day.")
    if not paused:
        when = Phrase(
            "It begins with the next date of the preview. A window that is open now stays as it is."
        )
    return Card(Phrase("Saved."), Section(when), Note(Phrase("Change it whenever you like: /checkin setup")))
