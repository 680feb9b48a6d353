"""`tpi due`: who is on the list, in which order, and who is held back for which reason.

Today is Monday 2026-11-23. Ann's plan is not due yet, Bea's is due today, and so on down to Fay, who is late by
years and still there. Gus to Liz are held back, each for another reason; Mia never had a session.
"""

import shutil
from pathlib import Path

import pytest

from tests.commands.board import board
from tests.commands.reading import envelope, rows, talk, words
from tests.conftest import Answer, Clinic

WARD = """
Ann | 2026-09-07 | 3mo
Bea | 2026-08-23 | 3mo
Cal | 2026-08-10 | 3mo
Dan | 2026-08-09 | 3mo
Eve | 2026-05-25 | 3mo
Fay | 2024-02-29 | 1y
Gus | 2026-08-20 | 3mo | snoozed
Hal | 2026-08-20 | 3mo | declined
Ida | 2026-08-20 | 3mo | stopped
Jon | 2026-08-20 | 3mo | resolved
Kim | 2026-08-20 | 3mo | archived
Liz | 2026-08-20 | 3mo | deceased
Mia |            |
Ned | 2026-11-02 | 3mo
Oda | 2026-11-09 | none
Pam | 2026-10-05 | 7w  | | gm r | triamcinolone | JS | bupa
Rex | 2026-10-13 | 6w  | | is l | dry           | JS | bupa
"""


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    return board(Clinic(home), WARD)


STATUSES = """
patient | due        | late  | status
Fay     | 2025-02-28 | 633   | lapsed
Eve     | 2026-08-25 | 90    | lapsed
Dan     | 2026-11-09 | 14    | overdue
Cal     | 2026-11-10 | 13    | due
Bea     | 2026-11-23 | 0     | due
Pam     | 2026-11-23 | 0     | due
Rex     | 2026-11-24 | -1    | upcoming
Ann     | 2026-12-07 | -14   | upcoming
Ned     | 2027-02-02 | -71   | upcoming
Gus     | 2026-11-20 | 3     | snoozed
Hal     | 2026-11-20 | 3     | declined
Ida     | 2026-11-20 | 3     | stopped
Jon     | 2026-11-20 | 3     | resolved
Kim     | 2026-11-20 | 3     | archived
Liz     | 2026-11-20 | 3     | deceased
"""


@pytest.mark.parametrize(("name", "due", "late", "status"), rows(STATUSES), ids=[row[0] for row in rows(STATUSES)])
def test_every_plan_has_a_status(ward: Clinic, name: str, due: str, late: str, status: str) -> None:
    found = {row["name"]: row for row in ward.ok("due", "--status", "all", "--json").rows}
    row = found[name]
    assert (row["due"], row["late_days"], row["status"]) == (due, int(late), status)


LISTS = """
command                              | who, in this order
due                                  | Fay Eve Dan Cal Bea Pam
due -w 1w                            | Fay Eve Dan Cal Bea Pam Rex
due --within 2w                      | Fay Eve Dan Cal Bea Pam Rex Ann
due --within 2026-11-24              | Fay Eve Dan Cal Bea Pam Rex
due --within '2 Feb'                 | Fay Eve Dan Cal Bea Pam Rex Ann Ned
due --overdue                        | Fay Eve Dan
due --status due                     | Cal Bea Pam
due --status lapsed,overdue          | Fay Eve Dan
due --status upcoming                | Rex Ann
due --status upcoming -w 1y          | Rex Ann Ned
due --status snoozed                 | Gus
due --status declined,stopped        | Hal Ida
due --status archived,deceased       | Kim Liz
due --status all --limit 2           | Fay Eve
due --sort name                      | Bea Cal Dan Eve Fay Pam
due --sort due                       | Fay Eve Dan Cal Bea Pam
due --limit 1                        | Fay
due --sort name --limit 2            | Bea Cal
due --muscle 'gluteus medius'        | Pam
due --muscle ut --overdue            | Fay Eve Dan
due --agent triam                    | Pam
due --agent dry -w 1w                | Rex
due --agent dry                      |
due --clinician JS                   | Pam
due --clinician js                   | Pam
due --clinician AM --status due      | Cal Bea
due --payer bupa -w 1w               | Pam Rex
due --payer BUPA -w 1w               | Pam Rex
due --payer medicare_mac             |
due 2 pt-4 PT-0006 mrn:M5            | Fay Eve Dan Bea
due 13                               |
due 1                                |
due 1 -w 3mo                         | Ann
"""


