"""Checking in: by quick text on any day, or by the form; inside its window it can be changed, and is never doubled."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Annotated, Any

from handlers.checkins import blocked
from handlers.checkins.questions import Answers, answers_of, asks_mood, feature, keys_of, name_of, quoted
from handlers.checkins.windows import routine_of
from handlers.kit.access import Rule, everyone, readers
from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Menu, Note, Part, Press
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.typed import folded
from storage.checkins import CheckIn, Made, Routine, Window
from storage.checkins.routines import ASKED
from storage.policy import Kind
from storage.tables import Place

Said = dict[str, str]

# Who reads it -----------------------------------------------------------------------------------------------


def audience(request: Request, args: Mapping[str, Any]) -> Text:
    """Who will read what is said now: the policy's readers, and a channel if this window is quoted in one."""
    window = request.store.checkins.routines.window(request.actor.id)
    return _seen_by(request, _quoting(request, routine_of(request.store, request.actor), window))


def _same_audience(request: Request, args: Mapping[str, Any]) -> Text:
    row = request.store.checkins.by_id(args.get("checkin", ""), request.actor.id)
    return _seen_by(request, request.store.checkins.routines.place(row.quoted_in if row else None))


def _seen_by(request: Request, place: Place | None) -> Text:
    if place is None:
        return readers(Kind.CHECKIN, request)
    return Phrase(
        "Seen by you and your managers, and by everybody in {channel}, where it is quoted when the check-in closes."
        " Your mood is not quoted. HR has no access.",
        channel=Verbatim(place.name),
    )


def _quoting(request: Request, routine: Routine | None, window: Window | None) -> Place | None:
    """The channel that will quote what is said in this window."""
    if routine is None or window is None or not window.name.startswith(f"{routine.id}:"):
        return None
    return request.store.checkins.routines.place(routine.place_id)


# Saying it --------------------------------------------------------------------------------------------------


@feature.command(
    "checkin",
    allow=everyone,
    also=("周报", "check in", "check-in", "日报", "写周报", "填周报", "提交周报"),
    examples=("done login page; next payments; blocked by legal", "完成 登录页；下一步 支付；阻碍 法务"),
    seen_by=audience,
    submit=Phrase("Check in"),
    short=True,
    follows_edits=True,
    title=Phrase("Your check-in"),
)
def check_in(request: Request, answers: Annotated[dict[str, Any], Answers]) -> Reply:
    """Say what you got done, what comes next and what blocks you."""
    routine = routine_of(request.store, request.actor)
    said = _words(routine, answers)
    _refuse_wishes(request, routine, said)
    made = _made_by_message(request)
    if made and request.edits:
        return _message_edited(request, routine, made.checkin_id, said, answers.get("mood"))
    if made and made.overtaken:
        return Reply()  # what was edited since is recorded and answered
    window = request.store.checkins.routines.window(request.actor.id)
    before = request.store.checkins.in_window(request.actor.id, window)
    if before is None and request.filled:
        _refuse_what_closed_meanwhile(request)
    row = before or _recorded(request, routine, window, said)
    if _by_message(request) and made is None:
        request.store.checkins.remember_said(row, **_place_of(request), overtaken=request.edits)
    request = replace(request, edits=False)  # one that overtook its message is that message
    if before is None:
        place, title = _quoting(request, routine, window), Phrase("Checked in.")
        return _settled(request, routine, row, said, answers.get("mood"), title, place)
    if request.filled:
        return _filled_anew(request, routine, row, said, answers.get("mood"))
    parts = {**_parts(row), request.message or request.delivery: said}
    return _changed(request, routine, row, together(parts.values()), parts, said, answers.get("mood"))


feature.shortcut("check_in", Phrase("Check in"), check_in)


def _refuse_what_closed_meanwhile(request: Request) -> None:
    """The form showed a check-in that was open then, with all that it says: it would be recorded once more."""
    draft = request.store.drafts.of(request.actor.id, ASKED, {})
    last = request.store.checkins.mine(request.actor.id)
    if draft is None or last is None or last.window is None or last.closes_at is None:
        return
    if last.made_at <= draft.changed_at < last.closes_at <= request.now:
        raise Problem(_CLOSED)


