"""Making a store on a PostgreSQL server: the same tables and views, and what stands in `server.sql`.

Whoever makes it owns it, and works in it with `tpi db grant`; the server's administrator makes databases and logins.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
from sqlalchemy import Connection, MetaData, String
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from tpi_cli import errors
from tpi_cli.store import audit, seal, server, server_parts, server_write, steps, tables
from tpi_cli.store.fields import on_servers
from tpi_cli.store.place import Place

_ABOUT_RECORDS = frozenset(["audit", "history", "numbering", "ratchet", "request"])
"""Tables about records, whose grants stand in `server.sql`."""
RECORDS = sorted(set(SQLModel.metadata.tables) - _ABOUT_RECORDS)
ROLES = ("writer", "reader", "auditor")
"""What a login can be let in as."""
PUBLICATION = "tpi_records"
"""What a group's reporting server subscribes to: the records, and nothing that is about them."""
_LISTED = ", ".join(RECORDS)


def metadata() -> MetaData:
    """The tables as a server has them: text compared byte by byte, references that can wait for the end."""
    out = MetaData()
    for table in SQLModel.metadata.sorted_tables:
        copy = table.to_metadata(out)
        for column in copy.columns:
            if isinstance(column.type, String) or column.type.python_type is str:
                column.type = String(getattr(column.type, "length", None), collation="C")
        on_servers(copy)
        for constraint in copy.foreign_key_constraints:
            constraint.deferrable, constraint.initially = True, "IMMEDIATE"
    return out


def lay_out(connection: Connection, place: Place) -> None:
    """Everything but the clinic, in the caller's transaction. Raises Conflict where there is a store already."""
    _fit(connection)
    if connection.exec_driver_sql("SELECT to_regclass('tpi.clinic')").scalar() is not None:
        raise errors.Conflict(f"there is a store at {place.path} already", hint="tpi due reads it; --db names another")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {server.HOME}")
    connection.exec_driver_sql(f"SET LOCAL search_path = {server.HOME}, pg_temp")
    metadata().create_all(connection)


def _fit(connection: Connection) -> None:
    """Raises StoreUnavailable for a server that is too old, or that does not keep every letter."""
    number, encoding = connection.exec_driver_sql(
        "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')"
    ).one()
    if number < server.OLDEST:
        raise errors.StoreUnavailable(
            f"the server is PostgreSQL {number}; tpi needs {server.OLDEST} or newer", hint="upgrade the server"
        )
    if encoding != "UTF8":
        raise errors.StoreUnavailable(
            f"the database is encoded in {encoding}, which has not every letter", hint="createdb --encoding UTF8"
        )


def finish(connection: Connection) -> None:
    """Views, functions, triggers, grants and policies, made anew; the caller's transaction."""
    connection.exec_driver_sql(f"SET LOCAL search_path = {server.HOME}, pg_temp")
    statements = [*made_views(), *server_parts.written(), *policies(), *grants()]
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def made_views() -> Iterator[str]:
    """The views, with a mark on each by which `server_parts` knows whether it is this program's."""
    for name, text in server_parts.views().items():
        yield f"DROP VIEW IF EXISTS {name}"
        yield text.replace(f"CREATE VIEW {name} AS", f"CREATE VIEW {name} WITH (security_invoker = true) AS", 1)
        yield f"COMMENT ON VIEW {name} IS '{server_parts.mark(text)}'"


def policies() -> Iterator[str]:
    """Each row is seen by its clinic's logins alone; whoever owns the store sees all of it."""
    for table in sorted(SQLModel.metadata.tables):
        column = "id" if table == "clinic" else "clinic_id"
        ours = f"{column} = ANY (ARRAY(SELECT clinics()))"
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS of_clinic ON {table}"
        yield f"CREATE POLICY of_clinic ON {table} USING ({ours}) WITH CHECK ({ours})"


def grants() -> Iterator[str]:
    """What each role may do with records; of the log and the history `server.sql` tells."""
    yield f"GRANT SELECT ON {_LISTED} TO tpi_reader, tpi_writer, tpi_auditor"
    yield f"GRANT INSERT, UPDATE, DELETE ON {_LISTED} TO tpi_writer"


def of_clinic(clinic: str) -> str:
    """The role whose members see a clinic's rows."""
    return f"tpi_{clinic.replace('-', '')}"


