"""What two people agreed to do: each action has one of them as its owner and a day, and is owed until it is done."""

from datetime import date, datetime, time
from typing import Annotated

from handlers.kit.access import everyone, owner_of
from handlers.kit.calendar import at_wall
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.forms import Choice, Day, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.kit.values import dump
from handlers.one_on_ones.agenda import RECENT
from handlers.one_on_ones.meetings import AFTER, Standing
from handlers.one_on_ones.pair import (
    ACTIONS,
    Partner,
    both,
    feature,
    has_ended,
    named,
    opening,
    partner_of,
    series_of,
    shown,
    tell_partner,
)
from storage.one_on_ones import ActionItem, Series
from storage.people import Person

DUE = time(18)
REMINDED = time(9)
"""An action is due at 18:00 of its day and recalled that morning, on its owner's clock."""

DONE = "one_on_ones.action_done"
"""The route that settles what an action's owner owes."""

ME, PARTNER = "me", "partner"

Due = Annotated[date, Day(Phrase("Until when?"), lead=("by", "until", "截止", "到"), trailing=True)]
What = Annotated[str, Words(Phrase("What will be done?"), longest=500, lead=("to",))]

mine = owner_of(
    lambda request, args: request.store.one_on_ones.actions.get(
        str(args.get("action", "")), reader=request.actor.id
    ),
    "subject_id",
    "named_id",
)


@feature.command(
    "1on1 action",
    allow=everyone,
    also=("面谈 行动", "面谈行动"),
    examples=(
        "@ben next friday: send the draft",
        "@ben send the draft by next friday",
        "@ben 下周五：发出草稿",
        "@ben 发出草稿，下周五前",
    ),
    seen_by=both,
    title=Phrase("Add an action"),
)
def agree(
    request: Request,
    partner: Partner,
    due: Due,
    what: What,
    owner: Annotated[
        str,
        Choice(
            Phrase("Who does it?"),
            options=(
                Option(ME, Phrase("I do"), also=("我来做", "我")),
                Option(PARTNER, Phrase("The other one does"), also=("对方来做", "对方")),
            ),
            tagged=True,
        ),
    ] = ME,
) -> Reply:
    """Note an action that was agreed in a one-on-one."""
    refuse_past(request, due)
    ours = request.store.one_on_ones
    before = ours.between(request.actor.id, partner.id, reader=request.actor.id)
    begins = before is None or has_ended(request.store, before)
    series = ours.begin(request.actor.id, partner.id)
    whose = request.actor if owner == ME else partner
    action = ours.actions.agree(series, what, owner=whose.id, due=due, author=request.actor.id)
    owe(request, action)
    if whose is partner:
        return noted(request, series, action, _given(request, series, action))
    return noted(request, series, action, *((_begun(request, series, action),) if begins else ()))


def _begun(request: Request, series: Series, action: ActionItem) -> Tell:
    """With its first action a one-on-one begins, or goes on though it was ended: the other one hears of that."""
    card = Card(
        Phrase("{name} begins a one-on-one with you.", name=named(request.actor)),
        Section(_described(request, action)),
        opening(series),
        Note(Phrase("Only the two of you read it. Add what you want to talk about, and plan when you meet.")),
    )
    return tell_partner(request, series, card, topic=f"begun:{about(action)}")


def noted(request: Request, series: Series, action: ActionItem, *tell: Tell) -> Reply:
    """The one-on-one with an action as it is noted now, by what day, and the way to put that right."""
    # What corrects an action shows it again: the circle is closed here.
    from handlers.one_on_ones.correcting import correct

    done = Section(
        Phrase("Noted, until {day}: {what}", day=action.due, what=Verbatim(action.body)),
        button=Button(Phrase("Change"), correct.bind(action=action.id)),
    )
    return shown(request, series, *tell, done=done)


def refuse_past(request: Request, due: date) -> None:
    """Raise Problem for a day that is over."""
    if due < request.today:
        raise Problem(Phrase("This day is over. Pick today or a later one."), question="due")


