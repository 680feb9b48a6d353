"""Whether a fault in the shape of an export is found: each row breaks what is right, and somebody must say so."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.judges import bundles
from tests.exchange.judges.conftest import Busy
from tests.exchange.judges.node import Resource


def set_(*path: str | int, to: Any) -> Callable[[Any], None]:
    """A fault that sets one value of what is on disk."""

    def broken(held: Any) -> None:
        for step in path[:-1]:
            held = held[step]
        held[path[-1]] = to

    return broken


FIRST = ("entry", 0)

COLLECTION = {
    "another kind of bundle": set_("type", to="batch"),
    "a name that is not the id": set_(*FIRST, "fullUrl", to="urn:uuid:00000000-0000-4000-8000-000000000000"),
    "no name": lambda bundle: bundle["entry"][0].pop("fullUrl"),
    "a reference that only a server resolves": set_("entry", 1, "resource", "subject", to={"reference": "Patient/1"}),
}


@pytest.mark.parametrize("name", COLLECTION)
def test_a_fault_in_a_collection_is_found(name: str, one_patient: Resource) -> None:
    broken = deepcopy(one_patient)
    COLLECTION[name](broken)
    assert list(bundles.of_collection(broken))


TRANSACTIONS = {
    "another kind of bundle": set_(0, "type", to="collection"),
    "more entries than servers take": lambda sent: sent[1]["entry"].extend(sent[1]["entry"] * 9),
    "nothing in it": set_(0, "entry", to=[]),
    "a post, which makes another each time": set_(0, *FIRST, "request", "method", to="POST"),
    "put in another place": set_(0, *FIRST, "request", "url", to="Patient/1"),
    "no request": lambda sent: sent[0]["entry"][0].pop("request"),
    "the last one first": lambda sent: sent.reverse(),
}


@pytest.fixture(scope="module")
def transactions(busy: Busy) -> list[Resource]:
    folder = busy.clinic.home / "one"
    busy.clinic.ok("export", "fhir", "--patient", busy.patient, "--bundle", "transaction", "-o", f"{folder}/")
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.iterdir())]


def test_good_transactions_are_good(transactions: list[Resource]) -> None:
    assert list(bundles.of_transactions(transactions)) == []
    assert len(transactions) > 1


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_a_fault_in_transactions_is_found(name: str, transactions: list[Resource]) -> None:
    broken = deepcopy(transactions)
    TRANSACTIONS[name](broken)
    assert list(bundles.of_transactions(broken))


MANIFEST = {
    "a count that is not": set_("output", 0, "count", to=0),
    "a file less": lambda manifest: manifest["output"].pop(),
    "another type": set_("output", 0, "type", to="Basic"),
    "no moment": lambda manifest: manifest.pop("transactionTime"),
}


@pytest.fixture
def lines(busy: Busy, tmp_path: Path) -> Path:
    busy.clinic.ok("export", "fhir", "--patient", busy.patient, "--ndjson", str(tmp_path / "lines"))
    return tmp_path / "lines"


def test_good_lines_are_good(lines: Path) -> None:
    assert list(bundles.of_lines(lines)) == []


@pytest.mark.parametrize("name", MANIFEST)
def test_a_fault_in_a_manifest_is_found(name: str, lines: Path) -> None:
    file = lines / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    MANIFEST[name](manifest)
    file.write_text(json.dumps(manifest), encoding="utf-8")
    assert len(list(bundles.of_lines(lines))) > 0


def test_a_line_in_the_wrong_file_is_found(lines: Path) -> None:
    (lines / "Flag.ndjson").write_bytes((lines / "Encounter.ndjson").read_bytes())
    assert any("holds a Encounter" in issue.said for issue in bundles.of_lines(lines))
