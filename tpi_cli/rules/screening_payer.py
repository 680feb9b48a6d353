"""Rules of whoever pays: how often, how soon again, after how much relief, how many regions. Pure.

A policy that only advises (the clinic's default) warns and never stops; a dry needle is not a payer's injection.
"""

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
    policy = case.policy
    if policy is None:
        return None
    found = [(spot, text) for spot in case.injected for text in _against(case, policy, spot, rule)]
    texts = dict.fromkeys(text for _, text in found)
    if not found:
        return None
    by_site = [f"{spot.name} {text}" for spot, text in found] if len(texts) > 1 else list(texts)
    sites = tuple(spot.number for spot, _ in found)
    return Hit(f"{'; '.join(by_site)} [{policy.id}]", sites, advice=not policy.enforces(rule.rule))


def _against(case: Case, policy: Policy, spot: Spot, rule: Rule) -> list[str]:
    against = eligibility.limits(case.visits, Place(spot.where, spot.region), policy, case.on)
    return [one.text for one in against if one.rule == rule.rule]


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
    regions = sorted({spot.region.replace("_", " ") for spot in case.injected})
    policy = case.policy
    if policy is None or policy.max_regions is None or len(regions) <= policy.max_regions:
        return None
    text = f"{', '.join(regions)}; {policy.max_regions} allowed [{policy.id}]"
    return Hit(text, advice=not policy.enforces(eligibility.REGIONS))


def payer_unknown(case: Case, rule: Rule) -> Hit | None:  # noqa: ARG001
    """The patient's payer is none of those with rules."""
    return None if case.payer_known else Hit()
