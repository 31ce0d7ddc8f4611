"""The faults that Upbeat is tried with: each is tested here, tested elsewhere by name, or does not apply yet and why.

A test that is named after a fault says with `figure(cells, words)` how many cases it examined and what came out; at the
end of a run the figures are printed as one table."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

TESTS = Path(__file__).parent.parent
Figure: TypeAlias = Callable[[int, str], None]
_NAMED = re.compile(r"test_f(\d\d)_(\w+)")

FAULTS = {
    1: "killed before the inbox row is committed",
    2: "killed after the commit, before the acknowledgement",
    3: "killed in the handler's transaction",
    4: "killed after the commit, before the outbox is claimed",
    5: "killed after the request was written, before its answer is stored",
    6: "told to stop under load",
    7: "stopped for longer than its leases, and woken",
    8: "SQLite locked by another process",
    9: "disk full: database, write-ahead log, log, backup",
    10: "every write fails, or the file is read-only",
    11: "power loss",
    12: "an old SQLite",
    13: "a damaged file, a torn write-ahead log",
    14: "backup under load, restored elsewhere",
    15: "the clock jumps",
    16: "the hour that a change of clocks leaves out",
    17: "the hour that comes twice",
    18: "zones that jump at midnight, by half an hour, over a day; new rules of zones",
    19: "29 February, the 31st, week 53, the ends of quarters",
    20: "somebody changes their zone just before they are reminded, and back",
    21: "down over a weekend",
    22: "429 with every kind of Retry-After",
    23: "server errors for half an hour",
    24: "no answer although the request was accepted",
    25: "connections reset, TLS and names that fail",
    26: "the same delivery a hundred times at once",
    27: "deliveries out of order",
    28: "events lost for hours",
    29: "two pollers; answers that make no sense",
    30: "several schedulers at once",
    31: "sockets refreshed, refused, half open",
    32: "PostgreSQL restarted under load, failed over; no connection left",
    33: "cut off from the database but not from the platform",
    34: "a very long queue",
    35: "messages and updates that break or kill",
    36: "hostile text",
    37: "ten thousand people in a file, with circles and gaps",
    38: "files that are damaged, encrypted, bombs",
    39: "figures that come twice, half, late or not at all",
    40: "token revoked, app gone, bot kicked or blocked, group moved",
    41: "somebody left, or their manager changed, between queue and sending",
    42: "another schema; a migration interrupted",
    43: "a language model that does not answer",
    44: "no memory during an export",
}

KILLED = "tests/test_prove.py::test_the_promise_holds"
CALENDAR = "tests/handlers/kit/test_calendar.py"
SHEETS = "tests/storage/test_sheets.py"

ELSEWHERE = {
    1: (KILLED,),
    2: (
        KILLED,
        "tests/bot/telegram/test_durable.py::test_a_process_that_dies_before_it_confirms_does_it_once",
    ),
    3: (KILLED,),
    4: (KILLED, "tests/schedules/test_delivery.py::test_a_process_that_dies_before_sending_loses_nothing"),
    5: (KILLED, "tests/schedules/test_delivery.py::test_a_process_that_dies_in_the_middle"),
    7: (
        "tests/test_several.py::test_when_one_dies_and_another_sleeps_the_third_goes_on",
        "tests/schedules/test_delivery.py::test_who_slept_just_before_the_request_does_not_send",
    ),
    14: (
        "tests/storage/test_restore_drill.py::test_a_backup_under_load_is_whole_and_its_log_is_unbroken",
        "tests/storage/test_restore_drill.py::test_nothing_that_was_sent_is_sent_again",
        "tests/storage/test_backups.py::test_a_backup_moves_and_holds_no_words",
        "tests/storage/test_backups.py::test_what_waited_is_not_sent_again",
        "tests/schedules/test_clock.py::test_what_was_due_before_a_restore_is_not_said_again",
    ),
    16: (f"{CALENDAR}::test_every_quarter_of_an_hour_of_every_day_with_a_jump",),
    17: (f"{CALENDAR}::test_a_daily_rule_fires_once_for_each_day_around_every_jump",),
    18: (
        f"{CALENDAR}::test_where_clocks_do_strange_things",
        f"{CALENDAR}::test_a_rule_over_the_day_that_samoa_never_had_fires_at_the_first_moment_after_it",
        "tests/schedules/test_clock.py::test_a_change_of_a_rule_plans_everybody_anew",
    ),
    19: (
        f"{CALENDAR}::test_a_day_of_the_month_is_never_skipped",
        "tests/handlers/kit/test_dates.py::test_the_end_of_the_quarter_from_every_month",
    ),
    26: (
        "tests/walks/test_twice.py::test_a_hundred_at_once_have_one_effect",
        "tests/bot/slack/test_talking.py::test_the_very_same_delivery_a_hundred_times_has_one_effect",
    ),
    30: (
        "tests/test_several.py::test_three_clocks_ring_each_bell_once",
        "tests/schedules/test_clock.py::test_two_processes_ring_each_moment_once",
    ),
    33: (
        "tests/schedules/test_turns.py::test_who_is_cut_off_sends_nothing_more",
        "tests/schedules/test_turns.py::test_who_is_cut_off_stops_before_its_turn_is_over",
    ),
    35: (
        "tests/schedules/test_delivery.py::test_poison_is_set_aside_and_the_rest_go_on",
        "tests/schedules/test_delivery.py::test_a_message_that_kills_three_processes_is_set_aside",
        "tests/schedules/test_alerts.py::test_a_message_set_aside_after_failures_is_told_to_administrators",
        "tests/bot/telegram/test_durable.py::test_an_update_that_nobody_can_read_is_set_aside",
    ),
    37: (
        "tests/handlers/test_people.py::test_a_fault_is_named_by_row_and_column_and_nothing_is_changed",
        f"{SHEETS}::test_ten_thousand_employees",
    ),
    38: (
        f"{SHEETS}::test_with_the_reason_and_soon",
        f"{SHEETS}::test_dates_of_both_calendars",
        f"{SHEETS}::test_the_parent_does_not_grow",
        "tests/handlers/test_people.py::test_chinese_headings_and_gb18030_are_read",
    ),
    39: (
        "tests/bot/ingest/test_door.py::test_the_same_delivery_counts_once",
        "tests/bot/ingest/test_door.py::test_what_is_wrong_is_named_and_nothing_is_taken",
        "tests/handlers/test_goals_data.py::test_late_corrected_and_repeated_figures_are_safe",
        "tests/handlers/test_goals_data.py::test_a_silent_source_alerts_whoever_set_it_up_once",
        "tests/handlers/test_goals_data.py::test_stale_data_is_left_out_and_says_so",
    ),
}
"""Faults that other tests show, by the exact ids of these."""

NOT_YET: dict[int, str] = {}


def tested() -> dict[int, list[str]]:
    """The tests of this folder that are named after a fault."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for name in functions(path):
            if number := named(name):
                found.setdefault(number, []).append(name)
    return found


