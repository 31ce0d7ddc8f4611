"""What programs may post, as an OpenAPI document: made of the same limits that the door has."""

from __future__ import annotations

import json
from typing import Any

from bot.door import MOST_BYTES
from bot.ingest.points import MOST_POINTS, NUMBER
from storage.metrics import COUNTED, LONGEST, NEWEST

PLAIN = r"^[^\u0000-\u001f\u007f]*$"
"""A text on one line."""
FATES = ("new", "corrected", "repeated", "unmatched", "moved")
HEADERS = {
    "webhook-id": ("The delivery. Sending it again under the same id changes nothing.", r"^[!-~]{1,200}$"),
    "webhook-timestamp": ("Seconds since 1970; at most five minutes from ours.", r"^[0-9]{1,12}$"),
    "webhook-signature": (
        "Signatures with spaces between: v1, and in Base64 the HMAC-SHA256 of id.timestamp.body.",
        r"^v[0-9]+a?,\S+( v[0-9]+a?,\S+)*$",
    ),
}


def document() -> dict[str, Any]:
    """The document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Upbeat: data in",
            "version": "1",
            "description": "Figures from other systems, for key results to read. Signed as Standard Webhooks has it.",
        },
        "paths": {"/ingest/{source}": {"post": _post()}},
        "components": {
            "schemas": {
                "Figures": _figures(),
                "Point": _point(),
                "Taken": _taken(),
                "Faults": _faults(),
            }
        },
    }


def printed() -> str:
    """The document as a file."""
    return json.dumps(document(), indent=2) + "\n"


def _post() -> dict[str, Any]:
    return {
        "operationId": "send_figures",
        "summary": "Send figures: all of them are taken, or none.",
        "parameters": [
            {"name": "source", "in": "path", "required": True, "schema": _text(40)},
            *(
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": told,
                    "schema": {"type": "string", "pattern": pattern},
                }
                for name, (told, pattern) in HEADERS.items()
            ),
        ],
        "requestBody": {"required": True, "content": _json("Figures")},
        "responses": {
            "200": {"description": "What became of the figures.", "content": _json("Taken")},
            "400": {"description": "The body broke off, or its length is none."},
            "401": {"description": "No such source, another signature, or another moment."},
            "413": {"description": f"More than {MOST_BYTES} bytes."},
            "422": {"description": "What is wrong, field by field.", "content": _json("Faults")},
            "503": {"description": "Busy: send it again, with the same webhook-id."},
        },
    }


def _figures() -> dict[str, Any]:
    points = {
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_POINTS,
        "items": {"$ref": "#/components/schemas/Point"},
    }
    return _object({"points": points}, "points")


def _point() -> dict[str, Any]:
    fields = {
        "metric": {**_text(LONGEST["metric"]), "minLength": 1},
        "at": {
            "type": "string",
            "anyOf": [{"format": "date-time"}, {"format": "date"}],
            "description": "The moment that the figure is about, with its zone; a day is its beginning in UTC.",
        },
        "value": {
            "type": "string",
            "pattern": f"^{NUMBER.pattern}$",
            "description": "A decimal number, of which 6 places are kept. A JSON number is read by its digits.",
        },
        "unit": _text(LONGEST["unit"]),
        "person": _text(LONGEST["person"]),
        "id": _text(LONGEST["id"]),
        "kind": {
            "type": "string",
            "enum": [NEWEST, COUNTED],
            "description": "What the metric began with, where it is left out; a new one comes to the newest.",
        },
    }
    return _object(fields, "metric", "at", "value")


def _taken() -> dict[str, Any]:
    return _object({name: {"type": "integer", "minimum": 0} for name in FATES}, *FATES)


def _faults() -> dict[str, Any]:
    fault = _object({"field": {"type": "string"}, "problem": {"type": "string"}}, "field", "problem")
    return _object({"errors": {"type": "array", "minItems": 1, "items": fault}}, "errors")


def _object(fields: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(required),
        "additionalProperties": False,
    }


def _text(longest: int) -> dict[str, Any]:
    return {"type": "string", "maxLength": longest, "pattern": PLAIN}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
