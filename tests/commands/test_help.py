"""Help that works: every example in every command's help runs, and says what the command does."""

import shutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import envelope, words
from tests.conftest import Clinic
from tpi_cli.commands.lazy import TREE, Entry
from tpi_cli.rules import paper

NO_KEYRING = "keyring.backends.fail.Keyring"
TOPICS = ("dates", "doses", "exit-codes", "json", "cron", "privacy")


def _commands() -> dict[str, Entry]:
    out: dict[str, Entry] = {}
    for name, entry in TREE.items():
        if isinstance(entry, Entry):
            out[name] = entry
        else:
            out.update({f"{name} {below}": one for below, one in entry[2].items()})
    return out


COMMANDS = _commands()


def _function(entry: Entry) -> Any:
    return getattr(import_module(f"tpi_cli.commands.{entry.module}"), entry.function)


def _examples(entry: Entry) -> list[str]:
    lines = (_function(entry).__doc__ or "").partition("\b")[2].splitlines()
    return [line.strip() for line in lines if line.strip()]


EXAMPLES = [(name, example) for name, entry in COMMANDS.items() for example in _examples(entry)]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_examples(home: Clinic, name: str) -> None:
    answer = home.ok(*name.split(), "--help")
    assert answer.out == home.ok(*name.split(), "-h").out
    assert f"Usage: tpi {name}" in answer.out
    examples = _examples(COMMANDS[name])
    assert len(examples) >= 3
    for example in examples:
        assert example in answer.out, "an example that is folded cannot be copied"
        assert example.startswith("tpi ")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_shared_options_are_on_every_command(home: Clinic, name: str) -> None:
    """The contract's section 1, word for word."""
    text = home.ok(*name.split(), "-h").out
    for option in ("--db", "--as", "--format", "--json", "-o, --output", "--columns", "--wide", "--width", "--redact",
                   "-q, --quiet", "--color", "--no-input", "-h, --help"):  # fmt: skip
        assert option in text, option
    for option in ("-n, --dry-run", "-y, --yes", "--on DATE", "--note TEXT|-"):
        assert (option in text) == COMMANDS[name].writes, option


@pytest.mark.parametrize("width", [80, 40])
def test_help_fits_the_terminal(home: Clinic, width: int) -> None:
    text = home.ok("-h", COLUMNS=str(width)).out
    assert "Every day:" in text
    assert max(map(len, text.splitlines())) <= max(width, 80)


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, _template: Path) -> Clinic:
    """What the examples speak of: patients 1 to 12; session S-0018 of 7 (mrn A12, 70 kg); 12, treated by AM; files."""
    home = tmp_path_factory.mktemp("practice")
    shutil.copytree(_template, home, dirs_exist_ok=True)
    clinic = Clinic(home)
    for number, letter in enumerate("abcdefghijkl", 1):
        clinic.patient(f"Person {letter}", "1980-01-02", *(("--mrn", "A12", "--weight", "70") if number == 7 else ()))
    assert clinic.inject("7", "ut l, gm r lido 1% 1ml each", "--on", "yesterday", "--next", "3mo") == "S-0018"
    clinic.inject("12", "ut l lido 1% 1ml", "--on", "yesterday", "--next", "3mo", "--as", "AM")
    clinic.ok(*words("agent add lidocaine 1%"))
    clinic.ok(*words("clinician add JS"))
    clinic.ok(*words("clinician add RC --role assistant"))
    folder = Path(__file__).parent.parent.parent / "sample_data"
    for file in ("patients.csv", "injections.csv", "outcomes.csv"):
        shutil.copy(folder / file, home / file)
    (home / "sessions.csv").write_text(
        'DOS,Pt Name,DOB,Muscle inj.,Rx\n03/04/2026,"Tan, Mei",04/03/1971,L ut,lido 1% 1 ml\n'
    )
    (home / "clinic.toml").write_text(MAP)
    return clinic


MAP = """
kind = ["patients", "injections"]
patient = ["name", "born"]
date = "DD/MM/YYYY"
columns = {"DOS" = "date", "Pt Name" = "name", "DOB" = "born", "Muscle inj." = "site", "Rx" = "mix"}
constants = {follow_up = ""}
"""
"""The map of the sheet beside it."""


