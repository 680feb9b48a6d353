"""Who is due: one row per patient, at the earliest due date, naming the sites."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, islice
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from tpi_cli.rules import standing
from tpi_cli.rules.identity import name_key
from tpi_cli.store.columns import day, known_day
from tpi_cli.store.database import Database

if TYPE_CHECKING:
    from tpi_cli.store.read.clinic import Clinic


class Query(SimpleNamespace):
    """What to list. `until` is the last due date wanted (None: no end); the rest narrows it down."""

    today: date
    at: standing.Thresholds
    statuses: frozenset[str]
    until: date | None
    patients: tuple[int, ...] = ()
    payer: str | None = None
    clinician: str | None = None
    muscle: str | None = None
    agent: str | None = None
    by_name: bool = False
    clinic: str | None = None
    """UUID of the clinic asked about; None for all that the store holds."""


class Site(NamedTuple):
    """A site with a plan: its number on the patient, where, when, and how it stands."""

    site: int
    muscle: str
    side: str
    due: date | None
    status: str | None
    anchor: date | None
    follow_up: str | None
    session: int | None
    held_until: date | None = None
    """The day an appointment, a snooze or the payer's cap ends, where that holds it back today or a cap will then."""


class Row(NamedTuple):
    """A patient on the list. Scores and agents are of the last session, reasons (JSON) of the site due first."""

    patient: int
    mrn: str | None
    name: str
    born: date
    phone: str | None
    due: date | None
    late_days: int | None
    status: str | None
    eligible_from: date | None
    last_session: date | None
    agents: tuple[str, ...]
    pain: tuple[int | None, int | None]
    alerts: tuple[str, ...]
    sites: tuple[Site, ...]
    reasons: str
    clinic: str = ""
    """The clinic's name, where several are listed."""


class Listed(NamedTuple):
    """A row of the view `recall_list` or `event_list`, column by column; an event has no muscle."""

    patient_id: str
    patient: int
    mrn: str | None
    name: str
    born: str
    phone: str | None
    site: int
    muscle: str | None
    side: str | None
    session: int | None
    anchor_on: str | None
    follow_up: str | None
    due_on: str | None
    eligible_from: str | None
    capped_until: str | None
    reassess: Any
    closed: str | None
    snoozed_until: str | None
    booked_until: str | None
    reasons: str
    agents: str
    pain_before: int | None
    pain_after: int | None
    alerts: str | None


_COLUMNS = ", ".join(Listed._fields)
_UNBOOKED = "closed IS NULL AND (booked_until IS NULL OR booked_until < :today)"
_AWAKE = f"{_UNBOOKED} AND (snoozed_until IS NULL OR snoozed_until <= :today)"
_OPEN = f"{_AWAKE} AND due_on <= :until AND (capped_until IS NULL OR capped_until <= :today OR due_on > :since)"
_CAPPED = f"{_AWAKE} AND due_on <= :since AND capped_until > :today"
_UNSAID = "due_on IS NULL AND anchor_on IS NOT NULL AND follow_up IS NULL"
_PLAN = f"(due_on IS NOT NULL OR ({_UNSAID}))"
"""A plan, or that nobody made one: what is counted wherever it is held back."""
_SNOOZED = f"{_UNBOOKED} AND {_PLAN} AND snoozed_until > :today"
_BOOKED = f"closed IS NULL AND {_PLAN} AND booked_until >= :today"
_CLOSED = f"closed = '{{}}' AND {_PLAN}"
_UNPLANNED = f"{_AWAKE} AND {_UNSAID}"
_EVENT = "closed IS NULL AND due_on <="
_OWN = {"capped": _CAPPED, "booked": _BOOKED, "snoozed": _SNOOZED, "unplanned": _UNPLANNED}
_END_OF_TIME = "9999-12-31"


BATCH = 256
"""Patients that are read at once: enough that few questions are asked, few enough to be held in memory."""


def rows(db: Database, query: Query) -> Iterator[Row]:
    """The list, one patient at a time, in the order asked for; no more than a batch of them is ever held in memory.

    First comes only who is listed in which order, out of the index where there is one, then batch by batch what is
    shown of them. Whoever has several sites comes up at each of their days, and is listed at the first.
    """
    parts = list(parts_of(query))
    if not parts:
        return
    for batch in _batches(_in_order(db, query, parts)):
        yield from _shown(db, query, parts, batch)


