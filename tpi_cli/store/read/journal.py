"""Who did what, and when, put together from the records, their history and the log's entries."""

from collections.abc import Iterator
from typing import NamedTuple

from tpi_cli.store.database import Database
from tpi_cli.store.read.records import TABLES


class Act(NamedTuple):
    """One recorded act, at a moment in UTC.

    `patient` and `session` are the short ids' numbers. What `what` and `more` hold depends on the act;
    `words` is free text.
    """

    at: str
    by: str | None
    act: str
    patient: int | None
    session: int | None
    muscle: str | None
    side: str | None
    what: str | None
    more: str | None
    words: str | None


# turn puts acts of one moment in the order in which they are done
_OF_THE_STORE = (
    *(
        "undo",
        "backup",
        "restore",
        "db migrate",
        "db move",
        "db grant",
        "db rekey",
        "key rotate",
        "key recover",
        "key passphrase",
    ),
    *("key keyring", "clinician add", "clinician retire", "patient merge", "patient unmerge", "patient erase"),
)
"""Acts that no record tells of by itself."""
_BY = "account || COALESCE(' as ' || acting, '')"
_LOGGED = "audit LEFT JOIN patient ON patient.number = audit.patient"
_ACTS = f"""
SELECT created_at AS at, 1 AS turn, id, created_by AS who, 'patient added' AS act, id AS patient_id,
       NULL AS session_id, NULL AS site_id, NULL AS what, NULL AS more, NULL AS words, 'patient' AS kind
  FROM patient
UNION ALL
SELECT changed_at, 2, id, changed_by, 'patient changed', id, NULL, NULL, NULL, NULL, change_reason, 'patient'
  FROM patient WHERE changed_at IS NOT NULL
UNION
SELECT json_extract(content, '$.changed_at'), 2, key, json_extract(content, '$.changed_by'), 'patient changed', key,
       NULL, NULL, NULL, NULL, json_extract(content, '$.change_reason'), history.record
  FROM history WHERE record = 'patient' AND json_extract(content, '$.changed_at') IS NOT NULL
UNION ALL
SELECT created_at, 3, id, created_by, 'alert opened', patient_id, NULL, NULL, kind, CAST(since AS TEXT), text, 'alert'
  FROM alert
UNION ALL
SELECT ended_at, 4, id, ended_by, 'alert ended', patient_id, NULL, NULL, kind, CAST(ended_on AS TEXT), text, 'alert'
  FROM alert WHERE ended_at IS NOT NULL
UNION ALL
SELECT created_at, 5, id, created_by, 'site added', patient_id, NULL, id, NULL, NULL, NULL, 'site'
  FROM site
UNION ALL
SELECT recorded_at, 6, id, recorded_by, 'session recorded', patient_id, id, NULL, NULL, CAST(on_date AS TEXT), NULL,
       'session'
  FROM session
UNION ALL
SELECT finding.recorded_at, 7, finding.id, finding.recorded_by, 'finding overridden', session.patient_id,
       finding.session_id, NULL, finding.rule, NULL, finding.reason, 'finding'
  FROM finding JOIN session ON session.id = finding.session_id WHERE finding.reason IS NOT NULL
UNION ALL
SELECT recorded_at, 8, id, recorded_by, 'adverse event', patient_id, session_id, site_id, type,
       CAST(on_date AS TEXT), text, 'adverse_event'
  FROM adverse_event
UNION ALL
SELECT voided_at, 9, id, voided_by, 'session voided', patient_id, id, NULL, NULL, CAST(on_date AS TEXT), void_reason,
       'session'
  FROM session WHERE voided_at IS NOT NULL
UNION ALL
SELECT recorded_at, 10, id, recorded_by,
       CASE act WHEN 'stop' THEN 'recall stopped' WHEN 'snooze' THEN 'recall snoozed'
                WHEN 'resolve' THEN 'site resolved' WHEN 'find' THEN 'found again' ELSE 'recall resumed' END,
       patient_id, NULL, site_id, reason, CAST(until AS TEXT), note, 'hold'
  FROM hold
UNION ALL
SELECT recorded_at, 11, id, recorded_by, 'outcome recorded', patient_id, session_id, site_id,
       COALESCE('pain ' || CAST(pain AS TEXT), '') || COALESCE(' relief ' || CAST(relief_pct AS TEXT) || '%', '')
           || CASE WHEN resolved THEN ' resolved' ELSE '' END,
       CAST(on_date AS TEXT), note, 'outcome'
  FROM outcome WHERE phase = 'later'
UNION ALL
SELECT recorded_at, 12, id, recorded_by, 'dose elsewhere', patient_id, NULL, site_id,
       agent || ' ' || CAST(mass AS TEXT) || ' ' || mass_unit, CAST(on_date AS TEXT), note, 'elsewhere'
  FROM elsewhere
UNION ALL
SELECT voided_at, 17, id, voided_by, 'dose elsewhere taken back', patient_id, NULL, site_id,
       agent || ' ' || CAST(mass AS TEXT) || ' ' || mass_unit, CAST(on_date AS TEXT), void_reason, 'elsewhere'
  FROM elsewhere WHERE voided_at IS NOT NULL
UNION ALL
SELECT closed_at, 18, id, closed_by, 'adverse event closed', patient_id, session_id, site_id, type,
       CAST(closed_on AS TEXT), outcome, 'adverse_event'
  FROM adverse_event WHERE closed_at IS NOT NULL
UNION ALL
SELECT recorded_at, 19, id, recorded_by, 'call logged', patient_id, NULL, NULL, result || ' by ' || channel,
       CAST(on_date AS TEXT), note, 'contact'
  FROM contact
UNION ALL
SELECT done.recorded_at, 20, done.id, done.recorded_by,
       CASE act WHEN 'book' THEN 'appointment booked' WHEN 'move' THEN 'appointment moved'
                WHEN 'arrive' THEN 'patient arrived' WHEN 'done' THEN 'appointment kept'
                WHEN 'cancel' THEN 'appointment cancelled' WHEN 'no-show' THEN 'appointment missed'
                ELSE 'appointment open again' END,
       one.patient_id, NULL, NULL, CAST(was_on AS TEXT) || ' ' || was_wall, CAST(one.number AS TEXT),
       done.reason, 'appointment_act'
  FROM appointment_act AS done JOIN appointment AS one ON one.id = done.appointment_id
UNION ALL
SELECT signed_at, 21, id, signed_by, 'session signed', patient_id, id, NULL, NULL, NULL, NULL, 'session'
  FROM session WHERE signed_at IS NOT NULL
UNION ALL
SELECT amended_at, 22, id, amended_by, 'session amended', patient_id, id, NULL, NULL, NULL, amend_reason, 'session'
  FROM session WHERE amended_at IS NOT NULL
UNION
SELECT json_extract(content, '$.signed_at'), 21, key, json_extract(content, '$.signed_by'), 'session signed',
       json_extract(content, '$.patient_id'), key, NULL, NULL, NULL, NULL, history.record
  FROM history WHERE record = 'session' AND json_extract(content, '$.signed_at') IS NOT NULL
UNION
SELECT json_extract(content, '$.amended_at'), 22, key, json_extract(content, '$.amended_by'), 'session amended',
       json_extract(content, '$.patient_id'), key, NULL, NULL, NULL, json_extract(content, '$.amend_reason'),
       history.record
  FROM history WHERE record = 'session' AND json_extract(content, '$.amended_at') IS NOT NULL
UNION ALL
SELECT set_at, 13, id, set_by, 'rule set', NULL, NULL, NULL, rule || ' ' || name, value, reason, 'rule_setting'
  FROM rule_setting
UNION ALL
SELECT recorded_at, 14, id, recorded_by, 'payer rule added', NULL, NULL, NULL, payer,
       CAST(effective_from AS TEXT), reason, 'payer_rule'
  FROM payer_rule
UNION ALL
SELECT created_at, 15, id, created_by, 'agent stocked', NULL, NULL, NULL, agent, strengths, note, 'agent'
  FROM agent
UNION ALL
SELECT set_at, 16, key, set_by, 'setting set', NULL, NULL, NULL, key, value, NULL, 'setting'
  FROM setting
UNION ALL
SELECT audit.at, 23, CAST(audit.entry AS TEXT), {_BY}, 'chart read', patient.id, NULL, NULL,
       act || COALESCE(' ' || subject, ''), NULL, NULL, NULL
  FROM {_LOGGED} WHERE records = 0 AND act NOT LIKE 'export%' AND act NOT IN {_OF_THE_STORE} AND :reads
UNION ALL
SELECT audit.at, 24, CAST(audit.entry AS TEXT), {_BY}, 'exported', patient.id, NULL, NULL, subject, NULL, NULL, NULL
  FROM {_LOGGED} WHERE act LIKE 'export%' AND :reads
UNION ALL
SELECT audit.at, 25, CAST(audit.entry AS TEXT), {_BY}, act, patient.id, NULL, NULL, subject, NULL,
       CASE WHEN act = 'patient erase' THEN patient.change_reason END, NULL
  FROM {_LOGGED} WHERE act IN {_OF_THE_STORE}
UNION ALL
SELECT audit.at, 26, CAST(audit.entry AS TEXT), {_BY}, 'taken back later', patient.id, NULL, NULL,
       act || COALESCE(' ' || subject, ''), NULL, NULL, NULL
  FROM {_LOGGED}
 WHERE EXISTS (SELECT 1 FROM audit AS undone WHERE undone.act = 'undo' AND undone.subject = '#' || audit.entry)
"""
_PRESENT = " ".join(
    f"WHEN '{table}' THEN (SELECT entry FROM {table} WHERE {'key' if table == 'setting' else 'id'} = acts.id)"
    for table in TABLES
)
_OF_PATIENT = "patient_id = :patient"
_SINCE = "at >= :since"
_NEWEST_FIRST = "ORDER BY acts.at DESC, acts.turn DESC, acts.id DESC"
_FIRST = f"""
COALESCE((SELECT MIN(history.entry) FROM history WHERE history.record = acts.kind AND history.key = acts.id),
         CASE acts.kind {_PRESENT} END)
"""
"""The entry that a record came with: of its first version."""
_CAME = f"""
  LEFT JOIN audit AS came ON came.entry = {_FIRST} AND came.act = 'import'
  LEFT JOIN (SELECT at, MAX(entry) AS entry FROM audit WHERE records > 0 GROUP BY at) AS said ON said.at = acts.at
"""
_BROUGHT_IN = """
CASE WHEN came.entry IS NOT NULL AND COALESCE(said.entry, 0) < came.entry
     THEN ' (brought in #' || came.entry || ')' ELSE '' END
"""
"""An act that no entry of this log is of, though its record came with one: a file said so, and the entry says who
brought the file."""
_LOG = f"""
SELECT acts.at, acts.who || {_BROUGHT_IN}, acts.act, patient.number, session.number, site.muscle, site.side,
       acts.what, acts.more, acts.words
  FROM (SELECT * FROM ({_ACTS}) AS acts {{where}} {_NEWEST_FIRST} {{limit}}) AS acts
  {_CAME}
  LEFT JOIN patient ON patient.id = acts.patient_id
  LEFT JOIN session ON session.id = acts.session_id
  LEFT JOIN site ON site.id = acts.site_id
 {_NEWEST_FIRST}
"""


def said_by(db: Database, session_id: str, moments: dict[str, str | None]) -> dict[str, str]:
    """What stands after who did something to a session (UUID), by name: `(brought in #2)` where a file says so.

    `moments` are those of the acts, by name.
    """
    acts = "(SELECT :moment AS at, 'session' AS kind, :id AS id) AS acts"
    sql = f"SELECT {_BROUGHT_IN} FROM {acts} {_CAME}"
    return {name: str(db.value(sql, moment=at, id=session_id)) for name, at in moments.items() if at}


def log(
    db: Database,
    patient_id: str | None = None,
    since: str | None = None,
    limit: int | None = None,
    *,
    reads: bool = True,
) -> Iterator[Act]:
    """What was done, newest first: to one patient or in all, from a moment in UTC on, at most so many acts.

    `reads`: the charts that were read and the exports too, not only what changed.
    """
    asked = " AND ".join([_OF_PATIENT] * bool(patient_id) + [_SINCE] * bool(since))
    sql = _LOG.format(where=f"WHERE {asked}" if asked else "", limit="LIMIT :limit" if limit else "")
    yield from map(Act._make, db.rows(sql, patient=patient_id, since=since, limit=limit, reads=reads))
