"""`tpi patient`: people added, found by exact ids, shown, changed, archived."""

import json
from pathlib import Path

import pytest

from tests.commands.reading import envelope, everything, made, one_line, rows, talk, words
from tests.conftest import Clinic

ADD = "patient add 'Tan, Mei' 1971-03-04 --allergy none --bleeding none"


def test_adding_answers_with_id_name_and_birth_date(clinic: Clinic) -> None:
    answer = clinic.ok(*words(ADD), "--mrn", "A11")
    assert answer.out.splitlines()[0] == "recorded PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"
    found = envelope(clinic.ok(*words(ADD), "--mrn", "A12", "--json"), "patient-add")
    assert (found["patient"], found["today"]) == ("PT-0002", "2026-11-23")


def test_one_person_is_not_entered_twice(clinic: Clinic) -> None:
    """The same name and birth date is another person only where both have an mrn."""
    clinic.ok(*words(ADD))
    for more in ([], ["--mrn", "A12"]):
        assert clinic.run(*words(ADD), *more).code == 5
    clinic.ok("patient", "edit", "1", "--mrn", "A11")
    assert clinic.run(*words(ADD)).code == 5
    assert clinic.ok(*words(ADD), "--mrn", "A12", "--json").json["patient"] == "PT-0002"


def test_numbers_count_up_and_are_four_digits_wide(clinic: Clinic) -> None:
    assert [clinic.patient(f"Person {letter}") for letter in "ABC"] == ["PT-0001", "PT-0002", "PT-0003"]


ANSWERS = """
said                                                   | kept as
--allergy none --bleeding none                         | allergy-none, bleeding-none
--allergy lidocaine:rash --bleeding none               | allergy-amide lidocaine:rash, bleeding-none
--allergy procaine --allergy latex --bleeding none     | allergy-ester procaine, allergy-other latex, bleeding-none
--allergy none --bleeding apixaban                     | allergy-none, anticoagulant apixaban
--allergy none --bleeding 'haemophilia A'              | allergy-none, bleeding-disorder haemophilia A
--allergy NONE --bleeding ' none '                     | allergy-none, bleeding-none
"""


@pytest.mark.parametrize(("said", "kept"), rows(ANSWERS), ids=[row[0] for row in rows(ANSWERS)])
def test_the_answers_to_the_screening_questions(clinic: Clinic, said: str, kept: str) -> None:
    clinic.ok(*words(f"patient add 'Tan, Mei' 1971-03-04 {said}"))
    found = clinic.ok("patient", "show", "1", "--json").json["alerts"]
    told = [" ".join(filter(None, [alert["kind"], alert["text"]])) for alert in found]
    assert sorted(told) == sorted(kept.split(", "))
    assert {alert["since"] for alert in found} == {"2026-11-23"}


FIELDS = {
    "name": "Tan, Mei", "born": "1971-03-04", "sex": "female", "weight": "62.50 kg", "height": "170",
    "phone": "0161 555 0107", "email": "mei@example.org", "mrn": "A12", "payer": "bupa",
    "allergy": "none", "bleeding": "none", "note": "prefers mornings",
}  # fmt: skip
KEPT = {
    "patient": "PT-0001", "mrn": "A12", "name": "Tan, Mei", "born": "1971-03-04", "sex": "female",
    "weight_kg": "62.5", "weight_on": "2026-11-23", "height_cm": "170", "phone": "0161 555 0107",
    "email": "mei@example.org", "payer": "bupa", "status": "active", "note": "prefers mornings", "sites": [],
}  # fmt: skip


def _options() -> list[str]:
    return [part for key, value in FIELDS.items() if key not in {"name", "born"} for part in (f"--{key}", value)]


