"""Rules of whoever pays: how often, how soon again, after how much relief, how many regions. Pure.

A policy that only advises (the clinic's default) warns and never stops; a dry needle is not a payer's injection.
"""

from collections.abc import Iterable

from tpi_cli.rules import eligibility, relief
from tpi_cli.rules.case import Case, Hit, Rule, Spot
from tpi_cli.rules.eligibility import Place, Policy


def cap_reached(case: Case, rule: Rule) -> Hit | None:
    """The sessions of the window are used up."""
    return _dated(case, rule)


def interval_short(case: Case, rule: Rule) -> Hit | None:
    """Too soon after the last session at the place."""
    return _dated(case, rule)


def _dated(case: Case, rule: Rule) -> Hit | None:
    """What the policy forbids today under this rule, with the day from which it does not."""
    policy = case.policy.alone(rule.rule) if case.policy else None
    if policy is None or not policy.limits_dates:
        return None
    injected = case.injected
    now = [(spot, text) for spot in injected for text in _against(case, policy, spot)]
    found = now or [(spot, text) for spot in injected for text in _later(case, policy, spot)]
    if not found:
        return None
    advice = not (now and policy.enforces(rule.rule))
    return _hit(_by_text(found), [spot for spot, _ in found], policy, advice=advice)


def _by_text(found: list[tuple[Spot, str]]) -> str:
    """What holds, each once, after the sites it holds for."""
    named: dict[str, list[Spot]] = {}
    for spot, text in found:
        named.setdefault(text, []).append(spot)
    return "; ".join(f"{', '.join(spot.name for spot in spots)}: {text}" for text, spots in named.items())


def _hit(text: str, spots: Iterable[Spot], policy: Policy, *, advice: bool) -> Hit:
    """What a payer's row says, under the row's own name and revision."""
    sites = tuple(spot.number for spot in spots)
    return Hit(text, sites, advice=advice, source=policy.source, revision=policy.revision)


def _against(case: Case, policy: Policy, spot: Spot) -> list[str]:
    return [one.text for one in eligibility.limits(case.visits, Place(spot.where, spot.region), policy, case.on)]


def _later(case: Case, policy: Policy, spot: Spot) -> list[str]:
    """What a late entry does to the sessions after it: those are on file, so it only warns."""
    return [one.text for one in eligibility.later(case.visits, Place(spot.where, spot.region), policy, case.on)]


def no_response(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001 - every test has the same form
    """A repeat at a site whose last session has no outcome, or too little relief."""
    enforced = case.policy is not None and case.policy.enforces(eligibility.RESPONSE)
    found = [
        (spot, f"{spot.name} {relief.words(spot.before, eligibility.wanted(case.policy))}")
        for spot in case.spots
        if spot.before and relief.calls_for_reassessment(spot.before, enforced=enforced)
    ]
    sites = tuple(spot.number for spot, _ in found)
    return Hit("; ".join(text for _, text in found), sites, advice=not enforced) if found else None


def regions_over(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """More regions than the policy pays for in one session."""
    injected = {spot.region for spot in case.injected}
    beside = {one.region for one in case.beside if one.doses} if injected else set()
    regions = sorted(region.replace("_", " ") for region in injected | beside)
    policy = case.policy
    if policy is None or policy.max_regions is None or len(regions) <= policy.max_regions:
        return None
    text = f"{', '.join(regions)}; {policy.max_regions} allowed"
    return _hit(text, (), policy, advice=not policy.enforces(eligibility.REGIONS))


def payer_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """The patient's payer is none of those with rules."""
    return None if case.payer_known else Hit()
