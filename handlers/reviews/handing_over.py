"""Somebody gets another manager while a cycle runs: HR says who finishes their review, and no draft is lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.calendar import local_day
from handlers.kit.cards import Button, Card, Note, Press, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import duties, raters, to_share
from handlers.reviews.review import bound_cycle, feature, has_power, runners
from handlers.reviews.telling import runner_of, tell
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import MANAGER, UPWARD, Duty, HandOver, ReviewCycle
from storage.reviews.running import MANAGER as FOR_MANAGER
from storage.store import Store

BELL = "reviews.manager"


def _changed(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """The cycles in which somebody's manager is another than the one who is written down there."""
    if not store.reviews.running.any_open():
        return {}
    now = store.directory.manager_of(person.id, local_day(store.now, person.zone))
    cycles = {cycle for cycle, manager in store.reviews.running.led_in(person.id) if now and manager != now}
    return {f"{person.id}:{cycle}": store.now for cycle in cycles if _is_news(store, cycle, person.id, now)}


def look_again(store: Store, cycle: ReviewCycle, person_id: str) -> None:
    """Look now whether somebody has another manager than the one who writes about them in a cycle."""
    store.slots.plan(BELL, f"{person_id}:{cycle.id}", store.now)


def _is_news(store: Store, cycle_id: str, person_id: str, now: str | None) -> bool:
    known = store.reviews.running.of_person(cycle_id, person_id)
    return not any(each.new_id == now for each in known)


@feature.bell("manager", plan=_changed)
def hear_of_manager(ring: Ring) -> Rung:
    """Somebody has another manager: drafts of the old one are frozen and kept, and HR says who finishes."""
    store = ring.store
    person_id, _, cycle_id = ring.about.partition(":")
    cycle, person = store.reviews.cycles.get(cycle_id), store.directory.person(person_id)
    now = store.directory.manager_of(person_id, local_day(ring.now, person.zone)) if person else None
    if cycle is None or person is None or now is None or cycle.is_test:
        return Rung(None, silence=Silence("ended"))
    told = [*_written(store, cycle, person, now), *_upward(store, cycle, person, now)]
    return Rung(None, tell=tuple(told)) if told else Rung(None, silence=Silence("done"))


def _written(store: Store, cycle: ReviewCycle, person: Person, now: str) -> list[Tell]:
    """The review by the manager: frozen if it is not handed in, and HR is asked, unless it is shared already: then
    nothing is left to finish, and nobody would read another one; who has left gives the talk away."""
    theirs = store.reviews.duties(cycle.id, subject=person.id, role=MANAGER)
    old = next((duty for duty in reversed(theirs) if duty.author_id and duty.author_id != now), None)
    if old is None or old.author_id is None or person.id in store.reviews.results.out_of(cycle.id):
        return []
    row = store.reviews.running.hand_over(cycle, person.id, old=old.author_id, new=now)
    if row is None:
        return []
    store.reviews.running.note(cycle, "manager", by=None, person=person.id, details={"to": now})
    if _shared_at(store, cycle, person.id):
        store.reviews.running.look_who_talks(cycle.id, person.id)
        return []
    told = _frozen(store, cycle, person, old) if old.state == "owed" else []
    return [*told, *_asked_of_hr(store, cycle, row, old)]


def _shared_at(store: Store, cycle: ReviewCycle, subject: str) -> datetime | None:
    result = store.reviews.results.for_the_clock(cycle.id, subject)
    return result.shared_at if result else None


def _frozen(store: Store, cycle: ReviewCycle, person: Person, old: Duty) -> list[Tell]:
    store.reviews.running.freeze(old.id, FOR_MANAGER)
    store.obligations.close(old.author_id or "", WRITE, old.id, how="manager")
    author = store.directory.person(old.author_id or "")
    if author is None or not author.active:
        return []
    name = Verbatim(person.name)
    card = Card(
        Phrase("{name} has another manager now", name=name),
        Section(
            Phrase(
                "Your review of {name} in {cycle} waits: HR says whether you finish it. What you have begun is kept"
                " for you, whatever they say.",
                name=name,
                cycle=Verbatim(cycle.name),
            )
        ),
    )
    return [tell(store, cycle, author, card, topic=f"reviews.frozen:{old.id}:{store.now:%Y%m%d%H%M}")]


