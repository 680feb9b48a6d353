"""Stores at the level of `store/`: where a test clinic's lies, and one with a row in every table."""

from tests.conftest import Clinic
from tpi_cli.store.place import Place


def place(clinic: Clinic) -> Place:
    return Place(str(clinic.store), str(clinic.key))


def fill(clinic: Clinic) -> None:
    """At least one row in every table."""
    clinic.ok("config", "set", "recall.overdue", "21")
    clinic.ok("agent", "add", "lidocaine", "1%")
    who = clinic.patient("Zebedee Quux", "1971-03-04", "--mrn", "QX-1", "--phone", "555-0199", "--weight", "80")
    more = ["--pain", "7:3", "--next", "3mo", "--lot", "lido=L1@2027-01-31", "--adverse", "vasovagal:brief"]
    clinic.inject(who, "ut l x3, ls l lido 1% 1ml each", *more)
    clinic.ok("snooze", who, "6w", "--reason", "exams")
    clinic.ok("stop", who, "ls", "l", "--reason", "resolved")
