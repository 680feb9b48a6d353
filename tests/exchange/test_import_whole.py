"""An import as a whole: told row by row before it is kept, stopped at any moment without a trace, of any length.

What the rules find in the past is kept as notes, and people who may be one person are named and left alone.
"""

import csv
import gzip
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Clinic
from tests.exchange.conftest import PEOPLE
from tests.transcripts.terminal import CTRL_C, terminal

SHOTS = "mrn,date,clinician,muscle,side,agent,strength,volume_ml,pain_before,pain_after,follow_up,source_id\n"


def shot(mrn: str = "A1", date: str = "2026-08-24", side: str = "L", mix: str = "lido,1%,1", source: str = "") -> str:
    return f"{mrn},{date},AM,ut,{side},{mix},7,3,3mo,{source}\n"


# A dry run, row by row


def mixed(clinic: Clinic) -> list[str]:
    """Files with patients who are new, changed and the same, and with injections good and bad."""
    people = clinic.file("p.csv", PEOPLE.replace("born", "born,phone").replace("-04\n", "-04,0161 555 0107\n")
                         .replace("-05\n", "-05,\n") + "A3,Bo Li,1980-01-01,\n")  # fmt: skip
    clinic.ok("import", clinic.file("before.csv", SHOTS + shot(source="R1")))
    shots = clinic.file("i.csv", SHOTS + shot(source="R1") + shot(side="R") + shot("A3", date="2026-02-30"))
    return [people, shots]


TOLD = [
    "p.csv:2: changed: phone   A1 Tan, Mei, born 1971-03-04",
    "p.csv:3: same",
    "p.csv:4: new   A3 Bo Li, born 1980-01-01",
    "i.csv:2: same",
    "i.csv:3: new   A1 2026-08-24 upper trapezius R, lidocaine 1% 1 mL, again 3mo",
    "i.csv:4: refused: date: '2026-02-30' is no day of the calendar: write 2026-01-31",
    "p.csv: 1 new, 1 changed, 1 same, 0 refused",
    "i.csv: 1 new, 0 changed, 1 same, 1 refused",
    "dry run: nothing was kept",
]


def test_a_dry_run_tells_every_row_and_why(two: Clinic) -> None:
    files, before = mixed(two), two.bytes()
    found = two.ok("import", *files, "--dry-run", "--on-error", "skip")
    assert found.out.replace(f"{two.home}/", "").splitlines() == TOLD
    assert two.bytes() == before


def test_a_dry_run_tells_every_row_where_it_will_stop(two: Clinic) -> None:
    found = two.run("import", *mixed(two), "--dry-run")
    assert found.code == 2
    assert found.out.replace(f"{two.home}/", "").splitlines() == TOLD[:-1]


def test_a_dry_run_tells_programs_every_row(two: Clinic) -> None:
    found = two.ok("import", *mixed(two), "-n", "--on-error", "skip", "--json").json
    assert [
        (Path(row["file"]).name, row["line"], row["state"], row["column"], row["what"]) for row in found["rows"]
    ] == [
        ("p.csv", 2, "changed", None, "phone"),
        ("p.csv", 3, "same", None, None),
        ("p.csv", 4, "new", None, None),
        ("i.csv", 2, "same", None, None),
        ("i.csv", 3, "new", None, None),
        ("i.csv", 4, "refused", "date", "'2026-02-30' is no day of the calendar: write 2026-01-31"),
    ]
    assert "rows" not in two.ok("import", *mixed(two), "--on-error", "skip", "--json").json, "of a real one the counts"


# Packed files


def test_a_packed_file_is_read_like_any_other(clinic: Clinic) -> None:
    path = clinic.home / "people.csv.gz"
    path.write_bytes(gzip.compress((PEOPLE + "A3,Bo,x\n").encode()))
    assert "2 new, 0 changed, 0 same, 1 refused" in clinic.ok("import", str(path), "--on-error", "skip").out
    assert (
        (clinic.home / "people.refused.csv").read_text(encoding="utf-8").startswith("mrn,name,born,refused\nA3,Bo,x,")
    )


# What the rules find in the past

PAST = [
    ("a mass over the limit", "lido,1%,60", "A1", ["la_over_limit"]),
    ("an amide in spite of an allergy", "lido,1%,1", "A3", ["allergy_amide"]),
    ("a steroid for a diabetic", "triam,40mg/mL,1", "A4", ["diabetes_steroid", "steroid_any"]),
    ("nothing to say", "saline,,", "A1", []),
]
ILL = 'A3,"Ode, Ida",1980-01-01,70,allergy-amide;bleeding-none\nA4,"Lund, Per",1980-01-01,70,diabetes;allergy-none\n'


