"""Formats and streams: stdout is data, stderr is talk; off a terminal nothing is cut, at any width."""

import csv
import io
import json
import shutil
import stat
from pathlib import Path

import pytest

from tests.commands.reading import envelope, rows, talk, words
from tests.conftest import ME, Clinic


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory, _sample: Path) -> Clinic:
    """The sample clinic, for reading only."""
    home = tmp_path_factory.mktemp("ward")
    shutil.copytree(_sample, home, dirs_exist_ok=True)
    return Clinic(home)


REPORTS = ["due --status all", "why 9", "find khan", "patient list", "session list 9", "site list 9", "muscle list",
           "agent list"]  # fmt: skip
SCHEMAS = {
    "due --status all": "due", "why 9": "why", "find khan": "find", "patient list": "patient-list",
    "session list 9": "session-list", "site list 9": "site-list", "muscle list": "muscle-list",
    "agent list": "agent-list",
}  # fmt: skip


@pytest.mark.parametrize("command", REPORTS)
def test_every_format_tells_the_same(ward: Clinic, command: str) -> None:
    whole = envelope(ward.ok(*words(command), "--json"), SCHEMAS[command])
    assert whole["count"] == len(whole["rows"]) > 0
    lines = ward.ok(*words(command), "--format", "ndjson").out.splitlines()
    assert [json.loads(line) for line in lines] == whole["rows"]
    assert ward.ok(*words(command), "--format", "json").json["rows"] == whole["rows"]
    commas = list(csv.reader(io.StringIO(ward.ok(*words(command), "--format", "csv").out)))
    tabs = list(csv.reader(io.StringIO(ward.ok(*words(command), "--format", "tsv").out), delimiter="\t"))
    assert commas == tabs
    assert len(commas) == whole["count"] + 1
    assert {len(row) for row in commas} == {len(commas[0])}


@pytest.mark.parametrize("command", [command for command in REPORTS if command != "why 9"])
def test_plain_is_aligned_columns_without_boxes(ward: Clinic, command: str) -> None:
    text = ward.ok(*words(command)).out
    assert text == ward.ok(*words(command), "--format", "plain").out
    table = list(csv.reader(io.StringIO(ward.ok(*words(command), "--format", "csv").out)))
    lines = text.splitlines()
    assert len(lines) == len(table)
    assert lines[0].split() == " ".join(table[0]).upper().replace("_", " ").split()
    for line, row in zip(lines[1:], table[1:], strict=True):
        assert line.split() == " ".join(cell or "-" for cell in row).split(), "every cell whole"
    assert not set(text) & set("│─┌┐└┘├┤|")
    assert not any(line.endswith(" ") for line in lines)


@pytest.mark.parametrize("command", ["due --status all", "why 9", "patient show 9", "session list", "muscle list"])
def test_off_a_terminal_the_width_does_not_matter(ward: Clinic, command: str) -> None:
    told = ward.ok(*words(command)).out
    for more in ({"COLUMNS": "20"}, {"COLUMNS": "400"}, {"TERM": "dumb"}, {"TERM": "xterm", "COLUMNS": "1"},
                 {"NO_COLOR": "1"}, {"FORCE_COLOR": "1"}, {"LINES": "2"}, {"LANG": "de_DE.UTF-8"}):  # fmt: skip
        assert ward.ok(*words(command), **more).out == told, more
    assert "\x1b" not in told
    assert ward.ok(*words(command), "--color", "always").out == told, "plain has no colours"


def test_the_longest_name_is_never_cut(clinic: Clinic) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff-" * 5 + "Tan, Mei"
    clinic.patient(name[:200], "1971-03-04", "--mrn", "M" * 200, "--phone", "0" * 200)
    for form in ("plain", "table", "csv", "tsv", "json"):
        text = clinic.ok("patient", "list", "--format", form, COLUMNS="20").out
        assert name[:200] in text, form


@pytest.mark.parametrize("columns", ["patient", "due,patient", "STATUS, Name", "flags,due,late", "patient,patient"])
def test_columns_are_chosen_and_ordered(ward: Clinic, columns: str) -> None:
    wanted = [name.strip().lower() for name in columns.split(",")]
    table = list(csv.reader(io.StringIO(ward.ok("due", "--columns", columns, "--format", "csv").out)))
    assert table[0] == wanted
    assert len(table) > 10
    plain = ward.ok("due", "--columns", columns).out.splitlines()
    assert plain[0].split() == [name.upper() for name in wanted]


