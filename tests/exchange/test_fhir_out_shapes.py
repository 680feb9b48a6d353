"""The three shapes of `tpi export fhir`, what is left out of them, and what is refused."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clinic
from tests.exchange.fhir_out import Resource, busy, lines, parts, references, told
from tests.store.places import fill, place
from tpi_cli.exchange.fhir.record import records
from tpi_cli.store import connect
from tpi_cli.store.read import records as kept

IDENTITIES = {"Organization", "Location", "Practitioner"}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """A clinic with something of everything."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    busy(clinic)
    return clinic


def url(one: Resource) -> str:
    return f"{one['resourceType']}/{one['id']}"


# Everything refers to something that is there


def test_a_collection_refers_by_urn(ward: Clinic) -> None:
    entries = ward.ok("export", "fhir").json["entry"]
    urls = {entry["fullUrl"] for entry in entries}
    assert len(urls) == len(entries)
    assert urls == {f"urn:uuid:{entry['resource']['id']}" for entry in entries}
    assert set(references(entries)) <= urls


def test_transactions_are_sent_by_number(ward: Clinic, tmp_path: Path) -> None:
    ward.ok("export", "fhir", "--bundle", "transaction", "-o", f"{tmp_path}/out/")
    bundles = parts(tmp_path / "out")
    assert {entry["resource"]["resourceType"] for entry in bundles[0]["entry"]} == IDENTITIES
    seen: set[str] = set()
    for bundle in bundles:
        assert bundle["type"] == "transaction"
        assert 1 <= len(bundle["entry"]) <= 50
        for entry in bundle["entry"]:
            assert entry["request"] == {"method": "PUT", "url": url(entry["resource"])}
            seen.add(url(entry["resource"]))
            assert set(references(entry["resource"])) <= seen, "nothing refers to what comes later"
    assert len(seen) == sum(len(bundle["entry"]) for bundle in bundles)


def test_ndjson_is_a_file_a_type_with_a_manifest(ward: Clinic, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    ward.ok("export", "fhir", "--ndjson", str(folder))
    found = lines(folder)
    assert {one for resource in found for one in references(resource)} <= {url(one) for one in found}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    counts = Counter(one["resourceType"] for one in found)
    assert {one["type"]: one["count"] for one in manifest["output"]} == counts
    for one in manifest["output"]:
        assert {line["resourceType"] for line in _read(folder / one["url"])} == {one["type"]}
    assert set(manifest) == {"transactionTime", "request", "requiresAccessToken", "output", "error"}


def _read(path: Path) -> list[Resource]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_three_shapes_hold_the_same(ward: Clinic, tmp_path: Path) -> None:
    ward.ok("export", "fhir", "--bundle", "transaction", "-o", f"{tmp_path}/sent/")
    ward.ok("export", "fhir", "--ndjson", f"{tmp_path}/lines")
    sent = [entry["resource"] for bundle in parts(tmp_path / "sent") for entry in bundle["entry"]]
    by_type = lines(tmp_path / "lines")
    assert sorted(map(url, sent)) == sorted(map(url, by_type)) == sorted(map(url, told(ward).all))
    assert {url(one): one for one in sent} == {url(one): one for one in by_type}


def test_no_list_object_or_text_is_empty(ward: Clinic) -> None:
    def empty(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return value in ("", [], {}, None) or any(map(empty, inner))

    assert [one for one in told(ward).all if empty(one)] == []


# The same store, the same bytes


def test_an_export_does_not_change_from_day_to_day(ward: Clinic, tmp_path: Path) -> None:
    def whole(name: str, today: str) -> dict[str, bytes]:
        ward.ok("export", "fhir", "--ndjson", f"{tmp_path}/{name}", TPI_TODAY=today)
        ward.ok("export", "fhir", "-o", f"{tmp_path}/{name}.json", TPI_TODAY=today)
        ward.ok("export", "fhir", "--bundle", "transaction", "-o", f"{tmp_path}/{name}-sent/", TPI_TODAY=today)
        files = [tmp_path / f"{name}.json", *(tmp_path / name).iterdir(), *(tmp_path / f"{name}-sent").iterdir()]
        return {path.name.replace(name, "-"): path.read_bytes() for path in files}

    assert whole("first", "2026-11-23") == whole("again", "2027-06-01")


def test_another_store_that_took_it_in_tells_the_same(ward: Clinic, home: Clinic, tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    ward.ok("export", "fhir", "--ndjson", str(first))
    home.ok("init", "--name", "Another", "--zone", "Europe/London")
    home.ok("import", "--yes", "--kind", "fhir", *map(str, sorted(first.glob("*.ndjson"))))
    home.ok("export", "fhir", "--ndjson", str(again))
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in first.iterdir()
    }


def test_ids_stay_when_something_is_changed(clinic: Clinic) -> None:
    busy(clinic)
    before = {url(one) for one in told(clinic).all}
    clinic.ok("patient", "edit", "1", "--phone", "0161 555 0000", "--yes")
    clinic.ok("outcome", "1", "3", "--on", "2026-11-22")
    assert before <= {url(one) for one in told(clinic).all}


def test_a_file_is_its_owners_alone(ward: Clinic, tmp_path: Path) -> None:
    ward.ok("export", "fhir", "--ndjson", f"{tmp_path}/lines")
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "lines").iterdir()} == {0}


