"""`tpi export fhir`: what hospitals read."""

import os
from itertools import chain, islice
from typing import NamedTuple

import typer

from tpi_cli.commands import options
from tpi_cli.commands.bill import sides_of
from tpi_cli.errors import Conflict, Usage
from tpi_cli.exchange.fhir import shape, whole
from tpi_cli.exchange.fhir.house import house
from tpi_cli.exchange.fhir.terms import Part
from tpi_cli.files import make_folder
from tpi_cli.show.out import Out, Unwritten, allowed
from tpi_cli.store.connect import Database
from tpi_cli.store.read.clinic import clinic

BUNDLES = ("collection", "transaction")


class Shape(NamedTuple):
    """What was asked for: a bundle of a kind, or a folder of NDJSON."""

    bundle: str = "collection"
    folder: str | None = None


def asked(out: Out, bundle: str | None, ndjson: str | None) -> Shape:
    """The shape that the options name. Raises Usage for more than one."""
    kind = allowed("--bundle", bundle, BUNDLES) if bundle else "collection"
    if ndjson is not None and (bundle or out.output):
        other = "--bundle" if bundle else "--output"
        raise Usage(f"--ndjson names a folder of files, and {other} another form", hint=f"leave {other} out")
    return Shape(kind, ndjson)


def fhir(ctx: typer.Context, db: Database, wanted: whole.Asked, form: Shape) -> None:
    """Write what was asked for, once it is logged. Raises Usage, Conflict, Unwritten, StoreBusy."""
    office = clinic(db)
    out: Out = ctx.obj.out(office.today)
    at = house(db, office, sides_of(office), out.redact)
    resources = whole.resources(db, at, wanted)
    if form.folder is None and form.bundle == "transaction" and not _is_folder(out):
        resources = _few(resources)
    folder = form.folder or (out.output if form.bundle == "transaction" and _is_folder(out) else None)
    if folder:
        _empty(folder)
    options.exported(ctx, db, "fhir", wanted.patient.number if wanted.patient else None)
    told = _written(out, resources, form, folder)
    kept_back = f", {out.redact} kept back" if out.redact != "none" else ""
    out.say(f"{told} written{kept_back}, not encrypted")


def _is_folder(out: Out) -> bool:
    return bool(out.output) and (str(out.output).endswith(("/", os.sep)) or os.path.isdir(str(out.output)))


def _few(resources: "whole.Iterator[Part]") -> "whole.Iterator[Part]":
    """The same, if they go into one transaction. Raises Usage."""
    found = list(islice(resources, shape.MOST + 1))
    if len(found) > shape.MOST:
        raise Usage(
            f"that is more than the {shape.MOST} entries of one transaction",
            hint="name a folder for numbered files: -o export/",
        )
    return chain(found)


def _empty(folder: str) -> None:
    """Make the folder. Raises Conflict where there is something in it: files of two exports would mix."""
    try:
        make_folder(folder.rstrip("/") or folder)
        found = os.listdir(folder)
    except OSError as fault:
        raise Unwritten(path=folder, why=fault.strerror) from None
    if found:
        raise Conflict(f"there are files in {folder} already", hint="name a new folder, or empty this one")


def _written(out: Out, resources: "whole.Iterator[Part]", form: Shape, folder: str | None) -> str:
    """Write the shape; returns how much it was, in words."""
    opened = lambda path: out._replace(output=path).into()  # noqa: E731 - one line is all there is to it
    if form.folder:
        count = shape.ndjson(resources, form.folder, opened)
        return f"{count.total()} resources of {len(count)} types"
    if folder:
        entries, files = shape.transactions(resources, folder, opened)
        return f"{entries} resources in {files} transactions"
    write = shape.transaction if form.bundle == "transaction" else shape.collection
    with out.into() as into:
        return f"{write(resources, into)} resources"
