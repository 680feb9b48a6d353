"""`tpi call`: an attempt to reach a patient, logged; the list follows."""

from datetime import date
from typing import Annotated

import typer

from tpi_cli.acts import appointment as appointments
from tpi_cli.acts import contact as acts
from tpi_cli.commands import complete, options, slot
from tpi_cli.commands.parse import dates
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.rules.contact import CHANNELS, RESULTS
from tpi_cli.rules.recall import UNREACHABLE
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import people, plans
from tpi_cli.store.read.clinic import Clinic, clinic

NO_DAY = ("declined", "wrong-number")
NOT_THEN = ("declined", "later")
"""Results that an appointment which still stands does not go with."""
STAYS = "the list stays as it is"


def call(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    result: Annotated[str, typer.Argument(metavar="RESULT", help=", ".join(RESULTS))],
    when: Annotated[list[str] | None, typer.Argument(metavar="[WHEN]", help="'tue 10:00'; later: 6w.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="CHANNEL", help="phone, sms, mail or email.")] = "phone",
    length: slot.For = None,
    whom: slot.With = None,
    override: slot.Past = None,
) -> None:
    """Log an attempt to reach a patient about the recall. With booked, the appointment is made in the same step.

    reached, message and no-answer take the patient off the list for the days set for each (tpi help calls), or until
    the WHEN named; later needs a WHEN. Three attempts in vain, by two channels at least, make a patient unreachable.

    \b
    tpi call 12 booked 'tue 10:00'
    tpi call 12 no-answer
    tpi call 12 later 6w --by sms --note 'after the holidays'
    """
    allowed("RESULT", result, RESULTS)
    allowed("--by", by, CHANNELS)
    text = " ".join(when or [])
    _sensible(patient, result, text, extras=bool(length or whom or override))
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        who, office = people.patient(db, wanted), clinic(db)
    on = ctx.obj.on(office.today)
    wish = None
    if result == "booked":
        wish = slot.wished(slot.meant(ctx, office, text, slot.length(length, office.slot)), whom, override)
    until = _until(on, text) if text and not wish else None
    with options.recording(ctx) as writing:
        lines = slot.remarks(writing.db, who.id, office, wish) if wish else []
        again = acts.log(writing, acts.Call(who.id, result, by, on, until, ctx.obj.note))
        kept = read.of(writing.db, appointments.book(writing, who.id, wish).id) if wish else None
        if result in NOT_THEN:
            lines = slot.left(read.still_open(writing.db, who.id, office.today), "is still booked: tpi appt cancel {}")
        after = plans.standing(writing.db, who.id)
    _answer(ctx, office, who, result, [_told(office, result, after, again), *lines], kept)


def _sensible(patient: str, result: str, text: str, *, extras: bool) -> None:
    """Raises Usage where the words beside the result do not go with it."""
    if result == "booked" and not text:
        raise Usage("booked for when?", hint=f"tpi call {patient} booked 'tue 10:00'")
    if result == "later" and not text:
        raise Usage("later: when?", hint=f"tpi call {patient} later 6w")
    if result in NO_DAY and text:
        raise Usage(f"{result} takes no day", hint=f"tpi call {patient} {result} --note '...'")
    if extras and result != "booked":
        raise Usage(f"--for, --with and --override go with booked, not {result}", hint="leave them out")


def _until(on: date, text: str) -> date:
    """The day to try again, counted from the call's own. Raises Usage, Grammar."""
    found = dates.ahead(text, on)
    if found <= on:
        raise Usage(f"{dates.words(found, on)} is not ahead", hint="name a day after the call: later 6w")
    return found


def _told(office: Clinic, result: str, after: list[plans.Standing], again: date | None) -> str:
    """`no answer; off the list until Tue 24 Nov 2026 (tomorrow)`: how the recall stands now."""
    words = result.replace("-", " ")
    closed = {one.closed for one in after}
    if result == "booked":
        return words
    if result == "declined" and "declined" in closed:
        return f"{words}; off the list for this episode (tpi resume brings back)"
    if UNREACHABLE in closed:
        return f"{words}; unreachable: off the list (tpi resume brings back)"
    if None not in closed and again and again > office.today:
        return f"{words}; no recall is open; to be called back {dates.words(again, office.today)}"
    until = plans.held(after, office.today)
    return f"{words}; off the list until {dates.words(until, office.today)}" if until else f"{words}; {STAYS}"


def _answer(
    ctx: typer.Context,
    office: Clinic,
    who: people.Patient,
    result: str,
    told: list[str],
    kept: read.Appointment | None,
) -> None:
    """What was logged, whose it was, and what was booked in it."""
    out: Out = ctx.obj.out(office.today)
    said = "would log" if ctx.obj.dry_run else "logged"
    shown = [f"{said} call: {told[0]}", f"  {redacted_head(who, office.today, (), out.redact)}"]
    shown += [f"  {slot.told(kept, 'booked', office)}"] if kept else []
    booked = {"start": kept.start, "minutes": kept.minutes} if kept else {}
    facts = {"patient": who.code, "result": result, "appointment": kept.code if kept else None, **booked}
    ctx.obj.done(out, f"call to {who.code}", [*shown, *told[1:]], "call", facts)
