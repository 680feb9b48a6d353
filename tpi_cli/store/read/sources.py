"""Under which ids rows of files are on file."""

from collections.abc import Iterator

from tpi_cli.store.database import Database

ASKED = 16
"""Ids that are looked up at a time."""
_NAMES = tuple(f"id{number}" for number in range(ASKED))
_AMONG = f"IN ({', '.join(f':{name}' for name in _NAMES)})"
_SQL = f"""
SELECT source_id FROM {{table}} WHERE clinic_id = :clinic AND source_id {_AMONG}
UNION SELECT id FROM {{table}} WHERE id {_AMONG}
"""


def on_file(db: Database, table: str, clinic: str, ids: list[str]) -> Iterator[str]:
    """Which of these ids a record of the table goes by: the one it came with, else its own."""
    for at in range(0, len(ids), ASKED):
        asked = [*ids[at : at + ASKED], *[None] * ASKED][:ASKED]  # always as many, so that it is one statement
        found = db.rows(_SQL.format(table=table), clinic=clinic, **dict(zip(_NAMES, asked, strict=True)))
        yield from (one for (one,) in found)