def test_wide_and_width_change_a_table_and_nothing_plain(ward: Clinic) -> None:
    narrow = ward.ok("due", "--format", "table", "--width", "60")
    wide = ward.ok("due", "--format", "table", "--wide")
    assert len(narrow.out.splitlines()[0]) < len(wide.out.splitlines()[0])
    dropped = [line for line in talk(narrow) if line.startswith("no room for")]
    assert len(dropped) == 1
    gone = dropped[0].removeprefix("no room for ").partition(" (")[0].split(", ")
    assert set(gone) == set(wide.out.splitlines()[0].split()) - set(narrow.out.splitlines()[0].split())
    assert not [line for line in talk(wide) if line.startswith("no room for")]
    assert ward.ok("due", "--wide").out == ward.ok("due", "--width", "30").out == ward.ok("due").out


@pytest.mark.parametrize("option", ["-q", "--quiet"])
def test_quiet_keeps_the_talk_and_not_the_data(ward: Clinic, option: str) -> None:
    for command in ("due", "patient list", "site list 9", "find khan"):
        loud, quiet = ward.ok(*words(command)), ward.ok(*words(command), option)
        assert (quiet.out, quiet.err) == (loud.out, "")
        assert talk(loud)


def test_a_program_gets_no_talk(ward: Clinic) -> None:
    for form in ("json", "ndjson"):
        for command in ("due", "patient list", "find khan", "why 9", "session list"):
            assert ward.ok(*words(command), "--format", form).err == ""


def test_a_file_is_written_for_the_owner_alone(ward: Clinic, tmp_path: Path) -> None:
    for form in ("plain", "csv", "json"):
        path = tmp_path / f"list.{form}"
        answer = ward.ok("due", "--format", form, "-o", str(path))
        assert (answer.out, stat.S_IMODE(path.stat().st_mode)) == ("", 0o600)
        told = ward.ok("due", "--format", form).out
        if form == "json":
            assert json.loads(path.read_text())["rows"] == json.loads(told)["rows"]
        else:
            assert path.read_text(encoding="utf-8") == told


def test_a_file_is_replaced_whole(ward: Clinic, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("x" * 100_000)
    ward.ok("due", "--limit", "1", "--format", "csv", "--output", str(path))
    assert path.read_text() == ward.ok("due", "--limit", "1", "--format", "csv").out


def test_a_dash_is_stdout(ward: Clinic) -> None:
    assert ward.ok("due", "-o", "-").out == ward.ok("due").out


@pytest.mark.parametrize("command", ["patient show 9", "session show S-0018", "why 9", "config path", "help dates"])
def test_one_thing_goes_into_a_file_too(ward: Clinic, tmp_path: Path, command: str) -> None:
    path = tmp_path / "one.txt"
    assert ward.ok(*words(command), "-o", str(path)).out == ""
    assert path.read_text(encoding="utf-8") == ward.ok(*words(command)).out


PLACES = [
    "--format csv due --limit 2 --columns patient",
    "due --format csv --limit 2 --columns patient",
    "--columns patient due --limit 2 --format csv",
    "--format json due --limit 2 --columns patient --format csv",
]


@pytest.mark.parametrize("command", PLACES)
def test_options_stand_before_or_after_the_command(ward: Clinic, command: str) -> None:
    assert ward.ok(*words(command)).out == ward.ok(*words(PLACES[0])).out
    assert ward.ok("patient", "--format", "csv", "list").out == ward.ok("patient", "list", "--format", "csv").out


ENVIRONMENT = """
variable      | value | command               | as if typed
TPI_FORMAT    | csv   | due                   | due --format csv
TPI_FORMAT    | json  | patient list          | patient list --json
TPI_FORMAT    | csv   | due --format tsv      | due --format tsv
TPI_FORMAT    |       | due                   | due
TPI_REDACT    | names | due                   | due --redact names
TPI_REDACT    | all   | due --redact none     | due
TPI_REDACT    |       | due                   | due
"""


@pytest.mark.parametrize(("variable", "value", "command", "typed"), rows(ENVIRONMENT))
def test_variables_stand_for_options(ward: Clinic, variable: str, value: str, command: str, typed: str) -> None:
    def bare(text: str) -> str:
        return text if not text.startswith("{") else json.dumps({**json.loads(text), "generated_at": ""})

    assert bare(ward.ok(*words(command), **{variable: value}).out) == bare(ward.ok(*words(typed)).out)


BAD_VALUES = """
variable     | value      | exit
TPI_FORMAT   | xml        | 2
TPI_REDACT   | some       | 2
TPI_TODAY    | tomorrow   | 2
TPI_DB       | /no/such   | 6
TPI_KEY_FILE | /no/such   | 6
"""


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [pytest.param(*row, marks=pytest.mark.file if row[0] == "TPI_KEY_FILE" else ()) for row in rows(BAD_VALUES)],
)
def test_a_variable_that_is_wrong(ward: Clinic, variable: str, value: str, code: str) -> None:
    answer = ward.run("due", **{variable: value})
    assert (answer.code, answer.out) == (int(code), "")


