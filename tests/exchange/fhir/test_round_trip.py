"""Out as FHIR, into an empty store, out again: the same bytes, the same records, the same list."""

import gzip
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.acts.test_bring_home import Records, leaving, shown
from tests.commands.reading import copied, made
from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.store import connect

ON_TOP = """
stop PT-0001 --reason declined
snooze PT-0002 6w --reason exams
patient edit PT-0003 --payer medicare_mac --note 'prefers mornings; asks for the window seat'
call PT-0005 no-answer --note 'nobody there'
call PT-0005 booked 2026-12-01T10:00
book PT-0006 2026-12-02T11:30 --with AM
appt cancel PT-0006 --reason 'moved away'
inject PT-0007 gm r lido 1% 1ml --next 6w --pain 7:3 --consent written --yes
inject PT-0008 'delm l x2, delp l lido 0.5% 2ml total' --next none --consent verbal --yes
patient alert PT-0008 add allergy-nsaid 'ibuprofen: hives, 2019'
patient elsewhere PT-0009 triam 40mg
payer add acme --from 2026-01-01 --max-sessions 4 --min-interval 42d --reason 'policy 12'
config set recall.overdue 21
config set clinic.hours 'mon-fri 08:00-18:00'
rule set la_near_limit --value fraction=0.7 --reason 'policy 12'
agent add lidocaine 1% 0.75%
clinician add ZZ --name 'Zane, Zoe' --role assistant
site add PT-0010 ls r
site resolve PT-0010 ls r
outcome PT-0012 4 --note 'better, not well'
adverse add PT-0012 infection:'red and warm'
patient archive PT-0013
patient merge PT-0014 PT-0015 --yes
patient erase PT-0016 --authority 'letter 5' --yes
"""


def put_on_top(clinic: Clinic) -> None:
    """What a clinic does beside injecting; a session voided, one amended, one signed."""
    for line in ON_TOP.strip().splitlines():
        clinic.ok(*shlex.split(line))
    codes = [row["session"] for row in clinic.ok("session", "list", "--json").rows]
    clinic.ok("session", "void", codes[0], "--reason", "entered twice", "--yes")
    clinic.ok("session", "amend", codes[1], "--pain", "5:1", "--reason", "misread", "--yes")
    clinic.ok("sign", codes[1], "--yes")


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory, _sample: Path) -> Path:
    return made(tmp_path_factory, _sample, put_on_top)


@pytest.fixture(scope="module")
def records(rich: Path) -> Records:
    return leaving(Clinic(rich))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, rich: Path) -> Path:
    """The sample clinic, with everything a clinic does put on top, as a folder of NDJSON."""
    folder = tmp_path_factory.mktemp("exported") / "out"
    Clinic(rich).ok("export", "fhir", "--ndjson", str(folder))
    return folder


@pytest.fixture
def empty(tmp_path: Path, _shipped: Path) -> Clinic:
    return copied(_shipped, tmp_path / "empty")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != "manifest.json"}


def test_there_and_back_and_there_again(rich: Path, empty: Clinic, exported: Path, records: Records) -> None:
    answer = empty.ok("import", str(exported), "--yes", "--json").json
    assert (answer["refused"], {one["new"] + one["changed"] for one in answer["types"]}) == (0, {0})
    assert {one["why"] for one in answer["skipped_why"]} == {"not read"}, "what the records tell too"
    assert leaving(empty) == records
    empty.ok("export", "fhir", "--ndjson", str(empty.home / "again"))
    assert bytes_of(empty.home / "again") == bytes_of(exported)
    assert shown(empty) == shown(Clinic(rich))
    assert empty.ok("verify", "--json").json["ok"]


def test_a_second_time_adds_nothing(empty: Clinic, exported: Path, records: Records) -> None:
    empty.ok("import", str(exported), "--yes")
    answer = empty.ok("import", str(exported), "--yes", "--json").json
    assert (answer["new"], answer["changed"], answer["refused"]) == (0, 0, 0)
    assert leaving(empty) == records


def test_file_by_file_in_another_order_and_packed(empty: Clinic, exported: Path, records: Records) -> None:
    packed = []
    for path in sorted(exported.glob("*.ndjson"), reverse=True):
        packed.append(empty.home / f"{path.stem}.000.ndjson.gz")
        packed[-1].write_bytes(gzip.compress(path.read_bytes()))
    empty.ok("import", *map(str, packed), "--yes")
    assert leaving(empty) == records


