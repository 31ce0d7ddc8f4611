"""I use Upbeat in several apps: a single-use code connects another one, and I can disconnect it again."""

from __future__ import annotations

from typing import Annotated

from handlers.kit.access import everyone
from handlers.kit.cards import Button, Card, Fact, Link, Note, Part, Press, Section
from handlers.kit.forms import Choice, Option
from handlers.kit.problems import Problem
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Listing, Phrase, Text, Verbatim, platform_name
from handlers.preferences.home import feature

MINUTES = 10


@feature.command("link", allow=everyone, also=("绑定",), examples=("",))
def link(request: Request) -> Reply:
    """Connect yourself in another app, with a code that works once."""
    code = request.store.links.make(request.actor.id, made_on=request.platform)
    words = Verbatim(f"/start {code}")
    return Reply(
        show=Card(
            Phrase("Connect another app with you"),
            *_deep_link(request, code),
            Section(Phrase("Send me this in our private chat there, and show it to nobody else:")),
            Section(words, quoted=True),
            Note(
                Phrase(
                    "It works once, within {minutes} minutes. Codes from before do not work any more. I will tell you"
                    " here when it was used.",
                    minutes=MINUTES,
                )
            ),
            Fact(Phrase("Connected now"), _linked_text(request)),
            *((Button(Phrase("Disconnect one"), unlink.bind()),) if len(_platforms(request)) > 1 else ()),
        )
    )


def _deep_link(request: Request, code: str) -> tuple[Part, ...]:
    username = request.store.links.username()
    if not username:
        return ()
    return (Link(Phrase("Open Telegram and connect"), f"https://t.me/{username}?start={code}"),)


def _platforms(request: Request) -> tuple[str, ...]:
    accounts = request.store.directory.accounts.get(request.actor.id, ())
    return tuple(sorted({account.platform for account in accounts}))


def _linked_text(request: Request) -> Text:
    return Listing(tuple(platform_name(name) for name in _platforms(request)))


def _options(request: Request) -> tuple[Option, ...]:
    return tuple(Option(name, platform_name(name)) for name in _platforms(request))


Platform = Annotated[
    str, Choice(Phrase("Which app shall not be connected with you any more?"), options=_options)
]


@feature.command(
    "unlink",
    allow=everyone,
    also=("解绑", "解除绑定"),
    examples=("",),
    seen_by=Phrase("Only you see this."),
    submit=Phrase("Disconnect"),
    title=Phrase("Disconnect an app"),
)
def unlink(request: Request, platform: Platform) -> Reply:
    """Disconnect an app from you."""
    request.store.hold_people()  # or who disconnects two at the same moment would have none left
    if len(_platforms(request)) < 2:
        raise Problem(
            Phrase("This is the only app in which I know you. Connect another one first, with /upbeat link."),
            question="platform",
        )
    request.store.accounts.part(request.actor.id, platform)
    if request.store.preferences.get(request.actor.id, "channel") == platform:
        request.store.preferences.set(request.actor.id, "channel", None)
    return Reply(
        show=Card(
            Phrase("Disconnected: {platform}.", platform=platform_name(platform)),
            Note(
                Phrase(
                    "I send you nothing there any more. You come back by using me there: in Telegram with a new code,"
                    " elsewhere at once."
                )
            ),
            Note(Phrase("What was written there before stays there; delete it in the app if you want.")),
            Button(Phrase("Settings"), Press("preferences.settings", {})),
        )
    )
