"""A made-up clinic of 10,000 patients, encrypted, within seconds: what start-up is measured on.

200 patients come in through `tpi import` (the program's own acts, rules and log); 49 more of each are copied in SQL,
under names, numbers and ids of their own. The copies read as any other record does, but the log knows nothing of
them: `tpi verify` says so, and no figure of the log's own must be taken from here (tests.scale.generate keeps one).
"""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from tpi_cli.store import connect
from tpi_cli.store.place import Place

TODAY = date(2026, 11, 23)
"""A Monday."""
FOLD = 50
PEOPLE = 200
TPI = (str(Path(sys.executable).with_name("tpi")),)
SITES = (("trapezius_upper", "L"), ("levator_scapulae", "R"), ("infraspinatus", "L"), ("gluteus_medius", "R"))
NAMES = """
Ada Ben Carla David Ewa Farid Grace Hana Ivan Jack Kofi Lena Maya Nils Olga Paul Rosa Sara Tom Uma Vera Will Xenia Yan
Zoe Amir Bea Cem Dora Eli Fay Gus Hugo Ines Jon Kim Leo Mei Nora Otto Pia Quinn Ravi Siv Tess Ugo Vito Wanda Yara Zeno
"""
GIVEN = NAMES.split()
HEADS = ("Ar", "Bren", "Cor", "Dal", "Est", "Fal", "Gor", "Hal", "Ist", "Jor", "Kel", "Lor", "Mor", "Nor", "Ost", "Per",
         "Ros", "Sal", "Tor", "Ul")  # fmt: skip
TAILS = ("ander", "bury", "croft", "dale", "ens", "field", "gate", "hurst", "ing", "ley")
"""Twenty heads and ten tails: 200 surnames, each of which 50 people have."""
COPIED = ("patient", "alert", "site", "session", "mixture", "component", "injection", "plan", "outcome", "finding",
          "hold", "appointment", "recall")  # fmt: skip
"""In an order in which every reference is there before it is used."""


def store(home: str, *, all_due: bool = False) -> dict[str, str]:
    """Make the clinic below a HOME; returns the environment that names it.

    50 of the 10,000 are on the list, 6,000 are through with it, 1,000 have an appointment within the next weeks.
    With `all_due` everybody is on the list.
    """
    environment = {"HOME": home, "PATH": os.environ["PATH"], "TPI_TODAY": str(TODAY), "PYTHONHASHSEED": "0"}
    _run((*TPI, "init", "--no-input"), environment)
    _run((*TPI, "import", *_files(Path(home), all_due=all_due), "--no-input"), environment)
    folder = Path(home)
    multiply(Place(str(folder / ".local/share/tpi/tpi.db"), str(folder / ".config/tpi/tpi.key")))
    return environment


def _run(words: tuple[str, ...], environment: dict[str, str]) -> None:
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr}")


# --- the 200 who come in through the door


def _files(folder: Path, *, all_due: bool) -> list[str]:
    chance = random.Random(10_000)
    tables: dict[str, list[str]] = {
        "patients": ["mrn,name,born,phone,alerts"],
        "injections": [
            "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up,source_id"
        ],
        "holds": ["mrn,act,muscle,side,date,until,reason"],
        "appointments": ["mrn,start,minutes,clinician,status,source_id"],
    }
    for number in range(PEOPLE):
        name = f"{HEADS[number % len(HEADS)]}{TAILS[number // len(HEADS)]}, {GIVEN[0]}"
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(27_000))
        tables["patients"].append(f'M{number},"{name}",{born},07700 900{number:03d},allergy-none;bleeding-none')
        for kind, lines in _course(chance, number, all_due=all_due):
            tables[kind].append(lines)
    paths = [folder / f"{kind}.csv" for kind in tables]
    for path, lines in zip(paths, tables.values(), strict=True):
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [str(path) for path in paths if len(tables[path.stem]) > 1]


def _course(chance: random.Random, number: int, *, all_due: bool) -> Iterator[tuple[str, str]]:
    """What a patient has had. Of ten, six are through with it and one is booked; one is due today."""
    due = all_due or number == 7
    last = chance.randrange(92, 100) if due else chance.randrange(5, 85)
    muscle, side = chance.choice(SITES)
    for back in range(chance.randrange(1, 6)):
        day = TODAY - timedelta(days=last + back * 95)
        yield (
            "injections",
            f"M{number},{day},AM,{muscle},{side},lidocaine,1%,1,7,{chance.choice('2345')},3mo,R{number}-{back}",
        )
    if due:
        return
    if number % 10 < 6:
        day = TODAY - timedelta(days=last - 3)
        yield "holds", f"M{number},resolve,{muscle},{side},{day},,no pain for 6 weeks"
    elif number % 10 == 8:
        day = TODAY + timedelta(days=number % 7)
        yield "appointments", f"M{number},{day}T{9 + number % 8:02d}:00,30,AM,booked,B{number}"


# --- the 9,800 who are their copies


def multiply(place: Place) -> None:
    """Put 49 copies of every patient beside the first."""
    with connect.reading(place) as db:
        db.run("COMMIT")
        db.run("PRAGMA query_only=OFF")
        db.run("PRAGMA foreign_keys=OFF")
        db.run("BEGIN")
        for table in COPIED:
            _copy(db, table)
        db.run("UPDATE numbering SET last = last * :fold", fold=FOLD)
        db.run("COMMIT")


def _copy(db: connect.Database, table: str) -> None:
    names = [row[1] for row in db.rows(f"PRAGMA table_info({table})")]
    selected = ", ".join(_copied(table, name) for name in names)
    last = db.value(f"SELECT MAX(number) FROM {table}") if "number" in names else 0
    sql = f"INSERT INTO {table} ({', '.join(names)}) SELECT {selected} FROM {table} WHERE {_original(table)}"
    for copy in range(1, FOLD):
        db.run(sql, copy=copy, given=GIVEN[copy], key=GIVEN[copy].lower(), last=last)


def _original(table: str) -> str:
    """Rows that are no copies: theirs alone end so."""
    return f"{'site_id' if table == 'recall' else 'id'} NOT LIKE '%-c__'"


def _copied(table: str, name: str) -> str:
    """A column of a copy, as SQL; ids end in `-c01` to `-c49` instead of their last four marks."""
    if name == "id" or (name.endswith("_id") and name not in {"clinic_id", "clinician_id", "source_id"}):
        return f"substr({name}, 1, 32) || printf('-c%02d', :copy)"
    return _OWN.get((table, name), _OWN.get(("", name), name))


_OWN = {
    ("", "source_id"): "source_id || '-' || :copy",
    ("patient", "number"): "number + :copy * :last",
    ("patient", "mrn"): "mrn || '-' || :copy",
    ("patient", "name"): "substr(name, 1, instr(name, ' ')) || :given",
    ("patient", "name_key"): "substr(name_key, 1, instr(name_key, ' ')) || :key",
    ("patient", "phone"): "printf('07700 9%05d', number + :copy * :last)",
    ("session", "number"): "number + :copy * :last",
    ("appointment", "number"): "number + :copy * :last",
    ("appointment", "on_date"): "date(on_date, '+' || :copy || ' days')",
    ("appointment", "starts_at"): "date(starts_at, '+' || :copy || ' days') || substr(starts_at, 11)",
    ("appointment", "ends_at"): "date(ends_at, '+' || :copy || ' days') || substr(ends_at, 11)",
    ("recall", "booked_until"): "date(booked_until, '+' || :copy || ' days')",
}
"""What a copy has that its original has not, by table (none: every one) and column."""
