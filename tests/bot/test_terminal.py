"""The `upbeat` command, run as an operator runs it."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command as alembic

from bot.settings import Settings
from storage import guards
from storage.database import Database
from storage.migrations import _config, current
from tests.engines import ENGINES, empty_database, opened, sqlite_url
from tests.fakes.slack import FakeSlack
from tests.fakes.telegram import FakeTelegram
from tests.terminal import Upbeat

HEADER = "email,name,manager_email,team,timezone,locale,role,hired_on,external_id\n"
PEOPLE = HEADER + (
    "ada@example.com,Ada Lovelace,,Engines,Europe/Berlin,en,hr,2020-01-01,1\n"
    "ben@example.com,Ben Okri,ada@example.com,Engines,Europe/Berlin,en,employee,2021-05-01,2\n"
)


@pytest.fixture
def upbeat(tmp_path: Path) -> Iterator[Upbeat]:
    """Run `upbeat` with these words in an empty folder, on an empty SQLite file."""
    with empty_database("sqlite", tmp_path) as url:
        yield Upbeat(url, tmp_path)


@pytest.fixture(params=ENGINES)
def any_upbeat(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Upbeat]:
    """The same on each database."""
    with empty_database(request.param, tmp_path) as url:
        yield Upbeat(url, tmp_path)


def write(folder: Path, content: str, name: str = "people.csv") -> str:
    """A file with this content; returns its path."""
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_help_names_the_commands(upbeat: Upbeat) -> None:
    done = upbeat.process("--help")
    assert done.returncode == 0
    for word in ("run", "people", "doctor", "backup", "restore", "manifest", "migrate", "refresh"):
        assert word in done.stdout


def test_a_people_file_fills_an_empty_database(any_upbeat: Upbeat, tmp_path: Path) -> None:
    dry = any_upbeat("people", "import", write(tmp_path, PEOPLE), "--dry-run")
    assert dry.returncode == 0, dry.stderr
    assert "Ben Okri <ben@example.com>" in dry.stdout
    assert "nothing was changed" in dry.stdout
    done = any_upbeat("people", "import", write(tmp_path, PEOPLE))
    assert "2 new, 0 changed, 0 gone" in done.stdout
    changed = PEOPLE.replace("Ben Okri", "Benjamin Okri").replace(
        "ada@example.com,Ada", "eva@example.com,Eva"
    )
    changed = changed.replace("Okri,ada@", "Okri,eva@")
    shown = any_upbeat("people", "import", write(tmp_path, changed), "--dry-run").stdout
    assert "Eva Lovelace <eva@example.com>" in shown
    assert "ada@example.com" in shown
    assert "“Ben Okri” becomes “Benjamin Okri”" in shown
    again = any_upbeat("people", "import", write(tmp_path, PEOPLE))
    assert "changes nothing" in again.stdout


def test_a_fault_is_named_and_the_command_fails(upbeat: Upbeat, tmp_path: Path) -> None:
    broken = PEOPLE.replace("Europe/Berlin,en,employee", "Mars/Olympus,en,employee")
    done = upbeat.process("people", "import", write(tmp_path, broken))
    assert done.returncode != 0
    assert "Row 3, column timezone, “Mars/Olympus”" in done.stderr
    assert "Traceback" not in done.stderr
    unclosed = upbeat("people", "import", write(tmp_path, PEOPLE + '"eva@example.com,Eva\n'))
    assert unclosed.stderr.startswith("In row 4 of the file a quotation mark")
    assert "2 new" in upbeat("people", "import", write(tmp_path, PEOPLE)).stdout


def test_a_database_that_is_busy_is_said_and_nothing_is_changed(upbeat: Upbeat, tmp_path: Path) -> None:
    assert upbeat("people", "import", write(tmp_path, PEOPLE)).returncode == 0
    with opened(upbeat.url.partition(":///")[2]) as other:
        other.execute("BEGIN IMMEDIATE")
        done = upbeat("people", "import", write(tmp_path, PEOPLE.replace("Okri", "Oduya")))
        other.execute("ROLLBACK")
    assert done.returncode == 1
    assert "did not take the work in time. Try again" in done.stderr
    assert "1 changed" in upbeat("people", "import", write(tmp_path, PEOPLE.replace("Okri", "Oduya"))).stdout


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    gone = Upbeat("postgresql+psycopg://upbeat:s3cret@127.0.0.1:1/upbeat", tmp_path)
    done = gone("people", "invite", "ben@example.com")
    assert done.returncode == 1
    assert done.stderr.startswith("The database cannot be used: no server listens at its address.")
    assert "s3cret" not in done.stderr


def test_an_invitation_is_a_code_for_one_person(upbeat: Upbeat, tmp_path: Path) -> None:
    upbeat("people", "import", write(tmp_path, PEOPLE))
    done = upbeat("people", "invite", "ben@example.com")
    assert done.returncode == 0
    assert "/start " in done.stdout
    refused = upbeat("people", "invite", "nobody@example.com")
    assert refused.returncode != 0
    assert "nobody@example.com" in refused.stderr


def test_a_backup_is_restored_elsewhere(any_upbeat: Upbeat, tmp_path: Path) -> None:
    any_upbeat("people", "import", write(tmp_path, PEOPLE))
    made = any_upbeat("backup", str(tmp_path / "b"))
    assert made.returncode == 0, made.stderr
    (tmp_path / "other").mkdir()
    other = Upbeat(sqlite_url(tmp_path / "other"), tmp_path / "other")
    done = other("restore", str(tmp_path / "b"))
    assert done.returncode == 0, done.stderr
    assert "rows are back, every one that the backup counts" in done.stdout
    assert "chains, unbroken" in done.stdout
    assert "changes nothing" in other("people", "import", write(tmp_path, PEOPLE)).stdout
    assert other("restore", str(tmp_path / "b")).returncode != 0


def test_a_backup_changes_nothing_not_even_an_older_schema(any_upbeat: Upbeat, tmp_path: Path) -> None:
    """An older Upbeat may be running on it, and a backup comes before an update."""
    database = Database(any_upbeat.url, b"a test's secret")
    with database.engine.connect() as connection, connection.begin():
        alembic.upgrade(_config(connection), "0002")
    refused = any_upbeat("backup", str(tmp_path / "b"))
    assert refused.returncode == 1
    assert "The database has schema 0002, and this Upbeat copies" in refused.stderr
    assert "or bring the schema up first" in refused.stderr
    assert current(database) == "0002"
    assert list(tmp_path.glob("b*")) == []
    assert any_upbeat("migrate").returncode == 0
    assert any_upbeat("backup", str(tmp_path / "b")).returncode == 0
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    newer = any_upbeat("backup", str(tmp_path / "b2"))
    assert "The database has schema 9999" in newer.stderr
    assert "bring the schema up" not in newer.stderr
    database.stop()


def test_a_backup_that_cannot_be_written_is_one_sentence(upbeat: Upbeat, tmp_path: Path) -> None:
    upbeat("migrate")
    (tmp_path / "file").touch()
    for name in ("nowhere/b", "file/b"):
        done = upbeat("backup", str(tmp_path / name))
        assert done.returncode == 1
        assert done.stderr.startswith(f"{tmp_path / name} cannot be written (")


def test_a_backup_is_made_while_a_large_import_is_written(any_upbeat: Upbeat, tmp_path: Path) -> None:
    any_upbeat("people", "import", write(tmp_path, PEOPLE))
    database = Database(any_upbeat.url, b"a test's secret")
    with database.engine.connect() as importing, importing.begin():
        importing.exec_driver_sql("UPDATE person SET name = name")
        began = time.monotonic()
        made = any_upbeat("backup", str(tmp_path / "b"))
        lasted = time.monotonic() - began
    database.stop()
    assert made.returncode == 0, made.stderr
    assert lasted < 4


def test_the_doctor_says_what_to_mend(upbeat: Upbeat) -> None:
    upbeat("migrate")
    well = upbeat("doctor")
    assert well.returncode == 0, well.stdout + well.stderr
    for looked_at in ("database: SQLite, and whole", "migrations: ", "key: opens the database", "queue: "):
        assert f"ok    {looked_at}" in well.stdout
    ill = upbeat("doctor", UPBEAT_SECRET_KEY="another")
    assert ill.returncode == 1
    assert "Set UPBEAT_SECRET_KEY" in ill.stdout
    refused = upbeat(
        "goals", "export", "goals.xlsx", "--reader", "ada@example.com", UPBEAT_SECRET_KEY="another"
    )
    assert "Set the one that it was last opened with" in refused.stderr


def test_the_doctor_says_that_a_database_is_busy(any_upbeat: Upbeat, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while a large import is written, or the keys are rotated."""
    any_upbeat("migrate")
    monkeypatch.setattr("storage.postgres.PATIENCE", "SET LOCAL lock_timeout = '100ms'")
    monkeypatch.setattr("storage.database.PRAGMAS", ("journal_mode=WAL", "busy_timeout=100"))
    database = Database(any_upbeat.url, b"a test's secret")
    with database.engine.connect() as other, other.begin():
        if not database.is_sqlite:
            other.exec_driver_sql("LOCK TABLE data_key IN ACCESS EXCLUSIVE MODE")
        done = any_upbeat("doctor")
    database.stop()
    assert done.returncode == 1
    assert "look again in a minute" in done.stdout
    assert "serves: local chat" in done.stdout  # and goes on


