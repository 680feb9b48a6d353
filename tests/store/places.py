"""Stores at the level of `store/`: where a test clinic's lies, and one with a row in every table."""

from tests.conftest import Clinic
from tpi_cli.store import connect
from tpi_cli.store.place import Place, find


def place(clinic: Clinic) -> Place:
    if clinic.on_server:
        return find(clinic.environment()["TPI_DB"])
    return Place(str(clinic.store), str(clinic.key))


NO_RECORDS = frozenset(["audit", "ratchet"])
"""What a chart that is read, and an export, add to."""


def records(clinic: Clinic) -> dict[str, list[str]]:
    """Everything in the store but the log, to see that no record moved."""
    with connect.reading(place(clinic)) as db:
        names = [name for name in db.tables() if name not in NO_RECORDS]
        return {name: sorted(map(repr, db.rows(f"SELECT * FROM {name}"))) for name in names}


def fill(clinic: Clinic) -> None:
    """At least one row in every table."""
    clinic.ok("config", "set", "recall.overdue", "21")
    clinic.ok("agent", "add", "lidocaine", "1%")
    who = clinic.patient("Zebedee Quux", "1971-03-04", "--mrn", "QX-1", "--phone", "555-0199", "--weight", "80")
    clinic.ok("patient", "alert", who, "add", "trauma", "ut l")
    more = ["--pain", "7:3", "--next", "3mo", "--lot", "lido=L1@2027-01-31", "--adverse", "vasovagal:brief"]
    more += ["--override", "acute_trauma=an old scar"]
    clinic.inject(who, "ut l x3, ls l lido 1% 1ml each", *more)
    clinic.ok("outcome", who, "2", "--site", "ut l", "--relief", "70", "--note", "sleeps again")
    clinic.ok("patient", "elsewhere", who, "triam 40mg", "--site", "ut l", "--note", "left knee")
    clinic.ok("rule", "set", "la_near_limit", "--value", "fraction=0.7", "--reason", "policy 12")
    policy = ["--max-sessions", "4", "--min-interval", "42d", "--min-relief", "50", "--relief-weeks", "6"]
    clinic.ok("payer", "add", "acme", "--from", "2026-01-01", "--until", "2027-12-31", *policy, "--max-regions", "2",
              "--reason", "policy 12, page 3")  # fmt: skip
    clinic.ok("call", who, "booked", "tue 10:00", "--with", "DR", "--note", "in the morning")
    clinic.ok("appt", "move", who, "wed 14:00")
    clinic.ok("adverse", "add", who, "infection:red and warm", "--action", "seen by the family doctor")
    clinic.ok("snooze", who, "6w", "--reason", "exams")
    clinic.ok("stop", who, "ls", "l", "--reason", "resolved", "--idempotency-key", "f81d4fae")
