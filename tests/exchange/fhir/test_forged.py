"""Files that nobody exported: records of our own made up, to change what is on file or what is checked."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from tests.acts.test_bring_home import Records, leaving
from tests.commands.reading import copied, made
from tests.conftest import Answer, Clinic
from tests.transcripts.terminal import terminal
from tpi_cli.exchange.fhir.record import extension

OTHER = "0190b2f5-7a2c-7000-8000-00000000000{}"
"""UUIDs of records that are nowhere."""


def build(clinic: Clinic) -> None:
    """Two patients with a session each, the first signed."""
    first = clinic.inject(clinic.patient(), "ut l lido 1% 1ml")
    clinic.inject(clinic.patient("Ruiz, Ana", "1965-04-05"), "gm r lido 1% 1ml")
    clinic.ok("appt", "list")
    clinic.ok("book", "1", "2026-12-02T11:30")
    clinic.ok("sign", first, "--yes")


@pytest.fixture(scope="module")
def _there(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    return made(tmp_path_factory, _template, build)


@pytest.fixture
def there(tmp_path: Path, _there: Path) -> Clinic:
    """A clinic at work."""
    return copied(_there, tmp_path / "there")


@pytest.fixture
def elsewhere(tmp_path: Path, _template: Path) -> Clinic:
    """Another clinic, with nobody on file yet."""
    return copied(_template, tmp_path / "elsewhere")


@pytest.fixture
def empty(tmp_path: Path, _shipped: Path) -> Clinic:
    return copied(_shipped, tmp_path / "empty")


def first(found: Records, table: str, **wanted: Any) -> dict[str, Any]:
    return next(one for name, one in found if name == table and wanted.items() <= one.items())


def forged(clinic: Clinic, *resources: dict[str, Any], options: tuple[str, ...] = ()) -> Answer:
    path = clinic.file("forged.ndjson", "".join(json.dumps(one) + "\n" for one in resources))
    return clinic.run("import", path, *options)


def basic(*found: tuple[str, dict[str, Any]], kind: str = "Basic", **more: Any) -> dict[str, Any]:
    return {"resourceType": kind, **more, "extension": [extension(*one) for one in found]}


CHILDREN = {
    "mixture": {"ordinal": 9},
    "component": {"ordinal": 9, "mass": "500"},
    "injection": {"ordinal": 9},
    "plan": {"follow_up": "9mo"},
    "finding": {"ordinal": 9, "rule": "la_near_limit", "level": "note", "text": "x", "source": "x", "revision": "1"},
    "appointment_act": {"act": "cancel"},
    "site": {"number": 9, "muscle": "gluteus_minimus"},
    "session": {"number": 900},
    "alert": {"kind": "diabetes"},
}
"""Records added to what is on file, each a copy of one there with another id and this in it."""


@pytest.mark.parametrize("table", CHILDREN)
def test_nothing_is_added_to_what_is_on_file(there: Clinic, table: str) -> None:
    found = leaving(there)
    session = first(found, "session", number=1)
    written = {"session_id": session["id"], "recorded_at": session["recorded_at"], "recorded_by": "root"}
    old = written if table == "finding" else first(found, table)
    if table == "plan":
        old["site_id"] = next(one["id"] for name, one in found if name == "site" and one["id"] != old["site_id"])
    before = leaving(there)
    answer = forged(there, basic((table, {**old, "id": OTHER.format(1), **CHILDREN[table]})))
    assert (answer.code, " on file" in answer.err) == (5, True), answer
    assert leaving(there) == before
    assert there.ok("verify", "--json").json["ok"]


def test_what_is_on_file_already_is_the_same(there: Clinic) -> None:
    found = [one for one in leaving(there) if one[0] not in {"clinic", "clinician", "rule_setting"}]
    answer = forged(there, basic(*found), options=("--json",))
    assert (answer.json["new"], answer.json["same"]) == (0, len(found))


def test_a_signature_is_not_brought_to_whom_is_on_file(there: Clinic) -> None:
    one = {**first(leaving(there), "session", number=1), "id": OTHER.format(1), "number": 900, "signed_by": "Dr Real"}
    answer = forged(there, basic(("session", one)))
    assert (answer.code, "belongs to a patient on file" in answer.err) == (5, True), answer
    assert "Dr Real" not in there.ok("log", "1").out


HOUSE: list[tuple[str, dict[str, Any]]] = [
    ("rule_setting", {"id": OTHER.format(1), "rule": "la_near_limit", "name": "level", "value": "off", "reason": "x",
                      "set_at": "2026-11-01T10:00:00.000000Z", "set_by": "root"}),
    ("agent", {"id": OTHER.format(2), "agent": "lidocaine", "name": "lidocaine", "kind": "other", "unit": "mg",
               "strengths": "90%", "created_at": "2026-11-01T10:00:00.000000Z", "created_by": "root"}),
    ("setting", {"key": "recall.overdue", "value": "90", "set_at": "2026-11-01T10:00:00.000000Z", "set_by": "root"}),
    ("clinic", {"name": "Evil Clinic", "zone": "Asia/Tokyo", "made_up": 1, "namespace": OTHER.format(3)}),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["Basic", "Organization"])
@pytest.mark.parametrize("one", HOUSE[:3], ids=lambda one: one[0])
def test_no_file_sets_rules_by_the_way(empty: Clinic, one: tuple[str, dict[str, Any]], kind: str) -> None:
    """Without the clinic whose they are, or beside somebody else's resource."""
    before = leaving(empty)
    answer = forged(empty, basic(one, kind=kind), options=("--yes",))
    assert answer.code == (2 if kind == "Basic" else 0), answer
    assert leaving(empty) == before


