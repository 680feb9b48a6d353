"""Who is on the list, case by case. Each test is a clinic's story, a day, and the list of that day."""

import pytest

from tests.conftest import Clinic
from tests.spec.desk import expect, tell

# --- when somebody comes up


def test_a_patient_is_due_from_the_day(clinic: Clinic) -> None:
    tell(clinic, "Ann | 2026-08-23 | ut l next 3mo")
    expect(clinic, "2026-11-22", "")
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


def test_and_stays_on_the_list_however_late(clinic: Clinic) -> None:
    tell(clinic, "Ann | 2026-08-23 | ut l next 3mo")
    expect(clinic, "2026-12-06", "Ann | 2026-11-23 | due | UT-L")
    expect(clinic, "2026-12-07", "Ann | 2026-11-23 | overdue | UT-L")
    expect(clinic, "2027-02-20", "Ann | 2026-11-23 | overdue | UT-L")
    expect(clinic, "2027-02-21", "Ann | 2026-11-23 | lapsed | UT-L")
    # a year and a day, two years, ten years: nobody is dropped silently
    expect(clinic, "2027-11-24", "Ann | 2026-11-23 | lapsed | UT-L")
    expect(clinic, "2028-11-24", "Ann | 2026-11-23 | lapsed | UT-L")
    expect(clinic, "2036-11-24", "Ann | 2026-11-23 | lapsed | UT-L")


def test_the_clinic_says_when_late_is_late(clinic: Clinic) -> None:
    tell(clinic, "Ann | 2026-08-23 | ut l next 3mo")
    clinic.ok("config", "set", "recall.overdue", "3")
    clinic.ok("config", "set", "recall.lapsed", "30")
    expect(clinic, "2026-11-25", "Ann | 2026-11-23 | due | UT-L")
    expect(clinic, "2026-11-26", "Ann | 2026-11-23 | overdue | UT-L")
    expect(clinic, "2026-12-23", "Ann | 2026-11-23 | lapsed | UT-L")


def test_the_calendar_of_real_months(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Jan31 | 2026-01-31 | ut l next 1mo
        Twice | 2026-01-31 | ut l next 2mo
        Aug31 | 2026-08-31 | ut l next 3mo
        Year  | 2024-02-29 | ut l next 1y
        Leap  | 2024-02-29 | ut l next 4y
        Weeks | 2026-01-31 | ut l next 4w
        Days  | 2026-01-31 | ut l next 90d
        """,
    )
    expect(
        clinic,
        "2028-02-29",
        """
        Year  | 2025-02-28 | lapsed | UT-L
        Jan31 | 2026-02-28 | lapsed | UT-L
        Weeks | 2026-02-28 | lapsed | UT-L
        Twice | 2026-03-31 | lapsed | UT-L
        Days  | 2026-05-01 | lapsed | UT-L
        Aug31 | 2026-11-30 | lapsed | UT-L
        Leap  | 2028-02-29 | due    | UT-L
        """,
    )


def test_repeats_planned_at_each_visit_start_from_that_visit(clinic: Clinic) -> None:
    """Monthly from the 31st: from the visit of 28 February it is 28 March, and from 31 March 30 April."""
    tell(
        clinic,
        """
        Ann | 2026-01-31 | ut l next 1mo
        Ann | 2026-02-28 | ut l next 1mo
        """,
    )
    expect(clinic, "2026-03-28", "Ann | 2026-03-28 | due | UT-L")
    tell(clinic, "Ann | 2026-03-31 | ut l next 1mo")
    expect(clinic, "2026-04-30", "Ann | 2026-04-30 | due | UT-L")


def test_a_day_may_be_named_instead_of_an_interval(clinic: Clinic) -> None:
    tell(clinic, "Ann | 2026-08-23 | ut l next 2026-12-24")
    expect(clinic, "2026-12-23", "")
    expect(clinic, "2026-12-24", "Ann | 2026-12-24 | due | UT-L")


def test_who_need_not_come_back_is_not_counted_but_whom_nobody_told_is(clinic: Clinic) -> None:
    """`none` is an answer; saying nothing is not, and nobody falls through."""
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next none
        Bob | 2026-08-23 | ut l
        """,
    )
    clinic.today = "2036-11-23"
    answer = clinic.ok("due", "--json").json
    assert (answer["rows"], answer["held_back"]) == ([], {"unplanned": 1})
    (row,) = clinic.ok("due", "--status", "all", "--json").rows
    assert (row["name"], row["status"], row["due"]) == ("Bob", "unplanned", None)


# --- which plan counts


