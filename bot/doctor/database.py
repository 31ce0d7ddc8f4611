"""What `upbeat doctor` looks at in the database: that it opens, is whole, is written to, and keeps the promise."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias

from bot.doctor.finding import Finding
from bot.settings import Settings
from bot.terminal import counted
from storage import leases
from storage.alerts import BELL, CRASHES, FAILURES, PROMISE, REFUSED, SOCKET, TOKEN
from storage.backups import BackupProblem, check
from storage.columns import Unreadable
from storage.damage import Damaged, refuse_damage
from storage.database import Database, probe, sqlite_is_safe, sqlite_version
from storage.errors import Unanswered
from storage.migrations import current, is_known, newest
from storage.reasons import reason_of

PATIENCE = 30.0
"""Seconds that PostgreSQL has for one thing that is looked at. A file of SQLite answers or fails; it may be large."""
RESTORE = "Stop Upbeat, move the file and its -wal file elsewhere, and `upbeat restore` the last backup."
SAFE_SQLITE = "3.51.3 (or 3.44.6, 3.50.7)"
MOST_AGE = timedelta(minutes=5)
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
LATE = frozenset({"overdue", "unreminded", "waiting", "undelivered", "half_sent", "owed"})
"""The rules of the promise that nobody keeps while Upbeat rests."""
CATCH_UP = (
    "So it is while nobody ticks or delivers. Start `upbeat run`: it does what was left. Then look again."
)


async def database_findings(database: Database, settings: Settings) -> AsyncIterator[Finding]:
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
        if why := reason_of(error):
            return [Finding("database", *why)]
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
    findings, held = database.look_now(lambda store: (store.promise.examine(), store.leases.standing()))
    rests = not {"clock", "delivery"} <= {each.name for each in held if each.seconds > 0}
    for finding in findings:
        if finding.times:
            late = rests and finding.rule in LATE
            yield Finding(
                f"promise, rule {finding.rule}",
                f"broken {counted(finding.times, 'time', 'times')}",
                CATCH_UP if late else FIXES[PROMISE],
                warning=late,
            )
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


def sqlite_finding() -> Finding:
    """Which SQLite this is, and what its age can do to a file."""
    fix = (
        f"SQLite before {SAFE_SQLITE} can damage a WAL file when two connections checkpoint at once. Upbeat lets only"
        " its writer do so; keep other programs away from the file, or use PostgreSQL."
    )
    return Finding("SQLite", sqlite_version(), "" if sqlite_is_safe() else fix, warning=True)
