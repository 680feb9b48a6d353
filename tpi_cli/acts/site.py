"""Trigger-point sites: added to a patient."""

from datetime import date
from typing import Any, NamedTuple

from sqlmodel import select

from tpi_cli.acts import hold
from tpi_cli.errors import Conflict
from tpi_cli.rules import recall
from tpi_cli.store import keep, tables
from tpi_cli.store.write import Writing


class Findings(NamedTuple):
    """What the examination found: yes, no, or None for not asked."""

    point: str | None = None
    taut_band: bool | None = None
    tender_spot: bool | None = None
    referred: bool | None = None
    referred_to: str | None = None
    recognised: bool | None = None
    note: str | None = None


NOTHING_ASKED = Findings()


def at(writing: Writing, patient_id: str, muscle: str, side: str) -> tables.Site | None:
    """The patient's site in that muscle on that side."""
    site = tables.Site
    query = select(site).where(site.patient_id == patient_id, site.muscle == muscle, site.side == side)
    return writing.session.exec(query).first()


def add(
    writing: Writing, patient_id: str, muscle: str, side: str, findings: Findings, on: date, since: date | None = None
) -> tables.Site:
    """Add a site on its own, found on a day, or what was found at one that is there: at a closed one that is a new
    episode. The trouble may be older (`since`); what was decided before the finding holds none of it back.

    Raises Conflict where the finding is on file.
    """
    known = at(writing, patient_id, muscle, side)
    if known is not None and _closed(writing, known):
        return _found_again(writing, known, findings, since or on)
    if known is not None:
        return _examined(writing, known, findings)
    row = place(writing, patient_id, muscle, side, findings, since or on)
    row.found_on = on
    keep.refresh(writing.db, writing.clinic.id, [patient_id])
    return row


def _examined(writing: Writing, known: tables.Site, findings: Findings) -> tables.Site:
    """Findings for a site that is there already, such as one recorded with its first session."""
    found = {name: value for name, value in findings._asdict().items() if value is not None}
    told = [name for name in found if getattr(known, name) is not None]
    if told or not found:
        what = f"{told[0].replace('_', ' ')} is on file" if told else f"that is site {known.number} already"
        raise Conflict(what, hint="tpi site list PATIENT shows the sites and findings")
    for name, value in found.items():
        setattr(known, name, value)
    return writing.add(known)


def _closed(writing: Writing, known: tables.Site) -> bool:
    """Whether the site's own recall was ended: resolved, stopped, declined."""
    row = writing.session.get(tables.Recall, known.id)
    return row is not None and row.closed not in {None, recall.UNREACHABLE, "archived", "deceased"}


def _found_again(writing: Writing, known: tables.Site, findings: Findings, on: date) -> tables.Site:
    """The trigger point is back: what was found now takes the place of what was found then, and no plan goes on."""
    for name, value in findings._asdict().items():
        if value is not None:
            setattr(known, name, value)
    writing.add(known)
    hold.put(writing, hold.Decision("find", known.patient_id, on, known.id, note=findings.note))
    keep.refresh(writing.db, writing.clinic.id, [known.patient_id])
    writing.session.expire_all()
    if _closed(writing, known):
        raise Conflict(f"site {known.number} was closed later than {on}", hint="leave --since and --on out")
    return known


def place(
    writing: Writing,
    patient_id: str,
    muscle: str,
    side: str,
    findings: Findings = NOTHING_ASKED,
    since: date | None = None,
) -> tables.Site:
    """A new site's row; its number counts up on the patient. The caller keeps the due dates."""
    sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM site WHERE patient_id = :patient"
    number = writing.db.value(sql, patient=patient_id)
    return writing.add(tables.Site(**columns(writing, patient_id, (muscle, side), number, findings, since)))


def columns(
    writing: Writing,
    patient_id: str,
    where: tuple[str, str],
    number: int,
    findings: Findings = NOTHING_ASKED,
    since: date | None = None,
) -> dict[str, Any]:
    """The columns of a new site whose number is known to be free."""
    muscle, side = where
    return {
        **writing.record(),
        "patient_id": patient_id,
        "number": number,
        "muscle": muscle,
        "side": side,
        **findings._asdict(),
        "since": since,
        "created_at": writing.stamp,
        "created_by": writing.by,
    }
