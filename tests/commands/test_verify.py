"""`tpi verify`: a store that is right, one that is not, and what it is held against: the officer key, printed heads."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.commands.reading import copied, envelope, everything, refused, talk
from tests.conftest import Answer, Clinic, working_under
from tests.store.places import fill, place
from tpi_cli import clock
from tpi_cli.rules import paper
from tpi_cli.store import connect, database, verify

pytestmark = pytest.mark.file

OFFICER = "officer.key"


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with everything in it; the officer key, and another, lie in HOME."""
    clinic = Clinic(tmp_path_factory.mktemp("kept"))
    told = clinic.ok("init", "--zone", "Europe/London", "--json").json
    fill(clinic)
    clinic.file(OFFICER, f"{told['officer_key']}\n")
    clinic.file("recovery.code", told["recovery_code"])
    clinic.file("other.key", paper.write(paper.OFFICER, bytes(32)))
    return clinic.home


@pytest.fixture
def kept(tmp_path: Path, _kept: Path) -> Clinic:
    return copied(_kept, tmp_path)


def forged(clinic: Clinic, *statements: str) -> None:
    """SQL past the program."""
    with closing(connect.open_store(place(clinic))) as connection:
        for one in ("PRAGMA foreign_keys=OFF", *statements):
            connection.execute(one)


def found(answer: Answer) -> list[tuple[str, str]]:
    assert answer.code == 8, answer
    return [(one["kind"], one["text"]) for one in answer.json["findings"]]


# --- what it says


def test_a_store_that_is_right(kept: Clinic) -> None:
    before = everything(kept)
    answer = kept.ok("verify", "--json")
    told = envelope(answer, "verify")
    assert list(told)[3:] == ["ok", "findings", "records", "chain"]
    assert (told["ok"], told["findings"], answer.err) == (True, [], "")
    with connect.reading(place(kept)) as db:
        entry, digest = db.row("SELECT entry, hash FROM audit ORDER BY entry DESC") or (0, "")
    assert told["chain"] == {"entries": entry, "head": f"{entry}:{digest[:16]}"}
    assert told["records"] > 30
    lines = kept.ok("verify").out.splitlines()
    assert lines == [f"{told['records']} records, {entry} entries of the log: nothing is wrong",
                     f"head {told['chain']['head']}"]  # fmt: skip
    assert everything(kept) == before


def test_the_sample_clinic_is_right(sample: Clinic) -> None:
    assert sample.ok("verify", "--json").json["ok"]


def test_every_record_version_is_counted_and_none_twice(kept: Clinic) -> None:
    before = kept.ok("verify", "--json").json["records"]
    kept.ok("patient", "edit", "1", "--phone", "0161")  # a version more, and the one before
    assert kept.ok("verify", "--json").json["records"] == before + 1


def test_a_finding_is_a_line_and_the_exit_code_is_8(kept: Clinic) -> None:
    forged(kept, "UPDATE component SET volume_ml = '9'", "UPDATE recall SET due_on = '2029-01-01'")
    answer = kept.run("verify")
    assert answer.code == 8
    assert answer.out.splitlines()[:2] == [
        "records: entry 6 (inject PT-0001 S-0018): its records are not as they were written",
        "due dates: PT-0001: a stored due date is not what its records give",
    ]
    assert talk(answer)[0] == "tpi: 2 findings: the store is not what was written"
    as_json = kept.run("verify", "--json")
    assert not as_json.json["ok"]
    assert as_json.json["findings"] == [
        dict(zip(("kind", "text"), line.split(": ", 1), strict=True)) for line in answer.out.splitlines()[:2]
    ]
    assert as_json.error["kind"] == "integrity"


def test_a_finding_names_no_patient_but_by_number(kept: Clinic) -> None:
    forged(kept, "UPDATE patient SET weight_kg = '40'", "DELETE FROM site", "UPDATE recall SET due_on = '2000-01-01'")
    answer = kept.run("verify")
    assert answer.code == 8
    for word in ("Quux", "1971", "555-0199", "QX-1", "sleeps"):
        assert word not in answer.out + answer.err


@pytest.mark.parametrize("account", ["stranger"])
def test_anybody_with_the_store_may_verify_it(kept: Clinic, account: str) -> None:
    with working_under(account):
        assert kept.ok("verify", "--json").json["ok"]


# --- what raw SQL hid: each was found by nothing once

HIDDEN = [
    ("a number put back", "numbers", "UPDATE numbering SET last = 0 WHERE kind = 'session'"),
    ("the number of an appointment put back", "numbers", "UPDATE numbering SET last = 0 WHERE kind = 'appointment'"),
    ("a patient's number put back", "numbers", "DELETE FROM numbering WHERE kind = 'patient'"),
]


