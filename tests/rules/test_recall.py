"""When a site is due and what holds it back: a table of histories, and the laws behind it."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rules.recalls import TRIES, WALL, booked, facts
from tests.spec import oracle
from tpi_cli.rules.contact import Booking, Call, Visit
from tpi_cli.rules.recall import (
    Facts,
    Hold,
    Reason,
    Treatment,
    Verdict,
    carried,
    decide,
    due_date,
    episode,
    overtaken,
)
from tpi_cli.rules.standing import LISTED, Plan, Thresholds, status

HISTORIES = [
    # what happened, in the order it was recorded      due           closed      snoozed until  for and against
    ("", None, None, None, "never"),
    ("2026-08-23 treated 3mo", "2026-11-23", None, None, "follow-up"),
    ("2026-01-31 treated 1mo", "2026-02-28", None, None, "follow-up"),
    ("2026-08-23 treated 2027-03-01", "2027-03-01", None, None, "follow-up"),
    ("2026-08-23 treated none", None, None, None, "none"),
    ("2026-08-23 treated none unsaid", None, None, None, "none"),
    # a later session replaces the plan, whatever it was
    (
        """2026-05-01 treated 3mo
           2026-08-23 treated 6w""",
        "2026-10-04", None, None, "follow-up replaced",
    ),
    (
        """2026-05-01 treated 1y
           2026-08-23 treated none""",
        None, None, None, "none replaced",
    ),
    (
        """2026-05-01 treated none
           2026-08-23 treated 1mo""",
        "2026-09-23", None, None, "follow-up replaced",
    ),
    # later by the day it happened, not by the day it was written down
    (
        """2026-08-23 treated 3mo
           2026-05-01 treated 1y""",
        "2026-11-23", None, None, "follow-up replaced",
    ),
    # two of one day: the one recorded last
    (
        """2026-08-23 treated 3mo
           2026-08-23 treated 6w""",
        "2026-10-04", None, None, "follow-up replaced",
    ),
    # decided later, and it holds
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop declined""",
        "2026-11-23", "declined", None, "follow-up declined",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop resolved""",
        "2026-11-23", "resolved", None, "follow-up resolved",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop moved""",
        "2026-11-23", "stopped", None, "follow-up stopped",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop other""",
        "2026-11-23", "stopped", None, "follow-up stopped",
    ),
    # a death closes by the patient's status, so that a mistaken one is mended in one place
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop died""",
        "2026-11-23", None, None, "follow-up",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 resolve""",
        "2026-11-23", "resolved", None, "follow-up resolved",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 snooze 2026-12-24""",
        "2026-11-23", None, "2026-12-24", "follow-up snoozed",
    ),
    # on the day of the session, after it
    (
        """2026-08-23 treated 3mo
           2026-08-23 stop declined""",
        "2026-11-23", "declined", None, "follow-up declined",
    ),
    # on the day of the session, before it: the session starts a new plan
    (
        """2026-08-23 stop declined
           2026-08-23 treated 3mo""",
        "2026-11-23", None, None, "follow-up",
    ),
    # the last word counts
    (
        """2026-08-23 treated 3mo
           2026-09-01 snooze 2026-12-24
           2026-09-02 snooze 2026-12-01""",
        "2026-11-23", None, "2026-12-01", "follow-up snoozed snoozed",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop declined
           2026-09-02 stop moved""",
        "2026-11-23", "stopped", None, "follow-up declined stopped",
    ),
    # also when it was written down first
    (
        """2026-08-23 treated 3mo
           2026-09-02 stop moved
           2026-09-01 stop declined""",
        "2026-11-23", "stopped", None, "follow-up declined stopped",
    ),
    # a snooze does not reopen what was closed
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop declined
           2026-09-02 snooze 2026-12-24""",
        "2026-11-23", "declined", "2026-12-24", "follow-up declined snoozed",
    ),
    # reopened: the same plan again, with nothing held
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop declined
           2026-09-02 resume""",
        "2026-11-23", None, None, "follow-up declined reopened",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 snooze 2026-12-24
           2026-09-02 resume""",
        "2026-11-23", None, None, "follow-up snoozed reopened",
    ),
    (
        """2026-08-23 treated 3mo
           2026-09-01 stop declined
           2026-09-02 resume
           2026-09-03 resolve""",
        "2026-11-23", "resolved", None, "follow-up declined reopened resolved",
    ),
    # a session after any of them starts anew
    (
        """2026-05-01 treated 3mo
           2026-06-01 stop declined
           2026-08-23 treated 3mo""",
        "2026-11-23", None, None, "follow-up replaced",
    ),
    (
        """2026-05-01 treated 3mo
           2026-06-01 snooze 2027-06-01
           2026-08-23 treated 3mo""",
        "2026-11-23", None, None, "follow-up replaced",
    ),
    (
        """2026-05-01 treated 3mo
           2026-06-01 resolve
           2026-08-23 treated 3mo""",
        "2026-11-23", None, None, "follow-up replaced",
    ),
    # but not a session that lay before and was only written down later
    (
        """2026-05-01 treated 3mo
           2026-09-01 stop declined
           2026-08-23 treated 3mo""",
        "2026-11-23", "declined", None, "follow-up replaced declined",
    ),
    # nothing to hold where nothing was treated
    ("2026-09-01 stop declined", None, "declined", None, "never declined"),
]  # fmt: skip


