"""`tpi export fhir`: what hospitals read."""

import os
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import typer

from tpi_cli.commands import options, whereto
from tpi_cli.commands.bill import sides_of
from tpi_cli.errors import Usage
from tpi_cli.exchange.fhir import shape, whole
from tpi_cli.exchange.fhir.house import house
from tpi_cli.exchange.fhir.terms import Part
from tpi_cli.show.out import Out, allowed
from tpi_cli.store.database import Database
from tpi_cli.store.read.clinic import clinic

BUNDLES = ("collection", "transaction")
NDJSON = "ndjson"


class Shape(NamedTuple):
    """What is to be written: one of `BUNDLES` or `NDJSON`; the folder for its files, None for a single one."""

    kind: str
    folder: str | None = None


def asked(out: Out, bundle: str | None, ndjson: str | None) -> Shape:
    """The shape that the options name. Raises Usage for more than one."""
    if ndjson is not None:
        other = "--bundle" if bundle else "--output" if out.output else None
        if other:
            raise Usage(f"--ndjson names a folder of files, and {other} another form", hint=f"leave {other} out")
        return Shape(NDJSON, ndjson)
    kind = allowed("--bundle", bundle, BUNDLES) if bundle else BUNDLES[0]
    return Shape(kind, out.output if kind == "transaction" and _is_folder(out.output) else None)


def _is_folder(output: str | None) -> bool:
    return output is not None and (output.endswith(("/", os.sep)) or os.path.isdir(output))


def fhir(ctx: typer.Context, db: Database, wanted: whole.Asked, form: Shape, since: str) -> None:
    """Write what was asked for, once that is logged; `since` echoes the day.

    Raises Usage, Conflict, Unwritten, StoreBusy.
    """
    office = clinic(db)
    out: Out = ctx.obj.out(office.today)
    resources = whole.resources(db, house(db, office, sides_of(office), out.redact), wanted)
    if form.folder is not None:
        whereto.empty(form.folder)
    else:
        whereto.no_screen(out)
        resources = _few(resources) if form.kind == "transaction" else resources
    options.exported(ctx, db, "fhir", wanted.patient.number if wanted.patient else None)
    told = _written(out, resources, form)
    kept_back = f", {out.redact} kept back" if out.redact != "none" else ""
    out.say(f"{told}{since} written{kept_back}, not encrypted")


def _few(resources: Iterator[Part]) -> Iterator[Part]:
    """The same, if one transaction can hold them. Raises Usage."""
    found = list(islice(resources, shape.MOST + 1))
    if len(found) > shape.MOST:
        raise Usage(
            f"that is more than the {shape.MOST} entries of one transaction",
            hint="name a folder, for files to be sent by number: -o export/",
        )
    return iter(found)


def _written(out: Out, resources: Iterator[Part], form: Shape) -> str:
    """Write it; returns how much it was, in words."""
    if form.folder is None:
        write = shape.transaction if form.kind == "transaction" else shape.collection
        with out.into() as into:
            return _resources(write(resources, into))
    opened = lambda path: out._replace(output=path).into()  # noqa: E731 - handed on, and no more than this
    if form.kind == NDJSON:
        count = shape.ndjson(resources, form.folder, opened)
        return f"{_resources(count.total())} of {len(count)} types"
    entries, files = shape.transactions(resources, form.folder, opened)
    return f"{_resources(entries)} in {files} transactions"


def _resources(count: int) -> str:
    return f"{count} resource{'' if count == 1 else 's'}"