@pytest.mark.parametrize(("command", "who"), rows(LISTS), ids=[row[0] for row in rows(LISTS)])
def test_who_is_listed(ward: Clinic, command: str, who: str) -> None:
    answer = ward.ok(*words(command), "--json")
    assert " ".join(row["name"] for row in answer.rows) == who
    assert answer.json["count"] == len(who.split())
    plain = ward.ok(*words(command), "--columns", "name")
    assert plain.out.split() == (["NAME", *who.split()] if who else []), "plain lists the same, or nothing at all"


def test_a_row_holds_what_scripts_lean_on(ward: Clinic) -> None:
    answer = ward.ok("due", "14", "-w", "1y", "--json")
    found = envelope(answer, "due")
    assert (found["today"], found["count"], found["held_back"]) == ("2026-11-23", 1, {})
    (row,) = found["rows"]
    told = {
        "patient": "PT-0014",
        "mrn": "M14",
        "name": "Ned",
        "born": "1974-01-06",
        "phone": "0161 496 0014",
        "due": "2027-02-02",
        "late_days": -71,
        "status": "upcoming",
        "eligible_from": "2026-12-14",
        "last_session": "2026-11-02",
        "agents": ["lidocaine 1%"],
        "pain": {"before": 7, "after": 3},
        "flags": [],
    }
    assert {key: row[key] for key in told} == told
    (site,) = row["sites"]
    assert {key: site[key] for key in ("site", "muscle", "side", "due")} == {
        "site": 1, "muscle": "trapezius_upper", "side": "L", "due": "2027-02-02",
    }  # fmt: skip
    assert [list(reason) for reason in row["reasons"]] == [["rule", "text", "source", "until"]] * 3
    assert [(reason["rule"], reason["text"], reason["until"]) for reason in row["reasons"]] == [
        ("recall.follow-up", "treated 2026-11-02 + 3 months = 2027-02-02", None),
        (
            "interval_short",
            "injected here 2026-11-02, 42 days between sessions: next 2026-12-14 (advice)",
            "2026-12-14",
        ),
        ("no_response", "no outcome score since 2026-11-02", None),
    ]


def test_flags_are_the_alerts_that_are_not_none(clinic: Clinic) -> None:
    clinic.ok(*words("patient add 'Tan, Mei' 1971-03-04 --allergy lidocaine --bleeding apixaban"))
    clinic.inject("1", "ut l triam 40mg/ml 0.5ml", "--next", "1d", "--on", "yesterday")
    (row,) = clinic.ok("due", "--json").rows
    assert row["flags"] == ["allergy-amide", "anticoagulant"]
    assert "ALLERGY-LA ANTICOAG" in clinic.ok("due").out


def test_the_footer_counts_the_listed_and_the_held_back_by_reason(ward: Clinic) -> None:
    listed = "6 due by 2026-11-23 (4 late, 2 today)"
    held = "held back: 1 snoozed, 1 declined, 1 stopped, 1 resolved, 1 archived, 1 deceased"
    assert talk(ward.ok("due")) == [f"{listed}; {held}"]
    assert ward.ok("due", "--json").json["held_back"] == {
        "snoozed": 1, "declined": 1, "stopped": 1, "resolved": 1, "archived": 1, "deceased": 1,
    }  # fmt: skip


def test_the_footer_is_talk_and_the_list_is_data(ward: Clinic) -> None:
    answer = ward.ok("due")
    assert "held back" not in answer.out
    assert "PT-" not in answer.err
    assert talk(ward.ok("due", "--quiet")) == []
    assert ward.ok("due", "--quiet").out == answer.out