WAYS = {
    "options": (["patient", "add", FIELDS["name"], FIELDS["born"], *_options()], ""),
    "JSON on stdin": (["patient", "add", "-"], json.dumps(FIELDS)),
    "lines on stdin": (["patient", "add", "-"], "".join(f"{key}: {value}\n" for key, value in FIELDS.items())),
    "lines, loosely": (
        ["patient", "add", "-"],
        "\n".join(f" {key.upper()} :{value} \n" for key, value in FIELDS.items()),
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_field_by_every_way_in(clinic: Clinic, way: str) -> None:
    command, stdin = WAYS[way]
    answer = clinic.run(*command, stdin=stdin)
    assert answer.code == 0, answer
    shown = envelope(clinic.ok("patient", "show", "1", "--json"), "patient")
    assert {key: shown[key] for key in KEPT} == KEPT


def test_several_allergies_on_stdin(clinic: Clinic) -> None:
    lines = "name: Tan, Mei\nborn: 1971-03-04\nallergy: lidocaine\nallergy: latex\nbleeding: none\n"
    as_json = json.dumps(
        {"name": "Tan, Bo", "born": "1971-03-04", "allergy": ["lidocaine", "latex"], "bleeding": "none"}
    )
    for stdin in (lines, as_json):
        assert clinic.run("patient", "add", "-", stdin=stdin).code == 0
    kinds = [[one["kind"] for one in clinic.ok("patient", "show", who, "--json").json["alerts"]] for who in "12"]
    assert sorted(kinds[0]) == sorted(kinds[1]) == ["allergy-amide", "allergy-other", "bleeding-none"]


def test_stdin_does_not_excuse_from_the_questions(clinic: Clinic) -> None:
    answer = clinic.run("patient", "add", "-", stdin="name: Tan, Mei\nborn: 1971-03-04\nallergy: none\n")
    assert (answer.code, one_line(answer)[0]) == (2, "--bleeding was not answered")


IDS = ["PT-0007", "pt-0007", "PT-7", "pt-7", "pt7", "7", "0007", "mrn:A7"]


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """PT-0001 to PT-0012, mrn A1 to A12; to be read only."""

    def build(clinic: Clinic) -> None:
        for number, letter in enumerate("abcdefghijkl", 1):
            clinic.patient(f"Person {letter}", "1971-03-04", "--mrn", f"A{number}")

    return Clinic(made(tmp_path_factory, _template, build))


@pytest.mark.parametrize("typed", IDS)
def test_the_ways_to_name_a_patient(twelve: Clinic, typed: str) -> None:
    assert twelve.ok("patient", "show", typed, "--json").json["patient"] == "PT-0007"


NOT_IDS = """
typed      | exit
1          | 0
12         | 0
PT-1       | 0
PT-001     | 0
PT-00      | 2
PT         | 2
-1         | 2
+1         | 2
1-         | 2
1.         | 2
\u0661     | 2
mrn:A      | 3
mrn:a1     | 3
mrn:A1x    | 3
mrn:A*     | 3
MRN:A1     | 0
mrn:%      | 3
PT-0013    | 3
0          | 2
Person     | 2
"""


@pytest.mark.parametrize(("typed", "code"), rows(NOT_IDS), ids=[row[0] for row in rows(NOT_IDS)])
def test_ids_are_exact_and_never_the_start_of_one(twelve: Clinic, typed: str, code: str) -> None:
    """With PT-0001 to PT-0012 on file, `1` is PT-0001 and not also PT-0010; `mrn:A1` is not A10."""
    answer = twelve.run("patient", "show", "--json", "--", typed)
    assert answer.code == int(code), answer
    if answer.code == 0:
        assert answer.json["patient"] == ("PT-0012" if typed == "12" else "PT-0001")


@pytest.fixture
def three(clinic: Clinic) -> Clinic:
    """Mei, active; Ana, archived; Bo, who died."""
    clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12", "--phone", "0161 555 0107")
    clinic.patient("Ruiz, Ana", "1965-04-05")
    clinic.patient("Bom, Bo", "1950-01-01")
    clinic.ok("patient", "archive", "2")
    clinic.ok("stop", "3", "--reason", "died", "--yes")
    return clinic


STATUS = """
command                        | who
patient list                   | PT-0001
patient list --status active   | PT-0001
patient list --status archived | PT-0002
patient list --status deceased | PT-0003
patient list --status all      | PT-0001 PT-0002 PT-0003
"""


@pytest.mark.parametrize(("command", "who"), rows(STATUS), ids=[row[0] for row in rows(STATUS)])
def test_the_list_by_status(three: Clinic, command: str, who: str) -> None:
    found = envelope(three.ok(*words(command), "--json"), "patient-list")
    assert " ".join(row["patient"] for row in found["rows"]) == who
    assert found["count"] == len(who.split())


def test_a_row_of_the_list(three: Clinic) -> None:
    (row,) = three.ok("patient", "list", "--json").rows
    told = {"patient": "PT-0001", "mrn": "A12", "name": "Tan, Mei", "born": "1971-03-04", "status": "active"}
    assert {key: row[key] for key in told} == told
    assert three.ok("patient", "list").out.splitlines() == [
        "PATIENT  MRN  NAME      BORN        PHONE          STATUS",
        "PT-0001  A12  Tan, Mei  1971-03-04  0161 555 0107  active",
    ]


def test_show_tells_alerts_and_sites(clinic: Clinic) -> None:
    clinic.ok(*words("patient add 'Tan, Mei' 1971-03-04 --allergy lidocaine:rash --bleeding none --weight 62.5"))
    clinic.ok(*words("site add 1 ut l --taut-band --no-tender-spot --referred 'the temple' --recognised"))
    clinic.inject("1", "ls l triam 40mg/ml 0.5ml", "--next", "3mo")
    lines = clinic.ok("patient", "show", "1").out.splitlines()
    assert lines[0] == "PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)   ALLERGY-LA lidocaine:rash"
    text = "\n".join(lines)
    for part in ("62.5 kg (2026-11-23)", "lidocaine:rash", "upper trapezius L", "taut band, no tender spot",
                 "referred pain (the temple)", "recognised pain", "levator scapulae L", "due 2027-02-23"):  # fmt: skip
        assert part in text, part


def test_editing_says_what_changed_and_dates_a_weight(clinic: Clinic) -> None:
    clinic.ok(*words(ADD), "--weight", "62.5", "--on", "2026-11-01")
    answer = clinic.ok(*words("patient edit 1 --weight 63.75 --phone '07700 900123' --on yesterday"))
    assert answer.out.splitlines()[0] == "changed PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)"
    assert "62.5 -> 63.75" in answer.out
    shown = clinic.ok("patient", "show", "1", "--json").json
    assert (shown["weight_kg"], shown["weight_on"], shown["phone"]) == ("63.75", "2026-11-22", "07700 900123")


EDITS = """
option                            | field     | value
--name 'Tan-Ruiz, Mei'            | name      | Tan-Ruiz, Mei
--born 1971-04-03                 | born      | 1971-04-03
--sex f                           | sex       | female
--height 170.5                    | height_cm | 170.5
--email mei@example.org           | email     | mei@example.org
--mrn B7                          | mrn       | B7
--payer bupa                      | payer     | bupa
--note 'moved house'              | note      | moved house
--status archived                 | status    | archived
"""


@pytest.mark.parametrize(("option", "field", "value"), rows(EDITS), ids=[row[1] for row in rows(EDITS)])
def test_every_field_can_be_changed(clinic: Clinic, option: str, field: str, value: str) -> None:
    clinic.ok(*words(ADD))
    before = clinic.ok("patient", "show", "1", "--json").json
    clinic.ok(*words(f"patient edit 1 {option}"))
    after = clinic.ok("patient", "show", "1", "--json").json
    changed = {key: after[key] for key in after if after[key] != before[key] and key != "generated_at"}
    assert changed.pop(field) == value
    assert set(changed) <= {"status_on"}


def test_a_new_name_is_found_and_the_old_is_not(clinic: Clinic) -> None:
    clinic.ok(*words(ADD))
    clinic.ok("patient", "edit", "1", "--name", "Okafor, Ngozi")
    assert [row["patient"] for row in clinic.ok("find", "okafor", "--json").rows] == ["PT-0001"]
    assert clinic.ok("find", "tan mei", "--json").rows == []


def test_a_birth_date_cannot_come_after_a_session(clinic: Clinic) -> None:
    clinic.ok(*words(ADD))
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-06-01")
    answer = clinic.run("patient", "edit", "1", "--born", "2026-06-02")
    assert (answer.code, one_line(answer)[0]) == (2, "born 2026-06-02, but treated on 2026-06-01")


def test_an_alert_found_later_ends_the_answer_of_none(clinic: Clinic) -> None:
    clinic.ok(*words(ADD))
    clinic.ok("patient", "edit", "1", "--bleeding", "warfarin")
    kinds = [one["kind"] for one in clinic.ok("patient", "show", "1", "--json").json["alerts"]]
    assert sorted(kinds) == ["allergy-none", "anticoagulant"]


def test_archiving_takes_off_every_list_and_editing_brings_back(clinic: Clinic) -> None:
    clinic.ok(*words(ADD))
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "1mo", "--on", "2026-10-23")
    assert len(clinic.ok("due", "--json").rows) == 1
    answer = clinic.ok("patient", "archive", "1", "--note", "moved to Leeds")
    assert answer.out == "archived PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)\n"
    assert clinic.ok("due", "--json").json["held_back"] == {"archived": 1}
    assert clinic.ok("patient", "show", "1", "--json").json["note"] == "moved to Leeds"
    clinic.ok("patient", "edit", "1", "--status", "active")
    assert len(clinic.ok("due", "--json").rows) == 1


DRY = [
    "patient add 'Ruiz, Ana' 1965-04-05 --allergy none --bleeding none",
    "patient edit 1 --weight 70",
    "patient archive 1",
]


@pytest.mark.parametrize("command", DRY)
@pytest.mark.parametrize("option", ["-n", "--dry-run"])
def test_a_dry_run_checks_everything_and_keeps_nothing(clinic: Clinic, command: str, option: str) -> None:
    clinic.ok(*words(ADD))
    before = everything(clinic)
    answer = clinic.ok(*words(command), option)
    assert answer.out.splitlines()[-1] == "dry run: nothing was kept"
    assert clinic.ok(*words(command), option, "--json").json["dry_run"] is True
    assert everything(clinic) == before
    assert clinic.run(*words(command.replace("1965", "1065").replace("70", "7000").replace("archive 1", "archive 9")),
                      option).code in {2, 3}  # fmt: skip


def test_no_list_tells_of_nobody(clinic: Clinic) -> None:
    answer = clinic.ok("patient", "list")
    assert (answer.out, talk(answer)) == ("", ["0 active patients"])


@pytest.mark.parametrize("answer", ["unknown", "Unknown.", "not asked", "?"])
@pytest.mark.parametrize("question", ["--allergy", "--bleeding"])
def test_no_answer_does_not_pass_for_one(clinic: Clinic, question: str, answer: str) -> None:
    other = "--bleeding" if question == "--allergy" else "--allergy"
    said = clinic.run("patient", "add", "Ruiz, Ana", "1965-03-04", question, answer, other, "none")
    assert (said.code, "is no answer" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("payer", "said"),
    [
        ("CGS", "payer rules: medicare_mac"),
        ("First Coast", "payer rules: medicare_first_coast"),
        ("medicare_mc", "no rules for the payer 'medicare_mc': the clinic's default only advises; did you mean "
         "medicare_mac or medicare_wps?"),
        ("Acme", "no rules for the payer 'Acme': the clinic's default only advises; tpi payer list names them"),
    ],
)  # fmt: skip
def test_whose_rules_a_payer_stands_for_is_said_back(clinic: Clinic, payer: str, said: str) -> None:
    words = ("patient", "add", "Ruiz, Ana", "1965-03-04", "--allergy", "lidocane", "--bleeding", "none")
    lines = clinic.ok(*words, "--payer", payer).out.splitlines()
    assert lines[-1].strip().startswith(said)
    heard = "lidocane: another allergy (no drug known here; did you mean lidocaine or mepivacaine?)"
    assert heard in [line.strip() for line in lines]
    number = lines[0].split()[1]
    assert clinic.ok("patient", "edit", number, "--payer", payer).out.splitlines()[2].strip().startswith(said)
