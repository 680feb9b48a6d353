"""What calls, appointments and visits make of a plan: a table of what happened after a session."""

from datetime import date

import pytest

from tests.rules.recalls import facts, iso, plan
from tpi_cli.rules.recall import (
    decide,
)

LOOP = [
    # after a session of 2026-08-23 that planned 3mo      closed         snoozed until booked until  against
    ("", None, None, None, ""),
    # called: off the list until the day to try again
    ("2026-11-23 call no-answer phone 2026-11-24", None, "2026-11-24", None, "called"),
    ("2026-11-23 call message sms 2026-11-30", None, "2026-11-30", None, "called"),
    ("2026-11-23 call wrong-number phone", None, None, None, "called"),
    ("2026-11-23 call later phone 2027-01-04", None, "2027-01-04", None, "called"),
    ("2026-11-23 call booked phone", None, None, None, "called"),
    # the last call says when to try again; one that reached nobody does not make it sooner
    (
        """2026-11-23 call message mail 2026-11-30
           2026-11-24 call reached phone 2026-11-26""",
        None, "2026-11-26", None, "called called",
    ),
    (
        """2026-11-23 call message mail 2026-11-30
           2026-11-24 call no-answer phone 2026-11-25""",
        None, "2026-11-30", None, "called called",
    ),
    (
        """2026-11-23 call no-answer phone 2026-11-24
           2026-11-24 call message phone 2026-12-01""",
        None, "2026-12-01", None, "called called",
    ),
    # nor does it shorten what the clinic decided
    (
        """2026-11-01 snooze 2027-03-01 all
           2026-11-23 call no-answer phone 2026-11-24""",
        None, "2027-03-01", None, "snoozed called",
    ),
    (
        """2026-11-01 snooze 2027-03-01 all
           2026-11-23 call wrong-number phone""",
        None, "2027-03-01", None, "snoozed called",
    ),
    (
        """2026-11-01 snooze 2027-03-01 all
           2026-11-23 call later phone 2027-01-04""",
        None, "2027-01-04", None, "snoozed called",
    ),
    # declined, in this episode: until another word, or a session
    ("2026-11-23 call declined phone", "declined", None, None, "called"),
    (
        """2026-11-23 call declined phone
           2026-11-24 call later phone 2027-01-04""",
        None, "2027-01-04", None, "called called",
    ),
    ("2026-11-23 call declined phone\n2026-11-24 call booked phone", None, None, None, "called called"),
    ("2026-11-23 call declined phone\n2026-11-24 call reached phone", "declined", None, None, "called called"),
    ("2026-11-23 call declined phone\n2026-11-24 call no-answer sms", "declined", None, None, "called called"),
    ("2026-11-23 call declined phone\n2026-11-24 resume all", None, None, None, "called reopened"),
    ("2026-11-23 call declined phone\n2026-11-24 find", None, None, None, "called episode"),
    ("2026-11-23 call declined phone\n2026-11-24 visited", "declined", None, None, "called"),
    (
        """2026-11-23 call declined phone
           2026-11-24 book A1 2026-12-01""",
        None, None, "2026-12-01", "called booked",
    ),
    (
        """2026-11-23 call declined phone
           2026-11-24 book A1 2026-12-01
           2026-11-25 cancel A1""",
        None, None, None, "called appointment",
    ),
    # what was decided for the site stays under a no that is taken back
    (
        """2026-09-01 resolve
           2026-11-23 call declined phone
           2026-11-24 book A1 2026-12-01""",
        "resolved", None, "2026-12-01", "resolved called booked",
    ),
    (
        """2026-09-01 resolve
           2026-11-23 call declined phone
           2026-11-24 resume all""",
        "resolved", None, None, "resolved called reopened",
    ),
    (
        """2026-11-23 call declined phone
           2026-11-24 stop moved
           2026-11-25 call booked phone""",
        "stopped", None, None, "called stopped called",
    ),
    # unreachable: three attempts, two ways
    (
        """2026-11-20 call no-answer phone 2026-11-21
           2026-11-21 call no-answer phone 2026-11-22
           2026-11-22 call message sms 2026-11-29""",
        "unreachable", None, None, "called called called unreachable",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms""",
        None, None, None, "called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call no-answer phone
           2026-11-22 call no-answer phone
           2026-11-22 call no-answer phone""",
        None, None, None, "called called called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call no-answer phone
           2026-11-22 call no-answer phone
           2026-11-23 call wrong-number sms""",
        "unreachable", None, None, "called called called called unreachable",
    ),
    # counted from the last time the patient was reached, had booked or was here
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 call reached phone
           2026-11-23 call message mail""",
        None, None, None, "called called called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 call declined phone
           2026-11-23 call booked phone
           2026-11-24 call message mail""",
        None, None, None, "called called called called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 visited
           2026-11-23 call message mail""",
        None, None, None, "called called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 snooze 2026-12-24 all
           2026-11-23 call message mail""",
        None, "2026-12-24", None, "called called snoozed called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 stop moved
           2026-11-23 resume
           2026-11-24 call message mail""",
        None, None, None, "called called stopped reopened called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 book A1 2026-11-23
           2026-11-23 no-show A1
           2026-11-24 call no-answer phone""",
        None, None, None, "called called appointment called",
    ),
    # reminders of an appointment still to come are no attempts; once it has gone by they are
    (
        """2026-11-20 book A1 2026-11-25
           2026-11-23 call message sms
           2026-11-24 call message phone
           2026-11-25 call no-answer phone""",
        None, None, "2026-11-25", "called called called booked",
    ),
    (
        """2026-11-20 book A1 2026-11-22
           2026-11-23 call message sms
           2026-11-24 call message phone
           2026-11-25 call no-answer phone""",
        "unreachable", None, "2026-11-22", "called called called unreachable booked",
    ),
    (
        """2026-11-20 book A1 2026-11-25
           2026-11-21 move A1 2026-11-28
           2026-11-26 call message sms
           2026-11-27 call message phone
           2026-11-28 call no-answer phone""",
        None, None, "2026-11-28", "appointment called called called booked",
    ),
    (
        """2026-11-20 book A1 2026-11-28
           2026-11-20 book A2 2026-11-22
           2026-11-22 cancel A2
           2026-11-26 call message sms
           2026-11-27 call message phone
           2026-11-28 call no-answer phone""",
        None, None, "2026-11-28", "appointment called called called booked",
    ),
    (
        """2026-11-20 book A1 2026-11-28
           2026-11-21 cancel A1
           2026-11-23 call message sms
           2026-11-24 call message phone
           2026-11-25 call no-answer phone""",
        "unreachable", None, None, "appointment called called called unreachable",
    ),
    # an appointment made before the session, for a day after it, is still to come
    (
        """2026-08-20 book A1 2026-11-28
           2026-11-23 call message sms
           2026-11-24 call message phone
           2026-11-25 call no-answer phone""",
        None, None, "2026-11-28", "called called called booked",
    ),
    # reached again, booked, here, found again, or decided about: no more unreachable
    ("{gone}\n2026-11-23 call reached phone", None, None, None, "{lost} called"),
    ("{gone}\n2026-11-23 call reached phone 2026-11-25", None, "2026-11-25", None, "{lost} called"),
    ("{gone}\n2026-11-23 call later phone 2027-01-04", None, "2027-01-04", None, "{lost} called"),
    ("{gone}\n2026-11-23 call declined phone", "declined", None, None, "{lost} called"),
    ("{gone}\n2026-11-23 call no-answer mail 2026-11-24", "unreachable", None, None, "{lost} called"),
    ("{gone}\n2026-11-23 book A1 2026-12-01", None, None, "2026-12-01", "{lost} booked"),
    ("{gone}\n2026-11-23 visited", None, None, None, "{lost}"),
    ("{gone}\n2026-11-23 find", None, None, None, "{lost} episode"),
    ("{gone}\n2026-11-23 resume all", None, None, None, "{lost} reopened"),
    ("{gone}\n2026-11-23 snooze 2026-12-24 all", None, "2026-12-24", None, "{lost} snoozed"),
    ("{gone}\n2026-11-23 stop moved all", "stopped", None, None, "{lost} stopped"),
    ("{gone}\n2026-11-23 visited\n2026-11-24 call no-answer sms", None, None, None, "{lost} called"),
    # but nobody is given up who said no, or whose recall was ended
    ("2026-11-01 stop moved all\n{gone}", "stopped", "2026-11-29", None, "stopped called called called"),
    ("2026-11-01 call declined phone\n{gone}", "declined", "2026-11-29", None, "called called called called"),
    # booked, and off again: back at once, whatever was called before or in between
    ("2026-11-23 book A1 2026-12-01", None, None, "2026-12-01", "booked"),
    ("2026-11-23 book A1 2026-12-01\n2026-11-24 cancel A1", None, None, None, "appointment"),
    ("2026-11-23 book A1 2026-12-01\n2026-12-01 no-show A1", None, None, None, "appointment"),
    ("2026-11-23 book A1 2026-12-01\n2026-11-24 move A1 2026-12-08", None, None, "2026-12-08", "appointment booked"),
    ("2026-11-23 book A1 2026-12-01\n2026-12-01 arrive A1", None, None, "2026-12-01", "appointment booked"),
    ("2026-11-23 book A1 2026-12-01\n2026-12-01 done A1", None, None, None, "appointment"),
    (
        """2026-11-23 book A1 2026-12-01
           2026-12-01 done A1
           2026-12-02 reopen A1""",
        None, None, "2026-12-01", "appointment appointment booked",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-23 book A2 2026-12-15
           2026-11-24 cancel A1""",
        None, None, "2026-12-15", "appointment booked",
    ),
    (
        """2026-11-23 call message sms 2026-11-30
           2026-11-23 book A1 2026-12-01
           2026-11-24 cancel A1""",
        None, None, None, "called appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-23 call message sms 2026-11-30
           2026-11-24 cancel A1""",
        None, None, None, "called appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 call message sms 2027-01-30
           2026-12-01 no-show A1""",
        None, None, None, "called appointment",
    ),
    # what the clinic decided in between holds all the same
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 snooze 2026-12-24 all
           2026-11-25 call message sms 2026-11-30
           2026-11-26 cancel A1""",
        None, "2026-12-24", None, "snoozed called appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 call message sms 2026-11-30
           2026-11-25 snooze 2026-12-24 all
           2026-11-26 cancel A1""",
        None, "2026-12-24", None, "called snoozed appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 stop moved all
           2026-11-25 cancel A1""",
        "stopped", None, None, "stopped appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 call declined phone
           2026-11-25 cancel A1""",
        "declined", None, None, "called appointment",
    ),
    # who was here at all need not be called back; what the clinic decided stands
    ("2026-11-23 call message sms 2026-11-30\n2026-11-24 visited", None, None, None, "called"),
    ("2026-11-23 snooze 2026-12-24 all\n2026-11-24 visited", None, "2026-12-24", None, "snoozed"),
    (
        """2026-11-22 call message sms 2026-11-30
           2026-11-23 snooze 2026-12-24 all
           2026-11-24 visited""",
        None, "2026-12-24", None, "called snoozed",
    ),
    (
        """2026-11-22 snooze 2026-11-24 all
           2026-11-23 call message sms 2026-11-30
           2026-11-24 visited""",
        None, "2026-11-24", None, "snoozed called",
    ),
    (
        """2026-11-20 call message sms 2026-11-30
           2026-11-21 resume all
           2026-11-22 snooze 2026-12-24 all
           2026-11-23 visited""",
        None, "2026-12-24", None, "called reopened snoozed",
    ),
    # a patient's resume leaves alone what was decided for the site; the site's takes back both
    (
        """2026-09-01 resolve
           2026-09-02 stop moved all
           2026-09-03 resume all""",
        "resolved", None, None, "resolved stopped reopened",
    ),
    (
        """2026-09-01 resolve
           2026-09-02 stop moved all
           2026-09-03 resume""",
        None, None, None, "resolved stopped reopened",
    ),
    ("2026-09-01 resolve\n2026-09-03 resume all", "resolved", None, None, "resolved reopened"),
    (
        """2026-09-01 resolve
           2026-09-02 call message sms 2026-09-09
           2026-09-03 resume all""",
        "resolved", None, None, "resolved called reopened",
    ),
    ("2026-11-23 call declined phone\n2026-11-24 snooze 2026-12-24 all", "declined", "2026-12-24", None,
     "called snoozed"),
    (
        """2026-09-01 resolve
           2026-09-02 stop moved all
           2026-09-03 resume all
           2026-09-04 call declined phone
           2026-09-05 call booked phone""",
        "resolved", None, None, "resolved stopped reopened called called",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call no-answer phone
           2026-11-22 call message sms
           2026-11-23 resolve
           2026-11-24 resume all""",
        "resolved", None, None, "called called called unreachable resolved reopened",
    ),
    (
        """2026-11-20 call no-answer phone
           2026-11-21 call message sms
           2026-11-22 call declined phone
           2026-11-23 find
           2026-11-24 call message mail""",
        None, None, None, "called called called episode called",
    ),
    (
        """2026-09-01 resolve
           2026-09-02 snooze 2026-12-24 all
           2026-09-03 resume all""",
        "resolved", None, None, "resolved snoozed reopened",
    ),
    # the clinic's hold and a call's day are two things: what ends the one leaves the other
    (
        """2026-11-22 snooze 2026-11-28 all
           2026-11-23 call message sms 2026-11-30""",
        None, "2026-11-30", None, "snoozed called",
    ),
    (
        """2026-11-22 snooze 2027-01-10 all
           2026-11-23 call message sms 2027-01-12
           2026-11-24 call reached phone 2027-01-07""",
        None, "2027-01-10", None, "snoozed called called",
    ),
    (
        """2026-11-22 snooze 2027-01-10 all
           2026-11-23 call message sms 2027-01-12
           2026-11-24 call later phone 2027-01-07""",
        None, "2027-01-07", None, "snoozed called called",
    ),
    (
        """2026-11-22 snooze 2027-01-10 all
           2026-11-23 call message sms 2027-01-12
           2026-11-24 resume all""",
        None, None, None, "snoozed called reopened",
    ),
    # what the patient asked for since it was booked holds when it is off; what was asked before, the booking ended
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 call later phone 2027-01-04
           2026-11-25 cancel A1""",
        None, "2027-01-04", None, "called appointment",
    ),
    (
        """2026-11-23 book A1 2026-12-01
           2026-11-24 call later phone 2027-01-04
           2026-11-25 call message sms 2027-01-05
           2026-11-26 cancel A1""",
        None, None, None, "called called appointment",
    ),
    (
        """2026-11-23 call later phone 2027-01-04
           2026-11-24 book A1 2026-12-01
           2026-11-25 cancel A1""",
        None, None, None, "called appointment",
    ),
    # a no on the phone ends nothing that the clinic ended, and a yes takes nothing of that back
    (
        """2026-09-01 stop moved all
           2026-09-02 call declined phone
           2026-09-03 call booked phone""",
        "stopped", None, None, "stopped called called",
    ),
    (
        """2026-09-01 resolve
           2026-09-02 snooze 2026-12-24 all
           2026-09-03 resume all
           2026-09-04 resume""",
        None, None, None, "resolved snoozed reopened reopened",
    ),
]  # fmt: skip
GONE = """2026-11-20 call no-answer phone 2026-11-21
          2026-11-21 call no-answer phone 2026-11-22
          2026-11-22 call message sms 2026-11-29"""


@pytest.mark.parametrize(("after", "closed", "until", "booked", "reasons"), LOOP)
def test_what_calls_and_appointments_come_to(
    after: str, closed: str | None, until: str | None, booked: str | None, reasons: str
) -> None:
    verdict = decide(facts(f"2026-08-23 treated 3mo\n{after.replace('{gone}', GONE)}"))
    assert verdict.closed == closed
    assert (iso(verdict.snoozed_until), iso(verdict.booked_until)) == (until, booked)
    words = f"follow-up {reasons.replace('{lost}', 'called called called unreachable')}".split()
    assert [reason.rule for reason in verdict.reasons] == [f"recall.{word}" for word in words]
    if "episode" not in words:
        assert plan(verdict) == (date(2026, 8, 23), "S1", "3mo", date(2026, 11, 23))
