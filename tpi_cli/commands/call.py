"""`tpi call`: an attempt to reach a patient, logged; the list follows."""

from datetime import date
from typing import Annotated

import typer

from tpi_cli.acts import appointment as appointments
from tpi_cli.acts import contact as acts
from tpi_cli.commands import book, complete, options
from tpi_cli.commands.parse import dates
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Usage
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.person import redacted_head
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import people, plans
from tpi_cli.store.read.clinic import Clinic, clinic
from tpi_cli.store.tables_recall import CHANNELS, RESULTS
from tpi_cli.store.write import Writing

NO_DAY = ("declined", "wrong-number")
STAYS = "the list stays as it is"


def call(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    result: Annotated[str, typer.Argument(metavar="RESULT", help=", ".join(RESULTS))],
    when: Annotated[list[str] | None, typer.Argument(metavar="[WHEN]", help="'tue 10:00'; later: 6w.")] = None,
    by: Annotated[str, typer.Option("--by", metavar="CHANNEL", help="phone, sms, mail or email.")] = "phone",
    length: book.For = None,
    whom: book.With = None,
    override: book.Past = None,
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
    note = options.storable("the note", ctx.obj.note)
    wish = _wish(ctx, office, text, length, whom, override) if result == "booked" else None
    until = _until(office, text) if text and not wish else None
    with options.recording(ctx) as writing:
        row = acts.log(writing, acts.Call(who.id, result, by, ctx.obj.on(office.today), until, note))
        lines = [*book.unheard(writing, wish.clinician), *book.still_open(writing, who, office)] if wish else []
        kept = read.of(writing.db, appointments.book(writing, who.id, wish).id) if wish else None
        lines += _left(writing, who, office, result)
        after = plans.standing(writing.db, who.id)
    _answer(ctx, office, who, _told(office, row.result, after), kept, lines)


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


def _wish(
    ctx: typer.Context, office: Clinic, text: str, length: str | None, whom: str | None, override: list[str] | None
) -> appointments.Wish:
    slot = book.understood(ctx, office, text, length)
    return appointments.Wish(slot, book.code(whom), book.reasons(override))


def _until(office: Clinic, text: str) -> date:
    found = dates.day(text, office.today, forward=True)
    if found <= office.today:
        raise Usage(f"{dates.words(found, office.today)} is not ahead", hint="name a day after today: later 6w")
    return found


def _left(writing: Writing, who: people.Patient, office: Clinic, result: str) -> list[str]:
    """Appointments that stay booked although the patient will not come."""
    if result != "declined":
        return []
    wanted = read.Wanted(office.today, patient_id=who.id, statuses=("booked", "arrived"))
    left = read.appointments(writing.db, wanted)
    return [f"  note: {one.code} of {one.on} {one.wall} is still booked: tpi appt cancel {one.code}" for one in left]


def _told(office: Clinic, result: str, after: list[plans.Standing]) -> str:
    """`no answer; off the list until Tue 24 Nov 2026 (tomorrow)`: how the recall stands now."""
    words = result.replace("-", " ")
    closed = {one.closed for one in after}
    if result == "declined":
        return f"{words}; off the list for this episode (tpi resume brings back)"
    if "unreachable" in closed:
        return f"{words}; unreachable: off the list (tpi resume brings back)"
    held = [one.snoozed_until for one in after if one.closed is None and one.snoozed_until]
    if result == "booked" or not after or None not in closed:
        return words
    until = max(held, default=office.today)
    return (
        f"{words}; off the list until {dates.words(until, office.today)}"
        if until > office.today
        else f"{words}; {STAYS}"
    )


def _answer(
    ctx: typer.Context,
    office: Clinic,
    who: people.Patient,
    told: str,
    kept: read.Appointment | None,
    lines: list[str],
) -> None:
    out: Out = ctx.obj.out(office.today)
    said = "would log" if ctx.obj.dry_run else "logged"
    shown = [f"{said} call: {told}", f"  {redacted_head(who, office.today, (), out.redact)}"]
    if kept:
        shown.append(f"  {book.told(kept, 'booked', office)}")
    number = kept.code if kept else None
    facts = {"patient": who.code, "result": told.partition(";")[0].replace(" ", "-"), "appointment": number}
    start = {"start": kept.start, "minutes": kept.minutes} if kept else {}
    ctx.obj.done(out, f"call to {who.code}", [*shown, *lines], "call", {**facts, **start})
