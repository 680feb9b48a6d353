"""What the tests of signing, undoing, amending, merging and erasing share: a store looked at whole, and verified."""

from typing import Any

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli.store import connect, versions

Content = dict[str, list[tuple[Any, ...]]]
SEAL = frozenset(versions.SEAL)
"""The columns that every writing makes anew, whatever it writes."""


def sound(clinic: Clinic) -> None:
    """The store is what its log says, and every due date what its records give."""
    answer = clinic.run("verify", "--json")
    assert (answer.code, answer.json["ok"], answer.json["findings"]) == (0, True, []), answer


def content(clinic: Clinic, without: frozenset[str] = frozenset()) -> Content:
    """Every record and every due date, without the seals; not the log, the history and the numbers given.

    `without` names columns to leave out, such as who changed a record last.
    """
    found: Content = {}
    with connect.reading(place(clinic)) as db:
        for table in sorted([*versions.tables(db), "recall"]):
            cursor = db.connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            kept = [at for at, name in enumerate(names) if name not in SEAL | without]
            found[table] = sorted((tuple(row[at] for at in kept) for row in cursor), key=repr)
    return found


def differing(before: Content, after: Content) -> list[str]:
    """The tables that are not as they were."""
    return sorted(table for table in before if before[table] != after[table])


def due(clinic: Clinic) -> list[dict[str, Any]]:
    """The list of everybody, held back or not."""
    return clinic.ok("due", "--status", "all", "--json").rows


def acts(clinic: Clinic) -> list[tuple[str, int | None, str | None]]:
    """The entries of the log that changed something: act, patient, what."""
    with connect.reading(place(clinic)) as db:
        return list(map(tuple, db.rows("SELECT act, patient, subject FROM audit WHERE records > 0 ORDER BY entry")))
