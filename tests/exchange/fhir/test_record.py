"""A record leaves as an extension and comes back as it was; what nobody wrote so is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import SQLModel

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.exchange.fhir.record import RECORD, extension, records
from tpi_cli.exchange.fields import Fault
from tpi_cli.store import connect, tables
from tpi_cli.store.fields import Sealed
from tpi_cli.store.read.records import CLINICIAN, TABLES, abroad, codes, of

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=9).filter(lambda name: name != "table")


def test_the_tables_are_those_of_records_parents_first() -> None:
    sealed = [
        name for name, table in SQLModel.metadata.tables.items() if {"entry", "salt"} <= set(table.columns.keys())
    ]
    assert set(TABLES) == {name for name in sealed if name != "history"}
    place_of = {table: number for number, table in enumerate(TABLES)}
    for table in TABLES:
        for key in SQLModel.metadata.tables[table].foreign_keys:
            assert place_of[key.column.table.name] <= place_of[table], table
    assert issubclass(tables.Patient, Sealed)


@given(table=st.sampled_from(TABLES), columns=st.dictionaries(NAMES, st.none() | WORDS | st.integers()))
def test_there_and_back(table: str, columns: dict[str, Any]) -> None:
    resource = json.loads(json.dumps({"resourceType": "Basic", "extension": [extension(table, columns)]}))
    assert list(records(resource)) == [(table, {name: one for name, one in columns.items() if one is not None})]


def test_every_record_of_a_store_goes_there_and_back(clinic: Clinic) -> None:
    fill(clinic)
    with connect.reading(place(clinic)) as db:
        for table in TABLES:
            found = list(abroad(db, table, codes(db)))
            assert found, table
            assert [(table, one) for one in found] == list(
                records({"extension": [extension(table, one) for one in found]})
            )


def test_a_copy_names_clinicians_by_code_and_leaves_out_what_is_the_store_s_own(clinic: Clinic) -> None:
    fill(clinic)
    with connect.reading(place(clinic)) as db:
        known = codes(db)
        assert {one[CLINICIAN] for one in abroad(db, "session", known)} <= set(known.values())
        assert all("clinic_id" not in one for table in TABLES for one in abroad(db, table, known))
        assert not {"id", "account", "created_at"} & {name for one in abroad(db, "clinician", known) for name in one}
        columns = {column.name for column in SQLModel.metadata.tables["session"].columns} - {"entry", "salt"}
        assert all(set(one) == columns for one in of(db, "session"))
        assert list(of(db, "session", "number = :number", number=-1)) == []


BAD: list[Any] = [
    {"url": RECORD},
    {"url": RECORD, "extension": "alert"},
    {"url": RECORD, "extension": ["alert"]},
    {"url": RECORD, "extension": []},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "audit"}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": ["alert"]}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": 5, "valueString": "x"}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueString": ""}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueString": 5}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueInteger": True}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueInteger": 1.5}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueCode": "x"}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind"}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"},
                                  {"url": "kind", "valueString": "a", "valueInteger": 1}]},
    {"url": RECORD, "extension": [{"url": "table", "valueCode": "alert"}, {"url": "kind", "valueString": "a"},
                                  {"url": "kind", "valueString": "a"}]},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda one: json.dumps(one)[60:140])
def test_what_nobody_wrote_so_is_refused(bad: Any) -> None:
    with pytest.raises(Fault):
        list(records({"extension": [bad]}))


@pytest.mark.parametrize("other", [{}, {"extension": None}, {"extension": ["x", {"url": "http://other"}]}])
def test_what_others_extend_is_theirs(other: dict[str, Any]) -> None:
    assert list(records(other)) == []
