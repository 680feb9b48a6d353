"""Rows as the driver takes them: the same that SQLModel would have written."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.dialects import sqlite
from sqlmodel import SQLModel

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


@pytest.mark.parametrize("table", RECORDS)
def test_a_row_has_every_column_of_its_table(table: str) -> None:
    columns = SQLModel.metadata.tables[table].columns.keys()
    assert list(rows.row(table, {})) == columns
    assert all(f":{name}" in rows.insert(table) for name in columns)


@pytest.mark.parametrize("table", RECORDS)
def test_a_value_is_kept_as_sqlmodel_keeps_it(table: str) -> None:
    dialect = sqlite.dialect()
    for column in SQLModel.metadata.tables[table].columns:
        for value in (None, *VALUES.values()):
            kind = column.type.dialect_impl(dialect)
            meant = Decimal if isinstance(column.type, tables.Quantity) else kind.python_type
            if value is None or isinstance(value, meant):
                bind = kind.bind_processor(dialect)
                kept = bind(value) if bind and value is not None else value
                assert rows.row(table, {column.name: value})[column.name] == kept, (column.name, value)


def test_what_nobody_says_is_what_the_class_says() -> None:
    assert rows.row("outcome", {})["resolved"] == 0
    assert rows.row("patient", {})["sex"] == "unknown"
    assert rows.row("patient", {"sex": "other"})["sex"] == "other"
    assert rows.row("patient", {})["mrn"] is None


def test_digits_are_given_out_once_and_in_full() -> None:
    found = [chance.digits(count) for count in (1, 19, 32) for _ in range(2000)]
    assert {len(one) for one in found} == {1, 19, 32}
    long = [one for one in found if len(one) > 1]
    assert len(set(long)) == len(long)
    assert set("".join(found)) == set("0123456789abcdef")
