"""When a site is due and what holds it back: a table of histories, and the laws behind it."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rules.recalls import facts
from tests.spec import oracle
from tpi_cli.rules.recall import Facts, Hold, Treatment, Verdict, carried, decide, due_date, overtaken
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
ACTS = st.sampled_from(["stop", "snooze", "resolve", "resume"])
REASONS = st.sampled_from(["resolved", "declined", "moved", "died", "other"])
SHIPPED = Thresholds(upcoming=14, due=0, overdue=14, lapsed=90)


@st.composite
def treatments(draw: st.DrawFn) -> Treatment:
    on, number = draw(DAYS), draw(st.integers(1, 10**6))
    plan = draw(STEPS | st.just("none") | st.integers(1, 800).map(lambda days: (on + timedelta(days)).isoformat()))
    return Treatment(f"S{number}", on, plan, draw(st.sampled_from(["stated", "carried"])), f"{number:07}", number)


@st.composite
def holds(draw: st.DrawFn) -> Hold:
    act, on, moment = draw(ACTS), draw(DAYS), draw(st.integers(1, 10**6))
    reason = draw(REASONS) if act == "stop" else None
    until = on + timedelta(draw(st.integers(1, 400))) if act == "snooze" else None
    return Hold(act, on, "the desk", reason, until, None, f"{moment:07}")


def _histories(
    least: int = 0, patients: tuple[str, ...] = ("active", "archived", "deceased")
) -> st.SearchStrategy[Facts]:
    given_up = st.lists(treatments(), min_size=least, max_size=5, unique_by=lambda one: one.order).map(tuple)
    return st.builds(Facts, given_up, st.lists(holds(), max_size=5).map(tuple), st.sampled_from(patients))


def _plan(verdict: Verdict) -> tuple[object, ...]:
    return verdict[:4]


@given(_histories())
def test_due_is_the_last_session_plus_its_follow_up(known: Facts) -> None:
    verdict = decide(known)
    last = max(known.treatments, key=lambda one: (one.on, one.order), default=None)
    assert verdict.due == (oracle.due(last.on, last.follow_up) if last else None)
    assert verdict.anchor == (last.on if last else None)


@given(_histories())
def test_due_never_lies_before_the_session(known: Facts) -> None:
    verdict = decide(known)
    assert verdict.due is None or (verdict.anchor is not None and verdict.due > verdict.anchor)


@given(_histories(), holds())
def test_nothing_decided_about_a_recall_moves_its_due_date(known: Facts, hold: Hold) -> None:
    assert _plan(decide(known._replace(holds=(*known.holds, hold)))) == _plan(decide(known))


@given(_histories(patients=("active",)))
def test_only_a_decision_closes_a_recall(known: Facts) -> None:
    verdict = decide(known._replace(holds=()))
    assert (verdict.closed, verdict.snoozed_until) == (None, None)


@given(_histories(), st.dates(date(2019, 1, 1), date(2030, 12, 31)), st.booleans())
def test_nobody_who_died_is_ever_listed(known: Facts, today: date, reassess: bool) -> None:
    """Not even to be looked at again."""
    verdict = decide(known._replace(patient="deceased"))
    plan = Plan(verdict.due, verdict.closed, verdict.snoozed_until, reassess=reassess)
    assert status(plan, today, SHIPPED) not in LISTED


@given(_histories(least=1), treatments())
def test_an_older_session_changes_nothing_but_the_reasons(known: Facts, older: Treatment) -> None:
    assume(older.on < max(one.on for one in known.treatments))
    more = decide(known._replace(treatments=(*known.treatments, older)))
    assert more[:6] == decide(known)[:6]


@given(_histories(least=1, patients=("active",)), st.sampled_from(["3mo", "2w", "none"]))
def test_a_later_session_wipes_the_slate(known: Facts, follow_up: str) -> None:
    fresh = Treatment("S0", date(2028, 1, 31), follow_up, "stated", "z", 0)
    verdict = decide(known._replace(treatments=(*known.treatments, fresh)))
    assert verdict[:6] == (fresh.on, "S0", follow_up, due_date(fresh), None, None)


@given(_histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_is_of_no_account(known: Facts, random: Random) -> None:
    assume(len({(one.on, one.recorded_at) for one in known.holds}) == len(known.holds))
    shuffled = known._replace(
        treatments=tuple(random.sample(known.treatments, len(known.treatments))),
        holds=tuple(random.sample(known.holds, len(known.holds))),
    )
    assert decide(shuffled) == decide(known)


@given(_histories(least=1, patients=("active",)))
def test_reopening_last_lets_go_of_everything(known: Facts) -> None:
    resume = Hold("resume", date(2028, 1, 1), "the desk", recorded_at="z")
    verdict = decide(known._replace(holds=(*known.holds, resume)))
    assert (verdict.closed, verdict.snoozed_until) == (None, None)


@given(_histories())
def test_whatever_holds_a_recall_back_is_among_its_reasons(known: Facts) -> None:
    verdict = decide(known)
    rules = {reason.rule for reason in verdict.reasons}
    assert rules, "there is always a reason"
    assert verdict.closed is None or f"recall.{verdict.closed}" in rules
    assert verdict.snoozed_until is None or verdict.snoozed_until in {reason.until for reason in verdict.reasons}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
