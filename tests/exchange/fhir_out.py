"""What `tpi export fhir` says, taken apart: resources by type, references, and the shapes as they lie on disk."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.conftest import Clinic

Resource = dict[str, Any]


class Told:
    """The resources of an export by type, and by id."""

    def __init__(self, resources: list[Resource]) -> None:
        self.all = resources
        self.by_id = {one["id"]: one for one in resources}
        self._kinds: dict[str, list[Resource]] = defaultdict(list)
        for one in resources:
            self._kinds[one["resourceType"]].append(one)

    def of(self, kind: str) -> list[Resource]:
        return self._kinds[kind]

    def one(self, kind: str) -> Resource:
        (found,) = self._kinds[kind]
        return found


def told(clinic: Clinic, *words: str) -> Told:
    """The collection that the command writes to stdout."""
    bundle = clinic.ok("export", "fhir", *words).json
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    return Told([entry["resource"] for entry in bundle["entry"]])


def references(value: Any) -> Iterator[str]:
    """Every reference but those to what a resource contains."""
    if isinstance(value, dict):
        if isinstance(found := value.get("reference"), str) and not found.startswith("#"):
            yield found
        for part in value.values():
            yield from references(part)
    elif isinstance(value, list):
        for part in value:
            yield from references(part)


def to(reference: Resource) -> str:
    """The id that a reference names, in whichever form."""
    return str(reference["reference"]).replace("/", ":").rpartition(":")[2]


def code(concept: Resource, system: str) -> str | None:
    """The code of a concept in a system whose URI ends so."""
    found = [one["code"] for one in concept.get("coding", []) if one["system"].endswith(system)]
    return found[0] if found else None


def lines(folder: Path) -> list[Resource]:
    """Every resource of an NDJSON export."""
    files = sorted(folder.glob("*.ndjson"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def parts(folder: Path) -> list[Resource]:
    """The transactions of an export, by number."""
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def busy(clinic: Clinic) -> None:
    """Two patients with something of everything that goes out."""
    clinic.patient("Zzyzx, Mei", "1933-05-17", "--phone", "0161 555 7777", "--email", "zz@example.org",
                   "--mrn", "MRN-Z9", "--note", "Znote", "--sex", "female")  # fmt: skip
    clinic.patient("Quux, Ann", "1980-02-29")
    clinic.ok("patient", "alert", "1", "add", "diabetes", "Znote")
    clinic.ok("patient", "alert", "1", "add", "needle-phobia", "Znote")
    clinic.ok(
        "site", "add", "1", "ut", "l", "--taut-band", "--referred", "Znote", "--note", "Znote", "--point", "Znote"
    )
    clinic.inject("1", "ut l lido 1% 1ml, is r lido 1% 1ml", "--on", "2026-10-01", "--next", "1mo", "--pain", "7:3",
                  "--note", "Znote", "--adverse", "haematoma:Znote", "--dx", "M79.18", "--lot", "lido=LX1@2027-01-31",
                  "--override", "regions_over=Znote", "--consent", "written")  # fmt: skip
    wrong = clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-09-01", "--pain", "5:4", "--adverse", "soreness:Znote")
    clinic.ok("session", "void", wrong, "--reason", "Znote", "--yes")
    clinic.ok("outcome", "1", "4", "--relief", "40", "--note", "Znote")
    clinic.ok("adverse", "add", "1", "infection:Znote", "--action", "Znote", "--outcome", "Znote")
    clinic.ok("patient", "elsewhere", "1", "lido", "20mg", "--on", "2026-09-15", "--note", "Znote")
    clinic.ok("call", "1", "no-answer", "--note", "Znote")
    clinic.ok("book", "1", "2026-12-01", "10:00", "--note", "Znote")
    for day in ("2026-05-04", "2026-06-01", "2026-07-06", "2026-08-03"):
        clinic.inject("2", "ut l dry", "--on", day, "--pain", "6:4")
