"""`tpi appt list|move|cancel|arrive|no-show`: appointments, and what becomes of them."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from tpi_cli.commands import complete, filters, options, slot
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Conflict, NotFound, Usage
from tpi_cli.rules.contact import APPOINTED, OPEN
from tpi_cli.show.out import allowed
from tpi_cli.show.report import Report
from tpi_cli.store.database import Database
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import Clinic, clinic

Which = Annotated[
    str, typer.Argument(metavar="APPOINTMENT|PATIENT", help="A-01RJ, or a patient with one appointment open.")
]
Reason = Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why.")]


def list_(
    ctx: typer.Context,
    days: Annotated[list[str] | None, typer.Argument(metavar="[DATE|RANGE]", help="tomorrow; 2026-12.")] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", metavar="PATIENT", autocompletion=complete.patients, help="Of one.")
    ] = None,
    clinician: Annotated[str | None, typer.Option("--clinician", metavar="C", help="With one clinician.")] = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar="S,..|all", help="booked, arrived, done, cancelled, no-show.")
    ] = None,
) -> None:
    """Appointments in order of time: those still open from today on, or of a day or range, whatever became of them.

    \b
    tpi appt list
    tpi appt list tomorrow --clinician AM
    tpi appt list --patient 7 --status all
    """
    wanted = picked(ctx, patient) if patient else None
    with options.reading(ctx) as db:
        office = clinic(db)
        asked = _asked(office, " ".join(days or []), status, everything=wanted is not None)
        who = people.patient(db, wanted).id if wanted else None
        whom = None if clinician is None else filters.clinician(db, clinician)
        found = list(read.appointments(db, asked._replace(patient_id=who, clinician=whom)))
        _print(ctx, office, found)


def _print(ctx: typer.Context, office: Clinic, found: list[read.Appointment]) -> None:
    from tpi_cli.show import appointment as show

    count = f"{len(found)} appointment{'' if len(found) == 1 else 's'}"
    columns = show.columns(office.zone)
    ctx.obj.out(office.today).report(Report("appt-list", columns, found, show.record, footer=lambda: count))


def _asked(office: Clinic, days: str, status: str | None, *, everything: bool) -> read.Wanted:
    """Without a word: what is open from today on; of a patient or with days, whatever became of it."""
    statuses = _statuses(status)
    if days:
        from tpi_cli.commands.parse import ranges

        found = ranges.days(days, office.today, forward=True)
        return read.Wanted(found.first, found.last, statuses=statuses)
    if status or everything:
        return read.Wanted(statuses=statuses)
    return read.Wanted(office.today, statuses=OPEN)


def _statuses(text: str | None) -> tuple[str, ...]:
    if text is None or text.strip() == "all":
        return ()
    return tuple(allowed("--status", word.strip(), (*APPOINTED, "all")) for word in text.split(","))


def move(
    ctx: typer.Context,
    appointment: Which,
    when: Annotated[list[str] | None, typer.Argument(metavar="[WHEN]", help="'wed 14:30'; left out: as it is.")] = None,
    length: slot.For = None,
    whom: slot.With = None,
    override: slot.Past = None,
) -> None:
    """Another time, length or clinician for an appointment. It keeps its id; a calendar sees it move.

    \b
    tpi appt move A-0018 'wed 14:30'
    tpi appt move 7 --for 45min
    tpi appt move A-0018 'tue 10:00' --override clash='second room'
    """
    from tpi_cli.acts import appointment as acts

    ctx.obj.without("on")
    which = _which(ctx, appointment)
    with options.reading(ctx) as db:
        office, one = clinic(db), _named(db, which)
    text, minutes = " ".join(when or []), slot.length(length, one.minutes)
    if not (text or length or whom):
        raise Usage("move it to when?", hint=f"tpi appt move {appointment} 'wed 14:30', --for or --with")
    at = slot.meant(ctx, office, text, minutes) if text else acts.standing_at(one, minutes)
    wish = slot.wished(at, whom, override, ctx.obj.note)
    with options.recording(ctx) as writing:
        lines = slot.unheard(writing.db, wish.clinician)
        kept = read.of(writing.db, acts.move(writing, one.id, wish).id)
    told = f"{slot.told(kept, 'moved to', office)} (was {one.on} {one.wall})"
    slot.answer(ctx, office, kept, [told, *lines], "appt-move")


def cancel(ctx: typer.Context, appointment: Which, reason: Reason = None) -> None:
    """Call an appointment off; the patient is back on the list at once.

    \b
    tpi appt cancel A-0018
    tpi appt cancel 7 --reason 'patient is ill'
    tpi appt cancel 7 --dry-run
    """
    from tpi_cli.acts import appointment as acts

    _change(
        ctx, appointment, "cancelled", "appt-cancel", lambda writing, one: acts.cancel(writing, one, _why(ctx, reason))
    )


def arrive(ctx: typer.Context, appointment: Which) -> None:
    """The patient is here. Recording the session closes the appointment by itself.

    \b
    tpi appt arrive 7
    tpi appt arrive A-0018
    tpi appt arrive A-0018 --json
    """
    from tpi_cli.acts import appointment as acts

    note = _why(ctx, None)
    _change(ctx, appointment, "marked as arrived", "appt-arrive", lambda writing, one: acts.arrive(writing, one, note))


def no_show(ctx: typer.Context, appointment: Which, reason: Reason = None) -> None:
    """Nobody came; the patient is back on the list at once.

    \b
    tpi appt no-show 7
    tpi appt no-show A-0018 --reason 'no answer on the phone'
    tpi appt no-show A-0018 --dry-run
    """
    from tpi_cli.acts import appointment as acts

    _change(
        ctx,
        appointment,
        "marked as missed",
        "appt-no-show",
        lambda writing, one: acts.no_show(writing, one, _why(ctx, reason)),
    )


def _why(ctx: typer.Context, reason: str | None) -> str | None:
    told = "; ".join(filter(None, [(reason or "").strip(), ctx.obj.note]))
    return options.storable("the reason", told) or None


def _change(ctx: typer.Context, text: str, done: str, name: str, act: Callable[[Any, str], Any]) -> None:
    ctx.obj.without("on")
    which = _which(ctx, text)
    with options.reading(ctx) as db:
        office, one = clinic(db), _named(db, which)
    with options.recording(ctx) as writing:
        kept = read.of(writing.db, act(writing, one.id).id)
        after = [] if kept.status in OPEN else slot.due_again(writing.db, kept.patient_id, office)
    slot.answer(ctx, office, kept, [slot.told(kept, f"{done}:", office), *after], name)


def _is_code(text: str) -> bool:
    return text.strip()[:2].upper() == "A-"


def _which(ctx: typer.Context, text: str) -> str:
    """An appointment's id as it is, or its patient's, picked by name on a terminal."""
    return text if _is_code(text) else picked(ctx, text)


def _named(db: Database, text: str) -> read.Appointment:
    """The appointment of that id, or the only one a patient has open. Raises NotFound, Conflict."""
    if _is_code(text):
        return read.appointment(db, text)
    who = people.patient(db, text)
    found = read.still_open(db, who.id)
    if not found:
        raise NotFound(f"{who.code} has no appointment open", hint=f"tpi appt list --patient {who.code} shows all")
    if len(found) > 1:
        codes = ", ".join(f"{one.code} of {one.on}" for one in found)
        raise Conflict(f"{who.code} has {len(found)} appointments open", hint=f"name one: {codes}")
    return found[0]
