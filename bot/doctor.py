"""`upbeat doctor` looks at everything that Upbeat needs, one line each, with the fix beside what is wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console
from rich.markup import escape

from bot.settings import LOOPBACK, Settings
from storage import leases
from storage.alerts import BELL, CRASHES, FAILURES, PROMISE, REFUSED, SOCKET, TOKEN
from storage.backups import BackupProblem, check
from storage.columns import Unreadable
from storage.damage import Damaged, refuse_damage
from storage.database import Database, probe, sqlite_is_safe, sqlite_version
from storage.errors import Unanswered
from storage.migrations import current, is_known, newest

if TYPE_CHECKING:
    from telegram import WebhookInfo

PATIENCE = 30.0
"""Seconds that PostgreSQL has for one thing that is looked at. A file of SQLite answers or fails; it may be large."""
RESTORE = "Stop Upbeat, move the file and its -wal file elsewhere, and `upbeat restore` the last backup."
SAFE_SQLITE = "3.51.3 (or 3.44.6, 3.50.7)"
MOST_AGE = timedelta(minutes=5)
MOST_SKEW = timedelta(seconds=60)
MOST_PENDING = 100
"""Updates that may wait at Telegram."""
MOST_UNKNOWN = 100_000
"""Entries of the audit log that may be new: more than half an hour's at any rate that Upbeat reaches."""


WENT_WRONG = {
    TOKEN: "token refused while running",
    SOCKET: "socket refused while running",
    FAILURES: "messages set aside after failures",
    CRASHES: "messages set aside after crashes",
    REFUSED: "messages refused for good",
    BELL: "moments of the clock set aside",
    PROMISE: "a rule of the promise did not hold",
}
FIXES = {
    TOKEN: "Set {setting} anew and restart Upbeat.",
    SOCKET: "Is Socket Mode on? Set SLACK_APP_TOKEN anew, with connections:write, and restart Upbeat.",
    PROMISE: "docs/running.md says what the rule means. Please report it with the line of the log (“promise broken”).",
    FAILURES: "Can the platform be reached? The log has each reason (“message set aside”).",
    CRASHES: "Why did Upbeat stop while sending (memory, power)? The log has the messages' ids.",
    REFUSED: "A mistake of ours: please report it with the line of the log (“message set aside”).",
    BELL: "A mistake of ours: please report it with the line of the log (“bell failed”).",
}


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `fix` is empty when all is well; a `warning` does not fail."""

    what: str
    found: str
    fix: str = ""
    warning: bool = False


def examine(settings: Settings) -> int:
    """Print every finding; returns the exit code: 1 when something must be mended."""
    return asyncio.run(_examine(settings))


async def _examine(settings: Settings) -> int:
    console = Console(highlight=False, soft_wrap=True)
    failed = False
    async for finding in _findings(settings):  # each at once: a platform that is silent takes its time
        mark = "ok  " if not finding.fix else "note" if finding.warning else "FAIL"
        failed = failed or mark == "FAIL"
        console.print(escape(f"{mark}  {finding.what}: {finding.found}"))
        if finding.fix:
            console.print(escape(f"      → {finding.fix}"))
    return int(failed)


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    database = Database(settings.database_url, settings.secret)
    try:
        async for finding in _database(database, settings):
            yield finding
    finally:
        database.stop()
    if database.is_sqlite:
        yield _sqlite()
    yield _configured(settings)
    if settings.slack:
        async for finding in _slack(settings):
            yield finding
    if settings.telegram:
        async for finding in _telegram(settings):
            yield finding


# The database ------------------------------------------------------------------------------------------------------


async def _database(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    """One thing after the other, until one is found without which nothing else can be looked at."""
    for name, look in LOOKS.items():
        found = await _in_time(partial(_found, look, database, settings), database)
        for finding in [_silent(name)] if found is None else found:
            yield finding
        if found is None or (name in NEEDED and any(finding.fix for finding in found)):
            return


async def _in_time(look: Callable[[], list[Finding]], database: Database) -> list[Finding] | None:
    """What is found, or None when it takes too long. Its thread is left behind then: nothing else ends the wait for a
    server that takes connections and does not answer."""
    promised: Future[list[Finding]] = Future()

    def run() -> None:
        promised.set_running_or_notify_cancel()
        promised.set_result(look())

    threading.Thread(target=run, daemon=True).start()
    try:
        async with asyncio.timeout(None if database.is_sqlite else PATIENCE):
            return await asyncio.wrap_future(promised)
    except TimeoutError:
        return None


def _found(look: Look, database: Database, settings: Settings) -> list[Finding]:
    try:
        return list(look(database, settings))
    except Damaged as damage:
        return [Finding("database", str(damage), RESTORE)]
    except Exception as error:  # whatever stands between us and the database, the operator wants its name
        fix = "Check UPBEAT_DATABASE_URL, and that the server runs."
        if isinstance(error, Unanswered):
            fix += " If it does, something large is being written: look again in a minute."
        return [Finding("database", type(error).__name__, fix)]


def _silent(name: str) -> Finding:
    fix = (
        "The server takes connections and does not answer: is it frozen, does it wait for its standby, or is it an old"
        " primary that came back? Look at its log, and see that UPBEAT_DATABASE_URL names the one that writes."
    )
    return Finding(name, f"the database gave no answer in {PATIENCE:.0f} s", fix)


def _schema(database: Database, settings: Settings) -> Iterator[Finding]:
    refuse_damage(database)
    have = current(database)
    if have is None:
        fix = "`upbeat run` or `upbeat migrate` makes the tables."
        yield Finding("database", "empty", fix, warning=True)
    elif not is_known(have):
        fix = "Update this Upbeat: the schema is of a newer one."
        yield Finding("migrations", f"{have}, known up to {newest()}", fix)
    elif have != newest():
        yield Finding("migrations", f"{have}, needed {newest()}", "Run `upbeat migrate`.")
    else:
        yield Finding("migrations", str(have))


def _opened(database: Database, settings: Settings) -> Iterator[Finding]:
    try:
        database.open()
        check(database)
    except Unreadable:
        fix = "Set UPBEAT_SECRET_KEY (or bring back the key file) of this database."
        yield Finding("key", "not this database's", fix)
    except BackupProblem as problem:
        yield Finding("database", str(problem), RESTORE)
    else:
        whole = "SQLite, and whole" if database.is_sqlite else "PostgreSQL, and it answers"
        yield Finding("database", whole)
        yield Finding("key", "opens the database")


def _written(database: Database, settings: Settings) -> Iterator[Finding]:
    database.write_now(probe)
    yield Finding("writing", "is taken")


def _processes(database: Database, settings: Settings) -> Iterator[Finding]:
    """Who does what only one process does at a time, and whether this machine lives in the database's minute."""
    found = {each.name: each for each in database.write_now(lambda store: store.leases.standing())}
    webhook = settings.public_url and settings.telegram_webhook_secret.get_secret_value()
    wanted = ["clock", "delivery"]
    wanted += ["telegram polling"] if settings.telegram and not webhook else []
    wanted += ["slack socket"] if settings.slack and settings.slack_app_token.get_secret_value() else []
    for name in wanted:
        held = found.get(name)
        if held and held.seconds > 0:
            yield Finding(
                name, f"done by {held.holder}, for another {held.seconds:.0f} s unless it renews that"
            )
        else:
            fix = "Start `upbeat run`; with `--only`, see that every role is in some process."
            yield Finding(name, "no process does this now", fix, warning=True)
    if not database.is_sqlite:
        skew = abs(datetime.now(UTC) - database.write_now(lambda store: store.leases.clock())).total_seconds()
        fix = "Set this machine's clock (NTP)." if skew > leases.MOST_SKEW else ""
        yield Finding("clock", f"{skew:.0f} s from the database's", fix)


