"""Patients and their sites: by id, by mrn, by name."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from tpi_cli.errors import Erased, MergedAway, NoSuchPatient, NoSuchSite, Usage
from tpi_cli.rules import identity
from tpi_cli.store.columns import OURS, day, known_day
from tpi_cli.store.database import Database

if TYPE_CHECKING:
    from decimal import Decimal


class Patient(NamedTuple):
    """A person on file. `id` is the UUID, `number` the short id's."""

    id: str
    number: int
    mrn: str | None
    name: str
    born: date
    sex: str
    weight_kg: "Decimal | None"
    weight_on: date | None
    height_cm: "Decimal | None"
    phone: str | None
    email: str | None
    payer: str | None
    status: str
    status_on: date | None
    note: str | None

    @property
    def code(self) -> str:
        """`PT-0007`."""
        return identity.patient(self.number)


class Alert(NamedTuple):
    """An open alert of a patient."""

    kind: str
    text: str | None
    since: date


class Site(NamedTuple):
    """A trigger-point site; `closed` and `due` are the recall's."""

    id: str
    number: int
    muscle: str
    side: str
    point: str | None
    taut_band: bool | None
    tender_spot: bool | None
    referred: bool | None
    referred_to: str | None
    recognised: bool | None
    since: date | None
    note: str | None
    due: date | None
    closed: str | None
    last: date | None


_PATIENT = (
    "SELECT id, number, mrn, name, born, sex, weight_kg, weight_on, height_cm, phone, email, payer, status,"
    " status_on, note FROM patient "
)
_SITE = (
    "SELECT site.id, site.number, site.muscle, site.side, site.point, site.taut_band, site.tender_spot,"
    " site.referred, site.referred_to, site.recognised, site.since, site.note,"
    " recall.due_on, recall.closed, CASE WHEN recall.session_id IS NOT NULL THEN recall.anchor_on END"
    " FROM site LEFT JOIN recall ON recall.site_id = site.id WHERE site.patient_id = :patient"
)


def _patient(row: tuple[Any, ...]) -> Patient:
    kept = dict(zip(Patient._fields, row, strict=True))
    kept.update(born=known_day(kept["born"]), weight_on=day(kept["weight_on"]), status_on=day(kept["status_on"]))
    for name in ("weight_kg", "height_cm"):
        kept[name] = None if kept[name] is None else _quantity(kept[name])
    return Patient._make(kept.values())


def _quantity(text: str) -> "Decimal":
    from decimal import Decimal  # most who are listed or looked for come without a size, and names need none

    return Decimal(text)


def _site(row: tuple[Any, ...]) -> Site:
    kept = dict(zip(Site._fields, row, strict=True))
    for name in ("taut_band", "tender_spot", "referred", "recognised"):
        kept[name] = None if kept[name] is None else bool(kept[name])
    for name in ("since", "due", "last"):
        kept[name] = day(kept[name])
    return Site._make(kept.values())


def patient(db: Database, text: str) -> Patient:
    """The patient that `PT-0007`, `7` or `mrn:A12` names: exactly, never a prefix. Raises NoSuchPatient."""
    named = identity.read_patient(text)
    if named is None:
        raise Usage(
            f"a patient is named by id, such as PT-0007 or mrn:A12, not {text!r}",
            hint="tpi find looks by name",
        )
    if isinstance(named, identity.Mrn):
        found = db.row(f"{_PATIENT}WHERE clinic_id {OURS} AND mrn = :mrn", mrn=named.mrn)
    else:
        found = db.row(f"{_PATIENT}WHERE clinic_id {OURS} AND number = :number", number=named)
    if found is None:
        raise NoSuchPatient(patient=text if isinstance(named, identity.Mrn) else identity.patient(named))
    one = _patient(found)
    _still_there(db, one)
    return one


def merged(db: Database, patient_id: str) -> Patient:
    """What is left of a patient (UUID) who was merged into another."""
    return of_uuid(db, patient_id)


def of_uuid(db: Database, patient_id: str) -> Patient:
    """The patient with a UUID that is known to be on file."""
    found = db.row(_PATIENT + "WHERE id = :patient", patient=patient_id)
    assert found is not None, "just read"
    return _patient(found)


