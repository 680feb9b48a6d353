"""Rules about how much: local anaesthetics of the day, steroid over the year, units, volumes. Pure."""

from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from tpi_cli.rules import ledger
from tpi_cli.rules.case import Case, Drug, Hit, Rule, Spot
from tpi_cli.rules.dose import shown
from tpi_cli.rules.interval import Interval
from tpi_cli.rules.screening_person import of_kinds
from tpi_cli.rules.values import Shot, masses, plain, totals, volumes

PERCENT = Decimal("0.01")
LOCAL_ANAESTHETIC = "local_anaesthetic"
BOTULINUM = "botulinum_toxin"


def la_over_limit(case: Case, rule: Rule) -> Hit | None:
    """The day's sum is over the limit; its last decimal is rounded up, so that it reads as over."""
    fraction = case.load.fraction
    return Hit(_sum(case, shown(fraction, ROUND_CEILING))) if fraction > rule.numbers["fraction"] else None


def la_near_limit(case: Case, rule: Rule) -> Hit | None:
    """The day's sum is near the limit."""
    return Hit(_sum(case, shown(case.load.fraction))) if case.load.fraction >= rule.numbers["fraction"] else None


def _sum(case: Case, fraction: Decimal) -> str:
    parts = " + ".join(
        f"{part.agent.replace('_', ' ')} {plain(part.mg)} of {plain(part.limit_mg.quantize(PERCENT))} mg"
        for part in case.load.parts
    )
    return f"{parts} = {fraction} of the limit ({case.load.profile})"


def la_limit_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001 - every test has the same form
    """An agent of the day has no maximum on file."""
    return Hit(", ".join(case.load.unknown).replace("_", " ")) if case.load.unknown else None


