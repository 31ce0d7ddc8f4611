"""Customers write too: whoever answers for a person passes a link on, and its page asks a few questions, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, cast

from handlers.kit import answers
from handlers.kit.access import Rule, hr, managers
from handlers.kit.cards import Button, Card, Fact, Link, Note, Section
from handlers.kit.forms import Colleague, Question, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase, Text, Verbatim
from handlers.reviews import parts, raters
from handlers.reviews.parts import POINTS
from handlers.reviews.review import bound_cycle, decides, feature, parts_of
from storage.people import Person
from storage.reviews import CUSTOMER, ReviewCycle, ReviewInvite
from storage.reviews.running import OPEN as OPEN_STATES
from storage.store import Store

OPEN = ("self", "peers", "write")
"""In these phases a customer's answers are taken."""
PATH = "/customer/"

# Asking --------------------------------------------------------------------------------------------------------------

Guest = Annotated[
    str,
    Words(
        Phrase("Whom do you ask?"),
        longest=120,
        lines=False,
        help=Phrase("A name and a company, as you know them."),
    ),
]
Address = Annotated[
    str,
    Words(
        Phrase("Where do you send the link?"),
        longest=200,
        lines=False,
        help=Phrase("For your own memory. Upbeat sends nothing: you pass the link on yourself."),
    ),
]


@feature.command(
    "review customer",
    allow=managers | hr,
    also=("评估 客户", "客户评"),
    examples=("",),
    seen_by=Phrase(
        "Seen by you, the managers of the person and HR. The person reads the name beside what was written, when it is"
        " shared with them."
    ),
    title=Phrase("Ask a customer"),
)
def invite(
    request: Request,
    whom: Annotated[Person, Colleague(Phrase("About whom?"))],
    guest: Guest,
    address: Address = "",
) -> Reply:
    """Ask a customer to write about somebody, by a link that works once."""
    cycle = _cycle_for(request, whom)
    row, token = request.store.reviews.invites.make(
        cycle, whom.id, by=request.actor.id, guest=guest, address=address
    )
    url = f"{request.store.links.address()}{PATH}{token}"
    return Reply(
        show=Card(
            Phrase("Pass this link on to {guest}", guest=Verbatim(guest)),
            Fact(Phrase("Cycle"), Verbatim(cycle.name)),
            Fact(Phrase("Whom it is about"), Verbatim(whom.name)),
            Fact(Phrase("Valid until"), Phrase("{at}", at=row.expires_at)),
            Section(Verbatim(url)),
            Link(Phrase("The customer's page"), url),
            Note(
                Phrase(
                    "It works once. Whoever has it can write, so pass it on to nobody else. It shows the questions and"
                    " the name {name}, nothing more. You do not see it here again.",
                    name=Verbatim(whom.name),
                )
            ),
            Button(Phrase("Who is asked"), list_invites.bind(cycle=cycle.id, subject=whom.id)),
        )
    )


def _cycle_for(request: Request, whom: Person) -> ReviewCycle:
    """The running cycle in which the asker may ask customers about a person: never a test run, of which nothing that
    they write would remain. Raises Problem."""
    running = [cycle for cycle in request.store.reviews.cycles.in_state("running") if not cycle.is_test]
    about = [cycle for cycle in running if request.store.reviews.cycles.is_reviewed_in(cycle.id, whom.id)]
    wanted = [cycle for cycle in about if CUSTOMER in cycle.roles]
    if not wanted:
        raise Problem(
            Phrase(
                "No review cycle that runs asks customers about {name}. HR chooses it when a cycle is prepared.",
                name=Verbatim(whom.name),
            ),
            question="whom",
        )
    found = [cycle for cycle in wanted if _may_ask(request, cycle, whom.id)]
    if not found:
        raise Problem(
            Phrase(
                "Customers are asked by the manager of {name}, or by somebody in HR who does not report to them.",
                name=Verbatim(whom.name),
            ),
            question="whom",
        )
    cycle = next((each for each in found if _takes(request.store, each, whom)), found[0])
    raters.refuse_over(request.store, cycle, whom.id, CUSTOMER)
    if cycle.phase not in OPEN:
        raise Problem(Phrase("The time in which others write is over in this cycle."))
    return cycle


def _takes(store: Store, cycle: ReviewCycle, whom: Person) -> bool:
    """Whether what a customer writes about somebody is taken now in a cycle, since they will read it."""
    result = store.reviews.results.for_the_clock(cycle.id, whom.id)
    return cycle.phase in OPEN and result is not None and not (result.out_at or result.shared_at)


def _may_ask(request: Request, cycle: ReviewCycle, subject: str) -> bool:
    manager = request.store.directory.manager_of(subject, request.now.date())
    me = request.actor.id
    return me != subject and (me == manager or decides(request.store, me, cycle, about=subject))


def _asks(request: Request, args: Mapping[str, Any]) -> bool:
    cycle = request.store.reviews.cycles.get(str(args.get("cycle") or ""))
    return cycle is not None and _may_ask(request, cycle, str(args.get("subject") or ""))


askers = Rule(
    "who asks customers",
    _asks,
    Phrase(
        "Customers are asked by the manager of a person, or by somebody in HR who does not report to them."
    ),
)


@feature.button(allow=askers)
def list_invites(request: Request, cycle: str, subject: str) -> Reply:
    """See which customers are asked about this person."""
    rows = request.store.reviews.invites.about(cycle, subject, reader=request.actor.id)
    person = request.person(subject)
    is_open = _takes(request.store, bound_cycle(request, cycle), person)
    return Reply(
        show=Card(
            Phrase("Customers who are asked about {name}", name=Verbatim(person.name)),
            *(_line(request, row, is_open=is_open) for row in rows),
            *(() if rows else (Section(Phrase("Nobody is asked yet.")),)),
        )
    )


