"""The state of a store, in numbers that tell nothing about anybody."""

from collections.abc import Iterator

from tpi_cli.store.connect import SCHEMA
from tpi_cli.store.database import Database

COUNTED = ("patient", "site", "session", "injection")


def health(db: Database) -> Iterator[tuple[str, str]]:
    """Schema, how the engine keeps it, how many records of each kind, and what the engine's own check says."""
    yield "store_schema", f"{SCHEMA} (this tpi knows {SCHEMA})"
    yield from db.health()
    for table in COUNTED:
        yield f"{table}s", str(db.value(f"SELECT COUNT(*) FROM {table}"))
    yield from db.soundness()
