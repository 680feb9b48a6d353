"""Alembic's way from one schema to the next, and the first two records of a new store; for either engine."""

import os

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlmodel import Session

from tpi_cli.store import tables


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing."""
    command.upgrade(_settings(connection), "head")


def stamp(connection: Connection) -> None:
    """Note that a schema laid out from the tables is this program's, without the way there."""
    command.stamp(_settings(connection), "head")


def _settings(connection: Connection) -> Config:
    settings = Config()
    settings.set_main_option("script_location", os.path.join(os.path.dirname(__file__), "migrations"))
    settings.attributes["connection"] = connection
    return settings


def put_clinic(connection: Connection, row: tables.Clinic, maker: tables.Clinician) -> None:
    """The first two records of a store: the clinic, and who made it."""
    with Session(connection) as session:
        session.add(row)
        session.flush()
        session.add(maker)
        session.flush()
