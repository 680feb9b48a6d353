"""The kinds of row that come in: their columns, and what makes a checked value of a row."""

from collections.abc import Callable
from datetime import date
from typing import Any

from tpi_cli.exchange.appointments_in import APPOINTMENTS, appointment
from tpi_cli.exchange.calls_in import CALLS, call
from tpi_cli.exchange.holds_in import HOLDS, hold
from tpi_cli.exchange.injections_in import INJECTIONS, injection
from tpi_cli.exchange.outcomes_in import OUTCOMES, outcome
from tpi_cli.exchange.patients_in import PATIENTS, alert, patient, weight
from tpi_cli.reference import agents

COLUMNS = {
    "patients": PATIENTS,
    "injections": INJECTIONS,
    "outcomes": OUTCOMES,
    "appointments": APPOINTMENTS,
    "holds": HOLDS,
    "calls": CALLS,
}
"""The kinds of file that are written and read, in the order in which a patient's rows are kept."""
CHARTED = ("alerts", "weights")
"""Kinds that come in, out of other systems' tables, and do not go out: with us they stand in patients.csv."""
KINDS = ("patients", *CHARTED, *tuple(COLUMNS)[1:])

Parse = Callable[[dict[str, str]], Any]


def parser(kind: str, today: date, own: tuple[agents.Agent, ...]) -> Parse:
    """What makes a checked value of a row of that kind; it raises Fault."""
    if kind == "injections":
        return lambda row: injection(row, today, own)
    parse: Callable[[dict[str, str], date], Any] = {
        "patients": patient,
        "alerts": alert,
        "weights": weight,
        "outcomes": outcome,
        "appointments": appointment,
        "holds": hold,
        "calls": call,
    }[kind]
    return lambda row: parse(row, today)
