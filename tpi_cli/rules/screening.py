"""A plan, or what was done, held against every rule; all that holds comes back at once, worst first. Pure."""

from collections.abc import Callable, Iterable, Mapping

from tpi_cli.rules import screening_dose, screening_payer, screening_person
from tpi_cli.rules.case import LEVELS, Case, Finding, Hit, Rule
from tpi_cli.rules.interval import holds

Test = Callable[[Case, Rule], Hit | None]


MILDER = {"la_near_limit": "la_over_limit"}
"""A rule that has nothing to add where the stronger one holds."""


def screened(case: Case, rules: Iterable[Rule], *, recording: bool) -> tuple[Finding, ...]:
    """Every rule that holds on the day of the case, worst first, then in the order of the table.

    `recording` takes the level of what was done, else that of a plan.
    """
    given, open_now = _given(case), {one.kind for one in case.person.alerts}
    found = {
        rule.rule: finding
        for rule in rules
        if not (rule.agents and given.isdisjoint(rule.agents))
        and not (rule.rule not in TESTS and open_now.isdisjoint(rule.alerts))
        and holds(case.on, rule.starts, rule.ends)
        and (finding := _finding(case, rule, recording=recording))
    }
    told = [one for rule, one in found.items() if MILDER.get(rule) not in found]
    return tuple(sorted(told, key=lambda one: LEVELS.index(one.level)))


def _finding(case: Case, rule: Rule, *, recording: bool) -> Finding | None:
    hit = TESTS.get(rule.rule, screening_person.alerted)(case, rule)
    if hit is None:
        return None
    text = f"{hit.text}. {rule.words}" if hit.text else rule.words
    done = _level(rule, hit, recording=True)
    level = done if recording else _level(rule, hit, recording=False)
    source, revision = hit.source or rule.source, hit.revision or rule.revision
    return Finding(rule.rule, level, text, source, revision, hit.sites, done)


def _level(rule: Rule, hit: Hit, *, recording: bool) -> str:
    """The level of the moment, raised where it weighs more; what only advises never stops anybody."""
    level = rule.recording if recording else rule.planning
    if hit.raised and rule.raised:
        level = min(level, rule.raised, key=LEVELS.index)
    return max(level, "warn", key=LEVELS.index) if hit.advice else level


def _given(case: Case) -> set[str]:
    """What the mixes hold, as rules name it: `class:local_anaesthetic`, `group:amide_la`, `agent:procaine` and
    `epinephrine`."""
    out = set()
    for dose in {dose for shot in case.shots for dose in shot.doses}:
        drug = case.drugs[dose.agent]
        out |= {f"class:{drug.family}", f"agent:{drug.agent}", *(f"group:{name}" for name in drug.groups)}
        if dose.epinephrine is not None:
            out.add("epinephrine")
    return out


TESTS: Mapping[str, Test] = {
    "laterality_missing": screening_person.laterality_missing,
    "infection_systemic": screening_person.infection_systemic,
    "infection_local": screening_person.alerted_at_site,
    "acute_trauma": screening_person.alerted_at_site,
    "consent_missing": screening_person.consent_missing,
    "anticoagulant": screening_person.anticoagulant,
    "pneumothorax_site": screening_person.pneumothorax_site,
    "diabetes_steroid": screening_person.diabetes_steroid,
    "minor": screening_person.minor,
    "no_diagnosis": screening_person.no_diagnosis,
    "recorded_today": screening_person.recorded_today,
    "allergy_unknown": screening_person.allergy_unknown,
    "bleeding_unknown": screening_person.bleeding_unknown,
    "steroid_any": screening_person.whoever,
    "ketorolac_use": screening_person.whoever,
    "la_over_limit": screening_dose.la_over_limit,
    "la_near_limit": screening_dose.la_near_limit,
    "la_limit_unknown": screening_dose.la_limit_unknown,
    "la_mixture": screening_dose.la_mixture,
    "weight_missing": screening_dose.weight_missing,
    "renal_hepatic_cardiac": screening_dose.renal_hepatic_cardiac,
    "steroid_interval": screening_dose.steroid_interval,
    "steroid_total": screening_dose.steroid_total,
    "steroid_dose": screening_dose.steroid_dose,
    "agent_over_limit": screening_dose.agent_over_limit,
    "units_over_limit": screening_dose.units_over_limit,
    "units_limit_unknown": screening_dose.units_limit_unknown,
    "volume_high": screening_dose.volume_high,
    "cap_reached": screening_payer.cap_reached,
    "interval_short": screening_payer.interval_short,
    "no_response": screening_payer.no_response,
    "regions_over": screening_payer.regions_over,
    "payer_unknown": screening_payer.payer_unknown,
}
"""What each rule asks beyond its alerts and agents; one that is not here asks for one of its alerts."""
