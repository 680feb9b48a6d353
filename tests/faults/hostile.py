"""The hostile files: a name for each, the command it is handed to, how it is made, and what a person must be told."""

import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Clinic
from tests.faults import hostile_stores as stores
from tpi_cli.exchange.fhir.record import extension

Make = Callable[[Path, Clinic], None]
"""Makes the file at a path."""


class Case(NamedTuple):
    """`{file}` in the command is the file; `stdin` is where it comes from if not by name."""

    name: str
    command: str
    make: Make
    code: int
    told: str
    stdin: bool = False
    called: str = "file.x"


GB = 2**30
HEAD = b"mrn,name,born\n"
ROW = b'A1,"Tan, Bo",1971-03-04\n'
INJECTED = b"mrn,date,muscle,side,agent,strength,volume_ml,follow_up\n"
LOT = random.Random(1)
NOISE = LOT.randbytes(5000)
EVIL = "\x1b[2J\u202ex"


def holding(content: bytes, mode: int = 0o600) -> Make:
    """A file with this in it."""

    def make(path: Path, clinic: Clinic) -> None:
        path.write_bytes(content)
        path.chmod(mode)

    return make


def sparse(path: Path, clinic: Clinic) -> None:
    """Two gigabytes of nothing."""
    holding(b"")(path, clinic)
    os.truncate(path, 2 * GB)


def pipe(path: Path, clinic: Clinic) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path, 0o600)


def folder(path: Path, clinic: Clinic) -> None:
    """A folder where a file is wanted."""
    path.mkdir()


def loop(path: Path, clinic: Clinic) -> None:
    """A link to itself."""
    path.symlink_to(path.name)


def endless(path: Path, clinic: Clinic) -> None:
    """A link to the device that never ends."""
    path.symlink_to("/dev/zero")


def _zipped(name: str) -> bytes:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, bytes(64 * 2**20))
    return book.getvalue()


def bomb(path: Path, clinic: Clinic) -> None:
    """64 MB of nothing, packed into 64 kB."""
    holding(gzip.compress(bytes(64 * 2**20)))(path, clinic)


def book(name: str, path: Path, clinic: Clinic) -> None:
    """The same as a zip file, or as a workbook."""
    holding(_zipped(name))(path, clinic)


def row(*cells: str) -> Make:
    """A patient on line 2 and a row with these cells on line 3."""
    return holding(HEAD + ROW + ",".join(cells).encode("utf-8", "surrogatepass") + b"\n")


def weighing(number: str) -> Make:
    return holding(b"mrn,name,born,weight_kg\n" + ROW[:-1] + f",{number}\n".encode())


def volume(number: str) -> Make:
    return holding(INJECTED + f"M1,2026-08-24,ut,L,lido,1%,{number},3mo\n".encode())


def person(more: bytes) -> Make:
    """A JSON object whose last member, on line 2, is hostile."""
    return holding(b'{"name": "Tan, Bo", "born": "1971-03-04", "allergy": "none", "bleeding": "none",\n' + more + b"}")


Row = tuple[str, Make, str] | tuple[str, Make, str, str]
"""A case in the tables below: its name, how it is made, what is told, and the file's name if that is hostile."""

