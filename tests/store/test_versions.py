"""Whatever is recorded, amended, merged, undone or erased: the hashes that are stored are those of what is stored."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commands.reading import words
from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.rules import chain
from tpi_cli.store import connect, verify, versions
from tpi_cli.store.verify import Finding, Proof

OFFICER = "officer"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two patients with sessions, and the officer key as hex."""
    clinic = Clinic(tmp_path_factory.mktemp("begun"))
    from tpi_cli.rules import paper

    told = clinic.ok("init", "--zone", "Europe/London", "--json").json
    clinic.file(OFFICER, (paper.read(paper.OFFICER, told["officer_key"]) or b"").hex())
    clinic.patient()
    clinic.patient("Ruiz, Ana", "1965-04-05")
    clinic.inject("1", "ut l lido 1% 1ml", "--pain", "7:3", "--next", "3mo")
    clinic.inject("2", "gm r lido 1% 1ml")
    return clinic.home


def found(clinic: Clinic) -> list[Finding]:
    key = bytes.fromhex((clinic.home / OFFICER).read_text())
    with connect.reading(place(clinic)) as db:
        return list(verify.findings(db, Proof(key)))


ACTS = """
patient edit 1 --phone {n}
patient edit 2 --note 'note {n}' --weight 7{d}
patient archive 2
patient alert 1 add diabetes
patient alert 1 end diabetes
patient elsewhere 1 triam 40mg
patient add 'Person {w}' 1980-01-0{d} --allergy none --bleeding none
patient merge 1 2 --yes
patient unmerge 2 --yes
patient erase 2 --authority 'letter {n}' --yes
site add 1 gm r
site resolve 1 ut l
outcome 1 {d} --site 'ut l' --on today
outcome 2 3
adverse add 1 infection
inject 1 ls l lido 1% {d}ml --consent written --yes
inject 2 ut both lido 1% 1ml each --consent written --yes
again 1 --consent written --yes
session amend S-0018 --pain {d}:1 --reason misread --yes
session amend S-0018 ut r lido 1% {d}ml --reason 'wrong side' --yes
session void S-002B --reason 'entered twice' --yes
sign S-0018 --yes
call 1 booked 'tue 1{d}:00'
book 2 'wed 1{d}:00'
appt move 1 'thu 1{d}:00'
appt cancel 2
snooze 1 {d}w --reason abroad
stop 2 --reason declined
resume 1
resume 2
rule set la_near_limit --value fraction=0.{d} --reason protocol
agent add lidocaine 1% 0.5%
config set recall.overdue 2{d}
clinician add X{d} --name 'Person {n}'
undo --yes
undo --yes
"""
LAST = ("patient archive", "patient merge", "patient unmerge", "sign", "patient erase")
"""What leaves nothing for others to do."""
COMMANDS = ACTS.strip().splitlines()


def typed(command: str, number: int) -> list[str]:
    return words(command.format(n=number, d=number % 9 + 1, w="".join(chr(97 + int(digit)) for digit in str(number))))


@settings(max_examples=12)
@given(acts=st.lists(st.sampled_from(COMMANDS), min_size=4, max_size=12))
def test_whatever_is_done_the_hashes_fit(begun: Path, acts: list[str]) -> None:
    """Refusals are part of it: what is refused leaves nothing."""
    with TemporaryDirectory() as home:
        shutil.copytree(begun, home, dirs_exist_ok=True)
        clinic = Clinic(Path(home))
        for number, act in enumerate(acts):
            answer = clinic.run(*typed(act, number), "--json")
            assert answer.code in {0, 2, 3, 4, 5}, (act, answer)
            assert found(clinic) == [], (acts[: number + 1], answer)