def test_the_doctor_goes_on_where_the_database_takes_a_connection_and_never_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.database.PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://upbeat@127.0.0.1:{silent.getsockname()[1]}/upbeat"
        done = Upbeat(url, tmp_path)("doctor")
    assert done.returncode == 1
    assert "FAIL  database: the database gave no answer in 0 s" in done.stdout
    assert "serves: local chat" in done.stdout  # and goes on


def test_the_doctor_says_what_administrators_were_told(any_upbeat: Upbeat) -> None:
    any_upbeat("migrate")
    database = Database(any_upbeat.url, b"a test's secret")
    database.open()
    database.write_now(lambda store: [store.alerts.note(cause) for cause in ("failures", "token:slack")])
    database.stop()
    found = any_upbeat("doctor").stdout
    assert "messages set aside after failures: 1 on" in found
    assert "Set SLACK_BOT_TOKEN anew" in found


def test_the_doctor_says_which_process_does_what_one_does_alone(any_upbeat: Upbeat) -> None:
    any_upbeat("migrate")
    assert "clock: no process does this now" in any_upbeat("doctor").stdout
    database = Database(any_upbeat.url, b"a test's secret")
    database.write_now(lambda store: store.leases.take("clock", "host-a:17:abc", seconds=60))
    database.stop()
    said = any_upbeat("doctor").stdout
    assert "clock: done by host-a:17:abc, for another" in said
    assert "delivery: no process does this now" in said


