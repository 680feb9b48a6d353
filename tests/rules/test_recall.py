"""When a site is due and what holds it back: a table of histories, and the laws behind it."""

from datetime import date

import pytest

from tests.rules.recalls import facts, iso
from tpi_cli.rules.recall import (
    Facts,
    Reason,
    Treatment,
    carried,
    decide,
    episode,
    overtaken,
)

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
    assert iso(verdict.due) == due
    assert verdict.closed == closed
    assert iso(verdict.snoozed_until) == until
    assert [reason.rule for reason in verdict.reasons] == [f"recall.{word}" for word in reasons.split()]


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
    assert (iso(verdict.anchor), verdict.follow_up, iso(verdict.due), verdict.closed) == (
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
    assert (verdict.closed, iso(verdict.snoozed_until)) == ("declined", "2026-12-24")
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
        # a patient's resume takes back what ended it for the patient, and not what ended it for the site
        ("2026-05-01 treated 3mo\n2026-06-01 stop resolved all\n2026-06-02 resume all", "S1"),
        ("2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 resume all\n2026-08-23 treated 6w", "S2"),
        (
            "2026-05-01 treated 3mo\n2026-06-01 resolve\n2026-06-02 stop resolved all\n2026-06-03 resume all",
            "",
        ),
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
    assert (iso(verdict.due), verdict.closed) == (due, of)
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
    assert (iso(verdict.due), verdict.closed) == ("2026-08-01", "declined")


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
