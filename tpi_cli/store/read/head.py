"""The log's head in its short form, without the arithmetic behind it: reports print it as an anchor."""

from tpi_cli.store.database import Database

_HEAD = "SELECT entry || ':' || substr(hash, 1, 16) FROM audit ORDER BY entry DESC LIMIT 1"


def head(db: Database) -> str:
    """`57:a3f09c1e22b46d70`; empty where there is no log."""
    return str(db.value(_HEAD) or "")
