"""A clinic's own sheet brought in with a map, by somebody who has the help page: each stumble is told its line."""

import shlex
from datetime import date
from typing import Any

import pytest

from tests.conftest import Answer, Clinic
from tests.exchange.test_map_profiles import LISTS, PATIENT_DATA, SYNTHEA, VITALS, dump, needs_synthea, shown
from tests.transcripts.test_pages import blocks, joined
from tpi_cli.acts.patient import New
from tpi_cli.exchange import map as maps
from tpi_cli.exchange.csv_in import differing, same_as

HEADER = ("DOS", "Pt Name", "DOB", "Muscle inj.", "Rx", "Pain", "RTC")
GOOD = {
    "DOS": "03/04/2026", "Pt Name": "Tan, Mei", "DOB": "04/03/1971", "Muscle inj.": "L upper trap",
    "Rx": "lido 1% 2 ml", "Pain": "7", "RTC": "6 weeks",
}  # fmt: skip
MAP: dict[str, Any] = {
    "kind": 'kind = ["patients", "injections"]',
    "patient": 'patient = ["name", "born"]',
    "date": 'date = "DD/MM/YYYY"',
    "columns": "[columns]",
    "DOS": '"DOS" = "date"',
    "Pt Name": '"Pt Name" = "name"',
    "DOB": '"DOB" = "born"',
    "Muscle inj.": '"Muscle inj." = "site"',
    "Rx": '"Rx" = "mix"',
    "Pain": '"Pain" = "pain_before"',
    "RTC": '"RTC" = "follow_up"',
}


def sheet(*rows: dict[str, str], header: tuple[str, ...] = HEADER) -> str:
    lines = [",".join(f'"{ {**GOOD, **row}[name] }"' for name in header) for row in rows]
    return "\n".join([",".join(header), *lines, ""])


def bring(clinic: Clinic, text: str, *more: str, name: str = "sheet.csv", **changed: str) -> Answer:
    """Import the sheet with the good map, some of its lines changed (by their key in `MAP`) or left out (empty)."""
    lines = {**MAP, **{key.replace("_", " "): line for key, line in changed.items()}}
    path = clinic.file("clinic.toml", "\n".join(filter(None, lines.values())) + "\n")
    return clinic.run("import", clinic.file(name, text), "--map", path, *more)


def told(answer: Answer) -> tuple[str, str]:
    """What is wrong, and what to write."""
    assert answer.code == 2, answer
    what, hint = answer.err.splitlines()[-2:]
    return what, hint.removeprefix("  ").removeprefix("hint: ")


WRONG = [
    ({"Rx": "lido 2 ml"}, "Rx: which strength of lidocaine: 0.5%, 1% or 2%?"
     ' write it: [values.mix] "lido 2 ml" = "lido STRENGTH 2 ml"'),
    ({"Rx": "lido 2 ml + triam 40 mg/ml 1 ml"}, '"lido STRENGTH 2 ml + triam 40mg/mL 1 ml"'),
    ({"Muscle inj.": "glut med"}, "Muscle inj.: which side? gluteus medius is paired: L or R, or both for two rows"),
    ({"Pain": "7/10"}, "Pain: '7/10' is no whole number from 0 to 10: say in a map what it is:"
     ' [units] pain_before = "score"'),
    ({"RTC": "3m"}, "RTC: '3m' is no interval: 3mo for months"),
    ({"RTC": "3 Monday"}, "RTC: '3 Monday' is no interval: write 6w"),
    ({"RTC": "PRN"}, "RTC: 'PRN' is no interval: write 6w, 90d, 3mo, 1y, a day or none;"
     ' or say in a map what it stands for: [values.follow_up] "PRN" = "none"'),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "what"), WRONG)
def test_a_cell_is_refused_with_the_line_that_mends_it(clinic: Clinic, cells: dict[str, str], what: str) -> None:
    answer = bring(clinic, sheet(cells))
    assert answer.code == 2
    assert what in told(answer)[0]


def test_what_was_told_is_what_mends_it(clinic: Clinic) -> None:
    rows = [{"Rx": "lido 2 ml"}, {"Pain": "7/10", "Muscle inj.": "R QL"}, {"RTC": "PRN", "DOS": "10/04/2026"}]
    lines = ('[values.mix]\n"lido 2 ml" = "lido 1% 2 ml"', '[units]\npain_before = "score"',
             '[values.follow_up]\n"PRN" = "none"')  # fmt: skip
    answer = bring(clinic, sheet(*rows), "--json", RTC="\n".join([MAP["RTC"], *lines]))
    assert (answer.code, answer.json["new"]) == (0, 3)


