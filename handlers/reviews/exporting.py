"""Final results as a file for pay, promotion or training, each with what that needs and no more; no pay is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from handlers.kit.access import Rule
from handlers.kit.cards import Button, Card, Document, Fact, Note, Part, Section
from handlers.kit.forms import Choice, Option
from handlers.kit.problems import Problem, changed_meanwhile
from handlers.kit.requests import Reply, Request, Tell
from handlers.kit.text import Phrase, Plural, Text, Verbatim
from handlers.reviews.parts import GROWTH
from handlers.reviews.results import points_of
from handlers.reviews.review import bound_cycle, feature, has_power, parts_of, runners
from storage.reviews import MANAGER, ResultExport, ReviewCycle, ReviewResult
from storage.sheets import MOST_ROWS, Cell, OutSheet, write_csv, write_xlsx
from storage.unit import Conflict

ALONE = 200
"""So many rows somebody of HR takes alone; for more a second one agrees."""

PAY, PROMOTION, TRAINING = "pay", "promotion", "training"
PURPOSES = (
    Option(PAY, Phrase("Pay: the rating"), also=("pay", "薪酬", "薪酬：评分")),
    Option(PROMOTION, Phrase("Promotion: the rating"), also=("promotion", "晋升", "晋升：评分")),
    Option(
        TRAINING,
        Phrase("Training: what should be learned next, without the rating"),
        also=("training", "培训", "培训：下一步发展建议，不含评分"),
    ),
)
FORMS = (Option("xlsx", Phrase("Excel"), also=("excel",)), Option("csv", Phrase("CSV"), also=("text",)))


@dataclass(frozen=True)
class Column:
    """A column, as its first row calls it in English and in Chinese."""

    english: str
    chinese: str

    def named(self, language: str) -> str:
        """What its reader finds above it."""
        return self.chinese if language == "zh" else self.english


WHO = (
    Column("Staff number", "工号"),
    Column("Email", "邮箱"),
    Column("Name", "姓名"),
    Column("Department", "部门"),
    Column("Team", "团队"),
    Column("Cycle", "评估周期"),
    Column("From", "开始日期"),
    Column("To", "结束日期"),
)
RATED = (Column("Rating", "评分"), Column("Points of the scale", "评分档数"))
LEARNING = (Column("What should be learned next", "下一步发展"),)
SEALED = (Column("Version", "版本"), Column("Final since", "定稿时间"), Column("Checksum", "校验码"))


def _refuse_unfinished(request: Request, args: Mapping[str, Any]) -> None:
    if not _count(request, bound_cycle(request, args["cycle"])):
        raise Problem(Phrase("No result of this cycle is final yet. Only what is final is exported."))


@feature.button(
    allow=runners,
    seen_by=Phrase("That you export it, and for what, is noted in the audit log."),
    title=Phrase("Export the results"),
    submit=Phrase("Export"),
    over=_refuse_unfinished,
)
def export(
    request: Request,
    cycle: str,
    purpose: Annotated[str, Choice(Phrase("For what?"), options=PURPOSES)],
    form: Annotated[str, Choice(Phrase("As what?"), options=FORMS)] = "xlsx",
) -> Reply:
    """Export the final results of this cycle."""
    row = bound_cycle(request, cycle)
    count = _count(request, row)
    if too_many := exceeds(form, count):
        raise Problem(too_many, question="form")
    asked = request.store.reviews.freezing.ask_export(row.id, purpose, form, by=request.actor.id)
    if count <= ALONE:
        return _made(request, row, asked)
    return _second(request, row, asked, count)


def exceeds(form: str, count: int) -> Text | None:
    """Why so many results do not go into a file of this form, or None."""
    if form != "xlsx" or count <= MOST_ROWS:
        return None
    return Phrase("Excel holds {most} results at most, and these are {n}. Take CSV.", most=MOST_ROWS, n=count)


def _count(request: Request, cycle: ReviewCycle) -> int:
    return request.store.reviews.results.count_final(cycle.id, reader=request.actor.id)


def _final(request: Request, cycle: ReviewCycle) -> list[ReviewResult]:
    rows = request.store.reviews.results.in_cycle(cycle.id, reader=request.actor.id)
    return [row for row in rows if row.finalised_at]


# A second person -----------------------------------------------------------------------------------------------------


def _export(request: Request, args: Mapping[str, Any]) -> tuple[ResultExport, ReviewCycle] | None:
    row = request.store.reviews.freezing.export(str(args.get("asked") or ""))
    cycle = request.store.reviews.cycles.get(row.cycle_id) if row else None
    if row is None or cycle is None or not has_power(request.store, request.actor.id, cycle):
        return None
    return row, cycle


def _bound(request: Request, asked: str) -> tuple[ResultExport, ReviewCycle]:
    found = _export(request, {"asked": asked})
    assert found is not None
    return found


def _is_second(request: Request, args: Mapping[str, Any]) -> bool:
    found = _export(request, args)
    return found is not None and found[0].asked_by != request.actor.id


def _asked_for_it(request: Request, args: Mapping[str, Any]) -> bool:
    found = _export(request, args)
    return found is not None and found[0].asked_by == request.actor.id and found[0].agreed_at is not None


seconds = Rule(
    "a second person in HR, who is not reviewed in it",
    _is_second,
    Phrase(
        "It takes a second person in HR: not the one who asked, nor anybody who is reviewed in this cycle."
    ),
)
askers = Rule(
    "who asked, once a second one agreed",
    _asked_for_it,
    Phrase("This file waits for the yes of a second person in HR, or it was not you who asked."),
)


HOLDS = Note(
    Phrase(
        "The file holds these results, as they are when it is made. What becomes final later is not in it."
    )
)
"""What is agreed to, and no more: whose results, counted when it was asked for."""


def _second(request: Request, cycle: ReviewCycle, asked: ResultExport, count: int) -> Reply:
    staff = [
        each
        for each in request.store.directory.active()
        if each.id != request.actor.id and has_power(request.store, each.id, cycle)
    ]
    if not staff:
        raise Problem(
            Phrase(
                "These are {n} results. More than {most} need the yes of a second person in HR who is not reviewed in"
                " this cycle, and there is nobody. The people file says who is in HR.",
                n=count,
                most=ALONE,
            )
        )
    card = Card(
        Phrase("{name} asks to export review results", name=Verbatim(request.actor.name)),
        *_facts(cycle, asked, count),
        HOLDS,
        Button(Phrase("Agree"), agree_export.bind(asked=asked.id), style="primary"),
        Button(Phrase("Refuse"), refuse_export.bind(asked=asked.id)),
    )
    tell = tuple(Tell(card, to=each.id, topic=f"reviews.export:{asked.id}:{each.id}") for each in staff)
    return Reply(
        show=Card(
            Phrase("A second person in HR is asked. With their yes you get the file."),
            *_facts(cycle, asked, count),
            HOLDS,
        ),
        tell=tell,
    )


def _facts(cycle: ReviewCycle, asked: ResultExport, count: int) -> tuple[Part, ...]:
    purpose = next(option.label for option in PURPOSES if option.value == asked.purpose)
    return (
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Fact(Phrase("For what"), purpose),
        Fact(Phrase("Review results"), Phrase("{n}", n=count)),
    )


def _undecided(request: Request, asked: str) -> tuple[ResultExport, ReviewCycle]:
    row, cycle = _bound(request, asked)
    if row.agreed_at or row.refused_at:
        raise Problem(Phrase("This is decided already."))
    return row, cycle


@feature.button(allow=seconds)
def agree_export(request: Request, asked: str) -> Reply:
    """Agree that these results are exported."""
    row, cycle = _undecided(request, asked)
    _changed(request, row, "agreed", agreed_by=request.actor.id, agreed_at=request.now)
    card = Card(
        Phrase("{name} agreed to the export", name=Verbatim(request.actor.name)),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
        Button(Phrase("Make the file"), take_export.bind(asked=row.id), style="primary"),
    )
    tell = Tell(card, to=row.asked_by, topic=f"reviews.exported:{row.id}")
    return Reply(show=Card(Phrase("You agreed. Whoever asked gets the file now.")), tell=(tell,))


@feature.button(allow=seconds)
def refuse_export(request: Request, asked: str) -> Reply:
    """Refuse this export."""
    row, cycle = _undecided(request, asked)
    _changed(request, row, "refused", refused_at=request.now)
    card = Card(
        Phrase("{name} refused the export", name=Verbatim(request.actor.name)),
        Fact(Phrase("Cycle"), Verbatim(cycle.name)),
    )
    tell = Tell(card, to=row.asked_by, topic=f"reviews.exported:{row.id}")
    return Reply(show=Card(Phrase("Refused. Nothing was exported.")), tell=(tell,))


def _changed(request: Request, row: ResultExport, act: str, **values: Any) -> None:
    try:
        request.store.reviews.freezing.change_export(row, act, **values)
    except Conflict:
        raise changed_meanwhile() from None


# The file ------------------------------------------------------------------------------------------------------------


@feature.button(allow=askers, takes_long=True)
def take_export(request: Request, asked: str) -> Reply:
    """Make the file to which a second person in HR agreed."""
    row, cycle = _bound(request, asked)
    return _made(request, cycle, row)


def _made(request: Request, cycle: ReviewCycle, asked: ResultExport) -> Reply:
    if asked.made_at:
        raise Problem(Phrase("This file was made already. Ask for a new one if you need it again."))
    final, agreed = _final(request, cycle), request.store.reviews.freezing.final_at(cycle.id, asked.asked_at)
    rows = [row for row in final if row.id in agreed]
    name = f"review-results-{asked.purpose}-{request.today.isoformat()}.{asked.form}"
    kept = request.store.files.keep(request.actor.id, name, _written(request, cycle, asked, rows))
    _changed(request, asked, "made", made_at=request.now)
    return Reply(
        show=Card(
            Plural("One final result", "{n} final results", n=len(rows)),
            *_facts(cycle, asked, len(rows)),
            Document(Phrase("Fetch the file"), name, kept),
            Section(_kept(asked)),
            *_later(len(final) - len(rows)),
            Note(
                Phrase(
                    "It is yours for a day. Upbeat computes no pay: what follows from a result is decided elsewhere."
                )
            ),
        )
    )


def _later(count: int) -> tuple[Part, ...]:
    if not count:
        return ()
    words = Plural(
        "One more has become final since you asked. It is not in this file: ask for a new one.",
        "{n} more have become final since you asked. They are not in this file: ask for a new one.",
        n=count,
    )
    return (Section(words),)


def _kept(asked: ResultExport) -> Text:
    if asked.purpose == TRAINING:
        return Phrase("It holds what should be learned next, and no ratings.")
    return Phrase("It holds the ratings, and nothing that anybody wrote.")


def _written(
    request: Request, cycle: ReviewCycle, asked: ResultExport, rows: Sequence[ReviewResult]
) -> bytes:
    wanted = (*WHO, *(LEARNING if asked.purpose == TRAINING else RATED), *SEALED)
    header = [column.named(request.actor.language) for column in wanted]
    cells = _rows(request, cycle, asked.purpose, rows)
    if asked.form == "csv":
        return write_csv(header, cells)
    return write_xlsx([OutSheet(cycle.name, header, cells)])


def _rows(
    request: Request, cycle: ReviewCycle, purpose: str, rows: Sequence[ReviewResult]
) -> Iterator[list[Cell]]:
    scale = len(points_of(cycle)) or None
    learning = _learning(request, cycle) if purpose == TRAINING else {}
    for row in rows:
        person = request.person(row.subject_id)
        who = [person.external_id, person.email, person.name, person.department, person.team]
        said: list[Cell] = (
            [learning.get(row.subject_id, "")]
            if purpose == TRAINING
            else [(row.rating or {}).get("points"), scale]
        )
        sealed: list[Cell] = [row.edition, row.finalised_at, row.checksum]
        yield [*who, cycle.name, cycle.from_on, cycle.to_on, *said, *sealed]


def _learning(request: Request, cycle: ReviewCycle) -> dict[str, str]:
    """What the manager wrote on what comes next, by whom it is about, of what was shared."""
    found = request.store.reviews.released_in(cycle.id, MANAGER, reader=request.actor.id)
    keys = [part.key for part in parts_of(cycle, MANAGER) if part.form == GROWTH]
    said: dict[str, list[str]] = {}
    for row in found:  # where the manager changed, two may have written
        words = ((row.answers or {}).get(key, {}).get("words") for key in keys)
        said.setdefault(row.subject_id, []).extend(each for each in words if each)
    return {person: "\n".join(lines) for person, lines in said.items()}
