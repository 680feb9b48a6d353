"""INTERVAL: `6w`, `90d`, `3 months`, `1y`; and the follow-up, which may also be a date or `none`."""

from datetime import date

from tpi_cli.commands.parse.dates import ahead, words
from tpi_cli.commands.parse.spans import refusal, span
from tpi_cli.commands.parse.typed import Word, fault, line, split
from tpi_cli.errors import Grammar
from tpi_cli.rules.interval import LAST_YEAR, Interval, after


def interval(text: str) -> Interval:
    """Calendar days, weeks, months or years: 1 to 9999 of one of them, kept as typed.

    Raises Grammar, with the caret under the count or the unit, for anything else.
    """
    found = split(text, "the interval")
    understood = span(found)
    if understood is None:
        raise refusal(text, found)
    return understood


def follow_up(text: str, today: date, anchor: date) -> Interval | date | None:
    """When to see the patient again: an interval from the session's day `anchor`, a date, or None for `none`.

    A date without a year looks forward from `today`. Raises Grammar for a date that is not after `anchor`,
    for an interval that ends beyond the calendar, and for whatever is neither.
    """
    found = split(text, "the follow-up")
    if line(found) == "none":
        return None
    understood = span(found)
    if understood is not None:
        return _within(text, found, anchor, understood)
    due = ahead(text, today)
    if due <= anchor:
        raise _too_early(text, found, due, anchor, today)
    return due


def _within(text: str, found: tuple[Word, ...], anchor: date, understood: Interval) -> Interval:
    try:
        ends = after(anchor, understood).year
    except OverflowError:
        ends = LAST_YEAR + 1
    if ends > LAST_YEAR:
        raise fault(text, f"{understood.words} ends after {LAST_YEAR}", "6w, 3mo or none", found[0], found[-1])
    return understood


def _too_early(text: str, found: tuple[Word, ...], due: date, anchor: date, today: date) -> Grammar:
    message = f"{words(due, today)} is not after the session of {words(anchor, today)}"
    return fault(text, message, "a later date, an interval such as 6w, or none", found[0], found[-1])