@pytest.mark.parametrize(("history", "due", "closed", "until", "reasons"), HISTORIES)
def test_what_a_history_comes_to(
    history: str, due: str | None, closed: str | None, until: str | None, reasons: str
) -> None:
    verdict = decide(facts(history))
    assert _iso(verdict.due) == due
    assert verdict.closed == closed
    assert _iso(verdict.snoozed_until) == until
    assert [reason.rule for reason in verdict.reasons] == [f"recall.{word}" for word in reasons.split()]


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
        "unreachable", "2026-11-29", None, "called called called unreachable",
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
    ("{gone}\n2026-11-23 call reached phone", None, "2026-11-29", None, "{lost} called"),
    ("{gone}\n2026-11-23 call reached phone 2026-11-25", None, "2026-11-25", None, "{lost} called"),
    ("{gone}\n2026-11-23 call later phone 2027-01-04", None, "2027-01-04", None, "{lost} called"),
    ("{gone}\n2026-11-23 call declined phone", "declined", "2026-11-29", None, "{lost} called"),
    ("{gone}\n2026-11-23 call no-answer mail", "unreachable", "2026-11-29", None, "{lost} called"),
    ("{gone}\n2026-11-23 book A1 2026-12-01", None, None, "2026-12-01", "{lost} booked"),
    ("{gone}\n2026-11-23 visited", None, None, None, "{lost}"),
    ("{gone}\n2026-11-23 find", None, None, None, "{lost} episode"),
    ("{gone}\n2026-11-23 resume all", None, None, None, "{lost} reopened"),
    ("{gone}\n2026-11-23 snooze 2026-12-24 all", None, "2026-12-24", None, "{lost} snoozed"),
    ("{gone}\n2026-11-23 stop moved all", "stopped", "2026-11-29", None, "{lost} stopped"),
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
        None, None, None, "snoozed called",
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
    ("2026-09-01 resolve\n2026-09-03 resume all", None, None, None, "resolved reopened"),
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
    # a hold that ran out is nothing to take back
    (
        """2026-09-01 resolve
           2026-09-02 snooze 2026-09-20 all
           2026-09-20 resume all""",
        None, None, None, "resolved snoozed reopened",
    ),
    # nor does an attempt of yesterday spare what was decided for the site
    (
        """2026-09-01 call no-answer phone 2026-09-02
           2026-09-03 stop other
           2026-09-23 resume all""",
        None, None, None, "called stopped reopened",
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
           2026-09-04 resume all""",
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
    assert (_iso(verdict.snoozed_until), _iso(verdict.booked_until)) == (until, booked)
    words = f"follow-up {reasons.replace('{lost}', 'called called called unreachable')}".split()
    assert [reason.rule for reason in verdict.reasons] == [f"recall.{word}" for word in words]
    if "episode" not in words:
        assert _plan(verdict) == (date(2026, 8, 23), "S1", "3mo", date(2026, 11, 23))


NEW = [
    # found again: no plan, nobody said when, until the next session
    ("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-10-01 find", "2026-10-01", None, None, None),
    ("2026-08-23 treated 3mo\n2026-09-01 stop moved all\n2026-10-01 find", "2026-10-01", None, None, None),
    (
        """2026-08-23 treated 3mo
           2026-08-24 snooze 2026-12-24 all
           2026-09-01 resolve
           2026-10-01 find
           2026-10-02 resume all""",
        "2026-10-01", None, None, None,
    ),
    ("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-10-01 find\n2026-10-02 stop other",
     "2026-10-01", None, None, "stopped"),
    ("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-10-01 find\n2026-10-02 treated 6w",
     "2026-10-02", "6w", "2026-11-13", None),
    # the finding lay before the last session, or before the site was closed
    ("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-08-01 find", "2026-08-23", "3mo", "2026-11-23", "resolved"),
    ("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-08-30 find", "2026-08-30", None, None, "resolved"),
    # nobody said when to come back, or a stop was only proposed
    ("2026-08-23 treated none", "2026-08-23", "none", None, None),
    ("2026-08-23 treated none unsaid", "2026-08-23", None, None, None),
    ("2026-08-23 treated none proposed", "2026-08-23", None, None, None),
    ("2026-08-23 treated 8w proposed", "2026-08-23", "8w", "2026-10-18", None),
    ("2026-08-23 treated 8w carried", "2026-08-23", "8w", "2026-10-18", None),
]  # fmt: skip


@pytest.mark.parametrize(("history", "anchor", "follow_up", "due", "closed"), NEW)
def test_which_plan_counts(
    history: str, anchor: str, follow_up: str | None, due: str | None, closed: str | None
) -> None:
    verdict = decide(facts(history))
    assert (_iso(verdict.anchor), verdict.follow_up, _iso(verdict.due), verdict.closed) == (
        anchor, follow_up, due, closed)  # fmt: skip
    assert (verdict.session is None) == ("find" in history and anchor in history.split("find")[0].split("\n")[-1])


def test_a_finding_is_not_held_back_by_what_was_decided_before() -> None:
    """Nor by a call; an appointment made before it may be still to come."""
    known = facts(
        """2026-09-01 stop moved all
           2026-09-02 call declined phone
           2026-09-02 book A1 2026-12-01
           2026-09-30 snooze 2026-12-24 all
           2026-10-02 call no-answer phone
           2026-10-03 call no-answer sms
           2026-10-04 call no-answer mail"""
    )
    verdict = decide(known._replace(found=date(2026, 10, 1)))
    assert (verdict.closed, verdict.snoozed_until, verdict.booked_until) == (None, None, date(2026, 12, 1))
    assert decide(known._replace(found=date(2026, 9, 30))).snoozed_until == date(2026, 12, 24)


def test_a_site_that_nobody_treated_counts_from_its_finding() -> None:
    known = facts("2026-10-05 snooze 2026-12-24 all\n2026-10-06 call declined phone")._replace(found=date(2026, 10, 1))
    verdict = decide(known)
    assert verdict[:4] == (date(2026, 10, 1), None, None, None)
    assert (verdict.closed, _iso(verdict.snoozed_until)) == ("declined", "2026-12-24")
    assert [one.rule for one in verdict.reasons] == ["recall.never", "recall.snoozed", "recall.called"]


@pytest.mark.parametrize(
    ("history", "sessions"),
    [
        ("2026-05-01 treated 3mo\n2026-08-23 treated 6w", "S1 S2"),
        ("2026-08-23 treated 6w\n2026-05-01 treated 3mo", "S2 S1"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-08-23 treated 6w", "S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 stop resolved all\n2026-08-23 treated 6w", "S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 stop declined all\n2026-08-23 treated 6w", "S1 S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 stop declined\n2026-06-02 find\n2026-08-23 treated 6w", "S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 call declined phone\n2026-08-23 treated 6w", "S1 S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-07-01 find\n2026-06-15 treated 6w", ""),
        ("2026-05-01 treated 3mo\n2026-05-01 resolve\n2026-05-01 treated 6w", "S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve", ""),
        # reopened: it was no such end
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 resume", "S1"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 resume\n2026-08-23 treated 6w", "S1 S2"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 find\n2026-06-03 resume", ""),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 treated 6w\n2026-06-03 resume", "S2"),
    ],
)
def test_an_episode_begins_where_the_site_was_resolved_or_found_again(history: str, sessions: str) -> None:
    """A no ends a recall, and not an episode."""
    assert " ".join(one.session for one in episode(facts(history))) == sessions


def test_calls_appointments_and_proposals_can_be_read_aloud() -> None:
    known = facts(
        """2026-08-23 treated 8w proposed
           2026-10-18 call no-answer phone 2026-10-19
           2026-10-19 call message sms 2026-10-26
           2026-10-26 call wrong-number phone
           2026-10-27 call declined mail
           2026-10-28 book A1 2026-11-02
           2026-10-29 move A1 2026-11-03
           2026-11-03 cancel A1
           2026-11-03 stop other
           2026-11-03 resume
           2026-11-04 book A2 2026-11-24"""
    )
    (last,), calls, bookings = known.treatments, known.calls, known.bookings
    because = "relief 50 % still there"
    known = known._replace(
        treatments=(last._replace(rule="interval_from_relief", why=because),),
        calls=(calls[0]._replace(note="the sister answers"), *calls[1:]),
        bookings=tuple(one._replace(reason="ill") if one.act == "cancel" else one for one in bookings),
    )
    assert [tuple(one) for one in decide(known).reasons] == [
        ("recall.follow-up", "treated 2026-08-23 + 8 weeks = 2026-10-18", "session S1", None),
        ("recall.interval", because, "interval_from_relief", None),
        ("recall.called", "called 2026-10-18 (phone), no answer, again 2026-10-19: the sister answers", "the desk",
         date(2026, 10, 19)),
        ("recall.called", "called 2026-10-19 (sms), message, again 2026-10-26", "the desk", date(2026, 10, 26)),
        ("recall.called", "called 2026-10-26 (phone), wrong number", "the desk", None),
        ("recall.unreachable", "unreachable since 2026-10-26: 3 attempts over 2 channels or more", "house-rule", None),
        ("recall.called", "called 2026-10-27 (mail), declined", "the desk", None),
        ("recall.appointment", "appointment A1 of 2026-11-03 10:00, moved 2026-10-29", "the desk", None),
        ("recall.appointment", "appointment A1 of 2026-11-03 10:00, cancelled 2026-11-03: ill", "the desk", None),
        ("recall.stopped", "stopped 2026-11-03 (other)", "the desk", None),
        ("recall.reopened", "reopened 2026-11-03", "the desk", None),
        ("recall.booked", "booked for 2026-11-24 10:00", "appointment A2", date(2026, 11, 24)),
    ]  # fmt: skip


def test_a_new_episode_says_so() -> None:
    known = facts("2026-08-23 treated 3mo\n2026-09-01 resolve\n2026-10-01 find")
    noted = known._replace(holds=(known.holds[0], known.holds[1]._replace(note="after a fall")))
    told = "found again 2026-10-01, a new episode"
    assert decide(known).reasons[-1] == Reason("recall.episode", told, "the desk")
    assert decide(noted).reasons[-1] == Reason("recall.episode", f"{told}: after a fall", "the desk")


@pytest.mark.parametrize("of", ["archived", "deceased"])
@pytest.mark.parametrize(("history", "due", "reasons"), [(one[0], one[1], one[4]) for one in HISTORIES])
def test_a_patient_off_the_books_is_off_the_list(history: str, due: str | None, reasons: str, of: str) -> None:
    """The plan stays readable, and the patient's status has the last word."""
    verdict = decide(facts(history, of, "2026-10-10"))
    assert (_iso(verdict.due), verdict.closed) == (due, of)
    assert [reason.rule for reason in verdict.reasons] == [f"recall.{word}" for word in (*reasons.split(), of)]
    assert verdict.reasons[-1].text == f"the patient is {of} since 2026-10-10"


def test_the_plan_names_its_session() -> None:
    verdict = decide(facts("2026-05-01 treated 3mo\n2026-08-23 treated 6w\n2026-06-01 treated 1y"))
    assert verdict[:4] == (date(2026, 8, 23), "S2", "6w", date(2026, 10, 4))


def test_rows_of_one_import_share_their_moment_and_go_by_number() -> None:
    one, other = (
        Treatment(f"S{number}", date(2026, 8, 23), f"{number}w", "stated", "now", number) for number in (3, 4)
    )
    assert decide(Facts((one, other))).session == decide(Facts((other, one))).session == "S4"


def test_a_voided_session_is_as_if_it_had_never_been() -> None:
    """The store leaves it out of the facts, and the earlier plan is back, with what held it back."""
    whole = facts("2026-05-01 treated 3mo\n2026-06-01 stop declined\n2026-08-23 treated 6w")
    assert decide(whole).closed is None
    verdict = decide(whole._replace(treatments=whole.treatments[:1]))
    assert (_iso(verdict.due), verdict.closed) == ("2026-08-01", "declined")


@pytest.mark.parametrize(
    ("history", "texts"),
    [
        ("", ["never treated here"]),
        ("2026-08-23 treated 3mo", ["treated 2026-08-23 + 3 months = 2026-11-23"]),
        ("2026-08-23 treated 1w", ["treated 2026-08-23 + 1 week = 2026-08-30"]),
        ("2026-08-23 treated 3mo carried", ["treated 2026-08-23 + 3 months, as the time before = 2026-11-23"]),
        ("2026-01-31 treated 1mo", ["treated 2026-01-31 + 1 month = 2026-02-28 (no day 31 in that month)"]),
        ("2028-02-29 treated 1y", ["treated 2028-02-29 + 1 year = 2029-02-28 (no day 29 in that month)"]),
        ("2026-01-31 treated 4w", ["treated 2026-01-31 + 4 weeks = 2026-02-28"]),
        ("2026-08-23 treated 2027-03-01", ["treated 2026-08-23; follow-up set to 2027-03-01"]),
        ("2026-08-23 treated none", ["treated 2026-08-23; no follow-up was planned"]),
        ("2026-08-23 treated none unsaid", ["treated 2026-08-23; no follow-up was named"]),
        (
            "2026-05-01 treated 1y\n2026-08-23 treated none\n2026-09-01 resolve",
            [
                "treated 2026-08-23; no follow-up was planned",
                "replaces the plan of 2026-05-01 (1y)",
                "resolved 2026-09-01",
            ],
        ),
        (
            "2026-08-23 treated 6w\n2026-09-01 snooze 2026-12-24\n2026-09-02 stop moved\n2026-09-03 resume",
            [
                "treated 2026-08-23 + 6 weeks = 2026-10-04",
                "held on 2026-09-01 until 2026-12-24",
                "stopped 2026-09-02 (moved)",
                "reopened 2026-09-03",
            ],
        ),
    ],
)
def test_every_reason_can_be_read_aloud(history: str, texts: list[str]) -> None:
    assert [reason.text for reason in decide(facts(history)).reasons] == texts


def test_reasons_say_where_they_come_from_and_when_they_end() -> None:
    known = facts("2026-05-01 treated 1y\n2026-08-23 treated 6w\n2026-09-01 snooze 2026-12-24")
    noted = known._replace(holds=(known.holds[0]._replace(note="waits for the MRI"),))
    plan, replaced, snoozed = decide(noted).reasons
    assert (plan.source, plan.until) == ("session S2", None)
    assert (replaced.source, replaced.until) == ("session S1", None)
    assert (snoozed.source, snoozed.until) == ("the desk", date(2026, 12, 24))
    assert snoozed.text.endswith(": waits for the MRI")


@pytest.mark.parametrize(
    ("last_plan", "closed", "goes_on"),
    [
        ("3mo", None, "3mo"),
        ("6w", None, "6w"),
        # a day is not an interval: it cannot come round again
        ("2027-03-01", None, None),
        ("none", None, None),
        (None, None, None),
        # what was closed does not start again by itself
        ("3mo", "resolved", None),
        ("3mo", "declined", None),
        ("3mo", "stopped", None),
        ("3mo", "archived", None),
        ("3mo", "deceased", None),
    ],
)
def test_a_session_without_a_plan_goes_on_with_the_last_interval(
    last_plan: str | None, closed: str | None, goes_on: str | None
) -> None:
    assert carried(last_plan, closed) == goes_on


@pytest.mark.parametrize(
    ("session", "last", "too_late"),
    [
        ("2026-08-23", None, False),
        ("2026-08-23", "2026-05-01", False),
        ("2026-08-23", "2026-08-23", False),
        ("2026-08-23", "2026-08-24", True),
    ],
)
def test_a_late_entry_knows_that_it_is_one(session: str, last: str | None, too_late: bool) -> None:
    assert overtaken(date.fromisoformat(session), date.fromisoformat(last) if last else None) is too_late


# --- laws -----------------------------------------------------------------------------------------------

DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))
STEPS = st.builds(lambda number, unit: f"{number}{unit}", st.integers(1, 60), st.sampled_from(["d", "w", "mo", "y"]))
ACTS = st.sampled_from(["stop", "snooze", "resolve", "resume", "find"])
REASONS = st.sampled_from(["resolved", "declined", "moved", "died", "other"])
RESULTS = st.sampled_from(["booked", "reached", "message", "no-answer", "wrong-number", "declined", "later"])
MISSED = ("message", "no-answer", "wrong-number")
IN_VAIN = st.sampled_from(MISSED)
CHANNELS = st.sampled_from(["phone", "sms", "mail", "email"])
AHEAD = st.integers(1, 400).map(timedelta)
MOMENTS = st.integers(1, 10**6).map("{:07}".format)
LATER = date(2028, 2, 1)
"""After everything that can have happened."""
SHIPPED = Thresholds(upcoming=14, due=0, overdue=14, lapsed=90)
Entry = Hold | Call | Booking | Visit


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    on, number = draw(DAYS), draw(st.integers(1, 10**6))
    plan = draw(STEPS | st.just("none") | st.integers(1, 800).map(lambda days: (on + timedelta(days)).isoformat()))
    return Treatment(f"S{number}", on, plan, draw(st.sampled_from(["stated", "carried"])), f"{number:07}", number)


