"""The weeks ahead, a line each."""

from collections.abc import Sequence
from typing import Any

from tpi_cli.show.colours import HEAT, TOO_MUCH, Look
from tpi_cli.show.report import NOTHING, Column, many
from tpi_cli.store.read.load import Day, Week

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


FULL, OVER = "=", "!"
"""Marks of a day as full as its capacity, and fuller."""
NONE = "."


def cell(day: Day) -> str:
    """`3+2`: due and booked, with the mark of a full day; a point on a day without either."""
    if not day.due and not day.booked:
        return NONE
    return f"{day.due}+{day.booked}{_mark(day)}"


def _mark(day: Day) -> str:
    patients = day.due + day.booked
    if day.capacity is None or not patients or patients < day.capacity:
        return ""
    return FULL if patients == day.capacity else OVER


def heat(text: str, room: int) -> Look | None:
    """The colour of a cell, by how many patients it holds of those that its weekday has room for."""
    if text == NONE:
        return None
    if text.endswith(OVER):
        return TOO_MUCH
    patients = sum(map(int, text.rstrip(FULL).split("+")))
    return HEAT[min(len(HEAT) - 1, patients * len(HEAT) // max(1, room))]


def room(weeks: Sequence[Week], weekday: int) -> int:
    """Patients that a weekday has room for when it is open; where nobody said, those of the fullest day there is."""
    known = [day.capacity for week in weeks if (day := week.days[weekday]).capacity is not None]
    patients = [day.due + day.booked for week in weeks for day in week.days]
    return max((one for one in known if one is not None), default=max(patients, default=0))


def due(week: Week) -> int:
    """Patients who come due in the week."""
    return sum(day.due for day in week.days)


def booked(week: Week) -> int:
    """Appointments of the week."""
    return sum(day.booked for day in week.days)


def columns(weeks: Sequence[Week]) -> tuple[Column, ...]:
    """A column a weekday, in shades from few patients to many."""
    return (
        Column("week", lambda week: str(week.days[0].on)),
        *(_weekday(at, name, room(weeks, at)) for at, name in enumerate(DAYS)),
        Column("due", lambda week: str(due(week)), right=True),
        Column("booked", lambda week: str(booked(week)), right=True),
        Column("capacity", lambda week: NOTHING if week.capacity is None else str(week.capacity), 1, right=True),
    )


def _weekday(at: int, name: str, most: int) -> Column:
    return Column(name, lambda week: cell(week.days[at]), right=True, look=lambda text: heat(text, most))


def footer(weeks: Sequence[Week]) -> str:
    """How a cell reads; who is late; how many days are full."""
    days = [day for week in weeks for day in week.days]
    late, full, over = (
        sum(day.late for day in days),
        *(sum(_mark(day) == mark for day in days) for mark in (FULL, OVER)),
    )
    told = ["due+booked a day", f"{late} late count today" if late else "",
            f"{FULL} full: {many(full, 'day')}" if full else "",
            f"{OVER} over capacity: {many(over, 'day')}" if over else "",
            "" if any(day.capacity is not None for day in days) else "no capacity set"]  # fmt: skip
    return "; ".join(filter(None, told))


def record(week: Week) -> dict[str, Any]:
    """A week, for programs."""
    return {
        "week": week.days[0].on,
        "due": due(week),
        "booked": booked(week),
        "capacity": week.capacity,
        "days": [
            {"date": day.on, "due": day.due, "late": day.late, "booked": day.booked, "capacity": day.capacity}
            for day in week.days
        ],
    }