def test_each_of_these_acts_is_done(begun: Path, tmp_path: Path) -> None:
    """In an order in which each can be: else the law above would hold for refusals only."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    clinic = Clinic(tmp_path)
    last = [one for one in COMMANDS if one.startswith(LAST)]
    order = [one for one in COMMANDS if one not in last and one != "resume 2"]
    order.insert(order.index("stop 2 --reason declined") + 1, "resume 2")
    for number, act in enumerate([*order, *last], 1):
        clinic.ok(*typed(act, number))
    assert found(clinic) == []


# --- an entry and what it wrote


@pytest.fixture
def filled(clinic: Clinic) -> Iterator[connect.Database]:
    fill(clinic)
    clinic.ok("patient", "edit", "1", "--phone", "0161")
    with closing(connect.open_store(place(clinic))) as connection:
        yield connect.Database(connection)


def test_an_entry_s_sum_is_over_the_versions_that_carry_its_number(filled: connect.Database) -> None:
    of = versions.tables(filled)
    for entry, told, content in list(filled.rows("SELECT entry, records, content FROM audit")):
        leaves = list(versions.leaves(filled, of, entry))
        assert {leaf.entry for leaf in leaves} <= {entry}
        assert chain.content(leaf.hash for leaf in leaves) == (told, content)


def test_the_leaves_of_all_are_those_of_each_in_order(filled: connect.Database) -> None:
    of = versions.tables(filled)
    every = list(versions.leaves(filled, of))
    entries = [entry for (entry,) in filled.rows("SELECT entry FROM audit ORDER BY entry")]
    assert every == [leaf for entry in entries for leaf in versions.leaves(filled, of, entry)] == sorted(every)
    held = sum(int(filled.value(f"SELECT COUNT(*) FROM {table}")) for table in [*of, "history"])
    assert len(every) == held + int(filled.value("SELECT COUNT(*) FROM history")), "each written, some ended too"


def test_every_version_has_a_salt_of_its_own(filled: connect.Database) -> None:
    salts = [
        salt for table in [*versions.tables(filled), "history"] for (salt,) in filled.rows(f"SELECT salt FROM {table}")
    ]
    assert len(salts) > 30
    assert len(set(salts)) == len(salts)
    assert all(len(bytes.fromhex(salt)) == 16 for salt in salts)


def test_a_version_laid_aside_is_the_version_that_was_there(clinic: Clinic) -> None:
    who = clinic.patient("Tan, Mei", "1971-03-04", "--phone", "0160")
    sql = "SELECT entry, salt, content FROM history WHERE record = 'patient'"
    with connect.reading(place(clinic)) as db:
        of = versions.tables(db)
        [before] = versions.standing(db, "patient", of["patient"])
    clinic.ok("patient", "edit", who, "--phone", "0161")
    with connect.reading(place(clinic)) as db:
        assert list(db.rows(sql)) == [(before.entry, before.salt, before.content)]
        [now] = versions.standing(db, "patient", of["patient"])
    assert (now.salt, now.entry) != (before.salt, before.entry)
    assert '"phone":"0160"' in before.content and '"phone":"0161"' in now.content


def test_the_tables_of_records_are_those_with_a_seal(filled: connect.Database) -> None:
    names = set(versions.tables(filled))
    assert names >= {"patient", "session", "injection", "alert", "hold", "clinician", "setting", "clinic"}
    assert not names & {"audit", "history", "ratchet", "numbering", "request", "recall"}


@pytest.mark.parametrize(("value", "told"), [(5, "5"), ("5", '"5"'), (5.5, '"float:5.5"'), (b"5", "\"bytes:b'5'\""),
                                             ("", '""')])  # fmt: skip
def test_a_value_of_another_type_is_another_content(value: object, told: str) -> None:
    columns = {"id": "k", "entry": 1, "salt": "aa", "pain": value}
    read = versions._reader("outcome", ("id",), tuple(columns))
    assert read(tuple(columns.values())).content == f'{{"id":"k","pain":{told}}}'


def test_numbers_go_up_by_one(clinic: Clinic) -> None:
    """What `verify` counts on."""
    fill(clinic)
    with connect.reading(place(clinic)) as db:
        entries = [entry for (entry,) in db.rows("SELECT entry FROM audit ORDER BY entry")]
    assert entries == [number for number, _ in zip(count(1), entries, strict=False)]