@pytest.mark.file
def test_the_store_by_variable_and_by_option(clinic: Clinic) -> None:
    other = str(clinic.home / "other.db")
    clinic.ok("--db", other, "init", "--name", "Other")
    clinic.ok("patient", "add", "Ruiz, Ana", "1965-04-05", "--allergy", "none", "--bleeding", "none", TPI_DB=other)
    assert len(clinic.ok("patient", "list", "--json", TPI_DB=other).rows) == 1
    assert clinic.ok("patient", "list", "--json").rows == []
    assert clinic.ok("patient", "list", "--json", "--db", str(clinic.store), TPI_DB=other).rows == []


def test_the_clinician_by_variable_and_by_option(clinic: Clinic) -> None:
    clinic.patient()
    answer = clinic.ok("inject", "1", "ut l dry", "--yes", "--json", TPI_USER="JS")
    assert clinic.ok("session", "show", answer.json["session"], "--json").json["clinician"] == "JS"
    answer = clinic.ok("inject", "1", "ut l dry", "--yes", "--json", "--as", "AM", TPI_USER="JS")
    assert clinic.ok("session", "show", answer.json["session"], "--json").json["clinician"] == "AM"
    answer = clinic.ok("inject", "1", "ut l dry", "--yes", "--json")
    assert clinic.ok("session", "show", answer.json["session"], "--json").json["clinician"] == ME


def test_the_clock_is_set_by_variable_and_says_so(ward: Clinic) -> None:
    for today in ("2026-11-23", "2027-02-28", "2028-02-29"):
        assert ward.ok("due", "--json", TPI_TODAY=today).json["today"] == today
        assert f"today is {today}: TPI_TODAY sets the clock" in ward.ok("due", TPI_TODAY=today).err
    assert ward.ok("due", TPI_TODAY="2026-11-23", stdin="").err.count("TPI_TODAY") == 1


def test_without_the_variable_nothing_is_said_about_the_clock(ward: Clinic) -> None:
    answer = ward.ok("due", TPI_TODAY="")
    assert "TPI_TODAY" not in answer.err


WRITES = """
command                                        | schema         | the id
patient edit 1 --weight 70                     | patient-edit   | patient PT-0001
patient archive 1                              | patient-archive | patient PT-0001
site add 1 gm r                                | site-add       | site 2
site resolve 1 ut l                            | site-resolve   | site 1
stop 1 --reason other                          | stop           | patient PT-0001
snooze 1 6w --reason exams                     | snooze         | patient PT-0001
session void S-0018 --reason twice --yes       | session-void   | session S-0018
agent add lidocaine 1%                         | agent-add      | agent lidocaine
config set user JS                             | config-set     | key user
inject 1 ut l dry --yes                        | inject         | session S-002B
again 1 --yes                                  | again          | session S-002B
"""


@pytest.mark.parametrize(("command", "schema", "made"), rows(WRITES), ids=[row[0] for row in rows(WRITES)])
def test_every_write_answers_a_program_with_the_id_it_made_or_changed(
    clinic: Clinic, command: str, schema: str, made: str
) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo", "--on", "yesterday")
    found = envelope(clinic.ok(*words(command), "--json"), schema)
    key, value = made.split()
    assert (str(found[key]), found["today"]) == (value, "2026-11-23")


PEOPLE = [row for row in rows(WRITES) if not row[0].startswith(("agent", "config"))]


@pytest.mark.parametrize("command", [row[0] for row in PEOPLE])
def test_every_write_names_the_patient_and_the_birth_date(clinic: Clinic, command: str) -> None:
    clinic.patient()
    clinic.inject("1", "ut l lido 1% 1ml", "--next", "3mo", "--on", "yesterday")
    text = clinic.ok(*words(command)).out
    assert "PT-0001" in text
    assert "born 4 Mar 1971" in text
    assert "TAN, Mei" in text or "Tan, Mei" in text
