"""Records of one store brought into another with their own UUIDs: whole, once, and never over what changed since."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, made
from tests.conftest import TODAY, Clinic
from tests.store.places import fill, place
from tpi_cli.acts.bring_home import Result, home
from tpi_cli.store import connect, write
from tpi_cli.store.read.records import TABLES, abroad, codes

Records = list[tuple[str, dict[str, Any]]]
LISTS = """
due --status all --json
patient list --status all --json
session list --json
appt list --json
rule list --json
payer list --json
agent list --json
"""


@pytest.fixture(autouse=True)
def _pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is ahead is so by the tests' own day, for what is brought in without a command too."""
    monkeypatch.setenv("TPI_TODAY", TODAY)


def leaving(clinic: Clinic) -> Records:
    """Every record as it leaves its store, by table and key; a clinician has another UUID in every store."""
    with connect.reading(place(clinic)) as db:
        known = codes(db)
        found = [(table, one) for table in TABLES for one in abroad(db, table, known)]
    return sorted(found, key=lambda one: (TABLES.index(one[0]), one[1].get("id") or one[1].get("code", "")))


def bring(clinic: Clinic, found: Records) -> Result:
    with write.transaction(place(clinic), act="import", keep=False) as writing:
        result = home(writing, found, lambda _: None)
    if not result.refused:
        with write.transaction(place(clinic), act="import") as writing:
            assert home(writing, found, lambda _: None) == result
    return result


def why(result: Result) -> list[str]:
    """What is refused of which table, each once."""
    return list(dict.fromkeys(f"{one.table}: {one.what}" for one in result.refused))


def shown(clinic: Clinic) -> list[Any]:
    return [clinic.ok(*command.split()).rows for command in LISTS.strip().splitlines()]


