"""A form becomes a modal, with who will read it said first; what was typed there becomes answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from bot.slack.answers import TYPED, block_id
from bot.slack.company import Company
from bot.slack.draw import CLOSE, OPTIONS, Drawing
from bot.slack.heard import noted
from bot.slack.pages import VIEW_BYTES, Json, bytes_of
from bot.slack.words import pieces, shortened, units, weight
from bot.words import readable
from handlers.kit.forms import Answerable, Choice, Clock, Colleague, Day, Form, Number, Scale, Words
from handlers.kit.naming import told_apart
from handlers.kit.requests import Where
from handlers.kit.text import Phrase, Text
from storage.people import Person

TITLE = 24
LABEL = 2000
PLACEHOLDER = 150
OPTION = 75
VALUE = 150
RADIO = 10
MOST_IN_PARTS = 8 * TYPED
"""Longer than any answer may be: in more fields the view would be too large for Slack."""
ROOM = 1000
"""Characters that are left in a field while no further one is offered, in a form of many questions."""
FEW = 3
"""Questions of a form in which a long answer always has a field to go on in."""
BLOCKS = 95
FORM = "form"
"""The callback id of a modal with a form; its private metadata is the draft's id, and where it was asked for."""
CARD = "card"
NAME = "Upbeat"
TYPED_IN = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
"""What is typed is told while it is: a modal that is closed says nothing any more of what stood in it."""

SEND = Phrase("Save")
CANCEL = Phrase("Cancel")
PICK = Phrase("Pick one")


def _kept(length: int) -> Text:
    return Phrase(
        "You wrote {length} characters here, more than Slack shows in a field. They are kept while this stays empty;"
        " what you write here replaces them.",
        length=length,
    )


