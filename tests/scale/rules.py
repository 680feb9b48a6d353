"""The recalls of a made-up patient: the rows as the rules' values, and what the rules make of them.

The store's own way there (`store/keep.py`) asks some twenty questions a patient, which is right for one and long for a
million; `tpi verify` goes that way over the whole store, and finds what is told differently here.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from tests.scale.records import Rows
from tpi_cli.reference import contact as settings
from tpi_cli.reference import payers
from tpi_cli.rules import contact, identity, past, recall, relief
from tpi_cli.rules.past import Past, Told, Treated
from tpi_cli.rules.values import Dose, Strength, label
from tpi_cli.store import facts, history, keep
from tpi_cli.store.chart import Chart, House, standing
from tpi_cli.store.read.overrides import Reasoned

Row = dict[str, Any]
day = cache(date.fromisoformat)


class Known(Chart):
    """A patient's chart out of rows."""

    def __init__(self, house: House, rows: Rows) -> None:
        self.house = house
        self.policies = policies(house, rows["patient"][0]["payer"])
        self.by_id = {one["id"]: one for one in rows.get("session", ())}
        self.sites = {one["id"]: (one["number"], (one["muscle"], one["side"])) for one in rows["site"]}
        self.past = Past(tuple(self._treated(rows)), (), tuple(self._scores(rows)), self._baselines(rows))
        self.last = past.last_there(self.past)
        self.steroids = past.steroids(self.past, house.equivalents)
        self.visits = past.visits(self.past)
        self.reasoned = [
            Reasoned(identity.session(self.by_id[one["session_id"]]["number"]), one["rule"], one["reason"],
                     one["recorded_by"], ())
            for one in rows.get("finding", ())
        ]  # fmt: skip

    def _treated(self, rows: Rows) -> Iterator[Treated]:
        parts: dict[str, tuple[Dose, ...]] = {}
        for one in rows.get("component", ()):
            parts[one["mixture_id"]] = (*parts.get(one["mixture_id"], ()), dose(one))
        for one in rows.get("injection", ()):
            session, where = self.by_id[one["session_id"]], self.sites[one["site_id"]][1]
            yield Treated(session["number"], day(session["on_date"]), where, history.region(where),
                          parts.get(one["mixture_id"], ()))  # fmt: skip

    def _scores(self, rows: Rows) -> Iterator[Told]:
        later = [one for one in rows.get("outcome", ()) if one["phase"] == "later"]
        for one in sorted(later, key=lambda one: (one["on_date"], one["recorded_at"])):
            against = day(self.by_id[one["session_id"]]["on_date"])
            yield Told(against, None, relief.Score(day(one["on_date"]), one["pain"]))

    def _baselines(self, rows: Rows) -> dict[tuple[date, tuple[str, str] | None], int]:
        told = [one for one in rows.get("outcome", ()) if one["phase"] == "before"]
        return {(day(one["on_date"]), None): one["pain"] for one in told}


_POLICIES: dict[str | None, Any] = {}


def policies(house: House, payer: str | None) -> Any:
    """A payer's rows, looked up once."""
    if payer not in _POLICIES:
        _POLICIES[payer] = payers.policies(payer, house.own, house.policies)
    return _POLICIES[payer]


def dose(row: Row) -> Dose:
    """A component as it went into the syringe."""
    return _dose(row["agent"], row["strength"], row["strength_unit"], row["volume_ml"], row["mass_unit"])


@cache
def _dose(agent: str, strength: str, unit: str, volume: str, mass_unit: str) -> Dose:
    return Dose(agent, Strength(Decimal(strength), unit), Decimal(volume), None, mass_unit)


def recalls(house: House, clinic: str, rows: Rows) -> Iterator[Row]:
    """The recalls of one patient, from all rows of that patient."""
    chart = Known(house, rows)
    patient = rows["patient"][0]["id"]
    common = _common(rows)
    treatments = _treatments(chart, rows)
    pains = {(one["session_id"], one["phase"]): one["pain"] for one in rows.get("outcome", ())}
    ids = {identity.session(one["number"]): one["id"] for one in chart.by_id.values()}
    for row in rows["site"]:
        site = row["id"]
        found = day(row["found_on"]) if row["found_on"] else None
        known = common._replace(treatments=tuple(treatments.get(site, ())), found=found, found_at=row["created_at"])
        verdict = recall.decide(known)
        last = keep.Last()
        if verdict.session:
            session = ids[verdict.session]
            agents = _agents(chart, chart.by_id[session]["number"], chart.sites[site][1])
            last = keep.Last(session, agents, pains.get((session, "before")), pains.get((session, "after")))
        stood = keep.stored(site, verdict, standing(chart, site, verdict), last)
        yield {"clinic_id": clinic, "patient_id": patient, **stood}


def _agents(chart: Known, session: int, where: tuple[str, str]) -> str:
    doses = next(one.doses for one in chart.past.treated if one.session == session and one.where == where)
    return "\n".join(dict.fromkeys(label(one.agent, one.strength) for one in doses)) or label(facts.DRY)


def _treatments(chart: Known, rows: Rows) -> dict[str, list[recall.Treatment]]:
    out: dict[str, list[recall.Treatment]] = {}
    for one in rows.get("plan", ()):
        session = chart.by_id[one["session_id"]]
        code, number = identity.session(session["number"]), session["number"]
        treated = recall.Treatment(code, day(session["on_date"]), one["follow_up"], one["origin"],
                                   session["recorded_at"], number)  # fmt: skip
        out.setdefault(one["site_id"], []).append(treated)
    return out


def _common(rows: Rows) -> recall.Facts:
    """What the sites of a patient have in common."""
    patient = rows["patient"][0]
    codes = {one["id"]: identity.appointment(one["number"]) for one in rows.get("appointment", ())}
    return recall.Facts(
        (),
        tuple(recall.Hold(one["act"], day(one["on_date"]), one["recorded_by"], one["reason"],
                          day(one["until"]) if one["until"] else None, None, one["recorded_at"], whole=True)
              for one in rows.get("hold", ())),
        patient["status"],
        day(patient["status_on"]) if patient["status_on"] else None,
        tuple(contact.Call(one["result"], one["channel"], day(one["on_date"]), one["recorded_by"],
                           day(one["snoozed_until"]), None, one["recorded_at"]) for one in rows.get("contact", ())),
        tuple(contact.Booking(one["act"], codes[one["appointment_id"]], day(one["on_date"]), one["recorded_by"],
                              day(one["was_on"]), one["was_wall"], None, one["recorded_at"])
              for one in rows.get("appointment_act", ())),
        tuple(contact.Visit(day(one["on_date"]), one["recorded_at"]) for one in rows.get("session", ())),
        tuple(recall.Booked(codes[one["id"]], day(one["on_date"]), one["wall"])
              for one in rows.get("appointment", ()) if one["status"] in contact.OPEN),
        settings.tries(),
    )  # fmt: skip
