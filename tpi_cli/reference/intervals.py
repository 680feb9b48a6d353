"""How the next interval is proposed from how the last injection worked: `intervals.csv`, dated rows."""

from datetime import date
from decimal import Decimal
from functools import cache

from tpi_cli.reference.tables import rows
from tpi_cli.rules import interval
from tpi_cli.rules.propose import Steps


@cache
def shipped() -> tuple[Steps, ...]:
    """Every row, in the order of the file."""
    return tuple(map(_read, rows("intervals")))


def _read(row: dict[str, str]) -> Steps:
    least, most = interval.read(row["minimum"]), interval.read(row["maximum"])
    assert least is not None, "a row of intervals.csv has its bounds as intervals"
    assert most is not None, "a row of intervals.csv has its bounds as intervals"
    return Steps(
        id=row["rule"],
        starts=_day(row["effective_from"]),
        ends=_day(row["effective_to"]),
        weeks=int(row["step_weeks"]),
        months=int(row["step_months"]),
        minimum=least,
        maximum=most,
        percent=Decimal(row["min_relief_pct"]),
        near_days=int(row["near_days"]),
        sessions=int(row["sessions"]),
    )


def _day(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None


def in_force(on: date) -> Steps | None:
    """The row that holds on a day, the one that began last of several."""
    holding = [one for one in shipped() if interval.holds(on, one.starts, one.ends)]
    return max(holding, key=lambda one: one.starts or date.min, default=None)
