"""An unencrypted copy of a store, as any SQLite tool opens it."""

import os

from tpi_cli.rules.chain import KEY_BYTES
from tpi_cli.store.connect import APPLICATION_ID, SCHEMA
from tpi_cli.store.database import Database


def copied(db: Database, path: str) -> None:
    """Fill an empty file with everything in the store but the log's key, which leaves it in no copy.

    The copy's log goes on under a key of its own: what is done in the copy is not the clinic's.
    """
    if db.on_server:
        from tpi_cli.store import move

        clinics = [clinic for (clinic,) in db.rows("SELECT id FROM clinic")]
        move.plain_copy(db, path, {clinic: os.urandom(KEY_BYTES).hex() for clinic in clinics})
        return
    connection = db.connection
    connection.execute("COMMIT")
    connection.execute("PRAGMA query_only=OFF")
    connection.execute("ATTACH DATABASE ? AS copy KEY ''", (path,))
    connection.execute("SELECT sqlcipher_export('copy')")
    connection.execute("UPDATE copy.ratchet SET key = ?", (os.urandom(KEY_BYTES).hex(),))
    connection.execute(f"PRAGMA copy.application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA copy.user_version={SCHEMA}")
    connection.execute("DETACH DATABASE copy")
    connection.execute("BEGIN")
