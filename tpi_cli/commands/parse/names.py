"""The calendar in English, whatever the computer's language."""

from datetime import date

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMED = {"yesterday": -1, "today": 0, "tomorrow": 1}
"""Words for a day, in days from today."""

MONTH_OF = {spelled: n for n, name in enumerate(MONTHS, 1) for spelled in (name.lower(), name[:3].lower())}
WEEKDAY_OF = {spelled: n for n, name in enumerate(WEEKDAYS) for spelled in (name.lower(), name[:3].lower())}


def month_length(year: int, month: int) -> int:
    """Days in the month, 1 to 12, of a year."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def short(month: int) -> str:
    """`Jan` for 1."""
    return MONTHS[month - 1][:3]


def spelled(day: date) -> str:
    """`Tue 23 Feb 2027`."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {short(day.month)} {day.year:04}"
