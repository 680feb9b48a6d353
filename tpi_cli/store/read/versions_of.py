"""The versions of a session and of a patient's record, as the history keeps them; the present one last."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from tpi_cli.store import versions
from tpi_cli.store.columns import known_day
from tpi_cli.store.database import Database
from tpi_cli.store.read.log import Given, Session
from tpi_cli.store.read.overrides import Found, numbers

Columns = dict[str, Any]


class Made(NamedTuple):
    """A version: the entry that wrote it, when, by whom and by which act, and its columns."""

    entry: int
    at: str
    by: str
    act: str
    columns: Columns


class OfSession(NamedTuple):
    """A version of a session with what was given in it, and what the screening found."""

    made: Made
    session: Session
    rows: list[Given]
    found: list[Found]


_EARLIER = """
SELECT entry, content FROM history WHERE record = :table AND key = :key AND content IS NOT NULL ORDER BY entry
"""
_ENTRY = "SELECT at, account, acting, act FROM audit WHERE entry = :entry"


def of(db: Database, table: str, key: str) -> list[Made]:
    """Every version of a record by its UUID, the oldest first."""
    found = [(entry, json.loads(text)) for entry, text in db.rows(_EARLIER, table=table, key=key)]
    now = versions.by_key(db, table, ("id",), (key,))
    if now is not None:
        found.append((now.entry, json.loads(now.content)))
    return [_made(db, entry, columns) for entry, columns in found]


def _made(db: Database, entry: int, columns: Columns) -> Made:
    at, account, acting, act = db.row(_ENTRY, entry=entry) or ("", "?", None, "?")
    return Made(entry, at, f"{account} as {acting}" if acting else account, act, columns)


def of_session(db: Database, now: Session) -> Iterator[OfSession]:
    """Every version of a session, whole."""
    for made in of(db, "session", now.id):
        rows = _rows(db, now, made.entry)
        places = tuple(dict.fromkeys((row.muscle, row.side) for row in rows))
        agents = tuple(dict.fromkeys(row.agent or "dry_needling" for row in rows))
        told = _session(db, now, made.columns)
        one = told._replace(sites=places, agents=agents, pain=_pain(db, now, made.entry))
        yield OfSession(made, one, rows, _found(db, now, made.entry))


_OWN = frozenset(Session._fields) - {
    *("id", "number", "patient", "mrn", "name", "born", "date", "clinician", "sites", "agents", "pain"),
}


def _session(db: Database, now: Session, columns: Columns) -> Session:
    code = db.value("SELECT code FROM clinician WHERE id = :id", id=columns["clinician_id"])
    told: dict[str, Any] = {name: columns.get(name) for name in _OWN}
    return now._replace(**told, date=known_day(columns["on_date"]), clinician=code or now.clinician)


_AT = """
SELECT content FROM history WHERE record = :table AND entry <= :entry AND ended_by > :entry AND content LIKE :part
"""


def _parts(db: Database, table: str, parent: str, entry: int) -> list[Columns]:
    """The rows of a table that belonged to a parent (`"session_id":"..."`) at the time of an entry."""
    name, _, key = parent.partition(":")
    live = versions.standing(db, table, ("id",), f"WHERE {name} = :key AND entry <= :entry", key=key, entry=entry)
    texts = [one.content for one in live]
    texts += [text for (text,) in db.rows(_AT, table=table, entry=entry, part=f'%"{name}":"{key}"%')]
    return [json.loads(text) for text in texts]


def _rows(db: Database, now: Session, entry: int) -> list[Given]:
    """What was given, as a version of a session has it: a row for each agent of each injection."""
    of_session = f"session_id:{now.id}"
    plans = {one["site_id"]: one for one in _parts(db, "plan", of_session, entry)}
    out = []
    for mixture in sorted(_parts(db, "mixture", of_session, entry), key=lambda one: int(one["ordinal"])):
        found = _parts(db, "component", f"mixture_id:{mixture['id']}", entry)
        doses = sorted(found, key=lambda one: int(one["ordinal"]))
        for injection in _parts(db, "injection", of_session, entry):
            if injection["mixture_id"] == mixture["id"]:
                plan = plans.get(injection["site_id"], {})
                out += [_given(db, now, mixture, injection, dose, plan, entry) for dose in doses or [{}]]
    return sorted(out, key=lambda row: (row.injection, row.component or 0))


def _site(db: Database, key: str, entry: int) -> Columns:
    """A site as it was at the time of an entry; one that is gone since is in the history alone."""
    live = list(versions.standing(db, "site", ("id",), "WHERE id = :key AND entry <= :entry", key=key, entry=entry))
    text = live[0].content if live else db.value(_SITE, key=key, entry=entry)
    return json.loads(text) if text else {"number": 0, "muscle": "?", "side": ""}


_SITE = """
SELECT content FROM history WHERE record = 'site' AND key = :key AND ended_by > :entry ORDER BY entry LIMIT 1
"""


def _given(
    db: Database, now: Session, mixture: Columns, injection: Columns, dose: Columns, plan: Columns, entry: int
) -> Given:
    site = _site(db, injection["site_id"], entry)
    number, muscle, side = site["number"], site["muscle"], site["side"]
    named = {"session_id": now.id, "session": now.number, "patient": now.patient, "mrn": now.mrn,
             "clinician": now.clinician, "injection": injection["ordinal"], "injection_id": injection["id"],
             "site": number, "muscle": muscle, "side": side, "site_volume_ml": injection.get("volume_ml"),
             "mixture": mixture["ordinal"], "sharing": mixture["sharing"], "component": dose.get("ordinal"),
             "follow_up": plan.get("follow_up", "none"), "origin": plan.get("origin", "unsaid")}  # fmt: skip
    taken = {**injection, **dose, "note": injection.get("note"), **named, "volume_ml": dose.get("volume_ml")}
    return Given._make(taken.get(name) for name in Given._fields)


def _pain(db: Database, now: Session, entry: int) -> tuple[int | None, int | None]:
    """The pain before and after as a version of a session has it: of the whole visit, else of its first site."""
    scores = _parts(db, "outcome", f"session_id:{now.id}", entry)
    scores.sort(key=lambda one: ("site_id" in one, one["recorded_at"]))
    found: dict[str, int | None] = {}
    for one in scores:
        found.setdefault(one["phase"], one.get("pain"))
    return found.get("before"), found.get("after")


def _found(db: Database, now: Session, entry: int) -> list[Found]:
    """What the screening found at a version of a session."""
    found = sorted(_parts(db, "finding", f"session_id:{now.id}", entry), key=lambda one: int(one["ordinal"]))
    return [Found._make((*(one.get(name) for name in Found._fields[:-1]), numbers(one.get("sites")))) for one in found]