def test_nobody_due_is_no_failure(home: Clinic, clinic: Clinic) -> None:
    answer = clinic.ok("due")
    assert (answer.out, talk(answer)) == ("", ["nobody due by 2026-11-23"])
    found = envelope(clinic.ok("due", "--json"), "due")
    assert (found["count"], found["rows"], found["held_back"]) == (0, [], {})


SILENT = """
command                          | exit | prints
due --if-any                     | 0    | yes
due --if-any 13                  | 0    | no
due --if-any --json 13           | 0    | no
due --exit-code                  | 10   | yes
due --exit-code 13               | 0    | no
due --exit-code --if-any         | 10   | yes
due --exit-code --if-any 13      | 0    | no
due --exit-code --json           | 10   | yes
due --exit-code --status snoozed | 10   | yes
"""


@pytest.mark.parametrize(("command", "code", "prints"), rows(SILENT), ids=[row[0] for row in rows(SILENT)])
def test_for_scripts_that_only_ask_whether(ward: Clinic, command: str, code: str, prints: str) -> None:
    answer = ward.run(*words(command))
    assert (answer.code, bool(answer.out)) == (int(code), prints == "yes")


def test_if_any_says_nothing_at_all_when_nobody_is_due(ward: Clinic) -> None:
    """So that cron sends no mail. The notice that the clock is set is for tests, and cron sets no clock."""
    assert talk(ward.ok("due", "--if-any", "13")) == []


def test_one_row_for_a_patient_at_the_earliest_of_the_sites(clinic: Clinic) -> None:
    who = clinic.patient()
    clinic.inject(who, "ut l lido 1% 1ml", "--next", "3mo", "--on", "2026-08-23", "--pain", "7:3")
    clinic.inject(who, "gm r triam 40mg/ml 0.5ml", "--next", "6w", "--on", "2026-09-14", "--pain", "5")
    (row,) = clinic.ok("due", "--json").rows
    assert (row["due"], row["agents"], row["pain"]) == (
        "2026-10-26", ["triamcinolone acetonide 40 mg/mL"], {"before": 5, "after": None},
    )  # fmt: skip
    assert [(site["muscle"], site["due"]) for site in row["sites"]] == [
        ("gluteus_medius", "2026-10-26"),
        ("trapezius_upper", "2026-11-23"),
    ]
    assert row["last_session"] == "2026-09-14"


def test_the_columns(ward: Clinic) -> None:
    headings = "DUE LATE PATIENT NAME BORN PHONE SITES LAST AGENT PAIN STATUS ELIGIBLE FLAGS"
    assert ward.ok("due").out.splitlines()[0].split() == headings.split()
    assert ward.ok("due", "--format", "csv").out.splitlines()[0] == headings.lower().replace(" ", ",")
    line = ward.ok("due", "2").out.splitlines()[1]
    assert " ".join(line.split()) == (
        "2026-11-23 0d PT-0002 Bea 1972-01-03 0161 496 0002 UT-L 2026-08-23 lidocaine 1% 7:3 due 2026-10-04 -"
    )


def test_explain_adds_why(ward: Clinic) -> None:
    answer = ward.ok("due", "6", "--explain", "--columns", "patient,reasons", "--format", "tsv")
    assert answer.out.splitlines() == [
        "patient\treasons",
        "PT-0006\ttreated 2024-02-29 + 1 year = 2025-02-28 (no day 29 in that month); injected here 2024-02-29,"
        " 42 days between sessions: next 2024-04-11 (advice); no outcome score since 2024-02-29",
    ]


SHIFTED = """
setting            | who is listed           | who stands otherwise
recall.due 14      | Fay Eve Dan             |
recall.overdue 13  | Fay Eve Dan Cal Bea Pam | Cal
recall.lapsed 700  | Fay Eve Dan Cal Bea Pam | Eve Fay
"""


