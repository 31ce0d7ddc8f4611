"""The OpenAPI document says what the door does: what it allows is taken or refused by field, and nothing breaks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from bot.app import App
from bot.ingest import openapi
from bot.settings import Settings
from storage.metrics import GITHUB, GITLAB, JIRA
from tests.bot.ingest.sender import Sender
from tests.bot.ingest.test_github import issue, pull
from tests.bot.ingest.test_gitlab import merge
from tests.bot.ingest.test_jira import issue as ticket
from tests.company import Chat, company
from tests.hostile.asgi import asked

DOCUMENT = openapi.document()
SCHEMAS = DOCUMENT["components"]["schemas"]
POST = DOCUMENT["paths"]["/ingest/{source}"]["post"]
STATUSES = {int(status) for status in POST["responses"]}
PAGE = Path(__file__).parents[3] / "docs" / "openapi.json"
DIGITS = st.characters(categories=["Nd"])
DRAWN: dict[str, st.SearchStrategy[str]] = {
    r"^[^\u0000-\u001f\u007f]*$": st.text(
        st.characters(codec="utf-8", min_codepoint=32, exclude_characters="\x7f")
    ),
    r"^-?\d{1,16}(\.\d{1,12})?$": st.tuples(
        st.sampled_from(["", "-"]),
        st.text(DIGITS, min_size=1, max_size=16),
        st.just("") | st.text(DIGITS, min_size=1, max_size=12).map(".{}".format),
    ).map("".join),
}
"""What some patterns allow; by the pattern itself it would be drawn letter by letter."""
SEEDS: dict[str, list[Any]] = {GITHUB: [pull(), issue()], GITLAB: [merge()], JIRA: [ticket()]}

ODD: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def meant(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """What a schema allows; of long things, short ones."""
    if "$ref" in schema:
        return meant(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema["type"] == "object":
        fields = {name: meant(inner) for name, inner in schema["properties"].items()}
        required = {name: fields.pop(name) for name in schema["required"]}
        return st.fixed_dictionaries(required, optional=fields)
    if schema["type"] == "array":
        return st.lists(meant(schema["items"]), min_size=schema.get("minItems", 0), max_size=4)
    if "anyOf" in schema:
        seconds = st.integers(100_000_000, 1_790_000_000)
        moments = seconds.map(lambda at: datetime.fromtimestamp(at, UTC))
        return moments.map(datetime.isoformat) | moments.map(lambda at: at.date().isoformat())
    longest = schema.get("maxLength", 20)
    pattern = schema["pattern"]
    texts = DRAWN[pattern] if pattern in DRAWN else st.from_regex(pattern, fullmatch=True)
    texts = texts.filter(lambda text: len(text) <= longest)
    known = st.sampled_from(["ben@example.com", "sign-ups", "users", "1"]) if longest > 20 else st.nothing()
    return (texts | known).filter(lambda text: len(text) >= schema.get("minLength", 0))


@st.composite
def bent(draw: st.DrawFn, seeds: st.SearchStrategy[Any]) -> Any:
    """The same with one thing in it that is something else, gone, or more than it should be."""
    made = json.loads(json.dumps(draw(seeds)))
    whole = [made]
    places = list(_places(whole))
    inside, name = draw(st.sampled_from(places))
    if isinstance(inside, dict) and draw(st.booleans()):
        del inside[name]
        inside.update(draw(st.dictionaries(st.text(max_size=5), ODD, max_size=1)))
    else:
        inside[name] = draw(ODD)
    return whole[0]


def _places(thing: Any) -> Iterator[tuple[Any, Any]]:
    for name, inner in thing.items() if isinstance(thing, dict) else enumerate(thing):
        yield thing, name
        if isinstance(inner, dict | list):
            yield from _places(inner)


class Line:
    """One company with a source of each kind, for thousands of deliveries, on a loop of its own."""

    def __init__(self, chat: Chat, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.crm = Sender(chat)
        self.others = {form: Sender(chat, form, form=form) for form in SEEDS}

    def posts(self, body: bytes, **headers: str) -> tuple[int, Any]:
        status, told = self.loop.run_until_complete(self.crm.posts(body, **headers))
        assert status in STATUSES - {503}, (status, body)
        for schema in {200: ["Taken"], 422: ["Faults"]}.get(status, []):
            Draft202012Validator(SCHEMAS[schema]).validate(told)
        return status, told


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    loop = asyncio.new_event_loop()
    opening = company(f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('line')}/upbeat.db")
    yield Line(loop.run_until_complete(opening.__aenter__()), loop)
    loop.run_until_complete(opening.__aexit__(None, None, None))
    loop.close()


def cases(count: int) -> settings:
    """So many cases, the same ones every time."""
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.function_scoped_fixture]
    return settings(
        max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=quiet
    )


def test_the_schemas_are_schemas_and_the_page_is_the_document() -> None:
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    assert json.loads(PAGE.read_text("utf-8")) == DOCUMENT


async def test_it_is_served(tmp_path: Path) -> None:
    app = App(
        Settings(
            UPBEAT_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/x.db",
            UPBEAT_SECRET_KEY="x",
            UPBEAT_LOCAL_CHAT="off",
        )
    )
    status, body = await asked(app.server(), "GET", "/openapi.json")
    assert (status, json.loads(body)) == (200, DOCUMENT)
    await app.database.close()


def test_what_the_document_allows_is_taken_or_refused_by_field(line: Line) -> None:
    statuses: list[int] = []

    @cases(150)
    @given(meant(SCHEMAS["Figures"]))
    def run(payload: Any) -> None:
        status, told = line.posts(json.dumps(payload).encode())
        assert status in (200, 422)
        statuses.append(status)
        if (
            status == 422
        ):  # what no schema says: another unit or kind than before, a metric of blanks, a name that is refused
            ends = {fault["field"].rpartition(".")[2] for fault in told["errors"]}
            assert ends <= {"unit", "metric", "value", "kind"}, told

    run()
    assert statuses.count(200) > 50


def test_what_it_does_not_allow_is_refused_and_never_breaks(line: Line) -> None:
    @cases(300)
    @given(bent(meant(SCHEMAS["Figures"])))
    def run(payload: Any) -> None:
        line.posts(json.dumps(payload).encode("utf-8", "surrogatepass"))

    run()


def test_no_bytes_and_no_headers_break_it(line: Line) -> None:
    names = st.sampled_from([*openapi.HEADERS, "content-length"])
    texts = st.text(st.characters(max_codepoint=255), max_size=40)

    @cases(400)
    @given(st.binary(max_size=200), st.dictionaries(names, texts, max_size=2))
    def run(body: bytes, headers: dict[str, str]) -> None:
        line.posts(body, **{name.replace("-", "_"): item for name, item in headers.items()})

    run()


@pytest.mark.parametrize("form", SEEDS)
def test_bent_webhooks_never_break_it(line: Line, form: str) -> None:
    from bot.ingest import github, gitlab, jira

    sender = line.others[form]

    @cases(150)
    @given(bent(st.sampled_from(SEEDS[form])))
    def run(payload: Any) -> None:
        body = json.dumps(payload)
        read = json.loads(body)
        found = {
            GITHUB: lambda: github.points_in("pull_request", read) + github.points_in("issues", read),
            GITLAB: lambda: gitlab.points_in(read),
            JIRA: lambda: jira.points_in(read, jira.USUAL_FIELD),
        }[form]()
        assert all(abs(each.value) < 10**15 for each in found)
        told = (
            line.loop.run_until_complete(sender.tells("pull_request", payload))
            if form == GITHUB
            else (200, {})
        )
        assert told[0] in (200, 422)

    run()
