"""A store as an earlier tpi made it, from one of today."""

from contextlib import closing
from pathlib import Path
from typing import Any

from tests.conftest import Clinic
from tests.store.places import place
from tpi_cli.store import connect, orm, schema
from tpi_cli.store.connect import APPLICATION_ID


def older(clinic: Clinic, schema_then: int) -> None:
    """Turn the store into one as an earlier tpi made it, with the same records."""
    now = place(clinic)
    path = clinic.home / "older.db"
    key = clinic.key.read_text().split()[1]
    with closing(connect.open_store(now)) as ours:
        known = ours.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        records = {table: rows(ours, table) for (table,) in known}

    path.touch(0o600)

    def creator() -> Any:
        return connect.connect(str(path), key)

    with orm.made(creator).begin() as connection:
        _as_of(connection, schema_then)
        old: Any = connection.connection.driver_connection
        old.execute("PRAGMA defer_foreign_keys=ON")
        for (table,) in old.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            if table != "alembic_version":
                _put(old, table, records[table])
    path.rename(clinic.store)
    for beside in ("-wal", "-shm"):
        clinic.store.with_name(clinic.store.name + beside).unlink(missing_ok=True)


def _as_of(connection: Any, schema_then: int) -> None:
    from alembic import command
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, f"{schema_then:04}")
    connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version={schema_then}")


def rows(connection: Any, table: str) -> list[dict[str, Any]]:
    """A table's rows by the names of their columns."""
    found = connection.execute(f"SELECT * FROM {table}")
    names = [one[0] for one in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _put(connection: Any, table: str, records: list[dict[str, Any]]) -> None:
    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    into = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    connection.executemany(into, [[record.get(name) for name in names] for record in records])
