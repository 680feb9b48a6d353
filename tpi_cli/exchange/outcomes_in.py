"""A row of outcomes.csv read into a checked score."""

from datetime import date

from tpi_cli.exchange.fields import SIDES, muscle, needed, one_of, past, percent, sound, whole, yes_or_no
from tpi_cli.store.read.scores import Scored

OUTCOMES = ("mrn", "date", "muscle", "side", "pain", "relief_pct", "resolved", "source_id")
WORST = 10


def outcome(row: dict[str, str], today: date) -> Scored:
    """A row of outcomes.csv; muscle and side both empty mean the whole patient. Raises Fault."""
    where, side = place(row)
    found = Scored(
        mrn=needed(row, "mrn"),
        date=past(row, "date", today),
        muscle=where,
        side=side,
        pain=whole(row, "pain", 0, WORST),
        relief_pct=percent(row, "relief_pct"),
        resolved=bool(yes_or_no(row, "resolved")),
        source_id=row.get("source_id") or None,
    )
    sound("pain", "is empty, and so is relief_pct" if found.pain is None and found.relief_pct is None else None)
    sound("resolved", "needs a site: fill in muscle and side" if found.resolved and found.muscle is None else None)
    return found


def place(row: dict[str, str]) -> tuple[str | None, str | None]:
    """Muscle and side; nothing of either for the whole patient. Raises Fault."""
    if row.get("muscle"):
        return muscle(row), one_of(row, "side", SIDES)
    sound("muscle", "is empty beside a side: fill in both, or neither" if row.get("side") else None)
    return None, None
