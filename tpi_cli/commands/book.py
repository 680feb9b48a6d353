"""`tpi book`, and what a call books: a time understood, asked about where it comes twice, and kept."""

import sys
from typing import Annotated

import typer

from tpi_cli import clock
from tpi_cli.acts import appointment as acts
from tpi_cli.commands import complete, options
from tpi_cli.commands.parse import times
from tpi_cli.commands.parse.names import spelled
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.rules import checks
from tpi_cli.show import appointment as show
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import Clinic, clinic
from tpi_cli.store.write import Writing

For = Annotated[str | None, typer.Option("--for", metavar="LENGTH", help="How long: 30min, 1h.")]
With = Annotated[str | None, typer.Option("--with", metavar="C", help="With which clinician.")]
Past = Annotated[
    list[str] | None, typer.Option("--override", metavar="clash=REASON", help="Book past an overlap or the hours.")
]


def book(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    when: Annotated[list[str], typer.Argument(metavar="WHEN", help="'tue 10:00', '2026-12-31 9:30'.")],
    length: For = None,
    whom: With = None,
    override: Past = None,
) -> None:
    """Book an appointment. A time that overlaps another of the patient or the clinician, and one outside the
    opening hours, is refused: --override clash='...' or hours='...' says why it is booked all the same.

    \b
    tpi book 12 'tue 10:00'
    tpi book 12 2026-12-31 9:30 --for 45min --with DR
    tpi book 12 'in 6w 2pm' --note 'brings the MRI'
    """
    ctx.obj.without("on")
    who, office = _patient(ctx, patient)
    slot = understood(ctx, office, " ".join(when), length)
    wish = acts.Wish(slot, code(whom), reasons(override), ctx.obj.note)
    with options.recording(ctx) as writing:
        lines = [*unheard(writing, wish.clinician), *still_open(writing, who, office)]
        kept = read.of(writing.db, acts.book(writing, who.id, wish).id)
    answer(ctx, office, kept, [told(kept, "booked", office), *lines], "book")


def _patient(ctx: typer.Context, text: str) -> tuple[people.Patient, Clinic]:
    wanted = picked(ctx, text)
    with options.reading(ctx) as db:
        return people.patient(db, wanted), clinic(db)


def understood(ctx: typer.Context, office: Clinic, text: str, length: str | None) -> acts.Slot:
    """The time meant. One that the clocks show twice is asked about. Raises Grammar, Usage, Cancelled."""
    minutes = times.minutes(length) if length is not None else office.slot
    found = times.when(text, office.today, clock.zone(office.zone))
    at = found.choices[0] if len(found.choices) == 1 else _which(ctx, found)
    return acts.Slot(found.day, f"{found.hour:02}:{found.minute:02}", clock.stamped(at.at), minutes)


def unheard(writing: Writing, whom: str | None) -> list[str]:
    """A remark on a clinician whom the store does not know yet: it may be a slip of a letter."""
    return [f"  note: {whom} is a new clinician here"] if whom and not read.known(writing.db, whom) else []


def still_open(writing: Writing, who: people.Patient, office: Clinic) -> list[str]:
    """What the patient has booked already: a second appointment may be meant as a move."""
    wanted = read.Wanted(office.today, patient_id=who.id, statuses=("booked", "arrived"))
    found = read.appointments(writing.db, wanted)
    return [f"  note: {one.code} of {one.on} {one.wall} is open too: tpi appt move moves it" for one in found]


def _which(ctx: typer.Context, found: times.When) -> times.Moment:
    """The first or the second, where the clocks go back. Raises Usage where nobody can be asked."""
    wall = f"{found.hour:02}:{found.minute:02}"
    out: Out = ctx.obj.out()
    if out.no_input or not sys.stdin.isatty():
        ways = " or ".join(f"{wall}{one.offset}" for one in found.choices)
        raise Usage(f"{wall} comes twice on {spelled(found.day)}: which one?", hint=f"write {ways}")
    ways = ", ".join(f"{number} for {one.words}" for number, one in enumerate(found.choices, 1))
    answer = out.ask(f"{wall} comes twice on {spelled(found.day)}: {ways}?")
    picked_one = {str(number): one for number, one in enumerate(found.choices, 1)}.get(answer)
    if picked_one is None:
        raise Usage("neither of them; nothing was booked", hint="answer 1 or 2")
    return picked_one


def code(text: str | None) -> str | None:
    """A clinician's code. Raises Usage."""
    return options.storable("the clinician's code", text.strip()) if text else None


def reasons(texts: list[str] | None) -> dict[str, str]:
    """Reasons by what they go past. Raises Usage."""
    out: dict[str, str] = {}
    for text in texts or []:
        what, _, reason = text.partition("=")
        allowed("--override", what.strip(), (acts.CLASH, acts.HOURS))
        wrong = checks.reason(reason)
        if wrong:
            raise Usage(f"the reason {wrong}", hint=f"--override {what.strip()}='a second room is free'")
        out[what.strip()] = reason.strip()
    return out


def told(one: read.Appointment, done: str, office: Clinic) -> str:
    """`booked Tue 24 Nov 2026 10:00 (tomorrow) for 30 min with DR: A-01RJ`, without the person."""
    when = times.words(clock.unstamped(one.starts_at), office.today, clock.zone(office.zone))
    whom = f" with {one.clinician}" if one.clinician else ""
    return f"{done} {when} for {one.minutes} min{whom}: {one.code}"


def answer(ctx: typer.Context, office: Clinic, one: read.Appointment, lines: list[str], name: str) -> None:
    """Say what was kept, and whose it is."""
    out: Out = ctx.obj.out(office.today)
    would = "would be " if ctx.obj.dry_run else ""
    person = redacted_head(one.person, office.today, (), out.redact)
    shown = [f"{would}{lines[0]}", f"  {person}", *lines[1:]]
    ctx.obj.done(out, one.code, shown, name, show.record(one))
