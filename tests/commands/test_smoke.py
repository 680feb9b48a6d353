"""The shortest way through: a patient, a session, the list, the reason."""

from tests.conftest import Clinic


def test_a_repeat_session_comes_up_three_months_later(clinic: Clinic) -> None:
    who = clinic.patient()
    clinic.inject(who, "ut l, ls l lido 1% 1ml each", "--pain", "7:3", "--next", "3mo")
    assert clinic.ok("due", "--json").rows == []
    clinic.today = "2027-02-23"
    (row,) = clinic.ok("due", "--json").rows
    assert (row["patient"], row["due"], row["late_days"], row["status"]) == (who, "2027-02-23", 0, "due")