OTHERWISE = {
    "tpi init --name 'Harbour Pain Clinic'": 5,  # there is a store already
    "tpi init --key-file ~/keys/tpi.key": 5,
    "tpi patient unmerge 12 --dry-run": 5,  # nobody was merged into another
    "tpi patient unmerge 12": 5,
    "tpi patient unmerge PT-0012 --yes": 5,
    "tpi patient erase 12 --authority 'court order 3 C 114/26'": 9,  # the number must be typed
    "tpi key passphrase --remove": 5,  # it has none
    "tpi key keyring": 6,  # no keyring where tests run
    "tpi key keyring --to-file": 5,  # it is in the file
    "tpi key check-recovery": 2,  # nobody types it here
    "tpi key recover": 2,
    "tpi verify --officer-key-file /media/stick/officer.key": 2,  # there is no such stick here
    "tpi verify --anchor 57:a3f09c1e22b46d70 --json": 8,  # nor was this head ever printed by this store
    "tpi db move postgresql:///clinic --yes": 6,  # no server of the clinic's runs on this computer
    "tpi --db postgresql:///clinic db move ~/clinic.db --yes": 6,
    "tpi db grant anna writer": 5,  # a store in a file has no logins
    "tpi db grant morning-list reader": 5,
    "tpi db grant anna none": 5,
    "tpi patient elsewhere 7 lido 100mg --on yesterday --void 'it was 10 mg'": 3,  # there is no such dose to take back
    "tpi check 7 lt l, lt r lido 1% 1ml each --on 2026-11-20": 4,  # beside the lung on both sides: a plan that stops
}


@pytest.mark.file
@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_every_example_runs(
    practice: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, example: str
) -> None:
    shutil.copytree(practice.home, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    clinic = Clinic(tmp_path)
    if "--db demo" in example:
        clinic.ok("demo")
    if name == "resume":
        clinic.ok("stop", "12", "--reason", "moved")
    if example.startswith("tpi appt"):
        clinic.ok("book", "7", "today 10:00")  # A-0018
    if example.startswith("tpi adverse close"):
        for kind in ("infection", "pneumothorax"):
            clinic.ok("adverse", "add", "7", kind, "--on", "yesterday")
    if "--kind recall" in example:
        clinic.today = "2027-02-22"  # patient 7 is due
    if name == "lots":
        clinic.inject("12", "ut l lido 1% 1ml", "--lot", "lido=LX2409D")
    if example.startswith("tpi restore"):
        clinic.ok("backup", "clinic-backup.db")
    line, _, file = example.partition(" < ")
    line = line.partition(" > ")[0]
    stdin = {
        "new-patient.json": '{"name": "New, Ann", "born": "1980-01-02", "allergy": "none", "bleeding": "none"}',
        "injections.csv": (tmp_path / "injections.csv").read_text(),
        "code.txt": paper.write(paper.RECOVERY, bytes.fromhex(clinic.key.read_text().split()[1])),
        "passphrase.txt": "correct horse battery staple\n",
    }.get(file, "Test Clinic\n" if name == "restore" else "y\n")
    answer = clinic.run(*words(line)[1:], stdin=stdin, SHELL="/bin/bash", PYTHON_KEYRING_BACKEND=NO_KEYRING)
    assert answer.code == OTHERWISE.get(example, 0), answer


def test_a_group_lists_its_commands(home: Clinic) -> None:
    text = home.ok("patient", "--help").out
    for name in ("add", "show", "list", "edit", "archive"):
        assert f"  {name} " in text


DAY = ("day", "call", "inject", "outcome", "due")


def test_nothing_typed_shows_the_day_on_one_screen(home: Clinic) -> None:
    answer = home.run()
    assert (answer.code, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert "Usage: tpi" in answer.out
    assert len(lines) <= 23, "the prompt takes a line of 24"
    assert max(map(len, lines)) <= 79
    assert home.ok("help", "start").out == answer.out


def _five() -> list[str]:
    """The lines under the day's heading that are typed."""
    page = (Path(import_module("tpi_cli.help").__file__ or "").parent / "start.txt").read_text()
    lines = page.partition("The day in five commands\n")[2].partition("\n\n")[0].splitlines()
    return [line.strip().partition("   ")[0] for line in lines if line.startswith("  tpi")]


def test_they_are_five(home: Clinic) -> None:
    assert tuple(line.split()[1] for line in _five()) == DAY


@pytest.mark.file
@pytest.mark.parametrize("place", range(5))
def test_each_of_them_can_be_typed(practice: Clinic, tmp_path: Path, place: int) -> None:
    shutil.copytree(practice.home, tmp_path, dirs_exist_ok=True)
    line = _five()[place]
    answer = Clinic(tmp_path).run(*words(line)[1:], stdin="y\n")
    assert answer.code == 0, answer


def test_the_version(home: Clinic) -> None:
    from tpi_cli import __version__

    assert home.ok("--version").out == home.ok("-V").out == f"tpi {__version__}\n"


@pytest.mark.parametrize("topic", TOPICS)
def test_the_pages_of_the_contract(home: Clinic, topic: str) -> None:
    text = home.ok("help", topic).out
    assert len(text.splitlines()) >= 5
    found = envelope(home.ok("help", topic, "--json"), "help")
    assert (found["topic"], found["text"].split()) == (topic, text.split())


def test_every_exit_code_has_a_line(home: Clinic) -> None:
    text = home.ok("help", "exit-codes").out
    for code in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130, 141):
        assert any(line.split()[:1] == [str(code)] for line in text.splitlines()), code


def test_a_topic_not_there_names_those_that_are(home: Clinic) -> None:
    answer = home.run("help", "cooking")
    assert answer.code == 3
    assert all(topic in answer.err for topic in TOPICS)