def owe(request: Request, action: ActionItem) -> None:
    """Open what the owner owes."""
    owner, other = request.person(action.subject_id), request.person(str(action.named_id))
    morning = at_wall(action.due, REMINDED, owner.zone)
    request.store.obligations.open(
        owner.id,
        DONE,
        about(action),
        title=dump(Phrase("Agreed with {name}: {what}", name=named(other), what=Verbatim(action.body))),
        args={"action": action.id},
        due_at=due_at(action, owner),
        remind_at=max(morning, request.now),
        minutes=10,
    )


def about(action: ActionItem) -> str:
    """What the obligation is about; an action that was opened again is another."""
    return f"{action.id}:{action.turn}"


def due_at(action: ActionItem, owner: Person) -> datetime:
    """The moment until which the owner has time."""
    return at_wall(action.due, DUE, owner.zone)


def _given(request: Request, series: Series, action: ActionItem) -> Tell:
    title = Phrase("{name} noted an action for you from your one-on-one.", name=named(request.actor))
    return told(request, series, action, title)


def told(request: Request, series: Series, action: ActionItem, title: Text) -> Tell:
    """Tell the other one of the two what they have to do."""
    owner = request.person(action.subject_id)
    card = Card(
        title,
        Section(Verbatim(action.body), quoted=True),
        Fact(Phrase("Until"), Phrase("{at}", at=due_at(action, owner))),
        Button(Phrase("Done"), action_done.bind(action=action.id)),
        opening(series),
    )
    return tell_partner(request, series, card, topic=f"action:{about(action)}", notice=ACTIONS)


@feature.button(allow=mine)
def action_done(request: Request, action: str) -> Reply:
    """Mark an agreed action as done."""
    found, series = bound_action(request, action)
    if found.done_at is None:
        request.store.one_on_ones.actions.done(found)
        request.store.obligations.close(found.subject_id, DONE, about(found))
    return shown(request, series, done=Phrase("Done: {what}", what=Verbatim(found.body)))


@feature.button(allow=mine)
def action_open(request: Request, action: str) -> Reply:
    """Open an action again."""
    found, series = bound_action(request, action)
    if found.done_at is not None:
        request.store.one_on_ones.actions.again(found)
        owe(request, found)
    return shown(request, series)


def bound_action(request: Request, action_id: str) -> tuple[ActionItem, Series]:
    """The action behind a door for its two people."""
    action = request.store.one_on_ones.actions.get(action_id, reader=request.actor.id)
    assert action is not None  # the door asked already
    return action, series_of(request, action.series_id)


# On the card ------------------------------------------------------------------------------------------------


def parts(request: Request, series: Series, place: Standing) -> tuple[Part, ...]:
    """The open actions of both, and what was done since the last meeting."""
    since = place.last.at + AFTER if place.last else request.now - RECENT
    found = request.store.one_on_ones.actions.of(series, done_since=since, reader=request.actor.id)
    if not found:
        return ()
    return (Heading(Phrase("Actions")), *(_line(request, action) for action in found))


def _line(request: Request, action: ActionItem) -> Section:
    if action.done_at is not None:
        label, route = Phrase("Not done yet"), action_open
    else:
        label, route = Phrase("Done"), action_done
    return Section(_described(request, action), button=Button(label, route.bind(action=action.id)))


def _described(request: Request, action: ActionItem) -> Text:
    owner, what = request.person(action.subject_id), Verbatim(action.body)
    if action.done_at is not None:
        return Phrase("Done: {what} ({name})", what=what, name=named(owner))
    return Phrase("{what} ({name}, until {day})", what=what, name=named(owner), day=action.due)


def agreeing(request: Request, series: Series) -> Button:
    """The button that asks for an action."""
    return Button(Phrase("Add an action"), agree.bind(partner=partner_of(request, series).id))