def _asked_of_hr(store: Store, cycle: ReviewCycle, row: HandOver, old: Duty) -> list[Tell]:
    runner = runner_of(store, cycle)
    if runner is None:
        return []
    card = handover_card(store, cycle, row, written=old.state == "submitted")
    return [tell(store, cycle, runner, card, topic=f"reviews.handover:{row.id}")]


def handover_card(store: Store, cycle: ReviewCycle, row: HandOver, *, written: bool) -> Card:
    """What HR is asked when somebody gets another manager in the middle of a cycle."""
    directory = store.directory
    old, new = Verbatim(directory.named(row.old_id)), Verbatim(directory.named(row.new_id))
    left = not directory.people[row.old_id].active
    if written:
        state: Text = Phrase("{old} has handed in their review; it stays.", old=old)
    else:
        state = Phrase(
            "{old} has not handed in their review; what they began is frozen, and kept for them.", old=old
        )
    finishes = Phrase("{old} shares it", old=old) if written else Phrase("{old} finishes it", old=old)
    return Card(
        Phrase(
            "{name} reports to {new} now, no longer to {old}. Who finishes their review?",
            name=Verbatim(directory.named(row.subject_id)),
            new=new,
            old=old,
        ),
        Section(state),
        *(() if left else (Button(finishes, decide_manager.bind(change=row.id, choice="old")),)),
        Button(Phrase("{new} takes over", new=new), decide_manager.bind(change=row.id, choice="new")),
        *(
            ()
            if left or written
            else (Button(Phrase("Both write"), decide_manager.bind(change=row.id, choice="both")),)
        ),
        Note(
            Phrase(
                "Cycle: {cycle}. Who takes over writes a review of their own, does not see the draft of the other"
                " one, and shares the result. Where both write, their points are the proposal, and those of the other"
                " stand beside it.",
                cycle=Verbatim(cycle.name),
            )
        ),
    )


def _change_of(request: Request, args: Mapping[str, Any]) -> HandOver | None:
    return request.store.reviews.running.handed_over(str(args.get("change") or ""))


def _decides(request: Request, args: Mapping[str, Any]) -> bool:
    row = _change_of(request, args)
    cycle = request.store.reviews.cycles.get(row.cycle_id) if row else None
    return cycle is not None and has_power(request.store, request.actor.id, cycle)


deciders = Rule("who runs the cycle of this change", _decides, runners.refusal)


@feature.button(allow=deciders)
def decide_manager(request: Request, change: str, choice: str) -> Reply:
    """Say who finishes the review of somebody who has another manager."""
    row = _change_of(request, {"change": change})
    assert row is not None
    cycle = bound_cycle(request, row.cycle_id)
    if row.choice:
        raise Problem(Phrase("This was decided on {day}.", day=row.decided_at or request.now))
    if shared_at := _shared_at(request.store, cycle, row.subject_id):
        raise Problem(Phrase("It was shared on {day}.", day=shared_at))
    raters.refuse_excused(request.store, cycle, row.subject_id)
    store = request.store
    store.reviews.running.decide(row, choice, by=request.actor.id)
    store.reviews.running.note(
        cycle, "decided", by=request.actor.id, person=row.subject_id, details={"choice": choice}
    )
    if choice in ("old", "both"):
        _goes_on(store, cycle, row)
    if choice in ("new", "both"):
        _takes_over(store, cycle, row)
    return Reply(show=Card(_decided(store, row, choice), Note(Phrase("Whoever writes now hears of it."))))