@pytest.mark.parametrize(("what", "mix", "mrn", "rules"), PAST, ids=[case[0] for case in PAST])
def test_what_the_rules_find_in_the_past_is_a_note(
    clinic: Clinic, what: str, mix: str, mrn: str, rules: list[str]
) -> None:
    people = 'mrn,name,born,weight_kg,alerts\nA1,"Tan, Mei",1971-03-04,70,allergy-none;bleeding-none\n' + ILL
    mix = mix.replace("saline,,", "dry,,")
    answer = clinic.ok("import", clinic.file("p.csv", people), clinic.file("i.csv", SHOTS + shot(mrn, mix=mix)))
    (session,) = clinic.ok("session", "list", "--json").rows
    found = clinic.ok("session", "show", session["session"], "--json").json["findings"]
    assert {one["rule"] for one in found} >= set(rules)
    assert {one["level"] for one in found} <= {"note"}, "nobody is asked about the past"
    assert ("kept as notes: " in answer.err) == bool(found)
    assert {one["rule"] for one in found}.isdisjoint({"consent_missing", "no_diagnosis", "recorded_today"})


def test_the_day_of_the_past_counts_and_not_the_days_after(clinic: Clinic) -> None:
    """Two sessions of half a limit on two days; the file has the later one first."""
    people = 'mrn,name,born,weight_kg,alerts\nA1,"Tan, Mei",1971-03-04,70,allergy-none;bleeding-none\n'
    rows = shot(date="2026-08-25", mix="lido,1%,20") + shot(date="2026-08-24", mix="lido,1%,20")
    clinic.ok("import", clinic.file("p.csv", people), clinic.file("i.csv", SHOTS + rows))
    for session in clinic.ok("session", "list", "--json").rows:
        found = clinic.ok("session", "show", session["session"], "--json").json["findings"]
        assert not any(one["rule"] == "la_over_limit" for one in found), session["date"]


def test_a_second_import_finds_nothing_again(clinic: Clinic) -> None:
    files = [clinic.file("p.csv", "mrn,name,born,weight_kg,alerts\n" + ILL),
             clinic.file("i.csv", SHOTS + shot("A3", source="R1"))]  # fmt: skip
    clinic.ok("import", *files)
    before = clinic.bytes()
    assert "kept as notes" not in clinic.ok("import", *files).err
    assert clinic.bytes() == before
    more = clinic.file("more.csv", SHOTS + shot("A3", side="R", source="R2"))
    clinic.ok("import", more)
    (session,) = clinic.ok("session", "list", "--json").rows
    found = [(one["rule"], tuple(one["sites"])) for one in
             clinic.ok("session", "show", session["session"], "--json").json["findings"]]  # fmt: skip
    assert len(found) == len(set(found))
    assert clinic.ok("verify").code == 0


# People who may be one

ALIKE = [
    ("the same name and day", "Tan Mei", "1971-03-04", True),
    ("a letter off", "Tan, Mey", "1971-03-04", True),
    ("day and month swapped", "Tan, Mei", "1971-04-03", False),
    ("another name", "Okafor, Ada", "1971-03-04", False),
    ("another day", "Tan, Mei", "1988-12-30", None),
]


@pytest.mark.parametrize(("what", "name", "born", "alike"), ALIKE, ids=[case[0] for case in ALIKE])
def test_people_who_may_be_one_are_told_and_both_kept(
    two: Clinic, what: str, name: str, born: str, alike: bool | None
) -> None:
    """As tpi patient duplicates has them; and who has the same name, for a birth date is easily mistyped."""
    path = two.file("p.csv", f'mrn,name,born\nB7,"{name}",{born}\n')
    found = two.ok("import", path, "--json").json
    pairs = [(one["patient"], one["other"]) for one in found["similar"]]
    listed = two.ok("patient", "duplicates", "--json").rows
    assert bool(listed) >= bool(alike)
    assert bool(pairs) == (alike is None or bool(listed)), "the same people as tpi patient duplicates"
    assert len(two.ok("patient", "list", "--json").rows) == 3, "nobody was merged"
    assert two.ok("import", path, "--json").json["similar"] == [], "who was on file is no news"


