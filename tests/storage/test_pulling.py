"""Another database is asked where nothing can be written, for a while, for so many rows; it is never quoted."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL, make_url

from storage.metrics.pulling import PullProblem, pull
from tests.engines import empty_database, opened

ROWS = "SELECT who AS 'Employee ID', day, visits FROM visit ORDER BY day"
ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS all_of_it FROM n"
)


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A database of somebody else's."""
    file = tmp_path / "theirs #1.db"
    with opened(file) as theirs:
        theirs.execute("CREATE TABLE visit (who TEXT, day TEXT, visits REAL)")
        theirs.execute(
            "INSERT INTO visit VALUES ('E7', '2026-11-20', 3), ('E9', '2026-11-21', 0.1), ('E1', NULL, 1e6)"
        )
    return f"sqlite:///{file}"


def code(address: str, query: str, **more: float) -> str:
    with pytest.raises(PullProblem) as problem:
        pull(address, query, **more)
    assert problem.value.__cause__ is None
    return problem.value.code


def test_rows_become_a_table(address: str) -> None:
    sheet = pull(address, ROWS)
    assert sheet.header == ("employee_id", "day", "visits")
    assert sheet.rows == (("E1", "", "1000000.0"), ("E7", "2026-11-20", "3.0"), ("E9", "2026-11-21", "0.1"))
    assert sheet.exact


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM visit",
        "INSERT INTO visit VALUES ('x', 'y', 1)",
        "DROP TABLE visit",
        "PRAGMA query_only=OFF",
        "SELECT 1 AS one; DELETE FROM visit",
        "ATTACH DATABASE '/tmp/another.db' AS another",
        "SELECT nothing FROM visit",
        "not a query",
        "",
    ],
)
def test_whatever_does_not_only_read_is_refused(address: str, query: str) -> None:
    assert code(address, query) in ("refused", "columns")
    assert len(pull(address, ROWS).rows) == 3


def test_time_and_rows_have_limits(address: str) -> None:
    assert code(address, ENDLESS, seconds=0) == "too-long"
    assert code(address, ROWS, most=2) == "too-many-rows"
    assert len(pull(address, ROWS, most=3).rows) == 3


def test_columns_have_names_each_once(address: str) -> None:
    assert code(address, "SELECT 1 AS a, 2 AS 'A'") == "columns"


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("", "address"),
        ("mysql://x/y", "address"),
        ("sqlite://", "address"),
        ("sqlite:////nowhere/at/all.db", "unreachable"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "unreachable"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_being_quoted(where: str, said: str) -> None:
    assert code(where, "SELECT 1 AS one") == said


def test_postgresql_is_read_and_not_written() -> None:
    with empty_database("postgresql", Path()) as address:
        _reads_and_does_not_write(make_url(address))


def test_a_database_that_falls_silent_is_waited_for_only_so_long() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host, port = server.getsockname()
        Thread(target=_lets_in_and_falls_silent, args=(server,), daemon=True).start()
        address = f"postgresql://reader@{host}:{port}/erp?sslmode=disable&gssencmode=disable"
        began = time.monotonic()
        assert code(address, "SELECT 1 AS one", seconds=0.2) == "unreachable"
    assert time.monotonic() - began < 5


def _lets_in_and_falls_silent(server: socket.socket) -> None:
    line, _ = server.accept()
    with line:
        line.recv(65_536)
        line.sendall(b"R\0\0\0\x08\0\0\0\0" + b"Z\0\0\0\x05I")  # AuthenticationOk, ReadyForQuery
        while line.recv(65_536):
            pass


def _reads_and_does_not_write(url: URL) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE visit (who text, day date, visits numeric, at timestamptz)")
        connection.exec_driver_sql(
            "INSERT INTO visit VALUES ('E7', '2026-11-20', 1.50, '2026-11-20T09:00:00Z')"
        )
    address = url.render_as_string(hide_password=False)
    try:
        sheet = pull(
            address,
            "SELECT who, day, visits, at AT TIME ZONE 'UTC' AS at, NULL AS gone, 50 % 7 AS rest FROM visit",
        )
        assert sheet.rows == (("E7", "2026-11-20", "1.50", "2026-11-20T09:00:00", "", "1"),)
        for query in (
            "DELETE FROM visit RETURNING who",
            "SELECT 1 AS one; DELETE FROM visit",
            "COMMIT",
            "WITH gone AS (DELETE FROM visit RETURNING who) SELECT * FROM gone",
            "SELECT set_config('transaction_read_only', 'off', true) AS off",
        ):
            assert code(address, query) == "refused", query
        assert code(address, "SELECT pg_sleep(9) AS slept", seconds=1) == "too-long"
        assert code(address, "SELECT generate_series(1, 100) AS n", most=99) == "too-many-rows"
        assert len(pull(address, "SELECT who FROM visit").rows) == 1
    finally:
        engine.dispose()