def let_in(connection: Any, clinic: str) -> None:
    """The clinic's own role, and the publication for a group's reports."""
    role = of_clinic(clinic)
    connection.exec_driver_sql(
        f"DO $$ BEGIN CREATE ROLE {role} NOLOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    connection.exec_driver_sql(f"DROP PUBLICATION IF EXISTS {PUBLICATION}")
    connection.exec_driver_sql(f"CREATE PUBLICATION {PUBLICATION} FOR TABLE {_LISTED}")


def state(place: Place) -> tuple[int, str | None, bool]:
    """The schema, the knowledge of its due dates, and whether its views and functions are this program's and the whole
    reads as the log knows it: another major version of the server has words of its own for it."""
    with closing(server.reach(place)) as connection:
        schema = server.schema_of(connection, place)
        db = server.Server(connection)
        known = db.value("SELECT knowledge FROM clinic")
        told = db.value("SELECT structure FROM audit WHERE structure IS NOT NULL ORDER BY entry DESC LIMIT 1")
        return schema, known, told == seal.structure(db) and not list(server_parts.strange(db))


def make(place: Place, row: tables.Clinic, maker: tables.Clinician) -> str:
    """A new store with its clinic; returns the log's first key. Raises Conflict, StoreUnavailable, NotPermitted."""
    from tpi_cli.reference.revision import KNOWLEDGE
    from tpi_cli.store import connect

    try:
        with server_write.bare(place).begin() as connection:
            lay_out(connection, place)
            steps.stamp(connection)
            finish(connection)
            let_in(connection, row.id)
            db = connect.of(connection.connection.driver_connection)
            maker.code = maker.account = db.account
            steps.put_clinic(connection, row, maker)
            return seal.first(db, row.id, "init", KNOWLEDGE)
    except (psycopg.Error, DBAPIError) as fault:
        raise unmade(fault, place) from None


def unmade(fault: BaseException, place: Place) -> errors.TpiError:
    """Why a store could not be made there."""
    cause = getattr(fault, "orig", None) or fault
    if isinstance(cause, psycopg.errors.InsufficientPrivilege):
        return errors.NotPermitted(
            f"your login at {place.path} may not make a store",
            hint="it has to own the database and to make roles: createuser --createrole, createdb --owner",
        )
    return server.translated(cause, place)


def grant(place: Place, login: str, role: str | None, acting: str | None) -> None:
    """Let a login in as writer, reader or auditor, and as that alone; None: not at all any more.

    Raises NotFound, and Conflict where another store of the server has let it in as something else.
    """
    with closing(server.connect(place, writes=True)) as connection:
        db = server.Server(connection)
        clinic = str(db.value("SELECT id FROM clinic"))
        if not db.value("SELECT 1 FROM pg_roles WHERE rolname = :login", login=login):
            raise errors.NotFound(f"the server knows no login {login!r}", hint=f"createuser {login} makes it")
        elsewhere = _elsewhere(db, login, role, of_clinic(clinic))
        try:
            server.begin(connection)
            for statement in _granted(login, role, of_clinic(clinic), elsewhere):
                connection.execute(statement)
            act = audit.Act("db grant", subject=f"{login} {role or 'none'}")
            audit.append(db, clinic, audit.Who(db.account, acting), act)
            connection.execute("COMMIT")
        except psycopg.Error as fault:
            raise server.translated(fault, place) from None


_HELD = """
SELECT held.rolname::text FROM pg_auth_members JOIN pg_roles AS held ON held.oid = roleid
  JOIN pg_roles AS login ON login.oid = member WHERE login.rolname = :login
"""
_OF_CLINIC = re.compile("tpi_[0-9a-f]{32}")


def _elsewhere(db: server.Server, login: str, role: str | None, clinic_role: str) -> bool:
    """Whether a login is let into another store of the server; what it is, it is in all of them. Raises Conflict."""
    held = {name for (name,) in db.rows(_HELD, login=login)}
    others = [name for name in held - {clinic_role} if _OF_CLINIC.fullmatch(name)]
    if others and role and f"tpi_{role}" not in held:
        raise errors.Conflict(
            f"{login} works in another store of this server, and not as {role}",
            hint="a login is the same in all of them: createuser makes one for this store",
        )
    return bool(others)


def _granted(login: str, role: str | None, clinic_role: str, elsewhere: bool) -> Iterator[str]:
    quoted = '"' + login.replace('"', '""') + '"'
    for one in (*(f"tpi_{name}" for name in ROLES if not elsewhere), clinic_role):
        yield f"REVOKE {one} FROM {quoted}"
    for one in (f"tpi_{role}", clinic_role) if role else ():
        yield f"GRANT {one} TO {quoted}"
