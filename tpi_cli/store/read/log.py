"""The log itself: every injection as one value, whole sessions, and what a session gave where."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from tpi_cli.errors import NoSuchSession
from tpi_cli.rules import identity
from tpi_cli.rules.values import Dose, Place, Shot, split
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database
from tpi_cli.store.facts import strength


class Lot(NamedTuple):
    """What a vial said."""

    number: str | None = None
    expiry: date | None = None


class Injected(NamedTuple):
    """One site injected once, as a row of `injections.csv` has it. Doses are what this site got."""

    mrn: str
    date: date
    clinician: str
    muscle: str
    side: str
    doses: tuple[Dose, ...] = ()
    passes: int | None = None
    pain_before: int | None = None
    pain_after: int | None = None
    follow_up: str | None = None
    lots: tuple[Lot, ...] = ()
    twitch: bool | None = None
    adverse: tuple[tuple[str, str | None], ...] = ()
    note: str | None = None
    source_id: str | None = None


class Session(NamedTuple):
    """A session on one line. `pain` is before and after, of the whole session or its first site."""

    id: str
    number: int
    patient: int
    mrn: str | None
    name: str
    born: date
    date: date
    clinician: str
    consent: str | None
    position: str | None
    alongside: str | None
    diagnosis: str | None
    note: str | None
    recorded_at: str
    recorded_by: str
    voided_at: str | None
    voided_by: str | None
    void_reason: str | None
    dose_profile: str | None
    dose_fraction: str | None
    signed_at: str | None
    signed_by: str | None
    amended_at: str | None
    amended_by: str | None
    amend_reason: str | None
    sites: tuple[tuple[str, str], ...] = ()
    agents: tuple[str, ...] = ()
    pain: tuple[int | None, int | None] = (None, None)

    @property
    def code(self) -> str:
        """`S-01RJ`."""
        return identity.session(self.number)


class Given(NamedTuple):
    """A row of the view `injection_list`: one agent of one injection."""

    session_id: str
    session: int
    patient_id: str
    patient: int
    mrn: str | None
    on_date: Any
    voided_at: str | None
    clinician: str
    injection: int
    injection_id: str
    site_id: str
    site: int
    muscle: str
    side: str
    passes: int | None
    site_volume_ml: Any
    twitch: Any
    needle: str | None
    guidance: str | None
    note: str | None
    source_id: str | None
    mixture: int
    sharing: str
    component: int | None
    agent: str | None
    strength: Any
    strength_unit: str | None
    volume_ml: Any
    mass: Any
    mass_unit: str | None
    epinephrine: int | None
    lot: str | None
    expiry: Any
    follow_up: str
    origin: str


_GIVEN = f"SELECT {', '.join(Given._fields)} FROM injection_list"
_ORDER = " ORDER BY mrn, patient, on_date, session, injection, component"
_SESSIONS = (
    "SELECT session.id, session.number, patient.number, patient.mrn, patient.name, patient.born, session.on_date,"
    " clinician.code, consent, position, alongside, diagnosis, session.note, recorded_at, recorded_by,"
    " voided_at, voided_by, void_reason, dose_profile, dose_fraction, signed_at, signed_by, amended_at, amended_by,"
    " amend_reason"
    " FROM session JOIN patient ON patient.id = session.patient_id"
    " JOIN clinician ON clinician.id = session.clinician_id"
)


def given(db: Database, where: str = "", **values: Any) -> Iterator[Given]:
    """Rows of the view, in the order of the log; `where` narrows them down."""
    return map(Given._make, db.rows(_GIVEN + where + _ORDER, **values))


def dose(row: Given) -> Dose | None:
    """The dose of a row, as it went into the syringe; None for a dry needle."""
    if row.agent is None:
        return None
    kept = strength(row.strength, row.strength_unit)
    volume = Decimal(row.volume_ml) if row.volume_ml is not None else None
    mass = None if kept and volume is not None else Decimal(row.mass)
    return Dose(row.agent, kept, volume, mass, row.mass_unit or "mg", row.epinephrine)


def doses(rows: list[Given]) -> tuple[Dose, ...]:
    """The doses of one injection's rows."""
    return tuple(found for row in rows if (found := dose(row)))


