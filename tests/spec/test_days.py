"""What belongs to one day, and what an entry for a past day is judged by. The tests' today is Monday 2026-11-23."""

import pytest

from tests.commands.reading import words
from tests.conftest import Clinic

PAID = ("--payer", "medicare_mac", "--weight", "70")


def found(clinic: Clinic, plan: str) -> dict[str, str]:
    """Level by rule of a plan, as it would be recorded."""
    answer = clinic.run("inject", "1", *words(plan), "--consent", "written", "--dry-run", "--json")
    return {one["rule"]: one["level"] for one in answer.json["findings"]}


def treated(clinic: Clinic, on: str, items: str, *more: str) -> None:
    reasons = ("cap_reached", "interval_short", "steroid_interval", "ketorolac_use", "regions_over")
    clinic.inject("1", items, "--on", on, *(f"--override={rule}=test" for rule in reasons), *more)


@pytest.fixture
def ward(shipped: Clinic) -> Clinic:
    shipped.patient("Tan, Mei", "1971-03-04", *PAID)
    return shipped


def test_two_entries_of_a_day_are_one_session_to_the_payer(ward: Clinic) -> None:
    for day in ("2026-03-01", "2026-06-01", "2026-11-23"):
        treated(ward, day, "ut l lido 1% 1ml")
    assert {"cap_reached", "interval_short"}.isdisjoint(found(ward, "ut l lido 1% 1ml"))
    treated(ward, "2026-10-20", "gm l lido 1% 1ml")
    assert found(ward, "ls l lido 1% 1ml")["cap_reached"] == "override", "the fourth session, in two entries"


def test_the_regions_and_the_drugs_of_a_day_are_taken_together(ward: Clinic) -> None:
    treated(ward, "2026-11-23", "ut l ketorolac 40mg")
    second = found(ward, "gm l ketorolac 30mg")
    assert (second["regions_over"], second["agent_over_limit"]) == ("override", "override")


def test_a_score_of_the_whole_patient_is_of_every_site_of_the_day(ward: Clinic) -> None:
    treated(ward, "2026-08-01", "gm l lido 1% 1ml", "--pain", "8", "--next", "3mo")
    treated(ward, "2026-08-01", "pir l lido 1% 1ml", "--next", "3mo")
    ward.ok("outcome", "1", "2", "--on", "2026-09-20")
    (row,) = ward.ok("due", "--json").rows
    assert [site["status"] for site in row["sites"]] == ["overdue", "overdue"]
    assert "75% relief" in ward.ok("outcome", "1", "2", "--on", "2026-09-21").out


def test_a_dry_needle_lets_nobody_past_the_cap(ward: Clinic) -> None:
    for day in ("2026-03-01", "2026-06-01", "2026-10-01"):
        treated(ward, day, "gm l lido 1% 1ml", "--next", "3mo")
    treated(ward, "2026-11-05", "gm l dry", "--next", "2w")
    (row,) = ward.ok("why", "1", "--json").rows
    assert row["eligible_from"] == "2027-03-01"
    assert "cap_reached" in [reason["rule"] for reason in row["reasons"]]


def test_a_late_entry_is_judged_by_the_alerts_of_its_day(ward: Clinic) -> None:
    ward.ok(*words("patient alert 1 add pregnancy --on 2026-01-01"))
    ward.ok(*words("patient alert 1 end pregnancy --on 2026-10-01"))
    assert "pregnancy" in found(ward, "gm l lido 1% 1ml --on 2026-06-01")
    assert "pregnancy" not in found(ward, "gm l lido 1% 1ml --on 2026-10-01")
    assert "pregnancy" not in found(ward, "gm l lido 1% 1ml --on 2025-12-31")


def test_a_late_entry_is_laid_beside_what_came_after_it(ward: Clinic) -> None:
    treated(ward, "2026-08-01", "ut l triam 40mg/ml 0.5ml")
    late = found(ward, "ut l triam 40mg/ml 0.5ml --on 2026-07-28")
    assert (late["steroid_interval"], late["interval_short"]) == ("override", "warn")
    assert {"steroid_interval", "interval_short"}.isdisjoint(found(ward, "ls l triam 40mg/ml 0.5ml --on 2026-07-28"))


def test_a_reason_is_told_at_the_sites_it_was_given_for(ward: Clinic) -> None:
    treated(ward, "2026-11-01", "ut l, ls l lido 1% 1ml each")
    ward.inject("1", "ut l, ls l, scm l lido 1% 1ml each", "--override", "interval_short=flare")
    told = {row["site"]: [one["text"] for one in row["reasons"]] for row in ward.ok("why", "1", "--json").rows}
    assert {site: "recorded all the same: flare" in texts for site, texts in told.items()} == {
        1: True,
        2: True,
        3: False,
    }
    code = ward.ok("session", "list", "1", "--json").rows[0]["session"]
    kept = next(
        one for one in ward.ok("session", "show", code, "--json").json["findings"] if one["rule"] == "interval_short"
    )
    assert kept["sites"] == [1, 2]
    assert kept["text"].startswith("upper trapezius L, levator scapulae L: injected here 2026-11-01")


def test_a_payer_without_a_row_on_the_day_leaves_the_clinics_advice(ward: Clinic) -> None:
    ward.ok(*words("patient edit 1 --payer newco"))
    ward.ok(*words("payer add newco --from 2027-01-01 --max-sessions 2 --reason 'their letter'"))
    treated(ward, "2026-11-01", "ut l lido 1% 1ml")
    levels = found(ward, "ut l lido 1% 1ml")
    assert (levels["interval_short"], levels["payer_unknown"]) == ("warn", "note")


def test_worse_than_before_is_looked_at_first_whoever_pays(ward: Clinic) -> None:
    ward.ok(*words("patient edit 1 --payer bcbs_ma"))
    treated(ward, "2026-08-01", "ut l lido 1% 1ml", "--pain", "5", "--next", "3mo")
    ward.ok("outcome", "1", "9", "--on", "2026-09-20")
    (row,) = ward.ok("due", "--json").rows
    assert row["status"] == "reassess"
    assert "relief -80 % since 2026-08-01, no better" in [one["text"] for one in row["reasons"]]


def test_no_reason_goes_past_a_missing_side_not_even_beside_a_given_one(ward: Clinic) -> None:
    answer = ward.run("inject", "1", *words("ut l lido 1% 1ml --override laterality_missing=left --yes"))
    assert (answer.code, "no reason goes past a missing side" in answer.err) == (2, True)
    dot = ward.run("inject", "1", *words("ut l lido 1% 1ml --override consent_missing=. --yes"))
    assert (dot.code, "has no word in it" in dot.err) == (2, True)


@pytest.mark.parametrize("command", ["check", "inject"])
def test_redacting_all_leaves_who_and_what_stops(ward: Clinic, command: str) -> None:
    ward.ok(*words("patient alert 1 add anticoagulant apixaban"))
    more = ["--dry-run"] if command == "inject" else []
    plan = words("psoas l lido 1% 1ml --note 'a remark' --consent written")
    answer = ward.run(command, "1", *plan, *more, "--redact", "all")
    assert answer.code == 4
    for word in ("psoas", "lidocaine", "apixaban", "remark", "Tan", "TAN"):
        assert word not in answer.out, word
    names = ward.run(command, "1", *plan, *more, "--redact", "names")
    assert "remark" not in names.out
    assert "apixaban" not in names.out
    assert "psoas major L" in names.out
