"""How long records are kept: everybody reads it with their record; HR and administrators choose, and see first what
goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Button, Card, Note, Section
from handlers.kit.forms import Choice, Option
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text
from handlers.preferences.home import feature
from storage.retention import ALWAYS, GRACE, LEAVING, TERMS, Family, Retention

FAMILIES: Mapping[Family, Phrase] = {
    Family.CHECKINS: Phrase("check-ins, with moods, blockers and comments"),
    Family.FEEDBACK: Phrase("feedback, with replies and requests"),
    Family.KUDOS: Phrase("kudos, with reactions"),
    Family.ONE_ON_ONES: Phrase("one-on-ones: agenda, notes, actions"),
    Family.GOALS: Phrase("goals, with key results and their past"),
    Family.REVIEWS: Phrase("reviews, with ratings and replies"),
    Family.CHAT: Phrase("messages in the local chat"),
}


ALSO: Mapping[Family, tuple[str, ...]] = {
    Family.CHECKINS: ("check-ins", "周报，含心情、阻碍和评论", "周报"),
    Family.FEEDBACK: ("反馈，含回复和请求", "反馈"),
    Family.KUDOS: ("点赞，含表情回应", "点赞"),
    Family.ONE_ON_ONES: ("one-on-ones", "1on1", "面谈，含议程、记录和行动项", "面谈"),
    Family.GOALS: ("目标，含关键结果及其历史", "目标"),
    Family.REVIEWS: ("reviews", "评估，含评分和回应", "评估"),
    Family.CHAT: ("本地聊天的消息", "聊天"),
}
"""What people type for a family."""


def _typed(term: str) -> tuple[str, ...]:
    """What people type for a term."""
    if not term.isdecimal():
        left = (
            f"until {GRACE.days} days after somebody in it has left",
            f"到其中一人离职 {GRACE.days} 天后",
            "离职",
        )
        return {ALWAYS: ("不限期", "永久"), LEAVING: left}[term]
    years, months = divmod(int(term), 12)
    if months:
        return tuple(f"{term}{unit}" for unit in (" months", " 个月", "个月"))
    return tuple(f"{years}{unit}" for unit in (" years", " year", " 年", "年"))


_MONTHS = " months"


def _named(term: str) -> str:
    """A term as an option: its number alone could be typed as the beginning of one that there is not."""
    return f"{term}{_MONTHS}" if term.isdecimal() else term


def term_text(term: str) -> Text:
    """How long that is."""
    if term == ALWAYS:
        return Phrase("without limit")
    if term == LEAVING:
        return Phrase("until {days} days after somebody in it has left", days=GRACE.days)
    months = int(term)
    if months % 12:
        return Plural("{n} month", "{n} months", n=months)
    return Plural("{n} year", "{n} years", n=months // 12)


def kept(retention: Retention) -> Lines:
    """How long each family is kept, a line for each."""
    return Lines(tuple(_kept(family, retention.term(family)) for family in Family))


def _kept(family: Family, term: str) -> Text:
    return Phrase("{records}: {term}", records=FAMILIES[family], term=term_text(term))


# Choosing ------------------------------------------------------------------------------------------------------------

SEEN = Phrase("Everybody can read this in /upbeat privacy. It is noted who changed it.")

Which = Annotated[
    str,
    Choice(
        Phrase("Which records?"),
        options=tuple(Option(family.value, FAMILIES[family], also=ALSO[family]) for family in Family),
    ),
]
Term = Annotated[
    str,
    Choice(
        Phrase("How long are they kept?"),
        options=tuple(Option(_named(term), term_text(term), also=_typed(term)) for term in TERMS),
    ),
]


@feature.command(
    "setup retention",
    allow=stewards,
    also=("配置 保留", "配置保留"),
    examples=("",),
    seen_by=SEEN,
    title=Phrase("How long records are kept"),
)
def retention(request: Request, which: Which, term: Term) -> Reply:
    """Choose how long each kind of record is kept, and see first what would go."""
    return Reply(show=_preview(request, Family(which), term.removesuffix(_MONTHS)))


def _preview(request: Request, family: Family, term: str) -> Card:
    goes = request.store.retention.too_old(family, term)
    held = request.store.retention.kept_by_holds(family, term)
    return Card(
        _kept(family, term),
        Section(_what_goes(goes)),
        *((Note(_what_stays(held)),) if held else ()),
        *((Note(_SHORTEST),) if family is Family.CHAT else ()),
        Button(
            Phrase("Save"),
            keep.bind(which=family.value, term=term),
            style="danger" if goes else "primary",
            confirm=_what_goes(goes) if goes else None,
        ),
    )


_SHORTEST = Phrase(
    "The local chat shows copies of the other records, so its messages go with the shortest of these times."
)


def _what_goes(count: int) -> Text:
    if not count:
        return Phrase("Nothing is older than that now: nothing goes today.")
    return Plural(
        "{n} record is older than that. It goes within an hour, for good.",
        "{n} records are older than that. They go within an hour, for good.",
        n=count,
    )


def _what_stays(count: int) -> Text:
    return Plural(
        "{n} more stays: somebody in it is on hold.", "{n} more stay: somebody in them is on hold.", n=count
    )


@feature.button(allow=stewards, once=True)
def keep(request: Request, which: str, term: str) -> Reply:
    """Keep these records so long."""
    request.store.retention.choose(Family(which), term)
    return Reply(show=Card(Phrase("Saved."), Section(_kept(Family(which), term))))