def _shown(db: Database, query: Query, parts: list["Part"], batch: list[tuple[str, str]]) -> Iterator[Row]:
    """What is shown of a batch of patients, each with the place at which the list came to one of its sites."""
    patients = [patient for patient, _ in batch]
    found, lasts = _picked(db, query, parts, patients), _lasts(db, patients)
    for patient, place in batch:
        if not query.by_name and place != (found[patient][0].due_on or _END_OF_TIME):
            continue  # it was listed at an earlier day
        chosen = [(one, site) for one in found[patient] if (site := _site(one, query)).status in query.statuses]
        if chosen:
            yield _with_last(_folded(chosen, query.today), lasts.get(patient, ()))


def together(db: Database, queries: list[tuple[str, Query]]) -> Iterator[Row]:
    """The lists of several clinics, each under its name, as one in the same order."""
    from heapq import merge

    key = (lambda row: name_key(row.name)) if queries[0][1].by_name else (lambda row: row.due or date.max)
    return merge(*(_under(name, rows(db, query)) for name, query in queries), key=key)


def _under(clinic: str, found: Iterator[Row]) -> Iterator[Row]:
    return (row._replace(clinic=clinic) for row in found)


class Part(NamedTuple):
    """A kind of recall asked for: the view it is in, the condition by which an index finds it, whether it has a day."""

    view: str
    condition: str
    dated: bool = True


def _in_order(db: Database, query: Query, parts: list[Part]) -> Iterator[tuple[str, str]]:
    """The patients (UUIDs) with the day that puts each of their sites into its place, or the name they go by."""
    listed = ((str(patient), str(place)) for patient, _, place in db.stream(ordering(query, parts), **values_of(query)))
    return (one for one, _ in groupby(listed))


def ordering(query: Query, parts: list[Part]) -> str:
    """The query for who is listed, in which order."""
    narrowed = _narrowed(query)
    selected = (
        f"SELECT patient_id, patient, {_place(query, part)} AS place FROM {part.view} WHERE {part.condition}{narrowed}"
        for part in parts
    )
    return f"{' UNION ALL '.join(selected)} ORDER BY place, patient"


def _place(query: Query, part: Part) -> str:
    if query.by_name:
        return "name_key"
    return "due_on" if part.dated else "COALESCE(due_on, :end)"