def test_a_whole_house_is_taken_over_by_who_agrees_alone(empty: Clinic) -> None:
    before = leaving(empty)
    house = basic(*HOUSE, kind="Organization")
    offer = (
        "takes over the name, the zone Asia/Tokyo, 1 setting, 1 rule value, 1 agent, that everybody in it is made up"
    )
    assert f"{offer} of Evil Clinic" in forged(empty, house, options=("-n",)).err
    path = str(empty.home / "forged.ndjson")
    with terminal(empty, "import", path, columns=160) as screen:
        screen.answer("take them over, and bring the records in? [y/N]", "n")
        assert screen.end() == 9
        assert f"{offer} of Evil Clinic" in screen.screen
    assert leaving(empty) == before
    with terminal(empty, "import", path, columns=160) as screen:
        screen.answer("take them over, and bring the records in? [y/N]", "y")
        assert screen.end() == 0
    assert [one["name"] for table, one in leaving(empty) if table == "clinic"] == ["Evil Clinic"]


SET_UP = [
    "config set recall.overdue 30",
    "rule set la_near_limit --level note --reason policy",
    "agent add lidocaine 1%",
    "payer add acme --from 2026-01-01 --max-sessions 4 --reason policy",
    "clinician add ZZ --name Zane",
    "patient add 'Own, Olaf' 1970-01-01 --allergy none --bleeding none",
]


@pytest.mark.parametrize("command", SET_UP)
def test_a_clinic_that_is_set_up_keeps_what_it_set(empty: Clinic, command: str) -> None:
    empty.ok(*shlex.split(command))
    before = leaving(empty)
    answer = forged(empty, basic(*HOUSE, kind="Organization"), options=("--yes", "--json"))
    assert (answer.code, answer.json["new"]) == (0, 0), answer
    assert leaving(empty) == before
    lines = forged(empty, basic(*HOUSE, kind="Organization")).out
    assert "clinic: 0 new, 0 same, 1 left as it is here" in lines


def test_what_depends_on_what_is_left_does_not_come(elsewhere: Clinic, empty: Clinic) -> None:
    there = elsewhere
    there.ok("agent", "add", "articaine", "4%", "--kind", "amide")
    there.inject(there.patient(), "ut l articaine 4% 1ml")
    there.ok("export", "fhir", "-o", str(empty.home / "all.json"))
    empty.ok("config", "set", "recall.overdue", "30")
    answer = empty.run("import", str(empty.home / "all.json"))
    assert (answer.code, "articaine: the agent is not known here" in answer.err) == (5, True), answer
    assert "tpi agent add" in answer.err


def test_a_code_that_is_somebody_else_s_here(elsewhere: Clinic, empty: Clinic) -> None:
    there = elsewhere
    there.ok("clinician", "add", "AM", "--name", "Moss, Amy")
    there.inject(there.patient(), "ut l lido 1% 1ml", "--as", "AM")
    there.ok("export", "fhir", "-o", str(empty.home / "all.json"))
    empty.ok("clinician", "add", "AM", "--name", "Miller, Adam")
    before = leaving(empty)
    answer = empty.run("import", str(empty.home / "all.json"))
    assert (answer.code, "AM: is somebody else here" in answer.err) == (5, True), answer
    assert "tpi clinician add" in answer.err
    assert leaving(empty) == before
    empty.ok("clinician", "add", "AM", "--name", "MOSS, Amy", "--yes")
    empty.ok("import", str(empty.home / "all.json"))


MIXED: list[tuple[str, dict[str, str]]] = [
    ("outcome", {"session_id": "session"}),
    ("outcome", {"site_id": "site"}),
    ("injection", {"site_id": "site"}),
    ("injection", {"mixture_id": "mixture"}),
    ("plan", {"site_id": "site"}),
    ("hold", {"site_id": "site"}),
    ("elsewhere", {"site_id": "site"}),
    ("adverse_event", {"session_id": "session"}),
    ("adverse_event", {"site_id": "site"}),
]


