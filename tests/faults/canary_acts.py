"""A ward with a canary in every field, and every command on it: as it should be used, and in all the ways it fails."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Clinic
from tests.faults import tree, ward
from tests.faults.failing import AROUND
from tests.faults.inside import run
from tests.faults.spilled import OFFICE, word

ONE, TWO, BY_FILE, TWO_BY_FILE, NEW = 1, 2, 3, 4, 5
"""Two who were typed, two who came by CSV, and one who is not on file yet."""

MORE = (
    "session amend {session} --reason={amend-reason} --yes --note={session-note}",
    "patient edit {patient} --weight=64 --reason={change-reason}",
    "patient elsewhere {patient} triam_5mg --site=ut_l --note={elsewhere-site-note} --on=2026-06-03",
)
"""Beyond the ward's steps, `_` for a blank: versions with a reason, and what has no canary there."""
CLINICS = ("clinician add ZZ --name={clinician-name} --account=zz", "config set clinic.hours mon-fri_8:00-18:00")

NOTHING_TO_SAY = {
    "clinic.namespace": "an id",
    "clinician.retired_on": "a day", "patient.status_on": "a day", "patient.merged_into": "an id",
    "patient.erased_on": "a day", "setting.key": "a name of ours", "session.position": "one of four words",
    "session.signed_at": "a moment", "session.signed_by": "an id", "site.taut_band": "yes or no",
    "site.tender_spot": "yes or no", "site.recognised": "yes or no", "component.epinephrine": "a number",
    "component.expiry": "a day", "injection.passes": "a number", "injection.twitch": "yes or no",
    "injection.guidance": "one of three words", "payer_rule.effective_to": "a day", "payer_rule.min_interval": "a span",
    "payer_rule.min_relief_pct": "a number", "payer_rule.min_relief_weeks": "a number",
    "payer_rule.max_regions": "a number", "appointment.session_id": "an id", "appointment.source_id": "not written yet",
    "plan.rule": "a name of ours", "plan.reason": "ours, by a rule's name", "recall.capped_until": "a day",
    "recall.snoozed_until": "a day", "recall.call_back_on": "a day", "recall.booked_until": "a day",
    "history.leaf": "a digest", "request.id": "an id", "request.clinic_id": "an id",
    "request.key": "typed for the retry, no patient's",
    "request.asked": "a digest", "request.entry": "a number", "audit.acting": "a clinician's code",
    "elsewhere.site_id": "an id", "session.amended_by": "an id", "session.amended_at": "a moment",
}  # fmt: skip
"""Columns that may be empty here: no words of anybody's can stand in them."""

UNKNOWN = {"patient": "PT-9999", "other": "PT-9998", "session": "S-ZZZZ", "appointment": "A-ZZZZ"}

CLASHES = (
    # near another's name, or under another's number: who it is may be told by the patient's number alone
    "patient add --allergy=none --bleeding=none --yes -- {near2} {born2}",
    "patient add --allergy=none --bleeding=none -- {near2} {born2}",
    "patient add --allergy=none --bleeding=none --mrn={mrn2} --yes -- Ruiz,_Ana 1965-03-04",
    "patient edit {patient} --mrn={mrn2}", "patient edit {patient} --name={near2} --born={born2}",
    "patient edit {patient} --mrn={mrn2} --json", "patient show mrn:zq7kitewingsmrn", "patient show Zq7Kitewingsname",
    "find Zq7Kitewingsnam", "find {patient}", "patient merge {patient} {patient}",
    "patient merge {other} {patient} --dry-run", "patient unmerge {other}", "book {patient} {slot2}",
    "book {patient} {slot2} --with={code2}",
    "book {patient} {slot2} --with={code2} --json", "appt move {appointment} {slot2}",
    "call {patient} booked {slot2} --with={code2}", "appt arrive {appointment}",
    "inject {patient} ut_l_lido_1%_90ml --consent=written --yes", "inject {patient} ut_l_lido_1%_1ml --yes",
    "inject {patient} ut_l_lido_1%_1ml --yes --json", "inject {patient} ut_l_lido_1%_1ml --consent=written",
    "check {patient} ut_l_lido_1%_90ml", "check {patient} ut_l_lido_1%_90ml --json", "again {patient} --yes",
    "outcome {patient} 3 --on=2020-01-01", "adverse close {patient} 9", "adverse close {patient} 3",
    "session show {session} --history", "patient show {patient} --history",
    "session amend {session} --pain=6:2 --reason=misread --yes", "restore kept.db --yes",
    "patient add - --json", "patient add -", "inject {patient} - --yes", "import - --kind=patients",
    "import bad.csv", "import bad.csv --on-error=skip", "import bad.csv --json", "import taken.csv",
    "log --redact=names", "log {patient} --redact=names", "log", "verify", "verify --json", "doctor", "doctor --json",
    "due --since-last=morning", "due --redact=names", "day 2026-12-04", "export csv -o asked",
    "export json -o asked.json", "export sqlite -o asked.db", "export ics --names -o asked.ics",
    "export fhir -o asked.json", "export fhir --ndjson=asked-lines", "export fhir --bundle=transaction -o asked-sent/",
    "export csv --kind=patients -o none/asked.csv",
    "backup file.out", "backup none/file.out", "restore taken.csv", "--db=taken.csv due", "--key-file=taken.csv due",
    "patient list --columns=zzz", "due --clinician=zzz", "due --payer=zzz", "undo --dry-run", "undo",
    "patient alert {patient} end pregnancy", "patient alert {patient} add diabetes text", "stop {patient} --reason=zzz",
    "site add {patient} ls_l --point=Zq7Kitewingspoint1x", "payer show zzz", "agent show zzz", "rule show zzz",
)  # fmt: skip
"""Beside the command tree: what clashes with another's records, stops, reads stdin, or asks for a file."""
SILENT = frozenset({"verify", "doctor", "db", "backup", "config", "cron", "key", "completion", "rule", "init", "help"})
"""Commands that are about no patient: not even their answer holds one's words."""


