"""Settings under which a file keeps what it acknowledged."""

from typing import Any

from sqlcipher3 import dbapi2

from tpi_cli import errors

MANIFEST = "manifest"
"""The table by which a backup is known; what it says of itself stands in it."""


def durable(connection: Any) -> None:
    """Settings under which an acknowledged record survives a power cut (design: durability). Raises IsBackup."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [MANIFEST]).fetchone():
        raise errors.IsBackup(path=connection.execute("PRAGMA database_list").fetchone()[2])
    safe_wal = dbapi2.sqlite_version_info >= (3, 51, 3)
    connection.execute(f"PRAGMA journal_mode={'WAL' if safe_wal else 'DELETE'}")
    connection.execute(f"PRAGMA synchronous={'FULL' if safe_wal else 'EXTRA'}")
    connection.execute("PRAGMA fullfsync=ON")
    connection.execute("PRAGMA checkpoint_fullfsync=ON")
