"""Records of an export of a store, brought home with their own UUIDs: as they were, or not at all.

The same record on file is left; one that differs, or whose short number is another's here, is refused. A store that
has no patients yet takes over whose records they are, so that its exports are the exports of the other; one that
has keeps its own name, settings, rules and payers. Everything lands in the caller's transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tpi_cli.acts import clinician
from tpi_cli.rules import identity
from tpi_cli.store import fit, keep, tables
from tpi_cli.store.columns import day
from tpi_cli.store.connect import Driver
from tpi_cli.store.read import records
from tpi_cli.store.read.records import CLINICIAN
from tpi_cli.store.write import Writing

Record = tuple[str, Mapping[str, Any]]
"""A table's name, and the columns as `store.read.records.leaving` gives them."""

HOUSE = frozenset(["clinic", "clinician", "setting", "rule_setting", "payer_rule", "agent"])
"""What a clinic says of itself: a clinic that has patients keeps its own."""
NUMBERED = {"patient": identity.patient, "session": identity.session, "appointment": identity.appointment}
_HAD = """
SELECT 1 FROM {} WHERE number = :number UNION ALL
SELECT 1 FROM history WHERE record = :table AND content IS NOT NULL AND json_extract(content, '$.number') = :number
"""


class Refusal(NamedTuple):
    """A record that cannot be taken: its table, what it is called (a short id where it has one), and why."""

    table: str
    record: str
    what: str

    def __str__(self) -> str:
        return f"{self.record}: {self.what}"


class Result(NamedTuple):
    """Records by table: new ones, those on file already, those of the house left as they are here; and the refused."""

    new: Counter[str]
    same: Counter[str]
    left: Counter[str]
    refused: list[Refusal]


def home(writing: Writing, found: Iterable[Record]) -> Result:
    """Keep the records that are new, in any order; the due dates follow. With refusals the caller keeps nothing."""
    coming = Coming(writing)
    for table, columns in found:
        coming.take(table, columns)
    return coming.arrived()


class Coming:
    """Records on their way in, one by one; `arrived` ends it."""

    def __init__(self, writing: Writing) -> None:
        self.result = Result(Counter(), Counter(), Counter(), [])
        self._writing = writing
        self._db = writing.db
        self._codes = records.codes(self._db)
        self._ids = {code.casefold(): id_ for id_, code in self._codes.items()}
        self._empty = self._db.value("SELECT 1 FROM patient") is None
        self._given = dict(self._db.rows("SELECT kind, last FROM numbering"))
        self._patients: set[str] = set()
        self._db.run("PRAGMA defer_foreign_keys = ON")

    def take(self, table: str, columns: Mapping[str, Any]) -> None:
        """Keep a record, or note why not."""
        fault = fit.wrong(table, columns)
        if fault is None and table == "clinic":
            self._clinic(columns)
        elif fault is None and table == "clinician":
            self._clinician(columns)
        elif fault is None:
            fault = self._record(table, self._ours(columns))
        if fault:
            self.result.refused.append(Refusal(table, called(table, columns), fault))

    def arrived(self) -> Result:
        """Look at what the records refer to, and work the due dates of their patients out anew."""
        refused = self.result.refused
        if not refused:
            refused += [Refusal(table, table, "refers to a record that is not there") for table in self._loose()]
        if not refused:
            try:
                keep.refresh(self._writing.db, self._writing.clinic.id, sorted(self._patients))
            except (ValueError, KeyError, ArithmeticError):  # what no tpi wrote
                refused.append(Refusal("recall", "a record", "no due date can be worked out from it"))
        return self.result

    def _loose(self) -> list[str]:
        """The tables whose new records refer to what is not there."""
        check = "SELECT 1 FROM pragma_foreign_key_check('{}')"
        return [table for table in sorted(self.result.new) if self._writing.db.value(check.format(table))]

    def _clinic(self, columns: Mapping[str, Any]) -> None:
        """Whose records they are; a store without patients takes that over."""
        here = next(records.abroad(self._writing.db, "clinic", self._codes))
        if here == columns or not self._empty:
            (self.result.same if here == columns else self.result.left)["clinic"] += 1
            return
        row = self._writing.clinic
        row.name, row.zone, row.made_up = columns["name"], columns["zone"], bool(columns["made_up"])
        row.namespace = columns.get("namespace")
        self._writing.add(row)
        self.result.new["clinic"] += 1

    def _clinician(self, columns: Mapping[str, Any]) -> None:
        """Who has that code here; somebody new comes without a login, so that nobody gets in by a file."""
        new = columns["code"].casefold() not in self._ids
        row = self._named(columns["code"])
        if new:
            row.role, row.retired_on = columns["role"], day(columns.get("retired_on"))
        if new or (self._empty and row.name is None):
            row.name = columns.get("name")
            self._writing.add(row)
            self._writing.send()
        (self.result.new if new else self.result.same)["clinician"] += 1

    def _named(self, code: str) -> tables.Clinician:
        """The clinician with that code, put on file at first sight."""
        row = clinician.named(self._writing, code)
        self._writing.send()
        self._codes[row.id], self._ids[code.casefold()] = row.code, row.id
        return row

    def _ours(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The columns with the clinician as this store spells the code."""
        code = columns.get(CLINICIAN)
        if code is None:
            return dict(columns)
        if code.casefold() not in self._ids:
            self._named(code)
        return {**columns, CLINICIAN: self._codes[self._ids[code.casefold()]]}

    def _record(self, table: str, columns: dict[str, Any]) -> str | None:
        """Keep a record under its own key; returns why not."""
        key = "key" if table == "setting" else "id"
        found = records.abroad(self._db, table, self._codes, f"{key} = :key", key=columns[key])
        on_file = next(found, None)
        if on_file == columns:
            self.result.same[table] += 1
        elif table in HOUSE and not self._empty:
            self.result.left[table] += 1
        elif on_file is not None:
            return "is on file with other values: it was changed since"
        else:
            return self._taken(table, columns) or self._put(table, columns)
        return None

    def _taken(self, table: str, columns: dict[str, Any]) -> str | None:
        """Why a record that is not on file cannot come: it was taken out here, or its short number is another's."""
        gone = "SELECT 1 FROM history WHERE record = :table AND key = :key"
        if table == "setting":
            return None if fit.setting(columns["key"], columns["value"]) else "cannot have that value"
        if self._db.value(gone, table=table, key=columns["id"]):
            return "was taken out here"
        if table in NUMBERED and columns["number"] <= self._given.get(table, 0):
            values = {"table": table, "number": columns["number"]}
            return "the number is another's here" if self._db.value(_HAD.format(table), **values) else None
        return None

    def _put(self, table: str, columns: dict[str, Any]) -> str | None:
        row = {**columns, "clinic_id": self._writing.clinic.id}
        if CLINICIAN in row:
            row[CLINICIAN] = self._ids[row[CLINICIAN].casefold()]
        try:
            self._writing.put(table, row)
        except Driver.IntegrityError:
            return "holds a value that is not allowed, or that another record here has"
        if table in NUMBERED:
            self._writing.numbered(table, columns["number"])
        owner = columns["id"] if table == "patient" else columns.get("patient_id")
        self._patients |= {owner} if owner else set()
        self.result.new[table] += 1
        return None


def called(table: str, columns: Mapping[str, Any]) -> str:
    """What a record is called where it is refused: its short id, or its table and the start of its key."""
    number = columns.get("number")
    if table in NUMBERED and type(number) is int and number > 0:
        return NUMBERED[table](number)
    return f"{table.replace('_', ' ')} {str(columns.get('id', columns.get('key', '')))[:8]}".strip()
