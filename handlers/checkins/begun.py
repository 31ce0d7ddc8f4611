"""Forms of check-ins that were begun and left: nothing that was said since is lost in them, or recorded twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from handlers.checkins.questions import name_of
from handlers.kit.requests import Request
from storage.checkins import CheckIn, Window
from storage.checkins.routines import ASKED
from storage.store import Store
from storage.tables import Draft

Said = dict[str, str]

CHANGE = "checkins.change"
"""The button whose form changes a check-in."""
RECORDED = "recorded"
"""Where a form that was begun keeps which of its lines are recorded already, by question."""

# Which forms ------------------------------------------------------------------------------------------------


def form(store: Store, person_id: str) -> Draft | None:
    """The form of a new check-in, or of the one in the window that is open, if it was begun."""
    return store.drafts.of(person_id, ASKED, {})


def form_over(request: Request, row: CheckIn) -> Draft | None:
    """The same, if it is to change this check-in."""
    window = request.store.checkins.routines.window(request.actor.id)
    return form(request.store, request.actor.id) if window and row.window == window.name else None


def form_that_changes(request: Request, row: CheckIn) -> Draft | None:
    """The form that the button below this check-in opens, if it was begun."""
    return request.store.drafts.of(request.actor.id, CHANGE, {"checkin": row.id})


def shows(draft: Draft | None, row: CheckIn, window: Window | None) -> bool:
    """Whether a form showed a check-in as it is: it was opened after the last change of it, and within its window."""
    since = max(row.changed_at or row.made_at, window.opened_at if window else row.made_at)
    return draft is not None and draft.changed_at >= since


# What stands in them ----------------------------------------------------------------------------------------


def put_into(
    store: Store,
    forms: Iterable[Draft | None],
    said: Said,
    mood: int | None,
    *,
    instead_of: Mapping[str, str] | None = None,
) -> None:
    """What was typed into a form and left there would take the place of what was said since: it stands beside it."""
    for draft in forms:
        if draft is None or not draft.given:
            continue
        given = {name: item for name, item in draft.given.items() if item or name not in map(name_of, said)}
        for key, words in said.items():
            if typed := given.get(name_of(key)):
                kept = without(str(typed), (instead_of or {}).get(key, "").splitlines())
                given[name_of(key)] = together(({key: kept}, {key: words}))[key]
                known = given.get(RECORDED) or {}
                given[RECORDED] = {**known, key: [*known.get(key, ()), *words.splitlines()]}
        if mood is not None and given.get("mood"):
            given["mood"] = str(mood)
        if given != draft.given:
            store.drafts.put(draft, given)


def unrecorded(draft: Draft | None, said: Said) -> Said:
    """Without the lines that were put into the form when they were recorded in a window that is over by now."""
    known = draft.given.get(RECORDED) or {} if draft else {}
    left = {key: without(words, known.get(key, ())) for key, words in said.items()}
    return {key: words for key, words in left.items() if words} or said


# Lines ------------------------------------------------------------------------------------------------------


def together(parts: Iterable[Said]) -> Said:
    """The words of several messages under their questions; a line that was said already is not said twice."""
    made: dict[str, list[str]] = {}
    for part in parts:
        for key, words in part.items():
            lines = made.setdefault(key, [])
            lines += [line for line in words.splitlines() if line not in lines]
    return {key: "\n".join(lines) for key, lines in made.items()}


def without(words: str, lines: Collection[str]) -> str:
    """The words but for these lines."""
    return "\n".join(line for line in words.splitlines() if line not in lines)