CSV: tuple[Row, ...] = (
    ("of 2 GB", sparse, "{file} is larger than 1,024 MB"),
    ("a device", endless, "{file} cannot be read: it is not a file"),
    ("a pipe without a writer", pipe, "{file} is empty"),
    ("a folder", folder, "{file} holds neither CSV nor FHIR files"),
    ("a link to itself", loop, "{file} cannot be read: Too many levels"),
    ("too many lines", holding(HEAD + b"\n" * 2_000_001), "{file} has more than 2,000,000 lines"),
    ("many lines, packed", holding(gzip.compress(HEAD + b"\n" * 2_000_001)), "{file} has more than 2,000,000 lines"),
    ("too many columns", holding(b"mrn,name,born" + b",x" * 98 + b"\n"), "{file}:1: 101 columns, and 100 are the most"),
    ("a header of commas", holding(b"," * 200_000 + b"x\n"), "{file}:1: 200,001 columns"),
    ("a long field", row("A2", "x" * 131_073, "1971-03-04"), "{file}:3: "),
    ("a long row", row("A2", "x" * 262_200, "1971-03-04"), "{file}:3: the row is longer than 262,144 characters"),
    ("an open quote", row("A2", '"Tan', "1971-03-04" + "\nA3,B,1971-03-04" * 20_000), "{file}:3: "),
    ("a NUL", row("A2", "Tan\0", "1971-03-04"), "{file}:3: "),
    ("half a character", row("A2", "Tan\ud800", "1971-03-04"), "{file}:3: not UTF-8"),
    ("Latin-1", holding(HEAD + ROW + b"A2,Caf\xe9,1971-03-04\n"), "{file}:3: not UTF-8"),
    ("UTF-16", holding((HEAD + ROW).decode().encode("utf-16")), "{file} is UTF-16, not UTF-8"),
    ("UTF-16 without its mark", holding(HEAD.decode().encode("utf-16-le")), "{file} is UTF-16 or no text at all"),
    ("UTF-32", holding((HEAD + ROW).decode().encode("utf-32")), "{file} is UTF-16, not UTF-8"),
    ("a gzip bomb", bomb, "{file} is UTF-16 or no text at all"),
    ("a zip bomb", partial(book, "patients.csv"), "{file} is a zip file or a workbook"),
    ("a workbook bomb", partial(book, "xl/workbook.xml"), "{file} is a zip file or a workbook"),
    ("noise", holding(NOISE), "{file}:1: not UTF-8"),
    ("only CR at its lines' ends", holding((HEAD + ROW + b"A2,B,1971-02-30\n").replace(b"\n", b"\r")),
     "{file}:3: born: '1971-02-30' is no day"),
    ("a header twice", holding(HEAD + ROW + HEAD), "{file}:3: "),
    ("a column twice", holding(b"mrn,name,born,name\n" + ROW), "column name stands there twice"),
    ("no header", holding(ROW * 2), "neither patients nor injections"),
    ("a mark of UTF-8 in the middle", row("\ufeffA2", "Tan", "1971-03-04"), "{file}:3: another file begins here"),
    ("the year 0", row("A2", "Tan", "0000-01-01"), "{file}:3: born: '0000-01-01' is no day"),
    ("the year 10000", row("A2", "Tan", "10000-01-01"), "{file}:3: born: '10000-01-01' is no day"),
    ("a weight of 5,000 digits", weighing("9" * 5000), "{file}:2: weight_kg: "),
    ("a weight that is none", weighing("NaN"), "{file}:2: weight_kg: "),
    ("an endless weight", weighing("Infinity"), "{file}:2: weight_kg: "),
    ("a volume of 1e400", volume("1e400"), "{file}:2: volume_ml: "),
    ("a volume of 5,000 digits", volume("9" * 5000), "{file}:2: volume_ml: "),
    ("a volume that is none", volume("nan"), "{file}:2: volume_ml: "),
    ("escapes in the header", holding(f"mrn,name,{EVIL}\n".encode() + ROW), "column born is missing"),
    ("escapes in a cell", row("A2", f"Tan{EVIL}", EVIL), "{file}:3: "),
    ("escapes in its name", holding(HEAD + b"A1,B,1\n"), "x.csv:2: born: ", f"{EVIL}.csv"),
    ("a line end in its name", holding(HEAD + b"A1,B,1\n"), "x.csv:2: born: ", "a\ntpi: all is well\nx.csv"),
    ("a formula for a date", row("A2", "Tan", "\"=HYPERLINK(\"\"http://x\"\",1)\""), "{file}:3: born: "),
    ("quotes and nothing else", holding(b'"' * 100_001), "{file}:1: "),
)  # fmt: skip

