"""A patient's alerts in a list, and one in words."""

from typing import Any

from tpi_cli.reference import alerts as kinds
from tpi_cli.show.report import Column
from tpi_cli.store.read.people import EverAlert

COLUMNS: tuple[Column, ...] = (
    Column("kind", lambda one: one.kind),
    Column("text", lambda one: one.text or "", 1),
    Column("since", lambda one: str(one.since)),
    Column("ended", lambda one: str(one.ended or "")),
)


def words(kind: str, text: str | None) -> str:
    """`takes an anticoagulant or an antiplatelet drug: apixaban`; a kind of another release by its own name."""
    known = kinds.all_alerts().get(kind)
    return ": ".join(filter(None, [known.words if known else kind, text]))


def record(one: EverAlert) -> dict[str, Any]:
    """An alert, for programs."""
    return one._asdict()