def la_mixture(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """Two local anaesthetics in one syringe."""
    mixed = [found for shot in case.shots if len(found := _local(case, shot)) > 1]
    return Hit(" with ".join(mixed[0])) if mixed else None


def _local(case: Case, shot: Shot) -> list[str]:
    named = {dose.agent: case.drugs[dose.agent] for dose in shot.doses}
    return [drug.name for drug in named.values() if drug.family == LOCAL_ANAESTHETIC]


def weight_missing(case: Case, rule: Rule) -> Hit | None:
    """No weight, or an old one, and more than a small dose; the threshold is kept to two decimal places."""
    weighed = case.person.weight_on
    old = weighed is None or (case.on - weighed).days > rule.numbers["days"]
    if not old or case.load.fraction.quantize(PERCENT) <= rule.numbers["fraction"]:
        return None
    return Hit(f"last weighed {weighed}" if weighed else "never weighed here")


def renal_hepatic_cardiac(case: Case, rule: Rule) -> Hit | None:
    """Organ disease on file, or age; tells what the sum would be by the reduced limits."""
    found = of_kinds(case, rule)
    old = case.person.age >= rule.numbers["age"]
    if not (found or old):
        return None
    why = [one.text or one.kind.replace("-", " ") for one in found] + ([f"{case.person.age} years old"] if old else [])
    reduced = shown(case.load.fraction / rule.numbers["factor"])
    return Hit(f"{', '.join(why)}; by limits x {rule.numbers['factor']} the sum is {reduced}")


def steroid_interval(case: Case, rule: Rule) -> Hit | None:
    """A steroid again at a site within the wait, or once more than the sessions allowed in the window."""
    near = [(spot, text) for spot in _steroid_sites(case) if (text := _too_soon(case, rule, spot))]
    return Hit("; ".join(text for _, text in near), tuple(spot.number for spot, _ in near)) if near else None


def _too_soon(case: Case, rule: Rule, spot: Spot) -> str | None:
    wait = timedelta(days=int(rule.numbers["days"]))
    days = ledger.days_at(case.steroids, spot.where)
    last = next((day for day in days if day < case.on), None)
    if last and case.on < last + wait:
        return f"{spot.name}: last {last}, next {last + wait}"
    again = min((day for day in days if day > case.on), default=None)
    if again and again < case.on + wait:
        return f"{spot.name}: again on {again}"
    window = Interval(int(rule.numbers["months"]), "mo")
    counted = [day for day in days if day != case.on and ledger.counts(day, case.on, window)]
    if len(counted) >= rule.numbers["sessions"]:
        return f"{spot.name}: {len(counted)} times in {window.words} already"
    return None


def _steroid_sites(case: Case) -> list[Spot]:
    places = [place[:2] for shot in case.shots if _steroid_mg(case, shot) for place in shot.places]
    return [case.spot(where) for where in dict.fromkeys(places)]


def _steroid_mg(case: Case, shot: Shot) -> Decimal:
    """mg of methylprednisolone in one syringe of the shot."""
    doses = [(dose.amount, case.drugs[dose.agent].equivalent) for dose in shot.doses]
    return sum((mg * factor for mg, factor in doses if factor is not None), Decimal(0))


def steroid_total(case: Case, rule: Rule) -> Hit | None:
    """The ledger with this plan reaches the advice for the window."""
    window = Interval(int(rule.numbers["months"]), "mo")
    now = sum((_steroid_mg(case, shot) * shot.syringes for shot in case.shots), Decimal(0))
    sum_mg = now + ledger.total(ledger.within(case.steroids, case.on, window))
    if sum_mg < rule.numbers["mg"]:
        return None
    return Hit(f"{plain(sum_mg)} mg of methylprednisolone in {window.words}, this one included")


def steroid_dose(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """More than the agent's advice for one site, or for one session."""
    over = [*_over_a_site(case), *_over_the_session(case)]
    return Hit("; ".join(over)) if over else None


def _over_a_site(case: Case) -> list[str]:
    planned = {spot.where for spot in case.spots}
    at_site: dict[tuple[str, tuple[str, str]], Decimal] = {}
    for one in case.beside:
        for dose in one.doses:
            if one.where in planned:
                at_site[dose.agent, one.where] = at_site.get((dose.agent, one.where), Decimal(0)) + dose.amount
    for shot in case.shots:
        for dose in shot.doses:
            for place, mg in zip(shot.places, masses(shot, dose), strict=True):
                key = (dose.agent, (place.muscle, place.side))
                at_site[key] = at_site.get(key, Decimal(0)) + mg
    return [
        f"{case.drugs[agent].name} {plain(mg)} mg at {case.spot(where).name}, advice {plain(most)}"
        for (agent, where), mg in at_site.items()
        if (most := case.drugs[agent].per_site_mg) is not None and mg > most
    ]


def _over_the_session(case: Case) -> list[str]:
    return [
        f"{drug.name} {plain(mg)} mg in the session, advice {plain(drug.per_session_mg)}"
        for drug, mg in _given(case, "mg")
        if drug.per_session_mg is not None and mg > drug.per_session_mg
    ]


def _given(case: Case, unit: str) -> list[tuple[Drug, Decimal]]:
    """Every agent of the plan with its whole amount in the unit, other entries of the day included."""
    beside: dict[str, Decimal] = {}
    for dose in (dose for one in case.beside for dose in one.doses if dose.mass_unit == unit):
        beside[dose.agent] = beside.get(dose.agent, Decimal(0)) + dose.amount
    return [
        (case.drugs[agent], amount + beside.get(agent, Decimal(0)))
        for (agent, of), amount in totals(case.shots).items()
        if of == unit
    ]


def agent_over_limit(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """More of an agent than its own maximum; local anaesthetics are summed instead."""
    over = [
        f"{drug.name} {plain(mg)} mg, limit {plain(drug.most_mg)}"
        for drug, mg in _given(case, "mg")
        if drug.family != LOCAL_ANAESTHETIC and drug.most_mg is not None and mg > drug.most_mg
    ]
    return Hit("; ".join(over)) if over else None


def units_over_limit(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """A botulinum product over its units for the interval, or again within it; each product by itself."""
    planned = [(case.drugs[agent], units) for (agent, of), units in totals(case.shots).items() if of == "units"]
    over = [text for drug, units in planned if (text := _units_over(case, drug, units))]
    return Hit("; ".join(over)) if over else None


def units_limit_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """A botulinum product for which nobody gave a limit."""
    given = {dose.agent: case.drugs[dose.agent] for shot in case.shots for dose in shot.doses}
    named = [drug.name for drug in given.values() if drug.family == BOTULINUM and drug.most_units is None]
    return Hit(", ".join(named)) if named else None


def _units_over(case: Case, drug: Drug, units: Decimal) -> str | None:
    if drug.every_days is None or drug.most_units is None:
        return None
    since = case.on - timedelta(days=drug.every_days)
    recent = [one for one in case.units if one.agent == drug.agent and since < one.on <= case.on]
    whole = units + sum((one.units for one in recent), Decimal(0))
    if whole > drug.most_units:
        return f"{drug.name} {plain(whole)} units in {drug.every_days} days, limit {plain(drug.most_units)}"
    last = max((one.on for one in recent if one.on < case.on), default=None)
    return f"{drug.name} last given {last}, {drug.every_days} days apart" if last else None


def volume_high(case: Case, rule: Rule) -> Hit | None:
    """More mL than usual for one pass of the needle, or for one site."""
    over = []
    for shot in case.shots:
        for place, volume in zip(shot.places, volumes(shot), strict=True):
            if volume is not None and _is_high(volume, place.passes, rule):
                over.append((case.spot((place.muscle, place.side)), volume))
    text = ", ".join(f"{spot.name} {plain(volume)} mL" for spot, volume in over)
    return Hit(text, tuple(dict.fromkeys(spot.number for spot, _ in over))) if over else None


def _is_high(volume: Decimal, passes: int | None, rule: Rule) -> bool:
    return volume > rule.numbers["site"] or volume / (passes or 1) > rule.numbers["point"]
