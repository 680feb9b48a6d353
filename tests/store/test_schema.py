"""The store's schema is the tables' and nothing else, and it refuses what no clinic can have recorded."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, Inspector, MetaData, create_engine, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex
from sqlmodel import SQLModel

from tests.conftest import Clinic
from tests.store.places import fill, place
from tpi_cli.store import connect, orm, tables, views
from tpi_cli.store.fields import on_servers
from tpi_cli.store.write import transaction

KINDS = ["encrypted", "plain"]
TABLES = set(SQLModel.metadata.tables)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Clinic]:
    """A store of each kind with a row in every table."""
    out = {}
    for kind in KINDS:
        out[kind] = Clinic(tmp_path_factory.mktemp(kind))
        out[kind].ok("init", *(["--plain"] if kind == "plain" else []))
        fill(out[kind])
    return out


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, filled: dict[str, Clinic]) -> Clinic:
    return filled[request.param]


@contextmanager
def trying(clinic: Clinic) -> Iterator[Any]:
    """A raw connection in a transaction that is taken back."""
    with closing(connect.open_store(place(clinic))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("ROLLBACK")


def engine(clinic: Clinic) -> Engine:
    """SQLModel's way into the store."""
    return orm.made(orm.durably(connect.open_store, place(clinic)))


# --- shape


def test_a_migrated_store_is_what_the_tables_say(store: Clinic) -> None:
    """Alembic finds nothing to do: no table, column, type, index, unique or foreign key differs."""
    with engine(store).connect() as connection:
        settings = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=settings)
        assert compare_metadata(context, SQLModel.metadata) == []


def test_an_index_has_its_condition_on_a_server_too() -> None:
    """It is not named in the tables, which would load a dialect that most stores never need."""
    for table in SQLModel.metadata.sorted_tables:
        on_server = table.to_metadata(MetaData())
        on_servers(on_server)
        for index in on_server.indexes:
            said = [
                str(CreateIndex(index).compile(dialect=made())).replace(chr(34), "")
                for made in (sqlite.dialect, postgresql.dialect)
            ]
            assert said[0] == said[1]


def test_down_to_every_constraint(store: Clinic) -> None:
    """Alembic does not compare CHECKs, so the schema is also laid beside one made from the tables directly."""
    fresh = create_engine("sqlite://")
    SQLModel.metadata.create_all(fresh)
    with engine(store).connect() as migrated, fresh.connect() as direct:
        one, other = _shape(inspect(migrated)), _shape(inspect(direct))
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        made, expected = (list(map(tuple, where.exec_driver_sql(indexes))) for where in (migrated, direct))
    fresh.dispose()
    assert made == expected
    assert "ix_recall_open" in dict(made)
    assert one.keys() == other.keys() == TABLES
    for table in sorted(TABLES):
        assert one[table] == other[table], table