def test_a_strength_may_be_left_out_where_one_is_stocked(clinic: Clinic) -> None:
    clinic.ok("agent", "add", "lidocaine", "1%")
    bring(clinic, sheet({"Rx": "lido 2 ml"}))
    assert ",lidocaine,1%,2," in clinic.ok("export", "csv", "--kind", "injections").out


def test_every_fault_of_a_row_is_told_at_once(clinic: Clinic) -> None:
    row = {
        "DOS": "31/02/2026",
        "DOB": "30/02/1971",
        "Muscle inj.": "glut med",
        "Rx": "lido 2 ml",
        "Pain": "11",
        "RTC": "3m",
    }
    what, _ = told(bring(clinic, sheet(row)))
    for column in ("DOS", "DOB", "Muscle inj.", "Rx", "Pain", "RTC"):
        assert what.count(f"{column}: ") == 1, (column, what)
    what, _ = told(clinic.run("import", clinic.file("o.csv", "mrn,date,muscle,side,pain,resolved\n,x,y,L,11,z\n")))
    for column in ("mrn", "date", "muscle", "pain", "resolved"):
        assert what.count(f"{column}: ") == 1, (column, what)
    what, _ = told(clinic.run("import", clinic.file("a.csv", "mrn,start,minutes,status\n,x,1,y\n")))
    for column in ("mrn", "start", "minutes", "status"):
        assert what.count(f"{column}: ") == 1, (column, what)
    what, _ = told(clinic.run("import", clinic.file("p.csv", 'mrn,name,born,sex,weight_kg\n,"12",x,z,-1\n')))
    for column in ("mrn", "name", "born", "sex", "weight_kg"):
        assert what.count(f"{column}: ") == 1, (column, what)


def test_a_row_that_is_mended_and_fed_back(clinic: Clinic) -> None:
    assert bring(clinic, sheet({}, {"Pain": "11", "DOS": "10/04/2026"}), "--on-error", "skip").code == 0
    text = (clinic.home / "sheet.refused.csv").read_text(encoding="utf-8").replace(",11,", ",7,")
    answer = bring(clinic, text, "--json", name="mended.csv")
    assert (answer.json["new"], "refused" in answer.err) == (1, False)


def test_a_sheet_without_birth_dates_says_the_two_steps(clinic: Clinic) -> None:
    header = tuple(name for name in HEADER if name != "DOB")
    text = sheet({}, header=header)
    what, hint = told(bring(clinic, text, patient='patient = ["name"]', DOB=""))
    assert "no column is born, and patients need it" in what
    assert "put the patients on file first" in hint
    assert 'kind = "injections"' in hint
    clinic.patient("Tan, Mei", "1971-03-04")
    answer = bring(clinic, text, "--json", kind='kind = "injections"', patient='patient = ["name"]', DOB="")
    assert (answer.code, answer.json["new"]) == (0, 1)


def test_a_column_that_the_map_uses_is_not_offered_for_another(clinic: Clinic) -> None:
    header = tuple(name for name in HEADER if name != "DOB")
    what, hint = told(bring(clinic, sheet({}, header=header)))
    assert "has no column 'DOB'" in what
    assert "DOS" not in hint


@pytest.mark.parametrize(
    ("lacks", "wanted", "line"),
    [
        ("patient", "mrn", 'patient = ["name", "born"]'),
        ("Rx", "mix (agent, strength, volume_ml)", '[columns] "Rx" = "mix"'),
        ("Muscle inj.", "side", '[columns] "Muscle inj." = "site"'),
        ("RTC", "follow_up", '[columns] "RTC" = "follow_up"; or, where nothing tells it, [constants] follow_up = ""'),
    ],
)
def test_a_line_left_out_of_the_map(clinic: Clinic, lacks: str, wanted: str, line: str) -> None:
    what, hint = told(bring(clinic, sheet({}), **{lacks: ""}))
    assert wanted in what
    assert line in hint


@pytest.mark.parametrize(
    ("written", "form"), [("14/07/1949", '"DD/MM/YYYY"'), ("07/14/1949", '"MM/DD/YYYY"'), ("04/03/1949", " or ")]
)
def test_days_without_a_form(clinic: Clinic, written: str, form: str) -> None:
    what, _ = told(bring(clinic, sheet({"DOB": written, "DOS": "2026-04-03"}), date=""))
    assert f"DOB: '{written}'" in what
    assert form in what
    assert ("could be two days" in what) == (form == " or ")


