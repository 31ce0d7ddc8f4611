"""An action that was noted wrongly is put right: what will be done, or until when."""

from collections.abc import Mapping
from typing import Any

from handlers.kit.access import readers
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text
from handlers.one_on_ones.actions import (
    DONE,
    Due,
    What,
    about,
    bound_action,
    mine,
    noted,
    owe,
    refuse_past,
    told,
)
from handlers.one_on_ones.pair import feature, named
from storage.policy import Kind


@feature.button(allow=mine)
def correct(request: Request, action: str) -> Reply:
    """Change an action that was noted."""
    found, _ = bound_action(request, action)
    given = {"due": found.due.isoformat(), "what": found.body}
    return Reply(ask=change_action.bind(action=action), given=given)


def _audience(request: Request, args: Mapping[str, Any]) -> Text:
    _, series = bound_action(request, str(args["action"]))
    return readers(Kind.ONE_ON_ONE, request, named=request.person(series.other_than(request.actor.id)))


def _refuse_done(request: Request, args: Mapping[str, Any]) -> None:
    found, _ = bound_action(request, args["action"])
    if found.done_at is not None:
        raise Problem(Phrase("This is done already. Mark it as not done yet to change it."))


@feature.button(allow=mine, seen_by=_audience, title=Phrase("Change the action"), over=_refuse_done)
def change_action(request: Request, action: str, due: Due, what: What) -> Reply:
    """Change what will be done, or until when."""
    found, series = bound_action(request, action)
    refuse_past(request, due)
    request.store.obligations.close(found.subject_id, DONE, about(found), how="changed")
    request.store.one_on_ones.actions.correct(found, what, due=due)
    owe(request, found)
    if found.subject_id == request.actor.id:
        return noted(request, series, found)
    title = Phrase("{name} changed an action for you from your one-on-one.", name=named(request.actor))
    return noted(request, series, found, told(request, series, found, title))
