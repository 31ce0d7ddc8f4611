"""The pictures of a session: how ratings are spread, nine boxes, and each unit by point; each also as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from handlers.kit.cards import Button, Card, Note, Part, Picture, Press, Section
from handlers.kit.pictures import is_table, shown
from handlers.kit.requests import Reply, Request
from handlers.kit.text import Lines, Phrase, Plural, Text, more, names
from handlers.reviews.calibration import figures
from handlers.reviews.calibration.figures import PERFORMANCES, potential_said
from handlers.reviews.calibration.seats import bound_session, rated_in, sitters, unit_name
from handlers.reviews.calibration.session import show_session
from handlers.reviews.results import points_of
from handlers.reviews.review import feature
from handlers.reviews.suppressing import left_out
from storage.reviews import CalibrationSession


@feature.button(allow=sitters)
def spread(request: Request, session: str, as_table: bool | None = None) -> Reply:
    """Show how the ratings of this session are spread, as a picture or as a table."""
    as_table = is_table(request, as_table)
    row, cycle = bound_session(request, session)
    people, points = rated_in(request, row), points_of(cycle)
    chart = figures.spread(people, points, cycle.k_score, row.guide)
    if chart is None:
        return _too_few(row, cycle.k_score)
    picture = Picture(_title(Phrase("Distribution"), row), figures.found(people, len(points)), chart)
    guided = (
        Phrase(
            "The guide is something to look at. Nobody's rating is moved to meet it: say in the session why this unit"
            " is different."
        ),
    )
    other = spread.bind(session=session, as_table=not as_table)
    return _reply(picture, other, row, as_table=as_table, notes=guided if row.guide else ())


@feature.button(allow=sitters)
def nine_box(request: Request, session: str, as_table: bool | None = None) -> Reply:
    """Show performance and potential of this session in nine boxes, as a picture or as a table."""
    as_table = is_table(request, as_table)
    row, cycle = bound_session(request, session)
    people, most = rated_in(request, row), len(points_of(cycle))
    placed = [each for each in people if each.potential is not None]
    if not placed:
        return Reply(
            show=Card(
                Phrase("Nobody has both a rating and something said of their potential."),
                _back(row),
                Note(Phrase("Managers may say it before calibration ends, and need not: /review potential")),
            )
        )
    finding = Plural("one of {all} has both", "{n} of {all} have both", n=len(placed), all=len(people))
    picture = Picture(_title(Phrase("Nine boxes"), row), finding, figures.nine_box(people, most))
    other = nine_box.bind(session=session, as_table=not as_table)
    named = (Section(Lines(tuple(_who(figures.boxes(people, most))))),) if as_table else ()
    note = Phrase("What is said of potential is deleted when calibration ends.")
    return _reply(picture, other, row, as_table=as_table, notes=(note,), more=named)


def _who(boxes: dict[tuple[int, int], list[figures.Rated]]) -> Iterator[Text]:
    """Who stands in which box: the same people whose rows the reader sees."""
    for (performance, level), people in sorted(boxes.items(), reverse=True):
        yield Phrase(
            "{performance}, {potential}: {who}",
            performance=PERFORMANCES[performance],
            potential=potential_said(level + 1),
            who=names(each.name for each in people),
        )


@feature.button(allow=sitters)
def heat(request: Request, session: str, as_table: bool | None = None) -> Reply:
    """Show the ratings of each team of this session by point, as a picture or as a table."""
    as_table = is_table(request, as_table)
    row, cycle = bound_session(request, session)
    people, points = rated_in(request, row), points_of(cycle)
    chart, units, out = figures.heat(people, points, cycle.k_score)
    if chart is None:
        return _too_few(row, cycle.k_score)
    finding = Plural(
        "{n} team with {k} people or more",
        "{n} teams with {k} people or more",
        n=len(units),
        k=cycle.k_score,
    )
    picture = Picture(_title(Phrase("Heat map"), row), finding, chart)
    other = heat.bind(session=session, as_table=not as_table)
    rest = more(len(units), figures.MOST_UNITS)
    notes = (*rest, *((left_out(out, cycle.k_score),) if out else ()))
    return _reply(picture, other, row, as_table=as_table, notes=notes)


def _title(what: Text, row: CalibrationSession) -> Text:
    return Phrase("{what}: {unit}", what=what, unit=unit_name(row))


def _too_few(row: CalibrationSession, least: int) -> Reply:
    words = Phrase("Fewer than {k} people have a rating that you see, too few for a picture of all.", k=least)
    return Reply(show=Card(words, _back(row)))


def _back(row: CalibrationSession) -> Button:
    return Button(Phrase("Go back"), show_session.bind(session=row.id))


def _reply(
    picture: Picture,
    other: Press,
    row: CalibrationSession,
    *,
    as_table: bool,
    notes: Sequence[Text],
    more: Sequence[Part] = (),
) -> Reply:
    parts = shown(picture, other, as_table=as_table)
    return Reply(show=Card(picture.title, *parts, *more, _back(row), *(Note(words) for words in notes)))
