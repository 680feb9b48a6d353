"""Tampering with the store, counted: what `tpi verify` finds with the officer key and a head printed before.

    python -m tests.faults.tampering [--broken [macs|records]] [-v]

An outsider has the store and its key file and edits with raw SQL; an insider also recomputes hashes and macs as
far as the store's content lets anybody. Each case changes a copy of an honest store; it counts as found where
`verify` exits 8 and the check that is meant to see it is among those that spoke. The last line also tells how many
are found without an anchor, without the officer key and without either, as measured. `--broken` takes the macs (or
the hashes of records) out of `verify`: cases must then be missed, and this script must say so and exit 1.

Not among the cases, because nothing can find them: false new entries. Whoever may record can record what is not so,
and whoever has the log's present key can append an entry that the program would have written. A request's
idempotency key is not covered either: who removes one makes a retry count twice.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from tests.faults.forge import GUARDS, OFFICER, Forge, Honest, honest, wiped
from tpi_cli.rules import chain
from tpi_cli.store import verify

OUTSIDER, INSIDER = "outsider", "insider"
PROOFS = {"both": (True, True), "no anchor": (True, False), "no officer key": (False, True), "neither": (False, False)}
"""What `verify` is given: the officer key, the head printed before."""


class Case(NamedTuple):
    """A way to tamper, by whom, the check that has to find it, and how it is done."""

    name: str
    by: str
    check: str
    work: Callable[[Forge], None]


CASES: list[Case] = []


def case(by: str, name: str, check: str) -> Callable[[Callable[[Forge], None]], Callable[[Forge], None]]:
    """Take a function into the table."""

    def taken(work: Callable[[Forge], None]) -> Callable[[Forge], None]:
        CASES.append(Case(name, by, check, work))
        return work

    return taken


def plainly(by: str, name: str, check: str, *statements: str) -> None:
    """A case that is nothing but statements."""

    def work(forge: Forge) -> None:
        for one in statements:
            forge.sql(one)

    CASES.append(Case(name, by, check, work))


# --- an outsider: records

plainly(OUTSIDER, "a dose changed", "records", "UPDATE component SET volume_ml = '9'")
plainly(OUTSIDER, "a session backdated", "records", "UPDATE session SET on_date = '2026-11-01' WHERE number = 1")
plainly(OUTSIDER, "a signature taken off", "records",
        "UPDATE session SET signed_at = NULL, signed_by = NULL WHERE number = 2")  # fmt: skip
plainly(OUTSIDER, "an alert ended", "records", "UPDATE alert SET ended_on = '2026-11-20' WHERE kind = 'trauma'")
plainly(OUTSIDER, "an alert removed", "records", "DELETE FROM alert WHERE kind = 'trauma'")
plainly(OUTSIDER, "a role raised", "records", "UPDATE clinician SET role = 'auditor' WHERE account IS NULL")
plainly(OUTSIDER, "NULL made empty", "records", "UPDATE patient SET note = '' WHERE number = 1")
plainly(OUTSIDER, "empty where something stood", "records", "UPDATE patient SET note = '' WHERE number = 2")
plainly(OUTSIDER, "text moved over a field's end", "records",
        "UPDATE patient SET name = name || substr(name_key, 1, 1), name_key = substr(name_key, 2)")  # fmt: skip
plainly(OUTSIDER, "a number as bytes", "records", "UPDATE outcome SET pain = CAST(pain AS BLOB)")
plainly(OUTSIDER, "text as bytes", "records", "UPDATE patient SET phone = CAST(phone AS BLOB) WHERE number = 1")
plainly(OUTSIDER, "a whole number as a fraction", "records", "UPDATE injection SET ordinal = ordinal + 0.5")
plainly(OUTSIDER, "a name in letters that look alike", "records",
        "UPDATE patient SET name = replace(name, 'a', 'а') WHERE number = 2")  # fmt: skip
plainly(
    OUTSIDER, "an edit with another salt", "records", "UPDATE patient SET weight_kg = '40', salt = hex(randomblob(8))"
)
plainly(OUTSIDER, "an edit under the last entry's number", "records",
        "UPDATE patient SET weight_kg = '40', entry = (SELECT MAX(entry) FROM audit) WHERE number = 1")  # fmt: skip


def _alert_copied(forge: Forge, entry: int | None) -> None:
    columns = "clinic_id, patient_id, text, since, created_at, created_by"
    forge.sql(f"INSERT INTO alert (id, kind, entry, salt, {columns}) SELECT 'forged', 'diabetes', ?, 'aa', {columns}"
              " FROM alert LIMIT 1", entry)  # fmt: skip


@case(OUTSIDER, "a record without an entry", "records")
def _(forge: Forge) -> None:
    _alert_copied(forge, None)


@case(OUTSIDER, "a record under another's entry", "records")
def _(forge: Forge) -> None:
    _alert_copied(forge, forge.entry_of("patient alert add"))


@case(OUTSIDER, "a record under an entry to come", "records")
def _(forge: Forge) -> None:
    _alert_copied(forge, forge.entries()[-1].entry + 1)


# --- an outsider: what records were

plainly(OUTSIDER, "an earlier version removed", "records", "DELETE FROM history WHERE record = 'patient'")
plainly(OUTSIDER, "an earlier version changed", "records",
        "UPDATE history SET content = replace(content, 'Ruiz', 'Diaz') WHERE record = 'patient'")  # fmt: skip
plainly(OUTSIDER, "an earlier version ended by another", "records", "UPDATE history SET ended_by = ended_by + 1")
plainly(OUTSIDER, "an earlier version emptied", "records",
        "UPDATE history SET content = NULL, salt = NULL, leaf = NULL WHERE record = 'patient'")  # fmt: skip


def _emptied(forge: Forge) -> None:
    """As an erasure leaves a version: without words, with its right hash. Nobody asked for an erasure."""
    rows = list(forge.db.rows("SELECT record, key, entry, salt, content FROM history WHERE record = 'outcome'"))
    for table, key, entry, salt, content in rows:
        forge.sql("UPDATE history SET content = NULL, salt = NULL, leaf = ? WHERE record = ? AND key = ? AND entry = ?",
                  chain.written(table, key, entry, salt, content), table, key, entry)  # fmt: skip


CASES.append(Case("an earlier version emptied, its hash left", OUTSIDER, "records", _emptied))

# --- an outsider: the log

plainly(OUTSIDER, "an entry's account changed", "log", "UPDATE audit SET account = 'jsmith' WHERE entry = 6")
plainly(OUTSIDER, "an account in letters that look alike", "log",
        "UPDATE audit SET account = replace(replace(account, 'o', 'о'), 'a', 'а')")  # fmt: skip
plainly(OUTSIDER, "an entry backdated", "log", "UPDATE audit SET at = replace(at, '2026-', '2025-') WHERE entry = 20")
plainly(OUTSIDER, "an entry's words moved over a field's end", "log",
        "UPDATE audit SET act = act || ' ' || subject, subject = NULL WHERE act = 'call'")  # fmt: skip
plainly(OUTSIDER, "an entry's NULL made empty", "log", "UPDATE audit SET acting = ''")
plainly(
    OUTSIDER, "an entry's number as bytes", "log", "UPDATE audit SET patient = CAST(patient AS BLOB) WHERE entry = 6"
)
plainly(OUTSIDER, "a mac blanked", "log", "UPDATE audit SET mac = '' WHERE entry = 9")
plainly(OUTSIDER, "an entry removed in the middle", "log", "DELETE FROM audit WHERE entry = 9")
plainly(OUTSIDER, "the last entry removed", "log", "DELETE FROM audit WHERE act = 'outcome' AND patient = 2")
plainly(OUTSIDER, "the last entry removed with its record", "log",
        "DELETE FROM audit WHERE act = 'outcome' AND patient = 2",
        "DELETE FROM outcome WHERE entry = (SELECT MAX(entry) FROM outcome)")  # fmt: skip
plainly(OUTSIDER, "two entries swapped", "log", "UPDATE audit SET entry = -9 WHERE entry = 9",
        "UPDATE audit SET entry = 9 WHERE entry = 8", "UPDATE audit SET entry = 8 WHERE entry = -9")  # fmt: skip
plainly(OUTSIDER, "a record and its entry removed in the middle", "log", "DELETE FROM audit WHERE act = 'adverse add'",
        "DELETE FROM adverse_event WHERE entry = (SELECT MAX(entry) FROM adverse_event)")  # fmt: skip


@case(OUTSIDER, "an entry put in between", "log")
def _(forge: Forge) -> None:
    forge.sql("UPDATE audit SET entry = -entry WHERE entry >= 10")
    forge.sql("UPDATE audit SET entry = 1 - entry WHERE entry < 0")
    columns = "clinic_id, at, account, acting, act, patient, subject, records, content, structure, before, hash, mac"
    forge.sql(f"INSERT INTO audit (entry, {columns}) SELECT 10, {columns} FROM audit WHERE entry = 9")


@case(OUTSIDER, "an entry added at the end, backdated", "log")
def _(forge: Forge) -> None:
    columns = "clinic_id, account, acting, act, patient, subject, records, content, structure, before, hash, mac"
    forge.sql(
        f"INSERT INTO audit (entry, at, {columns})"
        f" SELECT MAX(entry) + 1, '2026-01-05T09:00:00.000000Z', {columns} FROM audit"
    )


plainly(OUTSIDER, "the log's key removed", "log", "DELETE FROM ratchet")
plainly(OUTSIDER, "the log's key replaced", "log", "UPDATE ratchet SET entry = entry + 1, key = hex(randomblob(32))")

# --- an outsider: everything around


@case(OUTSIDER, "the log's triggers dropped", "schema")
def _(forge: Forge) -> None:
    forge.schema(*(f"DROP TRIGGER {name}" for name in GUARDS))


@case(OUTSIDER, "a trigger of the log with another text", "schema")
def _(forge: Forge) -> None:
    forge.schema("DROP TRIGGER audit_kept", "CREATE TRIGGER audit_kept BEFORE UPDATE ON audit BEGIN SELECT 1; END")


@case(OUTSIDER, "a trigger that rewrites records", "schema")
def _(forge: Forge) -> None:
    forge.schema("CREATE TRIGGER quiet AFTER INSERT ON alert BEGIN DELETE FROM alert WHERE id = NEW.id; END")


def _view_filtered(forge: Forge) -> None:
    text = forge.one("SELECT sql FROM sqlite_master WHERE name = 'recall_list'")
    forge.schema("DROP VIEW recall_list", f"{text} AND patient.number <> 1" if " WHERE " in text.upper()
                 else f"{text} WHERE patient.number <> 1")  # fmt: skip


CASES.append(Case("a view that leaves a patient out", OUTSIDER, "schema", _view_filtered))


@case(OUTSIDER, "a rule of a table taken away", "schema")
def _(forge: Forge) -> None:
    forge.schema("DROP INDEX ix_clinician_account")


plainly(OUTSIDER, "a due date moved", "due dates", "UPDATE recall SET due_on = '2029-01-01' WHERE due_on IS NOT NULL")
plainly(OUTSIDER, "a recall removed", "due dates", "DELETE FROM recall WHERE closed IS NULL")
plainly(OUTSIDER, "a recall closed", "due dates", "UPDATE recall SET closed = 'resolved' WHERE closed IS NULL")
plainly(OUTSIDER, "references that lead nowhere", "database", "DELETE FROM site WHERE number = 2")
plainly(OUTSIDER, "the last number given put back", "numbers", "UPDATE numbering SET last = 1 WHERE kind = 'session'")
plainly(OUTSIDER, "the numbers given removed", "numbers", "DELETE FROM numbering")


@case(OUTSIDER, "the whole file put back to an older copy", "anchor")
def _(forge: Forge) -> None:
    forge.put_back()


@case(OUTSIDER, "the store wiped and started anew", "anchor")
def _(forge: Forge) -> None:
    forge.started_anew()


# --- an insider: records, covered up

WEIGHT = "UPDATE patient SET weight_kg = '40' WHERE number = 1"


@case(INSIDER, "a record edited, salt and entry kept", "records")
def _(forge: Forge) -> None:
    forge.sql(WEIGHT)


@case(INSIDER, "a record edited, its entry summed and hashed anew", "log")
def _(forge: Forge) -> None:
    forge.sql(WEIGHT)
    forge.rehashed(4)


def covered(name: str, start: int, *statements: str, check: str = "log") -> None:
    """An edit after which the whole log is worked out anew from an entry on."""

    def work(forge: Forge) -> None:
        for one in statements:
            forge.sql(one)
        if check != "due dates":
            forge.due_dates()
        forge.resealed(start)

    CASES.append(Case(name, INSIDER, check, work))


covered("a record edited, the chain from its entry on anew", 4, WEIGHT)
covered("a record edited, the chain from the first entry on anew", 1, WEIGHT)
covered("a record edited with a new salt, the chain anew", 4, f"{WEIGHT[:-17]}, salt = 'aa' WHERE number = 1")
covered("a session backdated, the chain anew", 6, "UPDATE session SET on_date = '2026-10-01' WHERE number = 1")
covered("a dose changed, the chain anew", 6, "UPDATE component SET volume_ml = '9'")
covered("a signature taken off, the chain anew", 22, "UPDATE session SET signed_at = NULL, signed_by = NULL")
covered("an alert removed, the chain anew", 5, "DELETE FROM alert WHERE kind = 'trauma'")
covered("text moved over a field's end, the chain anew", 4,
        "UPDATE patient SET name = name || substr(name_key, 1, 1), name_key = substr(name_key, 2)")  # fmt: skip
covered("a number as bytes, the chain anew", 6, "UPDATE outcome SET pain = CAST(pain AS BLOB)")
covered("NULL made empty, the chain anew", 4, "UPDATE patient SET note = '' WHERE number = 1")
covered("an earlier version removed, the chain anew", 16, "DELETE FROM history WHERE record = 'patient'")
covered("an earlier version changed, the chain anew", 16,
        "UPDATE history SET content = replace(content, 'Ruiz', 'Diaz') WHERE record = 'patient'")  # fmt: skip
covered("references that lead nowhere, the chain anew", 6, "DELETE FROM site WHERE number = 2", check="database")
covered("the last number given put back, the chain anew", 2, "UPDATE numbering SET last = 1 WHERE kind = 'session'",
        check="numbers")  # fmt: skip
covered("a due date moved, the chain anew", 6, "UPDATE recall SET due_on = '2029-01-01'", check="due dates")
CASES.append(Case("an earlier version emptied, its hash left", INSIDER, "records", _emptied))


@case(INSIDER, "the last record edited, its entry and the log's key made again", "log")
def _(forge: Forge) -> None:
    last = forge.entries()[-1].entry
    forge.sql("UPDATE outcome SET pain = 9 WHERE entry = ?", last)
    forge.due_dates()
    forge.rechained(forge.entries(), last)


@case(INSIDER, "a record without an entry, taken into the last one", "log")
def _(forge: Forge) -> None:
    _alert_copied(forge, forge.entries()[-1].entry)
    forge.resealed(forge.entries()[-1].entry)


@case(INSIDER, "a record under another's entry, the chain anew", "log")
def _(forge: Forge) -> None:
    _alert_copied(forge, forge.entry_of("patient alert add"))
    forge.resealed(forge.entry_of("patient alert add"))


# --- an insider: the log, covered up


def retold(name: str, start: int, **fields: object) -> None:
    """An entry that tells something else, and the chain from there on worked out anew."""

    def work(forge: Forge) -> None:
        entries = forge.entries()
        entries[start - 1] = entries[start - 1]._replace(**fields)
        forge.rechained(entries, start)

    CASES.append(Case(name, INSIDER, "log", work))


retold("an entry under another account, the chain anew", 17, account="jsmith")
retold("an account in letters that look alike, the chain anew", 17, account="rооt")
retold("an entry backdated, the chain anew", 20, at="2026-11-01T09:00:00.000000Z")
retold("an entry's words moved over a field's end, the chain anew", 6, act="inject S-0018", subject=None)
retold("an entry about another patient, the chain anew", 17, patient=1)


@case(INSIDER, "an entry removed in the middle with its record, renumbered, the chain anew", "log")
def _(forge: Forge) -> None:
    gone = forge.entry_of("adverse add")
    forge.sql("DELETE FROM adverse_event WHERE entry = ?", gone)
    entries = forge.entries()
    forge.renumbered(gone, -1)
    forge.rechained([*entries[: gone - 1], *entries[gone:]], gone)


@case(INSIDER, "the last entry removed with its record, the log's key put back by one step", "log")
def _(forge: Forge) -> None:
    last = forge.entries()[-1].entry
    forge.sql("DELETE FROM outcome WHERE entry = ?", last)
    forge.due_dates()
    forge.sql("DELETE FROM audit WHERE entry = ?", last)
    forge.sql("UPDATE ratchet SET entry = ?", last - 1)


@case(INSIDER, "an entry put in between, the chain anew", "log")
def _(forge: Forge) -> None:
    entries = forge.entries()
    forge.renumbered(15, 1)
    _alert_copied(forge, 16)
    made_up = entries[14]._replace(act="patient alert add", patient=1, subject=None)
    forge.rechained([*entries[:15], made_up, *entries[15:]], 16)


@case(INSIDER, "two entries swapped, the chain anew", "log")
def _(forge: Forge) -> None:
    entries = forge.entries()
    one, other = entries[12], entries[13]
    entries[12:14] = [other._replace(at=one.at), one._replace(at=other.at)]
    for table, number in (("hold", -14), ("adverse_event", -13)):
        forge.sql(f"UPDATE {table} SET entry = ? WHERE entry = ?", 27 + number, -number)
    forge.rechained(entries, 13)


@case(INSIDER, "an entry added at the end, backdated, with the log's own key", "clock")
def _(forge: Forge) -> None:
    entries = forge.entries()
    _alert_copied(forge, len(entries) + 1)
    made_up = entries[4]._replace(at="2026-01-05T09:00:00.000000Z")
    forge.rechained([*entries, made_up], len(entries) + 1)


@case(INSIDER, "a mac blanked, the chain as it was", "log")
def _(forge: Forge) -> None:
    forge.sql("UPDATE audit SET mac = '' WHERE entry = 9")


@case(INSIDER, "the log's key taken a step further", "log")
def _(forge: Forge) -> None:
    forge.sql("UPDATE ratchet SET key = ?", chain.step(forge.key).hex())


@case(INSIDER, "the log cut off after an older key he kept, and written on with it", "anchor")
def _(forge: Forge) -> None:
    entries = forge.entries()
    start = forge.entry_of("session amend")
    forge.sql("DELETE FROM outcome WHERE entry = ?", len(entries))
    forge.sql(WEIGHT.replace("number = 1", "number = 2"))
    forge.due_dates()
    forge.rechained(entries[:-1], start, forge.model.older_key)


# --- an insider: everything around


@case(INSIDER, "a view that leaves a patient out, the schema's hash put into the log, the chain anew", "log")
def _(forge: Forge) -> None:
    _view_filtered(forge)
    entries = forge.entries()
    forge.rechained([entries[0]._replace(structure=forge.structure()), *entries[1:]], 1)


@case(INSIDER, "a view that leaves a patient out, told as a migration in a new entry with the log's own key", "schema")
def _(forge: Forge) -> None:
    _view_filtered(forge)
    last = forge.entries()[-1]
    forged = last._replace(act="db migrate", patient=None, subject=None, structure=forge.structure())
    forge.rechained([*forge.entries(), forged], last.entry + 1)


@case(INSIDER, "a trigger that rewrites records, told as a migration in a new entry", "schema")
def _(forge: Forge) -> None:
    forge.schema("CREATE TRIGGER quiet AFTER INSERT ON alert BEGIN DELETE FROM alert WHERE id = NEW.id; END")
    last = forge.entries()[-1]
    forged = last._replace(act="db migrate", patient=None, subject=None, structure=forge.structure())
    forge.rechained([*forge.entries(), forged], last.entry + 1)


@case(INSIDER, "the log's triggers dropped, the schema's hash put into the log", "schema")
def _(forge: Forge) -> None:
    entries = forge.entries()
    forge.resealed(1)
    forge.schema(*(f"DROP TRIGGER {name}" for name in GUARDS))
    forge.rechained([entries[0]._replace(structure=forge.structure()), *entries[1:]], 1)


@case(INSIDER, "the whole file put back to an older copy", "anchor")
def _(forge: Forge) -> None:
    forge.put_back()


@case(INSIDER, "put back to an older copy, and as many acts recorded through the program", "anchor")
def _(forge: Forge) -> None:
    forge.put_back()
    missing = int(forge.model.head.partition(":")[0]) - forge.entries()[-1].entry
    forge.close()
    for number in range(missing):
        forge.clinic.ok("patient", "edit", "1", "--phone", f"555-{number:04}")
    forge.reopen()


@case(INSIDER, "the store wiped and started anew", "anchor")
def _(forge: Forge) -> None:
    forge.started_anew()


# --- counting


class Outcome(NamedTuple):
    """Of a case: by which sets of proof it was found, and the checks that spoke with both."""

    case: Case
    found: frozenset[str]
    checks: frozenset[str]

    @property
    def missed(self) -> bool:
        """Whether it was not found, or by none of the checks that are meant to."""
        return "both" not in self.found or self.case.check not in self.checks


def verified(forge: Forge, proof: str) -> tuple[int, frozenset[str]]:
    """The exit code of `tpi verify` and the kinds of its findings."""
    officer, anchor = PROOFS[proof]
    words = ["--officer-key-file", str(forge.clinic.home / OFFICER)] if officer else []
    answer = forge.clinic.run("verify", "--json", *words, *(["--anchor", forge.model.head] if anchor else []))
    assert answer.code in {0, 8}, answer
    return answer.code, frozenset(one["kind"] for one in answer.json["findings"])


def tried(model: Honest, one: Case, proofs: Iterable[str] = PROOFS) -> Outcome:
    """A case worked on a copy of the honest store and looked at, with each of these sets of proof."""
    forge = Forge(model, Path(tempfile.mkdtemp(prefix="tpi-forged-")))
    try:
        before = forge.dump()
        one.work(forge)
        assert forge.dump() != before, f"{one.name}: nothing was changed"
        forge.close()
        answers = {proof: verified(forge, proof) for proof in proofs}
        found = frozenset(proof for proof, (code, _) in answers.items() if code == 8)
        return Outcome(one, found, answers["both"][1])
    finally:
        wiped(forge)


def untouched(model: Honest) -> bool:
    """Whether a store that was only opened, with the guards taken off and put back, is found to be right."""
    forge = Forge(model, Path(tempfile.mkdtemp(prefix="tpi-forged-")))
    try:
        forge.sql("UPDATE patient SET note = note || ''")
        forge.close()
        return all(verified(forge, proof) == (0, frozenset()) for proof in PROOFS)
    finally:
        wiped(forge)


@contextmanager
def broken(what: str | None) -> Iterator[None]:
    """`verify` without the macs and the log's key, or without the hashes of records."""
    if what is None:
        with nullcontext():
            yield
        return
    log = verify._CHECKS["log"]

    def without_macs(db: object, proof: verify.Proof, *more: object) -> Iterator[str]:
        told = log(db, proof._replace(officer_key=None), *more)  # type: ignore[arg-type]
        return (text for text in told if "key" not in text)

    checks = {"log": without_macs} if what == "macs" else {"records": lambda *_: iter(())}
    with mock.patch.dict(verify._CHECKS, checks):  # type: ignore[arg-type]
        yield


