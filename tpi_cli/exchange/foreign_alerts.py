"""Entries of another system's lists of allergies, conditions and medications, as alerts of ours."""

from tpi_cli.exchange.fields import Fault, shown
from tpi_cli.reference.imported import CONFIRM, TOLD_BY, Code, alerts_of

WHAT = ("allergy", *TOLD_BY)
SYSTEMS = {"rxcui": "rxnorm"}
"""What a code system is called in other places, by what `imported` calls it."""


def told(cells: dict[str, str]) -> list[dict[str, str]]:
    """A row for each kind of alert the entry tells, none where it tells none; one that says its kind stays.

    `what` is allergy, condition or medication. `code` is a code of `system`, or stands behind its system's name as
    in `SNOMED-CT:233604007;ICD10:I10`. Raises Fault.
    """
    if cells.get("kind"):
        return [cells]
    what = cells.get("what", "")
    if what not in WHAT:
        raise Fault("what", f"{shown(what)} is none of {', '.join(WHAT)}")
    found = alerts_of(cells.get("text", ""), _codes(cells), what)  # type: ignore[arg-type]
    text = ", ".join(filter(None, (cells.get("text", ""), CONFIRM)))
    return [{**cells, "kind": kind, "text": text} for kind in found]


def _codes(cells: dict[str, str]) -> list[Code]:
    code, system = cells.get("code", "").strip(), cells.get("system", "").strip()
    pairs = [(system, code)] if system else [_split(one) for one in code.split(";")]
    return [(SYSTEMS.get(name.casefold(), name), value) for name, value in pairs if value]


def _split(written: str) -> Code:
    system, _, code = written.strip().partition(":")
    return system, code.strip()