def _line(request: Request, row: ReviewInvite, *, is_open: bool) -> Section:
    words = Phrase("{guest}: {state}", guest=_called(row), state=_state(row, request.now, is_open=is_open))
    if row.used_at or row.revoked_at or row.expires_at <= request.now:
        return Section(words)
    return Section(words, button=Button(Phrase("Take back"), revoke.bind(invite=row.id)))


def _called(row: ReviewInvite) -> Text:
    if row.address:
        return Phrase("{guest} ({address})", guest=Verbatim(row.guest), address=Verbatim(row.address))
    return Verbatim(row.guest)


def _state(row: ReviewInvite, now: datetime, *, is_open: bool) -> Text:
    if row.used_at:
        return Phrase("handed in on {day}", day=row.used_at)
    if row.revoked_at:
        return Phrase("it was taken back")
    if row.expires_at <= now:
        return Phrase("expired on {day}", day=row.expires_at)
    if not is_open:
        return Phrase("not handed in, and the time of writing is over")
    return Phrase("asked, until {at}", at=row.expires_at)


def _invite_of(request: Request, args: Mapping[str, Any]) -> ReviewInvite | None:
    return request.store.reviews.invites.get(str(args.get("invite") or ""), reader=request.actor.id)


def _takes_back(request: Request, args: Mapping[str, Any]) -> bool:
    row = _invite_of(request, args)
    return row is not None and _asks(request, {"cycle": row.cycle_id, "subject": row.subject_id})


@feature.button(allow=Rule("who asked", _takes_back, askers.refusal))
def revoke(request: Request, invite: str) -> Reply:
    """Let this link work no more."""
    row = _invite_of(request, {"invite": invite})
    assert row is not None
    request.store.reviews.invites.revoke(row)
    return list_invites.handler(request, cycle=row.cycle_id, subject=row.subject_id)


# The customer's page -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """What a link opens: questions, or `gone`, which is "used", "over" or, for a while, "paused"; "late" is what came
    when it was used already."""

    gone: str = ""
    name: str = ""
    questions: tuple[Question, ...] = ()
    until: datetime | None = None


def look(store: Store, token: str) -> Page | None:
    """What a link opens now; None for one that we never made. Changes nothing."""
    row = store.reviews.invites.of_token(token)
    cycle = store.reviews.cycles.get(row.cycle_id) if row else None
    if row is None or cycle is None:
        return None
    if row.used_at:
        return Page(gone="used")
    person = store.directory.people[row.subject_id]
    is_open = cycle.state in OPEN_STATES and person.active and _takes(store, cycle, person)
    if row.revoked_at or row.expires_at <= store.now or not is_open:
        return Page(gone="over")
    if cycle.state == "paused":
        return Page(gone="paused")
    return Page(
        name=person.name,
        questions=parts.questions(parts_of(cycle, CUSTOMER), rated=cycle.is_rated),
        until=row.expires_at,
    )


def hand_in(store: Store, token: str, given: Mapping[str, str]) -> tuple[Page | None, dict[str, Text]]:
    """Take a customer's answers: what the page shows then, and what is wrong with which answer. Nothing is kept while
    something is wrong."""
    page, row = look(store, token), store.reviews.invites.of_token(token)
    if page is None or row is None:
        return page, {}
    if page.gone:
        return (page if page.gone != "used" or _is_kept(store, row, given) else Page(gone="late")), {}
    read, wrong = _read(page.questions, given)
    cycle = store.reviews.cycles.get(row.cycle_id)
    assert cycle is not None
    made = parts.answers(parts_of(cycle, CUSTOMER), read)
    if not made and not wrong:
        wrong[page.questions[0].name] = Phrase("Nothing is written yet. Answer one question at least.")
    if wrong:
        return page, wrong
    if not store.reviews.invites.use(row, cycle, made):  # somebody was quicker since we looked, a moment ago
        return hand_in(store, token, given)
    return Page(gone="used"), {}


def _is_kept(store: Store, row: ReviewInvite, given: Mapping[str, str]) -> bool:
    """Whether these words are what was handed in by this link: a form is easily sent twice."""
    kept = (answer["words"] for answer in store.reviews.invites.written(row).values())
    said = (words for name, words in given.items() if not name.endswith(POINTS))
    return _plain(said) == _plain(kept)


def _plain(answers: Iterable[str]) -> set[str]:
    """Answers however a browser breaks their lines."""
    return {" ".join(words.split()) for words in answers} - {""}


def _read(
    questions: tuple[Question, ...], given: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, Text]]:
    read: dict[str, Any] = {}
    wrong: dict[str, Text] = {}
    for question in questions:
        raw = given.get(question.name, "")
        if not raw and not question.required:
            continue
        try:
            # Words and choices, of which nothing depends on who answers: there is no request from outside.
            read[question.name] = answers.answer(question, raw, cast(Request, None))
        except Problem as problem:
            wrong[question.name] = _too_long(question, raw) or problem.words
    return read, wrong


def _too_long(question: Question, raw: str) -> Text | None:
    """What is said to whoever hands in once, and so cannot send it in parts."""
    if not isinstance(question, Words) or len(raw) <= question.longest:
        return None
    return Phrase(
        "This is {length} characters long; {longest} fit here. Please shorten it.",
        length=len(raw),
        longest=question.longest,
    )
