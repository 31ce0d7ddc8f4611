"""What a review asks: competencies with described points and examples, free questions, and one about growth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.kit.forms import Choice, Option, Question, Words
from handlers.kit.text import Lines, Phrase, Text, Verbatim
from handlers.kit.values import dump, load
from storage.reviews import CUSTOMER, MANAGER, PEER, ROLES, SELF, UPWARD

COMPETENCY, QUESTION, GROWTH, OVERALL = "competency", "question", "growth", "overall"
"""The forms of a part. What is said about growth cannot be left out; `overall` is the manager's one rating."""
POINTS = "_points"
"""How the name of a question for points ends."""
LONGEST = 12_000
"""Characters of an answer. Platforms that take less at once take it in parts."""


@dataclass(frozen=True)
class Part:
    """One thing that a review asks. `points` describe each point of its scale, the lowest first; without any it is
    answered in words alone."""

    key: str
    form: str
    title: Text
    help: Text | None = None
    points: tuple[Text, ...] = ()
    examples: tuple[Text, ...] = ()
    roles: tuple[str, ...] = ROLES

    def kept(self) -> dict[str, Any]:
        """The part as a cycle or a template keeps it."""
        return {
            "key": self.key,
            "form": self.form,
            "title": dump(self.title),
            "help": dump(self.help) if self.help else "",
            "points": [dump(point) for point in self.points],
            "examples": [dump(example) for example in self.examples],
            "roles": list(self.roles),
        }


def read(kept: Mapping[str, Any]) -> Part:
    """The part that `kept` wrote."""
    return Part(
        kept["key"],
        kept["form"],
        load(kept["title"]),
        load(kept["help"]) if kept["help"] else None,
        tuple(load(point) for point in kept["points"]),
        tuple(load(example) for example in kept["examples"]),
        tuple(kept["roles"]),
    )


def asked_of(parts: Any, role: str, *, rated: bool) -> tuple[Part, ...]:
    """What is asked of who writes as this; of points only where the cycle has ratings."""
    found = (read(kept) for kept in parts)
    return tuple(part for part in found if role in part.roles and (rated or part.form != OVERALL))


def questions(parts: tuple[Part, ...], *, rated: bool) -> tuple[Question, ...]:
    """The questions of a form: for each part its points, if it has any, and its words."""
    return tuple(question for part in parts for question in _questions(part, rated))


def _questions(part: Part, rated: bool) -> tuple[Question, ...]:
    points, words = points_name(part), words_name(part)
    asked: list[Question] = []
    if part.points and rated:
        asked.append(
            Choice(part.title, name=points, required=False, help=_help(part), options=_options(part))
        )
        why = Phrase("{title}: what shows it?", title=part.title)
        asked.append(Words(why, name=words, required=False, longest=LONGEST))
    else:
        required = part.form == GROWTH
        asked.append(Words(part.title, name=words, required=required, help=_help(part), longest=LONGEST))
    return tuple(asked)


def points_name(part: Part) -> str:
    """The name of the question for a part's points."""
    return f"{part.key}{POINTS}"


def words_name(part: Part) -> str:
    """The name of the question for a part's words."""
    return part.key


def cites_name(part: Part) -> str:
    """Where a draft keeps what an answer cites: "kind:id" each, "" where one was taken out, so that [2] stays [2]."""
    return f"{part.key}_cites"


def assisted_name(part: Part) -> str:
    """Where a draft keeps that a model worded an answer."""
    return f"{part.key}_assisted"


def _help(part: Part) -> Text | None:
    examples = tuple(Phrase("For example: {example}", example=example) for example in part.examples)
    lines = ((part.help,) if part.help else ()) + examples
    return Lines(lines) if lines else None


def _options(part: Part) -> tuple[Option, ...]:
    return tuple(
        Option(str(number), Phrase("{n} – {point}", n=number, point=point))
        for number, point in enumerate(part.points, 1)
    )


