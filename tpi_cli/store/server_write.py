"""SQLModel's way to a server: to make a store, or to change its schema."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from tpi_cli.store import server
from tpi_cli.store.place import Place


def bare(place: Place) -> Engine:
    """A new connection each time, in its turn, no values in errors; whatever is there."""
    out = create_engine(
        "postgresql+psycopg://",
        creator=lambda: server.reach(place, writes=True),
        poolclass=NullPool,
        hide_parameters=True,
        use_native_hstore=False,
    )

    @event.listens_for(out, "begin")
    def begin(connection: Any) -> None:
        server.begin(connection.connection.driver_connection)

    return out
