"""Days, numbers, sites and mixes as other people write them: what is understood, and what is refused with a word."""

from datetime import date, datetime, time
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tpi_cli.errors import Usage
from tpi_cli.exchange.fields import Fault
from tpi_cli.exchange.foreign_cells import mix, side, site
from tpi_cli.exchange.foreign_days import day, form, moment
from tpi_cli.exchange.foreign_numbers import PLAIN, Signs, figures, number
from tpi_cli.reference import measures

COMMA = Signs(",")
SWISS = Signs(".", "'")
GERMAN = Signs(",", ".")
DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))
FORMS = {
    "DD/MM/YYYY": "{0:%d}/{0:%m}/{0:%Y}",
    "MM/DD/YYYY": "{0:%m}/{0:%d}/{0:%Y}",
    "D.M.YYYY": "{0.day}.{0.month}.{0:%Y}",
    "D MMM YYYY": "{0.day} {0:%b} {0:%Y}",
    "MMMM D, YYYY": "{0:%B} {0.day}, {0:%Y}",
    "YYYYMMDD": "{0:%Y%m%d}",
    "%d-%b-%Y": "{0:%d-%b-%Y}",
}


@given(DAYS, st.sampled_from(sorted(FORMS)))
def test_a_day_written_by_a_form_is_read_by_it(on: date, name: str) -> None:
    assert day(FORMS[name].format(on), (form(name),), "date") == on.isoformat()


@given(DAYS, st.sampled_from(sorted(FORMS)))
def test_a_day_in_our_form_is_understood_under_every_form(on: date, name: str) -> None:
    assert day(on.isoformat(), (form(name),), "date") == on.isoformat()
    assert day(on.isoformat(), (), "date") == on.isoformat()


@given(DAYS)
def test_a_day_with_figures_alone_is_never_guessed(on: date) -> None:
    for written in (f"{on:%d/%m/%Y}", f"{on:%m/%d/%Y}", f"{on:%d.%m.%y}", f"{on.day}-{on.month}-{on:%Y}"):
        with pytest.raises(Fault, match="say in a map how days are written: date = ") as fault:
            day(written, (), "date")
        assert ("could be two days" in str(fault.value)) == (on.day <= 12)


@pytest.mark.parametrize(
    ("written", "told"),
    [("14/07/1949", '"DD/MM/YYYY"'), ("07.14.1949", '"MM.DD.YYYY"'), ("07/07/1949", '"DD/MM/YYYY" or "MM/DD/YYYY"')],
)
def test_a_day_says_by_itself_which_form_it_has(written: str, told: str) -> None:
    with pytest.raises(Fault) as fault:
        day(written, (), "date")
    assert f"date = {told}" in str(fault.value)


@pytest.mark.parametrize(
    ("written", "forms", "told"),
    [
        ("31/02/2026", ["DD/MM/YYYY"], "no day of the calendar"),
        ("2026-02-30 10:00", ["YYYY-MM-DD hh:mm"], "no day of the calendar"),
        ("03/04/26", ["DD/MM/YYYY"], "not written as the map says"),
        ("03/04/2026", ["DD/MM/YYYY", "MM/DD/YYYY"], "two days by the forms of the map"),
    ],
)
def test_a_day_that_is_none(written: str, forms: list[str], told: str) -> None:
    with pytest.raises(Fault, match=told):
        day(written, tuple(map(form, forms)), "date")


def test_forms_that_agree_are_no_two_days() -> None:
    assert day("04/04/2026", (form("DD/MM/YYYY"), form("MM/DD/YYYY")), "date") == "2026-04-04"
    assert day("2009-09-27T14:12:44Z", (form("YYYY-MM-DDThh:mm:ssZ"),), "date") == "2009-09-27"


@pytest.mark.parametrize(
    "written", ["DD/MM/YY", "DD/MM", "YYYY", "tomorrow", "%d/%m/%y", "", "%Y-%m-%d %Q", "%Y-%m-%d %Y", "YYYY-MM-DD MM"]
)
def test_a_form_without_a_whole_day_is_refused(written: str) -> None:
    with pytest.raises(Usage, match="no form of a day"):
        form(written)


def test_a_form_that_turns_everybodys_own_around_is_refused() -> None:
    with pytest.raises(Usage, match="and nobody else does"):
        form("YYYY-DD-MM")


@given(DAYS, st.times())
def test_a_moment_is_read_by_its_form(on: date, clock: time) -> None:
    at = datetime.combine(on, clock)
    ours = at.isoformat(timespec="minutes")
    assert moment(f"{at:%d/%m/%Y %H:%M}", (form("DD/MM/YYYY hh:mm"),), "start") == ours
    assert moment(f"{at:%m/%d/%Y %I:%M %p}", (form("M/D/YYYY h:mm AM"),), "start") == ours
    with pytest.raises(Fault, match="days and times"):
        moment(f"{at:%d/%m/%Y}", (form("DD/MM/YYYY"),), "start")


