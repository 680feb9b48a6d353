"""A map: which of their columns is which of our fields, written by a clinic as a TOML file (tpi help import-map).

A file is one table, or several under `[[table]]`; what stands above them holds for each. A shipped profile is a map.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tpi_cli import files
from tpi_cli.errors import Usage
from tpi_cli.exchange.fields import shown
from tpi_cli.exchange.foreign_days import form
from tpi_cli.exchange.foreign_numbers import Signs
from tpi_cli.reference import measures
from tpi_cli.reference.headings import all_headings

FOLDER = os.path.join(os.path.dirname(__file__), "profiles")
PROFILES = ("synthea", "openemr")
LARGEST = 256 * 1024
"""Bytes of a map file: the longest profile has some 6,000."""
DELIMITERS = (",", ";", "\t", "|")
HINT = "tpi help import-map shows a whole one"
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""A column in a joined text: `{Last Name}`."""

_TEXT = ("date", "decimal", "thousands", "delimiter", "between", "sharing", "skip")
_LISTS = ("kind", "has", "empty", "patient", "optional")
_TABLES = ("columns", "join", "constants", "values", "units", "where", "left_out")
WEIGHT = "weight_kg"
KEYS = (*_TEXT, *_LISTS, *_TABLES, "table")


class Part(NamedTuple):
    """How one table becomes rows of one kind; `kind` is empty where the columns have to tell.

    `columns` is ours by theirs, empty for one to leave out; `join` and `constants` are by ours. `has` are columns
    by which a table of a profile is known; `optional` columns may lack. Only rows that say one of the values of
    `where` are taken; `left_out` says, by the same columns, why others are not. `patient` are the fields a person is
    known by. `sharing` says of two sites in one cell whether they had the volume `each` or in `total`. `skip` says
    why nothing of the table is taken. `named` are all columns of theirs that the table names, for whichever kind.
    """

    kind: str = ""
    columns: Mapping[str, str] = {}
    join: Mapping[str, str] = {}
    constants: Mapping[str, str] = {}
    values: Mapping[str, Mapping[str, str]] = {}
    units: Mapping[str, tuple[str, ...]] = {}
    where: Mapping[str, tuple[str, ...]] = {}
    left_out: Mapping[str, str] = {}
    has: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    patient: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    signs: Signs = Signs()
    between: str = ""
    sharing: str = ""
    skip: str = ""
    named: tuple[str, ...] = ()


class Map(NamedTuple):
    """A map file: its name, its tables, and what stands between the columns of the files it is for, if it says."""

    name: str
    parts: tuple[Part, ...]
    delimiter: str = ""


def read(name: str) -> Map:
    """The map in a file, or a shipped one by its name. Raises Usage with what is wrong, and where if it is not TOML."""
    path = os.path.join(FOLDER, f"{name}.toml") if name in PROFILES else name
    try:
        found = tomllib.loads(_text(path, name))
    except tomllib.TOMLDecodeError as fault:
        raise Usage(f"{name}: not TOML: {fault}", hint=HINT) from None
    try:
        return _map(found, name)
    except Usage as fault:
        raise Usage(f"{name}: {fault}", hint=fault.hint or HINT) from None


