"""The day's sum of local anaesthetics: worked cases, and laws that no arithmetic may break."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.commands.reading import rows
from tpi_cli.reference import profiles
from tpi_cli.reference.agents import all_agents
from tpi_cli.rules import dose
from tpi_cli.rules.dose import Given, Limit, Limits, shown

US_LABEL = profiles.limits("us-label", all_agents().values())
CONSERVATIVE = profiles.limits("conservative", all_agents().values())

WORKED = """
    given                                        | kg  | us-label | conservative
    lidocaine 100, bupivacaine 25                | 50  | 0.694    | 0.917
    lidocaine 100, bupivacaine 25                | 70  | 0.512    | 0.679
    lidocaine 100, bupivacaine 25                | 100 | 0.476    | 0.643
    lidocaine 100                                | -   | 0.333    | 0.500
    lidocaine 300                                | 70  | 1.000    | 1.500
    lidocaine 315                                | 100 | 1.050    | 1.575
    lidocaine 500 epi                            | 100 | 1.000    | 2.500
    lidocaine 350 epi                            | 50  | 1.000    | 2.333
    lidocaine 150, lidocaine 175 epi             | 50  | 1.167    | 2.167
    lidocaine 50, lidocaine 50                   | 70  | 0.333    | 0.500
    bupivacaine 225 epi                          | 80  | 1.000    | 1.000
    ropivacaine 150 epi                          | 50  | 1.000    | 1.000
    mepivacaine 350                              | 90  | 1.000    | 1.000
    procaine 600                                 | 100 | 1.000    | 1.000
    procaine 350 epi                             | 50  | 1.000    | 1.000
    chloroprocaine 800                           | 100 | 1.000    | 1.000
    levobupivacaine 100                          | 50  | 1.000    | 1.000
    prilocaine 400                               | 80  | 1.000    | 1.000
    lidocaine 200, bupivacaine 25, mepivacaine 56.25 | 75 | 1.000 | 1.333
"""
"""mg of each; bupivacaine has 2 mg/kg up to 175 mg, lidocaine 4.5 up to 300 (7 up to 500 with epinephrine)."""


def read(text: str) -> list[Given]:
    parts = [part.split() for part in text.split(",")]
    return [Given(agent, Decimal(mg), bool(epi)) for agent, mg, *epi in parts]


@pytest.mark.parametrize(("given", "kg", "us_label", "conservative"), rows(WORKED))
def test_the_worked_cases(given: str, kg: str, us_label: str, conservative: str) -> None:
    weight = None if kg == "-" else Decimal(kg)
    for limits, expected in ((US_LABEL, us_label), (CONSERVATIVE, conservative)):
        assert str(shown(dose.load(read(given), limits, weight, "").fraction)) == expected


def test_the_parts_say_what_the_sum_is_made_of() -> None:
    found = dose.load(read("lidocaine 100, bupivacaine 25"), US_LABEL, Decimal(50), "us-label")
    assert [(part.agent, part.mg, part.limit_mg) for part in found.parts] == [
        ("lidocaine", Decimal(100), Decimal(225)),
        ("bupivacaine", Decimal(25), Decimal(100)),
    ]
    assert [str(shown(part.fraction)) for part in found.parts] == ["0.444", "0.250"]
    assert (found.profile, found.unknown) == ("us-label", ())


def test_a_part_says_whether_epinephrine_was_in_it() -> None:
    found = dose.load(read("lidocaine 100, lidocaine 100 epi"), US_LABEL, None, "")
    assert [(part.epinephrine, part.limit_mg) for part in found.parts] == [(False, 300), (True, 500)]


def test_an_agent_without_a_limit_is_named_and_not_summed() -> None:
    limits = {**US_LABEL, "articaine": Limits(Limit(None, None), Limit(None, None))}
    found = dose.load(read("lidocaine 150, articaine 40, tetracaine 5"), limits, Decimal(70), "")
    assert (found.fraction, found.unknown) == (Decimal("0.5"), ("articaine", "tetracaine"))


def test_a_limit_by_weight_alone_needs_a_weight() -> None:
    only_by_weight = Limit(Decimal(2), None)
    assert dose.limit_mg(only_by_weight, None) is None
    assert dose.limit_mg(only_by_weight, Decimal(50)) == Decimal(100)


def test_exactly_at_the_limit_is_not_over_it() -> None:
    """Two thirds and two sixths are one, whatever the last decimal place of a division says."""
    given = read("lidocaine 200, bupivacaine 25, mepivacaine 56.25")
    assert dose.load(given, US_LABEL, Decimal(75), "").fraction == 1


def test_nothing_given_is_nothing() -> None:
    assert dose.load([], US_LABEL, Decimal(70), "us-label") == dose.Load("us-label")
    assert dose.Load("us-label").fraction == 0


AGENTS = st.sampled_from(sorted(US_LABEL))
MG = st.decimals(Decimal("0.001"), Decimal(2000), places=3)
GIVEN = st.builds(Given, AGENTS, MG, st.booleans())
WEIGHED = st.decimals(Decimal("0.2"), Decimal(700), places=1)
WEIGHTS = st.none() | WEIGHED
PROFILES = st.sampled_from([US_LABEL, CONSERVATIVE])


@given(st.lists(GIVEN, max_size=5), GIVEN, WEIGHTS, PROFILES)
def test_another_shot_never_lowers_the_fraction(
    before: list[Given], more: Given, weight: Decimal | None, limits: dict[str, Limits]
) -> None:
    assert dose.load([*before, more], limits, weight, "").fraction > dose.load(before, limits, weight, "").fraction


@given(st.lists(GIVEN, max_size=5), st.tuples(WEIGHED, WEIGHED).map(sorted), PROFILES)
def test_a_heavier_patient_never_raises_it(
    shots: list[Given], weights: list[Decimal], limits: dict[str, Limits]
) -> None:
    lighter, heavier = (dose.load(shots, limits, weight, "").fraction for weight in weights)
    assert heavier <= lighter


@given(st.lists(GIVEN, max_size=5), WEIGHTS, PROFILES)
def test_without_a_weight_only_the_caps_count_which_no_weight_goes_beyond(
    shots: list[Given], weight: Decimal | None, limits: dict[str, Limits]
) -> None:
    assert dose.load(shots, limits, None, "").fraction <= dose.load(shots, limits, weight, "").fraction


@given(st.permutations(read("lidocaine 100, bupivacaine 25, lidocaine 20 epi, procaine 7")))
def test_the_order_does_not_matter(shots: list[Given]) -> None:
    assert str(shown(dose.load(shots, US_LABEL, Decimal(60), "").fraction)) == "0.643"


@given(st.lists(GIVEN, max_size=5), WEIGHTS)
def test_the_conservative_profile_is_never_laxer(shots: list[Given], weight: Decimal | None) -> None:
    careful, usual = (dose.load(shots, limits, weight, "").fraction for limits in (CONSERVATIVE, US_LABEL))
    assert careful >= usual
