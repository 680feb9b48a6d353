"""Quantities are decimals end to end: how they are written, shared out and added up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tpi_cli.rules.values import Dose, Place, Shot, Strength, label, plain, split, totals

D = Decimal
VOLUMES = st.decimals(D("0.0001"), D(1000), places=4)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("1", "1"),
        ("1.0", "1"),
        ("0.50", "0.5"),
        (".5", "0.5"),
        ("0.0001", "0.0001"),
        ("10", "10"),
        ("100", "100"),
        ("1E+2", "100"),
        ("1E-4", "0.0001"),
        ("1.250", "1.25"),
        ("0", "0"),
        ("0.00", "0"),
        ("-0.50", "-0.5"),
        ("1000.0000", "1000"),
        ("12345678901234567890.5", "12345678901234567890.5"),
    ],
)
def test_how_a_quantity_is_written(number: str, written: str) -> None:
    assert plain(D(number)) == written


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=D(-10) ** 9, max_value=D(10) ** 9, places=6))
def test_writing_changes_no_value_and_needs_no_more_than_it_must(number: Decimal) -> None:
    written = plain(number)
    assert D(written) == number
    assert "E" not in written and not written.endswith(".")
    assert "." not in written or not written.endswith("0")


@pytest.mark.parametrize(
    ("total", "places", "shares"),
    [
        ("3", 3, ["1", "1", "1"]),
        ("1", 1, ["1"]),
        ("2", 3, ["0.667", "0.667", "0.666"]),
        ("1", 3, ["0.334", "0.333", "0.333"]),
        ("0.5", 4, ["0.125", "0.125", "0.125", "0.125"]),
        ("0.0005", 1, ["0.0005"]),
        ("1.0005", 2, ["0.5005", "0.5"]),
        ("10", 7, ["1.429", "1.429", "1.429", "1.429", "1.428", "1.428", "1.428"]),
    ],
)
def test_one_syringe_over_several_places(total: str, places: int, shares: list[str]) -> None:
    assert list(split(D(total), places)) == [D(share) for share in shares]


@given(VOLUMES, st.integers(1, 40))
def test_the_shares_add_up_to_the_syringe_exactly(total: Decimal, places: int) -> None:
    shares = split(total, places)
    assert len(shares) == places
    assert sum(shares) == total


@given(VOLUMES, st.integers(1, 40))
def test_no_place_gets_a_thousandth_more_than_another(total: Decimal, places: int) -> None:
    shares = split(total, places)
    assert max(shares) - min(shares) <= D("0.001")
    assert list(shares) == sorted(shares, reverse=True), "what is left over goes to the first"
    assert min(shares) >= 0


@pytest.mark.parametrize(
    ("amount", "unit", "per_ml", "mass_unit"),
    [
        # 1 % is 10 mg in a mL
        ("1", "%", "10", "mg"),
        ("0.25", "%", "2.5", "mg"),
        ("2", "%", "20", "mg"),
        ("0.5", "%", "5", "mg"),
        ("40", "mg/mL", "40", "mg"),
        ("100", "units/mL", "100", "units"),
    ],
)
def test_what_a_strength_holds_in_one_ml(amount: str, unit: str, per_ml: str, mass_unit: str) -> None:
    strength = Strength(D(amount), unit)
    assert (strength.per_ml, strength.mass_unit) == (D(per_ml), mass_unit)


@pytest.mark.parametrize(
    ("dose", "mass"),
    [
        (Dose("lidocaine", Strength(D(1), "%"), D("2.5")), "25"),
        (Dose("bupivacaine", Strength(D("0.25"), "%"), D("0.1")), "0.25"),
        (Dose("triamcinolone", Strength(D(40), "mg/mL"), D("0.5")), "20"),
        (Dose("onabotulinumtoxina", Strength(D(50), "units/mL"), D("0.4"), None, "units"), "20"),
        (Dose("triamcinolone", None, None, D(10)), "10"),
        # what was typed wins over what it would come to
        (Dose("triamcinolone", Strength(D(40), "mg/mL"), D("0.25"), D(10)), "10"),
    ],
)
def test_the_mass_of_a_dose(dose: Dose, mass: str) -> None:
    assert dose.amount == D(mass)


@pytest.mark.parametrize(
    "dose", [Dose("lidocaine"), Dose("lidocaine", Strength(D(1), "%")), Dose("lidocaine", None, D(1))]
)
def test_a_dose_without_a_mass_is_never_counted_as_nothing(dose: Dose) -> None:
    with pytest.raises(AssertionError, match="strength and volume"):
        _ = dose.amount


@given(st.decimals(D("0.01"), D(10), places=2), VOLUMES)
def test_percent_and_mg_per_ml_are_the_same_drug(percent: Decimal, volume: Decimal) -> None:
    as_percent = Dose("lidocaine", Strength(percent, "%"), volume)
    as_mg = Dose("lidocaine", Strength(percent * 10, "mg/mL"), volume)
    assert as_percent.amount == as_mg.amount == percent * volume * 10


LIDO = Dose("lidocaine", Strength(D(1), "%"), D(1))
TRIAM = Dose("triamcinolone", None, None, D(10))
BOTOX = Dose("onabotulinumtoxina", Strength(D(50), "units/mL"), D("0.5"), None, "units")
LEFT, RIGHT, MID = Place("trapezius_upper", "L"), Place("trapezius_upper", "R"), Place("multifidus_lumbar", "L")


@pytest.mark.parametrize(
    ("shots", "sums"),
    [
        ([], {}),
        ([Shot((LEFT,))], {}),
        ([Shot((LEFT,), (LIDO,))], {("lidocaine", "mg"): "10"}),
        # each place gets the whole mix, in total they share one
        ([Shot((LEFT, RIGHT, MID), (LIDO,), "each")], {("lidocaine", "mg"): "30"}),
        ([Shot((LEFT, RIGHT, MID), (LIDO,), "total")], {("lidocaine", "mg"): "10"}),
        (
            [Shot((LEFT, RIGHT), (LIDO, TRIAM), "each"), Shot((MID,), (LIDO,))],
            {("lidocaine", "mg"): "30", ("triamcinolone", "mg"): "20"},
        ),
        # mg and units are never added
        (
            [Shot((LEFT,), (BOTOX,)), Shot((RIGHT,), (BOTOX._replace(mass_unit="mg"),))],
            {("onabotulinumtoxina", "units"): "25", ("onabotulinumtoxina", "mg"): "25"},
        ),
    ],
)
def test_the_totals_of_a_session(shots: list[Shot], sums: dict[tuple[str, str], str]) -> None:
    assert totals(shots) == {key: D(amount) for key, amount in sums.items()}


@given(st.lists(VOLUMES, min_size=1, max_size=6), st.integers(1, 6))
def test_totals_add_up_place_by_place(volumes: list[Decimal], places: int) -> None:
    where = tuple(Place("trapezius_upper", "L") for _ in range(places))
    each = [Shot(where, (LIDO._replace(volume=volume),), "each") for volume in volumes]
    assert totals(each) == {("lidocaine", "mg"): sum(volumes) * 10 * places}


@pytest.mark.parametrize(
    ("agent", "strength", "epinephrine", "words"),
    [
        ("lidocaine", Strength(D("1.0"), "%"), None, "lidocaine 1%"),
        ("lidocaine", Strength(D(1), "%"), 200000, "lidocaine 1% epi 1:200000"),
        ("bupivacaine", Strength(D("0.250"), "%"), None, "bupivacaine 0.25%"),
        ("triamcinolone", Strength(D(40), "mg/mL"), None, "triamcinolone 40 mg/mL"),
        ("onabotulinumtoxina", Strength(D(50), "units/mL"), None, "onabotulinumtoxina 50 units/mL"),
        ("triamcinolone", None, None, "triamcinolone"),
        ("dry_needling", None, None, "dry needling"),
    ],
)
def test_how_lists_name_an_agent(agent: str, strength: Strength | None, epinephrine: int | None, words: str) -> None:
    assert label(agent, strength, epinephrine) == words