def test_what_waits_while_upbeat_rests_is_no_mistake_of_ours(any_upbeat: Upbeat) -> None:
    any_upbeat("migrate")
    database = Database(any_upbeat.url, b"a test's secret")
    database.write_now(lambda store: store.slots.plan("checkins.open", "x", store.now - timedelta(hours=1)))
    resting = any_upbeat("doctor")
    assert resting.returncode == 0
    assert "note  promise, rule overdue: broken 1 time" in resting.stdout
    assert "Start `upbeat run`: it does what was left" in resting.stdout
    for name in ("clock", "delivery"):
        database.write_now(lambda store, name=name: store.leases.take(name, "host-a:17:abc", seconds=60))
    database.stop()
    at_work = any_upbeat("doctor")
    assert at_work.returncode == 1
    assert "FAIL  promise, rule overdue: broken 1 time" in at_work.stdout
    assert "Please report it" in at_work.stdout


def test_the_audit_log_is_looked_through_on_the_terminal(any_upbeat: Upbeat, tmp_path: Path) -> None:
    any_upbeat("people", "import", write(tmp_path, PEOPLE))
    any_upbeat("key", "rotate")
    well = any_upbeat("audit")
    assert (well.returncode, well.stderr) == (0, "")
    assert "1 chains, unbroken" in well.stdout or "2 chains, unbroken" in well.stdout
    assert "promise: all 12 rules hold" in any_upbeat("doctor").stdout
    database = Database(any_upbeat.url, b"a test's secret")
    with database.engine.begin() as connection:
        for statement in guards.DOWN[connection.dialect.name]:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("UPDATE audit SET act = 'nothing' WHERE chain = 1 AND place = 1")
    database.stop()
    ill = any_upbeat("audit")
    assert ill.returncode == 1
    assert "chain 1, entry 1: changed" in ill.stderr
    found = any_upbeat("doctor")
    assert found.returncode == 1
    assert "promise, rule guarded: broken" in found.stdout


