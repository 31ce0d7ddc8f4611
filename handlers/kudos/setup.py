"""HR and administrators choose the company's values, the channel for kudos, and how many points one gives in a day."""

import re
from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Button, Card, Fact, Note
from handlers.kit.forms import Choice, Number, Option, Words
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Listing, Phrase, Text, Verbatim, platform_name
from handlers.kudos.digest import next_friday
from handlers.kudos.places import NOWHERE
from handlers.kudos.thanks import DAILY, channel, feature, values

MOST_VALUES, LONGEST_VALUE = 12, 30
WHERE_SAID = "said"


def _places(request: Request) -> tuple[Option, ...]:
    return (
        Option(WHERE_SAID, Phrase("Where it is said, or the team's channel")),
        *(
            Option(
                place.id,
                Phrase(
                    "{channel} ({platform})",
                    channel=Verbatim(channel_name),
                    platform=platform_name(place.platform),
                ),
            )
            for place in request.store.kudos.places()
            if (channel_name := place.name or place.external_id)
        ),
        Option(NOWHERE, Phrase("Nowhere: kudos are private")),
    )


Values = Annotated[
    str,
    Words(
        Phrase("Our values, with commas between them"),
        help=Phrase("Each is a tag in a thanks, like #teamwork."),
        longest=500,
        suggested=lambda request: ", ".join(values(request.store)),
    ),
]
PlaceId = Annotated[
    str,
    Choice(
        Phrase("Where are kudos posted?"),
        options=_places,
        suggested=lambda request: request.store.setting("kudos_place", "") or WHERE_SAID,
    ),
]
Daily = Annotated[
    int,
    Number(
        Phrase("How many people a day can one thank with a point?"),
        low=0,
        high=100,
        suggested=lambda request: request.store.setting("kudos_daily", DAILY),
    ),
]


@feature.command(
    "kudos setup",
    allow=stewards,
    also=("点赞 设置", "点赞设置"),
    examples=("",),
    seen_by=Phrase("Seen by HR and administrators; a preview comes first. It is noted who changed it."),
    submit=Phrase("Preview"),
    title=Phrase("Set up kudos"),
)
def setup(request: Request, named: Values, place: PlaceId, daily: Daily) -> Reply:
    """Choose the company's values, the channel for kudos and the daily points."""
    chosen = _chosen(named)
    return Reply(
        show=Card(
            Phrase(
                "Preview: how kudos will work for {count} people", count=len(request.store.directory.active())
            ),
            Fact(Phrase("Values"), Listing(tuple(Verbatim(name) for name in chosen))),
            Fact(Phrase("Posted"), _posted(request, place)),
            Fact(Phrase("People with a point, for each giver and day"), Phrase("{count}", count=daily)),
            Note(_digest(request, place)),
            Button(Phrase("Save"), save.bind(named=tuple(chosen), place=place, daily=daily), style="primary"),
            Button(Phrase("Edit"), change.bind(named=tuple(chosen), place=place, daily=daily)),
        )
    )


def _chosen(words: str) -> list[str]:
    found = (re.sub(r"\s+", " ", part).strip("# ") for part in re.split(r"[,，、;；\n]", words))
    chosen = list(dict.fromkeys(name for name in found if name))
    if not chosen or len(chosen) > MOST_VALUES or any(len(name) > LONGEST_VALUE for name in chosen):
        raise Problem(
            Phrase(
                "Please name 1 to {most} values of at most {longest} characters each, with commas between them.",
                most=MOST_VALUES,
                longest=LONGEST_VALUE,
            ),
            question="named",
        )
    return chosen


def _posted(request: Request, place: str) -> Text:
    found = request.store.kudos.place(place)
    options = {option.value: option.label for option in _places(request)}
    return channel(found) if found else options[place]


def _digest(request: Request, place: str) -> Text:
    if place == NOWHERE:
        return Phrase("Only those who are thanked read it, and nothing is posted on Fridays.")
    return Phrase(
        "The week's thanks are posted there on Fridays at 16:00 ({zone}), next on {moment}.",
        zone=Verbatim(request.store.directory.zone),
        moment=next_friday(request.store, request.now),
    )


@feature.button(allow=stewards)
def change(request: Request, named: tuple[str, ...], place: str, daily: int) -> Reply:
    """Change this before it is saved."""
    return Reply(ask=setup.bind(), given={"named": ", ".join(named), "place": place, "daily": daily})


@feature.button(allow=stewards, once=True)
def save(request: Request, named: tuple[str, ...], place: str, daily: int) -> Reply:
    """Save how kudos work."""
    request.store.set_setting("values", list(named))
    request.store.set_setting("kudos_place", "" if place == WHERE_SAID else place)
    request.store.set_setting("kudos_daily", daily)
    return Reply(show=Card(Phrase("Saved. From now on kudos work like this.")))


def _on(channel: str, platform: str) -> Text:
    return Phrase("{channel} ({platform})", channel=Verbatim(channel), platform=platform_name(platform))