@pytest.mark.parametrize(("table", "named"), MIXED)
def test_records_that_hang_together_are_one_patient_s(
    there: Clinic, empty: Clinic, table: str, named: dict[str, str]
) -> None:
    there.ok("outcome", "1", "3", "--site", "ut l")
    there.ok("stop", "1", "ut", "l", "--reason", "resolved")
    there.ok("patient", "elsewhere", "1", "triam 40mg", "--site", "ut l")
    there.ok("adverse", "add", "1", "infection:red")
    found = leaving(there)
    mine = first(found, "session", number=1)
    theirs = first(found, "session", number=2)
    of_session = {"mixture", "injection", "plan"}
    owner = {"session_id": mine["id"]} if table in of_session else {"patient_id": mine["patient_id"]}
    wrong = {"session": theirs, "site": first(found, "site", patient_id=theirs["patient_id"]),
             "mixture": first(found, "mixture", session_id=theirs["id"])}  # fmt: skip
    at = found.index((table, first(found, table, **owner)))
    bad = {**found[at][1], **{column: wrong[kind]["id"] for column, kind in named.items()}}
    known = [one for one in [*found[:at], (table, bad), *found[at + 1 :]] if one[0] not in {"clinic", "clinician"}]
    known = [one for one in known if one[0] != "rule_setting"]
    answer = forged(empty, basic(*known))
    assert (answer.code, "mixes two patients" in answer.err) == (5, True), answer
    assert leaving(empty)[-1][0] in {"clinic", "clinician"}


def test_our_own_patient_learns_what_a_hospital_says(there: Clinic) -> None:
    """The file that left here comes back with an allergy in it."""
    there.ok("export", "fhir", "--patient", "1", "-o", str(there.home / "one.json"))
    bundle = json.loads((there.home / "one.json").read_text())
    who = next(one for one in bundle["entry"] if one["resource"]["resourceType"] == "Patient")
    told = {"resourceType": "AllergyIntolerance", "code": {"text": "lidocaine anaphylaxis"},
            "patient": {"reference": who["fullUrl"]}}  # fmt: skip
    bundle["entry"].append({"resource": told})
    path = there.file("back.json", json.dumps(bundle))
    answer = there.ok("import", path, "--json").json
    assert [one["new"] for one in answer["types"] if one["type"] == "AllergyIntolerance"] == [1]
    shown = there.ok("patient", "show", "1", "--json").json["alerts"]
    assert ("allergy-amide", "lidocaine anaphylaxis") in [(one["kind"], one["text"]) for one in shown]
    assert answer["same"] + answer["skipped"] + answer["new"] > len(bundle["entry"]), "every resource is counted"


def test_what_a_file_says_of_who_did_it_is_told_as_such(there: Clinic, empty: Clinic) -> None:
    found = [one for one in leaving(there) if one[0] not in {"clinic", "clinician", "rule_setting"}]
    at = found.index(("session", first(found, "session", number=1)))
    found[at] = ("session", {**found[at][1], "signed_by": "Dr Real"})
    assert forged(empty, basic(*found)).code == 0
    code = empty.ok("session", "list", "--json").rows[-1]["session"]
    acts = {(one["act"], one["by"]) for one in empty.ok("log", "1", "--changes", "--json").rows}
    assert ("session signed", "Dr Real (brought in #2)") in acts
    assert {by.endswith(" (brought in #2)") for _, by in acts} == {True}
    assert "by Dr Real (brought in #2)" in empty.ok("session", "show", code).out
    empty.ok("patient", "edit", "1", "--phone", "0161 496 0000")
    changed = [one["by"] for one in empty.ok("log", "1", "--changes", "--json").rows if one["act"] == "patient changed"]
    assert [" (brought" in by for by in changed] == [False]


def test_a_moment_of_the_log_makes_no_act_of_the_log(there: Clinic) -> None:
    """Who knows when somebody here did something cannot say that they signed then."""
    found = leaving(there)
    moment = first(found, "patient", number=1)["created_at"]
    theirs = {**first(found, "patient", number=1), "id": OTHER.format(1), "number": 90, "name": "New", "mrn": "n"}
    session = {**first(found, "session", number=1), "id": OTHER.format(2), "number": 90, "patient_id": theirs["id"],
               "signed_at": moment, "signed_by": "Dr Real"}  # fmt: skip
    assert forged(there, basic(("patient", theirs), ("session", session))).code == 0
    acts = {one["act"]: one["by"] for one in there.ok("log", "PT-0090", "--changes", "--json").rows}
    assert acts["session signed"].startswith("Dr Real (brought in #")


def test_a_patient_who_is_another_than_the_record(there: Clinic) -> None:
    one = first(leaving(there), "patient", number=1)
    answer = forged(there, basic(("patient", one), kind="Patient", id=OTHER.format(1)))
    assert (answer.code, "the record is of another patient" in answer.err) == (2, True), answer
