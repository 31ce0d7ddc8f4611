"""Why a database cannot be used, for the operator, and what mends it."""

import re

from sqlalchemy.exc import DBAPIError

BACKUP = "Put the last backup in its place: `upbeat restore FILE`."

REASONS = {
    "unable to open database file": (
        "the file cannot be opened",
        "See that its folder is there, and that Upbeat may write into it.",
    ),
    "readonly database": ("the file cannot be written", "Let Upbeat write it, and into its folder."),
    "disk is full": ("the disk is full", "Make room."),
    "disk I/O error": ("the disk fails, or is full", "Make room, or look at the system's log."),
    "file is not a database": ("the file is no database", BACKUP),
    "disk image is malformed": ("the file is damaged", BACKUP),
    "Is the server running": ("no server listens at its address", "Start it, or check host and port."),
    "resolve host": (
        "no machine has the name of its host",
        "Check it; in a password @ is written as %40, / as %2F, : as %3A.",
    ),
    "authentication failed": ("the server does not take this user with this password", "Check both."),
    "no password supplied": ("the server wants a password", "Put it into the address."),
    "pg_hba.conf": ("the server does not let this user in from here", "Change its pg_hba.conf."),
    "database does not exist": ("the server has no such database", "Create it, or check its name."),
    "role does not exist": ("the server has no such user", "Create it, or check its name."),
    "not permitted to log in": ("this user may not log in", "Let it: ALTER ROLE … LOGIN."),
    "permission denied": (
        "this user lacks rights there",
        "Make it the owner of the database and its tables.",
    ),
    "read-only transaction": (
        "the server takes no changes: it is a standby, or was set so",
        "Name the one that writes.",
    ),
    "connection slots": ("the server has no connection left", "Raise its max_connections."),
    "too many clients": ("the server has no connection left", "Raise its max_connections."),
    "too many connections": (
        "this user or database has no connection left",
        "Raise the CONNECTION LIMIT of it.",
    ),
    "invalid connection option": (
        "its address has an option that PostgreSQL does not know",
        "Check what stands behind the ? in it.",
    ),
    "invalid sslmode": (
        "its address has an sslmode that PostgreSQL does not know",
        "Write require, or verify-full.",
    ),
    "does not support SSL": (
        "the server speaks no TLS",
        "Turn it on there, or take sslmode out of the address.",
    ),
    "certificate": (
        "the certificate of the server, or of its authority, is not trusted",
        "Name the authority's file with sslrootcert in the address.",
    ),
    "timeout expired": (
        "no server answers at its address",
        "Check host and port, and what stands in between.",
    ),
    "starting up": ("the server is just starting", "Try again."),
    "shutting down": ("the server is stopping", "Start it."),
}
"""What the two drivers say, what it means and what mends it: their own words may quote an address with a password."""


def reason_of(error: BaseException) -> tuple[str, str] | None:
    """Why the database did not take something, and what mends it, for the operator; None where that is not known."""
    if not isinstance(error, DBAPIError):
        return None
    said = re.sub(' ".*?"', "", str(error.orig))
    return next((reason for words, reason in REASONS.items() if words in said), None)
