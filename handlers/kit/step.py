"""What a delivery comes to: a route with what is known of its arguments, or something that is ready to be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.kit.features import Route
from handlers.kit.requests import Answer, Reply
from handlers.kit.text import Text
from storage.tables import Draft


@dataclass(frozen=True)
class Step:
    """What to do: a route with what is known of its arguments, or a reply or an answer that is ready. `handle` is the
    key that is used up when the route runs; `typed` are the words of a command that says more than its name, and
    `unclear` says which of them answer none of its questions."""

    route: Route | None = None
    args: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    form: bool = False
    draft: Draft | None = None
    handle: str = ""
    typed: str = ""
    unclear: tuple[Text, ...] = ()
    reply: Reply | None = None
    answer: Answer | None = None
