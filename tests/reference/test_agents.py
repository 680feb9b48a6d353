"""The agents: what they are called, and that every figure is the one that was gathered."""

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from tpi_cli.reference import agents
from tpi_cli.reference.tables import key, rows
from tpi_cli.rules.values import Strength

KNOWLEDGE = Path(__file__).parents[3] / "shared" / "knowledge"
RESERVED = {
    "l",
    "r",
    "left",
    "right",
    "both",
    "mid",
    "each",
    "total",
    "x",
    "none",
    "mg",
    "ml",
    "units",
    "mcg",
}

CALLED = """
what is typed       | agent
lido                | lidocaine
Lidocaine           | lidocaine
lignocaine          | lidocaine
xylocaine           | lidocaine
bupi                | bupivacaine
marcaine            | bupivacaine
ropi                | ropivacaine
mepi                | mepivacaine
triam               | triamcinolone_acetonide
kenalog             | triamcinolone_acetonide
depo-medrol         | methylprednisolone_acetate
Depo Medrol         | methylprednisolone_acetate
methylpred          | methylprednisolone_acetate
dexa                | dexamethasone
beta                | betamethasone
betamethasone       | betamethasone
celestone           | betamethasone
toradol             | ketorolac
saline              | normal_saline
ns                  | normal_saline
botox               | onabotulinumtoxin_a
dysport             | abobotulinumtoxin_a
xeomin              | incobotulinumtoxin_a
myobloc             | rimabotulinumtoxin_b
dry                 | dry_needling
epi                 | epinephrine
adrenaline          | epinephrine
prp                 | biologic_or_unapproved
steroid             | triamcinolone_acetonide methylprednisolone_acetate dexamethasone betamethasone
botulinum toxin b   | rimabotulinumtoxin_b
lidocane            |
caine               |
ut                  |
"""

# mg per kg and mg, plain and with epinephrine, and mg in 24 h
CEILINGS = """
agent            | plain      | epinephrine | 24 h
lidocaine        | 4.5   300  | 7    500    | -
bupivacaine      | 2     175  | 3    225    | 400
ropivacaine      | 3     200  | 3    200    | -
mepivacaine      | 4.5   350  | 7    500    | 1000
procaine         | 7     600  | -    -      | -
chloroprocaine   | 10    800  | 12   1000   | -
levobupivacaine  | 2     200  | 3    225    | -
prilocaine       | 6     400  | 8    600    | -
"""

RXNORM = {
    "lidocaine": "6387",
    "bupivacaine": "1815",
    "ropivacaine": "35780",
    "mepivacaine": "6759",
    "procaine": "8701",
    "chloroprocaine": "20859",
    "levobupivacaine": "",
    "prilocaine": "8686",
    "epinephrine": "3992",
    "triamcinolone_acetonide": "10759",
    "methylprednisolone_acetate": "6902",
    "dexamethasone": "3264",
    "betamethasone": "1514",
    "ketorolac": "35827",
    "normal_saline": "9863",
    "onabotulinumtoxin_a": "1712",
    "abobotulinumtoxin_a": "",
    "incobotulinumtoxin_a": "",
    "rimabotulinumtoxin_b": "860178",
    "dextrose": "",
    "dry_needling": "",
    "biologic_or_unapproved": "",
}

MPA = {
    "methylprednisolone_acetate": "1",
    "triamcinolone_acetonide": "1",
    "dexamethasone": "5.33",
    "betamethasone": "6.67",
}

# our column: theirs
SAME = {
    "class": "class",
    "kind": "amide_or_ester",
    "max_mg_per_kg_plain": "max_mg_per_kg_plain",
    "max_mg_plain": "max_mg_plain",
    "max_mg_per_kg_epi": "max_mg_per_kg_with_epi",
    "max_mg_epi": "max_mg_with_epi",
    "max_mg_24h": "max_mg_24h",
    "max_units_per_interval": "max_units_per_interval",
    "min_interval_days": "min_interval_days",
    "mg_per_site_advice": "advisory_mg_per_site",
    "mg_per_session_advice": "advisory_mg_per_session",
    "in_la_sum": "counts_in_la_sum",
    "mpa_factor": "steroid_mpa_equiv_factor",
    "onset_min": "onset_min",
}