# Our own records go with it


def test_every_record_goes_out_once(ward: Clinic) -> None:
    found = Counter(table for one in told(ward).all for table, _ in records(one))
    with connect.reading(place(ward)) as db:
        assert found == {table: count for table in kept.TABLES if (count := len(list(kept.of(db, table))))}


def test_every_record_of_a_store_with_all_there_can_be(clinic: Clinic) -> None:
    fill(clinic)
    found = Counter(table for one in told(clinic).all for table, _ in records(one))
    with connect.reading(place(clinic)) as db:
        there = {table: len(list(kept.of(db, table))) for table in kept.TABLES}
    assert found == {table: count for table, count in there.items() if count}


# One patient, and from a day on


def test_one_patient(ward: Clinic) -> None:
    found = told(ward, "--patient", "2")
    (who,) = found.of("Patient")
    assert who["name"][0]["family"] == "Quux"
    assert "Zzyzx" not in json.dumps(found.all)
    assert {f"urn:uuid:{one['id']}" for one in found.all} >= set(references(found.all))


@pytest.mark.parametrize("since", ["2026-08-01", "2026-08-04", "2026-10-01", "2026-10-02", "2026-12-01", "2026-12-02"])
def test_since_takes_the_later_with_all_they_refer_to(sample: Clinic, since: str) -> None:
    sample.ok("book", "1", "2026-12-01", "10:00")
    whole, found = told(sample), told(sample, "--since", since)
    assert {f"urn:uuid:{one['id']}" for one in found.all} >= set(references(found.all))
    assert set(found.by_id) <= set(whole.by_id)
    days = {"Procedure": "performedDateTime", "Observation": "effectiveDateTime", "AdverseEvent": "date"}
    for kind, field in days.items():
        later = {one["id"] for one in whole.of(kind) if one.get(field, "") >= since}
        assert later <= {one["id"] for one in found.of(kind)}, kind
    slots = {one["id"] for one in whole.of("Appointment") if one["start"][:10] >= since}
    assert slots <= {one["id"] for one in found.of("Appointment")}


def test_since_leaves_out_who_had_nothing_since(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04")
    clinic.patient("Ek, Bo", "1971-03-04")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-03", "--pain", "7:3", "--next", "3mo")
    clinic.inject("1", "is r lido 1% 1ml", "--on", "2026-08-10", "--next", "none")
    late = "2090-03-01"  # the day a patient was put on file is the wall's, which no test sets
    assert {one["resourceType"] for one in told(clinic, "--since", late).all} == IDENTITIES
    clinic.ok("book", "1", late, "10:00")
    found = told(clinic, "--since", late)
    assert [one["name"][0]["family"] for one in found.of("Patient")] == ["Tan"]
    assert [one["performedDateTime"] for one in found.of("Procedure")] == ["2026-08-03"], "the slot's plan asks for it"
    assert found.of("AllergyIntolerance") != []


# What is kept back

PERSON = ("Zzyzx", "ZZYZX", "1933-05-17", "0161 555 7777", "zz@example.org", "MRN-Z9", "Znote", "Quux")


@pytest.mark.parametrize("redact", ["names", "all"])
def test_who_somebody_is_can_be_kept_back(ward: Clinic, tmp_path: Path, redact: str) -> None:
    text = ward.ok("export", "fhir", "--redact", redact).out
    assert [word for word in PERSON if word in text] == []
    ward.ok("export", "fhir", "--redact", redact, "--ndjson", f"{tmp_path}/lines")
    lined = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "lines").iterdir())
    assert [word for word in PERSON if word in lined] == []
    assert "PT-0001" in text
    assert "left upper trapezius" in text
    assert {word for word in PERSON if word in ward.ok("export", "fhir").out} == {*PERSON} - {"ZZYZX"}