@st.composite
def holds(draw: st.DrawFn, acts: st.SearchStrategy[str] = ACTS) -> Hold:
    act, on = draw(acts), draw(DAYS)
    reason = draw(REASONS) if act == "stop" else None
    until = on + draw(AHEAD) if act == "snooze" else None
    whole = act != "find" and draw(st.booleans())
    return Hold(act, on, "the desk", reason, until, None, draw(MOMENTS), whole)


@st.composite
def calls(draw: st.DrawFn, results: st.SearchStrategy[str] = RESULTS) -> Call:
    on, result = draw(DAYS), draw(results)
    until = on + draw(AHEAD) if result == "later" or draw(st.booleans()) else None
    return Call(result, draw(CHANNELS), on, "the desk", until, None, draw(MOMENTS))


@st.composite
def runs_of_calls(draw: st.DrawFn, results: st.SearchStrategy[str] = IN_VAIN) -> list[Call]:
    """Attempts on one day after the other, as a desk makes them: often enough of them to give up."""
    on, found = draw(DAYS), draw(st.lists(calls(results), min_size=2, max_size=7))
    return [one._replace(on=on + timedelta(step)) for step, one in enumerate(found)]


@st.composite
def appointments(draw: st.DrawFn) -> list[Booking]:
    """What was done to one appointment, a day or more apart: booked, changed, perhaps over, perhaps open again."""
    code, on, stands = f"A{draw(st.integers(1, 10**6))}", draw(DAYS), draw(DAYS)
    acts = ["book", *draw(st.lists(st.sampled_from(["move", "arrive"]), max_size=2))]
    acts += draw(st.sampled_from([[], ["cancel"], ["no-show"], ["done"], ["done", "reopen"]]))
    out = []
    for act in acts:
        stands = draw(DAYS) if act == "move" else stands
        out.append(Booking(act, code, on, "the desk", stands, WALL, None, draw(MOMENTS)))
        on = min(on + timedelta(draw(st.integers(1, 60))), LATER - timedelta(1))
    return out


