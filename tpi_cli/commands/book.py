"""`tpi book`: an appointment made."""

from typing import Annotated

import typer

from tpi_cli.acts import appointment as acts
from tpi_cli.commands import complete, options, slot
from tpi_cli.commands.pick import picked
from tpi_cli.store.read import appointments as read
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic


def book(
    ctx: typer.Context,
    patient: Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)],
    when: Annotated[list[str], typer.Argument(metavar="WHEN", help="'tue 10:00', '2026-12-31 9:30'.")],
    length: slot.For = None,
    whom: slot.With = None,
    override: slot.Past = None,
) -> None:
    """Book an appointment. A time that overlaps another of the patient or the clinician, and one outside the
    opening hours, is refused: --override clash='...' or hours='...' says why it is booked all the same.

    \b
    tpi book 12 'tue 10:00'
    tpi book 12 2026-12-31 9:30 --for 45min --with DR
    tpi book 12 'in 6w 2pm' --note 'brings the MRI'
    """
    ctx.obj.without("on")
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        who, office = people.patient(db, wanted), clinic(db)
    at = slot.meant(ctx, office, " ".join(when), slot.length(length, office.slot))
    wish = slot.wished(at, whom, override, ctx.obj.note)
    with options.recording(ctx) as writing:
        lines = slot.remarks(writing.db, who.id, office, wish)
        kept = read.of(writing.db, acts.book(writing, who.id, wish).id)
    slot.answer(ctx, office, kept, [slot.told(kept, "booked", office), *lines], "book")
