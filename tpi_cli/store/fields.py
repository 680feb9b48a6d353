"""What the tables' columns are made of: names of constraints, quantities, references, checks."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Column, Dialect, Index, MetaData, Numeric, String, Table
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel
from sqlmodel._compat import SQLModelConfig

from tpi_cli.rules.values import plain

ID = 36
"""Length of a UUID written with its dashes."""

SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention


class Sealed(SQLModel):
    """What every record carries for the log: the entry that wrote this version of it, and the salt of its hash.

    Nothing validates a table's row, so what pydantic would validate it with is not built either.
    """

    model_config = SQLModelConfig(defer_build=True)

    entry: int | None = None
    salt: str | None = None


class Quantity(TypeDecorator[Decimal]):
    """A decimal that comes back exactly as it went in, on engines with and without a decimal type."""

    impl = String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, NUMERIC elsewhere."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """Written without exponent or trailing zero: NUMERIC keeps a zero too, and it would be hashed."""
        if value is None:
            return None
        return plain(value) if dialect.name == "sqlite" else Decimal(plain(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        """Read as it was written."""
        return None if value is None else Decimal(value)


def by_entry(metadata: MetaData) -> None:
    """An index on every table of records by entry and key: what an entry wrote is hashed in that order, however much
    it is, and nothing is sorted for it."""
    for table in metadata.tables.values():
        if {"entry", "salt"} <= set(table.columns.keys()) and table.name != "history":
            Index(f"ix_{table.name}_entry", table.c.entry, *table.primary_key.columns)


def on_servers(table: Table) -> None:
    """Give a table's indexes on PostgreSQL the conditions they have on SQLite.

    To be called where a schema is made on a server: naming PostgreSQL in the tables themselves would load its dialect
    with every write, a twentieth of the whole.
    """
    for index in table.indexes:
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


def quantity(*, nullable: bool = True) -> Any:
    """A quantity's column."""
    return Field(default=None, sa_column=Column(Quantity(), nullable=nullable))


def one_of(name: str, column: str, *values: str) -> CheckConstraint:
    """The column holds one of the values (or nothing)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def between(name: str, column: str, low: str, high: str) -> CheckConstraint:
    """The column, read as a number, lies between the two (or holds nothing)."""
    return CheckConstraint(f"CAST({column} AS NUMERIC) BETWEEN {low} AND {high}", name=name)


def identity() -> Any:
    """The record's own UUID."""
    return Field(primary_key=True, min_length=ID, max_length=ID)


def of(target: str, *, nullable: bool = False, index: bool = False) -> Any:
    """A reference to another record."""
    default = None if nullable else ...
    return Field(default, foreign_key=target, max_length=ID, index=index, nullable=nullable)
