"""The whole store as something every tool opens: a plain SQLite file, or one JSON document."""

import os
from collections.abc import Iterator
from typing import Any, TextIO

from tpi_cli.errors import Conflict, StoreUnavailable, Usage
from tpi_cli.show.machine import text
from tpi_cli.store import plain
from tpi_cli.store.database import Database


def sqlite(db: Database, path: str) -> None:
    """Write an unencrypted copy that stock `sqlite3` opens. Raises Conflict where the file is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{path} is there already", hint="name another file with --output") from None
    except OSError as fault:
        raise StoreUnavailable(f"cannot write {path}: {fault.strerror}") from None
    os.close(descriptor)
    plain.copied(db, path)


def tables(db: Database) -> Iterator[str]:
    """The store's tables by name, but for the log's key: it leaves the store in no copy."""
    return (name for name in db.tables() if name != "ratchet")


def json(db: Database, head: dict[str, Any], into: TextIO) -> int:
    """Write every table with every row as one JSON object, a row a line; returns how many rows."""
    count = 0
    into.write(text(head)[:-1] + ', "tables": {')
    for place, table in enumerate(list(tables(db))):
        into.write(("," if place else "") + f"\n{text(table)}: [")
        for at, row in enumerate(_rows(db, table)):
            into.write(("," if at else "") + "\n" + text(row))
            count += 1
        into.write("]")
    into.write("}}\n")
    return count


def _rows(db: Database, table: str) -> Iterator[dict[str, Any]]:
    names = [one.name for one in db.columns(table)]
    order = "id" if "id" in names else "1"
    for row in db.rows(f"SELECT * FROM {table} ORDER BY {order}"):
        yield dict(zip(names, row, strict=True))


def checked(what: str) -> str:
    """The kind of export asked for. Raises Usage."""
    if what not in {"ics", "csv", "json", "sqlite", "fhir"}:
        raise Usage(f"cannot export {what}", hint="fhir, ics, csv, json or sqlite")
    return what