def _still_there(db: Database, one: Patient) -> None:
    """Raises MergedAway, Erased: where a record is only a tombstone, nothing may be written or read under it."""
    survivor, erased = db.row(_TOMB, patient=one.id) or (None, None)
    if erased:
        raise Erased(patient=one.code, on=erased)
    if survivor is not None:
        raise MergedAway(patient=one.code, survivor=identity.patient(survivor))


_TOMB = """
SELECT other.number, patient.erased_on FROM patient LEFT JOIN patient AS other ON other.id = patient.merged_into
 WHERE patient.id = :patient AND (patient.merged_into IS NOT NULL OR patient.erased_on IS NOT NULL)
"""
_STANDING = "merged_into IS NULL AND erased_on IS NULL"


def number_of(db: Database, text: str) -> int:
    """The number behind an id or mrn, of a tombstone too. Raises NoSuchPatient, Usage."""
    try:
        return patient(db, text).number
    except MergedAway:
        named = identity.read_patient(text)
        by_mrn = isinstance(named, identity.Mrn)
        sql = f"SELECT number FROM patient WHERE clinic_id {OURS} AND {'mrn' if by_mrn else 'number'} = :wanted"
        return int(db.value(sql, wanted=named.mrn if isinstance(named, identity.Mrn) else named))


def named(db: Database, text: str) -> list[Patient]:
    """The patients whose name holds every word of the text, by name."""
    words = identity.name_key(text).split()
    if not words:
        return []
    like = "(name_key LIKE :word{0} OR REPLACE(name_key, ' ', '') LIKE :word{0})"
    where = " AND ".join([_STANDING, *(like.format(at) for at in range(len(words)))])
    values = {f"word{at}": f"%{word}%" for at, word in enumerate(words)}
    return [_patient(row) for row in db.rows(f"{_PATIENT}WHERE {where} ORDER BY name_key, number", **values)]


def chosen(db: Database, condition: str, **values: Any) -> Iterator[Patient]:
    """The patients of whom a condition in SQL holds, by number; no tombstones."""
    return map(_patient, db.rows(f"{_PATIENT}WHERE {_STANDING} AND {condition} ORDER BY number", **values))


def patients(db: Database, status: str = "all") -> Iterator[Patient]:
    """All patients of a status, by number; no tombstones. They come out of the clinic's index, one by one."""
    where = f"WHERE {_STANDING} " + ("" if status == "all" else "AND status = :status ")
    return map(_patient, db.stream(f"{_PATIENT}{where}ORDER BY clinic_id, number", status=status))


def alerts(db: Database, patient_id: str) -> list[Alert]:
    """A patient's open alerts, oldest first."""
    sql = "SELECT kind, text, since FROM alert WHERE patient_id = :patient AND ended_on IS NULL ORDER BY since, kind"
    return [Alert(kind, text, known_day(since)) for kind, text, since in db.rows(sql, patient=patient_id)]


class EverAlert(NamedTuple):
    """An alert, open (`ended` None) or ended on a day."""

    kind: str
    text: str | None
    since: date
    ended: date | None


def alerts_ever(db: Database, patient_id: str) -> list[EverAlert]:
    """A patient's alerts, ended ones too, oldest first."""
    sql = "SELECT kind, text, since, ended_on FROM alert WHERE patient_id = :patient ORDER BY since, kind, id"
    rows = db.rows(sql, patient=patient_id)
    return [EverAlert(kind, text, known_day(since), day(ended)) for kind, text, since, ended in rows]


def first_treated(db: Database, patient_id: str) -> date | None:
    """The day of the patient's first session."""
    return day(db.value("SELECT MIN(on_date) FROM session WHERE patient_id = :patient", patient=patient_id))


def sites(db: Database, patient_id: str) -> list[Site]:
    """A patient's sites, by number."""
    return [_site(row) for row in db.rows(f"{_SITE} ORDER BY site.number", patient=patient_id)]


def site(db: Database, who: Patient, number: int | None = None, where: tuple[str, str] | None = None) -> Site:
    """A patient's site by its number or by muscle and side. Raises NoSuchSite."""
    for one in sites(db, who.id):
        if one.number == number or (one.muscle, one.side) == where:
            return one
    raise NoSuchSite(site=number if where is None else " ".join(where).replace("_", " "), patient=who.code)


def payers(db: Database) -> list[str]:
    """The payers that patients have."""
    return [name for (name,) in db.rows("SELECT DISTINCT payer FROM patient WHERE payer IS NOT NULL ORDER BY payer")]