# Drawing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Modal:
    """Draws forms and cards as modals for one reader; `title` stands over what has no title short enough."""

    drawing: Drawing
    title: str
    company: Company | None = None
    where: Where = field(default_factory=Where)

    def form(self, form: Form, *, start: int = 0) -> Json:
        """The view of a form, from its question number `start` on: as many as fit into a modal."""
        title = self.drawing.say(form.title).strip()
        fits = 0 < weight(title) <= TITLE
        blocks = list(self.drawing.note(self.drawing.say(form.audience)))
        blocks += () if fits else self.drawing.sections(title)
        blocks += self.drawing.sections(self.drawing.say(form.intro)) if form.intro else []
        blocks += self._questions(form, start, blocks)
        return {
            **self._view(blocks, FORM, title if fits else self.title),
            "submit": self._short(form.submit, SEND),
            "close": self._short(CANCEL, CANCEL),
            "private_metadata": noted(form.draft, self.where),
            "notify_on_close": True,
        }

    def card(self, blocks: list[Json]) -> Json:
        """The view of one page of a card."""
        view = {**self._view(blocks, CARD, self.title), "close": self._short(CLOSE, CLOSE)}
        # A form that a button of it opens was asked for in the same channel.
        return {**view, "private_metadata": noted("-", self.where)} if self.where.kind == "channel" else view

    def _view(self, blocks: list[Json], callback: str, title: str) -> Json:
        shown = self.drawing.plain_text(shortened(readable(title).strip() or NAME, TITLE))
        return {"type": "modal", "callback_id": callback, "title": shown, "blocks": blocks}

    def _short(self, text: Text, otherwise: Text) -> Json:
        words = self.drawing.say(text).strip()
        fits = 0 < weight(words) <= TITLE
        return self.drawing.plain_text(words if fits else self.drawing.say(otherwise))

    # Questions -------------------------------------------------------------------------------------------------------

    def _questions(self, form: Form, start: int, before: list[Json]) -> list[Json]:
        """The questions that fit below what stands before them, then what there is room for beside each."""
        room, places = VIEW_BYTES - bytes_of(before), BLOCKS - len(before)
        spare = len(form.questions) <= FEW
        fitting: list[tuple[Answerable, list[Json]]] = []
        for number, question in list(enumerate(form.questions))[start:]:
            made = list(self._asked(question, number, form.given.get(question.name), spare))
            if number > start and (len(made) > places or bytes_of(made) > room):
                break
            room, places = room - bytes_of(made), places - len(made)
            fitting.append((question, made))
        blocks: list[Json] = []
        for question, made in fitting:
            beside = list(self.drawing.note("\n".join(map(self.drawing.say, question.lines_beside))))
            if len(beside) <= places and bytes_of(beside) <= room:
                room, places = room - bytes_of(beside), places - len(beside)
                blocks += beside
            blocks += made
        return blocks

    def _asked(self, question: Answerable, number: int, given: Any, spare: bool) -> Iterator[Json]:
        if isinstance(question, Words) and question.in_parts and units(str(given or "")) <= MOST_IN_PARTS:
            yield from self._in_parts(question, number, readable(str(given or "")), spare)
            return
        yield from self._one(question, number, given)

    def _in_parts(self, question: Words, number: int, given: str, spare: bool) -> Iterator[Json]:
        """A field for each piece of a long answer, and one more to go on in."""
        fields = list(pieces(given, TYPED)) or [""]
        if spare or units(fields[-1]) > TYPED - ROOM:
            fields.append("")
        for part, words in enumerate(fields):
            label = Phrase("{question} (continued)", question=question.label)
            asked = replace(question, longest=TYPED)
            asked = replace(asked, label=label, help=None, required=False) if part else asked
            yield from self._one(asked, number, words, part)

    def _one(self, question: Answerable, number: int, given: Any, part: int = 0) -> Iterator[Json]:
        label, hint = (
            self.drawing.say(question.label),
            self.drawing.say(question.help) if question.help else "",
        )
        given = None if given in ("", (), []) else given
        kept = isinstance(question, Words) and units(str(given or "")) > min(question.longest, TYPED)
        if kept:
            yield from self.drawing.note(self.drawing.say(_kept(len(str(given)))))
        if weight(label) > LABEL:
            yield from self.drawing.sections(label)
        if weight(hint) > LABEL:
            yield from self.drawing.note(hint)
        for long in self._long_options(question):
            yield from self.drawing.sections(long)
        made: Json = {
            "type": "input",
            "block_id": block_id(question.name, number, kept=kept, part=part),
            "optional": kept or not question.required,
            "dispatch_action": True,
            "label": self.drawing.plain_text(shortened(label.strip() or "…", LABEL)),
            "element": {
                "action_id": "answer",
                **self._element(question, None if kept else given),
            },
        }
        if hint:
            made["hint"] = self.drawing.plain_text(shortened(hint, LABEL))
        yield made

    def _long_options(self, question: Answerable) -> list[str]:
        """The options whose words are longer than Slack shows in a choice."""
        options = question.options if isinstance(question, Choice) else ()
        labels = [self.drawing.say(option.label) for option in options] if isinstance(options, tuple) else []
        return [label for label in labels if weight(label) > OPTION]

    def _element(self, question: Answerable, given: Any) -> Json:
        if isinstance(question, Words):
            longest = max(1, min(question.longest, TYPED))
            return _with(
                {
                    "type": "plain_text_input",
                    "multiline": question.lines,
                    "max_length": longest,
                    **TYPED_IN,
                },
                "initial_value",
                readable(str(given))[:longest] if given else None,
            )
        if isinstance(question, Choice):
            options = question.options if isinstance(question.options, tuple) else ()
            return self._choice([(o.value, self.drawing.say(o.label)) for o in options], given)
        if isinstance(question, Scale):
            scale = range(question.low, question.high + 1)
            return self._choice([(str(n), self._step(question, n)) for n in scale], given)
        if isinstance(question, Colleague):
            return self._colleague(question, given)
        if isinstance(question, Day):
            return _with({"type": "datepicker"}, "initial_date", _iso(given, date.fromisoformat))
        if isinstance(question, Clock):
            return _with({"type": "timepicker"}, "initial_time", _iso(given, time.fromisoformat))
        return _number(question, given)

    def _step(self, scale: Scale, number: int) -> str:
        label = {scale.low: scale.low_label, scale.high: scale.high_label}.get(number)
        return f"{number} – {self.drawing.say(label)}" if label else str(number)

    def _choice(self, options: list[tuple[str, str]], given: Any) -> Json:
        """Radio buttons for a few, a drop-down for more, with groups when even that has too few places."""
        if not options:
            return {"type": "plain_text_input", "multiline": False, "max_length": TYPED, **TYPED_IN}
        made = [self._option(value, label) for value, label in options]
        chosen = next((o for o in made if given is not None and o["value"] == str(given)), None)
        if len(made) <= RADIO:
            return _with({"type": "radio_buttons", "options": made}, "initial_option", chosen)
        return _with({"type": "static_select", **self._hinted(), **_grouped(made)}, "initial_option", chosen)

    def _option(self, value: str, label: str) -> Json:
        # An option is known by its label too, should its value be longer than Slack carries.
        text = self.drawing.plain_text(shortened(label.strip() or value or "…", OPTION))
        return {"text": text, "value": value if 0 < len(value) <= VALUE else label[:VALUE] or "…"}

    def _hinted(self) -> Json:
        return {"placeholder": self.drawing.plain_text(shortened(self.drawing.say(PICK), PLACEHOLDER))}

    # Colleagues ------------------------------------------------------------------------------------------------------

    def _colleague(self, question: Colleague, given: Any) -> Json:
        assert self.company is not None
        named = [given] if isinstance(given, str) else list(given or ())
        if self.company.is_all_here:
            ids = [found for one in named if (found := self.company.slack_id(one))]
            if question.most > 1:
                many: Json = {"type": "multi_users_select", "max_selected_items": question.most}
                return _with(many, "initial_users", ids[: question.most])
            return _with({"type": "users_select"}, "initial_user", ids[0] if ids else None)
        return self._from_the_list(question, [self.company.person_id(one) for one in named])

    def _person(self, person: Person) -> Json:
        assert self.company is not None
        return self._option(person.id, readable(told_apart(person, self.company.directory)))

    def _from_the_list(self, question: Colleague, chosen: list[str]) -> Json:
        """Names of the company's list: all of them if they are few, else those that fit what is typed."""
        assert self.company is not None
        people = self.company.people
        initial = [self._person(p) for one in chosen if (p := self.company.directory.person(one))]
        many = "multi_" if question.most > 1 else ""
        if len(people) > OPTIONS:
            made: Json = {"type": f"{many}external_select", "min_query_length": 0, **self._hinted()}
        else:
            options = [self._person(p) for p in people]
            made = {"type": f"{many}static_select", "options": options, **self._hinted()}
            initial = [option for option in initial if option in options]
        if many:
            return _with(
                {**made, "max_selected_items": question.most}, "initial_options", initial[: question.most]
            )
        return _with(made, "initial_option", initial[0] if initial else None)


