"""Looks through a workbook before anything parses it, and copies out only what was found sound.

The reader never sees the uploaded archive but the copy: whatever a second zip reader might have made of
forged sizes, doubled names, prefixed or overlapping entries is not in it. Runs in the sandbox.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import cache

from storage.sheets.formats import Cells, Scale, read_xml, scales, sheet_parts
from storage.sheets.problem import (
    MAX_COLUMNS,
    MAX_PARTS,
    MAX_RATIO,
    MAX_ROWS,
    MAX_UNPACKED_BYTES,
    RATIO_MATTERS_ABOVE_BYTES,
    SheetProblem,
    not_a_sheet,
    refuse_above,
)

ENCRYPTED_FLAG = 0x1
LOCAL_HEADER_BYTES = 30
LABEL_CHARACTERS = 100
WORKBOOK, RELATIONS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
NEEDED = {"[content_types].xml", WORKBOOK}
REFERENCE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
# The reader takes an error for an empty cell: a lookup that found nobody would say "has no manager".
ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s(?:[^<>]*?\s)?t\s*=\s*)(["'])e\2""")


def sound_copy(data: bytes) -> tuple[bytes, list[Cells]]:
    """The XML parts of a workbook in a fresh uncompressed archive, and of each sheet the cells in which a number is
    shown otherwise than it is kept.

    Raises SheetProblem ("bomb", "encrypted", "macro", "not-a-sheet", "too-many-rows", "too-many-columns"),
    and whatever zipfile, zlib, struct and expat raise for broken files.
    """
    copy, styles = io.BytesIO(), dict[str, Scale]()
    scaled: dict[str, Cells] = {}
    index = {WORKBOOK: b"", RELATIONS: b"<Relationships/>"}
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as out:
        for part in sorted(directory(data), key=lambda part: part.filename.lower() != STYLES):
            content, name = unpacked(data, part), part.filename.lower()
            if name.endswith((".xml", ".rels")):
                refuse_entities(content)
                if belongs_to_the_workbook(name):
                    styles = scales(content) if name == STYLES else styles
                    scaled[name] = checked_cells(content, styles)
                    index |= {name: content} if name in index else {}
                    out.writestr(part.filename, ERROR_CELL.sub(rb"\1\2str\2", content))
    names = sheet_parts(index[WORKBOOK], index[RELATIONS])
    return copy.getvalue(), [scaled.get(name, {}) for name in names]


def belongs_to_the_workbook(name: str) -> bool:
    """Not the parts of another format, such as OpenDocument, that may be in the same archive."""
    return name.startswith(("xl/", "_rels/", "[content_types].xml"))


def directory(data: bytes) -> list[zipfile.ZipInfo]:
    """The entries of the archive, when what they declare is acceptable."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    refuse_above(MAX_PARTS, len(parts), "bomb")
    for part in parts:
        check_entry(part)
    names = [part.filename.lower() for part in parts]
    if len(set(names)) < len(names) or not NEEDED.issubset(names):
        not_a_sheet(kind="zip")
    refuse_above(MAX_UNPACKED_BYTES, sum(part.file_size for part in parts), "bomb")
    return parts


def check_entry(part: zipfile.ZipInfo) -> None:
    name = part.orig_filename
    label = name[:LABEL_CHARACTERS]
    if part.flag_bits & ENCRYPTED_FLAG:
        raise SheetProblem("encrypted", part=label)
    if "\\" in name or "\0" in name or ":" in name or name.startswith("/") or ".." in name.split("/"):
        not_a_sheet(part=label)
    if "vbaproject" in name.lower() or "/macrosheets/" in name.lower():
        raise SheetProblem("macro", part=label)
    if part.file_size > RATIO_MATTERS_ABOVE_BYTES:
        refuse_above(MAX_RATIO, part.file_size // max(part.compress_size, 1), "bomb", part=label)


def unpacked(data: bytes, part: zipfile.ZipInfo) -> bytes:
    """The content of an entry, inflated by one byte beyond its declared size and no further.

    zipfile itself would stop at the declared size and call a forged entry good.
    """
    content = inflated(packed(data, part), part)
    refuse_above(part.file_size, len(content), "bomb", part=part.filename[:LABEL_CHARACTERS])
    if len(content) < part.file_size or zlib.crc32(content) != part.CRC:
        not_a_sheet(part=part.filename[:LABEL_CHARACTERS])
    return content


def packed(data: bytes, part: zipfile.ZipInfo) -> bytes:
    name_bytes, extra_bytes = struct.unpack_from("<HH", data, part.header_offset + LOCAL_HEADER_BYTES - 4)
    start = part.header_offset + LOCAL_HEADER_BYTES + name_bytes + extra_bytes
    return data[start : start + part.compress_size]


def inflated(content: bytes, part: zipfile.ZipInfo) -> bytes:
    if part.compress_type == zipfile.ZIP_STORED:
        return content
    if part.compress_type == zipfile.ZIP_DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, part.file_size + 1)
    not_a_sheet(part=part.filename[:LABEL_CHARACTERS])


def refuse_entities(content: bytes) -> None:
    """No workbook needs a document type, nor an encoding in which neither this nor the reader sees much.

    Expat would follow a UTF-16 byte-order mark whatever encoding it is given; every UTF-16 markup has NULs.
    """
    if b"\0" in content:
        not_a_sheet(kind="encoding")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise SheetProblem("bomb", part="DOCTYPE")


def checked_cells(content: bytes, styles: Mapping[str, Scale]) -> Cells:
    """Reads one XML part as UTF-8, whatever it declares: nothing hides from the searches in its bytes."""
    scaled: Cells = {}
    read_xml(content, cell_watch(styles, scaled))
    return scaled


def cell_watch(styles: Mapping[str, Scale], scaled: Cells) -> Callable[[str, dict[str, str]], None]:
    """Counts rows and cells as the elements of one part begin, also those that give no reference."""
    row = row_here = column = 0
    kind = ""

    def begun(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, row_here, column, kind
        if tag == "c":
            kind = attributes.get("t", "")
            row_here, column = position(attributes["r"]) if "r" in attributes else (row, column + 1)
            check_position(row_here, column)
            if scale := styles.get(attributes.get("s", "")):
                scaled.setdefault(row_here, {})[column] = scale
        elif tag == "f" and kind != "str":  # what is text may be empty
            here = scaled.setdefault(row_here, {})
            here[column] = here.get(column, Scale())._replace(formula=True)
        elif tag == "row":
            row, column = int(attributes.get("r", row + 1)), 0
            check_position(row, column)
        elif tag == "dimension":
            check_position(*position(attributes.get("ref", "A1").rpartition(":")[2]))

    return begun


def check_position(row: int, column: int) -> None:
    if row > MAX_ROWS + 1:
        raise SheetProblem("too-many-rows", limit=MAX_ROWS, row=row)
    if column > MAX_COLUMNS:
        raise SheetProblem("too-many-columns", limit=MAX_COLUMNS, found=column)


def position(reference: str) -> tuple[int, int]:
    """Row and column, from 1, of a reference such as B7."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        not_a_sheet(kind="reference")
    return int(match[2]), column_number(match[1])


@cache
def column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
