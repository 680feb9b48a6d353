"""Where an export may go: a folder that holds nothing else, a file, another program; never over a screen."""

import pytest

from tests.conftest import Clinic
from tests.transcripts.terminal import Terminal


@pytest.fixture
def mei(clinic: Clinic) -> Clinic:
    """Somebody with a session."""
    clinic.patient()
    clinic.inject("1")
    return clinic


WHOLE = ["json", "fhir", "fhir --bundle transaction", "fhir --patient 1"]


@pytest.mark.parametrize("words", WHOLE)
def test_no_clinic_is_poured_over_a_screen(mei: Clinic, words: str) -> None:
    """On a terminal a file has to be named, - too where somebody means the screen; nothing is logged as written."""
    terminal = Terminal(mei, "export", *words.split())
    assert terminal.end() == 2
    assert "name a file: -o clinic.json" in terminal.raw
    assert "Tan, Mei" not in terminal.raw
    assert "exported" not in mei.ok("log").out


@pytest.mark.parametrize("words", WHOLE)
def test_a_file_or_a_pipe_gets_it(mei: Clinic, words: str) -> None:
    assert '"Bundle"' in mei.ok("export", *words.split()).out or words == "json"
    terminal = Terminal(mei, "export", *words.split(), "-o", str(mei.home / "clinic.json"))
    assert terminal.end() == 0
    assert (mei.home / "clinic.json").stat().st_size > 1000
    shown = Terminal(mei, "export", *words.split(), "-o", "-")
    assert shown.end() == 0


def test_a_folder_of_csv_takes_the_place_of_the_one_before(mei: Clinic) -> None:
    """Last night's files are written over, as -o does everywhere; what else is in the folder stays."""
    folder = mei.home / "out"
    mei.ok("export", "csv", "-o", f"{folder}/")
    (folder / "mine.txt").write_text("mine", encoding="utf-8")
    mei.patient("Ek, Bo", "1980-02-29")
    mei.ok("export", "csv", "-o", str(folder))
    assert "Ek, Bo" in (folder / "patients.csv").read_text(encoding="utf-8")
    assert (folder / "mine.txt").read_text(encoding="utf-8") == "mine"
