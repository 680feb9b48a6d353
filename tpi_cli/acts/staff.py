"""Whoever a record names as its clinician: found by the code, or taken note of at first sight."""

from tpi_cli.rules.roles import CLINICIAN
from tpi_cli.store.read import clinicians
from tpi_cli.store.write import Writing


def named(writing: Writing, code: str) -> str:
    """The clinician (UUID) of that code, in capitals or not; taken note of at first sight."""
    known = clinicians.id_of(writing.db, code)
    if known:
        return known
    record = writing.record()
    writing.put("clinician", {**record, "code": code, "role": CLINICIAN,
                              "created_at": writing.stamp, "created_by": writing.by})  # fmt: skip
    return str(record["id"])


class Staff:
    """Clinicians (UUIDs) by the code that many rows name them with, each looked up once."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._known: dict[str, str] = {}

    def id(self, code: str) -> str:
        """The clinician of that code, taken note of at first sight."""
        if code not in self._known:
            self._known[code] = named(self._writing, code)
        return self._known[code]
