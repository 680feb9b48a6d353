"""Records of an export of a store, brought home with their own UUIDs: as they were, or not at all.

The same record on file is left; one that differs, or whose short number is another's here, is refused. Patients come
whole: nothing is added to one who is on file already, for a file could say anything of them. A store as it was made
takes over whose records they are (`take_over`), so that its exports are the exports of the other; any other keeps
its own name, settings, rules and payers. Everything lands in the caller's transaction.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from sqlmodel import select

from tpi_cli.acts import staff, take_over
from tpi_cli.acts.take_over import HOUSE, Agree, Offer
from tpi_cli.rules import identity
from tpi_cli.rules.roles import AUDITOR
from tpi_cli.store import fit, keep, tables
from tpi_cli.store.columns import day
from tpi_cli.store.database import refusals
from tpi_cli.store.read import brought, records, stock
from tpi_cli.store.read.records import CLINICIAN
from tpi_cli.store.write import Writing

Record = tuple[str, Mapping[str, Any]]
"""A table's name, and the columns as `store.read.records.leaving` gives them."""

LEAST = AUDITOR
"""The role of somebody whom a file names: a person of the clinic gives another."""
WHOLE = "patients come whole, or not at all: who is on file is written to by a person"
"""What is said of records that cannot stay."""
NUMBERED = {"patient": identity.patient, "session": identity.session, "appointment": identity.appointment}
_HAD = """
SELECT 1 FROM {} WHERE number = :number UNION ALL
SELECT 1 FROM history WHERE record = :table AND content IS NOT NULL
   AND CAST(json_extract(content, '$.number') AS INTEGER) = :number
"""


class Refusal(NamedTuple):
    """A record that cannot be taken: its table, what it is called (by short id, if it has one), why, what helps."""

    table: str
    record: str
    what: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.record}: {self.what}"


class Result(NamedTuple):
    """Records by table: new ones, those on file already, those of the house left as they are here; and the refused."""

    new: Counter[str]
    same: Counter[str]
    left: Counter[str]
    refused: list[Refusal]


def home(writing: Writing, found: Iterable[Record], agree: Agree) -> Result:
    """Keep the records that are new, in any order; the due dates follow. With refusals the caller keeps nothing."""
    coming = Coming(writing, agree)
    for table, columns in found:
        coming.take(table, columns)
    return coming.arrived()


