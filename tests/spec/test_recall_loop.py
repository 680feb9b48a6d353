"""A patient leaves the due list only by something that was recorded; nobody falls through. Case by case, by name."""

from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from tests.conftest import ME, Clinic
from tpi_cli import clock


@pytest.fixture
def mei(clinic: Clinic) -> Clinic:
    """Mei (1), treated at the left upper trapezius on 1 October, due on 12 November."""
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-01", "--next", "6w")
    return clinic


def due(clinic: Clinic, *more: str, on: str | None = None) -> dict[str, Any]:
    clinic.today = on or clinic.today
    found: dict[str, Any] = clinic.ok("due", *more, "--json").json
    return found


def where(clinic: Clinic, on: str | None = None) -> dict[int, str]:
    """The one place of each site: its status."""
    clinic.today = on or clinic.today
    return {row["site"]: row["status"] for row in clinic.ok("why", "1", "--json").rows}


def test_deceased(mei: Clinic) -> None:
    mei.ok("book", "1", "2026-12-01 10:00")
    mei.ok("stop", "1", "--reason", "died", "--yes")
    assert due(mei)["rows"] == []
    assert due(mei)["held_back"] == {"deceased": 1}
    assert due(mei, on="2030-01-01")["held_back"] == {"deceased": 1}


def test_archived(mei: Clinic) -> None:
    mei.ok("patient", "archive", "1")
    assert (due(mei)["rows"], due(mei)["held_back"]) == ([], {"archived": 1})
    mei.ok("patient", "edit", "1", "--status", "active")
    assert [row["status"] for row in due(mei)["rows"]] == ["due"]


def test_superseded_plan(mei: Clinic) -> None:
    """A later session replaces the plan: the old date is never listed again."""
    mei.inject("1", "ut l lido 1% 1ml", "--on", "2026-11-02", "--next", "6w")
    assert due(mei)["rows"] == []
    (row,) = due(mei, on="2026-12-14")["rows"]
    assert row["due"] == "2026-12-14"


@pytest.mark.parametrize(("on", "late"), [("2027-11-12", 365), ("2027-11-13", 366), ("2036-11-12", 3653)])
def test_over_365_days_late(mei: Clinic, on: str, late: int) -> None:
    (row,) = due(mei, on=on)["rows"]
    assert (row["late_days"], row["status"]) == (late, "lapsed")


def test_several_sites_with_different_dates(mei: Clinic) -> None:
    """One row a patient, at the earliest day; a site joins it on its own day, and leaves it by itself."""
    mei.inject("1", "gm r lido 1% 1ml", "--on", "2026-10-05", "--next", "8w")
    mei.inject("1", "ls l lido 1% 1ml", "--on", "2026-10-06", "--next", "3mo")
    assert where(mei) == {1: "due", 2: "upcoming", 3: "upcoming"}
    (row,) = due(mei, on="2026-11-30")["rows"]
    assert (row["due"], [site["site"] for site in row["sites"]]) == ("2026-11-12", [1, 2])
    mei.ok("site", "resolve", "1", "1")
    (row,) = due(mei)["rows"]
    assert (row["due"], [site["site"] for site in row["sites"]]) == ("2026-11-30", [2])
    assert due(mei)["held_back"] == {"resolved": 1}


def test_declined_then_reopened(mei: Clinic) -> None:
    mei.ok("call", "1", "declined")
    assert due(mei)["held_back"] == {"declined": 1}
    mei.ok("resume", "1")
    assert [row["status"] for row in due(mei)["rows"]] == ["due"]


ANCHORS = {
    "2026-08-31": "2026-09-30 2026-10-31 2026-11-30 2026-12-31 2027-01-31 2027-02-28 2027-03-31 2027-04-30 "
    "2027-05-31 2027-06-30",
    "2024-01-30": "2024-02-29 2024-03-30 2024-04-30 2024-05-30 2024-06-30 2024-07-30 2024-08-30 2024-09-30 "
    "2024-10-30 2024-11-30",
}


@pytest.mark.parametrize("anchor", ANCHORS)
def test_month_end_anchors_over_ten_repeats(clinic: Clinic, anchor: str) -> None:
    """Each is the session plus so many months: a short month in between takes no day away from the next."""
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", anchor, "--next", "1mo")
    found = []
    for months in range(1, 11):
        clinic.inject("1", "ut l dry", "--on", anchor, "--next", f"{months}mo")
        found.append(clinic.ok("why", "1", "--json").rows[0]["due"])
    assert found == ANCHORS[anchor].split()


# --- which day the report is of