def injected(db: Database, *, voided: bool = False, patient: str | None = None) -> Iterator[Injected]:
    """Every injection that counts (or, `voided`, that does not any more), by patient and day, a row a site; of all, or
    of one patient (UUID).

    A row that came from elsewhere without an id of its own goes by the injection's, a note of the whole session
    by every one of its rows, an event of it by the first: so nothing is lost, and nothing comes in twice, when
    the log is brought in again.
    """
    whose = "AND patient_id = :patient" if patient else ""
    scores = _scores(db, whose, patient)
    events = _adverse(db, whose, patient)
    notes = dict(db.rows(f"SELECT id, note FROM session WHERE note IS NOT NULL {whose}", patient=patient))
    where = f" WHERE voided_at IS {'NOT ' if voided else ''}NULL {whose}"
    for rows, parts in shared(given(db, where, patient=patient)):
        one = rows[0]
        of_session = events.pop((one.session_id, None), ())
        yield Injected(
            mrn=one.mrn or identity.patient(one.patient),
            date=known_day(one.on_date),
            clinician=one.clinician,
            muscle=one.muscle,
            side=one.side,
            doses=parts,
            passes=one.passes,
            pain_before=_of(scores, one, "before"),
            pain_after=_of(scores, one, "after"),
            follow_up=None if one.origin == "unsaid" else one.follow_up,
            lots=_lots(rows),
            twitch=None if one.twitch is None else bool(one.twitch),
            adverse=(*events.get((one.session_id, one.site_id), ()), *of_session),
            note=one.note or notes.get(one.session_id),
            source_id=one.source_id or one.injection_id,
        )


def row_keys(db: Database, patient: str) -> Iterator[tuple[str | None, str]]:
    """The ids and digests of the rows that a patient's injections came from."""
    sql = (
        "SELECT source_id, row_key FROM injection JOIN session ON session.id = injection.session_id"
        " WHERE session.patient_id = :patient AND row_key IS NOT NULL"
    )
    return ((source, key) for source, key in db.rows(sql, patient=patient))


def _lots(rows: list[Given]) -> tuple[Lot, ...]:
    lots = tuple(Lot(row.lot, day(row.expiry)) for row in rows if row.agent is not None)
    return lots if any(lot != Lot() for lot in lots) else ()


def shared(log: Iterator[Given]) -> Iterator[tuple[list[Given], tuple[Dose, ...]]]:
    """Every injection's rows with what its site got: the whole of each dose, or its part of a shared syringe."""
    for _, group in groupby(log, key=lambda row: (row.session_id, row.mixture)):
        places = [list(rows) for _, rows in groupby(group, key=lambda row: row.injection_id)]
        for at, rows in enumerate(places):
            whole = doses(rows)
            alone = rows[0].sharing == "each" or len(places) == 1
            yield rows, whole if alone else tuple(_part(one, at, len(places)) for one in whole)


def _part(whole: Dose, at: int, places: int) -> Dose:
    """A place's part of a dose; the parts of all places add up to it exactly."""
    if whole.volume is None:
        return whole._replace(mass=split(whole.amount, places)[at])
    return whole._replace(volume=split(whole.volume, places)[at])


Scores = dict[tuple[str, str | None, str], int]


def _scores(db: Database, whose: str, patient: str | None) -> Scores:
    sql = "SELECT session_id, site_id, phase, pain FROM outcome WHERE phase <> 'later' AND session_id IS NOT NULL"
    return {(session, site, phase): pain for session, site, phase, pain in db.rows(f"{sql} {whose}", patient=patient)}


def _of(scores: Scores, row: Given, phase: str) -> int | None:
    own = scores.get((row.session_id, row.site_id, phase))
    return own if own is not None else scores.get((row.session_id, None, phase))


def _adverse(
    db: Database, whose: str, patient: str | None
) -> dict[tuple[str, str | None], tuple[tuple[str, str | None], ...]]:
    out: dict[tuple[str, str | None], tuple[tuple[str, str | None], ...]] = {}
    sql = "SELECT session_id, site_id, type, text FROM adverse_event WHERE session_id IS NOT NULL"
    for session, site, kind, text in db.rows(f"{sql} {whose} ORDER BY type, text", patient=patient):
        out[session, site] = (*out.get((session, site), ()), (kind, text))
    return out


class Event(NamedTuple):
    """Something that went wrong at a session; `site` is its number, None for the session as a whole."""

    type: str
    text: str | None
    site: int | None


def events(db: Database, session_id: str) -> list[Event]:
    """What went wrong at a session."""
    sql = (
        "SELECT type, text, site.number FROM adverse_event LEFT JOIN site ON site.id = adverse_event.site_id"
        " WHERE session_id = :session ORDER BY site.number, type, text"
    )
    return list(map(Event._make, db.rows(sql, session=session_id)))


