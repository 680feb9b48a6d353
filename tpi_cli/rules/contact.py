"""What an attempt to reach a patient, an appointment or a visit does to the recall. Pure.

Attempts that reached nobody add up until the patient counts as unreachable; whatever reaches the patient starts the
count anew. Why a recall is held back stands with `recall.Verdict`, whose state these entries move.
"""

from datetime import date
from typing import NamedTuple

RESULTS = ("booked", "reached", "message", "no-answer", "wrong-number", "declined", "later")
CHANNELS = ("phone", "sms", "mail", "email")
OPEN = ("booked", "arrived")
"""An appointment that takes its time up."""
APPOINTED = (*OPEN, "done", "cancelled", "no-show")
SHORTEST, LONGEST = 5, 480
"""Minutes an appointment may last."""
MISSED = ("message", "no-answer", "wrong-number")
"""Results of a call that reached nobody."""
COMES_AFTER_ALL = ("booked", "later")
"""Results that take back a no."""
GONE = ("cancel", "no-show", "done")
"""What ends an appointment."""


class Tries(NamedTuple):
    """From how many attempts, over how many channels, a patient counts as unreachable; `source` says who asks."""

    attempts: int
    channels: int
    source: str


class Call(NamedTuple):
    """An attempt: its result and channel (ids of the call list), and the day to try again, where one was set."""

    result: str
    channel: str
    on: date
    by: str
    until: date | None = None
    note: str | None = None
    recorded_at: str = ""


class Visit(NamedTuple):
    """A day the patient was treated at all, at whichever site."""

    on: date
    recorded_at: str = ""


class Booking(NamedTuple):
    """Something done to an appointment (`act`), which stood for the day `was_on` at `wall` then."""

    act: str
    code: str
    on: date
    by: str
    was_on: date
    wall: str
    reason: str | None = None
    recorded_at: str = ""


class Reached(NamedTuple):
    """How far a patient was reached: attempts in vain as (day, channel), and appointments open as (id, day)."""

    attempts: tuple[tuple[date, str], ...] = ()
    booked: tuple[tuple[str, date], ...] = ()

    def attempted(self, call: Call) -> "Reached":
        """One more attempt in vain; a reminder of an appointment still to come does not count."""
        if any(day >= call.on for _, day in self.booked):
            return self
        return self._replace(attempts=(*self.attempts, (call.on, call.channel)))

    def answered(self) -> "Reached":
        """The patient was reached."""
        return self._replace(attempts=())

    def moved(self, booking: Booking) -> "Reached":
        """The appointments after what was done to one of them."""
        others = tuple(one for one in self.booked if one[0] != booking.code)
        if booking.act in GONE:
            return self._replace(booked=others)
        return self._replace(booked=(*others, (booking.code, booking.was_on)))

    def in_vain(self, tries: Tries) -> bool:
        """Whether enough was tried to give up."""
        return len(self.attempts) >= tries.attempts and len({how for _, how in self.attempts}) >= tries.channels


def called(call: Call) -> str:
    """`called 2026-11-20 (phone), no answer, again 2026-11-21: rang twice`."""
    again = f", again {call.until}" if call.until else ""
    told = f": {call.note}" if call.note else ""
    return f"called {call.on} ({call.channel}), {call.result.replace('-', ' ')}{again}{told}"


ACTS = {
    "book": "booked",
    "move": "moved",
    "arrive": "arrived",
    "done": "kept",
    "cancel": "cancelled",
    "no-show": "missed",
    "reopen": "open again",
}


def booked(one: Booking) -> str:
    """`appointment A-0018 of 2026-12-01 10:00: cancelled 2026-11-24: patient is ill`."""
    told = f": {one.reason}" if one.reason else ""
    return f"appointment {one.code} of {one.was_on} {one.wall}, {ACTS[one.act]} {one.on}{told}"