FIELDS: tuple[Row, ...] = (
    ("a device", endless, "stdin is longer than 65,536 characters"),
    ("of 2 GB", sparse, "stdin is longer than 65,536 characters"),
    ("a key twice", person(b'"name": "Tan, Li"'), "stdin:2: name stands there twice"),
    ("a line twice", holding(b"name: Tan\nname: Ruiz\n"), "stdin:2: name stands there twice"),
    ("nested deep", person(b'"note": ' + b"[" * 60_000), "stdin:2: 'note' is nested too deep"),
    ("nested 100,000 deep", person(b'"note": ' + b"[" * 100_000), "stdin is longer than"),
    ("NaN", person(b'"weight": NaN'), "stdin:2: 'weight': NaN is no number"),
    ("Infinity", person(b'"weight": -Infinity'), "stdin:2: 'weight': -Infinity is no number"),
    ("1e400", person(b'"weight": 1e400'), "stdin:2: 'weight': '1e400' is no plain number"),
    ("5,000 digits", person(b'"weight": ' + b"9" * 5000), "stdin:2: 'weight': a number of 5,000 digits"),
    ("half a character", person(b'"note": "\\ud800"'), "stdin:2: note "),
    ("a NUL", person(b'"note": "\\u0000"'), "stdin:2: note holds a NUL character"),
    ("no text", holding(b"name: Tan\xff\n"), "stdin:1: "),
    ("UTF-16", holding("name: Tan\n".encode("utf-16")), "stdin:1: "),
    ("noise", holding(NOISE), "stdin:1: "),
    ("a list", holding(b'[{"name": "Tan"}]'), "stdin:1: "),
    ("the year 10000", holding(b"name: Tan, Bo\nborn: 10000-01-01\nallergy: none\nbleeding: none"), "10000-01-01"),
)

ITEMS: tuple[Row, ...] = (
    ("a device", endless, "stdin is longer than 65,536 characters"),
    (
        "5,000 digits",
        holding(b"ut l lido 1% " + b"9" * 5000 + b"ml"),
        "the list of injections has at most 4,000 characters",
    ),
    ("no text", holding(b"ut l lido 1% 1ml\xff"), "unknown unit"),
    ("a NUL", holding(b"ut l lido 1% 1ml\0"), "unknown unit"),
    ("noise", holding(NOISE), "the list of injections has at most 4,000 characters"),
)

NOTE: tuple[Row, ...] = (
    ("a device", endless, "stdin is longer than 65,536 characters"),
    ("too long", holding(b"x" * 20_000), "the note"),
    ("no text", holding(b"so \xff"), "the note"),
    ("a NUL", holding(b"so\0"), "the note holds a NUL character"),
)

SETTINGS: tuple[Row, ...] = (
    ("nested deep", holding(b"user = " + b"[" * 50_000), "cannot be read as TOML"),
    ("of 2 GB", sparse, "is longer than 65,536 bytes"),
    ("a device", endless, "it is not a file"),
    ("a folder", folder, "cannot be read: Is a directory"),
    ("a link to itself", loop, "cannot be read: Too many levels"),
    ("no text", holding(b'user = "\xff"\n'), "cannot be read as TOML"),
    ("a setting twice", holding(b'user = "A"\nuser = "B"\n'), "cannot be read as TOML"),
    ("a NUL", holding(b'db = "a\\u0000b"\n'), "db holds a NUL character"),
    ("5,000 digits", holding(b"user = " + b"9" * 5000), "cannot be read as TOML"),
    ("escapes", holding(f'"{EVIL[1:]}" = 1\n'.encode()), "unknown setting"),
)

