"""A site's history as a clinician would jot it down, one line an entry, in the order it was recorded.

2026-08-23 treated 3mo
2026-10-01 snooze 2026-12-24
2026-10-05 stop declined
2026-10-20 resume
2026-11-01 call no-answer phone 2026-11-02
2026-11-03 book A1 2026-12-01
2026-11-20 move A1 2026-12-08
2026-12-08 no-show A1
2026-12-09 visited
2026-12-20 find

What is decided ends with `all` where it was decided for the whole patient; `visited` is a session of another site.
"""

from datetime import date
from itertools import count

from tpi_cli.rules.contact import Booking, Call, Tries, Visit
from tpi_cli.rules.recall import Booked, Facts, Hold, Treatment, Verdict

TRIES = Tries(3, 2, "house-rule")
WALL = "10:00"


def facts(history: str, patient: str = "active", since: str | None = None) -> Facts:
    """What the rule is told. Sessions are called S1, S2 ... in the order they were recorded."""
    treatments: list[Treatment] = []
    holds: list[Hold] = []
    calls: list[Call] = []
    bookings: list[Booking] = []
    visits: list[Visit] = []
    moments = count()
    for line in filter(None, map(str.strip, history.splitlines())):
        day, act, *more = line.split()
        number = next(moments)
        on, recorded = date.fromisoformat(day), f"2026-12-31T10:00:{number:02}.000000Z"
        if act == "treated":
            origin = more[1] if len(more) > 1 else "stated"
            treatments.append(Treatment(f"S{len(treatments) + 1}", on, more[0], origin, recorded, number))
            visits.append(Visit(on, recorded))
        elif act == "visited":
            visits.append(Visit(on, recorded))
        elif act == "call":
            until = date.fromisoformat(more[2]) if len(more) > 2 else None
            calls.append(Call(more[0], more[1], on, "the desk", until, None, recorded))
        elif act in BOOKING:
            before = next((one.was_on for one in reversed(bookings) if one.code == more[0]), on)
            stands = date.fromisoformat(more[1]) if len(more) > 1 else before
            bookings.append(Booking(act, more[0], on, "the desk", stands, WALL, None, recorded))
        else:
            whole, words = more[-1:] == ["all"], [word for word in more if word != "all"]
            reason = words[0] if act == "stop" else None
            until = date.fromisoformat(words[0]) if act == "snooze" else None
            holds.append(Hold(act, on, "the desk", reason, until, None, recorded, whole))
    return Facts(
        tuple(treatments),
        tuple(holds),
        patient,
        date.fromisoformat(since) if since else None,
        tuple(calls),
        tuple(bookings),
        tuple(visits),
        booked(bookings),
        TRIES,
    )


BOOKING = ("book", "move", "arrive", "done", "cancel", "no-show", "reopen")
OVER = ("done", "cancel", "no-show")


def booked(bookings: list[Booking]) -> tuple[Booked, ...]:
    """What is open in the end, from what was done to each appointment, in the order it was done."""
    last = {one.code: one for one in bookings}
    return tuple(Booked(one.code, one.was_on, one.wall) for one in last.values() if one.act not in OVER)


def iso(day: date | None) -> str | None:
    """The day as it is written in the tables."""
    return None if day is None else day.isoformat()


def plan(verdict: Verdict) -> tuple[object, ...]:
    """Anchor, session, follow-up and due date."""
    return verdict[:4]
