"""A card becomes messages, a home screen or a modal: everything of it, within every limit of Block Kit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.pictures.specification import Drawn, alt, specification
from bot.slack.pages import (
    TEXT,
    Json,
    Page,
    fallback,
    on_messages,
    on_views,
    rich,
    size_of,
    words_of,
)
from bot.slack.words import escaped, pieces, shortened, units, weight
from bot.words import Voice, bars, plain, readable, told_apart
from handlers.kit.cards import (
    Button,
    Card,
    Document,
    Fact,
    Heading,
    Link,
    Menu,
    Note,
    Part,
    Picture,
    Section,
    Trend,
)
from handlers.kit.charts import table
from handlers.kit.text import Phrase, Text
from handlers.kit.typed import is_seen

# Lengths in characters and counts; docs.slack.dev/reference/block-kit, and its answer to larger messages.
HEADER = 150
LABEL = 75
URL = 3000
CONFIRM = 300
BUTTONS = 25
OPTIONS = 100
MENU_JSON = 9_000
ALT = 2000

SURE = Phrase("Are you sure?")
YES = Phrase("Yes")
NO = Phrase("No")
MORE = Phrase("Show more")
CLOSE = Phrase("Close")
MORE_ACTION = "more:"
"""How the button is called that turns the page of a view; it carries no key, only the page."""


@dataclass
class Drawing:
    """Draws for one reader. `hung` are the pictures that Slack has, by the id of their file; one that it does not have
    is drawn as a table."""

    language: str = "en"
    zone: str = "UTC"
    now: datetime | None = None
    hung: dict[Picture, str] = field(default_factory=dict)
    _actions: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._voice = Voice(self.language, self.zone, readable, self.now)
        self._apart: dict[str, str] = {}
        self._said: dict[int, tuple[Text, str]] = {}
        self._drawn: dict[Picture, Drawn] = {}

    def say(self, text: Text) -> str:
        """The words of a text, not yet escaped. Kept, because a card is drawn as blocks and as plain words; and
        the text with them, so that no other gets its identity meanwhile."""
        known = self._said.get(id(text))
        if known is None:
            known = self._said[id(text)] = (text, self._voice.say(text))
        return known[1]

    def plain(self, card: Card) -> str:
        """All the words of a card, not yet escaped."""
        return plain(card, self.say, self._voice.colon)

    # Whole cards -----------------------------------------------------------------------------------------------------

    def messages(self, card: Card) -> list[Page]:
        """The card as messages, in order, nothing left out."""
        first, *others = on_messages(self.blocks(card)) or [[]]
        return [self._page(first, self.plain(card)), *map(self._page, others)]

    def _page(self, blocks: list[Json], words: str = "") -> Page:
        instead: list[Page] = []
        if any(block["type"] == "image" for block in blocks):
            pictures = {file: picture for picture, file in self.hung.items()}
            without = [each for block in blocks for each in self._as_table(block, pictures)]
            instead = [self._page(page) for page in on_messages(without)]
        return Page(fallback(words or " ".join(words_of(blocks))), blocks, tuple(instead))

    def _as_table(self, block: Json, pictures: Mapping[str, Picture]) -> Iterator[Json]:
        """A block, or what stands in the place of a picture, whose words stand below it already."""
        if block["type"] == "image":
            yield from self.sections(self.say(table(pictures[block["slack_file"]["id"]].chart)))
        else:
            yield block

    def views(self, card: Card) -> list[list[Json]]:
        """The card as the contents of views; every one but the last ends with a button to the next."""
        pages = on_views(self.blocks(card)) or [[self.section("⋯")]]
        for number, blocks in enumerate(pages[:-1], start=1):
            button = {
                "type": "button",
                "text": self.plain_text(self.say(MORE)),
                "action_id": f"{MORE_ACTION}{number}",
            }
            blocks.append({"type": "actions", "elements": [button]})
        return pages

    def blocks(self, card: Card) -> list[Json]:
        """The card as blocks, in order, each within its own limits."""
        self._apart = told_apart(card, self._voice, LABEL, cut=shortened)
        return [block for made in (self._title(card.title), *self._parts(card.parts)) for block in made]

    def _parts(self, parts: Iterable[Part]) -> Iterator[list[Json]]:
        facts: list[Fact] = []
        pressed: list[Button | Link] = []
        for part in parts:
            if facts and not isinstance(part, Fact):
                yield list(self._facts(facts))
                facts = []
            if pressed and not isinstance(part, Button | Link):
                yield list(self._buttons(pressed))
                pressed = []
            if isinstance(part, Fact):
                facts.append(part)
            elif isinstance(part, Button | Link):
                pressed.append(part)
            else:
                yield list(self._part(part))
        yield list(self._facts(facts))
        yield list(self._buttons(pressed))

    def _part(self, part: Part) -> Iterator[Json]:
        if isinstance(part, Section):
            yield from self._section(part)
        elif isinstance(part, Heading):
            yield from rich([(self.say(part.body), True)])
        elif isinstance(part, Note):
            yield from self.note(self.say(part.body))
        elif isinstance(part, Trend):
            yield from self.sections(f"{bars(part.points)} {self.say(part.finding)}")
        elif isinstance(part, Picture):
            yield from self._picture(part)
        elif isinstance(part, Menu):
            yield from self._menu(part)
        elif isinstance(part, Document):
            yield from self.note(f"{self.say(part.label)}{self._voice.colon}{readable(part.name)}")

    # Pictures --------------------------------------------------------------------------------------------------------

    def specification(self, picture: Picture) -> Drawn:
        """The picture as this reader sees it. Kept, because it is drawn and then described."""
        if picture not in self._drawn:
            self._drawn[picture] = specification(picture, self._voice)
        return self._drawn[picture]

    def _picture(self, part: Picture) -> Iterator[Json]:
        words = alt(part, self._voice, self.specification(part))
        if part not in self.hung:
            yield from self.sections(f"{words}\n{self.say(table(part.chart))}")
            return
        yield {
            "type": "image",
            "slack_file": {"id": self.hung[part]},
            "alt_text": shortened(words.strip() or "…", ALT),
        }
        yield from self.note(words)

    # Words -----------------------------------------------------------------------------------------------------------

    def plain_text(self, words: str) -> Json:
        """Words in which nothing comes alive: no mention, no link, no markup."""
        return {"type": "plain_text", "text": escaped(words), "emoji": True}

    def section(self, words: str) -> Json:
        """A paragraph that fits."""
        return {"type": "section", "text": self.plain_text(words)}

    def sections(self, words: str) -> Iterator[Json]:
        """A paragraph of any length."""
        return (self.section(piece) for piece in pieces(words, TEXT) if is_seen(piece))

    def note(self, words: str) -> Iterator[Json]:
        """Small print of any length."""
        for piece in pieces(words, TEXT):
            if is_seen(piece):
                yield {"type": "context", "elements": [self.plain_text(piece)]}

    def _title(self, title: Text) -> Iterator[Json]:
        words = self.say(title).strip()
        if not is_seen(words):
            return
        if weight(words) <= HEADER and "\n" not in words:
            yield {"type": "header", "text": self.plain_text(words)}
        else:
            yield from rich([(words, True)])

    def _section(self, part: Section) -> Iterator[Json]:
        words = self.say(part.body)
        if part.quoted:
            yield from rich([(words, False)], quoted=True)
            if part.button:
                yield from self._buttons([part.button])
            return
        made = list(self.sections(words))
        if part.button and made and self._is_short(part.button):
            made[-1]["accessory"] = self._button(part.button)
            yield from made
            return
        yield from made
        if part.button:
            yield from self._buttons([part.button])

    def _facts(self, facts: Iterable[Fact]) -> Iterator[Json]:
        runs = [
            run
            for number, fact in enumerate(facts)
            for run in (
                (f"{chr(10) if number else ''}{self.say(fact.label)}{self._voice.colon}", True),
                (self.say(fact.value), False),
            )
        ]
        yield from rich(runs)

    # Buttons ---------------------------------------------------------------------------------------------------------

    def _buttons(self, buttons: list[Button | Link] | list[Button]) -> Iterator[Json]:
        row: list[Json] = []
        for button in buttons:
            if not self._is_short(button):
                yield from self._row(row)
                row = []
                yield from self._at_length(button)
            if isinstance(button, Button) or units(button.url) <= URL:
                row.append(self._button(button))
            if len(row) == BUTTONS:
                yield from self._row(row)
                row = []
        yield from self._row(row)

    @staticmethod
    def _row(row: list[Json]) -> Iterator[Json]:
        if row:
            yield {"type": "actions", "elements": list(row)}

    def _is_short(self, button: Button | Link) -> bool:
        """Whether all that a button says fits into it."""
        if weight(self.say(button.label)) > LABEL:
            return False
        if isinstance(button, Link):
            return units(button.url) <= URL
        return button.confirm is None or weight(self.say(button.confirm)) <= CONFIRM

    def _at_length(self, button: Button | Link) -> Iterator[Json]:
        """What does not fit into a button, as a paragraph above it."""
        words = [self.say(button.label)]
        if isinstance(button, Button) and button.confirm:
            words.append(self.say(button.confirm))
        if isinstance(button, Link) and units(button.url) > URL:
            words.append(button.url)
        yield from self.sections("\n".join(words))

    def _button(self, button: Button | Link) -> Json:
        label = self.say(button.label).strip()
        made: Json = {
            "type": "button",
            "text": self.plain_text(shortened(label if is_seen(label) else "…", LABEL)),
            "action_id": self._action("open" if isinstance(button, Link) else "press"),
        }
        if isinstance(button, Link):
            return {**made, "url": button.url}
        made["value"] = button.handle
        if button.handle in self._apart:
            made["accessibility_label"] = self._apart[button.handle]
        if button.style != "plain":
            made["style"] = button.style
        return {**made, **self._confirm(button)}

    def _confirm(self, button: Button) -> Json:
        if button.confirm is None:
            return {}
        made = {
            "title": self.plain_text(self.say(SURE)),
            "text": self.plain_text(shortened(self.say(button.confirm).strip() or "…", CONFIRM)),
            "confirm": self.plain_text(self.say(YES)),
            "deny": self.plain_text(self.say(NO)),
        }
        return {"confirm": {**made, "style": "danger"} if button.style == "danger" else made}

    def _action(self, kind: str) -> str:
        self._actions += 1
        return f"{kind}:{self._actions}"

    # Menus -----------------------------------------------------------------------------------------------------------

    def _menu(self, menu: Menu) -> Iterator[Json]:
        """Drop-downs of as many options as fit into one; what must be confirmed stays a button."""
        label = self.say(menu.label)
        if weight(label) > HEADER:
            yield from self.sections(label)
        for button in menu.options:
            if not self._is_short(button) and button.confirm is None:
                yield from self.sections(self.say(button.label))
        groups = list(self._grouped([button for button in menu.options if button.confirm is None]))
        for number, options in enumerate(groups, start=1):
            of_many = f" ({number}/{len(groups)})" if len(groups) > 1 else ""
            select = {
                "type": "static_select",
                "action_id": self._action("press"),
                "placeholder": self.plain_text(shortened(label.strip() or "…", HEADER - 12) + of_many),
                "options": options,
            }
            yield {"type": "actions", "elements": [select]}
        yield from self._buttons([button for button in menu.options if button.confirm is not None])

    def _grouped(self, buttons: Iterable[Button]) -> Iterator[list[Json]]:
        group: list[Json] = []
        for button in buttons:
            label = self.say(button.label).strip()
            option = {
                "text": self.plain_text(shortened(label if is_seen(label) else "…", LABEL)),
                "value": button.handle,
            }
            if len(group) == OPTIONS or size_of([*group, option]) > MENU_JSON:
                yield group
                group = []
            group.append(option)
        if group:
            yield group
