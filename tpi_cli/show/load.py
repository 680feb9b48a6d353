"""The weeks ahead, a line each."""

from typing import Any

from tpi_cli.show.report import NOTHING, Column
from tpi_cli.store.read.load import Day, Week

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def cell(day: Day) -> str:
    """`3+2`: due and booked; nothing on a day without either."""
    return f"{day.due}+{day.booked}" if day.due or day.booked else "."


def due(week: Week) -> int:
    """Patients who come due in the week."""
    return sum(day.due for day in week.days)


def booked(week: Week) -> int:
    """Appointments of the week."""
    return sum(day.booked for day in week.days)


COLUMNS: tuple[Column, ...] = (
    Column("week", lambda week: str(week.days[0].on)),
    *(Column(name, lambda week, at=at: cell(week.days[at]), right=True) for at, name in enumerate(DAYS)),  # type: ignore[misc]
    Column("due", lambda week: str(due(week)), right=True),
    Column("booked", lambda week: str(booked(week)), right=True),
    Column("capacity", lambda week: NOTHING if week.capacity is None else str(week.capacity), 1, right=True),
)


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
