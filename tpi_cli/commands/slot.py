"""The time of an appointment: what `book`, `call booked` and `appt move` are told of it, and how they answer."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tpi_cli import clock
from tpi_cli.commands import options
from tpi_cli.errors import Usage
from tpi_cli.rules import checks
from tpi_cli.rules.recall import WILL_COME
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import clinicians, plans
from tpi_cli.store.read.clinic import Clinic

if TYPE_CHECKING:
    from tpi_cli.acts.appointment import Slot, Wish
    from tpi_cli.commands.parse.times import Moment, When

For = Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="How long: 30min, 1h.")]
With = Annotated[str | None, typer.Option("--with", metavar="C", help="With which clinician.")]
Past = Annotated[
    list[str] | None, typer.Option("--override", metavar="clash=REASON", help="Book past an overlap or the hours.")
]


def wished(at: "Slot", whom: str | None, override: list[str] | None, note: str | None = None) -> "Wish":
    """What is wished for, every word understood. Raises Usage."""
    from tpi_cli.acts.appointment import Wish

    code = options.storable("the clinician's code", whom.strip()) if whom else None
    return Wish(at, code or None, _reasons(override or []), note)


def length(text: str | None, usual: int) -> int:
    """Minutes: as typed, or as usual. Raises Grammar."""
    from tpi_cli.commands.parse import times

    return usual if text is None else times.minutes(text)


def meant(ctx: typer.Context, office: Clinic, text: str, minutes: int) -> "Slot":
    """The time meant. One that the clocks show twice is asked about. Raises Grammar, Usage, Cancelled."""
    from tpi_cli.acts.appointment import Slot
    from tpi_cli.commands.parse import times

    found = times.when(text, office.today, clock.zone(office.zone))
    at = found.choices[0] if len(found.choices) == 1 else _which(ctx, found)
    return Slot(found.day, f"{found.hour:02}:{found.minute:02}", clock.stamped(at.at), minutes)


def _which(ctx: typer.Context, found: "When") -> "Moment":
    """The first or the second, where the clocks go back. Raises Usage where nobody can be asked."""
    from tpi_cli.commands.parse.names import spelled

    wall = f"{found.hour:02}:{found.minute:02}"
    twice = f"{wall} comes twice on {spelled(found.day)}"
    out: Out = ctx.obj.out()
    if out.no_input or not sys.stdin.isatty():
        ways = " or ".join(f"{wall}{one.offset}" for one in found.choices)
        raise Usage(f"{twice}: which one?", hint=f"write {ways}")
    numbered = {str(number): one for number, one in enumerate(found.choices, 1)}
    ways = ", ".join(f"{number} for {one.words}" for number, one in numbered.items())
    picked = numbered.get(out.ask(f"{twice}: {ways}?"))
    if picked is None:
        raise Usage("neither of them; nothing was booked", hint="answer 1 or 2")
    return picked


def _reasons(texts: list[str]) -> dict[str, str]:
    """Reasons by what they go past. Raises Usage."""
    from tpi_cli.acts.appointment import CLASH, HOURS

    out: dict[str, str] = {}
    for text in texts:
        what, _, reason = text.partition("=")
        allowed("--override", what.strip(), (CLASH, HOURS))
        wrong = checks.reason(reason)
        if wrong:
            raise Usage(f"the reason {wrong}", hint=f"--override {what.strip()}='a second room is free'")
        out[what.strip()] = reason.strip()
    return out


def remarks(db: Database, patient_id: str, office: Clinic, wish: "Wish") -> list[str]:
    """What a slip of the finger would do before anybody saw it: a clinician nobody knows, a second appointment that
    may be meant as a move, a day that the payer does not allow yet, a no or a hold that the booking ends."""
    others = left(read.still_open(db, patient_id, office.today), "is open too: tpi appt move {} moves it")
    free = plans.allowed_from(db, patient_id)
    capped = [f"  note: the payer allows a repeat from {free} only: tpi why"] if free and free > wish.slot.on else []
    return [*unheard(db, wish.clinician), *others, *capped, *_ended(plans.standing(db, patient_id), office)]


def unheard(db: Database, whom: str | None) -> list[str]:
    """A remark on a clinician nobody knows: it may be a slip of a letter."""
    return [f"  note: {whom} is a new clinician here"] if whom and clinicians.code(db, whom) is None else []


def _ended(before: list[plans.Standing], office: Clinic) -> list[str]:
    from tpi_cli.commands.parse import dates

    lifted = [word for word in WILL_COME if word in {one.closed for one in before}]
    held = plans.held([one for one in before if one.snoozed_until != one.call_back_on], office.today)
    told = [f"  note: {word} before; the recall is open again" for word in lifted]
    return told + ([f"  note: ends the hold until {dates.words(held, office.today)}"] if held else [])


def due_again(db: Database, patient_id: str, office: Clinic) -> list[str]:
    """How the recall of somebody stands who will not come: `  due Mon 16 Nov 2026 (7 days ago)`."""
    from tpi_cli.commands.parse import dates

    after = plans.standing(db, patient_id)
    due = min((one.due for one in after if one.closed is None and one.due), default=None)
    until = plans.held(after, office.today)
    held = f"; off the list until {dates.words(until, office.today)}" if until else ""
    return [f"  due {dates.words(due, office.today)}{held}"] if due else []


def left(found: Iterable[read.Appointment], words: str) -> list[str]:
    """A remark on each appointment that stays; its code takes the place of `{}` in the words."""
    return [f"  note: {one.code} of {one.on} {one.wall} {words.format(one.code)}" for one in found]


def told(one: read.Appointment, done: str, office: Clinic) -> str:
    """`booked Tue 24 Nov 2026 10:00 (tomorrow) for 30 min with DR: A-01RJ`, without the person."""
    from tpi_cli.commands.parse import times

    when = times.words(clock.unstamped(one.starts_at), office.today, clock.zone(office.zone))
    whom = f" with {one.clinician}" if one.clinician else ""
    return f"{done} {when} for {one.minutes} min{whom}: {one.code}"


def answer(ctx: typer.Context, office: Clinic, one: read.Appointment, lines: list[str], name: str) -> None:
    """Say what was kept, and whose it is."""
    from tpi_cli.show import appointment as show

    out: Out = ctx.obj.out(office.today)
    would = "would be " if ctx.obj.dry_run else ""
    person = redacted_head(one.person, office.today, (), out.redact)
    facts: dict[str, Any] = show.record(one)
    ctx.obj.done(out, one.code, [f"{would}{lines[0]}", f"  {person}", *lines[1:]], name, facts)
