"""What still counts of steroid and units, to the day."""

from datetime import date
from decimal import Decimal

import pytest

from tests.commands.reading import rows
from tpi_cli.rules import interval, ledger
from tpi_cli.rules.ledger import Steroid

YEAR = interval.Interval(12, "mo")
HERE, THERE = ("trapezius_upper", "L"), ("trapezius_upper", "R")

COUNTS = """
    given      | on         | window | counts
    2025-11-23 | 2025-11-22 | 12mo   | no
    2025-11-23 | 2025-11-23 | 12mo   | yes
    2025-11-23 | 2026-11-22 | 12mo   | yes
    2025-11-23 | 2026-11-23 | 12mo   | no
    2024-02-29 | 2025-02-28 | 12mo   | yes
    2024-02-29 | 2025-03-01 | 12mo   | no
    2026-08-31 | 2027-02-28 | 6mo    | yes
    2026-08-31 | 2027-03-01 | 6mo    | no
"""


@pytest.mark.parametrize(("given", "on", "window", "counts"), rows(COUNTS))
def test_a_dose_counts_from_its_day_until_its_window_has_run_out(given: str, on: str, window: str, counts: str) -> None:
    span = interval.read(window)
    assert span is not None
    assert ledger.counts(date.fromisoformat(given), date.fromisoformat(on), span) is (counts == "yes")


def dose(on: str, mg: str = "40", where: tuple[str, str] | None = HERE) -> Steroid:
    return Steroid(date.fromisoformat(on), where, "triamcinolone_acetonide", Decimal(mg), Decimal(mg))


def test_the_sum_of_a_window() -> None:
    doses = [dose("2025-11-23"), dose("2025-11-24", "20"), dose("2026-06-01", "10", None), dose("2026-11-24", "5")]
    counted = ledger.within(doses, date(2026, 11, 23), YEAR)
    assert [str(one.on) for one in counted] == ["2025-11-24", "2026-06-01"]
    assert ledger.total(counted) == Decimal(30)
    assert (ledger.total([]), type(ledger.total([]))) == (Decimal(0), Decimal)


def test_a_day_counts_once_and_only_where_it_was() -> None:
    doses = [dose("2026-01-01"), dose("2026-01-01"), dose("2026-03-01"), dose("2026-02-01", where=THERE),
             dose("2026-02-01", where=None)]  # fmt: skip
    assert list(map(str, ledger.days_at(doses, HERE))) == ["2026-03-01", "2026-01-01"]


def test_from_when_a_site_may_have_it_again() -> None:
    doses = [dose("2026-01-01"), dose("2026-03-01"), dose("2026-09-01")]
    assert ledger.steroid_free(doses, HERE, date(2026, 6, 1), 90) == date(2026, 5, 30)
    assert ledger.steroid_free(doses, HERE, date(2026, 3, 1), 90) == date(2026, 5, 30)
    assert ledger.steroid_free(doses, HERE, date(2026, 2, 28), 90) == date(2026, 4, 1)
    assert ledger.steroid_free(doses, HERE, date(2025, 12, 31), 90) is None
    assert ledger.steroid_free(doses, THERE, date(2026, 6, 1), 90) is None