@pytest.mark.parametrize(("name", "kind", "statement"), HIDDEN, ids=[one[0] for one in HIDDEN])
def test_a_number_that_could_be_given_twice(kept: Clinic, name: str, kind: str, statement: str) -> None:
    forged(kept, statement)
    assert [one for one, _ in found(kept.run("verify", "--json"))] == [kind]


def test_the_number_of_a_record_that_was_undone_is_given_too(kept: Clinic) -> None:
    kept.ok("patient", "add", "Ruiz, Ana", "1965-04-05", "--allergy", "none", "--bleeding", "none")
    kept.ok("undo", "--yes")
    assert kept.ok("verify", "--json").json["ok"]
    forged(kept, "UPDATE numbering SET last = 1 WHERE kind = 'patient'")
    assert [kind for kind, _ in found(kept.run("verify", "--json"))] == ["numbers"]


def _emptied(clinic: Clinic, where: str) -> None:
    """Versions emptied as an erasure leaves them, their hash in place: the triggers let that through."""
    from tpi_cli.rules import chain

    with closing(connect.open_store(place(clinic))) as connection:
        rows = connection.execute(f"SELECT record, key, entry, salt, content FROM history WHERE {where}").fetchall()
        assert rows
        for row in rows:
            sql = "UPDATE history SET content = NULL, salt = NULL, leaf = ? WHERE record = ? AND key = ? AND entry = ?"
            connection.execute(sql, (chain.written(*row), *row[:3]))


def test_an_earlier_version_emptied_without_an_erasure(kept: Clinic) -> None:
    _emptied(kept, "record = 'appointment'")
    assert found(kept.run("verify", "--json")) == [
        ("records", "an earlier version in appointment has lost its words, and nobody erased it")
    ]


def test_what_was_erased_is_no_finding_and_hides_nobody_else_s(kept: Clinic) -> None:
    other = kept.patient("Ruiz, Ana", "1965-04-05")
    session = kept.inject(other, "gm r lido 1% 1ml")
    kept.ok("session", "amend", session, "--pain", "6:2", "--reason", "misread", "--yes")
    kept.ok("site", "add", other, "is", "l")
    kept.ok("undo", "--yes")
    third = kept.patient("Ruiz, Anna", "1965-04-05")
    kept.inject(third, "gm l lido 1% 1ml")
    kept.ok("patient", "merge", other, third, "--yes")
    kept.ok("patient", "edit", "1", "--phone", "0161")
    kept.ok("stop", "1", "ut", "l", "--reason", "resolved")
    kept.ok("undo", "--yes")
    kept.ok("patient", "erase", other, "--authority", "letter 12", "--yes")
    assert kept.ok("verify", "--officer-key-file", str(kept.home / OFFICER), "--json").json["ok"]
    _emptied(kept, "record = 'patient' AND content LIKE '%Quux%'")
    assert [kind for kind, _ in found(kept.run("verify", "--json"))] == ["records"]


def test_what_was_taken_back_of_one_patient_is_not_covered_by_the_erasure_of_another(kept: Clinic) -> None:
    kept.ok("stop", "1", "ut", "l", "--reason", "resolved")
    kept.ok("undo", "--yes")
    other = kept.patient("Ruiz, Ana", "1965-04-05")
    kept.ok("patient", "erase", other, "--authority", "letter 12", "--yes")
    assert kept.ok("verify", "--json").json["ok"]
    _emptied(kept, "record = 'hold'")
    assert [kind for kind, _ in found(kept.run("verify", "--json"))] == ["records"]


def test_what_is_still_there_was_not_erased(kept: Clinic) -> None:
    """The log names no patient for a setting, so an erasure might have been its."""
    kept.ok("config", "set", "recall.overdue", "25")
    other = kept.patient("Ruiz, Ana", "1965-04-05")
    kept.ok("patient", "erase", other, "--authority", "letter 12", "--yes")
    _emptied(kept, "record = 'appointment' OR record = 'setting'")
    tables = [text.split()[4] for _, text in found(kept.run("verify", "--json"))]
    assert tables == ["appointment", "setting"]


@pytest.mark.parametrize("view", ["recall_list", "event_list", "injection_list"])
def test_a_view_that_is_not_the_program_s(kept: Clinic, view: str) -> None:
    forged(kept, f"DROP VIEW {view}", f"CREATE VIEW {view} AS SELECT 1")
    told = f"view {view} is missing, changed or not ours (after an upgrade of SQLAlchemy: tpi db migrate)"
    assert ("schema", told) in found(kept.run("verify", "--json"))


