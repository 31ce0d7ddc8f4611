"""Data comes in by a signed door: once, of a sane size and shape, and whoever is wrong is told where."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.app import App
from bot.door import Delivery, Refused
from bot.ingest import signed
from bot.ingest.door import PATH
from bot.roles import Role
from bot.settings import Settings
from storage.metrics import SIGNED, Metric, MetricPoint, PersonPoint, Unmatched
from storage.tables import AuditRow, Inbox
from tests.bot.ingest.sender import Sender, point
from tests.company import Chat
from tests.engines import opened
from tests.hostile.asgi import asked

VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""As the specification publishes it."""
VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_BODY = b'{"test": 2432232314}'


def delivery(headers: dict[str, str]) -> Delivery:
    async def nothing() -> Any: ...

    return Delivery({"headers": [(n.encode(), v.encode()) for n, v in headers.items()]}, nothing)


def checked(headers: dict[str, str], body: bytes = VECTOR_BODY, now: float = 1614265330.0) -> bool:
    try:
        show = signed.shown(SIGNED, delivery(headers), now=now)
        signed.check(show, SIGNED, VECTOR_SECRET, body)
    except Refused:
        return False
    return True


def test_the_published_vector_passes_and_nothing_near_it() -> None:
    assert checked(VECTOR)
    good = VECTOR["webhook-signature"]
    assert checked({**VECTOR, "webhook-signature": f"v1,AAAA v2,xyz {good}"})
    assert not checked(VECTOR, body=VECTOR_BODY + b" ")
    assert not checked({**VECTOR, "webhook-id": "msg_other"})
    assert not checked({**VECTOR, "webhook-timestamp": "1614265331"})
    for wrong in (good[:-2] + "F=", good.replace("v1,", "v1a,"), good.removeprefix("v1,"), "", "v1,"):
        assert not checked({**VECTOR, "webhook-signature": wrong})
    for name in VECTOR:
        assert not checked({n: item for n, item in VECTOR.items() if n != name})


