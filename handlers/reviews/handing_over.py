"""Somebody gets another manager while a cycle runs: HR says who finishes their review, and no draft is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from handlers.kit.access import Rule
from handlers.kit.calendar import ONE_DAY
from handlers.kit.cards import Button, Card, Fact, Note, Section
from handlers.kit.features import Ring, Rung, Silence
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import deadlines, duties, former_managers, raters, settling, to_share
from handlers.reviews.review import bound_cycle, feature, has_power, refuse_own_line, runners
from handlers.reviews.telling import runner_of, tell
from handlers.reviews.writing import WRITE
from storage.people import Person
from storage.reviews import MANAGER, Duty, HandOver, ReviewCycle, ReviewResult
from storage.reviews.hand_overs import THEMSELVES
from storage.reviews.running import MANAGER as FOR_MANAGER
from storage.store import Store


def _changed(store: Store, person: Person, after: datetime) -> Mapping[str, datetime]:
    """The cycles in which somebody's manager is another than the one who is written down there."""
    if not store.reviews.running.any_open():
        return {}
    now = store.directory.manager_of(person.id, store.now.date())
    cycles = {
        cycle for cycle, manager in store.reviews.hand_overs.led_in(person.id) if now and manager != now
    }
    return {f"{person.id}:{cycle}": store.now for cycle in cycles if _is_news(store, cycle, person.id, now)}


def _is_news(store: Store, cycle_id: str, person_id: str, now: str | None) -> bool:
    known = store.reviews.hand_overs.of_person(cycle_id, person_id)
    return not known or known[-1].new_id != now


@feature.bell("manager", plan=_changed)
def hear_of_manager(ring: Ring) -> Rung:
    """Somebody has another manager: drafts of the old one are frozen and kept, and HR says who finishes."""
    store = ring.store
    person_id, _, cycle_id = ring.about.partition(":")
    cycle, person = store.reviews.cycles.get(cycle_id), store.directory.person(person_id)
    now = store.directory.manager_of(person_id, ring.now.date()) if person else None
    if cycle is None or person is None or now is None or cycle.is_test:
        return Rung(None, silence=Silence("ended"))
    if cycle.state == "paused":
        # When it goes on, nobody is asked for what is late: who takes over in a pause would not be either.
        tomorrow = ring.now + ONE_DAY
        return Rung(tomorrow, silence=Silence("paused", tomorrow))
    known = {each.new_id for each in store.reviews.hand_overs.of_person(cycle_id, person_id)}
    settling.pass_on(store, cycle, person.id)
    told = _written(store, cycle, person, now)
    told += () if now in known else former_managers.offer_new(store, cycle, person, now)
    return Rung(None, tell=told) if told else Rung(None, silence=Silence("done"))


def _written(store: Store, cycle: ReviewCycle, person: Person, now: str) -> tuple[Tell, ...]:
    """The review by the manager: frozen if it is not handed in, and HR is asked, unless it is shared already: then
    nothing is left to finish, and nobody would read another one; who has left gives the talk away. If it is theirs to
    finish who is the manager again, HR need not say so."""
    running, hand_overs = store.reviews.running, store.reviews.hand_overs
    result = store.reviews.results.for_the_clock(cycle.id, person.id)
    if result is None or result.out_at:
        return ()
    if result.author_id is None:
        _first_one(store, cycle, result, now)
        return ()
    known = [each for each in hand_overs.of_person(cycle.id, person.id) if each.choice != THEMSELVES]
    if now == (known[-1].new_id if known else result.author_id):
        return _of_leaver(store, cycle, person, result, known)
    row = hand_overs.keep(cycle, person.id, old=result.author_id, new=now)
    running.note(cycle, "manager", by=None, person=person.id, details={"to": now})
    if result.shared_at:
        running.look_who_talks(cycle.id, person.id)
        return ()
    if result.author_id == now:
        hand_overs.decide(row, "old", by=None)
        asked = [each for each in known if not each.choice]
        return _as_before(store, cycle, person, store.directory.people[now], asked)
    return _another_one(store, cycle, person, row)