def test_an_old_database_in_which_nobody_did_anything_is_unbroken(any_upbeat: Upbeat, tmp_path: Path) -> None:
    database = Database(any_upbeat.url, b"a test's secret")
    with database.engine.connect() as connection, connection.begin():
        alembic.upgrade(_config(connection), "0001")
    database.stop()
    assert any_upbeat("migrate").returncode == 0
    assert any_upbeat("audit").returncode == 0
    any_upbeat("people", "import", write(tmp_path, PEOPLE))
    done = any_upbeat("audit")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 entries in 2 chains, unbroken" in done.stdout


def test_what_people_wrote_is_shown_as_they_wrote_it(upbeat: Upbeat, tmp_path: Path) -> None:
    file = write(tmp_path, PEOPLE.replace("Ben Okri", "Ben :x: [bold] Okri"))
    assert "Ben :x: [bold] Okri <ben@example.com>" in upbeat("people", "import", file, "--dry-run").stdout


def test_what_a_terminal_cannot_show_breaks_nothing_off(upbeat: Upbeat, tmp_path: Path) -> None:
    file = write(tmp_path, PEOPLE.replace("Ben Okri", "陈明"))
    done = upbeat.process("people", "import", file, PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, "")
    assert r"\u9648\u660e <ben@example.com>" in done.stdout
    assert "2 new" in done.stdout


def test_a_wrong_setting_is_named_without_its_value(upbeat: Upbeat) -> None:
    done = upbeat.process("migrate", UPBEAT_PORT="eighty-eighty")
    assert done.returncode == 1
    assert "UPBEAT_PORT" in done.stderr
    assert "eighty" not in done.stderr


def test_what_is_wrong_around_it_is_one_sentence(upbeat: Upbeat, tmp_path: Path) -> None:
    assert "UPBEAT_PORT" in upbeat("run", UPBEAT_PORT="99999").stderr
    assert "enableServiceLinks" in upbeat("run", UPBEAT_PORT="tcp://10.0.0.7:8080").stderr
    for address in ("upbeat.example.com", "https://", "https://upbeat example.com"):
        assert "UPBEAT_PUBLIC_URL" in upbeat("run", UPBEAT_PUBLIC_URL=address).stderr
    nowhere = "sqlite+aiosqlite:////proc/upbeat.db"
    for command in (("doctor",), ("run",), ("people", "invite", "ada@example.com")):
        done = upbeat(*command, UPBEAT_DATABASE_URL=nowhere, UPBEAT_SECRET_KEY="", UPBEAT_PORT="0")
        assert done.returncode == 1
        assert done.stderr.startswith("The key file /proc/upbeat.key cannot be read or made (")
    assert "begins otherwise" in upbeat("manifest", "--public-url", "upbeat.example.com").stderr
    (tmp_path / ".env").write_bytes("# caf\xe9\n".encode("latin-1"))
    assert upbeat("doctor").stderr == "The file .env is not written in UTF-8. Save it as UTF-8.\n"
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").symlink_to("/proc/self/mem")  # which nobody reads from its beginning, not even root
    assert upbeat("doctor").stderr.startswith("The file .env cannot be read (")
    (tmp_path / ".env").unlink()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://upbeat:s3cret@127.0.0.1:fivefour/upbeat",
        "postgresql",
        "mysql://upbeat:s3cret@127.0.0.1/upbeat",
        "sqlite+aiosqlite://upbeat.db",
        "sqlite+aiosqlite:///:memory:",
        "",
    ],
)
def test_an_address_of_no_database_is_one_sentence(tmp_path: Path, url: str) -> None:
    for command in ("migrate", "doctor", "run"):
        done = Upbeat(url, tmp_path)(command)
        assert done.returncode == 1
        assert done.stderr.startswith("A setting is wrong. UPBEAT_DATABASE_URL: ")
        assert "s3cret" not in done.stderr