@st.composite
def histories(
    draw: st.DrawFn,
    least: int = 0,
    patients: tuple[str, ...] = ("active", "archived", "deceased"),
    acts: st.SearchStrategy[str] = ACTS,
) -> Facts:
    """A patient's past that can have been, with one site's sessions; no two entries of the same moment."""
    sessions = draw(st.lists(treatments(), min_size=least, max_size=5, unique_by=lambda one: one.order))
    elsewhere = draw(st.lists(st.builds(Visit, DAYS, MOMENTS), max_size=3))
    called = [*draw(st.lists(calls(), max_size=5)), *draw(st.just([]) | runs_of_calls())]
    lives = draw(st.lists(appointments(), max_size=3, unique_by=lambda one: one[0].code))
    bookings = [one for life in lives for one in life]
    found = Facts(
        tuple(sessions),
        tuple(draw(st.lists(holds(acts), max_size=5))),
        draw(st.sampled_from(patients)),
        None,
        tuple(called),
        tuple(bookings),
        (*(Visit(one.on, one.recorded_at) for one in sessions), *elsewhere),
        booked(bookings),
        TRIES,
        draw(st.none() | DAYS) if not sessions else None,
    )
    entries = [*found.entries, *(one for one in sessions)]
    own = len(sessions)  # a session is a visit of its own moment
    assume(len({(one.on, one.recorded_at) for one in entries}) == len(entries) - own)
    return found


