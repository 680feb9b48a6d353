"""A session amended: the same number, a new version with a reason; the version before is kept whole."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import SQLModel, col, select

from tpi_cli.acts import appointment, inject
from tpi_cli.acts.inject import Draft, Recorded
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import keep, tables
from tpi_cli.store.write import Writing


def take_out(writing: Writing, session_id: str) -> tables.Session:
    """Empty the session, so that its new version is screened and planned as if it had not been. Raises Conflict."""
    row = writing.session.get_one(tables.Session, session_id)
    if row.voided_at is not None:
        code = identity.session(row.number)
        raise Conflict(f"{code} is void", hint=f"tpi session show {code} tells why")
    for part in list(_parts(writing, session_id)):
        writing.remove(part)
    keep.refresh(writing.db, writing.clinic.id, [row.patient_id])
    return row


def _parts(writing: Writing, session_id: str) -> Iterable[SQLModel]:
    """Everything a session is made of, children first."""
    mixtures = [one.id for one in _of(writing, tables.Mixture, tables.Mixture.session_id == session_id)]
    yield from _of(writing, tables.Finding, tables.Finding.session_id == session_id)
    yield from _of(writing, tables.Plan, tables.Plan.session_id == session_id)
    yield from _of(writing, tables.Injection, tables.Injection.session_id == session_id)
    yield from _of(writing, tables.Component, col(tables.Component.mixture_id).in_(mixtures))
    yield from _of(writing, tables.Mixture, tables.Mixture.session_id == session_id)


def _of(writing: Writing, table: Any, where: Any) -> list[Any]:
    return list(writing.session.exec(select(table).where(where)))


def put(writing: Writing, row: tables.Session, draft: Draft, reason: str) -> Recorded:
    """Fill an emptied session anew. A signed one is signed by whoever amends it, for what it says is theirs now."""
    moved = row.on_date != draft.on
    row.on_date = draft.on
    if moved:  # only now: on its old day the session would hold its appointment closed itself
        appointment.reopen(writing, row.id)
    for name, value in inject.of_session(draft).items():
        setattr(row, name, value)
    row.amended_at, row.amended_by, row.amend_reason = writing.stamp, writing.by, reason
    if row.signed_at is not None:
        row.signed_at, row.signed_by = writing.stamp, writing.by
    writing.add(row)
    _scores(writing, row, draft)
    return inject.fill(writing, row, draft)


def _scores(writing: Writing, row: tables.Session, draft: Draft) -> None:
    """The scores of the visit: replaced by new ones; else they stay, but for those of sites no longer treated."""
    treated = {(place.muscle, place.side) for shot in draft.shots for place in shot.places}
    of_visit = (tables.Outcome.session_id == row.id, col(tables.Outcome.phase).in_(("before", "after")))
    for score in list(writing.session.exec(select(tables.Outcome).where(*of_visit))):
        site = writing.session.get(tables.Site, score.site_id) if score.site_id else None
        if draft.pain is not None or (site and (site.muscle, site.side) not in treated):
            writing.remove(score)
        elif score.on_date != draft.on:
            score.on_date = draft.on
            writing.add(score)
