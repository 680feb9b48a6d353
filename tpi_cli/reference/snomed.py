"""SNOMED CT codes of muscles: `snomed.csv`, none but those that can be read in an open document.

A part of a muscle goes by the code of the whole, which `structure` names; every other muscle has none.
"""

from tpi_cli.reference.tables import column


def code(muscle_id: str) -> str:
    """The code of a muscle, or of the one it is a part of; empty where none is known."""
    return column("snomed", "code").get(muscle_id, "")
