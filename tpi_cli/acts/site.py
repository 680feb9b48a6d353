"""Trigger-point sites: added to a patient."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from tpi_cli.acts import hold
from tpi_cli.errors import Conflict
from tpi_cli.rules import recall
from tpi_cli.store import keep
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


class Site(NamedTuple):
    """A site on file: its UUID, its number on the patient, where it is, and what was found there."""

    id: str
    number: int
    patient_id: str
    muscle: str
    side: str
    found: Findings


_AT = f"""
SELECT id, number, {", ".join(Findings._fields)} FROM site
 WHERE patient_id = :patient AND muscle = :muscle AND side = :side
"""


def at(writing: Writing, patient_id: str, muscle: str, side: str) -> Site | None:
    """The patient's site in that muscle on that side."""
    row = writing.db.row(_AT, patient=patient_id, muscle=muscle, side=side)
    return Site(row[0], row[1], patient_id, muscle, side, Findings._make(row[2:])) if row else None


def add(
    writing: Writing, patient_id: str, muscle: str, side: str, findings: Findings, on: date, since: date | None = None
) -> Site:
    """Add a site on its own, found on a day, or what was found at one that is there: at a closed one that is a new
    episode. The trouble may be older (`since`); what was decided before the finding holds none of it back.

    Raises Conflict where the finding is on file.
    """
    known = at(writing, patient_id, muscle, side)
    if known is not None and _closed(writing, known):
        return _found_again(writing, known, findings, since or on)
    if known is not None:
        return _examined(writing, known, findings)
    new = place(writing, patient_id, (muscle, side), findings, since=since or on, found_on=on)
    keep.refresh(writing.db, writing.clinic.id, [patient_id])
    return new


def _examined(writing: Writing, known: Site, findings: Findings) -> Site:
    """Findings for a site that is there already, such as one recorded with its first session."""
    found = _said(findings)
    told = [name for name in found if getattr(known.found, name) is not None]
    if told or not found:
        what = f"{told[0].replace('_', ' ')} is on file" if told else f"that is site {known.number} already"
        raise Conflict(what, hint="tpi site list PATIENT shows the sites and findings")
    writing.change("site", known.id, found)
    return known


def _said(findings: Findings) -> dict[str, Any]:
    return {name: value for name, value in findings._asdict().items() if value is not None}


def _closed(writing: Writing, known: Site) -> bool:
    """Whether the site's own recall was ended: resolved, stopped, declined."""
    closed = writing.db.value("SELECT closed FROM recall WHERE site_id = :site", site=known.id)
    return closed not in {None, recall.UNREACHABLE, "archived", "deceased"}


def _found_again(writing: Writing, known: Site, findings: Findings, on: date) -> Site:
    """The trigger point is back: what was found now takes the place of what was found then, and no plan goes on."""
    writing.change("site", known.id, _said(findings))
    hold.put(writing, hold.Decision("find", known.patient_id, on, known.id, note=findings.note))
    keep.refresh(writing.db, writing.clinic.id, [known.patient_id])
    if _closed(writing, known):
        raise Conflict(f"site {known.number} was closed later than {on}", hint="leave --since and --on out")
    return known


def place(
    writing: Writing, patient_id: str, where: tuple[str, str], findings: Findings = NOTHING_ASKED, **more: Any
) -> Site:
    """A new site, in a muscle on a side; its number counts up on the patient. The caller keeps the due dates."""
    sql = "SELECT COALESCE(MAX(number), 0) + 1 FROM site WHERE patient_id = :patient"
    number = int(writing.db.value(sql, patient=patient_id))
    new = columns(writing, patient_id, where, {**findings._asdict(), "number": number, **more})
    writing.put("site", new)
    return Site(new["id"], new["number"], patient_id, *where, findings)


def columns(writing: Writing, patient_id: str, where: tuple[str, str], more: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a new site; `more` holds a number that is free, and what was found when."""
    muscle, side = where
    told = {"created_at": writing.stamp, "created_by": writing.by}
    return {**writing.record(), "patient_id": patient_id, "muscle": muscle, "side": side, **more, **told}
