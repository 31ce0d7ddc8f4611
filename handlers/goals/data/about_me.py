"""Everybody sees what other systems sent about them, with source, age and what it was, and says what is wrong."""

from __future__ import annotations

from decimal import Decimal

from handlers.goals.amounts import in_unit
from handlers.goals.data.moving import from_source
from handlers.goals.data.objecting import doubt, figure_of, state_of
from handlers.goals.goal import feature
from handlers.kit.access import everyone, readers
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from storage.metrics import PersonPoint
from storage.objections import Objection
from storage.policy import Kind

MOST = 12
"""Figures on one card."""


@feature.command("goals data", allow=everyone, also=("目标 数据", "我的数据"), examples=("",))
def about_me(request: Request, page: int = 0) -> Reply:
    """Show the figures about me that other systems sent, with source and age."""
    me, metrics = request.actor.id, request.store.metrics
    found = metrics.about(me, reader=me, limit=(page + 1) * MOST + 1)
    here, more = found[page * MOST : (page + 1) * MOST], len(found) > (page + 1) * MOST
    before = metrics.before(here, reader=me)
    said = request.store.objections.about((figure_of(row) for row in here), reader=me)
    none = Section(Phrase("Nothing was sent about you."))
    return Reply(
        show=Card(
            Phrase("Figures about you"),
            *(_listed(request, row, before.get(row.key), said.get(figure_of(row))) for row in here),
            *(() if found else (none,)),
            *((Button(Phrase("Newer"), about_me.bind(page=page - 1)),) if page else ()),
            *((Button(Phrase("Older"), about_me.bind(page=page + 1)),) if more else ()),
            Note(readers(Kind.METRIC, request)),
        )
    )


def _listed(
    request: Request, row: PersonPoint, before: PersonPoint | None, said: Objection | None
) -> Section:
    lines = (
        _figure(request, row),
        from_source(row.source, row.made_at, request.now),
        *(_corrected(request, row, before) if before else ()),
        *(state_of(request, said) if said else ()),
    )
    is_open = said is not None and said.state == "open"
    button = None if is_open else Button(Phrase("This is wrong"), doubt.bind(point=row.id))
    return Section(Lines(lines), button=button)


def _figure(request: Request, row: PersonPoint) -> Text:
    return Phrase(
        "{metric}: {value}",
        metric=Verbatim(row.metric),
        value=_value(request, row),
    )


def _corrected(request: Request, row: PersonPoint, before: PersonPoint) -> tuple[Text, ...]:
    return (
        Phrase(
            "Corrected {moment}: it was {before}.", moment=row.received_at, before=_value(request, before)
        ),
    )


def _value(request: Request, row: PersonPoint) -> Text:
    return in_unit(Decimal(row.value or "0"), row.unit, request.actor.language)
