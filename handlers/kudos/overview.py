"""My kudos, what colleagues reacted with, and, to the giver alone, who of the team has not been thanked lately."""

from datetime import timedelta

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Fact, Heading, Note, Part, Section
from handlers.kit.requests import Reacted, Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim, more_people, names
from handlers.kudos.giving import give
from handlers.kudos.sending import thank
from handlers.kudos.taking_back import take_back_button
from handlers.kudos.thanks import feature, grouped, reacted
from storage.kudos import KudosRow
from storage.people import Person

PAGE = 5
LATELY = timedelta(days=30)
SHOWN = 15
"""Colleagues on one card; the rest is counted."""


@feature.command(
    "kudos mine",
    allow=everyone,
    also=("点赞 我的", "我的点赞", "my kudos", "kudos history", "kudos undo", "kudos take back", "撤回点赞"),
    examples=("",),
)
def mine(request: Request, page: int = 0) -> Reply:
    """Show the kudos that I got and gave, and take one back."""
    got, more_got = _page(request.store.kudos.received(request.actor.id, limit=(page + 1) * PAGE + 1), page)
    rows = request.store.kudos.given(request.actor.id, limit=10 * (page + 1) * PAGE + 1)
    groups = grouped(rows)
    gave, more_gave = groups[page * PAGE : (page + 1) * PAGE], len(groups) > (page + 1) * PAGE
    thanks, points = request.store.kudos.totals(request.actor.id)
    counts = request.store.kudos.reactions({row.group_id for row in (*got, *(group[0] for group in gave))})
    return Reply(
        show=Card(
            Phrase("Your kudos"),
            Fact(Phrase("Thanks you got"), Phrase("{count}", count=thanks)),
            Fact(Phrase("Points that came with them"), Phrase("{count}", count=points)),
            *_got(request, got, counts),
            *_gave(request, gave, counts),
            *([Button(Phrase("Newer"), mine.bind(page=page - 1))] if page else []),
            *([Button(Phrase("Older"), mine.bind(page=page + 1))] if more_got or more_gave else []),
            Button(Phrase("Give kudos"), give.bind()),
            Button(Phrase("Whom could I thank?"), team.bind()),
        )
    )


def _page(rows: list[KudosRow], page: int) -> tuple[list[KudosRow], bool]:
    return rows[page * PAGE : (page + 1) * PAGE], len(rows) > (page + 1) * PAGE


def _got(request: Request, rows: list[KudosRow], counts: dict[str, int]) -> tuple[Part, ...]:
    if not rows:
        return ()
    return (Heading(Phrase("From colleagues")), *(_received(request, row, counts) for row in rows))


def _received(request: Request, row: KudosRow, counts: dict[str, int]) -> Section:
    giver = Verbatim(request.store.directory.named(row.author_id))
    said: Text = (
        Phrase("{giver}, {day}", giver=giver, day=request.day_of(row.made_at))
        if row.place_id
        else Phrase("{giver}, {day}, privately", giver=giver, day=request.day_of(row.made_at))
    )
    return Section(Lines((said, Verbatim(row.why), *reacted(counts.get(row.group_id, 0)))))


def _gave(request: Request, groups: list[list[KudosRow]], counts: dict[str, int]) -> tuple[Part, ...]:
    if not groups:
        return ()
    return (Heading(Phrase("From you")), *(_sent(request, rows, counts) for rows in groups))


def _sent(request: Request, rows: list[KudosRow], counts: dict[str, int]) -> Section:
    first = rows[0]
    people = names(request.store.directory.named(row.subject_id) for row in reversed(rows))
    said: Text = (
        Phrase("To {people}, {day}", people=people, day=request.day_of(first.made_at))
        if first.place_id
        else Phrase("To {people}, {day}, privately", people=people, day=request.day_of(first.made_at))
    )
    body = Lines((said, Verbatim(first.why), *reacted(counts.get(first.group_id, 0))))
    return Section(body, button=take_back_button(first.group_id))


# Reactions -----------------------------------------------------------------------------------------------------------


@feature.reaction("kudos")
def reaction(request: Request, group: str, reacted: Reacted) -> Reply:
    """An emoji under a post counts, once for each person, emoji and message; taking it away takes it back."""
    receivers = request.store.kudos.public_receivers(group)
    if receivers:
        message = f"{request.platform}:{request.where.id}:{reacted.message}"
        request.store.kudos.react(
            request.actor.id, group, message, reacted.emoji, added=reacted.added, at=reacted.at
        )
        request.store.touch(*receivers)
    return Reply()


# Who has not been thanked lately -------------------------------------------------------------------------------------


@feature.command("kudos team", allow=everyone, also=("点赞 团队", "点赞团队"), examples=("",))
def team(request: Request) -> Reply:
    """Show, to me alone, who of my team has not been thanked lately."""
    people = _team(request)
    since = request.now - LATELY
    thanked = request.store.kudos.thanked((person.id for person in people), since, reader=request.actor.id)
    left = [person for person in people if person.id not in thanked]
    return Reply(show=_not_thanked(left) if left else Card(_everybody(request, people)))


def _team(request: Request) -> list[Person]:
    """Those who report to a manager; for others, those who share their team."""
    directory, me = request.store.directory, request.actor
    reports = directory.reports_of(me.id, request.now.date())
    if reports:
        return list(reports)
    manager = directory.manager_of(me.id, request.now.date())
    beside = directory.reports_of(manager, request.now.date()) if manager and not me.team else ()
    same = (person for person in directory.active() if me.team and person.team == me.team)
    return [person for person in (*same, *beside) if person.id != me.id]


def _everybody(request: Request, people: list[Person]) -> Text:
    if not people and request.actor.team:
        return Phrase("Nobody else is in your team, {team}.", team=Verbatim(request.actor.team))
    if not people:
        return Phrase("I do not know who is in your team. HR can add teams and managers to the people file.")
    return Phrase("Everybody in your team has been thanked in the last 30 days.")


def _not_thanked(people: list[Person]) -> Card:
    return Card(
        Phrase("Not thanked in the last 30 days, as far as you can see"),
        *(
            Section(Verbatim(person.name), button=Button(Phrase("Thank"), thank.bind(to=person.id)))
            for person in people[:SHOWN]
        ),
        *(Note(words) for words in more_people(len(people), SHOWN)),
        Note(Phrase("Only you see this. Thanks that others gave in private are not counted here.")),
    )


# Home ----------------------------------------------------------------------------------------------------------------


@feature.home(40)
def thanks_since(request: Request) -> tuple[Part, ...]:
    """Thanks received since the last visit."""
    since = request.store.preferences.last_visit(request.actor.id)
    rows = request.store.kudos.received(request.actor.id, since=since, limit=PAGE)
    if not rows:
        return ()
    counts = request.store.kudos.reactions({row.group_id for row in rows})
    return (
        Heading(Phrase("Thanks since your last visit")),
        *(_received(request, row, counts) for row in rows),
        Button(Phrase("All my kudos"), mine.bind()),
    )