MOMENTS = [
    # moment in UTC, zone, the clinic's day
    ("2026-11-22T23:59", "Europe/London", "2026-11-22"),
    ("2026-11-23T00:00", "Europe/London", "2026-11-23"),
    ("2026-11-22T09:59", "Pacific/Kiritimati", "2026-11-22"),
    ("2026-11-22T10:00", "Pacific/Kiritimati", "2026-11-23"),
    ("2026-11-24T10:59", "Pacific/Pago_Pago", "2026-11-23"),
    ("2026-11-24T11:00", "Pacific/Pago_Pago", "2026-11-24"),
    # the night the clocks go forward, and the night they go back
    ("2027-03-28T00:59", "Europe/London", "2027-03-28"),
    ("2027-03-28T22:59", "Europe/London", "2027-03-28"),
    ("2027-03-28T23:00", "Europe/London", "2027-03-29"),
    ("2026-10-24T22:59", "Europe/London", "2026-10-24"),
    ("2026-10-24T23:00", "Europe/London", "2026-10-25"),
    ("2026-10-25T23:59", "Europe/London", "2026-10-25"),
    ("2026-10-26T00:00", "Europe/London", "2026-10-26"),
]


@pytest.mark.parametrize(("moment", "zone", "day"), MOMENTS)
def test_the_report_at_both_ends_of_the_worlds_time_zones_and_on_both_daylight_saving_days(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, moment: str, zone: str, day: str
) -> None:
    """Due that day by the clinic's calendar: on the list, in time, from its first minute to its last."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Then":
            return cls.fromisoformat(f"{moment}+00:00").astimezone(tz or UTC)  # type: ignore[return-value]

    clinic.today = "2026-09-01"
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-08-23", "--next", day)
    clinic.ok("config", "set", "clinic.zone", zone)
    monkeypatch.setattr(clock, "datetime", Then)
    clinic.today = ""
    found = due(clinic)
    (row,) = found["rows"]
    assert (found["today"], row["due"], row["late_days"], row["status"]) == (day, day, 0, "due")


# --- episodes


def test_a_new_finding_at_a_resolved_site_is_a_new_episode(mei: Clinic) -> None:
    """No plan of before goes on: the site waits, counted, until somebody plans it."""
    mei.ok("outcome", "1", "1", "--site", "1", "--resolved", "--on", "2026-11-01")
    assert where(mei) == {1: "resolved"}
    answer = mei.ok("site", "add", "1", "ut", "l", "--taut-band", "--tender-spot")
    assert "recorded site 1 upper trapezius L" in answer.out
    assert where(mei) == {1: "unplanned"}
    assert due(mei)["held_back"] == {"unplanned": 1}
    assert f"found again 2026-11-23, a new episode   [recall.episode; {ME}]" in mei.ok("why", "1").out
    shown = mei.ok("inject", "1", "ut", "l", "lido", "1%", "1ml", "--consent", "written", "--dry-run").out
    assert "next none planned (--next 3mo plans one)" in shown


def test_a_site_found_and_never_treated_is_counted(clinic: Clinic) -> None:
    clinic.patient()
    clinic.ok("site", "add", "1", "gm", "r", "--tender-spot")
    assert due(clinic)["held_back"] == {"unplanned": 1}
    (row,) = due(clinic, "--status", "unplanned")["rows"]
    assert (row["patient"], row["last_session"], row["due"]) == ("PT-0001", None, None)


def test_a_site_that_was_a_mistake_is_not(clinic: Clinic) -> None:
    clinic.patient()
    code = clinic.inject("1", "ut l lido 1% 1ml", "--next", "6w")
    clinic.ok("session", "void", code, "--reason", "wrong patient", "--yes")
    assert (due(clinic)["rows"], due(clinic)["held_back"]) == ([], {})


def test_a_finding_dated_before_the_site_was_closed_is_refused(mei: Clinic) -> None:
    mei.ok("site", "resolve", "1", "1")
    answer = mei.run("site", "add", "1", "ut", "l", "--taut-band", "--since", "2026-11-01")
    assert (answer.code, where(mei)) == (5, {1: "resolved"})


# --- an adverse event that wants a look


@pytest.mark.parametrize(
    "held",
    [
        ("snooze", "1", "2027-06-01", "--reason", "abroad"),
        ("call", "1", "declined"),
        ("stop", "1", "--reason", "moved"),
        ("site", "resolve", "1", "1"),
        ("book", "1", "2026-12-01 10:00"),
        ("patient", "archive", "1"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_nothing_but_death_hides_an_event_that_wants_a_look(mei: Clinic, held: tuple[str, ...]) -> None:
    mei.ok(*held)
    mei.ok("adverse", "add", "1", "infection:red and warm")
    (row,) = due(mei)["rows"]
    assert (row["patient"], row["status"], row["due"]) == ("PT-0001", "adverse", "2026-11-23")
    assert row["reasons"][0]["rule"] == "recall.adverse"
    mei.ok("adverse", "close", "1", "1", "--outcome", "healed")
    assert due(mei)["rows"] == []


def test_death_does(mei: Clinic) -> None:
    mei.ok("adverse", "add", "1", "infection")
    mei.ok("stop", "1", "--reason", "died", "--yes")
    assert due(mei)["rows"] == []


def test_beside_a_site_that_is_due_there_is_one_row_and_the_event_speaks_first(mei: Clinic) -> None:
    mei.ok("adverse", "add", "1", "infection")
    (row,) = due(mei)["rows"]
    assert (row["status"], row["due"], [site["site"] for site in row["sites"]]) == ("adverse", "2026-11-12", [1])
    assert [row["status"] for row in due(mei, "--status", "due")["rows"]] == ["due"]