def _plan(verdict: Verdict) -> tuple[object, ...]:
    return verdict[:4]


DECISIONS = st.sampled_from(["stop", "snooze", "resolve", "resume"])
ENTRIES = holds(DECISIONS) | calls() | appointments().map(lambda one: one[0]) | st.builds(Visit, DAYS, MOMENTS)


def more(known: Facts, *entries: Entry) -> Facts:
    """The same past, and something more."""
    of = {kind: tuple(one for one in entries if isinstance(one, kind)) for kind in (Hold, Call, Booking, Visit)}
    return known._replace(
        holds=(*known.holds, *of[Hold]),
        calls=(*known.calls, *of[Call]),
        bookings=(*known.bookings, *of[Booking]),
        visits=(*known.visits, *of[Visit]),
    )


def last(entry: Entry, after: int = 0) -> Entry:
    """The entry after everything else."""
    return entry._replace(on=LATER + timedelta(after), recorded_at=f"z{after}")


@given(histories(acts=DECISIONS))
def test_due_is_the_last_session_plus_its_follow_up(known: Facts) -> None:
    verdict = decide(known)
    last = max(known.treatments, key=lambda one: (one.on, one.order), default=None)
    assert verdict.due == (oracle.due(last.on, last.follow_up) if last else None)
    assert verdict.anchor == (last.on if last else known.found)


