"""Who may see what, at every door of every surface: the walks of `tests/walks/`, as rows of the table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from prove.pytests import failures, run_tests, said
from prove.rows import Row, Sweep, Terms

WALKS = {
    "test_access": "access: every byte of every surface",
    "test_doors": "access: every door, every key",
    "test_reading": "access: the filter, the rule, the page",
    "test_exports": "access: everything about a person",
}


async def sweep(terms: Terms) -> Sequence[Row]:
    """Walk them all: the first through a share of its doors, and at length through each of them."""
    terms.say(f"access: {'every door, half an hour' if terms.long else 'a share of the doors, two minutes'}")
    asked = {"UPBEAT_ACCESS_SEED": str(terms.seed), **({"UPBEAT_ACCESS_LONG": "1"} if terms.long else {})}
    files = (f"tests/walks/{name}.py" for name in WALKS)
    return list(_rows(await run_tests(terms.folder / "access.xml", *files, **asked)))


def _rows(cases: Sequence[Element]) -> Iterator[Row]:
    """One for each walk; a test that counts no cells of its own is one."""
    for name, what in WALKS.items():
        mine = [case for case in cases if case.get("classname", "").endswith(f".{name}")]
        found = [said(case, "access") or (1, 0, "") for case in mine]
        yield Row(
            what,
            sum(cells for cells, _, _ in found),
            leaked=sum(leaked for _, leaked, _ in found),
            figures=" | ".join(words for _, _, words in found if words),
            wrong=failures(mine),
        )


SWEEP = Sweep("access", sweep)
