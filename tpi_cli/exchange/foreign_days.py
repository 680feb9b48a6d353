"""Days and times as other people's tables write them, by the form a map declares; none is ever guessed."""

import re
from datetime import datetime

from tpi_cli.errors import Usage
from tpi_cli.exchange.fields import MAPS, Fault, shown

_TOKENS = {
    "YYYY": "%Y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "DD": "%d", "D": "%d",
    "hh": "%H", "h": "%H", "mm": "%M", "ss": "%S", "AM": "%p",
}  # fmt: skip
"""What a form is made of, longest first; every other sign stands for itself."""
_FORM = re.compile("|".join(_TOKENS))
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EITHER = re.compile(r"[0-9]{1,2}[./-][0-9]{1,2}[./-](?:[0-9]{2}){1,2}\b")
"""`03/04/2026`: two days, according to who reads it."""
DECLARE = "say in a map how days are written: date = "


def form(text: str) -> str:
    """A form such as `DD/MM/YYYY` or `D MMM YYYY hh:mm` as strptime has it; one with % is that already. Raises Usage.

    The year stands in full: two figures could be either century of somebody born in 1926 or 2026.
    """
    made = text if "%" in text else _strptime(text)
    if not all(re.search(f"%[{letters}]", made) for letters in ("Y", "mbB", "d")) or "%y" in made or not _reads(made):
        raise Usage(f"date = {shown(text)} is no form of a day", hint='write DD/MM/YYYY, M/D/YYYY or "D MMM YYYY"')
    if re.search("%Y.*%d.*%m", made):
        raise Usage(f"date = {shown(text)} reads 2026-03-04 as 3 April, and nobody else does", hint="write YYYY-MM-DD")
    return made


def _reads(made: str) -> bool:
    """Whether the form reads a day that was written by it."""
    on = datetime(2001, 2, 3)  # noqa: DTZ001
    try:
        return datetime.strptime(on.strftime(made), made) == on  # noqa: DTZ007
    except (ValueError, re.error):
        return False


def _strptime(text: str) -> str:
    made = _FORM.sub(lambda found: _TOKENS[found[0]], text)
    return made.replace("%H", "%I") if "%p" in made else made


def day(text: str, forms: tuple[str, ...], field: str) -> str:
    """The day as 2026-04-03, a time of the day left off; what is in that form already stays. Raises Fault.

    Without a form only what would be guessed is refused: the rest is left to who reads the field.
    """
    if _ISO.fullmatch(text) or (not forms and not _EITHER.match(text)):
        return text
    return _one(text, forms, field).date().isoformat()


def moment(text: str, forms: tuple[str, ...], field: str) -> str:
    """The moment as 2026-04-03T09:30, as the form has it. Raises Fault."""
    if not forms and not _EITHER.match(text):
        return text
    if not any("%H" in one or "%I" in one for one in forms):
        raise Fault(field, f'{shown(text)}: say how days and times are written: date = "DD/MM/YYYY hh:mm"')
    return _one(text, forms, field).isoformat(timespec="minutes")


def _one(text: str, forms: tuple[str, ...], field: str) -> datetime:
    """What the text is in the one form that fits, or in several that agree."""
    if not forms:
        raise Fault(field, _undeclared(text))
    found = {one for one in (_read(text, form) for form in forms) if one}
    if not found:
        raise Fault(field, f"{shown(text)} is not written as the map says days are, or is no day of the calendar")
    if len({one.date() for one in found}) > 1:
        raise Fault(field, f"{shown(text)} is two days by the forms of the map: declare one form")
    return max(found)


def _undeclared(text: str) -> str:
    """What to write in a map for a day that no form was declared for; one above 12 is no month."""
    first, mark, second = re.findall(r"[0-9]+|[./-]", text)[:3]
    if int(first) > 12 >= int(second):
        return f'{shown(text)}: {DECLARE}"DD{mark}MM{mark}YYYY"'
    if int(second) > 12 >= int(first):
        return f'{shown(text)}: {DECLARE}"MM{mark}DD{mark}YYYY"'
    return f'{shown(text)} could be two days: {DECLARE}"DD/MM/YYYY" or "MM/DD/YYYY" ({MAPS})'


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  a table's days have no zone
    except ValueError:
        return None