@pytest.mark.parametrize(
    ("url", "found", "fix"),
    [
        ("sqlite+aiosqlite:///{folder}", "the file cannot be opened", "See that its folder is there"),
        (
            "sqlite+aiosqlite:////dev/null/x/upbeat.db",
            "the file cannot be opened",
            "See that its folder is there",
        ),
        (
            "postgresql+psycopg://u:s3cret@127.0.0.1:1/upbeat",
            "no server listens at its address",
            "Start it",
        ),
        ("postgresql+psycopg://u@/upbeat?host={folder}", "no server listens at its address", "Start it"),
        ("postgresql+psycopg://u:s3cr@et.invalid/upbeat", "no machine has the name", "in a password @ is"),
        (
            "postgresql+psycopg://u:s3cret@127.0.0.1:1/upbeat?sslmod=require",
            "its address has an option",
            "behind the ?",
        ),
    ],
)
def test_why_a_database_cannot_be_used_and_what_mends_it(
    tmp_path: Path, url: str, found: str, fix: str
) -> None:
    upbeat = Upbeat(url.format(folder=tmp_path), tmp_path)
    for done in (upbeat("migrate"), upbeat("run", UPBEAT_PORT="0")):
        assert done.returncode == 1
        assert f"The database cannot be used: {found}" in done.stderr
        assert fix in done.stderr
        assert "et.invalid" not in done.stderr
    examined = upbeat("doctor")
    assert examined.returncode == 1
    assert f"FAIL  database: {found}" in examined.stdout
    assert fix in examined.stdout


def test_a_server_without_tls_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_no_tls, args=(plain,), daemon=True).start()
        here = f"postgresql+psycopg://u:s3cret@127.0.0.1:{plain.getsockname()[1]}/upbeat?sslmode="
        for mode, found in (
            ("require", "the server speaks no TLS"),
            ("always", "its address has an sslmode"),
        ):
            done = Upbeat(f"{here}{mode}", tmp_path)("migrate")
            assert done.stderr.startswith(f"The database cannot be used: {found}")


def _no_tls(listener: socket.socket) -> None:
    """As a PostgreSQL without it answers whoever asks for it."""
    with contextlib.suppress(OSError):
        while True:
            asked, _ = listener.accept()
            asked.recv(8)
            asked.sendall(b"N")


def test_a_file_that_is_no_database_is_one_sentence(upbeat: Upbeat, tmp_path: Path) -> None:
    (tmp_path / "upbeat.db").write_text("These are words, and no database of SQLite.\n" * 100)
    for words in (("migrate",), ("people", "invite", "ada@example.com")):
        done = upbeat(*words)
        assert done.returncode == 1
        assert "upbeat.db is damaged (file is not a database)" in done.stderr


def test_an_empty_host_is_not_every_address_of_the_machine(upbeat: Upbeat) -> None:
    for name in ("UPBEAT_HOST", "SLACK_API_URL", "TELEGRAM_API_URL"):
        done = upbeat("run", UPBEAT_PORT="0", **{name: ""})
        assert done.returncode == 1
        assert done.stderr.startswith(f"A setting is wrong. {name}: ")


def test_where_nobody_can_listen_the_right_setting_is_named(upbeat: Upbeat) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        other = upbeat("run", UPBEAT_PORT=str(taken.getsockname()[1]))
    assert "Set UPBEAT_PORT to another number." in other.stderr
    for host in ("host.invalid", "192.0.2.1"):
        assert "Set UPBEAT_HOST to an address of this machine." in upbeat("run", UPBEAT_HOST=host).stderr