@pytest.mark.parametrize(("redact", "born"), [("none", "1933-05-17"), ("names", "1933"), ("all", "1933")])
def test_the_birth_date_or_its_year(ward: Clinic, redact: str, born: str) -> None:
    found = told(ward, "--redact", redact)
    assert found.of("Patient")[0]["birthDate"] == born
    assert (redact == "none") == any(list(records(one)) for one in found.all), "a record would tell everything"
    assert set(found.by_id) == set(told(ward).by_id)


def test_a_name_kept_back_says_so(ward: Clinic) -> None:
    (name,) = told(ward, "--redact", "names").of("Patient")[0]["name"]
    assert name["extension"][0]["valueCode"] == "masked"


# What is refused

REFUSED = [
    ("--bundle transaction", 2, "more than the 50 entries", "-o export/"),
    ("--bundle transaction -o one.json", 2, "more than the 50 entries", "-o export/"),
    ("--bundle document", 2, "--bundle cannot be 'document'", "collection, transaction"),
    ("--ndjson lines --bundle collection", 2, "--ndjson names a folder", "leave --bundle out"),
    ("--ndjson lines -o one.json", 2, "--ndjson names a folder", "leave --output out"),
    ("--kind patients", 2, "--kind goes with csv", "tpi export csv"),
    ("--names", 2, "--names goes with ics", "tpi export ics"),
    ("--patient 99", 3, "PT-0099", ""),
    ("--since 03/04/2026", 2, "03/04/2026", ""),
    ("--ndjson {full}", 5, "there are files in", "new folder"),
    ("--bundle transaction -o {full}/", 5, "there are files in", "new folder"),
    ("--ndjson {full}/file", 1, "cannot write", "another file"),
]


@pytest.mark.parametrize(("typed", "exit_code", "message", "hint"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_is_refused(
    ward: Clinic, tmp_path: Path, typed: str, exit_code: int, message: str, hint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    full = tmp_path / "full"
    full.mkdir()
    (full / "file").write_text("mine")
    answer = ward.run("export", "fhir", *typed.format(full=full).split())
    assert (answer.code, answer.out) == (exit_code, "")
    assert message in answer.err
    assert hint in answer.err
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["file"]


@pytest.mark.parametrize("option", [["--bundle", "collection"], ["--ndjson", "lines"]])
def test_other_forms_have_no_shape(ward: Clinic, option: list[str]) -> None:
    answer = ward.run("export", "json", *option)
    assert (answer.code, answer.out) == (2, "")
    assert f"{option[0]} goes with fhir" in answer.err


def test_a_small_transaction_needs_no_folder(clinic: Clinic) -> None:
    clinic.patient()
    bundle = clinic.ok("export", "fhir", "--bundle", "transaction").json
    assert bundle["type"] == "transaction"
    assert {entry["resource"]["resourceType"] for entry in bundle["entry"]} >= {*IDENTITIES, "Patient"}


def test_an_empty_store(clinic: Clinic, tmp_path: Path) -> None:
    assert {one["resourceType"] for one in told(clinic).all} == IDENTITIES
    clinic.ok("export", "fhir", "--bundle", "transaction", "-o", f"{tmp_path}/sent/")
    assert len(parts(tmp_path / "sent")) == 1


def test_an_export_is_logged(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("export", "fhir", "--patient", "1")
    row = clinic.ok("log", "1", "--limit", "1", "--json").rows[0]
    assert (row["act"], row["what"]) == ("exported", "fhir")
