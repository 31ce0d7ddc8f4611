"""Draws in a process of its own, so that the library's memory goes with it, and so that it may die of a picture.

Run as `python -m bot.pictures.worker`: each line on stdin is a JSON object, `{"spec": …}` for a PNG or `{"script": …}`
for the library's own JavaScript with this at its end; the answer is a line `{"bytes": n}` with so many bytes after it,
or `{"error": …}` with the name of what went wrong.
"""

import json
import sys
from contextlib import suppress
from typing import Any

from bot.pictures.glyphs import FONTS

VEGA_LITE = "6.4"
SCALE = 2
"""Pixels for each unit of the specification: screens are finer than they were."""
MEMORY = 1536 * 2**20


def main() -> None:
    """Answer until nobody asks any more."""
    limit_this_process()
    import vl_convert

    vl_convert.register_font_directory(str(FONTS))
    for line in sys.stdin.buffer:
        try:
            made = drawn(vl_convert, json.loads(line))
        except Exception as error:
            # The name of an error, never its text: texts may quote what a person wrote.
            say({"error": type(error).__name__}, b"")
        else:
            say({"bytes": len(made)}, made)


def drawn(vl_convert: Any, asked: dict[str, Any]) -> bytes:
    """What was asked for."""
    if "script" in asked:
        return str(vl_convert.javascript_bundle(asked["script"], vl_version=VEGA_LITE)).encode()
    png = vl_convert.vegalite_to_png(
        asked["spec"],
        vl_version=VEGA_LITE,
        scale=SCALE,
        allowed_base_urls=[],  # nothing is fetched
        show_warnings=False,
    )
    return bytes(png)


def limit_this_process() -> None:
    """As far as the system can. The address space is not limited: the library's engine reserves far more than it
    uses."""
    with suppress(ImportError):
        import resource

        for name, most in {"RLIMIT_DATA": MEMORY, "RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}.items():
            with suppress(ValueError, OSError):
                resource.setrlimit(getattr(resource, name), (most, most))


def say(head: dict[str, Any], body: bytes) -> None:
    """One answer."""
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + body)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
