"""The arguments of a Web API call: what they mean, and what is wrong with them, by data/slack."""

from __future__ import annotations

import json
from typing import Any

from .slack_limits import MORE, read

METHODS = {**read("web_api_methods.json"), **MORE["methods"]}
AS_JSON = {"blocks", "attachments", "metadata", "view", "files", "message"}
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
}


def check_arguments(method: str, args: dict[str, Any]) -> tuple[str, list[str]]:
    """Slack's error code and all problems of a call's arguments: missing, unknown, of the wrong type."""
    known = METHODS[method]["args"]
    missing = [
        f"{name}: missing"
        for name, fact in known.items()
        if fact.get("required") and args.get(name) in (None, "")
    ]
    wrong = [
        f"{name}: unknown argument"
        for name in args
        if name not in (*known, *MORE["arguments_of_every_method"])
    ]
    for name, value in args.items():
        allowed = _TYPES.get(known.get(name, {}).get("type") or "", ())
        if allowed and value is not None and not isinstance(value, allowed):
            wrong.append(f"{name}: {type(value).__name__} instead of {known[name]['type']}")
    return ("missing_argument" if missing else "invalid_arguments" if wrong else ""), missing + wrong


def decoded(name: str, type: str | None, value: Any) -> Any:
    """What a form or query field means; JSON bodies pass unchanged."""
    if not isinstance(value, str):
        return value
    try:
        if name in AS_JSON:
            return json.loads(value)
        if type == "boolean":
            return {"1": True, "true": True, "0": False, "false": False}.get(value.lower(), value)
        if type in ("integer", "number"):
            return int(value)
    except ValueError:
        return value
    return value
