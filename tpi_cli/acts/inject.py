"""A session recorded: who, when, what went where in which strength, how it hurt, when to come back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, NamedTuple

from tpi_cli.acts import adverse, propose, visits
from tpi_cli.acts import site as sites
from tpi_cli.acts.adverse import Event, Happened
from tpi_cli.acts.screen import Screened
from tpi_cli.acts.staff import named
from tpi_cli.errors import SafetyStop
from tpi_cli.rules.case import Finding
from tpi_cli.rules.dose import shown
from tpi_cli.rules.propose import Plan
from tpi_cli.rules.values import Dose, Pain, Place, Shot, volumes
from tpi_cli.store import keep
from tpi_cli.store.chart import Chart, House
from tpi_cli.store.write import Writing


class Lot(NamedTuple):
    """What the vial says."""

    number: str
    expiry: date | None = None


class Draft(NamedTuple):
    """A session to record, every value checked before.

    `follow_up` is an interval or a day as text, `none`, or None where nobody said (`propose` then plans it).
    `twitch` holds the places that twitched; `lots` go by agent id. `screened` is what the rules found, `reasons`
    says by rule why it is recorded all the same; None where nobody screened (an import).
    """

    patient_id: str
    on: date
    shots: tuple[Shot, ...]
    pain: Pain | None = None
    follow_up: str | None = None
    consent: str | None = None
    position: str | None = None
    guidance: str | None = None
    needle: str | None = None
    alongside: str | None = None
    diagnosis: str | None = None
    note: str | None = None
    lots: Mapping[str, Lot] = {}
    twitch: frozenset[tuple[str, str]] | None = None
    adverse: tuple[tuple[str, str | None], ...] = ()
    screened: Screened | None = None
    reasons: Mapping[str, str] = {}


class Opened(NamedTuple):
    """A session that parts are put into: its UUID and number, whose it is, by whom (UUIDs), and its day."""

    id: str
    number: int
    patient_id: str
    clinician_id: str
    on_date: date


class Recorded(NamedTuple):
    """What was kept: the session and its sites (UUIDs) by muscle and side, in the order given."""

    session: Opened
    sites: Mapping[tuple[str, str], str]


def record(writing: Writing, draft: Draft) -> Recorded:
    """Record a session, its sites (new ones are added) and its plans; the due dates follow.

    Raises SafetyStop where a finding needs a reason and has none.
    """
    clinician = named(writing, writing.acting)
    number = writing.number("session")
    session = new_session(writing, draft.patient_id, draft.on, clinician, of_session(draft), number)
    return fill(writing, session, draft)


def fill(writing: Writing, session: Opened, draft: Draft) -> Recorded:
    """Put into a session, new or emptied by an amendment, what was given where, and let the due dates follow."""
    _reasoned(draft)
    places = list(dict.fromkeys((place.muscle, place.side) for shot in draft.shots for place in shot.places))
    chart = Chart(writing.db, House(writing.db), draft.patient_id)
    planning = propose.plans(writing.db, chart, draft.patient_id, places, draft.follow_up, draft.on)
    found = {place: _site(writing, draft, *place) for place in places}
    for where, planned in planning.items():
        plan(writing, session, found[where], planned)
    ordinals = count(1)
    for number, shot in enumerate(draft.shots, 1):
        _shot(writing, session, draft, shot, number, found, ordinals)
    if draft.pain is not None:
        score(writing, session, None, draft.pain)
    for kind, text in draft.adverse:
        adverse.add(writing, Happened(draft.patient_id, session.id, None, draft.on), Event(kind, text))
    _findings(writing, session, draft)
    visits.close(writing, draft.patient_id, draft.on, session.id)
    keep.refresh(writing.db, writing.clinic.id, [draft.patient_id])
    return Recorded(session, found)


def of_session(draft: Draft) -> dict[str, Any]:
    """The session's own columns of a draft."""
    names = ("consent", "position", "alongside", "diagnosis", "note")
    columns: dict[str, Any] = {name: getattr(draft, name) for name in names}
    if draft.screened is not None:
        load = draft.screened.load
        columns |= {"dose_profile": load.profile, "dose_fraction": shown(load.fraction)}
    return columns


def _reasoned(draft: Draft) -> None:
    missing = [one.rule for one in (draft.screened.stops if draft.screened else ()) if one.rule not in draft.reasons]
    if missing:
        raise SafetyStop(f"{', '.join(missing)} without a reason; nothing was recorded", hint="--override RULE='why'")


def _findings(writing: Writing, session: Opened, draft: Draft) -> None:
    """What the rules found, each with its revision and, where one was given, the reason to record it anyway."""
    for ordinal, one in enumerate(draft.screened.findings if draft.screened else (), 1):
        keep_finding(writing, session, ordinal, one, draft.reasons.get(one.rule) if one.stops else None)


