"""What was verified, a line a finding."""

from typing import Any

from tpi_cli.store.verify import Extent, Finding


def lines(found: list[Finding], extent: Extent | None) -> list[str]:
    """The findings, then how much was looked at and the head to keep as an anchor."""
    told = [f"{one.kind}: {one.text}" for one in found]
    if extent is None:
        return told
    verdict = "nothing is wrong" if not found else f"{len(found)} findings"
    return [*told, f"{extent.records} records, {extent.entries} entries of the log: {verdict}", f"head {extent.head}"]


def record(found: list[Finding], extent: Extent | None) -> dict[str, Any]:
    """The same, for programs."""
    return {
        "ok": not found,
        "findings": [one._asdict() for one in found],
        "records": extent.records if extent else None,
        "chain": {"entries": extent.entries, "head": extent.head} if extent else None,
    }
