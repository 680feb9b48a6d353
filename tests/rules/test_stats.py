"""Whether a patient came back in time, how long relief lasted, and what is counted in which group."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.commands.reading import rows
from tests.rules.recalls import facts
from tpi_cli.rules import stats
from tpi_cli.rules.contact import Booking, Call, Tries
from tpi_cli.rules.eligibility import Where
from tpi_cli.rules.past import Past, Told, Treated
from tpi_cli.rules.relief import Response, Score
from tpi_cli.rules.stats import Asked, Lasted, Treatment
from tpi_cli.rules.values import Dose

FIRST = date(2026, 1, 5)
UT_L, LS_L = ("trapezius_upper", "L"), ("levator_scapulae", "L")


def asked(today: str = "2026-11-23", first: str = "2026-01-01", last: str = "2026-12-31") -> Asked:
    """Relief of 30 and 50 %, and 14 days of grace."""
    days = (date.fromisoformat(one) for one in (first, last, today))
    return Asked(*days, (Decimal(30), Decimal(50)), 14)


# --- recall kept: a session of 5 January 2026 that planned the next; 3mo is due on 5 April, the last day 19 April

KEPT = """
happened                                                     | today      | kept
treated 3mo                                                  | 2026-04-04 | -
treated 3mo                                                  | 2026-04-05 | -
treated 3mo                                                  | 2026-04-19 | -
treated 3mo                                                  | 2026-04-20 | no
treated 2026-04-05                                           | 2026-04-20 | no
treated none                                                 | 2026-11-23 | -
treated none unsaid                                          | 2026-11-23 | -
# back in time, on the last day, a day late; far too early is in time
treated 3mo; 2026-04-05 treated 3mo                          | 2026-04-05 | yes
treated 3mo; 2026-04-19 treated 3mo                          | 2026-04-19 | yes
treated 3mo; 2026-04-20 treated 3mo                          | 2026-04-20 | no
treated 3mo; 2026-01-06 treated 3mo                          | 2026-11-23 | yes
treated 3mo; 2026-01-06 treated 3mo                          | 2026-04-04 | -
# what was not yet known, or treated before, is nothing
treated 3mo; 2026-04-10 treated 3mo                          | 2026-04-09 | -
treated 3mo; 2025-12-01 treated 3mo                          | 2026-11-23 | no
# of two entries of one day the later one plans; it is no return
treated 3mo; 2026-01-05 treated 6w                           | 2026-03-02 | -
treated 3mo; 2026-01-05 treated 6w                           | 2026-03-03 | no
treated 3mo; 2026-01-05 treated none                         | 2026-11-23 | -
# ended by the due date: not judged; a day later: not kept
treated 3mo; 2026-04-05 stop declined                        | 2026-11-23 | -
treated 3mo; 2026-04-06 stop declined                        | 2026-11-23 | no
treated 3mo; 2026-04-05 stop moved                           | 2026-11-23 | -
treated 3mo; 2026-04-05 resolve                              | 2026-11-23 | -
treated 3mo; 2026-04-06 resolve                              | 2026-11-23 | no
treated 3mo; 2026-04-10 stop moved; 2026-05-01 treated 3mo   | 2026-11-23 | no
treated 3mo; 2026-03-01 snooze 2026-11-30                    | 2026-11-23 | no
treated 3mo; 2026-03-01 stop moved; 2026-04-05 resume        | 2026-11-23 | no
treated 3mo; 2026-03-01 stop moved; 2026-04-06 resume        | 2026-11-23 | -
treated 3mo; 2026-02-01 resolve; 2026-03-01 find             | 2026-11-23 | -
treated 3mo; 2026-03-01 stop moved; 2026-04-10 treated 3mo   | 2026-11-23 | -
2026-01-04 stop moved; 2026-01-05 treated 3mo                | 2026-11-23 | no
# ended once the patient had been back: the plan before was kept
treated 3mo; 2026-03-01 treated 3mo; 2026-03-02 stop moved   | 2026-11-23 | yes
treated 3mo; 2026-03-01 treated 3mo; 2026-03-01 resolve      | 2026-11-23 | yes
"""


@pytest.mark.parametrize(("happened", "today", "kept"), rows(KEPT), ids=[" ".join(row[:2]) for row in rows(KEPT)])
def test_whether_the_recall_was_kept(happened: str, today: str, kept: str) -> None:
    lines = [one.strip() for one in happened.split(";")]
    history = "\n".join(one if one[:2] == "20" else f"{FIRST} {one}" for one in lines)
    expected = {"yes": True, "no": False, "-": None}[kept]
    assert stats.kept(facts(history), FIRST, asked(today)) is expected


@pytest.mark.parametrize("status", ["archived", "deceased"])
@pytest.mark.parametrize(("since", "kept"), [("2026-04-05", None), (None, None), ("2026-04-06", False)])
def test_who_is_off_the_books_by_the_due_date_is_not_judged(status: str, since: str | None, kept: bool | None) -> None:
    """Nor is who is off them since nobody knows when."""
    assert stats.kept(facts("2026-01-05 treated 3mo", status, since), FIRST, asked()) is kept


def test_who_cannot_be_reached_did_not_come() -> None:
    calls = tuple(Call("no-answer", how, date(2026, 3, at), "desk") for at, how in enumerate(("phone", "sms"), 1))
    known = facts("2026-01-05 treated 3mo")._replace(calls=calls, tries=Tries(2, 2, "house-rule"))
    assert stats.kept(known, FIRST, asked()) is False


CALLED = """
said no on | booked on  | kept
2026-04-05 |            | -
2026-04-06 |            | no
2026-03-01 | 2026-04-05 | no
2026-03-01 | 2026-04-06 | -
"""


@pytest.mark.parametrize(("no", "booked", "kept"), rows(CALLED))
def test_a_no_on_the_phone_ends_the_plan_too(no: str, booked: str, kept: str) -> None:
    """Unless an appointment was made after all by the due date; it was not kept then."""
    calls = (Call("declined", "phone", date.fromisoformat(no), "desk"),)
    known = facts("2026-01-05 treated 3mo")._replace(calls=calls)
    if booked:
        on = date.fromisoformat(booked)
        known = known._replace(bookings=(Booking("book", "A-0018", on, "desk", date(2026, 4, 20), "10:00"),))
    assert stats.kept(known, FIRST, asked()) is {"no": False, "-": None}[kept]


# --- how long relief lasted


LASTED = """
weeks        | median | at least | known | censored
             | -      | no       | 0     | 0
