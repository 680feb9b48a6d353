"""Rows as the driver takes them: the same that SQLModel would have written."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlmodel import AutoString, SQLModel

from tpi_cli.store import chance, rows, tables
from tpi_cli.store.fields import Sealed

RECORDS = sorted(str(one.__tablename__) for one in Sealed.__subclasses__())
VALUES: dict[type, Any] = {
    date: date(2026, 1, 31),
    Decimal: Decimal("1E+1"),
    bool: True,
    str: "Zebedee \U0001f600",
    int: 7,
}


def test_every_table_comes_after_those_it_refers_to() -> None:
    assert set(rows.ORDER) == set(SQLModel.metadata.tables)
    for name, table in SQLModel.metadata.tables.items():
        before = {key.column.table.name for key in table.foreign_keys} - {name}
        assert all(rows.ORDER[other] < rows.ORDER[name] for other in before), name


@pytest.mark.parametrize("table", RECORDS)
def test_the_key_of_a_record_is_its_tables(table: str) -> None:
    assert rows.keys_of(table) == tuple(one.name for one in SQLModel.metadata.tables[table].primary_key)


@pytest.mark.parametrize("table", RECORDS)
def test_a_value_is_kept_as_sqlmodel_keeps_it(table: str) -> None:
    dialect = sqlite.dialect()
    for column in SQLModel.metadata.tables[table].columns:
        for value in (None, *VALUES.values()):
            kind = column.type.dialect_impl(dialect)
            text = isinstance(column.type, AutoString)
            meant = str if text else Decimal if isinstance(column.type, tables.Quantity) else kind.python_type
            if value is None or isinstance(value, meant):
                bind = kind.bind_processor(dialect)
                kept = bind(value) if bind and value is not None else value
                assert rows.row({column.name: value})[column.name] == kept, (column.name, value)


def test_statements_name_their_columns() -> None:
    assert rows.insert("hold", ("id", "act")) == "INSERT INTO hold (id, act) VALUES (:id, :act)"
    assert rows.update("hold", ("note", "salt")) == "UPDATE hold SET note = :note, salt = :salt WHERE id = :id"


def test_digits_are_given_out_once_and_in_full() -> None:
    found = [chance.digits(count) for count in (1, 19, 32) for _ in range(2000)]
    assert {len(one) for one in found} == {1, 19, 32}
    long = [one for one in found if len(one) > 1]
    assert len(set(long)) == len(long)
    assert set("".join(found)) == set("0123456789abcdef")