def suggestions(company: Company, typed: str) -> list[Json]:
    """The colleagues whose name or address fits what somebody types, as options of a drop-down."""
    modal = Modal(Drawing(), "", company)
    wanted = typed.strip().casefold()
    fitting = [p for p in company.people if wanted in p.name.casefold() or wanted in p.email.casefold()]
    return [modal._person(person) for person in fitting[:OPTIONS]]


def _number(question: Number, given: Any) -> Json:
    made: Json = {"type": "number_input", "is_decimal_allowed": not question.whole, **TYPED_IN}
    if question.low is not None:
        made["min_value"] = _decimal(question.low)
    if question.high is not None:
        made["max_value"] = _decimal(question.high)
    try:
        return {**made, "initial_value": _decimal(float(given))} if given is not None else made
    except (TypeError, ValueError, OverflowError):
        return made


def _decimal(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _with(element: Json, key: str, initial: Any) -> Json:
    return {**element, key: initial} if initial else element


def _iso(given: Any, read: Any) -> str | None:
    """The answer if it is a day or a time already, and not words that still must be read."""
    try:
        return str(given) if given and read(str(given)) else None
    except ValueError:
        return None


def _grouped(options: list[Json]) -> Json:
    if len(options) <= OPTIONS:
        return {"options": options}
    starts = range(0, len(options), OPTIONS)
    groups = [
        {
            "label": {"type": "plain_text", "text": f"{start + 1}–{min(start + OPTIONS, len(options))}"},
            "options": options[start : start + OPTIONS],
        }
        for start in starts
    ]
    return {"option_groups": groups}
