"""Every five minutes Upbeat looks whether it keeps its promise; what it finds is counted, logged and told."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from handlers.kit.dispatch import Core
from storage.alerts import PROMISE
from storage.leases import Term, under
from storage.promise import Finding
from storage.store import Store

log = logging.getLogger("upbeat.self_audit")

EVERY = 300
"""Seconds between two looks."""
MOST_TIME = 30.0
"""Seconds after which a look leaves the rest of the audit log to the next one."""


async def audit_itself(core: Core, bells: Collection[str], term: Term | None = None) -> list[Finding]:
    """Look through what is new in the audit log and some of what is old, then at everything; returns what is wrong."""
    await _look_through_log(core, term)
    findings = await core.database.look(lambda store: store.promise.examine(bells=bells))
    wrong = [finding for finding in findings if finding.times]
    await core.database.write(under(term, lambda store: _keep(store, findings, wrong)))
    for finding in wrong:
        log.error("promise broken", extra={"kind": finding.rule, "count": finding.times})
    return wrong


async def _look_through_log(core: Core, term: Term | None) -> None:
    ends, more = time.monotonic() + MOST_TIME, True
    while more and time.monotonic() < ends:
        look = await core.database.look(lambda store: store.proving.look())
        more = look.more
        if look.steps:
            await core.database.write(under(term, lambda store, look=look: store.proving.keep(look)))  # type: ignore[misc]


def _keep(store: Store, findings: list[Finding], wrong: list[Finding]) -> None:
    store.proving.keep_findings(findings)
    for finding in wrong:
        store.alerts.note(f"{PROMISE}:{finding.rule}")