@given(histories())
def test_due_never_lies_before_the_session(known: Facts) -> None:
    verdict = decide(known)
    assert verdict.due is None or (verdict.anchor is not None and verdict.due > verdict.anchor)


@given(histories(), ENTRIES)
def test_nothing_done_or_decided_about_a_recall_moves_its_due_date(known: Facts, entry: Entry) -> None:
    """Short of finding the site again."""
    assert _plan(decide(more(known, entry))) == _plan(decide(known))


@given(histories(patients=("active",)))
def test_only_a_decision_or_a_call_closes_a_recall(known: Facts) -> None:
    verdict = decide(known._replace(holds=(), calls=()))
    assert (verdict.closed, verdict.snoozed_until) == (None, None)


@given(histories(), st.dates(date(2019, 1, 1), date(2030, 12, 31)), st.booleans())
def test_nobody_who_died_is_ever_listed(known: Facts, today: date, reassess: bool) -> None:
    """Not even to be looked at again."""
    verdict = decide(known._replace(patient="deceased"))
    plan = Plan(
        verdict.due, verdict.closed, verdict.snoozed_until, reassess=reassess, booked_until=verdict.booked_until
    )
    assert status(plan, today, SHIPPED) == "deceased"
    assert "deceased" not in LISTED


@given(histories(least=1), treatments())
def test_an_older_session_changes_nothing_but_the_reasons(known: Facts, older: Treatment) -> None:
    assume(older.on < max(one.on for one in known.treatments))
    more = decide(known._replace(treatments=(*known.treatments, older)))
    assert more[:7] == decide(known)[:7]