def _of_leaver(
    store: Store, cycle: ReviewCycle, person: Person, result: ReviewResult, known: Sequence[HandOver]
) -> tuple[Tell, ...]:
    """HR had said that the manager before finishes it, and they have left since they did: HR is asked again."""
    author = store.directory.people[result.author_id or ""]
    is_theirs = known and known[-1].choice == "old" and known[-1].new_id != author.id
    if author.active or result.shared_at or not is_theirs:
        return ()
    row = store.reviews.hand_overs.keep(cycle, person.id, old=author.id, new=known[-1].new_id)
    return _another_one(store, cycle, person, row)


def _first_one(store: Store, cycle: ReviewCycle, result: ReviewResult, manager: str) -> None:
    """Somebody who had no manager has one, who writes about them and answers for the result."""
    store.reviews.results.change(result, author_id=manager)
    store.reviews.running.note(cycle, "manager", by=None, person=result.subject_id, details={"to": manager})
    _writes(store, cycle, result.subject_id, manager)
    deadlines.plan(store, cycle, subject=result.subject_id)


def _another_one(store: Store, cycle: ReviewCycle, person: Person, row: HandOver) -> tuple[Tell, ...]:
    """What who answers for the result has not handed in is frozen, for who has left too, in case they are back, and HR
    says who finishes it."""
    has_left = not store.directory.people[row.old_id].active
    open_ = ("owed", "frozen") if has_left else ("owed",)
    theirs = store.reviews.duties(cycle.id, subject=person.id, author=row.old_id, role=MANAGER)
    told = [each for duty in theirs if duty.state in open_ for each in _frozen(store, cycle, person, duty)]
    return (*told, *_asked_of_hr(store, cycle, row))


def _as_before(
    store: Store, cycle: ReviewCycle, person: Person, author: Person, asked: Iterable[HandOver]
) -> tuple[Tell, ...]:
    """Somebody has again the manager who was to finish the review before HR said anything: it goes on, and what was
    told of it stands no more."""
    waited = _writes(store, cycle, person.id, author.id)
    name, manager = Verbatim(person.name), Verbatim(author.name)
    again = Phrase("{name} reports to {manager} again", name=name, manager=manager)
    fact = Fact(Phrase("Cycle"), Verbatim(cycle.name))
    over = Card(
        again, fact, Section(Phrase("{old} finishes the review. Nothing is left to decide.", old=manager))
    )
    mine = Card(again, fact, Section(Phrase("Your review of {name} goes on where you left it.", name=name)))
    runner = _who_says(store, cycle, person.id)
    questions = [tell(store, cycle, runner, over, over=_question(row)) for row in asked] if runner else ()
    goes_on = (tell(store, cycle, author, mine, over=_freezing(cycle, person)),) if waited else ()
    return (*questions, *goes_on)


def _question(row: HandOver) -> str:
    return f"reviews.handover:{row.id}"


def _freezing(cycle: ReviewCycle, person: Person) -> str:
    return f"reviews.frozen:{cycle.id}:{person.id}"


def _frozen(store: Store, cycle: ReviewCycle, person: Person, old: Duty) -> tuple[Tell, ...]:
    store.reviews.running.freeze(old.id, FOR_MANAGER)
    store.obligations.pass_on(old.author_id or "", WRITE, old.id)
    author = store.directory.person(old.author_id or "")
    if author is None or not author.active:
        return ()
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
    topic = f"reviews.frozen:{old.id}:{store.now:%Y%m%d%H%M}"
    return (tell(store, cycle, author, card, topic=topic, about=_freezing(cycle, person)),)


def _who_says(store: Store, cycle: ReviewCycle, subject: str) -> Person | None:
    """Who of HR says who finishes a review: not who reports to whom it is about, unless there is nobody else, since
    somebody has to."""
    return runner_of(store, cycle, about=subject) or runner_of(store, cycle)


def _asked_of_hr(store: Store, cycle: ReviewCycle, row: HandOver) -> tuple[Tell, ...]:
    runner = _who_says(store, cycle, row.subject_id)
    if runner is None:
        return ()
    card = handover_card(store, cycle, row)
    topic = f"{_question(row)}:{store.now:%Y%m%d%H%M}"
    return (tell(store, cycle, runner, card, topic=topic, about=_question(row)),)