def test_a_later_session_replaces_the_plan(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-07-15 | ut l next 6mo
        """,
    )
    expect(clinic, "2026-11-23", "")
    expect(clinic, "2027-01-15", "Ann | 2027-01-15 | due | UT-L")


def test_also_with_a_shorter_one_or_with_none(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 1y
        Bob | 2026-05-01 | ut l next 3mo
        Ann | 2026-07-15 | ut l next 2w
        Bob | 2026-07-15 | ut l next none
        """,
    )
    expect(clinic, "2026-07-29", "Ann | 2026-07-29 | due | UT-L")


def test_a_session_dated_back_does_not_replace_a_later_one(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-05-01 | ut l next 1y  entered 2026-09-10
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


def test_nor_is_its_own_plan_taken_from_the_later_one(clinic: Clinic) -> None:
    """Entered late without a plan: once the later session is void, nobody ever planned anything."""
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-05-01 | ut l  entered 2026-09-10
        Ann | 2026-09-11 | void 2026-08-23
        """,
    )
    clinic.today = "2026-11-23"
    answer = clinic.ok("due", "--json").json
    assert (answer["rows"], answer["held_back"]) == ([], {"unplanned": 1})


def test_of_two_sessions_of_one_day_the_later_entry_counts(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-08-23 | ut l next 6w
        """,
    )
    expect(clinic, "2026-10-04", "Ann | 2026-10-04 | due | UT-L")


def test_a_voided_session_brings_the_earlier_plan_back(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-07-15 | ut l next 6mo
        """,
    )
    expect(clinic, "2026-08-01", "")
    tell(clinic, "Ann | 2026-07-20 | void 2026-07-15")
    expect(clinic, "2026-08-01", "Ann | 2026-08-01 | due | UT-L")


def test_without_an_earlier_plan_there_is_none(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-05-02 | void 2026-05-01
        """,
    )
    expect(clinic, "2026-11-23", "", "--status", "all")


