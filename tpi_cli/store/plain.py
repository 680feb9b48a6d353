"""An unencrypted copy of a store, as any SQLite tool opens it."""

from tpi_cli.store.connect import APPLICATION_ID, SCHEMA, Database


def copied(db: Database, path: str) -> None:
    """Fill an empty file with everything in the store but the log's key, which leaves it in no copy."""
    connection = db.connection
    connection.execute("COMMIT")
    connection.execute("PRAGMA query_only=OFF")
    connection.execute("ATTACH DATABASE ? AS copy KEY ''", (path,))
    connection.execute("SELECT sqlcipher_export('copy')")
    connection.execute("DELETE FROM copy.ratchet")
    connection.execute(f"PRAGMA copy.application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA copy.user_version={SCHEMA}")
    connection.execute("DETACH DATABASE copy")
    connection.execute("BEGIN")
