"""What a scorecard comes to, and why: points by weight, bonus points, points off, and what would change them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from handlers.goals import goal as goals
from handlers.goals import scoring
from handlers.goals.goal import CONFIDENCE, KPI, Standing
from handlers.goals.numbers import shown
from handlers.goals.scorecards.parts import BONUS, PENALTY, given, is_given
from handlers.goals.scoring import ONE, ZERO, Direction, Part, Points
from handlers.kit.cards import Fact, Note, Section
from handlers.kit.cards import Part as Shown
from handlers.kit.requests import Request
from handlers.kit.text import Lines, Listing, Phrase, Plural, Text, Verbatim
from storage.goals import KeyResult

TENTH = Decimal("0.1")


def points_of(each: Standing) -> Points:
    """The points of a scorecard."""
    parts = [Part(goals.progress_of(row), row.weight, row.id in each.stale) for row in _by_weight(each)]
    return scoring.points(parts, _given(each, BONUS), _given(each, PENALTY))


def _by_weight(each: Standing) -> list[KeyResult]:
    return [row for row in each.results if not is_given(row.part)]


def _given(each: Standing, part: str) -> list[Decimal]:
    return [given(row) for row in each.results if row.part == part]


def rounded(request: Request, points: Decimal) -> Verbatim:
    """Points as they are shown: to a tenth, rounded once and here."""
    return Verbatim(shown(points.quantize(TENTH, ROUND_HALF_UP), request.actor.language))


def _form(points: Decimal) -> int:
    """What a sentence about them agrees with: one point is alone, 0.5 or 1.5 points are not."""
    return 1 if points.quantize(TENTH, ROUND_HALF_UP) == 1 else 2


def facts(request: Request, each: Standing) -> tuple[Shown, ...]:
    """Score, progress and confidence of a scorecard, each for itself; nothing of what is no scorecard."""
    if each.goal.form != KPI:
        return ()
    return (
        Fact(Phrase("Score"), score_text(request, points_of(each))),
        Fact(Phrase("Progress"), goals.percent(each.together.progress)),
        Fact(Phrase("Status"), _looks(each)),
    )


def score_text(request: Request, points: Points) -> Text:
    """A score with what it is made of."""
    if points.total is None or points.base is None:
        return Phrase("no data yet")
    total = rounded(request, points.total)
    if not points.bonus and not points.penalty:
        return Phrase("{total} of 100 points", total=total)
    return Phrase(
        "{total} points: {base} by weight, {bonus} added, {penalty} taken off",
        total=total,
        base=rounded(request, points.base),
        bonus=rounded(request, points.bonus),
        penalty=rounded(request, points.penalty),
    )


def _looks(each: Standing) -> Text:
    """How many items look how: words of people, in no number of the score."""
    said = Counter(row.confidence for row in _by_weight(each) if row.confidence)
    found = tuple(
        Phrase("{label}: {n}", label=option.label, n=said[option.value])
        for option in CONFIDENCE
        if said[option.value]
    )
    return Listing(found) if found else Phrase("nothing said yet")


# Why -----------------------------------------------------------------------------------------------------------------


def why(request: Request, each: Standing) -> tuple[Shown, ...]:
    """How the score of a scorecard comes about; and of any goal what would change it, and of which template it is."""
    score = _score(request, each) if each.goal.form == KPI else ()
    return (*score, *_what_would_change(request, each), *_template(each))


def _score(request: Request, each: Standing) -> tuple[Shown, ...]:
    return (
        Section(Phrase("Score: {score}.", score=score_text(request, points_of(each)))),
        Section(
            Phrase(
                "The score is 100 times the mean of its items by weight, then bonus points are added and points off are"
                " taken; it is never below 0. Progress, status and score are three things: none is a part of"
                " another."
            )
        ),
    )


def _what_would_change(request: Request, each: Standing) -> tuple[Shown, ...]:
    lines = tuple(_changing(request, each))
    return (Section(Lines((Phrase("What would change it:"), *lines))),) if lines else ()


def _changing(request: Request, each: Standing) -> Iterator[Text]:
    for row, share in zip(each.results, each.together.shares, strict=True):
        if is_given(row.part):
            left = row.target - given(row)
            words = {"title": Verbatim(row.title), "points": rounded(request, left)}
            if left and row.part == BONUS:
                yield Plural(
                    "{title}: one more point can be added",
                    "{title}: {points} more points can be added",
                    n=_form(left),
                    **words,
                )
            elif left:
                yield Plural(
                    "{title}: one more point can be taken off",
                    "{title}: {points} more points can be taken off",
                    n=_form(left),
                    **words,
                )
        elif share.why_not in ("no_data", "stale"):
            yield _first_figure(each, Verbatim(row.title))
        elif share.weight and (goals.progress_of(row) or ZERO) < ONE:
            yield _one_more(request, each, row, share.weight)


def _first_figure(each: Standing, title: Text) -> Text:
    if each.together.progress is None:
        return Phrase("{title}: a figure of it makes the first number", title=title)
    return Phrase("{title}: its first figure takes back its weight from the others", title=title)


def _one_more(request: Request, each: Standing, row: KeyResult, weight: Decimal) -> Text:
    """What more of a key result adds: each tenth of its way, or all that is left where there is nothing between."""
    left = 100 * weight * (ONE - (goals.progress_of(row) or ZERO))
    title = Verbatim(row.title)
    if row.direction == Direction.YES_NO:
        return Phrase("{title}: once it is reached, {more}", title=title, more=_more(request, each, left))
    if row.direction == Direction.BAND:
        return Phrase("{title}: once it is in its band, {more}", title=title, more=_more(request, each, left))
    if left < 10 * weight:
        return Phrase("{title}: the rest of its way is {more}", title=title, more=_more(request, each, left))
    tenth = _more(request, each, 10 * weight)
    return Phrase("{title}: 10% more of its way is {more}", title=title, more=tenth)


def _more(request: Request, each: Standing, points: Decimal) -> Text:
    shown_as = rounded(request, points)
    if each.goal.form == KPI:
        return Plural("one point", "{points} points", n=_form(points), points=shown_as)
    return Phrase("{points}% of the goal", points=shown_as)


def _template(each: Standing) -> tuple[Shown, ...]:
    if not each.goal.template_id:
        return (Note(Phrase("It was made without a template.")),) if each.goal.form == KPI else ()
    return (Note(Phrase("Template: version {n}.", n=each.goal.template_version)),)