def test_a_trigger_that_is_nobody_s(kept: Clinic) -> None:
    forged(kept, "CREATE TRIGGER quiet AFTER INSERT ON alert BEGIN SELECT 1; END")
    assert ("schema", "trigger quiet is missing, changed or not ours") in found(kept.run("verify", "--json"))


# --- anchors


def head(clinic: Clinic) -> str:
    return str(clinic.ok("verify", "--json").json["chain"]["head"])


def test_a_head_printed_before_is_still_there(kept: Clinic) -> None:
    before = head(kept)
    kept.ok("snooze", "1", "9w", "--reason", "abroad")
    for text in (before, head(kept), before.upper(), f" {before} "):
        assert kept.run("verify", "--anchor", text).code == 0
    assert kept.run("verify", "--anchor", before, "--anchor", head(kept)).code == 0


def test_a_store_put_back_lacks_the_head_of_later(kept: Clinic) -> None:
    older = kept.bytes()
    kept.ok("snooze", "1", "9w", "--reason", "abroad")
    later = head(kept)
    kept.store.write_bytes(older)
    assert kept.run("verify").code == 0, "right in itself"
    number = later.partition(":")[0]
    assert found(kept.run("verify", "--anchor", later, "--json")) == [
        ("anchor", f"anchor {later}: the log ends before it; newer entries are lost")
    ]
    assert int(number) == int(head(kept).partition(":")[0]) + 1


def test_a_head_of_another_log(kept: Clinic) -> None:
    wrong = f"{head(kept).partition(':')[0]}:{'0' * 16}"
    assert found(kept.run("verify", "--anchor", wrong, "--anchor", head(kept), "--json")) == [
        ("anchor", f"anchor {wrong}: the log has another entry there, if it was typed right")
    ]


@pytest.mark.parametrize("text", ["", "57", "57:", "57:a3f0", "x:a3f09c1e22b46d70", "57:a3f09c1e22b46d7g", "5 7"])
def test_what_is_no_head_is_a_typing_error_and_no_finding(kept: Clinic, text: str) -> None:
    answer = kept.run("verify", f"--anchor={text}", "--json")
    assert (answer.code, answer.out) == (2, "")
    assert "is no head of a log" in answer.error["message"]
    assert "57:a3f09c1e22b46d70" in answer.error["hint"]


# --- the officer key


