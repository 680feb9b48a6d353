"""A session amended: the same number, a new version with a reason; the version before is kept whole."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlmodel import SQLModel, col, select

from tpi_cli.acts import appointment, inject
from tpi_cli.acts.inject import Draft, Recorded
from tpi_cli.errors import Conflict
from tpi_cli.rules import identity
from tpi_cli.store import keep, tables
from tpi_cli.store.write import Writing

Columns = dict[str, Any]


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
    session = inject.Opened(row.id, row.number, row.patient_id, row.clinician_id, row.on_date)
    recorded = inject.fill(writing, session, draft)
    _carry_on(writing, row.id, draft)
    keep.refresh(writing.db, writing.clinic.id, [row.patient_id])
    return recorded


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


class Before(NamedTuple):
    """An injection of the version before: where, what was in the syringe, its own columns, and the lots by agent."""

    site: str
    doses: tuple[tuple[Any, ...], ...]
    own: Columns
    lots: dict[str, tuple[str, str | None]]


_DOSE = ("agent", "strength", "strength_unit", "volume_ml", "mass", "mass_unit", "epinephrine")


def _carry_on(writing: Writing, session_id: str, draft: Draft) -> None:
    """What a file said of single rows and no option says goes on with them: id and note, plan, one of several lots.

    A row whose dose or place was mended keeps its id, so that its file is known again.
    """
    before = _before(writing, session_id)
    rows = _of(writing, tables.Injection, tables.Injection.session_id == session_id)
    now = [(row, _doses(parts)) for row, parts in _with_components(writing, sorted(rows, key=lambda row: row.ordinal))]
    same = sorted((one.site, one.doses) for one in before) == sorted((row.site_id, doses) for row, doses in now)
    for row, one in _paired(before, now):
        row.source_id, row.row_key = one.own.get("source_id"), one.own.get("row_key")
        row.note = one.own.get("note") if row.site_id == one.site else None
        writing.add(row)
        if same:
            _lots(writing, row, one, draft)
    _plans(writing, session_id, draft)


def _before(writing: Writing, session_id: str) -> list[Before]:
    components = _ended(writing, "component")
    out = []
    for one in sorted(_ended(writing, "injection"), key=lambda own: int(own["ordinal"])):
        if one["session_id"] == session_id:
            parts = [part for part in components if part["mixture_id"] == one["mixture_id"]]
            lots = {part["agent"]: (part["lot"], part.get("expiry")) for part in parts if part.get("lot")}
            out.append(Before(one["site_id"], _doses(parts), one, lots))
    return out


def _ended(writing: Writing, table: str) -> list[Columns]:
    """The versions of a table's rows that this amendment ends."""
    sql = "SELECT content FROM history WHERE record = :table AND ended_by = :entry"
    return [json.loads(text) for (text,) in list(writing.db.rows(sql, table=table, entry=writing.entry))]


def _with_components(
    writing: Writing, rows: Iterable[tables.Injection]
) -> Iterable[tuple[tables.Injection, list[Columns]]]:
    for row in rows:
        found = _of(writing, tables.Component, tables.Component.mixture_id == row.mixture_id)
        yield row, [part.model_dump() for part in found]


def _doses(parts: Iterable[Columns]) -> tuple[tuple[Any, ...], ...]:
    """What was in a syringe, to be compared."""
    ordered = sorted(parts, key=lambda part: int(part["ordinal"]))
    return tuple(tuple(_plain(part.get(name)) for name in _DOSE) for part in ordered)


def _plain(value: Any) -> str:
    try:
        return "" if value is None else f"{Decimal(str(value)).normalize():f}"
    except ArithmeticError:
        return str(value)


def _paired(
    before: list[Before], now: list[tuple[tables.Injection, tuple[Any, ...]]]
) -> Iterable[tuple[tables.Injection, Before]]:
    """Each injection with the one it was: the same dose at the same place, else the same place, else the next one."""
    left, rows = list(before), list(now)
    for alike in (_as_before, _same_place, _any):
        for found in list(rows):
            one = next((one for one in left if alike(found, one)), None)
            if one is not None:
                left.remove(one)
                rows.remove(found)
                yield found[0], one


def _as_before(found: tuple[tables.Injection, Any], one: Before) -> bool:
    return _same_place(found, one) and found[1] == one.doses


def _same_place(found: tuple[tables.Injection, Any], one: Before) -> bool:
    return found[0].site_id == one.site


def _any(found: tuple[tables.Injection, Any], one: Before) -> bool:  # noqa: ARG001
    return True


def _lots(writing: Writing, row: tables.Injection, one: Before, draft: Draft) -> None:
    """The lots of a row, where none is named anew; a row that shares its mixture's line gets one of its own for it."""
    wanted = {agent: lot for agent, lot in one.lots.items() if agent not in draft.lots}
    if wanted:
        _of_its_own(writing, row)
    for part in _of(writing, tables.Component, tables.Component.mixture_id == row.mixture_id):
        if part.agent in wanted:
            lot, expiry = wanted[part.agent]
            part.lot, part.expiry = lot, date.fromisoformat(expiry) if expiry else None
            writing.add(part)


def _of_its_own(writing: Writing, row: tables.Injection) -> None:
    if len(_of(writing, tables.Injection, tables.Injection.mixture_id == row.mixture_id)) == 1:
        return
    shared = writing.session.get_one(tables.Mixture, row.mixture_id)
    last = max(other.ordinal for other in _of(writing, tables.Mixture, tables.Mixture.session_id == row.session_id))
    own = {"session_id": row.session_id, "ordinal": last + 1, "sharing": shared.sharing}
    mixture = writing.add(tables.Mixture(**writing.record(), **own))
    for part in _of(writing, tables.Component, tables.Component.mixture_id == shared.id):
        same = part.model_dump(exclude={"id", "clinic_id", "mixture_id", "entry", "salt"})
        writing.add(tables.Component(**writing.record(), **same, mixture_id=mixture.id))
    writing.send()
    row.mixture_id = mixture.id
    writing.add(row)


def _plans(writing: Writing, session_id: str, draft: Draft) -> None:
    """Plans that were stated site by site go on where no other is named."""
    stated = {one["site_id"]: one for one in _ended(writing, "plan") if one["origin"] == "stated"}
    for row in _of(writing, tables.Plan, tables.Plan.session_id == session_id):
        if draft.follow_up is None and row.site_id in stated:
            for name in ("follow_up", "origin", "rule", "reason"):
                setattr(row, name, stated[row.site_id].get(name))
            writing.add(row)