def test_an_address_of_ipv6_can_be_opened() -> None:
    settings = Settings(UPBEAT_HOST="::1", UPBEAT_PORT=8080)  # type: ignore[call-arg]
    assert settings.address == "http://[::1]:8080"


def test_the_first_line_of_a_file_from_windows_counts(upbeat: Upbeat, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("UPBEAT_LOCAL_CHAT=perhaps\n", encoding="utf-8-sig")
    assert "UPBEAT_LOCAL_CHAT" in upbeat("doctor").stderr


def test_a_misspelt_setting_is_named(upbeat: Upbeat, tmp_path: Path) -> None:
    """What it was to set is not set: the company would be begun in another database."""
    (tmp_path / ".env").write_text("UPBEAT_WEBHOOKS=1\nUPBEAT_INGEST_URL=https://up.example.com\n")
    done = upbeat("migrate", UPBEAT_PUBLIC_ULR="https://up.example.com", SLACK_TOKEN="s3cret")
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        "SLACK_TOKEN is no setting of Upbeat, and does nothing. Is SLACK_BOT_TOKEN meant?",
        "UPBEAT_PUBLIC_ULR is no setting of Upbeat, and does nothing. Is UPBEAT_PUBLIC_URL meant?",
        "UPBEAT_WEBHOOKS is no setting of Upbeat, and does nothing. .env.example has them all.",
    ]


def test_a_token_from_a_file_ends_without_its_line() -> None:
    assert Settings(SLACK_BOT_TOKEN="xoxb-1\n").slack_bot_token.get_secret_value() == "xoxb-1"  # type: ignore[call-arg]


def test_a_key_that_is_missing_is_not_made_anew(tmp_path: Path) -> None:
    """It would open nothing, and be kept as the one of the next backup."""
    upbeat = Upbeat(sqlite_url(tmp_path), tmp_path)
    assert upbeat("migrate", UPBEAT_SECRET_KEY="").returncode == 0
    (tmp_path / "upbeat.key").rename(tmp_path / "elsewhere")
    for words in (("doctor",), ("backup", "b"), ("run",)):
        done = upbeat(*words, UPBEAT_SECRET_KEY="")
        assert done.returncode == 1
        assert "upbeat.key of this database is missing. Bring it back" in done.stderr
    assert not (tmp_path / "upbeat.key").exists()
    server = "postgresql+psycopg://u@127.0.0.1:1/upbeat"  # of which the file is not, whatever lies there
    assert "no server listens" in upbeat("doctor", UPBEAT_SECRET_KEY="", UPBEAT_DATABASE_URL=server).stdout


def test_the_doctor_says_that_a_language_model_is_set_by_half(upbeat: Upbeat) -> None:
    done = upbeat("doctor", UPBEAT_LLM_URL="http://127.0.0.1:1/v1")
    assert done.returncode == 1
    assert "FAIL  language model: " in done.stdout
    assert "not UPBEAT_LLM_MODEL" in done.stdout


def test_nothing_is_sealed_under_an_empty_key(tmp_path: Path) -> None:
    """As a disk that was full at the first start leaves it."""
    upbeat = Upbeat(sqlite_url(tmp_path), tmp_path)
    (tmp_path / "upbeat.key").touch()
    done = upbeat("people", "import", write(tmp_path, PEOPLE), UPBEAT_SECRET_KEY="")
    assert done.returncode == 1
    assert "upbeat.key is empty" in done.stderr
    (tmp_path / "upbeat.key").unlink()
    assert upbeat("people", "import", write(tmp_path, PEOPLE), UPBEAT_SECRET_KEY="").returncode == 0


