"""`tpi bill`: a patient's day as a coder gets it; which days may be asked for; what every format holds."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests.commands.parse.tables import noise, read_or_refused
from tests.commands.reading import copied, envelope, everything, made, one_line, refused, rows, talk
from tests.conftest import Answer, Clinic
from tests.shape.test_imports import HEAVY, loaded
from tpi_cli.commands.parse import ranges

HEADER = ["date", "session", "patient", "mrn", "name", "born", "code", "units", "modifier", "sure", "why"]


@pytest.fixture(scope="module")
def _month(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Path:
    def build(clinic: Clinic) -> None:
        clinic.patient("Tan, Mei", "1971-03-04", "--mrn", "A12")
        clinic.patient("Ruiz, Ana", "1965-04-05")
        clinic.inject("1", "ut l, mt l, ut r lido 1% 1ml each", "--on", "2026-11-20")
        clinic.inject("1", "ls l, is l ropi 0.2% 3ml total", "--on", "2026-11-20", "--dx", "M54.2")
        clinic.inject("2", "gm r dry", "--on", "2026-11-20")
        clinic.inject("2", "ut l methylpred 20mg", "--on", "2026-10-31")
        clinic.inject("2", "ut l lido 1% 1ml", "--on", "2026-11-23")
        clinic.ok("session", "void", "S-005M", "--reason", "wrong patient", "--yes")

    return made(tmp_path_factory, _template, build)


@pytest.fixture
def month(tmp_path: Path, _month: Path) -> Clinic:
    """20 Nov: Mei with S-0018 and S-002B, Ana with S-003E. 31 Oct: Ana with S-004H. S-005M, today, is void."""
    return copied(_month, tmp_path)


def _told(answer: Answer) -> list[tuple[Any, ...]]:
    """Patient, code, units and whether it is sure, row by row."""
    return [(row["patient"], row["code"], row["units"], row["sure"]) for row in answer.rows]


def test_a_day_is_counted_together_and_coded_once(month: Clinic) -> None:
    assert _told(month.ok("bill", "2026-11-20", "--json")) == [
        ("PT-0001", "20553", 1, True),
        ("PT-0001", "J2003", 30, False),
        ("PT-0001", "J2795", 6, True),
        ("PT-0001", "M54.2", None, True),
        ("PT-0001", "M79.12", None, False),
        ("PT-0001", "M79.18", None, False),
        ("PT-0002", "20560", 1, True),
        ("PT-0002", "M79.18", None, False),
    ]


def test_a_row_holds_what_scripts_lean_on(month: Clinic) -> None:
    found = envelope(month.ok("bill", "2026-11-20", "--json"), "bill")
    assert found["rows"][0] == {
        "date": "2026-11-20", "sessions": ["S-0018", "S-002B"], "patient": "PT-0001", "mrn": "A12",
        "name": "Tan, Mei", "born": "1971-03-04", "kind": "procedure", "code": "20553", "units": 1,
        "modifier": None, "sure": True,
        "why": "3 muscles injected: infraspinatus, levator scapulae, trapezius;"
               " each side counted apart it would be 4: 20553",
        "note": "each side counted apart it would be 4: 20553", "source": "cms-tpi-lcd|aapc",
    }  # fmt: skip
    assert [row["kind"] for row in found["rows"][:6]] == ["procedure", "drug", "drug", *["diagnosis"] * 3]
    assert {row["modifier"] for row in found["rows"] if row["kind"] == "drug"} == {"check JW or JZ"}
    told = (found["from"], found["to"], found["sides"], found["sign_off"])
    assert told == ("2026-11-20", "2026-11-20", "once", "not signed off")


def test_the_report_off_a_terminal(month: Clinic) -> None:
    answer = month.ok("bill", "2026-11-20")
    lines = [re.split(" {2,}", line) for line in answer.out.splitlines()]
    assert lines[0] == [name.upper() for name in HEADER]
    assert lines[1][:10] == [
        *("2026-11-20", "S-0018 S-002B", "PT-0001", "A12", "Tan, Mei", "1971-03-04", "20553", "1", "-", "yes"),
    ]
    assert lines[2][6:10] == ["J2003", "30", "check JW or JZ", "check"]
    assert talk(answer) == [
        "8 suggestions for 2 patients, Fri 20 Nov 2026 (3 days ago)",
        "suggestions for a coder, who decides; the code tables are not signed off",
    ]


def test_the_file_of_a_day(month: Clinic) -> None:
    month.today = "2026-11-20"
    file = month.home / "today.csv"
    answer = month.ok("bill", "today", "--format", "csv", "-o", str(file))
    assert answer.out == ""
    header, *found = csv.reader(io.StringIO(file.read_text(encoding="utf-8")))
    assert header == HEADER
    assert [row[6:10] for row in found[:4]] == [
        ["20553", "1", "", "yes"],
        ["J2003", "30", "check JW or JZ", "check"],
        ["J2795", "6", "check JW or JZ", "yes"],
        ["M54.2", "", "", "yes"],
    ]


def test_names_give_way_on_a_narrow_terminal(month: Clinic) -> None:
    answer = month.ok("bill", "2026-11-20", "--format", "table", "--width", "80")
    header = answer.out.splitlines()[0]
    assert {"CODE", "UNITS", "SURE"} <= set(header.split())
    assert "NAME" not in header
    assert any("no room for" in line and "BORN" in line for line in talk(answer))


ASKED = """
asked                    | sessions
today                    |
2026-11-23               |
2026-11-20               | S-0018 S-002B S-003E
20 Nov                   | S-0018 S-002B S-003E
last fri                 | S-0018 S-002B S-003E
2026-11                  | S-0018 S-002B S-003E
2026-11-01..2026-11-30   | S-0018 S-002B S-003E
2026-10-31..2026-11-19   | S-004H
2026-10-31 .. 31 Oct     | S-004H
2026-10..2026-11         | S-004H S-0018 S-002B S-003E
2026-10                  | S-004H
3 weeks ago..yesterday   | S-0018 S-002B S-003E
2026-11-21..2027-12-31   |
"""


@pytest.mark.parametrize(("asked", "sessions"), rows(ASKED), ids=[row[0] for row in rows(ASKED)])
def test_the_days_that_may_be_asked_for(month: Clinic, asked: str, sessions: str) -> None:
    found = month.ok("bill", *asked.split(), "--json").rows
    assert list(dict.fromkeys(code for row in found for code in row["sessions"])) == sessions.split()


def test_without_a_day_it_is_today(month: Clinic) -> None:
    assert talk(month.ok("bill")) == ["nothing to bill, Mon 23 Nov 2026 (today)"]
    month.today = "2026-11-20"
    assert month.ok("bill", "--json").rows == month.ok("bill", "2026-11-20", "--json").rows != []


REFUSED = """
asked                    | caret                  | words            | hint
tomorrow                 | tomorrow               | in the future    | up to today
2026-12-01               | 2026-12-01             | in the future    | up to today
2027-01                  | 2027-01                | in the future    | up to today
2026-11-24..2026-11-30   | 2026-11-24             | in the future    | up to today
2026-11-20..2026-11-01   | 2026-11-20..2026-11-01 | before it begins | write 2026-11-01..2026-11-20
2026-11..2026-10         | 2026-11..2026-10       | before it begins | write 2026-10..2026-11
2026-11-01..             | 2026-11-01..           | lacks an end     | 2026-11-01..2026-11-30
..2026-11-01             | ..2026-11-01           | lacks an end     | 2026-11-01..2026-11-30
2026-13                  | 2026-13                | no month 13      | 2026-11
1899-12                  | 1899-12                | outside          | year
2026-11-01..2026-31-12   | 31                     | no month 31      | year-month-day
03/04/2026               | 03/04/2026             | could be         | 2026-04-03
2026-11-01..30 Feb       | 30                     | 28 days          | 1 to 28
2026-10-01..2026-10-02..2026-10-03 | 2026-10-01..2026-10-02..2026-10-03 | one first day | 2026-11-01..2026-11-30
"""


@pytest.mark.parametrize(("asked", "caret", "words", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_days_that_are_refused(month: Clinic, asked: str, caret: str, words: str, hint: str) -> None:
    code, line, told = refused(month, "bill", asked)
    assert (code, words in line, hint in told) == (2, True, True), (line, told)
    shown, under = month.run("bill", asked).err.splitlines()[-3:-1]
    assert shown[under.index("^") : under.rindex("^") + 1].strip().startswith(caret)


def test_a_missing_day_is_refused(month: Clinic) -> None:
    assert one_line(month.run("bill", ""))[0] == "the date is missing"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_typed_is_understood_or_refused_with_a_caret(seed: int) -> None:
    from datetime import date

    today = date(2026, 11, 23)
    for text in noise(["..", "2026-11-01", "2026-11", "31 Oct", "today", "6w", "ago", "-"], 500, seed):
        found = read_or_refused(lambda typed: ranges.days(typed, today), text)
        assert found is None or (found.first <= found.last and found.first <= today), text


def test_void_sessions_are_not_counted(month: Clinic) -> None:
    month.ok("session", "void", "S-002B", "--reason", "entered twice", "--yes")
    found = month.ok("bill", "2026-11-20", "--json").rows
    assert (found[0]["code"], found[0]["sessions"]) == ("20552", ["S-0018"])
    assert "J2795" not in [row["code"] for row in found]


def test_sides_are_the_clinics_setting(month: Clinic) -> None:
    month.ok("session", "void", "S-002B", "--reason", "entered twice", "--yes")
    month.inject("1", "ls l lido 1% 1ml", "--on", "2026-11-20")
    once = month.ok("bill", "2026-11-20", "--json").rows[0]
    assert (once["code"], once["note"]) == ("20552", "each side counted apart it would be 3: 20553")
    assert month.ok("config", "get", "billing.sides").out == "once\n"
    month.ok("config", "set", "billing.sides", "each")
    answer = month.ok("bill", "2026-11-20", "--json")
    each = answer.rows[0]
    assert (each["code"], each["note"]) == ("20553", "both sides counted once it would be 2: 20552")
    assert answer.json["sides"] == "each"


def test_sides_take_one_of_two_values(clinic: Clinic) -> None:
    code, line, hint = refused(clinic, "config", "set", "billing.sides", "both")
    assert (code, line, hint) == (2, "billing.sides cannot be 'both'", "one of once, each")


def test_prolotherapy_is_not_billed_as_an_injection(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "ut l dextrose 50mg, ls l prp 10mg, is l lido 1% 1ml")
    found = [row for row in clinic.ok("bill", "--json").rows if row["kind"] == "procedure"]
    assert [(row["code"], row["sure"]) for row in found] == [("20552", True), (None, False), (None, False)]
    assert found[0]["why"] == "1 muscle injected: infraspinatus"
    assert found[1]["why"].startswith("levator scapulae L: not counted after biologic or unapproved; ")
    assert found[2]["why"].startswith("trapezius L: not counted after dextrose; ")


def test_a_mix_shared_or_given_to_each_site(clinic: Clinic) -> None:
    """What went into the patient is billed: two syringes of `each`, one of `total`."""
    clinic.patient()
    clinic.inject("1", "ut l, ls l triam 40mg/ml 0.5ml each", "--on", "2026-11-20")
    clinic.inject("1", "gm r, is r triam 40mg/ml 0.5ml total", "--on", "2026-11-21")
    found = [row for row in clinic.ok("bill", "2026-11", "--json").rows if row["kind"] == "drug"]
    assert [(row["code"], row["units"]) for row in found] == [("J3301", 4), ("J3301", 2)]


def test_the_clinics_own_agents(clinic: Clinic) -> None:
    """One of no known kind makes the procedure one to check; a new anaesthetic does not; stock changes no code."""
    clinic.patient()
    clinic.ok("agent", "add", "Local Mix", "2mg/ml", "--kind", "other")
    clinic.ok("agent", "add", "articaine", "4%", "--kind", "amide")
    clinic.ok("agent", "add", "ropivacaine", "0.2%")
    for day, items in (("20", "ut l local_mix 1ml"), ("21", "ut l articaine 1ml"), ("22", "ut l ropi 1ml")):
        clinic.inject("1", items, "--on", f"2026-11-{day}")
    found = clinic.ok("bill", "2026-11", "--json").rows
    procedures = [(row["code"], row["sure"]) for row in found if row["kind"] == "procedure"]
    assert procedures == [("20552", False), ("20552", True), ("20552", True)]
    drugs = [(row["code"], row["units"], row["sure"]) for row in found if row["kind"] == "drug"]
    assert drugs == [(None, None, False), (None, None, False), ("J2795", 2, True)]


def test_what_redact_leaves(month: Clinic) -> None:
    whole, names, every = (month.ok("bill", "2026-11-20", "--json", "--redact", level).rows[1]
                           for level in ("none", "names", "all"))  # fmt: skip
    assert list(whole) == list(names) == list(every)
    assert [names[key] for key in ("name", "born", "mrn")] == [None] * 3
    assert (names["code"], names["units"], names["why"]) == (whole["code"], whole["units"], whole["why"])
    assert [every[key] for key in ("code", "units", "why", "note", "source")] == [None] * 5
    assert (every["patient"], every["sessions"]) == ("PT-0001", ["S-0018", "S-002B"])


@pytest.mark.parametrize("form", ["plain", "table", "csv", "tsv", "json", "ndjson"])
def test_redact_all_leaves_out_what_was_done(month: Clinic, form: str) -> None:
    answer = month.ok("bill", "2026-11", "--format", form, "--redact", "all", "--wide")
    told = answer.out + answer.err
    assert "S-0018" in told
    hidden = ("Tan", "1971", "A12", "20553", "20560", "J2003", "J2795", "M54.2", "M79", "trapezius", "lidocaine",
              "naropin", "cms-tpi-lcd")  # fmt: skip
    assert [word for word in hidden if word in told] == []


def test_reading_changes_nothing_and_loads_nothing_heavy(month: Clinic) -> None:
    before = everything(month)
    assert loaded(month, "bill", "2026-11") & HEAVY == set()
    assert everything(month) == before


def test_sessions_that_were_brought_in(sample: Clinic) -> None:
    """Every session of the sample clinic that counts is billed or said not to be, once."""
    listed = [row["session"] for row in sample.ok("session", "list", "--json").rows if not row["voided"]]
    found = sample.ok("bill", "2015-01-01..today", "--json").rows
    assert {code for row in found for code in row["sessions"]} == set(listed)
    coded = [(row["date"], row["patient"]) for row in found if row["kind"] == "procedure" and row["code"]]
    assert len(set(coded)) == len(coded)