class Act(NamedTuple):
    """A command to be run: its words, in which way, and what comes on stdin."""

    words: tuple[str, ...]
    way: str
    stdin: bytes = b""

    def __str__(self) -> str:
        return f"{' '.join(self.words)[:150]!a} [{self.way}]"


class Ward(NamedTuple):
    """The clinic, what the two patients' records are called, whose each of these is, and which steps were refused."""

    clinic: Clinic
    facts: tuple[tree.Facts, tree.Facts]
    owners: dict[str, int]
    refused: list[str]

    @property
    def desk(self) -> Path:
        return self.clinic.home / "desk"


def filled(folder: Path) -> Ward:
    """Two patients typed and two by CSV, the clinic's own words, and a desk with files to import."""
    clinic = ward.made(folder / "template")
    known, refused = [], []
    for who in (ONE, TWO):
        found, failed = ward.person(clinic, lambda name, who=who: word(name, who), who)  # type: ignore[misc]
        failed += ward.brought(clinic, lambda name, who=who: word(name, who + TWO), who + TWO)  # type: ignore[misc]
        known.append(found)
        refused += failed
    refused += ward.office(clinic, lambda name: word(name, OFFICE))
    facts = [_facts(known[0], known[1], TWO), _facts(known[1], known[0], ONE)]
    for who, mine in enumerate(facts, ONE):
        refused += [(step, ran) for step in MORE if (ran := run(clinic, _spelt(step, mine, who))).code]
    refused += [(step, ran) for step in CLINICS if (ran := run(clinic, _spelt(step, {}, OFFICE))).code]
    for path in clinic.home.glob("*.csv"):
        path.unlink()
    _desk(clinic.home / "desk")
    clinic.ok("backup", str(clinic.home / "desk" / "kept.db"))
    owners = {mine[name]: who for who, mine in enumerate(facts, ONE) for name in ("patient", "session", "appointment")}
    told = [f"{step}: {ran.err.strip()}" for step, ran in refused]
    return Ward(clinic, (facts[0], facts[1]), owners | {"PT-0002": BY_FILE, "PT-0004": TWO_BY_FILE}, told)


def _facts(mine: dict[str, str], others: dict[str, str], other: int) -> tree.Facts:
    """One's ids; and the other's number, birth date, appointment, clinician, mrn, and a name that comes near."""
    theirs = {"born2": others["born"], "slot2": f"2026-12-{others['day']}_12:00", "code2": word("code", other),
              "mrn2": word("mrn", other), "near2": word("name", other)[:-1]}  # fmt: skip
    mine = {"patient": mine["who"], "session": mine["session"], "appointment": mine["appointment"]}
    return {**mine, "other": others["who"], **theirs}


