"""How old somebody is."""

from datetime import date


def age(born: date, on: date) -> int:
    """Years lived; a 29 February is kept on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