@pytest.mark.parametrize(
    ("written", "signs", "units", "field", "ours"),
    [
        ("138 lb", PLAIN, ("lb",), "weight_kg", "62.6"),
        ("138", PLAIN, ("lb",), "weight_kg", "62.6"),
        ("137.788914", PLAIN, ("lb",), "weight_kg", "62.5"),
        ("62,5 kg", COMMA, ("kg",), "weight_kg", "62.5"),
        ("62,5", COMMA, (), "weight_kg", "62.5"),
        ("62 Kilos.", PLAIN, ("kg", "lb"), "weight_kg", "62"),
        ("1.062,5", GERMAN, (), "weight_kg", "1062.5"),
        ("1'062.5", SWISS, (), "weight_kg", "1062.5"),
        ("5.5 in", PLAIN, ("in",), "height_cm", "13.97"),
        ("1.58 m", PLAIN, ("m", "cm"), "height_cm", "158"),
        ("2 cc", PLAIN, ("ml",), "volume_ml", "2"),
        (".5", PLAIN, ("ml",), "volume_ml", "0.5"),
        ("4.0", PLAIN, ("score",), "pain", "4"),
        ("7/10", PLAIN, ("score",), "pain", "7"),
        ("-20%", PLAIN, ("%",), "relief_pct", "-20"),
        ("1 h", PLAIN, ("min", "h"), "minutes", "60"),
    ],
)
def test_a_number_by_its_signs_and_unit(
    written: str, signs: Signs, units: tuple[str, ...], field: str, ours: str
) -> None:
    assert number(written, signs, units, field) == ours


@pytest.mark.parametrize(
    ("written", "signs", "units", "told"),
    [
        ("62", PLAIN, ("kg", "lb"), "which unit"),
        ("62 kg", PLAIN, (), "declare it in the map"),
        ("62 kg", PLAIN, ("lb",), "the map says lb"),
        ("62,5", PLAIN, (), "which sign is which"),
        ("62.5", COMMA, (), "which sign is which"),
        ("6.25", GERMAN, (), "which sign is which"),
        ("062", PLAIN, ("kg",), "which sign is which"),
        ("a lot", PLAIN, ("kg",), "is no number"),
        ("62 1", PLAIN, ("kg",), "is no number"),
        ("1" * 30, PLAIN, ("kg",), "is no number"),
        ("62 stone", PLAIN, ("kg",), "which unit"),
    ],
)
def test_a_number_that_could_be_another(written: str, signs: Signs, units: tuple[str, ...], told: str) -> None:
    with pytest.raises(Fault, match=told):
        number(written, signs, units, "weight_kg")


@given(st.decimals("0", "99999", places=3), st.sampled_from([PLAIN, COMMA, GERMAN, SWISS]))
def test_a_number_written_with_its_signs_is_the_same_number(amount: Decimal, signs: Signs) -> None:
    written = f"{amount:,}" if signs.thousands else str(amount)
    theirs = written.translate(str.maketrans({".": signs.decimal, ",": signs.thousands}))
    assert Decimal(number(theirs, signs, (), "weight_kg")) == amount


@given(st.decimals("1", "400", places=2))
def test_pounds_are_kilograms_to_ten_grams(kilograms: Decimal) -> None:
    """As OpenEMR keeps them: pounds with six places."""
    pounds = round(kilograms / measures.of("weight_kg")["lb"].factor, 6)
    assert Decimal(number(str(pounds), PLAIN, ("lb",), "weight_kg")) == kilograms


def test_two_numbers_are_no_score() -> None:
    with pytest.raises(Fault, match="is no number"):
        number("7 1", PLAIN, ("score",), "pain")


def test_a_strength_keeps_its_unit() -> None:
    assert figures("1,5%", COMMA, "strength") == "1.5%"
    assert figures("40mg/mL", PLAIN, "strength") == "40mg/mL"
    with pytest.raises(Fault):
        figures("1,5%", PLAIN, "strength")


@pytest.mark.parametrize(
    ("written", "muscle", "where"),
    [
        ("L upper trap", "upper trap", "L"),
        ("upper trapezius (left)", "upper trapezius", "L"),
        ("Rt. levator scap", "levator scap", "R"),
        ("upper trap lt", "upper trap", "L"),
        ("bilat QL", "QL", "both"),
        ("B/L piriformis", "piriformis", "both"),
        ("procerus midline", "procerus", "mid"),
        ("mid trap L", "mid trap", "L"),
        ("R mid trap", "mid trap", "R"),
        ("upper trap", "upper trap", ""),
        ("", "", ""),
    ],
)
def test_a_site_in_one_cell(written: str, muscle: str, where: str) -> None:
    assert site(written, "site") == (muscle, where)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("L trapezius R", "two sides"),
        ("LT R", "two sides"),
        ("L R trapezius", "two sides"),
        ("UT, LT", "lower trapezius"),
        ("UT LT", "lower trapezius"),
        ("UT/lt.", "lower trapezius"),
        ("LT and UT", "lower trapezius"),
    ],
)
def test_a_site_that_could_be_another(written: str, told: str) -> None:
    with pytest.raises(Fault, match=told):
        site(written, "site")