def keep_finding(writing: Writing, session: Opened, ordinal: int, one: Finding, reason: str | None) -> None:
    """A finding's row, the `ordinal`-th of its session."""
    writing.put(
        "finding",
        {
            **writing.record(),
            "session_id": session.id,
            "sites": site_list(one),
            "ordinal": ordinal,
            "rule": one.rule,
            "level": one.level,
            "text": one.text,
            "source": one.source,
            "revision": one.revision,
            "reason": reason,
            "recorded_at": writing.stamp,
            "recorded_by": writing.by,
        },
    )


def site_list(one: Finding) -> str | None:
    """The numbers of the sites a finding is about as its row has them; None for the whole session."""
    return ",".join(map(str, one.sites)) or None


def _site(writing: Writing, draft: Draft, muscle: str, side: str) -> str:
    known = sites.at(writing, draft.patient_id, muscle, side)
    return (known or sites.place(writing, draft.patient_id, (muscle, side), since=draft.on)).id


def new_session(
    writing: Writing, patient_id: str, on: date, clinician_id: str, more: Mapping[str, Any], number: int
) -> Opened:
    """A session without injections yet, under a number that was given to it."""
    record = writing.record()
    one = Opened(record["id"], number, patient_id, clinician_id, on)
    told = {"recorded_at": writing.stamp, "recorded_by": writing.by}
    writing.put("session", {**record, **one._asdict(), **more, **told})
    return one


def _shot(
    writing: Writing,
    session: Opened,
    draft: Draft,
    shot: Shot,
    number: int,
    found: Mapping[tuple[str, str], str],
    ordinals: Iterator[int],
) -> None:
    lots = [draft.lots.get(dose.agent) for dose in shot.doses]
    mix = mixture(writing, session, number, shot.sharing or "each", shot.doses, lots)
    for place, volume in zip(shot.places, volumes(shot), strict=True):
        where = (place.muscle, place.side)
        twitch = None if draft.twitch is None else where in draft.twitch
        how = {"twitch": twitch, "needle": draft.needle, "guidance": draft.guidance}
        more = {**how, "ordinal": next(ordinals), "volume_ml": volume}
        injection(writing, session, found[where], mix, place, more)


def mixture(
    writing: Writing,
    session: Opened,
    number: int,
    sharing: str,
    doses: tuple[Dose, ...],
    lots: Sequence[Lot | None],
) -> str:
    """A syringe (its UUID) and what was in it; the lots stand in the order of the doses."""
    record = writing.record()
    writing.put("mixture", {**record, "session_id": session.id, "ordinal": number, "sharing": sharing})
    for place, (dose, lot) in enumerate(zip(doses, lots, strict=True), 1):
        writing.put("component", {**writing.record(), "mixture_id": record["id"], "ordinal": place, **_held(dose, lot)})
    return str(record["id"])


def _held(dose: Dose, lot: Lot | None) -> dict[str, Any]:
    return {
        "agent": dose.agent,
        "strength": dose.strength.amount if dose.strength else None,
        "strength_unit": dose.strength.unit if dose.strength else None,
        "volume_ml": dose.volume,
        "mass": dose.amount,
        "mass_unit": dose.mass_unit,
        "epinephrine": dose.epinephrine,
        "lot": lot.number or None if lot else None,
        "expiry": lot.expiry if lot else None,
    }


def injection(
    writing: Writing, session: Opened, site_id: str, mixture_id: str, place: Place, more: Mapping[str, Any]
) -> None:
    """A mixture put into a site; `more` holds its ordinal in the session, its volume in mL and its other columns."""
    where = {"session_id": session.id, "site_id": site_id, "mixture_id": mixture_id, "passes": place.passes}
    writing.put("injection", {**writing.record(), **where, **more})


def plan(writing: Writing, session: Opened, site_id: str, planned: Plan) -> None:
    """When to come back for a site."""
    writing.put("plan", {**writing.record(), "session_id": session.id, "site_id": site_id, **planned._asdict()})


def score(writing: Writing, session: Opened, site_id: str | None, pain: Pain) -> None:
    """The pain before and, where asked, after; of a site, or of the whole session."""
    for phase, value in (("before", pain.before), ("after", pain.after)):
        if value is not None:
            writing.put(
                "outcome",
                {
                    **writing.record(),
                    "patient_id": session.patient_id,
                    "session_id": session.id,
                    "site_id": site_id,
                    "phase": phase,
                    "on_date": session.on_date,
                    "pain": value,
                    "resolved": False,
                    "recorded_at": writing.stamp,
                    "recorded_by": writing.by,
                },
            )
