"""A row of outcomes.csv read into a checked score."""

from datetime import date

from tpi_cli.exchange.fields import SIDES, Gathered, muscle, one_of, past, percent, sound, whole, whom, yes_or_no
from tpi_cli.store.read.scores import Scored

OUTCOMES = ("mrn", "date", "muscle", "side", "pain", "relief_pct", "resolved", "source_id")
WORST = 10


def outcome(row: dict[str, str], today: date) -> Scored:
    """A row of outcomes.csv; muscle and side both empty mean the whole patient. Raises Fault with all that is wrong."""
    read = Gathered()
    where, side = read(place, row) or (None, None)
    found = Scored(
        mrn=read(whom, row),
        date=read(past, row, "date", today),
        muscle=where,
        side=side,
        pain=read(whole, row, "pain", 0, WORST),
        relief_pct=read(percent, row, "relief_pct"),
        resolved=bool(read(yes_or_no, row, "resolved")),
        source_id=row.get("source_id") or None,
    )
    read.done()
    sound("pain", "is empty, and so is relief_pct" if found.pain is None and found.relief_pct is None else None)
    sound("resolved", "needs a site: fill in muscle and side" if found.resolved and found.muscle is None else None)
    return found


def place(row: dict[str, str]) -> tuple[str | None, str | None]:
    """Muscle and side; nothing of either for the whole patient. Raises Fault."""
    if row.get("muscle"):
        return muscle(row), one_of(row, "side", SIDES)
    sound("muscle", "is empty beside a side: fill in both, or neither" if row.get("side") else None)
    return None, None
