"""What a store on a server must have beside its tables, and what of it is missing, changed or switched off."""

import hashlib
import os
import re
from collections.abc import Iterator

from tpi_cli.store.database import Database

_FUNCTION = re.compile(r"CREATE OR REPLACE FUNCTION (\w+)\(.*?\sAS\s*\$\$(.*)\$\$\s*", re.DOTALL)
_TRIGGER = re.compile(r"CREATE OR REPLACE TRIGGER (\w+)")
_FUNCTIONS = """
SELECT proname::text, prosrc FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
 WHERE pronamespace = 'tpi'::regnamespace AND lanname <> 'internal'
"""
"""Those that make a range are the server's own."""
_VIEWS = """
SELECT relname::text, obj_description(oid) FROM pg_class WHERE relnamespace = 'tpi'::regnamespace AND relkind = 'v'
"""
_TRIGGERS = """
SELECT tgname::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
 WHERE relnamespace = 'tpi'::regnamespace AND NOT tgisinternal AND tgenabled = 'O'
"""
_OPEN = """
SELECT relname::text FROM pg_class
 WHERE relnamespace = 'tpi'::regnamespace AND relkind = 'r' AND NOT relrowsecurity
   AND relname NOT IN ('claim', 'alembic_version')
"""
_PAST_THE_LOG = """
SELECT DISTINCT relname::text, CASE grantee WHEN 0 THEN 'everybody' ELSE grantee::regrole::text END
  FROM (SELECT relname, relowner, relnamespace, (aclexplode(relacl)).* FROM pg_class WHERE relkind = 'r') AS given
 WHERE relnamespace = 'tpi'::regnamespace AND grantee <> relowner
   AND (relname IN ('ratchet', 'claim') OR relname = 'audit' AND privilege_type <> 'SELECT'
        OR relname = 'history' AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE'))
 ORDER BY 1, 2
"""


def written() -> list[str]:
    """The statements of `server.sql`."""
    with open(os.path.join(os.path.dirname(__file__), "server.sql"), encoding="utf-8") as file:
        return [one for one in file.read().split("\n--\n") if one.strip()]


def views() -> dict[str, str]:
    """The views by name as they are compiled for a server."""
    from sqlalchemy.dialects import postgresql

    from tpi_cli.store.views import statements

    made = (text for text in statements(postgresql.dialect()) if text.startswith("CREATE"))  # type: ignore[no-untyped-call]
    return {text.split()[2]: text for text in made}


def mark(text: str) -> str:
    """What tells one text of a view from another: the server keeps its own wording of it."""
    return hashlib.sha256(text.encode()).hexdigest()


def strange(db: Database) -> Iterator[str]:
    """Views, functions and triggers that are not as this program makes them, and tables without their policy."""
    ours = {"view": {name: mark(text) for name, text in views().items()}, "function": _functions()}
    for kind, sql in (("view", _VIEWS), ("function", _FUNCTIONS)):
        stored = dict(db.rows(sql))
        for name in sorted(stored.keys() | ours[kind].keys()):
            if stored.get(name) != ours[kind].get(name):
                yield f"{kind} {name} is missing, changed or not ours (after an upgrade: tpi db migrate)"
    on = {name for (name,) in db.rows(_TRIGGERS)}
    for name in sorted(on ^ _triggers()):
        yield f"trigger {name} is missing, switched off or not ours"
    for (name,) in db.rows(_OPEN):
        yield f"table {name} shows every clinic's rows to everybody"
    for name, login in db.rows(_PAST_THE_LOG):
        yield f"{login} may do more with table {name} than the log allows (REVOKE takes it back)"


def _functions() -> dict[str, str]:
    found = (_FUNCTION.search(text) for text in written())
    return {one[1]: one[2] for one in found if one}


def _triggers() -> set[str]:
    found = (_TRIGGER.search(text) for text in written())
    return {one[1] for one in found if one}
