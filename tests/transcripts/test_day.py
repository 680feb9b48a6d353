"""`tpi day` on a terminal: by section, two lines a patient, nothing cut."""

from tests.conftest import Clinic
from tests.transcripts.terminal import terminal


def test_the_day_on_a_terminal_of_80_columns(clinic: Clinic) -> None:
    clinic.patient("Tan, Mei", "1971-03-04", "--phone", "0161 496 0107")
    clinic.inject("1", "ut l lido 1% 1ml", "--on", "2026-10-01", "--next", "6w")
    clinic.ok("patient", "alert", "1", "add", "anticoagulant", "apixaban since the spring, aspirin before that day")
    clinic.patient("Khan, Sara", "1988-03-30")
    clinic.ok("book", "2", "today 9:30", "--with", "DR")
    with terminal(clinic, "day") as screen:
        assert screen.end() == 0
    told = screen.screen.splitlines()
    assert told[1:] == [
        "booked",
        "  09:30  PT-0002  KHAN, Sara   born 30 Mar 1988 (38 y)",
        "      A-0018   with DR   booked",
        "due and not booked",
        "  2026-11-12  PT-0001  TAN, Mei   born 4 Mar 1971 (55 y)",
        "      0161 496 0107   UT-L   due   anticoagulant apixaban since the spring,",
        "          aspirin before that day",
        "2026-11-23: 1 booked, 1 due and not booked",
    ]