def shots(db: Database, session_id: str) -> tuple[Shot, ...]:
    """A session's shots as they were typed; equal mixes into several sites become one shot of `each`."""
    return typed(given(db, " WHERE session_id = :session", session=session_id))


def typed(rows: Iterable[Given]) -> tuple[Shot, ...]:
    """The shots that the rows of a session are, in the order of the log."""
    out: list[Shot] = []
    for _, group in groupby(rows, key=lambda row: row.mixture):
        injections = [list(one) for _, one in groupby(group, key=lambda row: row.injection_id)]
        first = injections[0]
        places = tuple(Place(one[0].muscle, one[0].side, one[0].passes) for one in injections)
        sharing = first[0].sharing if len(places) > 1 and doses(first) else None
        _join(out, Shot(places, doses(first), sharing))
    return tuple(out)


def _join(shots: list[Shot], shot: Shot) -> None:
    """Add a shot, or its places to an earlier one of the same mix."""
    for at, known in enumerate(shots):
        apart = not {place[:2] for place in known.places} & {place[:2] for place in shot.places}
        if known.doses == shot.doses and apart and "total" not in (known.sharing, shot.sharing):
            shots[at] = Shot(known.places + shot.places, shot.doses, "each" if shot.doses else None)
            return
    shots.append(shot)


def sessions(db: Database, patient: int | None = None, *, unsigned: bool = False) -> Iterator[Session]:
    """Sessions, newest first, of one patient or of all; or only those that wait for a signature."""
    asked = " AND ".join(["patient.number = :patient"] * (patient is not None) + [_WAITS] * unsigned)
    where = f" WHERE {asked}" if asked else ""
    rows = list(db.rows(f"{_SESSIONS}{where} ORDER BY session.on_date DESC, session.number DESC", patient=patient))
    for row in rows:
        yield _whole(db, row)


_WAITS = "signed_at IS NULL AND voided_at IS NULL"


def to_sign(db: Database, on: date) -> list[Session]:
    """The sessions of a day that wait for a signature, in the order in which they were recorded."""
    sql = f"{_SESSIONS} WHERE session.on_date = :on AND {_WAITS} ORDER BY session.number"
    return [_whole(db, row) for row in list(db.rows(sql, on=on.isoformat()))]


def session(db: Database, code: str) -> Session:
    """The session that `S-01RJ` names. Raises NoSuchSession, for a mistyped letter too."""
    number = identity.read_session(code)
    row = db.row(f"{_SESSIONS} WHERE session.number = :number", number=number) if number else None
    if row is None:
        raise NoSuchSession(session=code)
    return _whole(db, row)


def told(db: Database, one: Session) -> Session:
    """The same with who did what to it as it is shown: where a file says so, with the entry that brought it in."""
    from tpi_cli.store.read import journal  # only this asks the log

    moments = {"recorded_by": one.recorded_at, "amended_by": one.amended_at, "signed_by": one.signed_at,
               "voided_by": one.voided_at}  # fmt: skip
    words = journal.said_by(db, one.id, moments)
    by: dict[str, Any] = {name: f"{getattr(one, name)}{after}" for name, after in words.items()}
    return one._replace(**by)


def last_session(db: Database, patient: int) -> Session | None:
    """The patient's newest session that counts."""
    return next((one for one in sessions(db, patient) if one.voided_at is None), None)


def _whole(db: Database, row: tuple[Any, ...]) -> Session:
    kept = [*row[:5], known_day(row[5]), known_day(row[6]), *row[7:]]
    bare = Session._make([*kept, (), (), (None, None)])
    rows = list(given(db, " WHERE session_id = :session", session=bare.id))
    places = tuple(dict.fromkeys((one.muscle, one.side) for one in rows))
    agents = tuple(dict.fromkeys(one.agent or "dry_needling" for one in rows))
    return bare._replace(sites=places, agents=agents, pain=_pain(db, bare.id))


def whole_pain(db: Database, session_id: str) -> tuple[int | None, int | None]:
    """The pain before and after that was told of a session as a whole."""
    sql = "SELECT pain FROM outcome WHERE session_id = :session AND phase = :phase AND site_id IS NULL"
    before, after = (db.value(sql, session=session_id, phase=phase) for phase in ("before", "after"))
    return before, after


def _pain(db: Database, session_id: str) -> tuple[int | None, int | None]:
    sql = (
        "SELECT pain FROM outcome WHERE session_id = :session AND phase = :phase"
        " ORDER BY site_id IS NOT NULL, recorded_at LIMIT 1"
    )
    before, after = (db.value(sql, session=session_id, phase=phase) for phase in ("before", "after"))
    return before, after
