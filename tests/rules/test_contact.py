"""When attempts to reach a patient have been enough, what an appointment counts for, and how both are told."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.rules import contact
from tpi_cli.rules.contact import ACTS, GONE, Booking, Call, Reached, Tries

MON = date(2026, 11, 23)
CHANNELS = ("phone", "sms", "mail", "email")


def tried(channel: str, on: date = MON) -> Call:
    return Call("no-answer", channel, on, "the desk")


def after(*calls: Call, booked: tuple[tuple[str, date], ...] = ()) -> Reached:
    """Who was tried so often, with these appointments open."""
    found = Reached(booked=booked)
    for one in calls:
        found = found.attempted(one)
    return found


ENOUGH = """
asked for   | attempts              | given up
3 over 2    |                       | no
3 over 2    | phone phone           | no
3 over 2    | phone sms             | no
3 over 2    | phone phone phone     | no
3 over 2    | phone sms phone       | yes
3 over 2    | phone sms mail        | yes
3 over 2    | phone phone phone sms | yes
3 over 1    | phone phone phone     | yes
3 over 1    | phone phone           | no
3 over 3    | phone sms phone       | no
3 over 3    | phone sms mail        | yes
1 over 1    | mail                  | yes
"""


@pytest.mark.parametrize(("asked", "attempts", "given_up"), rows(ENOUGH))
def test_when_attempts_are_enough(asked: str, attempts: str, given_up: str) -> None:
    number, _, ways = asked.split()
    tries = Tries(int(number), int(ways), "house-rule")
    assert after(*map(tried, attempts.split())).in_vain(tries) is (given_up == "yes")


REMINDERS = """
tried on   | appointments open     | counts
2026-11-23 |                       | yes
2026-11-23 | 2026-11-24            | no
2026-11-23 | 2026-11-23            | no
2026-11-23 | 2026-11-22            | yes
2026-11-23 | 2026-11-22 2026-12-01 | no
2026-11-23 | 2026-12-01 2026-11-22 | no
2026-11-23 | 2026-11-01 2026-11-22 | yes
"""


@pytest.mark.parametrize(("on", "days", "counts"), rows(REMINDERS))
def test_a_reminder_of_an_appointment_still_to_come_is_no_attempt(on: str, days: str, counts: str) -> None:
    """One that has gone by and was left open is nothing to remind of."""
    booked = tuple((f"A{number}", date.fromisoformat(day)) for number, day in enumerate(days.split()))
    call = tried("sms", date.fromisoformat(on))
    found = after(call, booked=booked)
    assert found.attempts == (((call.on, "sms"),) if counts == "yes" else ())
    assert found.booked == booked


def test_who_answered_starts_anew_and_keeps_the_appointments() -> None:
    found = after(tried("phone"), tried("sms"), booked=(("A1", date(2026, 11, 1)),))
    assert len(found.attempts) == 2
    assert found.answered() == Reached((), (("A1", date(2026, 11, 1)),))


def done(act: str, code: str = "A1", stands: date = MON) -> Booking:
    return Booking(act, code, date(2026, 11, 20), "the desk", stands, "10:00")


LIFE = """
done to A1, one after the other | A1 is open
book                            | yes
book move                       | yes
book arrive                     | yes
book cancel                     | no
book no-show                    | no
book done                       | no
book done reopen                | yes
book arrive done                | no
cancel                          | no
"""


@pytest.mark.parametrize(("acts", "is_open"), rows(LIFE))
def test_which_appointments_are_open(acts: str, is_open: str) -> None:
    """Whatever becomes of one, the others stay."""
    other = ("A2", date(2026, 12, 1))
    found = Reached(booked=(other,))
    for act in acts.split():
        found = found.moved(done(act))
    assert found.booked == ((other, ("A1", MON)) if is_open == "yes" else (other,))


def test_a_moved_appointment_stands_once_on_its_new_day() -> None:
    found = Reached().moved(done("book")).moved(done("move", stands=date(2026, 12, 8)))
    assert found == Reached(booked=(("A1", date(2026, 12, 8)),))


CALLS = """
result       | channel | again      | note         | told
no-answer    | phone   | 2026-11-24 |              | called 2026-11-23 (phone), no answer, again 2026-11-24
message      | sms     | 2026-11-30 | for the wife | called 2026-11-23 (sms), message, again 2026-11-30: for the wife
wrong-number | phone   |            |              | called 2026-11-23 (phone), wrong number
declined     | mail    |            | moved away   | called 2026-11-23 (mail), declined: moved away
"""


@pytest.mark.parametrize(("result", "channel", "again", "note", "told"), rows(CALLS))
def test_a_call_can_be_read_aloud(result: str, channel: str, again: str, note: str, told: str) -> None:
    until = date.fromisoformat(again) if again else None
    assert contact.called(Call(result, channel, MON, "the desk", until, note or None)) == told


DONE = """
act     | reason  | told
book    |         | appointment A-0018 of 2026-12-01 10:00, booked 2026-11-20
move    | clash   | appointment A-0018 of 2026-12-01 10:00, moved 2026-11-20: clash
arrive  |         | appointment A-0018 of 2026-12-01 10:00, arrived 2026-11-20
done    |         | appointment A-0018 of 2026-12-01 10:00, kept 2026-11-20
cancel  | is ill  | appointment A-0018 of 2026-12-01 10:00, cancelled 2026-11-20: is ill
no-show |         | appointment A-0018 of 2026-12-01 10:00, missed 2026-11-20
reopen  |         | appointment A-0018 of 2026-12-01 10:00, open again 2026-11-20
"""


@pytest.mark.parametrize(("act", "reason", "told"), rows(DONE))
def test_what_was_done_to_an_appointment_can_be_read_aloud(act: str, reason: str, told: str) -> None:
    one = done(act, "A-0018", date(2026, 12, 1))._replace(reason=reason or None)
    assert contact.booked(one) == told


# --- laws -----------------------------------------------------------------------------------------------

BOOKINGS = st.lists(
    st.builds(done, st.sampled_from(sorted(ACTS)), st.sampled_from(["A1", "A2"]), st.dates(MON, date(2027, 1, 1)))
)


@given(BOOKINGS)
def test_an_appointment_is_open_unless_the_last_thing_done_to_it_ended_it(acts: list[Booking]) -> None:
    found = Reached()
    for one in acts:
        found = found.moved(one)
    last = {one.code: one for one in acts}
    assert dict(found.booked) == {code: one.was_on for code, one in last.items() if one.act not in GONE}
    assert len(found.booked) == len(dict(found.booked))


@given(st.lists(st.sampled_from(CHANNELS)), st.integers(1, 5), st.integers(1, 4), st.sampled_from(CHANNELS))
def test_trying_once_more_never_makes_it_less(ways: list[str], number: int, over: int, again: str) -> None:
    tries, found = Tries(number, over, "house-rule"), after(*map(tried, ways))
    assert not found.in_vain(tries) or found.attempted(tried(again)).in_vain(tries)
    assert not found.answered().in_vain(tries)
