"""The tables of the screening, of payers and of limits hang together: whatever a row names is there."""

from decimal import Decimal

import pytest

from tpi_cli.reference import agents, alerts, payers, profiles, screening
from tpi_cli.reference.tables import rows, several
from tpi_cli.rules import dose
from tpi_cli.rules import screening as rules
from tpi_cli.rules.case import LEVELS, Rule
from tpi_cli.rules.eligibility import ADVICE_ONLY, Policy

RULES = list(screening.shipped().values())
TOKENS = {
    "class": {one.agent_class for one in agents.all_agents().values()},
    "group": {group for one in agents.all_agents().values() for group in several(one.allergy_group)},
    "agent": set(agents.all_agents()),
}
"""What the agents' column may name before and behind the colon."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule)
def test_a_rule_asks_only_for_what_there_is(rule: Rule) -> None:
    assert set(rule.alerts) <= set(alerts.all_alerts())
    for token in rule.agents:
        kind, _, name = token.partition(":")
        assert token == "epinephrine" or name in TOKENS[kind]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule)
def test_a_rule_has_levels_that_never_get_milder_where_it_weighs_more(rule: Rule) -> None:
    assert {rule.planning, rule.recording} <= set(LEVELS)
    if rule.raised:
        assert LEVELS.index(rule.raised) < min(map(LEVELS.index, (rule.planning, rule.recording)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule)
def test_a_rule_is_tested_for_or_is_about_an_alert(rule: Rule) -> None:
    assert rule.rule in rules.TESTS or rule.alerts


def test_nothing_is_tested_for_that_no_row_stands_for() -> None:
    assert set(rules.TESTS) <= set(screening.shipped())


def test_only_a_missing_side_is_never_recorded() -> None:
    """Everything else that was done can be put on record with a reason."""
    assert [rule.rule for rule in RULES if rule.recording == "block"] == ["laterality_missing"]


def test_every_number_belongs_to_a_rule() -> None:
    assert {rule for rule, _ in screening.numbers()} <= set(screening.shipped())
    assert all(one.value > 0 for one in screening.numbers().values())


def test_the_clinics_own_values_lie_over_the_shipped_ones() -> None:
    own = {("la_over_limit", "level"): "warn", ("steroid_interval", "days"): "60", ("red_flag", "level"): "block"}
    found = {one.rule: one for one in screening.rules(own)}
    assert (found["la_over_limit"].planning, found["la_over_limit"].recording) == ("warn", "warn")
    assert (found["red_flag"].planning, found["red_flag"].recording) == ("block", "override")
    assert found["steroid_interval"].numbers == {"days": 60, "sessions": 3, "months": 12}
    assert {one.rule for one in found.values() if one.own} == {"la_over_limit", "steroid_interval", "red_flag"}
    assert screening.rules({}) == RULES


# --- payers


def test_one_word_means_one_payer() -> None:
    """No alias, id of a payer or of a rule names two payers."""
    named = [(word, payer) for row in payers.shipped() for payer in row.payers[:1]
             for word in {row.policy.id, *row.aliases}]  # fmt: skip
    named += [(payer, payer) for row in payers.shipped() for payer in row.payers]
    meant: dict[str, set[str]] = {}
    for word, payer in named:
        meant.setdefault(word, set()).add(payer)
    assert {word: found for word, found in meant.items() if len(found) > 1} == {}
    assert {word: payers.named(word) for word in meant} == {word: next(iter(found)) for word, found in meant.items()}


def test_the_default_is_there_and_only_advises() -> None:
    (row,) = [row for row in payers.shipped() if payers.CLINIC_DEFAULT in row.payers]
    assert row.policy.advisory == ADVICE_ONLY
    assert (row.policy.starts, row.policy.ends) == (None, None)
    assert all(not other.policy.advisory for other in payers.shipped() if other is not row)


@pytest.mark.parametrize("row", payers.shipped(), ids=lambda row: row.policy.id)
def test_a_payers_row_is_whole(row: payers.Row) -> None:
    one: Policy = row.policy
    assert (one.cap_scope in {"patient", "region"}, one.interval_scope in {"site", "region"}) == (True, True)
    assert one.starts is None or one.ends is None or one.starts <= one.ends
    assert one.relief.weeks is None or one.relief.percent is not None
    assert row.name
    assert row.papers


def test_a_payer_nobody_has_rules_for_has_the_default() -> None:
    assert [one.id for one in payers.policies("Acme Health", {})] == ["self_pay_clinic_default"]
    assert [one.id for one in payers.policies(None, {})] == ["self_pay_clinic_default"]
    found = [(one.id, one.fallback) for one in payers.policies("Noridian", {})]
    assert found == [("medicare_mac_2024", False), ("self_pay_clinic_default", True)]


# --- limits


def test_a_profile_is_about_anaesthetics_that_are_summed() -> None:
    summed = {one.agent for one in agents.all_agents().values() if one.in_la_sum}
    assert {row["agent"] for row in rows("profiles") if row["agent"]} <= summed
    assert profiles.DEFAULT in profiles.names()


def test_the_conservative_profile_never_allows_more() -> None:
    every = agents.all_agents().values()
    usual, careful = (profiles.limits(name, every) for name in ("us-label", "conservative"))
    assert set(usual) == set(careful)
    for agent, limits in careful.items():
        for mild, strict in zip(usual[agent], limits, strict=True):
            assert (strict.mg_per_kg or 0) <= (mild.mg_per_kg or Decimal("Infinity"))
            assert (strict.mg or 0) <= (mild.mg or Decimal("Infinity"))
    assert careful["lidocaine"].plain == dose.Limit(Decimal(3), Decimal(200))
    assert careful["bupivacaine"] == usual["bupivacaine"]