def test_voiding_an_older_session_changes_nothing(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 1y
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-08-24 | void 2026-05-01
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


def test_what_was_decided_before_a_voided_session_holds_again(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-06-01 | stop declined
        Ann | 2026-07-15 | ut l next 6mo
        Ann | 2026-07-20 | void 2026-07-15
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 declined")


def test_a_session_that_names_no_plan_goes_on_with_the_last_interval(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 6w
        Ann | 2026-06-12 | ut l
        Ann | 2026-07-24 | ut l
        """,
    )
    expect(clinic, "2026-09-04", "Ann | 2026-09-04 | due | UT-L")


def test_but_not_with_a_single_day_and_not_after_a_refusal(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 2026-06-12
        Bob | 2026-05-01 | ut l next 6w
        Bob | 2026-06-01 | stop declined
        Ann | 2026-06-12 | ut l
        Bob | 2026-06-12 | ut l
        """,
    )
    clinic.today = "2026-11-23"
    answer = clinic.ok("due", "--json").json
    assert (answer["rows"], answer["held_back"]) == ([], {"unplanned": 2})


# --- one row a patient


def test_a_patient_has_one_row_at_the_earliest_day_naming_the_sites_that_are_due(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-07-01 | ut l next 6mo
        Ann | 2026-08-01 | ls l, ql r next 3mo
        Ann | 2026-10-01 | scm l next 1y
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-01 | overdue | LS-L QL-R")
    expect(clinic, "2027-01-01", "Ann | 2026-11-01 | overdue | LS-L QL-R UT-L")
    expect(clinic, "2027-10-01", "Ann | 2026-11-01 | lapsed | LS-L QL-R UT-L SCM-L")


def test_both_sides_are_two_sites_with_plans_of_their_own(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-07-01 | ut l, ut r next 3mo
        Ann | 2026-09-01 | ut r next 6mo
        """,
    )
    expect(clinic, "2026-10-01", "Ann | 2026-10-01 | due | UT-L")


def test_treating_one_site_leaves_the_others_due(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-07-01 | ut l, ls l next 3mo
        Ann | 2026-10-05 | ut l next 3mo
        """,
    )
    expect(clinic, "2026-10-10", "Ann | 2026-10-01 | due | LS-L")


def test_the_longest_due_come_first_and_one_day_goes_by_number(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Cid | 2026-05-01 | ut l next 3mo
        Bob | 2026-05-01 | ut l next 1mo
        Ann | 2026-05-01 | ut l next 3mo
        """,
    )
    expect(
        clinic,
        "2026-08-01",
        """
        Bob | 2026-06-01 | overdue | UT-L
        Cid | 2026-08-01 | due     | UT-L
        Ann | 2026-08-01 | due     | UT-L
        """,
    )
    expect(
        clinic,
        "2026-08-01",
        """
        Ann | 2026-08-01 | due     | UT-L
        Bob | 2026-06-01 | overdue | UT-L
        Cid | 2026-08-01 | due     | UT-L
        """,
        "--sort",
        "name",
    )


def test_one_patients_news_are_not_anothers(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Bob | 2026-08-23 | ut l next 3mo
        Bob | 2026-09-01 | stop declined
        Cid | 2026-08-23 | ut l next 3mo
        Cid | 2026-10-01 | ut l next 1y
        """,
    )
    expect(
        clinic,
        "2026-11-23",
        """
        Ann | 2026-11-23 | due | UT-L
        held back: 1 declined
        """,
    )


# --- held back, and counted


@pytest.mark.parametrize(
    ("decided", "reason"),
    [
        ("stop declined", "declined"),
        ("stop resolved", "resolved"),
        ("stop moved", "stopped"),
        ("stop other", "stopped"),
        ("stop died", "deceased"),
        ("stop ut l declined", "declined"),
        ("resolve ut l", "resolved"),
        ("snooze 2030-01-01", "snoozed"),
        ("archive", "archived"),
    ],
)
def test_what_holds_a_patient_back_is_counted_and_can_be_listed(clinic: Clinic, decided: str, reason: str) -> None:
    tell(
        clinic,
        f"""
        Ann | 2024-08-23 | ut l next 3mo
        Bob | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | {decided}
        """,
    )
    expect(
        clinic,
        "2026-11-23",
        f"""
        Bob | 2026-11-23 | due | UT-L
        held back: 1 {reason}
        """,
    )
    expect(
        clinic,
        "2026-11-23",
        f"""
        Ann | 2024-11-23 | {reason} | UT-L
        held back: 1 {reason}
        """,
        "--status",
        reason,
    )


def test_one_site_resolved_and_another_due(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l, ls l next 3mo
        Ann | 2026-10-01 | resolve ut l
        """,
    )
    expect(
        clinic,
        "2026-11-23",
        """
        Ann | 2026-11-23 | due | LS-L
        held back: 1 resolved
        """,
    )


def test_declined_then_asked_again(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | stop declined
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 declined")
    tell(clinic, "Ann | 2026-11-24 | resume")
    expect(clinic, "2026-11-24", "Ann | 2026-11-23 | due | UT-L")


def test_one_site_reopened_leaves_the_other_closed(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l, ls l next 3mo
        Ann | 2026-09-01 | stop declined
        Ann | 2026-09-02 | resume ls l
        """,
    )
    expect(
        clinic,
        "2026-11-23",
        """
        Ann | 2026-11-23 | due | LS-L
        held back: 1 declined
        """,
    )


def test_a_snooze_runs_out_by_itself(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-11-20 | snooze 2026-12-24
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 snoozed")
    expect(clinic, "2026-12-23", "held back: 1 snoozed")
    expect(clinic, "2026-12-24", "Ann | 2026-11-23 | overdue | UT-L")


def test_a_snooze_to_before_the_due_day_does_not_bring_it_forward(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | snooze 2026-10-01
        """,
    )
    expect(clinic, "2026-11-22", "")
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


@pytest.mark.parametrize("decided", ["stop declined", "stop moved", "resolve ut l", "snooze 2030-01-01"])
def test_whoever_comes_again_is_recalled_again(clinic: Clinic, decided: str) -> None:
    tell(
        clinic,
        f"""
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-06-01 | {decided}
        Ann | 2026-08-23 | ut l next 3mo
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


def test_a_late_entry_of_an_earlier_visit_does_not_undo_a_refusal(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 3mo
        Ann | 2026-09-01 | stop declined
        Ann | 2026-08-23 | ut l next 3mo  entered 2026-09-10
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 declined")


def test_who_died_stays_off_whatever_is_recorded_after(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | stop died
        Ann | 2026-08-30 | ls l next 2w  entered 2026-09-02
        """,
    )
    expect(clinic, "2028-11-23", "held back: 1 deceased")


def test_a_death_recorded_by_mistake_is_mended_in_one_place(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | stop died
        Ann | 2026-09-02 | unarchive
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")


def test_archived_and_back(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-09-01 | archive
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 archived")
    tell(clinic, "Ann | 2026-11-24 | unarchive")
    expect(clinic, "2026-11-24", "Ann | 2026-11-23 | due | UT-L")


def test_back_from_the_archive_a_refusal_still_holds(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-08-30 | stop declined
        Ann | 2026-09-01 | archive
        Ann | 2026-09-02 | unarchive
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 declined")


def test_every_reason_is_counted_by_patients(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l, ls l next 3mo
        Bob | 2026-08-23 | ut l, ls l next 3mo
        Cid | 2026-08-23 | ut l, ls l next 3mo
        Dee | 2026-08-23 | ut l, ls l next 3mo
        Eve | 2026-08-23 | ut l, ls l next none
        Ann | 2026-09-01 | stop declined
        Bob | 2026-09-01 | stop declined
        Cid | 2026-09-01 | resolve ut l
        Cid | 2026-09-01 | stop ls l moved
        Dee | 2026-09-01 | snooze 2027-01-01
        Eve | 2026-09-01 | stop declined
        """,
    )
    expect(clinic, "2026-11-23", "held back: 1 snoozed, 2 declined, 1 stopped, 1 resolved")


# --- looking ahead


def test_within_adds_what_comes_up(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Bob | 2026-08-30 | ut l next 3mo
        Cid | 2026-08-31 | ut l next 3mo
        Dee | 2026-09-01 | ut l next 3mo
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")
    expected = """
        Ann | 2026-11-23 | due      | UT-L
        Bob | 2026-11-30 | upcoming | UT-L
        Cid | 2026-11-30 | upcoming | UT-L
        """
    expect(clinic, "2026-11-23", expected, "--within", "1w")
    expect(clinic, "2026-11-23", expected, "-w", "2026-11-30")


def test_a_site_that_comes_up_joins_the_row_of_its_patient(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Ann | 2026-08-28 | ls l next 3mo
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L")
    expect(clinic, "2026-11-23", "Ann | 2026-11-23 | due | UT-L LS-L", "--within", "1w")


def test_upcoming_is_two_weeks_or_what_the_clinic_says(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 2026-12-07
        Bob | 2026-08-23 | ut l next 2026-12-08
        """,
    )
    expect(clinic, "2026-11-23", "Ann | 2026-12-07 | upcoming | UT-L", "--status", "upcoming")
    clinic.ok("config", "set", "recall.upcoming", "15")
    both = "Ann | 2026-12-07 | upcoming | UT-L\nBob | 2026-12-08 | upcoming | UT-L"
    expect(clinic, "2026-11-23", both, "--status", "upcoming")


def test_overdue_leaves_out_who_is_only_just_due(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Bob | 2026-08-09 | ut l next 3mo
        Cid | 2026-05-23 | ut l next 3mo
        """,
    )
    expected = """
        Cid | 2026-08-23 | lapsed  | UT-L
        Bob | 2026-11-09 | overdue | UT-L
        """
    expect(clinic, "2026-11-23", expected, "--overdue")
    expect(clinic, "2026-11-23", "Cid | 2026-08-23 | lapsed | UT-L", "--status", "lapsed")


def test_all_is_everybody_with_a_plan(clinic: Clinic) -> None:
    tell(
        clinic,
        """
        Ann | 2026-08-23 | ut l next 3mo
        Bob | 2026-08-23 | ut l next 5y
        Cid | 2026-08-23 | ut l next 3mo
        Dee | 2026-08-23 | ut l next none
        Cid | 2026-09-01 | archive
        """,
    )
    expected = """
        Ann | 2026-11-23 | due      | UT-L
        Cid | 2026-11-23 | archived | UT-L
        Bob | 2031-08-23 | upcoming | UT-L
        held back: 1 archived
        """
    expect(clinic, "2026-11-23", expected, "--status", "all")


def test_the_same_file_does_not_bring_a_voided_session_back(clinic: Clinic) -> None:
    """It was taken out on purpose. A row that differs from the voided one is refused, not dropped."""
    clinic.patient("Ann", "1950-02-28", "--mrn", "Ann")
    header = "mrn,date,muscle,side,agent,strength,volume_ml,follow_up,source_id"
    row = "Ann,2026-08-23,ut,L,lidocaine,1%,1,3mo,X1"
    first = clinic.file("log.csv", f"{header}\n{row}\n")
    clinic.ok("import", first)
    tell(clinic, "Ann | 2026-08-24 | void 2026-08-23")
    assert "0 new, 0 changed, 1 same, 0 refused" in clinic.ok("import", first).out
    expect(clinic, "2026-11-23", "")
    mended = clinic.file("mended.csv", f"{header}\n{row.replace('3mo', '6mo')}\n")
    answer = clinic.run("import", mended)
    assert answer.code == 2
    assert "X1 is on file with other values" in answer.err


def test_a_day_that_is_not_shown_does_not_order_the_list(clinic: Clinic) -> None:
    """Ann's overdue site puts her first; where only what comes up is asked for, it has no say."""
    tell(
        clinic,
        """
        Ann | 2026-05-01 | ut l next 6mo
        Ann | 2026-05-01 | ls l next 2026-12-02
        Bob | 2026-05-01 | ut l next 2026-12-01
        """,
    )
    both = """
        Ann | 2026-11-01 | overdue  | UT-L LS-L
        Bob | 2026-12-01 | upcoming | UT-L
        """
    expect(clinic, "2026-11-23", both, "--status", "overdue,upcoming")
    coming = """
        Bob | 2026-12-01 | upcoming | UT-L
        Ann | 2026-12-02 | upcoming | LS-L
        """
    expect(clinic, "2026-11-23", coming, "--status", "upcoming")
