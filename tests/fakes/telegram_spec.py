"""The arguments of a request to Telegram, read and checked against the written reference of the Bot API."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web

SPEC = Path(__file__).parent / "data" / "telegram" / "methods.json"

Arguments = dict[str, Any]


class Refused(Exception):
    """Telegram says no. `broken` names the rule that the bot broke, if it is the bot that is to blame."""

    def __init__(
        self, code: int, description: str, *, broken: str = "", parameters: dict[str, Any] | None = None
    ) -> None:
        super().__init__(description)
        self.code, self.description, self.broken, self.parameters = code, description, broken, parameters

    def body(self) -> dict[str, Any]:
        answer = {"ok": False, "error_code": self.code, "description": self.description}
        return {**answer, "parameters": self.parameters} if self.parameters else answer


def bad(description: str, *, broken: str = "") -> Refused:
    return Refused(400, f"Bad Request: {description}", broken=broken)


class Upload:
    """A file that came with a request."""

    def __init__(self, filename: str, content: bytes, content_type: str) -> None:
        self.filename, self.content, self.content_type = filename, content, content_type

    def __repr__(self) -> str:
        return f"<{self.filename}, {len(self.content)} bytes>"


@cache
def spec() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(SPEC.read_text(encoding="utf-8"))
    return read


async def read_fields(request: web.Request) -> Arguments:
    """The arguments as they were sent: strings and files from a form, values from JSON."""
    fields: Arguments = dict(request.query)
    if request.content_type == "application/json":
        return {**fields, **await request.json()}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            fields[name] = Upload(value.filename, value.file.read(), value.content_type)
            value.file.close()
        else:
            fields[name] = value
    return fields


def checked(method: str, fields: Arguments) -> Arguments:
    """The arguments as values of the types that the reference gives them. Raises `Refused`."""
    known = spec()["methods"][method]
    attached = {name: value for name, value in fields.items() if isinstance(value, Upload)}
    read = {}
    for name, value in fields.items():
        if (
            name not in known
            and name in attached
            and any(f"attach://{name}" in each for each in fields.values() if isinstance(each, str))
        ):
            continue
        if name not in known:
            raise bad(f"unknown argument {name}", broken=f"{method} has no argument {name}")
        read[name] = _value(method, name, value, known[name]["types"], attached)
    for name, rule in known.items():
        if rule["required"] and name not in read:
            raise bad(
                f"{'message text' if name == 'text' else name} is empty", broken=f"{method} needs {name}"
            )
    return read


def _value(method: str, name: str, value: Any, types: list[str], attached: Arguments) -> Any:
    if isinstance(value, str) and value.startswith("attach://") and "InputFile" in types:
        value = attached.get(value.removeprefix("attach://"), value)
    candidates = [*_from_form(value, types)] if isinstance(value, str) else [value]
    for candidate in candidates:
        if not _problem(candidate, types, name):
            return _with_files(candidate, attached)
    why = _problem(candidates[0], types, name) if candidates else f"{name} is not {' or '.join(types)}"
    raise bad(f"can't parse {name}: {why}", broken=f"{method}: {why}")


def _with_files(value: Any, attached: Arguments) -> Any:
    """Media whose file came beside it, with that file."""
    if not isinstance(value, dict) or not str(value.get("media", "")).startswith("attach://"):
        return value
    named = value["media"].removeprefix("attach://")
    return {**value, "media": attached.get(named, value["media"])}


def _from_form(value: str, types: list[str]) -> list[Any]:
    """A form has only strings: what this one may have meant, the likeliest first."""
    if types == ["String"]:
        return [value]
    if types == ["Boolean"]:
        return [value.lower() == "true"] if value.lower() in ("true", "false") else []
    try:
        decoded = json.loads(value)
    except ValueError:
        return [value] if "String" in types else []
    return [decoded, value] if "String" in types else [decoded]


def _problem(value: Any, types: list[str], where: str) -> str:
    """What is wrong with a value, or nothing; of several types, the complaint that goes deepest."""
    problems = [_problem_with_one(value, kind, where) for kind in types]
    return "" if "" in problems else max(problems, key=lambda problem: problem.count("."))


def _problem_with_one(value: Any, kind: str, where: str) -> str:
    basic: dict[str, Any] = {
        "Integer": int,
        "String": str,
        "Boolean": bool,
        "Float": (int, float),
        "InputFile": Upload,
    }
    if kind in basic:
        right = isinstance(value, basic[kind]) and (kind == "Boolean" or not isinstance(value, bool))
        return "" if right else f"{where} is not {kind}"
    if kind.startswith("Array of "):
        if not isinstance(value, list):
            return f"{where} is not an array"
        kinds = [kind.removeprefix("Array of ")]
        return next((p for i, v in enumerate(value) if (p := _problem(v, kinds, f"{where}.{i}"))), "")
    return _problem_with_object(value, kind, where)


def _problem_with_object(value: Any, kind: str, where: str) -> str:
    rules = spec()["types"][kind]
    if "one_of" in rules:
        return _problem(value, rules["one_of"], where)
    if not isinstance(value, dict):
        return f"{where} is not {kind}"
    for name, part in value.items():
        rule = rules["fields"].get(name)
        if rule is None:
            return f"{where}.{name} is unknown in {kind}"
        if "const" in rule and part != rule["const"]:
            return f"{where} is not {kind}"
        if problem := _problem(part, rule["types"], f"{where}.{name}"):
            return problem
    missing = [n for n, rule in rules["fields"].items() if rule["required"] and n not in value]
    return f"{where}.{missing[0]} is missing in {kind}" if missing else ""
