"""The checker: what was acknowledged, what is kept, and what the platforms accepted must tell one story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

EXAMPLES = 5


@dataclass(frozen=True)
class Input:
    """One thing that somebody did. `mark` is a word that nobody else says, `delivery` its key in the inbox. Of all that
    is said with one mark, what `acts` has one effect together, and the rest, like asking for a preview, none."""

    mark: str
    cell: str
    delivery: str
    acknowledged: bool
    acts: bool = True


@dataclass(frozen=True)
class Told:
    """One message of the outbox: what it says (`mark`), to whom, how it ended and `why`, and how often nobody knew
    whether it had arrived."""

    mark: str
    reader: str
    state: str
    ambiguous: int = 0
    repeats: bool = True
    """False where it is rather lost than said twice."""
    why: str = ""


@dataclass(frozen=True)
class History:
    """Everything that happened, from three sides.

    `inbox` counts the rows of each delivery, `effects` what stands in the database for each mark. `arrived` counts, for
    each (mark, reader), the messages that a platform accepted; `seen` is every (mark, reader) that any chat shows.
    `may_see` are the readers of a mark."""

    inputs: tuple[Input, ...]
    inbox: Mapping[str, int]
    effects: Mapping[str, int]
    told: tuple[Told, ...] = ()
    arrived: Mapping[tuple[str, str], int] = field(default_factory=dict)
    seen: frozenset[tuple[str, str]] = frozenset()
    may_see: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tells: Mapping[str, str] = field(default_factory=dict)
    """For each mark whose effect tells somebody: the reader."""


@dataclass
class Finding:
    """What is wrong in one cell, and how much was looked at."""

    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    leaked: int = 0
    ambiguous: int = 0
    wrong: list[str] = field(default_factory=list)

    def note(self, column: str, words: str) -> None:
        """Count a breach, and keep the first few in words."""
        setattr(self, column, getattr(self, column) + 1)
        if len(self.wrong) < EXAMPLES:
            self.wrong.append(words)


def check(history: History) -> dict[str, Finding]:
    """What is wrong, by the cell in which it was said; "" for what no input explains."""
    cells = {each.mark: each.cell for each in history.inputs}
    found: dict[str, Finding] = {each.cell: Finding() for each in history.inputs}
    _check_inputs(history, found)
    _check_messages(history, found, cells)
    _check_readers(history, found, cells)
    return found


# Inputs --------------------------------------------------------------------------------------------------------------


def _check_inputs(history: History, found: dict[str, Finding]) -> None:
    """An acknowledged input has one row in the inbox and one effect; what was not acknowledged has both or neither."""
    expected: dict[str, int] = {}
    for each in history.inputs:
        rows, finding = history.inbox.get(each.delivery, 0), found[each.cell]
        finding.acknowledged += each.acknowledged
        if each.acknowledged and rows == 0:
            finding.note("lost", f"{each.mark}: acknowledged, and not in the inbox")
        if rows > 1:
            finding.note("doubled", f"{each.mark}: {rows} times in the inbox")
        expected[each.mark] = max(expected.get(each.mark, 0), int(each.acts and rows > 0))
    marks = {each.mark: each.cell for each in history.inputs}
    for mark, cell in marks.items():
        _check_effects(mark, found[cell], history.effects.get(mark, 0), expected[mark])
    for mark in set(history.effects) - set(marks):
        found.setdefault("", Finding()).note("doubled", f"{mark}: an effect that nobody asked for")


def _check_effects(mark: str, finding: Finding, effects: int, expected: int) -> None:
    if effects < expected:
        finding.note("lost", f"{mark}: taken, and without its effect")
    if effects > expected:
        finding.note("doubled", f"{mark}: {effects} effects, {expected} expected")


# Messages ------------------------------------------------------------------------------------------------------------


def _check_messages(history: History, found: dict[str, Finding], cells: Mapping[str, str]) -> None:
    """Each message arrived once, or once more for each time that a platform never answered, at most one repeat each."""
    by_key: dict[tuple[str, str], list[Told]] = {}
    for told in history.told:
        by_key.setdefault((told.mark, told.reader), []).append(told)
    for key, rows in by_key.items():
        finding = found.setdefault(cells.get(key[0], ""), Finding())
        finding.ambiguous += sum(row.ambiguous for row in rows)
        _check_arrival(key, rows, history.arrived.get(key, 0), finding)
    for mark, reader in set(history.arrived) - set(by_key):
        finding = found.setdefault(cells.get(mark, ""), Finding())
        finding.note("doubled", f"{mark}: {reader} was told what no message of the outbox says")
    _check_told(history, found, cells, by_key)


def _check_arrival(key: tuple[str, str], rows: Iterable[Told], arrived: int, finding: Finding) -> None:
    fewest = most = 0
    for row in rows:
        if row.state in ("waiting", "sending"):
            finding.note("lost", f"{key[0]} to {key[1]}: still {row.state}")
        elif row.state == "sent":
            fewest, most = fewest + 1, most + 1 + row.ambiguous
        elif row.ambiguous and not row.repeats:
            most += 1
        else:
            finding.note("lost", f"{key[0]} to {key[1]}: {row.state}, {row.why}")
    if arrived < fewest:
        finding.note("lost", f"{key[0]} to {key[1]}: arrived {arrived} times, {fewest} sent")
    if arrived > most:
        finding.note("doubled", f"{key[0]} to {key[1]}: arrived {arrived} times, {most} at most")


def _check_told(
    history: History,
    found: dict[str, Finding],
    cells: Mapping[str, str],
    by_key: Mapping[tuple[str, str], list[Told]],
) -> None:
    """Each effect that tells somebody has exactly one message for them."""
    for mark, reader in history.tells.items():
        messages, effects = len(by_key.get((mark, reader), ())), history.effects.get(mark, 0)
        finding = found.setdefault(cells.get(mark, ""), Finding())
        if messages < effects:
            finding.note("lost", f"{mark}: {effects} effects, and {messages} messages to {reader}")
        if messages > effects:
            finding.note("doubled", f"{mark}: {effects} effects, and {messages} messages to {reader}")


# Readers -------------------------------------------------------------------------------------------------------------


def _check_readers(history: History, found: dict[str, Finding], cells: Mapping[str, str]) -> None:
    """What is for some eyes stands before no others."""
    for mark, reader in sorted(history.seen):
        if mark in history.may_see and reader not in history.may_see[mark]:
            found.setdefault(cells.get(mark, ""), Finding()).note("leaked", f"{mark}: {reader} can read it")