def _text(path: str, name: str) -> str:
    try:
        with files.opened(path) as file:
            raw = file.read(LARGEST + 1)
    except OSError as fault:
        hint = f"a file, or a shipped map: {' or '.join(PROFILES)}"
        raise Usage(f"{name} cannot be read: {fault.strerror}", hint=hint) from None
    if len(raw) > LARGEST:
        raise Usage(f"{name} is larger than {LARGEST // 1024} kB", hint="is that the map, or the table?")
    try:
        return str(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Usage(f"{name} is not UTF-8", hint="save it as UTF-8 text") from None


def _map(found: dict[str, Any], name: str) -> Map:
    _known(found, KEYS, "key")
    tables = found.pop("table", [{}])
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise Usage("table is no list of tables", hint="write [[table]] above each")
    parts: list[Part] = []
    for table in tables:
        _known(table, tuple(key for key in KEYS if key not in {"table", "delimiter"}), "key")
        parts += _parts({**found, **table})
    return Map(name, tuple(parts), _delimiter(found))


def _delimiter(found: dict[str, Any]) -> str:
    written = _word(found, "delimiter")
    if written and written not in DELIMITERS:
        raise Usage(f"delimiter = {shown(written)}", hint='one of "," ";" "\\t" "|"')
    return written


def _parts(table: dict[str, Any]) -> list[Part]:
    """One part for each kind that the table says its rows are."""
    kinds = _list(table, "kind")
    for kind in kinds:
        _one_of(kind, all_headings(), "kind")
    whole = Part(
        columns=_texts(table, "columns"),
        join=_texts(table, "join"),
        constants=_texts(table, "constants"),
        values={field: _folded(field, below) for field, below in _table(table, "values").items()},
        units={field: _units(field, below) for field, below in _table(table, "units").items()},
        where={column: _strings(below, f"where.{column}") for column, below in _table(table, "where").items()},
        left_out=_reasons(table),
        has=_list(table, "has"),
        optional=_list(table, "optional"),
        empty=_list(table, "empty"),
        patient=_patient(table),
        forms=tuple(form(one) for one in _list(table, "date")),
        signs=_signs(table),
        between=_word(table, "between"),
        sharing=_sharing(table),
        skip=_word(table, "skip"),
    )
    _fields(whole, kinds or tuple(all_headings()))
    joined = (name for text in whole.join.values() for name in PLACEHOLDER.findall(text))
    whole = whole._replace(named=(*whole.columns, *whole.where, *joined))
    _dated(whole, kinds)
    visits = len(kinds) > 1
    return [_of_kind(_undated(whole) if visits and kind == "patients" else whole, kind) for kind in kinds] or [whole]


def _dated(part: Part, kinds: Iterable[str]) -> None:
    """Raises Usage for a weight in a sheet of visits that would be kept without its day."""
    given = (*part.columns.values(), *part.join, *part.constants)
    if WEIGHT in given and "patients" in kinds and not {"weights"} & set(kinds) and set(kinds) != {"patients"}:
        listed = ", ".join(f'"{kind}"' for kind in (*kinds, "weights"))
        raise Usage(f"{WEIGHT} of a visit is that of its day", hint=f"kind = [{listed}]")


def _undated(part: Part) -> Part:
    """What a sheet of visits tells of a patient: a weight is that of a day, and a row of its own."""
    columns = {theirs: field for theirs, field in part.columns.items() if field != WEIGHT}
    joins = {field: form for field, form in part.join.items() if field != WEIGHT}
    return part._replace(columns=columns, join=joins)


def _reasons(table: dict[str, Any]) -> dict[str, str]:
    """Why rows are left out, by a column of `where`. Raises Usage."""
    found = _texts(table, "left_out")
    _known(found, _table(table, "where"), "column of [where]")
    return found


def _of_kind(whole: Part, kind: str) -> Part:
    """What of the table concerns one kind of row."""
    ours = all_headings()[kind]
    return whole._replace(
        kind=kind,
        columns={theirs: field for theirs, field in whole.columns.items() if not field or field in ours},
        join={field: form for field, form in whole.join.items() if field in ours},
        constants={field: text for field, text in whole.constants.items() if field in ours},
    )


def _fields(part: Part, kinds: Iterable[str]) -> None:
    """Raises Usage for a field that is none of these kinds', or that is given twice."""
    known = list(dict.fromkeys(field for kind in kinds for field in all_headings()[kind]))
    given = [field for field in (*part.columns.values(), *part.join, *part.constants) if field]
    for field in (*given, *part.values, *part.units):
        _one_of(field, known, "field")
    twice = next((field for field in given if given.count(field) > 1), None)
    if twice:
        raise Usage(f"{twice} is given twice", hint=f'join two columns: [join] {twice} = "{{One}} {{Other}}"')
    for whole, parts in {"site": ("muscle", "side"), "mix": ("agent",)}.items():
        both = next((one for one in parts if one in part.columns.values() or one in part.join), None)
        if whole in given and both:
            raise Usage(f"{whole} holds {both}, which is given too", hint="leave one of them out")


def _patient(table: dict[str, Any]) -> tuple[str, ...]:
    found = _list(table, "patient")
    if found and set(found) not in ({"mrn"}, {"name"}, {"name", "born"}):
        raise Usage(f"patient = {list(found)}", hint='["mrn"], ["name", "born"] or ["name"]')
    return tuple(found) if "mrn" not in found else ()


def _sharing(table: dict[str, Any]) -> str:
    found = _word(table, "sharing")
    if found not in {"", "each", "total"}:
        raise Usage(f"sharing = {shown(found)}", hint='"each" or "total", as in tpi help items')
    return found


def _signs(table: dict[str, Any]) -> Signs:
    found = Signs(_word(table, "decimal") or ".", _word(table, "thousands"))
    if found.decimal not in {".", ","} or found.thousands not in {"", ".", ",", "'", " "}:
        raise Usage("decimal and thousands are signs", hint='decimal = "," and perhaps thousands = "."')
    if found.decimal == found.thousands:
        raise Usage(f"decimal and thousands are both {shown(found.decimal)}", hint="they are two signs")
    return found


def _units(field: str, written: Any) -> tuple[str, ...]:
    found = _strings(written, f"units.{field}")
    known = measures.of(field)
    if not known:
        raise Usage(f"{field} has no unit", hint=HINT)
    for unit in found:
        _one_of(unit, known, f"unit of {field}")
    return found


def _folded(field: str, written: Any) -> dict[str, str]:
    if not isinstance(written, dict) or not all(isinstance(one, str) for one in written.values()):
        raise Usage(f"values.{field} is no table of texts", hint=f'[values.{field}] "theirs" = "ours"')
    return {folded(theirs): ours for theirs, ours in written.items()}


def folded(text: str) -> str:
    """What values are compared by: case and spacing do not count."""
    return " ".join(text.casefold().split())


def _texts(table: dict[str, Any], key: str) -> dict[str, str]:
    found = _table(table, key)
    wrong = next((name for name, value in found.items() if not isinstance(value, str)), None)
    if wrong is not None:
        raise Usage(f"{key}.{wrong} is no text", hint="put it in quotes; a name with a point or a blank too")
    return found


def _table(table: dict[str, Any], key: str) -> dict[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise Usage(f"{key} is no table", hint=f"write [{key}] on a line of its own, and its lines below")
    return found


def _list(table: dict[str, Any], key: str) -> tuple[str, ...]:
    return _strings(table.get(key, []), key)


def _strings(written: Any, key: str) -> tuple[str, ...]:
    found = [written] if isinstance(written, str) else written
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Usage(f"{key} is neither a text nor a list of texts", hint=f'{key} = "..." or {key} = ["...", "..."]')
    return tuple(found)


def _word(table: dict[str, Any], key: str) -> str:
    found = table.get(key, "")
    if not isinstance(found, str):
        raise Usage(f"{key} is no text", hint=f'{key} = "..."')
    return found


def _known(found: Iterable[str], known: Iterable[str], what: str) -> None:
    for name in found:
        _one_of(name, known, what)


def _one_of(name: str, known: Iterable[str], what: str) -> None:
    """Raises Usage for a name that is not known, with the one that may have been meant."""
    known = list(known)
    if name in known:
        return
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    raise Usage(f"no {what} {shown(name)}", hint=f"did you mean {close[0]}?" if close else f"one of {', '.join(known)}")
