"""Sessions in lists, one session whole, and the preview of one that is not recorded yet."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tpi_cli.reference import agents as shipped
from tpi_cli.reference.names import title
from tpi_cli.rules import identity
from tpi_cli.rules.values import Dose, Shot, Strength, plain
from tpi_cli.show.due import pain, site_code
from tpi_cli.show.finding import TOLD, sources
from tpi_cli.show.report import Column
from tpi_cli.store.read.log import Event, Given, Session
from tpi_cli.store.read.overrides import Found


class _Place:
    """A muscle and side with the names `site_code` asks for."""

    def __init__(self, where: tuple[str, str]) -> None:
        self.muscle, self.side = where


def at(where: tuple[str, str]) -> _Place:
    """A muscle and side as `site_code` takes it."""
    return _Place(where)


def sites_of(one: Session) -> str:
    """`UT-L LS-L`."""
    return " ".join(site_code(_Place(where)) for where in one.sites)


def agents_of(one: Session) -> str:
    """`lidocaine + triamcinolone`."""
    return " + ".join(agent.replace("_", " ") for agent in one.agents)


COLUMNS: tuple[Column, ...] = (
    Column("session", lambda one: one.code),
    Column("date", lambda one: str(one.date)),
    Column("patient", lambda one: identity.patient(one.patient)),
    Column("mrn", lambda one: one.mrn or "", 5),
    Column("sites", sites_of),
    Column("agents", agents_of, 3),
    Column("pain", lambda one: pain(*one.pain), 4),
    Column("clinician", lambda one: one.clinician, 6),
    Column("signed", lambda one: "signed" if one.signed_at else "", 2),
    Column("voided", lambda one: "voided" if one.voided_at else "", 1),
)


def record(one: Session) -> dict[str, Any]:
    """A session in a list, for programs."""
    return {
        "session": one.code,
        "patient": identity.patient(one.patient),
        "mrn": one.mrn,
        "date": one.date,
        "sites": [{"muscle": muscle, "side": side} for muscle, side in one.sites],
        "agents": one.agents,
        "pain": {"before": one.pain[0], "after": one.pain[1]},
        "clinician": one.clinician,
        "signed": one.signed_at is not None,
        "voided": one.voided_at is not None,
    }


def tri(words: str, value: bool | None) -> str:
    """A finding in words: there, not there, or nothing when nobody asked."""
    return "" if value is None else words if value else f"no {words}"


def strength_words(strength: Strength) -> str:
    """`10 mg/mL`: what 1 % means, so that a tenfold slip is seen."""
    return f"{plain(strength.per_ml)} {'units/mL' if strength.unit == 'units/mL' else 'mg/mL'}"


def dose_words(dose: Dose) -> str:
    """`lidocaine 10 mg/mL  1 mL = 10 mg`."""
    known = shipped.all_agents().get(dose.agent)
    name = known.name if known else dose.agent.replace("_", " ")
    mass = f"{plain(dose.amount)} {dose.mass_unit}"
    if dose.strength is None or dose.volume is None:
        return f"{name}  {mass}"
    epi = f" with epinephrine 1:{dose.epinephrine}" if dose.epinephrine else ""
    return f"{name} {strength_words(dose.strength)}{epi}  {plain(dose.volume)} mL = {mass}"


def mix_words(shot: Shot) -> str:
    """What each place of a shot got."""
    mix = " + ".join(map(dose_words, shot.doses)) or "dry needle"
    shared = f"  in total over {len(shot.places)} sites" if shot.sharing == "total" else ""
    return mix + shared


def passes_words(passes: int | None) -> str:
    """`3 passes`, or nothing where nobody counted."""
    return "" if not passes else "1 pass" if passes == 1 else f"{passes} passes"


def totals_words(totals: dict[tuple[str, str], Decimal]) -> str:
    """`total lidocaine 20 mg`."""
    told = [f"{agent.replace('_', ' ')} {plain(mass)} {unit}" for (agent, unit), mass in totals.items()]
    return f"total {', '.join(told)}" if told else "no agent given"


def pain_words(before: int | None, after: int | None) -> str:
    """`pain 7 to 3`."""
    if before is None:
        return ""
    return f"pain {before}" if after is None else f"pain {before} to {after}"


def whole(
    one: Session, rows: list[Given], head: str, events: Iterable[Event] = (), found: Iterable[Found] = ()
) -> list[str]:
    """Everything recorded about a session, in lines."""
    lines = [f"{one.code}  {one.date}  {one.clinician}   {head}"]
    if one.voided_at:
        lines.append(f"  VOIDED {one.voided_at[:10]} by {one.voided_by}: {one.void_reason or '-'}")
    lines += [f"  {line}" for line in _injections(rows)]
    told = {"pain": pain(*one.pain), "consent": one.consent, "position": one.position, "with": one.alongside,
            "diagnosis": one.diagnosis, "note": one.note}  # fmt: skip
    lines += [f"  {name:<10} {value}" for name, value in told.items() if value]
    lines += [f"  {'adverse':<10} {_event(event)}" for event in events]
    if one.dose_profile:
        lines.append(f"  {'dose':<10} {one.dose_fraction} of the day's limit ({one.dose_profile})")
    lines += [f"  {line}" for finding in found for line in _found(finding)]
    return [*lines, *(f"  {line}" for line in _by_whom(one))]


def _by_whom(one: Session) -> Iterable[str]:
    """Who recorded it, who changed it and why, who signed it."""
    yield f"recorded   {moment(one.recorded_at)} by {one.recorded_by}"
    if one.amended_at:
        yield f"amended    {moment(one.amended_at)} by {one.amended_by}: {one.amend_reason or '-'}"
    if one.signed_at:
        yield f"signed     {moment(one.signed_at)} by {one.signed_by}"


def moment(stamp: str) -> str:
    """`2026-11-23 10:15 UTC`."""
    return f"{stamp[:16].replace('T', ' ')} UTC"


def _found(one: Found) -> Iterable[str]:
    """A finding of the day, and why it was recorded all the same."""
    yield f"{TOLD[one.level]:<10} {one.rule}: {one.text} [{sources(one.source)}]"
    if one.reason:
        yield f"{'':<10} recorded all the same by {one.recorded_by}: {one.reason}"


def _event(event: Event) -> str:
    """`vasovagal: felt faint (site 2)`."""
    text = f": {event.text}" if event.text else ""
    return event.type + text + (f" (site {event.site})" if event.site else "")


def _injections(rows: list[Given]) -> Iterable[str]:
    by_site: dict[int, list[Given]] = {}
    for row in rows:
        by_site.setdefault(row.injection, []).append(row)
    for found in by_site.values():
        yield _injection(found)


def _injection(rows: list[Given]) -> str:
    one = rows[0]
    mix = " + ".join(filter(None, map(_given, rows))) or "dry needle"
    share = f", here {plain(Decimal(one.site_volume_ml))} mL" if one.site_volume_ml is not None else ""
    shared = "" if one.sharing == "each" else f" in total{share}"
    more = [
        passes_words(one.passes),
        tri("twitch", None if one.twitch is None else bool(one.twitch)),
        one.needle or "",
        one.guidance or "",
        f"next {one.follow_up}",
        one.note or "",
    ]
    place = f"{one.site}  {title(one.muscle)} {one.side}"
    return f"{place:<28} {mix}{shared}   {', '.join(filter(None, more))}"


def _given(row: Given) -> str:
    from tpi_cli.store.read.log import dose

    found = dose(row)
    if found is None:
        return ""
    lot = f" lot {row.lot}" if row.lot else ""
    return dose_words(found) + lot + (f" exp {row.expiry}" if row.expiry else "")


def whole_record(
    one: Session, rows: list[Given], events: Iterable[Event] = (), found: Iterable[Found] = ()
) -> dict[str, Any]:
    """Everything recorded about a session, for programs."""
    return {
        **record(one),
        "consent": one.consent,
        "position": one.position,
        "with": one.alongside,
        "diagnosis": one.diagnosis,
        "note": one.note,
        "recorded_at": one.recorded_at,
        "recorded_by": one.recorded_by,
        "void_reason": one.void_reason,
        "signed_at": one.signed_at,
        "signed_by": one.signed_by,
        "amended_at": one.amended_at,
        "amended_by": one.amended_by,
        "amend_reason": one.amend_reason,
        "injections": [_row(row) for row in rows],
        "adverse": [event._asdict() for event in events],
        "dose": {"fraction": one.dose_fraction, "profile": one.dose_profile},
        "findings": [{**finding._asdict(), "by": finding.recorded_by} for finding in found],
    }


_KEPT = (
    *(
        "site",
        "muscle",
        "side",
        "passes",
        "needle",
        "guidance",
        "note",
        "source_id",
        "sharing",
        "site_volume_ml",
        "agent",
        "strength",
    ),
    *("strength_unit", "volume_ml", "mass", "mass_unit", "epinephrine", "lot", "expiry", "follow_up"),
)


def _row(row: Given) -> dict[str, Any]:
    return {
        "twitch": None if row.twitch is None else bool(row.twitch),
        **{name: getattr(row, name) for name in _KEPT},
    }
