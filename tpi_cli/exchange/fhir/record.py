"""A record of the store in full, as an extension of the resource that tells others about it.

FHIR has no place for much of what a record holds, and an export must come back as it left. So every resource
carries the records it is made of:

    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"},
                                  {"url": "kind", "valueString": "diabetes"}, ...]}

A column is text (days, moments and quantities too, so that 1.10 stays 1.10) or a whole number (0 and 1 for no and
yes), as the store keeps it. An empty column is left out; FHIR knows no empty text, which is the code `empty`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tpi_cli.exchange.fields import Fault, shown
from tpi_cli.store.read.records import TABLES

RECORD = "https://tpi-cli.example/fhir/StructureDefinition/record"
"""What the extension is called. An `example` name belongs to nobody: it names, and leads nowhere."""
TABLE = "table"
EMPTY = "empty"

Record = tuple[str, dict[str, Any]]
"""The table's name, and the columns by name."""


def extension(table: str, columns: Mapping[str, Any]) -> dict[str, Any]:
    """A record as an extension: columns as `store.read.records.leaving` gives them, None left out."""
    parts = [_part(name, value) for name, value in columns.items() if value is not None]
    return {"url": RECORD, "extension": [{"url": TABLE, "valueCode": table}, *parts]}


def _part(name: str, value: Any) -> dict[str, Any]:
    if value == "":
        return {"url": name, "valueCode": EMPTY}
    return {"url": name, ("valueString" if isinstance(value, str) else "valueInteger"): value}


def records(resource: Mapping[str, Any]) -> Iterator[Record]:
    """The records that a resource carries, the way back. Raises Fault for one that nobody wrote so."""
    extensions = resource.get("extension", [])
    for one in extensions if isinstance(extensions, list) else []:
        if isinstance(one, dict) and one.get("url") == RECORD:
            yield _record(one)


def _record(one: Mapping[str, Any]) -> Record:
    parts = one.get("extension")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise Fault("extension", "the record has no columns")
    columns: dict[str, Any] = {}
    for part in parts:
        name = part.get("url")
        if not isinstance(name, str) or name in columns:
            raise Fault("extension", "a column of the record has no name, or stands there twice")
        columns[name] = _value(name, part)
    table = columns.pop(TABLE, None)
    if table not in TABLES:
        raise Fault("extension", f"{shown(str(table))} is no table of records")
    return table, columns


def _value(name: str, part: Mapping[str, Any]) -> Any:
    """A column's value. Raises Fault for another type than it is written in."""
    value = [part[key] for key in part if key != "url"]
    if set(part) == {"url", "valueString"} and isinstance(value[0], str) and value[0]:
        return value[0]
    if set(part) == {"url", "valueInteger"} and type(value[0]) is int:
        return value[0]
    if set(part) == {"url", "valueCode"} and (name == TABLE or value == [EMPTY]):
        return value[0] if name == TABLE else ""
    raise Fault("extension", f"column {shown(name)} of the record is neither text nor a whole number")
