"""What is kept about me: who opened it, who may see what, and all of it as a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Document, Heading, Note, Part, Press, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim
from handlers.preferences.home import feature
from handlers.preferences.retention import kept
from storage.policy import TABLE, Kind, Relation, Right
from storage.sheets import OutSheet, write_xlsx
from storage.tables import AuditRow, BreakGlass

SHOWN = 20
AT_ONCE = timedelta(minutes=1)
"""What somebody opens again within so long is one line."""

KINDS: Mapping[str, Phrase] = {
    Kind.CHECKIN: Phrase("check-ins"),
    Kind.MOOD: Phrase("moods"),
    Kind.COMMENT: Phrase("comments on check-ins"),
    Kind.KUDOS_PUBLIC: Phrase("public thanks"),
    Kind.KUDOS_PRIVATE: Phrase("private thanks"),
    Kind.FEEDBACK: Phrase("feedback to the receiver alone"),
    Kind.FEEDBACK_WITH_MANAGER: Phrase("feedback to the receiver and their manager"),
    Kind.FEEDBACK_REQUEST: Phrase("requests for feedback"),
    Kind.ONE_ON_ONE: Phrase("one-on-ones"),
    Kind.PRIVATE_NOTE: Phrase("private notes"),
    Kind.GOAL_COMPANY: Phrase("goals that everybody sees"),
    Kind.GOAL_TEAM: Phrase("goals that the team sees"),
    Kind.GOAL_PRIVATE: Phrase("goals that only managers see"),
    Kind.METRIC: Phrase("figures about a person that a system of the company sent"),
    Kind.REVIEW_SELF_DRAFT: Phrase("self-reviews that are not handed in yet"),
    Kind.REVIEW_SELF: Phrase("self-reviews that are handed in"),
    Kind.REVIEW_DRAFT: Phrase("reviews of others that are not handed in yet"),
    Kind.REVIEW_CONFIDENTIAL: Phrase("confidential reviews, each by itself"),
    Kind.REVIEW_VOICE: Phrase("confidential reviews, together with others"),
    Kind.REVIEW_INVITE: Phrase("who was asked as a customer"),
    Kind.REVIEW_PEER: Phrase("reviews by colleagues and customers, until they are shared"),
    Kind.REVIEW_PEER_RELEASED: Phrase("reviews by colleagues and customers, once they are shared"),
    Kind.REVIEW_MANAGER: Phrase("reviews by the manager, until they are shared"),
    Kind.REVIEW_MANAGER_RELEASED: Phrase("reviews by the manager, once they are shared"),
    Kind.REVIEW_REMARK: Phrase("advice on the words of a review that its author set aside"),
    Kind.RATING: Phrase("ratings, until they are shared"),
    Kind.RATING_RELEASED: Phrase("ratings, once they are shared"),
    Kind.POTENTIAL: Phrase("what a manager thinks of somebody's potential"),
    Kind.OBJECTION: Phrase("what a person says is wrong about their figures and scores"),
    Kind.NUDGE: Phrase("what I sent and why"),
    Kind.DELEGATION: Phrase("who stands in for a manager, and why"),
    Kind.BREAK_GLASS: Phrase("requests for break-glass, while they are open"),
    Kind.BREAK_GLASS_TOLD: Phrase("break-glass that is over"),
    Kind.PROFILE: Phrase("name, address, team, manager"),
    Kind.CHAT: Phrase("what I say and hear in the local chat"),
    Kind.CHANNEL: Phrase("messages in the local chat's channels"),
}

SEERS: Mapping[Relation, Phrase] = {
    Relation.SELF: Phrase("the person it is about"),
    Relation.AUTHOR: Phrase("its author"),
    Relation.NAMED: Phrase("the one person whom the author named"),
    Relation.MANAGER: Phrase("the manager"),
    Relation.MANAGER_ABOVE: Phrase("the managers above"),
    Relation.FORMER_MANAGER: Phrase("a former manager (for their own time)"),
    Relation.DELEGATE: Phrase("whoever stands in for the manager (for those days)"),
    Relation.BY_GLASS: Phrase("HR by break-glass"),
    Relation.HR: Phrase("HR (but not about themselves)"),
    Relation.TEAMMATE: Phrase("everybody in the same team"),
    Relation.COLLEAGUE: Phrase("everybody in the company"),
}


def kind_text(kind: str) -> Text:
    """What a kind of record is called."""
    return KINDS.get(kind) or Verbatim(kind)


@feature.command("privacy", allow=everyone, also=("隐私",), examples=("",))
def privacy(request: Request) -> Reply:
    """See who opened your record, take your whole file, or erase what is yours."""
    return Reply(
        show=Card(
            Phrase("Your record, and who sees it"),
            Heading(Phrase("Who opened it")),
            *_opened(request),
            *_by_glass(request),
            Heading(Phrase("How long it is kept")),
            Section(kept(request.store.retention)),
            Button(Phrase("My whole file"), file.bind(), style="primary"),
            Button(Phrase("Who may see what"), who.bind()),
            Button(Phrase("Erase what is mine"), Press("preferences.erase", {}), style="danger"),
        )
    )


def _opened(request: Request) -> tuple[Part, ...]:
    rows = [row for row in request.store.records.opened(request.actor.id) if row.actor_id != request.actor.id]
    if not rows:
        return (Section(Phrase("Nobody else has opened a record about you.")),)
    told = _at_once(rows)
    lines = [_openings(request, each) for each in told[:SHOWN]]
    more = Plural("… and once more.", "… and {n} times more.", n=sum(map(len, told[SHOWN:])))
    return (Section(Lines((*lines, *((more,) if len(told) > SHOWN else ())))),)


def _at_once(rows: Iterable[AuditRow]) -> list[list[AuditRow]]:
    """The openings, newest first: what one person opens several times within a minute stands together."""
    told: list[list[AuditRow]] = []
    last: dict[tuple[Any, ...], list[AuditRow]] = {}
    for row in rows:
        key = (row.actor_id, row.behalf_id, row.what)
        if key not in last or last[key][0].at - row.at >= AT_ONCE:
            last[key] = []
            told.append(last[key])
        last[key].append(row)
    return told


def _openings(request: Request, rows: list[AuditRow]) -> Text:
    opening = _opening(request, rows[0])
    return Phrase("{opening}, {count} times", opening=opening, count=len(rows)) if rows[1:] else opening


def _by_glass(request: Request) -> tuple[Part, ...]:
    """What HR opened by break-glass and is over; while it is open, nobody is told."""
    lines = [_glass(request, row) for row in request.store.break_glass.told_to(request.actor.id)]
    return (Heading(Phrase("Opened by break-glass")), Section(Lines(tuple(lines)))) if lines else ()


def _glass(request: Request, row: BreakGlass) -> Text:
    named = request.store.directory.named
    return Phrase(
        "From {moment} until {until}: {asker} asked to read private feedback to you, and {second} agreed. Because:"
        " {reason}",
        moment=row.approved_at or row.made_at,
        until=row.closed_at or row.made_at,
        asker=Verbatim(named(row.author_id)),
        second=Verbatim(named(row.named_id)),
        reason=Verbatim(row.reason),
    )


def _opening(request: Request, row: AuditRow) -> Text:
    named = request.store.directory.named
    told: dict[str, Any] = {
        "moment": row.at,
        "name": Verbatim(named(row.actor_id)) if row.actor_id else Phrase("Upbeat"),
        "kind": kind_text(row.what),
    }
    if row.behalf_id:
        manager = Verbatim(named(row.behalf_id))
        return Phrase("{moment}: {name} on behalf of {manager} opened {kind}", manager=manager, **told)
    return Phrase("{moment}: {name} opened {kind}", **told)


@feature.command("privacy who", allow=everyone, also=("隐私 谁", "隐私谁能看"), examples=("",))
def who(request: Request) -> Reply:
    """See who may read which kind of record."""
    return Reply(
        show=Card(
            Phrase("Who may see what"),
            Section(Lines(tuple(_seen(kind) for kind in TABLE))),
            Note(_past(request)),
            Note(
                Phrase(
                    "Nobody else. In all else HR and administrators are colleagues like everybody; of moods your"
                    " manager sees only the mean of five people or more."
                )
            ),
        )
    )


def _past(request: Request) -> Text:
    if request.store.directory.past_is_open:
        return Phrase(
            "Managers read your check-ins and goals from before their time too; your organisation chose so."
        )
    return Phrase(
        "Managers do not read your check-ins and goals from before their time; your organisation chose so."
    )


def _seen(kind: Kind) -> Text:
    seers = [SEERS[relation] for relation, rights in TABLE[kind].items() if Right.READ in rights]
    return Phrase("{kind}: {people}", kind=kind_text(kind), people=Listing(tuple(seers)))


# The whole file ------------------------------------------------------------------------------------------------------


@feature.command(
    "privacy file",
    allow=everyone,
    also=("export", "privacy export", "导出", "隐私 导出", "隐私导出"),
    examples=("",),
    takes_long=True,
)
def file(request: Request) -> Reply:
    """Take everything that is kept about you, as JSON and as XLSX."""
    whole = request.store.records.whole(request.actor.id)
    return Reply(
        show=Card(
            Phrase("Your whole file"),
            Section(
                Phrase(
                    "It has all that is yours by the company's rules, and what others wrote to you openly."
                )
            ),
            *documents(request, whole, f"upbeat-{request.today.isoformat()}"),
            Note(Phrase("Only you can fetch it, for a day. What others keep for themselves is not in it.")),
        )
    )


def documents(request: Request, whole: Mapping[str, list[dict[str, Any]]], name: str) -> tuple[Part, ...]:
    """A record as two files for the asker, that nobody else can fetch."""
    stamped = {"made_at": request.now.isoformat(), **whole}
    text = json.dumps(stamped, ensure_ascii=False, indent=1, default=str)
    book = write_xlsx([_sheet(table, rows) for table, rows in whole.items() if rows])
    keep = request.store.files.keep
    return (
        Document(
            Phrase("As JSON"),
            f"{name}.json",
            keep(request.actor.id, f"{name}.json", text.encode("utf-8", "replace")),
        ),
        Document(Phrase("As XLSX"), f"{name}.xlsx", keep(request.actor.id, f"{name}.xlsx", book)),
    )


def _sheet(table: str, rows: list[dict[str, Any]]) -> OutSheet:
    header = list(dict.fromkeys(name for row in rows for name in row))
    return OutSheet(table, header, [[_cell(row.get(name)) for name in header] for row in rows])


def _cell(item: Any) -> Any:
    return json.dumps(item, ensure_ascii=False) if isinstance(item, dict | list) else item


def counted(by_kind: Mapping[str, int]) -> Iterable[Text]:
    """How many of each kind, a line for each."""
    return [Phrase("{kind}: {count}", kind=kind_text(kind), count=n) for kind, n in sorted(by_kind.items())]
