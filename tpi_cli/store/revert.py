"""Taking an entry of the log back: every record it wrote stands as before, and the log says so in a new entry.

Nothing is removed from the history. A record that changed since is put back column by column, where the later
change left those columns alone; otherwise the whole act cannot be taken back.
"""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlmodel import SQLModel

from tpi_cli.errors import Conflict
from tpi_cli.rules import chain
from tpi_cli.store import keep, versions
from tpi_cli.store.database import Database, refusals
from tpi_cli.store.rows import ORDER, keys_of
from tpi_cli.store.write import Writing

Columns = dict[str, Any]


class Change(NamedTuple):
    """What taking back does to one record: its columns as they stand `now`, and as they will (None: not there)."""

    table: str
    key: str
    now: Columns | None
    back: Columns | None


_WROTE = "SELECT record, key, content FROM history WHERE entry = :entry"
_ENDED = "SELECT record, key, content FROM history WHERE ended_by = :entry"


def changes(db: Database, entry: int, *, past_removed: bool = False) -> list[Change]:
    """What taking an entry back would do, record by record. Raises Conflict where later changes stand in the way.

    With `past_removed` a record that it only changed, and that is gone since, is left gone.
    """
    _as_logged(db, entry)
    before = {(table, key): json.loads(text) for table, key, text in db.rows(_ENDED, entry=entry) if text}
    wrote = {(table, key): json.loads(text) for table, key, text in db.rows(_WROTE, entry=entry) if text}
    for table, keys in versions.tables(db).items():
        for one in versions.standing(db, table, keys, "WHERE entry = :entry", entry=entry):
            wrote[table, one.key] = json.loads(one.content)
    wanted = sorted(before.keys() | wrote.keys())
    if past_removed:
        wanted = [where for where in wanted if not (where in before and where in wrote and _gone(db, *where))]
    found = [_change(db, where, before.get(where), wrote.get(where)) for where in wanted]
    return sorted(found, key=lambda one: ORDER[one.table])


def _as_logged(db: Database, entry: int) -> None:
    """Raises Conflict where what the entry wrote and ended is not what the log counted: somebody wrote to the history
    beside it, and what stands there would be put on file."""
    of = versions.tables(db)
    found = chain.content(leaf.hash for leaf in versions.leaves(db, of, entry))
    known = db.row("SELECT records, content FROM audit WHERE entry = :entry", entry=entry)
    names = {table: {one.name for one in db.columns(table)} for table in of}
    rows = [*db.rows(_WROTE, entry=entry), *db.rows(_ENDED, entry=entry)]
    strange = any(set(json.loads(text)) - names.get(table, set()) for table, _, text in rows if text)
    if found != known or strange:
        raise Conflict(f"entry {entry} is not as the log has it", hint="tpi verify tells what differs")


def _gone(db: Database, table: str, key: str) -> bool:
    return versions.by_key(db, table, keys_of(table), tuple(key.split("|"))) is None


def _change(db: Database, where: tuple[str, str], before: Columns | None, wrote: Columns | None) -> Change:
    table, key = where
    found = versions.by_key(db, table, keys_of(table), tuple(key.split("|")))
    now = None if found is None else json.loads(found.content)
    if before is None or wrote is None or now is None:
        if now != wrote:
            raise _later(table)
        return Change(table, key, now, before)
    return Change(table, key, now, _merged(table, before, wrote, now))


def _merged(table: str, before: Columns, wrote: Columns, now: Columns) -> Columns:
    """The present columns with those that the entry changed as they were before it."""
    back = dict(now)
    for name in before.keys() | wrote.keys():
        if before.get(name) == wrote.get(name):
            continue
        if now.get(name) != wrote.get(name) and name not in _ABOUT_THE_CHANGE:
            raise _later(table)
        back[name] = before.get(name)
    return {name: value for name, value in back.items() if value is not None}


_ABOUT_THE_CHANGE = frozenset(["changed_at", "changed_by", "change_reason", "amended_at", "amended_by", "amend_reason"])


def _later(table: str) -> Conflict:
    return Conflict(f"the {table.replace('_', ' ')} changed since", hint="take back what came later first, or edit it")


def apply(writing: Writing, found: Iterable[Change]) -> None:
    """Put the records back. Raises Conflict where others refer to what goes.

    What stands is taken out first and what comes back is put in after it, all of it, so that no number stands in
    the way of another (an mrn that goes back from one patient to the other). References are looked at in the end.
    """
    listed = list(found)
    writing.db.refer_later()
    writing.db.overlap()  # whether a time was given away since, the act looks itself
    try:
        _no_recalls(writing, listed)
        for one in reversed(listed):
            if one.now is not None:
                _take_out(writing, one)
        for one in listed:
            if one.back is not None:
                writing.put(one.table, one.back)
        writing.send()
    except refusals():
        raise Conflict("what was recorded since stands in its place", hint="take that back first") from None
    gone = {one.table for one in listed if one.back is None}
    if writing.db.loose(_referring(gone)):
        raise Conflict("what was recorded since refers to it", hint="take that back first")


def _referring(gone: set[str]) -> list[str]:
    """The tables whose rows may refer to a row of these."""
    tables = SQLModel.metadata.tables.values()
    return sorted(one.name for one in tables if {key.column.table.name for key in one.foreign_keys} & gone)


def _take_out(writing: Writing, one: Change) -> None:
    found = versions.by_key(writing.db, one.table, keys_of(one.table), tuple(one.key.split("|")))
    assert found is not None, "it was read in the same transaction"
    versions.lay_aside(writing.db, writing.clinic.id, found, writing.entry)
    writing.db.run(f"DELETE FROM {one.table} WHERE {_where(one)}", **_key(one))
    writing.touched(one.table, one.now or {})


def _no_recalls(writing: Writing, listed: Iterable[Change]) -> None:
    """Due dates go before what they come from does; whoever takes back works them out anew."""
    columns = [side for one in listed for side in (one.now, one.back) if side]
    for patient in sorted({side["patient_id"] for side in columns if side.get("patient_id")}):
        keep.drop(writing.db, patient)


def _where(one: Change) -> str:
    return " AND ".join(f"{name} = :key{at}" for at, name in enumerate(keys_of(one.table)))


def _key(one: Change) -> dict[str, str]:
    return {f"key{at}": part for at, part in enumerate(one.key.split("|"))}