@pytest.fixture(scope="module")
def _full(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        fill(clinic)
        other = clinic.patient("Ruiz, Ana", "1965-04-05")
        first = clinic.inject(other, "gm r lido 1% 1ml", "--pain", "6:2", "--next", "8w")
        second = clinic.inject(other, "gm l lido 1% 1ml", "--on", "2026-11-20")
        clinic.ok("session", "void", first, "--reason", "entered twice", "--yes")
        clinic.ok("session", "amend", second, "--pain", "5:1", "--reason", "misread", "--yes")
        clinic.ok("sign", second, "--yes")
        twin = clinic.patient("Ruiz, Anna", "1965-04-05")
        clinic.ok("patient", "merge", other, twin, "--yes")
        gone = clinic.patient("Zebra, Zoe", "1990-01-01")
        clinic.ok("patient", "erase", gone, "--authority", "letter 5", "--yes")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def full(tmp_path: Path, _full: Path) -> Clinic:
    """A row in every table, a session voided, one amended and signed, patients merged and erased."""
    return copied(_full, tmp_path / "full")


@pytest.fixture(scope="module")
def found(_full: Path) -> Records:
    """Its records."""
    return leaving(Clinic(_full))


@pytest.fixture
def empty(tmp_path: Path, _shipped: Path) -> Clinic:
    return copied(_shipped, tmp_path / "empty")


def test_every_record_comes_home_as_it_was(full: Clinic, empty: Clinic, found: Records) -> None:
    result = bring(empty, found)
    assert (result.refused, sum(result.left.values())) == ([], 0)
    assert sum(result.new.values()) + sum(result.same.values()) == len(found)
    assert leaving(empty) == found
    assert shown(empty) == shown(full)
    assert empty.ok("verify", "--json").json["ok"]


def test_in_whatever_order_they_come(empty: Clinic, found: Records) -> None:
    assert bring(empty, found[::-1]).refused == []
    assert leaving(empty) == found


def test_a_second_time_all_is_the_same(full: Clinic, empty: Clinic, found: Records) -> None:
    bring(empty, found)
    again = bring(empty, found)
    assert (again.refused, sum(again.new.values()), sum(again.left.values())) == ([], 0, 0)
    assert sum(again.same.values()) == len(found)
    assert bring(full, found).new == {}, "and where they came from"


def test_who_came_there_since_is_added(full: Clinic, empty: Clinic) -> None:
    bring(empty, leaving(full))
    late = full.patient("Late, Lea", "1980-02-02")
    full.inject(late, "gm r lido 1% 1ml", "--as", "NEW")
    result = bring(empty, leaving(full))
    assert (result.new["patient"], result.new["session"], result.new["clinician"]) == (1, 1, 1)
    assert result.refused == []
    roles = {one["clinician"]: one["role"] for one in empty.ok("clinician", "list", "--json").rows}
    assert roles["NEW"] == "auditor", "the least of rights: somebody here gives more"
    assert empty.ok("verify", "--json").json["ok"]


def test_nothing_is_added_to_whom_is_on_file(full: Clinic, empty: Clinic) -> None:
    bring(empty, leaving(full))
    full.inject("2", "gm r lido 1% 1ml", "--override", "interval_short=asked")
    before = leaving(empty)
    refused = bring(empty, leaving(full)).refused
    assert {one.what.partition(":")[0] for one in refused} == {
        "belongs to a session on file", "belongs to a patient on file"}  # fmt: skip
    assert leaving(empty) == before


def test_numbers_go_on_after_those_that_came(full: Clinic, empty: Clinic) -> None:
    last = max(one["number"] for table, one in leaving(full) if table == "patient")
    bring(empty, leaving(full))
    empty.patient("Next, Nel", "1980-02-02")
    assert max(one["number"] for table, one in leaving(empty) if table == "patient") == last + 1


def test_what_changed_here_since_is_refused_and_nothing_is_kept(full: Clinic, empty: Clinic) -> None:
    bring(empty, leaving(full))
    empty.ok("patient", "edit", "1", "--phone", "0161 496 0000")
    before = leaving(empty)
    result = bring(empty, leaving(full))
    assert [str(one) for one in result.refused] == ["PT-0001: is on file with other values: it was changed since"]
    assert leaving(empty) == before


def test_another_s_number_is_not_taken(full: Clinic, empty: Clinic) -> None:
    empty.patient("Own, Olaf", "1970-01-01")
    result = bring(empty, leaving(full))
    assert "PT-0001: the number is another's here" in [str(one) for one in result.refused]
    assert "rule setting" not in {one.table for one in result.refused}


def test_nor_one_that_was_given_before_and_taken_back(full: Clinic, empty: Clinic) -> None:
    empty.patient("Own, Olaf", "1970-01-01")
    empty.ok("undo", "--yes")
    assert "PT-0001: the number is another's here" in [str(one) for one in bring(empty, leaving(full)).refused]


def test_what_was_taken_out_here_does_not_come_back(full: Clinic, empty: Clinic) -> None:
    bring(empty, leaving(full))
    full.patient("Late, Lea", "1980-02-02")
    bring(empty, leaving(full))
    empty.ok("undo", "--yes")
    refused = [one for one in bring(empty, leaving(full)).refused if one.table == "alert"]
    assert {one.what for one in refused} == {"was taken out here"}


def test_a_clinic_with_patients_keeps_its_name_its_rules_and_its_settings(empty: Clinic, found: Records) -> None:
    empty.patient("Own, Olaf", "1970-01-01")
    far = [(table, {**one, "number": one["number"] + 100} if table == "patient" else one) for table, one in found]
    before = {table: one for table, one in leaving(empty) if table == "clinic"}
    result = bring(empty, far)
    assert result.refused == []
    assert result.left["clinic"] + result.same["clinic"] == 1
    assert result.left["setting"] and result.left["rule_setting"] and result.left["payer_rule"]
    assert {table: one for table, one in leaving(empty) if table == "clinic"} == before
    assert empty.ok("verify", "--json").json["ok"]


def test_nobody_gets_in_by_a_file(full: Clinic, empty: Clinic) -> None:
    full.ok("clinician", "add", "XX", "--account", "mallory")
    bring(empty, leaving(full))
    on_file = {one["clinician"]: one for one in empty.ok("clinician", "list", "--json").rows}
    assert on_file["XX"]["account"] is None


def changed(found: Records, table: str, **columns: Any) -> Records:
    """The same records with the first of a table changed; None takes a column out."""
    at = next(number for number, (name, _) in enumerate(found) if name == table)
    one = {name: value for name, value in {**found[at][1], **columns}.items() if value is not None}
    return [*found[:at], (table, one), *found[at + 1 :]]


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("patient", {"born": "1971-13-04"}, "born is no day"),
    ("patient", {"born": "19710304"}, "born is no day"),
    ("patient", {"born": 5}, "born is no text"),
    ("patient", {"born": "0001-01-01"}, "born is no day"),
    ("hold", {"until": "9999-12-31"}, "until is no day"),
    ("patient", {"born": None}, "born is missing"),
    ("patient", {"colour": "red"}, "column 'colour' is not known"),
    ("patient", {"entry": 1}, "column 'entry' is not known"),
    ("patient", {"clinic_id": "x"}, "column 'clinic_id' is not known"),
    ("patient", {"number": -1}, "number is no whole number"),
    ("patient", {"number": 10**30}, "number is no whole number"),
    ("patient", {"number": True}, "number is no whole number"),
    ("patient", {"number": 0}, "number is no whole number"),
    ("patient", {"number": 2147483647}, "number is no whole number"),
    ("session", {"number": 1_000_000}, "number is no whole number"),
    ("appointment", {"number": 0}, "number is no whole number"),
    ("site", {"number": 2147483647}, "number is no whole number"),
    ("adverse_event", {"number": 2147483647}, "number is no whole number"),
    ("patient", {"born": "2027-01-01"}, "born is in the future"),
    ("session", {"on_date": "2026-11-25"}, "on_date is in the future"),
    ("outcome", {"on_date": "2027-01-01"}, "on_date is in the future"),
    ("alert", {"since": "2027-01-01"}, "since is in the future"),
    ("elsewhere", {"on_date": "2027-01-01"}, "on_date is in the future"),
    ("site", {"muscle": "heart"}, "muscle is not known here"),
    ("component", {"agent": "snake_oil"}, "agent is not known here"),
    ("elsewhere", {"agent": "snake_oil"}, "agent is not known here"),
    ("agent", {"kind": "magic"}, "kind is not known here"),
    ("session", {"dose_profile": "none-at-all"}, "dose_profile is not known here"),
    ("finding", {"rule": "ghosts"}, "rule is not known here"),
    ("rule_setting", {"rule": "ghosts"}, "rule is not known here"),
    ("plan", {"rule": "ghosts"}, "rule is not known here"),
    ("adverse_event", {"type": "sore"}, "type is not known here"),
    ("patient", {"id": "../../etc"}, "id cannot be read"),
    ("patient", {"name": "\ud800"}, "name is not valid UTF-8"),
    ("patient", {"name": "a\0b"}, "name holds a NUL"),
    ("patient", {"name": "12"}, "name is not known here"),
    ("patient", {"status": "ghost"}, "not allowed"),
    ("patient", {"created_at": "yesterday"}, "created_at cannot be read"),
    ("patient", {"weight_kg": "1e2"}, "weight_kg is no quantity"),
    ("patient", {"weight_kg": "NaN"}, "weight_kg"),
    ("patient", {"weight_kg": "5000"}, "not allowed"),
    ("site", {"taut_band": 2}, "taut_band is neither 0 nor 1"),
    ("alert", {"kind": "ghosts"}, "kind is not known here"),
    ("alert", {"patient_id": "0190b2f5-7a2c-7000-8000-000000000000"}, "refers to a record that is not there"),
    ("adverse_event", {"type": "ghosts"}, "type is not known here"),
    ("plan", {"follow_up": "soon"}, "follow_up is not known here"),
    ("plan", {"follow_up": "9999-12-31"}, "follow_up is not known here"),
    ("outcome", {"pain": 11}, "not allowed"),
    ("setting", {"key": "db"}, "key is not known here"),
    ("setting", {"key": "recall.overdue", "value": "many"}, "setting recall.overdue: cannot have that value"),
    ("setting", {"key": "clinic.hours", "value": "whenever"}, "cannot have that value"),
    ("clinic", {"zone": "Mars/Olympus"}, "zone is not known here"),
    ("clinic", {"namespace": "x"}, "namespace is not known here"),
    ("clinician", {"role": "king"}, "role is not known here"),
    ("appointment", {"wall": "25:00"}, "wall is not known here"),
    ("payer_rule", {"min_interval": "often"}, "min_interval is not known here"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "columns", "what"), BAD, ids=lambda one: json.dumps(one)[:40])
def test_what_no_tpi_wrote_is_refused(empty: Clinic, found: Records, table: str, columns: Any, what: str) -> None:
    before = leaving(empty)
    result = bring(empty, changed(found, table, **columns))
    assert any(what in str(one) for one in result.refused), result.refused
    assert leaving(empty) == before


def test_a_day_ahead_may_be_today_where_it_comes_from(empty: Clinic, found: Records) -> None:
    assert bring(empty, changed(found, "alert", since="2026-11-24")).refused == []


def test_what_a_search_compares_is_made_here(empty: Clinic, found: Records) -> None:
    assert bring(empty, changed(found, "patient", name="Hidden, Hal", name_key="somebody else")).refused == []
    assert [row["name"] for row in empty.ok("find", "hidden", "--json").rows] == ["Hidden, Hal"]
