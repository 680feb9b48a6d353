"""`tpi exposure`: local anaesthetic and steroid added up, of everybody and of one patient, by the table of agents."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, made, refused, rows, talk, words
from tests.conftest import Clinic
from tests.store.places import records
from tpi_cli.reference.agents import all_agents

GIVEN = """
who | day        | items
1   | 2025-11-23 | gm r triam 40mg/ml 1ml
1   | 2025-11-24 | gm r triam 40mg/ml 0.5ml
1   | 2026-03-02 | gm r dexamethasone 4mg/ml 1ml
1   | 2026-09-07 | gm r, is l triam 40mg/ml 0.5ml each
1   | 2026-11-02 | is l lido 1% 10ml + bupi 0.25% 10ml
2   | 2026-11-02 | ut l lido 1% 3ml
3   | 2026-11-02 | ut l dry
4   | 2026-05-04 | gm r methylpred 40mg/ml 3ml
4   | 2026-11-02 | gm l methylpred 40mg/ml 1ml
5   | 2026-11-09 | is l lido 1% 31ml
"""
REASONS = ("steroid_interval", "la_over_limit")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """Patient 1 weighs 70 kg and had steroid at two sites; 3 only a dry needle; 4 all the advice; 5 more lidocaine."""

    def build(clinic: Clinic) -> None:
        for number in range(1, 7):
            clinic.patient(f"Person {number}", "1980-01-02", "--weight", "70")
        for who, on, items in rows(GIVEN):
            reasons = [word for rule in REASONS for word in ("--override", f"{rule}=as agreed")]
            clinic.inject(who, items, "--on", on, *reasons)

    return Clinic(made(tmp_path_factory, _template, build))


@pytest.fixture
def own(tmp_path: Path, ward: Clinic) -> Clinic:
    """The same, to be changed."""
    return copied(ward.home, tmp_path)


def ledger(clinic: Clinic, who: str, *more: str, **env: str) -> dict[str, Any]:
    """Everything beside the doses."""
    answer = clinic.ok("exposure", who, *more, "--json", **env)
    return envelope(answer, "exposure")


def test_steroids_are_added_up_as_methylprednisolone(ward: Clinic) -> None:
    """Triamcinolone 20 + 20 + 20 mg and dexamethasone 4 mg; what was given a year ago to the day counts no more."""
    factor = {agent: all_agents()[agent].mpa_factor for agent in ("triamcinolone_acetonide", "dexamethasone")}
    assert factor == {"triamcinolone_acetonide": Decimal(1), "dexamethasone": Decimal("5.33")}
    steroid = ledger(ward, "1")["steroid"]
    assert (steroid["equivalent_mg"], steroid["limit_mg"], steroid["days"], steroid["last"]) == (
        "81.32", "160", 3, "2026-09-07",
    )  # fmt: skip
    assert steroid["sites"] == [
        {"muscle": "gluteus_medius", "side": "R", "equivalent_mg": "61.32", "times": 3, "again_from": "2026-12-06"},
        {"muscle": "infraspinatus", "side": "L", "equivalent_mg": "20", "times": 1, "again_from": "2026-12-06"},
    ]


def test_a_site_at_its_number_of_sessions_is_over(ward: Clinic) -> None:
    assert ledger(ward, "1")["over_limit"] is True
    assert ledger(ward, "1", TPI_TODAY="2026-11-24")["over_limit"] is False, "one of the three counts no more"


def test_the_fullest_day_of_anaesthetic(ward: Clinic) -> None:
    """Lidocaine 100 mg of 300 and bupivacaine 25 mg of 140 at 70 kg."""
    assert ledger(ward, "1")["anaesthetic"] == {
        "peak_fraction": "0.512", "peak_on": "2026-11-02", "profile": "us-label",
    }  # fmt: skip


def test_the_profile_of_the_clinic_holds(own: Clinic) -> None:
    """For what comes in from now on; a session keeps the fraction it was recorded with."""
    own.ok("config", "set", "dose.profile", "conservative")
    assert ledger(own, "2")["anaesthetic"] == {
        "peak_fraction": "0.100", "peak_on": "2026-11-02", "profile": "conservative",
    }  # fmt: skip
    assert talk(own.ok("exposure")) == ["steroid advice 160 mg in 12 months; limits of conservative"]


WINDOWS = """
today      | months | mg
2025-11-22 | 12     | 0
2025-11-23 | 12     | 40
2025-11-24 | 12     | 60
2026-11-22 | 12     | 121.32
2026-11-23 | 12     | 81.32
2026-11-24 | 12     | 61.32
2026-11-23 | 9      | 61.32
2026-11-23 | 3      | 40
2026-12-06 | 3      | 40
2026-12-07 | 3      | 0
2026-11-23 | 2      | 0
2026-11-23 | 13     | 121.32
"""


@pytest.mark.parametrize(("today", "months", "mg"), rows(WINDOWS))
def test_the_window_is_calendar_months(ward: Clinic, today: str, months: str, mg: str) -> None:
    """A dose counts up to the day before the same day of the month, so many months later."""
    assert ledger(ward, "1", "--months", months, TPI_TODAY=today)["steroid"]["equivalent_mg"] == mg


def test_a_month_without_that_day_ends_on_the_first_of_the_next(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "gm r triam 40mg/ml 1ml", "--on", "2025-12-31")
    for today, mg in (("2026-02-28", "40"), ("2026-03-01", "0")):
        assert ledger(clinic, "1", "--months", "2", TPI_TODAY=today)["steroid"]["equivalent_mg"] == mg


def test_the_months_of_the_clinics_own_rule(own: Clinic) -> None:
    own.ok(*words("rule set steroid_total --value months=3 --value mg=40 --reason 'clinic policy 12'"))
    found = ledger(own, "1")
    assert (found["steroid"]["equivalent_mg"], found["steroid"]["limit_mg"]) == ("40", "40")
    assert found["over_limit"] is True, "at the advice is over"
    assert talk(own.ok("exposure"))[-1] == "steroid advice 40 mg in 3 months; limits of us-label"


# --- the list


def test_everybody_who_had_any(ward: Clinic) -> None:
    """A dry needle is no exposure; who was never treated is not listed."""
    answer = ward.ok("exposure")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines == [
        "PATIENT NAME BORN STEROID MG OF ADVICE DAYS LAST STEROID BY SITE PEAK PEAK ON LIMIT",
        "PT-0001 Person 1 1980-01-02 81.32 #####..... 50% 3 2026-09-07 GM-R:3 IS-L:1 0.512 2026-11-02 OVER",
        "PT-0002 Person 2 1980-01-02 - - - - - 0.100 2026-11-02 -",
        "PT-0004 Person 4 1980-01-02 160 ########## 100% 2 2026-11-02 GM-R:1 GM-L:1 - - OVER",
        "PT-0005 Person 5 1980-01-02 - - - - - 1.033 2026-11-09 OVER",
    ]
    assert talk(answer) == ["steroid advice 160 mg in 12 months; limits of us-label"]


OVER = """
options                  | who
--over-limit             | 1 4 5
--over-limit --months 6  | 1 4 5
--over-limit --months 1  | 1 4 5
--months 1               | 1 2 4 5
--over-limit --months 24 | 1 4 5
"""


@pytest.mark.parametrize(("options", "who"), rows(OVER), ids=[row[0] for row in rows(OVER)])
def test_only_those_over_a_limit(ward: Clinic, options: str, who: str) -> None:
    found = ward.ok("exposure", *words(options), "--json").rows
    assert " ".join(row["patient"][-1] for row in found) == who
    if "over" in options:
        assert all(row["over_limit"] for row in found)


def test_a_row_for_programs(ward: Clinic) -> None:
    found = envelope(ward.ok("exposure", "--json"), "exposure")
    (row,) = [row for row in found["rows"] if row["patient"] == "PT-0005"]
    assert row == {
        "patient": "PT-0005", "name": "Person 5", "born": "1980-01-02",
        "steroid": {"equivalent_mg": "0", "limit_mg": "160", "days": 0, "last": None, "sites": []},
        "anaesthetic": {"peak_fraction": "1.033", "peak_on": "2026-11-09", "profile": "us-label"},
        "over_limit": True,
    }  # fmt: skip


def test_nobody_exposed(clinic: Clinic) -> None:
    clinic.patient()
    answer = clinic.ok("exposure")
    assert answer.out == ""
    assert clinic.ok("exposure", "--json").rows == []


# --- one patient, dose by dose


def test_one_patients_doses_with_the_running_total(ward: Clinic) -> None:
    answer = ward.ok("exposure", "1")
    lines = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert lines[0] == "DATE SESSION SITE AGENT AMOUNT EQUIVALENT MG RUNNING MG FRACTION OF LIMIT"
    doses = [line.partition(" ")[0::2] for line in lines[1:]]
    assert [(day, rest.partition(" ")[2]) for day, rest in doses] == [
        ("2025-11-24", "GM-R triamcinolone acetonide 20 mg 20 60 - ###....... 37%"),
        ("2026-03-02", "GM-R dexamethasone 4 mg 21.32 81.32 - #####..... 50%"),
        ("2026-09-07", "GM-R triamcinolone acetonide 20 mg 20 121.32 - #######... 75%"),
        ("2026-09-07", "IS-L triamcinolone acetonide 20 mg 20 121.32 - #######... 75%"),
        ("2026-11-02", "IS-L lidocaine 100 mg - - 0.512 #####..... 51%"),
        ("2026-11-02", "IS-L bupivacaine 25 mg - - 0.512 #####..... 51%"),
    ]
    assert talk(answer) == [
        "PT-0001  Person 1   born 2 Jan 1980 (46 y)",
        "steroid 81.32 of 160 mg in 12 months; GM-R again from 2026-12-06; IS-L again from 2026-12-06",
    ]


def test_the_running_total_is_that_of_its_own_day(ward: Clinic) -> None:
    """On 7 September the 40 mg of the November before still counted."""
    found = ledger(ward, "1")["rows"]
    assert [(row["date"], row["running_mg"]) for row in found if row["running_mg"]] == [
        ("2025-11-24", "60"), ("2026-03-02", "81.32"), ("2026-09-07", "121.32"), ("2026-09-07", "121.32"),
    ]  # fmt: skip


def test_a_dose_for_programs(ward: Clinic) -> None:
    *_, row = ledger(ward, "1")["rows"]
    assert {**row, "session": "S"} == {
        "date": "2026-11-02", "session": "S", "muscle": "infraspinatus", "side": "L", "agent": "bupivacaine",
        "amount": "25", "unit": "mg", "equivalent_mg": None, "running_mg": None, "fraction": "0.512",
    }  # fmt: skip


def test_a_voided_session_counts_no_more(own: Clinic) -> None:
    session = next(row["session"] for row in ledger(own, "1")["rows"] if row["date"] == "2026-03-02")
    own.ok("session", "void", session, "--reason", "wrong patient", "--yes")
    assert ledger(own, "1")["steroid"]["equivalent_mg"] == "60"


def test_units_are_told_and_never_summed(clinic: Clinic) -> None:
    clinic.patient()
    clinic.inject("1", "scm r botox 20units")
    (row,) = ledger(clinic, "1")["rows"]
    assert (row["amount"], row["unit"], row["equivalent_mg"], row["fraction"]) == ("20", "units", None, None)
    assert clinic.ok("exposure", "--json").rows == []


# --- what was given elsewhere


def test_a_dose_given_elsewhere_counts(own: Clinic) -> None:
    own.ok(*words("patient elsewhere 6 triam 40mg --on 2026-10-01 --note knee"))
    (row,) = ledger(own, "6")["rows"]
    assert (row["session"], row["muscle"], row["equivalent_mg"]) == (None, None, "40")
    assert "2026-10-01 elsewhere - triamcinolone acetonide 40 mg" in " ".join(own.ok("exposure", "6").out.split())
    own.ok(*words("patient elsewhere 1 methylpred 80mg --on 2026-10-01"))
    found = ledger(own, "1")["steroid"]
    assert (found["equivalent_mg"], found["days"], found["last"]) == ("161.32", 4, "2026-10-01")
    assert sum(site["times"] for site in found["sites"]) == 4, "elsewhere in the body is no site's"


def test_at_a_site_it_counts_for_the_site(own: Clinic) -> None:
    own.inject("6", "gm r dry", "--on", "2026-11-01")
    own.ok(*words("patient elsewhere 6 triam 40mg --site 1 --on 2026-11-05"))
    (site,) = ledger(own, "6")["steroid"]["sites"]
    assert (site["muscle"], site["times"], site["again_from"]) == ("gluteus_medius", 1, "2027-02-03")
    stopped = own.run("check", "6", "gm r triam 40mg/ml 0.5ml", "--json")
    assert {one["rule"]: one["level"] for one in stopped.json["findings"]}["steroid_interval"] == "override"


def test_anaesthetic_of_the_same_day_elsewhere_counts(own: Clinic) -> None:
    own.ok(*words("patient elsewhere 2 lidocaine 150mg --on 2026-11-02"))
    assert ledger(own, "2")["anaesthetic"]["peak_fraction"] == "0.600"


# ---


def test_nothing_is_recorded(ward: Clinic) -> None:
    before = records(ward)
    for command in ("exposure", "exposure 1", "exposure --over-limit --json"):
        ward.ok(*words(command))
    assert records(ward) == before


REFUSED = """
typed        | code | line                   | hint
99           | 3    | no patient PT-0099     | tpi find
person       | 2    | 'person' is no patient | tpi find
--months 0   | 2    | --months               |
--months 1.5 | 2    | --months               |
"""


@pytest.mark.parametrize(("typed", "code", "line", "hint"), rows(REFUSED), ids=[row[0] for row in rows(REFUSED)])
def test_what_is_refused(ward: Clinic, typed: str, code: str, line: str, hint: str) -> None:
    told = refused(ward, "exposure", *words(typed))
    assert (told[0], line in told[1], hint in told[2]) == (int(code), True, True), told


@pytest.mark.parametrize("form", ["plain", "csv", "json"])
def test_redacted(ward: Clinic, form: str) -> None:
    for command in ("exposure", "exposure 1"):
        text = ward.ok(*words(command), "--redact", "names", "--format", form)
        assert not any(word in text.out + text.err for word in ("Person", "1980-01-02", "2 Jan 1980"))
        bare = ward.ok(*words(command), "--redact", "all", "--format", form)
        done = ("Person", "triamcinolone", "lidocaine", "infraspinatus", "IS-L", "GM-R", "81.32", "0.512")
        assert not any(word in bare.out + bare.err for word in done)
        assert "PT-0001" in bare.out + bare.err, "the id stays"
