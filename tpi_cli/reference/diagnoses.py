"""What the commonest diagnoses of trigger points are called: `diagnoses.csv`, in our words."""

from tpi_cli.reference.tables import column


def words(code: str) -> str:
    """The words for an ICD-10-CM code; empty where the table has none."""
    return column("diagnoses", "words").get(code, "")
