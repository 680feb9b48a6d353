"""What a list shows of a muscle or an alert: one column of a table each, so that a list need not load the rest."""

from collections.abc import Iterable

from tpi_cli.reference.tables import column


def short(muscle_id: str) -> str:
    """The upper-case name lists use (`UT`); an id this release does not know is given back as it came."""
    return column("muscles", "short").get(muscle_id, muscle_id)


def title(muscle_id: str) -> str:
    """What a person says (`upper trapezius`); an id this release does not know is given back as it came."""
    return column("muscles", "title").get(muscle_id, muscle_id)


def flags(kinds: Iterable[str]) -> list[str]:
    """The words of a list's FLAGS column for these kinds of alert, each once, in the order of the file.

    A kind this release does not know is shown by its own name: an alert is never hidden.
    """
    asked = dict.fromkeys(kinds)
    shipped = column("alerts", "flag")
    known = [flag for kind, flag in shipped.items() if kind in asked and flag]
    unknown = [kind.upper() for kind in asked if kind not in shipped]
    return list(dict.fromkeys(known + unknown))
