"""What goes with a folder of CSV files, so that a stranger's tool can check and read them: datapackage.json, README."""

import json
import os
from typing import Any

from tpi_cli.exchange import csv_out, tables_out
from tpi_cli.exchange.shipped import folder
from tpi_cli.store.database import Database

TABLES = "tables"
"""The folder of the store's own tables."""
_DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}
_README = """\
Everything that this clinic's store of tpi holds, written on {today}.
NOT ENCRYPTED: whoever gets these files can read them. Delete them when done.

UTF-8, commas between columns, quotes around a value that holds a comma, a
quote or a line end. An apostrophe stands before a text that a spreadsheet
would take for a formula (it starts with = + - @ or a blank that moves the
cursor): it is not part of the text, take one away.

To be read by tpi import, tpi help csv describes their columns:
{kinds}
The store itself, a file for each table, in {tables}/. Here an empty field
is a value that nobody gave (NULL), and a lone apostrophe is an empty text;
a text of nothing but apostrophes has one more before it.
{tables_listed}
datapackage.json says of every file which columns it has and of which type
(Frictionless Data Package): frictionless validate datapackage.json

tpi help leaving says what the tables mean, how they hang together, and how
to read them without tpi.
"""


def package(db: Database) -> str:
    """The datapackage.json for a folder: of every file where it is, and its Table Schema."""
    kinds = [_resource(kind, f"{kind}.csv", schema(kind)) for kind in csv_out.WRITTEN]
    tables = [
        _resource(tables_out.name(table), f"{TABLES}/{table}.csv", tables_out.schema(db, table))
        for table in tables_out.written(db)
    ]
    told = {"profile": "tabular-data-package", "name": "tpi-export", "resources": [*kinds, *tables]}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _resource(name: str, path: str, of: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "path": path,
        "profile": "tabular-data-resource",
        "encoding": "utf-8",
        "dialect": _DIALECT,
        "schema": of,
    }


def schema(kind: str) -> dict[str, Any]:
    """The Table Schema of a kind of file, as it lies beside the sample's files."""
    with open(os.path.join(folder(), f"{kind}.schema.json"), encoding="utf-8") as file:
        found: dict[str, Any] = json.load(file)
    return found


def readme(today: str, kinds: dict[str, int], tables: dict[str, int]) -> str:
    """What each file of a folder is, and how many rows it has."""
    return _README.format(
        today=today, kinds=_listed(kinds, ""), tables=TABLES, tables_listed=_listed(tables, f"{TABLES}/")
    )


def _listed(files: dict[str, int], where: str) -> str:
    return "".join(f"  {f'{where}{name}.csv':<28}{count:>8} rows\n" for name, count in files.items())