def _words(routine: Routine | None, answers: Mapping[str, Any]) -> Said:
    said = answers_of(routine, answers)
    if not said and answers.get("mood") is None:
        raise Problem(
            Phrase("Please write at least one answer, such as what you got done."),
            question=name_of(keys_of(routine)[0]),
        )
    return said


_WISHED = "(?: me)?(?: my| the)?(?: last| latest| previous)?(?: check-?ins?| one)?"
WISHES = re.compile(
    f"(?:please )?(?:show|list|view|see|edit|change|delete|undo|help){_WISHED}(?: again)?(?: please)?"
    "|mine|my(?: last| latest| previous)? check-?ins?|last (?:time|one)"
    "|(?:查看|看看|看|修改|更改|编辑|删除|撤销|帮助)(?:一下)?(?:我的?)?(?:上次|上周|最近)?的?(?:周报|日报)?"
    r"|列表|我的|上次|上周|怎么写|怎么填|怎么用|@\S+"
)
"""Words that alone are nothing that somebody got done, and neither is the name of a colleague."""


def _refuse_wishes(request: Request, routine: Routine | None, said: Said) -> None:
    words = said.get(keys_of(routine)[0], "")
    alone = folded(words).strip("?？!！.。 ")
    if request.filled or len(said) > 1 or not (WISHES.fullmatch(alone) or _is_colleague(request, alone)):
        return
    raise Problem(
        Phrase("Nothing was recorded: “{words}” alone is nothing that you did.", words=Verbatim(words)),
        buttons=(
            Button(Phrase("My check-ins"), Press("checkins.history", {})),
            Button(Phrase("Check in"), check_in.bind(), style="primary"),
        ),
    )


def _is_colleague(request: Request, words: str) -> bool:
    people = request.store.directory.people.values() if words.startswith("@") else ()
    return any(folded(person.name) == words.removeprefix("@") for person in people)


def _recorded(request: Request, routine: Routine | None, window: Window | None, said: Said) -> CheckIn:
    place = _quoting(request, routine, window)
    row = request.store.checkins.record(
        request.actor.id,
        request.today,
        said,
        parts={request.message: said} if _by_message(request) else None,
        closes_at=window.closes_at if window else _midnight(request),
        window=window.name if window else None,
        quoted_in=place.id if place else None,
    )
    if window and not window.answered:
        request.store.checkins.routines.answered(request.actor.id, window)
    return row


def _midnight(request: Request) -> datetime:
    return at_wall(request.today + timedelta(days=1), time(), request.actor.zone)


def _by_message(request: Request) -> bool:
    return bool(request.message) and not request.filled


def _place_of(request: Request) -> dict[str, str]:
    return {"platform": request.platform, "channel": request.where.id, "message": request.message}


def _made_by_message(request: Request) -> Made | None:
    return request.store.checkins.said(**_place_of(request)) if _by_message(request) else None


# Changing it ------------------------------------------------------------------------------------------------

_CLOSED = Phrase("This check-in is closed and stays as it was. Send what is new as a check-in of its own.")


def _is_open(request: Request, row: CheckIn | None) -> bool:
    return row is not None and row.closes_at is not None and row.closes_at > request.now


_while_open = Rule(
    "its author, while it is open",
    lambda request, args: _is_open(
        request, request.store.checkins.by_id(args.get("checkin", ""), request.actor.id)
    ),
    _CLOSED,
)


@feature.button(allow=_while_open, seen_by=_same_audience, title=Phrase("Your check-in"))
def change(request: Request, answers: Annotated[dict[str, Any], Answers], checkin: str) -> Reply:
    """Change your check-in."""
    routine = routine_of(request.store, request.actor)
    row = request.store.checkins.by_id(checkin, request.actor.id)
    assert row is not None  # the door asked
    said, mood = _words(routine, answers), answers.get("mood")
    return _filled_anew(request, routine, row, said, mood)