def named(test: str) -> int | None:
    """The fault that a test is named after."""
    found = _NAMED.match(test)
    return int(found.group(1)) if found else None


def functions(path: Path) -> Iterator[str]:
    """The names of the functions in a file, those of classes too."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


@pytest.fixture
def figure(record_property: Callable[[str, Any], None]) -> Figure:
    """Say how many cases were examined, and what came out."""

    def say(cells: int, words: str) -> None:
        assert cells > 0, "no case was examined"
        record_property("figure", [cells, words])

    return say


def print_figures(terminalreporter: Any) -> None:
    """Print the table of the faults that this run tried, a line for each test."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    said: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for report in reports:
        for key, one in _said(report):
            said.setdefault(key, []).append(one)
    if not said:
        return
    terminalreporter.section("faults: what was done, cells, what came out")
    for (number, name), each in sorted(said.items()):
        words = " | ".join(dict.fromkeys(words for _, words in each))
        cells = sum(cells for cells, _ in each)
        terminalreporter.write_line(f"F{number:02}  {name:<72.72} {cells:>5}  {words}")
    for number in sorted(FAULTS.keys() - {number for number, _ in said}):
        where = "; ".join(ELSEWHERE.get(number, ())) or NOT_YET.get(number, "not in this run")
        terminalreporter.write_line(f"F{number:02}  {FAULTS[number]:<72.72}     –  {where}")


def _said(report: Any) -> Iterator[tuple[tuple[int, str], tuple[int, str]]]:
    test = _NAMED.match(report.nodeid.rpartition("::")[2])
    if test and report.when == "call":
        found = [item for key, item in report.user_properties if key == "figure"]
        cells, words = found[-1] if found else (0, "no figure")
        key = (int(test.group(1)), test.group(2).replace("_", " "))
        yield key, (cells, words if report.passed else f"FAILED; {words}")