def run(what: str | None = None, cases: Iterable[Case] = CASES, proofs: Iterable[str] = PROOFS) -> list[Outcome]:
    """The cases, tried. Raises AssertionError where an honest store is not found honest."""
    home = Path(tempfile.mkdtemp(prefix="tpi-honest-"))
    try:
        model = honest(home)
        with broken(what):
            assert untouched(model), "an honest store is found to be tampered with"
            return [tried(model, one, proofs) for one in cases]
    finally:
        shutil.rmtree(home)


def told(outcomes: list[Outcome]) -> str:
    """The one line."""
    parts = []
    for by in (OUTSIDER, INSIDER):
        own = [one for one in outcomes if one.case.by == by]
        counts = [f"{sum(proof in one.found for one in own)} with {proof}" for proof in PROOFS if proof != "both"]
        right = sum(not one.missed for one in own)
        parts.append(f"{by} {right} of {len(own)} found ({', '.join(counts)})")
    return f"tampering: {'; '.join(parts)}; {sum(one.missed for one in outcomes)} missed"


def line(one: Outcome) -> str:
    """A case on a line: found or missed, by which checks, and without which proof it would be missed."""
    verdict = "MISSED" if one.missed else "found "
    without = ", ".join(proof for proof in PROOFS if proof not in one.found) or "-"
    return f"{verdict}  {one.case.by}: {one.case.name}  [{', '.join(sorted(one.checks))}]  not with: {without}"


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="tests.faults.tampering")
    parser.add_argument("--broken", nargs="?", const="macs", choices=["macs", "records"])
    parser.add_argument("-v", action="store_true", help="a line for each case")
    asked = parser.parse_args(words)
    outcomes = run(asked.broken)
    for one in outcomes:
        if asked.v or one.missed:
            sys.stdout.write(f"{line(one)}\n")
    sys.stdout.write(f"{told(outcomes)}\n")
    return int(any(one.missed for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
