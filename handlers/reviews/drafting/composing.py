"""Composing: the sentences that the record alone makes, each with the pieces that it stands on. The same record gives
the same sentences, whenever and wherever; nothing is judged, summed up or left to chance."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from handlers.reviews.drafting.wording import said
from handlers.reviews.evidence.pieces import UNKNOWN, day_of, goal_of, values_of, with_unit
from handlers.reviews.parts import COMPETENCY, GROWTH, OVERALL, Part
from storage.checkins.tables import CheckIn
from storage.feedback import FeedbackRow
from storage.goals.tables import GoalChange
from storage.kudos import KudosRow
from storage.metrics.tables import PersonPoint
from storage.reviews import Piece
from storage.store import Store

MOST = 6
"""Sentences for one question."""
LONGEST = 240
"""Characters that are quoted of what somebody wrote."""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a draft, and how the pieces that it stands on are cited."""

    words: str
    refs: tuple[str, ...]


Maker: TypeAlias = "Callable[[Store, Sequence[Piece], str], Iterator[Sentence]]"


def compose(
    store: Store, asked: Sequence[Part], found: Sequence[Piece], language: str
) -> dict[str, tuple[Sentence, ...]]:
    """The sentences for each part, by its key; `found` is what may be cited, oldest first. Points are never drafted,
    and neither is what comes next."""
    made = {
        part.key: tuple(s for make in _makers(part) for s in make(store, found, language))[:MOST]
        for part in asked
        if part.form not in (GROWTH, OVERALL)
    }
    return {key: sentences for key, sentences in made.items() if sentences}


def _makers(part: Part) -> tuple[Maker, ...]:
    known = _MAKERS.get(part.key)
    if known is not None:
        return known
    return (_moves, _figures, _thanks, _feedback) if part.form == COMPETENCY else ()


# What each kind of piece says ----------------------------------------------------------------------------------------


def _moves(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    """From where to where each key result went."""
    steps: dict[str, list[Piece]] = {}
    for piece in found:
        if isinstance(piece.row, GoalChange) and piece.result is not None:
            steps.setdefault(piece.result.id, []).append(piece)
    for each in steps.values():
        first, last = each[0], each[-1]
        if (is_yes := _is_yes(last)) is not None:
            yield _answered(store, last, language, "reached" if is_yes else "not reached")
            continue
        values = [value for piece in each for value in _values(piece) if value != UNKNOWN]
        if not values or (values[0] == values[-1] and len(values) > 1):
            continue
        days = {"first": _day(store, first), "last": _day(store, last)}
        made = said(
            language,
            "stood" if len(values) == 1 else "moved once" if days["first"] == days["last"] else "moved",
            result=_plain(last.result.title if last.result else ""),
            before=values[0],
            after=values[-1],
            **days,
        )
        yield Sentence(made, tuple(dict.fromkeys((first.ref, last.ref))))


def _is_yes(piece: Piece) -> bool | None:
    assert isinstance(piece.row, GoalChange)
    return piece.result.says_yes((piece.row.after or {}).get("value")) if piece.result else None


def _answered(store: Store, piece: Piece, language: str, sentence: str) -> Sentence:
    """What is a yes or no was reached, or not yet."""
    result = _plain(piece.result.title if piece.result else "")
    return Sentence(said(language, sentence, result=result, last=_day(store, piece)), (piece.ref,))


def _values(piece: Piece) -> tuple[str, str]:
    assert isinstance(piece.row, GoalChange)
    return values_of(piece, piece.row)


def _closed(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    for piece in found:
        if isinstance(piece.row, GoalChange) and piece.result is None and piece.row.act == "closed":
            goal, day = _plain(goal_of(piece)), _day(store, piece)
            yield Sentence(said(language, "closed", goal=goal, last=day), (piece.ref,))


def _figures(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    """What each imported figure was first and last."""
    series: dict[tuple[str, str], list[tuple[Piece, PersonPoint]]] = {}
    for piece in found:
        if isinstance(piece.row, PersonPoint):
            series.setdefault((piece.row.source_id, piece.row.metric_id), []).append((piece, piece.row))
    for each in series.values():
        (first, begin), (last, end) = each[0], each[-1]
        yield Sentence(
            said(
                language,
                "figures" if len(each) > 1 else "figure",
                metric=_plain(end.metric),
                source=_plain(end.source),
                before=with_unit(begin.value, begin.unit),
                after=with_unit(end.value, end.unit),
                first=_day(store, first),
                last=_day(store, last),
            ),
            tuple(dict.fromkeys((first.ref, last.ref))),
        )


def _thanks(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    for piece in found:
        if isinstance(piece.row, KudosRow) and piece.row.why:
            yield _quoting(store, piece, language, "thanks", piece.row.why)


def _feedback(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    for piece in found:
        if isinstance(piece.row, FeedbackRow):
            kept = piece.row.answers or {}
            words = " ".join(kept[key] for key in ("behaviour", "effect") if kept.get(key))
            if words:
                yield _quoting(store, piece, language, "feedback", words)


def _done(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    yield from _of_check_ins(store, found, language, "done")


def _blocked(store: Store, found: Sequence[Piece], language: str) -> Iterator[Sentence]:
    yield from _of_check_ins(store, found, language, "blocked")


def _of_check_ins(store: Store, found: Sequence[Piece], language: str, key: str) -> Iterator[Sentence]:
    """The first of each month, so that no week stands for all of them."""
    months: dict[str, tuple[Piece, str]] = {}
    for piece in found:
        if isinstance(piece.row, CheckIn) and (words := (piece.row.answers or {}).get(key)):
            months.setdefault(f"{piece.row.day:%Y-%m}", (piece, words))
    for piece, words in months.values():
        yield _quoting(store, piece, language, key, words)


def _quoting(store: Store, piece: Piece, language: str, sentence: str, words: str) -> Sentence:
    name = _plain(store.directory.named(piece.row.author_id))
    made = said(language, sentence, name=name, last=_day(store, piece), words=_plain(words))
    return Sentence(made, (piece.ref,))


def _day(store: Store, piece: Piece) -> str:
    return day_of(store, piece).isoformat()


def _plain(words: str) -> str:
    """Words on one line, without what would read as a citation of ours."""
    line = " ".join(words.split()).replace("[", "(").replace("]", ")")
    return line if len(line) <= LONGEST else f"{line[:LONGEST].rstrip()}…"


_MAKERS: Mapping[str, tuple[Maker, ...]] = {
    "results": (_moves, _closed, _figures, _done),
    "together": (_thanks,),
    "craft": (_feedback,),
    "proud": (_closed, _thanks),
    "keep": (_thanks,),
    "hindered": (_blocked,),
    "change": (_blocked,),
}
"""What answers the questions of the template that everybody has; any other competency gets what fits all."""


# Into the form -------------------------------------------------------------------------------------------------------


def written(sentences: Sequence[Sentence], cites: Sequence[Any]) -> tuple[str, list[str]]:
    """The words of a draft, each sentence followed by the numbers of its citations; and what is cited, after what was
    already."""
    numbered = [str(ref) for ref in cites]
    lines = []
    for sentence in sentences:
        numbered += [ref for ref in sentence.refs if ref not in numbered]
        marks = "".join(f"[{numbered.index(ref) + 1}]" for ref in sentence.refs)
        lines.append(f"{sentence.words} {marks}")
    return "\n".join(lines), numbered
