"""Entries of the log that are about the store itself: its first, and one for a moved schema."""

from contextlib import closing

from tpi_cli.rules import chain
from tpi_cli.store import audit, connect, turns, versions
from tpi_cli.store.database import Database, Driver
from tpi_cli.store.keys import Key
from tpi_cli.store.place import Place


def structure(db: Database) -> str:
    """The hash of the schema as it stands: every table, index, view and trigger, word for word."""
    rows = [list(row) for row in db.structure() if row[2] != connect.MANIFEST]
    return chain.content([chain.written("schema", "", 0, None, chain.canonical(row).decode()) for row in rows])[1] or ""


def first(db: Database, clinic: str, act: str, knowledge: str) -> str:
    """Seal everything there is with the log's first entry; returns the officer key, which is kept nowhere."""
    key = audit.start(db, clinic)
    db.run("UPDATE clinic SET knowledge = :knowledge", knowledge=knowledge)
    for table, columns in versions.tables(db).items():
        where = " AND ".join(f"{name} = :{name}" for name in columns)
        found = list(db.named(f"SELECT {', '.join(columns)} FROM {table}"))
        salted = ({**one, "salt": versions.new_salt()} for one in found)
        db.run_many(f"UPDATE {table} SET entry = 1, salt = :salt WHERE {where}", salted)
    entered(db, clinic, act)
    return key


def moved(db: Database, clinic: str, act: str, knowledge: str) -> None:
    """Note that schema or knowledge are new; the clinic's record tells which knowledge it is."""
    entry = audit.next_entry(db)
    before = versions.by_key(db, "clinic", ("id",), (clinic,))
    assert before is not None, "the transaction reads the clinic it writes"
    versions.lay_aside(db, clinic, before, entry)
    sql = "UPDATE clinic SET knowledge = :knowledge, entry = :entry, salt = :salt WHERE id = :clinic"
    db.run(sql, knowledge=knowledge, entry=entry, salt=versions.new_salt(), clinic=clinic)
    entered(db, clinic, act)


def entered(db: Database, clinic: str, act: str, acting: str | None = None) -> None:
    """End a transaction written over the driver with its entry: over all that carries the entry's number."""
    count, content = chain.content(one.hash for one in versions.leaves(db, versions.tables(db), audit.next_entry(db)))
    who = audit.Who(db.account, acting)
    audit.append(db, clinic, who, audit.Act(act, records=count, content=content, structure=structure(db)))


def noted(place: Place, key: Key | None, act: str, acting: str | None) -> None:
    """An entry for an act that changes no record, in a short transaction of its own; the store opens with `key`."""
    with closing(connect.opened(place, key)) as connection:
        db = Database(connection)
        try:
            connect.durable(connection)
            turns.begin(connection)
            audit.append(db, str(db.value("SELECT id FROM clinic")), audit.Who(db.account, acting), audit.Act(act))
            connection.execute("COMMIT")
        except Driver.Error as fault:
            raise connect.translated(fault, place) from None