def test_a_word_for_a_side() -> None:
    assert [side(word) for word in ("Left", "RT", "(r)", "mid", "bilateral", "upper")] == [
        "L",
        "R",
        "R",
        "mid",
        "both",
        "upper",
    ]


@pytest.mark.parametrize(
    ("written", "agent", "strength", "volume"),
    [
        ("lido 1% 2 ml", "lido", "1%", "2"),
        ("2cc 1% lidocaine", "lidocaine", "1%", "2"),
        ("2 mL of 1% Lidocaine", "Lidocaine", "1%", "2"),
        ("lido 1% .5ml", "lido", "1%", "0.5"),
        ("lido 1% 1 ml + triam 40 mg/ml 0.5 ml", "lido+triam", "1%+40mg/mL", "1+0.5"),
        ("1 ml lido 1% and 0.5 ml kenalog 40mg/cc", "lido+kenalog", "1%+40mg/mL", "1+0.5"),
        ("lidocaine 1% with epi 1:200,000 2ml", "lidocaine", "1% epi 1:200000", "2"),
        ("Botox 20u", "Botox", "20units", ""),
        ("botox 20 units + lido 1% 1 ml", "botox+lido", "20units+1%", "+1"),
        ("2-chloroprocaine 1% 1ml", "2-chloroprocaine", "1%", "1"),
        ("Dry  needling", "dry_needling", "", ""),
    ],
)
def test_a_mix_in_one_cell(written: str, agent: str, strength: str, volume: str) -> None:
    assert mix(written, PLAIN, "mix") == {"agent": agent, "strength": strength, "volume_ml": volume}


@pytest.mark.parametrize("written", ["dry needle x3", "Dry needling x 3", "dry x3"])
def test_a_dry_needle_may_say_its_passes(written: str) -> None:
    dry = {"agent": "dry_needling", "strength": "", "volume_ml": ""}
    assert mix(written, PLAIN, "mix") == {**dry, "passes": "3"}


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("lido 1% 2", "without its unit"),
        ("lido", "how much"),
        ("1% 2 ml", "which agent"),
        ("lido 1% 2% 2 ml", "two of a strength"),
        ("lido 1% 1 ml 2 ml", "two of a volume"),
        ("lido 1% 2 ml 20 mg", "mass beside"),
        ("lido 1% 2 tsp", "no unit of a dose"),
        ("lido 1,5% 2 ml", "which sign is which"),
    ],
)
def test_a_mix_that_is_not_understood(written: str, told: str) -> None:
    with pytest.raises(Fault, match=told):
        mix(written, PLAIN, "mix")


@given(st.permutations(["lidocaine", "1.5 %", "2 ml"]))
def test_the_order_within_an_agent_says_nothing(words: list[str]) -> None:
    assert mix(" ".join(words), PLAIN, "mix") == {"agent": "lidocaine", "strength": "1.5%", "volume_ml": "2"}


@given(st.lists(st.sampled_from(["lido 1% 1 ml", "triam 40mg/ml 0.5ml", "botox 20 units"]), min_size=1, max_size=4))
def test_agents_keep_their_places(parts: list[str]) -> None:
    whole = mix(" + ".join(parts), PLAIN, "mix")
    each = [mix(part, PLAIN, "mix") for part in parts]
    for column in ("agent", "strength", "volume_ml"):
        assert whole[column].split("+") == [one[column] for one in each]


@given(st.decimals("0.05", "9.95", places=2))
def test_a_decimal_comma_is_the_same_mix(volume: Decimal) -> None:
    assume(volume)
    theirs = f"lido 0,5% {str(volume).replace('.', ',')} ml"
    assert mix(theirs, COMMA, "mix")["volume_ml"] == number(str(volume), PLAIN, (), "volume_ml")
    assert mix(theirs, COMMA, "mix")["strength"] == "0.5%"


def test_every_measure_goes_by_one_word_of_its_field() -> None:
    for field in ("weight_kg", "height_cm", "volume_ml", "minutes", "relief_pct", "pain", "passes"):
        words = [word for one in measures.of(field).values() for word in (one.unit.casefold(), *one.words)]
        assert len(set(words)) == len(words)
        for first, second in permutations(measures.of(field).values(), 2):
            assert measures.named(field, first.unit) != measures.named(field, second.unit)