def _spelt(step: str, facts: tree.Facts, who: int) -> list[str]:
    """The words of a step; a field in braces that no fact has is a canary."""
    return [part.replace("_", " ") for part in _filled(step, facts, who).split(" ")]


def _filled(step: str, facts: tree.Facts, who: int) -> str:
    head, *rest = step.split("{")
    for part in rest:
        name, _, tail = part.partition("}")
        head += facts.get(name, word(name, who)) + tail
    return head


BAD_ROWS = f"mrn,name,born\n{word('mrn', NEW)},{word('name', NEW)},1971-33-04\n"
TAKEN = f"mrn,name,born\n{word('mrn', ONE)},Ruiz Ana,1971-03-04\n,Zq7Kitewingsname2,1942-03-03\n"
"""A row that is refused; and one that has another's number."""


def _desk(desk: Path) -> None:
    """Files to import, one of them of who is on file; a wrong key; a crontab that leaves the real one alone."""
    desk.mkdir()
    good = BAD_ROWS.replace("-33-", "-03-")
    for name, text in {"patients.csv": good, "bad.csv": BAD_ROWS, "taken.csv": TAKEN}.items():
        (desk / name).write_text(text)
    (desk / "wrong.key").write_text("0" * 64 + "\n")
    (desk / "wrong.key").chmod(0o600)
    (desk / "crontab").write_text("#!/bin/sh\nwhile read -r line; do :; done\n")
    (desk / "crontab").chmod(0o700)


STDIN = (
    f"name: {word('name', NEW)}\nborn: 1966-03-04\nphone: {word('phone', NEW)}\n"
    f"allergy: none\nbleeding: none\nnote: {word('patient-note', NEW)}\n"
)


def acts(ward: Ward, seed: int) -> list[Act]:
    """Everything there is to do, in any order."""
    lot = random.Random(seed)
    mine, others = ward.facts
    every = [one for command in tree.commands() for one in _ways(command, mine, others, lot)]
    for text in CLASHES:
        every.append(_clash(text, mine, ONE))
        every.append(_clash(text, others, TWO))
    lot.shuffle(every)
    return every


def _clash(text: str, facts: tree.Facts, who: int) -> Act:
    """One of `CLASHES`, with what it reads from stdin."""
    stdin = BAD_ROWS if text.startswith("import -") else STDIN if text.startswith("patient add -") else "ut l zzz"
    return Act(tuple(_spelt(text, facts, who)), "clash", stdin.encode() if " -" in text else b"")


def well(command: tree.Command, facts: tree.Facts, *more: str) -> Act:
    """A command as it should be used."""
    return Act((*tree.spelled(command, tree.good(command, facts)), *more), "well")


def _ways(command: tree.Command, mine: tree.Facts, others: tree.Facts, lot: random.Random) -> Iterator[Act]:
    good = tree.spelled(command, tree.good(command, mine))
    crossed = {**mine, "session": others["session"], "appointment": others["appointment"], "other": "PT-0002"}
    yield Act(tuple(good), "well")
    yield Act(tuple(tree.spelled(command, tree.good(command, others))), "of the second patient")
    yield Act(tuple(tree.spelled(command, tree.good(command, crossed))), "one's number, another's record")
    yield Act(tuple(tree.spelled(command, tree.good(command, UNKNOWN))), "nobody's number")
    yield Act(tuple(word for word in good if word != "--yes"), "unanswered question")
    yield Act((*command.path, *good[len(command.path) : -1]), "a word missing")
    for way, more in {"as json": ["--json"], "a word too many": ["zzz"], "bad date": ["--on=2026-02-30"],
                      "no such option": ["--zzz"], "key missing": ["--key-file=none.key"],
                      "wrong key": ["--key-file=wrong.key"], "output full": ["--output=/dev/full"],
                      "output nowhere": ["--output=none/x"], "output a folder": ["--output=."],
                      "store missing": ["--db=none.db"], "no store": ["--db=bad.csv"]}.items():  # fmt: skip
        yield Act((*command.path, *more, *good[len(command.path) :]), way)
    for way in AROUND:
        yield Act((*command.path, *lot.choice([[], ["--json"]]), *good[len(command.path) :]), way)
    for param in command.own:
        if not param.flag:
            given = tree.good(command, mine) | {param.name: [lot.choice(["zzz", "0", "-1", "2026-02-30", ""])]}
            yield Act(tuple(tree.spelled(command, given)), f"bad {param.name}")