KEY: tuple[Row, ...] = (
    ("too short", holding(b"tpi-key-1 " + b"a" * 63 + b"\n"), "{file} does not hold a tpi key"),
    ("too long", holding(b"tpi-key-1 " + b"a" * 65 + b"\n"), "{file} does not hold a tpi key"),
    ("a NUL", holding(b"tpi-key-1 " + b"a" * 63 + b"\0\n"), "{file} does not hold a tpi key"),
    ("another's", holding(b"tpi-key-1 " + b"a" * 64 + b"\n"), "the key in {file} does not open"),
    ("others can read", holding(b"tpi-key-1 " + b"a" * 64 + b"\n", 0o644), "others can read the key file {file}"),
    ("no text", holding(b"tpi-key-1 \xff\n"), "{file} does not hold a tpi key"),
    ("of 2 GB", sparse, "{file} does not hold a tpi key"),
    ("a pipe without a writer", pipe, "{file} does not hold a tpi key"),
    ("a folder", folder, "{file}"),
    ("a link to itself", loop, "{file} does not hold a tpi key"),
    ("locked a million million times over", holding(b"tpi-key-2 scrypt 999999999999 a a\n"), "{file} does not hold"),
)


def record(path: Path, clinic: Clinic) -> None:
    """One of our own records, of a patient who is not there."""
    columns = {"id": NOBODY, "patient_id": NOBODY, "kind": "diabetes", "since": "2026-01-01", "created_at": STAMP,
               "created_by": EVIL}  # fmt: skip
    resource = {"resourceType": "Basic", "extension": [extension("alert", columns)]}
    holding(json.dumps(resource).encode())(path, clinic)


NOBODY = "0190b2f5-7a2c-7000-8000-000000000000"
STAMP = "2026-01-01T10:00:00.000000Z"
PATIENT = b'{"resourceType":"Patient","id":"1","a":%s}'
BASIC = b'{"resource":{"resourceType":"Basic","a":[' + b",".join([b"[]"] * 1000) + b"]}}"

FHIR: tuple[Row, ...] = (
    ("empty", holding(b""), "{file}:1: not JSON"),
    ("noise", holding(NOISE), "{file}"),
    ("XML", holding(b"<Patient/>"), "{file}:1: not JSON"),
    ("cut off", holding(PATIENT[:30]), "{file}:1: not JSON"),
    ("half a gzip", holding(gzip.compress(PATIENT * 999)[:-9]), "{file} is damaged: it cannot be unpacked"),
    ("a device", endless, "{file} cannot be read"),
    ("of 2 GB", sparse, "{file} is larger than 32 MB"),
    ("a gzip bomb", bomb, "{file}"),
    ("a link to itself", loop, "{file} cannot be read"),
    ("an empty folder", folder, "{file}"),
    ("a name twice", holding(PATIENT % b'{"b":1,"b":2}'), "a name stands twice"),
    ("NaN", holding(PATIENT % b"NaN"), "NaN is no number"),
    ("5,000 digits", holding(PATIENT % (b"9" * 5000)), "too many figures"),
    ("a million brackets", holding(PATIENT % (b"[" * 10**6)), "nested too deep"),
    ("a million lists", holding(PATIENT % (b"[" + b",".join([b"[]"] * 10**6) + b"]")), "birthDate: is missing"),
    ("30 MB of lists", holding(b'{"resourceType":"Bundle","entry":[' + b",".join([BASIC] * 9999) + b"1]}"), "not JSON"),
    (
        "a million entries",
        holding(b'{"resourceType":"Bundle","entry":[' + b",".join([b"{}"] * 10**6) + b"]}" * 5),
        "{file}",
    ),
    ("a line of 5 MB", holding(b'{"resourceType":"Basic"}\n"' + b"x" * 5 * 10**6), "{file}:2: the line is longer"),
    ("escapes", holding(PATIENT.replace(b"Patient", EVIL.encode()) % b"1"), "{file}:1: no"),
    ("half a character", holding(b'{"resourceType":"Patient","id":"1","name":[{"family":"\\ud800"}]}'), "birthDate"),
)