def _batches(found: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def _picked(db: Database, query: Query, parts: list[Part], patients: list[str]) -> dict[str, list[Listed]]:
    """What is listed of these patients, by patient, the site due first before the others."""
    among, values = _among(patients)
    out: dict[str, list[Listed]] = {}
    for one in map(Listed._make, db.rows(picking(query, parts, among), **values_of(query), **values)):
        out.setdefault(one.patient_id, []).append(one)
    return out


def picking(query: Query, parts: list[Part], among: str) -> str:
    """The query for what is listed of some patients (a condition)."""
    narrowed = _narrowed(query, among)
    selected = (f"SELECT {_COLUMNS} FROM {part.view} WHERE {part.condition}{narrowed}" for part in parts)
    return (
        f"SELECT {_COLUMNS} FROM ({' UNION ALL '.join(selected)}) AS picked"
        " ORDER BY COALESCE(due_on, :end), muscle IS NOT NULL, site"
    )


def _among(patients: list[str]) -> tuple[str, dict[str, str]]:
    """These patients as a condition, and its values."""
    values = {f"one{at}": patient for at, patient in enumerate(patients)}
    return f"patient_id IN ({', '.join(f':{name}' for name in values)})", values


LAST = """
SELECT recall.patient_id, recall.anchor_on, session.number, recall.agents, recall.pain_before, recall.pain_after
FROM recall JOIN session ON session.id = recall.session_id JOIN site ON site.id = recall.site_id
WHERE recall.{among} ORDER BY recall.anchor_on DESC, session.number DESC, site.number
"""
Last = tuple[Any, ...]
"""Day, number and agents of a session at a site, with the pain before and after."""


def _lasts(db: Database, patients: list[str]) -> dict[str, list[Last]]:
    """What the sessions that the recalls of these patients count from gave, the newest first."""
    among, values = _among(patients)
    out: dict[str, list[Last]] = {}
    for patient, *one in db.rows(LAST.format(among=among), **values):
        out.setdefault(patient, []).append(tuple(one))
    return out


def _with_last(row: Row, found: Sequence[Last]) -> Row:
    """The row with what the patient's last session gave and how it hurt, whichever sites are listed."""
    if not found:
        return row
    last = [one for one in found if one[:2] == found[0][:2]]
    agents = dict.fromkeys(agent for one in last for agent in one[2].splitlines())
    scored = next((one for one in last if one[3] is not None), last[0])
    return row._replace(last_session=day(last[0][0]), agents=tuple(agents), pain=(scored[3], scored[4]))


def of_site(db: Database, query: Query) -> Iterator[Row]:
    """Every site of the patients asked for, a row each, whatever its status: what `tpi why` explains."""
    sql = f"SELECT {_COLUMNS} FROM recall_list WHERE 1 = 1{_narrowed(query)} ORDER BY patient, site"
    for one in map(Listed._make, db.rows(sql, **values_of(query))):
        yield _folded([(one, _site(one, query))], query.today)


def of_patient(db: Database, office: "Clinic", number: int) -> list[Row]:
    """Every site of one patient (the short id's number)."""
    every = frozenset(standing.STATUSES)
    return list(of_site(db, Query(today=office.today, at=office.thresholds, statuses=every, until=None,
                                  patients=(number,), clinic=office.id)))  # fmt: skip


def held_back(db: Database, query: Query) -> dict[str, int]:
    """How many patients have a plan that is held back, by reason."""
    narrowed = _narrowed(query)
    values = values_of(query)
    plain = not (query.patients or query.payer or query.clinician or query.muscle or query.agent)
    where = "recall" if plain else "recall_list"  # the plans alone, unless something beside them narrows the count
    count = f"SELECT COUNT(DISTINCT patient_id) FROM {where} WHERE "
    by_reason = (
        f"SELECT closed, COUNT(DISTINCT patient_id) FROM {where}"
        f" WHERE closed IS NOT NULL AND {_PLAN}{narrowed} GROUP BY closed"
    )
    found = {
        **{reason: db.value(f"{count}{condition}{narrowed}", **values) for reason, condition in _OWN.items()},
        **dict(db.rows(by_reason, **values)),
    }
    return {reason: found[reason] for reason in standing.HELD if found.get(reason)}


def parts_of(query: Query) -> Iterator[Part]:
    """One part for each kind of site asked for, so that each can use its index, and the adverse events."""
    if query.statuses & {"upcoming", *standing.LISTED}:
        yield Part("recall_list", _OPEN + _left_out(query))
    for name, condition in _OWN.items():
        if name in query.statuses:
            yield Part("recall_list", condition, dated=name == "capped")
    for status in standing.HELD:
        if status in query.statuses and status not in _OWN:
            yield Part("recall_list", _CLOSED.format(status), dated=False)
    if standing.ADVERSE in query.statuses and not query.agent:
        shown = ":until" if "upcoming" in query.statuses else ":today"
        yield Part("event_list", f"{_EVENT} {shown}")


def _left_out(query: Query) -> str:
    """Passes over the days of the late statuses not asked for: a day that is not shown must not order the list."""
    reassess = "reassess" in query.statuses
    out = "" if reassess else " AND (NOT reassess OR due_on > :since)"
    until = date.min
    for status in reversed(standing.LATE):
        since, until = until, query.today - timedelta(days=getattr(query.at, status))
        if status not in query.statuses:
            only = " AND NOT reassess" if reassess else ""
            out += f" AND NOT (due_on > '{since}' AND due_on <= '{until}'{only})"
    return out


def _narrowed(query: Query, among: str | None = None) -> str:
    """What narrows every part down: the clinic, or some patients of it, which go by an index of their own."""
    clinic = "clinic_id = :clinic" if query.clinic else "clinic_id IN (SELECT id FROM clinic)"
    if among:
        out = f" AND {among}"
    elif query.patients:  # by their UUIDs: the clinic beside them would draw the engine to everybody's plans
        numbers = ", ".join(str(number) for number in query.patients)
        out = f" AND patient_id IN (SELECT id FROM patient WHERE {clinic} AND number IN ({numbers}))"
    else:
        out = f" AND {clinic}" if query.clinic else ""
    for name in ("payer", "clinician", "muscle"):
        if getattr(query, name):
            out += f" AND {name} = :{name}"
    if query.agent:
        out += (
            " AND EXISTS (SELECT 1 FROM injection_list AS given WHERE given.session_id = recall_list.session_id"
            " AND given.site_id = recall_list.site_id AND COALESCE(given.agent, 'dry_needling') = :agent)"
        )
    return out


def values_of(query: Query) -> dict[str, object]:
    """The values that each of a list's queries is given."""
    return {
        "today": query.today.isoformat(),
        "since": (query.today - timedelta(days=query.at.due)).isoformat(),
        "until": query.until.isoformat() if query.until else _END_OF_TIME,
        "payer": query.payer,
        "clinician": query.clinician,
        "muscle": query.muscle,
        "agent": query.agent,
        "clinic": query.clinic,
        "end": _END_OF_TIME,
    }


def _folded(chosen: list[tuple[Listed, Site]], today: date) -> Row:
    """One patient's sites as one row; the first of them is due first and speaks for the patient.

    An adverse event goes before the sites, whichever is due first, and is no site itself.
    """
    events = [one for one, _ in chosen if one.muscle is None]
    lead, first = chosen[0]
    return Row(
        patient=lead.patient,
        mrn=lead.mrn,
        name=lead.name,
        born=known_day(lead.born),
        phone=lead.phone,
        due=first.due,
        late_days=(today - first.due).days if first.due else None,
        status=standing.ADVERSE if events else first.status,
        eligible_from=day(lead.eligible_from),
        last_session=max((place.anchor for _, place in chosen if place.anchor and place.session), default=None),
        agents=() if lead.muscle is None else tuple(lead.agents.splitlines()),
        pain=(lead.pain_before, lead.pain_after),
        alerts=tuple(sorted(set(lead.alerts.split(",")))) if lead.alerts else (),
        sites=tuple(place for _, place in chosen if place.muscle),
        reasons=_told(events, lead) if events else lead.reasons,
    )


def _told(events: list[Listed], lead: Listed) -> str:
    """The events' reasons (JSON), before those of the site that leads, if one does."""
    import json

    told = [
        {
            "rule": "recall.adverse",
            "text": f"{one.agents} of {one.anchor_on}, wants a look from {one.due_on}"
            + (f": {one.reasons}" if one.reasons else ""),
            "source": f"adverse event {one.site}",
            "until": None,
        }
        for one in events
    ]
    return json.dumps([*told, *([] if lead.muscle is None else json.loads(lead.reasons))], ensure_ascii=False)


def _site(one: Listed, query: Query) -> Site:
    due = day(one.due_on)
    if one.muscle is None:
        return Site(one.site, "", "", due, standing.ADVERSE, day(one.anchor_on), None, one.session)
    plan = standing.Plan(
        due,
        one.closed,
        day(one.snoozed_until),
        day(one.capped_until),
        reassess=bool(one.reassess),
        booked_until=day(one.booked_until),
        unplanned=one.due_on is None and one.anchor_on is not None and one.follow_up is None,
    )
    status = standing.status(plan, query.today, query.at)
    ends = {
        "booked": plan.booked_until,
        "snoozed": plan.snoozed_until,
        "capped": plan.capped_until,
        "upcoming": plan.capped_until,
    }
    anchor, until = day(one.anchor_on), ends.get(status or "")
    return Site(one.site, one.muscle, one.side or "", due, status, anchor, one.follow_up, one.session, until)


def horizon(today: date, at: standing.Thresholds, statuses: Iterable[str]) -> date:
    """The last due date that can have one of these statuses today, with `upcoming` as far as its lead."""
    return today + timedelta(days=at.upcoming if "upcoming" in statuses else -at.due)
