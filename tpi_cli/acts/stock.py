"""The clinic's own agents and the strengths it stocks."""

from typing import NamedTuple

from sqlmodel import select

from tpi_cli.store import tables
from tpi_cli.store.write import Writing


class Stock(NamedTuple):
    """An agent as the clinic has it; `strengths` as typed, joined by `|`."""

    agent: str
    name: str
    kind: str
    unit: str
    strengths: str
    note: str | None = None


def keep_in_stock(writing: Writing, stock: Stock) -> tables.Agent:
    """Add an agent, or replace what the clinic said of it before."""
    query = select(tables.Agent).where(tables.Agent.agent == stock.agent)
    row = writing.session.exec(query).first()
    if row is None:
        columns = {**writing.record(), **stock._asdict()}
        return writing.add(tables.Agent(**columns, created_at=writing.stamp, created_by=writing.by))
    for name, value in stock._asdict().items():
        setattr(row, name, value)
    return writing.add(row)