class Coming:
    """Records on their way in, one by one; `arrived` ends it."""

    def __init__(self, writing: Writing, agree: Agree) -> None:
        self.result = Result(Counter(), Counter(), Counter(), [])
        self._writing = writing
        self._agree = agree
        self._db = writing.db
        self._codes = records.codes(self._db)
        self._ids = {code.casefold(): id_ for id_, code in self._codes.items()}
        self._here = frozenset(self._ids)
        self._untouched = take_over.untouched(self._db)
        self._house: list[Record] = []
        self._given = dict(self._db.rows("SELECT kind, last FROM numbering"))
        self._db.refer_later()
        self._db.overlap()

    def take(self, table: str, columns: Mapping[str, Any]) -> None:
        """Keep a record, or note why not; those of the house wait until all have come."""
        fault = fit.wrong(table, columns, self._writing.today)
        if fault is None and table in HOUSE:
            self._house.append((table, columns))
            fault = "stands among more than a clinic has" if len(self._house) > take_over.MOST else None
        elif fault is None:
            fault = self._record(table, self._ours(columns))
        if fault:
            self._refuse(table, called(table, columns), fault)

    def _refuse(self, table: str, record: str, what: str, hint: str = "") -> None:
        self.result.refused.append(Refusal(table, record, what, hint))

    def arrived(self) -> Result:
        """Look at what the records refer to, and work the due dates of their patients out anew.

        Raises Cancelled where nobody agrees to what would be taken over.
        """
        if not self.result.refused:
            self._housed()
        if not self.result.refused and self.result.new:
            self._looked_at()
        if not self.result.refused and self.result.new:
            self._refreshed()
        return self.result

    def _refreshed(self) -> None:
        patients = brought.new_patients(self._db, self._writing.entry)
        try:
            keep.refresh(self._db, self._writing.clinic.id, patients)
        except (ValueError, KeyError, ArithmeticError):  # what no tpi wrote
            self._refuse("recall", "a record", "no due date can be worked out from it")

    def _looked_at(self) -> None:
        """Refuse what refers to nothing, to what is another patient's, or to who is on file, and unknown agents."""
        for table in self._loose():
            self._refuse(table, table, "refers to a record that is not there")
        if self.result.refused:
            return
        entry = self._writing.entry
        for odd in (*brought.to_others(self._db, entry), *brought.mixed(self._db, entry)):
            (found,) = records.of(self._db, odd.table, "id = :id", id=odd.id)
            self._refuse(odd.table, called(odd.table, found), odd.what, WHOLE)
        known = {one.agent for one in stock.shipped_and_own(self._db)}
        for agent in brought.agents(self._db, entry):
            if agent not in known:
                self._refuse("component", agent[:40], "the agent is not known here", "tpi agent add AGENT first")

    def _loose(self) -> list[str]:
        """The tables whose new records refer to what is not there."""
        return self._db.loose(sorted(self.result.new))

    def _housed(self) -> None:
        """What the house says of itself: taken over as a whole, or left; who works there comes in either way."""
        clinics = [columns for table, columns in self._house if table == "clinic"]
        taking = self._untouched and len(clinics) == 1
        if taking:
            count = Counter(table for table, _ in self._house if table != "clinic")
            named = (str(clinics[0]["name"]), str(clinics[0]["zone"]), bool(clinics[0]["made_up"]))
            self._agree(Offer(*named, count))
        for table, columns in self._house:
            fault = self._of_house(table, columns, taking=taking)
            if fault:
                self._refuse(table, called(table, columns), fault)

    def _of_house(self, table: str, columns: Mapping[str, Any], *, taking: bool) -> str | None:
        if table == "clinician":
            self._clinician(columns, taking=taking)
        elif table == "clinic":
            self._clinic(columns, taking=taking)
        elif taking or self._on_file(table, columns) == columns:
            return self._record(table, dict(columns))
        else:
            self.result.left[table] += 1
        return None

    def _clinic(self, columns: Mapping[str, Any], *, taking: bool) -> None:
        """Whose records they are."""
        here = next(records.abroad(self._db, "clinic", self._codes))
        if here == columns or not taking:
            (self.result.same if here == columns else self.result.left)["clinic"] += 1
            return
        row = self._writing.session.exec(select(tables.Clinic)).one()
        row.name, row.zone, row.made_up = columns["name"], columns["zone"], bool(columns["made_up"])
        row.namespace = columns.get("namespace")
        self._writing.add(row)
        self._writing.at_home()
        self.result.new["clinic"] += 1

    def _clinician(self, columns: Mapping[str, Any], *, taking: bool) -> None:
        """Who has that code here; somebody new comes without a login, so that nobody gets in by a file."""
        new = columns["code"].casefold() not in self._here
        row, name = self._named(columns["code"]), columns.get("name")
        if not new and row.name and name and identity.name_key(row.name) != identity.name_key(name):
            hint = f"if they are one: tpi clinician add {row.code} --name NAME, as the file has it"
            self._refuse("clinician", row.code, "is somebody else here", hint)
            return
        if new:
            row.role, row.retired_on = columns["role"] if taking else LEAST, day(columns.get("retired_on"))
        if new or (taking and row.name is None):
            row.name = name
            self._writing.add(row)
            self._writing.send()
        (self.result.new if new else self.result.same)["clinician"] += 1

    def _named(self, code: str) -> tables.Clinician:
        """The clinician with that code, put on file at first sight, with the least of rights."""
        known = staff.named(self._writing, code)
        row = self._writing.session.get_one(tables.Clinician, known)
        if code.casefold() not in self._ids:
            row.role = LEAST
        self._writing.send()
        self._codes[row.id], self._ids[code.casefold()] = row.code, row.id
        return row

    def _ours(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """The columns with the clinician as this store spells the code, and what a search compares of a name."""
        if "name_key" in columns:
            bare = columns.get("erased_on") is not None
            columns = {**columns, "name_key": "" if bare else identity.name_key(columns["name"])}
        code = columns.get(CLINICIAN)
        if code is None:
            return dict(columns)
        if code.casefold() not in self._ids:
            self._named(code)
        return {**columns, CLINICIAN: self._codes[self._ids[code.casefold()]]}

    def _on_file(self, table: str, columns: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record with the same key."""
        key = "key" if table == "setting" else "id"
        found = records.abroad(self._db, table, self._codes, f"{key} = :key", key=columns[key])
        return next(found, None)

    def _record(self, table: str, columns: dict[str, Any]) -> str | None:
        """Keep a record under its own key; returns why not."""
        on_file = self._on_file(table, columns)
        if on_file == columns:
            self.result.same[table] += 1
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
            with self._db.attempt():
                self._writing.put(table, row)
                self._writing.send()
        except refusals():
            return "holds a value that is not allowed, or that another record here has"
        if table in NUMBERED:
            self._writing.numbered(table, columns["number"])
        self.result.new[table] += 1
        return None


def called(table: str, columns: Mapping[str, Any]) -> str:
    """What a record is called where it is refused: its short id, or its table and the key or its start."""
    number = columns.get("number")
    if table in NUMBERED and type(number) is int and number > 0:
        return NUMBERED[table](number)
    key = str(columns.get("key", ""))[:40] or str(columns.get("code", columns.get("id", "")))[:8]
    return f"{table.replace('_', ' ')} {key}".strip()