OFFICER: tuple[Row, ...] = (
    ("a pipe without a writer", pipe, "{file} does not hold an officer key"),
    ("a device", endless, "{file} cannot be read"),
    ("of 2 GB", sparse, "{file} does not hold an officer key"),
    ("a folder", folder, "{file} cannot be read"),
    ("a link to itself", loop, "{file} cannot be read"),
    ("noise", holding(NOISE), "{file} cannot be read"),
    ("a recovery code", stores.recovery_code, "{file} does not hold an officer key"),
)

STORE: tuple[Row, ...] = (
    ("empty", holding(b""), "{file} is not a tpi store"),
    ("noise", holding(NOISE), "the key in "),
    ("a device", endless, "{file}"),
    ("of 2 GB", sparse, "the key in "),
    ("a pipe without a writer", pipe, "{file} cannot be read: it is not a file"),
    ("a folder", folder, "{file} is not a tpi store"),
    ("a link to itself", loop, "{file} cannot be read: Too many levels"),
    ("another program's SQLite file", stores.plain, "{file} is not a tpi store"),
    ("views for tables", stores.views, "{file} is not a tpi store"),
    ("views that never end", stores.endless_views, "{file} is not a tpi store"),
    ("from tomorrow", stores.newer, "the store was written by a newer tpi"),
    ("a first page turned over", stores.flipped_first, "the key in "),
)

BACKUP: tuple[Row, ...] = (
    *(one for one in STORE if one[0] != "noise"),
    ("a gzip bomb", bomb, "the key in "),
    ("a log that never ends", stores.hidden, "{file} is not a tpi store"),
    ("cut short", stores.cut, "does not open {file}"),
)

TAMPERED: tuple[Row, ...] = (
    ("a bit turned over", stores.flipped, "the backup is not in order: database"),
    ("a trigger in it", stores.trigger, "the backup is not in order"),
    ("a store, no backup", stores.no_backup, "manifest: it has none"),
)

ANCHOR: tuple[Row, ...] = (
    ("5,000 digits", holding(b"9" * 5000 + b":a3f09c1e22b46d70"), "is no head of a log"),
    ("escapes", holding(f"1:{EVIL}".encode()), "is no head of a log"),
)


def _cases(kind: str, command: str, code: int, rows: tuple[Row, ...], *, stdin: bool = False) -> list[Case]:
    return [Case(f"{kind}: {one[0]}", command, one[1], code, one[2], stdin, *one[3:]) for one in rows]


ADD = "patient add -"
CASES = [
    *_cases("CSV", "import {file}", 2, CSV),
    Case("CSV on stdin: a device", "import -", endless, 2, "- is UTF-16 or no text at all", stdin=True),
    Case("CSV on stdin: of 2 GB", "import -", sparse, 2, "- is UTF-16 or no text at all", stdin=True),
    Case("CSV: good beside bad", "import patients.csv {file}", row("A2", "Tan", "x"), 2, "{file}:3: born: "),
    *_cases("FHIR", "import {file} --kind fhir", 2, FHIR),
    Case("FHIR on stdin: a device", "import - --kind fhir", endless, 2, "stdin is larger than 32 MB", stdin=True),
    Case("FHIR: a record of nobody's", "import {file}", record, 5, "refers to a record that is not there"),
    *_cases("fields", ADD, 2, FIELDS, stdin=True),
    *_cases("items", "inject PT-0001 - --yes", 2, ITEMS, stdin=True),
    *_cases("note", "call PT-0001 no-answer --note -", 2, NOTE, stdin=True),
    *_cases("settings", "due", 2, SETTINGS),
    Case("settings: a pipe without a writer", "due --exit-code", pipe, 2, "it is not a file"),
    *_cases("key file", "due --key-file {file}", 6, KEY),
    *_cases("officer key", "verify --officer-key-file {file}", 2, OFFICER),
    *_cases("store", "due --db {file}", 6, STORE),
    *_cases("backup", "restore {file} --yes --no-input", 6, BACKUP),
    *_cases("backup", "restore {file} --yes --no-input", 8, TAMPERED),
    *_cases("anchor", "verify --anchor {text}", 2, ANCHOR),
]