def test_passes_of_a_dry_needle(clinic: Clinic) -> None:
    bring(clinic, sheet({"Rx": "dry needle x3"}))
    assert clinic.ok("export", "csv", "--kind", "injections").out.splitlines()[1].split(",")[8] == "3"
    both = bring(clinic, sheet({"Rx": "dry needle x3"}, header=HEADER), Pain='"Pain" = "passes"')
    assert "Rx: 'dry needle x3' says the passes, and a column of its own says '7'" in both.err


@needs_synthea
@pytest.mark.parametrize("name", ["patients", "allergies", "conditions", "medications", "observations", "providers"])
def test_a_table_of_synthea_is_known_without_a_map(clinic: Clinic, name: str) -> None:
    what, hint = told(clinic.run("import", str(SYNTHEA / f"{name}.csv")))
    assert f"{name}.csv has the columns of a table of synthea" in what
    assert "--map synthea" in hint


def test_a_table_of_openemr_is_known_without_a_map(clinic: Clinic) -> None:
    header = ",".join(dict.fromkeys(PATIENT_DATA))
    what, hint = told(clinic.run("import", clinic.file("patient_data.csv", header + "\n")))
    assert "has the columns of a table of openemr" in what
    assert "--map openemr" in hint


@pytest.mark.parametrize(
    ("header", "more", "line"),
    [
        ("date,muscle,agent", (), "--kind says it is another"),
        ("DOS,Patient", ("--kind", "injections"), "injections need mrn, date"),
        ("a,b", (), "which column is which"),
        ("first,last,dob", (), "[join] name"),
        ("mrn,dob,birthday,name", (), "[columns]"),
    ],
)
def test_without_a_map_every_road_leads_to_the_page(
    clinic: Clinic, header: str, more: tuple[str, ...], line: str
) -> None:
    _, hint = told(clinic.run("import", clinic.file("x.csv", header + "\n"), *more))
    assert line in hint
    assert "tpi help import-map" in hint


def test_a_patient_known_by_name_is_the_same_in_capitals() -> None:
    born = date(1971, 3, 4)
    mei, loud = New(name="Tan, Mei", born=born), New(name="TAN,  MEI", born=born)
    assert same_as(mei) == same_as(loud)
    assert same_as(mei._replace(phone="1")) != same_as(loud)
    assert differing(mei._replace(phone="1"), loud) == ["phone"]
    assert same_as(mei._replace(mrn="A1")) != same_as(loud._replace(mrn="A1"))


def csv_of(rows: list[dict[str, str]]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(f'"{cell}"' for cell in row.values()) for row in rows), ""])


def theirs() -> dict[str, list[dict[str, str]]]:
    """A table for each file that the page names, of one patient, as the two programs write them."""
    synthea = maps.read("synthea").parts
    entry = {"PATIENT": "a-1", "START": "2020-01-05", "CODE": "1191", "DESCRIPTION": "Aspirin"}
    person = {"Id": "a-1", "BIRTHDATE": "1971-03-04", "FIRST": "Mei", "LAST": "Tan", "GENDER": "F"}
    rows = {"patients": person, "allergies": entry, "conditions": {**entry, "DESCRIPTION": "Haemophilia A"}}
    made = {name: [{column: row.get(column, "") for column in dict.fromkeys((*part.has, *part.columns))}]
            for part, (name, row) in zip(synthea, rows.items(), strict=False)}  # fmt: skip
    seven = {"pid": "7", "activity": "1", "begdate": "2019-05-02 00:00:00", "date": "2024-01-05 09:30:00", "id": "1"}
    made["patient_data"] = dump(PATIENT_DATA, {**seven, "fname": "Mei", "lname": "Tan", "DOB": "1971-03-04"})
    made["lists"] = dump(LISTS, {**seven, "type": "allergy", "title": "Latex"})
    made["form_vitals"] = dump(VITALS, {**seven, "weight": "137.788914"})
    return made


def test_every_command_of_the_page_does_what_the_page_says(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(clinic.home)
    for name, text in zip(("sessions.csv", "clinic.toml"), shown(), strict=True):
        clinic.file(name, text)
    for name, rows in theirs().items():
        clinic.file(f"{name}.csv", csv_of(rows))
    found = blocks("import-map")
    assert len(found) == 3
    for command, printed in found:
        answer = clinic.ok(*shlex.split(command)[1:])
        assert not printed or joined(answer.out.splitlines()) == printed
        assert " 0 refused" in answer.out
        assert any(f"{count} new" in answer.out for count in (1, 3))