def _queue(database: Database, settings: Settings) -> Iterator[Finding]:
    oldest = database.write_now(lambda store: store.outbox.oldest_waiting())
    age = database.now() - oldest if oldest else timedelta()
    fix = "Is `upbeat run` running, and are the platforms reachable? See the log." if age > MOST_AGE else ""
    yield Finding("queue", f"the oldest due message waits for {int(age.total_seconds())} s", fix)


def _alerts(database: Database, settings: Settings) -> Iterator[Finding]:
    """What went wrong since yesterday, that administrators are told in chat."""
    day_ago = database.now() - timedelta(days=1)
    for alert in database.write_now(lambda store: store.alerts.since(day_ago)):
        cause, _, more = alert.cause.partition(":")
        fix = FIXES[cause].format(setting=f"{more.upper()}_BOT_TOKEN", rule=more)
        yield Finding(WENT_WRONG[cause], f"{alert.times} on {alert.day}", fix, warning=True)


def _promise(database: Database, settings: Settings) -> Iterator[Finding]:
    """Whether everything that was taken in and was due has come to one end, and nobody has touched the audit log."""
    findings = database.look_now(lambda store: store.promise.examine())
    for finding in findings:
        if finding.times:
            yield Finding(f"promise, rule {finding.rule}", f"broken {finding.times} times", FIXES[PROMISE])
    if not any(finding.times for finding in findings):
        yield Finding("promise", f"all {len(findings)} rules hold")


def _audit_log(database: Database, settings: Settings) -> Iterator[Finding]:
    """How large the log is, and how much of it is new."""
    entries, chains, unknown = database.look_now(lambda store: store.proving.extent())
    fix = "`upbeat audit` looks through all of it." if unknown > MOST_UNKNOWN else ""
    found = f"{entries} entries in {chains} chains, {unknown} of them not looked through yet"
    yield Finding("audit log", found, fix, warning=True)


