"""Which characters the font of the pictures has; the others are named, so that no empty box stands for them."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FONT = "NotoSansSC-TGH.otf"
FAMILY = "Noto Sans CJK SC"
STAND_IN = "〓"
"""The geta mark, which Chinese and Japanese printers put for a character that they have no type of."""
DECORATION = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Mn", "Me", "Cc"})
"""Categories of what a picture does without: emoji, joiners and marks. Its words stand beside it whole."""


PLAIN = str.maketrans("ŁłĐđØøÆæŒœŦŧĦħıß", "LlDdOoAaOoTtHhis")
"""Letters without a mark that could be taken off."""
PLACES = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
"""Where systems keep fonts; the library takes what ours lacks from there."""
MOST = 500


def drawable(words: str, offered: Callable[[], frozenset[int]] | None = None) -> tuple[str, str]:
    """The words as they can be drawn, and those characters that are drawn as others: a letter without its mark, or 〓.
    ☺ is left out. What our font lacks may be `offered` by the system's own."""
    known = _characters()
    if all(ord(letter) in known for letter in words):
        return words, ""
    known |= (offered or _offered_here)()
    made, lacking = [], []
    for letter in unicodedata.normalize("NFC", words):
        if ord(letter) in known:
            made.append(letter)
        elif unicodedata.category(letter) not in DECORATION:
            plain = unicodedata.normalize("NFKD", letter)[0].translate(PLAIN)
            made.append(plain if ord(plain) in known else STAND_IN)
            lacking.append(letter)
    return " ".join("".join(made).split()), "".join(dict.fromkeys(lacking))


@lru_cache
def _characters() -> frozenset[int]:
    return characters((FONTS / FONT).read_bytes())


@lru_cache
def _offered_here() -> frozenset[int]:
    """The code points of the system's fonts."""
    found: set[int] = set()
    files = (file for place in PLACES for file in sorted(Path(place).rglob("*.[to]tf")))
    for file in islice(files, MOST):
        with suppress(OSError, ValueError, struct.error):
            found |= characters(file.read_bytes())
    return frozenset(found)


def characters(data: bytes) -> frozenset[int]:
    """The code points of a font, from its `cmap` (learn.microsoft.com/typography/opentype/spec/cmap). Raises
    ValueError, struct.error where it has none that we read."""
    at = _table(data, b"cmap")
    starts = (at + _number(data, ">L", at + 8 + 8 * n) for n in range(_number(data, ">H", at + 2)))
    forms = {_number(data, ">H", start): start for start in starts}
    if 12 in forms:
        return frozenset(_groups(data, forms[12]))
    if 4 in forms:
        return frozenset(_segments(data, forms[4]))
    raise ValueError("no character map that we read")


def _groups(data: bytes, start: int) -> Iterator[int]:
    for number in range(_number(data, ">L", start + 12)):
        first, last, _ = struct.unpack_from(">LLL", data, start + 16 + 12 * number)
        yield from range(first, min(last, 0x10FFFF) + 1)


def _segments(data: bytes, start: int) -> Iterator[int]:
    double = _number(data, ">H", start + 6)
    for number in range(0, double, 2):
        last = _number(data, ">H", start + 14 + number)
        first = _number(data, ">H", start + 16 + double + number)
        yield from range(first, last + 1)


def _table(data: bytes, name: bytes) -> int:
    for number in range(_number(data, ">H", 4)):
        tag, _, offset, _ = struct.unpack_from(">4sLLL", data, 12 + 16 * number)
        if tag == name:
            return int(offset)
    raise ValueError(f"no table {name!r}")


def _number(data: bytes, form: str, at: int) -> int:
    return int(struct.unpack_from(form, data, at)[0])
