"""`tpi init` and `tpi demo`: a store of one's own, encrypted; and one of made-up patients to try things on."""

import stat
from datetime import date
from pathlib import Path

import pytest

from tests.commands.reading import copied, envelope, everything, refused, talk, words
from tests.conftest import Answer, Clinic

pytestmark = pytest.mark.file

KNOWN = b"SQLite format 3\x00"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_store_is_encrypted_and_the_owners_alone(home: Clinic) -> None:
    found = envelope(home.ok("init", "--name", "Test Clinic", "--zone", "Europe/London", "--json"), "init")
    assert (found["store"], found["key_file"], found["encrypted"]) == (str(home.store), str(home.key), True)
    assert [_mode(path) for path in (home.store, home.store.parent, home.key, home.key.parent)] == [
        0o600, 0o700, 0o600, 0o700,
    ]  # fmt: skip
    assert not home.bytes().startswith(KNOWN)
    head, key = home.key.read_text().split()
    assert (head, len(key), len(set(key)) > 4) == ("tpi-key-1", 64, True)


def test_nothing_of_a_patient_can_be_read_off_the_disk(clinic: Clinic) -> None:
    clinic.patient("Secretperson, Mei", "1971-03-04", "--phone", "0161 555 0107")
    clinic.inject("1", "ut l lido 1% 1ml", "--note", "confidential")
    kept = b"".join(content for name, content in everything(clinic).items())
    for secret in (b"Secretperson", b"0161 555 0107", b"trapezius", b"confidential"):
        assert secret not in kept
        assert secret.upper() not in kept


def test_no_prompt_so_cron_works(clinic: Clinic) -> None:
    clinic.patient()
    done = clinic.process("patient", "list", "--no-input")
    assert (done.code, "Tan, Mei" in done.out) == (0, True)


def test_plain_is_opted_for_and_says_so(home: Clinic) -> None:
    answer = home.ok("init", "--plain")
    assert "NOT ENCRYPTED" in answer.out
    assert home.bytes().startswith(KNOWN)
    assert not home.key.exists()
    home.patient()
    assert home.ok("patient", "list", "--json").rows


@pytest.mark.parametrize("way", ["option", "TPI_KEY_FILE", "config"])
def test_the_key_may_lie_elsewhere(home: Clinic, way: str) -> None:
    path = str(home.home / "keys" / "my.key")
    options = ["--key-file", path] if way == "option" else []
    more = {"TPI_KEY_FILE": path} if way == "TPI_KEY_FILE" else {}
    if way == "config":
        home.ok("config", "set", "key_file", path)
    home.ok("init", *options, **more)
    assert (_mode(Path(path)), _mode(Path(path).parent)) == (0o600, 0o700)
    assert not home.key.exists()
    assert home.run(*options, "due", **more).code == 0
    if way != "config":
        assert home.run("due").code == 6


def test_a_key_that_is_there_is_used_and_not_replaced(clinic: Clinic) -> None:
    key = clinic.key.read_bytes()
    answer = clinic.ok("--db", str(clinic.home / "other.db"), "init")
    assert "was there, and is used" in answer.out
    assert clinic.key.read_bytes() == key


def test_an_init_that_is_refused_leaves_nothing(home: Clinic) -> None:
    assert refused(home, *words("init --zone Mars/Base"))[0] == 2
    assert everything(home) == {}


def test_a_store_is_never_replaced(clinic: Clinic) -> None:
    clinic.patient()
    before = everything(clinic)
    for command in ("init", "init --plain", "init --name Other"):
        assert clinic.run(*words(command)).code == 5
    assert everything(clinic) == before


def test_the_zone_decides_what_day_it_is(home: Clinic) -> None:
    home.ok("init", "--zone", "Pacific/Kiritimati")
    assert home.ok("config", "get", "clinic.zone").out == "Pacific/Kiritimati\n"
    assert "zone  Europe/Oslo" in home.ok("--db", str(home.home / "2.db"), "init", TZ="Europe/Oslo").out


# The demo


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Answer]:
    home = tmp_path_factory.mktemp("demo")
    return home, Clinic(home).ok("demo")


@pytest.fixture
def practice(tmp_path: Path, made_once: tuple[Path, Answer]) -> Clinic:
    """A HOME with the demo clinic in it, and nothing else."""
    return copied(made_once[0], tmp_path)


def test_the_demo_prints_the_list_and_what_to_try(practice: Clinic, made_once: tuple[Path, Answer]) -> None:
    answer = made_once[1]
    assert answer.out.splitlines()[0].split()[:3] == ["DUE", "LATE", "PATIENT"]
    assert len(answer.out.splitlines()) > 10
    text = "\n".join(talk(answer))
    assert "made up" in text
    proposed = [line.strip() for line in talk(answer) if line.startswith("  tpi ")]
    assert {"tpi --db demo why 1", "tpi --db demo due -w 2w"} <= set(proposed)
    for line in proposed:
        assert practice.run(*words(line)[1:], stdin="y\n").code == 0, line


def test_the_demo_touches_nothing_of_the_clinics(clinic: Clinic) -> None:
    clinic.patient("Real, Person")
    before = everything(clinic)
    clinic.ok("demo")
    clinic.ok("--db", "demo", "stop", "1", "--reason", "other")
    after = everything(clinic)
    assert {name: after[name] for name in before} == before
    assert {name.split("/")[-2] for name in set(after) - set(before)} == {"demo"}
    assert "Real" not in clinic.ok("--db", "demo", "patient", "list").out


@pytest.mark.parametrize("today", ["2031-02-28", "2028-02-29"])
def test_the_demo_is_alive_whenever_it_is_made(home: Clinic, today: str) -> None:
    home.today = today
    home.ok("demo")
    rows = home.ok("--db", "demo", "due", "--status", "all", "--json").rows
    statuses = {row["status"] for row in rows}
    assert {"upcoming", "due", "overdue", "lapsed", "snoozed", "stopped", "resolved"} <= statuses
    last = max(date.fromisoformat(row["last_session"]) for row in rows)
    assert 0 <= (date.fromisoformat(today) - last).days <= 21


def test_the_demo_is_marked_on_every_answer(practice: Clinic) -> None:
    for command in ("due", "patient list", "why 1", "inject 1 ut l lido 1% 1ml --consent written --yes"):
        assert "demo clinic: every patient in it is made up" in practice.ok("--db", "demo", *words(command)).err
    assert "made up" in practice.ok("due", TPI_DB="demo").err


def test_the_demo_a_second_time_keeps_what_was_tried(practice: Clinic) -> None:
    practice.ok("--db", "demo", "patient", "archive", "1")
    practice.ok("demo")
    assert "PT-0001" in practice.ok("--db", "demo", "patient", "list", "--status", "archived").out
    practice.ok("demo", "--reset")
    assert "PT-0001" not in practice.ok("--db", "demo", "patient", "list", "--status", "archived").out


def test_the_demo_goes_without_a_trace(practice: Clinic) -> None:
    practice.ok("demo", "--delete")
    assert everything(practice) == {}
    assert practice.run("--db", "demo", "due").code == 6
    assert practice.ok("demo", "--delete").code == 0
