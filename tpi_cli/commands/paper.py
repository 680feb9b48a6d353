"""`tpi summary` and `tpi letter`: what is printed and handed over."""

from typing import Annotated

import typer

from tpi_cli.commands import complete, options
from tpi_cli.commands.pick import picked
from tpi_cli.errors import Conflict, Usage
from tpi_cli.show.out import Out, allowed
from tpi_cli.show.paper.document import Document
from tpi_cli.store.database import Database
from tpi_cli.store.read import people
from tpi_cli.store.read.clinic import clinic
from tpi_cli.store.read.summary import Summary

TO_READ = "the advice is not signed off by a clinician: have yours read it before you hand it over"
Patient = Annotated[str, typer.Argument(metavar="PATIENT", autocompletion=complete.patients)]
Reader = Annotated[
    str,
    typer.Option("--for", metavar="READER", help="patient, referrer or chart.", autocompletion=complete.readers),
]
Kind = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="recall or aftercare.", autocompletion=complete.letters)
]
Html = Annotated[str | None, typer.Option("--html", metavar="FILE", help="Write a page to open and print.")]


def summary(
    ctx: typer.Context,
    patient: Patient,
    html: Html = None,
    reader: Reader = "patient",
) -> None:
    """A patient on one sheet: for the patient in plain words, for who referred, or for the paper chart.

    --html writes one file with everything in it, which opens with a double click and prints on one page; without it
    the same words come as plain text. Only you can read the file: it is not encrypted.

    \b
    tpi summary 7
    tpi summary 7 --html sheet.html
    tpi summary 7 --html gp.html --for referrer
    """
    from tpi_cli.show.paper import summary as paper

    allowed("--for", reader, paper.READERS)
    _whereto(ctx, html)
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        found, out = _found(ctx, db, wanted)
        if reader == "patient" and found.who.status == "deceased":
            raise Conflict(f"{found.who.code} is deceased: nothing is written to the patient", hint="--for chart")
        sheet = paper.document(found, reader, out.redact)
        options.exported(ctx, db, f"for {reader}", found.who.number)
    _answer(out, sheet, html, found)
    if reader == "patient":
        _remind(out, found, TO_READ)


def letter(
    ctx: typer.Context,
    patient: Patient,
    kind: Kind,
    html: Html = None,
) -> None:
    """A letter to a patient: a recall that says nothing of what somebody has, or what to look out for afterwards.

    A recall is written only to who is on the list or comes up soon. It is not logged as a call: tpi call does that.

    \b
    tpi letter 7 --kind aftercare
    tpi letter 7 --kind recall --html letter.html
    tpi letter 7 --kind recall -o letter.txt
    """
    from tpi_cli.show.paper import letter as paper

    allowed("--kind", kind, tuple(paper.KINDS))
    _whereto(ctx, html)
    wanted = picked(ctx, patient)
    with options.reading(ctx) as db:
        found, out = _found(ctx, db, wanted)
        if out.redact != "none":
            raise Usage("a letter has a name on it", hint="leave --redact out")
        sheet = paper.KINDS[kind](found)
        options.exported(ctx, db, kind, found.who.number)
    _answer(out, sheet, html, found)
    if kind == "recall":
        _remind(out, found, f"sent? tpi call {found.who.code} message --by mail")
    else:
        _remind(out, found, TO_READ)


def _remind(out: Out, found: Summary, what: str) -> None:
    """What is still to be done before a patient has it in hand."""
    out.say(what)
    if not found.clinic.own.get("clinic.phone"):
        out.say("it names no number to call: tpi config set clinic.phone NUMBER")


def _whereto(ctx: typer.Context, html: str | None) -> None:
    """Raises Usage for what says nothing of a page that goes into a file, Conflict where that file is ours."""
    ctx.obj.without("columns", *(("output", "format", "json") if ctx.obj.not_ours(html, "--html") else ()))


def _found(ctx: typer.Context, db: Database, wanted: str) -> tuple[Summary, Out]:
    """What is on file, and where the answer goes. Raises Usage: what somebody has cannot be left out of it."""
    from tpi_cli.store.read import summary as read

    office = clinic(db)
    out: Out = ctx.obj.out(office.today)
    if out.redact == "all":
        raise Usage("--redact all leaves nothing of it", hint="--redact names keeps name and birth date back")
    return read.of_patient(db, office, people.patient(db, wanted)), out


def _answer(out: Out, sheet: Document, html: str | None, found: Summary) -> None:
    """The page into its file, or the same words as text."""
    if html is None:
        from tpi_cli.show.paper import text

        lines = list(text.lines(sheet))
        out.lines(lines, "paper", lambda: {"patient": found.who.code, "title": sheet.title, "lines": lines})
        return
    from tpi_cli.show.paper import page

    with out._replace(output=html).into() as into:
        into.write(page.written(sheet))
    out.say(f"{html}: {sheet.title} ({found.who.code})")
