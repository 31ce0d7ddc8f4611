"""What Slack refuses: every length, count and shape of blocks, messages and views, read from data/slack."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

DATA = Path(__file__).parent / "data" / "slack"


def read(name: str) -> dict[str, Any]:
    return json.loads((DATA / name).read_text("utf-8"))


LIMITS = read("block_kit_limits.json")
MORE = read("supplement.json")
OBJECTS: dict[str, dict[str, Any]] = {**LIMITS["objects"]}
for _kind, _rules in MORE["objects"].items():
    OBJECTS[_kind] = {**OBJECTS.get(_kind, {}), **_rules}
SURFACES = {**LIMITS["surfaces"], **MORE["surfaces"]}


def _definitions(name: str) -> dict[str, Any]:
    """Schemas with what they refer to in its place: jsonschema would look each up again for every value."""
    definitions, done = read(name)["definitions"], dict[str, Any]()

    def whole(schema: Any) -> Any:
        if isinstance(schema, list):
            return [whole(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            return called(schema["$ref"].rsplit("/", 1)[-1])
        return {name: whole(each) for name, each in schema.items()}

    def called(name: str) -> Any:
        if name not in done:
            done[name] = whole(definitions[name])
        return done[name]

    return {name: called(name) for name in definitions}


BLOCKS_SCHEMA = _definitions("blocks.schema.json")
VIEW_SCHEMA = _definitions("view.schema.json")


def _of_its_type(validator: Any, branches: list[Any], thing: Any, schema: Any) -> Iterator[ValidationError]:
    """`anyOf`, past what is for another `type`: jsonschema would try all of it at length."""
    kind = thing.get("type") if isinstance(thing, dict) else None
    fitting = [branch for branch in branches if _may_be(branch, kind)]
    yield from Draft7Validator.VALIDATORS["anyOf"](validator, fitting or branches, thing, schema)


def _may_be(branch: dict[str, Any], kind: Any) -> bool:
    if "anyOf" in branch:
        return any(_may_be(inner, kind) for inner in branch["anyOf"])
    return branch.get("properties", {}).get("type", {}).get("const", kind) == kind


Validator = extend(Draft7Validator, {"anyOf": _of_its_type})


@cache
def _block_schema(kind: str) -> Draft7Validator | None:
    for definition in BLOCKS_SCHEMA["KnownBlock"]["anyOf"]:
        shapes = definition.get("anyOf", [definition])
        if shapes[0]["properties"]["type"]["const"] == kind:
            return Validator(definition)
    return None


@cache
def _view_schema(kind: str) -> Draft7Validator:
    shape = dict(VIEW_SCHEMA["ModalView" if kind == "modal" else "HomeView"])
    shape["properties"] = {**shape["properties"], "blocks": {"type": "array"}}
    return Draft7Validator(shape)


def _cause(error: ValidationError) -> ValidationError:
    """Of an anyOf, the complaint of the branch whose `type` fits."""
    if error.validator != "anyOf":
        return error
    kind = [*error.absolute_path, "type"]
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(_cause(inner))
    fitting = [b for b in branches.values() if not any(list(inner.absolute_path) == kind for inner in b)]
    return fitting[0][0] if fitting else next(iter(branches.values()))[0]


def _shape(validator: Draft7Validator, thing: Any, path: str) -> Iterator[str]:
    error = next(validator.iter_errors(thing), None)
    if error is not None:
        error = _cause(error)
        where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
        yield f"{path}{where}: {error.message[:200]}"


def _length(value: str, low: int, high: int, path: str) -> Iterator[str]:
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2  # Slack may count as a browser does
    if not low <= length <= high:
        yield f"{path}: {length} characters, allowed {low} to {high}"


def _text(value: Any, low: int, high: int, plain: bool, path: str) -> Iterator[str]:
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        yield f"{path}: not a text object"
        return
    yield from _length(value["text"], low, high, f"{path}.text")
    if plain and value.get("type") != "plain_text":
        yield f"{path}: must be plain_text"


def _rule(rule: list[Any], value: Any, path: str) -> Iterator[str]:
    form, *bounds = rule
    if form == "enum":
        if value not in bounds:
            yield f"{path}: {value!r} is none of {bounds}"
    elif form == "str":
        yield from _length(value, *bounds, path) if isinstance(value, str) else [f"{path}: not a string"]
    elif form == "text":
        yield from _text(value, bounds[0], bounds[1], "plain" in bounds, path)
    elif form == "num":
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not bounds[0] <= value <= bounds[1]
        ):
            yield f"{path}: {value!r} is not within {bounds[0]} to {bounds[1]}"
    elif not isinstance(value, list):
        yield f"{path}: not a list"
    else:
        if not bounds[0] <= len(value) <= bounds[1]:
            yield f"{path}: {len(value)} items, allowed {bounds[0]} to {bounds[1]}"
        if form == "texts":
            for index, item in enumerate(value):
                yield from _text(item, 1, bounds[2], False, f"{path}[{index}]")


def _rules(node: dict[str, Any], kind: str, path: str) -> Iterator[str]:
    rules = OBJECTS[kind]
    for field in rules.get("_req", ()):
        if field not in node:
            yield f"{path}: {kind} lacks {field}"
    if "_any" in rules and not any(field in node for field in rules["_any"]):
        yield f"{path}: {kind} needs one of {rules['_any']}"
    if "_one" in rules and sum(field in node for field in rules["_one"]) != 1:
        yield f"{path}: {kind} needs exactly one of {rules['_one']}"
    for field, rule in rules.items():
        if not field.startswith("_") and field in node:
            yield from _rule(rule, node[field], f"{path}.{field}")
    for field, longest in MORE["ids"].items():
        if field in node:
            yield from _rule(["str", 1, longest], node[field], f"{path}.{field}")


def _initials(node: dict[str, Any], path: str) -> Iterator[str]:
    offered = list(node.get("options") or [])
    for group in node.get("option_groups") or []:
        offered += group.get("options", [])
    chosen = [
        *node.get("initial_options", ()),
        *([node["initial_option"]] if "initial_option" in node else ()),
    ]
    if "options" in node or "option_groups" in node:
        for option in chosen:
            if option not in offered:
                yield f"{path}: the initial option is none of the options"
    values = [option.get("value") for option in offered if isinstance(option, dict)]
    if len(values) != len(set(values)):
        yield f"{path}: two options have the same value"


def _kind(key: str, value: dict[str, Any]) -> str | None:
    if key == "confirm" and "title" in value:
        return "confirm"
    if key in ("options", "initial_options", "initial_option"):
        return "option"
    if key == "option_groups":
        return "option_group"
    return value.get("type")


def _walk(node: dict[str, Any], key: str, path: str, surface: str) -> Iterator[str]:
    kind = _kind(key, node)
    if kind in OBJECTS:
        yield from _rules(node, kind, path)
        yield from _initials(node, path)
    if surface not in SURFACES.get(kind or "", [surface]):
        yield f"{path}: {kind} is not allowed in a {surface}"
    for name, value in node.items():
        if isinstance(value, dict):
            yield from _walk(value, name, f"{path}.{name}", surface)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    yield from _walk(item, name, f"{path}.{name}[{index}]", surface)


def elements(node: Any) -> Iterator[dict[str, Any]]:
    """Every interactive element inside a block, in the order in which it is drawn."""
    if isinstance(node, list):
        for item in node:
            yield from elements(item)
    elif isinstance(node, dict):
        if "action_id" in node:
            yield node
        for value in node.values():
            yield from elements(value)


def _doubles(values: list[str]) -> set[str]:
    return {value for value, times in Counter(values).items() if times > 1}


def _block(block: Any, path: str, surface: str) -> Iterator[str]:
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        yield f"{path}: not a block"
        return
    if block["type"] not in MORE["schema_less"]:
        if _block_schema(block["type"]) is None:
            yield f"{path}: unknown block type {block['type']!r}"
            return
        if misshapen := _misshapen(json.dumps(block)):
            yield from (f"{path}{problem}" for problem in misshapen)
            return
    yield from _walk(block, "blocks", path, surface)
    for double in _doubles([element["action_id"] for element in elements(block)]):
        yield f"{path}: action_id {double!r} is used twice in one block"


@lru_cache(maxsize=65536)
def _misshapen(block_json: str) -> tuple[str, ...]:
    """A block is of the same shape wherever it stands: on all three surfaces, and beside other blocks."""
    block = json.loads(block_json)
    schema = _block_schema(block["type"])
    assert schema
    return tuple(_shape(schema, block, ""))


@lru_cache(maxsize=8192)
def _checked(blocks_json: str, surface: str) -> tuple[str, ...]:
    blocks = json.loads(blocks_json)
    if not isinstance(blocks, list):
        return ("blocks: not a list",)
    problems = [
        problem
        for index, block in enumerate(blocks)
        for problem in _block(block, f"blocks[{index}]", surface)
    ]
    if problems and any(": not a block" in problem for problem in problems):
        return tuple(problems)
    if len(blocks) > LIMITS[surface]["blocks"]:
        problems.append(f"blocks: {len(blocks)} items, a {surface} has at most {LIMITS[surface]['blocks']}")
    for double in _doubles([block["block_id"] for block in blocks if block.get("block_id")]):
        problems.append(f"blocks: block_id {double!r} is used twice")
    kinds = [block["type"] for block in blocks]
    for kind, most in MORE["per_message"].items():
        if surface == "message" and kinds.count(kind) > most:
            problems.append(f"blocks: {kinds.count(kind)} of {kind}, at most {most}")
    if (
        sum(len(block.get("text", "")) for block in blocks if block["type"] == "markdown")
        > MORE["markdown_total"]
    ):
        problems.append(f"blocks: more than {MORE['markdown_total']} characters of markdown in all")
    if sum(bool(element.get("focus_on_load")) for element in elements(blocks)) > 1:
        problems.append("blocks: focus_on_load is set more than once")
    return tuple(problems)


def check_blocks(blocks: Any, surface: str) -> list[str]:
    """What is wrong with these blocks on a `message`, `modal` or `home`; empty when Slack would take them."""
    return list(_checked(json.dumps(blocks, sort_keys=True), surface))


def compact(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"))


def _sound_metadata(metadata: Any) -> bool:
    if not isinstance(metadata, dict) or not set(metadata) <= {*MORE["metadata_keys"], "entities"}:
        return False
    return "entities" in metadata or (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    )


def check_message(args: dict[str, Any], *, longest: int | None = None) -> tuple[str, list[str]]:
    """Slack's error code and all problems of a message's text, blocks, attachments and metadata."""
    text, blocks = args.get("text"), args.get("blocks")
    longest = longest or LIMITS["message"]["text"]
    found: list[tuple[str, str]] = []
    if text is not None and not isinstance(text, str):
        found.append(("invalid_arguments", "text: not a string"))
    elif text and len(text) > longest:
        found.append(("msg_too_long", f"text: {len(text)} characters, at most {longest}"))
    if blocks:
        found += [("invalid_blocks", problem) for problem in check_blocks(blocks, "message")]
        size = len(compact(blocks))
        if size > LIMITS["message"]["blocks_json"]:
            found.append(("msg_blocks_too_long", f"blocks: {size} characters of JSON, at most 13000"))
    if blocks and not (isinstance(text, str) and text.strip()):
        found.append(("no_text", "text: missing beside blocks; notifications and screen readers need it"))
    if len(args.get("attachments") or ()) > LIMITS["message"]["attachments"]:
        found.append(("too_many_attachments", "attachments: too many"))
    metadata = args.get("metadata")
    if metadata is not None and not _sound_metadata(metadata):
        found.append(("invalid_metadata_format", "metadata: needs event_type and event_payload"))
    return (found[0][0], [problem for _, problem in found]) if found else ("", [])


def check_view(view: Any, surfaces: tuple[str, ...] = ("modal", "home")) -> tuple[str, list[str]]:
    """Slack's error code and all problems of a view."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in surfaces:
        return "invalid_arguments", [f"view: type {kind!r} is not allowed here"]
    limits = LIMITS[kind]
    if len(compact(view).encode()) > limits["bytes"]:
        return "view_too_large", [f"view: {len(compact(view).encode())} bytes, at most {limits['bytes']}"]
    problems = list(_shape(_view_schema(kind), {**view, "blocks": []}, "view"))
    for field in ("title", "submit", "close"):
        if field in view and field in limits:
            problems += _text(view[field], 1, limits[field], True, f"view.{field}")
    for field in ("private_metadata", "callback_id", "external_id"):
        if field in view:
            problems += _rule(["str", 0, limits[field]], view[field], f"view.{field}")
    blocks = view.get("blocks")
    problems += [f"view.{problem}" for problem in check_blocks(blocks, kind)]
    asks = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
    if kind == "modal" and asks and "submit" not in view:
        problems.append("view: has inputs and no submit")
    return ("invalid_arguments", problems) if problems else ("", [])
