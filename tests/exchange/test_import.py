"""`tpi import`: CSV brought in whole or not at all, told row by row what is wrong, and a second time without effect."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Answer, Clinic
from tests.exchange.conftest import PEOPLE

SAMPLE = Path(__file__).parent.parent.parent / "sample_data"
COLUMNS = (
    "mrn,date,clinician,muscle,side,agent,strength,volume_ml,passes,pain_before,pain_after,follow_up,lot,expiry,"
    "twitch,adverse,note,source_id"
)
ROW = {
    "mrn": "A1", "date": "2026-08-23", "clinician": "AM", "muscle": "ut", "side": "L", "agent": "lido",
    "strength": "1%", "volume_ml": "1", "follow_up": "3mo",
}  # fmt: skip


def shots(*rows: dict[str, str]) -> str:
    """A file of injections; each row is the plain one with what is given changed."""
    names = COLUMNS.split(",")
    lines = [",".join(f'"{ {**ROW, **row}.get(name, "") }"' for name in names) for row in rows]
    return "\n".join([COLUMNS, *lines, ""])


def content(clinic: Clinic) -> dict[str, Any]:
    """The store table by table, as `tpi export json` has it."""
    tables: dict[str, Any] = clinic.ok("export", "json").json["tables"]
    return {name: rows for name, rows in tables.items() if name != "audit"}  # the exports themselves


def bring(clinic: Clinic, text: str, *more: str, name: str = "file.csv") -> Answer:
    return clinic.run("import", clinic.file(name, text), *more)


def refused(answer: Answer) -> list[str]:
    """The bad rows told on stderr, each `file:line: column: what`: a single one is the error itself."""
    lines = [line.removeprefix("tpi: ") for line in answer.err.splitlines()]
    return [line.removesuffix("; nothing was imported").removesuffix("; would be refused")
            for line in lines if line.startswith("/")]  # fmt: skip


def counted(answer: Answer) -> tuple[int, int, int, int]:
    """New, changed, same, refused."""
    assert answer.code == 0, answer
    found = answer.json
    return found["new"], found["changed"], found["same"], found["refused"]


# A second time, a dry run


def test_the_sample_clinic_twice_changes_nothing_the_second_time(sample: Clinic) -> None:
    files = [str(SAMPLE / f"{kind}.csv") for kind in ("patients", "injections", "outcomes")]
    rows = [len(Path(file).read_text(encoding="utf-8").splitlines()) - 1 for file in files]
    before, stored = content(sample), sample.bytes()
    answer = sample.ok("import", *files)
    assert answer.out.splitlines() == [
        f"{files[0]}: 0 new, 0 changed, {rows[0]} same, 0 refused",
        f"{files[1]}: 0 new, 0 changed, {rows[1]} same, 0 refused",
        f"{files[2]}: 0 new, 0 changed, {rows[2]} same, 0 refused",
    ]
    assert counted(sample.ok("import", *files, "--json")) == (0, 0, sum(rows), 0)
    assert (sample.bytes(), content(sample)) == (stored, before)


def test_a_dry_run_changes_nothing_the_first_time(clinic: Clinic) -> None:
    files = [str(SAMPLE / f"{kind}.csv") for kind in ("patients", "injections", "outcomes")]
    before = clinic.bytes()
    answer = clinic.ok("import", *files, "--dry-run")
    assert answer.out.splitlines()[-1] == "dry run: nothing was kept"
    assert ": 73 new, 0 changed, 0 same, 0 refused" in answer.out
    assert ": 292 new, 0 changed, 0 same, 0 refused" in answer.out
    assert ": 109 new, 0 changed, 0 same, 0 refused" in answer.out
    assert clinic.bytes() == before


def test_a_dry_run_says_so_to_programs(two: Clinic) -> None:
    found = bring(two, shots({}), "-n", "--json").json
    assert (found["dry_run"], found["new"]) == (True, 1)


def test_a_dry_run_names_bad_rows_and_fails_like_the_import(two: Clinic) -> None:
    text = shots({}, {"date": "2026-02-30"})
    dry, wet = bring(two, text, "-n"), bring(two, text)
    assert dry.code == wet.code == 2
    assert refused(dry) == refused(wet)
    assert len(refused(wet)) == 1


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_files_in_any_order(clinic: Clinic, order: tuple[int, int]) -> None:
    files = [clinic.file("p.csv", PEOPLE), clinic.file("i.csv", shots({}, {"mrn": "A2", "side": "R"}))]
    assert counted(clinic.ok("import", *(files[at] for at in order), "--json")) == (4, 0, 0, 0)


def test_rows_in_any_order(two: Clinic) -> None:
    """A later session stands first; the earlier one does not take its plan away."""
    bring(two, shots({"date": "2026-11-02", "follow_up": "6w"}, {"date": "2026-08-23", "follow_up": "3mo"}))
    (row,) = two.ok("due", "1", "-w", "1y", "--json").rows
    assert row["due"] == "2026-12-14"


# How a file may look

LOOKS = {
    "byte order mark": "\ufeff" + PEOPLE,
    "line ends of Windows": PEOPLE.replace("\n", "\r\n"),
    "line ends of old Macs": PEOPLE.replace("\n", "\r"),
    "no last line end": PEOPLE.rstrip("\n"),
    "blank lines": PEOPLE.replace("\n", "\n\n"),
    "columns in another order": 'born,name,mrn\n1971-03-04,"Tan, Mei",A1\n1965-04-05,"Ruiz, Ana",A2\n',
    "headings in capitals": PEOPLE.replace("mrn,name,born", " MRN , Name,BORN"),
    "quotes around everything": PEOPLE.replace("A1", '"A1"').replace("1965-04-05", '"1965-04-05"'),
    "blanks around values": PEOPLE.replace("A1,", " A1 ,"),
    "a column nobody knows": PEOPLE.replace("born\n", "born,shoe\n")
    .replace("-04\n", "-04,44\n")
    .replace("-05\n", "-05,\n"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_how_a_file_may_look(clinic: Clinic, look: str) -> None:
    assert counted(bring(clinic, LOOKS[look], "--json")) == (2, 0, 0, 0)
    told = [(row["mrn"], row["name"], row["born"]) for row in clinic.ok("patient", "list", "--json").rows]
    assert told == [("A1", "Tan, Mei", "1971-03-04"), ("A2", "Ruiz, Ana", "1965-04-05")]
    assert counted(bring(clinic, PEOPLE, "--json")) == (0, 0, 2, 0), "and it is the same file"


def test_a_column_nobody_knows_is_a_warning(clinic: Clinic) -> None:
    answer = bring(clinic, LOOKS["a column nobody knows"])
    assert answer.code == 0
    assert "file.csv: column shoe is not known and was left out" in answer.err


def test_stdin(clinic: Clinic) -> None:
    answer = clinic.run("import", "-", "--json", stdin=PEOPLE)
    assert counted(answer) == (2, 0, 0, 0)
    bare = shots({}).replace(COLUMNS, COLUMNS)
    assert counted(clinic.run("import", "-", "--kind", "injections", "--json", stdin=bare)) == (1, 0, 0, 0)
    assert clinic.run("import", "-", "--kind", "patients", stdin=bare).code == 2, "the kind said is the kind read"


def test_a_file_named_twice_is_a_slip(clinic: Clinic) -> None:
    path = clinic.file("p.csv", PEOPLE)
    assert clinic.run("import", path, path).code == 2


@pytest.mark.parametrize("header", [PEOPLE.splitlines()[0], COLUMNS])
def test_a_header_alone_is_no_row(clinic: Clinic, header: str) -> None:
    assert counted(bring(clinic, header + "\n", "--json")) == (0, 0, 0, 0)


NAMES = {
    "muscle": {"ut": "trapezius_upper", "upper trapezius": "trapezius_upper", "Upper Trapezius": "trapezius_upper",
               "trapezius_upper": "trapezius_upper"},
    "side": {"L": "L", "l": "L", "R": "R"},
    "agent": {"lido": "lidocaine", "Xylocaine": "lidocaine", "lidocaine": "lidocaine"},
}  # fmt: skip


@pytest.mark.parametrize(("column", "typed"), [(column, typed) for column, by in NAMES.items() for typed in by])
def test_ids_names_and_aliases(two: Clinic, column: str, typed: str) -> None:
    assert counted(bring(two, shots({column: typed}), "--json")) == (1, 0, 0, 0)
    (row,) = two.ok("session", "show", "S-0018", "--json").json["injections"]
    assert row[column] == NAMES[column][typed]


# What is wrong, and where

WRONG = {
    "mrn": [("A9", "no patient has this mrn"), ("", "is empty")],
    "date": [("2026-02-30", "no day of the calendar"), ("23/08/2026", "no day of the calendar"),
             ("2026-11-24", "in the future"), ("1971-03-03", "before the birth date"), ("", "is empty")],
    "muscle": [("thumb", "unknown muscle"), ("trap", "could be"), ("trapezus upper", "did you mean"), ("", "is empty")],
    "side": [("", "upper trapezius is paired"), ("both", "none of L, R, mid"), ("left", "none of L, R, mid")],
    "agent": [("lidocane", "did you mean lidocaine"), ("", "is empty")],
    "strength": [("1", "is no strength"), ("", "0.5%, 1% or 2%?"), ("1%+2%", "for 1 agents"), ("1% epi 1:50000", "epi"),
                 ("20units/mL", "measured in mg"), ("1,5%", "is no strength")],
    "volume_ml": [("", "is empty"), ("1,5", "is no number"), ("0", "out of range"), ("-1", "is no number"),
                  ("1e3", "is no number"), ("1.00001", "'1.00001'"), ("2000", "out of range"),
                  ("1+1", "for 1 agents")],
    "passes": [("0", "no whole number from 1 to 99"), ("1.5", "no whole number"), ("100", "no whole number")],
    "pain_before": [("11", "no whole number from 0 to 10"), ("-1", "no whole number"), ("7:3", "no whole number")],
    "pain_after": [("x", "no whole number from 0 to 10")],
    "follow_up": [("3m", "is no interval"), ("soon", "is no interval"), ("2026-08-23", "not after the session"),
                  ("2026-02-30", "no day of the calendar"), ("0w", "is no interval"), ("9999y", "calendar")],
    "expiry": [("2027-02-30", "no day of the calendar"), ("2027", "no day of the calendar")],
    "twitch": [("maybe", "none of")],
    "adverse": [("hiccups", "no adverse event")],
    "note": [("x" * 4001, "longer than 4000 characters")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "what"), [(column, *case) for column, cases in WRONG.items() for case in cases]
)
def test_a_bad_row_is_named_by_file_line_and_column(two: Clinic, column: str, value: str, what: str) -> None:
    before = two.bytes()
    answer = bring(two, shots({"side": "R"}, {column: value}))
    assert (answer.code, two.bytes(), answer.out) == (2, before, "")
    (line,) = refused(answer)
    assert line.startswith(f"{two.home}/file.csv:3: {column}: ")
    assert what in line


WRONG_PEOPLE = {
    "mrn": [("", "is empty")],
    "name": [("", "is empty"), ("12 34", "no letter"), ("x" * 201, "longer than 200")],
    "born": [("", "is empty"), ("1971-02-30", "no day"), ("04/03/1971", "no day"), ("2026-11-24", "in the future"),
             ("1871-01-01", "more than 130 years")],
    "sex": [("yes", "none of")],
    "weight_kg": [("heavy", "no number"), ("62,5", "no number"), ("0.1", "no body weight"), ("900", "no body weight")],
    "height_cm": [("1.7", "no body height")],
    "alerts": [("fear", "no kind of alert")],
    "status": [("gone", "none of")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value", "what"), [(column, *case) for column, cases in WRONG_PEOPLE.items() for case in cases]
)
def test_a_bad_patient_is_named_so_too(clinic: Clinic, column: str, value: str, what: str) -> None:
    names = ["mrn", "name", "born", "sex", "weight_kg", "height_cm", "phone", "email", "payer", "alerts", "status"]
    good = {"mrn": "A1", "name": "Tan, Mei", "born": "1971-03-04"}
    bad = {"mrn": "A2", "name": "Ruiz, Ana", "born": "1965-04-05", column: value}
    lines = [",".join(f'"{row.get(name, "")}"' for name in names) for row in (good, bad)]
    before = clinic.bytes()
    answer = bring(clinic, "\n".join([",".join(names), *lines, ""]))
    assert (answer.code, clinic.bytes()) == (2, before)
    (line,) = refused(answer)
    assert line.startswith(f"{clinic.home}/file.csv:3: {column}: ")
    assert what in line


BREAKS = {
    "after a quoted line break": (shots({"note": "one\ntwo"}, {"date": "x"}), 4),
    "after three of them": (shots({"note": "one\ntwo\r\nthree\nfour"}, {"date": "x"}), 6),
    "after blank lines": (shots({}, {"date": "x"}).replace('"\n"A1","x', '"\n\n\n"A1","x'), 5),
    "on its own first line": (shots({"date": "x", "note": "one\ntwo"}), 2),
    "with line ends of Windows": (shots({}, {"date": "x"}).replace("\n", "\r\n"), 3),
    "with a header over two lines": (shots({"date": "x"}).replace("note", '"note"'), 2),
}


@pytest.mark.parametrize("where", BREAKS)
def test_the_line_is_the_one_an_editor_shows(two: Clinic, where: str) -> None:
    text, line = BREAKS[where]
    (two.home / "file.csv").write_text(text, encoding="utf-8", newline="")
    answer = two.run("import", str(two.home / "file.csv"))
    assert f"{two.home}/file.csv:{line}: date: " in answer.err, answer.err


def test_every_bad_row_is_told_at_once(two: Clinic) -> None:
    text = shots({"date": "x"}, {}, {"side": "x"}, {"agent": "x"})
    answer = bring(two, text)
    told = [line.split(": ")[:2] for line in refused(answer)]
    path = f"{two.home}/file.csv"
    assert told == [[f"{path}:2", "date"], [f"{path}:4", "side"], [f"{path}:5", "agent"]]
    *_, error, hint = answer.err.splitlines()
    assert (error, hint) == (
        "tpi: 3 rows refused; nothing was imported", "  hint: mend the file, or take the rest with --on-error skip",
    )  # fmt: skip


def test_all_or_nothing_over_all_files(two: Clinic) -> None:
    before = two.bytes()
    good = two.file("good.csv", shots({}))
    bad = two.file("bad.csv", shots({"side": "R", "date": "x"}))
    for files in ((good, bad), (bad, good)):
        assert two.run("import", *files).code == 2
        assert two.bytes() == before


def test_rows_of_the_wrong_length(clinic: Clinic) -> None:
    text = "mrn,name,born\nA1,Tan Mei,1971-03-04,x,y\nA2,Ruiz Ana\n"
    answer = bring(clinic, text)
    path = f"{clinic.home}/file.csv"
    assert f"{path}:2: -: more fields than the header has columns" in answer.err
    assert f"{path}:3: born: the row ends before this column" in answer.err


# --on-error skip, and the rows given back


def test_skipping_takes_the_rest_and_gives_the_refused_back(two: Clinic) -> None:
    text = shots({"note": "first"}, {"date": "2026-02-30", "note": "two\nlines"}, {"mrn": "A2", "side": "R"})
    answer = bring(two, text, "--on-error", "skip")
    assert answer.code == 0
    path = two.home / "file.refused.csv"
    assert answer.out.splitlines() == [
        f"{two.home}/file.csv: 2 new, 0 changed, 0 same, 1 refused",
        f"refused rows: {path}",
    ]
    assert f"{two.home}/file.csv:3: date: '2026-02-30' is no day of the calendar" in answer.err
    assert (path.stat().st_mode & 0o777) == 0o600
    back = path.read_text(encoding="utf-8")
    assert back.splitlines()[0] == COLUMNS + ",refused"
    assert "two\nlines" in back
    assert "first" not in back

    mended = back.replace("2026-02-30", "2026-02-28")
    assert counted(bring(two, mended, "--json", name="mended.csv")) == (1, 0, 0, 0)
    assert counted(bring(two, text.replace("02-30", "02-28"), "--json")) == (0, 0, 3, 0), (
        "as if it had been right at once"
    )


def test_skipping_says_which_rows_to_programs(two: Clinic) -> None:
    answer = bring(two, shots({"date": "x"}, {}), "--on-error", "skip", "--json")
    assert counted(answer) == (1, 0, 0, 1)
    (row,) = answer.json["refused_rows"]
    assert (row["file"], row["line"], row["column"]) == (f"{two.home}/file.csv", 2, "date")


def test_skipping_dry_writes_no_file(two: Clinic) -> None:
    before = two.bytes()
    answer = bring(two, shots({"date": "x"}, {}), "--on-error", "skip", "-n")
    assert (answer.code, two.bytes()) == (0, before)
    assert not list(two.home.glob("*.refused.csv"))


def test_refused_rows_never_overwrite_an_older_file(two: Clinic) -> None:
    """It may hold work half done: the new rows go beside it."""
    older = two.home / "file.refused.csv"
    older.write_text("half mended", encoding="utf-8")
    answer = bring(two, shots({"date": "x"}, {}), "--on-error", "skip")
    assert answer.code == 0
    assert older.read_text(encoding="utf-8") == "half mended"
    assert (two.home / "file.refused-2.csv").exists()


def test_names_in_any_script_are_given_back_whole(clinic: Clinic) -> None:
    text = "mrn,name,born\nA1,王秀英,x\nA2,Παπαδοπούλου Ελένη,1957-02-09\n"
    bring(clinic, text, "--on-error", "skip")
    assert "王秀英" in (clinic.home / "file.refused.csv").read_text(encoding="utf-8")


# The same, changed, at odds


def test_the_same_source_id_with_other_values_is_refused(two: Clinic) -> None:
    bring(two, shots({"source_id": "R1"}))
    before = two.bytes()
    for change in ({"volume_ml": "2"}, {"date": "2026-08-24"}, {"mrn": "A2"}, {"side": "R"}, {"note": "new"}):
        answer = bring(two, shots({"source_id": "R1", **change}))
        assert (answer.code, two.bytes()) == (2, before), change
        assert "source_id: R1 is on file with other values" in answer.err
    assert counted(bring(two, shots({"source_id": "R1"}), "--json")) == (0, 0, 1, 0)


def test_a_source_id_twice_in_a_file_with_other_values_is_refused(two: Clinic) -> None:
    answer = bring(two, shots({"source_id": "R1"}, {"source_id": "R1", "side": "R"}))
    assert answer.code == 2
    assert "file.csv:3: source_id: R1" in answer.err


def test_rows_without_a_source_id_are_told_by_what_they_hold(two: Clinic) -> None:
    text = shots({}, {"side": "R"}, {"muscle": "ls", "agent": "dry", "strength": "", "volume_ml": ""})
    assert counted(bring(two, text, "--json")) == (3, 0, 0, 0)
    before = content(two)
    assert counted(bring(two, text, "--json")) == (0, 0, 3, 0)
    assert content(two) == before
    assert counted(bring(two, shots({"volume_ml": "0.5", "muscle": "gm"}), "--json")) == (1, 0, 0, 0)


def test_the_same_written_otherwise_is_the_same(two: Clinic) -> None:
    bring(two, shots({}))
    for change in ({"muscle": "upper trapezius"}, {"side": "l"}, {"agent": "lidocaine"}, {"volume_ml": "1.0"},
                   {"strength": "1.0%"}, {"strength": "1 %"}):  # fmt: skip
        assert counted(bring(two, shots(change), "--json")) == (0, 0, 1, 0), change


def test_an_mrn_twice_in_a_file(clinic: Clinic) -> None:
    same = PEOPLE + 'A1,"Tan, Mei",1971-03-04\n'
    assert counted(bring(clinic, same, "--json")) == (2, 0, 1, 0)
    answer = bring(clinic, PEOPLE.replace("A1", "A7").replace("A2", "A8") + 'A7,"Tan, Bo",1971-03-04\n')
    assert answer.code == 2
    assert "file.csv:4: mrn: stands there twice, on line 2 with another name" in answer.err


@pytest.mark.parametrize(
    ("line", "column"), [('A1,"Tan, Bo",1971-03-04', "name"), ('A1,"Tan, Mei",1971-04-03', "born")]
)
def test_an_mrn_on_file_with_another_identity_is_refused(two: Clinic, line: str, column: str) -> None:
    before = two.bytes()
    answer = bring(two, f"mrn,name,born\n{line}\n")
    assert (answer.code, two.bytes()) == (2, before)
    assert f"file.csv:2: {column}: differs from PT-0001, who has this mrn" in answer.err


def test_a_patient_on_file_is_brought_up_to_date(two: Clinic) -> None:
    text = 'mrn,name,born,phone,weight_kg,alerts\nA1,"Tan, Mei",1971-03-04,0161 555 0107,62.5,anticoagulant:apixaban\n'
    assert counted(bring(two, text, "--json")) == (0, 1, 0, 0)
    shown = two.ok("patient", "show", "1", "--json").json
    assert (shown["phone"], shown["weight_kg"]) == ("0161 555 0107", "62.5")
    assert [alert["kind"] for alert in shown["alerts"]] == ["anticoagulant"]
    assert counted(bring(two, text, "--json")) == (0, 0, 1, 0)
    assert counted(bring(two, PEOPLE, "--json")) == (0, 0, 2, 0), "an empty field changes nothing"


@pytest.mark.parametrize("status", ["archived", "deceased"])
def test_no_file_makes_the_archived_or_the_dead_active(two: Clinic, status: str) -> None:
    two.ok("patient", "edit", "1", "--status", status)
    assert counted(bring(two, PEOPLE, "--json")) == (0, 0, 2, 0)
    bring(two, 'mrn,name,born,status\nA1,"Tan, Mei",1971-03-04,active\n')
    assert two.ok("patient", "show", "1", "--json").json["status"] == status


# Sessions


def test_rows_of_one_patient_and_day_are_one_session(two: Clinic) -> None:
    bring(two, shots({}, {"side": "R"}, {"date": "2026-08-24"}, {"mrn": "A2"}))
    found = two.ok("session", "list", "--json").rows
    assert [(row["mrn"], row["date"], len(row["sites"])) for row in found] == [
        ("A1", "2026-08-24", 1),
        ("A2", "2026-08-23", 1),
        ("A1", "2026-08-23", 2),
    ]


def test_a_second_file_joins_the_session_of_that_day(two: Clinic) -> None:
    bring(two, shots({"source_id": "R1"}))
    assert counted(bring(two, shots({"source_id": "R2", "side": "R"}), "--json")) == (1, 0, 0, 0)
    (row,) = two.ok("session", "list", "--json").rows
    assert [site["side"] for site in row["sites"]] == ["L", "R"]
    assert len(two.ok("due", "1", "--json").rows[0]["sites"]) == 2


def test_a_row_that_contradicts_the_session_it_joins_is_refused(two: Clinic) -> None:
    bring(two, shots({}))
    before = two.bytes()
    answer = bring(two, shots({"side": "R", "clinician": "JS"}))
    assert (answer.code, two.bytes()) == (2, before)
    assert "file.csv:2: clinician: the session's other rows say AM" in answer.err


def test_plans_of_one_site_and_session_must_agree(two: Clinic) -> None:
    answer = bring(two, shots({"source_id": "R1"}, {"source_id": "R2", "volume_ml": "2", "follow_up": "6w"}))
    assert answer.code == 2
    assert "follow_up: the site's other row of this session says otherwise" in answer.err


def test_several_agents_in_one_syringe(two: Clinic) -> None:
    bring(two, shots({"agent": "lido+triam", "strength": "1%+40mg/mL", "volume_ml": "1+0.25", "lot": "L1+",
                      "expiry": "2027-01-31+"}))  # fmt: skip
    found = two.ok("session", "show", "S-0018", "--json").json["injections"]
    assert [(row["agent"], row["strength"], row["volume_ml"], row["mass"], row["lot"]) for row in found] == [
        ("lidocaine", "1", "1", "10", "L1"),
        ("triamcinolone_acetonide", "40", "0.25", "10", None),
    ]


def test_everything_a_row_can_hold(two: Clinic) -> None:
    bring(two, shots({"passes": "3", "pain_before": "7", "pain_after": "3", "lot": "LX9", "expiry": "2027-03-31",
                      "twitch": "yes", "adverse": "vasovagal:felt faint;soreness", "note": "lay down",
                      "strength": "1% epi 1:200000"}))  # fmt: skip
    found = two.ok("session", "show", "S-0018", "--json").json
    (row,) = found["injections"]
    assert found["pain"] == {"before": 7, "after": 3}
    assert [row[key] for key in ("passes", "lot", "expiry", "twitch", "note", "epinephrine", "follow_up")] == [
        3, "LX9", "2027-03-31", True, "lay down", 200000, "3mo",
    ]  # fmt: skip
    assert [(event["type"], event["text"]) for event in found["adverse"]] == [
        ("soreness", None),
        ("vasovagal", "felt faint"),
    ]


def test_no_clinician_in_the_file_is_whoever_imports(two: Clinic) -> None:
    two.ok("import", two.file("i.csv", shots({"clinician": ""})), "--as", "JS")
    assert two.ok("session", "show", "S-0018", "--json").json["clinician"] == "JS"
    assert counted(bring(two, shots({"clinician": ""}), "--json")) == (0, 0, 1, 0)


def test_the_clinics_own_agents_are_known(two: Clinic) -> None:
    row = {"agent": "articaine", "strength": "4%"}
    assert bring(two, shots(row)).code == 2
    two.ok("agent", "add", "articaine", "4%", "--kind", "amide")
    assert counted(bring(two, shots(row), "--json")) == (1, 0, 0, 0)


def test_due_dates_follow_the_import(two: Clinic) -> None:
    bring(
        two, shots({"date": "2026-01-31", "follow_up": "1mo"}, {"mrn": "A2", "date": "2024-02-29", "follow_up": "1y"})
    )
    assert [(row["mrn"], row["due"]) for row in two.ok("due", "--json").rows] == [
        ("A2", "2025-02-28"),
        ("A1", "2026-02-28"),
    ]


def test_a_voided_session_is_not_the_one_a_file_joins(two: Clinic) -> None:
    bring(two, shots({"source_id": "R1"}))
    two.ok("session", "void", "S-0018", "--reason", "wrong day", "--yes")
    assert bring(two, shots({"source_id": "R2", "side": "R"})).code == 0
    found = two.ok("session", "list", "--json").rows
    assert sorted((row["session"], row["voided"]) for row in found) == [("S-0018", True), ("S-002B", False)]


def test_what_is_refused_names_nobody_else(two: Clinic) -> None:
    two.ok("patient", "edit", "1", "--phone", "0161 555 7777")
    answer = bring(two, 'mrn,name,born\nA1,"Other, Name",1980-01-01\n')
    assert answer.code == 2
    for secret in ("Tan", "Mei", "1971-03-04", "0161 555 7777"):
        assert secret not in answer.err


def test_an_output_that_fails_after_an_import_says_it_is_recorded(two: Clinic) -> None:
    answer = two.run("import", two.file("i.csv", shots({})), "-o", "/no/such/folder/out.txt")
    assert answer.code == 11
    assert "RECORDED import, output failed" in answer.err
    assert len(two.ok("session", "list", "--json").rows) == 1


def test_a_file_with_every_column_of_the_schema(clinic: Clinic) -> None:
    """The Table Schemas beside the sample name the columns that are read."""
    for kind, header in (("injections", COLUMNS), ("patients", None)):
        fields = json.loads((SAMPLE / f"{kind}.schema.json").read_text(encoding="utf-8"))["fields"]
        names = ",".join(field["name"] for field in fields)
        assert header in {None, names}
        assert (SAMPLE / f"{kind}.csv").read_text(encoding="utf-8").splitlines()[0] == names
    shutil.copy(SAMPLE / "patients.csv", clinic.home / "p.csv")
    assert "not known" not in clinic.ok("import", str(clinic.home / "p.csv")).err