@pytest.mark.parametrize(
    ("off", "is_heard"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_signature_is_fresh_for_five_minutes(off: int, is_heard: bool) -> None:
    assert checked(VECTOR, now=1614265330.0 + off) is is_heard


async def test_the_same_delivery_counts_once(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    first = await crm.sends(point("120"), number="msg_a")
    assert first == {"new": 1, "corrected": 0, "repeated": 0, "unmatched": 0, "moved": 0}
    assert await crm.sends(point("120"), number="msg_a") == first
    assert (await crm.sends(point("120"), number="msg_b"))["repeated"] == 1
    assert len(any_chat.rows(MetricPoint)) == 1
    assert len(any_chat.rows(Inbox, Inbox.platform == "ingest")) == 2


async def test_deliveries_that_come_at_once_are_all_kept(any_chat: Chat) -> None:
    """GitHub sends each of them once, and what began with one of them is there for the others."""
    crm = Sender(any_chat)
    bodies = [json.dumps({"points": [point("1", id=f"p{n}")]}).encode() for n in range(6)]
    answers = await asyncio.gather(*(crm.posts(body) for body in bodies))
    assert [status for status, _ in answers] == [200] * 6
    assert len(any_chat.rows(MetricPoint)) == 6


async def test_a_correction_is_an_edition_more(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    await crm.sends(point("120", id="q4"))
    assert (await crm.sends(point("125", id="q4")))["corrected"] == 1
    rows = sorted(any_chat.rows(MetricPoint), key=lambda row: row.edition)
    assert [(row.edition, row.value, row.current) for row in rows] == [(1, "120", False), (2, "125", True)]


async def test_one_delivery_may_name_a_figure_more_than_once(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    told = await crm.sends(
        point("1", id="a"), point("1", id="a"), point("9", id="b"), point("2", id="a"), point("3", id="a")
    )
    assert told == {"new": 2, "corrected": 2, "repeated": 1, "unmatched": 0, "moved": 0}
    assert editions(any_chat) == [("1", 1, False), ("2", 2, False), ("3", 3, True), ("9", 1, True)]
    assert (await crm.sends(point("3", id="a"), point("9", id="b")))["repeated"] == 2


async def test_many_corrections_in_one_delivery_are_an_edition_each(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    await crm.sends(*(point(str(n), id=f"n{n}") for n in range(600)))
    told = await crm.sends(*(point(str(n + n % 2), id=f"n{n}") for n in range(600)))
    assert (told["corrected"], told["repeated"]) == (300, 300)
    rows = any_chat.rows(MetricPoint)
    assert (
        sorted((row.edition, row.current) for row in rows)
        == [(1, False)] * 300 + [(1, True)] * 300 + [(2, True)] * 300
    )
    assert len({row.key for row in rows if row.current}) == 600


async def test_a_figure_of_the_company_turns_out_to_be_about_somebody(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    told = await crm.sends(point("5", id="a"), point("5", id="a", person="ben@example.com"))
    assert (told["new"], told["corrected"]) == (1, 1)
    assert editions(any_chat) == [("5", 1, False)]
    (row,) = any_chat.rows(PersonPoint)
    assert (row.edition, row.current, row.value, row.subject_id) == (2, True, "5", any_chat.ids["ben"])


async def test_every_figure_about_somebody_is_in_the_audit_log(any_chat: Chat) -> None:
    crm, ben = Sender(any_chat), any_chat.ids["ben"]
    mine = {"person": "ben@example.com"}
    await crm.sends(point("1", id="a", **mine), point("2", id="b", **mine), point("3", id="a", **mine))
    await crm.sends(point("4", id="b", **mine), point("3", id="a", **mine))
    noted = [row for row in any_chat.rows(AuditRow, AuditRow.subject_id == ben) if row.what == "metric"]
    points = {row.id: (row.value, row.current) for row in any_chat.rows(PersonPoint)}
    assert sorted((row.act, points[row.record_id][0]) for row in noted) == [
        ("changed", "1"), ("changed", "2"), ("created", "1"), ("created", "2"), ("created", "3"), ("created", "4"),
    ]  # fmt: skip
    assert sorted(points.values()) == [("1", False), ("2", False), ("3", True), ("4", True)]


HARD = ('a "quoted" one', "back\\slash", "a,b", "{}", "NULL", "\\N", r"\.", "N'importe — 数据", "100 % %s :x")


async def test_many_figures_are_kept_as_they_were_sent(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    names = [(name, f"{name} {n}", f"{n}.5") for n in range(5) for name in HARD]
    for whom in ({}, {"person": "ben@example.com"}):
        points = [
            {**point(value, id=f"{name}{whom}"), "metric": name, "unit": unit, **whom}
            for unit, name, value in names
        ]
        assert (await crm.sends(*points))["new"] == len(names)
        assert (await crm.sends(*points))["repeated"] == len(names)
    assert sorted(row.value for row in any_chat.rows(MetricPoint)) == sorted(value for *_, value in names)
    assert sorted((row.unit, row.metric, row.value) for row in any_chat.rows(PersonPoint)) == sorted(names)
    noted = [row.record_id for row in any_chat.rows(AuditRow) if row.what == "metric"]
    assert sorted(noted) == sorted(row.id for row in any_chat.rows(PersonPoint))
    assert not any_chat.change(lambda store: store.proof.whole()).broken


async def test_who_is_unknown_waits_once_and_no_longer_than_they_are(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    told = await crm.sends(
        point("1", id="a", person="bokri"),
        point("1", id="a", person="bokri"),
        point("2", id="a", person="bokri"),
        point("3", id="b", person="bokri"),
        point("4", id="c", person="bokri"),
        point("5", id="c", person="ben@example.com"),
    )
    assert (told["new"], told["unmatched"]) == (1, 5)
    assert sorted(row.point["value"] for row in any_chat.rows(Unmatched)) == ["2", "3"]
    await crm.sends(point("2", id="a", person="ben@example.com"), point("7", id="b", person="bokri"))
    assert [row.point["value"] for row in any_chat.rows(Unmatched)] == ["7"]
    assert sorted(row.value for row in any_chat.rows(PersonPoint)) == ["2", "5"]


def editions(chat: Chat) -> list[tuple[str, int, bool]]:
    """The figures of the company."""
    return sorted((row.value, row.edition, row.current) for row in chat.rows(MetricPoint))


async def test_strangers_old_signatures_and_unknown_sources_are_refused_alike(chat: Chat) -> None:
    crm = Sender(chat)
    body = json.dumps({"points": [point("1")]}).encode()
    assert (await crm.posts(body, age=301))[0] == 401
    assert (await crm.posts(body, webhook_signature="v1,AAAA"))[0] == 401
    assert (await crm.posts(body, webhook_id=""))[0] == 401
    crm.name = "nobody"
    assert await crm.posts(body) == (401, {})
    crm.name = "crm"
    chat.change(lambda store: store.metrics.remove_source(crm.source))
    assert (await crm.posts(body))[0] == 401
    assert not chat.rows(MetricPoint)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no json", ""),
        (b"[]", ""),
        (b"[" * 100_000, ""),
        (b"{}", "points"),
        (b'{"points": []}', "points"),
        (b'{"points": 5}', "points"),
        (b'{"points": [5]}', "points[0]"),
        ({"points": [point("1")], "person": "x"}, "person"),
        ({"points": [point("1"), point("1,5")]}, "points[1].value"),
        ({"points": [point("1e5")]}, "points[0].value"),
        ({"points": [point("NaN")]}, "points[0].value"),
        ({"points": [{"at": "2026-11-23", "value": "1"}]}, "points[0].metric"),
        ({"points": [point("1", at="yesterday")]}, "points[0].at"),
        ({"points": [point("1", at="2026-11-23T09:00:00")]}, "points[0].at"),
        ({"points": [point("1", at="2026-12-23")]}, "points[0].at"),
        ({"points": [point("1", unit=["x"])]}, "points[0].unit"),
        ({"points": [point("1", id="x" * 201)]}, "points[0].id"),
        ({"points": [point("1", person="a\u0000b")]}, "points[0].person"),
        ({"points": [point("1", religion="none")]}, "points[0].religion"),
        ({"points": [point("1"), point("1", unit="users")]}, "points[1].unit"),
        ({"points": [point("1", kind="counted"), point("1", kind="newest")]}, "points[1].kind"),
        ({"points": [point("１２")]}, "points[0].value"),
        ({"points": [{**point("1"), "metric": "Sick days"}]}, "points[0].metric"),
        ({"points": [{**point("1"), "metric": "病假天数"}]}, "points[0].metric"),
        ({"points": [{**point("1"), "metric": "homeLocation"}]}, "points[0].metric"),
        ({"points": [point("1")] * 1001}, "points"),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_taken(chat: Chat, body: Any, field: str) -> None:
    crm = Sender(chat)
    status, told = await crm.posts(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert status == 422
    assert [error["field"] for error in told["errors"]] == [field]
    assert not chat.rows(MetricPoint)


async def test_a_metric_keeps_the_unit_and_the_kind_that_it_began_with(any_chat: Chat) -> None:
    crm = Sender(any_chat)
    await crm.sends(point("1", unit="users", kind="counted", id="a"))
    await crm.sends(point("2", id="b"), point("3", id="c", person="ben@example.com"))
    assert [row.unit for row in any_chat.rows(PersonPoint)] == ["users"]
    (row,) = any_chat.rows(Metric)
    assert (row.unit, row.comes_to) == ("users", "counted")
    status, told = await crm.posts(json.dumps({"points": [point("1", kind="newest")]}).encode())
    assert (status, told["errors"][0]["problem"]) == (
        422,
        "is 'newest'; this metric has been 'counted' until now",
    )


async def test_a_body_is_at_most_a_megabyte(chat: Chat) -> None:
    assert (await Sender(chat).posts(b" " * 1_000_001))[0] == 413


async def test_while_the_database_is_busy_the_sender_comes_again(chat: Chat) -> None:
    crm = Sender(chat)
    body = json.dumps({"points": [point("7")]}).encode()
    with opened(chat.database.url.database) as another:
        another.execute("BEGIN IMMEDIATE")
        assert (await crm.posts(body, number="msg_1"))[0] == 503
        another.execute("ROLLBACK")
    assert (await crm.posts(body, number="msg_1"))[0] == 200


async def test_only_a_process_of_the_web_has_the_door(tmp_path: Any) -> None:
    settings = Settings(
        UPBEAT_DATABASE_URL=f"sqlite+aiosqlite:///{tmp_path}/x.db",
        UPBEAT_SECRET_KEY="x",
        UPBEAT_LOCAL_CHAT="off",
    )
    for roles, has_it in ((frozenset({Role.WEB}), True), (frozenset({Role.TICK}), False)):
        app = App(settings, roles=roles)
        assert (PATH in app.doors()) is has_it
        assert (await asked(app.server(), "POST", "/ingest/crm"))[0] == (503 if has_it else 404)
        await app.database.close()