def answers(parts: tuple[Part, ...], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What was written, by the key of its part."""
    made: dict[str, dict[str, Any]] = {}
    for part in parts:
        words, points = str(given.get(words_name(part)) or "").strip(), given.get(points_name(part))
        if words or points:
            made[part.key] = {
                "words": words,
                "points": int(points) if points else None,
                **_marks(part, given),
            }
    return made


def _marks(part: Part, given: Mapping[str, Any]) -> dict[str, Any]:
    """Where an answer comes from, if that was said."""
    cites, is_assisted = list(given.get(cites_name(part)) or ()), given.get(assisted_name(part))
    return {
        **({"cites": cites} if any(cites) else {}),
        **({"assisted": True} if is_assisted and given.get(words_name(part)) else {}),
    }


def given(parts: tuple[Part, ...], kept: Mapping[str, Any]) -> dict[str, Any]:
    """The same as it stands in the form again."""
    made: dict[str, Any] = {}
    for part in parts:
        answer = kept.get(part.key) or {}
        if answer.get("words"):
            made[words_name(part)] = answer["words"]
        if answer.get("points"):
            made[points_name(part)] = str(answer["points"])
        if answer.get("cites"):
            made[cites_name(part)] = list(answer["cites"])
        if answer.get("assisted"):
            made[assisted_name(part)] = True
    return made


def line(part: Part, answer: Mapping[str, Any]) -> Text:
    """One answer as it reads."""
    words: Text = Verbatim(answer.get("words") or "")
    points = answer.get("points")
    if not points:
        return words
    known = part.points[points - 1] if points <= len(part.points) else Verbatim("")
    said = Phrase("{n} of {most}: {point}", n=points, most=len(part.points), point=known)
    return Lines((said, words)) if answer.get("words") else said


def unsaid(answer: Mapping[str, Any]) -> Text:
    """That there is one, where it is not repeated: what is shown is kept for a while by the inbox and the platform."""
    return Phrase(
        "Written, {n} characters. It stands in the form alone.", n=len(str(answer.get("words") or ""))
    )


# The template that everybody has -------------------------------------------------------------------------------------

_POINTS = (
    Phrase("far from what the role needs"),
    Phrase("partly what the role needs"),
    Phrase("what the role needs"),
    Phrase("often more than the role needs"),
    Phrase("an example for others in the role"),
)
_OTHERS = (PEER, UPWARD, MANAGER, CUSTOMER)

STANDARD: tuple[Part, ...] = (
    Part(
        "results",
        COMPETENCY,
        Phrase("Results"),
        Phrase("What was agreed, what was done, and what it changed."),
        _POINTS,
        (Phrase("“Cut the time to restore from 90 to 20 minutes; two incidents since were over in 15.”"),),
        (SELF, PEER, MANAGER, CUSTOMER),
    ),
    Part(
        "together",
        COMPETENCY,
        Phrase("Working together"),
        Phrase("How others can build on this work: what is said, kept, shared and asked."),
        _POINTS,
        (Phrase("“Wrote up the migration; the other team did theirs from it without a question.”"),),
        (SELF, PEER, MANAGER, CUSTOMER),
    ),
    Part(
        "craft",
        COMPETENCY,
        Phrase("Craft"),
        Phrase("How well the work itself is made, as people in the same trade would judge."),
        _POINTS,
        (
            Phrase(
                "“Three of four releases needed no correction; the fourth was found by a test of their own.”"
            ),
        ),
        (SELF, PEER, MANAGER),
    ),
    Part(
        "direction",
        COMPETENCY,
        Phrase("Gives direction"),
        Phrase("Whether you know what matters, and why."),
        _POINTS,
        (Phrase("“Every Monday says what goes first; when it changes, says why.”"),),
        (UPWARD,),
    ),
    Part(
        "support",
        COMPETENCY,
        Phrase("Supports people"),
        Phrase("Whether help, feedback and room to grow come when they are needed."),
        _POINTS,
        (Phrase("“Took two meetings off me in the week of the launch without being asked.”"),),
        (UPWARD,),
    ),
    Part("keep", QUESTION, Phrase("What should be kept, because it works?"), roles=_OTHERS),
    Part("proud", QUESTION, Phrase("What are you proud of, and what did it change?"), roles=(SELF,)),
    Part("hindered", QUESTION, Phrase("What held you up, and who could move it?"), roles=(SELF,)),
    Part("change", QUESTION, Phrase("What one thing, done differently, would help most?"), roles=_OTHERS),
    Part(
        "growth",
        GROWTH,
        Phrase("What should be learned or practised next, and what makes it possible?"),
        Phrase("This is the one question that cannot be left out: a review is for what comes next."),
        roles=(SELF, MANAGER),
    ),
    Part("overall", OVERALL, Phrase("All in all"), points=_POINTS, roles=(MANAGER,)),
)