def _table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()[1:]]


def gathered() -> dict[str, dict[str, str]]:
    """The rows this project was given, by id."""
    path = KNOWLEDGE / "agents.csv"
    if not path.exists() and not (KNOWLEDGE.exists() and os.environ.get("CI")):
        pytest.skip(f"NOT COMPARED with what was gathered: {path} is not here")
    with path.open(encoding="utf-8", newline="") as file:
        return {row["agent_id"]: row for row in csv.DictReader(file)}


def _decimal(text: str) -> Decimal | None:
    return None if text == "-" else Decimal(text)


@pytest.mark.parametrize(("typed", "found"), _table(CALLED))
def test_an_agent_answers_to_its_names(typed: str, found: str) -> None:
    assert [one.agent for one in agents.by_name(typed)] == found.split()


@pytest.mark.parametrize(("agent", "plain", "epi", "day"), _table(CEILINGS))
def test_the_ceilings_of_local_anaesthetics(agent: str, plain: str, epi: str, day: str) -> None:
    one = agents.all_agents()[agent]
    assert [one.max_mg_per_kg_plain, one.max_mg_plain] == [_decimal(text) for text in plain.split()]
    assert [one.max_mg_per_kg_epi, one.max_mg_epi] == [_decimal(text) for text in epi.split()]
    assert one.max_mg_24h == _decimal(day)


def test_every_local_anaesthetic_and_nothing_else_counts_in_the_sum() -> None:
    everything = agents.all_agents().values()
    counted = {one.agent for one in everything if one.in_la_sum}
    assert counted == {agent for agent, *_ in _table(CEILINGS)}
    assert counted == {one.agent for one in everything if one.kind in {"amide", "ester"}}
    assert {one.agent for one in everything if one.kind == "ester"} == {"procaine", "chloroprocaine"}


@pytest.mark.parametrize(("agent", "code"), RXNORM.items())
def test_rxnorm_ingredient_codes(agent: str, code: str) -> None:
    assert agents.all_agents()[agent].rxnorm == code


def test_steroids_are_counted_in_mg_of_methylprednisolone() -> None:
    factors = {one.agent: one.mpa_factor for one in agents.all_agents().values() if one.mpa_factor}
    assert factors == {agent: Decimal(factor) for agent, factor in MPA.items()}
    assert all(agents.all_agents()[agent].min_interval_days == 90 for agent in MPA)


def test_botulinum_toxins_are_counted_in_units_and_dry_needling_in_nothing() -> None:
    units = {one.agent for one in agents.all_agents().values() if one.unit == "units"}
    toxins = {one.agent for one in agents.all_agents().values() if one.agent_class == "botulinum_toxin"}
    assert units == toxins
    assert [one.agent for one in agents.all_agents().values() if not one.unit] == ["dry_needling"]
    botox = agents.all_agents()["onabotulinumtoxin_a"]
    assert (botox.max_units_per_interval, botox.min_interval_days) == (Decimal(400), 84)


def test_lidocaine_has_a_code_of_its_own_with_epinephrine() -> None:
    one = agents.all_agents()["lidocaine"]
    assert (one.hcpcs, one.hcpcs_epi, one.hcpcs_unit) == ("J2003", "J2004", "1 mg")


def test_figures_are_those_gathered() -> None:
    theirs = gathered()
    ours = {row["agent"]: row for row in rows("agents")}
    assert list(ours) == list(theirs)
    for agent, row in theirs.items():
        for column, their in SAME.items():
            assert ours[agent][column] == row[their], (agent, column)
        if row["hcpcs"] != "none":
            assert row["hcpcs"].startswith(ours[agent]["hcpcs"])


def test_strengths_are_those_gathered_in_percent_and_in_mg_per_ml() -> None:
    for agent, row in gathered().items():
        shipped = agents.all_agents()[agent].strengths
        per_ml = [Decimal(text) for text in row["mg_per_mL"].split("|") if text]
        assert [one.per_ml for one in shipped] == per_ml
        percent = [Decimal(text) for text in row["forms_pct"].split("|") if text]
        assert [one.amount for one in shipped if one.unit == "%"] == percent