6            | 6      | no       | 1     | 0
6+           | 6      | yes      | 1     | 1
8 4 6        | 6      | no       | 3     | 0
4 6 8+       | 6      | no       | 3     | 1
4 6+ 8       | 6      | yes      | 3     | 1
4+ 6 8       | 6      | yes      | 3     | 1
6+ 6 6       | 6      | yes      | 3     | 1
4 6          | 4      | no       | 2     | 0
4 6+         | 4      | no       | 2     | 1
4+ 6         | 4      | yes      | 2     | 1
0+ 0+ 9      | 0      | yes      | 3     | 2
"""


@pytest.mark.parametrize(("weeks", "median", "at_least", "known", "censored"), rows(LASTED))
def test_the_median_of_relief(weeks: str, median: str, at_least: str, known: str, censored: str) -> None:
    """With a + nobody saw it wear off; the median is marked where such a one lies at or below it."""
    found = stats.lasted(lasting(one) for one in weeks.split())
    middle = None if median == "-" else int(median)
    assert found == Lasted(middle, at_least == "yes", int(known), int(censored))


def lasting(weeks: str) -> Response:
    until = FIRST + timedelta(weeks=int(weeks.rstrip("+")), days=6)
    return Response("enough", FIRST, Decimal(50), until, weeks.endswith("+"))


# --- a patient's treatments


def treated(day: str, where: Where = UT_L, session: int = 1, agent: str | None = "lidocaine") -> Treated:
    doses = (Dose(agent, mass=Decimal(10)),) if agent else ()
    return Treated(session, date.fromisoformat(day), where, "cervical", doses)


def counted(past: Past, **more: str) -> list[Treatment]:
    plan = facts("\n".join(f"{one.on} treated none" for one in past.treated))
    return list(stats.of_patient(7, past, {UT_L: plan, LS_L: plan}, {1: "AM", 2: "JS"}, asked(**more)))


def test_a_site_is_counted_once_a_day_with_all_it_got_and_all_who_gave_it() -> None:
    """A mix is each of its agents; what got none was needled dry."""
    mixed = treated("2026-01-05")._replace(doses=(*treated("2026-01-05").doses, Dose("bupivacaine", mass=Decimal(5))))
    found = counted(Past((mixed, treated("2026-01-05", LS_L), treated("2026-01-05", UT_L, 2, None))))
    assert [(one.where, set(one.agents), set(one.clinicians)) for one in found] == [
        (LS_L, {"lidocaine"}, {"AM"}),
        (UT_L, {"lidocaine", "bupivacaine", "dry_needling"}, {"AM", "JS"}),
    ]
    assert {one.visit for one in found} == {(7, FIRST)}


RANGE = """
first      | last       | today      | counted
2026-01-05 | 2026-01-07 | 2026-11-23 | 05 06 07
2026-01-06 | 2026-01-06 | 2026-11-23 | 06
2026-01-01 | 2026-01-31 | 2026-01-06 | 05 06
2026-01-08 | 2026-01-31 | 2026-11-23 |
"""


@pytest.mark.parametrize(("first", "last", "today", "expected"), rows(RANGE))
def test_the_days_of_the_range(first: str, last: str, today: str, expected: str) -> None:
    past = Past(tuple(treated(f"2026-01-{day}") for day in ("05", "06", "07")))
    found = counted(past, first=first, last=last, today=today)
    assert " ".join(f"{one.on:%d}" for one in found) == expected


SCORED = """
pain before | scores                            | 30 %   | 50 %   | weeks
8           | 01-26 4                           | yes    | yes    | 3+
8           | 01-26 5                           | yes    | no     | 3+
8           | 01-26 6                           | no     | no     |
10          | 01-26 7                           | yes    | no     | 3+
8           | 01-26 2, 02-16 5, 03-02 8         | yes    | yes    | 6
8           | 01-26 2, 02-16 8, 03-02 5         | yes    | yes    | 8+
8           | 01-05 2                           | yes    | yes    | 0+
8           |                                   | -      | -      |
0           | 01-26 0                           | -      | -      |
"""


@pytest.mark.parametrize(("before", "scores", "moderate", "substantial", "weeks"), rows(SCORED))
def test_the_best_score_counts(before: str, scores: str, moderate: str, substantial: str, weeks: str) -> None:
    """And the last one that was still at 30 % tells how long; without a relief there is no answer at all."""
    told = [one.split() for one in scores.split(", ") if one]
    marks = tuple(Told(FIRST, None, Score(date.fromisoformat(f"2026-{day}"), int(pain))) for day, pain in told)
    (one,) = counted(Past((treated("2026-01-05"),), (), marks, {(FIRST, None): int(before)}))
    (row,) = stats.counted([one], {}, None)
    expected = {"yes": 1, "no": 0, "-": 0}
    assert row.scored == (moderate != "-")
    assert row.responders == (expected[moderate], expected[substantial])
    lasted = "" if row.lasted.median is None else f"{row.lasted.median}{'+' if row.lasted.censored else ''}"
    assert lasted == weeks


def test_a_score_of_the_patient_counts_for_every_site_and_one_of_a_site_for_that_alone() -> None:
    both = (treated("2026-01-05"), treated("2026-01-05", LS_L))
    marks = (Told(FIRST, None, Score(date(2026, 1, 12), 5)), Told(FIRST, UT_L, Score(date(2026, 1, 12), 1)))
    found = stats.counted(counted(Past(both, (), marks, {(FIRST, None): 8})), {}, "muscle")
    assert {row.group: row.responders for row in found} == {"trapezius_upper": (1, 1), "levator_scapulae": (1, 0)}


def test_a_score_of_tomorrow_is_not_known_today() -> None:
    past = Past((treated("2026-01-05"),), (), (Told(FIRST, None, Score(date(2026, 1, 12), 1)),), {(FIRST, None): 8})
    for today, scored in (("2026-01-11", 0), ("2026-01-12", 1)):
        (row,) = stats.counted(counted(past, today=today), {}, None)
        assert row.scored == scored


# --- groups


def one(patient: int, day: int, agents: str, where: Where = UT_L, *, kept: bool | None = None) -> Treatment:
    on = date(2026, 1, day)
    silent = (Response("none", on), Response("none", on))
    return Treatment(patient, on, where, frozenset(agents.split("+")), frozenset({"AM"}), silent, kept)


MADE = [one(1, 5, "a+b", kept=True), one(1, 5, "b", LS_L, kept=False), one(1, 6, "a"), one(2, 5, "a", kept=True)]
EVENTS = {(1, date(2026, 1, 5)): 2, (2, date(2026, 1, 5)): 1, (9, date(2026, 1, 9)): 4}

GROUPS = """
by        | group              | sessions | patients | treated | kept | judged | events
          | all                | 3        | 2        | 4       | 2    | 3      | 7
agent     | a                  | 3        | 2        | 3       | 2    | 2      | 3
agent     | b                  | 1        | 1        | 2       | 1    | 2      | 2
muscle    | trapezius_upper    | 3        | 2        | 3       | 2    | 2      | 3
site      | levator_scapulae L | 1        | 1        | 1       | 0    | 1      | 2
clinician | AM                 | 3        | 2        | 4       | 2    | 3      | 3
"""


@pytest.mark.parametrize(("by", "group", "numbers"), [(row[0], row[1], row[2:]) for row in rows(GROUPS)])
def test_a_group_counts_what_has_a_site_in_it(by: str, group: str, numbers: tuple[str, ...]) -> None:
    """A mix in each of its agents' groups; an event in every group its session has a site in, or in all alone."""
    found = {row.group: row for row in stats.counted(MADE, EVENTS, by or None)}[group]
    told = (found.sessions, found.patients, found.treated, found.kept, found.judged, found.events)
    assert told == tuple(map(int, numbers))


@pytest.mark.parametrize("by", [None, *stats.GROUPS])
def test_nobody_treated_is_no_row(by: str | None) -> None:
    assert stats.counted([], EVENTS, by) == []
