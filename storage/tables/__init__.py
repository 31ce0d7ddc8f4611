"""The tables that every feature stands on: people, their accounts, and what the one path itself must remember."""

from storage.tables.base import PersonalRow, Row
from storage.tables.path import (
    AuditHead,
    AuditRow,
    Counter,
    DataKey,
    Draft,
    Handle,
    Inbox,
    Lease,
    Outgoing,
    Place,
    Posted,
    Setting,
)
from storage.tables.people import (
    FOREVER,
    Absence,
    Account,
    BreakGlass,
    CalendarDay,
    Delegation,
    PersonRow,
    Preference,
    ReportingLine,
)
from storage.tables.time import ObligationRow, Occurrence, Slot

__all__ = [
    "FOREVER",
    "Absence",
    "Account",
    "AuditHead",
    "AuditRow",
    "BreakGlass",
    "CalendarDay",
    "Counter",
    "DataKey",
    "Delegation",
    "Draft",
    "Handle",
    "Inbox",
    "Lease",
    "ObligationRow",
    "Occurrence",
    "Outgoing",
    "PersonRow",
    "PersonalRow",
    "Place",
    "Posted",
    "Preference",
    "ReportingLine",
    "Row",
    "Setting",
    "Slot",
]
