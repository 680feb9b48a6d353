"""The state of a store, in numbers that tell nothing about anybody."""

from collections.abc import Iterator

from tpi_cli.store.connect import SCHEMA, Database

COUNTED = ("patient", "site", "session", "injection")


def health(db: Database) -> Iterator[tuple[str, str]]:
    """Schema, journal, how many records of each kind, and what SQLite's own check says."""
    yield "store_schema", f"{db.value('PRAGMA user_version')} (this tpi knows {SCHEMA})"
    yield "journal", str(db.value("PRAGMA journal_mode"))
    for table in COUNTED:
        yield f"{table}s", str(db.value(f"SELECT COUNT(*) FROM {table}"))
    yield "integrity", str(db.value("PRAGMA integrity_check"))