def test_people_who_may_be_one_are_told_in_words(two: Clinic) -> None:
    answer = two.ok("import", two.file("p.csv", 'mrn,name,born\nB7,"Tan, Mey",1971-03-04\n'))
    assert "PT-0001 may be PT-0003: similar name, same birth date (tpi patient merge)" in answer.err
    assert "Tan" not in answer.err


# How far it has come, and stopping


def many(clinic: Clinic, rows: int) -> list[str]:
    """Files of so many injections, ten a patient."""
    people, shots = clinic.home / "many-p.csv", clinic.home / "many-i.csv"
    with people.open("w", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["mrn", "name", "born"])
        out.writerows(
            [f"M{at:06}", f"Sur{at:06}, Given", f"19{40 + at % 60}-0{1 + at % 9}-11"] for at in range(rows // 10)
        )
    with shots.open("w", encoding="utf-8") as file:
        file.write(SHOTS)
        for at in range(rows):
            who, turn = at % (rows // 10), at // (rows // 10)
            file.write(shot(f"M{who:06}", f"202{4 + turn // 6}-0{1 + turn % 6}-0{1 + who % 9}", source=f"R{at:07}"))
    return [str(people), str(shots)]


@pytest.mark.slow
def test_a_terminal_sees_how_far_it_has_come(clinic: Clinic) -> None:
    with terminal(clinic, "import", *many(clinic, 6000), columns=250) as screen:
        assert screen.end() == 0, screen.screen
        told = screen.screen
    assert "of 6,600 rows" in told, told[-2000:]
    assert "a second" in told
    assert "600 new, 0 changed, 0 same, 0 refused" in told


def test_nothing_but_a_terminal_does(clinic: Clinic) -> None:
    answer = clinic.process("import", *many(clinic, 600))
    assert answer.code == 0
    assert [line for line in answer.err.splitlines() if "rows" in line or "━" in line] == []


def left(clinic: Clinic) -> list[str]:
    """The files beside the store."""
    return sorted(path.name for path in clinic.store.parent.iterdir())


def test_ctrl_c_leaves_the_store_as_it_was(two: Clinic) -> None:
    before = two.ok("patient", "list", "--json").rows
    with terminal(two, "import", *many(two, 5000)) as screen:
        screen.sees(" of 5,500 rows").presses(CTRL_C)
        assert screen.end() == 130, screen.screen[-500:]
        assert "stopped: nothing was imported" in screen.screen
    assert two.ok("patient", "list", "--json").rows == before
    assert [name for name in left(two) if name.endswith(".rows")] == []
    assert two.ok("verify").code == 0


@pytest.fixture
def importing(two: Clinic) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tpi_cli", "import", *many(two, 5000)]
    child = subprocess.Popen(command, env=two.environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield child
    child.kill()
    child.wait()


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [0.6, 1.5, 3.0])
def test_a_kill_in_the_middle_leaves_the_store_as_it_was(
    two: Clinic, importing: subprocess.Popen[bytes], seconds: float
) -> None:
    before = two.ok("patient", "list", "--json").rows
    time.sleep(seconds)
    assert importing.poll() is None, "it is still at it"
    importing.send_signal(signal.SIGKILL)
    importing.wait()
    assert two.ok("patient", "list", "--json").rows == before
    assert two.ok("verify").code == 0
    for path in two.store.parent.iterdir():
        assert b"Sur000001" not in path.read_bytes(), "and nothing of it can be read anywhere"
        assert not path.name.endswith(".rows")


@pytest.mark.slow
def test_ten_times_the_rows_need_no_more_memory(clinic: Clinic, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(clinic.home, other)
    most = [_held(Clinic(other), 5_000), _held(clinic, 50_000)]
    assert most[1] < 1.25 * most[0], most


def _held(clinic: Clinic, rows: int) -> int:
    """The most memory that an import of so many injections had, in kB."""
    code = "import resource, sys; from tpi_cli.main import main; sys.argv = ['tpi', *sys.argv[1:]]\ntry: main()\n" \
           "except SystemExit as end: assert not end.code\n" \
           "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code, "import", *many(clinic, rows)], env=clinic.environment(),
                          capture_output=True, text=True, check=True)  # fmt: skip
    lines: list[Any] = done.stdout.splitlines()
    assert f"many-i.csv: {rows} new, 0 changed, 0 same, 0 refused" in done.stdout
    assert len(clinic.ok("patient", "list", "--json").rows) == rows // 10
    return int(lines[-1])
