"""A clinic with something in every field of every record, whatever that something is; and what its store says.

A command that makes a new kind of record wants a step in `PERSON` or `OFFICE`; `empty` tells which columns have none.
"""

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.conftest import Clinic
from tests.faults.inside import Ran, run
from tests.store import places
from tpi_cli.exchange.fields import escaped
from tpi_cli.store import connect
from tpi_cli.store.place import Place

Text = Callable[[str], str]
"""What stands in a field of that name."""

PERSON: tuple[str, ...] = (
    "patient add --phone={phone} --email={email} --mrn={mrn} --payer={payer} --note={patient-note}"
    " --allergy={allergy}:{reaction} --bleeding=warfarin+and+apixaban+{bleeding} --weight=62 --height=170 --sex=f"
    " -- {name} {!born}",
    "site add --point={point} --referred={referred} --since=2026-01-05 --note={finding-note} -- {!who} ls+l",
    "inject --on=2026-07-01 --consent=written --override=anticoagulant={void-override} --as={void-code}"
    " --note={void-note} --lot=lido={void-lot} --yes -- {!who} gm+r+lido+1%+1ml",
    "session void --reason={void-reason} --yes -- {!session}",
    "inject --on=2026-08-23 --next=3mo --pain=7:3 --consent=written --override=anticoagulant={override} --as={code}"
    " --note={session-note} --lot=lido={lot} --adverse=other:{event} --with=massage --dx=M79.18 --needle=25Gx38mm"
    " --yes -- {!who} ut+l,+ls+l+lido+1%+1ml+each",
    "outcome --on=2026-09-05 --relief=60 --note={outcome-note} --adverse=soreness:{outcome-event} -- {!who} 3",
    "adverse add --on=2026-09-06 --action={action} -- {!who} haematoma:{haematoma}",
    "adverse add --on=2026-09-07 --action={other-action} -- {!who} infection:{infection}",
    "adverse close --outcome={ended} --action={end-action} -- {!who} 3",
    "patient alert -- {!who} add diabetes {diabetes}",
    "patient alert -- {!who} add pregnancy {pregnancy}",
    "patient alert -- {!who} end pregnancy",
    "patient elsewhere --on=2026-06-01 --note={elsewhere-note} -- {!who} triam+40mg",
    "patient elsewhere --on=2026-06-02 --note={wrong-note} -- {!who} triam+20mg",
    "patient elsewhere --on=2026-06-02 --void={elsewhere-void} -- {!who} triam+20mg",
    "patient edit --weight=63 --note={patient-note} -- {!who}",
    "call --note={call-note} -- {!who} no-answer",
    "call --note={booked-note} --with={code} -- {!who} booked 2026-12-{!day}+10:00",
    "appt cancel --reason={cancel-reason} -- {!appointment}",
    "book --note={book-note} --with={code} -- {!who} 2026-12-{!day}+11:00",
    "appt move --note={move-note} -- {!appointment} 2026-12-{!day}+12:00",
    "snooze --reason={snooze-reason} --note={snooze-note} -- {!who} tomorrow",
    "resume --note={resume-note} -- {!who}",
    "stop --reason=other --note={stop-note} -- {!who} ls+l",
)  # fmt: skip
"""One patient: fields in braces, what the steps before gave in braces with a `!`, `+` for a blank within a word."""

BROUGHT = {
    "patients": ("mrn,name,born,phone,email,payer,alerts",
                 "{csv-mrn}|{csv-name}|{!born}|{csv-phone}|{csv-email}|{csv-payer}|allergy-other:{csv-alert}"),
    "injections": ("mrn,date,clinician,muscle,side,agent,strength,volume_ml,follow_up,lot,adverse,note,source_id"
                   ",{csv-extra}",
                   "{csv-mrn}|2026-08-24|{csv-code}|ut|L|lido|1%|1|3mo|{csv-lot}|other:{csv-event}|{csv-note}"
                   "|{csv-source}|"),
    "outcomes": ("mrn,date,muscle,side,pain,source_id", "{csv-mrn}|2026-09-24|ut|L|4|{csv-score}"),
}  # fmt: skip
"""Another patient, by CSV: header and cells, the cells parted by a bar."""
PARTED = {"csv-alert": ";", "csv-event": ";", "csv-lot": "+"}
"""Fields that stand among others in their cell."""

OFFICE: tuple[str, ...] = (
    "config set -- clinic.name {clinic-name}",
    "rule set --level=note --reason={rule-reason} -- no_diagnosis",
    "payer add --from=2026-01-01 --max-sessions=4 --reason={payer-reason} -- acme",
    "payer add --from=2026-01-01 --max-sessions=4 --reason={payer-id-reason} -- {payer-id}",
    "agent add --kind=amide --note={agent-note} -- articaine 4%",
    "agent add --kind=amide -- {agent} 4%",
    "config set -- user {user}",
)
"""The clinic's own: its name, rules, payers and agents."""