@pytest.mark.parametrize(("setting", "who", "otherwise"), rows(SHIFTED))
def test_the_clinic_says_when_late_is_late(
    ward: Clinic, tmp_path: Path, setting: str, who: str, otherwise: str
) -> None:
    shutil.copytree(ward.home, tmp_path, dirs_exist_ok=True)
    own = Clinic(tmp_path)
    before = {row["name"]: row["status"] for row in own.ok("due", "--json").rows}
    own.ok("config", "set", *setting.split())
    after = {row["name"]: row["status"] for row in own.ok("due", "--json").rows}
    assert " ".join(after) == who
    assert sorted(name for name in after if after[name] != before[name]) == otherwise.split()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_the_machines_zone_moves_nothing(ward: Clinic, zone: str) -> None:
    here, there = ward.process("due", "--json"), ward.process("due", "--json", TZ=zone, LC_ALL="C", COLUMNS="40")
    assert _rows(here) == _rows(there)


def _rows(answer: Answer) -> list[dict[str, object]]:
    assert answer.code == 0, answer
    return answer.rows


# Due is not the same as eligible, and a repeat is not automatic


CAPPED = """
Ann | 2026-09-28 | 6w  | | | | | medicare_mac
Bea | 2026-10-26 | 2w  | | | | | medicare_mac
Cal | 2026-10-26 | 2w  | | | | | acme
Dan | 2026-10-12 | 6w  | | | | | medicare_mac
"""
"""Bea would be back on 9 November; her payer wants six weeks, until 7 December. Cal's payer has no rules."""


@pytest.fixture
def insured(clinic: Clinic) -> Clinic:
    return board(clinic, CAPPED)


def test_who_the_payer_does_not_pay_for_yet_is_held_back_and_counted(insured: Clinic) -> None:
    assert [row["name"] for row in insured.ok("due", "--json").rows] == ["Ann", "Cal", "Dan"]
    answer = insured.ok("due")
    assert talk(answer) == ["3 due by 2026-11-23 (2 late, 1 today); held back: 1 capped"]
    (row,) = insured.ok("due", "--status", "capped", "--json").rows
    assert (row["name"], row["due"], row["eligible_from"]) == ("Bea", "2026-11-09", "2026-12-07")
    assert row["sites"][0]["held_until"] == "2026-12-07"


def test_on_the_day_the_payer_allows_it_the_patient_is_back_on_the_list(insured: Clinic) -> None:
    assert "Bea" not in insured.ok("due", TPI_TODAY="2026-12-06").out
    assert "Bea" in insured.ok("due", TPI_TODAY="2026-12-07").out


def test_a_clinic_that_scores_its_patients_looks_before_it_repeats(shipped: Clinic) -> None:
    """No score, too little relief, enough relief: only the last is just due."""
    for name, later in (("Ann", None), ("Bea", "6"), ("Cal", "2")):
        who = shipped.patient(name)
        shipped.inject(who, "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", "3mo", "--pain", "8:4")
        if later:
            shipped.ok("outcome", who, later, "--on", "2026-10-20")
    found = {row["name"]: row["status"] for row in shipped.ok("due", "--json").rows}
    assert found == {"Ann": "reassess", "Bea": "reassess", "Cal": "due"}
    assert [row["name"] for row in shipped.ok("due", "--status", "reassess", "--json").rows] == ["Ann", "Bea"]
    assert talk(shipped.ok("due")) == ["3 due by 2026-11-23 (0 late, 3 today)"]


def test_dates_worked_out_with_other_rules_are_said_to_be(clinic: Clinic) -> None:
    from tests.store.places import place
    from tpi_cli.store.write import transaction

    assert talk(clinic.ok("due")) == ["nobody due by 2026-11-23"]
    with transaction(place(clinic)) as writing:
        writing.db.run("UPDATE clinic SET knowledge = 'rules of last year'")
    old = "due dates were worked out with other rules than this tpi has: tpi db migrate"
    assert talk(clinic.ok("due")) == [old, "nobody due by 2026-11-23"]
    assert talk(clinic.ok("due", "--json")) == []