async def test_the_doctor_looks_at_slacks_tokens(upbeat: Upbeat) -> None:
    half = await asyncio.to_thread(upbeat, "doctor", SLACK_BOT_TOKEN="xoxb-1")
    assert half.returncode == 1
    lacks = "SLACK_BOT_TOKEN is set, and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing."
    assert f"FAIL  Slack: {lacks}" in half.stdout
    refused = await asyncio.to_thread(upbeat, "run", SLACK_BOT_TOKEN="xoxb-1")
    assert refused.stderr == f"Slack cannot be served: {lacks}\n"
    async with FakeSlack() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.base_url.rstrip("/")}
        for token, found in (
            (slack.app_token, "ok    Slack app token: accepted"),
            ("xapp-2", "FAIL  Slack app token: "),
        ):
            done = await asyncio.to_thread(upbeat, "doctor", SLACK_APP_TOKEN=token, **tokens)
            assert found in done.stdout
            assert "Slack token: accepted" in done.stdout
        wrong = {**tokens, "SLACK_BOT_TOKEN": "xoxb-2", "SLACK_SIGNING_SECRET": "s"}
        done = await asyncio.to_thread(upbeat, "doctor", **wrong)
        assert "FAIL  Slack: Slack refuses SLACK_BOT_TOKEN (invalid_auth)" in done.stdout
        slack.fail_next("auth.test", "500")  # no other token mends that
        done = await asyncio.to_thread(upbeat, "doctor", SLACK_SIGNING_SECRET="s", **tokens)
        assert "FAIL  Slack: Slack cannot be reached (internal_error)" in done.stdout


