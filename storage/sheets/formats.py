"""How a workbook shows its numbers: 0.972 in a cell of percent is 97.2% to whoever looks at the sheet."""

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeAlias
from xml.parsers import expat

from storage.sheets.cells import cell_text, number_text

PERCENT = {"9": "0%", "10": "0.00%"}
"""The formats of percent that no workbook spells out (ECMA-376 part 1, 18.8.30)."""
LITERAL = re.compile(r'"([^"]*)"|[\\!](.)')
UNSEEN = re.compile(r"[_*].|\[[^\]]*\]")
IN_THOUSANDS = re.compile(r"[0#?](,+)(?![0#?,])")
XML_CHUNK_BYTES = 1 << 20


UNKNOWN = "#VALUE!"


class Scale(NamedTuple):
    """What a format does to a number: so many times it is shown in percent, and in thousands. And whether the number
    comes from a formula."""

    percents: int = 0
    thousands: int = 0
    formula: bool = False


Cells: TypeAlias = dict[int, dict[int, Scale]]
"""Of each row and column, from 1, that is shown otherwise than it is kept, or calculated."""


def shown_text(value: object, scale: Scale | None) -> str:
    """A cell as text: a number as its reader sees it, with all digits that are kept. A formula that no program has
    calculated yet is no empty cell."""
    if scale and scale.formula and value == "":
        return UNKNOWN
    if scale is None or isinstance(value, bool) or not isinstance(value, int | float):
        return cell_text(value)
    return number_text(value * 100.0**scale.percents / 1000.0**scale.thousands) + "%" * scale.percents


def scale_of(code: str) -> Scale:
    """What a format such as 0.0% does. Thousands that it names, as in 12K and 1.2万, are no other number."""
    letters = "".join(a or b for a, b in LITERAL.findall(code))
    plain = UNSEEN.sub("", LITERAL.sub("", code)).split(";")
    thousands = [len(found[1]) for part in plain if (found := IN_THOUSANDS.search(part))]
    named = any(each.isalpha() or each == "." for each in letters)
    return Scale(
        min(max(part.count("%") for part in plain), 2), 0 if named else min(max(thousands, default=0), 5)
    )


def scales(styles: bytes) -> dict[str, Scale]:
    """By its number in the workbook, each style that shows a number otherwise than it is kept."""
    codes, found, inside = dict(PERCENT), list[str](), [""]

    def begun(tag: str, attributes: Mapping[str, str]) -> None:
        if (inside[-1], tag) == ("numFmts", "numFmt"):
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif (inside[-1], tag) == ("cellXfs", "xf"):
            found.append(attributes.get("numFmtId", ""))
        inside.append(tag)

    read_xml(styles, begun, lambda _: inside.pop())
    each = {str(number): scale_of(codes.get(code, "")) for number, code in enumerate(found)}
    return {number: scale for number, scale in each.items() if scale != Scale()}


def sheet_parts(workbook: bytes, relations: bytes) -> list[str]:
    """In their order, the parts of the archive that hold the sheets, in small letters."""
    targets: dict[str, str] = {}
    named: list[str] = []

    def related(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def listed(tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "sheet":
            named.append(next((item for name, item in attributes.items() if name.endswith(":id")), ""))

    read_xml(relations, related)
    read_xml(workbook, listed)
    return [posixpath.normpath(posixpath.join("/xl", targets.get(name, "")))[1:].lower() for name in named]


def read_xml(
    content: bytes,
    begun: Callable[[str, dict[str, str]], object],
    ended: Callable[[str], object] | None = None,
) -> None:
    """Reads one XML part as UTF-8, whatever it declares, and says each element without its prefix."""
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, attributes: begun(name.rpartition(":")[2], attributes)
    if ended:
        parser.EndElementHandler = ended
    for start in range(0, len(content), XML_CHUNK_BYTES):
        parser.Parse(content[start : start + XML_CHUNK_BYTES], False)
    parser.Parse(b"", True)