def _shape(inspector: Inspector) -> dict[str, dict[str, Any]]:
    def listed(rows: list[Any]) -> list[str]:
        return sorted(repr(sorted((key, str(value)) for key, value in row.items())) for row in rows)

    return {
        table: {
            "columns": listed(inspector.get_columns(table)),
            "checks": listed(inspector.get_check_constraints(table)),
            "uniques": listed(inspector.get_unique_constraints(table)),
            "references": listed([{**one, "name": None} for one in inspector.get_foreign_keys(table)]),
            "key": [inspector.get_pk_constraint(table)["constrained_columns"]],
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_stored_views_are_the_compiled_ones(store: Clinic) -> None:
    with trying(store) as connection:
        stored = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'"))
    made = [
        text
        for text in views.statements(orm.made(orm.durably(connect.open_store, place(store))).dialect)
        if text.startswith("CREATE")
    ]
    assert sorted(stored.values()) == sorted(made)
    assert stored.keys() == views.VIEWS.keys() == {"recall_list", "event_list", "injection_list"}


def test_every_record_has_a_uuid_and_a_clinic() -> None:
    """A store holds one clinic; a shared or reporting server may hold many."""
    without = {name for name, table in SQLModel.metadata.tables.items() if "clinic_id" not in table.columns}
    assert without == {"clinic"}
    keyed_otherwise = {name for name, table in SQLModel.metadata.tables.items() if "id" not in table.columns}
    assert keyed_otherwise == {"setting", "recall", "audit", "history", "ratchet", "numbering"}


def test_what_must_be_tables_are_all_of_them() -> None:
    assert connect.TABLES == TABLES


def test_the_test_store_has_a_row_in_every_table(store: Clinic) -> None:
    """Without one, a refused change would prove nothing."""
    with trying(store) as connection:
        for table in sorted(TABLES):
            assert connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0], table


# --- what it refuses

BAD: list[tuple[str, str, list[object], object]] = [
    # table, column, what nobody can mean, what is taken
    ("patient", "status", ["gone", "", "Active"], "archived"),
    ("patient", "sex", ["X", "", "F"], "female"),
    ("patient", "weight_kg", ["0", "0.1", "-80", "701", "heavy", ""], "0.2"),
    ("patient", "height_cm", ["0", "19.9", "-170", "1.7", "301", "tall"], "172.5"),
    ("patient", "name", ["", None], "Ann"),
    ("patient", "born", [None], "1950-02-28"),
    ("patient", "number", [None], 77),
    ("site", "side", ["X", "left", "both", "l", "", None], "mid"),
    ("session", "consent", ["yes", ""], "verbal"),
    ("session", "position", ["standing", ""], "prone"),
    ("session", "void_reason", ["wrong patient"], None),
    ("session", "voided_at", ["2026-11-23T00:00:00.000000Z"], None),
    ("session", "on_date", [None], "2026-01-31"),
    ("mixture", "sharing", ["both", "", None], "total"),
    ("component", "strength", ["0", "-1", "0.00001", "10001", "weak"], "0.25"),
    ("component", "strength_unit", ["ml", "percent", "", None], "mg/mL"),
    ("component", "volume_ml", ["0", "-1", "-0.5", "1001", "some"], "0.0001"),
    ("component", "mass", ["0", "-5", "-0.001", "much", None], "0.001"),
    ("component", "mass_unit", ["g", "ml", "", None], "units"),
    ("component", "epinephrine", [0, -200000], 200000),
    ("injection", "passes", [0, -1, 100], 99),
    ("injection", "volume_ml", ["0", "-1", "1001", "some"], "1000"),
    ("injection", "guidance", ["xray", ""], "ultrasound"),
    ("plan", "origin", ["guessed", "", None], "carried"),
    ("plan", "follow_up", [None], "6w"),
    ("outcome", "phase", ["during", "", None], "later"),
    ("outcome", "pain", [-1, 11, 100, "bad"], 10),
    ("hold", "act", ["forget", "", None], None),
    ("hold", "reason", ["bored", ""], "declined"),
    # a snooze has an end, and nothing else has one
    ("hold", "until", [None, "2027-01-01"], ...),
    ("agent", "unit", ["g", "ml", None], "units"),
    ("recall", "closed", ["snoozed", "gone", ""], "deceased"),
    ("recall", "reassess", [None], 1),
    ("finding", "level", ["info", "", "Block", None], "warn"),
    # what stops a record was gone past for a reason
    ("finding", "reason", [None, ""], "agreed with the surgeon"),
    ("finding", "rule", [None], "minor"),
    ("finding", "revision", [None], "screening/2"),
    ("elsewhere", "mass", ["0", "-40", "-0.001", "some", None], "0.001"),
    ("elsewhere", "mass_unit", ["g", "ml", "", None], "units"),
    ("elsewhere", "on_date", [None], "2026-01-31"),
    ("elsewhere", "agent", [None], "betamethasone"),
    ("rule_setting", "reason", ["", None], "as the partners agreed"),
    ("rule_setting", "rule", [None], "minor"),
    ("payer_rule", "payer", [None], "umbrella"),
    ("payer_rule", "effective_from", [None, "2028-01-01"], "2027-12-31"),
    ("payer_rule", "effective_to", ["2025-12-31"], "2026-01-01"),
    ("payer_rule", "max_sessions", [0, -1, 100], 99),
    ("payer_rule", "cap_scope", ["site", "", None], "region"),
    ("payer_rule", "interval_scope", ["patient", "", None], "region"),
    ("payer_rule", "min_relief_pct", ["0", "-50", "100.1", "half"], "100"),
    ("payer_rule", "min_relief_weeks", [0, -6, 105], 104),
    ("payer_rule", "max_regions", [0, 100], 1),
    ("payer_rule", "reason", ["", None], "their letter of May"),
    ("contact", "result", ["spoke", "", None], "message"),
    ("contact", "channel", ["fax", "", None], "sms"),
    ("appointment", "status", ["kept", "", None], "cancelled"),
    ("appointment", "minutes", [0, 4, 481, None], 480),
    ("appointment", "ends_at", ["2000-01-01T00:00:00.000000Z"], "2199-01-01T00:00:00.000000Z"),
    ("appointment", "wall", [None], "09:00"),
    ("appointment_act", "act", ["forget", "", None], "cancel"),
    ("adverse_event", "number", [None], ...),
    ("adverse_event", "closed_on", ["2026-11-23"], None),
    ("clinic", "zone", [None], "UTC"),
    ("clinician", "code", [None], "bb"),
    ("clinician", "role", ["doctor", "", None], "auditor"),
    ("session", "signed_by", ["AM"], None),
    ("session", "signed_at", ["2026-11-23T00:00:00.000000Z"], None),
]


@pytest.mark.parametrize(("table", "column", "bad"), [(*row[:2], bad) for row in BAD for bad in row[2]])
def test_a_value_that_cannot_be_is_refused(store: Clinic, table: str, column: str, bad: object) -> None:
    with trying(store) as connection, pytest.raises(connect.Driver.IntegrityError, match=r"CHECK|NOT NULL"):
        connection.execute(f"UPDATE {table} SET {column} = ?", (bad,))


@pytest.mark.parametrize(
    ("table", "column", "good"), [(table, column, good) for table, column, _, good in BAD if good not in (None, ...)]
)
def test_and_one_that_can_be_is_taken(store: Clinic, table: str, column: str, good: object) -> None:
    """So that it was the value above that was refused, and not something else."""
    with trying(store) as connection:
        one = f"rowid = (SELECT MIN(rowid) FROM {table})" if column == "code" else "1 = 1"
        changed = connection.execute(f"UPDATE {table} SET {column} = ? WHERE {one}", (good,))
        assert changed.rowcount > 0


REFERENCES = sorted(
    (table.name, column.name)
    for table in SQLModel.metadata.tables.values()
    for column in table.columns
    if column.foreign_keys
)


def test_the_references_are_all_there() -> None:
    assert len(REFERENCES) >= 30
    assert {name for name, _ in REFERENCES} == TABLES - {"clinic"}


@pytest.mark.parametrize(("table", "column"), REFERENCES)
def test_a_record_of_nobody_is_refused(store: Clinic, table: str, column: str) -> None:
    with trying(store) as connection:
        if (table, column) == ("appointment", "session_id"):
            connection.execute("UPDATE appointment SET status = 'done'")
        with pytest.raises(connect.Driver.IntegrityError, match=r"FOREIGN KEY|only grows|no version"):
            connection.execute(f"UPDATE {table} SET {column} = 'nobody' WHERE rowid = (SELECT MIN(rowid) FROM {table})")


@pytest.mark.parametrize("table", ["patient", "site", "session", "mixture", "clinician", "clinic", "appointment"])
def test_what_others_refer_to_cannot_be_deleted(store: Clinic, table: str) -> None:
    with trying(store) as connection, pytest.raises(connect.Driver.IntegrityError, match="FOREIGN KEY"):
        connection.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("patient", ""),
        ("patient", "number = number + 1"),
        ("patient", "mrn = NULL"),
        ("site", ""),
        ("site", "number = number + 10"),
        ("session", ""),
        ("mixture", ""),
        ("component", ""),
        ("injection", ""),
        ("plan", ""),
        ("finding", ""),
        ("clinician", ""),
        ("agent", ""),
        ("appointment", ""),
        ("adverse_event", ""),
    ],
)
def test_nothing_is_there_twice(store: Clinic, table: str, changed: str) -> None:
    """A copy of a row under a new UUID stands for a second record of the same thing."""
    with trying(store) as connection:
        connection.execute(f"CREATE TEMP TABLE twin AS SELECT * FROM {table} LIMIT 1")
        connection.execute("UPDATE twin SET id = 'another'" + (f", {changed}" if changed else ""))
        with pytest.raises(connect.Driver.IntegrityError, match="UNIQUE"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM twin")


def test_a_twin_with_a_number_and_an_mrn_of_its_own_is_another_patient(store: Clinic) -> None:
    with trying(store) as connection:
        connection.execute("CREATE TEMP TABLE twin AS SELECT * FROM patient LIMIT 1")
        connection.execute("UPDATE twin SET id = 'another', number = number + 1, mrn = 'other'")
        connection.execute("INSERT INTO patient SELECT * FROM twin")


def test_the_constraints_hold_in_any_tool(filled: dict[str, Clinic]) -> None:
    """A plain store in stock sqlite3: the CHECKs are in the file, not in the program."""
    copy = filled["plain"].home / "copy.db"
    shutil.copy(filled["plain"].store, copy)
    with closing(sqlite3.connect(copy)) as connection, pytest.raises(sqlite3.IntegrityError, match="ck_outcome_pain"):
        connection.execute("UPDATE outcome SET pain = 11")


def test_a_decimal_comes_back_as_it_went_in(clinic: Clinic) -> None:
    """0.1 mL is 0.1 mL: text on SQLite, never a float."""
    clinic.inject(clinic.patient(), "ut l lido 0.25% 0.1ml")
    with transaction(place(clinic)) as writing:
        row = writing.session.get_one(tables.Component, writing.db.value("SELECT id FROM component"))
        kept = writing.db.row("SELECT strength, volume_ml, mass, typeof(mass) FROM component")
    assert [str(row.strength), str(row.volume_ml), str(row.mass)] == ["0.25", "0.1", "0.25"]
    assert kept == ("0.25", "0.1", "0.25", "text")
