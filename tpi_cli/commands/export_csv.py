"""`tpi export csv`: one kind of file, or a folder that holds everything."""

import os

from tpi_cli.errors import Usage
from tpi_cli.exchange import csv_out, package, tables_out
from tpi_cli.files import make_folder
from tpi_cli.show.out import Out, Unwritten
from tpi_cli.store.database import Database


def possible(out: Out, kind: str | None) -> None:
    """Refuse what cannot be written before it is logged as written. Raises Usage, Unwritten."""
    if kind is None:
        _folder(out)
    elif kind not in csv_out.WRITTEN:
        raise Usage(f"--kind cannot be {kind!r}", hint=f"one of {', '.join(csv_out.WRITTEN)}")


def _folder(out: Out) -> None:
    """The folder for all CSV files and the one in it, made if they are not there; a former export gives way."""
    if not out.output:
        raise Usage("which file?", hint=f"--kind {csv_out.WRITTEN[0]}, for instance; or a folder for all: -o export/")
    try:
        make_folder(os.path.join(out.output, package.TABLES))
    except OSError as fault:
        raise Unwritten(path=out.output, why=fault.strerror) from None


def export(db: Database, out: Out, kind: str | None) -> None:
    """Write the kind asked for, or the whole folder."""
    if kind is not None:
        _kind(db, out, kind)
        return
    kinds = {name: _kind(db, _in(out, f"{name}.csv"), name) for name in csv_out.WRITTEN}
    tables = {name: _table(db, out, name) for name in tables_out.written(db)}
    _text(_in(out, "datapackage.json"), package.package(db))
    _text(_in(out, "README.txt"), package.readme(out.today, kinds, tables))
    out.say(f"{sum(tables.values())} rows of {len(tables)} tables written, not encrypted: see README.txt")


def _kind(db: Database, out: Out, kind: str) -> int:
    with out.into() as into:
        count = csv_out.write(csv_out.rows(db, kind), csv_out.columns(kind), into)
    out.say(f"{count} {kind} written, not encrypted")
    return count


def _table(db: Database, out: Out, table: str) -> int:
    with _in(out, os.path.join(package.TABLES, f"{table}.csv")).into() as into:
        return tables_out.write(db, table, into)


def _text(out: Out, text: str) -> None:
    with out.into() as into:
        into.write(text)


def _in(out: Out, name: str) -> Out:
    """A file of the folder."""
    return out._replace(output=os.path.join(str(out.output), name))
