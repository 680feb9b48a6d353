"""SQLModel's way into a store on a server: a new connection each time, in its turn, no values in errors."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from tpi_cli.store import server
from tpi_cli.store.place import Place


def engine(place: Place) -> Engine:
    """For changing what is in a store."""
    waits = place.secrets.waits if place.secrets else None
    return _made(lambda: server.connect(place, writes=True), waits)


def bare(place: Place) -> Engine:
    """For making a store, or changing its schema: whatever is there."""
    return _made(lambda: server.reach(place, writes=True), None)


def _made(creator: Callable[[], Any], waits: Callable[[], None] | None) -> Engine:
    out = create_engine(
        "postgresql+psycopg://", creator=creator, poolclass=NullPool, hide_parameters=True, use_native_hstore=False
    )

    @event.listens_for(out, "begin")
    def begin(connection: Any) -> None:
        server.begin(connection.connection.driver_connection, waits)

    return out