def _filled_anew(
    request: Request, routine: Routine | None, row: CheckIn, said: Said, mood: int | None
) -> Reply:
    """The form shows what is asked now: what was answered to other questions before these stays."""
    asked = keys_of(routine)
    others = {key: words for key, words in (row.answers or {}).items() if key not in asked}
    if mood is None and asks_mood(routine):  # it stood in the form, and was struck out
        request.store.checkins.moods.take_back(row)
    return _changed(request, routine, row, {**others, **said}, None, said, mood)


def _message_edited(
    request: Request, routine: Routine | None, checkin_id: str, said: Said, mood: int | None
) -> Reply:
    """The check-in says what the message says now; what came from other messages stays."""
    row = request.store.checkins.by_id(checkin_id, request.actor.id)
    if row is None:
        raise Problem(
            Phrase("The message that you edited made no check-in. Send it anew, and I will record it.")
        )
    parts = _parts(row)
    if request.message not in parts:
        raise Problem(
            Phrase("You changed this check-in in its form since. Change it there again."),
            buttons=(Button(Phrase("Change"), change.bind(checkin=row.id)),),
        )
    # What no other message can have said is taken back with the words.
    is_struck = mood is None and len(parts) == 1 and request.store.checkins.moods.take_back(row)
    mood = _unless_known(request, row, mood)
    if mood is None and not is_struck and parts[request.message] == said:
        return Reply()  # Telegram calls a message edited when it only got a preview of a link
    parts[request.message] = said
    return _changed(request, routine, row, together(parts.values()), parts, said, mood)


def together(parts: Iterable[Said]) -> Said:
    """The words of several messages under their questions; a line that was said already is not said twice."""
    made: dict[str, list[str]] = {}
    for part in parts:
        for key, words in part.items():
            lines = made.setdefault(key, [])
            lines += [line for line in words.splitlines() if line not in lines]
    return {key: "\n".join(lines) for key, lines in made.items()}


def _unless_known(request: Request, row: CheckIn, mood: int | None) -> int | None:
    known = request.store.checkins.moods.of([row], reader=request.actor.id)
    return None if known.get(row.id) == mood else mood


def _parts(row: CheckIn) -> dict[str, Said]:
    return dict(row.parts or {"": row.answers or {}})


def _changed(
    request: Request,
    routine: Routine | None,
    row: CheckIn,
    answers: Said,
    parts: dict[str, Said] | None,
    said: Said,
    mood: int | None,
) -> Reply:
    if not _is_open(request, row):
        raise Problem(_CLOSED, buttons=(Button(Phrase("Check in"), check_in.bind(), style="primary"),))
    request.store.checkins.update(row, answers, parts)
    place = request.store.checkins.routines.place(row.quoted_in)
    return _settled(request, routine, row, said, mood, Phrase("Your check-in is updated."), place)


# What is shown ----------------------------------------------------------------------------------------------


def _settled(
    request: Request,
    routine: Routine | None,
    row: CheckIn,
    said: Said,
    mood: int | None,
    title: Text,
    place: Place | None,
) -> Reply:
    """After it was recorded or changed: mood and blockers are kept, homes change, the person sees what stands there."""
    request.store.checkins.moods.keep(row, mood)
    tell = blocked.keep(request, row, said.get("blocked", "")) if "blocked" in keys_of(routine) else ()
    manager = request.store.directory.manager_of(request.actor.id, request.now.date())
    request.store.touch(request.actor.id, manager)
    card = Card(
        title,
        *quoted(row),
        *blocked.still_open(request, row),
        Button(Phrase("Change"), change.bind(checkin=row.id)),
        *_progress(request),
        *(() if mood is None else (Note(Phrase("Your mood is noted. Only you see it.")),)),
        Note(_seen_by(request, place)),
    )
    return Reply(show=card, tell=tell)


MOST_RESULTS = 25
"""Key results in the menu."""


def _progress(request: Request) -> tuple[Part, ...]:
    """Whoever just wrote what they got done can say what it moves."""
    options = tuple(
        Button(
            Phrase("{number}. {title}", number=Verbatim(row.called), title=Verbatim(row.title)),
            Press("goals.say", {"result": row.id}),
        )
        for row in request.store.goals.mine(request.actor.id)[:MOST_RESULTS]
    )
    return (Menu(Phrase("Say how far it is"), options),) if options else ()