async def test_the_doctor_looks_at_telegrams_webhook(upbeat: Upbeat) -> None:
    async with FakeTelegram() as telegram:
        ours = {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_URL": telegram.base_url}
        hook = {**ours, "UPBEAT_PUBLIC_URL": "https://up.example.com/", "TELEGRAM_WEBHOOK_SECRET": "s"}

        async def said(settings: dict[str, str]) -> str:
            return (await asyncio.to_thread(upbeat, "doctor", **settings)).stdout

        assert "ok    Telegram polling: 0 updates wait" in await said(ours)
        assert "note  Telegram webhook: not set" in await said(hook)
        await telegram.connect_webhook("https://old.example.com/telegram/webhook", "s")
        assert "FAIL  Telegram webhook: set to another address than https://up.example.com/" in await said(
            hook
        )
        assert "note  Telegram webhook: set, and nothing is polled" in await said(ours)
        await telegram.connect_webhook("https://up.example.com/telegram/webhook", "s")
        assert "ok    Telegram webhook: 0 updates wait" in await said(hook)
        wrong = await asyncio.to_thread(
            upbeat, "run", **{**hook, "TELEGRAM_WEBHOOK_SECRET": "a b", "UPBEAT_PORT": "0"}
        )
        assert wrong.stderr.startswith("TELEGRAM_WEBHOOK_SECRET is 1 to 256 of")


def test_keys_are_not_rotated_under_a_running_upbeat(any_upbeat: Upbeat, tmp_path: Path) -> None:
    """It would go on to write under the key that is gone."""
    any_upbeat("people", "import", write(tmp_path, PEOPLE))
    database = Database(any_upbeat.url, b"a test's secret")
    term = database.write_now(lambda store: store.leases.take("clock", "ops-1:42", seconds=9))
    refused = any_upbeat("key", "rotate")
    assert refused.returncode == 1
    assert "Upbeat is running (ops-1:42)" in refused.stderr
    database.write_now(lambda store: store.leases.give_back(term))
    database.stop()
    assert any_upbeat("key", "rotate").returncode == 0


def test_keys_are_rotated(upbeat: Upbeat, tmp_path: Path) -> None:
    upbeat("people", "import", write(tmp_path, PEOPLE))
    done = upbeat("key", "rotate")
    assert done.returncode == 0, done.stderr
    assert "the old one is gone" in done.stdout
    assert upbeat("doctor").returncode == 0


def test_another_secret_opens_everything_and_the_old_one_nothing(upbeat: Upbeat, tmp_path: Path) -> None:
    upbeat("people", "import", write(tmp_path, PEOPLE))
    new = "quite another secret"
    done = upbeat("key", "secret", UPBEAT_NEW_SECRET_KEY=new)
    assert (done.returncode, done.stderr) == (0, "")
    assert new not in done.stdout
    assert upbeat("doctor", UPBEAT_SECRET_KEY=new).returncode == 0
    old = upbeat("doctor")
    assert old.returncode == 1
    assert "UPBEAT_SECRET_KEY" in old.stdout
    assert upbeat("key", "secret", UPBEAT_SECRET_KEY=new, UPBEAT_NEW_SECRET_KEY=" ").returncode == 1


def test_a_calendar_is_loaded_and_a_bad_row_named(upbeat: Upbeat, tmp_path: Path) -> None:
    days = "day,workday,name\n2027-02-06,yes,调休\n2027-02-08,no,春节\n"
    whose = upbeat("calendar", "import", write(tmp_path, days, "days.csv"))
    assert whose.returncode == 1
    assert "--country CN" in whose.stderr
    done = upbeat("calendar", "import", write(tmp_path, days, "days.csv"), "--country", "CN")
    assert "2 days are loaded for CN" in done.stdout
    again = upbeat("calendar", "import", write(tmp_path, days, "days.csv"))
    assert "2 days are loaded for CN" in again.stdout
    assert "The holidays of CN count for everybody now; before: weekends only." in done.stdout
    for country in ("Atlantis", "C"):
        wrong = upbeat("calendar", "import", write(tmp_path, days, "days.csv"), "--country", country)
        assert wrong.returncode != 0
        assert "Write two letters" in wrong.stderr
    nothing = write(tmp_path, "day,workday,name\n", "days.csv")
    assert "names no day" in upbeat("calendar", "import", nothing, "--country", "DE").stderr
    twice = write(tmp_path, days + "2027-02-06,no,\n", "days.csv")
    assert (
        "2027-02-06 stands in the file more than once"
        in upbeat("calendar", "import", twice, "--country", "CN").stderr
    )
    bad = upbeat(
        "calendar", "import", write(tmp_path, days + "2027-02-31,no,\n", "days.csv"), "--country", "CN"
    )
    assert bad.returncode != 0
    assert "Row 4, column day, “2027-02-31”" in bad.stderr


def test_a_calendar_of_another_year_takes_nothing_away_unasked(upbeat: Upbeat, tmp_path: Path) -> None:
    """The notice of a year often names a day of the year before."""
    first = "day,workday,name\n2026-10-01,no,National Day\n2026-12-31,no,A mistake\n"
    upbeat("calendar", "import", write(tmp_path, first, "days.csv"), "--country", "CN")
    next_one = write(tmp_path, "day,workday,name\n2026-12-31,yes,\n2027-01-01,no,New Year\n", "days.csv")
    dry = upbeat("calendar", "import", next_one, "--dry-run")
    assert "2 days would be loaded for CN" in dry.stdout
    assert "2026-10-01 day off National Day" in dry.stdout
    assert declared(upbeat) == {"2026-10-01": False, "2026-12-31": False}
    done = upbeat("calendar", "import", next_one)
    assert "loaded before for the same years: 1 day. It stays" in done.stdout
    assert declared(upbeat) == {"2026-10-01": False, "2026-12-31": True, "2027-01-01": False}
    assert "It goes" in upbeat("calendar", "import", next_one, "--replace", "--dry-run").stdout
    assert len(declared(upbeat)) == 3
    upbeat("calendar", "import", next_one, "--replace")
    assert declared(upbeat) == {"2026-12-31": True, "2027-01-01": False}


def declared(upbeat: Upbeat) -> dict[str, bool]:
    """The days that are loaded, and whether people work on them."""
    database = Database(upbeat.url, b"a test's secret")
    days = database.look_now(lambda store: store.workdays.declared())
    database.stop()
    return {str(day): workday for day, workday in days.items()}


def test_without_a_secret_a_key_file_is_made_that_only_its_owner_reads(tmp_path: Path) -> None:
    upbeat = Upbeat(sqlite_url(tmp_path), tmp_path)
    assert upbeat.process("migrate", UPBEAT_SECRET_KEY="").returncode == 0
    key = tmp_path / "upbeat.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with opened(tmp_path / "upbeat.db") as made:
        assert made.execute("PRAGMA journal_mode").fetchone() == ("wal",)