def test_an_officer_key_file_that_is_a_pipe_nobody_writes_to(kept: Clinic, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    code, line, _ = refused(kept, "verify", "--officer-key-file", str(pipe))
    assert (code, line) == (2, f"{pipe} does not hold an officer key")


def test_the_right_officer_key_from_a_file_and_from_stdin(kept: Clinic) -> None:
    path = kept.home / OFFICER
    assert kept.run("verify", "--officer-key-file", str(path)).code == 0
    assert kept.run("verify", "--officer-key-file", "-", stdin=path.read_text()).code == 0
    assert kept.run("verify", "--officer-key-file", "-", stdin=path.read_text().lower().replace("-", " ")).code == 0


def test_another_officer_key_is_one_finding(kept: Clinic) -> None:
    """And not one for each entry: nobody was in this log."""
    assert found(kept.run("verify", "--officer-key-file", str(kept.home / "other.key"), "--json")) == [
        ("log", "no entry was written with this officer key: it is another store's, or the whole log was made anew")
    ]


@pytest.mark.parametrize(("name", "words"), [("missing", "cannot be read"), (".", "cannot be read"),
                                             ("recovery.code", "does not hold"), ("data/tpi/tpi.db", "cannot be read"),
                                             ("config/tpi/tpi.key", "does not hold")])  # fmt: skip
def test_a_file_without_an_officer_key(kept: Clinic, name: str, words: str) -> None:
    path = kept.home / name
    answer = kept.run("verify", "--officer-key-file", str(path), "--json")
    assert (answer.code, answer.out) == (2, "")
    assert words in answer.error["message"]
    assert not path.is_file() or path.suffix == ".db" or path.read_text().split()[-1] not in answer.err


@pytest.mark.parametrize("text", ["", "\n", "x", "0" * 5000, "ABCD-" * 14])
def test_no_officer_key_on_stdin(kept: Clinic, text: str) -> None:
    answer = kept.run("verify", "--officer-key-file", "-", "--json", stdin=text)
    assert (answer.code, answer.out) == (2, "")
    assert not text.strip() or text.strip() not in answer.err


# --- the clock


def test_a_clock_that_was_set_back(kept: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    real = clock.stamp
    monkeypatch.setattr(clock, "stamp", lambda: clock.stamped(clock.unstamped(real()) - timedelta(minutes=30)))
    kept.ok("patient", "edit", "1", "--phone", "0161")
    monkeypatch.undo()
    kinds = found(kept.run("verify", "--json"))
    assert [kind for kind, _ in kinds] == ["clock"]
    assert "the clock went back from" in kinds[0][1]


@pytest.mark.parametrize(("minutes", "code"), [(1, 0), (3, 8)])
def test_an_entry_of_a_time_to_come(kept: Clinic, monkeypatch: pytest.MonkeyPatch, minutes: int, code: int) -> None:
    real = clock.stamp
    monkeypatch.setattr(clock, "stamp", lambda: clock.stamped(clock.unstamped(real()) + timedelta(minutes=minutes)))
    kept.ok("snooze", "1", "9w", "--reason", "abroad")
    monkeypatch.undo()
    assert kept.run("verify").code == code


# --- damage


def _cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def _turned(path: Path, at: int) -> None:
    held = bytearray(path.read_bytes())
    held[at] ^= 1
    path.write_bytes(held)


DAMAGE: list[tuple[str, Any]] = [
    ("a bit of the salt", lambda path: _turned(path, 3)),
    ("a bit of the first page", lambda path: _turned(path, 100)),
    ("a bit in the middle", lambda path: _turned(path, 4096 * 60 + 7)),
    ("a bit of the last mac", lambda path: _turned(path, path.stat().st_size - 1)),
    ("a page cut off", lambda path: _cut(path, path.stat().st_size - 4096)),
    ("half of it gone", lambda path: _cut(path, path.stat().st_size // 2)),
    ("noise in its place", lambda path: path.write_bytes(bytes(range(256)) * 64)),
]


@pytest.mark.parametrize(("name", "damage"), DAMAGE, ids=[one[0] for one in DAMAGE])
def test_a_damaged_store(kept: Clinic, name: str, damage: Any) -> None:
    damage(kept.store)
    answer = kept.run("verify", "--json")
    assert answer.code == 8
    assert "database" in {kind for kind, _ in found(answer)}
    assert "Traceback" not in answer.err


def test_no_store_is_no_finding(home: Clinic) -> None:
    assert home.run("verify").code == 6


def test_a_store_without_its_key_is_no_finding(kept: Clinic) -> None:
    kept.key.unlink()
    assert kept.run("verify").code == 6


# --- while others work


def test_it_works_while_another_holds_the_store_for_writing(kept: Clinic) -> None:
    with closing(connect.open_store(place(kept))) as other:
        connect.durable(other)
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE patient SET weight_kg = '40'")
        assert kept.process("verify").code == 0, "what is not committed is not there"
        other.execute("ROLLBACK")


def test_it_finds_nothing_wrong_while_others_record(kept: Clinic) -> None:
    with ThreadPoolExecutor(3) as desks:
        work = [desks.submit(_recording, kept, number) for number in range(2)]
        looks = [kept.process("verify", "--json") for _ in range(3)]
        assert [answer.code for one in work for answer in one.result()] == [0] * 6
    assert [(look.code, look.json["findings"]) for look in looks] == [(0, [])] * 3
    assert kept.run("verify", "--officer-key-file", str(kept.home / OFFICER)).code == 0


def _recording(clinic: Clinic, desk: int) -> list[Answer]:
    return [clinic.process("patient", "edit", "1", "--phone", f"555-{desk}{number}") for number in range(3)]


def test_a_copy_taken_apart_from_its_key_does_not_pass_with_another(kept: Clinic, tmp_path: Path) -> None:
    other = Clinic(tmp_path / "other")
    other.ok("init")
    shutil.copy(kept.store, other.store)
    assert other.run("verify").code == 8


def test_it_tells_how_far_it_has_come(clinic: Clinic) -> None:
    """Of a store of a million patients it takes minutes: every long check says what it is at, and comes to its end."""
    for number in range(3):
        clinic.inject(clinic.patient(f"Tan, {'ABC'[number]}"))
    told: list[tuple[str, int, int | None]] = []
    with connect.reading(place(clinic)) as db:
        assert list(verify.findings(db, verify.Proof(), lambda *how_far: told.append(how_far))) == []
    assert [done for what, done, of in told if what == "patients' due dates" and of == 3] == [1, 2, 3]


def test_records_are_counted_against_what_the_log_tells(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "EACH", 5)
    monkeypatch.setattr(database, "STEP", 100)
    clinic.inject(clinic.patient())
    told: list[tuple[str, int, int | None]] = []
    with connect.reading(place(clinic)) as db:
        written = db.value("SELECT SUM(records) FROM audit")
        list(verify.findings(db, verify.Proof(), lambda *how_far: told.append(how_far)))
    records = [(done, of) for what, done, of in told if what == "records"]
    assert records == [(done, written) for done in range(5, written + 1, 5)]
    assert db.on_server or ("pages and references", 0, None) in told
