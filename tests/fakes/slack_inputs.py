"""What a person can type or choose in each element, and the `state.values` that Slack makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .slack_limits import elements

Element = dict[str, Any]


class ClientRefused(AssertionError):
    """Slack's own client would not let a person do this: no such button, a required field empty, too long."""


# element type -> (key in its state, key of its initial value)
STATES = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}


def key_of(element: Element) -> str:
    return STATES[element["type"]][0]


def holds_many(element: Element) -> bool:
    return key_of(element).endswith("s")


def untouched(element: Element) -> dict[str, Any]:
    key, initial = STATES[element["type"]]
    return {"type": element["type"], key: element.get(initial, [] if holds_many(element) else None)}


def options(element: Element) -> list[dict[str, Any]]:
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def option(element: Element, wanted: Any) -> dict[str, Any]:
    """The option whose value or label is `wanted`."""
    if isinstance(wanted, dict):
        return wanted
    for offered in options(element):
        if wanted in (offered.get("value"), offered["text"]["text"]):
            return offered
    if "external" in element["type"]:
        return {"text": {"type": "plain_text", "text": str(wanted)}, "value": str(wanted)}
    raise ClientRefused(f"{wanted!r} is none of {[o['text']['text'] for o in options(element)]}")


def _one(element: Element, value: Any) -> Any:
    kind = element["type"]
    if "option" in key_of(element):
        return option(element, value)
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value) if kind in ("number_input", "plain_text_input") else value


def touched(element: Element, value: Any) -> dict[str, Any]:
    """The state after the person chose `value`; None or "" clears it."""
    if holds_many(element):
        many = value if isinstance(value, list | tuple | set) else [] if value is None else [value]
        chosen: Any = [_one(element, item) for item in many]
    else:
        chosen = None if value in (None, "") else _one(element, value)
    if chosen not in (None, []):
        _let_through(element, chosen)
    return {"type": element["type"], key_of(element): chosen}


def _let_through(element: Element, chosen: Any) -> None:
    kind = element["type"]
    if kind == "plain_text_input":
        low, high = element.get("min_length", 0), element.get("max_length", 3000)
        if not low <= len(chosen) <= high:
            raise ClientRefused(f"{len(chosen)} characters, the field takes {low} to {high}")
        if "\n" in chosen and not element.get("multiline"):
            raise ClientRefused("a line break in a field of one line")
    if kind == "number_input":
        number = Decimal(chosen)
        if not element["is_decimal_allowed"] and number != int(number):
            raise ClientRefused(f"{chosen} is not a whole number")
        if (
            not Decimal(element.get("min_value", chosen))
            <= number
            <= Decimal(element.get("max_value", chosen))
        ):
            raise ClientRefused(f"{chosen} is too small or too large")
    most = element.get("max_selected_items")
    if most and len(chosen) > most:
        raise ClientRefused(f"{len(chosen)} chosen, at most {most}")


def fields(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Element]]:
    """Every (block, element) that has a state."""
    for block in blocks:
        for element in elements(block):
            if element.get("type") in STATES:
                yield block, element


def state_of(blocks: list[dict[str, Any]], typed: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    """`state.values`: block_id -> action_id -> what was typed, or the initial value."""
    values: dict[str, Any] = {}
    for block, element in fields(blocks):
        place = (block["block_id"], element["action_id"])
        known = typed.get(place)
        fresh = known if known and known["type"] == element["type"] else untouched(element)
        values.setdefault(place[0], {})[place[1]] = fresh
    return values


def label_of(block: dict[str, Any]) -> str:
    return ((block.get("label") or block.get("text") or {}).get("text")) or ""


def field(blocks: list[dict[str, Any]], name: str) -> tuple[dict[str, Any], Element]:
    """The field whose block_id, action_id or label is `name`, else the only one whose label begins so."""
    everything = list(fields(blocks))
    for read in (lambda b, e: b["block_id"], lambda b, e: e["action_id"], lambda b, e: label_of(b)):
        found = [pair for pair in everything if read(*pair) == name]
        if len(found) == 1:
            return found[0]
    begins = [pair for pair in everything if label_of(pair[0]).casefold().startswith(name.casefold())]
    if len(begins) == 1:
        return begins[0]
    raise ClientRefused(f"no field {name!r} among {[(b['block_id'], label_of(b)) for b, _ in everything]}")


def missing(blocks: list[dict[str, Any]], values: dict[str, Any]) -> list[str]:
    """Labels of the required inputs that are empty: Slack's client marks them and sends nothing."""
    return [
        label_of(block)
        for block, element in fields(blocks)
        if block["type"] == "input"
        and not block.get("optional")
        and values[block["block_id"]][element["action_id"]][key_of(element)] in (None, [], "")
    ]