def _goes_on(store: Store, cycle: ReviewCycle, row: HandOver) -> None:
    for duty in store.reviews.duties(cycle.id, subject=row.subject_id, author=row.old_id, role=MANAGER):
        if duty.state == "frozen":
            store.reviews.running.thaw(duty.id)
            duties.asked_when_due(store, cycle, duty)


def _takes_over(store: Store, cycle: ReviewCycle, row: HandOver) -> None:
    store.reviews.assign(cycle, row.subject_id, row.new_id, MANAGER)
    for duty in store.reviews.duties(cycle.id, subject=row.subject_id, author=row.new_id, role=MANAGER):
        duties.asked_when_due(store, cycle, duty)
    result = store.reviews.results.for_the_clock(cycle.id, row.subject_id)
    if result:
        store.obligations.close(row.old_id, to_share.SHARE, result.id, how="manager")
        store.reviews.results.change(result, author_id=row.new_id)
        to_share.ask(store, cycle, subject=row.subject_id)


def _decided(store: Store, row: HandOver, choice: str) -> Text:
    old, new = Verbatim(store.directory.named(row.old_id)), Verbatim(store.directory.named(row.new_id))
    if choice == "old":
        return Phrase("{old} finishes it.", old=old)
    return Phrase("{new} takes over.", new=new) if choice == "new" else Phrase("Both write.")


# What they write about their managers --------------------------------------------------------------------------------


def _upward(store: Store, cycle: ReviewCycle, person: Person, now: str) -> list[Tell]:
    """What somebody has to write about the old manager stays with them, and they are offered the new one."""
    old = [
        duty
        for duty in store.reviews.duties(cycle.id, author=person.id, role=UPWARD, state="owed")
        if duty.subject_id != now
    ]
    if not old:
        return []
    if known := store.reviews.running.hand_over(cycle, person.id, old=old[0].subject_id, new=now):
        store.reviews.running.decide(known, "themselves", by=person.id)
    name = Verbatim(store.directory.named(old[0].subject_id))
    about_new = store.reviews.cycles.is_reviewed_in(cycle.id, now)
    new = Verbatim(store.directory.named(now))
    offer = Button(
        Phrase("Write about {name} as well", name=new), offer_upward.bind(cycle=cycle.id, manager=now)
    )
    card = Card(
        Phrase("You have another manager, and a review to write"),
        Section(
            Phrase(
                "In {cycle} you were to write about {name}. It stays yours: write it for the time that you worked"
                " with them, or decline. Nobody moves it to another name.",
                cycle=Verbatim(cycle.name),
                name=name,
            )
        ),
        Button(Phrase("Your reviews"), Press("reviews.overview", {}), style="primary"),
        *((offer,) if about_new else ()),
    )
    return [tell(store, cycle, person, card, topic=f"reviews.upward:{cycle.id}:{person.id}:{now}")]


def _offered(request: Request, args: Mapping[str, Any]) -> bool:
    manager = str(args.get("manager") or "")
    cycle = request.store.reviews.cycles.get(str(args.get("cycle") or ""))
    return (
        cycle is not None
        and request.store.directory.manager_of(request.actor.id, request.today) == manager
        and request.store.reviews.cycles.is_reviewed_in(cycle.id, manager)
    )


reports = Rule(
    "who reports to a manager in the cycle", _offered, Phrase("This was for who reports to this manager.")
)


@feature.button(allow=reports)
def offer_upward(request: Request, cycle: str, manager: str) -> Reply:
    """Write about your new manager as well."""
    row = bound_cycle(request, cycle)
    if row.state != "running" or UPWARD not in row.roles:
        raise Problem(Phrase("This cycle does not run."))
    raters.refuse_excused(request.store, row, manager)
    request.store.reviews.assign(row, manager, request.actor.id, UPWARD)
    for duty in request.store.reviews.duties(row.id, subject=manager, author=request.actor.id, role=UPWARD):
        duties.asked_when_due(request.store, row, duty)
    return Reply(ask=Press("reviews.overview", {}))