def test_every_sentence_is_in_our_own_words() -> None:
    theirs = {cell for row in gathered().values() for cell in row.values() if len(cell) > 25}
    text = ("duration", "contraindications", "note")
    assert not [row[column] for row in rows("agents") for column in text if row[column] in theirs]


def test_one_percent_is_ten_mg_in_a_ml() -> None:
    for one in agents.all_agents().values():
        for strength in one.strengths:
            if strength.unit == "%":
                assert strength.per_ml == strength.amount * 10


def test_a_name_belongs_to_one_agent_only() -> None:
    owner: dict[str, str] = {}
    for one in agents.all_agents().values():
        for name in {key(name) for name in (one.agent, one.name, *one.aliases)}:
            assert owner.setdefault(name, one.agent) == one.agent, name
            assert not set(name.split()) & RESERVED, name


def test_a_word_that_several_agents_share_is_no_name_of_one() -> None:
    everyone = agents.all_agents().values()
    shared = {key(word) for one in everyone for word in one.shared}
    assert not shared & {key(name) for one in everyone for name in (one.agent, one.name, *one.aliases)}
    assert all(len(agents.by_name(word)) > 1 for word in shared)


def test_a_units_mix_up_between_toxins_is_never_guessed() -> None:
    assert len(agents.by_name("botulinum toxin")) == 4


@pytest.mark.parametrize(
    ("typed", "amount", "unit"),
    [
        ("1%", "1", "%"),
        ("0.25%", "0.25", "%"),
        ("0.5 %", "0.5", "%"),
        ("10mg/mL", "10", "mg/mL"),
        ("10 mg/ml", "10", "mg/mL"),
        ("40MG/ML", "40", "mg/mL"),
        ("50units/mL", "50", "units/mL"),
    ],
)
def test_a_strength_is_read(typed: str, amount: str, unit: str) -> None:
    assert agents.strength(typed) == Strength(Decimal(amount), unit)


NO_STRENGTHS = """
1;%;1mL;1,5%;.5%;5.%;-1%;+1%;1e3%;0%;0.0%;nan%;inf%;1 0%;1%%;1.2.3%;1_0%;²%;mg/mL;10mg;50u/mL;1% 2%;1:200000;
"""


@pytest.mark.parametrize("typed", [*NO_STRENGTHS.strip().split(";"), "\N{ARABIC-INDIC DIGIT ONE}%"])
def test_anything_else_is_no_strength(typed: str) -> None:
    assert agents.strength(typed) is None


def test_a_list_of_strengths_with_a_bad_one_is_refused() -> None:
    with pytest.raises(ValueError, match="1,5%"):
        agents.strengths("1%|1,5%")
    assert agents.strengths("") == ()


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("lidocane", "lidocaine"), ("bupivicaine", "bupivacaine"), ("kenalogue", "triamcinolone acetonide")],
)
def test_a_misspelt_agent_is_offered_and_never_taken(typed: str, offered: str) -> None:
    assert agents.by_name(typed) == ()
    assert agents.similar(typed)[0] == offered
    assert len(agents.similar(typed)) <= agents.SUGGESTIONS


def test_a_clinics_own_strengths_keep_the_shipped_limits() -> None:
    own = agents.of_clinic("lidocaine", "lidocaine", kind="amide", unit="mg", stocked="1%")
    assert own.strengths == (Strength(Decimal(1), "%"),)
    assert own.max_mg_per_kg_plain == Decimal("4.5")
    assert agents.by_name("lido", [own]) == (own,)
    assert agents.by_name("lido", iter([own])) == (own,)


def test_a_clinics_own_agent_is_found_and_has_no_limit_of_its_own() -> None:
    own = agents.of_clinic("articaine", "articaine", kind="amide", unit="mg", stocked="4%")
    assert agents.by_name("Articaine", [own]) == (own,)
    assert agents.by_name("articaine") == ()
    assert own.in_la_sum
    assert own.allergy_group == "amide_la"
    assert own.max_mg_plain is None
    assert agents.similar("articane", [own])[0] == "articaine"


def test_a_clinics_alias_that_is_a_shipped_agents_too_gives_both() -> None:
    own = agents.Agent("house_mix", "house mix", aliases=("lido",))
    assert [one.agent for one in agents.by_name("lido", [own])] == ["house_mix", "lidocaine"]
