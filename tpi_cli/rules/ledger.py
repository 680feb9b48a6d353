"""What of steroid and of botulinum toxin a patient has had, over time. Pure.

Steroids are compared in mg of methylprednisolone by their anti-inflammatory equivalents; units of botulinum toxin
are never added over two products.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from tpi_cli.rules.interval import Interval, after

Where = tuple[str, str]


class Steroid(NamedTuple):
    """A steroid at a site (None: elsewhere in the body), in mg as given and as methylprednisolone."""

    on: date
    where: Where | None
    agent: str
    mg: Decimal
    equivalent_mg: Decimal


class Units(NamedTuple):
    """Units of one botulinum product."""

    on: date
    agent: str
    units: Decimal


def counts(given: date, on: date, window: Interval) -> bool:
    """Whether something of that day still counts on another: given by then, its window not run out."""
    return given <= on < after(given, window, "forward")


def within(doses: Iterable[Steroid], on: date, window: Interval) -> list[Steroid]:
    """The doses still counted on a day: those given up to it whose window has not run out."""
    return [one for one in doses if counts(one.on, on, window)]


def total(doses: Iterable[Steroid]) -> Decimal:
    """mg of methylprednisolone altogether."""
    return sum((one.equivalent_mg for one in doses), Decimal(0))


def days_at(doses: Iterable[Steroid], where: Where) -> list[date]:
    """The days on which a site had a steroid, the last one first; a day counts once."""
    return sorted({one.on for one in doses if one.where == where}, reverse=True)


def steroid_free(doses: Iterable[Steroid], where: Where, on: date, wait_days: int) -> date | None:
    """The first day the site may have a steroid again, as far as the wait goes; None where it never had one."""
    given = [day for day in days_at(doses, where) if day <= on]
    return given[0] + timedelta(days=wait_days) if given else None