Look: TypeAlias = Callable[[Database, Settings], Iterable[Finding]]
LOOKS: dict[str, Look] = {
    "database": _schema,
    "key": _opened,
    "writing": _written,
    "queue": _queue,
    "promise": _promise,
    "audit log": _audit_log,
    "alerts": _alerts,
    "processes": _processes,
}
NEEDED = ("database", "key")
"""Those without which nothing else can be looked at."""


# The platforms -----------------------------------------------------------------------------------------------------


def _sqlite() -> Finding:
    fix = (
        f"SQLite before {SAFE_SQLITE} can damage a WAL file when two connections checkpoint at once. Upbeat lets only"
        " its writer do so; keep other programs away from the file, or use PostgreSQL."
    )
    return Finding("SQLite", sqlite_version(), "" if sqlite_is_safe() else fix, warning=True)


def _configured(settings: Settings) -> Finding:
    if settings.lacking:
        return Finding("Slack", settings.lacking, "Set both; README.md says where they are found.")
    served = [name for name, on in (("Slack", settings.slack), ("Telegram", settings.telegram)) if on]
    if settings.serves_local_chat:
        served.append("local chat")
    if served:
        return Finding("serves", ", ".join(served))
    why = (
        "on another address than loopback the local chat is off"
        if settings.host not in LOOPBACK
        else "nothing is configured"
    )
    return Finding(
        "serves", f"nothing: {why}", "Set Slack's or Telegram's tokens (see .env.example).", warning=True
    )


async def _slack(settings: Settings) -> AsyncIterator[Finding]:
    from slack_sdk.errors import SlackApiError

    from bot.slack.client import error_of, make_client, problem_of
    from bot.slack.manifest import SCOPES

    client = make_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        answer = await client.auth_test()
    except Exception as error:
        yield Finding("Slack", *problem_of(error))
        return
    yield Finding("Slack token", "accepted")
    granted = set(str(answer.headers.get("x-oauth-scopes", "")).replace(" ", "").split(",")) - {""}
    missing = sorted(set(SCOPES) - granted) if granted else []
    fix = "Update the app from `upbeat manifest`, then install it again." if missing else ""
    yield Finding("Slack scopes", f"lacks {', '.join(missing)}" if missing else "as in the manifest", fix)
    yield _clock(str(answer.headers.get("Date", "")))
    if app_token := settings.slack_app_token.get_secret_value():
        try:
            await client.apps_connections_open(app_token=app_token)
            yield Finding("Slack app token", "accepted")
        except Exception as error:
            found = (error_of(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
            fix = "Under Basic Information, App-Level Tokens make one with connections:write; set SLACK_APP_TOKEN."
            yield Finding("Slack app token", found, fix)


def _clock(header: str) -> Finding:
    try:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(header))
    except (TypeError, ValueError):
        return Finding("clock", "not compared")
    fix = (
        "Set the machine's clock (NTP): signatures older than five minutes are refused."
        if skew > MOST_SKEW
        else ""
    )
    return Finding("clock", f"{skew.total_seconds():.0f} s from the platform's", fix)


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    from bot.telegram.client import make_client

    bot = make_client(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url)
    try:
        async with bot:
            yield Finding("Telegram token", f"accepted for @{bot.username}")
            info = await bot.get_webhook_info()
            yield _webhook(settings, info)
    except Exception as error:
        yield Finding(
            "Telegram", type(error).__name__, "Check TELEGRAM_BOT_TOKEN, the network and TELEGRAM_API_URL."
        )


def _webhook(settings: Settings, info: WebhookInfo) -> Finding:
    from bot.telegram.webhook import webhook_of

    secret, pending = settings.telegram_webhook_secret.get_secret_value(), info.pending_update_count
    wanted = webhook_of(settings.public_url, secret)
    name, begin = "Telegram webhook" if wanted or info.url else "Telegram polling", "Start `upbeat run`: "
    if not wanted and info.url:
        fix = f"{begin}it takes the webhook away. If it runs already: does another program use this bot's token?"
        return Finding(name, "set, and nothing is polled while it is", fix, warning=True)
    if wanted and not info.url:
        return Finding(name, "not set", f"{begin}it sets the webhook.", warning=True)
    if info.url != wanted:
        fix = (
            f"{begin}it sets the webhook anew. If it runs already: does another program use this bot's token?"
        )
        return Finding(name, f"set to another address than {wanted}", fix)
    if pending > MOST_PENDING:
        fix = "Updates pile up: is `upbeat run` running, and does UPBEAT_PUBLIC_URL reach it?"
        return Finding(name, f"{pending} updates wait", fix)
    if pending and info.last_error_message:
        fix = "Does UPBEAT_PUBLIC_URL reach `upbeat run`, with a certificate that Telegram accepts?"
        return Finding(name, f"{pending} updates wait; Telegram says: {info.last_error_message[:200]}", fix)
    return Finding(name, f"{pending} updates wait")