@given(histories(least=1, patients=("active",)), st.sampled_from(["3mo", "2w", "none"]))
def test_a_later_session_wipes_the_slate(known: Facts, follow_up: str) -> None:
    fresh = Treatment("S0", LATER, follow_up, "stated", "z", 0)
    verdict = decide(more(known._replace(treatments=(*known.treatments, fresh)), Visit(LATER, "z")))
    assert verdict[:6] == (fresh.on, "S0", follow_up, due_date(fresh), None, None)
    assert not verdict.reached.attempts


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_is_of_no_account(known: Facts, random: Random) -> None:
    shuffled = known._replace(
        treatments=tuple(random.sample(known.treatments, len(known.treatments))),
        holds=tuple(random.sample(known.holds, len(known.holds))),
        calls=tuple(random.sample(known.calls, len(known.calls))),
        bookings=tuple(random.sample(known.bookings, len(known.bookings))),
        visits=tuple(random.sample(known.visits, len(known.visits))),
    )
    assert decide(shuffled) == decide(known)


@given(histories(patients=("active",)))
def test_reopening_last_lets_go_of_everything(known: Facts) -> None:
    """The site's own reopening; the patient's leaves what was decided for the site while there is more to take back."""
    resume = Hold("resume", LATER, "the desk", recorded_at="z")
    verdict = decide(more(known, resume))
    assert (verdict.closed, verdict.snoozed_until) == (None, None)
    all_of_it = decide(more(known, resume._replace(whole=True)))
    before = decide(known)
    assert (all_of_it.closed, all_of_it.snoozed_until) == (before.own if before.whole else None, None)


