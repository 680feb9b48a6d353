"""A transaction that writes: the version before a change, rows of SQLModel beside it, and what is not kept."""

from collections.abc import Callable

import pytest

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli import errors
from tpi_cli.store import connect, tables
from tpi_cli.store.database import Database
from tpi_cli.store.write import Writing, transaction

PATIENT = "SELECT id FROM patient WHERE number = 1"


@pytest.fixture
def store(clinic: Clinic) -> Clinic:
    """A store with one patient."""
    clinic.patient("Tan, Mei", "1971-03-04")
    return clinic


def history(db: Database) -> list[tuple[str, int, int]]:
    """Record, the entry that wrote it, the entry that ended it."""
    return list(db.rows("SELECT record, entry, ended_by FROM history ORDER BY ended_by, record"))


def entries(clinic: Clinic) -> int:
    """How many entries the log has."""
    with connect.reading(place(clinic)) as db:
        return int(db.value("SELECT MAX(entry) FROM audit"))


def test_a_change_keeps_the_version_before_and_seals_its_own(store: Clinic) -> None:
    with transaction(place(store), act="patient edit") as writing:
        who, before, salt = writing.db.row(PATIENT.replace("id", "id, entry, salt")) or ("", 0, "")
        writing.change("patient", who, {"phone": "1"})
        writing.change("patient", who, {"phone": "2"})
        assert history(writing.db) == [("patient", before, writing.entry)], "one version a transaction"
    with connect.reading(place(store)) as db:
        phone, entry, new_salt = db.row("SELECT phone, entry, salt FROM patient WHERE id = :who", who=who) or ()
        assert (phone, entry) == ("2", before + 1)
        assert new_salt != salt
    store.ok("verify")


def test_what_says_nothing_new_writes_nothing(store: Clinic) -> None:
    store.ok("patient", "edit", "1", "--phone", "1", "--weight", "70.5")
    count = entries(store)
    with transaction(place(store), act="patient edit") as writing:
        who = writing.db.value(PATIENT)
        writing.change("patient", who, {"phone": "1", "mrn": None, "status": "active"})
        assert history(writing.db)[-1][2] < writing.entry
    assert entries(store) == count


def test_a_row_held_beside_a_change_is_as_it_is_now(store: Clinic) -> None:
    """And what was said of the row itself stays."""
    with transaction(place(store), act="patient edit") as writing:
        row = writing.session.get_one(tables.Patient, writing.db.value(PATIENT))
        row.email = "mei@example.org"
        writing.change("patient", row.id, {"phone": "1"})
        assert (row.phone, row.email) == ("1", "mei@example.org")
        row.payer = "aetna"
    told = "SELECT phone, email, payer FROM patient"
    with connect.reading(place(store)) as db:
        assert db.row(told) == ("1", "mei@example.org", "aetna")
        assert len(history(db)) == 1
    store.ok("verify")
    assert (row.phone, row.payer) == ("1", "aetna"), "it stays readable"


@pytest.mark.parametrize("loaded", [False, True], ids=["columns", "rows"])
def test_what_is_not_kept_leaves_nothing(store: Clinic, loaded: bool) -> None:
    count = entries(store)
    with transaction(place(store), keep=False) as writing:
        _changed(writing, loaded=loaded, phone="1")
        assert writing.db.value("SELECT phone FROM patient") == "1"
    with pytest.raises(ZeroDivisionError):
        done(store, lambda writing: _half_way(writing, loaded=loaded))
    with connect.reading(place(store)) as db:
        assert db.value("SELECT phone FROM patient") is None
        assert history(db) == []
    assert entries(store) == count
    store.ok("patient", "edit", "1", "--phone", "2"), "nobody holds the store"


@pytest.mark.parametrize("loaded", [False, True], ids=["columns", "rows"])
def test_what_the_store_refuses_is_told_without_a_word_of_it(store: Clinic, loaded: bool) -> None:
    with pytest.raises(errors.Conflict) as told:
        done(store, lambda writing: _changed(writing, loaded=loaded, sex="Zq7"))
    assert "Zq7" not in str(told.value)
    store.ok("patient", "edit", "1", "--phone", "2"), "nobody holds the store"


def test_what_is_refused_at_the_end_is_told_too(store: Clinic) -> None:
    """A reference that leads nowhere is seen at the COMMIT."""
    count = entries(store)
    with pytest.raises(errors.Conflict):
        done(store, _of_nobody)
    assert entries(store) == count


def done(clinic: Clinic, act: Callable[[Writing], None]) -> None:
    """An act in a transaction of its own."""
    with transaction(place(clinic)) as writing:
        act(writing)


def _half_way(writing: Writing, *, loaded: bool) -> None:
    _changed(writing, loaded=loaded, phone="1")
    writing.send()
    raise ZeroDivisionError


def _of_nobody(writing: Writing) -> None:
    """An alert of a patient who is not there, which the store does not see before the end."""
    writing.db.refer_later()
    alert = {"kind": "anticoagulant", "since": writing.today, "created_at": writing.stamp, "created_by": "x"}
    writing.put("alert", {**writing.record(), **alert, "patient_id": "nobody"})


def _changed(writing: Writing, *, loaded: bool, **columns: str) -> None:
    """Change the patient by columns, or as a row of SQLModel."""
    who = writing.db.value(PATIENT)
    if not loaded:
        writing.change("patient", who, columns)
        return
    row = writing.session.get_one(tables.Patient, who)
    for name, value in columns.items():
        setattr(row, name, value)
