"""HR and administrators choose which notifications everybody gets, or nobody, or each as they like."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import stewards
from handlers.kit.cards import Button, Card, Note
from handlers.kit.forms import Choice, Option
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Phrase
from handlers.organisation.home import NOBODY_ELSE, feature


def _notices(request: Request) -> tuple[Option, ...]:
    from handlers import FEATURES  # the features name their notices; this one only lists them

    return tuple(Option(name, title) for each in FEATURES for name, title in each.notices.items())


Which = Annotated[str, Choice(Phrase("Which notification?"), options=_notices)]
State = Annotated[
    str,
    Choice(
        Phrase("Who decides?"),
        options=(
            Option(
                "free", Phrase("Everybody decides for themselves"), also=("每人自己决定", "自己决定", "自由")
            ),
            Option("on", Phrase("On for everybody"), also=("全员开启", "开启", "开")),
            Option("off", Phrase("Off for everybody"), also=("全员关闭", "关闭", "关")),
        ),
    ),
]


@feature.command(
    "setup notifications",
    allow=stewards,
    also=("配置 通知",),
    examples=("",),
    seen_by=NOBODY_ELSE,
    title=Phrase("Notifications"),
)
def notifications(request: Request, which: Which, state: State) -> Reply:
    """Lock a notification on or off for everybody, or leave it to each."""
    options = {option.value: option.label for option in _notices(request)}
    labels = {
        "free": Phrase("everybody decides"),
        "on": Phrase("on for everybody"),
        "off": Phrase("off for everybody"),
    }
    return Reply(
        show=Card(
            Phrase("{notice}: {state}", notice=options[which], state=labels[state]),
            Note(
                Phrase(
                    "It holds for {count} people from now on.", count=len(request.store.directory.active())
                )
            ),
            Button(Phrase("Save"), save_notification.bind(which=which, state=state), style="primary"),
        )
    )


@feature.button(allow=stewards, once=True)
def save_notification(request: Request, which: str, state: str) -> Reply:
    """Save who decides about a notification."""
    request.store.set_setting(f"lock:{which}", {"on": True, "off": False}.get(state))
    return Reply(show=Card(Phrase("Saved.")))