@given(histories())
def test_whatever_holds_a_recall_back_is_among_its_reasons(known: Facts) -> None:
    verdict = decide(known)
    rules = {reason.rule for reason in verdict.reasons}
    assert rules, "there is always a reason"
    no = [one for one in verdict.reasons if one.rule == "recall.called" and ", declined" in one.text]
    assert verdict.closed is None or f"recall.{verdict.closed}" in rules or (verdict.closed == "declined" and no)
    assert verdict.snoozed_until is None or verdict.snoozed_until in {reason.until for reason in verdict.reasons}
    assert verdict.booked_until is None or verdict.booked_until in {reason.until for reason in verdict.reasons}


@given(histories())
def test_an_appointment_that_is_open_holds_a_recall_until_its_day(known: Facts) -> None:
    assert decide(known).booked_until == max((one.on for one in known.booked), default=None)


@given(histories(patients=("active",)), calls(st.sampled_from(["booked", "later"])), st.booleans())
def test_who_comes_after_all_is_neither_declined_nor_unreachable(known: Facts, call: Call, books: bool) -> None:
    """Except for a site that was closed with a no of its own."""
    entry: Entry = Booking("book", "A0", LATER, "the desk", LATER, WALL) if books else call
    before, after = decide(known), decide(more(known, last(entry)))
    assert after.closed == (before.own if before.closed in {"declined", "unreachable"} else before.closed)
    assert after.reached.attempts == ()
    assert not books or after.snoozed_until is None


@given(histories(patients=("active",)), calls(st.just("reached")))
def test_who_is_reached_is_not_unreachable(known: Facts, call: Call) -> None:
    before, after = decide(known), decide(more(known, last(call)))
    assert after.closed == (before.own if before.closed == "unreachable" else before.closed)


@given(histories(patients=("active",)), runs_of_calls(IN_VAIN | RESULTS))
def test_unreachable_is_who_was_tried_three_times_over_two_ways_in_a_row(known: Facts, run: list[Call]) -> None:
    """Counted by hand from a day on which everything was open; whoever said no is not given up."""
    known = more(known, Hold("resume", LATER, "the desk", recorded_at="z"))
    closed, ways = None, []
    for after, one in enumerate(run, 1):
        known = more(known, last(one, after))
        if one.result in MISSED:
            ways.append(one.channel)
            closed = closed or ("unreachable" if len(ways) >= 3 and len(set(ways)) >= 2 else None)
        else:
            ways = []
            closed = "declined" if one.result == "declined" or (one.result, closed) == ("reached", "declined") else None
        assert decide(known).closed == closed


@given(histories(least=1, patients=("active",)), st.lists(calls(IN_VAIN), min_size=3, max_size=6), DAYS)
def test_nobody_is_given_up_over_reminders(known: Facts, missed: list[Call], booked_on: date) -> None:
    """Whenever the appointment was made that is still to come: before the last session of a site, or after it."""
    stands = LATER + timedelta(len(missed))
    known = more(known, Booking("book", "A0", booked_on, "the desk", stands, WALL, None, "0"))
    was = decide(known).closed
    reminders = [last(one, after) for after, one in enumerate(missed)]
    assert decide(more(known, *reminders)).closed == was


@given(histories(patients=("active",)), st.lists(calls(IN_VAIN | st.sampled_from(["reached", "later"])), max_size=4),
       st.sampled_from(["cancel", "no-show"]))  # fmt: skip
def test_an_appointment_that_is_off_is_back_at_once_whatever_was_called(
    known: Facts, between: list[Call], act: str
) -> None:
    first = Booking("book", "A0", LATER, "the desk", LATER + timedelta(9), WALL)
    booked_then = more(known, first._replace(recorded_at="z"))
    called = more(booked_then, *(last(one, 1 + after) for after, one in enumerate(between)))
    off = decide(more(called, last(first._replace(act=act), 8)))
    assert (off.closed, off.snoozed_until) == (decide(booked_then).closed, None)


@given(histories(patients=("active",)), calls(IN_VAIN), AHEAD)
def test_an_attempt_in_vain_never_shortens_what_the_clinic_decided(known: Facts, call: Call, ahead: timedelta) -> None:
    snoozed = more(known, Hold("snooze", LATER, "the desk", until=LATER + ahead, recorded_at="z"))
    tried = last(call, 1)
    found = decide(more(snoozed, tried)).snoozed_until
    assert found == max(LATER + ahead, tried.until or date.min)


@given(histories())
def test_a_new_episode_forgets_the_old_plan(known: Facts) -> None:
    found = decide(more(known._replace(patient="active"), Hold("find", LATER, "the desk", recorded_at="z")))
    assert found[:6] == (LATER, None, None, None, None, None)
    assert (found.own, found.whole) == (None, False)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
