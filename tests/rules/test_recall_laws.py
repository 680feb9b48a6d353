"""The laws behind the recall: what holds for every history there can be."""

from datetime import date, timedelta
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.rules.recalls import TRIES, WALL, booked, plan
from tests.spec import oracle
from tpi_cli.rules.contact import Booking, Call, Visit
from tpi_cli.rules.recall import (
    Facts,
    Hold,
    Treatment,
    decide,
    due_date,
)
from tpi_cli.rules.standing import LISTED, Plan, Thresholds, status

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
    assert plan(decide(more(known, entry))) == plan(decide(known))


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
    """The site's own reopening; the patient's leaves what was decided for the site."""
    resume = Hold("resume", LATER, "the desk", recorded_at="z")
    verdict = decide(more(known, resume))
    assert (verdict.closed, verdict.snoozed_until) == (None, None)
    all_of_it = decide(more(known, resume._replace(whole=True)))
    assert (all_of_it.closed, all_of_it.snoozed_until) == (decide(known).own, None)


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


@given(histories(patients=("active",)), st.lists(calls(IN_VAIN | st.just("reached")), max_size=4),
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
