"""What the fake Slack remembers: messages, views, channels, triggers and response URLs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .slack_inputs import state_of
from .slack_limits import elements

Blocks = list[dict[str, Any]]


def words_of(node: Any) -> Iterator[str]:
    """Every word a person can read in blocks, in order."""
    if isinstance(node, list):
        for item in node:
            yield from words_of(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("text", "alt_text", "title", "caption") and isinstance(value, str):
                yield value
            elif key != "confirm":
                yield from words_of(value)


def buttons_of(blocks: Blocks) -> list[str]:
    return [element["text"]["text"] for element in elements(blocks) if element.get("type") == "button"]


@dataclass(eq=False)
class Message:
    """One message as it is now; `copy.deepcopy` keeps a stale one to press later."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    ephemeral_to: str | None = None
    edited: bool = False
    deleted: bool = False
    metadata: dict[str, Any] | None = None
    attachments: list[Any] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    by_bot: bool = True

    @property
    def words(self) -> str:
        """Text, blocks and attachments as one string, for `in`."""
        return "\n".join([self.text, *words_of(self.blocks), *words_of(self.attachments)])

    @property
    def buttons(self) -> list[str]:
        return buttons_of(self.blocks)


@dataclass(eq=False)
class View:
    """A modal or a home screen as one person sees it now."""

    id: str
    user: str
    content: dict[str, Any]
    hash: str
    root: str
    previous: str | None = None
    typed: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.content[key]

    @property
    def blocks(self) -> Blocks:
        return self.content["blocks"]

    @property
    def title(self) -> str:
        return self.content.get("title", {}).get("text", "")

    @property
    def words(self) -> str:
        return "\n".join([self.title, *words_of(self.blocks)])

    @property
    def buttons(self) -> list[str]:
        return buttons_of(self.blocks)

    @property
    def values(self) -> dict[str, Any]:
        return state_of(self.blocks, self.typed)


@dataclass
class Channel:
    id: str
    name: str
    members: list[str]
    im_with: str | None = None
    archived: bool = False
    private: bool = False


@dataclass
class Trigger:
    user: str
    expires: float
    view: View | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    channel: str
    user: str
    expires: float
    original: Message | None
    uses: int = 0


INTERACTIVE = {
    "button", "checkboxes", "radio_buttons", "overflow", "datepicker", "timepicker", "datetimepicker",
    "plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input",
    "file_input", "static_select",
    "external_select", "users_select", "conversations_select", "channels_select", "multi_static_select",
    "multi_external_select", "multi_users_select", "multi_conversations_select", "multi_channels_select",
    "workflow_button", "icon_button", "feedback_buttons",
}  # fmt: skip


def may_act(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for item in node:
            yield from may_act(item)
    elif isinstance(node, dict):
        if node.get("type") in INTERACTIVE:
            yield node
        for value in node.values():
            yield from may_act(value)