def handover_card(store: Store, cycle: ReviewCycle, row: HandOver) -> Card:
    """What HR is asked when somebody gets another manager in the middle of a cycle."""
    directory = store.directory
    by_old = store.reviews.duties(cycle.id, subject=row.subject_id, author=row.old_id, role=MANAGER)
    written = any(duty.state == "submitted" for duty in by_old)
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
                "Cycle: {cycle}. Whoever takes over writes a review of their own, does not see the draft of the other"
                " one, and shares the result. Where both write, their points are the proposal, and those of the other"
                " stand beside it.",
                cycle=Verbatim(cycle.name),
            )
        ),
    )


def _change_of(request: Request, args: Mapping[str, Any]) -> HandOver | None:
    return request.store.reviews.hand_overs.get(str(args.get("change") or ""))


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
    store = request.store
    _refuse_over(request, cycle, row, choice)
    raters.refuse_excused(store, cycle, row.subject_id)
    store.reviews.hand_overs.decide(row, choice, by=request.actor.id)
    store.reviews.running.note(
        cycle, "decided", by=request.actor.id, person=row.subject_id, details={"choice": choice}
    )
    if choice in ("old", "both"):
        _writes(store, cycle, row.subject_id, row.old_id)
    if choice in ("new", "both"):
        _takes_over(store, cycle, row)
    deadlines.plan(store, cycle, subject=row.subject_id)
    return Reply(show=Card(_decided(store, row, choice), Note(Phrase("Whoever writes now hears of it."))))


def _refuse_over(request: Request, cycle: ReviewCycle, row: HandOver, choice: str) -> None:
    """Raise Problem where there is nothing left to decide, or nobody who could do what is chosen."""
    directory, reviews = request.store.directory, request.store.reviews
    if row.choice:
        raise Problem(Phrase("This was decided on {day}.", day=row.decided_at or request.now))
    if cycle.state == "paused":
        raise Problem(Phrase("This cycle is paused. Say who finishes the review when it goes on."))
    if runner_of(request.store, cycle, about=row.subject_id):
        refuse_own_line(request, row.subject_id)
    result = reviews.results.for_the_clock(cycle.id, row.subject_id)
    if result and result.shared_at:
        raise Problem(Phrase("It was shared on {day}.", day=result.shared_at))
    newest = reviews.hand_overs.of_person(cycle.id, row.subject_id)[-1]
    if newest.new_id != row.new_id:
        name, manager = (Verbatim(directory.named(each)) for each in (row.subject_id, newest.new_id))
        raise Problem(Phrase("{name} reports to {manager} by now.", name=name, manager=manager))
    writes = {"old": (row.old_id,), "new": (row.new_id,)}.get(choice, (row.old_id, row.new_id))
    for person in (row.subject_id, *writes):
        if not directory.people[person].active:
            name = Verbatim(directory.named(person))
            raise Problem(Phrase("{name} does not work here any more.", name=name))


def _writes(store: Store, cycle: ReviewCycle, subject: str, author: str) -> bool:
    """Somebody is to write about a person as their manager, or goes on with it; returns whether it was frozen."""
    store.reviews.assign(cycle, subject, author, MANAGER)
    theirs = store.reviews.duties(cycle.id, subject=subject, author=author, role=MANAGER)
    for duty in theirs:
        if duty.state == "frozen":
            store.reviews.running.thaw(duty.id)
        if duty.state in ("owed", "frozen"):
            duties.asked_when_due(store, cycle, duty)
    return any(duty.state == "frozen" for duty in theirs)


def _takes_over(store: Store, cycle: ReviewCycle, row: HandOver) -> None:
    _writes(store, cycle, row.subject_id, row.new_id)
    result = store.reviews.results.for_the_clock(cycle.id, row.subject_id)
    if result:
        store.obligations.pass_on(row.old_id, to_share.SHARE, result.id)
        store.reviews.results.change(result, author_id=row.new_id)
        to_share.ask(store, cycle, subject=row.subject_id)


def _decided(store: Store, row: HandOver, choice: str) -> Text:
    old, new = Verbatim(store.directory.named(row.old_id)), Verbatim(store.directory.named(row.new_id))
    if choice == "old":
        return Phrase("{old} finishes it.", old=old)
    return Phrase("{new} takes over.", new=new) if choice == "new" else Phrase("Both write.")