@pytest.mark.parametrize("shape", ["collection", "transaction"])
def test_as_bundles(rich: Path, empty: Clinic, records: Records, shape: str) -> None:
    out = empty.home / ("sent/" if shape == "transaction" else "kept.json")
    Clinic(rich).ok("export", "fhir", "--bundle", shape, "--output", f"{out}/" if shape == "transaction" else str(out))
    empty.ok("import", str(out), "--yes")
    assert leaving(empty) == records


def test_by_stdin(rich: Path, empty: Clinic, records: Records) -> None:
    bundle = Clinic(rich).ok("export", "fhir").out
    assert empty.run("import", "-", "--kind", "fhir", "--yes", stdin=bundle).code == 0
    assert leaving(empty) == records


def test_a_row_in_every_table(clinic: Clinic, empty: Clinic) -> None:
    fill(clinic)
    clinic.ok("export", "fhir", "--ndjson", str(empty.home / "out"))
    empty.ok("import", str(empty.home / "out"), "--yes")
    assert leaving(empty) == leaving(clinic)


def test_a_dry_run_keeps_nothing(empty: Clinic, exported: Path) -> None:
    before = leaving(empty)
    answer = empty.ok("import", str(exported), "--dry-run", "--json").json
    assert answer["new"] > 1000
    assert leaving(empty) == before


def test_what_was_changed_here_stops_all_of_it(empty: Clinic, exported: Path) -> None:
    empty.ok("import", str(exported), "--yes")
    empty.ok("patient", "edit", "1", "--phone", "0161 496 0000")
    before: Any = leaving(empty)
    answer = empty.run("import", str(exported))
    assert (answer.code, answer.out) == (5, "")
    assert "PT-0001: is on file with other values" in answer.err
    assert leaving(empty) == before


def test_one_patient_comes_in_without_whose_it_was(rich: Path, empty: Clinic) -> None:
    """A patient who moves takes their records along, and not the name of the clinic they leave."""
    empty.ok("config", "set", "clinic.name", "New Clinic")
    before = [one for table, one in leaving(empty) if table == "clinic"]
    part = str(empty.home / "part.json")
    Clinic(rich).ok("export", "fhir", "--patient", "PT-0007", "--output", part)
    assert empty.ok("import", part, "--json").json["new"] > 5
    assert [one for table, one in leaving(empty) if table == "clinic"] == before
    assert empty.ok("verify", "--json").json["ok"]
    assert empty.ok("import", part, "--json").json["new"] == 0


def test_nothing_is_added_to_whom_is_on_file(tmp_path: Path, rich: Path, empty: Clinic, exported: Path) -> None:
    """A file could say anything of them: patients come whole or not at all."""
    empty.ok("import", str(exported), "--yes")
    part = str(empty.home / "part.json")
    there = copied(rich, tmp_path / "there")
    there.inject("PT-0030", "gm r lido 1% 1ml", "--override", "interval_short=asked")
    there.ok("export", "fhir", "--since", "2026-11-23", "--output", part)
    before = leaving(empty)
    answer = empty.run("import", part)
    assert (answer.code, "belongs to a patient on file (and" in answer.err) == (5, True), answer
    assert leaving(empty) == before


def test_all_of_it_can_be_taken_back(sample: Clinic, empty: Clinic) -> None:
    """Where no session is signed: a signature stands."""
    before = leaving(empty)
    sample.ok("export", "fhir", "--ndjson", str(empty.home / "out"))
    empty.ok("import", str(empty.home / "out"), "--yes")
    empty.ok("undo", "--yes")
    assert leaving(empty) == before
    assert empty.ok("verify", "--json").json["ok"]


def test_what_names_are_kept_back_from_does_not_come_in(rich: Path, empty: Clinic) -> None:
    Clinic(rich).ok("export", "fhir", "--redact", "names", "--output", str(empty.home / "bare.json"))
    answer = empty.run("import", str(empty.home / "bare.json"))
    assert (answer.code, "names no day" in answer.err) == (2, True)


def test_the_log_tells_of_one_import(empty: Clinic, exported: Path) -> None:
    empty.ok("import", str(exported), "--yes")
    with connect.reading(place(empty)) as db:
        assert [act for (act,) in db.rows("SELECT act FROM audit ORDER BY entry")] == ["init", "import"]