_TEMPLATES = (*PERSON, *OFFICE, *(text for pair in BROUGHT.values() for text in pair))
FIELDS = tuple(
    dict.fromkeys(part.split("}")[0] for text in _TEMPLATES for part in text.split("{")[1:] if part[0] != "!")
)
"""Every field there is."""


def place(clinic: Clinic) -> Place:
    return Place(str(clinic.store), str(clinic.key))


def person(clinic: Clinic, text: Text, number: int = 1) -> tuple[dict[str, str], list[tuple[str, Ran]]]:
    """Go through the steps for one patient; the ids they gave, and the steps that were refused."""
    known = {"born": f"19{40 + number % 50}-03-0{1 + number % 8}", "day": f"{1 + number % 28:02}"}
    refused = []
    for step in PERSON:
        ran = _step(clinic, step, text, known)
        if ran.code:
            refused.append((step, ran))
        else:
            known.update(_ids(ran, step))
    return known, refused


def brought(clinic: Clinic, text: Text, number: int = 1) -> list[tuple[str, Ran]]:
    """Bring another patient in by CSV; nothing, or the refusal. The files stay in HOME."""
    known = {"born": f"19{40 + number % 50}-05-0{1 + number % 8}"}
    paths = []

    def part(name: str) -> str:
        return escaped(text(name), PARTED[name]) if name in PARTED else text(name)

    for kind, (header, row) in BROUGHT.items():
        path = clinic.home / f"{kind}-{number}.csv"
        with path.open("w", encoding="utf-8", newline="", errors="surrogateescape") as file:
            out = csv.writer(file, quoting=csv.QUOTE_ALL)
            out.writerow(_word(name, part, known) for name in header.split(","))
            out.writerow(_word(cell, part, known) for cell in row.split("|"))
        paths.append(str(path))
    ran = run(clinic, ["import", *paths])
    return [("import", ran)] if ran.code else []


def office(clinic: Clinic, text: Text) -> list[tuple[str, Ran]]:
    """Set up what is the clinic's own; the steps that were refused."""
    ran = [(step, _step(clinic, step, text, {})) for step in OFFICE]
    return [(step, one) for step, one in ran if one.code]


def _step(clinic: Clinic, step: str, text: Text, known: dict[str, str]) -> Ran:
    return run(clinic, ["--json", *(_word(word, text, known) for word in step.split(" "))])


def _word(template: str, text: Text, known: dict[str, str]) -> str:
    """A word with its fields filled in; what is filled in is left as it is."""
    out = []
    for at, part in enumerate(template.split("{")):
        field, brace, rest = part.partition("}")
        if at and brace:
            out.append(known.get(field[1:], "PT-0000") if field[0] == "!" else text(field))
        out.append((rest if at and brace else part).replace("+", " "))
    return "".join(out)


def _ids(ran: Ran, step: str) -> dict[str, str]:
    told = json.loads(ran.out)
    if step.startswith("patient add"):
        return {"who": told["patient"], "patient": told["patient"]}
    return {name: str(told[name]) for name in ("session", "appointment") if told.get(name)}


# --- what the store says


def tables(clinic: Clinic) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """Every table with its columns and rows."""
    out = {}
    with connect.reading(places.place(clinic)) as db:
        for name in db.tables():
            columns, rows = db.headed(f"SELECT * FROM {name}")
            out[name] = list(columns), list(rows)
    return out


def digest(clinic: Clinic, without: frozenset[str] = frozenset()) -> str:
    """All rows of all tables but some in one word: two stores of one digest say the same."""
    whole = {name: sorted(map(repr, rows)) for name, (_, rows) in tables(clinic).items() if name not in without}
    return hashlib.sha256(repr(sorted(whole.items())).encode()).hexdigest()


def empty(clinic: Clinic) -> list[str]:
    """The columns in which nothing stands in any row."""
    return [
        f"{table}.{column}"
        for table, (columns, rows) in tables(clinic).items()
        for at, column in enumerate(columns)
        if not any(row[at] not in (None, "") for row in rows)
    ]


# --- the files


def seen(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder by its path, with its mode, size and time: cheap, and any change shows."""
    return {path: (found.st_mode, found.st_size, found.st_mtime_ns) for path, found in _stats(folder)}


def _stats(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for top, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(top, name)
            yield path, os.lstat(path)


def copied(template: Path, to: Path) -> Clinic:
    """The clinic anew, as it was made."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(template, to, symlinks=True)
    return Clinic(to)


def made(folder: Path) -> Clinic:
    """An empty clinic of one's own."""
    folder.mkdir(parents=True)
    clinic = Clinic(folder)
    clinic.ok("init", "--name", "Test Clinic", "--zone", "Europe/London")
    return clinic
