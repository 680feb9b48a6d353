"""A table that can move a date or a status does not change unseen: stores written before must be worked out anew."""

from hashlib import sha256
from pathlib import Path

from tpi_cli.reference import revision

FOLDER = Path(revision.__file__).parent


def test_the_tables_are_those_of_the_revision() -> None:
    """Where this fails a table was changed: give `TABLES` another name and `DIGEST` the new sum."""
    found = sha256(b"".join((FOLDER / f"{table}.csv").read_bytes() for table in revision.DATED)).hexdigest()
    assert found == revision.DIGEST, f"a new revision of {', '.join(revision.DATED)}"


def test_what_is_kept_with_a_date_names_rules_and_tables() -> None:
    assert revision.KNOWLEDGE.split() == [revision.RULES, revision.TABLES]
